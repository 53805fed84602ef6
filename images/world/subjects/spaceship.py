"""A landed spaceship: a lander in foil, a saucer on its legs, or a long ship with engines and lit ports."""

import numpy as np

from images.world.base import Subject, details
from images.world.buildings.girders import beam
from images.world.geometry import Solid, box, ellipsoid, lathe, loft, tube
from images.world.vehicles.freighter import ship
from images.world.vehicles.hulks import foil, greebles, plating

WORDS = {
    "lander": ("a lunar lander", "a spidery landing craft", "a landing craft on four legs", "a lander wrapped in foil"),
    "saucer": (
        "a flying saucer on its landing legs",
        "a landed flying saucer",
        "a silver flying saucer",
        "a saucer-shaped spaceship",
    ),
    "ship": ("a landed spaceship", "a battered spaceship", "a long grey spaceship", "an old freighter spaceship"),
}


def describe(rng, setting):
    kind = str(
        rng.choice(("lander", "ship", "saucer"), p=(0.5, 0.35, 0.15) if setting == "moon" else (0.15, 0.45, 0.4))
    )
    height, width = {"lander": (7.2, 9.2), "saucer": (8.5, 24.0), "ship": (9.5, 30.0)}[kind]
    size = float(rng.uniform(0.85, 1.2))
    return details(
        str(rng.choice(WORDS[kind])),
        kind=kind,
        size=size,
        height=height * size,
        width=width * size,
        tint=int(rng.integers(4)),
    )


def build(stage, what):
    made = {"lander": _lander, "saucer": _saucer, "ship": ship}[what["kind"]](stage, what["tint"])
    made.scale = (what["size"],) * 3
    return stage.group(made)


def _octagon(radius: float, cut: float = 0.41) -> np.ndarray:
    a = np.arange(8) * np.pi / 4 + np.pi / 8
    return np.c_[radius * np.cos(a), radius * np.sin(a)]


def _stack(rows) -> Solid:
    """Octagons (radius, z) one on another."""
    return loft([np.c_[_octagon(r), np.full(8, z)] for r, z in rows])


