"""Cases along a wall: bookcases, dressers, chests, wardrobes, a piano; vases. Backs at y = 0."""

import itertools

import numpy as np

from images.world.furniture import books, finishes, tableware
from images.world.furniture.tables import WOODS
from images.world.furniture.turning import bead, curve, spun
from images.world.geometry import box, join, lathe
from images.world.materials import Surface


def bookcase(
    stage, rng, width: float = 1.6, height: float = 2.3, wood: str = "walnut", depth: float = 0.3, full: float = 0.9
):
    """Shelves of books with things between them."""
    colour = tuple(c * rng.uniform(0.85, 1.15) for c in WOODS[wood])
    along, upright = (
        finishes.wood(stage, colour, "x", 0.4, 0.25, 0.3),
        finishes.wood(stage, colour, "z", 0.4, 0.25, 0.3),
    )
    w, bays = width / 2, max(1, round(width / 0.95))
    levels = np.linspace(0.1, height - 0.12, max(3, int(height / 0.36)) + 1)
    posts = [
        box(-w + width * i / bays - 0.014, -w + width * i / bays + 0.014, -depth, -0.01, 0, height)
        for i in range(bays + 1)
    ]
    shelves = [box(-w, w, -depth + 0.008, -0.01, z - 0.013, z + 0.013) for z in levels]
    crown = [
        box(-w - 0.03, w + 0.03, -depth - 0.03, 0, height - 0.05, height),
        box(-w - 0.05, w + 0.05, -depth - 0.05, 0, height, height + 0.035),
    ]
    crown.append(box(-w - 0.02, w + 0.02, -depth - 0.02, 0, 0, 0.09))
    parts = [stage.add(posts, upright, bevel=0.003), stage.add([*shelves, *crown], along, bevel=0.004)]
    parts.append(
        stage.add(
            box(-w, w, -0.012, -0.004, 0.05, height),
            finishes.wood(stage, tuple(0.5 * c for c in colour), "z", 0.6, 0.0, 0.3),
        )
    )
    rows, extras = [], []
    for low, high in itertools.pairwise(levels):
        for i in range(bays):
            x0, long = -w + width * i / bays + 0.02, width / bays - 0.04
            room = high - low - 0.05
            if rng.random() < full:
                part = long if rng.random() < 0.65 or full >= 1 else long * rng.uniform(0.5, 0.9)
                row = books.row(rng, part, room, depth - 0.06)
                rows.append(
                    tuple(
                        s if s is None or isinstance(s, np.ndarray) else s.moved(x0, -depth + 0.025, low + 0.013)
                        for s in row
                    )
                )
                if long - part > 0.16:
                    extras.append((x0 + part + 0.5 * (long - part), low + 0.013, room))
            else:
                extras.append((x0 + 0.5 * long, low + 0.013, room))
    parts += shelf_of(stage, rows)
    for x, z, room in extras:
        parts.append(_ornament(stage, rng, x, -depth / 2, z, room))
    return stage.group(*[part for part in parts if part is not None])


def shelf_of(stage, rows):
    """Rows of books as three objects: bindings, pages and gilding."""
    if not rows:
        return []
    bound = Surface(roughness=0.5, attribute=True, variation=0.35, grain=0.06, relief=0.0005, relief_size=0.006)
    covers, leaves, gilt = (join(row[i] for row in rows) for i in (0, 2, 3))
    colours = np.concatenate([row[1] for row in rows])
    return [
        stage.add(covers, stage.material(bound), smooth=35, colours=colours), stage.add(leaves, finishes.pages(stage)),
        stage.add(gilt, finishes.brass(stage, 0.35)),
    ]  # fmt: skip


