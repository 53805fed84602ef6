"""Solids as arrays: what every builder makes its shapes from. No Blender in here."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

TURN = 2 * np.pi


@dataclass(frozen=True)
class Solid:
    """Vertices (n, 3) in metres and faces: arrays (m, 3) or (m, 4) of vertex numbers."""

    vertices: np.ndarray
    faces: tuple[np.ndarray, ...]

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> "Solid":
        return Solid(self.vertices + np.array([x, y, z]), self.faces)

    def scaled(self, x: float, y: float | None = None, z: float | None = None) -> "Solid":
        return Solid(self.vertices * np.array([x, x if y is None else y, x if z is None else z]), self.faces)

    def turned(self, angle: float, axis: str = "z") -> "Solid":
        """Turned by `angle` radians about an axis through the origin, anticlockwise seen from its tip."""
        return Solid(self.vertices @ rotation(angle, axis).T, self.faces)


def rotation(angle: float, axis: str = "z") -> np.ndarray:
    """(3, 3) matrix that turns column vectors about a coordinate axis."""
    c, s = np.cos(angle), np.sin(angle)
    i = "xyz".index(axis)
    matrix = np.eye(3)
    a, b = (i + 1) % 3, (i + 2) % 3
    matrix[a, a], matrix[a, b], matrix[b, a], matrix[b, b] = c, -s, s, c
    return matrix


def join(solids: Iterable[Solid]) -> Solid:
    """Several solids as one."""
    vertices, faces, offset = [], {}, 0
    for solid in solids:
        for part in solid.faces:
            faces.setdefault(part.shape[1], []).append(np.asarray(part) + offset)
        vertices.append(solid.vertices)
        offset += len(solid.vertices)
    return Solid(np.concatenate(vertices), tuple(np.concatenate(parts) for parts in faces.values()))


def box(x0: float, x1: float, y0: float, y1: float, z0: float, z1: float) -> Solid:
    (x0, x1), (y0, y1), (z0, z1) = sorted((x0, x1)), sorted((y0, y1)), sorted((z0, z1))
    corners = np.array([(x, y, z) for x in (x0, x1) for y in (y0, y1) for z in (z0, z1)], float)
    sides = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    return Solid(corners, (np.array(sides),))


def loft(rings, capped: bool = True) -> Solid:
    """A skin over closed rings of equal length, (k, n, 3), anticlockwise seen from the last; ends capped or open."""
    rings = np.asarray(rings, float)
    count, around, _ = rings.shape
    start = np.arange(count - 1)[:, None] * around
    i = np.arange(around)[None]
    j = (i + 1) % around
    sides = np.stack([start + i, start + j, start + around + j, start + around + i], -1).reshape(-1, 4)
    vertices = rings.reshape(-1, 3)
    if not capped:
        return Solid(vertices, (sides,))
    centre = len(vertices)
    vertices = np.concatenate([vertices, rings[:1].mean(1), rings[-1:].mean(1)])
    a, b = np.arange(around), (np.arange(around) + 1) % around
    last = (count - 1) * around
    ends = [np.stack([b, a, a * 0 + centre], -1), np.stack([a + last, b + last, a * 0 + centre + 1], -1)]
    return Solid(vertices, (sides, np.concatenate(ends)))


def lathe(profile: Sequence[tuple[float, float]], around: int = 48) -> Solid:
    """A profile of (radius, height) turned about the z axis."""
    t = np.linspace(0, TURN, around, endpoint=False)
    circle = np.stack([np.cos(t), np.sin(t), np.zeros(around)], -1)
    return loft([circle * radius + np.array([0, 0, z]) for radius, z in profile])


def cross(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """The cross product along the last axis: np.cross, whose checks cost more than short rods."""
    return a[..., [1, 2, 0]] * b[..., [2, 0, 1]] - a[..., [2, 0, 1]] * b[..., [1, 2, 0]]


def tube(path, radii, around: int = 8) -> Solid:
    """A round rod along points (k, 3); radii one number or one for each point."""
    path = np.asarray(path, float)
    radii = np.broadcast_to(np.asarray(radii, float), len(path))
    ahead = np.gradient(path, axis=0)
    ahead /= np.linalg.norm(ahead, axis=1, keepdims=True) + 1e-12
    # one reference for the whole rod, so that its rings do not twist
    mean = ahead.mean(0)
    reference = np.eye(3)[np.argmin(np.abs(mean))]
    side = cross(ahead, reference)
    side /= np.linalg.norm(side, axis=1, keepdims=True) + 1e-12
    up = cross(side, ahead)
    t = np.linspace(0, TURN, around, endpoint=False)[None, :, None]
    return loft(path[:, None] + radii[:, None, None] * (np.cos(t) * up[:, None] + np.sin(t) * side[:, None]))


def ellipsoid(radius_x: float, radius_y: float, radius_z: float, around: int = 20, along: int = 14) -> Solid:
    polar = np.linspace(0.02, np.pi - 0.02, along)
    return lathe([(np.sin(p), -np.cos(p)) for p in polar], around).scaled(radius_x, radius_y, radius_z)


def icosphere(subdivisions: int) -> Solid:
    """A sphere of radius 1 of 20 * 4**subdivisions triangles of nearly equal size."""
    golden = (1 + 5**0.5) / 2
    corners = [(-1, golden, 0), (1, golden, 0), (-1, -golden, 0), (1, -golden, 0)]
    points = np.array([*corners, *((z, x, y) for x, y, z in corners), *((y, z, x) for x, y, z in corners)], float)
    nearest = np.linalg.norm(points[:, None] - points[None], axis=2) < 2.1
    triangles = [
        (a, b, c)
        for a in range(12)
        for b in range(a + 1, 12)
        for c in range(b + 1, 12)
        if nearest[a, b] and nearest[b, c] and nearest[a, c]
    ]
    faces = np.array(triangles)
    p = points[faces]
    inward = (np.cross(p[:, 1] - p[:, 0], p[:, 2] - p[:, 0]) * p.mean(1)).sum(1) < 0
    faces[inward] = faces[inward][:, ::-1]
    for _ in range(subdivisions):
        edges = np.sort(np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]]), 1)
        edges, where = np.unique(edges, axis=0, return_inverse=True)
        ab, bc, ca = (where.reshape(3, -1) + len(points)).astype(int)
        points = np.concatenate([points, points[edges].mean(1)])
        a, b, c = faces.T
        faces = np.concatenate([np.stack(f, 1) for f in ((a, ab, ca), (b, bc, ab), (c, ca, bc), (ab, bc, ca))])
    return Solid(points / np.linalg.norm(points, axis=1, keepdims=True), (faces,))


def grid(x: np.ndarray, y: np.ndarray, z: np.ndarray) -> Solid:
    """A surface over arrays (rows, columns) of coordinates; x grows along columns and y along rows when it faces up."""
    rows, columns = z.shape
    i = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)[None]).ravel()
    vertices = np.stack(np.broadcast_arrays(x, y, z), -1).reshape(-1, 3)
    return Solid(vertices, (np.stack([i, i + 1, i + columns + 1, i + columns], -1),))


def cards(centres: np.ndarray, along: np.ndarray, across: np.ndarray) -> Solid:
    """A rhombus at every centre (n, 3), reaching half of `along` and `across` (n, 3) to each side: leaves, needles."""
    corners = np.stack([centres - along / 2, centres + across / 2, centres + along / 2, centres - across / 2], 1)
    return Solid(corners.reshape(-1, 3), (np.arange(len(centres) * 4).reshape(-1, 4),))


def prism(outline: Sequence[tuple[float, float]], depth: float) -> Solid:
    """An outline in x and z, anticlockwise seen from -y, drawn out from y = -depth / 2 to depth / 2."""
    points = np.array([(x, 0, z) for x, z in outline], float)
    half = np.array([0, depth / 2, 0])
    return loft([points + half, points - half])


def gable(x0: float, x1: float, y0: float, y1: float, eaves: float, ridge: float) -> Solid:
    """A roof of two slopes with its ridge along x, closed below."""
    middle = (y0 + y1) / 2
    vertices = np.array(
        [(x0, y0, eaves), (x1, y0, eaves), (x1, y1, eaves), (x0, y1, eaves), (x0, middle, ridge), (x1, middle, ridge)]
    )
    return Solid(vertices, (np.array([(0, 1, 5, 4), (2, 3, 4, 5), (3, 2, 1, 0)]), np.array([(1, 2, 5), (3, 0, 4)])))


def arch(
    width: float, spring: float, rise: float, thickness: float, depth: float, pointed: float = 0.0, steps: int = 24
) -> Solid:
    """A pointed or round arch in the xz plane that springs at `spring`; `thickness` of the ring, `depth` along y."""
    t = np.linspace(0, np.pi, steps)
    x = np.cos(t) * width / 2
    z = np.sin(t) ** (1 - 0.25 * pointed) * rise * (1 + 0.25 * pointed * (1 - np.abs(np.cos(t))))
    centre = np.stack([x, 0 * x, z + spring], -1)
    outward = np.stack([x / (width / 2), 0 * x, z / max(rise, 1e-9)], -1)
    outward /= np.linalg.norm(outward, axis=1, keepdims=True)
    half = np.array([0, depth / 2, 0])
    inner, outer = centre, centre + outward * thickness
    return loft(np.stack([inner - half, outer - half, outer + half, inner + half], 1))


def boxes(bounds) -> Solid:
    """Many boxes at once: rows of (x0, x1, y0, y1, z0, z1), each pair in rising order."""
    b = np.asarray(bounds, float).reshape(-1, 6)
    corner = np.array([(x, 2 + y, 4 + z) for x in (0, 1) for y in (0, 1) for z in (0, 1)])
    sides = np.array([(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)])
    faces = (sides[None] + 8 * np.arange(len(b))[:, None, None]).reshape(-1, 4)
    return Solid(b[:, corner].reshape(-1, 3), (faces,))


def sweep(path, section, up=(0, 0, 1), closed: bool = False) -> Solid:
    """A section, points (n, 2) across and up, anticlockwise seen against the path, drawn along points (k, 3)."""
    path, section = np.asarray(path, float), np.asarray(section, float)
    if closed:
        path = np.concatenate([path[-1:], path, path[:1]])
    ahead = np.gradient(path, axis=0)
    if closed:
        path, ahead = path[1:-1], ahead[1:-1]
    side = np.cross(ahead, np.asarray(up, float))
    side /= np.linalg.norm(side, axis=1, keepdims=True) + 1e-12
    over = np.cross(side, ahead)
    over /= np.linalg.norm(over, axis=1, keepdims=True) + 1e-12
    rings = path[:, None] + section[None, :, :1] * side[:, None] + section[None, :, 1:] * over[:, None]
    if closed:
        rings = np.concatenate([rings, rings[:1]])
    return loft(rings[:, ::-1], capped=not closed)


def rounded(outline, radius: float, steps: int = 4) -> np.ndarray:
    """A polygon (n, 2) with its corners rounded by `radius` metres."""
    points = np.asarray(outline, float)
    made = []
    for before, corner, after in zip(np.roll(points, 1, 0), points, np.roll(points, -1, 0), strict=True):
        a, b = before - corner, after - corner
        a, b = (v * min(radius / (np.linalg.norm(v) + 1e-12), 0.45) for v in (a, b))
        t = np.linspace(0, 1, steps)[:, None]
        made.append(corner + a * (1 - t) ** 2 + b * t**2)
    return np.concatenate(made)
