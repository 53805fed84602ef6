"""Over the roofs of a city: tanks, chimneys and vents near by, roofs below, towers behind, perhaps across a river."""

from dataclasses import replace

import numpy as np

from images.world import composition, materials
from images.world.base import Setting, Shot, details
from images.world.geometry import box, sweep, tube
from images.world.light import GREY, PLAIN, Clouds
from images.world.materials import Surface
from images.world.modelling.pile import Pile
from images.world.streets import downpour, skyline
from images.world.streets.houses import add_building, draw_plan
from images.world.streets.lampposts import wires
from images.world.streets.riverside import add_river
from images.world.streets.rooftops import aerial, chimney, clutter, vent, water_tank
from images.world.streets.signs import neon_word
from images.world.streets.skyline import SIGNS
from images.world.streets.trims import Trims

PHRASES = (
    "on a city roof",
    "on a roof above the city",
    "on a rooftop before the skyline",
    "on a flat roof among water tanks",
    "high over the streets of a city",
)
RIVER = ("on a roof across the river from the towers", "on a rooftop by the river", "on a roof above the river")
AIR = ("over the roofs of a city", "above the city's skyline", "over the towers of a city")
AIR_RIVER = ("above a city by a river", "over the river and the towers of a city")


def describe(rng, subject):
    river = bool(rng.random() < 0.45)
    flying = subject in ("hot air balloon", "spaceship", "moon")
    words = str(rng.choice((AIR_RIVER if river else AIR) if flying else (RIVER if river else PHRASES)))
    return details(
        words,
        river=river,
        high=float(rng.uniform(24, 40)),
        edge=float(rng.uniform(1.6, 6.0)),
        wide=float(rng.uniform(8, 13)),
        side=int(rng.choice([-1, 1])),
        parapet=float(rng.uniform(0.45, 0.95)),
        rail=bool(rng.random() < 0.4),
        style=int(rng.integers(1000)),
    )


def shoot(scene, aspect):
    if scene.on == "air":

        def flat(x, y):
            return np.zeros(np.broadcast(x, y).shape)

        return composition.in_the_open(scene, aspect, flat, eye=(1.5, 5), near=60, far=420)
    near = 4.5
    # from the roof itself, or from the ladder of a tank, whence the streets and the river are seen
    eye = (0.8, 2.2) if scene.where["style"] % 5 < 3 else (3.2, 5.0)
    return composition.on_axis(scene, aspect, eye=eye, near=near, far=16, room=0.62 * scene.where["wide"])


def edge_of(shot: Shot, scene) -> float:
    """y of the front parapet."""
    return 9.0 if scene.on == "air" else shot.subject[1] + scene.where["edge"] + 0.4 * scene.width


def build(stage):
    scene, shot, where = stage.scene, stage.shot, stage.scene.where
    edge = edge_of(shot, scene)
    base = -where["high"]
    _own_roof(stage, edge)
    if where["river"]:
        add_river(stage, edge, base)
        skyline.add_skyline(stage, "skyline", near=420, far=1300, base=base + 3, tallest=210, count=260)
        skyline.add_skyline(stage, "far shore", near=380, far=430, base=base + 3, tallest=25, count=70)
    else:
        _neighbours(stage, edge, base)
        skyline.add_skyline(stage, "skyline", near=260, far=1500, base=base, tallest=230, count=260)
    stage.add(
        box(-4000, 4000, -50, 380 if not where["river"] else 24 + edge, base - 2, base),
        stage.surface((0.06, 0.06, 0.06), 0.9),
    )
    stage.add(box(-4000, 4000, 378, 6000, base - 2, base + 2.9), stage.surface((0.06, 0.06, 0.06), 0.9))
    downpour.rain(stage, stage.light.rain, far=18)
    downpour.air(stage, (-160, 160, -6, 330, base, 40), (0.8, 0.85, 1.0))


