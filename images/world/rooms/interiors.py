"""How rooms of each kind are made up and furnished: living rooms, studies, workshops, attics, kitchens, hotel rooms.

A kind has a shell (walls, floor, ceiling) and furnishings. `Plan` says what a kind may use; `furnish` puts things along
the walls and on the floor, out of the way of the subject and of the camera.
"""

from dataclasses import dataclass

import numpy as np

from images.world.furniture import (
    books,
    candles,
    cases,
    decor,
    games,
    lamps,
    seats,
    tables,
    tableware,
    tools,
    walls,
    windows,
)
from images.world.geometry import box, lathe, tube
from images.world.rooms.shell import CORNICE, SKIRTING, Opening, Room, pierced, strips
from images.world.rooms.shell import walls as build_walls

CURTAINS = [
    (0.22, 0.018, 0.02),
    (0.02, 0.06, 0.05),
    (0.05, 0.06, 0.12),
    (0.34, 0.27, 0.17),
    (0.16, 0.06, 0.03),
    (0.1, 0.03, 0.07),
]


@dataclass(frozen=True)
class Plan:
    """What a kind of room is made of."""

    window: str  # a kind of windows.window
    paint: str
    view: tuple[str, ...]  # kinds of shell.outlook
    height: tuple[float, float]
    opening: tuple[float, float, float]  # width, sill and head of the main window, metres


PLANS = {
    "living room": Plan("casement", "white", ("garden", "street", "hills"), (2.8, 3.3), (1.5, 0.75, 2.45)),
    "study": Plan("sash", "white", ("garden", "street"), (2.9, 3.3), (1.25, 0.65, 2.5)),
    "workshop": Plan("steel", "green", ("street", "garden", "roofs"), (3.3, 4.0), (2.2, 1.0, 2.7)),
    "attic": Plan("casement", "oak", ("roofs", "hills"), (3.0, 3.4), (1.1, 0.9, 2.2)),
    "kitchen": Plan("sash", "white", ("garden", "hills", "street"), (2.6, 3.0), (1.3, 1.05, 2.25)),
    "hotel room": Plan("casement", "white", ("street", "roofs"), (2.7, 3.1), (1.4, 0.7, 2.4)),
}


# -- shells


def shell(stage, room: Room, kind: str, rng) -> None:
    """Walls, floor, ceiling and mouldings."""
    {
        "living room": _papered_shell, "study": _panelled_shell, "workshop": _brick_shell, "attic": _attic_shell,
        "kitchen": _tiled_shell, "hotel room": _papered_shell,
    }[kind](stage, room, rng)  # fmt: skip


def _floor(stage, room: Room, look, high: float = 0.0):
    return stage.add(box(room.left - 0.3, room.right + 0.3, room.front - 0.3, room.back + 0.3, -0.15, high), look)


def _ceiling(stage, room: Room, colour=(0.52, 0.5, 0.46)):
    look = walls.plaster(stage, colour)
    return stage.add(
        box(room.left - 0.3, room.right + 0.3, room.front - 0.3, room.back + 0.3, room.height, room.height + 0.1), look
    )


def _white(stage, colour=(0.52, 0.49, 0.43)):
    return stage.surface(
        colour, 0.45, variation=0.2, grain=0.3, wear=tuple(0.6 * c for c in colour), relief=0.001, relief_size=0.04
    )


FLOORS = [(0.15, 0.075, 0.035), (0.2, 0.12, 0.06), (0.1, 0.05, 0.028), (0.26, 0.17, 0.095)]


