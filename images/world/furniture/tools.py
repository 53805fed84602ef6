"""A workshop's things: a bench with a vice, tools on a board, crates, barrels, tins, planks, a ladder, rope."""

import numpy as np

from images.world.furniture import fabrics, finishes
from images.world.geometry import Solid, box, join, lathe, loft, prism, tube


def workbench(stage, rng, width: float = 2.2):
    """A heavy bench against the wall y = 0 with a vice, tools and shavings on it."""
    w, d, h = width / 2, 0.72, 0.88
    along, upright = (
        finishes.wood(stage, (0.25, 0.155, 0.08), "x", 0.6, 0.0, 0.7, 1.6),
        finishes.wood(stage, (0.2, 0.12, 0.06), "z", 0.65, 0.0, 0.6),
    )
    top = [box(-w, w, -d + i * 0.18, -d + (i + 1) * 0.18 - 0.002, h - 0.07, h + rng.normal(0, 0.001)) for i in range(4)]
    under = [
        box(-w + 0.1, w - 0.1, -d + 0.06, -d + 0.1, h - 0.2, h - 0.07),
        box(-w + 0.1, w - 0.1, -d + 0.08, -0.1, 0.2, 0.235),
    ]
    legs = [box(s * (w - 0.08), s * (w - 0.19), y, y + 0.11, 0, h - 0.07) for s in (-1, 1) for y in (-d + 0.062, -0.17)]
    parts = [stage.add(top, along, bevel=0.004), stage.add(under, along), stage.add(legs, upright, bevel=0.004)]
    vice = [box(-0.1, 0.1, -d - 0.1, -d - 0.04, h - 0.16, h + 0.01), box(-0.1, 0.1, -d - 0.03, -d + 0.03, h - 0.16, h
        + 0.01), tube([(0, -d - 0.28, h - 0.09), (0, -d, h - 0.09)], 0.018, 10), tube([(-0.12, -d - 0.26, h - 0.13),
        (0.12, -d - 0.26, h - 0.05)], 0.008, 8)]  # fmt: skip
    jaw = stage.add(
        join(vice).moved(-w + 0.45, 0, 0),
        stage.surface((0.03, 0.06, 0.1), 0.5, wear=(0.12, 0.07, 0.05), grain=0.1),
        bevel=0.003,
    )
    parts.append(jaw)
    for _i in range(stage.count(9, 5)):
        made = tool(stage, rng)
        made.location = (rng.uniform(-w + 0.2, w - 0.2), rng.uniform(-d + 0.12, -0.15), h + 0.018)
        made.rotation_euler = (0, np.pi / 2, float(rng.uniform(0, 6.28)))
        parts.append(made)
    for _i in range(4):
        tin = can(stage, rng)
        tin.location = (rng.uniform(-w + 0.2, w - 0.2), rng.uniform(-0.2, -0.1), h)
        parts.append(tin)
    parts.append(shavings(stage, rng, (0, -d / 2, h + 0.01), w * 0.8, 60))
    return stage.group(*parts)


