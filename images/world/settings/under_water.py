"""Under water: a coral reef, a forest of kelp, or the deep sea bed with a wreck."""

from dataclasses import replace

import numpy as np

from images.world import blender, composition
from images.world.base import Setting, details
from images.world.coast import reef, shore, undersea
from images.world.coast.sea_growth import GROWTH
from images.world.land import sand
from images.world.materials import Surface
from images.world.noise import blend, fbm, smoothstep
from images.world.plants.planting import set_out
from images.world.terrain import land, stones, strewn
from images.world.viewmesh import fitted_fan

PHRASES = {
    "reef": ("on a coral reef", "under water among corals", "under water above a reef", "at the edge of a coral reef"),
    "kelp": ("in a forest of kelp", "under water in a kelp forest", "under water between strands of kelp"),
    "deep": ("on the sea bed", "deep under water", "at the bottom of the sea"),
    "wreck": ("beside a sunken ship on the sea bed", "under water by a wreck", "at the bottom of the sea near a wreck"),
}
# colour of the water, of the surface overhead, share of the view lost per metre, depth in metres, contrast of caustics
WATERS = {
    "reef": ((0.012, 0.15, 0.20), (0.5, 0.95, 0.97), 0.034, 9.0, 1.0),
    "kelp": ((0.028, 0.13, 0.095), (0.72, 0.93, 0.6), 0.045, 10.0, 0.8),
    "deep": ((0.005, 0.042, 0.07), (0.16, 0.42, 0.5), 0.05, 24.0, 0.35),
    "wreck": ((0.008, 0.058, 0.075), (0.2, 0.5, 0.52), 0.042, 20.0, 0.45),
}
BED = {"reef": (0.46, 0.41, 0.31), "kelp": (0.3, 0.26, 0.18), "deep": (0.22, 0.2, 0.165), "wreck": (0.25, 0.22, 0.175)}


def describe(rng, subject):
    kinds = ("reef", "kelp", "deep") if subject == "sailing boat" else tuple(PHRASES)
    kind = str(rng.choice(kinds))
    return details(
        str(rng.choice(PHRASES[kind])), kind=kind, side=int(rng.choice([-1, 1])), current=float(rng.uniform(-0.6, 0.6))
    )


def _ground(scene, x0: float, y0: float):
    """Sand with rocks beside and behind the place of the subject."""
    seed, side = scene.seed % 9973, scene.where["side"]
    rocky = {"reef": 1.0, "kelp": 0.8, "deep": 0.4, "wreck": 0.3}[scene.where["kind"]]
    room = 0.6 * scene.width + 1.2

    def height(x, y):
        x, y = np.asarray(x, float), np.asarray(y, float)
        swell = 0.35 * fbm(x / 9, y / 9, 4, seed) + 0.02 * fbm(x / 0.7, y / 0.7, 3, seed + 1)
        away = np.hypot(x - x0, (y - y0) * 0.8)
        along = np.abs(x - x0 * np.clip(y / y0, 0, 1))  # from the line of sight
        free = smoothstep(0.5 * room, 2.0 * room + 1, np.where(y < y0 + room, along, away))
        lumps = fbm(x / 7, y / 7, 5, seed + 3) + 0.35 * side * np.tanh((x - x0) / 9) + 0.15 * smoothstep(4, 30, y - y0)
        rise = rocky * np.maximum(lumps - 0.02, 0) * (2.6 + 0.13 * np.clip(y - 0.5 * y0, 0, 40)) * free
        rough = shore.broken(
            rise, x, y, seed + 9, bed=0.5, joint=2.6, dip=(0.1, 0.05), share=0.65 * smoothstep(0.1, 0.5, rise)
        )
        far = smoothstep(25, 110, y) * (5 * np.abs(fbm(x / 45, y / 45, 4, seed + 5)))
        return swell + np.maximum(rough, 0) + far

    return height


