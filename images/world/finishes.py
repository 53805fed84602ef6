"""Finishes of made things: car paint, thin glass, lamp lenses, panes with rooms behind, roads and tiles."""

from images.world import materials
from images.world.materials import Colour
from images.world.nodes import Graph


def paint(colour: Colour, dirt: float = 0.5, metal: float = 0.0, wet: float = 0.0, roof: Colour | None = None):
    """Car paint under clear coat. dirt: 0 to 1, thickest below knee height; wet: beads of rain; roof: above the
    waist."""
    graph, output, material = materials.new("paint")
    at = graph.node("TexCoord").outputs["Object"]
    height = graph.split(at)[2]
    uneven = graph.noise(at, 3.0, 8, 0.65)
    low = graph.spread(graph.add(height, graph.multiply(uneven, -0.5)), 0.02, 0.55, 1.0, 0.0)
    film = graph.multiply(graph.multiply(low, low), dirt)
    dust = graph.multiply(graph.spread(graph.noise(at, 22.0, 6, 0.7), 0.5, 0.75), 0.18 * dirt)
    grime = graph.math("MINIMUM", graph.add(film, dust), 0.92)
    base = colour
    if roof:
        base = graph.mix(graph.math("GREATER_THAN", height, 1.0), colour, roof)
    base = graph.scale(base, graph.spread(graph.noise(at, 1.3, 3), 0.3, 0.7, 0.94, 1.06))
    inputs = {"Base Color": graph.mix(grime, base, (0.085, 0.07, 0.052))}
    inputs["Roughness"] = graph.spread(grime, 0, 0.7, 0.3, 0.85)
    inputs["Metallic"] = graph.multiply(graph.math("SUBTRACT", 1.0, grime), metal)
    inputs["Coat Weight"] = graph.spread(grime, 0, 0.5, 1.0, 0.05)
    inputs["Coat Roughness"] = graph.spread(graph.noise(at, 40.0, 4), 0.35, 0.7, 0.015, 0.07)
    ripple = graph.node("Bump", {"Height": graph.noise(at, 5.0, 2), "Strength": 1.0, "Distance": 0.0012})
    inputs["Coat Normal"] = _beaded(graph, at, ripple, wet) if wet else ripple
    graph.link(graph.node("BsdfPrincipled", inputs), output.inputs[0])
    return material


def _beaded(graph: Graph, at, under, wet: float):
    """Drops of rain standing on a skin."""
    drop = graph.spread(graph.cells(at, 90.0).outputs[0], 0.1, 0.42, 1.0, 0.0, smooth=True)
    some = graph.spread(graph.noise(at, 14.0, 4), 0.48, 0.56)
    height = graph.multiply(graph.multiply(drop, some), wet)
    return graph.node("Bump", {"Height": height, "Strength": 0.7, "Distance": 0.004, "Normal": under})


def thin_glass(tint: Colour = (0.82, 0.88, 0.85), dirt: float = 0.04):
    """One sheet of glass: seen straight through, tinted, and mirroring the more the flatter it is looked at."""
    graph, output, material = materials.new("sheet glass")
    at = graph.node("TexCoord").outputs["Object"]
    through = graph.node("BsdfTransparent", {"Color": tint})
    mirror = graph.node("BsdfGlossy", {"Color": (1, 1, 1), "Roughness": 0.01})
    share = graph.node("Fresnel", {"IOR": 1.5}).outputs[0]
    share = graph.math("MINIMUM", graph.multiply(share, 1.7), 1.0)
    path = graph.node("LightPath").outputs
    straight = graph.math("MAXIMUM", path["Is Shadow Ray"], path["Is Diffuse Ray"])
    clean = graph.node(
        "MixShader", {0: graph.multiply(share, graph.math("SUBTRACT", 1.0, straight)), 1: through, 2: mirror}
    )
    dust = graph.node("BsdfDiffuse", {"Color": (0.4, 0.38, 0.34)})
    grime = graph.spread(graph.noise(at, 7.0, 8, 0.7), 0.45, 0.75, 0.2 * dirt, 1.6 * dirt)
    graph.link(graph.node("MixShader", {0: grime, 1: clean, 2: dust}).outputs[0], output.inputs[0])
    return material


