"""How each kind of boat is rigged: its masts, stays and sails, or what a wreck has left of them."""

import numpy as np

from images.world.boats import rigs
from images.world.geometry import tube

MASTS = {"sloop": 13.2, "cutter": 10.5, "fisher": 6.2, "dinghy": 4.0}  # metres over the water


def _stays(parts, lines, mast: float, high: float, at: float, deck: float, boat) -> None:
    """Standing rigging: shrouds with ratlines on old boats, forestay and backstay."""
    half, top = lines.edge(np.array(at / lines.length + 0.5))
    head = (0.0, at, high)
    for side in (-1, 1):
        x = side * float(half)
        if boat.kind == "cutter":
            parts["rope"] += rigs.ratlines((x, at + 0.15, float(top)), (x, at + 0.95, float(top)), head)
        else:
            parts["metal"].append(rigs.rope((x, at + 0.1, float(top)), (0.02 * side, at, mast * 0.97), 0, 0.008))
            spreader = (side * 0.2 * lines.beam, at, 0.56 * mast)
            parts["metal"].append(tube([(0, at, 0.56 * mast), spreader], 0.025, 6))
            parts["metal"].append(rigs.rope((x, at - 0.2, float(top)), spreader, 0, 0.008))


def _sloop_rig(parts, lines, boat, fine, rng):
    mast, at, deck = MASTS["sloop"], -0.55, lines.deck + 0.3
    sea = boat.pose == "sailing"
    parts["metal"].append(rigs.spar((0, at, deck - 0.3), (0, at, mast), 0.085, 0.055, 12))
    lee = 1 if boat.heel >= 0 else -1
    swing = 0.28 * lee if sea else 0.0
    boom = np.array([4.1 * np.sin(swing), at + 4.1 * np.cos(swing), deck + 0.9])
    parts["metal"].append(rigs.spar((0, at, deck + 0.85), boom, 0.07, 0.06, 10))
    bow = (0.0, lines.y(0.0) + 0.1, lines.freeboard + lines.bow)
    parts["metal"].append(rigs.rope(bow, (0, at, 0.96 * mast), 0, 0.009))
    parts["metal"].append(rigs.rope((0, lines.length / 2 - 0.05, lines.freeboard), (0, at, mast), 0, 0.009))
    parts["rope"].append(rigs.rope(boom, (0, lines.length / 2 - 1.0, lines.deck + 0.3), 0.0, 0.012))
    _stays(parts, lines, mast, 0.95 * mast, at, deck, boat)
    parts["red"].append(rigs.pennant((0.03, at, mast + 0.25), 0.45, boat.seed))
    colour = rigs.SAILCLOTH[boat.cloth]
    if not sea:
        parts["paint" if boat.seed % 2 else "trim"].append(
            rigs.furled((0, at + 0.2, deck + 0.9), boom, 0.17, fine, boat.seed % 91)
        )
        parts["paint"].append(rigs.furled(np.add(bow, (0, 0.15, 0.4)), (0, at - 0.35, 0.9 * mast), 0.05, fine, 5))
        return []
    tack = np.array([0.0, at + 0.12, deck + 1.05])
    main = rigs.sail(
        [tack, boom + (0, 0, 0.15), (0, at + 0.2, mast - 0.2), (0, at + 0.12, mast - 0.2)],
        0.1,
        lee,
        fine,
        colour,
        boat.seed % 89,
    )
    clew = np.array([1.15 * lee, at + 0.5, deck + 0.8])
    jib = rigs.sail(
        [np.add(bow, (0, 0.25, 0.45)), clew, (0, at - 0.25, 0.9 * mast), (0, at - 0.3, 0.9 * mast)],
        0.13,
        lee,
        fine,
        colour,
        boat.seed % 83,
    )
    parts["rope"].append(rigs.rope(clew, (0.42 * lines.beam * lee, 2.6, lines.deck + 0.4), 0.05, 0.012))
    return [main, jib]


