"""Streets: the road, kerbs and pavements, what lies in them and what stands on them.

A street has axes of its own: t across (0 in the middle, positive to the right) and s along. Everything is built in them
and then turned and moved as one: see `Street.frame`.
"""

from dataclasses import dataclass

import numpy as np

from images.world import finishes, materials
from images.world.geometry import Solid, box, boxes, grid, join, lathe
from images.world.materials import Surface

KERB = 0.14  # metres


@dataclass(frozen=True)
class Street:
    """half: of the road's width; walk: width of each pavement; start, end: how far it is built, all metres."""

    half: float
    walk: float
    start: float
    end: float
    rails: bool = False
    crossing: float | None = None  # where a zebra crossing begins
    side_street: tuple[float, float] | None = None  # from where to where another street comes in on both sides


def surface_height(street: Street, t) -> np.ndarray:
    """Height at t: the road's camber, the kerb, the pavement's fall."""
    t = np.abs(np.asarray(t, float))
    road = 0.09 * (1 - (np.minimum(t, street.half) / street.half) ** 2) - 0.02
    return np.where(t < street.half, road, KERB + 0.01 * np.minimum(t - street.half, street.walk))


def add_ground(stage, street: Street) -> list:
    """Road, kerbs, pavements, paint and iron in the road."""
    wet = stage.light.wet
    asphalt = stage.once(("road", wet), lambda: finishes.road(wet))
    t = np.linspace(-street.half, street.half, 25)[None]
    s = np.linspace(street.start, street.end, 3)[:, None]
    parts = [stage.add(grid(t, s, surface_height(street, t * 0.9999) + 0 * s), asphalt, smooth=True)]
    parts += _pavements(stage, street)
    parts += _paint(stage, street)
    parts += _iron(stage, street)
    if street.rails:
        parts.append(_rails(stage, street))
    return parts


def _pavements(stage, street: Street) -> list:
    wet = stage.light.wet
    slab = Surface(
        (0.17, 0.165, 0.155), 0.75, 0.35, 0.9, 0.003, 0.03, wear=(0.06, 0.055, 0.05), wet=0.9 * wet, own_space=False
    )
    paving = stage.once(
        ("paving", wet), lambda: materials.bricks((0, 0, 0), (0.045, 0.042, 0.04), 0.9, 0.6, slab, own_space=True)
    )
    stone = Surface((0.21, 0.205, 0.2), 0.7, 0.4, 0.3, 0.004, 0.03, wear=(0.08, 0.075, 0.07), wet=0.6 * wet)
    kerb = stage.once(
        ("kerb", wet), lambda: materials.bricks((0, 0, 0), (0.03, 0.03, 0.03), 0.9, 5.0, stone, own_space=True)
    )
    gutter = stage.surface(
        (0.045, 0.045, 0.045), 0.6, variation=0.4, relief=0.01, relief_size=0.1, second=(0.08, 0.065, 0.045)
    )
    made = []
    for side in (-1, 1):
        edges = sorted((side * (street.half + 0.16), side * (street.half + street.walk + 0.5)))
        spans = [(street.start, street.end)]
        if street.side_street:
            a, b = street.side_street
            spans = [(street.start, a), (b, street.end)]
        made.append(stage.add([box(*edges, *span, -0.2, KERB) for span in spans], paving))
        stones = [
            box(*sorted((side * (street.half - 0.02), side * (street.half + 0.16))), *span, -0.2, KERB + 0.004)
            for span in spans
        ]
        made.append(stage.add(stones, kerb, bevel=0.018))
        line = sorted((side * (street.half - 0.34), side * (street.half - 0.02)))
        made.append(stage.add([box(*line, *span, -0.1, -0.003) for span in spans], gutter))
        if street.side_street:
            out = sorted((side * street.half, side * (street.half + 60)))
            made.append(
                stage.add(
                    box(*out, *street.side_street, -0.2, -0.021), stage.once(("road", wet), lambda: finishes.road(wet))
                )
            )
    return made


