"""A statue on its plinth: a robed or kneeling figure in marble, an angel, a man or a rider in bronze."""

import numpy as np

from images.world import materials
from images.world.animals import horses
from images.world.base import Subject, details
from images.world.buildings import carved_figures
from images.world.furniture.turning import curve
from images.world.geometry import box, loft
from images.world.people import figure
from images.world.people.outfits import wear

ROBED = {"standing": ("a {stone} statue of a robed figure", "a {stone} statue of a saint",
    "an old {stone} statue of a woman in robes"), "hooded": ("a {stone} statue of a hooded monk",
    "a statue of a hooded figure in {stone}", "a hooded {stone} figure on a plinth"),
    "kneeling": ("a {stone} statue of a kneeling figure", "a kneeling {stone} figure with joined hands",
    "a mourning figure carved in {stone}"), "angel": ("a {stone} angel on a plinth",
    "a statue of an angel in {stone}", "a {stone} statue of an angel with folded wings"),
    "man": ("a bronze statue of a man in a long coat", "a bronze statue on a stone plinth",
    "a bronze statue of a statesman"), "rider": ("an equestrian statue in bronze", "a bronze statue of a rider",
    "a statue of a horseman on a tall plinth"),}  # fmt: skip
STONES = {
    "marble": (0.56, 0.54, 0.5),
    "stone": (0.3, 0.27, 0.22),
    "limestone": (0.46, 0.41, 0.32),
    "granite": (0.2, 0.195, 0.19),
}
GREEN_BRONZE, BROWN_BRONZE = (0.09, 0.17, 0.13), (0.12, 0.075, 0.035)


def describe(rng, setting):
    kinds = ["standing", "hooded", "kneeling", "angel", "man", "rider"]
    if setting == "nave":
        kinds = ["standing", "hooded", "kneeling", "angel"]
    kind = str(rng.choice(kinds))
    stone = str(rng.choice(["marble", "stone", "limestone"]))
    words = str(rng.choice(ROBED[kind])).format(stone=stone)
    if setting == "under water" and rng.random() < 0.6:
        words = words.replace("a ", "a sunken ", 1) if words.startswith("a ") else words
    plinth = float(rng.uniform(0.7, 1.3) if kind != "rider" else rng.uniform(1.6, 2.3))
    tall = {"standing": 1.9, "hooded": 1.92, "kneeling": 1.4, "angel": 2.0, "man": 1.9, "rider": 2.75}[kind]
    size = float(rng.uniform(1.15, 1.45) if kind != "rider" else 1.25)
    return details(words, kind=kind, stone=stone, gesture=str(rng.choice(carved_figures.GESTURES)),
        seed=int(rng.integers(9999)), plinth=plinth, size=size, moss=float(rng.uniform(0.15, 0.75)),
        patina=bool(rng.random() < 0.6), snow=setting == "snowfield", sunk=setting == "under water", height=plinth
        + tall * size, width=(1.7 if kind == "angel" else 2.6 if kind == "rider" else 1.3) * size, look=wear(rng,
        "coat", str(rng.choice(["charcoal", "brown"])), "man"),)  # fmt: skip


def build(stage, what):
    rng = stage.rng("statue")
    kind, size = what["kind"], what["size"]
    stone = STONES[what["stone"]]
    look = _stone(stage, stone, what["moss"], what["snow"], what["sunk"])
    parts = _plinth(
        stage,
        rng,
        what,
        _stone(
            stage,
            tuple(0.8 * c for c in stone) if kind != "rider" else STONES["granite"],
            what["moss"],
            what["snow"],
            what["sunk"],
        ),
    )
    if kind in ("man", "rider"):
        bronze = _bronze(stage, what["patina"], what["snow"], what["sunk"])
        made = _cast(stage, what, bronze)
    else:
        voxel = float(np.clip(0.0085 / max(stage.detail, 0.1) ** 0.75, 0.008, 0.034))
        shape = "standing" if kind == "hooded" else kind
        gesture = "praying" if kind == "kneeling" else what["gesture"]
        hair = ("bun", "long", "short")[what["seed"] % 3]
        solid = carved_figures.figure(shape, gesture, what["seed"], voxel, kind == "hooded", hair)
        made = stage.group(stage.add(solid, look, smooth=True if kind != "angel" else 50))
    made.location, made.scale = (0, 0, what["plinth"]), (size,) * 3
    return stage.group(*parts, made)


