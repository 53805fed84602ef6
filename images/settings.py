"""The seven settings: ridges, ground and what stands on it, painted from far to near on a canvas."""

from collections.abc import Callable

import numpy as np

from images.paint import Canvas, Stencil, fbm, noise, octaves_for, rgb, smoothstep

Rng = np.random.Generator


BEYOND = 85.0  # scene units: behind the farthest visible row of the ground


def ridge(canvas: Canvas, rng: Rng, air: float, top: float, height: float, frequency: float, colour: np.ndarray,
          steep: float = 0.5, gain: float = 0.5, snow: float = 0.0) -> None:  # fmt: skip
    """One range of hills or peaks beyond the plain: its skyline between `top` and `top + height`, its slopes lit by
    noise, veiled by `air`."""
    frame, depth = canvas.frame, BEYOND + air
    x, y = frame.world_x(depth), frame.y
    u0, v0 = rng.uniform(0, 64, 2)
    octaves = octaves_for(frequency, frame.height, 8)
    line = top + height * (0.5 - 0.45 * fbm(x * frequency + u0, np.full_like(x, v0), octaves, gain))  # (1, w)
    below = (y - line) * frame.zoom  # (h, w) frame heights under the skyline
    cover = np.clip(below * frame.height + 0.5, 0, 1)
    # slopes: noise stretched down the fall line, its difference across is which way they face
    detail = octaves_for(frequency * 3, frame.height, 7)
    u, v = x * frequency * 3 + u0 + below * 4, below * frequency * 1.6 + v0
    face = fbm(u, v, detail, 0.5) - fbm(u + 0.3, v, detail, 0.5)
    surface = np.stack([np.clip(face * 2 * steep, -0.95, 0.95), np.full_like(face, 0.6 - 0.4 * steep), 0 * face], -1)
    tint = colour * (1 + 0.10 * noise(u * 0.5, v * 0.5 + 9)[..., None])
    if snow:
        cap = smoothstep(0.02, -0.02, below - snow * height * (0.7 + 0.5 * noise(u * 0.7, v * 0.7)))
        tint = tint + cap[..., None] * (rgb("#f3f6fb") - tint)
    canvas.put(tint, cover, surface, depth, air=air)


def ground(canvas: Canvas, rng: Rng, horizon: float, low: np.ndarray, high: np.ndarray, rough: float = 0.25,
           ripple: float = 0.0, until: float = 2.0) -> None:  # fmt: skip
    """The plane from the horizon to the viewer: two colours mixed by noise laid flat on it; depth 1 / (y - horizon)."""
    frame = canvas.frame
    drop = np.maximum(frame.y - horizon, 1e-3)
    depth = 1 / drop  # (h, 1)
    cover = np.clip((frame.y - horizon - 0.012) * frame.zoom * frame.height + 0.5, 0, 1) * np.ones_like(frame.x)
    u0, v0 = rng.uniform(0, 64, 2)
    u, v = frame.world_x(depth) * depth, depth * np.ones_like(frame.x)  # (h, w) on the plane
    fine = np.clip(frame.height * drop**2 / 4, 0, 1)  # noise finer than a pixel fades out
    coarse = fbm(u * 0.5 + u0, v * 0.9 + v0, 2)
    detail = fine * fbm(u * 2.5 + u0, v * 5 + v0, octaves_for(8, frame.height, 7), 0.6)
    mix = np.clip(0.5 + 0.4 * coarse + 0.3 * detail, 0, 1)[..., None]
    tilt = rough * (detail + ripple * fine * np.sin(v * 9 + 2.5 * coarse))
    surface = np.stack([tilt, 0.8 - np.abs(tilt) * 0.3, 0 * tilt], -1)
    canvas.put(low + (high - low) * mix, cover, surface, depth, ground=1.0)


