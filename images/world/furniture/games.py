"""What lies on a gaming table or a desk: dice, cards, chips, an hourglass, a pocket watch, spectacles, a letter."""

import numpy as np

from images.world import materials
from images.world.furniture import cards, finishes, pictures
from images.world.furniture.turning import bead, curve, dome, spun
from images.world.geometry import Solid, box, grid, join, lathe, loft, tube
from images.world.modelling.sculpt import ball, carve, skin, slab

DICE = {
    "red": ((0.34, 0.008, 0.012), (0.85, 0.82, 0.76), 0.08), "ivory": ((0.68, 0.58, 0.4), (0.02, 0.018, 0.016), 0.28),
    "black": ((0.012, 0.012, 0.014), (0.8, 0.77, 0.7), 0.12), "green": ((0.01, 0.13, 0.05), (0.85, 0.82, 0.76), 0.08),
    "blue": ((0.01, 0.035, 0.2), (0.85, 0.82, 0.76), 0.08), "bone": ((0.55, 0.46, 0.32), (0.06, 0.03, 0.02), 0.45),
}  # fmt: skip
PIPS = {
    1: [(0, 0)], 2: [(-1, -1), (1, 1)], 3: [(-1, -1), (0, 0), (1, 1)], 4: [(-1, -1), (-1, 1), (1, -1), (1, 1)],
    5: [(-1, -1), (-1, 1), (0, 0), (1, -1), (1, 1)], 6: [(-1, -1), (-1, 0), (-1, 1), (1, -1), (1, 0), (1, 1)],
}  # fmt: skip
FACES = {1: (2, 1), 6: (2, -1), 2: (1, -1), 5: (1, 1), 3: (0, 1), 4: (0, -1)}  # number: axis and side


def die(stage, colour: str = "red", size: float = 0.018, top: int = 1):
    """A die on the origin, its pips drilled and painted; `top` is the number it shows."""
    base, spots, roughness = DICE[colour]
    h = size / 2
    holes, centres = [], []
    for number, (axis, side) in FACES.items():
        a, b = [i for i in range(3) if i != axis]
        for u, v in PIPS[number]:
            at = np.zeros(3)
            at[axis], at[a], at[b] = side * (h + 0.03 * size), 0.25 * size * u, 0.25 * size * v
            centres.append(at)
            holes.append(ball(at, 0.105 * size))
    voxel = size / (18 + 46 * stage.detail)
    solid = skin(carve(slab((0, 0, 0), (h, h, h), 0.13 * size), 0.0, *holes), (-h * 1.1,) * 3, (h * 1.1,) * 3, voxel)
    nearest = np.min(np.linalg.norm(solid.vertices[:, None] - np.array(centres)[None], axis=2), 1)
    painted = nearest < 0.112 * size
    colours = np.where(painted[:, None], spots, base)
    look = stage.once(("die", colour), lambda: _celluloid(roughness, colour in ("red", "green", "blue")))
    axis, side = FACES[top]
    turns = {2: 0 if side > 0 else np.pi, 1: side * np.pi / 2, 0: -side * np.pi / 2}
    solid = solid.turned(turns[axis], "y" if axis == 0 else "x").moved(z=h)
    return stage.add(solid, look, smooth=50, colours=colours)


def _celluloid(roughness: float, clear: bool):
    graph, output, material = materials.new("celluloid")
    colour = graph.node("VertexColor", layer_name="Col").outputs[0]
    at = graph.node("TexCoord").outputs["Object"]
    worn = graph.noise(at, 260, 4, 0.6)
    inputs = {
        "Base Color": graph.scale(colour, graph.spread(worn, 0.3, 0.7, 0.85, 1.1)),
        "Roughness": graph.spread(worn, 0.35, 0.7, roughness, roughness + 0.15), "Specular IOR Level": 0.6,
        "Subsurface Weight": 0.35 if clear else 0.12, "Subsurface Radius": (0.006, 0.003, 0.002), "Coat Weight": 0.4,
    }  # fmt: skip
    graph.link(graph.node("BsdfPrincipled", inputs), output.inputs[0])
    return material


