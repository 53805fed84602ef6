"""Garments as patterns: what each is cut like, on any figure."""

import numpy as np

from images.world import bodies
from images.world.bodies import left_and_right, of
from images.world.cloth import Cut, Pattern
from images.world.implicit import ball, rod
from images.world.skeleton import Figure


def _legs(figure: Figure, hip: float, knee: float, ankle: float):
    u, b = figure.unit, 0.5 + 0.5 * figure.bulk
    thigh = [rod((0.0, 0.0, -0.02), (0, 0.0, -0.42), hip * b, knee * b, blend=0.04)]
    thigh += [ball((0.012, 0.0, -0.16), (0.082 * b, 0.085 * b, 0.18), blend=0.04)]
    shin = [rod((0, 0.004, 0), (0, 0.02, -0.47), knee * b, ankle * b, blend=0.04)]
    return left_and_right("thigh", thigh, u) + left_and_right("shin", shin, u)


def trousers(figure: Figure, wide: float = 1.0, length: float = 0.405, slack: float = 0.07) -> Pattern:
    """wide: 0.85 narrow to 1.3 baggy. length: of the shin that they cover, metres."""
    hips = [blob.grown(0.014 * figure.unit) for blob in bodies.trunk(figure) if blob.bone in ("pelvis", "spine")]
    blobs = hips + _legs(figure, 0.1, 0.072 + 0.03 * (wide - 0.8), 0.06 + 0.06 * (wide - 0.85))
    cuts = [Cut("spine", (0, 0, 0.045), (0, 0, 1), 0.4, pin=1.0, band=0.05)]
    cuts += [Cut(f"{side} shin", (0, 0.015, -length), (0, 0, -1), 0.16, pin=0.03) for side in ("left", "right")]
    return Pattern(tuple(blobs), tuple(cuts), {"shin": slack, "thigh": 0.6 * slack}, stiffness=0.3)


def top(
    figure: Figure, *, loose: float = 0.02, sleeve: float = 1.0, wide: float = 1.0, hem: float = -0.09, slack: float = 0.06,
    neck: float = 0.0, stiffness: float = 0.3,
) -> Pattern:  # fmt: skip
    """A shirt, sweater or jacket. loose: metres it stands off the body. sleeve: 1 to the wrist, 0.5 above the elbow.
    hem: height over the hips' middle, metres. neck: metres the opening is lower."""
    u = figure.unit
    blobs = [blob.grown(loose * u) for blob in bodies.trunk(figure) if blob.bone in ("spine", "chest")]
    # hangs straight from the chest over the hips
    blobs += of("spine", [ball((0, 0.006, 0.04), (0.15 * figure.bulk, 0.115 * figure.bulk, 0.2), blend=0.08)], u)
    low = 0.172 if figure.sex == "woman" else 0.165
    blobs += of("pelvis", [rod((0, 0.014, 0.06), (0, 0.014, hem - 0.08), low * figure.bulk, flat=(1, 0.78), blend=0.08)], u)
    arm = [rod((0, 0, -0.01), (0, 0.004, -0.29), (0.05 + loose) * wide, (0.044 + loose) * wide, blend=0.04)]
    arm += [ball((0.004, 0, -0.05), ((0.046 + loose) * wide, (0.056 + loose) * wide, 0.076), blend=0.06)]
    fore = [rod((0, 0, 0), (0, 0, -0.29), (0.044 + loose) * wide, (0.032 + 0.8 * loose) * wide, blend=0.03)]
    blobs += left_and_right("arm", arm, u) + left_and_right("forearm", fore, u)
    blobs += of("neck", [rod((0, 0.004, -0.06), (0, -0.01, 0.06), 0.062 + 0.4 * loose, blend=0.04)], u)
    cuts = [Cut("pelvis", (0, 0, hem), (0, 0, 1 if hem > 0.5 else -1), 0.35)]
    cuts += [Cut("neck", (0, 0.0, 0.028 - neck), (0, -0.42, 1), 0.12, pin=0.9, band=0.09)]
    for side in ("left", "right"):
        if sleeve > 0.55:
            cuts.append(Cut(f"{side} forearm", (0, 0, -0.258 * (2 * sleeve - 1)), (0, 0, -1), 0.12, pin=0.12, band=0.02))
        else:
            cuts.append(Cut(f"{side} arm", (0, 0, -0.29 * 2 * sleeve), (0, 0, -1), 0.14, pin=0.0))
    return Pattern(tuple(blobs), tuple(cuts), {"arm": slack, "forearm": 1.3 * slack, "spine": 0.5 * slack, "pelvis": 0.3 * slack},
                   stiffness=stiffness, margin=0.006 + 0.2 * loose)  # fmt: skip