def lens(colour: Colour, strength: float):
    """A coloured lamp's glass: ribbed and glossy, and shining with radiance `strength`."""
    graph, output, material = materials.new("lens")
    x, _, z = graph.split(graph.node("TexCoord").outputs["Object"])
    ribs = graph.math("SINE", graph.multiply(graph.add(x, z), 420.0))
    bump = graph.node("Bump", {"Height": ribs, "Strength": 0.4, "Distance": 0.003})
    inputs = {"Base Color": colour, "Roughness": 0.18, "Coat Weight": 1.0, "Normal": bump}
    inputs |= {"Emission Color": colour, "Emission Strength": strength}
    graph.link(graph.node("BsdfPrincipled", inputs), output.inputs[0])
    return seen_only(material)


def shine(colour: Colour, strength: float):
    """A lamp's glass: bright when it burns, else glass faintly of its colour. It lights nothing by design: lamps do."""
    graph, output, material = materials.new("shine")
    if strength:
        shader = graph.node("Emission", {"Color": colour, "Strength": strength})
    else:
        pale = tuple(0.45 + 0.3 * c for c in colour)
        shader = graph.node("BsdfPrincipled", {"Base Color": pale, "Roughness": 0.2, "Coat Weight": 0.5})
    graph.link(shader.outputs[0], output.inputs[0])
    return seen_only(material)


def seen_only(material):
    """A glowing material that is not sampled as a lamp: thousands of small shining faces would make pictures slow."""
    material.cycles.emission_sampling = "NONE"
    return material


def metal(colour: Colour = (0.62, 0.63, 0.65), roughness: float = 0.08, dirt: float = 0.15):
    """Chrome, steel or brass with a little dirt in it."""
    graph, output, material = materials.new("metal")
    at = graph.node("TexCoord").outputs["Object"]
    grime = graph.multiply(graph.spread(graph.noise(at, 9.0, 8, 0.7), 0.45, 0.72), dirt * 2)
    inputs = {
        "Base Color": graph.mix(grime, colour, (0.07, 0.055, 0.04)),
        "Metallic": graph.spread(grime, 0, 1, 1.0, 0.2),
    }
    inputs["Roughness"] = graph.spread(grime, 0, 0.6, roughness, min(roughness + 0.5, 0.9))
    graph.link(graph.node("BsdfPrincipled", inputs), output.inputs[0])
    return material


ROOMS = (
    (0.0, (1.0, 0.46, 0.14)),
    (0.3, (1.0, 0.62, 0.3)),
    (0.55, (1.0, 0.78, 0.5)),
    (0.78, (0.8, 1.0, 0.78)),
    (0.9, (0.55, 0.78, 1.0)),
    (1.0, (1.0, 0.4, 0.3)),
)


def panes(lit: float, strength: float, hues=ROOMS):
    """Window panes with curtains, blinds and rooms behind them, each its own.

    The vertices' colour holds where on its window a point is (red across, green up) and the window's own number in
    [0, 1] (blue). lit: share of windows whose lamps are on; strength: their radiance, 0 by day.
    """
    graph, output, material = materials.new("panes")
    u, v, number = graph.node("SeparateColor", {0: graph.node("VertexColor", layer_name="Col").outputs[0]}).outputs[:3]
    steady = graph.math("ROUND", graph.multiply(number, 4096.0))
    chance, hue, drawn = graph.split(graph.random(graph.join(steady, 1.0, 7.0))[1])
    blind, bright, kind = graph.split(graph.random(graph.join(steady, 5.0, 3.0))[1])
    # curtains hang at both sides, blinds come down from the top
    aside = graph.math("ABSOLUTE", graph.add(u, -0.5))
    curtain = graph.math("GREATER_THAN", aside, graph.spread(drawn, 0.25, 1.0, 0.5, 0.18))
    folds = graph.spread(graph.math("SINE", graph.multiply(aside, 95.0)), -1, 1, 0.55, 1.0)
    lowered = graph.math("GREATER_THAN", v, graph.spread(blind, 0.5, 1.0, 1.01, 0.25))
    slats = graph.spread(graph.math("SINE", graph.multiply(v, 150.0)), -1, 1, 0.6, 1.0)
    cloth = graph.math("MAXIMUM", curtain, lowered)
    weave = graph.spread(lowered, 0, 1, folds, slats)
    cloths = [(0, (0.4, 0.36, 0.3)), (0.35, (0.5, 0.49, 0.45)), (0.6, (0.3, 0.13, 0.09)), (0.8, (0.16, 0.2, 0.2))]
    dark = (0.013, 0.015, 0.018)
    base = graph.mix(cloth, dark, graph.scale(graph.ramp(kind, cloths), graph.multiply(weave, 0.42)))
    inputs = {"Base Color": base, "Roughness": 0.04, "Specular IOR Level": 0.9}
    at = graph.node("NewGeometry").outputs["Position"]
    inputs["Normal"] = graph.node("Bump", {"Height": graph.noise(at, 1.6, 3), "Strength": 1.0, "Distance": 0.012})
    if strength:
        on = graph.math("LESS_THAN", chance, lit)
        # a room: brightest under its lamp, the far wall's furniture dark below
        lamp = graph.spread(
            graph.add(v, graph.multiply(graph.math("ABSOLUTE", graph.add(u, graph.multiply(bright, -1.0))), -0.5)),
            -0.1,
            0.9,
            0.25,
            1.3,
        )
        things = graph.spread(
            graph.noise(graph.join(graph.multiply(u, 2.2), graph.multiply(v, 2.2), steady), 1.3, 5),
            0.42,
            0.52,
            0.35,
            1.0,
        )
        low = graph.spread(v, 0.3, 0.55, things, 1.0)
        room = graph.multiply(graph.multiply(lamp, low), graph.spread(cloth, 0, 1, 1.0, graph.multiply(weave, 0.5)))
        dim = graph.spread(graph.multiply(bright, bright), 0, 1, 0.2, 1.6)
        inputs["Emission Color"] = graph.ramp(hue, hues)
        inputs["Emission Strength"] = graph.multiply(graph.multiply(on, graph.multiply(room, dim)), strength)
    graph.link(graph.node("BsdfPrincipled", inputs), output.inputs[0])
    return seen_only(material)


