"""A mesh of the ground that follows the picture: many rows on slopes that the camera sees and on crests, few elsewhere.

A fan with evenly growing rings gives a dune's crest teeth: its rows are several pixels apart there. Here every
direction from the camera gets its rows where they show.
"""

import numpy as np
from scipy.ndimage import gaussian_filter


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
    few = turn[:: max(1, columns // 150)]
    radius = near * (far / near) ** np.linspace(0, 1, 3 * rows)
    x, y = shot.eye[0] + radius[:, None] * np.sin(few), shot.eye[1] - behind + radius[:, None] * np.cos(few)
    share = np.cumsum(_density(shot, x, y, ground(x, y), up), axis=0)  # (3 rows, few)
    share = (share - share[:1]) / (share[-1:] - share[:1])
    wanted = np.linspace(0, 1, rows)
    at = np.stack([np.interp(wanted, share[:, i], np.log(radius)) for i in range(len(few))], 1)
    whole = np.stack([np.interp(turn, few, row) for row in at])
    radius = np.exp(whole)
    return shot.eye[0] + radius * np.sin(turn), shot.eye[1] - behind + radius * np.cos(turn)


def _density(shot, x, y, z, up: float) -> np.ndarray:
    """How many rows each step outwards deserves: its height in the frame where it is seen, its bend, and a little."""
    away = np.hypot(x - shot.eye[0], y - shot.eye[1]) + 1e-3
    row = (z - shot.eye[2]) / away / (2 * up)  # in frames
    highest = np.maximum.accumulate(row, axis=0)
    seen = np.diff(highest, axis=0, prepend=highest[:1])
    bend = np.abs(np.diff(row, 2, axis=0, prepend=row[:1], append=row[-1:])) * (row > highest - 0.03)
    steps = len(x)
    # shares: even in the logarithm of distance, height seen, bends seen
    density = 0.4 / steps + 0.8 * np.minimum(seen, 0.1) + 0.8 * np.minimum(bend, 0.1)
    return gaussian_filter(density, (2.0, 1.0))
