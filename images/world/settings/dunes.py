"""Dunes: crescents, winding ridges or long parallel lines of sand, or a red plain under buttes."""

from dataclasses import replace
from functools import lru_cache

import numpy as np

from images.world import composition
from images.world.base import Setting, details
from images.world.land import desert, sand
from images.world.noise import blend, fbm, smoothstep
from images.world.terrain import land
from images.world.viewmesh import fitted_fan

SMALL = ("person", "people", "horse", "monolith", "lone tree", "tent", "statue")  # what may stand on a crest
PHRASES = {
    "crescents": ("among crescent dunes", "in a field of dunes", "between the dunes"),
    "ridges": ("among high dunes", "in a sea of sand", "in the dunes"),
    "lines": ("between long ridges of sand", "among the dunes", "in a desert of long dunes"),
    "buttes": (
        "below red buttes",
        "in a desert of red mesas",
        "in a valley of red sandstone buttes",
        "under red cliffs",
    ),
}
CREST = ("on the crest of a dune", "high on a dune", "on a ridge of sand")
LEVEL = 0.5  # metres above the plain up to which ground counts as a hollow between dunes


def describe(rng, subject):
    kind = str(rng.choice(list(PHRASES), p=(0.26, 0.26, 0.2, 0.28)))
    on_crest = subject in SMALL and kind != "buttes" and bool(rng.random() < 0.6)
    colour = str(rng.choice(list(sand.SANDS), p=(0.36, 0.22, 0.12, 0.22, 0.08)))
    phrase = str(rng.choice(CREST if on_crest else PHRASES[kind]))
    if kind == "buttes":
        colour = "red"
    elif colour in ("red", "white") and rng.random() < 0.6:
        phrase = phrase.replace("dune", f"{colour} dune", 1).replace("of sand", f"of {colour} sand")
        phrase = phrase.replace(f"crescent {colour}", f"{colour} crescent").replace(f"long {colour}", f"long {colour}")
    # mostly across the view, so that crests lead into the picture and the sun from the side shapes them
    wind = float(rng.choice([-1, 1]) * rng.uniform(0.05, 0.75) + (np.pi if rng.random() < 0.5 else 0))
    return details(phrase, kind=kind, crest=on_crest, sand=colour, wind=wind, ridge=float(rng.uniform(9, 17)))


@lru_cache(maxsize=4)
def _table(scene, x: float, y: float) -> np.ndarray:
    """The dunes round a subject that stands at (x, y)."""
    rng, where = scene.rng("dunes"), scene.where
    kind, wind = where["kind"], where["wind"]
    straight = kind != "crescents"
    rows = []
    if where["crest"]:
        half, height = y * rng.uniform(0.9, 1.8), y * rng.uniform(0.07, 0.14) + 1.5
        rows.append(sand.dune(rng, (x, y), wind, half, height, straight=straight))
    low = 1.2 if where["crest"] else 0.5
    for i in range(64):
        # placed evenly in the picture: as many near as far
        away = max(y, 12) * np.exp(rng.uniform(-0.7, 5.0)) + 10
        side = rng.uniform(-1.3, 1.3)
        height = min(away, 900) * rng.uniform(0.02, 0.085) + 0.5
        half = height * (rng.uniform(10, 24) if straight else rng.uniform(4, 9)) + 5
        if kind == "lines":
            half *= 2
        if kind == "buttes":
            height, half = min(0.3 * height, 2.5), min(half, 40)
        row = sand.dune(rng, (side * away, away), wind + rng.normal(0, 0.16), half, height, straight=straight)
        if not _hides(row, x, y, low) and away < 6000 and (i % 3 or away > 150):
            rows.append(row)
    return np.array(rows).reshape(-1, sand.COLUMNS)


def _hides(row, x: float, y: float, low: float) -> bool:
    """Whether a dune would stand on the subject or between it and the camera."""
    t = np.r_[np.linspace(0.0, 0.93, 60), 1.0]
    high = sand.heights(np.array([row]), 0.0, 0.0, 1)(x * t, y * t)
    limit = np.full(len(t), low)
    limit[-1] = 0.35
    return bool((high > limit).any())


def ground(scene, x: float, y: float):
    table = _table(scene, round(x, 4), round(y, 4))
    return sand.heights(table, scene.where["wind"], scene.where["ridge"], scene.seed % 9973)


def shoot(scene, aspect):
    flat = lambda a, b: np.zeros(np.broadcast(a, b).shape)  # noqa: E731
    near = 9 if scene.where["kind"] == "buttes" else 6
    first = composition.in_the_open(scene, aspect, flat, near=near)
    dunes = ground(scene, *first.subject[:2])
    level = 0.45 * scene.width if scene.where["crest"] else None
    # low before what is near, so that the horizon stays in the frame
    high = float(np.clip(0.12 * first.distance, 1.0, 3.4))
    return composition.in_the_open(scene, aspect, dunes, eye=(0.55 * high, high), near=near, level=level)


def build(stage):
    scene, shot, where = stage.scene, stage.shot, stage.scene.where
    fine, coarse = sand.SANDS[where["sand"]]
    plain = where["kind"] == "buttes"

    def hollow(x, y, z):
        return smoothstep(1.4, 0.2, z - LEVEL + 1.2 * fbm(x / 16, y / 16, 4, 3))

    def colour(x, y, z, up):
        patches = np.clip(0.5 + 0.9 * fbm(x / 60, y / 60, 4, 5) + 0.25 * fbm(x / 5, y / 5, 3, 9), 0, 1)
        dry = blend(np.multiply(fine, 0.86), np.multiply(fine, 1.1), patches)
        return blend(dry, coarse, 0.8 * hollow(x, y, z) * smoothstep(0.94, 0.985, up))

    points = fitted_fan(stage, shot.ground, near=1.0, far=9000, rows=1300, columns=1000)
    land(stage, shot.ground, colour, sand.material(stage, where["wind"]), points=points)
    desert.pebbles(stage, tuple(0.7 * c for c in coarse), 1.6, 90, 5000, lambda x, y, z: 0.6 * hollow(x, y, z))
    if plain:
        desert.buttes(stage, "buttes", 10)
        desert.scrub(stage, 5, 300, 0.6)
    elif where["sand"] != "white":
        desert.scrub(stage, 8, 150, 0.12, lambda x, y, z: hollow(x, y, z))
    if stage.light.film.mean is None and not plain:
        table = _table(scene, round(shot.subject[0], 4), round(shot.subject[1], 4))
        desert.blown_sand(stage, table, fine, 0.55)


def light(scene, light):
    """The sun low and from the side, which alone shows dunes; a desert's sky with few clouds."""
    if not light.sun:
        return light
    rng = scene.rng("desert light")
    side = np.sign(light.azimuth) or 1.0
    azimuth = side * (rng.uniform(28, 50) if light.disc else rng.uniform(62, 108))
    high = rng.uniform(3000, 5000)
    thin = rng.uniform(0.06, 0.2)
    clouds = light.clouds and replace(
        light.clouds, cover=light.clouds.cover - thin, base=high, thickness=500, size=2900
    )
    if light.sun < 0.6:  # after sunset the brightest part of the sky still shapes the sand
        light = replace(light, sun=max(2.5 * light.sun, 0.16), softness=min(light.softness, 9.0), elevation=9.0)
    return replace(light, azimuth=azimuth, elevation=min(light.elevation, 26.0), clouds=clouds)


SETTING = Setting(
    name="dunes",
    describe=describe,
    shoot=shoot,
    build=build,
    light=light,
    lights=("low side light", "golden hour", "red dust", "pink dawn", "moonlight", "blue hour", "afterglow"),
)
