"""A jointed skeleton: proportions of men, women and children, poses by name, and where every bone ends up.

A figure faces -y with its left to +x, in metres. In the neutral pose the arms hang and every bone's own axes are the
world's, so that a thing that belongs to a bone is described as seen on a person who stands at attention.
"""

from dataclasses import dataclass, replace

import numpy as np

from images.world.geometry import rotation

SIDES = (("left", 1), ("right", -1))
PARENTS = {"pelvis": None, "spine": "pelvis", "chest": "spine", "neck": "chest", "head": "neck"}
for _side in ("left", "right"):
    PARENTS |= {f"{_side} clavicle": "chest", f"{_side} arm": f"{_side} clavicle", f"{_side} forearm": f"{_side} arm"}
    PARENTS |= {f"{_side} hand": f"{_side} forearm", f"{_side} thigh": "pelvis", f"{_side} shin": f"{_side} thigh"}
    PARENTS |= {f"{_side} foot": f"{_side} shin", f"{_side} toes": f"{_side} foot"}
BONES = tuple(PARENTS)
NUMBER = {bone: i for i, bone in enumerate(BONES)}


@dataclass(frozen=True)
class Figure:
    """A body's build. height: metres; head: its height over an adult man's; bulk: 1 average, 1.2 heavy."""

    height: float = 1.76
    sex: str = "man"  # or "woman"
    child: bool = False
    bulk: float = 1.0

    @property
    def unit(self) -> float:
        """Metres for one metre of a man of 1.75 m."""
        return self.height / 1.75

    @property
    def head(self) -> float:
        if self.child:
            return 0.97 - 0.12 * max(0.0, 1.3 - self.height)
        return (0.985 if self.sex == "woman" else 1.03) * self.unit**0.4


def joints(figure: Figure) -> dict[str, np.ndarray]:
    """Where each bone begins in the neutral pose."""
    woman, child = figure.sex == "woman" and not figure.child, figure.child
    shoulder = 0.158 if woman else 0.15 if child else 0.178
    hip = 0.094 if woman else 0.085 if child else 0.09
    low = 0.93 if child else 1.0  # children are short of leg
    at = {
        "pelvis": (0, 0.01, 0.965 * low), "spine": (0, 0.012, 1.07 * low), "chest": (0, 0.016, 1.2 * low + 0.002),
        "neck": (0, 0.036, 1.468 - 0.045 * child), "head": (0, 0.008, 1.562 - 0.07 * child),
    }  # fmt: skip
    drop = 1.42 - 0.05 * child
    for side, s in SIDES:
        at |= {f"{side} clavicle": (s * 0.025, 0.0, drop), f"{side} arm": (s * shoulder, 0.02, drop)}
        at |= {
            f"{side} forearm": (s * shoulder, 0.026, drop - 0.292),
            f"{side} hand": (s * shoulder, 0.02, drop - 0.546),
        }
        at |= {f"{side} thigh": (s * hip, 0.0, 0.915 * low), f"{side} shin": (s * hip * 0.98, -0.004, 0.488 * low)}
        at |= {f"{side} foot": (s * hip * 0.98, 0.016, 0.082), f"{side} toes": (s * (hip + 0.012), -0.125, 0.028)}
    points = {bone: figure.unit * np.array(point, float) for bone, point in at.items()}
    # a child's head is larger than its height would have it: it begins lower, the top stays at the figure's height
    points["head"][2] = figure.height - 0.192 * figure.head
    return points