def _papered_shell(stage, room: Room, rng):
    seed = int(rng.integers(1000))
    kind = str(rng.choice(["damask", "stripes", "sprigs", "trellis", "plain"]))
    if kind == "plain":
        tint = [
            (0.2, 0.25, 0.22),
            (0.34, 0.2, 0.14),
            (0.2, 0.24, 0.3),
            (0.42, 0.36, 0.25),
            (0.3, 0.13, 0.11),
            (0.38, 0.36, 0.33),
        ][rng.integers(6)]
        look = walls.plaster(stage, tint)
    else:
        look = walls.papered(stage, seed, kind, float(rng.uniform(0.35, 0.62)))
    build_walls(stage, room, look)
    white = _white(stage)
    strips(stage, room, SKIRTING, white)
    strips(stage, room, CORNICE, white, low=room.height, cut=False)
    if rng.random() < 0.45:
        strips(stage, room, [(0.025, 0.0, 0.05), (0.035, 0.02, 0.035)], white, low=0.86)
    _floor(stage, room, walls.boards(stage, FLOORS[rng.integers(4)], 0.11, str(rng.choice(["x", "y"]))))
    _ceiling(stage, room)


def _panelled_shell(stage, room: Room, rng):
    tint = [(0.05, 0.085, 0.065), (0.14, 0.045, 0.035), (0.05, 0.07, 0.1), (0.25, 0.2, 0.13)][rng.integers(4)]
    build_walls(
        stage,
        room,
        walls.plaster(stage, tint)
        if rng.random() < 0.5
        else walls.papered(stage, int(rng.integers(1000)), "damask", 0.5),
    )
    from images.world.furniture import finishes

    wood = finishes.wood(stage, tables.WOODS[str(rng.choice(["oak", "walnut", "mahogany"]))], "z", 0.34, 0.35, 0.25)
    solids = []
    for wall in ("back", "left", "right"):
        a, b = room.ends(wall)
        count = max(2, round((b - a) / 0.62))
        for i in range(count):
            u0, u1 = a + (b - a) * i / count, a + (b - a) * (i + 1) / count
            if room.free(wall, u0, u1, 1.1):
                solids += [
                    _board(room, wall, u0, u1, 0.0, 1.12, 0.02),
                    _board(room, wall, u0 + 0.09, u1 - 0.09, 0.27, 0.95, 0.034),
                    _board(room, wall, u0 + 0.12, u1 - 0.12, 0.3, 0.92, 0.026),
                ]
    stage.add(solids, wood, bevel=0.006)
    strips(stage, room, [(0.05, 0.0, 0.05), (0.035, -0.03, 0.0)], wood, low=1.12)
    strips(stage, room, SKIRTING, wood)
    strips(stage, room, CORNICE, _white(stage), low=room.height, cut=False)
    _floor(stage, room, walls.boards(stage, FLOORS[rng.integers(3)], 0.09, "y", 0.26))
    _ceiling(stage, room)


def _board(room: Room, wall: str, u0: float, u1: float, z0: float, z1: float, deep: float):
    """A flat box on a wall, between two points along it."""
    if wall in ("back", "front"):
        y, s = (room.back, -1) if wall == "back" else (room.front, 1)
        return box(u0, u1, y, y + s * deep, z0, z1)
    x, s = (room.left, 1) if wall == "left" else (room.right, -1)
    return box(x, x + s * deep, u0, u1, z0, z1)


def _brick_shell(stage, room: Room, rng):
    painted = bool(rng.random() < 0.5)
    build_walls(stage, room, walls.brick(stage, painted=painted))
    rough = rng.random() < 0.5
    _floor(stage, room, walls.concrete(stage) if rough else walls.boards(stage, (0.13, 0.085, 0.05), 0.2, "x", 0.55))
    from images.world.furniture import finishes

    wood = finishes.wood(stage, (0.13, 0.08, 0.045), "x", 0.7, 0.0, 0.5, 2.0)
    beams = [
        box(room.left, room.right, y - 0.1, y + 0.1, room.height - 0.3, room.height)
        for y in np.arange(room.front + 0.6, room.back, 1.5)
    ]
    stage.add(beams, wood, bevel=0.01)
    stage.add(
        box(room.left - 0.3, room.right + 0.3, room.front - 0.3, room.back + 0.3, room.height, room.height + 0.1),
        walls.boards(stage, (0.16, 0.1, 0.055), 0.16, "y", 0.7),
    )
    pipes = [
        tube([(room.left, room.back - 0.12, z), (room.right, room.back - 0.12, z)], r, 10)
        for z, r in ((room.height - 0.42, 0.035), (room.height - 0.55, 0.022))
    ]
    pipes.append(
        tube([(room.right - 0.2, room.back - 0.1, 0), (room.right - 0.2, room.back - 0.1, room.height)], 0.05, 10)
    )
    stage.add(pipes, stage.surface((0.12, 0.13, 0.13), 0.5, wear=(0.16, 0.08, 0.04), grain=0.3), smooth=True)


