"""A small old town on a slope above the water: houses, a church, walls; thousands of parts in a handful of objects."""

from dataclasses import dataclass

import numpy as np

from images.world import finishes
from images.world.geometry import Solid, boxes, gable, join, lathe, loft, rotation
from images.world.materials import Surface
from images.world.modelling.pile import pane_quads


@dataclass(frozen=True)
class Style:
    walls: tuple
    roofs: tuple
    trims: tuple
    pitch: float  # height of the ridge over half the depth
    shutters: tuple = ()
    floors: tuple[int, int] = (2, 4)
    front_gable: float = 0.0  # share of houses whose gable faces the water
    hipped: float = 0.0
    boards: bool = False


STYLES = {"southern": Style(((0.56, 0.36, 0.16), (0.55, 0.27, 0.17), (0.6, 0.5, 0.36), (0.48, 0.17, 0.11), (0.62,
    0.56, 0.46), (0.52, 0.42, 0.2)), ((0.30, 0.115, 0.062), (0.36, 0.16, 0.085), (0.24, 0.1, 0.06)), ((0.55, 0.5,
    0.42), (0.62, 0.6, 0.55)), 0.42, ((0.04, 0.12, 0.075), (0.05, 0.1, 0.13), (0.17, 0.09, 0.045)), (2, 5), 0.1, 0.4),
    "northern": Style(((0.36, 0.045, 0.03), (0.55, 0.33, 0.06), (0.58, 0.57, 0.53), (0.12, 0.2, 0.25), (0.3, 0.06,
    0.05), (0.2, 0.26, 0.19)), ((0.045, 0.047, 0.052), (0.09, 0.05, 0.04), (0.17, 0.075, 0.05)), ((0.64, 0.63, 0.6),),
    1.05, (), (2, 3), 0.65, 0.0, True), "granite": Style(((0.3, 0.28, 0.245), (0.6, 0.585, 0.55), (0.62, 0.6, 0.55),
    (0.25, 0.235, 0.21), (0.52, 0.5, 0.44)), ((0.05, 0.053, 0.06), (0.065, 0.063, 0.066)), ((0.5, 0.49, 0.46), (0.06,
    0.16, 0.26), (0.55, 0.54, 0.5)), 0.95, ((0.05, 0.17, 0.28), (0.1, 0.2, 0.14), (0.3, 0.05, 0.04)), (2, 3), 0.2,
    0.05),}  # fmt: skip


class Town:
    """Parts by kind, each with a colour: "wall", "roof", "trim", and window panes."""

    def __init__(self, style: Style, fine: float):
        self.style, self.fine = style, fine
        self.parts: dict[str, list] = {"wall": [], "roof": [], "trim": []}
        self.panes: list = []

    def add(self, kind: str, solid: Solid, colour) -> None:
        self.parts[kind].append((solid, colour))

    def emit(self, stage, lit: float, strength: float) -> list:
        """The town as objects. lit: share of the windows with a lamp on; strength: their radiance when lamps burn."""
        wet = 0.6 * stage.light.wet
        surfaces = {"wall": Surface(roughness=0.88, variation=0.28, grain=1.3, relief=0.02, relief_size=0.25,
            attribute=True, own_space=False, stretch=(1, 1, 0.45), wear=(0.2, 0.165, 0.125), wet=0.4 * wet),
            "roof": Surface(roughness=0.8 - 0.4 * wet, variation=0.4, grain=0.5, relief=0.06, relief_size=0.3,
            attribute=True, own_space=False, stretch=(1, 1, 2.5), wear=(0.1, 0.085, 0.05)),
            "trim": Surface(roughness=0.65, variation=0.2, grain=0.6, attribute=True, own_space=False),}  # fmt: skip
        made = []
        for kind, parts in self.parts.items():
            if parts:
                colours = np.concatenate([np.tile(colour, (len(solid.vertices), 1)) for solid, colour in parts])
                made.append(
                    stage.add(join([solid for solid, _ in parts]), stage.material(surfaces[kind]), colours=colours)
                )
        if self.panes:
            glow = strength * stage.light.lamps
            material = stage.once(("town panes", lit, glow), lambda: finishes.panes(lit, glow))
            made.append(
                stage.add(
                    join([s for s, _ in self.panes]), material, colours=np.concatenate([c for _, c in self.panes])
                )
            )
        return made


