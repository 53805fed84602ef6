"""Lamps: desk lamps, standing lamps, table lamps, pendants, tubes, sconces and chandeliers.

Their bulbs and shades shine as the light's lamps do; a lamp that is out is there as an object.
"""

import numpy as np

from images.world import materials
from images.world.furniture import candles, finishes
from images.world.furniture.turning import bead, curve, dome, spun
from images.world.geometry import box, ellipsoid, lathe, tube

WARM = (1.0, 0.62, 0.3)
TUBE = (0.72, 1.0, 0.78)  # old fluorescent tubes are green


def shade_cloth(stage, colour=(0.6, 0.47, 0.3), strength: float = 1.6):
    """Cloth or parchment over a bulb: shines by itself while the lamp burns, brightest at half its height."""
    burning = stage.light.lamps
    strength *= burning

    def make():
        graph, output, material = materials.new("lamp shade")
        at = graph.node("TexCoord").outputs["Object"]
        weave = graph.noise(graph.stretched(at, (1, 1, 0.2)), 160, 3, 0.6)
        base = graph.scale(colour, graph.spread(weave, 0.3, 0.7, 0.75, 1.1))
        up = graph.split(graph.node("TexCoord").outputs["Generated"])[2]
        middle = graph.spread(graph.math("ABSOLUTE", graph.add(up, -0.45)), 0.0, 0.6, 1.0, 0.35)
        glow = graph.multiply(graph.multiply(graph.spread(weave, 0.3, 0.7, 0.7, 1.1), middle), strength)
        tint = tuple(min(1.0, a * b * 1.6) for a, b in zip(colour, (1.0, 0.62, 0.34), strict=True))
        inputs = {"Base Color": base, "Roughness": 0.85, "Emission Color": tint, "Emission Strength": glow}
        solid = graph.node("BsdfPrincipled", inputs)
        through = graph.node("BsdfTranslucent", {"Color": base})
        graph.link(graph.node("MixShader", {0: 0.4, 1: solid, 2: through}), output.inputs[0])
        return material

    return stage.once(("lamp shade", tuple(colour), strength), make)


def unsampled(made):
    """A thing that shines but has a lamp of its own: the path tracer need not aim at each of its faces."""
    made.active_material.cycles.emission_sampling = "NONE"
    return made


def bulb(stage, at, radius: float = 0.028, strength: float = 30.0, colour=WARM):
    body = stage.add(
        ellipsoid(radius, radius, radius * 1.25, 14, 10).moved(*at), stage.lit(colour, strength), smooth=True
    )
    body.visible_shadow = False
    return unsampled(body)


def _present(*parts):
    return [part for part in parts if part is not None]


def desk_lamp(stage, rng, power: float = 9.0):
    """A brass desk lamp with a green or brass shade on a bent arm, 0.36 m high, its light falling towards -y."""
    around, brass = stage.around(56, 16), finishes.brass(stage, 0.2, float(rng.uniform(0.2, 0.5)))
    foot = spun([(0, 0), (0.084, 0), (0.087, 0.004), (0.086, 0.01)], curve([(0.08, 0.012), (0.05, 0.018), (0.022,
        0.028), (0.012, 0.045)]), bead(0.011, 0.045, 0.055, 0.004), [(0.0075, 0.056), (0.0075, 0.2), (0, 0.2)],
        around=around,)  # fmt: skip
    s = np.linspace(0, np.pi * 0.55, 14)
    arm = np.c_[0 * s, -0.085 * (1 - np.cos(s)), 0.2 + 0.135 * np.sin(s)]
    parts = [stage.add([foot, tube(arm, 0.0065, stage.around(14, 6))], brass, smooth=45)]
    tip = arm[-1]
    glass = rng.random() < 0.65
    colour = [(0.01, 0.14, 0.06), (0.01, 0.05, 0.16), (0.5, 0.42, 0.3)][rng.integers(3)]
    outline = curve([(0.022, 0.038), (0.05, 0.034), (0.078, 0.012), (0.09, -0.03)])
    shade = lathe([*outline, *[(r - 0.003, z - 0.001) for r, z in outline[::-1]]], around).scaled(
        1.5 if glass else 1.0, 1.0, 1.0
    )
    look = _banker(stage, colour) if glass else brass
    shade = shade.turned(0.12, "x").moved(0, tip[1] - 0.012, tip[2] + 0.0)
    parts.append(unsampled(stage.add(shade, look, smooth=50)))
    cap = spun(
        [(0, 0.036), (0.026, 0.036), (0.024, 0.046)], bead(0.008, 0.046, 0.06), dome(0.007, 0.06, 0.068), around=20
    )
    parts.append(stage.add(cap.moved(0, tip[1] - 0.012, tip[2]), brass, smooth=45))
    at = (0, tip[1] - 0.012, tip[2] - 0.002)
    parts.append(bulb(stage, at, 0.02, 40))
    lamp = stage.lamp("POINT", (at[0], at[1], at[2] - 0.02), power, WARM, shadow_soft_size=0.02)
    return stage.group(*_present(*parts, lamp))


