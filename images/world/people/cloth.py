"""Cloth: garments cut from the skin of blobs in one pose, then draped over a body that moves to another.

A `Pattern` is cut in the pose `skeleton.CUTTING`, arms and legs a little apart; its lengths there, with some slack, are
what the cloth keeps. As the body moves to its pose, sleeves buckle at the elbows, trousers at the knees, skirts hang.
"""

from dataclasses import dataclass, field

import numpy as np

from images.world.geometry import Solid
from images.world.modelling.implicit import Blob, rows, surface
from images.world.people.bodies import posed
from images.world.people.skeleton import CUTTING, NUMBER, Figure, Pose, stand


@dataclass(frozen=True)
class Cut:
    """Cloth ends at a plane: beyond `point` along `normal`, both in a bone's axes, within `reach` metres of it."""

    bone: str
    point: tuple[float, float, float]
    normal: tuple[float, float, float]
    reach: float
    pin: float = 0.0  # how firmly the hem keeps its place on the body
    band: float = 0.02  # metres from the hem that are held


@dataclass(frozen=True)
class Pattern:
    """A garment. blobs: its shape, in the bones' axes. slack: share by which cloth is longer than the shape along a
    bone, by the bone's name without its side. loose: metres added to a bone's distance, so that it moves cloth less."""

    blobs: tuple[Blob, ...]
    cuts: tuple[Cut, ...]
    slack: dict[str, float] = field(default_factory=dict)
    flare: float = 0.0  # share by which a skirt's hem is wider than its shape
    loose: dict[str, float] = field(default_factory=dict)
    bones: tuple[str, ...] = ()  # what moves it, without sides; all if empty
    stiffness: float = 0.3  # against bending: 0.1 silk, 0.6 oilskin
    margin: float = 0.008  # metres it keeps from the body


@dataclass(frozen=True)
class Sheet:
    """Cloth as cut: vertices (n, 3), quads (m, 4), pins (n,), and the bones that carry each vertex, (n, 4)."""

    vertices: np.ndarray
    quads: np.ndarray
    pins: np.ndarray
    hem: np.ndarray  # (n,) metres from the nearest edge
    rest: np.ndarray  # (n, 3) where it lies in the neutral pose
    bones: np.ndarray
    weights: np.ndarray


def cut_out(pattern: Pattern, figure: Figure, body: list[Blob], step: float) -> Sheet:
    """The sheet of a pattern, in the pose CUTTING."""
    from images.world.people.cloth_kernels import carried

    placed = stand(figure, CUTTING)
    shape = surface(posed(pattern.blobs, placed), step, smooth=3)
    vertices, quads = shape.vertices, shape.faces[0]
    held, hem = np.zeros(len(vertices)), np.full(len(vertices), 0.5)
    for cut in pattern.cuts:
        vertices, quads, beyond = _trimmed(vertices, quads, cut, placed, figure.unit)
        near = beyond > -0.5
        hem = np.where(near, np.minimum(hem, np.maximum(-beyond, 0)), hem)
        held = np.maximum(held, cut.pin * np.clip(1 + np.minimum(beyond, 0) / (cut.band * figure.unit), 0, 1) * near)
    quads = _largest(quads, len(vertices))
    used = np.unique(quads)
    number = np.full(len(vertices), -1)
    number[used] = np.arange(len(used))
    vertices, quads, held, hem = vertices[used], number[quads], held[used], hem[used]
    bones, weights = carriers(vertices, posed(body, placed), pattern)
    rest = carried(vertices, *motion(placed, stand(figure, Pose(hip_out=(0, 0), hip_twist=(0, 0)))), bones, weights)
    return Sheet(vertices, quads, held, hem, rest, bones, weights)


def motion(before, after) -> tuple[np.ndarray, np.ndarray]:
    """Every bone's turn (bones, 3, 3) and shift (bones, 3) from one pose to another."""
    turns = np.array([after[b][0] @ before[b][0].T for b in NUMBER])
    starts = np.array([after[b][1] - turn @ before[b][1] for b, turn in zip(NUMBER, turns, strict=True)])
    return turns, starts


def _trimmed(vertices, quads, cut: Cut, placed, unit: float):
    """Vertices moved onto a cut's plane, the faces that are left, and how far each vertex lies beyond it."""
    turn, start = placed[cut.bone]
    point, normal = start + turn @ np.array(cut.point) * unit, turn @ np.array(cut.normal, float)
    normal = normal / np.linalg.norm(normal)
    away = vertices - point
    beyond = np.where(np.linalg.norm(away, axis=1) < cut.reach * unit, away @ normal, -1.0)
    quads = quads[(beyond[quads] < 0).any(1)]
    return vertices - np.where(beyond > 0, beyond, 0)[:, None] * normal, quads, beyond


def _largest(quads: np.ndarray, count: int) -> np.ndarray:
    """The faces of the largest piece: a cut may leave a hand or a foot of the shape behind."""
    from scipy.sparse import coo_matrix
    from scipy.sparse.csgraph import connected_components

    a, b = quads[:, [0, 0, 0]].ravel(), quads[:, 1:].ravel()
    _, piece = connected_components(coo_matrix((np.ones(len(a)), (a, b)), (count, count)), directed=False)
    return quads[piece[quads[:, 0]] == np.bincount(piece[quads[:, 0]]).argmax()]


