"""Great interiors in bays: a gothic nave, a romanesque colonnade, a ruined abbey, a hall of books.

The axis is x = 0 and the eye looks along +y. A bay is built once, for the side x > 0, and set up along the axis on
both sides.
"""

from dataclasses import dataclass

import numpy as np

from images.world import blender
from images.world.buildings import stonework
from images.world.furniture import books, candles, cases, finishes, lamps, seats, tables, walls
from images.world.furniture.turning import bead, curve, spun
from images.world.geometry import Solid, box, cards, grid, join, lathe, tube
from images.world.noise import fbm, smoothstep


@dataclass(frozen=True)
class Hall:
    """Measures of a hall in metres; point: how pointed its arches are."""

    kind: str
    half: float  # from the axis to the piers
    aisle: float  # from the piers to the outer wall; 0: none
    bay: float
    bays: int  # beyond y = 0
    spring: float  # where the arcade's arches start
    top: float  # where the vault starts
    point: float
    stone: tuple[float, float, float]

    @property
    def wall(self) -> float:
        return self.half + self.aisle

    @property
    def end(self) -> float:
        return self.bay * (self.bays - 0.5)

    @property
    def crown(self) -> float:
        return self.top + self.half * stonework.peak(self.point)


STONES = ((0.34, 0.29, 0.22), (0.3, 0.285, 0.26), (0.38, 0.3, 0.2), (0.27, 0.22, 0.17))


def plan(kind: str, rng) -> Hall:
    stone = STONES[rng.integers(len(STONES))]
    if kind == "gothic":
        return Hall(
            kind,
            float(rng.uniform(3.9, 4.6)),
            3.4,
            5.0,
            8,
            float(rng.uniform(4.6, 5.4)),
            float(rng.uniform(10.2, 11.6)),
            0.45,
            stone,
        )
    if kind == "romanesque":
        return Hall(
            kind,
            float(rng.uniform(3.4, 4.0)),
            3.0,
            3.8,
            10,
            float(rng.uniform(4.0, 4.6)),
            float(rng.uniform(7.2, 8.4)),
            0.0,
            stone,
        )
    if kind == "ruin":
        return Hall(kind, float(rng.uniform(3.9, 4.5)), 3.2, 4.8, 6, float(rng.uniform(4.2, 4.9)), 9.5, 0.4, stone)
    return Hall("library", float(rng.uniform(4.0, 4.8)), 2.6, 4.2, 8, 7.0, float(rng.uniform(7.6, 8.4)), 0.0, stone)


def copies(stage, made, places) -> None:
    """Set an object up at places (x, y, z, heading), sharing one mesh; the first place is the object's own."""
    import bpy

    for i, (x, y, z, heading) in enumerate(places):
        one = made if i == 0 else bpy.data.objects.new(made.name, made.data)
        if i:
            bpy.context.scene.collection.objects.link(one)
            one.visible_shadow = made.visible_shadow
        one.location, one.rotation_euler = (x, y, z), (0, 0, heading)


def repeat(group, places) -> None:
    """Set a whole group up at places (x, y, z, heading), sharing its meshes and lamps; the first place is its own."""
    import bpy
    from mathutils import Matrix

    bpy.context.view_layer.update()
    parts = [part for part in group.children_recursive if part.data is not None]
    relative = group.matrix_world.inverted()
    for x, y, z, heading in places[1:]:
        there = Matrix.Translation((x, y, z)) @ Matrix.Rotation(heading, 4, "Z") @ relative
        for part in parts:
            one = bpy.data.objects.new(part.name, part.data)
            bpy.context.scene.collection.objects.link(one)
            one.matrix_world, one.visible_shadow = there @ part.matrix_world, part.visible_shadow
    group.location, group.rotation_euler = places[0][:3], (0, 0, places[0][3])


def bays(hall: Hall, first: int = -2) -> list[tuple[float, float, float, float]]:
    """Where bays stand: the right side as built, the left turned round."""
    middles = [hall.bay * i for i in range(first, hall.bays)]
    return [(0, y, 0, 0) for y in middles] + [(0, y, 0, np.pi) for y in middles]


def _sideways(solid: Solid, x: float) -> Solid:
    """Something built in the xz plane turned to run along y at a given x, its +y side outwards."""
    vertices = np.c_[x + solid.vertices[:, 1], solid.vertices[:, 0], solid.vertices[:, 2]]
    return Solid(vertices, tuple(faces[:, ::-1] for faces in solid.faces))


# -- gothic and romanesque


