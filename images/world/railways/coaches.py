"""Carriages with lit insides, for a main line or underground. Rails' top is z = 0; metres."""

import numpy as np

from images.world import finishes
from images.world.geometry import Solid, box, boxes, ellipsoid, lathe, loft, tube
from images.world.modelling.carving import smooth_but_edges
from images.world.railways.track import GAUGE


def add_coach(stage, y0: float, length: float, *, colours, kind: str = "coach", rng=None, front: bool = False) -> list:
    """A carriage from y0 back. kind: "coach" for a main line, "metro" for an underground train; colours: (body,
    band, roof)."""
    body, band, roof = colours
    metro = kind == "metro"
    half, low, sill, head, eaves = (1.38, 0.85, 1.95, 2.8, 3.05) if metro else (1.42, 1.0, 2.0, 2.85, 3.15)
    y1 = y0 + length
    windows, doors = _openings(y0, y1, metro)
    walls, bands, glass = [], [], []
    openings = sorted(windows + doors)
    for side in (-1, 1):
        x0, x1 = sorted((side * (half - 0.07), side * half))
        walls.append((x0, x1, y0, y1, head, eaves))
        _between(walls, x0, x1, y0, y1, doors, low, sill)
        _between(walls, x0, x1, y0, y1, openings, sill, head)
        xg = side * (half - 0.05)
        glass += [_sheet(xg, a, b, sill, head) for a, b in windows]
        glass += [_sheet(xg, a + 0.1, b - 0.1, sill - 0.2, head - 0.02) for a, b in doors]
        outer = sorted((side * half, side * (half + 0.012)))
        for z0, z1 in (
            ((sill - 0.16, sill - 0.03), (head + 0.06, head + 0.12)) if not metro else ((sill - 0.42, sill - 0.2),)
        ):
            bands += [(*outer, a, b, z0, z1) for a, b in _gaps(y0, y1, doors)]
        bands += [_door_leaf(side, half, a, b, low, sill) for a, b in doors]
        if stage.detail > 0.3 and metro:
            ribs = np.arange(low + 0.08, sill - 0.5, 0.07)
            walls += [(*outer, a, b, z, z + 0.03) for z in ribs for a, b in _gaps(y0, y1, doors)]
    walls += [(-half, half, y0, y0 + 0.06, low, eaves)] if not front else []
    walls += [(-half, half, y1 - 0.06, y1, low, eaves)]
    skin = _body_paint(stage, body, metro)
    parts = [stage.add(boxes(walls), skin), stage.add(boxes(bands), _body_paint(stage, band, False))]
    parts.append(
        smooth_but_edges(
            stage.add(
                _roof(y0, y1, half, eaves, metro),
                stage.surface(roof, 0.6, variation=0.3, grain=0.8, wear=(0.05, 0.045, 0.04)),
                smooth=True,
            ),
            0.8,
        )
    )
    pane = stage.once("carriage glass", lambda: finishes.thin_glass((0.78, 0.84, 0.8), 0.05))
    parts.append(stage.add(glass, pane))
    parts += _inside(stage, y0, y1, half, low, eaves, metro, rng)
    parts += _underframe(stage, y0, y1, metro)
    return parts


def _body_paint(stage, colour, metro: bool):
    if metro:
        return stage.once(("steel car", colour), lambda: finishes.metal(colour, 0.3, 0.35))
    key = ("train paint", colour, stage.light.wet)
    return stage.once(key, lambda: finishes.paint(colour, 0.55, 0.0, stage.light.wet))


def _openings(y0: float, y1: float, metro: bool):
    """Windows and doors along a carriage: (from, to)."""
    length = y1 - y0
    if metro:
        doors = [(y0 + length * s - 0.65, y0 + length * s + 0.65) for s in (0.15, 0.39, 0.63, 0.87)]
        edges = [y0 + 0.3, *[v for door in doors for v in (door[0] - 0.15, door[1] + 0.15)], y1 - 0.3]
        windows = []
        for a, b in zip(edges[::2], edges[1::2], strict=True):
            count = max(1, round((b - a) / 1.4))
            step = (b - a) / count
            windows += [(a + i * step + 0.06, a + (i + 1) * step - 0.06) for i in range(count) if step > 0.7]
        return windows, doors
    doors = [(y0 + 0.35, y0 + 1.1), (y1 - 1.1, y1 - 0.35)]
    count = round((length - 3.4) / 1.65)
    step = (length - 3.4) / count
    windows = [(y0 + 1.7 + i * step + 0.2, y0 + 1.7 + (i + 1) * step - 0.2) for i in range(count)]
    return windows, doors


