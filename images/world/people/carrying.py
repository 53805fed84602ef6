"""Bags on the back and things in the hand, put where a person carries them; `builder` is a `tailor.Builder`."""

import numpy as np

from images.world.geometry import Solid
from images.world.people import baggage

HELD = ("umbrella", "suitcase", "lantern", "stick", "balloon", "phone")
CLOTHS = {"bag": "nylon", "leather": "leather", "knit": "knit", "canopy": "silk"}  # in the thing's own colour
TRIMMINGS = {"strap": ("canvas", (0.018, 0.018, 0.02)), "mat": ("canvas", (0.05, 0.07, 0.09))}
SOLIDS = {"metal": ((0.05, 0.05, 0.055), 0.35), "wood": ((0.07, 0.035, 0.016), 0.45), "string": ((0.5, 0.5, 0.48), 0.8)}


def add(builder, name: str, colour) -> None:
    """Add what is carried, by its name."""
    step, rng, around = builder.step(1.0), builder.rng, builder.around
    if name in ("backpack", "rucksack"):
        on_bone(builder, "chest", baggage.backpack(step, rng, name == "backpack"), colour)
    elif name == "scarf":
        on_bone(builder, "chest", baggage.scarf(step, rng, float(rng.choice([0.0, 0.05, 0.15, 0.4]))), colour)
    elif name == "umbrella":
        in_hand(builder, baggage.umbrella(around(64)), colour, tilt=(-0.1, 0.08))
    elif name == "suitcase":
        in_hand(builder, baggage.suitcase(step), colour)
    elif name == "lantern":
        at = in_hand(builder, baggage.lantern(around(24)), colour)
        warm = {"shadow_soft_size": 0.03}
        builder.parts.append(builder.stage.lamp("POINT", tuple(at - (0, 0, 0.2)), 12, (1.0, 0.62, 0.28), **warm))
    elif name == "stick":
        top = 0.15 + hand(builder)[2]
        in_hand(builder, baggage.stick(top, 0.15), colour)
    elif name == "phone":
        in_hand(builder, baggage.phone(), colour, tilt=(-0.9, 0.0))
    elif name == "balloon":
        in_hand(builder, baggage.balloon(around(48), rng), colour)
    else:
        raise ValueError(f"nothing to carry is called {name!r}")


def on_bone(builder, bone: str, parts, colour) -> None:
    """Things in a bone's axes."""
    for solid, kind in parts:
        _put(builder, builder.in_bone(bone, solid), kind, colour)


def hand(builder) -> np.ndarray:
    """Where the right hand grips."""
    turn, start = builder.placed["right hand"]
    return start + turn @ np.array((0.02, -0.012, -0.075)) * builder.figure.unit


def in_hand(builder, parts, colour, tilt=(0.0, 0.0)) -> np.ndarray:
    """Things held upright in the right hand; returns where it grips them. tilt: radians about x and y."""
    at = hand(builder)
    for solid, kind in parts:
        _put(builder, solid.turned(tilt[0], "x").turned(tilt[1], "y").moved(*at), kind, colour)
    return at


def _put(builder, solid: Solid, kind: str, colour) -> None:
    """Add a part of something carried, made of what its kind is made of."""
    stage = builder.stage
    if kind in CLOTHS:
        builder.sew(solid, builder.stuff(CLOTHS[kind], colour))
    elif kind == "lid":
        builder.sew(solid, builder.stuff("nylon", tuple(0.6 * np.array(colour))))
    elif kind in TRIMMINGS:
        builder.sew(solid, builder.stuff(*TRIMMINGS[kind]))
    elif kind == "screen":
        builder.add(solid, stage.glow((0.7, 0.85, 1.0), 1.2))
    elif kind == "flame":
        builder.add(solid, stage.lit((1.0, 0.6, 0.25), 14))
    elif kind == "balloon":
        builder.add(solid, stage.surface(colour, 0.18, variation=0.03, specular=0.5, translucency=0.25))
    else:
        builder.add(solid, stage.surface(*SOLIDS[kind], variation=0.25, grain=0.1))
