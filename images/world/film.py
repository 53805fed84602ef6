"""The film: from linear light to a picture. Nothing here traces a ray, so a picture can be graded again at will.

  picture = develop(rendering.light, rendering.depth, film, seed=3)

The order is that of a camera: air between lens and scene, the lens (glow, streak, flare, vignette), exposure, the
film's curve, the print's colours, grain. Lengths that follow the frame are shares of its height or of its diagonal, so
a small picture has the same look as a large one.
"""

from dataclasses import dataclass

import numpy as np
from scipy.fft import irfft2, next_fast_len, rfft2
from scipy.ndimage import gaussian_filter, map_coordinates

from images.world.air import veiled

Colour = tuple[float, float, float]
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)  # Rec. 709
FAR = 5e4  # metres; beyond is sky
# the curve's ends in stops from middle grey, as in AgX (Sobotka 2022)
BLACK, WHITE, GREY = -10.0, 6.5, 0.18


@dataclass(frozen=True)
class Film:
    """How a picture is exposed, developed and printed. `mean` set: a plain picture, exposed to that mean of its display
    values and shown by the sRGB curve alone; every other step is left out but haze, rays and flare where given."""

    mean: float | None = None
    key: float = 0.16  # linear value that the picture's log-mean light is brought to
    balance: Colour = (1, 1, 1)  # gain per channel before the curve
    timing: float = 0.3  # share of the light's own tint that the print is timed against, as an eye adapts
    saturation: float = 1.15
    contrast: float = 1.25  # slope of the curve at middle grey, over AgX's own
    shadows: Colour = (0, 0, 0)  # added where it is dark
    highlights: Colour = (1, 1, 1)  # multiplied where it is light
    fade: float = 0.0  # how far black is lifted
    glow: float = 0.6  # halation and veil round what is bright
    streak: float = 0.0  # anamorphic streak, horizontal and blue
    flare: float = 0.0  # the lens's own reflections of the sun
    rays: float = 0.0  # shafts from the sun, cut by what stands before the sky
    vignette: float = 0.2
    grain: float = 0.011
    haze: float = 0.0  # share of the view lost per metre
    haze_colour: Colour = (0.5, 0.55, 0.6)  # linear, before exposure
    mist: float = 0.0  # share of the view lost per metre at the mist's floor; it thins upwards
    mist_height: float = 30.0  # metres over which it thins
    mist_floor: float = 0.0  # metres over the camera; below the floor it is everywhere the same
    slopes: tuple[float, float] = (0.0, 0.0)  # rise for each metre of depth at the frame's top and bottom
    sun: tuple[float, float] | None = None  # where it stands in the frame: shares of width and height from the top left
    sun_colour: Colour = (1.0, 0.8, 0.6)


def develop(light: np.ndarray, depth: np.ndarray, film: Film, seed: int = 0) -> np.ndarray:
    """A picture, (h, w, 3) uint8, of linear light (h, w, 3) and depth (h, w) in metres; `seed` is the grain's."""
    x = np.nan_to_num(light.astype(np.float32), posinf=100, neginf=0).clip(0)
    x = veiled(x, depth, film)
    if film.rays and film.sun:
        x = x + _rays(x, depth, film)
    if film.mean:
        exposed = x * _exposure_for_mean(x, film.mean)
        if film.flare and film.sun:
            exposed = exposed + _flare(exposed, film)
        return _to_bytes(_srgb(np.clip(exposed, 0, 1)))
    tint = np.exp(np.log(np.maximum(x, 1e-5)).mean((0, 1)))
    x = x * np.array(film.balance, np.float32) * (tint @ LUMINANCE / tint) ** film.timing
    x = x * (film.key / _log_mean(x))
    x = _lens(x, film)
    grey = (x @ LUMINANCE)[..., None]
    x = np.maximum(grey + (x - grey) * film.saturation, 0)
    return _to_bytes(_grain(_print(_curve(x, film.contrast), film), film.grain, seed))


