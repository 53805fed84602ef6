"""A tent with a camp fire before it and somebody sitting there; at night it is lit from inside."""

import numpy as np

from images.world import materials
from images.world.base import Subject, details
from images.world.fire import camp_fire
from images.world.geometry import TURN, Solid, box, ellipsoid, grid, join, lathe, tube
from images.world.noise import fbm
from images.world.people.figure import add_person
from images.world.plants.litter import log

COLOURS = {
    "orange": (0.72, 0.22, 0.02),
    "yellow": (0.7, 0.5, 0.04),
    "green": (0.1, 0.2, 0.06),
    "blue": (0.04, 0.16, 0.36),
    "red": (0.6, 0.05, 0.03),
    "canvas": (0.55, 0.46, 0.3),
}


def describe(rng, setting):
    colour = str(rng.choice(list(COLOURS)))
    kind = "ridge" if colour == "canvas" else str(rng.choice(["dome", "dome", "ridge"]))
    company = bool(rng.random() < 0.75)
    article = "an" if colour == "orange" else "a"
    words = f"{article} {colour} tent"
    if company:
        words += str(rng.choice([" and a camp fire", " beside a camp fire", " with somebody at the camp fire"]))
    elif rng.random() < 0.5:
        words = f"a small {colour} tent"
    return details(words, colour=colour, kind=kind, company=company, width=4.6 if company else 2.8, height=1.5)


def build(stage, what):
    rng = stage.rng("tent")
    side = rng.choice([-1, 1])
    cloth = _fabric(stage, COLOURS[what["colour"]])
    place, turn = (-0.95 * side if what["company"] else 0.0), rng.uniform(0.25, 0.6) * side
    shape = _dome if what["kind"] == "dome" else _ridge
    tent = stage.group(*shape(stage, rng, cloth))
    stage.place(tent, (place, 0.3, 0), turn)
    parts = [tent]
    if what["company"]:
        fire = stage.place(camp_fire(stage, "camp fire", 0.8), (1.15 * side, -0.55, 0))
        seat = stage.add(log(rng, 1.3, 0.17, stage.around(26, 10)), _bark(stage), smooth=True)
        stage.place(seat, (1.75 * side, 0.35, -0.02), 1.35 + 0.35 * side)
        wardrobe = "parka" if stage.scene.setting in ("snowfield", "mountain valley") else "hiker"
        who = add_person(stage, wardrobe, "sit forward", (1.72 * side, 0.32, -0.14), -0.65 * side, name="camper")
        parts += [fire, seat, who, _gear(stage, (0.55 * side, -0.75, 0))]
    else:
        parts.append(_gear(stage, (1.15 * side, -0.7, 0)))
    return stage.group(*parts)


def _bark(stage):
    return stage.surface(
        (0.085, 0.06, 0.042), 0.9, relief=0.02, relief_size=0.06, stretch=(0.25, 1, 1), wear=(0.03, 0.022, 0.016)
    )


def _fabric(stage, colour):
    """Nylon or canvas that lets light through, with a fine weave and creases."""
    key = ("tent cloth", colour)
    return stage.once(key, lambda: _cloth(colour))


def _cloth(colour):
    graph, output, material = materials.new("tent cloth")
    at = graph.node("TexCoord").outputs["Object"]
    creases = graph.noise(graph.stretched(at, (1, 1, 0.5)), 2.3, 5, 0.55, 0.6)
    weave = graph.noise(at, 90, 3)
    bump = graph.node(
        "Bump", {"Height": graph.add(creases, graph.multiply(weave, 0.05)), "Strength": 0.7, "Distance": 0.035}
    )
    shade = graph.scale(colour, graph.spread(creases, 0.3, 0.7, 0.85, 1.12))
    front = graph.node("BsdfPrincipled", {"Base Color": shade, "Roughness": 0.55, "Sheen Weight": 0.2, "Normal": bump})
    thin = graph.node("BsdfTranslucent", {"Color": graph.scale(shade, 1.3)})
    graph.link(graph.node("MixShader", {0: 0.45, 1: front.outputs[0], 2: thin.outputs[0]}), output.inputs[0])
    return material


