"""Wheels of cars and lorries: tyres with tread, rims with holes, hub caps."""

import numpy as np

from images.world import finishes
from images.world.geometry import Solid, boxes, join, lathe


def tyre(radius: float, width: float, around: int, coarse: bool = False) -> Solid:
    """A tyre with its axle along x, centred."""
    r, w = radius, width / 2
    rim = 0.64 * r
    profile = [
        (rim, -w * 0.72),
        (rim * 1.08, -w * 0.92),
        (0.83 * r, -w),
        (0.93 * r, -w * 0.94),
        (0.985 * r, -w * 0.8),
        (r, -w * 0.55),
        (r, -w * 0.2),
        (0.985 * r, -w * 0.17),
        (0.985 * r, w * 0.17),
        (r, w * 0.2),
        (r, w * 0.55),
        (0.985 * r, w * 0.8),
        (0.93 * r, w * 0.94),
        (0.83 * r, w),
        (rim * 1.08, w * 0.92),
        (rim, w * 0.72),
    ]
    if coarse:
        profile = [profile[i] for i in (0, 2, 5, 10, 13, 15)]
    return lathe(profile, around).turned(np.pi / 2, "y")


def treads(radius: float, width: float, count: int) -> Solid:
    """Blocks across the tread's shoulders."""
    w = width / 2
    block = boxes(
        [
            (s * 0.62 * w - 0.16 * w, s * 0.62 * w + 0.16 * w, -0.016, 0.016, radius - 0.02, radius + 0.004)
            for s in (-1, 1)
        ]
    )
    return join([block.turned(a, "x") for a in np.linspace(0, 2 * np.pi, count, endpoint=False)])


def rim(radius: float, width: float, around: int, dish: float = 0.02) -> Solid:
    """The pressed wheel inside a tyre, its face towards +x."""
    r, w = 0.655 * radius, width / 2
    profile = [
        (r, -w * 0.7),
        (r, w * 0.78),
        (r * 0.985, w * 0.82),
        (r * 0.93, w * 0.78),
        (r * 0.9, w * 0.35),
        (r * 0.78, w * 0.3 - dish),
        (r * 0.6, w * 0.45),
        (r * 0.42, w * 0.5),
        (r * 0.3, w * 0.42),
        (0.001, w * 0.42),
    ]
    return lathe(profile, around).turned(np.pi / 2, "y")


def hub(radius: float, width: float, around: int) -> Solid:
    r, w = 0.655 * radius, width / 2
    profile = [
        (r * 0.6, w * 0.44),
        (r * 0.62, w * 0.5),
        (r * 0.5, w * 0.66),
        (r * 0.34, w * 0.74),
        (r * 0.3, w * 0.7),
        (r * 0.16, w * 0.78),
        (0.001, w * 0.8),
    ]
    return lathe(profile, around).turned(np.pi / 2, "y")


def slots(radius: float, width: float, count: int = 10) -> Solid:
    """Dark cooling slots round the rim."""
    r, w = 0.655 * radius, width / 2
    hole = boxes([(w * 0.36, w * 0.372, -0.016, 0.016, r * 0.68, r * 0.82)])
    return join([hole.turned(a, "x") for a in np.linspace(0, 2 * np.pi, count, endpoint=False)])


def add_wheels(stage, axles, radius: float, half: float, width: float = 0.2, twin: tuple[int, ...] = (), capped=True):
    """Wheels on both sides of `axles` (y), their outer faces at |x| = half. twin: numbers of axles with two a side."""
    around = stage.around(64, 12) if stage.detail > 0.3 else 12
    rubber = stage.surface(
        (0.017, 0.017, 0.018), 0.78, variation=0.35, grain=0.15, wear=(0.07, 0.062, 0.05), specular=0.4
    )
    steel = stage.surface((0.34, 0.34, 0.34), 0.35, variation=0.2, grain=0.2, metal=0.6, wear=(0.06, 0.045, 0.03))
    bright = stage.once("chrome", finishes.metal)
    soles, rims, hubs, holes = [], [], [], []
    for number, axle in enumerate(axles):
        for side in (-1, 1):
            turn = 0.0 if side > 0 else np.pi
            for back in (0, 1) if number in twin else (0,):
                middle = (side * (half - width / 2 - back * 1.15 * width), axle, radius)
                soles.append(tyre(radius, width, around, stage.detail < 0.3).turned(turn).moved(*middle))
                if stage.detail > 0.4:
                    soles.append(treads(radius, width, stage.around(60)).turned(turn).moved(*middle))
                rims.append(
                    rim(radius, width, around, -0.3 * width if number in twin else 0.02).turned(turn).moved(*middle)
                )
                if stage.detail > 0.3 or not hubs:
                    hubs.append(hub(radius, width, around).turned(turn).moved(*middle))
                if stage.detail > 0.3:
                    holes.append(slots(radius, width).turned(turn).moved(*middle))
    dark = stage.surface((0.01, 0.01, 0.01), 0.8)
    made = [stage.add(soles, rubber, smooth=True), stage.add(rims, steel, smooth=True)]
    if holes:
        made.append(stage.add(holes, dark))
    return [*made, stage.add(hubs, bright if capped else steel, smooth=True)]
