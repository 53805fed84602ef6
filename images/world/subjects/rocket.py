"""A rocket: on its pad beside a gantry, or a finned one of an older future that stands on its tail."""

import itertools

import numpy as np

from images.world.base import Subject, details
from images.world.geometry import Solid, box, grid, lathe, tube
from images.world.vehicles.hulks import plating
from images.world.vehicles.launch_pad import pad, with_vapour

WORDS = {
    "pad": (
        "a rocket on its launch pad",
        "a white rocket beside a gantry",
        "a rocket and its launch tower",
        "a tall white rocket on a launch pad",
    ),
    "finned": (
        "a {paint} rocket with fins",
        "a finned {paint} rocket",
        "an old-fashioned {paint} rocket standing on its fins",
    ),
}
PAINTS = {
    "silver": (0.62, 0.63, 0.65),
    "red": (0.42, 0.03, 0.022),
    "white": (0.62, 0.61, 0.58),
    "orange": (0.55, 0.17, 0.025),
    "green": (0.07, 0.18, 0.13),
}


def describe(rng, setting):
    kind = "finned" if setting == "moon" or rng.random() < 0.5 else "pad"
    paint = str(rng.choice(list(PAINTS)))
    height = float(rng.uniform(38, 52)) if kind == "pad" else float(rng.uniform(20, 30))
    words = str(rng.choice(WORDS[kind])).format(paint=paint)
    return details(
        words.replace("a orange", "an orange"),
        kind=kind,
        paint=paint,
        height=height,
        width=(0.72 if kind == "pad" else 0.5) * height,
        chequered=bool(rng.random() < 0.45),
        side=int(rng.choice([-1, 1])),
    )


def build(stage, what):
    return (pad if what["kind"] == "pad" else _finned)(stage, what, what["height"])


def _finned(stage, what, h: float):
    """A spindle with swept fins, portholes, a nose spike and a ladder to its hatch."""
    around = stage.around(72, 20)
    colour = PAINTS[what["paint"]]
    silver = what["paint"] == "silver"
    skin = plating(
        stage,
        colour,
        metal=0.9 if silver else 0.0,
        rough=0.24 if silver else 0.34,
        row=0.055 * h,
        width=0.09 * h,
        dirt=0.35,
    )
    second = plating(
        stage,
        (0.6, 0.59, 0.55) if what["paint"] != "white" else PAINTS["red"],
        rough=0.36,
        row=0.055 * h,
        width=0.09 * h,
        dirt=0.3,
    )
    dark = stage.surface((0.03, 0.03, 0.033), 0.45, metal=0.6)
    z = np.linspace(0.12, 1.0, 40)
    r = (
        0.098
        * h
        * np.interp(
            z, [0.12, 0.18, 0.3, 0.45, 0.6, 0.75, 0.88, 0.95, 1.0], [0.6, 0.76, 0.96, 1.0, 0.93, 0.72, 0.4, 0.17, 0.015]
        )
    )
    parts = []
    edges = [0, 7, 14, 28, 34, 39] if what["chequered"] else [0, 6, 33, 39]
    for i, (a, b) in enumerate(itertools.pairwise(edges)):
        rings = list(zip(r[a : b + 1], z[a : b + 1] * h, strict=True))
        if what["chequered"] and i in (1, 3):
            parts += _chequers(stage, rings, around, skin, second)
        else:
            parts.append(
                stage.add(
                    lathe(rings, around), second if i in (0, len(edges) - 2) and not silver else skin, smooth=True
                )
            )
    parts.append(stage.add(tube([(0, 0, 0.985 * h), (0, 0, 1.06 * h)], [0.006 * h, 0.0015 * h], 8), dark))
    nozzle = [
        (0.04 * h, 0.13 * h),
        (0.03 * h, 0.115 * h),
        (0.05 * h, 0.07 * h),
        (0.062 * h, 0.045 * h),
        (0.057 * h, 0.046 * h),
        (0.02 * h, 0.11 * h),
    ]
    parts.append(stage.add(lathe(nozzle, around), dark, smooth=True))
    fins = []
    for a in np.arange(3 if h < 24 else 4) * 2 * np.pi / (3 if h < 24 else 4) + np.pi / 2 + 0.5:
        fins.append(_fin(h).turned(a))
        foot = np.array([0.262 * h * np.cos(a), 0.262 * h * np.sin(a), 0])
        fins.append(
            lathe(
                [(0.001, -0.3), (0.03 * h, -0.3), (0.03 * h, 0.012 * h), (0.012 * h, 0.03 * h), (0.001, 0.04 * h)], 18
            ).moved(*foot)
        )
    parts.append(
        stage.add(
            fins,
            second if not silver else plating(stage, PAINTS["red"], rough=0.32, row=2.0, width=3.0, dirt=0.3),
            smooth=False,
            bevel=0.03,
        )
    )
    rims, panes, bands = [], [], []
    for level, angles in ((0.72, (-0.5, 0.5)), (0.56, (-0.75, 0.0, 0.75)), (0.4, (-0.4, 0.6))):
        radius = float(np.interp(level, z, r))
        for a in angles:
            hole = np.linspace(0, 2 * np.pi, 25)
            size = 0.017 * h
            ring = np.c_[size * np.cos(hole), 0 * hole - radius - 0.004 * h, size * np.sin(hole)]
            rims.append(tube(ring, 0.0035 * h, 7).turned(a).moved(0, 0, level * h))
            panes.append(
                lathe([(0.001, 0.0), (0.92 * size, 0.0)], 20)
                .turned(np.pi / 2, "x")
                .moved(0, -radius - 0.002 * h, 0)
                .turned(a)
                .moved(0, 0, level * h)
            )
    for level in (0.33, 0.63, 0.8):
        radius = float(np.interp(level, z, r))
        t = np.linspace(0, 2 * np.pi, around + 1)
        bands.append(
            tube(
                np.c_[(radius + 0.002) * np.cos(t), (radius + 0.002) * np.sin(t), np.full(around + 1, level * h)],
                0.0035 * h,
                6,
            )
        )
    parts.append(stage.add([*rims, *bands], stage.surface((0.5, 0.5, 0.5), 0.3, metal=0.9), smooth=True))
    parts.append(stage.add(panes, stage.window((1.0, 0.7, 0.4), 1.6)))
    hatch = float(np.interp(0.24, z, r))
    ladder = [
        tube(
            [(s * 0.3, -hatch - 0.15, 0.25 * h), (s * 0.3, -hatch - 0.55, 0.12 * h), (s * 0.3, -hatch - 0.9, -0.1)],
            0.04,
            6,
        )
        for s in (-1, 1)
    ]
    ladder += [
        tube(
            [(-0.3, -hatch - 0.15 - 0.75 * q, 0.25 * h * (1 - q)), (0.3, -hatch - 0.15 - 0.75 * q, 0.25 * h * (1 - q))],
            0.03,
            5,
        )
        for q in np.linspace(0.02, 0.98, 22)
    ]
    parts.append(stage.add([*ladder, box(-0.55, 0.55, -hatch - 0.1, -hatch + 0.4, 0.245 * h, 0.245 * h + 1.9)], dark))
    made = stage.group(*parts)
    return with_vapour(stage, made, [(0, -0.1 * h, 0.0), (0.12 * h, 0, 0), (-0.12 * h, 0.05 * h, 0)], 0.12 * h, 0.35)