def water(canvas: Canvas, rng: Rng, horizon: float, shore: float | None, colour: np.ndarray) -> None:
    """Water from the horizon to a shore line (frame heights from the top), or to the viewer."""
    frame = canvas.frame
    drop = np.maximum(frame.y - horizon, 1e-3)
    depth = 1 / drop
    x = frame.world_x(depth)
    u0, v0 = rng.uniform(0, 64, 2)
    cover = np.clip((frame.y - horizon - 0.004) * frame.zoom * frame.height + 0.5, 0, 1) * np.ones_like(x)
    if shore is not None:
        edge = shore + 0.02 * fbm(x * 2 + u0, np.full_like(x, v0), 2)
        cover = cover * np.clip((edge - frame.y) * frame.zoom * frame.height * 0.5 + 0.5, 0, 1)
        foam = smoothstep(0.02, 0.0, np.abs(edge - frame.y - 0.008)) * cover
    swell = noise(x * depth * 0.6 + u0, depth * 5 + v0)  # long crests across the view
    chop = noise(x * depth * 2.2 + v0, depth * 14 + u0) * np.clip(frame.height * drop**2 / 6, 0, 1)
    tilt = 0.5 * swell + 0.5 * chop
    surface = np.stack([0.3 * tilt, 0.75 + 0.2 * tilt, 0 * tilt], -1)
    tint = colour * (1 + 0.12 * tilt[..., None])
    if shore is not None:
        tint = tint + 0.8 * foam[..., None] * (rgb("#f4f6f5") - tint)
        canvas.put(tint, cover, surface, depth, water=1.0)
        canvas.water *= 1 - foam
    else:
        canvas.put(tint, cover, surface, depth, water=1.0)


def cells(canvas: Canvas, rng: Rng, depth: float, spacing: float):
    """Yield (world x, a generator of its own) for every slot of a row that the camera may see."""
    frame = canvas.frame
    seed = int(rng.integers(2**31))
    left, right = frame.world_x(depth)[0, [0, -1]]
    for i in range(int(np.floor(left / spacing)) - 3, int(np.ceil(right / spacing)) + 4):
        own = np.random.default_rng([seed, i + 100_000])
        yield (i + own.uniform(0.2, 0.8)) * spacing, own


def conifers(canvas: Canvas, rng: Rng, depth: float, base: float, size: float, spacing: float, colour: np.ndarray,
             gap: float = 0.0, snow: bool = False) -> None:  # fmt: skip
    """A row of firs standing on `base`; none within `gap` of the middle."""
    stencil = Stencil(canvas.frame, depth)
    for x, own in cells(canvas, rng, depth, spacing):
        tall, tone = size * own.uniform(0.7, 1.15), own.uniform(0.82, 1.15)
        if abs(x) < gap:
            continue
        half = tall * own.uniform(0.2, 0.27)
        stencil.fill([(x - half * 0.09, base + 0.01), (x + half * 0.09, base + 0.01), (x, base - tall)], rgb("#4a3a2e"))
        for k in range(4):
            low, high = base - tall * (0.1 + 0.2 * k), base - tall * min(0.48 + 0.2 * k, 1.0)
            wide = half * (1 - 0.2 * k)
            shade = colour * tone * (0.86 + 0.07 * k)
            stencil.fill([(x - wide, low), (x, low + tall * 0.02), (x, high)], shade, nx=-0.6, ny=0.3)
            stencil.fill([(x, low + tall * 0.02), (x + wide, low), (x, high)], shade * 0.93, nx=0.6, ny=0.3)
            if snow:
                drift = [
                    (x - wide * 0.62, low - tall * 0.1),
                    (x, low - tall * 0.05),
                    (x + wide * 0.5, low - tall * 0.1),
                ]
                stencil.fill([*drift, (x, high)], rgb("#eef3fa"), ny=0.6)
    canvas.stamp(stencil)


