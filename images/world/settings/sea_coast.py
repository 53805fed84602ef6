"""A rocky coast: a headland or an islet in a moving sea, or a beach under cliffs."""

import numpy as np

from images.world import composition
from images.world.base import Setting, details
from images.world.materials import Surface
from images.world.noise import blend, fbm, ridged, smoothstep
from images.world.terrain import land, stones, strewn
from images.world.water import Sea, add_sea

ON_ROCK = ("lighthouse", "castle", "cabin", "windmill", "monolith")


def describe(rng, subject):
    kind = "islet" if subject in ON_ROCK else "sea" if subject == "sailing boat" else "beach"
    phrases = {
        "islet": ("on a rocky coast", "on a rock in the sea", "above the surf", "at the edge of the sea"),
        "sea": ("off a rocky coast", "at sea", "in the swell below the cliffs"),
        "beach": ("on a beach below the cliffs", "on the beach", "at the water's edge"),
    }[kind]
    return details(str(rng.choice(phrases)), kind=kind, side=int(rng.choice([-1, 1])), wind=float(rng.uniform(6, 11)))


def _headland(seed: int, side: int, x, y):
    """Cliffs far off on one side; metres above the sea, negative in the water."""
    edge = side * x - (90 + 0.16 * y) + 60 * fbm(x / 300, y / 300, 4, seed)
    cliff = smoothstep(0, 42, edge) * (46 + 26 * fbm(x / 240, y / 240, 4, seed + 5))
    return (
        -9 + (cliff + 9) * smoothstep(-30, 6, edge) + 5 * fbm(x / 22, y / 22, 5, seed + 9) * smoothstep(-20, 30, edge)
    )


def ground(scene, x, y):
    """Height of the sea bed, the beach and the cliffs; the sea stands at 0."""
    seed, side, kind = scene.seed * 7 % 9973, scene.where["side"], scene.where["kind"]
    x, y = np.asarray(x, float), np.asarray(y, float)
    height = _headland(seed, side, x, y)
    if kind == "beach":
        # sand rising away from the water, which comes in from the other side
        edge = side * x + 5 + 0.06 * y + 4 * fbm(x / 60, y / 60, 3, seed + 2)
        sand = 0.055 * edge + 0.25 * fbm(x / 14, y / 14, 4, seed + 3) + 0.05 * fbm(x / 2, y / 2, 4, seed + 4)
        height = np.maximum(height, np.where(sand > 0, sand, 0.6 * sand))
    return height


def _with_rock(scene, base, x0: float, y0: float, reach: float, top: float):
    """The rock that carries the subject, steep and broken."""
    seed = scene.seed * 13 % 9973

    def height(x, y):
        x, y = np.asarray(x, float), np.asarray(y, float)
        dx, dy = (x - x0) / reach, (y - y0) / reach
        r = np.hypot(dx, dy) * (1 + 0.42 * fbm(dx * 1.4 + 3, dy * 1.4, 4, seed))
        body = 1 - smoothstep(0.3, 1.15, r)
        rough = fbm(x / 7, y / 7, 6, seed + 4) * 0.4 + 0.5 * (ridged(x / 13, y / 13, 5, seed + 8) - 0.5)
        edge = smoothstep(0.22, 0.5, r)
        return np.maximum(base(x, y), -9 + (top + 9) * body * (1 + 0.35 * edge * rough))

    return height


def shoot(scene, aspect):
    base = lambda x, y: ground(scene, x, y)  # noqa: E731
    if scene.where["kind"] == "sea":
        return composition.in_the_open(scene, aspect, base, eye=(2.5, 5), near=8, base=-0.16)
    if scene.where["kind"] == "beach":
        return composition.in_the_open(scene, aspect, base, eye=(1.0, 2.2), near=4)
    # the rock's place follows from where composition puts the subject on flat water
    first = composition.in_the_open(
        scene, aspect, lambda x, y: np.zeros(np.broadcast(x, y).shape), eye=(2.2, 5), near=20
    )
    top = 0.22 * scene.height + 3
    rock = _with_rock(scene, base, *first.subject[:2], reach=1.5 * scene.width + 14, top=top)
    return composition.in_the_open(scene, aspect, rock, eye=(11, 14), near=20, base=scene.framing.base + 0.16)


def build(stage):
    scene, shot = stage.scene, stage.shot
    beach = scene.where["kind"] == "beach"

    def colour(x, y, z, up):
        grass = smoothstep(0.62, 0.85, up + 0.12 * fbm(x / 9, y / 9, 4, 3)) * smoothstep(
            5, 12, z + 4 * fbm(x / 20, y / 20, 3, 8)
        )
        rock = blend((0.1, 0.085, 0.07), (0.2, 0.17, 0.14), np.clip(0.5 + fbm(x / 6, y / 6, 5, 2), 0, 1))
        rock = blend((0.016, 0.017, 0.016), rock, smoothstep(0.6, 3.2, z + 0.8 * fbm(x / 3, y / 3, 3, 5)))
        rock = blend(rock, (0.065, 0.075, 0.025), grass)
        if not beach:
            return rock
        sand = blend((0.11, 0.085, 0.06), (0.42, 0.34, 0.24), smoothstep(0.05, 0.6, z + 0.1 * fbm(x, y, 3, 6)))
        return blend(sand, rock, smoothstep(0.75, 0.95, 1 - up + smoothstep(4, 9, z)))

    surface = Surface(
        roughness=0.85, variation=0.4, grain=0.8, relief=0.14, relief_size=0.7, attribute=True, own_space=False
    )
    if beach:
        surface = Surface(
            roughness=0.8, variation=0.2, grain=0.3, relief=0.018, relief_size=0.12, attribute=True, own_space=False
        )
    land(stage, shot.ground, colour, surface, near=1.2, far=4000)
    calm = lambda x, y: smoothstep(0.3, -3.0, shot.ground(x, y))  # noqa: E731
    add_sea(stage, Sea(wind=scene.where["wind"], direction=1.2 if scene.where["side"] > 0 else 1.9), calm=calm)
    _boulders(stage)


def _boulders(stage):
    """Stones on the shore and just off it, wet where the waves reach."""
    shot = stage.shot
    kinds = stones(stage, "stones", 4, Surface((0.075, 0.068, 0.06), 0.6, 0.5, 0.5, 0.03, 0.08, gloss_variation=0.25))
    x, y = strewn(stage, "boulders", 2600, 2.5, 240)
    z = shot.ground(x, y)
    clump = fbm(x / 11, y / 11, 3, stage.scene.seed % 97)
    keep = (z > -0.9) & (z < 2.5) & (clump > 0.12) & shot.clear(x, y, 1.0)
    size = stage.rng("boulder sizes").lognormal(-0.9, 0.7, len(x)) * np.clip(y / 30, 0.5, 2.2)
    stage.scatter(kinds, np.c_[x, y, z - 0.1 * size][keep], size[keep], "boulder kinds")


def light(scene, light):
    return light


SETTING = Setting(
    name="sea coast",
    describe=describe,
    shoot=shoot,
    build=build,
    light=light,
    lights=("golden hour", "afterglow", "blue hour", "storm", "moonlight", "pink dawn", "silver fog", "low side light"),
)