def _tiled_shell(stage, room: Room, rng):
    tint = [(0.46, 0.42, 0.33), (0.3, 0.36, 0.32), (0.33, 0.38, 0.42), (0.45, 0.33, 0.2)][rng.integers(4)]
    build_walls(stage, room, walls.plaster(stage, tint))
    tile = [(0.5, 0.49, 0.45), (0.16, 0.27, 0.24), (0.42, 0.4, 0.33), (0.1, 0.17, 0.27)][rng.integers(4)]
    look = walls.tiled(stage, tile, size=0.12)
    solids = []
    for wall in ("back", "left", "right"):
        a, b = room.ends(wall)
        for u0 in np.arange(a, b, 0.24):
            if room.free(wall, u0, min(u0 + 0.24, b), 1.4):
                solids.append(_board(room, wall, u0, min(u0 + 0.24, b), 0.0, 1.4, 0.012))
            else:
                sill = min(o.sill for o in room.openings if o.wall == wall) - 0.06
                solids.append(_board(room, wall, u0, min(u0 + 0.24, b), 0.0, min(sill, 1.4), 0.012))
    stage.add(solids, look)
    floor = [
        ((0.42, 0.39, 0.33), (0.05, 0.05, 0.052)),
        ((0.35, 0.17, 0.1), (0.27, 0.12, 0.07)),
        ((0.4, 0.37, 0.3), (0.13, 0.18, 0.17)),
    ][rng.integers(3)]
    _floor(stage, room, walls.checkered(stage, *floor, float(rng.choice([0.2, 0.3]))))
    from images.world.furniture import finishes

    beams = finishes.wood(stage, (0.1, 0.06, 0.035), "x", 0.65, 0.0, 0.5, 2.0)
    if rng.random() < 0.6:
        stage.add(
            [
                box(room.left, room.right, y - 0.07, y + 0.07, room.height - 0.16, room.height)
                for y in np.arange(room.front + 0.4, room.back, 0.9)
            ],
            beams,
            bevel=0.008,
        )
    _ceiling(stage, room, (0.5, 0.47, 0.4))


