"""Books: bound in leather or cloth with gilt backs, shut, open, in stacks and in rows."""

import numpy as np

from images.world import materials
from images.world.furniture import fabrics, finishes, pictures
from images.world.geometry import Solid, box, grid, loft

BINDINGS = {"oxblood": (0.13, 0.022, 0.018), "brown": (0.11, 0.05, 0.022), "tan": (0.26, 0.14, 0.06), "black": (0.018,
    0.016, 0.015), "green": (0.025, 0.055, 0.032), "navy": (0.02, 0.03, 0.06), "cream": (0.42, 0.36, 0.25),
    "ochre": (0.28, 0.17, 0.05), "plum": (0.065, 0.022, 0.045), "teal": (0.02, 0.07, 0.075), "grey": (0.13, 0.125,
    0.115), "red": (0.24, 0.03, 0.022),}  # fmt: skip

COMMON = (
    "oxblood",
    "brown",
    "brown",
    "tan",
    "green",
    "navy",
    "black",
    "cream",
    "grey",
    "brown",
    "ochre",
    "plum",
    "teal",
    "red",
    "tan",
)


def _back(depth: float, thick: float, steps: int) -> np.ndarray:
    """The rounded back of a lying book in y and z: points from its lower edge to its upper, y < 0 outwards."""
    t = np.linspace(-1, 1, steps)
    return np.c_[-depth / 2 - 0.16 * thick * np.sqrt(np.clip(1 - t**2 * 0.96, 0, 1)), thick / 2 * (1 + t)]


def book(stage, rng, length: float = 0.22, depth: float = 0.155, thick: float = 0.035, binding: str | None = None):
    """A shut book lying on the origin, its back towards -y, its height along x."""
    binding = binding or str(rng.choice(list(BINDINGS)))
    colour = tuple(c * rng.uniform(0.8, 1.2) for c in BINDINGS[binding])
    seed, cloth_bound = int(rng.integers(10_000)), bool(rng.random() < 0.35)
    board, square, half = 0.0028, 0.0035, length / 2
    steps = stage.around(20, 7)
    back = _back(depth, thick, steps)
    inner = back * [1, 1 - 2 * 0.0016 / thick] + [0.0018, 0.0016]
    outline = np.concatenate([back, inner[::-1]])
    ends = [np.c_[np.full(len(outline), x), outline] for x in (half, -half)]
    cover = [
        box(-half, half, -depth / 2 - 0.001, depth / 2, 0, board),
        box(-half, half, -depth / 2 - 0.001, depth / 2, thick - board, thick),
        loft(ends),
    ]
    skin = fabrics.cloth(stage, colour, None, 1400, 0.1) if cloth_bound else fabrics.leather(stage, colour)
    parts = [stage.add(cover, skin, smooth=35, bevel=0.0009)]
    bands = []
    if not cloth_bound:  # the cords under the leather
        for x in np.linspace(-0.38, 0.38, 5) * length:
            ridge = back + [-0.0016, 0]
            ridge = ridge[1:-1]
            low = back[1:-1] + [0.001, 0]
            ring = np.concatenate([ridge, low[::-1]])
            bands.append(loft([np.c_[np.full(len(ring), x + d), ring] for d in (0.0022, 0.0012, -0.0012, -0.0022)]))
        parts.append(stage.add(bands, skin, smooth=60))
    parts.append(_block(stage, rng, half - square, depth, board, thick - board, steps))
    parts.append(_gilt(stage, back, length, seed, not cloth_bound or rng.random() < 0.7))
    return stage.group(*parts)


def _block(stage, rng, half: float, depth: float, low: float, high: float, steps: int):
    """The leaves: hollow at the fore edge as the back is round."""
    z = np.linspace(low, high, steps)
    t = (z - low) / (high - low) * 2 - 1
    hollow = 0.12 * (high - low) * (1 - t**2)
    front = np.c_[depth / 2 - 0.0035 - hollow, z]
    rear = np.c_[-depth / 2 - hollow * 0.8, z]
    ring = np.concatenate([front, rear[::-1]])
    tone = rng.uniform(0.75, 1.1)
    colour = tuple(round(c * tone, 2) for c in (0.62, 0.52, 0.36))
    return stage.add(
        loft([np.c_[np.full(len(ring), x), ring] for x in (half, -half)]), finishes.pages(stage, colour), smooth=35
    )