def tool(stage, rng, kind: str | None = None):
    """A hand tool hanging down from the origin in the xz plane: hammer, saw, spanner, chisel, plane or screwdriver."""
    kind = kind or str(rng.choice(["hammer", "saw", "spanner", "chisel", "driver", "square"]))
    steel, handle = (
        finishes.metal(stage, (0.3, 0.3, 0.3), 0.35, 0.6, (0.1, 0.05, 0.03)),
        finishes.wood(stage, (0.32, 0.17, 0.07), "z", 0.4, 0.3, 0.5),
    )
    if kind == "hammer":
        shaft = tube([(0, 0, -0.3), (0, 0, -0.15), (0, 0, 0.01)], [0.016, 0.011, 0.012], 10)
        head = [
            tube([(-0.055, 0, -0.015), (-0.02, 0, -0.015)], [0.016, 0.012], 10),
            box(-0.022, 0.022, -0.012, 0.012, -0.03, 0.0),
            prism([(0.02, -0.026), (0.06, -0.034), (0.062, -0.028), (0.02, -0.002)], 0.02),
        ]
        return stage.group(stage.add(shaft, handle, smooth=50), stage.add(head, steel, smooth=40))
    if kind == "saw":
        blade = prism([(0, 0), (-0.012, -0.02), (-0.05, -0.42), (0.05, -0.42), (0.05, 0)], 0.0015)
        grip = tube(
            [(-0.03, 0, 0.0), (-0.045, 0, 0.05), (-0.01, 0, 0.1), (0.04, 0, 0.09), (0.05, 0, 0.03), (0.03, 0, -0.01)],
            0.013,
            8,
        )
        return stage.group(stage.add(blade.moved(z=0), steel), stage.add(grip, handle, smooth=True))
    if kind == "spanner":
        shape = [
            (-0.007, -0.2),
            (0.007, -0.2),
            (0.007, -0.02),
            (0.022, -0.005),
            (0.022, 0.02),
            (0.01, 0.026),
            (0.009, 0.004),
            (-0.009, 0.004),
            (-0.01, 0.026),
            (-0.022, 0.02),
            (-0.022, -0.005),
            (-0.007, -0.02),
        ]
        return stage.group(stage.add(_flat(shape, 0.008), steel, bevel=0.001))
    if kind == "square":
        return stage.group(
            stage.add([box(-0.015, 0.015, -0.012, 0.012, -0.22, 0)], handle, bevel=0.002),
            stage.add([box(0.0, 0.28, -0.0015, 0.0015, -0.045, 0)], steel),
        )
    grip = lathe(
        [(1e-3, 0), (0.012, 0.002), (0.016, 0.03), (0.011, 0.06), (0.015, 0.1), (0.008, 0.115), (1e-3, 0.116)], 14
    ).moved(z=-0.116)
    wide = 0.011 if kind == "chisel" else 0.004
    rod = box(-wide, wide, -0.003, 0.003, -0.28, -0.11)
    return stage.group(stage.add(grip, handle, smooth=45), stage.add(rod, steel, bevel=0.001))


def _flat(outline, thick: float) -> Solid:
    """A sheet cut to an outline that need not be convex: a strip of quads from its two halves."""
    points = np.array([(x, 0.0, z) for x, z in outline])
    half = np.array([0, thick / 2, 0])
    return loft([points + half, points - half])


def tool_board(stage, rng, width: float = 1.9, height: float = 0.95):
    """A board with tools hung in rows, centred on the origin against the wall y = 0."""
    back = stage.add(
        box(-width / 2, width / 2, -0.022, 0, -height / 2, height / 2),
        finishes.wood(stage, (0.3, 0.2, 0.11), "x", 0.6, 0.0, 0.6, 1.8),
        bevel=0.003,
    )
    parts, nails = [back], []
    for z in (height / 2 - 0.08, -0.02):
        x = -width / 2 + 0.1
        while x < width / 2 - 0.1:
            made = tool(stage, rng)
            made.location, made.rotation_euler = (x, -0.04, z), (0, float(rng.normal(0, 0.05)), 0)
            parts.append(made)
            nails.append(tube([(x, -0.06, z + 0.004), (x, -0.02, z)], 0.003, 5))
            x += rng.uniform(0.09, 0.2)
    parts.append(stage.add(nails, finishes.iron(stage)))
    return stage.group(*parts)


def crate(stage, rng, size: float = 0.5, height: float = 0.38, open_top: bool = True):
    """A slatted crate."""
    look, w, d, h = (
        finishes.wood(stage, tuple(c * rng.uniform(0.7, 1.2) for c in (0.27, 0.18, 0.1)), "x", 0.75, 0.0, 0.7, 1.5),
        size / 2,
        0.36 * size,
        height,
    )
    upright = finishes.wood(stage, (0.22, 0.14, 0.075), "z", 0.75, 0.0, 0.7, 1.5)
    slats, count = [], max(2, int(h / 0.11))
    for i in range(count):
        z0, z1 = h * i / count + 0.006, h * (i + 1) / count - 0.006
        slats += [box(-w, w, s * d - 0.007, s * d + 0.007, z0, z1) for s in (-1, 1)]
        slats += [box(s * w - 0.007, s * w + 0.007, -d, d, z0, z1) for s in (-1, 1)]
    slats.append(box(-w, w, -d, d, 0.005, 0.017))
    if not open_top:
        slats += [
            box(-w, w, -d + 2 * d * i / 4 + 0.005, -d + 2 * d * (i + 1) / 4 - 0.005, h, h + 0.014) for i in range(4)
        ]
    posts = [
        box(sx * (w - 0.008), sx * (w - 0.04), sy * (d - 0.008), sy * (d - 0.04), 0, h)
        for sx in (-1, 1)
        for sy in (-1, 1)
    ]
    return stage.group(stage.add(slats, look, bevel=0.0015), stage.add(posts, upright))


