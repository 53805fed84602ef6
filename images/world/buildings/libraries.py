"""A hall of books: two floors of cases, a gallery, a coffered vault, tables to read at."""

import numpy as np

from images.world.buildings import stonework
from images.world.buildings.halls import Hall, bays, copies, repeat, sideways
from images.world.furniture import books, cases, finishes, lamps, seats, tables, walls
from images.world.furniture.turning import curve, spun
from images.world.geometry import box, tube


def hall_of_books(stage, hall: Hall, rng) -> None:
    """Two floors of books between columns, a gallery with a rail, tall windows above, a coffered barrel over all."""
    steps, around = stage.around(25, 9), stage.around(12, 6)
    wood = [(0.13, 0.06, 0.03), (0.2, 0.11, 0.05), (0.09, 0.04, 0.022)][rng.integers(3)]
    along, upright = (
        finishes.wood(stage, wood, "y", 0.34, 0.35, 0.25),
        finishes.wood(stage, wood, "z", 0.34, 0.35, 0.25),
    )
    places = bays(hall)
    deck, rail = 3.4, 4.35
    for tall, z in ((deck - 0.25, 0.0), (2.5, deck)):
        case = cases.bookcase(stage, rng, hall.bay - 1.0, tall, "walnut", 0.34, 1.0)
        # a case's back is on y = 0: turned to face the axis
        repeat(case, [_against(px, py, h, hall.half + 0.55, z) for px, py, _, h in places])
    frame, posts = [], []
    x0 = hall.half - 0.2
    frame.append(box(x0 - 0.5, hall.half + 0.6, -hall.bay / 2, hall.bay / 2, deck - 0.2, deck))
    for z, deep in ((deck - 0.28, 0.46), (deck - 0.2, 0.54), (deck, 0.56)):
        frame.append(box(x0 - deep, x0 - deep + 0.2, -hall.bay / 2, hall.bay / 2, z, z + 0.07))
    frame.append(box(x0 - 0.5, x0 - 0.42, -hall.bay / 2, hall.bay / 2, rail - 0.06, rail))
    for y in np.arange(-hall.bay / 2, hall.bay / 2 - 0.05, 0.16):
        baluster = spun(
            [(0.016, deck + 0.05)],
            curve([(0.02, deck + 0.08), (0.042, deck + 0.3), (0.018, deck + 0.55), (0.026, deck + 0.8)]),
            [(0.018, rail - 0.05)],
            around=max(6, around - 4),
        )
        posts.append(baluster.moved(x0 - 0.46, y + 0.08, 0))
    for y in (-hall.bay / 2,):
        posts.append(stonework.column(deck - 0.5, 0.19, max(12, around * 2), True).moved(x0 - 0.28, y, 0))
        posts.append(stonework.leafy(0.18, deck - 0.52, deck - 0.2, max(12, around), 1).moved(x0 - 0.28, y, 0))
        posts.append(stonework.column(hall.top - deck - 0.6, 0.17, max(12, around * 2), True).moved(x0 - 0.2, y, deck))
        posts.append(stonework.leafy(0.16, hall.top - 0.62, hall.top - 0.2, max(12, around), 1).moved(x0 - 0.2, y, 0))
    copies(stage, stage.add(frame, along, bevel=0.006), places)
    copies(stage, stage.add(posts, upright, smooth=40), places)
    wide, sill, spring = 0.3 * hall.bay, deck + 2.7, hall.top + 0.2
    wall = [
        sideways(
            stonework.arcade(hall.bay, wide, spring, hall.crown + 0.5, 0.5, 0.0, 0.0, sill, steps), hall.half + 0.85
        )
    ]
    cream = walls.plaster(stage, (0.5, 0.46, 0.38))
    copies(stage, stage.add(wall, cream), places)
    bars = sideways(
        stonework.tracery(wide, sill, spring, 0.0, 3, max(6, around - 4), max(8, steps // 2)), hall.half + 0.85
    )
    copies(stage, stage.add(bars, stage.surface((0.4, 0.38, 0.33), 0.6), smooth=40), places)
    pane = stage.add(stonework.opening(wide, sill, spring, 0.0, steps), finishes.pane(stage, 0.1))
    copies(stage, pane, [(np.cos(h) * (hall.half + 0.9), y, 0, h - np.pi / 2) for _, y, _, h in places])
    _coffers(stage, hall, steps, cream, along)
    y = hall.end
    stage.add(
        [
            box(-hall.wall - 1, hall.wall + 1, y, y + 0.5, 0, hall.crown + 1),
            box(-hall.wall - 1, hall.wall + 1, -3 * hall.bay - 0.5, -3 * hall.bay, 0, hall.crown + 1),
        ],
        cream,
    )
    gable = cases.bookcase(stage, rng, 2 * hall.half - 0.4, deck + 0.6, "walnut", 0.34, 1.0)
    gable.location = (0, y, 0)


def _against(px: float, py: float, heading: float, x: float, z: float):
    side = 1 if heading == 0 else -1
    return (side * x, py, z, -np.pi / 2 * side)


def _coffers(stage, hall: Hall, steps: int, cream, wood) -> None:
    """A barrel vault with raised bands that leave square coffers."""
    n = len([0 for _ in range(-3, hall.bays)])
    length = hall.bay * n
    middle = hall.bay * (hall.bays - 3 - 1) / 2
    half = hall.half + 0.6
    vault = stage.add(stonework.barrel(half, length + 1, hall.top, steps * 2), cream, smooth=True)
    vault.location = (0, middle, 0)
    bands = []
    t = np.linspace(-np.pi / 2, np.pi / 2, steps * 2)
    for y in np.arange(-length / 2, length / 2, hall.bay / 3):
        bands.append(
            tube(np.c_[(half - 0.04) * np.sin(t), np.full(len(t), y), hall.top + (half - 0.04) * np.cos(t)], 0.09, 6)
        )
    for a in np.linspace(-1.25, 1.25, 9):
        x, z = (half - 0.04) * np.sin(a), hall.top + (half - 0.04) * np.cos(a)
        bands.append(tube([(x, -length / 2, z), (x, length / 2, z)], 0.08, 6))
    made = stage.add(bands, cream, smooth=40)
    made.location = (0, middle, 0)
    stage.add(
        [
            box(
                s * (half - 0.25),
                s * (half + 0.1),
                middle - length / 2,
                middle + length / 2,
                hall.top - 0.2,
                hall.top + 0.06,
            )
            for s in (-1, 1)
        ],
        wood,
        bevel=0.01,
    )


def reading_tables(stage, hall: Hall, rng, first: float, last: float, keep) -> None:
    """Long tables along both sides with lamps, books and chairs."""
    places = []
    for y in np.arange(first, last, 3.6):
        for side in (-1, 1):
            x = side * (0.52 * hall.half + 0.35)
            if keep(x, y):
                places.append((x, y, 0, np.pi / 2 * side + np.pi))
    for kind in (places[::2], places[1::2]):
        if kind:
            repeat(_reading_table(stage, rng), kind)


def _reading_table(stage, rng):
    """A table for four readers, centred on the origin, long in x."""
    table = tables.table(stage, rng, "walnut", 1.9, 0.95)
    table.location = (0, -0.475, 0)
    parts = [table]
    for k in (-1, 1):
        lamp = lamps.desk_lamp(stage, rng, 12.0)
        lamp.location, lamp.rotation_euler = (0.5 * k, 0, 0.75), (0, 0, np.pi * (rng.random() < 0.5))
        chair = seats.chair(stage, rng, "walnut", "spindle")
        chair.location, chair.rotation_euler = (
            (0.45 * k, 0.75 * k, 0),
            (0, 0, float(rng.normal(0, 0.2)) + (np.pi if k < 0 else 0)),
        )
        parts += [lamp, chair]
    for _ in range(2):
        pile, _, _ = books.stack(stage, rng, int(rng.integers(1, 4)), 0.26)
        pile.location, pile.rotation_euler = (
            (rng.uniform(-0.8, 0.8), rng.normal(0, 0.15), 0.751),
            (0, 0, float(rng.uniform(0, 6))),
        )
        parts.append(pile)
    return stage.group(*parts)
