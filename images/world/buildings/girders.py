"""Iron and steel: girders, a truss bridge on stone piers, a suspension bridge. Bridges lie as in `spans`."""

import itertools

import numpy as np

from images.world.buildings.masonry import Masonry
from images.world.buildings.spans import DEEP, pier
from images.world.geometry import Solid, box, boxes, join, tube


def beam(a, b, wide: float, high: float) -> Solid:
    """An I-girder from a to b: two flanges and a web."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    length = float(np.linalg.norm(b - a))
    ahead = (b - a) / length
    side = np.cross(ahead, (0, 1, 0)) if abs(ahead[1]) < 0.9 else np.cross(ahead, (0, 0, 1))
    side /= np.linalg.norm(side)
    over = np.cross(side, ahead)
    t = 0.12 * high
    rows = boxes(
        [
            (0, length, -wide / 2, wide / 2, high / 2 - t, high / 2),
            (0, length, -wide / 2, wide / 2, -high / 2, -high / 2 + t),
            (0, length, -t / 2, t / 2, -high / 2, high / 2),
        ]
    )
    return Solid(a + rows.vertices @ np.stack([ahead, over, side]), rows.faces)


def truss(stones: Masonry, spans: int, span: float, deck: float, half: float, tall: float, fine: float):
    """A through truss: two lattice sides, cross girders, sway bracing over the road, on stone piers. Returns its iron
    and its planks.
    """
    iron, planks, rivets = [], [], []
    total = spans * span
    bays = max(6, round(span / 5.0))
    for k in range(spans):
        x = -total / 2 + k * span + np.linspace(0.4, span - 0.4, bays + 1)
        low, high = deck - 0.6, deck + tall
        for s in (-1, 1):
            y = s * half
            iron += [
                beam((x[0], y, low), (x[-1], y, low), 0.45, 0.6),
                beam((x[1], y, high), (x[-2], y, high), 0.45, 0.5),
            ]
            iron += [
                beam((x[0], y, low), (x[1], y, high), 0.42, 0.45),
                beam((x[-1], y, low), (x[-2], y, high), 0.42, 0.45),
            ]
            for i in range(1, bays):
                iron.append(beam((x[i], y, low), (x[i], y, high), 0.3, 0.3))
                if i < bays - 1:
                    up, down = (
                        ((x[i], y, high), (x[i + 1], y, low)) if i < bays / 2 else ((x[i], y, low), (x[i + 1], y, high))
                    )
                    iron.append(beam(up, down, 0.2, 0.24))
                    if abs(i + 0.5 - bays / 2) < 1.5:
                        iron.append(beam((x[i], y, low), (x[i + 1], y, high), 0.14, 0.16))
                if fine > 0.4:
                    rivets += [
                        (x[i] - 0.45, x[i] + 0.45, y - 0.06 - 0.2 * (s < 0), y + 0.06 + 0.2 * (s > 0), z - 0.4, z + 0.4)
                        for z in (low, high)
                    ]
        for i in range(bays + 1):
            iron.append(beam((x[i], -half, low), (x[i], half, low), 0.35, 0.55))
            if 0 < i < bays:
                iron.append(beam((x[i], -half, high), (x[i], half, high), 0.25, 0.3))
                if i < bays - 1:
                    iron += [
                        beam((x[i], -half, high), (x[i + 1], half, high), 0.1, 0.12),
                        beam((x[i], half, high), (x[i + 1], -half, high), 0.1, 0.12),
                    ]
                for s in (-1, 1):
                    iron.append(beam((x[i], s * half, high - 1.3), (x[i], s * (half - 1.3), high), 0.14, 0.16))
    for y in np.linspace(-half + 0.7, half - 0.7, 4):
        iron.append(beam((-total / 2, y, deck - 0.45), (total / 2, y, deck - 0.45), 0.22, 0.4))
    rng = np.random.default_rng(3)
    step = 0.26 if fine > 0.3 else 1.0
    planks = [
        (a, a + 0.93 * step, -half + 0.25, half - 0.25, deck - 0.24, deck - 0.16 + rng.uniform(0, 0.02))
        for a in np.arange(-total / 2 - 2, total / 2 + 2, step)
    ]
    for s in (-1, 1):
        for z in (0.55, 1.05):
            iron.append(
                tube([(-total / 2, s * (half - 0.35), deck + z), (total / 2, s * (half - 0.35), deck + z)], 0.035, 6)
            )
    for k in range(spans + 1):
        x = -total / 2 + k * span
        end = k in (0, spans)
        wide = 4.5 if end else 2.6
        shift = (1.9 if k == spans else -1.9) if end else 0.0
        stones.blocks(
            [
                (x + shift - wide / 2, x + shift + wide / 2, -half - 0.9, half + 0.9, DEEP, deck - 1.1),
                (
                    x + shift - wide / 2 - 0.3,
                    x + shift + wide / 2 + 0.3,
                    -half - 1.2,
                    half + 1.2,
                    deck - 1.7,
                    deck - 1.05,
                ),
            ]
        )
        if not end:
            pier(stones, x, wide + 0.5, half + 0.6, 2.4)
    if rivets:
        iron.append(boxes(rivets))
    return join(iron), boxes(planks), total


def suspension(stones: Masonry, span: float, deck: float, half: float, high: float, fine: float):
    """Two towers, cables in parabolas, hangers, a deck stiffened by a lattice; anchored in stone. Returns its steel,
    its cables and the length from anchor to anchor.
    """
    steel, cables = [], []
    back = 0.42 * span
    for x in (-span / 2, span / 2):
        stones.blocks(
            [
                (x - 3.2, x + 3.2, -half - 2.6, half + 2.6, DEEP, 2.6),
                (x - 3.5, x + 3.5, -half - 2.9, half + 2.9, 1.9, 2.4),
            ]
        )
        for s in (-1, 1):
            y = s * (half + 0.9)
            for z0, z1, w in ((2.6, deck, 1.25), (deck, 0.62 * high, 1.1), (0.62 * high, high, 0.95)):
                steel.append(box(x - w, x + w, y - 0.7 * w, y + 0.7 * w, z0, z1))
                steel.append(box(x - w - 0.15, x + w + 0.15, y - 0.7 * w - 0.15, y + 0.7 * w + 0.15, z1 - 0.35, z1))
        for z in (deck - 1.8, 0.62 * high, high - 1.6):
            steel.append(box(x - 0.7, x + 0.7, -half - 0.9, half + 0.9, z - 0.55, z + 0.55))
        for a, b in ((deck + 5.5, 0.62 * high - 0.5), (0.62 * high + 0.6, high - 2.1)):
            steel += [
                beam((x, -half - 0.4, a), (x, half + 0.4, b), 0.35, 0.4),
                beam((x, half + 0.4, a), (x, -half - 0.4, b), 0.35, 0.4),
            ]
    for s in (-1, 1):
        y = s * (half + 0.9)
        x = np.linspace(-span / 2, span / 2, 61)
        z = deck + 1.6 + (high - deck - 1.6) * (2 * x / span) ** 2
        cables.append(tube(np.c_[x, np.full(61, y), z], 0.19, 8))
        for e in (-1, 1):
            t = np.linspace(0, 1, 20)
            zz = high + (deck * 0.5 - high) * t + 0.04 * span * t * (t - 1)
            xx = e * (span / 2 + back * t)
            cables.append(tube(np.c_[xx, np.full(20, y), zz], 0.19, 8))
            hang = np.linspace(0.08, 0.72, 9)
            cables += [
                tube(
                    [
                        (e * (span / 2 + back * q), y, deck + 0.4),
                        (e * (span / 2 + back * q), y, float(np.interp(q, t, zz))),
                    ],
                    0.035,
                    5,
                )
                for q in hang
                if np.interp(q, t, zz) > deck + 1
            ]
        for i in range(1, 60, 1 if fine > 0.4 else 2):
            cables.append(tube([(x[i], y, deck + 0.3), (x[i], y, z[i])], 0.035, 5))
        length = span / 2 + 0.8 * back
        for z0 in (deck - 1.5, deck + 0.5):
            steel.append(beam((-length, y, z0), (length, y, z0), 0.28, 0.34))
        edges = np.arange(-length, length + 0.1, 3.6)
        for a, b in itertools.pairwise(edges):
            steel += [
                beam((a, y, deck - 1.5), ((a + b) / 2, y, deck + 0.5), 0.12, 0.14),
                beam(((a + b) / 2, y, deck + 0.5), (b, y, deck - 1.5), 0.12, 0.14),
            ]
        for z0 in (deck + 0.9, deck + 1.3):
            steel.append(tube([(-length, s * (half - 0.1), z0), (length, s * (half - 0.1), z0)], 0.03, 5))
        steel += [
            box(a - 0.03, a + 0.03, s * (half - 0.13), s * (half - 0.07), deck, deck + 1.3)
            for a in np.arange(-length, length, 1.8)
        ]
    length = span / 2 + 0.8 * back
    steel.append(box(-length, length, -half, half, deck - 0.35, deck))
    for e in (-1, 1):
        x0, x1 = sorted((e * (length - 0.5), e * (span / 2 + back + 5)))
        stones.blocks(
            [
                (x0, x1, -half - 2.2, half + 2.2, DEEP, deck - 0.1),
                (x0 - 0.3, x1 + 0.3, -half - 2.5, half + 2.5, deck - 0.8, deck - 0.2),
            ]
        )
    return join(steel), join(cables), span / 2 + back + 5
