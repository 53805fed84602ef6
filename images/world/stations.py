"""Halls of railway stations: a tiled one underground, and one of iron and glass.

Axes: t across, 0 at the near platform's edge, the platform at t < 0, two tracks between 0 and GAP, the other platform
beyond; s along; the platforms' top is z = 0, the rails' -RAILS; metres.
"""

import numpy as np

from images.world import finishes, materials
from images.world.geometry import Solid, arch, box, boxes, join, lathe, prism, sweep, tube
from images.world.materials import Surface

GAP, RAILS, DEEP = 6.7, 1.02, 1.5  # metres: between the platforms' edges, down to the rails, down to the pit's floor
TRACKS = (1.62, GAP - 1.62)  # t of the tracks' middles
NAMES = ("ORSINO SQUARE", "NORTHGATE", "OLD MILL", "HARBOUR STREET", "ALTEA", "RIVERSIDE", "MUSEUM", "VELORA PARK")
TILES = ((0.46, 0.48, 0.42), (0.50, 0.44, 0.32), (0.34, 0.42, 0.40), (0.50, 0.49, 0.47))
ACCENTS = ((0.02, 0.12, 0.11), (0.26, 0.02, 0.018), (0.32, 0.17, 0.02), (0.02, 0.05, 0.2), (0.05, 0.12, 0.04))
POSTERS = (
    (0.5, 0.07, 0.04),
    (0.05, 0.22, 0.4),
    (0.55, 0.38, 0.05),
    (0.28, 0.05, 0.2),
    (0.5, 0.47, 0.4),
    (0.04, 0.2, 0.12),
)


def tiled(stage, colour, wide: float, high: float, roughness: float = 0.12):
    """Glazed tiles in grout, a few of them darker, with soot towards the edges of things."""
    surface = Surface(
        colour,
        roughness,
        0.16,
        1.4,
        0.0,
        gloss_variation=0.06,
        coat=0.4,
        wear=tuple(0.45 * c for c in colour),
        stretch=(1, 1, 0.3),
    )
    grout = tuple(0.35 * c for c in colour)
    return stage.once(
        ("tiled", colour, wide, high), lambda: materials.bricks(colour, grout, wide, high, surface, own_space=True)
    )


def concrete(stage, colour, wear=(0.05, 0.047, 0.042)):
    return stage.surface(
        colour, 0.8, variation=0.4, grain=1.6, relief=0.006, relief_size=0.06, wear=wear, stretch=(1, 1, 0.4)
    )


class Hall:
    """Measures and draws of one station."""

    def __init__(self, scene, start: float, end: float):
        where = scene.where
        self.wide, self.start, self.end = where["wide"], start, end
        self.tile, self.accent = TILES[where["tile"] % 4], ACCENTS[where["accent"] % 5]
        self.vault, self.name = where["vault"], NAMES[where["name"] % len(NAMES)]
        self.left, self.right = -where["wide"], GAP + where["wide"]


def floors(stage, hall: Hall, paving, edge_colour=(0.46, 0.33, 0.03)) -> list:
    """Both platforms with their edges, the pit between them."""
    warn = stage.surface(edge_colour, 0.6, variation=0.35, grain=0.2, wear=(0.10, 0.09, 0.07))
    stone = concrete(stage, (0.22, 0.215, 0.2))
    dark = concrete(stage, (0.035, 0.033, 0.031))
    spans = [(hall.left, -0.42), (GAP + 0.42, hall.right)]
    made = [stage.add([box(*span, hall.start, hall.end, -0.3, 0) for span in spans], paving)]
    made.append(
        stage.add(
            [
                box(-0.42, 0.02, hall.start, hall.end, -0.22, 0.006),
                box(GAP - 0.02, GAP + 0.42, hall.start, hall.end, -0.22, 0.006),
            ],
            stone,
            bevel=0.02,
        )
    )
    lines = [(-0.56, -0.44), (GAP + 0.44, GAP + 0.56)]
    made.append(stage.add([box(*line, hall.start, hall.end, 0.0, 0.004) for line in lines], warn))
    made.append(
        stage.add(
            [
                box(hall.left, 0, hall.start, hall.end, -DEEP, -0.22),
                box(GAP, hall.right, hall.start, hall.end, -DEEP, -0.22),
                box(0, GAP, hall.start, hall.end, -DEEP - 0.2, -DEEP),
            ],
            dark,
        )
    )
    return made


