"""The twelve subjects: polygons on a stencil, one unit high, standing on y = 0 with y upwards."""

import math
from collections.abc import Callable

import numpy as np

from images.paint import Stencil, rgb

PAINTS = {
    "red": rgb("#c8322b"),
    "blue": rgb("#2f62c4"),
    "yellow": rgb("#e8b82c"),
    "green": rgb("#3d8f4a"),
    "white": rgb("#ece9e2"),
    "orange": rgb("#e2762a"),
}
COATS = {"brown": rgb("#7a4a2a"), "black": rgb("#2b2828"), "white": rgb("#e6e1d8")}
LEAVES = {"green": rgb("#4c8a3c"), "red": rgb("#b5402c"), "golden": rgb("#d9a02e")}
STONES = {"grey": rgb("#9a9a9c"), "golden": rgb("#c9a873"), "white": rgb("#dcd8d0")}
DARK = rgb("#2c2a2e")
GLASS = rgb("#5f7f95")
WOOD = rgb("#7d5a3c")


class Pen:
    """Draws in a subject's own units onto a stencil at a place and size; `mirror` looks the other way."""

    def __init__(self, stencil: Stencil, x: float, y: float, size: float, mirror: bool, rng: np.random.Generator):
        self.stencil, self.x, self.y, self.size, self.rng = stencil, x, y, size, rng
        self.side = -1 if mirror else 1

    def fill(self, points, colour, nx: float = 0.0, **surface) -> None:
        points = np.asarray(points, np.float32) * (self.side * self.size, -self.size) + (self.x, self.y)
        self.stencil.fill(points, colour, nx=self.side * nx, **surface)

    def box(self, x0, y0, x1, y1, colour, **surface) -> None:
        self.fill([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], colour, **surface)

    def taper(self, y0, half0, y1, half1, colour, x=0.0, **surface) -> None:
        self.fill([(x - half0, y0), (x + half0, y0), (x + half1, y1), (x - half1, y1)], colour, **surface)

    def ellipse(self, x, y, rx, ry, colour, **surface) -> None:
        t = np.linspace(0, 2 * math.pi, 28, endpoint=False)
        self.fill(np.stack([x + rx * np.cos(t), y + ry * np.sin(t)], 1), colour, **surface)

    def curve(self, points, colour, **surface) -> None:
        """A closed smooth outline through `points` (Catmull-Rom)."""
        p = np.asarray(points, np.float32)
        t = np.linspace(0, 1, 6, endpoint=False, dtype=np.float32)[:, None, None]
        a, b, c, d = np.roll(p, 1, 0), p, np.roll(p, -1, 0), np.roll(p, -2, 0)
        q = 0.5 * (2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3)
        self.fill(q.transpose(1, 0, 2).reshape(-1, 2), colour, **surface)

    def line(self, x0, y0, x1, y1, width, colour, **surface) -> None:
        dx, dy = x1 - x0, y1 - y0
        k = width / 2 / max(math.hypot(dx, dy), 1e-6)
        ox, oy = -dy * k, dx * k
        self.fill([(x0 + ox, y0 + oy), (x1 + ox, y1 + oy), (x1 - ox, y1 - oy), (x0 - ox, y0 - oy)], colour, **surface)


def lighthouse(pen: Pen, paint: np.ndarray) -> None:
    white = PAINTS["white"] if paint.min() < 0.7 else rgb("#8d3b34")
    pen.curve([(-0.24, 0), (-0.2, 0.06), (-0.1, 0.1), (0.08, 0.11), (0.2, 0.07), (0.26, 0)], rgb("#6d665f"), ny=0.4)
    edges = np.linspace(0.07, 0.74, 6)
    half = np.interp(edges, [0.07, 0.74], [0.125, 0.078])
    for i in range(5):
        pen.taper(edges[i], half[i], edges[i + 1], half[i + 1], paint if i % 2 == 0 else white, bend=0.95)
    for y in (0.28, 0.5):
        pen.box(-0.014, y, 0.014, y + 0.045, DARK, glow=0.5)
    pen.taper(0.735, 0.105, 0.765, 0.105, DARK, bend=0.9)
    pen.box(-0.055, 0.765, 0.055, 0.87, rgb("#fff0b0"), glow=1.0)
    for x in (-0.055, -0.018, 0.018, 0.055):
        pen.line(x, 0.765, x, 0.87, 0.009, DARK)
    pen.taper(0.865, 0.078, 0.965, 0.012, paint, bend=0.9, ny=0.3)
    pen.line(0, 0.96, 0, 1.0, 0.012, DARK)


