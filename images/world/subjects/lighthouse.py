"""A lighthouse: a whitewashed or banded tower with a gallery and a lantern, and sometimes the keeper's house."""

import numpy as np

from images.world.base import Subject, details
from images.world.geometry import box, ellipsoid, gable, lathe, tube

COATS = {
    "white": ((0.62, 0.6, 0.56), None),
    "red and white": ((0.62, 0.6, 0.56), (0.42, 0.035, 0.03)),
    "black and white": ((0.62, 0.6, 0.56), (0.02, 0.02, 0.022)),
    "red": ((0.42, 0.04, 0.03), None),
    "old stone": ((0.3, 0.27, 0.22), None),
}


def describe(rng, setting):
    coat = str(rng.choice(list(COATS)))
    house = bool(rng.random() < 0.6)
    height = float(rng.uniform(18, 27))
    article = "an" if coat.startswith("old") else "a"
    words = f"{article} {coat} lighthouse" + (" beside the keeper's house" if house and rng.random() < 0.5 else "")
    return details(words, coat=coat, house=house, height=height, width=0.42 * height if house else 0.3 * height)


def build(stage, what):
    h = what["height"]
    wall, band = COATS[what["coat"]]
    around = stage.around(64, 16)
    dark = stage.surface((0.03, 0.03, 0.034), 0.45)
    plaster = {
        "variation": 0.25,
        "grain": 1.2,
        "relief": 0.02,
        "relief_size": 0.3,
        "wear": (0.2, 0.16, 0.12),
        "stretch": (1, 1, 0.3),
    }
    foot, top = 0.105 * h, 0.072 * h  # radii
    parts = []
    bands = 7 if band else 1
    for i in range(bands):
        low, high = 0.04 + (0.80 - 0.04) * i / bands, 0.04 + (0.80 - 0.04) * (i + 1) / bands
        radius = lambda share: foot + (top - foot) * (share / 0.8) ** 0.8  # noqa: E731
        profile = [(radius(z), z * h) for z in np.linspace(low, high, 4)]
        colour = band if band and i % 2 else wall
        parts.append(stage.add(lathe(profile, around), stage.surface(colour, 0.65, **plaster), smooth=True))
    base = [(foot * 1.25, -3), (foot * 1.22, 0.02 * h), (foot * 1.05, 0.045 * h)]
    parts.append(stage.add(lathe(base, around), stage.surface((0.24, 0.22, 0.19), 0.8, relief=0.04, relief_size=0.5)))
    gallery = [
        (top, 0.79 * h),
        (top * 1.45, 0.815 * h),
        (top * 1.45, 0.83 * h),
        (top * 0.7, 0.83 * h),
        (top * 0.7, 0.86 * h),
    ]
    parts.append(stage.add(lathe(gallery, around), stage.surface(wall, 0.6, **plaster)))
    roof = [
        (top * 0.85, 0.93 * h),
        (top * 0.8, 0.94 * h),
        (top * 0.55, 0.965 * h),
        (top * 0.12, 0.985 * h),
        (top * 0.12, 0.995 * h),
        (0.01, 1.03 * h),
    ]
    iron = [lathe(roof, 24)]
    for angle in np.linspace(0, 2 * np.pi, 10, endpoint=False):
        x, y = 0.68 * top * np.cos(angle), 0.68 * top * np.sin(angle)
        iron.append(tube([(x, y, 0.86 * h), (x, y, 0.93 * h)], 0.004 * h, 5))
    for angle in np.linspace(0, 2 * np.pi, 26, endpoint=False):
        x, y = 1.4 * top * np.cos(angle), 1.4 * top * np.sin(angle)
        iron.append(tube([(x, y, 0.83 * h), (x, y, 0.872 * h)], 0.0014 * h, 4))
    iron.append(
        lathe(
            [(1.38 * top, 0.871 * h), (1.42 * top, 0.871 * h), (1.42 * top, 0.874 * h), (1.38 * top, 0.874 * h)], around
        )
    )
    parts.append(stage.add(iron, dark))
    parts.append(
        stage.add(
            ellipsoid(0.3 * top, 0.3 * top, 0.028 * h).moved(z=0.895 * h),
            stage.lit((1.0, 0.78, 0.45), 120),
            smooth=True,
        )
    )
    panes = [
        box(-0.35, 0.35, -foot * 1.02 + 0.1 * i, -foot + 0.5 + 0.1 * i, h * z, h * z + 1.2)
        for i, z in enumerate((0.2, 0.42, 0.62))
    ]
    parts.append(stage.add(panes, stage.window()))
    if what["house"]:
        parts += _house(stage, 0.3 * h)
    lamp = stage.lamp("POINT", (0, 0, 0.895 * h), 900, (1, 0.75, 0.45), shadow_soft_size=0.4)
    return stage.group(*parts, *([lamp] if lamp else []))


def _house(stage, x: float):
    """The keeper's house, its door and windows towards the camera."""
    wall = stage.surface((0.55, 0.52, 0.47), 0.75, relief=0.015, relief_size=0.2, wear=(0.25, 0.2, 0.16), grain=1.5)
    roof = stage.surface((0.13, 0.055, 0.04), 0.8, relief=0.03, relief_size=0.12, grain=0.6)
    parts = [stage.add(box(x - 4, x + 4, -2.6, 2.6, -2, 3), wall, bevel=0.05)]
    parts.append(stage.add([gable(x - 4.4, x + 4.4, -3.1, 3.1, 2.9, 5.3)], roof))
    parts.append(stage.add(box(x + 1.8, x + 2.5, -0.4, 0.4, 3, 6.2), wall))
    parts.append(
        stage.add([box(x + a - 0.45, x + a + 0.45, -2.64, -2.58, 0.9, 2.2) for a in (-2.6, -0.9, 2.4)], stage.window())
    )
    parts.append(stage.add(box(x + 0.4, x + 1.4, -2.66, -2.58, 0, 2.1), stage.surface((0.05, 0.09, 0.12), 0.5)))
    return parts


SUBJECT = Subject(
    name="lighthouse",
    settings=("sea coast", "harbour", "dunes", "snowfield"),
    height=22,
    width=8,
    describe=describe,
    build=build,
    share=(0.34, 0.55),
)
