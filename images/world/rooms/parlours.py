"""Rooms to sit and sleep in, furnished: living rooms, studies, hotel rooms."""

import numpy as np

from images.world.furniture import (
    books,
    candles,
    cases,
    decor,
    fabrics,
    finishes,
    games,
    greenery,
    hearths,
    lamps,
    seats,
    tables,
    tableware,
    windows,
)
from images.world.geometry import box, tube
from images.world.rooms.furnishing import Furnisher, rug, topped


def _pictures(f: Furnisher, count: int):
    s, rng = f.stage, f.rng
    sizes = [(float(rng.uniform(0.4, 0.95)), float(rng.uniform(0.35, 0.7))) for _ in range(count)]
    return [(w + 0.2, lambda w=w, h=h: decor.picture(s, rng, w, h)) for w, h in sizes]


def _sideboard(f: Furnisher, width: float = 1.3, height: float = 0.86):
    s, rng = f.stage, f.rng
    things = [
        (-0.32 * width, lambda: lamps.table_lamp(s, rng)),
        (0.3 * width, lambda: greenery.flowers(s, rng) if rng.random() < 0.5 else cases.vase(s, rng)),
    ]
    if rng.random() < 0.6:
        things.append(
            (0.02, lambda: books.stack(s, rng, 3, 0.24)[0] if rng.random() < 0.5 else decor.mantel_clock(s, rng))
        )
    return topped(f, lambda: cases.chest(s, rng, width, height), height, things)


def living(f: Furnisher, near: str, far: str, side: int):
    s, rng, room = f.stage, f.rng, f.room
    items = [(1.5, lambda: cases.bookcase(s, rng, 1.4, min(2.3, room.height - 0.4), str(rng.choice(["walnut", "oak",
        "mahogany"]))), 9.0), (1.75, lambda: _mantelpiece(f), 9.0) if rng.random() < 0.55 else (1.5,
        lambda: cases.piano(s, rng), 9.0), (1.4, lambda: _sideboard(f), 0.9), (0.6, lambda: lamps.standing_lamp(s,
        rng), 0.1), (0.7, lambda: greenery.plant(s, rng, float(rng.uniform(0.9, 1.6))), 0.6),]  # fmt: skip
    f.along("back", [items[i] for i in rng.permutation(len(items))], order=int(rng.choice([-1, 1])))
    f.hang("back", _pictures(f, 4), 1.75)
    f.along(
        far,
        [
            (0.7, lambda: greenery.plant(s, rng, 1.5, "palm"), 0.6),
            (2.0, lambda: seats.armchair(s, rng, seats=2), 0.9),
            (0.5, lambda: lamps.standing_lamp(s, rng), 0.1),
        ],
        start=1.5,
        order=-1,
    )
    f.hang(far, _pictures(f, 4), 1.7)
    x, y, _ = s.shot.subject
    rug(f, x + side * 0.3, y)
    for dx, dy in ((side * 1.35, 0.75), (-side * 1.5, 0.6), (side * 1.2, -0.9)):
        if rng.random() < 0.75:
            f.floor(
                lambda: seats.armchair(s, rng),
                x + dx,
                y + dy,
                float(np.arctan2(dx, -dy) * 0.0 + rng.uniform(-0.9, 0.9) + (1.2 if dx < 0 else -1.2)),
                0.55,
            )
    f.floor(lambda: _tea_table(f), x + side * 0.95, y + 1.1, 0.0, 0.35)


def _tea_table(f: Furnisher):
    s, rng = f.stage, f.rng
    table = tables.round_table(s, rng, 0.3, 0.58)
    cup = tableware.cup(s, finishes.glazed(s, (0.55, 0.53, 0.47)))
    cup.location = (-0.1, -0.1, 0.58)
    other = lamps.table_lamp(s, rng) if rng.random() < 0.5 else greenery.flowers(s, rng, 0.36, 7)
    other.location = (0.06, 0.06, 0.58)
    return s.group(table, cup, other)


def _mantelpiece(f: Furnisher):
    s, rng = f.stage, f.rng
    parts = [hearths.fireplace(s, rng, 1.5)]
    clock = decor.mantel_clock(s, rng)
    clock.location = (0, -0.13, 1.16)
    parts.append(clock)
    for x in (-0.55, 0.55):
        stick, _ = candles.standing_candle(s, rng, "stick", power=3.0)
        stick.location = (x, -0.13, 1.16)
        parts.append(stick)
    glass = decor.mirror(s, rng, 1.0, 0.75) if rng.random() < 0.5 else decor.picture(s, rng, 1.0, 0.7)
    glass.location = (0, -0.004, 1.16 + 0.6)
    return s.group(*parts, glass)


