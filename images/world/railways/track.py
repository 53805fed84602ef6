"""Track and rolling stock: ballast, sleepers and rails; coaches and underground trains with lit insides. The rails'
top is
z = 0, a train's front is at y = 0 and the rest behind it at +y; metres."""

import numpy as np

from images.world import finishes
from images.world.geometry import Solid, box, boxes, cards
from images.world.materials import Surface
from images.world.noise import fbm

GAUGE = 1.5  # between the rails' middles
RAIL = 0.165  # height of a rail over its sleepers
BED = 0.42  # height of the rails' top over the ballast's foot


def add_track(
    stage,
    y0: float,
    y1: float,
    *,
    bank: float = 0.0,
    snow: float = 0.0,
    name: str = "track",
    earth=(0.085, 0.066, 0.042),
) -> list:
    """A single track along y. bank: metres the ballast stands over the ground, on an earth bank that goes on below."""
    y = np.linspace(y0, y1, stage.count(260, 40))
    x = np.array([-6.5, -4.6, -2.9, -1.75, -1.45, -0.75, 0, 0.75, 1.45, 1.75, 2.9, 4.6, 6.5])
    top = -RAIL - 0.06
    ground = -BED - bank
    z = np.interp(np.abs(x), [0, 1.5, 2.5, 2.9 + bank, 6.5 + bank], [top, top, top - 0.28, ground, ground - 2.5])
    xx, yy = np.meshgrid(x, y)
    if bank:
        xx = np.sign(xx) * np.interp(
            np.abs(xx), [0, 1.75, 2.9, 4.6, 6.5], [0, 1.75, 2.6 + 0.3 * bank, 3.6 + 1.9 * bank, 9 + 4 * bank]
        )
        z = np.interp(
            np.abs(x), [0, 1.45, 1.75, 2.9, 4.6, 6.5], [top, top, top - 0.05, top - 0.35, ground - 0.1, ground - 4.0]
        )
    ends = np.clip(np.minimum(yy - y0, y1 - yy) / 6, 0, 1) if bank else np.ones_like(yy)
    zz = z[None] + 0.03 * fbm(xx * 2, yy * 2, 3, 5) - (1 - ends) * (bank + 0.6)
    solid = Solid(np.stack([xx, yy, zz], -1).reshape(-1, 3), (_quads(len(y), len(x)),))
    stones = (0.105, 0.097, 0.088)
    share = np.clip((np.abs(xx) - 2.2) / 0.8, 0, 1)[..., None] if bank else np.zeros((*xx.shape, 1))
    colours = (np.array(stones) * (1 - share) + np.array(earth) * share) * (1 + 0.25 * fbm(xx, yy, 4, 9))[..., None]
    surface = Surface(
        roughness=0.92, variation=0.45, grain=0.12, relief=0.03, relief_size=0.07, attribute=True, snow=snow
    )
    parts = [stage.add(solid, stage.material(surface), smooth=True, colours=colours.reshape(-1, 3))]
    parts.append(_sleepers(stage, y0 + 3 * (bank > 0), y1 - 3 * (bank > 0), snow, name))
    parts += _rails(stage, y0 + 2.5 * (bank > 0), y1 - 2.5 * (bank > 0))
    parts.append(_stones(stage, y0, y1, top, snow, name))
    if bank and not snow:
        parts.append(_weeds(stage, y0, y1, top, name))
    return parts


def _quads(rows: int, columns: int) -> np.ndarray:
    i = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)[None]).ravel()
    return np.stack([i, i + 1, i + columns + 1, i + columns], -1)