def _cast(stage, what, bronze):
    """A person or a rider of flesh and cloth, cast in one metal."""
    if what["kind"] == "rider":
        made = horses.add_horse(stage, "bay", ("stand", "walk")[what["seed"] % 2], what["look"], name="statue")
    else:
        pose = ("contrapposto", "stand", "pointing", "hands in pockets")[what["seed"] % 4]
        made = figure.add_person(stage, what["look"], pose, name="statue")
    for part in (made, *made.children_recursive):
        if part.type in ("MESH", "CURVE", "CURVES"):
            for slot in part.material_slots:
                slot.link = "OBJECT"
                slot.material = bronze
    return stage.group(made)


def _plinth(stage, rng, what, look):
    """A pedestal with a moulded foot and cap, a panel on its front, on two steps."""
    high, size = what["plinth"], what["size"]
    wide, deep = {"rider": (0.75, 1.55), "kneeling": (0.55, 0.75)}.get(what["kind"], (0.48, 0.48))
    wide, deep = wide * size, deep * size
    foot = 0.16 * high
    outline = [
        (1.3, 0.0),
        (1.3, 0.5 * foot),
        (1.22, 0.62 * foot),
        (1.12, foot),
        (1.0, 1.25 * foot),
        (1.0, high - 0.9 * foot),
    ]
    outline += [
        *curve([(1.02, high - 0.85 * foot), (1.08, high - 0.6 * foot), (1.2, high - 0.45 * foot)], 4),
        (1.22, high - 0.1 * foot),
        (1.18, high),
    ]
    steps = stage.around(8, 3)
    rings = []
    for k, z in outline:
        a, b = wide + (k - 1) * 0.36, deep + (k - 1) * 0.36
        rings.append(_square(a, b, z, 0.02, steps))
    parts = [stage.add(loft(rings), look, smooth=35)]
    parts.append(
        stage.add(
            [
                box(-wide - 0.45, wide + 0.45, -deep - 0.45, deep + 0.45, -0.5, -0.06 + 0.1),
                box(-wide - 0.25, wide + 0.25, -deep - 0.25, deep + 0.25, 0.0, 0.07),
            ],
            look,
            bevel=0.015,
        )
    )
    if high > 0.75:
        z0, z1 = 1.6 * foot, high - 1.2 * foot
        frame = [
            box(-0.72 * wide, 0.72 * wide, -deep - 0.015, -deep, z0, z0 + 0.025),
            box(-0.72 * wide, 0.72 * wide, -deep - 0.015, -deep, z1 - 0.025, z1),
        ]
        frame += [box(s * 0.72 * wide, s * (0.72 * wide - 0.025), -deep - 0.015, -deep, z0, z1) for s in (-1, 1)]
        parts.append(stage.add(frame, look, bevel=0.004))
        if stage.detail > 0.3:
            names = ("ANNO  MDCCCXII", "IN  MEMORIAM", "REQUIESCAT", "PRO  PATRIA", "MDCCLXXXIV")
            letters = stage.text(names[what["seed"] % 5], 0.19 * wide, stage.surface((0.07, 0.065, 0.055), 0.9), 0.004)
            letters.location = (0, -deep - 0.003, 0.5 * (z0 + z1))
            parts.append(letters)
    return parts


def _square(a: float, b: float, z: float, rounding: float, steps: int):
    """A ring of points: a rectangle with rounded corners."""
    t = np.linspace(0, np.pi / 2, steps)
    points = []
    for k, (sx, sy) in enumerate(((1, 1), (-1, 1), (-1, -1), (1, -1))):
        turn = t + k * np.pi / 2
        points += [
            (sx * (a - rounding) + rounding * np.cos(u), sy * (b - rounding) + rounding * np.sin(u), z) for u in turn
        ]
    return points


