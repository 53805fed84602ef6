"""A cabin: logs or boards, a porch, a stone chimney, windows with panes; snow or turf or shingles on its roof."""

import numpy as np

from images.world.base import Subject, details
from images.world.buildings.roofs import roof
from images.world.geometry import Solid, box, icosphere, loft, tube
from images.world.materials import planks

COATS = {
    "log": (0.13, 0.075, 0.042),
    "dark log": (0.07, 0.045, 0.032),
    "grey": (0.19, 0.175, 0.16),
    "red": (0.3, 0.035, 0.022),
    "black": (0.03, 0.028, 0.027),
    "yellow": (0.5, 0.34, 0.1),
}
WORDS = {
    "log": "a log cabin",
    "dark log": "an old log cabin",
    "grey": "a weathered wooden cabin",
    "red": "a red wooden cabin",
    "black": "a black timber cabin",
    "yellow": "a small yellow cabin",
}
EXTRAS = ("", "", " with a stone chimney", " with a porch")
WALL = 2.6  # metres to the eaves


def describe(rng, setting):
    coat = str(rng.choice(list(COATS), p=(0.3, 0.22, 0.16, 0.16, 0.08, 0.08)))
    roof = "snow" if setting == "snowfield" else str(rng.choice(["shingles", "shingles", "turf"]))
    extra = str(rng.choice(EXTRAS))
    wide = float(rng.uniform(6.0, 7.8))
    words = WORDS[coat] + extra
    if roof == "turf" and not extra:
        words += " with a turf roof"
    return details(
        words, coat=coat, roof=roof, wide=wide, deep=float(rng.uniform(4.4, 5.4)), height=5.4, width=wide + 2.4
    )


def build(stage, what):
    rng = stage.rng("cabin")
    w, d = what["wide"], what["deep"]
    ridge = WALL + 0.42 * d
    logs = "log" in what["coat"]
    wood = _wood(stage, what["coat"])
    parts = _log_walls(stage, rng, w, d, ridge, wood) if logs else _board_walls(stage, w, d, ridge, wood, what["coat"])
    parts += roof(stage, rng, w, d, WALL, ridge, what["roof"])
    parts += _porch(stage, rng, w, d, what["roof"] == "snow")
    parts += _openings(stage, w, d, light_frames=not logs)
    parts += _chimney(stage, rng, w, d, ridge, what["roof"] == "snow")
    parts += _about(stage, rng, w, d)
    return stage.group(*parts)


def _wood(stage, coat: str):
    colour = COATS[coat]
    settings = {"variation": 0.5, "grain": 0.8, "relief": 0.014, "relief_size": 0.05, "stretch": (0.14, 1, 1)}
    return stage.surface(
        colour,
        0.8,
        wear=tuple(0.4 * c for c in colour),
        second=tuple(0.6 * c + 0.05 for c in colour),
        second_share=0.3,
        **settings,
    )


def _log_walls(stage, rng, w, d, ridge, wood):
    """Round logs that cross at the corners, and gables of shorter ones."""
    r, around = 0.15, stage.around(14, 6)
    step = 1.85 * r
    front = []
    for i in range(int(WALL / step) + 1):
        z = r * 0.7 + step * i
        for y in (-d / 2, d / 2):
            front.append(_log(rng, (-w / 2 - 0.34, y, z), (w / 2 + 0.34, y, z), r, around))
        for x in (-w / 2, w / 2):
            front.append(_log(rng, (x, -d / 2 - 0.34, z + step / 2), (x, d / 2 + 0.34, z + step / 2), r, around))
    z = WALL
    while z < ridge - 0.15:
        half = (d / 2) * (ridge - z) / (ridge - WALL)
        for x in (-w / 2, w / 2):
            front.append(_log(rng, (x, -half, z), (x, half, z), r, around))
        z += step
    inner = box(-w / 2 + 0.02, w / 2 - 0.02, -d / 2 + 0.02, d / 2 - 0.02, -0.6, WALL + 0.1)
    base = box(-w / 2 - 0.1, w / 2 + 0.1, -d / 2 - 0.1, d / 2 + 0.1, -1.5, 0.12)
    dark = stage.surface((0.02, 0.016, 0.012), 0.9)
    return [stage.add(front, wood, smooth=True), stage.add(inner, dark), stage.add(base, _stone(stage))]


