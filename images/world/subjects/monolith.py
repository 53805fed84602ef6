"""A monolith: a standing stone, a stone circle, an obelisk, or the smooth black slab."""

import numpy as np

from images.world import materials
from images.world.base import Subject, details
from images.world.geometry import Solid, box, icosphere, loft
from images.world.modelling.sculpt import half_space, skin, slab
from images.world.noise import fbm

WORDS = {
    "stone": ("a standing stone", "a tall standing stone", "an ancient standing stone", "a weathered menhir"),
    "circle": ("a stone circle", "a circle of standing stones", "an ancient ring of standing stones"),
    "gate": ("a stone trilithon", "two standing stones with a lintel", "an ancient gate of three stones"),
    "obelisk": ("a stone obelisk", "a carved obelisk", "an obelisk with worn carvings"),
    "slab": ("a smooth monolith", "a tall black monolith", "a black slab standing upright", "a black stone monolith"),
}
ROCKS = ((0.19, 0.18, 0.16), (0.24, 0.21, 0.17), (0.15, 0.15, 0.15), (0.28, 0.22, 0.16))


def describe(rng, setting):
    kinds = ["stone", "circle", "gate", "obelisk", "slab"]
    if setting == "moon":
        kinds = ["slab", "slab", "obelisk"]
    if setting in ("dunes", "under water"):
        kinds = ["stone", "obelisk", "slab", "gate"]
    kind = str(rng.choice(kinds))
    height = float({"stone": rng.uniform(3.0, 5.5), "circle": rng.uniform(2.8, 4.0), "gate": rng.uniform(4.4, 5.6),
        "obelisk": rng.uniform(7, 13), "slab": rng.uniform(4.5, 8)}[kind])  # fmt: skip
    width = {"stone": 0.5, "circle": 3.4, "gate": 0.85, "obelisk": 0.22, "slab": 0.45}[kind] * height
    return details(str(rng.choice(WORDS[kind])), kind=kind, rock=ROCKS[rng.integers(len(ROCKS))],
        seed=int(rng.integers(9999)), green=setting in ("hills with fields", "pine forest", "sea coast",
        "mountain valley"), snow=setting == "snowfield", height=height, width=width,)  # fmt: skip


def build(stage, what):
    rng = stage.rng("monolith")
    kind, h = what["kind"], what["height"]
    rock = _rock(stage, what["rock"], what["green"], what["snow"])
    if kind == "slab":
        return stage.group(_slab(stage, h))
    if kind == "obelisk":
        return _obelisk(stage, rng, what)
    if kind == "stone":
        parts = [stage.add(_menhir(stage, rng, h, 0.2 * h, 0.13 * h), rock, smooth=50)]
        return stage.group(*parts, *_packing(stage, rng, 0.2 * h, rock))
    if kind == "gate":
        return stage.group(*_trilithon(stage, rng, h, rock), *_packing(stage, rng, 0.35 * h, rock))
    return stage.group(*_circle(stage, rng, h, rock))


