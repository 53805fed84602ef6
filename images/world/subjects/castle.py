"""A castle: a fortress with battlements, a tall one with pointed roofs, a desert fort, or a ruin."""

import numpy as np

from images.world.base import Subject, details
from images.world.boats.rigs import pennant
from images.world.buildings.masonry import Masonry, stonework, worn
from images.world.geometry import Solid, box, boxes, gable, join, lathe, tube
from images.world.materials import Surface

KINDS = {
    "fortress": ("a medieval castle", "a stone fortress", "a castle with round towers", "a fortress with battlements"),
    "palace": ("a castle with pointed towers", "a tall white castle", "a castle with slate roofs"),
    "ruin": ("a ruined castle", "the ruins of a castle", "an old castle in ruins"),
    "fort": ("a desert fortress", "a fort of sandstone", "an old desert fort"),
}
STONES = {
    "fortress": (0.23, 0.21, 0.18),
    "palace": (0.52, 0.49, 0.43),
    "ruin": (0.22, 0.205, 0.175),
    "fort": (0.44, 0.27, 0.15),
}


def describe(rng, setting):
    if setting == "dunes":
        kind = "fort" if rng.random() < 0.75 else "ruin"
    else:
        kind = str(rng.choice(("fortress", "palace", "ruin"), p=(0.42, 0.33, 0.25)))
    size = float(rng.uniform(0.8, 1.1))
    height = {"fortress": 34.0, "palace": 46.0, "ruin": 27.0, "fort": 22.0}[kind] * size
    return details(
        str(rng.choice(KINDS[kind])), kind=kind, size=size, height=height, width=52.0 * size, roof=int(rng.integers(3))
    )


def build(stage, what):
    kind, size = what["kind"], what["size"]
    rng, stones = stage.rng("castle"), Masonry()
    extra: dict[str, list] = {"roof": [], "pane": [], "dark": [], "wood": [], "flag": [], "iron": []}
    ruin = kind == "ruin"
    corners = _plan(rng)
    broken = worn(int(rng.integers(99)), 0.3, 6.0) if ruin else None
    for i, (x, y) in enumerate(corners):
        nxt = corners[(i + 1) % len(corners)]
        front = i == 0
        top = 9.5 if kind != "fort" else 8.0
        if not front:
            stones.wall((x, y), nxt, -14, top + rng.uniform(-0.6, 0.8), broken=broken)
            if broken is None:
                _slits(extra["dark"], (x, y), nxt, top)
        radius, high = (
            rng.uniform(2.6, 3.6),
            rng.uniform(13.5, 18) * (1.15 if kind == "palace" else 0.85 if kind == "fort" else 1),
        )
        _tower(stones, extra, rng, x, y, radius, high, kind, stage, broken)
    _gate(stones, extra, corners[0], corners[1], kind, broken)
    _keep(stones, extra, rng, kind, stage, broken)
    if kind != "ruin":
        _halls(stones, extra, rng, kind)
    return _emit(stage, stones, extra, kind, size, what["roof"])


def _plan(rng) -> np.ndarray:
    """Corners of the curtain wall, anticlockwise seen from above, the first two to the front with the gate between."""
    angles = np.radians([248, 292, 335, 28, 88, 150, 205]) + rng.normal(0, 0.07, 7)
    reach = np.array([20, 20, 24, 23, 19, 23, 24]) * rng.uniform(0.9, 1.08, 7)
    return np.c_[reach * np.cos(angles), 0.78 * reach * np.sin(angles)]


