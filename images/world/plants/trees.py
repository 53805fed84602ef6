"""Broadleaf trees: oaks, limes, birches, poplars, the tall trunks of a wood, gnarled and dead trees, and bushes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from images.world.geometry import Solid, join
from images.world.materials import Colour
from images.world.plants.foliage import bark_material, birch_material, leaf_material
from images.world.plants.limbs import Limbs, Order, bole, leaves_on, sprout, stem, tubes

# leaf colours, linear; a leaf takes one of a list and a share of the next
SUMMER = ((0.095, 0.165, 0.026), (0.125, 0.19, 0.032), (0.07, 0.135, 0.026), (0.15, 0.2, 0.04))
SPRING = ((0.1, 0.16, 0.025), (0.13, 0.19, 0.03), (0.08, 0.14, 0.025))
RED = ((0.40, 0.035, 0.012), (0.50, 0.07, 0.012), (0.28, 0.022, 0.012), (0.52, 0.13, 0.015))
ORANGE = ((0.58, 0.17, 0.012), (0.50, 0.11, 0.012), (0.62, 0.26, 0.018), (0.38, 0.09, 0.014))
YELLOW = ((0.62, 0.36, 0.02), (0.66, 0.44, 0.03), (0.5, 0.26, 0.02), (0.4, 0.33, 0.035))
BROWN = ((0.24, 0.10, 0.03), (0.3, 0.15, 0.045), (0.17, 0.07, 0.026))
OLIVE = ((0.13, 0.145, 0.075), (0.17, 0.18, 0.1), (0.1, 0.115, 0.055))


@dataclass(frozen=True)
class Habit:
    """The shape of a kind of tree. Lengths are shares of its height."""

    trunk: float  # how far the trunk goes before it is lost in the crown
    radius: float  # of the trunk above its roots
    limbs: Order
    branches: Order
    twigs: Order
    leaf: float = 0.15  # metres
    leaves: int = 40  # to a twig of mean length
    bend: float = 0.02  # how crooked the trunk is
    flare: float = 0.5
    taper: float = 0.6  # share of the trunk's radius lost by its end
    droop: float = 0.3  # of leaves


def _dome(t):
    return 0.45 + 0.75 * np.sin(np.pi * np.clip(0.15 + 0.85 * t, 0, 1))


def _oval(t):
    return 0.4 + 0.75 * np.sin(np.pi * (0.12 + 0.88 * t)) ** 0.8


def _fading(t):
    return 1 - 0.75 * t


HABITS = {
    "oak": Habit(
        0.42, 0.036,
        Order(10, 1.25, 68, 0.17, 0.05, 0.45, 9, 0.62, _dome, 10, 22),
        Order(15, 0.5, 50, 0.2, 0.05, 0.2, 7, 0.6),
        Order(12, 0.42, 46, 0.22, 0.03, 0.15, 5, 0.6),
        bend=0.035, flare=0.7, taper=0.35,
    ),
    "lime": Habit(
        0.86, 0.024,
        Order(30, 0.38, 62, 0.1, 0.03, 0.2, 8, 0.5, _oval, 9, 25),
        Order(10, 0.42, 45, 0.15, 0.03, 0.2, 6),
        Order(7, 0.42, 45, 0.18, 0.0, 0.2, 5),
        taper=0.85,
    ),
    "birch": Habit(
        0.92, 0.0125,
        Order(34, 0.3, 52, 0.08, 0.06, 0.26, 8, 0.42, _fading, 9, 26),
        Order(9, 0.45, 42, 0.12, -0.1, 0.2, 7),
        Order(6, 0.6, 35, 0.12, -0.22, 0.15, 6),
        leaf=0.1, leaves=40, bend=0.025, flare=0.35, taper=0.92, droop=0.7,
    ),
    "poplar": Habit(
        0.94, 0.016,
        Order(60, 0.2, 24, 0.06, 0.1, 0.08, 7, 0.45, _oval, 6, 16),
        Order(8, 0.45, 26, 0.1, 0.1, 0.2, 5),
        Order(5, 0.45, 30, 0.14, 0.06, 0.2, 5),
        taper=0.9,
    ),
    "forest": Habit(
        0.9, 0.0135,
        Order(22, 0.26, 66, 0.13, 0.05, 0.5, 8, 0.42, _oval, 14, 28),
        Order(9, 0.46, 46, 0.18, 0.03, 0.2, 6),
        Order(6, 0.46, 46, 0.2, 0.0, 0.2, 5),
        leaf=0.16, leaves=40, bend=0.014, flare=0.6, taper=0.72,
    ),
    "gnarled": Habit(
        0.36, 0.045,
        Order(7, 1.35, 62, 0.3, 0.07, 0.4, 12, 0.68, _dome, 16, 18),
        Order(13, 0.5, 52, 0.34, 0.03, 0.2, 9, 0.62),
        Order(12, 0.42, 48, 0.34, 0.02, 0.15, 6, 0.6),
        bend=0.07, flare=0.9, taper=0.3,
    ),
    "olive": Habit(
        0.3, 0.06,
        Order(8, 1.2, 52, 0.26, 0.05, 0.45, 9, 0.6, _dome, 12, 20),
        Order(14, 0.48, 48, 0.26, 0.04, 0.2, 7),
        Order(13, 0.42, 44, 0.25, 0.0, 0.15, 5),
        leaf=0.1, leaves=50, bend=0.08, flare=0.9, taper=0.3,
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Plant:
    """Wood and leaves of one plant. Leaves: four vertices each; colours (leaves, 3), or one a vertex."""

    wood: Solid | None
    leaves: Solid | None
    colours: np.ndarray | None
    ages: np.ndarray | None = None  # of the wood's vertices: 1 trunk, 0 twigs

    @property
    def top(self) -> float:
        parts = [part.vertices[:, 2].max() for part in (self.wood, self.leaves) if part is not None]
        return float(max(parts))


def tree(rng, kind: str, height: float, *, detail: float = 1.0, palette: Sequence[Colour] | None = SUMMER,
         lean: float = 0.0, sparse: float = 1.0, crown: Callable | None = None) -> Plant:  # fmt: skip
    """A tree of a kind in HABITS, exactly `height` metres high, standing on the origin and rooted below it.

    detail: 1 for a tree that fills the frame, 0.1 for one of many. palette None: bare. sparse: share of its leaves.
    """
    habit = HABITS[kind]
    trunk = _trunk(rng, habit, lean, max(8, round(22 * detail**0.5)))
    limbs = sprout(rng, trunk, habit.limbs)
    branches = sprout(rng, limbs, _thinned(habit.branches, detail**0.25))
    twigs = sprout(rng, branches, _thinned(habit.twigs, detail**0.5))
    scale = height / max(float(twigs.paths[..., 2].max()), 0.5)
    orders = [Limbs(part.paths * scale, part.radii * scale) for part in (trunk, limbs, branches, twigs)]
    wood, ages = _wood(rng, orders, habit, detail, bare=palette is None)
    if palette is None:
        return Plant(wood, None, None, ages)
    # there are fewer twigs already; where they are few, fewer and larger leaves will do
    fewer = min(1.0, (detail / 0.3) ** 0.4)
    count = habit.leaves * sparse * fewer
    size = habit.leaf * 0.3 * height**0.5 * detail**-0.37 * fewer**-0.45
    leaves = leaves_on(rng, orders[3], max(1, round(count)), size, droop=habit.droop)
    return Plant(wood, leaves, leaf_colours(rng, leaves, palette), ages)


def _trunk(rng, habit: Habit, lean: float, points: int) -> Limbs:
    z = habit.trunk * np.linspace(0, 1, points) ** 1.35  # finer at the foot
    bend = np.cumsum(rng.standard_normal((points, 2)), 0) * habit.bend * habit.trunk / points**0.5
    bend -= bend[:1]
    angle = rng.uniform(0, 2 * np.pi)
    drift = lean * z[:, None] * np.array([[np.cos(angle), 0.4 * np.sin(angle)]])
    path = np.c_[bend + drift, z]
    return stem(path, habit.radius * (1 - habit.taper * (z / habit.trunk)))


def _thinned(order: Order, share: float) -> Order:
    return replace(order, count=max(2, round(order.count * share)))


def _wood(rng, orders: list[Limbs], habit: Habit, detail: float, bare: bool) -> tuple[Solid, np.ndarray]:
    trunk, limbs, branches, twigs = orders
    path = trunk.paths[0].copy()
    path[0, 2] -= 3 * trunk.radii[0, 0]  # roots go below the ground
    path = np.insert(path, 1, trunk.paths[0, 0], axis=0)
    radii = np.r_[trunk.radii[0, 0], trunk.radii[0]]
    around = max(6, round(28 * detail**0.5))
    parts = [bole(rng, path, radii, around, habit.flare)]
    parts.append(tubes(limbs, max(4, round(10 * detail**0.5))))
    if detail > 0.04:
        parts.append(tubes(branches, 5 if detail > 0.4 else 3))
    if detail > 0.25 or (bare and detail > 0.04):
        # twigs thinner than a ray would find are drawn a little thicker
        parts.append(tubes(Limbs(twigs.paths, np.maximum(twigs.radii, 0.004 / detail**0.5)), 3))
    ages = [np.full(len(part.vertices), age) for part, age in zip(parts, (1.0, 0.45, 0.0, 0.0), strict=False)]
    return join(parts), np.concatenate(ages)


def leaf_colours(rng, leaves: Solid, palette: Sequence[Colour], vary: float = 0.22) -> np.ndarray:
    """A colour for every leaf: between two of the palette, lighter or darker."""
    n = len(leaves.vertices) // 4
    palette = np.asarray(palette)
    first = rng.integers(len(palette), size=n)
    mixed = rng.random((n, 1))
    colours = palette[first] * (1 - mixed) + palette[(first + 1) % len(palette)] * mixed
    return colours * np.exp(vary * rng.standard_normal((n, 1)))


def add(stage, plant: Plant, bark, leaf=None):
    """A plant as one object with two materials."""
    leaf = leaf or leaf_material(stage)
    if plant.wood is None:
        return stage.add(plant.leaves, leaf, colours=_at_vertices(plant))
    ages = np.ones(len(plant.wood.vertices)) if plant.ages is None else plant.ages
    wood = np.repeat(ages[:, None], 3, 1)
    if plant.leaves is None:
        return stage.add(plant.wood, bark, smooth=True, colours=wood)
    solid = join([plant.wood, plant.leaves])
    made = stage.add(solid, bark, colours=np.concatenate([wood, _at_vertices(plant)]))
    made.data.materials.append(leaf)
    bark_faces = sum(len(part) for part in plant.wood.faces)
    leaf_faces = sum(len(part) for part in plant.leaves.faces)
    of_leaf = np.r_[np.zeros(bark_faces, np.int32), np.ones(leaf_faces, np.int32)]
    made.data.polygons.foreach_set("material_index", of_leaf)
    made.data.polygons.foreach_set("use_smooth", of_leaf == 0)
    return made


def _at_vertices(plant: Plant) -> np.ndarray:
    once = len(plant.colours) == len(plant.leaves.vertices)
    return plant.colours if once else np.repeat(plant.colours, 4, 0)


def bark_of(stage, kind: str):
    if kind == "birch":
        return birch_material(stage)
    if kind in ("olive", "gnarled"):
        return bark_material(stage, (0.12, 0.1, 0.082), 0.035, 0.09)
    return bark_material(stage, moss=0.25 if kind == "forest" else 0.0)


def bush(
    rng, height: float, *, detail: float = 1.0, palette: Sequence[Colour] | None = SUMMER, leaf: float = 0.05
) -> Plant:
    """Stems from one root, branching from the ground up."""
    n = 9
    angle = rng.uniform(0, 2 * np.pi, n)
    lean = rng.uniform(0.1, 0.9, n)
    direction = np.c_[lean * np.cos(angle), lean * np.sin(angle), np.ones(n)]
    length = height * rng.uniform(0.6, 1.05, n)
    from images.world.plants.limbs import walk

    start = np.c_[0.08 * height * rng.standard_normal((n, 2)), np.full(n, -0.05)]
    stems = walk(rng, start, direction, length, 0.018 * length, points=7, wander=0.16, lift=0.03)
    branches = sprout(rng, stems, Order(9, 0.42, 45, 0.2, 0.04, 0.15, 5))
    twigs = sprout(rng, branches, _thinned(Order(7, 0.5, 45, 0.2, 0.02, 0.15, 4), detail**0.5))
    parts = [tubes(stems, 5)] + ([tubes(branches, 3)] if detail > 0.2 else [])
    parts += [tubes(twigs, 3)] if detail > 0.5 or palette is None else []
    wood = join(parts)
    if palette is None:
        return Plant(wood, None, None)
    leaves = leaves_on(rng, twigs, max(1, round(14 * detail**0.2)), leaf * height**0.4 * detail**-0.35)
    return Plant(wood, leaves, leaf_colours(rng, leaves, palette))
