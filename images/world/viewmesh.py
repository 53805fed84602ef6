"""A mesh of the ground that follows the picture: many rows where the camera sees slopes and crests, few elsewhere.

All directions from the camera share their rows: rows that follow each direction's own crests shear the mesh, and
sheared meshes give ridges teeth.
"""

import numpy as np
from scipy.ndimage import gaussian_filter1d


def fitted_fan(
    stage, ground, *, near: float = 1.0, far: float = 6000.0, rows: int = 1000, columns: int = 900, angle: float = 0.0,
    behind: float = 2.0,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """Points (rows, columns) round the camera: x and y for `terrain.land(points=...)`.

    near, far: metres from a point `behind` metres behind the camera. angle: half the fan in radians; a little more than
    the view if 0.
    """
    shot, (across, up) = stage.shot, stage.shot.spread
    angle = angle or float(np.arctan(across)) + 0.3
    rows, columns = stage.count(rows, 70), stage.count(columns, 70)
    # denser within the view than beside it
    t = np.linspace(-1, 1, columns)
    turn = angle * (0.6 * t + 0.4 * t**3) + np.arctan(shot._pan())
    steps = 2 * rows
    radius = near * (far / near) ** np.linspace(0, 1, steps)
    few = np.arctan(shot._pan()) + np.linspace(-1, 1, 14 + stage.count(26)) * np.arctan(across)
    x, y = shot.eye[0] + radius[:, None] * np.sin(few), shot.eye[1] - behind + radius[:, None] * np.cos(few)
    share = np.cumsum(_density(shot, x, y, ground(x, y), up))
    share = (share - share[0]) / (share[-1] - share[0])
    radius = np.exp(np.interp(np.linspace(0, 1, rows), share, np.log(radius)))[:, None]
    return shot.eye[0] + radius * np.sin(turn), shot.eye[1] - behind + radius * np.cos(turn)


def _density(shot, x, y, z, up: float) -> np.ndarray:
    """How many rows each step outwards deserves: its height in the frame where it is seen, its bend, and a little."""
    away = np.hypot(x - shot.eye[0], y - shot.eye[1]) + 1e-3
    row = (z - shot.eye[2]) / away / (2 * up)  # in frames
    highest = np.maximum.accumulate(row, axis=0)
    inside = np.clip(1 - 4 * (np.abs(row - row[-1:]) - 1), 0, 1)  # what the frame holds, roughly
    seen = np.minimum(np.diff(highest, axis=0, prepend=highest[:1]) * inside, 0.05).mean(1)
    bend = np.abs(np.diff(row, 2, axis=0, prepend=row[:1], append=row[-1:])) * (row > highest - 0.03) * inside
    bend = np.minimum(bend, 0.05).mean(1)
    parts = [np.full(len(x), 1.0), seen, bend]
    density = sum(weight * part / (part.sum() + 1e-9) for weight, part in zip((0.45, 0.35, 0.2), parts, strict=True))
    return gaussian_filter1d(density, 0.006 * len(x))
