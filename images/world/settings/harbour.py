"""A harbour: a quay or a pier with moored boats before a town on its slope, a mole, or a lake with a jetty."""

from dataclasses import replace

import numpy as np

from images.world import composition
from images.world.base import Setting, details
from images.world.buildings import town
from images.world.coast import far_shores, moorings, shore, waterfront
from images.world.coast.waterfront import DECK, QUAY
from images.world.noise import fbm, smoothstep
from images.world.terrain import land
from images.world.viewmesh import fitted_fan
from images.world.water import add_still_water

PHRASES = {
    "quay": ("on the quay of a small harbour", "on the quay", "in a fishing harbour", "by the harbour wall"),
    "pier": (
        "on a wooden pier",
        "on a pier in a small harbour",
        "at the end of a pier",
        "on a landing stage among fishing boats",
    ),
    "jetty": ("on a jetty by a mountain lake", "on a wooden jetty below the mountains", "on a jetty by a lake"),
    "basin": (
        "in a small harbour",
        "in the harbour of an old town",
        "in a fishing harbour",
        "in the bay before a small town",
    ),
    "lake": ("on a mountain lake", "on a lake below the mountains"),
    "mole": ("at the harbour mouth", "above a small harbour", "beside a harbour", "on the harbour mole"),
}
FLEET = ("fisher", "fisher", "sloop", "cutter", "dinghy", "sloop")


def describe(rng, subject):
    lake = bool(rng.random() < 0.25)
    pier = bool(rng.random() < 0.5)
    if subject == "sailing boat":
        kind = "lake" if lake else "basin"
    elif subject in ("person", "people"):
        kind = "jetty" if lake else "pier" if pier else "quay"
    elif subject in ("car", "lorry", "street lamp", "horse", "statue", "bicycle"):
        kind = "quay"
    elif subject in ("hot air balloon", "bridge"):
        kind = "basin"
    else:
        kind = "mole"
    style = str(rng.choice(list(town.STYLES)))
    return details(
        str(rng.choice(PHRASES[kind])),
        kind=kind,
        style=style,
        front=float(rng.uniform(75, 150)),
        tall=float(rng.uniform(700, 1500)),
    )


def _flat(level: float):
    return lambda a, b: np.zeros(np.broadcast(a, b).shape) + level


def shoot(scene, aspect):
    kind = scene.where["kind"]
    side = -1 if scene.framing.third > 0 else 1  # where the water is
    if kind in ("pier", "jetty"):
        shot = composition.on_axis(
            scene, aspect, eye=(1.0, 1.75), near=4.5, far=26, room=0.8, floor=DECK, aim=side * 2.2
        )
        return replace(shot, ground=_flat(DECK))
    if kind == "quay":
        shot = composition.on_axis(
            scene, aspect, eye=(1.0, 1.9), near=4.5, far=40, room=3.0 + 0.5 * scene.width, floor=QUAY, aim=side * 1.6
        )
        return replace(shot, ground=_flat(QUAY))
    if kind == "mole":
        first = composition.in_the_open(scene, aspect, _flat(0.0), near=25)
        rock = _mole(scene, *first.subject[:2])
        shot = composition.in_the_open(scene, aspect, rock, eye=(9, 10), near=25, base=scene.framing.base + 0.1)
        high = QUAY + 1.3 + 1.6 * scene.framing.eye
        row = 2 * (scene.framing.base + 0.1) * shot.spread[1]
        tilt = np.arctan2(shot.subject[2] - high, shot.subject[1]) - np.arctan(row)
        return replace(shot, eye=(0.0, 0.0, high), target=(0.0, 100.0, high + 100 * float(np.tan(tilt))))
    water = replace(scene, on="water") if scene.on == "ground" else scene  # a bridge stands in it
    first = composition.in_the_open(water, aspect, _flat(0.0), near=10)
    high = float(np.clip(0.1 * first.distance, 1.7, 4.0))
    return composition.in_the_open(water, aspect, _flat(0.0), eye=(0.7 * high, high), near=10)


def _mole(scene, x0: float, y0: float):
    """A rocky point that carries what is too large for a quay."""
    seed = scene.seed * 11 % 9973
    reach, top = 0.75 * scene.width + 9, 2.2 + 0.07 * scene.height

    def height(x, y):
        x, y = np.asarray(x, float), np.asarray(y, float)
        side = np.sign(x0) or 1.0
        dx, dy = (x - x0) / reach, (y - y0) / reach
        # it goes on out of the frame on the subject's side
        r = np.hypot(np.minimum(side * dx, 0.0) + np.maximum(side * dx, 0) * 0.25, dy * 1.15) * (
            1 + 0.35 * fbm(dx * 1.5, dy * 1.5, 4, seed)
        )
        body = -5 + (top + 5) * (1 - smoothstep(0.6, 1.15, r))
        return shore.broken(body, x, y, seed, bed=0.9, joint=3.2, dip=(0.12, 0.08), share=smoothstep(0.35, 0.6, r))

    return height


