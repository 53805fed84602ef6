"""A landed spaceship: a lander in foil, a saucer on its legs, or a long ship with engines and lit ports."""

import numpy as np

from images.world.base import Subject, details
from images.world.buildings.spans import beam
from images.world.geometry import Solid, box, boxes, ellipsoid, lathe, loft, tube
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
    made = {"lander": _lander, "saucer": _saucer, "ship": _ship}[what["kind"]](stage, what["tint"])
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


def _section(y: float, half: float, low: float, high: float, chine: float) -> np.ndarray:
    """A hull's section: flat below, chined sides, a narrower back."""
    m = low + 0.42 * (high - low)
    points = [(-0.55 * half, low), (0.55 * half, low), (half, m), (chine * half, high - 0.12 * (high - low)),
        (0.42 * chine * half, high), (-0.42 * chine * half, high), (-chine * half, high - 0.12 * (high - low)),
        (-half, m)]  # fmt: skip
    return np.array([(x, y, z) for x, z in points])


def _ship(stage, tint: int):
    """A freighter: a long chined hull, cockpit, pods, engines, a belly full of pipes, skids and a ramp."""
    rng = stage.rng("ship")
    colour = ((0.34, 0.335, 0.32), (0.27, 0.28, 0.285), (0.38, 0.33, 0.26), (0.22, 0.24, 0.22))[tint]
    accent = ((0.33, 0.06, 0.03), (0.38, 0.22, 0.03), (0.05, 0.12, 0.2), (0.33, 0.1, 0.03))[tint]
    hull = plating(stage, colour, metal=0.25, rough=0.5, row=0.7, width=1.5, dirt=0.6, around=False)
    trim = plating(stage, accent, rough=0.5, row=0.7, width=1.5, dirt=0.6, around=False)
    dark = stage.surface((0.035, 0.036, 0.04), 0.5, metal=0.5, variation=0.4)
    stations = [(-14.5, 1.1, 3.3, 4.5, 0.7), (-13.2, 1.9, 2.9, 5.2, 0.7), (-10.5, 2.7, 2.5, 6.2, 0.66), (-6, 3.6, 2.1,
        6.6, 0.7), (2, 4.3, 1.9, 6.9, 0.72), (9, 4.5, 1.9, 7.0, 0.72), (13, 4.1, 2.2, 6.8, 0.72), (14.2, 3.5, 2.6,
        6.3, 0.7)]  # fmt: skip
    body = loft([_section(*s) for s in stations])
    body = Solid(body.vertices, tuple(part[:, ::-1] for part in body.faces))
    parts = [stage.add(body, hull)]
    parts.append(
        stage.add(
            loft([_section(y, h * 1.012, lo + 1.8, hi - 0.5, 0.86)[[2, 3, 6, 7]] for y, h, lo, hi, _ in stations[2:6]]),
            trim,
        )
    )
    # cockpit: a glazed nose
    glass, frames = [], []
    for i in range(5):
        a, b = -0.62 + 0.248 * i, -0.62 + 0.248 * (i + 1) - 0.03
        p = [
            (1.95 * np.sin(a * 1.5), -13.4 + 1.3 * a * a, 4.55),
            (1.95 * np.sin(b * 1.5), -13.4 + 1.3 * b * b, 4.55),
            (1.4 * np.sin(b * 1.5), -11.9 + 1.0 * b * b, 5.75),
            (1.4 * np.sin(a * 1.5), -11.9 + 1.0 * a * a, 5.75),
        ]
        glass.append(Solid(np.array(p) + (0, -0.12, 0.12), (np.array([[0, 1, 2, 3]]),)))
        frames += [
            beam(np.add(p[0], (0, -0.1, 0.1)), np.add(p[3], (0, -0.1, 0.1)), 0.09, 0.09),
            beam(np.add(p[3], (0, -0.1, 0.1)), np.add(p[2], (0, -0.1, 0.1)), 0.09, 0.09),
        ]
    parts += [stage.add(glass, stage.window((1.0, 0.75, 0.45), 1.4)), stage.add(frames, dark)]
    pods, works, pipes, ports = [], [], [], []
    for s in (-1, 1):
        pods.append(loft([np.c_[s * 5.6 + 1.15 * q * np.cos(t), np.full(20, y), 4.2 + 1.15 * q * np.sin(t)]
            for t in [np.linspace(0, 2 * np.pi, 20, endpoint=False)] for y, q in ((2.0, 0.35), (2.6, 0.75), (4.0,
            1.0), (11.0, 1.05), (13.5, 0.95), (15.6, 1.05), (15.7, 0.9))]))  # fmt: skip
        works.append(box(s * 4.0, s * 5.0, 5.0, 10.5, 3.7, 4.7))
        for a, b, n in ((-9.5, 9.0, 150), (-9.5, 9.0, 70)):
            side = (0, (b - a) * (1 if s > 0 else -1), 0)
            works.append(
                greebles(
                    rng,
                    (s * 3.85, a if s > 0 else b, 4.3),
                    side,
                    (-s * 0.35, 0, 1.5),
                    stage.count(n, 20),
                    0.13 if n > 100 else 0.22,
                )
            )
        works.append(
            greebles(
                rng,
                (s * 3.2, -8 if s > 0 else 8, 2.3),
                (0, 16 * (1 if s > 0 else -1), 0),
                (s * 0.9, 0, 1.1),
                stage.count(120, 16),
                0.12,
            )
        )
        for k in range(4):
            z = 2.35 + 0.3 * k
            x = s * (3.0 + 0.28 * k)
            pipes.append(
                tube(
                    [(x, -7 + k, z), (x + s * 0.12, 0, z), (x + s * 0.12, 9 - k, z), (x, 10 - k, z - 0.3)],
                    0.09 + 0.02 * (k % 2),
                    8,
                )
            )
        for y in np.arange(-8, 9, 2.1):
            ports.append(box(s * 3.2, s * 4.07, y - 0.28, y + 0.28, 5.15, 5.5))
    works += [greebles(rng, (-1.8, -5, 6.62), (3.6, 0, 0), (0, 15, 0.25), stage.count(260, 30), 0.2)]
    parts += [
        stage.add(pods, hull, smooth=True),
        stage.add(works, hull),
        stage.add(pipes, dark, smooth=True),
        stage.add(ports, stage.window((1.0, 0.66, 0.34), 1.6)),
    ]
    engines, glow = [], []
    for x, y, z, r in (
        (-1.9, 14.3, 4.5, 1.25),
        (1.9, 14.3, 4.5, 1.25),
        (-5.6, 15.6, 4.2, 0.85),
        (5.6, 15.6, 4.2, 0.85),
    ):
        engines.append(
            lathe(
                [(0.5 * r, -0.3), (0.8 * r, 0.2), (1.02 * r, 1.1), (0.94 * r, 1.1), (0.55 * r, 0.2), (0.001, 0.15)], 36
            )
            .turned(-np.pi / 2, "x")
            .moved(x, y, z)
        )
        glow.append(lathe([(0.001, 0.0), (0.5 * r, 0.0)], 28).turned(-np.pi / 2, "x").moved(x, y + 0.25, z))
    parts += [stage.add(engines, dark, smooth=True), stage.add(glow, stage.lit((1.0, 0.45, 0.15), 6))]
    fins = [
        loft(
            [
                np.array([(s * 2.2, 8.0, 6.6), (s * 2.5, 8.0, 6.6), (s * 2.5, 13.5, 6.5), (s * 2.2, 13.5, 6.5)]),
                np.array([(s * 3.5, 11.5, 9.4), (s * 3.62, 11.5, 9.4), (s * 3.62, 14.2, 9.4), (s * 3.5, 14.2, 9.4)]),
            ]
        )
        for s in (-1, 1)
    ]
    parts.append(stage.add(fins, trim))
    legs = []
    for x, y in ((-2.6, -8.5), (2.6, -8.5), (-3.4, 8.0), (3.4, 8.0)):
        legs += [
            tube([(0.8 * x, y, 2.6), (1.12 * x, y, 0.35)], 0.2, 12),
            tube([(0.8 * x, y + 1.5, 2.5), (1.08 * x, y + 0.1, 0.8)], 0.1, 8),
            boxes([(1.12 * x - 0.55, 1.12 * x + 0.55, y - 0.9, y + 0.9, -0.1, 0.22)]),
        ]
    legs += [beam((s * 0.9, -4.0, 2.2), (s * 0.9, -8.0, 0.05), 0.12, 0.2) for s in (-1, 1)] + [
        box(-0.9, 0.9, -4.3 - 0.45 * i, -4.0 - 0.45 * i, 2.1 - 0.235 * i, 2.16 - 0.235 * i) for i in range(9)
    ]
    legs += [
        tube([(0.9, 1.0, 6.7), (0.9, 1.0, 9.2)], 0.03, 6),
        lathe([(0.001, 0), (0.8, 0.18), (1.1, 0.45), (1.05, 0.47), (0.001, 0.08)], 30)
        .turned(0.7, "x")
        .moved(-1.0, -3.0, 7.6),
        tube([(-1, -3, 6.5), (-1, -3, 7.7)], 0.08, 8),
    ]
    parts.append(stage.add(legs, dark))
    letters = stage.text(
        f"{'KLMNRSTX'[rng.integers(8)]}-{rng.integers(12, 98)}", 1.1, stage.surface((0.55, 0.53, 0.48), 0.6), 0.01
    )
    letters.location, letters.rotation_euler = (-4.06, 4.5, 4.75), (np.pi / 2 - 0.1, 0, -np.pi / 2)
    lamps = [
        stage.lamp(
            "SPOT", (s * 1.2, -13.6, 3.6), 1500, (1.0, 0.9, 0.75), to=(s * 3, -30, 0), spot_size=0.9, spot_blend=0.5
        )
        for s in (-1, 1)
    ]
    return stage.group(*parts, letters, *[lamp for lamp in lamps if lamp])


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
