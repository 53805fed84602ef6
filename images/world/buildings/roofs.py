"""Roofs of small wooden houses: boards under shingles, turf or snow."""

import numpy as np

from images.world.geometry import Solid, join, loft, tube
from images.world.noise import fbm
from images.world.plants.foliage import leaf_material
from images.world.plants.trees import Plant, add
from images.world.plants.undergrowth import MIXED, grass


def roof(stage, rng, w: float, d: float, wall: float, ridge: float, kind: str) -> list:
    """Two steep slopes and a flatter one over the porch, boarded below; on them shingles, turf or rounded snow."""
    over, half = 0.5, w / 2 + 0.5
    rise = (ridge - wall) / (d / 2)
    # (side, where the slope starts, its length along y, height there, fall per metre)
    slopes = [(-1, 0.0, d / 2 + over, ridge + 0.12, rise), (1, 0.0, d / 2 + over, ridge + 0.12, rise)]
    slopes.append((-1, d / 2 + 0.1, 1.6, wall + 0.1, 0.24))
    boards = stage.surface((0.09, 0.065, 0.048), 0.8, relief=0.01, relief_size=0.05, stretch=(1, 0.15, 1))
    parts = [stage.add([_deck(half, *slope) for slope in slopes], boards)]
    cover = {"snow": _snow_on, "turf": _turf, "shingles": _shingles}[kind]
    for slope in slopes:
        parts += cover(stage, rng, half + 0.05, *slope)
    if kind == "shingles":
        cap = tube([(-half, 0, ridge + 0.15), (half, 0, ridge + 0.15)], 0.07, 8)
        parts.append(stage.add(cap, stage.surface((0.06, 0.05, 0.042), 0.8)))
    return parts


def _deck(half: float, side: int, start: float, reach: float, top: float, fall: float) -> Solid:
    y0, y1 = side * start, side * (start + reach + 0.04)
    low = top - fall * (reach + 0.04)
    edge = [(y0, top - 0.12), (y1, low - 0.12), (y1, low - 0.01), (y0, top - 0.01)]
    return loft([[(x, y, z) for y, z in (edge if side < 0 else edge[::-1])] for x in (-half, half)])


def _shingles(stage, rng, half, side, start, reach, top, fall):
    """Every shingle a thin wedge of its own, in overlapping courses."""
    wide, course = (0.17, 0.24) if stage.detail > 0.45 else (0.45, 0.5)
    down, across = np.arange(0, reach - 0.5 * course, course), np.arange(-half, half, wide)
    away, x = np.meshgrid(down, across, indexing="ij")
    x = (x + 0.5 * wide * (np.arange(len(down)) % 2)[:, None]).ravel()
    away = away.ravel()
    n = len(x)
    width, lift = wide * rng.uniform(0.82, 0.98, n), rng.uniform(0.018, 0.034, n)
    low = np.minimum(away + course * rng.uniform(1.25, 1.5, n), reach + 0.06)
    x0, x1 = np.clip(x - width / 2, -half, half), np.clip(x + width / 2, -half, half)

    def corner(x, away, high):
        return np.stack([x, side * (start + away), top - fall * away + high], 1)

    upper = [corner(x0, away, 0.004), corner(x1, away, 0.004), corner(x1, low, lift), corner(x0, low, lift)]
    vertices = np.stack([*upper, corner(x0, low, 0.0), corner(x1, low, 0.0)], 1)
    i = np.arange(n)[:, None] * 6
    faces = np.concatenate([i + np.array([[0, 1, 2, 3]]), i + np.array([[3, 2, 5, 4]])])
    tint = np.exp(0.28 * rng.standard_normal((n, 1))) * np.array([[0.105, 0.082, 0.066]])
    shingle = stage.surface(
        (0.1, 0.08, 0.06), 0.85, attribute=True, variation=0.3, grain=0.3, relief=0.006, relief_size=0.04
    )
    return [stage.add(Solid(vertices.reshape(-1, 3), (faces,)), shingle, colours=np.repeat(tint, 6, 0))]


