"""A mountain valley: peaks with gullies and snow, conifers on the flanks, a ledge, a lake or a meadow before them."""

from dataclasses import replace

import numpy as np

from images.world.air import thinned
from images.world.base import Setting, details
from images.world.land import mountains
from images.world.materials import Surface
from images.world.noise import blend, fbm, smoothstep
from images.world.plants import undergrowth
from images.world.plants.conifers import spruce
from images.world.plants.foliage import bark_material, leaf_material
from images.world.plants.planting import jittered, kinds_of, low_enough, set_out
from images.world.terrain import land, stones, strewn
from images.world.viewmesh import fitted_fan
from images.world.water import add_still_water

FLYING = ("hot air balloon", "spaceship")
MIST = {
    "golden hour": 0.45,
    "pink dawn": 1.0,
    "blue hour": 0.8,
    "silver fog": 1.2,
    "storm": 0.7,
    "afterglow": 0.6,
    "moonlight": 0.5,
}


def describe(rng, subject):
    kind = str(rng.choice(["ledge", "lake", "meadow"]))
    if subject in FLYING:
        phrases = {
            "ledge": ("high over a mountain valley", "between snow-covered peaks"),
            "lake": ("over a mountain lake", "over an alpine lake"),
            "meadow": ("over a mountain valley", "over an alpine valley"),
        }
    else:
        phrases = {
            "ledge": (
                "high above a mountain valley",
                "on a ridge above a valley",
                "below snow-covered peaks",
                "in high mountains",
            ),
            "lake": ("by a mountain lake", "on the shore of an alpine lake", "at a lake below snow-covered peaks"),
            "meadow": (
                "in a mountain valley",
                "on an alpine meadow",
                "in a valley between snow-covered peaks",
                "at the foot of high mountains",
            ),
        }
    return details(
        str(rng.choice(phrases[kind])),
        kind=kind,
        snow_line=float(rng.uniform(0.30, 0.62)),  # share of the peaks' height
        bend=float(rng.uniform(-1, 1)),
        wide=float(rng.uniform(0.75, 1.35)),
        forest=float(rng.uniform(-0.1, 0.25)),
    )


def build(stage):
    stage.light = thinned(stage.light, stage.shot.distance)
    _mountains(stage)
    _forest(stage)
    _foreground(stage)
    _mist(stage)


def _mountains(stage):
    scene, shot = stage.scene, stage.shot
    seed = scene.seed % 911
    tall = mountains.fitting(scene, shot)
    line = scene.where["snow_line"] * 2000 * tall

    def colour(x, y, z, up):
        coarse, fine = fbm(x / 600, y / 600, 4, seed), fbm(x / 90, y / 90, 5, seed + 1)
        small = fbm(x / 1.6, y / 1.6, 5, seed + 4)
        strata = 0.5 + 0.5 * np.sin(z / (26 * tall + 4) + 5 * fine + 3 * coarse)
        rock = blend(
            (0.10, 0.092, 0.088), (0.185, 0.165, 0.145), np.clip(0.5 + 0.7 * fine + 0.25 * (strata - 0.5), 0, 1)
        )
        scree = blend(rock, (0.2, 0.185, 0.165), smoothstep(0.62, 0.74, up + 0.1 * fine) * 0.8)
        turf = blend((0.05, 0.066, 0.02), (0.105, 0.105, 0.036), smoothstep(-0.5, 0.5, fine + 0.6 * coarse))
        meadow = blend(
            (0.06, 0.085, 0.02),
            (0.15, 0.135, 0.05),
            smoothstep(-0.35, 0.45, small + 0.5 * fbm(x / 7, y / 7, 3, seed + 6)),
        )
        meadow = blend(meadow, (0.1, 0.078, 0.052), smoothstep(0.28, 0.5, small))
        near = smoothstep(900, 120, np.hypot(x, y))
        green = smoothstep(0.66, 0.84, up + 0.09 * fine) * (1 - smoothstep(0.55 * line, 0.95 * line, z + 160 * coarse))
        painted = blend(scree, blend(turf, meadow, near), green)
        steep = smoothstep(0.52, 0.76, up + 0.16 * fine + 0.06 * coarse)
        snow = smoothstep(line - 120 * tall, line + 260 * tall, z + 240 * tall * coarse + 70 * fine) * steep
        return blend(painted, (0.80, 0.82, 0.86), snow)

    surface = Surface(
        roughness=0.9,
        variation=0.3,
        grain=2.5,
        relief=0.2,
        relief_size=1.6,
        attribute=True,
        own_space=False,
        specular=0.2,
    )
    points = fitted_fan(stage, shot.ground, near=1.2, far=18000, rows=1150, columns=850, behind=4)
    land(stage, shot.ground, colour, surface, points=points)
    if scene.where["kind"] == "lake":
        add_still_water(stage, -5000, 5000, 2, 12000, mountains.water_level(shot), (0.012, 0.03, 0.034), 0.012, 0.7)


