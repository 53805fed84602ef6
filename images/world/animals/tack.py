"""A horse's tack: saddle, saddle cloth, girth, stirrups, bridle and reins."""

import numpy as np

from images.world.animals.beasts import at
from images.world.geometry import Solid, tube
from images.world.modelling.implicit import ball, rod, surface
from images.world.people.baggage import ribbon, smooth_path
from images.world.people.outfits import tint


def tack(stage, rng, placed) -> list:
    """Saddle, saddle cloth, girth, stirrups, bridle and reins."""
    cell = 0.014 / max(stage.detail, 0.08) ** 0.5
    leather = stage.surface(
        (0.055, 0.022, 0.01), 0.38, variation=0.3, grain=0.08, relief=0.0015, relief_size=0.02, specular=0.4
    )
    cloth = stage.surface(
        tint(rng, ("charcoal", "crimson", "cream", "navy", "olive", "brown")),
        0.95,
        variation=0.2,
        grain=0.03,
        relief=0.002,
        relief_size=0.01,
    )
    turn, shift = placed["body"]
    on = lambda solid: Solid(solid.vertices @ turn.T + shift, solid.faces)  # noqa: E731
    seat = [
        rod(at(0.34, 1.575), at(-0.2, 1.57), 0.1, 0.13, flat=(1.25, 0.45), blend=0.04),
        ball(at(0.35, 1.6), (0.085, 0.05, 0.055), blend=0.03),
        ball(at(-0.24, 1.6), (0.15, 0.05, 0.05), blend=0.04),
    ]
    for s in (1, -1):
        seat += [ball(at(0.16, 1.36, s * 0.268), (0.026, 0.18, 0.24), blend=0.03)]
    under = [ball(at(0.06, 1.4, s * 0.2), (0.098, 0.3, 0.2), blend=0.08) for s in (1, -1)] + [
        rod(at(0.38, 1.53), at(-0.28, 1.53), 0.07, 0.08, blend=0.06)
    ]
    under += [ball(at(0.05, 0.7), (0.6, 0.8, 0.5), sign=-1, blend=0.01)]
    parts = [
        stage.add(on(surface(seat, cell)), leather, smooth=True),
        stage.add(on(surface(under, cell)), cloth, smooth=True),
    ]
    t = np.linspace(0, 2 * np.pi, 30)
    ring = np.stack([0.292 * np.sin(t), np.full(30, -0.2), 1.22 + 0.345 * np.cos(t)], 1)
    girth = ribbon(ring, ring - at(0.2, 1.22), 0.09, 0.008)
    straps = []
    for s in (1, -1):
        straps.append(tube([at(0.2, 1.5, s * 0.25), at(0.24, 1.2, s * 0.32), at(0.3, 0.9, s * 0.36)], 0.012, 6))
        a = np.linspace(0, 2 * np.pi, 13)
        ring = np.stack([0.055 * np.sin(a), 0 * a, 0.06 * np.cos(a) - 0.06], 1)
        straps.append(tube(at(0.3, 0.88, s * 0.36) + ring, 0.008, 6))
    parts.append(stage.add([on(girth), *map(on, straps)], leather, smooth=True))
    return [*parts, bridle(stage, placed, leather)]


def bridle(stage, placed, leather):
    turn, shift = placed["head"]
    there = lambda points: np.array([turn @ at(*p) + shift for p in points])  # noqa: E731
    bands = []
    for s in (1, -1):
        bands.append(
            there(
                [
                    (1.1, 2.0, 0.0),
                    (1.15, 1.95, s * 0.085),
                    (1.27, 1.83, s * 0.092),
                    (1.4, 1.68, s * 0.07),
                    (1.47, 1.6, s * 0.06),
                ]
            )
        )
        bands.append(there([(1.2, 1.99, 0.0), (1.17, 1.97, s * 0.07), (1.13, 1.95, s * 0.09)]))
        bands.append(there([(1.44, 1.73, 0.0), (1.41, 1.7, s * 0.06), (1.36, 1.64, s * 0.062), (1.33, 1.6, 0.0)]))
    solids = [tube(smooth_path(b, 14), 0.008, 6) for b in bands]
    hands = placed["body"][0] @ at(0.44, 1.8) + placed["body"][1]
    for s in (1, -1):
        bit = there([(1.46, 1.58, s * 0.062)])[0]
        middle = 0.5 * (bit + hands) + np.array((s * 0.1, 0.0, -0.06))
        solids.append(tube(smooth_path([bit, middle, np.add(hands, (s * 0.05, 0, 0))], 14), 0.006, 5))
    return stage.add(solids, leather, smooth=True)