def shoot(scene, aspect):
    flat = lambda a, b: np.zeros(np.broadcast(a, b).shape)  # noqa: E731
    first = composition.in_the_open(scene, aspect, flat, near=3.5, far=26)
    bed = _ground(scene, *first.subject[:2])
    high = float(np.clip(0.17 * first.distance, 0.6, 2.2))
    return composition.in_the_open(
        scene, aspect, bed, eye=(0.5 * high, high), near=3.5, far=26, base=scene.framing.base - 0.06
    )


def build(stage):
    scene, shot = stage.scene, stage.shot
    kind = scene.where["kind"]
    seed = scene.seed % 997
    _, window, _, depth, caustics = WATERS[kind]
    pale = np.array(BED[kind])

    def rocky(x, y, z, up):
        return smoothstep(0.45, 0.75, z + 0.4 * fbm(x / 2, y / 2, 3, seed)) * smoothstep(60, 30, y)

    def colour(x, y, z, up):
        bed = blend(0.75 * pale, pale, np.clip(0.5 + fbm(x / 3, y / 3, 4, seed), 0, 1))
        crust = blend((0.075, 0.07, 0.05), (0.2, 0.17, 0.13), np.clip(0.5 + fbm(x / 0.8, y / 0.8, 4, seed + 2), 0, 1))
        pink = smoothstep(0.15, 0.4, fbm(x / 1.3, y / 1.3, 4, seed + 4))
        crust = blend(crust, (0.3, 0.11, 0.13) if kind == "reef" else (0.09, 0.1, 0.03), 0.6 * pink)
        return blend(bed, crust, np.maximum(rocky(x, y, z, up), smoothstep(0.8, 0.6, up)))

    points = fitted_fan(stage, shot.ground, near=0.6, far=320, rows=950, columns=900)
    land(stage, shot.ground, colour, sand.material(stage, scene.where["current"] + 1.2, 0.26, 0.25), points=points)
    level = max(depth, 1.7 * shot.height + 3)
    power = _daylight(stage.light)
    undersea.add_surface(stage, level, (window, WATERS[kind][0]), 2.2 * power, caustics)
    shafts = {"reef": 1.0, "kelp": 0.8, "deep": 0.25, "wreck": 0.35}[kind] * power
    share = 1.0 if stage.light.film.mean is None else stage.light.film.rays
    undersea.add_shafts(stage, stage.sun_direction(), level, -1.0, window, shafts * share)
    undersea.add_specks(stage, 900)
    _rocks(stage, kind)
    GROWTH[kind](stage, rocky, level)
    _fish(stage, level)


def _rocks(stage, kind: str) -> None:
    shot, rng = stage.shot, stage.rng("rock sizes")
    surface = Surface(
        (0.12, 0.105, 0.08),
        0.9,
        0.5,
        0.3,
        0.04,
        0.1,
        second=(0.2, 0.1, 0.1) if kind == "reef" else (0.07, 0.075, 0.03),
        own_space=False,
    )
    kinds = stones(stage, "sea stones", 4, surface)
    x, y = strewn(stage, "stones", 700, 1.6, 30)
    size = rng.lognormal(-1.6, 0.8, len(x))
    keep = (
        shot.clear(x, y, 0.3 + 0.3 * size.max())
        & (size < 0.3 * y)
        & (fbm(x / 6, y / 6, 3, 5) > rng.uniform(-0.3, 0.4, len(x)))
    )
    set_out(stage, "stone kinds", kinds, x[keep], y[keep], size[keep], 0.1)


