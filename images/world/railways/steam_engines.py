"""A steam locomotive and its tender. Rails' top at z = 0, the front at y = 0."""

import numpy as np

from images.world import finishes
from images.world.geometry import Solid, box, ellipsoid, lathe, loft, rounded, sweep, tube
from images.world.modelling.carving import carve, smooth_but_edges
from images.world.railways.coaches import bogie
from images.world.railways.locomotives import headlamp
from images.world.railways.steam_gear import front, pipes, rods, wheels
from images.world.vehicles.carparts import bar


def add_steam_engine(stage, colour, european: bool) -> tuple[list, float]:
    """A steam locomotive and its tender; gives the parts and the y where the coaches begin."""
    black = stage.surface((0.014, 0.014, 0.015), 0.42, variation=0.4, grain=0.6, coat=0.25, wear=(0.06, 0.05, 0.042))
    rusty = stage.surface((0.035, 0.03, 0.027), 0.6, variation=0.45, grain=0.4, wear=(0.1, 0.06, 0.035), metal=0.4)
    paint = stage.once(
        ("train paint", colour, stage.light.wet), lambda: finishes.paint(colour, 0.5, 0.0, stage.light.wet)
    )
    red = stage.surface((0.28, 0.018, 0.014), 0.45, variation=0.3, grain=0.4, wear=(0.08, 0.04, 0.03))
    bright = stage.once("rod steel", lambda: finishes.metal((0.55, 0.54, 0.52), 0.22, 0.3))
    brass = stage.once("brass", lambda: finishes.metal((0.65, 0.43, 0.16), 0.2, 0.25))
    around = stage.around(56, 20)
    parts = [smooth_but_edges(stage.add(_boiler(around), paint, smooth=True), 0.6)]
    parts.append(smooth_but_edges(stage.add(_smokebox(around), black, smooth=True), 0.6))
    parts.append(stage.add(_bands(), brass))
    parts.append(smooth_but_edges(stage.add(_mountings(around), black, smooth=True), 0.7))
    parts.append(_cab(stage, paint))
    parts.append(stage.add(_boards(european), black))
    parts.append(stage.add(front(european), red, bevel=0.01))
    parts += [
        smooth_but_edges(stage.add(wheels(stage), red if european else black, smooth=True), 0.6),
        stage.add(rods(), bright),
    ]
    parts.append(smooth_but_edges(stage.add(pipes(), rusty, smooth=True), 0.7))
    parts += _tender(stage, paint, black)
    headlamp(stage, (0, -0.28, 3.42), 0.17, 2600, parts)
    for side in (-1, 1):
        headlamp(stage, (side * 0.95, -0.62, 1.5), 0.11, 0, parts)
    plate = stage.text("".join(str(d) for d in stage.rng("engine number").integers(1, 10, 4)), 0.22, brass, 0.008)
    plate.location = (0, -0.46, 2.35)
    parts.append(plate)
    return [part for part in parts if part is not None], 16.6


def _boiler(around: int) -> list[Solid]:
    """The boiler in its cladding and the firebox behind it."""
    profile = [(0.84, 1.25), (0.84, 3.4), (0.9, 5.0), (0.93, 6.3)]
    barrel = lathe(profile, around).turned(-np.pi / 2, "x").moved(0, 0, 2.5)
    t = np.linspace(0, np.pi, 25)
    arc = np.c_[0.98 * np.cos(t), 2.5 + 0.98 * np.sin(t)]
    ring = np.concatenate([arc, [(-0.98, 1.3), (0.98, 1.3)]])
    firebox = loft([np.c_[ring[:, :1], np.full(len(ring), y), ring[:, 1:]] for y in (6.2, 8.2)])
    return [barrel, firebox]


