"""Towers far off: a skyline for roofs, rivers and the ends of streets. All towers are a few objects with one material.

add_skyline(stage, "skyline", near=500, far=1500, base=-30)   # x and y as the camera's
"""

import numpy as np

from images.world import finishes, materials
from images.world.geometry import Solid, boxes, join, tube

LAMPS = (
    (0.0, (1.0, 0.42, 0.12)),
    (0.3, (1.0, 0.55, 0.22)),
    (0.62, (1.0, 0.72, 0.38)),
    (0.78, (1.0, 0.86, 0.66)),
    (0.88, (0.62, 0.85, 1.0)),
    (1.0, (0.5, 1.0, 0.75)),
)
WALLS = (
    (0.0, (0.030, 0.036, 0.045)),
    (0.25, (0.10, 0.095, 0.09)),
    (0.45, (0.20, 0.165, 0.125)),
    (0.6, (0.15, 0.075, 0.055)),
    (0.8, (0.27, 0.25, 0.225)),
    (1.0, (0.06, 0.09, 0.10)),
)


def tower_material(strength: float, share: float = 0.22):
    """Walls full of windows, for towers and for houses too far off to be built.

    The vertices' colour holds a tower's own number (red), how much of its wall is glass (green) and its wall's tone
    (blue).
    strength: radiance of lit windows, 0 by day; share of them that are lit.
    """
    graph, output, material = materials.new("tower")
    own, glass, tone = graph.node("SeparateColor", {0: graph.node("VertexColor", layer_name="Col").outputs[0]}).outputs[
        :3
    ]
    geometry = graph.node("NewGeometry")
    x, y, z = graph.split(geometry.outputs["Position"])
    nx, ny, nz = (graph.math("ABSOLUTE", part) for part in graph.split(geometry.outputs["Normal"]))
    along = graph.spread(graph.math("GREATER_THAN", nx, ny), 0, 1, x, y)
    wide = graph.spread(own, 0, 1, 1.6, 3.2)
    u, v = graph.math("DIVIDE", along, wide), graph.math("DIVIDE", z, 3.5)
    fu, fv = graph.math("FRACT", u), graph.math("FRACT", v)
    edge = graph.spread(glass, 0, 1, 0.30, 0.04)

    def inside(f, e):
        return graph.math("LESS_THAN", graph.math("ABSOLUTE", graph.add(f, -0.5)), graph.math("SUBTRACT", 0.5, e))

    upright = graph.math("LESS_THAN", nz, 0.5)
    pane = graph.multiply(graph.multiply(inside(fu, edge), inside(fv, graph.multiply(edge, 0.85))), upright)
    cell = graph.join(graph.math("FLOOR", u), graph.math("FLOOR", v), graph.multiply(own, 917.0))
    chance, bright, hue = graph.split(graph.random(cell)[1])
    ledge = graph.multiply(graph.math("LESS_THAN", fv, 0.07), upright)
    stains = graph.spread(graph.noise(graph.join(along, graph.multiply(z, 0.12), own), 0.35, 6), 0.3, 0.7, 0.7, 1.2)
    wall = graph.scale(graph.ramp(tone, WALLS), graph.multiply(stains, graph.spread(ledge, 0, 1, 1.0, 1.25)))
    dark = graph.scale((0.022, 0.028, 0.034), graph.spread(hue, 0, 1, 0.4, 2.2))
    blind = graph.multiply(graph.math("GREATER_THAN", bright, 0.72), graph.math("GREATER_THAN", fv, 0.5))
    dark = graph.mix(graph.multiply(blind, 0.6), dark, (0.2, 0.19, 0.17))
    inputs = {"Base Color": graph.mix(pane, wall, dark), "Roughness": graph.spread(pane, 0, 1, 0.75, 0.12)}
    inputs["Specular IOR Level"] = graph.spread(pane, 0, 1, 0.3, 0.9)
    if strength:
        floors = graph.random(graph.join(graph.math("FLOOR", v), graph.multiply(own, 331.0), 2.0))[0]
        on = graph.math("LESS_THAN", chance, graph.multiply(graph.spread(floors, 0, 1, 0.35, 1.7), share))
        dim = graph.spread(graph.math("POWER", bright, 2.0), 0, 1, 0.15, 1.5)
        inputs["Emission Color"] = graph.ramp(graph.add(graph.multiply(hue, 0.6), graph.multiply(own, 0.4)), LAMPS)
        inputs["Emission Strength"] = graph.multiply(graph.multiply(graph.multiply(on, dim), pane), strength)
    graph.link(graph.node("BsdfPrincipled", inputs), output.inputs[0])
    return finishes.seen_only(material)


