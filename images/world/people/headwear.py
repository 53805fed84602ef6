"""Hats, caps and helmets, in the head bone's axes for an adult man's head (see `bodies.skull`)."""

import numpy as np

from images.world.geometry import TURN, Solid, join, loft, tube
from images.world.modelling.implicit import ball, rod, surface

MIDDLE = np.array([0.0, 0.008])  # of the skull, x and y
WIDE, LONG = 0.084, 0.103  # half of a hat's inside


def _ring(radius: float, z, around: int, stretch: float = 0.0):
    """A ring round the head, `radius` metres outside the hat band; z a number or one for each corner."""
    t = np.linspace(0, TURN, around, endpoint=False)
    x = (WIDE + radius) * np.cos(t)
    y = (LONG + radius + stretch) * np.sin(t)
    return np.stack([x + MIDDLE[0], y + MIDDLE[1], np.broadcast_to(z, around)], 1)


def brimmed(around: int, crown: float, brim: float, curl: float, taper: float, pinch: float, droop: float = 0.0):
    """A hat with a crown and a brim. crown: height; brim: width; curl: how far the sides turn up; taper: of the crown;
    pinch: depth of the crown's dent; droop: how far the brim hangs behind. Returns [hat, band]."""
    t = np.linspace(0, TURN, around, endpoint=False)
    base = 0.132
    lift = curl * np.cos(t) ** 2 - 0.35 * curl * np.sin(t) ** 2 - droop * np.clip(np.sin(t), 0, 1)
    rings = []
    for share in (1.0, 0.985, 0.66, 0.33, 0.0):
        rings.append(_ring(brim * share, base + lift * share**1.6, around))
    for up in (0.1, 0.3, 0.6, 0.85, 0.95, 1.0):
        slim = -taper * up - 0.012 * np.clip((up - 0.8) / 0.2, 0, 1) ** 2
        front = pinch * 0.35 * np.clip(-np.sin(t), 0, 1) ** 2 * np.abs(np.cos(t)) ** 0.5 * up
        ring = _ring(slim, base + crown * up - 0.25 * pinch * np.cos(t) ** 2 * up, around)
        ring[:, 0] *= 1 - front / WIDE * 3
        rings.append(ring)
    top = rings[-1]
    for share in (0.75, 0.45, 0.15):
        ring = (top - top.mean(0)) * share + top.mean(0)
        ring[:, 2] = base + crown - pinch * (1 - (ring[:, 0] / (WIDE * 0.8)) ** 2).clip(0, 1) * (1 - share * 0.6)
        rings.append(ring)
    band = [_ring(0.002 - taper * up, base + crown * up, around) for up in (0.0, 0.3)]
    inner = [_ring(-0.004, z, around) for z in (base + 0.004, base + 0.4 * crown)]
    return [
        join([loft(rings, capped=False), loft(inner[::-1], capped=False), _cap(rings[-1])]),
        loft(band, capped=False),
    ]


def _cap(ring) -> Solid:
    n = len(ring)
    i = np.arange(n)
    return Solid(np.concatenate([ring, ring.mean(0)[None]]), (np.stack([i, (i + 1) % n, np.full(n, n)], 1),))


def dome(around: int, thick: float, low: float, high: float, round_: float = 1.0) -> Solid:
    """The upper half of an ellipsoid over the skull, open below."""
    rings = [
        _ring(thick - (WIDE + thick) * (1 - np.cos(a) ** round_), low + (high - low) * np.sin(a), around)
        for a in np.linspace(0, np.pi / 2 * 0.97, 10)
    ]
    return join([loft(rings, capped=False), _cap(rings[-1])])


def visor(around: int, length: float, z: float, dip: float, wide: float = 0.9) -> Solid:
    """A stiff peak over the brow."""
    t = np.linspace(-wide, wide, around)
    rows = []
    for share in np.linspace(0, 1, 5):
        edge = 1 - (t / wide) ** 2
        x = (WIDE + 0.004) * np.sin(t) * (1 + 0.12 * share)
        y = MIDDLE[1] - (LONG + 0.002) * np.cos(t) - length * share * edge**0.6
        rows.append(np.stack([x, y, z - dip * share * edge - 0.012 * np.abs(t / wide) ** 2 * share], 1))
    points = np.array(rows)
    under = points - (0, 0, 0.004)
    return join([_sheet(points), _sheet(under)])


