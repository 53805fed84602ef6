"""Farmland: rolling ground with a track, fields as cells of the plane, each with a crop and rows of its own."""

import numpy as np

from images.world import composition
from images.world.noise import blend, fbm, gullied, smoothstep

# crops: colour between the rows, colour of the rows, metres from row to row, how much the rows show
CROPS = {
    "wheat": ((0.42, 0.29, 0.10), (0.56, 0.40, 0.15), 18.0, 0.35),
    "barley": ((0.36, 0.29, 0.13), (0.46, 0.38, 0.18), 12.0, 0.3),
    "green": ((0.055, 0.085, 0.02), (0.10, 0.15, 0.03), 2.4, 0.7),
    "meadow": ((0.07, 0.1, 0.025), (0.12, 0.14, 0.04), 40.0, 0.2),
    "ploughed": ((0.075, 0.048, 0.032), (0.145, 0.1, 0.068), 1.6, 0.9),
    "stubble": ((0.26, 0.19, 0.1), (0.4, 0.31, 0.16), 3.0, 0.6),
    "rape": ((0.38, 0.33, 0.02), (0.62, 0.52, 0.02), 20.0, 0.3),
    "lavender": ((0.14, 0.11, 0.07), (0.21, 0.10, 0.33), 1.8, 1.0),
    "pasture": ((0.1, 0.12, 0.035), (0.15, 0.15, 0.055), 30.0, 0.15),
}
BESIDE = ("lone tree", "street lamp", "statue", "monolith")  # a track passes these rather than ending at them
SEASONS = {  # crops of one time of the year, the foreground's first
    "wheat": ("wheat", "barley", "stubble", "green", "meadow", "wheat", "ploughed"),
    "poppies": ("meadow", "green", "wheat", "pasture", "barley", "rape"),
    "ploughed": ("ploughed", "stubble", "green", "pasture", "ploughed", "meadow"),
    "meadow": ("meadow", "pasture", "green", "rape", "wheat", "green"),
    "lavender": ("lavender", "wheat", "lavender", "green", "stubble", "pasture"),
    "rape": ("rape", "green", "meadow", "rape", "pasture", "ploughed"),
}


def cells(x, y, size: float, seed: int):
    """The field at points: its number in [0, 1), its rows' direction in radians, and 0 to 1 how near its edge is."""
    from images.world.land.landforms import cells_over  # compiled loops: only rendering waits for them

    x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
    bent_x = x + 0.12 * size * fbm(x / (1.6 * size), y / (1.6 * size), 2, seed + 3)
    bent_y = y + 0.12 * size * fbm(x / (1.6 * size) + 9, y / (1.6 * size), 2, seed + 4)
    _, _, number, edge = (part.reshape(x.shape) for part in cells_over(bent_x.ravel(), bent_y.ravel(), size, seed))
    return number, np.pi * ((number * 7.31) % 1), edge


def crop_at(number: np.ndarray, season: str) -> np.ndarray:
    """The index in SEASONS[season] of every field."""
    return (number * 53.7 % 1 * len(SEASONS[season])).astype(int)


def field_colours(x, y, number, turn, season: str, spacing, seed: int, first: np.ndarray | None = None) -> np.ndarray:
    """Colours (..., 3) of the crops at points; rows finer than three times the mesh's `spacing` fade out.

    first: where the foreground's own field is, whatever the cells say.
    """
    crops = SEASONS[season]
    which = crop_at(number, season)
    if first is not None:
        which = np.where(first, 0, which)
    between = np.array([CROPS[c][0] for c in crops])[which]
    rows = np.array([CROPS[c][1] for c in crops])[which]
    width = np.array([CROPS[c][2] for c in crops])[which]
    show = np.array([CROPS[c][3] for c in crops])[which]
    across = x * np.cos(turn) + y * np.sin(turn) + 0.6 * fbm(x / 25, y / 25, 2, seed + 2)
    wave = 0.5 + 0.5 * np.sin(2 * np.pi * across / width)
    show = show * smoothstep(0.4, 0.15, spacing / width)
    coarse, fine = fbm(x / 45, y / 45, 4, seed + 5), fbm(x / 2.2, y / 2.2, 4, seed + 6)
    share = np.clip(0.5 + show * (wave - 0.5) * 1.6 + 0.35 * fine + 0.2 * coarse, 0, 1)
    tint = 1 + 0.3 * ((number * 91.7) % 1 - 0.5) + 0.25 * coarse
    return blend(between, rows, share) * tint[..., None]


