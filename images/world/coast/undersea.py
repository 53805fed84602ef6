"""The light under water: the surface seen from below, caustics through it, shafts, drifting specks, bubbles."""

import numpy as np

from images.world import materials
from images.world.geometry import Solid, grid, icosphere


def add_surface(stage, level: float, colours, strength: float, caustics: float) -> None:
    """The water's surface at height `level` seen from below: a bright window overhead with ragged edges, dark beyond.

    colours: of the window's middle and of the water beyond it. The sun passes it in a net of caustics, `caustics` times
    as contrasty as in clear shallow water.
    """
    side = 1500.0
    key = ("surface", level, colours, strength, caustics)
    made = stage.add(grid(np.array([[-side, side]] * 2), np.array([[-side], [side]]) * np.ones((2, 2)), np.full((2,
        2), level)), stage.once(key, lambda: _surface(colours, strength, caustics)))  # fmt: skip
    made.visible_diffuse = True


def _surface(colours, strength: float, caustics: float):
    graph, output, material = materials.new("surface from below")
    geometry = graph.node("NewGeometry")
    at = geometry.outputs["Position"]
    waves = graph.add(
        graph.multiply(graph.noise(at, 0.22, 3, 0.5), 2.4), graph.multiply(graph.noise(at, 0.9, 4, 0.6, 0.4), 0.55)
    )
    normal = graph.node("Bump", {"Height": waves, "Strength": 1.0, "Distance": 0.9}).outputs[0]
    steep = graph.math("ABSOLUTE", graph.vector("DOT_PRODUCT", geometry.outputs["Incoming"], normal))
    window = graph.spread(steep, 0.1, 0.75, smooth=True)
    glint = graph.math("POWER", graph.spread(steep, 0.5, 0.98), 6.0)
    near = graph.spread(graph.node("CameraData").outputs["View Distance"], 25, 110, 1.0, 0.0)
    window, glint = graph.multiply(window, near), graph.multiply(glint, near)
    bright = graph.mix(window, colours[1], colours[0])
    power = graph.add(graph.spread(window, 0, 1, 0.5, 1.0), graph.multiply(glint, 3.0))
    seen = graph.node("Emission", {"Color": bright, "Strength": graph.multiply(power, strength)}).outputs[0]
    # for shadow rays: light gathered into a net
    warp = graph.node("TexNoise", {"Vector": at, "Scale": 0.45, "Detail": 3.0}).outputs[1]
    moved = graph.vector("ADD", at, graph.scale(warp, 1.9))
    nets = []
    for scale, wide in ((0.55, 0.3), (1.05, 0.34)):
        edge = graph.node("TexVoronoi", {"Vector": moved, "Scale": scale}, feature="DISTANCE_TO_EDGE").outputs[0]
        nets.append(graph.math("POWER", graph.spread(edge, 0.0, wide, 1.0, 0.0), 3.5))
    net = graph.add(graph.multiply(nets[0], 0.7), graph.multiply(nets[1], 0.45))
    through = graph.spread(net, 0.0, 1.0, 1 - 0.65 * caustics, 1 + 5.5 * caustics)
    shadow = graph.node("BsdfTransparent", {"Color": graph.scale((0.9, 1.0, 1.0), through)}).outputs[0]
    path = graph.node("LightPath").outputs
    graph.link(graph.node("MixShader", {0: path["Is Shadow Ray"], 1: seen, 2: shadow}).outputs[0], output.inputs[0])
    return material


