"""Quays, piers and moles with what lies on them, boats at their moorings, and the far shore with its town or
mountains.
"""

import itertools

import numpy as np

from images.world import materials
from images.world.boats import craft
from images.world.boats.craft import Boat
from images.world.buildings import town
from images.world.coast import quayside, shore
from images.world.geometry import Solid, box, boxes, ellipsoid, grid, join
from images.world.materials import Surface
from images.world.modelling import carving
from images.world.noise import blend, fbm, gullied, smoothstep
from images.world.plants.conifers import spruce
from images.world.plants.planting import kinds_of, set_out
from images.world.plants.trees import bark_of, tree
from images.world.terrain import land

QUAY, DECK = 1.6, 1.25  # metres over the water


def add_pier(stage, middle: float, half: float, far: float, lamps: bool = True) -> list:
    """A timber pier along y from behind the camera to `far`; returns the places of its piles, where boats tie up."""
    rng, wet = stage.rng("pier"), stage.light.wet
    boards = stage.once(("boards", wet), lambda: materials.planks((0.2, 0.155, 0.115), 0.19, 0.75, "x", wet, 2.6))
    y = np.arange(-3.0, far, 0.2)
    jog = rng.uniform(-0.04, 0.04, (2, len(y)))
    rise = rng.uniform(-0.008, 0.008, len(y))
    rows = np.c_[middle - half + jog[0], middle + half + jog[1], y, y + 0.188, DECK - 0.06 + rise, DECK + rise]
    stage.add(boxes(rows), boards)
    old = stage.material(quayside.OLD_WOOD)
    beams = [
        (middle - half - 0.1, middle + half + 0.1, b - 0.1, b + 0.1, DECK - 0.32, DECK - 0.07)
        for b in np.arange(0.5, far, 2.6)
    ]
    beams += [(middle + s * half - 0.11, middle + s * half + 0.11, -3, far, DECK + 0.0, DECK + 0.17) for s in (-1, 1)]
    beams += [
        (middle + s * 0.7 * half - 0.12, middle + s * 0.7 * half + 0.12, -3, far, DECK - 0.6, DECK - 0.3)
        for s in (-1, 1)
    ]
    stage.add(boxes(beams), old, bevel=0.012)
    places, piles, ropes, bands = [], [], [], []
    for i, b in enumerate(np.arange(1.4, far + 1, 2.6)):
        for s in (-1, 1):
            x = middle + s * (half + 0.2)
            tall = i % 2 == 0
            high = DECK + (rng.uniform(0.75, 1.15) if tall else 0.15)
            piles.append(quayside.pile(high, 0.15, stage.around(14), rng.normal(0, 0.006)).moved(x, b))
            if tall:
                places.append((x, b, DECK + 0.55))
                bands.append(quayside.turns(0.165, 3, 0).moved(x, b, DECK + 0.4))
    stage.add(piles, stage.once(("piles", wet), _pile_wood), smooth=True)
    by_side = [[p for p in places if (p[0] > middle) == right] for right in (False, True)]
    for side in by_side:
        ropes += [quayside.rigs.rope(a, b, 0.35, 0.022, 12) for a, b in itertools.pairwise(side) if rng.random() < 0.55]
    stage.add([*ropes, *bands], stage.material(quayside.ROPE), smooth=True)
    if lamps:
        _lamps(stage, [(middle + half - 0.15, b, DECK, np.pi) for b in np.arange(14.0, far, 12.0)])
    return places