def _own_roof(stage, edge: float) -> None:
    """The roof the camera stands on: tar, parapets, and a clutter of things at the sides."""
    shot, where = stage.shot, stage.scene.where
    wide, rise, base = where["wide"], where["parapet"], -where["high"]
    rng = stage.rng("own roof")
    plan = replace(draw_plan(np.random.default_rng(where["style"]), 20.0, "brick", 20.0), colour=where["style"])
    trims = Trims(stage, plan, 0.3)
    tar = Surface(
        (0.05, 0.049, 0.047),
        0.7,
        0.5,
        2.2,
        0.006,
        0.05,
        second=(0.085, 0.08, 0.072),
        wear=(0.03, 0.03, 0.03),
        wet=stage.light.wet,
        own_space=False,
    )
    stage.add(
        box(-wide, wide, -8, edge, base, 0),
        stage.once(("tar", stage.light.wet), lambda: materials.bricks((0, 0, 0), (0.02, 0.02, 0.02), 6.0, 1.0, tar)),
    )
    pile = Pile()
    lines = [(-wide, wide, edge - 0.32, edge), (-wide, -wide + 0.32, -8, edge), (wide - 0.32, wide, -8, edge)]
    for x0, x1, y0, y1 in lines:
        pile.box("stack", (x0, x1, y0, y1, 0, rise))
        pile.box("trim", (x0 - 0.05, x1 + 0.05, y0 - 0.05, y1 + 0.05, rise, rise + 0.09))
        pile.box("tin", (x0 - 0.015, x1 + 0.015, y0 - 0.015, y1 + 0.015, 0, 0.16))
    if where["rail"]:
        _rail(pile, wide, edge - 0.16, rise)

    def free(x, y, size):
        xx, yy = np.meshgrid(x + size * np.linspace(-1, 1, 5), y + size * np.linspace(-1, 1.6, 6))
        return bool(np.all(shot.clear(xx, yy, 1.3, beyond=0.6)))

    fine = stage.detail
    side = where["side"]
    clutter(pile, rng, -wide + 0.5, wide - 0.5, 2.0, edge - 0.6, 0.0, fine, free, most=34)
    _foreground(stage, pile, rng)
    side = where["side"]
    # one tank stands always, at the side where the subject is not
    x = side * (wide - 2.6)
    if shot.subject[0] * side > 0:
        x = -x
    y = float(np.clip(edge - rng.uniform(2.5, 4), 3.5, 40))
    if np.hypot(x - shot.subject[0], y - shot.subject[1]) > 3.2 and free(x, y, 1.9):
        water_tank(pile, x, y, 0.0, rng.uniform(0.85, 1.15), stage.around(36, 12))
    _loose(pile, rng, wide, edge, free)
    pile.emit(stage, trims, bevels={"trim": 0.012})
    _lights(stage, edge)
    for _ in range(3):
        a, b = rng.uniform(-wide, wide), rng.uniform(-40, 40)
        stage.add(
            wires([(a, edge - 0.2, rng.uniform(2, 4)), (b, edge + 40, rng.uniform(-6, 8))], 1.2, 20, 0.012),
            stage.surface((0.012, 0.012, 0.012), 0.6),
        )


def _foreground(stage, pile: Pile, rng) -> None:
    """Something close at the frame's edge, out of focus: a vent, a chimney or a mast."""
    shot = stage.shot
    y = rng.uniform(2.4, 3.6)
    side = -1 if shot.subject[0] > 0 else 1
    x = side * shot.spread[0] * y * rng.uniform(0.72, 0.98)
    draw, own = int(rng.integers(3)), np.random.default_rng(int(rng.integers(999)))
    if draw == 0:
        vent(pile, x, y, 0.0, 0.3, 2)
    elif draw == 1:
        chimney(pile, own, x, y, 0.0, 0.9)
    else:
        aerial(pile, own, x, y, 0.0)


def _lights(stage, edge: float) -> None:
    """A sign on a frame at one side that colours the roof, and a bulb: what night scenes are lit by."""
    where, rng = stage.scene.where, stage.rng("roof lights")
    side, hue = where["side"], SIGNS[int(rng.integers(len(SIGNS)))]
    x, y, turn = side * (where["wide"] - 1.0), edge - rng.uniform(1.0, 3.0), -side * 1.0
    word = str(rng.choice(["VELORA", "HOTEL", "ORION", "KINORO", "ALTEA"]))
    letters = neon_word(stage, word, 1.5, hue, 9.0)
    letters.location, letters.rotation_euler = (x, y, 3.4), (np.pi / 2, 0, turn)
    c, n = np.cos(turn), np.sin(turn)
    posts = [tube([(d, 0.15, 0), (d, 0.15, 4.3)], 0.05, 6) for d in np.linspace(-3, 3, 5)]
    posts += [tube([(-3.2, 0.15, z), (3.2, 0.15, z)], 0.04, 6) for z in (2.4, 4.3)]
    stage.add([part.turned(turn).moved(x, y, 0) for part in posts], stage.surface((0.03, 0.03, 0.03), 0.6))
    subject = stage.shot.subject
    stage.lamp("AREA", (x + n * 0.3, y - c * 0.3, 3.4), 420, hue, to=(subject[0], subject[1], 1.0), size=3.0)
    stage.lamp("POINT", (-x * 0.8, max(y - 5, 2.5), 2.6), 90, (1.0, 0.66, 0.34), shadow_soft_size=0.08)


