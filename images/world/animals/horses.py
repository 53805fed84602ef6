"""A horse, muscle by muscle, with mane and tail, and the tack for a rider."""

from dataclasses import replace

import numpy as np

from images.world import blender
from images.world.animals import beasts
from images.world.animals.beasts import Beast, at, bar, muscle
from images.world.animals.tack import tack
from images.world.materials import Surface
from images.world.modelling.implicit import ball, surface
from images.world.noise import smoothstep
from images.world.people import figure
from images.world.people.baggage import smooth_path
from images.world.people.skeleton import POSES

# body, mane and tail, lower legs
COATS = {
    "bay": ((0.105, 0.042, 0.018), (0.012, 0.009, 0.008), (0.016, 0.011, 0.009)),
    "chestnut": ((0.17, 0.062, 0.022), (0.15, 0.06, 0.024), (0.15, 0.055, 0.02)),
    "black": ((0.016, 0.013, 0.012), (0.009, 0.008, 0.008), (0.012, 0.01, 0.01)),
    "grey": ((0.3, 0.29, 0.28), (0.22, 0.21, 0.2), (0.075, 0.072, 0.072)),
    "white": ((0.55, 0.52, 0.47), (0.5, 0.47, 0.42), (0.42, 0.39, 0.35)),
    "palomino": ((0.36, 0.2, 0.075), (0.55, 0.47, 0.34), (0.4, 0.25, 0.11)),
    "brown": ((0.05, 0.024, 0.014), (0.01, 0.008, 0.007), (0.016, 0.011, 0.009)),
}


