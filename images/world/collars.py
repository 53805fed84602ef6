"""Collars and belts: rings round the neck and the waist, and the colours of a face.

Rings are in the axes of the neck's or the head's bone, in metres for a man of 1.75 m.
"""

import numpy as np

from images.world.geometry import TURN, Solid, loft

# (radius, height) of each collar from inside below to outside below, and how far it dips in front
COLLARS = {
    "fold": ([(0.062, -0.04), (0.061, 0.0), (0.061, 0.026), (0.066, 0.031), (0.078, 0.004), (0.094, -0.026), (0.091, -0.03), (0.072, -0.012)], 0.05),
    "stand": ([(0.062, -0.04), (0.063, 0.0), (0.064, 0.04), (0.068, 0.043), (0.073, 0.036), (0.076, 0.0), (0.082, -0.045)], 0.03),
    "high": ([(0.064, -0.04), (0.064, 0.02), (0.074, 0.085), (0.08, 0.088), (0.084, 0.08), (0.075, 0.02), (0.085, -0.045)], 0.06),
    "crew": ([(0.06, -0.02), (0.058, 0.004), (0.061, 0.014), (0.068, 0.01), (0.073, -0.006), (0.076, -0.024)], 0.034),
    "roll": ([(0.059, -0.03), (0.057, 0.02), (0.056, 0.055), (0.062, 0.06), (0.068, 0.05), (0.069, 0.02), (0.068, 0.012), (0.075, -0.03)], 0.02),
}  # fmt: skip


def collar(kind: str, around: int, loose: float, thick_neck: float = 1.0) -> Solid:
    """A collar in the axes of the neck's bone."""
    profile, dip = COLLARS[kind]
    t = np.linspace(0, TURN, around, endpoint=False)
    front = ((1 - np.cos(t)) / 2) ** 2
    rings = []
    for radius, height in profile:
        r = radius * thick_neck + loose * (0.5 + (height < 0) * 0.5)
        out = np.clip((radius - 0.06) / 0.03, 0, 1)
        x = r * np.sin(t) * (1.0 + 0.12 * out)
        y = -0.008 + r * np.cos(t) * 1.02 - 0.32 * height - 0.022 * front * out
        z = height - dip * front * (0.8 + 0.5 * out) - 0.012 * out * np.abs(np.sin(t))
        rings.append(np.stack([x, y, z], 1))
    return loft(rings, capped=False)


def belt(points: np.ndarray, heights: np.ndarray, at: float, wide: float, turn, start, around: int) -> Solid | None:
    """A band round a garment: over its points (n, 3) whose height in the cut is near `at`; turn and start: the hips'."""
    near = np.abs(heights - at) < 0.028
    if near.sum() < 12:
        return None
    local = (points[near] - start) @ turn
    centre = local[:, :2].mean(0)
    angle = np.arctan2(*(local[:, :2] - centre).T[::-1])
    radius = np.linalg.norm(local[:, :2] - centre, axis=1)
    level = local[:, 2].mean() if len(local) else 0.0
    t = np.linspace(-np.pi, np.pi, around, endpoint=False)
    gap = np.abs(np.angle(np.exp(1j * (t[:, None] - angle[None]))))
    weight = np.exp(-((gap / 0.22) ** 2))
    r = (weight * radius).sum(1) / weight.sum(1) + 0.004
    tilt = (weight * local[:, 2]).sum(1) / weight.sum(1) - level
    ring = lambda grow, z: np.stack(
        [centre[0] + (r + grow) * np.cos(t), centre[1] + (r + grow) * np.sin(t), level + tilt + z], 1
    )  # noqa: E731
    h = wide / 2
    solid = loft([ring(0.0, -h), ring(0.006, -h), ring(0.007, 0), ring(0.006, h), ring(0.0, h)], capped=False)
    return Solid(solid.vertices @ turn.T + start, solid.faces)


def face_colours(points: np.ndarray, skin, hair, beard: float, rng) -> np.ndarray:
    """Colours (n, 3) of a head's points, in the head bone's axes for an adult man: lips, brows, eyes, blood, stubble."""
    skin, hair = np.array(skin), np.array(hair)
    x, y, z = np.abs(points[:, 0]), points[:, 1], points[:, 2]
    colours = np.repeat(skin[None], len(points), 0)

    def near(cx, cy, cz, rx, ry, rz):
        d = ((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 + ((z - cz) / rz) ** 2
        return np.exp(-(d**1.5))[:, None]

    def mix(share, colour):
        nonlocal colours
        colours = colours * (1 - share) + np.array(colour) * share

    red = skin * (1.25, 0.72, 0.68)
    mix(0.5 * near(0.045, -0.075, 0.045, 0.022, 0.03, 0.02), red)  # cheeks
    mix(0.6 * near(0.0, -0.115, 0.045, 0.014, 0.02, 0.014), red)  # nose
    mix(0.5 * near(0.082, 0.01, 0.065, 0.014, 0.02, 0.035), red)  # ears
    mix(0.45 * near(0.031, -0.09, 0.07, 0.02, 0.02, 0.014), skin * 0.55)  # round the eyes
    mix(beard * near(0.0, -0.07, -0.012, 0.06, 0.06, 0.03), hair * 0.7 + skin * 0.3)
    mix(0.75 * near(0.0, -0.104, 0.0085, 0.019, 0.012, 0.0085), skin * (0.95, 0.5, 0.5))  # lips
    mix(0.85 * near(0.032, -0.094, 0.094, 0.02, 0.012, 0.0055), hair)  # brows
    eye = (
        ((x - 0.031) ** 2 + (y + 0.0735) ** 2 + (z - 0.071) ** 2 < 0.0152**2)
        & (y < -0.0815)
        & (np.abs(z - 0.071) < 0.0052)
    )
    colours[eye] = (0.26, 0.24, 0.225)
    colours[eye & ((x - 0.031) ** 2 + (z - 0.071) ** 2 < 0.0072**2)] = (0.02, 0.014, 0.01)
    return colours
