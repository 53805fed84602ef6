"""What grows and swims under water: corals, sponges, sea fans, kelp, fish. Solids with a colour a vertex, on z = 0."""

import numpy as np

from images.world.geometry import Solid, ellipsoid, grid, icosphere, join, loft, tube
from images.world.noise import fbm

# colour of the body and of the tips
HUES = (((0.42, 0.16, 0.09), (0.75, 0.5, 0.34)), ((0.5, 0.09, 0.14), (0.8, 0.4, 0.42)), ((0.45, 0.3, 0.06), (0.75,
    0.62, 0.3)), ((0.2, 0.09, 0.26), (0.52, 0.36, 0.6)), ((0.34, 0.27, 0.17), (0.6, 0.54, 0.42)), ((0.5, 0.17, 0.03),
    (0.82, 0.45, 0.14)), ((0.1, 0.2, 0.17), (0.36, 0.5, 0.42)))  # fmt: skip
OLIVE, STIPE = (0.16, 0.135, 0.025), (0.1, 0.075, 0.02)


def _shaded(solid: Solid, hue, share: np.ndarray) -> tuple[Solid, np.ndarray]:
    """A solid with colours from the body's to the tips' by `share`, one a vertex."""
    body, tip = np.array(hue[0]), np.array(hue[1])
    return solid, body + (tip - body) * np.clip(share, 0, 1)[:, None]


def antlers(rng, hue, fine: float, size: float = 0.5) -> tuple[Solid, np.ndarray]:
    """A branching coral, `size` metres high."""
    solids, shares = [], []

    def grow(at, ahead, length, radius, order):
        end = at + ahead * length
        bent = (at + end) / 2 + rng.normal(0, 0.06 * length, 3)
        solids.append(
            tube(
                [at, bent, end],
                [radius, 0.88 * radius, 0.72 * radius if order else 0.4 * radius],
                7 if fine > 0.4 else 5,
            )
        )
        shares.append(np.full(len(solids[-1].vertices), max(end[2] / size, 0.0) ** 1.6 if order else 0.95))
        if order:
            for _ in range(rng.integers(2, 4)):
                turn = ahead + rng.normal(0, 0.5, 3) + (0, 0, 0.25)
                grow(end, turn / np.linalg.norm(turn), length * rng.uniform(0.66, 0.9), 0.74 * radius, order - 1)

    for _ in range(4):
        lean = np.array([rng.normal(0, 0.6), rng.normal(0, 0.6), 1.0])
        grow(
            np.array([rng.normal(0, 0.04), rng.normal(0, 0.04), -0.03]),
            lean / np.linalg.norm(lean),
            0.26 * size,
            0.06 * size,
            3 if fine > 0.3 else 2,
        )
    return _shaded(join(solids), hue, np.concatenate(shares))


def brain(rng, hue, fine: float, size: float = 0.45) -> tuple[Solid, np.ndarray]:
    """A round coral with winding grooves."""
    ball = icosphere(6 if fine > 0.7 else 5 if fine > 0.3 else 4)
    p = ball.vertices * np.array([1.0, rng.uniform(0.75, 1), rng.uniform(0.55, 0.8)])
    seed = int(rng.integers(900))
    winding = np.abs(fbm(p[:, 0] * 9 + 4 * p[:, 2], p[:, 1] * 9 - 4 * p[:, 2], 2, seed))
    groove = np.exp(-((winding / 0.09) ** 2))
    lump = 1 + 0.16 * fbm(p[:, 0] * 1.6, p[:, 1] * 1.6 + p[:, 2], 3, seed + 1)
    p = p * (lump * (1 - 0.06 * groove))[:, None] * size
    return _shaded(Solid(p + (0, 0, 0.35 * size), ball.faces), hue, 0.85 - 0.75 * groove)