def _cutter_rig(parts, lines, boat, fine, rng):
    mast, at, deck = MASTS["cutter"], -1.1, lines.deck
    wreck, sea = boat.pose == "wreck", boat.pose == "sailing"
    high = 0.55 * mast if wreck else mast
    parts["wood"].append(
        rigs.spar((0, at, deck), (0, at + (0.4 if wreck else 0.1), high), 0.13, 0.1 if wreck else 0.06, 12)
    )
    stem = np.array([0.0, lines.y(0.0), lines.freeboard + lines.bow])
    sprit = stem + (0, -2.9, 0.42)
    parts["wood"].append(rigs.spar(stem + (0, 1.6, 0.02), sprit, 0.1, 0.06))
    _stays(parts, lines, mast, 0.7 * mast if not wreck else 0.5 * mast, at, deck, boat)
    if wreck:
        parts["wood"].append(rigs.spar((-1.2, at + 0.6, deck + 0.1), (0.8, at + 5.0, deck + 0.55), 0.1, 0.06))
        parts["rope"] += [rigs.rope((0, at, high), (s * 1.4, at + 3.0, deck + 0.3), 0.4, 0.012) for s in (-1, 1)]
        return []
    lee = 1 if boat.heel >= 0 else -1
    swing = 0.3 * lee if sea else 0.0
    boom = np.array([5.6 * np.sin(swing), at + 5.6 * np.cos(swing), deck + 1.75])
    parts["wood"].append(rigs.spar((0, at + 0.15, deck + 1.55), boom, 0.085, 0.06))
    throat = np.array([0.0, at + 0.15, 0.62 * mast])
    peak = (
        np.array([3.6 * np.sin(0.6 * swing), at + 3.5 * np.cos(0.6 * swing), 0.93 * mast])
        if sea
        else throat + (0, 3.6, -3.4)
    )
    parts["rope"].append(rigs.rope(sprit, (0, at, 0.97 * mast), 0.02, 0.012))
    parts["rope"].append(rigs.rope(stem, (0, at, 0.72 * mast), 0.02, 0.012))
    parts["rope"].append(rigs.rope(boom, (0, lines.length / 2 - 0.4, lines.deck + 0.3), 0.0, 0.014))
    parts["rope"] += [rigs.rope((0, at, 0.9 * mast), peak * s + throat * (1 - s), 0.0, 0.01) for s in (0.5, 0.95)]
    parts["wood"] += [
        rigs.block((0.04, at + 0.3, 0.9 * mast)),
        rigs.block(boom - (0, 0, 0.12)),
        rigs.block((0, at - 0.2, 0.72 * mast)),
    ]
    parts["red"].append(rigs.pennant((0.04, at, mast + 0.3), 0.7, boat.seed))
    colour = rigs.SAILCLOTH[boat.cloth]
    if not sea:
        parts["dark"].append(rigs.furled((0, at + 0.3, deck + 1.65), boom, 0.26, fine, boat.seed % 91))
        parts["wood"].append(rigs.spar((0, at + 0.2, deck + 1.95), boom + (0, -0.5, 0.3), 0.075, 0.05))
        return []
    parts["wood"].append(rigs.spar(throat, peak, 0.08, 0.05))
    main = rigs.sail(
        [(0, at + 0.16, deck + 1.75), boom + (0, -0.1, 0.12), peak - (0, 0.1, 0.08), throat - (0, 0, 0.08)],
        0.09,
        lee,
        fine,
        colour,
        boat.seed % 89,
        panel=0.55,
        patches=3,
    )
    jib = rigs.sail(
        [
            sprit + (0, 0.1, 0.2),
            (1.0 * lee, at - 0.5, deck + 1.2),
            (0, at - 0.3, 0.9 * mast),
            (0, at - 0.3, 0.9 * mast),
        ],
        0.14,
        lee,
        fine,
        colour,
        boat.seed % 83,
        panel=0.55,
    )
    stay = rigs.sail(
        [
            stem + (0, 0.15, 0.25),
            (0.8 * lee, at - 0.05, deck + 1.0),
            (0, at - 0.2, 0.68 * mast),
            (0, at - 0.2, 0.68 * mast),
        ],
        0.11,
        lee,
        fine,
        colour,
        boat.seed % 79,
        panel=0.55,
    )
    return [main, jib, stay]


def _fisher_rig(parts, lines, boat, fine, rng):
    aft = boat.seed % 2 == 0
    mast, at, deck = MASTS["fisher"] * (0.8 if boat.pose == "wreck" else 1), -0.2 if aft else -0.35, lines.deck
    parts["trim"].append(rigs.spar((0, at, deck), (0, at, mast), 0.09, 0.06, 10))
    end = (0.0, at - 2.9 if aft else at + 3.6, 0.78 * mast)
    parts["trim"].append(rigs.spar((0, at, deck + 1.5), end, 0.07, 0.05))
    parts["rope"] += [rigs.rope((0, at, mast), end, 0, 0.012), rigs.rope(end, (0, end[1], deck + 0.9), 0, 0.01)]
    bow = (0.0, lines.y(0.0) + 0.15, lines.freeboard + lines.bow)
    parts["rope"] += [
        rigs.rope((0, at, mast), bow, 0.04, 0.011),
        rigs.rope((0, at, mast), (0, lines.length / 2 - 0.2, lines.freeboard + 0.4), 0.08, 0.011),
    ]
    half, top = lines.edge(0.5)
    parts["rope"] += [
        rigs.rope((0, at, 0.95 * mast), (s * float(half), at + 0.3, float(top)), 0, 0.011) for s in (-1, 1)
    ]
    parts["lamp"].append(tube([(0, at - 0.1, mast * 0.93), (0, at - 0.1, mast * 0.93 + 0.14)], 0.06, 8))
    parts["rope"].append(
        rigs.furled((0.55, 3.4 if aft else 3.0, deck + 0.1), (0.75, 5.4 if aft else 4.9, deck + 0.3), 0.42, fine, 3)
    )  # a net
    return []


def _dinghy_rig(parts, lines, boat, fine, rng):
    mast, at = MASTS["dinghy"], -0.75
    if boat.pose == "moored":
        return []
    high = 0.6 * mast if boat.pose == "wreck" else mast
    parts["wood"].append(rigs.spar((0, at, -0.02), (0, at, high), 0.04, 0.026, 8))
    if boat.pose == "wreck":
        return []
    lee = 1 if boat.heel >= 0 else -1
    boom = np.array([0.55 * lee, at + 2.3, 0.95])
    low, peak = np.array([0.0, at - 0.35, 0.9]), np.array([0.3 * lee, at + 1.45, mast + 0.5])
    throat = np.array([0.0, at - 0.5, 0.72 * mast])
    parts["wood"] += [rigs.spar(throat, peak, 0.03, 0.02, 7), rigs.spar(low, boom, 0.028, 0.02, 7)]
    parts["rope"] += [
        rigs.rope(boom, (0, 1.6, 0.4), 0.03, 0.008),
        rigs.rope((0, at, high), throat * 0.55 + peak * 0.45, 0, 0.008),
    ]
    return [
        rigs.sail(
            [low, boom, peak, throat], 0.1, lee, fine, rigs.SAILCLOTH[boat.cloth], boat.seed % 89, panel=0.4, patches=1
        )
    ]


RIGS = {"sloop": _sloop_rig, "cutter": _cutter_rig, "fisher": _fisher_rig, "dinghy": _dinghy_rig}
