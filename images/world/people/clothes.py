"""Garments as patterns: what each is cut like, on any figure."""

from images.world.modelling.implicit import Blob, ball, rod
from images.world.people import bodies
from images.world.people.bodies import left_and_right, of
from images.world.people.cloth import Cut, Pattern
from images.world.people.skeleton import Figure

TRUNK = ("pelvis", "spine", "chest", "neck")
ARMS = ("clavicle", "arm", "forearm", "hand")
UPPER, LOWER = 0.29, 0.252  # metres from shoulder to elbow to wrist


def trousers(figure: Figure, wide: float = 1.0, length: float = 0.415, slack: float = 0.12) -> Pattern:
    """wide: 0.85 narrow to 1.3 baggy. length: of the shin that they cover, metres."""
    u, b = figure.unit, 0.5 + 0.5 * figure.bulk
    knee, ankle = 0.07 + 0.035 * (wide - 0.85), 0.056 + 0.075 * (wide - 0.85)
    blobs = [blob.grown(0.014 * u) for blob in bodies.trunk(figure) if blob.bone in ("pelvis", "spine")]
    thigh = [rod((0.0, 0.004, -0.02), (0, 0.0, -0.42), 0.1 * b, knee * b, blend=0.04)]
    thigh += [ball((0.012, 0.0, -0.16), (0.082 * b, 0.085 * b, 0.18), blend=0.04)]
    shin = [rod((0, 0.004, 0), (0, 0.02, -0.47), knee * b, ankle * b, blend=0.04)]
    blobs += left_and_right("thigh", thigh, u) + left_and_right("shin", shin, u)
    cuts = [Cut("spine", (0, 0, -0.025), (0, 0, 1), 0.4, pin=1.0, band=0.05)]
    cuts += [Cut(f"{side} shin", (0, 0.015, -length), (0, 0, -1), 0.16) for side in ("left", "right")]
    return Pattern(tuple(blobs), tuple(cuts), {"shin": slack, "thigh": 0.6 * slack, "pelvis": 0.03}, stiffness=0.18)


def _sleeve_cut(sleeve: float) -> list[Cut]:
    """Where sleeves end: 1 at the wrist, 0 at the shoulder."""
    length = sleeve * (UPPER + LOWER)
    if sleeve <= 0.05:
        return [
            Cut(f"{side} arm", (0, 0, -0.004), (s * 0.8, 0, -0.5), 0.75) for side, s in (("left", 1), ("right", -1))
        ]
    bone, at, reach = ("forearm", length - UPPER, 0.13) if length > UPPER else ("arm", length, 0.12)
    return [Cut(f"{side} {bone}", (0, 0, -at), (0, 0, -1), reach) for side in ("left", "right")]


def _sleeves(figure: Figure, loose: float, wide: float) -> list[Blob]:
    slim = 0.9 if figure.sex == "woman" or figure.child else 1.0
    top, elbow, wrist = ((r * slim + share * loose) * wide for r, share in ((0.045, 1.0), (0.039, 0.9), (0.027, 0.75)))
    arm = [rod((0, 0, -0.01), (0, 0.004, -UPPER), top, elbow, blend=0.05)]
    arm += [ball((0.003, 0, -0.05), (top, top * 1.12, 0.078), blend=0.06)]
    fore = [rod((0, 0, 0), (0, 0, -LOWER - 0.07), elbow, wrist, blend=0.03)]
    return left_and_right("arm", arm, figure.unit) + left_and_right("forearm", fore, figure.unit)


def top(
    figure: Figure, *, loose: float = 0.014, sleeve: float = 1.0, wide: float = 1.0, hem: float = -0.09,
    slack: float = 0.08, neck: float = 0.0, stiffness: float = 0.2, boxy: float = 1.0,
) -> Pattern:  # fmt: skip
    """A shirt, sweater or jacket. loose: metres it stands off the body. sleeve: 1 to the wrist, 0.5 to the elbow.
    hem: height over the hips' middle, metres. neck: metres the opening is lower. boxy: 0 fitted, 1 straight."""
    u, b = figure.unit, figure.bulk
    woman = figure.sex == "woman" and not figure.child
    blobs = [blob.grown(loose * u) for blob in bodies.trunk(figure) if blob.bone in ("spine", "chest")]
    # hangs straight from the chest over the hips
    straight = [
        ball((0, 0.01, 0.04), ((0.118 + 0.03 * boxy) * b + 0.4 * loose, 0.105 * b + 0.4 * loose, 0.2), blend=0.08)
    ]
    blobs += of("spine", straight, u)
    low = (0.168 if woman else 0.152) * b + 0.6 * loose
    hips = [rod((0, 0.016, 0.06), (0, 0.022, min(hem, 0) - 0.16), low, low * 1.03, flat=(1, 0.84), blend=0.08)]
    blobs += of("pelvis", hips, u) + _sleeves(figure, loose, wide)
    blobs += of("neck", [rod((0, 0.004, -0.05), (0, -0.012, 0.06), 0.056 + 0.35 * loose, blend=0.03)], u)
    cuts = [Cut("pelvis", (0, 0, hem), (0, 0, -1), 0.35)]
    cuts += [Cut("neck", (0, 0.0, 0.02 - neck), (0, -0.42, 1), 0.12, pin=0.9, band=0.05), *_sleeve_cut(sleeve)]
    slacks = {"arm": slack, "forearm": 1.2 * slack, "spine": 0.5 * slack, "pelvis": 0.3 * slack}
    return Pattern(tuple(blobs), tuple(cuts), slacks, stiffness=stiffness, margin=0.006 + 0.2 * loose)


