"""A person: walkers, travellers, children, workers; an astronaut on the moon, a diver under water."""

from dataclasses import dataclass, replace

import numpy as np

from images.world.base import Subject, details
from images.world.people import astronaut, diver, figure, seats
from images.world.people.outfits import COLOURS, tint, wear

OPEN = ("sea coast", "mountain valley", "dunes", "pine forest", "autumn forest", "snowfield", "hills with fields")
TOWN = ("city street", "railway platform", "harbour", "nave", "city roofs", "room")
WILD = ("mountain valley", "dunes", "pine forest", "autumn forest", "snowfield", "hills with fields", "sea coast")


@dataclass(frozen=True)
class Character:
    """words: for one of `colours`, which the clothes are; poses: any of them, with the words for it ("" for none).
    extra: what is carried, in the same colour if `own` is empty; share: how often it comes up."""

    words: tuple[str, ...]
    wardrobe: str
    poses: tuple[tuple[str, str], ...]
    settings: tuple[str, ...] = OPEN + TOWN
    colours: tuple[str, ...] = ()
    sex: str | None = None
    extra: tuple[tuple[str, str], ...] = ()
    hat: str | None = None
    hair: str | None = None
    grey: bool = False
    share: float = 1.0


STANDS = (("stand", ""), ("contrapposto", ""), ("hands in pockets", ""), ("stand", "standing still"))
WALKS = (("walk", ""), ("walk", "walking"))
LOOKS = (
    ("looking up", "looking up"),
    ("shading the eyes", "shading {their} eyes"),
    ("stand", "looking into the distance"),
)
SITS = (("sit", "sitting on a {seat}"), ("sit forward", "sitting on a {seat}"))
LOW = (("sit on the ground", "sitting on the ground"), ("kneel", "kneeling"), ("crouch", "crouching"))
COATS = ("red", "navy", "grey", "black", "camel", "green", "mustard", "beige", "charcoal", "plum")
SHELLS = ("red", "orange", "yellow", "teal", "blue", "green")