def _log(rng, a, b, radius: float, around: int) -> Solid:
    t = np.linspace(0, 1, 6)[:, None]
    path = np.asarray(a) * (1 - t) + np.asarray(b) * t
    path[1:-1] += rng.normal(0, 0.012, (4, 3))
    return tube(path, radius * rng.uniform(0.92, 1.06) * (1 + rng.normal(0, 0.025, 6)), around)


def _board_walls(stage, w, d, ridge, wood, coat: str):
    """Upright boards with battens over their joints, and boards at the corners."""
    walls = [box(-w / 2, w / 2, -d / 2, d / 2, 0.1, WALL)]
    gable = np.array(
        [
            (-w / 2, -d / 2, WALL),
            (-w / 2, d / 2, WALL),
            (-w / 2, 0, ridge),
            (w / 2, -d / 2, WALL),
            (w / 2, d / 2, WALL),
            (w / 2, 0, ridge),
        ]
    )
    walls.append(Solid(gable, (np.array([(0, 2, 1), (3, 4, 5)]),)))
    battens = []
    for x in np.arange(-w / 2 + 0.11, w / 2, 0.22):
        battens.append(box(x - 0.022, x + 0.022, -d / 2 - 0.028, d / 2 + 0.028, 0.12, WALL))
    for y in np.arange(-d / 2 + 0.11, d / 2, 0.22):
        top = WALL + (ridge - WALL) * (1 - abs(y) / (d / 2)) - 0.05
        battens.append(box(-w / 2 - 0.028, w / 2 + 0.028, y - 0.022, y + 0.022, 0.12, top))
    corners = [
        box(sx * w / 2 - 0.09, sx * w / 2 + 0.09, sy * d / 2 - 0.05, sy * d / 2 + 0.05, 0.1, WALL)
        for sx in (-1, 1)
        for sy in (-1, 1)
    ]
    pale = (
        stage.surface((0.62, 0.6, 0.55), 0.6, wear=(0.3, 0.27, 0.23), grain=0.5) if coat in ("red", "yellow") else wood
    )
    base = box(-w / 2 - 0.06, w / 2 + 0.06, -d / 2 - 0.06, d / 2 + 0.06, -1.5, 0.14)
    return [stage.add(walls + battens, wood), stage.add(corners, pale, bevel=0.008), stage.add(base, _stone(stage))]


def _porch(stage, rng, w, d, snow: bool):
    """A deck under the long eaves, posts, a rail on both sides of the steps."""
    front = -d / 2 - 1.35
    deck = stage.once(("deck",), lambda: planks((0.15, 0.11, 0.08), 0.14, 0.75, along="x"))
    timber = stage.surface((0.11, 0.075, 0.05), 0.75, relief=0.008, relief_size=0.04, stretch=(1, 1, 0.15))
    parts = [stage.add(box(-w / 2, w / 2, front, -d / 2, 0.14, 0.26), deck)]
    under = [
        box(x - 0.08, x + 0.08, front + 0.05, front + 0.2, -1.2, 0.14)
        for x in np.linspace(-w / 2 + 0.2, w / 2 - 0.2, 5)
    ]
    eaves = WALL - 0.02 - 0.24 * 1.3 - 0.12
    posts = [
        box(x - 0.07, x + 0.07, front + 0.04, front + 0.18, 0.26, eaves)
        for x in (-w / 2 + 0.12, -1.0, 1.0, w / 2 - 0.12)
    ]
    rails = []
    for a, b in ((-w / 2 + 0.12, -1.0), (1.0, w / 2 - 0.12)):
        rails += [box(a, b, front + 0.07, front + 0.15, z, z + 0.06) for z in (0.42, 1.06)]
        rails += [box(x - 0.02, x + 0.02, front + 0.09, front + 0.13, 0.45, 1.08) for x in np.arange(a + 0.15, b, 0.16)]
    beam = [box(-w / 2 - 0.3, w / 2 + 0.3, front + 0.02, front + 0.2, eaves - 0.06, eaves + 0.08)]
    steps = [box(-0.8, 0.8, front - 0.3 * (i + 1), front - 0.3 * i, -0.3, 0.14 - 0.13 * i) for i in range(2)]
    parts.append(stage.add([*under, *posts, *rails, *beam, *steps], timber, bevel=0.008))
    if snow:
        caps = [
            box(a, b, front + 0.05, front + 0.17, 1.12, 1.19) for a, b in ((-w / 2 + 0.12, -1.0), (1.0, w / 2 - 0.12))
        ]
        caps += [box(-0.82, 0.82, front - 0.62, front - 0.02, 0.0, 0.06)]
        parts.append(stage.add(caps, stage.surface((0.84, 0.86, 0.9), 0.6, variation=0.05), bevel=0.03))
    return parts


