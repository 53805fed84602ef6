"""Books: old bindings in a stack or a row, an open one before them, with a lamp, spectacles, a candle or a globe."""

from images.world.base import Subject, details
from images.world.furniture import books, candles, finishes, games, lamps, tableware
from images.world.materials import Surface

WITH = {"lamp": ("old books under a brass desk lamp", "a stack of books beside a desk lamp",
    "leather-bound books and a brass lamp"), "spectacles": ("an open book and a pair of spectacles",
    "spectacles on an open book", "old books with a pair of reading glasses"), "candle": ("old books and a candle",
    "a stack of leather books beside a burning candle", "an open book by a candle"), "stack": ("a stack of old books",
    "leather-bound books piled up", "a pile of worn books"), "tea": ("a stack of books and a cup of tea",
    "books beside a teacup", "an open book and a cup of tea"),}  # fmt: skip


def describe(rng, setting):
    kind = str(rng.choice(list(WITH)))
    height = {"lamp": 0.36, "candle": 0.27}.get(kind, 0.2)
    return details(str(rng.choice(WITH[kind])), kind=kind, height=height, width=0.5)


def build(stage, what):
    rng = stage.rng("books")
    kind, side = what["kind"], float(rng.choice([-1, 1]))
    parts = []

    def put(made, x, y, z=0.0, heading=0.0, tilt=0.0):
        made.location, made.rotation_euler = (x, y, z), (tilt, 0, heading)
        parts.append(made)
        return made

    count = {"lamp": 4, "candle": 4, "stack": 6, "tea": 4, "spectacles": 3}[kind]
    pile, top, _turn = books.stack(stage, rng, count)
    put(pile, side * 0.11, 0.06, heading=float(rng.uniform(-0.25, 0.25)))
    second, _low, _ = books.stack(stage, rng, int(rng.integers(2, 4)), 0.23)
    put(second, -side * 0.2, 0.16, heading=float(rng.uniform(-0.5, 0.5)))
    if kind in ("lamp", "spectacles", "candle", "tea"):
        put(books.open_book(stage, rng), -side * 0.1, -0.09, heading=float(rng.uniform(-0.25, 0.25)))
    else:
        one = books.book(stage, rng, 0.21, 0.15, 0.03)
        put(one, -side * 0.09, -0.07, heading=float(rng.uniform(0.2, 0.7)) * side)
        leaning = books.book(stage, rng, 0.23, 0.16, 0.034)
        put(leaning, -side * 0.03, 0.1, 0.012, tilt=0.0)
        leaning.rotation_euler = (0, -side * 1.18, 0)
        leaning.location = (-side * 0.045, 0.05, 0.106)
    if kind == "lamp":
        put(lamps.desk_lamp(stage, rng), -side * 0.19, 0.14, heading=0.3 * side)
    if kind == "candle":
        holder, _ = candles.standing_candle(stage, rng, str(rng.choice(["stick", "chamber", "saucer"])))
        put(holder, -side * 0.17, 0.11) if rng.random() < 0.6 else put(holder, side * 0.11, 0.06, top)
        put(candles.pool_of_wax(stage, rng, 0.02), -side * 0.1, 0.06)
    if kind == "tea":
        cup = tableware.cup(stage, finishes.glazed(stage, (0.6, 0.58, 0.52)))
        put(cup, side * 0.21, -0.1, heading=float(rng.uniform(-1, 0.3)))
    if kind in ("spectacles", "lamp", "stack"):
        glasses = games.spectacles(stage)
        if kind == "spectacles":
            put(glasses, -side * 0.13, -0.13, 0.034, float(rng.uniform(-0.4, 0.4)))
        else:
            put(glasses, side * 0.12, -0.13, 0.0, float(rng.uniform(-0.5, 0.5)))
    _standing(stage, rng, put)
    return stage.group(*parts)


def _standing(stage, rng, put):
    """A row of books behind, out of focus."""
    covers, colours, leaves, gilt = books.row(rng, 0.42, 0.24, gaps=0.04)
    bound = Surface(roughness=0.5, attribute=True, variation=0.3, grain=0.05, relief=0.0004, relief_size=0.005)
    x, y = float(rng.uniform(-0.45, 0.05)), float(rng.uniform(0.28, 0.36))
    for solid, look, tint in (
        (covers, stage.material(bound), colours),
        (leaves, finishes.pages(stage), None),
        (gilt, finishes.brass(stage, 0.3), None),
    ):
        put(stage.add(solid, look, smooth=35, colours=tint), x, y)


SUBJECT = Subject(
    name="books",
    settings=("room", "nave"),
    height=0.25,
    width=0.5,
    describe=describe,
    build=build,
    on="table",
    share=(0.45, 0.6),
    heading=(-0.15, 0.15),
    noun="book",
)
