"""What stands on roofs: water tanks, chimneys, vents, stairheads, skylights, aerials, ducts."""

import numpy as np

from images.world.geometry import box, cards, gable, lathe, tube
from images.world.modelling.pile import Pile


def water_tank(pile: Pile, x: float, y: float, z: float, size: float = 1.0, around: int = 24) -> None:
    """A wooden tank with hoops and a cone roof on a steel frame; about 6 metres high at size 1."""
    radius, low, high = 1.55 * size, 2.3 * size, 5.0 * size
    pile.solid(
        "stave",
        lathe([(0.01, low), (radius, low), (radius * 1.02, (low + high) / 2), (radius, high)], around).moved(x, y, z),
    )
    pile.solid(
        "tin",
        lathe(
            [
                (radius * 1.12, high - 0.02),
                (radius * 1.1, high + 0.06),
                (0.05, high + 0.95 * size),
                (0.01, high + 1.0 * size),
            ],
            around,
        ).moved(x, y, z),
    )
    hoops = [
        lathe(
            [
                (radius * 1.012, h - 0.02),
                (radius * 1.035, h - 0.02),
                (radius * 1.035, h + 0.02),
                (radius * 1.012, h + 0.02),
            ],
            around,
        )
        for h in np.linspace(low + 0.15, high - 0.15, 8)
    ]
    pile.solid("iron", *[hoop.moved(x, y, z) for hoop in hoops])
    corners = [(x + a * radius * 0.8, y + b * radius * 0.8) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    pile.solid("iron", *[tube([(*c, z - 0.2), (*c, z + low)], 0.07, 6) for c in corners])
    for (ax, ay), (bx, by) in zip(corners, corners[1:] + corners[:1], strict=True):
        pile.solid(
            "iron",
            tube([(ax, ay, z + 0.1), (bx, by, z + low - 0.1)], 0.03, 5),
            tube([(bx, by, z + 0.1), (ax, ay, z + low - 0.1)], 0.03, 5),
        )
        pile.solid("iron", tube([(ax, ay, z + low - 0.05), (bx, by, z + low - 0.05)], 0.08, 5))
    pile.solid("iron", tube([(x, y, z - 0.2), (x, y, z + low)], 0.09, 8))
    ladder = [tube([(x + s, y - radius - 0.12, z), (x + s, y - radius - 0.12, z + high)], 0.02, 5) for s in (-0.2, 0.2)]
    rungs = [
        box(x - 0.2, x + 0.2, y - radius - 0.135, y - radius - 0.105, z + h, z + h + 0.025)
        for h in np.arange(0.3, high, 0.3)
    ]
    pile.solid("iron", *ladder, *rungs)


def chimney(pile: Pile, rng, x: float, y: float, z: float, wide: float | None = None) -> None:
    """A stack with a corbelled head and pots."""
    wide = wide or rng.uniform(0.7, 1.8)
    deep, high = 0.55, rng.uniform(1.3, 2.6)
    pile.box("stack", (x - wide / 2, x + wide / 2, y - deep / 2, y + deep / 2, z - 0.3, z + high))
    pile.box(
        "stack",
        (
            x - wide / 2 - 0.06,
            x + wide / 2 + 0.06,
            y - deep / 2 - 0.06,
            y + deep / 2 + 0.06,
            z + high - 0.32,
            z + high - 0.16,
        ),
    )
    pile.box(
        "trim",
        (x - wide / 2 - 0.09, x + wide / 2 + 0.09, y - deep / 2 - 0.09, y + deep / 2 + 0.09, z + high, z + high + 0.1),
    )
    for px in np.arange(x - wide / 2 + 0.24, x + wide / 2 - 0.12, 0.36):
        tall = rng.uniform(0.4, 0.75)
        profile = [(0.13, 0), (0.12, tall * 0.8), (0.15, tall * 0.84), (0.15, tall), (0.1, tall), (0.09, tall * 0.6)]
        pile.solid("pot", lathe(profile, 12).moved(px, y, z + high + 0.08))


def vent(pile: Pile, x: float, y: float, z: float, size: float = 0.3, kind: int = 0) -> None:
    """A turning cowl, a mushroom or a bent pipe."""
    if kind % 3 == 0:
        profile = [(0.5, 0), (0.5, 1.5), (0.62, 1.52), (1.15, 1.95), (1.2, 2.4), (0.85, 2.85), (0.02, 3.05)]
        pile.solid("tin", lathe([(r * size, h * size) for r, h in profile], 16).moved(x, y, z))
        fins = [
            box(-0.004, 0.004, 0.62 * size, 1.2 * size, 1.7 * size, 2.75 * size).turned(a).moved(x, y, z)
            for a in np.linspace(0, 2 * np.pi, 22, endpoint=False)
        ]
        pile.solid("tin", *fins)
    elif kind % 3 == 1:
        profile = [(0.4, 0), (0.4, 2.0), (1.0, 2.0), (1.0, 2.25), (0.7, 2.6), (0.02, 2.7)]
        pile.solid("tin", lathe([(r * size, h * size) for r, h in profile], 16).moved(x, y, z))
    else:
        t = np.linspace(0, np.pi, 9)
        path = np.concatenate(
            [[(x, y, z)], np.c_[x + size * (1 - np.cos(t)), 0 * t + y, z + 3 * size + size * np.sin(t)]]
        )
        pile.solid("tin", tube(path, 0.4 * size, 10))


def stairhead(pile: Pile, rng, x: float, y: float, z: float) -> None:
    """The hut where the stairs come out, with its door to -y."""
    wide, deep, high = rng.uniform(2.4, 3.6), rng.uniform(2.6, 4), 2.7
    pile.box("wall", (x - wide / 2, x + wide / 2, y, y + deep, z, z + high))
    pile.box("trim", (x - wide / 2 - 0.12, x + wide / 2 + 0.12, y - 0.2, y + deep + 0.1, z + high, z + high + 0.14))
    pile.box("door", (x - 0.5, x + 0.4, y - 0.03, y, z + 0.12, z + 2.15))
    pile.box("trim", (x - 0.6, x + 0.5, y - 0.05, y, z + 2.15, z + 2.25), (x - 0.6, x + 0.5, y - 0.3, y, z, z + 0.12))
    pile.box("bulb", (x - 0.16, x + 0.06, y - 0.12, y - 0.03, z + 2.35, z + 2.47))


def skylight(pile: Pile, x: float, y: float, z: float, wide: float = 2.4, deep: float = 1.6) -> None:
    roof = gable(x - wide / 2, x + wide / 2, y - deep / 2, y + deep / 2, z + 0.4, z + 1.15)
    pile.solid("skyglass", roof)
    pile.box("tin", (x - wide / 2 - 0.06, x + wide / 2 + 0.06, y - deep / 2 - 0.06, y + deep / 2 + 0.06, z, z + 0.42))
    for bar in np.linspace(x - wide / 2, x + wide / 2, 6):
        for side in (-1, 1):
            pile.solid("iron", tube([(bar, y + side * deep / 2, z + 0.41), (bar, y, z + 1.17)], 0.02, 4))


def aerial(pile: Pile, rng, x: float, y: float, z: float) -> None:
    """A television mast with its fishbones."""
    high = rng.uniform(2.2, 4.2)
    angle = rng.uniform(0, np.pi)
    c, s = np.cos(angle), np.sin(angle)
    parts = [tube([(x, y, z - 0.2), (x, y, z + high)], 0.02, 5)]
    for level, count in ((0.97, 6), (0.8, 4)):
        h = z + high * level
        parts.append(tube([(x - 0.55 * c, y - 0.55 * s, h), (x + 0.55 * c, y + 0.55 * s, h)], 0.012, 4))
        for t in np.linspace(-0.5, 0.5, count):
            half = 0.16 + 0.26 * (t + 0.5)
            px, py = x + t * c, y + t * s
            parts.append(tube([(px - half * s, py + half * c, h), (px + half * s, py - half * c, h)], 0.007, 4))
    pile.solid("iron", *parts)


def cooling_unit(pile: Pile, rng, x: float, y: float, z: float) -> None:
    """A big box with louvres and a fan, on beams, with a duct away from it."""
    w, d, h = rng.uniform(1.6, 3), rng.uniform(1.2, 2), rng.uniform(1.2, 1.9)
    pile.box("tin", (x - w / 2, x + w / 2, y - d / 2, y + d / 2, z + 0.3, z + 0.3 + h))
    levels = np.arange(z + 0.45, z + 0.2 + h, 0.12)
    pile.rows(
        "iron",
        np.c_[
            np.tile((x - w / 2 + 0.12, x + w / 2 - 0.12, y - d / 2 - 0.012, y - d / 2), (len(levels), 1)),
            levels,
            levels + 0.06,
        ],
    )
    ring = [(0.42 * d, 0), (0.42 * d, 0.25), (0.38 * d, 0.25), (0.36 * d, 0.05)]
    pile.solid("tin", lathe(ring, 20).moved(x, y, z + 0.3 + h))
    pile.box(
        "iron",
        (x - w / 2, x + w / 2, y - d / 2 + 0.1, y - d / 2 + 0.25, z, z + 0.3),
        (x - w / 2, x + w / 2, y + d / 2 - 0.25, y + d / 2 - 0.1, z, z + 0.3),
    )
    pile.box("tin", (x + w / 2, x + w / 2 + rng.uniform(1, 3), y - 0.3, y + 0.3, z + 0.5, z + 1.0))


def weeds(pile: Pile, rng, x: float, y: float, z: float) -> None:
    count = 60
    centres = np.c_[x + rng.normal(0, 0.25, count), y + rng.normal(0, 0.12, count), z + rng.uniform(0.02, 0.4, count)]
    pile.solid("leaf", cards(centres, [*rng.normal(0, 0.1, (count, 3)), 0, 0, 0.12], rng.normal(0, 0.03, (count, 3))))


def clutter(
    pile: Pile, rng, x0: float, x1: float, y0: float, y1: float, z: float, fine: float, free=None, most: int = 16
) -> None:
    """A roof's furniture at random over a rectangle. free: function of x and y saying where things may stand."""
    kinds = ["tank", "chimney", "chimney", "vent", "vent", "vent", "aerial", "aerial", "unit", "stairhead", "skylight"]
    area = (x1 - x0) * (y1 - y0)
    count = int(np.clip(area / 16 if most <= 16 else most, 3, most))
    placed: list[tuple[float, float, float]] = []
    for _ in range(count):
        kind = str(rng.choice(kinds))
        size = {"tank": 2.2, "unit": 1.9, "stairhead": 2.4, "skylight": 1.5}.get(kind, 0.8)
        draws = rng.random(4)
        if x1 - x0 < 2 * size + 0.4 or y1 - y0 < 2 * size + 0.4:
            continue
        x, y = x0 + size + (x1 - x0 - 2 * size) * draws[0], y0 + size + (y1 - y0 - 2 * size) * draws[1]
        own = np.random.default_rng(int(draws[2] * 1e9))
        if any(np.hypot(x - a, y - b) < size + r for a, b, r in placed) or (free and not free(x, y, size)):
            continue
        if kind == "tank" and any(r == 2.2 for _, _, r in placed):
            continue
        placed.append((x, y, size))
        _put(pile, own, kind, x, y, z, draws[3], fine)


def _put(pile: Pile, rng, kind: str, x: float, y: float, z: float, draw: float, fine: float) -> None:
    if kind == "tank":
        water_tank(pile, x, y, z, 0.85 + 0.35 * draw, 24 if fine > 0.2 else 12)
    elif kind == "chimney":
        chimney(pile, rng, x, y, z)
    elif kind == "vent":
        vent(pile, x, y, z, 0.18 + 0.2 * draw, int(draw * 30))
    elif kind == "aerial":
        aerial(pile, rng, x, y, z)
    elif kind == "unit":
        cooling_unit(pile, rng, x, y, z)
    elif kind == "stairhead":
        stairhead(pile, rng, x, y, z)
    else:
        skylight(pile, x, y, z)
