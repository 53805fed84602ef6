"""An underground station: tiles, a vault or pillars, tubes of light, tunnel mouths.

Axes as in `stations`.
"""

import numpy as np

from images.world import finishes, materials
from images.world.geometry import Solid, arch, box, boxes, lathe, tube
from images.world.materials import Surface
from images.world.railways.stations import (
    DEEP,
    GAP,
    TRACKS,
    Hall,
    benches,
    beside,
    clock,
    concrete,
    floors,
    hanging_sign,
    posters,
    tiled,
)


def underground(stage, hall: Hall, place) -> list:
    """Tiled walls, a vault or flat ceiling on pillars, tubes of light, the tunnel's mouths at the end."""
    wet = stage.light.wet
    slab = Surface(
        (0.12, 0.118, 0.11), 0.34, 0.35, 0.9, 0.001, 0.05, gloss_variation=0.16, wear=(0.05, 0.048, 0.045), wet=wet
    )
    paving = stage.once(
        ("metro floor", wet), lambda: materials.bricks((0, 0, 0), (0.03, 0.03, 0.03), 0.6, 0.6, slab, own_space=True)
    )
    top = 4.9 if hall.vault else 3.3
    white = tiled(stage, hall.tile, 0.15, 0.075)
    band = tiled(stage, hall.accent, 0.15, 0.075)
    made = floors(stage, hall, paving)
    spring = 2.75 if hall.vault else top
    walls, bands = [], []
    for side, wall in ((1, hall.left), (-1, hall.right)):
        walls.append(box(*beside(wall, side, -0.3, 0.0), hall.start, hall.end, 0, spring))
        bands += [
            box(*beside(wall, side, 0.0, 0.012), hall.start, hall.end, 2.42, 2.66),
            box(*beside(wall, side, 0.0, 0.02), hall.start, hall.end, 0, 0.16),
        ]
    made += [stage.add(walls, white), stage.add(bands, band)]
    made += _names(stage, hall)
    made += _vault(stage, hall, spring, white) if hall.vault else _flat_ceiling(stage, hall, top, band, place)
    made += _tunnels(stage, hall, top)
    made += _tubes(stage, hall, top)
    made += benches(stage, hall, place, "benches") + posters(stage, hall, "posters", 0.9, 2.2)
    for s, t in ((9.0, -hall.wide * 0.45), (24.0, -hall.wide * 0.45), (15.0, GAP + hall.wide * 0.5)):
        made += hanging_sign(stage, (t, s, min(top - 0.9, 2.75)), ("EXIT", hall.name, "LINE 4", "WAY OUT")[int(s) % 4])
    made += clock(stage, (-1.4, 17.5, 2.85)) if top < 4 else []
    pipes = [
        tube(
            [
                (hall.right - 0.12 - 0.1 * i, hall.start, 2.85 + 0.14 * i),
                (hall.right - 0.12 - 0.1 * i, hall.end, 2.85 + 0.14 * i),
            ],
            0.045,
            7,
        )
        for i in range(3)
    ]
    cables = [
        tube([(x, hall.start, -0.45 - 0.12 * i), (x, hall.end, -0.45 - 0.12 * i)], 0.028, 5)
        for i in range(3)
        for x in (0.06, GAP - 0.06)
    ]
    made.append(stage.add(pipes + cables, stage.surface((0.035, 0.033, 0.03), 0.6, variation=0.4)))
    return made


def _names(stage, hall: Hall) -> list:
    """The station's name on the walls, white on the accent's colour."""
    made, plates = [], []
    ink = stage.surface((0.55, 0.54, 0.5), 0.3, coat=0.5)
    wide = 0.24 * len(hall.name) + 0.6
    for side, wall in ((1, hall.left), (-1, hall.right)):
        for s in np.arange(8.5, hall.end - 6, 19.0):
            plates.append(
                box(*sorted((wall + side * 0.01, wall + side * 0.035)), s - wide / 2, s + wide / 2, 2.3, 2.78)
            )
            if s < 40:
                word = stage.text(hall.name, 0.3, ink, 0.002)
                word.rotation_euler, word.location = (np.pi / 2, 0, side * np.pi / 2), (wall + side * 0.037, s, 2.54)
                made.append(word)
    return [stage.add(plates, stage.surface(hall.accent, 0.15, variation=0.15, coat=0.6)), *made]


