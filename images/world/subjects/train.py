"""A train: a steam or a diesel locomotive with coaches, on a bank of its own with ballast and rails; underground, a
metro."""

from images.world.base import Subject, details
from images.world.railways.coaches import add_coach
from images.world.railways.locomotives import add_diesel, add_metro_front
from images.world.railways.steam_engines import add_steam_engine
from images.world.railways.track import BED, add_track
from images.world.streets import downpour

STEAM = {
    "black": (0.012, 0.012, 0.013),
    "green": (0.015, 0.06, 0.03),
    "blue": (0.015, 0.035, 0.11),
    "red": (0.2, 0.015, 0.014),
}
COACHES = {
    "maroon": ((0.13, 0.012, 0.014), (0.42, 0.30, 0.10), (0.09, 0.088, 0.085)),
    "green": ((0.02, 0.06, 0.035), (0.42, 0.32, 0.12), (0.08, 0.08, 0.08)),
    "blue": ((0.02, 0.05, 0.14), (0.5, 0.45, 0.33), (0.10, 0.10, 0.10)),
    "brown": ((0.07, 0.035, 0.018), (0.45, 0.36, 0.2), (0.09, 0.085, 0.08)),
}
DIESEL = {
    "red": ((0.34, 0.02, 0.016), (0.55, 0.5, 0.38), (0.1, 0.1, 0.1)),
    "blue": ((0.015, 0.06, 0.2), (0.5, 0.46, 0.36), (0.1, 0.1, 0.1)),
    "orange": ((0.48, 0.13, 0.02), (0.03, 0.03, 0.035), (0.08, 0.08, 0.08)),
    "green": ((0.02, 0.09, 0.05), (0.5, 0.36, 0.06), (0.08, 0.08, 0.08)),
}
METRO = {
    "red": (0.32, 0.025, 0.02),
    "blue": (0.02, 0.08, 0.28),
    "green": (0.02, 0.16, 0.08),
    "yellow": (0.5, 0.3, 0.02),
}
LINES = ("LINE 4", "NORTHGATE", "RIVERSIDE", "OLD MILL", "LINE 7", "HARBOUR", "CIRCLE")


def describe(rng, setting):
    kind = str(rng.choice(["steam", "diesel"]))
    kind = {"railway platform": "metro"}.get(setting, kind) if rng.random() < 0.6 else kind
    draws = rng.random(6)

    def pick(names, draw):
        return list(names)[int(draw * len(names))]

    colour = pick({"steam": STEAM, "diesel": DIESEL, "metro": METRO}[kind], draws[0])
    coaches = pick(COACHES, draws[1])
    words = {
        "steam": (
            f"a {colour} steam train",
            "a steam train",
            "an old steam locomotive with its coaches",
            "a steam locomotive",
            f"a {colour} steam locomotive with {coaches} coaches",
        ),
        "diesel": (
            f"a {'n' if colour == 'orange' else ''} {colour} diesel train".replace("a n ", "an ").replace("a  ", "a "),
            f"{'an' if colour == 'orange' else 'a'} {colour} train",
            "a passenger train",
            "a diesel locomotive with its coaches",
        ),
        "metro": (
            "a subway train",
            f"a subway train with a {colour} stripe",
            "an underground train",
            "a silver subway train",
        ),
    }[kind]
    return details(
        str(pick(words, draws[2])),
        kind=kind,
        colour=colour,
        coaches=coaches,
        european=bool(draws[3] < 0.5),
        line=pick(LINES, draws[4]),
        track=setting != "railway platform",
        # a train that brings its own bank of rails stands: they would move with it
        moves=3.0 if setting == "railway platform" else 0.0,
        snow=0.75 if setting == "snowfield" else 0.0,
        height=3.5 if kind == "metro" else 5.3 if setting != "railway platform" else 4.2,
        width=4.0 if setting == "railway platform" else 11.0,
    )


BANK = 0.75
EARTH = {"dunes": (0.40, 0.22, 0.10), "hills with fields": (0.07, 0.08, 0.03), "mountain valley": (0.085, 0.082, 0.05)}


def build(stage, what):
    parts, level = [], 0.0
    if what["track"]:
        level = BED + BANK
        parts += add_track(
            stage,
            -42.0,
            62.0,
            bank=BANK,
            snow=what["snow"],
            earth=EARTH.get(stage.scene.setting, (0.085, 0.066, 0.042)),
        )
    parts += engine_and_coaches(stage, what)
    group = stage.group(*parts)
    if not level:
        return group
    for part in parts:
        part.location.z += level
    return group


def engine_and_coaches(stage, what) -> list:
    rng = stage.rng("passengers")
    if what["kind"] == "metro":
        steel = (0.5, 0.5, 0.49)
        colours = (steel, METRO[what["colour"]], (0.2, 0.2, 0.2))
        parts = add_metro_front(stage, colours, what["line"])
        for number in range(3):
            parts += add_coach(
                stage, 0.5 + number * 16.6, 16.0, colours=colours, kind="metro", rng=rng, front=number == 0
            )
        return parts
    if what["kind"] == "steam":
        parts, start = add_steam_engine(stage, STEAM[what["colour"]], what["european"])
        if stage.detail > 0.3:
            plume = downpour.steam(stage, (0, 0.62, 4.0), 1.5, 7.0, 0.8)
            plume.rotation_euler = (-0.9, 0, 0.15)
            parts.append(plume)
        colours = COACHES[what["coaches"]]
    else:
        parts, start = add_diesel(stage, DIESEL[what["colour"]])
        body, band, roof = DIESEL[what["colour"]]
        colours = (body, band, roof)
    for number in range(2):
        parts += add_coach(stage, start + number * 18.8, 18.0, colours=colours, rng=rng)
    return parts


SUBJECT = Subject(
    name="train",
    settings=("railway platform", "mountain valley", "snowfield", "hills with fields", "dunes"),
    height=5.3,
    width=11.0,
    describe=describe,
    build=build,
    share=(0.3, 0.5),
    heading=(-0.75, 0.75),
    noun="train|locomotive|railcar",
)