def benches(stage, hall: Hall, place, name: str) -> list:
    """Slatted benches against both walls, and bins beside some."""
    rng = stage.rng(name)
    wood = stage.surface(
        (0.16, 0.075, 0.03), 0.45, variation=0.35, grain=0.4, stretch=(1, 0.12, 1), coat=0.3, wear=(0.08, 0.05, 0.03)
    )
    iron = stage.surface((0.02, 0.022, 0.022), 0.5, variation=0.3, coat=0.2)
    slats, legs = [], []
    for side, wall in ((1, hall.left), (-1, hall.right)):
        for s in np.arange(6, hall.end - 4, 11.0):
            s = s + rng.uniform(-1.5, 1.5)
            if (
                not place.free(wall + side * 0.6, s + 0.9, 0.6, (0.4, 1.0))
                or place.distance(wall + side * 0.6, s + 0.9) < 2.5
            ):
                continue
            at = lambda d: wall + side * d  # noqa: B023, E731
            slats += [(*sorted((at(0.3 + i * 0.1), at(0.38 + i * 0.1))), s, s + 1.8, 0.42, 0.45) for i in range(5)]
            slats += [(*sorted((at(0.2), at(0.23))), s, s + 1.8, 0.52 + i * 0.11, 0.6 + i * 0.11) for i in range(4)]
            legs += [(*sorted((at(0.18), at(0.8))), s + d, s + d + 0.05, 0.36, 0.42) for d in (0.15, 1.6)]
            legs += [
                (*sorted((at(e), at(e + 0.06))), s + d, s + d + 0.05, 0.0, 0.95 if e < 0.3 else 0.42)
                for d in (0.15, 1.6)
                for e in (0.18, 0.7)
            ]
    return [stage.add(boxes(slats), wood), stage.add(boxes(legs), iron)] if slats else []


def posters(stage, hall: Hall, name: str, low: float = 0.95, high: float = 2.35) -> list:
    """Framed posters on both walls, with shapes and words of their own."""
    rng = stage.rng(name)
    frames, sheets, marks = [], {}, {}
    made = []
    for side, wall in ((1, hall.left), (-1, hall.right)):
        s = 4.0 + rng.uniform(0, 3)
        while s < hall.end - 3:
            wide, hue, second, split = (
                rng.choice([1.0, 1.5, 2.4]),
                int(rng.integers(6)),
                int(rng.integers(6)),
                rng.uniform(0.3, 0.7),
            )
            x = lambda a, b: sorted((wall + side * a, wall + side * b))  # noqa: B023, E731
            sheets.setdefault(hue, []).append((*x(0.0, 0.03), s, s + wide, low, high))
            middle = low + split * (high - low)
            marks.setdefault(second, []).append((*x(0.03, 0.034), s + 0.1 * wide, s + 0.9 * wide, low + 0.12, middle))
            marks.setdefault((second + 2) % 6, []).append(
                (*x(0.034, 0.037), s + 0.25 * wide, s + 0.6 * wide, low + 0.3, middle + 0.2)
            )
            frames += [(*x(0.0, 0.06), s - 0.05, s, low - 0.05, high + 0.05), (*x(0.0, 0.06), s + wide, s + wide + 0.05, low - 0.05, high + 0.05),
                       (*x(0.0, 0.06), s, s + wide, low - 0.05, low), (*x(0.0, 0.06), s, s + wide, high, high + 0.05)]  # fmt: skip
            if stage.detail > 0.3 and s < 30:
                word = stage.text(
                    str(rng.choice(["VELORA", "KINORO", "ALTEA", "CORVO", "SOLENNE", "JUNO"])),
                    0.26 * min(wide, 1.5),
                    stage.surface((0.55, 0.52, 0.45), 0.5),
                    0.001,
                )
                word.rotation_euler, word.location = (
                    (np.pi / 2, 0, side * np.pi / 2),
                    (wall + side * 0.04, s + wide / 2, high - 0.22),
                )
                made.append(word)
            s += wide + rng.choice([0.5, 2.5, 5.0])
    gloss = lambda colour: stage.surface(
        colour, 0.3, variation=0.4, grain=0.5, second=tuple(0.5 * c for c in colour), coat=0.5
    )  # noqa: E731
    made += [stage.add(boxes(rows), gloss(POSTERS[hue])) for hue, rows in sheets.items()]
    made += [stage.add(boxes(rows), gloss(POSTERS[hue])) for hue, rows in marks.items()]
    return [*made, stage.add(boxes(frames), stage.surface((0.05, 0.05, 0.052), 0.35, metal=0.5))]


