"""A deer: a stag with antlers, or a doe."""

import numpy as np

from images.world.animals import stags
from images.world.base import Subject, details

PLACES = ("mountain valley", "pine forest", "autumn forest", "snowfield", "hills with fields", "sea coast")
WORDS = {
    "stag": ("a stag", "a red deer stag", "a stag with tall antlers", "a lone stag"),
    "doe": ("a doe", "a deer", "a young deer", "a lone deer"),
}
DOING = {"stand": ("", "", "standing still"), "walk": ("walking", ""), "graze": ("grazing",)}


def describe(rng, setting):
    kind = str(rng.choice(["stag", "stag", "doe"]))
    gait = str(
        rng.choice(["stand", "stand", "walk", "graze" if setting not in ("snowfield", "sea coast") else "stand"])
    )
    doing = str(rng.choice(DOING[gait]))
    height = {"stag": 2.4, "doe": 1.75}[kind] * (0.62 if gait == "graze" else 1.0)
    heading = np.pi + float(rng.choice([-1, 1]) * rng.uniform(0.6, 2.1))
    moves = 1.1 if gait == "walk" else 0.0
    words = f"{rng.choice(WORDS[kind])} {doing}".strip()
    return details(words, kind=kind, gait=gait, height=height, width=1.5, heading=heading, moves=moves)


def build(stage, what):
    return stags.add_deer(stage, what["kind"], what["gait"], name="subject")


SUBJECT = Subject(
    name="deer",
    settings=PLACES,
    height=1.9,
    width=1.5,
    describe=describe,
    build=build,
    share=(0.25, 0.45),
    heading=(np.pi - 2.0, np.pi + 2.0),
    noun="deer|stag|doe|fawn",
)
