"""Rolling hills with fields: crop rows, hedges, lone trees and a track; wheat, poppies or ploughed land close by."""

import numpy as np

from images.world import composition, fields
from images.world.base import Setting, details
from images.world.materials import Surface
from images.world.noise import blend, fbm, gullied, smoothstep
from images.world.plants import undergrowth
from images.world.plants.foliage import bark_material, leaf_material
from images.world.plants.planting import kinds_of, low_enough, set_out
from images.world.plants.trees import SUMMER, bush, tree
from images.world.terrain import land, stones, strewn
from images.world.viewmesh import fitted_fan

FLYING = ("hot air balloon", "spaceship")
WORDS = {
    "wheat": ("in a wheat field", "beside a wheat field among rolling hills", "between fields of ripe wheat"),
    "poppies": ("in a meadow full of poppies", "among poppies on a hillside", "in rolling fields with poppies"),
    "ploughed": ("on ploughed land among hills", "among ploughed fields", "by a ploughed field"),
    "meadow": ("on a grassy hill above the fields", "in rolling farmland", "among green hills and fields", "on a country track between fields"),
    "lavender": ("between rows of lavender", "in a lavender field", "by a lavender field among hills"),
    "rape": ("by a field of rapeseed", "between yellow rapeseed fields", "among rapeseed fields"),
}
AREA = 150.0  # metres from field to field


def describe(rng, subject):
    season = str(rng.choice(list(WORDS)))
    phrases = WORDS[season]
    if subject in FLYING:
        over = {"wheat": "wheat fields", "ploughed": "ploughed fields", "lavender": "lavender fields", "rape": "rapeseed fields"}
        phrases = (f"over {over.get(season, 'rolling fields')}", "over hills and fields")
    return details(
        str(rng.choice(phrases)),
        season=season,
        track=bool(rng.random() < 0.7) or season in ("wheat", "lavender", "rape"),  # nobody stands to the neck in crops
        rows=float(rng.uniform(-0.5, 0.5)),  # radians the nearest field's rows turn from straight away
        trees=float(rng.uniform(0.2, 1.0)),
    )


def ground_of(scene, shot):
    seed = scene.seed * 19 % 9949
    reach = shot.subject[1] + shot.width
    track = track_of(scene, shot)
    rows = scene.where["rows"]
    furrow = {"ploughed": 0.11, "lavender": 0.09}.get(scene.where["season"], 0.0)
    width = fields.CROPS.get(scene.where["season"], (0, 0, 2.0))[2]

    def ground(x, y):
        x, y = np.asarray(x, float), np.asarray(y, float)
        near = 0.5 * fbm(x / 26, y / 26, 3, seed + 1) + 0.07 * fbm(x / 2.4, y / 2.4, 4, seed + 2)
        roll = 24 * fbm(x / 380, y / 380, 4, seed) + 5 * fbm(x / 95, y / 95, 3, seed + 3)
        height = near + (roll - roll_here) * smoothstep(0.25 * reach, 2.2 * reach + 90, np.hypot(x, y))
        height = height - 0.02 * np.maximum(y - 1.1 * reach, 0) * smoothstep(900, 200, y)
        hills = gullied(x / 2300, y / 2300, 5, seed + 8)
        height = height + smoothstep(900, 6000, y) * (110 + 260 * np.maximum(hills + 0.3, 0))
        aside = np.abs(x - track(y))
        if furrow:
            across = x * np.cos(rows) + y * np.sin(rows)
            height = height + furrow * np.sin(2 * np.pi * across / width) * smoothstep(0.9, 2.0, aside) * smoothstep(160, 60, y)
        ruts = np.exp(-(((aside - 0.75) / 0.22) ** 2))
        return height - 0.10 * ruts - 0.1 * smoothstep(1.7, 1.0, aside)

    roll_here = float(24 * fbm(0.0, 0.0, 4, seed) + 5 * fbm(0.0, 0.0, 3, seed + 3))
    return ground


def track_of(scene, shot):
    """The track's x at distances y: past the subject's foot and on over the hills, or far to the side where there is none."""
    sx, sy = shot.subject[:2]
    bend = 0.22 if scene.where["rows"] > 0 else -0.22

    def track(y):
        y = np.asarray(y, float)
        t = np.clip(y / sy, -0.3, 1)
        after = np.maximum(y - sy, 0)
        x = sx * t * t * (3 - 2 * np.abs(t)) + bend * after * smoothstep(0, 80, after) + 9 * np.sin(after / 60)
        return x if scene.where["track"] else x + 1e4

    return track


