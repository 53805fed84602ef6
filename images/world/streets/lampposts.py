"""Street lamps: cast iron lanterns, goosenecks, tall arms over the road, globes, concrete masts."""

import itertools

import numpy as np

from images.world import finishes
from images.world.geometry import Solid, box, ellipsoid, join, lathe, loft, tube

KINDS = {"lantern": 4.3, "twin lantern": 5.0, "gooseneck": 6.6, "arm": 8.2, "globe": 4.0, "mast": 9.0}  # kind -> metres
SODIUM, GAS, WHITE = (1.0, 0.56, 0.2), (1.0, 0.72, 0.38), (0.85, 1.0, 0.95)
COLOURS = {
    "lantern": GAS,
    "twin lantern": GAS,
    "gooseneck": SODIUM,
    "arm": SODIUM,
    "globe": (1.0, 0.82, 0.58),
    "mast": WHITE,
}


def add_lamppost(stage, kind: str, *, power: float = 1.0, colour=None, lit: bool = True, paint=(0.018, 0.024, 0.021)):
    """A lamp post at the origin; an arm reaches to -y. power: 1 lights its pool on the ground; lit: it has a lamp of
    its
    own, not only shining glass."""
    colour = colour or COLOURS[kind]
    iron = stage.surface(paint, 0.4, variation=0.35, grain=0.5, coat=0.3, wear=(0.1, 0.05, 0.025))
    around = stage.around(24, 8)
    post, heads = {
        "lantern": _lantern,
        "twin lantern": _twin,
        "gooseneck": _gooseneck,
        "arm": _arm,
        "globe": _globe,
        "mast": _mast,
    }[kind](around)
    parts = []
    shining = finishes.lamp_glass(stage, colour, 55 if kind in ("arm", "mast", "gooseneck") else 26)
    pane = stage.once("lantern glass", lambda: finishes.thin_glass((0.9, 0.88, 0.8), 0.08))
    for head in heads:
        x, y, z = head["at"]
        post.append(head["cap"].moved(x, y, z))
        parts.append(stage.add(head["bulb"].moved(x, y, z), shining, smooth=True))
        if "glass" in head:
            parts.append(stage.add(head["glass"].moved(x, y, z), pane))
        if lit:
            parts += _lamps(stage, head, (x, y, z), kind, power, colour)
    parts.append(stage.add(post, iron, smooth=False))
    from images.world.modelling.carving import smooth_but_edges

    smooth_but_edges(parts[-1], 0.7)
    return stage.group(*[part for part in parts if part is not None])


def _lamps(stage, head, at, kind: str, power: float, colour) -> list:
    x, y, z = at
    if "glass" in head:  # shines to all sides, from inside its glass
        return [stage.lamp("POINT", (x, y, z + 0.02), 520 * power, colour, shadow_soft_size=0.1)]
    return [
        stage.lamp(
            "SPOT",
            (x, y, z - 0.12),
            3000 * power * (z / 8) ** 2,
            colour,
            to=(x, y, 0),
            spot_size=2.35,
            spot_blend=0.8,
            shadow_soft_size=0.14,
        )
    ]


def column(height: float, foot: float, top: float, around: int) -> list[Solid]:
    """A cast iron column on a plinth, with rings and a fluted shaft."""
    profile = [
        (1.9 * foot, 0),
        (1.9 * foot, 0.12),
        (1.65 * foot, 0.16),
        (1.6 * foot, 0.55),
        (1.75 * foot, 0.6),
        (1.75 * foot, 0.66),
        (1.25 * foot, 0.78),
        (1.1 * foot, 0.9),
        (1.3 * foot, 0.95),
        (1.3 * foot, 1.0),
        (foot, 1.06),
    ]
    shaft = [(foot + (top - foot) * t, 1.06 + (height - 1.06) * t) for t in np.linspace(0, 1, 5)[1:]]
    rings = [(top * 1.5, height), (top * 1.6, height + 0.04), (top * 0.8, height + 0.08)]
    made = [lathe(profile + shaft + rings, around)]
    flutes = [
        tube(
            [
                (foot * np.cos(a) * 0.98, foot * np.sin(a) * 0.98, 1.08),
                (top * np.cos(a) * 0.98, top * np.sin(a) * 0.98, height - 0.05),
            ],
            0.012,
            4,
        )
        for a in np.linspace(0, 2 * np.pi, 10, endpoint=False)
    ]
    made += flutes
    made.append(box(-0.09, 0.09, -1.68 * foot, -1.5 * foot, 0.2, 0.5))
    return made


