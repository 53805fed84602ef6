"""Quays, piers and moles with what lies on them, and gulls over the water."""

import itertools

import numpy as np

from images.world import materials
from images.world.coast import quayside, shore
from images.world.geometry import Solid, box, boxes, ellipsoid, grid
from images.world.materials import Surface
from images.world.modelling import carving
from images.world.noise import blend, fbm, smoothstep

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


def gulls(stage) -> None:
    """Gulls in the air over the water."""
    shot, rng = stage.shot, stage.rng("gulls")
    n = int(rng.integers(5, 13))
    away = np.maximum(shot.distance, 20) * np.exp(rng.uniform(-0.1, 1.2, n))
    x = rng.uniform(-0.9, 0.9, n) * shot.spread[0] * away
    z = shot.eye[2] + away * shot.spread[1] * rng.uniform(0.0, 0.8, n)
    keep = (z > 2.5) & shot.clear(x, away, 0.5)
    shore.gulls(stage, "gulls in flight", np.c_[x, away, z][keep])
