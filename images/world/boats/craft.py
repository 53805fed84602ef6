"""Whole boats: a sloop, a gaff cutter, a motor fishing boat, a dinghy; under sail, moored, or as a wreck."""

from dataclasses import dataclass

import numpy as np

from images.world import materials
from images.world.boats import fittings, hulls
from images.world.boats.sail_plans import MASTS, RIGS
from images.world.geometry import Solid, box, join, tube
from images.world.materials import Surface
from images.world.noise import fbm

PAINTS = {
    "white": (0.6, 0.59, 0.56),
    "blue": (0.03, 0.11, 0.27),
    "red": (0.36, 0.028, 0.022),
    "green": (0.02, 0.14, 0.085),
    "black": (0.022, 0.022, 0.025),
    "yellow": (0.55, 0.34, 0.04),
    "turquoise": (0.05, 0.29, 0.31),
    "grey": (0.27, 0.28, 0.29),
    "wooden": (0.24, 0.11, 0.045),
}
LINES = {"sloop": hulls.YACHT, "cutter": hulls.CUTTER, "fisher": hulls.FISHER, "dinghy": hulls.DINGHY}


@dataclass(frozen=True)
class Boat:
    kind: str
    paint: str = "white"
    trim: str = "wooden"
    cloth: str = "white"
    pose: str = "sailing"  # "sailing", "moored" or "wreck"
    heel: float = 0.0  # radians to starboard, +x
    age: float = 0.5
    seed: int = 1


def height_of(boat: Boat) -> float:
    return MASTS[boat.kind] * (0.6 if boat.pose == "wreck" else 1.0)


def build(stage, boat: Boat, fine: float):
    """The boat as one group, its waterline at 0."""
    lines, rng = LINES[boat.kind], np.random.default_rng(boat.seed)
    parts = {name: [] for name in ("paint", "trim", "wood", "metal", "dark", "rope", "pane", "red", "lamp")}
    made = [_hull(stage, boat, lines, fine)]
    made.append(_deck(stage, boat, lines, fine))
    parts["trim"] += hulls.rails(lines, 0.03 if boat.kind == "dinghy" else 0.05, fine)
    _ON_DECK[boat.kind](parts, lines, boat, rng)
    sails = RIGS[boat.kind](parts, lines, boat, fine, rng)
    if sails:
        made.append(_sails(stage, sails, rng))
    if boat.pose == "wreck":
        parts["wood"] += hulls.ribs(lines, 15, 0.07, rng, 0.4)
    made += _added(stage, parts, boat)
    if boat.kind in ("cutter", "fisher") and boat.pose != "wreck":
        made += _number(stage, boat, lines)
    group = stage.group(*made)
    group.rotation_euler = (0.0, boat.heel, 0.0)
    return stage.group(group)


def _hull(stage, boat: Boat, lines, fine: float):
    wreck = boat.pose == "wreck"
    faded = lambda colour: tuple(0.35 * c + 0.65 * g for c, g in zip(colour, (0.2, 0.17, 0.13), strict=True))  # noqa: E731
    top, wale = PAINTS[boat.paint], PAINTS[boat.trim]
    colours = {"top": faded(top) if wreck else top, "wale": (0.16, 0.13, 0.1) if wreck else wale, "age": boat.age}
    solid, painted = hulls.shell(lines, colours, fine, boat.seed % 97)
    if wreck:
        solid, painted = _holed(solid, painted, lines, boat.seed)
    rough = 0.85 if wreck else 0.22 if boat.kind == "sloop" else 0.42
    wood = boat.paint == "wooden"
    surface = Surface(roughness=rough, variation=0.14, grain=0.5, relief=0.004 if boat.kind != "sloop" else 0.0005,
                      relief_size=0.06, attribute=True, gloss_variation=0.08, coat=0.25 if wood else 0.0,
                      stretch=(1, 0.2, 1) if wood else (1, 1, 0.5), wet=0.6 * stage.light.wet)  # fmt: skip
    line = colours["top"] if wreck else PAINTS["blue" if boat.paint == "white" else "white"]
    bottom = (0.15, 0.085, 0.06) if wreck else ((0.16, 0.03, 0.02), (0.02, 0.025, 0.035))[boat.seed % 2]
    high = 0.1 * lines.freeboard
    key = ("hull", surface, line, bottom, high)
    return stage.add(
        solid, stage.once(key, lambda: _paint(surface, line, bottom, high)), lines.lap == 0, colours=painted
    )