def _dome(stage, rng, cloth):
    """Two crossed poles under a fly sheet, its door half open towards the camera."""
    n = stage.around(56, 16)
    a = np.linspace(0, TURN, n)[None]
    t = np.linspace(0, 1, stage.around(30, 8))[:, None]
    rise = np.sin(0.5 * np.pi * t) ** 0.82
    out = np.cos(0.5 * np.pi * t) ** 0.62
    # between the poles, which stand on the diagonals, the cloth hangs in
    square = 1 / np.maximum(np.abs(np.cos(a - np.pi / 4)), np.abs(np.sin(a - np.pi / 4))) ** 0.55
    sag = 1 - 0.07 * np.cos(2 * (a - np.pi / 4)) ** 2 * np.sin(np.pi * t)
    radius = 1.08 * out * square * sag
    wrinkle = (
        0.012 * fbm(3 * a * np.ones_like(t), 5 * t * np.ones_like(a), 3, 3) * np.sin(np.pi * np.clip(t * 1.2, 0, 1))
    )
    x, y, z = 1.15 * (radius + wrinkle) * np.cos(a), 0.95 * (radius + wrinkle) * np.sin(a), 1.32 * rise + 0 * a
    fly = grid(x, y, z)
    parts = [stage.add(fly, cloth, smooth=True)]
    poles = []
    for angle in (np.pi / 4, -np.pi / 4):
        s = np.linspace(-1, 1, 26)
        u = np.sign(s) * (1 - np.abs(s))
        height = np.sin(0.5 * np.pi * np.abs(1 - np.abs(s))) ** 0.82
        reach = np.cos(0.5 * np.pi * (1 - np.abs(s))) ** 0.62 * np.sign(s) * 1.09 * 2**0.275
        c, d = np.cos(angle), np.sin(angle)
        poles.append(tube(np.c_[1.16 * reach * c, 0.96 * reach * d, 1.335 * height + 0 * u], 0.011, 7))
    parts.append(stage.add(poles, stage.surface((0.04, 0.04, 0.045), 0.35)))
    parts += _door(stage, y_front=-0.99)
    parts += _guys(stage, rng, [(1.0, -0.9, 0.75), (-1.0, -0.9, 0.75), (1.0, 0.9, 0.75), (-1.0, 0.9, 0.75)], 0.85)
    parts += _light(stage, 0.62)
    return parts


def _door(stage, y_front: float):
    """The door's dark opening and the flap rolled up beside it."""
    t = np.linspace(0, np.pi, 18)
    outline = [(0.42 * np.cos(v), 0.02 + 0.86 * np.sin(v) ** 0.8) for v in t]
    slope = lambda z: y_front + 0.23 * (z / 0.86) ** 1.8  # noqa: E731
    points = np.array([(x, slope(z) - 0.012, z) for x, z in outline] + [(0.0, slope(0.4) - 0.012, 0.4)])
    i = np.arange(17)
    opening = Solid(points, (np.stack([i, i + 1, i * 0 + 18], 1),))
    edge = tube([(x, slope(z) - 0.02, z) for x, z in outline], 0.012, 6)
    flap = tube(
        [(0.43, slope(0.05) - 0.04, 0.05), (0.46, slope(0.4) - 0.05, 0.4), (0.3, slope(0.75) - 0.04, 0.74)],
        [0.03, 0.045, 0.025],
        9,
    )
    warm = stage.window((1.0, 0.62, 0.28), 3.0)
    return [stage.add(opening, warm), stage.add([edge, flap], stage.surface((0.12, 0.11, 0.1), 0.7))]


