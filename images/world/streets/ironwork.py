"""Fire escapes, balconies, railings and what else is of iron on a facade; see `facades` for the axes."""

import itertools

import numpy as np

from images.world.geometry import tube
from images.world.modelling.pile import Pile
from images.world.streets.facades import Plan, bay_centres, sill_height

BAR = 0.011  # half a rail's thickness


def railing(pile: Pile, name: str, x0: float, x1: float, y: float, z: float, height: float, fine: float) -> None:
    """A railing along x."""
    pile.box(
        name,
        (x0, x1, y - 0.02, y + 0.02, z + height - 0.035, z + height),
        (x0, x1, y - BAR, y + BAR, z + 0.08, z + 0.1),
    )
    gap = 0.12 if fine > 0.2 else 0.3
    x = np.linspace(x0, x1, max(2, round((x1 - x0) / gap) + 1))
    pile.rows(name, np.c_[x - BAR, x + BAR, np.tile((y - BAR, y + BAR, z, z + height - 0.03), (len(x), 1))])


def end_railing(pile: Pile, name: str, x: float, y0: float, y1: float, z: float, height: float, fine: float) -> None:
    """A railing along y."""
    pile.box(name, (x - 0.02, x + 0.02, y0, y1, z + height - 0.035, z + height))
    y = np.linspace(y0, y1, max(2, round((y1 - y0) / (0.12 if fine > 0.2 else 0.3)) + 1))
    pile.rows(
        name,
        np.c_[np.tile((x - BAR, x + BAR), (len(y), 1)), y - BAR, y + BAR, np.tile((z, z + height - 0.03), (len(y), 1))],
    )


def balconies(plan: Plan, pile: Pile, rng, fine: float) -> None:
    """Stone slabs with iron railings before some of the windows."""
    chances = rng.random((plan.floors, plan.bays))
    whole = rng.random(plan.floors) < 0.25
    half = plan.window[0] / 2 + 0.22
    for floor in range(plan.floors):
        z = sill_height(plan, floor) - 0.12
        if whole[floor]:
            _balcony(pile, 0.3, plan.width - 0.3, z, fine)
            continue
        for x, chance in zip(bay_centres(plan), chances[floor], strict=True):
            if chance < 0.5:
                _balcony(pile, x - half, x + half, z, fine)


def _balcony(pile: Pile, x0: float, x1: float, z: float, fine: float, reach: float = 0.72) -> None:
    pile.box("trim", (x0 - 0.05, x1 + 0.05, -reach - 0.05, 0.05, z - 0.13, z))
    for x in np.linspace(x0 + 0.12, x1 - 0.12, max(2, round((x1 - x0) / 1.6) + 1)):
        pile.box(
            "trim",
            (x - 0.07, x + 0.07, -reach * 0.75, 0.05, z - 0.26, z - 0.13),
            (x - 0.07, x + 0.07, -reach * 0.4, 0.05, z - 0.42, z - 0.26),
        )
    railing(pile, "iron", x0, x1, -reach, z, 0.95, fine)
    for x in (x0, x1):
        end_railing(pile, "iron", x, -reach, 0, z, 0.95, fine)


def fire_escape(plan: Plan, pile: Pile, rng, fine: float) -> None:
    """Iron landings at every storey and stairs between them, over two bays."""
    first = int(rng.integers(max(1, plan.bays - 1)))
    x0 = first * plan.bay + 0.12
    x1 = min(x0 + 2 * plan.bay - 0.3, plan.width - 0.1)
    reach = 1.05
    levels = [sill_height(plan, floor) - 0.3 for floor in range(plan.floors)]
    for z in levels:
        y = np.arange(-reach, -0.05, 0.11 if fine > 0.15 else 0.22)
        pile.rows("iron", np.c_[np.tile((x0, x1), (len(y), 1)), y, y + 0.035, np.tile((z - 0.03, z), (len(y), 1))])
        pile.box(
            "iron",
            (x0, x1, -reach - 0.04, -reach, z - 0.09, z + 0.02),
            (x0, x0 + 0.05, -reach, 0, z - 0.09, z),
            (x1 - 0.05, x1, -reach, 0, z - 0.09, z),
        )
        railing(pile, "iron", x0, x1, -reach, z, 0.95, fine)
        for x in (x0, x1):
            end_railing(pile, "iron", x, -reach, 0, z, 0.95, fine)
            pile.solid("iron", tube([(x, -reach + 0.1, z - 0.05), (x, -0.02, z - 0.7)], 0.018, 5))
    for number, (low, high) in enumerate(itertools.pairwise(levels)):
        a, b = (x0 + 0.5, x1 - 0.5) if number % 2 else (x1 - 0.5, x0 + 0.5)
        _stair(pile, a, b, low, high, fine)
    # the ladder that hangs over the pavement
    x = x1 - 0.4
    pile.solid(
        "iron",
        *[
            tube([(x + s, -reach + 0.25, levels[0] - 1.9), (x + s, -reach + 0.25, levels[0] + 0.9)], 0.018, 5)
            for s in (-0.2, 0.2)
        ],
    )
    z = np.arange(levels[0] - 1.8, levels[0], 0.28)
    pile.rows("iron", np.c_[np.tile((x - 0.2, x + 0.2, -reach + 0.235, -reach + 0.265), (len(z), 1)), z, z + 0.025])


def _stair(pile: Pile, a: float, b: float, low: float, high: float, fine: float) -> None:
    for y in (-0.95, -0.42):
        pile.solid(
            "iron",
            tube([(a, y, low), (b, y, high)], 0.03, 5),
            tube([(a, y, low + 0.85), (b, y, high + 0.85)], 0.016, 5),
        )
        if fine > 0.15:
            pile.solid(
                "iron",
                *[
                    tube(
                        [
                            (a + (b - a) * t, y, low + (high - low) * t),
                            (a + (b - a) * t, y, low + (high - low) * t + 0.85),
                        ],
                        0.01,
                        4,
                    )
                    for t in np.linspace(0, 1, 7)
                ],
            )
    t = np.linspace(0.04, 0.96, 11)
    x, z = a + (b - a) * t, low + (high - low) * t
    pile.rows("iron", np.c_[x - 0.11, x + 0.11, np.tile((-0.95, -0.42), (11, 1)), z, z + 0.025])


def pipes(plan: Plan, pile: Pile, rng) -> None:
    """Downpipes with hoppers, and a cable or two stapled to the wall."""
    for x in (0.12, plan.width - 0.12)[: 1 + int(rng.random() < 0.5)]:
        pile.solid("tin", tube([(x, -0.1, 0.1), (x, -0.1, plan.top - 0.7)], 0.05, 7))
        pile.box("tin", (x - 0.12, x + 0.12, -0.22, -0.01, plan.top - 0.9, plan.top - 0.65))
        z = np.arange(1.2, plan.top - 1, 1.9)
        pile.rows("tin", np.c_[np.tile((x - 0.07, x + 0.07, -0.16, -0.01), (len(z), 1)), z, z + 0.04])
    z = plan.ground + rng.uniform(-0.1, 0.4)
    t = np.linspace(0, 1, 40)
    sag = 0.05 * np.abs(np.sin(t * np.pi * 5))
    pile.solid("rubber", tube(np.c_[t * plan.width, 0 * t - 0.09, z - sag], 0.014, 5))
    x = rng.uniform(0.3, plan.width - 0.3)
    pile.solid("rubber", tube([(x, -0.02, 3.2), (x, -0.02, plan.top - 0.6)], 0.012, 5))