def hanging_sign(stage, at, words: str, colour=(1.0, 0.82, 0.5), width: float = 2.6) -> list:
    """A lit sign under the ceiling, to be read from -s."""
    x, y, z = at
    dark = stage.surface((0.02, 0.022, 0.024), 0.4, coat=0.3)
    text = stage.text(words, min(0.24, 1.5 * width / len(words)), finishes.lamp_glass(stage, colour, 3.0), 0.004)
    text.location = (x, y - 0.07, z)
    body = [box(x - width / 2, x + width / 2, y - 0.06, y + 0.06, z - 0.2, z + 0.2)]
    body += [tube([(x + s * width * 0.4, y, z + 0.2), (x + s * width * 0.4, y, z + 0.9)], 0.02, 6) for s in (-1, 1)]
    return [text, stage.add(body, dark)]


def clock(stage, at) -> list:
    """A round clock with two faces on a bracket, read from -s and +s."""
    x, y, z = at
    rng = stage.rng("clock")
    a = np.linspace(0, 2 * np.pi, 32, endpoint=False)
    circle = np.c_[x + 0.38 * np.cos(a), np.full(32, y), z + 0.38 * np.sin(a)]
    rim = sweep(
        circle, np.array([(-0.12, -0.02), (0.12, -0.02), (0.12, 0.02), (-0.12, 0.02)]), up=(0, 0.01, 1), closed=True
    )
    faces = [
        lathe([(0.001, 0), (0.37, 0.002), (0.37, -0.01)], 32).turned(np.pi / 2, "x").moved(x, y + d, z)
        for d in (-0.1, 0.1)
    ]
    marks = [
        box(-0.012, 0.012, -0.006, 0.006, 0.27, 0.34).turned(a, "y").moved(x, y - 0.105, z)
        for a in np.linspace(0, 2 * np.pi, 12, endpoint=False)
    ]
    hour = rng.uniform(0, 2 * np.pi)
    hands = [
        box(-0.014, 0.014, -0.006, 0.006, -0.05, r).turned(a, "y").moved(x, y - 0.112, z)
        for a, r in ((hour, 0.19), (12 * hour, 0.3))
    ]
    dark = stage.surface((0.012, 0.012, 0.013), 0.4)
    arm = tube([(x, y, z + 0.4), (x, y, z + 1.0)], 0.03, 8)
    return [
        stage.add([rim, arm, *marks, *hands], dark),
        stage.add(faces, finishes.lamp_glass(stage, (1.0, 0.9, 0.7), 2.2)),
    ]


# -- underground


def underground(stage, hall: Hall, place) -> list:
    """Tiled walls, a vault or flat ceiling on pillars, tubes of light, the tunnel's mouths at the end."""
    wet = stage.light.wet
    slab = Surface(
        (0.12, 0.118, 0.11), 0.34, 0.35, 0.9, 0.001, 0.05, gloss_variation=0.16, wear=(0.05, 0.048, 0.045), wet=wet
    )
    paving = stage.once(
        ("metro floor", wet), lambda: materials.bricks((0, 0, 0), (0.03, 0.03, 0.03), 0.6, 0.6, slab, own_space=True)
    )
    top = 4.9 if hall.vault else 3.3
    white = tiled(stage, hall.tile, 0.15, 0.075)
    band = tiled(stage, hall.accent, 0.15, 0.075)
    made = floors(stage, hall, paving)
    spring = 2.75 if hall.vault else top
    walls, bands = [], []
    for side, wall in ((1, hall.left), (-1, hall.right)):
        x = lambda a, b: sorted((wall + side * a, wall + side * b))  # noqa: B023, E731
        walls.append(box(*x(-0.3, 0.0), hall.start, hall.end, 0, spring))
        bands += [
            box(*x(0.0, 0.012), hall.start, hall.end, 2.42, 2.66),
            box(*x(0.0, 0.02), hall.start, hall.end, 0, 0.16),
        ]
    made += [stage.add(walls, white), stage.add(bands, band)]
    made += _names(stage, hall)
    made += _vault(stage, hall, spring, white) if hall.vault else _flat_ceiling(stage, hall, top, band, place)
    made += _tunnels(stage, hall, top)
    made += _tubes(stage, hall, top)
    made += benches(stage, hall, place, "benches") + posters(stage, hall, "posters", 0.9, 2.2)
    for s, t in ((9.0, -hall.wide * 0.45), (24.0, -hall.wide * 0.45), (15.0, GAP + hall.wide * 0.5)):
        made += hanging_sign(stage, (t, s, min(top - 0.9, 2.75)), ("EXIT", hall.name, "LINE 4", "WAY OUT")[int(s) % 4])
    made += clock(stage, (-1.4, 17.5, 2.85)) if top < 4 else []
    pipes = [
        tube(
            [
                (hall.right - 0.12 - 0.1 * i, hall.start, 2.85 + 0.14 * i),
                (hall.right - 0.12 - 0.1 * i, hall.end, 2.85 + 0.14 * i),
            ],
            0.045,
            7,
        )
        for i in range(3)
    ]
    cables = [
        tube([(x, hall.start, -0.45 - 0.12 * i), (x, hall.end, -0.45 - 0.12 * i)], 0.028, 5)
        for i in range(3)
        for x in (0.06, GAP - 0.06)
    ]
    made.append(stage.add(pipes + cables, stage.surface((0.035, 0.033, 0.03), 0.6, variation=0.4)))
    return made