def _forest(stage):
    """Spruces on the flanks, each of a few hundred cards, and finer ones at the sides of the middle distance."""
    scene, shot = stage.scene, stage.shot
    bark, needle = bark_material(stage), leaf_material(stage, 0.25, vary=0.35)
    far = kinds_of(
        stage,
        "far trees",
        3,
        lambda r: spruce(r, 17, detail=0.11 * stage.detail**0.5, width=r.uniform(0.14, 0.19)),
        bark,
        needle,
    )
    reach = shot.subject[1] + shot.width
    start = 1.6 * reach + 60 if scene.where["kind"] != "ledge" else 2.6 * reach + 220
    x, y = strewn(stage, "flanks", 30000, start, 7000, 1.15, bias=-0.25)
    z = shot.ground(x, y)
    step = 5.0
    slope = np.hypot(shot.ground(x + step, y) - z, shot.ground(x, y + step) - z) / step
    tall = mountains.fitting(scene, shot)
    clump = fbm(x / 160, y / 160, 4, scene.seed % 71) + 0.4 * fbm(x / 900, y / 900, 2, scene.seed % 67)
    line = scene.where["snow_line"] * 2000 * tall * 0.72
    low = mountains.water_level(shot) + 1 if scene.where["kind"] == "lake" else -1e9
    wood = clump > 0.05 - scene.where["forest"] + (0.5 if scene.where["kind"] == "meadow" else 0.1) * (slope < 0.08)
    ok = (
        (slope < 0.95)
        & (z + 120 * tall * clump < line)
        & wood
        & (z > low)
        & shot.clear(x, y, 0.5 * shot.width + 3, beyond=2 * shot.width + 20)
    )
    sizes = stage.rng("flank sizes").uniform(0.55, 1.25, ok.sum())
    set_out(stage, "flank kinds", far, x[ok], y[ok], sizes, 0.5)
    near = kinds_of(
        stage,
        "near trees",
        3,
        lambda r: spruce(r, 15, detail=0.5 * stage.detail, width=r.uniform(0.15, 0.2)),
        bark,
        needle,
    )
    x, y = jittered(stage.rng("near"), -140, 140, 12, 200, 6.5)
    z = shot.ground(x, y)
    beside = np.abs(x - (shot.subject[0] / shot.subject[1]) * y) > 0.5 * shot.width + 5 + 0.14 * y
    group = fbm(x / 22, y / 22, 3, scene.seed % 73) > 0.12
    ok = shot.sees(x, y, 12) & shot.clear(x, y, 3 + 0.6 * shot.width, beyond=shot.width) & beside & group & (z > low)
    ok &= (np.hypot(x - shot.subject[0], y - shot.subject[1]) > 1.2 * shot.width + 6) & (
        np.abs(x) > 0.62 * shot.spread[0] * y
    )
    set_out(stage, "near kinds", near, x[ok], y[ok], stage.rng("near sizes").uniform(0.35, 1.15, ok.sum()), 0.15)