CHARACTERS = (
    Character(("a woman in a {colour} coat", "a woman in a long {colour} coat"), "coat", STANDS + WALKS + SITS,
        colours=COATS, sex="woman", share=1.4),
    Character(("a man in a {colour} coat", "a man in a long {colour} coat"), "coat", STANDS + WALKS + SITS,
        colours=COATS, sex="man"),
    Character(("a man in a {colour} coat and a hat", "a man with a hat and a {colour} overcoat"), "coat",
        STANDS + WALKS, (*TOWN, "sea coast", "snowfield"), ("black", "charcoal", "camel", "grey", "navy"), "man",
        hat="fedora"),
    Character(("a {who} in a {colour} raincoat", "a {who} in a hooded {colour} raincoat"), "raincoat",
        STANDS + WALKS + LOOKS, ("sea coast", "harbour", "city street", "pine forest", "railway platform",
        "hills with fields", "mountain valley"), ("yellow", "yellow", "red", "teal", "blue"), hat="hood", share=1.3),
    Character(("a hiker with a backpack", "a hiker in a {colour} jacket", "a backpacker in {colour}"), "hiker",
        STANDS + WALKS + WALKS + LOOKS, WILD, SHELLS, share=1.6),
    Character(("a hiker with a walking stick", "a wanderer with a stick and a backpack"), "hiker",
        (("stick", ""), ("walk, stick", "")), WILD, SHELLS, extra=(("stick", "brown"),)),
    Character(("a {who} in a {colour} parka", "a {who} in a thick {colour} jacket"), "parka",
        STANDS + WALKS + LOOKS, ("snowfield", "mountain valley", "sea coast", "harbour", "city street",
        "pine forest"), ("red", "orange", "navy", "mustard", "olive"), share=1.2),
    Character(("a woman in a {colour} dress", "a young woman in a long {colour} dress"), "dress",
        STANDS + WALKS + (("arms out", "with {their} arms outstretched"),),
        ("sea coast", "dunes", "hills with fields", "city street", "room", "nave", "autumn forest", "city roofs",
        "harbour"), ("red", "teal", "white", "blue", "mustard", "green"), "woman", share=1.4),
    Character(("a woman in a straw hat and a {colour} dress",), "dress", STANDS + WALKS,
        ("sea coast", "dunes", "hills with fields", "harbour"), ("white", "red", "teal", "yellow", "blue"), "woman",
        hat="straw hat", share=0.6),
    Character(("a worker in a hard hat", "a workman in a {colour} hard hat"), "worker",
        STANDS + WALKS + (("pointing", "pointing"), ("arms crossed", "with arms crossed")),
        ("city street", "harbour", "railway platform", "city roofs"), ("yellow", "white", "orange"), "man"),
    Character(("a man in a {colour} suit", "a man in a suit"), "suit", STANDS + WALKS, TOWN,
        ("grey", "navy", "black", "charcoal", "brown"), "man"),
    Character(("a man with a suitcase", "a traveller in a {colour} coat with a suitcase"), "coat",
        (("carrying", ""), ("walk, carrying", "walking")), ("railway platform", "city street", "harbour", "dunes",
        "hills with fields", "sea coast", "snowfield"), COATS, "man", (("suitcase", "brown"),), hat="fedora"),
    Character(("a woman with a suitcase", "a traveller with a suitcase"), "coat",
        (("carrying", ""), ("walk, carrying", "walking")), ("railway platform", "city street", "harbour",
        "hills with fields"), COATS, "woman", (("suitcase", "brown"),)),
    Character(("a woman under a {colour} umbrella", "a person with a {colour} umbrella",
        "someone holding a {colour} umbrella"), "coat", (("holding up", ""), ("walk, holding up", "walking")),
        ("city street", "railway platform", "harbour", "sea coast", "city roofs", "hills with fields"),
        ("red", "yellow", "teal", "black", "blue"), None, (("umbrella", ""),), share=1.4),
    Character(("a man carrying a lantern", "an old man with a lantern", "a keeper with a lantern"), "coat",
        (("lantern", ""), ("walk, lantern", "")), ("pine forest", "autumn forest", "nave", "sea coast", "harbour",
        "snowfield", "mountain valley"), ("olive", "brown", "charcoal"), "man", (("lantern", "black"),),
        hat="flat cap", grey=True),
    Character(("an old man with a walking stick", "an elderly man with a stick"), "coat",
        (("stick", ""), ("walk, stick", "")), (*OPEN, "city street", "railway platform", "harbour", "nave"),
        ("brown", "grey", "olive", "navy"), "man", (("stick", "brown"),), hat="flat cap", grey=True),
    Character(("a child in a {colour} raincoat", "a small child in a hooded {colour} raincoat"),
        "child in a raincoat", STANDS[:2] + WALKS + LOOKS[:1], ("sea coast", "pine forest", "autumn forest",
        "city street", "harbour", "hills with fields", "railway platform"), ("yellow", "red", "yellow", "blue"),
        share=1.2),
    Character(("a child with a {colour} balloon", "a {child} holding a {colour} balloon"), "child",
        (("balloon", ""), ("walk, balloon", "")), ("sea coast", "city street", "hills with fields", "dunes",
        "harbour", "room", "railway platform", "city roofs"), ("red", "red", "yellow", "blue", "white"), None,
        (("balloon", ""),)),
    Character(("a child in a {colour} jacket", "a {child} in a {colour} coat"), "child",
        STANDS[:2] + WALKS + LOW[1:], ("autumn forest", "snowfield", "sea coast", "dunes", "hills with fields",
        "nave", "room", "pine forest"), SHELLS),
    Character(("a man in a {colour} sweater", "a man in a {colour} pullover"), "sweater",
        STANDS + SITS + LOOKS + LOW[:2],
        colours=("blue", "grey", "green", "cream", "crimson", "mustard"), sex="man"),
    Character(("a woman in a {colour} sweater", "a woman in jeans and a {colour} sweater"), "sweater",
        STANDS + SITS + LOOKS + WALKS, colours=("teal", "cream", "crimson", "mustard", "grey", "white"), sex="woman"),
    Character(("a person reading a phone", "a {who} looking at a phone"), "casual", (("reading a phone", ""),),
        ("city street", "railway platform", "room", "harbour", "city roofs"), ("navy", "olive", "grey", "crimson"),
        extra=(("phone", "black"),)),
    Character(("a woman in a {colour} skirt and a sweater", "a woman in a skirt and high boots"), "skirt",
        STANDS + WALKS, (*TOWN, "autumn forest"), ("cream", "mustard", "grey", "crimson"), "woman", share=0.8),
    Character(("a {who} with arms raised", "a {who} with both arms in the air"), "hiker", (("arms raised", ""),),
        (*WILD, "city roofs"), SHELLS, share=0.5),
)  # fmt: skip


LOW_HEIGHTS = {
    "sit": 0.76, "sit forward": 0.74, "sit on the ground": 0.55, "crouch": 0.55, "kneel": 0.72,
}  # fmt: skip
SUITED = {
    "stand": ("an astronaut", "an astronaut in a white suit", "a lone astronaut", "an astronaut standing still"),
        "walk": ("an astronaut walking", "an astronaut on foot", "a lone astronaut"),
    "kneel": ("a kneeling astronaut", "an astronaut on one knee"), "looking up": ("an astronaut looking up",),
        "contrapposto": ("an astronaut", "an astronaut in a white suit"),
    "shading the eyes": ("an astronaut shading the visor with one hand",),
        "pointing": ("an astronaut pointing ahead",),
}  # fmt: skip
DIVERS = (
    "a diver",
    "a scuba diver",
    "a diver with {colour} fins",
    "a scuba diver in {colour} gear",
    "a lone diver swimming",
    "a diver and rising bubbles",
)


