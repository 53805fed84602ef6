"""What hangs over a street: wires, the tram's line, paper lanterns. Axes as in `roadway`."""

import numpy as np

from images.world.geometry import ellipsoid, tube
from images.world.streets.lampposts import wires
from images.world.streets.roadway import Street


def overhead(stage, street: Street, lanterns: bool) -> list:
    """Wires from house to house, the tram's wire, and lanterns on strings."""
    rng = stage.rng("wires")
    dark = stage.surface((0.01, 0.01, 0.01), 0.6)
    wide = street.half + street.walk
    lines = []
    for _ in range(9):
        s, slant, z = rng.uniform(6, 90), rng.uniform(-5, 5), rng.uniform(6.2, 11)
        lines.append(wires([(-wide, s, z + rng.uniform(-1, 1)), (wide, s + slant, z)], rng.uniform(0.3, 1.0)))
    if street.rails:
        for s in np.arange(4, min(street.end, 140), 16.0):
            lines.append(tube([(-wide, s, 7.2), (-1.55, s, 6.3), (1.55, s, 6.3), (wide, s, 7.2)], 0.012, 5))
        lines += [
            wires([(t, s, 6.25) for s in np.arange(street.start, min(street.end, 140), 16.0)], 0.06, 6, 0.014)
            for t in (-1.55, 1.55)
        ]
    made = [stage.add(lines, dark)]
    if lanterns:
        made += _lanterns(stage, street, rng, wide, dark)
    return made


def _lanterns(stage, street: Street, rng, wide: float, dark) -> list:
    """Paper lanterns on strings across the street."""
    strings, bodies = [], {0: [], 1: []}
    for s in np.arange(9, 60, 7.5):
        z, sag = rng.uniform(5.2, 6.4), rng.uniform(0.5, 0.9)
        strings.append(wires([(-wide, s, z), (wide, s, z)], sag))
        for t in np.linspace(-0.8, 0.8, 7):
            low = z - sag * (1 - t * t) - 0.26
            bodies[int(rng.integers(2))].append(ellipsoid(0.2, 0.2, 0.23, 14, 9).moved(t * wide, s, low))
    made = [stage.add(strings, dark)]
    for number, colour in enumerate(((1.0, 0.16, 0.04), (1.0, 0.55, 0.15))):
        if bodies[number]:
            made.append(stage.add(bodies[number], paper(stage, colour), smooth=True))
    return made


def paper(stage, colour):
    """Oiled paper round a lamp: coloured by day, shining when lamps burn."""
    from images.world import finishes

    on = 5.0 * stage.light.lamps
    return stage.once(("paper", colour, on), lambda: finishes.lens(tuple(0.6 * c for c in colour), on))