def card(stage, rank: int, suit: str, bend: float = 0.0, back: bool = False):
    """A playing card, 63 by 88 mm, lying on the origin with its face up; bend: metres its ends curl."""
    x, y = np.linspace(-0.0315, 0.0315, 5)[None], np.linspace(-0.044, 0.044, 9)[:, None]
    z = 0.0004 + bend * (y / 0.044) ** 2 + 0 * x
    low, high, tall = (-0.0315, -0.044), (0.0315, 0.044), 420 if stage.detail > 0.6 else 180
    name = ("card", "back") if back else ("card", rank, suit)
    draw = (lambda: cards.back(height=tall)) if back else (lambda: cards.face(rank, suit, tall))
    return stage.add(
        grid(x + 0 * y, y + 0 * x, z), finishes.painted(stage, name, draw, "xy", low, high, 0.35), smooth=True
    )


def fan_of_cards(stage, rng, count: int = 5, suits=cards.SUITS):
    """A hand of cards spread on the table."""
    made = []
    start = int(rng.integers(1, 14 - count)) if count < 13 else 1
    suit = str(rng.choice(suits))
    royal = rng.random() < 0.6
    for i in range(count):
        rank = [10, 11, 12, 13, 1][i % 5] if royal else start + i
        angle = 0.5 - i * 1.0 / max(count - 1, 1)
        one = card(stage, rank, suit, float(rng.uniform(0, 0.003)))
        turn = angle + rng.normal(0, 0.03)
        one.location = (-0.1 * np.sin(turn), 0.1 * np.cos(turn) - 0.1, 0.0006 * i + 0.0002)
        one.rotation_euler = (0, rng.normal(0, 0.01), turn)
        made.append(one)
    return stage.group(*made)


def pack(stage, rng, count: int = 40):
    """A pack of cards lying face down, not quite square."""
    made = []
    edge = finishes.pages(stage, (0.8, 0.77, 0.7))
    z = 0.0
    for share in (0.5, 0.3, 0.2):
        high = 0.0003 * count * share
        body = box(-0.0315, 0.0315, -0.044, 0.044, 0, high)
        one = stage.add(body, edge)
        one.location, one.rotation_euler = (*rng.normal(0, 0.0012, 2), z), (0, 0, rng.normal(0, 0.05))
        made.append(one)
        z += high
    top = card(stage, 1, "spades", back=True)
    top.location, top.rotation_euler = (0.001, 0, z), (0, 0, 0.03)
    return stage.group(*made, top)


CHIPS = {"red": (0.34, 0.02, 0.025), "blue": (0.02, 0.05, 0.22), "green": (0.02, 0.14, 0.06), "black": (0.015, 0.015,
    0.017), "ivory": (0.62, 0.55, 0.42)}  # fmt: skip


def chips(stage, rng, colour: str, count: int = 8):
    """A stack of clay chips, 39 mm wide, with paler marks round their edges."""
    around = stage.around(64, 18)
    base, mark = CHIPS[colour], (0.68, 0.62, 0.5) if colour != "ivory" else (0.35, 0.05, 0.05)
    bodies, marks = [], []
    for i in range(count):
        x, y = rng.normal(0, 0.0008, 2)
        z, turn = 0.0034 * i, rng.uniform(0, 6)
        shape = [
            (1e-4, 0),
            (0.0188, 0),
            (0.0195, 0.0005),
            (0.0195, 0.0028),
            (0.0188, 0.0033),
            (0.0138, 0.0033),
            (0.0135, 0.003),
            (1e-4, 0.003),
        ]
        bodies.append(lathe(shape, around).moved(x, y, z))
        for k in range(6):
            t = np.linspace(-0.17, 0.17, 5) + turn + k * np.pi / 3
            ring = [
                (0.0145, 0.00345),
                (0.0146, 0.0034),
                (0.0189, 0.00345),
                (0.0197, 0.0028),
                (0.0197, 0.0005),
                (0.0189, -0.0001),
                (0.0188, 0.0001),
            ]
            marks.append(loft([[(r * np.cos(a), r * np.sin(a), h) for r, h in ring[::-1]] for a in t]).moved(x, y, z))
    clay = {"variation": 0.25, "grain": 0.01, "relief": 0.0003, "relief_size": 0.002}
    return stage.group(
        stage.add(bodies, stage.surface(base, 0.5, **clay), smooth=35),
        stage.add(marks, stage.surface(mark, 0.5, **clay), smooth=35),
    )


