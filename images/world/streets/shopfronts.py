"""Ground floors: shops with their windows and goods, awnings, doors, steps; see `facades` for the axes."""

import itertools

import numpy as np

from images.world.geometry import Solid, tube
from images.world.modelling.pile import Pile
from images.world.streets.facades import Plan

STALL, FASCIA = 0.55, 0.62  # heights of the wall under a shop window and of the board over it
GOODS = ("goods a", "goods b", "goods c", "goods d", "goods e")


def ground_floor(plan: Plan, pile: Pile, rng, fine: float) -> list[dict]:
    """Shops or a plain ground floor with a house door. Gives what `buildings` has to add: signs and lamps."""
    low, width = plan.ground - 0.2, plan.width
    pile.box("wall", (0, width, 0, 0.34, low - 0.05, plan.ground))
    count = max(1, round(width / rng.uniform(4.0, 5.6)))
    edges = np.linspace(0, width, count + 1)
    door = int(rng.integers(count))
    extras = []
    for number, (a, b) in enumerate(itertools.pairwise(edges)):
        draws = rng.random(10)
        if not plan.shops:
            _plain_bay(plan, pile, rng, a, b, number == door, fine)
        else:
            house_door = number == door and count > 1
            right = b - 1.5 if house_door else b
            extras.append(_shop(pile, rng, a, right, low, draws, fine))
            if house_door:
                _door(pile, right, b, low, draws, steps=0)
        _pilaster(plan, pile, a, low)
    _pilaster(plan, pile, width, low)
    return extras


def _pilaster(plan: Plan, pile: Pile, x: float, low: float) -> None:
    a, b = max(0, x - 0.2), min(plan.width, x + 0.2)
    pile.box("base", (a, b, -0.06, 0.34, 0, low))
    pile.box(
        "base",
        (a - 0.03 * (a > 0), b + 0.03 * (b < plan.width), -0.1, 0.34, 0, 0.5),
        (a, b, -0.12, 0.3, low - 0.85, low - 0.62),
    )


def _plain_bay(plan: Plan, pile: Pile, rng, a: float, b: float, door: bool, fine: float) -> None:
    """A bay of wall with a window or the house door; stone has its joints cut."""
    low = plan.ground - 0.2
    middle = (a + b) / 2
    number = float(rng.random())
    if door:
        _door(pile, middle - 0.75, middle + 0.75, low, rng.random(10), steps=3)
        openings = (middle - 0.75, middle + 0.75)
        pile.box("base", (a, openings[0], 0, 0.34, 0, low), (openings[1], b, 0, 0.34, 0, low))
    else:
        half, foot, head = 0.6, 1.15, low - 0.6
        pile.box("base", (a, middle - half, 0, 0.34, 0, low), (middle + half, b, 0, 0.34, 0, low))
        pile.box(
            "base", (middle - half, middle + half, 0, 0.34, 0, foot), (middle - half, middle + half, 0, 0.34, head, low)
        )
        pile.pane("pane", middle - half, middle + half, 0.22, foot, head, number)
        pile.box("trim", (middle - half - 0.1, middle + half + 0.1, -0.08, 0.2, foot - 0.1, foot))
        x = np.linspace(middle - half + 0.08, middle + half - 0.08, 8)
        pile.rows("iron", np.c_[x - 0.011, x + 0.011, np.tile((0.02, 0.045, foot, head), (8, 1))])
        pile.box("iron", (middle - half, middle + half, 0.02, 0.045, foot + 0.5, foot + 0.53))
    if plan.style == "stone" and fine > 0.08:  # blocks that stand out between their joints
        z = np.arange(0.05, low - 0.4, 0.5)
        for x0, x1 in ((a + 0.2, middle - 0.85), (middle + 0.85, b - 0.2)):
            if x1 - x0 > 0.2:
                pile.rows("base", np.c_[np.tile((x0, x1, -0.045, 0.1), (len(z), 1)), z, z + 0.455])
    pile.box("base", (a, b, -0.07, 0.3, 0, 0.35)) if not door else None


