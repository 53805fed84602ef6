"""What stands in the field round the camera: wheat, lavender and rape, poppies in a meadow, clods on ploughed land."""

import numpy as np

from images.world.land import fields
from images.world.materials import Surface
from images.world.noise import fbm
from images.world.plants import undergrowth
from images.world.plants.foliage import leaf_material
from images.world.plants.planting import kinds_of, low_enough, set_out
from images.world.terrain import stones, strewn


def foreground(stage):
    scene, shot, detail = stage.scene, stage.shot, stage.detail
    season, seed = scene.where["season"], scene.seed
    leaf = leaf_material(stage, 0.4, vary=0.25)
    aside = lambda x, y: np.abs(x - fields.track_of(scene, shot)(y))  # noqa: E731
    green = kinds_of(
        stage,
        "verge",
        3,
        lambda r: undergrowth.grass(
            r,
            height=r.uniform(0.2, 0.4),
            palette=undergrowth.MIXED if season in ("wheat", "lavender") else undergrowth.GREEN,
            heads=0.08,
            stiff=0.5,
            wind=0.12,
            detail=detail,
        ),
        leaf=leaf,
    )
    x, y = strewn(stage, "verge", 15000, 1.4, 130, bias=0.25)
    off = aside(x, y)
    on_verge = (off < 2.6) & ((off > 1.1) | (off < 0.3))
    grassy = season in ("meadow", "poppies")
    patch = fbm(x / 3.5, y / 3.5, 4, seed % 67)
    thin = {"ploughed": 0.42, "lavender": 0.4, "wheat": 0.5, "rape": 0.3}.get(season, -0.25)
    ok = (on_verge | ((off > 1.5) & (patch > thin))) & low_enough(stage, x, y, 0.3)
    set_out(
        stage,
        "verge kinds",
        green,
        x[ok],
        y[ok],
        stage.rng("verge sizes").uniform(0.5, 1.25, ok.sum()) * (1 + 0.008 * y[ok]) * np.where(off[ok] < 0.3, 0.5, 1),
        0.01,
    )
    if season == "wheat":
        _in_rows(
            stage,
            "wheat",
            kinds_of(stage, "wheat", 3, lambda r: undergrowth.wheat(r, detail=detail), leaf=leaf),
            26000,
            0.0,
            2.0,
            aside,
        )
    if season == "lavender":
        bushes = kinds_of(
            stage,
            "lavender",
            3,
            lambda r: undergrowth.flowers(
                r,
                count=130,
                height=0.55,
                radius=0.42,
                palette=((0.2, 0.1, 0.42), (0.28, 0.14, 0.5)),
                size=0.03,
                petals=3,
                heart=(0.2, 0.1, 0.4),
                detail=detail,
            ),
            leaf=leaf,
        )
        _in_rows(stage, "lavender", bushes, 15000, fields.CROPS["lavender"][2], 2.0, aside)
    if season == "rape":
        plants = kinds_of(
            stage,
            "rape",
            3,
            lambda r: undergrowth.flowers(
                r,
                count=90,
                height=0.95,
                radius=0.4,
                palette=((0.72, 0.6, 0.02), (0.66, 0.5, 0.02)),
                size=0.028,
                petals=4,
                heart=(0.5, 0.45, 0.03),
                detail=detail,
            ),
            leaf=leaf,
        )
        _in_rows(stage, "rape", plants, 22000, 0.0, 2.0, aside)
    if grassy or season == "wheat":
        _flowers(stage, leaf, aside)
    clods = stones(
        stage,
        "clods",
        3,
        Surface((0.13, 0.09, 0.062) if season == "ploughed" else (0.2, 0.18, 0.15), 0.95, 0.4, 0.3, 0.02, 0.05),
    )
    x, y = strewn(stage, "clods", 14000 if season == "ploughed" else 1400, 1.2, 70, bias=0.4)
    ok = low_enough(stage, x, y, 0.1) & ((season == "ploughed") | (aside(x, y) < 1.6))
    sizes = stage.rng("clod sizes").lognormal(-2.4 if season == "ploughed" else -3.1, 0.6, ok.sum())
    set_out(stage, "clod kinds", clods, x[ok], y[ok], np.minimum(sizes, 0.3), 0.01)


def _in_rows(stage, name: str, kinds, count: int, spacing: float, off: float, aside) -> None:
    """Plants over the foreground's field, in rows `spacing` metres apart or closed, `off` metres from the track."""
    turn = stage.scene.where["rows"]
    x, y = strewn(stage, name + " rows", count, 1.6, 150, bias=0.1)
    if spacing:
        across = x * np.cos(turn) + y * np.sin(turn)
        shift = (
            (np.floor(across / spacing) + 0.25) * spacing
            - across
            + 0.12 * stage.rng(name + " shift").standard_normal(len(x))
        )
        x, y = x + shift * np.cos(turn), y + shift * np.sin(turn)
    tall = {"wheat": 0.85, "rape": 0.95}.get(name, 0.5)
    ok = (
        fields.own_field(stage, x, y)
        & (aside(x, y) > off)
        & low_enough(stage, x, y, tall, 0.16)
        & (np.hypot(x, y) > 1.7)
    )
    sizes = stage.rng(name + " sizes").uniform(0.85, 1.15, ok.sum()) * (1 + 0.006 * y[ok])
    set_out(stage, name + " kinds", kinds, x[ok], y[ok], sizes)


def _flowers(stage, leaf, aside):
    scene = stage.scene
    many = scene.where["season"] == "poppies"
    daisy = ((0.75, 0.73, 0.68),)
    kinds = kinds_of(
        stage,
        "poppies",
        2,
        lambda r: undergrowth.flowers(r, count=16, height=0.5, size=0.034, detail=stage.detail),
        leaf=leaf,
    )
    if not many:
        kinds += kinds_of(
            stage,
            "daisies",
            2,
            lambda r: undergrowth.flowers(
                r,
                count=14,
                height=0.35,
                palette=daisy,
                size=0.018,
                petals=8,
                heart=(0.6, 0.4, 0.02),
                detail=stage.detail,
            ),
            leaf=leaf,
        )
    x, y = strewn(stage, "flowers", 7500 if many else 1500, 1.7, 120, bias=0.15)
    clump = fbm(x / 7, y / 7, 3, scene.seed % 43)
    ok = (clump > (-0.1 if many else 0.15)) & (aside(x, y) > 1.5) & low_enough(stage, x, y, 0.45)
    if scene.where["season"] == "wheat":
        ok &= aside(x, y) < 3.2
    set_out(
        stage,
        "flower kinds",
        kinds,
        x[ok],
        y[ok],
        stage.rng("flower sizes").uniform(0.7, 1.2, ok.sum()) * (1 + 0.006 * y[ok]),
    )