def hot_air_balloon(pen: Pen, paint: np.ndarray) -> None:
    other = PAINTS["white"] if paint.min() < 0.7 else PAINTS["red"]
    t = np.linspace(0, 1, 20)
    y = 0.24 + 0.76 * t
    r = 0.37 * np.sqrt(np.clip(1 - ((y - 0.62) / 0.38) ** 2, 0, 1))
    r = np.where(y < 0.62, 0.065 + (0.37 - 0.065) * np.sin(np.clip((y - 0.24) / 0.38, 0, 1) * math.pi / 2) ** 0.85, r)
    gores = 8
    for i in range(gores):
        a0, a1 = (math.sin(math.pi * (k / gores - 0.5)) for k in (i, i + 1))
        outline = np.concatenate([np.stack([r * a0, y], 1), np.stack([r * a1, y], 1)[::-1]])
        pen.fill(outline, paint if i % 2 == 0 else other, nx=0.95 * (a0 + a1) / 2, ny=0.15)
    pen.line(-0.06, 0.25, -0.045, 0.12, 0.008, DARK)
    pen.line(0.06, 0.25, 0.045, 0.12, 0.008, DARK)
    pen.ellipse(0, 0.215, 0.018, 0.03, rgb("#ffd27a"), glow=1.0)
    pen.taper(0.0, 0.05, 0.12, 0.062, WOOD, bend=0.8)
    pen.box(-0.066, 0.105, 0.066, 0.125, WOOD * 0.6)


def hiker(pen: Pen, paint: np.ndarray) -> None:
    trousers, skin = rgb("#4a4d57"), rgb("#c99a78")
    pen.fill([(-0.10, 0), (-0.02, 0), (0.02, 0.44), (-0.10, 0.46)], trousers, bend=0.6)
    pen.fill([(0.06, 0.0), (0.15, 0.0), (0.10, 0.46), (-0.02, 0.46)], trousers * 0.85, bend=0.6)
    pen.box(-0.125, 0, -0.01, 0.045, DARK)
    pen.box(0.055, 0, 0.175, 0.045, DARK)
    pen.curve([(-0.13, 0.44), (-0.14, 0.62), (-0.12, 0.78), (0, 0.83), (0.11, 0.78), (0.13, 0.6), (0.11, 0.43)],
              paint, bend=0.8)  # fmt: skip
    pen.curve([(0.08, 0.76), (0.15, 0.72), (0.24, 0.58), (0.27, 0.56), (0.27, 0.51), (0.21, 0.51), (0.1, 0.63)],
              paint * 0.85, nx=0.5)  # fmt: skip
    pen.curve([(-0.19, 0.48), (-0.2, 0.7), (-0.13, 0.82), (0.0, 0.8), (0.02, 0.62), (0, 0.46)],
              rgb("#7b5b34") if paint[0] < 0.6 else rgb("#3f5a4a"), bend=0.8)  # fmt: skip
    pen.line(-0.19, 0.82, 0.0, 0.82, 0.07, rgb("#b9a98a"))
    pen.ellipse(0.03, 0.9, 0.068, 0.085, skin, bend=0.8)
    pen.curve([(-0.05, 0.91), (-0.04, 1.0), (0.04, 1.0), (0.1, 0.96), (0.1, 0.92)], paint * 0.6, bend=0.7)
    pen.line(0.27, 0.56, 0.34, 0.0, 0.018, rgb("#c9c9c9"))


def sailing_boat(pen: Pen, paint: np.ndarray) -> None:
    sail = rgb("#f4efe2")
    pen.line(0.02, 0.1, 0.02, 1.0, 0.018, WOOD)
    pen.curve([(0.035, 0.17), (0.035, 0.97), (0.2, 0.62), (0.4, 0.2), (0.2, 0.165)], sail, nx=0.35, ny=0.1)
    pen.fill([(0.034, 0.44), (0.034, 0.58), (0.225, 0.56), (0.295, 0.42)], paint, nx=0.35, ny=0.1)
    pen.curve([(0.0, 0.88), (-0.02, 0.5), (-0.05, 0.19), (-0.36, 0.17), (-0.18, 0.5)], sail * 0.94, nx=-0.45, ny=0.1)
    pen.curve([(-0.44, 0.15), (-0.36, 0.03), (-0.25, 0), (0.26, 0), (0.36, 0.04), (0.42, 0.15)], paint, ny=-0.2)
    pen.fill([(-0.455, 0.165), (0.43, 0.155), (0.43, 0.125), (-0.44, 0.13)], sail * 0.9, ny=0.5)
    pen.box(-0.13, 0.16, 0.16, 0.205, WOOD, ny=0.2)


