"""Wall and floor finishes: plaster, wallpaper, panelling, brick, tiles, boards, parquet."""

from images.world import materials
from images.world.furniture import finishes, patterns
from images.world.materials import Surface


def plaster(stage, colour, dado=None, level: float = 1.15):
    """Painted plaster, stained and patched; dado: another colour below `level` metres."""

    def make():
        graph, output, material = materials.new("plaster")
        at = graph.node("NewGeometry").outputs["Position"]
        stains = graph.noise(graph.stretched(at, (1, 1, 0.35)), 1.1, 7, 0.62)
        fine = graph.noise(at, 38, 6, 0.6)
        trowel = graph.noise(at, 5, 4, 0.55, 0.8)
        base = graph.node("RGB").outputs[0]
        base.default_value = (*colour, 1)
        z = graph.split(at)[2]
        if dado:
            ragged = graph.multiply(graph.add(fine, -0.5), 0.006)
            edge = graph.add(graph.add(z, ragged), -level)
            base = graph.mix(graph.spread(edge, -0.002, 0.002), dado, colour)
            line = graph.spread(graph.math("ABSOLUTE", edge), 0.006, 0.009, 1, 0)
            base = graph.mix(line, base, tuple(0.35 * c for c in dado))
        low = graph.multiply(graph.spread(z, 0.0, 0.7, 1, 0), graph.spread(stains, 0.4, 0.62))
        base = graph.mix(graph.multiply(low, 0.5), base, tuple(0.4 * c for c in colour))
        flaked = graph.spread(graph.noise(at, 2.3, 10, 0.7), 0.63, 0.66, 0, 0.7)
        base = graph.mix(flaked, base, tuple(0.6 * c + 0.12 for c in colour))
        base = graph.scale(base, graph.spread(stains, 0.3, 0.7, 0.72, 1.15))
        relief = graph.add(graph.add(graph.multiply(fine, 0.25), trowel), graph.multiply(flaked, -0.5))
        normal = graph.node("Bump", {"Height": relief, "Strength": 1.0, "Distance": 0.004})
        inputs = {"Base Color": base, "Roughness": 0.82, "Normal": normal, "Specular IOR Level": 0.25}
        graph.link(graph.node("BsdfPrincipled", inputs), output.inputs[0])
        return material

    return stage.once(("plaster", tuple(colour), dado, level), make)


def papered(stage, seed: int, paper: str = "damask", size: float = 0.55, colours=None, above: float = 0.0):
    """Wallpaper of a repeating figure, faded and stained; it follows a wall's own axes."""

    def make():
        graph, output, material = materials.new("wallpaper")
        x, _, z = graph.split(graph.node("TexCoord").outputs["Object"])
        u, v = graph.math("DIVIDE", x, size), graph.math("DIVIDE", z, size)
        drawn = patterns.wallpaper(seed, paper, colours)
        texture = graph.node("TexImage", {"Vector": graph.join(u, v)}, image=finishes.image(drawn), extension="REPEAT")
        at = graph.node("NewGeometry").outputs["Position"]
        stains = graph.noise(graph.stretched(at, (1, 1, 0.3)), 0.9, 7, 0.62)
        fine = graph.noise(at, 160, 3, 0.6)
        base = graph.scale(texture.outputs[0], graph.spread(stains, 0.3, 0.7, 0.7, 1.12))
        seam = graph.spread(graph.math("FRACT", graph.math("DIVIDE", x, 0.53)), 0.0, 0.005, 0.72, 1.0)
        base = graph.scale(base, seam)
        grey = graph.node("RGBToBW", {0: texture.outputs[0]})
        normal = graph.node(
            "Bump", {"Height": graph.add(grey, graph.multiply(fine, 0.2)), "Strength": 0.6, "Distance": 0.0015}
        )
        rough = graph.spread(grey, 0.1, 0.5, 0.62, 0.82)
        graph.link(
            graph.node("BsdfPrincipled", {"Base Color": base, "Roughness": rough, "Normal": normal}), output.inputs[0]
        )
        return material

    return stage.once(("wallpaper", seed, paper, size), make)


def brick(stage, colour=(0.24, 0.095, 0.055), painted: bool = False):
    """Brickwork, bare or under old whitewash."""
    if painted:
        surface = Surface((0.42, 0.41, 0.37), 0.8, 0.4, 1.4, 0.003, 0.03, own_space=False, wear=(0.24, 0.11, 0.07))
        return stage.once(
            ("brick", "painted"), lambda: materials.bricks((0.42, 0.41, 0.37), (0.3, 0.29, 0.27), 0.23, 0.075, surface)
        )
    surface = Surface(
        tuple(colour),
        0.88,
        0.5,
        0.5,
        0.004,
        0.02,
        own_space=False,
        second=tuple(0.55 * c for c in colour),
        second_share=0.35,
    )
    return stage.once(
        ("brick", tuple(colour)), lambda: materials.bricks(tuple(colour), (0.26, 0.24, 0.21), 0.23, 0.075, surface)
    )


