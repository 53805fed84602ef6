"""A rocky coast: an islet or a stack in a moving sea, open water below the cliffs, or a beach."""

from dataclasses import replace

import numpy as np

from images.world import composition
from images.world.base import Setting, details
from images.world.coast import shore
from images.world.land import rock
from images.world.materials import Surface
from images.world.noise import blend, fbm, smoothstep
from images.world.terrain import land, stones, strewn
from images.world.viewmesh import fitted_fan
from images.world.water import Sea, add_sea

ON_ROCK = ("lighthouse", "castle", "cabin", "windmill", "monolith", "rocket", "statue")
PHRASES = {
    "islet": (
        "on a rocky coast",
        "on a rock in the sea",
        "above the surf",
        "at the edge of the sea",
        "on sea-washed rocks",
    ),
    "sea": ("off a rocky coast", "at sea", "in the swell below the cliffs", "among sea stacks"),
    "beach": ("on a beach below the cliffs", "on the beach", "at the water's edge", "on the wide sand by the sea"),
    "cove": ("on the shore of a rocky cove", "above a cove", "on the cliffs by the sea"),
}


def describe(rng, subject):
    kind = (
        "islet"
        if subject in ON_ROCK
        else "sea"
        if subject == "sailing boat"
        else "cove"
        if subject == "bridge"
        else "beach"
    )
    phrase = str(rng.choice(PHRASES[kind]))
    wind = float(rng.uniform(6.5, 13))
    return details(phrase, kind=kind, side=int(rng.choice([-1, 1])), wind=wind, dip=float(rng.uniform(-0.3, 0.3)))


def _seed(scene) -> int:
    return scene.seed * 7 % 9973


def ground(scene, x, y):
    """Height of the sea bed, the beach and the cliffs; the sea stands at 0."""
    seed, side, kind = _seed(scene), scene.where["side"], scene.where["kind"]
    x, y = np.asarray(x, float), np.asarray(y, float)
    edge = side * x - (90 + 0.16 * y) + 60 * fbm(x / 300, y / 300, 4, seed) + 14 * fbm(x / 45, y / 45, 3, seed + 6)
    cliff = smoothstep(0, 30, edge) * (44 + 26 * fbm(x / 240, y / 240, 4, seed + 5))
    height = -9 + (cliff + 9) * smoothstep(-26, 6, edge)
    share = smoothstep(-20, 4, edge) * smoothstep(190, 60, edge) * smoothstep(-4.5, -3.0, height)
    if (share > 0).any():
        height = shore.broken(height, x, y, seed, bed=4.2, joint=15.0, dip=(scene.where["dip"], 0.08), share=share)
    if kind == "beach":
        # sand rising away from the water, which comes in from the other side
        shift = 5 + 0.06 * y + 4 * fbm(x / 60, y / 60, 3, seed + 2)
        edge = side * x + shift
        sand = 0.05 * edge + 0.2 * fbm(x / 14, y / 14, 4, seed + 3) + 0.03 * fbm(x / 2, y / 2, 4, seed + 4)
        height = np.maximum(height, np.where(sand > 0, sand, 0.6 * sand))
    return height


def _with_rock(scene, base, x0: float, y0: float, reach: float, top: float):
    """The rock that carries the subject, and lower ones round it and before the camera."""
    seed = scene.seed * 13 % 9973
    dip = (scene.where["dip"], 0.1)
    rng = scene.rng("humps")
    humps = []  # places and widths in reaches, heights over the top's
    for _ in range(7):
        turn, away = rng.uniform(0, 6.28), rng.uniform(0.75, 1.9)
        px, py = away * np.cos(turn), away * np.sin(turn)
        # lower before the subject, higher beside and behind it
        high = rng.uniform(0.35, 1.25) if py > -0.3 else rng.uniform(0.2, 0.5)
        humps.append((px, py, high / away**0.5, rng.uniform(0.16, 0.5)))

    def height(x, y):
        x, y = np.asarray(x, float), np.asarray(y, float)
        dx, dy = (x - x0) / reach, (y - y0) / reach
        r = np.hypot(dx, dy) * (1 + 0.5 * fbm(dx * 1.4 + 3, dy * 1.4, 5, seed))
        body = -9 + (top + 9) * (0.8 * (1 - smoothstep(0.42, 0.95, r)) + 0.2 * (1 - smoothstep(0.8, 1.5, r)))
        for px, py, high, wide in humps:
            q = np.hypot(dx - px, dy - py) / wide * (1 + 0.4 * fbm(dx * 3 + px, dy * 3, 3, seed + 1))
            body = np.maximum(body, -9 + (high * top + 9) * (1 - smoothstep(0.25, 1.0, q)))
        reef = -3.2 + 5.5 * fbm(x / 19, y / 19, 3, seed + 3) * (1 - smoothstep(1.6, 3.6, r)) - 0.5 * smoothstep(2, 4, r)
        near = -1.7 + 4.6 * fbm(x / 7.5 + 4, y / 7.5, 3, seed + 7) - 0.05 * np.hypot(x, y)
        low = np.maximum(reef, near)
        whole = np.maximum(body, low)
        # nothing shows of what lies deep in the water
        flat = smoothstep(0.24, 0.42, r) * smoothstep(-5.0, -3.5, whole)
        return np.maximum(
            base(x, y),
            shore.broken(whole, x, y, seed, bed=max(0.13 * top, 0.8), joint=0.45 * top + 1.5, dip=dip, share=flat),
        )

    return height