def _banker(stage, colour):
    """Cased glass: coloured outside, shining with its own colour when lit from within."""
    strength = 0.9 * stage.light.lamps

    def make():
        graph, output, material = materials.new("cased glass")
        shine = tuple(min(1.0, 2.2 * c + 0.02) for c in colour)
        inputs = {"Base Color": colour, "Roughness": 0.08, "Coat Weight": 1.0, "Specular IOR Level": 0.6}
        inputs |= {"Emission Color": shine, "Emission Strength": strength}
        outside = graph.node("BsdfPrincipled", inputs)
        within = graph.node("BsdfPrincipled", {"Base Color": (0.75, 0.72, 0.65), "Roughness": 0.4})
        low = graph.split(graph.node("NewGeometry").outputs["Normal"])[2]
        graph.link(graph.node("MixShader", {0: graph.spread(low, -0.2, -0.3), 1: outside, 2: within}), output.inputs[0])
        return material

    return stage.once(("cased glass", tuple(colour), strength), make)


def standing_lamp(stage, rng, tall: float = 1.62, power: float = 38.0):
    """A floor lamp with a cloth shade."""
    around, look = (
        stage.around(48, 14),
        finishes.brass(stage) if rng.random() < 0.6 else finishes.wood(stage, (0.12, 0.05, 0.025), "z"),
    )
    stem = spun([(0, 0), (0.15, 0), (0.155, 0.01), (0.15, 0.022)], curve([(0.14, 0.026), (0.06, 0.04), (0.025, 0.07),
        (0.016, 0.13)]), bead(0.014, 0.4 * tall, 0.4 * tall + 0.05, 0.012), [(0.011, 0.5 * tall)], bead(0.012,
        0.72 * tall, 0.72 * tall + 0.03, 0.01), [(0.01, 0.9 * tall), (0, 0.9 * tall)], around=around,)  # fmt: skip
    return _shaded_lamp(stage, rng, stem, look, 0.82 * tall, 0.2, 0.13, 0.27, power)


def table_lamp(stage, rng, power: float = 22.0):
    """A lamp with a glazed or brass body and a cloth shade, 0.5 m high."""
    around = stage.around(48, 14)
    body = spun([(0, 0), (0.065, 0), (0.067, 0.01)], curve([(0.045, 0.016), (0.05, 0.05), (0.085, 0.12),
        (0.07, 0.19), (0.025, 0.23)]), bead(0.02, 0.23, 0.245, 0.006), [(0.008, 0.25), (0.008, 0.33),
        (0, 0.33)], around=around,)  # fmt: skip
    colour = [(0.05, 0.16, 0.15), (0.55, 0.52, 0.45), (0.03, 0.05, 0.16), (0.25, 0.07, 0.03)][rng.integers(4)]
    look = finishes.brass(stage) if rng.random() < 0.3 else finishes.glazed(stage, colour)
    return _shaded_lamp(stage, rng, body, look, 0.29, 0.165, 0.1, 0.2, power)


def _shaded_lamp(stage, rng, stem, look, low: float, wide: float, narrow: float, high: float, power: float):
    colour = [(0.62, 0.5, 0.34), (0.66, 0.6, 0.5), (0.5, 0.16, 0.08), (0.45, 0.42, 0.2)][
        rng.choice(4, p=[0.4, 0.35, 0.13, 0.12])
    ]
    around = stage.around(56, 16)
    outline = curve(
        [
            (wide, low),
            (0.5 * (wide + narrow) * (0.98 if rng.random() < 0.5 else 0.9), low + 0.5 * high),
            (narrow, low + high),
        ]
    )
    shade = lathe([*outline, *[(r - 0.002, z) for r, z in outline[::-1]]], around)
    rims = [lathe([(r - 0.003, z - 0.006), (r + 0.002, z - 0.006), (r + 0.002, z + 0.006), (r - 0.003, z + 0.006)],
        around) for r, z in (outline[0], outline[-1])]  # fmt: skip
    cover = stage.add(shade, shade_cloth(stage, colour), smooth=50)
    unsampled(cover)
    parts = [
        stage.add(stem, look, smooth=45),
        cover,
        stage.add(rims, stage.surface(tuple(0.6 * c for c in colour), 0.8)),
    ]
    at = (0, 0, low + 0.45 * high)
    parts.append(bulb(stage, at, 0.03, 25))
    lamp = stage.lamp("POINT", at, power, WARM, shadow_soft_size=0.05)
    return stage.group(*_present(*parts, lamp))