def table(rng, hue, fine: float, size: float = 0.8) -> tuple[Solid, np.ndarray]:
    """A flat coral on a stem, its top a lawn of short twigs."""
    n, m = max(24, round(80 * fine)), 9
    t, r = np.linspace(0, 2 * np.pi, n), np.linspace(0.05, 1, m)[:, None]
    edge = 1 + 0.22 * fbm(np.cos(t) * 1.6, np.sin(t) * 1.6, 3, int(rng.integers(900))) + 0.05 * np.sin(t * 17)
    x, y = size * r * edge * np.cos(t), 0.8 * size * r * edge * np.sin(t)
    z = size * (0.42 + 0.1 * r**2 + 0.03 * fbm(x * 5, y * 5, 3, 4))
    top, below = grid(x[::-1], y[::-1], z[::-1]), grid(x, y, z - 0.05 * size * (1.2 - r))
    solids = [
        top,
        below,
        tube([(0, 0, -0.05), (0.03, 0, 0.2 * size), (0, 0, 0.42 * size)], [0.2 * size, 0.1 * size, 0.2 * size], 9),
    ]
    shares = [0.35 + 0.65 * np.repeat(r[::-1, 0], n) ** 4, np.zeros(n * m), np.zeros(len(solids[2].vertices))]
    count = round(420 * fine**1.2)
    q, a = np.sqrt(rng.random(count)), rng.uniform(0, 6.28, count)
    for px, py, high in zip(
        size * q * np.cos(a), 0.8 * size * q * np.sin(a), rng.uniform(0.03, 0.08, count) * size, strict=True
    ):
        base = np.array([px, py, size * (0.42 + 0.1 * (px**2 + py**2) / size**2)])
        solids.append(
            tube([base, base + (rng.normal(0, 0.012), rng.normal(0, 0.012), high)], [0.013 * size, 0.006 * size], 4)
        )
        shares.append(np.full(len(solids[-1].vertices), 0.9))
    return _shaded(join(solids), hue, np.concatenate(shares))


def sponge(rng, hue, fine: float, size: float = 0.6) -> tuple[Solid, np.ndarray]:
    """A cluster of tubes, open at their tops."""
    solids, shares = [], []
    for _ in range(rng.integers(4, 9)):
        x, y, h = rng.normal(0, 0.16 * size), rng.normal(0, 0.16 * size), size * rng.uniform(0.45, 1.1)
        r = size * rng.uniform(0.07, 0.11)
        z = np.array([0, 0.3, 0.7, 0.95, 1.0, 0.98, 0.5])
        width = r * np.array([0.8, 1.0, 1.15, 1.2, 1.05, 0.8, 0.6])
        path = np.c_[x * (1 + 0.8 * z), y * (1 + 0.8 * z), h * z - 0.03]
        a = np.linspace(0, 2 * np.pi, max(9, round(20 * fine)), endpoint=False)
        rings = path[:, None] + (width[:, None, None] * (1 + 0.06 * np.sin(7 * a))[None, :, None]) * np.stack(
            [np.cos(a), np.sin(a), 0 * a], -1
        )
        solids.append(loft(rings, capped=False))
        shares.append(np.repeat(np.array([0, 0.2, 0.5, 0.95, 1.0, 0.2, 0.0]), len(a)))
    return _shaded(join(solids), hue, np.concatenate(shares))


def fan(rng, hue, fine: float, size: float = 0.9) -> tuple[Solid, np.ndarray]:
    """A sea fan: branches in one plane, denser towards the edge."""
    solids, shares = [], []

    def grow(at, turn, length, radius, order):
        end = at + length * np.array([np.sin(turn), 0.06 * rng.normal(), np.cos(turn)])
        solids.append(tube([at, end], [radius, 0.8 * radius], 5))
        shares.append(np.full(len(solids[-1].vertices), 1 - order / 7))
        if order:
            for s in (-1, 1):
                if rng.random() < 0.93:
                    grow(
                        end,
                        turn + s * rng.uniform(0.15, 0.42),
                        length * rng.uniform(0.72, 0.95),
                        0.72 * radius,
                        order - 1,
                    )

    for turn in (-0.35, 0.0, 0.35):
        grow(np.array([0, 0, -0.03]), turn, 0.2 * size, 0.022 * size, 7 if fine > 0.5 else 5)
    return _shaded(join(solids), hue, np.concatenate(shares))