def _foreground(stage):
    """Meadow grass, flowers and stones, so that nothing near the camera is bare."""
    scene, shot, detail = stage.scene, stage.shot, stage.detail
    leaf = leaf_material(stage, 0.4, vary=0.3)
    palette = undergrowth.MIXED if scene.where["kind"] == "ledge" else undergrowth.GREEN
    turf = kinds_of(
        stage,
        "turf",
        3,
        lambda r: undergrowth.grass(
            r, height=r.uniform(0.18, 0.34), palette=palette, heads=0.05, stiff=0.45, wind=0.15, detail=detail
        ),
        leaf=leaf,
    )
    x, y = strewn(stage, "turf", 15000, 1.3, 110, bias=0.25)
    patch = fbm(x / 3.1, y / 3.1, 4, scene.seed % 59)
    wet = (
        shot.ground(x, y) < mountains.water_level(shot) + 0.15
        if scene.where["kind"] == "lake"
        else np.zeros(len(x), bool)
    )
    ok = (patch > -0.2) & ~wet & low_enough(stage, x, y, 0.25)
    set_out(
        stage,
        "turf sizes",
        turf,
        x[ok],
        y[ok],
        stage.rng("turf sizes").uniform(0.55, 1.3, ok.sum()) * (1 + 0.012 * y[ok]),
        0.01,
    )
    blooms = [((0.75, 0.72, 0.66), 7), ((0.7, 0.5, 0.03), 5), ((0.2, 0.13, 0.5), 5)]
    flowers = [
        kinds_of(
            stage,
            f"flowers {i}",
            1,
            lambda r, c=c, p=p: undergrowth.flowers(
                r, count=14, height=0.26, palette=(c,), size=0.014, petals=p, heart=(0.5, 0.3, 0.02), detail=detail
            ),
            leaf=leaf,
        )[0]
        for i, (c, p) in enumerate(blooms)
    ]
    x, y = strewn(stage, "flowers", 700, 1.6, 45, bias=0.3)
    ok = (fbm(x / 4, y / 4, 3, scene.seed % 53) > 0.12) & low_enough(stage, x, y, 0.25)
    if scene.where["kind"] == "lake":
        ok &= shot.ground(x, y) > mountains.water_level(shot) + 0.2
    set_out(stage, "flower kinds", flowers, x[ok], y[ok], 1.0, 0.0)
    rock = Surface(
        (0.16, 0.15, 0.135),
        0.85,
        0.5,
        0.5,
        0.03,
        0.08,
        second=(0.1, 0.1, 0.05),
        second_share=0.3,
        wear=(0.07, 0.065, 0.06),
    )
    kinds = stones(stage, "stones", 3, rock)
    x, y = strewn(stage, "stones", 1500, 1.8, 220)
    clump = fbm(x / 9, y / 9, 3, scene.seed % 47)
    ok = (clump > (0.0 if scene.where["kind"] != "meadow" else 0.22)) & shot.clear(x, y, 0.5)
    sizes = stage.rng("stone sizes").lognormal(-1.5, 0.8, ok.sum()) * np.clip(y[ok] / 14, 0.5, 3)
    set_out(stage, "stone kinds", kinds, x[ok], y[ok], sizes, 0.1)


def _mist(stage):
    """Mist over the valley's floor in the film's lights."""
    shot, kind = stage.shot, stage.scene.where["kind"]
    amount = MIST.get(stage.scene.light, 0.0)
    if stage.light.film.mean is not None or not amount:
        return
    reach = shot.subject[1] + shot.width
    floor = float(shot.ground(0.0, 3 * reach + 400)) if kind == "ledge" else float(shot.ground(0.0, reach)) - 3
    high = 0.22 * (shot.ground(0.0, 0.0) - floor) + 8 if kind == "ledge" else 5 + 0.02 * reach
    density = amount * (0.0035 if kind == "ledge" else 0.0012)
    stage.light = replace(stage.light, mist=density, mist_height=float(high), mist_floor=floor)


def light(scene, light):
    """Distant air takes the sky's colour rather than the horizon's, or every evening would be of one colour."""
    if light.film.mean is not None or light.haze_colour:
        return light
    horizon, above = light.sky[0][1], light.sky[1][1]
    colour = tuple(
        light.sky_strength * (0.3 * a + 0.55 * b) + 0.1 * light.warm * w
        for a, b, w in zip(horizon, above, light.warmth, strict=True)
    )
    return replace(light, haze_colour=colour)


SETTING = Setting(
    name="mountain valley",
    describe=describe,
    shoot=mountains.shoot,
    build=build,
    light=light,
    lights=("golden hour", "low side light", "afterglow", "blue hour", "pink dawn", "storm", "silver fog", "moonlight"),
)
