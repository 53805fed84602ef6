"""Hulls: lines, planks, decks and rails. y grows from bow to stern, 0 amidships; z = 0 is the waterline."""

from dataclasses import dataclass

import numpy as np

from images.world.geometry import Solid, grid, join, tube
from images.world.noise import fbm, smoothstep


@dataclass(frozen=True)
class Lines:
    """A hull's measures in metres."""

    length: float
    beam: float
    freeboard: float  # of the deck's edge amidships
    draught: float
    bow: float  # rise of the edge at the bow
    stern: float  # and at the stern
    entry: float = 0.16  # share of the length over which the keel comes down from the stem
    transom: float = 0.6  # half breadth at the stern over that amidships
    counter: float = 0.2  # share of the length over which the keel rises to the stern
    bilge: float = 2.8  # how full its sections are
    bulwark: float = 0.35  # height of the sides over the deck
    strakes: int = 11  # planks a side
    lap: float = 0.0  # metres one plank lies over the next

    def edge(self, t):
        """Half breadth and height of the sheer at shares t of the length from the bow."""
        t = np.asarray(t, float)
        fore, aft = np.clip((0.56 - t) / 0.56, 0, 1), np.clip((t - 0.56) / 0.44, 0, 1)
        half = np.where(t < 0.56, 1 - fore**2.3, self.transom + (1 - self.transom) * (1 - aft**2.4))
        return self.beam / 2 * half, self.freeboard + self.bow * fore**2 + self.stern * aft**2

    def keel(self, t):
        """Height of the keel."""
        t = np.asarray(t, float)
        _, top = self.edge(t)
        fore = np.clip(1 - t / self.entry, 0, 1)
        aft = np.clip((t - 1 + self.counter) / self.counter, 0, 1)
        deep = -self.draught * (1 - 0.18 * np.clip(0.7 - t, 0, 1))
        return deep + (0.94 * top - deep) * fore**2.6 + (0.05 - deep) * 0.94 * aft**1.8

    def section(self, t, share):
        """x and z at `share` from the edge (0) to the keel (1), for stations t."""
        half, top = self.edge(t)
        full = 1.1 + (self.bilge - 1.1) * smoothstep(0.0, 0.42, t) - 0.8 * smoothstep(0.8, 1.0, t)
        depth = (self.keel(t) - top) * share**1.06
        return half * np.maximum(1 - share**full, 0) ** (1 / 1.35), top + depth

    def y(self, t):
        return (np.asarray(t, float) - 0.5) * self.length

    @property
    def deck(self) -> float:
        """Height of the deck amidships."""
        return self.freeboard - self.bulwark


YACHT = Lines(10.5, 3.2, 1.0, 0.55, 0.35, 0.05, 0.22, 0.55, 0.42, 2.4, 0.08, 1)
CUTTER = Lines(11.5, 3.5, 1.05, 1.1, 0.75, 0.25, 0.1, 0.5, 0.3, 2.5, 0.45, 13)
FISHER = Lines(12.5, 4.2, 1.45, 1.2, 1.25, 0.45, 0.13, 0.72, 0.2, 3.0, 0.7, 12)
DINGHY = Lines(4.4, 1.6, 0.48, 0.22, 0.3, 0.12, 0.13, 0.62, 0.3, 2.2, 0.36, 7, 0.016)


def shell(lines: Lines, colours: dict, fine: float, seed: int) -> tuple[Solid, np.ndarray]:
    """The outside and its colours (n, 3): "top" with a "wale" along the edge, dirt running down, joints between planks.
    What is painted below the waterline `craft` adds."""
    stations = max(24, round(84 * fine))
    t = np.linspace(0, 1, stations) ** 1.15
    within = np.array([0.03, 0.5, 0.97]) if fine > 0.3 else np.array([0.5])
    share = (np.arange(lines.strakes)[:, None] + within).ravel() / lines.strakes
    share = np.unique(np.r_[0.0, share, np.linspace(0, 1, max(9, round(22 * fine)))])
    x, z = lines.section(t[:, None], share[None])
    lapped = 1 - (share * lines.strakes) % 1
    x = x + lines.lap * lapped * (x > 0.02)
    y = np.broadcast_to(lines.y(t)[:, None], x.shape)
    solids, paint = [], _painted(lines, colours, x, y, z, share, seed)
    for side in (1, -1):
        solid = grid(side * x, y, z)
        solids.append(solid if side < 0 else Solid(solid.vertices, (solid.faces[0][:, ::-1],)))
    solids.append(_transom(x[-1], lines.y(1.0), z[-1]))
    n = len(share)
    ends = np.repeat(paint.reshape(stations, n, 3)[-1], 2, axis=0)
    return join(solids), np.concatenate([paint, paint, ends])