@dataclass(frozen=True)
class Pose:
    """Degrees from the neutral pose, for (left, right): flexion forwards, abduction to the side, twist outwards.

    drop: metres the pelvis comes down, for seats: None puts the feet on the ground. spine: bend forwards, lean to the
    left, twist to the left, shared out over pelvis, spine and chest. turn: the whole body about (x, z), degrees.
    """

    hip: tuple[float, float] = (0, 0)
    hip_out: tuple[float, float] = (3, 3)
    hip_twist: tuple[float, float] = (6, 6)
    knee: tuple[float, float] = (2, 2)
    ankle: tuple[float, float] = (0, 0)  # up is positive
    toes: tuple[float, float] = (0, 0)
    shoulder: tuple[float, float] = (2, 2)
    shoulder_out: tuple[float, float] = (7, 7)
    shoulder_twist: tuple[float, float] = (-15, -15)
    elbow: tuple[float, float] = (12, 14)
    wrist: tuple[float, float] = (0, 0)
    pelvis: tuple[float, float, float] = (0, 0, 0)
    spine: tuple[float, float, float] = (0, 0, 0)
    neck: tuple[float, float, float] = (0, 0, 0)
    seat: float | None = None  # height of the hip joints over the ground, for a man of 1.75 m
    grip: tuple[float, float] = (0.25, 0.25)  # 0 flat hands, 1 fists

    def mirrored(self) -> "Pose":
        swapped = {name: getattr(self, name)[::-1] for name in PAIRS}
        turned = {name: (a, -b, -c) for name in ("pelvis", "spine", "neck") for a, b, c in [getattr(self, name)]}
        return replace(self, **swapped, **turned)

    def towards(self, other: "Pose", t: float) -> "Pose":
        """This pose at t = 0, the other at 1."""
        names = (*PAIRS, "pelvis", "spine", "neck")
        mix = {n: tuple((1 - t) * np.array(getattr(self, n)) + t * np.array(getattr(other, n))) for n in names}
        return replace(other, **mix)


PAIRS = ("hip", "hip_out", "hip_twist", "knee", "ankle", "toes", "shoulder", "shoulder_out", "shoulder_twist", "elbow")
PAIRS += ("wrist", "grip")
CUTTING = Pose(hip_out=(9, 9), hip_twist=(0, 0), knee=(0, 0), shoulder=(0, 0), shoulder_out=(42, 42), elbow=(4, 4),
               shoulder_twist=(0, 0))  # fmt: skip


