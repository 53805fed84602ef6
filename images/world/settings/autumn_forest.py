"""A broadleaf forest in autumn: orange, red and yellow crowns, birches among them, the path under fallen leaves."""

import numpy as np

from images.world.base import Setting, details
from images.world.land import woods
from images.world.materials import Surface
from images.world.noise import blend, fbm, smoothstep
from images.world.plants import litter, undergrowth
from images.world.plants.foliage import bark_material, birch_material, leaf_material
from images.world.plants.limbs import blades, unit
from images.world.plants.planting import kinds_of, low_enough, set_out, set_out_wood
from images.world.plants.trees import BROWN, ORANGE, RED, SUMMER, YELLOW, bush, tree
from images.world.terrain import land, strewn

CLEARING = (
    "cabin",
    "castle",
    "tent",
    "car",
    "lorry",
    "train",
    "spaceship",
    "rocket",
    "lone tree",
    "monolith",
    "statue",
)
MOODS = {  # what grows: palettes of the tall trees, of the young ones, and of the floor; share of birches
    "mixed": ((ORANGE, RED, YELLOW), (YELLOW, ORANGE), (*ORANGE[:2], *YELLOW[:2], *BROWN), 0.25),
    "beech": ((ORANGE, BROWN, YELLOW), (ORANGE, BROWN), (*ORANGE[:2], *BROWN), 0.0),
    "birch": ((YELLOW, YELLOW, ORANGE), (YELLOW, SUMMER), (*YELLOW, *BROWN[:2]), 0.75),
    "maple": ((RED, RED, ORANGE), (RED, YELLOW), (*RED, *ORANGE), 0.12),
}


def describe(rng, subject):
    mood = str(rng.choice(list(MOODS)))
    trees = {
        "mixed": "an autumn forest",
        "beech": "a beech wood in autumn",
        "birch": "a yellow birch wood",
        "maple": "a forest of red maples",
    }[mood]
    if subject in CLEARING:
        phrases = (f"in a clearing in {trees}", f"in {trees}", f"among fallen leaves in {trees}")
    else:
        phrases = (
            f"in {trees}",
            f"on a leafy path through {trees}",
            f"among fallen leaves in {trees}",
            f"on a path in {trees}",
        )
    return details(str(rng.choice(phrases)), mood=mood, density=float(rng.uniform(3.6, 4.8)))


def build(stage):
    path = woods.path_of(stage.scene, stage.shot)
    _floor(stage, path)
    _trees(stage, path)
    _low(stage, path)
    _leaves(stage, path)
    stage.fog_box(-60, 60, -8, min(woods.depth_of(stage.shot), 150), -4, 26, 0.75 * stage.light.fog)


def _floor(stage, path):
    seed = stage.scene.seed % 967
    palette = np.asarray(MOODS[stage.scene.where["mood"]][2]) * 0.75

    def colour(x, y, z, up):
        aside = np.abs(x - path(y))
        fine = fbm(x / 0.16, y / 0.16, 3, seed)
        middle = fbm(x / 1.7, y / 1.7, 4, seed + 3)
        which = np.clip((0.5 + 0.9 * fine + 0.5 * middle) * len(palette), 0, len(palette) - 1).astype(int)
        leaves = palette[which] * (0.75 + 0.5 * smoothstep(-0.5, 0.5, fbm(x / 0.1, y / 0.1, 2, seed + 5)))[..., None]
        earth = blend((0.06, 0.042, 0.03), (0.11, 0.08, 0.055), smoothstep(-0.4, 0.4, fine))
        covered = smoothstep(0.15, 1.5, aside + 0.7 * middle + 0.35 * fine)
        return blend(earth, leaves, 0.25 + 0.75 * covered)

    surface = Surface(
        roughness=0.9,
        variation=0.45,
        grain=0.12,
        relief=0.05,
        relief_size=0.1,
        attribute=True,
        own_space=False,
        specular=0.2,
    )
    land(
        stage, stage.shot.ground, colour, surface, near=0.8, far=woods.depth_of(stage.shot) * 1.6, rows=760, columns=700
    )


def _trees(stage, path):
    tall, young, _, birches = MOODS[stage.scene.where["mood"]]
    fine = 0.5 * stage.detail
    bark = bark_material(stage, (0.105, 0.088, 0.074), 0.025, 0.06, moss=0.18)
    leaf = leaf_material(stage, 0.5, vary=0.3)
    x, y = woods.stand(stage, "trunks", stage.scene.where["density"], -14, woods.depth_of(stage.shot), thin=0.15)
    ok = woods.room_for_trees(stage, x, y, path)
    x, y = x[ok], y[ok]
    birch = stage.rng("which").random(len(x)) < birches
    sizes = stage.rng("sizes").uniform(0.72, 1.25, len(x))
    oaks = [lambda r, d, p=p: tree(r, "forest", 21, detail=d, palette=p) for p in tall]
    set_out_wood(stage, "oaks", oaks, fine, bark, leaf, x[~birch], y[~birch], sizes[~birch])
    white = [lambda r, d: tree(r, "birch", 18, detail=0.8 * d, palette=YELLOW)] * 2
    set_out_wood(stage, "birches", white, fine, birch_material(stage), leaf, x[birch], y[birch], sizes[birch])
    small = [lambda r, d, p=p: tree(r, "lime", 7, detail=0.6 * d, palette=p, sparse=0.8) for p in young]
    x, y = woods.stand(stage, "young trees", 6.5, 8, woods.depth_of(stage.shot), thin=0.4)
    ok = woods.room_for_trees(stage, x, y, path) & ((y > 16) | (np.abs(x) > 5))
    sizes = stage.rng("young sizes").uniform(0.5, 1.3, ok.sum())
    set_out_wood(stage, "young trees", small, fine, bark, leaf, x[ok], y[ok], sizes)


