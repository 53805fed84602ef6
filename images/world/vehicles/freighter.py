"""A freighter that flies: a long chined hull with a cockpit, pods, engines, skids and a ramp."""

import numpy as np

from images.world.buildings.girders import beam
from images.world.geometry import Solid, box, boxes, lathe, loft, tube
from images.world.vehicles.hulks import greebles, plating


def _section(y: float, half: float, low: float, high: float, chine: float) -> np.ndarray:
    """A hull's section: flat below, chined sides, a narrower back."""
    m = low + 0.42 * (high - low)
    points = [(-0.55 * half, low), (0.55 * half, low), (half, m), (chine * half, high - 0.12 * (high - low)),
        (0.42 * chine * half, high), (-0.42 * chine * half, high), (-chine * half, high - 0.12 * (high - low)),
        (-half, m)]  # fmt: skip
    return np.array([(x, y, z) for x, z in points])


def ship(stage, tint: int):
    """A freighter: a long chined hull, cockpit, pods, engines, a belly full of pipes, skids and a ramp."""
    rng = stage.rng("ship")
    colour = ((0.34, 0.335, 0.32), (0.27, 0.28, 0.285), (0.38, 0.33, 0.26), (0.22, 0.24, 0.22))[tint]
    accent = ((0.33, 0.06, 0.03), (0.38, 0.22, 0.03), (0.05, 0.12, 0.2), (0.33, 0.1, 0.03))[tint]
    hull = plating(stage, colour, metal=0.25, rough=0.5, row=0.7, width=1.5, dirt=0.6, around=False)
    trim = plating(stage, accent, rough=0.5, row=0.7, width=1.5, dirt=0.6, around=False)
    dark = stage.surface((0.035, 0.036, 0.04), 0.5, metal=0.5, variation=0.4)
    stations = [(-14.5, 1.1, 3.3, 4.5, 0.7), (-13.2, 1.9, 2.9, 5.2, 0.7), (-10.5, 2.7, 2.5, 6.2, 0.66), (-6, 3.6, 2.1,
        6.6, 0.7), (2, 4.3, 1.9, 6.9, 0.72), (9, 4.5, 1.9, 7.0, 0.72), (13, 4.1, 2.2, 6.8, 0.72), (14.2, 3.5, 2.6,
        6.3, 0.7)]  # fmt: skip
    body = loft([_section(*s) for s in stations])
    body = Solid(body.vertices, tuple(part[:, ::-1] for part in body.faces))
    parts = [stage.add(body, hull)]
    parts.append(
        stage.add(
            loft([_section(y, h * 1.012, lo + 1.8, hi - 0.5, 0.86)[[2, 3, 6, 7]] for y, h, lo, hi, _ in stations[2:6]]),
            trim,
        )
    )
    # cockpit: a glazed nose
    glass, frames = [], []
    for i in range(5):
        a, b = -0.62 + 0.248 * i, -0.62 + 0.248 * (i + 1) - 0.03
        p = [
            (1.95 * np.sin(a * 1.5), -13.4 + 1.3 * a * a, 4.55),
            (1.95 * np.sin(b * 1.5), -13.4 + 1.3 * b * b, 4.55),
            (1.4 * np.sin(b * 1.5), -11.9 + 1.0 * b * b, 5.75),
            (1.4 * np.sin(a * 1.5), -11.9 + 1.0 * a * a, 5.75),
        ]
        glass.append(Solid(np.array(p) + (0, -0.12, 0.12), (np.array([[0, 1, 2, 3]]),)))
        frames += [
            beam(np.add(p[0], (0, -0.1, 0.1)), np.add(p[3], (0, -0.1, 0.1)), 0.09, 0.09),
            beam(np.add(p[3], (0, -0.1, 0.1)), np.add(p[2], (0, -0.1, 0.1)), 0.09, 0.09),
        ]
    parts += [stage.add(glass, stage.window((1.0, 0.75, 0.45), 1.4)), stage.add(frames, dark)]
    pods, works, pipes, ports = [], [], [], []
    for s in (-1, 1):
        pods.append(loft([np.c_[s * 5.6 + 1.15 * q * np.cos(t), np.full(20, y), 4.2 + 1.15 * q * np.sin(t)]
            for t in [np.linspace(0, 2 * np.pi, 20, endpoint=False)] for y, q in ((2.0, 0.35), (2.6, 0.75), (4.0,
            1.0), (11.0, 1.05), (13.5, 0.95), (15.6, 1.05), (15.7, 0.9))]))  # fmt: skip
        works.append(box(s * 4.0, s * 5.0, 5.0, 10.5, 3.7, 4.7))
        for a, b, n in ((-9.5, 9.0, 150), (-9.5, 9.0, 70)):
            side = (0, (b - a) * (1 if s > 0 else -1), 0)
            works.append(
                greebles(
                    rng,
                    (s * 3.85, a if s > 0 else b, 4.3),
                    side,
                    (-s * 0.35, 0, 1.5),
                    stage.count(n, 20),
                    0.13 if n > 100 else 0.22,
                )
            )
        works.append(
            greebles(
                rng,
                (s * 3.2, -8 if s > 0 else 8, 2.3),
                (0, 16 * (1 if s > 0 else -1), 0),
                (s * 0.9, 0, 1.1),
                stage.count(120, 16),
                0.12,
            )
        )
        for k in range(4):
            z = 2.35 + 0.3 * k
            x = s * (3.0 + 0.28 * k)
            pipes.append(
                tube(
                    [(x, -7 + k, z), (x + s * 0.12, 0, z), (x + s * 0.12, 9 - k, z), (x, 10 - k, z - 0.3)],
                    0.09 + 0.02 * (k % 2),
                    8,
                )
            )
        for y in np.arange(-8, 9, 2.1):
            ports.append(box(s * 3.2, s * 4.07, y - 0.28, y + 0.28, 5.15, 5.5))
    works += [greebles(rng, (-1.8, -5, 6.62), (3.6, 0, 0), (0, 15, 0.25), stage.count(260, 30), 0.2)]
    parts += [
        stage.add(pods, hull, smooth=True),
        stage.add(works, hull),
        stage.add(pipes, dark, smooth=True),
        stage.add(ports, stage.window((1.0, 0.66, 0.34), 1.6)),
    ]
    engines, glow = [], []
    for x, y, z, r in (
        (-1.9, 14.3, 4.5, 1.25),
        (1.9, 14.3, 4.5, 1.25),
        (-5.6, 15.6, 4.2, 0.85),
        (5.6, 15.6, 4.2, 0.85),
    ):
        engines.append(
            lathe(
                [(0.5 * r, -0.3), (0.8 * r, 0.2), (1.02 * r, 1.1), (0.94 * r, 1.1), (0.55 * r, 0.2), (0.001, 0.15)], 36
            )
            .turned(-np.pi / 2, "x")
            .moved(x, y, z)
        )
        glow.append(lathe([(0.001, 0.0), (0.5 * r, 0.0)], 28).turned(-np.pi / 2, "x").moved(x, y + 0.25, z))
    parts += [stage.add(engines, dark, smooth=True), stage.add(glow, stage.lit((1.0, 0.45, 0.15), 6))]
    fins = [
        loft(
            [
                np.array([(s * 2.2, 8.0, 6.6), (s * 2.5, 8.0, 6.6), (s * 2.5, 13.5, 6.5), (s * 2.2, 13.5, 6.5)]),
                np.array([(s * 3.5, 11.5, 9.4), (s * 3.62, 11.5, 9.4), (s * 3.62, 14.2, 9.4), (s * 3.5, 14.2, 9.4)]),
            ]
        )
        for s in (-1, 1)
    ]
    parts.append(stage.add(fins, trim))
    legs = []
    for x, y in ((-2.6, -8.5), (2.6, -8.5), (-3.4, 8.0), (3.4, 8.0)):
        legs += [
            tube([(0.8 * x, y, 2.6), (1.12 * x, y, 0.35)], 0.2, 12),
            tube([(0.8 * x, y + 1.5, 2.5), (1.08 * x, y + 0.1, 0.8)], 0.1, 8),
            boxes([(1.12 * x - 0.55, 1.12 * x + 0.55, y - 0.9, y + 0.9, -0.1, 0.22)]),
        ]
    legs += [beam((s * 0.9, -4.0, 2.2), (s * 0.9, -8.0, 0.05), 0.12, 0.2) for s in (-1, 1)] + [
        box(-0.9, 0.9, -4.3 - 0.45 * i, -4.0 - 0.45 * i, 2.1 - 0.235 * i, 2.16 - 0.235 * i) for i in range(9)
    ]
    legs += [
        tube([(0.9, 1.0, 6.7), (0.9, 1.0, 9.2)], 0.03, 6),
        lathe([(0.001, 0), (0.8, 0.18), (1.1, 0.45), (1.05, 0.47), (0.001, 0.08)], 30)
        .turned(0.7, "x")
        .moved(-1.0, -3.0, 7.6),
        tube([(-1, -3, 6.5), (-1, -3, 7.7)], 0.08, 8),
    ]
    parts.append(stage.add(legs, dark))
    letters = stage.text(
        f"{'KLMNRSTX'[rng.integers(8)]}-{rng.integers(12, 98)}", 1.1, stage.surface((0.55, 0.53, 0.48), 0.6), 0.01
    )
    letters.location, letters.rotation_euler = (-4.06, 4.5, 4.75), (np.pi / 2 - 0.1, 0, -np.pi / 2)
    lamps = [
        stage.lamp(
            "SPOT", (s * 1.2, -13.6, 3.6), 1500, (1.0, 0.9, 0.75), to=(s * 3, -30, 0), spot_size=0.9, spot_blend=0.5
        )
        for s in (-1, 1)
    ]
    return stage.group(*parts, letters, *[lamp for lamp in lamps if lamp])
