"""Bodies as blobs, bone by bone: trunk, limbs, hands and head of men, women and children.

Blobs are described in their bone's own axes (see `skeleton.py`), in metres for a man of 1.75 m, and scaled to the
figure. Measures after anthropometric tables (NASA-STD-3000) and drawn heads.
"""

from dataclasses import replace

import numpy as np

from images.world.geometry import rotation
from images.world.modelling.implicit import Blob, ball, flip_axes, rod
from images.world.people.skeleton import SIDES, Figure, joints


def posed(blobs, placed) -> list[Blob]:
    """Blobs of bones where the bones are."""
    return [blob.placed(*placed[blob.bone]) for blob in blobs]


def of(bone: str, blobs, size: float = 1.0) -> list[Blob]:
    """Blobs as parts of a bone, scaled."""
    return [scaled(replace(blob, bone=bone), size) for blob in blobs]


def scaled(blob: Blob, size: float) -> Blob:
    if blob.length == 0:
        return replace(blob, start=blob.start * size, scale=blob.scale * size, blend=blob.blend * size)
    radii = tuple(r * size for r in blob.radii)
    return replace(blob, start=blob.start * size, length=blob.length * size, radii=radii, blend=blob.blend * size)


def left_and_right(bone: str, blobs, size: float = 1.0) -> list[Blob]:
    """Blobs of a left limb's bone and their mirror images on the right."""
    flip = np.diag([-1.0, 1.0, 1.0])
    right = [replace(b, start=flip @ b.start, axes=flip_axes(b.axes)) for b in blobs]
    return of(f"left {bone}", blobs, size) + of(f"right {bone}", right, size)


def trunk(figure: Figure) -> list[Blob]:
    """Pelvis, belly, rib cage, shoulders and neck."""
    u, b = figure.unit, figure.bulk
    woman = figure.sex == "woman" and not figure.child
    wide = 0.14 if woman else 0.135 if figure.child else 0.158
    hips = [ball((0, 0.004, 0.0), ((0.168 if woman else 0.152) * b, 0.108 * b, 0.115), blend=0.05)]
    hips += [ball((s * 0.072, 0.062, -0.055), (0.088 * b, 0.082 * b, 0.092), blend=0.05) for s in (1, -1)]
    belly = [ball((0, -0.004, 0.02), ((0.118 if woman else 0.134) * b, 0.098 * b**1.5, 0.15), blend=0.06)]
    chest = [ball((0, 0.0, 0.085), ((0.132 if woman else 0.152) * b, 0.108 * b, 0.175), blend=0.06)]
    chest += [rod((-0.09, 0.02, 0.185), (0.09, 0.02, 0.185), 0.062 * b, flat=(1, 1.0), blend=0.06)]
    for s in (1, -1):
        chest += [ball((s * 0.078, 0.062, 0.13), (0.068, 0.04, 0.1), blend=0.04)]  # shoulder blade
        chest += [ball((s * (wide - 0.05), 0.035, 0.06), (0.05 * b, 0.062, 0.12), blend=0.05)]  # flank
        if woman:
            chest += [ball((s * 0.068, -0.085, 0.082), (0.058 * b, 0.052 * b, 0.056), blend=0.03)]
        else:
            chest += [ball((s * 0.07, -0.07, 0.125), (0.076 * b, 0.042, 0.058), blend=0.04)]
        chest += [rod((s * 0.025, 0.03, 0.265), (s * (wide - 0.02), 0.024, 0.214), 0.042 * b, 0.034 * b, blend=0.05)]
    return of("pelvis", hips, u) + of("spine", belly, u) + of("chest", chest, u) + neck(figure)


def neck(figure: Figure) -> list[Blob]:
    at = joints(figure)
    up = (at["head"] - at["neck"]) / figure.unit
    thick = 0.048 if figure.sex == "woman" else 0.044 if figure.child else 0.056
    return of(
        "neck", [rod((0, 0.0, -0.035), np.add(up, (0, 0.01, 0.02)), thick * 1.12, thick, blend=0.04)], figure.unit
    )