def _tower(stones, extra, rng, x, y, radius, high, kind, stage, broken, roofed=None) -> None:
    around = stage.around(56, 18)
    share = worn(int(rng.integers(99)), 0.45, 1.3) if broken is not None and rng.random() < 0.8 else None
    over = 1.0 if kind == "fort" else 1.16
    profile = [(1.14 * radius, -14), (1.12 * radius, 0.4), (1.02 * radius, 3.0), (0.98 * radius, high - 2.2)]
    if kind == "fort":
        profile = [(1.25 * radius, -14), (1.22 * radius, 0), (0.95 * radius, high - 0.9), (0.93 * radius, high)]
    elif share is None:
        profile += [(over * radius, high - 1.5), (over * radius, high)]
        stones.corbels(x, y, 1.02 * radius, high - 2.3)
    stones.drum(x, y, profile, around, share, rng.uniform(0.9, 1.1))
    if share is None:
        if roofed is None:
            roofed = kind == "palace" or (kind == "fortress" and rng.random() < 0.45)
        if roofed:
            steep = rng.uniform(2.5, 3.6) if kind == "palace" else rng.uniform(1.7, 2.3)
            _cone(extra, x, y, over * radius, high, steep * radius, around)
        else:
            stones.merlons(x, y, over * radius, high, wide=0.8)
    count = int(rng.integers(2, 5)) if share is None else 0
    for i in range(count):
        a, z = rng.uniform(np.pi, 2 * np.pi), high * (0.25 + 0.62 * (i + rng.uniform(0.2, 0.8)) / count)
        lit = kind == "palace" or (kind == "fortress" and rng.random() < 0.6)
        _window(extra, stones, x, y, radius, a, z, lit)


def _window(extra, stones, x, y, radius, angle, z, lit: bool) -> None:
    """A narrow window or a slit in a round tower, with its sill and lintel."""
    at = (x + radius * np.cos(angle), y + radius * np.sin(angle))
    turn = angle + np.pi / 2
    wide, high = (0.42, 1.5) if lit else (0.12, 1.4)
    put = lambda rows: boxes(rows).turned(turn).moved(*at)  # noqa: E731
    extra["pane" if lit else "dark"].append(put([(-wide, wide, -0.07, 0.4, z, z + high)]))
    if lit:
        stones.blocks([(-0.6, 0.6, -0.16, 0.3, z - 0.2, z), (-0.6, 0.6, -0.13, 0.3, z + high, z + high + 0.22), (-0.6,
            -0.42, -0.12, 0.3, z, z + high), (0.42, 0.6, -0.12, 0.3, z, z + high)], turn, (*at, 0.0), 1.15)  # fmt: skip
        extra["iron"].append(
            put([(-0.03, 0.03, -0.1, -0.05, z, z + high), (-wide, wide, -0.1, -0.05, z + 0.55 * high, z + 0.6 * high)])
        )


def _cone(extra, x, y, radius, z, rise, around) -> None:
    profile = [
        (1.12 * radius, z + 0.1),
        (1.14 * radius, z + 0.3),
        (0.72 * radius, z + 0.34 * rise),
        (0.36 * radius, z + 0.68 * rise),
        (0.02, z + rise),
    ]
    extra["roof"].append(lathe(profile, around).moved(x, y))
    extra["iron"].append(tube([(x, y, z + rise - 0.3), (x, y, z + rise + 1.5)], 0.04, 5))
    if int(abs(x * 7 + y * 3)) % 3 == 0:
        extra["flag"].append(pennant((x, y, z + rise + 1.3), 1.7, int(abs(x * 7))))


def _slits(dark: list, a, b, top: float) -> None:
    a, b = np.asarray(a), np.asarray(b)
    length, heading = float(np.hypot(*(b - a))), float(np.arctan2(b[1] - a[1], b[0] - a[0]))
    rows = [(s - 0.1, s + 0.1, -0.97, -0.5, 0.55 * top, 0.55 * top + 1.3) for s in np.arange(5, length - 4, 4.5)]
    if rows:
        dark.append(boxes(rows).turned(heading).moved(*a))


