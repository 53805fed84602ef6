"""Land as compiled loops: dunes with slip faces, and craters. Only rendering needs them; `sand.py` and `regolith.py`
import them when called.

A dune is a gentle windward slope that ends in a crest, and behind it sand at its angle of repose, 33 degrees (Bagnold
1941). Craters have the proportions of fresh simple ones, a fifth as deep as they are wide (Pike 1977), softened by age.
"""

import math

import numba
import numpy as np

from images.world.kernels import compiled, hash3, sum2

REPOSE = math.tan(math.radians(33))
# columns of a table of dunes: place, unit vector of the wind, half length of the crest, how far its ends bend
# downwind over that, height, windward length over height, amplitude and length of the crest's winding, phase
PLACE_X, PLACE_Y, WIND_X, WIND_Y, HALF, BEND, HEIGHT, REACH, WINDING, WAVE, PHASE = range(11)


@compiled
def _dune(x, y, row):
    """A dune's height at a point, and 0 to 1 how much of the wind's small ridges may lie there: none on slip faces."""
    dx, dy = x - row[PLACE_X], y - row[PLACE_Y]
    across = dy * row[WIND_X] - dx * row[WIND_Y]
    if abs(across) >= row[HALF]:
        return 0.0, 1.0
    along = dx * row[WIND_X] + dy * row[WIND_Y]
    margin = abs(row[BEND]) * row[HALF] + 1.7 * row[WINDING]
    if along < -margin - 1.35 * row[REACH] * row[HEIGHT] or along > margin + 4.0 * row[HEIGHT]:
        return 0.0, 1.0
    q = across / row[HALF]
    left = 1 - q * q
    crest, slope = row[BEND] * row[HALF] * q * q, 2 * row[BEND] * q
    height, amplitude, k = row[HEIGHT] * left, row[WINDING], 2 * math.pi / row[WAVE]
    for i in range(4):
        crest += amplitude * math.sin(k * across + row[PHASE] * (i + 1))
        slope += amplitude * k * math.cos(k * across + row[PHASE] * (i + 1))
        height *= 1 + 0.07 * math.sin(0.37 * k * across + row[PHASE] * (i + 2.3))
        amplitude *= 0.4
        k *= 2.17
    behind = (along - crest) / math.sqrt(1 + slope * slope)
    if behind >= 0:
        z = height - REPOSE * behind
        return max(z, 0.0), 0.0 if z > 0 else 1.0
    t = -behind / (row[REACH] * row[HEIGHT] * (0.45 + 0.55 * left))
    if t >= 1:
        return 0.0, 1.0
    return height * (0.5 + 0.5 * math.cos(math.pi * t**0.86)), min(1.0, t * 5)


@compiled
def _ridges(x, y, wind_x, wind_y, length, seed):
    """Small dunes in rows, metres for rows `length` metres apart: the same profile, winding and with gaps."""
    u, v = x * wind_x + y * wind_y, y * wind_x - x * wind_y
    q = u / length + 0.55 * sum2(u / (5 * length), v / (2.4 * length), 3, seed)
    f = q - math.floor(q)
    rise = 0.78
    profile = (f / rise) ** 2 * (1.6 - 0.6 * f / rise) if f < rise else (1 - f) / (1 - rise)
    patch = sum2(u / (3.1 * length), v / (4.3 * length), 2, seed + 5)
    return 0.068 * length * profile * max(0.0, min(1.0, 0.6 + 1.6 * patch))


@numba.njit(fastmath=True, cache=True, parallel=True)
def dunes_over(x, y, table, wind, ridge, seed):
    """Heights of flat arrays of points: the highest of a table of dunes (n, 11), with small dunes `ridge` metres apart
    where none slips and near the origin, the camera (`wind`, radians from +x, blows across them), and the plain's own
    swell.
    """
    out = np.empty(x.size, np.float64)
    wind_x, wind_y = math.cos(wind), math.sin(wind)
    for i in numba.prange(x.size):
        height, free = 0.0, 1.0
        for j in range(table.shape[0]):
            z, allowed = _dune(x[i], y[i], table[j])
            if z > height:
                height, free = z, allowed
        swell = 0.5 * sum2(x[i] / 90, y[i] / 90, 2, seed + 3)
        away = math.sqrt(x[i] * x[i] + y[i] * y[i]) / (22 * ridge + 1)
        free *= max(0.0, min(1.0, 1.6 - away))  # too small to see far off
        if free > 0 and ridge > 0:
            height += free * _ridges(x[i], y[i], wind_x, wind_y, ridge, seed + 11)
        out[i] = height + swell
    return out


