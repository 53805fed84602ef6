"""What people wear: who they are, what garments in which colours, what is on their heads and in their hands."""

from dataclasses import dataclass, replace

import numpy as np

from images.world.people.skeleton import Figure

Colour = tuple[float, float, float]

SKIN = ((0.46, 0.27, 0.19), (0.52, 0.33, 0.24), (0.38, 0.21, 0.14), (0.24, 0.125, 0.08), (0.11, 0.055, 0.035),
    (0.42, 0.25, 0.16))  # fmt: skip
HAIR = ((0.012, 0.009, 0.008), (0.03, 0.018, 0.011), (0.06, 0.034, 0.018), (0.11, 0.06, 0.028), (0.24, 0.15, 0.07),
        (0.13, 0.045, 0.016), (0.27, 0.26, 0.25))  # fmt: skip
COLOURS = {
    "red": (0.36, 0.018, 0.016), "yellow": (0.6, 0.38, 0.02), "teal": (0.012, 0.15, 0.16),
        "orange": (0.54, 0.14, 0.015),
    "blue": (0.03, 0.09, 0.28), "green": (0.03, 0.12, 0.05), "white": (0.6, 0.58, 0.53),
        "crimson": (0.23, 0.008, 0.022),
    "mustard": (0.38, 0.21, 0.03), "black": (0.012, 0.012, 0.014), "grey": (0.15, 0.15, 0.155),
        "navy": (0.012, 0.018, 0.05),
    "beige": (0.36, 0.275, 0.18), "brown": (0.085, 0.045, 0.024), "pink": (0.5, 0.18, 0.2),
        "olive": (0.055, 0.055, 0.025),
    "charcoal": (0.03, 0.031, 0.035), "cream": (0.52, 0.47, 0.37), "denim": (0.03, 0.045, 0.09),
        "faded denim": (0.1, 0.14, 0.2),
    "camel": (0.3, 0.18, 0.085), "plum": (0.07, 0.015, 0.045), "turquoise": (0.03, 0.3, 0.32),
}  # fmt: skip
MUTED = ("grey", "navy", "brown", "olive", "charcoal", "black", "beige", "camel")
DARK = ("black", "charcoal", "navy", "grey", "brown")
VIVID = ("red", "yellow", "teal", "orange", "blue", "green", "white", "crimson", "mustard")
JEANS = ("denim", "faded denim", "black", "denim")


@dataclass(frozen=True)
class Layer:
    """A garment: the name of its pattern in `clothes.PATTERNS`, its colour, its stuff and how it is cut.

    opening: colours of what shows in front between the lapels, a shirt and a tie."""

    kind: str
    colour: Colour
    stuff: str = "wool"  # a name from `stuffs.STUFFS`
    cut: tuple[tuple[str, float], ...] = ()
    collar: str = ""  # a name from `collars.COLLARS`
    stripes: Colour | None = None
    belt: Colour | None = None
    opening: tuple[Colour, Colour] | None = None


@dataclass(frozen=True)
class Look:
    """One dressed person."""

    figure: Figure
    skin: Colour
    hair: Colour
    hair_style: str
    layers: tuple[Layer, ...] = ()
    shoes: Colour = (0.02, 0.016, 0.014)
    shoe: str = "shoe"  # "shoe", "boot", "high boot", "sneaker", "bare"
    gloves: Colour | None = None
    stockings: Colour | None = None
    beard: float = 0.0  # 0 shaved, 0.3 stubble, 0.8 full
    hat: str = ""
    hat_colour: Colour = (0.03, 0.03, 0.035)
    extras: tuple[tuple[str, Colour], ...] = ()  # backpack, scarf, umbrella, suitcase ...

    def with_extra(self, name: str, colour: Colour) -> "Look":
        return replace(self, extras=(*self.extras, (name, colour)))


def layer(
    kind: str, colour, stuff: str = "wool", collar: str = "", stripes=None, belt=None, opening=None, **cut
) -> Layer:
    return Layer(kind, tuple(colour), stuff, tuple(sorted(cut.items())), collar, stripes, belt, opening)


def pick(rng, choices):
    return choices[int(rng.integers(len(choices)))]


def tint(rng, names: tuple[str, ...] | str) -> Colour:
    """A colour by one of the names, a little lighter or darker and a little off, as dyes are."""
    colour = COLOURS[names if isinstance(names, str) else pick(rng, names)]
    return tuple(float(c) for c in np.array(colour) * np.exp(rng.normal(0, 0.13)) * np.exp(rng.normal(0, 0.04, 3)))


