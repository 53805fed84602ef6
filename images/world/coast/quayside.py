"""What lies about on quays and piers: bollards, ropes, pots, nets, crates, ladders, lamps. Built at the origin on z =
0.
"""

import numpy as np

from images.world.boats import rigs
from images.world.geometry import Solid, box, boxes, ellipsoid, join, lathe, sweep, tube
from images.world.materials import Surface
from images.world.noise import fbm

IRON = Surface((0.03, 0.032, 0.033), 0.55, 0.4, 0.3, 0.004, 0.05, second=(0.14, 0.06, 0.03), second_share=0.3)
ROPE = Surface((0.34, 0.265, 0.16), 0.95, 0.3, 0.05, 0.004, 0.012)
OLD_WOOD = Surface((0.165, 0.12, 0.085), 0.85, 0.4, 0.4, 0.006, 0.03, stretch=(1, 1, 0.12))
NETS = ((0.03, 0.13, 0.14), (0.28, 0.1, 0.03), (0.05, 0.09, 0.05), (0.05, 0.07, 0.16))
FLOATS = ((0.5, 0.12, 0.02), (0.52, 0.36, 0.04), (0.55, 0.54, 0.5), (0.4, 0.04, 0.05))
PLASTIC = ((0.04, 0.13, 0.3), (0.42, 0.06, 0.03), (0.5, 0.34, 0.05), (0.42, 0.42, 0.4), (0.05, 0.24, 0.15))


def bollard(around: int = 20) -> Solid:
    profile = [(0.24, -0.05), (0.24, 0.04), (0.17, 0.07), (0.135, 0.18), (0.13, 0.38), (0.16, 0.44), (0.22, 0.46),
        (0.23, 0.5), (0.19, 0.545), (0.08, 0.57), (0.001, 0.575)]  # fmt: skip
    return lathe(profile, around)


def turns(radius: float = 0.15, count: int = 4, z: float = 0.16) -> Solid:
    """A rope taken round a bollard."""
    t = np.linspace(0, 2 * np.pi * count, 18 * count)
    return tube(np.c_[radius * np.cos(t), radius * np.sin(t), z + 0.045 * t / (2 * np.pi)], 0.022, 6)


def lobster_pot(stage, colour) -> object:
    """A wooden slatted floor, hoops, netting over them."""
    slats = boxes([(-0.4, 0.4, y - 0.025, y + 0.025, 0.0, 0.025) for y in np.linspace(-0.23, 0.23, 5)])
    a = np.linspace(0, np.pi, 9)
    hoops = [
        tube(np.c_[np.full(9, x), 0.25 * np.cos(a), 0.02 + 0.38 * np.sin(a) ** 0.8], 0.012, 5)
        for x in (-0.4, -0.13, 0.13, 0.4)
    ]
    bars = [
        tube(
            [
                (-0.4, 0.25 * np.cos(t), 0.02 + 0.38 * np.sin(t) ** 0.8),
                (0.4, 0.25 * np.cos(t), 0.02 + 0.38 * np.sin(t) ** 0.8),
            ],
            0.01,
            4,
        )
        for t in (0.5, 1.05, 1.57, 2.1, 2.65)
    ]
    mesh = []
    for s in np.linspace(-0.4, 0.4, 15):
        mesh.append(tube(np.c_[np.full(9, s), 0.252 * np.cos(a), 0.02 + 0.382 * np.sin(a) ** 0.8], 0.0035, 3))
    for t in np.linspace(0.1, 3.0, 15):
        mesh.append(
            tube(
                [
                    (-0.4, 0.252 * np.cos(t), 0.02 + 0.382 * np.sin(t) ** 0.8),
                    (0.4, 0.252 * np.cos(t), 0.02 + 0.382 * np.sin(t) ** 0.8),
                ],
                0.0035,
                3,
            )
        )
    wood, net = stage.material(OLD_WOOD), stage.surface(colour, 0.85)
    return stage.group(stage.add([slats, *hoops, *bars], wood), stage.add(mesh, net))


