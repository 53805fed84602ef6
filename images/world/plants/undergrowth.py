"""What grows low: grass, wheat, reeds, flowers, ferns, heather: small patches to be scattered by the thousand."""

from collections.abc import Sequence

import numpy as np

from images.world.geometry import TURN, Solid, join
from images.world.materials import Colour
from images.world.plants.limbs import blades, unit
from images.world.plants.trees import Plant

GREEN = ((0.075, 0.115, 0.022), (0.1, 0.14, 0.03), (0.058, 0.095, 0.02), (0.14, 0.15, 0.045))
LUSH = ((0.06, 0.14, 0.018), (0.085, 0.17, 0.024), (0.05, 0.11, 0.018))
DRY = ((0.34, 0.25, 0.1), (0.42, 0.32, 0.15), (0.26, 0.19, 0.08), (0.2, 0.17, 0.06))
MIXED = (*GREEN[:2], *DRY[:2], (0.17, 0.165, 0.05))
STRAW = ((0.52, 0.36, 0.12), (0.6, 0.44, 0.17), (0.44, 0.29, 0.09))
FERN = ((0.07, 0.14, 0.022), (0.095, 0.17, 0.028), (0.055, 0.11, 0.02))
BRACKEN = ((0.3, 0.13, 0.035), (0.36, 0.18, 0.05), (0.22, 0.09, 0.03), (0.22, 0.17, 0.04))
HEATHER = ((0.2, 0.07, 0.14), (0.25, 0.1, 0.17), (0.12, 0.09, 0.05))
POPPY = ((0.68, 0.035, 0.012), (0.76, 0.06, 0.015), (0.58, 0.022, 0.012))


def strips(base, lean, height, width, bend: float | np.ndarray = 0.4, parts: int = 2) -> tuple[Solid, np.ndarray]:
    """Bent blades of grass: `base` (n, 3), `lean` (n, 2) the tip's drift in metres, height and width (n,).

    Two or more quads to a blade, and for every vertex its share of the height.
    """
    n = len(base)
    t = np.linspace(0, 1, parts + 1)
    drift = lean[:, None] * (t**2)[None, :, None] * 1.0 + lean[:, None] * 0.15 * t[None, :, None]
    sink = (np.asarray(bend) * np.linalg.norm(lean, axis=1) / 1.0)[:, None] * t[None] ** 3
    up = height[:, None] * t[None] - sink
    middle = base[:, None] + np.concatenate([drift, up[..., None]], 2)
    across = unit(np.c_[-lean[:, 1], lean[:, 0], np.zeros(n)] + 1e-9)[:, None]
    half = width[:, None, None] / 2 * (1 - 0.92 * t[None, :, None] ** 1.5)
    left, right = middle - half * across, middle + half * across
    quads = np.stack([left[:, :-1], right[:, :-1], right[:, 1:], left[:, 1:]], 2)
    share = np.broadcast_to(np.stack([t[:-1], t[:-1], t[1:], t[1:]], -1), quads.shape[:3])
    return Solid(quads.reshape(-1, 3), (np.arange(n * parts * 4).reshape(-1, 4),)), share.ravel()


def _coloured(rng, share: np.ndarray, per: int, palette, root: float = 0.45) -> np.ndarray:
    """Colours for vertices, `per` to a blade: from the palette, darker at the root."""
    n = len(share) // per
    palette = np.asarray(palette)
    own = palette[rng.integers(len(palette), size=n)] * np.exp(0.2 * rng.standard_normal((n, 1)))
    return np.repeat(own, per, 0) * (root + (1.1 - root) * share[:, None] ** 0.7)