def coat(figure: Figure, length: float = 0.5, flare: float = 0.25, loose: float = 0.03, wide: float = 1.12) -> Pattern:
    """A long coat over everything; length: metres below the hips' middle."""
    u, b = figure.unit, figure.bulk
    upper = top(figure, loose=loose, wide=wide, hem=-length, stiffness=0.45)
    skirt = [rod((0, 0.012, 0.05), (0, 0.02, -length - 0.25), 0.19 * b, 0.21 * b + 0.16 * length, flat=(1, 0.84), blend=0.08)]
    cuts = (Cut("pelvis", (0, 0, -length), (0, 0, -1), 0.6), *upper.cuts[1:])
    return Pattern(upper.blobs + tuple(of("pelvis", skirt, u)), cuts, upper.slack | {"pelvis": 0.0}, flare=flare,
                   loose={"thigh": 0.05}, bones=TRUNK + ("thigh",) + ARMS, stiffness=0.45, margin=0.016)  # fmt: skip


def skirt(figure: Figure, length: float = 0.5, wide: float = 0.3, flare: float = 0.5) -> Pattern:
    u = figure.unit
    hips = [blob.grown(0.012 * u) for blob in bodies.trunk(figure) if blob.bone in ("pelvis", "spine")]
    cone = [rod((0, 0.01, 0.02), (0, 0.012, -length - 0.3), 0.15, 0.15 + wide * (length + 0.3), flat=(1, 0.9), blend=0.06)]
    cuts = (Cut("spine", (0, 0, 0.05), (0, 0, 1), 0.4, pin=1.0, band=0.05), Cut("pelvis", (0, 0, -length), (0, 0, -1), 0.8))
    return Pattern(tuple(hips + of("pelvis", cone, u)), cuts, flare=flare, loose={"thigh": 0.04}, bones=TRUNK + ("thigh",),
                   stiffness=0.12)  # fmt: skip


TRUNK = ("pelvis", "spine", "chest", "neck")
ARMS = ("clavicle", "arm", "forearm", "hand")
FULL = np.ones(3)


def sweater(figure, **cut):
    return top(figure, **({"loose": 0.022, "wide": 1.04, "hem": -0.1} | cut))


def jacket(figure, **cut):
    return top(figure, **({"loose": 0.03, "wide": 1.06, "hem": -0.15, "stiffness": 0.4} | cut))


def parka(figure, **cut):
    return coat(figure, **({"length": 0.2, "flare": 0.04, "loose": 0.05, "wide": 1.16} | cut))


def dress(figure, length: float = 0.5, **cut):
    """A bodice and a skirt in one."""
    upper = top(figure, loose=0.012, sleeve=0.3, hem=-length, slack=0.03, stiffness=0.15, neck=0.03)
    lower = skirt(figure, length, **cut)
    return Pattern(upper.blobs[: -1] + lower.blobs + upper.blobs[-1:], (lower.cuts[1], *upper.cuts[1:]), flare=lower.flare,
                   loose=lower.loose, bones=(*TRUNK, "thigh", *ARMS), stiffness=0.12)  # fmt: skip


PATTERNS = {
    "trousers": trousers, "shirt": top, "sweater": sweater, "jacket": jacket, "coat": coat, "parka": parka, "skirt": skirt,
    "dress": dress,
}  # fmt: skip
