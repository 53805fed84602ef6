"""Compiled loops for soft bodies. Only rendering needs them; `implicit.py` imports them when called.

A blob is a row of 21 numbers: start (3), axes as rows (9), scale (3), length, two radii, blend, sign, bone. See
`implicit.Blob`. Surfaces are found by naive surface nets (Gibson 1998).
"""

import math

import numba
import numpy as np

compiled = numba.njit(fastmath=True, cache=True)


@compiled
def distance(b, x, y, z, g):
    """Distance of a point from a blob's surface, about; its outward direction goes into g."""
    dx, dy, dz = x - b[0], y - b[1], z - b[2]
    qx = (b[3] * dx + b[4] * dy + b[5] * dz) / b[12]
    qy = (b[6] * dx + b[7] * dy + b[8] * dz) / b[13]
    qz = (b[9] * dx + b[10] * dy + b[11] * dz) / b[14]
    length = b[15]
    t = 0.0
    if length > 0:
        # a taper tilts the sides, so the nearest ring of the cone is not the foot of the perpendicular
        slope = (b[16] - b[17]) / length
        t = min(max((qz + slope * math.sqrt(qx * qx + qy * qy)) / length, 0.0), 1.0)
    qz -= t * length
    radius = b[16] + (b[17] - b[16]) * t
    away = math.sqrt(qx * qx + qy * qy + qz * qz) + 1e-9
    ux, uy, uz = qx / away / b[12], qy / away / b[13], qz / away / b[14]
    steep = math.sqrt(ux * ux + uy * uy + uz * uz)
    ux, uy, uz = ux / steep, uy / steep, uz / steep
    g[0] = b[3] * ux + b[6] * uy + b[9] * uz
    g[1] = b[4] * ux + b[7] * uy + b[10] * uz
    g[2] = b[5] * ux + b[8] * uy + b[11] * uz
    return (away - radius) / steep


@compiled
def fill(field, low, step, blobs):
    """Melt blobs into a field of distances, (nx, ny, nz), with its corner at `low` and `step` between samples."""
    _nx, _ny, _nz = field.shape
    g = np.empty(3)
    for n in range(len(blobs)):
        b = blobs[n]
        blend = b[18]
        reach = max(b[16], b[17]) * max(b[12], b[13], b[14]) + 2.5 * step + blend
        first, last = np.empty(3, np.int64), np.empty(3, np.int64)
        for i in range(3):
            end = b[i] + b[9 + i] * b[15] * b[14]
            first[i] = max(0, int((min(b[i], end) - reach - low[i]) / step))
            last[i] = min(field.shape[i], int((max(b[i], end) + reach - low[i]) / step) + 2)
        for i in range(first[0], last[0]):
            x = low[0] + i * step
            for j in range(first[1], last[1]):
                y = low[1] + j * step
                for k in range(first[2], last[2]):
                    d = distance(b, x, y, low[2] + k * step, g)
                    old = field[i, j, k]
                    if b[19] < 0:
                        d = -d
                        h = max(blend - abs(old - d), 0.0) / blend if blend > 0 else 0.0
                        field[i, j, k] = max(old, d) + h * h * blend * 0.25
                    else:
                        h = max(blend - abs(old - d), 0.0) / blend if blend > 0 else 0.0
                        field[i, j, k] = min(old, d) - h * h * blend * 0.25