def shoot(scene, aspect):
    flat = lambda x, y: np.zeros(np.broadcast(x, y).shape)  # noqa: E731
    limits = {"eye": (1.1, 2.6), "near": 5, "far": 700, "lens": (24, 75)}
    limits["rise"] = 0.12 * scene.height if scene.height > 3 and scene.on == "ground" else 0.0
    first = composition.in_the_open(scene, aspect, flat, **limits)
    return composition.in_the_open(scene, aspect, ground_of(scene, first), **limits)


def build(stage):
    _land(stage)
    _hedges(stage)
    _foreground(stage)


def _own_field(stage, x, y) -> np.ndarray:
    """Where the foreground's field is: round the camera and the subject."""
    reach = stage.shot.subject[1] + 40
    return np.hypot(x, y - 0.5 * reach) + 14 * fbm(x / 60, y / 60, 2, 5) < 0.75 * reach + 30


def _land(stage):
    scene, shot = stage.scene, stage.shot
    seed, season = scene.seed % 937, scene.where["season"]
    track = track_of(scene, shot)

    def colour(x, y, z, up):
        number, turn, edge = fields.cells(x, y, AREA, seed)
        own = _own_field(stage, x, y)
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

    surface = Surface(roughness=0.95, variation=0.3, grain=0.5, relief=0.07, relief_size=0.22, attribute=True, own_space=False, specular=0.12)
    points = fitted_fan(stage, shot.ground, near=1.0, far=14000, rows=1150, columns=850, behind=3)
    land(stage, shot.ground, colour, surface, points=points)


def _hedges(stage):
    """Bushes along the fields' edges with trees between them, a few lone trees, and small woods far off."""
    scene, shot = stage.scene, stage.shot
    seed = scene.seed % 937
    bark, leaf = bark_material(stage), leaf_material(stage, 0.4, vary=0.35)
    fine = 0.05 * stage.detail**0.4
    crowns = [
        *kinds_of(stage, "hedge bushes", 2, lambda r: bush(r, 2.4, detail=fine, palette=SUMMER, leaf=0.1), bark, leaf),
        *kinds_of(stage, "hedge trees", 2, lambda r: tree(r, "oak", 10, detail=fine, palette=SUMMER), bark, leaf),
        *kinds_of(stage, "field trees", 1, lambda r: tree(r, "lime", 13, detail=fine, palette=SUMMER), bark, leaf),
        *kinds_of(stage, "poplars", 1, lambda r: tree(r, "poplar", 17, detail=fine, palette=SUMMER), bark, leaf),
    ]
    reach = shot.subject[1] + shot.width
    x, y = strewn(stage, "hedges", 26000, 1.3 * reach + 30, 4500, 1.15, bias=-0.1)
    number, _, edge = fields.cells(x, y, AREA, seed)
    chance = stage.rng("hedge chance").random(len(x))
    lined = (edge > 0.86) & (np.abs(fbm(x / 90, y / 90, 2, seed + 4)) < 0.4)
    wood = fbm(x / 210, y / 210, 3, seed + 7) > 0.62 - 0.22 * smoothstep(800, 3500, y)
    lone = chance < 0.004 * scene.where["trees"]
    ok = (lined | wood | lone) & ~_own_field(stage, x, y) & shot.clear(x, y, 0.5 * shot.width + 2, beyond=1.5 * shot.width + 15)
    ok &= np.abs(x - track_of(scene, shot)(y)) > 4
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


