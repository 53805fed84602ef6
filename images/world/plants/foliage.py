"""What plants are made of: leaves and needles that let light through, barks, and snow that lies on them.

Leaves take their colour from the vertices, a little different on every instance. No noise is evaluated on them: a forest
has more of them than anything else has points to shade.
"""

from images.world import materials
from images.world.materials import Colour


def leaf_material(stage, through: float = 0.4, gloss: float = 0.45, vary: float = 0.25, back: Colour = (1.25, 1.15, 0.55)):
    """Leaves, needles and grass. through: share of the light that passes; `back`: what it does to the colour.

    Vertex colours are what one side reflects: a leaf passes about as much light again, so the mix is made brighter.
    """
    wet = stage.light.wet
    key = ("leaf", through, gloss, vary, back, wet)
    return stage.once(key, lambda: _leaf(through, gloss * (1 - 0.5 * wet), vary, back, 1 - 0.25 * wet))


def _leaf(through: float, gloss: float, vary: float, back: Colour, dark: float):
    graph, output, material = materials.new("leaf")
    own = graph.node("VertexColor", layer_name="Col").outputs[0]
    chance = graph.node("ObjectInfo").outputs["Random"]
    dark = dark * (1 + through)
    colour = graph.scale(own, graph.spread(chance, 0, 1, dark * (1 - vary), dark * (1 + vary)))
    other = graph.math("FRACT", graph.multiply(chance, 7.31))
    colour = graph.vector("MULTIPLY", colour, graph.mix(other, (1 + 0.5 * vary, 1, 1), (1 - 0.5 * vary, 1, 1)))
    inputs = {"Base Color": colour, "Roughness": gloss, "Specular IOR Level": 0.25}
    shader = graph.node("BsdfPrincipled", inputs).outputs[0]
    thin = graph.node("BsdfTranslucent", {"Color": graph.vector("MULTIPLY", colour, back)})
    graph.link(graph.node("MixShader", {0: through, 1: shader, 2: thin}), output.inputs[0])
    return material


def bark_material(stage, colour: Colour = (0.085, 0.066, 0.05), furrow: float = 0.025, size: float = 0.07, moss: float = 0.0):
    """Furrowed bark, greyer and mossy in patches. size: metres from one ridge to the next."""
    settings = {"variation": 0.45, "grain": 0.5, "relief": furrow, "relief_size": size, "stretch": (1, 1, 0.2)}
    settings |= {"wear": tuple(0.35 * c for c in colour), "specular": 0.2}
    if moss:
        settings |= {"second": (0.05, 0.062, 0.018), "second_share": moss}
    return stage.surface(colour, 0.9, **settings)


def birch_material(stage):
    """White bark with dark bands across, black and broken at the foot."""
    return stage.once(("birch", stage.light.wet), lambda: _birch(stage.light.wet))


def _birch(wet: float):
    graph, output, material = materials.new("birch")
    at = graph.node("TexCoord").outputs["Object"]
    bands = graph.noise(graph.stretched(at, (1.2, 1.2, 16)), 1.0, 5, 0.65)
    marks = graph.spread(bands, 0.56, 0.62)
    height = graph.split(at)[2]
    rough = graph.noise(graph.stretched(at, (1, 1, 0.4)), 9, 6, 0.7)
    foot = graph.spread(graph.add(rough, graph.multiply(height, -0.14)), 0.36, 0.5)
    paper = graph.mix(graph.noise(at, 3, 4), (0.30, 0.27, 0.23), (0.62, 0.59, 0.54))
    young = graph.spread(graph.split(graph.node("VertexColor", layer_name="Col").outputs[0])[0], 0.1, 0.6, 1, 0)
    marks = graph.math("MAXIMUM", graph.math("MAXIMUM", marks, foot), graph.multiply(young, 0.9))
    colour = graph.mix(marks, paper, (0.034, 0.026, 0.022))
    colour = graph.scale(colour, 1 - 0.35 * wet)
    bump = graph.node("Bump", {"Height": rough, "Strength": 0.6, "Distance": 0.02})
    inputs = {"Base Color": colour, "Roughness": 0.75, "Specular IOR Level": 0.2, "Normal": bump}
    graph.link(graph.node("BsdfPrincipled", inputs), output.inputs[0])
    return material
