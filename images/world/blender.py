"""The one place that talks to Blender: a scene's objects, lamps, camera and passes. `bpy` is imported when called."""

import contextlib
import math
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from images.world.geometry import Solid
from inference.cli import InputError

SUBJECT_INDEX = 1  # the pass index of what belongs to the subject
FAR = 1e5  # metres; where the sky is


def need_blender() -> None:
    """One sentence where the extra is missing, before anything is built."""
    try:
        import bpy  # noqa: F401
        import numba  # noqa: F401
        import OpenEXR  # noqa: F401
    except ImportError as error:
        raise InputError(f"rendering needs {error.name}: pip install -e .[render]") from error


def clear() -> None:
    """An empty file."""
    import bpy

    bpy.ops.wm.read_factory_settings(use_empty=True)


@contextlib.contextmanager
def muted() -> Iterator[None]:
    """Keep Blender's own lines out of the terminal: it writes them past Python."""
    sys.stdout.flush()
    sys.stderr.flush()
    kept = [os.dup(stream) for stream in (1, 2)]
    with open(os.devnull, "w") as nowhere:
        for stream in (1, 2):
            os.dup2(nowhere.fileno(), stream)
    try:
        yield
    finally:
        for stream, copy in zip((1, 2), kept, strict=True):
            os.dup2(copy, stream)
            os.close(copy)


def add_mesh(
    solid: Solid, material=None, smooth: bool | float = False, colours: np.ndarray | None = None, name: str = "mesh"
):
    """Add a solid to the scene. smooth: True, or degrees above which an edge stays sharp, for turned and carved things.
    colours: (n, 3) linear, one a vertex, read by materials as the attribute "Col"."""
    import bpy

    data = bpy.data.meshes.new(name)
    data.vertices.add(len(solid.vertices))
    data.vertices.foreach_set("co", np.asarray(solid.vertices, np.float32).ravel())
    corners = np.concatenate([np.asarray(part, np.int32).ravel() for part in solid.faces])
    sizes = np.concatenate([np.full(len(part), part.shape[1], np.int32) for part in solid.faces])
    data.loops.add(len(corners))
    data.loops.foreach_set("vertex_index", corners)
    data.polygons.add(len(sizes))
    data.polygons.foreach_set("loop_start", np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int32))
    # Blender 5 smooths what does not say so
    data.polygons.foreach_set("use_smooth", np.full(len(sizes), bool(smooth)))
    if colours is not None:
        layer = data.attributes.new("Col", "FLOAT_COLOR", "POINT")
        layer.data.foreach_set("color", np.c_[colours, np.ones(len(colours))].astype(np.float32).ravel())
    data.update()
    if smooth is not True and smooth:
        data.set_sharp_from_angle(angle=math.radians(smooth))
    made = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(made)
    if material is not None:
        data.materials.append(material)
    return made


def add_attributes(made, **values: np.ndarray) -> None:
    """Numbers (n,) or vectors (n, 3) for an object's vertices, read by materials under their names."""
    for name, array in values.items():
        kind, key = ("FLOAT", "value") if array.ndim == 1 else ("FLOAT_VECTOR", "vector")
        layer = made.data.attributes.new(name, kind, "POINT")
        layer.data.foreach_set(key, np.asarray(array, np.float32).ravel())


def add_strands(points: np.ndarray, radii, material, name: str = "strands"):
    """Hairs, traced as curves: points (n, k, 3) from root to tip; radii one number or one for each of the k points."""
    import bpy

    count, along, _ = points.shape
    data = bpy.data.hair_curves.new(name)
    data.add_curves([along] * count)
    data.points.foreach_set("position", np.asarray(points, np.float32).ravel())
    data.points.foreach_set("radius", np.tile(np.broadcast_to(np.asarray(radii, np.float32), along), count))
    data.materials.append(material)
    made = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(made)
    return made


def add_group(parts, name: str = "group"):
    """An empty that carries `parts`, so that they move as one."""
    import bpy

    group = bpy.data.objects.new(name, None)
    bpy.context.scene.collection.objects.link(group)
    for part in parts:
        if part.parent is None:
            part.parent = group
    return group


def modify(made, kind: str, **settings):
    """Give an object a modifier: "BEVEL", "SUBSURF", "REMESH" ..."""
    modifier = made.modifiers.new(kind.lower(), kind)
    for name, value in settings.items():
        setattr(modifier, name, value)
    return made


