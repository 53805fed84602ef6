"""Carved and modelled things: distances to simple bodies, blended softly into one, and a skin drawn where it is 0.

A distance is a function of points (n, 3) giving metres (n,), negative inside. Bodies are made by `ball`, `limb` and
their like, joined by `blend`, cut by `carve`, and `skin` turns the result into a Solid.
"""

from collections.abc import Callable

import numpy as np

from images.world.geometry import Solid

Distance = Callable[[np.ndarray], np.ndarray]
COARSE = 4  # voxels to a block of the first, rough pass
MOST = 12_000_000  # voxels of one skin; a finer one is made coarser


# -- bodies


def ball(centre, radius: float) -> Distance:
    centre = np.asarray(centre, np.float32)
    return lambda p: np.linalg.norm(p - centre, axis=1) - np.float32(radius)


def egg(centre, radii, turn: np.ndarray | None = None) -> Distance:
    """An ellipsoid; turn: (3, 3), its axes as columns."""
    centre, radii = np.asarray(centre, np.float32), np.asarray(radii, np.float32)

    def distance(p):
        q = p - centre
        if turn is not None:
            q = q @ turn.astype(np.float32)
        inside = np.linalg.norm(q / radii, axis=1)
        return inside * (inside - 1) / (np.linalg.norm(q / radii**2, axis=1) + 1e-9)  # after Quilez

    return distance


def limb(a, b, radius_a: float, radius_b: float | None = None) -> Distance:
    """A rod with round ends between two points, of one radius or tapering."""
    a, b = np.asarray(a, np.float32), np.asarray(b, np.float32)
    along, radius_b = b - a, radius_a if radius_b is None else radius_b
    length = float(along @ along) + 1e-12

    def distance(p):
        t = np.clip(((p - a) @ along) / length, 0, 1)
        return np.linalg.norm(p - a - t[:, None] * along, axis=1) - (radius_a + (radius_b - radius_a) * t)

    return distance


def chain(points, radii, blending: float = 0.0) -> Distance:
    """Limbs from point to point."""
    radii = np.broadcast_to(radii, len(points))
    pairs = zip(points[:-1], points[1:], radii[:-1], radii[1:], strict=True)
    return blend(blending, *(limb(*ends) for ends in pairs))


def slab(centre, halves, rounding: float = 0.0, turn: np.ndarray | None = None) -> Distance:
    """A box by its half sides, its edges rounded."""
    centre, halves = np.asarray(centre, np.float32), np.asarray(halves, np.float32) - np.float32(rounding)

    def distance(p):
        q = p - centre
        if turn is not None:
            q = q @ turn.astype(np.float32)
        q = np.abs(q) - halves
        return np.linalg.norm(np.maximum(q, 0), axis=1) + np.minimum(q.max(1), 0) - np.float32(rounding)

    return distance


def half_space(point, outward) -> Distance:
    """All that lies on the other side of a plane from `outward`."""
    outward = np.asarray(outward, np.float32) / np.float32(np.linalg.norm(outward))
    point = np.asarray(point, np.float32)
    return lambda p: (p - point) @ outward


def turned(profile, centre=(0, 0)) -> Distance:
    """A lathed body, roughly: profile [(radius, height)] from foot to top about the vertical through `centre`."""
    radii, heights = np.array(profile, np.float32).T
    centre = np.asarray(centre, np.float32)

    def distance(p):
        z = p[:, 2]
        aside = np.hypot(p[:, 0] - centre[0], p[:, 1] - centre[1]) - np.interp(z, heights, radii)
        return np.maximum(0.85 * aside, np.maximum(heights[0] - z, z - heights[-1]))

    return distance


# -- putting bodies together


def blend(softness: float, *parts: Distance) -> Distance:
    """All of the parts, run together over `softness` metres where they meet."""

    def distance(p):
        total = parts[0](p)
        for part in parts[1:]:
            total = _soft_minimum(total, part(p), softness)
        return total

    return distance


def carve(body: Distance, softness: float, *holes: Distance) -> Distance:
    """The body without the holes."""

    def distance(p):
        total = body(p)
        for hole in holes:
            total = -_soft_minimum(-total, hole(p), softness)
        return total

    return distance


def cut_to(softness: float, *parts: Distance) -> Distance:
    """What all the parts have in common."""

    def distance(p):
        total = parts[0](p)
        for part in parts[1:]:
            total = -_soft_minimum(-total, -part(p), softness)
        return total

    return distance


def ridged_by(body: Distance, depth: Callable[[np.ndarray], np.ndarray]) -> Distance:
    """The body with its surface raised by `depth` metres at points."""
    return lambda p: body(p) - depth(p).astype(np.float32)


def mirrored(part: Distance) -> Distance:
    """A part of the side x > 0 on both sides."""
    return lambda p: part(_folded(p))


def _folded(p):
    folded = p.copy()
    folded[:, 0] = np.abs(folded[:, 0])
    return folded