def _names(stage, hall: Hall) -> list:
    """The station's name on the walls, white on the accent's colour."""
    made, plates = [], []
    ink = stage.surface((0.55, 0.54, 0.5), 0.3, coat=0.5)
    wide = 0.24 * len(hall.name) + 0.6
    for side, wall in ((1, hall.left), (-1, hall.right)):
        for s in np.arange(8.5, hall.end - 6, 19.0):
            plates.append(
                box(*sorted((wall + side * 0.01, wall + side * 0.035)), s - wide / 2, s + wide / 2, 2.3, 2.78)
            )
            if s < 40:
                word = stage.text(hall.name, 0.3, ink, 0.002)
                word.rotation_euler, word.location = (np.pi / 2, 0, side * np.pi / 2), (wall + side * 0.037, s, 2.54)
                made.append(word)
    return [stage.add(plates, stage.surface(hall.accent, 0.15, variation=0.15, coat=0.6)), *made]


def _vault(stage, hall: Hall, spring: float, tiles) -> list:
    """A flat arch of tiles over everything, with ribs."""
    middle, half = (hall.left + hall.right) / 2, (hall.right - hall.left) / 2
    rise = 0.36 * half
    t = np.linspace(0, np.pi, stage.around(40, 16))
    inner = np.c_[middle + half * np.cos(t), spring + rise * np.sin(t)]
    outer = np.c_[middle + (half + 0.5) * np.cos(t), spring + (rise + 0.5) * np.sin(t)]
    ring = np.concatenate([inner, outer[::-1]])
    from images.world.geometry import loft

    shell = loft([np.c_[ring[:, :1], np.full(len(ring), s), ring[:, 1:]] for s in (hall.start, hall.end)])
    ribs = [
        arch(2 * half - 0.02, spring, rise - 0.01, 0.16, 0.5, steps=stage.around(40, 14)).moved(middle, s, 0)
        for s in np.arange(hall.start + 2, hall.end, 6.0)
    ]
    ribs = [Solid(rib.vertices * [1, 1, 1] - [0, 0, 0.10], rib.faces) for rib in ribs]
    return [
        stage.add(shell, tiles, smooth=False),
        stage.add(ribs, stage.surface(hall.accent, 0.35, variation=0.25, coat=0.3)),
    ]


def _flat_ceiling(stage, hall: Hall, top: float, tiles, place) -> list:
    """A sooty ceiling with beams, on tiled pillars along both edges."""
    soot = concrete(stage, (0.12, 0.115, 0.105))
    parts = [box(hall.left - 0.3, hall.right + 0.3, hall.start, hall.end, top, top + 0.4)]
    parts += [
        box(hall.left, hall.right, s - 0.2, s + 0.2, top - 0.35, top) for s in np.arange(hall.start + 1, hall.end, 5.0)
    ]
    lines = (-1.05, GAP + 1.05, GAP / 2)
    parts += [box(t - 0.22, t + 0.22, hall.start, hall.end, top - 0.5, top) for t in lines]
    pillars, feet = [], []
    for t in lines:
        for s in np.arange(hall.start + 1, hall.end, 5.0):
            if t != GAP / 2 and not place.free(t, s, 0.55, (0.25, 0.25)):
                continue
            low = 0 if t != GAP / 2 else -DEEP
            pillars.append(box(t - 0.2, t + 0.2, s - 0.2, s + 0.2, low, top - 0.4))
            feet.append(box(t - 0.23, t + 0.23, s - 0.23, s + 0.23, low, low + 0.14))
            feet.append(box(t - 0.26, t + 0.26, s - 0.26, s + 0.26, top - 0.62, top - 0.5))
    return [
        stage.add(parts, soot),
        stage.add(pillars, tiles, bevel=0.03),
        stage.add(feet, stage.surface((0.03, 0.03, 0.032), 0.6), bevel=0.015),
    ]


