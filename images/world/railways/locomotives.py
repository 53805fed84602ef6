"""Locomotives: steam with its tender, a diesel with a rounded nose, and the front of an underground train. Rails'
top at
z = 0, the front at y = 0."""

import numpy as np

from images.world import finishes
from images.world.geometry import Solid, box, ellipsoid, lathe, loft, rounded, sweep, tube
from images.world.modelling.carving import carve, smooth_but_edges
from images.world.railways.coaches import bogie
from images.world.vehicles.carparts import bar

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


# -- diesel and underground


def add_diesel(stage, colours) -> tuple[list, float]:
    """A diesel locomotive with a rounded, sloping nose and a stripe; gives the parts and where the coaches begin."""
    body, band, _ = colours
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
    """The face of an underground train: door in the middle, two windows, a sign, lamps low; the car goes on at y =
    0.5."""
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
