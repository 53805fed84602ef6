"""What people sit on, in the open and indoors; the seat is 0.45 m high, its front towards -y."""

import numpy as np

from images.world.geometry import box, tube
from images.world.materials import Surface
from images.world.modelling.implicit import ball, rod, surface

HEIGHT = 0.44
KINDS = {
    "sea coast": ("rock", "driftwood log", "rock"), "mountain valley": ("rock",), "dunes": ("suitcase", "crate"),
        "pine forest": ("log", "rock"),
    "autumn forest": ("log", "bench"), "snowfield": ("sledge", "crate"), "hills with fields": ("bench", "rock"),
        "city street": ("bench", "crate"),
    "railway platform": ("suitcase", "bench"), "harbour": ("crate", "bollard"), "nave": ("chair", "stool"),
        "city roofs": ("crate", "folding chair"),
    "room": ("chair", "stool"),
}  # fmt: skip


def add(stage, kind: str, size: float = 1.0, turn: float = 0.0):
    """A seat under a sitting person at the origin."""
    made = _make(stage, kind)
    return stage.place(made, (0, 0, 0), turn, size)


def _make(stage, kind: str):
    rng = stage.rng("seat")
    wood = {"variation": 0.35, "grain": 0.25, "relief": 0.004, "relief_size": 0.03}
    if kind in ("rock",):
        blobs = [
            ball((0, 0.08, 0.12), (0.42, 0.36, 0.31), blend=0.1),
            ball((0.24, 0.16, 0.06), (0.34, 0.3, 0.24), blend=0.1),
            ball((-0.28, 0.1, 0.04), (0.26, 0.3, 0.22), blend=0.1),
        ]
        solid = surface(blobs, 0.03 / max(stage.detail, 0.1) ** 0.5)
        rough = rng.normal(0, 0.006, solid.vertices.shape)
        solid = type(solid)(solid.vertices + rough, solid.faces)
        return stage.add(
            solid,
            stage.surface((0.13, 0.12, 0.105), 0.85, variation=0.45, grain=0.2, relief=0.03, relief_size=0.12),
            smooth=True,
        )
    if kind in ("log", "driftwood log"):
        colour = (0.24, 0.21, 0.175) if kind == "driftwood log" else (0.06, 0.042, 0.028)
        t = np.linspace(-1, 1, 13)
        path = np.stack([1.1 * t, 0.06 + 0.05 * np.sin(3 * t), 0.2 + 0.02 * np.cos(5 * t)], 1)
        bark = Surface(colour, 0.9, 0.45, 0.2, 0.02, 0.06, stretch=(0.25, 1, 1))
        trunk = tube(path, 0.225 + 0.015 * np.sin(7 * t), stage.around(28, 12))
        branch = tube([(0.5, 0.05, 0.3), (0.62, 0.18, 0.55), (0.66, 0.2, 0.68)], [0.06, 0.035, 0.012], 8)
        return stage.add([trunk, branch], stage.material(bark), smooth=True)
    if kind == "bench":
        plank = stage.surface((0.12, 0.065, 0.032), 0.6, stretch=(0.1, 1, 1), **wood)
        slats = [box(-0.85, 0.85, y, y + 0.085, HEIGHT - 0.035, HEIGHT - 0.005) for y in (-0.2, -0.1, 0.0, 0.1, 0.2)]
        slats += [
            box(-0.85, 0.85, 0.3 + 0.05 * i, 0.325 + 0.05 * i, 0.56 + 0.12 * i, 0.65 + 0.12 * i) for i in range(3)
        ]
        iron = []
        for x in (-0.7, 0.7):
            iron += [
                tube([(x, -0.19, 0), (x, -0.17, 0.2), (x, -0.18, HEIGHT - 0.04), (x, 0.28, HEIGHT - 0.04)], 0.018, 8)
            ]
            iron += [tube([(x, 0.3, 0), (x, 0.24, 0.2), (x, 0.28, HEIGHT), (x, 0.44, 0.92)], 0.018, 8)]
        return stage.group(
            stage.add(slats, plank, bevel=0.006), stage.add(iron, stage.surface((0.02, 0.022, 0.022), 0.5), smooth=True)
        )
    if kind in ("crate", "sledge"):
        board = stage.surface((0.2, 0.125, 0.065), 0.75, stretch=(0.12, 1, 1), **wood)
        w, d = (0.34, 0.26) if kind == "crate" else (0.22, 0.5)
        parts = [box(-w, w, -d, d, z, z + 0.098) for z in (0.01, 0.118, 0.226, 0.334)]
        parts += [
            box(x - 0.03, x + 0.03, y - 0.012, y + 0.012, 0, HEIGHT - 0.008)
            for x in (-w + 0.05, w - 0.05)
            for y in (-d - 0.008, d + 0.008)
        ]
        return stage.group(stage.add(parts, board, bevel=0.006))
    if kind == "suitcase":
        leather = stage.surface((0.1, 0.045, 0.02), 0.45, variation=0.35, grain=0.15, relief=0.002, relief_size=0.02)
        body = surface(
            [
                rod((x, y, 0.06), (x, y, HEIGHT - 0.06), 0.055, blend=0.03)
                for x in np.linspace(-0.3, 0.3, 9)
                for y in (-0.08, 0.0, 0.08)
            ],
            0.016,
        )
        return stage.group(
            stage.add(body, leather, smooth=True),
            stage.add(
                [box(x - 0.016, x + 0.016, -0.142, 0.142, 0.0, HEIGHT + 0.002) for x in (-0.19, 0.19)],
                stage.surface((0.03, 0.016, 0.01), 0.5),
            ),
        )
    if kind == "bollard":
        iron = stage.surface(
            (0.035, 0.033, 0.032),
            0.5,
            variation=0.4,
            grain=0.1,
            relief=0.004,
            relief_size=0.05,
            wear=(0.12, 0.05, 0.02),
        )
        return stage.add(
            surface(
                [
                    rod((0, 0, 0), (0, 0, 0.36), 0.17, 0.13, blend=0.05),
                    ball((0, 0, 0.36), (0.2, 0.2, 0.08), blend=0.06),
                ],
                0.014,
            ),
            iron,
            smooth=True,
        )
    return _chair(stage, kind, wood)


