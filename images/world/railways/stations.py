"""Halls of railway stations: a tiled one underground, and one of iron and glass.

Axes: t across, 0 at the near platform's edge, the platform at t < 0, two tracks between 0 and GAP, the other platform
beyond; s along; the platforms' top is z = 0, the rails' -RAILS; metres.
"""

import numpy as np

from images.world import finishes, materials
from images.world.geometry import box, boxes, lathe, sweep, tube
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


def beside(wall: float, side: int, near: float, far: float) -> list[float]:
    """The stretch of t between two distances from a wall, on the side of the tracks."""
    return sorted((wall + side * near, wall + side * far))


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
            slats += [(*beside(wall, side, 0.3 + i * 0.1, 0.38 + i * 0.1), s, s + 1.8, 0.42, 0.45) for i in range(5)]
            slats += [(*beside(wall, side, 0.2, 0.23), s, s + 1.8, 0.52 + i * 0.11, 0.6 + i * 0.11) for i in range(4)]
            legs += [(*beside(wall, side, 0.18, 0.8), s + d, s + d + 0.05, 0.36, 0.42) for d in (0.15, 1.6)]
            legs += [
                (*beside(wall, side, e, e + 0.06), s + d, s + d + 0.05, 0.0, 0.95 if e < 0.3 else 0.42)
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
            sheets.setdefault(hue, []).append((*beside(wall, side, 0.0, 0.03), s, s + wide, low, high))
            middle = low + split * (high - low)
            marks.setdefault(second, []).append(
                (*beside(wall, side, 0.03, 0.034), s + 0.1 * wide, s + 0.9 * wide, low + 0.12, middle)
            )
            marks.setdefault((second + 2) % 6, []).append(
                (*beside(wall, side, 0.034, 0.037), s + 0.25 * wide, s + 0.6 * wide, low + 0.3, middle + 0.2)
            )
            frames += [
                (*beside(wall, side, 0.0, 0.06), s - 0.05, s, low - 0.05, high + 0.05),
                (*beside(wall, side, 0.0, 0.06), s + wide, s + wide + 0.05, low - 0.05, high + 0.05),
                (*beside(wall, side, 0.0, 0.06), s, s + wide, low - 0.05, low),
                (*beside(wall, side, 0.0, 0.06), s, s + wide, high, high + 0.05),
            ]
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

    def gloss(colour):
        return stage.surface(colour, 0.3, variation=0.4, grain=0.5, second=tuple(0.5 * c for c in colour), coat=0.5)

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
