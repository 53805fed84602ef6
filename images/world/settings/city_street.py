"""A city street: houses with shops, wet or dry road, parked cars, lamps, wires, signs and people."""

from dataclasses import replace

import numpy as np

from images.world import composition
from images.world.base import Setting, Shot, details
from images.world.geometry import box
from images.world.light import GREY, PLAIN, Clouds
from images.world.streets import downpour, life, overhead, skyline
from images.world.streets.life import Place
from images.world.streets.roadway import Street, add_ground, surface_height

VEHICLES = ("car", "lorry")
PHRASES = {
    "along": (
        "on a city street",
        "in a street of old houses",
        "in a narrow street of shops",
        "between parked cars in the city",
        "downtown",
        "on a street with fire escapes and shop signs",
    ),
    "across": (
        "in front of shop windows",
        "outside the shops",
        "on a city street",
        "at the kerb across from the shops",
    ),
}
ROAD = {
    "car": ("on a city street", "downtown", "in a narrow street of shops", "at the kerb in the old town"),
    "lorry": ("on a city street", "downtown", "in a street of shops"),
}


def describe(rng, subject):
    view = str(rng.choice(["along", "along", "along", "across"]))
    draws = rng.random(8)
    words = str(rng.choice(ROAD[subject] if subject in VEHICLES and view == "along" else PHRASES[view]))
    return details(
        words,
        view=view,
        angle=float(rng.uniform(-0.42, 0.42)),
        half=float(rng.uniform(4.4, 6.4)),
        walk=float(rng.uniform(2.8, 4.2)),
        rails=bool(draws[0] < 0.25),
        crossing=bool(draws[1] < 0.4),
        side_street=bool(draws[2] < 0.6),
        lanterns=bool(draws[3] < 0.22),
        zone=float(draws[4]),
        side=int(rng.choice([-1, 1])),
        high=bool(draws[5] < 0.14),
        steam=float(draws[6]),
        people=int(rng.integers(4, 11)),
        umbrellas=bool(draws[7] < 0.55),
    )


def _stand(scene, street: Street) -> tuple[float, float]:
    """Where across the street the subject stands, and which way along it is turned (0: towards -s)."""
    zone, side = scene.where["zone"], scene.where["side"]
    if scene.subject == "street lamp":
        return side * (street.half + 0.45), -np.pi / 2 * side
    if scene.subject in VEHICLES:
        lane = (
            side * (street.half - 1.12 - 0.1 * (scene.subject == "lorry"))
            if zone < 0.4
            else side * max(street.half - 3.1, 1.6)
        )
        return lane, (0.0 if lane < 0 else np.pi) + 0.05 * scene.heading
    if zone < 0.5:
        return side * (zone * 2 - 0.5) * 1.4 * street.half, scene.heading
    return side * (street.half + 0.8 + (zone - 0.5) * 2 * (street.walk - 1.7)), scene.heading


def layout(scene, aspect: float) -> tuple[Shot, Place, Street]:
    """The shot, and where the street lies under it: turned by the scene's angle as far as the camera stays in it."""
    where = scene.where
    street = Street(where["half"], where["walk"], -14.0, 175.0, where["rails"])
    t, heading = _stand(scene, street)
    height, width = scene.height, scene.width
    across_view = where["view"] == "across"
    broad = max(width, 5.0) if scene.subject in VEHICLES and across_view else width
    share = min(scene.framing.share, 0.62 * aspect * height / broad)
    focal = float(np.clip(scene.framing.lens, 24, 70))
    near = max(4.0, 1.25 * broad)
    kept = float(np.clip(height / (share * 2 * composition.spread(focal, aspect)[1]), near, 45))
    if across_view:
        kept = min(kept, max(near, 2 * street.half + street.walk))
        t = -abs(t) if scene.subject != "person" else -(street.half + 0.3 + 0.5 * street.walk * where["zone"])
        heading = heading if scene.subject in VEHICLES else scene.heading
    focal *= kept * share * 2 * composition.spread(focal, aspect)[1] / height
    across, up = composition.spread(focal, aspect)
    right = scene.framing.third * across * kept
    turns = [where["angle"] * k for k in (1, 0.75, 0.5, 0.3, 0.15, 0, -0.2, -0.4)]
    if across_view:
        turns = [-np.pi / 2 + 0.35 * where["angle"] * k for k in (1, 0.5, 0, -0.5)]
    limit = street.half + street.walk - 1.3
    chosen = min(turns, key=lambda a: (abs(_camera_t(t, right, kept, a)) > limit, turns.index(a)))
    camera = _camera_t(t, right, kept, chosen)
    if abs(camera) > limit:  # the subject goes with the camera
        shift = np.clip(camera, -limit, limit) - camera
        t = t + shift
    along = -right * np.sin(chosen) + kept * np.cos(chosen)
    c, n = np.cos(chosen), np.sin(chosen)
    camera = _camera_t(t, right, kept, chosen)
    origin = (-camera * c, -camera * n)  # so that s = 0 beside the camera
    level = float(surface_height(street, t))
    ground = float(surface_height(street, camera))
    eye = ground + (
        0.45 + 1.3 * scene.framing.eye**1.3 if not where["high"] or across_view else 3.4 + 3 * scene.framing.eye
    )
    if scene.height > 3:
        eye = min(eye, ground + 1.7)
    base = scene.framing.base
    if where["high"] and not across_view:  # looking down, the foreground takes more room
        eye, base = min(eye, 0.33 * kept), base + 0.12
    tilt = np.arctan2(level - eye, kept) - np.arctan(base * 2 * up)
    shot = Shot(
        (0.0, 0.0, eye),
        (0.0, 20.0, eye + 20 * float(np.tan(tilt))),
        focal,
        aspect,
        (right, kept, level),
        height,
        width,
        heading + chosen if scene.subject in (*VEHICLES, "street lamp") else heading - float(np.arctan2(right, kept)),
        composition.depth_of_field(kept, focal),
    )
    place = Place(shot, origin, chosen)
    far = along + (3.5 if where["crossing"] and abs(t) < street.half else 18)
    street = replace(
        street,
        start=-60.0 if across_view else -14.0,
        end=70.0 if across_view else 175.0,
        crossing=float(far) if where["crossing"] else None,
        side_street=(far + 9, far + 19) if where["side_street"] and not across_view else None,
    )
    return replace(shot, ground=_ground_of(place, street)), place, street