def _openings(stage, w, d, light_frames: bool):
    """A plank door and windows with glazing bars, in frames that stand out of the wall."""
    y = -d / 2 - (0.17 if not light_frames else 0.04)
    frame = stage.surface(
        (0.6, 0.58, 0.53) if light_frames else (0.2, 0.125, 0.07), 0.6, wear=(0.12, 0.09, 0.06), grain=0.3
    )
    panes, bars = [], []
    for x in (-0.31 * w, 0.31 * w):
        panes.append(box(x - 0.5, x + 0.5, y, y + 0.02, 1.0, 1.98))
        bars += [box(x + a - 0.05, x + a + 0.05, y - 0.05, y + 0.05, 0.93, 2.05) for a in (-0.55, 0.55)]
        bars += [box(x - 0.6, x + 0.6, y - 0.05, y + 0.05, z - 0.05, z + 0.05) for z in (0.95, 2.03)]
        bars += [box(x - 0.02, x + 0.02, y - 0.025, y + 0.03, 1, 1.98)] + [
            box(x - 0.5, x + 0.5, y - 0.025, y + 0.03, z - 0.015, z + 0.015) for z in (1.33, 1.66)
        ]
        bars += [box(x - 0.72, x + 0.72, y - 0.1, y + 0.05, 0.86, 0.91)]
    for side in (-1, 1):
        x = side * (w / 2 + (0.17 if not light_frames else 0.04))
        panes.append(box(x - 0.01, x + 0.01, -0.5, 0.5, 1.0, 1.98))
        bars += [box(x - 0.05, x + 0.05, a - 0.04, a + 0.04, 0.95, 2.03) for a in (-0.54, 0.0, 0.54)]
        bars += [box(x - 0.05, x + 0.05, -0.58, 0.58, z - 0.04, z + 0.04) for z in (0.97, 1.5, 2.01)]
    door = stage.once(("door",), lambda: planks((0.16, 0.085, 0.045), 0.16, 0.6, along="z"))
    leaf = box(-0.44, 0.44, y - 0.02, y + 0.04, 0.26, 2.2)
    jambs = [box(x - 0.06, x + 0.06, y - 0.06, y + 0.06, 0.26, 2.28) for x in (-0.5, 0.5)] + [
        box(-0.56, 0.56, y - 0.06, y + 0.06, 2.2, 2.32)
    ]
    handle = tube([(0.34, y - 0.06, 1.15), (0.34, y - 0.06, 1.35)], 0.014, 6)
    lantern = box(0.74, 0.86, y - 0.16, y - 0.04, 1.8, 2.0)
    parts = [
        stage.add(panes, stage.window((1.0, 0.56, 0.22), 2.2)),
        stage.add(bars, frame, bevel=0.006),
        stage.add(leaf, door),
        stage.add(jambs, frame),
    ]
    parts += [
        stage.add([handle], stage.surface((0.03, 0.03, 0.03), 0.4)),
        stage.add(lantern, stage.lit((1.0, 0.6, 0.25), 14)),
    ]
    lamps = [stage.lamp("POINT", (0.8, y - 0.3, 1.85), 16, (1.0, 0.58, 0.24), shadow_soft_size=0.06)]
    lamps += [
        stage.lamp("AREA", (x, y - 0.12, 1.5), 22, (1.0, 0.55, 0.22), to=(x, y - 3, 0.6), size=0.9)
        for x in (-0.31 * w, 0.31 * w)
    ]
    return parts + [lamp for lamp in lamps if lamp]


def _stone(stage):
    return stage.surface(
        (0.16, 0.15, 0.135), 0.9, variation=0.5, grain=0.5, relief=0.03, relief_size=0.12, wear=(0.06, 0.055, 0.05)
    )


