"""What people wear: who they are, what garments in which colours, what is on their heads and in their hands."""

from dataclasses import dataclass, replace

import numpy as np

from images.world.skeleton import Figure

Colour = tuple[float, float, float]

SKIN = ((0.46, 0.27, 0.19), (0.52, 0.33, 0.24), (0.38, 0.21, 0.14), (0.24, 0.125, 0.08), (0.11, 0.055, 0.035), (0.42, 0.25, 0.16))
HAIR = ((0.012, 0.009, 0.008), (0.03, 0.018, 0.011), (0.06, 0.034, 0.018), (0.11, 0.06, 0.028), (0.24, 0.15, 0.07), (0.13, 0.045, 0.016), (0.27, 0.26, 0.25))
MUTED = ((0.035, 0.04, 0.05), (0.06, 0.055, 0.05), (0.1, 0.085, 0.065), (0.045, 0.05, 0.035), (0.02, 0.026, 0.045), (0.13, 0.12, 0.11), (0.075, 0.045, 0.03), (0.018, 0.018, 0.02))
DARK = ((0.012, 0.013, 0.018), (0.02, 0.02, 0.022), (0.018, 0.022, 0.035), (0.035, 0.028, 0.022), (0.045, 0.045, 0.048))
DENIM = ((0.022, 0.034, 0.075), (0.04, 0.06, 0.11), (0.012, 0.017, 0.035), (0.09, 0.12, 0.17))
PALE = ((0.42, 0.4, 0.36), (0.5, 0.47, 0.4), (0.32, 0.28, 0.21), (0.36, 0.38, 0.4))
ACCENT = {
    "red": (0.38, 0.018, 0.016), "yellow": (0.62, 0.4, 0.02), "teal": (0.012, 0.17, 0.18), "orange": (0.56, 0.15, 0.015),
    "blue": (0.025, 0.085, 0.3), "green": (0.03, 0.13, 0.055), "white": (0.6, 0.58, 0.53), "crimson": (0.24, 0.008, 0.022),
    "mustard": (0.4, 0.22, 0.03), "black": (0.012, 0.012, 0.014), "grey": (0.15, 0.15, 0.155), "navy": (0.012, 0.018, 0.05),
    "beige": (0.38, 0.29, 0.19), "brown": (0.085, 0.045, 0.024), "pink": (0.52, 0.18, 0.2),
}  # fmt: skip


@dataclass(frozen=True)
class Layer:
    """A garment: the name of its pattern in `clothes.PATTERNS`, its colour, its stuff and how it is cut."""

    kind: str
    colour: Colour
    stuff: str = "wool"  # a name from `stuffs.STUFFS`
    cut: tuple[tuple[str, float], ...] = ()
    collar: str = ""  # a name from `collars.COLLARS`
    stripes: Colour | None = None
    belt: Colour | None = None


@dataclass(frozen=True)
class Look:
    """One dressed person."""

    figure: Figure
    skin: Colour
    hair: Colour
    hair_style: str
    layers: tuple[Layer, ...]
    shoes: Colour = (0.02, 0.016, 0.014)
    shoe: str = "shoe"  # "shoe", "boot", "sneaker", "bare"
    gloves: Colour | None = None
    stockings: Colour | None = None
    beard: float = 0.0  # 0 shaved, 0.3 stubble, 0.8 full
    hat: str = ""
    hat_colour: Colour = (0.03, 0.03, 0.035)
    extras: tuple[tuple[str, Colour], ...] = ()  # backpack, scarf, umbrella, suitcase ...


def layer(kind: str, colour, stuff: str = "wool", collar: str = "", stripes=None, belt=None, **cut) -> Layer:
    return Layer(kind, tuple(colour), stuff, tuple(sorted(cut.items())), collar, stripes, belt)


def pick(rng, choices):
    return choices[int(rng.integers(len(choices)))]


def person(rng, sex: str, child: bool = False) -> Look:
    """Somebody, undressed: build, skin and hair."""
    height = rng.uniform(1.08, 1.38) if child else rng.normal(1.65, 0.045) if sex == "woman" else rng.normal(1.77, 0.05)
    figure = Figure(float(np.clip(height, 1.0, 1.9)), sex, child, float(rng.uniform(0.92, 1.12)) if not child else 1.0)
    skin = pick(rng, SKIN)
    hair = pick(rng, HAIR[:2] if skin[0] < 0.3 else HAIR[:-1] if child else HAIR)
    styles = ("long", "bob", "bun", "pony tail", "long", "plait") if sex == "woman" else ("short", "short", "cropped", "tousled")
    return Look(figure, skin, hair, pick(rng, styles), ())


def wear(rng, wardrobe: str, colour: str | None = None, sex: str | None = None) -> Look:
    """Somebody in a wardrobe of that name; colour: a name from ACCENT for what catches the eye."""
    sex = sex or WARDROBE_SEX.get(wardrobe) or pick(rng, ("man", "woman"))
    child = wardrobe.startswith("child")
    look = person(rng, sex, child)
    return WARDROBES[wardrobe](rng, look, ACCENT[colour] if colour else None)


