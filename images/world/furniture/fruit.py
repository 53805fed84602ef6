"""Fruit and bread: apples, pears, grapes, lemons, oranges, pomegranates, figs, nuts, a loaf, a cheese."""

import numpy as np

from images.world import materials
from images.world.furniture import finishes
from images.world.furniture.turning import curve
from images.world.geometry import Solid, ellipsoid, join, lathe, tube
from images.world.noise import fbm, ridged

KINDS = ("apple", "green apple", "pear", "lemon", "orange", "pomegranate", "fig", "peach")


def skin(stage, low, high, speckle=None, roughness: float = 0.32, relief: float = 0.0003, streaks: float = 30.0):
    """Fruit's skin: two colours that run into one another in streaks from the stalk, lighter specks."""

    def make():
        graph, output, material = materials.new("fruit skin")
        at = graph.node("TexCoord").outputs["Object"]
        chance = graph.node("ObjectInfo").outputs["Random"]
        moved = graph.vector("ADD", at, graph.join(chance, graph.multiply(chance, 3.7), graph.multiply(chance, 9.1)))
        run = graph.noise(graph.stretched(moved, (1, 1, 0.12)), streaks, 5, 0.65)
        patch = graph.noise(moved, 14, 3, 0.5)
        where = graph.spread(graph.add(run, graph.multiply(patch, 0.9)), 0.72, 1.2)
        base = graph.mix(where, low, high)
        if speckle:
            specks = graph.spread(graph.cells(moved, 330).outputs[0], 0.1, 0.22, 0.55, 0)
            base = graph.mix(specks, base, speckle)
        pits = graph.cells(moved, 620).outputs[0]
        normal = graph.node("Bump", {"Height": graph.add(pits, run), "Strength": 0.6, "Distance": relief})
        inputs = {"Base Color": base, "Roughness": roughness, "Normal": normal, "Subsurface Weight": 0.12}
        inputs |= {"Subsurface Radius": (0.012, 0.006, 0.003), "Coat Weight": 0.25, "Coat Roughness": 0.25}
        graph.link(graph.node("BsdfPrincipled", inputs), output.inputs[0])
        return material

    return stage.once(("fruit skin", tuple(low), tuple(high), speckle, roughness, relief, streaks), make)


def _lobed(profile, around: int, lobes: int, depth: float, bend: float = 0.0, seed: int = 0) -> Solid:
    """A turned body that bulges in lobes and is a little lopsided."""
    solid = lathe([(max(r, 2e-4), z) for r, z in profile], around)
    v = solid.vertices.copy()
    angle, tall = np.arctan2(v[:, 1], v[:, 0]), np.ptp(v[:, 2])
    k = 1 + depth * np.cos(lobes * angle + seed) * np.clip(v[:, 2] / tall, 0, 1)
    k += 0.05 * fbm(np.cos(angle) * 1.2 + seed, v[:, 2] / tall * 2 + np.sin(angle), 2, seed)
    v[:, 0] = v[:, 0] * k + bend * (v[:, 2] / tall) ** 2
    v[:, 1] *= k
    return Solid(v, solid.faces)


