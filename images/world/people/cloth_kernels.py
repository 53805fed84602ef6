"""Compiled loops for cloth, by position based dynamics (Mueller et al. 2007). Only rendering needs them."""

import math

import numba
import numpy as np

from images.world.modelling.implicit_kernels import distance

compiled = numba.njit(fastmath=True, cache=True)


@compiled
def carried(points, turns, starts, bones, weights):
    """Points moved by the weighted means of their bones' motions."""
    out = np.zeros_like(points)
    for i in range(len(points)):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        for n in range(bones.shape[1]):
            w = weights[i, n]
            if w <= 0:
                continue
            t, s = turns[bones[i, n]], starts[bones[i, n]]
            for c in range(3):
                out[i, c] += w * (t[c, 0] * x + t[c, 1] * y + t[c, 2] * z + s[c])
    return out


@compiled
def pull(x, pairs, lengths, stiffness):
    """Move the ends of every pair towards its length."""
    for n in range(len(pairs)):
        a, b = pairs[n, 0], pairs[n, 1]
        dx, dy, dz = x[b, 0] - x[a, 0], x[b, 1] - x[a, 1], x[b, 2] - x[a, 2]
        now = math.sqrt(dx * dx + dy * dy + dz * dz) + 1e-9
        k = 0.5 * stiffness * (now - lengths[n]) / now
        x[a, 0] += k * dx
        x[a, 1] += k * dy
        x[a, 2] += k * dz
        x[b, 0] -= k * dx
        x[b, 1] -= k * dy
        x[b, 2] -= k * dz


@compiled
def close_blobs(x, bounds, margin, near):
    """The numbers of the blobs near every point, in `near` (n, most); -1 ends the list."""
    for i in range(len(x)):
        found = 0
        for n in range(len(bounds)):
            dx, dy, dz = x[i, 0] - bounds[n, 0], x[i, 1] - bounds[n, 1], x[i, 2] - bounds[n, 2]
            reach = bounds[n, 3] + margin
            if dx * dx + dy * dy + dz * dz < reach * reach and found < near.shape[1]:
                near[i, found] = n
                found += 1
        if found < near.shape[1]:
            near[i, found] = -1


@compiled
def push_out(x, before, blobs, near, margin, friction):
    """Move points out of the blobs near them, and slow what slides on them."""
    g = np.empty(3)
    for i in range(len(x)):
        for k in range(near.shape[1]):
            n = near[i, k]
            if n < 0:
                break
            d = distance(blobs[n], x[i, 0], x[i, 1], x[i, 2], g) - margin
            if d >= 0:
                continue
            d = max(d, -0.03)
            into = 0.0
            for c in range(3):
                x[i, c] -= d * g[c]
                into += (x[i, c] - before[i, c]) * g[c]
            for c in range(3):
                move = x[i, c] - before[i, c]
                before[i, c] += friction * (move - into * g[c]) + into * g[c]


@compiled
def on_ground(x, before):
    """Keep points above the ground, where they lie."""
    for i in range(len(x)):
        if x[i, 2] < 0.006:
            x[i, 2] = 0.006
            before[i, 0] += 0.6 * (x[i, 0] - before[i, 0])
            before[i, 1] += 0.6 * (x[i, 1] - before[i, 1])


@compiled
def drape(
    x,
    goal_from,
    pins,
    pairs,
    lengths,
    stiffness,
    ends,
    bones,
    weights,
    turns,
    starts,
    blobs,
    margin,
    iterations,
    pull_down,
    friction,
    moving,
):
    """Let cloth follow a body through its poses, and hang.

    x: (n, 3), changed. goal_from: (n, 3) in the cut. pins: (n,), share by which a point keeps its place on the body.
    pairs, lengths, stiffness: kinds of constraints one after another; `ends` says where each kind stops. turns, starts:
    (steps, bones, 3, 3) and (steps, bones, 3), every bone's motion from the cut. blobs: rows in the cut's place.
    pull_down: (steps, 3), metres a step by which the air and weight move it. moving: steps without ground.
    """
    before = x.copy()
    placed = blobs.copy()
    bounds = np.empty((len(blobs), 4))
    near = np.empty((len(x), 14), np.int32)
    steps = len(turns)
    for step in range(steps):
        if step > 0:
            # what moved since the last step: now after the inverse of before
            dt, ds = np.empty_like(turns[0]), np.empty_like(starts[0])
            for b in range(len(dt)):
                dt[b] = turns[step, b] @ turns[step - 1, b].T
                ds[b] = starts[step, b] - dt[b] @ starts[step - 1, b]
            x[:] = carried(x, dt, ds, bones, weights)
            before[:] = carried(before, dt, ds, bones, weights)
        goal = carried(goal_from, turns[step], starts[step], bones, weights)
        for n in range(len(blobs)):
            b = int(blobs[n, 20])
            t = turns[step, b]
            placed[n, :3] = t @ blobs[n, :3].copy() + starts[step, b]
            for r in range(3):
                placed[n, 3 + 3 * r : 6 + 3 * r] = t @ blobs[n, 3 + 3 * r : 6 + 3 * r].copy()
            half = 0.5 * blobs[n, 15] * blobs[n, 14]
            bounds[n, :3] = placed[n, :3] + half * placed[n, 9:12]
            bounds[n, 3] = half + max(blobs[n, 16], blobs[n, 17]) * blobs[n, 12:15].max()
        for i in range(len(x)):
            for c in range(3):
                v = x[i, c] - before[i, c]
                before[i, c] = x[i, c]
                x[i, c] += 0.85 * v + pull_down[step, c] * (1 - pins[i])
        for _ in range(iterations):
            first = 0
            for kind in range(len(ends)):
                pull(x, pairs[first : ends[kind]], lengths[first : ends[kind]], stiffness[kind])
                first = ends[kind]
            for i in range(len(x)):
                if pins[i] > 0:
                    for c in range(3):
                        x[i, c] += pins[i] * (goal[i, c] - x[i, c])
        if step % 5 == 0:
            close_blobs(x, bounds, margin + 0.05, near)
        push_out(x, before, placed, near, margin, friction)
        if step >= moving:
            on_ground(x, before)