def _attic_shell(stage, room: Room, rng):
    """A gable at the back and two slopes that come down to knee walls; a roof window in the slope of the main side."""
    from images.world.furniture import finishes

    knee, ridge = 1.0, room.height
    middle, half = (room.left + room.right) / 2, (room.right - room.left) / 2
    look = walls.boards(stage, (0.25, 0.17, 0.1), 0.14, "y", 0.7)
    gable_look = walls.plaster(stage, (0.4, 0.36, 0.29)) if rng.random() < 0.5 else walls.brick(stage)
    inner = Room(
        room.left, room.right, room.front, room.back, ridge, tuple(o for o in room.openings if o.wall == "back")
    )
    build_walls(stage, inner, gable_look, ("back", "front"), {"back": ridge, "front": ridge})
    build_walls(stage, inner, gable_look, ("left", "right"), {"left": knee, "right": knee})
    slope, angle = float(np.hypot(half, ridge - knee)), float(np.arctan2(ridge - knee, half))
    rafters = []
    for side in (-1, 1):
        wall = "left" if side < 0 else "right"
        holes = [(o.at - o.width / 2, o.at + o.width / 2, o.sill, o.head) for o in room.openings if o.wall == wall]
        # built flat: x along the ridge, z up the slope from the knee wall
        panel = pierced((room.front - 0.3, room.back + 0.3), (-0.05, slope + 0.1), holes, 0.14)
        one = stage.add(panel, look)
        _tilt_onto(one, room, side, knee, angle)
        for y in np.arange(room.front + 0.35, room.back, 0.85):
            if not any(a - 0.1 < y < b + 0.1 for a, b, _, _ in holes):
                rafters.append((side, box(y - 0.05, y + 0.05, -0.16, 0.0, 0.0, slope)))
    wood = finishes.wood(stage, (0.16, 0.1, 0.055), "z", 0.7, 0.0, 0.6, 2.0)
    for side in (-1, 1):
        solids = [solid for s, solid in rafters if s == side]
        if solids:
            _tilt_onto(stage.add(solids, wood, bevel=0.006), room, side, knee, angle)
    across = finishes.wood(stage, (0.16, 0.1, 0.055), "x", 0.7, 0.0, 0.6, 2.0)
    ties = [
        box(room.left + 0.4 * half, room.right - 0.4 * half, y - 0.07, y + 0.07, 2.35, 2.52)
        for y in np.arange(room.front + 0.8, room.back, 1.7)
    ]
    stage.add(
        [*ties, box(middle - 0.07, middle + 0.07, room.front, room.back, ridge - 0.2, ridge)], across, bevel=0.008
    )
    _floor(stage, room, walls.boards(stage, (0.19, 0.125, 0.075), 0.19, "y", 0.6))


def _tilt_onto(made, room: Room, side: int, knee: float, angle: float) -> None:
    """Lay something built like a wall onto a slope of the attic's roof."""
    x = room.left if side < 0 else room.right
    made.rotation_mode = "XYZ"
    made.location = (x, 0, knee)
    # own z runs up the slope, own y out of the roof
    import mathutils

    up = mathutils.Vector((-side * np.cos(angle), 0, np.sin(angle)))
    along = mathutils.Vector((0, 1, 0))
    out = mathutils.Vector((side * np.sin(angle), 0, np.cos(angle)))
    matrix = mathutils.Matrix((along, out, up)).transposed().to_4x4()
    matrix.translation = (x, 0, knee)
    made.matrix_world = matrix


# -- windows and what hangs before them


def glaze(stage, room: Room, kind: str, rng) -> None:
    """Windows in all openings, with curtains, blinds or a radiator below as the kind of room has them."""
    plan = PLANS[kind]
    colour = CURTAINS[rng.integers(len(CURTAINS))]
    for o in room.openings:
        if kind == "attic" and o.wall != "back":
            _roof_window(stage, room, o)
            continue
        height = o.head - o.sill
        room.place(windows.window(stage, o.width, height, 0.3, plan.window, plan.paint), o.wall, o.at, o.sill)
        choice = rng.random()
        if kind in ("living room", "study", "hotel room"):
            top = min(height + 0.22, room.height - o.sill - 0.25)
            made = windows.curtains(
                stage,
                rng,
                o.width,
                top,
                top + o.sill - 0.03,
                colour,
                bool(choice < 0.75),
                float(rng.uniform(0.24, 0.34)),
                bool(choice > 0.55),
            )
            room.place(made, o.wall, o.at, o.sill)
            if rng.random() < 0.35:
                room.place(windows.net(stage, rng, o.width - 0.1, height), o.wall, o.at, o.sill)
            elif rng.random() < 0.35 and kind != "living room":
                room.place(
                    windows.blinds(
                        stage, rng, o.width, height, float(rng.uniform(0.55, 1.0)), float(rng.uniform(0.3, 0.8))
                    ),
                    o.wall,
                    o.at,
                    o.sill,
                )
        elif kind == "kitchen" and choice < 0.6:
            room.place(
                windows.curtains(stage, rng, o.width, height + 0.1, height * 0.62, (0.5, 0.44, 0.34), False, 0.36),
                o.wall,
                o.at,
                o.sill,
            )
        if kind in ("living room", "study", "hotel room") and o.sill > 0.68 and rng.random() < 0.6:
            room.place(windows.radiator(stage, int(o.width / 0.1), o.sill - 0.14), o.wall, o.at)