def _transom(x, y: float, z) -> Solid:
    vertices = np.stack([np.c_[x, np.full(len(x), y), z], np.c_[-x, np.full(len(x), y), z]], 1).reshape(-1, 3)
    i = 2 * np.arange(len(x) - 1)
    return Solid(vertices, (np.stack([i, i + 1, i + 3, i + 2], -1),))


def _painted(lines: Lines, colours: dict, x, y, z, share, seed: int) -> np.ndarray:
    colour = np.broadcast_to(np.array(colours["top"], float), (*z.shape, 3)).copy()
    colour[np.broadcast_to((share > 0.0) & (share < 0.11), z.shape)] = colours["wale"]
    across = np.abs(share * lines.strakes % 1 - 0.5)
    joint = (across > 0.46) & (lines.strakes > 3)
    worn = np.clip(0.5 + fbm(y / 0.9, z / 0.5, 4, seed), 0, 1)
    runs = smoothstep(0.1, 0.6, fbm(y / 0.22, z / 2.2, 4, seed + 1)) * colours.get("age", 0.5)
    colour = colour * (0.84 + 0.24 * worn)[..., None] * np.where(joint, 0.72, 1.0)[None, :, None]
    rust = np.array(colours.get("dirt", (0.12, 0.06, 0.03)))
    return (colour + (rust - colour) * (0.55 * runs * smoothstep(1.0, 0.1, share)[None])[..., None]).reshape(-1, 3)


def deck(lines: Lines, fine: float) -> Solid:
    """The deck and the inside of the bulwarks."""
    t = np.linspace(0.02, 1.0, max(14, round(40 * fine)))[:, None]
    half, top = lines.edge(t)
    level = top - lines.bulwark
    inner, _ = lines.section(t, np.minimum(lines.bulwark / (top - lines.keel(t)), 0.9))
    inner = np.maximum(np.minimum(half, inner) - 0.05, 0.01)
    across = np.array([-1.0, -1.0, -0.6, 0.0, 0.6, 1.0, 1.0])[None]
    x = np.where(np.abs(across) == 1, across * inner, across * inner)
    x = np.concatenate([-(half - 0.05), x[:, 1:-1], half - 0.05], 1)
    z = np.concatenate([top, level + 0.02 * (1 - across[:, 1:-1] ** 2) * lines.beam, top], 1)
    return grid(x, np.broadcast_to(lines.y(t), x.shape), z)


def open_inside(lines: Lines, fine: float) -> Solid:
    """The inside of an open boat."""
    t = np.linspace(0.03, 0.995, max(14, round(44 * fine)))[:, None]
    share = np.linspace(0, 0.9, 14)[None]
    x, z = lines.section(t, share)
    x = np.maximum(x - 0.02, 0.0)
    x, z = np.concatenate([-x, x[:, ::-1]], 1), np.concatenate([z, z[:, ::-1]], 1)
    return grid(x, np.broadcast_to(lines.y(t), x.shape), z + 0.015)


def rails(lines: Lines, radius: float, fine: float) -> list[Solid]:
    """The rail on the edge of both sides, and a fender of wood below it."""
    t = np.linspace(0.0, 1.0, max(16, round(48 * fine)))
    half, top = lines.edge(t)
    parts = []
    for side in (-1, 1):
        parts.append(tube(np.c_[side * (half - 0.3 * radius), lines.y(t), top], radius, 6))
    half, top = lines.edge(np.array([1.0]))
    across = np.linspace(-1, 1, 9)
    parts.append(tube(np.c_[half * across, np.full(9, lines.y(1.0)), top * np.ones(9)], radius, 6))
    return parts


def ribs(lines: Lines, count: int, size: float, rng, fallen: float = 0.0) -> list[Solid]:
    """Frames inside the planks, as a wreck shows them; a share `fallen` is broken off below the edge."""
    parts = []
    for t in np.linspace(0.08, 0.96, count):
        for side in (-1, 1):
            low = rng.uniform(0.2, 0.6) if rng.random() < fallen else -0.1
            share = np.linspace(max(low, 0), 1.0, 10)
            x, z = lines.section(np.array(t), share)
            z = z + (0.25 * lines.freeboard if low < 0 else 0) * (1 - share)
            parts.append(tube(np.c_[side * np.maximum(x - 0.06, 0), np.full(10, lines.y(t)), z], size, 5))
    return parts
