"""Candles with drips and flames, and what they stand in."""

import numpy as np

from images.world import materials
from images.world.furniture import finishes
from images.world.furniture.turning import bead, cove, curve, spun
from images.world.geometry import join, lathe, loft, tube

FLAME = (1.0, 0.5, 0.17)  # the colour of its light


def candle(stage, rng, height: float = 0.14, radius: float = 0.011, colour=(0.72, 0.62, 0.45), power: float = 1.6):
    """A burning candle with its foot at the origin: wax run down its sides, a wick, a flame and the flame's lamp."""
    around, rows = stage.around(28, 10), stage.count(18, 6)
    t = np.linspace(0, 2 * np.pi, around, endpoint=False)
    phase = rng.uniform(0, 6.28, 4)
    rings = []
    for share in np.linspace(0, 1, rows):
        lump = 1 + 0.035 * np.sin(3 * t + 9 * share + phase[0]) + 0.02 * np.sin(5 * t - 14 * share + phase[1])
        lip = 0.1 * radius * np.sin(2 * t + phase[2]) * max(0, share - 0.9) / 0.1
        r = radius * lump * (1.04 if share > 0.96 else 1.0)
        rings.append(np.c_[r * np.cos(t), r * np.sin(t), share * height + lip * 2.5])
    for inner, drop in ((0.8, 0.05), (0.35, 0.28)):  # the pool of wax round the wick
        rings.append(
            np.c_[inner * radius * np.cos(t), inner * radius * np.sin(t), np.full(around, height - drop * radius)]
        )
    parts = [loft(rings)]
    for _ in range(7):
        angle, length = rng.uniform(0, 6.28), rng.uniform(0.15, 0.7) * height
        wide = radius * rng.uniform(0.14, 0.24)
        s = np.linspace(0, 1, 9)
        x, y = (
            0.99 * radius * np.cos(angle + 0.12 * np.sin(4 * s)),
            0.99 * radius * np.sin(angle + 0.12 * np.sin(4 * s)),
        )
        thick = wide * np.array([0.5, 0.75, 0.65, 0.6, 0.65, 0.75, 1.0, 1.25, 0.5])
        parts.append(tube(np.c_[x, y, height * 0.995 - length * s], thick, stage.around(10, 5)))
    body = stage.add(parts, finishes.wax(stage, colour), smooth=True)
    top = height - 0.25 * radius
    tip = np.array([0.0012 * np.sin(phase[3]), 0.0012 * np.cos(phase[3]), top + 0.011])
    wick = stage.add(
        tube([(0, 0, top - 0.004), (0, 0, top + 0.006), tip], [0.0009, 0.0009, 0.0006], 6),
        stage.surface((0.008, 0.007, 0.006), 0.9),
    )
    return stage.group(body, wick, *flame(stage, tip - [0, 0, 0.004], power, rng))


def flame(stage, at, power: float = 1.6, rng=None, size: float = 1.0):
    """A flame standing on `at` with its lamp: [flame, lamp]; it always burns, but lights rooms with the lamps."""
    lean = rng.uniform(-0.08, 0.08, 2) if rng is not None else np.zeros(2)
    height = 0.036 * size * (rng.uniform(0.85, 1.25) if rng is not None else 1)
    s = np.linspace(0, 1, 14)
    wide = 0.0062 * size * np.sin(np.pi * np.clip(s, 0.03, 1) ** 0.72) ** 0.9 * (1 - 0.35 * s) + 0.00015
    path = np.c_[lean[0] * height * s**2, lean[1] * height * s**2, height * s]
    body = stage.add(tube(path, wide, stage.around(16, 8)), _fire(stage, height), smooth=True)
    body.location = tuple(at)
    body.visible_shadow = False
    body.active_material.cycles.emission_sampling = "NONE"
    middle = tuple(np.add(at, (0, 0, 0.55 * height)))
    lamp = stage.lamp("POINT", middle, power, FLAME, shadow_soft_size=0.008)
    return [body, lamp] if lamp else [body]


def _fire(stage, height: float):
    """Blue at the wick, orange at the edges, nearly white within; strength in units of the scene's lamps."""
    strength = 26.0 * max(stage.light.lamps, 0.12)

    def make():
        graph, output, material = materials.new("flame")
        z = graph.split(graph.node("TexCoord").outputs["Object"])[2]
        up = graph.math("DIVIDE", z, height)
        facing = graph.node("LayerWeight", {"Blend": 0.35}).outputs["Facing"]
        core = graph.mix(facing, (1.0, 0.72, 0.34), (1.0, 0.33, 0.05))
        colour = graph.mix(graph.spread(up, 0.0, 0.22), (0.16, 0.2, 0.7), core)
        power = graph.multiply(graph.spread(up, 0.02, 0.4, 0.12, 1.0), graph.spread(up, 0.75, 1.0, 1.0, 0.45))
        glow = graph.node("Emission", {"Color": colour, "Strength": graph.multiply(power, strength)})
        clear = graph.node("BsdfTransparent")
        opacity = graph.multiply(graph.spread(facing, 0.35, 1.0, 1.0, 0.25), graph.spread(up, 0.0, 0.3, 0.35, 1.0))
        graph.link(graph.node("MixShader", {0: opacity, 1: clear, 2: glow}).outputs[0], output.inputs[0])
        return material

    return stage.once(("flame", round(height, 4), strength), make)


