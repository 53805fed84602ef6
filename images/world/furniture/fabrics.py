"""Woven cloth, velvet and leather: materials, made once for a stage. Colours are linear."""

from images.world import materials
from images.world.furniture.finishes import Colour, bump, own, shaded, tinted


def cloth(
    stage, colour: Colour, second: Colour | None = None, weave: float = 900.0, sheen: float = 0.3, thin: float = 0.0
):
    """Woven cloth; weave: threads to the metre. thin: share of light that comes through, for curtains."""
    key = ("cloth", tuple(colour), second, weave, sheen, thin)
    return stage.once(key, lambda: _cloth(tuple(colour), second, weave, sheen, thin))


def _cloth(colour, second, weave, sheen, thin):
    graph, output, material = materials.new("cloth")
    at = own(graph)
    x, y, z = graph.split(at)
    threads = graph.multiply(
        graph.math("SINE", graph.multiply(graph.add(x, z), weave * 4)),
        graph.math("SINE", graph.multiply(graph.add(y, z), weave * 4)),
    )
    slubs = graph.noise(graph.stretched(at, (1, 0.15, 1)), weave / 4, 3, 0.6)
    patches = graph.noise(at, 6, 6, 0.6)
    base = graph.mix(graph.spread(patches, 0.3, 0.7), tinted(colour, 0.8), tinted(colour, 1.2))
    if second:
        base = graph.mix(graph.spread(graph.noise(at, 3, 3, 0.5), 0.48, 0.52), base, second)
    base = graph.scale(base, graph.spread(graph.add(threads, graph.multiply(slubs, 2)), -0.2, 2.0, 0.72, 1.2))
    normal = bump(graph, graph.add(threads, graph.multiply(slubs, 2.0)), 0.35 / weave, 0.6)
    inputs = {"Base Color": base, "Roughness": 0.9, "Sheen Weight": sheen, "Normal": normal, "Specular IOR Level": 0.15}
    shader = graph.node("BsdfPrincipled", inputs).outputs[0]
    if thin:
        through = graph.node("BsdfTranslucent", {"Color": base})
        shader = graph.node("MixShader", {0: thin, 1: shader, 2: through}).outputs[0]
    graph.link(shader, output.inputs[0])
    return material


def velvet(stage, colour: Colour):
    """Velvet and plush: dark where seen straight on, pale at the edges, brushed in patches."""

    def make():
        graph, output, material = materials.new("velvet")
        at = own(graph)
        brushed = graph.noise(at, 7, 5, 0.6, 0.6)
        edge = graph.node("LayerWeight", {"Blend": 0.4}).outputs["Facing"]
        base = graph.mix(
            graph.spread(graph.add(brushed, graph.multiply(edge, 0.6)), 0.35, 1.1),
            tinted(colour, 0.6),
            tinted(colour, 1.9),
        )
        pile = graph.noise(at, 700, 2)
        return shaded(
            graph, output, material, Base=base, Roughness=0.95, Sheen=0.7, Sheen_Roughness=0.35,
            Normal=bump(graph, graph.add(pile, graph.multiply(brushed, 3.0)), 0.002), Specular=0.1,
        )  # fmt: skip

    return stage.once(("velvet", tuple(colour)), make)


def leather(stage, colour: Colour, roughness: float = 0.42, grain: float = 520.0):
    """Leather: cells between creases, rubbed paler where it bulges."""

    def make():
        graph, output, material = materials.new("leather")
        at = own(graph)
        stirred = graph.node("TexNoise", {"Vector": at, "Scale": 90.0}).outputs[1]
        cells = graph.cells(graph.vector("ADD", at, graph.scale(stirred, 0.003)), grain, "DISTANCE_TO_EDGE").outputs[0]
        creases = graph.spread(cells, 0.0, 0.2)
        patches = graph.noise(at, 11, 7, 0.65)
        rubbed = graph.spread(patches, 0.5, 0.68, 0, 0.5)
        pale = tinted((colour[0] * 1.1 + 0.02, colour[1] + 0.013, colour[2] + 0.007), 1.3)
        base = graph.mix(rubbed, graph.mix(creases, tinted(colour, 0.72), colour), pale)
        rough = graph.spread(patches, 0.3, 0.7, roughness - 0.1, roughness + 0.14)
        relief = graph.add(graph.multiply(creases, 0.4), graph.multiply(graph.noise(at, 14, 4), 3.0))
        normal = bump(graph, relief, 0.0003)
        return shaded(graph, output, material, Base=base, Roughness=rough, Normal=normal, Specular=0.4)

    return stage.once(("leather", tuple(colour), roughness, grain), make)