def _chequers(stage, rings, around: int, a, b) -> list:
    """A stretch of the hull in two rows of squares of two paints."""
    r, z = (np.array(v) for v in zip(*rings, strict=True))
    turn = np.linspace(0, 2 * np.pi, 16 * max(2, around // 16) + 1)
    made = []
    halves = np.array_split(np.arange(len(z)), 2)
    halves[0] = np.append(halves[0], halves[1][0])
    for row, chosen in enumerate(halves):
        cells: dict = {0: [], 1: []}
        step = (len(turn) - 1) // 16
        for k in range(16):
            t = turn[k * step : (k + 1) * step + 1][None]
            rr, zz = r[chosen][:, None], z[chosen][:, None]
            cells[(k + row) % 2].append(
                grid(rr * np.cos(t), rr * np.sin(t), np.broadcast_to(zz, (len(chosen), t.shape[1])))
            )
        made += [stage.add(cells[0], a, smooth=True), stage.add(cells[1], b, smooth=True)]
    return made


def _fin(h: float) -> Solid:
    """A swept fin along +x, thick in the middle."""
    outline = (
        np.array(
            [
                (0.06, 0.36),
                (0.12, 0.3),
                (0.2, 0.18),
                (0.265, 0.03),
                (0.25, 0.03),
                (0.22, 0.07),
                (0.16, 0.13),
                (0.075, 0.14),
            ]
        )
        * h
    )
    middle = outline.mean(0)
    n = len(outline)
    rim = np.c_[outline[:, 0], np.zeros(n), outline[:, 1]]
    thick = 0.014 * h
    inner = 0.6 * outline + 0.4 * middle
    left, right = (
        np.c_[inner[:, 0], np.full(n, thick), inner[:, 1]],
        np.c_[inner[:, 0], np.full(n, -thick), inner[:, 1]],
    )
    vertices = np.concatenate([rim, left, right, [[middle[0], thick, middle[1]], [middle[0], -thick, middle[1]]]])
    i, j = np.arange(n), (np.arange(n) + 1) % n
    quads = np.concatenate([np.stack([i, j, j + n, i + n], -1), np.stack([j, i, i + 2 * n, j + 2 * n], -1)])
    triangles = np.concatenate(
        [np.stack([i + n, j + n, 0 * i + 3 * n], -1), np.stack([j + 2 * n, i + 2 * n, 0 * i + 3 * n + 1], -1)]
    )
    return Solid(vertices, (quads, triangles))


SUBJECT = Subject(
    name="rocket",
    settings=("dunes", "moon", "snowfield", "hills with fields", "sea coast"),
    height=30,
    width=18,
    describe=describe,
    build=build,
    share=(0.4, 0.66),
    heading=(-0.4, 0.4),
)
