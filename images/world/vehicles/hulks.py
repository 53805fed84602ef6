"""Panels, pipes and small works on hulls of rockets and ships, and their metal."""

import numpy as np

from images.world import materials
from images.world.geometry import Solid, boxes, join
from images.world.materials import Surface


def plating(
    stage,
    colour,
    *,
    metal: float = 0.0,
    rough: float = 0.4,
    row: float = 1.2,
    width: float = 2.4,
    dirt: float = 0.4,
    around: bool = True,
):
    """Sheets with seams and rivets, each a little different, stained downwards. Bands run round the z axis if
    `around`.
    """
    key = ("plating", colour, metal, rough, row, width, dirt, around, stage.light.wet)
    return stage.once(key, lambda: _plating(colour, metal, rough, row, width, dirt, around, stage.light.wet))


def _plating(colour, metal, rough, row, width, dirt, around, wet):
    graph, output, material = materials.new("plating")
    surface = Surface(colour, rough, 0.1, 1.2, metal=metal, gloss_variation=0.08, wet=0.5 * wet, specular=0.4)
    shader = materials.principled(graph, surface)
    at = graph.node("TexCoord").outputs["Object"]
    x, y, z = graph.split(at)
    if around:
        radius = graph.vector("LENGTH", graph.join(x, y, 0.0))
        along = graph.multiply(graph.math("ARCTAN2", y, x), graph.math("MAXIMUM", radius, 0.5))
    else:
        along = graph.add(x, graph.multiply(y, 0.73))
    inputs = {
        "Vector": graph.join(along, z),
        "Color1": (1.08, 1.08, 1.08),
        "Color2": (0.82, 0.83, 0.85),
        "Mortar": (0.3, 0.3, 0.3),
    }
    inputs |= {"Scale": 1.0, "Mortar Size": 0.008, "Mortar Smooth": 0.2, "Brick Width": width, "Row Height": row}
    pattern = graph.node("TexBrick", inputs, offset=0.37)
    base = graph.vector("MULTIPLY", shader.inputs["Base Color"].links[0].from_socket, pattern.outputs[0])
    run = graph.noise(graph.stretched(at, (1, 1, 0.12)), 2.2, 7, 0.66)
    stain = graph.multiply(graph.spread(run, 0.48, 0.75), dirt)
    base = graph.mix(stain, base, (0.09, 0.065, 0.045))
    fine = graph.spread(graph.noise(at, 9.0, 6, 0.7), 0.55, 0.8, 0.0, 0.35 * dirt)
    graph.link(graph.mix(fine, base, (0.05, 0.045, 0.04)), shader.inputs["Base Color"])
    height = graph.add(graph.math("SUBTRACT", 1.0, pattern.outputs[1]), graph.multiply(graph.noise(at, 0.8, 3), 1.2))
    graph.link(graph.node("Bump", {"Height": height, "Strength": 0.8, "Distance": 0.012}), shader.inputs["Normal"])
    graph.link(shader.outputs[0], output.inputs[0])
    return material


def foil(stage, colour=(0.75, 0.42, 0.08)):
    """Crumpled metal foil."""
    return stage.once(("foil", colour), lambda: _foil(colour))


def _foil(colour):
    graph, output, material = materials.new("foil")
    at = graph.node("TexCoord").outputs["Object"]
    warped = graph.vector("ADD", at, graph.scale(graph.node("TexNoise", {"Vector": at, "Scale": 3.0}).outputs[1], 0.3))
    creases = graph.add(graph.cells(warped, 5.5).outputs[0], graph.multiply(graph.cells(warped, 14.0).outputs[0], 0.45))
    bump = graph.node("Bump", {"Height": creases, "Strength": 1.0, "Distance": 0.06})
    inputs = {"Base Color": colour, "Metallic": 1.0, "Roughness": 0.17, "Normal": bump}
    graph.link(graph.node("BsdfPrincipled", inputs).outputs[0], output.inputs[0])
    return material


def greebles(rng, corner, across, up, count: int, size: float) -> Solid:
    """Small boxes and ducts on a patch of wall: `corner` and the edges `across` and `up` (3,) that span it, outside by
    the right hand rule."""
    corner, across, up = (np.asarray(v, float) for v in (corner, across, up))
    out = np.cross(across, up)
    out /= np.linalg.norm(out)
    wide, high = np.linalg.norm(across), np.linalg.norm(up)
    axes = np.stack([across / wide, up / high, out])
    u, v = rng.uniform(0, wide, count), rng.uniform(0, high, count)
    w, h = size * rng.lognormal(0, 0.6, (2, count))
    long = rng.random(count) < 0.25
    w = np.where(long, w * 4, w)
    d = size * rng.uniform(0.08, 0.55, count)
    rows = np.stack(
        [
            np.clip(u - w, 0, wide),
            np.clip(u + w, 0, wide),
            np.clip(v - h, 0, high),
            np.clip(v + h, 0, high),
            -0.02 * np.ones(count),
            d,
        ],
        1,
    )
    made = boxes(rows)
    return Solid(corner + made.vertices @ axes, made.faces)


def lattice(x: float, y: float, side: float, z0: float, z1: float, bar: float, panel: float) -> Solid:
    """A square lattice tower: four legs, rings and crossed braces."""
    from images.world.buildings.girders import beam

    h = side / 2
    legs = [(x + a * h, y + b * h) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    parts = [beam((px, py, z0), (px, py, z1), bar * 1.5, bar * 1.5) for px, py in legs]
    z = z0
    while z < z1 - 0.5 * panel:
        top = min(z + panel, z1)
        for (ax, ay), (bx, by) in zip(legs, legs[1:] + legs[:1], strict=True):
            parts.append(beam((ax, ay, top), (bx, by, top), bar, bar))
            parts += [
                beam((ax, ay, z), (bx, by, top), 0.7 * bar, 0.7 * bar),
                beam((bx, by, z), (ax, ay, top), 0.7 * bar, 0.7 * bar),
            ]
        z = top
    return join(parts)
