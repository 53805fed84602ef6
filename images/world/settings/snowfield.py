"""A field of snow: drifts and sastrugi, spruces under snow, a dark wood and mountains far behind; snow in the air."""

from dataclasses import replace

import numpy as np

from images.world import composition
from images.world.air import thinned
from images.world.base import Setting, details
from images.world.geometry import icosphere
from images.world.materials import Surface
from images.world.noise import blend, fbm, gullied, ridged, smoothstep
from images.world.plants import undergrowth
from images.world.plants.conifers import spruce
from images.world.plants.foliage import bark_material, leaf_material
from images.world.plants.planting import jittered, kinds_of, low_enough, set_out
from images.world.plants.trees import bush, tree
from images.world.terrain import land, stones, strewn
from images.world.viewmesh import fitted_fan

FALLING = {"storm": 1.0, "silver fog": 0.7, "blue hour": 0.5, "moonlight": 0.3}  # snow in the air of the film's lights


def describe(rng, subject):
    phrases = (
        "on a snowfield",
        "in deep snow",
        "on a snow-covered plain",
        "among snowdrifts",
        "in a snowy valley",
        "on a wide field of snow",
    )
    if subject == "spaceship":  # some have landed and some fly
        phrases = ("in a snowy valley", "among snowy hills", "in a white wilderness")
    elif subject == "hot air balloon":
        phrases = ("over a snowfield", "over a snow-covered plain", "over snowy hills")
    return details(
        str(rng.choice(phrases)),
        wind=float(rng.uniform(-1.1, 1.1)),  # radians from +x that the wind blows
        wood=float(rng.uniform(-0.05, 0.3)),
        side=int(rng.choice([-1, 1])),
        mountains=bool(rng.random() < 0.7),
    )


def ground_of(scene, shot):
    seed, wind, side = scene.seed * 17 % 9967, scene.where["wind"], scene.where["side"]
    c, s = np.cos(wind), np.sin(wind)
    reach = shot.subject[1] + shot.width

    def ground(x, y):
        x, y = np.asarray(x, float), np.asarray(y, float)
        along, across = x * c + y * s, y * c - x * s
        drifts = 0.75 * fbm(along / 34, across / 16, 3, seed) + 0.22 * fbm(along / 7.5, across / 3.2, 3, seed + 2)
        carved = ridged(along / 3.4 + 0.3 * fbm(x / 4, y / 4, 2, seed + 8), across / 0.85, 3, seed + 4)
        patches = smoothstep(-0.12, 0.3, fbm(x / 13, y / 13, 3, seed + 6))
        height = (
            drifts
            + 0.17 * patches * (carved - 0.5) ** 2 * np.sign(carved - 0.5) * 4
            + 0.012 * fbm(x / 0.22, y / 0.22, 2, seed + 7)
        )
        swell = fbm(x / 240, y / 240, 3, seed + 1)
        height = height + 6 * swell * smoothstep(0.8 * reach, 2.5 * reach + 60, y)
        height = height + smoothstep(1.6 * reach + 40, 1.6 * reach + 700, y + 0.4 * side * x) * (16 + 26 * swell)
        if scene.where["mountains"]:
            peaks = gullied(x / 2400, y / 2400, 6, seed + 3)
            height = height + smoothstep(900, 4600, y) * (150 + 780 * np.maximum(peaks + 0.28, 0))
        return height

    return ground


def shoot(scene, aspect):
    flat = lambda x, y: np.zeros(np.broadcast(x, y).shape)  # noqa: E731
    limits = {"eye": (0.9, 2.2), "near": 5, "far": 700, "lens": (24, 70)}
    limits["rise"] = 0.06 * scene.height if scene.height > 3 and scene.on == "ground" else 0.0
    first = composition.in_the_open(scene, aspect, flat, **limits)
    return composition.in_the_open(scene, aspect, ground_of(scene, first), **limits)


def build(stage):
    stage.light = thinned(stage.light, stage.shot.distance)
    _snow(stage)
    _trees(stage)
    _through_the_snow(stage)
    _flakes(stage)


