"""Buildings of a city: facades, shops, roofs and signs put together.

house = add_building(stage, draw_plan(rng, 14.0), fine=0.6)   # its left front corner at the origin, its face to -y
stage.place(house, (x, y, 0), heading)
"""

import numpy as np

from images.world.modelling.pile import Pile
from images.world.streets.facades import Plan, draw_plan, upper_floors
from images.world.streets.ironwork import balconies, fire_escape, pipes
from images.world.streets.rooftops import clutter
from images.world.streets.shopfronts import ground_floor
from images.world.streets.signs import shop_signs
from images.world.streets.trims import Trims, wall_material

__all__ = ["Trims", "add_building", "draw_plan", "wall_material"]


def add_building(stage, plan: Plan, fine: float, lit: float = 0.4, roof: bool = True):
    """One building. fine: 0 far off to 1 close up; lit: share of its windows that are lit when lamps burn."""
    pile = Pile()
    if fine <= 0:  # out of the picture: what keeps the sky's light out
        pile.box("wall", (0, plan.width, 0, plan.depth, 0, plan.top))
        return stage.group(*pile.emit(stage, Trims(stage, plan, lit)))
    upper_floors(plan, pile, np.random.default_rng(plan.seed + 1), fine)
    extras = ground_floor(plan, pile, np.random.default_rng(plan.seed + 2), fine)
    if plan.escape and plan.floors > 1 and fine > 0.04:
        fire_escape(plan, pile, np.random.default_rng(plan.seed + 3), fine)
    if plan.balconies and fine > 0.04:
        balconies(plan, pile, np.random.default_rng(plan.seed + 4), fine)
    if fine > 0.06:
        pipes(plan, pile, np.random.default_rng(plan.seed + 5))
    if roof and fine > 0.03:
        clutter(
            pile, np.random.default_rng(plan.seed + 6), 0.5, plan.width - 0.5, 1.5, plan.depth - 0.5, plan.top, fine
        )
    made = pile.emit(stage, Trims(stage, plan, lit), bevels={"trim": 0.012} if fine > 0.5 else None)
    made += shop_signs(stage, plan, extras, np.random.default_rng(plan.seed + 7), fine)
    return stage.group(*made)