def barrel(stage, rng, height: float = 0.85):
    """A barrel of staves with iron hoops."""
    r, h, around = 0.33 * height, height, stage.around(52, 20)
    wide = lambda z: r * (0.82 + 0.18 * np.sin(np.pi * z / h))  # noqa: E731
    body = lathe(
        [
            (1e-3, 0.03),
            (wide(0) * 0.95, 0.03),
            *[(wide(z), z) for z in np.linspace(0, h, 12)],
            (wide(h) * 0.95, h - 0.03),
            (1e-3, h - 0.03),
        ],
        around,
    )
    v = body.vertices.copy()
    groove = 1 - 0.012 * (np.abs(np.sin(np.arctan2(v[:, 1], v[:, 0]) * 11)) ** 0.15 < 0.7)
    v[:, :2] *= groove[:, None]
    hoops = [
        lathe(
            [
                (wide(z) + 0.001, z - 0.02),
                (wide(z) + 0.006, z - 0.02),
                (wide(z + 0.02) + 0.006, z + 0.02),
                (wide(z) + 0.001, z + 0.02),
            ],
            around,
        )
        for z in (0.06, 0.24 * h, 0.76 * h, h - 0.06)
    ]
    return stage.group(
        stage.add(Solid(v, body.faces), finishes.wood(stage, (0.17, 0.095, 0.045), "z", 0.6, 0.05, 0.5), smooth=30),
        stage.add(hoops, finishes.iron(stage), smooth=40),
    )


def can(stage, rng):
    """A tin of paint or oil."""
    colour = [(0.35, 0.05, 0.03), (0.05, 0.1, 0.25), (0.4, 0.3, 0.06), (0.3, 0.3, 0.29), (0.05, 0.14, 0.08)][
        rng.integers(5)
    ]
    r, h = float(rng.uniform(0.045, 0.085)), float(rng.uniform(0.1, 0.2))
    body = lathe(
        [
            (1e-3, 0.002),
            (r, 0),
            (r + 0.002, 0.004),
            (r, 0.008),
            (r, h - 0.008),
            (r + 0.002, h - 0.004),
            (r, h),
            (r - 0.006, h - 0.003),
            (1e-3, h - 0.004),
        ],
        stage.around(32, 12),
    )
    return stage.add(
        body, stage.surface(colour, 0.35, variation=0.3, grain=0.08, wear=(0.16, 0.1, 0.06), metal=0.3), smooth=40
    )


def shavings(stage, rng, at, reach: float, count: int):
    """Curls of planed wood."""
    made, n = [], stage.count(count, 10)
    for _ in range(n):
        t = np.linspace(0, rng.uniform(5, 10), 14)
        r = 0.006 + 0.0011 * t
        path = np.c_[r * np.cos(t), 0 * t, r * np.sin(t)]
        wide = rng.uniform(0.008, 0.02)
        ring = np.stack([path + [0, -wide, 0], path + [0, wide, 0]], 1)
        faces = np.array([(2 * i, 2 * i + 1, 2 * i + 3, 2 * i + 2) for i in range(13)])
        curl = (
            Solid(ring.reshape(-1, 3), (faces,))
            .turned(rng.uniform(0, 6.28))
            .moved(rng.uniform(-reach, reach), rng.normal(0, 0.14), 0.006)
        )
        made.append(curl)
    return stage.add(join(made).moved(*at), stage.surface((0.5, 0.34, 0.18), 0.7, translucency=0.3), smooth=True)


