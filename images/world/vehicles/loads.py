"""What lorries carry: boxes, canvas over hoops, logs, crates, a tank."""

import numpy as np

from images.world import finishes
from images.world.geometry import box, boxes, lathe, loft, rounded, sweep, tube
from images.world.modelling.carving import smooth_but_edges
from images.world.vehicles.carparts import bar


def load(stage, cargo: str, front: float, back: float, rng, dirt: float) -> list:
    """The deck and what lies on it."""
    made = []
    z, half = 1.16, 1.24
    if cargo == "tank":
        return _tank(stage, front, back)
    wood = stage.surface(
        (0.13, 0.085, 0.05), 0.8, variation=0.4, grain=0.4, stretch=(1, 0.15, 1), wear=(0.05, 0.04, 0.03)
    )
    deck = [box(-half, half, front, back, z - 0.14, z)]
    cross = [box(-half, half, y, y + 0.06, z - 0.24, z - 0.14) for y in np.arange(front + 0.2, back, 0.6)]
    made.append(stage.add(deck + cross, wood))
    if cargo == "box":
        skin = stage.surface(
            (0.46, 0.46, 0.44),
            0.38,
            variation=0.15,
            grain=1.5,
            metal=0.35,
            wear=(0.16, 0.12, 0.09),
            stretch=(1, 1, 0.4),
        )
        y = np.arange(front + 0.05, back, 0.28)
        ribs = np.concatenate(
            [
                np.c_[
                    np.full(len(y), s * half - 0.012),
                    np.full(len(y), s * half + 0.012),
                    y,
                    y + 0.05,
                    np.full(len(y), z + 0.05),
                    np.full(len(y), 3.85),
                ]
                for s in (-1, 1)
            ]
        )
        rails = [
            (-half - 0.02, half + 0.02, front - 0.02, back + 0.02, 3.85, 3.95),
            (-half - 0.02, half + 0.02, front - 0.02, back + 0.02, z - 0.08, z + 0.05),
        ]
        made.append(stage.add([box(-half, half, front, back, z, 3.9), boxes(ribs), boxes(rails)], skin))
        bars = [tube([(x, back + 0.04, z + 0.05), (x, back + 0.04, 3.8)], 0.018, 6) for x in (-0.75, -0.3, 0.3, 0.75)]
        made.append(stage.add(bars, stage.once("chrome", finishes.metal)))
    elif cargo == "canvas":
        made += _canvas(stage, front, back, z, half, rng)
    elif cargo == "logs":
        made += _logs(stage, front, back, z, rng)
    else:
        made += _crates(stage, front, back, z, half, rng)
    return made


def _canvas(stage, front: float, back: float, z: float, half: float, rng) -> list:
    """A cover over hoops, sagging between them and laced at the foot; wooden sides below."""
    colour = ((0.09, 0.1, 0.055), (0.05, 0.08, 0.1), (0.17, 0.13, 0.075))[int(rng.integers(3))]
    cloth = stage.surface(
        colour,
        0.85,
        variation=0.3,
        grain=1.2,
        relief=0.012,
        relief_size=0.25,
        wear=tuple(0.6 * c for c in colour),
        stretch=(1, 1, 0.5),
    )
    y = np.linspace(front, back, stage.count(90, 24))
    hoop = (back - front) / max(round((back - front) / 1.25), 1)
    sag = np.abs(np.sin((y - front) / hoop * np.pi)) ** 0.7
    section = rounded(
        [(-half, z + 0.45), (half, z + 0.45), (half, 3.05), (0.7, 3.5), (-0.7, 3.5), (-half, 3.05)], 0.22, 5
    )
    rings = []
    for yy, s in zip(y, sag, strict=True):
        pull = 1 - 0.045 * s * np.clip((section[:, 1] - z - 0.5) / 1.2, 0, 1)
        fold = 0.012 * np.sin(section[:, 1] * 9 + yy * 3.1) * s
        rings.append(
            np.c_[
                section[:, 0] * pull + fold,
                np.full(len(section), yy),
                section[:, 1] - 0.07 * s * np.clip((section[:, 1] - 2.8) / 0.6, 0, 1),
            ]
        )
    made = [smooth_but_edges(stage.add(loft(np.array(rings)), cloth, smooth=True), 0.8)]
    boards = [
        box(*sorted((s * half, s * (half + 0.03))), front, back, z + 0.02 + i * 0.19, z + 0.19 + i * 0.19)
        for s in (-1, 1)
        for i in range(3)
    ]
    posts = [
        box(*sorted((s * half, s * (half + 0.05))), p, p + 0.06, z - 0.1, z + 0.6)
        for s in (-1, 1)
        for p in np.arange(front, back, 1.25)
    ]
    made.append(stage.add([*boards, *posts], stage.surface((0.12, 0.075, 0.045), 0.75, variation=0.4, grain=0.3)))
    rope = [
        tube(
            [
                (s * (half + 0.04), p, z + 0.62),
                (s * (half + 0.045), p + 0.12, z + 0.35),
                (s * (half + 0.04), p + 0.24, z + 0.62),
            ],
            0.008,
            4,
        )
        for s in (-1, 1)
        for p in np.arange(front + 0.1, back - 0.3, 0.42)
    ]
    made.append(stage.add(rope, stage.surface((0.3, 0.25, 0.17), 0.9)))
    return made