def study(f: Furnisher, near: str, far: str, side: int):
    s, rng, room = f.stage, f.rng, f.room
    wood = str(rng.choice(["walnut", "mahogany", "oak"]))
    tall = min(room.height - 0.35, 2.7)
    shelf = lambda: cases.bookcase(s, rng, 1.7, tall, wood)  # noqa: E731
    clock = (0.62, lambda: decor.tall_clock(s, rng), 9.0)
    items = [(1.85, shelf, 9.0), (1.85, shelf, 9.0), (1.85, shelf, 9.0)]
    items.insert(int(rng.integers(0, 3)), clock)
    f.along("back", items, gap=0.08)
    f.along(
        far,
        [(1.85, shelf, 9.0), (1.3, lambda: _sideboard(f, 1.15), 0.9), (1.85, shelf, 9.0)],
        start=1.4,
        order=-1,
        gap=0.12,
    )
    f.hang(far, _pictures(f, 3), 1.9)
    x, y, _ = s.shot.subject
    rug(f, x, y)
    f.floor(lambda: _study_desk(f), x + side * 1.1, y + 0.75, float(rng.uniform(-0.2, 0.2) - side * 0.5), 0.7)
    f.floor(
        lambda: seats.armchair(s, rng, kind="buttoned"),
        x - side * 1.45,
        y + 0.6,
        float(side * 0.9 + rng.uniform(-0.3, 0.3)),
        0.55,
    )
    f.floor(lambda: decor.globe(s, rng, 0.22), x - side * 0.95, y + 1.25, 0.4, 0.3, 0.0)


def _study_desk(f: Furnisher):
    s, rng = f.stage, f.rng
    desk = tables.desk(s, rng, 1.4, 0.72)
    desk.location = (0, -0.36, 0)
    parts = [desk]
    for make, x, y, turn in (
        (lambda: lamps.desk_lamp(s, rng), -0.45, 0.1, 0.4), (lambda: books.stack(s, rng, 4)[0], 0.45, 0.08, 0.2),
        (lambda: books.open_book(s, rng), 0.02, -0.1, 0.1), (lambda: games.letter(s, rng), -0.28, -0.16, 0.5),
        (lambda: games.hourglass(s, rng), 0.2, 0.2, 0.0),
    ):  # fmt: skip
        one = make()
        one.location, one.rotation_euler = (x, y, 0.751), (0, 0, turn)
        parts.append(one)
    return s.group(*parts)


def hotel(f: Furnisher, near: str, far: str, side: int):
    s, rng = f.stage, f.rng

    def night_table():
        things = [(0.0, lambda: lamps.table_lamp(s, rng, 26.0))]
        return topped(f, lambda: cases.chest(s, rng, 0.46, 0.6, 0.4, 2), 0.6, things, 0.2)

    bed = [(0.5, night_table, 0.6), (1.7, lambda: seats.bed(s, rng), 1.1), (0.5, night_table, 0.6)]
    rest = [(1.3, lambda: cases.wardrobe(s, rng), 9.0), (1.1, lambda: windows.door(s, rng), 9.0)]
    if side < 0:
        f.along("back", [*rest[1:], *bed[::-1]] if rng.random() < 0.5 else bed, order=-1, gap=0.08)
        f.along(far, rest[:1], start=1.0, order=1)
    else:
        f.along("back", [*rest[1:], *bed] if rng.random() < 0.5 else bed, order=1, gap=0.08)
        f.along(far, rest[:1], start=1.0, order=1)
    f.hang("back", _pictures(f, 3), 1.75)
    f.hang(far, _pictures(f, 3), 1.7)
    x, y, _ = s.shot.subject
    f.floor(lambda: seats.armchair(s, rng), x + side * 1.25, y + 0.8, float(-side * 0.8), 0.5)
    f.floor(lambda: _suitcase(f), x - side * 1.1, y + 0.9, 0.5, 0.4)
    f.floor(lambda: _tea_table(f), x + side * 1.2, y - 0.5, 0.0, 0.32)
    rug(f, x, y)


def _suitcase(f: Furnisher):
    """A leather suitcase standing on its edge."""
    s, rng = f.stage, f.rng
    hide = fabrics.leather(s, [(0.2, 0.09, 0.035), (0.05, 0.03, 0.02), (0.14, 0.03, 0.02)][rng.integers(3)], 0.4, 320)
    body = s.add(box(-0.34, 0.34, -0.1, 0.1, 0.01, 0.46), hide, bevel=0.03)
    t = np.linspace(0, np.pi, 12)
    grip = s.add(tube(np.c_[0.07 * np.cos(t), 0 * t, 0.46 + 0.05 * np.sin(t)], 0.011, 8), hide, smooth=True)
    trim = [box(-0.342, 0.342, -0.004, 0.004, 0.0, 0.464)] + [
        box(x - 0.02, x + 0.02, -0.11, -0.1, 0.3, 0.36) for x in (-0.2, 0.2)
    ]
    return s.group(body, grip, s.add(trim, finishes.brass(s, 0.3, 0.5)))
