"""Red deer: a stag with antlers and a ruff, or a doe."""

import numpy as np

from images.world import blender
from images.world.animals import beasts
from images.world.animals.beasts import Beast, at, bar, muscle
from images.world.geometry import tube
from images.world.materials import Surface
from images.world.modelling.implicit import ball, surface
from images.world.noise import fbm, smoothstep
from images.world.people.baggage import smooth_path


def deer(stag: bool) -> Beast:
    """1.25 m high at the withers; a doe has a slim neck."""
    pivots = {"body": (None, (0.0, 1.0)), "chest": ("body", (0.1, 1.05)), "hips": ("body", (-0.15, 1.05)),
        "neck": ("chest", (0.49, 0.95)),
              "crest": ("neck", (0.68, 1.42)), "head": ("crest", (0.8, 1.7)),
                  "tail": ("hips", (-0.62, 1.14))}  # fmt: skip
    pivots |= beasts.legs_of(
        ((0.42, 1.1), (0.34, 0.76), (0.36, 0.42), (0.35, 0.17)),
        ((-0.42, 1.03), (-0.3, 0.79), (-0.6, 0.52), (-0.55, 0.19)),
    )
    m, b = muscle, bar
    thick = 1.0 if stag else 0.72
    blobs = [
        *m("body", 0.05, 0.97, 0, (0.185, 0.44, 0.235), 2), *m("body", 0.0, 0.9, 0, (0.16, 0.34, 0.19), 5),
            *m("chest", 0.34, 0.96, 0, (0.165, 0.26, 0.26), 0),
        *m("hips", -0.38, 1.03, 0, (0.165, 0.26, 0.19), -3), *b("chest", (0.46, 1.17, 0), (0.12, 1.12, 0),
            (0.06, 0.065), 0.8), *b("body", (0.15, 1.11, 0), (-0.35, 1.13, 0), (0.07, 0.08), 1.2),
        *m("hips", -0.38, 1.09, 0.07, (0.1, 0.22, 0.11), -10), *m("hips", -0.52, 0.97, 0.085, (0.085, 0.11, 0.17),
            10), *m("chest", 0.53, 0.94, 0, (0.115, 0.11, 0.19), 14, 0.08),
        *m("chest", 0.42, 0.74, 0, (0.09, 0.13, 0.07), 0),
        *m("fore upper", 0.44, 0.98, 0.125, (0.05, 0.11, 0.2), -22), *b("fore upper", (0.5, 0.86, 0.105), (0.34,
            0.77, 0.105), (0.068, 0.066), blend=0.06),
        *b("fore middle", (0.342, 0.76, 0.105), (0.362, 0.44, 0.095), (0.062, 0.03)),
            *m("fore middle", 0.35, 0.68, 0.106, (0.042, 0.058, 0.1), 3),
            *m("fore middle", 0.366, 0.42, 0.094, (0.028, 0.034, 0.045), 0, 0.02),
        *b("fore cannon", (0.364, 0.41, 0.094), (0.352, 0.18, 0.092), (0.022, 0.0185), blend=0.012),
            *b("fore cannon", (0.345, 0.39, 0.094), (0.338, 0.18, 0.092), (0.013, 0.012), blend=0.012),
        *m("fore cannon", 0.348, 0.168, 0.092, (0.022, 0.027, 0.028), 0, 0.012),
            *b("fore pastern", (0.352, 0.16, 0.092), (0.39, 0.07, 0.092), (0.02, 0.021), blend=0.012),
        *b("fore pastern", (0.39, 0.066, 0.1), (0.412, 0.014, 0.1), (0.022, 0.019), blend=0.004),
            *b("fore pastern", (0.39, 0.066, 0.083), (0.412, 0.014, 0.083), (0.022, 0.019), blend=0.004),
            *m("fore pastern", 0.333, 0.135, 0.092, (0.017, 0.014, 0.018), 0, 0.01),
        *b("hind upper", (-0.42, 1.0, 0.09), (-0.31, 0.79, 0.11), (0.13, 0.08), 0.72),
            *m("hind upper", -0.47, 0.9, 0.105, (0.068, 0.11, 0.17), 20),
            *b("hind middle", (-0.32, 0.78, 0.105), (-0.56, 0.56, 0.098), (0.072, 0.036), 0.8),
        *m("hind middle", -0.42, 0.72, 0.104, (0.048, 0.07, 0.11), 42),
            *b("hind middle", (-0.5, 0.73, 0.098), (-0.605, 0.57, 0.096), (0.026, 0.018), blend=0.03),
            *m("hind cannon", -0.595, 0.525, 0.096, (0.03, 0.042, 0.055), -12, 0.02),
        *m("hind cannon", -0.632, 0.562, 0.096, (0.018, 0.02, 0.032), -16, 0.015),
            *b("hind cannon", (-0.585, 0.49, 0.095), (-0.558, 0.2, 0.093), (0.025, 0.0195), blend=0.012),
            *b("hind cannon", (-0.608, 0.48, 0.095), (-0.574, 0.2, 0.093), (0.014, 0.013), blend=0.012),
        *m("hind cannon", -0.56, 0.188, 0.093, (0.023, 0.028, 0.03), 0, 0.012),
            *b("hind pastern", (-0.556, 0.18, 0.093), (-0.516, 0.07, 0.093), (0.02, 0.021), blend=0.012),
        *b("hind pastern", (-0.515, 0.066, 0.101), (-0.494, 0.014, 0.101), (0.022, 0.019), blend=0.004),
            *b("hind pastern", (-0.515, 0.066, 0.085), (-0.494, 0.014, 0.085), (0.022, 0.019), blend=0.004),
            *m("hind pastern", -0.572, 0.15, 0.093, (0.017, 0.014, 0.018), 0, 0.01),
        *b("neck", (0.42, 1.04, 0), (0.68, 1.4, 0), (0.2 * thick + 0.02, 0.125 * thick), 0.66, 0.1),
            *b("crest", (0.66, 1.37, 0), (0.79, 1.64, 0), (0.128 * thick, 0.082), 0.72, 0.07),
        *b("head", (0.8, 1.7, 0), (1.0, 1.59, 0), (0.082, 0.05), 0.86, 0.03),
            *b("head", (0.83, 1.63, 0), (1.0, 1.55, 0), (0.052, 0.034), 0.8, 0.03),
            *b("head", (0.98, 1.6, 0), (1.09, 1.535, 0), (0.045, 0.034), 0.82, 0.025),
        *m("head", 1.105, 1.53, 0, (0.032, 0.032, 0.03), -30, 0.02), *m("head", 0.8, 1.72, 0, (0.062, 0.075, 0.05),
            -20, 0.03), *m("head", 0.885, 1.69, 0.052, (0.016, 0.034, 0.018), -28, 0.016),
            *m("head", 0.895, 1.678, 0.062, (0.01, 0.018, 0.013), -28, 0.004),
        *m("head", 1.128, 1.535, 0.018, (0.007, 0.012, 0.008), 0, 0.004, sign=-1),
            *b("head", (0.755, 1.74, 0.06), (0.72, 1.8, 0.15), (0.026, 0.036), 0.55, 0.02),
            *b("head", (0.72, 1.8, 0.15), (0.69, 1.85, 0.225), (0.036, 0.008), 0.55, 0.012),
        *m("head", 0.75, 1.8, 0.15, (0.05, 0.016, 0.026), 0, 0.012, sign=-1),
            *b("tail", (-0.61, 1.14, 0), (-0.67, 1.0, 0), (0.035, 0.022), 1.2, 0.03),
    ]  # fmt: skip
    return Beast(pivots, tuple(blobs))