def hourglass(stage, rng, tall: float = 0.18):
    """Two bulbs of glass in a frame of turned wood or brass, sand running."""
    h, around = tall, stage.around(60, 16)
    frame = (
        finishes.brass(stage)
        if rng.random() < 0.4
        else finishes.wood(stage, (0.16, 0.06, 0.025), "z", 0.3, 0.5, 0.2, 0.4)
    )
    disc = [
        [(0, 0), (0.27 * h, 0), (0.29 * h, 0.012 * h)],
        bead(0.27 * h, 0.02 * h, 0.05 * h),
        [(0.24 * h, 0.055 * h), (0, 0.06 * h)],
    ]
    parts = [spun(*disc, around=around), spun(*disc, around=around).turned(np.pi, "x").moved(z=h)]
    for angle in np.arange(3) * 2 * np.pi / 3 + rng.uniform(0, 2):
        post = spun([(0, 0.05 * h)], curve([(0.013 * h, 0.06 * h), (0.02 * h, 0.14 * h), (0.012 * h, 0.24 * h),
            (0.017 * h, 0.4 * h)]), bead(0.016 * h, 0.47 * h, 0.53 * h, 0.012 * h), curve([(0.017 * h, 0.6 * h),
            (0.012 * h, 0.76 * h), (0.02 * h, 0.86 * h), (0.013 * h, 0.94 * h)]), [(0, 0.95 * h)],
            around=stage.around(20, 8),)  # fmt: skip
        parts.append(post.moved(0.225 * h * np.cos(angle), 0.225 * h * np.sin(angle), 0))
    wood = stage.add(parts, frame, smooth=45)
    half = curve(
        [
            (0.05 * h, 0.07 * h),
            (0.14 * h, 0.1 * h),
            (0.165 * h, 0.22 * h),
            (0.12 * h, 0.38 * h),
            (0.03 * h, 0.47 * h),
            (0.012 * h, 0.5 * h),
        ]
    )
    outline = [(1e-4, 0.065 * h), *half, *[(r, h - z) for r, z in half[::-1][1:]], (1e-4, 0.935 * h)]
    thin = [(max(r - 0.0012, 2e-4), np.clip(z, 0.075 * h, 0.925 * h)) for r, z in outline]
    bulb = stage.add(lathe([*outline, *thin[::-1]], around), finishes.glass(stage, dusty=0.02), smooth=60)
    sand = stage.surface((0.62, 0.42, 0.22), 0.95, variation=0.3, grain=0.01, relief=0.0008, relief_size=0.0015)
    low = [(1e-4, 0.077 * h), (0.13 * h, 0.1 * h), (0.156 * h, 0.19 * h), (0.05 * h, 0.27 * h), (1e-4, 0.3 * h)]
    high = [
        (0.01 * h, 0.5 * h),
        (0.024 * h, 0.535 * h),
        (0.09 * h, 0.6 * h),
        (0.128 * h, 0.66 * h),
        (0.05 * h, 0.635 * h),
        (1e-4, 0.62 * h),
    ]
    thread = tube([(0, 0, 0.29 * h), (0, 0, 0.51 * h)], 0.0007, 6)
    return stage.group(wood, bulb, stage.add([lathe(low, around), lathe(high, around), thread], sand, smooth=50))


