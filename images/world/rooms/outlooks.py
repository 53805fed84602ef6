"""What is seen through a room's windows: a garden, a street, roofs, hills."""

import numpy as np

from images.world.geometry import box, cards, gable, grid, tube
from images.world.noise import fbm
from images.world.rooms.shell import THICK, Room


def outlook(stage, room: Room, kind: str) -> None:
    """The view from the windows: "garden", "street", "roofs" or "hills"."""
    build = {"garden": _garden, "street": _street, "roofs": _roofs, "hills": _hills}[kind]
    for wall in sorted({o.wall for o in room.openings}):
        middle = float(np.mean([o.at for o in room.openings if o.wall == wall]))
        holder = stage.group(*build(stage, stage.rng(f"outside {wall}")))
        # built with the house's face on y = 0 and the view at y > 0, as windows are
        room.place(holder, wall, middle)


def _garden(stage, rng):
    grass = stage.surface(
        (0.06, 0.085, 0.025), 0.95, variation=0.6, grain=1.5, second=(0.11, 0.1, 0.04), relief=0.05, relief_size=0.06
    )
    parts = [stage.add(box(-40, 40, THICK + 0.05, 90, -0.6, -0.5), grass)]
    parts += trees(
        stage, rng, [(rng.uniform(-12, 12), rng.uniform(6, 30), rng.uniform(4, 9)) for _ in range(stage.count(16, 8))]
    )
    hedge = [(x, 5.5 + rng.uniform(-0.3, 0.3), rng.uniform(1.4, 2.0)) for x in np.arange(-9, 9, 1.1)]
    return parts + trees(stage, rng, hedge, trunk=False)


def trees(stage, rng, places, trunk: bool = True):
    """Crowns of leaf cards on clumps, standing at (x, y) with a height."""
    leaves, woods = [], []
    for x, y, tall in places:
        for _ in range(5 if trunk else 3):
            out = rng.normal(0, 0.17 * tall, 3)
            centre = np.array([x, y, -0.5 + tall * (0.68 if trunk else 0.45)]) + out
            count = stage.count(420 if trunk else 260, 60)
            direction = rng.standard_normal((count, 3))
            direction /= np.linalg.norm(direction, axis=1, keepdims=True)
            radius = tall * (0.24 if trunk else 0.36) * rng.uniform(0.55, 1.05, count)[:, None] ** 0.5
            size = 0.05 * tall**0.5 * rng.uniform(0.6, 1.4, (count, 1)) * (1.6 if stage.detail < 0.4 else 1)
            turn = rng.standard_normal((count, 3))
            turn /= np.linalg.norm(turn, axis=1, keepdims=True)
            leaves.append(cards(centre + direction * radius, 2 * size * turn, size * np.cross(turn, direction)))
        if trunk:
            woods.append(
                tube(
                    [(x, y, -0.6), (x + 0.03 * tall, y, 0.3 * tall), (x, y, 0.7 * tall)],
                    [0.03 * tall, 0.022 * tall, 0.01 * tall],
                    7,
                )
            )
    green = stage.surface(
        (0.045, 0.075, 0.02), 0.6, variation=0.6, grain=2.0, translucency=0.45, second=(0.1, 0.1, 0.025)
    )
    made = [stage.add(leaves, green)]
    if woods:
        made.append(stage.add(woods, stage.surface((0.06, 0.045, 0.03), 0.9, relief=0.02, relief_size=0.05)))
    return made


def _street(stage, rng):
    """Houses across a street, two floors below the window."""
    low, far = -4.0, float(rng.uniform(9, 13))
    parts = [
        stage.add(
            box(-60, 60, THICK + 0.05, far, low - 0.1, low),
            stage.surface((0.06, 0.06, 0.062), 0.5, relief=0.01, relief_size=0.1),
        )
    ]
    x = -36.0
    panes, trims = [], []
    tints = [(0.3, 0.2, 0.13), (0.38, 0.33, 0.26), (0.22, 0.09, 0.06), (0.3, 0.3, 0.29), (0.33, 0.26, 0.15)]
    while x < 36:
        wide, tall = rng.uniform(6, 10), rng.uniform(9, 14)
        tint = tints[rng.integers(len(tints))]
        parts.append(
            stage.add(
                [box(x, x + wide, far, far + 8, low, low + tall)],
                stage.surface(
                    tint,
                    0.9,
                    variation=0.4,
                    grain=2.5,
                    relief=0.02,
                    relief_size=0.2,
                    wear=tuple(0.45 * c for c in tint),
                ),
            )
        )
        parts.append(
            stage.add(
                gable(x - 0.3, x + wide + 0.3, far - 0.4, far + 8.4, low + tall, low + tall + 3),
                stage.surface((0.1, 0.055, 0.045), 0.8, relief=0.04, relief_size=0.2),
            )
        )
        trims.append(box(x - 0.1, x + wide + 0.1, far - 0.25, far, low + tall - 0.4, low + tall))
        columns = max(2, int(wide / 2.2))
        for i in range(columns):
            for z in np.arange(low + 1.0, low + tall - 1.9, 3.1):
                u = x + wide * (i + 0.5) / columns
                panes.append(box(u - 0.5, u + 0.5, far - 0.03, far - 0.01, z, z + 1.6))
                trims += [
                    box(u - 0.62, u + 0.62, far - 0.14, far, z - 0.14, z),
                    box(u - 0.6, u - 0.5, far - 0.08, far, z, z + 1.7),
                    box(u + 0.5, u + 0.6, far - 0.08, far, z, z + 1.7),
                    box(u - 0.6, u + 0.6, far - 0.1, far, z + 1.6, z + 1.75),
                    box(u - 0.03, u + 0.03, far - 0.06, far, z, z + 1.6),
                ]
        x += wide
    return [
        *parts,
        stage.add(panes, _far_panes(stage)),
        stage.add(trims, stage.surface((0.42, 0.4, 0.36), 0.8, variation=0.3)),
    ]