def house(town: Town, rng, at, heading: float, width: float, depth: float, floors: int, base: float = 3.0) -> None:
    """A house whose front faces -y, turned by `heading` about `at`; its walls go down `base` metres below it."""
    style = town.style
    wall = np.array(style.walls[rng.integers(len(style.walls))]) * rng.uniform(0.85, 1.12)
    roof = np.array(style.roofs[rng.integers(len(style.roofs))]) * rng.uniform(0.85, 1.2)
    trim = np.array(style.trims[rng.integers(len(style.trims))])
    storey = rng.uniform(2.7, 3.1)
    eaves = 0.4 + storey * floors
    half, rise = width / 2, style.pitch * depth / 2
    front = rng.random() < style.front_gable
    rows = {
        "wall": [(-half, half, 0.0, depth, -base, eaves)],
        "trim": [],
        "plinth": [(-half - 0.03, half + 0.03, -0.03, depth, -base, 0.55)],
    }
    panes: list = []
    _windows(town, rng, rows, panes, half, floors, storey, depth)
    put = lambda solid: _turned(solid, at, heading)  # noqa: E731
    for kind, colour in (("wall", wall), ("trim", trim), ("plinth", wall * 0.6)):
        if rows[kind]:
            town.add("trim" if kind == "trim" else "wall", put(boxes(rows[kind])), colour)
    if town.style.shutters and rows.get("shutter"):
        town.add("trim", put(boxes(rows["shutter"])), style.shutters[rng.integers(len(style.shutters))])
    door = np.array(((0.05, 0.09, 0.12), (0.13, 0.06, 0.03), (0.03, 0.09, 0.06), (0.25, 0.03, 0.025))[rng.integers(4)])
    town.add("trim", put(boxes([rows.pop("door")])), door)
    if panes:
        solid, colours = pane_quads(np.array(panes))
        town.panes.append((put(solid), colours))
    _roof(town, rng, put, half, depth, eaves, rise, front, roof, wall, trim)


def _windows(town: Town, rng, rows: dict, panes: list, half: float, floors: int, storey: float, depth: float) -> None:
    bays = max(1, round(2 * half / rng.uniform(2.3, 2.9)))
    centres = (np.arange(bays) + 0.5) / bays * 2 * half - half
    wide, tall = rng.uniform(0.42, 0.52), rng.uniform(1.25, 1.6)
    door = int(rng.integers(bays))
    shop = town.style.floors[1] > 3 and rng.random() < 0.35
    numbers = rng.random((floors, bays))
    for floor in range(floors):
        low = 0.45 + storey * floor + 0.75
        for i, x in enumerate(centres):
            if floor == 0 and i == door:
                rows["door"] = (x - 0.5, x + 0.5, -0.02, 0.05, 0.0, 2.25)
                rows["trim"].append((x - 0.62, x + 0.62, -0.05, 0.02, 2.25, 2.4))
                continue
            w, h = (0.95, 1.7) if floor == 0 and shop else (wide, tall)
            z = low - (0.35 if floor == 0 and shop else 0)
            panes.append((x - w, x + w, -0.012, z, z + h, numbers[floor, i]))
            if town.fine < 0.25:
                continue
            rows["trim"] += [(x - w - 0.08, x + w + 0.08, -0.07, 0.0, z - 0.09, z), (x - w - 0.08, x + w + 0.08,
                -0.045, 0.0, z + h, z + h + 0.1), (x - w - 0.07, x - w, -0.04, 0.0, z, z + h), (x + w, x + w + 0.07,
                -0.04, 0.0, z, z + h)]  # fmt: skip
            if town.fine > 0.45:
                rows["trim"] += [
                    (x - 0.025, x + 0.025, -0.035, -0.005, z, z + h),
                    (x - w, x + w, -0.035, -0.005, z + 0.55 * h, z + 0.55 * h + 0.04),
                ]
            if town.style.shutters and rng.random() < 0.8 and not (floor == 0 and shop):
                rows.setdefault("shutter", [])
                rows["shutter"] += [
                    (x - 2 * w - 0.06, x - w - 0.07, -0.06, -0.01, z - 0.03, z + h + 0.03),
                    (x + w + 0.07, x + 2 * w + 0.06, -0.06, -0.01, z - 0.03, z + h + 0.03),
                ]
        if town.fine > 0.35 and floor and rng.random() < 0.1:
            x = centres[rng.integers(bays)]
            rows["trim"].append((x - 0.9, x + 0.9, -0.75, 0.0, low - 0.85, low - 0.72))
            rows["trim"] += [
                (x + a - 0.015, x + a + 0.015, -0.73, -0.7, low - 0.72, low + 0.2) for a in np.linspace(-0.88, 0.88, 13)
            ]
            rows["trim"].append((x - 0.9, x + 0.9, -0.74, -0.69, low + 0.2, low + 0.25))
    if "door" not in rows:
        rows["door"] = (-0.5, 0.5, -0.02, 0.05, 0.0, 2.25)
    if town.style.boards and town.fine > 0.3:
        rows["trim"] += [(s * half - 0.09, s * half + 0.09, -0.03, 0.09, 0.5, 0.4 + storey * floors) for s in (-1, 1)]


