"""Cloth that falls: folds as a sheet makes them when it drops on a table, a bed or a chair, or is pushed together.

Position-based dynamics (Mueller et al. 2007): points joined by links that keep their length, over a ground of heights.
"""

from collections.abc import Callable

import numpy as np

from images.world.geometry import Solid, grid


def fallen(
    x: np.ndarray, y: np.ndarray, z: np.ndarray, spacing: tuple[float, float], height: Callable, *, steps: int = 160,
    stiff: float = 0.25, grip: float = 0.5, held: np.ndarray | None = None, cell: float = 0.02, gap: float = 0.002,
) -> np.ndarray:  # fmt: skip
    """Where the points (rows, columns) of a sheet come to rest, (rows, columns, 3).

    x, y, z: where they start; spacing: metres of cloth between neighbours along rows and down columns. height: ground
    under points (x, y). stiff: 0 silk to 1 canvas. grip: 0 slides, 1 stays. held: (rows, columns) bool, pinned points.
    cell: metres between samples of the ground. gap: metres kept above it.
    """
    from images.world.modelling.drape_kernels import settle  # compiled: only rendering waits for it

    points = np.stack(np.broadcast_arrays(x, y, z), -1).astype(np.float64).copy()
    margin = 0.5 * max(np.ptp(x), np.ptp(y)) + 0.1
    left, low = float(np.min(x)) - margin, float(np.min(y)) - margin
    columns = int((np.ptp(x) + 2 * margin) / cell) + 2
    rows = int((np.ptp(y) + 2 * margin) / cell) + 2
    ground_x, ground_y = np.meshgrid(left + cell * np.arange(columns), low + cell * np.arange(rows))
    ground = np.broadcast_to(height(ground_x, ground_y), ground_x.shape).astype(np.float64) + gap
    pinned = np.zeros(points.shape[:2], bool) if held is None else held
    settle(points, spacing[0], spacing[1], np.ascontiguousarray(ground), left, low, cell, pinned, steps, stiff, grip)
    return points


def sheet(points: np.ndarray) -> Solid:
    """A skin over the points of a sheet (rows, columns, 3)."""
    return grid(points[..., 0], points[..., 1], points[..., 2])


def refined(points: np.ndarray, times: int = 1) -> np.ndarray:
    """The points of a sheet with new ones between, smooth (Catmull-Rom)."""
    for _ in range(times):
        for axis in (0, 1):
            points = np.moveaxis(_halved(np.moveaxis(points, axis, 0)), 0, axis)
    return points


def _halved(p: np.ndarray) -> np.ndarray:
    padded = np.concatenate([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    middle = (9 * (padded[1:-2] + padded[2:-1]) - padded[:-3] - padded[3:]) / 16
    result = np.empty((2 * len(p) - 1, *p.shape[1:]))
    result[::2], result[1::2] = p, middle
    return result