def _far_panes(stage):
    """Windows across the street: they are seen, but light nothing here."""
    look = stage.window((1.0, 0.6, 0.28), 0.3)
    look.cycles.emission_sampling = "NONE"
    return look


def _roofs(stage, rng):
    """A town's roofs, its chimneys, a spire and hills, seen from the top floor."""
    roofs, chimneys, panes, bodies = [], [], [], []
    for _ in range(stage.count(90, 40)):
        y = 8 * (90 / 8) ** rng.random()
        x, wide, deep, ridge = rng.uniform(-1, 1) * y * 0.9, rng.uniform(4, 8), rng.uniform(4, 8), rng.uniform(2, 3.5)
        z = -3.5 - rng.uniform(0, 2) + 0.02 * y
        solid = gable(-wide / 2, wide / 2, -deep / 2, deep / 2, z, z + ridge)
        body = box(-wide / 2 + 0.3, wide / 2 - 0.3, -deep / 2 + 0.3, deep / 2 - 0.3, z - 8, z + 0.05)
        turn = rng.uniform(-0.4, 0.4) + (np.pi / 2 if rng.random() < 0.5 else 0)
        roofs.append(solid.turned(turn).moved(x, y, 0))
        bodies.append(body.turned(turn).moved(x, y, 0))
        chimneys.append(box(x - 0.4, x + 0.4, y - 0.3, y + 0.3, z, z + ridge + 1.0))
        panes.append(box(x - 0.35, x + 0.35, y - deep / 2 - 0.02, y - deep / 2 + 0.3, z - 1.6, z - 0.5))
    spire = box(-1.4, 1.4, 38, 41, -10, 6)
    cone = gable(-1.6, 1.6, 37.8, 41.2, 6, 15)
    dark = stage.surface(
        (0.11, 0.06, 0.045),
        0.8,
        variation=0.6,
        grain=4,
        relief=0.05,
        relief_size=0.2,
        second=(0.08, 0.08, 0.085),
        own_space=False,
    )
    pale = stage.surface((0.34, 0.3, 0.24), 0.9, variation=0.5, grain=4, own_space=False, second=(0.25, 0.17, 0.11))
    return [stage.add([*roofs, cone], dark), stage.add([*bodies, spire], pale), stage.add(chimneys,
        stage.surface((0.2, 0.1, 0.07), 0.9)), stage.add(panes, _far_panes(stage)), *ridge_line(stage, rng, 250, -6,
        22),]  # fmt: skip


def _hills(stage, rng):
    parts = (
        ridge_line(stage, rng, 60, -5, 7) + ridge_line(stage, rng, 300, -10, 45) + ridge_line(stage, rng, 900, -20, 160)
    )
    field = stage.surface(
        (0.1, 0.1, 0.04), 0.95, variation=0.6, grain=6, second=(0.16, 0.12, 0.05), relief=0.05, relief_size=0.2
    )
    parts.append(stage.add(box(-80, 80, THICK + 0.05, 70, -1.6, -1.5), field))
    return parts + trees(
        stage, rng, [(rng.uniform(-24, 24), rng.uniform(12, 50), rng.uniform(5, 10)) for _ in range(stage.count(14, 6))]
    )


def ridge_line(stage, rng, far: float, low: float, high: float):
    """A line of hills."""
    n = stage.count(160, 40)
    x = np.linspace(-1.6 * far, 1.6 * far, n)
    crest = high * (0.5 + 0.7 * fbm(x / far * 2.2 + far, x * 0, 5, int(rng.integers(999))))
    rows = [
        np.c_[x, np.full(n, far * k), low + (crest - low) * share]
        for k, share in ((1.0, 0.0), (1.1, 0.5), (1.25, 1.0), (1.5, 0.6))
    ]

    p = np.stack(rows)
    distance = np.clip(far / 900, 0, 1)
    colour = tuple(
        a * (1 - distance) + b * distance for a, b in zip((0.07, 0.085, 0.03), (0.2, 0.26, 0.33), strict=True)
    )
    look = stage.surface(colour, 0.95, variation=0.5, grain=0.12 * far, relief=0.01 * far, relief_size=0.03 * far)
    return [stage.add(grid(p[..., 0], p[..., 1], p[..., 2]), look, smooth=True)]