def stand(figure: Figure, pose: Pose) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Turn (3, 3) and place of every bone; the lower foot is on the ground unless the pose sits."""
    at = joints(figure)
    turns = _turns(pose)
    placed: dict[str, tuple[np.ndarray, np.ndarray]] = {}
    for bone, parent in PARENTS.items():
        if parent is None:
            placed[bone] = turns[bone], at[bone]
            continue
        turn, start = placed[parent]
        placed[bone] = turn @ turns[bone], start + turn @ (at[bone] - at[parent])
    if pose.seat is None:
        low = min(sole(placed, side, figure) for side, _ in SIDES)
    else:
        hips = np.mean([placed[f"{side} thigh"][1][2] for side, _ in SIDES])
        low = hips - pose.seat * figure.unit
    return {bone: (turn, start - np.array([0, 0, low])) for bone, (turn, start) in placed.items()}


def sole(placed, side: str, figure: Figure) -> float:
    """Height of the lowest point of a shoe."""
    u = figure.unit
    turn, start = placed[f"{side} foot"]
    under = [start + turn @ np.array(p) * u for p in ((0, 0.055, -0.082), (0, -0.12, -0.082))]
    turn, start = placed[f"{side} toes"]
    under.append(start + turn @ np.array((0, -0.08, -0.028)) * u)
    return min(p[2] for p in under)


def _turns(pose: Pose) -> dict[str, np.ndarray]:
    r = lambda degrees, axis: rotation(np.radians(degrees), axis)  # noqa: E731
    trunk = lambda b, lean, twist: r(twist, "z") @ r(-lean, "y") @ r(b, "x")  # noqa: E731
    bend, lean, twist = pose.spine
    turns = {
        "pelvis": trunk(*pose.pelvis),
        "spine": trunk(0.5 * bend, 0.5 * lean, 0.4 * twist),
        "chest": trunk(0.5 * bend, 0.5 * lean, 0.6 * twist),
        "neck": trunk(*(0.45 * np.array(pose.neck))),
        "head": trunk(*(0.55 * np.array(pose.neck))),
    }
    for i, (side, s) in enumerate(SIDES):
        swing = lambda flex, out, twist, s=s: r(-flex, "x") @ r(-s * out, "y") @ r(s * twist, "z")  # noqa: E731
        # the shoulder blade follows an arm that is lifted
        lift = max(0.0, pose.shoulder_out[i] - 40, abs(pose.shoulder[i]) - 60) * 0.25
        forward = float(np.clip(pose.shoulder[i], -30, 90)) * 0.12
        turns[f"{side} clavicle"] = r(-s * lift, "y") @ r(-s * forward, "z")
        arm = swing(pose.shoulder[i], pose.shoulder_out[i] - lift, pose.shoulder_twist[i])
        turns[f"{side} arm"] = r(s * forward, "z") @ arm
        turns[f"{side} forearm"] = r(-pose.elbow[i], "x")
        turns[f"{side} hand"] = r(s * 12, "y") @ r(-pose.wrist[i], "x")
        turns[f"{side} thigh"] = swing(pose.hip[i], pose.hip_out[i], pose.hip_twist[i])
        turns[f"{side} shin"] = r(pose.knee[i], "x")
        turns[f"{side} foot"] = r(s * (pose.hip_out[i] - 1), "y") @ r(-pose.ankle[i], "x")
        turns[f"{side} toes"] = r(-pose.toes[i], "x")
    return turns


def walk(phase: float, stride: float = 1.0) -> Pose:
    """A step, phase in [0, 1): 0 the left heel strikes, 0.5 the right; after Winter's gait curves (2009)."""

    def leg(p):
        knots = [0, 0.12, 0.3, 0.5, 0.62, 0.75, 0.88, 1]
        hip = np.interp(p, knots, [27, 22, 5, -12, -4, 17, 28, 27]) * stride
        knee = np.interp(p, knots, [4, 16, 6, 9, 38, 60, 22, 4]) * (0.4 + 0.6 * stride)
        ankle = np.interp(p, knots, [2, -3, 6, 9, -16, -2, 2, 2])
        toes = np.interp(p, knots, [8, 0, 0, 18, 28, 4, 10, 8])
        return hip, knee, ankle, toes

    left, right = leg(phase % 1), leg((phase + 0.5) % 1)
    swing = np.cos(2 * np.pi * phase)
    return Pose(
        hip=(left[0], right[0]), knee=(left[1], right[1]), ankle=(left[2], right[2]), toes=(left[3], right[3]),
        hip_out=(1.5, 1.5), hip_twist=(5, 5), shoulder=(-20 * swing * stride, 20 * swing * stride),
            elbow=(18 - 8 * swing, 18 + 8 * swing),
        shoulder_out=(6, 6), pelvis=(2, 0, 5 * swing), spine=(3, 1.5 * np.sin(2 * np.pi * phase), -9 * swing),
        neck=(-2, 0, 3 * swing),
    )  # fmt: skip