def _with_gap(scene, base, x0: float, y0: float):
    """Cliffs on both sides of a narrow arm of the sea, which a bridge spans."""
    seed = scene.seed * 13 % 9973
    half, top = 0.5 * scene.width, max(0.5 * scene.height, 5.0)

    def height(x, y):
        x, y = np.asarray(x, float), np.asarray(y, float)
        aside = np.abs(x - x0 - 0.15 * (y - y0)) - 0.86 * half + 5 * fbm(x / 14, y / 14, 4, seed)
        depth = np.abs(y - y0) / (1.1 * half + 14) + 0.35 * fbm(x / 30 + 7, y / 30, 3, seed + 2)
        body = -9 + (top + 9) * smoothstep(-2.5, 4.5, aside) * (1 - smoothstep(0.7, 1.25, depth))
        near = -1.9 + 4.4 * fbm(x / 7.5 + 4, y / 7.5, 3, seed + 7) - 0.05 * np.hypot(x, y)
        whole = np.maximum(body, near)
        share = smoothstep(-5.0, -3.5, whole)
        rock = shore.broken(whole, x, y, seed, bed=1.1, joint=4.0, dip=(scene.where["dip"], 0.1), share=share)
        return np.maximum(base(x, y), rock)

    return height


def shoot(scene, aspect):
    base = lambda x, y: ground(scene, x, y)  # noqa: E731
    flat = lambda x, y: np.zeros(np.broadcast(x, y).shape)  # noqa: E731
    kind = scene.where["kind"]
    if kind == "sea":
        first = composition.in_the_open(scene, aspect, flat, near=8)
        high = float(np.clip(0.1 * first.distance, 1.6, 5))
        return composition.in_the_open(scene, aspect, base, eye=(0.6 * high, high), near=8, base=-0.2)
    if kind == "beach":
        return composition.in_the_open(scene, aspect, base, eye=(0.9, 1.9), near=4)
    if kind == "cove":
        water = replace(scene, on="water")  # the bridge stands in it
        first = composition.in_the_open(water, aspect, flat, eye=(2.5, 5), near=16)
        cliffs = _with_gap(scene, base, *first.subject[:2])
        shot = composition.in_the_open(water, aspect, cliffs, eye=(2.5, 5), near=16)
        return _lowered(scene, shot, max(float(cliffs(0.0, 0.0)), 0.0) + 2.0 + 3.5 * scene.framing.eye)
    # the rock's place follows from where composition puts the subject on flat water
    first = composition.in_the_open(scene, aspect, flat, eye=(2.2, 5), near=20)
    top = 0.2 * scene.height + 3.5
    reach = 1.1 * scene.width + 0.9 * top + 5
    cliffs = _with_rock(scene, base, *first.subject[:2], reach=reach, top=top)
    shot = composition.in_the_open(scene, aspect, cliffs, eye=(11, 14), near=20, base=scene.framing.base + 0.16)
    return _lowered(scene, shot, max(float(cliffs(0.0, 0.0)), 0.0) + 2.0 + 3.5 * scene.framing.eye)


def _lowered(scene, shot, high: float):
    """The camera nearer the water, where it looks up at the rock; the subject's foot stays at its row."""
    if high >= shot.eye[2]:
        return shot
    row = 2 * (scene.framing.base + 0.16) * shot.spread[1]
    tilt = np.arctan2(shot.subject[2] - high, shot.subject[1]) - np.arctan(row)
    return replace(shot, eye=(0.0, 0.0, high), target=(0.0, 100.0, high + 100 * float(np.tan(tilt))))