def _paint(surface: Surface, line, bottom, high: float):
    """The hull's own colours, under them a stripe up to `high` metres and another paint below the water, with weed."""
    graph, output, material = materials.new("hull")
    shader = materials.principled(graph, surface)
    at = graph.node("TexCoord").outputs["Object"]
    z = graph.add(graph.split(at)[2], graph.multiply(graph.noise(at, 3.0, 2), 0.006))
    weed = graph.spread(graph.add(z, graph.multiply(graph.noise(at, 4.0, 6, 0.7), -0.2)), -0.08, 0.02, 0.8, 0.0)
    colour = shader.inputs["Base Color"].links[0].from_socket
    colour = graph.mix(graph.math("LESS_THAN", z, high), colour, line)
    colour = graph.mix(graph.math("LESS_THAN", z, 0.35 * high), colour, bottom)
    graph.link(graph.mix(weed, colour, (0.03, 0.036, 0.02)), shader.inputs["Base Color"])
    graph.link(shader.outputs[0], output.inputs[0])
    return material


def _number(stage, boat: Boat, lines) -> list:
    """Letters and figures on both bows, as fishing boats carry them."""
    rng = np.random.default_rng(boat.seed + 5)
    words = f"{'ABDHKLNPSW'[rng.integers(10)]}{'AEHKNORTY'[rng.integers(9)]} {rng.integers(12, 480)}"
    pale = PAINTS["white"] if boat.paint not in ("white", "yellow") else PAINTS["black"]
    made = []
    t = np.array([0.12, 0.24])
    for side in (-1, 1):
        x, z = lines.section(t, np.array([0.27, 0.27]))
        y = lines.y(t)
        text = stage.text(words, 0.3 * lines.freeboard, stage.surface(pale, 0.5), 0.012)
        text.location = (side * (float(x.mean()) + 0.05), float(y.mean()), float(z.mean()))
        along = np.arctan2(x[1] - x[0], y[1] - y[0])
        text.rotation_euler = (np.pi / 2 - 0.22, 0, side * (np.pi / 2 - along))
        made.append(text)
    return made


def _holed(solid: Solid, painted, lines, seed: int) -> tuple[Solid, np.ndarray]:
    """Planks missing from a wreck's side."""
    v = solid.vertices
    missing = fbm(v[:, 1] / 2.6 + (v[:, 0] > 0) * 9, v[:, 2] / 0.35, 3, seed) > 0.3
    missing &= v[:, 2] > -0.6 * lines.draught
    faces = tuple(part[~missing[part].all(1)] for part in solid.faces)
    return Solid(v, faces), painted


def _deck(stage, boat: Boat, lines, fine: float):
    wet = 0.3 * stage.light.wet
    colour = (
        (0.23, 0.19, 0.14)
        if boat.pose == "wreck"
        else (0.32, 0.2, 0.11)
        if boat.kind != "fisher"
        else (0.2, 0.16, 0.12)
    )
    planks = stage.once(("deck", colour, wet), lambda: materials.planks(colour, 0.09, 0.6, "y", wet, 3.0))
    solid = hulls.open_inside(lines, fine) if boat.kind == "dinghy" else hulls.deck(lines, fine)
    return stage.add(solid, planks, smooth=True)


def _sails(stage, sails, rng):
    surface = Surface(roughness=0.85, variation=0.08, grain=1.0, relief=0.002, relief_size=0.03, attribute=True,
                      translucency=0.38, specular=0.1)  # fmt: skip
    solid = join([part for part, _ in sails])
    return stage.add(solid, stage.material(surface), smooth=True, colours=np.concatenate([c for _, c in sails]))