def _menhir(stage, rng, tall: float, wide: float, deep: float, sink: float = 0.5) -> Solid:
    """A rough pillar: a rounded block cut by planes, leaning, its faces broken by noise."""
    axis = np.array([rng.normal(0, 0.05), rng.normal(0, 0.04), 1.0])
    body = slab((0, 0, (tall - sink) / 2), (wide, deep, (tall + sink) / 2), 0.1 * wide)
    planes = []
    for _ in range(9):
        direction = np.abs(rng.normal(0, 1, 3)) * [rng.choice([-1, 1]), rng.choice([-1, 1]), 0.35]  # none cuts the foot
        direction /= np.linalg.norm(direction)
        reach = np.array([wide, deep, tall / 2]) @ np.abs(direction) * rng.uniform(0.66, 0.9)
        planes.append(half_space(np.array([0, 0, tall / 2]) + reach * direction, direction))
    crown = rng.normal(0, 0.45, 2)
    planes.append(half_space((0, 0, tall * 0.94), (crown[0], crown[1], 1.0)))
    seed, unit = int(rng.integers(999)), 0.3 * wide

    def distance(p):
        q = p - np.outer(np.maximum(p[:, 2], 0), axis * [1, 1, 0]).astype(np.float32)
        taper = 1 + 0.28 * np.clip(p[:, 2] / tall, 0, 1)
        q = q * np.c_[taper, taper, np.ones(len(p))].astype(np.float32)
        d = body(q)
        for plane in planes:
            d = np.maximum(d, plane(q))
        big = fbm(p[:, 0] / (3.2 * unit) + p[:, 1] / (4 * unit), p[:, 2] / (5 * unit) + p[:, 1] / (3 * unit), 4, seed)
        fine = fbm(p[:, 0] / unit + 0.7 * p[:, 1] / unit, p[:, 2] / unit - 0.7 * p[:, 1] / unit, 5, seed + 5)
        strata = fbm(p[:, 2] / (0.5 * unit) + 0.4 * p[:, 0] / unit, p[:, 0] * 0 + 0.1 * p[:, 1] / unit, 3, seed + 9)
        return (0.85 * d - 0.1 * wide * big - 0.045 * wide * fine - 0.02 * wide * strata).astype(np.float32)

    voxel = float(np.clip(tall / 150 / max(stage.detail, 0.08) ** 0.7, tall / 150, tall / 26))
    reach = np.array([1.5 * wide + 0.12 * tall, 1.5 * deep + 0.12 * tall])
    return skin(distance, (-reach[0], -reach[1], -sink), (reach[0], reach[1], tall * 1.05), voxel)


def _trilithon(stage, rng, h: float, rock):
    """Two uprights with a lintel, and a fallen stone beside them."""
    parts, post = [], 0.8 * h
    for side in (-1, 1):
        one = stage.add(_menhir(stage, rng, post, 0.12 * h, 0.085 * h), rock, smooth=50)
        one.location, one.rotation_euler = (side * 0.26 * h, 0, 0), (0, 0, float(rng.uniform(-0.2, 0.2)))
        parts.append(one)
    lintel = _menhir(stage, rng, 0.84 * h, 0.085 * h, 0.1 * h, 0.0)
    across = lintel.turned(np.pi / 2, "y").moved(-0.42 * h, 0, post * 0.95 + 0.06 * h)
    parts.append(stage.add(across, rock, smooth=50))
    fallen = (
        _menhir(stage, rng, 0.6 * h, 0.11 * h, 0.08 * h, 0.0)
        .turned(1.5, "x")
        .turned(rng.uniform(0.4, 1.2))
        .moved(0.75 * h, 0.1 * h, 0.05 * h)
    )
    parts.append(stage.add(fallen, rock, smooth=50))
    return parts


def _circle(stage, rng, h: float, rock):
    """A ring of stones, some linked by lintels, some fallen, one gone."""
    parts, count, radius = [], 11, 1.55 * h
    kinds = [_menhir(stage, rng, h * rng.uniform(0.75, 1.0), 0.17 * h, 0.1 * h) for _ in range(3)]
    for i in range(count):
        angle = 2 * np.pi * i / count + rng.normal(0, 0.05)
        x, y = radius * np.sin(angle), radius * np.cos(angle)
        if rng.random() < 0.1:
            continue
        solid = kinds[i % 3]
        one = stage.add(solid, rock, smooth=50)
        tipped = rng.random() < 0.12 and y > 0
        one.location = (x, y, 0.12 * h if tipped else -0.02 * h)
        one.rotation_euler = (
            1.45 if tipped else float(rng.normal(0, 0.05)),
            float(rng.normal(0, 0.05)),
            -angle + float(rng.normal(0, 0.15)),
        )
        one.scale = (float(rng.uniform(0.9, 1.15)),) * 2 + (float(rng.uniform(0.88, 1.04)),)
        parts.append(one)
    return parts