def build(stage):
    scene, shot, where = stage.scene, stage.shot, stage.scene.where
    beach, seed = where["kind"] == "beach", _seed(stage.scene)
    tide = float(np.clip(0.3 * shot.subject[2], 1.5, 4.5)) if where["kind"] == "islet" else 2.2

    def colour(x, y, z, up):
        stone = shore.painted(x, y, z, up, seed, bed=1.4 if not beach else 4.0, tide=tide)
        if not beach:
            return stone
        damp = z + 0.12 * fbm(x / 3, y / 3, 3, 6)
        sand = blend((0.10, 0.08, 0.058), (0.36, 0.29, 0.205), smoothstep(0.12, 0.75, damp))
        sand = sand * (0.9 + 0.25 * fbm(x / 1.2, y / 1.2, 4, 8))[..., None]
        weed = smoothstep(0.2, 0.0, np.abs(damp - 0.95 + 0.2 * fbm(x / 8, y / 8, 3, 2))) * smoothstep(
            0.05, 0.3, fbm(x / 0.5, y / 0.5, 3, 4)
        )
        sand = blend(sand, (0.05, 0.04, 0.022), 0.8 * weed)
        return blend(sand, stone, smoothstep(0.75, 0.95, 1 - up + smoothstep(4, 9, z)))

    points = fitted_fan(stage, shot.ground, near=1.2, far=4000, rows=1200, columns=1000)
    stone = shore.beach_material(stage) if beach else shore.rock_material(stage, tide)
    land(stage, shot.ground, colour, stone, points=points)
    line = shore.Shoreline(stage, shot.ground)
    size = 0.8 * shot.width + 2

    def calm(x, y):
        near = (
            smoothstep(0.6, 2.2, np.hypot(x - shot.subject[0], y - shot.subject[1]) / size)
            if scene.on == "water"
            else 1.0
        )
        return smoothstep(0.3, -3.0, line.height(x, y)) * (0.35 + 0.65 * near)

    white = _swash(line.height) if beach else line.surf(0.3 * tide + 0.25 * where["wind"])
    add_sea(stage, Sea(wind=where["wind"], direction=1.2 if where["side"] > 0 else 1.9), calm=calm, surf=white,
            lift=_breakers(line.height) if beach else None)  # fmt: skip
    if beach:
        _boulders(stage)
    else:
        _spray(stage, line)
        _stacks(stage)
    _gulls(stage)


def _swash(ground):
    """Lines of foam that run up a beach, one behind the other."""

    def white(x, y):
        depth = -ground(x, y)
        wavy = depth + 0.16 * fbm(x / 9, y / 9, 4, 12)
        lines = sum(
            smoothstep(wide, 0.0, np.abs(wavy - at)) * strength
            for at, wide, strength in ((0.03, 0.07, 1), (0.3, 0.12, 0.9), (0.7, 0.2, 1), (1.5, 0.2, 0.9))
        )
        lace = 0.5 * smoothstep(0.0, 0.3, fbm(x / 1.4, y / 1.4, 4, 15)) * smoothstep(1.1, 0.1, wavy)
        return np.clip(lines + lace, 0, 1) * (depth > -0.05)

    return white


def _breakers(height):
    """Waves that rise and break on a beach, three behind one another, each with gaps."""

    def lift(x, y, time: float):
        depth = -height(x, y) + 0.16 * fbm(x / 9, y / 9, 4, 12)
        total = np.zeros(np.shape(x))
        for number, (at, wide, high) in enumerate(((0.75, 0.2, 0.4), (1.6, 0.34, 0.6), (2.7, 0.5, 0.75))):
            shift = depth - at + 0.05 * time
            steep = np.where(shift < 0, 0.45, 1.0) * wide  # the side towards the shore
            gaps = np.clip(0.65 + 1.2 * fbm(x / 26, y / 26, 3, 21 + number), 0, 1)
            total += high * gaps * np.exp(-((shift / steep) ** 2))
        return total

    return lift