@compiled
def _crater(q, age):
    """A crater's height over its radius at q radii from its centre; age 0 (fresh) to 1 (worn down)."""
    depth, rim = 0.34 * (1 - 0.8 * age), 0.075 * (1 - 0.75 * age)
    if q < 1:
        bowl = -depth + (depth + rim) * (q * q * (1.3 - 0.3 * q * q) if age < 0.5 else q * q)
        return bowl
    return rim * math.exp(-(q - 1) * 3.2) * (1 - (q - 1) / 1.6)


@numba.njit(fastmath=True, cache=True, parallel=True)
def craters_over(x, y, largest, octaves, share, seed):
    """Heights of flat arrays of points in a field of craters: `octaves` sizes, each 2.1 times smaller than the last,
    from cells of `largest` metres; `share` of the cells of each size have one."""
    out = np.zeros(x.size, np.float64)
    for i in numba.prange(x.size):
        cell, total = largest, 0.0
        for octave in range(octaves):
            a, b = math.floor(x[i] / cell), math.floor(y[i] / cell)
            for j in range(-1, 2):
                for k in range(-1, 2):
                    s = seed + 17 * octave
                    if hash3(a + j, b + k, s) > share:
                        continue
                    radius = cell * (0.08 + 0.3 * hash3(a + j, b + k, s + 3) ** 2.2)
                    cx = (a + j + 0.5 + 0.6 * (hash3(a + j, b + k, s + 1) - 0.5)) * cell
                    cy = (b + k + 0.5 + 0.6 * (hash3(a + j, b + k, s + 2) - 0.5)) * cell
                    dx, dy = x[i] - cx, y[i] - cy
                    q = math.sqrt(dx * dx + dy * dy) / radius
                    if q < 2.6:
                        q *= 1 + 0.1 * sum2(dx / radius * 0.9 + a, dy / radius * 0.9 + b, 2, s)
                        age = hash3(a + j, b + k, s + 4) ** 0.7
                        total += radius * _crater(q, age)
            cell /= 2.1
        out[i] = total
    return out


@numba.njit(fastmath=True, cache=True, parallel=True)
def cells_over(x, y, size, seed):
    """Cells round jittered points: for flat arrays of points the nearest one's x and y, its number in [0, 1), and how
    near the border to the next cell is, 0 to 1."""
    cx, cy, number, edge = np.empty(x.size), np.empty(x.size), np.empty(x.size), np.empty(x.size)
    for i in numba.prange(x.size):
        a, b = math.floor(x[i] / size), math.floor(y[i] / size)
        first, second = 1e18, 1e18
        for j in range(-1, 2):
            for k in range(-1, 2):
                px = (a + j + 0.5 + 0.85 * (hash3(a + j, b + k, seed) - 0.5)) * size
                py = (b + k + 0.5 + 0.85 * (hash3(a + j, b + k, seed + 1) - 0.5)) * size
                d = (x[i] - px) ** 2 + (y[i] - py) ** 2
                if d < first:
                    second, first = first, d
                    cx[i], cy[i], number[i] = px, py, hash3(a + j, b + k, seed + 2)
                elif d < second:
                    second = d
        edge[i] = max(0.0, 1 - (math.sqrt(second) - math.sqrt(first)) / (0.25 * size))
    return cx, cy, number, edge


@numba.njit(fastmath=True, cache=True, parallel=True)
def pressed_over(x, y, prints):
    """How far boots press the ground at flat arrays of points: -1 in a print with its tread, a little over 0 at its
    rim.

    prints: (n, 3) place and direction in radians; a boot is 32 cm long and 13 cm wide.
    """
    out = np.zeros(x.size, np.float64)
    for i in numba.prange(x.size):
        for j in range(prints.shape[0]):
            dx, dy = x[i] - prints[j, 0], y[i] - prints[j, 1]
            if dx * dx + dy * dy > 0.09:
                continue
            c, s = math.cos(prints[j, 2]), math.sin(prints[j, 2])
            u, v = dx * c + dy * s, dy * c - dx * s
            waist = 0.062 - 0.012 * math.cos(u / 0.16 * 3.1)
            q = math.sqrt(max(abs(u) - 0.09, 0.0) ** 2 + v * v) / waist
            if q < 1:
                out[i] -= (1 - 0.18 * math.cos(u * 6.283 / 0.028)) * min(1.0, (1 - q) * 4)
            elif q < 2:
                out[i] += 0.35 * math.sin(3.14159 * (q - 1))
    return out
