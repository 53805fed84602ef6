"""Hair: a melted volume on the head with strands combed over it, in several styles; manes use strands too.

Everything here is in the head bone's axes, for an adult man's head (see `bodies.skull`), and scaled by its user.
"""

from dataclasses import dataclass

import numpy as np

from images.world.geometry import Solid
from images.world.modelling.implicit import Blob, ball, field, limb, rod

FACE = (  # what hair does not cover: the face, and the ears' front
    ball((0, -0.12, 0.03), (0.074, 0.1, 0.098), blend=0.02, sign=-1),
    ball((0.085, -0.045, 0.03), (0.03, 0.05, 0.05), blend=0.015, sign=-1),
    ball((-0.085, -0.045, 0.03), (0.03, 0.05, 0.05), blend=0.015, sign=-1),
)
CROWN = np.array([0.0, 0.06, 0.2])


@dataclass(frozen=True)
class Style:
    """blobs: the hair's volume. towards: where strands are combed to, (n, 3) points to directions. length: of a strand,
    metres; lift: how far strands stand off, metres; wild: how much they stray."""

    blobs: tuple[Blob, ...]
    towards: object
    length: float
    lift: float
    wild: float
    hangs: tuple[Blob, ...] = ()  # what hangs free of the head: a tail


def from_crown(p):
    away = p - CROWN
    return away + np.array([0, 0, -0.05])


def down(p):
    side = np.sign(p[:, :1]) * np.clip(1.2 - np.abs(p[:, :1]) / 0.06, 0, 1)
    return np.concatenate([side, 0.25 + 0 * side, -1.0 + 0 * side], 1)


def _to(tie):
    return lambda p: np.asarray(tie) - p


def _cap(thick: float, low: float = 0.02) -> list[Blob]:
    """Hair that covers the skull, `thick` metres more than it, down to `low`."""
    t = thick
    blobs = [ball((0, 0.012, 0.115), (0.075 + t, 0.09 + t, 0.078 + t), blend=0.02)]
    blobs += [ball((0, -0.03, 0.125), (0.066 + t, 0.062 + t, 0.06 + t), blend=0.02)]
    blobs += [ball((0, 0.052, 0.062), (0.062 + t, 0.05 + t, 0.075 - low), blend=0.03)]
    return [*blobs, *FACE]


def _hanging(bottom: float, wide: float, deep: float) -> list[Blob]:
    """Hair that falls behind the head and beside the cheeks to `bottom`."""
    blobs = [rod((0, 0.045, 0.1), (0, 0.07, bottom), 0.072, wide, flat=(1.1, deep), blend=0.04)]
    for s in (1, -1):
        blobs.append(
            rod((s * 0.07, 0.015, 0.1), (s * 0.074, 0.03, max(bottom, -0.09)), 0.024, 0.03, flat=(0.7, 1.3), blend=0.03)
        )
    return blobs


def style(name: str) -> Style:
    if name == "cropped":
        return Style(tuple(_cap(0.004, 0.014)), from_crown, 0.016, 0.004, 0.5)
    if name == "short":
        return Style(tuple(_cap(0.011, 0.012)), from_crown, 0.05, 0.009, 0.35)
    if name == "tousled":
        quiff = [ball((0.01, -0.06, 0.19), (0.05, 0.045, 0.028), blend=0.03)]
        return Style(tuple(_cap(0.016, 0.01)[:3] + quiff + list(FACE)), from_crown, 0.06, 0.014, 0.5)
    if name == "bob":
        return Style(tuple(_cap(0.012)[:3] + _hanging(-0.055, 0.072, 0.8) + list(FACE)), down, 0.2, 0.007, 0.22)
    if name == "long":
        return Style(tuple(_cap(0.01)[:3] + _hanging(-0.2, 0.066, 0.5) + list(FACE)), down, 0.34, 0.008, 0.25)
    if name == "bun":
        bun = ball((0, 0.118, 0.14), (0.043, 0.038, 0.043), blend=0.012)
        return Style((*_cap(0.006), bun), _to((0, 0.135, 0.14)), 0.14, 0.005, 0.3)
    if name == "pony tail":
        tail = limb([(0, 0.108, 0.13), (0, 0.14, 0.1), (0, 0.145, 0.02), (0, 0.125, -0.09), (0, 0.118, -0.17)],
                    [0.018, 0.024, 0.03, 0.026, 0.008], blend=0.02)  # fmt: skip
        return Style(tuple(_cap(0.006)), _to((0, 0.13, 0.13)), 0.14, 0.004, 0.25, tuple(tail))
    if name == "plait":
        return Style(tuple(_cap(0.008)), _to((0, 0.1, 0.0)), 0.16, 0.004, 0.25, tuple(_plait()))
    raise ValueError(f"no hair is called {name!r}")


