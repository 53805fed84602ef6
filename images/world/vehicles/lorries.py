"""Lorries: a cab with its windows cut in, long-nosed or over the engine, and what it carries.

The front bumper stands near y = -2 and the load goes off to +y; metres.
"""

import numpy as np

from images.world import finishes
from images.world.geometry import Solid, box, ellipsoid, join, lathe, loft, rounded, sweep, tube
from images.world.modelling.carving import carve, smooth_but_edges
from images.world.vehicles.carbody import Body, Form, end_cutter, side_cutter
from images.world.vehicles.carparts import _dense, bar
from images.world.vehicles.loads import load
from images.world.vehicles.lorry_fronts import flat_front, long_nose
from images.world.vehicles.wheels import add_wheels

WHEEL = 0.5
CAB_OVER = Form(
    top=((-1.4, 1.6), (0.75, 1.6)),
    sill=((-1.4, 0.6), (0.75, 0.6)),
    plan=((-1.4, 1.2), (0.75, 1.2)),
    axles=(-0.35, 3.6),
    cabin=((1.62, -1.42, 0.72, 1.2), (2.2, -1.36, 0.72, 1.18), (2.72, -1.24, 0.70, 1.13)),
    doors=(-1.0, 0.3),
    pillars=((("f", 0.22), 0.22),),
    wheel=WHEEL,
    rear_glass=True,
)
LONG_NOSE = Form(
    top=((0.2, 1.6), (1.75, 1.6)),
    sill=((0.2, 0.75), (1.75, 0.75)),
    plan=((0.2, 1.05), (1.75, 1.05)),
    axles=(-0.95, 4.4),
    cabin=((1.68, 0.16, 1.72, 1.04), (2.1, 0.26, 1.72, 1.02), (2.5, 0.38, 1.70, 0.98)),
    doors=(0.36, 1.45),
    pillars=((("f", 0.16), 1.36),),
    wheel=WHEEL,
    rear_glass=True,
)
CARGOES = ("box", "canvas", "logs", "tank", "crates")


def add_lorry(stage, nose: bool, colour, cargo: str, rng, *, burning: bool = True, dirt: float = 0.7):
    """A lorry. nose: the engine before the cab, with a trailer behind; else the cab over it, on one frame."""
    form = LONG_NOSE if nose else CAB_OVER
    body = Body(form, stage.around(72, 28), 0.1)
    key = ("paint", tuple(colour), None, dirt, 0.0, stage.light.wet)
    skin = stage.once(key, lambda: finishes.paint(tuple(colour), dirt, 0.0, stage.light.wet))
    parts = [_greenhouse(stage, body, skin), _glass(stage, body), *_cab_lower(stage, body, skin, nose)]
    parts += long_nose(stage, skin) if nose else flat_front(stage, skin, body)
    parts += _cab_fittings(stage, body, nose)
    back = 13.6 if nose else 7.4
    axles = (-0.95, 3.9, 5.1, 11.4, 12.6) if nose else (-0.35, 4.6, 5.8)
    parts += add_wheels(stage, axles, WHEEL, 1.22, 0.28, tuple(range(1, len(axles))), capped=nose)
    parts += _frame(stage, axles, back, nose)
    deck = 2.35 if nose else 1.05
    parts += load(stage, cargo, deck, back, rng, dirt)
    parts += _lamps(stage, nose, back, burning)
    return stage.group(*[part for part in parts if part is not None])


def _greenhouse(stage, body: Body, skin):
    form = body.form
    lining = stage.surface((0.12, 0.1, 0.085), 0.85)
    rubber = stage.surface((0.015, 0.015, 0.016), 0.5)
    front, rear, _ = (float(v) for v in body.cabin_row(np.array(form.waist)))
    cuts = [(body.cabin_shell(0.05, 0.9), lining)]
    cuts += [(side_cutter(outline), rubber) for outline in body.side_windows()]
    screen = body.screen_outline()
    cuts.append((end_cutter(screen, (front + rear) / 2, front - 0.6), rubber))
    small = rounded(
        [(-0.5, form.waist + 0.15), (0.5, form.waist + 0.15), (0.5, form.waist + 0.5), (-0.5, form.waist + 0.5)], 0.05
    )
    cuts.append((end_cutter(small, (front + rear) / 2, rear + 0.6), rubber))
    return carve(body.cabin_shell(0.0, 0.05), skin, cuts, 0.55)


