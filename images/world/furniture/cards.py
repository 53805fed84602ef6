"""Playing cards drawn as arrays, (h, w, 3) display values in [0, 1], top row first."""

from functools import lru_cache

import numpy as np

from images.world.furniture.pictures import INK, canvas, finished, font, ink, paper

SUITS = ("hearts", "spades", "diamonds", "clubs")


def pip(suit: str, x, y) -> np.ndarray:
    """Whether points of [-1, 1] lie in the suit's sign; y grows upwards."""
    if suit == "diamonds":
        return np.abs(x) / 0.72 + np.abs(y) < 1 - 0.12 * np.abs(x * y)
    if suit == "hearts":
        a, b = x * 1.15, y * 1.1 + 0.1
        return (a * a + b * b - 0.62) ** 3 - 2.1 * a * a * b**3 < 0
    stem = (np.abs(x) < 0.07 + 0.35 * np.clip(-0.45 - y, 0, 1) ** 1.3) & (y > -1) & (y < 0.1)
    if suit == "spades":
        a, b = x * 1.2, -(y - 0.18) * 1.2 + 0.1
        return ((a * a + b * b - 0.62) ** 3 - 2.1 * a * a * b**3 < 0) | stem
    lobes = [(0, 0.45), (-0.45, -0.12), (0.45, -0.12)]
    return np.any([np.hypot(x - a, y - b) < 0.41 for a, b in lobes], 0) | stem


PLACES = {
    1: [(0, 0)], 2: [(0, 1), (0, -1)], 3: [(0, 1), (0, 0), (0, -1)], 4: [(-1, 1), (1, 1), (-1, -1), (1, -1)],
    5: [(-1, 1), (1, 1), (0, 0), (-1, -1), (1, -1)], 6: [(-1, 1), (1, 1), (-1, 0), (1, 0), (-1, -1), (1, -1)],
    7: [(-1, 1), (1, 1), (-1, 0), (1, 0), (-1, -1), (1, -1), (0, 0.5)],
    8: [(-1, 1), (1, 1), (-1, 0), (1, 0), (-1, -1), (1, -1), (0, 0.5), (0, -0.5)],
    9: [(-1, 1), (1, 1), (-1, 0.34), (1, 0.34), (-1, -0.34), (1, -0.34), (-1, -1), (1, -1), (0, 0)],
    10: [(-1, 1), (1, 1), (-1, 0.34), (1, 0.34), (-1, -0.34), (1, -0.34), (-1, -1), (1, -1), (0, 0.67), (0, -0.67)],
}  # fmt: skip


@lru_cache(64)
def face(rank: int, suit: str, height: int = 350) -> np.ndarray:
    """A playing card's face; 11 to 13 are court cards."""
    width = int(height * 0.714)
    colour = np.array((0.62, 0.03, 0.03) if suit in ("hearts", "diamonds") else (0.03, 0.03, 0.035))
    picture = paper(height, width, (0.93, 0.91, 0.85), rank, 0.05)
    v, u = np.mgrid[0:height, 0:width].astype(float)
    u, v = (u + 0.5) / width * 2 - 1, 1 - (v + 0.5) / height * 2
    places = PLACES.get(rank, [])
    size = 0.36 if rank == 1 else 0.17
    for a, b in places:
        turn = -1 if b < 0 else 1
        inside = pip(suit, turn * (u - 0.42 * a) / size, turn * (v - 0.66 * b) / size * 1.4)
        picture[inside] = colour
    if rank > 10:
        picture = _court(picture, u, v, rank, suit, colour)
    made, draw = canvas(picture)
    word = {1: "A", 11: "J", 12: "Q", 13: "K"}.get(rank, str(rank))
    draw.text((0.1 * width, 0.09 * height), word, ink(colour), font(0.13 * height), anchor="mm")
    picture = finished(made).copy()
    picture[pip(suit, (u + 0.8) / 0.1, (v - 0.62) / 0.075)] = colour
    corner = (u < -0.6) & (v > 0.5)
    flipped = picture[::-1, ::-1]
    return np.where(corner[::-1, ::-1][..., None], flipped, picture)


def _court(picture, u, v, rank: int, suit: str, colour) -> np.ndarray:
    """A figure, the same both ways up: robe of stripes and diamonds, a collar, a face and a crown."""
    x, y = np.where(v < 0, -u, u), np.abs(v)
    inside = (np.abs(u) < 0.62) & (y < 0.78)
    gold, blue, red, skin = np.array((0.8, 0.58, 0.15)), np.array((0.06, 0.12, 0.4)), np.array((0.62, 0.06,
        0.05)), np.array((0.86, 0.7, 0.58))  # fmt: skip
    stripes = np.floor((x + y * (0.8 + 0.1 * rank)) * 9) % 3
    robe = np.where((stripes == 0)[..., None], gold, np.where((stripes == 1)[..., None], red, blue))
    body = inside & (np.abs(x) < 0.62 - 0.62 * np.clip(y - 0.15, 0, 1))
    picture = np.where(body[..., None], robe, picture)
    picture = np.where((inside & (np.abs(y - 0.28) < 0.03))[..., None], gold, picture)
    picture = np.where((np.hypot(x * 1.1, (y - 0.46) * 0.8) < 0.16)[..., None], skin, picture)
    hair = (np.hypot(x * 1.05, (y - 0.48) * 0.75) < 0.2) & (np.hypot(x * 1.25, (y - 0.45) * 0.8) > 0.16) & (y > 0.36)
    picture = np.where(hair[..., None], np.array((0.3, 0.16, 0.06)), picture)
    crown = (np.abs(x) < 0.22) & (y > 0.6) & (y < 0.68 + 0.06 * np.abs(np.sin(x * 22)))
    picture = np.where(crown[..., None], gold, picture)
    for a, b in ((-0.06, 0.48), (0.06, 0.48)):
        picture = np.where((np.hypot(x - a, (y - b) * 1.6) < 0.022)[..., None], np.array(INK), picture)
    frame = (np.abs(np.abs(u) - 0.64) < 0.012) & (y < 0.8) | (np.abs(y - 0.8) < 0.008) & (np.abs(u) < 0.65)
    picture = np.where(frame[..., None], np.array(blue), picture)
    sign = pip(suit, (x + 0.46) / 0.12, (y - 0.66) / 0.09)
    return np.where(sign[..., None], colour, picture)


@lru_cache(4)
def back(colour=(0.5, 0.04, 0.05), height: int = 350) -> np.ndarray:
    """Lozenges and dots within a border."""
    width = int(height * 0.714)
    v, u = np.mgrid[0:height, 0:width].astype(float)
    u, v = (u + 0.5) / width * 2 - 1, (1 - (v + 0.5) / height * 2) * 1.4
    pattern = np.cos(u * 20) * np.cos(v * 20) + 0.5 * np.cos((u + v) * 40) * np.cos((u - v) * 40)
    rose = np.cos(8 * np.arctan2(v, u)) * np.cos(np.hypot(u, v) * 24)
    pattern = np.where(np.hypot(u, v) < 0.5, rose, pattern)
    inside = (np.abs(u) < 0.86) & (np.abs(v) < 1.26)
    base = np.where((inside & (pattern < 0.25))[..., None], np.array(colour), np.array((0.93, 0.9, 0.84)))
    line = inside & ((np.abs(u) > 0.81) | (np.abs(v) > 1.21))
    return np.where(line[..., None], np.array(colour), base)
