"""Rooms to work and store in, furnished: workshops, attics, kitchens."""

import numpy as np

from images.world import blender
from images.world.furniture import (
    books,
    cases,
    decor,
    fabrics,
    finishes,
    fruit,
    greenery,
    hearths,
    lamps,
    seats,
    tables,
    tableware,
    tools,
    windows,
)
from images.world.geometry import box, lathe, loft, tube
from images.world.rooms.furnishing import Furnisher, rug, topped


def workshop(f: Furnisher, near: str, far: str, side: int):
    s, rng, room = f.stage, f.rng, f.room

    def bench():
        board = tools.tool_board(s, rng, 1.9)
        board.location = (0, -0.005, 1.65)
        return s.group(tools.workbench(s, rng, 2.2), board)

    items = [
        (2.4, bench, 9.0),
        (1.0, lambda: tools.planks(s, rng), 9.0),
        (0.8, lambda: _off(tools.barrel(s, rng), 0.36), 1.0),
        (1.5, lambda: _crates(f), 1.0),
        (0.8, lambda: tools.ladder(s, rng), 9.0),
    ]
    f.along("back", [items[i] for i in rng.permutation(len(items))], gap=0.25, order=int(rng.choice([-1, 1])))
    f.along(
        far,
        [(1.6, lambda: tools.sacks(s, rng), 1.0), (2.3, bench, 9.0), (1.4, lambda: _crates(f), 1.0)],
        start=1.2,
        order=-1,
        gap=0.25,
    )
    f.along(
        near,
        [
            (2.2, lambda: tools.workbench(s, rng, 2.0), 0.95),
            (0.8, lambda: _off(tools.barrel(s, rng), 0.36), 0.95),
            (1.3, lambda: _crates(f), 0.9),
        ],
        start=0.8,
        order=-1,
        gap=0.3,
    )
    f.hang("back", [(0.5, lambda: tools.coil(s, rng)) for _ in range(3)], 2.1)
    x, y, _ = s.shot.subject
    f.floor(lambda: seats.stool(s, rng), x + side * 1.0, y + 0.3, 0.0, 0.25)
    f.floor(lambda: _crates(f), x - side * 1.6, y - 0.4, 0.5, 0.5)
    f.floor(lambda: tools.shavings(s, rng, (0, 0, 0.0), 1.2, 160), x, y + 0.3, 0.0, 0.0) if not f.keep_floor else None
    for k, (dx, dy) in enumerate(((0.0, 0.7), (-side * 1.6, 1.4))):
        lamp = lamps.pendant(s, rng, 0.9) if k == 0 else lamps.fluorescent(s)
        lamp.location = (x + dx, y + dy, room.height - 0.3 if k == 0 else room.height - 0.9)
    if rng.random() < 0.5:
        tube_lamp = lamps.fluorescent(s)
        tube_lamp.location, tube_lamp.rotation_euler = (x + side * 0.9, y + 0.2, room.height - 0.9), (0, 0, np.pi / 2)


def _off(made, distance: float):
    """Something centred on the origin moved away from the wall."""
    made.location.y -= distance
    return blender.add_group([made])


def _crates(f: Furnisher):
    s, rng = f.stage, f.rng
    parts = []
    for x, y, z in ((-0.32, -0.3, 0), (0.32, -0.28, 0), (-0.1, -0.28, 0.4)):
        one = tools.crate(s, rng, 0.56, 0.38, bool(z))
        one.location, one.rotation_euler = (x, y, z), (0, 0, float(rng.uniform(-0.2, 0.2)))
        parts.append(one)
    tin = tools.can(s, rng)
    tin.location = (0.3, -0.3, 0.395)
    return s.group(*parts, tin)