def evaluated(made) -> tuple[np.ndarray, object]:
    """The object's mesh with its modifiers applied: (n, 3) vertices and the new mesh's data; the object is removed."""
    import bpy

    graph = bpy.context.evaluated_depsgraph_get()
    data = bpy.data.meshes.new_from_object(made.evaluated_get(graph))
    bpy.data.objects.remove(made)
    vertices = np.empty(len(data.vertices) * 3, np.float32)
    data.vertices.foreach_get("co", vertices)
    return vertices.reshape(-1, 3), data


def add_data(data, material, name: str = "mesh"):
    """An object of mesh data that is there already."""
    import bpy

    made = bpy.data.objects.new(name, data)
    bpy.context.scene.collection.objects.link(made)
    data.materials.clear()
    data.materials.append(material)
    return made


def add_text(words: str, size: float, material, depth: float = 0.02):
    """Raised letters in Blender's own typeface, standing in the xz plane and read from -y; centred at the origin."""
    import bpy

    curve = bpy.data.curves.new("text", "FONT")
    curve.body, curve.size, curve.extrude = words, size, depth
    curve.align_x, curve.align_y, curve.space_line = "CENTER", "CENTER", 0.85
    made = bpy.data.objects.new("text", curve)
    made.rotation_euler = (math.pi / 2, 0, 0)
    bpy.context.scene.collection.objects.link(made)
    curve.materials.append(material)
    return made


def scatter(child, points: np.ndarray, scales, turns: np.ndarray):
    """Instances of `child` on points (n, 3), each scaled and turned about z: memory for one, however many."""
    points, scales = np.asarray(points, float), np.broadcast_to(scales, len(points))
    corners = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)])
    c, s = np.cos(turns)[:, None], np.sin(turns)[:, None]
    x = points[:, :1] + scales[:, None] * (corners[:, 0] * c - corners[:, 1] * s)
    y = points[:, 1:2] + scales[:, None] * (corners[:, 0] * s + corners[:, 1] * c)
    z = np.broadcast_to(points[:, 2:], x.shape)
    faces = np.arange(4 * len(points)).reshape(-1, 4)
    carrier = add_mesh(Solid(np.stack([x, y, z], -1).reshape(-1, 3), (faces,)), name="scatter")
    carrier.instance_type, carrier.use_instance_faces_scale = "FACES", True
    carrier.show_instancer_for_render = False
    child.parent = carrier
    return carrier


def add_lamp(kind: str, at, power: float, colour, to=None, **settings):
    """A lamp: "SUN" (W/m2), "POINT", "SPOT" or "AREA" (W), pointing at `to`."""
    import bpy
    from mathutils import Vector

    data = bpy.data.lights.new(kind, kind)
    data.energy, data.color = power, tuple(colour)
    for name, value in settings.items():
        setattr(data, name, value)
    lamp = bpy.data.objects.new(kind, data)
    lamp.location = at
    bpy.context.scene.collection.objects.link(lamp)
    if to is not None:
        lamp.rotation_euler = (Vector(to) - Vector(at)).to_track_quat("-Z", "Y").to_euler()
    return lamp


def add_camera(at, to, lens: float, focus: float, fstop: float, roll: float = 0.0):
    """The camera, 36 mm wide on its longer side. focus: metres; fstop 0: everything sharp."""
    import bpy

    data = bpy.data.cameras.new("camera")
    camera = bpy.data.objects.new("camera", data)
    bpy.context.scene.collection.objects.link(camera)
    bpy.context.scene.camera = camera
    data.lens, data.clip_start, data.clip_end = lens, 0.02, FAR
    aim_camera(camera, at, to, roll)
    if fstop:
        data.dof.use_dof, data.dof.focus_distance, data.dof.aperture_fstop = True, focus, fstop
    return camera


def aim_camera(camera, at, to, roll: float = 0.0) -> None:
    from mathutils import Vector

    camera.location = at
    camera.rotation_euler = (Vector(to) - Vector(at)).to_track_quat("-Z", "Y").to_euler()
    camera.rotation_euler.rotate_axis("Z", roll)


