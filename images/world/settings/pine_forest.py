"""A pine forest: a path between tall trunks, ferns and moss, light falling through gaps in the crowns."""

import numpy as np

from images.world.base import Setting, details
from images.world.land import woods
from images.world.materials import Surface
from images.world.noise import blend, fbm, smoothstep
from images.world.plants import litter, undergrowth
from images.world.plants.conifers import DEAD, pine, spruce
from images.world.plants.foliage import bark_material, leaf_material
from images.world.plants.planting import kinds_of, low_enough, set_out, set_out_wood
from images.world.plants.trees import BROWN
from images.world.terrain import land, stones, strewn

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


def describe(rng, subject):
    if subject in CLEARING:
        phrases = ("in a forest clearing", "in a clearing among spruces", "deep in a pine forest", "between tall pines")
    else:
        phrases = (
            "on a path through a pine forest", "in a pine forest", "among tall pines", "deep in a spruce forest",
            "on a forest path between old trunks", "among ferns and tall trunks",
        )  # fmt: skip
    return details(
        str(rng.choice(phrases)),
        pines=float(rng.choice([0.1, 0.35, 0.7])),  # share of pines among spruces
        ferns=float(rng.uniform(0.3, 1)),
        density=float(rng.uniform(3.0, 4.0)),  # metres from tree to tree
    )


def build(stage):
    path = woods.path_of(stage.scene, stage.shot)
    _floor(stage, path)
    _trees(stage, path)
    _undergrowth(stage, path)
    _lying(stage, path)
    shot, light = stage.shot, stage.light
    far = woods.depth_of(shot)
    stage.fog_box(-60, 60, -8, min(far, 150), -4, 26, light.fog)


def _floor(stage, path):
    seed = stage.scene.seed % 971

    def colour(x, y, z, up):
        aside = np.abs(x - path(y))
        patch = fbm(x / 2.4, y / 2.4, 5, seed)
        fine = fbm(x / 0.35, y / 0.35, 4, seed + 1)
        needles = blend((0.13, 0.075, 0.04), (0.075, 0.05, 0.03), smoothstep(-0.4, 0.4, fine))
        moss = blend((0.05, 0.075, 0.016), (0.085, 0.105, 0.022), smoothstep(-0.3, 0.4, fine))
        floor = blend(needles, moss, smoothstep(-0.05, 0.25, patch + 0.25 * fine))
        trodden = blend((0.15, 0.105, 0.07), (0.1, 0.07, 0.045), smoothstep(-0.3, 0.3, fine))
        return blend(trodden, floor, smoothstep(0.5, 1.3, aside + 0.5 * patch + 0.2 * fine))

    surface = Surface(
        roughness=0.95,
        variation=0.4,
        grain=0.25,
        relief=0.05,
        relief_size=0.14,
        attribute=True,
        own_space=False,
        specular=0.15,
    )
    land(
        stage, stage.shot.ground, colour, surface, near=0.8, far=woods.depth_of(stage.shot) * 1.6, rows=760, columns=700
    )


def _trees(stage, path):
    what, fine = stage.scene.where, 0.55 * stage.detail
    dark = bark_material(stage, (0.078, 0.06, 0.048), 0.03, 0.06, moss=0.2)
    red = bark_material(stage, (0.16, 0.088, 0.052), 0.03, 0.08)
    needle = leaf_material(stage, 0.3)
    spruces = [lambda r, d, b=b: spruce(r, 24, detail=d, bare=b, width=0.105) for b in (0.36, 0.43, 0.5)]
    x, y = woods.stand(stage, "trunks", what["density"], -14, woods.depth_of(stage.shot), thin=0.18)
    ok = woods.room_for_trees(stage, x, y, path)
    x, y = x[ok], y[ok]
    pines = stage.rng("which").random(len(x)) < what["pines"]
    sizes = stage.rng("heights").uniform(0.72, 1.2, len(x))
    set_out_wood(stage, "spruces", spruces, fine, dark, needle, x[~pines], y[~pines], sizes[~pines])
    high = [lambda r, d: pine(r, 23, detail=d)] * 2
    set_out_wood(stage, "pines", high, fine, red, needle, x[pines], y[pines], sizes[pines])
    young = [lambda r, d: spruce(r, 4, detail=d, bare=0.03, width=0.26)] * 2
    x, y = woods.stand(stage, "young trees", 5.5, 6, woods.depth_of(stage.shot), thin=0.55)
    ok = woods.room_for_trees(stage, x, y, path) & ((y > 14) | (np.abs(x) > 4))
    sizes = stage.rng("young sizes").uniform(0.2, 1.3, ok.sum())
    set_out_wood(stage, "young", young, 0.6 * stage.detail, dark, needle, x[ok], y[ok], sizes)