def _stone(stage, colour, moss: float, snow: bool, sunk: bool):
    """Stone that stood in the weather: soot in its hollows, streaks where water runs, moss and lichen above."""

    def make():
        graph, output, material = materials.new("weathered stone")
        geometry = graph.node("NewGeometry").outputs
        at = graph.node("TexCoord").outputs["Object"]
        up = graph.split(geometry["Normal"])[2]
        hollow = graph.spread(geometry["Pointiness"], 0.44, 0.505, 1.0, 0.0)
        edge = graph.spread(geometry["Pointiness"], 0.505, 0.56, 0.0, 1.0)
        grain = graph.noise(at, 3.2, 9, 0.66)
        streak = graph.noise(graph.stretched(at, (1, 1, 0.09)), 9, 6, 0.62)
        base = graph.mix(
            graph.spread(grain, 0.32, 0.7), tuple(0.72 * c for c in colour), tuple(min(1, 1.15 * c) for c in colour)
        )
        base = graph.mix(graph.multiply(edge, 0.4), base, tuple(min(1.0, 1.3 * c) for c in colour))
        soot = graph.math("MAXIMUM", graph.multiply(hollow, 0.75), graph.spread(streak, 0.5, 0.68, 0, 0.7))
        base = graph.mix(soot, base, (0.05, 0.047, 0.04))
        lichen = graph.spread(graph.cells(at, 26).outputs[0], 0.1, 0.2, 1, 0)
        lichen = graph.multiply(lichen, graph.spread(graph.noise(at, 1.7, 4), 0.52, 0.58))
        base = graph.mix(graph.multiply(lichen, moss), base, (0.36, 0.33, 0.16))
        ragged = graph.add(up, graph.multiply(graph.add(graph.noise(at, 7, 7, 0.68), -0.5), 2.2))
        green = graph.spread(ragged, 1.15 - moss, 1.5 - moss)
        base = graph.mix(green, base, (0.05, 0.07, 0.018) if not sunk else (0.06, 0.09, 0.05))
        if snow:
            base = graph.mix(graph.spread(ragged, 0.45, 0.75), base, (0.8, 0.83, 0.88))
        pits = graph.noise(at, 70, 6, 0.7)
        height = graph.add(graph.multiply(pits, 0.5), graph.add(grain, graph.multiply(green, 0.8)))
        normal = graph.node("Bump", {"Height": height, "Strength": 0.9, "Distance": 0.006})
        inputs = {"Base Color": base, "Roughness": 0.78, "Normal": normal, "Specular IOR Level": 0.3}
        graph.link(graph.node("BsdfPrincipled", inputs), output.inputs[0])
        return material

    return stage.once(("weathered stone", tuple(colour), moss, snow, sunk), make)


def _bronze(stage, patina: bool, snow: bool, sunk: bool):
    """Bronze, brown where it is rubbed and green where rain has run."""

    def make():
        graph, output, material = materials.new("bronze")
        geometry = graph.node("NewGeometry").outputs
        at = graph.node("TexCoord").outputs["Object"]
        up = graph.split(geometry["Normal"])[2]
        streak = graph.noise(graph.stretched(at, (1, 1, 0.08)), 11, 7, 0.65)
        grain = graph.noise(at, 24, 7, 0.65)
        share = graph.add(graph.multiply(streak, 0.9), graph.multiply(up, 0.22))
        low = 0.3 if patina else 0.55
        green = graph.spread(share, low, low + 0.22)
        base = graph.mix(grain, tuple(0.7 * c for c in BROWN_BRONZE), tuple(1.5 * c for c in BROWN_BRONZE))
        base = graph.mix(green, base, graph.mix(grain, (0.06, 0.13, 0.1), (0.2, 0.34, 0.27)))
        if snow:
            base = graph.mix(graph.spread(graph.add(up, grain), 0.95, 1.2), base, (0.8, 0.83, 0.88))
        if sunk:
            base = graph.mix(graph.spread(graph.add(up, grain), 0.6, 1.1), base, (0.07, 0.1, 0.06))
        rough = graph.spread(green, 0, 1, 0.34, 0.75)
        shine = graph.spread(green, 0, 1, 0.9, 0.15)
        normal = graph.node("Bump", {"Height": grain, "Strength": 0.7, "Distance": 0.003})
        graph.link(
            graph.node("BsdfPrincipled", {"Base Color": base, "Roughness": rough, "Metallic": shine, "Normal": normal}),
            output.inputs[0],
        )
        return material

    return stage.once(("bronze", patina, snow, sunk), make)


SUBJECT = Subject(
    name="statue",
    settings=("nave", "hills with fields", "autumn forest", "city street", "under water", "snowfield", "harbour"),
    height=3.2,
    width=1.6,
    describe=describe,
    build=build,
    share=(0.36, 0.56),
    heading=(-0.7, 0.7),
    noun="statue|figure|angel",
)