def _glass(stage, body: Body):
    pane = stage.once("car glass", lambda: finishes.thin_glass((0.72, 0.8, 0.76)))
    return smooth_but_edges(stage.add(body.cabin_shell(0.02, 0.02), pane, smooth=True), 0.7)


def _cab_lower(stage, body: Body, skin, nose: bool):
    """Doors and floor of the cab: straight walls below the waist, hollow so that seats can be seen."""
    form = body.form
    front, rear, half = (float(v) for v in body.cabin_row(np.array(form.waist)))
    low = 0.72 if nose else 0.62
    rings = [
        np.c_[ring[:, :2], np.full(len(ring), z)]
        for z in (low, low + 0.04, form.waist + 0.0)
        for ring in [body.cabin_rings(np.array([form.waist]), 0.03 if z == low else 0.0)[0]]
    ]
    inside = box(-half + 0.07, half - 0.07, front + 0.14, rear - 0.08, low + 0.3, form.waist + 0.5)
    cuts = [(inside, stage.surface((0.05, 0.035, 0.028), 0.8))]
    if not nose:
        cuts.append((_well(-0.35), stage.surface((0.012, 0.012, 0.012), 0.9)))
    made = [carve(loft(np.array(rings)), skin, cuts, 0.5)]
    dark = stage.surface((0.006, 0.006, 0.007), 0.7)
    seams = []
    for side in (-1, 1):
        x = side * (half + 0.002)
        for y in form.doors:
            seams.append(box(*sorted((x, x + side * 0.002)), y - 0.005, y + 0.005, low + 0.12, form.waist))
        seams.append(box(*sorted((x, x + side * 0.002)), form.doors[0], form.doors[1], low + 0.11, low + 0.12))
        seams.append(
            box(
                *sorted((x, x + side * 0.05)),
                form.doors[1] - 0.28,
                form.doors[1] - 0.1,
                form.waist - 0.2,
                form.waist - 0.17,
            )
        )
    made.append(stage.add(seams, dark))
    cloth = stage.surface((0.06, 0.04, 0.03), 0.8)
    seats = [
        box(s * 0.55 - 0.26, s * 0.55 + 0.26, rear - 0.55, rear - 0.4, form.waist - 0.5, form.waist + 0.3)
        for s in (-1, 1)
    ]
    t = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    wheel = np.c_[-0.5 + 0.23 * np.cos(t), front + 0.55 + 0.12 * np.sin(t), form.waist + 0.05 + 0.19 * np.sin(t)]
    seats += [
        sweep(wheel, bar(0.025, 0.025, 0.008, 2), up=(0, 0.9, -0.4), closed=True),
        box(-half + 0.1, half - 0.1, front + 0.1, front + 0.4, form.waist - 0.4, form.waist),
    ]
    made.append(stage.add(seats, cloth))
    return made


def _well(axle: float) -> Solid:
    t = np.linspace(0, 2 * np.pi, 36, endpoint=False)
    ring = np.c_[axle + 0.62 * np.cos(t), WHEEL + 0.62 * np.sin(t)]
    return join([loft([np.c_[np.full(36, x), ring] for x in pair]) for pair in ((-1.5, -0.75), (0.75, 1.5))])