def _snow(stage):
    seed = stage.scene.seed % 941

    def colour(x, y, z, up):
        fine = fbm(x / 60, y / 60, 5, seed)
        snow = blend((0.74, 0.78, 0.84), (0.86, 0.87, 0.88), smoothstep(-0.4, 0.4, fbm(x / 9, y / 9, 4, seed + 1)))
        rock = blend((0.085, 0.08, 0.078), (0.16, 0.145, 0.13), smoothstep(-0.4, 0.4, fine))
        bare = smoothstep(0.72, 0.5, up + 0.16 * fine) * smoothstep(300, 900, np.hypot(x, y))
        return blend(snow, rock, bare)

    surface = Surface(
        roughness=0.55,
        variation=0.06,
        grain=0.4,
        relief=0.035,
        relief_size=0.16,
        attribute=True,
        own_space=False,
        specular=0.35,
    )
    points = fitted_fan(stage, stage.shot.ground, near=0.9, far=14000, rows=1150, columns=850, behind=3)
    land(stage, stage.shot.ground, colour, surface, points=points)


def _trees(stage):
    scene, shot = stage.scene, stage.shot
    bark, leaf = (
        bark_material(stage, (0.06, 0.048, 0.04)),
        leaf_material(stage, 0.25, gloss=0.6, vary=0.15, back=(1, 1, 1)),
    )
    far = kinds_of(
        stage, "far trees", 3, lambda r: spruce(r, 15, detail=0.11 * stage.detail**0.5, snow=0.45), bark, leaf
    )
    reach = shot.subject[1] + shot.width
    x, y = strewn(stage, "wood", 16000, 1.5 * reach + 45, 2600, 1.15, bias=0.1)
    clump = fbm(x / 130, y / 130, 4, scene.seed % 71) + 0.25 * smoothstep(0, 0.4, scene.where["side"] * x / y) - 0.12
    ok = (clump > 0.12 - scene.where["wood"]) & shot.clear(x, y, 0.4 * shot.width + 3, beyond=1.5 * shot.width + 12)
    set_out(stage, "wood kinds", far, x[ok], y[ok], stage.rng("wood sizes").uniform(0.5, 1.2, ok.sum()), 0.4)
    near = kinds_of(
        stage,
        "near trees",
        3,
        lambda r: spruce(r, 12, detail=0.6 * stage.detail, snow=0.75, width=r.uniform(0.17, 0.24)),
        bark,
        leaf,
    )
    x, y = jittered(stage.rng("near"), -120, 120, 9, 170, 6.0)
    group = fbm(x / 20, y / 20, 3, scene.seed % 73) > 0.08
    off = np.abs(x - shot.eye[0] - shot._pan() * y) / (shot.spread[0] * y)
    ok = group & shot.sees(x, y, 10) & shot.clear(x, y, 3 + 0.7 * shot.width, beyond=shot.width)
    ok &= (np.hypot(x - shot.subject[0], y - shot.subject[1]) > 1.1 * shot.width + 5) & (off > 0.5)
    sizes = stage.rng("near sizes").uniform(0.25, 1.15, ok.sum())
    set_out(stage, "near kinds", near, x[ok], y[ok], sizes, 0.3)


