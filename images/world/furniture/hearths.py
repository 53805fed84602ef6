"""A fireplace and a kitchen range with a kettle and a pot. Backs at y = 0."""

import numpy as np

from images.world.furniture import finishes
from images.world.furniture.lamps import unsampled
from images.world.furniture.tables import WOODS
from images.world.furniture.turning import bead, curve, spun
from images.world.geometry import box, lathe, tube


def fireplace(stage, rng, width: float = 1.5):
    """A chimneypiece of stone or painted wood with embers behind the grate."""
    stone = (
        finishes.marble(stage, (0.55, 0.53, 0.49), (0.3, 0.28, 0.25), 0.4, 0.35)
        if rng.random() < 0.6
        else finishes.wood(stage, WOODS["oak"], "x", 0.4, 0.2)
    )
    w, open_w, h = width / 2, 0.42, 0.78
    solids = [box(s * w, s * open_w, -0.16, 0, 0, h + 0.02) for s in (-1, 1)] + [box(-w, w, -0.16, 0, h, h + 0.28)]
    solids += [
        box(-w - 0.1, w + 0.1, -0.27, 0, h + 0.33, h + 0.38),
        box(-w - 0.05, w + 0.05, -0.21, 0, h + 0.28, h + 0.33),
    ]
    solids += [box(s * (w - 0.02), s * (open_w + 0.06), -0.19, -0.16, 0.14, h + 0.2) for s in (-1, 1)] + [
        box(-w - 0.02, w + 0.02, -0.2, 0, 0, 0.13)
    ]
    solids += [box(-0.35, 0.35, -0.18, -0.16, h + 0.06, h + 0.22)]
    hearth = [box(-w - 0.1, w + 0.1, -0.55, 0, -0.01, 0.035)]
    soot = stage.surface((0.012, 0.011, 0.01), 0.95, variation=0.6, grain=0.2, relief=0.01, relief_size=0.08)
    hole = [box(-open_w, open_w, -0.05, -0.03, 0, h)]
    bars = [tube([(-0.3, y, z), (0.3, y, z)], 0.01, 6) for y, z in ((-0.2, 0.12), (-0.2, 0.2), (-0.2, 0.28))] + [
        tube([(x, -0.2, 0), (x, -0.2, 0.32)], 0.012, 6) for x in (-0.3, 0.3)
    ]
    logs = [
        tube(
            [
                (-0.26 + 0.03 * k, -0.1 - 0.03 * (k % 2), 0.12 + 0.07 * k),
                (0.24 - 0.05 * k, -0.12 + 0.04 * (k % 2), 0.13 + 0.075 * k),
            ],
            [0.05, 0.045],
            10,
        )
        for k in range(3)
    ]
    embers = box(-0.24, 0.24, -0.15, -0.06, 0.08, 0.12)
    lamp = stage.lamp("POINT", (0, -0.3, 0.25), 14, (1.0, 0.36, 0.1), shadow_soft_size=0.12)
    parts = [stage.add(solids, stone, bevel=0.008), stage.add(hearth, stage.surface((0.1, 0.095, 0.09), 0.6,
        relief=0.006, relief_size=0.06)), stage.add(hole, soot), stage.add(bars, finishes.iron(stage)),
        stage.add(logs, stage.surface((0.02, 0.014, 0.01), 0.9, relief=0.01, relief_size=0.04)),
        unsampled(stage.add(embers, stage.lit((1.0, 0.25, 0.04), 5.0))),]  # fmt: skip
    return stage.group(*parts, *([lamp] if lamp else []))


def stove(stage, rng, gas: bool = False):
    """An old range: an iron body with doors and rails, pans and a kettle on top."""
    colour = (0.02, 0.02, 0.022) if not gas else (0.5, 0.47, 0.4)
    look = stage.surface(
        colour, 0.35, coat=0.4, variation=0.3, grain=0.2, wear=(0.09, 0.06, 0.045), relief=0.001, relief_size=0.03
    )
    w, d, h = 0.5, 0.62, 0.88
    body = [box(-w, w, -d, -0.02, 0.1, h), box(-w - 0.02, w + 0.02, -d - 0.02, 0, h, h + 0.035)]
    for x0, x1, z0, z1 in ((-0.46, 0.0, 0.16, 0.62), (0.04, 0.46, 0.16, 0.62), (-0.46, 0.46, 0.66, 0.82)):
        body.append(box(x0, x1, -d - 0.022, -d, z0, z1))
    legs = [
        tube([(sx * (w - 0.05), y, 0), (sx * (w - 0.05), y, 0.12)], [0.02, 0.03], 8)
        for sx in (-1, 1)
        for y in (-d + 0.06, -0.08)
    ]
    bright = [tube([(-w, -d - 0.06, h - 0.02), (w, -d - 0.06, h - 0.02)], 0.013, 10)] + [
        box(x - 0.09, x + 0.09, -d - 0.045, -d - 0.03, 0.58, 0.595) for x in (-0.23, 0.25)
    ]
    plates = [
        lathe([(1e-4, 0), (0.11, 0), (0.115, 0.006), (0.1, 0.01), (1e-4, 0.01)], stage.around(32, 10)).moved(
            x, y, h + 0.035
        )
        for x in (-0.24, 0.24)
        for y in (-0.2, -0.45)
    ]
    kettle, pot = _kettle(stage), _pot(stage, rng)
    kettle.location, pot.location = (-0.24, -0.22, h + 0.045), (0.24, -0.42, h + 0.045)
    pipe = tube([(0.3, -0.12, h), (0.3, -0.12, 2.9)], 0.075, stage.around(20, 10))
    parts = [
        stage.add(body, look, bevel=0.006),
        stage.add([*legs, *plates, pipe], finishes.iron(stage), smooth=45),
        stage.add(bright, finishes.brass(stage), smooth=45),
    ]
    return stage.group(*parts, kettle, pot)


def _kettle(stage):
    copper = finishes.metal(stage, (0.7, 0.3, 0.16), 0.25, 0.5)
    body = spun([(0, 0), (0.1, 0)], curve([(0.11, 0.01), (0.125, 0.06), (0.1, 0.12), (0.04, 0.15)]),
        bead(0.035, 0.15, 0.16), curve([(0.03, 0.162), (0.012, 0.175), (0.016, 0.19), (0, 0.2)]),
        around=stage.around(40, 12))  # fmt: skip
    spout = tube([(0.1, 0, 0.06), (0.16, 0, 0.1), (0.19, 0, 0.15)], [0.025, 0.016, 0.011], 10)
    t = np.linspace(0.25, np.pi - 0.25, 12)
    handle = tube(np.c_[0.09 * np.cos(t), 0 * t, 0.13 + 0.11 * np.sin(t)], 0.008, 8)
    return stage.add([body, spout, handle], copper, smooth=45)


def _pot(stage, rng):
    colour = [(0.45, 0.04, 0.03), (0.04, 0.09, 0.2), (0.5, 0.48, 0.43), (0.03, 0.03, 0.03)][rng.integers(4)]
    body = spun([(0, 0), (0.11, 0), (0.12, 0.01), (0.122, 0.12), (0.126, 0.124)], curve([(0.118, 0.13), (0.08, 0.148),
        (0.02, 0.153)]), bead(0.008, 0.155, 0.175, 0.01), around=stage.around(40, 12))  # fmt: skip
    return stage.add(body, stage.surface(colour, 0.2, coat=0.6, variation=0.2, grain=0.1), smooth=45)
