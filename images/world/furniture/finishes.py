"""What indoor things are made of: wood with grain, brass, marble, wax, glass and painted pictures.

Every function of a stage gives a Blender material and makes it once for that stage. Colours are linear.
"""

import numpy as np

from images.world import materials
from images.world.nodes import Graph

Colour = tuple[float, float, float]


def own(graph: Graph, differ: bool = True):
    """The object's own coordinates, moved by a random step so that no two objects share their grain."""
    at = graph.node("TexCoord").outputs["Object"]
    if not differ:
        return at
    chance = graph.node("ObjectInfo").outputs["Random"]
    return graph.vector("ADD", at, graph.join(graph.multiply(chance, 31.7), graph.multiply(chance, 17.3), chance))


def shaded(graph: Graph, output, material, **inputs):
    """Finish a material with a Principled shader; inputs by name with underscores."""
    named = {name.replace("_", " "): value for name, value in inputs.items()}
    renamed = {"Base": "Base Color", "Subsurface": "Subsurface Weight", "Transmission": "Transmission Weight"}
    renamed |= {"Coat": "Coat Weight", "Sheen": "Sheen Weight", "Specular": "Specular IOR Level"}
    shader = graph.node("BsdfPrincipled", {renamed.get(name, name): value for name, value in named.items()})
    graph.link(shader.outputs[0], output.inputs[0])
    return material


def bump(graph: Graph, height, distance: float, strength: float = 1.0):
    return graph.node("Bump", {"Height": height, "Strength": strength, "Distance": distance})


def tinted(colour: Colour, factor: float) -> Colour:
    return tuple(min(1.0, c * factor) for c in colour)


def wood(
    stage, colour: Colour, along: str = "x", roughness: float = 0.38, varnish: float = 0.15, wear: float = 0.3,
    size: float = 1.0,
):  # fmt: skip
    """Sawn wood: the grain's contours along an axis, fibres, scratches and worn patches. size: scale of the grain."""
    key = ("wood", tuple(colour), along, roughness, varnish, wear, size)
    return stage.once(key, lambda: _wood(tuple(colour), along, roughness, varnish, wear, size, stage.detail < 0.3))


def _wood(colour, along, roughness, varnish, wear, size, small: bool):
    graph, output, material = materials.new("wood")
    at = own(graph)
    scale = tuple(0.09 if axis == along else 1.0 for axis in "xyz")
    grain = graph.noise(graph.stretched(at, scale), 5.5 / size, 2, 0.45, 0.35)
    bands = graph.math("SINE", graph.multiply(grain, 62.0))
    bands = graph.spread(bands, -1, 1, 0, 1)
    fine = tuple(0.025 if axis == along else 1.0 for axis in "xyz")
    fibres = graph.noise(graph.stretched(at, fine), 260 / size, 3, 0.6)
    patches = graph.noise(at, 2.2 / size, 5, 0.6)
    shade = graph.add(graph.multiply(bands, 0.34), graph.multiply(fibres, 1.0))
    light = graph.mix(
        graph.spread(patches, 0.3, 0.7),
        tinted(colour, 1.5),
        tinted((colour[0], colour[1] * 0.92, colour[2] * 0.8), 1.15),
    )
    base = graph.mix(graph.spread(shade, 0.25, 1.05), tinted(colour, 0.5), light)
    if small:  # from afar the fibres are not seen
        return shaded(graph, output, material, Base=base, Roughness=roughness, Coat=varnish, Coat_Roughness=0.12)
    dust = graph.spread(graph.noise(at, 9 / size, 8, 0.72), 0.5, 0.68, 0, wear)
    base = graph.mix(
        dust, base, tinted((colour[0] * 0.8 + 0.06, colour[1] * 0.85 + 0.055, colour[2] * 0.9 + 0.05), 1.0)
    )
    rough = graph.add(graph.spread(patches, 0.3, 0.7, roughness - 0.09, roughness + 0.12), graph.multiply(dust, 0.3))
    relief = graph.add(graph.multiply(fibres, 0.7), graph.multiply(bands, 0.3))
    return shaded(
        graph, output, material, Base=base, Roughness=rough, Normal=bump(graph, relief, 0.0006 * size, 0.7),
        Coat=varnish, Coat_Roughness=0.12, Specular=0.4,
    )  # fmt: skip