def castle(pen: Pen, stone: np.ndarray) -> None:
    roof = rgb("#3f5f96") if stone[2] < 0.7 else rgb("#a13c34")

    def tower(x, half, top, colour, cone):
        pen.taper(0, half * 1.05, top, half, colour, x=x, bend=0.95)
        pen.taper(top - 0.05, half * 1.2, top, half * 1.2, colour * 0.92, x=x, bend=0.95)
        pen.fill([(x - half * 1.35, top), (x + half * 1.35, top), (x, top + cone)], roof, bend=0.95, ny=0.3)
        pen.box(x - 0.012, top - 0.16, x + 0.012, top - 0.1, DARK, glow=0.9)

    tower(0.07, 0.085, 0.72, stone * 0.86, 0.28)
    tower(-0.16, 0.062, 0.58, stone * 0.9, 0.2)
    pen.box(-0.42, 0, 0.42, 0.36, stone, ny=0.05)
    for i in range(9):
        pen.box(-0.42 + i * 0.1, 0.36, -0.37 + i * 0.1, 0.4, stone)
    tower(-0.42, 0.085, 0.5, stone * 0.96, 0.22)
    tower(0.42, 0.085, 0.5, stone * 0.96, 0.22)
    pen.curve([(-0.075, 0), (-0.075, 0.14), (0, 0.22), (0.075, 0.14), (0.075, 0)], DARK)
    for x in (-0.24, 0.24):
        pen.box(x - 0.016, 0.2, x + 0.016, 0.27, DARK, glow=0.9)


def car(pen: Pen, paint: np.ndarray) -> None:
    pen.curve([(-0.95, 0.2), (-0.97, 0.42), (-0.9, 0.56), (-0.5, 0.62), (0.3, 0.62), (0.78, 0.55), (0.95, 0.42),
               (0.96, 0.2), (0.5, 0.15), (-0.5, 0.15)], paint, ny=0.1)  # fmt: skip
    pen.curve([(-0.72, 0.58), (-0.56, 0.88), (-0.35, 0.99), (0.05, 1.0), (0.25, 0.92), (0.5, 0.6)], paint, ny=0.35)
    pen.fill([(-0.58, 0.61), (-0.46, 0.85), (-0.33, 0.92), (-0.16, 0.93), (-0.16, 0.61)], GLASS, ny=0.3)
    pen.fill([(-0.1, 0.61), (-0.1, 0.93), (0.06, 0.93), (0.18, 0.87), (0.36, 0.61)], GLASS, ny=0.3)
    pen.box(-0.96, 0.4, 0.95, 0.45, paint * 0.7)
    pen.line(-0.13, 0.2, -0.13, 0.6, 0.02, paint * 0.55)
    for x in (-0.56, 0.56):
        pen.ellipse(x, 0.2, 0.235, 0.235, paint * 0.45)
        pen.ellipse(x, 0.19, 0.19, 0.19, DARK)
        pen.ellipse(x, 0.19, 0.1, 0.1, rgb("#b9bcc2"), ny=0.2)
    pen.ellipse(0.9, 0.47, 0.05, 0.06, rgb("#fff4cc"), glow=1.0)
    pen.ellipse(-0.94, 0.47, 0.03, 0.05, rgb("#d03028"), glow=0.7)
    pen.box(-1.0, 0.2, -0.85, 0.27, rgb("#c9ccd0"), ny=0.2)
    pen.box(0.86, 0.2, 1.0, 0.27, rgb("#c9ccd0"), ny=0.2)


