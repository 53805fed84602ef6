"""What the forests share: ground with a path to the subject, a clearing for what is large, trunks in depth."""

from dataclasses import replace

import numpy as np

from images.world import composition
from images.world.light import GREY, PLAIN
from images.world.noise import fbm, smoothstep
from images.world.plants.planting import jittered

DEEP = 130.0  # metres that a wood of small subjects goes back


def shoot(scene, aspect: float, *, eye=(0.8, 1.9), lens=(24, 60)):
    """The camera on a path that leads to the subject; ground that rises behind, so that it closes the view."""
    flat = lambda x, y: np.zeros(np.broadcast(x, y).shape)  # noqa: E731
    first = composition.in_the_open(scene, aspect, flat, eye=eye, near=5, far=320, lens=lens)
    ground = ground_of(scene, first)
    return composition.in_the_open(scene, aspect, ground, eye=eye, near=5, far=320, lens=lens)


def ground_of(scene, shot):
    seed = scene.seed * 11 % 9973
    path = path_of(scene, shot)
    back = shot.subject[1]

    def ground(x, y):
        x, y = np.asarray(x, float), np.asarray(y, float)
        aside = np.abs(x - path(y))
        height = 0.4 * fbm(x / 8, y / 8, 4, seed) + 0.9 * fbm(x / 31, y / 31, 2, seed + 3)
        height = height + 0.05 * fbm(x / 0.9, y / 0.9, 3, seed + 6) * smoothstep(0.5, 1.4, aside)
        rise = np.maximum(y - 1.25 * back - 8, 0)
        height = height + 0.10 * rise + 0.03 * np.maximum(aside - 6, 0)
        return height * (0.35 + 0.65 * smoothstep(0.6, 3.0, aside)) - 0.16 * (1 - smoothstep(0.4, 1.5, aside))

    return ground


def path_of(scene, shot):
    """The path's x at distances y: under the camera, to the subject, and on in bends."""
    seed = scene.seed * 11 % 9973
    sx, sy = shot.subject[:2]
    bend = 1.5 * float(fbm(seed * 0.37, 0.5, 1, 5)) + 0.6

    def path(y):
        t = np.clip(np.asarray(y, float) / sy, -0.5, 1)
        after = np.maximum(np.asarray(y, float) - sy, 0)
        straight = sx * t * t * (3 - 2 * np.abs(t)) + bend * np.sin(np.pi * t) * min(1.0, sy / 12)
        return (
            straight
            + np.sign(-sx) * (0.22 * after - 0.1 * after**2 / (after + 40))
            + 2 * np.sin(after / 16) * (after > 0)
        )

    return path


def is_large(scene) -> bool:
    return scene.width > 2.6 or scene.height > 3


def depth_of(shot) -> float:
    """How far back trees have to stand."""
    return max(DEEP, 1.5 * shot.subject[1] + 70)


def room_for_trees(stage, x, y, path, trunk: float = 0.4) -> np.ndarray:
    """Which points may carry a tree: beside the path, out of the line of sight, clear of lens and subject."""
    scene, shot = stage.scene, stage.shot
    aside = np.abs(x - path(y))
    sx, sy = shot.subject[:2]
    clearing = 0.62 * scene.width + (2.2 if not is_large(scene) else 5.0) + 0.12 * scene.height
    free = shot.clear(x, y, 0.8 + 0.25 * scene.width, beyond=0.3 * scene.width + 0.5)
    free &= np.hypot(x - sx, (y - sy) * 1.0) > clearing
    free &= (aside > 1.7 + trunk + 0.012 * y) | (y > 2.2 * sy + 30)
    free &= ~_gap(stage, x, y)
    # what stands close to the lens stays at the frame's sides
    pan = (shot.target[0] - shot.eye[0]) / (shot.target[1] - shot.eye[1])
    off = np.abs((x - shot.eye[0]) / np.maximum(y - shot.eye[1], 0.1) - pan) / shot.spread[0]
    return free & ((y > 9) | (off > 0.68) | (y < -2)) & (np.hypot(x, y) > 2.6)


def _gap(stage, x, y) -> np.ndarray:
    """Where trees are missing behind the subject, so that a low sun finds ways in between the crowns."""
    sx, sy = stage.shot.subject[:2]
    dx, dy = x - sx, y - sy
    wedge = (np.abs(dx - 0.25 * dy * np.sign(sx)) < 2.5 + 0.22 * dy) & (dy > 9) & (dy < 64)
    return wedge & (fbm(x / 4.5, y / 4.5, 2, stage.scene.seed % 61) > 0.12)


def light_under_trees(scene, light):
    """Crowns hide most of the sky, so no clouds are drawn; the air between trunks is thicker than in the open."""
    if light == PLAIN:  # an overcast day: full sun would burn spots into the ground
        return replace(light, clouds=None, sun=2.2, softness=14.0, sky=GREY, sky_strength=1.1)
    haze = light.haze if light.haze > 1e-3 else min(5 * light.haze, 6e-4)
    # the air under trees is lit less than the air before the horizon
    colour = light.haze_colour or tuple(
        0.5 * light.sky_strength * c + 0.12 * light.warm * w for c, w in _horizon(light)
    )
    light = replace(light, clouds=None, haze=haze, haze_colour=colour)
    if light.fog:  # a sun that comes in over the trees rather than between them
        return replace(light, elevation=max(light.elevation, 30.0), sun=1.5 * light.sun)
    return light


def _horizon(light):
    return zip(light.sky[0][1], light.warmth, strict=True)


def stand(stage, name: str, side: float, near: float, far: float, margin: float = 14.0, thin: float = 0.0):
    """Points for trees from `near` to `far` metres, one to a square of `side`, over the view and `margin` beside it.

    thin: how much of the stand noise takes away, 0 none.
    """
    shot = stage.shot
    rng = stage.rng(name)
    wide = (shot.spread[0] + abs(shot.target[0] / 100)) * far + margin
    x, y = jittered(rng, -wide, wide, near, far, side)
    keep = np.abs(x) < shot.spread[0] * np.maximum(y, 0) * 1.15 + margin
    if thin:
        keep &= fbm(x / (7 * side), y / (7 * side), 2, stage.scene.seed % 89) > thin - 0.5
    return x[keep], y[keep]
