"""How plants branch: every order of branches is grown from the one before, all of its branches at once.

The parameters follow Weber and Penn (1995): how many children a branch has, how long they are, how far they lean away,
and how they wander. Nothing here loops over branches, so a tree of five thousand twigs takes hundredths of a second.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from images.world.geometry import TURN, Solid

GOLDEN = np.pi * (3 - 5**0.5)  # the angle from one leaf to the next round a stem


@dataclass(frozen=True)
class Limbs:
    """Branches of one order: their paths (n, k, 3) and radii (n, k), in metres."""

    paths: np.ndarray
    radii: np.ndarray

    def __len__(self) -> int:
        return len(self.paths)

    @property
    def lengths(self) -> np.ndarray:
        return np.linalg.norm(np.diff(self.paths, axis=1), axis=2).sum(1)

    def at(self, which: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Position, unit direction and radius on branches `which` at shares t of their length."""
        steps = self.paths.shape[1] - 1
        i = np.minimum((t * steps).astype(int), steps - 1)
        f = (t * steps - i)[:, None]
        a, b = self.paths[which, i], self.paths[which, i + 1]
        radius = self.radii[which, i] * (1 - f[:, 0]) + self.radii[which, i + 1] * f[:, 0]
        return a * (1 - f) + b * f, unit(b - a), radius

    def chosen(self, mask: np.ndarray) -> "Limbs":
        return Limbs(self.paths[mask], self.radii[mask])


@dataclass(frozen=True)
class Order:
    """One order of branches, seen from its parents."""

    count: int  # to a parent of mean length
    length: float  # share of the parent's
    angle: float  # degrees away from the parent
    wander: float = 0.12  # turning at each step, radians
    lift: float = 0.0  # pull upwards at each step; down if negative
    bare: float = 0.2  # share of the parent that has none
    points: int = 6
    thin: float = 0.6  # radius over the parent's where it leaves
    shape: Callable = lambda t: 1 - 0.5 * t  # share of `length` by the place on the parent
    angle_spread: float = 12.0  # degrees
    angle_top: float | None = None  # `angle` for the children at the parent's tip
    flat: float = 0.0  # 1: all in the parent's horizontal plane


def unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / (np.linalg.norm(vectors, axis=-1, keepdims=True) + 1e-12)


def stem(points, radii) -> Limbs:
    """A single first branch along points (k, 3)."""
    points = np.asarray(points, float)
    return Limbs(points[None], np.broadcast_to(np.asarray(radii, float), len(points))[None])


def walk(
    rng, start, direction, length, radius, *, points: int, wander: float, lift: float, taper: float = 0.85
) -> Limbs:
    """Branches that set out from `start` (n, 3) along `direction`, and turn at random and upwards as they go."""
    n = len(start)
    step = (length / (points - 1))[:, None]
    paths = np.empty((n, points, 3))
    paths[:, 0] = start
    ahead = unit(direction)
    for i in range(1, points):
        paths[:, i] = paths[:, i - 1] + ahead * step
        ahead = unit(ahead + wander * rng.standard_normal((n, 3)) + np.array([0, 0, lift]))
    t = np.linspace(0, 1, points)
    return Limbs(paths, radius[:, None] * (1 - taper * t[None]))


def sprout(rng, parents: Limbs, order: Order) -> Limbs:
    """The next order of branches: `count` to a parent of mean length, spread along it by the golden angle."""
    lengths = parents.lengths
    counts = np.maximum(1, np.round(order.count * np.clip(lengths / (lengths.mean() + 1e-9), 0.3, 2.2))).astype(int)
    which = np.repeat(np.arange(len(parents)), counts)
    place = np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)
    share = (place + rng.uniform(0.1, 0.9, len(which))) / counts[which]
    t = order.bare + (1 - order.bare) * share
    start, along, radius = parents.at(which, np.minimum(t, 0.999))
    turn = GOLDEN * place + rng.uniform(0, TURN, len(parents))[which] + rng.normal(0, 0.4, len(which))
    outward = _outward(along, turn, order.flat)
    top = order.angle if order.angle_top is None else order.angle_top
    angle = order.angle + (top - order.angle) * share
    lean = np.radians(rng.normal(angle, order.angle_spread))[:, None]
    direction = np.cos(lean) * along + np.sin(lean) * outward
    length = lengths[which] * order.length * order.shape(share) * rng.uniform(0.7, 1.25, len(which))
    radius = np.minimum(radius * order.thin, 0.03 * length + 0.002)
    return walk(
        rng, start, direction, length, radius, points=order.points, wander=order.wander, lift=order.lift
    )  # fmt: skip


def _outward(along: np.ndarray, turn: np.ndarray, flat: float) -> np.ndarray:
    """Unit vectors square to `along`, turned about it; with `flat` they are drawn into the horizontal plane."""
    reference = np.where(np.abs(along[:, 2:]) > 0.9, [[1.0, 0, 0]], [[0, 0, 1.0]])
    side = unit(np.cross(along, reference))
    up = np.cross(side, along)
    cos, sin = np.cos(turn)[:, None], np.sin(turn)[:, None]
    if flat:
        sin = sin * (1 - flat)
        cos = np.sign(cos) * np.sqrt(1 - sin**2)
    return cos * side + sin * up


