"""Great interiors in bays: their measures, and how what is built for one bay is set up along them all.

The axis is x = 0 and the eye looks along +y. A bay is built once, for the side x > 0, and set up along the axis on
both sides.
"""

from dataclasses import dataclass

import numpy as np

from images.world import blender
from images.world.buildings import stonework
from images.world.furniture import walls
from images.world.geometry import Solid, box


@dataclass(frozen=True)
class Hall:
    """Measures of a hall in metres; point: how pointed its arches are."""

    kind: str
    half: float  # from the axis to the piers
    aisle: float  # from the piers to the outer wall; 0: none
    bay: float
    bays: int  # beyond y = 0
    spring: float  # where the arcade's arches start
    top: float  # where the vault starts
    point: float
    stone: tuple[float, float, float]

    @property
    def wall(self) -> float:
        return self.half + self.aisle

    @property
    def end(self) -> float:
        return self.bay * (self.bays - 0.5)

    @property
    def crown(self) -> float:
        return self.top + self.half * stonework.peak(self.point)


STONES = ((0.34, 0.29, 0.22), (0.3, 0.285, 0.26), (0.38, 0.3, 0.2), (0.27, 0.22, 0.17))


def plan(kind: str, rng) -> Hall:
    stone = STONES[rng.integers(len(STONES))]
    if kind == "gothic":
        return Hall(
            kind,
            float(rng.uniform(3.9, 4.6)),
            3.4,
            5.0,
            8,
            float(rng.uniform(4.6, 5.4)),
            float(rng.uniform(10.2, 11.6)),
            0.45,
            stone,
        )
    if kind == "romanesque":
        return Hall(
            kind,
            float(rng.uniform(3.4, 4.0)),
            3.0,
            3.8,
            10,
            float(rng.uniform(4.0, 4.6)),
            float(rng.uniform(7.2, 8.4)),
            0.0,
            stone,
        )
    if kind == "ruin":
        return Hall(kind, float(rng.uniform(3.9, 4.5)), 3.2, 4.8, 6, float(rng.uniform(4.2, 4.9)), 9.5, 0.4, stone)
    return Hall("library", float(rng.uniform(4.0, 4.8)), 2.6, 4.2, 8, 7.0, float(rng.uniform(7.6, 8.4)), 0.0, stone)


def copies(stage, made, places) -> None:
    """Set an object up at places (x, y, z, heading), sharing one mesh; the first place is the object's own."""
    import bpy

    for i, (x, y, z, heading) in enumerate(places):
        one = made if i == 0 else bpy.data.objects.new(made.name, made.data)
        if i:
            bpy.context.scene.collection.objects.link(one)
            one.visible_shadow = made.visible_shadow
        one.location, one.rotation_euler = (x, y, z), (0, 0, heading)


def repeat(group, places) -> None:
    """Set a whole group up at places (x, y, z, heading), sharing its meshes and lamps; the first place is its own."""
    import bpy
    from mathutils import Matrix

    bpy.context.view_layer.update()
    parts = [part for part in group.children_recursive if part.data is not None]
    relative = group.matrix_world.inverted()
    for x, y, z, heading in places[1:]:
        there = Matrix.Translation((x, y, z)) @ Matrix.Rotation(heading, 4, "Z") @ relative
        for part in parts:
            one = bpy.data.objects.new(part.name, part.data)
            bpy.context.scene.collection.objects.link(one)
            one.matrix_world, one.visible_shadow = there @ part.matrix_world, part.visible_shadow
    group.location, group.rotation_euler = places[0][:3], (0, 0, places[0][3])


def bays(hall: Hall, first: int = -2) -> list[tuple[float, float, float, float]]:
    """Where bays stand: the right side as built, the left turned round."""
    middles = [hall.bay * i for i in range(first, hall.bays)]
    return [(0, y, 0, 0) for y in middles] + [(0, y, 0, np.pi) for y in middles]


def sideways(solid: Solid, x: float) -> Solid:
    """Something built in the xz plane turned to run along y at a given x, its +y side outwards."""
    vertices = np.c_[x + solid.vertices[:, 1], solid.vertices[:, 0], solid.vertices[:, 2]]
    return Solid(vertices, tuple(faces[:, ::-1] for faces in solid.faces))


def floor_of(hall: Hall) -> Solid:
    return box(-hall.wall - 0.5, hall.wall + 0.5, -3 * hall.bay, hall.end + 1, -0.3, 0.0)


def add_flags(stage, hall: Hall, colour, ruined: bool = False):
    """The floor."""
    look = walls.flags(stage, colour, 0.72, 0.3 if not ruined else 0.6)
    return stage.add(floor_of(hall), look)


def portals(stage, hall: Hall, openings) -> None:
    """Sky portals: (x, y, z, width, height, inwards)."""
    for x, y, z, wide, tall, inwards in openings:
        lamp = blender.add_lamp(
            "AREA",
            (x, y, z),
            1.0,
            (1, 1, 1),
            (x + inwards[0], y + inwards[1], z),
            shape="RECTANGLE",
            size=wide,
            size_y=tall,
        )
        lamp.data.cycles.is_portal = True
