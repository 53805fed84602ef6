"""A lone tree: an old oak in leaf, a gnarled or dead tree, a windswept pine, a birch, a spruce under snow."""

import numpy as np

from images.world.base import Subject, details
from images.world.materials import Surface
from images.world.plants.conifers import pine, spruce
from images.world.plants.foliage import bark_material, birch_material, leaf_material
from images.world.plants.trees import OLIVE, ORANGE, RED, SUMMER, YELLOW, add, tree
from images.world.plants.undergrowth import DRY, MIXED, grass

# words, habit, leaves, height in metres, lean, width over height
TREES = {
    "old oak": ("a lone old oak", "oak", SUMMER, (9, 13), 0.05, 1.15),
    "oak": ("a lone oak tree", "oak", SUMMER, (9, 13), 0.0, 1.15),
    "autumn oak": ("a lone oak with orange leaves", "oak", ORANGE, (9, 12), 0.05, 1.15),
    "red maple": ("a lone maple with red leaves", "lime", RED, (8, 12), 0.0, 0.75),
    "lime": ("a lone lime tree", "lime", SUMMER, (10, 14), 0.0, 0.75),
    "birch": ("a lone birch", "birch", SUMMER, (9, 13), 0.05, 0.55),
    "yellow birch": ("a lone birch with yellow leaves", "birch", YELLOW, (9, 13), 0.05, 0.55),
    "bare oak": ("a bare oak", "oak", None, (8, 12), 0.05, 1.15),
    "bare tree": ("a lone bare tree", "lime", None, (8, 12), 0.0, 0.75),
    "gnarled": ("a gnarled old tree", "gnarled", OLIVE, (5, 8), 0.25, 1.2),
    "dead": ("a dead tree", "gnarled", None, (5, 8), 0.3, 1.2),
    "twisted": ("a twisted bare tree", "gnarled", None, (5, 8), 0.35, 1.2),
    "olive": ("an old olive tree", "olive", OLIVE, (4.5, 6.5), 0.1, 1.1),
    "pine": ("a lone pine", "pine", None, (9, 14), 0.06, 0.5),
    "windswept pine": ("a windswept pine", "pine", None, (6, 9), 0.3, 0.7),
    "spruce": ("a lone spruce", "spruce", None, (9, 15), 0.0, 0.4),
    "snowy spruce": ("a lone spruce covered in snow", "snowy spruce", None, (8, 14), 0.0, 0.4),
}
PLACES = {
    "hills with fields": ("old oak", "oak", "autumn oak", "red maple", "lime", "bare oak", "gnarled", "olive", "birch"),
    "mountain valley": ("pine", "spruce", "yellow birch", "gnarled", "dead", "bare tree", "oak"),
    "snowfield": ("bare oak", "bare tree", "dead", "twisted", "snowy spruce", "pine"),
    "sea coast": ("windswept pine", "gnarled", "dead", "twisted"),
    "dunes": ("dead", "twisted", "gnarled"),
    "autumn forest": ("autumn oak", "red maple"),
    "harbour": ("windswept pine", "lime"),
}


def describe(rng, setting):
    kind = str(rng.choice(PLACES.get(setting, ("old oak", "bare oak", "gnarled", "dead"))))
    words, _, _, (low, high), _, wide = TREES[kind]
    height = float(rng.uniform(low, high))
    return details(words, kind=kind, height=height, width=wide * height, snow=0.75 if setting == "snowfield" else 0.0)


def build(stage, what):
    _, habit, palette, _, lean, _ = TREES[what["kind"]]
    rng, height, snow = stage.rng("lone tree"), what["height"], what["snow"]
    detail = max(0.25 * stage.detail**0.5, stage.detail)
    if habit == "pine":
        plant = pine(rng, height, detail=detail, bare=0.35 if lean > 0.1 else 0.5, lean=lean, snow=snow)
        bark = bark_material(stage, (0.15, 0.088, 0.055), 0.03, 0.08)
    elif "spruce" in habit:
        plant = spruce(rng, height, detail=detail, snow=0.8 if "snowy" in habit else 0.0, width=rng.uniform(0.17, 0.23))
        bark = bark_material(stage)
    else:
        plant = tree(rng, habit, height, detail=detail, palette=palette, lean=lean)
        bark = _bark(stage, habit, dead=what["kind"] in ("dead", "twisted"), snow=snow)
    through = 0.25 if habit in ("pine", "spruce", "snowy spruce") else 0.45
    back = (1, 1, 1) if snow else (1.25, 1.15, 0.55)
    made = add(stage, plant, bark, leaf_material(stage, through, back=back))
    return stage.group(made, *([] if snow else [_foot(stage, rng, height)]))


def _bark(stage, habit: str, dead: bool, snow: float):
    colour = (0.2, 0.18, 0.16) if dead else (0.085, 0.068, 0.053)
    if snow:
        return stage.material(Surface(colour, 0.9, 0.45, 0.5, 0.03, 0.08, stretch=(1, 1, 0.25), snow=0.45))
    if habit == "birch":
        return birch_material(stage)
    return bark_material(stage, colour, 0.035, 0.09, moss=0.0 if dead else 0.12)


def _foot(stage, rng, height: float):
    """Longer grass round the trunk, where nobody mows and nothing grazes."""
    palette = DRY if stage.scene.setting in ("dunes", "sea coast") else MIXED
    patch = grass(
        rng, height=0.4, radius=0.11 * height, blades=420, palette=palette, heads=0.1, stiff=0.6, detail=stage.detail
    )
    return add(stage, patch, None, leaf_material(stage, 0.4))


SUBJECT = Subject(
    name="lone tree",
    settings=tuple(PLACES),
    height=9,
    width=9,
    describe=describe,
    build=build,
    share=(0.42, 0.66),
    heading=(-np.pi, np.pi),
    noun="tree|oak|birch|pine|maple|lime|olive|spruce|willow",
)
