"""A station hall of brick, iron and glass.

Axes as in `stations`.
"""

import itertools

import numpy as np

from images.world import finishes, materials
from images.world.geometry import Solid, arch, box, join, lathe, prism, sweep, tube
from images.world.materials import Surface
from images.world.railways.stations import GAP, Hall, benches, beside, clock, concrete, floors, hanging_sign, posters


def iron_hall(stage, hall: Hall, place) -> list:
    """Stone platforms under a long roof of iron ribs and glass on columns; open at its far end."""
    wet = stage.light.wet
    slab = Surface(
        (0.19, 0.18, 0.165), 0.6, 0.35, 1.2, 0.004, 0.05, gloss_variation=0.2, wear=(0.07, 0.065, 0.06), wet=0.7 * wet
    )
    paving = stage.once(
        ("station floor", wet),
        lambda: materials.bricks((0, 0, 0), (0.05, 0.047, 0.043), 1.2, 0.8, slab, own_space=True),
    )
    iron = stage.surface(
        ((0.035, 0.075, 0.062), (0.10, 0.028, 0.022), (0.045, 0.05, 0.058))[
            hall.vault + 0 if isinstance(hall.vault, int) else 0
        ],
        0.5,
        variation=0.35,
        grain=0.5,
        coat=0.2,
        wear=(0.10, 0.06, 0.04),
    )
    made = floors(stage, hall, paving, (0.4, 0.39, 0.36))
    brick = Surface((0.20, 0.085, 0.055), 0.88, 0.4, 2.0, 0.004, 0.03, wear=(0.08, 0.045, 0.035), stretch=(1, 1, 0.35))
    wall = stage.once(
        "station brick", lambda: materials.bricks((0, 0, 0), (0.16, 0.145, 0.125), 0.225, 0.075, brick, own_space=True)
    )
    spring, middle, half = 6.2, GAP / 2, (hall.right - hall.left) / 2
    made += _brick_walls(stage, hall, wall, spring)
    made += _roof(stage, hall, iron, spring, middle, half)
    made += _columns(stage, hall, iron, spring, place)
    made += benches(stage, hall, place, "benches") + posters(stage, hall, "posters", 1.2, 2.5)
    made += clock(stage, (-hall.wide * 0.5, 13.0, 3.6))
    for s, t in ((8.0, -hall.wide * 0.5), (22.0, GAP + hall.wide * 0.5)):
        made += hanging_sign(stage, (t, s, 3.3), ("PLATFORM 2", "WAITING ROOM", "TICKETS")[int(s) % 3], width=2.8)
    made += _station_lamps(stage, hall, place)
    made += _luggage(stage, hall, place)
    return made


def _brick_walls(stage, hall: Hall, wall, spring: float) -> list:
    """Outer walls with arched recesses, doors and windows."""
    trim = concrete(stage, (0.3, 0.27, 0.22))
    body, stone, panes = [], [], []
    from images.world.modelling.pile import pane_quads

    for side, at in ((1, hall.left), (-1, hall.right)):
        body.append(box(*beside(at, side, -0.5, 0.0), hall.start, hall.end, 0, spring))
        stone += [
            box(*beside(at, side, -0.1, 0.12), hall.start, hall.end, spring - 0.35, spring),
            box(*beside(at, side, 0.0, 0.1), hall.start, hall.end, 0, 0.5),
        ]
        for s in np.arange(hall.start + 2, hall.end, 6.0):
            body.append(box(*beside(at, side, 0.0, 0.28), s - 0.45, s + 0.45, 0, spring - 0.35))
            stone.append(box(*beside(at, side, 0.0, 0.34), s - 0.5, s + 0.5, spring - 0.8, spring - 0.6))
            ring = arch(2.3, 2.9, 1.1, 0.28, 0.24, steps=17).turned(np.pi / 2).moved(at + side * 0.1, s + 3.0, 0)
            stone.append(ring)
            panes.append((s + 1.9, s + 4.1, at, side))
    quads, colours = [], []
    rng = stage.rng("station windows")
    for a, b, at, side in panes:
        solid, colour = pane_quads(np.array([(-(b - a) / 2, (b - a) / 2, 0, 1.0, 3.8, rng.random())]))
        quads.append(solid.turned(side * np.pi / 2).moved(at + side * 0.02, (a + b) / 2, 0))
        colours.append(colour)
    glass = stage.once("station panes", lambda: finishes.panes(0.7, 1.4 * stage.light.lamps))
    bars = [
        box(
            *sorted((at + side * 0.02, at + side * 0.06)),
            a + k * (b - a) / 4 - 0.025,
            a + k * (b - a) / 4 + 0.025,
            1.0,
            3.9,
        )
        for a, b, at, side in panes
        for k in range(5)
    ]
    return [
        stage.add(body, wall),
        stage.add(stone, trim, bevel=0.015),
        stage.add(join(quads), glass, colours=np.concatenate(colours)),
        stage.add(bars, stage.surface((0.05, 0.06, 0.055), 0.5)),
    ]