def _undergrowth(stage, path):
    detail, seed = stage.detail, stage.scene.seed
    leaf = leaf_material(stage, 0.45)
    ferns = kinds_of(
        stage, "ferns", 3, lambda r: undergrowth.fern(r, height=r.uniform(0.4, 0.7), detail=detail), leaf=leaf
    )
    x, y = strewn(stage, "ferns", 2600, 2.2, 60, bias=0.5)
    ok = _beside(stage, path, x, y, 1.1, 0.8) & (
        fbm(x / 5, y / 5, 3, seed % 83) > 0.45 - 0.6 * stage.scene.where["ferns"]
    )
    set_out(stage, "fern sizes", ferns, x[ok], y[ok], stage.rng("fern sizes").uniform(0.5, 1.25, ok.sum()), 0.02)
    green = [
        *kinds_of(
            stage,
            "moss grass",
            2,
            lambda r: undergrowth.grass(r, height=0.22, blades=150, stiff=0.3, detail=detail),
            leaf=leaf,
        ),
        *kinds_of(
            stage,
            "bilberry",
            2,
            lambda r: undergrowth.low_leaves(r, height=0.25, size=0.04, count=150, detail=detail),
            leaf=leaf,
        ),
    ]
    x, y = strewn(stage, "low", 7000, 1.4, 70, bias=0.6)
    ok = _beside(stage, path, x, y, 0.75) & (fbm(x / 2.2, y / 2.2, 3, seed % 79) > -0.12)
    sizes = stage.rng("low sizes").uniform(0.5, 1.4, ok.sum()) * (1 + 0.012 * y[ok])
    set_out(stage, "low", green, x[ok], y[ok], sizes, 0.0)
    needles = kinds_of(
        stage,
        "needles",
        2,
        lambda r: litter.fallen_leaves(r, count=170, size=0.045, palette=(*BROWN, *DEAD), detail=detail),
        leaf=leaf,
    )
    x, y = strewn(stage, "needles", 3000, 1.2, 26, bias=0.8)
    ok = low_enough(stage, x, y, 0.03)
    x, y = x[ok], y[ok]
    set_out(stage, "needles", needles, x, y, stage.rng("needle sizes").uniform(0.6, 1.2, len(x)))


def _lying(stage, path):
    rng = stage.rng("lying")
    bark = bark_material(stage, (0.085, 0.065, 0.05), 0.03, 0.07, moss=0.4)
    branches = [stage.add(litter.dead_branch(rng, rng.uniform(1.2, 2.6)), bark, smooth=True) for _ in range(3)]
    x, y = strewn(stage, "branches", 260, 2.5, 50, bias=0.4)
    ok = _beside(stage, path, x, y, 0.2)
    set_out(stage, "branches", branches, x[ok], y[ok], stage.rng("branch sizes").uniform(0.4, 1.2, ok.sum()), 0.02)
    logs = [
        stage.add(litter.log(rng, rng.uniform(3, 7), rng.uniform(0.16, 0.32), stage.around(30, 8)), bark, smooth=True)
        for _ in range(2)
    ]
    logs.append(stage.add(litter.stump(rng, around=stage.around(30, 10)), bark, smooth=True))
    x, y = strewn(stage, "logs", 46, 5, 60)
    ok = _beside(stage, path, x, y, 3.2, 0.7) & stage.shot.clear(x, y, 1.5)
    set_out(stage, "logs", logs, x[ok], y[ok], stage.rng("log sizes").uniform(0.7, 1.2, ok.sum()), 0.05)
    stone = Surface((0.1, 0.1, 0.085), 0.9, 0.5, 0.4, 0.03, 0.08, second=(0.05, 0.065, 0.018), second_share=0.55)
    rocks = stones(stage, "stones", 2, stone)
    x, y = strewn(stage, "rocks", 190, 3, 60)
    ok = _beside(stage, path, x, y, 1.3, 0.6)
    set_out(stage, "rocks", rocks, x[ok], y[ok], stage.rng("rock sizes").lognormal(-1.1, 0.6, ok.sum()), 0.05)


def _beside(stage, path, x, y, reach: float, tall: float = 0.3) -> np.ndarray:
    return low_enough(stage, x, y, tall) & (np.abs(x - path(y)) > reach)


SETTING = Setting(
    name="pine forest",
    describe=describe,
    shoot=woods.shoot,
    build=build,
    light=woods.light_under_trees,
    lights=(
        "shafts of light",
        "silver fog",
        "blue hour",
        "green dusk",
        "golden hour",
        "low side light",
        "moonlight",
        "after the rain",
    ),
)
