"""Bottles with wine and labels, glasses, cups, jugs, plates and bowls; feet at the origin."""

import numpy as np

from images.world.furniture import finishes, pictures
from images.world.furniture.turning import Profile, bead, curve, dome, spun
from images.world.geometry import Solid, grid, lathe, tube

# outlines in metres, from the foot to the lip: runs of smooth curve, corners between them
BOTTLES: dict[str, list[Profile]] = {"bordeaux": [[(0, 0.012), (0.024, 0.002), (0.032, 0), (0.0365, 0.004)],
    curve([(0.0375, 0.008), (0.0375, 0.1), (0.0375, 0.185)]), curve([(0.0372, 0.19), (0.033, 0.206), (0.021, 0.22),
    (0.0152, 0.236), (0.0142, 0.29)]), [(0.0165, 0.291), (0.0168, 0.303), (0.0148, 0.305), (0.0148, 0.31)],],
    "burgundy": [[(0, 0.014), (0.026, 0.002), (0.036, 0), (0.0405, 0.005)], curve([(0.0412, 0.01), (0.0412, 0.07),
    (0.041, 0.125)]), curve([(0.0408, 0.13), (0.036, 0.165), (0.024, 0.205), (0.0165, 0.238), (0.0146, 0.28)]),
    [(0.017, 0.281), (0.0172, 0.291), (0.015, 0.293), (0.015, 0.3)],], "flask": [[(0, 0.006), (0.03, 0.001), (0.042,
    0)], curve([(0.046, 0.001), (0.068, 0.018), (0.072, 0.042), (0.056, 0.078), (0.028, 0.108), (0.0155, 0.14),
    (0.0142, 0.19)]), bead(0.0142, 0.19, 0.198, 0.0035), curve([(0.0142, 0.199), (0.016, 0.207), (0.0225, 0.214)]),],
    "apothecary": [[(0, 0.004), (0.036, 0), (0.0405, 0.003)], curve([(0.0415, 0.006), (0.0415, 0.06), (0.0415,
    0.112)]), curve([(0.041, 0.115), (0.035, 0.128), (0.02, 0.134), (0.0165, 0.139)]), [(0.0165, 0.158), (0.026,
    0.159), (0.027, 0.162), (0.026, 0.165), (0.0165, 0.166)],], "demijohn": [[(0, 0.006), (0.05, 0), (0.062, 0.004)],
    curve([(0.07, 0.012), (0.083, 0.055), (0.084, 0.1), (0.07, 0.142), (0.036, 0.17), (0.0195, 0.188), (0.0178,
    0.222)]), bead(0.0178, 0.222, 0.234, 0.004), [(0.0176, 0.238)],], "rhine": [[(0, 0.01), (0.026, 0.001), (0.034,
    0), (0.0375, 0.004)], curve([(0.0385, 0.009), (0.0385, 0.06), (0.0375, 0.12), (0.031, 0.19), (0.0205, 0.26),
    (0.0145, 0.31), (0.0138, 0.335)]), bead(0.0138, 0.335, 0.342, 0.0025), [(0.0138, 0.35)],],}  # fmt: skip
GLASS = {
    "green": (0.16, 0.42, 0.14),
    "olive": (0.3, 0.36, 0.08),
    "brown": (0.42, 0.19, 0.05),
    "blue": (0.08, 0.2, 0.55),
    "clear": (0.93, 0.96, 0.94),
    "ruby": (0.5, 0.05, 0.05),
    "aqua": (0.5, 0.78, 0.74),
    "smoke": (0.4, 0.38, 0.36),
}
WINE = {"red wine": (0.28, 0.006, 0.012), "white wine": (0.85, 0.68, 0.25), "brandy": (0.72, 0.28, 0.04)}


def _outline(runs) -> Profile:
    return [point for run in runs for point in run]


def _at(profile: Profile, height: float) -> float:
    """The outline's radius at a height."""
    radii, heights = np.array(profile).T
    return float(np.interp(height, heights, radii))


def _inside(profile: Profile, wall: float, floor: float, top: float | None = None) -> Profile:
    """The outline's inner side, `wall` metres within, from the floor up."""
    kept = [(max(radius - wall, 0.0005), z) for radius, z in profile if z > floor]
    kept = [(0.0005, floor), (kept[0][0] * 0.96, floor), *kept]
    return kept if top is None else [*[point for point in kept if point[1] < top], (_at(kept, top), top)]