def somebody(rng, sex: str, child: bool = False) -> Look:
    """Somebody, undressed: build, skin and hair."""
    height = rng.uniform(1.08, 1.38) if child else rng.normal(1.65, 0.045) if sex == "woman" else rng.normal(1.77, 0.05)
    bulk = 1.0 if child else float(rng.uniform(0.93, 1.12))
    figure = Figure(float(np.clip(height, 1.0, 1.9)), sex, child, bulk)
    skin = pick(rng, SKIN)
    hair = pick(rng, HAIR[:2] if skin[0] < 0.3 else HAIR[:-1] if child else HAIR)
    styles = (
        ("long", "bob", "bun", "pony tail", "long", "plait", "bob")
        if sex == "woman"
        else ("short", "short", "cropped", "tousled")
    )
    beard = float(rng.choice([0.0, 0.0, 0.35, 0.8])) if sex == "man" and not child else 0.0
    return Look(figure, skin, hair, pick(rng, styles), beard=beard)


def wear(rng, wardrobe: str, colour: str | None = None, sex: str | None = None) -> Look:
    """Somebody in a wardrobe of that name; colour: a name from COLOURS for what catches the eye."""
    sex = sex or ("woman" if wardrobe in WOMEN else pick(rng, ("man", "woman")))
    look = somebody(rng, sex, wardrobe.startswith("child"))
    return WARDROBES[wardrobe](rng, look, tint(rng, colour) if colour else None)


def legs(rng, names=JEANS, stuff: str = "denim", **cut) -> Layer:
    return layer("trousers", tint(rng, names), stuff, **({"wide": float(rng.uniform(0.88, 1.06))} | cut))


def casual(rng, look, colour, kind: str = ""):
    kind = kind or pick(rng, ("sweater", "jacket", "shirt", "hoodie"))
    tone = colour or tint(rng, (*MUTED, "cream", "mustard", "teal", "crimson", "blue"))
    if kind == "sweater":
        upper = layer("sweater", tone, "knit", pick(rng, ("crew", "roll")))
    elif kind == "jacket":
        upper = layer(
            "jacket",
            tone,
            pick(rng, ("leather", "denim", "cotton")),
            "fold",
            opening=(tint(rng, ("white", "grey", "black")),) * 2,
        )
    elif kind == "hoodie":
        upper = layer("sweater", tone, "jersey", "high", loose=0.026)
    else:
        stripes = tint(rng, ("navy", "black")) if rng.random() < 0.4 and not colour else None
        upper = layer("shirt", tint(rng, "cream") if stripes else tone, "cotton", "fold", stripes)
    return replace(look, layers=(legs(rng), upper), shoes=tint(rng, (*DARK, "white")), shoe="sneaker")


def sweater(rng, look, colour):
    return casual(rng, look, colour, "sweater")


def suit(rng, look, colour):
    cloth = colour or tint(rng, ("charcoal", "navy", "black", "grey", "brown"))
    inside = (tint(rng, "white"), tint(rng, ("black", "crimson", "navy")))
    layers = (
        layer("trousers", cloth, "wool", wide=0.92),
        layer("jacket", cloth, "wool", "fold", opening=inside, hem=-0.17),
    )
    return replace(look, layers=layers)


def coat(rng, look, colour):
    """A wool overcoat or a belted trench coat."""
    trench = rng.random() < 0.35
    cloth = colour or tint(rng, ("beige", "camel", "charcoal") if trench else MUTED)
    long = layer("coat", cloth, "cotton" if trench else "wool", pick(rng, ("fold", "high")),
        length=float(rng.uniform(0.32, 0.56)),
                 belt=tuple(0.8 * np.array(cloth)) if trench else None,
                     opening=(tint(rng, (*DARK, "cream")),) * 2)  # fmt: skip
    look = replace(look, layers=(legs(rng, DARK, "wool", wide=0.92), long), shoe=pick(rng, ("shoe", "boot")))
    return look.with_extra("scarf", tint(rng, (*MUTED, "crimson", "mustard", "cream"))) if rng.random() < 0.35 else look


def raincoat(rng, look, colour):
    cloth = colour or tint(rng, "yellow")
    layers = (
        legs(rng, (*DARK, "denim")),
        layer("coat", cloth, "oilskin", length=float(rng.uniform(0.24, 0.42)), flare=0.15),
    )
    boots = tint(rng, ("black", "green", "navy"))
    return replace(
        look, layers=layers, shoe="boot", shoes=boots, hat=pick(rng, ("hood", "hood", "sou'wester")), hat_colour=cloth
    )


def hiker(rng, look, colour):
    shell = layer(
        "jacket",
        colour or tint(rng, ("red", "teal", "orange", "blue", "mustard", "green")),
        pick(rng, ("nylon", "nylon", "down")),
        "stand",
        loose=0.028,
    )
    look = replace(
        look,
        layers=(legs(rng, MUTED, "cotton"), shell),
        shoe="boot",
        shoes=tint(rng, "brown"),
        hat=pick(rng, ("beanie", "", "cap", "hood")),
        hat_colour=tint(rng, (*DARK, "red", "teal")),
    )
    look = replace(look, hat_colour=shell.colour) if look.hat == "hood" else look
    return look.with_extra("backpack", tint(rng, ("orange", "teal", "green", "charcoal", "red", "blue")))


