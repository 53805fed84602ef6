"""A room with one strong window: a living room, a study, a workshop, an attic, a kitchen, a hotel room.

People stand in it; a still life has a table of its own close to the lens, and the room is the soft ground behind it.
"""

from dataclasses import replace

import numpy as np

from images.world import composition
from images.world.base import Setting, Shot, details
from images.world.furniture import candles, finishes, tables, tableware
from images.world.geometry import box
from images.world.rooms import interiors, linings, outlooks, shell, still_life
from images.world.rooms.shell import Opening, Room

STILL = ("chess pieces", "books", "bottles", "dice")
PHRASES = {
    "living room": ("in a living room", "in an old living room", "in a parlour with wallpaper and a rug"),
    "study": ("in a study lined with books", "in a panelled study", "in a library with a leather chair"),
    "workshop": ("in a carpenter's workshop", "in an old workshop", "in a brick workshop full of tools"),
    "attic": ("in an attic", "in an attic under the rafters", "in a dusty attic"),
    "kitchen": ("in a country kitchen", "in an old kitchen", "in a tiled kitchen"),
    "hotel room": ("in a hotel room", "in an old hotel room", "in a bedroom with a brass lamp"),
}
TABLES = {"oak": "an oak table", "walnut": "a walnut table", "marble": "a marble table",
    "cloth": "a table with a cloth", "desk": "a desk with a leather top", "pine": "a pine table"}  # fmt: skip
ROOMS = {"living room": "a living room", "study": "a study", "workshop": "a workshop", "attic": "an attic",
    "kitchen": "a kitchen", "hotel room": "a hotel room"}  # fmt: skip


def describe(rng, subject):
    kinds = list(PHRASES)
    kind = str(rng.choice(kinds))
    top = str(rng.choice(tables.TOPS if kind != "workshop" else ("oak", "pine")))
    if kind in ("living room", "study") and rng.random() < 0.4:
        top = str(rng.choice(["desk", "cloth", "marble"]))
    window = "behind" if rng.random() < 0.28 else "side"
    if subject in STILL:
        words = str(
            rng.choice([f"on {TABLES[top]}", f"on {TABLES[top]} in {ROOMS[kind]}", f"on {TABLES[top]} by the window"])
        )
    else:
        words = str(rng.choice(PHRASES[kind]))
        if rng.random() < 0.3:
            words += ", near the window" if window == "side" else " in front of the window"
    return details(words, kind=kind, top=top, window=window, side=int(rng.choice([-1, 1])), view=int(rng.integers(9)))


def shoot(scene, aspect):
    if scene.on == "table":
        shot = composition.on_table(scene, aspect)
        return replace(shot, fstop=float(np.clip(3.2 / shot.distance, 1.6, 5.0)))
    return _standing(scene, aspect)


def _standing(scene, aspect: float) -> Shot:
    """A person at about half the frame's height, the camera turned a little towards the window."""
    framing = scene.framing
    share = float(np.clip(1.35 * framing.share, 0.42, 0.64))
    share = min(share, 0.62 * aspect * scene.height / scene.width)
    focal = float(np.clip(framing.lens, 22, 34))
    distance = scene.height / (share * 2 * composition.spread(focal, aspect)[1])
    kept = float(np.clip(distance, max(2.6, 1.5 * scene.width), 5.2))
    focal *= kept / distance
    across, up = composition.spread(focal, aspect)
    side = scene.where["side"]
    pan = side * (0.05 + 0.16 * framing.eye) if scene.where["window"] == "side" else 0.0
    third = framing.third if scene.where["window"] == "side" else 0.6 * framing.third
    bearing = pan + np.arctan(third * across)
    x, y = kept * np.sin(bearing), kept * np.cos(bearing)
    high = 1.0 + 0.55 * framing.eye
    tilt = np.arctan2(-high, kept) - np.arctan(framing.base * 2 * up)
    target = (20 * np.sin(pan), 20 * np.cos(pan), high + 20 * float(np.tan(tilt)))
    flat = lambda a, b: np.zeros(np.broadcast(a, b).shape)  # noqa: E731
    return Shot((0.0, 0.0, high), tuple(map(float, target)), focal, aspect, (float(x), float(y), 0.0), scene.height,
        scene.width, scene.heading - float(bearing), 2.8 if focal > 28 else 4.0, flat,)  # fmt: skip


def plan(stage) -> Room:
    """The room round the shot: near enough for its walls to be seen, its window where it lights the subject."""
    shot, where = stage.shot, stage.scene.where
    rng = stage.rng("plan")
    kind, side = where["kind"], where["side"]
    made = interiors.PLANS[kind]
    x, y, _ = shot.subject
    close = stage.scene.on == "table"
    height = float(rng.uniform(*made.height))
    width, sill, head = made.opening
    if close:
        near, far, deep = float(rng.uniform(1.7, 2.1)), float(rng.uniform(2.2, 3.0)), float(rng.uniform(3.0, 4.2))
        front = min(shot.eye[1], 0.0) - 1.2
    else:
        near, far = max(2.3, side * x + rng.uniform(1.3, 1.7)), max(2.6, -side * x + rng.uniform(1.7, 2.4))
        deep, front = y + float(rng.uniform(1.7, 2.6)), -1.4
    if kind == "attic":
        near = far = max(near, far, 2.5)
    left, right = (-near, far) if side < 0 else (-far, near)
    openings = []
    if where["window"] == "side" or kind == "attic":
        wall, at = (
            "left" if side < 0 else "right",
            y + float(rng.uniform(0.7, 1.0)) if not close else float(rng.uniform(1.1, 1.5)),
        )
        if kind == "attic":  # in the slope: sill and head are measured along it
            openings.append(Opening(wall, at, width, 0.25, 1.5))
        else:
            openings.append(Opening(wall, at, width, sill, min(head, height - 0.3)))
            if deep - at > 2.4 * width:
                openings.append(Opening(wall, at + 1.75 * width, width, sill, min(head, height - 0.3)))
            if at - 1.75 * width > front + 0.6:
                openings.append(Opening(wall, at - 1.75 * width, width, sill, min(head, height - 0.3)))
    if where["window"] == "behind":
        at = (
            float(np.clip(x * deep / y * 0.8 + rng.normal(0, 0.25), left + width, right - width))
            if not close
            else float(side * rng.uniform(0.2, 0.7))
        )
        openings.append(Opening("back", at, width, sill, min(head, height - 0.3)))
    return Room(left, right, front, deep, height, tuple(openings))