def road(wet: float, dry: Colour = (0.052, 0.052, 0.054)):
    """Asphalt: stones in tar, patches laid at different times, cracks, oil along the middle of lanes; water in
    hollows."""
    graph, output, material = materials.new("asphalt")
    at = graph.node("NewGeometry").outputs["Position"]
    chips = graph.noise(at, 55.0, 4, 0.7)
    wide = graph.noise(at, 0.35, 6, 0.6)
    patch = graph.cells(graph.stretched(at, (0.28, 0.09, 1)), 1.0)
    tone = graph.spread(graph.split(patch.outputs[1])[0], 0, 1, 0.72, 1.25)
    crack = graph.cells(
        graph.vector("ADD", at, graph.scale(graph.node("TexNoise", {"Vector": at, "Scale": 1.5}).outputs[1], 0.9)),
        0.16,
        "DISTANCE_TO_EDGE",
    )
    cracked = graph.spread(graph.noise(at, 0.21, 4), 0.5, 0.6)
    line = graph.math("SUBTRACT", 1.0, graph.multiply(cracked, graph.spread(crack.outputs[0], 0.001, 0.004, 0.6, 0.0)))
    shade = graph.multiply(
        graph.multiply(tone, line),
        graph.multiply(graph.spread(chips, 0.3, 0.75, 0.65, 1.5), graph.spread(wide, 0.3, 0.7, 0.8, 1.2)),
    )
    colour = graph.scale(dry, shade)
    bump_height = graph.add(chips, graph.multiply(line, 0.5))
    roughness, strength = 0.82, 1.0
    if wet:
        hollows = graph.noise(at, 0.33, 6, 0.58)
        film = graph.spread(hollows, 0.47 - 0.05 * wet, 0.6 - 0.05 * wet, 0.0, 1.0)
        colour = graph.scale(graph.mix(film, colour, graph.scale(colour, 0.4)), 1 - 0.45 * wet)
        roughness = graph.spread(film, 0, 1, 0.82 - 0.48 * wet, 0.025)
        strength = graph.spread(film, 0, 0.8, 1.0 - 0.25 * wet, 0.015)
    bump = graph.node("Bump", {"Height": bump_height, "Strength": strength, "Distance": 0.006})
    inputs = {"Base Color": colour, "Roughness": roughness, "Normal": bump, "Specular IOR Level": 0.5}
    graph.link(graph.node("BsdfPrincipled", inputs), output.inputs[0])
    return material


def lamp_glass(stage, colour: Colour, strength: float):
    """`shine` as strong as the light's lamps burn."""
    return stage.once(("shine", tuple(colour), strength), lambda: shine(tuple(colour), strength * stage.light.lamps))
