"""What stands on deck: wheelhouses, coach roofs, hatches, winches, stanchions, oars. Each fills a dict of lists of
solids by what they are made of: "paint", "trim", "wood", "metal", "dark", "rope", "pane", "red", "lamp"."""

import numpy as np

from images.world.boats import rigs
from images.world.geometry import Solid, box, ellipsoid, join, lathe, loft, tube


def rounded(x: float, y0: float, y1: float, z0: float, z1: float, taper: float = 0.9, corner: float = 0.12) -> Solid:
    """A box with round upright corners, narrower at its top; x is half its breadth."""
    turn = np.linspace(0, 2 * np.pi, 33)[:-1]
    c, s = np.cos(turn), np.sin(turn)
    power = 0.22
    outline = np.stack([np.sign(c) * np.abs(c) ** power, np.sign(s) * np.abs(s) ** power], -1)
    middle, half = (y0 + y1) / 2, (y1 - y0) / 2
    rings = []
    for share, size in (
        (0, 1.0),
        (0.5, (1 + taper) / 2),
        (1 - corner, taper + 0.01),
        (1 - 0.4 * corner, taper - 0.02),
        (1, taper - 0.1),
    ):
        rings.append(
            np.c_[
                outline[:, 0] * x * size,
                middle + outline[:, 1] * half * (1 - (1 - size) * 0.7),
                np.full(32, z0 + (z1 - z0) * share),
            ]
        )
    return loft(rings)


def wheelhouse(parts: dict, lines, at: float, width: float, depth: float, height: float, rng) -> None:
    """A wheelhouse whose front stands at y = `at`: windows all round, door, roof with an edge, gear on top."""
    z = lines.deck + 0.02
    w, y0, y1 = width / 2, at, at + depth
    parts["paint"].append(rounded(w, y0, y1, z - 0.05, z + height, 0.96, 0.05))
    roof = z + height
    parts["trim"].append(box(-w - 0.14, w + 0.14, y0 - 0.24, y1 + 0.16, roof - 0.03, roof + 0.06))
    low, high = z + 0.52 * height, z + 0.86 * height
    frame = 0.035
    bays = 3 if width > 1.6 else 2
    for i in range(bays):
        a, b = -w * 0.9 + 1.8 * w * i / bays + 0.05, -w * 0.9 + 1.8 * w * (i + 1) / bays - 0.05
        parts["trim"].append(box(a - frame, b + frame, y0 - 0.005, y0 + 0.05, low - frame, high + frame))
        parts["pane"].append(box(a, b, y0 - 0.02, y0 + 0.03, low, high))
    for side in (-1, 1):
        for i in range(2):
            a = y0 + 0.12 * depth + i * 0.42 * depth
            x0, x1 = sorted((side * (w * 0.99), side * (w + 0.012)))
            parts["trim"].append(box(x0, x1, a - frame, a + 0.34 * depth + frame, low - frame, high + frame))
            parts["pane"].append(box(x0, x1 + 0.012 * side, a, a + 0.34 * depth, low, high))
    parts["wood"].append(box(-0.34, 0.34, y1 - 0.02, y1 + 0.03, z, z + 0.85 * height))
    parts["trim"].append(tube([(-w - 0.06, y0, z + 0.42 * height), (-w - 0.06, y1, z + 0.42 * height)], 0.018, 5))
    parts["trim"].append(tube([(w + 0.06, y0, z + 0.42 * height), (w + 0.06, y1, z + 0.42 * height)], 0.018, 5))
    _roof_gear(parts, w, y0, y1, roof + 0.06, rng)
    parts["red"].append(rigs.lifebuoy((-w - 0.05, y0 + 0.75 * depth, z + 0.3 * height), 0.27, "x"))
    parts["red"].append(rigs.lifebuoy((w + 0.05, y0 + 0.75 * depth, z + 0.3 * height), 0.27, "x"))


