"""A steam locomotive's running gear: buffer beam, spoked wheels, rods, cylinders and pipes."""

import numpy as np

from images.world.geometry import Solid, box, lathe, loft, rounded, sweep, tube
from images.world.railways.track import GAUGE
from images.world.vehicles.carparts import bar


def front(european: bool) -> list[Solid]:
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


def wheels(stage) -> list[Solid]:
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


def rods() -> list[Solid]:
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


def pipes() -> list[Solid]:
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
