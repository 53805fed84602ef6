"""Walls with windows in them, storey by storey. A facade stands along x from 0 to its width, its face at y = 0 and the
street at -y; metres."""

from dataclasses import dataclass

import numpy as np

from images.world.geometry import Solid, arch, sweep
from images.world.modelling.pile import Pile

REVEAL = 0.24  # metres from the face to the window frame


@dataclass(frozen=True)
class Plan:
    """What one building is like."""

    style: str  # "brick", "plaster", "stone", "concrete" or "glass"
    width: float
    depth: float
    floors: int  # over the ground floor
    ground: float  # height of the ground floor
    storey: float
    bays: int
    window: tuple[float, float]  # width and height
    colour: int  # which of the style's colours
    shops: bool
    escape: bool  # fire escape
    balconies: bool
    shutters: bool
    seed: int

    @property
    def top(self) -> float:
        return self.ground + self.floors * self.storey

    @property
    def bay(self) -> float:
        return self.width / self.bays


def draw_plan(rng, width: float, style: str | None = None, height: float | None = None) -> Plan:
    """A building for a plot of a width; the same draws whatever comes of them."""
    style = style or str(
        rng.choice(["brick", "brick", "plaster", "stone", "concrete", "glass"], p=[0.3, 0.1, 0.25, 0.2, 0.1, 0.05])
    )
    storey = {"brick": 3.25, "plaster": 3.4, "stone": 3.9, "concrete": 3.05, "glass": 3.5}[style] * rng.uniform(
        0.95, 1.06
    )
    bay = {"brick": 2.4, "plaster": 2.7, "stone": 3.1, "concrete": 3.2, "glass": 1.6}[style] * rng.uniform(0.9, 1.15)
    ground = rng.uniform(3.9, 4.6)
    tall = height or rng.uniform(13, 26) * (1.5 if style in ("concrete", "glass") else 1.0)
    share = {
        "brick": (0.44, 0.58),
        "plaster": (0.42, 0.62),
        "stone": (0.44, 0.58),
        "concrete": (0.74, 0.5),
        "glass": (0.93, 0.7),
    }[style]
    bays = max(2, round(width / bay))
    window = (share[0] * width / bays * rng.uniform(0.92, 1.08), share[1] * storey * rng.uniform(0.94, 1.06))
    chances = rng.random(4)
    return Plan(
        style,
        float(width),
        float(rng.uniform(9, 13)),
        max(1, round((tall - ground) / storey)),
        float(ground),
        float(storey),
        bays,
        (float(min(window[0], width / bays - 0.14)), float(window[1])),
        int(rng.integers(1000)),
        bool(chances[0] < 0.8),
        bool(style == "brick" and chances[1] < 0.6),
        bool(style in ("plaster", "stone") and chances[2] < 0.6),
        bool(style == "plaster" and chances[3] < 0.6),
        int(rng.integers(1 << 30)),
    )


def bay_centres(plan: Plan) -> np.ndarray:
    return (np.arange(plan.bays) + 0.5) * plan.bay


def sill_height(plan: Plan, floor: int) -> float:
    """z of the foot of a storey's windows."""
    low = {"plaster": 0.32, "glass": 0.5}.get(plan.style, 0.5)
    return plan.ground + floor * plan.storey + low * (plan.storey - plan.window[1])


def upper_floors(plan: Plan, pile: Pile, rng, fine: float) -> None:
    """Walls and windows over the ground floor. fine: 0 far off to 1 close up."""
    width, half = plan.width, plan.window[0] / 2
    x = bay_centres(plan)
    last = plan.ground
    for floor in range(plan.floors):
        low = sill_height(plan, floor)
        high = low + plan.window[1]
        pile.box("wall", (0, width, 0, 0.32, last, low))
        edges = np.concatenate([[0], np.stack([x - half, x + half], 1).ravel(), [width]])
        piers = edges.reshape(-1, 2)
        pile.rows("wall", np.c_[piers, np.tile((0, 0.32, low, high), (len(piers), 1))])
        last = high
        for centre in x:
            add_window(plan, pile, rng, float(centre), low, high, fine)
    pile.box("wall", (0, width, 0, 0.32, last, plan.top))
    # the shops' rooms lie before what fills the ground floor
    pile.box(
        "body",
        (0, width, 0.32, plan.depth, plan.ground - 0.2, plan.top),
        (0, width, 3.35, plan.depth, 0, plan.ground - 0.2),
    )
    pile.box("body", (0, 0.05, 0.32, 3.4, 0, plan.ground - 0.2), (width - 0.05, width, 0.32, 3.4, 0, plan.ground - 0.2))
    _ornament(plan, pile, fine)


