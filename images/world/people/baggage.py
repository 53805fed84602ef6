"""What people carry: a backpack, an umbrella, a suitcase, a lantern ... Each gives [(Solid, stuff)] in metres.

What hangs on the back is in the chest bone's axes for a man of 1.75 m; what is held is upright, its handle at the
origin.
"""

import numpy as np

from images.world.geometry import TURN, Solid, box, join, lathe, loft, tube
from images.world.modelling.implicit import ball, limb, rod, surface


def ribbon(path, normals, wide: float, thick: float) -> Solid:
    """A flat band along points (k, 3) that lies against a body whose outward directions there are `normals`."""
    path, normals = np.asarray(path, float), np.asarray(normals, float)
    along = np.gradient(path, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True)
    normals = normals - along * (normals * along).sum(1, keepdims=True)
    normals /= np.linalg.norm(normals, axis=1, keepdims=True)
    across = np.cross(along, normals) * wide / 2
    up = normals * thick
    return loft(np.stack([path - across, path + across, path + across * 0.92 + up, path - across * 0.92 + up], 1))


def smooth_path(points, count: int = 18) -> np.ndarray:
    """A smooth curve through points (Catmull and Rom 1974)."""
    p = np.asarray(points, float)
    p = np.concatenate([2 * p[:1] - p[1:2], p, 2 * p[-1:] - p[-2:-1]])
    t = np.linspace(0, len(p) - 3 - 1e-6, count)
    i = t.astype(int)
    f = (t - i)[:, None]
    a, b, c, d = p[i], p[i + 1], p[i + 2], p[i + 3]
    return 0.5 * (2 * b + (c - a) * f + (2 * a - 5 * b + 4 * c - d) * f**2 + (3 * b - a - 3 * c + d) * f**3)


def backpack(step: float, rng, large: bool) -> list[tuple[Solid, str]]:
    """A rucksack with a lid, pockets, straps, and perhaps a rolled mat."""
    deep, tall, wide = (0.19, 0.27, 0.15) if large else (0.14, 0.19, 0.13)
    back, middle = 0.15, 0.04 if large else 0.07
    bag = []
    for x in (-wide * 0.55, 0, wide * 0.55):
        bag.append(
            rod(
                (x, back + deep / 2, middle - tall * 0.75),
                (x, back + deep / 2, middle + tall * 0.72),
                0.075,
                0.07,
                flat=(1, deep / 0.16),
                blend=0.05,
            )
        )
    lid = [
        rod(
            (-wide * 0.6, back + deep / 2 - 0.005, middle + tall * 0.95),
            (wide * 0.6, back + deep / 2 - 0.005, middle + tall * 0.95),
            0.055,
            flat=(0.8, deep / 0.11),
            side=(0, 0, 1),
            blend=0.02,
        )
    ]
    pocket = [
        rod(
            (-wide * 0.4, back + deep + 0.015, middle - tall * 0.45),
            (wide * 0.4, back + deep + 0.015, middle - tall * 0.45),
            0.06,
            flat=(1.3, 0.55),
            side=(0, 0, 1),
            blend=0.02,
        )
    ]
    pocket += [
        rod(
            (s * (wide + 0.035), back + deep / 2, middle - tall * 0.7),
            (s * (wide + 0.035), back + deep / 2, middle - tall * 0.2),
            0.04,
            flat=(0.7, 1.2),
            blend=0.02,
        )
        for s in (1, -1)
    ]
    parts = [
        (surface(bag, step * 0.009), "bag"),
        (surface(lid, step * 0.008), "lid"),
        (surface(pocket, step * 0.008), "bag"),
    ]
    straps = []
    for s in (1, -1):
        path = smooth_path(
            [
                (s * 0.06, back - 0.01, 0.19),
                (s * 0.075, 0.075, 0.268),
                (s * 0.085, -0.005, 0.282),
                (s * 0.098, -0.09, 0.215),
                (s * 0.108, -0.135, 0.1),
                (s * 0.128, -0.1, -0.03),
                (s * 0.15, 0.0, -0.1),
                (s * 0.12, back + 0.02, -0.14),
            ]
        )
        straps.append(ribbon(path, path - np.array([s * 0.05, 0.02, 0.06]), 0.055, 0.014))
        x = s * wide * 0.55
        high, out = middle + tall * 0.95, back + deep / 2 - 0.005
        buckle = [(x, out + 0.095 * (deep / 0.19) * np.sin(a), high + 0.044 * np.cos(a)) for a in (-0.6, 0.1, 0.8, 1.3)]
        buckle += [(x, back + deep + 0.004, high - 0.07), (x, back + deep + 0.002, middle + tall * 0.1)]
        band = smooth_path(buckle, 14)
        straps.append(ribbon(band, band - (x, out, high - 0.1), 0.022, 0.004))
    parts.append((join(straps), "strap"))
    if large:
        t = np.linspace(0, 7 * TURN, 160)
        radius = 0.02 + 0.055 * t / t[-1]
        z = middle - tall - 0.075
        mat = [tube([(-0.2, back + deep * 0.55, z), (0.2, back + deep * 0.55, z)], 0.07, 20)]
        for s in (1, -1):
            spiral = np.stack(
                [np.full(160, s * 0.201), back + deep * 0.55 + radius * np.cos(t), z + radius * np.sin(t)], 1
            )
            mat.append(tube(spiral[:: max(1, int(step))], 0.004, 4))
            straps_round = np.stack(
                [
                    np.full(20, s * 0.1),
                    back + deep * 0.55 + 0.073 * np.cos(np.linspace(0, TURN, 20)),
                    z + 0.073 * np.sin(np.linspace(0, TURN, 20)),
                ],
                1,
            )
            mat.append(tube(straps_round, 0.006, 5))
        parts.append((join(mat), "mat"))
    return parts