def _vault(stage, hall: Hall, spring: float, tiles) -> list:
    """A flat arch of tiles over everything, with ribs."""
    middle, half = (hall.left + hall.right) / 2, (hall.right - hall.left) / 2
    rise = 0.36 * half
    t = np.linspace(0, np.pi, stage.around(40, 16))
    inner = np.c_[middle + half * np.cos(t), spring + rise * np.sin(t)]
    outer = np.c_[middle + (half + 0.5) * np.cos(t), spring + (rise + 0.5) * np.sin(t)]
    ring = np.concatenate([inner, outer[::-1]])
    from images.world.geometry import loft

    shell = loft([np.c_[ring[:, :1], np.full(len(ring), s), ring[:, 1:]] for s in (hall.start, hall.end)])
    ribs = [
        arch(2 * half - 0.02, spring, rise - 0.01, 0.16, 0.5, steps=stage.around(40, 14)).moved(middle, s, 0)
        for s in np.arange(hall.start + 2, hall.end, 6.0)
    ]
    ribs = [Solid(rib.vertices * [1, 1, 1] - [0, 0, 0.10], rib.faces) for rib in ribs]
    return [
        stage.add(shell, tiles, smooth=False),
        stage.add(ribs, stage.surface(hall.accent, 0.35, variation=0.25, coat=0.3)),
    ]


def _flat_ceiling(stage, hall: Hall, top: float, tiles, place) -> list:
    """A sooty ceiling with beams, on tiled pillars along both edges."""
    soot = concrete(stage, (0.12, 0.115, 0.105))
    parts = [box(hall.left - 0.3, hall.right + 0.3, hall.start, hall.end, top, top + 0.4)]
    parts += [
        box(hall.left, hall.right, s - 0.2, s + 0.2, top - 0.35, top) for s in np.arange(hall.start + 1, hall.end, 5.0)
    ]
    lines = (-1.05, GAP + 1.05, GAP / 2)
    parts += [box(t - 0.22, t + 0.22, hall.start, hall.end, top - 0.5, top) for t in lines]
    pillars, feet = [], []
    for t in lines:
        for s in np.arange(hall.start + 1, hall.end, 5.0):
            if t != GAP / 2 and not place.free(t, s, 0.55, (0.25, 0.25)):
                continue
            low = 0 if t != GAP / 2 else -DEEP
            pillars.append(box(t - 0.2, t + 0.2, s - 0.2, s + 0.2, low, top - 0.4))
            feet.append(box(t - 0.23, t + 0.23, s - 0.23, s + 0.23, low, low + 0.14))
            feet.append(box(t - 0.26, t + 0.26, s - 0.26, s + 0.26, top - 0.62, top - 0.5))
    return [
        stage.add(parts, soot),
        stage.add(pillars, tiles, bevel=0.03),
        stage.add(feet, stage.surface((0.03, 0.03, 0.032), 0.6), bevel=0.015),
    ]