@compiled
def nets(field):
    """The zero surface of a field: vertices (n, 3) in cells and quads (m, 4), facing where the field grows."""
    nx, ny, nz = field.shape
    number = np.full((nx - 1, ny - 1, nz - 1), -1, np.int32)
    vertices, count = np.empty((4096, 3)), 0
    for i in range(nx - 1):
        for j in range(ny - 1):
            for k in range(nz - 1):
                inside = 0
                for c in range(8):
                    if field[i + (c & 1), j + ((c >> 1) & 1), k + (c >> 2)] < 0:
                        inside += 1
                if inside == 0 or inside == 8:
                    continue
                sx = sy = sz = 0.0
                crossings = 0
                for c in range(8):
                    for axis in range(3):
                        if c & (1 << axis):
                            continue
                        a = field[i + (c & 1), j + ((c >> 1) & 1), k + (c >> 2)]
                        e = c | (1 << axis)
                        b = field[i + (e & 1), j + ((e >> 1) & 1), k + (e >> 2)]
                        if (a < 0) == (b < 0):
                            continue
                        t = a / (a - b)
                        sx += (c & 1) + (t if axis == 0 else 0.0)
                        sy += ((c >> 1) & 1) + (t if axis == 1 else 0.0)
                        sz += (c >> 2) + (t if axis == 2 else 0.0)
                        crossings += 1
                if count == len(vertices):
                    grown = np.empty((2 * count, 3))
                    grown[:count] = vertices
                    vertices = grown
                vertices[count, 0] = i + sx / crossings
                vertices[count, 1] = j + sy / crossings
                vertices[count, 2] = k + sz / crossings
                number[i, j, k] = count
                count += 1
    quads, made = np.empty((4096, 4), np.int32), 0
    for i in range(1, nx - 1):
        for j in range(1, ny - 1):
            for k in range(1, nz - 1):
                here = field[i, j, k] < 0
                for axis in range(3):
                    di, dj, dk = int(axis == 0), int(axis == 1), int(axis == 2)
                    if here == (field[i + di, j + dj, k + dk] < 0):
                        continue
                    if made == len(quads):
                        more = np.empty((2 * made, 4), np.int32)
                        more[:made] = quads
                        quads = more
                    if axis == 0:
                        a, b, c, d = number[i, j - 1, k - 1], number[i, j, k - 1], number[i, j, k], number[i, j - 1, k]
                    elif axis == 1:
                        a, b, c, d = number[i - 1, j, k - 1], number[i - 1, j, k], number[i, j, k], number[i, j, k - 1]
                    else:
                        a, b, c, d = number[i - 1, j - 1, k], number[i, j - 1, k], number[i, j, k], number[i - 1, j, k]
                    if here:
                        quads[made, 0], quads[made, 1], quads[made, 2], quads[made, 3] = a, b, c, d
                    else:
                        quads[made, 0], quads[made, 1], quads[made, 2], quads[made, 3] = d, c, b, a
                    made += 1
    return vertices[:count].copy(), quads[:made].copy()


@compiled
def bone_distances(points, blobs, bones):
    """Distance of every point from the nearest blob of every bone, (n, bones)."""
    out = np.full((len(points), bones), 10.0)
    g = np.empty(3)
    for i in range(len(points)):
        for n in range(len(blobs)):
            bone = int(blobs[n, 20])
            d = distance(blobs[n], points[i, 0], points[i, 1], points[i, 2], g)
            out[i, bone] = min(out[i, bone], d)
    return out


@compiled
def even_out(x, quads, rounds, share):
    """Move every vertex towards the mean of its neighbours, `rounds` times."""
    n = len(x)
    total, count = np.empty((n, 3)), np.empty(n)
    for _ in range(rounds):
        total[:] = 0
        count[:] = 0
        for q in range(len(quads)):
            for c in range(quads.shape[1]):
                a, b = quads[q, c], quads[q, (c + 1) % quads.shape[1]]
                count[a] += 1
                count[b] += 1
                for i in range(3):
                    total[a, i] += x[b, i]
                    total[b, i] += x[a, i]
        for a in range(n):
            for i in range(3):
                x[a, i] += share * (total[a, i] / max(count[a], 1.0) - x[a, i])


@compiled
def onto(x, field, low, step):
    """Move points to the zero of a field of distances by one step of Newton's method."""
    nx, ny, nz = field.shape
    for n in range(len(x)):
        p, q, r = (x[n, 0] - low[0]) / step, (x[n, 1] - low[1]) / step, (x[n, 2] - low[2]) / step
        i, j, k = min(max(int(p), 0), nx - 2), min(max(int(q), 0), ny - 2), min(max(int(r), 0), nz - 2)
        u, v, w = p - i, q - j, r - k
        a, b = field[i, j, k], field[i + 1, j, k]
        c, d = field[i, j + 1, k], field[i + 1, j + 1, k]
        e, f = field[i, j, k + 1], field[i + 1, j, k + 1]
        g, h = field[i, j + 1, k + 1], field[i + 1, j + 1, k + 1]
        near, far = (
            (a * (1 - u) + b * u) * (1 - v) + (c * (1 - u) + d * u) * v,
            (e * (1 - u) + f * u) * (1 - v) + (g * (1 - u) + h * u) * v,
        )
        value = near * (1 - w) + far * w
        sx = (((b - a) * (1 - v) + (d - c) * v) * (1 - w) + ((f - e) * (1 - v) + (h - g) * v) * w) / step
        sy = (((c - a) * (1 - u) + (d - b) * u) * (1 - w) + ((g - e) * (1 - u) + (h - f) * u) * w) / step
        sz = (far - near) / step
        size = max(sx * sx + sy * sy + sz * sz, 0.09)
        move = min(max(value / size, -step), step)
        x[n, 0] -= move * sx
        x[n, 1] -= move * sy
        x[n, 2] -= move * sz
