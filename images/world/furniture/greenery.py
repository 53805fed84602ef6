"""Plants in pots and vases of flowers."""

import numpy as np

from images.world.furniture import finishes
from images.world.furniture.cases import vase
from images.world.geometry import Solid, join, lathe, tube


def plant(stage, rng, height: float = 1.1, kind: str | None = None):
    """A plant in a pot: "palm", "ficus" or "fern"."""
    kind = kind or str(rng.choice(["palm", "ficus", "fern"]))
    r = 0.13 * (height / 1.0) ** 0.5
    pot_height = 1.7 * r
    outside = [
        (0.72 * r, 0),
        (0.98 * r, 0.8 * pot_height),
        (1.08 * r, 0.8 * pot_height),
        (1.1 * r, pot_height),
        (0.96 * r, pot_height),
        (0.92 * r, 0.9 * pot_height),
    ]
    pot = lathe([(1e-3, 0), *outside, (1e-3, 0.88 * pot_height)], stage.around(40, 12))
    look = stage.surface((0.33, 0.13, 0.06), 0.75, variation=0.35, grain=0.1, relief=0.001, relief_size=0.01,
        wear=(0.45, 0.36, 0.28)) if rng.random() < 0.6 else finishes.glazed(stage, (0.06, 0.13, 0.16))  # fmt: skip
    earth = lathe([(1e-3, 0.9 * pot_height), (0.93 * r, 0.885 * pot_height)], 20)
    parts = [
        stage.add(pot, look, smooth=40),
        stage.add(earth, stage.surface((0.03, 0.02, 0.014), 0.95, relief=0.01, relief_size=0.02)),
    ]
    leaves, stems = [], []
    low = 0.9 * pot_height
    count = stage.count({"palm": 15, "ficus": 130, "fern": 46}[kind], {"palm": 9, "ficus": 50, "fern": 22}[kind])
    for i in range(count):
        turn, share = i * 2.4 + rng.normal(0, 0.2), (i + 0.5) / count
        if kind == "palm":
            solids, stem = _frond(rng, turn, low, height - low, 0.5 + 0.7 * share, stage.detail)
            leaves += solids
            stems.append(stem)
        elif kind == "fern":
            long = (height - low) * rng.uniform(0.8, 1.15)
            leaves.append(_blade(turn, (0, 0, low), long, 0.05 * long + 0.01, 1.25 - 0.8 * share, 1.7, 7))
        else:
            z = low + (height - low) * (0.25 + 0.75 * rng.random())
            out = (
                0.32 * height * np.sqrt(rng.random()) * np.sin(np.pi * np.clip((z - low) / (height - low), 0.15, 0.95))
            )
            leaves.append(
                _blade(
                    turn,
                    (out * np.cos(turn), out * np.sin(turn), z),
                    rng.uniform(0.08, 0.13),
                    0.045,
                    0.5 + rng.normal(0, 0.3),
                    1.1,
                    4,
                )
            )
    if kind == "ficus":
        for _k in range(9):
            a, h = rng.uniform(0, 6.28), rng.uniform(0.5, 1.0)
            reach = 0.26 * height * (1 - abs(h - 0.6))
            stems.append(
                tube(
                    [
                        (0, 0, low),
                        (0.02 * np.cos(a), 0.02 * np.sin(a), low + 0.4 * h * (height - low)),
                        (reach * np.cos(a), reach * np.sin(a), low + h * (height - low)),
                    ],
                    [0.014, 0.01, 0.003],
                    6,
                )
            )
    tone = [(0.03, 0.085, 0.022), (0.045, 0.1, 0.03), (0.02, 0.06, 0.025)][rng.integers(3)]
    green = stage.surface(
        tone, 0.38, variation=0.45, grain=0.12, translucency=0.3, specular=0.5, relief=0.001, relief_size=0.01
    )
    parts.append(stage.add(join(leaves), green, smooth=True))
    if stems:
        parts.append(stage.add(join(stems), stage.surface((0.06, 0.055, 0.025), 0.8), smooth=True))
    return stage.group(*parts)