def _casual(rng, look, accent):
    top = pick(rng, ("shirt", "sweater", "jacket"))
    layers = (layer("trousers", pick(rng, DENIM + MUTED), "denim"), layer(top, accent or pick(rng, MUTED + PALE), "wool" if top != "shirt" else "cotton"))
    return replace(look, layers=layers, shoes=pick(rng, DARK), shoe="sneaker")


def _suit(rng, look, accent):
    cloth = accent or pick(rng, DARK)
    return replace(look, layers=(layer("trousers", cloth, "wool", wide=0.95), layer("jacket", cloth, "wool")))


def _coat(rng, look, accent):
    cloth = accent or pick(rng, MUTED)
    layers = (layer("trousers", pick(rng, DARK), "wool", wide=0.95), layer("coat", cloth, "wool", length=float(rng.uniform(0.34, 0.58))))
    extras = (("scarf", pick(rng, MUTED)),) if rng.random() < 0.35 else ()
    return replace(look, layers=layers, extras=extras, shoe=pick(rng, ("shoe", "boot")))


def _raincoat(rng, look, accent):
    cloth = accent or ACCENT["yellow"]
    layers = (layer("trousers", pick(rng, DARK + DENIM), "denim"), layer("coat", cloth, "oilskin", length=float(rng.uniform(0.26, 0.44))))
    return replace(look, layers=layers, shoe="boot", shoes=(0.015, 0.02, 0.018), hat=pick(rng, ("hood", "hood", "sou'wester")), hat_colour=cloth)


def _hiker(rng, look, accent):
    layers = (layer("trousers", pick(rng, MUTED), "cotton"), layer("jacket", accent or pick(rng, (ACCENT["red"], ACCENT["teal"], ACCENT["orange"], ACCENT["blue"])), "nylon"))
    pack = pick(rng, (ACCENT["orange"], ACCENT["teal"], ACCENT["green"], (0.03, 0.035, 0.04), ACCENT["red"]))
    return replace(look, layers=layers, shoe="boot", shoes=(0.05, 0.03, 0.02), hat=pick(rng, ("beanie", "", "cap", "hood")), hat_colour=pick(rng, MUTED), extras=(("backpack", pack),))


def _parka(rng, look, accent):
    cloth = accent or pick(rng, (ACCENT["red"], ACCENT["navy"], ACCENT["mustard"], (0.06, 0.07, 0.045)))
    layers = (layer("trousers", pick(rng, DARK), "wool"), layer("parka", cloth, "nylon"))
    return replace(look, layers=layers, shoe="boot", hat=pick(rng, ("hood", "beanie", "beanie")), hat_colour=cloth, gloves=(0.02, 0.02, 0.022))


def _dress(rng, look, accent):
    cloth = accent or pick(rng, (ACCENT["red"], ACCENT["teal"], ACCENT["blue"], ACCENT["white"], ACCENT["mustard"]))
    layers = (layer("dress", cloth, "silk", length=float(rng.uniform(0.38, 0.72))),)
    return replace(look, layers=layers, shoe="shoe", shoes=pick(rng, DARK + PALE))


def _skirt(rng, look, accent):
    layers = (layer("skirt", pick(rng, MUTED), "wool", length=0.5), layer(pick(rng, ("sweater", "jacket")), accent or pick(rng, MUTED + PALE)))
    return replace(look, layers=layers, shoe="boot")


def _worker(rng, look, accent):
    layers = (layer("trousers", accent or pick(rng, (ACCENT["navy"], ACCENT["orange"], (0.09, 0.08, 0.06))), "cotton", wide=1.15), layer("jacket", accent or pick(rng, (ACCENT["orange"], ACCENT["navy"], (0.09, 0.08, 0.06))), "cotton"))
    return replace(look, layers=layers, shoe="boot", hat="hard hat", hat_colour=pick(rng, (ACCENT["yellow"], ACCENT["white"], ACCENT["orange"])), extras=(("vest", (0.55, 0.6, 0.02)),) if rng.random() < 0.4 else ())


def _child(rng, look, accent):
    cloth = accent or pick(rng, (ACCENT["red"], ACCENT["yellow"], ACCENT["blue"], ACCENT["orange"]))
    layers = (layer("trousers", pick(rng, DENIM + MUTED), "denim"), layer(pick(rng, ("jacket", "sweater")), cloth))
    return replace(look, layers=layers, shoe="sneaker", shoes=pick(rng, PALE + DARK), hat=pick(rng, ("", "beanie", "")), hat_colour=pick(rng, tuple(ACCENT.values())))


def _child_raincoat(rng, look, accent):
    return replace(_raincoat(rng, look, accent), hat="hood")


def _summer(rng, look, accent):
    layers = (layer("trousers", pick(rng, DENIM + PALE), "cotton"), layer("shirt", accent or pick(rng, PALE + (ACCENT["white"],)), "cotton", sleeve=0.32))
    return replace(look, layers=layers, shoe="sneaker", shoes=pick(rng, PALE + DARK))


WARDROBES = {
    "casual": _casual, "suit": _suit, "coat": _coat, "raincoat": _raincoat, "hiker": _hiker, "parka": _parka, "dress": _dress,
    "skirt": _skirt, "worker": _worker, "child": _child, "child in a raincoat": _child_raincoat, "summer": _summer,
}  # fmt: skip
WARDROBE_SEX = {"dress": "woman", "skirt": "woman"}