def _tunnels(stage, hall: Hall, top: float) -> list:
    """The end wall with two arched mouths, and dark tunnels with a signal and a few lamps."""
    wall = concrete(stage, (0.08, 0.077, 0.07))
    high = top + 4
    rows = [box(hall.left - 1, 0.05, hall.end, hall.end + 0.5, -DEEP, high), box(GAP - 0.05, hall.right + 1, hall.end, hall.end + 0.5, -DEEP, high),
            box(0, GAP, hall.end, hall.end + 0.5, 2.9, high), box(GAP / 2 - 0.15, GAP / 2 + 0.15, hall.end, hall.end + 0.5, -DEEP, high)]  # fmt: skip
    mouths = [arch(3.0, 1.6, 1.2, 0.7, 0.7).moved(t, hall.end + 0.2, 0) for t in TRACKS]
    tube_walls = [box(-0.2, 0.0, hall.end, hall.end + 70, -DEEP, 3.2), box(GAP, GAP + 0.2, hall.end, hall.end + 70, -DEEP, 3.2), box(0, GAP, hall.end, hall.end + 70, 3.0, 3.2),
                  box(0, GAP, hall.end + 70, hall.end + 70.2, -DEEP, 3.2), box(0, GAP, hall.end, hall.end + 70, -DEEP - 0.2, -DEEP)]  # fmt: skip
    made = [stage.add(rows + mouths + tube_walls, wall)]
    bulbs = boxes(
        [
            (x, x + 0.06, s, s + 0.25, 1.7, 1.85)
            for s in np.arange(hall.end + 6, hall.end + 66, 9.0)
            for x in (0.02, GAP - 0.08)
        ]
    )
    made.append(stage.add(bulbs, finishes.lamp_glass(stage, (1.0, 0.62, 0.28), 14)))
    for t, colour in ((0.35, (1.0, 0.05, 0.03)), (GAP - 0.35, (0.1, 1.0, 0.4))):
        disc = lathe([(0.001, 0.02), (0.09, 0.0)], 14).turned(np.pi / 2, "x").moved(t, hall.end - 0.35, 0.55)
        made.append(stage.add(disc, finishes.lamp_glass(stage, colour, 26)))
        made.append(
            stage.add(
                [
                    box(t - 0.13, t + 0.13, hall.end - 0.33, hall.end - 0.15, 0.3, 0.95),
                    tube([(t, hall.end - 0.2, -DEEP), (t, hall.end - 0.2, 0.4)], 0.04, 6),
                ],
                stage.surface((0.02, 0.02, 0.02), 0.6),
            )
        )
    mirror = [tube([(-0.5, hall.end - 1.5, 0), (-0.5, hall.end - 1.5, 2.2)], 0.03, 6)]
    return [*made, stage.add(mirror, stage.surface((0.05, 0.05, 0.05), 0.5))]


def _tubes(stage, hall: Hall, top: float) -> list:
    """Fluorescent tubes over both platforms; some fail in a film. They burn in every light: there is no day here."""
    rng = stage.rng("tubes")
    colour = ((0.80, 1.0, 0.84), (1.0, 0.94, 0.78), (0.86, 0.96, 1.0))[int(rng.integers(3))]
    strong = 1.0 if stage.light.film.mean else 0.55
    made, tubes, cases = [], [], []
    z = top - 0.42 if not hall.vault else 3.55
    for t, far in ((-0.52 * hall.wide, 1.0), (GAP + 0.52 * hall.wide, 0.8)):
        for s in np.arange(hall.start + 1.5, hall.end - 1, 3.6):
            dead = rng.random() < 0.14
            cases.append((t - 0.12, t + 0.12, s - 0.1, s + 1.6, z + 0.05, z + 0.12))
            if hall.vault:
                cases += [(t - 0.01, t + 0.01, s + d, s + d + 0.02, z + 0.1, z + 1.6) for d in (0.1, 1.4)]
            if dead and not stage.light.film.mean:
                continue
            tubes.append(tube([(t, s, z), (t, s + 1.5, z)], 0.02, 8))
            if s < 42 and (stage.detail > 0.3 or int(s / 3.6) % 3 == 0):
                power = 62 * strong * far * (1 if stage.detail > 0.3 else 3)
                made.append(
                    stage.fill(
                        "AREA",
                        (t, s + 0.75, z - 0.05),
                        power,
                        colour,
                        to=(t, s + 0.75, -5),
                        shape="RECTANGLE",
                        size=0.15,
                        size_y=1.5,
                    )
                )
    made.append(stage.add(boxes(cases), stage.surface((0.3, 0.3, 0.29), 0.5, variation=0.2)))
    glow = stage.once(("tube", colour), lambda: finishes.shine(colour, 9.0 * strong + 2))
    made.append(stage.add(tubes, glow, smooth=True))
    if stage.light.film.mean:  # plainly lit: as much light from everywhere
        for s in (4.0, 16.0, 28.0):
            made.append(
                stage.fill(
                    "AREA",
                    (GAP / 2, s, top - 0.55),
                    420,
                    (1.0, 0.98, 0.94),
                    to=(GAP / 2, s, -2),
                    shape="RECTANGLE",
                    size=8,
                    size_y=8,
                )
            )
    return made


