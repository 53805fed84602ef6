"""Kinds of rooms: living rooms, studies, workshops, attics, kitchens, hotel rooms; their windows and what goes in.

A kind has a shell (walls, floor, ceiling), which `linings` makes, and furnishings. `Plan` says what a kind may use;
`furnish` puts things along the walls and on the floor, out of the way of the subject and of the camera.
"""

from dataclasses import dataclass

import numpy as np

from images.world.furniture import windows
from images.world.rooms.furnishing import Furnisher
from images.world.rooms.linings import tilt_onto
from images.world.rooms.parlours import hotel, living, study
from images.world.rooms.shell import Opening, Room
from images.world.rooms.workrooms import attic, kitchen, workshop

CURTAINS = [
    (0.22, 0.018, 0.02),
    (0.02, 0.06, 0.05),
    (0.05, 0.06, 0.12),
    (0.34, 0.27, 0.17),
    (0.16, 0.06, 0.03),
    (0.1, 0.03, 0.07),
]


@dataclass(frozen=True)
class Plan:
    """What a kind of room is made of."""

    window: str  # a kind of windows.window
    paint: str
    view: tuple[str, ...]  # kinds of shell.outlook
    height: tuple[float, float]
    opening: tuple[float, float, float]  # width, sill and head of the main window, metres


PLANS = {
    "living room": Plan("casement", "white", ("garden", "street", "hills"), (2.8, 3.3), (1.5, 0.75, 2.45)),
    "study": Plan("sash", "white", ("garden", "street"), (2.9, 3.3), (1.25, 0.65, 2.5)),
    "workshop": Plan("steel", "green", ("street", "garden", "roofs"), (3.3, 4.0), (2.2, 1.0, 2.7)),
    "attic": Plan("casement", "oak", ("roofs", "hills"), (3.0, 3.4), (1.1, 0.9, 2.2)),
    "kitchen": Plan("sash", "white", ("garden", "hills", "street"), (2.6, 3.0), (1.3, 1.05, 2.25)),
    "hotel room": Plan("casement", "white", ("street", "roofs"), (2.7, 3.1), (1.4, 0.7, 2.4)),
}


def glaze(stage, room: Room, kind: str, rng) -> None:
    """Windows in all openings, with curtains, blinds or a radiator below as the kind of room has them."""
    plan = PLANS[kind]
    colour = CURTAINS[rng.integers(len(CURTAINS))]
    for o in room.openings:
        if kind == "attic" and o.wall != "back":
            _roof_window(stage, room, o)
            continue
        height = o.head - o.sill
        room.place(windows.window(stage, o.width, height, 0.3, plan.window, plan.paint), o.wall, o.at, o.sill)
        choice = rng.random()
        if kind in ("living room", "study", "hotel room"):
            top = min(height + 0.22, room.height - o.sill - 0.25)
            made = windows.curtains(
                stage,
                rng,
                o.width,
                top,
                top + o.sill - 0.03,
                colour,
                bool(choice < 0.75),
                float(rng.uniform(0.24, 0.34)),
                bool(choice > 0.55),
            )
            room.place(made, o.wall, o.at, o.sill)
            if rng.random() < 0.35:
                room.place(windows.net(stage, rng, o.width - 0.1, height), o.wall, o.at, o.sill)
            elif rng.random() < 0.35 and kind != "living room":
                room.place(
                    windows.blinds(
                        stage, rng, o.width, height, float(rng.uniform(0.55, 1.0)), float(rng.uniform(0.3, 0.8))
                    ),
                    o.wall,
                    o.at,
                    o.sill,
                )
        elif kind == "kitchen" and choice < 0.6:
            room.place(
                windows.curtains(stage, rng, o.width, height + 0.1, height * 0.62, (0.5, 0.44, 0.34), False, 0.36),
                o.wall,
                o.at,
                o.sill,
            )
        if kind in ("living room", "study", "hotel room") and o.sill > 0.68 and rng.random() < 0.6:
            room.place(windows.radiator(stage, int(o.width / 0.1), o.sill - 0.14), o.wall, o.at)


def _roof_window(stage, room: Room, o: Opening) -> None:
    side = -1 if o.wall == "left" else 1
    half = (room.right - room.left) / 2
    angle = float(np.arctan2(room.height - 1.0, half))
    made = windows.window(stage, o.width, o.head - o.sill, 0.14, "casement", "oak")
    holder = stage.group(made)
    made.location = (o.at, -0.06, o.sill)
    tilt_onto(holder, room, side, 1.0, angle)


def furnish(stage, room: Room, kind: str, rng, side: int, close: bool) -> None:
    """All that stands in a room. side: -1 or 1, where the main window is. close: a still life, so only the walls
    count.
    """
    f = Furnisher(stage, room, rng, close)
    {
        "living room": living, "study": study, "workshop": workshop, "attic": attic, "kitchen": kitchen,
        "hotel room": hotel,
    }[kind](f, "left" if side < 0 else "right", "right" if side < 0 else "left", side)  # fmt: skip