def add_deer(stage, kind: str = "stag", gait: str = "stand", name: str = "deer"):
    """A deer at the origin; kind "stag" or "doe"; gait "stand", "walk" or "graze"."""
    rng, stag, detail = stage.rng(f"deer {name}"), kind == "stag", stage.detail
    beast = deer(stag)
    angles, lift = beasts.gait("walk" if gait == "walk" else "stand", float(rng.choice([0.1, 0.35, 0.6, 0.85])))
    angles |= {"neck": float(rng.normal(-4, 6)), "crest": float(rng.normal(0, 5)), "head": float(rng.normal(2, 5))}
    if gait == "graze":
        angles |= {"chest": -4.0, "neck": -82.0, "crest": -44.0, "head": float(rng.uniform(62, 80))}
    look = 0.0 if gait == "graze" else float(rng.choice([-1, 1]) * rng.uniform(4, 24))
    placed = beasts.pose(beast, angles, {"neck": 0.5 * look, "crest": 0.8 * look, "head": 1.2 * look}, lift)
    material = stage.material(
        Surface(
            roughness=0.8,
            variation=0.22,
            grain=0.03,
            relief=0.003,
            relief_size=0.014,
            attribute=True,
            specular=0.2,
            sheen=0.3,
            stretch=(1, 0.35, 1),
        )
    )
    red = rng.uniform(0, 1)
    base = np.array((0.14, 0.066, 0.028)) * red + np.array((0.1, 0.066, 0.042)) * (1 - red)
    made, solid = beasts.skin(
        stage,
        beast,
        placed,
        0.0135 / max(detail, 0.05) ** 0.5,
        lambda p, bones: colours(p, bones, base, stag, stage.scene.seed),
        material,
    )
    parts = [made, *eyes(stage, placed)]
    blobs = beasts.posed([b for b in beast.blobs if b.sign > 0], placed)
    back = lambda p: np.tile((0.0, 0.8, -0.6), (len(p), 1))  # noqa: E731
    parts.append(beasts.fur(stage, solid, blobs, rng, 9000, 0.032, 0.0007, tuple(base * 1.05), back))
    if stag:
        parts += [ruff(stage, rng, placed, base), *antlers(stage, rng, placed)]
    return stage.group(*(part for part in parts if part is not None))


