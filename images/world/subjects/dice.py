"""Dice: with cards and chips, an hourglass, a pocket watch or coins, seen from very near."""

import numpy as np

from images.world.base import Subject, details
from images.world.furniture import candles, games, tableware

NAMES = {"red": "red", "ivory": "ivory", "black": "black", "green": "green", "blue": "blue", "bone": "old bone"}
WITH = {"cards": ("{dice} and a hand of playing cards", "{dice} beside fanned playing cards",
    "{dice} with playing cards and poker chips"), "chips": ("{dice} beside stacks of poker chips",
    "{dice} among poker chips", "{dice}, poker chips and a pack of cards"), "hourglass": ("{dice} and an hourglass",
    "{dice} before an hourglass", "an hourglass and {dice}"), "watch": ("{dice} and a pocket watch on its chain",
    "{dice} beside an old pocket watch", "a pocket watch and {dice}"), "coins": ("{dice} and a few old coins",
    "{dice} beside coins and a glass of brandy", "{dice}, coins and a glass"),}  # fmt: skip
HEIGHTS = {"cards": 0.05, "chips": 0.06, "hourglass": 0.11, "watch": 0.065, "coins": 0.06}


def describe(rng, setting):
    kind, colour, count = str(rng.choice(list(WITH))), str(rng.choice(list(NAMES))), int(rng.choice([2, 2, 3, 5]))
    number = {2: "two", 3: "three", 5: "five"}[count]
    dice = f"{number} {NAMES[colour]} dice"
    if count == 2 and rng.random() < 0.5:
        dice = f"a pair of {NAMES[colour]} dice"
    words = str(rng.choice(WITH[kind])).format(dice=dice)
    return details(words, kind=kind, colour=colour, count=count, height=HEIGHTS[kind], width=0.2)


def build(stage, what):
    rng = stage.rng("dice")
    kind, side, parts = what["kind"], float(rng.choice([-1, 1])), []

    def put(made, x, y, z=0.0, heading=0.0, tilt=0.0):
        made.location, made.rotation_euler = (x, y, z), (tilt, 0, heading)
        parts.append(made)
        return made

    size = 0.021
    for x, y in _thrown(rng, what["count"], size):
        put(games.die(stage, what["colour"], size, int(rng.integers(1, 7))), x, y, 0.0, float(rng.uniform(0, 6.28)))
    if kind in ("cards", "watch", "coins"):
        hand = games.fan_of_cards(stage, rng, int(rng.choice([3, 4, 5])))
        put(hand, -side * 0.075, 0.075, 0.0, float(rng.uniform(-0.5, 0.5)))
    if kind in ("cards", "chips"):
        colours = [str(c) for c in rng.permutation(list(games.CHIPS))]
        heights = (9, 14, 5) if kind == "cards" else (14, 9, 17, 4, 7)
        spots = ((0.075, 0.06), (0.118, 0.045), (0.1, 0.1), (-0.09, 0.07), (-0.13, 0.1))
        for (x, y), colour, high in zip(spots, colours, heights, strict=False):
            stack = games.chips(stage, rng, colour, int(high * rng.uniform(0.7, 1.2)))
            put(stack, side * x, y)
        loose = games.chips(stage, rng, colours[0], 1)
        put(loose, side * 0.05, -0.035)
    if kind in ("chips", "hourglass"):
        put(games.pack(stage, rng), -side * 0.07, 0.02, 0.0, float(rng.uniform(-0.6, 0.6)))
    if kind == "hourglass":
        put(games.hourglass(stage, rng, 0.115), side * 0.055, 0.06)
        put(games.letter(stage, rng), -side * 0.02, 0.12, 0.0, float(rng.uniform(-0.6, 0.6)))
    if kind == "watch":
        put(games.pocket_watch(stage, rng), side * 0.055, 0.015, 0.013, -0.25 * side, 1.05)
        path = [(side * x, y, z) for x, y, z in ((0.055, 0.03, 0.045), (0.085, 0.05, 0.004), (0.1, 0.0, 0.003),
            (0.055, -0.05, 0.003), (0.0, -0.06, 0.003), (-0.05, -0.045, 0.003))]  # fmt: skip
        from images.world.furniture import finishes

        parts.append(games.links(stage, path, finishes.brass(stage, 0.16, 0.25), 0.007))
        put(games.letter(stage, rng), side * 0.1, 0.13, 0.0, float(rng.uniform(-0.6, 0.6)))
    if kind == "coins":
        put(games.coins(stage, rng, 9, 0.035), side * 0.06, 0.0)
        put(tableware.tumbler(stage, rng), side * 0.075, 0.1)
    if rng.random() < 0.35:
        holder, _ = candles.standing_candle(stage, rng, "chamber")
        put(holder, -side * 0.2, 0.24)
    return stage.group(*parts)


def _thrown(rng, count: int, size: float):
    """Where the dice came to rest: apart, near the origin."""
    spots = []
    while len(spots) < count:
        spot = rng.normal(0, 0.016 + 0.006 * count, 2) * [1, 0.7] - [0, 0.008]
        if all(np.hypot(*(spot - other)) > 1.5 * size for other in spots):
            spots.append(spot)
    return spots


SUBJECT = Subject(
    name="dice",
    settings=("room", "nave"),
    height=0.06,
    width=0.2,
    describe=describe,
    build=build,
    on="table",
    share=(0.35, 0.5),
    heading=(-0.3, 0.3),
)