def _low(stage, path):
    detail, shot = stage.detail, stage.shot
    leaf = leaf_material(stage, 0.45)
    palette = MOODS[stage.scene.where["mood"]][1]
    ferns = kinds_of(
        stage,
        "ferns",
        2,
        lambda r: undergrowth.fern(r, height=0.55, palette=undergrowth.BRACKEN, detail=detail),
        leaf=leaf,
    )
    ferns += kinds_of(
        stage, "bushes", 1, lambda r: bush(r, 1.1, detail=0.5 * detail, palette=palette[0]), bark_material(stage), leaf
    )
    x, y = strewn(stage, "ferns", 1500, 2.5, 70, bias=0.4)
    ok = shot.clear(x, y, 0.3) & (np.abs(x - path(y)) > 1.3) & (fbm(x / 5, y / 5, 3, stage.scene.seed % 83) > 0.05)
    set_out(stage, "fern sizes", ferns, x[ok], y[ok], stage.rng("fern sizes").uniform(0.5, 1.25, ok.sum()), 0.02)
    rng = stage.rng("lying")
    bark = bark_material(stage, (0.09, 0.072, 0.056), 0.03, 0.07, moss=0.35)
    branches = [stage.add(litter.dead_branch(rng, rng.uniform(1.2, 2.6)), bark, smooth=True) for _ in range(3)]
    x, y = strewn(stage, "branches", 200, 2.5, 50, bias=0.4)
    ok = shot.clear(x, y, 0.2) & (np.abs(x - path(y)) > 0.5)
    set_out(stage, "branches", branches, x[ok], y[ok], stage.rng("branch sizes").uniform(0.4, 1.2, ok.sum()), 0.02)
    logs = [
        stage.add(litter.log(rng, rng.uniform(3, 6), 0.26, stage.around(30, 8)), bark, smooth=True) for _ in range(2)
    ]
    x, y = strewn(stage, "logs", 30, 5, 60)
    ok = shot.clear(x, y, 1.5) & (np.abs(x - path(y)) > 3.2)
    set_out(stage, "logs", logs, x[ok], y[ok], stage.rng("log sizes").uniform(0.7, 1.2, ok.sum()), 0.05)


def _leaves(stage, path):
    """Leaves on the ground, thick at the path's sides, and a few in the air."""
    detail = stage.detail
    leaf = leaf_material(stage, 0.4, vary=0.3)
    palette = MOODS[stage.scene.where["mood"]][2]
    patches = kinds_of(
        stage, "fallen", 4, lambda r: litter.fallen_leaves(r, palette=palette, count=170, detail=detail), leaf=leaf
    )
    x, y = strewn(stage, "fallen", 9000, 1.2, 55, bias=0.5)
    aside = np.abs(x - path(y))
    ok = stage.rng("fallen thin").random(len(x)) < 0.35 + 0.65 * smoothstep(0.3, 1.4, aside)
    ok &= low_enough(stage, x, y, 0.05)
    set_out(
        stage,
        "fallen sizes",
        patches,
        x[ok],
        y[ok],
        stage.rng("fallen sizes").uniform(0.7, 1.2, ok.sum()) * (1 + 0.01 * y[ok]),
        -0.005,
    )
    rng = stage.rng("falling")
    n = stage.count(70, 12)
    at = np.c_[rng.uniform(-0.6, 0.6, n), rng.uniform(3, 26, n), rng.uniform(0.2, 6, n)]
    at[:, 0] *= at[:, 1]
    ok = stage.shot.clear(at[:, 0], at[:, 1], 0.1)
    along, facing = unit(rng.standard_normal((2, n, 3)))
    colours = np.asarray(palette)[rng.integers(len(palette), size=n)]
    solid = blades(at[ok], 0.075 * along[ok], facing[ok], 0.05)
    stage.add(solid, leaf, colours=np.repeat(colours[ok], 4, 0))


SETTING = Setting(
    name="autumn forest",
    describe=describe,
    shoot=woods.shoot,
    build=build,
    light=woods.light_under_trees,
    lights=(
        "shafts of light",
        "golden hour",
        "silver fog",
        "low side light",
        "after the rain",
        "pink dawn",
        "blue hour",
    ),
)