def _roof(
    town: Town, rng, put, half: float, depth: float, eaves: float, rise: float, front: bool, roof, wall, trim
) -> None:
    over = 0.35
    if front:  # the ridge runs along y
        rise = min(town.style.pitch * half, 1.25 * half)
        peak = gable(-over, depth + over, -half - over, half + over, eaves - 0.1, eaves + rise).turned(np.pi / 2)
        town.add("roof", put(peak), roof)
        town.add(
            "wall", put(gable(-0.02, depth, -half, half, eaves - 0.3, eaves + rise - 0.32).turned(np.pi / 2)), wall
        )
        town.panes.append(
            tuple(
                f(v)
                for f, v in zip(
                    (put, lambda c: c),
                    pane_quads(
                        np.array([(-0.4, 0.4, -0.03, eaves + 0.25 * rise, eaves + 0.25 * rise + 1.0, rng.random())])
                    ),
                    strict=True,
                )
            )
        )
    elif rng.random() < town.style.hipped:
        v = np.array([(-half - over, -over, eaves - 0.05), (half + over, -over, eaves - 0.05), (half + over, depth
            + over, eaves - 0.05), (-half - over, depth + over, eaves - 0.05), (-half * 0.45, depth / 2, eaves
            + rise), (half * 0.45, depth / 2, eaves + rise)])  # fmt: skip
        town.add(
            "roof",
            put(Solid(v, (np.array([(0, 1, 5, 4), (2, 3, 4, 5), (3, 2, 1, 0)]), np.array([(1, 2, 5), (3, 0, 4)])))),
            roof,
        )
    else:
        town.add("roof", put(gable(-half - 0.15, half + 0.15, -over, depth + over, eaves - 0.12, eaves + rise)), roof)
        town.add("wall", put(gable(-half, half, 0.0, depth, eaves - 0.3, eaves + rise - 0.26)), wall)
        if rng.random() < 0.35 and town.fine > 0.2:
            x, y = rng.uniform(-0.5, 0.5) * half, 0.22 * depth
            z = eaves + rise * 0.44
            town.add("wall", put(boxes([(x - 0.6, x + 0.6, y - 0.5, y + 1.4, z - 0.6, z + 0.75)])), wall)
            town.add(
                "roof", put(gable(-0.1, 1.9, -0.78, 0.78, z + 0.7, z + 1.25).turned(np.pi / 2).moved(x, y - 0.5)), roof
            )
            solid, colours = pane_quads(np.array([(x - 0.4, x + 0.4, y - 0.515, z - 0.3, z + 0.65, rng.random())]))
            town.panes.append((put(solid), colours))
    for _ in range(int(rng.integers(1, 3))):
        x, y = rng.uniform(-0.8, 0.8) * half, depth * rng.uniform(0.35, 0.65)
        top = eaves + rise + rng.uniform(0.3, 0.9)
        town.add(
            "wall",
            put(
                boxes(
                    [
                        (x - 0.3, x + 0.3, y - 0.25, y + 0.25, eaves, top),
                        (x - 0.36, x + 0.36, y - 0.31, y + 0.31, top - 0.2, top - 0.08),
                    ]
                )
            ),
            wall * 0.7,
        )
        town.add(
            "roof", put(join([lathe([(0.11, 0), (0.09, 0.35)], 8).moved(x + a, y, top) for a in (-0.15, 0.15)])), roof
        )


