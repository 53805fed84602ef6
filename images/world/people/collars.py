"""Collars and belts: rings round the neck and the waist, in metres for a man of 1.75 m."""

import numpy as np

from images.world.geometry import TURN, Solid, loft

# (radius, height) from inside below to outside below, in the axes of the neck's bone, and how far it dips in front
COLLARS = {
    "fold": (
        (0.062, -0.04), (0.061, 0.0), (0.061, 0.026), (0.066, 0.031), (0.078, 0.004), (0.094, -0.026), (0.091, -0.03),
        (0.072, -0.012),
    ),
    "stand": (
        (0.062, -0.04), (0.063, 0.0), (0.064, 0.04), (0.068, 0.043), (0.073, 0.036), (0.076, 0.0), (0.082, -0.045),
    ),
    "high": (
        (0.064, -0.04), (0.064, 0.02), (0.074, 0.085), (0.08, 0.088), (0.084, 0.08), (0.075, 0.02), (0.085, -0.045),
    ),
    "crew": ((0.06, -0.02), (0.058, 0.004), (0.061, 0.014), (0.068, 0.01), (0.073, -0.006), (0.076, -0.024)),
    "roll": (
        (0.059, -0.03), (0.057, 0.02), (0.056, 0.055), (0.062, 0.06), (0.068, 0.05), (0.069, 0.02), (0.068, 0.012),
        (0.075, -0.03),
    ),
}  # fmt: skip
DIPS = {"fold": 0.05, "stand": 0.03, "high": 0.06, "crew": 0.034, "roll": 0.02}


def collar(kind: str, around: int, loose: float) -> Solid:
    """A collar in the axes of the neck's bone."""
    profile, dip = COLLARS[kind], DIPS[kind]
    t = np.linspace(0, TURN, around, endpoint=False)
    front = ((1 - np.cos(t)) / 2) ** 2
    rings = []
    for radius, height in profile:
        r = radius + loose * (0.5 + (height < 0) * 0.5)
        out = np.clip((radius - 0.06) / 0.03, 0, 1)
        x = r * np.sin(t) * (1.0 + 0.12 * out)
        y = -0.008 + r * np.cos(t) * 1.02 - 0.32 * height - 0.022 * front * out
        z = height - dip * front * (0.8 + 0.5 * out) - 0.012 * out * np.abs(np.sin(t))
        rings.append(np.stack([x, y, z], 1))
    return loft(rings, capped=False)


def belt(points: np.ndarray, heights: np.ndarray, at: float, wide: float, bone, around: int) -> Solid | None:
    """A band round a garment: over those of its points (n, 3) whose height in the cut is near `at`; bone: turn and
    start of the spine. None where too few points are near."""
    turn, start = bone
    near = np.abs(heights - at) < 0.028
    if near.sum() < 12:
        return None
    local = (points[near] - start) @ turn
    centre, level = local[:, :2].mean(0), local[:, 2].mean()
    angle = np.arctan2(local[:, 1] - centre[1], local[:, 0] - centre[0])
    t = np.linspace(-np.pi, np.pi, around, endpoint=False)
    gap = np.abs(np.angle(np.exp(1j * (t[:, None] - angle[None]))))
    weight = np.exp(-((gap / 0.22) ** 2))
    mean = lambda values: (weight * values).sum(1) / weight.sum(1)  # noqa: E731
    radius = mean(np.linalg.norm(local[:, :2] - centre, axis=1)) + 0.004
    tilt = mean(local[:, 2]) - level
    rings = []
    for grow, z in ((0.0, -0.5), (0.006, -0.5), (0.007, 0.0), (0.006, 0.5), (0.0, 0.5)):
        r = radius + grow
        rings.append(np.stack([centre[0] + r * np.cos(t), centre[1] + r * np.sin(t), level + tilt + z * wide], 1))
    solid = loft(rings, capped=False)
    return Solid(solid.vertices @ turn.T + start, solid.faces)