def metal(stage, colour: Colour, roughness: float = 0.25, tarnish: float = 0.3, dull: Colour | None = None):
    """Polished or old metal: fingerprints, fine scratches and tarnish in the hollows. Brass is (0.72, 0.45, 0.14)."""

    def make():
        graph, output, material = materials.new("metal")
        at = own(graph)
        stains = graph.spread(graph.noise(at, 24, 8, 0.7), 0.42, 0.68, 0, tarnish)
        scratches = graph.noise(graph.stretched(at, (1, 1, 0.03), 0.6), 420, 2, 0.6)
        base = graph.mix(stains, colour, dull or tinted((colour[0] * 0.5, colour[1] * 0.42, colour[2] * 0.4), 0.6))
        rough = graph.add(
            graph.spread(scratches, 0.3, 0.7, roughness - 0.08, roughness + 0.1), graph.multiply(stains, 0.45)
        )
        return shaded(
            graph, output, material, Base=base, Metallic=1.0, Roughness=rough, Normal=bump(graph, scratches, 0.00006)
        )

    return stage.once(("metal", tuple(colour), roughness, tarnish, dull), make)


def brass(stage, roughness: float = 0.22, tarnish: float = 0.4):
    return metal(stage, (0.74, 0.47, 0.16), roughness, tarnish)


def iron(stage):
    return metal(stage, (0.09, 0.088, 0.085), 0.5, 0.6, (0.05, 0.022, 0.012))


def marble(stage, colour: Colour, veins: Colour, size: float = 0.25, roughness: float = 0.16):
    """Polished marble: veins where noise crosses its mean, in two sizes."""

    def make():
        graph, output, material = materials.new("marble")
        at = own(graph)
        warp = graph.vector(
            "ADD",
            at,
            graph.scale(
                graph.node("TexNoise", {"Vector": at, "Scale": 1.2 / size, "Detail": 5.0}).outputs[1], 0.55 * size
            ),
        )
        clouds = graph.noise(warp, 1.4 / size, 7, 0.62)
        thick = graph.spread(
            graph.math("ABSOLUTE", graph.add(graph.noise(warp, 0.9 / size, 8, 0.66), -0.5)), 0.0, 0.035, 1, 0
        )
        thin = graph.spread(
            graph.math("ABSOLUTE", graph.add(graph.noise(warp, 3.1 / size, 7, 0.6), -0.5)), 0.0, 0.018, 0.6, 0
        )
        base = graph.mix(graph.spread(clouds, 0.3, 0.7), tinted(colour, 0.78), tinted(colour, 1.08))
        base = graph.mix(
            graph.math("MAXIMUM", graph.multiply(thick, graph.spread(clouds, 0.35, 0.6)), thin), base, veins
        )
        worn = graph.noise(at, 14, 7, 0.7)
        rough = graph.spread(worn, 0.35, 0.65, roughness - 0.06, roughness + 0.16)
        return shaded(
            graph, output, material, Base=base, Roughness=rough, Normal=bump(graph, worn, 0.0004, 0.4), Specular=0.5,
            Subsurface=0.08, Subsurface_Radius=(0.02, 0.015, 0.01),
        )  # fmt: skip

    return stage.once(("marble", tuple(colour), tuple(veins), size, roughness), make)


def glazed(stage, colour: Colour, speckle: Colour | None = None, roughness: float = 0.12):
    """Porcelain and glazed pottery, with pin holes, crackle and pooled glaze."""

    def make():
        graph, output, material = materials.new("glazed")
        at = own(graph)
        pooled = graph.noise(at, 22, 4, 0.6)
        base = graph.mix(graph.spread(pooled, 0.3, 0.7), tinted(colour, 0.82), tinted(colour, 1.1))
        if speckle:
            spots = graph.spread(graph.cells(at, 260).outputs[0], 0.12, 0.2, 1, 0)
            base = graph.mix(graph.multiply(spots, graph.spread(pooled, 0.4, 0.5)), base, speckle)
        return shaded(
            graph, output, material, Base=base, Roughness=roughness, Coat=0.6, Coat_Roughness=0.04,
            Normal=bump(graph, graph.noise(at, 60, 3), 0.0005, 0.5),
        )  # fmt: skip

    return stage.once(("glazed", tuple(colour), speckle, roughness), make)