class Towers:
    """Boxes and what stands on them, collected to be a few objects."""

    def __init__(self):
        self.rows, self.numbers = [], []
        self.iron, self.beacons, self.signs = [], [], {}

    def block(self, x0, x1, y0, y1, z0, z1, own, glass, tone) -> None:
        self.rows.append((x0, x1, y0, y1, z0, z1))
        self.numbers.append((own, glass, tone))

    def emit(self, stage, share: float = 0.22, strength: float = 0.9) -> list:
        on = strength * stage.light.lamps
        made = []
        if self.rows:
            colours = np.repeat(np.array(self.numbers), 8, axis=0)
            skin = stage.once(("tower", on, share), lambda: tower_material(on, share))
            made.append(stage.add(boxes(self.rows), skin, colours=colours))
        if self.iron:
            made.append(stage.add(self.iron, stage.surface((0.05, 0.05, 0.052), 0.6)))
        if self.beacons:
            made.append(stage.add(boxes(self.beacons), finishes.lamp_glass(stage, (1.0, 0.05, 0.03), 30)))
        for colour, rows in self.signs.items():
            made.append(stage.add(boxes(rows), finishes.lamp_glass(stage, colour, 5)))
        return made


SIGNS = ((1.0, 0.08, 0.2), (0.1, 0.6, 1.0), (1.0, 0.4, 0.08), (0.2, 1.0, 0.7), (0.8, 0.3, 1.0))


def add_tower(towers: Towers, rng, x: float, y: float, base: float, width: float, depth: float, height: float) -> None:
    """One tower: a shaft, set back once or twice, with a crown, a mast or tanks on its roof."""
    own, glass, tone = rng.random(), float(np.clip(rng.beta(0.8, 1.0), 0, 1)), rng.random()
    steps, crown, sign, colour = rng.random(4)
    low = base
    w, d = width, depth
    parts = 1 if height < 45 or steps < 0.3 else 2 if steps < 0.65 else 3
    cuts = np.sort(rng.uniform(0.45, 0.92, parts - 1))
    tops = base + height * np.concatenate([cuts, [1.0]])
    for top in tops:
        towers.block(x - w / 2, x + w / 2, y, y + d, low, top, own, glass, tone)
        low = top
        y, d, w = y + 0.12 * d, 0.76 * d, 0.74 * w
    y, d, w = y - 0.12 * d / 0.76, d / 0.76, w / 0.74  # the last step's own measures
    middle = y + d / 2
    towers.block(x - 0.3 * w, x + 0.25 * w, y + 0.25 * d, y + 0.8 * d, low, low + rng.uniform(2.5, 5), own, 0.0, tone)
    if height > 90 and crown < 0.55:
        mast = rng.uniform(0.1, 0.3) * height
        towers.iron.append(tube([(x, middle, low), (x, middle, low + mast)], [0.9, 0.15], 6))
        towers.beacons.append((x - 0.6, x + 0.6, middle - 0.6, middle + 0.6, low + mast, low + mast + 1.2))
    elif height > 60 and crown < 0.7:
        towers.iron.append(_spire(x, middle, low, 0.42 * w, 0.42 * d, rng.uniform(0.12, 0.3) * height))
    elif crown > 0.85:
        for _ in range(3):
            towers.iron.append(
                tube(
                    [
                        (x + rng.uniform(-0.4, 0.4) * w, middle, low),
                        (x + rng.uniform(-0.4, 0.4) * w, middle, low + rng.uniform(4, 12)),
                    ],
                    0.15,
                    4,
                )
            )
    if sign < 0.16:
        hue = SIGNS[int(colour * 5)]
        front = y - 0.4
        row = (
            (x - 0.38 * w, x + 0.38 * w, front, front + 0.3, low - 5.5, low - 2.5)
            if colour * 5 % 1 < 0.6
            else (x - w / 2, x - w / 2 + 1.6, front, front + 0.3, low - 30, low - 4)
        )
        towers.signs.setdefault(hue, []).append(row)