def pocket_watch(stage, rng, radius: float = 0.024, material=None):
    """An open pocket watch leaning on the origin, its dial towards -y, with a bow and a chain that runs off."""
    r, around = radius, stage.around(72, 20)
    case = material or finishes.brass(stage, 0.16, 0.25)
    body = spun([(0, 0)], curve([(0.6 * r, 0.01 * r), (0.95 * r, 0.14 * r), (1.05 * r, 0.3 * r)]), bead(1.0 * r,
        0.3 * r, 0.42 * r), [(0.96 * r, 0.43 * r), (0.93 * r, 0.4 * r), (0.92 * r, 0.33 * r), (0, 0.33 * r)],
        around=around,)  # fmt: skip
    crown = spun([(0, 1.02 * r), (0.09 * r, 1.02 * r), (0.09 * r, 1.12 * r)], bead(0.11 * r, 1.12 * r, 1.28 * r,
        0.05 * r), dome(0.12 * r, 1.28 * r, 1.33 * r), around=24)  # fmt: skip
    crown = crown.turned(-np.pi / 2, "x").moved(z=0.22 * r)
    t = np.linspace(0.5, 2 * np.pi - 0.5, 26)
    bow = tube(np.c_[0.27 * r * np.sin(t), 1.38 * r - 0.27 * r * np.cos(t), 0 * t + 0.22 * r], 0.035 * r, 8)
    parts = [stage.add([body, crown, bow], case, smooth=40)]
    hour, minute = int(rng.integers(1, 12)), int(rng.integers(60))
    face = lathe([(1e-5, 0.335 * r), (0.93 * r, 0.336 * r)], around)
    drawn = finishes.painted(
        stage, ("dial", hour, minute), lambda: pictures.dial(True, 520 if stage.detail > 0.5 else 200, (hour, minute)),
        "xy", (-0.93 * r, -0.93 * r), (0.93 * r, 0.93 * r), 0.3,
    )  # fmt: skip
    parts.append(stage.add(face, drawn))
    cover = lathe([(0.93 * r, 0.4 * r), (0.6 * r, 0.45 * r), (1e-5, 0.47 * r)], around)
    parts.append(stage.add(cover, finishes.pane(stage, 0.04), smooth=True))
    return stage.group(*parts)


def links(stage, path, material, link: float = 0.009):
    """A chain along points (k, 3), each link turned a quarter against the last."""
    path = np.asarray(path, float)
    steps = np.r_[0, np.cumsum(np.linalg.norm(np.diff(path, axis=0), axis=1))]
    count = max(2, int(steps[-1] / (0.62 * link)))
    at = np.stack([np.interp(np.linspace(0, steps[-1], count), steps, path[:, i]) for i in range(3)], 1)
    t = np.linspace(0, 2 * np.pi, stage.around(14, 7), endpoint=True)
    made = []
    for i in range(count - 1):
        ahead = (at[i + 1] - at[i]) / (np.linalg.norm(at[i + 1] - at[i]) + 1e-9)
        side = np.cross(ahead, (0, 0, 1.0))
        side /= np.linalg.norm(side) + 1e-9
        across = side if i % 2 else np.cross(side, ahead)
        middle = (at[i] + at[i + 1]) / 2
        ring = middle + 0.5 * link * np.cos(t)[:, None] * ahead + 0.28 * link * np.sin(t)[:, None] * across
        made.append(tube(ring, 0.085 * link, 6))
    return stage.add(join(made), material, smooth=True)


