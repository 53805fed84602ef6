"""Pictures in frames, mirrors, clocks, rugs, a globe."""

import numpy as np

from images.world.furniture import finishes, patterns, pictures
from images.world.furniture.tables import WOODS
from images.world.furniture.turning import bead, curve, dome, spun
from images.world.geometry import Solid, box, ellipsoid, grid, join, lathe, loft, tube
from images.world.noise import fbm


def _moulding(width: float, height: float, wide: float, deep: float) -> Solid:
    """A picture frame in the xz plane round an opening, its profile stepped and hollow; the wall is y = 0."""
    steps = [
        (0.0, 0.3),
        (0.15, 0.62),
        (0.3, 0.66),
        (0.42, 0.5),
        (0.62, 0.72),
        (0.78, 1.0),
        (0.9, 1.0),
        (1.0, 0.72),
        (1.0, 0.0),
    ]
    rings = []
    for share, high in steps:
        w, h, y = width / 2 + wide * share, height / 2 + wide * share, -deep * high
        rings.append([(-w, y, -h), (w, y, -h), (w, y, h), (-w, y, h)])
    return loft(rings, capped=False)


def picture(stage, rng, width: float = 0.6, height: float = 0.45, subject: int | None = None):
    """A framed painting or print, centred on the origin, its back on the wall y = 0."""
    seed = int(rng.integers(24)) if subject is None else subject
    style = int(rng.integers(4))
    look = [finishes.metal(stage, (0.62, 0.42, 0.16), 0.38, 0.7), finishes.wood(stage, WOODS["black"], "x", 0.35,
        0.3), finishes.wood(stage, WOODS["mahogany"], "x", 0.35, 0.3), stage.surface((0.5, 0.47, 0.4), 0.5,
        variation=0.3, grain=0.1),][style]  # fmt: skip
    wide = float(rng.uniform(0.035, 0.09)) if style < 3 else 0.03
    frame = stage.add(_moulding(width, height, wide, 0.035 + 0.2 * wide), look, smooth=35)
    mount = 0.0 if style < 3 or width < 0.3 else 0.06
    w, h = width / 2 - mount, height / 2 - mount
    parts = [frame]
    if mount:
        parts.append(
            stage.add(
                box(-width / 2, width / 2, -0.012, -0.01, -height / 2, height / 2),
                stage.surface((0.66, 0.63, 0.56), 0.9),
            )
        )
    # few paintings, cut to many frames: those of small pictures are drawn once for a whole run
    size = 360 if stage.detail > 0.8 else max(56, int(360 * stage.detail))
    draw = lambda: pictures.landscape(seed, size, int(size * 1.4))  # noqa: E731
    canvas = finishes.painted(
        stage, ("landscape", seed, round(width, 2)), draw, "xz", (-w, -h), (w, h), 0.42, 0.0012, 0.2
    )
    parts.append(stage.add(box(-w, w, -0.016, -0.012, -h, h), canvas))
    return stage.group(*parts)


def mirror(stage, rng, width: float = 0.6, height: float = 0.9):
    """A looking glass in a gilt frame, its silver spotted at the edges."""
    frame = stage.add(
        _moulding(width, height, 0.08, 0.06), finishes.metal(stage, (0.62, 0.42, 0.16), 0.38, 0.7), smooth=35
    )
    glass = finishes.metal(stage, (0.78, 0.8, 0.78), 0.03, 0.12)
    return stage.group(frame, stage.add(box(-width / 2, width / 2, -0.014, -0.01, -height / 2, height / 2), glass))


def wall_clock(stage, rng, radius: float = 0.16):
    """A round clock on a wall."""
    around, r = stage.around(64, 18), radius
    rim = lathe(
        [(0.9 * r, 0.02), (0.93 * r, 0.05), (1.02 * r, 0.055), (1.08 * r, 0.03), (1.1 * r, 0.0)], around
    ).turned(np.pi / 2, "x")
    hour, minute = int(rng.integers(1, 12)), int(rng.integers(60))
    face = finishes.painted(stage, ("dial", hour, minute, "wall"), lambda: pictures.dial(bool(hour % 2), 360, (hour,
        minute)), "xz", (-0.93 * r, -0.93 * r), (0.93 * r, 0.93 * r), 0.35)  # fmt: skip
    disc = lathe([(1e-4, 0), (0.93 * r, 0), (0.93 * r, 0.02), (1e-4, 0.021)], around).turned(np.pi / 2, "x")
    return stage.group(stage.add(rim, finishes.wood(stage, WOODS["walnut"], "x"), smooth=40), stage.add(disc, face))