def _rail(pile: Pile, wide: float, y: float, z: float) -> None:
    """Two pipes on posts along the front."""
    for level in (0.28, 0.55):
        pile.solid("tin", tube([(-wide, y, z + level), (wide, y, z + level)], 0.02, 6))
    for x in np.arange(-wide + 0.2, wide, 1.5):
        pile.solid("tin", tube([(x, y, z), (x, y, z + 0.57)], 0.022, 6))


def _loose(pile: Pile, rng, wide: float, edge: float, free) -> None:
    """Pipes along the floor, planks, a chair, bricks: what is left lying on roofs."""
    for x in rng.uniform(-wide + 1, wide - 1, 2):
        pile.solid("tin", tube([(x, 1.5, 0.12), (x, edge - 0.5, 0.12), (x, edge - 0.4, 0.5)], 0.05, 7))
    for _ in range(14):
        x, y, turn = rng.uniform(-wide + 0.8, wide - 0.8), rng.uniform(2, edge - 1), rng.uniform(0, np.pi)
        kind = rng.random()
        if not free(x, y, 0.5):
            continue
        if kind < 0.4:
            pile.solid("stave", box(-0.9, 0.9, -0.08, 0.08, 0, 0.04).turned(turn).moved(x, y, 0))
        elif kind < 0.7:
            pile.solid(
                "pot",
                *[
                    box(-0.11, 0.11, -0.05, 0.05, 0, 0.07).turned(turn + i).moved(x + 0.2 * i, y + 0.1 * i, 0)
                    for i in range(3)
                ],
            )
        else:
            section = np.array([(-0.03, -0.01), (0.03, -0.01), (0.03, 0.01), (-0.03, 0.01)])
            pile.solid("iron", sweep([(x, y, 0.02), (x + 0.6, y + 0.3, 0.02), (x + 1.3, y + 0.2, 0.02)], section))


def _neighbours(stage, edge: float, base: float) -> None:
    """The houses over the street, fronts towards us, and the roofs behind them."""
    rng = stage.rng("neighbours")
    front = edge + rng.uniform(11, 16)
    x = -60 + rng.uniform(-8, 0)
    while x < 60:
        wide = rng.uniform(10, 18)
        top = rng.uniform(-13, 1.5)
        plan = draw_plan(np.random.default_rng(int(rng.integers(1 << 30))), wide, None, top - base)
        if stage.shot.sees(np.array([x, x + wide]), np.array([front, front]), 4.0).any():
            fine = float(np.clip(20 / front, 0, 1) * stage.detail**1.15)
            house = add_building(stage, plan, fine, 0.35)
            stage.place(house, (x, front, top - plan.top), 0.0)
        x += wide

    def free(x0, x1, y0, y1, top):
        return bool(stage.shot.sees(np.array([x0, x1]), np.array([y1, y1]), 10.0).any())

    _, plots = skyline.city_blocks(
        stage, "blocks", x=(-190, 190), y=(front + 26, 250), tops=(-14, 4), base=base, free=free, share=0.22
    )
    _roofs_far(stage, plots)


def _roofs_far(stage, plots) -> None:
    """Parapets, tanks and chimneys on the nearest roofs."""
    if not plots:
        return
    stage.add(skyline.coping(plots), stage.surface((0.1, 0.085, 0.07), 0.85, variation=0.4, grain=3))
    pile, rng = Pile(), stage.rng("far roofs")
    near = sorted(plots, key=lambda plot: plot[2])[: stage.count(34, 6)]
    for x0, x1, y0, y1, top in near:
        clutter(
            pile, np.random.default_rng(int(rng.integers(1 << 30))), x0 + 0.5, x1 - 0.5, y0 + 0.5, y1 - 0.5, top, 0.05
        )
    plan = draw_plan(np.random.default_rng(5), 12.0, "brick", 15.0)
    pile.emit(stage, Trims(stage, plan, 0.3))


def light(scene, light):
    if light == PLAIN:
        return replace(
            light,
            sun=3.2,
            softness=6,
            clouds=Clouds(0.5),
            sky=GREY,
            sky_strength=0.85,
            cloud_light=(1.5, 1.5, 1.5),
            cloud_shade=(0.5, 0.54, 0.6),
        )
    if light.lamps > 0.3 and light.haze < 1e-3:
        return replace(light, haze=light.haze * 1.8)
    return light


SETTING = Setting(
    name="city roofs",
    describe=describe,
    shoot=shoot,
    build=build,
    light=light,
    lights=(
        "blue hour",
        "afterglow",
        "golden hour",
        "neon",
        "pink dawn",
        "silver fog",
        "green dusk",
        "storm",
        "after the rain",
    ),
)