def morph(made, now: np.ndarray, then: np.ndarray, frame: int) -> None:
    """Have a mesh go from vertices `now` at `frame` to `then` at the next one."""
    if made.data.shape_keys is None:
        made.shape_key_add(name="now")
        made.shape_key_add(name="then")
    keys = made.data.shape_keys.key_blocks
    for key, vertices in zip(keys, (now, then), strict=True):
        key.data.foreach_set("co", np.asarray(vertices, np.float32).ravel())
    made.data.shape_keys.animation_data_clear()
    for number, value in ((frame, 0.0), (frame + 1, 1.0)):
        keys["then"].value = value
        keys["then"].keyframe_insert("value", frame=number)


def mark_subject(made) -> None:
    """Count an object and all it carries as the subject in the mask."""
    for part in (made, *made.children_recursive):
        part.pass_index = SUBJECT_INDEX


@dataclass(frozen=True)
class Passes:
    """What one rendering gives, top row first: linear light (h, w, 3), planar depth in metres (h, w), the subject's
    mask (h, w), and flow to the next frame (h, w, 2), pixels to the right and down, where it was asked for."""

    light: np.ndarray
    depth: np.ndarray
    subject: np.ndarray
    flow: np.ndarray | None


def prepare(
    width: int, height: int, samples: int, flow: bool, volumes: bool, keep: bool = False, draft: bool = False
) -> None:
    """Set Cycles up for pictures of a size. keep: what does not change stays built from frame to frame. draft: fewer
    bounces and a quicker denoiser, as suits small pictures."""
    import bpy

    scene = bpy.context.scene
    render, cycles, layer = scene.render, scene.cycles, bpy.context.view_layer
    render.engine = "CYCLES"
    render.resolution_x, render.resolution_y, render.resolution_percentage = width, height, 100
    cycles.samples, cycles.use_adaptive_sampling, cycles.adaptive_threshold = samples, True, 0.02
    cycles.adaptive_min_samples = min(16, samples)
    with muted():  # it looks for a GPU and says that there is none
        cycles.use_denoising, cycles.denoiser = True, "OPENIMAGEDENOISE"
    cycles.denoising_input_passes = "RGB_ALBEDO_NORMAL"
    cycles.denoising_prefilter, cycles.denoising_quality = ("FAST", "FAST") if draft else ("ACCURATE", "HIGH")
    cycles.max_bounces, cycles.diffuse_bounces, cycles.glossy_bounces = (6, 2, 2) if draft else (8, 3, 4)
    cycles.transmission_bounces, cycles.transparent_max_bounces = (4, 8) if draft else (6, 12)
    cycles.volume_bounces, cycles.volume_biased = int(volumes), True
    cycles.sample_clamp_indirect, cycles.use_light_tree = 6.0, True
    cycles.caustics_reflective = cycles.caustics_refractive = False
    layer.use_pass_z, layer.use_pass_object_index, layer.use_pass_vector = True, True, flow
    render.use_motion_blur, render.use_persistent_data = False, keep
    image = render.image_settings
    image.media_type, image.file_format, image.color_depth = "MULTI_LAYER_IMAGE", "OPEN_EXR_MULTILAYER", "32"


def trace(frame: int = 1) -> Passes:
    """Render one frame."""
    import bpy
    import OpenEXR

    scene = bpy.context.scene
    scene.frame_set(frame)
    with tempfile.TemporaryDirectory() as folder:
        scene.render.filepath = str(Path(folder) / "passes.exr")
        with muted():
            bpy.ops.render.render(write_still=True)
        with OpenEXR.File(scene.render.filepath, separate_channels=True) as file:
            # Blender 5 writes each pass as a part of its own
            channels = {
                name: np.array(channel.pixels) for part in file.parts for name, channel in part.channels.items()
            }

    def find(ending: str) -> np.ndarray:
        return next(pixels for name, pixels in channels.items() if name.endswith(ending)).astype(np.float32)

    light = np.stack([find(f"Combined.{c}") for c in "RGB"], -1)
    depth = np.minimum(find("Depth.Z"), FAR)
    flow = None
    if bpy.context.view_layer.use_pass_vector:
        # Z and W hold the way back to here from the next frame, with y upwards
        flow = np.stack([-find("Vector.Z"), find("Vector.W")], -1)
    return Passes(np.nan_to_num(light, posinf=100), depth, find("Object Index.X").round() == SUBJECT_INDEX, flow)
