"""A ruined abbey: broken walls and piers, ivy, fallen stones, and the turf that grows over its floor."""

import numpy as np

from images.world.buildings import stonework
from images.world.buildings.halls import Hall, copies, sideways
from images.world.furniture import walls
from images.world.furniture.turning import spun
from images.world.geometry import Solid, cards, grid
from images.world.materials import Surface
from images.world.noise import fbm, smoothstep
from images.world.terrain import stones


def ruin(stage, hall: Hall, rng, ground) -> None:
    """An abbey without its roof: walls broken at different heights, some arches whole, ivy, fallen stones."""
    steps, around = stage.around(25, 9), stage.around(12, 6)
    stone, trim = walls.ashlar(stage, hall.stone), walls.carved(stage, hall.stone)
    span, wide = hall.bay / 2 - 0.6, 0.55 * hall.bay / 2
    arch_top = hall.spring + span * stonework.peak(hall.point)
    blocks, carving, broken = [], [], []
    seed = int(rng.integers(999))
    for i in range(-1, hall.bays):
        for side in (-1, 1):
            y = hall.bay * i
            state = rng.random()

            def flip(solid, s=side, y=y):
                return Solid(solid.vertices * [s, 1, 1] + [0, y, 0], tuple(f[:, ::-1] for f in solid.faces) if s < 0
                    else solid.faces)  # fmt: skip

            level = float(rng.uniform(arch_top + 0.6, hall.top + 1.5)) if state < 0.62 else float(rng.uniform(1.0, 2.5))
            if state < 0.62:
                wall = stonework.arcade(
                    hall.bay,
                    span,
                    hall.spring,
                    _broken(seed + i * 7 + side, level, arch_top + 0.35, 1.4),
                    0.85,
                    hall.point,
                    hall.spring,
                    steps=steps,
                )
                blocks.append(flip(sideways(wall, hall.half)))
                for out, d, radius in ((0.06, -0.42, 0.07), (0.22, -0.46, 0.09)):
                    carving.append(
                        flip(
                            sideways(
                                stonework.moulding(span, hall.spring, hall.point, radius, out, d, steps, around),
                                hall.half,
                            )
                        )
                    )
            else:
                broken.append((side, i))
            outer = float(rng.uniform(1.6, hall.spring + 3.2))
            whole = outer > 4.5
            if whole:
                panel = stonework.arcade(
                    hall.bay,
                    wide,
                    hall.spring - 0.6,
                    _broken(seed + 31 + i * 5 + side, outer, 2.2, 2.2),
                    1.0,
                    hall.point,
                    0.0,
                    1.9,
                    steps,
                )
                if rng.random() < 0.6:
                    carving.append(
                        flip(
                            sideways(
                                stonework.tracery(
                                    wide, 1.9, hall.spring - 0.6, hall.point, 3, around, max(8, steps // 2)
                                ),
                                hall.wall,
                            )
                        )
                    )
            else:
                x = np.linspace(-hall.bay / 2, hall.bay / 2, steps)
                panel = stonework.strip(
                    x, np.full(steps, -0.4), np.maximum(_broken(seed + 57 + i * 3 + side, outer, 0.3, 1.5)(x), 0.3), 1.0
                )
            blocks.append(flip(sideways(panel, hall.wall)))
    stage.add(blocks, stone)
    if carving:
        stage.add(carving, trim, smooth=40)
    _broken_piers(stage, hall, rng, trim, broken, ground)
    _ruined_end(stage, hall, stone, trim, steps, around, seed)
    _ivy(stage, hall, rng)
    _rubble(stage, hall, rng, stone, ground)


def _broken(seed: int, level: float, least: float, reach: float):
    """A ragged top for a wall: steps of courses, falling away to one side."""

    def top(x):
        x = np.asarray(x, float)
        fall = reach * fbm(x * 0.35 + seed, 0 * x + seed, 3, seed) + 0.5 * fbm(x * 2.5, 0 * x, 3, seed + 1)
        return np.maximum(np.round((level + fall) / 0.4) * 0.4 + 0.06 * fbm(x * 9, 0 * x, 2, seed), least)

    return top


def _broken_piers(stage, hall: Hall, rng, trim, broken, ground) -> None:
    fine = stage.around(24, 12)
    whole = stage.add(
        [
            stonework.clustered(hall.spring - 0.75, 0.5, fine),
            stonework.leafy(0.54, hall.spring - 0.8, hall.spring + 0.02, fine),
        ],
        trim,
        smooth=38,
    )
    stump = stage.add(stonework.clustered(float(rng.uniform(1.2, 2.6)), 0.5, fine), trim, smooth=38)
    gone = set(broken)
    tall, short = [], []
    for i in range(-2, hall.bays):
        for side in (-1, 1):
            y = hall.bay * (i + 0.5)
            both = (side, i) in gone and (side, i + 1) in gone
            (short if both else tall).append((side * hall.half, y, -0.05, rng.uniform(0, 6)))
    for made, places in ((whole, tall), (stump, short)):
        if places:
            copies(stage, made, places)
        else:
            stage.hide(made)


def _ruined_end(stage, hall: Hall, stone, trim, steps: int, around: int, seed: int) -> None:
    """The end wall with its great window open to the sky."""
    half, y = 0.66 * hall.half, hall.end
    spring, sill = hall.top - 3.2, 2.4
    crest = spring + half * stonework.peak(hall.point)
    wall = stonework.arcade(
        2 * hall.half,
        half,
        spring,
        _broken(seed + 90, crest + 1.6, crest + 0.4, 1.2),
        0.9,
        hall.point,
        -0.3,
        sill,
        steps * 2,
    )
    stage.add(wall.moved(y=y), stone)
    bars = stonework.tracery(half, sill, spring, hall.point, 4, around, max(8, steps // 2))
    rolls = [
        stonework.moulding(half, spring, hall.point, 0.1, 0.16, d, steps, around, spring - sill) for d in (-0.46, 0.46)
    ]
    stage.add([solid.moved(y=y) for solid in (bars, *rolls)], trim, smooth=40)


def _ivy(stage, hall: Hall, rng) -> None:
    """Leaves that climb piers and the feet of the outer walls in ragged sheets."""
    made, count = [], stage.count(2400, 300)
    for k in range(11):
        side, bay = float(rng.choice([-1, 1])), int(rng.integers(0, hall.bays - 1))
        top = rng.uniform(2.0, 0.95 * hall.spring) if k < 7 else rng.uniform(1.2, 1.9)
        z = top * rng.random(count) ** 1.5
        seed = int(rng.integers(999))
        if k < 7:  # round a pier
            angle = rng.uniform(0, 2 * np.pi, count)
            dense = fbm(angle * 1.6, z * 0.8, 4, seed) > -0.1 + 0.25 * z / top
            radius = 0.66 + 0.1 * rng.random(count)
            out = np.c_[np.cos(angle), np.sin(angle)]
            centre = np.c_[side * hall.half + radius * out[:, 0], hall.bay * (bay + 0.5) + radius * out[:, 1], z]
        else:
            y = rng.normal(0, 1.1, count)
            dense = (fbm(y * 1.2, z * 1.2, 4, seed) > -0.05) & (np.abs(y) < 0.46 * hall.bay)
            out = np.c_[np.full(count, -side), np.zeros(count)]
            centre = np.c_[side * (hall.wall - 0.52) + 0.1 * out[:, 0] * rng.random(count), hall.bay * bay + y, z]
        centre, out = centre[dense], out[dense]
        n = len(centre)
        size = rng.uniform(0.04, 0.08, (n, 1)) * (1 if stage.detail > 0.4 else 1.5)
        down = np.c_[0.5 * out + rng.normal(0, 0.3, (n, 2)), -np.ones(n)]
        across = (
            np.c_[-out[:, 1], out[:, 0], rng.normal(0, 0.3, n)]
            + np.c_[0.4 * out * rng.normal(0, 1, (n, 1)), np.zeros(n)]
        )
        made.append(cards(centre, size * down, size * across))
    leaf = stage.surface(
        (0.035, 0.06, 0.016), 0.45, variation=0.6, grain=0.6, translucency=0.3, second=(0.08, 0.075, 0.02)
    )
    stage.add(made, leaf)


def _rubble(stage, hall: Hall, rng, stone, ground) -> None:
    """Fallen blocks and drums of columns, out of the subject's way."""
    kinds = stones(
        stage,
        "rubble",
        4,
        Surface(hall.stone, 0.85, 0.4, 0.4, 0.02, 0.06, second=(0.05, 0.06, 0.02), second_share=0.3),
        0.9,
    )
    n = stage.count(420, 60)
    x = rng.choice([-1, 1], n) * rng.uniform(1.2, hall.wall, n)
    y = rng.uniform(0.5, hall.end, n)
    near_wall = np.exp(-(((np.abs(x) - hall.half) / 1.1) ** 2))
    keep = (rng.random(n) < 0.2 + 0.8 * near_wall) & stage.shot.clear(x, y, 0.8)
    size = rng.lognormal(-1.4, 0.55, n)
    stage.scatter(kinds, np.c_[x, y, ground(x, y) + 0.1 * size][keep], size[keep], "rubble kinds")
    trim = walls.carved(stage, hall.stone)
    for _ in range(7):
        x, y = float(rng.choice([-1, 1]) * rng.uniform(1.7, hall.half + 1.5)), float(rng.uniform(2.5, hall.end - 1))
        if stage.shot.clear(x, y, 1.0):
            drum = spun(
                [(0, -0.4), (0.44, -0.4)],
                [(0.45, -0.36), (0.45, 0.36), (0.44, 0.4), (0, 0.4)],
                around=stage.around(28, 10),
            )
            made = stage.add(drum, trim, smooth=40)
            made.location, made.rotation_euler = (
                (x, y, float(ground(x, y)) + 0.3),
                (1.45, 0.1, float(rng.uniform(0, 6))),
            )


def grassy(hall: Hall, seed: int):
    """The ruin's ground: slabs sunk under turf that swells along the walls."""

    def height(x, y):
        x, y = np.asarray(x, float), np.asarray(y, float)
        swell = smoothstep(0.8, 3.2, np.abs(x) + 0.6 * fbm(x / 3, y / 3, 3, seed))
        return (
            -0.015
            + 0.16 * swell * (0.6 + 0.8 * fbm(x / 2.2, y / 2.2, 4, seed + 1))
            + 0.02 * fbm(x / 0.6, y / 0.6, 3, seed + 2) * swell
        )

    return height


def turf(stage, hall: Hall, ground, rng) -> None:
    """Ground of the ruin as a mesh: stone where it is low, grass and earth where it swells; blades of grass on it."""
    n = stage.count(420, 90)
    x, y = np.meshgrid(np.linspace(-hall.wall - 14, hall.wall + 14, n), np.linspace(-4, hall.end + 30, n))
    made = stage.add(
        grid(x, y, ground(x, y)),
        stage.surface(
            (0.07, 0.08, 0.028),
            0.95,
            variation=0.6,
            grain=0.5,
            second=(0.1, 0.085, 0.04),
            relief=0.03,
            relief_size=0.05,
            own_space=False,
        ),
        smooth=True,
    )
    del made
    blades = [_tuft(stage, rng) for _ in range(3)]
    count = stage.count(15000, 1200)
    v = 0.8 * ((hall.end + 6) / 0.8) ** rng.random(count)
    u = rng.uniform(-1, 1, count) * (stage.shot.spread[0] * 1.15 * v + 1.2)
    high = ground(u, v)
    keep = (high > 0.012) & (rng.random(count) < 0.35 + 0.65 * smoothstep(0.0, 0.12, high))
    crack = np.abs((v / 0.75) % 1 - 0.5) > 0.47
    keep |= (np.abs(u) < 2.0) & crack & (rng.random(count) < 0.35)
    scale = rng.uniform(0.4, 1.1, count) * np.where(high > 0.02, 1.0, 0.45)
    stage.scatter(blades, np.c_[u, v, high - 0.01][keep], scale[keep], "grass kinds")


def _tuft(stage, rng):
    """A tuft of grass, 0.3 m high."""
    n = stage.count(46, 14)
    turn, lean = rng.uniform(0, 6.28, n), rng.uniform(0.1, 0.55, n)
    foot = rng.normal(0, 0.06, (n, 2))
    tall, wide = rng.uniform(0.1, 0.32, n), 0.004 + 0.004 * rng.random(n)
    blades = []
    for (x, y), a, b, h, w in zip(foot, turn, lean, tall, wide, strict=True):
        s = np.array([0, 0.5, 1.0])
        out = h * b * s**2
        line = np.c_[x + out * np.cos(a), y + out * np.sin(a), h * s * (1 - 0.2 * b * s)]
        side = np.array([-np.sin(a), np.cos(a), 0]) * w
        taper = np.array([[1.0], [0.8], [0.1]])
        v = np.concatenate([line - side * taper, line + side * taper])
        blades.append(Solid(v, (np.array([(0, 3, 4, 1), (1, 4, 5, 2)]),)))
    green = stage.surface(
        (0.075, 0.095, 0.025),
        0.6,
        variation=0.6,
        grain=0.3,
        translucency=0.4,
        second=(0.15, 0.12, 0.045),
        own_space=False,
    )
    return stage.add(blades, green)