def _chair(stage, kind: str, wood: dict):
    """A wooden chair, or a stool without a back."""
    colour = stage.surface((0.085, 0.045, 0.022), 0.45, **wood)
    legs = [
        tube([(x, y, 0), (0.88 * x, 0.88 * y, HEIGHT - 0.03)], [0.016, 0.02], 10)
        for x in (-0.21, 0.21)
        for y in (-0.2, 0.2)
    ]
    legs += [tube([(x, -0.19, 0.17), (x, 0.19, 0.17)], 0.011, 8) for x in (-0.2, 0.2)]
    legs += [tube([(-0.2, y, 0.24), (0.2, y, 0.24)], 0.011, 8) for y in (-0.19, 0.19)]
    parts = [
        stage.add(box(-0.22, 0.22, -0.22, 0.21, HEIGHT - 0.04, HEIGHT - 0.008), colour, bevel=0.01),
        stage.add(legs, colour, smooth=True),
    ]
    if kind != "stool":
        back = [
            tube([(x, 0.19, HEIGHT - 0.03), (x, 0.22, 0.65), (x, 0.27, 0.9)], 0.017, 10)
            for x in (-0.2, -0.07, 0.07, 0.2)
        ]
        back += [tube([(-0.22, 0.272, 0.9), (0, 0.29, 0.905), (0.22, 0.272, 0.9)], 0.022, 10)]
        parts.append(stage.add(back, colour, smooth=True))
    return stage.group(*parts)
