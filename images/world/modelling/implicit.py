"""Soft bodies: blobs melted into one surface. What people, animals and the cut of their clothes are made of.

skin = surface([ball((0, 0, 1), 0.2), rod((0, 0, 1), (0, 0.3, 1.2), 0.1, 0.05, blend=0.04)], step=0.01)
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from images.world.geometry import Solid


@dataclass(frozen=True)
class Blob:
    """A ball, or a rod from `start` along its third axis, whose radii may differ at its ends; in metres.

    axes: rows are the blob's own axes. scale: stretches it along those axes. blend: width of the fillet where it meets
    what came before. sign -1 cuts it out. bone: what it moves with. tint: name of the part, for colours.
    """

    start: np.ndarray
    axes: np.ndarray
    scale: np.ndarray
    length: float
    radii: tuple[float, float]
    blend: float = 0.02
    sign: int = 1
    bone: str = ""

    def row(self) -> np.ndarray:
        return np.concatenate(
            [self.start, self.axes.ravel(), self.scale, [self.length, *self.radii, self.blend, self.sign, 0]]
        )

    def placed(self, turn: np.ndarray, at: np.ndarray) -> "Blob":
        """Turned by a (3, 3) matrix, then moved."""
        return replace(self, start=turn @ self.start + at, axes=self.axes @ turn.T)

    def grown(self, by: float) -> "Blob":
        """Thicker by `by` metres on every side."""
        share = 1 + by / (max(self.radii) * self.scale)
        if self.length == 0:
            return replace(self, scale=self.scale * share)
        keep = np.array([share[0], share[1], 1.0])
        return replace(self, scale=self.scale * keep, length=self.length)


def ball(at, radius, turn: np.ndarray | None = None, **settings) -> Blob:
    """An ellipsoid; radius one number or three; turn: (3, 3) matrix whose columns are its axes."""
    axes = np.eye(3) if turn is None else np.asarray(turn, float).T
    scale = np.broadcast_to(np.asarray(radius, float), 3).copy()
    return Blob(np.asarray(at, float), axes, scale, 0.0, (1.0, 1.0), **settings)


def rod(
    start, end, radius: float, radius_end: float | None = None, flat=(1.0, 1.0), side=(1, 0, 0), **settings
) -> Blob:
    """A rod with round ends. flat: scales its width along `side` and across it."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    length = float(np.linalg.norm(end - start))
    along = (end - start) / max(length, 1e-9)
    across = np.asarray(side, float) - along * np.dot(side, along)
    if np.linalg.norm(across) < 1e-3:
        across = np.cross(along, (0.3, 1, 0.2))
    across /= np.linalg.norm(across)
    axes = np.stack([across, np.cross(along, across), along])
    radii = (radius, radius if radius_end is None else radius_end)
    return Blob(start, axes, np.array([*flat, 1.0]), length, radii, **settings)


def limb(points, radii, **settings) -> list[Blob]:
    """Rods end to end along points, a radius at each."""
    return [rod(points[i], points[i + 1], radii[i], radii[i + 1], **settings) for i in range(len(points) - 1)]


def mirrored(blobs: Sequence[Blob]) -> list[Blob]:
    """The blobs and their mirror images in the plane x = 0."""
    flip = np.diag([-1.0, 1.0, 1.0])
    return [*blobs, *(replace(b, start=flip @ b.start, axes=flip_axes(b.axes)) for b in blobs)]


def flip_axes(axes: np.ndarray) -> np.ndarray:
    return axes * np.array([-1.0, 1.0, 1.0])


def rows(blobs: Sequence[Blob]) -> np.ndarray:
    return np.array([blob.row() for blob in blobs])


def field(blobs: Sequence[Blob], step: float) -> tuple[np.ndarray, np.ndarray]:
    """Distances (nx, ny, nz) on a grid that holds all blobs, and the grid's corner."""
    from images.world.modelling.implicit_kernels import fill  # compiled loops: only rendering waits for them

    table = rows(blobs)
    solid = table[table[:, 19] > 0]
    ends = solid[:, :3] + solid[:, 9:12] * (solid[:, 15] * solid[:, 14])[:, None]
    reach = (np.maximum(solid[:, 16], solid[:, 17]) * solid[:, 12:15].max(1) + 3 * step)[:, None]
    low = (np.minimum(solid[:, :3], ends) - reach).min(0)
    high = (np.maximum(solid[:, :3], ends) + reach).max(0)
    distances = np.full(np.ceil((high - low) / step).astype(int) + 1, 1.0, np.float32)
    fill(distances, low, step, table)
    return distances, low


def surface(blobs: Sequence[Blob], step: float, smooth: int = 2) -> Solid:
    """The skin of melted blobs, in cells of `step` metres; smooth: rounds of evening out its vertices."""
    from images.world.modelling.implicit_kernels import even_out, nets, onto

    distances, low = field(blobs, step)
    vertices, quads = nets(distances)
    vertices = low + step * vertices
    for _ in range(smooth):
        even_out(vertices, quads, 1, 0.5)
        onto(vertices, distances, low, step)
    return Solid(vertices, (quads,))
