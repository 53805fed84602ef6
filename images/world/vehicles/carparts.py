"""What is screwed on to a car body: bumpers, grilles, lamps, trim, seats and plates."""

import itertools

import numpy as np

from images.world import finishes
from images.world.geometry import Solid, box, ellipsoid, rounded, sweep, tube
from images.world.vehicles.carbody import Body


def bar(width: float, height: float, radius: float, steps: int = 3) -> np.ndarray:
    """A section (n, 2), width along the first axis, with rounded corners."""
    w, h = width / 2, height / 2
    return rounded([(-w, -h), (w, -h), (w, h), (-w, h)], radius, steps)


def chrome(stage, body: Body, skin, kind: str):
    """Bumpers, grille, door handles, mirrors, the lists along the flank and round the windows."""
    form = body.form
    bright = stage.once("chrome", finishes.metal)
    dark = stage.surface((0.01, 0.01, 0.011), 0.6)
    close = stage.detail > 0.3
    shiny = [_bumper(body, rear) for rear in (False, True)]
    if close:
        shiny += _overriders(body) + _handles(body) + _window_frames(body, stage) + _flank_list(body) + _badges(body)
    if kind != "van":
        shiny += _grille(body, close)
    made = [stage.add(shiny, bright, smooth=False, bevel=0.0)]
    _soften(made[0])
    if close:
        made.append(stage.add(_mirrors(body), skin if kind in ("van", "pickup") else bright, smooth=True))
    if kind != "van":
        made.append(stage.add(_grille_well(body), dark))
    if close:
        lips = [_arch_lip(body, axle, side, stage.around(28, 12)) for axle in form.axles for side in (-1, 1)]
        made.append(stage.add(lips, skin, smooth=True))
    return made


def _soften(made):
    from images.world.modelling.carving import smooth_but_edges

    return smooth_but_edges(made, 0.7)


def _bumper(body: Body, rear: bool) -> Solid:
    """A chromed bar across an end and round its corners."""
    form = body.form
    half = body.half_at_tail() if rear else body.half_at_nose()
    z = along_low(body, rear) + 0.10
    sign = 1 if rear else -1
    x = np.linspace(-half - 0.01, half + 0.01, 25)
    face = body.tail_y if rear else body.nose_y
    y = face(np.clip(x, -half, half), np.full(x.shape, z)) + sign * 0.055
    path = np.c_[x, y, np.full(len(x), z)]
    # round the corners and a little along the wings
    bend = 0.34 if form.wheel < 0.36 else 0.2
    t = np.linspace(0.1, 1, 5)
    end = form.tail if rear else form.nose
    wing_y = end - sign * bend * t
    wing_x = np.maximum(body.side_x(wing_y, np.full(5, z)), half) + 0.025
    right = np.c_[wing_x, wing_y, np.full(5, z)]
    path = np.concatenate([right[::-1] * [-1, 1, 1], path[1:-1], right])
    return sweep(path, bar(0.035, 0.115, 0.015))


def along_low(body: Body, rear: bool) -> float:
    low, _, high = body.levels(np.array(body.form.tail if rear else body.form.nose))
    return float(low) + 0.06 * float(high - low)


def _overriders(body: Body) -> list[Solid]:
    made = []
    for rear in (False, True):
        sign = 1 if rear else -1
        z = along_low(body, rear) + 0.1
        half = body.half_at_tail() if rear else body.half_at_nose()
        face = body.tail_y if rear else body.nose_y
        for x in (-0.5 * half, 0.5 * half):
            y = float(face(np.array(x), np.array(z))) + sign * 0.075
            made.append(ellipsoid(0.03, 0.035, 0.09, 10, 8).moved(x, y, z))
    return made


def grille_size(body: Body) -> tuple[float, float, float]:
    """Half width, bottom and top of the grille."""
    low, _, high = body.levels(np.array(body.form.nose + 0.05))
    low, high = float(low), float(high)
    return 0.56 * body.half_at_nose(), low + 0.48 * (high - low), low + 0.86 * (high - low)


def _grille_well(body: Body) -> list[Solid]:
    half, low, high = grille_size(body)
    x = np.linspace(-half, half, 9)
    made = []
    for a, b in itertools.pairwise(x):
        y = float(body.nose_y(np.array((a + b) / 2), np.array((low + high) / 2)))
        made.append(box(a, b, y - 0.006, y + 0.05, low, high))
    return made