def grass(rng, *, height: float = 0.35, radius: float = 0.4, blades: int = 260, palette: Sequence[Colour] = GREEN,
          heads: float = 0.0, stiff: float = 0.5, width: float = 0.006, wind: float = 0.0,
          detail: float = 1.0) -> Plant:  # fmt: skip
    """A patch of grass. heads: share of blades that are stalks with seeds. stiff: 1 upright. wind: leans all to +x."""
    n = max(10, round(blades * detail**0.8))
    spread = radius * np.sqrt(rng.random(n)) * np.where(rng.random(n) < 0.7, 1, 1.3)
    turn = rng.uniform(0, TURN, n)
    base = np.c_[spread * np.cos(turn), spread * np.sin(turn), np.full(n, -0.03)]
    tall = height * rng.uniform(0.45, 1.15, n) * (1 - 0.35 * spread / (1.3 * radius))
    reach = tall * rng.uniform(0.1, 1.0, n) * (1.15 - stiff)
    away = turn + rng.normal(0, 0.9, n)
    lean = np.c_[reach * np.cos(away) + wind * tall, reach * np.sin(away)]
    wide = width * (height / 0.35) ** 0.4 * detail**-0.5 * rng.uniform(0.7, 1.3, n)
    solid, share = strips(base, lean, tall, wide, 0.45)
    colours = _coloured(rng, share, 8, palette)
    if heads:
        stalks = rng.random(n) < heads
        more, more_colours = _seed_heads(rng, base[stalks], lean[stalks], tall[stalks] * 1.35, detail)
        solid, colours = join([solid, more]), np.concatenate([colours, more_colours])
    return Plant(None, solid, colours)


def _seed_heads(rng, base, lean, tall, detail) -> tuple[Solid, np.ndarray]:
    """Stalks higher than the grass, each with a feathery head."""
    n = len(base)
    stalk, share = strips(base, 0.6 * lean, tall, np.full(n, 0.0022 * detail**-0.5), 0.2)
    colours = _coloured(rng, share, 8, DRY)
    tip = base + np.c_[0.6 * 1.15 * lean, tall]
    m = max(2, round(7 * detail))
    along = np.repeat(unit(np.c_[lean, 2.2 * tall]), m, 0)
    foot = np.repeat(tip, m, 0) - along * rng.uniform(0, 0.1, (n * m, 1))
    out = unit(along + 0.35 * rng.standard_normal((n * m, 3))) * rng.uniform(0.025, 0.06, (n * m, 1))
    heads = blades(foot, out, rng.standard_normal((n * m, 3)), 0.007 * detail**-0.4, fold=0.1)
    own = np.asarray(DRY)[rng.integers(3, size=n * m)] * rng.uniform(0.7, 1.3, (n * m, 1))
    return join([stalk, heads]), np.concatenate([colours, np.repeat(own, 4, 0)])


def wheat(rng, *, height: float = 0.85, side: float = 0.5, stalks: int = 110, detail: float = 1.0,
          palette: Sequence[Colour] = STRAW) -> Plant:  # fmt: skip
    """A square patch of ripe wheat with bearded, nodding ears."""
    n = max(10, round(stalks * detail**0.7))
    base = np.c_[rng.uniform(-side / 2, side / 2, (n, 2)), np.full(n, -0.05)]
    tall = height * rng.uniform(0.85, 1.1, n)
    angle = rng.normal(0.6, 0.9, n)
    reach = height * rng.uniform(0.05, 0.22, n)
    lean = np.c_[reach * np.cos(angle), reach * np.sin(angle)]
    stalk, share = strips(base, lean, tall, np.full(n, 0.0045 * detail**-0.5), 0.2)
    colours = [_coloured(rng, share, 8, palette, 0.3)]
    tip = base + np.c_[1.15 * lean, tall - 0.2 * reach]
    nod = unit(np.c_[lean * 2.2, 0.35 * tall])
    parts = [stalk]
    grains = max(2, round(12 * detail))
    k = np.tile(np.arange(grains) / grains, n)[:, None]
    along = np.repeat(nod, grains, 0) - np.array([0, 0, 0.5]) * k
    foot = np.repeat(tip, grains, 0) + along * 0.1 * k
    out = unit(along + 0.5 * rng.standard_normal((n * grains, 3))) * 0.03 * detail**-0.3
    parts.append(blades(foot, out, rng.standard_normal((n * grains, 3)), 0.012 * detail**-0.4, 0.2))
    beard = unit(along + 0.28 * rng.standard_normal((n * grains, 3))) * rng.uniform(0.06, 0.12, (n * grains, 1))
    parts.append(blades(foot, beard, rng.standard_normal((n * grains, 3)), 0.0028 * detail**-0.5, 0.1))
    own = np.asarray(palette)[rng.integers(len(palette), size=n * grains)] * rng.uniform(0.75, 1.2, (n * grains, 1))
    colours += [np.repeat(own, 4, 0), np.repeat(1.15 * own, 4, 0)]
    return Plant(None, join(parts), np.concatenate(colours))


