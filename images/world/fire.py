"""Fire: flames, embers and sparks, and the ring of stones and crossed logs of a camp fire."""

import numpy as np

from images.world import materials
from images.world.geometry import TURN, icosphere, join, loft, tube
from images.world.noise import fbm


def flame_material(stage, strength: float = 22.0):
    """Burning gas: brightest seen through its middle, yellow below and red above, torn by noise."""
    return stage.once(("flame", strength), lambda: _flame(strength))


def _flame(strength: float):
    graph, output, material = materials.new("flame")
    height = graph.split(graph.node("VertexColor", layer_name="Col").outputs[0])[0]
    facing = graph.math("SUBTRACT", 1.0, graph.node("LayerWeight", {"Blend": 0.35}).outputs["Facing"])
    at = graph.node("TexCoord").outputs["Object"]
    torn = graph.spread(graph.noise(graph.stretched(at, (1, 1, 0.45)), 9, 4, 0.6), 0.35, 0.62)
    body = graph.multiply(graph.math("POWER", facing, 1.6), graph.spread(height, 0.35, 1.0, 1.0, 0.0))
    body = graph.multiply(body, graph.spread(height, 0.1, 0.8, 1.0, torn))
    colour = graph.ramp(height, [(0.0, (1.0, 0.42, 0.09)), (0.35, (1.0, 0.3, 0.045)), (1.0, (0.9, 0.1, 0.01))])
    shine = graph.node("Emission", {"Color": colour, "Strength": graph.multiply(body, strength)})
    clear = graph.node("BsdfTransparent")
    graph.link(graph.node("AddShader", {0: shine, 1: clear}), output.inputs[0])
    return material


def flames(stage, rng, height: float, radius: float, tongues: int = 7):
    """Tongues of flame from a bed of `radius` metres, leaning together and curling at their tips."""
    solids, heights = [], []
    for i in range(tongues):
        tall = height * rng.uniform(0.45, 1.0) * (1.0 if i < 2 else 0.75)
        angle, off = rng.uniform(0, TURN), radius * rng.uniform(0, 0.75) * (i > 1)
        t = np.linspace(0, 1, 12)
        sway = 0.10 * tall * np.sin(5 * t + rng.uniform(0, 6)) * t
        path = np.c_[off * np.cos(angle) * (1 - 0.6 * t) + sway, off * np.sin(angle) * (1 - 0.6 * t), tall * t]
        wide = 0.28 * tall**0.8 * radius**0.3 * np.sin(np.pi * (0.18 + 0.82 * t) ** 0.75) * (1 - 0.55 * t) + 0.002
        turn = np.linspace(0, TURN, 14, endpoint=False)
        rough = 1 + 0.25 * fbm(3 * np.cos(turn)[None] + 9 * i, 4 * t[:, None] + 0 * turn[None], 2, i)
        ring = np.stack([np.cos(turn), np.sin(turn), 0 * turn], -1)
        solids.append(loft(path[:, None] + (wide[:, None] * rough)[..., None] * ring))
        heights.append(np.r_[np.repeat(t, 14), 0, 1])
    colours = np.repeat(np.concatenate(heights)[:, None], 3, 1)
    return stage.add(join(solids), flame_material(stage), smooth=True, colours=colours)


def camp_fire(stage, name: str, size: float = 1.0):
    """A camp fire on the origin: stones, crossed logs, embers, flames, sparks, and its light. size 1: logs of 0.7 m."""
    rng = stage.rng(name)
    s = size
    bark = stage.surface((0.05, 0.036, 0.028), 0.9, relief=0.02, relief_size=0.06, wear=(0.012, 0.011, 0.01))
    logs = []
    for angle in np.linspace(0, TURN, 7, endpoint=False) + rng.normal(0, 0.2, 7):
        foot, top = 0.38 * s * rng.uniform(0.8, 1.1), rng.uniform(0.22, 0.34) * s
        end = np.array([-0.05 * s * np.cos(angle), -0.05 * s * np.sin(angle), top])
        logs.append(tube([(foot * np.cos(angle), foot * np.sin(angle), 0.03 * s), end], [0.05 * s, 0.035 * s], 9))
    parts = [stage.add(logs, bark)]
    stones = []
    for angle in np.linspace(0, TURN, 13, endpoint=False) + rng.normal(0, 0.08, 13):
        r = 0.085 * s * rng.uniform(0.7, 1.35)
        rock = icosphere(2)
        lump = 1 + 0.3 * fbm(
            rock.vertices[:, 0] * 1.5 + 7 * angle, rock.vertices[:, 1] * 1.5 + rock.vertices[:, 2], 2, 3
        )
        rock = type(rock)(rock.vertices * lump[:, None], rock.faces).scaled(1.2 * r, r, 0.85 * r).turned(angle)
        stones.append(rock.moved(0.56 * s * np.cos(angle), 0.56 * s * np.sin(angle), 0.3 * r))
    parts.append(
        stage.add(stones, stage.surface((0.12, 0.115, 0.105), 0.85, relief=0.01, relief_size=0.05), smooth=True)
    )
    bed = [
        icosphere(1).scaled(0.03 * s * rng.uniform(0.5, 1.2)).moved(*(0.14 * s * rng.standard_normal(2)), 0.03 * s)
        for _ in range(40)
    ]
    parts.append(stage.add(bed, stage.glow((1.0, 0.16, 0.02), 5.0)))
    parts.append(stage.place(flames(stage, rng, 0.85 * s, 0.16 * s, 9), (0, 0, 0.06 * s)))
    rise = rng.random(60) ** 1.6 * 2.6 * s
    drift = 0.06 * s + 0.13 * rise
    sparks = [
        icosphere(0).scaled(0.006 * s**0.5).moved(*(d * rng.standard_normal(2)), 0.45 * s + h)
        for h, d in zip(rise, drift, strict=True)
    ]
    parts.append(stage.add(sparks, stage.glow((1.0, 0.28, 0.05), 25.0)))
    lamp = stage.lamp("POINT", (0, 0, 0.5 * s), 240 * s * s, (1.0, 0.45, 0.13), shadow_soft_size=0.22 * s)
    return stage.group(*parts, *([lamp] if lamp else []))