def windmill(pen: Pen, paint: np.ndarray) -> None:
    wall = PAINTS["white"] if paint.min() < 0.7 else rgb("#b08d68")
    pen.taper(0, 0.19, 0.56, 0.11, wall, bend=0.95)
    pen.taper(0.2, 0.165, 0.27, 0.155, paint, bend=0.95)
    pen.curve([(-0.135, 0.55), (-0.1, 0.66), (0, 0.71), (0.1, 0.66), (0.135, 0.55)], paint, bend=0.9, ny=0.3)
    pen.curve([(-0.045, 0), (-0.045, 0.11), (0, 0.14), (0.045, 0.11), (0.045, 0)], WOOD * 0.7)
    pen.box(-0.025, 0.38, 0.025, 0.45, DARK, glow=0.9)
    turn = pen.rng.uniform(0.25, 1.2)
    for k in range(4):
        c, s = math.cos(turn + k * math.pi / 2), math.sin(turn + k * math.pi / 2)
        at = lambda u, v, c=c, s=s: (u * c - v * s, 0.61 + u * s + v * c)  # noqa: E731
        pen.fill([at(0.08, 0.005), at(0.385, 0.005), at(0.385, 0.095), at(0.08, 0.08)], rgb("#f2ead8"), nx=0.2 * c)
        pen.line(*at(0, 0), *at(0.39, 0), 0.022, WOOD * 0.8)
    pen.ellipse(0, 0.61, 0.032, 0.032, DARK)


def horse(pen: Pen, coat: np.ndarray) -> None:
    mane = coat * 0.45 if coat.mean() > 0.2 else rgb("#151414")
    far, hoof = coat * 0.72, DARK
    for x, lean in ((-0.25, -0.06), (0.2, 0.07)):
        pen.fill([(x - 0.05, 0.45), (x + 0.06, 0.45), (x + lean + 0.03, 0.2), (x + lean + 0.035, 0.0),
                  (x + lean - 0.03, 0.0), (x + lean - 0.025, 0.2)], far)  # fmt: skip
    pen.curve([(-0.42, 0.62), (-0.52, 0.55), (-0.56, 0.4), (-0.53, 0.2), (-0.47, 0.3), (-0.44, 0.48)], mane)
    pen.curve([(-0.43, 0.6), (-0.36, 0.68), (-0.15, 0.66), (0.08, 0.64), (0.25, 0.68), (0.34, 0.58), (0.32, 0.46),
               (0.2, 0.38), (-0.05, 0.36), (-0.25, 0.4), (-0.4, 0.43)], coat, ny=0.25)  # fmt: skip
    for x, lean in ((-0.36, 0.03), (0.28, -0.03)):
        pen.fill([(x - 0.07, 0.5), (x + 0.075, 0.5), (x + lean + 0.035, 0.22), (x + lean + 0.035, 0.0),
                  (x + lean - 0.035, 0.0), (x + lean - 0.03, 0.22)], coat, bend=0.5)  # fmt: skip
        pen.box(x + lean - 0.042, 0, x + lean + 0.045, 0.045, hoof)
    pen.curve([(0.1, 0.64), (0.24, 0.78), (0.33, 0.92), (0.42, 0.96), (0.45, 0.84), (0.41, 0.7), (0.35, 0.52),
               (0.24, 0.5)], coat, nx=0.3, ny=0.2)  # fmt: skip
    pen.curve([(0.34, 0.9), (0.4, 0.97), (0.48, 0.93), (0.6, 0.79), (0.62, 0.72), (0.56, 0.7), (0.46, 0.78),
               (0.38, 0.8)], coat * 1.05, nx=0.3, ny=0.3)  # fmt: skip
    pen.fill([(0.38, 0.94), (0.41, 1.0), (0.44, 0.95)], coat)
    pen.curve([(0.1, 0.66), (0.2, 0.8), (0.3, 0.95), (0.39, 0.985), (0.36, 0.9), (0.27, 0.75), (0.2, 0.64)], mane)
    pen.ellipse(0.485, 0.865, 0.014, 0.014, hoof)


def tree(pen: Pen, leaf: np.ndarray) -> None:
    bark = rgb("#5d4532")
    pen.curve([(-0.09, 0), (-0.045, 0.1), (-0.035, 0.4), (0.035, 0.4), (0.05, 0.1), (0.1, 0)], bark, bend=0.8)
    for x, y in ((-0.2, 0.58), (0.22, 0.62), (0.02, 0.66)):
        pen.line(0, 0.3, x, y, 0.035, bark * 0.9)
    for _ in range(16):
        angle, far = pen.rng.uniform(0, 2 * math.pi), pen.rng.uniform(0, 1) ** 0.6
        x, y = 0.27 * far * math.cos(angle), 0.66 + 0.2 * far * math.sin(angle)
        r = pen.rng.uniform(0.09, 0.14)
        tone = 0.72 + 0.45 * (y - 0.46) / 0.4 + pen.rng.uniform(-0.06, 0.06)
        pen.ellipse(x, y, r, r * 0.9, np.clip(leaf * tone, 0, 1), nx=x / 0.35, ny=(y - 0.62) / 0.4)