def _pile_wood():
    """Old timber: green and black with weed where the tide reaches."""
    graph, output, material = materials.new("pile")
    surface = Surface((0.15, 0.115, 0.085), 0.85, 0.4, 0.4, 0.008, 0.03, stretch=(1, 1, 0.1), own_space=False)
    shader = materials.principled(graph, surface)
    at = graph.node("NewGeometry").outputs["Position"]
    z = graph.add(graph.split(at)[2], graph.multiply(graph.noise(at, 3.0, 5, 0.7), -0.5))
    colour = shader.inputs["Base Color"].links[0].from_socket
    colour = graph.mix(graph.spread(z, 0.15, 0.45, 1, 0), colour, (0.028, 0.034, 0.014))
    graph.link(graph.mix(graph.spread(z, -0.1, 0.08, 1, 0), colour, (0.012, 0.013, 0.011)), shader.inputs["Base Color"])
    graph.link(graph.spread(z, 0.0, 0.5, 0.25, 0.85), shader.inputs["Roughness"])
    graph.link(shader.outputs[0], output.inputs[0])
    return material


def _lamps(stage, places) -> None:
    """Iron lamps at (x, y, z, heading)."""
    iron = stage.material(quayside.IRON)
    glass = stage.lit((1.0, 0.72, 0.4), 60)
    for x, y, z, heading in places:
        if y < 12 or not stage.shot.clear(x, y, 0.3):
            continue
        parts, (lx, _, lz) = quayside.lamp_standard()
        lamp = stage.lamp("POINT", (lx, 0, lz - 0.12), 160, (1.0, 0.66, 0.32), shadow_soft_size=0.1) if y < 60 else None
        bulb = stage.add(ellipsoid(0.1, 0.1, 0.11, 14, 10).moved(lx, 0, lz), glass, smooth=True)
        stage.place(
            stage.group(stage.add(parts, iron, smooth=False), bulb, *([lamp] if lamp else [])), (x, y, z), heading
        )


def add_quay(stage, edge: float, side: int, far: float, near: float = -6.0) -> list:
    """A stone quay along y whose edge is at x = `edge` and whose water lies on `side` of it: paving, kerb blocks, a
    wall with weed, ladders, tyres, bollards. Returns the bollards' places.
    """
    rng, wet = stage.rng("quay"), stage.light.wet
    inner = edge - side * 60
    setts = stage.once(("setts", wet), lambda: materials.bricks((0.17, 0.16, 0.15), (0.05, 0.046, 0.04), 0.24, 0.13,
        Surface((0.17, 0.16, 0.15), 0.7, 0.4, 0.8, 0.012, 0.05, own_space=False, wet=0.7 * wet,
        gloss_variation=0.15)))  # fmt: skip
    x0, x1 = sorted((inner, edge - side * 0.55))
    stage.add(box(x0, x1, near, far, QUAY - 0.5, QUAY), setts)
    granite = stage.surface(
        (0.25, 0.24, 0.225),
        0.75,
        variation=0.4,
        grain=0.5,
        relief=0.012,
        relief_size=0.06,
        own_space=False,
        wear=(0.1, 0.09, 0.08),
    )
    rows, y = [], near
    while y < far:
        length = rng.uniform(0.9, 1.5)
        a, b = sorted((edge - side * 0.56, edge + side * (0.04 + rng.uniform(-0.015, 0.015))))
        rows.append((a, b, y, y + length - 0.015, QUAY - 0.42, QUAY + 0.015 + rng.uniform(-0.008, 0.008)))
        y += length
    stage.add(boxes(rows), granite, bevel=0.02)
    _wall(stage, edge, side, near, far)
    iron = stage.material(quayside.IRON)
    places = [(edge - side * 0.85, b, QUAY) for b in np.arange(3.2, far, 7.4)]
    stage.add([quayside.bollard(stage.around(24)).moved(*p) for p in places], iron, smooth=True)
    stage.add(
        [quayside.turns(0.15, int(rng.integers(2, 5))).moved(*p) for p in places],
        stage.material(quayside.ROPE),
        smooth=True,
    )
    turn = side * np.pi / 2
    stage.add(
        [quayside.ladder(2.2).turned(turn).moved(edge + side * 0.05, b, QUAY) for b in (6.5, 29.0, 52.0) if b < far],
        iron,
    )
    tyres = [
        quayside.tyre().turned(turn).moved(edge + side * 0.2, b + rng.normal(0, 0.3), QUAY - rng.uniform(0.55, 0.8))
        for b in np.arange(1.5, min(far, 70), 4.1)
    ]
    stage.add(tyres, stage.surface((0.017, 0.017, 0.018), 0.8, relief=0.008, relief_size=0.03), smooth=True)
    stage.add(
        [
            quayside.rigs.rope(
                (edge + side * 0.2, t.vertices[:, 1].mean(), t.vertices[:, 2].max() - 0.05),
                (edge - side * 0.1, t.vertices[:, 1].mean(), QUAY + 0.02),
                0,
                0.014,
            )
            for t in tyres
        ],
        stage.material(quayside.ROPE),
    )
    _lamps(stage, [(edge - side * 1.7, b, QUAY, 0 if side > 0 else np.pi) for b in np.arange(13.0, far, 15.0)])
    return places