def _gate(stones, extra, a, b, kind, broken) -> None:
    """The gatehouse between the two front corners: an arch with its portcullis between square towers."""
    middle = (np.asarray(a) + np.asarray(b)) / 2
    x, y = middle
    high = 12.5 if kind != "fort" else 10.0
    stones.wall(a, (x - 4.6, y), -14, 9.0, broken=broken)
    stones.wall((x + 4.6, y), b, -14, 9.0, broken=broken)
    for s in (-1, 1):
        x0, x1 = sorted((s * 1.9, s * 5.0))
        stones.blocks(
            [
                (x0, x1, -3.2, 2.6, -14, high * (1 if broken is None else 0.8 + 0.15 * s)),
                (x0 - 0.2, x1 + 0.2, -3.4, 2.8, -14, 1.2),
            ],
            0,
            (x, y, 0),
        )
        if broken is None:
            teeth = [(x0 - 0.2 + 1.0 * i, x0 + 0.4 + 1.0 * i, -3.45, -2.9, high, high + 1.2) for i in range(4)]
            stones.blocks([(x0 - 0.25, x1 + 0.25, -3.45, 2.8, high - 0.6, high + 0.3), *teeth], 0, (x, y, 0))
        extra["dark"] += (
            []
            if broken is not None
            else [
                boxes(
                    [
                        (x + (x0 + x1) / 2 - 0.12, x + (x0 + x1) / 2 + 0.12, y - 3.25, y - 2.8, z, z + 1.5)
                        for z in (4.0, 8.0)
                    ]
                )
            ]
        )
    t = np.linspace(0, np.pi, 25)
    ax, az = 1.9 * np.cos(t), 3.6 + 2.1 * np.sin(t)
    wall_y = y - 2.2
    up = np.stack([az, np.full(25, high - 2.4)])
    stones.surface(np.broadcast_to(x - ax, (2, 25)), np.full((2, 25), wall_y), up, np.broadcast_to(-ax, (2, 25)), up)
    deep = np.array([[wall_y], [y + 2.0]])
    stones.surface(
        np.broadcast_to(x - ax, (2, 25)),
        np.broadcast_to(deep, (2, 25)),
        np.broadcast_to(az, (2, 25)),
        np.broadcast_to(np.r_[0, np.cumsum(np.hypot(np.diff(ax), np.diff(az)))], (2, 25)),
        np.broadcast_to(deep, (2, 25)),
        flip=True,
    )
    stones.blocks([(-1.95, 1.95, -2.2, 2.0, high - 2.4, high - 1.2)], 0, (x, y, 0))
    extra["dark"].append(box(x - 1.9, x + 1.9, y + 1.6, y + 1.9, -1, 5.7))
    if kind != "ruin":
        bars = [(x + s - 0.06, x + s + 0.06, y - 1.3, y - 1.2, 2.6, 5.8) for s in np.linspace(-1.7, 1.7, 8)]
        bars += [(x - 1.9, x + 1.9, y - 1.3, y - 1.2, z, z + 0.1) for z in (2.9, 3.7, 4.5)]
        extra["wood"].append(boxes(bars))
    extra["wood"].append(box(x - 1.85, x + 1.85, y - 9.5, y - 2.2, -0.35, -0.1))
    extra["iron"] += [tube([(x + s * 1.6, y - 2.3, 5.0), (x + s * 1.6, y - 9.0, 0.0)], 0.05, 5) for s in (-1, 1)]


def _keep(stones, extra, rng, kind, stage, broken) -> None:
    """The great tower, and in a palace the thin ones beside it."""
    if kind == "palace":
        for x, y, radius, high in (
            (-4, 5, 3.6, 30),
            (5.5, 7, 2.4, 24),
            (-11, 8, 2.0, 21),
            (0.8, 1.5, 1.5, 33),
            (12, 4, 1.7, 19),
        ):
            _tower(
                stones,
                extra,
                rng,
                x + rng.normal(0, 0.6),
                y,
                radius,
                high * rng.uniform(0.9, 1.06),
                kind,
                stage,
                None,
                True,
            )
        return
    high = {"fortress": 26.0, "ruin": 22.0, "fort": 15.0}[kind]
    half = 6.2
    if broken is not None:
        share = worn(int(rng.integers(99)), 0.5, 4.0)
        for a, b in (
            ((-half, 0), (half, 0)),
            ((half, 0), (half, 11)),
            ((half, 11), (-half, 11)),
            ((-half, 11), (-half, 0)),
        ):
            stones.wall(a, b, -14, high, 1.6, teeth=False, broken=share)
        holes = [(s - 0.6, s + 0.6, -0.85, 0.85, z, z + 2.0) for s in (-3.5, 0, 3.5) for z in (6.0, 11.0)]
        extra["dark"].append(boxes([hole for hole in holes if hole[4] < 0.5 * high]))
        return
    stones.blocks(
        [
            (-half, half, 0, 11, -14, high),
            (-half - 0.35, half + 0.35, -0.35, 11.35, -14, 2.5),
            (-half - 0.3, half + 0.3, -0.3, 11.3, high - 0.7, high + 0.7),
        ]
    )
    s = np.arange(-half - 0.3, half, 1.75)
    stones.blocks(
        [(a, a + 0.95, y, y + 0.5, high + 0.7, high + 1.9) for a in s for y in (-0.3, 10.8)]
        + [(x, x + 0.5, a + 6.2, a + 7.15, high + 0.7, high + 1.9) for a in s[:-1] for x in (-half - 0.3, half - 0.2)]
    )
    for z in (7.5, 12.5, 17.5, 21.5):
        if z < high - 3:
            for x in (-3.6, 0.0, 3.6):
                if rng.random() < 0.75:
                    _window(extra, stones, x, 50.0, 50.0, -np.pi / 2, z, True)
    if kind == "fortress":
        for x in (-half, half):
            _tower(stones, extra, rng, x, 0.0, 1.5, high + 4.5, kind, stage, None)
    extra["iron"].append(tube([(0, 5, high), (0, 5, high + 6)], 0.06, 6))
    extra["flag"].append(pennant((0, 5, high + 5.2), 3.0, 3))


