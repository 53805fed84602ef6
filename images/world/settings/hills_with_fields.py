"""Rolling hills with fields: crop rows, hedges, lone trees and a track; wheat, poppies or ploughed land close by."""

import numpy as np

from images.world.air import thinned
from images.world.base import Setting, details
from images.world.land import crops, fields
from images.world.materials import Surface
from images.world.noise import blend, fbm, smoothstep
from images.world.plants.foliage import bark_material, leaf_material
from images.world.plants.planting import kinds_of, set_out
from images.world.plants.trees import SUMMER, bush, tree
from images.world.terrain import land, strewn
from images.world.viewmesh import fitted_fan

FLYING = ("hot air balloon", "spaceship")
WORDS = {
    "wheat": ("in a wheat field", "beside a wheat field among rolling hills", "between fields of ripe wheat"),
    "poppies": ("in a meadow full of poppies", "among poppies on a hillside", "in rolling fields with poppies"),
    "ploughed": ("on ploughed land among hills", "among ploughed fields", "by a ploughed field"),
    "meadow": (
        "on a grassy hill above the fields",
        "in rolling farmland",
        "among green hills and fields",
        "on a country track between fields",
    ),
    "lavender": ("between rows of lavender", "in a lavender field", "by a lavender field among hills"),
    "rape": ("by a field of rapeseed", "between yellow rapeseed fields", "among rapeseed fields"),
}
AREA = 150.0  # metres from field to field


def describe(rng, subject):
    season = str(rng.choice(list(WORDS)))
    phrases = WORDS[season]
    if subject in FLYING:
        over = {
            "wheat": "wheat fields",
            "ploughed": "ploughed fields",
            "lavender": "lavender fields",
            "rape": "rapeseed fields",
        }
        phrases = (f"over {over.get(season, 'rolling fields')}", "over hills and fields")
    return details(
        str(rng.choice(phrases)),
        season=season,
        track=bool(rng.random() < 0.7) or season in ("wheat", "lavender", "rape"),  # nobody stands to the neck in crops
        rows=float(rng.uniform(-0.5, 0.5)),  # radians the nearest field's rows turn from straight away
        trees=float(rng.uniform(0.2, 1.0)),
    )


def build(stage):
    stage.light = thinned(stage.light, stage.shot.distance)
    _land(stage)
    _hedges(stage)
    crops.foreground(stage)


def _land(stage):
    scene, shot = stage.scene, stage.shot
    seed, season = scene.seed % 937, scene.where["season"]
    track = fields.track_of(scene, shot)

    def colour(x, y, z, up):
        number, turn, edge = fields.cells(x, y, AREA, seed)
        own = fields.own_field(stage, x, y)
        turn = np.where(own, scene.where["rows"], turn)
        spacing = 0.004 * np.hypot(x, y) / max(stage.detail, 0.1) ** 0.5
        crops = fields.field_colours(x, y, number, turn, season, spacing, seed, first=own)
        fine = fbm(x / 0.7, y / 0.7, 4, seed + 1)
        verge = blend((0.06, 0.085, 0.022), (0.13, 0.13, 0.045), smoothstep(-0.4, 0.4, fine))
        crops = blend(crops, verge, smoothstep(0.8, 0.9, edge) * ~own)
        wild = smoothstep(1500, 3200, np.hypot(x, y) + 500 * fbm(x / 400, y / 400, 3, seed + 2))
        far = blend((0.05, 0.07, 0.025), (0.11, 0.115, 0.05), smoothstep(-0.4, 0.4, fbm(x / 260, y / 260, 4, seed + 3)))
        crops = blend(crops, far, 0.8 * wild)
        aside = np.abs(x - track(y)) + 0.12 * fine
        earth = blend((0.15, 0.11, 0.075), (0.26, 0.205, 0.145), smoothstep(-0.4, 0.4, fine))
        middle = smoothstep(0.42, 0.28, aside) * smoothstep(-0.3, 0.2, fine)
        crops = blend(crops, verge, smoothstep(2.6, 1.9, aside))
        return blend(crops, blend(earth, verge, middle), smoothstep(1.45, 1.15, aside))

    surface = Surface(
        roughness=0.95,
        variation=0.3,
        grain=0.5,
        relief=0.07,
        relief_size=0.22,
        attribute=True,
        own_space=False,
        specular=0.12,
    )
    points = fitted_fan(stage, shot.ground, near=1.0, far=14000, rows=1150, columns=850, behind=3)
    land(stage, shot.ground, colour, surface, points=points)


def _hedges(stage):
    """Bushes along the fields' edges with trees between them, a few lone trees, and small woods far off."""
    scene, shot = stage.scene, stage.shot
    seed = scene.seed % 937
    bark, leaf = bark_material(stage), leaf_material(stage, 0.4, vary=0.35)
    fine = 0.12 * stage.detail**0.6
    crowns = [
        *kinds_of(stage, "hedge bushes", 2, lambda r: bush(r, 2.4, detail=fine, palette=SUMMER, leaf=0.1), bark, leaf),
        *kinds_of(stage, "hedge trees", 2, lambda r: tree(r, "oak", 10, detail=fine, palette=SUMMER), bark, leaf),
        *kinds_of(stage, "field trees", 1, lambda r: tree(r, "lime", 13, detail=fine, palette=SUMMER), bark, leaf),
        *kinds_of(stage, "poplars", 1, lambda r: tree(r, "poplar", 17, detail=fine, palette=SUMMER), bark, leaf),
    ]
    reach = shot.subject[1] + shot.width
    x, y = strewn(stage, "hedges", 26000, 1.3 * reach + 30, 4500, 1.15, bias=-0.1)
    _, _, edge = fields.cells(x, y, AREA, seed)
    chance = stage.rng("hedge chance").random(len(x))
    lined = (edge > 0.86) & (np.abs(fbm(x / 90, y / 90, 2, seed + 4)) < 0.4)
    wood = fbm(x / 210, y / 210, 3, seed + 7) > 0.62 - 0.22 * smoothstep(800, 3500, y)
    lone = chance < 0.004 * scene.where["trees"]
    ok = (
        (lined | wood | lone)
        & ~fields.own_field(stage, x, y)
        & shot.clear(x, y, 0.5 * shot.width + 2, beyond=1.5 * shot.width + 15)
    )
    ok &= np.abs(x - fields.track_of(scene, shot)(y)) > 4
    rng = stage.rng("hedge sizes")
    kind = rng.random(len(x))
    tall = wood | lone | (kind > 0.86)
    small = ok & ~tall
    set_out(stage, "bush kinds", crowns[:2], x[small], y[small], rng.uniform(0.6, 1.4, len(x))[small], 0.2)
    big = ok & tall
    poplar = big & lined & (kind > 0.97)
    sizes = rng.uniform(0.6, 1.25, len(x))
    set_out(stage, "tree kinds", crowns[2:5], x[big & ~poplar], y[big & ~poplar], sizes[big & ~poplar], 0.2)
    set_out(stage, "poplar kinds", crowns[5:], x[poplar], y[poplar], sizes[poplar], 0.2)


SETTING = Setting(
    name="hills with fields",
    describe=describe,
    shoot=fields.shoot,
    build=build,
    lights=(
        "golden hour",
        "low side light",
        "afterglow",
        "pink dawn",
        "storm",
        "after the rain",
        "blue hour",
        "silver fog",
        "moonlight",
    ),
)
