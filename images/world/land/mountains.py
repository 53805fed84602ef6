"""Mountains round a valley: the walls on both sides, the shelf that carries camera and subject, and the shot."""

import numpy as np

from images.world import composition
from images.world.noise import fbm, gullied, smoothstep


def walls(scene, x, y):
    """The mountains on both sides and at the valley's end, metres above its floor, before they are fitted."""
    seed, wide = scene.seed * 7 % 9973, scene.where["wide"]
    axis = 500 * scene.where["bend"] * smoothstep(300, 3000, y) * np.sin(y / 2600 + seed)
    aside = np.abs(x - axis) / wide
    side = smoothstep(170, 2600, aside) * (1 - 0.45 * smoothstep(9000, 16000, y))
    side = side + 0.85 * smoothstep(6000, 12000, y + 0.3 * aside)
    peaks = 900 + 2300 * (gullied(x / 4300 + 0.3, y / 4300, 6, seed) + 0.12)
    rough = (3 + 30 * side) * fbm(x / 160, y / 160, 5, seed + 9)
    return side * peaks + rough + 26 * smoothstep(60, 700, aside)


def ground_of(scene, shot, tall: float):
    """Heights for a shot: the shelf that carries camera and subject and the valley beyond. tall: scales the peaks."""
    seed, kind = scene.seed * 13 % 9973, scene.where["kind"]
    reach = shot.subject[1] + 0.8 * shot.width + 3
    depth = {"ledge": 70 + 0.35 * reach, "lake": 4.0, "meadow": 3.0}[kind]
    start = {"ledge": reach * 1.12 + 4, "lake": reach * 1.05 + 1.5, "meadow": reach * 1.5 + 20}[kind]
    length = {"ledge": 0.8 * reach + 60, "lake": 0.25 * reach + 8, "meadow": 2.0 * reach + 150}[kind]

    def ground(x, y):
        x, y = np.asarray(x, float), np.asarray(y, float)
        shelf = 0.45 * fbm(x / 7, y / 7, 5, seed) + (0.3 + 0.016 * reach) * fbm(
            x / (0.5 * reach), y / (0.5 * reach), 3, seed + 3
        )
        shelf = (
            shelf + 0.10 * fbm(x / 1.1, y / 1.1, 3, seed + 5) - (0.012 if kind == "lake" else 0.006) * np.maximum(y, 0)
        )
        far = tall * walls(scene, x, y) - depth
        radius = np.hypot(0.75 * x, y) + 0.12 * length * fbm(x / (0.3 * length), y / (0.3 * length), 3, seed + 7)
        return shelf + (far - shelf) * smoothstep(start, start + length, radius)

    return ground


def water_level(shot) -> float:
    return -0.012 * (shot.subject[1] + 0.8 * shot.width + 3) - 0.9


def shoot(scene, aspect):
    flat = lambda x, y: np.zeros(np.broadcast(x, y).shape)  # noqa: E731
    # low in the frame, so that there is room for peaks above
    low = scene.framing.base - 0.09 if scene.on == "ground" else None
    limits = {"near": 5, "far": 700, "lens": (22, 50), "base": low}
    eye = (1.6, 3.2) if scene.where["kind"] == "ledge" else (1.2, 2.2)
    rise = 0.2 * scene.height if scene.height > 12 and scene.on == "ground" else 0.0
    first = composition.in_the_open(scene, aspect, flat, eye=eye, **limits)
    ground = ground_of(scene, first, fitting(scene, first))
    return composition.in_the_open(scene, aspect, ground, eye=eye, rise=rise, **limits)


def fitting(scene, shot) -> float:
    """The scale at which the highest peaks in view reach nearly to the top of the frame."""
    ahead, _, _ = shot.axes()
    top = float(np.arcsin(ahead[2]) + np.arctan(shot.spread[1]))
    y = np.geomspace(900, 14000, 40)[:, None]
    x = np.linspace(-0.85, 0.85, 41)[None] * shot.spread[0] * y
    rising = np.percentile(walls(scene, x, y) / y, 98)
    return float(np.clip(0.86 * np.tan(max(top, 0.05)) / rising, 0.3, 1.1))