def _ornament(stage, rng, x, y, z, room):
    kind = int(rng.integers(5))
    if kind == 0:
        made = vase(stage, rng, min(0.26, room * 0.9))
    elif kind == 1:
        made, _, _ = books.stack(stage, rng, 3, 0.22)
    elif kind == 2:
        made = (
            tableware.bottle(stage, rng, str(rng.choice(["flask", "apothecary"])), None, None)
            if room > 0.3
            else vase(stage, rng, room * 0.8)
        )
    elif kind == 3:
        made = stage.add(
            box(-0.09, 0.09, -0.06, 0.06, 0, 0.1), finishes.wood(stage, (0.1, 0.04, 0.02), "x"), bevel=0.006
        )
    else:
        made = vase(stage, rng, min(0.18, room * 0.7))
    made.location = (x, y, z)
    return made


def vase(stage, rng, height: float = 0.25):
    """A vase with a narrow neck or a wide mouth, glazed."""
    h, fat, neck = height, rng.uniform(0.26, 0.42), rng.uniform(0.1, 0.24)
    outside = curve(
        [
            (0.2 * h, 0),
            (fat * h * 0.9, 0.2 * h),
            (fat * h, 0.42 * h),
            (neck * h * 1.3, 0.72 * h),
            (neck * h, 0.86 * h),
            (neck * h * 1.35, h),
        ]
    )
    inside = [(max(r - 0.012 * h, 1e-3), z) for r, z in outside[::-1] if z > 0.7 * h]
    colour = [
        (0.04, 0.12, 0.2),
        (0.5, 0.47, 0.4),
        (0.08, 0.2, 0.15),
        (0.25, 0.05, 0.03),
        (0.03, 0.03, 0.035),
        (0.35, 0.2, 0.06),
    ][rng.integers(6)]
    solid = lathe([(1e-4, 0), *outside, *inside, (1e-4, 0.68 * h)], stage.around(48, 14))
    return stage.add(
        solid, finishes.glazed(stage, colour, None if rng.random() < 0.6 else (0.05, 0.04, 0.03)), smooth=50
    )


def chest(
    stage, rng, width: float = 1.1, height: float = 0.85, depth: float = 0.48, rows: int = 3, wood: str | None = None
):
    """A chest of drawers or a sideboard with brass handles; flat above."""
    colour = tuple(c * rng.uniform(0.85, 1.15) for c in WOODS[wood or str(rng.choice(["walnut", "mahogany", "oak"]))])
    along, upright = (
        finishes.wood(stage, colour, "x", 0.34, 0.35, 0.3),
        finishes.wood(stage, colour, "z", 0.36, 0.3, 0.3),
    )
    w, foot = width / 2, 0.09
    top = [
        box(-w - 0.025, w + 0.025, -depth - 0.025, 0, height - 0.03, height),
        box(-w - 0.012, w + 0.012, -depth - 0.012, 0, height - 0.045, height - 0.03),
    ]
    top.append(box(-w - 0.015, w + 0.015, -depth - 0.015, 0, foot - 0.02, foot + 0.02))
    body = [box(-w, w, -depth, -0.002, foot, height - 0.04)]
    legs = [
        spun([(0, 0)], curve([(0.018, 0.003), (0.034, 0.04), (0.03, 0.085)]), [(0, 0.09)], around=14).moved(
            sx * (w - 0.05), sy, 0
        )
        for sx in (-1, 1)
        for sy in (-depth + 0.05, -0.06)
    ]
    fronts, pulls = [], []
    step = (height - 0.07 - foot) / rows
    for i in range(rows):
        z0, z1 = foot + 0.03 + i * step, foot + 0.015 + (i + 1) * step
        halves = 2 if i == rows - 1 or width > 1.4 else 1
        for k in range(halves):
            x0, x1 = (
                -w + 0.03 + (2 * w - 0.06) * k / halves + 0.004,
                -w + 0.03 + (2 * w - 0.06) * (k + 1) / halves - 0.004,
            )
            fronts.append(box(x0, x1, -depth - 0.014, -depth, z0, z1))
            for x in ((x0 + x1) / 2 - 0.22 * (x1 - x0), (x0 + x1) / 2 + 0.22 * (x1 - x0)):
                knob = spun(
                    [(0, 0), (0.009, 0), (0.009, 0.008)],
                    curve([(0.01, 0.01), (0.018, 0.02), (0.012, 0.03), (0, 0.032)]),
                    around=stage.around(20, 8),
                )
                pulls.append(knob.turned(np.pi / 2, "x").moved(x, -depth - 0.014, (z0 + z1) / 2))
    return stage.group(
        stage.add(top, along, bevel=0.006), stage.add(body, upright, bevel=0.003), stage.add(legs, upright, smooth=50),
        stage.add(fronts, along, bevel=0.005), stage.add(pulls, finishes.brass(stage), smooth=50),
    )  # fmt: skip


