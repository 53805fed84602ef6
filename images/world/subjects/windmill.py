"""A windmill: a white or brick tower, a thatched eight-sided mill with a gallery, or a wooden post mill."""

import numpy as np

from images.world.base import Subject, details
from images.world.buildings.millwork import sails
from images.world.geometry import TURN, Solid, box, join, lathe, loft, rotation, tube
from images.world.materials import bricks, planks

KINDS = {
    "white": "a white windmill",
    "brick": "a brick windmill",
    "smock": "an old thatched windmill",
    "post": "a wooden post mill",
}


def describe(rng, setting):
    kind = str(rng.choice(list(KINDS)))
    words = KINDS[kind]
    if kind != "smock" and rng.random() < 0.4:
        words = words.replace("a ", "an old ", 1)
    height = float({"post": 14.5, "smock": 20.0, "white": 15.5, "brick": 18.0}[kind] * rng.uniform(0.92, 1.08))
    return details(
        words,
        kind=kind,
        height=height,
        width=0.82 * height,
        turn=float(rng.uniform(0, 0.5 * np.pi)),
        cloths=int(rng.choice([0, 2, 4])),
    )


def build(stage, what):
    rng, h = stage.rng("windmill"), what["height"]
    hub = 0.585 * h  # of the sails, over the ground
    reach = h - hub
    body = {"white": _tower, "brick": _tower, "smock": _smock, "post": _post}[what["kind"]]
    parts, front = body(stage, rng, h, hub, what["kind"])
    parts.append(sails(stage, rng, hub, front, reach, what))
    return stage.group(*parts)


def _tower(stage, rng, h: float, hub: float, kind: str):
    """A round tower, tapering, under a boarded cap that turns; the sails' shaft comes out of the cap."""
    foot, top, tall = 0.175 * h, 0.115 * h, hub - 0.045 * h
    around = stage.around(72, 20)
    z = np.linspace(0, 1, 14)
    profile = [(1.02 * foot, -2.0)] + [(foot + (top - foot) * v**0.9, v * tall) for v in z]
    if kind == "white":
        wall = stage.surface(
            (0.66, 0.63, 0.57),
            0.75,
            variation=0.25,
            grain=1.6,
            relief=0.025,
            relief_size=0.35,
            wear=(0.3, 0.25, 0.19),
            stretch=(1, 1, 0.35),
        )
    else:
        wall = stage.once(("mill bricks",), lambda: bricks((0.2, 0.075, 0.045), (0.24, 0.21, 0.18), 0.24, 0.085))
    parts = [stage.add(lathe(profile, around), wall, smooth=True)]
    parts += _cap(stage, top, tall, h, round_cap=kind == "white")
    radius = lambda z: foot + (top - foot) * (z / tall) ** 0.9  # noqa: E731
    parts += _openings(stage, radius, tall, [(0.0, 0.42), (0.25, 0.66), (-0.3, 0.2)])
    return parts, -(top + 0.12 * h * 0.55 + 0.45)


def _cap(stage, top: float, tall: float, h: float, round_cap: bool):
    """The mill's head, boarded or thatched, with the tail pole behind it."""
    dark = stage.surface(
        (0.085, 0.065, 0.05), 0.8, relief=0.015, relief_size=0.08, stretch=(1, 1, 0.2), wear=(0.03, 0.025, 0.02)
    )
    ring = lathe(
        [(1.08 * top, tall - 0.02 * h), (1.12 * top, tall), (1.12 * top, tall + 0.02 * h)], stage.around(48, 16)
    )
    if round_cap:
        cap = lathe(
            [
                (1.13 * top, tall + 0.02 * h),
                (0.95 * top, tall + 0.05 * h),
                (0.55 * top, tall + 0.1 * h),
                (0.12 * top, tall + 0.145 * h),
                (0.02, tall + 0.155 * h),
            ],
            stage.around(40, 14),
        )
    else:
        y = np.linspace(-1.12, 1.15, 9) * top
        height = 0.115 * h * (1 - 0.3 * (y / top - 0.1) ** 2 * 0.6)
        t = np.linspace(0, np.pi, 15)
        cap = loft(
            [
                [
                    (0.98 * top * np.cos(a) * (1 - 0.1 * (v / top) ** 2), v, tall + 0.02 * h + up * np.sin(a) ** 0.8)
                    for a in t
                ]
                for v, up in zip(y, height, strict=True)
            ]
        )
    parts = [stage.add(cap, dark, smooth=True), stage.add(ring, dark)]
    beams = [
        tube([(0, -0.2, tall + 0.045 * h), (0, -(top + 0.066 * h + 0.45), tall + 0.045 * h)], 0.028 * top + 0.09, 12)
    ]
    beams.append(tube([(0, top, tall), (0, 2.4 * top, 0.25)], 0.11, 8))
    beams += [tube([(s * 0.9 * top, 0.7 * top, tall), (0, 2.3 * top, 0.6)], 0.07, 7) for s in (-1, 1)]
    parts.append(stage.add(beams, stage.surface((0.14, 0.105, 0.08), 0.75)))
    return parts


