"""The far shore of a harbour or a lake: its ground and woods, mountains or a town."""

import numpy as np

from images.world import materials
from images.world.buildings import town
from images.world.coast import quayside
from images.world.coast.waterfront import QUAY
from images.world.geometry import box, ellipsoid, join
from images.world.materials import Surface
from images.world.noise import blend, fbm, gullied, smoothstep
from images.world.plants.conifers import spruce
from images.world.plants.planting import kinds_of, set_out
from images.world.plants.trees import bark_of, tree
from images.world.terrain import land


def town_ground(seed: int, front: float, deep: float = -4.0):
    """Land that rises behind a quay at y = `front`: a function of x and y."""

    def ground(x, y):
        x, y = np.asarray(x, float), np.asarray(y, float)
        d = y - front
        slope = 0.3 * np.clip(d - 9, 0, 70) * (1 + 0.5 * fbm(x / 120, y / 120, 3, seed))
        hills = smoothstep(60, 700, d) * (70 + 190 * (gullied(x / 900, y / 900, 4, seed + 2) + 0.35))
        return np.where(
            d < 0, deep, QUAY + slope + hills + 0.6 * fbm(x / 15, y / 15, 4, seed + 4) * smoothstep(9, 30, d)
        )

    return ground


def lake_ground(seed: int, front: float, tall: float):
    """Mountains round a lake whose far shore is at y = `front`; `tall` metres high."""

    def ground(x, y):
        x, y = np.asarray(x, float), np.asarray(y, float)
        d = y - front + 0.3 * front * fbm(x / (0.7 * front), 0 * y, 3, seed) - 0.12 * np.abs(x)
        foot = smoothstep(-0.05 * front, 0.3 * front, d)
        peaks = gullied(x / (1.5 * tall), y / (1.5 * tall), 6, seed + 2)
        rise = smoothstep(0.1 * front, 2.4 * front, d) * tall * (0.75 * peaks + 0.42)
        return -6 + 7 * foot + foot * (5 * np.abs(fbm(x / 60, y / 60, 5, seed + 4))) + np.maximum(rise, 0)

    return ground


def far_land(stage, ground, front: float, far: float, kind: str) -> None:
    """The far shore's ground with its woods."""
    seed = stage.scene.seed % 997

    def colour(x, y, z, up):
        patches = np.clip(0.5 + fbm(x / 70, y / 70, 5, seed), 0, 1)
        green = blend((0.05, 0.062, 0.022), (0.13, 0.12, 0.05), patches)
        stone = blend(
            (0.13, 0.12, 0.11), (0.24, 0.23, 0.215), np.clip(0.5 + fbm(x / 25, (y + z) / 25, 5, seed + 3), 0, 1)
        )
        wood = smoothstep(-0.05, 0.15, fbm(x / 130, y / 130, 4, seed + 5)) * smoothstep(0.55, 0.75, up)
        green = blend(green, (0.018, 0.027, 0.012), wood)
        steep = smoothstep(0.84, 0.66, up + 0.1 * fbm(x / 30, y / 30, 4, seed + 6))
        shade = blend(green, stone, steep)
        if kind == "lake":
            line = 0.42 * float(np.max(z)) + 90 * fbm(x / 200, y / 200, 4, seed + 7)
            shade = blend(shade, stone, smoothstep(-160, 20, z - line))
            shade = blend(shade, (0.72, 0.75, 0.8), smoothstep(0, 140, z - line) * smoothstep(0.45, 0.68, up))
        beach = smoothstep(1.6, 0.4, z)
        return blend(shade, (0.16, 0.14, 0.115), beach)

    surface = Surface(
        roughness=0.95,
        variation=0.4,
        grain=9.0,
        relief=1.2,
        relief_size=7.0,
        attribute=True,
        own_space=False,
        specular=0.1,
    )
    land(stage, ground, colour, surface, near=0.75 * front, far=far, rows=650, columns=750, behind=0.0)
    fine = 0.12 * stage.detail + 0.04
    if kind == "lake":
        kinds = kinds_of(
            stage, "spruces", 3, lambda rng: spruce(rng, rng.uniform(14, 24), detail=fine), bark_of(stage, "pine")
        )
        count, reach = 5200, 7.0
    else:
        kinds = kinds_of(
            stage,
            "town trees",
            3,
            lambda rng: tree(rng, str(rng.choice(["lime", "oak"])), rng.uniform(7, 12), detail=fine),
            bark_of(stage, "lime"),
        )
        count, reach = 1500, 3.5
    rng = stage.rng("far trees")
    n = stage.count(count, 250)
    y = front * (1.0 + reach * rng.random(n) ** 1.6)
    x = rng.uniform(-1, 1, n) * (stage.shot.spread[0] * y + 30)
    z = ground(x, y)
    dense = fbm(x / 130, y / 130, 4, seed + 5) > rng.uniform(-0.3, 0.12, n)
    steep = np.abs(ground(x, y + 6) - z) < 5.5
    low = z < (0.34 * np.max(z) if kind == "lake" else 1e9)
    keep = (z > (1.0 if kind == "lake" else QUAY + 2.5)) & dense & steep & low
    set_out(stage, "far tree kinds", kinds, x[keep], y[keep], rng.uniform(0.6, 1.25, keep.sum()), 0.4, ground)


def add_town(stage, ground, front: float, style: str, free=None) -> None:
    """Houses in rows up from the far quay, their church, and the quay itself with a few boats' length of wall."""
    shot, rng = stage.shot, stage.rng("town")
    half = shot.spread[0] * (front + 60) * 1.08 + 12
    pan = shot._pan() * front
    fine = float(np.clip(40 * stage.detail / front * 1.6, 0.1, 1.0))
    made = town.Town(town.STYLES[style], fine)
    rows = int(np.clip(2 + 240 / front, 3, 6))
    town.settle(made, rng, ground, pan - half, pan + half, front + 9, rows, free=free)
    x = pan + rng.uniform(-0.45, 0.45) * half
    y = front + 9 + 11 * rows * 0.6
    town.church(made, rng, (x, y, float(ground(x, y)) + 2), rng.normal(0, 0.15), rng.uniform(0.95, 1.25))
    made.emit(stage, 0.34, 2.4)
    stone = stage.once("far quay", lambda: materials.bricks((0.2, 0.19, 0.17), (0.07, 0.065, 0.06), 1.0, 0.45))
    stage.add(box(pan - half - 40, pan + half + 40, front - 0.4, front + 12, -3, QUAY), stone)
    spots = [(pan + a, front + 2.5, QUAY) for a in np.arange(-half, half, 17.0)]
    iron, glass = stage.material(quayside.IRON), stage.lit((1.0, 0.7, 0.36), 90)
    poles = [box(a - 0.05, a + 0.05, b - 0.05, b + 0.05, c, c + 4.2) for a, b, c in spots]
    stage.add(join(poles), iron)
    stage.add([ellipsoid(0.22, 0.22, 0.24, 10, 8).moved(a, b, c + 4.3) for a, b, c in spots], glass, smooth=True)