def tent(pen: Pen, paint: np.ndarray) -> None:
    pen.fill([(-0.2, 1.0), (0.45, 0.93), (1.05, 0.0), (0.42, 0.0)], paint * 0.82, nx=0.55, ny=0.35)
    pen.fill([(-0.85, 0), (-0.2, 1.0), (0.42, 0)], paint, nx=-0.3, ny=0.2)
    pen.fill([(-0.42, 0), (-0.2, 0.72), (0.04, 0)], rgb("#3a2f2a"), glow=0.8)
    pen.fill([(-0.42, 0), (-0.2, 0.72), (-0.62, 0.0)], paint * 0.68, nx=-0.6)
    pen.line(-0.2, 0.98, -0.2, 1.06, 0.03, DARK)
    pen.line(-0.2, 1.0, -1.1, 0.0, 0.014, rgb("#d8d2c0"))
    pen.line(0.45, 0.93, 1.25, 0.0, 0.014, rgb("#d8d2c0"))


def cabin(pen: Pen, paint: np.ndarray) -> None:
    pen.box(0.24, 0.6, 0.36, 1.0, rgb("#8b7468"), ny=0.05)
    pen.box(-0.5, 0, 0.5, 0.5, paint)
    for y in np.arange(0.07, 0.5, 0.085):
        pen.line(-0.5, y, 0.5, y, 0.012, paint * 0.72)
    pen.fill([(-0.5, 0.5), (0.5, 0.5), (0, 0.86)], paint * 0.92)
    pen.fill([(-0.64, 0.44), (0, 0.9), (0.64, 0.44), (0.6, 0.37), (0, 0.8), (-0.6, 0.37)], rgb("#4b4347"), ny=0.5)
    pen.box(-0.1, 0, 0.1, 0.33, WOOD * 0.7)
    for x in (-0.31, 0.31):
        pen.box(x - 0.105, 0.14, x + 0.105, 0.34, rgb("#f3efe6"))
        pen.box(x - 0.085, 0.16, x + 0.085, 0.32, GLASS, glow=1.0)
        pen.line(x, 0.16, x, 0.32, 0.014, rgb("#f3efe6"))
    pen.ellipse(0, 0.62, 0.06, 0.06, GLASS, glow=1.0)


def rocket(pen: Pen, paint: np.ndarray) -> None:
    body = rgb("#e4e4e8") if paint.min() < 0.7 else rgb("#a9b4c4")
    for side in (-1, 1):
        pen.fill(
            [(side * 0.1, 0.36), (side * 0.27, 0.14), (side * 0.28, 0.0), (side * 0.1, 0.13)], paint, nx=side * 0.5
        )
    pen.taper(0.03, 0.075, 0.12, 0.06, DARK, bend=0.9)
    pen.curve([(-0.1, 0.1), (-0.135, 0.35), (-0.13, 0.62), (-0.1, 0.76), (0.1, 0.76), (0.13, 0.62), (0.135, 0.35),
               (0.1, 0.1)], body, bend=0.97)  # fmt: skip
    pen.curve([(-0.105, 0.75), (-0.07, 0.87), (0, 1.0), (0.07, 0.87), (0.105, 0.75)], paint, bend=0.95)
    pen.taper(0.28, 0.137, 0.33, 0.137, paint, bend=0.97)
    pen.ellipse(0, 0.6, 0.06, 0.06, paint * 0.7)
    pen.ellipse(0, 0.6, 0.043, 0.043, GLASS, glow=0.9)
    pen.fill([(-0.02, 0.3), (0.02, 0.3), (0.024, 0.0), (-0.024, 0.0)], paint * 0.85, nx=0)


# name -> (how to draw it, colours it comes in, width over height)
SUBJECTS: dict[str, tuple[Callable[[Pen, np.ndarray], None], dict[str, np.ndarray], float]] = {
    "lighthouse": (lighthouse, PAINTS, 0.5),
    "hot air balloon": (hot_air_balloon, PAINTS, 0.75),
    "hiker": (hiker, PAINTS, 0.55),
    "sailing boat": (sailing_boat, PAINTS, 0.9),
    "castle": (castle, STONES, 1.05),
    "car": (car, PAINTS, 2.0),
    "windmill": (windmill, PAINTS, 0.8),
    "horse": (horse, COATS, 1.2),
    "tree": (tree, LEAVES, 0.8),
    "tent": (tent, PAINTS, 2.1),
    "cabin": (cabin, PAINTS, 1.3),
    "rocket": (rocket, PAINTS, 0.56),
}
