"""What clothes are made of: weave, knit, quilting and stitches drawn where the garment was cut, so that they follow it.

Cloth carries two attributes: "Rest", where each point lies on a person who stands at attention (metres), and "Hem", how
far it is from the nearest edge.
"""

from dataclasses import dataclass

from images.world import materials

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Stuff:
    roughness: float = 0.85
    sheen: float = 0.0
    specular: float = 0.25
    crumple: float = 0.0015  # metres, of creases finer than the mesh
    crumple_size: float = 0.05
    fibre: float = 0.0006  # metres, of the weave
    variation: float = 0.14
    knit: float = 0.0  # width of ribs everywhere, metres
    cuffs: float = 0.0  # width of ribbed hems, metres
    stitch: float = 0.022  # distance of the seam from a hem; 0: none
    fading: float = 0.0  # share that worn places are paler
    translucency: float = 0.0
    dust: float = 0.0  # grey dust from the knees down


STUFFS = {
    "wool": Stuff(0.95, 0.3, 0.15, 0.001, 0.06, 0.0009, 0.16),
    "knit": Stuff(0.95, 0.35, 0.12, 0.0005, 0.06, 0.0008, 0.12, knit=0.011, cuffs=0.06, stitch=0),
    "jersey": Stuff(0.9, 0.2, 0.15, 0.001, 0.04, 0.0004, 0.1, cuffs=0.05, stitch=0),
    "cotton": Stuff(0.85, 0.1, 0.2, 0.0016, 0.035, 0.0004, 0.12),
    "denim": Stuff(0.88, 0.1, 0.2, 0.0014, 0.03, 0.0006, 0.18, fading=0.45),
    "nylon": Stuff(0.5, 0.0, 0.4, 0.002, 0.045, 0.0001, 0.06),
    "down": Stuff(0.42, 0.0, 0.4, 0.003, 0.03, 0.0001, 0.06, stitch=0),
    "oilskin": Stuff(0.26, 0.0, 0.5, 0.002, 0.07, 0.0, 0.06),
    "leather": Stuff(0.4, 0.0, 0.5, 0.0018, 0.03, 0.0003, 0.25, fading=0.3),
    "silk": Stuff(0.5, 0.15, 0.3, 0.0005, 0.05, 0.0, 0.05, stitch=0, translucency=0.12),
    "beta cloth": Stuff(0.75, 0.1, 0.25, 0.0022, 0.03, 0.0004, 0.08, stitch=0.03, dust=0.75),
    "canvas": Stuff(0.9, 0.0, 0.2, 0.002, 0.03, 0.0008, 0.2),
}


@dataclass(frozen=True)
class Trim:
    """How a garment is made up. stripes: the colour of bands round the body, `wide` metres apart. opening: colours of
    the shirt and tie that show between the lapels. seams: whether seams and stitches show."""

    stripes: Colour | None = None
    wide: float = 0.03
    opening: tuple[Colour, Colour] | None = None
    seams: bool = True


def material(stage, name: str, colour: Colour, trim: Trim | None = None):
    """The material of a stuff; without weave and seams where a picture is too small to show them."""
    trim, wet, fine = trim or Trim(seams=False), stage.light.wet, stage.detail > 0.3
    colour = tuple(colour)
    return stage.once(("stuff", name, colour, trim, wet, fine), lambda: _make(STUFFS[name], colour, trim, wet, fine))


def _make(stuff: Stuff, colour: Colour, trim: Trim, wet: float, fine: bool):
    graph, output, made = materials.new("cloth")
    rest = graph.node("Attribute", attribute_name="Rest").outputs["Vector"]
    patches = graph.noise(rest, 9, 8 if fine else 3, 0.7)
    shade = graph.spread(patches, 0.3, 0.7, 1 - stuff.variation, 1 + stuff.variation)
    inputs = {"Sheen Weight": stuff.sheen * (1 - wet), "Sheen Roughness": 0.4, "Specular IOR Level": stuff.specular}
    inputs["Roughness"] = stuff.roughness * (1 - 0.35 * wet)
    if stuff.fading:
        shade = graph.multiply(shade, graph.spread(graph.noise(rest, 6, 3, 0.5), 0.42, 0.66, 1, 1 + stuff.fading))
    if fine:
        shade, inputs["Normal"] = _woven(graph, stuff, trim, rest, shade)
    tint = _tint(graph, stuff, colour, trim, rest, patches)
    inputs["Base Color"] = graph.scale(tint, graph.multiply(shade, 1 - 0.4 * wet))
    result = graph.node("BsdfPrincipled", inputs).outputs[0]
    if stuff.translucency:
        thin = graph.node("BsdfTranslucent", {"Color": colour})
        result = graph.node("MixShader", {0: stuff.translucency, 1: result, 2: thin}).outputs[0]
    graph.link(result, output.inputs[0])
    return made