def fruit(stage, rng, kind: str | None = None):
    """One piece of fruit standing on the origin."""
    kind = kind or str(rng.choice(KINDS))
    around, seed = stage.around(48, 14), int(rng.integers(999))
    size = float(rng.uniform(0.92, 1.1))
    stalk = stage.surface((0.05, 0.03, 0.014), 0.9, relief=0.001, relief_size=0.003)
    parts = []
    if kind in ("apple", "green apple"):
        profile = curve([(0, 0.007), (0.01, 0.003), (0.02, 0.001), (0.033, 0.014), (0.0385, 0.036), (0.034, 0.056),
            (0.021, 0.067), (0.01, 0.064), (0, 0.055)])  # fmt: skip
        look = (
            ((0.34, 0.32, 0.05), (0.42, 0.018, 0.015)) if kind == "apple" else ((0.25, 0.34, 0.04), (0.42, 0.42, 0.09))
        )
        parts.append(
            stage.add(_lobed(profile, around, 5, 0.035, 0, seed), skin(stage, *look, (0.55, 0.48, 0.25)), smooth=True)
        )
        path = [(0, 0, 0.054), (0.001, 0, 0.066), (0.005, 0.002, 0.078)]
        parts.append(stage.add(tube(path, [0.0012, 0.001, 0.0017], 6), stalk, smooth=True))
    elif kind == "pear":
        profile = curve([(0, 0.006), (0.014, 0.001), (0.03, 0.01), (0.0375, 0.034), (0.032, 0.058), (0.02, 0.08),
            (0.0145, 0.096), (0.008, 0.104), (0, 0.105)])  # fmt: skip
        look = skin(stage, (0.33, 0.3, 0.045), (0.36, 0.15, 0.03), (0.16, 0.1, 0.03), 0.42)
        parts.append(stage.add(_lobed(profile, around, 3, 0.03, 0.008, seed), look, smooth=True))
        path = [(0.008, 0, 0.103), (0.009, 0, 0.114), (0.014, 0.002, 0.126)]
        parts.append(stage.add(tube(path, [0.0016, 0.0014, 0.002], 6), stalk, smooth=True))
    elif kind == "lemon":
        profile = curve([(0, 0), (0.006, 0.001), (0.012, 0.007), (0.026, 0.024), (0.0285, 0.043), (0.022, 0.064),
            (0.011, 0.075), (0.006, 0.083), (0, 0.085)])  # fmt: skip
        body = _lobed(profile, around, 2, 0.02, 0, seed).moved(z=-0.043).turned(np.pi / 2 - 0.12, "y").moved(z=0.0285)
        parts.append(
            stage.add(body, skin(stage, (0.62, 0.46, 0.03), (0.7, 0.58, 0.08), None, 0.36, 0.0007), smooth=True)
        )
    elif kind == "orange":
        body = _lobed([(r * 0.039, 0.037 + z * 0.037) for r, z in _circle()], around, 2, 0.01, 0, seed)
        parts.append(
            stage.add(body, skin(stage, (0.65, 0.2, 0.012), (0.72, 0.28, 0.02), None, 0.38, 0.0008), smooth=True)
        )
    elif kind == "pomegranate":
        profile = [*curve([(0, 0.004), (0.02, 0.001), (0.038, 0.02), (0.042, 0.044), (0.034, 0.066), (0.014, 0.077)])]
        profile += [(0.012, 0.082), (0.015, 0.092), (0.013, 0.092), (0.009, 0.084), (0, 0.083)]
        look = skin(stage, (0.36, 0.06, 0.03), (0.4, 0.2, 0.06), (0.2, 0.1, 0.05), 0.4)
        parts.append(stage.add(_lobed(profile, around, 6, 0.03, 0, seed), look, smooth=50))
    elif kind == "fig":
        profile = curve(
            [(0, 0.002), (0.014, 0.003), (0.025, 0.016), (0.024, 0.03), (0.014, 0.045), (0.006, 0.054), (0, 0.058)]
        )
        look = skin(stage, (0.05, 0.02, 0.05), (0.12, 0.09, 0.05), (0.2, 0.2, 0.22), 0.5)
        parts.append(stage.add(_lobed(profile, around, 7, 0.03, 0.004, seed), look, smooth=True))
    else:
        profile = curve(
            [(0, 0.004), (0.02, 0.002), (0.033, 0.02), (0.034, 0.038), (0.024, 0.056), (0.008, 0.06), (0, 0.054)]
        )
        solid = _lobed(profile, around, 2, 0.02, 0, seed)
        v = solid.vertices.copy()
        v[:, 0] *= 1 - 0.12 * np.exp(-((np.arctan2(v[:, 1], v[:, 0]) / 0.25) ** 2))
        look = skin(stage, (0.6, 0.3, 0.08), (0.5, 0.06, 0.03), None, 0.62)
        parts.append(stage.add(Solid(v, solid.faces), look, smooth=True))
    made = stage.group(*parts)
    made.scale = (size,) * 3
    return made


def _circle(steps: int = 14):
    t = np.linspace(-np.pi / 2, np.pi / 2, steps)
    return [(np.cos(a), np.sin(a)) for a in t]