def _rays(x: np.ndarray, depth: np.ndarray, film: Film, steps: int = 48) -> np.ndarray:
    """Light that the sky sends past what stands before it: the sky, smeared away from the sun (after Mitchell 2007)."""
    height, width = depth.shape
    scale = max(1, round(height / 270))
    sky = np.where((depth > FAR)[..., None], x, 0)[::scale, ::scale]
    bright = np.percentile(x @ LUMINANCE, 99)
    sky = np.clip(sky - 0.25 * bright, 0, 2 * bright)
    rows, columns = sky.shape[:2]
    centre = np.array([film.sun[1] * rows, film.sun[0] * columns])
    away = np.stack(np.mgrid[0:rows, 0:columns], -1) - centre
    total = np.zeros_like(sky)
    for step in range(steps):
        at = (centre + away * (1 - 0.75 * (step + 0.5) / steps)).transpose(2, 0, 1)
        weight = 0.96**step
        for c in range(3):
            total[..., c] += weight * map_coordinates(sky[..., c], at, order=1, mode="constant")
    total *= film.rays * np.array(film.sun_colour, np.float32) * 2.2 / steps
    total = gaussian_filter(total, (1, 1, 0))
    zoom = (np.mgrid[0:height, 0:width] / scale).astype(np.float32)
    return np.stack([map_coordinates(total[..., c], zoom, order=1, mode="nearest") for c in range(3)], -1)


def _log_mean(x: np.ndarray) -> float:
    grey = np.maximum(x @ LUMINANCE, 1e-6)
    return float(np.exp(np.log(np.clip(grey, *np.percentile(grey, [2, 98]))).mean()))