def flowers(rng, *, count: int = 9, height: float = 0.45, radius: float = 0.5, palette: Sequence[Colour] = POPPY,
            size: float = 0.035, petals: int = 4, heart: Colour = (0.02, 0.02, 0.018),
            detail: float = 1.0) -> Plant:  # fmt: skip
    """A few flowers on stalks: poppies as they are, daisies or cornflowers with more and narrower petals."""
    n = max(3, round(count * detail**0.5))
    turn, spread = rng.uniform(0, TURN, n), radius * np.sqrt(rng.random(n))
    base = np.c_[spread * np.cos(turn), spread * np.sin(turn), np.full(n, -0.03)]
    tall = height * rng.uniform(0.6, 1.15, n)
    lean = 0.25 * height * rng.standard_normal((n, 2))
    stalk, share = strips(base, lean, tall, np.full(n, 0.003 * detail**-0.5), 0.2)
    colours = [_coloured(rng, share, 8, GREEN)]
    tip = base + np.c_[1.15 * lean, tall - 0.2 * np.linalg.norm(lean, axis=1)]
    which = np.repeat(np.arange(n), petals)
    angle = TURN * np.tile(np.arange(petals), n) / petals + np.repeat(rng.uniform(0, TURN, n), petals)
    tilt = np.repeat(0.35 * rng.standard_normal((n, 2)), petals, 0)
    openness = np.repeat(rng.uniform(0.25, 1.0, n), petals)
    size = size * detail**-0.25
    out = np.c_[np.cos(angle), np.sin(angle), openness + tilt[:, 0] * np.cos(angle) + tilt[:, 1] * np.sin(angle)]
    inward = np.c_[-np.cos(angle), -np.sin(angle), np.ones(len(angle))]
    width = size * (1.9 if petals < 6 else 0.7)
    cup = blades(tip[which], unit(out) * size * 1.35, inward, width, -0.25)
    own = np.asarray(palette)[rng.integers(len(palette), size=n)] * rng.uniform(0.8, 1.2, (n, 1))
    colours.append(np.repeat(np.repeat(own, petals, 0), 4, 0))
    centre = blades(
        tip - [0.3 * size, 0, -0.1 * size],
        np.tile([0.6 * size, 0, 0], (n, 1)),
        np.tile([0, 0, 1.0], (n, 1)),
        0.6 * size,
        0,
    )
    colours.append(np.tile(heart, (4 * n, 1)))
    return Plant(None, join([stalk, cup, centre]), np.concatenate(colours))