def _grille(body: Body, close: bool) -> list[Solid]:
    half, low, high = grille_size(body)

    def at(x, z, out):
        return float(body.nose_y(np.array(x), np.array(z))) - out

    made = []
    for z in np.linspace(low + 0.02, high - 0.02, 7 if close else 3):
        x = np.linspace(-half, half, 9)
        y = body.nose_y(x, np.full(9, z)) - 0.014
        made.append(sweep(np.c_[x, y, np.full(9, z)], bar(0.012, 0.008, 0.003)))
    for x in np.linspace(-half, half, 15)[1:-1] if close else ():
        y = at(x, (low + high) / 2, 0.010)
        made.append(box(x - 0.003, x + 0.003, y - 0.004, y + 0.01, low, high))
    outline = rounded([(-half, low), (half, low), (half, high), (-half, high)], 0.03, 4)
    y = body.nose_y(outline[:, 0], outline[:, 1]) - 0.012
    made.append(sweep(np.c_[outline[:, 0], y, outline[:, 1]], bar(0.03, 0.022, 0.008), up=(0, -1, 0), closed=True))
    return made


def _handles(body: Body) -> list[Solid]:
    made = []
    for edge in body.form.doors[1:]:
        y, z = edge - 0.14, body.form.crease + 0.07
        for side in (-1, 1):
            x = side * (float(body.side_x(y, z)) + 0.022)
            made.append(tube([(x, y - 0.075, z), (x, y + 0.065, z)], 0.010, 8))
            made += [
                box(x - side * 0.025, x, y + a - 0.012, y + a + 0.012, z - 0.008, z + 0.008) for a in (-0.06, 0.055)
            ]
    return made


def _window_frames(body: Body, stage) -> list[Solid]:
    made = []
    for outline in body.side_windows():
        points = _dense(outline, 40 if stage.detail > 0.4 else 20)
        x = body.cabin_x(points[:, 0], points[:, 1])
        for side in (-1, 1):
            path = np.c_[side * (x + 0.002), points]
            made.append(sweep(path, bar(0.013, 0.013, 0.004), up=(1, 0, 0), closed=True))
    points = _dense(body.screen_outline(), 48 if stage.detail > 0.4 else 24)
    for rear in (False, True) if body.form.rear_glass else (False,):
        y = body.screen_y(points[:, 0], points[:, 1], rear) + (0.003 if rear else -0.003)
        made.append(sweep(np.c_[points[:, 0], y, points[:, 1]], bar(0.018, 0.016, 0.005), up=(0, 1, 0), closed=True))
    return made


def _dense(outline: np.ndarray, count: int) -> np.ndarray:
    """A closed outline at `count` equal steps."""
    closed = np.concatenate([outline, outline[:1]])
    length = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(closed, axis=0), axis=1))])
    at = np.linspace(0, length[-1], count, endpoint=False)
    return np.stack([np.interp(at, length, closed[:, i]) for i in (0, 1)], -1)


def _flank_list(body: Body) -> list[Solid]:
    """A thin bright list along the crease, and one along the sill."""
    form = body.form
    made = []
    y = np.linspace(form.nose + 0.25, form.tail - 0.25, 40)
    gap = np.min([np.abs(y - axle) for axle in form.axles], axis=0) > form.wheel + 0.1
    for z, whole in ((form.crease, True),):
        for side in (-1, 1):
            x = side * (body.side_x(y, np.full(len(y), z)) + 0.002)
            path = np.c_[x, y, np.full(len(y), z)]
            if whole and z > 2 * form.wheel + 0.08:
                made.append(sweep(path, bar(0.01, 0.018, 0.003)))
            else:
                made += [sweep(path[run], bar(0.01, 0.018, 0.003)) for run in _runs(gap)]
    return made


def _runs(keep: np.ndarray) -> list[np.ndarray]:
    """Numbers of the points of each unbroken stretch."""
    at = np.flatnonzero(keep)
    return [run for run in np.split(at, np.flatnonzero(np.diff(at) > 1) + 1) if len(run) > 2]


def _badges(body: Body) -> list[Solid]:
    y = float(body.nose_y(np.array(0.0), np.array(0.7)))
    z = float(body.levels(np.array(body.form.nose + 0.1))[2])
    return [ellipsoid(0.035, 0.012, 0.02, 12, 8).moved(0, y + 0.06, z + 0.015)]


def _mirrors(body: Body) -> list[Solid]:
    form = body.form
    z = form.waist + 0.09
    front, _, half = body.cabin_row(np.array(form.waist + 0.02))
    y, x = float(front) + 0.34, float(half)
    made = []
    for side in (-1, 1):
        reach = x + 0.17
        made.append(ellipsoid(0.075, 0.035, 0.052, 14, 10).moved(side * reach, y, z + 0.03))
        made.append(tube([(side * (x - 0.02), y + 0.02, z - 0.06), (side * (reach - 0.03), y, z + 0.01)], 0.009, 6))
    return made


def _arch_lip(body: Body, axle: float, side: int, steps: int) -> Solid:
    form = body.form
    radius = form.wheel + 0.055
    t = np.linspace(-0.12, np.pi + 0.12, steps)
    y, z = axle + radius * np.cos(t), form.wheel + radius * np.sin(t)
    x = body.side_x(y, z)
    return tube(np.c_[side * (x - 0.004), y, z], 0.011, 6)


