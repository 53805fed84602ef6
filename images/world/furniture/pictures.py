"""Pictures drawn as arrays, (h, w, 3) display values in [0, 1], top row first: labels, pages, dials, paintings."""

from functools import lru_cache

import numpy as np

from images.world.noise import fbm, ridged, smoothstep

INK = (0.07, 0.055, 0.045)
WORDS = ["the", "of", "and", "a", "in", "to", "was", "his", "he", "had", "with", "that", "for", "her", "on", "at",
    "from", "not", "by", "but", "she", "they", "were", "as", "all"]  # fmt: skip
LONG = (["river", "winter", "garden", "window", "silence", "letter", "morning", "station", "mountain", "harbour",
    "stranger", "mirror", "summer", "voyage"])  # fmt: skip
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


@lru_cache(32)
def font(size: float):
    from PIL import ImageFont

    return ImageFont.load_default(max(4, size))


@lru_cache(64)
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


@lru_cache(64)
def page(seed: int, height: int = 640, picture: bool = False) -> np.ndarray:
    """A printed page: a heading, justified lines with gaps as words leave them, a number, perhaps an engraving."""
    rng = np.random.default_rng([seed, 5])
    width = int(height * 0.7)
    blank = paper(height, width, (0.87, 0.81, 0.68), seed, 0.14)
    made, draw = canvas(blank)
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
    result = finished(made)
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


@lru_cache(64)
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


@lru_cache(64)
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


@lru_cache(64)
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


@lru_cache(64)
def handwriting(seed: int, height: int = 520) -> np.ndarray:
    """Lines of a running hand on old paper."""
    rng = np.random.default_rng([seed, 21])
    width = int(height * 0.75)
    made, draw = canvas(paper(height, width, (0.85, 0.77, 0.6), seed, 0.2))
    colour = ink((0.16, 0.1, 0.07))
    y = 0.12 * height
    while y < 0.86 * height:
        x, end = 0.12 * width, width * rng.uniform(0.75, 0.9)
        while x < end:
            long = rng.uniform(0.04, 0.13) * width
            t = np.linspace(0, 1, max(8, int(long / 2)))
            wave = np.sin(t * long * rng.uniform(0.5, 0.7) + rng.uniform(0, 6)) * 4
            tall = np.where(np.sin(t * long * 0.21 + rng.uniform(0, 6)) > 0.8, -9, 0)
            draw.line(
                [(x + long * a + 2, y + b + c) for a, b, c in zip(t, wave, tall, strict=True)], fill=colour, width=2
            )
            x += long + 0.025 * width
        y += 0.052 * height
    return finished(made)