def mountains(canvas: Canvas, rng: Rng, horizon: float, lake: bool) -> None:
    rock = rgb("#76747c") * rng.uniform(0.92, 1.08)
    tall = rng.uniform(0.26, 0.36)
    ridge(canvas, rng, 60, horizon - tall, tall * 0.8, 2.2, rock + 0.08, 0.9, 0.5, snow=0.8)
    ridge(canvas, rng, 26, horizon - tall * 0.42, tall * 0.5, 3.2, rock * 0.82, 0.8, 0.5, snow=0.25)
    ridge(canvas, rng, 14, horizon - 0.05, 0.09, 3.0, rgb("#5c7350"), 0.4, 0.45)
    ground(canvas, rng, horizon, rgb("#76855a"), rgb("#98a06c"), 0.3)
    if lake:
        water(canvas, rng, horizon + 0.03, None, rgb("#4c7488"))
    else:
        conifers(canvas, rng, 9, horizon + 1 / 9, 0.13, 0.16, rgb("#35543a"), gap=0.3)


def sea(canvas: Canvas, rng: Rng, horizon: float, lake: bool) -> None:
    if rng.random() < 0.6:
        ridge(canvas, rng, 50, horizon - 0.06, 0.14, 1.3, rgb("#77858c"), 0.5, 0.4)
    ground(canvas, rng, horizon, rgb("#d9c795"), rgb("#eadcb2"), 0.15)
    shore = None if lake else horizon + rng.uniform(0.17, 0.22)
    water(canvas, rng, horizon, shore, rgb("#2f7d9c") * rng.uniform(0.9, 1.1))


def desert(canvas: Canvas, rng: Rng, horizon: float, lake: bool) -> None:
    sand = rgb("#dfb06c") * rng.uniform(0.95, 1.05)
    ridge(canvas, rng, 45, horizon - 0.11, 0.10, 1.1, rgb("#b98463"), 0.6, 0.35)
    ridge(canvas, rng, 22, horizon - 0.08, 0.13, 1.3, sand * 0.94, 0.45, 0.25)
    ridge(canvas, rng, 12, horizon - 0.01, 0.10, 1.5, sand, 0.45, 0.22)
    ground(canvas, rng, horizon, sand * 0.96, sand * 1.06, 0.12, ripple=0.8)
    if lake:
        water(canvas, rng, horizon + 0.05, None, rgb("#3f8f98"))


def city(canvas: Canvas, rng: Rng, horizon: float, lake: bool) -> None:
    walls = ("#8f949c", "#a39a90", "#7c8794", "#b0a596", "#6f7680", "#97857c")
    for depth, low, high, wide in ((40, 0.16, 0.40, 0.11), (18, 0.08, 0.30, 0.15)):
        stencil = Stencil(canvas.frame, depth)
        base = horizon + 1 / depth
        for x, own in cells(canvas, rng, depth, wide):
            top, half = base - own.uniform(low, high), wide * own.uniform(0.36, 0.52)
            wall = rgb(walls[own.integers(len(walls))])
            stencil.fill([(x - half, base), (x + half, base), (x + half, top), (x - half, top)], wall)
            stencil.fill(
                [(x + half * 0.55, base), (x + half, base), (x + half, top), (x + half * 0.55, top)],
                wall * 0.82,
                nx=0.9,
            )
            if own.random() < 0.3:
                stencil.fill([(x - half * 0.1, top), (x + half * 0.1, top), (x, top - 0.06)], wall * 0.7)
            if own.random() < 0.4:
                stencil.fill(
                    [
                        (x - half * 0.6, top),
                        (x + half * 0.6, top),
                        (x + half * 0.5, top - 0.03),
                        (x - half * 0.5, top - 0.03),
                    ],
                    wall * 0.9,
                )
        if depth < 30:
            _windows(canvas, stencil, depth)
        else:
            canvas.stamp(stencil)
    ground(canvas, rng, horizon, rgb("#77777b"), rgb("#8d8c8c"), 0.12)
    if lake:
        water(canvas, rng, horizon + 0.05, None, rgb("#3f6478"))


