"""A scene to a picture: build it in Blender, trace it, develop the film.

rendering = render(sample_scene(7), "film", 1216, 512, samples=64, detail=1.0)
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from images.world import blender
from images.world.film import Film, develop
from images.world.light import FILM_LIGHTS, PLAIN, Light, varied, with_part
from images.world.scene import Scene
from images.world.settings import SETTINGS
from images.world.stage import Stage
from images.world.subjects import SUBJECTS
from inference.cli import InputError

SIDES = (32, 4096)  # pixels


@dataclass(frozen=True)
class Rendering:
    picture: np.ndarray  # (h, w, 3) uint8
    light: np.ndarray  # (h, w, 3) float16, linear, before haze and film
    depth: np.ndarray  # (h, w) float32, metres along the camera's axis; blender.FAR in the sky
    subject: np.ndarray  # (h, w) bool
    film: Film  # develop(light, depth, film, seed) gives the picture again
    flow: np.ndarray | None = None  # (h, w, 2) float32, pixels to the right and down to the next frame of a clip


def render(
    scene: Scene, look: str | Iterable[str] = "plain", width: int = 1216, height: int = 512, *, samples: int = 64,
    detail: float = 1.0,
) -> Rendering:  # fmt: skip
    """One picture. look: "plain", "film" or names from light.PARTS. samples: paths a pixel, denoised. Raises InputError
    for a size, a look or a scene that cannot be rendered."""
    check_size(width, height)
    stage = build(scene, look, width / height, detail)
    blender.prepare(width, height, samples, flow=False, volumes=bool(stage.light.fog), draft=stage.draft)
    return developed(stage, blender.trace())


def build(scene: Scene, look: str | Iterable[str], aspect: float, detail: float) -> Stage:
    """Build a scene in an empty Blender file; the same geometry for every look."""
    blender.need_blender()
    if not 0.02 <= detail <= 2:
        raise InputError(f"detail {detail} is not between 0.02 and 2")
    light = light_for(scene, look)
    setting, subject = SETTINGS[scene.setting], SUBJECTS[scene.subject]
    blender.clear()
    stage = Stage(scene, light, setting.shoot(scene, aspect), detail)
    made = subject.build(stage, scene.what)
    stage.place(made, stage.shot.subject, stage.shot.heading)
    blender.mark_subject(made)
    stage.subject_parts.append(made)
    setting.build(stage)
    stage.build_sky()
    shot = stage.shot
    stage.camera = blender.add_camera(shot.eye, shot.target, shot.lens, shot.distance, shot.fstop, shot.roll)
    return stage


def light_for(scene, look: str | Iterable[str]) -> Light:
    """The light of a scene: `look` is "plain", "film", or names from PARTS that are added to plain light."""
    place = SETTINGS[scene.setting]
    if look == "plain":
        return place.light(scene, PLAIN)
    if look == "film":
        return place.light(scene, varied(FILM_LIGHTS[scene.light], scene.rng("light")))
    parts = (look,) if isinstance(look, str) else tuple(look)
    light = PLAIN
    for part in parts:
        if part in place.parts:
            raise InputError(f"{part!r} does not go with {scene.setting!r}")
        light = with_part(light, part)
    return place.light(scene, light)


def check_size(width: int, height: int) -> None:
    for name, side in (("width", width), ("height", height)):
        if not SIDES[0] <= side <= SIDES[1]:
            raise InputError(f"{name} {side} is not between {SIDES[0]} and {SIDES[1]} pixels")


def film_of(stage: Stage) -> Film:
    """The light's film, told where the sun stands in the frame and what colour the air is."""
    light, shot = stage.light, stage.shot
    towards = stage.sun_direction()
    sun = shot.project(tuple(np.add(shot.eye, 1e4 * towards))) if light.sun else None
    colour = light.haze_colour or _air(light)
    ahead, _, up = shot.axes()
    tilt, high = float(ahead[2]), float(up[2]) * shot.spread[1]
    return replace(
        light.film, haze=light.haze, haze_colour=colour, sun=sun, sun_colour=light.sun_colour, mist=light.mist,
        mist_height=light.mist_height, mist_floor=light.mist_floor - shot.eye[2], slopes=(tilt + high, tilt - high),
    )  # fmt: skip


def _air(light: Light) -> tuple[float, float, float]:
    """The colour of haze where a light does not say: the horizon's."""
    horizon = light.sky[0][1]
    return tuple(
        0.9 * light.sky_strength * c + 0.25 * light.warm * w for c, w in zip(horizon, light.warmth, strict=True)
    )


def developed(stage: Stage, passes: blender.Passes, grain: int = 0) -> Rendering:
    """The rendering of a traced frame; `grain` numbers the frame, whose grain is its own."""
    film = film_of(stage)
    light = np.clip(passes.light, 0, 60000).astype(np.float16)
    picture = develop(light, passes.depth, film, stage.scene.seed + 7919 * grain)
    return Rendering(picture, light, passes.depth, passes.subject, film, passes.flow)