def _smokebox(around: int) -> list[Solid]:
    box_ = (
        lathe([(0.001, -0.0), (0.88, 0.0), (0.9, 0.03), (0.9, 1.28), (0.84, 1.3)], around)
        .turned(-np.pi / 2, "x")
        .moved(0, 0, 2.5)
    )
    door = (
        lathe([(0.001, 0.22), (0.15, 0.21), (0.4, 0.17), (0.62, 0.09), (0.70, 0.03), (0.74, 0.03), (0.76, 0.0)], around)
        .turned(np.pi / 2, "x")
        .moved(0, 0.0, 2.5)
    )
    hinge = [tube([(-0.72, -0.09, 2.5 + s * 0.28), (0.3, -0.2, 2.5 + s * 0.28)], 0.035, 6) for s in (-1, 1)] + [
        tube([(-0.76, -0.06, 2.1), (-0.76, -0.06, 2.9)], 0.04, 6)
    ]
    dart = [
        tube([(0, -0.2, 2.5), (0, -0.34, 2.5)], 0.05, 8),
        tube([(-0.18, -0.3, 2.5), (0.18, -0.3, 2.5)], 0.02, 6),
        tube([(0, -0.33, 2.32), (0, -0.33, 2.68)], 0.02, 6),
    ]
    clamps = [
        box(-0.03, 0.03, -0.1, -0.02, 0.66, 0.78).turned(a, "y").moved(0, 0, 2.5)
        for a in np.linspace(0, 2 * np.pi, 14, endpoint=False)
    ]
    saddle = [box(-0.6, 0.6, 0.2, 1.2, 1.0, 1.75)]
    rivets = [
        ellipsoid(0.018, 0.012, 0.018, 6, 4).moved(0.86 * np.cos(a), -0.004, 2.5 + 0.86 * np.sin(a))
        for a in np.linspace(0, 2 * np.pi, 44, endpoint=False)
    ]
    return [box_, door, *hinge, *dart, *clamps, *saddle, *rivets]


def _bands() -> list[Solid]:
    t = np.linspace(0, 2 * np.pi, 40, endpoint=False)
    made = []
    for y in (1.32, 2.3, 3.4, 4.5, 5.6):
        r = np.interp(y, [1.25, 3.4, 5.0, 6.3], [0.84, 0.84, 0.9, 0.93]) + 0.006
        made.append(
            sweep(
                np.c_[r * np.cos(t), np.full(40, y), 2.5 + r * np.sin(t)],
                bar(0.012, 0.05, 0.003, 2),
                up=(0, 1, 0),
                closed=True,
            )
        )
    return made


def _mountings(around: int) -> list[Solid]:
    """Chimney, domes, safety valves, whistle, pump."""
    top = 3.34
    chimney = lathe(
        [
            (0.42, -0.12),
            (0.36, 0.0),
            (0.27, 0.1),
            (0.25, 0.45),
            (0.27, 0.52),
            (0.33, 0.56),
            (0.33, 0.66),
            (0.28, 0.68),
            (0.24, 0.6),
            (0.22, 0.2),
        ],
        around // 2,
    )
    dome = lathe(
        [(0.48, -0.2), (0.42, -0.05), (0.37, 0.05), (0.36, 0.35), (0.30, 0.5), (0.16, 0.58), (0.001, 0.6)], around // 2
    )
    valve = [
        lathe([(0.07, 0), (0.07, 0.25), (0.1, 0.27), (0.1, 0.33), (0.001, 0.36)], 10).moved(s * 0.14, 6.9, 3.46)
        for s in (-1, 1)
    ]
    whistle = lathe([(0.03, 0), (0.03, 0.2), (0.06, 0.22), (0.06, 0.42), (0.001, 0.46)], 10).moved(0.3, 7.5, 3.42)
    pump = lathe(
        [(0.001, 0), (0.2, 0.01), (0.2, 0.45), (0.12, 0.5), (0.12, 0.62), (0.2, 0.66), (0.2, 1.05), (0.001, 1.08)], 18
    ).moved(1.0, 3.1, 1.8)
    return [
        chimney.moved(0, 0.62, top),
        dome.moved(0, 2.7, top + 0.02),
        dome.scaled(0.9).moved(0, 4.5, top + 0.06),
        *valve,
        whistle,
        pump,
    ]


