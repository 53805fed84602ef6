"""A horse, alone or with a rider."""

from dataclasses import replace

import numpy as np

from images.world.animals import horses
from images.world.base import Subject, details
from images.world.people.outfits import COLOURS, wear

PLACES = ("dunes", "mountain valley", "pine forest", "autumn forest", "snowfield", "hills with fields", "sea coast")
GAITS = {
    "stand": ("", "standing"),
    "graze": ("grazing",),
    "walk": ("walking",),
    "trot": ("trotting",),
    "gallop": ("galloping", "at a gallop"),
}
SPEED = {"stand": 0.0, "graze": 0.0, "walk": 1.5, "trot": 3.4, "gallop": 9.0}
RIDERS = (
    ("a rider on a {coat} horse", "coat", None, None), ("a rider in a {colour} coat on a {coat} horse", "coat",
        ("red", "navy", "mustard", "green"), None),
    ("a woman riding a {coat} horse", "casual", None, "woman"), ("a man in a hat on a {coat} horse", "coat",
        ("brown", "camel", "charcoal"), "man"),
    ("a lone rider on a {coat} horse", "coat", None, None), ("a rider in a {colour} parka on a {coat} horse",
        "parka", ("red", "orange", "navy"), None),
)  # fmt: skip


def describe(rng, setting):
    coat = str(rng.choice(list(horses.COATS)))
    ridden = bool(rng.random() < 0.55)
    deep = setting in ("pine forest", "autumn forest", "snowfield")
    gait = str(
        rng.choice(["stand", "walk", "trot", "gallop"], p=[0.3, 0.5, 0.2, 0.0] if deep else [0.25, 0.3, 0.15, 0.3])
    )
    if gait == "stand" and not ridden and setting not in ("dunes", "snowfield", "sea coast") and rng.random() < 0.4:
        gait = "graze"
    doing = str(rng.choice(GAITS[gait]))
    side = float(rng.choice([-1, 1]))
    heading = np.pi + side * float(rng.uniform(0.5, 1.75))
    options = {"coat": coat, "gait": gait, "heading": heading, "moves": SPEED[gait]}
    if not ridden:
        words = str(rng.choice(["a {coat} horse", "a {coat} horse", "a lone {coat} horse"])).format(coat=coat)
        return details(f"{words} {doing}".strip(), rider=None, height=2.05, width=2.1, **options)
    words, wardrobe, colours, sex = RIDERS[int(rng.integers(len(RIDERS)))]
    colour = str(rng.choice(colours)) if colours else None
    rider = wear(rng, wardrobe, colour, sex)
    if "hat" in words:
        rider = replace(rider, hat="cowboy hat", hat_colour=COLOURS["brown"])
    rider = replace(rider, shoe="high boot", layers=tuple(_short(layer) for layer in rider.layers))
    words = words.format(coat=coat, colour=colour).replace(" a orange", " an orange")
    return details(
        f"{words} {doing}".strip() if rng.random() < 0.4 else words, rider=rider, height=2.5, width=2.1, **options
    )


def _short(layer):
    """A coat that leaves the saddle free."""
    return (
        replace(layer, cut=tuple((k, min(v, 0.3) if k == "length" else v) for k, v in layer.cut))
        if layer.kind == "coat"
        else layer
    )


def build(stage, what):
    return horses.add_horse(stage, what["coat"], what["gait"], what["rider"], name="subject")


SUBJECT = Subject(
    name="horse",
    settings=PLACES,
    height=2.05,
    width=2.1,
    describe=describe,
    build=build,
    share=(0.25, 0.45),
    heading=(np.pi - 1.6, np.pi + 1.6),
)
