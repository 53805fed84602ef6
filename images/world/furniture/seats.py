"""Chairs, armchairs, sofas, stools, benches and beds. They stand on the origin and face -y."""

import numpy as np

from images.world.furniture import fabrics, finishes
from images.world.furniture.tables import WOODS
from images.world.furniture.turning import bead, curve, spun
from images.world.geometry import Solid, box, grid, join, loft, tube
from images.world.modelling.sculpt import ball, blend, carve, limb, skin, slab
from images.world.noise import fbm


def chair(stage, rng, wood: str = "oak", kind: str | None = None):
    """A wooden chair: "ladder", "spindle" or "bentwood"; 0.9 m high, its back at +y."""
    kind = kind or str(rng.choice(["ladder", "spindle", "bentwood"]))
    look, around = finishes.wood(stage, WOODS[wood], "z", 0.4, 0.2, 0.4), stage.around(16, 7)
    w, d, seat = 0.2, 0.19, 0.45
    bars = []
    for x in (-w, w):
        bars.append(tube([(x * 1.02, -d, 0), (x, -d, 0.2), (x, -d, seat - 0.01)], [0.015, 0.019, 0.02], around))
        lean = [
            (x * 1.05, d + 0.05, 0),
            (x, d, 0.25),
            (x, d, seat),
            (x * 0.97, d + 0.05, 0.75),
            (x * 0.95, d + 0.09, 0.95),
        ]
        bars.append(tube(lean, [0.016, 0.019, 0.02, 0.017, 0.014], around))
        bars.append(tube([(x, -d, 0.22), (x, d, 0.2)], 0.011, around))
    bars += [tube([(-w, -d, 0.3), (w, -d, 0.3)], 0.011, around), tube([(-w, d, 0.24), (w, d, 0.24)], 0.011, around)]
    s = np.linspace(-1, 1, 9)
    if kind == "ladder":
        for z, y in ((0.58, 0.018), (0.7, 0.036), (0.83, 0.06)):
            bars.append(_slat(0.95 * w, d + y, z, 0.062))
    elif kind == "spindle":
        bars.append(_slat(0.97 * w, d + 0.075, 0.89, 0.085))
        for x in np.linspace(-0.75, 0.75, 6) * w:
            bars.append(
                tube([(x, d - 0.01, seat), (x, d + 0.035, 0.68), (x, d + 0.07, 0.87)], [0.007, 0.011, 0.007], around)
            )
    else:
        hoop = np.c_[0.8 * w * np.sin(s * 1.5), d + 0.05 + 0.03 * np.cos(s), 0.52 + 0.36 * np.cos(s * 1.5)]
        top = np.c_[w * s, d + 0.09 + 0.02 * np.cos(s * 1.5), 0.95 + 0.035 * np.cos(s * 1.5)]
        bars += [tube(hoop, 0.012, around), tube(top, 0.016, around)]
    round_seat = skin(
        carve(slab((0, -0.005, seat), (w + 0.03, d + 0.035, 0.019), 0.015), 0.02, ball((0, -0.02, seat + 0.32), 0.308)),
        (-0.26, -0.26, seat - 0.04), (0.26, 0.26, seat + 0.04), 0.009 / max(stage.detail, 0.35) ** 0.5,
    )  # fmt: skip
    made = [stage.add(join(bars), look, smooth=50)]
    made.append(stage.add(round_seat, finishes.wood(stage, WOODS[wood], "y", 0.36, 0.2, 0.5), smooth=50))
    return stage.group(*made)


def _slat(half: float, y: float, z: float, high: float) -> Solid:
    """A back slat, bowed backwards."""
    x = np.linspace(half, -half, 9)
    bow = 0.025 * (1 - (x / half) ** 2)
    ring = [(0.0, -high / 2), (0.012, -high / 2), (0.012, high / 2), (0.0, high / 2)]
    return loft(
        [[(a, y + b + u, z + v + 0.012 * (1 - (a / half) ** 2)) for u, v in ring] for a, b in zip(x, bow, strict=True)]
    )