def tiled(stage, colour, grout=(0.3, 0.29, 0.27), size: float = 0.15, roughness: float = 0.14):
    """Square glazed tiles on walls or floors."""
    surface = Surface(
        tuple(colour), roughness, 0.18, 0.25, 0.0008, 0.05, gloss_variation=0.08, own_space=False, coat=0.5
    )
    return stage.once(
        ("tiled", tuple(colour), size), lambda: materials.bricks(tuple(colour), grout, size, size, surface)
    )


def checkered(stage, pale, deep, size: float = 0.3, roughness: float = 0.2):
    """A floor of two kinds of stone in squares, worn."""

    def make():
        graph, output, material = materials.new("checkered")
        at = graph.node("NewGeometry").outputs["Position"]
        x, y, _ = graph.split(at)
        u, v = graph.math("DIVIDE", x, size), graph.math("DIVIDE", y, size)
        i, j = graph.math("FLOOR", u), graph.math("FLOOR", v)
        parity = graph.math("FLOORED_MODULO", graph.add(i, j), 2.0)
        chance = graph.random(graph.join(i, j))[0]
        veins = graph.noise(graph.vector("ADD", at, graph.scale(graph.join(i, j), 3.7)), 3.2, 8, 0.68, 1.2)
        base = graph.mix(parity, pale, deep)
        base = graph.scale(base, graph.spread(chance, 0, 1, 0.78, 1.12))
        base = graph.scale(base, graph.spread(veins, 0.32, 0.68, 0.68, 1.2))
        edge = graph.math("MINIMUM", _margin(graph, u), _margin(graph, v))
        joint = graph.spread(edge, 0.004, 0.009)
        base = graph.mix(joint, (0.05, 0.045, 0.04), base)
        worn = graph.noise(at, 1.6, 8, 0.66)
        rough = graph.add(
            graph.spread(worn, 0.34, 0.66, roughness - 0.1, roughness + 0.22), graph.spread(joint, 0, 1, 0.5, 0.0)
        )
        height = graph.add(graph.multiply(graph.noise(at, 60, 4), 0.08), graph.add(joint, graph.multiply(chance, 0.3)))
        normal = graph.node("Bump", {"Height": height, "Strength": 0.8, "Distance": 0.003})
        graph.link(
            graph.node("BsdfPrincipled", {"Base Color": base, "Roughness": rough, "Normal": normal}), output.inputs[0]
        )
        return material

    return stage.once(("checkered", tuple(pale), tuple(deep), size), make)


def _margin(graph, u):
    """How far from the nearest whole number."""
    part = graph.math("FRACT", u)
    return graph.math("MINIMUM", part, graph.math("SUBTRACT", 1.0, part))


def boards(stage, colour, width: float = 0.13, along: str = "y", roughness: float = 0.34):
    return stage.once(
        ("boards", tuple(colour), width, along), lambda: materials.planks(tuple(colour), width, roughness, along)
    )


def concrete(stage):
    return stage.material(
        Surface(
            (0.2, 0.195, 0.185),
            0.6,
            0.45,
            2.2,
            0.006,
            0.05,
            gloss_variation=0.3,
            own_space=False,
            wear=(0.1, 0.095, 0.085),
        )
    )


def ashlar(stage, colour, block=(0.85, 0.4), weathered: float = 0.5, damp: bool = False):
    """Cut stone in courses: each block its own tint, soot in the joints, streaks below, lichen where it is old."""

    def make():
        surface = Surface(tuple(colour), 0.86, 0.35, 1.8, 0.008, 0.06, own_space=False, stretch=(1, 1, 0.55),
            second=tuple(0.72 * c for c in colour), second_share=0.45, wear=tuple(0.38 * c for c in colour)
            if weathered > 0.3 else None,)  # fmt: skip
        return materials.bricks(tuple(colour), tuple(0.55 * c for c in colour), *block, surface)

    return stage.once(("ashlar", tuple(colour), block, weathered), make)


def carved(stage, colour, weathered: float = 0.5):
    """Carved stone without joints: mouldings, columns, tracery."""
    return stage.material(Surface(tuple(colour), 0.82, 0.35, 0.9, 0.005, 0.04, own_space=False,
        stretch=(1, 1, 0.5), second=tuple(0.74 * c for c in colour), wear=tuple(0.4 * c for c in colour)
        if weathered > 0.3 else None,))  # fmt: skip