def bottle(stage, rng, kind: str | None = None, glass: str | None = None, wine: str | None = None, full: float = 0.6,
           label: bool = True, stopper: bool = True):  # fmt: skip
    """A bottle of blown glass; full: share of its height that is wine."""
    kind = kind or str(rng.choice(list(BOTTLES)))
    glass = glass or str(rng.choice(list(GLASS)))
    profile, around = _outline(BOTTLES[kind]), stage.around(64, 16)
    tall = profile[-1][1]
    inner = _inside(profile, 0.0028, 0.016)
    shell = lathe([(max(r, 1e-4), z) for r, z in [*profile, *inner[::-1]]], around)
    parts = [stage.add(shell, finishes.glass(stage, _each_way(GLASS[glass])), smooth=50)]
    if wine:
        body = _inside(profile, 0.0024, 0.0165, full * tall)
        parts.append(stage.add(lathe([*body, (0.0005, full * tall)], around), _liquid(stage, WINE[wine]), smooth=50))
    where = {"bordeaux": (0.05, 0.15), "burgundy": (0.035, 0.105), "rhine": (0.035, 0.1), "apothecary": (0.03, 0.09)}
    draw = int(rng.integers(1000))
    if label and kind in where:
        parts.append(_label(stage, profile, *where[kind], draw))
    if stopper:
        parts.append(_stopper(stage, rng, kind, profile))
    return stage.group(*parts)


def _each_way(colour):
    """The tint of one of the four surfaces that a look through a bottle passes."""
    return tuple(round(c**0.42, 3) for c in colour)


def _liquid(stage, colour):
    def make():
        from images.world import materials

        return materials.glass(tuple(c**0.6 for c in colour))

    return stage.once(("liquid", tuple(colour)), make)


def _label(stage, profile: Profile, low: float, high: float, draw: int):
    """Paper round the front of a bottle."""
    radius = _at(profile, (low + high) / 2) + 0.00025
    t = np.linspace(-1.15, 1.15, stage.around(40, 10))[None]
    z = np.linspace(low, high, 4)[:, None]
    solid = grid(radius * np.sin(t) + 0 * z, -radius * np.cos(t) + 0 * z, z + 0 * t)
    paper = finishes.painted(
        stage, ("label", draw), lambda: pictures.label(draw), "xz", (-radius * 0.95, low), (radius * 0.95, high), 0.75
    )
    return stage.add(solid, paper, smooth=True)


def _stopper(stage, rng, kind: str, profile: Profile):
    mouth, top = profile[-1]
    if kind in ("flask", "apothecary"):
        clear = finishes.glass(stage, GLASS["clear"])
        knob = spun(
            [(0, top - 0.015), (mouth * 0.5, top - 0.015), (mouth * 0.62, top + 0.001)],
            [(mouth * 0.4, top + 0.004)],
            curve([(0.006, top + 0.006), (0.017, top + 0.018), (0.014, top + 0.032), (0.003, top + 0.042)]),
            around=stage.around(36, 12),
        )
        return stage.add(knob, clear, smooth=50)
    if rng.random() < 0.5:
        colour = [(0.25, 0.02, 0.02), (0.03, 0.03, 0.035), (0.4, 0.28, 0.1), (0.05, 0.1, 0.06)][rng.integers(4)]
        skin = [(r + 0.0006, z) for r, z in profile if z > top - 0.055]
        foil = lathe([*skin, (0.0005, top + 0.001)], stage.around(40, 12))
        return stage.add(foil, finishes.metal(stage, colour, 0.35, 0.3), smooth=45)
    cork = spun([(0, top - 0.02), (mouth * 0.8, top - 0.02), (mouth * 0.88, top + 0.008), (0, top + 0.009)], around=20)
    return stage.add(
        cork, stage.surface((0.36, 0.2, 0.09), 0.9, variation=0.5, grain=0.01, relief=0.001, relief_size=0.004)
    )


def goblet(stage, rng, wine: str | None = None, tall: float = 0.18, full: float = 0.45):
    """A wine glass."""
    k = tall / 0.18
    bowl = curve([(0.004, 0.078), (0.018, 0.086), (0.034, 0.108), (0.0385, 0.135), (0.035, 0.165), (0.0315, 0.18)])
    stem = curve([(0.034, 0.001), (0.02, 0.004), (0.0058, 0.012), (0.0038, 0.03), (0.0036, 0.06)])
    outside = [(1e-4, 0), (0.033, 0), *stem, *bowl]
    cavity = [(r - 0.0011, z + (0.0016 if i == 0 else 0)) for i, (r, z) in enumerate(bowl) if r > 0.006]
    inside = [(1e-4, 0.0832), *cavity]
    shape = lambda p: [(r * k, z * k) for r, z in p]  # noqa: E731
    around = stage.around(64, 16)
    parts = [stage.add(lathe(shape([*outside, *inside[::-1]]), around), finishes.glass(stage, dusty=0.05), smooth=60)]
    if wine:
        level = 0.083 + full * 0.09
        body = [(r + 0.0003, z) for r, z in inside if z < level]
        body.append((_at(inside, level) + 0.0003, level))
        parts.append(stage.add(lathe(shape([*body, (1e-4, level)]), around), _liquid(stage, WINE[wine]), smooth=60))
    return stage.group(*parts)


def tumbler(stage, rng, drink: str | None = "brandy"):
    around = stage.around(64, 16)
    outside = [(1e-4, 0), (0.03, 0), (0.033, 0.002), (0.0375, 0.09)]
    inside = [(0.0355, 0.09), (0.0315, 0.011), (1e-4, 0.0105)]
    parts = [stage.add(lathe([*outside, *inside], around), finishes.glass(stage, dusty=0.05), smooth=40)]
    if drink:
        body = [(1e-4, 0.0107), (0.0317, 0.0112), (0.0333, 0.045), (1e-4, 0.045)]
        parts.append(stage.add(lathe(body, around), _liquid(stage, WINE[drink]), smooth=40))
    return stage.group(*parts)


