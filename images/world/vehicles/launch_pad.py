"""A launch vehicle in stages on its pad: the gantry, floodlights, tanks, and the cold vapour about rockets."""

import numpy as np

from images.world.buildings.girders import beam
from images.world.coast import shore
from images.world.geometry import Solid, boxes, ellipsoid, grid, lathe, tube
from images.world.vehicles.hulks import lattice, plating


def pad(stage, what, h: float):
    """A launch vehicle in stages, its tower with arms and lifts, floodlights, tanks, a concrete pad."""
    around = stage.around(64, 18)
    side = what["side"]
    white = plating(stage, (0.66, 0.655, 0.63), rough=0.42, row=0.035 * h, width=0.06 * h, dirt=0.28)
    black = stage.surface((0.022, 0.022, 0.024), 0.5, variation=0.25)
    steel = stage.surface((0.3, 0.31, 0.32), 0.45, metal=0.7, wear=(0.14, 0.07, 0.035))
    base, r = 0.09 * h, 0.055 * h
    levels = [
        (0.0, 0.42, r, r),
        (0.42, 0.47, r, 0.78 * r),
        (0.47, 0.7, 0.78 * r, 0.78 * r),
        (0.7, 0.735, 0.78 * r, 0.58 * r),
        (0.735, 0.84, 0.58 * r, 0.58 * r),
    ]
    parts, dark = [], []
    height = 0.9 * h - base
    for a, b, r0, r1 in levels:
        parts.append(
            stage.add(
                lathe(
                    [
                        (r0, base + a * height),
                        (r0 * 0.5 + r1 * 0.5, base + (a + b) / 2 * height),
                        (r1, base + b * height),
                    ],
                    around,
                ),
                white,
                smooth=True,
            )
        )
        dark.append(lathe([(r1 * 1.015, base + b * height - 0.012 * h), (r1 * 1.015, base + b * height)], around))
    nose = [
        (0.58 * r, 0.84),
        (0.5 * r, 0.88),
        (0.3 * r, 0.935),
        (0.08 * r, 0.975),
        (0.05 * r, 1.03),
        (0.03 * r, 1.09),
        (0.001, 1.1),
    ]
    parts.append(stage.add(lathe([(q, base + s * height) for q, s in nose], around), white, smooth=True))
    for level, q in ((0.08, r), (0.3, r), (0.52, 0.78 * r), (0.64, 0.78 * r)):  # roll pattern: quarters in black
        t = np.linspace(-0.45, 0.45, 9)
        for a in (np.pi * 1.5, np.pi * 0.5):
            ring = np.stack([np.cos(a + t), np.sin(a + t)], -1) * q * 1.006
            z = base + np.array([level, level + 0.075]) * height
            dark.append(grid(np.stack([ring[:, 0]] * 2), np.stack([ring[:, 1]] * 2), np.repeat(z[:, None], 9, 1)))
    letters = stage.text(
        "".join(np.random.default_rng(int(h * 10)).choice(list("AEGHKLMNORSTUV"), 4)),
        0.032 * h,
        stage.surface((0.35, 0.03, 0.03), 0.5),
        0.01,
    )
    letters.location, letters.rotation_euler = (0, -1.01 * r, base + 0.22 * height), (0, np.pi / 2, -np.pi / 2)
    letters.rotation_euler = (np.pi / 2, -np.pi / 2, 0)
    parts.append(letters)
    for a in np.arange(4) * np.pi / 2 + np.pi / 4:
        bell = [
            (0.18 * r, base + 0.01 * h),
            (0.3 * r, base - 0.02 * h),
            (0.38 * r, base - 0.045 * h),
            (0.35 * r, base - 0.045 * h),
            (0.15 * r, base),
        ]
        dark.append(lathe(bell, 20).moved(0.55 * r * np.cos(a), 0.55 * r * np.sin(a)))
        fin = boxes([(0.95 * r, 1.75 * r, -0.06, 0.06, base - 0.01 * h, base + 0.05 * h)]).turned(a)
        parts.append(stage.add(fin, white))
    boosters = [
        lathe(
            [
                (0.001, base),
                (0.4 * r, base),
                (0.4 * r, base + 0.3 * height),
                (0.2 * r, base + 0.36 * height),
                (0.01, base + 0.39 * height),
            ],
            around,
        ).moved(s * 1.42 * r, 0.2 * r)
        for s in (-1, 1)
    ]
    parts.append(stage.add(boosters, white, smooth=True))
    parts.append(stage.add(dark, black, smooth=False))
    parts += _gantry(stage, h, r, side, base, steel)
    parts += _ground(stage, h, base, steel)
    made = stage.group(*parts)
    vents = [(0, -1.2 * r, 0.03 * h), (1.6 * r, -r, 0.02 * h), (-1.8 * r, 0, 0.0), (side * 0.1 * h, -2 * r, 0.0)]
    return with_vapour(stage, made, vents, 0.11 * h, 0.5, plume=(side * 0.8 * r, -0.5 * r, base + 0.47 * height))