def _soft_minimum(a, b, softness: float):
    if not softness:
        return np.minimum(a, b)
    near = np.maximum(softness - np.abs(a - b), 0) / softness
    return np.minimum(a, b) - near * near * np.float32(0.25 * softness)


# -- skin


def skin(body: Distance, low, high, voxel: float) -> Solid:
    """The surface of a body between two corners of a box, by surface nets (Gibson 1998): one vertex in each voxel that
    the surface crosses. `voxel` is the mesh's grain in metres."""
    low, high = np.asarray(low, float), np.asarray(high, float)
    voxel = max(voxel, float((np.prod(high - low) / MOST) ** (1 / 3)))
    count = np.ceil((high - low) / voxel / COARSE).astype(int) * COARSE + 1
    values = _sampled(body, low, voxel, count)
    return _net(values, low, voxel)


def _sampled(body: Distance, low, voxel: float, count) -> np.ndarray:
    """Distances on the grid: everywhere on every fourth point, and on all points of the blocks near the surface."""
    axes = [low[i] + voxel * np.arange(count[i]) for i in range(3)]
    rough = [axis[::COARSE] for axis in axes]
    shape = [len(axis) for axis in rough]
    points = np.stack(np.meshgrid(*rough, indexing="ij"), -1).reshape(-1, 3).astype(np.float32)
    corners = _in_pieces(body, points).reshape(shape)
    near = np.abs(corners) < 1.25 * voxel * COARSE * np.sqrt(3)
    values = corners
    for axis in range(3):
        values, near = (np.repeat(part, COARSE, axis) for part in (values, near))
    # a grid point belongs to the nearest rough one: shift by half a block
    cut = tuple(slice(COARSE // 2, COARSE // 2 + n) for n in count)
    values, near = values[cut].copy(), near[cut]
    i, j, k = np.nonzero(near)
    close = np.stack([axes[0][i], axes[1][j], axes[2][k]], -1).astype(np.float32)
    values[i, j, k] = _in_pieces(body, close)
    return values


def _in_pieces(body: Distance, points: np.ndarray, piece: int = 200_000) -> np.ndarray:
    if len(points) <= piece:
        return body(points)
    return np.concatenate([body(points[i : i + piece]) for i in range(0, len(points), piece)])


def _net(values: np.ndarray, low, voxel: float) -> Solid:
    inside = values < 0
    shape = np.array(values.shape) - 1
    corners = [(i, j, k) for i in (0, 1) for j in (0, 1) for k in (0, 1)]
    views = {c: tuple(slice(c[a], c[a] + shape[a]) for a in range(3)) for c in corners}
    some, every = np.zeros(shape, bool), np.ones(shape, bool)
    for view in views.values():
        some |= inside[view]
        every &= inside[view]
    crossed = some & ~every
    cells = np.stack(np.nonzero(crossed), -1)
    if not len(cells):
        raise ValueError("the body has no surface between the corners")
    number = np.full(shape, -1, np.int64)
    number[crossed] = np.arange(len(cells))
    at = {c: values[tuple((cells + c).T)] for c in corners}
    total, edges = np.zeros((len(cells), 3)), np.zeros(len(cells))
    for a in corners:
        for axis in range(3):
            if a[axis]:
                continue
            b = tuple(a[i] + (i == axis) for i in range(3))
            crosses = (at[a] < 0) != (at[b] < 0)
            share = at[a] / np.where(crosses, at[a] - at[b], 1)
            point = np.array(a, float)[None] + share[:, None] * np.eye(3)[axis]
            total += np.where(crosses[:, None], point, 0)
            edges += crosses
    vertices = low + voxel * (cells + total / edges[:, None])
    return Solid(vertices, (_quads(inside, number),))


def _quads(inside: np.ndarray, number: np.ndarray) -> np.ndarray:
    """A face for every grid edge that the surface crosses, between the four voxels round it."""
    faces = []
    for axis in range(3):
        u, v = (axis + 1) % 3, (axis + 2) % 3
        ahead = [slice(None)] * 3
        ahead[axis] = slice(1, None)
        behind = [slice(None)] * 3
        behind[axis] = slice(None, -1)
        crosses = inside[tuple(behind)] != inside[tuple(ahead)]
        for edge in (u, v):  # edges on the border have no four voxels
            crosses[tuple(slice(0, 1) if i == edge else slice(None) for i in range(3))] = False
            crosses[tuple(slice(-1, None) if i == edge else slice(None) for i in range(3))] = False
        cell = np.stack(np.nonzero(crosses), -1)
        leaving = inside[tuple(behind)][crosses]
        step_u, step_v = np.eye(3, dtype=int)[u], np.eye(3, dtype=int)[v]
        ring = [cell - step_u - step_v, cell - step_v, cell, cell - step_u]
        quad = np.stack([number[tuple(c.T)] for c in ring], 1)
        quad[~leaving] = quad[~leaving][:, ::-1]
        faces.append(quad)
    return np.concatenate(faces)
