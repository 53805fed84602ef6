"""Surfaces: what things are made of. Every function gives a Blender material; colours are linear."""

from dataclasses import dataclass

from images.world.nodes import Graph

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Surface:
    """A rough or smooth solid whose colour, gloss and relief vary by noise.

    Lengths are metres: `grain` is the size of the largest patches of colour, `relief` the height of bumps, and
    `relief_size` their width. `stretch` scales the noise along the axes, for bark, wood and brushed metal.
    """

    colour: Colour = (0.2, 0.2, 0.2)
    roughness: float = 0.8
    variation: float = 0.35  # share by which the colour's lightness varies
    grain: float = 1.0
    relief: float = 0.0
    relief_size: float = 0.1
    gloss_variation: float = 0.0
    metal: float = 0.0
    specular: float = 0.3
    translucency: float = 0.0
    coat: float = 0.0  # clear varnish
    sheen: float = 0.0  # cloth
    attribute: bool = False  # the colour is the vertices' own
    own_space: bool = (
        True  # noise moves with the object; False: it stays in the world, for instances that should differ
    )
    stretch: tuple[float, float, float] = (1, 1, 1)
    second: Colour | None = None  # a second colour in patches
    second_share: float = 0.4
    wear: Colour | None = None  # what shows in dirt and cracks
    wet: float = 0.0  # 0 to 1: darker, and puddles where it is flat
    snow: float = 0.0  # 0 to 1: white where it faces up
    drift: float = 0.5  # of the hue: what share of `variation` each channel varies by on its own


def make(surface: Surface, name: str = "surface"):
    """The material of a Surface."""
    graph, output, material = new(name)
    shader = principled(graph, surface)
    result = shader.outputs[0]
    if surface.translucency:
        thin = graph.node("BsdfTranslucent", {"Color": shader.inputs["Base Color"].links[0].from_socket})
        result = graph.node("MixShader", {0: surface.translucency, 1: result, 2: thin}).outputs[0]
    graph.link(result, output.inputs[0])
    return material


def new(name: str):
    """A graph, its output node and the material they belong to."""
    import bpy

    material = bpy.data.materials.new(name)
    graph = Graph(material.node_tree)
    return graph, graph.node("OutputMaterial"), material


def position(graph: Graph, own_space: bool):
    if own_space:
        return graph.node("TexCoord").outputs["Object"]
    return graph.node("NewGeometry").outputs["Position"]


def principled(graph: Graph, surface: Surface):
    """The Principled node of a surface, with its colour, gloss and relief linked."""
    at = graph.stretched(position(graph, surface.own_space), surface.stretch)
    patches = graph.noise(at, 1 / surface.grain, 9, 0.62)
    colour = _colour(graph, surface, at, patches)
    roughness = surface.roughness
    if surface.gloss_variation:
        low, high = roughness - surface.gloss_variation, roughness + surface.gloss_variation
        roughness = graph.spread(patches, 0.35, 0.65, max(low, 0.03), min(high, 1))
    normal = None
    if surface.relief:
        bumps = graph.noise(at, 1 / surface.relief_size, 10, 0.65)
        normal = graph.node("Bump", {"Height": bumps, "Strength": 1.0, "Distance": surface.relief})
    if surface.wet:
        colour, roughness, normal = _rained_on(graph, surface, colour, roughness, normal)
    if surface.snow:
        colour = _snowed_on(graph, surface, colour)
    inputs = {"Base Color": colour, "Roughness": roughness, "Metallic": surface.metal}
    inputs |= {"Specular IOR Level": surface.specular, "Coat Weight": surface.coat, "Coat Roughness": 0.08}
    inputs |= {"Sheen Weight": surface.sheen}
    if normal is not None:
        inputs["Normal"] = normal
    return graph.node("BsdfPrincipled", inputs)


