"""What covers the sea bed: sea grass, corals, kelp, a sunken ship."""

import numpy as np

from images.world import blender
from images.world.boats import craft
from images.world.boats.craft import Boat
from images.world.coast import reef
from images.world.materials import Surface
from images.world.noise import fbm
from images.world.plants.foliage import leaf_material
from images.world.plants.planting import kinds_of, set_out
from images.world.plants.undergrowth import grass
from images.world.terrain import strewn

SEAWEED = ((0.1, 0.11, 0.03), (0.14, 0.1, 0.03), (0.06, 0.08, 0.03))


def _weed(stage, count: int, height: float) -> None:
    """Sea grass in patches."""
    shot = stage.shot
    tufts = kinds_of(stage, "sea grass", 2, lambda rng: grass(rng, height=height, radius=0.3, blades=170,
        palette=SEAWEED, wind=0.4, width=0.012, detail=min(1.0, 0.3 + 0.7 * stage.detail)))  # fmt: skip
    x, y = strewn(stage, "grass places", count, 1.4, 26)
    keep = shot.clear(x, y, 0.2) & (fbm(x / 4, y / 4, 3, stage.scene.seed % 89) > 0.04)
    set_out(stage, "grass kinds", tufts, x[keep], y[keep], stage.rng("grass sizes").lognormal(0, 0.3, keep.sum()), 0.03)


def _corals(stage, rocky, level: float) -> None:
    shot, rng = stage.shot, stage.rng("corals")
    fine = min(1.0, 0.2 + 0.8 * stage.detail)
    surface = Surface(
        roughness=0.85,
        variation=0.3,
        grain=0.12,
        relief=0.012,
        relief_size=0.02,
        attribute=True,
        own_space=False,
        specular=0.2,
    )
    makers = (
        reef.antlers,
        reef.brain,
        reef.table,
        reef.antlers,
        reef.sponge,
        reef.fan,
        reef.anemones,
        reef.brain,
        reef.antlers,
    )
    hues = rng.permutation(len(makers)) % len(reef.HUES)
    x, y = strewn(stage, "coral places", 1500, 1.1, 24, bias=0.1)
    z = shot.ground(x, y)
    clump = 0.5 + 0.8 * fbm(x / 3.5, y / 3.5, 3, stage.scene.seed % 83)
    wanted = 0.25 * np.clip(clump, 0, 1) + 0.75 * rocky(x, y, z, 1.0)
    steep = np.abs(shot.ground(x + 0.3, y) - z) + np.abs(shot.ground(x, y + 0.3) - z)
    keep = shot.clear(x, y, 0.5) & (steep < 0.4) & (rng.random(len(x)) < wanted)
    which, size, turns = (
        rng.integers(len(makers), size=len(x)),
        rng.lognormal(0, 0.42, len(x)),
        rng.uniform(0, 6.28, len(x)),
    )
    for i, make in enumerate(makers):
        solid, colours = make(rng, reef.HUES[hues[i]], fine)
        child = stage.add(solid, stage.material(surface), smooth=True, colours=colours)
        chosen = keep & (which == i) & (np.hypot(x, y) > 1.1 + 1.6 * size) & (z + 0.6 * size < shot.eye[2] + 0.1 * y)
        if chosen.any():
            facing = 0.3 * turns if make is reef.fan else turns
            blender.scatter(child, np.c_[x, y, z - 0.03][chosen], size[chosen], facing[chosen])
        else:
            stage.hide(child)


def _reef(stage, rocky, level: float) -> None:
    _corals(stage, rocky, level)
    _weed(stage, 260, 0.3)


def _kelp(stage, rocky, level: float) -> None:
    shot, rng = stage.shot, stage.rng("kelp")
    leaf = leaf_material(stage, 0.45, 0.35)
    kinds = []
    for _ in range(3):
        solid, colours = reef.kelp(rng, level + 0.5, min(1.0, 0.15 + 0.85 * stage.detail))
        kinds.append(stage.add(solid, leaf, smooth=True, colours=colours))
    x, y = strewn(stage, "kelp places", 260, 3.0, 45)
    side = np.where(np.abs(x - shot.subject[0] * y / shot.distance) > 0.12 * y + 0.6 * shot.width, 1, 0)
    keep = shot.clear(x, y, 1.5, beyond=2) & (side > 0) & (np.hypot(x, y) > 3.2)
    order = np.argsort(y)[::-1]
    order = order[keep[order]][: max(12, stage.count(80, 26))]
    set_out(stage, "kelp kinds", kinds, x[order], y[order], rng.uniform(0.75, 1.1, len(order)), 0.1)
    _weed(stage, 700, 0.55)


def _deep(stage, rocky, level: float) -> None:
    _weed(stage, 240, 0.35)
    if stage.scene.subject != "sailing boat":
        _corals_few(stage)


def _corals_few(stage) -> None:
    """Pale fans and sponges, far apart."""
    shot, rng = stage.shot, stage.rng("few corals")
    surface = Surface(
        roughness=0.85, variation=0.3, grain=0.12, relief=0.01, relief_size=0.02, attribute=True, own_space=False
    )
    x, y = strewn(stage, "few places", 70, 1.6, 18)
    size = rng.lognormal(0, 0.35, len(x))
    keep = shot.clear(x, y, 0.5) & (np.hypot(x, y) > 1.5 + 2.5 * size)
    for i, make in enumerate((reef.fan, reef.sponge, reef.anemones)):
        solid, colours = make(
            rng, reef.HUES[(stage.scene.seed + 2 * i) % len(reef.HUES)], min(1.0, 0.2 + 0.8 * stage.detail)
        )
        child = stage.add(solid, stage.material(surface), smooth=True, colours=0.6 * colours)
        chosen = keep & (np.arange(len(x)) % 3 == i)
        set_out(stage, f"few {i}", [child], x[chosen], y[chosen], size[chosen], 0.03)


def _wreck(stage, rocky, level: float) -> None:
    """A sunken ship on the side that the subject leaves free, lying over."""
    shot, rng = stage.shot, stage.rng("wreck")
    side = -np.sign(shot.subject[0]) or 1.0
    kind = str(rng.choice(["cutter", "fisher"]))
    boat = Boat(
        kind,
        str(rng.choice(list(craft.PAINTS))),
        "wooden",
        "tan",
        "wreck",
        float(-side * rng.uniform(0.2, 0.4)),
        1.0,
        int(rng.integers(9999)),
    )
    made = craft.build(stage, boat, min(1.0, 0.3 + stage.detail))
    scale = 1.5 if kind == "cutter" else 1.35
    away = max(shot.distance * 1.6, 16.0)
    x = side * (0.42 * shot.spread[0] * away + 3.0)
    lines = craft.LINES[kind]
    z = float(shot.ground(x, away)) + scale * (0.55 * lines.draught - 0.2 * lines.freeboard)
    stage.place(made, (x, away, z), rng.uniform(0.6, 2.4), scale)
    _deep(stage, rocky, level)


GROWTH = {"reef": _reef, "kelp": _kelp, "deep": _deep, "wreck": _wreck}
