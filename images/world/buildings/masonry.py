"""Walls, round towers and arches of coursed stone, each point with its place along the wall and its height, so that
courses follow curves. Collect parts in a `Masonry`, then `emit` them as one object."""

import numpy as np

from images.world import materials
from images.world.geometry import Solid
from images.world.materials import Surface
from images.world.noise import fbm


class Masonry:
    def __init__(self):
        self._corners: list[np.ndarray] = []  # (n, 4, 3)
        self._marks: list[np.ndarray] = []  # (n, 4, 3): metres along, metres up, tone

    def add(self, corners, along, up, tone: float = 1.0) -> None:
        """Quads (n, 4, 3) with their corners' metres along the wall and up it, (n, 4) each."""
        corners = np.asarray(corners, float).reshape(-1, 4, 3)
        along, up = np.broadcast_to(along, corners.shape[:2]), np.broadcast_to(up, corners.shape[:2])
        self._corners.append(corners)
        self._marks.append(np.stack([along, up, np.full(along.shape, tone)], -1))

    def surface(self, x, y, z, along, up, tone: float = 1.0, flip: bool = False) -> None:
        """A grid of points (rows, columns), seen from where columns grow to the right and rows upwards."""
        p = np.stack(np.broadcast_arrays(x, y, z), -1)
        along, up = np.broadcast_to(along, p.shape[:2]), np.broadcast_to(up, p.shape[:2])
        order = [
            (slice(None, -1), slice(None, -1)),
            (slice(None, -1), slice(1, None)),
            (slice(1, None), slice(1, None)),
            (slice(1, None), slice(None, -1)),
        ]
        if flip:
            order = order[::-1]
        self.add(
            *(np.stack([part[o] for o in order], 2).reshape(-1, 4, *part.shape[2:]) for part in (p, along, up)), tone
        )

    def blocks(self, rows, heading: float = 0.0, at=(0.0, 0.0, 0.0), tone: float = 1.0) -> None:
        """Boxes (x0, x1, y0, y1, z0, z1), turned by `heading` and moved to `at`."""
        b = np.asarray(rows, float).reshape(-1, 6)
        x0, x1, y0, y1, z0, z1 = b.T
        c, s = np.cos(heading), np.sin(heading)
        sides = [((x0, y0), (x1, y0)), ((x1, y0), (x1, y1)), ((x1, y1), (x0, y1)), ((x0, y1), (x0, y0))]
        turned = lambda x, y, z: np.stack([x * c - y * s + at[0], x * s + y * c + at[1], z + at[2]], -1)  # noqa: E731
        for (ax, ay), (bx, by) in sides:
            width = np.hypot(bx - ax, by - ay)
            start = ax + 3.1 * ay
            self.add(np.stack([turned(ax, ay, z0), turned(bx, by, z0), turned(bx, by, z1), turned(ax, ay, z1)], 1),
                np.stack([start, start + width, start + width, start], 1), np.stack([z0, z0, z1, z1], 1) + at[2],
                tone)  # fmt: skip
        for z, order in (
            (z1, ((x0, y0), (x1, y0), (x1, y1), (x0, y1))),
            (z0, ((x0, y1), (x1, y1), (x1, y0), (x0, y0))),
        ):
            self.add(
                np.stack([turned(x, y, z) for x, y in order], 1),
                np.stack([x for x, _ in order], 1),
                np.stack([y for _, y in order], 1),
                tone,
            )

    def drum(self, x: float, y: float, profile, around: int = 48, broken=None, tone: float = 1.0) -> None:
        """A round tower by its profile of (radius, height). broken: function of the angle giving the share of its
        height that still stands.
        """
        turn = np.linspace(0, 2 * np.pi, around + 1)[None]
        r, z = (np.array(part, float)[:, None] for part in zip(*profile, strict=True))
        z = np.broadcast_to(z, (len(r), around + 1)).copy()
        if broken is not None:
            top = z[-1, 0] * broken(turn[0])
            z = np.minimum(z, top[None])
        along = turn * float(np.max(r))
        self.surface(x + r * np.cos(turn), y + r * np.sin(turn), z, along, z, tone)
        inner = r[-1] - max(0.16 * r[-1, 0], 0.4)
        ring = np.concatenate([np.broadcast_to(r[-1], turn.shape), np.broadcast_to(inner, turn.shape)])
        top = np.stack([z[-1], z[-1]])
        self.surface(x + ring * np.cos(turn), y + ring * np.sin(turn), top, along, np.array([[0.0], [0.5]]), tone)
        deep = np.stack([z[-1], np.maximum(z[-1] - 6, -3)])
        self.surface(x + inner * np.cos(turn), y + inner * np.sin(turn), deep, along, deep, 0.8 * tone)

    def merlons(
        self, x: float, y: float, radius: float, z: float, wide: float = 0.9, high: float = 1.1, thick: float = 0.5
    ) -> None:
        """Battlements round a tower: a parapet and teeth."""
        count = max(6, round(2 * np.pi * radius / (1.9 * wide)))
        for a in np.arange(count) * 2 * np.pi / count:
            at = (x + (radius - thick / 2) * np.cos(a), y + (radius - thick / 2) * np.sin(a), z)
            self.blocks([(-wide / 2, wide / 2, -thick / 2, thick / 2, 0, high)], a + np.pi / 2, at)

    def corbels(self, x: float, y: float, radius: float, z: float, wide: float = 0.35, every: float = 0.9) -> None:
        """Stones that carry an overhanging parapet."""
        count = max(8, round(2 * np.pi * radius / every))
        for a in np.arange(count) * 2 * np.pi / count:
            at = (x + radius * np.cos(a), y + radius * np.sin(a), z)
            self.blocks(
                [(-wide / 2, wide / 2, -0.5, 0.25, 0.3, 0.8), (-wide / 2, wide / 2, -0.3, 0.25, 0.0, 0.3)],
                a + np.pi / 2,
                at,
            )

    def wall(self, a, b, low: float, top: float, thick: float = 1.8, *, teeth: bool = True, broken=None) -> None:
        """A wall from a to b, (x, y) each; its outside is on the right hand. broken: function of the metres along
        giving the share of its height that still stands.
        """
        a, b = np.asarray(a, float), np.asarray(b, float)
        length, heading = float(np.hypot(*(b - a))), float(np.arctan2(b[1] - a[1], b[0] - a[0]))
        at = (a[0], a[1], 0.0)
        if broken is not None:
            edges = np.linspace(0, length, max(2, round(length / 0.7)) + 1)
            high = top * broken((edges[1:] + edges[:-1]) / 2)
            self.blocks(
                np.c_[
                    edges[:-1],
                    edges[1:],
                    np.full((len(high), 1), -thick / 2),
                    np.full((len(high), 1), thick / 2),
                    np.full((len(high), 1), low),
                    high,
                ],
                heading,
                at,
            )
            return
        self.blocks([(0, length, -thick / 2, thick / 2, low, top)], heading, at)
        if teeth:
            outer = -thick / 2
            self.blocks(
                [
                    (0, length, outer - 0.15, outer + 0.4, top - 0.02, top + 0.75),
                    (0, length, outer - 0.22, outer - 0.1, top - 0.35, top - 0.1),
                ],
                heading,
                at,
            )
            s = np.arange(0.6, length - 0.6, 1.75)
            n = np.ones((len(s), 1))
            self.blocks(
                np.c_[s, s + 0.95, n * (outer - 0.15), n * (outer + 0.4), n * (top + 0.7), n * (top + 1.75)],
                heading,
                at,
            )

    def solid(self) -> tuple[Solid, np.ndarray]:
        corners, marks = np.concatenate(self._corners), np.concatenate(self._marks)
        return Solid(corners.reshape(-1, 3), (np.arange(4 * len(corners)).reshape(-1, 4),)), marks.reshape(-1, 3)

    def emit(self, stage, stone):
        solid, marks = self.solid()
        return stage.add(solid, stone, colours=marks)