def add_window(plan: Plan, pile: Pile, rng, x: float, low: float, high: float, fine: float) -> None:
    """One window: pane, frame and bars, sill and head."""
    half = plan.window[0] / 2
    a, b = x - half, x + half
    number = float(rng.random())
    raised, cooler, plant = rng.random(3)
    y = REVEAL if plan.style != "glass" else 0.06
    pile.pane("pane", a, b, y, low, high, number)
    if fine < 0.06:
        return
    frame = 0.06 if plan.style != "glass" else 0.04
    pile.box(
        "frame",
        (a, a + frame, y - 0.06, y + 0.02, low, high),
        (b - frame, b, y - 0.06, y + 0.02, low, high),
        (a, b, y - 0.06, y + 0.02, high - frame, high),
        (a, b, y - 0.06, y + 0.02, low, low + frame),
    )
    if plan.style == "brick":  # a sash: the upper half before the lower
        middle = low + (high - low) * (0.5 if raised < 0.8 else 0.62)
        pile.box("frame", (a, b, y - 0.08, y + 0.01, middle - 0.03, middle + 0.03))
        if fine > 0.2:
            pile.box("frame", (x - 0.012, x + 0.012, y - 0.03, y + 0.01, low, high))
    elif plan.style in ("plaster", "stone"):
        pile.box("frame", (x - 0.03, x + 0.03, y - 0.05, y + 0.01, low, high))
        if fine > 0.15:
            cross = low + 0.7 * (high - low)
            pile.box("frame", (a, b, y - 0.05, y + 0.01, cross - 0.025, cross + 0.025))
    elif plan.style == "concrete":
        pile.box("frame", (x - 0.03, x + 0.03, y - 0.05, y + 0.01, low, high))
    if plan.style != "glass":
        _surround(plan, pile, x, a, b, low, high, fine)
    if cooler < 0.1 and plan.style in ("brick", "concrete") and fine > 0.08:
        _air_conditioner(pile, x, low, y)
    elif plant < 0.08 and fine > 0.15:
        pile.box("pot", (a + 0.08, b - 0.08, -0.16, 0.04, low, low + 0.16))
        _plants(pile, rng, a + 0.1, b - 0.1, low + 0.16)


def _surround(plan: Plan, pile: Pile, x, a, b, low, high, fine) -> None:
    pile.box("trim", (a - 0.09, b + 0.09, -0.07, REVEAL - 0.05, low - 0.1, low))
    if plan.style == "brick":
        pile.box("trim", (a - 0.12, b + 0.12, -0.02, 0.1, high, high + 0.22))
        if plan.colour % 2 and fine > 0.15:
            pile.solid("trim", arch(plan.window[0] + 0.1, high + 0.2, 0.12, 0.09, 0.12, steps=9).moved(x, 0))
    elif plan.style in ("plaster", "stone"):
        t = 0.13
        pile.box(
            "trim",
            (a - t, a, -0.035, 0.1, low, high),
            (b, b + t, -0.035, 0.1, low, high),
            (a - t, b + t, -0.045, 0.1, high, high + t + 0.03),
        )
        if plan.style == "stone" and fine > 0.1:
            pile.box(
                "trim",
                (a - 0.24, b + 0.24, -0.16, 0.1, high + 0.32, high + 0.42),
                (a - 0.2, b + 0.2, -0.08, 0.1, high + 0.25, high + 0.32),
            )
            pile.box(
                "trim",
                (a - 0.16, a - 0.04, -0.12, 0.1, high + 0.08, high + 0.3),
                (b + 0.04, b + 0.16, -0.12, 0.1, high + 0.08, high + 0.3),
            )
        if plan.shutters and fine > 0.06:
            wide = min(plan.window[0] / 2, (plan.bay - plan.window[0]) / 2 - 0.06)
            pile.box(
                "shutter",
                (a - wide, a - 0.01, -0.06, -0.02, low + 0.02, high - 0.02),
                (b + 0.01, b + wide, -0.06, -0.02, low + 0.02, high - 0.02),
            )
            if fine > 0.3:
                z = np.arange(low + 0.08, high - 0.08, 0.085)
                for start, stop in ((a - wide + 0.05, a - 0.06), (b + 0.06, b + wide - 0.05)):
                    pile.rows("shutter", np.c_[np.tile((start, stop, -0.075, -0.05), (len(z), 1)), z, z + 0.04])


def _air_conditioner(pile: Pile, x: float, low: float, y: float) -> None:
    pile.box("tin", (x - 0.32, x + 0.32, -0.38, y, low + 0.02, low + 0.42))
    z = np.linspace(low + 0.07, low + 0.37, 8)
    pile.rows("iron", np.c_[np.tile((x - 0.28, x + 0.28, -0.386, -0.37), (8, 1)), z, z + 0.02])
    pile.box(
        "iron",
        (x - 0.3, x - 0.27, -0.34, 0.05, low - 0.03, low + 0.02),
        (x + 0.27, x + 0.3, -0.34, 0.05, low - 0.03, low + 0.02),
    )