def _roof_window(stage, room: Room, o: Opening) -> None:
    side = -1 if o.wall == "left" else 1
    half = (room.right - room.left) / 2
    angle = float(np.arctan2(room.height - 1.0, half))
    made = windows.window(stage, o.width, o.head - o.sill, 0.14, "casement", "oak")
    holder = stage.group(made)
    made.location = (o.at, -0.06, o.sill)
    _tilt_onto(holder, room, side, 1.0, angle)


# -- furnishing


class Furnisher:
    """Puts things where they stand in nobody's way."""

    def __init__(self, stage, room: Room, rng, keep_floor: bool = False):
        self.stage, self.room, self.rng, self.keep_floor = stage, room, rng, keep_floor

    def along(
        self, wall: str, items, start: float | None = None, end: float | None = None, gap: float = 0.15, order: int = 1
    ) -> None:
        """Stand items (width, make, height) side by side from one end of a wall, skipping openings and the subject."""
        a, b = self.room.ends(wall)
        a, b = max(a, start if start is not None else a), min(b, end if end is not None else b)
        at = a + 0.06 if order > 0 else b - 0.06
        for width, make, height in items:
            for _ in range(14):
                lo, hi = sorted((at, at + order * width))
                if lo < a or hi > b:
                    return
                clear = self.room.free(wall, lo, hi, height) and self._clear(wall, (lo + hi) / 2, width)
                if clear:
                    break
                at += order * 0.2
            else:
                return
            made = make()
            if made is not None:
                self.room.place(made, wall, (lo + hi) / 2)
            at = (hi + gap * self.rng.uniform(0.5, 1.6)) if order > 0 else (lo - gap * self.rng.uniform(0.5, 1.6))

    def hang(self, wall: str, makes, low: float = 1.65, start: float | None = None, end: float | None = None) -> None:
        """Pictures and the like at eye height, spread over a stretch of wall: (width, make)."""
        a, b = self.room.ends(wall)
        a, b = max(a, start if start is not None else a) + 0.35, min(b, end if end is not None else b) - 0.35
        for i, (width, make) in enumerate(makes):
            at = a + (b - a) * (i + 0.5) / len(makes) + self.rng.normal(0, 0.06)
            if self.room.free(wall, at - width / 2, at + width / 2):
                self.room.place(make(), wall, at, low + self.rng.normal(0, 0.05), 0.001)

    def floor(self, make, x: float, y: float, turn: float, reach: float = 0.5, z: float = 0.0):
        """One thing on the floor, unless it would hide the subject or stand too near the camera."""
        if self.keep_floor or not self._apart(x, y, reach):
            return None
        made = make()
        made.location, made.rotation_euler = (x, y, z), (0, 0, turn)
        return made

    def _apart(self, x, y, reach) -> bool:
        inside = self.room.left + reach < x < self.room.right - reach and y < self.room.back - reach
        return inside and bool(self.stage.shot.clear(x, y, reach)) and np.hypot(x, y) > reach + 0.9

    def _clear(self, wall: str, along: float, width: float) -> bool:
        x, y, _ = self.room.origin(wall, along, 0, 0.3)
        return bool(self.stage.shot.clear(x, y, width / 2 * (wall != "back") + 0.1)) or wall == "back"