def sleeve(kind: str, cut: dict) -> float:
    """How far a garment's sleeves reach; 1 is the wrist."""
    return cut.get("sleeve", 0.25 if kind == "dress" else 1.0)


def sweater(figure: Figure, **cut) -> Pattern:
    return top(figure, **({"loose": 0.018, "hem": -0.09, "slack": 0.07} | cut))


def jacket(figure: Figure, **cut) -> Pattern:
    return top(figure, **({"loose": 0.024, "hem": -0.15, "stiffness": 0.3} | cut))


def vest(figure: Figure, **cut) -> Pattern:
    return top(figure, **({"loose": 0.036, "hem": -0.1, "sleeve": 0.0, "neck": 0.02} | cut))


def coat(
    figure: Figure, length: float = 0.5, flare: float = 0.25, loose: float = 0.032, stiffness: float = 0.45, **cut
) -> Pattern:
    """A long coat over everything; length: metres below the hips' middle."""
    u, b = figure.unit, figure.bulk
    upper = top(figure, loose=loose, hem=-length, stiffness=stiffness, **cut)
    wide = 0.185 * b + 0.15 * length
    skirt = [rod((0, 0.016, 0.05), (0, 0.022, -length - 0.25), 0.18 * b, wide + 0.04, flat=(1, 0.86), blend=0.08)]
    cuts = (Cut("pelvis", (0, 0, -length), (0, 0, -1), 0.6), *upper.cuts[1:])
    return Pattern(upper.blobs + tuple(of("pelvis", skirt, u)), cuts, upper.slack | {"pelvis": 0.0}, flare=flare,
                   loose={"thigh": 0.05}, bones=(*TRUNK, "thigh", *ARMS), stiffness=stiffness,
                       margin=0.016)  # fmt: skip


def parka(figure: Figure, **cut) -> Pattern:
    return coat(figure, **({"length": 0.2, "flare": 0.04, "loose": 0.044} | cut))


def skirt(figure: Figure, length: float = 0.5, wide: float = 0.3, flare: float = 0.5) -> Pattern:
    u = figure.unit
    hips = [blob.grown(0.012 * u) for blob in bodies.trunk(figure) if blob.bone in ("pelvis", "spine")]
    cone = [
        rod((0, 0.01, 0.02), (0, 0.012, -length - 0.3), 0.15, 0.15 + wide * (length + 0.3), flat=(1, 0.9), blend=0.06)
    ]
    cuts = (
        Cut("spine", (0, 0, -0.01), (0, 0, 1), 0.4, pin=1.0, band=0.05),
        Cut("pelvis", (0, 0, -length), (0, 0, -1), 0.8),
    )
    return Pattern(tuple(hips + of("pelvis", cone, u)), cuts, flare=flare, loose={"thigh": 0.04},
        bones=(*TRUNK, "thigh"),
                   stiffness=0.12)  # fmt: skip


def dress(figure: Figure, length: float = 0.5, sleeve: float = 0.25, wide: float = 0.3, flare: float = 0.5) -> Pattern:
    """A bodice and a skirt in one."""
    upper = top(figure, loose=0.01, sleeve=sleeve, hem=-length, slack=0.03, stiffness=0.15, neck=0.03, boxy=0.0)
    bodice = [blob for blob in upper.blobs if blob.bone != "pelvis"]
    lower = skirt(figure, length, wide, flare)
    return Pattern((*bodice, *lower.blobs), (lower.cuts[1], *upper.cuts[1:]), flare=flare, loose=lower.loose,
                   bones=(*TRUNK, "thigh", *ARMS), stiffness=0.12)  # fmt: skip


def hood(figure: Figure, loose: float = 0.03) -> Pattern:
    """A hood over the head, down to the shoulders."""
    h, u = figure.head, figure.unit
    r = 0.012 + 0.6 * loose
    head = [
        ball((0, 0.018, 0.112), (0.08 + r, 0.098 + r, 0.092 + r), blend=0.02),
        rod((0, 0.05, 0.1), (0, 0.06, -0.05), 0.075 + r, 0.09, blend=0.05),
    ]
    head += [rod((0, -0.04, 0.12), (0, -0.03, -0.06), 0.076 + r, 0.085, blend=0.04)]
    neck = [rod((0, 0.0, 0.04), (0, 0.01, -0.06), 0.098, 0.125, blend=0.05)]
    cuts = (
        Cut("head", (0, -0.072, 0.09), (0, -1, 0.14), 0.3, pin=0.5, band=0.02),
        Cut("neck", (0, 0, -0.045), (0, 0.1, -1), 0.3, pin=0.9, band=0.03),
    )
    return Pattern(tuple(of("head", head, h) + of("neck", neck, u)), cuts, {"neck": 0.12, "head": 0.03},
        bones=("head", "neck", "chest"),
                   stiffness=0.3, margin=0.008)  # fmt: skip


PATTERNS = {
    "trousers": trousers, "shirt": top, "sweater": sweater, "jacket": jacket, "coat": coat, "parka": parka,
        "skirt": skirt,
    "dress": dress, "vest": vest, "hood": hood,
}  # fmt: skip
