"""Locomotives: steam with its tender, a diesel with a rounded nose, and the front of an underground train. Rails' top at
z = 0, the front at y = 0."""

import numpy as np

from images.world import finishes
from images.world.carparts import bar
from images.world.carving import carve, smooth_but_edges
from images.world.geometry import Solid, box, ellipsoid, lathe, loft, rounded, sweep, tube
from images.world.railways import GAUGE, bogie

WARM = (1.0, 0.84, 0.58)


def headlamp(stage, at, radius: float, power: float, parts: list, aim: float = -30.0) -> None:
    """A lamp with a rim that looks to -y, and its beam."""
    x, y, z = at
    ring = lathe(
        [
            (radius * 0.9, -0.02),
            (radius * 0.95, 0.03),
            (radius * 1.12, 0.03),
            (radius * 1.2, 0.0),
            (radius * 1.2, -0.2),
            (0.001, -0.24),
        ],
        24,
    )
    bright = stage.once("chrome", finishes.metal)
    glass = (
        finishes.lamp_glass(stage, WARM, 110)
        if stage.light.lamps
        else stage.once("lamp glass", lambda: finishes.metal((0.62, 0.64, 0.66), 0.22, 0.1))
    )
    parts.append(stage.add(ring.turned(np.pi / 2, "x").moved(x, y, z), bright, smooth=True))
    parts.append(
        stage.add(ellipsoid(radius * 0.9, 0.03, radius * 0.9, 20, 10).moved(x, y - 0.015, z), glass, smooth=True)
    )
    if power:
        parts.append(
            stage.lamp(
                "SPOT",
                (x, y - 0.25, z),
                power,
                WARM,
                to=(x * 1.2, y + aim, 0.2),
                spot_size=0.8,
                spot_blend=0.7,
                shadow_soft_size=0.1,
            )
        )


# -- steam


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
    parts.append(stage.add(_front(european), red, bevel=0.01))
    parts += [
        smooth_but_edges(stage.add(_wheels(stage), red if european else black, smooth=True), 0.6),
        stage.add(_rods(), bright),
    ]
    parts.append(smooth_but_edges(stage.add(_pipes(), rusty, smooth=True), 0.7))
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
    from images.world.carbody import end_cutter, side_cutter

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


def _front(european: bool) -> list[Solid]:
    """The buffer beam with buffers, or with a cowcatcher, and the coupling."""
    made = [box(-1.32, 1.32, -0.6, -0.5, 0.82, 1.22)]
    if european:
        for side in (-1, 1):
            made.append(
                lathe(
                    [(0.13, 0), (0.13, 0.22), (0.09, 0.24), (0.09, 0.38), (0.24, 0.4), (0.25, 0.43), (0.001, 0.46)], 20
                )
                .turned(np.pi / 2, "x")
                .moved(side * 0.88, -0.6, 1.02)
            )
        made.append(tube([(0, -0.6, 0.98), (0, -0.85, 0.95), (0, -0.85, 0.7)], 0.04, 6))
    else:
        for x in np.linspace(-1.2, 1.2, 15):
            tip = -0.75 - 0.75 * (1 - abs(x) / 1.25)
            made.append(tube([(x, -0.58, 0.85), (x * 0.95, tip, 0.12)], 0.028, 5))
        made += [
            tube([(-1.2, -0.76, 0.13), (0, -1.5, 0.13), (1.2, -0.76, 0.13)], 0.04, 6),
            box(-0.12, 0.12, -0.95, -0.55, 0.85, 1.1),
        ]
    return made


DRIVERS = (2.55, 4.15, 5.75)


def _wheels(stage) -> list[Solid]:
    made = []
    around = stage.around(44, 18)
    for axle, radius, spokes in ((0.15, 0.42, 9), (1.55, 0.42, 9), *((y, 0.78, 15) for y in DRIVERS), (7.9, 0.5, 10)):
        for side in (-1, 1):
            x = side * GAUGE / 2
            rim = lathe(
                [
                    (radius * 0.86, -0.06),
                    (radius * 1.04, -0.06),
                    (radius, -0.03),
                    (radius, 0.07),
                    (radius * 0.86, 0.07),
                    (radius * 0.86, -0.06),
                ],
                around,
            )
            nave = lathe([(0.001, -0.08), (0.17 * radius / 0.6, -0.08), (0.17 * radius / 0.6, 0.12), (0.001, 0.12)], 14)
            arms = [
                box(-0.026, 0.026, -0.02, 0.03, 0.1, radius * 0.88).turned(a, "y")
                for a in np.linspace(0, 2 * np.pi, spokes, endpoint=False)
            ]
            arms = [arm.turned(np.pi / 2, "z") for arm in arms]
            disc = [rim.turned(side * np.pi / 2, "y"), nave.turned(side * np.pi / 2, "y"), *arms]
            if radius > 0.7:
                weight = rounded(
                    [(0.78 * radius * np.cos(a), 0.78 * radius * np.sin(a)) for a in np.linspace(0.3, 1.9, 9)], 0.01, 2
                )
                disc.append(loft([np.c_[np.full(len(weight), side * d), weight] for d in (-0.03, 0.05)]))
            made += [part.moved(x, axle, radius) for part in disc]
    return made


