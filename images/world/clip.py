"""A clip of a scene: the camera and the subject move, with exact optical flow and depth for every frame.

for rendering in clip(scene, "plain", Move(truck=2.0), 848, 480, frames=96):
    rendering.picture, rendering.flow
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from images.world import blender
from images.world.base import Shot
from images.world.renderer import Rendering, build, check_size, developed
from images.world.scene import Scene
from images.world.subjects import SUBJECTS
from inference.cli import InputError


@dataclass(frozen=True)
class Move:
    """How far things move from the first frame to the last, evenly; metres."""

    truck: float = 0.0  # the camera to the right
    dolly: float = 0.0  # ahead
    rise: float = 0.0  # up
    follow: float = 1.0  # 1: the camera keeps the subject where it is in the frame; 0: it looks the same way throughout
    walk: float | None = None  # the subject ahead; as fast as its kind if None
    climb: float = 0.0  # the subject up


def sample_move(scene: Scene, distance: float) -> Move:
    """A move for a scene, from its seed: mostly sideways, as far as suits a subject `distance` metres away."""
    rng = scene.rng("move")
    return Move(
        truck=float(rng.choice([-1, 1]) * rng.uniform(0.1, 0.25)) * distance,
        dolly=float(rng.uniform(-0.05, 0.12)) * distance,
        rise=float(rng.uniform(-0.01, 0.03)) * distance,
        follow=float(rng.uniform(0.2, 0.9)),
        climb=0.15 * distance * scene.rng("climb").uniform(-1, 1) if scene.on == "air" else 0.0,
    )


def clip(
    scene: Scene,
    look: str | Iterable[str],
    move: Move | None,
    width: int,
    height: int,
    frames: int,
    *,
    rate: float = 24.0,
    samples: int = 16,
    detail: float = 0.5,
    start: int = 0,
) -> Iterator[Rendering]:
    """`frames` renderings of one take, the scene's own picture in its middle. Each has the flow to the next frame, the
    last one to the frame that would follow: (h, w, 2) pixels to the right and down, of the surface seen at each pixel.

    move: drawn from the scene's seed if None. start: frames that are left out because they are there already. The
    scene is built once. Raises InputError as `render` does, and for fewer than one frame.
    """
    check_size(width, height)
    if frames < 1:
        raise InputError(f"a clip of {frames} frames has none; ask for one or more")
    stage = build(scene, look, width / height, detail)
    move = move or sample_move(scene, stage.shot.distance)
    seconds = frames / rate
    walk = scene.what.get("moves", SUBJECTS[scene.subject].moves) * seconds if move.walk is None else move.walk
    shots = [_shot_at(stage.shot, move, walk, t) for t in _times(frames)]
    _animate(stage, shots)
    blender.prepare(width, height, samples, flow=True, volumes=bool(stage.light.fog), keep=True, draft=stage.draft)
    for number, shot in list(enumerate(shots[:-1], 1))[start:]:
        stage.shot = shot
        stage.roll_waves(number / rate, (number + 1) / rate, number)
        rendering = developed(stage, blender.trace(number), grain=number)
        yield replace(rendering, flow=_with_sky(rendering, shot, shots[number]))


def views(
    scene: Scene, look: str | Iterable[str], width: int, height: int, count: int, *, samples: int, detail: float
) -> Iterator[Rendering]:
    """`count` renderings of a scene that stands still, from places along its camera's move; it is built once.

    Much cheaper than a clip's frames: nothing but the camera changes, and no flow is asked for.
    """
    check_size(width, height)
    stage = build(scene, look, width / height, detail)
    move, middle = sample_move(scene, stage.shot.distance), stage.shot
    blender.prepare(width, height, samples, flow=False, volumes=bool(stage.light.fog), keep=True, draft=stage.draft)
    for number, t in enumerate(np.linspace(-0.5, 0.5, count)):
        stage.shot = _shot_at(middle, move, 0.0, t)
        blender.aim_camera(stage.camera, stage.shot.eye, stage.shot.target, stage.shot.roll)
        yield developed(stage, blender.trace(), grain=number)


def _times(frames: int) -> np.ndarray:
    """Where each frame, and the one after the last, stands in the take: -0.5 the first, 0.5 the last."""
    return (np.arange(frames + 1) - (frames - 1) / 2) / max(frames - 1, 1)


def _shot_at(shot: Shot, move: Move, walk: float, t: float) -> Shot:
    ahead, right, _ = shot.axes()
    level = np.array([ahead[0], ahead[1], 0]) / np.hypot(*ahead[:2])
    camera = t * (move.truck * right + move.dolly * level + np.array([0, 0, move.rise]))
    facing = np.array([np.sin(shot.heading), -np.cos(shot.heading), 0])
    gone = t * (walk * facing + np.array([0, 0, move.climb]))
    eye, subject = np.add(shot.eye, camera), np.add(shot.subject, gone)
    # what the camera aims at: a point as far away as the subject, moved along with it or with the camera
    aim = np.add(shot.eye, ahead * shot.distance) + move.follow * gone + (1 - move.follow) * camera
    return replace(shot, eye=tuple(eye), target=tuple(aim), subject=tuple(subject))


def _animate(stage, shots: list[Shot]) -> None:
    """Key camera and subject at every frame, from 1 on."""
    (made,) = stage.subject_parts
    for number, shot in enumerate(shots, 1):
        blender.aim_camera(stage.camera, shot.eye, shot.target, shot.roll)
        made.location = shot.subject
        for thing in (stage.camera, made):
            thing.keyframe_insert("location", frame=number)
        stage.camera.keyframe_insert("rotation_euler", frame=number)
        if shot.fstop:
            stage.camera.data.dof.focus_distance = shot.distance
            stage.camera.data.dof.keyframe_insert("focus_distance", frame=number)


def _with_sky(rendering: Rendering, now: Shot, then: Shot) -> np.ndarray:
    """The flow with the sky's: it is infinitely far, so only the camera's turning moves it."""
    height, width = rendering.depth.shape
    flow = rendering.flow.copy()
    rows, columns = np.nonzero(rendering.depth >= blender.FAR)
    across, up = now.spread
    x = ((columns + 0.5) / width * 2 - 1) * across
    y = (1 - (rows + 0.5) / height * 2) * up
    ahead, right, above = now.axes()
    direction = ahead + x[:, None] * right + y[:, None] * above
    ahead, right, above = then.axes()
    z = direction @ ahead
    u = (direction @ right / z / across + 1) / 2 * width - 0.5
    v = (1 - direction @ above / z / up) / 2 * height - 0.5
    flow[rows, columns] = np.stack([u - columns, v - rows], -1)
    return flow
