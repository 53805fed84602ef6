"""What the parts of buildings are made of: walls by style, and all small parts in few materials whose colour lies on
the
vertices."""

from images.world import finishes, materials
from images.world.materials import Surface
from images.world.streets.facades import Plan

BRICKS = ((0.17, 0.062, 0.042), (0.11, 0.052, 0.038), (0.22, 0.13, 0.085), (0.13, 0.09, 0.07), (0.24, 0.19, 0.14))
PLASTERS = (
    (0.42, 0.30, 0.16),
    (0.46, 0.41, 0.31),
    (0.36, 0.20, 0.14),
    (0.30, 0.33, 0.28),
    (0.40, 0.34, 0.30),
    (0.24, 0.28, 0.31),
)
STONES = ((0.34, 0.30, 0.24), (0.26, 0.24, 0.21), (0.38, 0.33, 0.25), (0.20, 0.17, 0.15))
CONCRETES = ((0.27, 0.26, 0.245), (0.22, 0.215, 0.21), (0.31, 0.285, 0.25))
FRAMES = ((0.5, 0.49, 0.45), (0.05, 0.08, 0.06), (0.02, 0.022, 0.025), (0.16, 0.05, 0.04), (0.09, 0.06, 0.04))
PAINTWORK = (
    (0.03, 0.09, 0.06),
    (0.12, 0.02, 0.022),
    (0.02, 0.04, 0.09),
    (0.35, 0.28, 0.16),
    (0.025, 0.025, 0.027),
    (0.05, 0.14, 0.15),
    (0.3, 0.1, 0.03),
)
CLOTHS = ((0.38, 0.03, 0.03), (0.03, 0.14, 0.09), (0.03, 0.07, 0.22), (0.5, 0.3, 0.05))
IRON, TIN, BRASS = (0.022, 0.022, 0.024), (0.22, 0.22, 0.215), (0.5, 0.33, 0.12)
GOODS = ((0.5, 0.06, 0.04), (0.06, 0.2, 0.3), (0.55, 0.42, 0.12), (0.5, 0.48, 0.42), (0.05, 0.22, 0.09))
ROOMS = ((0.5, 0.45, 0.36), (0.36, 0.42, 0.38), (0.48, 0.38, 0.3))
TUBES = ((1.0, 0.8, 0.5), (0.85, 1.0, 0.9), (1.0, 0.62, 0.3))


def wall_material(stage, style: str, number: int):
    """What a style's walls are made of."""
    wet = 0.5 * stage.light.wet
    if style == "brick":
        colour = BRICKS[number % len(BRICKS)]
        surface = Surface(
            colour,
            0.88,
            0.45,
            2.2,
            0.004,
            0.03,
            own_space=False,
            stretch=(1, 1, 0.35),
            wear=tuple(0.55 * c for c in colour),
            wet=wet,
        )
        mortar = (0.2, 0.18, 0.155) if number % 2 else (0.10, 0.09, 0.08)
        return stage.once(
            ("bricks", number % len(BRICKS), number % 2, wet),
            lambda: materials.bricks(colour, mortar, 0.225, 0.075, surface),
        )
    colours, stain = {
        "plaster": (PLASTERS, (0.12, 0.10, 0.08)),
        "stone": (STONES, (0.055, 0.05, 0.045)),
        "concrete": (CONCRETES, (0.06, 0.055, 0.05)),
        "glass": (((0.03, 0.034, 0.04),), (0.02, 0.02, 0.02)),
    }[style]
    colour = colours[number % len(colours)]
    surface = Surface(colour, 0.85, 0.4, 1.6, 0.008, 0.05, own_space=False, stretch=(1, 1, 0.22), wear=stain, wet=wet)
    if style == "stone":
        return stage.once(
            ("ashlar", colour, wet),
            lambda: materials.bricks(colour, tuple(0.35 * c for c in colour), 0.9, 0.42, surface),
        )
    return stage.material(surface)


