"""A vaulted nave with aisles, gothic or romanesque: its bays, piers and the end with its great window."""

import numpy as np

from images.world.buildings import stonework
from images.world.buildings.halls import Hall, bays, copies, sideways
from images.world.furniture import walls
from images.world.geometry import Solid, box, join, tube


def church(stage, hall: Hall, rng, coloured: bool) -> None:
    """A vaulted nave with aisles."""
    steps, around = stage.around(25, 9), stage.around(12, 6)
    round_arched = hall.point == 0
    stone = walls.ashlar(stage, hall.stone)
    trim = walls.carved(stage, tuple(min(1, 1.12 * c) for c in hall.stone))
    plaster = walls.plaster(stage, tuple(min(0.6, 1.35 * c) for c in hall.stone))
    places = bays(hall)
    span = hall.bay / 2 - (0.5 if round_arched else 0.62)
    cap = hall.spring + 0.0
    gallery = hall.spring + span * stonework.peak(hall.point) + 0.55
    wide = 0.42 * hall.bay / 2 if round_arched else 0.56 * hall.bay / 2  # half the windows
    high_sill, high_spring = gallery + 0.9, hall.top + 0.4
    low_sill, low_spring = 2.1, hall.spring - (0.4 if round_arched else 0.6)
    blocks = [sideways(stonework.arcade(hall.bay, span, cap, gallery, 0.9, hall.point, cap - 0.001, steps=steps),
        hall.half), sideways(stonework.arcade(hall.bay, wide * 0.8, high_spring, hall.crown + 0.6, 0.7, hall.point,
        gallery, high_sill, steps), hall.half), sideways(stonework.arcade(hall.bay, wide, low_spring, gallery + 0.3,
        1.0, hall.point, 0.0, low_sill, steps), hall.wall),]  # fmt: skip
    copies(stage, stage.add(blocks, stone), places)
    copies(
        stage,
        stage.add(
            _trim(hall, span, wide, gallery, (low_sill, low_spring), (high_sill, high_spring), steps, around),
            trim,
            smooth=40,
        ),
        places,
    )
    vaults = [stonework.groin(hall.half, hall.bay, hall.top, hall.point, steps + 8, 0.0)]
    aisle = stonework.groin(hall.aisle / 2, hall.bay, hall.spring + 0.2, hall.point, steps)
    vaults.append(aisle.moved(x=hall.half + hall.aisle / 2))
    if round_arched:
        vaults[0] = stonework.barrel(hall.half, hall.bay, hall.top, steps * 2)
    copies(stage, stage.add(vaults, plaster, smooth=30), places)
    glass = [sideways(stonework.opening(wide, low_sill, low_spring, hall.point, steps), hall.wall + 0.1)]
    glass.append(sideways(stonework.opening(wide * 0.8, high_sill, high_spring, hall.point, steps), hall.half + 0.1))
    for k, solid in enumerate(glass):
        flat = Solid(solid.vertices[:, [1, 0, 2]] * [1, 1, 1], solid.faces)
        pane = stage.add(flat, walls.stained(stage, k, coloured, 4.0 if k == 0 else 3.2))
        copies(stage, pane, [(x, y, z, h - np.pi / 2) for x, y, z, h in places])
    _piers(stage, hall, trim, around)
    _end(stage, hall, stone, trim, coloured, steps, around)
    if round_arched:
        beams = [
            tube(np.c_[p[:, 0], 0 * p[:, 0], p[:, 1]], 0.3, around)
            for p in [stonework.path(hall.half - 0.1, hall.top, 0, steps * 2)]
        ]
        copies(
            stage, stage.add(beams, trim, smooth=40), [(0, hall.bay * (i + 0.5), 0, 0) for i in range(-2, hall.bays)]
        )