def horse() -> Beast:
    """A riding horse 1.6 m high at the withers."""
    pivots = {"body": (None, (0.0, 1.3)), "chest": ("body", (0.1, 1.35)), "hips": ("body", (-0.2, 1.35)),
        "neck": ("chest", (0.6, 1.2)),
              "crest": ("neck", (0.86, 1.66)), "head": ("crest", (1.1, 1.95)),
                  "tail": ("hips", (-0.82, 1.42))}  # fmt: skip
    pivots |= beasts.legs_of(
        ((0.52, 1.42), (0.42, 0.98), (0.455, 0.53), (0.445, 0.225)),
        ((-0.55, 1.3), (-0.4, 0.99), (-0.76, 0.62), (-0.72, 0.245)),
    )
    m, b = muscle, bar
    blobs = [
        *m("body", 0.04, 1.22, 0, (0.285, 0.56, 0.315), 1), *m("body", -0.02, 1.15, 0, (0.27, 0.4, 0.3), 5),
        *m("chest", 0.42, 1.24, 0, (0.235, 0.34, 0.35), 0), *m("hips", -0.5, 1.3, 0, (0.245, 0.36, 0.27), -4),
        *b("chest", (0.56, 1.51, 0), (0.16, 1.475, 0), (0.075, 0.085), 0.75),
            *b("body", (0.2, 1.435, 0), (-0.4, 1.46, 0), (0.09, 0.11), 1.3),
        *m("hips", -0.5, 1.41, 0.11, (0.15, 0.29, 0.15), -10), *m("hips", -0.72, 1.24, 0.13, (0.115, 0.14, 0.22), 10),
        *m("chest", 0.66, 1.18, 0, (0.17, 0.15, 0.24), 14, 0.1), *m("chest", 0.74, 1.1, 0.075, (0.085, 0.07, 0.11),
            20, 0.08),
        *m("chest", 0.55, 0.98, 0.07, (0.1, 0.16, 0.1), 0),
        # shoulder and foreleg
        *m("chest", 0.55, 1.28, 0.165, (0.08, 0.15, 0.27), -24, 0.1), *m("fore upper", 0.47, 1.12, 0.185, (0.065,
            0.14, 0.17), 10, 0.08),
        *b("fore upper", (0.66, 1.12, 0.16), (0.44, 1.0, 0.165), (0.1, 0.1), blend=0.08),
            *m("fore middle", 0.435, 0.86, 0.17, (0.068, 0.088, 0.16), 4),
        *b("fore middle", (0.425, 0.98, 0.165), (0.455, 0.55, 0.15), (0.09, 0.05)),
            *m("fore middle", 0.462, 0.53, 0.148, (0.047, 0.055, 0.068), 0, 0.03),
        *b("fore cannon", (0.462, 0.51, 0.148), (0.45, 0.24, 0.145), (0.036, 0.032), blend=0.02),
            *b("fore cannon", (0.43, 0.47, 0.148), (0.425, 0.24, 0.145), (0.022, 0.022), blend=0.02),
        *m("fore cannon", 0.442, 0.226, 0.145, (0.041, 0.047, 0.05), 0, 0.02),
            *b("fore pastern", (0.45, 0.215, 0.145), (0.505, 0.09, 0.145), (0.036, 0.04), blend=0.02),
        *b("fore pastern", (0.508, 0.085, 0.145), (0.525, 0.025, 0.145), (0.052, 0.064), blend=0.008),
        # hindquarters and hind leg
        *b("hind upper", (-0.55, 1.28, 0.135), (-0.42, 1.0, 0.17), (0.18, 0.115), 0.75),
            *m("hind upper", -0.63, 1.12, 0.16, (0.1, 0.15, 0.24), 20),
        *m("hind upper", -0.4, 1.02, 0.175, (0.08, 0.09, 0.1), 0), *b("hind middle", (-0.43, 0.99, 0.165), (-0.72,
            0.68, 0.15), (0.105, 0.058), 0.8),
        *m("hind middle", -0.56, 0.88, 0.16, (0.075, 0.1, 0.16), 42), *b("hind middle", (-0.66, 0.9, 0.15), (-0.79,
            0.68, 0.148), (0.045, 0.03), blend=0.04),
        *m("hind cannon", -0.755, 0.62, 0.148, (0.05, 0.066, 0.082), -12, 0.03),
            *m("hind cannon", -0.805, 0.665, 0.148, (0.03, 0.034, 0.05), -16, 0.025),
        *b("hind cannon", (-0.748, 0.58, 0.147), (-0.722, 0.26, 0.145), (0.041, 0.034), blend=0.02),
            *b("hind cannon", (-0.785, 0.56, 0.147), (-0.748, 0.26, 0.145), (0.024, 0.022), blend=0.02),
        *m("hind cannon", -0.725, 0.245, 0.145, (0.042, 0.048, 0.052), 0, 0.02),
            *b("hind pastern", (-0.72, 0.235, 0.145), (-0.665, 0.09, 0.145), (0.036, 0.04), blend=0.02),
        *b("hind pastern", (-0.662, 0.085, 0.145), (-0.648, 0.025, 0.145), (0.052, 0.062), blend=0.008),
        # neck and head
        *b("neck", (0.5, 1.3, 0), (0.84, 1.62, 0), (0.26, 0.175), 0.6, 0.1),
            *b("neck", (0.5, 1.47, 0), (0.85, 1.76, 0), (0.1, 0.075), 0.6, 0.08),
        *b("crest", (0.82, 1.6, 0), (1.07, 1.87, 0), (0.18, 0.125), 0.56, 0.08),
            *b("crest", (0.84, 1.75, 0), (1.04, 1.96, 0), (0.075, 0.06), 0.65, 0.05),
        *b("neck", (0.72, 1.3, 0.06), (0.98, 1.66, 0.045), (0.09, 0.06), 0.8, 0.06),
            *m("head", 1.205, 1.85, 0.04, (0.052, 0.11, 0.14), -40, 0.04),
        *b("head", (1.13, 1.95, 0), (1.47, 1.63, 0), (0.105, 0.068), 0.8, 0.04),
            *b("head", (1.2, 1.84, 0), (1.46, 1.56, 0), (0.078, 0.046), 0.8, 0.04),
        *m("head", 1.515, 1.575, 0, (0.058, 0.068, 0.062), -48, 0.035),
            *m("head", 1.51, 1.53, 0, (0.042, 0.045, 0.034), -30, 0.02),
        *m("head", 1.25, 1.92, 0.066, (0.022, 0.05, 0.026), -42, 0.02),
            *m("head", 1.27, 1.9, 0.083, (0.012, 0.022, 0.017), -42, 0.004),
        *m("head", 1.36, 1.77, 0.055, (0.014, 0.11, 0.014), -44, 0.02),
            *m("head", 1.56, 1.585, 0.038, (0.012, 0.02, 0.024), -60, 0.012, sign=-1),
        *b("head", (1.09, 2.02, 0.052), (1.085, 2.12, 0.075), (0.034, 0.024), 0.75, 0.02),
            *b("head", (1.085, 2.12, 0.075), (1.1, 2.2, 0.068), (0.024, 0.006), 0.75, 0.01),
        *m("head", 1.115, 2.11, 0.078, (0.014, 0.018, 0.05), 0, 0.012, sign=-1),
            *b("tail", (-0.8, 1.42, 0), (-0.93, 1.3, 0), (0.06, 0.045), 1.0, 0.04),
    ]  # fmt: skip
    return Beast(pivots, tuple(blobs))


PHASES = {"walk": (0.1, 0.35, 0.6), "trot": (0.15, 0.7), "gallop": (0.3, 0.75, 0.95)}  # of a gait, worth a picture
HIDE = Surface(
    roughness=0.42, variation=0.16, grain=0.05, relief=0.0012, relief_size=0.012, attribute=True, specular=0.35,
    sheen=0.12, stretch=(1, 0.3, 1),
)  # fmt: skip


