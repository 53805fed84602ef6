"""What hangs in a black sky: the Earth, a banded giant, a planet with rings; a far sphere, lit by the scene's sun."""

import numpy as np

from images.world import materials
from images.world.geometry import Solid, ellipsoid

AWAY = 60000.0  # metres: before the sky's end, behind every hill
GIANTS = {  # colours of the bands from pole to pole
    "sand": ((0.42, 0.25, 0.15), (0.72, 0.52, 0.33), (0.80, 0.70, 0.55), (0.55, 0.30, 0.17), (0.78, 0.64, 0.48)),
    "teal": ((0.04, 0.19, 0.26), (0.12, 0.42, 0.47), (0.52, 0.68, 0.66), (0.08, 0.28, 0.40), (0.30, 0.55, 0.58)),
    "rose": ((0.32, 0.09, 0.10), (0.62, 0.27, 0.24), (0.80, 0.55, 0.45), (0.42, 0.15, 0.20), (0.70, 0.38, 0.32)),
    "ochre": ((0.60, 0.50, 0.33), (0.74, 0.63, 0.44), (0.66, 0.52, 0.34), (0.80, 0.72, 0.56), (0.55, 0.42, 0.28)),
}


def add_planet(stage, kind: str, palette: str, across: float, down: float, share: float, tilt: float) -> tuple:
    """A planet whose middle is seen at shares of the frame's width and height from its top left; its radius is `share`
    of the frame's height. kind: "earth", "giant" or "rings". Returns the direction to it."""
    shot = stage.shot
    ahead, right, up = shot.axes()
    wide, high = shot.spread
    towards = ahead + right * (2 * across - 1) * wide + up * (1 - 2 * down) * high
    radius = share * 2 * high * AWAY
    at = np.add(shot.eye, AWAY * towards)
    around = stage.around(220, 40)
    make = (lambda: _earth()) if kind == "earth" else (lambda: _giant(GIANTS[palette], stage.scene.seed % 61))
    parts = [
        stage.add(ellipsoid(1, 1, 1, around, around // 2), stage.once(("planet", kind, palette), make), smooth=True)
    ]
    if kind == "earth":
        parts.append(
            stage.add(ellipsoid(1.022, 1.022, 1.022, around, around // 2), stage.once("air", _air), smooth=True)
        )
    if kind == "rings":
        parts.append(stage.add(_disc(1.32, 2.35, stage.around(360, 60)), stage.once("rings", lambda: _rings(palette))))
    planet = stage.group(*parts)
    planet.location, planet.scale = tuple(at), (radius,) * 3
    planet.rotation_euler = (tilt, 0.35 * tilt, stage.scene.seed % 7)
    return tuple(towards / np.linalg.norm(towards))


def _disc(inner: float, outer: float, around: int) -> Solid:
    t = np.linspace(0, 2 * np.pi, around, endpoint=False)
    circle = np.stack([np.cos(t), np.sin(t), 0 * t], -1)
    i = np.arange(around)
    j = (i + 1) % around
    return Solid(np.concatenate([inner * circle, outer * circle]), (np.stack([i, j, j + around, i + around], -1),))


def _earth():
    graph, output, material = materials.new("earth")
    at = graph.node("TexCoord").outputs["Object"]
    height = graph.noise(at, 1.7, 12, 0.62, 0.3)
    north = graph.math("ABSOLUTE", graph.split(at)[2])
    dry = graph.spread(graph.add(north, graph.multiply(graph.noise(at, 3.0, 6), 0.35)), 0.3, 0.75)
    ground = graph.mix(dry, (0.30, 0.19, 0.09), (0.05, 0.085, 0.03))
    land = graph.spread(height, 0.515, 0.53)
    shelf = graph.mix(graph.spread(height, 0.46, 0.515), (0.004, 0.018, 0.06), (0.012, 0.07, 0.12))
    colour = graph.mix(land, shelf, ground)
    ice = graph.spread(graph.add(north, graph.multiply(graph.noise(at, 5.0, 8), 0.12)), 0.93, 0.97)
    colour = graph.mix(ice, colour, (0.75, 0.8, 0.85))
    # clouds: swirls drawn out along the parallels
    drawn = graph.vector("ADD", graph.stretched(at, (1, 1, 1.9)), graph.scale(_noise_vector(graph, at, 1.6), 0.55))
    swirl = graph.noise(drawn, 2.3, 12, 0.6, 0.8)
    cloud = graph.multiply(graph.spread(swirl, 0.5, 0.66), graph.spread(graph.noise(at, 1.3, 4), 0.35, 0.55, 0.35, 1.0))
    colour = graph.mix(cloud, colour, (0.82, 0.84, 0.86))
    gloss = graph.spread(graph.math("MAXIMUM", cloud, land), 0, 0.3, 0.25, 0.9)
    shader = graph.node("BsdfPrincipled", {"Base Color": colour, "Roughness": gloss, "Specular IOR Level": 0.35})
    graph.link(shader.outputs[0], output.inputs[0])
    return material


def _noise_vector(graph, at, scale: float):
    noise = graph.node("TexNoise", {"Vector": at, "Scale": scale, "Detail": 4.0})
    return graph.vector("SUBTRACT", noise.outputs[1], (0.5, 0.5, 0.5))


def _giant(bands, seed: int):
    """Bands along the parallels, torn by eddies."""
    graph, output, material = materials.new("giant")
    at = graph.node("TexCoord").outputs["Object"]
    moved = graph.vector("ADD", at, (seed * 1.3, 0.0, 0.0))
    eddies = graph.noise(graph.stretched(moved, (1.1, 1.1, 6.0)), 2.2, 10, 0.62, 1.3)
    large = graph.noise(graph.stretched(moved, (0.5, 0.5, 3.0)), 1.7, 3, 0.5, 0.6)
    z = graph.split(at)[2]
    latitude = graph.add(
        z, graph.add(graph.multiply(graph.add(eddies, -0.5), 0.13), graph.multiply(graph.add(large, -0.5), 0.2))
    )
    wave = graph.noise(graph.join(0.0, 0.0, graph.add(latitude, seed * 0.7)), 5.5, 5, 0.75)
    stops = [(0.28 + 0.11 * i, colour) for i, colour in enumerate(bands)]
    colour = graph.ramp(wave, stops)
    colour = graph.scale(colour, graph.spread(eddies, 0.3, 0.7, 0.82, 1.15))
    graph.link(graph.node("BsdfDiffuse", {"Color": colour, "Roughness": 1.0}).outputs[0], output.inputs[0])
    return material


def _air():
    """A shell of blue air, seen where the view grazes it."""
    graph, output, material = materials.new("air")
    facing = graph.node("LayerWeight", {"Blend": 0.5}).outputs["Facing"]
    thick = graph.multiply(graph.math("POWER", facing, 4.0), 0.75)
    lit = graph.node("BsdfDiffuse", {"Color": (0.25, 0.5, 1.0)}).outputs[0]
    clear = graph.node("BsdfTransparent").outputs[0]
    graph.link(graph.node("MixShader", {0: thick, 1: clear, 2: lit}).outputs[0], output.inputs[0])
    return material


def _rings(palette: str):
    graph, output, material = materials.new("rings")
    at = graph.node("TexCoord").outputs["Object"]
    radius = graph.vector("LENGTH", at)
    fine = graph.noise(graph.join(radius, 0.0, 0.0), 22.0, 8, 0.7)
    wide = graph.noise(graph.join(radius, 3.0, 0.0), 4.5, 2, 0.5)
    dense = graph.multiply(graph.spread(wide, 0.38, 0.55, 0.12, 1.0), graph.spread(fine, 0.3, 0.62, 0.15, 1.0))
    gap = graph.math("GREATER_THAN", graph.math("ABSOLUTE", graph.add(radius, -2.02)), 0.035)
    pale = tuple(0.35 + 0.5 * c for c in GIANTS[palette][2])
    lit = graph.node("AddShader", {
        0: graph.node("BsdfDiffuse", {"Color": pale}).outputs[0],
        1: graph.node("BsdfTranslucent", {"Color": tuple(0.4 * c for c in pale)}).outputs[0],
    })  # fmt: skip
    clear = graph.node("BsdfTransparent").outputs[0]
    graph.link(graph.node("MixShader", {0: graph.multiply(dense, gap), 1: clear, 2: lit}).outputs[0], output.inputs[0])
    return material