def _roof_gear(parts: dict, w: float, y0: float, y1: float, z: float, rng) -> None:
    middle = (y0 + y1) / 2
    parts["metal"].append(tube([(0, middle, z), (0, middle, z + 1.5)], 0.03, 8))
    parts["paint"].append(box(-0.5, 0.5, middle - 0.06, middle + 0.06, z + 0.85, z + 0.97))  # radar
    for x in (-0.7 * w, 0.7 * w):
        parts["dark"].append(tube([(x, y1 - 0.2, z), (x, y1 - 0.2, z + rng.uniform(1.4, 2.6))], 0.008, 4))
    parts["metal"].append(
        lathe([(0.02, 0), (0.02, 0.14), (0.1, 0.18), (0.1, 0.3), (0.02, 0.32)], 14).moved(0.5 * w, y0 + 0.1, z)
    )
    parts["lamp"].append(ellipsoid(0.06, 0.06, 0.07, 10, 8).moved(0, middle, z + 1.55))
    parts["metal"].append(
        tube([(-0.6 * w, y1 - 0.4, z), (-0.6 * w, y1 - 0.4, z + 0.7), (-0.6 * w, y1 - 0.2, z + 0.78)], 0.07, 9)
    )


def coach_roof(parts: dict, lines, fore: float, aft: float, height: float) -> None:
    """A yacht's cabin with its portlights, hatch and hand rails, and the cockpit behind it."""
    half, _top = lines.edge((fore / lines.length) + 0.5)
    z, w = float(lines.deck), float(min(half * 0.78, 0.3 * lines.beam))
    parts["paint"].append(rounded(w, fore, aft, z - 0.1, z + height, 0.84, 0.35))
    n = 4
    for i in range(n):
        a = fore + 0.62 + (aft - fore - 1.1) * i / n
        for side in (-1, 1):
            x = side * w * 0.955
            parts["pane"].append(
                box(x - 0.04, x + 0.04, a, a + (aft - fore) * 0.13, z + 0.32 * height, z + 0.72 * height)
            )
    for side in (-1, 1):
        x = side * 0.62 * w
        parts["wood"].append(tube([(x, fore + 0.6, z + height + 0.06), (x, aft - 0.4, z + height + 0.06)], 0.022, 6))
    parts["dark"].append(box(-0.28, 0.28, fore + 0.75, fore + 1.3, z + 0.93 * height, z + height + 0.05))
    parts["wood"].append(box(-0.32, 0.32, aft - 0.8, aft + 0.05, z + 0.9 * height, z + height + 0.06))
    well = lines.length * 0.5 - 0.7
    for side in (-1, 1):
        parts["paint"].append(box(side * 0.5 * w - 0.0, side * 1.02 * w, aft, well, z - 0.1, z + 0.22))
        parts["wood"].append(box(side * 0.52 * w, side * 1.0 * w, aft + 0.1, well - 0.1, z + 0.22, z + 0.25))
        parts["metal"].append(
            lathe([(0.1, 0), (0.075, 0.06), (0.09, 0.16), (0.05, 0.18)], 14).moved(side * 0.95 * w, aft + 1.0, z + 0.25)
        )
    wheel = np.linspace(0, 2 * np.pi, 25)
    parts["metal"].append(
        tube(np.c_[0.42 * np.cos(wheel), np.full(25, well - 0.7), z + 0.75 + 0.42 * np.sin(wheel)], 0.018, 6)
    )
    parts["metal"].append(tube([(0, well - 0.66, z), (0, well - 0.66, z + 0.78)], 0.06, 8))


def stanchions(parts: dict, lines, height: float = 0.62) -> None:
    """Posts along the edge with two wires, and the rails at bow and stern."""
    t = np.linspace(0.05, 0.97, 9)
    half, top = lines.edge(t)
    for side in (-1, 1):
        feet = np.c_[side * (half - 0.06), lines.y(t), top]
        parts["metal"] += [tube([foot, foot + (0, 0, height)], 0.012, 5) for foot in feet]
        for share in (0.5, 1.0):
            parts["metal"].append(tube(feet + np.array([0, 0, share * height]), 0.006, 4))
    half, top = lines.edge(np.array([0.05]))
    bow = [(half[0] - 0.06, lines.y(0.05), top[0] + height), (0.12, lines.y(0.0) + 0.05, top[0]
        + 1.12 * height), (-0.12, lines.y(0.0) + 0.05, top[0] + 1.12 * height), (-half[0] + 0.06,
        lines.y(0.05), top[0] + height)]  # fmt: skip
    parts["metal"].append(tube(bow, 0.016, 6))