def attic(f: Furnisher, near: str, far: str, side: int):
    s, rng, room = f.stage, f.rng, f.room
    low = [
        (1.5, lambda: _crates(f), 0.9),
        (1.2, lambda: cases.chest(s, rng, 1.0, 0.8), 0.9),
        (0.8, lambda: _off(tools.barrel(s, rng, 0.75), 0.4), 0.9),
        (0.9, lambda: _off(books.stack(s, rng, 6, 0.3)[0], 0.5), 0.9),
        (1.3, lambda: _trunk(f), 0.9),
    ]
    for wall in (far, near):
        f.along(wall, [low[i] for i in rng.permutation(len(low))], start=0.9, order=-1, gap=0.35)
    items = [
        (1.0, lambda: tools.planks(s, rng, 4, 1.8), 1.9),
        (0.7, lambda: _off(seats.chair(s, rng), 0.4), 0.9),
        (1.2, lambda: _trunk(f), 0.9),
        (0.7, lambda: decor.tall_clock(s, rng), 9.0),
        (0.9, lambda: _leaning(f), 0.9),
    ]
    f.along(
        "back", [items[i] for i in rng.permutation(len(items))], start=room.left + 0.9, end=room.right - 0.9, gap=0.3
    )
    x, y, _ = s.shot.subject
    f.floor(lambda: seats.armchair(s, rng, kind="wing"), x + side * 1.3, y + 0.7, float(-side * 0.9), 0.55)
    f.floor(lambda: _trunk(f), x - side * 1.4, y + 0.3, 0.4, 0.55)
    f.floor(lambda: seats.chair(s, rng), x - side * 1.2, y - 0.8, 2.2, 0.35)
    rug(f, x, y)
    bulb = lamps.pendant(s, rng, 0.7, "globe", 25.0)
    bulb.location = ((room.left + room.right) / 2, y + 0.6, 2.4)


def _leaning(f: Furnisher):
    """Framed pictures leaning on a wall."""
    s, rng = f.stage, f.rng
    parts = []
    for k in range(3):
        w, h = float(rng.uniform(0.5, 0.8)), float(rng.uniform(0.45, 0.75))
        one = decor.picture(s, rng, w, h)
        one.location, one.rotation_euler = (rng.normal(0, 0.1), -0.16 - 0.09 * k, h / 2 + 0.06), (-0.2, 0, 0)
        parts.append(one)
    return s.group(*parts)


def _trunk(f: Furnisher):
    """A travelling trunk with a domed lid, straps and a lock."""
    s, rng = f.stage, f.rng
    t = np.linspace(0, np.pi, 14)
    ring = np.c_[-0.3 - 0.26 * np.cos(t)[::-1] * -1, 0.42 + 0.14 * np.sin(t)]
    lid = loft([np.c_[np.full(14, x), ring] for x in (0.5, -0.5)])
    body = box(-0.5, 0.5, -0.56, -0.04, 0.02, 0.42)
    hide = fabrics.leather(s, [(0.08, 0.045, 0.025), (0.05, 0.06, 0.05), (0.1, 0.03, 0.02)][rng.integers(3)], 0.5, 300)
    straps = [box(x - 0.03, x + 0.03, -0.57, -0.03, 0.0, 0.43) for x in (-0.48, -0.25, 0.25, 0.48)] + [
        loft([np.c_[np.full(14, x + d), ring * 1.0 + np.c_[0 * t, 0.012 + 0 * t]] for d in (0.03, -0.03)])
        for x in (-0.48, -0.25, 0.25, 0.48)
    ]
    lock = [box(-0.05, 0.05, -0.575, -0.55, 0.33, 0.45)]
    return s.group(
        s.add([body, lid], hide, smooth=40, bevel=0.006),
        s.add(straps, finishes.wood(s, (0.2, 0.11, 0.05), "y", 0.6, 0.0, 0.5)),
        s.add(lock, finishes.brass(s, 0.3, 0.6), bevel=0.004),
    )