def church(stage, hall: Hall, rng, coloured: bool) -> None:
    """A vaulted nave with aisles."""
    steps, around = stage.around(25, 9), stage.around(12, 6)
    round_arched = hall.point == 0
    stone = walls.ashlar(stage, hall.stone)
    trim = walls.carved(stage, tuple(min(1, 1.12 * c) for c in hall.stone))
    plaster = walls.plaster(stage, tuple(min(0.6, 1.35 * c) for c in hall.stone))
    places = bays(hall)
    span = hall.bay / 2 - (0.5 if round_arched else 0.62)
    cap = hall.spring + 0.0
    gallery = hall.spring + span * stonework.peak(hall.point) + 0.55
    wide = 0.42 * hall.bay / 2 if round_arched else 0.56 * hall.bay / 2  # half the windows
    high_sill, high_spring = gallery + 0.9, hall.top + 0.4
    low_sill, low_spring = 2.1, hall.spring - (0.4 if round_arched else 0.6)
    blocks = [_sideways(stonework.arcade(hall.bay, span, cap, gallery, 0.9, hall.point, cap - 0.001, steps=steps),
        hall.half), _sideways(stonework.arcade(hall.bay, wide * 0.8, high_spring, hall.crown + 0.6, 0.7, hall.point,
        gallery, high_sill, steps), hall.half), _sideways(stonework.arcade(hall.bay, wide, low_spring, gallery + 0.3,
        1.0, hall.point, 0.0, low_sill, steps), hall.wall),]  # fmt: skip
    copies(stage, stage.add(blocks, stone), places)
    copies(
        stage,
        stage.add(
            _trim(hall, span, wide, gallery, (low_sill, low_spring), (high_sill, high_spring), steps, around),
            trim,
            smooth=40,
        ),
        places,
    )
    vaults = [stonework.groin(hall.half, hall.bay, hall.top, hall.point, steps + 8, 0.0)]
    aisle = stonework.groin(hall.aisle / 2, hall.bay, hall.spring + 0.2, hall.point, steps)
    vaults.append(aisle.moved(x=hall.half + hall.aisle / 2))
    if round_arched:
        vaults[0] = stonework.barrel(hall.half, hall.bay, hall.top, steps * 2)
    copies(stage, stage.add(vaults, plaster, smooth=30), places)
    glass = [_sideways(stonework.opening(wide, low_sill, low_spring, hall.point, steps), hall.wall + 0.1)]
    glass.append(_sideways(stonework.opening(wide * 0.8, high_sill, high_spring, hall.point, steps), hall.half + 0.1))
    for k, solid in enumerate(glass):
        flat = Solid(solid.vertices[:, [1, 0, 2]] * [1, 1, 1], solid.faces)
        pane = stage.add(flat, walls.stained(stage, k, coloured, 4.0 if k == 0 else 3.2))
        copies(stage, pane, [(x, y, z, h - np.pi / 2) for x, y, z, h in places])
    _piers(stage, hall, trim, around)
    _end(stage, hall, stone, trim, coloured, steps, around)
    if round_arched:
        beams = [
            tube(np.c_[p[:, 0], 0 * p[:, 0], p[:, 1]], 0.3, around)
            for p in [stonework.path(hall.half - 0.1, hall.top, 0, steps * 2)]
        ]
        copies(
            stage, stage.add(beams, trim, smooth=40), [(0, hall.bay * (i + 0.5), 0, 0) for i in range(-2, hall.bays)]
        )