def _colour(graph: Graph, surface: Surface, at, patches):
    if surface.attribute:
        colour = graph.node("VertexColor", layer_name="Col").outputs[0]
    else:
        colour = graph.node("RGB").outputs[0]
        colour.default_value = (*surface.colour, 1)
    if surface.second:
        middle = 0.5 + 0.25 * (0.5 - surface.second_share)
        where = graph.spread(graph.noise(at, 0.45 / surface.grain, 7, 0.6), middle - 0.05, middle + 0.05)
        colour = graph.mix(where, colour, surface.second)
    if surface.wear:
        cracks = graph.spread(graph.noise(at, 2.3 / surface.grain, 12, 0.72), 0.54, 0.66, 0, 0.85)
        colour = graph.mix(cracks, colour, surface.wear)
    if surface.drift and surface.variation:
        # nothing old or grown is of one hue: red, green and blue wander by themselves
        three = graph.node("TexNoise", {"Vector": at, "Scale": 1.3 / surface.grain, "Detail": 5.0}).outputs[1]
        width = 5 * surface.drift * surface.variation  # noise keeps within a fifth of its middle
        tint = graph.vector("MULTIPLY_ADD", three, (width,) * 3, (1 - 0.5 * width,) * 3)
        colour = graph.vector("MULTIPLY", colour, tint)
    return graph.scale(colour, graph.spread(patches, 0.3, 0.7, 1 - surface.variation, 1 + surface.variation))


def _rained_on(graph: Graph, surface: Surface, colour, roughness, normal):
    """Wet things are darker and glossier; on flat ground water stands in the hollows."""
    geometry = graph.node("NewGeometry")
    flat = graph.spread(graph.split(geometry.outputs["Normal"])[2], 0.9, 0.98)
    hollows = graph.noise(geometry.outputs["Position"], 0.4, 5, 0.55)
    puddle = graph.multiply(flat, graph.spread(hollows, 0.56 - 0.1 * surface.wet, 0.6 - 0.08 * surface.wet))
    damp = graph.scale(colour, 1 - 0.45 * surface.wet)
    colour = graph.mix(puddle, damp, graph.scale(colour, 0.25))
    dry = graph.multiply(roughness, 1 - 0.6 * surface.wet)
    roughness = graph.spread(puddle, 0, 1, dry, 0.02)
    if normal is not None:
        graph.link(graph.spread(puddle, 0, 1, 1.0, 0.02), normal.inputs["Strength"])
    return colour, roughness, normal


def _snowed_on(graph: Graph, surface: Surface, colour):
    geometry = graph.node("NewGeometry")
    up = graph.math("ABSOLUTE", graph.split(geometry.outputs["Normal"])[2])
    ragged = graph.multiply(graph.add(graph.noise(geometry.outputs["Position"], 1.7, 4), -0.5), 1.1)
    edge = 0.75 - 0.6 * surface.snow
    return graph.mix(graph.spread(graph.add(up, ragged), edge, edge + 0.25), colour, (0.8, 0.83, 0.88))


def emission(colour: Colour, strength: float, name: str = "glow"):
    """Something that shines by itself; strength is its radiance."""
    graph, output, material = new(name)
    graph.link(graph.node("Emission", {"Color": colour, "Strength": strength}).outputs[0], output.inputs[0])
    return material


def glass(colour: Colour = (0.95, 0.97, 0.96), roughness: float = 0.0):
    """Glass whose shadow rays pass straight and tinted, so that it needs no caustics."""
    graph, output, material = new("glass")
    path = graph.node("LightPath").outputs
    shader = graph.node("BsdfGlass", {"Color": colour, "Roughness": roughness, "IOR": 1.45})
    shadow = graph.node("BsdfTransparent", {"Color": tuple(0.85 * c for c in colour)})
    straight = graph.math("MAXIMUM", path["Is Shadow Ray"], path["Is Diffuse Ray"])
    graph.link(graph.node("MixShader", {0: straight, 1: shader, 2: shadow}).outputs[0], output.inputs[0])
    return material


def window(colour: Colour, strength: float):
    """A pane with a room behind it: bright by the lamp, dim at the curtains, glossy outside; dark at strength 0."""
    graph, output, material = new("window")
    at = graph.stretched(graph.node("NewGeometry").outputs["Position"], (1, 1, 0.35))
    room = graph.spread(graph.noise(at, 1.1, 3), 0.35, 0.68, 0.06 * strength, 1.5 * strength)
    shader = graph.node(
        "BsdfPrincipled",
        {"Base Color": (0.012, 0.014, 0.018), "Roughness": 0.06, "Emission Color": colour, "Emission Strength": room},
    )
    graph.link(shader.outputs[0], output.inputs[0])
    return material