def grapes(stage, rng, colour: str = "black", count: int = 46):
    """A bunch lying down, about 0.16 m long, its stalk at +x."""
    look = {"black": ((0.035, 0.008, 0.03), (0.1, 0.02, 0.05)), "green": ((0.22, 0.27, 0.05), (0.4, 0.38, 0.1)),
        "red": ((0.24, 0.02, 0.03), (0.34, 0.1, 0.06))}[colour]  # fmt: skip
    bloom = (0.3, 0.3, 0.36) if colour == "black" else (0.5, 0.5, 0.36)
    material = skin(stage, *look, bloom, 0.3, 0.0001)
    spots: list[np.ndarray] = []
    for _ in range(4000):
        x = rng.uniform(-0.09, 0.06)
        reach = 0.042 * np.sin(np.pi * np.clip((x + 0.1) / 0.2, 0.05, 1)) ** 0.7
        y, z = rng.normal(0, 0.5 * reach), 0.009 + abs(rng.normal(0, 0.42 * reach))
        point = np.array([x, y, z])
        if all(np.linalg.norm(point - other) > 0.0155 for other in spots):
            spots.append(point)
        if len(spots) == count:
            break
    berries = [
        ellipsoid(r, r, r * 1.08, stage.around(22, 8), stage.around(14, 6)).moved(*spot)
        for spot, r in zip(spots, rng.uniform(0.0078, 0.0098, len(spots)), strict=True)
    ]
    stem = [
        tube(
            [(-0.06, 0, 0.02), (0.03, 0.003, 0.034), (0.075, 0, 0.03), (0.1, 0.006, 0.012)],
            [0.001, 0.002, 0.0024, 0.0028],
            7,
        )
    ]
    stem += [tube([spot, (spot[0] + 0.012, 0.3 * spot[1], 0.024)], 0.0007, 5) for spot in spots[::2]]
    return stage.group(
        stage.add(join(berries), material, smooth=True),
        stage.add(join(stem), stage.surface((0.12, 0.1, 0.03), 0.8), smooth=True),
    )


def loaf(stage, rng):
    """A round loaf with cuts in its floury crust."""
    seed = int(rng.integers(999))
    profile = curve([(0, 0), (0.085, 0), (0.105, 0.016), (0.1, 0.045), (0.07, 0.072), (0.03, 0.084), (0, 0.086)])
    solid = _lobed(profile, stage.around(72, 20), 3, 0.03, 0, seed)
    v = solid.vertices.copy()
    rough = fbm(v[:, 0] * 30, v[:, 1] * 30 + v[:, 2] * 20, 5, seed)
    v[:, 2] += 0.004 * rough * (v[:, 2] > 0.01)
    crust = stage.surface(
        (0.3, 0.13, 0.04), 0.75, variation=0.6, grain=0.05, relief=0.004, relief_size=0.015, second=(0.55, 0.4, 0.22)
    )
    return stage.add(Solid(v, solid.faces), crust, smooth=True)


def walnuts(stage, rng, count: int = 5, reach: float = 0.06):
    """Walnuts strewn about the origin."""
    shell = stage.surface((0.3, 0.17, 0.07), 0.6, variation=0.5, grain=0.012, relief=0.004, relief_size=0.009)
    made = []
    for _ in range(count):
        x, y = rng.normal(0, reach, 2)
        nut = ellipsoid(0.019, 0.016, 0.0165, stage.around(60, 12), stage.around(40, 8))
        v, seed = nut.vertices, int(rng.integers(999))
        u = np.arctan2(v[:, 2], v[:, 1])
        wrinkle = ridged(v[:, 0] * 160 + 2 * np.sin(u), u * 3.0, 2, seed) - 0.6
        seam = np.exp(-((np.abs(v[:, 1]) / 0.0022) ** 2))
        v = v * (1 - 0.045 * wrinkle[:, None] + 0.05 * seam[:, None])
        nut = Solid(v, nut.faces).turned(rng.uniform(-0.4, 0.4), "x").turned(rng.uniform(0, 6))
        made.append(stage.add(nut.moved(x, y, 0.0168), shell, smooth=True))
    return stage.group(*made)


def board(stage, length: float = 0.34, width: float = 0.2):
    """A cutting board with a handle."""
    from images.world.geometry import box

    wood = finishes.wood(stage, (0.3, 0.17, 0.08), "x", 0.55, 0.0, 0.5)
    body = box(-length / 2, length / 2, -width / 2, width / 2, 0, 0.02)
    grip = box(length / 2 - 0.01, length / 2 + 0.1, -0.022, 0.022, 0.001, 0.019)
    return stage.add([body, grip], wood, bevel=0.003)
