"""Buildings of a city: facades, shops, roofs and signs put together.

house = add_building(stage, draw_plan(rng, 14.0), fine=0.6)   # its left front corner at the origin, its face to -y
stage.place(house, (x, y, 0), heading)
"""

import numpy as np

from images.world import finishes, materials
from images.world.facades import Plan, draw_plan, upper_floors
from images.world.ironwork import balconies, fire_escape, pipes
from images.world.materials import Surface
from images.world.pile import Pile
from images.world.rooftops import clutter
from images.world.shopfronts import ground_floor
from images.world.signs import shop_signs

__all__ = ["add_building", "draw_plan", "trims", "wall_material"]

BRICKS = ((0.17, 0.062, 0.042), (0.11, 0.052, 0.038), (0.22, 0.13, 0.085), (0.13, 0.09, 0.07), (0.24, 0.19, 0.14))
PLASTERS = ((0.42, 0.30, 0.16), (0.46, 0.41, 0.31), (0.36, 0.20, 0.14), (0.30, 0.33, 0.28), (0.40, 0.34, 0.30), (0.24, 0.28, 0.31))
STONES = ((0.34, 0.30, 0.24), (0.26, 0.24, 0.21), (0.38, 0.33, 0.25), (0.20, 0.17, 0.15))
CONCRETES = ((0.27, 0.26, 0.245), (0.22, 0.215, 0.21), (0.31, 0.285, 0.25))
FRAMES = ((0.5, 0.49, 0.45), (0.05, 0.08, 0.06), (0.02, 0.022, 0.025), (0.16, 0.05, 0.04), (0.09, 0.06, 0.04))
PAINTWORK = ((0.03, 0.09, 0.06), (0.12, 0.02, 0.022), (0.02, 0.04, 0.09), (0.35, 0.28, 0.16), (0.025, 0.025, 0.027), (0.05, 0.14, 0.15), (0.3, 0.1, 0.03))
CLOTHS = ((0.38, 0.03, 0.03), (0.03, 0.14, 0.09), (0.03, 0.07, 0.22), (0.5, 0.3, 0.05))


def add_building(stage, plan: Plan, fine: float, lit: float = 0.4, roof: bool = True):
    """One building. fine: 0 far off to 1 close up; lit: share of its windows that are lit when lamps burn."""
    rng = np.random.default_rng(plan.seed)
    pile = Pile()
    upper_floors(plan, pile, np.random.default_rng(plan.seed + 1), fine)
    extras = ground_floor(plan, pile, np.random.default_rng(plan.seed + 2), fine)
    if plan.escape and plan.floors > 1 and fine > 0.04:
        fire_escape(plan, pile, np.random.default_rng(plan.seed + 3), fine)
    if plan.balconies and fine > 0.04:
        balconies(plan, pile, np.random.default_rng(plan.seed + 4), fine)
    if fine > 0.06:
        pipes(plan, pile, np.random.default_rng(plan.seed + 5))
    if roof and fine > 0.03:
        clutter(pile, np.random.default_rng(plan.seed + 6), 0.5, plan.width - 0.5, 1.5, plan.depth - 0.5, plan.top, fine)
    made = pile.emit(stage, trims(stage, plan, lit), smooth=("stave",), bevels={"trim": 0.012} if fine > 0.5 else None)
    made += shop_signs(stage, plan, extras, np.random.default_rng(plan.seed + 7), fine)
    del rng
    return stage.group(*made)


def wall_material(stage, style: str, number: int):
    """What a style's walls are made of."""
    wet = 0.5 * stage.light.wet
    if style == "brick":
        colour = BRICKS[number % len(BRICKS)]
        surface = Surface(colour, 0.88, 0.45, 2.2, 0.004, 0.03, own_space=False, stretch=(1, 1, 0.35), wear=tuple(0.55 * c for c in colour), wet=wet)
        mortar = (0.2, 0.18, 0.155) if number % 2 else (0.10, 0.09, 0.08)
        return stage.once(("bricks", number % len(BRICKS), number % 2, wet), lambda: materials.bricks(colour, mortar, 0.225, 0.075, surface))
    colours, stain = {
        "plaster": (PLASTERS, (0.12, 0.10, 0.08)),
        "stone": (STONES, (0.055, 0.05, 0.045)),
        "concrete": (CONCRETES, (0.06, 0.055, 0.05)),
        "glass": (((0.03, 0.034, 0.04),), (0.02, 0.02, 0.02)),
    }[style]
    colour = colours[number % len(colours)]
    surface = Surface(colour, 0.85, 0.4, 1.6, 0.008, 0.05, own_space=False, stretch=(1, 1, 0.22), wear=stain, wet=wet)
    if style == "stone":
        return stage.once(("ashlar", colour, wet), lambda: materials.bricks(colour, tuple(0.35 * c for c in colour), 0.9, 0.42, surface))
    return stage.material(surface)


