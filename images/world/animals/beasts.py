"""Four-legged animals: a skeleton that walks, trots and gallops, and a coat of hair over melted muscles.

An animal is described as it stands square, facing -y, its nose forward, in metres; `forward` below is -y. Gaits follow
Muybridge's plates (1887): a walk in four beats, a trot in diagonal pairs, a gallop with a bend in the back.
"""

from dataclasses import dataclass, replace

import numpy as np

from images.world import blender
from images.world.geometry import Solid, rotation
from images.world.modelling.implicit import Blob, ball, rod, surface
from images.world.people import hair

LEGS = ("left fore", "right fore", "left hind", "right hind")
JOINTS = ("upper", "middle", "cannon", "pastern")


@dataclass(frozen=True)
class Beast:
    """pivots: for every bone its parent and where it turns (forward, up), metres; blobs: with the bone each moves with,
    in the standing animal's place. feet: (forward, up) of the soles under pasterns."""

    pivots: dict[str, tuple[str | None, tuple[float, float]]]
    blobs: tuple[Blob, ...]


def at(forward: float, up: float, x: float = 0.0) -> np.ndarray:
    return np.array([x, -forward, up])


def muscle(
    bone: str, forward: float, up: float, x: float, radii, tilt: float = 0.0, blend: float = 0.06, **settings
) -> list[Blob]:
    """An ellipsoid on both sides, or in the middle if x is 0. radii: across, forward, up; tilt: degrees."""
    turn = rotation(np.radians(-tilt), "x")
    sides = [1, -1] if x else [1]
    return [
        replace(ball(at(forward, up, s * x), radii, turn, blend=blend, **settings), bone=_sided(bone, s)) for s in sides
    ]


def bar(bone: str, start, end, radii, flat=1.0, blend: float = 0.05) -> list[Blob]:
    """A rod on both sides, from (forward, up, x) to (forward, up, x); flat: its width over its depth."""
    sides = [1, -1] if start[2] or end[2] else [1]
    return [
        replace(
            rod(
                at(start[0], start[1], s * start[2]),
                at(end[0], end[1], s * end[2]),
                *radii,
                flat=(flat, 1.0),
                blend=blend,
            ),
            bone=_sided(bone, s),
        )
        for s in sides
    ]


def _sided(bone: str, side: int) -> str:
    first = bone.split()[0]
    return f"{'left' if side > 0 else 'right'} {bone}" if first in ("fore", "hind") else bone


def legs_of(fore, hind) -> dict:
    """Pivots of the legs, (forward, up): fore shoulder, elbow, knee, fetlock; hind hip, stifle, hock, fetlock."""
    pivots = {}
    for leg in LEGS:
        parent = "chest" if "fore" in leg else "hips"
        for joint, point in zip(JOINTS, fore if "fore" in leg else hind, strict=True):
            pivots[f"{leg} {joint}"] = (parent, point)
            parent = f"{leg} {joint}"
    return pivots


def pose(beast: Beast, angles: dict[str, float], turns: dict[str, float] | None = None, lift: float | None = None):
    """Turn and shift of every bone. angles: degrees its far end goes forward (legs) or up (neck, head); turns: degrees
    to the left. lift: metres the animal is off the ground; None: its lowest foot stands on it."""
    placed = {}
    for bone, (parent, (forward, up)) in beast.pivots.items():
        pivot = at(forward, up)
        turn = rotation(np.radians((turns or {}).get(bone, 0.0)), "z") @ rotation(
            np.radians(-angles.get(bone, 0.0)), "x"
        )
        shift = pivot - turn @ pivot
        if parent:
            above, moved = placed[parent]
            turn, shift = above @ turn, moved + above @ shift
        placed[bone] = turn, shift
    low = min(_foot(beast, placed, leg) for leg in LEGS)
    up = np.array([0, 0, (0.0 if lift is None else lift) - low])
    return {bone: (turn, shift + up) for bone, (turn, shift) in placed.items()}


def _foot(beast: Beast, placed, leg: str) -> float:
    forward, _ = beast.pivots[f"{leg} pastern"][1]
    turn, shift = placed[f"{leg} pastern"]
    return min(float((turn @ at(forward + d, 0.0) + shift)[2]) for d in (-0.02, 0.1))


def posed(blobs, placed) -> list[Blob]:
    return [blob.placed(*placed[blob.bone]) for blob in blobs]