def _through_the_snow(stage):
    """Dry grass, bare bushes and stones that the snow has not covered."""
    scene, shot, detail = stage.scene, stage.shot, stage.detail
    leaf = leaf_material(stage, 0.35)
    dry = kinds_of(
        stage,
        "dry grass",
        3,
        lambda r: undergrowth.grass(
            r,
            height=0.42,
            radius=0.22,
            blades=46,
            palette=undergrowth.DRY,
            heads=0.3,
            stiff=0.8,
            wind=0.25,
            detail=detail,
        ),
        leaf=leaf,
    )
    x, y = strewn(stage, "dry", 2600, 1.6, 110, bias=0.2)
    ok = (fbm(x / 5, y / 5, 3, scene.seed % 61) > 0.16) & low_enough(stage, x, y, 0.45)
    set_out(stage, "dry kinds", dry, x[ok], y[ok], stage.rng("dry sizes").uniform(0.5, 1.3, ok.sum()), 0.05)
    twigs = bark_material(stage, (0.075, 0.05, 0.038))
    bare = kinds_of(stage, "bare bushes", 2, lambda r: bush(r, 1.0, detail=0.5 * detail, palette=None), twigs)
    x, y = strewn(stage, "bushes", 150, 5, 160)
    ok = (fbm(x / 12, y / 12, 2, scene.seed % 59) > 0.05) & shot.clear(x, y, 0.9)
    set_out(stage, "bush kinds", bare, x[ok], y[ok], stage.rng("bush sizes").uniform(0.3, 1.3, ok.sum()), 0.1)
    young = kinds_of(
        stage,
        "birches",
        1,
        lambda r: tree(r, "birch", 7, detail=0.25 * detail, palette=None),
        bark_material(stage, (0.2, 0.18, 0.16)),
    )
    x, y = strewn(stage, "birches", 40, 18, 240)
    ok = (fbm(x / 40, y / 40, 2, scene.seed % 53) > 0.1) & shot.clear(x, y, 2 + 0.5 * shot.width)
    set_out(stage, "birch kinds", young, x[ok], y[ok], stage.rng("birch sizes").uniform(0.5, 1.3, ok.sum()), 0.1)
    capped = Surface((0.11, 0.105, 0.1), 0.85, 0.5, 0.5, 0.03, 0.08, snow=0.85)
    rocks = stones(stage, "stones", 3, capped)
    x, y = strewn(stage, "rocks", 420, 2.5, 240)
    ok = (fbm(x / 15, y / 15, 3, scene.seed % 47) > 0.14) & shot.clear(x, y, 0.6)
    sizes = stage.rng("rock sizes").lognormal(-0.9, 0.7, ok.sum()) * np.clip(y[ok] / 20, 0.6, 2.4)
    set_out(stage, "rock kinds", rocks, x[ok], y[ok], sizes, 0.15 * sizes.mean() if len(sizes) else 0.0)


def _flakes(stage):
    amount = FALLING.get(stage.scene.light, 0.0)
    if stage.light.film.mean is not None or not amount:
        return
    rng, shot = stage.rng("flakes"), stage.shot
    n = stage.count(round(16000 * amount), 500)
    away = 1.2 + 34 * rng.random(n) ** 1.4
    x = shot.eye[0] + away * (shot._pan() + 1.15 * shot.spread[0] * rng.uniform(-1, 1, n))
    z = shot.eye[2] + away * (shot.axes()[0][2] + 1.2 * shot.spread[1] * rng.uniform(-1, 1, n))
    flake = stage.add(
        icosphere(1).scaled(0.0045), stage.surface((0.85, 0.87, 0.9), 0.9, variation=0.0, translucency=0.5), smooth=True
    )
    stage.scatter(
        [flake],
        np.c_[x, shot.eye[1] + away, z],
        rng.uniform(0.5, 1.5, n) * max(1.0, 0.75 * stage.detail**-0.4),
        "flake turns",
    )


def light(scene, light):
    if light.film.mean is not None:
        return light
    # snow throws light back: the film sees white where it was told grey
    key = 1.35 * light.film.key
    haze = {"storm": 0.0022, "blue hour": 4e-4}.get(scene.light, light.haze)
    return replace(
        light,
        haze=max(haze, light.haze),
        wet=0.0,
        film=replace(light.film, key=key, saturation=0.88 * light.film.saturation),
    )


SETTING = Setting(
    name="snowfield",
    describe=describe,
    shoot=shoot,
    build=build,
    light=light,
    lights=("blue hour", "pink dawn", "storm", "golden hour", "low side light", "moonlight", "silver fog", "afterglow"),
    parts=("after rain",),
)