def umbrella(around: int, radius: float = 0.56) -> list[tuple[Solid, str]]:
    """An open umbrella whose handle is at the origin: eight panels that sag between their ribs."""
    ribs, steps = 8, max(3, around // 8)
    t = np.linspace(0, TURN, ribs * steps, endpoint=False)
    between = np.abs(np.sin(t * ribs / 2))  # 0 at a rib
    rings, top = [], 0.62
    for share in np.linspace(0.02, 1, 9):
        r = radius * share * (1 - 0.075 * between**0.8 * share**2)
        z = top - 0.2 * share**2.1 - 0.025 * between * share * (1.2 - share)
        rings.append(np.stack([r * np.cos(t), r * np.sin(t), z], 1))
    canopy = loft(rings[::-1], capped=False)
    iron = [tube([(0, 0, 0.02), (0, 0, top + 0.06)], [0.005, 0.003], 8)]
    for i in range(ribs):
        a = TURN * i / ribs
        rib = [
            (radius * s * np.cos(a), radius * s * np.sin(a), top - 0.2 * s**2.1 - 0.006)
            for s in np.linspace(0.02, 1.01, 7)
        ]
        iron.append(tube(rib, 0.0022, 4))
        iron.append(tube([(0, 0, top - 0.24), np.array(rib[3])], 0.002, 4))
    hook = [(0, 0, 0.06), (0, 0, -0.06), (0, 0.012, -0.09), (0, 0.036, -0.1), (0, 0.055, -0.085), (0, 0.058, -0.065)]
    return [(canopy, "canopy"), (join(iron), "metal"), (tube(smooth_path(hook, 14), 0.0095, 10), "wood")]


def suitcase(step: float) -> list[tuple[Solid, str]]:
    """A leather case that hangs from its handle."""
    wide, tall, deep = 0.27, 0.2, 0.085  # halves: along y, z and x
    z = -tall - 0.07
    flat = (deep / 0.03, 1)
    boards = [
        rod((0, y, z - tall + 0.03), (0, y, z + tall - 0.03), 0.03, flat=flat, blend=0.03)
        for y in np.linspace(0.03 - wide, wide - 0.03, 9)
    ]
    body = surface(boards, step * 0.009)
    straps = [
        loft(
            np.stack(
                [
                    np.array([(d, y - 0.014, h), (d, y + 0.014, h)])
                    for d, h in (
                        (-deep - 0.004, z - tall),
                        (-deep - 0.004, z + tall),
                        (deep + 0.004, z + tall),
                        (deep + 0.004, z - tall),
                    )
                ]
            ).transpose(1, 0, 2)
        )
        for y in (-0.15, 0.15)
    ]
    handle = tube(
        smooth_path(
            [(0, -0.075, -0.075), (0, -0.065, -0.02), (0, 0, -0.004), (0, 0.065, -0.02), (0, 0.075, -0.075)], 12
        ),
        0.011,
        8,
    )
    corners = [
        ball((x * (deep - 0.012), y * (wide - 0.028), z + h * (tall - 0.028)), 0.036)
        for x in (1, -1)
        for y in (1, -1)
        for h in (1, -1)
    ]
    return [(body, "leather"), (join([*straps, handle]), "strap"), (surface(corners, step * 0.008), "strap")]


def lantern(around: int) -> list[tuple[Solid, str]]:
    """A storm lantern that hangs from its bail; its flame is at (0, 0, -0.2)."""
    base = lathe(
        [(0.0, -0.335), (0.075, -0.335), (0.08, -0.325), (0.078, -0.285), (0.05, -0.268), (0.03, -0.26)], around
    )
    chimney = lathe(
        [(0.03, -0.135), (0.044, -0.128), (0.046, -0.11), (0.028, -0.1), (0.03, -0.08), (0.012, -0.07)], around
    )
    glass = lathe([(0.03, -0.26), (0.048, -0.22), (0.05, -0.19), (0.038, -0.14), (0.03, -0.135)], around)
    wires = []
    for s in (1, -1):
        wires.append(
            tube(
                smooth_path(
                    [(s * 0.065, 0, -0.32), (s * 0.082, 0, -0.26), (s * 0.078, 0, -0.15), (s * 0.04, 0, -0.095)], 10
                ),
                0.0065,
                6,
            )
        )
    bail = smooth_path(
        [
            (0.078, 0, -0.16),
            (0.07, 0, -0.06),
            (0.03, 0, -0.008),
            (-0.03, 0, -0.008),
            (-0.07, 0, -0.06),
            (-0.078, 0, -0.16),
        ],
        16,
    )
    return [(join([base, chimney, *wires, tube(bail, 0.0025, 5)]), "metal"), (glass, "flame")]


def stick(length: float, above: float) -> list[tuple[Solid, str]]:
    """A walking stick that reaches `above` metres over the hand."""
    t = np.linspace(0, 1, 9)
    path = np.stack([0.008 * np.sin(5 * t), 0.006 * np.cos(4 * t), above - length * t], 1)
    return [(tube(path, np.linspace(0.016, 0.011, 9), 8), "wood")]


def phone() -> list[tuple[Solid, str]]:
    """A telephone; its screen faces -y, towards whoever holds it after a tilt."""
    return [
        (box(-0.036, 0.036, -0.004, 0.004, -0.03, 0.115), "metal"),
        (box(-0.033, 0.033, 0.0042, 0.0048, -0.025, 0.11), "screen"),
    ]


def balloon(around: int, rng) -> list[tuple[Solid, str]]:
    """A balloon on a string; the hand is at the origin."""
    drift = rng.uniform(-0.15, 0.15, 2)
    string = smooth_path(
        [(0, 0, -0.1), (0, 0, 0), (drift[0] * 0.3, drift[1] * 0.3, 0.35), (drift[0], drift[1], 0.72)], 14
    )
    profile = [
        (0.006, -0.018),
        (0.012, -0.004),
        (0.004, 0.002),
        (0.05, 0.035),
        (0.1, 0.1),
        (0.128, 0.18),
        (0.125, 0.24),
        (0.098, 0.3),
        (0.05, 0.335),
        (0.0, 0.342),
    ]
    heights = np.array(profile)
    t = np.linspace(0, len(profile) - 1, 28)
    rounded = [
        (np.interp(v, range(len(profile)), heights[:, 0]), np.interp(v, range(len(profile)), heights[:, 1])) for v in t
    ]
    return [(lathe(rounded, around).moved(drift[0], drift[1], 0.72), "balloon"), (tube(string, 0.002, 4), "string")]


def scarf(step: float, rng, wind: float) -> list[tuple[Solid, str]]:
    """A scarf wound round the neck, in the chest bone's axes, with one end that hangs or flies behind."""
    t = np.linspace(0, TURN, 26)
    blobs = []
    for i, (r, z) in enumerate(((0.075, 0.285), (0.08, 0.318))):
        ring = np.stack(
            [
                r * np.cos(t),
                0.012 + (r + 0.004) * np.sin(t),
                z - 0.03 * np.sin(-t + 0.3 * i) + 0.006 * np.sin(3 * t + i),
            ],
            1,
        )
        blobs += limb(ring, np.full(len(t), 0.027), blend=0.012)
    side = float(rng.choice([-1, 1]))
    end = smooth_path(
        [
            (side * 0.06, 0.085, 0.29),
            (side * 0.085, 0.13, 0.22),
            (side * 0.1, 0.15 + 0.12 * wind, 0.06),
            (side * 0.12, 0.15 + 0.34 * wind, -0.1),
            (side * 0.1, 0.16 + 0.5 * wind, -0.22 + 0.15 * wind),
        ],
        22,
    )
    end[:, 0] += 0.012 * np.sin(np.linspace(0, 9, 22))
    tail = ribbon(end, np.stack([0.5 * np.sin(np.linspace(0, 6, 22)), np.ones(22), 0.3 * np.ones(22)], 1), 0.13, 0.012)
    return [(surface(blobs, step * 0.007), "knit"), (tail, "knit")]