def _sleepers(stage, y0: float, y1: float, snow: float, name: str):
    rng = stage.rng(f"{name} sleepers")
    y = np.arange(y0, y1, 0.62)
    shift, turn = rng.normal(0, 0.025, len(y)), rng.normal(0, 0.01, len(y))
    rows = [
        box(-1.3, 1.3, -0.125, 0.125, -RAIL - 0.16, -RAIL).turned(a).moved(s, at)
        for at, s, a in zip(y, shift, turn, strict=True)
    ]
    wood = stage.surface(
        (0.06, 0.047, 0.036),
        0.88,
        variation=0.45,
        grain=0.3,
        relief=0.012,
        relief_size=0.05,
        stretch=(0.15, 1, 1),
        wear=(0.13, 0.115, 0.1),
        own_space=False,
        snow=0.6 * snow,
    )
    return stage.add(rows, wood)


def _rails(stage, y0: float, y1: float) -> list:
    steel = stage.once("rail head", lambda: finishes.metal((0.55, 0.54, 0.52), 0.16, 0.15))
    rust = stage.surface((0.09, 0.045, 0.025), 0.8, variation=0.4, grain=0.3)
    bodies, heads, chairs = [], [], []
    for x in (-GAUGE / 2, GAUGE / 2):
        heads.append((x - 0.034, x + 0.034, y0, y1, -0.012, 0.0))
        bodies += [
            (x - 0.036, x + 0.036, y0, y1, -0.05, -0.012),
            (x - 0.01, x + 0.01, y0, y1, -0.14, -0.05),
            (x - 0.07, x + 0.07, y0, y1, -0.16, -0.14),
        ]
        if stage.detail > 0.3:
            chairs += [(x - 0.14, x + 0.14, y - 0.06, y + 0.06, -RAIL, -0.135) for y in np.arange(y0 + 0.3, y1, 0.62)]
    return [stage.add(boxes(bodies + chairs), rust), stage.add(boxes(heads), steel)]


def _stones(stage, y0: float, y1: float, top: float, snow: float, name: str):
    """Loose ballast on the bed, so that its outline is not smooth."""
    rng = stage.rng(f"{name} stones")
    count = stage.count(9000, 200)
    x = rng.normal(0, 1.25, count).clip(-2.9, 2.9)
    y = rng.uniform(y0 + 3, y1 - 3, count)
    z = np.interp(np.abs(x), [0, 1.5, 2.9], [top + 0.03, top + 0.02, top - 0.3])
    size = rng.uniform(0.025, 0.06, count)
    directions = rng.standard_normal((count, 4, 3))
    directions /= np.linalg.norm(directions, axis=2, keepdims=True)
    points = np.stack([x, y, z], -1)[:, None] + size[:, None, None] * directions
    faces = np.array([(0, 1, 2), (0, 2, 3), (0, 3, 1), (1, 3, 2)])
    solid = Solid(points.reshape(-1, 3), ((faces[None] + 4 * np.arange(count)[:, None, None]).reshape(-1, 3),))
    return stage.add(
        solid, stage.surface((0.12, 0.11, 0.1), 0.9, variation=0.5, grain=0.2, own_space=False, snow=0.5 * snow)
    )


def _weeds(stage, y0: float, y1: float, top: float, name: str):
    rng = stage.rng(f"{name} weeds")
    clumps = stage.count(420, 60)
    side = rng.choice([-1, 1], clumps)
    x0, y = side * rng.uniform(2.6, 6.0, clumps), rng.uniform(y0 + 2, y1 - 2, clumps)
    n = 26
    z0 = np.interp(np.abs(x0), [2.5, 5.5], [top - 0.35, top - 1.6])
    base = np.repeat(np.stack([x0, y, z0], -1), n, 0) + rng.normal(0, 0.14, (clumps * n, 3)) * [1, 1, 0.1]
    along = rng.normal(0, 0.1, (clumps * n, 3)) + np.array([0, 0, 0.36]) * rng.uniform(0.5, 1.3, (clumps * n, 1))
    across = rng.normal(0, 0.012, (clumps * n, 3))
    return stage.add(
        cards(base + along / 2, along, across),
        stage.surface((0.11, 0.10, 0.04), 0.9, variation=0.5, grain=0.5, translucency=0.3),
    )
