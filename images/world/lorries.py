"""Lorries: a cab with its windows cut in, long-nosed or over the engine, and what it carries.

The front bumper stands near y = -2 and the load goes off to +y; metres.
"""

import numpy as np

from images.world import finishes
from images.world.carbody import Body, Form, end_cutter, side_cutter
from images.world.carparts import _dense, bar
from images.world.carving import carve, smooth_but_edges
from images.world.geometry import Solid, box, boxes, ellipsoid, join, lathe, loft, rounded, sweep, tube
from images.world.wheels import add_wheels

WHEEL = 0.5
CAB_OVER = Form(
    top=((-1.4, 1.6), (0.75, 1.6)), sill=((-1.4, 0.6), (0.75, 0.6)), plan=((-1.4, 1.2), (0.75, 1.2)), axles=(-0.35, 3.6),
    cabin=((1.62, -1.42, 0.72, 1.2), (2.2, -1.36, 0.72, 1.18), (2.72, -1.24, 0.70, 1.13)), doors=(-1.0, 0.3),
    pillars=((("f", 0.22), 0.22),), wheel=WHEEL, rear_glass=True,
)  # fmt: skip
LONG_NOSE = Form(
    top=((0.2, 1.6), (1.75, 1.6)), sill=((0.2, 0.75), (1.75, 0.75)), plan=((0.2, 1.05), (1.75, 1.05)), axles=(-0.95, 4.4),
    cabin=((1.68, 0.16, 1.72, 1.04), (2.1, 0.26, 1.72, 1.02), (2.5, 0.38, 1.70, 0.98)), doors=(0.36, 1.45),
    pillars=((("f", 0.16), 1.36),), wheel=WHEEL, rear_glass=True,
)  # fmt: skip
CARGOES = ("box", "canvas", "logs", "tank", "crates")


def add_lorry(stage, nose: bool, colour, cargo: str, rng, *, burning: bool = True, dirt: float = 0.7):
    """A lorry. nose: the engine before the cab, with a trailer behind; else the cab over it, on one frame."""
    form = LONG_NOSE if nose else CAB_OVER
    body = Body(form, stage.around(72, 28), 0.1)
    key = ("paint", tuple(colour), None, dirt, 0.0, stage.light.wet)
    skin = stage.once(key, lambda: finishes.paint(tuple(colour), dirt, 0.0, stage.light.wet))
    parts = [_greenhouse(stage, body, skin), _glass(stage, body), *_cab_lower(stage, body, skin, nose)]
    parts += _nose(stage, skin) if nose else _flat_front(stage, skin, body)
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
    rings = [np.c_[ring[:, :2], np.full(len(ring), z)] for z in (low, low + 0.04, form.waist + 0.0)
             for ring in [body.cabin_rings(np.array([form.waist]), 0.03 if z == low else 0.0)[0]]]  # fmt: skip
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


def _flat_front(stage, skin, body: Body):
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


def _nose(stage, skin):
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
    front, rear, half = (float(v) for v in body.cabin_row(np.array(form.waist + 0.3)))
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


def load(stage, cargo: str, front: float, back: float, rng, dirt: float) -> list:
    """The deck and what lies on it."""
    made = []
    z, half = 1.16, 1.24
    if cargo == "tank":
        return _tank(stage, front, back)
    wood = stage.surface(
        (0.13, 0.085, 0.05), 0.8, variation=0.4, grain=0.4, stretch=(1, 0.15, 1), wear=(0.05, 0.04, 0.03)
    )
    deck = [box(-half, half, front, back, z - 0.14, z)]
    cross = [box(-half, half, y, y + 0.06, z - 0.24, z - 0.14) for y in np.arange(front + 0.2, back, 0.6)]
    made.append(stage.add(deck + cross, wood))
    if cargo == "box":
        skin = stage.surface(
            (0.46, 0.46, 0.44),
            0.38,
            variation=0.15,
            grain=1.5,
            metal=0.35,
            wear=(0.16, 0.12, 0.09),
            stretch=(1, 1, 0.4),
        )
        y = np.arange(front + 0.05, back, 0.28)
        ribs = np.concatenate(
            [
                np.c_[
                    np.full(len(y), s * half - 0.012),
                    np.full(len(y), s * half + 0.012),
                    y,
                    y + 0.05,
                    np.full(len(y), z + 0.05),
                    np.full(len(y), 3.85),
                ]
                for s in (-1, 1)
            ]
        )
        rails = [
            (-half - 0.02, half + 0.02, front - 0.02, back + 0.02, 3.85, 3.95),
            (-half - 0.02, half + 0.02, front - 0.02, back + 0.02, z - 0.08, z + 0.05),
        ]
        made.append(stage.add([box(-half, half, front, back, z, 3.9), boxes(ribs), boxes(rails)], skin))
        bars = [tube([(x, back + 0.04, z + 0.05), (x, back + 0.04, 3.8)], 0.018, 6) for x in (-0.75, -0.3, 0.3, 0.75)]
        made.append(stage.add(bars, stage.once("chrome", finishes.metal)))
    elif cargo == "canvas":
        made += _canvas(stage, front, back, z, half, rng)
    elif cargo == "logs":
        made += _logs(stage, front, back, z, rng)
    else:
        made += _crates(stage, front, back, z, half, rng)
    return made