def colours(p, bones, base, stag: bool, seed: int) -> np.ndarray:
    """Russet with a dark back and neck, pale belly, rump, throat and eye rings, dark muzzle."""
    x, forward, up = np.abs(p[:, 0]), -p[:, 1], p[:, 2]
    n = fbm(forward / 0.2, (up + x) / 0.2, 4, seed % 97)
    result = base[None] * (1 + 0.3 * n)[:, None]
    mix = lambda share, colour: result * (1 - share[:, None]) + np.array(colour)[None] * share[:, None]  # noqa: E731
    head = np.array([b == "head" for b in bones])
    neck = np.array([b in ("neck", "crest") for b in bones])
    leg = np.array(["cannon" in b or "pastern" in b or "middle" in b for b in bones])
    result = mix(0.55 * smoothstep(1.1, 1.2, up + 0.04 * n) * ~neck * ~head, base * 0.5)
    if stag:
        result = mix(0.6 * neck * smoothstep(0.95, 1.3, up), base * 0.42)
    result = mix(0.6 * smoothstep(0.86, 0.76, up + 0.05 * n) * (np.abs(forward) < 0.5) * ~leg, base * 1.7)
    result = mix(0.85 * smoothstep(-0.54, -0.6, forward - 0.04 * n) * smoothstep(0.78, 0.9, up), (0.34, 0.27, 0.18))
    result = mix(0.5 * smoothstep(0.65, 0.35, up) * leg, base * 0.62)
    result = mix(0.9 * head * smoothstep(1.08, 1.115, forward), (0.012, 0.01, 0.01))
    result = mix(0.5 * head * smoothstep(1.6, 1.55, up + 0.02 * n) * (forward < 1.08), (0.3, 0.25, 0.19))
    return mix(smoothstep(0.07, 0.06, up) * leg, (0.015, 0.013, 0.012)).clip(0.003, 0.7)


def eyes(stage, placed):
    turn, shift = placed["head"]
    solids = [
        surface([ball(turn @ at(0.9, 1.682, s * 0.066) + shift, 0.0135)], 0.006 / max(stage.detail, 0.2) ** 0.3)
        for s in (1, -1)
    ]
    return [stage.add(solids, stage.surface((0.006, 0.004, 0.003), 0.08, variation=0.05, specular=0.6), smooth=True)]


