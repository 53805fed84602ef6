"""A hot air balloon: gores in colours, a wicker basket with people in it, a burner; sometimes others farther off."""

import numpy as np

from images.world import materials
from images.world.base import Subject, details
from images.world.fire import flame_material
from images.world.geometry import TURN, Solid, box, ellipsoid, join, loft, tube
from images.world.people.figure import add_person

SCHEMES = {
    "red and white": ((0.62, 0.03, 0.025), (0.7, 0.66, 0.58)),
    "striped": ((0.7, 0.05, 0.03), (0.85, 0.45, 0.03), (0.75, 0.68, 0.5), (0.04, 0.2, 0.5)),
    "rainbow": (
        (0.6, 0.03, 0.03),
        (0.8, 0.28, 0.02),
        (0.8, 0.62, 0.04),
        (0.06, 0.35, 0.12),
        (0.03, 0.16, 0.5),
        (0.25, 0.05, 0.35),
    ),
    "blue and yellow": ((0.03, 0.13, 0.42), (0.82, 0.58, 0.04)),
    "orange": ((0.8, 0.26, 0.02), (0.72, 0.14, 0.02)),
    "red": ((0.6, 0.03, 0.025), (0.45, 0.02, 0.02)),
    "checked": ((0.16, 0.04, 0.3), (0.75, 0.68, 0.55)),
    "green and white": ((0.03, 0.25, 0.13), (0.68, 0.66, 0.58)),
}
GORES = 24


def describe(rng, setting):
    scheme = str(rng.choice(list(SCHEMES)))
    others = int(rng.choice([0, 0, 0, 2, 4, 6]))
    article = "an" if scheme == "orange" else "a"
    words = f"{article} {scheme} hot air balloon"
    if others:
        words = str(rng.choice([f"{words} and others farther off", "hot air balloons", f"{words} among others"]))
    return details(words, scheme=scheme, others=others, height=22.0, width=16.5, burning=bool(rng.random() < 0.75))


def build(stage, what):
    rng = stage.rng("balloon")
    parts = _balloon(stage, rng, what["scheme"], 1.0, burning=what["burning"])
    parts.append(_crew(stage, rng))
    for i in range(what["others"]):
        away = 45 + 70 * i * rng.uniform(0.8, 1.3)
        place = (rng.choice([-1, 1]) * (14 + away * rng.uniform(0.1, 0.5)), away, rng.uniform(-0.05, 0.05) * away)
        other = stage.group(*_balloon(stage, rng, str(rng.choice(list(SCHEMES))), 0.45, burning=rng.random() < 0.4))
        parts.append(stage.place(other, place, rng.uniform(0, TURN)))
    return stage.group(*parts)


def _balloon(stage, rng, scheme: str, fine: float, burning: bool):
    envelope, colours = _envelope(stage, rng, scheme, fine)
    cloth = stage.once(("balloon cloth",), _cloth)
    parts = [stage.add(envelope, cloth, smooth=True, colours=colours)]
    parts.append(stage.add(_ropes(fine), stage.surface((0.05, 0.045, 0.04), 0.6)))
    parts += _basket(stage, fine)
    flame = [_tongue(x, 1.0 if burning else 0.25) for x in (-0.2, 0.2)]
    colours = np.repeat(np.concatenate([np.r_[np.repeat(np.linspace(0, 1, 10), 12), 0, 1]] * 2)[:, None], 3, 1)
    if burning:
        parts.append(stage.add(flame, flame_material(stage, 30.0), smooth=True, colours=colours))
        lamp = stage.lamp("POINT", (0, 0, 9.0), 16000, (1.0, 0.5, 0.17), shadow_soft_size=1.2)
        parts += [lamp] if lamp else []
    return parts