def add_horse(stage, coat: str = "bay", gait: str = "stand", rider=None, name: str = "horse"):
    """A horse at the origin; gait: "stand", "graze", "walk", "trot" or "gallop"; rider: an `outfits.Look` or None."""
    rng, beast = stage.rng(f"horse {name}"), horse()
    phase = float(rng.choice(PHASES.get(gait, (0.0,))) + rng.uniform(-0.04, 0.04))
    angles, lift = beasts.gait("stand" if gait == "graze" else gait, phase)
    angles = angles | neck_angles(rng, gait)
    turns = {"neck": float(rng.normal(0, 7)), "crest": float(rng.normal(0, 7)), "head": float(rng.normal(0, 5))}
    placed = beasts.pose(beast, angles, turns, lift)
    body, hair, lower = COATS[coat]
    marks = {"blaze": rng.random() < 0.5 and coat != "white", "socks": rng.random(4) < 0.35, "dapple": coat == "grey"}
    paint = lambda points, bones: colours(points, bones, body, lower, marks, stage.scene.seed)  # noqa: E731
    made, _ = beasts.skin(stage, beast, placed, 0.017 / max(stage.detail, 0.05) ** 0.5, paint, stage.material(HIDE))
    parts = [made, *mane_and_tail(stage, rng, beast, placed, hair, gait), *eyes(stage, placed)]
    if rider is not None:
        parts += tack(stage, rng, placed)
        parts.append(add_rider(stage, rider, placed, gait, f"rider {name}"))
    return stage.group(*parts)


def add_rider(stage, look, placed, gait: str, name: str):
    turn, shift = placed["body"]
    hips = turn @ at(0.1, 1.65) + shift
    lean = {"trot": 6, "gallop": 20}.get(gait, 0)
    pose = replace(POSES["ride"], spine=(8 + lean, 0, 0), neck=(2 - 0.8 * lean, 0, 4), shoulder=(22 + lean, 26 + lean))
    wind = (0.0, 3.0 * (gait in ("walk", "trot")) + 8.0 * (gait == "gallop"), 0.0)
    return figure.add_person(stage, look, pose, tuple(hips - np.array([0, 0, look.figure.unit])), name=name, wind=wind)


def neck_angles(rng, gait: str) -> dict[str, float]:
    if gait == "graze":
        return {"chest": -3.0, "neck": -66.0, "crest": -40.0, "head": float(rng.uniform(48, 62))}
    low = {"stand": -6, "walk": -16, "trot": -8, "gallop": -24}[gait] + rng.normal(0, 4)
    return {"neck": low, "crest": 0.3 * low, "head": -0.9 * low - 8 + float(rng.normal(0, 4))}


def colours(p, bones, body, lower, marks, seed: int) -> np.ndarray:
    """The coat: darker legs, muzzle and ears, paler belly, marks on face and feet."""
    from images.world.noise import fbm

    x, forward, up = p[:, 0], -p[:, 1], p[:, 2]
    n = fbm(forward / 0.35, (up + x) / 0.35, 4, seed % 89)
    result = np.array(body)[None] * (1 + 0.28 * n)[:, None]
    mix = lambda share, colour: result * (1 - share[:, None]) + np.array(colour)[None] * share[:, None]  # noqa: E731
    belly = smoothstep(1.06, 0.9, up) * (np.abs(forward) < 0.6)
    result = mix(0.3 * belly, np.array(body) * 1.4)
    if marks["dapple"]:
        spots = fbm(forward / 0.05, (up + 2 * x) / 0.05, 2, 5)
        result *= (1 + 0.35 * np.clip(spots, -0.6, 0.6) * smoothstep(0.7, 1.1, up))[:, None]
    leg = np.array(["cannon" in b or "pastern" in b or "middle" in b for b in bones])
    result = mix(smoothstep(0.78, 0.5, up + 0.1 * n) * leg, lower)
    head = np.array([b == "head" for b in bones])
    result = mix(0.65 * head * smoothstep(1.44, 1.56, forward), (0.02, 0.017, 0.016))
    if marks["blaze"]:
        on_face = head * smoothstep(0.036, 0.022, np.abs(x) + 0.012 * n) * (up + forward > 3.12)
        result = mix(0.9 * on_face, (0.5, 0.47, 0.43))
    for i, leg_name in enumerate(beasts.LEGS):
        if marks["socks"][i]:
            here = np.array([b.startswith(leg_name) for b in bones])
            result = mix(0.85 * here * smoothstep(0.3, 0.26, up + 0.06 * n), (0.5, 0.47, 0.43))
    hoof = smoothstep(0.085, 0.075, up) * leg
    return mix(hoof, (0.045, 0.038, 0.032)).clip(0.003, 0.8)


