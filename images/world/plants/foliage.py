"""What plants are made of: leaves and needles that let light through, barks, and snow that lies on them.

Leaves take their colour from the vertices, a little different on every instance. No noise is evaluated on them: a
forest has more of them than anything else has points to shade.
"""

from images.world import materials
from images.world.materials import Colour


def leaf_material(
    stage, through: float = 0.4, gloss: float = 0.45, vary: float = 0.25, back: Colour = (1.25, 1.15, 0.55)
):
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
    # only what the camera sees lets light through: paths that wander on from leaf to leaf cost most and show least
    first = graph.math("LESS_THAN", graph.node("LightPath").outputs["Ray Depth"], 0.5)
    graph.link(graph.node("MixShader", {0: graph.multiply(first, through), 1: shader, 2: thin}), output.inputs[0])
    return material


def bark_material(
    stage, colour: Colour = (0.085, 0.066, 0.05), furrow: float = 0.025, size: float = 0.07, moss: float = 0.0
):
    """Bark in upright plates with furrows between them, mossy towards the ground, grey with lichen in patches.

    furrow: depth in metres. size: metres from one furrow to the next. moss: 0 none to 1.
    """
    wet = stage.light.wet
    key = ("bark", colour, furrow, size, moss, wet)
    return stage.once(
        key, lambda: _bark(tuple(c * (1 - 0.4 * wet) for c in colour), furrow, size, moss, 0.9 - 0.35 * wet)
    )


def _bark(colour: Colour, furrow: float, size: float, moss: float, rough: float):
    graph, output, material = materials.new("bark")
    at = graph.node("TexCoord").outputs["Object"]
    broad = graph.noise(graph.stretched(at, (1, 1, 0.5)), 1.6, 4, 0.6)
    fine = graph.noise(graph.stretched(at, (1, 1, 0.3)), 0.7 / size, 6, 0.7)
    bent = graph.vector("ADD", graph.stretched(at, (1, 1, 0.2)), graph.scale(graph.join(fine, broad, fine), 0.9 * size))
    plates = graph.cells(bent, 1 / size, "DISTANCE_TO_EDGE").outputs[0]
    raised = graph.spread(plates, 0.0, 0.22, smooth=True)
    shade = graph.add(graph.spread(raised, 0, 1, 0.28, 0.75), graph.spread(fine, 0.3, 0.7, -0.1, 0.5))
    bark = graph.scale(colour, graph.multiply(shade, graph.spread(broad, 0.35, 0.65, 0.75, 1.35)))
    lichen = graph.multiply(graph.spread(graph.noise(at, 2.6, 6, 0.7), 0.58, 0.64), 0.55)
    bark = graph.mix(lichen, bark, (0.19, 0.195, 0.16))
    if moss:
        low = graph.multiply(graph.spread(graph.split(at)[2], 0.0, 3.5, 0.22, -0.08), moss)
        where = graph.spread(graph.add(graph.noise(at, 3.2, 6, 0.7), low), 0.56, 0.66)
        bark = graph.mix(graph.multiply(where, 0.85), bark, (0.055, 0.07, 0.016))
    height = graph.add(raised, graph.multiply(fine, 0.5))
    bump = graph.node("Bump", {"Height": height, "Strength": 0.9, "Distance": furrow})
    inputs = {"Base Color": bark, "Roughness": rough, "Specular IOR Level": 0.2, "Normal": bump}
    graph.link(graph.node("BsdfPrincipled", inputs), output.inputs[0])
    return material


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
