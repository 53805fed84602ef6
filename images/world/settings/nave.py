"""A great interior seen along its axis: a gothic nave, a romanesque colonnade, a ruined abbey, a hall of books."""

from dataclasses import replace

import numpy as np

from images.world import composition
from images.world.base import Setting, details
from images.world.buildings import church_fittings, halls, libraries, naves, ruins
from images.world.rooms import outlooks, still_life

STILL = ("chess pieces", "books", "bottles", "dice")
PHRASES = {"gothic": ("in a gothic cathedral", "in the nave of a cathedral", "under the vault of a gothic church",
    "in a tall stone church"), "romanesque": ("in a romanesque church", "between the columns of an old abbey church",
    "in a church with round arches"), "ruin": ("in a ruined abbey", "among the arches of a ruined abbey",
    "in a roofless old church"), "library": ("in a great library", "in an old library with galleries",
    "in a hall of books"),}  # fmt: skip
ON_TABLE = {
    "gothic": ("on a wooden table in a cathedral", "on an altar in a gothic church"),
    "romanesque": ("on a table in an abbey church", "on a stone altar in an old church"),
    "ruin": ("on a wooden table in a ruined abbey", "on a table among the ruins of an abbey"),
    "library": (
        "on a reading table in a great library",
        "on a desk in an old library",
        "on a table in a hall of books",
    ),
}


def describe(rng, subject):
    kind = str(rng.choice(["gothic", "gothic", "romanesque", "ruin", "library"]))
    if subject == "horse" and kind != "ruin":
        kind = "ruin" if rng.random() < 0.5 else kind if kind != "library" else "gothic"
    words = str(rng.choice(ON_TABLE[kind] if subject in STILL else PHRASES[kind]))
    top = (
        str(rng.choice(["oak", "walnut", "desk"])) if kind == "library" else str(rng.choice(["oak", "cloth", "marble"]))
    )
    return details(words, kind=kind, top=top, coloured=bool(rng.random() < 0.45), side=int(rng.choice([-1, 1])),
        benches=bool(rng.random() < 0.8))  # fmt: skip


def hall_of(scene) -> halls.Hall:
    return halls.plan(scene.where["kind"], scene.rng("hall"))


def shoot(scene, aspect):
    if scene.on == "table":
        shot = composition.on_table(scene, aspect)
        return replace(shot, fstop=float(np.clip(3.2 / shot.distance, 1.6, 5.0)))
    hall = hall_of(scene)
    eye = (0.9, 1.7) if scene.height < 2.6 else (1.1, 2.2)
    # the foot low in the frame, so that the arches are in it
    scene = replace(scene, framing=replace(scene.framing, base=scene.framing.base - 0.1))
    shot = composition.on_axis(
        scene,
        aspect,
        eye=eye,
        near=4.5,
        far=min(22.0, hall.end - 6),
        room=0.62 * hall.half,
        lens=(22, 45),
        aim=float(scene.framing.third),
    )
    if hall.kind != "ruin":
        return shot
    ground = ruins.grassy(hall, scene.seed % 997)
    x, y, _ = shot.subject
    level = float(ground(x, y))
    return replace(shot, subject=(x, y, level), ground=composition.levelled(ground, x, y, 0.5 * scene.width + 0.3))