def kitchen(f: Furnisher, near: str, far: str, side: int):
    s, rng, room = f.stage, f.rng, f.room
    items = [
        (1.2, lambda: hearths.stove(s, rng, bool(rng.random() < 0.4)), 0.95),
        (1.6, lambda: cases.dresser(s, rng), 9.0),
        (1.7, lambda: _counter(f, 1.6), 1.0),
        (0.9, lambda: windows.door(s, rng), 9.0),
    ]
    f.along("back", [items[i] for i in rng.permutation(len(items))], gap=0.12, order=int(rng.choice([-1, 1])))
    f.along(
        far,
        [
            (1.6, lambda: cases.dresser(s, rng), 9.0),
            (1.3, lambda: _counter(f, 1.2), 1.0),
            (0.9, lambda: windows.door(s, rng, paint="oak"), 9.0),
        ],
        start=1.2,
        order=-1,
        gap=0.2,
    )
    f.along(
        near,
        [(1.9, lambda: _counter(f, 1.8), 1.0), (1.3, lambda: _counter(f, 1.2), 1.0)],
        start=1.0,
        order=-1,
        gap=0.05,
    )
    f.hang(
        "back",
        [
            (0.5, lambda: decor.wall_clock(s, rng)),
            (1.2, lambda: _rack(f)),
            (0.6, lambda: decor.picture(s, rng, 0.4, 0.3)),
        ],
        1.9,
    )
    x, y, _ = s.shot.subject
    f.floor(lambda: _kitchen_table(f), x - side * 1.5, y + 0.55, 0.0, 0.75)
    f.floor(lambda: seats.chair(s, rng), x - side * 0.9, y + 1.0, float(rng.uniform(1.2, 2.2) * side), 0.3)
    f.floor(lambda: _off(tools.sacks(s, rng, 2), 0.0), x + side * 1.3, y + 1.0, 0.5, 0.45)
    lamp = lamps.pendant(s, rng, 0.75, "enamel")
    lamp.location = (x - side * 0.7, y + 0.5, room.height)


def _counter(f: Furnisher, width: float):
    s, rng = f.stage, f.rng
    china = finishes.glazed(s, [(0.55, 0.53, 0.47), (0.1, 0.17, 0.3), (0.3, 0.14, 0.06)][rng.integers(3)])
    makes = [lambda: tableware.jug(s, china), lambda: tableware.bowl(s, china), lambda: tableware.bottle(s, rng, None,
        None, None), lambda: tools.can(s, rng), lambda: greenery.plant(s, rng, 0.35, "fern"), lambda: tableware.plate(s,
        china),]  # fmt: skip
    xs = np.arange(-width / 2 + 0.2, width / 2 - 0.1, 0.27)
    things = [(float(x), makes[rng.integers(len(makes))]) for x in xs]
    return topped(f, lambda: cases.chest(s, rng, width, 0.9, 0.55, 2, "pine"), 0.9, things, 0.26)


def _rack(f: Furnisher):
    """Copper pans and ladles hanging from a rail."""
    s, rng = f.stage, f.rng
    copper = finishes.metal(s, (0.7, 0.3, 0.16), 0.28, 0.5)
    rail = s.add(tube([(-0.55, -0.05, 0.12), (0.55, -0.05, 0.12)], 0.009, 8), finishes.iron(s), smooth=True)
    pans = []
    for x in np.linspace(-0.45, 0.45, 5):
        r = float(rng.uniform(0.07, 0.12))
        dish = (
            lathe(
                [(1e-3, 0), (r * 0.85, 0), (r, 0.05), (r + 0.004, 0.05), (r * 0.87, -0.004), (1e-3, -0.004)],
                s.around(32, 12),
            )
            .turned(np.pi / 2, "x")
            .moved(x, -0.07, -0.16 - r)
        )
        handle = box(x - 0.012, x + 0.012, -0.055, -0.048, -0.16, 0.1)
        pans += [dish, handle]
    return s.group(rail, s.add(pans, copper, smooth=45))


def _kitchen_table(f: Furnisher):
    s, rng = f.stage, f.rng
    table = tables.table(s, rng, str(rng.choice(["pine", "oak", "cloth"])), 1.4, 0.8)
    table.location = (0, -0.4, 0)
    parts = [table]
    for make, x, y in (
        (lambda: fruit.loaf(s, rng), -0.35, 0.0),
        (lambda: tableware.bottle(s, rng, "bordeaux", "green", "red wine"), 0.1, 0.12),
        (lambda: tableware.goblet(s, rng, "red wine"), 0.3, -0.05),
        (lambda: fruit.fruit(s, rng), -0.05, -0.12),
        (lambda: fruit.fruit(s, rng), 0.05, -0.16),
    ):
        one = make()
        one.location = (x, y, 0.752)
        parts.append(one)
    chair = seats.chair(s, rng)
    chair.location, chair.rotation_euler = (0.25, 0.62, 0), (0, 0, 0.2)
    return s.group(*parts, chair)
