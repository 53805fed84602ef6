"""What stands in a church: benches, an altar, stands of candles."""

import numpy as np

from images.world.buildings.halls import Hall, copies
from images.world.furniture import candles, fabrics, finishes, lamps, walls
from images.world.furniture.turning import bead, spun
from images.world.geometry import box, lathe, loft, tube


def pews(stage, hall: Hall, rng, first: float, last: float, keep) -> None:
    """Benches on both sides of the way down the middle; keep: where one may stand (x, y)."""
    wood = finishes.wood(
        stage,
        [(0.1, 0.05, 0.026), (0.16, 0.09, 0.045), (0.07, 0.04, 0.025)][rng.integers(3)],
        "x",
        0.36,
        0.25,
        0.35,
        1.4,
    )
    inner, outer = 1.05, hall.half - 0.75
    long = outer - inner
    seat = [
        box(0, long, -0.18, 0.2, 0.43, 0.47),
        box(0, long, 0.2, 0.235, 0.36, 0.94),
        box(0, long, 0.17, 0.26, 0.94, 0.98),
        box(0, long, 0.3, 0.52, 0.74, 0.77),
        box(0, long, 0.36, 0.44, 0.1, 0.16),
    ]
    for x in (0.0, long):
        outline = [
            (-0.22, 0),
            (-0.22, 0.55),
            (-0.12, 0.68),
            (0.1, 0.74),
            (0.16, 0.98),
            (0.2, 1.08),
            (0.28, 1.08),
            (0.3, 0),
        ]
        points = np.array([(0.0, y, z) for y, z in outline])
        seat.append(loft([points + [x - 0.03, 0, 0], points + [x + 0.03, 0, 0]][::-1]))
        knob = spun([(0.03, 1.07)], bead(0.03, 1.08, 1.16, 0.03), [(0, 1.17)], around=stage.around(14, 7))
        seat.append(knob.moved(x, 0.24, 0))
    made = stage.add(seat, wood, smooth=35)
    places = []
    for y in np.arange(first, last, 1.05):
        for side in (-1, 1):
            x = side * inner if side > 0 else -outer
            if rng.random() < 0.95 and keep(side * (inner + long / 2), y):
                places.append((x + rng.normal(0, 0.01), y + rng.normal(0, 0.025), 0, rng.normal(0, 0.006)))
    if places:
        copies(stage, made, places)
    else:
        stage.hide(made)


def altar(stage, hall: Hall, rng) -> None:
    """Steps, a stone table with a cloth, candlesticks and a cross; lamps on chains."""
    y = hall.end - 2.2
    stone = walls.carved(stage, tuple(min(1, 1.2 * c) for c in hall.stone))
    steps = [
        box(-3.0 + 0.4 * k, 3.0 - 0.4 * k, y - 2.4 + 0.45 * k, hall.end, 0.16 * k, 0.16 * (k + 1)) for k in range(3)
    ]
    stage.add(
        [*steps, box(-1.3, 1.3, y - 0.5, y + 0.5, 0.48, 1.44), box(-1.45, 1.45, y - 0.6, y + 0.6, 1.44, 1.54)],
        stone,
        bevel=0.01,
    )
    linen = fabrics.cloth(stage, (0.6, 0.58, 0.53))
    stage.add([box(-1.1, 1.1, y - 0.615, y + 0.61, 1.54, 1.55), box(-1.1, 1.1, y - 0.625, y - 0.61, 1.0, 1.55)], linen)
    gold = finishes.brass(stage, 0.25, 0.4)
    cross = [
        box(-0.03, 0.03, y - 0.02, y + 0.02, 1.55, 2.6),
        box(-0.3, 0.3, y - 0.02, y + 0.02, 2.2, 2.26),
        box(-0.16, 0.16, y - 0.1, y + 0.1, 1.55, 1.62),
    ]
    stage.add(cross, gold, bevel=0.006)
    for x in (-1.0, -0.66, 0.66, 1.0):
        stick, _ = candles.standing_candle(stage, rng, "stick", 0.3, power=6.0)
        stick.location, stick.scale = (x, y, 1.55), (2.0, 2.0, 2.0)


def candle_stand(stage, rng, at, keep_lamp: bool = True) -> None:
    """An iron stand with rows of small burning candles, one lamp for them all."""
    iron = finishes.iron(stage)
    x, y = at
    legs = [
        tube([(x + a, y + b, 0), (x + 0.3 * a, y + 0.3 * b, 0.5), (x + 0.3 * a, y + 0.3 * b, 0.9)], 0.014, 6)
        for a, b in ((-0.25, -0.2), (0.25, -0.2), (0, 0.25))
    ]
    trays = [
        box(x - 0.45, x + 0.45, y - 0.16 + 0.15 * k, y - 0.03 + 0.15 * k, 0.9 + 0.1 * k, 0.915 + 0.1 * k)
        for k in range(3)
    ]
    stage.add([*legs, *trays], iron, smooth=40)
    wax, flames = [], []
    for k in range(3):
        for u in np.linspace(-0.4, 0.4, 9):
            if rng.random() < 0.8:
                tall = rng.uniform(0.05, 0.16)
                cx, cy, cz = x + u, y - 0.095 + 0.15 * k, 0.915 + 0.1 * k
                wax.append(
                    lathe([(1e-3, 0), (0.013, 0), (0.0125, tall), (1e-3, tall - 0.003)], stage.around(10, 6)).moved(
                        cx, cy, cz
                    )
                )
                if rng.random() < 0.75:
                    s = np.linspace(0, 1, 7)
                    flames.append(
                        tube(
                            np.c_[0 * s, 0 * s, 0.034 * s],
                            0.0062 * np.sin(np.pi * np.clip(s, 0.04, 1) ** 0.7) + 2e-4,
                            7,
                        ).moved(cx, cy, cz + tall + 0.005)
                    )
    if wax:
        stage.add(wax, finishes.wax(stage), smooth=45)
    if flames:
        burning = stage.add(flames, stage.glow((1.0, 0.55, 0.2), 30.0 * max(stage.light.lamps, 0.12)), smooth=True)
        burning.visible_shadow = False
        lamps.unsampled(burning)
        stage.lamp("POINT", (x, y, 1.3), 1.6 * len(flames), candles.FLAME, shadow_soft_size=0.25)
