"""Face, hair and hat of a person; `builder` is a `tailor.Builder`."""

import numpy as np

from images.world import blender
from images.world.geometry import Solid
from images.world.materials import Surface
from images.world.modelling.implicit import surface
from images.world.noise import smoothstep
from images.world.people import bodies, hair, headwear

SKIN = {"variation": 0.1, "grain": 0.04, "specular": 0.4}
STRAND = np.array([1, 1, 1, 1, 0.9, 0.7, 0.3])  # thickness from root to tip
HAT_STUFFS = {"hat": "wool", "knit": "knit", "oilskin": "oilskin", "cotton": "cotton"}
TRIMMINGS = {
    "straw": ("canvas", (0.5, 0.38, 0.2)),
    "band": ("silk", (0.02, 0.018, 0.02)),
    "bobble": ("wool", (0.5, 0.48, 0.45)),
}


def skin_material(builder):
    return builder.stage.surface(builder.look.skin, 0.5, **SKIN)


def add_face(builder):
    """The head and the neck."""
    look, figure = builder.look, builder.figure
    head = surface(builder.posed(bodies.skull(figure) + bodies.throat(figure)), builder.step(0.0036))
    turn, start = builder.placed["head"]
    colours = face_colours((head.vertices - start) @ turn / figure.head, look.skin, look.hair, look.beard)
    builder.add(head, builder.stage.material(Surface(roughness=0.5, attribute=True, **SKIN)), colours=colours)


def face_colours(points: np.ndarray, skin, hair_colour, beard: float) -> np.ndarray:
    """Colours (n, 3) of a head's points, in the bone's axes for an adult man: lips, brows, eyes, blood, stubble."""
    skin, hair_colour = np.array(skin), np.array(hair_colour)
    x, y, z = np.abs(points[:, 0]), points[:, 1], points[:, 2]
    colours = np.repeat(skin[None], len(points), 0)

    def mix(share, colour, centre, radii):
        nonlocal colours
        d = sum(((a - c) / r) ** 2 for a, c, r in zip((x, y, z), centre, radii, strict=True))
        near = share * np.exp(-(d**1.5))[:, None]
        colours = colours * (1 - near) + np.array(colour) * near

    red = skin * (1.25, 0.72, 0.68)
    mix(0.5, red, (0.045, -0.075, 0.045), (0.022, 0.03, 0.02))  # cheeks
    mix(0.6, red, (0.0, -0.115, 0.045), (0.014, 0.02, 0.014))  # nose
    mix(0.5, red, (0.082, 0.01, 0.065), (0.014, 0.02, 0.035))  # ears
    mix(0.45, skin * 0.55, (0.031, -0.09, 0.07), (0.02, 0.02, 0.014))  # round the eyes
    mix(beard, 0.7 * hair_colour + 0.3 * skin, (0.0, -0.07, -0.012), (0.06, 0.06, 0.03))
    mix(0.75, skin * (0.95, 0.5, 0.5), (0.0, -0.104, 0.0085), (0.019, 0.012, 0.0085))  # lips
    mix(0.85, hair_colour, (0.032, -0.094, 0.094), (0.02, 0.012, 0.0055))  # brows
    eye = (x - 0.031) ** 2 + (y + 0.0735) ** 2 + (z - 0.071) ** 2 < 0.0152**2
    eye &= (y < -0.0815) & (np.abs(z - 0.071) < 0.0052)
    colours[eye] = (0.26, 0.24, 0.225)
    colours[eye & ((x - 0.031) ** 2 + (z - 0.071) ** 2 < 0.0072**2)] = (0.02, 0.014, 0.01)
    return colours


def on_head(builder, points):
    turn, start = builder.placed["head"]
    return points * builder.figure.head @ turn.T + start


def combed(builder, points):
    """Hair on the head; what hangs below the ears falls with the back, however the head nods."""
    knot = np.array([0, 0.05, 0.06])
    low = smoothstep(0.07, -0.05, points[..., 2:])
    back, (turn, start) = builder.placed["chest"][0], builder.placed["head"]
    hanging = ((points - knot) @ back.T + turn @ knot) * builder.figure.head + start
    return on_head(builder, points) * (1 - low) + hanging * low


def add_hair(builder):
    look = builder.look
    if look.hair_style == "bald":
        return
    style = hair.style("cropped" if look.hat == "hood" else look.hair_style)
    shown = tuple(hair.under_hat(style.blobs)) if look.hat not in ("", "hood") else style.blobs
    rough = {"variation": 0.35, "grain": 0.03, "relief": 0.002, "relief_size": 0.006, "stretch": (1, 1, 0.25)}
    under = builder.stage.surface(tuple(0.75 * np.array(look.hair)), 0.5, **rough)
    shine = builder.stage.surface(look.hair, 0.38, variation=0.3, grain=0.01, specular=0.5)
    for blobs, towards, many in ((shown, style.towards, 3800), (style.hangs, hair.down, 500)):
        if not blobs:
            continue
        solid = surface(blobs, builder.step(0.005))
        builder.add(Solid(combed(builder, solid.vertices), solid.faces), under)
        if builder.detail > 0.35:
            lift = style.lift * (0.4 if look.hat else 1.0)
            count = int(many * min(builder.detail, 1.2) ** 1.5)
            points = hair.strands(solid, blobs, towards, builder.rng, count, style.length, lift, style.wild)
            radii = 0.00055 * STRAND / min(builder.detail, 1) ** 0.5
            builder.parts.append(blender.add_strands(combed(builder, points), radii, shine))


def add_hat(builder):
    look = builder.look
    if look.hat in ("", "hood"):
        return
    for solid, kind in headwear.make(look.hat, builder.around(56), builder.step(1.0)):
        there = Solid(on_head(builder, solid.vertices), solid.faces)
        if kind == "hard":
            builder.add(there, builder.stage.surface(look.hat_colour, 0.3, variation=0.1, specular=0.5, coat=0.2))
            continue
        name, colour = TRIMMINGS.get(kind) or (HAT_STUFFS[kind], look.hat_colour)
        builder.sew(there, builder.stuff(name, colour), rest=solid.vertices)