def anemones(rng, hue, fine: float, size: float = 0.3) -> tuple[Solid, np.ndarray]:
    """A cushion of soft arms, leaning with the swell."""
    solids, shares = [], []
    for _ in range(round(30 + 130 * fine)):
        a, q = rng.uniform(0, 6.28), np.sqrt(rng.random())
        base = 0.5 * size * q * np.array([np.cos(a), np.sin(a), 0])
        lean = np.array([np.cos(a) * q, np.sin(a) * q, 0]) * 0.4 + (0.25, 0, 0)
        h = size * rng.uniform(0.35, 0.6)
        solids.append(
            tube(
                [base, base + lean * 0.3 * h + (0, 0, 0.6 * h), base + lean * h + (0, 0, h)],
                [0.03 * size, 0.026 * size, 0.02 * size],
                5,
            )
        )
        shares.append([*np.repeat([0.1, 0.5, 1.0], 5).tolist(), 0.1, 1.0])
    return _shaded(join(solids), hue, np.concatenate(shares))


def kelp(rng, height: float, fine: float) -> tuple[Solid, np.ndarray]:
    """Giant kelp: a few stipes that rise from one holdfast, a leaf with its float every hand's breadth."""
    solids, colours = [], []
    for _ in range(3 if fine > 0.3 else 2):
        h = height * rng.uniform(0.65, 1.0)
        count = max(14, round(h * (5 if fine > 0.5 else 3.2)))
        z = np.linspace(0, h, count)
        a, b, phase = rng.uniform(0.3, 0.7), rng.normal(0, 0.25, 2), rng.uniform(0, 6.28)
        x = b[0] + a * np.sin(0.42 * z + phase) * z / h + 0.11 * z
        y = b[1] + 0.7 * a * np.cos(0.37 * z + phase) * z / h
        stem = np.c_[x * np.minimum(z, 1), y * np.minimum(z, 1), z]
        solids.append(tube(stem, np.linspace(0.022, 0.009, count), 5))
        colours.append(np.tile(STIPE, (len(solids[-1].vertices), 1)))
        for i in range(2, count):
            turn, long = i * 2.4 + rng.normal(0, 0.4), rng.uniform(0.38, 0.72) * (0.6 + 0.4 * np.sin(np.pi * i / count))
            u = np.linspace(0, 1, 7 if fine > 0.4 else 4)
            out = np.array([np.cos(turn) + 0.55, np.sin(turn), 0.0])  # all trail with the current
            spine = (
                stem[i]
                + long * u[:, None] * out / np.linalg.norm(out)
                + np.c_[0 * u, 0 * u, 0.3 * long * np.sin(2.4 * u) + 0.03 * np.sin(13 * u + i)]
            )
            wide = 0.075 * np.sin(np.pi * np.clip(0.06 + 0.94 * u, 0, 1)) ** 0.7
            across = np.cross(out, (0, 0.3, 1.0))
            across = across / np.linalg.norm(across)
            curl = np.c_[0 * u, 0 * u, 0.022 * np.sin(11 * u + 2 * i)]
            vertices = np.concatenate(
                [spine - wide[:, None] * across + curl, spine, spine + wide[:, None] * across - curl]
            )
            k, j = len(u), np.arange(len(u) - 1)
            faces = np.concatenate(
                [np.stack([j, j + 1, j + k + 1, j + k], -1), np.stack([j + k, j + k + 1, j + 2 * k + 1, j + 2 * k], -1)]
            )
            solids.append(Solid(vertices, (faces,)))
            tint = np.array(OLIVE) * rng.uniform(0.7, 1.35) * np.array([1, rng.uniform(0.85, 1.05), 1])
            colours.append(np.tile(tint, (3 * k, 1)))
            if fine > 0.4:
                solids.append(ellipsoid(0.022, 0.022, 0.05, 6, 5).moved(*spine[0]))
                colours.append(np.tile((0.2, 0.16, 0.04), (len(solids[-1].vertices), 1)))
    return join(solids), np.concatenate(colours)


