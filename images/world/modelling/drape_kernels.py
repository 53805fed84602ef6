"""The compiled loop of falling cloth; `drape.py` imports it when called."""

import math

import numba
import numpy as np

compiled = numba.njit(fastmath=True, cache=True)


@compiled
def pull(points, inverse, i, j, k, l, length, stiffness):
    """Move two points towards the distance `length`, each by its share of the inverse masses."""
    dx = points[k, l, 0] - points[i, j, 0]
    dy = points[k, l, 1] - points[i, j, 1]
    dz = points[k, l, 2] - points[i, j, 2]
    distance = math.sqrt(dx * dx + dy * dy + dz * dz) + 1e-12
    total = inverse[i, j] + inverse[k, l]
    if total == 0:
        return
    step = stiffness * (distance - length) / distance / total
    a, b = step * inverse[i, j], step * inverse[k, l]
    points[i, j, 0] += a * dx
    points[i, j, 1] += a * dy
    points[i, j, 2] += a * dz
    points[k, l, 0] -= b * dx
    points[k, l, 1] -= b * dy
    points[k, l, 2] -= b * dz


@compiled
def settle(points, across, down, ground, left, low, cell, pinned, steps, stiff, grip):
    """Let a sheet fall for `steps` of a sixtieth of a second; `points` (rows, columns, 3) are moved in place."""
    rows, columns, _ = points.shape
    inverse = np.where(pinned, 0.0, 1.0)
    before = points.copy()
    diagonal = math.hypot(across, down)
    gravity = 9.8 / 3600
    for step in range(steps):
        damping = 0.97 if step < steps * 0.7 else 0.88
        for i in range(rows):
            for j in range(columns):
                if inverse[i, j] == 0:
                    continue
                for c in range(3):
                    now = points[i, j, c]
                    points[i, j, c] = now + damping * (now - before[i, j, c])
                    before[i, j, c] = now
                points[i, j, 2] -= gravity
        for _ in range(8):
            for i in range(rows):
                for j in range(columns):
                    if j + 1 < columns:
                        pull(points, inverse, i, j, i, j + 1, across, 1.0)
                    if i + 1 < rows:
                        pull(points, inverse, i, j, i + 1, j, down, 1.0)
                    if i + 1 < rows and j + 1 < columns:
                        pull(points, inverse, i, j, i + 1, j + 1, diagonal, 0.3)
                        pull(points, inverse, i, j + 1, i + 1, j, diagonal, 0.3)
                    if j + 2 < columns:
                        pull(points, inverse, i, j, i, j + 2, 2 * across, stiff)
                    if i + 2 < rows:
                        pull(points, inverse, i, j, i + 2, j, 2 * down, stiff)
            rest(points, before, inverse, ground, left, low, cell, grip)


@compiled
def rest(points, before, inverse, ground, left, low, cell, grip):
    """Lift points out of the ground and hold back those that touch it."""
    rows, columns, _ = points.shape
    for i in range(rows):
        for j in range(columns):
            if inverse[i, j] == 0:
                continue
            u = min(max((points[i, j, 0] - left) / cell, 0.0), ground.shape[1] - 1.001)
            v = min(max((points[i, j, 1] - low) / cell, 0.0), ground.shape[0] - 1.001)
            a, b = int(u), int(v)
            s, t = u - a, v - b
            height = (ground[b, a] * (1 - s) + ground[b, a + 1] * s) * (1 - t)
            height += (ground[b + 1, a] * (1 - s) + ground[b + 1, a + 1] * s) * t
            if points[i, j, 2] < height:
                points[i, j, 2] = height
                for c in range(2):
                    points[i, j, c] += grip * (before[i, j, c] - points[i, j, c])
