"""The sails of windmills: lattices on long stocks, with canvas or without."""

import numpy as np

from images.world.geometry import Solid, box, loft, rotation, tube


def sails(stage, rng, hub: float, front: float, reach: float, what):
    """Four sails on two stocks: a lattice to one side of each, with canvas on some."""
    wood = stage.surface((0.16, 0.12, 0.09), 0.75, relief=0.01, relief_size=0.08, wear=(0.06, 0.045, 0.035))
    canvas = stage.surface(
        (0.55, 0.49, 0.38),
        0.85,
        translucency=0.35,
        variation=0.25,
        grain=0.8,
        relief=0.01,
        relief_size=0.2,
        wear=(0.32, 0.26, 0.19),
    )
    laths, cloths = [], []
    wide = 0.235 * reach
    for i in range(4):
        angle = what["turn"] + i * np.pi / 2
        bars = [
            loft(
                [_square(r, s) for r, s in ((0.0, 0.02 * reach), (0.55 * reach, 0.016 * reach), (reach, 0.009 * reach))]
            )
        ]
        bars += [
            box(-0.02, wide, -0.02, 0.02, z - 0.018, z + 0.018)
            for z in np.arange(0.2 * reach, 0.985 * reach, 0.052 * reach)
        ]
        bars += [
            box(x - 0.016, x + 0.016, -0.016, 0.016, 0.2 * reach, 0.985 * reach)
            for x in (0.36 * wide, 0.68 * wide, wide)
        ]
        bars += [
            box(-0.24 * wide, 0, -0.014, 0.014, z - 0.014, z + 0.014)
            for z in np.arange(0.24 * reach, 0.97 * reach, 0.104 * reach)
        ]
        bars.append(box(-0.25 * wide, -0.22 * wide, -0.014, 0.014, 0.22 * reach, 0.98 * reach))
        turn = rotation(angle, "y")
        twist = lambda solid: _twisted(solid, reach)  # noqa: E731
        laths += [Solid(twist(bar).vertices @ turn.T, bar.faces) for bar in bars]
        if i < what["cloths"] or (what["cloths"] == 2 and i % 2 == 0 and i < 4 and i != 1):
            cloth = twist(_cloth(wide, reach, rng))
            cloths.append(Solid(cloth.vertices @ turn.T, cloth.faces))
    axle = tube([(0, 0.9, 0), (0, -0.25, 0)], 0.03 * reach, 14)
    parts = [stage.add([*laths, axle], wood)]
    if cloths:
        parts.append(stage.add(cloths, canvas, smooth=True))
    return stage.place(stage.group(*parts), (0, front, hub))


def _square(r: float, s: float):
    return [(-s, -s, r), (s, -s, r), (s, s, r), (-s, s, r)]


def _twisted(solid: Solid, reach: float) -> Solid:
    """Sails are set at an angle to the wind, more of it near the hub."""
    v = solid.vertices
    angle = np.radians(22 - 15 * np.clip(v[:, 2] / reach, 0, 1))
    c, s = np.cos(angle), np.sin(angle)
    return Solid(np.c_[v[:, 0] * c - v[:, 1] * s, v[:, 0] * s + v[:, 1] * c, v[:, 2]], solid.faces)


def _cloth(wide: float, reach: float, rng) -> Solid:
    n, m = 7, 24
    s, t = np.linspace(0.02, 1, n)[None], np.linspace(0.21, 0.97, m)[:, None]
    belly = 0.05 * np.sin(np.pi * s) * (1 + 0.4 * np.sin(40 * t + rng.uniform(0, 6)))
    points = np.stack([s * wide + 0 * t, 0.035 + belly + 0 * t, t * reach + 0 * s], -1)
    i = (np.arange(m - 1)[:, None] * n + np.arange(n - 1)).ravel()
    return Solid(points.reshape(-1, 3), (np.stack([i, i + 1, i + n + 1, i + n], -1),))
