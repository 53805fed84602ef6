"""How a scene can be lit: plainly, by one of the film's lights, or by single parts of the look in plain light.

A `Light` is numbers only; `sky.py` and `stage.py` build it, `film.py` develops it. Azimuths are degrees from the
subject, clockwise seen from above: 0 is behind it, 90 to its right, 180 behind the camera.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from images.world.film import Colour, Film
from inference.cli import InputError

# part of the look -> the words that name it in a caption
PARTS = {
    "at sunset": "at sunset",
    "at night": "at night",
    "in fog": "in fog",
    "rays of light": "with rays of light",
    "lens flare": "lens flare",
    "dramatic lighting": "dramatic lighting",
    "after rain": "after rain",
    "in silhouette": "in silhouette",
}


@dataclass(frozen=True)
class Clouds:
    """A layer of clouds. cover: 0 none to 1 all; metres."""

    cover: float
    base: float = 1600
    thickness: float = 900
    size: float = 1500


@dataclass(frozen=True)
class Light:
    sun: float = 4.0  # W/m2; the moon at night
    azimuth: float = 140.0
    compass: bool = False  # azimuth counts from +y instead of from the subject: rooms, whose windows do not move
    elevation: float = 48.0
    sun_colour: Colour = (1.0, 0.95, 0.88)
    softness: float = 0.6  # degrees the sun is wide
    disc: float = 0.0  # how bright it is in the picture, over its surroundings
    sky: tuple[tuple[float, Colour], ...] = ()  # colours by the root of the sine of elevation: 0 horizon, 1 zenith
    sky_strength: float = 1.0
    warmth: Colour = (1.0, 0.45, 0.18)  # of the horizon below the sun
    warm: float = 0.0  # its strength
    clouds: Clouds | None = None
    cloud_light: Colour = (2.4, 2.4, 2.4)  # scattered by clouds towards the sun, times the phase function
    cloud_shade: Colour = (0.5, 0.54, 0.62)  # in their shadow
    stars: float = 0.0
    haze: float = 0.0  # per metre; drawn by the film
    haze_colour: Colour | None = None  # the horizon's if None
    mist: float = 0.0  # per metre at its floor, thinning upwards; drawn by the film
    mist_height: float = 30.0  # metres over which it thins
    mist_floor: float = 0.0  # metres; z of its floor
    fog: float = 0.0  # scattering per metre in the air round the subject, traced: shafts, beams and glow
    lamps: float = 0.0  # how strong lamps, windows and headlights burn; 1 at dusk
    wet: float = 0.0
    rain: float = 0.0  # falling
    film: Film = field(default_factory=Film)


TEAL_ORANGE = {"shadows": (-0.025, 0.012, 0.05), "highlights": (1.06, 1.0, 0.9)}
WARM = {"shadows": (0.01, 0.0, -0.008), "highlights": (1.06, 1.0, 0.88)}
COOL = {"shadows": (-0.01, 0.008, 0.03), "highlights": (0.98, 1.0, 1.03)}
GREEN = {"shadows": (-0.015, 0.014, 0.0), "highlights": (1.0, 1.03, 0.9)}
MAGENTA = {"shadows": (0.02, -0.012, 0.04), "highlights": (1.04, 0.98, 1.0)}
SILVER = {"shadows": (0.0, 0.004, 0.012), "highlights": (1.0, 1.0, 0.98)}

DAY = ((0, (0.66, 0.76, 0.88)), (0.3, (0.40, 0.58, 0.86)), (0.6, (0.20, 0.38, 0.75)), (1, (0.10, 0.24, 0.60)))
GOLD = ((0, (1.00, 0.62, 0.30)), (0.22, (0.62, 0.52, 0.46)), (0.5, (0.22, 0.36, 0.55)), (1, (0.07, 0.16, 0.38)))
CLEAR = ((0, (0.60, 0.62, 0.62)), (0.25, (0.38, 0.48, 0.60)), (0.6, (0.16, 0.28, 0.50)), (1, (0.07, 0.15, 0.36)))
DUSK = ((0, (0.55, 0.26, 0.16)), (0.25, (0.30, 0.22, 0.27)), (0.5, (0.10, 0.14, 0.27)), (1, (0.03, 0.06, 0.16)))
BLUE = ((0, (0.30, 0.30, 0.38)), (0.2, (0.12, 0.2, 0.36)), (0.5, (0.04, 0.1, 0.24)), (1, (0.015, 0.04, 0.13)))
PINK = ((0, (0.75, 0.42, 0.38)), (0.3, (0.55, 0.36, 0.46)), (0.6, (0.28, 0.28, 0.48)), (1, (0.12, 0.17, 0.38)))
SLATE = ((0, (0.36, 0.40, 0.42)), (0.25, (0.22, 0.26, 0.30)), (0.6, (0.10, 0.13, 0.17)), (1, (0.06, 0.08, 0.12)))
GREY = ((0, (0.62, 0.66, 0.68)), (0.5, (0.58, 0.62, 0.66)), (1, (0.50, 0.55, 0.62)))
NIGHT = ((0, (0.035, 0.05, 0.085)), (0.3, (0.014, 0.026, 0.06)), (1, (0.004, 0.009, 0.028)))
RUST = ((0, (0.85, 0.5, 0.26)), (0.3, (0.6, 0.42, 0.3)), (0.6, (0.26, 0.34, 0.4)), (1, (0.10, 0.2, 0.3)))
GREENISH = ((0, (0.42, 0.5, 0.36)), (0.3, (0.2, 0.3, 0.26)), (1, (0.05, 0.1, 0.1)))

PLAIN = Light(
    sun=6.0,
    sky=DAY,
    clouds=Clouds(0.28),
    cloud_light=(4.5, 4.5, 4.5),
    cloud_shade=(0.75, 0.8, 0.88),
    film=Film(mean=0.46),
)

# what the film look may light a scene with; a setting lists those that suit it
FILM_LIGHTS = {
    "golden hour": Light(
        sun=5.5, azimuth=18, elevation=7, sun_colour=(1.0, 0.62, 0.30), disc=1.0, sky=GOLD, sky_strength=0.8, warm=0.8,
        clouds=Clouds(0.33), cloud_light=(3.0, 1.5, 0.62), cloud_shade=(0.14, 0.19, 0.33), haze=6e-5, lamps=0.15,
        film=Film(key=0.18, **TEAL_ORANGE, saturation=1.3, streak=0.4, flare=0.5, glow=0.8, rays=0.25),
    ),
    "low side light": Light(
        sun=5.0, azimuth=75, elevation=9, sun_colour=(1.0, 0.72, 0.44), sky=CLEAR, sky_strength=0.8,
        clouds=Clouds(0.36), cloud_light=(2.2, 1.6, 1.1), cloud_shade=(0.22, 0.27, 0.36), haze=5e-5, lamps=0.1,
        film=Film(key=0.17, **TEAL_ORANGE, saturation=1.25, glow=0.5),
    ),
    "afterglow": Light(
        sun=0.5, azimuth=12, elevation=1.2, sun_colour=(1.0, 0.45, 0.2), disc=0.0, sky=DUSK, warm=1.6,
        clouds=Clouds(0.5, 2400, 800, 2100), cloud_light=(1.5, 0.5, 0.28), cloud_shade=(0.12, 0.1, 0.16),
        haze=8e-5, lamps=0.6, film=Film(key=0.13, **MAGENTA, saturation=1.25, streak=0.3, glow=0.8),
    ),
    "blue hour": Light(
        sun=0.04, azimuth=30, elevation=12, sun_colour=(0.6, 0.75, 1.0), softness=20, sky=BLUE, warm=0.35,
        warmth=(1.0, 0.5, 0.3), clouds=Clouds(0.42, 2600, 600, 2200), cloud_light=(0.28, 0.22, 0.26),
        cloud_shade=(0.05, 0.075, 0.14), haze=9e-5, lamps=1.0,
        film=Film(key=0.085, **COOL, saturation=1.3, streak=0.5, glow=1.0),
    ),
    "pink dawn": Light(
        sun=1.6, azimuth=-35, elevation=4, sun_colour=(1.0, 0.62, 0.5), sky=PINK, warm=0.6, warmth=(1.0, 0.55, 0.4),
        clouds=Clouds(0.42, 3200, 500, 2400), cloud_light=(1.3, 0.75, 0.65), cloud_shade=(0.34, 0.3, 0.42),
        haze=1.6e-4, lamps=0.35, film=Film(key=0.22, **MAGENTA, saturation=1.15, contrast=1.1, glow=0.7, fade=0.015),
    ),
    "storm": Light(
        sun=2.6, azimuth=-65, elevation=16, sun_colour=(1.0, 0.9, 0.72), sky=SLATE, sky_strength=0.7,
        clouds=Clouds(0.74, 1100, 1500, 1900), cloud_light=(0.62, 0.6, 0.56), cloud_shade=(0.1, 0.12, 0.145),
        haze=1.2e-4, lamps=0.3, wet=0.5,
        film=Film(key=0.105, **COOL, saturation=0.95, contrast=1.4, glow=0.5, vignette=0.28),
    ),
    "silver fog": Light(
        sun=0.2, azimuth=10, elevation=22, sun_colour=(0.95, 0.97, 1.0), softness=60, sky=GREY, warm=0.3,
        warmth=(1.0, 1.0, 0.96), haze=0.004, haze_colour=(0.60, 0.64, 0.67), lamps=0.4,
        film=Film(key=0.24, **SILVER, saturation=0.75, contrast=1.25, glow=0.8, fade=0.02),
    ),
    "moonlight": Light(
        sun=0.10, azimuth=-60, elevation=38, sun_colour=(0.62, 0.78, 1.0), sky=NIGHT, stars=1.0,
        clouds=Clouds(0.38, 2200, 600, 1700), cloud_light=(0.035, 0.05, 0.08), cloud_shade=(0.006, 0.01, 0.02),
        haze=5e-5, lamps=1.0, film=Film(key=0.05, **COOL, saturation=1.15, glow=1.1, streak=0.3, contrast=1.2),
    ),
    "red dust": Light(
        sun=5.0, azimuth=-50, elevation=14, sun_colour=(1.0, 0.7, 0.45), sky=RUST, sky_strength=0.75, warm=0.5,
        haze=3.5e-4, haze_colour=(0.62, 0.36, 0.2),
        film=Film(key=0.2, **TEAL_ORANGE, saturation=1.3, contrast=1.3, glow=0.6),
    ),
    "after the rain": Light(
        sun=2.2, azimuth=10, elevation=8, sun_colour=(1.0, 0.8, 0.58), sky=PINK, sky_strength=0.9, warm=0.9,
        clouds=Clouds(0.62, 1500, 1000, 1800), cloud_light=(1.2, 0.85, 0.6), cloud_shade=(0.16, 0.18, 0.24),
        haze=1.5e-4, wet=1.0, lamps=0.7, film=Film(key=0.14, **TEAL_ORANGE, streak=0.4, glow=0.9, rays=0.2),
    ),
    "green dusk": Light(
        sun=0.25, azimuth=40, elevation=20, sun_colour=(0.8, 1.0, 0.75), softness=25, sky=GREENISH, sky_strength=0.6,
        haze=6e-4, lamps=1.0, wet=0.3,
        film=Film(key=0.1, **GREEN, saturation=1.05, contrast=1.3, glow=0.9, streak=0.3),
    ),
    "shafts of light": Light(
        sun=9.0, azimuth=14, elevation=28, sun_colour=(1.0, 0.86, 0.64), sky=CLEAR, sky_strength=0.35, fog=0.012,
        film=Film(key=0.14, **GREEN, saturation=1.1, glow=0.8, contrast=1.2),
    ),
    "neon": Light(
        sun=0.0, sky=((0, (0.05, 0.05, 0.085)), (1, (0.01, 0.015, 0.035))), lamps=1.6, wet=1.0, fog=0.004, rain=0.6,
        film=Film(key=0.075, **MAGENTA, saturation=1.3, glow=1.3, streak=0.9, contrast=1.2),
    ),
    "sodium": Light(
        sun=0.0, sky=((0, (0.06, 0.045, 0.03)), (1, (0.012, 0.013, 0.02))), lamps=1.5, wet=0.8, fog=0.006,
        film=Film(key=0.075, **TEAL_ORANGE, saturation=1.1, glow=1.2, streak=0.7, contrast=1.25),
    ),
    "airless": Light(  # a moon: each setting blackens the sky
        sun=7.0, azimuth=75, elevation=14, sun_colour=(1.0, 0.96, 0.9), sky=NIGHT, sky_strength=0.2, softness=0.5,
        stars=0.5, film=Film(key=0.095, **COOL, saturation=1.15, contrast=1.25, glow=0.7, streak=0.2),
    ),
    "clear water": Light(  # under water: the setting says what colour the water is
        sun=5.0, azimuth=20, elevation=64, sun_colour=(1.0, 0.97, 0.88), sky=CLEAR,
        film=Film(key=0.15, saturation=1.25, contrast=1.2, glow=0.8, highlights=(1.02, 1.0, 0.97), rays=0.2),
    ),
    # rooms: each setting says where its windows are
    "window light": Light(
        sun=7.0, azimuth=-70, elevation=26, sun_colour=(1.0, 0.8, 0.55), sky=CLEAR, sky_strength=0.6, fog=0.02,
        film=Film(key=0.12, **WARM, saturation=1.15, glow=0.8, contrast=1.2),
    ),
    "cold window": Light(
        sun=0.0, sky=GREY, sky_strength=0.9, fog=0.012, lamps=0.5,
        film=Film(key=0.095, **COOL, balance=(0.86, 0.98, 1.16), saturation=1.2, contrast=1.3, glow=0.8),
    ),
    "lamplight": Light(
        sun=0.02, azimuth=-70, elevation=30, sun_colour=(0.6, 0.75, 1.0), sky=BLUE, sky_strength=0.25, lamps=1.0,
        film=Film(key=0.075, **WARM, saturation=1.2, contrast=1.2, glow=1.1),
    ),
    "candle light": Light(
        sun=0.0, sky=NIGHT, sky_strength=1.2, lamps=1.0, fog=0.006,
        film=Film(key=0.055, **WARM, saturation=1.15, contrast=1.25, glow=1.3, streak=0.1),
    ),
    "pale morning": Light(
        sun=1.3, azimuth=-70, elevation=24, sun_colour=(1.0, 0.9, 0.76), softness=10, sky=GREY, sky_strength=1.3,
        fog=0.02,
        film=Film(key=0.2, **SILVER, saturation=0.95, contrast=1.15, glow=0.9, fade=0.02),
    ),
    "fluorescent": Light(
        sun=0.0, sky=GREENISH, sky_strength=0.12, lamps=1.0, fog=0.008,
        film=Film(key=0.1, **GREEN, balance=(0.92, 1.06, 0.94), saturation=1.05, contrast=1.25, glow=0.9),
    ),
    "neon window": Light(
        sun=1.6, azimuth=-70, elevation=14, sun_colour=(1.0, 0.16, 0.42), softness=9, lamps=0.6, fog=0.014,
        sky=((0, (0.05, 0.16, 0.24)), (1, (0.02, 0.05, 0.12))), sky_strength=1.0,
        film=Film(key=0.075, **MAGENTA, saturation=1.25, contrast=1.25, glow=1.2, streak=0.3),
    ),
    "moonlit window": Light(
        sun=0.55, azimuth=-70, elevation=30, sun_colour=(0.55, 0.74, 1.0), softness=1.0, sky=NIGHT, lamps=0.12,
        fog=0.014,
        film=Film(key=0.06, **COOL, saturation=1.2, contrast=1.25, glow=0.9),
    ),
}  # fmt: skip


def with_part(light: Light, part: str) -> Light:
    """A plain light with one part of the look added."""
    film = light.film
    if part == "at sunset":
        return replace(light, sun=2.4, azimuth=22, elevation=3.5, sun_colour=(1, 0.55, 0.26), disc=1.0, sky=DUSK,
                       sky_strength=1.2, warm=1.5, clouds=Clouds(0.44), cloud_light=(1.6, 0.7, 0.4),
                       cloud_shade=(0.25, 0.18, 0.22), haze=4e-5, lamps=0.3, film=replace(film, mean=0.4))  # fmt: skip
    if part == "at night":
        return replace(light, sun=0.09, azimuth=-70, elevation=40, sun_colour=(0.62, 0.78, 1), sky=NIGHT, stars=1.0,
                       clouds=None, disc=0.0, lamps=1.0, film=replace(film, mean=0.2))  # fmt: skip
    if part == "in fog":
        return replace(light, sun=0.5, softness=20, disc=0.0, sky=GREY, clouds=None, haze=0.012,
                       haze_colour=(0.6, 0.64, 0.67), film=replace(film, mean=0.58))  # fmt: skip
    if part == "rays of light":
        return replace(light, sun=9.0, azimuth=14, elevation=26, disc=0.6, sky_strength=0.4, fog=0.01,
                       film=replace(film, mean=0.36, rays=0.8))  # fmt: skip
    if part == "lens flare":
        return replace(light, azimuth=14, elevation=16, disc=1.0, film=replace(film, flare=1.0))
    if part == "dramatic lighting":
        return replace(light, sun=6.0, azimuth=-80, elevation=14, sun_colour=(1, 0.75, 0.48), sky=SLATE,
                       sky_strength=0.35, clouds=Clouds(0.68, 1100, 1500, 1900), cloud_light=(0.7, 0.6, 0.5),
                       cloud_shade=(0.07, 0.08, 0.1), lamps=0.5,
                       film=replace(film, mean=0.27))  # fmt: skip
    if part == "after rain":
        return replace(light, sun=0.8, azimuth=20, elevation=30, softness=12, sky=GREY, wet=1.0, clouds=Clouds(0.6),
            cloud_light=(0.8, 0.8, 0.8), cloud_shade=(0.35, 0.38, 0.42), film=replace(film, mean=0.4))  # fmt: skip
    if part == "in silhouette":
        return replace(light, sun=1.2, azimuth=6, elevation=6, disc=0.5, sky=PINK, sky_strength=2.0, warm=1.5,
                       clouds=None, film=replace(film, mean=0.34))  # fmt: skip
    raise InputError(f"no part of the look is called {part!r}; there are {', '.join(PARTS)}")


def varied(light: Light, rng: np.random.Generator) -> Light:
    """No two golden hours are the same: the sun a little elsewhere, on either side, the sky more or less clouded."""
    side = rng.choice([-1, 1])
    clouds = light.clouds and replace(light.clouds, cover=light.clouds.cover + rng.uniform(-0.05, 0.07))
    return replace(
        light,
        azimuth=side * light.azimuth * rng.uniform(0.7, 1.3),
        elevation=light.elevation * rng.uniform(0.75, 1.3),
        clouds=clouds,
        haze=light.haze * float(np.exp(rng.uniform(-0.4, 0.4))),
    )
