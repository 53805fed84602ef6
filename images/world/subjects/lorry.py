"""A lorry: long-nosed with a trailer, or its cab over the engine, with a box, a canvas, logs, crates or a tank."""

from images.world.base import Subject, details
from images.world.vehicles.lorries import CARGOES, add_lorry

PAINTS = {
    "red": (0.36, 0.02, 0.015),
    "blue": (0.02, 0.07, 0.22),
    "green": (0.02, 0.1, 0.05),
    "yellow": (0.5, 0.3, 0.02),
    "white": (0.55, 0.54, 0.5),
    "orange": (0.48, 0.12, 0.015),
    "turquoise": (0.04, 0.24, 0.24),
    "maroon": (0.13, 0.012, 0.012),
}
LOADS = {
    "box": "",
    "canvas": " with a canvas cover",
    "logs": " loaded with logs",
    "tank": "",
    "crates": " loaded with crates",
}


def describe(rng, setting):
    nose = bool(rng.random() < 0.5)
    colour, cargo = str(rng.choice(list(PAINTS))), str(rng.choice(CARGOES))
    noun = str(rng.choice(["lorry", "truck"]))
    noun = {"tank": f"tanker {noun}", "logs": str(rng.choice([noun, f"logging {noun}"]))}.get(cargo, noun)
    old = "old " if rng.random() < 0.35 else "long-nosed " if nose and rng.random() < 0.4 else ""
    tail = "" if noun.startswith("logging") else LOADS[cargo]
    words = f"{old}{colour} {noun}{tail}"
    article = "an" if words[0] in "aeiou" else "a"
    return details(
        f"{article} {words}",
        nose=nose,
        colour=colour,
        cargo=cargo,
        height=3.7 if nose or cargo != "crates" else 3.0,
        width=4.4,
        length=15.5 if nose else 9.0,
    )


def build(stage, what):
    return add_lorry(stage, what["nose"], PAINTS[what["colour"]], what["cargo"], stage.rng("lorry"))


SUBJECT = Subject(
    name="lorry",
    settings=("city street", "dunes", "snowfield", "hills with fields", "mountain valley", "harbour"),
    height=3.7,
    width=4.4,
    describe=describe,
    build=build,
    share=(0.26, 0.48),
    heading=(-0.75, 0.75),
    moves=9.0,
    noun="lorry|truck",
)
