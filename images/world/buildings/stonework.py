"""Churches and halls in stone: piers with bases and capitals, pointed and round arches, pierced walls, vaults, tracery.

Lengths are metres. A pointed arch over a half span of 1 rises to `peak(point)`; `point` 0 is a half circle.
"""

import numpy as np

from images.world.furniture.turning import bead, cove, curve, spun
from images.world.geometry import Solid, box, grid, join, loft, tube


def peak(point: float) -> float:
    return float(np.sqrt(1 + 2 * point))


def arc(share, point: float) -> np.ndarray:
    """Height of an arch of half span 1 at shares in [-1, 1] of it: two circles that meet in a point."""
    share = np.clip(np.abs(share), 0, 1)
    return np.sqrt(np.maximum((1 + point) ** 2 - (share + point) ** 2, 0))


def path(half: float, spring: float, point: float, steps: int, legs: float = 0.0) -> np.ndarray:
    """Points (k, 2) along an arch from its left foot to its right, evenly spaced; legs: metres it goes down below."""
    t = np.sin(np.linspace(-np.pi / 2, np.pi / 2, steps))
    line = np.c_[half * t, spring + half * arc(t, point)]
    if legs:
        line = np.concatenate([[(-half, spring - legs)], line, [(half, spring - legs)]])
    return line


def arcade(length: float, half: float, spring: float, top, thick: float, point: float, low: float = 0.0,
    sill: float | None = None, steps: int = 25,) -> Solid:  # fmt: skip
    """A wall panel along x, centred, with one arched opening: from `low` (the floor, or the panel's own foot) to `top`
    (a height or a function of x). The opening reaches down to `sill`, or right through if None."""
    heights = top if callable(top) else (lambda x: np.full(np.shape(x), float(top)))
    parts = []
    line = path(half, spring, point, steps)
    edge = min(half, length / 2 - 0.01)
    for x0, x1 in ((-length / 2, -edge), (edge, length / 2)):
        x = np.linspace(x0, x1, 4)
        parts.append(strip(x, np.full(4, low), np.maximum(heights(x), low + 0.02), thick))
    x = line[:, 0]
    over = np.maximum(heights(x), line[:, 1] + 0.02)
    whole = heights(x) > line[:, 1] + 0.05
    for run in _runs(whole):
        if len(run) > 1:
            parts.append(strip(x[run], line[run, 1], over[run], thick))
    if sill is not None:
        parts.append(box(-edge, edge, -thick / 2, thick / 2, low, sill))
    return join(parts)


def _runs(mask: np.ndarray) -> list[np.ndarray]:
    """Stretches of consecutive true places."""
    where = np.flatnonzero(mask)
    return [run for run in np.split(where, np.flatnonzero(np.diff(where) > 1) + 1) if len(run)]


def strip(x, low, high, thick: float) -> Solid:
    y = thick / 2
    return loft([[(a, -y, b), (a, -y, c), (a, y, c), (a, y, b)] for a, b, c in zip(x, low, high, strict=True)])


def moulding(
    half: float,
    spring: float,
    point: float,
    radius: float,
    out: float,
    y: float,
    steps: int,
    around: int,
    legs: float = 0.0,
) -> Solid:
    """A roll along an arch, `out` metres outside its line, at depth y."""
    line = path(half + out, spring, point, steps, legs)
    return tube(np.c_[line[:, 0], np.full(len(line), y), line[:, 1]], radius, around)


# -- piers


