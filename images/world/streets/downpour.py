"""Rain: streaks in the air before the lamps, splashes on the ground, steam over grates."""

from dataclasses import replace

import numpy as np

from images.world import blender, materials
from images.world.geometry import lathe, tube


def rain(
    stage, amount: float, *, near: float = 2.0, far: float = 22.0, height: float = 8.0, ground: float = 0.0
) -> None:
    """Falling drops as an exposure of a fiftieth of a second sees them: bright where lamps are behind. Film only."""
    if amount <= 0:
        return
    rng = stage.rng("rain")
    count = stage.count(int(5200 * amount), 60)
    streak = stage.add(tube([(0, 0, 0), (0.02, 0, 0.42)], [0.0011, 0.0011], 4), _water(stage))
    y = near + (far - near) * rng.random(count) ** 0.8
    x = rng.uniform(-1, 1, count) * (stage.shot.spread[0] * y + 0.6)
    z = rng.random(count) * height
    eye = stage.shot.eye
    pan = (stage.shot.target[0] - eye[0]) / max(stage.shot.target[1] - eye[1], 0.1)
    points = np.c_[eye[0] + x + pan * y, eye[1] + y, z]
    blender.scatter(streak, points, rng.uniform(0.6, 1.5, count), rng.uniform(-0.3, 0.3, count))
    if stage.detail > 0.6:  # smaller than a pixel in small pictures
        _splashes(stage, amount, ground)


def _water(stage):
    def make():
        graph, output, material = materials.new("rain")
        clear = graph.node("BsdfTransparent")
        white = graph.node("BsdfTranslucent", {"Color": (0.8, 0.85, 0.9)})
        graph.link(graph.node("MixShader", {0: 0.5, 1: clear, 2: white}).outputs[0], output.inputs[0])
        return material

    return stage.once("rain", make)


def _splashes(stage, amount: float, ground: float) -> None:
    """Little crowns where drops hit."""
    rng = stage.rng("splashes")
    count = stage.count(int(1300 * amount), 40)
    crown = stage.add(lathe([(0.014, 0.0), (0.022, 0.02), (0.03, 0.026)], 7), _water(stage))
    y = 1.6 + 12 * rng.random(count) ** 1.2
    x = rng.uniform(-1, 1, count) * (stage.shot.spread[0] * y + 0.5)
    eye = stage.shot.eye
    blender.scatter(
        crown,
        np.c_[eye[0] + x, eye[1] + y, np.full(count, ground + 0.002)],
        rng.uniform(0.5, 1.6, count),
        np.zeros(count),
    )


def steam(stage, at, size: float = 1.3, height: float = 4.5, density: float = 0.9):
    """A plume over a grate, leaning a little; a small volume, so it is cheap."""
    x, y, z = at
    profile = [
        (0.35 * size, 0),
        (0.5 * size, 0.2 * height),
        (0.8 * size, 0.6 * height),
        (0.9 * size, 0.9 * height),
        (0.3, height),
    ]
    body = lathe(profile, 14)
    body.vertices[:, 0] += 0.22 * body.vertices[:, 2]

    def make():
        graph, output, material = materials.new("steam")
        place = graph.node("TexCoord").outputs["Object"]
        px, py, pz = graph.split(place)
        centre = graph.join(graph.add(px, graph.multiply(pz, -0.22)), py, 0.0)
        reach = graph.spread(pz, 0, height, 0.3 * size, 0.85 * size)
        edge = graph.spread(graph.math("DIVIDE", graph.vector("LENGTH", centre), reach), 0.25, 1.0, 1.0, 0.0)
        fade = graph.multiply(graph.spread(pz, 0.35 * height, height, 1.0, 0.0), edge)
        puffs = graph.spread(graph.noise(graph.stretched(place, (1, 1, 0.55)), 1.5 / size, 6, 0.6, 1.2), 0.42, 0.62)
        amount = graph.multiply(graph.multiply(fade, puffs), density)
        graph.link(graph.node("VolumeScatter", {"Density": amount, "Anisotropy": 0.3}), output.inputs[1])
        return material

    made = stage.add(body, stage.once(("steam", size, height, density), make))
    made.location = (x, y, z)
    return made


def air(stage, bounds, tint=(0.9, 0.95, 1.0)) -> None:
    """The light's mist in the air between houses: traced where the picture is large, else haze drawn by the film."""
    light = stage.light
    if not light.fog:
        return
    if stage.detail > 0.3:
        stage.fog_box(*bounds, light.fog)
        return
    colour = light.haze_colour or tuple(0.09 * light.lamps * t for t in tint)
    stage.light = replace(light, fog=0.0, haze=light.haze + 1.1 * light.fog, haze_colour=colour)
