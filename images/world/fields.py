"""Farmland: fields as cells of the plane, each with a crop and rows of its own, hedges between them, and a track."""

import numpy as np

from images.world.noise import blend, fbm, smoothstep

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
SEASONS = {  # crops of one time of the year, the foreground's first
    "wheat": ("wheat", "barley", "stubble", "green", "meadow", "wheat", "ploughed"),
    "poppies": ("meadow", "green", "wheat", "pasture", "barley", "rape"),
    "ploughed": ("ploughed", "stubble", "green", "pasture", "ploughed", "meadow"),
    "meadow": ("meadow", "pasture", "green", "rape", "wheat", "green"),
    "lavender": ("lavender", "wheat", "lavender", "green", "stubble", "pasture"),
    "rape": ("rape", "green", "meadow", "rape", "pasture", "ploughed"),
}


def cells(x, y, size: float, seed: int):
    """The field at points: its number in [0, 1), the direction of its rows in radians, and 0 to 1 how near its edge is."""
    from images.world.landforms import cells_over  # compiled loops: only rendering waits for them

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
