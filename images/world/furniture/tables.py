"""Tables and desks. Their front edge is at y = 0, they reach to y = depth and are centred on x = 0."""

import itertools

import numpy as np

from images.world.furniture import fabrics, finishes
from images.world.furniture.turning import bead, curve, spun
from images.world.geometry import Solid, box, grid, join
from images.world.noise import fbm

TOPS = ("oak", "walnut", "marble", "cloth", "desk", "pine")
WOODS = {"oak": (0.23, 0.125, 0.055), "walnut": (0.115, 0.052, 0.024), "pine": (0.36, 0.21, 0.095), "mahogany": (0.15,
    0.04, 0.018), "ash": (0.4, 0.3, 0.19), "black": (0.035, 0.025, 0.02),}  # fmt: skip


def _planks(width: float, depth: float, low: float, high: float, board: float, rng) -> list[Solid]:
    """Boards along x, not quite even."""
    count = max(1, round(depth / board))
    edges = np.linspace(0, depth, count + 1)
    edges[1:-1] += rng.normal(0, 0.05 * board, count - 1)
    return [
        box(
            -width / 2 + rng.normal(0, 0.002),
            width / 2 + rng.normal(0, 0.002),
            a + 0.0008,
            b - 0.0008,
            low,
            high + rng.normal(0, 0.0006),
        )
        for a, b in itertools.pairwise(edges)
    ]


def _turned_leg(height: float, wide: float, around: int) -> Solid:
    h, r = height, wide / 2
    return spun([(0, 0), (0.55 * r, 0)], curve([(0.6 * r, 0.01 * h), (0.85 * r, 0.06 * h), (0.6 * r,
        0.12 * h)]), bead(0.6 * r, 0.13 * h, 0.16 * h), curve([(0.55 * r, 0.17 * h), (0.75 * r,
        0.4 * h), (1.0 * r, 0.66 * h), (0.7 * r, 0.74 * h)]), bead(0.75 * r, 0.75 * h, 0.79 * h),
        [(0.8 * r, 0.8 * h), (0, 0.8 * h)], around=around,)  # fmt: skip


def table(stage, rng, kind: str = "oak", width: float = 1.7, depth: float = 0.85, height: float = 0.75):
    """A table of one of TOPS."""
    if kind == "desk":
        return desk(stage, rng, width, depth, height)
    wood = {"marble": "walnut", "cloth": "walnut"}.get(kind, kind)
    colour = tuple(c * rng.uniform(0.85, 1.15) for c in WOODS[wood])
    along, upright = (
        finishes.wood(stage, colour, "x", 0.4, 0.2, 0.45),
        finishes.wood(stage, colour, "z", 0.42, 0.15, 0.4),
    )
    thick = {"oak": 0.045, "pine": 0.04, "marble": 0.028}.get(kind, 0.03)
    parts = []
    if kind in ("oak", "pine"):
        for solid in _planks(width, depth, height - thick, height, 0.17, rng):
            parts.append(stage.add(solid, along, bevel=0.004))
    elif kind == "marble":
        pale = rng.random() < 0.6
        colour, veins = ((0.7, 0.68, 0.63), (0.28, 0.27, 0.25)) if pale else ((0.03, 0.055, 0.045), (0.5, 0.52, 0.46))
        top = finishes.marble(stage, colour, veins, 0.3, 0.12)
        parts.append(stage.add(box(-width / 2, width / 2, 0, depth, height - thick, height), top, bevel=0.005))
    else:
        parts.append(stage.add(box(-width / 2, width / 2, 0, depth, height - thick, height), along, bevel=0.008))
    inset = 0.09
    rails = [
        box(-width / 2 + inset, width / 2 - inset, y, y + 0.022, height - thick - 0.1, height - thick)
        for y in (inset, depth - inset - 0.022)
    ]
    rails += [
        box(
            s * (width / 2 - inset),
            s * (width / 2 - inset - 0.022),
            inset,
            depth - inset,
            height - thick - 0.1,
            height - thick,
        )
        for s in (-1, 1)
    ]
    parts.append(stage.add(rails, along, bevel=0.003))
    legs = []
    for x in (-width / 2 + inset + 0.02, width / 2 - inset - 0.02):
        for y in (inset + 0.02, depth - inset - 0.02):
            block = box(x - 0.036, x + 0.036, y - 0.036, y + 0.036, 0.78 * (height - thick), height - thick)
            turned = _turned_leg(height - thick, 0.085, stage.around(24, 8)).moved(x, y, 0)
            straight = box(x - 0.034, x + 0.034, y - 0.034, y + 0.034, 0, height - thick)
            legs += [straight] if kind in ("oak", "pine") else [block, turned]
    parts.append(stage.add(legs, upright, smooth=45, bevel=0.003))
    if kind == "cloth":
        tint = [(0.6, 0.57, 0.5), (0.6, 0.59, 0.57), (0.22, 0.02, 0.022), (0.03, 0.08, 0.05), (0.04, 0.06, 0.12)][
            rng.integers(5)
        ]
        parts.append(tablecloth(stage, rng, width, depth, height + 0.001, tint))
    return stage.group(*parts)