def _spray(stage, line: shore.Shoreline):
    """Waves burst where the shore faces the sea, near the subject's rock and on the rocks before the camera."""
    shot, rng = stage.shot, stage.rng("spray places")
    x0, y0, _ = shot.subject
    half = 1.1 * shot.width + 0.2 * shot.height + 9  # of the rock
    x, y = x0 + rng.uniform(-2, 2, 6000) * half, y0 + rng.uniform(-1.6, 0.7, 6000) * half
    away = rng.uniform(6, 0.8 * shot.distance, 2500)
    x, y = np.r_[x, rng.uniform(-1, 1, 2500) * shot.spread[0] * away], np.r_[y, away]
    z, toward = line.height(x, y), line.height(x, y - 0.03 * y - 0.5)
    wet = np.flatnonzero(
        (np.abs(z) < 1.2) & (toward < -0.8) & shot.clear(x, y, -0.3 * shot.width) & (np.hypot(x, y) > 9)
    )
    chosen = []
    for i in wet:
        if all(np.hypot(x[i] - x[j], y[i] - y[j]) > 0.07 * y[i] for j in chosen):
            chosen.append(i)
        if len(chosen) == 14:
            break
    sizes = 0.045 * y[chosen] * rng.lognormal(0, 0.45, len(chosen))
    shore.spray(stage, "spray", np.c_[x[chosen], y[chosen], -0.5 + 0 * sizes], np.clip(sizes, 0.6, 9))


def _stacks(stage):
    """Sea stacks off the shore, beside and behind the subject."""
    shot, rng = stage.shot, stage.rng("stacks")
    for _ in range(5):
        away = shot.distance * rng.uniform(1.2, 5)
        x = shot.spread[0] * away * rng.uniform(-1, 1)
        size = shot.distance * rng.uniform(0.03, 0.1) + 3
        free = abs(x - shot.subject[0] * away / shot.subject[1]) > 1.2 * shot.width * away / shot.distance + size
        radius, height = size * rng.uniform(0.4, 0.9), size * rng.uniform(0.9, 2.6)
        if not free or float(shot.ground(x, away)) > -2:
            continue
        stone = replace(rock.SEA, bed=rng.uniform(0.05, 0.12) * height, joint=rng.uniform(0.5, 1.3) * radius)
        solid, colours = rock.tower(
            rng, radius, height, stone, rock.STACK, around=stage.around(220, 40), levels=stage.around(130, 30)
        )
        z = solid.vertices[:, 2:3]
        wet = np.clip((z - 0.6) / 1.6, 0.12, 1)
        turf = np.clip((z / height - 0.93) * 16, 0, 0.8)
        colours = colours * wet * (1 - turf) + np.array((0.06, 0.07, 0.022)) * turf
        stage.place(stage.add(solid, shore.rock_material(stage, 2.2), smooth=True, colours=colours), (x, away, 0.0))


def _gulls(stage):
    shot, rng = stage.shot, stage.rng("gulls")
    n = int(rng.integers(6, 15))
    away = np.maximum(shot.distance, 22) * np.exp(rng.uniform(-0.2, 1.1, n))
    x = 0.6 * shot.subject[0] * away / shot.distance + rng.normal(0, 0.5, n) * shot.spread[0] * away
    z = shot.eye[2] + away * shot.spread[1] * rng.uniform(-0.05, 0.75, n)
    keep = (away > 7) & (z > 1.5) & shot.clear(x, away, 0.5)
    shore.gulls(stage, "gull kinds", np.c_[x, away, z][keep])


def _boulders(stage):
    """Stones on the shore and just off it, wet where the waves reach."""
    shot = stage.shot
    kinds = stones(stage, "stones", 4, Surface((0.075, 0.068, 0.06), 0.6, 0.5, 0.5, 0.03, 0.08, gloss_variation=0.25))
    x, y = strewn(stage, "boulders", 2600, 2.5, 240)
    z = shot.ground(x, y)
    clump = fbm(x / 11, y / 11, 3, stage.scene.seed % 97)
    keep = (z > -0.9) & (z < 2.5) & (clump > 0.12) & shot.clear(x, y, 1.0)
    size = stage.rng("boulder sizes").lognormal(-0.9, 0.7, len(x)) * np.clip(y / 30, 0.5, 2.2)
    stage.scatter(kinds, np.c_[x, y, z - 0.1 * size][keep], size[keep], "boulder kinds")


def light(scene, light):
    return light


SETTING = Setting(
    name="sea coast",
    describe=describe,
    shoot=shoot,
    build=build,
    light=light,
    lights=("golden hour", "afterglow", "blue hour", "storm", "moonlight", "pink dawn", "silver fog", "low side light"),
)