def dresser(stage, rng, width: float = 1.5, height: float = 2.05):
    """A kitchen dresser: cupboards below, shelves of plates, cups and jars above."""
    wood = str(rng.choice(["pine", "oak"]))
    low = chest(stage, rng, width, 0.88, 0.48, 2, wood)
    look = finishes.wood(stage, WOODS[wood], "x", 0.45, 0.15, 0.5)
    w = width / 2
    rack = [
        box(-w, w, -0.02, -0.004, 0.88, height),
        box(-w, -w + 0.025, -0.26, 0, 0.88, height),
        box(w - 0.025, w, -0.26, 0, 0.88, height),
    ]
    levels = (1.24, 1.6, height - 0.03)
    rack += [box(-w, w, -0.25, -0.01, z, z + 0.024) for z in levels]
    rack.append(box(-w - 0.03, w + 0.03, -0.29, 0, height - 0.01, height + 0.03))
    parts = [low, stage.add(rack, look, bevel=0.003)]
    glaze = [(0.55, 0.52, 0.45), (0.1, 0.18, 0.3), (0.5, 0.44, 0.32), (0.2, 0.28, 0.2)][rng.integers(4)]
    china = finishes.glazed(stage, glaze, (0.08, 0.1, 0.2) if rng.random() < 0.4 else None)
    for z in (0.88, *levels[:2]):
        x = -w + 0.14
        while x < w - 0.1:
            kind = rng.random()
            if kind < 0.5 and z > 0.9:
                one = tableware.plate(stage, china, 0.115)
                one.location, one.rotation_euler = (x, -0.06, z + 0.024 + 0.112), (1.33, 0, 0)
                x += 0.2
            elif kind < 0.75:
                one = tableware.cup(stage, china, False)
                one.location, one.rotation_euler = (
                    (x - 0.03, -0.16, z + (0.024 if z > 0.9 else 0)),
                    (0, 0, float(rng.uniform(0, 6))),
                )
                x += 0.12
            else:
                one = tableware.jug(
                    stage,
                    finishes.glazed(stage, [(0.3, 0.14, 0.06), (0.5, 0.46, 0.38), (0.06, 0.1, 0.16)][rng.integers(3)]),
                    float(rng.uniform(0.14, 0.24)),
                )
                one.location, one.rotation_euler = (
                    (x, -0.13, z + (0.024 if z > 0.9 else 0)),
                    (0, 0, float(rng.uniform(0, 6))),
                )
                x += 0.2
            parts.append(one)
            x += rng.uniform(0.0, 0.05)
    return stage.group(*parts)


