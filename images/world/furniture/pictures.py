"""Pictures drawn as arrays, (h, w, 3) display values in [0, 1], top row first: labels, pages, cards, dials, paintings."""

import numpy as np

from images.world.noise import fbm, ridged, smoothstep

INK = (0.07, 0.055, 0.045)
WORDS = "the of and a in to was his he had with that for her on at from not by but she they were as all".split()
LONG = (
    "river winter garden window silence letter morning station mountain harbour stranger mirror summer voyage".split()
)
TITLES = ("ATLAS", "VOYAGES", "POEMS", "THE SEA", "HISTORY", "LETTERS", "BOTANY", "OPERA", "TALES", "ESSAYS", "LOGIC")


def paper(height: int, width: int, colour=(0.86, 0.8, 0.66), seed: int = 0, foxing: float = 0.12) -> np.ndarray:
    """Old paper: clouded, foxed, browner at its edges."""
    y, x = np.mgrid[0:height, 0:width] / max(height, width)
    clouds = fbm(x * 5, y * 5, 5, seed) * 0.5 + fbm(x * 60, y * 60, 2, seed + 1) * 0.15
    edge = np.minimum(np.minimum(x, x.max() - x), np.minimum(y, y.max() - y))
    brown = np.clip(foxing * (1 - edge / 0.12), 0, 1) + foxing * np.clip(clouds, 0, 1)
    return np.clip(np.array(colour) * (1 + 0.06 * clouds[..., None]) * (1 - brown[..., None] * [0.7, 1.0, 1.5]), 0, 1)


def canvas(picture: np.ndarray):
    """PIL's image and drawing of an array."""
    from PIL import Image, ImageDraw

    made = Image.fromarray((np.clip(picture, 0, 1) * 255).astype(np.uint8))
    return made, ImageDraw.Draw(made)


def finished(made) -> np.ndarray:
    return np.asarray(made, np.float32) / 255


def ink(colour) -> tuple[int, int, int]:
    return tuple(int(255 * c) for c in colour)


def font(size: float):
    from PIL import ImageFont

    return ImageFont.load_default(max(4, size))


def label(seed: int) -> np.ndarray:
    """A wine's label: a frame, a crest or a house, lines of type."""
    rng = np.random.default_rng([seed, 11])
    colour = [(0.88, 0.83, 0.7), (0.8, 0.74, 0.6), (0.12, 0.1, 0.1), (0.72, 0.66, 0.5)][rng.integers(4)]
    made, draw = canvas(paper(300, 330, colour, seed, 0.16))
    dark = INK if sum(colour) > 1 else (0.75, 0.6, 0.3)
    accent = [(0.45, 0.05, 0.05), (0.08, 0.2, 0.12), (0.55, 0.4, 0.12), (0.1, 0.14, 0.3)][rng.integers(4)]
    for inset, wide in ((12, 3), (19, 1)):
        draw.rectangle([inset, inset, 329 - inset, 299 - inset], outline=ink(accent), width=wide)
    name = str(rng.choice(["Mirador", "Clos Vert", "Montreve", "Alta Loma", "Sauvin", "Bellerive"]))
    draw.text((165, 150), name, ink(dark), font(46), anchor="mm")
    draw.text(
        (165, 196),
        str(rng.choice(["Reserva", "Grand Cru", "Vieilles Vignes", "Riserva"])),
        ink(accent),
        font(24),
        anchor="mm",
    )
    draw.text((165, 250), str(1900 + rng.integers(12, 88)), ink(dark), font(30), anchor="mm")
    draw.line([60, 222, 270, 222], fill=ink(accent), width=2)
    draw.ellipse([135, 40, 195, 112], outline=ink(accent), width=4)
    draw.polygon([(165, 48), (186, 100), (144, 100)], fill=ink(accent))
    for i in range(9):
        draw.line([60 + 6 * i, 270, 63 + 6 * i, 276], fill=ink(dark), width=1)
    return finished(made)


def page(seed: int, height: int = 640, picture: bool = False) -> np.ndarray:
    """A printed page: a heading, justified lines with gaps as words leave them, a number, perhaps an engraving."""
    rng = np.random.default_rng([seed, 5])
    width = int(height * 0.7)
    made, draw = canvas(paper(height, width, (0.87, 0.81, 0.68), seed, 0.14))
    unit = height / 46
    left, right, top = 0.13 * width, 0.88 * width, 0.1 * height
    if rng.random() < 0.5:
        draw.text((width / 2, 0.075 * height), str(rng.choice(TITLES)), ink(INK), font(unit), anchor="mm")
    if picture:
        top = _engraving(draw, rng, left, right, top, 0.36 * height)
    y = top
    while y < 0.9 * height:
        last = rng.random() < 0.12
        x, end = (
            left + (unit * 1.4 if rng.random() < 0.12 else 0),
            right if not last else left + rng.uniform(0.3, 0.8) * (right - left),
        )
        while x < end - unit:
            word = str(rng.choice(WORDS if rng.random() < 0.6 else LONG))
            draw.text((x, y), word, ink(INK), font(unit * 0.86))
            x += draw.textlength(word, font(unit * 0.86)) + unit * rng.uniform(0.28, 0.5)
        y += unit * 1.28
    # ink that ran past the margin is rubbed out
    result, blank = finished(made), paper(height, width, (0.87, 0.81, 0.68), seed, 0.14)
    result[:, int(right) :] = blank[:, int(right) :]
    return result