def _wall(stage, edge: float, side: int, near: float, far: float) -> None:
    """The quay's face: courses of stone, stained and green towards the water."""
    y = np.linspace(near, far, stage.count(700, 80))
    z = np.linspace(-2.5, QUAY - 0.4, stage.count(46, 12))[:, None]
    yy, zz = np.broadcast_arrays(y[None], z)
    course = np.floor((zz + 9) / 0.42)
    along = (yy + 0.37 * course) / 0.95
    joint = (np.abs(along % 1 - 0.5) > 0.47) | (np.abs((zz + 9) / 0.42 % 1 - 0.5) > 0.44)
    rough = fbm(yy / 0.3, zz / 0.3, 4, 5)
    x = edge + side * (0.02 * rough - 0.035 * joint)
    solid = grid(x, yy, zz)
    tone = np.random.default_rng(7).uniform(0.75, 1.2, 8192)[
        (np.floor(along).astype(int) * 37 + course.astype(int) * 101) % 8192
    ]
    colour = np.array((0.2, 0.19, 0.175)) * (tone * np.where(joint, 0.45, 1.0) * (1 + 0.25 * rough))[..., None]
    level = zz + 0.18 * fbm(yy / 0.8, zz / 0.8, 4, 9)
    colour = blend(colour, (0.05, 0.06, 0.022), 0.85 * smoothstep(0.75, 0.35, level))
    colour = blend(colour, (0.013, 0.014, 0.012), smoothstep(0.3, 0.08, level))
    if side < 0:
        solid = Solid(solid.vertices, (solid.faces[0][:, ::-1],))
    surface = Surface(roughness=0.55, variation=0.2, grain=0.4, attribute=True, own_space=False, gloss_variation=0.2)
    stage.add(solid, stage.material(surface), smooth=True, colours=np.clip(colour, 0, 1).reshape(-1, 3))


def clutter(stage, name: str, x0: float, x1: float, level: float, near: float, far: float, count: int) -> None:
    """Pots, nets, boxes, crates, drums and coils in little groups on a strip x0..x1 between `near` and `far` metres."""
    rng = stage.rng(name)
    for _ in range(count):
        x, y = rng.uniform(x0, x1), rng.uniform(near, far)
        kind, turn = rng.random(), rng.uniform(0, 6.28)
        seeds = rng.integers(1 << 30, size=2)
        if not stage.shot.clear(x, y, 1.2):
            continue
        own = np.random.default_rng(seeds)
        if kind < 0.26:
            made = quayside.lobster_pot(stage, quayside.NETS[int(own.integers(4))])
            for i in range(int(own.integers(1, 5))):
                at = (x + own.normal(0, 0.5), y + own.normal(0, 0.6), level) if i else (x + 0.05, y, level + 0.41)
                carving.copied(made, at, turn + own.normal(0, 0.3))
        elif kind < 0.46:
            made = quayside.net_heap(stage, own, own.uniform(0.5, 0.9), quayside.NETS[int(own.integers(4))])
        elif kind < 0.66:
            made = quayside.fish_boxes(stage, own, int(own.integers(1, 6)))
        elif kind < 0.8:
            made = stage.group(quayside.crate(stage, own, own.uniform(0.6, 0.95)))
        elif kind < 0.9:
            made = stage.group(quayside.oil_drum(stage, own))
        else:
            made = stage.group(
                stage.add(quayside.rigs.coil((0, 0, 0), 0.36, 6, 0.025), stage.material(quayside.ROPE), smooth=True)
            )
        stage.place(made, (x, y, level), turn)