# -- iron and glass


def iron_hall(stage, hall: Hall, place) -> list:
    """Stone platforms under a long roof of iron ribs and glass on columns; open at its far end."""
    wet = stage.light.wet
    slab = Surface(
        (0.19, 0.18, 0.165), 0.6, 0.35, 1.2, 0.004, 0.05, gloss_variation=0.2, wear=(0.07, 0.065, 0.06), wet=0.7 * wet
    )
    paving = stage.once(
        ("station floor", wet),
        lambda: materials.bricks((0, 0, 0), (0.05, 0.047, 0.043), 1.2, 0.8, slab, own_space=True),
    )
    iron = stage.surface(
        ((0.035, 0.075, 0.062), (0.10, 0.028, 0.022), (0.045, 0.05, 0.058))[
            hall.vault + 0 if isinstance(hall.vault, int) else 0
        ],
        0.5,
        variation=0.35,
        grain=0.5,
        coat=0.2,
        wear=(0.10, 0.06, 0.04),
    )
    made = floors(stage, hall, paving, (0.4, 0.39, 0.36))
    brick = Surface((0.20, 0.085, 0.055), 0.88, 0.4, 2.0, 0.004, 0.03, wear=(0.08, 0.045, 0.035), stretch=(1, 1, 0.35))
    wall = stage.once(
        "station brick", lambda: materials.bricks((0, 0, 0), (0.16, 0.145, 0.125), 0.225, 0.075, brick, own_space=True)
    )
    spring, middle, half = 6.2, GAP / 2, (hall.right - hall.left) / 2
    made += _brick_walls(stage, hall, wall, spring)
    made += _roof(stage, hall, iron, spring, middle, half)
    made += _columns(stage, hall, iron, spring, place)
    made += benches(stage, hall, place, "benches") + posters(stage, hall, "posters", 1.2, 2.5)
    made += clock(stage, (-hall.wide * 0.5, 13.0, 3.6))
    for s, t in ((8.0, -hall.wide * 0.5), (22.0, GAP + hall.wide * 0.5)):
        made += hanging_sign(stage, (t, s, 3.3), ("PLATFORM 2", "WAITING ROOM", "TICKETS")[int(s) % 3], width=2.8)
    made += _station_lamps(stage, hall, place)
    made += _luggage(stage, hall, place)
    return made


def _brick_walls(stage, hall: Hall, wall, spring: float) -> list:
    """Outer walls with arched recesses, doors and windows."""
    trim = concrete(stage, (0.3, 0.27, 0.22))
    body, stone, panes = [], [], []
    from images.world.pile import pane_quads

    for side, at in ((1, hall.left), (-1, hall.right)):
        x = lambda a, b: sorted((at + side * a, at + side * b))  # noqa: B023, E731
        body.append(box(*x(-0.5, 0.0), hall.start, hall.end, 0, spring))
        stone += [
            box(*x(-0.1, 0.12), hall.start, hall.end, spring - 0.35, spring),
            box(*x(0.0, 0.1), hall.start, hall.end, 0, 0.5),
        ]
        for s in np.arange(hall.start + 2, hall.end, 6.0):
            body.append(box(*x(0.0, 0.28), s - 0.45, s + 0.45, 0, spring - 0.35))
            stone.append(box(*x(0.0, 0.34), s - 0.5, s + 0.5, spring - 0.8, spring - 0.6))
            ring = arch(2.3, 2.9, 1.1, 0.28, 0.24, steps=17).turned(np.pi / 2).moved(at + side * 0.1, s + 3.0, 0)
            stone.append(ring)
            panes.append((s + 1.9, s + 4.1, at, side))
    quads, colours = [], []
    rng = stage.rng("station windows")
    for a, b, at, side in panes:
        solid, colour = pane_quads(np.array([(-(b - a) / 2, (b - a) / 2, 0, 1.0, 3.8, rng.random())]))
        quads.append(solid.turned(side * np.pi / 2).moved(at + side * 0.02, (a + b) / 2, 0))
        colours.append(colour)
    glass = stage.once("station panes", lambda: finishes.panes(0.7, 1.4 * stage.light.lamps))
    bars = [
        box(
            *sorted((at + side * 0.02, at + side * 0.06)),
            a + k * (b - a) / 4 - 0.025,
            a + k * (b - a) / 4 + 0.025,
            1.0,
            3.9,
        )
        for a, b, at, side in panes
        for k in range(5)
    ]
    return [
        stage.add(body, wall),
        stage.add(stone, trim, bevel=0.015),
        stage.add(join(quads), glass, colours=np.concatenate(colours)),
        stage.add(bars, stage.surface((0.05, 0.06, 0.055), 0.5)),
    ]