def _spire(x: float, y: float, z: float, w: float, d: float, height: float) -> Solid:
    corners = [(x - w, y - d, z), (x + w, y - d, z), (x + w, y + d, z), (x - w, y + d, z), (x, y, z + height)]
    return Solid(np.array(corners), (np.array([(0, 1, 4), (1, 2, 4), (2, 3, 4), (3, 0, 4)]),))


def add_skyline(
    stage,
    name: str,
    *,
    near: float,
    far: float,
    base: float = 0.0,
    count: int = 230,
    tallest: float = 230.0,
    share: float = 0.22,
    spread: float = 1.35,
) -> list:
    """Towers between two distances over the whole view, tallest in one or two places; gives the objects."""
    rng = stage.rng(name)
    towers = Towers()
    across = stage.shot.spread[0] * spread
    pan = stage.shot._pan()
    centres = rng.uniform(-0.75, 0.75, 2)
    wide = rng.uniform(0.12, 0.3, 2)
    for _ in range(stage.count(count, 90)):
        depth = near + (far - near) * rng.random() ** 1.4
        share_across = rng.uniform(-1, 1)
        x = (share_across * across + pan) * depth
        central = max(float(np.exp(-(((share_across - c) / w) ** 2))) for c, w in zip(centres, wide, strict=True))
        tall, w, d = rng.random(), rng.uniform(18, 44), rng.uniform(18, 40)
        height = rng.uniform(16, 48) + central * tallest * (0.2 + 0.8 * tall**1.5) * (tall > 0.35)
        add_tower(towers, np.random.default_rng(int(rng.integers(1 << 30))), x, depth, base, w, d, height)
    return towers.emit(stage, share)


def city_blocks(
    stage,
    name: str,
    *,
    x: tuple[float, float],
    y: tuple[float, float],
    tops: tuple[float, float],
    base: float,
    free=None,
    share: float = 0.3,
    size: tuple[float, float] = (11, 22),
) -> tuple[list, list]:
    """Houses in rows with streets between, as boxes with windows: the objects, and (x0, x1, y0, y1, top) of every
    house."""
    rng = stage.rng(name)
    towers, plots = Towers(), []
    front = y[0]
    while front < y[1]:
        deep = rng.uniform(12, 18)
        left = x[0] * (0.6 + 0.4 * front / y[1]) - 10
        while left < x[1] * (0.6 + 0.4 * front / y[1]) + 10:
            wide = rng.uniform(*size)
            top, own, glass, tone = rng.uniform(*tops), rng.random(), rng.uniform(0, 0.45), rng.uniform(0.2, 0.85)
            gap = 9.0 if rng.random() < 0.12 else 0.0
            shift = rng.uniform(0, 1.5)
            if free is None or free(left, left + wide, front, front + deep, top):
                towers.block(left, left + wide, front + shift, front + deep, base, top, own, glass, tone)
                plots.append((left, left + wide, front + shift, front + deep, top))
            left += wide + gap
        front += deep + (rng.uniform(8, 13) if rng.random() < 0.55 else 0.5)
    return towers.emit(stage, share), plots


def coping(plots) -> Solid:
    """Parapets round the roofs of houses (x0, x1, y0, y1, top)."""
    rows = []
    for x0, x1, y0, y1, top in plots:
        rows += [
            (x0, x1, y0, y0 + 0.35, top, top + 0.8),
            (x0, x1, y1 - 0.35, y1, top, top + 0.8),
            (x0, x0 + 0.35, y0, y1, top, top + 0.8),
            (x1 - 0.35, x1, y0, y1, top, top + 0.8),
        ]
    return join([boxes(rows)])