def ground_of(scene, shot):
    seed = scene.seed * 19 % 9949
    reach = shot.subject[1] + shot.width
    track = track_of(scene, shot)
    rows = scene.where["rows"]
    furrow = {"ploughed": 0.11, "lavender": 0.09}.get(scene.where["season"], 0.0)
    width = CROPS.get(scene.where["season"], (0, 0, 2.0))[2]

    def ground(x, y):
        x, y = np.asarray(x, float), np.asarray(y, float)
        near = 0.5 * fbm(x / 26, y / 26, 3, seed + 1) + 0.07 * fbm(x / 2.4, y / 2.4, 4, seed + 2)
        roll = 24 * fbm(x / 380, y / 380, 4, seed) + 5 * fbm(x / 95, y / 95, 3, seed + 3)
        height = near + (roll - roll_here) * smoothstep(0.25 * reach, 2.2 * reach + 90, np.hypot(x, y))
        height = height - 0.02 * np.maximum(y - 1.1 * reach, 0) * smoothstep(900, 200, y)
        hills = gullied(x / 2300, y / 2300, 5, seed + 8)
        height = height + smoothstep(900, 6000, y) * (110 + 260 * np.maximum(hills + 0.3, 0))
        aside = np.abs(x - track(y))
        if furrow:
            across = x * np.cos(rows) + y * np.sin(rows)
            height = height + furrow * np.sin(2 * np.pi * across / width) * smoothstep(0.9, 2.0, aside) * smoothstep(
                160, 60, y
            )
        ruts = np.exp(-(((aside - 0.75) / 0.22) ** 2))
        return height - 0.10 * ruts - 0.1 * smoothstep(1.7, 1.0, aside)

    roll_here = float(24 * fbm(0.0, 0.0, 4, seed) + 5 * fbm(0.0, 0.0, 3, seed + 3))
    return ground


def track_of(scene, shot):
    """The track's x at distances y: past the subject's foot and on over the hills; far to the side if there is none."""
    sx, sy = shot.subject[:2]
    if scene.subject in BESIDE:
        sx += (2.2 + 0.1 * scene.height) * (-1 if sx > 0 else 1)
    bend = 0.22 if scene.where["rows"] > 0 else -0.22

    def track(y):
        y = np.asarray(y, float)
        t = np.clip(y / sy, -0.3, 1)
        after = np.maximum(y - sy, 0)
        x = sx * t * t * (3 - 2 * np.abs(t)) + bend * after * smoothstep(0, 80, after) + 9 * np.sin(after / 60)
        return x if scene.where["track"] else x + 1e4

    return track


def shoot(scene, aspect):
    flat = lambda x, y: np.zeros(np.broadcast(x, y).shape)  # noqa: E731
    limits = {"eye": (1.1, 2.6), "near": 5, "far": 700, "lens": (24, 75)}
    limits["rise"] = 0.12 * scene.height if scene.height > 3 and scene.on == "ground" else 0.0
    first = composition.in_the_open(scene, aspect, flat, **limits)
    return composition.in_the_open(scene, aspect, ground_of(scene, first), **limits)


def own_field(stage, x, y) -> np.ndarray:
    """Where the foreground's field is: round the camera and the subject."""
    reach = stage.shot.subject[1] + 40
    return np.hypot(x, y - 0.5 * reach) + 14 * fbm(x / 60, y / 60, 2, 5) < 0.75 * reach + 30