def under_hat(blobs) -> list[Blob]:
    """What is seen of hair under a hat."""
    return [*blobs, ball((0, -0.04, 0.33), (0.3, 0.4, 0.205), blend=0.01, sign=-1)]


def _plait(length: float = 0.34) -> list[Blob]:
    """Three strands that cross each other down the back."""
    t = np.linspace(0, 1, 26)
    blobs = []
    for i in range(3):
        phase = 2 * np.pi * (3.2 * t + i / 3)
        x, y = 0.016 * np.sin(phase), 0.009 * np.sin(2 * phase)
        path = np.stack([x, 0.088 + y + 0.03 * t - 0.02 * t * t, 0.03 - length * t], 1)
        blobs += limb(path, np.linspace(0.0165, 0.009, len(t)), blend=0.002)
    return blobs


def strands(
    solid: Solid, blobs, towards, rng, count: int, length: float, lift: float, wild: float, points: int = 7
) -> np.ndarray:
    """Strands (n, points, 3) that start on a volume's surface and are combed over it."""
    from images.world.modelling.implicit_kernels import onto

    distances, low = field(blobs, 0.008)
    distances = distances.astype(np.float32)
    start = solid.vertices[rng.integers(len(solid.vertices), size=count)] + rng.normal(0, 0.002, (count, 3))
    height = lift * rng.random(count) ** 1.6
    stray = rng.normal(0, 0.35 * wild, (count, 3))
    size = length / (points - 1) * rng.uniform(0.55, 1.1, (count, 1))
    path = [start]
    for i in range(1, points):
        ahead = towards(path[-1])
        ahead = ahead / (np.linalg.norm(ahead, axis=1, keepdims=True) + 1e-6)
        stray = stray + rng.normal(0, 0.22 * wild, (count, 3))
        step = ahead + stray
        after = path[-1] + size * step / (np.linalg.norm(step, axis=1, keepdims=True) + 1e-6)
        on_surface = after.copy()
        onto(on_surface, distances - np.float32(0.0), low, 0.008)
        out = after - on_surface
        away = np.einsum("ij,ij->i", out, out) ** 0.5
        inside = _inside(after, distances, low, 0.008)
        normal = np.where(inside[:, None], -out, out) / (away[:, None] + 1e-9)
        # strands keep close to the volume where it is near, and fall freely below it
        near = away < 0.02
        level = on_surface + normal * (height * i / (points - 1))[:, None]
        path.append(np.where(near[:, None], level, after))
    return np.stack(path, 1)


def _inside(points, distances, low, step):
    i = np.clip(((points - low) / step).round().astype(int), 0, np.array(distances.shape) - 1)
    return distances[i[:, 0], i[:, 1], i[:, 2]] < 0


def tail(path, radii, rng, count: int, points: int = 9, spread: float = 1.0, wild: float = 0.3) -> np.ndarray:
    """Strands (n, points, 3) that run along a path (k, 3) within radii (k,): pony tails, horses' tails, beards."""
    path, radii = np.asarray(path, float), np.asarray(radii, float)
    along = np.linspace(0, 1, len(path))
    t = np.linspace(0, 1, points)
    centre = np.stack([np.interp(t, along, path[:, i]) for i in range(3)], 1)
    reach = np.interp(t, along, radii)
    offset = rng.normal(0, 0.5, (count, 1, 3)) + np.cumsum(rng.normal(0, 0.12 * wild, (count, points, 3)), 1)
    ends = rng.uniform(0.75, 1.05, (count, 1, 1))
    result = centre[None] + spread * reach[None, :, None] * offset
    return result[:, :1] + (result - result[:, :1]) * ends