def ladder(stage, rng, height: float = 2.4):
    """A wooden ladder leaning on the wall y = 0."""
    look = finishes.wood(stage, (0.28, 0.18, 0.09), "z", 0.65, 0.0, 0.6)
    rails = [box(s * 0.2 - 0.02, s * 0.2 + 0.02, -0.035, 0.035, 0, height) for s in (-1, 1)]
    rungs = [tube([(-0.2, 0, z), (0.2, 0, z)], 0.016, 8) for z in np.arange(0.25, height, 0.28)]
    made = stage.add(join([*rails, *rungs]).turned(-0.24, "x").moved(y=-0.6), look, bevel=0.003)
    return made


def planks(stage, rng, count: int = 6, length: float = 2.4):
    """Boards leaning on the wall y = 0, side by side and one on another."""
    made = []
    for i in range(count):
        long, wide = length * rng.uniform(0.7, 1.0), rng.uniform(0.1, 0.2)
        board = (
            box(-wide / 2, wide / 2, -0.014, 0.014, 0, long)
            .turned(-0.16 - 0.02 * i, "x")
            .turned(rng.normal(0, 0.02), "y")
        )
        look = finishes.wood(
            stage,
            tuple(round(c * k, 3) for c, k in zip((0.33, 0.22, 0.12), (rng.uniform(0.6, 1.2),) * 3, strict=True)),
            "z",
            0.7,
            0.0,
            0.5,
        )
        made.append(
            stage.add(
                board.moved(-0.4 + 0.16 * i + rng.normal(0, 0.03), -0.16 * long - 0.05 - 0.03 * i, 0), look, bevel=0.002
            )
        )
    return stage.group(*made)


def coil(stage, rng, radius: float = 0.2, turns: int = 6):
    """A coil of rope hanging on the wall y = 0 from the origin."""
    t = np.linspace(0, turns * 2 * np.pi, turns * 26)
    wander = 0.012 * np.sin(t * 0.37) + 0.01 * np.sin(t * 0.83 + 1)
    path = np.c_[
        (radius + wander) * 0.72 * np.sin(t), -0.03 - 0.012 * np.sin(t * 0.21), -radius + (radius + wander) * np.cos(t)
    ]
    rope = stage.surface(
        (0.36, 0.27, 0.15), 0.9, variation=0.4, grain=0.02, relief=0.004, relief_size=0.008, stretch=(1, 1, 0.4)
    )
    return stage.add(tube(path, 0.012, 7), rope, smooth=True)


def sacks(stage, rng, count: int = 3):
    """Full sacks standing against the wall y = 0."""
    from images.world.modelling.sculpt import blend, egg, limb, skin

    made = []
    for i in range(count):
        h = float(rng.uniform(0.5, 0.68))
        body = blend(
            0.06, egg((0, 0, 0.24 * h), (0.27, 0.2, 0.3 * h)), egg((0.02, 0, 0.5 * h), (0.21, 0.16, 0.3 * h)),
            egg((0.01, 0, 0.76 * h), (0.15, 0.09, 0.13 * h)), limb((-0.13, 0, 0.93 * h), (0.14, 0.01, 0.9 * h), 0.035),
        )  # fmt: skip

        def creased(p, body=body, k=i, h=h):
            deep = 0.011 * np.sin(p[:, 0] * 34 + 11 * p[:, 2] + k) + 0.008 * np.sin(
                p[:, 1] * 27 - 16 * p[:, 2] + 2 * k + 5 * p[:, 0]
            )
            return np.maximum(body(p) - (deep * np.clip(0.35 + p[:, 2] / h, 0, 1)).astype(np.float32), -p[:, 2])

        solid = skin(creased, (-0.32, -0.26, -0.02), (0.32, 0.26, h + 0.08), 0.012 / max(stage.detail, 0.3) ** 0.5)
        one = stage.add(solid, fabrics.cloth(stage, (0.36, 0.28, 0.17), None, 350), smooth=True)
        one.location, one.rotation_euler = (
            (i * 0.5 - 0.4 + rng.normal(0, 0.03), -0.26, 0),
            (0, 0, float(rng.uniform(-0.5, 0.5))),
        )
        made.append(one)
    return stage.group(*made)