def arms(figure: Figure) -> list[Blob]:
    slim = (0.86 if figure.sex == "woman" else 0.88 if figure.child else 1.0) * (0.5 + 0.5 * figure.bulk)
    upper = [rod((0, 0, -0.012), (0, 0.004, -0.29), 0.045 * slim, 0.039 * slim, blend=0.05)]
    upper += [ball((0.008, 0, -0.058), (0.046 * slim, 0.054 * slim, 0.076), blend=0.05)]
    upper += [ball((0, -0.016, -0.165), (0.04 * slim, 0.042 * slim, 0.09), blend=0.03)]
    upper += [ball((0.004, 0.02, -0.15), (0.04 * slim, 0.038 * slim, 0.1), blend=0.03)]
    lower = [rod((0, 0, 0), (0, 0, -0.25), 0.041 * slim, 0.027 * slim, blend=0.03, flat=(1.0, 0.92))]
    lower += [ball((0.006, -0.006, -0.07), (0.046 * slim, 0.043 * slim, 0.085), blend=0.03)]
    return left_and_right("arm", upper, figure.unit) + left_and_right("forearm", lower, figure.unit)


def legs(figure: Figure) -> list[Blob]:
    slim = (0.98 if figure.sex == "woman" else 0.9 if figure.child else 1.0) * (0.4 + 0.6 * figure.bulk)
    thigh = [rod((0.0, 0.0, -0.02), (0, 0, -0.42), 0.09 * slim, 0.058 * slim, blend=0.04)]
    thigh += [ball((0.012, -0.022, -0.17), (0.068 * slim, 0.062 * slim, 0.19), blend=0.04)]
    thigh += [ball((0.004, 0.03, -0.2), (0.062 * slim, 0.052 * slim, 0.17), blend=0.04)]
    thigh += [ball((0, -0.02, -0.425), (0.046 * slim, 0.042 * slim, 0.05), blend=0.03)]
    shin = [rod((0, 0.004, 0), (0, 0.022, -0.39), 0.052 * slim, 0.037 * slim, blend=0.03)]
    shin += [ball((0.016, 0.036, -0.125), (0.04 * slim, 0.042 * slim, 0.115), blend=0.035)]
    shin += [ball((-0.016, 0.034, -0.14), (0.038 * slim, 0.042 * slim, 0.12), blend=0.035)]
    foot = [rod((0, 0.03, -0.03), (0.012, -0.12, -0.052), 0.038, 0.03, flat=(1.05, 0.9), blend=0.03)]
    foot += [rod((0, 0.038, -0.045), (0, 0.03, 0.0), 0.032, 0.036, blend=0.03)]
    toes = [rod((0, 0, 0), (0.002, -0.06, -0.008), 0.028, 0.018, flat=(1.35, 0.8), blend=0.02)]
    parts = left_and_right("thigh", thigh, figure.unit) + left_and_right("shin", shin, figure.unit)
    return parts + left_and_right("foot", foot, figure.unit) + left_and_right("toes", toes, figure.unit)


def hands(figure: Figure, grip: tuple[float, float]) -> list[Blob]:
    """Palms, four fingers each and a thumb; grip: 0 flat to 1 a fist, (left, right)."""
    slim = 0.87 if figure.sex == "woman" else 0.92 if figure.child else 1.0
    parts = []
    for (side, s), curl in zip(SIDES, grip, strict=True):
        blobs = [
            rod((0, 0, 0.03), (0, 0, -0.03), 0.027, 0.026, flat=(0.85, 1.1), blend=0.02),
            # the palm faces the thigh: thin across x, wide along y
            ball((0, -0.004, -0.052), (0.0165, 0.042, 0.05), blend=0.012),
        ]
        for i, (y, z, length) in enumerate(
            ((-0.033, -0.088, 0.072), (-0.011, -0.094, 0.08), (0.011, -0.091, 0.075), (0.031, -0.083, 0.058))
        ):
            at, angle = np.array([0.0, y, z]), 0.1 + 0.12 * i * (1 - curl)
            for share in (0.45, 0.32, 0.27):
                angle += 1.45 * curl * (1.1 if share < 0.45 else 0.9)
                end = at + length * share * np.array([-np.sin(angle), 0.06 * (y / 0.03), -np.cos(angle)])
                blobs.append(rod(at, end, 0.0095, 0.0085, blend=0.004))
                at = end
        thumb = [(0, -0.03, -0.022), (-0.014, -0.052, -0.05), (-0.024 - 0.012 * curl, -0.056 + 0.012 * curl, -0.08)]
        thumb.append(np.add(thumb[2], (-0.006 - 0.012 * curl, 0.002 + 0.016 * curl, -0.024)))
        blobs += [rod(thumb[i], thumb[i + 1], 0.0125 - 0.0015 * i, 0.011 - 0.001 * i, blend=0.01) for i in range(3)]
        if s < 0:
            blobs = [replace(b, start=b.start * (-1, 1, 1), axes=flip_axes(b.axes)) for b in blobs]
        parts += of(f"{side} hand", blobs, figure.unit * slim)
    return parts