def trim(stage, body: Body):
    """Door gaps, the gap of bonnet and boot, wipers, exhaust."""
    form = body.form
    dark = stage.surface((0.006, 0.006, 0.007), 0.7)
    made = []
    low = form.sill[2][1] + 0.09
    high = form.waist + 0.01
    for y in form.doors:
        inside = [abs(y - axle) < form.wheel + 0.07 for axle in form.axles]
        start = form.wheel + 0.1 if any(inside) else low
        zz = np.linspace(start, high - 0.03, 18)
        made += [_seam(body, np.full(18, y), zz, side) for side in (-1, 1)]
    y = np.linspace(form.doors[0], form.doors[-1], 30)
    keep = np.min([np.abs(y - axle) for axle in form.axles], axis=0) > form.wheel + 0.08
    for run in _runs(keep):
        made += [_seam(body, y[run], np.full(len(run), low), side) for side in (-1, 1)]
    made += _lid_seams(body)
    made += _wipers(body)
    made.append(tube([(0.45, form.tail - 0.3, 0.27), (0.45, form.tail + 0.03, 0.26)], 0.025, 8))
    return [stage.add(made, dark)]


def _seam(body: Body, y, z, side: int) -> Solid:
    """A dark line 7 mm wide on the flank."""
    x = side * (body.side_x(y, z) + 0.0012)
    return sweep(np.c_[x, y, z], bar(0.0065, 0.0065, 0.001, 2), up=(1, 0, 0))


def _lid_seams(body: Body) -> list[Solid]:
    """The gaps along both sides of the bonnet and of the boot."""
    form = body.form
    made = []
    front = (form.nose + 0.12, float(form.cabin[0][1]) + 0.02)
    rear = (float(form.cabin[0][2]) + 0.04, form.tail - 0.1)
    for start, stop in (front, rear):
        if stop - start < 0.35 or (form.bed and start > 0):
            continue
        y = np.linspace(start, stop, 14)
        half = 0.80 * np.min(np.stack([body.side_x(y, form.crease), np.full(14, 9.0)]), axis=0)
        _, middle, high = body.levels(y)
        share = half / body.side_x(y, middle)
        z = (
            middle
            + (high - middle) * (1 - share**form.square) ** (1 / form.square)
            + form.crown * (1 - share**2)
            + 0.001
        )
        for side in (-1, 1):
            made.append(sweep(np.c_[side * half, y, z], bar(0.006, 0.004, 0.001, 2)))
    return made


def _wipers(body: Body) -> list[Solid]:
    low = body.glass_band()[0]
    made = []
    for x in (-0.42, 0.1):
        ends = np.array([(x, low - 0.01), (x + 0.42, low + 0.05)])
        y = body.screen_y(ends[:, 0], ends[:, 1]) - 0.014
        made.append(tube(np.c_[ends[:, 0], y, ends[:, 1]], 0.007, 5))
    return made


def interior(stage, body: Body):
    """Seats, dashboard, steering wheel and mirror, as far as they are seen through glass."""
    form = body.form
    cloth = stage.surface((0.07, 0.045, 0.03), 0.75, variation=0.2, grain=0.3, sheen=0.2)
    black = stage.surface((0.012, 0.012, 0.013), 0.5)
    front, rear, half = (float(v) for v in body.cabin_row(np.array(form.waist)))
    waist, top = form.waist, form.cabin[-1][0]
    seats = []
    rows = [front + 1.25] + ([front + 2.1] if rear - front > 2.2 else [])
    for y in rows:
        for x in (-0.5 * half, 0.5 * half):
            w = 0.38 * half
            seats.append(box(x - w, x + w, y - 0.5, y, waist - 0.46, waist - 0.3))
            seats.append(box(x - w, x + w, y, y + 0.14, waist - 0.4, min(waist + 0.2, top - 0.12)))
    made = [stage.add(seats, cloth, bevel=0.05)]
    dash = box(-half + 0.07, half - 0.07, front + 0.16, front + 0.45, waist - 0.3, waist - 0.02)
    t = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    x0, y0, z0 = -0.5 * half, front + 0.68, waist + 0.0
    wheel = np.c_[x0 + 0.19 * np.cos(t), y0 + 0.19 * np.sin(t) * 0.4, z0 + 0.19 * np.sin(t) * 0.9]
    rest = [dash, sweep(wheel, bar(0.02, 0.02, 0.006, 2), up=(0, 0.9, -0.4), closed=True)]
    rest += [
        tube([(x0 - 0.18, y0, z0), (x0 + 0.18, y0, z0)], 0.012, 6),
        box(-0.11, 0.11, front + 0.72, front + 0.74, top - 0.12, top - 0.06),
    ]
    made.append(stage.add(rest, black))
    return made