def _lander(stage, tint: int):
    rng = stage.rng("lander")
    gold, dark_foil = foil(stage, (0.8, 0.45, 0.09)), foil(stage, (0.10, 0.085, 0.07))
    grey = plating(stage, (0.42, 0.42, 0.41), rough=0.5, row=0.5, width=0.8, dirt=0.3, around=False)
    black = stage.surface((0.018, 0.018, 0.02), 0.6, variation=0.3)
    metal = stage.surface((0.55, 0.55, 0.56), 0.3, metal=0.9)
    parts = [stage.add(_stack([(1.9, 1.55), (2.15, 1.6), (2.15, 3.0), (1.95, 3.1)]), gold)]
    parts.append(
        stage.add([lathe([(0.3, 1.7), (0.45, 1.3), (0.78, 0.75), (0.74, 0.75), (0.35, 1.4)], 32)], black, smooth=True)
    )
    legs, pads, struts = [], [], []
    for i in range(4):
        a = i * np.pi / 2 + np.pi / 4
        d = np.array([np.cos(a), np.sin(a), 0])
        s = np.array([-d[1], d[0], 0])
        foot, knee = 4.2 * d + (0, 0, 0.12), 3.05 * d + (0, 0, 1.75)
        top = 2.15 * d + (0, 0, 2.95)
        legs.append(tube([top, knee + 0.2 * (top - knee), knee], 0.11, 12))
        legs.append(tube([knee, foot], 0.085, 12))
        struts += [tube([knee - 0.25 * (knee - foot), 2.0 * d + 0.9 * q * s + (0, 0, 1.65)], 0.05, 8) for q in (-1, 1)]
        struts += [tube([knee + 0.1 * (top - knee), 1.9 * d + 0.85 * q * s + (0, 0, 2.9)], 0.045, 8) for q in (-1, 1)]
        pads.append(
            lathe([(0.1, 0.25), (0.2, 0.2), (0.46, 0.1), (0.47, 0.02), (0.3, -0.04), (0.001, -0.05)], 28).moved(
                *(4.2 * d)
            )
        )
        if i == 2 or i == 3:
            struts.append(tube([4.2 * d, 4.2 * d + (0, 0, -0.9)], 0.015, 5))
    parts.append(stage.add(legs, gold, smooth=True))
    parts.append(stage.add([*struts, *pads], metal, smooth=True))
    ladder_at = -np.pi / 2
    del ladder_at
    a = np.array([4.2 * np.cos(-np.pi / 4), 4.2 * np.sin(-np.pi / 4)])
    rungs = []
    for s in (-0.2, 0.2):
        rungs.append(
            tube(
                [(0.62 * a[0] + s, 0.62 * a[1] - 0.2 + s, 0.6), (0.48 * a[0] + s, 0.48 * a[1] - 0.1 + s, 3.0)], 0.022, 6
            )
        )
    for q in np.linspace(0.03, 0.97, 9):
        x, y, z = (0.62 - 0.14 * q) * a[0], (0.62 - 0.14 * q) * a[1] - 0.2 + 0.1 * q, 0.6 + 2.4 * q
        rungs.append(tube([(x - 0.2, y - 0.2, z), (x + 0.2, y + 0.2, z)], 0.016, 5))
    parts.append(stage.add(rungs, metal))
    # upper stage: a faceted cabin with tanks, windows, hatch
    cabin = loft([np.array([(-1.2, -1.35), (1.2, -1.35), (1.55, -0.5), (1.5, 1.2), (0.8, 1.7), (-0.8, 1.7), (-1.5,
        1.2), (-1.55, -0.5)]) @ np.array([[q, 0, 0], [0, q, 0]]) + (0, 0, z) for q, z in ((0.86, 3.15), (1.0, 3.5),
        (1.0, 4.9), (0.82, 5.7), (0.55, 5.95))])  # fmt: skip
    parts.append(stage.add(cabin, grey))
    nose = (
        lathe([(0.001, -0.55), (0.75, -0.5), (0.98, -0.3), (1.02, 0.2), (0.001, 0.25)], 32)
        .turned(np.pi / 2, "x")
        .moved(0, -1.45, 4.55)
    )
    parts.append(stage.add(nose, grey, smooth=False))
    tanks = [ellipsoid(0.72, 0.72, 0.78, 28, 18).moved(s * 1.75, 0.25, 4.2) for s in (-1, 1)]
    parts.append(stage.add(tanks, dark_foil, smooth=True))
    parts.append(
        stage.add(
            [_stack([(1.5, 3.05), (1.75, 3.1), (1.75, 3.35), (1.5, 3.4)]), box(-1.0, 1.0, 1.3, 2.0, 3.4, 5.1)],
            dark_foil,
        )
    )
    panes = [
        Solid(
            np.array([(s * 0.28, -1.97, 4.75), (s * 0.78, -1.8, 4.8), (s * 0.34, -1.95, 5.2), (s * 0.34, -1.95, 5.2)]),
            (np.array([[0, 1, 2, 3]]),),
        )
        for s in (-1, 1)
    ]
    parts.append(stage.add(panes, stage.window((1.0, 0.8, 0.5), 1.2)))
    parts.append(stage.add([box(-0.42, 0.42, -2.06, -1.98, 3.75, 4.5), box(-0.9, 0.9, -2.6, -1.7, 3.05, 3.12)], black))
    small = []
    for x, y in ((1.75, -1.0), (-1.75, -1.0), (1.75, 1.3), (-1.75, 1.3)):
        small += [
            lathe([(0.03, 0), (0.1, 0.2), (0.09, 0.2), (0.02, 0.02)], 12).turned(t, ax).moved(x, y, 4.5)
            for t, ax in ((np.pi / 2, "x"), (-np.pi / 2, "x"), (0, "x"), (np.pi, "x"))
        ]
        small.append(tube([(0.8 * x, 0.8 * y, 4.5), (x, y, 4.5)], 0.04, 6))
    dish = (
        lathe([(0.001, 0.0), (0.3, 0.05), (0.52, 0.16), (0.5, 0.18), (0.001, 0.04)], 28)
        .turned(-1.0, "x")
        .moved(0.9, -0.4, 6.6)
    )
    small += [
        dish,
        tube([(0.7, 0, 5.7), (0.9, -0.3, 6.6)], 0.03, 6),
        tube([(-0.6, 0.2, 5.8), (-0.6, 0.2, 7.2)], 0.012, 5),
        tube([(-0.9, 0.9, 5.4), (-1.3, 1.2, 7.0)], 0.01, 5),
    ]
    parts.append(stage.add(small, metal, smooth=True))
    works = [
        greebles(rng, (-1.5, -1.0, 3.5), (0, 2.0, 0), (0, 0, 1.3), stage.count(70, 12), 0.06),
        greebles(rng, (1.5, 1.0, 3.5), (0, -2.0, 0), (0, 0, 1.3), stage.count(70, 12), 0.06),
    ]
    parts.append(stage.add(works, grey))
    lamp = stage.lamp("SPOT", (0, -2.1, 5.0), 500, (1.0, 0.9, 0.75), to=(0, -9, 0), spot_size=1.0, spot_blend=0.6)
    return stage.group(*parts, *([lamp] if lamp else []))