def fleet(stage, name: str, kinds) -> list:
    """Different moored boats as models: hidden, for `berth`."""
    rng = stage.rng(name)
    paints = list(craft.PAINTS)
    models = []
    for kind in kinds:
        paint = str(rng.choice(["white", "white", "blue", "black"] if kind == "sloop" else paints))
        boat = Boat(
            kind,
            paint,
            str(rng.choice(["wooden", "white", "black", "blue"])),
            "white",
            "moored",
            0.0,
            float(rng.uniform(0.3, 0.9)),
            int(rng.integers(10000)),
        )
        models.append((kind, craft.build(stage, boat, min(1.0, 0.15 + 0.7 * stage.detail))))
    return models


def berth(stage, model, x: float, y: float, heading: float, rng) -> None:
    """A copy of a model afloat, a little heeled."""
    made = carving.copied(model, (x, y, rng.normal(0, 0.03)), heading)
    made.rotation_euler = (rng.normal(0, 0.012), rng.normal(0, 0.025), heading)


def moor_along(stage, models, places, edge: float, side: int, near: float, far: float) -> None:
    """Boats alongside an edge at x = `edge`, one behind the other, some with a second outside, tied to `places`."""
    rng, ropes = stage.rng(f"berths {side}"), []
    y = near
    while y < far:
        kind, model = models[rng.integers(len(models))]
        lines = craft.LINES[kind]
        middle = y + lines.length / 2
        for row in range(2 if rng.random() < 0.35 else 1):
            x = edge + side * ((0.5 + lines.beam / 2) + row * (lines.beam + 0.5))
            free = stage.shot.clear(x, middle, lines.beam / 2) & stage.shot.clear(x, y, lines.beam / 2)
            turn = rng.choice([0.0, np.pi]) + rng.normal(0, 0.03)
            if not free:
                continue
            berth(stage, model, x, middle, turn, rng)
            near_by = [p for p in places if abs(p[0] - edge) < 1.4]
            if row == 0 and near_by:
                for end in (-0.42, 0.42):
                    at = min(near_by, key=lambda p: abs(p[1] - (middle + 1.5 * end * lines.length)))
                    start = (at[0], at[1], at[2] + 0.25)
                    ropes.append(
                        quayside.mooring(
                            start, (x - side * 0.3 * lines.beam, middle + end * lines.length, lines.freeboard + 0.2)
                        )
                    )
        y += lines.length + rng.uniform(1.0, 5.0)
    if ropes:
        stage.add(ropes, stage.material(quayside.ROPE), smooth=True)


def anchor(stage, models, count: int, near: float, far: float, free=None) -> None:
    """Boats at moorings in open water, all lying to the same wind more or less, with their buoys."""
    rng, shot = stage.rng("anchorage"), stage.shot
    wind = rng.uniform(0, 6.28)
    taken, buoys = [], []
    for _ in range(count * 4):
        y = near * (far / near) ** rng.random()
        x = rng.uniform(-1, 1) * (shot.spread[0] * y + 4)
        kind, model = models[rng.integers(len(models))]
        turn = wind + rng.normal(0, 0.25)
        length = craft.LINES[kind].length
        crowded = any(np.hypot(x - a, y - b) < 0.8 * (length + c) for a, b, c in taken)
        if crowded or not shot.clear(x, y, 0.6 * length, beyond=6) or (free and not free(x, y)) or len(taken) >= count:
            continue
        taken.append((x, y, length))
        berth(stage, model, x, y, turn, rng)
        buoys.append(
            ellipsoid(0.28, 0.28, 0.26, 16, 12).moved(
                x - 0.9 * length * np.sin(-turn) * 0.8, y - 0.9 * length * np.cos(turn) * 0.8, 0.1
            )
        )
    if buoys:
        stage.add(buoys, stage.surface((0.5, 0.13, 0.03), 0.4), smooth=True)


