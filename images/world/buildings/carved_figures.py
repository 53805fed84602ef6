"""Robed figures carved from blended bodies: saints, mourners, angels, kneeling or standing, hooded or bare-headed.

A figure stands on z = 0 and faces -y; a standing one is 1.86 m tall. Folds are ridges that run down the cloth, deeper
towards the hem, and ropes of cloth laid over it.
"""

import numpy as np

from images.world.geometry import Solid, join, loft
from images.world.modelling.sculpt import ball, blend, carve, chain, egg, limb, mirrored, ridged_by, skin

HEAD = 1.17  # carvers make heads a little large, since they are seen from below


def _tilted(angle: float) -> np.ndarray:
    """Axes of something leaned forward by `angle` about x."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([(1, 0, 0), (0, c, -s), (0, s, c)])


def face(at, hood: bool, hair: str, bow: float):
    """A head round the point `at` (between its ears), bowed by `bow` radians; hair: "long", "bun", "short"."""
    skull = egg((0, 0.012, 0.02), (0.075, 0.096, 0.1))
    jaw = egg((0, -0.036, -0.05), (0.056, 0.062, 0.078))
    cheeks = mirrored(ball((0.04, -0.062, -0.028), 0.025))
    nose = blend(
        0.008,
        limb((0, -0.094, 0.012), (0, -0.118, -0.034), 0.009, 0.015),
        mirrored(ball((0.011, -0.102, -0.04), 0.0085)),
    )
    brow = mirrored(limb((0.006, -0.092, 0.026), (0.05, -0.072, 0.02), 0.011, 0.008))
    chin = ball((0, -0.074, -0.11), 0.021)
    head = blend(0.025, skull, jaw, chin)
    head = blend(0.018, head, cheeks)
    head = carve(head, 0.016, mirrored(egg((0.03, -0.112, 0.004), (0.019, 0.022, 0.011))))
    head = blend(0.01, head, nose, brow)
    head = blend(0.004, head, mirrored(egg((0.03, -0.077, 0.003), (0.014, 0.012, 0.0095))))
    lips = blend(
        0.004,
        limb((-0.02, -0.087, -0.066), (0.02, -0.087, -0.066), 0.0065),
        limb((-0.014, -0.087, -0.076), (0.014, -0.087, -0.076), 0.0075),
    )
    head = carve(blend(0.008, head, lips), 0.003, limb((-0.022, -0.099, -0.071), (0.022, -0.099, -0.071), 0.0022))
    neck = chain([(0, 0.03, -0.24), (0, 0.015, -0.1), (0, 0.01, -0.02)], [0.068, 0.054, 0.056], 0.02)
    head = blend(0.02, head, neck)
    if hood:
        shell = egg((0, 0.03, 0.012), (0.118, 0.132, 0.142))
        shell = carve(shell, 0.02, egg((0, -0.12, -0.03), (0.074, 0.12, 0.112)))
        drape = chain([(0, 0.1, 0.05), (0, 0.14, -0.1), (0, 0.12, -0.28)], [0.1, 0.12, 0.14], 0.05)
        wrinkle = lambda p: 0.006 * np.sin(np.arctan2(p[:, 0], p[:, 2] + 0.1) * 9 + p[:, 1] * 26)  # noqa: E731
        head = blend(0.012, head, ridged_by(blend(0.05, shell, drape), wrinkle))
    else:
        head = blend(0.006, head, _hair(hair))
    turn = _tilted(bow).astype(np.float32)
    at = np.asarray(at, np.float32)
    return lambda p: np.float32(HEAD) * head((p - at) @ turn / np.float32(HEAD))


def _hair(kind: str):
    cap = carve(egg((0, 0.022, 0.03), (0.094, 0.112, 0.112)), 0.012, egg((0, -0.135, -0.045), (0.078, 0.1, 0.11)))
    parts = [cap]
    if kind == "bun":
        parts.append(ball((0, 0.135, 0.03), 0.05))
    elif kind == "long":
        parts += [
            mirrored(
                chain(
                    [(0.07, 0.02, 0.02), (0.088, 0.04, -0.1), (0.1, 0.02, -0.22), (0.09, -0.02, -0.33)],
                    [0.036, 0.04, 0.036, 0.016],
                    0.02,
                )
            )
        ]
        parts.append(chain([(0, 0.08, 0.04), (0, 0.11, -0.1), (0, 0.1, -0.3)], [0.07, 0.08, 0.06], 0.03))

    def strands(p):
        return 0.0035 * np.sin(np.arctan2(p[:, 0], p[:, 1] - 0.02) * 22 + p[:, 2] * 34 + 3 * np.sin(p[:, 2] * 19))

    return ridged_by(blend(0.025, *parts), strands)


def gown(hem: float, waist: float, wide: float, seed: int, trail: float = 0.0):
    """Cloth from the waist to the ground: a cone with an oval section whose folds deepen towards the hem."""
    rng = np.random.default_rng(seed)
    phase, sway = rng.uniform(0, 6.28, 4), rng.uniform(-0.25, 0.25)

    def distance(p):
        z = np.clip((waist - p[:, 2]) / (waist - hem), 0, 1.05)
        cx, cy = sway * 0.12 * z, trail * z**2
        x, y = p[:, 0] - cx, (p[:, 1] - cy) / (0.84 + 0.1 * z)
        angle, reach = np.arctan2(x, -y), np.hypot(x, y)
        radius = 0.15 + (wide - 0.15) * z**1.25 + 0.03 * np.sin(np.pi * z)
        run = (
            angle * 5.5
            + 0.9 * np.sin(2 * angle + phase[0])
            + 1.1 * np.sin(z * 2.2 + phase[1]) * np.cos(angle + phase[2])
        )
        fold = np.abs(np.sin(run)) ** 0.75 - 0.62 + 0.3 * np.sin(2.3 * run + phase[3])
        # one knee pushes the cloth smooth
        knee = np.exp(-(((angle - 0.45) / 0.4) ** 2) - (((p[:, 2] - 0.55 * waist) / 0.22) ** 2))
        deep = (0.006 + 0.05 * z**1.2) * (1 - 0.8 * knee)
        body = 0.72 * (reach - radius - deep * fold - 0.05 * knee)
        return np.maximum(np.maximum(body, hem - p[:, 2]), p[:, 2] - waist - 0.05).astype(np.float32)

    return distance


def _rope(points, radii, depth: float = 0.004):
    """A roll of cloth along points, creased along its length."""
    body = chain(points, radii, 0.03)
    return ridged_by(body, lambda p: depth * np.sin(p[:, 0] * 60 + p[:, 2] * 45))


def torso(lift: float, seed: int):
    """Chest and shoulders under cloth, folds falling from the shoulders and gathered under a belt."""
    chest = egg((0, 0.01, 1.3 + lift), (0.168, 0.122, 0.25))
    shoulders = limb((-0.145, 0.015, 1.465 + lift), (0.145, 0.015, 1.465 + lift), 0.068)
    waist = egg((0, 0.012, 1.07 + lift), (0.155, 0.118, 0.2))
    body = blend(0.06, chest, shoulders, waist)
    rng = np.random.default_rng(seed + 3)
    phase = rng.uniform(0, 6.28, 3)

    def folds(p):
        z = p[:, 2] - lift
        down = 0.009 * np.sin(p[:, 0] * 52 + 1.6 * np.sin(z * 9 + phase[0])) * np.clip((1.5 - z) / 0.2, 0, 1)
        cross = 0.006 * np.sin((z * 1.0 + np.abs(p[:, 0]) * 1.5) * 46 + phase[1])
        return down + cross * np.clip((1.25 - z) / 0.2, 0, 1)

    belt = egg((0, 0.01, 1.03 + lift), (0.168, 0.132, 0.03))
    return blend(0.012, ridged_by(body, folds), belt)


def _sleeve(shoulder, elbow, hand, seed: int):
    """An arm in a wide sleeve that hangs from the wrist."""
    shoulder, elbow, hand = (np.asarray(v, float) for v in (shoulder, elbow, hand))
    wrist = elbow + 0.82 * (hand - elbow)
    arm = chain([shoulder, elbow, wrist], [0.064, 0.058, 0.043], 0.04)
    drop = wrist + np.array([0.015 * np.sign(shoulder[0]), 0.06, -0.24])
    cuff = chain([wrist, (wrist + drop) / 2, drop], [0.045, 0.04, 0.02], 0.05)
    phase = seed % 7

    def crease(p):
        along = np.linalg.norm(p - elbow.astype(np.float32), axis=1)
        return 0.008 * np.sin(along * 62 + p[:, 0] * 30 + phase) * np.exp(-along / 0.2)

    return ridged_by(blend(0.05, arm, cuff), crease), wrist


def _hand(wrist, tip, thick: float = 0.021):
    """A hand from its wrist to its fingertips, flat, with a thumb."""
    wrist, tip = np.asarray(wrist, float), np.asarray(tip, float)
    palm = wrist + 0.45 * (tip - wrist)
    fingers = [
        limb(palm + [0, d, 0], tip + [0, 1.3 * d, -abs(d) * 0.6], 0.0115, 0.008) for d in (-0.024, -0.008, 0.008, 0.024)
    ]
    thumb = limb(wrist + 0.2 * (tip - wrist), palm + [0, -0.04, 0.03], 0.012, 0.009)
    return blend(0.008, limb(wrist, palm, thick, thick * 1.15), thumb, *fingers)


GESTURES = ("praying", "crossed", "book", "blessing", "holding")


def figure(kind: str, gesture: str, seed: int, voxel: float, hood: bool, hair: str) -> Solid:
    """A robed figure; kind: "standing", "kneeling" or "angel" (standing, with wings)."""
    kneel = kind == "kneeling"
    lift = -0.5 if kneel else 0.0
    bow = 0.38 if gesture in ("praying", "crossed") else 0.16
    waist = 1.05 + lift
    parts = [blend(0.03, gown(0.0, waist, 0.5 if kneel else 0.37, seed, 0.22 if kneel else 0.06), torso(lift, seed))]
    if kneel:  # thighs forward, shins and train behind
        parts[0] = blend(
            0.08, parts[0], limb((-0.11, -0.24, 0.1), (0.11, -0.24, 0.1), 0.1), egg((0, 0.42, 0.05), (0.3, 0.46, 0.13))
        )
    arms, hands = _arms(gesture, lift, seed)
    body = blend(0.022, *parts, *arms)
    body = blend(0.012, body, *hands)
    mantle = _mantle(lift, seed, kneel)
    body = blend(0.018, body, mantle)
    body = blend(0.012, body, face((0, -0.01 - 0.05 * bow, 1.735 + lift), hood, hair, bow))
    if gesture == "book":
        from images.world.modelling.sculpt import slab

        body = blend(0.004, body, slab((0.02, -0.235, 1.2 + lift), (0.09, 0.028, 0.12), 0.006, _tilted(-0.5)))
    if gesture == "holding":
        staff = limb((0.34, -0.14, 0.03), (0.34, -0.1, 1.98 + lift * 0.3), 0.017)
        body = blend(0.004, body, staff)
    low, high = (-0.62, -0.62, 0.0), (0.62, 0.9 if kneel else 0.55, 1.98 + lift * (0.6 if gesture == "holding" else 1))
    solid = skin(body, low, high, voxel)
    return join([solid, *wings(seed, voxel)]) if kind == "angel" else solid


def _arms(gesture: str, lift: float, seed: int):
    left, right = (-0.175, 0.02, 1.445 + lift), (0.175, 0.02, 1.445 + lift)
    elbows = [(-0.232, 0.0, 1.16 + lift), (0.232, 0.0, 1.16 + lift)]
    ends = {
        "praying": [(-0.024, -0.22, 1.24 + lift), (0.024, -0.22, 1.24 + lift)],
        "crossed": [(0.1, -0.16, 1.26 + lift), (-0.1, -0.175, 1.3 + lift)],
        "book": [(-0.07, -0.22, 1.12 + lift), (0.12, -0.22, 1.1 + lift)],
        "blessing": [(-0.12, -0.2, 1.08 + lift), (0.27, -0.22, 1.46 + lift)],
        "holding": [(-0.08, -0.19, 1.1 + lift), (0.34, -0.13, 1.3 + lift)],
    }[gesture]
    tips = {
        "praying": [(-0.01, -0.25, 1.41 + lift), (0.01, -0.25, 1.41 + lift)],
        "crossed": [(0.17, -0.1, 1.34 + lift), (-0.17, -0.11, 1.38 + lift)],
        "book": [(-0.02, -0.26, 1.09 + lift), (0.06, -0.26, 1.08 + lift)],
        "blessing": [(-0.06, -0.26, 1.05 + lift), (0.28, -0.27, 1.62 + lift)],
        "holding": [(-0.02, -0.24, 1.08 + lift), (0.345, -0.16, 1.38 + lift)],
    }[gesture]
    arms, hands = [], []
    for shoulder, elbow, end, tip in zip((left, right), elbows, ends, tips, strict=True):
        sleeve, wrist = _sleeve(shoulder, elbow, end, seed)
        arms.append(sleeve)
        hands.append(_hand(wrist, tip))
    return arms, hands


def _mantle(lift: float, seed: int, kneel: bool):
    """A cloak from the shoulders down the back, and its edge laid across the chest."""
    rng = np.random.default_rng(seed + 11)
    floor = 0.02
    back = chain([(0, 0.1, 1.44 + lift), (0, 0.17, 1.1 + lift), (0, 0.24 + 0.1 * kneel, 0.55 + 0.4 * lift), (0, 0.34
        + 0.3 * kneel, floor + 0.06)], [0.16, 0.2, 0.24, 0.26], 0.1,)  # fmt: skip
    ropes = [back]
    for k in range(4):
        a = rng.uniform(-0.03, 0.03)
        ropes.append(
            _rope(
                [
                    (-0.19, -0.02, 1.47 + lift - 0.03 * k),
                    (-0.04 + a, -0.13 - 0.01 * k, 1.28 + lift - 0.07 * k),
                    (0.14, -0.12, 1.04 + lift - 0.07 * k),
                    (0.2, 0.05, 0.95 + lift - 0.05 * k),
                ],
                [0.024, 0.02, 0.022, 0.02],
            )
        )
    for x in (-0.2, -0.14, 0.15, 0.2):
        points = [
            (0.9 * x, 0.07, 1.43 + lift),
            (1.1 * x, 0.12, 0.95 + 0.8 * lift),
            (1.3 * x, 0.2 + 0.15 * kneel, floor + 0.1),
        ]
        ropes.append(_rope(points, [0.045, 0.06, 0.07]))

    def folds(p):
        return (
            0.02
            * np.abs(np.sin(p[:, 0] * 21 + 1.5 * np.sin(p[:, 2] * 2.5)))
            * np.clip((1.5 + lift - p[:, 2]) / 0.6, 0, 1)
            - 0.008
        )

    flat = blend(0.06, *ropes)
    return ridged_by(lambda p: np.maximum(flat(p), (-p[:, 2]).astype(np.float32)), folds)


def wings(seed: int, voxel: float) -> list[Solid]:
    """Two half-spread wings: rows of feathers under an arm that rises and falls."""
    made, fine = [], 7 if voxel < 0.016 else 5
    for side in (-1, 1):
        s = np.linspace(0, 1, 19)
        arm = np.c_[side * (0.05 + 0.5 * s), 0.14 + 0.2 * s, 1.3 + 0.5 * np.sin(np.pi * (0.08 + 0.62 * s))]
        for row, (first, long, wide) in enumerate(((0, 1.0, 0.075), (0, 0.55, 0.07), (0, 0.28, 0.06))):
            for k in range(first, len(s)):
                reach = long * (0.45 + 0.75 * s[k]) * (1.0 - 0.25 * s[k] ** 4)
                down = np.array([side * (0.05 + 0.3 * s[k]), 0.08, -1.0])
                made.append(
                    _feather(
                        arm[k] + [0, 0.014 * (2 - row) - 0.012 * row, 0],
                        down / np.linalg.norm(down),
                        reach,
                        wide,
                        side,
                        fine,
                    )
                )
        for a, b in zip(arm[:-1:2], arm[2::2], strict=True):
            ring = np.linspace(0, 2 * np.pi, 8, endpoint=False)
            circle = 0.035 * np.c_[0 * ring, np.cos(ring), np.sin(ring)]
            made.append(loft([a + circle, (a + b) / 2 + 1.25 * circle, b + circle][:: 1 if side < 0 else -1]))
    return made


def _feather(root, down, length: float, wide: float, side: int, steps: int) -> Solid:
    s = np.linspace(0, 1, steps)
    across = np.cross(down, (0, 1, 0))
    across /= np.linalg.norm(across)
    back = np.array([0, 1.0, 0])
    half = wide * np.array(np.interp(s, [0, 0.2, 0.75, 0.93, 1.0], [0.6, 1.0, 0.95, 0.6, 0.08]))
    path = root + np.outer(length * s, down) + np.outer(0.05 * length * s**2, back)
    rings = [
        [p - w * across, p - 0.02 * back - 0.0 * across, p + w * across, p + 0.012 * back]
        for p, w in zip(path, half, strict=True)
    ]
    return loft(rings)