def eyes(stage, placed):
    turn, shift = placed["head"]
    dark = stage.surface((0.006, 0.004, 0.003), 0.08, variation=0.05, specular=0.6)
    solids = [
        surface([ball(turn @ at(1.272, 1.902, s * 0.084) + shift, 0.0185)], 0.008 / max(stage.detail, 0.2) ** 0.3)
        for s in (1, -1)
    ]
    return [stage.add(solids, dark, smooth=True)]


SWEEP = {"stand": 0.0, "graze": 0.0, "walk": 0.12, "trot": 0.35, "gallop": 1.0}  # how far hair flies back
CREST = (
    ("neck", 0.5, 1.56),
    ("neck", 0.68, 1.705),
    ("crest", 0.86, 1.845),
    ("crest", 1.0, 1.985),
    ("head", 1.08, 2.045),
)


def mane_and_tail(stage, rng, beast: Beast, placed, colour, gait: str) -> list:
    """Mane, forelock and tail; thicker strands make up for fewer at low detail."""
    share = float(np.clip(stage.detail, 0.05, 1.2))
    count, thick = int(1500 * share**0.8), 0.0014 / share**0.45
    material = stage.surface(colour, 0.4, variation=0.35, grain=0.02, specular=0.45)
    locks = (mane(rng, beast, placed, count, SWEEP[gait]), forelock(rng, placed, count // 7, SWEEP[gait]))
    locks += (tail(rng, placed, int(1.1 * count), SWEEP[gait]),)
    return [blender.add_strands(hair, thick * np.linspace(1.0, 0.25, hair.shape[1]), material) for hair in locks]


def mane(rng, beast: Beast, placed, count: int, sweep: float) -> np.ndarray:
    """Strands along the crest that fall over one side of the neck, a few over the other."""
    line = smooth_path([placed[bone][0] @ at(f, u) + placed[bone][1] for bone, f, u in CREST], 40)
    along = rng.random(count) * 39
    roots = np.stack([np.interp(along, np.arange(40), line[:, i]) for i in range(3)], 1)
    side = float(rng.choice([-1, 1]))
    sides = side * np.where(rng.random(count) < 0.22, -1, 1)
    out = np.stack([0.75 * sides, np.full(count, 0.2 + 0.8 * sweep), np.full(count, 0.75)], 1)
    out += rng.normal(0, 0.15, (count, 3))
    wind = (side * 0.18, 1.2 * sweep, 0.5 * sweep)
    roots += rng.normal(0, 0.008, (count, 3))
    strands = beasts.hanging(rng, roots, out, rng.uniform(0.2, 0.36, count), sweep=wind, wild=0.5 + sweep)
    return _outside(strands, beast, placed)


def forelock(rng, placed, count: int, sweep: float) -> np.ndarray:
    turn, shift = placed["head"]
    roots = turn @ at(1.1, 2.03) + shift + rng.normal(0, 0.014, (count, 3))
    out = turn @ np.array([0, -1.0, 0.1]) + rng.normal(0, 0.2, (count, 3))
    return beasts.hanging(rng, roots, out, rng.uniform(0.12, 0.24, count), sweep=(0, 0.8 * sweep, 0))


def tail(rng, placed, count: int, sweep: float) -> np.ndarray:
    turn, shift = placed["tail"]
    roots = turn @ at(-0.9, 1.34) + shift + rng.normal(0, [0.024, 0.05, 0.04], (count, 3))
    out = np.array([0, 1.0, 0.15 + 0.3 * sweep]) + rng.normal(0, [0.22, 0.2, 0.2], (count, 3))
    wind, length = (0, 1.1 * sweep, 0.25 * sweep), rng.uniform(0.6, 1.0, count)
    return beasts.hanging(rng, roots, out, length, 11, sweep=wind, wild=0.35 + 0.4 * sweep)


def _outside(strands: np.ndarray, beast: Beast, placed) -> np.ndarray:
    """Strands pushed out of the neck."""
    from images.world.people.cloth_kernels import close_blobs, push_out

    blobs = beasts.posed([b for b in beast.blobs if b.bone in ("neck", "crest") and b.sign > 0], placed)
    table = np.array([b.row() for b in blobs])
    half = 0.5 * table[:, 15]
    bounds = np.c_[
        table[:, :3] + half[:, None] * table[:, 9:12],
        half + np.maximum(table[:, 16], table[:, 17]) * table[:, 12:15].max(1),
    ]
    flat = strands.reshape(-1, 3).copy()
    near = np.empty((len(flat), 8), np.int32)
    close_blobs(flat, bounds, 0.05, near)
    for _ in range(3):
        push_out(flat, flat.copy(), table, near, 0.012, 0.0)
    return flat.reshape(strands.shape)