def _windows(canvas: Canvas, stencil: Stencil, depth: float) -> None:
    """Rows of windows over a stencil of buildings; some of them shine when it is dark."""
    frame = canvas.frame
    fine = 17.0  # windows per frame height: seven pixels each in the miniature's pictures
    u, v = frame.world_x(depth) * fine + 100, frame.y * fine * 0.8 + 100
    inside = smoothstep(0.2, 0.35, 0.5 - np.abs(u % 1 - 0.5)) * smoothstep(0.15, 0.3, 0.5 - np.abs(v % 1 - 0.5))
    lamp = np.sin(np.floor(u) * 12.9898 + np.floor(v) * 78.233) * 43758.5453
    lit = inside * (lamp - np.floor(lamp) > 0.55)
    colour, cover, surface = stencil.maps()
    colour = colour * (1 - 0.38 * inside[..., None])
    surface[..., 2] = np.maximum(surface[..., 2], lit * 0.9)
    canvas.put(colour, cover, surface, depth)


def forest(canvas: Canvas, rng: Rng, horizon: float, lake: bool) -> None:
    leaf = rgb("#2f5a36") * rng.uniform(0.9, 1.12)
    ridge(canvas, rng, 30, horizon - 0.10, 0.10, 2.5, leaf * 1.25, 0.3, 0.6)
    conifers(canvas, rng, 22, horizon + 1 / 22, 0.30, 0.07, leaf * 1.25)
    ground(canvas, rng, horizon, rgb("#5b6b3c"), rgb("#6f7f45"), 0.3)
    conifers(canvas, rng, 13, horizon + 1 / 13, 0.42, 0.13, leaf)
    if lake:
        water(canvas, rng, horizon + 0.085, None, rgb("#3c6670"))
    else:
        conifers(canvas, rng, 8, horizon + 1 / 8, 0.58, 0.3, leaf * 0.8, gap=0.38)


def hills(canvas: Canvas, rng: Rng, horizon: float, lake: bool) -> None:
    grass = rgb("#6aa53f") * rng.uniform(0.94, 1.06)
    ridge(canvas, rng, 40, horizon - 0.12, 0.13, 1.2, grass * 0.85 + 0.06, 0.25, 0.3)
    ridge(canvas, rng, 22, horizon - 0.06, 0.12, 1.4, grass * 0.95, 0.25, 0.25)
    ridge(canvas, rng, 13, horizon - 0.005, 0.09, 1.6, grass * 1.08, 0.25, 0.2)
    ground(canvas, rng, horizon, grass * 0.9, grass * 1.1, 0.25)
    if lake:
        water(canvas, rng, horizon + 0.06, None, rgb("#4484a8"))


def snow(canvas: Canvas, rng: Rng, horizon: float, lake: bool) -> None:
    white = rgb("#eef2f8")
    ridge(canvas, rng, 40, horizon - 0.16, 0.16, 1.6, white * 0.9, 0.5, 0.4)
    ridge(canvas, rng, 20, horizon - 0.05, 0.10, 1.5, white * 0.96, 0.35, 0.3)
    conifers(canvas, rng, 15, horizon + 1 / 15, 0.17, 0.17, rgb("#4f6a62"), snow=True)
    ground(canvas, rng, horizon, white * 0.95, white, 0.06)
    if lake:
        water(canvas, rng, horizon + 0.075, None, rgb("#5f8ba6"))


# name -> (how to paint it, the words for it)
SETTINGS: dict[str, tuple[Callable[[Canvas, Rng, float, bool], None], str]] = {
    "mountains": (mountains, "in the mountains"),
    "sea": (sea, "by the sea"),
    "desert": (desert, "in the desert"),
    "city": (city, "in the city"),
    "forest": (forest, "in the forest"),
    "hills": (hills, "in the hills"),
    "snow": (snow, "in the snow"),
}