def _tunnels(stage, hall: Hall, top: float) -> list:
    """The end wall with two arched mouths, and dark tunnels with a signal and a few lamps."""
    wall = concrete(stage, (0.08, 0.077, 0.07))
    high = top + 4
    rows = [
        box(hall.left - 1, 0.05, hall.end, hall.end + 0.5, -DEEP, high),
        box(GAP - 0.05, hall.right + 1, hall.end, hall.end + 0.5, -DEEP, high),
        box(0, GAP, hall.end, hall.end + 0.5, 2.9, high),
        box(GAP / 2 - 0.15, GAP / 2 + 0.15, hall.end, hall.end + 0.5, -DEEP, high),
    ]
    mouths = [arch(3.0, 1.6, 1.2, 0.7, 0.7).moved(t, hall.end + 0.2, 0) for t in TRACKS]
    tube_walls = [
        box(-0.2, 0.0, hall.end, hall.end + 70, -DEEP, 3.2),
        box(GAP, GAP + 0.2, hall.end, hall.end + 70, -DEEP, 3.2),
        box(0, GAP, hall.end, hall.end + 70, 3.0, 3.2),
        box(0, GAP, hall.end + 70, hall.end + 70.2, -DEEP, 3.2),
        box(0, GAP, hall.end, hall.end + 70, -DEEP - 0.2, -DEEP),
    ]
    made = [stage.add(rows + mouths + tube_walls, wall)]
    bulbs = boxes(
        [
            (x, x + 0.06, s, s + 0.25, 1.7, 1.85)
            for s in np.arange(hall.end + 6, hall.end + 66, 9.0)
            for x in (0.02, GAP - 0.08)
        ]
    )
    made.append(stage.add(bulbs, finishes.lamp_glass(stage, (1.0, 0.62, 0.28), 14)))
    for t, colour in ((0.35, (1.0, 0.05, 0.03)), (GAP - 0.35, (0.1, 1.0, 0.4))):
        disc = lathe([(0.001, 0.02), (0.09, 0.0)], 14).turned(np.pi / 2, "x").moved(t, hall.end - 0.35, 0.55)
        made.append(stage.add(disc, finishes.lamp_glass(stage, colour, 26)))
        made.append(
            stage.add(
                [
                    box(t - 0.13, t + 0.13, hall.end - 0.33, hall.end - 0.15, 0.3, 0.95),
                    tube([(t, hall.end - 0.2, -DEEP), (t, hall.end - 0.2, 0.4)], 0.04, 6),
                ],
                stage.surface((0.02, 0.02, 0.02), 0.6),
            )
        )
    mirror = [tube([(-0.5, hall.end - 1.5, 0), (-0.5, hall.end - 1.5, 2.2)], 0.03, 6)]
    return [*made, stage.add(mirror, stage.surface((0.05, 0.05, 0.05), 0.5))]


def _tubes(stage, hall: Hall, top: float) -> list:
    """Fluorescent tubes over both platforms; some fail in a film. They burn in every light: there is no day here."""
    rng = stage.rng("tubes")
    colour = ((0.80, 1.0, 0.84), (1.0, 0.94, 0.78), (0.86, 0.96, 1.0))[int(rng.integers(3))]
    strong = 1.0 if stage.light.film.mean else 0.55
    made, tubes, failed, cases = [], [], [], []
    z = top - 0.42 if not hall.vault else 3.55
    for t, far in ((-0.52 * hall.wide, 1.0), (GAP + 0.52 * hall.wide, 0.8)):
        for s in np.arange(hall.start + 1.5, hall.end - 1, 3.6):
            dead = rng.random() < 0.14
            cases.append((t - 0.12, t + 0.12, s - 0.1, s + 1.6, z + 0.05, z + 0.12))
            if hall.vault:
                cases += [(t - 0.01, t + 0.01, s + d, s + d + 0.02, z + 0.1, z + 1.6) for d in (0.1, 1.4)]
            (failed if dead else tubes).append(tube([(t, s, z), (t, s + 1.5, z)], 0.02, 8))
            if dead and not stage.light.film.mean:
                continue
            if s < 42 and (stage.detail > 0.3 or int(s / 3.6) % 3 == 0):
                power = 62 * strong * far * (1 if stage.detail > 0.3 else 3)
                made.append(
                    stage.fill(
                        "AREA",
                        (t, s + 0.75, z - 0.05),
                        power,
                        colour,
                        to=(t, s + 0.75, -5),
                        shape="RECTANGLE",
                        size=0.15,
                        size_y=1.5,
                    )
                )
    made.append(stage.add(boxes(cases), stage.surface((0.3, 0.3, 0.29), 0.5, variation=0.2)))
    glow = stage.once(("tube", colour), lambda: finishes.shine(colour, 9.0 * strong + 2))
    made.append(stage.add(tubes, glow, smooth=True))
    if failed:
        out = stage.once("failed tube", lambda: finishes.shine(colour, 0.0))
        made.append(stage.add(failed, glow if stage.light.film.mean else out, smooth=True))
    if stage.light.film.mean:  # plainly lit: as much light from everywhere
        for s in (4.0, 16.0, 28.0):
            made.append(
                stage.fill(
                    "AREA",
                    (GAP / 2, s, top - 0.55),
                    420,
                    (1.0, 0.98, 0.94),
                    to=(GAP / 2, s, -2),
                    shape="RECTANGLE",
                    size=8,
                    size_y=8,
                )
            )
    return made