def _saucer(stage, tint: int):
    rng, around = stage.rng("saucer"), stage.around(128, 36)
    colour = ((0.6, 0.61, 0.63), (0.45, 0.44, 0.42), (0.55, 0.5, 0.42), (0.3, 0.32, 0.34))[tint]
    skin = plating(stage, colour, metal=0.85, rough=0.27, row=0.9, width=1.7, dirt=0.3)
    dark = stage.surface((0.05, 0.052, 0.056), 0.45, metal=0.5)
    z = 3.4
    hull = [
        (0.6, z - 1.25),
        (3.0, z - 1.2),
        (5.5, z - 0.85),
        (9.0, z - 0.3),
        (11.4, z + 0.15),
        (11.75, z + 0.35),
        (11.6, z + 0.55),
        (9.2, z + 0.95),
        (6.2, z + 1.5),
        (4.2, z + 1.85),
        (3.9, z + 1.9),
    ]
    parts = [stage.add(lathe(hull, around), skin, smooth=True)]
    dome = [
        (3.9, z + 1.85),
        (3.85, z + 2.5),
        (3.5, z + 3.2),
        (2.8, z + 3.9),
        (1.6, z + 4.45),
        (0.6, z + 4.65),
        (0.01, z + 4.7),
    ]
    parts.append(stage.add(lathe(dome, around), skin, smooth=True))
    ports = []
    for a in np.arange(18) * np.pi / 9:
        ports.append(box(-0.36, 0.36, -3.92, -3.6, z + 2.15, z + 2.75).turned(a))
    parts.append(stage.add(ports, stage.window((1.0, 0.72, 0.4), 2.5)))
    rim = [ellipsoid(0.13, 0.2, 0.13, 10, 8).moved(0, -11.72, z + 0.35).turned(a) for a in np.arange(36) * np.pi / 18]
    parts.append(stage.add(rim, stage.lit((0.6, 0.9, 1.0), 20), smooth=True))
    under = [
        lathe([(1.6, z - 1.35), (2.4, z - 1.45), (2.6, z - 1.2)], around),
        lathe([(4.4, z - 1.08), (4.6, z - 1.14), (4.9, z - 0.98)], around),
    ]
    ribs = [
        beam((2.7 * np.cos(a), 2.7 * np.sin(a), z - 1.2), (10.6 * np.cos(a), 10.6 * np.sin(a), z - 0.05), 0.1, 0.2)
        for a in np.arange(24) * np.pi / 12
    ]
    seams = [
        beam((4.1 * np.cos(a), 4.1 * np.sin(a), z + 1.9), (11.2 * np.cos(a), 11.2 * np.sin(a), z + 0.62), 0.06, 0.05)
        for a in np.arange(24) * np.pi / 12 + 0.06
    ]
    parts.append(stage.add([*under, *ribs, *seams], dark))
    parts.append(
        stage.add(
            lathe([(0.001, z - 1.42), (1.5, z - 1.4), (1.6, z - 1.3)], 40), stage.lit((0.5, 0.85, 1.0), 8), smooth=True
        )
    )
    legs = []
    for a in np.arange(3) * 2 * np.pi / 3 + np.pi / 2:
        d = np.array([np.cos(a), np.sin(a), 0])
        legs += [
            tube([5.2 * d + (0, 0, z - 0.8), 6.6 * d + (0, 0, 0.2)], [0.26, 0.18], 14),
            tube([3.6 * d + (0, 0, z - 1.1), 6.1 * d + (0, 0, 1.1)], 0.12, 10),
        ]
        legs += [lathe([(0.2, 0.4), (0.4, 0.3), (0.95, 0.08), (0.95, -0.1), (0.001, -0.12)], 28).moved(*(6.65 * d))]
    parts.append(stage.add(legs, stage.surface((0.5, 0.5, 0.51), 0.32, metal=0.9), smooth=True))
    ramp = [beam((s * 0.75, -2.6, z - 1.15), (s * 0.75, -6.4, 0.05), 0.14, 0.2) for s in (-1, 1)]
    ramp += [
        box(-0.75, 0.75, -2.9 - 0.42 * i, -2.62 - 0.42 * i, (z - 1.2) * (1 - i / 9.2) - 0.05, (z - 1.2) * (1 - i / 9.2))
        for i in range(9)
    ]
    parts.append(stage.add(ramp, dark))
    works = [
        greebles(rng, (x, 0, z + 1.75), (1.2, 0, 0), (0, 1.2, -0.08), stage.count(16, 4), 0.14) for x in (-6.4, 5.0)
    ]
    parts.append(stage.add(works, dark))
    lamp = stage.lamp("POINT", (0, 0, z - 2.0), 900, (0.6, 0.88, 1.0), shadow_soft_size=1.0)
    return stage.group(*parts, *([lamp] if lamp else []))


SUBJECT = Subject(
    name="spaceship",
    settings=("moon", "dunes", "snowfield", "pine forest"),
    height=8,
    width=20,
    describe=describe,
    build=build,
    share=(0.24, 0.42),
    heading=(-1.2, 1.2),
    noun="spaceship|saucer|lander|landing craft|shuttle|ship",
)