def _engraving(draw, rng, left, right, top, size) -> float:
    """A landscape in hatching: hills, a tower, a sky of lines; returns where the text goes on."""
    bottom = top + size
    draw.rectangle([left, top, right, bottom], outline=ink(INK), width=2)
    x = np.linspace(left + 3, right - 3, 120)
    for row in range(9):
        share = row / 8
        y = (
            top
            + size * (0.45 + 0.5 * share)
            + 0.12 * size * (1 - share) * fbm(x / 80 + row * 3, 0 * x + row, 4, int(rng.integers(99)))
        )
        for a, b in zip(x[:-1:2], y[:-1:2], strict=True):
            if b < bottom - 2:
                draw.line([a, b, a + 5, min(bottom - 2, b + size * 0.055)], fill=ink(INK), width=1)
    for row in range(14):
        y = top + size * 0.03 * (row + 1)
        draw.line(
            [left + 3, y, right - 3 - rng.uniform(0, 0.5) * (right - left), y], fill=ink((0.4, 0.37, 0.33)), width=1
        )
    mid = left + rng.uniform(0.3, 0.7) * (right - left)
    draw.rectangle([mid, top + 0.28 * size, mid + 0.06 * size, top + 0.62 * size], fill=ink(INK))
    return bottom + 0.06 * size


def spine(seed: int) -> np.ndarray:
    """Gilding on a book's back, white where there is gold: bands, a title, small flowers. (h, w)."""
    rng = np.random.default_rng([seed, 9])
    made, draw = canvas(np.zeros((520, 96, 3)))
    for y in (14, 22, 118, 206, 214, 400, 408, 498, 506):
        draw.line([0, y, 96, y], fill=(255,) * 3, width=int(rng.integers(2, 5)))
    title = str(rng.choice(TITLES))
    size = min(30, 150 / len(title))
    draw.text((48, 160), title, (255,) * 3, font(size), anchor="mm")
    if rng.random() < 0.6:
        draw.text((48, 455), ["I", "II", "III", "IV", "V", "VI"][rng.integers(6)], (255,) * 3, font(26), anchor="mm")
    for y in (68, 262, 340):
        for angle in np.arange(6) * np.pi / 3:
            x, z = 48 + 20 * np.cos(angle), y + 20 * np.sin(angle)
            draw.ellipse([x - 7, z - 7, x + 7, z + 7], outline=(255,) * 3, width=2)
        draw.ellipse([42, y - 6, 54, y + 6], fill=(255,) * 3)
    worn = fbm(*np.meshgrid(np.arange(96) / 30, np.arange(520) / 30), 5, seed)
    return finished(made)[..., 0] * np.clip(1.3 - 1.6 * np.clip(worn, 0, 1) * 2, 0, 1)