def skull(figure: Figure) -> list[Blob]:
    """The head with its face, and the neck under it; the bone's origin is where skull meets spine."""
    woman, child = figure.sex == "woman" and not figure.child, figure.child
    jaw, nose = (0.88 if woman else 0.84 if child else 1.0), (0.86 if woman else 0.66 if child else 1.0)
    turn = rotation(-0.25, "x")
    blobs = [
        ball((0, 0.012, 0.112), (0.0745, 0.092, 0.078), blend=0.03),
        ball((0, -0.04, 0.105), (0.063, 0.056, 0.062), blend=0.03),
        ball((0, -0.05, 0.035), (0.056 * jaw, 0.046, 0.066), blend=0.03),
        ball((0, 0.05, 0.06), (0.058, 0.05, 0.06), blend=0.03),
        rod((-0.034, -0.082, 0.087), (0.034, -0.082, 0.087), 0.0135, blend=0.016),
        rod((0, -0.09, 0.08), (0, -0.112 * (0.94 + 0.06 * nose), 0.045), 0.0085, 0.0115 * nose, blend=0.012),
        ball((0, -0.092, 0.009), (0.02, 0.012, 0.012), blend=0.012),
        ball((0, -0.093, 0.014), (0.021, 0.0085, 0.0055), blend=0.004),
        ball((0, -0.091, 0.003), (0.018, 0.009, 0.0062), blend=0.004),
        ball((0, -0.083, -0.022), (0.021, 0.018, 0.017), blend=0.018),
    ]
    for s in (1, -1):
        blobs += [
            ball((s * 0.043, -0.054, 0.052), (0.025, 0.026, 0.024), blend=0.022),
            rod((s * 0.053 * jaw, -0.012, 0.015), (s * 0.02, -0.074, -0.018), 0.018, 0.016, blend=0.02),
            ball((s * 0.0125 * nose, -0.098, 0.04), (0.0085 * nose, 0.01, 0.008), blend=0.006),
            ball((s * 0.031, -0.097, 0.071), (0.0185, 0.02, 0.0125), blend=0.014, sign=-1),
            ball((s * 0.031, -0.0735, 0.071), (0.0138, 0.0138, 0.0115), blend=0.003),
            ball((s * 0.078, 0.012, 0.062), (0.0075, 0.0185, 0.0315), turn @ rotation(s * 0.28, "z"), blend=0.008),
            ball(
                (s * 0.0875, 0.009, 0.066), (0.006, 0.0095, 0.018), turn @ rotation(s * 0.28, "z"), blend=0.006, sign=-1
            ),
        ]
    return of("head", blobs, figure.head)


def throat(figure: Figure) -> list[Blob]:
    """The neck as it is seen between collar and chin."""
    down = (joints(figure)["neck"] - joints(figure)["head"]) / figure.head
    thick = 0.047 if figure.sex == "woman" else 0.044 if figure.child else 0.056
    blobs = [rod((0, 0.016, 0.03), np.add(down, (0, -0.004, -0.02)), thick, thick * 1.12, blend=0.03)]
    for s in (1, -1):
        blobs.append(rod((s * 0.048, 0.022, 0.03), np.add(down, (s * 0.022, -0.05, -0.02)), 0.015, 0.012, blend=0.02))
    return of("head", blobs, figure.head)