def _chimney(stage, rng, w, d, ridge, snow: bool):
    """Rubble laid in courses round a flue."""
    x, y, half = 0.27 * w, 0.12 * d, 0.42
    stones = []
    rock = icosphere(2 if stage.detail > 0.45 else 1)
    for z in np.arange(ridge - 1.1, ridge + 0.75, 0.2):
        for angle in np.linspace(0, 2 * np.pi, 13, endpoint=False) + rng.uniform(0, 1):
            c, s = np.cos(angle), np.sin(angle)
            scale = half / max(abs(c), abs(s))
            size = rng.uniform(0.85, 1.2)
            stones.append(
                rock.scaled(0.15 * size, 0.13 * size, 0.11 * size)
                .turned(rng.uniform(0, 3))
                .moved(x + scale * c * 0.95, y + scale * s * 0.95, z)
            )
    core = box(x - half, x + half, y - half, y + half, ridge - 1.4, ridge + 0.8)
    slab = box(x - half - 0.12, x + half + 0.12, y - half - 0.12, y + half + 0.12, ridge + 0.8, ridge + 0.9)
    parts = [
        stage.add(stones, _stone(stage), smooth=True),
        stage.add([core, slab], stage.surface((0.1, 0.095, 0.085), 0.9, relief=0.02, relief_size=0.1)),
    ]
    if snow:
        cap = box(x - half - 0.1, x + half + 0.1, y - half - 0.1, y + half + 0.1, ridge + 0.9, ridge + 1.05)
        parts.append(stage.add(cap, stage.surface((0.84, 0.86, 0.9), 0.6, variation=0.05), bevel=0.06))
    return parts


def _about(stage, rng, w, d):
    """A stack of firewood, a bench, a barrel, a chopping block with an axe."""
    logs = []
    x0, y0 = w / 2 + 0.35, -0.4 * d
    for row in range(7):
        for i in range(12):
            r = rng.uniform(0.06, 0.09)
            y = y0 + 0.16 * i + 0.08 * (row % 2)
            logs.append(
                tube(
                    [
                        (x0 + rng.uniform(-0.03, 0.03), y, 0.08 + 0.145 * row),
                        (x0 + 0.42 + rng.uniform(-0.03, 0.03), y, 0.08 + 0.145 * row),
                    ],
                    r,
                    7,
                )
            )
    parts = [stage.add(logs, stage.surface((0.3, 0.2, 0.11), 0.85, variation=0.5, grain=0.12))]
    front = -d / 2
    bench = [box(-0.45 * w, -0.18 * w, front - 0.62, front - 0.26, 0.66, 0.71)]
    bench += [box(x - 0.03, x + 0.03, front - 0.58, front - 0.3, 0.26, 0.66) for x in (-0.43 * w, -0.2 * w)]
    block = tube([(-w / 2 - 0.2, front - 2.0, -0.2), (-w / 2 - 0.2, front - 2.0, 0.42)], 0.24, 18)
    axe = tube([(-w / 2 - 0.2, front - 1.95, 0.44), (-w / 2 + 0.25, front - 1.75, 0.95)], 0.016, 6)
    parts.append(
        stage.add([*bench, block, axe], stage.surface((0.17, 0.115, 0.07), 0.8, relief=0.008, relief_size=0.05))
    )
    ring = np.array([(0.25, 0), (0.3, 0.25), (0.31, 0.42), (0.3, 0.6), (0.25, 0.84)])
    t = np.linspace(0, 2 * np.pi, 22, endpoint=False)
    barrel = loft(
        [np.c_[0.42 * w + r * np.cos(t), front - 0.5 + r * np.sin(t), np.full(22, 0.26 + z)] for r, z in ring]
    )
    parts.append(stage.add(barrel, stage.surface((0.12, 0.075, 0.045), 0.7, stretch=(1, 1, 0.1), grain=0.2)))
    return parts


SUBJECT = Subject(
    name="cabin",
    settings=("mountain valley", "pine forest", "snowfield", "hills with fields", "sea coast", "autumn forest"),
    height=5.4,
    width=9.4,
    describe=describe,
    build=build,
    share=(0.28, 0.46),
    heading=(-0.6, 0.6),
)
