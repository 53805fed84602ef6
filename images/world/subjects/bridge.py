"""A bridge: stone arches, an iron truss on stone piers, or a suspension bridge."""

import numpy as np

from images.world.base import Subject, details
from images.world.buildings import girders, spans
from images.world.buildings.masonry import Masonry, stonework
from images.world.geometry import ellipsoid, tube
from images.world.materials import Surface

WORDS = {
    "arches": ("an old stone bridge", "a stone arch bridge", "a stone bridge with {count} arches"),
    "viaduct": ("a stone viaduct", "a tall stone viaduct", "a viaduct of {count} arches"),
    "truss": ("an iron truss bridge", "an iron bridge on stone piers", "an old {paint} iron bridge"),
    "suspension": ("a suspension bridge", "a {paint} suspension bridge"),
}
COUNTS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 7: "seven"}
PAINTS = {
    "red": (0.24, 0.045, 0.025),
    "green": (0.04, 0.11, 0.075),
    "grey": (0.2, 0.21, 0.22),
    "black": (0.03, 0.032, 0.035),
}
SUITS = {
    "mountain valley": ("viaduct", "viaduct", "truss", "arches"),
    "sea coast": ("suspension", "arches", "truss"),
    "harbour": ("truss", "arches", "truss"),
    "hills with fields": ("arches", "arches", "viaduct"),
    "snowfield": ("arches", "truss", "viaduct"),
    "autumn forest": ("arches",),
}
STONE = ((0.27, 0.25, 0.215), (0.33, 0.27, 0.2), (0.21, 0.205, 0.2))


def describe(rng, setting):
    kind = str(rng.choice(SUITS.get(setting, ("arches",))))
    count = int(
        {"arches": rng.integers(1, 4), "viaduct": rng.integers(4, 8), "truss": rng.integers(1, 3), "suspension": 1}[
            kind
        ]
    )
    paint = str(rng.choice(("red", "grey", "green") if kind == "suspension" else tuple(PAINTS)))
    words = str(rng.choice(WORDS[kind][:2] if count == 1 and kind == "arches" else WORDS[kind])).format(
        count=COUNTS[count], paint=paint
    )
    width, height = {
        "arches": (11.0 * count + 14, 8.0),
        "viaduct": (11.5 * count + 12, 19.0),
        "truss": (34.0 * count + 10, 15.0),
        "suspension": (150.0, 42.0),
    }[kind]
    return details(words, kind=kind, count=count, paint=paint, width=width, height=height, stone=int(rng.integers(3)))


def build(stage, what):
    kind, count = what["kind"], what["count"]
    stones, parts, fine = Masonry(), [], stage.detail
    stone = STONE[what["stone"]]
    course = stonework(stage, stone, tuple(0.7 * c for c in stone), 0.7, 0.34, moss=0.65)
    lamps = []
    if kind == "arches":
        road, total, _ = spans.stone_arches(
            stones, [9.5] * count if count != 3 else [8.0, 10.5, 8.0], 4.2, 1.2, 2.6, 0.9, 15.0, stage.around(44, 16)
        )
        lamps = [(x, s * 2.35, float(road(x)) + 1.2) for x in (-total / 2, total / 2) for s in (-1, 1)]
    elif kind == "viaduct":
        spans.stone_arches(stones, [9.0] * count, 4.6, 11.5, 2.2, 0.0, 34.0, stage.around(40, 14))
    elif kind == "truss":
        iron, planks, total = girders.truss(stones, count, 34.0, 7.5, 3.0, 6.0, fine)
        for side in (-1, 1):
            spans.approach(stones, side * (total / 2 + 4.0), side, 7.4, 3.4, 30.0)
        parts.append(stage.add(iron, _paint(stage, PAINTS[what["paint"]])))
        parts.append(stage.add(planks, stage.surface((0.17, 0.135, 0.1), 0.85, grain=0.4, stretch=(1, 0.1, 1))))
        lamps = [(x, s * 2.5, 9.6) for x in np.arange(-total / 2, total / 2 + 1, 17.0) for s in (-1, 1)]
    else:
        steel, cables, reach = girders.suspension(stones, 92.0, 15.0, 4.2, 42.0, fine)
        for side in (-1, 1):
            spans.approach(stones, side * reach, side, 15.0, 4.6, 60.0)
        parts.append(stage.add([steel, cables], _paint(stage, PAINTS[what["paint"]])))
        lamps = [(x, s * 4.0, 18.2) for x in np.arange(-66, 67, 11.0) for s in (-1, 1)]
    parts.append(stones.emit(stage, course))
    parts += _lamps(stage, lamps)
    return stage.group(*parts)


def _paint(stage, colour):
    return stage.material(Surface(colour, 0.55, 0.3, 0.8, 0.004, 0.05, wear=(0.13, 0.06, 0.03), gloss_variation=0.15))


def _lamps(stage, places) -> list:
    if not places:
        return []
    posts = [tube([(x, y, z - 1.1), (x, y, z + 2.2)], [0.09, 0.05], 8) for x, y, z in places]
    globes = [ellipsoid(0.24, 0.24, 0.28, 14, 10).moved(x, y, z + 2.4) for x, y, z in places]
    made = [
        stage.add(posts, stage.surface((0.02, 0.024, 0.022), 0.5)),
        stage.add(globes, stage.lit((1.0, 0.72, 0.4), 45), smooth=True),
    ]
    for x, y, z in places[:: max(1, len(places) // 6)]:
        lamp = stage.lamp("POINT", (x, y, z + 2.9), 260, (1.0, 0.68, 0.35), shadow_soft_size=0.25)
        made += [lamp] if lamp else []
    return made


SUBJECT = Subject(
    name="bridge",
    settings=("mountain valley", "sea coast", "harbour", "hills with fields", "snowfield", "autumn forest"),
    height=14,
    width=50,
    describe=describe,
    build=build,
    share=(0.18, 0.36),
    heading=(-0.6, 0.6),
    noun="bridge|viaduct",
)