def _blade(turn: float, foot, long: float, wide: float, lift: float, droop: float, steps: int) -> Solid:
    """A leaf that rises at `lift` radians and bends over by `droop`, folded along its middle."""
    s = np.linspace(0, 1, steps)
    angle = lift - droop * s**1.5
    along = np.cumsum(np.r_[0, np.cos(angle[1:]) * np.diff(s)]) * long
    up = np.cumsum(np.r_[0, np.sin(angle[1:]) * np.diff(s)]) * long
    half = wide / 2 * np.sin(np.pi * np.clip(s * 0.97 + 0.03, 0, 1)) ** 0.75
    c, d = np.cos(turn), np.sin(turn)
    middle = np.c_[foot[0] + along * c, foot[1] + along * d, foot[2] + up]
    side = np.array([-d, c, 0])
    rise = np.array([0, 0, 0.25])
    left, right = middle + half[:, None] * (side + rise), middle + half[:, None] * (-side + rise)
    vertices = np.stack([left, middle, right], 1).reshape(-1, 3)
    i = np.arange(steps - 1)[:, None] * 3
    faces = np.concatenate([i + [0, 1, 4, 3], i + [1, 2, 5, 4]])
    return Solid(vertices, (faces,))


def _frond(rng, turn: float, low: float, tall: float, lift: float, detail: float):
    """A palm's frond: a stalk with leaflets on both sides."""
    s = np.linspace(0, 1, 12)
    long = tall * rng.uniform(0.85, 1.15)
    angle = lift + 0.35 - 1.5 * s**1.6
    x, z = np.cumsum(np.cos(angle)) / 12 * long, np.cumsum(np.sin(angle)) / 12 * long
    c, d = np.cos(turn), np.sin(turn)
    path = np.c_[x * c, x * d, low + z]
    leaflets = []
    for share in np.linspace(0.25, 1.0, max(8, int(26 * detail**0.5))):
        at = np.array([np.interp(share, s, path[:, k]) for k in range(3)])
        for side in (-1, 1):
            size = 0.26 * long * np.sin(np.pi * (0.2 + 0.75 * share))
            leaflets.append(_blade(turn + side * (1.15 - 0.5 * share), at, size, 0.02 + 0.01 * tall, 0.25, 1.3, 4))
    return leaflets, tube(path, np.linspace(0.006, 0.002, 12), 5)


def flowers(stage, rng, height: float = 0.42, stems: int = 9):
    """Flowers in a vase: round heads of petals in one or two colours."""
    pot_height = 0.5 * height
    pot = vase(stage, rng, pot_height)
    colours = [(0.55, 0.08, 0.06), (0.7, 0.55, 0.45), (0.6, 0.35, 0.05), (0.3, 0.12, 0.35), (0.7, 0.68, 0.62)]
    pair = rng.choice(len(colours), 2, replace=False)
    blooms: dict[int, list[Solid]] = {int(pair[0]): [], int(pair[1]): []}
    green = []
    for i in range(stems):
        turn, out = i * 2.4, rng.uniform(0.12, 0.5) * height * 0.6
        tip = np.array([out * np.cos(turn), out * np.sin(turn), height * rng.uniform(0.75, 1.05) - 0.3 * out])
        green.append(tube([(0, 0, 0.6 * pot_height), 0.45 * tip + [0, 0, 0.45 * pot_height], tip], 0.0025, 5))
        green.append(_blade(turn + 1, 0.6 * tip + [0, 0, 0.3 * pot_height], 0.09, 0.025, 0.4, 1.2, 5))
        heads = blooms[int(pair[int(rng.random() < 0.35)])]
        size = rng.uniform(0.022, 0.036)
        for ring, (lift, many) in enumerate(((0.15, 9), (0.6, 8), (1.05, 6), (1.4, 4))):
            for k in range(many):
                heads.append(
                    _blade(k * 6.28 / many + ring + turn, tip, size * (1 - 0.13 * ring), size * 0.8, lift, -0.9, 5)
                )
    parts = [pot, stage.add(join(green), stage.surface((0.04, 0.1, 0.03), 0.6, translucency=0.2), smooth=True)]
    for index, heads in blooms.items():
        if heads:
            petals = stage.surface(colours[index], 0.6, variation=0.4, grain=0.03, translucency=0.35, sheen=0.3)
            parts.append(stage.add(join(heads), petals, smooth=True))
    return stage.group(*parts)