def _door(pile: Pile, a: float, b: float, low: float, draws, steps: int) -> None:
    """A panelled house door in a recess with a light over it."""
    head = min(2.75, low - 0.4) if not steps else min(3.0, low - 0.3)
    foot = 0.16 * steps
    pile.box("base", (a, b, 0, 0.34, head, low))
    pile.box(
        "door",
        (a + 0.22, b - 0.22, 0.3, 0.36, foot, head - 0.6),
        (a + 0.1, a + 0.22, 0.1, 0.36, foot, head),
        (b - 0.22, b - 0.1, 0.1, 0.36, foot, head),
    )
    middle = (a + b) / 2
    for x0, x1 in ((a + 0.3, middle - 0.05), (middle + 0.05, b - 0.3)):
        pile.box("door", (x0, x1, 0.28, 0.31, foot + 0.2, foot + 0.85), (x0, x1, 0.28, 0.31, foot + 1.0, head - 0.75))
    pile.box("brass", (middle + 0.06, middle + 0.11, 0.22, 0.28, foot + 0.95, foot + 1.05))
    pile.pane("pane", a + 0.22, b - 0.22, 0.3, head - 0.55, head, float(draws[9]))
    pile.box("base", (a, a + 0.1, 0, 0.36, 0, head), (b - 0.1, b, 0, 0.36, 0, head))
    for step in range(steps):
        pile.box("trim", (a - 0.1, b + 0.1, -0.3 * (steps - step), 0.36, 0.16 * step, 0.16 * (step + 1)))


def _shop(pile: Pile, rng, a: float, b: float, low: float, draws, fine: float) -> dict:
    """One shop: glass in a frame, a door at one side, goods behind, perhaps a blind over it."""
    a, b = a + 0.2, b - 0.2
    head = low - FASCIA
    shut = draws[0] < 0.16
    left = draws[1] < 0.5
    wide = min(1.05, 0.35 * (b - a))
    door = (a, a + wide) if left else (b - wide, b)
    glass = (a + wide, b) if left else (a, b - wide)
    pile.box("fascia", (a - 0.05, b + 0.05, -0.1, 0.3, head, low - 0.05))
    pile.box(
        "shopframe",
        (a - 0.05, b + 0.05, -0.14, 0.3, low - 0.08, low - 0.02),
        (a - 0.05, b + 0.05, -0.13, 0.3, head - 0.05, head),
    )
    if shut:
        z = np.arange(0.05, head - 0.05, 0.085)
        pile.rows("tin", np.c_[np.tile((a, b, 0.02, 0.12), (len(z), 1)), z, z + 0.065])
        pile.box("tin", (a, b, 0.09, 0.14, 0, head))
        return {"kind": "shut", "x": (a, b), "z": (head, low), "draws": draws}
    pile.box("stall", (*glass, 0.0, 0.3, 0, STALL))
    n = max(1, round((glass[1] - glass[0]) / 1.5))
    bars = np.linspace(*glass, n + 1)
    pile.rows("shopframe", np.c_[bars - 0.035, bars + 0.035, np.tile((0.02, 0.13, STALL, head), (len(bars), 1))])
    pile.box("shopframe", (*glass, 0.0, 0.15, STALL, STALL + 0.06), (*glass, 0.03, 0.12, head - 0.55, head - 0.5))
    recess = 0.7
    pile.box(
        "shopframe",
        (door[0], door[0] + 0.08, recess - 0.04, recess + 0.04, 0, head),
        (door[1] - 0.08, door[1], recess - 0.04, recess + 0.04, 0, head),
        (*door, recess - 0.04, recess + 0.04, 2.25, 2.33),
        (*door, recess - 0.03, recess + 0.03, 0, 0.3),
    )
    handle = door[1] - 0.16 if left else door[0] + 0.16
    pile.box("brass", (handle - 0.015, handle + 0.015, recess - 0.11, recess - 0.08, 0.85, 1.35))
    inner = door[1] if left else door[0]
    pile.box("stall", (inner - 0.04, inner + 0.04, 0.05, recess, 0, STALL))
    for x0, x1, y, z0 in ((*glass, 0.08, STALL), (*door, recess, 0.3)):
        pile.solid("shopglass", _sheet(x0, x1, y, z0, head))
    _inside(pile, rng, a, b, head, draws, glass, fine)
    if draws[2] < 0.45 and fine > 0.03:
        _awning(
            pile, a - 0.1, b + 0.1, head + 0.1, 0.9 + 0.9 * draws[3], "awning a" if draws[4] < 0.5 else "awning b", fine
        )
    return {"kind": "shop", "x": (a, b), "z": (head, low), "draws": draws}


def _sheet(x0: float, x1: float, y: float, z0: float, z1: float) -> Solid:
    vertices = np.array([(x0, y, z0), (x1, y, z0), (x1, y, z1), (x0, y, z1)], float)
    return Solid(vertices, (np.array([(0, 1, 2, 3)]),))