def _gilt(stage, back: np.ndarray, length: float, seed: int, gilded: bool):
    """Gold on the back, as a skin a hair above the leather that is clear where there is none."""
    lifted = back + [-0.00035, 0]
    x = np.linspace(length / 2, -length / 2, 4)[:, None]
    solid = grid(x + 0 * lifted[None, :, 0], 0 * x + lifted[None, :, 0], 0 * x + lifted[None, :, 1])
    thick = float(np.ptp(back[:, 1]))
    number = seed % 40 if gilded else -1

    def make():
        graph, output, material = materials.new("gilt")
        x, _, z = graph.split(graph.node("TexCoord").outputs["Object"])
        u = graph.math("DIVIDE", z, thick)
        v = graph.add(graph.math("DIVIDE", x, -length), 0.5)
        drawn = np.repeat(pictures.spine(number)[..., None], 3, 2) if number >= 0 else np.zeros((8, 8, 3))
        texture = graph.node(
            "TexImage",
            {"Vector": graph.join(u, v)},
            image=finishes.image(finishes.fitted(drawn, stage.detail)),
            extension="EXTEND",
        )
        gold = graph.node("BsdfPrincipled", {"Base Color": (0.8, 0.54, 0.2), "Metallic": 1.0, "Roughness": 0.3})
        shader = graph.node("MixShader", {0: texture.outputs[0], 1: graph.node("BsdfTransparent"), 2: gold})
        graph.link(shader, output.inputs[0])
        return material

    key = ("gilt", number, round(length, 3), round(thick, 4))
    return stage.add(solid, stage.once(key, make), smooth=True)


def stack(stage, rng, count: int = 4, largest: float = 0.27):
    """Books one on another, large ones below; returns the group, its height and how far the top one is turned."""
    parts, z, turn = [], 0.0, 0.0
    names = rng.permutation(list(BINDINGS))
    for i in range(count):
        length = largest * (1 - 0.09 * i) * rng.uniform(0.92, 1.0)
        thick = float(rng.uniform(0.022, 0.05))
        made = book(stage, rng, length, length * rng.uniform(0.66, 0.74), thick, str(names[i % len(names)]))
        turn = float(rng.normal(0, 0.16))
        made.location, made.rotation_euler = (*rng.normal(0, 0.007, 2), z), (0, 0, turn)
        parts.append(made)
        z += thick + 0.0005
    return stage.group(*parts), z, turn


def open_book(stage, rng, length: float = 0.26, width: float = 0.185, thick: float = 0.028, binding: str | None = None):
    """A book lying open on the origin, its foot towards -y: two swelling halves, printed, with loose leaves."""
    colour = BINDINGS[binding or str(rng.choice(["brown", "oxblood", "green", "black"]))]
    seed, columns = int(rng.integers(1000)), stage.around(36, 10)
    share = float(rng.uniform(0.35, 0.65))
    parts = [
        stage.add(
            box(-width - 0.006, width + 0.006, -length / 2 - 0.004, length / 2 + 0.004, 0, 0.003),
            fabrics.leather(stage, colour),
            bevel=0.001,
        )
    ]
    for side, high in ((-1, 2 * thick * share), (1, 2 * thick * (1 - share))):
        t = np.linspace(0, 1, columns)
        top = 0.003 + high * (1 - np.exp(-t * 9)) * (1 + 0.22 * np.sin(np.pi * np.clip(t * 1.15, 0, 1)) - 0.18 * t**2)
        x = side * (0.001 + width * t * (1 - 0.03 * (1 - t)))
        parts += _half_open(stage, x, top, length, side, seed, high)
    leaf = np.linspace(0, 1, columns)
    for k in range(3):  # leaves that have not lain down
        lift = 0.02 + 0.03 * rng.random()
        side = float(rng.choice([-1, 1]))
        x = side * width * 0.97 * leaf
        z = (
            0.003
            + 2 * thick * max(share, 1 - share) * (1 - np.exp(-leaf * 9)) * 1.03
            + lift * leaf**1.6 * (1 + 0.3 * k)
        )
        y = np.linspace(-length / 2, length / 2, 5)[:, None]
        solid = grid(x[None] + 0 * y, y + 0 * x[None], z[None] + 0.006 * leaf[None] ** 2 * np.sin(y / length * 4 + k))
        parts.append(_leaf(stage, solid, width, length, side, seed + 7 + k))
    return stage.group(*parts)