def _fish(stage, level: float) -> None:
    """Schools that swim past the subject, and a few fish near the camera."""
    shot, rng = stage.shot, stage.rng("fish")
    schools = int(rng.integers(1, 4))
    names = rng.permutation(list(reef.FISH))
    surface = Surface(roughness=0.3, variation=0.12, grain=0.2, attribute=True, specular=0.7)
    for i in range(schools + 1):
        count = int(rng.integers(60, 170)) if i < schools else 5
        away = shot.distance * rng.uniform(0.9, 2.2) if i < schools else shot.distance * rng.uniform(0.4, 0.7)
        across = rng.uniform(-0.75, 0.75) * shot.spread[0] * away
        z = shot.eye[2] + rng.uniform(0.05, 0.75) * shot.spread[1] * away
        heading, size = rng.choice([0.0, np.pi]) + rng.normal(0, 0.35), rng.uniform(0.1, 0.3)
        children = []
        for bend in (-0.12, 0.1):
            solid, colours = reef.fish(str(names[i % len(names)]), bend, min(1.0, 0.2 + 0.6 * stage.detail))
            children.append(stage.add(solid, stage.material(surface), smooth=True, colours=colours))
        n = max(4, round(count * stage.detail**0.3))
        spread = np.array([0.16, 0.12, 0.05]) * away * (1 if i < schools else 1.6)
        t = rng.standard_normal((n, 3))
        points = np.array([across, away, z]) + t * spread
        points[:, 2] += 0.12 * away * np.sin(t[:, 0] * 1.3)
        turns = heading + rng.normal(0, 0.2, n) + 0.25 * t[:, 1]
        floor = shot.ground(points[:, 0], points[:, 1])
        over = shot.eye[2] + (shot.subject[2] + shot.height - shot.eye[2]) * points[:, 1] / shot.distance
        free = shot.clear(points[:, 0], points[:, 1], 0.1) | (points[:, 2] > over + 0.02 * points[:, 1])
        keep = (points[:, 2] > floor + 0.2) & (points[:, 2] < level - 0.3) & free
        which = rng.integers(2, size=n)
        for k, child in enumerate(children):
            chosen = keep & (which == k)
            if chosen.any():
                blender.scatter(child, points[chosen], size * rng.lognormal(0, 0.18, chosen.sum()), turns[chosen])
            else:
                stage.hide(child)


def _daylight(light) -> float:
    """How light it is over the water; 1 by day."""
    return max(light.sun, 0.15) / 5.0


def light(scene, light):
    """The sun steep, as water bends it, through blue-green water that takes the view."""
    water, window, lost, _, _ = WATERS[scene.where["kind"]]
    plain = light.film.mean is not None
    power = _daylight(light)
    rng = scene.rng("light under water")
    side = np.sign(light.azimuth) or 1.0
    azimuth = side * rng.uniform(8, 45) if abs(light.azimuth) < 60 else side * rng.uniform(40, 110)
    tint = tuple(c * w for c, w in zip(light.sun_colour, (0.62, 1.0, 0.94), strict=True))
    dim = {"reef": 1.0, "kelp": 0.9, "deep": 0.35, "wreck": 0.45}[scene.where["kind"]]
    colour = tuple(float(c * power * (1.6 if plain else 1.0)) for c in water)
    sky = ((0, colour), (0.2, colour), (1, tuple(0.5 * power * c for c in window)))
    film = replace(
        light.film,
        mean=light.film.mean and min(light.film.mean, 0.4),
        saturation=max(light.film.saturation, 1.2),
        flare=0.0,
        streak=0.0,
    )
    return replace(light, azimuth=azimuth, elevation=float(rng.uniform(42, 60)), sun=max(light.sun, 0.15) * 1.5 * dim,
        sun_colour=tint, softness=0.8, disc=0.0, sky=sky, sky_strength=1.0, warm=0.0, clouds=None, stars=0.0,
        haze=lost * (0.5 if plain else 1.0), haze_colour=colour, fog=0.0, wet=0.0, rain=0.0, film=film,)  # fmt: skip


SETTING = Setting(
    name="under water",
    describe=describe,
    shoot=shoot,
    build=build,
    light=light,
    lights=("clear water", "clear water", "low side light", "golden hour", "silver fog", "moonlight"),
    parts=("at sunset", "in fog", "after rain", "lens flare"),
)