def _cab(stage, paint):
    """The driver's hut with side windows cut and a curved roof."""
    t = np.linspace(0, np.pi, 17)
    arc = np.c_[1.42 * np.cos(t), 3.35 + 0.5 * np.sin(t) ** 0.9]
    outer = np.concatenate([arc, [(-1.42, 1.45), (1.42, 1.45)]])
    inner = outer * [0.955, 1.0] + np.where(outer[:, 1:] > 3.4, -0.06, 0.0) * [0, 1]
    inner[-2:, 1] = 1.3
    shell = loft([np.c_[outer[:, :1], np.full(len(outer), y), outer[:, 1:]] for y in (8.0, 10.0)])
    hollow = loft([np.c_[inner[:, :1], np.full(len(inner), y), inner[:, 1:]] for y in (8.08, 10.5)])
    from images.world.vehicles.carbody import end_cutter, side_cutter

    dark = stage.surface((0.02, 0.019, 0.018), 0.8)
    cuts = [(hollow, dark)]
    cuts += [
        (side_cutter(rounded([(a, 2.45), (b, 2.45), (b, 3.2), (a, 3.2)], 0.06)), dark)
        for a, b in ((8.35, 8.95), (9.1, 9.7))
    ]
    cuts += [
        (
            end_cutter(
                rounded(
                    [(s * 1.05 - 0.2, 2.75), (s * 1.05 + 0.2, 2.75), (s * 1.05 + 0.2, 3.35), (s * 1.05 - 0.2, 3.35)],
                    0.06,
                ),
                7.8,
                8.4,
            ),
            dark,
        )
        for s in (-1, 1)
    ]
    return carve(shell, paint, cuts, 0.6)


def _boards(european: bool) -> list[Solid]:
    """Frames, running boards with steps and handrails, and the cab's floor."""
    made = [box(-0.62, 0.62, -0.35, 9.9, 0.62, 1.15)]
    made += [box(*sorted((s * 0.7, s * 1.38)), 0.9, 8.1, 1.62, 1.67) for s in (-1, 1)]
    made += [box(*sorted((s * 1.36, s * 1.38)), 0.9, 8.1, 1.5, 1.67) for s in (-1, 1)]
    made += [box(-1.38, 1.38, 7.9, 10.1, 1.35, 1.45), box(-1.2, 1.2, -0.55, 0.9, 1.16, 1.22)]
    for side in (-1, 1):
        made.append(
            sweep([(side * 1.3, -0.1, 1.2), (side * 1.3, 0.5, 1.2), (side * 1.3, 0.95, 1.65)], bar(0.3, 0.03, 0.01, 2))
        )
        x = side * 0.99
        made.append(tube([(x, 0.2, 2.95), (x, 6.2, 3.0), (x, 7.9, 3.0)], 0.018, 6))
        made += [tube([(side * 0.84, y, 2.88), (x, y, 2.97)], 0.014, 5) for y in np.arange(0.4, 7.6, 1.2)]
        made += [
            box(*sorted((side * 1.15, side * 1.4)), y - 0.18, y + 0.18, z, z + 0.03)
            for y in (7.7, 0.2)
            for z in (0.5, 0.85)
        ]
    return made


def _tender(stage, paint, black) -> list:
    y0, y1 = 10.5, 16.0
    ring = rounded([(-1.36, 1.2), (1.36, 1.2), (1.36, 2.75), (-1.36, 2.75)], 0.08)
    tank = loft([np.c_[ring[:, :1], np.full(len(ring), y), ring[:, 1:]] for y in (y0, y1)])
    rng = stage.rng("coal")
    count = stage.count(900, 80)
    y, x = rng.uniform(y0 + 0.2, y1 - 1.6, count), rng.uniform(-1.15, 1.15, count)
    z = 2.72 + 0.55 * np.cos(x / 1.25 * 1.4) * np.cos((y - 12.8) / 2.6 * 1.2)
    lumps = [
        ellipsoid(*rng.uniform(0.07, 0.16, 3), 6, 5).turned(rng.uniform(0, 6)).moved(*at)
        for at in zip(x, y, z, strict=True)
    ]
    coal = stage.surface((0.012, 0.012, 0.013), 0.35, variation=0.5, grain=0.1, relief=0.02, relief_size=0.05)
    under = [
        box(-1.25, 1.25, y0, y1, 0.85, 1.2),
        *bogie(11.9),
        *bogie(14.7),
        box(-1.3, 1.3, y1 - 0.02, y1 + 0.06, 0.85, 1.25),
    ]
    rivets = (
        [
            box(*sorted((s * 1.36, s * 1.372)), yy, yy + 0.02, zz, zz + 0.02)
            for s in (-1, 1)
            for zz in (1.35, 2.62)
            for yy in np.arange(y0 + 0.1, y1, 0.14)
        ]
        if stage.detail > 0.4
        else []
    )
    return [
        smooth_but_edges(stage.add([tank, *rivets], paint, smooth=True), 0.6),
        stage.add(lumps, coal),
        stage.add(under, black),
    ]
