"""Rock with its strata and joints: buttes and sea stacks as meshes of their own, ledges and blocks for heightfields.

Solids come with a colour a vertex, for a material that reads it (`Surface(attribute=True)`).
"""

from dataclasses import dataclass

import numpy as np

from images.world.geometry import Solid, loft
from images.world.noise import blend, fbm, smoothstep


@dataclass(frozen=True)
class Stone:
    """What a rock is made of: colours of its layers from hard to soft, of its stains, and of the rubble at its foot."""

    hard: tuple[float, float, float]
    soft: tuple[float, float, float]
    stain: tuple[float, float, float]
    rubble: tuple[float, float, float]
    bed: float = 6.0  # metres a layer is thick
    joint: float = 22.0  # metres between large vertical joints


RED = Stone((0.33, 0.125, 0.062), (0.42, 0.19, 0.095), (0.10, 0.042, 0.03), (0.31, 0.125, 0.065))
BUFF = Stone((0.42, 0.30, 0.19), (0.5, 0.38, 0.25), (0.17, 0.115, 0.075), (0.4, 0.29, 0.19))
SEA = Stone((0.105, 0.092, 0.078), (0.17, 0.145, 0.115), (0.035, 0.034, 0.03), (0.09, 0.082, 0.07), 1.1, 5.0)

# (share of the height, radius over the cliff's radius): shale in steps, a wall, a cap
BUTTE = ((0.0, 2.35), (0.1, 1.95), (0.24, 1.52), (0.38, 1.16), (0.42, 1.03), (0.9, 0.955), (0.925, 0.985), (1.0, 0.96))
MESA = ((0.0, 1.5), (0.14, 1.3), (0.32, 1.14), (0.46, 1.04), (0.5, 1.0), (0.9, 0.975), (0.93, 0.99), (1.0, 0.98))
SPIRE = ((0.0, 3.4), (0.14, 2.4), (0.26, 1.5), (0.31, 1.05), (0.6, 0.95), (0.62, 1.0), (0.85, 0.78), (1.0, 0.5))
STACK = ((-0.5, 1.5), (-0.1, 1.22), (0.0, 1.08), (0.06, 1.0), (0.5, 0.96), (0.8, 0.9), (0.93, 0.78), (1.0, 0.5))


