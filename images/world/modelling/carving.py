"""Solids cut out of solids, and copies of groups: what car bodies and other pressed things need of Blender."""

import numpy as np

from images.world import blender
from images.world.geometry import Solid


def outward(solid: Solid) -> Solid:
    """The solid with its faces turned outwards, as cutting needs them."""
    v, volume = solid.vertices, 0.0
    for part in solid.faces:
        for i in range(1, part.shape[1] - 1):
            a, b, c = v[part[:, 0]], v[part[:, i]], v[part[:, i + 1]]
            volume += float(np.einsum("ij,ij->", a, np.cross(b, c)))
    return solid if volume > 0 else Solid(v, tuple(part[:, ::-1] for part in solid.faces))


def carve(solid: Solid, material, cuts, sharp: float = 0.6):
    """An object of `solid` less each of `cuts`: (solid, material of the cut's walls). Edges over `sharp` radians are
    edges, the rest is smooth."""
    import bpy

    made = blender.add_mesh(outward(solid), material, smooth=True)
    tools = [blender.add_mesh(outward(cut), inside, smooth=True) for cut, inside in cuts]
    for tool in tools:
        blender.modify(
            made, "BOOLEAN", operation="DIFFERENCE", object=tool, solver="MANIFOLD", material_mode="TRANSFER"
        )
    data = bpy.data.meshes.new_from_object(made.evaluated_get(bpy.context.evaluated_depsgraph_get()))
    for part in (made, *tools):
        bpy.data.objects.remove(part)
    data.set_sharp_from_angle(angle=sharp)
    carved = bpy.data.objects.new("carved", data)
    bpy.context.scene.collection.objects.link(carved)
    return carved


def smooth_but_edges(made, sharp: float = 0.6):
    """Smooth an object's mesh except where its faces meet at more than `sharp` radians."""
    data = made.data
    data.polygons.foreach_set("use_smooth", np.full(len(data.polygons), True))
    data.set_sharp_from_angle(angle=sharp)
    return made


def copied(made, at=(0.0, 0.0, 0.0), heading: float = 0.0):
    """The same thing once more, sharing its meshes; lamps are not copied."""
    import bpy

    def copy(part, parent):
        if part.type == "LIGHT":
            return None
        twin = part.copy()
        bpy.context.scene.collection.objects.link(twin)
        twin.parent = parent
        for child in part.children:
            copy(child, twin)
        return twin

    twin = copy(made, None)
    twin.location, twin.rotation_euler = at, (0, 0, heading)
    return twin


def merged(group):
    """A group's meshes as one object with as many materials; lamps and letters stay apart. Copies of it are cheap."""
    import bpy

    meshes = [part for part in group.children if part.type == "MESH"]
    for part in meshes:
        part.parent = None
        if part.modifiers:
            data = bpy.data.meshes.new_from_object(part.evaluated_get(bpy.context.evaluated_depsgraph_get()))
            part.modifiers.clear()
            part.data = data
    with bpy.context.temp_override(active_object=meshes[0], selected_editable_objects=meshes):
        bpy.ops.object.join()
    meshes[0].parent = group
    return group
