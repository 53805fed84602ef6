"""Staunton chessmen: turned pieces, a carved knight's head, a bishop's mitre. Built in millimetres, given in metres."""

import numpy as np

from images.world.furniture.turning import ball, bead, cove, curve, spun
from images.world.geometry import Solid, join, loft, prism
from images.world.modelling.sculpt import ball as sphere
from images.world.modelling.sculpt import blend, carve, chain, egg, limb, ridged_by, skin, slab, turned

MM = 0.001
HEIGHTS = {"king": 97, "queen": 86, "bishop": 72, "knight": 64, "rook": 56, "pawn": 48}  # mm
BASES = {"king": 19.5, "queen": 19, "bishop": 16.8, "knight": 17.2, "rook": 17, "pawn": 15}  # radius, mm


def _foot(radius: float, rise: float, top: float):
    """The stepped base that all pieces share, up to the stem of radius `top`."""
    r = radius
    return [
        [(0, 0), (0.94 * r, 0), (r, 1.0), (1.01 * r, 0.13 * rise), (0.97 * r, 0.2 * rise)],
        bead(0.9 * r, 0.22 * rise, 0.42 * rise, 0.06 * r),
        [(0.86 * r, 0.43 * rise), (0.84 * r, 0.46 * rise)],
        curve([(0.82 * r, 0.47 * rise), (0.66 * r, 0.6 * rise), (top * 1.25, 0.86 * rise), (top, rise)]),
    ]


def _collar(z: float, inner: float, outer: float, thick: float):
    """A collar round the stem: a cove below, a sharp bead."""
    return [
        cove((inner, z), (outer, z + 0.7 * thick)),
        bead(outer - 0.2, z + 0.7 * thick, z + 1.5 * thick, 0.5 * thick),
        [(outer * 0.8, z + 1.7 * thick), (inner * 1.02, z + 2.3 * thick)],
    ]


def pawn(around: int) -> Solid:
    stem = curve([(8.3, 14), (6.3, 19), (5.2, 25), (4.9, 29.5)])
    return spun(
        *_foot(15, 14, 8.3), stem, *_collar(29.6, 4.9, 9.6, 1.6), ball(7.3, 40.7, 34.6), around=around, scale=MM
    )