def _roof(stage, hall: Hall, iron, spring: float, middle: float, half: float) -> list:
    """Ribs of lattice every six metres, purlins between, glass in strips with boards between them, cut by gaps."""
    rng = stage.rng("roof panes")
    rise = 0.62 * half
    t = np.linspace(0, np.pi, 25)

    def point(a, k=1.0):
        return (middle + k * half * np.cos(a), spring + k * rise * np.sin(a))

    ribs, purlins = [], []
    stations = np.arange(hall.start + 2, hall.end + 0.1, 6.0)
    for s in stations:
        outer, inner = np.array([(*point(a),) for a in t]), np.array([(*point(a, 0.93),) for a in t])
        for line, r in ((outer, 0.09), (inner, 0.07)):
            path = np.c_[line[:, 0], np.full(len(t), s), line[:, 1]]
            ribs.append(sweep(path, np.array([(-r, -0.06), (r, -0.06), (r, 0.06), (-r, 0.06)]), up=(0, 1, 0)))
        if stage.detail > 0.25:
            for i in range(len(t) - 1):
                a, b = (outer[i], inner[i + 1]) if i % 2 else (inner[i], outer[i + 1])
                ribs.append(tube([(a[0], s, a[1]), (b[0], s, b[1])], 0.028, 4))
        ribs.append(tube([(middle - 0.9 * half, s, spring + 0.3), (middle + 0.9 * half, s, spring + 0.3)], 0.022, 5))
        ribs.append(tube([(middle, s, spring + 0.3), (middle, s, spring + 0.93 * rise)], 0.018, 4))
    for a in t[1:-1:2]:
        x, z = point(a, 1.005)
        purlins.append(box(x - 0.05, x + 0.05, hall.start, hall.end, z - 0.06, z + 0.06))
    glass, boards = [], []
    steps = np.linspace(hall.start, hall.end, max(2, round((hall.end - hall.start) / 1.5)) + 1)
    for i in range(len(t) - 1):
        (x0, z0), (x1, z1) = point(t[i], 1.01), point(t[i + 1], 1.01)
        high = 6 <= i <= 17
        for a, b in itertools.pairwise(steps):
            pane = rng.random()
            corners = np.array([(x0, a + 0.02, z0), (x0, b - 0.02, z0), (x1, b - 0.02, z1), (x1, a + 0.02, z1)])
            if high and pane < (0.94 if int((a - hall.start) / 1.5) % 4 < 2 else 0.08):  # lit bays between dark ones
                glass.append(Solid(corners, (np.array([(0, 1, 2, 3)]),)))
            elif pane < 0.985 or not high:
                boards.append(Solid(corners, (np.array([(0, 1, 2, 3)]),)))
    dirty = stage.once("roof glass", lambda: finishes.thin_glass((0.7, 0.74, 0.68), 0.12))
    planks = stage.surface((0.075, 0.06, 0.045), 0.85, variation=0.4, grain=1.2, wear=(0.03, 0.028, 0.025))
    bars = (
        [tube([(*point(a, 1.012)[:1], s, point(a, 1.012)[1]) for a in t[6:19]], 0.018, 4) for s in steps]
        if stage.detail > 0.25
        else []
    )
    return [
        stage.add(ribs, iron),
        stage.add(purlins + bars, iron),
        stage.add(join(glass), dirty),
        stage.add(join(boards), planks),
    ]


def _columns(stage, hall: Hall, iron, spring: float, place) -> list:
    """Cast iron columns along both platforms, with capitals and curled brackets."""
    made = []
    for t in (-hall.wide * 0.72, GAP + hall.wide * 0.72):
        for s in np.arange(hall.start + 2, hall.end, 6.0):
            if not place.free(t, s, 0.5, (0.2, 0.2)) or place.distance(t, s) < 1.2:
                continue
            profile = [
                (0.26, 0),
                (0.26, 0.25),
                (0.2, 0.35),
                (0.2, 0.9),
                (0.23, 0.95),
                (0.15, 1.05),
                (0.12, 4.2),
                (0.16, 4.3),
                (0.13, 4.4),
                (0.13, 4.6),
                (0.26, 4.9),
                (0.26, 5.0),
            ]
            made.append(lathe(profile, stage.around(20, 8)).moved(t, s, 0))
            made.append(box(t - 0.08, t + 0.08, s - 0.08, s + 0.08, 5.0, spring + 2.2))
            a = np.linspace(0, np.pi / 2, 8)
            for side in (-1, 1):
                made.append(
                    tube(np.c_[np.full(8, t), s + side * (0.1 + 1.5 * (1 - np.cos(a))), 4.6 + 1.5 * np.sin(a)], 0.04, 6)
                )
                made.append(
                    tube(
                        np.c_[np.full(8, t), s + side * (0.5 + 0.28 * np.cos(4 * a)), 5.35 + 0.28 * np.sin(4 * a)],
                        0.025,
                        5,
                    )
                )
        made.append(box(t - 0.1, t + 0.1, hall.start, hall.end, 6.05, 6.3))
    return [stage.add(made, iron)]