def _ridge(stage, rng, cloth):
    """A canvas ridge tent: two slopes that sag between the poles, ends with a flap open."""
    n, m = stage.around(40, 12), stage.around(24, 8)
    s = np.linspace(-1, 1, n)[None]
    t = np.linspace(-1, 1, m)[:, None]
    up = 1 - np.abs(t) ** 1.06
    sag = 0.10 * (1 - s**2) * up + 0.06 * np.sin(np.pi * np.abs(t)) * (1 - s**4)
    creases = 0.012 * fbm(4 * s + 0 * t, 3 * t + 0 * s, 4, 5)
    slopes = grid(1.05 * np.ones_like(s) * t, 1.25 * s + 0 * t, np.maximum(1.42 * up - sag + creases, 0.0))
    parts = [stage.add(slopes, cloth, smooth=True)]
    back = Solid(np.array([(-1.02, 1.2, 0.02), (1.02, 1.2, 0.02), (0, 1.2, 1.36)]), (np.array([(0, 1, 2)]),))
    left = Solid(np.array([(-1.02, -1.2, 0.02), (-0.32, -1.34, 0.02), (0, -1.2, 1.36)]), (np.array([(0, 1, 2)]),))
    right = Solid(np.array([(1.02, -1.2, 0.02), (0.4, -1.4, 0.02), (0, -1.2, 1.36)]), (np.array([(0, 1, 2)]),))
    parts.append(stage.add([back, left, right], cloth))
    inside = Solid(np.array([(-0.5, -1.12, 0.01), (0.5, -1.12, 0.01), (0, -1.12, 1.3)]), (np.array([(0, 1, 2)]),))
    parts.append(stage.add(inside, stage.window((1.0, 0.62, 0.28), 2.5)))
    wood = stage.surface((0.2, 0.13, 0.075), 0.6)
    poles = [tube([(0, y, 0), (0, y, 1.52)], 0.024, 8) for y in (-1.24, 1.24)] + [
        tube([(0, -1.3, 1.41), (0, 1.3, 1.41)], 0.02, 8)
    ]
    parts.append(stage.add(poles, wood))
    pegs = [(side * 1.04, y, 0.1) for side in (-1, 1) for y in (-1.1, 0.0, 1.1)] + [
        (0.0, -1.24, 1.48),
        (0.0, 1.24, 1.48),
    ]
    parts += _guys(stage, rng, pegs, 0.5)
    parts += _light(stage, 0.6)
    return parts


def _guys(stage, rng, points, reach: float):
    """Cords from the tent to pegs in the ground."""
    cords, pegs = [], []
    for x, y, z in points:
        away = np.array([x, y]) / (np.hypot(x, y) + 1e-9)
        foot = np.array([x, y]) + away * (reach * rng.uniform(0.8, 1.15) + 0.35 * z)
        cords.append(tube([(x, y, z), (*foot, 0.03)], 0.0035, 4))
        pegs.append(tube([(*foot, -0.08), (*(foot + 0.04 * away), 0.08)], 0.008, 5))
    return [stage.add([*cords, *pegs], stage.surface((0.5, 0.48, 0.42), 0.6))]


def _light(stage, height: float):
    lamp = stage.lamp("POINT", (0.1, 0.15, height), 55, (1.0, 0.62, 0.28), shadow_soft_size=0.12)
    return [lamp] if lamp else []


def _gear(stage, at):
    """A rucksack and a kettle."""
    sack = join(
        [
            ellipsoid(0.16, 0.12, 0.27, 20, 12).moved(z=0.26),
            ellipsoid(0.15, 0.07, 0.13, 16, 10).moved(0, -0.1, 0.17),
            ellipsoid(0.15, 0.11, 0.07, 16, 8).moved(z=0.52),
        ]
    )
    roll = tube([(-0.2, 0, 0.63), (0.2, 0, 0.63)], 0.07, 14)
    parts = [stage.add([sack], stage.surface((0.12, 0.1, 0.045), 0.8, relief=0.01, relief_size=0.05), smooth=True)]
    parts.append(stage.add(roll, stage.surface((0.05, 0.09, 0.14), 0.8)))
    kettle = lathe([(0.07, 0.0), (0.085, 0.02), (0.08, 0.09), (0.04, 0.13), (0.012, 0.135), (0.012, 0.15)], 20).moved(
        0.42, -0.25
    )
    spout = tube([(0.49, -0.25, 0.05), (0.56, -0.25, 0.11)], [0.016, 0.01], 7)
    parts.append(stage.add([kettle, spout], stage.surface((0.35, 0.35, 0.36), 0.3, metal=0.9), smooth=True))
    parts.append(stage.add(box(0.28, 0.36, -0.42, -0.34, 0, 0.09), stage.surface((0.3, 0.05, 0.03), 0.5)))
    return stage.place(stage.group(*parts), at)


SUBJECT = Subject(
    name="tent",
    settings=(
        "mountain valley",
        "pine forest",
        "snowfield",
        "dunes",
        "sea coast",
        "hills with fields",
        "autumn forest",
    ),
    height=1.5,
    width=4.6,
    describe=describe,
    build=build,
    share=(0.2, 0.36),
    heading=(-0.35, 0.35),
)