def polished(stage, colour: Colour, roughness: float = 0.2):
    """Ivory, bone, horn and lacquer: dense, a little translucent, yellowed in patches, finely cracked."""

    def make():
        graph, output, material = materials.new("polished")
        at = own(graph)
        patches = graph.noise(graph.stretched(at, (1, 1, 0.3)), 45, 6, 0.65)
        cracks = graph.noise(graph.stretched(at, (1, 1, 0.06)), 420, 3, 0.6)
        base = graph.mix(
            graph.spread(patches, 0.32, 0.7),
            tinted(colour, 1.12),
            tinted((colour[0] * 0.9, colour[1] * 0.78, colour[2] * 0.6), 0.8),
        )
        base = graph.scale(base, graph.spread(cracks, 0.28, 0.42, 0.6, 1.0))
        return shaded(graph, output, material, Base=base, Roughness=graph.spread(patches, 0.3, 0.7, roughness - 0.06,
            roughness + 0.1), Subsurface=0.15, Subsurface_Radius=(0.006, 0.004, 0.002), Coat=0.35, Coat_Roughness=0.1,
            Normal=bump(graph, cracks, 0.00008), Specular=0.5,)  # fmt: skip

    return stage.once(("polished", tuple(colour), roughness), make)


def wax(stage, colour: Colour = (0.72, 0.6, 0.42)):
    def make():
        graph, output, material = materials.new("wax")
        at = own(graph)
        base = graph.mix(graph.spread(graph.noise(at, 40, 5), 0.3, 0.7), tinted(colour, 0.85), tinted(colour, 1.1))
        return shaded(
            graph, output, material, Base=base, Roughness=0.38, Subsurface=0.5, Subsurface_Scale=0.012,
            Subsurface_Radius=(1.0, 0.45, 0.2), Normal=bump(graph, graph.noise(at, 130, 4), 0.0008), Specular=0.4,
        )  # fmt: skip

    return stage.once(("wax", tuple(colour)), make)


def glass(stage, colour: Colour = (0.95, 0.97, 0.96), dusty: float = 0.05):
    """Blown glass: shadows pass straight and tinted; smears and dust make its surface seen."""

    def make():
        graph, output, material = materials.new("blown glass")
        at = own(graph)
        path = graph.node("LightPath").outputs
        smears = graph.noise(graph.stretched(at, (1, 1, 0.4)), 30, 6, 0.65)
        waves = bump(graph, graph.noise(at, 26, 2), 0.0012)
        rough = graph.spread(smears, 0.5, 0.75, 0.0, 0.07)
        shader = graph.node("BsdfGlass", {"Color": colour, "Roughness": rough, "IOR": 1.48, "Normal": waves}).outputs[0]
        if dusty:
            dust = graph.node("BsdfDiffuse", {"Color": (0.5, 0.47, 0.42)})
            shader = graph.node(
                "MixShader", {0: graph.spread(smears, 0.5, 0.75, 0, dusty), 1: shader, 2: dust}
            ).outputs[0]
        shadow = graph.node("BsdfTransparent", {"Color": tuple(0.9 * c for c in colour)})
        straight = graph.math("MAXIMUM", path["Is Shadow Ray"], path["Is Diffuse Ray"])
        graph.link(graph.node("MixShader", {0: straight, 1: shader, 2: shadow}).outputs[0], output.inputs[0])
        return material

    return stage.once(("blown glass", tuple(colour), dusty), make)