def build(stage):
    scene, shot, where = stage.scene, stage.shot, stage.scene.where
    kind = where["kind"]
    lake = kind in ("jetty", "lake")
    front = max(where["front"], shot.distance + 0.7 * shot.width + 35)
    if lake:
        front = max(4 * where["front"], 2.5 * shot.distance)
    seed = scene.seed % 9973
    # the peaks stay in the frame, under some sky
    horizon = shot.project((0.0, 1e4, shot.eye[2]))[1]
    tall = min(where["tall"], 0.62 * max(horizon, 0.2) * 2 * shot.spread[1] * 2.6 * front)
    ground = far_shores.lake_ground(seed, front, tall) if lake else far_shores.town_ground(seed, front)
    far_shores.far_land(stage, ground, front, 9000 if lake else 5000, "lake" if lake else "town")
    add_still_water(stage, -6000, 6000, -60, 9000, ripples=0.02 if lake else 0.016, size=0.7)
    if not lake:
        far_shores.add_town(stage, ground, front, where["style"])
    models = moorings.fleet(
        stage, "fleet", ("dinghy", "dinghy") if lake else FLEET if stage.detail > 0.3 else FLEET[1:5]
    )
    _BUILD[kind](stage, models, front)
    for _, model in models:
        stage.hide(model)
    if not lake:
        waterfront.gulls(stage)


def _pier(stage, models, front: float) -> None:
    shot = stage.shot
    middle = shot.subject[0] - 0.4 * np.sign(shot.subject[0])
    lake = stage.scene.where["kind"] == "jetty"
    far = shot.distance + (4.5 if lake else stage.rng("pier length").uniform(6, 40))
    half = 1.0 + 0.5 * max(shot.width - 0.8, 0) if lake else 1.5 + 0.5 * max(shot.width - 0.8, 0)
    places = waterfront.add_pier(stage, middle, half, far, lamps=not lake)
    if lake:
        moorings.moor_along(stage, models, places, middle + half, 1, 5.0, far)
        moorings.moor_along(stage, models, places, middle - half, -1, 6.0, far)
        return
    for side in (-1, 1):
        moorings.moor_along(stage, models, places, middle + side * (half + 0.3), side, 7.0, far + 6)
        waterfront.clutter(
            stage,
            f"pier things {side}",
            *sorted((middle + side * (half - 0.5), middle + side * (half - 0.3))),
            DECK,
            3.0,
            far,
            6,
        )
    moorings.anchor(stage, models, 9, 24, 0.8 * front, lambda x, y: abs(x - middle) > 11)


def _quay(stage, models, front: float) -> None:
    shot, where = stage.shot, stage.scene.where
    side = -1 if stage.scene.framing.third > 0 else 1
    edge = side * max(side * shot.subject[0] + 0.5 * shot.width + 1.3, 0.8)
    places = waterfront.add_quay(stage, edge, side, front + 2)
    moorings.moor_along(stage, models, places, edge, side, 6.0, front - 8)
    moorings.anchor(stage, models, 8, 26, 0.85 * front, lambda x, y: side * (x - edge) > 12)
    inner = edge - side * 3.2
    waterfront.clutter(stage, "quay things", *sorted((edge - side * 1.3, inner)), QUAY, 3.5, 45, 20)
    # houses along the quay on the land's side
    made = town.Town(town.STYLES[where["style"]], min(1.0, 0.3 + stage.detail))
    rng = stage.rng("quay houses")
    x = edge - side * max(9.0, 1.2 * shot.width + 6)
    y = -4.0
    while y < front - 4:
        width = rng.uniform(6, 10)
        town.house(
            made,
            rng,
            (x, y + width / 2, QUAY),
            side * np.pi / 2,
            width,
            9.0,
            int(rng.integers(*town.STYLES[where["style"]].floors)),
            1.0,
        )
        y += width + rng.choice([0.0, 0.0, 0.1, 2.5])
    made.emit(stage, 0.3, 2.0)


def _basin(stage, models, front: float) -> None:
    shot = stage.shot
    moorings.anchor(stage, models, 12, 0.8 * shot.distance, 0.85 * front)
    side = -1 if shot.subject[0] > 0 else 1
    # the end of a quay with its bollards reaches into the frame below
    moorings.moor_along(
        stage, models, [], side * (shot.spread[0] * 0.62 * shot.distance + 2), side, 0.55 * shot.distance, 0.9 * front
    )


def _mole_build(stage, models, front: float) -> None:
    shot = stage.shot
    seed = stage.scene.seed % 9973
    points = fitted_fan(
        stage,
        shot.ground,
        near=max(6.0, 0.3 * shot.distance),
        far=2.4 * shot.distance + shot.width,
        rows=700,
        columns=900,
    )

    def colour(x, y, z, up):
        return shore.painted(x, y, z, up, seed, bed=0.9, tide=0.9, washed=0.0)

    land(stage, shot.ground, colour, shore.rock_material(stage, 0.9), points=points)
    side = -1 if shot.subject[0] > 0 else 1
    edge = side * 1.0
    places = waterfront.add_quay(stage, edge, side, min(0.45 * shot.distance, 40))
    moorings.moor_along(stage, models, places, edge, side, 7.0, 0.4 * shot.distance)
    waterfront.clutter(stage, "mole things", *sorted((edge - side * 1.3, edge - side * 3.4)), QUAY, 3.5, 24, 12)
    moorings.anchor(
        stage,
        models,
        10,
        0.35 * shot.distance,
        0.85 * front,
        lambda x, y: float(shot.ground(x, y)) < -2 and side * (x - edge) > 5,
    )


def _lake(stage, models, front: float) -> None:
    moorings.anchor(stage, models, 2, 1.1 * stage.shot.distance, 0.6 * front)


_BUILD = {"pier": _pier, "jetty": _pier, "quay": _quay, "basin": _basin, "mole": _mole_build, "lake": _lake}


def light(scene, light):
    return light


SETTING = Setting(
    name="harbour",
    describe=describe,
    shoot=shoot,
    build=build,
    light=light,
    lights=(
        "golden hour",
        "afterglow",
        "blue hour",
        "pink dawn",
        "silver fog",
        "after the rain",
        "low side light",
        "moonlight",
        "green dusk",
    ),
)