def stool(stage, rng, height: float = 0.46, wood: str = "pine"):
    look, around = finishes.wood(stage, WOODS[wood], "z", 0.5, 0.1, 0.6), stage.around(16, 7)
    legs = [
        tube([(0.11 * c, 0.11 * s, height), (0.17 * c, 0.17 * s, 0)], [0.018, 0.015], around)
        for c, s in ((np.cos(a), np.sin(a)) for a in np.arange(4) * np.pi / 2 + 0.8)
    ]
    ring = [
        tube([(0.145 * np.cos(a), 0.145 * np.sin(a), 0.18), (-0.145 * np.cos(a), -0.145 * np.sin(a), 0.18)], 0.009, 6)
        for a in (0.8, 2.37)
    ]
    seat = spun([(0, height - 0.02), (0.16, height - 0.02), (0.17, height - 0.008)], bead(0.155, height - 0.006,
        height + 0.014, 0.014), [(0.1, height + 0.012), (0, height + 0.008)], around=stage.around(48, 14))  # fmt: skip
    return stage.group(
        stage.add([*legs, *ring], look, smooth=50),
        stage.add(seat, finishes.wood(stage, WOODS[wood], "x", 0.45, 0.15, 0.6), smooth=45),
    )


def _cushion(x0, x1, y0, y1, z0, z1, puff: float = 0.03, seed: int = 0):
    """Distance to a stuffed cushion: a rounded slab that swells, with a few dents."""
    centre = np.array([(x0 + x1) / 2, (y0 + y1) / 2, (z0 + z1) / 2])
    halves = np.array([(x1 - x0) / 2, (y1 - y0) / 2, (z1 - z0) / 2])
    body = slab(centre, halves, min(0.055, 0.45 * halves.min()))

    def distance(p):
        q = (p - centre) / halves
        swell = puff * np.clip(1 - q[:, 0] ** 2, 0, 1) * np.clip(1 - q[:, 1] ** 2, 0, 1)
        dents = 0.007 * np.sin(p[:, 0] * 17 + seed) * np.sin(p[:, 1] * 14 + 2 * seed + p[:, 2] * 9)
        return body(p) - (swell * (np.abs(q[:, 2]) > 0.2) + dents).astype(np.float32)

    return distance


def armchair(stage, rng, width: float = 0.86, seats: int = 1, kind: str | None = None):
    """An upholstered armchair or sofa of leather, velvet or cloth with rolled arms; kind: "club", "wing" or
    "buttoned".
    """
    kind = kind or str(rng.choice(["club", "wing", "buttoned"] if seats == 1 else ["club", "buttoned"]))
    wide = width * (0.45 + 0.55 * seats) if seats > 1 else width
    h, seed = wide / 2, int(rng.integers(99))
    arm = 0.15
    back_height = {"club": 0.84, "wing": 1.08, "buttoned": 0.8}[kind]
    frame = [slab((0, 0.02, 0.24), (h - 0.03, 0.38, 0.11), 0.03)]
    for s in (-1, 1):
        x = s * (h - arm / 2)
        frame.append(slab((x, 0.0, 0.38), (arm / 2 - 0.015, 0.38, 0.2), 0.04))
        frame.append(limb((x + s * 0.015, -0.38, 0.585), (x + s * 0.015, 0.3, 0.6), 0.088))
        if kind == "wing":
            frame.append(
                blend(
                    0.05,
                    limb((x, 0.2, 0.62), (x, 0.33, 0.98), 0.07, 0.06),
                    slab((x, 0.3, 0.8), (0.045, 0.13, 0.22), 0.04),
                )
            )
    lean = _lean(0.16)
    frame.append(slab((0, 0.36, 0.15 + back_height / 2), (h - 0.04, 0.085, back_height / 2 - 0.13), 0.06, lean))
    if kind != "buttoned":
        frame.append(limb((-h + arm, 0.45, back_height - 0.03), (h - arm, 0.45, back_height - 0.03), 0.075))
    else:
        frame.append(limb((-h + 0.06, 0.42, back_height - 0.05), (h - 0.06, 0.42, back_height - 0.05), 0.1))
    body = blend(0.035, *frame)
    if kind == "buttoned":
        holes = [
            ball((x, 0.258 + 0.16 * (z - 0.5), z), 0.017)
            for row, z in enumerate((0.52, 0.63, 0.74))
            for x in np.arange(-h + arm + 0.08 + 0.06 * (row % 2), h - arm - 0.05, 0.13)
        ]
        body = carve(body, 0.05, *holes)
    _colour, look = _upholstery(stage, rng, "leather" if kind != "wing" else None)
    voxel = 0.011 / max(stage.detail, 0.25) ** 0.6
    parts = [
        stage.add(skin(body, (-h - 0.08, -0.52, 0.1), (h + 0.08, 0.62, back_height + 0.1), voxel), look, smooth=True)
    ]
    inner = (2 * h - 2 * arm) / seats
    for i in range(seats):
        a = -h + arm + i * inner
        seat = _cushion(a + 0.006, a + inner - 0.006, -0.41, 0.26, 0.33, 0.475, 0.035, seed + i)
        parts.append(
            stage.add(skin(seat, (a - 0.05, -0.5, 0.26), (a + inner + 0.05, 0.34, 0.58), voxel), look, smooth=True)
        )
    legs = [
        spun([(0, 0)], curve([(0.016, 0.002), (0.03, 0.06), (0.036, 0.13)]), [(0, 0.13)], around=14).moved(
            sx * (h - 0.08), sy, 0
        )
        for sx in (-1, 1)
        for sy in (-0.32, 0.34)
    ]
    parts.append(stage.add(legs, finishes.wood(stage, WOODS["walnut"], "z"), smooth=50))
    if rng.random() < 0.6:
        parts.append(pillow(stage, rng, (float(rng.uniform(-0.2, 0.2) * (seats > 1) * 2), 0.14, 0.62), 0.42))
    return stage.group(*parts)


