"""Windows, curtains, blinds, doors and radiators. All stand against a wall whose face is the plane y = 0; the room is
at y < 0, the wall's thickness and what is outside at y > 0. A window's opening is centred on x = 0 with its sill at z
= 0.
"""

import numpy as np

from images.world.furniture import fabrics, finishes
from images.world.furniture.turning import curve, spun
from images.world.geometry import Solid, box, grid, join, lathe, tube
from images.world.noise import fbm

PAINT = {
    "white": (0.6, 0.58, 0.53),
    "oak": (0.24, 0.13, 0.06),
    "green": (0.05, 0.09, 0.07),
    "black": (0.02, 0.02, 0.022),
}


def window(stage, width: float, height: float, thick: float = 0.28, kind: str = "casement", paint: str = "white"):
    """Frame, glazing bars, panes and sill in an opening. kind: "casement", "sash", "steel" or "tall"."""
    bars = {"casement": (2, 3), "sash": (3, 4), "steel": (5, 6), "tall": (2, 5)}[kind]
    w, h = width / 2, height
    rim, depth, y = (0.06, 0.07, 0.14) if kind != "steel" else (0.035, 0.04, 0.1)
    solids = [
        box(-w, -w + rim, y, y + depth, 0, h), box(w - rim, w, y, y + depth, 0, h), box(-w, w, y, y + depth, 0, rim),
        box(-w, w, y, y + depth, h - rim, h),
    ]  # fmt: skip
    thin = 0.011 if kind != "steel" else 0.009
    for i in range(1, bars[0]):
        x = -w + 2 * w * i / bars[0]
        wide = 0.03 if kind in ("casement", "tall") and 2 * i == bars[0] else thin
        solids.append(box(x - wide, x + wide, y + 0.01, y + depth - 0.01, 0, h))
    for i in range(1, bars[1]):
        z = h * i / bars[1]
        wide = 0.028 if kind == "sash" and 2 * i == bars[1] else thin
        solids.append(box(-w, w, y + 0.012, y + depth - 0.012, z - wide, z + wide))
    painted = stage.surface(
        PAINT[paint], 0.45, variation=0.25, grain=0.2, relief=0.0015, relief_size=0.03, wear=(0.2, 0.14, 0.08)
    )
    parts = [stage.add(solids, painted, bevel=0.004)]
    glass = stage.add(
        box(-w + rim, w - rim, y + depth / 2 - 0.002, y + depth / 2 + 0.002, rim, h - rim), finishes.pane(stage)
    )
    parts.append(glass)
    if kind != "steel":
        board = [box(-w - 0.07, w + 0.07, -0.07, y, -0.035, 0)]
        trim = [box(s * w, s * (w + 0.09), -0.02, 0.0, -0.035, h + 0.09) for s in (-1, 1)]
        trim += [
            box(-w - 0.09, w + 0.09, -0.022, 0.0, h, h + 0.1),
            box(-w - 0.11, w + 0.11, -0.04, 0.0, h + 0.1, h + 0.13),
        ]
        parts.append(stage.add([*board, *trim], painted, bevel=0.005))
    else:
        parts.append(
            stage.add(
                box(-w - 0.03, w + 0.03, -0.05, y, -0.06, 0),
                stage.surface((0.3, 0.28, 0.25), 0.8, relief=0.004, relief_size=0.05),
            )
        )
    if kind in ("casement", "tall"):
        knob = spun(
            [(0, 0), (0.012, 0), (0.012, 0.004)],
            curve([(0.005, 0.006), (0.006, 0.02), (0.014, 0.034), (0, 0.042)]),
            around=16,
        )
        parts.append(
            stage.add(knob.turned(np.pi / 2, "x").moved(0.0, y - 0.001, 0.45 * h), finishes.brass(stage), smooth=45)
        )
    return stage.group(*parts)