def net_heap(stage, rng, radius: float, colour):
    """A heap of netting with its floats and a rope along the edge."""
    n, m = stage.around(70, 18), stage.around(34, 10)
    t, r = np.linspace(0, 2 * np.pi, n), np.linspace(0, 1, m)[:, None]
    seed = int(rng.integers(999))
    x, y = radius * r * np.cos(t), 0.7 * radius * r * np.sin(t)
    z = 0.42 * radius * (1 - r**2.2) * (
        1 + 0.9 * fbm(x / radius * 2.2, y / radius * 2.2, 4, seed)
    ) + 0.05 * radius * fbm(x * 9, y * 9, 3, seed + 1)
    from images.world.geometry import grid

    heap = stage.add(
        grid(x[::-1], y[::-1], np.maximum(z, 0.0)[::-1]),
        stage.surface(colour, 0.95, variation=0.6, grain=0.12, relief=0.05, relief_size=0.035),
        smooth=True,
    )
    floats = []
    for _ in range(14):
        a, q = rng.uniform(0, 6.28), rng.uniform(0.2, 0.95)
        high = 0.42 * radius * (1 - q**2.2) + 0.03
        floats.append(
            ellipsoid(0.075, 0.075, 0.1, 10, 8)
            .turned(rng.uniform(0, 1.5), "x")
            .moved(q * radius * np.cos(a), 0.7 * q * radius * np.sin(a), high)
        )
    bobs = stage.add(floats, stage.surface(FLOATS[int(rng.integers(4))], 0.5), smooth=True)
    edge = tube(np.c_[1.02 * radius * np.cos(t), 0.72 * radius * np.sin(t), 0.03 + 0.02 * np.sin(5 * t)], 0.018, 5)
    return stage.group(heap, bobs, stage.add(edge, stage.material(ROPE)))


def fish_boxes(stage, rng, high: int):
    """Plastic boxes stacked a little askew."""
    groups: dict = {}
    for i in range(high):
        z, turn = 0.27 * i, rng.normal(0, 0.07)
        x0, y0, t = 0.4, 0.25, 0.02
        rows = [(-x0, x0, -y0, y0, z, z + t), (-x0, x0, -y0, -y0 + t, z, z + 0.26), (-x0, x0, y0 - t, y0, z, z
            + 0.26), (-x0, -x0 + t, -y0, y0, z, z + 0.26), (x0 - t, x0, -y0, y0, z, z + 0.26), (-x0 - 0.02, x0 + 0.02,
            -y0 - 0.02, y0 + 0.02, z + 0.22, z + 0.25)]  # fmt: skip
        groups.setdefault(int(rng.integers(len(PLASTIC))), []).append(boxes(rows).turned(turn))
    parts = [stage.add(solids, stage.surface(PLASTIC[i], 0.45, wear=(0.2, 0.18, 0.15))) for i, solids in groups.items()]
    return stage.group(*parts)


def crate(stage, rng, size: float = 0.8):
    """A wooden crate of boards and battens."""
    h, b = size / 2, 0.018
    rows = []
    for s in np.linspace(-h, h, 6)[:-1]:
        a, c = s + 0.01, s + 2 * h / 5 - 0.01
        rows += [
            (-h, h, -h - b, -h, h + a, h + c),
            (-h, h, h, h + b, h + a, h + c),
            (-h - b, -h, -h, h, h + a, h + c),
            (h, h + b, -h, h, h + a, h + c),
            (-h, h, a, c, 2 * h, 2 * h + b),
        ]
    for x in (-h, h):
        for y in (-h, h):
            rows.append(
                (min(x, 0.9 * x) - 2 * b * (x > 0) * 0, max(x, 0.9 * x), min(y, 0.9 * y), max(y, 0.9 * y), 0, 2 * h)
            )
    rows += [(-h, h, -h - 2 * b, -h - b, 0.1 * h, 0.28 * h), (-h, h, -h - 2 * b, -h - b, 1.7 * h, 1.88 * h)]
    return stage.add(
        boxes(rows),
        stage.material(OLD_WOOD if rng.random() < 0.6 else Surface((0.3, 0.2, 0.11), 0.8, 0.35, 0.3, 0.003, 0.03)),
    )


