"""What rooms are lined with: papered, panelled, brick, tiled and boarded walls, with their floors and ceilings."""

import numpy as np

from images.world.furniture import finishes, tables, walls
from images.world.geometry import box, tube
from images.world.rooms.shell import CORNICE, SKIRTING, Room, pierced, strips
from images.world.rooms.shell import walls as build_walls


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
        tilt_onto(one, room, side, knee, angle)
        for y in np.arange(room.front + 0.35, room.back, 0.85):
            if not any(a - 0.1 < y < b + 0.1 for a, b, _, _ in holes):
                rafters.append((side, box(y - 0.05, y + 0.05, -0.16, 0.0, 0.0, slope)))
    wood = finishes.wood(stage, (0.16, 0.1, 0.055), "z", 0.7, 0.0, 0.6, 2.0)
    for side in (-1, 1):
        solids = [solid for s, solid in rafters if s == side]
        if solids:
            tilt_onto(stage.add(solids, wood, bevel=0.006), room, side, knee, angle)
    across = finishes.wood(stage, (0.16, 0.1, 0.055), "x", 0.7, 0.0, 0.6, 2.0)
    ties = [
        box(room.left + 0.4 * half, room.right - 0.4 * half, y - 0.07, y + 0.07, 2.35, 2.52)
        for y in np.arange(room.front + 0.8, room.back, 1.7)
    ]
    stage.add(
        [*ties, box(middle - 0.07, middle + 0.07, room.front, room.back, ridge - 0.2, ridge)], across, bevel=0.008
    )
    _floor(stage, room, walls.boards(stage, (0.19, 0.125, 0.075), 0.19, "y", 0.6))


def tilt_onto(made, room: Room, side: int, knee: float, angle: float) -> None:
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