def _halls(stones, extra, rng, kind) -> None:
    """Houses inside the walls, whose roofs show above them."""
    for x, y, w, d, h in ((-13, -1, 9, 7, 11.5), (12, 0, 10, 8, 12.5), (0, 12, 14, 7, 13.5)):
        h = h * rng.uniform(0.9, 1.15)
        stones.blocks([(x - w / 2, x + w / 2, y - d / 2, y + d / 2, -10, h)], tone=1.05)
        if kind != "fort":
            extra["roof"].append(
                gable(x - w / 2 - 0.4, x + w / 2 + 0.4, y - d / 2 - 0.5, y + d / 2 + 0.5, h - 0.1, h + 0.75 * d)
            )
            gables = gable(x - w / 2, x + w / 2, y - d / 2, y + d / 2, h - 0.2, h + 0.68 * d)
            extra["wall"] = [*extra.get("wall", []), gables]
            stones.blocks([(x + 0.25 * w - 0.5, x + 0.25 * w + 0.5, y - 0.4, y + 0.4, h, h + 0.75 * d + 1.6)])
        for i in range(3):
            a = x - w / 2 + w * (i + 0.5) / 3
            _window(extra, stones, a, y - d / 2 + 50, 50.0, -np.pi / 2, h - 2.6, True)


def _emit(stage, stones, extra, kind, size, roof: int):
    stone = STONES[kind]
    moss = 0.0 if kind == "fort" else 0.7 if kind == "ruin" else 0.3
    plaster = {"palace": 0.85, "fort": 0.55}.get(kind, 0.0)
    parts = [stones.emit(stage, stonework(stage, stone, tuple(0.75 * c for c in stone), moss=moss, plaster=plaster))]
    tiles = ((0.055, 0.06, 0.075), (0.15, 0.062, 0.04), (0.05, 0.07, 0.068))[roof]
    if extra["roof"]:
        parts.append(
            stage.add(
                extra["roof"],
                stage.material(Surface(tiles, 0.7, 0.4, 0.7, 0.05, 0.35, stretch=(1, 1, 2.6), wear=(0.1, 0.085, 0.06))),
            )
        )
    if extra.get("wall"):
        parts.append(stage.add(extra["wall"], stage.surface(stone, 0.85, relief=0.02, relief_size=0.3)))
    if extra["pane"]:
        parts.append(stage.add(extra["pane"], stage.window((1.0, 0.55, 0.22), 3.0)))
    for name, surface in (("dark", Surface((0.008, 0.008, 0.009), 1.0)), ("wood", Surface((0.09, 0.055, 0.03), 0.8,
        0.4, 0.3, 0.01, 0.05)), ("iron", Surface((0.02, 0.02, 0.022), 0.6)), ("flag", Surface(((0.35, 0.03, 0.03),
        (0.03, 0.08, 0.25), (0.5, 0.36, 0.05))[roof], 0.8, translucency=0.3))):  # fmt: skip
        if extra[name]:
            parts.append(
                stage.add(
                    join(extra[name]) if not isinstance(extra[name], Solid) else extra[name], stage.material(surface)
                )
            )
    made = stage.group(*parts)
    made.scale = (size,) * 3
    return stage.group(made)


SUBJECT = Subject(
    name="castle",
    settings=("sea coast", "mountain valley", "hills with fields", "dunes", "snowfield", "harbour", "pine forest"),
    height=36,
    width=52,
    describe=describe,
    build=build,
    share=(0.3, 0.5),
    heading=(-0.45, 0.45),
    noun="castle|fort|tower|keep|ruin",
)