def _roof(stage, hall: Hall, iron, spring: float, middle: float, half: float) -> list:
    """Ribs of lattice every six metres, purlins between, glass in strips with boards between them, cut by gaps."""
    rng = stage.rng("roof panes")
    rise = 0.62 * half
    t = np.linspace(0, np.pi, 25)
    point = lambda a, k=1.0: (middle + k * half * np.cos(a), spring + k * rise * np.sin(a))  # noqa: E731
    ribs, purlins = [], []
    stations = np.arange(hall.start + 2, hall.end + 0.1, 6.0)
    for s in stations:
        outer, inner = np.array([(*point(a),) for a in t]), np.array([(*point(a, 0.93),) for a in t])
        for line, r in ((outer, 0.09), (inner, 0.07)):
            path = np.c_[line[:, 0], np.full(len(t), s), line[:, 1]]
            ribs.append(sweep(path, np.array([(-r, -0.06), (r, -0.06), (r, 0.06), (-r, 0.06)]), up=(0, 1, 0)))
        if stage.detail > 0.25:
            for i in range(len(t) - 1):
                a, b = (outer[i], inner[i + 1]) if i % 2 else (inner[i], outer[i + 1])
                ribs.append(tube([(a[0], s, a[1]), (b[0], s, b[1])], 0.028, 4))
        ribs.append(tube([(middle - 0.9 * half, s, spring + 0.3), (middle + 0.9 * half, s, spring + 0.3)], 0.022, 5))
        ribs.append(tube([(middle, s, spring + 0.3), (middle, s, spring + 0.93 * rise)], 0.018, 4))
    for a in t[1:-1:2]:
        x, z = point(a, 1.005)
        purlins.append(box(x - 0.05, x + 0.05, hall.start, hall.end, z - 0.06, z + 0.06))
    glass, boards = [], []
    steps = np.linspace(hall.start, hall.end, max(2, round((hall.end - hall.start) / 1.5)) + 1)
    for i in range(len(t) - 1):
        (x0, z0), (x1, z1) = point(t[i], 1.01), point(t[i + 1], 1.01)
        high = 6 <= i <= 17
        for a, b in zip(steps[:-1], steps[1:], strict=True):
            pane = rng.random()
            corners = np.array([(x0, a + 0.02, z0), (x0, b - 0.02, z0), (x1, b - 0.02, z1), (x1, a + 0.02, z1)])
            if high and pane < 0.72:
                glass.append(Solid(corners, (np.array([(0, 1, 2, 3)]),)))
            elif pane < 0.985 or not high:
                boards.append(Solid(corners, (np.array([(0, 1, 2, 3)]),)))
    dirty = stage.once("roof glass", lambda: finishes.thin_glass((0.7, 0.74, 0.68), 0.12))
    planks = stage.surface((0.075, 0.06, 0.045), 0.85, variation=0.4, grain=1.2, wear=(0.03, 0.028, 0.025))
    bars = (
        [tube([(*point(a, 1.012)[:1], s, point(a, 1.012)[1]) for a in t[6:19]], 0.018, 4) for s in steps]
        if stage.detail > 0.25
        else []
    )
    return [
        stage.add(ribs, iron),
        stage.add(purlins + bars, iron),
        stage.add(join(glass), dirty),
        stage.add(join(boards), planks),
    ]


def _columns(stage, hall: Hall, iron, spring: float, place) -> list:
    """Cast iron columns along both platforms, with capitals and curled brackets."""
    made = []
    for t in (-hall.wide * 0.72, GAP + hall.wide * 0.72):
        for s in np.arange(hall.start + 2, hall.end, 6.0):
            if not place.free(t, s, 0.5, (0.2, 0.2)) or place.distance(t, s) < 1.2:
                continue
            profile = [
                (0.26, 0),
                (0.26, 0.25),
                (0.2, 0.35),
                (0.2, 0.9),
                (0.23, 0.95),
                (0.15, 1.05),
                (0.12, 4.2),
                (0.16, 4.3),
                (0.13, 4.4),
                (0.13, 4.6),
                (0.26, 4.9),
                (0.26, 5.0),
            ]
            made.append(lathe(profile, stage.around(20, 8)).moved(t, s, 0))
            made.append(box(t - 0.08, t + 0.08, s - 0.08, s + 0.08, 5.0, spring + 2.2))
            a = np.linspace(0, np.pi / 2, 8)
            for side in (-1, 1):
                made.append(
                    tube(np.c_[np.full(8, t), s + side * (0.1 + 1.5 * (1 - np.cos(a))), 4.6 + 1.5 * np.sin(a)], 0.04, 6)
                )
                made.append(
                    tube(
                        np.c_[np.full(8, t), s + side * (0.5 + 0.28 * np.cos(4 * a)), 5.35 + 0.28 * np.sin(4 * a)],
                        0.025,
                        5,
                    )
                )
        made.append(box(t - 0.1, t + 0.1, hall.start, hall.end, 6.05, 6.3))
    return [stage.add(made, iron)]