def cup(stage, material, saucer: bool = True):
    """A teacup on its saucer."""
    around = stage.around(56, 16)
    outside = curve([(0.02, 0.002), (0.03, 0.012), (0.038, 0.036), (0.0425, 0.062)])
    inside = [(r - 0.0022, z) for r, z in outside[::-1] if z > 0.006]
    solid = lathe([(1e-4, 0), (0.02, 0), *outside, *inside, (1e-4, 0.006)], around)
    t = np.linspace(0.3, 2 * np.pi - 0.3, 16)
    handle = tube(np.c_[0.055 - 0.016 * np.cos(t), 0 * t, 0.034 + 0.018 * np.sin(t)], 0.0032, stage.around(10, 5))
    tea = lathe([(1e-4, 0.044), (0.0378, 0.044), (0.0378, 0.0445), (1e-4, 0.0445)], around)
    parts = [stage.add([solid, handle], material, smooth=50), stage.add(tea, stage.surface((0.05, 0.02, 0.008), 0.06))]
    if saucer:
        dish = plate(stage, material, 0.075)
        for part in parts:
            part.location = (0, 0, 0.005)
        parts.append(dish)
    return stage.group(*parts)


def plate(stage, material, radius: float = 0.12):
    r = radius
    profile = [(1e-4, 0.001), (0.55 * r, 0), (0.6 * r, 0.001), (0.7 * r, 0.008), (r, 0.016), (1.005 * r, 0.0175)]
    profile += [(0.995 * r, 0.0185), (0.72 * r, 0.0115), (0.58 * r, 0.0042), (1e-4, 0.004)]
    return stage.add(lathe(profile, stage.around(64, 18)), material, smooth=50)


def bowl(stage, material, radius: float = 0.13, height: float = 0.075):
    outside = curve(
        [(0.42 * radius, 0.006), (0.72 * radius, 0.25 * height), (0.95 * radius, 0.7 * height), (radius, height)]
    )
    inside = [(r - 0.004, z + 0.002) for r, z in outside[::-1]]
    foot = [(1e-4, 0.001), (0.4 * radius, 0), (0.43 * radius, 0.005)]
    solid = lathe([*foot, *outside, (radius - 0.002, height + 0.0018), *inside, (1e-4, 0.011)], stage.around(64, 18))
    return stage.add(solid, material, smooth=50)


def jug(stage, material, height: float = 0.24):
    """An earthenware jug with a handle and a lip."""
    h, around = height, stage.around(64, 18)
    outside = curve([(0.2 * h, 0.01 * h), (0.3 * h, 0.16 * h), (0.33 * h, 0.38 * h), (0.25 * h, 0.62 * h), (0.155 * h,
        0.78 * h), (0.15 * h, 0.88 * h), (0.19 * h, h)])  # fmt: skip
    inside = [(r - 0.02 * h, z) for r, z in outside[::-1] if z > 0.75 * h]
    solid = lathe([(1e-4, 0), (0.19 * h, 0), *outside, *inside, (1e-4, 0.74 * h)], around)
    v = solid.vertices.copy()
    lip = np.clip((v[:, 2] / h - 0.86) / 0.14, 0, 1) ** 1.5
    front = np.exp(-((np.arctan2(v[:, 1], v[:, 0])) ** 2) / 0.12)
    v[:, 0] += 0.085 * h * lip * front
    t = np.linspace(0, np.pi, 14)
    handle = tube(np.c_[-0.17 * h - 0.24 * h * np.sin(t) * (1 - 0.25 * t / np.pi), 0 * t,
        0.9 * h - 0.5 * h * t / np.pi], 0.024 * h * (1.15 - 0.3 * np.sin(t)), stage.around(12, 6))  # fmt: skip
    return stage.add([Solid(v, solid.faces), handle.scaled(1, 1.5, 1)], material, smooth=60)


def tankard(stage, material, height: float = 0.13):
    """A pewter or silver cup on a foot."""
    h = height
    solid = spun([(0, 0), (0.036, 0), (0.037, 0.003)], curve([(0.034, 0.005), (0.014, 0.018), (0.009, 0.03)]),
        bead(0.009, 0.03, 0.037, 0.004), curve([(0.009, 0.038), (0.024, 0.05), (0.037, 0.075), (0.036, h - 0.006),
        (0.039, h)]), [(0.0375, h + 0.0006), (0.0345, h - 0.006), (0.035, 0.08)], curve([(0.034, 0.075), (0.02,
        0.055), (0, 0.048)]), around=stage.around(56, 16),)  # fmt: skip
    return stage.add(solid, material, smooth=45)


def cloche_knob(radius: float, low: float) -> Profile:
    return dome(radius, low, low + radius)