def add_shafts(stage, towards, level: float, floor: float, colour, strength: float) -> None:
    """Shafts of light as additive sheets along the sun's rays at several distances; seen by the camera only."""
    if strength <= 0:
        return
    shot, rng = stage.shot, stage.rng("shafts")
    high = level - floor + 1
    slope = np.array([towards[0], towards[1], 0]) / max(towards[2], 0.2)
    sheets = np.array([0.45, 0.7, 1.0, 1.35, 1.8, 2.5] if stage.detail > 0.3 else [0.5, 1.0, 1.8])
    strength *= 6 / len(sheets)
    for i, away in enumerate(shot.distance * sheets):
        half = shot.spread[0] * away * 1.5 + 4
        y = shot.eye[1] + away
        foot = np.array([[-half, y, floor - 1], [half, y, floor - 1]])
        head = foot + slope * high + (0, 0, high)
        solid = Solid(np.concatenate([foot, head]), (np.array([[0, 1, 3, 2]]),))
        key = ("shafts", i, colour, strength)
        shift = float(rng.uniform(0, 500))
        material = stage.once(
            key,
            lambda shift=shift, i=i, away=away: _shafts(
                slope, level, high, colour, strength * (0.75 if i == 0 else 1.0), shift, 0.25 + 0.06 * away
            ),
        )
        sheet = stage.add(solid, material)
        sheet.visible_shadow = sheet.visible_diffuse = sheet.visible_glossy = sheet.visible_transmission = False


def _shafts(slope, level: float, high: float, colour, strength: float, shift: float, wide: float):
    graph, output, material = materials.new("shafts")
    x, _y, z = graph.split(graph.node("NewGeometry").outputs["Position"])
    down = graph.math("SUBTRACT", level, z)
    across = graph.add(x, graph.multiply(down, float(slope[0])))
    streaks = graph.noise(graph.join(graph.math("DIVIDE", across, 4.5 * wide), shift, 0.0), 1.0, 4, 0.62)
    fine = graph.noise(graph.join(graph.math("DIVIDE", across, wide), shift, 5.0), 1.0, 3, 0.6)
    shaft = graph.math(
        "POWER", graph.spread(graph.add(graph.multiply(streaks, 0.7), graph.multiply(fine, 0.3)), 0.41, 0.68), 1.6
    )
    fade = graph.multiply(graph.spread(down, 0.0, 0.95 * high, 1.0, 0.0), graph.spread(down, 0.0, 1.2, 0.0, 1.0))
    power = graph.multiply(graph.multiply(shaft, fade), strength)
    glow = graph.node("Emission", {"Color": colour, "Strength": power}).outputs[0]
    clear = graph.node("BsdfTransparent").outputs[0]
    graph.link(graph.node("AddShader", {0: clear, 1: glow}).outputs[0], output.inputs[0])
    return material


def add_specks(stage, count: int) -> None:
    """Drifting specks in the water, most of them near the camera."""
    shot, rng = stage.shot, stage.rng("specks")
    n = stage.count(count, 20)
    away = 0.8 + shot.distance * 1.3 * rng.random(n) ** 1.5
    ahead, right, up = shot.axes()
    u, v = rng.uniform(-1, 1, (2, n)) * 1.05
    points = np.asarray(shot.eye) + away[:, None] * (
        ahead + u[:, None] * right * shot.spread[0] + v[:, None] * up * shot.spread[1]
    )
    keep = points[:, 2] > shot.ground(points[:, 0], points[:, 1]) + 0.05
    child = stage.add(icosphere(1), stage.surface((0.6, 0.66, 0.62), 0.9))
    size = 0.0016 * rng.lognormal(0, 0.5, n) * np.clip(away / 2.5, 0.5, 3)
    stage.scatter([child], points[keep], size[keep], "speck kinds")


def add_bubbles(stage, at, high: float, count: int = 46) -> None:
    """A string of bubbles rising from a point."""
    rng = stage.rng("bubbles")
    t = rng.random(count) ** 0.8
    points = (
        np.asarray(at) + np.c_[rng.normal(0, 0.09, count) * (0.4 + t), rng.normal(0, 0.09, count) * (0.4 + t), t * high]
    )
    child = stage.add(
        icosphere(2).scaled(1, 1, 0.75), stage.once("bubble", lambda: materials.glass((1, 1, 1))), smooth=True
    )
    stage.scatter([child], points, 0.012 + 0.035 * rng.random(count) ** 2 + 0.02 * t, "bubble kinds")
