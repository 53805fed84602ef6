"""A river through a city: dark water, barges, the lamps of the other bank."""

import numpy as np

from images.world import finishes
from images.world.geometry import box, boxes
from images.world.water import add_still_water


def add_river(stage, edge: float, base: float) -> None:
    """A quay below, dark water, and lamps on the other bank."""
    quay = edge + 24
    rough = 0.01 if stage.light.rain else 0.018
    add_still_water(stage, -2500, 2500, quay, 380, base + 0.8, ripples=rough, size=1.8)
    stone = stage.surface((0.1, 0.095, 0.09), 0.85, variation=0.4, grain=3)
    stage.add(box(-2500, 2500, 376, 384, base - 2, base + 4), stone)
    rng = stage.rng("bank")
    x = np.arange(-420, 420, 11.0) + rng.uniform(-1.5, 1.5, len(np.arange(-420, 420, 11.0)))
    posts = np.c_[x - 0.08, x + 0.08, 0 * x + 378, 0 * x + 378.2, 0 * x + base + 4, 0 * x + base + 9]
    bulbs = np.c_[x - 0.5, x + 0.5, 0 * x + 377.6, 0 * x + 378.4, 0 * x + base + 9, 0 * x + base + 9.9]
    stage.add(boxes(posts), stone)
    stage.add(boxes(bulbs), finishes.lamp_glass(stage, (1.0, 0.6, 0.25), 26))
    _barges(stage, rng, quay, base + 0.8)


def _barges(stage, rng, quay: float, level: float) -> None:
    dark = stage.surface((0.05, 0.045, 0.04), 0.7, variation=0.4)
    made = []
    for _ in range(3):
        x, y, length = rng.uniform(-90, 90), rng.uniform(quay + 40, 330), rng.uniform(25, 55)
        made += [
            box(x, x + length, y, y + 7, level - 1, level + 1.4),
            box(x + 0.8 * length, x + 0.93 * length, y + 1, y + 6, level + 1.4, level + 4.5),
        ]
    stage.add(made, dark)