POSES = {
    "stand": Pose(hip=(1, -2), knee=(1, 5), shoulder=(3, -3), elbow=(14, 20), spine=(1, 0, 0), neck=(4, 0, 6)),
    "contrapposto": Pose(hip=(-1, 9), hip_out=(2, 9), hip_twist=(8, 18), knee=(0, 20), pelvis=(0, -5, 6),
        spine=(0, 9, -6),
                         shoulder=(-4, 6), elbow=(12, 26), neck=(6, -4, 12)),
    "looking up": Pose(hip=(-2, 2), knee=(1, 6), spine=(-7, 0, 2), neck=(-30, 3, 5), shoulder=(2, -4),
        elbow=(14, 12)),
    "hands in pockets": Pose(hip=(0, 3), knee=(1, 7), shoulder=(-22, -20), shoulder_out=(17, 16),
        shoulder_twist=(-22, -20),
                             elbow=(50, 47), wrist=(10, 10), spine=(3, 1, 0), neck=(8, 0, -8), grip=(0.5, 0.5)),
    "arms raised": Pose(hip=(-2, 3), hip_out=(7, 7), shoulder=(8, 4), shoulder_out=(138, 146), elbow=(22, 14),
        spine=(-6, 2, 0),
                        neck=(-14, 0, 0), shoulder_twist=(40, 40), grip=(0.1, 0.1)),
    "arms out": Pose(hip_out=(6, 6), shoulder=(4, -4), shoulder_out=(66, 72), elbow=(10, 12), neck=(-8, 2, 0),
        grip=(0.1, 0.1)),
    "arms crossed": Pose(hip_out=(5, 6), hip=(0, 4), knee=(1, 9), shoulder=(32, 36), shoulder_out=(8, 8),
        shoulder_twist=(-62, -66),
                         elbow=(106, 112), neck=(4, 0, 10), spine=(-1, 2, 3)),
    "holding a rail": Pose(hip=(6, 4), knee=(3, 10), pelvis=(6, 0, 0), spine=(12, 0, 4), shoulder=(38, 34),
        shoulder_out=(14, 14),
                           shoulder_twist=(-14, -14), elbow=(48, 54), neck=(-6, 0, -14), grip=(0.9, 0.9)),
    "leaning": Pose(hip=(8, 24), hip_out=(2, 4), knee=(2, 42), pelvis=(-8, 0, 0), spine=(8, 0, 0),
        shoulder=(10, 14), elbow=(46, 50),
                    shoulder_twist=(-38, -36), neck=(14, 0, 8)),
    "reading a phone": Pose(hip=(0, 5), knee=(1, 10), shoulder=(6, 26), shoulder_out=(6, 8),
        shoulder_twist=(-20, -34),
                            elbow=(24, 104), neck=(30, 0, -6), spine=(8, 0, 0), grip=(0.3, 0.7)),
    "shading the eyes": Pose(hip=(-1, 5), knee=(0, 9), shoulder=(4, 78), shoulder_out=(6, 24),
        shoulder_twist=(-10, -48),
                             elbow=(16, 128), wrist=(0, 8), neck=(-4, 0, 10), grip=(0.3, 0.05)),
    "pointing": Pose(hip=(1, 4), knee=(1, 8), shoulder=(2, 84), shoulder_out=(6, 16), elbow=(14, 6),
        neck=(-2, 0, -8), grip=(0.3, 0.7)),
    "carrying": Pose(hip=(1, 3), knee=(2, 8), shoulder=(-2, 4), shoulder_out=(8, 12), elbow=(8, 20),
        spine=(0, -4, 0), neck=(2, 2, 4),
                     grip=(0.9, 0.5)),
    "holding up": Pose(hip=(1, 6), knee=(1, 10), shoulder=(2, 30), shoulder_out=(6, 10), shoulder_twist=(-14, -8),
        elbow=(14, 88),
                       neck=(2, 0, -4), grip=(0.25, 0.95)),
    "lantern": Pose(hip=(0, 6), knee=(1, 12), shoulder=(0, 52), shoulder_out=(6, 12), elbow=(16, 34),
        neck=(2, 0, -8), grip=(0.3, 0.95)),
    "sit": Pose(hip=(86, 80), hip_out=(9, 12), hip_twist=(4, 8), knee=(84, 72), ankle=(0, -6), pelvis=(-6, 0, 0),
        spine=(20, 0, 3),
                shoulder=(26, 32), shoulder_out=(8, 9), shoulder_twist=(-24, -30), elbow=(52, 60), neck=(6, 0, 10),
                    seat=0.53),
    "sit forward": Pose(hip=(88, 84), hip_out=(14, 15), knee=(88, 80), pelvis=(14, 0, 0), spine=(34, 0, 0),
        shoulder=(44, 48),
                        shoulder_out=(14, 12), shoulder_twist=(-30, -32), elbow=(62, 66), neck=(-14, 0, 6),
                            seat=0.53),
    "sit on the ground": Pose(hip=(112, 106), hip_out=(12, 14), knee=(112, 98), ankle=(4, 0), pelvis=(-18, 0, 0),
        spine=(44, 0, 0),
                              shoulder=(52, 56), shoulder_out=(14, 12), shoulder_twist=(-34, -38), elbow=(46, 44),
                                  neck=(-6, 0, 8),
                              seat=0.115),
    "sit cross-legged": Pose(hip=(88, 86), hip_out=(4, 4), hip_twist=(52, 52), knee=(124, 118), pelvis=(-6, 0, 0),
        spine=(22, 0, 0),
                             shoulder=(28, 30), shoulder_out=(12, 12), shoulder_twist=(-20, -24), elbow=(46, 50),
                                 neck=(4, 0, 6),
                             seat=0.12),
    "kneel": Pose(hip=(78, 2), hip_out=(8, 6), knee=(92, 92), ankle=(8, -44), toes=(0, 40), spine=(16, 0, 0),
        shoulder=(30, 22),
                  elbow=(58, 62), shoulder_twist=(-26, -20), neck=(20, 0, 0)),
    "crouch": Pose(hip=(118, 112), hip_out=(16, 14), knee=(138, 130), ankle=(24, 20), pelvis=(8, 0, 0),
        spine=(26, 0, 0),
                   shoulder=(58, 60), shoulder_out=(16, 14), elbow=(50, 60), shoulder_twist=(-30, -34),
                       neck=(-4, 0, 8)),
    "ride": Pose(hip=(52, 52), hip_out=(27, 27), hip_twist=(14, 14), knee=(66, 66), ankle=(14, 14),
        pelvis=(-4, 0, 0), spine=(8, 0, 0),
                 shoulder=(22, 26), shoulder_out=(8, 8), shoulder_twist=(-18, -20), elbow=(64, 58), neck=(2, 0, 4),
                     grip=(0.9, 0.9),
                 seat=1.0),
}  # fmt: skip
POSES |= {
    "stick": Pose(hip=(2, 8), knee=(2, 12), shoulder=(-2, 22), shoulder_out=(6, 14), shoulder_twist=(-12, -6),
        elbow=(14, 42),
                  spine=(6, 0, 0), neck=(2, 0, 6), grip=(0.3, 0.95)),
    "balloon": Pose(hip=(0, 4), knee=(1, 8), shoulder=(4, 40), shoulder_out=(6, 16), elbow=(12, 60),
        neck=(-12, 0, -10), grip=(0.3, 0.95)),
}  # fmt: skip
POSES |= {
    "hand in hand": Pose(hip=(0, 3), knee=(1, 6), shoulder=(0, 3), shoulder_out=(6, 14), elbow=(12, 10),
        neck=(2, 0, -10), grip=(0.3, 0.7)),
    "hand in hand right": Pose(hip=(2, 0), knee=(5, 1), shoulder=(3, 0), shoulder_out=(14, 6), elbow=(10, 12),
        neck=(2, 0, 10), grip=(0.7, 0.3)),
    "hand to a child": Pose(hip=(0, 3), knee=(1, 6), shoulder=(0, 4), shoulder_out=(7, 13), elbow=(12, 6),
        neck=(10, 3, -14), grip=(0.3, 0.7)),
    "hand to a parent": Pose(hip=(2, 0), knee=(4, 1), shoulder=(12, 2), shoulder_out=(60, 8), elbow=(16, 14),
        neck=(-8, 4, 10), grip=(0.7, 0.3)),
}  # fmt: skip