def _exposure_for_mean(x: np.ndarray, mean: float) -> float:
    """The gain that gives the picture's display values this mean, found by halving."""
    small = x[:: max(1, len(x) // 256), :: max(1, len(x) // 256)]
    low, high = -16.0, 16.0
    for _ in range(40):
        middle = (low + high) / 2
        if (_srgb(np.clip(small * 2**middle, 0, 1)) @ LUMINANCE).mean() < mean:
            low = middle
        else:
            high = middle
    return 2**low


def _srgb(x: np.ndarray) -> np.ndarray:
    return np.where(x < 0.0031308, 12.92 * x, 1.055 * np.maximum(x, 1e-9) ** (1 / 2.4) - 0.055)


def _lens(x: np.ndarray, film: Film) -> np.ndarray:
    """Glow with a heavy tail on what is bright, a streak across it, reflections, and light lost to the corners."""
    height, width = x.shape[:2]
    unit = np.hypot(height, width) / 1320  # lengths below are pixels of a frame of 1216 x 512
    bright = np.clip(x - 1.0, 0, 40)
    y, z = np.mgrid[-height // 2 : height // 2 + height % 2, -width // 2 : width // 2 + width % 2]
    radius = np.hypot(y, z) / unit
    spread = (
        0.55 * np.exp(-((radius / 4) ** 2)) / 16 + 0.3 * np.exp(-radius / 26) / 1350 + 0.15 / (radius**2 + 8100) / 30
    )
    spread *= 0.1 * film.glow / spread.sum()
    result = x + _convolve(bright, spread)
    if film.streak:
        line = np.exp(-np.abs(z) / unit / 190) * np.exp(-((y / unit / 1.2) ** 2))
        line *= 0.05 * film.streak / line.sum()
        strip = _convolve(np.clip(x.max(2) - 2, 0, 60)[..., None], line)
        result = result + strip * np.array([0.35, 0.6, 1.0], np.float32)
    if film.flare and film.sun:
        result = result + _flare(result, film)
    down, across = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    falloff = 1 / (1 + film.vignette * (across**2 + 0.4 * down**2)) ** 2
    return np.maximum(result, 0) * falloff[..., None].astype(np.float32)


def _convolve(x: np.ndarray, kernel: np.ndarray) -> np.ndarray:
    height, width = kernel.shape
    size = next_fast_len(height * 2), next_fast_len(width * 2)
    k = rfft2(kernel.astype(np.float32), size)
    full = np.stack([irfft2(rfft2(x[..., c], size) * k, size) for c in range(x.shape[2])], -1)
    top, left = height // 2, width // 2
    return full[top : top + height, left : left + width].astype(np.float32)


def _flare(x: np.ndarray, film: Film) -> np.ndarray:
    """Reflections between the lens's elements: a veil round the sun, a ring, and discs on the line through the centre.

    Nothing is added where the sun is hidden: the flare is as bright as the picture is where the sun stands.
    """
    height, width = x.shape[:2]
    u, v = film.sun
    row, column = np.clip([v * height, u * width], 0, [height - 1, width - 1]).astype(int)
    reach = max(2, height // 40)
    patch = x[max(row - reach, 0) : row + reach + 1, max(column - reach, 0) : column + reach + 1] @ LUMINANCE
    outside = max(0.0, -u, u - 1, -v, v - 1)
    shining = np.clip(np.percentile(patch, 90) - 0.6, 0, 1.5) * np.exp(-4 * outside)
    aspect = width / height
    down = (np.arange(height)[:, None] / height - 0.5) * np.ones((1, width))
    across = (np.arange(width)[None, :] / width - 0.5) * aspect * np.ones((height, 1))
    sun = np.array([(u - 0.5) * aspect, v - 0.5])

    def disc(at: float, size: float, edge: float) -> np.ndarray:
        radius = np.hypot(across - sun[0] * at, down - sun[1] * at) / size
        return np.clip((1 - radius) / edge, 0, 1) * (0.6 + 0.4 * radius**2)

    from_sun = np.hypot(across - sun[0], down - sun[1])
    flare = np.zeros(x.shape, np.float32)
    flare += 0.10 * np.exp(-from_sun / 0.35)[..., None] * np.array(film.sun_colour, np.float32)
    for c, shift in enumerate((0.98, 1.0, 1.02)):  # glass bends colours differently
        flare[..., c] += 0.05 * np.exp(-(((from_sun / shift - 0.42) / 0.018) ** 2))
    ghosts = [(-0.35, 0.05, (0.5, 0.8, 0.3)), (-0.6, 0.11, (0.25, 0.6, 0.8)), (-1.0, 0.2, (0.7, 0.4, 0.15))]
    ghosts += [(0.45, 0.035, (0.9, 0.6, 0.3)), (0.2, 0.02, (0.3, 0.9, 0.7)), (-1.5, 0.09, (0.5, 0.3, 0.9))]
    for at, size, colour in ghosts:
        flare += 0.05 * disc(at, size, 0.25)[..., None] * np.array(colour, np.float32)
    spokes = np.abs(np.cos(np.arctan2(down - sun[1], across - sun[0]) * 4)) ** 40
    flare += (0.25 * spokes * np.exp(-from_sun / 0.12))[..., None] * np.array(film.sun_colour, np.float32)
    return flare * (film.flare * shining)


def _curve(x: np.ndarray, contrast: float) -> np.ndarray:
    """Display values in [0, 1]: a sigmoid over stops from middle grey, after colours were drawn together.

    Channels are mixed before the curve and partly unmixed after it, so that bright colours go to white as on film; the
    idea, the range of stops and the form of the sigmoid are AgX's (Sobotka 2022).
    """
    inset = np.float32(0.82) * np.eye(3, dtype=np.float32) + np.float32(0.06)
    outset = np.linalg.inv(np.float32(0.88) * np.eye(3, dtype=np.float32) + np.float32(0.04))
    stops = np.log2(np.maximum(x @ inset, 1e-8) / GREY)
    t = np.clip((stops - BLACK) / (WHITE - BLACK), 0, 1)
    pivot, level, power = -BLACK / (WHITE - BLACK), GREY ** (1 / 2.2), 1.5
    slope = 2.4 * contrast

    def side(distance: np.ndarray, room: float, height: float) -> np.ndarray:
        # scaled so that the curve ends exactly at black and at white
        scale = (height**-power - (slope * room) ** -power) ** (-1 / power)
        value = slope * distance / scale
        return scale * value / (1 + value**power) ** (1 / power)

    below = level - side(np.maximum(pivot - t, 0), pivot, level)
    above = level + side(np.maximum(t - pivot, 0), 1 - pivot, 1 - level)
    return np.clip(np.where(t < pivot, below, above) @ outset, 0, 1)


def _print(y: np.ndarray, film: Film) -> np.ndarray:
    """Split tone: one colour added in the shadows, another multiplied in the lights; black lifted."""
    grey = y.mean(2, keepdims=True)
    y = y + np.array(film.shadows, np.float32) * (1 - grey) ** 2
    y = y * (1 + (np.array(film.highlights, np.float32) - 1) * np.clip(grey * 1.4, 0, 1))
    return film.fade + y * (1 - film.fade)


def _grain(y: np.ndarray, strength: float, seed: int) -> np.ndarray:
    """Grain a little larger than a pixel, mostly grey, strongest in the middle tones."""
    if not strength:
        return y
    noise = np.random.default_rng([seed, 7]).standard_normal(y.shape).astype(np.float32)
    diagonal = np.hypot(*y.shape[:2])
    size = 0.45 + diagonal / 6000  # pixels
    strength = strength * min(diagonal / 1320, 1.25)  # a small picture is a large one seen from afar
    noise = gaussian_filter(noise, (size, size, 0))
    noise /= noise.std()
    noise = 0.85 * noise.mean(2, keepdims=True) * np.sqrt(3) + 0.5 * noise
    grey = y.mean(2, keepdims=True)
    return y + noise * strength * (0.35 + 2.2 * grey * (1 - grey))


def _to_bytes(y: np.ndarray) -> np.ndarray:
    return (np.clip(y, 0, 1) * 255 + 0.5).astype(np.uint8)
