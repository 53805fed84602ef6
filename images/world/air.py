"""The air between lens and scene: haze everywhere, and mist that lies in valleys, drawn from a picture's depth."""

from dataclasses import replace

import numpy as np
from scipy.ndimage import uniform_filter

FAR = 5e4  # metres; beyond is sky
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)


def veiled(x: np.ndarray, depth: np.ndarray, film) -> np.ndarray:
    """Linear light (h, w, 3) seen through the air that `film` describes; depth (h, w) in metres, along the axis."""
    if not film.haze and not film.mist:
        return x
    sky = depth > FAR
    thickness = np.where(sky, 0, film.haze * np.minimum(depth, FAR))
    if film.mist:
        thickness = thickness + _mist(depth, film)
    kept = np.exp(-thickness).astype(np.float32)
    grey = x @ LUMINANCE + 1e-6
    share, passed = _matted(grey, kept, grey * kept)
    return (
        x * np.clip(passed / grey, 0, 1)[..., None] + _colour(depth.shape, film) * (1 - np.clip(share, 0, 1))[..., None]
    )


def thinned(light, distance: float):
    """A light whose haze leaves a subject `distance` metres away, and what is before it, to be seen."""
    return replace(light, haze=min(light.haze, 0.55 / distance)) if light.film.mean is None else light


def _mist(depth: np.ndarray, film) -> np.ndarray:
    """Optical thickness of mist that thins out upwards from its floor, summed exactly along each pixel's ray."""
    rows = (np.arange(len(depth)) + 0.5) / len(depth)
    top, bottom = film.slopes
    slope = (top + (bottom - top) * rows)[:, None]  # metres upwards for each metre of depth
    reach = np.minimum(depth, FAR)
    rise = slope * reach
    flat = np.abs(rise) < 0.05
    mean = (_below(np.where(flat, 0.05, rise), film) - _below(0.0, film)) / np.where(flat, 0.05, rise)
    return film.mist * reach * mean


def _below(height, film) -> np.ndarray:
    """Mist under a height over the camera, as metres of the mist at its floor; counted from the floor."""
    above = np.asarray(height, float) - film.mist_floor
    return np.where(above < 0, above, film.mist_height * -np.expm1(-np.maximum(above, 0) / film.mist_height))


def _matted(light: np.ndarray, *values: np.ndarray, size: int = 3):
    """`values` made to follow the light where leaves and ridges cover pixels in part.

    Depth comes from one ray a pixel, light from many: what is behind shines through a pixel that the ray found covered.
    A guided filter (He et al. 2010) fits each value as a line over the light round every pixel, so they mix alike.
    """
    mean = lambda x: uniform_filter(x, size, mode="nearest")  # noqa: E731
    light_mean = mean(light)
    spread = mean(light * light) - light_mean**2 + 1e-3 * uniform_filter(light, 8 * size) ** 2 + 1e-12
    for value in values:
        value_mean = mean(value)
        slope = (mean(light * value) - light_mean * value_mean) / spread
        yield mean(slope) * light + mean(value_mean - slope * light_mean)


def _colour(shape, film) -> np.ndarray:
    colour = np.broadcast_to(np.array(film.haze_colour, np.float32), (*shape, 3))
    if not film.sun:
        return colour
    # air scatters forwards: it is brighter and warmer towards the sun
    height, width = shape
    across = (np.arange(width) / width - film.sun[0])[None, :] * (width / height)
    down = (np.arange(height) / height - film.sun[1])[:, None]
    lobe = np.exp(-((across**2 + down**2) / 0.6))[..., None]
    return colour * (1 + lobe * (np.array(film.sun_colour, np.float32) * 1.6 - 0.4))