def _lantern_head(around: int) -> dict:
    """A lantern with four panes, wider above, and a roof with a finial; its bulb at z = 0."""
    low, high, foot, top = -0.3, 0.22, 0.135, 0.215
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    bars = [tube([(a * foot, b * foot, low), (a * top, b * top, high)], 0.013, 5) for a, b in corners]
    for size, z in ((foot, low), (top, high)):
        for (a, b), (c, d) in zip(corners, corners[1:] + corners[:1], strict=True):
            bars.append(tube([(a * size, b * size, z), (c * size, d * size, z)], 0.015, 5))
    rings = np.array(
        [
            [(a * s, b * s, z) for a, b in corners]
            for s, z in ((top * 1.12, high), (top * 1.0, high + 0.07), (0.07, high + 0.24))
        ]
    )

    roof = [
        loft(rings),
        lathe(
            [
                (0.07, high + 0.2),
                (0.09, high + 0.26),
                (0.05, high + 0.32),
                (0.03, high + 0.34),
                (0.045, high + 0.38),
                (0.005, high + 0.46),
            ],
            around,
        ),
    ]
    foot_piece = [
        lathe(
            [
                (0.03, low - 0.2),
                (0.09, low - 0.12),
                (0.05, low - 0.06),
                (foot * 1.2, low - 0.01),
                (foot * 1.2, low + 0.01),
            ],
            around,
        )
    ]
    glass = loft(
        np.array([[(a * s, b * s, z) for a, b in corners] for s, z in ((foot, low + 0.01), (top, high - 0.01))]),
        capped=False,
    )
    bulb = ellipsoid(0.06, 0.06, 0.1, 14, 10)
    return {"cap": join(bars + roof + foot_piece), "glass": glass, "bulb": bulb}


def _lantern(around: int):
    post = column(3.4, 0.1, 0.055, around)
    post.append(tube([(-0.34, 0, 3.25), (0.34, 0, 3.25)], 0.018, 6))
    post += [ellipsoid(0.035, 0.035, 0.035, 8, 6).moved(s * 0.34, 0, 3.25) for s in (-1, 1)]
    return post, [_lantern_head(around) | {"at": (0, 0, 3.95)}]


def _twin(around: int):
    post = column(3.7, 0.11, 0.06, around)
    heads = []
    t = np.linspace(0, np.pi * 0.5, 9)
    for side in (-1, 1):
        path = np.c_[side * 0.62 * np.sin(t), 0 * t, 3.55 + 0.5 * (1 - np.cos(t))]
        post.append(tube(path, 0.03, 8))
        curl = np.linspace(0, 1.6 * np.pi, 16)
        post.append(
            tube(
                np.c_[
                    side * (0.3 + 0.12 * np.cos(curl) * (1 - curl / 7)),
                    0 * curl,
                    3.72 + 0.12 * np.sin(curl) * (1 - curl / 7),
                ],
                0.014,
                6,
            )
        )
        heads.append(_lantern_head(around) | {"at": (side * 0.62, 0, 4.55)})
    post.append(lathe([(0.06, 3.7), (0.09, 4.0), (0.03, 4.2), (0.06, 4.28), (0.004, 4.5)], around))
    return post, heads