def working_deck(parts: dict, lines, fore: float, aft: float, rng) -> None:
    """Hatch, winch, fish boxes, coils and barrels between two places along the boat."""
    z = lines.deck + 0.03
    middle = 0.5 * (fore + aft)
    parts["wood"].append(box(-0.6, 0.6, middle - 0.6, middle + 0.6, z, z + 0.4))
    parts["trim"].append(box(-0.66, 0.66, middle - 0.66, middle + 0.66, z + 0.36, z + 0.44))
    drum = [
        (0.16, -0.5),
        (0.34, -0.48),
        (0.34, -0.42),
        (0.16, -0.4),
        (0.16, 0.4),
        (0.34, 0.42),
        (0.34, 0.48),
        (0.16, 0.5),
    ]
    parts["dark"].append(lathe(drum, 16).turned(np.pi / 2, "y").moved(0, fore + 0.3, z + 0.5))
    parts["rope"].append(
        lathe([(0.24 + 0.012 * (i % 2), -0.38 + 0.04 * i) for i in range(20)], 16)
        .turned(np.pi / 2, "y")
        .moved(0, fore + 0.3, z + 0.5)
    )
    half, _ = lines.edge(0.5)
    for _ in range(5):
        x, y = rng.uniform(-0.75, 0.75) * float(half), rng.uniform(fore, aft)
        kind = rng.random()
        if kind < 0.45:
            parts["red" if rng.random() < 0.5 else "wood"].append(box(x - 0.3, x + 0.3, y - 0.2, y + 0.2, z, z + 0.24))
        elif kind < 0.75:
            parts["rope"].append(rigs.coil((x, y, z), rng.uniform(0.2, 0.32), thick=0.02))
        else:
            parts["wood"].append(rigs.barrel((x, y, z), 0.24, 0.66))


def oars(parts: dict, lines) -> None:
    for side in (-1, 1):
        x = side * 0.18 * lines.beam
        z = lines.freeboard + 0.02
        parts["wood"].append(tube([(x, -0.4 * lines.length, z), (x, 0.2 * lines.length, z + 0.03)], 0.026, 7))
        parts["wood"].append(box(x - 0.07, x + 0.07, 0.2 * lines.length, 0.36 * lines.length, z + 0.02, z + 0.045))


def thwarts(parts: dict, lines) -> None:
    """Seats across an open boat, a floor of slats and the knees below."""
    for t in (0.25, 0.47, 0.68, 0.88):
        half, top = lines.edge(np.array(t))
        y, z, w = float(lines.y(t)), float(top) - 0.19, float(half) * 0.93
        parts["wood"].append(box(-w, w, y - 0.12, y + 0.12, z - 0.03, z))
    for i in range(-2, 3):
        parts["wood"].append(
            box(0.12 * i - 0.05, 0.12 * i + 0.05, -0.3 * lines.length, 0.38 * lines.length, -0.03, -0.01)
        )


def fenders(parts: dict, lines, count: int, name: str = "paint") -> None:
    """Round fenders hung along both sides."""
    for t in np.linspace(0.3, 0.85, count):
        half, top = lines.edge(np.array(t))
        for side in (-1, 1):
            x, y = side * (float(half) + 0.11), float(lines.y(t))
            parts[name].append(ellipsoid(0.11, 0.11, 0.3, 12, 10).moved(x, y, 0.45 * float(top)))
            parts["rope"].append(tube([(side * float(half), y, float(top)), (x, y, 0.45 * float(top) + 0.28)], 0.01, 4))


def rudder(parts: dict, lines, deep: float) -> Solid:
    y = lines.length / 2
    return join([box(-0.03, 0.03, y - 0.15, y + 0.42, -deep, 0.5 * lines.freeboard)])
