"""What lies on the ground of a wood: fallen leaves, dead branches, logs, stumps and mushrooms."""

from collections.abc import Sequence

import numpy as np

from images.world.geometry import TURN, Solid, join, lathe, rotation
from images.world.materials import Colour
from images.world.plants.limbs import Order, blades, bole, sprout, stem, tubes, unit
from images.world.plants.trees import BROWN, Plant


def fallen_leaves(rng, *, radius: float = 0.5, count: int = 130, size: float = 0.07, palette: Sequence[Colour] = BROWN,
                  detail: float = 1.0) -> Plant:  # fmt: skip
    """A patch of leaves lying about, a few of them on edge."""
    n = max(14, round(count * detail**0.8))
    turn, spread = rng.uniform(0, TURN, n), radius * np.sqrt(rng.random(n)) * 1.1
    size = size * detail**-0.35
    base = np.c_[spread * np.cos(turn), spread * np.sin(turn), rng.uniform(0.0, 0.035, n)]
    away = rng.uniform(0, TURN, n)
    along = np.c_[np.cos(away), np.sin(away), rng.normal(0.06, 0.22, n)] * size * rng.uniform(0.6, 1.3, (n, 1))
    facing = unit(np.array([0, 0, 1.0]) + 0.35 * rng.standard_normal((n, 3)))
    solid = blades(base, along, facing, 0.62 * size, rng.choice([-0.3, 0.3]))
    palette = np.asarray(palette)
    return Plant(None, solid, palette[rng.integers(len(palette), size=n)] * np.exp(0.25 * rng.standard_normal((n, 1))))


def dead_branch(rng, length: float = 2.2) -> Solid:
    """A fallen branch with its twigs, lying along x."""
    t = np.linspace(0, 1, 9)
    path = np.c_[
        length * (t - 0.5), np.cumsum(rng.normal(0, 0.03, 9)), 0.04 + np.cumsum(rng.normal(0, 0.012, 9)) + 0.05 * t
    ]
    trunk = stem(path, 0.02 * length**0.7 * (1 - 0.8 * t))
    twigs = sprout(rng, trunk, Order(9, 0.32, 48, 0.2, -0.04, 0.2, 5, 0.6, lambda t: 1.1 - 0.8 * t, flat=0.6))
    small = sprout(rng, twigs, Order(4, 0.4, 45, 0.2, -0.03, 0.2, 4))
    return join([tubes(trunk, 7), tubes(twigs, 4), tubes(small, 3)])


def log(rng, length: float = 5.0, radius: float = 0.28, around: int = 28) -> Solid:
    """A fallen trunk along x, a third sunk into the ground, with broken stubs and closed ends."""
    k = 14
    x = length * np.linspace(-0.5, 0.5, k)
    path = np.c_[x, np.cumsum(rng.normal(0, 0.02, k)), np.full(k, 0.55 * radius) + np.cumsum(rng.normal(0, 0.012, k))]
    body = _lying(rng, path, radius * (1.05 - 0.3 * np.linspace(0, 1, k)), around)
    trunk = stem(path, radius)
    stubs = sprout(rng, trunk, Order(6, 0.14, 75, 0.06, 0.05, 0.2, 4, 0.35, lambda t: 0.6 + 0.6 * np.sin(9 * t)))
    return join([body, tubes(stubs, 6)])


def _lying(rng, path, radii, around) -> Solid:
    upright = np.c_[-path[:, 2] + path[:, 2].mean(), path[:, 1], path[:, 0] - path[0, 0]]
    solid = bole(rng, upright, radii, around, flare=0.12, knots=0.05)
    vertices = solid.vertices @ rotation(np.pi / 2, "y").T
    vertices = vertices + np.array([path[0, 0], 0, path[:, 2].mean()])
    first, last = np.arange(around), np.arange(around) + len(vertices) - around
    centres = np.stack([vertices[first].mean(0), vertices[last].mean(0)])
    n = len(vertices)
    ends = [
        np.stack([np.roll(first, -1), first, first * 0 + n], 1),
        np.stack([last, np.roll(last, -1), last * 0 + n + 1], 1),
    ]
    return Solid(np.concatenate([vertices, centres]), (*solid.faces, np.concatenate(ends)))


def stump(rng, radius: float = 0.3, height: float = 0.5, around: int = 30) -> Solid:
    z = np.linspace(-0.3, height, 9)
    path = np.c_[np.zeros((9, 2)), z]
    solid = bole(rng, path, np.full(9, radius), around, flare=0.9, knots=0.03)
    top = solid.vertices[-around:]
    top[:, 2] += 0.12 * height * rng.standard_normal(around)
    n = len(solid.vertices)
    i = np.arange(n - around, n)
    cap = np.stack([i, np.roll(i, -1), i * 0 + n], 1)
    return Solid(np.concatenate([solid.vertices, top.mean(0, keepdims=True) - [[0, 0, 0.06]]]), (*solid.faces, cap))


def mushrooms(rng, count: int = 5, size: float = 0.05) -> tuple[Solid, Solid]:
    """Caps and stalks of a small group."""
    caps, stalks = [], []
    for _ in range(count):
        s = size * rng.uniform(0.5, 1.2)
        x, y = 2.2 * size * rng.standard_normal(2)
        profile = [
            (0.2 * s, 0.95 * s),
            (0.75 * s, 0.9 * s),
            (0.8 * s, 1.02 * s),
            (0.6 * s, 1.3 * s),
            (0.28 * s, 1.46 * s),
            (0.01, 1.5 * s),
        ]
        caps.append(lathe(profile, 14).turned(rng.normal(0, 0.15), "x").moved(x, y))
        stalks.append(lathe([(0.2 * s, -0.2 * s), (0.15 * s, 0.5 * s), (0.17 * s, 1.0 * s)], 8).moved(x, y))
    return join(caps), join(stalks)