def wardrobe(stage, rng, width: float = 1.2, height: float = 2.1, depth: float = 0.58):
    """A wardrobe of two panelled doors, one with a mirror perhaps."""
    colour = WOODS[str(rng.choice(["mahogany", "walnut", "oak"]))]
    upright, along = (
        finishes.wood(stage, colour, "z", 0.32, 0.4, 0.25),
        finishes.wood(stage, colour, "x", 0.32, 0.4, 0.25),
    )
    w = width / 2
    body = [box(-w, w, -depth, 0, 0.08, height)]
    crown = [
        box(-w - 0.03, w + 0.03, -depth - 0.03, 0, height - 0.03, height + 0.02),
        box(-w - 0.06, w + 0.06, -depth - 0.06, 0, height + 0.02, height + 0.06),
        box(-w - 0.02, w + 0.02, -depth - 0.02, 0, 0, 0.12),
    ]
    doors, panels = [], []
    for s in (-1, 1):
        a, b = sorted((s * 0.006, s * (w - 0.03)))
        for x0, x1, z0, z1 in (
            (a, a + 0.08, 0.15, height - 0.06),
            (b - 0.08, b, 0.15, height - 0.06),
            (a, b, 0.15, 0.26),
            (a, b, height - 0.17, height - 0.06),
            (a, b, 0.8, 0.9),
        ):
            doors.append(box(x0, x1, -depth - (0.025 if x1 - x0 < 0.1 else 0.0262), -depth, z0, z1))
        panels.append(box(a + 0.1, b - 0.1, -depth - 0.012, -depth, 0.28, 0.78))
        panels.append(box(a + 0.1, b - 0.1, -depth - 0.012, -depth, 0.92, height - 0.19))
    knobs = [
        spun([(0, 0), (0.006, 0.01)], bead(0.006, 0.012, 0.03, 0.009), around=14)
        .turned(np.pi / 2, "x")
        .moved(x, -depth - 0.025, 1.02)
        for x in (-0.04, 0.04)
    ]
    return stage.group(
        stage.add([*body, *doors], upright, bevel=0.004),
        stage.add([*crown, *panels], along, bevel=0.006),
        stage.add(knobs, finishes.brass(stage), smooth=50),
    )


def piano(stage, rng):
    """An upright piano with its keys, pedals and an open score; 1.48 m wide."""
    dark = finishes.wood(
        stage, [(0.02, 0.014, 0.011), (0.11, 0.04, 0.018)][int(rng.random() < 0.5)], "x", 0.16, 0.8, 0.15
    )
    w = 0.74
    body = [
        box(-w, w, -0.34, 0, 0.02, 1.24),
        box(-w - 0.015, w + 0.015, -0.37, 0, 1.24, 1.27),
        box(-w, w, -0.6, -0.34, 0.6, 0.7),
    ]
    body += [box(s * w, s * (w - 0.06), -0.62, -0.3, 0.6, 0.8) for s in (-1, 1)] + [
        box(s * (w - 0.01), s * (w - 0.08), -0.58, -0.51, 0, 0.62) for s in (-1, 1)
    ]
    body += [
        box(-w + 0.06, w - 0.06, -0.36, -0.34, 0.8, 1.2),
        box(-w + 0.06, w - 0.06, -0.4, -0.34, 0.76, 0.79),
        box(-w, w, -0.36, -0.3, 0.02, 0.12),
    ]
    body += [box(-w + 0.1, w - 0.1, -0.352, -0.34, 0.16, 0.55)]
    keys, sharps, count = [], [], 52
    step = (2 * w - 0.14) / count
    for i in range(count):
        x = -w + 0.07 + step * i
        keys.append(box(x + 0.0005, x + step - 0.0005, -0.575, -0.4, 0.715, 0.735))
        if i % 7 not in (2, 6) and i < count - 1:
            sharps.append(box(x + step - 0.0055, x + step + 0.0055, -0.52, -0.4, 0.735, 0.747))
    pedals = [box(x - 0.02, x + 0.02, -0.46, -0.34, 0.045, 0.06) for x in (-0.1, 0, 0.1)]
    leaf = [box(-0.23, -0.004, -0.44, -0.437, 0.8, 1.11), box(0.004, 0.23, -0.44, -0.437, 0.8, 1.11)]
    score = join(leaf).turned(-0.1, "x").moved(z=0.0, y=0.1)
    return stage.group(stage.add(body, dark, bevel=0.006), stage.add(keys, finishes.polished(stage, (0.66, 0.62,
        0.52)), bevel=0.001), stage.add(sharps, stage.surface((0.012, 0.012, 0.013), 0.2), bevel=0.001),
        stage.add(pedals, finishes.brass(stage)), stage.add(score, stage.surface((0.6, 0.56, 0.46), 0.85,
        variation=0.3, grain=0.03)),)  # fmt: skip