def fern(rng, *, height: float = 0.6, fronds: int = 11, palette: Sequence[Colour] = FERN, detail: float = 1.0) -> Plant:
    """A fern: arching fronds from one root, with leaflets to both sides."""
    n = max(5, round(fronds * detail**0.3))
    turn = TURN * np.arange(n) / n + rng.normal(0, 0.3, n)
    reach = height * rng.uniform(0.9, 1.35, n)
    m = max(6, round(22 * detail**0.5))
    t = np.linspace(0.12, 1, m)[None]
    rise = rng.uniform(0.7, 1.05, n)[:, None] * height
    out = reach[:, None] * t**1.15
    up = rise * (1.9 * t - 1.25 * t**2.2)
    spine = np.stack([out * np.cos(turn)[:, None], out * np.sin(turn)[:, None], up], -1)
    ahead = unit(np.gradient(spine, axis=1))
    side = unit(np.cross(ahead, [0, 0, 1.0]))
    length = 0.34 * reach[:, None, None] * np.sin(np.pi * np.clip(0.12 + 0.85 * t, 0, 1))[..., None] ** 0.9 + 0.01
    parts = []
    for sign in (-1, 1):
        along = (unit(sign * side + 0.45 * ahead - [0, 0, 0.18]) * length).reshape(-1, 3)
        facing = np.cross(side, ahead).reshape(-1, 3)
        parts.append(blades(spine.reshape(-1, 3), along, facing, 1.35 * float(reach.mean()) / m, 0.1))
    colours = np.asarray(palette)[rng.integers(len(palette), size=n)] * rng.uniform(0.75, 1.2, (n, 1))
    shade = 0.6 + 0.5 * np.broadcast_to(t, (n, m))
    own = (colours[:, None] * shade[..., None]).reshape(-1, 3)
    stalk, share = strips(
        np.zeros((n, 3)), spine[:, m // 2, :2] * 0.87, spine[:, m // 2, 2], np.full(n, 0.008 * detail**-0.4), 0
    )
    brown = np.repeat(np.array([[0.1, 0.075, 0.03]]), len(share), 0)
    return Plant(None, join([*parts, stalk]), np.concatenate([np.repeat(np.r_[own, own], 4, 0), brown]))


def reeds(rng, *, height: float = 1.9, radius: float = 0.5, count: int = 60, detail: float = 1.0,
          palette: Sequence[Colour] = DRY) -> Plant:  # fmt: skip
    """Reeds at the edge of water, some with a brown plume."""
    green = grass(
        rng, height=height, radius=radius, blades=count, palette=palette, stiff=0.95, width=0.012, detail=detail
    )
    n = max(4, round(count * 0.4 * detail**0.6))
    base = np.c_[radius * rng.standard_normal((n, 2)) * 0.6, np.full(n, -0.05)]
    tall = height * rng.uniform(0.9, 1.25, n)
    lean = 0.12 * height * rng.standard_normal((n, 2)) + [0.06 * height, 0]
    stalk, share = strips(base, lean, tall, np.full(n, 0.006 * detail**-0.5), 0.1)
    tip = base + np.c_[1.15 * lean, tall]
    m = max(2, round(9 * detail))
    along = unit(np.repeat(np.c_[lean, 0.35 * tall], m, 0) + 0.12 * rng.standard_normal((n * m, 3)))
    plume = blades(
        np.repeat(tip, m, 0) - 0.12 * along,
        along * rng.uniform(0.1, 0.26, (n * m, 1)),
        rng.standard_normal((n * m, 3)),
        0.02 * detail**-0.3,
        0.1,
    )
    brown = np.array([0.2, 0.12, 0.07]) * rng.uniform(0.7, 1.3, (n * m, 1))
    colours = [green.colours, _coloured(rng, share, 8, palette), np.repeat(brown, 4, 0)]
    return Plant(None, join([green.leaves, stalk, plume]), np.concatenate(colours))


def low_leaves(rng, *, height: float = 0.22, radius: float = 0.4, count: int = 90, size: float = 0.05,
               palette: Sequence[Colour] = GREEN, detail: float = 1.0) -> Plant:  # fmt: skip
    """Bilberry, ivy, nettles, heather: leaves on unseen stalks over the ground."""
    n = max(12, round(count * detail**0.7))
    turn, spread = rng.uniform(0, TURN, n), radius * np.sqrt(rng.random(n))
    z = height * rng.uniform(0.1, 1, n) * (1 - 0.6 * (spread / radius) ** 2)
    base = np.c_[spread * np.cos(turn), spread * np.sin(turn), z]
    size = size * detail**-0.35
    along = unit(np.c_[np.cos(turn), np.sin(turn), 0.3 * np.ones(n)] + 0.8 * rng.standard_normal((n, 3))) * size
    facing = unit(np.array([0, 0, 1.0]) + 0.5 * rng.standard_normal((n, 3)))
    solid = blades(base, along * rng.uniform(0.7, 1.3, (n, 1)), facing, 0.6 * size, 0.2)
    palette = np.asarray(palette)
    shade = (0.5 + 0.65 * z / height)[:, None]
    return Plant(None, solid, palette[rng.integers(len(palette), size=n)] * shade * rng.uniform(0.75, 1.25, (n, 1)))