def _shade(around: int, radius: float = 0.26) -> Solid:
    """An enamelled bowl, open below; the bulb at z = 0."""
    profile = [(radius, -0.06), (radius * 0.97, -0.02), (radius * 0.6, 0.12), (0.08, 0.2), (0.06, 0.3), (0.001, 0.3)]
    inner = [(0.001, 0.17), (radius * 0.55, 0.1), (radius * 0.93, -0.04), (radius, -0.06)]
    return lathe(inner + profile, around)


def _gooseneck(around: int):
    post = column(5.6, 0.085, 0.05, around)
    t = np.linspace(0, np.pi, 17)
    path = np.c_[0 * t, -0.75 * (1 - np.cos(t)) / 2 * 1.6, 5.6 + 0.75 * np.sin(t) ** 0.9]
    post.append(tube(np.concatenate([path, path[-1:] - [0, 0, 0.1]]), 0.032, 8))
    end = path[-1]
    head = {
        "cap": _shade(around),
        "bulb": ellipsoid(0.1, 0.1, 0.085, 14, 10),
        "at": (0, float(end[1]), float(end[2]) - 0.38),
    }
    return post, [head]


def _arm(around: int):
    post = [
        lathe([(0.14, 0), (0.14, 1.0), (0.125, 1.04), (0.09, 1.1), (0.055, 7.4)], around),
        box(-0.07, 0.07, -0.15, -0.12, 0.45, 0.8),
    ]
    t = np.linspace(0, 1, 12)
    path = np.c_[0 * t, -1.9 * t**1.1, 7.35 + 0.75 * np.sin(t * np.pi / 2)]
    post.append(tube(path, np.linspace(0.05, 0.035, 12), 8))
    head = _cobra(around) | {"at": (0, -2.15, 8.02)}
    return post, [head]


def _cobra(around: int) -> dict:
    """The flat head of a modern street lamp, its glass below."""
    t = np.linspace(0, 2 * np.pi, max(around, 12), endpoint=False)
    sizes = ((0.05, 0.05, 0.34), (0.12, 0.07, 0.22), (0.17, 0.1, 0.0), (0.16, 0.09, -0.22), (0.07, 0.05, -0.36))
    rings = [np.c_[w * np.cos(t), np.full(len(t), y), 0.06 + h * np.maximum(np.sin(t), -0.35)] for w, h, y in sizes]

    return {"cap": loft(np.array(rings)), "bulb": ellipsoid(0.14, 0.24, 0.055, 16, 10)}


def _globe(around: int):
    post = column(3.5, 0.09, 0.05, around)
    post.append(lathe([(0.05, 3.55), (0.11, 3.6), (0.12, 3.66)], around))
    return post, [
        {
            "cap": lathe([(0.05, 0.23), (0.07, 0.25), (0.03, 0.3), (0.004, 0.36)], around),
            "bulb": ellipsoid(0.23, 0.23, 0.23, 24, 16),
            "glass": ellipsoid(0.24, 0.24, 0.24, 20, 14),
            "at": (0, 0, 3.86),
        }
    ]


def _mast(around: int):
    section = [(0.13, 0), (0.1, 4.0), (0.065, 8.6)]
    post = [lathe(section, 8)]
    heads = []
    for side in (-1, 1):
        post.append(tube([(0, 0, 8.5), (0, side * 1.0, 8.75), (0, side * 1.5, 8.85)], 0.04, 7))
        heads.append(_cobra(around) | {"at": (0, side * 1.75, 8.84)})
    return post, heads


def wires(points, sag: float, count: int = 14, radius: float = 0.012) -> Solid:
    """A cable hanging through points (k, 3), `sag` metres deep between each two."""
    points = np.asarray(points, float)
    t = np.linspace(0, 1, count)
    made = []
    for a, b in itertools.pairwise(points):
        line = a + (b - a) * t[:, None]
        line[:, 2] -= sag * 4 * t * (1 - t)
        made.append(tube(line, radius, 5))
    return join(made)