def flags(stage, colour, size: float = 0.75, roughness: float = 0.3, grass: bool = False):
    """A floor of stone slabs laid in courses, polished by feet along the middle, uneven, some sunk."""

    def make():
        graph, output, material = materials.new("flags")
        at = graph.node("NewGeometry").outputs["Position"]
        x, y, _ = graph.split(at)
        row = graph.math("FLOOR", graph.math("DIVIDE", y, size))
        chance = graph.random(graph.join(row, 3.0))[0]
        wide = graph.spread(chance, 0, 1, 0.8 * size, 1.7 * size)
        u = graph.add(graph.math("DIVIDE", x, wide), graph.multiply(chance, 7.3))
        v = graph.math("DIVIDE", y, size)
        slab = graph.random(graph.join(row, graph.math("FLOOR", u)))
        across = graph.multiply(_margin(graph, u), wide)
        edge = graph.math("MINIMUM", across, graph.multiply(_margin(graph, v), size))
        ragged = graph.add(edge, graph.multiply(graph.add(graph.noise(at, 14, 4), -0.5), 0.02))
        joint = graph.spread(ragged, 0.006, 0.02)
        grain = graph.noise(graph.vector("ADD", at, graph.scale(slab[1], 9.0)), 2.6, 9, 0.66)
        base = graph.node("RGB").outputs[0]
        base.default_value = (*colour, 1)
        warm = graph.mix(slab[0], tuple(0.7 * c for c in colour), (colour[0] * 1.25, colour[1] * 1.15, colour[2] * 1.0))
        base = graph.mix(0.65, base, warm)
        base = graph.scale(base, graph.spread(grain, 0.32, 0.68, 0.62, 1.2))
        base = graph.mix(joint, tuple(0.22 * c for c in colour), base)
        path = graph.spread(
            graph.math("ABSOLUTE", graph.add(x, graph.multiply(graph.add(graph.noise(at, 0.5, 3), -0.5), 1.5))),
            0.4,
            2.2,
            1.0,
            0.0,
        )
        worn = graph.noise(at, 1.1, 8, 0.66)
        rough = graph.spread(
            graph.add(worn, graph.multiply(path, 0.25)), 0.35, 0.85, roughness + 0.25, max(roughness - 0.16, 0.06)
        )
        rough = graph.add(rough, graph.spread(joint, 0, 1, 0.4, 0.0))
        height = graph.add(
            graph.multiply(grain, 0.25), graph.add(graph.multiply(joint, 0.7), graph.multiply(slab[0], 0.5))
        )
        tilt = graph.add(graph.multiply(x, graph.add(slab[0], -0.5)), graph.multiply(y, graph.add(chance, -0.5)))
        height = graph.add(height, graph.multiply(tilt, 0.4))
        normal = graph.node("Bump", {"Height": height, "Strength": 0.9, "Distance": 0.012})
        graph.link(
            graph.node(
                "BsdfPrincipled", {"Base Color": base, "Roughness": rough, "Normal": normal, "Specular IOR Level": 0.45}
            ),
            output.inputs[0],
        )
        return material

    return stage.once(("flags", tuple(colour), size, roughness), make)


JEWELS = (
    (0.06, 0.12, 0.75),
    (0.75, 0.06, 0.05),
    (0.85, 0.5, 0.06),
    (0.06, 0.42, 0.16),
    (0.4, 0.08, 0.5),
    (0.5, 0.68, 0.85),
)


def stained(stage, seed: int, coloured: bool, scale: float = 5.0):
    """Leaded glass, jewel-coloured in panes and medallions or pale quarries; light comes through it tinted."""

    def make():
        graph, output, material = materials.new("stained glass")
        x, _, z = graph.split(graph.node("TexCoord").outputs["Object"])
        if coloured:
            flat = graph.join(graph.add(x, seed * 1.37), graph.add(z, seed * 0.7))
            cells = graph.cells(flat, scale)
            hue = graph.split(cells.outputs[1])[0]
            ring = graph.math("FRACT", graph.multiply(z, 0.55))
            pick = graph.math(
                "FRACT", graph.add(hue, graph.multiply(graph.math("FLOOR", graph.multiply(z, 0.55)), 0.37))
            )
            tint = graph.ramp(pick, [(i / 5, colour) for i, colour in enumerate(JEWELS)])
            blues = graph.mix(
                graph.spread(graph.math("ABSOLUTE", graph.add(ring, -0.5)), 0.3, 0.36),
                tint,
                graph.mix(hue, JEWELS[0], JEWELS[5]),
            )
            lead = graph.cells(flat, scale, "DISTANCE_TO_EDGE").outputs[0]
            clear, edge = blues, graph.spread(lead, 0.035, 0.05)
        else:
            u, v = (
                graph.add(graph.multiply(x, 4.6), graph.multiply(z, 3.0)),
                graph.add(graph.multiply(x, 4.6), graph.multiply(z, -3.0)),
            )
            pane = graph.random(graph.join(graph.math("FLOOR", u), graph.math("FLOOR", v)))[0]
            clear = graph.mix(pane, (0.62, 0.72, 0.62), (0.92, 0.9, 0.78))
            edge = graph.spread(graph.math("MINIMUM", _margin(graph, u), _margin(graph, v)), 0.03, 0.045)
        grime = graph.spread(graph.noise(graph.join(x, z), 3, 7, 0.66), 0.3, 0.75, 1.0, 0.6)
        through = graph.node("BsdfTransparent", {"Color": graph.scale(clear, grime)})
        scatter = graph.node("BsdfTranslucent", {"Color": clear})
        glass = graph.node("MixShader", {0: 0.18, 1: through, 2: scatter})
        lead = graph.node("BsdfDiffuse", {"Color": (0.012, 0.012, 0.013)})
        graph.link(graph.node("MixShader", {0: edge, 1: lead, 2: glass}), output.inputs[0])
        return material

    return stage.once(("stained glass", seed, coloured, scale), make)