def pendant(stage, rng, drop: float = 0.9, kind: str = "enamel", power: float = 45.0):
    """A lamp that hangs from the origin on a cable of `drop` metres."""
    around = stage.around(56, 16)
    cable = tube([(0, 0, 0), (0, 0, -drop + 0.1)], 0.004, 6)
    parts = [
        stage.add(
            [cable, lathe([(0.05, 0), (0.045, -0.02), (0.01, -0.05)][::-1], 20)], stage.surface((0.02, 0.02, 0.02), 0.6)
        )
    ]
    if kind == "enamel":
        colour = [(0.02, 0.09, 0.05), (0.03, 0.03, 0.035), (0.45, 0.43, 0.38), (0.25, 0.03, 0.02)][rng.integers(4)]
        outline = curve([(0.03, 0.12), (0.04, 0.07), (0.08, 0.045), (0.19, -0.02), (0.2, -0.035)])
        outside = lathe(outline[::-1], around)
        inside = lathe([(r - 0.003, z - 0.003) for r, z in outline], around)
        parts.append(
            stage.add(
                outside.moved(z=-drop),
                stage.surface(colour, 0.25, coat=0.6, variation=0.2, wear=(0.05, 0.03, 0.02), grain=0.12),
                smooth=60,
            )
        )
        parts.append(stage.add(inside.moved(z=-drop), stage.surface((0.7, 0.68, 0.62), 0.4), smooth=60))
        parts.append(bulb(stage, (0, 0, -drop - 0.005), 0.035, 40))
        lamp = stage.lamp(
            "SPOT",
            (0, 0, -drop - 0.02),
            power * 2.2,
            WARM,
            (0, 0, -drop - 2),
            spot_size=2.4,
            spot_blend=0.5,
            shadow_soft_size=0.06,
        )
    else:
        globe = ellipsoid(0.14, 0.14, 0.13, around, stage.around(24, 10)).moved(0, 0, -drop)
        made = stage.add(globe, stage.lit((1.0, 0.76, 0.5), 5.0), smooth=True)
        made.visible_shadow = False
        parts.append(unsampled(made))
        lamp = stage.lamp("POINT", (0, 0, -drop), power, WARM, shadow_soft_size=0.14)
    return stage.group(*_present(*parts, lamp))


def fluorescent(stage, length: float = 1.5, power: float = 60.0):
    """Two tubes in a steel trough, hanging from the origin, along x."""
    half = length / 2
    trough = [
        box(-half, half, -0.09, 0.09, -0.03, 0.02),
        box(-half, half, -0.1, -0.085, -0.06, -0.02),
        box(-half, half, 0.085, 0.1, -0.06, -0.02),
    ]
    hangers = [tube([(x, 0, 0), (x, 0, 0.6)], 0.004, 5) for x in (-0.7 * half, 0.7 * half)]
    steel = stage.surface((0.42, 0.42, 0.38), 0.5, wear=(0.12, 0.07, 0.04), grain=0.3)
    parts = [stage.add([*trough, *hangers], steel)]
    tubes = [
        tube([(-half + 0.03, y, -0.055), (half - 0.03, y, -0.055)], 0.014, stage.around(14, 7)) for y in (-0.045, 0.045)
    ]
    shining = stage.add(tubes, stage.lit(TUBE, 9.0), smooth=True)
    shining.visible_shadow = False
    unsampled(shining)
    lamp = stage.lamp("AREA", (0, 0, -0.09), power, TUBE, (0, 0, -2), shape="RECTANGLE", size=length, size_y=0.15)
    if lamp:
        lamp.visible_camera = lamp.visible_glossy = False
    return stage.group(*_present(*parts, shining, lamp))


def chandelier(stage, rng, arms: int = 8, radius: float = 0.7, power: float = 9.0):
    """A ring of candles on iron or brass arms, hanging from the origin by a chain; the ring is 2 m down."""
    look = finishes.brass(stage, 0.3, 0.5) if rng.random() < 0.5 else finishes.iron(stage)
    drop, around = 2.0, stage.around(24, 8)
    stem = spun([(0, -drop - 0.15)], curve([(0.02, -drop - 0.14), (0.08, -drop), (0.03, -drop + 0.12), (0.05, -drop
        + 0.25), (0.014, -drop + 0.4)]), [(0.008, 0), (0, 0)], around=around,)  # fmt: skip
    metal, made = [stem], []
    s = np.linspace(0, 1, 12)
    for angle in np.arange(arms) * 2 * np.pi / arms:
        reach, sag = radius * s, -drop - 0.14 * np.sin(np.pi * s) + 0.1 * s**2
        c, d = np.cos(angle), np.sin(angle)
        metal.append(tube(np.c_[reach * c, reach * d, sag], 0.011, 6))
        cup = lathe([(0.015, 0), (0.055, 0.02), (0.06, 0.03), (0.02, 0.02)], around)
        metal.append(cup.moved(radius * c, radius * d, -drop + 0.1))
        wax = candles.candle(stage, rng, 0.16, 0.016, power=power / arms)
        wax.location = (radius * c, radius * d, -drop + 0.12)
        made.append(wax)
    return stage.group(stage.add(metal, look, smooth=45), *made)
