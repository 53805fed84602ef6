"""Ground without water: craters, boulders, hills, dust with footprints."""

import numpy as np

from images.world import materials
from images.world.materials import Surface
from images.world.noise import fbm, gullied, smoothstep
from images.world.terrain import stones, strewn


def heights(seed: int, craters: float = 0.5, hills: bool = True, whole=(0.0, 0.0, 2.5), steep: float = 0.1):
    """The ground as a function of x and y: swells, craters from 300 m to a foot in a share `craters` of their places,
    hills beyond 300 m. whole: a place and a radius in metres within which no crater is. steep: tangent of the angle
    over the horizon that hills may reach.
    """

    def ground(x, y):
        from images.world.land.landforms import craters_over

        x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
        z = 0.9 * fbm(x / 45, y / 45, 5, seed) + 0.05 * fbm(x / 1.3, y / 1.3, 4, seed + 3)
        near = craters_over((x + 40).ravel(), y.ravel(), 60.0, 8, craters, seed + 40).reshape(x.shape)
        near = near * smoothstep(0.6 * whole[2], 2.2 * whole[2], np.hypot(x - whole[0], y - whole[1]))
        wide = craters_over((x + 400).ravel(), (y + 90).ravel(), 420.0, 2, 0.6 * craters, seed + 90).reshape(x.shape)
        away = np.hypot(x, y)
        z = z + near * smoothstep(2.5, 9, away) + wide * smoothstep(150, 500, away)
        far = smoothstep(250, 2600, away + 300 * fbm(x / 900, y / 900, 2, seed + 8))
        rise = gullied(x / 1900, y / 1900, 3, seed + 7) if hills else np.abs(fbm(x / 1500, y / 1500, 5, seed + 7))
        return z + far * np.maximum(rise + 0.14, 0) * np.minimum(1.6 * steep * away, 520 if hills else 260)

    return ground


def footprints(rng, end, heading: float, count: int = 90) -> np.ndarray:
    """Prints (n, 3) of a walk that ends at (x, y) in the direction `heading`: place and direction in radians."""
    # a walker faces -y at heading 0; the way here is walked backwards from the end
    turn = heading - np.pi / 2 - np.arctan2(end[0], end[1])
    at, prints = np.array(end, float), []
    bend = rng.normal(0, 0.012)
    for i in range(count):
        turn += bend + rng.normal(0, 0.02)
        ahead = np.array([np.cos(turn), np.sin(turn)])
        at = at - 0.62 * ahead
        aside = 0.11 * (1 if i % 2 else -1)
        prints.append((at[0] - aside * ahead[1], at[1] + aside * ahead[0], turn + rng.normal(0, 0.08)))
    return np.array(prints)


def trodden(ground, prints: np.ndarray, depth: float = 0.035):
    """`ground` with boots pressed into it."""

    def height(x, y):
        from images.world.land.landforms import pressed_over

        x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
        return ground(x, y) + depth * pressed_over(x.ravel(), y.ravel(), prints).reshape(x.shape)

    return height


def boulders(stage, colour, many: float, large: float = 1.0) -> None:
    """Stones of every size: many small, few large, gathered where fields of them lie."""
    shot, seed = stage.shot, stage.scene.seed % 97
    surface = Surface(colour, 0.85, 0.35, 0.5, 0.05, 0.12, specular=0.15)
    classes = (
        ("stones", 6500, 1.8, 70, 0.07, 0.7),
        ("rocks", 1500, 3.0, 300, 0.28, 0.6),
        ("boulders", 260, 9.0, 700, 1.0, 0.5),
    )
    for name, count, near, far, size, spread in classes:
        kinds = stones(stage, name, 4, surface, flat=0.75)
        x, y = strewn(stage, name + " places", round(count * many), near, far)
        field = fbm(x / 18, y / 18, 3, seed) + 0.6 * fbm(x / 120, y / 120, 2, seed + 5)
        rng = stage.rng(name + " sizes")
        sizes = size * rng.lognormal(0, spread, len(x)) * (large if far > 100 else 1.0)
        keep = shot.clear(x, y, 0.4) & (field > rng.uniform(-0.5, 0.5, len(x))) & (sizes < 0.28 * np.hypot(x, y))
        z = shot.ground(x, y)
        stage.scatter(kinds, np.c_[x, y, z - 0.12 * sizes][keep], sizes[keep], name + " kinds")


def material(stage):
    """Dust painted by its vertices, with grains, crumbs and small stones finer than the mesh."""
    return stage.once("regolith", _material)


def _material():
    graph, output, material = materials.new("regolith")
    surface = Surface(roughness=1.0, variation=0.2, grain=1.5, attribute=True, own_space=False, specular=0.04)
    shader = materials.principled(graph, surface)
    at = graph.node("NewGeometry").outputs["Position"]
    away = graph.node("CameraData").outputs["View Distance"]
    crumbs = graph.cells(at, 14.0).outputs[0]
    lumps = graph.noise(at, 3.2, 9, 0.68)
    pits = graph.noise(at, 0.35, 8, 0.62)
    normal = graph.node("Bump", {"Height": pits, "Strength": graph.spread(away, 15, 600, 0.8, 0.25), "Distance": 0.25})
    normal = graph.node("Bump", {"Height": lumps, "Strength": graph.spread(away, 8, 120, 0.7, 0.0), "Distance": 0.035,
                                 "Normal": normal})  # fmt: skip
    normal = graph.node("Bump", {"Height": graph.spread(crumbs, 0.05, 0.4, 1, 0), "Distance": 0.012,
                                 "Strength": graph.spread(away, 3, 25, 0.8, 0.0), "Normal": normal})  # fmt: skip
    graph.link(normal, shader.inputs["Normal"])
    colour = shader.inputs["Base Color"].links[0].from_socket
    graph.link(graph.scale(colour, graph.spread(lumps, 0.3, 0.7, 0.8, 1.2)), shader.inputs["Base Color"])
    graph.link(shader.outputs[0], output.inputs[0])
    return material