def _trim(hall: Hall, span, wide, gallery, low, high, steps, around) -> Solid:
    """Mouldings of a bay: rolls round its arch, jambs and tracery of its windows, strings, wall shafts, ribs."""
    made = []
    for out, y, radius in ((0.06, -0.42, 0.07), (0.22, -0.47, 0.09), (0.42, -0.5, 0.05)):
        made.append(
            _sideways(stonework.moulding(span, hall.spring, hall.point, radius, out, y, steps, around), hall.half)
        )
    rise = gallery - 0.12
    made.append(box(hall.half - 0.56, hall.half, -hall.bay / 2, hall.bay / 2, rise, rise + 0.09))
    made.append(box(hall.half - 0.62, hall.half, -hall.bay / 2, hall.bay / 2, rise + 0.09, rise + 0.17))
    made.append(box(hall.wall - 0.58, hall.wall, -hall.bay / 2, hall.bay / 2, low[0] - 0.3, low[0] - 0.16))
    if hall.point:
        for (sill, spring), half, x in ((low, wide, hall.wall + 0.1), (high, wide * 0.8, hall.half + 0.1)):
            made.append(
                _sideways(
                    stonework.tracery(
                        half, sill, spring, hall.point, 2 if half < 1.2 else 3, max(6, around - 4), max(7, steps // 2)
                    ),
                    x,
                )
            )
        shafts = [(-0.5, 0.11), (-0.42, 0.07)]
        for out, radius in shafts:
            for side in (-0.16, 0.16) if radius < 0.1 else (0.0,):
                made.append(
                    tube(
                        [
                            (hall.half + out, -hall.bay / 2 + side, hall.spring + 0.3),
                            (hall.half + out, -hall.bay / 2 + side, hall.top),
                        ],
                        radius,
                        around,
                    )
                )
        made.append(
            stonework.leafy(0.13, hall.top - 0.45, hall.top, max(8, around), 1).moved(hall.half - 0.5, -hall.bay / 2, 0)
        )
        made.append(stonework.ribs(hall.half, hall.bay, hall.top, hall.point, steps, around, 0.0))
        cell = stonework.ribs(
            hall.aisle / 2, hall.bay, hall.spring + 0.2, hall.point, max(9, steps // 2), max(6, around - 4)
        )
        made.append(cell.moved(x=hall.half + hall.aisle / 2))
        made += _triforium(hall, gallery, high[0], steps, around)
    else:
        made.append(
            _sideways(stonework.moulding(wide, low[1], 0, 0.09, 0.14, -0.5, steps, around, low[1] - low[0]), hall.wall)
        )
        made.append(
            _sideways(
                stonework.moulding(wide * 0.8, high[1], 0, 0.08, 0.12, -0.36, steps, around, high[1] - high[0]),
                hall.half,
            )
        )
    return join(made)


def _triforium(hall: Hall, gallery: float, sill: float, steps: int, around: int) -> list[Solid]:
    """A row of small blind arches between arcade and windows."""
    made, count = [], 4
    tall = sill - gallery - 0.35
    if tall < 0.5:
        return made
    wide = hall.bay * 0.84 / count
    for k in range(count):
        y = -hall.bay * 0.42 + (k + 0.5) * wide
        line = stonework.path(wide / 2 - 0.06, gallery + 0.1 + 0.55 * tall, 0.4, max(7, steps // 2), 0.5 * tall)
        made.append(
            tube(np.c_[np.full(len(line), hall.half - 0.4), y + line[:, 0], line[:, 1]], 0.05, max(6, around - 4))
        )
    return made


def _piers(stage, hall: Hall, trim, around: int) -> None:
    """Piers or columns between the bays, with their capitals and the arches across the aisles' wall."""
    fine = max(12, around * 2)
    if hall.point:
        solids = [
            stonework.clustered(hall.spring - 0.75, 0.52, fine),
            stonework.leafy(0.56, hall.spring - 0.8, hall.spring + 0.02, fine),
        ]
    else:
        solids = [
            stonework.column(hall.spring - 0.85, 0.46, fine * 2),
            stonework.cushion(0.48, hall.spring - 0.86, hall.spring + 0.02, fine * 2),
        ]
    made = stage.add(solids, trim, smooth=38)
    ys = [hall.bay * (i + 0.5) for i in range(-3, hall.bays)]
    copies(stage, made, [(s * hall.half, y, 0, 0) for y in ys for s in (-1, 1)])
    half = stage.add(
        [
            stonework.column(hall.spring - 0.9, 0.2, fine),
            stonework.cushion(0.2, hall.spring - 0.9, hall.spring - 0.45, fine),
        ],
        trim,
        smooth=38,
    )
    copies(stage, half, [(s * (hall.wall - 0.62), y, 0, 0) for y in ys for s in (-1, 1)])


def _end(stage, hall: Hall, stone, trim, coloured: bool, steps: int, around: int) -> None:
    """The wall at the far end with its great window, and the altar before it."""
    y, crown = hall.end, hall.crown
    half = 0.62 * hall.half
    parts = []
    if hall.point:
        sill, spring = 3.4, crown - half * stonework.peak(hall.point) - 1.2
        parts.append(
            stonework.arcade(2 * hall.half, half, spring, crown + 1, 0.8, hall.point, 0.0, sill, steps).moved(y=y)
        )
        bars = stonework.tracery(half, sill, spring, hall.point, 4, around, max(8, steps // 2))
        pane = stonework.opening(half, sill, spring, hall.point, steps)
        lines = [stonework.moulding(half, spring, hall.point, 0.12, 0.16, -0.42, steps, around, spring - sill)]
    else:
        radius, centre = 0.5 * hall.half, crown - 0.66 * hall.half
        parts += _round_hole(2 * hall.half, radius, centre, crown + 1, 0.8, steps, y)
        bars = stonework.rose(radius, around, max(10, steps)).moved(z=centre)
        t = np.linspace(0, 2 * np.pi, steps * 3)
        ring = np.c_[radius * np.cos(t), 0 * t, centre + radius * np.sin(t)]
        middle = np.concatenate([ring, [[0, 0, centre]]])
        i = np.arange(len(t) - 1)
        pane = Solid(middle, (np.stack([i, i + 1, 0 * i + len(t)], 1),))
        lines = []
        for k in (-1, 0, 1):
            x, w = k * 0.42 * hall.half, 0.13 * hall.half
            line = stonework.path(w, 4.4, 0, steps, 2.0)
            lines.append(tube(np.c_[x + line[:, 0], np.full(len(line), -0.44), line[:, 1]], 0.09, around))
    for s in (-1, 1):
        x0, x1 = sorted((s * hall.half, s * (hall.wall + 0.5)))
        parts.append(box(x0, x1, y - 0.4, y + 0.4, 0, hall.crown))
    parts.append(box(-hall.wall - 0.5, hall.wall + 0.5, -3.2 * hall.bay - 0.5, -2.6 * hall.bay, 0, hall.crown + 1))
    stage.add(parts, stone)
    stage.add([solid.moved(y=y) for solid in (bars, *lines)], trim, smooth=40)
    glass = stage.add(pane, walls.stained(stage, 7, coloured or not hall.point, 3.4))
    glass.location = (0, y + 0.05, 0)


def _round_hole(
    wide: float, radius: float, centre: float, top: float, thick: float, steps: int, y: float
) -> list[Solid]:
    """A wall with a round hole, as two strips beside and pieces above and below."""
    t = np.linspace(-1, 1, steps * 2)
    x = radius * np.sin(t * np.pi / 2)
    z = np.sqrt(np.maximum(radius**2 - x**2, 0))
    low = stonework._strip(x, np.zeros(len(x)), centre - z, thick)
    high = stonework._strip(x, centre + z, np.full(len(x), top), thick)
    sides = [box(s * radius, s * wide / 2, -thick / 2, thick / 2, 0, top) for s in (-1, 1)]
    return [solid.moved(y=y) for solid in (low, high, *sides)]


# -- what stands in a church


def pews(stage, hall: Hall, rng, first: float, last: float, keep) -> None:
    """Benches on both sides of the way down the middle; keep: where one may stand (x, y)."""
    wood = finishes.wood(
        stage,
        [(0.1, 0.05, 0.026), (0.16, 0.09, 0.045), (0.07, 0.04, 0.025)][rng.integers(3)],
        "x",
        0.36,
        0.25,
        0.35,
        1.4,
    )
    inner, outer = 1.05, hall.half - 0.75
    long = outer - inner
    seat = [
        box(0, long, -0.18, 0.2, 0.43, 0.47),
        box(0, long, 0.2, 0.235, 0.36, 0.94),
        box(0, long, 0.17, 0.26, 0.94, 0.98),
        box(0, long, 0.3, 0.52, 0.74, 0.77),
        box(0, long, 0.36, 0.44, 0.1, 0.16),
    ]
    for x in (0.0, long):
        outline = [
            (-0.22, 0),
            (-0.22, 0.55),
            (-0.12, 0.68),
            (0.1, 0.74),
            (0.16, 0.98),
            (0.2, 1.08),
            (0.28, 1.08),
            (0.3, 0),
        ]
        points = np.array([(0.0, y, z) for y, z in outline])
        from images.world.geometry import loft

        seat.append(loft([points + [x - 0.03, 0, 0], points + [x + 0.03, 0, 0]][::-1]))
        knob = spun([(0.03, 1.07)], bead(0.03, 1.08, 1.16, 0.03), [(0, 1.17)], around=stage.around(14, 7))
        seat.append(knob.moved(x, 0.24, 0))
    made = stage.add(seat, wood, smooth=35)
    places = []
    for y in np.arange(first, last, 1.05):
        for side in (-1, 1):
            x = side * inner if side > 0 else -outer
            if rng.random() < 0.95 and keep(side * (inner + long / 2), y):
                places.append((x + rng.normal(0, 0.01), y + rng.normal(0, 0.025), 0, rng.normal(0, 0.006)))
    if places:
        copies(stage, made, places)
    else:
        stage.hide(made)


def altar(stage, hall: Hall, rng) -> None:
    """Steps, a stone table with a cloth, candlesticks and a cross; lamps on chains."""
    y = hall.end - 2.2
    stone = walls.carved(stage, tuple(min(1, 1.2 * c) for c in hall.stone))
    steps = [
        box(-3.0 + 0.4 * k, 3.0 - 0.4 * k, y - 2.4 + 0.45 * k, hall.end, 0.16 * k, 0.16 * (k + 1)) for k in range(3)
    ]
    stage.add(
        [*steps, box(-1.3, 1.3, y - 0.5, y + 0.5, 0.48, 1.44), box(-1.45, 1.45, y - 0.6, y + 0.6, 1.44, 1.54)],
        stone,
        bevel=0.01,
    )
    linen = finishes.cloth(stage, (0.6, 0.58, 0.53))
    stage.add([box(-1.1, 1.1, y - 0.615, y + 0.61, 1.54, 1.55), box(-1.1, 1.1, y - 0.625, y - 0.61, 1.0, 1.55)], linen)
    gold = finishes.brass(stage, 0.25, 0.4)
    cross = [
        box(-0.03, 0.03, y - 0.02, y + 0.02, 1.55, 2.6),
        box(-0.3, 0.3, y - 0.02, y + 0.02, 2.2, 2.26),
        box(-0.16, 0.16, y - 0.1, y + 0.1, 1.55, 1.62),
    ]
    stage.add(cross, gold, bevel=0.006)
    for x in (-1.0, -0.66, 0.66, 1.0):
        stick, _ = candles.standing_candle(stage, rng, "stick", 0.3, power=6.0)
        stick.location, stick.scale = (x, y, 1.55), (2.0, 2.0, 2.0)


def candle_stand(stage, rng, at, keep_lamp: bool = True) -> None:
    """An iron stand with rows of small burning candles, one lamp for them all."""
    iron = finishes.iron(stage)
    x, y = at
    legs = [
        tube([(x + a, y + b, 0), (x + 0.3 * a, y + 0.3 * b, 0.5), (x + 0.3 * a, y + 0.3 * b, 0.9)], 0.014, 6)
        for a, b in ((-0.25, -0.2), (0.25, -0.2), (0, 0.25))
    ]
    trays = [
        box(x - 0.45, x + 0.45, y - 0.16 + 0.15 * k, y - 0.03 + 0.15 * k, 0.9 + 0.1 * k, 0.915 + 0.1 * k)
        for k in range(3)
    ]
    stage.add([*legs, *trays], iron, smooth=40)
    wax, flames = [], []
    for k in range(3):
        for u in np.linspace(-0.4, 0.4, 9):
            if rng.random() < 0.8:
                tall = rng.uniform(0.05, 0.16)
                cx, cy, cz = x + u, y - 0.095 + 0.15 * k, 0.915 + 0.1 * k
                wax.append(
                    lathe([(1e-3, 0), (0.013, 0), (0.0125, tall), (1e-3, tall - 0.003)], stage.around(10, 6)).moved(
                        cx, cy, cz
                    )
                )
                if rng.random() < 0.75:
                    s = np.linspace(0, 1, 7)
                    flames.append(
                        tube(
                            np.c_[0 * s, 0 * s, 0.034 * s],
                            0.0062 * np.sin(np.pi * np.clip(s, 0.04, 1) ** 0.7) + 2e-4,
                            7,
                        ).moved(cx, cy, cz + tall + 0.005)
                    )
    if wax:
        stage.add(wax, finishes.wax(stage), smooth=45)
    if flames:
        burning = stage.add(flames, stage.glow((1.0, 0.55, 0.2), 30.0 * max(stage.light.lamps, 0.12)), smooth=True)
        burning.visible_shadow = False
        lamps.unsampled(burning)
        stage.lamp("POINT", (x, y, 1.3), 1.6 * len(flames), candles.FLAME, shadow_soft_size=0.25)


# -- the ruin


def ruin(stage, hall: Hall, rng, ground) -> None:
    """An abbey without its roof: walls broken at different heights, some arches whole, ivy, fallen stones."""
    steps, around = stage.around(25, 9), stage.around(12, 6)
    stone, trim = walls.ashlar(stage, hall.stone), walls.carved(stage, hall.stone)
    span, wide = hall.bay / 2 - 0.6, 0.55 * hall.bay / 2
    arch_top = hall.spring + span * stonework.peak(hall.point)
    blocks, carving, broken = [], [], []
    seed = int(rng.integers(999))
    for i in range(-1, hall.bays):
        for side in (-1, 1):
            y = hall.bay * i
            state = rng.random()

            def flip(solid, s=side, y=y):
                return Solid(solid.vertices * [s, 1, 1] + [0, y, 0], tuple(f[:, ::-1] for f in solid.faces) if s < 0
                    else solid.faces)  # fmt: skip

            level = float(rng.uniform(arch_top + 0.6, hall.top + 1.5)) if state < 0.62 else float(rng.uniform(1.0, 2.5))
            if state < 0.62:
                wall = stonework.arcade(
                    hall.bay,
                    span,
                    hall.spring,
                    _broken(seed + i * 7 + side, level, arch_top + 0.35, 1.4),
                    0.85,
                    hall.point,
                    hall.spring,
                    steps=steps,
                )
                blocks.append(flip(_sideways(wall, hall.half)))
                for out, d, radius in ((0.06, -0.42, 0.07), (0.22, -0.46, 0.09)):
                    carving.append(
                        flip(
                            _sideways(
                                stonework.moulding(span, hall.spring, hall.point, radius, out, d, steps, around),
                                hall.half,
                            )
                        )
                    )
            else:
                broken.append((side, i))
            outer = float(rng.uniform(1.6, hall.spring + 3.2))
            whole = outer > 4.5
            if whole:
                panel = stonework.arcade(
                    hall.bay,
                    wide,
                    hall.spring - 0.6,
                    _broken(seed + 31 + i * 5 + side, outer, 2.2, 2.2),
                    1.0,
                    hall.point,
                    0.0,
                    1.9,
                    steps,
                )
                if rng.random() < 0.6:
                    carving.append(
                        flip(
                            _sideways(
                                stonework.tracery(
                                    wide, 1.9, hall.spring - 0.6, hall.point, 3, around, max(8, steps // 2)
                                ),
                                hall.wall,
                            )
                        )
                    )
            else:
                x = np.linspace(-hall.bay / 2, hall.bay / 2, steps)
                panel = stonework._strip(
                    x, np.full(steps, -0.4), np.maximum(_broken(seed + 57 + i * 3 + side, outer, 0.3, 1.5)(x), 0.3), 1.0
                )
            blocks.append(flip(_sideways(panel, hall.wall)))
    stage.add(blocks, stone)
    if carving:
        stage.add(carving, trim, smooth=40)
    _broken_piers(stage, hall, rng, trim, broken, ground)
    _ruined_end(stage, hall, stone, trim, steps, around, seed)
    _ivy(stage, hall, rng)
    _rubble(stage, hall, rng, stone, ground)


def _broken(seed: int, level: float, least: float, reach: float):
    """A ragged top for a wall: steps of courses, falling away to one side."""

    def top(x):
        x = np.asarray(x, float)
        fall = reach * fbm(x * 0.35 + seed, 0 * x + seed, 3, seed) + 0.5 * fbm(x * 2.5, 0 * x, 3, seed + 1)
        return np.maximum(np.round((level + fall) / 0.4) * 0.4 + 0.06 * fbm(x * 9, 0 * x, 2, seed), least)

    return top


def _broken_piers(stage, hall: Hall, rng, trim, broken, ground) -> None:
    fine = stage.around(24, 12)
    whole = stage.add(
        [
            stonework.clustered(hall.spring - 0.75, 0.5, fine),
            stonework.leafy(0.54, hall.spring - 0.8, hall.spring + 0.02, fine),
        ],
        trim,
        smooth=38,
    )
    stump = stage.add(stonework.clustered(float(rng.uniform(1.2, 2.6)), 0.5, fine), trim, smooth=38)
    gone = set(broken)
    tall, short = [], []
    for i in range(-2, hall.bays):
        for side in (-1, 1):
            y = hall.bay * (i + 0.5)
            both = (side, i) in gone and (side, i + 1) in gone
            (short if both else tall).append((side * hall.half, y, -0.05, rng.uniform(0, 6)))
    for made, places in ((whole, tall), (stump, short)):
        if places:
            copies(stage, made, places)
        else:
            stage.hide(made)


def _ruined_end(stage, hall: Hall, stone, trim, steps: int, around: int, seed: int) -> None:
    """The end wall with its great window open to the sky."""
    half, y = 0.66 * hall.half, hall.end
    spring, sill = hall.top - 3.2, 2.4
    crest = spring + half * stonework.peak(hall.point)
    wall = stonework.arcade(
        2 * hall.half,
        half,
        spring,
        _broken(seed + 90, crest + 1.6, crest + 0.4, 1.2),
        0.9,
        hall.point,
        -0.3,
        sill,
        steps * 2,
    )
    stage.add(wall.moved(y=y), stone)
    bars = stonework.tracery(half, sill, spring, hall.point, 4, around, max(8, steps // 2))
    rolls = [
        stonework.moulding(half, spring, hall.point, 0.1, 0.16, d, steps, around, spring - sill) for d in (-0.46, 0.46)
    ]
    stage.add([solid.moved(y=y) for solid in (bars, *rolls)], trim, smooth=40)


def _ivy(stage, hall: Hall, rng) -> None:
    """Leaves that climb piers and the feet of the outer walls in ragged sheets."""
    made, count = [], stage.count(2400, 300)
    for k in range(11):
        side, bay = float(rng.choice([-1, 1])), int(rng.integers(0, hall.bays - 1))
        top = rng.uniform(2.0, 0.95 * hall.spring) if k < 7 else rng.uniform(1.2, 1.9)
        z = top * rng.random(count) ** 1.5
        seed = int(rng.integers(999))
        if k < 7:  # round a pier
            angle = rng.uniform(0, 2 * np.pi, count)
            dense = fbm(angle * 1.6, z * 0.8, 4, seed) > -0.1 + 0.25 * z / top
            radius = 0.66 + 0.1 * rng.random(count)
            out = np.c_[np.cos(angle), np.sin(angle)]
            centre = np.c_[side * hall.half + radius * out[:, 0], hall.bay * (bay + 0.5) + radius * out[:, 1], z]
        else:
            y = rng.normal(0, 1.1, count)
            dense = (fbm(y * 1.2, z * 1.2, 4, seed) > -0.05) & (np.abs(y) < 0.46 * hall.bay)
            out = np.c_[np.full(count, -side), np.zeros(count)]
            centre = np.c_[side * (hall.wall - 0.52) + 0.1 * out[:, 0] * rng.random(count), hall.bay * bay + y, z]
        centre, out = centre[dense], out[dense]
        n = len(centre)
        size = rng.uniform(0.04, 0.08, (n, 1)) * (1 if stage.detail > 0.4 else 1.5)
        down = np.c_[0.5 * out + rng.normal(0, 0.3, (n, 2)), -np.ones(n)]
        across = (
            np.c_[-out[:, 1], out[:, 0], rng.normal(0, 0.3, n)]
            + np.c_[0.4 * out * rng.normal(0, 1, (n, 1)), np.zeros(n)]
        )
        made.append(cards(centre, size * down, size * across))
    leaf = stage.surface(
        (0.035, 0.06, 0.016), 0.45, variation=0.6, grain=0.6, translucency=0.3, second=(0.08, 0.075, 0.02)
    )
    stage.add(made, leaf)


def _rubble(stage, hall: Hall, rng, stone, ground) -> None:
    """Fallen blocks and drums of columns, out of the subject's way."""
    from images.world.materials import Surface
    from images.world.terrain import stones

    kinds = stones(
        stage,
        "rubble",
        4,
        Surface(hall.stone, 0.85, 0.4, 0.4, 0.02, 0.06, second=(0.05, 0.06, 0.02), second_share=0.3),
        0.9,
    )
    n = stage.count(420, 60)
    x = rng.choice([-1, 1], n) * rng.uniform(1.2, hall.wall, n)
    y = rng.uniform(0.5, hall.end, n)
    near_wall = np.exp(-(((np.abs(x) - hall.half) / 1.1) ** 2))
    keep = (rng.random(n) < 0.2 + 0.8 * near_wall) & stage.shot.clear(x, y, 0.8)
    size = rng.lognormal(-1.4, 0.55, n)
    stage.scatter(kinds, np.c_[x, y, ground(x, y) + 0.1 * size][keep], size[keep], "rubble kinds")
    trim = walls.carved(stage, hall.stone)
    for _ in range(7):
        x, y = float(rng.choice([-1, 1]) * rng.uniform(1.7, hall.half + 1.5)), float(rng.uniform(2.5, hall.end - 1))
        if stage.shot.clear(x, y, 1.0):
            drum = spun(
                [(0, -0.4), (0.44, -0.4)],
                [(0.45, -0.36), (0.45, 0.36), (0.44, 0.4), (0, 0.4)],
                around=stage.around(28, 10),
            )
            made = stage.add(drum, trim, smooth=40)
            made.location, made.rotation_euler = (
                (x, y, float(ground(x, y)) + 0.3),
                (1.45, 0.1, float(rng.uniform(0, 6))),
            )


# -- the hall of books


def library(stage, hall: Hall, rng) -> None:
    """Two floors of books between columns, a gallery with a rail, tall windows above, a coffered barrel over all."""
    steps, around = stage.around(25, 9), stage.around(12, 6)
    wood = [(0.13, 0.06, 0.03), (0.2, 0.11, 0.05), (0.09, 0.04, 0.022)][rng.integers(3)]
    along, upright = (
        finishes.wood(stage, wood, "y", 0.34, 0.35, 0.25),
        finishes.wood(stage, wood, "z", 0.34, 0.35, 0.25),
    )
    places = bays(hall)
    deck, rail = 3.4, 4.35
    for tall, z in ((deck - 0.25, 0.0), (2.5, deck)):
        case = cases.bookcase(stage, rng, hall.bay - 1.0, tall, "walnut", 0.34, 1.0)
        # a case's back is on y = 0: turned to face the axis
        repeat(case, [_against(px, py, h, hall.half + 0.55, z) for px, py, _, h in places])
    frame, posts = [], []
    x0 = hall.half - 0.2
    frame.append(box(x0 - 0.5, hall.half + 0.6, -hall.bay / 2, hall.bay / 2, deck - 0.2, deck))
    for z, deep in ((deck - 0.28, 0.46), (deck - 0.2, 0.54), (deck, 0.56)):
        frame.append(box(x0 - deep, x0 - deep + 0.2, -hall.bay / 2, hall.bay / 2, z, z + 0.07))
    frame.append(box(x0 - 0.5, x0 - 0.42, -hall.bay / 2, hall.bay / 2, rail - 0.06, rail))
    for y in np.arange(-hall.bay / 2, hall.bay / 2 - 0.05, 0.16):
        baluster = spun(
            [(0.016, deck + 0.05)],
            curve([(0.02, deck + 0.08), (0.042, deck + 0.3), (0.018, deck + 0.55), (0.026, deck + 0.8)]),
            [(0.018, rail - 0.05)],
            around=max(6, around - 4),
        )
        posts.append(baluster.moved(x0 - 0.46, y + 0.08, 0))
    for y in (-hall.bay / 2,):
        posts.append(stonework.column(deck - 0.5, 0.19, max(12, around * 2), True).moved(x0 - 0.28, y, 0))
        posts.append(stonework.leafy(0.18, deck - 0.52, deck - 0.2, max(12, around), 1).moved(x0 - 0.28, y, 0))
        posts.append(stonework.column(hall.top - deck - 0.6, 0.17, max(12, around * 2), True).moved(x0 - 0.2, y, deck))
        posts.append(stonework.leafy(0.16, hall.top - 0.62, hall.top - 0.2, max(12, around), 1).moved(x0 - 0.2, y, 0))
    copies(stage, stage.add(frame, along, bevel=0.006), places)
    copies(stage, stage.add(posts, upright, smooth=40), places)
    wide, sill, spring = 0.3 * hall.bay, deck + 2.7, hall.top + 0.2
    wall = [
        _sideways(
            stonework.arcade(hall.bay, wide, spring, hall.crown + 0.5, 0.5, 0.0, 0.0, sill, steps), hall.half + 0.85
        )
    ]
    cream = walls.plaster(stage, (0.5, 0.46, 0.38))
    copies(stage, stage.add(wall, cream), places)
    bars = _sideways(
        stonework.tracery(wide, sill, spring, 0.0, 3, max(6, around - 4), max(8, steps // 2)), hall.half + 0.85
    )
    copies(stage, stage.add(bars, stage.surface((0.4, 0.38, 0.33), 0.6), smooth=40), places)
    pane = stage.add(stonework.opening(wide, sill, spring, 0.0, steps), finishes.pane(stage, 0.1))
    copies(stage, pane, [(np.cos(h) * (hall.half + 0.9), y, 0, h - np.pi / 2) for _, y, _, h in places])
    _coffers(stage, hall, steps, cream, along)
    y = hall.end
    stage.add(
        [
            box(-hall.wall - 1, hall.wall + 1, y, y + 0.5, 0, hall.crown + 1),
            box(-hall.wall - 1, hall.wall + 1, -3 * hall.bay - 0.5, -3 * hall.bay, 0, hall.crown + 1),
        ],
        cream,
    )
    gable = cases.bookcase(stage, rng, 2 * hall.half - 0.4, deck + 0.6, "walnut", 0.34, 1.0)
    gable.location = (0, y, 0)


def _against(px: float, py: float, heading: float, x: float, z: float):
    side = 1 if heading == 0 else -1
    return (side * x, py, z, -np.pi / 2 * side)


def _coffers(stage, hall: Hall, steps: int, cream, wood) -> None:
    """A barrel vault with raised bands that leave square coffers."""
    n = len([0 for _ in range(-3, hall.bays)])
    length = hall.bay * n
    middle = hall.bay * (hall.bays - 3 - 1) / 2
    half = hall.half + 0.6
    vault = stage.add(stonework.barrel(half, length + 1, hall.top, steps * 2), cream, smooth=True)
    vault.location = (0, middle, 0)
    bands = []
    t = np.linspace(-np.pi / 2, np.pi / 2, steps * 2)
    for y in np.arange(-length / 2, length / 2, hall.bay / 3):
        bands.append(
            tube(np.c_[(half - 0.04) * np.sin(t), np.full(len(t), y), hall.top + (half - 0.04) * np.cos(t)], 0.09, 6)
        )
    for a in np.linspace(-1.25, 1.25, 9):
        x, z = (half - 0.04) * np.sin(a), hall.top + (half - 0.04) * np.cos(a)
        bands.append(tube([(x, -length / 2, z), (x, length / 2, z)], 0.08, 6))
    made = stage.add(bands, cream, smooth=40)
    made.location = (0, middle, 0)
    stage.add(
        [
            box(
                s * (half - 0.25),
                s * (half + 0.1),
                middle - length / 2,
                middle + length / 2,
                hall.top - 0.2,
                hall.top + 0.06,
            )
            for s in (-1, 1)
        ],
        wood,
        bevel=0.01,
    )


def reading_tables(stage, hall: Hall, rng, first: float, last: float, keep) -> None:
    """Long tables along both sides with lamps, books and chairs."""
    places = []
    for y in np.arange(first, last, 3.6):
        for side in (-1, 1):
            x = side * (0.52 * hall.half + 0.35)
            if keep(x, y):
                places.append((x, y, 0, np.pi / 2 * side + np.pi))
    for kind in (places[::2], places[1::2]):
        if kind:
            repeat(_reading_table(stage, rng), kind)


def _reading_table(stage, rng):
    """A table for four readers, centred on the origin, long in x."""
    table = tables.table(stage, rng, "walnut", 1.9, 0.95)
    table.location = (0, -0.475, 0)
    parts = [table]
    for k in (-1, 1):
        lamp = lamps.desk_lamp(stage, rng, 12.0)
        lamp.location, lamp.rotation_euler = (0.5 * k, 0, 0.75), (0, 0, np.pi * (rng.random() < 0.5))
        chair = seats.chair(stage, rng, "walnut", "spindle")
        chair.location, chair.rotation_euler = (
            (0.45 * k, 0.75 * k, 0),
            (0, 0, float(rng.normal(0, 0.2)) + (np.pi if k < 0 else 0)),
        )
        parts += [lamp, chair]
    for _ in range(2):
        pile, _, _ = books.stack(stage, rng, int(rng.integers(1, 4)), 0.26)
        pile.location, pile.rotation_euler = (
            (rng.uniform(-0.8, 0.8), rng.normal(0, 0.15), 0.751),
            (0, 0, float(rng.uniform(0, 6))),
        )
        parts.append(pile)
    return stage.group(*parts)


def grassy(hall: Hall, seed: int):
    """The ruin's ground: slabs sunk under turf that swells along the walls."""

    def height(x, y):
        x, y = np.asarray(x, float), np.asarray(y, float)
        swell = smoothstep(0.8, 3.2, np.abs(x) + 0.6 * fbm(x / 3, y / 3, 3, seed))
        return (
            -0.015
            + 0.16 * swell * (0.6 + 0.8 * fbm(x / 2.2, y / 2.2, 4, seed + 1))
            + 0.02 * fbm(x / 0.6, y / 0.6, 3, seed + 2) * swell
        )

    return height


def turf(stage, hall: Hall, ground, rng) -> None:
    """Ground of the ruin as a mesh: stone where it is low, grass and earth where it swells; blades of grass on it."""
    n = stage.count(420, 90)
    x, y = np.meshgrid(np.linspace(-hall.wall - 14, hall.wall + 14, n), np.linspace(-4, hall.end + 30, n))
    made = stage.add(
        grid(x, y, ground(x, y)),
        stage.surface(
            (0.07, 0.08, 0.028),
            0.95,
            variation=0.6,
            grain=0.5,
            second=(0.1, 0.085, 0.04),
            relief=0.03,
            relief_size=0.05,
            own_space=False,
        ),
        smooth=True,
    )
    del made
    blades = [_tuft(stage, rng) for _ in range(3)]
    count = stage.count(15000, 1200)
    v = 0.8 * ((hall.end + 6) / 0.8) ** rng.random(count)
    u = rng.uniform(-1, 1, count) * (stage.shot.spread[0] * 1.15 * v + 1.2)
    high = ground(u, v)
    keep = (high > 0.012) & (rng.random(count) < 0.35 + 0.65 * smoothstep(0.0, 0.12, high))
    crack = np.abs((v / 0.75) % 1 - 0.5) > 0.47
    keep |= (np.abs(u) < 2.0) & crack & (rng.random(count) < 0.35)
    scale = rng.uniform(0.4, 1.1, count) * np.where(high > 0.02, 1.0, 0.45)
    stage.scatter(blades, np.c_[u, v, high - 0.01][keep], scale[keep], "grass kinds")


def _tuft(stage, rng):
    """A tuft of grass, 0.3 m high."""
    n = stage.count(46, 14)
    turn, lean = rng.uniform(0, 6.28, n), rng.uniform(0.1, 0.55, n)
    foot = rng.normal(0, 0.06, (n, 2))
    tall, wide = rng.uniform(0.1, 0.32, n), 0.004 + 0.004 * rng.random(n)
    blades = []
    for (x, y), a, b, h, w in zip(foot, turn, lean, tall, wide, strict=True):
        s = np.array([0, 0.5, 1.0])
        out = h * b * s**2
        line = np.c_[x + out * np.cos(a), y + out * np.sin(a), h * s * (1 - 0.2 * b * s)]
        side = np.array([-np.sin(a), np.cos(a), 0]) * w
        taper = np.array([[1.0], [0.8], [0.1]])
        v = np.concatenate([line - side * taper, line + side * taper])
        blades.append(Solid(v, (np.array([(0, 3, 4, 1), (1, 4, 5, 2)]),)))
    green = stage.surface(
        (0.075, 0.095, 0.025),
        0.6,
        variation=0.6,
        grain=0.3,
        translucency=0.4,
        second=(0.15, 0.12, 0.045),
        own_space=False,
    )
    return stage.add(blades, green)


def floor_of(hall: Hall) -> Solid:
    return box(-hall.wall - 0.5, hall.wall + 0.5, -3 * hall.bay, hall.end + 1, -0.3, 0.0)


def add_flags(stage, hall: Hall, colour, ruined: bool = False):
    """The floor."""
    look = walls.flags(stage, colour, 0.72, 0.3 if not ruined else 0.6)
    return stage.add(floor_of(hall), look)


def portals(stage, hall: Hall, openings) -> None:
    """Sky portals: (x, y, z, width, height, inwards)."""
    for x, y, z, wide, tall, inwards in openings:
        lamp = blender.add_lamp(
            "AREA",
            (x, y, z),
            1.0,
            (1, 1, 1),
            (x + inwards[0], y + inwards[1], z),
            shape="RECTANGLE",
            size=wide,
            size_y=tall,
        )
        lamp.data.cycles.is_portal = True
