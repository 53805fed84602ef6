"""Turned work: profiles with mouldings for a lathe, from chessmen and candlesticks to balusters and columns."""

import numpy as np

from images.world.geometry import Solid, lathe

Profile = list[tuple[float, float]]  # (radius, height)


def curve(points: Profile, steps: int = 6) -> Profile:
    """A smooth line through points (Catmull-Rom), `steps` to each stretch."""
    if steps < 2 or len(points) < 3:
        return list(points)
    p = np.array([points[0], *points, points[-1]], float)
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    line = []
    for a, b, c, d in zip(p[:-3], p[1:-2], p[2:-1], p[3:], strict=True):
        line.append(0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3))
    line.append(p[-1:])
    smooth = np.concatenate(line)
    smooth[:, 0] = np.maximum(smooth[:, 0], 0)
    return [tuple(point) for point in smooth]


def bead(radius: float, low: float, high: float, bulge: float | None = None, steps: int = 6) -> Profile:
    """A round moulding that stands out from `radius` by half its height, or by `bulge`."""
    half = (high - low) / 2
    t = np.linspace(-np.pi / 2, np.pi / 2, steps)
    out = half if bulge is None else bulge
    return [(radius + out * np.cos(a), low + half + half * np.sin(a)) for a in t]


def cove(start: tuple[float, float], end: tuple[float, float], steps: int = 6) -> Profile:
    """A hollow quarter round: leaves `start` level and comes to `end` upright."""
    (r0, z0), (r1, z1) = start, end
    t = np.linspace(0, np.pi / 2, steps)
    return [(r0 + (r1 - r0) * np.sin(a), z0 + (z1 - z0) * (1 - np.cos(a))) for a in t]


def dome(radius: float, low: float, high: float, steps: int = 7) -> Profile:
    """A cap over `radius`, closing at the axis."""
    t = np.linspace(0, np.pi / 2, steps)
    return [(radius * np.cos(a), low + (high - low) * np.sin(a)) for a in t]


def ball(radius: float, centre: float, start: float, steps: int = 10) -> Profile:
    """A ball on the axis from the height `start` to its top."""
    t = np.linspace(np.arcsin(np.clip((start - centre) / radius, -1, 1)), np.pi / 2, steps)
    return [(max(radius * np.cos(a), 0.0), centre + radius * np.sin(a)) for a in t]


def spun(*runs: Profile, around: int = 48, scale: float = 1.0) -> Solid:
    """A body turned from runs of a profile, one after another; it is closed at the axis at both ends by caps."""
    profile = [point for run in runs for point in run]
    clean = [profile[0]]
    for point in profile[1:]:
        if np.hypot(point[0] - clean[-1][0], point[1] - clean[-1][1]) > 1e-6:
            clean.append(point)
    return lathe([(scale * max(radius, 1e-5), scale * z) for radius, z in clean], around)