def _station_lamps(stage, hall: Hall, place) -> list:
    """Enamel shades that hang over the platforms."""
    made, shades, bulbs = [], [], []
    profile = [(0.001, 0.3), (0.05, 0.3), (0.07, 0.2), (0.3, 0.06), (0.32, 0.0), (0.28, 0.03), (0.05, 0.14)]
    for t in (-hall.wide * 0.45, GAP + hall.wide * 0.45):
        for s in np.arange(hall.start + 5, hall.end, 6.0):
            shades += [lathe(profile, 18).moved(t, s, 4.4), tube([(t, s, 4.65), (t, s, 7.5)], 0.012, 5)]
            bulbs.append(lathe([(0.001, -0.08), (0.07, -0.05), (0.09, 0.02), (0.05, 0.1)], 12).moved(t, s, 4.42))
            if s < 36 and place.distance(t, s) < 45:
                made.append(
                    stage.lamp(
                        "SPOT",
                        (t, s, 4.35),
                        900,
                        (1.0, 0.68, 0.34),
                        to=(t, s, 0),
                        spot_size=2.3,
                        spot_blend=0.6,
                        shadow_soft_size=0.12,
                    )
                )
    made = [lamp for lamp in made if lamp]
    dark = stage.surface((0.02, 0.035, 0.03), 0.4, coat=0.4)
    return [*made, stage.add(shades, dark), stage.add(bulbs, finishes.lamp_glass(stage, (1.0, 0.72, 0.38), 40))]


def _luggage(stage, hall: Hall, place) -> list:
    """A porter's trolley with suitcases, and cases left here and there."""
    rng = stage.rng("luggage")
    leather = [
        stage.surface(c, 0.5, variation=0.3, grain=0.2, coat=0.2, wear=(0.05, 0.03, 0.02))
        for c in ((0.14, 0.06, 0.025), (0.05, 0.03, 0.02), (0.09, 0.1, 0.05), (0.2, 0.12, 0.05))
    ]
    made, cart = [], []
    for group in range(5):
        side = rng.choice([-1, 1])
        t, s, carried = (
            (-hall.wide * rng.uniform(0.35, 0.8)) if side < 0 else GAP + hall.wide * rng.uniform(0.3, 0.8),
            rng.uniform(4, 30),
            group < 2,
        )
        if not place.free(t, s, 0.5, (0.7, 0.9)) or place.distance(t, s) < 2.2:
            continue
        base = 0.0
        if carried:
            cart += [
                box(t - 0.5, t + 0.5, s - 0.8, s + 0.8, 0.38, 0.43),
                tube(
                    [
                        (t - 0.4, s + 0.8, 0.4),
                        (t - 0.4, s + 1.0, 1.1),
                        (t + 0.4, s + 1.0, 1.1),
                        (t + 0.4, s + 0.8, 0.4),
                    ],
                    0.02,
                    6,
                ),
            ]
            cart += [
                tube([(t + a, s + b, 0.19), (t + a + 0.05, s + b, 0.19)], 0.19, 18)
                for a in (-0.5, 0.45)
                for b in (-0.5, 0.5)
            ]
            base = 0.43
        for i in range(int(rng.integers(2, 5))):
            w, d, h = rng.uniform(0.28, 0.42), rng.uniform(0.1, 0.16), rng.uniform(0.3, 0.5)
            case = (
                prism([(-w, 0), (w, 0), (w, h), (-w, h)], 2 * d)
                .turned(rng.uniform(-0.3, 0.3))
                .moved(t + rng.uniform(-0.2, 0.2), s - 0.5 + i * 0.36, base)
            )
            grip = tube(
                [
                    (t - 0.06, s - 0.5 + i * 0.36, base + h),
                    (t, s - 0.5 + i * 0.36, base + h + 0.05),
                    (t + 0.06, s - 0.5 + i * 0.36, base + h),
                ],
                0.012,
                5,
            )
            made.append(stage.add([case, grip], leather[int(rng.integers(4))], bevel=0.02))
    return [*made, stage.add(cart, stage.surface((0.05, 0.06, 0.05), 0.6, variation=0.3))] if cart else made