def _canvas(stage, front: float, back: float, z: float, half: float, rng) -> list:
    """A cover over hoops, sagging between them and laced at the foot; wooden sides below."""
    colour = ((0.09, 0.1, 0.055), (0.05, 0.08, 0.1), (0.17, 0.13, 0.075))[int(rng.integers(3))]
    cloth = stage.surface(
        colour,
        0.85,
        variation=0.3,
        grain=1.2,
        relief=0.012,
        relief_size=0.25,
        wear=tuple(0.6 * c for c in colour),
        stretch=(1, 1, 0.5),
    )
    y = np.linspace(front, back, stage.count(90, 24))
    hoop = (back - front) / max(round((back - front) / 1.25), 1)
    sag = np.abs(np.sin((y - front) / hoop * np.pi)) ** 0.7
    section = rounded(
        [(-half, z + 0.45), (half, z + 0.45), (half, 3.05), (0.7, 3.5), (-0.7, 3.5), (-half, 3.05)], 0.22, 5
    )
    rings = []
    for yy, s in zip(y, sag, strict=True):
        pull = 1 - 0.045 * s * np.clip((section[:, 1] - z - 0.5) / 1.2, 0, 1)
        fold = 0.012 * np.sin(section[:, 1] * 9 + yy * 3.1) * s
        rings.append(
            np.c_[
                section[:, 0] * pull + fold,
                np.full(len(section), yy),
                section[:, 1] - 0.07 * s * np.clip((section[:, 1] - 2.8) / 0.6, 0, 1),
            ]
        )
    made = [smooth_but_edges(stage.add(loft(np.array(rings)), cloth, smooth=True), 0.8)]
    boards = [
        box(*sorted((s * half, s * (half + 0.03))), front, back, z + 0.02 + i * 0.19, z + 0.19 + i * 0.19)
        for s in (-1, 1)
        for i in range(3)
    ]
    posts = [
        box(*sorted((s * half, s * (half + 0.05))), p, p + 0.06, z - 0.1, z + 0.6)
        for s in (-1, 1)
        for p in np.arange(front, back, 1.25)
    ]
    made.append(stage.add([*boards, *posts], stage.surface((0.12, 0.075, 0.045), 0.75, variation=0.4, grain=0.3)))
    rope = [tube([(s * (half + 0.04), p, z + 0.62), (s * (half + 0.045), p + 0.12, z + 0.35), (s * (half + 0.04), p + 0.24, z + 0.62)], 0.008, 4)
            for s in (-1, 1) for p in np.arange(front + 0.1, back - 0.3, 0.42)]  # fmt: skip
    made.append(stage.add(rope, stage.surface((0.3, 0.25, 0.17), 0.9)))
    return made


def _logs(stage, front: float, back: float, z: float, rng) -> list:
    bark = stage.surface(
        (0.085, 0.058, 0.04),
        0.9,
        variation=0.5,
        grain=0.4,
        relief=0.03,
        relief_size=0.1,
        stretch=(1, 0.2, 1),
        wear=(0.03, 0.024, 0.018),
    )
    wood = stage.surface((0.36, 0.24, 0.13), 0.8, variation=0.35, grain=0.15, wear=(0.2, 0.13, 0.07))
    trunks, ends = [], []
    row = 0
    while row < 4:
        count = 6 - row % 2
        for i in range(count):
            r = rng.uniform(0.18, 0.235)
            x, h = (i - (count - 1) / 2) * 0.45, z + 0.24 + row * 0.39
            y0, y1 = front + 0.5 + rng.uniform(-0.25, 0.3), back - 0.3 + rng.uniform(-0.4, 0.3)
            bend = rng.uniform(-0.06, 0.06)
            path = [(x, y0, h), (x + bend, (y0 + y1) / 2, h), (x, y1, h)]
            trunks.append(tube(path, [r, r * 0.95, r * 0.88], stage.around(16, 8)))
            ends += [
                tube([(x, y, h), (x, y + d, h)], k * r, stage.around(16, 8))
                for y, d, k in ((y0, -0.006, 0.93), (y1, 0.006, 0.82))
            ]
        row += 1
    stakes = [
        box(s * 1.22 - 0.05, s * 1.22 + 0.05, y, y + 0.12, z - 0.1, z + 1.85)
        for s in (-1, 1)
        for y in np.linspace(front + 0.3, back - 0.9, 4)
    ]
    stakes.append(box(-1.2, 1.2, front, front + 0.1, z, z + 1.7))
    return [
        smooth_but_edges(stage.add(trunks, bark, smooth=True), 0.8),
        stage.add(ends, wood),
        stage.add(stakes, stage.surface((0.05, 0.05, 0.052), 0.6, wear=(0.15, 0.07, 0.03))),
    ]


