"""Noise and clouds as compiled loops. Only rendering needs them; `noise.py` and `sky.py` import them when called.

Value noise and gradient noise after Perlin (1985, 2002); the slope-damped sum follows Musgrave, Kolb and Mace (1989).
"""

import math

import numba
import numpy as np

compiled = numba.njit(fastmath=True, cache=True)
TURN = 2 * math.pi


@compiled
def hash3(i, j, k):
    """A number in [0, 1) for a cell of the integer lattice."""
    n = (i * 374761393 + j * 668265263 + k * 1274126177) & 0xFFFFFFFF
    n = ((n ^ (n >> 13)) * 1274126177) & 0xFFFFFFFF
    n = ((n ^ (n >> 15)) * 2246822519) & 0xFFFFFFFF
    return ((n ^ (n >> 16)) & 0xFFFFFF) / 16777216.0


@compiled
def fade(t):
    return t * t * t * (t * (t * 6 - 15) + 10)


@compiled
def value3(x, y, z, seed):
    """Value noise in [0, 1]."""
    i, j, k = math.floor(x), math.floor(y), math.floor(z)
    u, v, w = fade(x - i), fade(y - j), fade(z - k)
    k += seed * 131
    a = hash3(i, j, k) * (1 - u) + hash3(i + 1, j, k) * u
    b = hash3(i, j + 1, k) * (1 - u) + hash3(i + 1, j + 1, k) * u
    c = hash3(i, j, k + 1) * (1 - u) + hash3(i + 1, j, k + 1) * u
    d = hash3(i, j + 1, k + 1) * (1 - u) + hash3(i + 1, j + 1, k + 1) * u
    return (a * (1 - v) + b * v) * (1 - w) + (c * (1 - v) + d * v) * w


@compiled
def sum3(x, y, z, octaves, seed):
    """Octaves of value noise, in [0, 1]."""
    total = weight = 0.0
    amplitude = 0.5
    for octave in range(octaves):
        total += amplitude * value3(x, y, z, seed + octave)
        weight += amplitude
        amplitude *= 0.5
        x, y, z = x * 2.03 + 7.1, y * 2.03 + 3.7, z * 2.03 + 1.3
    return total / weight


@compiled
def gradient2(x, y, seed):
    """Gradient noise, about [-0.7, 0.7], and its two derivatives."""
    i, j = math.floor(x), math.floor(y)
    u, v = x - i, y - j
    fu, fv = fade(u), fade(v)
    du, dv = 30 * u * u * (u * (u - 2) + 1), 30 * v * v * (v * (v - 2) + 1)
    t = TURN * hash3(i, j, seed)
    ax, ay = math.cos(t), math.sin(t)
    t = TURN * hash3(i + 1, j, seed)
    bx, by = math.cos(t), math.sin(t)
    t = TURN * hash3(i, j + 1, seed)
    cx, cy = math.cos(t), math.sin(t)
    t = TURN * hash3(i + 1, j + 1, seed)
    dx, dy = math.cos(t), math.sin(t)
    a, b = ax * u + ay * v, bx * (u - 1) + by * v
    c, d = cx * u + cy * (v - 1), dx * (u - 1) + dy * (v - 1)
    k = a - b - c + d
    return (
        a + fu * (b - a) + fv * (c - a) + fu * fv * k,
        ax + fu * (bx - ax) + fv * (cx - ax) + fu * fv * (ax - bx - cx + dx) + du * (fv * k + b - a),
        ay + fu * (by - ay) + fv * (cy - ay) + fu * fv * (ay - by - cy + dy) + dv * (fu * k + c - a),
    )


@compiled
def sum2(x, y, octaves, seed):
    """Octaves of gradient noise, each turned against the last so that no lattice shows."""
    total, amplitude = 0.0, 1.0
    for octave in range(octaves):
        total += amplitude * gradient2(x, y, seed + octave)[0]
        amplitude *= 0.5
        x, y = 1.6 * x + 1.2 * y + 11.3, -1.2 * x + 1.6 * y + 5.7
    return total