def _camera_t(t: float, right: float, kept: float, angle: float) -> float:
    """Where across the street the camera stands."""
    return t - (right * np.cos(angle) + kept * np.sin(angle))


def _ground_of(place: Place, street: Street):
    c, n = np.cos(place.angle), np.sin(place.angle)

    def ground(x, y):
        dx, dy = np.asarray(x) - place.origin[0], np.asarray(y) - place.origin[1]
        return surface_height(street, dx * c + dy * n)

    return ground


def shoot(scene, aspect):
    return layout(scene, aspect)[0]


def build(stage):
    scene, light = stage.scene, stage.light
    _, place, street = layout(scene, stage.shot.aspect)
    place.shot = stage.shot
    # cars first: cutting their bodies is cheap while the scene is small
    parts = life.parked_cars(stage, street, place)
    if scene.where["view"] == "along":
        parts += life.traffic(stage, street, place)
    parts += add_ground(stage, street)
    parts += life.houses(stage, street, place, lit=0.42)
    parts += life.lamp_posts(stage, street, place)
    parts += life.furniture(stage, street, place)
    parts += overhead.overhead(stage, street, scene.where["lanterns"])
    parts += life.passers_by(stage, street, place, scene.where["people"], scene.where["umbrellas"])
    parts += life.puddle_light(stage, place, street)
    if light.lamps > 0.5 and scene.where["steam"] < 0.5:
        s = 9 + 16 * scene.where["steam"]
        t = street.half - 1.2
        if place.free(t, s, 1.0, (0.6, 0.6)):
            parts.append(downpour.steam(stage, (t, s, 0.0)))
    group = stage.group(*parts)
    group.location, group.rotation_euler = (*place.origin, 0.0), (0, 0, place.angle)
    _end_of_street(stage, place, street)
    downpour.rain(stage, light.rain)
    downpour.air(stage, (-70, 70, -4, 190, -0.5, 34))


def _end_of_street(stage, place: Place, street: Street) -> None:
    """Houses across the end of the street, towers behind them, and ground under everything."""
    stage.add(box(-900, 900, -60, 1500, -0.8, -0.25), stage.surface((0.08, 0.078, 0.075), 0.9))
    if stage.scene.where["view"] == "across":
        return
    rng = stage.rng("end of street")
    towers = skyline.Towers()
    for _ in range(stage.count(46, 20)):
        far, aside = rng.uniform(0, 500) ** 1.0, rng.normal(0, 1)
        own = np.random.default_rng(int(rng.integers(1 << 30)))
        t, s = aside * (30 + 0.25 * far), street.end + 14 + far
        high = rng.uniform(14, 24) if far < 60 else rng.uniform(18, 40) + 60 * rng.random() ** 2.5
        if abs(t) < 18:  # the sky stays open over the street's end
            high = min(high, 8 + 0.03 * far)
        skyline.add_tower(towers, own, t, s, -0.5, rng.uniform(12, 30), rng.uniform(12, 25), high)
    group = stage.group(*towers.emit(stage))
    group.location, group.rotation_euler = (*place.origin, 0.0), (0, 0, place.angle)


def light(scene, light):
    if light == PLAIN:  # an overcast noon: even light down to the pavement
        return replace(
            light,
            sun=1.4,
            softness=24,
            sky=GREY,
            sky_strength=1.1,
            clouds=Clouds(0.7),
            cloud_light=(1.1, 1.1, 1.12),
            cloud_shade=(0.62, 0.65, 0.7),
        )
    if light.sun > 0.8 and light.elevation < 32:  # a low sun looks down the street, or it would not come in at all
        shot, place, _ = layout(scene, 1.8)
        towards = np.degrees(place.angle) + np.degrees(np.arctan2(*shot.subject[:2]))
        return replace(light, azimuth=float(-towards + 0.3 * light.azimuth))
    if light.haze > 1e-3:  # a street is darker than open land, so the same mist would hide it
        pale = tuple(0.55 * c for c in light.haze_colour or (0.6, 0.64, 0.67))
        return replace(light, haze=min(0.6 * light.haze, 0.006), haze_colour=pale)
    return light


SETTING = Setting(
    name="city street",
    describe=describe,
    shoot=shoot,
    build=build,
    light=light,
    lights=(
        "neon",
        "neon",
        "sodium",
        "blue hour",
        "green dusk",
        "silver fog",
        "after the rain",
        "golden hour",
        "storm",
    ),
)