def _cab_fittings(stage, body: Body, nose: bool):
    """Window frames, mirrors on arms, roof lamps, stacks, tanks, air horns, sun visor."""
    form = body.form
    bright = stage.once("chrome", finishes.metal)
    dark = stage.surface((0.015, 0.015, 0.016), 0.5)
    shiny, plain = [], []
    for outline in body.side_windows():
        points = _dense(outline, 30)
        x = body.cabin_x(points[:, 0], points[:, 1])
        for side in (-1, 1):
            plain.append(
                sweep(np.c_[side * (x + 0.002), points], bar(0.02, 0.016, 0.004, 2), up=(1, 0, 0), closed=True)
            )
    front, _, half = (float(v) for v in body.cabin_row(np.array(form.waist + 0.3)))
    plain.append(box(-0.02, 0.02, front - 0.055, front, form.waist + 0.02, form.cabin[-1][0] - 0.01))
    for side in (-1, 1):
        x, y, z = side * (half + 0.26), front + 0.12, form.waist
        shiny += [
            tube(
                [(side * half, y + 0.1, z + 0.72), (x, y, z + 0.66), (x, y, z + 0.02), (side * half, y + 0.1, z - 0.1)],
                0.012,
                6,
            )
        ]
        plain.append(box(x - 0.1, x + 0.1, y - 0.03, y + 0.03, z + 0.12, z + 0.6))
        shiny.append(box(x - 0.085, x + 0.085, y + 0.03, y + 0.034, z + 0.14, z + 0.58))
    top = form.height - 0.02
    if nose:
        for side in (-1, 1):
            x = side * 1.16
            shiny += [
                tube([(x, 1.95, 0.9), (x, 1.95, 3.5), (x, 2.05, 3.65)], 0.075, 14),
                lathe([(0.1, 1.2), (0.105, 1.25), (0.105, 2.3), (0.1, 2.35)], 16).moved(x, 1.95, 0),
            ]
            shiny.append(
                lathe([(0.001, 0), (0.26, 0.02), (0.28, 0.08), (0.28, 1.12), (0.26, 1.18), (0.001, 1.2)], 20)
                .turned(-np.pi / 2, "x")
                .moved(side * 0.96, 1.6, 0.72)
            )
            shiny.append(
                lathe(
                    [(0.001, 1.1), (0.17, 1.12), (0.17, 1.75), (0.12, 1.85), (0.12, 1.95), (0.15, 2.0), (0.001, 2.05)],
                    18,
                ).moved(side * 0.98, -0.12, 0)
            )
        shiny += [
            lathe([(0.02, 0.5), (0.03, 0.1), (0.09, 0.0), (0.09, -0.02), (0.001, -0.02)], 12)
            .turned(-np.pi / 2, "x")
            .moved(s * 0.3, 0.55, top + 0.09)
            for s in (-1, 1)
        ]
        visor = [box(-0.98, 0.98, 0.08, 0.42, form.cabin[-1][0] - 0.02, form.cabin[-1][0] + 0.02)]
        plain += visor
    else:
        plain.append(box(-1.15, 1.15, -1.52, -1.2, form.cabin[-1][0] - 0.02, form.cabin[-1][0] + 0.01))
        shiny.append(
            lathe([(0.001, 0), (0.28, 0.02), (0.3, 0.08), (0.3, 1.1), (0.28, 1.16), (0.001, 1.18)], 20)
            .turned(-np.pi / 2, "x")
            .moved(-0.95, 1.2, 0.7)
        )
        plain.append(box(0.65, 1.2, 1.2, 2.2, 0.45, 0.95))
    return [smooth_but_edges(stage.add(shiny, bright, smooth=True), 0.6), stage.add(plain, dark)]


