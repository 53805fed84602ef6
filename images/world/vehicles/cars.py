"""Cars: bodies with cut wheel arches and windows, and all that is screwed on to them.

car = add_car(stage, "saloon", (0.02, 0.06, 0.03), stage.rng("car"))
"""

import numpy as np

from images.world import finishes
from images.world.geometry import box
from images.world.modelling.carving import carve, merged, smooth_but_edges
from images.world.vehicles.carbody import Body, end_cutter, side_cutter, wheel_wells
from images.world.vehicles.carforms import FORMS
from images.world.vehicles.carlamps import lamps, plates
from images.world.vehicles.carparts import chrome, interior, trim
from images.world.vehicles.wheels import add_wheels

PAINTS = {
    "cream": (0.55, 0.46, 0.30),
    "white": (0.60, 0.59, 0.55),
    "bottle green": (0.012, 0.055, 0.03),
    "navy blue": (0.010, 0.022, 0.07),
    "sky blue": (0.16, 0.32, 0.42),
    "turquoise": (0.05, 0.27, 0.26),
    "red": (0.36, 0.018, 0.014),
    "maroon": (0.11, 0.008, 0.012),
    "mustard yellow": (0.46, 0.26, 0.02),
    "orange": (0.50, 0.13, 0.012),
    "brown": (0.09, 0.042, 0.02),
    "beige": (0.40, 0.31, 0.20),
    "silver": (0.42, 0.43, 0.44),
    "black": (0.008, 0.008, 0.009),
    "grey": (0.12, 0.125, 0.13),
}
TAXI = (0.62, 0.36, 0.012)


def add_car(stage, kind: str, colour, rng, *, burning: bool = True, taxi: bool = False, roof=None, dirt: float = 0.45):
    """A car at the origin, its nose towards -y. burning: its lamps are on when the light's lamps are; rng is drawn from
    the same number of times in every light."""
    form = FORMS[kind]
    body = Body(form, stage.around(84, 24), 0.05 / max(stage.detail, 0.05) ** 0.8)
    metallic = 0.55 if tuple(colour) == PAINTS["silver"] else 0.0
    key = ("paint", tuple(colour), roof, dirt, metallic, stage.light.wet)
    skin = stage.once(key, lambda: finishes.paint(tuple(colour), dirt, metallic, stage.light.wet, roof))
    parts = [_lower(stage, body, skin), _cabin(stage, body, skin), _glass(stage, body)]
    parts += add_wheels(stage, form.axles, form.wheel, float(body.side_x(form.axles[0], form.wheel + 0.28)) - 0.025)
    parts += chrome(stage, body, skin, kind)
    if stage.detail > 0.3:  # what no small picture shows
        parts += interior(stage, body) + trim(stage, body)
    parts += lamps(stage, body, kind, burning)
    parts += plates(stage, body, rng)
    if taxi:
        parts += _taxi_sign(stage, body)
    return stage.group(*[part for part in parts if part is not None])


def _lower(stage, body: Body, skin):
    form = body.form
    dark = stage.surface((0.012, 0.012, 0.012), 0.9, variation=0.2)
    cloth = stage.surface(CLOTH, 0.8, variation=0.2, sheen=0.2)
    half = float(np.max([row[1] for row in form.plan]))
    cuts = [(wheel_wells(form, stage.around(48, 20), half), dark)]
    front, rear, width = (float(v) for v in body.cabin_row(np.array(form.waist)))
    inside = box(-width + 0.06, width - 0.06, front + 0.18, rear - 0.1, form.waist - 0.5, form.waist + 0.5)
    cuts.append((inside, cloth))
    if form.bed:
        cuts.append((box(-half + 0.1, half - 0.1, *form.bed, 0.62, 1.6), skin))
    return carve(body.lower(), skin, cuts, 0.55)


CLOTH = (0.05, 0.032, 0.022)


def _cabin(stage, body: Body, skin):
    form = body.form
    lining = stage.surface((0.16, 0.14, 0.115), 0.85, variation=0.15)
    rubber = stage.surface((0.015, 0.015, 0.016), 0.5, variation=0.1)
    front, rear, _ = body.cabin_row(np.array(form.waist))
    middle = (front + rear) / 2
    cuts = [(body.cabin_shell(0.04, 0.5), lining)]
    cuts += [(side_cutter(outline), rubber) for outline in body.side_windows()]
    screen = body.screen_outline()
    cuts.append((end_cutter(screen, middle, front - 0.6), rubber))
    if form.rear_glass:
        cuts.append((end_cutter(screen, middle, rear + 0.6), rubber))
    return carve(body.cabin_shell(0.0, 0.1), skin, cuts, 0.55)


def _glass(stage, body: Body):
    if stage.detail > 0.3:
        pane = stage.once("car glass", lambda: finishes.thin_glass((0.72, 0.8, 0.76)))
    else:  # nothing is seen behind it in a small picture
        pane = stage.surface((0.014, 0.016, 0.016), 0.05, variation=0.1, specular=0.6)
    return smooth_but_edges(stage.add(body.cabin_shell(0.016, 0.02), pane, smooth=True), 0.7)


def _taxi_sign(stage, body: Body):
    top = body.form.height
    sign = stage.add(
        box(-0.3, 0.3, -0.07, 0.07, top, top + 0.16), finishes.lamp_glass(stage, (1.0, 0.72, 0.25), 6), bevel=0.02
    )
    made = [sign]
    for turn in (0, np.pi):
        word = stage.text("TAXI", 0.15, stage.surface((0.01, 0.01, 0.01), 0.5), 0.002)
        word.location, word.rotation_euler.z = (0, -0.075 if turn == 0 else 0.075, top + 0.08), turn
        made.append(word)
    squares = stage.surface((0.012, 0.012, 0.012), 0.4)
    checks = []
    for i, y in enumerate(np.arange(body.form.axles[0] + 0.55, body.form.axles[1] - 0.5, 0.09)):
        z = body.form.crease - 0.06 + 0.045 * (i % 2)
        for side in (-1, 1):
            x = side * (float(body.side_x(y, z)) + 0.002)
            checks.append(box(x - 0.002, x + 0.002, y, y + 0.09, z, z + 0.045))
    return [*made, stage.add(checks, squares)]


def parked(stage, kinds: int, rng) -> list:
    """A few different cars to be copied along a kerb (see `carving.copied`); hide them afterwards."""
    made = []
    for _ in range(kinds):
        kind = str(rng.choice(["saloon", "saloon", "estate", "cruiser", "coupe", "van", "pickup"]))
        colour = PAINTS[str(rng.choice(list(PAINTS)))]
        made.append(merged(add_car(stage, kind, colour, rng, burning=False, dirt=float(rng.uniform(0.3, 0.8)))))
    return made