def _astronaut(rng):
    pose = str(
        rng.choice(["stand", "walk", "walk", "contrapposto", "kneel", "looking up", "shading the eyes", "pointing"])
    )
    height = 1.95 * (0.76 if pose == "kneel" else 1.0)
    heading = np.pi + float(rng.choice([-1, 1]) * rng.uniform(0.15, 1.3))
    return details(
        str(rng.choice(SUITED[pose])),
        suit="astronaut",
        look=astronaut.draw_look(rng),
        pose=pose,
        height=height,
        width=1.1,
        heading=heading,
        moves=0.8 if pose == "walk" else 0.0,
    )


def _diver(rng):
    colour = str(rng.choice(["yellow", "orange", "red", "blue", "yellow", "teal", "black"]))
    look = diver.draw_look(rng, colour, str(rng.choice(["man", "woman"])))
    heading = np.pi + float(rng.choice([-1, 1]) * rng.uniform(0.9, 2.2))
    words = str(rng.choice(DIVERS)).format(colour=colour)
    return details(
        words,
        suit="diver",
        look=look,
        pose=str(rng.choice(list(diver.SWIMS))),
        height=1.7,
        width=2.4,
        heading=heading,
        moves=0.7,
    )


def describe(rng, setting):
    if setting == "moon":
        return _astronaut(rng)
    if setting == "under water":
        return _diver(rng)
    fitting = [c for c in CHARACTERS if setting in c.settings]
    shares = np.array([c.share for c in fitting])
    who = fitting[int(rng.choice(len(fitting), p=shares / shares.sum()))]
    colour = str(rng.choice(who.colours))
    sex = who.sex or str(rng.choice(["man", "woman"]))
    words = str(rng.choice(who.words))
    look = _look(rng, who, words, colour, sex)
    pose, doing = who.poses[int(rng.integers(len(who.poses)))]
    sits = pose in ("sit", "sit forward")
    seat = str(rng.choice(seats.KINDS.get(setting, ("crate",)))) if sits else ""
    people_words = {"their": "his" if sex == "man" else "her", "child": "boy" if sex == "man" else "girl", "who": sex}
    words = f"{words} {doing}".strip().format(colour=colour, seat=seat, **people_words)
    words = words.replace(" a orange", " an orange").replace(" a olive", " an olive")
    carried = {name for name, _ in look.extras}
    height = look.figure.height * LOW_HEIGHTS.get(pose, 1.0) + (0.3 if pose == "arms raised" else 0.0)
    height += 0.42 if "umbrella" in carried else 0.75 if "balloon" in carried else 0.0
    width = 1.1 if "umbrella" in carried else 0.9 if seat or "walk" in pose else 0.75
    moves = 1.2 if "walk" in pose else 0.0
    return details(words, suit="", look=look, pose=pose, seat=seat, height=float(height), width=width, moves=moves)


def _look(rng, who: Character, words: str, colour: str, sex: str):
    """The clothes of a character, as the words have them; what is carried takes the colour if it has none."""
    for_extra = any(own == "" for _, own in who.extra)
    hard_hat = who.wardrobe == "worker"
    wardrobe = who.wardrobe
    if wardrobe == "child":
        wardrobe += " in a jacket" if "jacket" in words else " in a coat" if "coat" in words else ""
    look = wear(rng, wardrobe, None if for_extra or hard_hat else colour, sex)
    if "long" in words:
        look = replace(look, layers=tuple(_lengthened(layer) for layer in look.layers))
    if hard_hat:
        look = replace(look, hat_colour=tint(rng, colour))
    if who.hat is not None:
        dark = COLOURS["charcoal"] if who.hat in ("fedora", "flat cap") else look.hat_colour
        look = replace(look, hat=who.hat, hat_colour=look.layers[-1].colour if who.hat == "hood" else dark)
    if who.grey:
        look = replace(look, hair=(0.3, 0.29, 0.28), beard=float(rng.choice([0.0, 0.8])))
    for name, own in who.extra:
        if name == "umbrella":
            look = replace(look, hat="" if look.hat != "hood" else look.hat)
        look = look.with_extra(name, tint(rng, own or colour))
    return look


def _lengthened(layer):
    """A coat or a dress that reaches well below the knee."""
    return replace(layer, cut=tuple((k, max(v, 0.52) if k == "length" else v) for k, v in layer.cut))


def build(stage, what):
    look, pose = what["look"], what["pose"]
    if what["suit"] == "astronaut":
        return astronaut.add_astronaut(stage, figure.find_pose(stage.rng("pose"), pose), look, "subject")
    if what["suit"] == "diver":
        return diver.add_diver(stage, pose, look, "subject")
    person = figure.add_person(stage, look, pose, name="subject")
    return stage.group(person, seats.add(stage, what["seat"], look.figure.unit)) if what["seat"] else person


SUBJECT = Subject(
    name="person",
    settings=(*OPEN, *TOWN, "moon", "under water"),
    height=1.75,
    width=0.75,
    describe=describe,
    build=build,
    share=(0.25, 0.45),
    heading=(np.pi - 1.45, np.pi + 1.45),
    noun="backpacker|boy|child|diver|girl|hiker|keeper|astronaut|man|person|traveller|wanderer|worker|someone",
)