def curtains(
    stage,
    rng,
    width: float,
    top: float,
    drop: float,
    colour,
    heavy: bool = True,
    open_share: float = 0.35,
    tied: bool = False,
):
    """A pair of curtains on a rail at z = top, hanging `drop` metres, gathered to the sides of an opening.

    open_share: the width of each gathered half over the opening's. tied: held back at a third of their height.
    """
    look = fabrics.velvet(stage, colour) if heavy else fabrics.cloth(stage, colour, None, 700, 0.2, thin=0.55)
    parts = []
    for side in (-1, 1):
        seed, half = int(rng.integers(999)), width * open_share
        columns, rows = stage.around(110, 40), stage.around(40, 12)
        u, v = np.linspace(0, 1, columns)[None], np.linspace(0, 1, rows)[:, None]
        waves = half * 2.4 / 0.13
        phase = 2 * np.pi * waves * (u + 0.03 * fbm(u * 5, v * 2, 2, seed))
        swing = 0.032 * (0.75 + 0.5 * fbm(u * 4, v * 1.5, 2, seed + 1)) * (0.7 + 0.5 * v)
        tuck = np.ones_like(u + v)
        lean = 0.0 * tuck
        if tied:
            pinch = np.exp(-(((v - 0.62) / 0.16) ** 2)) + np.where(
                v > 0.62, 0.45 * (1 - np.exp(-(((v - 0.62) / 0.2) ** 2))) * 0 + 0.35, 0
            ) * (v > 0.62)
            tuck = 1 - 0.6 * np.clip(pinch, 0, 1)
            lean = 0.35 * half * (1 - tuck)
        outer = side * (width / 2 + 0.16)
        x = outer - side * (half * u * tuck + lean * 0.3)
        y = -0.1 - swing * np.sin(phase) * (1 if not tied else 0.6 + 0.4 * tuck) + 0.01 * fbm(u * 9, v * 9, 2, seed)
        z = top - drop * v + 0.006 * np.sin(phase * 0.5) * (v > 0.98)
        parts.append(stage.add(grid(x, y, np.broadcast_to(z, x.shape)), look, smooth=True))
        if tied:
            t = np.linspace(0, 2 * np.pi, 24)
            middle = outer - side * 0.25 * half
            loop = np.c_[
                middle + 0.24 * half * np.cos(t), -0.1 + 0.05 * np.sin(t), top - drop * 0.62 + side * 0.03 * np.cos(t)
            ]
            parts.append(
                stage.add(
                    tube(loop, 0.012, 8),
                    fabrics.cloth(stage, tuple(min(1, 1.5 * c + 0.02) for c in colour)),
                    smooth=True,
                )
            )
    ends = width / 2 + 0.3
    rail = [tube([(-ends, -0.1, top + 0.03), (ends, -0.1, top + 0.03)], 0.016, 12)]
    for s in (-1, 1):
        knob = spun([(0, 0)], curve([(0.012, 0.004), (0.034, 0.03), (0.02, 0.06), (0, 0.075)]), around=16)
        rail.append(knob.turned(np.pi / 2 * s, "y").moved(s * ends, -0.1, top + 0.03))
        rail.append(tube([(s * (ends - 0.08), 0, top + 0.03), (s * (ends - 0.08), -0.1, top + 0.03)], 0.01, 8))
    parts.append(
        stage.add(
            rail,
            finishes.brass(stage, 0.3) if rng.random() < 0.5 else finishes.wood(stage, (0.09, 0.04, 0.02), "x"),
            smooth=45,
        )
    )
    return stage.group(*parts)


def net(stage, rng, width: float, height: float):
    """A net curtain before the whole opening, thin enough to see the light through."""
    seed = int(rng.integers(999))
    u, v = np.linspace(-0.5, 0.5, stage.around(120, 40))[None], np.linspace(0, 1, stage.around(16, 6))[:, None]
    y = 0.05 + 0.018 * np.sin(u * 90 + 2 * fbm(u * 7, v, 2, seed)) * (0.6 + 0.4 * v)
    x, z = u * width * 1.02 + 0 * v, height * (1 - v) + 0 * u
    made = stage.add(grid(x, y, z), stage.once("net", lambda: _net()), smooth=True)
    return stage.group(made)


def _net():
    from images.world import materials

    graph, output, material = materials.new("net")
    cloth = graph.node("BsdfTranslucent", {"Color": (0.8, 0.78, 0.74)})
    at = graph.node("TexCoord").outputs["Object"]
    x, _, z = graph.split(at)
    holes = graph.multiply(graph.math("SINE", graph.multiply(x, 1600.0)), graph.math("SINE", graph.multiply(z, 1600.0)))
    pattern = graph.noise(at, 9, 4, 0.5)
    share = graph.add(graph.spread(holes, -0.4, 0.4, 0.3, 0.55), graph.spread(pattern, 0.5, 0.56, 0, 0.25))
    clear = graph.node("BsdfTransparent")
    graph.link(graph.node("MixShader", {0: share, 1: clear, 2: cloth}), output.inputs[0])
    return material


def blinds(stage, rng, width: float, height: float, drawn: float = 1.0, tilt: float = 0.6, colour=(0.5, 0.46, 0.38)):
    """A Venetian blind inside the opening: slats, cords, a rail; it hangs over `drawn` of the height."""
    pitch = 0.05
    count = int(height * drawn / pitch)
    slats, w = [], width / 2 - 0.02
    for i in range(count):
        z = height - 0.05 - i * pitch
        droop, turn = rng.normal(0, 0.004), tilt + rng.normal(0, 0.03)
        c, s = 0.025 * np.cos(turn), 0.025 * np.sin(turn)
        v = np.array([(x, 0.06 + a * c, z + a * s + (droop if x > 0 else -droop)) for x in (-w, w) for a in (-1, 1)])
        slats.append(Solid(v, (np.array([(0, 2, 3, 1)]),)))
    low = height - 0.05 - count * pitch
    parts = [stage.add(join(slats), stage.surface(colour, 0.45, variation=0.2, grain=0.5))]
    fittings = [box(-w, w, 0.03, 0.09, height - 0.045, height), box(-w, w, 0.045, 0.075, low - 0.01, low + 0.01)]
    fittings += [tube([(x, 0.06, low), (x, 0.06, height)], 0.0015, 4) for x in (-0.7 * w, 0.7 * w)]
    parts.append(stage.add(fittings, stage.surface(tuple(0.8 * c for c in colour), 0.5)))
    return stage.group(*parts)