def clustered(height: float, radius: float, around: int) -> Solid:
    """A gothic pier from the floor to its capital: a core and eight shafts on moulded bases."""
    parts = [_base(radius * 1.42, 8), _shaft(radius * 0.86, 0.9, height, 8)]
    for k in range(8):
        a = np.pi * k / 4
        wide = radius * (0.3 if k % 2 == 0 else 0.2)
        reach = radius * (0.9 if k % 2 == 0 else 0.86)
        x, y = reach * np.cos(a), reach * np.sin(a)
        foot = spun([(0, 0.55), (wide * 1.7, 0.55)], bead(wide * 1.4, 0.58, 0.68, wide * 0.3), cove((wide * 1.5, 0.7),
            (wide * 1.1, 0.78)), bead(wide, 0.8, 0.87, wide * 0.25), [(wide, 0.9), (wide, height), (0, height)],
            around=max(8, around // 2))  # fmt: skip
        parts.append(foot.moved(x, y, 0))
        parts.append(
            spun(bead(wide, 0.52 * height, 0.52 * height + 0.12, wide * 0.22), around=max(8, around // 2)).moved(
                x, y, 0
            )
        )
    return join(parts)


def _shaft(radius: float, low: float, high: float, around: int) -> Solid:
    return spun([(0, low), (radius, low), (radius, high), (0, high)], around=around)


def _base(wide: float, around: int) -> Solid:
    """A stepped plinth with chamfered edges."""
    return spun([(0, 0), (wide, 0), (wide, 0.28), (wide * 0.94, 0.33)], cove((wide * 0.92, 0.34), (wide * 0.86,
        0.46)), [(wide * 0.86, 0.55), (0, 0.55)], around=around,).turned(np.pi / around)  # fmt: skip


def column(height: float, radius: float, around: int, fluted: bool = False) -> Solid:
    """A round column from its square plinth to its necking, swelling a little."""
    plinth = [box(-1.45 * radius, 1.45 * radius, -1.45 * radius, 1.45 * radius, 0, 0.26)]
    r = radius
    body = spun([(0, 0.26), (1.36 * r, 0.26)], bead(1.2 * r, 0.27, 0.42, 0.18 * r), cove((1.24 * r, 0.44), (1.1 * r,
        0.53)), bead(1.08 * r, 0.54, 0.64, 0.12 * r), [(1.04 * r, 0.66)], curve([(r, 0.7), (1.01 * r, 0.35 * height),
        (0.95 * r, 0.7 * height), (0.86 * r, height - 0.1)]), bead(0.86 * r, height - 0.1, height, 0.09 * r), [(0,
        height)], around=around,)  # fmt: skip
    if fluted:
        v = body.vertices.copy()
        inside = (v[:, 2] > 0.75) & (v[:, 2] < height - 0.14)
        depth = 1 - 0.045 * np.abs(np.sin(np.arctan2(v[:, 1], v[:, 0]) * 10)) * inside
        v[:, :2] *= depth[:, None]
        body = Solid(v, body.faces)
    return join([*plinth, body])


def cushion(radius: float, low: float, high: float, around: int) -> Solid:
    """A romanesque capital: round below, square above, with a moulded slab on it."""
    n = max(16, around // 4 * 4)
    t = np.linspace(0, 2 * np.pi, n, endpoint=False) + np.pi / n
    circle = np.c_[np.cos(t), np.sin(t)]
    square = circle / np.abs(circle).max(1, keepdims=True)
    rings, rise = [], high - low
    for share in np.linspace(0, 1, 8):
        k = np.sin(share * np.pi / 2) ** 1.2
        wide = radius * (0.86 + 0.5 * np.sin(share * np.pi / 2))
        shape = circle * (1 - k) + square * k
        rings.append(np.c_[wide * shape, np.full(n, low + 0.68 * rise * share)])
    slab = [(1.42, 0.68), (1.5, 0.76), (1.5, 0.84), (1.62, 0.9), (1.62, 1.0)]
    rings += [np.c_[radius * wide * square, np.full(n, low + rise * z)] for wide, z in slab]
    return loft(rings)


def leafy(radius: float, low: float, high: float, around: int, rows: int = 2) -> Solid:
    """A gothic capital: a bell with two rows of curled leaves under an eight-sided slab."""
    rise = high - low
    bell = spun(bead(radius, low, low + 0.09 * rise, 0.05 * rise), curve([(radius * 0.98, low + 0.1 * rise),
        (radius * 1.0, low + 0.5 * rise), (radius * 1.32, low + 0.84 * rise)]), [(0, low + 0.84 * rise)],
        around=around,)  # fmt: skip
    slab = spun([(0, low + 0.82 * rise), (1.4 * radius, low + 0.82 * rise), (1.52 * radius, low + 0.88 * rise),
        (1.52 * radius, high), (0, high)], around=8).turned(np.pi / 8)  # fmt: skip
    leaves = []
    for row in range(rows):
        for k in range(12):
            angle = 2 * np.pi * (k + 0.5 * row) / 12
            leaves.append(_crocket(radius, low + (0.1 + 0.34 * row) * rise, 0.42 * rise, angle))
    return join([bell, slab, *leaves])


def _crocket(radius: float, low: float, tall: float, angle: float) -> Solid:
    """A leaf that leans out from a bell and rolls over at its tip."""
    s = np.linspace(0, 1, 7)
    out = radius * (1.0 + 0.1 * s) + 0.36 * tall * s**3
    up = low + tall * (s - 0.16 * s**6)
    half = 0.24 * tall * np.array([0.8, 0.95, 1.05, 1.0, 0.9, 0.95, 0.35])
    rings = []
    for r, z, w in zip(out, up, half, strict=True):
        rings.append(
            [
                (r - 0.03, -w, z),
                (r + 0.05, -0.6 * w, z),
                (r + 0.085, 0, z + 0.02),
                (r + 0.05, 0.6 * w, z),
                (r - 0.03, w, z),
            ]
        )
    return loft(rings).turned(angle)


# -- vaults


def groin(half: float, length: float, spring: float, point: float, steps: int, x0: float = -1.0) -> Solid:
    """A bay of a cross vault over x in [-half, half] (or from 0 if x0 is 0), `length` metres of y, from below."""
    x, y = np.meshgrid(np.linspace(x0 * half, half, steps), np.linspace(-length / 2, length / 2, steps))
    rise = half * peak(point)
    across, along = half * arc(x / half, point), rise / peak(point) * arc(y / (length / 2), point)
    z = spring + np.maximum(across, along)
    return grid(x[:, ::-1], y[:, ::-1], z[:, ::-1])


def ribs(half: float, length: float, spring: float, point: float, steps: int, around: int, x0: float = -1.0) -> Solid:
    """The ribs of a bay: the arch at y = -length / 2, the diagonals, a boss where they meet, a ridge."""
    made = []
    t = np.linspace(x0, 1, steps)
    z = spring + half * arc(t, point)
    made.append(tube(np.c_[half * t, np.full(steps, -length / 2), z - 0.06], 0.15, around))
    made.append(tube(np.c_[half * t, np.full(steps, -length / 2), z - 0.2], 0.085, around))
    for side in (-1, 1):
        made.append(tube(np.c_[half * t, side * length / 2 * t, z - 0.03], 0.11, around))
        made.append(tube(np.c_[half * t, side * length / 2 * t, z - 0.13], 0.06, around))
    top = spring + half * peak(point)
    made.append(
        spun(
            [(0, top - 0.3)], curve([(0.16, top - 0.28), (0.3, top - 0.16), (0.24, top)]), [(0, top)], around=around * 2
        )
    )
    return join(made)


def barrel(half: float, length: float, spring: float, steps: int, thick: float = 0.0) -> Solid:
    """A barrel vault along y, seen from below."""
    t = np.sin(np.linspace(-np.pi / 2, np.pi / 2, steps))
    x, y = np.meshgrid(half * t, np.array([-length / 2, length / 2]))
    z = spring + np.broadcast_to(half * arc(t, 0.0), x.shape)
    return grid(x[:, ::-1], y[:, ::-1], z[:, ::-1])


# -- windows


def tracery(half: float, sill: float, spring: float, point: float, lights: int, around: int, steps: int) -> Solid:
    """The stone bars of a window in the plane y = 0: mullions, small arches on them and a foiled circle in the head."""
    made, wide = [], 2 * half / lights
    bar = 0.055
    for i in range(1, lights):
        x = -half + i * wide
        made.append(tube([(x, 0, sill), (x, 0, spring)], bar, around))
    for i in range(lights):
        centre = -half + (i + 0.5) * wide
        line = path(wide / 2, spring - 0.1, 0.5, steps)
        made.append(tube(np.c_[centre + line[:, 0], 0 * line[:, 0], line[:, 1]], bar, around))
    rise = half * peak(point)
    low = spring + wide / 2 * peak(0.5) - 0.1
    radius = min(0.36 * half, 0.42 * (rise + spring - low))
    middle = low + 0.46 * (spring + rise - low)
    made += _foil(0.0, middle, radius, 6 if lights > 2 else 4, around, steps)
    line = path(half, spring, point, steps * 2, spring - sill)
    made.append(tube(np.c_[line[:, 0], 0 * line[:, 0], line[:, 1]], bar * 1.5, around))
    return join(made)


def _foil(x: float, z: float, radius: float, foils: int, around: int, steps: int) -> list[Solid]:
    """A circle of stone with lobes within."""
    t = np.linspace(0, 2 * np.pi, steps * 2)
    made = [tube(np.c_[x + radius * np.cos(t), 0 * t, z + radius * np.sin(t)], 0.05, around)]
    lobe = radius * np.sin(np.pi / foils) / (1 + np.sin(np.pi / foils))
    for k in range(foils):
        a = 2 * np.pi * (k + 0.5) / foils
        cx, cz = x + (radius - lobe) * np.cos(a), z + (radius - lobe) * np.sin(a)
        s = np.linspace(a - 1.9, a + 1.9, steps)
        made.append(tube(np.c_[cx + lobe * np.cos(s), 0 * s, cz + lobe * np.sin(s)], 0.03, around))
    return made


def rose(radius: float, around: int, steps: int) -> Solid:
    """A rose window in the plane y = 0 round the origin: rings, spokes as small columns, foiled circles."""
    made = []
    t = np.linspace(0, 2 * np.pi, steps * 4)
    for r, wide in ((1.0, 0.16), (0.92, 0.07), (0.34, 0.08), (0.13, 0.06)):
        made.append(tube(np.c_[r * radius * np.cos(t), 0 * t, r * radius * np.sin(t)], wide * radius * 0.4, around))
    for k in range(12):
        a = 2 * np.pi * k / 12
        c, s = np.cos(a), np.sin(a)
        made.append(
            tube(
                [(0.34 * radius * c, 0, 0.34 * radius * s), (0.74 * radius * c, 0, 0.74 * radius * s)],
                0.016 * radius,
                around,
            )
        )
        b = a + np.pi / 12
        made += _foil(
            0.78 * radius * np.cos(b),
            0.78 * radius * np.sin(b),
            0.15 * radius,
            4,
            max(5, around - 2),
            max(8, steps // 2),
        )
    return join(made)


def opening(half: float, sill: float, spring: float, point: float, steps: int) -> Solid:
    """A flat pane that fills an arched window, in the plane y = 0."""
    line = path(half, spring, point, steps)
    top = np.c_[line[:, 0], 0 * line[:, 0], line[:, 1]]
    foot = np.c_[line[:, 0], 0 * line[:, 0], np.full(len(line), sill)]
    n = len(line)
    i = np.arange(n - 1)
    return Solid(np.concatenate([foot, top]), (np.stack([i, i + 1, n + i + 1, n + i], 1),))
