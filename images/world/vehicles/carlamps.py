"""Cars' lamps and number plates."""

import numpy as np

from images.world import finishes
from images.world.geometry import Solid, box, ellipsoid, lathe
from images.world.vehicles.carbody import Body
from images.world.vehicles.carparts import along_low, grille_size

LETTERS = "ABCDEFGHJKLMNPRSTUVWXYZ"


def lamps(stage, body: Body, kind: str, burning: bool):
    """Headlamps, indicators and tail lamps, and the beams of the headlamps."""
    form = body.form
    on = stage.light.lamps if burning else 0.0
    bright = stage.once("chrome", finishes.metal)
    half, low, high = grille_size(body)
    z = (low + high) / 2 if kind != "van" else 0.72
    radius = 0.098 if kind not in ("pickup", "van") else 0.11
    xs = [half + 0.135] if kind in ("saloon", "estate", "coupe", "pickup") else [half + 0.115, half + 0.30]
    radius = 0.082 if len(xs) == 2 else radius
    if kind == "van":
        xs = [0.52]
    made, bowls, glasses = [], [], []
    around = stage.around(32, 10)
    for x in xs:
        for side in (-1, 1):
            y = float(body.nose_y(np.array(min(x, body.half_at_nose() - 0.04)), np.array(z)))
            ring = lathe(
                [
                    (radius * 0.86, 0.0),
                    (radius * 0.9, 0.035),
                    (radius * 1.08, 0.03),
                    (radius * 1.16, 0.0),
                    (radius * 1.16, -0.08),
                ],
                around,
            )
            bowls.append(ring.turned(np.pi / 2, "x").moved(side * x, y - 0.005, z))
            glasses.append(
                ellipsoid(radius * 0.88, 0.03, radius * 0.88, around, 10 if stage.detail > 0.3 else 4).moved(
                    side * x, y - 0.012, z
                )
            )
    colour = (1.0, 0.86, 0.62)
    front = finishes.lamp_glass(stage, colour, 90) if on else stage.once("lamp glass", _lamp_glass)
    made += [stage.add(bowls, bright, smooth=True), stage.add(glasses, front, smooth=True)]
    amber = stage.once(("lens", "amber", on), lambda: finishes.lens((0.75, 0.22, 0.01), 0.8 * on))
    red = stage.once(("lens", "red", on), lambda: finishes.lens((0.5, 0.012, 0.008), 9.0 * on))
    made.append(stage.add(_indicators(body, xs, z, kind), amber, bevel=0.01))
    made.append(stage.add(_tail_lamps(body, kind), red, bevel=0.012))
    if burning:
        for side in (-1, 1):
            at = (side * xs[0], form.nose - 0.2, z)
            spot = stage.lamp(
                "SPOT",
                at,
                650,
                colour,
                to=(side * xs[0] * 1.1, form.nose - 20, z - 0.75),
                spot_size=0.95,
                spot_blend=0.7,
                shadow_soft_size=0.06,
            )
            made.append(spot)
    return made


def _lamp_glass():
    return finishes.metal((0.62, 0.64, 0.66), 0.22, 0.1)


def _indicators(body: Body, xs, z: float, kind: str) -> list[Solid]:
    made = []
    for side in (-1, 1):
        x = xs[0] if kind != "van" else 0.62
        zz = z - 0.17 if kind != "van" else 1.0
        y = float(body.nose_y(np.array(x), np.array(zz)))
        made.append(box(side * x - 0.07, side * x + 0.07, y - 0.022, y + 0.04, zz - 0.028, zz + 0.028))
    return made


def _tail_lamps(body: Body, kind: str) -> list[Solid]:
    form = body.form
    low, _, high = (float(v) for v in body.levels(np.array(form.tail - 0.05)))
    half = body.half_at_tail()
    z0, z1 = low + 0.45 * (high - low), low + 0.82 * (high - low)
    wide = {"cruiser": 0.42, "saloon": 0.30, "coupe": 0.26}.get(kind, 0.13)
    if kind == "cruiser":
        z0 = z0 + 0.03
    made = []
    for side in (-1, 1):
        for a in np.linspace(0, 1, 4)[:-1]:
            x0, x1 = half - 0.06 - wide + a * wide, half - 0.06 - wide + (a + 0.32) * wide
            y = float(body.tail_y(np.array((x0 + x1) / 2), np.array(z0)))
            made.append(box(side * x0, side * x1, y - 0.04, y + 0.018, z0, z1))
    return made


def plates(stage, body: Body, rng):
    """A number plate in front and one behind, with an invented number."""
    number = "".join(rng.choice(list(LETTERS), 3)) + " " + "".join(str(d) for d in rng.integers(0, 10, 3))
    white = stage.surface((0.55, 0.54, 0.48), 0.4, variation=0.15, grain=0.2)
    ink = stage.surface((0.012, 0.012, 0.014), 0.5)
    made, sheets = [], []
    for rear in (False, True):
        sign = 1 if rear else -1
        z = along_low(body, rear) + (0.1 if not rear else 0.24)
        face = body.tail_y if rear else body.nose_y
        y = float(face(np.array(0.0), np.array(z))) + sign * (0.085 if not rear else 0.014)
        sheets.append(box(-0.24, 0.24, y - 0.006, y + 0.006, z - 0.055, z + 0.055))
        if stage.detail > 0.3:
            word = stage.text(number, 0.105, ink, 0.001)
            word.location, word.rotation_euler.z = (0, y + sign * 0.0075, z), np.pi if rear else 0
            made.append(word)
    return [stage.add(sheets, white, bevel=0.006), *made]
