"""A car of the 1960s or 70s: a saloon, an estate, a coupe, a pickup, a van or a taxi."""

from images.world.base import Subject, details
from images.world.vehicles.carforms import FORMS
from images.world.vehicles.cars import PAINTS, TAXI, add_car

WORDS = {
    "saloon": ("saloon", "car", "sedan"),
    "estate": ("estate car", "station wagon"),
    "cruiser": ("sedan", "four-door sedan", "American sedan"),
    "coupe": ("coupe", "sports car"),
    "pickup": ("pickup", "pickup truck"),
    "van": ("van", "delivery van", "camper van"),
}
ROOFS = ((0.6, 0.58, 0.52), (0.01, 0.01, 0.011))


def describe(rng, setting):
    taxi = setting == "city street" and rng.random() < 0.25
    kind = "cruiser" if taxi else str(rng.choice(list(FORMS)))
    colour = str(rng.choice(list(PAINTS)))
    word, age = str(rng.choice(WORDS[kind])), str(rng.choice(["", "old ", "vintage "]))
    second = float(rng.random())
    form = FORMS[kind]
    if taxi:
        words, colour = str(rng.choice(["a yellow taxi", "a yellow cab"])), "taxi"
    else:
        paint = colour if "old" in word else age + colour
        words = f"{'an' if paint[0] in 'aeiou' else 'a'} {paint} {word}"
    roof = ROOFS[0] if kind == "van" and second < 0.6 else ROOFS[int(second * 20) % 2] if second < 0.15 else None
    return details(words, kind=kind, colour=colour, taxi=taxi, roof=roof, height=form.height, width=3.2)


def build(stage, what):
    colour = TAXI if what["taxi"] else PAINTS[what["colour"]]
    return add_car(stage, what["kind"], colour, stage.rng("car"), taxi=what["taxi"], roof=what["roof"])


SUBJECT = Subject(
    name="car",
    settings=(
        "city street",
        "sea coast",
        "dunes",
        "mountain valley",
        "hills with fields",
        "snowfield",
        "pine forest",
        "autumn forest",
        "harbour",
    ),
    height=1.45,
    width=3.2,
    describe=describe,
    build=build,
    share=(0.2, 0.42),
    heading=(-1.2, 1.2),
    moves=8.0,
    noun="car|van|sedan|saloon|pickup|taxi|cab|coupe|wagon",
)
