"""Conifers: spruces with drooping sprays, pines with a bare trunk and clouds of needles; with snow or without."""

from collections.abc import Sequence

import numpy as np

from images.world.geometry import TURN, Solid, join
from images.world.materials import Colour
from images.world.plants.limbs import Limbs, Order, blades, bole, sprout, stem, tubes, unit
from images.world.plants.trees import Plant

SPRUCE = ((0.036, 0.064, 0.028), (0.05, 0.082, 0.032), (0.03, 0.054, 0.026))
PINE = ((0.062, 0.092, 0.034), (0.08, 0.112, 0.042), (0.05, 0.078, 0.034))
LARCH = ((0.42, 0.23, 0.03), (0.36, 0.18, 0.026), (0.46, 0.3, 0.045))
DEAD = ((0.13, 0.075, 0.04), (0.1, 0.06, 0.035))
SNOW = (0.82, 0.85, 0.9)


def spruce(rng, height: float, *, detail: float = 1.0, palette: Sequence[Colour] = SPRUCE, snow: float = 0.0,
           bare: float = 0.06, width: float = 0.19) -> Plant:  # fmt: skip
    """A spruce. snow: share of its sprays that carry it. bare: share of the trunk without living branches.
    width: length of the lowest branches over the height."""
    z = np.linspace(0, height, 10)
    sway = np.cumsum(rng.standard_normal((10, 2)), 0) * 0.0016 * height
    trunk = stem(np.c_[sway - sway[0], z], 0.0115 * height * (1 - z / height) ** 0.85 + 0.008)
    branches, level = _whorls(rng, trunk, height, bare, width, detail)
    sprays = _sprays(rng, branches, detail)
    needles, colours = _needles(rng, sprays, palette, detail)
    path = np.concatenate([trunk.paths[0, :1] - [0, 0, 0.04 * height], trunk.paths[0]])
    radii = np.r_[trunk.radii[0, :1], trunk.radii[0]]
    parts = [bole(rng, path, radii, max(5, round(14 * detail**0.5)), 0.35)]
    if detail > 0.15:
        parts.append(tubes(branches.chosen(level < 0.9), 4 if detail > 0.5 else 3))
    if bare > 0.15 and detail > 0.1:
        parts.append(tubes(_dead(rng, trunk, bare, height), 3))
    if snow:
        white = _snow(rng, branches, sprays, snow, detail)
        needles = join([needles, white])
        bright = np.array(SNOW) * rng.uniform(0.9, 1.02, (len(white.vertices) // 4, 1))
        colours = np.concatenate([colours, bright])
    return Plant(join(parts), needles, colours)


def _whorls(rng, trunk: Limbs, height: float, bare: float, width: float, detail: float) -> tuple[Limbs, np.ndarray]:
    """Branches round the trunk, long and drooping below, short and rising at the top; and their levels, 0 to 1."""
    rings = max(12, round((22 + 1.9 * height) * detail**0.22))
    level = bare + (0.985 - bare) * np.linspace(0, 1, rings) ** 0.9
    counts = rng.integers(5, 8, rings)
    level = np.repeat(level, counts)
    n = len(level)
    level = np.clip(level + rng.normal(0, 0.25 / rings, n), bare, 0.992)
    place = np.arange(n) - np.repeat(np.cumsum(counts) - counts, counts)
    angle = TURN * place / np.repeat(counts, counts) + np.repeat(rng.uniform(0, TURN, rings), counts)
    angle += rng.normal(0, 0.16, n)
    k = (level - bare) / (1 - bare)
    length = (
        width * height * (1 - k) ** 0.82 * np.minimum(0.62 + 3.5 * k, 1) * rng.uniform(0.66, 1.14, n) + 0.015 * height
    )
    length *= np.where(rng.random(n) < 0.06, 0.45, 1)  # broken ones
    start, _, radius = trunk.at(np.zeros(n, int), level)
    s = np.linspace(0, 1, 6)[None]
    rise = 0.55 * k - 0.12
    droop = (0.55 - 0.5 * k + rng.normal(0, 0.07, n))[:, None]
    tip = 0.24 * (1 - k)[:, None]  # the ends turn upwards again
    up = length[:, None] * (rise[:, None] * s - droop * s**1.6 + tip * s**3.2)
    across = length[:, None] * s
    bend = angle[:, None] + rng.normal(0, 0.12, n)[:, None] * s
    paths = start[:, None] + np.stack([across * np.cos(bend), across * np.sin(bend), up], -1)
    radii = np.minimum(0.5 * radius, 0.014 * length + 0.006)[:, None] * (1 - 0.8 * s)
    return Limbs(paths, radii), k


def _sprays(rng, branches: Limbs, detail: float) -> Limbs:
    """Twigs to both sides of every branch, hanging a little, shorter towards its end."""
    lengths = branches.lengths
    counts = np.maximum(3, np.round((4 + 13 * lengths) * detail**0.45)).astype(int)
    which = np.repeat(np.arange(len(branches)), counts)
    place = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    t = 0.1 + 0.9 * (place + rng.uniform(0.2, 0.8, len(which))) / counts[which]
    start, ahead, _ = branches.at(which, np.minimum(t, 0.999))
    side = unit(np.cross(ahead, [0, 0, 1.0])) * np.where(place % 2, 1, -1)[:, None]
    lean = np.radians(rng.normal(52, 12, len(which)) * (1 - 0.5 * t))[:, None]
    direction = (
        np.cos(lean) * ahead + np.sin(lean) * side - np.array([0, 0, 1]) * rng.uniform(0.1, 0.55, len(which))[:, None]
    )
    length = (0.12 + 0.34 * lengths[which] * (1.08 - t)) * rng.uniform(0.65, 1.25, len(which))
    s = np.linspace(0, 1, 3)[None, :, None]
    hang = np.array([0, 0, -0.35]) * length[:, None, None] * s**2
    paths = start[:, None] + unit(direction)[:, None] * length[:, None, None] * s + hang
    return Limbs(paths, np.broadcast_to(0.004, paths.shape[:2]))


def _needles(rng, sprays: Limbs, palette, detail: float) -> tuple[Solid, np.ndarray]:
    """Flat bunches of needles along the sprays, the newest at their tips lighter."""
    lengths = sprays.lengths
    counts = np.maximum(1, np.round((3 + 17 * lengths) * detail**0.8)).astype(int)
    which = np.repeat(np.arange(len(sprays)), counts)
    place = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    t = (place + rng.uniform(0, 0.6, len(which))) / counts[which]
    base, ahead, _ = sprays.at(which, np.minimum(t, 0.99))
    n = len(base)
    many = counts[which] > 2
    size = np.where(many, rng.uniform(0.11, 0.2, n) * detail**-0.3, lengths[which] * rng.uniform(0.8, 1.15, n))
    spread = np.where(many, 0.55, 0.15)[:, None]
    along = unit(ahead + spread * rng.standard_normal((n, 3)) - np.array([0, 0, 0.15])) * size[:, None]
    facing = unit(np.array([0, 0, 1.0]) + 0.5 * rng.standard_normal((n, 3)))
    solid = blades(base, along, facing, 0.11 * size + 0.012 * detail**-0.6, fold=-0.35)
    palette = np.asarray(palette)
    colours = palette[rng.integers(len(palette), size=n)] * (0.65 + 0.6 * t[:, None])
    return solid, colours * np.exp(0.16 * rng.standard_normal((n, 1)))


def _snow(rng, branches: Limbs, sprays: Limbs, share: float, detail: float) -> Solid:
    """Pads of snow: roofs over the sprays and lumps along the branches."""
    chosen = sprays.chosen(rng.random(len(sprays)) < share)
    start, end = chosen.paths[:, 0], chosen.paths[:, -1]
    lift = np.array([0, 0, 0.035])
    n = len(start)
    facing = unit(np.array([0, 0, 1.0]) + 0.25 * rng.standard_normal((n, 3)))
    along = (end - start) * rng.uniform(0.75, 1.05, (n, 1))
    width = (0.36 * np.linalg.norm(along, axis=1) + 0.05) * rng.uniform(0.7, 1.3, n)
    over = blades(start + lift, along, facing, width, fold=-0.32)
    m = 4 if detail > 0.3 else 2
    which = np.repeat(np.arange(len(branches)), m)
    which = which[rng.random(len(which)) < share]
    at, ahead, _ = branches.at(which, rng.uniform(0.25, 0.98, len(which)))
    size = (0.1 + 0.16 * branches.lengths[which]) * rng.uniform(0.6, 1.3, len(which))
    along = ahead * size[:, None]
    facing = unit(np.array([0, 0, 1.0]) + 0.2 * rng.standard_normal((len(which), 3)))
    lumps = blades(at + 1.3 * lift - along / 2, along, facing, 0.75 * size, fold=-0.3)
    return join([over, lumps])


def _dead(rng, trunk: Limbs, bare: float, height: float) -> Limbs:
    """The dead branches that stay on the lower trunk."""
    order = Order(round(26 * bare / 0.4), 0.07, 95, 0.1, -0.02, 0.03, 5, 0.18, lambda t: 0.35 + t, 14)
    parents = Limbs(trunk.paths * np.array([1, 1, bare]), trunk.radii)
    return sprout(rng, parents, order)


def pine(rng, height: float, *, detail: float = 1.0, palette: Sequence[Colour] = PINE, bare: float = 0.55,
         snow: float = 0.0, lean: float = 0.0) -> Plant:  # fmt: skip
    """A Scots pine: a tall bare trunk, dead stubs, and clouds of needles on wandering limbs."""
    k = max(8, round(20 * detail**0.5))
    z = height * 0.97 * np.linspace(0, 1, k) ** 1.2
    bend = np.cumsum(rng.standard_normal((k, 2)), 0) * 0.012 * height / k**0.5
    trunk = stem(
        np.c_[bend - bend[0] + lean * z[:, None] * [[1, 0.3]], z], 0.0125 * height * (1 - 0.8 * (z / height) ** 1.3)
    )
    limbs = sprout(rng, trunk, Order(22, 0.22, 74, 0.16, 0.06, bare, 7, 0.4, lambda t: 1.05 - 0.65 * t, 16, 35))
    branches = sprout(rng, limbs, Order(7, 0.42, 48, 0.2, 0.1, 0.3, 5))
    twigs = sprout(rng, branches, Order(max(2, round(6 * detail**0.4)), 0.45, 45, 0.2, 0.14, 0.2, 4))
    needles, colours = _tufts(rng, twigs, palette, detail, snow)
    path = np.concatenate([trunk.paths[0, :1] - [0, 0, 0.03 * height], trunk.paths[0]])
    parts = [bole(rng, path, np.r_[trunk.radii[0, :1], trunk.radii[0]], max(6, round(22 * detail**0.5)), 0.4)]
    parts.append(tubes(limbs, 5 if detail > 0.3 else 3))
    if detail > 0.1:
        parts += [tubes(_dead(rng, trunk, bare, height), 4)]
    if detail > 0.25:
        parts += [tubes(branches, 3)]
    ages = np.concatenate([np.full(len(p.vertices), a) for p, a in zip(parts, (1, 0.7, 0.2, 0.5), strict=False)])
    top = max(float(needles.vertices[:, 2].max()), 1e-6)
    scale = height / top
    return Plant(join(parts).scaled(scale), needles.scaled(scale), colours, ages)


def _tufts(rng, twigs: Limbs, palette, detail: float, snow: float) -> tuple[Solid, np.ndarray]:
    """Brushes of long needles at the ends of twigs."""
    m = max(3, round(16 * detail**0.7))
    which = np.repeat(np.arange(len(twigs)), m)
    base, ahead, _ = twigs.at(which, rng.uniform(0.35, 0.99, len(which)))
    n = len(base)
    along = (
        unit(ahead + 0.75 * rng.standard_normal((n, 3)) + [0, 0, 0.2]) * rng.uniform(0.16, 0.3, (n, 1)) * detail**-0.25
    )
    facing = unit(np.array([0, 0, 0.6]) + rng.standard_normal((n, 3)))
    solid = blades(base, along, facing, 0.035 * detail**-0.55, fold=-0.2)
    palette = np.asarray(palette)
    colours = palette[rng.integers(len(palette), size=n)] * np.exp(0.2 * rng.standard_normal((n, 1)))
    if snow:
        white = rng.random(n) < 0.6 * snow
        colours[white] = SNOW
    return solid, colours