def pane(stage, dirt: float = 0.05, tint: Colour = (0.95, 0.97, 0.96)):
    """A window pane, thin: it mirrors a little, lets everything else through, and is dirty in the corners of noise."""

    def make():
        graph, output, material = materials.new("pane")
        at = graph.node("NewGeometry").outputs["Position"]
        mirror = graph.node("BsdfGlossy", {"Color": (1, 1, 1), "Roughness": 0.03})
        through = graph.node("BsdfTransparent", {"Color": tint})
        # Schlick's approximation: the Fresnel node would take the pane's back for the inside of a block
        edge = graph.math("POWER", graph.node("LayerWeight", {"Blend": 0.5}).outputs["Facing"], 5.0)
        facing = graph.add(graph.multiply(edge, 0.9), 0.05)
        clear = graph.node("MixShader", {0: facing, 1: through, 2: mirror}).outputs[0]
        film = graph.node("BsdfTranslucent", {"Color": (0.6, 0.58, 0.52)})
        smears = graph.spread(graph.noise(graph.stretched(at, (1, 1, 0.5)), 6, 8, 0.7), 0.5, 0.78, 0.0, dirt)
        shadow = graph.node("LightPath").outputs["Is Shadow Ray"]
        seen = graph.node("MixShader", {0: smears, 1: clear, 2: film}).outputs[0]
        graph.link(graph.node("MixShader", {0: shadow, 1: seen, 2: through}).outputs[0], output.inputs[0])
        return material

    return stage.once(("pane", dirt, tuple(tint)), make)


def pages(stage, colour: Colour = (0.62, 0.52, 0.36)):
    """The edges of a book's pages: leaves one on another along z, foxed."""

    def make():
        graph, output, material = materials.new("pages")
        at = own(graph)
        leaves = graph.noise(graph.stretched(at, (0.04, 0.04, 1)), 1500, 3, 0.7)
        foxed = graph.noise(at, 18, 6, 0.65)
        base = graph.mix(
            graph.spread(foxed, 0.35, 0.7), colour, tinted((colour[0] * 0.8, colour[1] * 0.68, colour[2] * 0.5), 0.9)
        )
        base = graph.scale(base, graph.spread(leaves, 0.3, 0.65, 0.4, 1.15))
        return shaded(
            graph, output, material, Base=base, Roughness=0.85, Normal=bump(graph, leaves, 0.0006), Specular=0.2
        )

    return stage.once(("pages", tuple(colour)), make)


def painted(
    stage,
    name,
    draw,
    across: str = "xz",
    low=(-0.5, -0.5),
    high=(0.5, 0.5),
    roughness: float = 0.6,
    relief: float = 0.0,
    coat: float = 0.0,
):
    """A picture laid over an object's own axes `across` between the corners `low` and `high`, in metres.

    draw: () -> (h, w, 3) display values in [0, 1], top row first; `name` tells pictures apart.
    """

    def make():
        graph, output, material = materials.new("painted")
        axes = dict(zip("xyz", graph.split(graph.node("TexCoord").outputs["Object"]), strict=True))
        u = graph.math("DIVIDE", graph.add(axes[across[0]], -low[0]), high[0] - low[0])
        v = graph.math("DIVIDE", graph.add(axes[across[1]], -low[1]), high[1] - low[1])
        texture = graph.node(
            "TexImage", {"Vector": graph.join(u, v)}, image=image(fitted(draw(), stage.detail)), extension="EXTEND"
        )
        stains = graph.noise(graph.node("TexCoord").outputs["Object"], 14, 6, 0.65)
        base = graph.scale(texture.outputs[0], graph.spread(stains, 0.3, 0.7, 0.84, 1.06))
        inputs = {"Base": base, "Roughness": roughness, "Coat": coat}
        if relief:
            grey = graph.node("RGBToBW", {0: texture.outputs[0]})
            inputs["Normal"] = bump(graph, graph.add(grey, graph.multiply(stains, 0.5)), relief)
        return shaded(graph, output, material, **inputs)

    return stage.once(("painted", name, across, tuple(low), tuple(high)), make)


def fitted(picture: np.ndarray, detail: float) -> np.ndarray:
    """A picture with no more rows than a frame of this detail can show."""
    step = max(1, round(picture.shape[0] / (60 + 700 * detail)))
    return picture[::step, ::step]


def image(picture: np.ndarray):
    """A Blender image of display values (h, w, 3) in [0, 1], top row first."""
    import bpy

    height, width = picture.shape[:2]
    made = bpy.data.images.new("picture", width, height)
    pixels = np.ones((height, width, 4), np.float32)
    pixels[..., :3] = picture[::-1]
    made.pixels.foreach_set(pixels.ravel())
    made.pack()
    return made