def parka(rng, look, colour):
    cloth = colour or tint(rng, ("red", "navy", "mustard", "olive", "orange", "black"))
    shell = layer("parka", cloth, pick(rng, ("down", "nylon", "cotton")), "high")
    hat = pick(rng, ("hood", "beanie", "bobble hat"))
    look = replace(look, layers=(legs(rng, DARK, "cotton"), shell), shoe="boot", gloves=tint(rng, DARK), hat=hat)
    return replace(look, hat_colour=cloth if hat == "hood" else tint(rng, MUTED + VIVID))


def dress(rng, look, colour):
    cloth = colour or tint(rng, ("red", "teal", "blue", "white", "mustard", "green", "crimson", "black"))
    sleeve = float(rng.choice([0.0, 0.25, 0.25, 1.0]))
    long = layer("dress", cloth, "silk", length=float(rng.uniform(0.36, 0.66)), sleeve=sleeve)
    return replace(look, layers=(long,), shoes=tint(rng, (*DARK, "cream")), shoe=pick(rng, ("shoe", "high boot")))


def skirt(rng, look, colour):
    upper = pick(
        rng,
        (
            layer("sweater", colour or tint(rng, (*MUTED, "cream", "mustard")), "knit", "roll"),
            layer("jacket", colour or tint(rng, MUTED), "wool", "fold", hem=-0.08),
        ),
    )
    layers = (
        layer("skirt", tint(rng, (*MUTED, "plum", "crimson")), "wool", length=float(rng.uniform(0.4, 0.56))),
        upper,
    )
    return replace(look, layers=layers, shoe="high boot", stockings=tint(rng, DARK))


def worker(rng, look, colour):
    cloth = colour or tint(rng, ("navy", "orange", "olive", "grey"))
    layers = (layer("trousers", cloth, "canvas", wide=1.12), layer("jacket", cloth, "canvas", "stand"))
    if rng.random() < 0.55:
        layers += (layer("vest", tint(rng, ("orange", "yellow")), "nylon", stripes=(0.5, 0.5, 0.48)),)
    return replace(
        look,
        layers=layers,
        shoe="boot",
        shoes=tint(rng, "brown"),
        hat="hard hat",
        hat_colour=tint(rng, ("yellow", "white", "orange", "blue")),
    )


def summer(rng, look, colour):
    upper = layer(
        "shirt", colour or tint(rng, ("white", "cream", "blue", "pink", "turquoise")), "cotton", "crew", sleeve=0.36
    )
    look = replace(
        look,
        layers=(legs(rng, (*JEANS, "beige"), "cotton"), upper),
        shoe="sneaker",
        shoes=tint(rng, ("white", "brown", "black")),
    )
    return replace(look, hat="straw hat") if rng.random() < 0.35 else look


CHILDREN = {  # pattern, stuff, collar
    "jacket": (("jacket", "nylon", "stand"), ("jacket", "down", "stand")),
    "coat": (("coat", "wool", "fold"),),
    "": (
        ("jacket", "nylon", "stand"),
        ("sweater", "knit", "crew"),
        ("coat", "wool", "fold"),
        ("jacket", "down", "stand"),
    ),
}


def child(rng, look, colour, kind: str = ""):
    pattern, stuff, collar = pick(rng, CHILDREN[kind])
    cut = {"length": 0.24, "flare": 0.1} if pattern == "coat" else {}
    upper = layer(pattern, colour or tint(rng, VIVID), stuff, collar, **cut)
    look = replace(
        look, layers=(legs(rng, JEANS + MUTED), upper), shoe="sneaker", shoes=tint(rng, (*DARK, "white", "red"))
    )
    return replace(look, hat=pick(rng, ("", "beanie", "", "bobble hat")), hat_colour=tint(rng, VIVID))


def child_in_a_jacket(rng, look, colour):
    return child(rng, look, colour, "jacket")


def child_in_a_coat(rng, look, colour):
    return child(rng, look, colour, "coat")


def child_in_a_raincoat(rng, look, colour):
    return replace(raincoat(rng, look, colour), hat="hood")


WARDROBES = {
    "casual": casual, "sweater": sweater, "suit": suit, "coat": coat, "raincoat": raincoat, "hiker": hiker,
    "parka": parka, "dress": dress, "skirt": skirt, "worker": worker, "summer": summer, "child": child,
    "child in a jacket": child_in_a_jacket, "child in a coat": child_in_a_coat,
    "child in a raincoat": child_in_a_raincoat,
}  # fmt: skip
WOMEN = ("dress", "skirt")