def _rods() -> list[Solid]:
    """Cylinders' rods, crossheads, connecting and coupling rods, all at one angle of the cranks."""
    made = []
    for side, phase in ((-1, 0.6), (1, 2.2)):
        x = side * (GAUGE / 2 + 0.17)
        pin = np.array([0.3 * np.cos(phase), 0.3 * np.sin(phase)])
        pins = [(x, y + pin[0], 0.78 + pin[1]) for y in DRIVERS]
        made.append(sweep([pins[0], pins[1], pins[2]], bar(0.05, 0.13, 0.02, 2)))
        made += [tube([(p[0] - 0.06, *p[1:]), (p[0] + 0.06, *p[1:])], 0.1, 10) for p in pins]
        outer = side * (GAUGE / 2 + 0.28)
        cross = (outer, 1.85 + pin[0] * 0.9, 0.82)
        made.append(sweep([cross, (outer, pins[1][1], pins[1][2])], bar(0.05, 0.14, 0.02, 2)))
        made += [
            box(outer - 0.07, outer + 0.07, cross[1] - 0.2, cross[1] + 0.2, 0.7, 0.94),
            tube([(outer, 1.2, 0.82), cross], 0.035, 8),
        ]
        made += [box(outer - 0.04, outer + 0.04, 1.25, 2.9, z, z + 0.05) for z in (0.66, 0.94)]
        made.append(
            tube(
                [(outer + side * 0.05, 4.15, 1.3), (outer + side * 0.05, 2.6, 1.35), (outer + side * 0.05, 1.4, 1.2)],
                0.03,
                6,
            )
        )
    return made


def _pipes() -> list[Solid]:
    """Cylinders, sand and steam pipes, reservoirs under the boards."""
    made = []
    for side in (-1, 1):
        x = side * 1.05
        made.append(
            lathe([(0.001, 0), (0.3, 0.02), (0.37, 0.06), (0.37, 1.0), (0.3, 1.04), (0.001, 1.06)], 22)
            .turned(-np.pi / 2, "x")
            .moved(x, 0.35, 0.82)
        )
        made.append(box(x - 0.3, x + 0.3, 0.4, 1.35, 0.8, 1.45))
        made.append(
            lathe([(0.001, 0), (0.16, 0.02), (0.16, 1.1), (0.001, 1.12)], 16)
            .turned(-np.pi / 2, "x")
            .moved(x, 0.33, 1.38)
        )
        made.append(tube([(side * 0.75, 0.8, 3.0), (side * 0.98, 0.8, 2.4), (side * 1.02, 0.85, 1.5)], 0.1, 10))
        for y in (2.9, 4.3):
            made.append(
                tube(
                    [
                        (side * 0.35, y, 3.3),
                        (side * 0.92, y, 2.7),
                        (side * 0.98, y + 0.1, 1.7),
                        (side * 0.85, y + 0.2, 0.5),
                    ],
                    0.022,
                    6,
                )
            )
        made.append(tube([(side * 0.93, 1.4, 2.2), (side * 0.98, 4.5, 2.15), (side * 1.0, 8, 2.1)], 0.028, 6))
        made.append(
            lathe([(0.001, 0), (0.18, 0.03), (0.2, 0.1), (0.2, 1.5), (0.18, 1.57), (0.001, 1.6)], 16)
            .turned(-np.pi / 2, "x")
            .moved(side * 1.12, 5.9, 1.35)
        )
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


# -- diesel and underground