def tablecloth(stage, rng, width: float, depth: float, height: float, colour, drop: float = 0.28):
    """A cloth over a table: flat above with ironed creases, hanging in folds all round."""
    seed, n = int(rng.integers(999)), stage.around(150, 40)
    reach_x, reach_y = width / 2 + 0.004, depth / 2 + 0.004
    u = np.concatenate(
        [
            np.linspace(-drop, 0, max(6, n // 12))[:-1],
            np.linspace(0, 1, n)[:],
            1 + np.linspace(0, drop, max(6, n // 12))[1:],
        ]
    )
    columns, rows = np.meshgrid(u, u)

    def along(share, reach):
        out = np.where(share < 0, share, np.where(share > 1, share - 1, 0.0))  # metres beyond the edge
        return np.clip(share, 0, 1) * 2 * reach - reach, out

    x, beyond_x = along(columns, reach_x)
    y, beyond_y = along(rows, reach_y)
    hang = np.hypot(beyond_x, beyond_y)
    fold = hang / drop
    side = np.abs(beyond_x) > np.abs(beyond_y)
    run = np.where(side, y, x)
    wave = np.sin(run * 22 + 3 * fbm(run * 3, side * 5.0, 2, seed)) + 0.5 * fbm(run * 9, fold, 3, seed + 1)
    out = np.clip(fold, 0, 1) ** 0.7 * (0.018 + 0.022 * wave * np.clip(fold, 0, 1))
    x = x + np.sign(beyond_x) * out * (np.abs(beyond_x) > 0)
    y = y + np.sign(beyond_y) * out * (np.abs(beyond_y) > 0)
    crease = 0.0022 * (
        np.exp(-(((np.abs(x) % (width / 3)) / 0.006) ** 2)) + np.exp(-((((y + reach_y) % (depth / 2)) / 0.006) ** 2))
    )
    z = (
        height
        - np.minimum(hang, drop * 1.15)
        + np.where(hang == 0, crease + 0.0012 * fbm(x * 6, y * 6, 4, seed + 3) + 0.001, 0)
    )
    return stage.add(grid(x, y + depth / 2, z), fabrics.cloth(stage, colour, None, 1000), smooth=True)


def desk(stage, rng, width: float = 1.5, depth: float = 0.75, height: float = 0.75):
    """A pedestal desk with drawers and a leather top edged in gold; its drawers face +y, its front -y is panelled."""
    colour = tuple(c * rng.uniform(0.85, 1.15) for c in WOODS[str(rng.choice(["mahogany", "walnut", "oak"]))])
    along, upright = (
        finishes.wood(stage, colour, "x", 0.32, 0.4, 0.25),
        finishes.wood(stage, colour, "z", 0.35, 0.3, 0.25),
    )
    w, thick = width / 2, 0.035
    rim = [box(-w, w, 0, 0.085, height - thick, height), box(-w, w, depth - 0.085, depth, height - thick, height)]
    rim += [box(s * w, s * (w - 0.085), 0.085, depth - 0.085, height - thick, height) for s in (-1, 1)]
    hide = [(0.02, 0.07, 0.04), (0.12, 0.018, 0.015), (0.1, 0.045, 0.02), (0.02, 0.025, 0.05)][rng.integers(4)]
    parts = [stage.add(rim, along, bevel=0.004)]
    parts.append(
        stage.add(
            box(-w + 0.085, w - 0.085, 0.085, depth - 0.085, height - thick, height - 0.0006),
            fabrics.leather(stage, hide),
        )
    )
    gold = [
        box(-w + 0.1, w - 0.1, y, y + 0.004, height - 0.0008, height - 0.0004)
        for y in (0.1, 0.108, depth - 0.104, depth - 0.112)
    ]
    gold += [box(s * (w - 0.1), s * (w - 0.104), 0.1, depth - 0.1, height - 0.0008, height - 0.0004) for s in (-1, 1)]
    parts.append(stage.add(gold, finishes.brass(stage, 0.35, 0.6)))
    body = [box(-w + 0.03, w - 0.03, 0.03, depth - 0.03, height - 0.17, height - thick)]
    for s in (-1, 1):
        body.append(box(s * (w - 0.03), s * (w - 0.43), 0.03, depth - 0.03, 0.07, height - 0.17))
        body.append(box(s * (w - 0.015), s * (w - 0.445), 0.015, depth - 0.015, 0, 0.07))
    parts.append(stage.add(body, upright, bevel=0.004))
    panels, pulls = [], []
    for s in (-1, 1):
        a, b = s * (w - 0.06), s * (w - 0.4)
        panels += [
            box(a, b, 0.02, 0.03, 0.11, height - 0.2),
            box(a + s * -0.03, b + s * 0.03, 0.012, 0.02, 0.15, height - 0.24),
        ]
        for k in range(3):
            z = 0.1 + k * 0.16
            panels.append(box(a, b, depth - 0.03, depth - 0.015, z, z + 0.145))
            pulls.append(box((a + b) / 2 - 0.05, (a + b) / 2 + 0.05, depth - 0.015, depth, z + 0.07, z + 0.085))
    panels.append(box(-w + 0.45, w - 0.45, 0.02, 0.03, height - 0.155, height - 0.05))
    parts += [stage.add(panels, along, bevel=0.003), stage.add(pulls, finishes.brass(stage), bevel=0.003)]
    return stage.group(*parts)


def round_table(stage, rng, radius: float = 0.32, height: float = 0.6, wood: str = "walnut"):
    """A small round table on one turned leg and three feet, centred on the origin."""
    look, around = finishes.wood(stage, WOODS[wood], "x", 0.35, 0.3), stage.around(64, 18)
    h = height
    top = spun([(0, h - 0.025), (radius - 0.01, h - 0.025), (radius, h - 0.018), (radius, h - 0.006), (radius - 0.012,
        h), (radius - 0.03, h - 0.003), (0, h - 0.003)], around=around)  # fmt: skip
    stem = spun([(0, 0.16)], curve([(0.03, 0.17), (0.045, 0.24), (0.022, 0.34), (0.03, 0.42), (0.02, h - 0.06)]),
        [(0.06, h - 0.026), (0, h - 0.026)], around=stage.around(28, 10),)  # fmt: skip
    from images.world.geometry import tube

    feet = []
    for angle in np.arange(3) * 2 * np.pi / 3 + 0.4:
        c, s = np.cos(angle), np.sin(angle)
        path = [
            (0.02 * c, 0.02 * s, 0.22),
            (0.11 * c, 0.11 * s, 0.17),
            (0.2 * c, 0.2 * s, 0.06),
            (0.27 * c, 0.27 * s, 0.015),
        ]
        feet.append(tube(path, [0.02, 0.022, 0.016, 0.018], 10))
    return stage.group(
        stage.add(top, look, smooth=40),
        stage.add(join([stem, *feet]), finishes.wood(stage, WOODS[wood], "z"), smooth=45),
    )