def spectacles(stage, material=None):
    """Round wire spectacles, their arms folded open, resting on the origin and looking at -y."""
    wire, around = material or finishes.brass(stage, 0.18, 0.2), stage.around(40, 14)
    t = np.linspace(0, 2 * np.pi, around)
    rims, glasses = [], []
    for side in (-1, 1):
        x = side * 0.034
        rims.append(tube(np.c_[x + 0.023 * np.cos(t), 0 * t, 0.024 + 0.023 * np.sin(t)], 0.0011, 7))
        lens = lathe([(1e-5, 0.0012), (0.012, 0.001), (0.0226, 0), (0.0226, -0.0006), (1e-5, 0.0)], around)
        glasses.append(lens.turned(np.pi / 2, "x").moved(x, 0, 0.024))
        arm = [
            (side * 0.057, 0, 0.028),
            (side * 0.06, 0.004, 0.028),
            (side * 0.063, 0.06, 0.022),
            (side * 0.062, 0.105, 0.012),
            (side * 0.058, 0.128, 0.0015),
        ]
        rims.append(tube(arm, 0.0012, 7))
    s = np.linspace(0, np.pi, 10)
    rims.append(tube(np.c_[0.0115 * np.cos(s), 0 * s - 0.001, 0.03 + 0.006 * np.sin(s)], 0.0012, 7))
    return stage.group(stage.add(rims, wire, smooth=True), stage.add(glasses, finishes.pane(stage, 0.05), smooth=True))


def letter(stage, rng, length: float = 0.2, width: float = 0.15):
    """A sheet of paper folded once and opened again, written on by hand, its edges curling."""
    x, y = np.linspace(-width / 2, width / 2, 13)[None], np.linspace(-length / 2, length / 2, 17)[:, None]
    curl = 0.012 * (np.abs(x) / (width / 2)) ** 3 * (0.3 + np.abs(y) / length) + 0.006 * np.abs(y / length) ** 2
    crease = 0.003 * (1 - np.abs(y) / (length / 2)) * float(rng.uniform(0.5, 1.2))
    seed = int(rng.integers(1000))
    paper = finishes.painted(
        stage,
        ("letter", seed),
        lambda: pictures.handwriting(seed),
        "xy",
        (-width / 2, -length / 2),
        (width / 2, length / 2),
        0.8,
    )
    return stage.add(grid(x + 0 * y, y + 0 * x, 0.0008 + curl + crease), paper, smooth=True)


def seal(stage, colour=(0.3, 0.015, 0.012)):
    """A blob of sealing wax with a stamp in it."""
    t = np.linspace(0, 2 * np.pi, stage.around(36, 12), endpoint=False)
    edge = 0.014 * (1 + 0.12 * np.sin(3 * t) + 0.08 * np.sin(5 * t + 1))
    rings = [np.c_[k * edge * np.cos(t), k * edge * np.sin(t), np.full(len(t), z)] for k, z in ((1, 0), (1.02, 0.002),
        (0.9, 0.0035), (0.72, 0.0032), (0.7, 0.0022), (0.4, 0.002), (0.3, 0.003), (0.05, 0.003))]  # fmt: skip
    return stage.add(loft(rings), finishes.wax(stage, colour), smooth=50)


def coins(stage, rng, count: int = 7, reach: float = 0.05):
    """Old coins, some on others."""
    made, around = [], stage.around(44, 14)
    for i in range(count):
        r = float(rng.uniform(0.009, 0.013))
        body = lathe([(1e-4, 0), (r * 0.97, 0), (r, 0.0003), (r, 0.0014), (r * 0.96, 0.0017), (r * 0.88, 0.0013),
            (r * 0.55, 0.0014), (r * 0.4, 0.0019), (1e-4, 0.0019)], around)  # fmt: skip
        coin = stage.add(
            body,
            finishes.metal(stage, [(0.74, 0.5, 0.2), (0.6, 0.58, 0.54), (0.55, 0.28, 0.14)][i % 3], 0.3, 0.5),
            smooth=45,
        )
        coin.location = (*rng.normal(0, reach, 2), 0.0016 * (i % 2))
        coin.rotation_euler = (rng.normal(0, 0.05), rng.normal(0, 0.05), 0)
        made.append(coin)
    return stage.group(*made)


def thrown(solid: Solid, angle: float) -> Solid:
    """A solid turned about the vertical."""
    return solid.turned(angle)