def _plants(pile: Pile, rng, a: float, b: float, z: float) -> None:
    from images.world.geometry import cards

    count = 46
    centres = np.c_[rng.uniform(a, b, count), rng.uniform(-0.17, 0.02, count), z + rng.uniform(0, 0.24, count)]
    pile.solid("leaf", cards(centres, rng.normal(0, 0.08, (count, 3)), rng.normal(0, 0.06, (count, 3))))


def cornice(width: float, z: float, steps: tuple[tuple[float, float], ...], ends: float = 0.0) -> Solid:
    """A moulding along the top: steps (reach, height) from below; returned round both ends by `ends` metres."""
    section = [(0.0, 0.0)]
    for reach, rise in steps:
        section += [(reach, section[-1][1]), (reach, section[-1][1] + rise)]
    section.append((0.0, section[-1][1]))
    section = np.array(section)
    return sweep([(-ends, 0, z), (width + ends, 0, z)], section)


def _ornament(plan: Plan, pile: Pile, fine: float) -> None:
    """What runs across the whole front: string courses, cornice, parapet, pilasters."""
    width, top = plan.width, plan.top
    choice = plan.colour // 3 % 3
    if plan.style == "glass":
        edges = np.linspace(0, width, plan.bays + 1)
        pile.rows(
            "frame", np.c_[edges - 0.035, edges + 0.035, np.tile((-0.12, 0.1, plan.ground, top), (len(edges), 1))]
        )
        levels = plan.ground + plan.storey * np.arange(plan.floors + 1)
        pile.rows("frame", np.c_[np.tile((0, width, -0.07, 0.1), (len(levels), 1)), levels - 0.05, levels + 0.05])
        pile.box("frame", (0, width, -0.02, 0.4, top, top + 1.1))
        return
    if plan.style == "concrete":
        edges = np.linspace(0, width, plan.bays + 1)
        pile.rows(
            "wall",
            np.c_[edges - 0.14, edges + 0.14, np.tile((-0.35, 0.1, plan.ground - 0.3, top + 0.6), (len(edges), 1))],
        )
        levels = plan.ground + plan.storey * np.arange(plan.floors + 1)
        pile.rows("wall", np.c_[np.tile((0, width, -0.18, 0.1), (len(levels), 1)), levels - 0.14, levels + 0.14])
        pile.box("wall", (0, width, -0.1, 0.3, top, top + 1.0))
        return
    steps = (
        ((0.1, 0.16), (0.22, 0.12), (0.52, 0.1), (0.62, 0.16)) if choice else ((0.08, 0.2), (0.16, 0.1), (0.34, 0.14))
    )
    pile.solid("cornice", cornice(width, top - 0.55, steps, ends=0.03))
    if choice and fine > 0.05:
        x = np.arange(0.2, width - 0.15, 0.5)
        pile.rows("cornice", np.c_[x - 0.07, x + 0.07, np.tile((-0.42, 0.02, top - 0.55, top - 0.27), (len(x), 1))])
    pile.box("wall", (0, width, 0, 0.3, top, top + 0.75))
    pile.box("trim", (-0.02, width + 0.02, -0.06, 0.36, top + 0.75, top + 0.86))
    pile.solid("trim", cornice(width, plan.ground - 0.2, ((0.06, 0.1), (0.16, 0.12)), ends=0.02))
    if plan.style != "brick":
        for floor in range(1, plan.floors):
            z = plan.ground + floor * plan.storey
            pile.box("trim", (0, width, -0.05, 0.1, z - 0.08, z + 0.06))
    if plan.style == "stone":
        x = np.array([0.0, width]) if choice == 1 else np.linspace(0, width, plan.bays + 1)
        pile.rows(
            "trim",
            np.c_[
                np.clip(x - 0.22, 0, width - 0.22),
                np.clip(x + 0.22, 0.22, width),
                np.tile((-0.09, 0.1, plan.ground, top - 0.55), (len(x), 1)),
            ],
        )
    if plan.style == "brick" and plan.colour % 5 == 0:
        pile.box(
            "trim",
            *[
                (0, width, -0.02, 0.1, plan.ground + f * plan.storey - 0.05, plan.ground + f * plan.storey + 0.1)
                for f in range(1, plan.floors)
            ],
        )
    if plan.style in ("stone", "plaster"):  # corner stones
        z = np.arange(plan.ground + 0.1, top - 0.9, 0.42)
        long = np.where(np.arange(len(z)) % 2, 0.34, 0.52)
        if plan.style == "plaster" and choice == 2:
            pile.rows("trim", np.c_[0 * z, long, 0 * z - 0.03, 0 * z + 0.1, z, z + 0.38])
            pile.rows("trim", np.c_[width - long, 0 * z + width, 0 * z - 0.03, 0 * z + 0.1, z, z + 0.38])