def add_diesel(stage, colours) -> tuple[list, float]:
    """A diesel locomotive with a rounded, sloping nose and a stripe; gives the parts and where the coaches begin."""
    body, band, roof = colours
    paint = stage.once(("train paint", body, stage.light.wet), lambda: finishes.paint(body, 0.5, 0.0, stage.light.wet))
    second = stage.once(("train paint", band, stage.light.wet), lambda: finishes.paint(band, 0.5, 0.0, stage.light.wet))
    length = 17.0
    shell = diesel_shell(length, stage.around(64, 28))
    dark = stage.surface((0.01, 0.011, 0.012), 0.7)
    cuts = [(_front_window(s), dark) for s in (-1, 1)]
    cuts.append((box(-2, 2, 1.9, 2.75, 2.75, 3.35), dark))
    parts = [carve(shell, paint, cuts, 0.6)]
    parts.append(
        stage.add(
            [_nose_glass(s) for s in (-1, 1)]
            + [box(*sorted((s * 1.30, s * 1.35)), 1.9, 2.75, 2.75, 3.35) for s in (-1, 1)],
            stage.surface((0.012, 0.014, 0.016), 0.04, specular=0.7),
        )
    )
    parts.append(
        smooth_but_edges(
            stage.add(diesel_shell(length, stage.around(64, 28), 0.006, (1.75, 2.25)), second, smooth=True), 0.6
        )
    )
    black = stage.surface((0.02, 0.02, 0.021), 0.6, variation=0.4, wear=(0.08, 0.05, 0.03))
    grilles = [
        box(*sorted((s * 1.43, s * 1.455)), y, y + 0.035, 2.5, 3.1) for s in (-1, 1) for y in np.arange(4.2, 14.5, 0.09)
    ]
    under = [
        box(-1.3, 1.3, 0.4, length, 0.75, 1.05),
        box(-1.1, 1.1, 6.2, 10.6, 0.3, 0.8),
        *bogie(2.9, 0.5),
        *bogie(14.0, 0.5),
    ]
    skirt = [box(-1.3, 1.3, 0.0, 0.12, 0.45, 1.0), box(-0.14, 0.14, -0.45, 0.1, 0.78, 1.0)]
    roof_things = [
        lathe([(0.6, 0), (0.6, 0.12), (0.5, 0.15), (0.001, 0.1)], 20).moved(0, y, 3.98) for y in (6.0, 8.0, 12.5)
    ]
    parts.append(stage.add([*grilles, *under, *skirt, *roof_things], black))
    rails = [
        tube([(s * 1.47, y, 1.3), (s * 1.5, y, 1.4), (s * 1.5, y, 2.6), (s * 1.47, y, 2.7)], 0.016, 5)
        for s in (-1, 1)
        for y in (3.0, 3.6, 16.4)
    ]
    parts.append(stage.add(rails, stage.once("chrome", finishes.metal)))
    headlamp(stage, (0, 0.42, 2.62), 0.2, 2800, parts)
    for side in (-1, 1):
        headlamp(stage, (side * 0.85, 0.12, 1.5), 0.1, 0, parts)
    number = stage.text(
        "".join(str(d) for d in stage.rng("engine number").integers(1, 10, 4)),
        0.3,
        stage.surface((0.6, 0.57, 0.45), 0.4),
        0.006,
    )
    number.location, number.rotation_euler = (1.462, 3.4, 2.0), (np.pi / 2, 0, np.pi / 2)
    parts.append(number)
    return [part for part in parts if part is not None], length + 0.7


def diesel_shell(length: float, corners: int, swell: float = 0.0, band: tuple[float, float] | None = None) -> Solid:
    """The skin: low rounded nose, windscreen leaning back, arched roof. band: only between these heights."""
    low, eaves, top, half = 0.95, 3.3, 4.0, 1.44
    z = np.concatenate([np.linspace(low, eaves, 22), eaves + (top - eaves) * np.sin(np.linspace(0, np.pi / 2, 9)[1:])])
    if band:
        z = np.linspace(*band, 6)
    wide = (
        half * np.where(z > eaves, np.sqrt(np.maximum(1 - ((z - eaves) / (top - eaves + 1e-9)) ** 2, 0.0004)), 1.0)
        + swell
    )
    # the nose: upright below, a shelf over the headlamp, then the screen
    front = (
        np.interp(z, [low, 1.6, 2.2, 2.5, 2.62, 3.35, 3.7, top], [0.12, 0.0, 0.1, 0.34, 0.62, 1.05, 1.4, 2.2]) - swell
    )
    t = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    rings = []
    for zz, w, f in zip(z, wide, front, strict=True):
        x = w * np.sign(np.cos(t)) * np.abs(np.cos(t)) ** 0.22
        s = np.sign(np.sin(t)) * np.abs(np.sin(t)) ** 0.22
        y = (f + length) / 2 + (length + 0 - f) / 2 * s
        y = y + np.where(s < 0, 0.55 * (x / half) ** 2, 0.0) * np.clip(-s, 0, 1) ** 3
        rings.append(np.c_[x, y, np.full(corners, zz)])
    return loft(np.array(rings))


def _front_window(side: int) -> Solid:
    outline = rounded([(side * 0.08, 2.74), (side * 1.08, 2.78), (side * 1.02, 3.32), (side * 0.08, 3.34)], 0.06)
    outline = outline if side > 0 else outline[::-1]
    return loft([np.c_[outline[:, 0], np.full(len(outline), y), outline[:, 1]] for y in (-1.0, 1.85)])