def _packing(stage, rng, reach: float, rock):
    """Small stones wedged round the foot."""
    made = []
    ball = icosphere(2)
    for _ in range(14):
        a, size = rng.uniform(0, 6.28), reach * rng.uniform(0.1, 0.26)
        v = ball.vertices * [1, rng.uniform(0.6, 1), rng.uniform(0.5, 0.8)]
        v = v * (1 + 0.25 * fbm(v[:, 0] * 1.5 + a, v[:, 1] * 1.5 + v[:, 2], 3, int(rng.integers(99))))[:, None]
        made.append(
            Solid(size * v, ball.faces).moved(
                reach * rng.uniform(1.0, 1.9) * np.cos(a), reach * rng.uniform(0.8, 1.6) * np.sin(a), 0.15 * size
            )
        )
    return [stage.add(made, rock, smooth=40)]


def _obelisk(stage, rng, what):
    """A tapering shaft with a pyramid on top and bands of carved signs, on a stepped base."""
    h, rock = what["height"], _rock(stage, what["rock"], what["green"], what["snow"], joints=True)
    wide = 0.052 * h
    base = [
        box(-k * wide, k * wide, -k * wide, k * wide, z0 * h, z1 * h)
        for k, z0, z1 in ((2.0, -0.06, 0.02), (1.65, 0.02, 0.05), (1.3, 0.05, 0.13), (1.42, 0.13, 0.145))
    ]
    rings = [
        [(-w, -w, z), (w, -w, z), (w, w, z), (-w, w, z)]
        for w, z in ((wide, 0.145 * h), (0.66 * wide, 0.93 * h), (0.02 * wide, h))
    ]
    parts = [stage.add(base, rock, bevel=0.02), stage.add(loft(rings), rock, bevel=0.012)]
    signs, count = [], int(30 * max(stage.detail, 0.3))
    for i in range(count):
        z = (0.2 + 0.7 * (i + 0.5) / count) * h
        w = wide * (1 - 0.34 * (z / h - 0.145) / 0.785)
        step = 0.7 * h / count
        for turn in range(4):
            for u in (-0.35, 0.0, 0.35):
                signs.append(
                    _sign(rng, 0.24 * w, 0.36 * step).moved(u * w * 1.4, -w - 0.004, z).turned(turn * np.pi / 2)
                )
    parts.append(stage.add(signs, stage.surface(tuple(0.35 * c for c in what["rock"]), 0.9)))
    return stage.group(*parts)


def _sign(rng, wide: float, high: float) -> Solid:
    """A cut sign: bars, an eye, a wave, in strokes as flat boxes."""
    from images.world.geometry import join

    kind, t, d = int(rng.integers(5)), 0.16 * min(wide, high), 0.006
    bar = lambda x0, x1, z0, z1: box(x0, x1, -d, d, z0, z1)  # noqa: E731
    if kind == 0:
        return join([bar(-wide, wide, -t, t), bar(-t, t, -high, high)])
    if kind == 1:
        return join(
            [
                bar(-wide, wide, high - 2 * t, high),
                bar(-wide, wide, -high, -high + 2 * t),
                bar(-wide, -wide + 2 * t, -high, high),
            ]
        )
    if kind == 2:
        return join([bar(-wide, wide, z - t, z + t) for z in (-0.6 * high, 0, 0.6 * high)])
    if kind == 3:
        return join([bar(x - t, x + t, -high * k, high) for x, k in ((-0.7 * wide, 1), (0, 0.3), (0.7 * wide, 1))])
    return join(
        [
            bar(-wide, wide, high - 2 * t, high),
            bar(-wide, wide, -high, -high + 2 * t),
            bar(-wide, -wide + 2 * t, -high, high),
            bar(wide - 2 * t, wide, -high, high),
        ]
    )


def _slab(stage, h: float):
    """One by four by nine, black, flawless but for a breath of dust."""
    wide, deep = h * 4 / 18, h / 18

    def make():
        graph, output, material = materials.new("black slab")
        at = graph.node("TexCoord").outputs["Object"]
        breath = graph.noise(at, 1.4, 8, 0.66)
        z = graph.split(at)[2]
        dust = graph.multiply(graph.spread(z, 0.0, 0.3 * h, 0.8, 0.0), graph.spread(breath, 0.4, 0.7))
        base = graph.mix(dust, (0.006, 0.006, 0.0065), (0.08, 0.075, 0.065))
        rough = graph.add(graph.spread(breath, 0.35, 0.7, 0.08, 0.24), graph.multiply(dust, 0.5))
        inputs = {
            "Base Color": base,
            "Roughness": rough,
            "Specular IOR Level": 0.5,
            "Coat Weight": 0.3,
            "Coat Roughness": 0.05,
        }
        graph.link(graph.node("BsdfPrincipled", inputs), output.inputs[0])
        return material

    return stage.add(box(-wide, wide, -deep, deep, -0.4, h), stage.once("black slab", make), bevel=0.006)