def _gaps(y0: float, y1: float, openings) -> list[tuple[float, float]]:
    """What lies between openings."""
    edges = [y0, *[v for pair in sorted(openings) for v in pair], y1]
    return [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > 0.01]


def _between(rows: list, x0, x1, y0, y1, openings, z0, z1) -> None:
    rows += [(x0, x1, a, b, z0, z1) for a, b in _gaps(y0, y1, openings)]


def _door_leaf(side: int, half: float, a: float, b: float, low: float, sill: float):
    x = sorted((side * (half - 0.08), side * (half - 0.03)))
    return (*x, a, b, low, sill - 0.2)


def _sheet(x: float, y0: float, y1: float, z0: float, z1: float) -> Solid:
    vertices = np.array([(x, y0, z0), (x, y1, z0), (x, y1, z1), (x, y0, z1)], float)
    return Solid(vertices, (np.array([(0, 1, 2, 3)]),))


def _roof(y0: float, y1: float, half: float, eaves: float, metro: bool) -> list[Solid]:
    t = np.linspace(0, np.pi, 15)
    rise = 0.42 if metro else 0.62
    arc = [(half * np.cos(a), eaves + rise * np.sin(a) ** 0.8) for a in t]
    ring = np.array([*arc, (-half, eaves - 0.03), (half, eaves - 0.03)])
    made = [loft([np.c_[ring[:, :1], np.full(len(ring), y), ring[:, 1:]] for y in (y0 - 0.05, y1 + 0.05)])]
    vents = [
        (-0.18, 0.18, y - 0.3, y + 0.3, eaves + rise - 0.05, eaves + rise + 0.14)
        for y in np.arange(y0 + 1.6, y1 - 1, 2.4)
    ]
    return [*made, boxes(vents)]


def _inside(stage, y0, y1, half, low, eaves, metro: bool, rng) -> list:
    """Floor, ceiling lamps, seats, poles and a few heads: what is seen through the windows."""
    pale = stage.surface((0.42, 0.38, 0.3), 0.7, variation=0.15)
    cloth = stage.surface((0.05, 0.12, 0.1) if metro else (0.16, 0.03, 0.025), 0.85, variation=0.2)
    shell = [
        (-half + 0.08, half - 0.08, y0 + 0.07, y1 - 0.07, low + 0.12, low + 0.17),
        (-half + 0.08, half - 0.08, y0 + 0.07, y1 - 0.07, eaves - 0.04, eaves),
    ]
    shell += (
        [(-half + 0.08, half - 0.08, y, y + 0.04, low + 0.17, eaves) for y in (y0 + 1.35, y1 - 1.4)]
        if not metro
        else []
    )
    made = [stage.add(boxes(shell), pale)]
    tubes = [
        (x - 0.07, x + 0.07, y0 + 0.5, y1 - 0.5, eaves - 0.1, eaves - 0.05)
        for x in ((-0.45, 0.45) if metro else (0.0,))
    ]
    made.append(
        stage.add(boxes(tubes), finishes.lamp_glass(stage, (0.85, 1.0, 0.92) if metro else (1.0, 0.74, 0.42), 7))
    )
    seats = []
    if metro:
        seats = [
            (*sorted((s * (half - 0.12), s * (half - 0.55))), y, y + 2.3, low + 0.17, low + 0.6)
            for s in (-1, 1)
            for y in np.arange(y0 + 2.6, y1 - 3, 3.9)
        ]
        poles = [
            tube([(x, y, low + 0.2), (x, y, eaves - 0.1)], 0.018, 6)
            for y in np.arange(y0 + 1.8, y1 - 1, 2.1)
            for x in (-0.5, 0.5)
        ]
        made.append(stage.add(poles, stage.once("chrome", finishes.metal)))
    else:
        for y in np.arange(y0 + 1.9, y1 - 2, 0.85):
            seats += [(*sorted((s * (half - 0.15), s * 0.35)), y, y + 0.12, low + 0.3, low + 1.25) for s in (-1, 1)]
    made.append(stage.add(boxes(seats), cloth))
    if rng is not None:
        heads = []
        for y in np.arange(y0 + 2.2, y1 - 2, 0.85):
            for side in (-1, 1):
                if rng.random() < 0.4:
                    x, z = side * rng.uniform(0.55, 0.95), low + (1.3 if not metro else 1.35)
                    heads += [
                        ellipsoid(0.09, 0.1, 0.13, 10, 7).moved(x, y + 0.4, z + 0.1),
                        ellipsoid(0.22, 0.15, 0.32, 10, 7).moved(x, y + 0.4, z - 0.33),
                    ]
        if heads:
            made.append(
                stage.add(heads, stage.surface((0.045, 0.035, 0.03), 0.8, variation=0.5, grain=0.3), smooth=True)
            )
    length = y1 - y0
    lamp = stage.lamp(
        "AREA",
        (0, (y0 + y1) / 2, eaves - 0.12),
        26 * length,
        (0.85, 1.0, 0.92) if metro else (1.0, 0.74, 0.42),
        to=(0, (y0 + y1) / 2, 0),
        shape="RECTANGLE",
        size=0.8,
        size_y=length - 1,
    )
    return [*made, *([lamp] if lamp else [])]