def rook(around: int) -> Solid:
    stem = curve([(11.2, 16), (9.2, 24), (8.4, 33), (9.0, 39)])
    body = spun(
        *_foot(17, 16, 11.2), stem, bead(9.3, 39, 41, 1.0), cove((9.6, 41), (13.2, 46)),
        [(13.4, 46.2), (13.4, 50.0), (9.6, 50.0), (9.4, 46.5), (0, 46.0)], around=around, scale=MM,
    )  # fmt: skip
    steps = max(4, around // 10)
    towers = []
    for start in np.arange(6) * np.pi / 3:
        t = np.linspace(start + 0.13, start + np.pi / 3 - 0.13, steps)
        ring = [(9.6, 49.8), (13.4, 49.8), (13.4, 55.4), (12.9, 56), (10.1, 56), (9.6, 55.4)]
        towers.append(loft([[(r * np.cos(a), r * np.sin(a), z) for r, z in ring[::-1]] for a in t]).scaled(MM))
    return join([body, *towers])


def queen(around: int) -> Solid:
    stem = curve([(10.4, 20), (7.8, 29), (6.5, 40), (6.3, 51)])
    foot = [*_foot(19, 20, 10.4), stem, *_collar(51, 6.3, 11.4, 1.7), bead(6.6, 55.4, 57.4, 1.2)]
    flare = curve([(7.2, 57.6), (8.0, 62), (10.4, 69), (13.4, 76.0)])
    inside = [(12.2, 76.2), (9.2, 75.2)]
    top = [*curve([(9.2, 75.2), (8.2, 77.6), (5.2, 79.4), (2.6, 80.0)]), *ball(3.0, 82.8, 80.6)]
    points = [p for run in (*foot, flare, inside, top) for p in run]
    # the coronet: its rim is scalloped
    t = np.linspace(0, 2 * np.pi, around, endpoint=False)
    scallop = 1.5 * np.abs(np.sin(4.5 * t)) ** 0.6 - 1.0
    rings = []
    for radius, z in points:
        weight = np.clip((z - 72) / 4, 0, 1) * (radius > 11)
        rings.append(np.c_[max(radius, 0.01) * np.cos(t), max(radius, 0.01) * np.sin(t), z + weight * scallop] * MM)
    return loft(rings)


def king(around: int) -> Solid:
    stem = curve([(10.9, 21), (8.2, 31), (6.9, 43), (6.7, 56)])
    body = spun(
        *_foot(19.5, 21, 10.9), stem, *_collar(56, 6.7, 11.9, 1.8), bead(7, 60.6, 62.6, 1.2),
        curve([(7.6, 62.8), (8.2, 67), (10.2, 74), (12.6, 80)]), bead(12.1, 80, 82.2, 0.9),
        curve([(11.2, 82.4), (8.6, 85.0), (4.6, 86.6), (2.4, 87.2)]), bead(2.0, 87.2, 88.6, 0.8),
        [(1.6, 88.7), (0, 88.8)], around=around, scale=MM,
    )  # fmt: skip
    arm = [(-1.3, 88), (1.3, 88), (0.8, 91.2), (3.9, 90.5), (3.9, 94.3), (0.8, 93.6), (1.5, 97), (-1.5, 97)]
    arm += [(-0.8, 93.6), (-3.9, 94.3), (-3.9, 90.5), (-0.8, 91.2)]
    return join([body, prism(arm, 2.4).scaled(MM)])


def bishop(around: int, voxel: float) -> Solid:
    stem = curve([(9.0, 17), (6.9, 25), (5.6, 34), (5.4, 42.6)])
    collars = [*_collar(42.6, 5.4, 9.6, 1.5), bead(5.4, 46.4, 47.8, 0.9)]
    body = spun(*_foot(16.8, 17, 9.0), stem, *collars, [(4.6, 48), (0, 48)], around=around, scale=MM)
    mitre = curve([(4.7, 47.5), (6.9, 51), (8.0, 56), (7.0, 61), (4.4, 65.4), (1.6, 67.6)])
    slit = slab((5.4, 0, 61.0), (7, 12, 0.55), 0.2, _tilt(0.62))
    head = blend(0.8, carve(turned(mitre), 0.3, slit), sphere((0, 0, 69.2), 2.3))
    return join([body, skin(head, (-9, -9, 47), (9, 9, 72.5), voxel).scaled(MM)])


def _tilt(angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([(c, 0, -s), (0, 1, 0), (s, 0, c)])


def knight(around: int, voxel: float) -> Solid:
    """The knight looks along +x."""
    base = spun(*_foot(17.2, 15, 12.5), [(12.5, 15.2), (12.2, 16.4), (0, 16.4)], around=around, scale=MM)
    head = skin(horse_head(), (-19, -12, 15), (20, 12, 66), voxel).scaled(MM)
    return join([base, head])


def horse_head():
    """Distance to a carved horse's head and neck in millimetres, from z = 15 to 64."""

    def at(x, z, y=0.0):
        return (x, y, z)

    neck = chain([at(-1, 14), at(-3, 22), at(-4.6, 32), at(-4.2, 41), at(-1.2, 49)], [12.0, 10.6, 8.8, 7.4, 6.4], 3)
    chest = egg(at(4.2, 20.5), (7.6, 7.6, 7.8))
    skull = chain([at(-0.5, 50.5), at(4.8, 48.2), at(10.4, 42.3), at(14.6, 37.2)], [6.3, 5.8, 4.2, 3.9], 2)
    muzzle = blend(1.5, egg(at(15.2, 36.6), (3.5, 3.9, 4.1)), egg(at(13.2, 34.6), (2.9, 3.1, 2.3)))
    jaw = blend(2, sphere(at(3.2, 43.4), 6.0), limb(at(4.8, 41.6), at(12.6, 35.6), 4.0, 2.5))
    body = blend(4.0, neck, chest)
    body = blend(2.2, body, blend(2.0, skull, jaw, muzzle))
    body = carve(body, 3.0, limb(at(9.6, 32.6, -20), at(9.6, 32.6, 20), 3.1))
    body = carve(body, 1.2, mirrored_y(limb(at(4.6, 39.2, 7.2), at(1.0, 48.5, 7.6), 1.0)))  # behind the cheek
    mane = chain([at(-11.5, 17), at(-13.6, 25), at(-14.2, 34), at(-12, 44), at(-7, 52), at(-1.5, 56.2), at(3.6, 54.6),
        at(6.2, 51)], [2.4, 3.2, 3.5, 3.5, 3.3, 2.9, 2.3, 1.2], 2,)  # fmt: skip

    def strands(p):
        angle = np.arctan2(p[:, 2] - 30, p[:, 0] - 2)
        reach = np.hypot(p[:, 2] - 30, p[:, 0] - 2)
        return 0.55 * np.sin(angle * 30 + 0.16 * reach) * np.clip((reach - 9) / 4, 0, 1)

    body = blend(1.2, body, ridged_by(mane, strands))
    ears = mirrored_y(limb(at(-1.0, 54.5, 3.6), at(0.9, 63.0, 3.9), 2.1, 0.5))
    body = blend(1.0, body, carve(ears, 0.4, mirrored_y(limb(at(0.9, 56.5, 4.4), at(1.9, 62.5, 4.3), 1.0, 0.3))))
    socket = mirrored_y(egg(at(6.9, 46.6, 6.0), (2.3, 1.5, 1.5)))
    brow = mirrored_y(limb(at(4.9, 48.8, 4.9), at(9.2, 47.6, 3.9), 1.0, 0.7))
    body = blend(0.5, carve(blend(0.9, body, brow), 0.9, socket), mirrored_y(sphere(at(6.9, 46.5, 4.5), 1.35)))
    body = carve(body, 0.6, mirrored_y(egg(at(17.4, 37.8, 2.7), (1.3, 1.1, 0.8))))
    body = carve(body, 0.5, slab(at(15.6, 34.6), (4.6, 9, 0.32), 0.2, _tilt(-0.62)))
    return lambda p: body(p * np.array([1, 1.12, 1], np.float32))


def mirrored_y(part):
    """A part of the side y > 0 on both sides."""
    return lambda p: part(np.c_[p[:, 0], np.abs(p[:, 1]), p[:, 2]])


def piece(kind: str, detail: float, around: int) -> Solid:
    """One chessman, its foot on z = 0 at the origin."""
    voxel = float(np.clip(0.32 / max(detail, 0.15) ** 0.6, 0.28, 0.9))
    if kind in ("knight", "bishop"):
        return {"knight": knight, "bishop": bishop}[kind](around, voxel)
    return {"pawn": pawn, "rook": rook, "queen": queen, "king": king}[kind](around)
