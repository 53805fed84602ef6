"""Lorries' faces: a flat front over the engine, or a long bonnet with wings and a chrome radiator."""

import numpy as np

from images.world import finishes
from images.world.geometry import Solid, box, ellipsoid, join, loft, sweep, tube
from images.world.modelling.carving import smooth_but_edges
from images.world.vehicles.carbody import Body
from images.world.vehicles.carparts import bar


def flat_front(stage, skin, body: Body):
    """Grille, badge, bumper and steps of a cab over its engine."""
    bright = stage.once("chrome", finishes.metal)
    dark = stage.surface((0.012, 0.012, 0.013), 0.5)
    bumper = stage.surface((0.05, 0.05, 0.052), 0.5, variation=0.3, wear=(0.12, 0.07, 0.04))
    bars, slots = [], []
    for z in np.linspace(0.98, 1.42, 9):
        x = np.linspace(-0.72, 0.72, 7)
        bars.append(sweep(np.c_[x, np.full(7, -1.485), np.full(7, z)], bar(0.02, 0.022, 0.006, 2)))
    slots.append(box(-0.76, 0.76, -1.478, -1.40, 0.94, 1.46))
    bars += [
        box(-0.79, 0.79, -1.492, -1.46, 0.91, 0.94),
        box(-0.79, 0.79, -1.492, -1.46, 1.46, 1.49),
        box(-0.79, -0.76, -1.492, -1.46, 0.91, 1.49),
        box(0.76, 0.79, -1.492, -1.46, 0.91, 1.49),
    ]
    x = np.linspace(-1.2, 1.2, 13)
    path = np.c_[x, -1.58 + 0.10 * (np.abs(x) / 1.2) ** 4, np.full(13, 0.66)]
    steps = [box(s * 1.16 - 0.1, s * 1.16 + 0.1, -1.25, -0.98, z, z + 0.03) for s in (-1, 1) for z in (0.34, 0.6)]
    wipers = [
        tube(
            [
                (x0, float(body.screen_y(x0, 1.66)) - 0.02, 1.66),
                (x0 + 0.5, float(body.screen_y(x0 + 0.5, 1.78)) - 0.02, 1.78),
            ],
            0.009,
            5,
        )
        for x0 in (-0.8, 0.1)
    ]
    return [
        stage.add(bars, bright),
        stage.add(slots, dark),
        stage.add([sweep(path, bar(0.09, 0.26, 0.03)), *steps], bumper),
        stage.add(wipers, dark),
    ]


def long_nose(stage, skin):
    """Bonnet, wings, chrome radiator and bumper of a long-nosed lorry."""
    bright = stage.once("chrome", finishes.metal)
    dark = stage.surface((0.012, 0.012, 0.013), 0.5)
    t = np.linspace(0, 2 * np.pi, stage.around(48, 24), endpoint=False)
    power = 2 / 4.5
    rings = []
    for y, half, low, high in (
        (-2.02, 0.52, 0.82, 1.60),
        (-2.0, 0.56, 0.78, 1.64),
        (-1.2, 0.62, 0.74, 1.70),
        (-0.3, 0.70, 0.72, 1.76),
        (0.25, 0.80, 0.72, 1.80),
    ):
        x = half * np.sign(np.sin(t)) * np.abs(np.sin(t)) ** power
        z = (low + high) / 2 + (high - low) / 2 * np.sign(np.cos(t)) * np.abs(np.cos(t)) ** power
        rings.append(np.c_[x, np.full(len(t), y), z])
    made = [smooth_but_edges(stage.add(loft(np.array(rings)), skin, smooth=True), 0.6)]
    grille = [
        box(-0.54, 0.54, -2.09, -2.01, 0.76, 0.80),
        box(-0.56, 0.56, -2.09, -2.0, 1.60, 1.67),
        box(-0.58, -0.52, -2.09, -2.0, 0.76, 1.67),
        box(0.52, 0.58, -2.09, -2.0, 0.76, 1.67),
    ]
    grille += [box(x - 0.008, x + 0.008, -2.075, -2.04, 0.8, 1.6) for x in np.linspace(-0.5, 0.5, 21)]
    grille.append(ellipsoid(0.05, 0.03, 0.07, 12, 8).moved(0, -2.04, 1.71))
    x = np.linspace(-1.22, 1.22, 15)
    grille.append(sweep(np.c_[x, -2.22 + 0.16 * (np.abs(x) / 1.22) ** 3, np.full(15, 0.56)], bar(0.05, 0.30, 0.03)))
    made.append(smooth_but_edges(stage.add(grille, bright, smooth=True), 0.6))
    made.append(stage.add(box(-0.53, 0.53, -2.04, -2.01, 0.78, 1.62), dark))
    wings = []
    for side in (-1, 1):
        a = np.linspace(-0.25, np.pi + 0.1, 16)
        path = np.c_[np.full(16, side * 0.93), -0.95 + 0.66 * np.cos(a), 0.5 + 0.66 * np.sin(a)]
        wings.append(sweep(path, bar(0.5, 0.035, 0.015), up=(side, 0, 0.001)))
        wings.append(_wing(side))
    made.append(smooth_but_edges(stage.add(wings, skin, smooth=True), 0.7))
    louvres = [
        box(*sorted((s * 0.655, s * 0.72)), y, y + 0.03, 1.05, 1.4)
        for s in (-1, 1)
        for y in np.arange(-1.5, -0.3, 0.09)
    ]
    made.append(stage.add(louvres, dark))
    return made


def _wing(side: int) -> Solid:
    """The broad mudguard over a front wheel, falling to the running board."""
    a = np.linspace(0.05, np.pi * 0.98, 14)
    rings = []
    for x, r in ((0.58, 0.66), (0.75, 0.72), (1.0, 0.71), (1.16, 0.66), (1.2, 0.58)):
        rings.append(np.c_[np.full(14, side * x), -0.95 + (r + 0.04) * np.cos(a), 0.5 + r * np.sin(a)])
    rings = np.array(rings)
    inner = rings * [1, 1, 1] - [0, 0, 0.03]
    outline = np.concatenate([rings, inner[:, ::-1]], axis=1)
    board = box(*sorted((side * 0.7, side * 1.16)), -0.3, 1.7, 0.42, 0.47)
    return join([loft(outline), board])