def landscape(seed: int, height: int = 300, width: int = 420) -> np.ndarray:
    """An old painting of hills under a sky, with trees, water or a road; varnished brown."""
    rng = np.random.default_rng([seed, 3])
    v, u = np.mgrid[0:height, 0:width].astype(float)
    u, v = u / height, v / height
    palettes = [
        ((0.55, 0.6, 0.62), (0.86, 0.72, 0.5), (0.3, 0.3, 0.16), (0.12, 0.1, 0.05)),
        ((0.36, 0.45, 0.56), (0.82, 0.76, 0.66), (0.2, 0.28, 0.2), (0.07, 0.09, 0.06)),
        ((0.5, 0.36, 0.32), (0.92, 0.66, 0.38), (0.26, 0.18, 0.12), (0.1, 0.06, 0.04)),
        ((0.6, 0.62, 0.6), (0.78, 0.75, 0.66), (0.36, 0.34, 0.22), (0.16, 0.13, 0.08)),
    ]
    high, low, hill, near = (np.array(c) for c in palettes[rng.integers(len(palettes))])
    horizon = rng.uniform(0.45, 0.62)
    sky = np.clip(v / horizon, 0, 1)[..., None]
    picture = high * (1 - sky) + low * sky
    cloud = smoothstep(0.0, 0.5, fbm(u * 2.2, v * 5, 6, seed)) * (1 - 0.5 * sky[..., 0])
    picture = picture * (1 - 0.7 * cloud[..., None]) + np.array([0.9, 0.84, 0.74]) * 0.7 * cloud[..., None]
    for layer in range(4):
        share = layer / 3
        line = horizon + 0.1 * layer - 0.1 * (1 - share) * (0.4 + fbm(u * (1.2 + layer), layer * 7.0, 5, seed + layer))
        tone = (hill * (1 - share) + near * share) * (0.5 + 0.5 * share) + low * 0.5 * (1 - share)
        stroke = 1 + 0.45 * fbm(u * 20, v * 30, 4, seed + 20 + layer)
        picture = np.where((v > line)[..., None], tone * stroke[..., None], picture)
    for _ in range(int(rng.integers(2, 6))):  # trees
        x, base, tall = rng.uniform(0.1, 1.3), horizon + rng.uniform(0.1, 0.3), rng.uniform(0.15, 0.45)
        blob = np.hypot((u - x) / (0.35 * tall), (v - base + 0.6 * tall) / (0.5 * tall))
        leafy = blob + 0.5 * fbm(u * 14, v * 14, 5, seed + 60) < 0.9
        trunk = (np.abs(u - x) < 0.012 * tall / 0.3) & (v > base - 0.5 * tall) & (v < base)
        shade = 0.7 + 0.6 * np.clip(fbm(u * 25, v * 25, 3, seed + 70) + (x - u) / tall, -0.6, 1)
        picture = np.where(leafy[..., None], near * 1.3 * shade[..., None], picture)
        picture = np.where(trunk[..., None], near * 0.6, picture)
    varnish = np.array([1.0, 0.93, 0.74]) * (1 - 0.35 * ((u - u.mean()) ** 2 + (v - 0.5) ** 2)[..., None])
    cracks = ridged(u * 26, v * 26, 3, seed + 5)[..., None] ** 12
    return np.clip(picture * varnish * (1 - 0.2 * cracks), 0, 1)


def dial(
    roman: bool = True, size: int = 420, hands: tuple[int, int] | None = None, face=(0.9, 0.87, 0.78)
) -> np.ndarray:
    """A clock's face; hands: hours and minutes, drawn flat where given."""
    made, draw = canvas(np.ones((size, size, 3)) * face)
    c = size / 2
    for i in range(60):
        a, long = np.pi * i / 30, 0.05 if i % 5 == 0 else 0.025
        p = [c + c * k * np.array([np.sin(a), -np.cos(a)]) for k in (0.95, 0.95 - long)]
        draw.line([*p[0], *p[1]], fill=ink(INK), width=max(1, size // (90 if i % 5 == 0 else 200)))
    for radius in (0.955, 0.89):
        r = radius * c
        draw.ellipse([c - r, c - r, c + r, c + r], outline=ink(INK), width=max(1, size // 200))
    words = (
        ["XII", "I", "II", "III", "IIII", "V", "VI", "VII", "VIII", "IX", "X", "XI"] if roman else [12, *range(1, 12)]
    )
    for i, word in enumerate(words):
        a = np.pi * i / 6
        draw.text(
            (c + 0.74 * c * np.sin(a), c - 0.74 * c * np.cos(a)),
            str(word),
            ink(INK),
            font(size * (0.085 if roman else 0.11)),
            anchor="mm",
        )
    if hands:
        for turn, long, wide in ((hands[0] / 12 + hands[1] / 720, 0.5, 0.05), (hands[1] / 60, 0.78, 0.034)):
            a = 2 * np.pi * turn
            ahead, side = np.array([np.sin(a), -np.cos(a)]), np.array([np.cos(a), np.sin(a)])
            shape = [
                c + c * (ahead * k + side * w)
                for k, w in ((-0.12, wide / 2), (0.6 * long, wide), (long, 0), (0.6 * long, -wide), (-0.12, -wide / 2))
            ]
            draw.polygon([tuple(p) for p in shape], fill=ink((0.03, 0.03, 0.06)))
    y, x = np.mgrid[0:size, 0:size] / size
    return finished(made) * (1 + 0.08 * fbm(x * 6, y * 6, 5, 3))[..., None]


# -- playing cards


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


def card(rank: int, suit: str, height: int = 350) -> np.ndarray:
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
    gold, blue, red, skin = np.array((0.8, 0.58, 0.15)), np.array((0.06, 0.12, 0.4)), np.array((0.62, 0.06, 0.05)), np.array((0.86, 0.7, 0.58))  # fmt: skip
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


def card_back(colour=(0.5, 0.04, 0.05), height: int = 350) -> np.ndarray:
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