def _station_lamps(stage, hall: Hall, place) -> list:
    """Enamel shades that hang over the platforms."""
    made, shades, bulbs = [], [], []
    profile = [(0.001, 0.3), (0.05, 0.3), (0.07, 0.2), (0.3, 0.06), (0.32, 0.0), (0.28, 0.03), (0.05, 0.14)]
    for t in (-hall.wide * 0.45, GAP + hall.wide * 0.45):
        for s in np.arange(hall.start + 5, hall.end, 6.0):
            shades += [lathe(profile, 18).moved(t, s, 4.4), tube([(t, s, 4.65), (t, s, 7.5)], 0.012, 5)]
            bulbs.append(lathe([(0.001, -0.08), (0.07, -0.05), (0.09, 0.02), (0.05, 0.1)], 12).moved(t, s, 4.42))
            if s < 36 and place.distance(t, s) < 45:
                made.append(
                    stage.lamp(
                        "SPOT",
                        (t, s, 4.35),
                        900,
                        (1.0, 0.68, 0.34),
                        to=(t, s, 0),
                        spot_size=2.3,
                        spot_blend=0.6,
                        shadow_soft_size=0.12,
                    )
                )
    made = [lamp for lamp in made if lamp]
    dark = stage.surface((0.02, 0.035, 0.03), 0.4, coat=0.4)
    return [*made, stage.add(shades, dark), stage.add(bulbs, finishes.lamp_glass(stage, (1.0, 0.72, 0.38), 40))]


def _luggage(stage, hall: Hall, place) -> list:
    """A porter's trolley with suitcases, and cases left here and there."""
    rng = stage.rng("luggage")
    leather = [
        stage.surface(c, 0.5, variation=0.3, grain=0.2, coat=0.2, wear=(0.05, 0.03, 0.02))
        for c in ((0.14, 0.06, 0.025), (0.05, 0.03, 0.02), (0.09, 0.1, 0.05), (0.2, 0.12, 0.05))
    ]
    made, cart = [], []
    for group in range(5):
        side = rng.choice([-1, 1])
        t, s, carried = (
            (-hall.wide * rng.uniform(0.35, 0.8)) if side < 0 else GAP + hall.wide * rng.uniform(0.3, 0.8),
            rng.uniform(4, 30),
            group < 2,
        )
        if not place.free(t, s, 0.5, (0.7, 0.9)) or place.distance(t, s) < 2.2:
            continue
        base = 0.0
        if carried:
            cart += [
                box(t - 0.5, t + 0.5, s - 0.8, s + 0.8, 0.38, 0.43),
                tube(
                    [
                        (t - 0.4, s + 0.8, 0.4),
                        (t - 0.4, s + 1.0, 1.1),
                        (t + 0.4, s + 1.0, 1.1),
                        (t + 0.4, s + 0.8, 0.4),
                    ],
                    0.02,
                    6,
                ),
            ]
            cart += [
                tube([(t + a, s + b, 0.19), (t + a + 0.05, s + b, 0.19)], 0.19, 18)
                for a in (-0.5, 0.45)
                for b in (-0.5, 0.5)
            ]
            base = 0.43
        for i in range(int(rng.integers(2, 5))):
            w, d, h = rng.uniform(0.28, 0.42), rng.uniform(0.1, 0.16), rng.uniform(0.3, 0.5)
            case = (
                prism([(-w, 0), (w, 0), (w, h), (-w, h)], 2 * d)
                .turned(rng.uniform(-0.3, 0.3))
                .moved(t + rng.uniform(-0.2, 0.2), s - 0.5 + i * 0.36, base)
            )
            grip = tube(
                [
                    (t - 0.06, s - 0.5 + i * 0.36, base + h),
                    (t, s - 0.5 + i * 0.36, base + h + 0.05),
                    (t + 0.06, s - 0.5 + i * 0.36, base + h),
                ],
                0.012,
                5,
            )
            made.append(stage.add([case, grip], leather[int(rng.integers(4))], bevel=0.02))
    return [*made, stage.add(cart, stage.surface((0.05, 0.06, 0.05), 0.6, variation=0.3))] if cart else made