def _underframe(stage, y0: float, y1: float, metro: bool) -> list:
    dark = stage.surface((0.022, 0.02, 0.018), 0.8, variation=0.45, grain=0.4, wear=(0.07, 0.045, 0.03))
    half = 1.3
    parts = [box(-half, half, y0, y1, 0.8, 1.0)]
    for y in np.arange(y0 + 4.5, y1 - 4.5, 1.9):
        parts.append(box(-1.15, -0.45, y, y + 1.4, 0.4, 0.82))
        parts.append(box(0.45, 1.15, y + 0.2, y + 1.2, 0.45, 0.82))
    for middle in (y0 + 2.6, y1 - 2.6):
        parts += bogie(middle)
    parts += (
        [
            tube([(s * 0.9, y, 0.95), (s * 0.9, y + d, 0.95)], 0.06, 8)
            for s in (-1, 1)
            for y, d in ((y0, -0.35), (y1, 0.35))
        ]
        if not metro
        else []
    )
    return [stage.add(parts, dark)]


def bogie(middle: float, wheel: float = 0.45) -> list[Solid]:
    """Two axles in a frame."""
    parts = []
    for axle in (middle - 1.15, middle + 1.15):
        for side in (-1, 1):
            x = side * GAUGE / 2
            disc = lathe(
                [
                    (0.001, -0.06),
                    (wheel * 0.82, -0.06),
                    (wheel, -0.05),
                    (wheel, 0.05),
                    (wheel * 0.85, 0.06),
                    (wheel * 0.75, 0.02),
                    (0.12, 0.03),
                    (0.12, 0.1),
                    (0.001, 0.1),
                ],
                22,
            )
            parts.append(disc.turned(side * np.pi / 2, "y").moved(x, axle, wheel))
        parts.append(tube([(-0.95, axle, wheel), (0.95, axle, wheel)], 0.07, 8))
    for side in (-1, 1):
        x = side * 1.0
        parts += [
            box(x - 0.06, x + 0.06, middle - 1.6, middle + 1.6, 0.45, 0.62),
            *[box(x - 0.1, x + 0.12, a - 0.16, a + 0.16, 0.28, 0.62) for a in (middle - 1.15, middle + 1.15)],
        ]
        springs = [
            lathe(
                [(0.08, 0), (0.1, 0.03), (0.08, 0.06), (0.1, 0.09), (0.08, 0.12), (0.1, 0.15), (0.08, 0.18)], 10
            ).moved(x, middle + d, 0.62)
            for d in (-0.25, 0.25)
        ]
        parts += springs
    return parts