def _gantry(stage, h: float, r: float, side: int, base: float, steel) -> list:
    red = stage.surface((0.27, 0.05, 0.025), 0.6, variation=0.35, wear=(0.14, 0.07, 0.04))
    x = side * (0.15 * h + 2)
    tall = 0.97 * h
    parts = [stage.add(lattice(x, 0.6, 0.085 * h, 0.0, tall, 0.007 * h, 0.05 * h), red)]
    floors, arms, lamps = [], [], []
    w = 0.048 * h
    for z in np.arange(0.1 * h, tall, 0.05 * h):
        floors.append((x - w, x + w, 0.6 - w, 0.6 + w, z - 0.05, z))
        for a, b in ((x - w, x - w + 0.05), (x + w - 0.05, x + w)):
            floors += [(a, b, 0.6 - w, 0.6 + w, z + q, z + q + 0.05) for q in (0.5, 1.0)]
        floors += [(x - w, x + w, 0.6 - w, 0.6 - w + 0.05, z + q, z + q + 0.05) for q in (0.5, 1.0)]
        lamps.append((x - side * w, 0.6 - w, z + 0.025 * h))
    for z, reach in ((0.22, r), (0.4, r), (0.56, 0.8 * r), (0.72, 0.8 * r), (0.82, 0.6 * r)):
        end, start, level = side * 1.03 * reach, x - side * w, z * h
        for y in (-0.25, 0.25):
            for dz in (0.0, 0.02 * h):
                arms.append(
                    beam((start, 0.3 + y * 4, level + dz), (end, 0.15 + y, level + 0.3 * dz + 0.01 * h), 0.1, 0.1)
                )
        n = 6
        for i in range(n):
            a, b = start + (end - start) * i / n, start + (end - start) * (i + 1) / n
            arms.append(beam((a, 0.0, level), (b, 0.0, level + 0.016 * h), 0.06, 0.06))
        t = np.linspace(0, 1, 12)
        arms.append(
            tube(np.c_[start + (end - start) * t, -0.3 + 0 * t, level - 0.035 * h * np.sin(np.pi * t)], 0.09, 6)
        )
    cabin = boxes(
        [
            (x - 0.6 * w, x + 0.6 * w, 0.6 - 1.3 * w, 0.6 - w, 0.62 * h, 0.655 * h),
            (x - 0.3 * w, x + 0.3 * w, 0.6 + w, 0.6 + 1.25 * w, 0.0, tall),
        ]
    )
    crane = [
        beam((x, 0.6, tall + 0.03 * h), (x - side * 0.2 * h, 0.6, tall + 0.03 * h), 0.3, 0.4),
        beam((x, 0.6, tall), (x, 0.6, tall + 0.06 * h), 0.3, 0.3),
    ]
    parts.append(stage.add([boxes(floors), cabin, *crane], steel))
    parts.append(stage.add(arms, red))
    parts.append(
        stage.add(
            [ellipsoid(0.16, 0.16, 0.16, 8, 6).moved(*p) for p in lamps], stage.lit((1.0, 0.85, 0.6), 60), smooth=True
        )
    )
    parts.append(
        stage.add(
            ellipsoid(0.3, 0.3, 0.3, 10, 8).moved(x, 0.6, tall + 0.062 * h + 0.3),
            stage.lit((1.0, 0.06, 0.04), 60),
            smooth=True,
        )
    )
    return parts