def _half_open(stage, x, top, length: float, side: int, seed: int, high: float):
    """One half: the printed leaf above, the edges of the others below."""
    y = np.linspace(-length / 2, length / 2, 4)[:, None]
    solid = grid(x[None] + 0 * y, y + 0 * x[None], top[None] + 0 * y)
    width = float(np.abs(x).max())
    printed = _leaf(stage, solid, width, length, side, seed)
    below = np.c_[x, top - 0.0004]
    ring = np.concatenate([below, [(x[-1] - side * 0.1 * high, 0.003), (x[0], 0.003)]])
    if side < 0:
        ring = ring[::-1]
    block = loft(
        [np.c_[ring[:, 0], np.full(len(ring), v), ring[:, 1]] for v in (length / 2 - 0.0005, -length / 2 + 0.0005)]
    )
    return [printed, stage.add(block, finishes.pages(stage), smooth=35)]


def _leaf(stage, solid: Solid, width: float, length: float, side: float, seed: int):
    low, high = ((-width, -length / 2), (0.0, length / 2)) if side < 0 else ((0.0, -length / 2), (width, length / 2))
    tall = 900 if stage.detail > 0.6 else 320
    draw = lambda: pictures.page(seed + int(side > 0), tall, picture=(seed + int(side > 0)) % 3 == 0)  # noqa: E731
    paper = finishes.painted(stage, ("page", seed, side), draw, "xy", low, high, 0.85)
    return stage.add(solid, paper, smooth=True)


