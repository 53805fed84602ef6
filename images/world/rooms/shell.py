"""The shell of a room: walls with openings, mouldings, and where daylight comes in.

Walls are named "back" (at y = back, seen from the camera), "left", "right" and "front" (behind the camera). Things
that stand against a wall are built with their backs on y = 0 and the room at y < 0; `Room.place` puts them there.
"""

import itertools
import math
from dataclasses import dataclass

from images.world import blender
from images.world.geometry import Solid, box, join

HEADING = {"back": 0.0, "left": math.pi / 2, "right": -math.pi / 2, "front": math.pi}
THICK = 0.32  # metres of wall


@dataclass(frozen=True)
class Opening:
    """A hole in a wall: its middle along the wall (x for back and front, y for the sides), metres."""

    wall: str
    at: float
    width: float
    sill: float
    head: float


@dataclass(frozen=True)
class Room:
    left: float
    right: float
    front: float
    back: float
    height: float
    openings: tuple[Opening, ...] = ()

    def origin(self, wall: str, along: float, z: float = 0.0, off: float = 0.0) -> tuple[float, float, float]:
        """The point of a wall's face at `along`, moved `off` metres into the room."""
        return {
            "back": (along, self.back - off, z), "left": (self.left + off, along, z),
            "right": (self.right - off, along, z), "front": (along, self.front + off, z),
        }[wall]  # fmt: skip

    def place(self, made, wall: str, along: float, z: float = 0.0, off: float = 0.0, turn: float = 0.0):
        made.location, made.rotation_euler = self.origin(wall, along, z, off), (0, 0, HEADING[wall] + turn)
        return made

    def ends(self, wall: str) -> tuple[float, float]:
        return (self.left, self.right) if wall in ("back", "front") else (self.front, self.back)

    def free(self, wall: str, start: float, end: float, below: float = 9.0) -> bool:
        """Whether a stretch of wall has no opening that begins lower than `below` metres."""
        return not any(
            o.wall == wall and o.sill < below and start < o.at + o.width / 2 + 0.15 and end > o.at - o.width / 2 - 0.15
            for o in self.openings
        )


def pierced(length: tuple[float, float], height: tuple[float, float], holes, thick: float = THICK) -> Solid:
    """A slab in the xz plane from y = 0 to `thick`, with rectangular holes (x0, x1, z0, z1)."""
    xs = sorted({*length, *(x for hole in holes for x in hole[:2])})
    zs = sorted({*height, *(z for hole in holes for z in hole[2:])})
    parts = []
    for x0, x1 in itertools.pairwise(xs):
        # one column at a time, its pieces above one another joined
        z_start = None
        for z0, z1 in itertools.pairwise(zs):
            x, z = (x0 + x1) / 2, (z0 + z1) / 2
            solid = not any(a < x < b and c < z < d for a, b, c, d in holes)
            if solid and z_start is None:
                z_start = z0
            if z_start is not None and (not solid or z1 == zs[-1]):
                parts.append(box(x0, x1, 0, thick, z_start, z1 if solid else z0))
                z_start = None
    return join(parts)


def walls(stage, room: Room, look, names=("back", "left", "right", "front"), heights: dict | None = None):
    """The walls, each an object with its own axes, so that papers and panels run along it. look: a material, or a
    function of the wall's name."""
    made = {}
    for wall in names:
        low, high = room.ends(wall)
        flip = -1 if wall in ("right", "front") else 1  # a wall's own x axis points the other way there
        holes = []
        for o in room.openings:
            if o.wall == wall:
                a, b = sorted((flip * (o.at - o.width / 2), flip * (o.at + o.width / 2)))
                holes.append((a, b, o.sill, o.head))
        a, b = sorted((flip * low, flip * high))
        solid = pierced(
            (a - THICK, b + THICK) if wall in ("back", "front") else (a, b),
            (0, (heights or {}).get(wall, room.height)),
            holes,
        )
        one = stage.add(solid, look(wall) if callable(look) else look)
        room.place(one, wall, 0.0)
        made[wall] = one
    return made


def strips(
    stage, room: Room, profile, look, names=("back", "left", "right", "front"), low: float = 0.0, cut: bool = True
):
    """A moulding along the walls: boxes (depth from the wall, z0, z1), broken at openings that reach down to it."""
    solids = []
    for wall in names:
        a, b = room.ends(wall)
        edges = [a]
        for o in sorted((o for o in room.openings if o.wall == wall), key=lambda o: o.at):
            if cut and o.sill < low + 0.2:
                edges += [o.at - o.width / 2 - 0.1, o.at + o.width / 2 + 0.1]
        edges.append(b)
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            for deep, z0, z1 in profile:
                if wall in ("back", "front"):
                    y = room.back if wall == "back" else room.front
                    solids.append(box(start, end, y, y - deep if wall == "back" else y + deep, low + z0, low + z1))
                else:
                    x = room.left if wall == "left" else room.right
                    solids.append(box(x, x + deep if wall == "left" else x - deep, start, end, low + z0, low + z1))
    return stage.add(solids, look, bevel=0.004)


SKIRTING = [(0.022, 0.0, 0.13), (0.03, 0.0, 0.03), (0.014, 0.13, 0.15)]
CORNICE = [(0.14, -0.05, 0.0), (0.1, -0.09, -0.05), (0.05, -0.15, -0.09), (0.02, -0.19, -0.15)]


def daylight(stage, room: Room) -> None:
    """Tell the path tracer where the sky comes in: a portal in every opening."""
    for o in room.openings:
        x, y, z = room.origin(o.wall, o.at, (o.sill + o.head) / 2, -THICK)
        inwards = {"back": (0, -1), "left": (1, 0), "right": (-1, 0), "front": (0, 1)}[o.wall]
        lamp = blender.add_lamp(
            "AREA", (x, y, z), 1.0, (1, 1, 1), (x + inwards[0], y + inwards[1], z), shape="RECTANGLE", size=o.width,
            size_y=o.head - o.sill,
        )  # fmt: skip
        lamp.data.cycles.is_portal = True