def _envelope(stage, rng, scheme: str, fine: float) -> tuple[Solid, np.ndarray]:
    """Gores that bulge between their tapes, from the mouth to the crown; a colour for every vertex."""
    rows, per = max(14, round(44 * fine * stage.detail**0.5)), (6 if fine > 0.6 and stage.detail > 0.4 else 3)
    t = np.linspace(0, 1, rows)
    radius = np.where(
        t < 0.6,
        1.25 + 6.75 * np.sin(np.minimum(t / 0.6, 1) * np.pi / 2) ** 1.22,
        8.0 * np.sqrt(np.clip(1 - ((t - 0.6) / 0.4) ** 2, 0, 1)) + 0.02,
    )
    z = 5.2 + 16.8 * t
    turn = np.linspace(0, TURN, GORES * per, endpoint=False)
    bulge = 1 + 0.035 * np.abs(np.sin(0.5 * GORES * turn))[None] * np.sin(np.pi * np.clip(t, 0, 1))[:, None] ** 0.5
    ripple = 1 + 0.006 * np.sin(9 * z)[:, None] * np.cos(GORES * turn)[None]
    r = radius[:, None] * bulge * ripple
    rings = np.stack([r * np.cos(turn), r * np.sin(turn), z[:, None] + 0 * turn], -1)
    solid = loft(rings, capped=False)
    palette = np.asarray(SCHEMES[scheme])
    gore, ring = (np.arange(GORES * per) // per)[None], np.floor(9 * t)[:, None].astype(int)
    pattern = {
        "checked": (gore + ring) % 2,
        "striped": gore % len(palette),
        "red and white": (gore // 2) % 2,
        "blue and yellow": np.where((ring > 3) & (ring < 6), gore % 2, 0),
        "orange": np.where((ring == 4) | (ring == 6), 1, 0) + 0 * gore,
        "red": np.where((ring > 4) & (ring < 6), 1, 0) + 0 * gore,
        "rainbow": np.clip(ring - 1, 0, 5) % 6 + 0 * gore,
        "green and white": (gore + ring // 2) % 2,
    }[scheme] + 0 * ring
    seam = (np.arange(GORES * per) % per == 0)[None] & (fine > 0.6)
    colours = palette[pattern] * np.where(seam, 0.72, 1.0)[..., None]
    return solid, colours.reshape(-1, 3)


def _cloth():
    """Coated nylon: it shines a little outside and glows when there is light inside."""
    graph, output, material = materials.new("balloon cloth")
    own = graph.node("VertexColor", layer_name="Col").outputs[0]
    at = graph.node("TexCoord").outputs["Object"]
    creases = graph.noise(graph.stretched(at, (1, 1, 0.4)), 0.9, 5, 0.6)
    panel = graph.math("FRACT", graph.multiply(graph.split(at)[2], 0.85))
    seam = graph.spread(panel, 0.0, 0.035, 0.75, 1.0)
    colour = graph.scale(own, graph.multiply(seam, graph.spread(creases, 0.3, 0.7, 0.85, 1.1)))
    bump = graph.node("Bump", {"Height": creases, "Strength": 0.5, "Distance": 0.25})
    front = graph.node(
        "BsdfPrincipled", {"Base Color": colour, "Roughness": 0.38, "Specular IOR Level": 0.3, "Normal": bump}
    )
    thin = graph.node("BsdfTranslucent", {"Color": graph.scale(colour, 1.3)})
    graph.link(graph.node("MixShader", {0: 0.42, 1: front.outputs[0], 2: thin.outputs[0]}), output.inputs[0])
    return material


def _ropes(fine: float):
    lines = []
    for angle in np.linspace(0, TURN, 16 if fine > 0.6 else 8, endpoint=False):
        c, s = np.cos(angle), np.sin(angle)
        corner = np.array([0.62 * np.sign(c) if abs(c) > 0.05 else 0, 0.5 * np.sign(s) if abs(s) > 0.05 else 0, 2.35])
        lines.append(tube([corner, (1.26 * c, 1.26 * s, 5.25)], 0.014, 4))
    frame = [(-0.62, -0.5, 2.35), (0.62, -0.5, 2.35), (0.62, 0.5, 2.35), (-0.62, 0.5, 2.35), (-0.62, -0.5, 2.35)]
    lines.append(tube(frame, 0.03, 6))
    lines += [tube([(x, y, 1.1), (0.9 * x, 0.9 * y, 2.35)], 0.03, 6) for x in (-0.68, 0.68) for y in (-0.55, 0.55)]
    lines += [tube([(x, 0, 2.3), (x, 0, 2.75)], 0.11, 10) for x in (-0.2, 0.2)]
    return lines


def _basket(stage, fine: float):
    """Wicker: woven rods round a box with a padded rim, and skids under it."""
    weave = stage.surface(
        (0.24, 0.135, 0.06),
        0.75,
        variation=0.5,
        grain=0.05,
        relief=0.012,
        relief_size=0.03,
        stretch=(1, 1, 3.5),
        wear=(0.09, 0.05, 0.025),
    )
    x, y = 0.72, 0.58
    rings = []
    for z, grow in ((0.0, 0.93), (0.15, 0.97), (0.6, 1.0), (1.1, 1.02)):
        t = np.linspace(0, TURN, 28, endpoint=False)
        square = 1 / (np.abs(np.cos(t)) ** 6 + np.abs(np.sin(t)) ** 6) ** (1 / 6)
        rings.append(np.c_[x * grow * square * np.cos(t), y * grow * square * np.sin(t), np.full(28, z)])
    inner = [ring * [0.92, 0.92, 1] for ring in rings[::-1]]
    inner[-1] = inner[-1] + [0, 0, 0.08]
    parts = [stage.add(loft([*rings, *inner]), weave)]
    pad = np.r_[rings[-1], rings[-1][:1]]
    rolls = [tube(pad, 0.055, 8)]
    if fine > 0.6:
        rolls += [tube(np.r_[ring, ring[:1]] * [1.01, 1.01, 1], 0.018, 5) for ring in rings[:3]]
    parts.append(stage.add(rolls, stage.surface((0.07, 0.042, 0.026), 0.6), smooth=True))
    skids = [box(-0.7, 0.7, s - 0.04, s + 0.04, -0.07, 0.0) for s in (-0.35, 0.35)]
    bottles = [ellipsoid(0.13, 0.13, 0.4, 12, 10).moved(sx * 0.5, sy * 0.36, 0.55) for sx in (-1, 1) for sy in (-1, 1)]
    parts.append(stage.add([*skids, join(bottles)], stage.surface((0.12, 0.11, 0.1), 0.5)))
    return parts


def _tongue(x: float, tall: float) -> Solid:
    t = np.linspace(0, 1, 10)
    turn = np.linspace(0, TURN, 12, endpoint=False)
    wide = 0.3 * np.sin(np.pi * (0.15 + 0.85 * t) ** 0.7) * tall**0.3 + 0.01
    return loft(
        [
            np.c_[x + w * np.cos(turn), w * np.sin(turn), np.full(12, 2.75 + 2.6 * tall * v)]
            for w, v in zip(wide, t, strict=True)
        ]
    )


def _crew(stage, rng):
    """Two or three people who look over the basket's rim."""
    places = [(-0.34, -0.2, -0.5), (0.3, -0.22, 0.6), (0.0, 0.25, 2.6)][: int(rng.integers(2, 4))]
    people = []
    for i, (x, y, heading) in enumerate(places):
        pose = "holding a rail" if i < 2 else "looking up"
        people.append(
            add_person(
                stage,
                "hiker" if i else "parka",
                pose,
                (x, y, 0.06),
                heading,
                name=f"crew {i}",
                detail=0.3 * stage.detail,
            )
        )
    return stage.group(*people)


SUBJECT = Subject(
    name="hot air balloon",
    settings=("mountain valley", "dunes", "hills with fields", "snowfield", "city roofs", "sea coast", "harbour"),
    height=22,
    width=16.5,
    describe=describe,
    build=build,
    on="air",
    share=(0.34, 0.55),
    heading=(-np.pi, np.pi),
)