@compiled
def gullies2(x, y, octaves, seed):
    """A mountain's height, about [-0.5, 1]: three octaves of noise, then gullies that run down the slope.

    A gully is a cosine whose crests lie along the steepest descent, placed by jittered Gaussians so that it branches;
    each octave follows the slope of all before it.
    """
    height = slope_x = slope_y = 0.0
    amplitude, frequency = 0.5, 1.0
    for octave in range(3):
        n, dx, dy = gradient2(x * frequency, y * frequency, seed + octave)
        height += amplitude * n
        slope_x += amplitude * frequency * dx
        slope_y += amplitude * frequency * dy
        amplitude *= 0.45
        frequency *= 2
    amplitude, frequency, carved_x, carved_y = 0.17, 3.0, 0.0, 0.0
    for octave in range(octaves):
        gx, gy = slope_x + carved_x, slope_y + carved_y
        length = math.sqrt(gx * gx + gy * gy) + 1e-6
        across_x, across_y = gy / length, -gx / length
        px, py = x * frequency, y * frequency
        i0, j0 = math.floor(px), math.floor(py)
        value = dx = dy = weight = 0.0
        for i in range(i0 - 1, i0 + 3):
            for j in range(j0 - 1, j0 + 3):
                qx = px - i - 0.8 * (hash3(i, j, seed + 50 + octave) - 0.5)
                qy = py - j - 0.8 * (hash3(i, j, seed + 90 + octave) - 0.5)
                g = math.exp(-2 * (qx * qx + qy * qy))
                phase = TURN * 0.75 * (qx * across_x + qy * across_y)
                weight += g
                value += g * math.cos(phase)
                s = -g * math.sin(phase) * TURN * 0.75
                dx += s * across_x
                dy += s * across_y
        height += amplitude * min(1.0, length * 1.3) * value / weight
        carved_x += amplitude * frequency * dx / weight
        carved_y += amplitude * frequency * dy / weight
        amplitude *= 0.46
        frequency *= 1.95
    return height


@compiled
def noise_over(x, y, octaves, seed, carved):
    """`gullies2` or `sum2` at every point of two flat arrays."""
    out = np.empty(x.size, np.float64)
    for i in range(x.size):
        out[i] = gullies2(x[i], y[i], octaves, seed) if carved else sum2(x[i], y[i], octaves, seed)
    return out


@numba.njit(fastmath=True, cache=True, parallel=True)
def cloud_plate(azimuths, elevations, sun, cover, base, thickness, scale, seed, sunlit, ambient):
    """Clouds between two heights, ray-marched with single scattering; (h, w, 4) light and opacity.

    azimuths, elevations: (w,), (h,) radians. sun: unit vector. base, thickness, scale: metres.
    sunlit, ambient: colours. Self-shadow is four steps towards the sun; the phase function has two lobes
    (Henyey and Greenstein 1941), so that edges before the sun light up.
    """
    height, width, steps = elevations.size, azimuths.size, 30
    out = np.zeros((height, width, 4), np.float32)
    for row in numba.prange(height):
        up = math.sin(elevations[row])
        if up < 0.008:
            continue
        for column in range(width):
            east = math.sin(azimuths[column]) * math.cos(elevations[row])
            north = math.cos(azimuths[column]) * math.cos(elevations[row])
            near = min(base / up, 60000.0)
            far = min((base + thickness) / up, near + 5 * thickness)
            step = (far - near) / steps
            cosine = east * sun[0] + north * sun[1] + up * sun[2]
            phase = 0.375 * 0.51 / (1.49 - 1.4 * cosine) ** 1.5 + 0.125 * 0.91 / (1.09 + 0.6 * cosine) ** 1.5 + 0.12
            seen, direct, skylight = 1.0, 0.0, 0.0
            jitter = hash3(row, column, 7)
            for k in range(steps):
                t = near + step * (k + jitter)
                x, y, z = east * t, north * t, up * t
                level = (z - base) / thickness
                if level < 0 or level > 1:
                    continue
                body = sum3(x / scale, y / scale, z / scale * 1.6, 6, seed) - (1 - cover) * 0.62
                density = min(1.0, (body - 0.28 * abs(level - 0.3)) * 7) * 0.006
                if density <= 0:
                    continue
                depth, reach = 0.0, 90.0
                for _ in range(4):
                    sx, sy, sz = x + sun[0] * reach, y + sun[1] * reach, z + sun[2] * reach
                    above = (sz - base) / thickness
                    if above < 0 or above > 1:
                        break
                    body = sum3(sx / scale, sy / scale, sz / scale * 1.6, 4, seed) - (1 - cover) * 0.62
                    body -= 0.28 * abs(above - 0.3)
                    if body > 0:
                        depth += min(1.0, body * 7) * 0.0066 * reach
                    reach *= 1.9
                alpha = seen * (1 - math.exp(-density * step))
                direct += alpha * phase * (math.exp(-depth * 0.5) * 0.75 + 0.25 * math.exp(-depth * 0.12))
                skylight += alpha * (0.5 + 0.5 * level)
                seen -= alpha
                if seen < 0.02:
                    break
            fade_out = math.exp(-max(0.0, near - 3000) / 32000)  # far clouds melt into the horizon
            for c in range(3):
                out[row, column, c] = fade_out * (direct * sunlit[c] + skylight * ambient[c])
            out[row, column, 3] = fade_out * (1 - seen)
    return out
