"""Bottles: a still life of blown glass with fruit, a candle, goblets and a cloth that falls over the table's edge."""

import numpy as np

from images.world.base import Subject, details
from images.world.furniture import candles, fabrics, fruit, tableware
from images.world.modelling import drape

EDGE = -0.35  # the table's front edge, from the subject's origin: see composition.on_table
CLOTHS = {
    "linen": (0.62, 0.58, 0.5), "white": (0.7, 0.69, 0.66), "red": (0.26, 0.02, 0.02), "green": (0.03, 0.1, 0.06),
    "blue": (0.03, 0.06, 0.16), "ochre": (0.36, 0.22, 0.06),
}  # fmt: skip
WITH = {"fruit": ("bottles and fruit", "glass bottles, apples and pears", "old bottles beside a few pieces of fruit"),
    "candle": ("wine bottles and a candle", "glass bottles with a burning candle", "bottles around a candlestick"),
    "bread": ("wine bottles, bread and grapes", "bottles with a loaf and a bunch of grapes",
    "a wine bottle, a loaf and a glass of wine"), "glasses": ("bottles and wine glasses",
    "wine bottles beside half-filled glasses", "a decanter and wine bottles"),
    "row": ("a row of coloured glass bottles", "old glass bottles in many colours",
    "antique bottles of coloured glass"),}  # fmt: skip


def describe(rng, setting):
    kind = str(rng.choice(list(WITH)))
    cloth = str(rng.choice(list(CLOTHS))) if rng.random() < 0.7 else ""
    words = str(rng.choice(WITH[kind]))
    if cloth and rng.random() < 0.55:
        words += f" with a folded {cloth} cloth"
    return details(words, kind=kind, cloth=cloth, height=0.33, width=0.62)


def build(stage, what):
    rng = stage.rng("bottles")
    kind = what["kind"]
    parts, feet = [], []

    def put(made, x, y, radius=0.045, z=0.0, heading=None):
        turn = float(rng.uniform(0, 6.28)) if heading is None else heading
        made.location, made.rotation_euler = (x, y, z), (0, 0, turn)
        parts.append(made)
        feet.append((x, y, radius))

    for x, y, name in _places(rng, kind):
        glass, wine = _glass(rng, kind, name)
        made = tableware.bottle(stage, rng, name, glass, wine, float(rng.uniform(0.25, 0.72)), kind != "row")
        put(made, x, y, 0.05, heading=float(rng.uniform(-0.5, 0.5)))
    _company(stage, rng, kind, put)
    if what["cloth"]:
        parts.append(_cloth(stage, rng, CLOTHS[what["cloth"]], feet))
    return stage.group(*parts)


def _places(rng, kind: str):
    """Where the bottles stand: (x, y, kind), tall ones off the middle, overlapping a little."""
    count = {"row": 6, "fruit": 4, "candle": 4, "bread": 3, "glasses": 4}[kind]
    names = [str(name) for name in rng.permutation(list(tableware.BOTTLES) * 2)[:count]]
    if kind != "row":
        names[0] = str(rng.choice(["bordeaux", "burgundy", "rhine"]))
    spread = np.linspace(-0.25, 0.25, count) + rng.uniform(-0.025, 0.025, count)
    order = rng.permutation(count)
    return [(float(spread[order[i]]), float(rng.uniform(0.0, 0.14)), names[i]) for i in range(count)]


def _glass(rng, kind: str, name: str):
    if name in ("bordeaux", "burgundy", "rhine") and kind != "row":
        return str(rng.choice(["green", "olive", "brown"])), "red wine" if rng.random() < 0.6 else None
    glass = str(rng.choice(list(tableware.GLASS)))
    pale = glass in ("clear", "aqua", "smoke")
    return glass, str(rng.choice(list(tableware.WINE))) if pale and rng.random() < 0.7 else None


