"""A moon: dust with craters of every size, boulders, footprints, a planet over the hills. Or Mars, with air."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from images.world import composition
from images.world.base import Setting, details
from images.world.land import heavens, regolith
from images.world.light import Clouds
from images.world.noise import blend, fbm, smoothstep
from images.world.terrain import land
from images.world.viewmesh import fitted_fan

PHRASES = {
    "earth": ("on the moon", "on the moon, the Earth above the hills", "in a field of craters on the moon"),
    "rings": ("on the moon of a ringed planet", "on a moon below a ringed planet", "below a planet with rings"),
    "giant": ("on the moon of a giant planet", "on a barren moon", "among craters below a huge planet"),
    "red": ("on Mars", "in a stony desert on Mars", "on a red planet", "among red rocks on Mars"),
}
SOILS = {  # pale and deep dust
    "grey": ((0.25, 0.24, 0.225), (0.15, 0.145, 0.14)),
    "brown": ((0.27, 0.215, 0.165), (0.15, 0.12, 0.095)),
    "blue": ((0.20, 0.22, 0.25), (0.10, 0.115, 0.14)),
    "red": ((0.40, 0.17, 0.075), (0.22, 0.085, 0.045)),
}
WALKERS = ("person", "people")


def describe(rng, subject):
    kind = str(rng.choice(list(PHRASES), p=(0.3, 0.22, 0.2, 0.28)))
    soil = "red" if kind == "red" else "grey" if kind == "earth" else str(rng.choice(("grey", "brown", "blue")))
    planet = {
        "palette": str(rng.choice(list(heavens.GIANTS))),
        "radius": float(rng.uniform(0.09, 0.17) if kind == "earth" else rng.uniform(0.16, 0.42)),
        "tilt": float(rng.choice([-1, 1]) * rng.uniform(0.2, 0.6)),
        "rise": float(rng.uniform(0.15, 0.9)),
    }
    return details(str(rng.choice(PHRASES[kind])), kind=kind, soil=soil, walked=subject in WALKERS, **planet)


@lru_cache(maxsize=4)
def _track(scene, x: float, y: float):
    return regolith.footprints(scene.rng("footprints"), (x, y), scene.heading)


def shoot(scene, aspect):
    seed = scene.seed % 9973
    red = scene.where["kind"] == "red"  # its hills are lower, its craters fewer
    flat = lambda a, b: np.zeros(np.broadcast(a, b).shape)  # noqa: E731
    first = composition.in_the_open(scene, aspect, flat, near=4)
    whole = (*first.subject[:2], 0.6 * scene.width + 1.5)
    ground = regolith.heights(
        seed, craters=0.28 if red else 0.5, hills=not red, whole=whole, steep=0.42 * first.spread[1]
    )
    if scene.where["walked"]:
        ground = regolith.trodden(ground, _track(scene, *(round(v, 4) for v in first.subject[:2])))
    high = float(np.clip(0.14 * first.distance, 0.9, 4.0))
    return composition.in_the_open(scene, aspect, ground, eye=(0.5 * high, high), near=4)


def build(stage):
    shot, where = stage.shot, stage.scene.where
    pale, deep = SOILS[where["soil"]]
    seed = stage.scene.seed % 997

    def colour(x, y, z, up):
        patches = np.clip(0.5 + 0.8 * fbm(x / 35, y / 35, 4, seed) + 0.4 * fbm(x / 2.5, y / 2.5, 4, seed + 3), 0, 1)
        return blend(deep, pale, patches) * (0.75 + 0.25 * smoothstep(0.7, 0.97, up))[..., None]

    points = fitted_fan(stage, shot.ground, near=0.8, far=14000, rows=1350, columns=1000)
    land(stage, shot.ground, colour, regolith.material(stage), points=points)
    red = where["kind"] == "red"
    regolith.boulders(stage, tuple(0.8 * c for c in deep), 3.0 if red else 1.6, large=0.5 if red else 1.0)
    if not red:
        _planet(stage)


def _planet(stage):
    """Above the horizon on the side that the subject leaves free, sometimes cut by it; and its light on the ground."""
    shot, where = stage.shot, stage.scene.where
    side = -np.sign(shot.subject[0]) or 1.0
    horizon = shot.project((0.0, 8000.0, shot.eye[2] + 250.0))[1]
    radius = where["radius"] * min(1.0, 1.4 * horizon / where["radius"])
    down = horizon * (1 - where["rise"]) - 0.3 * radius * where["rise"]
    down = max(down, 0.62 * radius) if where["kind"] == "earth" else down
    towards = heavens.add_planet(stage, where["kind"], where["palette"], 0.5 + side * 0.24, down, radius, where["tilt"])
    shine = {"earth": (0.6, 0.78, 1.0), "rings": (1.0, 0.86, 0.7), "giant": (1.0, 0.8, 0.66)}[where["kind"]]
    stage.fill("SUN", tuple(np.multiply(100, towards)), 0.03 * stage.light.sun + 0.003, shine, (0, 0, 0), angle=0.3)


def light(scene, light):
    """A hard sun from the side in a black sky; on the red planet thin dusty air."""
    rng = scene.rng("lunar light")
    side = np.sign(light.azimuth) or 1.0
    azimuth = side * rng.uniform(52, 112)
    plain = light.film.mean is not None
    if scene.where["kind"] == "red":
        clouds = Clouds(0.2, 6000, 500, 4200) if light.clouds else None
        haze = max(light.haze, 1e-4) if not plain or light.haze else 0.0
        return replace(
            light, azimuth=azimuth, elevation=min(light.elevation, 24.0), clouds=clouds, haze=haze, wet=0.0, rain=0.0
        )
    night = light.sun < 0.6
    # not quite black: the film's exposure follows the mean of the logarithm
    black = 0.0008 * max(light.sun, 0.5)
    dark = ((0, (black, black, 1.15 * black)), (1, (0.7 * black, 0.75 * black, black)))
    # half the picture is black, which must not burn the other half
    film = replace(light.film, mean=light.film.mean and min(light.film.mean, 0.3), key=0.33 * light.film.key,
                   shadows=(0.0, 0.002, 0.008), fade=0.0)  # fmt: skip
    return replace(
        light, azimuth=azimuth, elevation=float(np.clip(light.elevation, 9, 22)), sky=dark, sky_strength=1.0, warm=0.0,
        clouds=None, stars=1.6, haze=0.0, fog=0.0, wet=0.0, rain=0.0, sun=max(light.sun, 0.12), disc=0.0,
        softness=2.0 if night else 0.55, film=film,
    )  # fmt: skip


SETTING = Setting(
    name="moon",
    describe=describe,
    shoot=shoot,
    build=build,
    light=light,
    lights=("airless", "low side light", "red dust", "golden hour", "pink dawn", "blue hour"),
    parts=("in fog", "rays of light", "after rain"),
)