def _openings(stage, radius, tall: float, windows):
    """Windows at shares of the tower's height, and a door at its foot."""
    panes, frames = [], []
    for angle, share in windows:
        z = share * tall
        turn = rotation(angle)
        r = radius(z)
        panes.append(_turned(box(-0.32, 0.32, -r - 0.03, -r + 0.3, z, z + 1.0), turn))
        frames += [
            _turned(box(x - 0.05, x + 0.05, -r - 0.09, -r + 0.25, z - 0.06, z + 1.06), turn) for x in (-0.34, 0.0, 0.34)
        ]
        frames += [
            _turned(box(-0.42, 0.42, -r - 0.1, -r + 0.25, q - 0.05, q + 0.05), turn) for q in (z, z + 0.5, z + 1.0)
        ]
    r = radius(1.0)
    turn = rotation(0.35)
    door = _turned(box(-0.55, 0.55, -r - 0.08, -r + 0.5, -0.05, 2.15), turn)
    frames += [_turned(box(x - 0.08, x + 0.08, -r - 0.14, -r + 0.5, -0.05, 2.25), turn) for x in (-0.6, 0.6)]
    frames += [_turned(box(-0.68, 0.68, -r - 0.14, -r + 0.5, 2.15, 2.32), turn)]
    steps = [
        _turned(box(-0.8, 0.8, -r - 0.45 * (3 - i), -r + 0.2, -0.6, -0.05 + 0.13 * (i - 2)), turn) for i in range(3)
    ]
    return [
        stage.add(panes, stage.window()),
        stage.add(frames, stage.surface((0.5, 0.47, 0.42), 0.6, wear=(0.2, 0.16, 0.12), grain=0.3)),
        stage.add(door, stage.surface((0.06, 0.1, 0.075), 0.55, wear=(0.03, 0.03, 0.025), stretch=(1, 1, 0.2))),
        stage.add(steps, stage.surface((0.17, 0.16, 0.145), 0.9, relief=0.02, relief_size=0.1)),
    ]


def _turned(solid: Solid, turn) -> Solid:
    return Solid(solid.vertices @ turn.T, solid.faces)


def _smock(stage, rng, h: float, hub: float, kind: str):
    """Eight thatched sides on a brick base, with a gallery on brackets where the two meet."""
    tall, deck = hub - 0.045 * h, 0.24 * h
    foot, waist, top = 0.205 * h, 0.19 * h, 0.108 * h
    brick = stage.once(("mill bricks",), lambda: bricks((0.2, 0.075, 0.045), (0.24, 0.21, 0.18), 0.24, 0.085))
    corners = np.linspace(0, TURN, 8, endpoint=False) + np.pi / 8

    def eight(r, z):
        return [(r * np.cos(a), r * np.sin(a), z) for a in corners]

    base = loft([eight(foot * 1.02, -2.0), eight(foot, 0.0), eight(waist, deck)])
    thatch = stage.surface(
        (0.19, 0.145, 0.1),
        0.95,
        variation=0.4,
        grain=0.5,
        relief=0.06,
        relief_size=0.1,
        stretch=(1, 1, 0.12),
        wear=(0.08, 0.065, 0.045),
        second=(0.1, 0.1, 0.05),
        second_share=0.2,
    )
    z = np.linspace(0, 1, 9)
    curve = [waist * 1.0 + (top - waist) * (v**0.72) for v in z]
    sides = loft([eight(r, deck + v * (tall - deck)) for r, v in zip(curve, z, strict=True)])
    parts = [stage.add(base, brick), stage.add(sides, thatch)]
    parts += _gallery(stage, waist, deck, h)
    parts += _cap(stage, top, tall, h, round_cap=False)
    radius = lambda q: waist * 0.93 if q > deck else foot * 0.93  # noqa: E731
    parts += _openings(stage, radius, tall, [(0.0, 0.12)])
    return parts, -(top + 0.066 * h + 0.45)


def _gallery(stage, radius: float, z: float, h: float):
    """A walk round the mill with a rail, on slanting struts."""
    wide = radius + 1.75
    deck = loft(
        [
            [(r * np.cos(a), r * np.sin(a), q) for a in np.linspace(0, TURN, 40, endpoint=False)]
            for r, q in ((radius * 0.9, z), (wide, z), (wide, z + 0.09), (radius * 0.9, z + 0.09))
        ],
        capped=False,
    )
    wood = stage.surface((0.3, 0.28, 0.25), 0.7, wear=(0.14, 0.11, 0.09), relief=0.006, relief_size=0.06)
    parts = []
    for a in np.linspace(0, TURN, 24, endpoint=False):
        c, s = np.cos(a), np.sin(a)
        parts.append(
            tube([(0.97 * wide * c, 0.97 * wide * s, z), (0.97 * wide * c, 0.97 * wide * s, z + 1.1)], 0.045, 6)
        )
        parts.append(
            tube([(0.94 * wide * c, 0.94 * wide * s, z), (0.98 * radius * c, 0.98 * radius * s, z - 1.6)], 0.06, 6)
        )
    t = np.linspace(0, TURN, 49)
    for q in (0.4, 0.75, 1.1):
        parts.append(tube(np.c_[0.97 * wide * np.cos(t), 0.97 * wide * np.sin(t), np.full(49, z + q)], 0.035, 6))
    return [stage.add([*parts, deck], wood)]


