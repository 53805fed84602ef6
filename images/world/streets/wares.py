"""What stands on pavements: hydrants, litter bins, bollards, meters, letter boxes, crates, traffic lights."""

import numpy as np

from images.world import finishes
from images.world.geometry import Solid, box, join, lathe, prism, tube


def hydrant() -> Solid:
    body = lathe(
        [
            (0.16, 0),
            (0.16, 0.05),
            (0.115, 0.08),
            (0.115, 0.5),
            (0.15, 0.52),
            (0.15, 0.56),
            (0.12, 0.6),
            (0.07, 0.7),
            (0.03, 0.72),
            (0.03, 0.78),
            (0.001, 0.78),
        ],
        18,
    )
    caps = [
        tube([(-0.2, 0, 0.42), (0.2, 0, 0.42)], 0.055, 10),
        tube([(0, 0, 0.38), (0, -0.2, 0.38)], 0.075, 12),
        tube([(-0.22, 0, 0.42), (-0.19, 0, 0.42)], 0.07, 8),
    ]
    return join([body, *caps])


def bin_() -> Solid:
    """A litter basket of slats in a frame."""
    slats = [
        box(-0.018, 0.018, -0.27, -0.255, 0.12, 0.82).turned(a) for a in np.linspace(0, 2 * np.pi, 26, endpoint=False)
    ]
    hoops = [lathe([(0.25, z - 0.02), (0.275, z - 0.02), (0.275, z + 0.02), (0.25, z + 0.02)], 20) for z in (0.16, 0.8)]
    return join([*slats, *hoops, lathe([(0.001, 0.1), (0.24, 0.1), (0.24, 0.7), (0.001, 0.7)], 16)])


def bollard() -> Solid:
    return lathe(
        [
            (0.1, 0),
            (0.1, 0.06),
            (0.075, 0.1),
            (0.065, 0.75),
            (0.085, 0.78),
            (0.085, 0.82),
            (0.06, 0.86),
            (0.09, 0.95),
            (0.06, 1.04),
            (0.001, 1.06),
        ],
        16,
    )


def meter() -> Solid:
    head = prism([(-0.08, 1.1), (0.08, 1.1), (0.1, 1.32), (0.07, 1.42), (0.0, 1.46), (-0.07, 1.42), (-0.1, 1.32)], 0.09)
    return join([tube([(0, 0, 0), (0, 0, 1.12)], 0.032, 8), head])


def mailbox() -> Solid:
    t = np.linspace(0, np.pi, 9)
    top = [(0.28 * np.cos(a), 1.0 + 0.22 * np.sin(a)) for a in t]
    body = prism([(-0.28, 0.14), (0.28, 0.14), *top[:1], *top[1:-1], *top[-1:]], 0.5)
    legs = [box(x - 0.03, x + 0.03, y - 0.03, y + 0.03, 0, 0.16) for x in (-0.24, 0.24) for y in (-0.2, 0.2)]
    return join([body, *legs, box(-0.2, 0.2, -0.27, -0.24, 0.95, 1.0)])


def crates(rng) -> Solid:
    """Boxes and sacks put out for the dustmen."""
    made = []
    for _ in range(int(rng.integers(3, 7))):
        x, y, w, h = rng.uniform(-0.6, 0.6), rng.uniform(-0.25, 0.25), rng.uniform(0.15, 0.3), rng.uniform(0.2, 0.5)
        made.append(box(-w, w, -0.8 * w, 0.8 * w, 0, h).turned(rng.uniform(-0.6, 0.6)).moved(x, y, 0))
    return join(made)


def traffic_light(stage):
    """A post with three lamps, facing -y; one of them shines."""
    rng = stage.rng("traffic light")
    which = int(rng.integers(3))
    dark = stage.surface((0.02, 0.022, 0.02), 0.45, variation=0.3, coat=0.2)
    hoods = [
        lathe([(0.1, 0.0), (0.105, 0.16), (0.1, 0.16), (0.095, 0.0)], 14).turned(np.pi / 2, "x").moved(0, -0.12, z)
        for z in (2.75, 3.02, 3.29)
    ]
    body = [
        lathe([(0.12, 0), (0.12, 0.5), (0.06, 0.56), (0.05, 3.6)], 12),
        box(-0.15, 0.15, -0.12, 0.08, 2.58, 3.46),
        *hoods,
    ]
    made = [stage.add(body, dark)]
    for number, colour in enumerate(((0.05, 1.0, 0.35), (1.0, 0.5, 0.03), (1.0, 0.04, 0.02))):
        on = 14 * stage.light.lamps if number == which else 0.0
        dim = tuple(0.25 * c for c in colour)
        glass = stage.once(
            ("signal", number, on), lambda colour=colour, on=on, dim=dim: finishes.lens(colour if on else dim, on)
        )
        disc = (
            lathe([(0.09, 0.0), (0.06, 0.025), (0.001, 0.032)], 16)
            .turned(np.pi / 2, "x")
            .moved(0, -0.12, 2.75 + 0.27 * number)
        )
        made.append(stage.add(disc, glass, smooth=True))
    return stage.group(*made)