def candlestick(stage, height: float = 0.16, material=None):
    """A turned candlestick with a drip pan; returns the object and the height at which a candle stands."""
    h = height
    solid = spun([(0, 0), (0.052, 0), (0.054, 0.003), (0.053, 0.006)], curve([(0.05, 0.007), (0.036, 0.011), (0.02,
        0.018), (0.011, 0.03)]), bead(0.0095, 0.03, 0.038, 0.004), curve([(0.0085, 0.04), (0.0065, 0.4 * h), (0.0075,
        0.62 * h)]), bead(0.0075, 0.62 * h, 0.62 * h + 0.012, 0.007), curve([(0.0072, 0.62 * h + 0.013), (0.0065,
        0.74 * h), (0.009, 0.82 * h)]), cove((0.009, 0.82 * h), (0.027, 0.82 * h + 0.007)), [(0.0275, 0.82 * h
        + 0.008), (0.014, 0.82 * h + 0.006), (0.0135, h), (0.0115, h), (0.0113, h - 0.018), (0, h - 0.018)],
        around=stage.around(56, 16),)  # fmt: skip
    return stage.add(solid, material or finishes.brass(stage), smooth=40), h - 0.018


def chamberstick(stage, material=None):
    """A low holder with a saucer and a ring to carry it by; returns the object and where a candle stands."""
    around = stage.around(56, 16)
    dish = spun([(0, 0), (0.045, 0), (0.062, 0.011), (0.066, 0.0115), (0.067, 0.013), (0.0655, 0.014)], curve([(0.062,
        0.0125), (0.046, 0.0022), (0.02, 0.002)]), [(0.0145, 0.002), (0.0138, 0.03), (0.0165, 0.032), (0.0165,
        0.0335), (0.0122, 0.0335), (0.012, 0.012), (0, 0.012)], around=around,)  # fmt: skip
    t = np.linspace(0.35, 2 * np.pi - 0.35, 22)
    ring = tube(np.c_[0.084 - 0.019 * np.cos(t), 0 * t, 0.014 + 0.017 * np.sin(t)], 0.0022, stage.around(10, 5))
    return stage.add([dish, ring], material or finishes.brass(stage), smooth=40), 0.012


def saucer(stage, material):
    profile = [
        (0, 0),
        (0.034, 0),
        (0.04, 0.003),
        (0.068, 0.012),
        (0.07, 0.0135),
        (0.0675, 0.0138),
        (0.04, 0.006),
        (0, 0.0045),
    ]
    return stage.add(lathe([(max(r, 1e-4), z) for r, z in profile], stage.around(48, 14)), material, smooth=50), 0.0045


def standing_candle(stage, rng, kind: str | None = None, height: float | None = None, power: float = 1.6):
    """A candle in some holder, as one group; returns it and the height of its flame."""
    kind = kind or str(rng.choice(["stick", "chamber", "saucer"]))
    shade = rng.uniform(0.1, 0.4)
    if kind == "stick":
        holder, at = candlestick(stage, float(rng.uniform(0.13, 0.2)), finishes.brass(stage, tarnish=float(shade)))
    elif kind == "chamber":
        holder, at = chamberstick(stage)
    else:
        holder, at = saucer(stage, finishes.glazed(stage, (0.45, 0.42, 0.36)))
    tall = height if height is not None else float(rng.uniform(0.07, 0.17))
    thick = 0.011 if kind != "saucer" else float(rng.uniform(0.014, 0.024))
    wax = candle(stage, rng, tall, thick, power=power)
    wax.location = (0, 0, at)
    return stage.group(holder, wax), at + tall


def pool_of_wax(stage, rng, radius: float = 0.03):
    """Wax that ran down and hardened."""
    around = stage.around(30, 10)
    t = np.linspace(0, 2 * np.pi, around, endpoint=False)
    edge = radius * (1 + 0.25 * np.sin(3 * t + rng.uniform(0, 6)) + 0.15 * np.sin(7 * t + rng.uniform(0, 6)))
    rings = [
        np.c_[edge * k * np.cos(t), edge * k * np.sin(t), np.full(around, z)]
        for k, z in ((1, 0.0002), (0.97, 0.0018), (0.6, 0.003), (0.1, 0.004))
    ]
    return stage.add(join([loft(rings)]), finishes.wax(stage), smooth=True)