def _paint(stage, street: Street) -> list:
    """Worn lines: the middle, the crossing, a box for parking."""
    white = stage.once(("line", stage.light.wet), lambda: _worn(stage.light.wet, (0.34, 0.335, 0.31)))
    lift = 0.004
    rows = []
    if not street.rails:
        for s in np.arange(street.start + 1, street.end, 6.0):
            rows.append((-0.06, 0.06, s, s + 2.4))
    if street.crossing is not None:
        rows = [row for row in rows if not (street.crossing - 3.2 < row[2] < street.crossing + 5)]
        for t in np.arange(-street.half + 0.5, street.half - 0.6, 1.0):
            rows.append((t, t + 0.5, street.crossing, street.crossing + 3.2))
        rows += [
            (-street.half + 0.3, -0.1, street.crossing + 4.2, street.crossing + 4.55),
            (0.1, street.half - 0.3, street.crossing - 1.6, street.crossing - 1.25),
        ]
    made = []
    for t0, t1, s0, s1 in rows:
        n = max(2, round((t1 - t0) / 0.5) + 1)
        t = np.linspace(t0, t1, n)[None]
        s = np.array([[s0], [s1]])
        made.append(grid(t, s, surface_height(street, t) + lift + 0 * s))
    for side in (-1, 1):
        t = np.array([[side * (street.half - 2.15), side * (street.half - 2.05)]])
        t = np.sort(t, axis=1)
        s = np.array([[street.start], [street.end]])
        made.append(grid(t, s, surface_height(street, t) + lift + 0 * s))
    return [stage.add(made, white)] if made else []


def _worn(wet: float, colour):
    """Road paint that is rubbed through to the tar."""
    graph, output, material = materials.new("line")
    at = graph.node("NewGeometry").outputs["Position"]
    gone = graph.spread(
        graph.add(graph.noise(at, 30.0, 5, 0.7), graph.multiply(graph.noise(at, 1.1, 4), 0.6)), 0.72, 0.88
    )
    rough = 0.6 - 0.3 * wet
    bump = graph.node("Bump", {"Height": graph.noise(at, 55.0, 4, 0.7), "Strength": 0.7, "Distance": 0.004})
    inputs = {"Base Color": graph.mix(gone, colour, (0.04, 0.04, 0.04)), "Roughness": rough, "Normal": bump}
    graph.link(graph.node("BsdfPrincipled", inputs), output.inputs[0])
    return material


def _iron(stage, street: Street) -> list:
    """Manhole covers, gully grates, valve lids."""
    rng = stage.rng("manholes")
    iron = stage.surface(
        (0.055, 0.05, 0.047),
        0.42,
        variation=0.5,
        grain=0.15,
        metal=0.7,
        relief=0.004,
        relief_size=0.03,
        wear=(0.09, 0.045, 0.02),
    )
    made = []
    for s in np.arange(2.5, min(street.end, 60), 7.5):
        t = rng.uniform(-0.6, 0.6) * street.half
        s = s + rng.uniform(-2, 2)
        made.append(_manhole().moved(t, s, float(surface_height(street, t)) + 0.002))
    for s in np.arange(3.0, min(street.end, 80), 14.0):
        for side in (-1, 1):
            made.append(_grate().moved(side * (street.half - 0.2), s + rng.uniform(-3, 3), 0.0))
    return [stage.add(made, iron)]


def _manhole() -> Solid:
    ring = lathe(
        [(0.40, -0.02), (0.40, 0.004), (0.36, 0.006), (0.355, -0.004), (0.33, -0.004), (0.328, 0.005), (0.001, 0.005)],
        32,
    )
    studs = [
        (x - 0.02, x + 0.02, y - 0.02, y + 0.02, 0.004, 0.011)
        for x in np.arange(-0.28, 0.3, 0.07)
        for y in np.arange(-0.28, 0.3, 0.07)
        if np.hypot(x, y) < 0.29
    ]
    return join([ring, boxes(studs)])


def _grate() -> Solid:
    bars = [(-0.16, 0.16, y, y + 0.02, -0.03, 0.004) for y in np.arange(-0.24, 0.24, 0.045)]
    return boxes(
        [
            *bars,
            (-0.18, -0.15, -0.26, 0.26, -0.03, 0.006),
            (0.15, 0.18, -0.26, 0.26, -0.03, 0.006),
            (-0.18, 0.18, -0.27, -0.24, -0.03, 0.006),
            (-0.18, 0.18, 0.24, 0.27, -0.03, 0.006),
        ]
    )


def _rails(stage, street: Street):
    """Tram rails in the road, polished on top."""
    steel = stage.once("rail", lambda: finishes.metal((0.5, 0.49, 0.48), 0.16, 0.25))
    rows = []
    for middle in (-1.55, 1.55):
        for t in (middle - 0.72, middle + 0.72):
            z = float(surface_height(street, t))
            rows.append((t - 0.035, t + 0.03, street.start, street.end, z - 0.1, z + 0.008))
    return stage.add(boxes(rows), steel)