def carriers(vertices, body: list[Blob], pattern: Pattern, most: int = 4):
    """The bones (n, 4) that move each vertex, and by what shares: near ones more."""
    from images.world.modelling.implicit_kernels import bone_distances

    distances = bone_distances(vertices, bone_rows(body), len(NUMBER))
    for bone, i in NUMBER.items():
        kind = bone.split()[-1]
        if pattern.bones and kind not in pattern.bones:
            distances[:, i] = 10
        distances[:, i] += pattern.loose.get(kind, 0)
    near = np.argsort(distances, 1)[:, :most]
    closest = np.take_along_axis(distances, near, 1)
    weights = 1 / (np.maximum(closest - closest[:, :1], 0) + 0.022) ** 3
    return near.astype(np.int64), weights / weights.sum(1, keepdims=True)


def bone_rows(blobs: list[Blob]) -> np.ndarray:
    table = rows(blobs)
    table[:, 20] = [NUMBER[blob.bone] for blob in blobs]
    return table


def draped(
    sheet: Sheet, pattern: Pattern, figure: Figure, pose: Pose, body: list[Blob], rng: np.random.Generator, *,
    steps: int = 60, iterations: int = 5, wind=(0.0, 0.0, 0.0),
) -> Solid:  # fmt: skip
    """The sheet on a body in a pose. body: what it lies on, in the bones' axes. wind: metres/s2."""
    from images.world.people.cloth_kernels import carried, drape

    cutting = stand(figure, CUTTING)
    moving = max(3, round(0.4 * steps))
    path = [stand(figure, CUTTING.towards(pose, t)) for t in np.linspace(0, 1, moving)]
    hips = path[-1]["pelvis"][1]  # the body bends about its hips, wherever the ground is
    path = [{b: (turn, start + hips - p["pelvis"][1]) for b, (turn, start) in p.items()} for p in path]
    path += [path[-1]] * (steps - moving)
    turns, starts = (np.array(part) for part in zip(*(motion(cutting, p) for p in path), strict=True))
    pairs, lengths, ends = _constraints(sheet, pattern, cutting)
    # a bent body needs cloth that gives a little
    moved = carried(sheet.vertices, turns[-1], starts[-1], sheet.bones, sheet.weights)
    lengths = np.maximum(lengths, 0.93 * np.linalg.norm(moved[pairs[:, 1]] - moved[pairs[:, 0]], axis=1))
    x = carried(sheet.vertices, turns[0], starts[0], sheet.bones, sheet.weights)
    x += rng.normal(0, 0.0015, x.shape)
    air = np.add((0, 0, -9.8), wind) * (1 / 110) ** 2
    force = np.repeat(air[None], len(path), 0) * np.linspace(1, 0.5, len(path))[:, None]
    drape(
        x, sheet.vertices, sheet.pins, pairs, lengths, np.array([1.0, 0.55, pattern.stiffness]), ends, sheet.bones,
            sheet.weights,
        turns, starts, bone_rows(posed(body, cutting)), pattern.margin, iterations, force, 0.7, moving,
    )  # fmt: skip
    return Solid(x, (sheet.quads,))


def _constraints(sheet: Sheet, pattern: Pattern, placed):
    """Pairs of vertices and the lengths they keep: threads, then diagonals, then across two faces against bending."""
    q = sheet.quads
    threads = np.concatenate([q[:, [0, 1]], q[:, [1, 2]], q[:, [2, 3]], q[:, [3, 0]]])
    order = np.sort(threads, 1)
    edges, which, count = np.unique(order, axis=0, return_inverse=True, return_counts=True)
    diagonals = np.concatenate([q[:, [0, 2]], q[:, [1, 3]]])
    across = _across(q, which.ravel(), count)
    kinds = [edges, diagonals, across]
    pairs = np.concatenate(kinds)
    along = np.linalg.norm(sheet.vertices[pairs[:, 1]] - sheet.vertices[pairs[:, 0]], axis=1)
    return pairs.astype(np.int64), along * _slack(sheet, pattern, placed, pairs), np.cumsum([len(k) for k in kinds])


def _across(quads: np.ndarray, which: np.ndarray, count: np.ndarray) -> np.ndarray:
    """For every inner edge, the two pairs of vertices that lie opposite each other across it."""
    m = len(quads)
    order = np.argsort(which, kind="stable")
    inner = order[np.repeat(count, count) == 2].reshape(-1, 2)
    side, face = inner // m, inner % m
    ahead = quads[face, (side + 2) % 4]  # (k, 2): the vertex after the edge's end
    behind = quads[face, (side + 3) % 4]
    # the two faces run along the edge in opposite directions
    return np.concatenate([np.stack([ahead[:, 0], behind[:, 1]], 1), np.stack([behind[:, 0], ahead[:, 1]], 1)])


def _slack(sheet: Sheet, pattern: Pattern, placed, pairs: np.ndarray) -> np.ndarray:
    """How much longer the cloth is than its shape, for every pair: along the limbs, and round a skirt's hem."""
    away = sheet.vertices[pairs[:, 1]] - sheet.vertices[pairs[:, 0]]
    away /= np.linalg.norm(away, axis=1, keepdims=True) + 1e-9
    bone = sheet.bones[pairs[:, 0], 0]
    names = list(NUMBER)
    down = np.array([placed[b][0][:, 2] for b in names])
    slack = np.array([pattern.slack.get(b.split()[-1], 0.0) for b in names])
    along = (away * down[bone]).sum(1) ** 2
    result = 1 + slack[bone] * along
    if pattern.flare:
        hips = placed["pelvis"][1][2]
        below = np.clip((hips - sheet.vertices[pairs[:, 0], 2]) / 0.45, 0, 1)
        result = result * (1 + pattern.flare * below * (1 - away[:, 2] ** 2))
    return result