def _ground(stage, h: float, base: float, steel) -> list:
    """The pad: a slab with its flame pit, a launch table, floodlight masts, tanks and pipes, hold-down posts."""
    concrete = stage.surface(
        (0.3, 0.29, 0.27), 0.9, variation=0.35, grain=2.5, relief=0.02, relief_size=0.4, wear=(0.13, 0.12, 0.11)
    )
    wide = 0.3 * h
    slab = boxes(
        [(-wide, wide, -0.55 * wide, 0.55 * wide, -3, 0.35), (-0.1 * h, 0.1 * h, -0.09 * h, 0.09 * h, -1, 0.035 * h)]
    )
    table = boxes(
        [
            (-0.085 * h, 0.085 * h, y0, y1, base - 0.05 * h, base - 0.02 * h)
            for y0, y1 in ((-0.085 * h, -0.05 * h), (0.05 * h, 0.085 * h))
        ]
    )
    posts = [
        beam((a * 0.08 * h, b * 0.075 * h, 0), (a * 0.07 * h, b * 0.065 * h, base - 0.02 * h), 0.5, 0.5)
        for a in (-1, 1)
        for b in (-1, 1)
    ]
    masts, lamps, made = [], [], []
    for x, y in (
        (-0.8 * wide, -0.48 * wide),
        (0.8 * wide, -0.48 * wide),
        (0.85 * wide, 0.48 * wide),
        (-0.85 * wide, 0.48 * wide),
    ):
        masts.append(lattice(x, y, 0.9, 0.3, 0.3 * h, 0.07, 1.6))
        lamps.append(
            boxes(
                [
                    (
                        x - 0.7 + 0.5 * i,
                        x - 0.3 + 0.5 * i,
                        y - 0.25,
                        y + 0.25,
                        0.3 * h + 0.5 * j,
                        0.3 * h + 0.38 + 0.5 * j,
                    )
                    for i in range(3)
                    for j in range(2)
                ]
            )
        )
        lamp = stage.lamp(
            "SPOT",
            (x, y - 0.5, 0.31 * h),
            16000,
            (1.0, 0.93, 0.8),
            to=(0, 0, 0.5 * h),
            spot_size=0.75,
            spot_blend=0.5,
            shadow_soft_size=0.4,
        )
        made += [lamp] if lamp else []
    tanks = [ellipsoid(1.9, 1.9, 1.9, stage.around(40), stage.around(28)).moved(-0.62 * wide, 0.3 * wide, 2.6)]
    tanks += [
        lathe([(0.001, 0), (0.7, 0.1), (0.8, 0.4), (0.8, 4.0), (0.7, 4.3), (0.001, 4.5)], 24).moved(
            -0.5 * wide + 1.9 * i, -0.35 * wide, 0.35
        )
        for i in range(3)
    ]
    pipes = [
        tube(
            [
                (-0.62 * wide, 0.3 * wide, 0.9),
                (-0.3 * wide, 0.25 * wide, 0.7),
                (-0.06 * h, 0.02 * h, 0.7),
                (-0.05 * h, 0, base),
            ],
            0.16,
            8,
        )
    ]
    rails = boxes(
        [(-wide, wide, y - 0.03, y + 0.03, 0.35 + q, 0.42 + q) for y in (-0.54 * wide, 0.54 * wide) for q in (0.5, 1.0)]
    )
    stands = boxes(
        [
            (a - 0.03, a + 0.03, y - 0.03, y + 0.03, 0.35, 1.4)
            for a in np.arange(-wide, wide, 2.0)
            for y in (-0.54 * wide, 0.54 * wide)
        ]
    )
    made += [stage.add(slab, concrete, bevel=0.05), stage.add([table, *posts, *masts, *pipes, rails, stands], steel)]
    made += [
        stage.add(tanks, stage.surface((0.6, 0.6, 0.58), 0.4, wear=(0.2, 0.15, 0.1)), smooth=True),
        stage.add(lamps, stage.lit((1.0, 0.95, 0.85), 40)),
    ]
    return made


def with_vapour(stage, made, vents, size: float, share: float, plume=None):
    """Cold vapour at the foot, in film light only, and where there is air."""
    if stage.light.film.mean is not None or stage.scene.setting == "moon":
        return made
    rng = stage.rng("vapour")
    mist = stage.once("vapour", lambda: shore._white(share, soft=True))
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    centre = np.concatenate(
        [
            np.array(v)
            + rng.normal(0, 1, (30, 3)) * size * (0.75, 0.35, 0.0)
            + (0, 0, 0.25 * size)
            + np.c_[0 * np.arange(30), 0 * np.arange(30), rng.gamma(1.4, 0.16 * size, 30)]
            for v in vents
        ]
    )
    wide = size * rng.uniform(0.3, 0.75, len(centre))
    if plume is not None:
        t = rng.random(34)
        centre = np.concatenate(
            [
                centre,
                np.array(plume)
                + np.c_[size * 2.2 * t, -0.2 * size * t, -0.6 * size * t**2]
                + rng.normal(0, 0.14, (34, 3)) * size * (0.2 + t[:, None]),
            ]
        )
        wide = np.r_[wide, size * (0.1 + 0.5 * t)]
    square = np.stack([centre + wide[:, None] * np.array([a, 0, 0.7 * b]) for a, b in corners], 1)
    puff = Solid(square.reshape(-1, 3), (np.arange(4 * len(centre)).reshape(-1, 4),))
    cloud = stage.add(puff, mist, colours=np.tile([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], (len(centre), 1)))
    cloud.visible_shadow = False
    return stage.group(made, cloud)