def step(phase: float, fore: bool, reach: float, fold: float) -> dict[str, float]:
    """Angles of one leg; phase 0 where the foot lands, 0.6 where it leaves. reach, fold: degrees."""
    knots = [0.0, 0.3, 0.6, 0.7, 0.8, 0.9, 1.0]
    f = lambda *values: float(np.interp(phase % 1, knots, values))  # noqa: E731
    swing = f(1, 0, -1, -0.75, 0.1, 0.9, 1) * reach
    if fore:
        return {
            "upper": 0.55 * swing + 0.12 * f(0, 0, 0, 1, 1, 0.4, 0) * fold,
            "middle": 0.5 * swing + f(0, 0, 0, 0.25, 0.45, 0.25, 0) * fold,
            "cannon": -f(0, 0, 0.1, 0.75, 1.0, 0.45, 0) * fold,
            "pastern": f(0.1, 0.3, 0.0, -0.6, -0.8, -0.3, 0.1) * fold * 0.7,
        }
    return {
        "upper": 0.75 * swing + f(0, 0, 0, 0.1, 0.25, 0.15, 0) * fold,
        "middle": -0.2 * swing - f(0.02, 0, 0, 0.45, 0.65, 0.3, 0.02) * fold,
        "cannon": 0.3 * swing + f(0.0, 0, 0, 0.4, 0.55, 0.3, 0.0) * fold,
        "pastern": f(0.05, 0.25, -0.1, -0.8, -0.9, -0.3, 0.05) * fold * 0.7,
    }


# when each leg lands, how far it reaches, how it folds, how far the animal leaves the ground
GAITS = {
    "walk": ((0.25, 0.75, 0.0, 0.5), 22, 46, 0.0),
    "trot": ((0.5, 0.0, 0.0, 0.5), 26, 66, 0.02),
    "gallop": ((0.42, 0.54, 0.0, 0.1), 46, 88, 0.06),
}


def gait(name: str, phase: float) -> tuple[dict[str, float], float | None]:
    """Angles of all bones in a gait, and how far it is off the ground."""
    if name == "stand":
        rest = {"left fore": 5, "right fore": -3, "left hind": -7, "right hind": 6}
        angles = {
            f"{leg} {joint}": share * a for leg, a in rest.items() for joint, share in (("upper", 0.6), ("middle", 0.3))
        }
        return angles, None
    lands, reach, fold, lift = GAITS[name]
    angles = {}
    for leg, start in zip(LEGS, lands, strict=True):
        for joint, angle in step(phase - start, "fore" in leg, reach, fold).items():
            angles[f"{leg} {joint}"] = angle
    if name == "gallop":
        bend = np.sin(2 * np.pi * (phase - 0.3))
        angles |= {"chest": 4 * bend, "hips": 5 * bend, "neck": -6 - 4 * bend, "head": 8}
    return angles, lift if lift else None


def skin(stage, beast: Beast, placed, cell: float, colour, material):
    """The animal's body: (object, solid). colour: from points (n, 3) of the standing animal and their bones."""
    from images.world.modelling.implicit_kernels import bone_distances

    blobs = posed(beast.blobs, placed)
    solid = surface(blobs, cell)
    names = list(beast.pivots)
    table = np.array([blob.row() for blob in blobs if blob.sign > 0])
    table[:, 20] = [names.index(blob.bone) for blob in blobs if blob.sign > 0]
    nearest = bone_distances(solid.vertices, table, len(names)).argmin(1)
    turns = np.array([placed[name][0] for name in names])[nearest]
    shifts = np.array([placed[name][1] for name in names])[nearest]
    standing = np.einsum("nji,nj->ni", turns, solid.vertices - shifts)
    made = stage.add(solid, material, smooth=True, colours=colour(standing, np.array(names)[nearest]))
    if stage.detail > 0.6:
        blender.modify(made, "SUBSURF", levels=1, render_levels=1)
    return made, solid


def fur(stage, solid: Solid, blobs, rng, count: int, length: float, radius: float, colour, towards, lift: float = 0.4):
    """Short hair all over, as strands that lie back; None at low detail."""
    count = int(count * min(stage.detail, 1.2) ** 1.5)
    if stage.detail < 0.4 or not count:
        return None
    points = hair.strands(solid, blobs, towards, rng, count, length, lift * length, 0.35, points=4)
    return blender.add_strands(
        points, radius * np.array([1, 0.9, 0.7, 0.25]), stage.surface(colour, 0.55, variation=0.35, grain=0.02)
    )


def hanging(
    rng, roots: np.ndarray, out: np.ndarray, length, points: int = 8, sweep=(0.0, 0.0, 0.0), wild: float = 0.3
) -> np.ndarray:
    """Hair (n, points, 3) that leaves its roots along `out` (n, 3) and falls; sweep: what wind and speed add."""
    n = len(roots)
    length = np.broadcast_to(length, n)[:, None] / (points - 1)
    ahead = out + rng.normal(0, 0.25 * wild, (n, 3))
    path = [roots]
    for _ in range(1, points):
        ahead = ahead * 0.72 + np.array([0, 0, -0.42]) + np.asarray(sweep) * 0.4 + rng.normal(0, 0.1 * wild, (n, 3))
        path.append(path[-1] + length * ahead / (np.linalg.norm(ahead, axis=1, keepdims=True) + 1e-6))
    return np.stack(path, 1)