class Trims:
    """The materials of a building's parts by their names in a pile: `of(name)` gives the material and, where it takes
    its colour from the vertices, the colour."""

    def __init__(self, stage, plan: Plan, lit: float):
        self.stage, self.plan, self.lit = stage, plan, lit
        n = plan.colour
        paint, second = PAINTWORK[n % len(PAINTWORK)], PAINTWORK[n // 7 % len(PAINTWORK)]
        self.painted = {
            "frame": FRAMES[n % len(FRAMES)],
            "shutter": second,
            "iron": IRON,
            "tin": TIN,
            "rubber": (0.012, 0.012, 0.012),
            "fascia": paint,
            "shopframe": second,
            "stall": tuple(0.8 * c for c in paint),
            "door": second,
            "brass": BRASS,
            "floor": (0.14, 0.11, 0.08),
            "shelf": (0.12, 0.07, 0.035),
        }
        self.matt = {
            "room": ROOMS[n % 3],
            "paper": (0.5, 0.45, 0.33),
            "awning a": CLOTHS[n % 4],
            "awning b": CLOTHS[n // 4 % 4],
            "awning c": (0.5, 0.46, 0.38),
            "leaf": (0.045, 0.075, 0.02),
            "pot": (0.2, 0.075, 0.04),
            "stave": (0.10, 0.065, 0.04),
        }
        for i, letter in enumerate("abcde"):
            self.matt[f"goods {letter}"] = GOODS[(i + n) % 5]

    def of(self, name: str):
        stage, plan = self.stage, self.plan
        if name in self.painted:
            return stage.material(PAINTED), self.painted[name]
        if name in self.matt:
            return stage.material(MATT), self.matt[name]
        return getattr(self, "_" + name)(stage, plan), None

    def _wall(self, stage, plan):
        return wall_material(stage, plan.style, plan.colour)

    _body = _wall

    def _trim(self, stage, plan):
        pale = (
            tuple(1.15 * c for c in STONES[plan.colour // 2 % 3])
            if plan.style != "concrete"
            else CONCRETES[plan.colour % 3]
        )
        return stage.material(
            Surface(pale, 0.8, 0.35, 0.7, 0.004, 0.04, wear=(0.07, 0.06, 0.05), stretch=(1, 1, 0.4), own_space=False)
        )

    def _base(self, stage, plan):
        if plan.style in ("brick", "stone"):
            return self._trim(stage, plan)
        return (
            wall_material(stage, "stone", plan.colour)
            if plan.style == "plaster" and plan.colour % 2
            else self._wall(stage, plan)
        )

    def _cornice(self, stage, plan):
        if plan.colour % 3 == 0 and plan.style == "brick":
            return stage.surface(IRON, 0.55, variation=0.4, grain=0.4, wear=(0.09, 0.035, 0.015))
        return self._trim(stage, plan)

    def _stack(self, stage, plan):
        return wall_material(stage, "brick", plan.colour + 1)

    def _pane(self, stage, plan):
        strength = 1.6 * stage.light.lamps
        return stage.once(("panes", round(self.lit, 2), strength), lambda: finishes.panes(self.lit, strength))

    def _shopglass(self, stage, plan):
        return stage.once("shop glass", lambda: finishes.thin_glass((0.9, 0.93, 0.92), 0.03))

    def _tubes(self, stage, plan):
        return finishes.lamp_glass(stage, TUBES[plan.colour % 3], 11)

    def _bulb(self, stage, plan):
        return finishes.lamp_glass(stage, (1.0, 0.75, 0.4), 30)

    def _skyglass(self, stage, plan):
        return stage.window((0.9, 0.85, 0.6), 1.2)


PAINTED = Surface(
    roughness=0.42, variation=0.35, grain=0.5, coat=0.2, wear=(0.10, 0.06, 0.04), attribute=True, own_space=False
)
MATT = Surface(
    roughness=0.85,
    variation=0.35,
    grain=0.4,
    wear=(0.06, 0.05, 0.04),
    attribute=True,
    own_space=False,
    translucency=0.15,
)