def build(stage):
    scene, shot = stage.scene, stage.shot
    where, hall, rng = scene.where, hall_of(scene), stage.rng("nave")
    _x, y, _ = shot.subject
    keep = lambda a, b: bool(shot.clear(a, b, 1.3)) and b > 1.6  # noqa: E731
    if hall.kind == "ruin":
        ground = shot.ground if scene.on != "table" else ruins.grassy(hall, scene.seed % 997)
        ruins.ruin(stage, hall, rng, ground)
        ruins.turf(stage, hall, ground, rng)
        halls.add_flags(stage, hall, hall.stone, True)
        stage.group(*outlooks.ridge_line(stage, rng, 160, -4, 26), *outlooks.ridge_line(stage, rng, 700, -10, 110))
        stage.group(
            *outlooks.trees(
                stage,
                rng,
                [(rng.uniform(-30, 30), hall.end + rng.uniform(6, 40), rng.uniform(6, 12)) for _ in range(10)],
            )
        )
    elif hall.kind == "library":
        libraries.hall_of_books(stage, hall, rng)
        from images.world.furniture import walls

        pale, deep = (
            ((0.4, 0.36, 0.29), (0.1, 0.09, 0.085)) if rng.random() < 0.5 else ((0.3, 0.2, 0.12), (0.17, 0.09, 0.05))
        )
        stage.add(halls.floor_of(hall), walls.checkered(stage, pale, deep, 0.55, 0.2))
        if scene.on != "table":
            libraries.reading_tables(stage, hall, rng, 3.2, hall.end - 3, keep)
    else:
        naves.church(stage, hall, rng, where["coloured"])
        halls.add_flags(stage, hall, tuple(0.75 * c for c in hall.stone))
        church_fittings.altar(stage, hall, rng)
        if where["benches"] and scene.on != "table":
            church_fittings.pews(stage, hall, rng, 2.2, hall.end - 6.5, keep)
        for k in range(3):
            church_fittings.candle_stand(
                stage, rng, (float((-1) ** k * (hall.half - 0.1)), hall.bay * (k + 1.0 + (y > 9)) + 0.2)
            )
    if scene.on == "table":
        still_life.add_table(stage, where["top"])
        still_life.key_lamps(stage, where["side"])
        church_fittings.candle_stand(stage, rng, (float(-1.4 * where["side"]), 4.5))
        church_fittings.candle_stand(stage, rng, (float(2.0 * where["side"]), 7.5))
    _air(stage, hall)


def _air(stage, hall: halls.Hall):
    """Dust or mist in the nave, and soft light from everywhere where the picture is plain."""
    light = stage.light
    if light.fog:
        wide = hall.wall - 0.02 if hall.kind != "library" else hall.half + 0.5
        high = hall.crown if hall.kind != "ruin" else 9.0
        stage.fog_box(-wide, wide, -2.6 * hall.bay, hall.end - 0.45, 0.01, high, light.fog, anisotropy=0.5)
    if hall.kind == "ruin":
        return
    power = 1500.0 * still_life.bounced(light)
    if not power:
        return
    for y in (hall.bay, 4 * hall.bay):
        lamp = stage.fill(
            "AREA",
            (0, y, hall.top - 0.3),
            power,
            (1.0, 0.97, 0.93),
            (0, y, 0),
            shape="RECTANGLE",
            size=2 * hall.half - 1.5,
            size_y=3 * hall.bay,
        )
        lamp.visible_camera = lamp.visible_glossy = lamp.visible_transmission = False


def light(scene, light):
    """The sun comes through the windows of one side, ahead of the camera, so that its shafts are seen against it."""
    kind, rng, side = scene.where["kind"], scene.rng("sun"), scene.where["side"]
    if kind == "ruin":
        moon = light.sun == 0 and light.lamps > 0.5
        return replace(
            light, fog=0.15 * light.fog, sun=0.25 if moon else light.sun, elevation=32.0 if moon else light.elevation
        )
    steep = {"gothic": (17, 23), "romanesque": (17, 23), "library": (38, 46)}[kind]
    elevation = rng.uniform(*steep) if light.elevation > 5 else 16.0
    azimuth = side * rng.uniform(42, 66)
    fog = light.fog * (2.0 if light.film.mean else 0.5)
    sun = light.sun * (2.0 if light.elevation < 6 else 1.0)
    return replace(
        light,
        azimuth=float(azimuth),
        compass=True,
        elevation=float(elevation),
        clouds=None,
        haze=0.0,
        wet=0.0,
        rain=0.0,
        fog=fog,
        sun=sun,
    )


SETTING = Setting(name="nave", describe=describe, shoot=shoot, build=build, light=light, lights=("shafts of light",
    "shafts of light", "window light", "cold window", "blue hour", "candle light", "moonlit window", "pale morning",
    "golden hour",), parts=("in fog", "after rain", "lens flare"), indoors=True,)  # fmt: skip