def town_ground(seed: int, front: float, deep: float = -4.0):
    """Land that rises behind a quay at y = `front`: a function of x and y."""

    def ground(x, y):
        x, y = np.asarray(x, float), np.asarray(y, float)
        d = y - front
        slope = 0.3 * np.clip(d - 9, 0, 70) * (1 + 0.5 * fbm(x / 120, y / 120, 3, seed))
        hills = smoothstep(60, 700, d) * (70 + 190 * (gullied(x / 900, y / 900, 4, seed + 2) + 0.35))
        return np.where(
            d < 0, deep, QUAY + slope + hills + 0.6 * fbm(x / 15, y / 15, 4, seed + 4) * smoothstep(9, 30, d)
        )

    return ground


def lake_ground(seed: int, front: float, tall: float):
    """Mountains round a lake whose far shore is at y = `front`; `tall` metres high."""

    def ground(x, y):
        x, y = np.asarray(x, float), np.asarray(y, float)
        d = y - front + 0.3 * front * fbm(x / (0.7 * front), 0 * y, 3, seed) - 0.12 * np.abs(x)
        foot = smoothstep(-0.05 * front, 0.3 * front, d)
        peaks = gullied(x / (1.5 * tall), y / (1.5 * tall), 6, seed + 2)
        rise = smoothstep(0.1 * front, 2.4 * front, d) * tall * (0.75 * peaks + 0.42)
        return -6 + 7 * foot + foot * (5 * np.abs(fbm(x / 60, y / 60, 5, seed + 4))) + np.maximum(rise, 0)

    return ground


def far_land(stage, ground, front: float, far: float, kind: str) -> None:
    """The far shore's ground with its woods."""
    seed = stage.scene.seed % 997

    def colour(x, y, z, up):
        patches = np.clip(0.5 + fbm(x / 70, y / 70, 5, seed), 0, 1)
        green = blend((0.05, 0.062, 0.022), (0.13, 0.12, 0.05), patches)
        stone = blend(
            (0.13, 0.12, 0.11), (0.24, 0.23, 0.215), np.clip(0.5 + fbm(x / 25, (y + z) / 25, 5, seed + 3), 0, 1)
        )
        wood = smoothstep(-0.05, 0.15, fbm(x / 130, y / 130, 4, seed + 5)) * smoothstep(0.55, 0.75, up)
        green = blend(green, (0.018, 0.027, 0.012), wood)
        steep = smoothstep(0.84, 0.66, up + 0.1 * fbm(x / 30, y / 30, 4, seed + 6))
        shade = blend(green, stone, steep)
        if kind == "lake":
            line = 0.42 * float(np.max(z)) + 90 * fbm(x / 200, y / 200, 4, seed + 7)
            shade = blend(shade, stone, smoothstep(-160, 20, z - line))
            shade = blend(shade, (0.72, 0.75, 0.8), smoothstep(0, 140, z - line) * smoothstep(0.45, 0.68, up))
        beach = smoothstep(1.6, 0.4, z)
        return blend(shade, (0.16, 0.14, 0.115), beach)

    surface = Surface(
        roughness=0.95,
        variation=0.4,
        grain=9.0,
        relief=1.2,
        relief_size=7.0,
        attribute=True,
        own_space=False,
        specular=0.1,
    )
    land(stage, ground, colour, surface, near=0.75 * front, far=far, rows=650, columns=750, behind=0.0)
    fine = 0.12 * stage.detail + 0.04
    if kind == "lake":
        kinds = kinds_of(
            stage, "spruces", 3, lambda rng: spruce(rng, rng.uniform(14, 24), detail=fine), bark_of(stage, "pine")
        )
        count, reach = 5200, 7.0
    else:
        kinds = kinds_of(
            stage,
            "town trees",
            3,
            lambda rng: tree(rng, str(rng.choice(["lime", "oak"])), rng.uniform(7, 12), detail=fine),
            bark_of(stage, "lime"),
        )
        count, reach = 1500, 3.5
    rng = stage.rng("far trees")
    n = stage.count(count, 250)
    y = front * (1.0 + reach * rng.random(n) ** 1.6)
    x = rng.uniform(-1, 1, n) * (stage.shot.spread[0] * y + 30)
    z = ground(x, y)
    dense = fbm(x / 130, y / 130, 4, seed + 5) > rng.uniform(-0.3, 0.12, n)
    steep = np.abs(ground(x, y + 6) - z) < 5.5
    low = z < (0.34 * np.max(z) if kind == "lake" else 1e9)
    keep = (z > (1.0 if kind == "lake" else QUAY + 2.5)) & dense & steep & low
    set_out(stage, "far tree kinds", kinds, x[keep], y[keep], rng.uniform(0.6, 1.25, keep.sum()), 0.4, ground)