def furnish(stage, room: Room, kind: str, rng, side: int, close: bool) -> None:
    """All that stands in a room. side: -1 or 1, where the main window is. close: a still life, so only the walls
    count.
    """
    f = Furnisher(stage, room, rng, close)
    {
        "living room": _living, "study": _study, "workshop": _workshop, "attic": _attic, "kitchen": _kitchen,
        "hotel room": _hotel,
    }[kind](f, "left" if side < 0 else "right", "right" if side < 0 else "left", side)  # fmt: skip


def _pictures(f: Furnisher, count: int):
    s, rng = f.stage, f.rng
    sizes = [(float(rng.uniform(0.4, 0.95)), float(rng.uniform(0.35, 0.7))) for _ in range(count)]
    return [(w + 0.2, lambda w=w, h=h: decor.picture(s, rng, w, h)) for w, h in sizes]


def _topped(f: Furnisher, make, height: float, things, depth: float = 0.22):
    """A piece of furniture with things standing on it at its height: (x, make)."""
    made = make()
    parts = [made]
    for x, thing in things:
        one = thing()
        one.location = (x, -depth + f.rng.normal(0, 0.02), height)
        one.rotation_euler = (0, 0, float(f.rng.uniform(-0.6, 0.6)))
        parts.append(one)
    return f.stage.group(*parts)


def _sideboard(f: Furnisher, width: float = 1.3, height: float = 0.86):
    s, rng = f.stage, f.rng
    things = [
        (-0.32 * width, lambda: lamps.table_lamp(s, rng)),
        (0.3 * width, lambda: decor.flowers(s, rng) if rng.random() < 0.5 else cases.vase(s, rng)),
    ]
    if rng.random() < 0.6:
        things.append(
            (0.02, lambda: books.stack(s, rng, 3, 0.24)[0] if rng.random() < 0.5 else decor.mantel_clock(s, rng))
        )
    return _topped(f, lambda: cases.chest(s, rng, width, height), height, things)


def _living(f: Furnisher, near: str, far: str, side: int):
    s, rng, room = f.stage, f.rng, f.room
    items = [(1.5, lambda: cases.bookcase(s, rng, 1.4, min(2.3, room.height - 0.4), str(rng.choice(["walnut", "oak",
        "mahogany"]))), 9.0), (1.75, lambda: _mantelpiece(f), 9.0) if rng.random() < 0.55 else (1.5,
        lambda: cases.piano(s, rng), 9.0), (1.4, lambda: _sideboard(f), 0.9), (0.6, lambda: lamps.standing_lamp(s,
        rng), 0.1), (0.7, lambda: decor.plant(s, rng, float(rng.uniform(0.9, 1.6))), 0.6),]  # fmt: skip
    f.along("back", [items[i] for i in rng.permutation(len(items))], order=int(rng.choice([-1, 1])))
    f.hang("back", _pictures(f, 4), 1.75)
    f.along(
        far,
        [
            (0.7, lambda: decor.plant(s, rng, 1.5, "palm"), 0.6),
            (2.0, lambda: seats.armchair(s, rng, seats=2), 0.9),
            (0.5, lambda: lamps.standing_lamp(s, rng), 0.1),
        ],
        start=1.5,
        order=-1,
    )
    f.hang(far, _pictures(f, 4), 1.7)
    x, y, _ = s.shot.subject
    _rug(f, x + side * 0.3, y)
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
    from images.world.furniture import finishes

    cup = tableware.cup(s, finishes.glazed(s, (0.55, 0.53, 0.47)))
    cup.location = (-0.1, -0.1, 0.58)
    other = lamps.table_lamp(s, rng) if rng.random() < 0.5 else decor.flowers(s, rng, 0.36, 7)
    other.location = (0.06, 0.06, 0.58)
    return s.group(table, cup, other)


def _mantelpiece(f: Furnisher):
    s, rng = f.stage, f.rng
    parts = [cases.fireplace(s, rng, 1.5)]
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