def _inside(pile: Pile, rng, a, b, head, draws, glass, fine: float) -> None:
    """The room behind the glass: walls, shelves, goods on them and in the window."""
    back = 3.2
    pile.box(
        "room",
        (a, b, back, back + 0.1, 0, head),
        (a - 0.1, a, 0.34, back, 0, head),
        (b, b + 0.1, 0.34, back, 0, head),
        (a, b, 0.34, back, head, head + 0.1),
    )
    pile.box("floor", (a, b, 0.1, back, 0, 0.05))
    pile.box(
        "tubes",
        *[
            (a + (b - a) * s - 0.06, a + (b - a) * s + 0.06, 0.8, back - 0.5, head - 0.1, head - 0.03)
            for s in (0.3, 0.7)
        ],
    )
    if fine < 0.05:
        return
    dense = 1 if fine > 0.3 else 2
    for z in np.arange(0.5, head - 0.5, 0.42):
        pile.box("shelf", (a + 0.1, b - 0.1, back - 0.4, back, z, z + 0.03))
        x = np.arange(a + 0.15, b - 0.2, 0.17 * dense)
        size = rng.uniform(0.05, 0.15 * dense, len(x)), rng.uniform(0.1, 0.34, len(x))
        which = rng.integers(len(GOODS), size=len(x))
        rows = np.c_[
            x,
            x + size[0],
            np.tile((back - 0.35, back - 0.1), (len(x), 1)),
            np.full(len(x), z + 0.03),
            z + 0.03 + size[1],
        ]
        for number, name in enumerate(GOODS):
            pile.rows(name, rows[which == number])
    # the window's own show, on a low stage
    pile.box("shelf", (*glass, 0.2, 0.9, STALL - 0.03, STALL))
    x = np.arange(glass[0] + 0.1, glass[1] - 0.15, 0.22 * dense)
    high = rng.uniform(0.08, 0.75, len(x)) * (0.4 + 0.6 * draws[5])
    rows = np.c_[
        x,
        x + rng.uniform(0.08, 0.2, len(x)),
        rng.uniform(0.3, 0.5, len(x)),
        rng.uniform(0.52, 0.8, len(x)),
        np.full(len(x), STALL),
        STALL + high,
    ]
    which = rng.integers(len(GOODS), size=len(x))
    for number, name in enumerate(GOODS):
        pile.rows(name, rows[which == number])
    if draws[6] < 0.4:  # paper stuck to the glass
        for _ in range(3):
            px, pz, w, h = (
                rng.uniform(glass[0] + 0.1, glass[1] - 0.6),
                rng.uniform(0.8, 1.9),
                rng.uniform(0.2, 0.5),
                rng.uniform(0.25, 0.6),
            )
            pile.box("paper", (px, px + w, 0.09, 0.095, pz, pz + h))
    pile.box("shelf", (a + 0.3, b - 1.2, 1.9, 2.4, 0.05, 1.0))


def _awning(pile: Pile, a: float, b: float, z: float, reach: float, name: str, fine: float) -> None:
    """Striped cloth on a frame, sloping to the street, with a hanging edge."""
    strips = max(4, round((b - a) / 0.22))
    x = np.linspace(a, b, strips + 1)
    drop = 0.42 * reach
    t = np.linspace(0, 1, 5)
    sag = -0.04 * np.sin(np.pi * t)
    for number in range(strips):
        rows = [
            np.array([(xx, -0.1 - reach * s, z - drop * s + g) for s, g in zip(t, sag, strict=True)])
            for xx in (x[number], x[number + 1])
        ]
        edge = [
            np.array([(xx, -0.1 - reach, z - drop - h) for h in (0.0, 0.11, 0.2)]) for xx in (x[number], x[number + 1])
        ]
        edge[0][2, 2] += 0.03
        edge[1][2, 2] += 0.03
        pile.solid(name if number % 2 else "awning c", _strip(*rows), _strip(*edge))
    side = [np.array([(xx, -0.1, z), (xx, -0.1 - reach, z - drop)]) for xx in (a, b)]
    for line in side:
        pile.solid(
            "iron",
            tube(line - [0, 0, 0.03], 0.015, 5),
            tube([line[1] - [0, 0, 0.03], (line[0][0], -0.02, z - drop - 0.3)], 0.015, 5),
        )
    if fine > 0.3:
        pile.solid("iron", tube([(a, -0.1 - reach, z - drop - 0.02), (b, -0.1 - reach, z - drop - 0.02)], 0.016, 6))


def _strip(left: np.ndarray, right: np.ndarray) -> Solid:
    count = len(left)
    i = np.arange(count - 1)
    return Solid(np.concatenate([left, right]), (np.stack([i, i + 1, i + 1 + count, i + count], -1),))