def add_town(stage, ground, front: float, style: str, free=None) -> None:
    """Houses in rows up from the far quay, their church, and the quay itself with a few boats' length of wall."""
    shot, rng = stage.shot, stage.rng("town")
    half = shot.spread[0] * (front + 60) * 1.08 + 12
    pan = shot._pan() * front
    fine = float(np.clip(40 * stage.detail / front * 1.6, 0.1, 1.0))
    made = town.Town(town.STYLES[style], fine)
    rows = int(np.clip(2 + 240 / front, 3, 6))
    town.settle(made, rng, ground, pan - half, pan + half, front + 9, rows, free=free)
    x = pan + rng.uniform(-0.45, 0.45) * half
    y = front + 9 + 11 * rows * 0.6
    town.church(made, rng, (x, y, float(ground(x, y)) + 2), rng.normal(0, 0.15), rng.uniform(0.95, 1.25))
    made.emit(stage, 0.34, 2.4)
    stone = stage.once("far quay", lambda: materials.bricks((0.2, 0.19, 0.17), (0.07, 0.065, 0.06), 1.0, 0.45))
    stage.add(box(pan - half - 40, pan + half + 40, front - 0.4, front + 12, -3, QUAY), stone)
    spots = [(pan + a, front + 2.5, QUAY) for a in np.arange(-half, half, 17.0)]
    iron, glass = stage.material(quayside.IRON), stage.lit((1.0, 0.7, 0.36), 90)
    poles = [box(a - 0.05, a + 0.05, b - 0.05, b + 0.05, c, c + 4.2) for a, b, c in spots]
    stage.add(join(poles), iron)
    stage.add([ellipsoid(0.22, 0.22, 0.24, 10, 8).moved(a, b, c + 4.3) for a, b, c in spots], glass, smooth=True)


def gulls(stage) -> None:
    """Gulls in the air over the water."""
    shot, rng = stage.shot, stage.rng("gulls")
    n = int(rng.integers(5, 13))
    away = np.maximum(shot.distance, 20) * np.exp(rng.uniform(-0.1, 1.2, n))
    x = rng.uniform(-0.9, 0.9, n) * shot.spread[0] * away
    z = shot.eye[2] + away * shot.spread[1] * rng.uniform(0.0, 0.8, n)
    keep = (z > 2.5) & shot.clear(x, away, 0.5)
    shore.gulls(stage, "gulls in flight", np.c_[x, away, z][keep])