def _sheet(stage, half, side, start, reach, top, fall):
    """A slope's grid: x, how far down it is, z, and how far from its edge, in metres; rows run down the slope."""
    n, m = stage.around(90, 20), stage.around(40, 12)
    s, t = np.linspace(-1, 1, n)[None], np.linspace(0, 1, m)[:, None]
    x, away = s * half + 0 * t, t * (reach + 0.08) + 0 * s
    edge = np.minimum((1 - t) * reach + 0 * s, (1 - np.abs(s)) * half + 0 * t)
    return x, away, top - fall * away, edge


def _snow_on(stage, rng, half, side, start, reach, top, fall):
    """Snow as it lies on a roof: rounded at the eaves, sagging over them, uneven."""
    x, away, z, edge = _sheet(stage, half, side, start, reach, top, fall)
    thick = 0.36 if start == 0 else 0.3
    round_off = np.sqrt(np.clip(1 - (1 - np.clip(edge / 0.3, 0, 1)) ** 2, 0, 1))
    body = thick * round_off * (1 + 0.3 * fbm(x / 1.3, side * away / 1.3, 4, 7))
    sag = 0.10 * np.clip(1 - edge / 0.25, 0, 1) * (1 + fbm(x / 0.6, away / 0.6, 3, 9))
    ends = np.clip(away / 0.35, 0, 1) if start == 0 else 1.0
    crest = z - 0.09 * (1 - ends) ** 2 * (start == 0)
    y = side * (start + away)
    upper, lower = (np.stack([x, y, part], -1).reshape(-1, 3) for part in (crest + body - sag + 0.02, z - 0.02 - sag))
    faces = _quads(*x.shape)
    flipped = tuple(part[:, ::-1] for part in faces)
    snow = stage.surface((0.84, 0.86, 0.9), 0.6, variation=0.05, relief=0.02, relief_size=0.15)
    sides = (flipped, faces) if side < 0 else (faces, flipped)
    return [stage.add([Solid(upper, sides[0]), Solid(lower, sides[1])], snow, smooth=True)]


def _quads(rows: int, columns: int):
    i = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)[None]).ravel()
    return (np.stack([i, i + 1, i + columns + 1, i + columns], -1),)


def _turf(stage, rng, half, side, start, reach, top, fall):
    """Sods on birch bark: a rough green slab with long grass standing on it."""
    x, away, z, edge = _sheet(stage, half, side, start, reach, top, fall)
    y = side * (start + away)
    z = np.where((edge < 1e-6) & (away > 0.1), z - 0.1, z + 0.1 + 0.05 * fbm(x / 0.5, y / 0.5, 4, 3))
    soil = stage.surface(
        (0.075, 0.085, 0.03), 0.95, second=(0.09, 0.065, 0.04), relief=0.05, relief_size=0.12, grain=0.6
    )
    faces = _quads(*x.shape)
    slab = Solid(np.stack([x, y, z], -1).reshape(-1, 3), tuple(part[:, ::-1] for part in faces) if side < 0 else faces)
    patches = []
    for _ in range(stage.count(round(16 * reach * half / 3), 14)):
        px, py = rng.uniform(-half, half) * 0.95, rng.uniform(0.05, reach - 0.1)
        patch = grass(rng, height=0.32, radius=0.4, blades=80, palette=MIXED, heads=0.1, stiff=0.7, detail=stage.detail)
        blades = patch.leaves.vertices + np.array([px, side * (start + py), top + 0.08])
        blades[:, 2] -= fall * (np.abs(blades[:, 1]) - start)
        patches.append(Plant(None, Solid(blades, patch.leaves.faces), patch.colours))
    merged = Plant(None, join([p.leaves for p in patches]), np.concatenate([p.colours for p in patches]))
    return [stage.add(slab, soil, smooth=True), add(stage, merged, None, leaf_material(stage, 0.4))]