def _logs(stage, front: float, back: float, z: float, rng) -> list:
    bark = stage.surface(
        (0.085, 0.058, 0.04),
        0.9,
        variation=0.5,
        grain=0.4,
        relief=0.03,
        relief_size=0.1,
        stretch=(1, 0.2, 1),
        wear=(0.03, 0.024, 0.018),
    )
    wood = stage.surface((0.36, 0.24, 0.13), 0.8, variation=0.35, grain=0.15, wear=(0.2, 0.13, 0.07))
    trunks, ends = [], []
    row = 0
    while row < 4:
        count = 6 - row % 2
        for i in range(count):
            r = rng.uniform(0.18, 0.235)
            x, h = (i - (count - 1) / 2) * 0.45, z + 0.24 + row * 0.39
            y0, y1 = front + 0.5 + rng.uniform(-0.25, 0.3), back - 0.3 + rng.uniform(-0.4, 0.3)
            bend = rng.uniform(-0.06, 0.06)
            path = [(x, y0, h), (x + bend, (y0 + y1) / 2, h), (x, y1, h)]
            trunks.append(tube(path, [r, r * 0.95, r * 0.88], stage.around(16, 8)))
            ends += [
                tube([(x, y, h), (x, y + d, h)], k * r, stage.around(16, 8))
                for y, d, k in ((y0, -0.006, 0.93), (y1, 0.006, 0.82))
            ]
        row += 1
    stakes = [
        box(s * 1.22 - 0.05, s * 1.22 + 0.05, y, y + 0.12, z - 0.1, z + 1.85)
        for s in (-1, 1)
        for y in np.linspace(front + 0.3, back - 0.9, 4)
    ]
    stakes.append(box(-1.2, 1.2, front, front + 0.1, z, z + 1.7))
    return [
        smooth_but_edges(stage.add(trunks, bark, smooth=True), 0.8),
        stage.add(ends, wood),
        stage.add(stakes, stage.surface((0.05, 0.05, 0.052), 0.6, wear=(0.15, 0.07, 0.03))),
    ]


def _crates(stage, front: float, back: float, z: float, half: float, rng) -> list:
    wood = stage.surface(
        (0.24, 0.165, 0.095),
        0.8,
        variation=0.45,
        grain=0.5,
        stretch=(1, 0.2, 1),
        wear=(0.1, 0.07, 0.05),
        own_space=False,
    )
    parts = [
        box(*sorted((s * half, s * (half + 0.04))), front, back, z + 0.05 + i * 0.24, z + 0.25 + i * 0.24)
        for s in (-1, 1)
        for i in range(3)
    ]
    parts += [
        box(*sorted((s * half, s * (half + 0.08))), p, p + 0.08, z - 0.05, z + 0.85)
        for s in (-1, 1)
        for p in np.arange(front, back, 1.0)
    ]
    y = front + 0.1
    while y < back - 0.9:
        deep = rng.uniform(0.7, 1.1)
        for x in (-0.6, 0.6):
            high, w = rng.uniform(0.6, 1.7), rng.uniform(0.48, 0.57)
            parts.append(box(x - w, x + w, y, y + deep - 0.06, z, z + high))
            for level in np.arange(z + 0.02, z + high - 0.05, 0.17):
                parts.append(box(x - w - 0.012, x + w + 0.012, y - 0.012, y + deep - 0.048, level, level + 0.13))
        y += deep
    return [stage.add(parts, wood)]


def _tank(stage, front: float, back: float) -> list:
    """A polished oval tank with rings, manholes and a catwalk."""
    steel = stage.once("tank", lambda: finishes.metal((0.66, 0.66, 0.66), 0.16, 0.12))
    around = stage.around(56, 24)
    t = np.linspace(0, 2 * np.pi, around, endpoint=False)
    ends = ((0.0, 0.35), (0.04, 0.7), (0.12, 0.9), (0.24, 1.0))
    rows = [(front + a, k) for a, k in ends] + [(back - a, k) for a, k in reversed(ends)]
    rings = [np.c_[1.2 * k * np.cos(t), np.full(around, y), 2.15 + 0.92 * k * np.sin(t)] for y, k in rows]
    hoops = [
        sweep(
            np.c_[1.205 * np.cos(t), np.full(around, y), 2.15 + 0.925 * np.sin(t)],
            bar(0.03, 0.07, 0.01, 2),
            up=(0, 1, 0),
            closed=True,
        )
        for y in np.linspace(front + 0.3, back - 0.3, 6)
    ]
    made = [smooth_but_edges(stage.add([loft(np.array(rings)), *hoops], steel, smooth=True), 0.7)]
    dark = stage.surface((0.04, 0.04, 0.042), 0.6)
    parts = [box(-0.2, 0.2, front + 0.3, back - 0.3, 3.08, 3.11)]
    parts += [
        lathe([(0.28, 3.05), (0.28, 3.2), (0.001, 3.22)], 18).moved(0, y, 0)
        for y in np.linspace(front + 1, back - 1, 3)
    ]
    parts += [box(s * 0.5 - 0.08, s * 0.5 + 0.08, front + 0.2, back - 0.2, 0.92, 1.4) for s in (-1, 1)]
    parts += [tube([(s * 0.3, back + 0.1, 1.0), (s * 0.3, back + 0.1, 3.3)], 0.02, 5) for s in (-1, 1)]
    parts += [box(-0.3, 0.3, back + 0.085, back + 0.115, z, z + 0.03) for z in np.arange(1.1, 3.2, 0.3)]
    return [*made, stage.add(parts, dark)]
