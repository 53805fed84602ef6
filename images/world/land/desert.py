"""What stands and blows in a desert: buttes, dry scrub, pebbles, and sand smoking from the crests."""

import numpy as np

from images.world import materials
from images.world.geometry import Solid
from images.world.land import rock, sand
from images.world.materials import Surface
from images.world.noise import fbm
from images.world.plants.planting import kinds_of, set_out
from images.world.plants.trees import bark_of, bush
from images.world.plants.undergrowth import grass
from images.world.terrain import stones, strewn

SAGE = ((0.17, 0.16, 0.125), (0.21, 0.185, 0.135), (0.13, 0.125, 0.095))
STRAW = ((0.36, 0.27, 0.13), (0.28, 0.21, 0.11), (0.42, 0.33, 0.18))


def buttes(stage, name: str, count: int) -> None:
    """Buttes, mesas and spires of red sandstone on the horizon: one or two large in the frame, on the side that the
    subject leaves free, most of them small."""
    rng, shot = stage.rng(name), stage.shot
    wall = stage.material(
        Surface(roughness=0.9, variation=0.28, grain=4.0, relief=0.6, relief_size=3.5, attribute=True, specular=0.12)
    )
    subject = shot.subject[0] / shot.subject[1]
    for i in range(count):
        share = rng.uniform(0.2, 0.4) if i < 2 else 0.2 * np.exp(-rng.uniform(0.2, 2.2))  # of the frame's height
        profile, slim = ((rock.BUTTE, 0.36), (rock.MESA, 0.95), (rock.SPIRE, 0.14))[rng.choice(3, p=(0.5, 0.3, 0.2))]
        height = rng.uniform(75, 190)
        radius = height * slim * rng.uniform(0.8, 1.25)
        wide, turn = rng.uniform(0.8, 1.8 if slim > 0.9 else 1.25), rng.uniform(0, 6.28)
        away = min(max(height / (2 * share * min(shot.spread)), 6 * shot.distance, 3 * radius), 8500)
        side = rng.uniform(-1.0, 1.0) * (shot.spread[0] + 0.05)
        if i < 2 and side * subject > 0:
            side = -side
        fine = np.clip(900 / away, 0.35, 1)
        around, levels = stage.around(int(440 * fine), 60), stage.around(int(230 * fine), 40)
        solid, colours = rock.tower(rng, radius, height, rock.RED, profile, around=around, levels=levels, wide=wide)
        made = stage.add(solid, wall, smooth=True, colours=colours)
        stage.place(made, (side * away, away, -0.02 * height), turn)


def scrub(stage, near: float, far: float, density: float, where=None) -> None:
    """Sage bushes and straw on flat ground between `near` and `far` metres; where: function of x, y and z giving a
    share to keep."""
    shot = stage.shot
    fine = min(1.0, 0.5 * stage.detail + 0.1)
    wood = bark_of(stage, "gnarled")
    kinds = kinds_of(stage, "sage", 3, lambda rng: bush(rng, 0.6, detail=fine, palette=SAGE, leaf=0.02), wood)
    dry = kinds_of(
        stage, "straw", 2, lambda rng: grass(rng, height=0.4, radius=0.25, blades=160, palette=STRAW, detail=fine)
    )
    for name, children, count, size in (("sage places", kinds, 1500, 1.0), ("straw places", dry, 1500, 1.0)):
        x, y = strewn(stage, name, round(count * density), near, far, bias=0.25)
        z = shot.ground(x, y)
        rng = stage.rng(name + " kept")
        keep = shot.clear(x, y, 0.8) & (fbm(x / 30, y / 30, 3, stage.scene.seed % 97) > rng.uniform(-0.3, 0.5, len(x)))
        if where:
            keep &= rng.random(len(x)) < where(x, y, z)
        set_out(stage, name, children, x[keep], y[keep], size * rng.lognormal(0, 0.4, keep.sum()), 0.02)


def pebbles(stage, colour, near: float, far: float, count: int, where) -> None:
    """Stones on the hard ground between dunes; where: function of x, y and z giving a share to keep."""
    shot = stage.shot
    kinds = stones(stage, "pebbles", 3, Surface(colour, 0.75, 0.4, 0.4, 0.02, 0.06), flat=0.6)
    x, y = strewn(stage, "pebble places", count, near, far, bias=0.3)
    z = shot.ground(x, y)
    rng = stage.rng("pebble sizes")
    keep = (rng.random(len(x)) < where(x, y, z)) & shot.clear(x, y, 0.3)
    size = np.minimum(rng.lognormal(-2.9, 0.75, len(x)), 0.6) * np.clip(y / 12, 0.6, 3)
    stage.scatter(kinds, np.c_[x, y, z - 0.15 * size][keep], size[keep], "pebble kinds")


def blown_sand(stage, table, colour, strength: float) -> None:
    """Sand smoking from the crests of dunes in view: sheets that lean downwind, thinning upwards."""
    shot = stage.shot
    material = stage.once(("smoke", colour, strength), lambda: _smoke(colour, strength))
    for row in table:
        across = np.linspace(-0.9, 0.9, 90) * row[4]
        x, y, height = sand.crest(row, across)
        seen = shot.sees(x, y, 5) & (height > 0.8)
        away = np.hypot(x - shot.eye[0], y - shot.eye[1])
        if not seen.any() or away[seen].min() > 900:
            continue
        z = shot.ground(x, y)
        plume = np.clip(0.3 * height, 0.5, 7) * np.clip(0.5 + fbm(across / 25, 0 * across + row[10], 3, 7), 0.1, 1.4)
        rows = []
        for share in (0.0, 0.25, 0.55, 1.0):
            lift = plume * (0.9 * share - 0.25 * share**2)
            rows.append(
                np.stack([x + 2.6 * row[2] * share * plume, y + 2.6 * row[3] * share * plume, z + lift - 0.06], -1)
            )
        vertices = np.concatenate(rows)
        i = (np.arange(3)[:, None] * 90 + np.arange(89)[None]).ravel()
        fade = np.repeat([1.0, 0.75, 0.35, 0.0], 90) * np.tile(np.clip(2 * height / row[6], 0, 1), 4)
        sheet = stage.add(Solid(vertices, (np.stack([i, i + 1, i + 91, i + 90], -1),)), material, True,
                          colours=np.repeat(fade[:, None], 3, 1))  # fmt: skip
        sheet.visible_shadow = False


def _smoke(colour, strength: float):
    graph, output, material = materials.new("blown sand")
    at = graph.node("NewGeometry").outputs["Position"]
    fade = graph.split(graph.node("VertexColor", layer_name="Col").outputs[0])[0]
    streaks = graph.spread(graph.noise(graph.stretched(at, (0.5, 0.5, 1.2)), 0.7, 7, 0.65, 0.6), 0.36, 0.72)
    alpha = graph.multiply(graph.multiply(graph.math("POWER", fade, 1.4), streaks), strength)
    lit = graph.node("AddShader", {
        0: graph.node("BsdfDiffuse", {"Color": tuple(0.6 * c for c in colour)}).outputs[0],
        1: graph.node("BsdfTranslucent", {"Color": tuple(min(1.0, 1.3 * c) for c in colour)}).outputs[0],
    })  # fmt: skip
    clear = graph.node("BsdfTransparent")
    graph.link(graph.node("MixShader", {0: alpha, 1: clear, 2: lit}).outputs[0], output.inputs[0])
    return material
