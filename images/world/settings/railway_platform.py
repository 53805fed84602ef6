"""A railway platform: underground between tiled walls, or in a station under a roof of iron and glass."""

from dataclasses import replace

import numpy as np

from images.world import composition
from images.world.base import Setting, Shot, details
from images.world.geometry import box
from images.world.light import FILM_LIGHTS
from images.world.people import figure
from images.world.railways.coaches import add_coach
from images.world.railways.iron_hall import iron_hall
from images.world.railways.locomotives import add_diesel, add_metro_front
from images.world.railways.stations import GAP, NAMES, RAILS, TRACKS, Hall
from images.world.railways.steam_engines import add_steam_engine
from images.world.railways.track import add_track
from images.world.railways.underground import underground
from images.world.streets import downpour, skyline
from images.world.streets.life import Place

PHRASES = {
    "underground": (
        "on a subway platform",
        "on an underground platform",
        "on a tiled subway platform",
        "in a subway station",
    ),
    "station": (
        "on a railway platform",
        "under the glass roof of a railway station",
        "on a station platform",
        "in an old railway station",
    ),
}
TRAIN = ("at the platform", "coming into the station", "beside the platform", "at a station")


def describe(rng, subject):
    kind = str(rng.choice(["underground", "station"]))
    words = str(rng.choice(TRAIN if subject == "train" else PHRASES[kind]))
    draws = rng.random(6)
    return details(
        words,
        kind=kind,
        across=bool(draws[0] < 0.28 and subject != "train"),
        angle=float(rng.uniform(-0.26, 0.26)),
        wide=float(rng.uniform(3.8, 5.4)),
        vault=bool(draws[1] < 0.5),
        tile=int(rng.integers(4)),
        accent=int(rng.integers(5)),
        name=int(rng.integers(len(NAMES))),
        zone=float(draws[2]),
        train=float(draws[3]),
        people=int(rng.integers(2, 8)),
        side=int(rng.choice([-1, 1])),
    )


def kind_of(scene) -> str:
    """Underground or in a station: a train has its own place."""
    if scene.subject == "train":
        return "underground" if scene.what["kind"] == "metro" else "station"
    return scene.where["kind"]


def layout(scene, aspect: float) -> tuple[Shot, Place]:
    where = scene.where
    wide = where["wide"]
    train = scene.subject == "train"
    height, width = scene.height, scene.width
    share = min(scene.framing.share, 0.62 * aspect * height / width)
    focal = float(np.clip(scene.framing.lens, 24, 60))
    kept = float(np.clip(height / (share * 2 * composition.spread(focal, aspect)[1]), 3.6 if not train else 7.0, 20))
    if where["across"]:
        kept = float(np.clip(kept, 7.6, GAP + wide + 0.6))
        t = -0.7 - where["zone"] * min(2.4, wide - 1.6)
    elif train:
        t = TRACKS[0] if where["zone"] < 0.72 else TRACKS[1]
    else:
        t = -0.75 - where["zone"] * (wide - 1.7)
    focal *= kept * share * 2 * composition.spread(focal, aspect)[1] / height
    focal = max(focal, 20.0)
    across, up = composition.spread(focal, aspect)
    right = scene.framing.third * across * kept
    low, high = (-wide + 1.2, -0.5) if not where["across"] else (GAP + 0.5, GAP + wide - 0.5)
    turns = (
        [where["angle"] * k for k in (1, 0.7, 0.4, 0.1, -0.2, -0.5)]
        if not where["across"]
        else [-np.pi / 2 + 0.5 * where["angle"] * k for k in (1, 0.4, 0)]
    )

    def camera_at(a):
        return t - (right * np.cos(a) + kept * np.sin(a))

    chosen = min(turns, key=lambda a: (not low <= camera_at(a) <= high, turns.index(a)))
    camera = float(np.clip(camera_at(chosen), low, high))
    if train:  # its track stays where it is: the camera looks along from where it may stand, turned to see it
        camera = low + (high - low) * scene.framing.eye
        aside = lambda a: (t - camera - kept * np.sin(a)) / np.cos(a)  # noqa: E731
        chosen = min(
            np.linspace(-0.2, 0.75, 96), key=lambda a: abs(aside(a) - 0.8 * scene.framing.third * across * kept)
        )
        right = aside(chosen)
    else:
        t = float(np.clip(t + camera - camera_at(chosen), -wide + 0.6, -0.5))
        camera = camera_at(chosen) if low <= camera_at(chosen) <= high else camera
        right = (t - camera - kept * np.sin(chosen)) / np.cos(chosen) if not where["across"] else right
    c, n = np.cos(chosen), np.sin(chosen)
    level = -RAILS if train else 0.0
    eye = 0.75 + 1.0 * scene.framing.eye
    tilt = np.arctan2(level - eye, kept) - np.arctan(scene.framing.base * 2 * up)
    heading = chosen + (0.0 if train else scene.heading - float(np.arctan2(right, kept)))
    shot = Shot(
        (0.0, 0.0, eye),
        (0.0, 20.0, eye + 20 * float(np.tan(tilt))),
        focal,
        aspect,
        (float(right), kept, level),
        height,
        width,
        heading,
        composition.depth_of_field(kept, focal),
        lambda x, y: np.zeros(np.broadcast(x, y).shape),
    )
    place = Place(shot, (-camera * c, -camera * n), float(chosen))
    return shot, place


def shoot(scene, aspect):
    return layout(scene, aspect)[0]