def oil_drum(stage, rng):
    profile = [(0.001, 0), (0.29, 0), (0.295, 0.03), (0.285, 0.05), (0.285, 0.28), (0.297, 0.3), (0.285,
        0.32), (0.285, 0.58), (0.297, 0.6), (0.285, 0.62), (0.285, 0.85), (0.295, 0.87), (0.285, 0.88),
        (0.001, 0.86)]  # fmt: skip
    return stage.add(
        lathe(profile, stage.around(28)),
        stage.surface(PLASTIC[int(rng.integers(len(PLASTIC)))], 0.5, wear=(0.15, 0.07, 0.035), grain=0.4),
    )


def ladder(drop: float) -> Solid:
    """An iron ladder down a quay's face, hung at y = 0."""
    rails = [tube([(s * 0.22, -0.12, 0.0), (s * 0.22, -0.14, -drop)], 0.022, 6) for s in (-1, 1)]
    rungs = [tube([(-0.22, -0.13, -z), (0.22, -0.13, -z)], 0.014, 5) for z in np.arange(0.25, drop, 0.3)]
    hoops = [
        tube([(s * 0.22, 0.5, 0.02), (s * 0.22, 0.35, 0.28), (s * 0.22, 0.0, 0.3), (s * 0.22, -0.12, 0.0)], 0.022, 6)
        for s in (-1, 1)
    ]
    return join([*rails, *rungs, *hoops])


def tyre(around: int = 26) -> Solid:
    """A lorry's tyre as a fender, standing in the xz plane."""
    t = np.linspace(0, 2 * np.pi, 13)[:-1]
    section = np.c_[0.11 * np.cos(t), 0.13 * np.sin(t) * np.where(np.abs(np.sin(t)) > 0.9, 0.9, 1)]
    a = np.linspace(0, 2 * np.pi, around, endpoint=False)
    return sweep(np.c_[0.34 * np.cos(a), 0 * a, 0.34 * np.sin(a)], section, up=(0, 1, 0), closed=True)


def pile(height: float, radius: float = 0.15, around: int = 12, lean: float = 0.0) -> Solid:
    """A timber pile from below the water to `height`, worn thin at the waterline."""
    z = np.array([-4.0, -0.3, 0.0, 0.35, height - 0.05, height])
    width = radius * np.array([1.05, 1.0, 0.9, 0.96, 1.0, 0.86])
    return tube(np.c_[lean * (z + 4), 0 * z, z], width, around)


def mooring(start, end, slack: float = 0.06) -> Solid:
    """A rope from a bollard to a boat."""
    length = float(np.linalg.norm(np.subtract(end, start)))
    return rigs.rope(start, end, slack * length, 0.02, 12)


def lamp_standard(height: float = 4.4) -> tuple[list, tuple[float, float, float]]:
    """An iron lamp with a swan neck towards +x: its parts and where the lamp hangs."""
    a = np.linspace(0, np.pi, 10)
    neck = np.c_[0.4 - 0.4 * np.cos(a), 0 * a, height + 0.42 * np.sin(a)]
    parts = [lathe([(0.17, 0), (0.17, 0.1), (0.11, 0.16), (0.1, 0.9), (0.13, 0.95), (0.07, 1.05), (0.05, height)],
        14), tube(neck, 0.03, 7), lathe([(0.04, 0.12), (0.06, 0.1), (0.3, -0.04), (0.31, -0.06), (0.28, -0.06), (0.05,
        0.06)], 20).moved(0.8, 0, height - 0.02)]  # fmt: skip
    parts.append(box(-0.25, 0.25, -0.02, 0.02, height - 0.35, height - 0.31))
    return parts, (0.8, 0.0, height - 0.1)