def _frame(stage, axles, back: float, nose: bool):
    """Rails, axles, springs, mud flaps, the bar at the back."""
    dark = stage.surface((0.018, 0.017, 0.016), 0.75, variation=0.4, wear=(0.08, 0.05, 0.03), grain=0.4)
    end = 5.6 if nose else back
    parts = [box(s * 0.43 - 0.05, s * 0.43 + 0.05, -1.3, end, 0.68, 0.92) for s in (-1, 1)]
    if nose:
        parts += [box(s * 0.43 - 0.06, s * 0.43 + 0.06, 2.5, back, 0.92, 1.15) for s in (-1, 1)]
        parts += [box(-0.5, 0.5, 4.2, 5.0, 0.9, 1.02)]
        parts += [box(s * 0.8 - 0.06, s * 0.8 + 0.06, 7.6, 7.75, 0.25, 1.1) for s in (-1, 1)]
    for axle in axles:
        parts.append(tube([(-1.1, axle, WHEEL), (1.1, axle, WHEEL)], 0.08, 8))
        parts += [box(s * 0.62 - 0.05, s * 0.62 + 0.05, axle - 0.5, axle + 0.5, 0.56, 0.66) for s in (-1, 1)]
    parts += [box(s * 0.95 - 0.28, s * 0.95 + 0.28, axles[-1] + 0.6, axles[-1] + 0.62, 0.25, 0.95) for s in (-1, 1)]
    parts += [
        box(-1.15, 1.15, back - 0.1, back, 0.45, 0.55),
        *[box(s * 0.6 - 0.03, s * 0.6 + 0.03, back - 0.08, back - 0.02, 0.5, 1.0) for s in (-1, 1)],
    ]
    return [stage.add(parts, dark)]


def _lamps(stage, nose: bool, back: float, burning: bool) -> list:
    on = stage.light.lamps if burning else 0.0
    bright = stage.once("chrome", finishes.metal)
    colour = (1.0, 0.86, 0.62)
    xs, y, z = (0.95, -1.62, 1.16) if nose else (0.96, -1.49, 1.0), None, None
    x, y, z = xs
    around = stage.around(28, 12)
    shells, glasses, amber, red = [], [], [], []
    for side in (-1, 1):
        ring = lathe(
            [(0.10, 0.0), (0.105, 0.03), (0.125, 0.025), (0.135, -0.02), (0.10, -0.16), (0.001, -0.2)], around
        ).turned(np.pi / 2, "x")
        shells.append(ring.moved(side * x, y, z))
        glasses.append(ellipsoid(0.1, 0.03, 0.1, around, 8).moved(side * x, y - 0.02, z))
        amber.append(box(side * x - 0.06, side * x + 0.06, y - 0.03, y + 0.05, z - 0.22, z - 0.15))
        red += [box(side * 0.9 - 0.16, side * 0.9 + 0.16, back, back + 0.04, 0.8, 0.92)]
        amber += [
            box(*sorted((side * 1.245, side * 1.265)), yy, yy + 0.08, 1.06, 1.11) for yy in np.arange(2.8, back, 2.4)
        ]
    top = (2.62, 0.42) if nose else (2.83, -1.1)
    amber += [ellipsoid(0.06, 0.05, 0.04, 10, 6).moved(s, top[1], top[0]) for s in (-0.8, -0.4, 0.0, 0.4, 0.8)]
    plate = stage.surface((0.5, 0.49, 0.44), 0.4)
    glass = (
        finishes.lamp_glass(stage, colour, 90)
        if on
        else stage.once("lamp glass", lambda: finishes.metal((0.62, 0.64, 0.66), 0.22, 0.1))
    )
    made = [
        stage.add(shells, bright, smooth=True),
        stage.add(glasses, glass, smooth=True),
        stage.add(amber, stage.once(("lens", "lorry amber", on), lambda: finishes.lens((0.9, 0.3, 0.02), 7 * on))),
        stage.add(red, stage.once(("lens", "red", on), lambda: finishes.lens((0.5, 0.012, 0.008), 9.0 * on))),
        stage.add(box(-0.26, 0.26, y - 0.66 if nose else y - 0.17, y - 0.65 if nose else y - 0.16, 0.5, 0.62), plate),
    ]
    if burning:
        for side in (-1, 1):
            made.append(
                stage.lamp(
                    "SPOT",
                    (side * x, y - 0.2, z),
                    900,
                    colour,
                    to=(side * x, y - 22, z - 1.0),
                    spot_size=0.95,
                    spot_blend=0.7,
                    shadow_soft_size=0.08,
                )
            )
    return made