def build(stage):
    where = stage.scene.where
    rng = stage.rng("room")
    room, kind = plan(stage), where["kind"]
    close = stage.scene.on == "table"
    linings.shell(stage, room, kind, rng)
    interiors.glaze(stage, room, kind, stage.rng("windows"))
    views = interiors.PLANS[kind].view
    outlooks.outlook(stage, room, views[where["view"] % len(views)])
    interiors.furnish(stage, room, kind, stage.rng("furniture"), where["side"], close)
    if close:
        _table(stage, room)
    shell.daylight(stage, room)
    _fill(stage, room)
    light = stage.light
    if light.fog:
        stage.fog_box(
            room.left + 0.01,
            room.right - 0.01,
            room.front + 0.01,
            room.back - 0.01,
            0.01,
            room.height - 0.01,
            light.fog,
            anisotropy=0.45,
        )


def _table(stage, room: Room):
    """The table under a still life, and candles on shelves far behind it that the lens makes into discs."""
    rng = stage.rng("shelves")
    still_life.add_table(stage, stage.scene.where["top"])
    still_life.key_lamps(stage, stage.scene.where["side"])
    for side in (-1, 1):
        edge = room.left if side < 0 else room.right
        at = edge - side * float(rng.uniform(0.5, 1.1))
        if room.free("back", at - 0.4, at + 0.4) and rng.random() < 0.75:
            room.place(_candle_shelf(stage, rng), "back", at, float(rng.uniform(1.0, 1.35)), 0.36)


def _candle_shelf(stage, rng):
    """A shelf with burning candles and a bottle or two."""
    wood = finishes.wood(stage, (0.1, 0.05, 0.025), "x", 0.5)
    parts = [
        stage.add(
            [
                box(-0.35, 0.35, -0.09, 0.09, -0.025, 0),
                *(box(x, x + 0.02, -0.07, 0.36, -0.2, -0.025) for x in (-0.28, 0.26)),
            ],
            wood,
        )
    ]
    for x in np.linspace(-0.26, 0.26, int(rng.integers(3, 6))):
        if rng.random() < 0.75:
            made, _ = candles.standing_candle(stage, rng, str(rng.choice(["stick", "saucer"])), power=0.8)
        else:
            made = tableware.bottle(stage, rng, "flask", None, None)
        made.location = (float(x + rng.normal(0, 0.02)), 0, 0)
        parts.append(made)
    return stage.group(*parts)


def _fill(stage, room: Room):
    """Bounced light where the sky is bright and the picture plain; a breath of it on film."""
    power = 26.0 * still_life.bounced(stage.light) * (room.right - room.left) * 0.25 * (room.back - room.front)
    if not power:
        return
    lamp = stage.fill(
        "AREA", ((room.left + room.right) / 2, 0.5 * room.back, room.height - 0.12), power, (1.0, 0.98, 0.95),
        ((room.left + room.right) / 2, 0.5 * room.back, 0), shape="RECTANGLE", size=room.right - room.left - 1.0,
        size_y=room.back - room.front - 1.5,
    )  # fmt: skip
    lamp.visible_camera = lamp.visible_glossy = lamp.visible_transmission = False


def light(scene, light):
    """The sun comes in through the window and lands by the subject; a low one is lifted over the sill."""
    side = scene.where["side"]
    rng = scene.rng("sun")
    azimuth = side * rng.uniform(58, 76) if scene.where["window"] == "side" else side * rng.uniform(16, 34)
    if scene.where["kind"] == "attic":
        azimuth = side * rng.uniform(60, 85)
    lift = rng.uniform(22, 31)
    elevation = float(np.clip(light.elevation, 17, 31)) if light.sun < 5.5 or light.film.mean is None else lift
    if scene.where["kind"] == "attic":
        elevation = max(elevation, 34.0)
    return replace(
        light, azimuth=float(azimuth), compass=True, elevation=elevation, clouds=None, haze=0.0, fog=0.45 * light.fog
    )


SETTING = Setting(
    name="room",
    describe=describe,
    shoot=shoot,
    build=build,
    light=light,
    lights=(
        "window light", "cold window", "lamplight", "shafts of light", "blue hour", "candle light", "pale morning",
        "fluorescent", "neon window", "moonlit window",
    ),
    parts=("in fog", "after rain", "lens flare", "in silhouette"),
    indoors=True,
)  # fmt: skip