def radiator(stage, ribs: int = 12, height: float = 0.6):
    """An iron radiator of ribs, on feet, with a valve."""
    pitch, solids = 0.058, []
    for i in range(ribs):
        x = (i - ribs / 2 + 0.5) * pitch
        for y in (-0.1, -0.19):
            solids.append(
                tube(
                    [(x, y, 0.1), (x, y, 0.13), (x, y, height - 0.04), (x, y, height)],
                    [0.016, 0.021, 0.021, 0.016],
                    stage.around(12, 6),
                )
            )
        for z in (0.12, height - 0.03):
            solids.append(tube([(x, -0.08, z), (x, -0.21, z)], 0.024, stage.around(12, 6)))
    ends = ribs / 2 * pitch
    for z in (0.12, height - 0.03):
        solids.append(tube([(-ends, -0.145, z), (ends, -0.145, z)], 0.02, 8))
    solids += [
        tube([(s * (ends - 0.03), y, 0), (s * (ends - 0.03), y, 0.12)], [0.026, 0.016], 8)
        for s in (-1, 1)
        for y in (-0.1, -0.19)
    ]
    solids.append(
        tube(
            [(ends, -0.145, 0.12), (ends + 0.1, -0.145, 0.12), (ends + 0.12, -0.145, 0.1), (ends + 0.12, -0.145, 0)],
            0.012,
            8,
        )
    )
    paint = stage.surface((0.48, 0.45, 0.38), 0.42, variation=0.25, grain=0.15, wear=(0.14, 0.08, 0.05), coat=0.2)
    return stage.add(solids, paint, smooth=50)


def door(stage, rng, width: float = 0.86, height: float = 2.05, paint: str = "white"):
    """A panelled door in its frame, shut."""
    colour = PAINT[paint]
    look = finishes.wood(stage, colour, "z", 0.4, 0.2) if paint == "oak" else stage.surface(colour, 0.45,
        variation=0.2, grain=0.3, wear=tuple(0.5 * c for c in colour))  # fmt: skip
    w, solids = width / 2, []
    solids.append(box(-w, w, -0.01, 0.0, 0, height))
    stiles = [(-w, -w + 0.11, 0, height), (w - 0.11, w, 0, height), (-0.05, 0.05, 0.2, height - 0.12)]
    rails = [(-w, w, 0, 0.22), (-w, w, 0.84, 0.98), (-w, w, height - 0.13, height)]
    solids += [box(a, b, -0.028 - 0.0012 * (i > 2), -0.01, c, d) for i, (a, b, c, d) in enumerate(stiles + rails)]
    solids += [box(s * w, s * (w + 0.1), -0.04, 0.0, 0, height + 0.1) for s in (-1, 1)]
    solids += [
        box(-w - 0.1, w + 0.1, -0.04, 0.0, height, height + 0.1),
        box(-w - 0.13, w + 0.13, -0.06, 0, height + 0.1, height + 0.13),
    ]
    knob = spun([(0, 0), (0.026, 0), (0.026, 0.005), (0.01, 0.008), (0.009, 0.035)], curve([(0.012, 0.036), (0.028,
        0.05), (0.022, 0.07), (0, 0.075)]), around=stage.around(28, 10))  # fmt: skip
    knob = knob.turned(np.pi / 2, "x").moved(w - 0.06, -0.028, 0.95)
    return stage.group(stage.add(solids, look, bevel=0.004), stage.add(knob, finishes.brass(stage), smooth=45))


def skylight(stage, width: float, length: float):
    """A roof window lying in the plane z = 0, its room below; for sloping roofs."""
    w, h = width / 2, length / 2
    frame = [box(-w, -w + 0.07, -h, h, -0.12, 0.02), box(w - 0.07, w, -h, h, -0.12, 0.02), box(-w, w, -h, -h + 0.07,
        -0.12, 0.02), box(-w, w, h - 0.07, h, -0.12, 0.02)]  # fmt: skip
    frame += [box(-0.015, 0.015, -h, h, -0.03, 0.01), box(-w, w, -0.015, 0.015, -0.03, 0.01)]
    wood = finishes.wood(stage, (0.22, 0.13, 0.07), "y", 0.6, 0.0, 0.6)
    return stage.group(
        stage.add(frame, wood),
        stage.add(box(-w + 0.07, w - 0.07, -h + 0.07, h - 0.07, -0.002, 0.002), finishes.pane(stage, 0.5)),
    )


def rose(radius: float, around: int = 24) -> Solid:
    """A plaster rose on a ceiling, hanging down from z = 0."""
    return lathe(
        [(radius * 0.1, -0.05), (radius * 0.4, -0.035), (radius * 0.75, -0.03), (radius, -0.012), (radius, 0)], around
    )
