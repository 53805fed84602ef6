"""Boats at their moorings: alongside quays and piers, or at anchor in open water."""

import numpy as np

from images.world.boats import craft
from images.world.boats.craft import Boat
from images.world.coast import quayside
from images.world.geometry import ellipsoid
from images.world.modelling import carving


def fleet(stage, name: str, kinds) -> list:
    """Different moored boats as models: hidden, for `berth`."""
    rng = stage.rng(name)
    paints = list(craft.PAINTS)
    models = []
    for kind in kinds:
        paint = str(rng.choice(["white", "white", "blue", "black"] if kind == "sloop" else paints))
        boat = Boat(
            kind,
            paint,
            str(rng.choice(["wooden", "white", "black", "blue"])),
            "white",
            "moored",
            0.0,
            float(rng.uniform(0.3, 0.9)),
            int(rng.integers(10000)),
        )
        models.append((kind, craft.build(stage, boat, min(1.0, 0.15 + 0.7 * stage.detail))))
    return models


def berth(stage, model, x: float, y: float, heading: float, rng) -> None:
    """A copy of a model afloat, a little heeled."""
    made = carving.copied(model, (x, y, rng.normal(0, 0.03)), heading)
    made.rotation_euler = (rng.normal(0, 0.012), rng.normal(0, 0.025), heading)


def moor_along(stage, models, places, edge: float, side: int, near: float, far: float) -> None:
    """Boats alongside an edge at x = `edge`, one behind the other, some with a second outside, tied to `places`."""
    rng, ropes = stage.rng(f"berths {side}"), []
    y = near
    while y < far:
        kind, model = models[rng.integers(len(models))]
        lines = craft.LINES[kind]
        middle = y + lines.length / 2
        for row in range(2 if rng.random() < 0.35 else 1):
            x = edge + side * ((0.5 + lines.beam / 2) + row * (lines.beam + 0.5))
            free = stage.shot.clear(x, middle, lines.beam / 2) & stage.shot.clear(x, y, lines.beam / 2)
            turn = rng.choice([0.0, np.pi]) + rng.normal(0, 0.03)
            if not free:
                continue
            berth(stage, model, x, middle, turn, rng)
            near_by = [p for p in places if abs(p[0] - edge) < 1.4]
            if row == 0 and near_by:
                for end in (-0.42, 0.42):
                    at = min(near_by, key=lambda p: abs(p[1] - (middle + 1.5 * end * lines.length)))
                    start = (at[0], at[1], at[2] + 0.25)
                    ropes.append(
                        quayside.mooring(
                            start, (x - side * 0.3 * lines.beam, middle + end * lines.length, lines.freeboard + 0.2)
                        )
                    )
        y += lines.length + rng.uniform(1.0, 5.0)
    if ropes:
        stage.add(ropes, stage.material(quayside.ROPE), smooth=True)


def anchor(stage, models, count: int, near: float, far: float, free=None) -> None:
    """Boats at moorings in open water, all lying to the same wind more or less, with their buoys."""
    rng, shot = stage.rng("anchorage"), stage.shot
    wind = rng.uniform(0, 6.28)
    taken, buoys = [], []
    for _ in range(count * 4):
        y = near * (far / near) ** rng.random()
        x = rng.uniform(-1, 1) * (shot.spread[0] * y + 4)
        kind, model = models[rng.integers(len(models))]
        turn = wind + rng.normal(0, 0.25)
        length = craft.LINES[kind].length
        crowded = any(np.hypot(x - a, y - b) < 0.8 * (length + c) for a, b, c in taken)
        if crowded or not shot.clear(x, y, 0.6 * length, beyond=6) or (free and not free(x, y)) or len(taken) >= count:
            continue
        taken.append((x, y, length))
        berth(stage, model, x, y, turn, rng)
        buoys.append(
            ellipsoid(0.28, 0.28, 0.26, 16, 12).moved(
                x - 0.9 * length * np.sin(-turn) * 0.8, y - 0.9 * length * np.cos(turn) * 0.8, 0.1
            )
        )
    if buoys:
        stage.add(buoys, stage.surface((0.5, 0.13, 0.03), 0.4), smooth=True)
