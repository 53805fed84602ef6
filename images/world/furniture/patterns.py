"""Patterns drawn as arrays, (h, w, 3) display values in [0, 1], top row first: carpets and wallpapers."""

from functools import lru_cache

import numpy as np

from images.world.noise import fbm


@lru_cache(64)
def carpet(seed: int, height: int = 520) -> np.ndarray:
    """A knotted carpet: borders of running motifs round a field with a medallion and scattered flowers."""
    rng = np.random.default_rng([seed, 31])
    width = int(height * 1.4)
    v, u = np.mgrid[0:height, 0:width].astype(float)
    knot = height / 170  # pixels: motifs step as knots do
    u, v = np.floor(u / knot) * knot, np.floor(v / knot) * knot
    x, y = np.abs(u / width - 0.5) * 1.4, np.abs(v / height - 0.5)
    palettes = [
        ((0.42, 0.07, 0.06), (0.09, 0.1, 0.2), (0.72, 0.6, 0.42), (0.5, 0.25, 0.1)),
        ((0.1, 0.14, 0.27), (0.4, 0.08, 0.07), (0.7, 0.6, 0.44), (0.32, 0.36, 0.3)),
        ((0.46, 0.3, 0.2), (0.2, 0.12, 0.1), (0.74, 0.66, 0.5), (0.24, 0.3, 0.33)),
        ((0.17, 0.24, 0.19), (0.34, 0.09, 0.07), (0.7, 0.6, 0.4), (0.1, 0.1, 0.13)),
    ]
    field, border, pale, third = (np.array(c) for c in palettes[rng.integers(len(palettes))])
    edge = np.minimum(0.7 - x, 0.5 - y)  # from the rim inwards
    k, p = rng.integers(3, 6), rng.uniform(0, 6)
    star = np.cos(k * 14 * x + p) * np.cos(k * 14 * y + p) + 0.6 * np.cos(k * 26 * (x + y)) * np.cos(k * 26 * (x - y))
    picture = np.where((star > 0.75)[..., None], pale, np.where((star < -0.85)[..., None], third, field))
    reach = x / 0.42 + y / 0.34
    medal = reach + 0.06 * np.sin(16 * np.arctan2(y, x))
    rings = np.cos(medal * 30)
    inner = np.where((rings > 0.5)[..., None], pale, np.where((rings < -0.4)[..., None], third, border))
    picture = np.where((medal < 1)[..., None], inner, picture)
    corner = (0.7 - x) / 0.3 + (0.5 - y) / 0.3 < 1.15
    picture = np.where(corner[..., None], np.where((star > 0.5)[..., None], pale, third), picture)
    run = np.where(0.7 - x < 0.5 - y, y, x)
    wave = np.cos(run * 75 + 2 * np.cos(edge * 110)) + 0.5 * np.cos(run * 150)
    band = np.where((wave > 0.7)[..., None], pale, np.where((wave < -0.8)[..., None], field, border))
    picture = np.where((edge < 0.11)[..., None], band, picture)
    for low, high, colour in (
        (0.0, 0.012, border),
        (0.012, 0.02, pale),
        (0.095, 0.102, pale),
        (0.102, 0.112, third),
        (0.112, 0.118, pale),
    ):
        picture = np.where(((edge >= low) & (edge < high))[..., None], colour, picture)
    yarn = np.random.default_rng(seed).normal(1, 0.09, (height, width, 1))
    worn = 1 + 0.25 * fbm(u / height * 3, v / height * 3, 5, seed)[..., None]
    stripes = 1 + 0.07 * fbm(v / height * 60, u * 0 + 1.0, 2, seed)[..., None]  # dyed batches of wool
    return np.clip(picture * yarn * worn * stripes, 0, 1)


PAPERS = (((0.36, 0.42, 0.36), (0.28, 0.34, 0.29)), ((0.5, 0.22, 0.18), (0.4, 0.15, 0.13)), ((0.3, 0.38,
    0.46), (0.22, 0.29, 0.38)), ((0.62, 0.52, 0.34), (0.52, 0.42, 0.26)), ((0.34, 0.24, 0.28), (0.25,
    0.17, 0.2)), ((0.64, 0.6, 0.52), (0.54, 0.5, 0.43)), ((0.2, 0.27, 0.24), (0.28, 0.36, 0.3)), ((0.46,
    0.34, 0.24), (0.38, 0.26, 0.18)),)  # fmt: skip


@lru_cache(32)
def wallpaper(seed: int, kind: str = "damask", colours=None, size: int = 256) -> np.ndarray:
    """One repeat of a wallpaper: "damask", "stripes", "sprigs" or "trellis"; it tiles on all sides."""
    rng = np.random.default_rng([seed, 41])
    ground, figure = (np.array(c) for c in (colours or PAPERS[rng.integers(len(PAPERS))]))
    v, u = np.mgrid[0:size, 0:size] / size * 2 - 1
    if kind == "stripes":
        wide = np.cos(u * np.pi * 4) > 0.1
        thin = (np.cos(u * np.pi * 16) > 0.86) & ~wide
        dots = wide & (np.cos(u * np.pi * 4) > 0.8) & (np.cos(v * np.pi * 8) > 0.55)
        mask = np.where(dots, 0.2, np.where(thin, 0.8, np.where(wide, 1.0, 0.0)))
    elif kind == "sprigs":
        mask = np.zeros((size, size))
        for a, b in ((-0.5, -0.5), (0.5, 0.5)):
            x, y = u - a, v - b
            for turn in (-0.7, 0.0, 0.7):
                s, t = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
                mask = np.maximum(mask, np.hypot(s * 2.6, t + 0.22) < 0.16)
            petals = 0.13 * (1 + 0.35 * np.cos(5 * np.arctan2(y, x)))
            mask = np.maximum(mask, np.hypot(x, y) < petals)
    elif kind == "trellis":
        lines = np.minimum(np.abs(np.sin(np.pi * (u + v))), np.abs(np.sin(np.pi * (u - v))))
        mask = (lines < 0.16) | (np.hypot(np.sin(np.pi * u), np.sin(np.pi * v)) < 0.28)
    else:
        mask = _damask(u, v, rng)
    shaded = mask[..., None] * np.ones(3) if mask.ndim == 2 else mask
    noise = np.random.default_rng(seed).normal(1, 0.03, (size, size, 1))
    return np.clip((ground * (1 - shaded) + figure * shaded) * noise, 0, 1)


def _damask(u, v, rng) -> np.ndarray:
    """Mirrored leaves round an upright axis, in half-drop."""
    k = rng.integers(2, 4)

    def motif(x, y):
        x = np.abs(x)
        angle, reach = np.arctan2(x, -y), np.hypot(x * 1.25, y)
        leaf = 0.42 + 0.16 * np.cos(k * 2 * angle) + 0.1 * np.cos(6 * angle + 1) - 0.06 * np.cos(13 * angle)
        body = reach < leaf
        veins = np.abs(np.sin(9 * reach + 3 * np.cos(k * angle))) < 0.3
        bud = np.hypot(x * 2.2, y - 0.05) < 0.13
        return (body & ~veins) | bud | ((np.abs(reach - leaf * 1.22) < 0.022) & (y < 0.4))

    wrap = lambda a: (a + 1) % 2 - 1  # noqa: E731
    return (motif(u, v) | motif(wrap(u + 1), wrap(v + 1))).astype(float)
