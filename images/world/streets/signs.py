"""Signs: boards over shops, blades that stand out from walls, neon tubes bent into words. All names are invented."""

import numpy as np

from images.world import finishes
from images.world.geometry import box, sweep
from images.world.materials import Surface

NAMES = (
    "VELORA",
    "KINORO",
    "TAMARI",
    "OLBIA",
    "SOLENNE",
    "MIRADA",
    "ORSINO",
    "HALVERT",
    "LUMEN",
    "BRANCOTT",
    "NAVARRA",
    "PERLINI",
    "ZORAN",
    "ALTEA",
    "CORVO",
    "DELMAR",
    "FENWICK",
    "ISOLDE",
    "JUNIPER",
    "MONTARA",
)
TRADES = (
    "BAR",
    "CAFE",
    "BOOKS",
    "TAILOR",
    "PHARMACY",
    "RECORDS",
    "BAKERY",
    "HOTEL",
    "CINEMA",
    "NOODLES",
    "LOANS",
    "RADIO",
    "FLORIST",
    "TOBACCO",
    "LAUNDRY",
    "GRILL",
    "JAZZ",
    "BILLIARDS",
)
NEON = (
    (1.0, 0.05, 0.10),
    (0.05, 0.65, 1.0),
    (1.0, 0.12, 0.55),
    (1.0, 0.38, 0.04),
    (0.08, 1.0, 0.45),
    (0.55, 0.2, 1.0),
    (1.0, 0.78, 0.3),
    (0.1, 0.95, 0.9),
)
BOARDS = ((0.42, 0.34, 0.2), (0.5, 0.48, 0.42), (0.5, 0.33, 0.08), (0.35, 0.04, 0.03), (0.04, 0.12, 0.2))


def words(rng) -> str:
    """What a shop is called."""
    name, trade = str(rng.choice(NAMES)), str(rng.choice(TRADES))
    return (name, trade, f"{name} {trade}", f"{trade} {name}")[int(rng.integers(4))]


def shop_signs(stage, plan, shops: list[dict], rng, fine: float) -> list:
    """Names on the boards over shops, a lamp inside each, and perhaps a blade of neon on the wall."""
    made = []
    for shop in shops:
        word, hue, neon, lamp = words(rng), int(rng.integers(1000)), rng.random(), rng.random()
        (a, b), (low, high) = shop["x"], shop["z"]
        if fine > 0.08:
            size = min(0.42, 1.45 * (b - a) / len(word))
            if neon < 0.4 and shop["kind"] == "shop":
                letters = neon_word(stage, word, size, NEON[hue % len(NEON)])
            else:
                letters = stage.text(word, size, stage.surface(BOARDS[hue % 5], 0.4, variation=0.2), 0.012)
            letters.location = ((a + b) / 2, -0.125, (low + high) / 2 - 0.02)
            made.append(letters)
        if shop["kind"] == "shop":
            made.append(shop_lamp(stage, a, b, low, hue, fine))
        del lamp
    blade = rng.random(4)
    if blade[0] < 0.55 and fine > 0.03:
        x = 0.5 + (plan.width - 1.0) * blade[1]
        made += blade_sign(
            stage,
            str(rng.choice(TRADES)),
            x,
            plan.ground + 0.5 + blade[2] * 1.5,
            NEON[int(blade[3] * len(NEON)) % len(NEON)],
            fine,
        )
    return [part for part in made if part is not None]


def shop_lamp(stage, a: float, b: float, head: float, hue: int, fine: float):
    """The light of a shop's tubes, falling on its goods and out over the pavement."""
    if fine < 0.1:
        return None
    colour = ((1.0, 0.8, 0.5), (0.85, 1.0, 0.9), (1.0, 0.62, 0.3))[hue % 3]
    return stage.lamp(
        "AREA",
        ((a + b) / 2, 1.3, head - 0.15),
        130,
        colour,
        to=((a + b) / 2, 0.2, 0.0),
        shape="RECTANGLE",
        size=0.6 * (b - a),
        size_y=0.5,
    )


def neon_word(stage, word: str, size: float, colour, strength: float = 16.0):
    """A word of glass tubes: outlines only, standing a little before the wall."""
    made = stage.text(word, size, finishes.lamp_glass(stage, colour, strength), 0.0)
    made.data.fill_mode, made.data.bevel_depth, made.data.bevel_resolution = "NONE", 0.012 + 0.012 * size, 1
    made.data.resolution_u = 4 if stage.detail > 0.4 else 2
    return made


def blade_sign(stage, word: str, x: float, z: float, colour, fine: float, size: float = 0.62) -> list:
    """A box standing out from the wall with a word down both its sides, edged with neon."""
    high = 0.78 * size * len(word) + 0.5
    reach = size + 0.45
    body = Surface((0.03, 0.032, 0.036), 0.4, 0.3, 0.5, coat=0.3, wear=(0.08, 0.05, 0.03))
    parts = [
        stage.add(
            [
                box(x - 0.11, x + 0.11, -0.3 - reach, -0.3, z, z + high),
                box(x - 0.03, x + 0.03, -0.35, 0, z + 0.2, z + 0.28),
                box(x - 0.03, x + 0.03, -0.35, 0, z + high - 0.3, z + high - 0.22),
            ],
            stage.material(body),
            bevel=0.02,
        )
    ]
    for side in (-1, 1):
        outline = [
            (x + side * 0.125, -0.36, z + 0.07),
            (x + side * 0.125, -0.24 - reach, z + 0.07),
            (x + side * 0.125, -0.24 - reach, z + high - 0.07),
            (x + side * 0.125, -0.36, z + high - 0.07),
        ]
        parts.append(
            stage.add(sweep(_loop(outline), _round(0.016), up=(1, 0, 0)), finishes.lamp_glass(stage, colour, 14))
        )
        letters = stage.text(
            "\n".join(word),
            size,
            finishes.lamp_glass(stage, colour, 11) if fine > 0.15 else finishes.lamp_glass(stage, colour, 9),
            0.012,
        )
        letters.rotation_euler = (np.pi / 2, 0, side * np.pi / 2)
        letters.location = (x + side * 0.13, -0.3 - reach / 2, z + high / 2)
        letters.data.space_line = 0.78
        parts.append(letters)
    return parts


def _loop(points) -> np.ndarray:
    """A closed line through corner points, with points near the corners so that a tube keeps its bends."""
    points = np.asarray(points, float)
    made = []
    for a, b in zip(points, np.roll(points, -1, 0), strict=True):
        made += [a + (b - a) * t for t in (0.02, 0.35, 0.65, 0.98)]
    return np.array(made)


def _round(radius: float, corners: int = 6) -> np.ndarray:
    t = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    return radius * np.c_[np.cos(t), np.sin(t)]


def neon_arrow(stage, at, length: float, colour):
    """A bent tube with a point, lying in the xz plane."""
    x, y, z = at
    path = [(x, y, z), (x + length * 0.5, y, z), (x + length, y, z - 0.3 * length)]
    return stage.add(sweep(path, _round(0.02), up=(0, 1, 0)), finishes.lamp_glass(stage, colour, 14))