def _crates(stage, front: float, back: float, z: float, half: float, rng) -> list:
    wood = stage.surface(
        (0.24, 0.165, 0.095),
        0.8,
        variation=0.45,
        grain=0.5,
        stretch=(1, 0.2, 1),
        wear=(0.1, 0.07, 0.05),
        own_space=False,
    )
    parts = [
        box(*sorted((s * half, s * (half + 0.04))), front, back, z + 0.05 + i * 0.24, z + 0.25 + i * 0.24)
        for s in (-1, 1)
        for i in range(3)
    ]
    parts += [
        box(*sorted((s * half, s * (half + 0.08))), p, p + 0.08, z - 0.05, z + 0.85)
        for s in (-1, 1)
        for p in np.arange(front, back, 1.0)
    ]
    y = front + 0.1
    while y < back - 0.9:
        deep = rng.uniform(0.7, 1.1)
        for x in (-0.6, 0.6):
            high, w = rng.uniform(0.6, 1.7), rng.uniform(0.48, 0.57)
            parts.append(box(x - w, x + w, y, y + deep - 0.06, z, z + high))
            for level in np.arange(z + 0.02, z + high - 0.05, 0.17):
                parts.append(box(x - w - 0.012, x + w + 0.012, y - 0.012, y + deep - 0.048, level, level + 0.13))
        y += deep
    return [stage.add(parts, wood)]


def _tank(stage, front: float, back: float) -> list:
    """A polished oval tank with rings, manholes and a catwalk."""
    steel = stage.once("tank", lambda: finishes.metal((0.66, 0.66, 0.66), 0.16, 0.12))
    around = stage.around(56, 24)
    t = np.linspace(0, 2 * np.pi, around, endpoint=False)
    ends = ((0.0, 0.35), (0.04, 0.7), (0.12, 0.9), (0.24, 1.0))
    rows = [(front + a, k) for a, k in ends] + [(back - a, k) for a, k in reversed(ends)]
    rings = [np.c_[1.2 * k * np.cos(t), np.full(around, y), 2.15 + 0.92 * k * np.sin(t)] for y, k in rows]
    hoops = [
        sweep(
            np.c_[1.205 * np.cos(t), np.full(around, y), 2.15 + 0.925 * np.sin(t)],
            bar(0.03, 0.07, 0.01, 2),
            up=(0, 1, 0),
            closed=True,
        )
        for y in np.linspace(front + 0.3, back - 0.3, 6)
    ]
    made = [smooth_but_edges(stage.add([loft(np.array(rings)), *hoops], steel, smooth=True), 0.7)]
    dark = stage.surface((0.04, 0.04, 0.042), 0.6)
    parts = [box(-0.2, 0.2, front + 0.3, back - 0.3, 3.08, 3.11)]
    parts += [
        lathe([(0.28, 3.05), (0.28, 3.2), (0.001, 3.22)], 18).moved(0, y, 0)
        for y in np.linspace(front + 1, back - 1, 3)
    ]
    parts += [box(s * 0.5 - 0.08, s * 0.5 + 0.08, front + 0.2, back - 0.2, 0.92, 1.4) for s in (-1, 1)]
    parts += [tube([(s * 0.3, back + 0.1, 1.0), (s * 0.3, back + 0.1, 3.3)], 0.02, 5) for s in (-1, 1)]
    parts += [box(-0.3, 0.3, back + 0.085, back + 0.115, z, z + 0.03) for z in np.arange(1.1, 3.2, 0.3)]
    return [*made, stage.add(parts, dark)]


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
    made = [stage.add(shells, bright, smooth=True), stage.add(glasses, glass, smooth=True),
            stage.add(amber, stage.once(("lens", "lorry amber", on), lambda: finishes.lens((0.9, 0.3, 0.02), 7 * on))),
            stage.add(red, stage.once(("lens", "red", on), lambda: finishes.lens((0.5, 0.012, 0.008), 9.0 * on))),
            stage.add(box(-0.26, 0.26, y - 0.66 if nose else y - 0.17, y - 0.65 if nose else y - 0.16, 0.5, 0.62), plate)]  # fmt: skip
    if burning:
        for side in (-1, 1):
            made.append(
                stage.lamp(
                    "SPOT",
                    (side * x, y - 0.2, z),
                    1500,
                    colour,
                    to=(side * x, y - 22, z - 1.0),
                    spot_size=0.95,
                    spot_blend=0.7,
                    shadow_soft_size=0.08,
                )
            )
    return made
