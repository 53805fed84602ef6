"""A street lamp, with its pool of light."""

from images.world.base import Subject, details
from images.world.streets.lampposts import KINDS, add_lamppost

WORDS = {
    "lantern": ("an old iron street lamp", "a cast-iron street lamp", "an old lamp post"),
    "twin lantern": ("a street lamp with two lanterns", "an ornate double street lamp"),
    "gooseneck": ("a gooseneck street lamp", "a curved street lamp", "a street lamp"),
    "arm": ("a tall street lamp", "a street lamp"),
    "globe": ("a street lamp with a glass globe", "a globe street lamp"),
    "mast": ("a tall double street lamp", "a concrete lamp post"),
}
PAINTS = ((0.018, 0.024, 0.021), (0.012, 0.035, 0.025), (0.03, 0.03, 0.033), (0.02, 0.025, 0.045))


def describe(rng, setting):
    kinds = (
        list(KINDS)
        if setting in ("city street", "harbour")
        else ["lantern", "lantern", "gooseneck", "globe", "twin lantern"]
    )
    kind = str(rng.choice(kinds))
    width = {"arm": 3.0, "mast": 3.5, "gooseneck": 1.8}.get(kind, 1.4)
    return details(str(rng.choice(WORDS[kind])), kind=kind, paint=int(rng.integers(4)), height=KINDS[kind], width=width)


def build(stage, what):
    return add_lamppost(stage, what["kind"], power=1.6, paint=PAINTS[what["paint"]])


SUBJECT = Subject(
    name="street lamp",
    settings=("city street", "harbour", "snowfield", "sea coast", "autumn forest", "pine forest", "hills with fields"),
    height=4.5,
    width=1.4,
    describe=describe,
    build=build,
    share=(0.42, 0.7),
    heading=(-1.6, 1.6),
    noun="street lamp|lamp post|lamp",
)