def _lean(angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    return np.array([(1, 0, 0), (0, c, s), (0, -s, c)])


def _upholstery(stage, rng, kind: str | None = None):
    kind = kind or str(rng.choice(["leather", "velvet", "cloth"]))
    if kind == "leather":
        colour = [
            (0.13, 0.05, 0.02),
            (0.09, 0.018, 0.014),
            (0.03, 0.02, 0.015),
            (0.28, 0.13, 0.05),
            (0.02, 0.05, 0.03),
        ][rng.integers(5)]
        return colour, fabrics.leather(stage, colour, 0.42, 260)
    if kind == "velvet":
        colour = [(0.04, 0.07, 0.05), (0.16, 0.015, 0.025), (0.03, 0.045, 0.1), (0.24, 0.13, 0.03), (0.06, 0.09, 0.1)][
            rng.integers(5)
        ]
        return colour, fabrics.velvet(stage, colour)
    colour = [(0.34, 0.3, 0.22), (0.17, 0.2, 0.13), (0.28, 0.15, 0.09), (0.12, 0.15, 0.2)][rng.integers(4)]
    return colour, fabrics.cloth(stage, colour, None, 420)


def pillow(stage, rng, at, size: float = 0.42):
    """A loose cushion, leaning back on what is behind it."""
    _colour, look = _upholstery(stage, rng, str(rng.choice(["velvet", "cloth"])))
    n = stage.around(30, 10)
    u, v = np.meshgrid(np.linspace(-1, 1, n), np.linspace(-1, 1, n))
    puff = 0.075 * (np.clip(1 - u**4, 0, 1) * np.clip(1 - v**4, 0, 1)) ** 0.55
    wrinkle = 0.006 * fbm(u * 3, v * 3, 3, int(rng.integers(99)))
    pinch = 1 - 0.07 * (u**2 * v**2) + 0.04 * (u**2 + v**2 - 1)
    x, z = u * size / 2 * pinch, v * size / 2 * pinch
    faces = [grid(x, -(puff + wrinkle), z), grid(x[:, ::-1], (puff + wrinkle)[:, ::-1], z[:, ::-1])]
    made = stage.add(join(faces).turned(-0.38, "x"), look, smooth=True)
    made.location, made.rotation_euler = at, (0, float(rng.uniform(-0.15, 0.15)), float(rng.uniform(-0.2, 0.2)))
    return made


def bed(stage, rng, width: float = 1.5, iron: bool | None = None):
    """A bed with its head at y = 0, reaching to y = -2.05; blanket, sheet turned down and pillows."""
    w, length = width / 2, 2.0
    iron = bool(rng.random() < 0.4) if iron is None else iron
    parts = _bedstead(stage, rng, w, length, iron)
    n = stage.count(80, 26)
    u, v = np.meshgrid(np.linspace(-1.28, 1.28, n), np.linspace(0, 1, n))
    seed = int(rng.integers(999))
    beyond = np.clip(np.abs(u) - 1, 0, 1)
    x = np.clip(u, -1, 1) * (w + 0.02) + np.sign(u) * 0.03 * (beyond > 0)
    foot = np.clip(v - 0.97, 0, 1)
    y = -0.62 - (length - 0.65) * np.minimum(v, 0.97) / 0.97 - 0.03 * (foot > 0)
    crumple = 0.03 * fbm(u * 2.4, v * 4.2, 4, seed) + 0.02 * np.abs(fbm(u * 5 + 3, v * 7, 3, seed + 2)) * (beyond == 0)
    z = 0.56 + crumple + 0.05 * np.exp(-((u / 0.7) ** 2)) - 0.9 * beyond - 9 * foot
    x = x + np.sign(u) * beyond * 0.16 * np.sin(v * 34 + 2 * fbm(u, v * 3, 2, seed))
    colour = [(0.2, 0.03, 0.03), (0.05, 0.08, 0.13), (0.3, 0.25, 0.17), (0.09, 0.11, 0.06), (0.42, 0.4, 0.36)][
        rng.integers(5)
    ]
    parts.append(stage.add(grid(x[::-1], y[::-1], z[::-1]), fabrics.cloth(stage, colour, None, 260, 0.5), smooth=True))
    linen = fabrics.cloth(stage, (0.62, 0.6, 0.56), None, 900)
    fold = grid(
        (x * 1.006)[::-1],
        (-0.35 - 0.32 * v - 0.02 * fbm(u * 3, 0 * u, 3, seed))[::-1],
        (z + 0.022 - 0.0 * v + 0.012 * fbm(u * 5, v * 2, 3, seed + 5))[::-1],
    )
    parts.append(stage.add(fold, linen, smooth=True))
    parts.append(stage.add(box(-w, w, -length, -0.02, 0.32, 0.54), linen, bevel=0.05))
    for s in (-0.5, 0.5):
        made = _bed_pillow(stage, rng, linen)
        made.location, made.rotation_euler = (
            (s * width * 0.98 / 1.0 * 0.5 + s * 0.0, -0.24, 0.64),
            (0.3, 0, float(rng.uniform(-0.12, 0.12))),
        )
        parts.append(made)
    return stage.group(*parts)


def _bed_pillow(stage, rng, look):
    n = stage.around(30, 10)
    u, v = np.meshgrid(np.linspace(-1, 1, n), np.linspace(-1, 1, n))
    puff = 0.09 * (np.clip(1 - u**4, 0, 1) * np.clip(1 - v**4, 0, 1)) ** 0.5 + 0.012 * fbm(
        u * 2.5, v * 2.5, 4, int(rng.integers(99))
    )
    x, y = u * 0.34, v * 0.22
    return stage.add([grid(x, y, puff), grid(x[:, ::-1], y[:, ::-1], -0.7 * puff[:, ::-1])], look, smooth=True)


def _bedstead(stage, rng, w: float, length: float, iron: bool):
    if not iron:
        wood = WOODS[str(rng.choice(["mahogany", "walnut", "oak"]))]
        head, side = finishes.wood(stage, wood, "x", 0.35, 0.35), finishes.wood(stage, wood, "y", 0.35, 0.35)
        boards = [
            box(-w - 0.04, w + 0.04, -0.03, 0.02, 0.3, 1.08),
            box(-w - 0.06, w + 0.06, -0.04, 0.03, 1.08, 1.13),
            box(-w + 0.1, w - 0.1, -0.04, -0.03, 0.62, 1.0),
        ]
        boards += [
            box(-w - 0.04, w + 0.04, -length - 0.03, -length + 0.01, 0.2, 0.66),
            box(-w - 0.05, w + 0.05, -length - 0.04, -length + 0.02, 0.66, 0.7),
        ]
        posts = [
            box(s * (w + 0.05), s * (w - 0.02), y - 0.035, y + 0.035, 0, h)
            for s in (-1, 1)
            for y, h in ((0, 1.15), (-length - 0.01, 0.74))
        ]
        rails = [box(s * (w + 0.02), s * (w - 0.02), -length, 0, 0.24, 0.4) for s in (-1, 1)]
        return [stage.add([*boards, *posts], head, bevel=0.006), stage.add(rails, side)]
    bars = []
    for y, high in ((0.0, 1.15), (-length - 0.02, 0.82)):
        for s in (-1, 1):
            bars.append(tube([(s * w, y, 0), (s * w, y, high)], 0.02, 10))
            bars.append(
                spun(bead(0.012, high - 0.01, high + 0.06, 0.03), [(0, high + 0.062)], around=14).moved(s * w, y, 0)
            )
        t = np.linspace(-1, 1, 17)
        bars.append(tube(np.c_[w * t, 0 * t + y, high - 0.06 + 0.14 * np.cos(t * np.pi / 2)], 0.015, 8))
        bars.append(tube([(-w, y, 0.42), (w, y, 0.42)], 0.014, 8))
        for x in np.linspace(-0.75, 0.75, 7) * w:
            bars.append(tube([(x, y, 0.42), (x, y, high - 0.06 + 0.14 * np.cos(x / w * np.pi / 2))], 0.009, 6))
    bars += [tube([(s * w, 0, 0.33), (s * w, -length, 0.33)], 0.018, 8) for s in (-1, 1)]
    look = (
        finishes.brass(stage, 0.25, 0.4)
        if rng.random() < 0.5
        else stage.surface((0.03, 0.03, 0.032), 0.4, coat=0.3, wear=(0.1, 0.06, 0.04))
    )
    return [stage.add(bars, look, smooth=50)]