def beds(z: np.ndarray, thickness: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Hardness of the layer at heights z, 0 to 1, and the height within it, 0 to 1."""
    rng = np.random.default_rng(seed)
    low, high = float(np.min(z)) - thickness, float(np.max(z)) + thickness
    count = int((high - low) / thickness * 1.6) + 3
    edges = low + np.cumsum(thickness * rng.lognormal(-0.35, 0.7, count))
    hardness = rng.random(count + 1)
    layer = np.clip(np.searchsorted(edges, z), 1, count - 1)
    within = (z - edges[layer - 1]) / (edges[layer] - edges[layer - 1])
    return hardness[layer], np.clip(within, 0, 1)


def tower(rng, radius: float, height: float, stone: Stone, profile=BUTTE, *, around: int = 300, levels: int = 160,
    wide: float = 1.0) -> tuple[Solid, np.ndarray]:  # fmt: skip
    """A butte, a mesa, a spire or a sea stack on z = 0, and its colours (n, 3).

    radius: of the wall, metres, stretched by `wide` along x. profile: shares of the height and of the radius.
    """
    seed = int(rng.integers(9000))
    turn = np.linspace(0, 2 * np.pi, around, endpoint=False)
    share = np.interp(np.linspace(0, 1, levels), [0, 0.35, 1], [0, 0.22, 1])
    low = profile[0][0]
    share = low + share * (1 - low)
    shape = np.interp(share, [p[0] for p in profile], [p[1] for p in profile])[:, None]  # (levels, 1)
    z = np.broadcast_to(share[:, None] * height, (levels, around)).copy()
    c, s = np.cos(turn)[None], np.sin(turn)[None]
    lobes = 1 + 0.3 * fbm(c * 1.1 + 5, s * 1.1, 3, seed) + 0.22 * fbm(c * 2.7, s * 2.7, 2, seed + 1)
    r = radius * shape * (lobes * np.minimum(shape, 1) + np.maximum(1 - shape, 0) + (lobes - 1) * 0.3 * (shape > 1))
    wall = smoothstep(1.22, 1.02, shape)  # the wall and what is above it; the rest is slope
    x, y = c * radius * lobes, s * radius * lobes
    steps = fbm(x / stone.bed / 6, y / stone.bed / 6, 3, seed + 2)
    hard, within = beds(z + 1.2 * stone.bed * steps, stone.bed, seed + 3)
    jut = np.minimum(stone.bed, 0.16 * radius)
    r = r + (wall * 0.16 + 0.3) * jut * (hard - 0.5) - 0.22 * jut * (1 - hard) * within * (0.6 + 0.4 * wall)
    for scale, deep in ((1.0, 0.2), (0.36, 0.09)):  # joints, nearly upright
        j = stone.joint * scale
        groove = smoothstep(0.16, 0.0, np.abs(fbm((x + 0.1 * z) / j, y / j + z / (9 * j), 2, seed + 4)))
        r = r - deep * j * groove * wall
        r = r + deep * j * 0.8 * fbm(x / j, y / j + z / (5 * j), 2, seed + 5) * wall
    slope = 1 - wall
    r = r - slope * radius * 0.16 * (shape - 1) * np.abs(fbm(x / stone.joint * 1.4, y / stone.joint * 1.4, 3, seed + 6))
    rough = fbm(x / 2.2 / stone.bed + z / stone.bed, y / 2.2 / stone.bed - z / stone.bed, 5, seed + 7)
    r = np.maximum(r + 0.22 * stone.bed * rough, 0.03 * radius)
    z = z + 0.25 * stone.bed * rough * slope
    rings = np.stack([wide * r * c, r * s, z], -1)
    top = rings[-1:] * np.array([0.55, 0.55, 1.0]) + np.array([0, 0, 0.012 * height])
    rings = np.concatenate([rings, top, top * np.array([0.3, 0.3, 1.0])])
    colours = _painted(stone, hard, rough, wall, x, y, z, seed)
    colours = np.concatenate([colours, colours[-1:], colours[-1:]]).reshape(-1, 3)
    colours = np.concatenate([colours, colours[:1], colours[-1:]])  # the caps' middles
    return loft(rings), colours


def _painted(stone: Stone, hard, rough, wall, x, y, z, seed: int) -> np.ndarray:
    colour = blend(stone.soft, stone.hard, hard)
    fine, _ = beds(z + 0.4 * stone.bed * rough, 0.3 * stone.bed, seed + 9)
    colour = colour * (0.8 + 0.4 * fine[..., None])
    streak = fbm(x / stone.bed * 0.8, y / stone.bed * 0.8 + z / (16 * stone.bed), 4, seed + 8)
    colour = blend(colour, stone.stain, 0.7 * wall * smoothstep(0.08, 0.5, streak))
    rubble = np.broadcast_to(stone.rubble, colour.shape) * (1 + 0.35 * rough[..., None])
    return np.clip(blend(colour, rubble, (1 - wall) * (0.45 + 0.4 * (hard < 0.6))), 0, 1)


def ledges(height, x, y, thickness: float, seed: int, dip=(0.0, 0.0), sharp: float = 0.75) -> np.ndarray:
    """Heights broken into steps along layers `thickness` metres thick, tilted by `dip` (slopes along x and y)."""
    tilt = dip[0] * x + dip[1] * y
    level = (height + tilt) / thickness + 0.35 * fbm(x / (7 * thickness), y / (7 * thickness), 3, seed)
    step = np.floor(level)
    rise = smoothstep(sharp, 1.0, level - step)
    uneven = np.random.default_rng(seed).uniform(-0.35, 0.35, 4096)  # so that no two steps are equally high
    offset = uneven[(step.astype(int)) % 4096] * (1 - rise) + uneven[(step.astype(int) + 1) % 4096] * rise
    return thickness * (step + rise + offset + 0.12 * (level - step)) - tilt


def blocks(x, y, size: float, seed: int, stretch: float = 1.0, turn: float = 0.0):
    """Jointed blocks: the middle (x, y) of the block each point is in, a number in [0, 1) for it, and how near its
    edge the point is, 0 to 1. `stretch` makes blocks longer along `turn` radians."""
    from images.world.land.landforms import cells_over

    x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
    c, s = np.cos(turn), np.sin(turn)
    u, v = (x * c + y * s) / stretch, y * c - x * s
    cu, cv, number, edge = (part.reshape(x.shape) for part in cells_over(u.ravel(), v.ravel(), size, seed))
    cu = cu * stretch
    return cu * c - cv * s, cu * s + cv * c, number, edge