FISH = {  # length over height, back, flank, belly, stripe
    "silver": (3.6, (0.10, 0.15, 0.19), (0.45, 0.5, 0.52), (0.7, 0.72, 0.7), None),
    "golden": (2.4, (0.35, 0.2, 0.03), (0.62, 0.42, 0.06), (0.7, 0.62, 0.42), (0.06, 0.12, 0.3)),
    "blue": (2.5, (0.02, 0.07, 0.25), (0.04, 0.22, 0.55), (0.25, 0.42, 0.6), (0.6, 0.45, 0.05)),
    "striped": (1.6, (0.55, 0.5, 0.1), (0.68, 0.64, 0.5), (0.7, 0.7, 0.66), (0.02, 0.02, 0.03)),
    "red": (2.7, (0.35, 0.06, 0.04), (0.5, 0.14, 0.1), (0.6, 0.42, 0.38), None),
}


def fish(kind: str, bend: float, fine: float) -> tuple[Solid, np.ndarray]:
    """A fish a metre long with its head towards +x, its tail swung aside by `bend` metres."""
    slim, back, flank, belly, stripe = FISH[kind]
    n, around = max(9, round(20 * fine)), max(8, round(16 * fine))
    s = np.linspace(0, 1, n)
    high = (
        0.5
        / slim
        * np.interp(s, [0, 0.06, 0.2, 0.4, 0.6, 0.8, 0.92, 1.0], [0.05, 0.42, 0.82, 1.0, 0.86, 0.46, 0.2, 0.18])
    )
    a = np.linspace(0, 2 * np.pi, around, endpoint=False)
    swing = bend * np.clip(s - 0.3, 0, 1) ** 2 * 2
    rings = np.stack(
        [
            np.stack([np.full(around, 0.5 - 0.82 * x), sw + 0.42 * h * np.sin(a), h * np.cos(a)], -1)
            for x, h, sw in zip(s, high, swing, strict=True)
        ]
    )
    body = loft(rings)
    up = np.tile(np.cos(a), n)
    along = np.repeat(s, around)
    colour = np.where(
        up[:, None] > 0.35, np.array(back), np.where(up[:, None] > -0.55, np.array(flank), np.array(belly))
    )
    if stripe:
        line = (np.abs((along * 5) % 1 - 0.5) < 0.17) if kind == "striped" else (np.abs(up - 0.1) < 0.16)
        colour = np.where(line[:, None], np.array(stripe), colour)
    eye = (np.abs(along - 0.11) < 0.03) & (np.abs(up - 0.25) < 0.3)
    colour = np.where(eye[:, None], 0.01, colour)
    solids, colours = [body], [np.concatenate([colour, colour[:1], colour[-1:]])]

    def fin(points, tint):
        solids.append(Solid(np.array(points, float), (np.array([[0, 1, 2, 3]]),)))
        colours.append(np.tile(tint, (4, 1)))

    h, tail = 0.5 / slim, 0.68 * bend
    fin(
        [(-0.3, tail, 0.0), (-0.5, 1.5 * bend, 0.95 * h + 0.05), (-0.42, 1.2 * bend, 0.0), (-0.42, 1.2 * bend, 0.0)],
        np.multiply(back, 1.2),
    )
    fin(
        [(-0.3, tail, 0.0), (-0.42, 1.2 * bend, 0.0), (-0.5, 1.5 * bend, -0.95 * h - 0.05), (-0.42, 1.2 * bend, -0.02)],
        np.multiply(back, 1.2),
    )
    fin([(0.22, 0, 0.9 * h), (0.08, 0, 1.45 * h), (-0.18, 0.3 * tail, 1.1 * h), (-0.2, 0.3 * tail, 0.62 * h)], back)
    fin(
        [
            (0.02, 0, -0.95 * h),
            (-0.1, 0.2 * tail, -1.4 * h),
            (-0.2, 0.4 * tail, -0.85 * h),
            (-0.18, 0.4 * tail, -0.6 * h),
        ],
        back,
    )
    for side in (-1, 1):
        fin(
            [
                (0.2, side * 0.4 * h, -0.1 * h),
                (0.06, side * (0.4 * h + 0.1), -0.35 * h),
                (0.02, side * (0.4 * h + 0.08), -0.55 * h),
                (0.14, side * 0.4 * h, -0.4 * h),
            ],
            flank,
        )
    return join(solids), np.concatenate(colours)