def planks(
    colour: Colour, width: float = 0.14, roughness: float = 0.4, along: str = "y", wet: float = 0.0, length: float = 2.4
):
    """Boards side by side, each with its own tint, dark joints between; `along` is the boards' axis."""
    graph, output, material = new("planks")
    stretch = (1, 0.12, 1) if along == "y" else (0.12, 1, 1)
    surface = Surface(colour, roughness, 0.35, 0.4, 0.002, 0.05, gloss_variation=0.1, stretch=stretch, wet=wet)
    shader = principled(graph, surface)
    x, y, _ = graph.split(position(graph, True))
    across, down = (x, y) if along == "y" else (y, x)
    board = graph.math("DIVIDE", across, width)
    number = graph.math("FLOOR", board)
    step = graph.add(graph.math("DIVIDE", down, length), graph.multiply(number, 0.37))
    tint = graph.random(graph.join(number, graph.math("FLOOR", step)))[0]
    joint = graph.multiply(
        graph.math("GREATER_THAN", graph.math("FRACT", board), 0.04),
        graph.math("GREATER_THAN", graph.math("FRACT", step), 0.006),
    )
    shade = graph.multiply(graph.spread(tint, 0, 1, 0.6, 1.35), graph.spread(joint, 0, 1, 0.12, 1))
    _scale_colour(graph, shader, shade)
    graph.link(shader.outputs[0], output.inputs[0])
    return material


def bricks(
    colour: Colour, mortar: Colour, width: float, height: float, surface: Surface | None = None, own_space: bool = False
):
    """Courses of bricks or slabs on walls and floors, by the dominant direction of the face; own_space: they turn with
    the object."""
    graph, output, material = new("bricks")
    shader = principled(graph, surface or Surface(colour, 0.85, 0.3, 0.6, 0.004, 0.03, own_space=False))
    x, y, z = graph.split(position(graph, own_space))
    facing = graph.node("TexCoord" if own_space else "NewGeometry").outputs["Normal"]
    nx, ny, nz = (graph.math("ABSOLUTE", part) for part in graph.split(facing))
    level = graph.math("GREATER_THAN", nz, 0.7)
    wall = graph.add(
        graph.multiply(x, graph.math("GREATER_THAN", ny, nx)), graph.multiply(y, graph.math("LESS_THAN", ny, nx))
    )
    u = graph.spread(level, 0, 1, wall, x)
    v = graph.spread(level, 0, 1, z, y)
    inputs = {"Vector": graph.join(u, v), "Color1": (1.15, 1.1, 1.1), "Color2": (0.7, 0.72, 0.75), "Mortar": (0, 0, 0)}
    inputs |= {
        "Scale": 1.0,
        "Mortar Size": 0.04 * height,
        "Brick Width": width,
        "Row Height": height,
        "Mortar Smooth": 0.3,
    }
    pattern = graph.node("TexBrick", inputs)
    base = shader.inputs["Base Color"].links[0].from_socket
    tinted = graph.vector("MULTIPLY", base, pattern.outputs[0])
    graph.link(graph.mix(pattern.outputs[1], tinted, mortar), shader.inputs["Base Color"])
    relief = graph.node(
        "Bump", {"Height": graph.math("SUBTRACT", 1.0, pattern.outputs[1]), "Strength": 1.0, "Distance": 0.08 * height}
    )
    if shader.inputs["Normal"].links:
        graph.link(shader.inputs["Normal"].links[0].from_socket, relief.inputs["Normal"])
    graph.link(relief, shader.inputs["Normal"])
    graph.link(shader.outputs[0], output.inputs[0])
    return material


def _scale_colour(graph: Graph, shader, factor) -> None:
    base = shader.inputs["Base Color"].links[0].from_socket
    graph.link(graph.scale(base, factor), shader.inputs["Base Color"])


def fog(
    density: float,
    colour: Colour = (1, 1, 1),
    anisotropy: float = 0.55,
    height: float | None = None,
    floor: float = 0.0,
    patches: float = 0.0,
):
    """A volume that scatters `density` per metre; with `height` it thins upwards from `floor`, with `patches` it
    drifts.
    """
    graph, output, material = new("fog")
    at = graph.node("NewGeometry").outputs["Position"]
    amount = density
    if height:
        above = graph.math("MAXIMUM", graph.math("SUBTRACT", graph.split(at)[2], floor), 0.0)
        amount = graph.multiply(graph.math("EXPONENT", graph.multiply(above, -1 / height)), density)
    if patches:
        drift = graph.spread(graph.noise(at, patches, 4), 0.36, 0.64, 0.1, 2.0)
        amount = graph.multiply(drift, amount)
    shader = graph.node("VolumeScatter", {"Color": colour, "Density": amount, "Anisotropy": anisotropy})
    graph.link(shader.outputs[0], output.inputs[1])
    return material