def ruff(stage, rng, placed, base):
    """The long hair of a stag's throat and neck."""
    count = int(1500 * min(stage.detail, 1.2) ** 0.8)
    t = rng.random(count)
    angle = rng.uniform(-1.9, 1.9, count)
    points, out = np.zeros((count, 3)), np.zeros((count, 3))
    for bone, low, high, start, end, wide in (
        ("neck", 0.0, 0.6, (0.46, 1.02), (0.68, 1.4), (0.14, 0.08)),
        ("crest", 0.6, 1.0, (0.68, 1.4), (0.78, 1.6), (0.085, 0.062)),
    ):
        here = (t >= low) & (t < high)
        share = ((t[here] - low) / (high - low))[:, None]
        middle = at(*start) * (1 - share) + at(*end) * share
        r = (wide[0] * (1 - share) + wide[1] * share)[:, 0]
        side, front = np.sin(angle[here]), np.cos(angle[here])
        offset = np.stack([0.8 * r * side, -1.05 * r * front * 0.85, -0.55 * r * front], 1)
        turn, shift = placed[bone]
        points[here] = (middle + offset) @ turn.T + shift
        out[here] = offset @ turn.T / (np.linalg.norm(offset, axis=1, keepdims=True) + 1e-6)
    strands = beasts.hanging(rng, points, out * 0.5 + (0, 0, -0.6), rng.uniform(0.07, 0.15, count), 6, wild=0.5)
    thick = 0.0015 / max(stage.detail, 0.05) ** 0.45
    return blender.add_strands(
        strands, thick * np.linspace(1, 0.25, 6), stage.surface(tuple(base * 0.4), 0.7, variation=0.35, grain=0.02)
    )


def antlers(stage, rng, placed) -> list:
    """A main beam with brow, bez and trez tines, and a crown at its end."""
    turn, shift = placed["head"]
    tines, around = [], stage.around(12, 6)
    size = rng.uniform(0.9, 1.12)
    for s in (1, -1):
        vary = lambda: rng.normal(0, 0.02, 3)  # noqa: E731
        beam = [
            (0.045, 0.78, 1.755),
            (0.075, 0.75, 1.83),
            (0.19, 0.66, 1.99),
            (0.31, 0.63, 2.17),
            (0.36, 0.7, 2.36),
            (0.33, 0.8, 2.52),
        ]
        beam = smooth_path([at(f, u, s * x) + (i > 1) * vary() for i, (x, f, u) in enumerate(beam)], 26)
        tines.append((beam, np.interp(np.linspace(0, 1, 26), [0, 0.05, 0.5, 1], [0.027, 0.021, 0.018, 0.006])))
        tines.append((np.add(beam[:2], [[0, 0, -0.006], [0, 0, 0.006]]), [0.033, 0.033]))  # the burr
        grown = ((0.1, (0.06, 0.2, 0.02), (0.03, 0.06, 0.1)), (0.2, (0.07, 0.17, 0.06), (0.02, 0.04, 0.09)),
            (0.5, (0.06, 0.17, 0.05), (0.0, 0.05, 0.12)),
                 (0.8, (-0.1, 0.06, 0.14), (-0.03, 0.03, 0.06)), (0.86, (0.12, 0.02, 0.13), (0.02, 0.0,
                     0.07)))  # fmt: skip
        for share, (x, f, u), (x2, f2, u2) in grown:
            start = beam[int(share * 25)]
            middle = start + at(f * 0.62, u * 0.62, s * x * 0.62) + 0.4 * vary()
            end = start + at(f + f2, u + u2, s * (x + x2)) + vary()
            path = smooth_path([start, middle, end], 10)
            tines.append((path, np.linspace(0.016, 0.004, 10)))
    root = at(0.78, 1.755)
    solids = [tube(((np.asarray(path) - root) * size + root) @ turn.T + shift, radii, around) for path, radii in tines]
    bone = Surface((0.14, 0.1, 0.065), 0.55, 0.4, 0.08, 0.003, 0.012, stretch=(1, 1, 0.3), wear=(0.05, 0.033, 0.02))
    return [stage.add(solids, stage.material(bone), smooth=True)]
