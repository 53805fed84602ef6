"""Spars, sails and ropes."""

import numpy as np

from images.world.geometry import Solid, ellipsoid, grid, join, lathe, tube
from images.world.noise import fbm, smoothstep

SAILCLOTH = {
    "white": (0.66, 0.65, 0.61),
    "cream": (0.62, 0.55, 0.42),
    "tan": (0.27, 0.105, 0.05),
    "brown": (0.17, 0.085, 0.05),
    "red": (0.36, 0.045, 0.035),
    "ochre": (0.42, 0.24, 0.07),
}


def sail(
    corners,
    belly: float,
    lee: float,
    fine: float,
    colour,
    seed: int,
    *,
    panel: float = 0.75,
    patches=0,
    torn: float = 0.0,
):
    """A sail and its colours (n, 3): corners tack, clew, peak and throat (peak and throat the same for a jib) in
    metres.

    belly: depth over the foot's length; lee: -1 or 1, the side it bellies to along x. Seams lie `panel` metres apart;
    `patches` rows of reef points; torn: share eaten away from the leech.
    """
    tack, clew, peak, throat = (np.asarray(c, float) for c in corners)
    n, m = max(10, round(46 * fine)), max(8, round(30 * fine))
    v, u = np.linspace(0, 1, n)[:, None], np.linspace(0, 1, m)[None]
    if torn:
        ragged = 1 - torn * np.clip(0.5 + fbm(v * 5, 0 * v + seed, 4, seed), 0, 1) * smoothstep(0, 0.3, v)
        u = u * ragged
    luff = tack + (throat - tack) * v[..., None]
    leech = clew + (peak - clew) * v[..., None]
    width = np.linalg.norm(leech - luff, axis=-1)
    roach = 0.05 * np.sin(np.pi * v)[..., None] * (leech - luff)
    p = luff + (leech + roach - luff) * u[..., None]
    # deepest two fifths back from the luff, twisting off towards the head
    curve = np.sin(np.pi * u**0.75) * (0.35 + 0.65 * np.sin(np.pi * np.clip(v * 0.86 + 0.1, 0, 1)))
    out = lee * (belly * width * curve + 0.16 * width * v * u)
    # creases from the corners, and the cloth's own flutter along the leech
    angle = np.arctan2(v, u + 0.02)
    out += 0.012 * width * np.sin(angle * 26) * np.exp(-np.hypot(v, u) * 3.2)
    out += 0.012 * width * np.sin(np.arctan2(v, 1.02 - u) * 22) * np.exp(-np.hypot(v, 1 - u) * 3.2)
    out += 0.02 * fbm(u * 3 + 0 * v, v * 7, 3, seed) * width * smoothstep(0.6, 1.0, u)
    p = p + out[..., None] * np.array([1.0, 0.0, 0.0])
    down = (p[..., 2] - tack[2]) / panel + 0.35 * p[..., 1]
    seam = np.abs(down % 1 - 0.5) > (0.44 if fine > 0.5 else 0.6)
    age = np.clip(0.5 + fbm(p[..., 1] / 1.3, p[..., 2] / 1.3, 4, seed), 0, 1)
    shade = (0.8 + 0.28 * age) * np.where(seam, 0.8, 1.0)
    stain = (
        smoothstep(0.12, 0.0, v) * 0.25
        + smoothstep(0.25, 0.6, fbm(p[..., 1] * 0.8, p[..., 2] * 0.3, 4, seed + 1)) * 0.3
    )
    colours = np.array(colour)[None, None] * (shade * (1 - stain))[..., None]
    solid = grid(p[..., 0], p[..., 1], p[..., 2])
    parts, extra = [solid], [colours.reshape(-1, 3)]
    for row in range(patches):
        level = min(int((0.2 + 0.17 * row) * n), n - 1)
        for i in range(2, m - 1, max(1, m // 10)):
            a = p[level, i]
            for side in (-0.03, 0.03):
                point = tube([a + (side, 0, 0), a + (2 * side, 0.02, -0.16), a + (2.2 * side, 0.05, -0.32)], 0.008, 4)
                parts.append(point)
                extra.append(np.full((len(point.vertices), 3), 0.4))
    return join(parts), np.concatenate(extra)


def furled(start, end, radius: float, fine: float, seed: int) -> Solid:
    """A sail lashed along a boom."""
    t = np.linspace(0, 1, max(12, round(50 * fine)))
    path = np.asarray(start) + (np.asarray(end) - np.asarray(start)) * t[:, None] + np.array([0, 0, 0.8 * radius])
    size = (
        radius
        * (0.55 + 0.5 * np.sin(np.pi * t**0.6) ** 0.5)
        * (1 + 0.2 * np.sin(t * 44))
        * (1 + 0.25 * fbm(t * 9, t * 0, 3, seed))
    )
    return tube(path, np.maximum(size, 0.02), max(7, round(14 * fine)))


def spar(start, end, foot: float, tip: float, around: int = 10) -> Solid:
    """A round spar, thickest at a third of its length."""
    t = np.array([0.0, 0.3, 0.7, 1.0])[:, None]
    path = np.asarray(start, float) * (1 - t) + np.asarray(end, float) * t
    return tube(path, [foot * 0.92, foot, 0.6 * foot + 0.4 * tip, tip], around)


def rope(start, end, sag: float = 0.0, radius: float = 0.009, steps: int = 9) -> Solid:
    """A rope between two points that hangs `sag` metres deep in the middle."""
    steps = 2 if not sag else steps
    t = np.linspace(0, 1, steps)[:, None]
    path = np.asarray(start, float) * (1 - t) + np.asarray(end, float) * t
    path = path - np.array([0, 0, 1.0]) * (4 * sag * t * (1 - t))
    return tube(path, radius, 5)


def ratlines(a, b, top, radius: float = 0.006) -> list[Solid]:
    """Two shrouds from deck points a and b to `top`, and the rungs between them."""
    a, b, top = (np.asarray(p, float) for p in (a, b, top))
    parts = [rope(a, top, 0, 0.011), rope(b, top, 0, 0.011)]
    length = np.linalg.norm(top - a)
    for s in np.arange(0.6, length * 0.8, 0.38) / length:
        parts.append(rope(a + (top - a) * s, b + (top - b) * s, 0.01, radius, 4))
    return parts


def block(at, size: float = 0.07) -> Solid:
    return ellipsoid(0.5 * size, size * 0.7, size, 8, 6).moved(*at)


def pennant(at, length: float, seed: int) -> Solid:
    """A small flag streaming to +x."""
    u = np.linspace(0, 1, 10)[None]
    v = np.array([0.0, 1.0])[:, None]
    x = at[0] + length * u + 0 * v
    y = at[1] + 0.09 * length * np.sin(u * 9 + seed) * u + 0 * v
    z = at[2] + 0.5 * length * (v - 0.5) * (1 - 0.45 * u) - 0.12 * length * u
    return grid(x, y, z)


def lifebuoy(at, radius: float, along: str = "y") -> Solid:
    t = np.linspace(0, 2 * np.pi, 25)
    ring = (
        np.c_[radius * np.cos(t), 0 * t, radius * np.sin(t)]
        if along == "y"
        else np.c_[0 * t, radius * np.cos(t), radius * np.sin(t)]
    )
    return tube(ring + np.asarray(at), 0.26 * radius, 8)


def coil(at, radius: float, turns: int = 5, thick: float = 0.014) -> Solid:
    """A rope coiled down on deck."""
    t = np.linspace(0, 2 * np.pi * turns, 14 * turns)
    r = radius * (0.45 + 0.55 * (t / t[-1]))
    return tube(
        np.c_[at[0] + r * np.cos(t), at[1] + r * np.sin(t), at[2] + thick + 0.8 * thick * np.sin(t * 0.37) ** 2],
        thick,
        5,
    )


def barrel(at, radius: float, height: float, around: int = 18) -> Solid:
    profile = [(0.84 * radius, 0.0), (0.95 * radius, 0.2 * height), (radius, 0.5 * height), (0.95 * radius,
        0.8 * height), (0.84 * radius, height), (0.8 * radius, height), (0.8 * radius, 0.96 * height)]  # fmt: skip
    return lathe(profile, around).moved(*at)