def trims(stage, plan: Plan, lit: float) -> dict:
    """The materials of a building's parts by their names in the pile."""
    n = plan.colour
    wall = wall_material(stage, plan.style, n)
    burn = stage.light.lamps
    paint = PAINTWORK[n % len(PAINTWORK)]
    second = PAINTWORK[n // 7 % len(PAINTWORK)]
    pale = tuple(1.15 * c for c in STONES[n // 2 % 3]) if plan.style != "concrete" else CONCRETES[n % 3]
    stone = stage.surface(pale, 0.8, variation=0.35, grain=0.7, relief=0.004, relief_size=0.04, wear=(0.07, 0.06, 0.05), stretch=(1, 1, 0.4), own_space=False)
    base = stone if plan.style in ("brick", "stone") else wall
    if plan.style == "plaster" and n % 2:
        base = wall_material(stage, "stone", n)
    strength = 1.6 * burn
    surface = lambda colour, rough=0.5, **more: stage.surface(colour, rough, **more)  # noqa: E731
    iron = surface((0.022, 0.022, 0.024), 0.55, variation=0.4, grain=0.4, wear=(0.09, 0.035, 0.015))
    goods = [(0.5, 0.06, 0.04), (0.06, 0.2, 0.3), (0.55, 0.42, 0.12), (0.5, 0.48, 0.42), (0.05, 0.22, 0.09)]
    turn = n % len(goods)
    return {
        "wall": wall,
        "body": wall,
        "trim": stone,
        "base": base,
        "cornice": iron if n % 3 == 0 and plan.style == "brick" else stone,
        "frame": surface(FRAMES[n % len(FRAMES)], 0.45, variation=0.3, grain=0.4, wear=(0.12, 0.1, 0.08)),
        "pane": stage.once(("panes", round(lit, 2), strength), lambda: finishes.panes(lit, strength)),
        "shutter": surface(second, 0.6, variation=0.35, grain=0.5, wear=(0.2, 0.17, 0.14), own_space=False),
        "iron": iron,
        "tin": surface((0.22, 0.22, 0.215), 0.45, variation=0.4, grain=0.6, metal=0.4, wear=(0.1, 0.055, 0.03), own_space=False),
        "pot": surface((0.20, 0.075, 0.04), 0.8, variation=0.3, grain=0.3),
        "stack": wall_material(stage, "brick", n + 1),
        "leaf": surface((0.045, 0.075, 0.02), 0.7, variation=0.5, grain=0.1, translucency=0.3),
        "rubber": surface((0.012, 0.012, 0.012), 0.6),
        "fascia": surface(paint, 0.35, variation=0.2, grain=0.8, coat=0.3, own_space=False),
        "shopframe": surface(second, 0.35, variation=0.2, grain=0.4, coat=0.4, own_space=False),
        "stall": surface(tuple(0.8 * c for c in paint), 0.3, variation=0.3, grain=0.3, coat=0.5, own_space=False),
        "door": surface(second, 0.35, variation=0.25, grain=0.4, coat=0.3, own_space=False),
        "brass": stage.once("brass", lambda: finishes.metal((0.65, 0.43, 0.16), 0.2, 0.3)),
        "shopglass": stage.once("shop glass", lambda: finishes.thin_glass((0.9, 0.93, 0.92), 0.03)),
        "room": surface(((0.5, 0.45, 0.36), (0.36, 0.42, 0.38), (0.48, 0.38, 0.3))[n % 3], 0.8, variation=0.2, grain=1.5, own_space=False),
        "floor": surface((0.14, 0.11, 0.08), 0.4, variation=0.3),
        "shelf": surface((0.12, 0.07, 0.035), 0.5, variation=0.3, grain=0.4, own_space=False),
        "tubes": stage.lit(((1.0, 0.8, 0.5), (0.85, 1.0, 0.9), (1.0, 0.62, 0.3))[n % 3], 11),
        "paper": surface((0.55, 0.5, 0.38), 0.8, variation=0.5, grain=0.25, second=(0.4, 0.1, 0.06), own_space=False),
        "awning a": surface(CLOTHS[n % 4], 0.85, variation=0.25, grain=0.5, translucency=0.25, own_space=False),
        "awning b": surface(CLOTHS[n // 4 % 4], 0.85, variation=0.25, grain=0.5, translucency=0.25, own_space=False),
        "awning c": surface((0.5, 0.46, 0.38), 0.85, variation=0.3, grain=0.5, translucency=0.25, own_space=False),
        "stave": surface((0.10, 0.065, 0.04), 0.85, variation=0.5, grain=0.5, relief=0.01, relief_size=0.08, stretch=(1, 1, 0.06), wear=(0.03, 0.025, 0.02)),
        "bulb": stage.lit((1.0, 0.75, 0.4), 30),
        "skyglass": stage.window((0.9, 0.85, 0.6), 1.2),
        **{f"goods {letter}": surface(goods[(i + turn) % 5], 0.4, variation=0.3, grain=0.1, own_space=False) for i, letter in enumerate("abcde")},
    }  # fmt: skip