def _rock(stage, colour, green: bool, snow: bool, joints: bool = False):
    """Old rock: clouded, cracked, lichen in rosettes, moss at its foot and on its top."""

    def make():
        graph, output, material = materials.new("standing stone")
        geometry = graph.node("NewGeometry").outputs
        at = graph.node("TexCoord").outputs["Object"]
        up, z = graph.split(geometry["Normal"])[2], graph.split(at)[2]
        clouds, grain = graph.noise(at, 0.9, 9, 0.64), graph.noise(at, 9, 9, 0.68)
        streak = graph.noise(graph.stretched(at, (1, 1, 0.1)), 3.4, 7, 0.64)
        base = graph.mix(
            graph.spread(clouds, 0.32, 0.68), tuple(0.62 * c for c in colour), tuple(1.25 * c for c in colour)
        )
        base = graph.scale(base, graph.spread(grain, 0.3, 0.7, 0.62, 1.25))
        base = graph.mix(graph.spread(streak, 0.5, 0.7, 0, 0.6), base, tuple(0.28 * c for c in colour))
        for size, tint in ((7.0, (0.42, 0.43, 0.36)), (13.0, (0.4, 0.26, 0.05))):
            rosette = graph.spread(
                graph.add(graph.cells(at, size).outputs[0], graph.multiply(grain, 0.25)), 0.26, 0.34, 1, 0
            )
            where = graph.spread(graph.noise(at, 0.8 * size / 7, 4), 0.5, 0.58)
            base = graph.mix(graph.multiply(graph.multiply(rosette, where), 0.75 if green else 0.2), base, tint)
        ragged = graph.add(graph.multiply(up, 0.8), graph.multiply(graph.add(grain, -0.5), 1.8))
        if green:
            foot = graph.spread(z, 0.0, 0.9, 0.55, 0.0)
            base = graph.mix(graph.spread(graph.add(ragged, foot), 0.55, 0.85), base, (0.045, 0.06, 0.016))
        if snow:
            base = graph.mix(graph.spread(ragged, 0.4, 0.65), base, (0.8, 0.83, 0.88))
        cracks = graph.spread(graph.math("ABSOLUTE", graph.add(graph.noise(at, 1.6, 9, 0.66, 0.6), -0.5)), 0.0, 0.03)
        base = graph.scale(base, graph.spread(cracks, 0, 1, 0.66, 1.0))
        if joints:
            course = graph.math("FRACT", graph.multiply(z, 0.62))
            base = graph.scale(base, graph.spread(course, 0.0, 0.018, 0.4, 1.0))
        height = graph.add(
            graph.multiply(grain, 0.7), graph.add(graph.multiply(cracks, 0.5), graph.multiply(clouds, 0.6))
        )
        normal = graph.node("Bump", {"Height": height, "Strength": 0.8, "Distance": 0.025 if not joints else 0.012})
        graph.link(
            graph.node(
                "BsdfPrincipled", {"Base Color": base, "Roughness": 0.88, "Normal": normal, "Specular IOR Level": 0.25}
            ),
            output.inputs[0],
        )
        return material

    return stage.once(("standing stone", tuple(colour), green, snow, joints), make)


SUBJECT = Subject(
    name="monolith",
    settings=(
        "dunes",
        "moon",
        "snowfield",
        "sea coast",
        "mountain valley",
        "hills with fields",
        "under water",
        "pine forest",
    ),
    height=5,
    width=2.5,
    describe=describe,
    build=build,
    share=(0.3, 0.55),
    heading=(-0.6, 0.6),
    noun="monolith|obelisk|trilithon|menhir|stone|slab",
)