def _foreground(stage):
    scene, shot, detail = stage.scene, stage.shot, stage.detail
    season, seed = scene.where["season"], scene.seed
    leaf = leaf_material(stage, 0.4, vary=0.25)
    aside = lambda x, y: np.abs(x - track_of(scene, shot)(y))  # noqa: E731
    green = kinds_of(stage, "verge", 3, lambda r: undergrowth.grass(r, height=r.uniform(0.2, 0.4), palette=undergrowth.MIXED if season in ("wheat", "lavender") else undergrowth.GREEN, heads=0.08, stiff=0.5, wind=0.12, detail=detail), leaf=leaf)
    x, y = strewn(stage, "verge", 15000, 1.4, 130, bias=0.25)
    off = aside(x, y)
    on_verge = (off < 2.6) & ((off > 1.1) | (off < 0.3))
    grassy = season in ("meadow", "poppies")
    patch = fbm(x / 3.5, y / 3.5, 4, seed % 67)
    thin = {"ploughed": 0.42, "lavender": 0.4, "wheat": 0.5, "rape": 0.3}.get(season, -0.25)
    ok = (on_verge | ((off > 1.5) & (patch > thin))) & low_enough(stage, x, y, 0.3)
    set_out(stage, "verge kinds", green, x[ok], y[ok], stage.rng("verge sizes").uniform(0.5, 1.25, ok.sum()) * (1 + 0.008 * y[ok]) * np.where(off[ok] < 0.3, 0.5, 1), 0.01)
    if season == "wheat":
        _in_rows(stage, "wheat", kinds_of(stage, "wheat", 3, lambda r: undergrowth.wheat(r, detail=detail), leaf=leaf), 26000, 0.0, 2.0, aside)
    if season == "lavender":
        bushes = kinds_of(stage, "lavender", 3, lambda r: undergrowth.flowers(r, count=130, height=0.55, radius=0.42, palette=((0.2, 0.1, 0.42), (0.28, 0.14, 0.5)), size=0.03, petals=3, heart=(0.2, 0.1, 0.4), detail=detail), leaf=leaf)
        _in_rows(stage, "lavender", bushes, 15000, fields.CROPS["lavender"][2], 2.0, aside)
    if season == "rape":
        plants = kinds_of(stage, "rape", 3, lambda r: undergrowth.flowers(r, count=90, height=0.95, radius=0.4, palette=((0.72, 0.6, 0.02), (0.66, 0.5, 0.02)), size=0.028, petals=4, heart=(0.5, 0.45, 0.03), detail=detail), leaf=leaf)
        _in_rows(stage, "rape", plants, 22000, 0.0, 2.0, aside)
    if grassy or season == "wheat":
        _flowers(stage, leaf, aside)
    clods = stones(stage, "clods", 3, Surface((0.13, 0.09, 0.062) if season == "ploughed" else (0.2, 0.18, 0.15), 0.95, 0.4, 0.3, 0.02, 0.05))
    x, y = strewn(stage, "clods", 14000 if season == "ploughed" else 1400, 1.2, 70, bias=0.4)
    ok = low_enough(stage, x, y, 0.1) & ((season == "ploughed") | (aside(x, y) < 1.6))
    sizes = stage.rng("clod sizes").lognormal(-2.4 if season == "ploughed" else -3.1, 0.6, ok.sum())
    set_out(stage, "clod kinds", clods, x[ok], y[ok], np.minimum(sizes, 0.3), 0.01)


def _in_rows(stage, name: str, kinds, count: int, spacing: float, off: float, aside) -> None:
    """Plants over the foreground's field, in rows `spacing` metres apart or closed; none within `off` metres of the track."""
    shot, turn = stage.shot, stage.scene.where["rows"]
    x, y = strewn(stage, name + " rows", count, 1.6, 150, bias=0.1)
    if spacing:
        across = x * np.cos(turn) + y * np.sin(turn)
        shift = (np.floor(across / spacing) + 0.25) * spacing - across + 0.12 * stage.rng(name + " shift").standard_normal(len(x))
        x, y = x + shift * np.cos(turn), y + shift * np.sin(turn)
    tall = {"wheat": 0.85, "rape": 0.95}.get(name, 0.5)
    ok = _own_field(stage, x, y) & (aside(x, y) > off) & low_enough(stage, x, y, tall, 0.16) & (np.hypot(x, y) > 1.7)
    sizes = stage.rng(name + " sizes").uniform(0.85, 1.15, ok.sum()) * (1 + 0.006 * y[ok])
    set_out(stage, name + " kinds", kinds, x[ok], y[ok], sizes)


def _flowers(stage, leaf, aside):
    scene, shot = stage.scene, stage.shot
    many = scene.where["season"] == "poppies"
    daisy = ((0.75, 0.73, 0.68),)
    kinds = kinds_of(stage, "poppies", 2, lambda r: undergrowth.flowers(r, count=16, height=0.5, size=0.034, detail=stage.detail), leaf=leaf)
    if not many:
        kinds += kinds_of(stage, "daisies", 2, lambda r: undergrowth.flowers(r, count=14, height=0.35, palette=daisy, size=0.018, petals=8, heart=(0.6, 0.4, 0.02), detail=stage.detail), leaf=leaf)
    x, y = strewn(stage, "flowers", 7500 if many else 1500, 1.7, 120, bias=0.15)
    clump = fbm(x / 7, y / 7, 3, scene.seed % 43)
    ok = (clump > (-0.1 if many else 0.15)) & (aside(x, y) > 1.5) & low_enough(stage, x, y, 0.45)
    if scene.where["season"] == "wheat":
        ok &= aside(x, y) < 3.2
    set_out(stage, "flower kinds", kinds, x[ok], y[ok], stage.rng("flower sizes").uniform(0.7, 1.2, ok.sum()) * (1 + 0.006 * y[ok]))


SETTING = Setting(
    name="hills with fields",
    describe=describe,
    shoot=shoot,
    build=build,
    lights=("golden hour", "low side light", "afterglow", "pink dawn", "storm", "after the rain", "blue hour", "silver fog", "moonlight"),
)