def tubes(limbs: Limbs, around: int) -> Solid:
    """Round rods along all branches, open at their ends; all faces are quads."""
    paths, radii = limbs.paths, limbs.radii
    n, k, _ = paths.shape
    ahead = unit(np.gradient(paths, axis=1))
    mean = ahead.mean(1)
    reference = np.eye(3)[np.argmin(np.abs(mean), axis=1)][:, None]
    side = unit(np.cross(ahead, reference))
    up = np.cross(side, ahead)
    t = np.linspace(0, TURN, around, endpoint=False)[None, None, :, None]
    circle = np.cos(t) * up[:, :, None] + np.sin(t) * side[:, :, None]
    vertices = paths[:, :, None] + radii[:, :, None, None] * circle
    i = np.arange(around)
    ring = np.stack([i, np.roll(i, -1), np.roll(i, -1) + around, i + around], -1)
    faces = ring[None, None] + (np.arange(n)[:, None] * k + np.arange(k - 1))[..., None, None] * around
    return Solid(vertices.reshape(-1, 3), (faces.reshape(-1, 4),))


def bole(rng, path: np.ndarray, radii: np.ndarray, around: int, flare: float = 0.5, knots: float = 0.04) -> Solid:
    """A trunk that is not a rod: buttresses at its foot, flutes that follow it upwards, swellings.

    path: (k, 3); radii: (k,). flare: how far the buttresses reach beyond the radius at the foot.
    """
    t = np.linspace(0, TURN, around, endpoint=False)
    rise = path[:, 2] - path[0, 2]
    foot = np.exp(-rise / (2.2 * radii[0]))[:, None]
    number = int(rng.integers(4, 7))
    phase = rng.uniform(0, TURN, 4)
    roots = flare * foot * (0.55 + 0.45 * np.cos(number * t + phase[0] + 0.4 * np.sin(2 * t + phase[1])))
    twist = 0.5 * rise[:, None] / (rise[-1] + 1e-9)
    flutes = 0.05 * np.cos(number * (t + twist) + phase[0]) + 0.025 * np.cos((2 * number + 1) * (t - twist) + phase[2])
    lumps = knots * np.sin(3 * t + rise[:, None] / (3 * radii[0]) + phase[3]) + 0.3 * knots * rng.standard_normal(
        (len(path), around)
    )
    radius = radii[:, None] * (1 + roots + flutes + lumps)
    ahead = unit(np.gradient(path, axis=0))
    side = unit(np.cross(ahead, [0, 1.0, 0]))
    up = np.cross(side, ahead)
    rings = path[:, None] + radius[..., None] * (np.cos(t)[:, None] * side[:, None] - np.sin(t)[:, None] * up[:, None])
    k = len(path)
    i = np.arange(around)
    ring = np.stack([i, np.roll(i, -1), np.roll(i, -1) + around, i + around], -1)
    faces = ring[None] + np.arange(k - 1)[:, None, None] * around
    return Solid(rings.reshape(-1, 3), (faces.reshape(-1, 4),))


def blades(base: np.ndarray, along: np.ndarray, facing: np.ndarray, width, fold: float = 0.25) -> Solid:
    """A leaf at every base (n, 3), reaching `along` (n, 3), its upper side towards `facing`, folded along its middle.

    width: metres, one number or (n,). Four vertices to a leaf: foot, one side, tip, other side.
    """
    length = np.linalg.norm(along, axis=1, keepdims=True)
    across = unit(np.cross(along, facing))
    up = np.cross(across, along / (length + 1e-12))
    width = np.broadcast_to(width, len(base))[:, None]
    middle = base + 0.42 * along + up * width * fold
    corners = [base, middle + across * width / 2, base + along, middle - across * width / 2]
    return Solid(np.stack(corners, 1).reshape(-1, 3), (np.arange(4 * len(base)).reshape(-1, 4),))


def leaves_on(
    rng, twigs: Limbs, count: int, size: float, *, droop: float = 0.3, spread: float = 0.6, start: float = 0.15
):
    """`count` leaves to a twig of mean length: a Solid of blades of about `size` metres."""
    lengths = twigs.lengths
    counts = np.maximum(1, np.round(count * np.clip(lengths / (lengths.mean() + 1e-9), 0.3, 2))).astype(int)
    which = np.repeat(np.arange(len(twigs)), counts)
    t = start + (0.999 - start) * rng.random(len(which)) ** 0.8
    base, ahead, _ = twigs.at(which, t)
    n = len(base)
    along = unit(ahead + spread * 1.6 * rng.standard_normal((n, 3)) - np.array([0, 0, droop]))
    along *= size * rng.uniform(0.6, 1.25, (n, 1))
    facing = unit(np.array([0, 0, 0.9]) + spread * rng.standard_normal((n, 3)))
    return blades(base, along, facing, np.linalg.norm(along, axis=1) * 0.62)