def worn(seed: int, least: float = 0.35, size: float = 1.0):
    """How much of a ruin still stands along it: for `drum` (angles) and `wall` (metres)."""
    return lambda s: np.clip(0.78 + 0.75 * fbm(np.asarray(s) / size, 0 * np.asarray(s) + seed, 5, seed), least, 1.0)


def stonework(
    stage,
    colour,
    mortar=(0.2, 0.185, 0.16),
    width: float = 0.85,
    height: float = 0.38,
    *,
    moss: float = 0.3,
    plaster: float = 0.0,
):
    """Coursed stone for a `Masonry`: each stone its own tint, streaks below the top, moss near the ground. plaster:
    share of the wall that its render still covers.
    """
    key = ("stonework", colour, mortar, width, height, moss, plaster, stage.light.wet)
    return stage.once(key, lambda: _stonework(colour, mortar, width, height, moss, plaster, stage.light.wet))


def _stonework(colour, mortar, width: float, height: float, moss: float, plaster: float, wet: float):
    graph, output, material = materials.new("stonework")
    surface = Surface(colour, 0.88, 0.3, 1.4, 0.012, 0.09, own_space=False, wet=0.5 * wet)
    shader = materials.principled(graph, surface)
    u, v, tone = graph.split(graph.node("VertexColor", layer_name="Col").outputs[0])
    at = graph.node("NewGeometry").outputs["Position"]
    uneven = graph.multiply(graph.add(graph.noise(at, 0.9, 3), -0.5), 0.1)
    inputs = {
        "Vector": graph.join(u, graph.add(v, uneven)),
        "Color1": (1.22, 1.17, 1.1),
        "Color2": (0.62, 0.63, 0.66),
        "Mortar": (1, 1, 1),
    }
    inputs |= {
        "Scale": 1.0,
        "Mortar Size": 0.045 * height,
        "Mortar Smooth": 0.4,
        "Brick Width": width,
        "Row Height": height,
        "Bias": -0.1,
    }
    pattern = graph.node("TexBrick", inputs, offset=0.43, squash=0.72, squash_frequency=3)
    base = shader.inputs["Base Color"].links[0].from_socket
    stones = graph.scale(graph.vector("MULTIPLY", base, pattern.outputs[0]), tone)
    colour = graph.mix(pattern.outputs[1], stones, mortar)
    joints = graph.math("SUBTRACT", 1.0, pattern.outputs[1])
    if plaster:
        fallen = graph.spread(graph.add(graph.noise(at, 0.28, 8, 0.62), 0.16 * (plaster - 0.5)), 0.46, 0.5, 0.0, 1.0)
        colour = graph.mix(fallen, colour, base)
        joints = graph.spread(fallen, 0, 1, joints, 1.6)
    streak = graph.noise(graph.stretched(at, (1, 1, 0.1)), 1.3, 6, 0.65)
    colour = graph.scale(colour, graph.spread(streak, 0.36, 0.62, 0.62, 1.12))
    if moss:
        low = graph.spread(graph.split(at)[2], -1.0, 7.0, 0.14, 0.0)
        green = graph.spread(graph.add(graph.noise(at, 0.55, 8, 0.68), low), 0.6 - 0.12 * moss, 0.72, 0.0, 0.75)
        colour = graph.mix(green, colour, (0.045, 0.05, 0.022))
    graph.link(colour, shader.inputs["Base Color"])
    relief = graph.node("Bump", {"Height": joints, "Strength": 1.0, "Distance": 0.09 * height})
    graph.link(shader.inputs["Normal"].links[0].from_socket, relief.inputs["Normal"])
    graph.link(relief, shader.inputs["Normal"])
    graph.link(shader.outputs[0], output.inputs[0])
    return material