def _added(stage, parts: dict, boat: Boat) -> list:
    old = boat.pose == "wreck"
    weathered = lambda colour: tuple(0.4 * c + 0.1 for c in colour) if old else colour  # noqa: E731
    rust = (0.16, 0.075, 0.035)
    surfaces = {
        "paint": Surface(
            weathered(PAINTS["white"]), 0.4, 0.12, 0.6, 0.001, 0.05, wear=(0.3, 0.2, 0.12) if boat.age > 0.4 else None
        ),
        "trim": Surface(weathered(PAINTS[boat.trim]), 0.45, 0.2, 0.4, 0.002, 0.04),
        "wood": Surface(
            (0.15, 0.12, 0.09) if old else (0.27, 0.14, 0.06),
            0.8 if old else 0.4,
            0.35,
            0.3,
            0.002,
            0.04,
            stretch=(1, 0.15, 1),
        ),
        "metal": Surface(
            rust if old else (0.55, 0.56, 0.57), 0.8 if old else 0.28, 0.15, 0.3, metal=0.0 if old else 0.9
        ),
        "dark": Surface(rust if old else (0.03, 0.032, 0.035), 0.55, 0.3, 0.3),
        "rope": Surface((0.36, 0.28, 0.17), 0.9, 0.3, 0.05, 0.002, 0.01),
        "red": Surface(weathered((0.5, 0.1, 0.02)), 0.5, 0.15, 0.3),
    }
    made = [stage.add(parts[name], stage.material(surface), smooth=name in ("metal", "rope", "red"))
            for name, surface in surfaces.items() if parts[name]]  # fmt: skip
    if parts["pane"]:
        made.append(
            stage.add(parts["pane"], stage.window((1.0, 0.62, 0.3), 0.45 if boat.seed % 4 == 0 and not old else 0.0))
        )
    if parts["lamp"] and not old:
        made.append(stage.add(parts["lamp"], stage.lit((1.0, 0.86, 0.6), 40), smooth=True))
    return made


def _sloop_deck(parts, lines, boat, rng):
    fittings.coach_roof(parts, lines, -1.6, 2.0, 0.42)
    fittings.stanchions(parts, lines)
    if boat.pose == "moored":
        fittings.fenders(parts, lines, 3)
    keel = [(-0.09, -0.9), (0.09, -0.9), (0.07, 0.9), (-0.07, 0.9)]
    parts["dark"].append(join([box(-0.08, 0.08, -0.9, 1.0, -1.9, -0.3)]) if keel else box(0, 0, 0, 0, 0, 0))
    parts["dark"].append(fittings.rudder(parts, lines, 1.3))


def _cutter_deck(parts, lines, boat, rng):
    fittings.coach_roof(parts, lines, 0.4, 2.6, 0.5)
    fittings.working_deck(parts, lines, -3.4, -0.4, rng)
    parts["wood"].append(tube([(0, 4.2, lines.deck + 0.7), (0, 5.4, lines.deck + 0.45)], 0.035, 7))
    parts["dark"].append(fittings.rudder(parts, lines, 1.0))


def _fisher_deck(parts, lines, boat, rng):
    aft = boat.seed % 2 == 0
    fittings.wheelhouse(parts, lines, 1.4 if aft else -3.2, 2.3, 2.6, 2.35, rng)
    fittings.working_deck(parts, lines, -3.6 if aft else 0.6, 0.6 if aft else 4.6, rng)
    fittings.fenders(parts, lines, 4, "dark")
    parts["dark"].append(fittings.rudder(parts, lines, 1.1))


def _dinghy_deck(parts, lines, boat, rng):
    fittings.thwarts(parts, lines)
    if boat.pose != "wreck":
        fittings.oars(parts, lines)
    parts["wood"].append(fittings.rudder(parts, lines, 0.4))


_ON_DECK = {"sloop": _sloop_deck, "cutter": _cutter_deck, "fisher": _fisher_deck, "dinghy": _dinghy_deck}