def tall_clock(stage, rng):
    """A longcase clock, 2.1 m high, standing against the wall y = 0."""
    look, along = (
        finishes.wood(stage, WOODS["mahogany"], "z", 0.28, 0.5, 0.2),
        finishes.wood(stage, WOODS["mahogany"], "x", 0.28, 0.5, 0.2),
    )
    body = [
        box(-0.23, 0.23, -0.26, 0, 0.06, 0.55),
        box(-0.17, 0.17, -0.22, 0, 0.55, 1.5),
        box(-0.24, 0.24, -0.26, 0, 1.56, 2.0),
    ]
    trim = [
        box(-0.25, 0.25, -0.28, 0, 0, 0.08),
        box(-0.25, 0.25, -0.28, 0, 0.55, 0.6),
        box(-0.25, 0.25, -0.28, 0, 1.5, 1.56),
        box(-0.27, 0.27, -0.29, 0, 2.0, 2.06),
    ]
    trim += [box(-0.17, 0.17, -0.275, -0.26, 0.14, 0.48), box(-0.12, 0.12, -0.235, -0.22, 0.62, 1.44)]
    hour, minute = int(rng.integers(1, 12)), int(rng.integers(60))
    face = finishes.painted(
        stage,
        ("dial", hour, minute, "tall"),
        lambda: pictures.dial(True, 360, (hour, minute)),
        "xz",
        (-0.17, -0.17),
        (0.17, 0.17),
        0.35,
    )
    disc = stage.add(
        lathe([(1e-4, 0), (0.17, 0), (0.17, 0.008), (1e-4, 0.008)], stage.around(48, 16)).turned(np.pi / 2, "x"), face
    )
    disc.location = (0, -0.262, 1.78)
    ring = (
        lathe([(0.165, 0.004), (0.17, 0.018), (0.18, 0.018), (0.185, 0)], stage.around(48, 16))
        .turned(np.pi / 2, "x")
        .moved(0, -0.262, 1.78)
    )
    return stage.group(
        stage.add(body, look, bevel=0.004),
        stage.add(trim, along, bevel=0.006),
        disc,
        stage.add(ring, finishes.brass(stage), smooth=40),
    )


def rug(stage, rng, width: float = 2.4, length: float = 1.7):
    """A knotted carpet with a border and a medallion, fringed at its ends, not lying quite flat."""
    seed = int(rng.integers(1000))
    n = stage.count(70, 14)
    x, y = np.meshgrid(np.linspace(-width / 2, width / 2, n), np.linspace(-length / 2, length / 2, n))
    z = 0.008 + 0.008 * np.clip(fbm(x * 1.4, y * 1.4, 3, seed), 0, 1)
    pixels = max(110, int(520 * stage.detail))
    look = finishes.painted(
        stage,
        ("rug", seed),
        lambda: patterns.carpet(seed, pixels),
        "xy",
        (-width / 2, -length / 2),
        (width / 2, length / 2),
        0.95,
        0.004,
    )
    parts = [stage.add(grid(x, y, z), look, smooth=True)]
    threads = []
    for side in (-1, 1):
        for v in np.linspace(-0.5, 0.5, stage.count(110, 20)) * length:
            end = (side * (width / 2 + 0.05 + rng.uniform(0, 0.025)), v + rng.normal(0, 0.008), 0.003)
            threads.append(tube([(side * width / 2, v, 0.008), end], [0.004, 0.002], 4))
    parts.append(stage.add(join(threads), stage.surface((0.5, 0.44, 0.33), 0.95)))
    return stage.group(*parts)


def globe(stage, rng, radius: float = 0.16):
    """A globe on a turned stand, its seas and lands browned."""
    around = stage.around(48, 16)
    stand = spun([(0, 0), (0.11, 0)], curve([(0.115, 0.008), (0.07, 0.025), (0.02, 0.05), (0.016, 0.09)]), bead(0.015,
        0.09, 0.105, 0.006), [(0.01, 0.12), (0, 0.12)], around=around)  # fmt: skip
    t = np.linspace(-np.pi / 2 - 0.1, np.pi / 2 + 0.1, 30)
    z0 = 0.14 + radius
    arc = tube(np.c_[(radius + 0.018) * np.cos(t), 0 * t, z0 + (radius + 0.018) * np.sin(t)], 0.006, 8)
    land = stage.surface(
        (0.42, 0.33, 0.17), 0.35, second=(0.1, 0.19, 0.2), second_share=0.6, grain=0.3, variation=0.3, coat=0.5
    )
    ball = stage.add(ellipsoid(radius, radius, radius, around, stage.around(32, 12)).moved(z=z0), land, smooth=True)
    return stage.group(
        stage.add([stand], finishes.wood(stage, WOODS["walnut"], "z"), smooth=45),
        stage.add(arc, finishes.brass(stage), smooth=True),
        ball,
    )


def mantel_clock(stage, rng):
    """A small clock for a shelf."""
    look = (
        finishes.wood(stage, WOODS["black"], "x", 0.25, 0.5) if rng.random() < 0.5 else finishes.brass(stage, 0.25, 0.4)
    )
    body = [box(-0.13, 0.13, -0.07, 0.07, 0, 0.035), box(-0.105, 0.105, -0.06, 0.06, 0.035, 0.2)]
    top = spun(dome(0.105, 0.2, 0.27), around=stage.around(40, 12)).scaled(1, 0.57, 1)
    hour, minute = int(rng.integers(1, 12)), int(rng.integers(60))
    face = finishes.painted(
        stage,
        ("dial", hour, minute, "mantel"),
        lambda: pictures.dial(True, 300, (hour, minute)),
        "xz",
        (-0.075, -0.075),
        (0.075, 0.075),
        0.3,
    )
    disc = stage.add(
        lathe([(1e-4, 0), (0.075, 0), (0.075, 0.006), (1e-4, 0.006)], stage.around(40, 14)).turned(np.pi / 2, "x"), face
    )
    disc.location = (0, -0.061, 0.125)
    return stage.group(stage.add([*body, top], look, smooth=40, bevel=0.005), disc)