def _tint(graph, stuff: Stuff, colour: Colour, trim: Trim, rest, patches):
    """The dye: stripes, what an open front shows, dust."""
    x, y, z = graph.split(rest)
    tint = graph.node("RGB").outputs[0]
    tint.default_value = (*colour, 1)
    if trim.stripes:
        band = graph.math("FRACT", graph.math("DIVIDE", z, trim.wide))
        tint = graph.mix(graph.spread(band, 0.46, 0.5), tint, trim.stripes)
    if trim.opening:
        tint = _opened(graph, tint, x, y, z, *trim.opening)
    if stuff.dust:
        low = graph.add(z, graph.multiply(graph.add(patches, -0.5), 0.9))
        tint = graph.mix(graph.spread(low, 0.05, 0.75, stuff.dust, 0.0), tint, (0.14, 0.135, 0.13))
    return tint


def _woven(graph, stuff: Stuff, trim: Trim, rest, shade):
    """Shade and relief of weave, small creases, ribs and seams."""
    x, y, _ = graph.split(rest)
    hem = graph.node("Attribute", attribute_name="Hem").outputs["Fac"]
    fibres = graph.noise(rest, 700, 3, 0.7)
    rough = 1.2 * stuff.variation
    shade = graph.multiply(shade, graph.spread(fibres, 0.3, 0.7, 1 - rough, 1 + rough))
    creases = graph.noise(graph.stretched(rest, (1, 1, 0.6)), 1 / stuff.crumple_size, 4, 0.55)
    height = graph.add(graph.multiply(creases, stuff.crumple), graph.multiply(fibres, stuff.fibre))
    if trim.seams:
        lines = _seams(graph, stuff, x, y, hem)
        shade = graph.multiply(shade, graph.spread(lines, 0, 1, 1, 0.5))
        height = graph.add(height, graph.multiply(lines, -0.002))
    if stuff.knit or stuff.cuffs:
        height = graph.add(height, _ribs(graph, stuff, x, y, hem))
    return shade, graph.node("Bump", {"Height": height, "Strength": 1.0, "Distance": 1.0})


def _opened(graph, tint, x, y, z, shirt: Colour, tie: Colour):
    """A shirt and a tie in a V down to the breast bone, and the shadow beside the lapels."""
    across = graph.math("ABSOLUTE", x)
    edge = graph.math("SUBTRACT", graph.multiply(graph.add(z, -1.16), 0.3), across)
    front = graph.math("LESS_THAN", y, -0.02)
    lapel = graph.multiply(graph.multiply(graph.spread(edge, -0.052, -0.05), graph.spread(edge, -0.047, -0.049)), front)
    tint = graph.mix(graph.multiply(lapel, 0.6), tint, (0.004, 0.004, 0.004))
    tint = graph.mix(graph.multiply(graph.spread(edge, 0.0, 0.002), front), tint, shirt)
    knot = graph.multiply(graph.spread(across, 0.024, 0.022), graph.spread(edge, 0.0, 0.002))
    return graph.mix(graph.multiply(knot, front), tint, tie)


def _line(graph, value, at: float, wide: float):
    """1 within `wide` of a value, falling to 0 over as much again."""
    away = graph.math("ABSOLUTE", graph.math("SUBTRACT", value, at))
    return graph.spread(away, wide, 2 * wide, 1, 0)


def _seams(graph, stuff: Stuff, x, y, hem):
    """Seams down the middle and the sides, and the stitches of hems."""
    middle = _line(graph, x, 0.0, 0.0016)
    side = graph.multiply(_line(graph, y, 0.012, 0.0014), 0.6)
    lines = graph.math("MAXIMUM", middle, side)
    if stuff.stitch:
        lines = graph.math("MAXIMUM", lines, graph.multiply(_line(graph, hem, stuff.stitch, 0.0016), 0.8))
    return lines


def _ribs(graph, stuff: Stuff, x, y, hem):
    """Knitted ribs that run down the cloth: by the angle round the body, everywhere or at the hems."""
    around = graph.multiply(graph.math("ARCTAN2", x, y), 0.16)
    size = stuff.knit or 0.007
    rib = graph.multiply(graph.math("SINE", graph.multiply(around, 6.283 / size)), 0.0016 if stuff.knit else 0.001)
    if not stuff.cuffs:
        return rib
    everywhere = 1.0 if stuff.knit else 0.0
    return graph.multiply(rib, graph.spread(hem, stuff.cuffs, stuff.cuffs + 0.005, 1, everywhere * 0.6))