def _sheet(points) -> Solid:
    rows, columns = points.shape[:2]
    i = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)[None]).ravel()
    return Solid(points.reshape(-1, 3), (np.stack([i, i + 1, i + columns + 1, i + columns], 1),))


def make(name: str, around: int, step: float) -> list[tuple[Solid, str]]:
    """The hat's parts and what each is: "hat", "band", "knit" or "hard"."""
    if name == "fedora":
        hat, band = brimmed(around, 0.092, 0.056, 0.022, 0.018, 0.03)
        return [(hat, "hat"), (band, "band")]
    if name == "straw hat":
        hat, band = brimmed(around, 0.085, 0.115, -0.012, 0.004, 0.004)
        return [(hat, "straw"), (band, "band")]
    if name == "cowboy hat":
        hat, band = brimmed(around, 0.1, 0.085, 0.055, 0.018, 0.034)
        return [(hat, "hat"), (band, "band")]
    if name == "bowler":
        hat, band = brimmed(around, 0.075, 0.038, 0.016, 0.004, -0.03)
        return [(hat, "hat"), (band, "band")]
    if name == "sou'wester":
        hat, _ = brimmed(around, 0.085, 0.055, -0.012, 0.01, -0.014, droop=0.05)
        return [(hat, "oilskin")]
    if name == "cap":
        return [(dome(around, 0.0, 0.115, 0.212), "cotton"), (visor(around // 2, 0.075, 0.122, 0.018), "cotton")]
    if name == "flat cap":
        blobs = [
            ball((0, -0.008, 0.158), (0.094, 0.118, 0.04), blend=0.02),
            ball((0, -0.04, 0.165), (0.08, 0.08, 0.035), blend=0.03),
        ]
        return [(surface(blobs, step * 0.006), "hat"), (visor(around // 2, 0.045, 0.137, 0.014), "hat")]
    if name == "hard hat":
        ridge = [
            tube([(x, -0.07, 0.19 - abs(x)), (x, 0.0, 0.228 - abs(x) * 0.6), (x, 0.085, 0.19 - abs(x))], 0.007, 8)
            for x in (0.0, 0.02, -0.02)
        ]
        rim = loft(
            [_ring(r, z, around) for r, z in ((0.004, 0.128), (0.024, 0.12), (0.024, 0.116), (0.004, 0.12))],
            capped=False,
        )
        return [
            (join([dome(around, 0.014, 0.12, 0.228, 0.9), rim, visor(around // 2, 0.04, 0.121, 0.012), *ridge]), "hard")
        ]
    if name in ("beanie", "bobble hat"):
        blobs = [
            ball((0, 0.014, 0.12), (0.09, 0.106, 0.098), blend=0.02),
            rod((0, 0.02, 0.19), (0, 0.035, 0.213), 0.045, 0.02, blend=0.04),
        ]
        blobs += [
            ball((0, -0.115, 0.02), (0.14, 0.13, 0.09), sign=-1, blend=0.01),
            ball((0, 0.05, -0.02), (0.2, 0.2, 0.09), sign=-1, blend=0.01),
        ]
        parts = [(surface(blobs, step * 0.006), "knit")]
        rim = [_ring(r, z + tilt, around) for r, z in ((0.004, 0.088), (0.013, 0.092), (0.015, 0.11), (0.012, 0.13),
            (0.004, 0.132))
               for tilt in [-0.02 * np.sin(np.linspace(0, TURN, around, endpoint=False)) + 0.012]]  # fmt: skip
        parts.append((loft(rim, capped=False), "knit"))
        if name == "bobble hat":
            parts.append((surface([ball((0, 0.035, 0.24), 0.033)], step * 0.006), "bobble"))
        return parts
    raise ValueError(f"no hat is called {name!r}")


HATS = (
    "fedora",
    "straw hat",
    "cowboy hat",
    "bowler",
    "sou'wester",
    "cap",
    "flat cap",
    "hard hat",
    "beanie",
    "bobble hat",
)