def _rug(f: Furnisher, x: float, y: float):
    width, length = float(f.rng.uniform(2.2, 3.0)), float(f.rng.uniform(1.5, 2.0))
    made = decor.rug(f.stage, f.rng, width, length)
    made.location, made.rotation_euler = (x, y, 0.002), (0, 0, float(f.rng.uniform(-0.2, 0.2)))
    return made


def _study(f: Furnisher, near: str, far: str, side: int):
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
    _rug(f, x, y)
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


def _workshop(f: Furnisher, near: str, far: str, side: int):
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
    from images.world import blender

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


def _attic(f: Furnisher, near: str, far: str, side: int):
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
    _rug(f, x, y)
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
    from images.world.furniture import finishes

    t = np.linspace(0, np.pi, 14)
    ring = np.c_[-0.3 - 0.26 * np.cos(t)[::-1] * -1, 0.42 + 0.14 * np.sin(t)]
    from images.world.geometry import loft

    lid = loft([np.c_[np.full(14, x), ring] for x in (0.5, -0.5)])
    body = box(-0.5, 0.5, -0.56, -0.04, 0.02, 0.42)
    hide = finishes.leather(s, [(0.08, 0.045, 0.025), (0.05, 0.06, 0.05), (0.1, 0.03, 0.02)][rng.integers(3)], 0.5, 300)
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


def _kitchen(f: Furnisher, near: str, far: str, side: int):
    s, rng, room = f.stage, f.rng, f.room
    items = [
        (1.2, lambda: cases.stove(s, rng, bool(rng.random() < 0.4)), 0.95),
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
    from images.world.furniture import finishes

    china = finishes.glazed(s, [(0.55, 0.53, 0.47), (0.1, 0.17, 0.3), (0.3, 0.14, 0.06)][rng.integers(3)])
    makes = [lambda: tableware.jug(s, china), lambda: tableware.bowl(s, china), lambda: tableware.bottle(s, rng, None,
        None, None), lambda: tools.can(s, rng), lambda: decor.plant(s, rng, 0.35, "fern"), lambda: tableware.plate(s,
        china),]  # fmt: skip
    xs = np.arange(-width / 2 + 0.2, width / 2 - 0.1, 0.27)
    things = [(float(x), makes[rng.integers(len(makes))]) for x in xs]
    return _topped(f, lambda: cases.chest(s, rng, width, 0.9, 0.55, 2, "pine"), 0.9, things, 0.26)


def _rack(f: Furnisher):
    """Copper pans and ladles hanging from a rail."""
    s, rng = f.stage, f.rng
    from images.world.furniture import finishes

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
    from images.world.furniture import fruit

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


def _hotel(f: Furnisher, near: str, far: str, side: int):
    s, rng = f.stage, f.rng

    def night_table():
        things = [(0.0, lambda: lamps.table_lamp(s, rng, 26.0))]
        return _topped(f, lambda: cases.chest(s, rng, 0.46, 0.6, 0.4, 2), 0.6, things, 0.2)

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
    _rug(f, x, y)


def _suitcase(f: Furnisher):
    """A leather suitcase standing on its edge."""
    s, rng = f.stage, f.rng
    from images.world.furniture import finishes

    hide = finishes.leather(s, [(0.2, 0.09, 0.035), (0.05, 0.03, 0.02), (0.14, 0.03, 0.02)][rng.integers(3)], 0.4, 320)
    body = s.add(box(-0.34, 0.34, -0.1, 0.1, 0.01, 0.46), hide, bevel=0.03)
    t = np.linspace(0, np.pi, 12)
    grip = s.add(tube(np.c_[0.07 * np.cos(t), 0 * t, 0.46 + 0.05 * np.sin(t)], 0.011, 8), hide, smooth=True)
    trim = [box(-0.342, 0.342, -0.004, 0.004, 0.0, 0.464)] + [
        box(x - 0.02, x + 0.02, -0.11, -0.1, 0.3, 0.36) for x in (-0.2, 0.2)
    ]
    return s.group(body, grip, s.add(trim, finishes.brass(s, 0.3, 0.5)))