def _company(stage, rng, kind: str, put):
    """What stands before and between the bottles."""
    if kind in ("fruit", "candle", "row"):
        bright = ("apple", "green apple", "pear", "lemon", "orange", "pomegranate", "apple", "orange")
        favourite = [str(k) for k in rng.choice(bright, 2, replace=False)]
        for x in np.linspace(-0.24, 0.24, {"fruit": 6, "candle": 3, "row": 2}[kind]):
            one = fruit.fruit(stage, rng, favourite[int(rng.random() < 0.35)])
            put(one, x + rng.uniform(-0.03, 0.03), float(rng.uniform(-0.12, -0.05)), 0.03)
    if kind == "candle":
        holder, _ = candles.standing_candle(stage, rng, str(rng.choice(["stick", "chamber"])))
        put(holder, float(rng.choice([-1, 1]) * rng.uniform(0.06, 0.16)), -0.05, 0.06)
    if kind == "bread":
        side = float(rng.choice([-1, 1]))
        put(fruit.board(stage), side * 0.12, -0.08, 0.2, heading=float(rng.uniform(-0.3, 0.3)))
        put(fruit.loaf(stage, rng), side * 0.12, -0.07, 0.1, 0.02)
        put(fruit.grapes(stage, rng, str(rng.choice(["black", "green", "red"]))), -side * 0.1, -0.1, 0.09)
    if kind in ("glasses", "bread", "fruit"):
        for k in range({"glasses": 3, "bread": 1, "fruit": 1}[kind]):
            wine = str(rng.choice(["red wine", "red wine", "white wine"]))
            put(
                tableware.goblet(stage, rng, wine),
                float((-0.2, 0.05, 0.22)[k] + rng.uniform(-0.03, 0.03)),
                float(rng.uniform(-0.1, -0.04)),
                0.04,
            )
    if kind == "glasses":
        put(fruit.grapes(stage, rng, "green"), -0.05, -0.13, 0.09)
    if rng.random() < 0.5 and kind in ("fruit", "candle", "row"):
        put(fruit.walnuts(stage, rng, 4, 0.03), float(rng.uniform(-0.15, 0.15)), -0.16, 0.05)


def _cloth(stage, rng, colour, feet):
    """A cloth pushed together under the things, one side of it hanging over the edge."""
    wide, deep = 0.62, 0.62
    columns = 34 + stage.count(40)
    rows = columns
    u, v = np.meshgrid(np.linspace(-0.5, 0.5, columns), np.linspace(-0.5, 0.5, rows))
    turn, shift = float(rng.uniform(-0.35, 0.35)), float(rng.uniform(-0.12, 0.12))
    x0, y0 = 0.86 * wide * u, 0.9 * deep * v - 0.26
    x, y = x0 * np.cos(turn) - y0 * np.sin(turn) * 0.5 + shift, y0 + x0 * np.sin(turn)
    from images.world.noise import fbm

    z = 0.012 + 0.03 * np.clip(fbm(x * 5, y * 5, 3, int(rng.integers(999))) + 0.2, 0, 1)
    table = lambda a, b: np.where(b > EDGE - 0.006, 0.0, -0.7)  # noqa: E731
    points = drape.fallen(
        x, y, z, (wide / (columns - 1), deep / (rows - 1)), table, steps=110, stiff=0.12, grip=0.35, gap=0.0015
    )
    for a, b, radius in feet:  # flat under what stands on it
        away = np.hypot(points[..., 0] - a, points[..., 1] - b)
        flat = np.clip((away - radius) / 0.035, 0, 1)
        over = points[..., 2] > 0
        points[..., 2] = np.where(
            over, 0.0015 + (points[..., 2] - 0.0015) * flat * flat * (3 - 2 * flat), points[..., 2]
        )
    if stage.detail > 0.5:
        points = drape.refined(points, 1)
    return stage.add(drape.sheet(points), fabrics.cloth(stage, colour, None, 1100), smooth=True)


SUBJECT = Subject(
    name="bottles",
    settings=("room", "nave"),
    height=0.33,
    width=0.62,
    describe=describe,
    build=build,
    on="table",
    share=(0.6, 0.76),
    heading=(0.0, 0.0),
    noun="bottle",
)