def _post(stage, rng, h: float, hub: float, kind: str):
    """A boarded house on one post with quarter bars, steps at the back."""
    floor, wide, deep = 0.24 * h, 0.115 * h, 0.15 * h
    eaves, ridge = hub + 0.06 * h, hub + 0.155 * h
    boards = stage.once(("mill boards",), lambda: planks((0.13, 0.1, 0.078), 0.2, 0.8, along="z", length=60))
    dark = stage.surface((0.075, 0.06, 0.048), 0.8, relief=0.015, relief_size=0.1, wear=(0.03, 0.025, 0.02))
    walls = box(-wide, wide, -deep, deep, floor, eaves)
    gables = Solid(
        np.array(
            [
                (x, y, z)
                for y in (-deep, deep)
                for x, z in (
                    (-wide, eaves),
                    (wide, eaves),
                    (0.55 * wide, 0.5 * (eaves + ridge) + 0.1),
                    (0, ridge),
                    (-0.55 * wide, 0.5 * (eaves + ridge) + 0.1),
                )
            ]
        ),
        (np.array([(0, 1, 2, 2), (0, 2, 4, 4), (4, 2, 3, 3), (5, 7, 6, 6), (5, 9, 7, 7), (9, 8, 7, 7)])[:, :3],),
    )
    strips = [box(x - 0.02, x + 0.02, -deep - 0.03, -deep, floor, eaves) for x in np.arange(-wide, wide + 0.01, 0.21)]
    strips += [
        box(sx * (wide + 0.02) - 0.02, sx * (wide + 0.02) + 0.02, y - 0.02, y + 0.02, floor, eaves)
        for sx in (-1, 1)
        for y in np.arange(-deep, deep + 0.01, 0.21)
    ]
    roof = []
    for side in (-1, 1):
        edge = [
            (side * (wide + 0.25), eaves - 0.12),
            (side * 0.58 * wide, 0.5 * (eaves + ridge) + 0.16),
            (0.0, ridge + 0.06),
            (0.0, ridge + 0.16),
            (side * 0.62 * wide, 0.5 * (eaves + ridge) + 0.28),
            (side * (wide + 0.3), eaves - 0.02),
        ]
        roof.append(
            loft([[(x, y, z) for x, z in (edge if side > 0 else edge[::-1])] for y in (deep + 0.3, -deep - 0.3)])
        )
    post = [tube([(0, 0, -0.5), (0, 0, floor + 0.2)], 0.034 * h, 16)]
    for angle in np.linspace(0, TURN, 4, endpoint=False) + 0.4:
        c, s = np.cos(angle), np.sin(angle)
        post.append(tube([(0.2 * h * c, 0.2 * h * s, 0.5), (0.02 * h * c, 0.02 * h * s, 0.8 * floor)], 0.02 * h, 10))
        post.append(box(0.2 * h * c - 0.45, 0.2 * h * c + 0.45, 0.2 * h * s - 0.45, 0.2 * h * s + 0.45, -1, 0.55))
    stair = [
        box(-0.45, 0.45, deep + 0.2 + 0.24 * i, deep + 0.46 + 0.24 * i, floor - 0.22 * (i + 1), floor - 0.22 * i - 0.15)
        for i in range(int(floor / 0.22))
    ]
    stair += [tube([(x, deep, floor), (x, deep + 0.24 * floor / 0.22, 0)], 0.07, 6) for x in (-0.5, 0.5)]
    pane = [
        box(x - 0.25, x + 0.25, -deep - 0.05, -deep, hub - 0.13 * h, hub - 0.13 * h + 0.6)
        for x in (-0.55 * wide, 0.55 * wide)
    ]
    axle = tube([(0, 0, hub), (0, -deep - 0.7, hub)], 0.2, 12)
    parts = [
        stage.add([walls, gables], boards),
        stage.add([join(strips)], dark),
        stage.add(roof, dark),
        stage.add([*post, *stair, axle], dark, smooth=False),
    ]
    parts.append(stage.add(pane, stage.window()))
    return parts, -deep - 0.7


SUBJECT = Subject(
    name="windmill",
    settings=("hills with fields", "dunes", "sea coast", "snowfield", "harbour"),
    height=18,
    width=14,
    describe=describe,
    build=build,
    share=(0.4, 0.62),
    heading=(-0.75, 0.75),
    noun="windmill|mill",
)