def row(rng, length: float, height: float = 0.26, depth: float = 0.2, gaps: float = 0.12):
    """Standing books that fill `length` metres along x with their backs at y = 0 facing -y, for shelves.

    Returns (Solid of bindings, (n, 3) colours, Solid of pages, Solid of gilt bands): three objects for a whole shelf.
    """
    thick, tall, deep, at, tilts, tones = [], [], [], [], [], []
    x, run = 0.0, int(rng.integers(1, 9))  # books of one set stand together
    colour, high, wide = _kind(rng, height)
    while x < length - 0.02:
        if run <= 0:
            run = int(rng.integers(1, 7))
            colour, high, wide = _kind(rng, height)
            if rng.random() < gaps:
                x += rng.uniform(0.03, 0.22)
                continue
        run -= 1
        t, h = wide * rng.uniform(0.85, 1.15), min(high * rng.uniform(0.97, 1.02), height)
        if x + t > length:
            break
        tilt = rng.uniform(0.04, 0.2) if run == 0 and rng.random() < 0.25 else 0.0
        for values, value in zip((thick, tall, deep, at, tilts), (t, h, min(depth, 0.72 * h), x, tilt), strict=True):
            values.append(value)
        tones.append(np.array(colour) * rng.uniform(0.75, 1.2))
        x += t + 0.001 + tilt * h * 0.9
    if not thick:
        thick, tall, deep, at, tilts, tones = [0.03], [0.2], [0.15], [0.0], [0.0], [np.full(3, 0.1)]
    sizes = np.stack([thick, deep, tall], 1)
    moves = np.c_[at, rng.uniform(0.0, 0.012, len(at)), np.zeros(len(at))]
    chosen = rng.random(len(at)) < 0.75
    chosen[0] = True
    every = [_copies(part, sizes, moves, np.array(tilts)) for part in (_shell(), _leaves())]
    gilt = _copies(_bands(), sizes[chosen], moves[chosen], np.array(tilts)[chosen])
    colours = np.repeat(np.array(tones), len(every[0].vertices) // len(at), 0)
    return every[0], colours, every[1], gilt


def _kind(rng, height: float):
    name = str(rng.choice(COMMON))
    return BINDINGS[name], height * rng.uniform(0.68, 1.0), float(rng.uniform(0.018, 0.05))


def _copies(part: tuple[Solid, np.ndarray], sizes: np.ndarray, moves: np.ndarray, tilts: np.ndarray) -> Solid:
    """A part of a book for each of many: corners at shares of the size (n, 3) plus fixed offsets, leaned and moved."""
    unit, offsets = part
    v = unit.vertices[None] * sizes[:, None] + offsets[None]
    c, s = np.cos(tilts)[:, None], np.sin(tilts)[:, None]
    v = np.stack([v[..., 0] * c + v[..., 2] * s, v[..., 1], v[..., 2] * c - v[..., 0] * s], -1) + moves[:, None]
    steps = np.arange(len(sizes))[:, None, None] * len(unit.vertices)
    return Solid(v.reshape(-1, 3), tuple((faces[None] + steps).reshape(-1, faces.shape[1]) for faces in unit.faces))


def _back_line():
    t = np.linspace(-1, 1, 5)
    return np.c_[0.5 * (1 + t), -0.004 * (1 - t**2) + 0.0005]


def _shell():
    """A standing book's cover: corners in shares of (thickness, depth, height) and offsets in metres."""
    back = _back_line()
    shares, offsets, faces = [], [], []
    for z in (0.0, 1.0):  # the back and two boards as one ring, open at the front
        ring = [(u, 0, 0, v) for u, v in back] + [(1, 1, 0, 0), (1, 1, -0.003, 0), (1, 0, -0.003, 0.004)]
        ring += [(0, 0, 0.003, 0.004), (0, 1, 0.003, 0), (0, 1, 0, 0)]
        shares += [(u, d, z) for u, d, _, _ in ring]
        offsets += [(a, b, 0.0) for _, _, a, b in ring]
    n = len(back) + 6
    faces += [(i, (i + 1) % n, n + (i + 1) % n, n + i) for i in range(n)]
    for k in (0, n):  # the ends: boards, then the back
        faces += [(k + 5, k + 6, k + 7, k + 4), (k + 0, k + 8, k + 9, k + 10)]
        faces += [
            (k + 0, k + 1, k + 8, k + 8),
            (k + 1, k + 3, k + 7, k + 8),
            (k + 3, k + 4, k + 7, k + 7),
            (k + 1, k + 2, k + 3, k + 3),
        ]
    quads = np.array([f for f in faces if len(set(f)) == 4])
    triangles = np.array([f[:3] for f in faces if len(set(f)) == 3])
    return Solid(np.array(shares, float), (quads, triangles)), np.array(offsets)


def _leaves():
    unit = box(0, 1, 0, 1, 0, 1)
    low = unit.vertices < 0.5
    return unit, np.where(low, [0.003, 0.004, 0.002], [-0.003, -0.004, -0.004])


def _bands():
    back, shares, offsets, faces = _back_line(), [], [], []
    for low, high in ((0.08, 0.094), (0.16, 0.166), (0.72, 0.79), (0.84, 0.848), (0.93, 0.94)):
        start = len(shares)
        for z in (low, high):
            shares += [(u, 0, z) for u, _ in back]
            offsets += [(0, v - 0.0007, 0) for _, v in back]
        faces += [(start + i, start + i + 1, start + 6 + i, start + 5 + i) for i in range(4)]
    return Solid(np.array(shares, float), (np.array(faces),)), np.array(offsets)