def build(stage):
    scene, where = stage.scene, stage.scene.where
    _, place = layout(scene, stage.shot.aspect)
    place.shot = stage.shot
    below = kind_of(scene) == "underground"
    long = (-14.0, 46.0) if not where["across"] else (-24.0, 24.0)
    hall = Hall(scene, *long)
    parts = _trains(stage, hall, place, below)
    tracks = []
    for number, t in enumerate(TRACKS):
        track = add_track(stage, long[0], long[1] + 60, name=f"track {number}")
        for part in track:
            part.location = (t, 0, -RAILS)
        tracks += track
    parts += tracks
    parts += underground(stage, hall, place) if below else iron_hall(stage, hall, place)
    parts += _waiting(stage, hall, place)
    group = stage.group(*parts)
    group.location, group.rotation_euler = (*place.origin, 0.0), (0, 0, place.angle)
    if not below:
        _outside(stage)
    downpour.air(stage, (-16, 18, -4, 50, -1.6, 14), (0.9, 0.95, 0.9))


def _outside(stage) -> None:
    """Ground and the backs of a city beyond the station's open end."""
    stage.add(box(-600, 600, -60, 900, -2.2, -1.7), stage.surface((0.07, 0.065, 0.06), 0.9))
    skyline.city_blocks(stage, "beyond", x=(-150, 150), y=(95, 210), tops=(7, 19), base=-2.0, share=0.25)
    skyline.add_skyline(stage, "skyline", near=260, far=900, base=-2.0, count=70, tallest=90)


def _trains(stage, hall: Hall, place: Place, below: bool) -> list:
    """A train of the place's own where the subject is not one: coming, or waiting at the other platform."""
    draw = stage.scene.where["train"]
    across = stage.scene.where["across"]
    if stage.scene.subject == "train" or across or draw > 0.62:
        return []
    rng = stage.rng("other train")
    subject_s = stage.shot.distance
    track = TRACKS[0] if draw < 0.4 else TRACKS[1]
    start = subject_s + 3 + 16 * rng.random()
    accent = ((0.32, 0.025, 0.02), (0.02, 0.08, 0.28), (0.02, 0.16, 0.08), (0.5, 0.3, 0.02))[int(rng.integers(4))]
    line, steam = str(rng.choice(["LINE 4", "NORTHGATE", "CIRCLE"])), rng.random() < 0.5
    if below:
        colours = ((0.5, 0.5, 0.49), accent, (0.2, 0.2, 0.2))
        parts = add_metro_front(stage, colours, line)
        for number in range(2):
            parts += add_coach(
                stage, 0.5 + number * 16.6, 16.0, colours=colours, kind="metro", rng=rng, front=number == 0
            )
    else:
        parts, length = (
            add_steam_engine(stage, (0.012, 0.03, 0.02), True)
            if steam
            else add_diesel(stage, (accent, (0.5, 0.46, 0.36), (0.1, 0.1, 0.1)))
        )
        parts += add_coach(stage, length, 18.0, colours=(accent, (0.45, 0.36, 0.2), (0.09, 0.09, 0.09)), rng=rng)
    for part in parts:
        x, y, z = part.location
        part.location = (x + track, y + start, z - RAILS)
    return parts


def _waiting(stage, hall: Hall, place: Place) -> list:
    """People who wait on both platforms."""
    rng = stage.rng("waiting")
    made = []
    count = stage.scene.where["people"] if stage.detail > 0.3 else min(2, stage.scene.where["people"])
    for i in range(count):
        near, aside, far, turn, walks = (
            rng.random() < 0.7,
            rng.random(),
            rng.random(),
            rng.uniform(0, 2 * np.pi),
            rng.random() < 0.35,
        )
        t = -0.8 - aside * (hall.wide - 1.6) if near else GAP + 0.8 + aside * (hall.wide - 1.6)
        s = 3.5 + 26 * far**1.4 if not stage.scene.where["across"] else -9 + 18 * far
        if not place.free(t, s, 0.75) or place.distance(t, s) < 2.6:
            continue
        x, y = place.world(t, s)
        detail = min(figure.detail_at(stage, (float(x), float(y), 0.0)), 0.4 * stage.detail)
        pose = "walk" if walks else ("stand", "hands in pockets", "reading a phone")[i % 3]
        made.append(
            figure.add_person(
                stage,
                "any",
                pose,
                at=(t, s, 0.0),
                heading=float(rng.choice([0, np.pi])) if walks else float(turn),
                name=f"waiting {i}",
                detail=detail,
            )
        )
    return made


def light(scene, light):
    if kind_of(scene) == "station":
        if light.fog and light.sun > 5:  # shafts through the roof: from the side the camera sees
            return replace(light, elevation=max(light.elevation, 34), sun=2.2 * light.sun, fog=0.005)
        return light
    film = light.film
    if not film.mean and light.sun > 1:  # no sun comes down here: the film of a light that has none
        film = FILM_LIGHTS["green dusk"].film
    fog = 0.004 if not film.mean else light.fog
    return replace(
        light,
        sun=0.0,
        disc=0.0,
        stars=0.0,
        clouds=None,
        warm=0.0,
        sky=((0, (0.02, 0.022, 0.022)), (1, (0.02, 0.022, 0.022))),
        lamps=max(light.lamps, 1.0),
        fog=fog,
        rain=0.0,
        wet=0.25 * light.wet,
        haze=min(light.haze, 0.007),
        film=film,
    )


SETTING = Setting(
    name="railway platform",
    describe=describe,
    shoot=shoot,
    build=build,
    light=light,
    lights=(
        "shafts of light",
        "shafts of light",
        "green dusk",
        "sodium",
        "silver fog",
        "blue hour",
        "golden hour",
        "neon",
    ),
    parts=("at sunset", "lens flare", "after rain", "rays of light", "in silhouette"),
)
