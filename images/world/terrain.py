"""Land: a mesh round the camera that is finer near it, and stones to lie on it."""

import numpy as np

from images.world.geometry import Solid, grid, icosphere
from images.world.materials import Surface
from images.world.noise import fbm


def land(
    stage,
    ground,
    colour,
    surface,
    *,
    near: float = 1.0,
    far: float = 20000.0,
    rows: int = 900,
    columns: int = 900,
    behind: float = 4.0,
    angle: float = 0.0,
    points=None,
):
    """The ground as one object, over a fan in front of the camera.

    ground: heights at points. colour: function of x, y, z and the normal's z giving (n, 3), painted on the vertices;
    `surface`, a Surface or a material, must read it (attribute=True). behind: metres the fan starts behind the camera.
    angle: half the fan in radians; a little more than the view if 0. points: the mesh's x and y (rows, columns)
    instead of a fan, as from `viewmesh.fitted_fan`.
    """
    across, _ = stage.shot.spread
    angle = angle or float(np.arctan(across)) + 0.35
    x, y = points if points is not None else fan(stage, near, far, rows, columns, angle, behind)
    z = ground(x, y)
    solid = grid(x, y, z)
    normal = np.cross(
        np.gradient(solid.vertices.reshape(*z.shape, 3), axis=1),
        np.gradient(solid.vertices.reshape(*z.shape, 3), axis=0),
    )
    up = normal[..., 2] / (np.linalg.norm(normal, axis=2) + 1e-12)
    colours = np.broadcast_to(colour(x, y, z, up), (*z.shape, 3)).reshape(-1, 3)
    material = stage.material(surface) if isinstance(surface, Surface) else surface
    return stage.add(solid, material, smooth=True, colours=np.clip(colours, 0, 1))


def fan(
    stage, near: float, far: float, rows: int, columns: int, angle: float, behind: float
) -> tuple[np.ndarray, np.ndarray]:
    """Points (rows, columns) round the camera, geometrically finer towards it."""
    rows, columns = stage.count(rows, 60), stage.count(columns, 60)
    eye = stage.shot.eye
    radius = near * (far / near) ** np.linspace(0, 1, rows)[:, None]
    turn = np.linspace(-angle, angle, columns)[None]
    return eye[0] + radius * np.sin(turn), eye[1] + radius * np.cos(turn) - behind


def stones(stage, name: str, kinds: int, surface, flat: float = 0.7):
    """Stones of a metre, chiselled by planes and roughened: children for `stage.scatter`."""
    rng = stage.rng(name)
    made = []
    for i in range(kinds):
        sphere = icosphere(4 if stage.detail > 0.5 else 3)
        points = sphere.vertices / 2
        for direction in rng.standard_normal((16, 3)):
            direction /= np.linalg.norm(direction)
            points = points - np.maximum(0, points @ direction - 0.5 * rng.uniform(0.5, 0.9))[:, None] * direction
        rough = fbm(
            points[:, 0] * 3 + points[:, 2] * 2, points[:, 1] * 3 - points[:, 2] * 2, 5, int(rng.integers(999)) + i
        )
        points = points * (1 + 0.08 * rough[:, None]) * np.array([1, rng.uniform(0.6, 1), rng.uniform(0.6, 1) * flat])
        made.append(stage.add(Solid(points, sphere.faces), stage.material(surface), smooth=True))
    return made


def strewn(
    stage, name: str, count: int, near: float, far: float, spread: float = 1.1, bias: float = 0.0
) -> tuple[np.ndarray, np.ndarray]:
    """Random points of the ground seen by the camera: evenly dense in the picture rather than on the ground.

    near, far: distances in metres. spread: half the width over the distance, in units of the view's. bias > 0 puts more
    of them near.
    """
    rng = stage.rng(name)
    count = stage.count(count, 8)
    y = near * (far / near) ** (rng.random(count) ** (1 + bias))
    x = rng.uniform(-1, 1, count) * (stage.shot.spread[0] * spread * y + 1.5)
    return stage.shot.eye[0] + x, stage.shot.eye[1] + y
