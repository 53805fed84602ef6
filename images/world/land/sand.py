"""Sand: tables of dunes round a place, their heights, and the material with its wind ripples.

A table has one row a dune; its columns stand in `landforms`.
"""

import numpy as np

from images.world import materials
from images.world.materials import Surface

COLUMNS = 11
SANDS = {  # colour, and that of the coarse grains in hollows
    "gold": ((0.50, 0.305, 0.145), (0.26, 0.17, 0.10)),
    "red": ((0.44, 0.165, 0.065), (0.22, 0.10, 0.055)),
    "white": ((0.66, 0.61, 0.53), (0.42, 0.38, 0.33)),
    "apricot": ((0.54, 0.27, 0.115), (0.25, 0.15, 0.09)),
    "grey": ((0.27, 0.235, 0.20), (0.13, 0.12, 0.11)),
}


def dune(rng, at, wind: float, half: float, height: float, *, straight: bool = False, winding: float = 1.0):
    """One row of a table: a dune whose crest passes through `at` at the middle of its length.

    wind: radians from +x it blows towards. half: half the crest's length; height: metres. straight: a ridge whose ends
    do not trail downwind.
    """
    bend = rng.uniform(-0.1, 0.1) if straight else rng.uniform(0.35, 0.75)
    wave = half * (rng.uniform(0.5, 0.9) if straight else rng.uniform(0.9, 1.7))
    amplitude = winding * 0.065 * wave * rng.uniform(0.6, 1.2)
    phase = rng.uniform(0, 6.28)
    c, s = np.cos(wind), np.sin(wind)
    first = sum(amplitude * 0.4**i * np.sin(phase * (i + 1)) for i in range(4))
    reach = rng.uniform(3.0, 4.2) if straight else rng.uniform(4.5, 6.5)
    return (at[0] - first * c, at[1] - first * s, c, s, half, bend, height, reach, amplitude, wave, phase)


def crest(row, across: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Points x, y on a dune's crest and its height, at metres from its middle."""
    row = np.asarray(row)
    q = across / row[4]
    along, k, amplitude = row[5] * row[4] * q * q, 2 * np.pi / row[9], row[8]
    height = row[6] * np.maximum(1 - q * q, 0)
    for i in range(4):
        along = along + amplitude * np.sin(k * across + row[10] * (i + 1))
        height = height * (1 + 0.07 * np.sin(0.37 * k * across + row[10] * (i + 2.3)))
        amplitude, k = 0.4 * amplitude, 2.17 * k
    return row[0] + along * row[2] - across * row[3], row[1] + along * row[3] + across * row[2], height


def heights(table: np.ndarray, wind: float, ridge: float, seed: int):
    """The ground of a table of dunes: a function of x and y."""

    table = np.asarray(table, float).reshape(-1, COLUMNS)

    def ground(x, y):
        from images.world.land.landforms import dunes_over

        x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
        return dunes_over(x.ravel(), y.ravel(), table, wind, ridge, seed).reshape(x.shape)

    return ground


def material(stage, wind: float, length: float = 0.11, crust: float = 0.0):
    """Sand painted by its vertices, with ripples across the wind `length` metres apart and larger ones far off.

    Ripples end on slip faces, and fade where they would be finer than a pixel. crust: metres of relief on what is too
    steep for sand, as rocks under water are.
    """
    wet = 0.6 * stage.light.wet
    return stage.once(("sand", wind, length, wet, crust), lambda: _material(wind, length, wet, crust))


def _material(wind: float, length: float, wet: float, crust: float):
    graph, output, material = materials.new("sand")
    surface = Surface(roughness=0.92, variation=0.16, grain=2.5, attribute=True, own_space=False, specular=0.15)
    shader = materials.principled(graph, surface)
    geometry = graph.node("NewGeometry")
    at = geometry.outputs["Position"]
    away = graph.node("CameraData").outputs["View Distance"]
    steep = graph.split(geometry.outputs["True Normal"])[2]
    free = graph.spread(steep, 0.87, 0.93)
    along = graph.vector("DOT_PRODUCT", at, (float(np.cos(wind)), float(np.sin(wind)), 0.0))
    normal, hollow = None, None
    # ripples: (metres apart, height, where they fade)
    for wave, high, seen in ((16 * length, 0.035 * length * 16, 420.0), (length, 0.1 * length, 24 + 130 * length)):
        winding = graph.noise(at, 0.16 / wave, 4, 0.55)
        phase = graph.add(graph.multiply(along, 6.283 / wave), graph.multiply(winding, 26.0))
        wavy = graph.add(graph.math("SINE", phase), graph.multiply(graph.math("SINE", graph.multiply(phase, 2.0)), 0.3))
        patch = graph.spread(graph.noise(at, 0.05 / wave, 3, 0.5), 0.35, 0.6, 0.25, 1.0)
        strength = graph.multiply(graph.multiply(free, patch), graph.spread(away, 0.25 * seen, seen, 1, 0))
        inputs = {"Height": graph.multiply(wavy, 0.5 * high), "Strength": strength, "Distance": 1.0}
        if normal:
            inputs["Normal"] = normal
        normal = graph.node("Bump", inputs)
        hollow = graph.multiply(graph.spread(wavy, -1.2, 0.4, 1, 0), strength)
    grains = graph.noise(at, 55.0, 6, 0.7)
    normal = graph.node("Bump", {"Height": grains, "Strength": graph.spread(away, 4, 30, 0.5, 0), "Distance": 0.006,
                                 "Normal": normal})  # fmt: skip
    if crust:
        rough = graph.add(graph.noise(at, 2.6, 9, 0.68), graph.multiply(graph.cells(at, 7.0).outputs[0], -0.4))
        normal = graph.node("Bump", {"Height": rough, "Strength": graph.spread(free, 0, 1, 1.0, 0.0), "Distance": crust,
                                     "Normal": normal})  # fmt: skip
    graph.link(normal, shader.inputs["Normal"])
    colour = shader.inputs["Base Color"].links[0].from_socket
    colour = graph.scale(colour, graph.spread(hollow, 0, 1, 1.0, 0.72))
    colour = graph.scale(colour, graph.spread(grains, 0.3, 0.7, 0.82, 1.18))
    graph.link(graph.scale(colour, 1 - 0.5 * wet), shader.inputs["Base Color"])
    graph.link(shader.outputs[0], output.inputs[0])
    return material