def church(town: Town, rng, at, heading: float, size: float) -> None:
    """A church with a tower: a spire in the north, an onion or a flat belfry in the south."""
    stone = np.array(town.style.walls[2]) * 0.95
    roof = np.array(town.style.roofs[0])
    put = lambda solid: _turned(solid.scaled(size), at, heading)  # noqa: E731
    town.add(
        "wall",
        put(
            boxes(
                [
                    (-4, 4, 0, 18, -6, 8),
                    (-9.6, -4.6, 1, 6.2, -6, 19),
                    (-9.9, -4.3, 0.7, 6.5, 14.2, 14.6),
                    (-9.9, -4.3, 0.7, 6.5, 18.7, 19.1),
                ]
            )
        ),
        stone,
    )
    town.add("roof", put(gable(-0.4, 18.4, -4.5, 4.5, 7.9, 13.0).turned(np.pi / 2)), roof)
    town.add("wall", put(gable(0.0, 18.0, -4.0, 4.0, 7.8, 12.4).turned(np.pi / 2)), stone)
    middle = (-7.1, 3.6)
    if town.style.pitch > 0.6:
        spire = loft(
            [
                [(-2.8, -2.8, 0), (2.8, -2.8, 0), (2.8, 2.8, 0), (-2.8, 2.8, 0)],
                [(-0.1, -0.1, 12), (0.1, -0.1, 12), (0.1, 0.1, 12), (-0.1, 0.1, 12)],
            ]
        )
    else:
        spire = lathe([(2.3, 0), (2.5, 1.0), (2.2, 2.4), (1.2, 3.6), (0.4, 4.3), (0.35, 5.2), (0.05, 6.4)], 16)
    town.add("roof", put(spire.moved(*middle, 19.0)), roof)
    bells = boxes([(middle[0] - 0.7 + a, middle[0] + 0.7 + a, 0.92, 1.02, 15.0, 18.0) for a in (-1.15, 1.15)])
    town.add("trim", put(bells), (0.02, 0.02, 0.022))
    rows = [(x - 0.45, x + 0.45, -0.02, 2.5, 6.0, rng.random()) for x in (-2.4, 0, 2.4)] + [
        (-7.5, -6.7, 0.97, 8.0, 10.0, rng.random())
    ]
    solid, colours = pane_quads(np.array(rows))
    town.panes.append((put(solid), colours))


def _turned(solid: Solid, at, heading: float) -> Solid:
    return Solid(solid.vertices @ rotation(heading).T + np.asarray(at, float), solid.faces)


def settle(
    town: Town, rng, ground, x0: float, x1: float, front: float, rows: int, *, free=None, climb: float = 11.0
) -> list:
    """Rows of houses up a slope, the first on the water's edge at y = `front`, all facing -y more or less.

    ground: height of the land at x, y. free: function of x, y that is false where no house may stand. Returns the
    places (x, y, z) where there is room left for trees.
    """
    gaps = []
    for row in range(rows):
        y = front + row * climb
        x = x0 + rng.uniform(0, 6)
        while x < x1:
            floors = int(rng.integers(*town.style.floors)) + (1 if row == 0 and rng.random() < 0.5 else 0)
            width, depth = rng.uniform(5.5, 10.5), rng.uniform(7, 10)
            back = 0.0 if row == 0 else rng.uniform(-2.5, 2.5)
            middle = x + width / 2
            z = float(ground(middle, y + back))
            empty = row > 0 and rng.random() < 0.16 + 0.05 * row
            if empty or z < 0.3 or (free is not None and not free(middle, y + back)):
                gaps.append((middle, y + back, z))
            else:
                turn = 0.0 if row == 0 else rng.normal(0, 0.12)
                house(town, rng, (middle, y + back, z), turn, width, depth, floors, base=6.0)
            x += width + (rng.choice([0.0, 0.0, 0.15, 1.8]) if row < 2 else rng.uniform(0.5, 6))
    return gaps