def _nose_glass(side: int) -> Solid:
    outline = rounded([(side * 0.06, 2.72), (side * 1.12, 2.76), (side * 1.06, 3.34), (side * 0.06, 3.36)], 0.06)
    y = np.interp(outline[:, 1], [2.62, 3.35], [0.62, 1.05]) + 0.55 * (outline[:, 0] / 1.44) ** 2 + 0.07
    rings = [np.c_[outline[:, 0], y + d, outline[:, 1]] for d in (0.0, 0.02)]
    return loft(np.array(rings))


def add_metro_front(stage, colours, line: str) -> list:
    """The face of an underground train: door in the middle, two windows, a sign, lamps low; the car goes on at y = 0.5."""
    body, band, _ = colours
    steel = stage.once(("steel car", body), lambda: finishes.metal(body, 0.3, 0.35))
    stripe = stage.once(("train paint", band, stage.light.wet), lambda: finishes.paint(band, 0.5))
    half, low, eaves = 1.38, 0.85, 3.05
    t = np.linspace(0, np.pi, 15)
    arc = [(half * np.cos(a), eaves + 0.42 * np.sin(a) ** 0.8) for a in t]
    outline = np.array([*arc, (-half, low), (half, low)])
    rings = []
    for y, k in ((0.0, 0.93), (0.05, 0.965), (0.18, 0.99), (0.5, 1.0)):
        middle = np.array([0, 2.0])
        ring = middle + (outline - middle) * [k, 0.5 + 0.5 * k]
        bow = 0.16 * (ring[:, 0] / half) ** 2
        rings.append(np.c_[ring[:, 0], y + bow * (1 - y / 0.5), ring[:, 1]])
    shell = loft(np.array(rings))
    dark = stage.surface((0.012, 0.013, 0.014), 0.5)
    holes = [
        (rounded([(x0, 1.95), (x1, 1.95), (x1, 2.82), (x0, 2.82)], 0.08))
        for x0, x1 in ((-1.14, -0.46), (-0.3, 0.3), (0.46, 1.14))
    ]
    cuts = [(loft([np.c_[hole[:, 0], np.full(len(hole), y), hole[:, 1]] for y in (-0.5, 0.3)]), dark) for hole in holes]
    cuts.append((box(-0.62, 0.62, -0.5, 0.2, 2.93, 3.2), dark))
    parts = [carve(shell, steel, cuts, 0.6)]
    pane = stage.surface((0.012, 0.015, 0.016), 0.03, specular=0.7)
    glass = [box(x0 - 0.05, x1 + 0.05, 0.13, 0.15, 1.9, 2.87) for x0, x1 in ((-1.14, -0.46), (-0.3, 0.3), (0.46, 1.14))]
    parts.append(stage.add(glass, pane))
    rubber = stage.surface((0.015, 0.015, 0.015), 0.6)
    frames = []
    for hole in holes:
        y = 0.16 * (hole[:, 0] / half) ** 2 - 0.004
        frames.append(sweep(np.c_[hole[:, 0], y, hole[:, 1]], bar(0.03, 0.02, 0.006, 2), up=(0, -1, 0), closed=True))
    frames += [box(s * 0.36 - 0.008, s * 0.36 + 0.008, -0.008, 0.03, 0.95, 2.9) for s in (-1, 1)]
    frames += [box(-1.2, 1.2, -0.1, 0.3, 0.45, 0.85), box(-0.12, 0.12, -0.4, 0.1, 0.55, 0.75)]
    frames += [tube([(s * 0.42, -0.05, 1.2), (s * 0.42, -0.05, 2.6)], 0.014, 5) for s in (-1, 1)]
    parts.append(stage.add(frames, rubber))
    bands = []
    for a, b in zip(np.linspace(-1.3, 1.3, 17)[:-1], np.linspace(-1.3, 1.3, 17)[1:], strict=True):
        y = 0.16 * ((a + b) / 2 / half) ** 2
        bands.append(box(a, b, y - 0.008, y + 0.02, 1.5, 1.78))
    parts.append(stage.add(bands, stripe))
    sign = stage.text(line, 0.24, finishes.lamp_glass(stage, (1.0, 0.5, 0.08), 5), 0.004)
    sign.location = (0, 0.13, 3.06)
    parts += [sign, stage.add(box(-0.62, 0.62, 0.14, 0.17, 2.93, 3.2), rubber)]
    for side in (-1, 1):
        headlamp(stage, (side * 0.98, 0.06, 1.22), 0.1, 900, parts)
    red = stage.once(
        ("lens", "metro red", stage.light.lamps), lambda: finishes.lens((0.5, 0.012, 0.008), 5 * stage.light.lamps)
    )
    parts.append(
        stage.add([ellipsoid(0.06, 0.03, 0.06, 14, 8).moved(s * 0.98, 0.08, 1.02) for s in (-1, 1)], red, smooth=True)
    )
    return [part for part in parts if part is not None]