def _trim(hall: Hall, span, wide, gallery, low, high, steps, around) -> Solid:
    """Mouldings of a bay: rolls round its arch, jambs and tracery of its windows, strings, wall shafts, ribs."""
    made = []
    for out, y, radius in ((0.06, -0.42, 0.07), (0.22, -0.47, 0.09), (0.42, -0.5, 0.05)):
        made.append(
            sideways(stonework.moulding(span, hall.spring, hall.point, radius, out, y, steps, around), hall.half)
        )
    rise = gallery - 0.12
    made.append(box(hall.half - 0.56, hall.half, -hall.bay / 2, hall.bay / 2, rise, rise + 0.09))
    made.append(box(hall.half - 0.62, hall.half, -hall.bay / 2, hall.bay / 2, rise + 0.09, rise + 0.17))
    made.append(box(hall.wall - 0.58, hall.wall, -hall.bay / 2, hall.bay / 2, low[0] - 0.3, low[0] - 0.16))
    if hall.point:
        for (sill, spring), half, x in ((low, wide, hall.wall + 0.1), (high, wide * 0.8, hall.half + 0.1)):
            made.append(
                sideways(
                    stonework.tracery(
                        half, sill, spring, hall.point, 2 if half < 1.2 else 3, max(6, around - 4), max(7, steps // 2)
                    ),
                    x,
                )
            )
        shafts = [(-0.5, 0.11), (-0.42, 0.07)]
        for out, radius in shafts:
            for side in (-0.16, 0.16) if radius < 0.1 else (0.0,):
                made.append(
                    tube(
                        [
                            (hall.half + out, -hall.bay / 2 + side, hall.spring + 0.3),
                            (hall.half + out, -hall.bay / 2 + side, hall.top),
                        ],
                        radius,
                        around,
                    )
                )
        made.append(
            stonework.leafy(0.13, hall.top - 0.45, hall.top, max(8, around), 1).moved(hall.half - 0.5, -hall.bay / 2, 0)
        )
        made.append(stonework.ribs(hall.half, hall.bay, hall.top, hall.point, steps, around, 0.0))
        cell = stonework.ribs(
            hall.aisle / 2, hall.bay, hall.spring + 0.2, hall.point, max(9, steps // 2), max(6, around - 4)
        )
        made.append(cell.moved(x=hall.half + hall.aisle / 2))
        made += _triforium(hall, gallery, high[0], steps, around)
    else:
        made.append(
            sideways(stonework.moulding(wide, low[1], 0, 0.09, 0.14, -0.5, steps, around, low[1] - low[0]), hall.wall)
        )
        made.append(
            sideways(
                stonework.moulding(wide * 0.8, high[1], 0, 0.08, 0.12, -0.36, steps, around, high[1] - high[0]),
                hall.half,
            )
        )
    return join(made)


def _triforium(hall: Hall, gallery: float, sill: float, steps: int, around: int) -> list[Solid]:
    """A row of small blind arches between arcade and windows."""
    made, count = [], 4
    tall = sill - gallery - 0.35
    if tall < 0.5:
        return made
    wide = hall.bay * 0.84 / count
    for k in range(count):
        y = -hall.bay * 0.42 + (k + 0.5) * wide
        line = stonework.path(wide / 2 - 0.06, gallery + 0.1 + 0.55 * tall, 0.4, max(7, steps // 2), 0.5 * tall)
        made.append(
            tube(np.c_[np.full(len(line), hall.half - 0.4), y + line[:, 0], line[:, 1]], 0.05, max(6, around - 4))
        )
    return made


def _piers(stage, hall: Hall, trim, around: int) -> None:
    """Piers or columns between the bays, with their capitals and the arches across the aisles' wall."""
    fine = max(12, around * 2)
    if hall.point:
        solids = [
            stonework.clustered(hall.spring - 0.75, 0.52, fine),
            stonework.leafy(0.56, hall.spring - 0.8, hall.spring + 0.02, fine),
        ]
    else:
        solids = [
            stonework.column(hall.spring - 0.85, 0.46, fine * 2),
            stonework.cushion(0.48, hall.spring - 0.86, hall.spring + 0.02, fine * 2),
        ]
    made = stage.add(solids, trim, smooth=38)
    ys = [hall.bay * (i + 0.5) for i in range(-3, hall.bays)]
    copies(stage, made, [(s * hall.half, y, 0, 0) for y in ys for s in (-1, 1)])
    half = stage.add(
        [
            stonework.column(hall.spring - 0.9, 0.2, fine),
            stonework.cushion(0.2, hall.spring - 0.9, hall.spring - 0.45, fine),
        ],
        trim,
        smooth=38,
    )
    copies(stage, half, [(s * (hall.wall - 0.62), y, 0, 0) for y in ys for s in (-1, 1)])


def _end(stage, hall: Hall, stone, trim, coloured: bool, steps: int, around: int) -> None:
    """The wall at the far end with its great window, and the altar before it."""
    y, crown = hall.end, hall.crown
    half = 0.62 * hall.half
    parts = []
    if hall.point:
        sill, spring = 3.4, crown - half * stonework.peak(hall.point) - 1.2
        parts.append(
            stonework.arcade(2 * hall.half, half, spring, crown + 1, 0.8, hall.point, 0.0, sill, steps).moved(y=y)
        )
        bars = stonework.tracery(half, sill, spring, hall.point, 4, around, max(8, steps // 2))
        pane = stonework.opening(half, sill, spring, hall.point, steps)
        lines = [stonework.moulding(half, spring, hall.point, 0.12, 0.16, -0.42, steps, around, spring - sill)]
    else:
        radius, centre = 0.5 * hall.half, crown - 0.66 * hall.half
        parts += _round_hole(2 * hall.half, radius, centre, crown + 1, 0.8, steps, y)
        bars = stonework.rose(radius, around, max(10, steps)).moved(z=centre)
        t = np.linspace(0, 2 * np.pi, steps * 3)
        ring = np.c_[radius * np.cos(t), 0 * t, centre + radius * np.sin(t)]
        middle = np.concatenate([ring, [[0, 0, centre]]])
        i = np.arange(len(t) - 1)
        pane = Solid(middle, (np.stack([i, i + 1, 0 * i + len(t)], 1),))
        lines = []
        for k in (-1, 0, 1):
            x, w = k * 0.42 * hall.half, 0.13 * hall.half
            line = stonework.path(w, 4.4, 0, steps, 2.0)
            lines.append(tube(np.c_[x + line[:, 0], np.full(len(line), -0.44), line[:, 1]], 0.09, around))
    for s in (-1, 1):
        x0, x1 = sorted((s * hall.half, s * (hall.wall + 0.5)))
        parts.append(box(x0, x1, y - 0.4, y + 0.4, 0, hall.crown))
    parts.append(box(-hall.wall - 0.5, hall.wall + 0.5, -3.2 * hall.bay - 0.5, -2.6 * hall.bay, 0, hall.crown + 1))
    stage.add(parts, stone)
    stage.add([solid.moved(y=y) for solid in (bars, *lines)], trim, smooth=40)
    glass = stage.add(pane, walls.stained(stage, 7, coloured or not hall.point, 3.4))
    glass.location = (0, y + 0.05, 0)


def _round_hole(
    wide: float, radius: float, centre: float, top: float, thick: float, steps: int, y: float
) -> list[Solid]:
    """A wall with a round hole, as two strips beside and pieces above and below."""
    t = np.linspace(-1, 1, steps * 2)
    x = radius * np.sin(t * np.pi / 2)
    z = np.sqrt(np.maximum(radius**2 - x**2, 0))
    low = stonework.strip(x, np.zeros(len(x)), centre - z, thick)
    high = stonework.strip(x, centre + z, np.full(len(x), top), thick)
    sides = [box(s * radius, s * wide / 2, -thick / 2, thick / 2, 0, top) for s in (-1, 1)]
    return [solid.moved(y=y) for solid in (low, high, *sides)]
