"""Where rock meets the sea: ledges and joints in heightfields, surf, spray, gulls."""

import numpy as np
from scipy.ndimage import distance_transform_edt, map_coordinates

from images.world import blender, materials
from images.world.geometry import Solid, cards, join, loft
from images.world.land import rock
from images.world.materials import Surface
from images.world.noise import blend, fbm, ridged, smoothstep


def broken(height, x, y, seed: int, *, bed: float = 1.4, joint: float = 5.0, dip=(0.16, 0.07), share=1.0) -> np.ndarray:
    """Heights of smooth rock broken into ledges along its beds and blocks along its joints, by `share` (0 to 1)."""
    height, x, y, share = np.broadcast_arrays(height, x, y, share)
    wanted = share > 0.002
    result = np.array(height, float)
    if wanted.any():
        part = (v[wanted] for v in (height, x, y, share))
        result[wanted] = _broken(*part, seed, bed, joint, dip)
    return result


def _broken(height, x, y, share, seed: int, bed: float, joint: float, dip) -> np.ndarray:
    turn = 0.6 + (seed % 100) / 40
    stepped = rock.ledges(height, x, y, bed, seed, dip)
    stepped = 0.75 * stepped + 0.25 * rock.ledges(stepped, x, y, 0.31 * bed, seed + 1, dip)
    warp = 0.22 * joint * fbm(x / joint, y / joint, 2, seed + 8), 0.22 * joint * fbm(x / joint, y / joint, 2, seed + 9)
    for scale, high, deep in ((1.0, 0.62, 0.8), (0.3, 0.2, 0.22)):
        _, _, number, edge = rock.blocks(x + scale * warp[0], y + scale * warp[1], joint * scale, seed + 2, 1.9, turn)
        stepped = stepped + bed * high * (number - 0.5) - bed * deep * edge**6
    rough = 0.16 * bed * fbm(x / bed, y / bed, 5, seed + 4)
    rough += 0.5 * bed * (ridged(x / 6 / bed, y / 6 / bed, 3, seed + 5) - 0.5)
    return height + (stepped + rough - height) * share


def painted(x, y, z, up, seed: int, *, grass: float = 1.0, bed: float = 1.4, tide: float = 2.0,
            washed: float = 1.0) -> np.ndarray:  # fmt: skip
    """Colours of sea rock: black where the sea wets it up to `tide` metres, a pale belt of barnacles, then bare beds
    with lichen and turf on top.
    """
    hard, _ = rock.beds(z + 0.16 * x + 0.07 * y + 0.3 * fbm(x / 4, y / 4, 3, seed), 0.5 * bed, seed)
    patches = np.clip(0.5 + 0.9 * fbm(x / 5, y / 5, 5, seed + 2), 0, 1)
    colour = blend((0.085, 0.074, 0.062), (0.215, 0.185, 0.15), 0.45 * hard + 0.55 * patches)
    lichen = smoothstep(0.15, 0.5, fbm(x / 2.3, y / 2.3, 5, seed + 3)) * smoothstep(3.0, 6.0, z)
    colour = blend(colour, (0.26, 0.2, 0.07), 0.5 * lichen * (hard > 0.3))
    pale = smoothstep(0.2, 0.45, fbm(x / 1.2, y / 1.2 + z, 4, seed + 6)) * smoothstep(4, 8, z)
    colour = blend(colour, (0.42, 0.41, 0.38), 0.55 * pale)  # what gulls leave
    line = (z + 0.35 * tide * fbm(x / 3, y / 3, 4, seed + 5)) / tide
    belt = smoothstep(0.75, 0.95, line) * smoothstep(1.5, 1.1, line)
    colour = blend(colour, (0.3, 0.285, 0.24), 0.6 * belt)
    colour = blend((0.013, 0.015, 0.011), colour, smoothstep(0.45, 0.95, line))
    runs = smoothstep(0.12, 0.4, fbm(x / 0.9 + 0.4 * z, y / 0.9 + 0.4 * z, 5, seed + 11)) * smoothstep(0.55, 0.1, line)
    colour = blend(colour, (0.62, 0.66, 0.68), 0.75 * washed * runs)  # white water running off
    turf = smoothstep(0.66, 0.86, up + 0.14 * fbm(x / 3, y / 3, 4, 3)) * smoothstep(
        4.5, 8.5, z + 3 * fbm(x / 14, y / 14, 3, 8)
    )
    green = blend((0.05, 0.06, 0.018), (0.12, 0.105, 0.04), np.clip(0.5 + fbm(x / 7, y / 7, 4, seed + 7), 0, 1))
    return blend(colour, green, turf * grass)


def rock_material(stage, tide: float = 2.0):
    """Rock painted by its vertices, glossy where the sea wets it, up to `tide` metres."""
    return stage.once(("sea rock", tide, stage.light.wet), lambda: _rock(tide, stage.light.wet))


def _rock(tide: float, wet: float):
    graph, output, material = materials.new("sea rock")
    surface = Surface(roughness=0.8, variation=0.32, grain=0.7, relief=0.09, relief_size=0.4, attribute=True,
                      own_space=False, wet=0.6 * wet)  # fmt: skip
    shader = materials.principled(graph, surface)
    at = graph.node("NewGeometry").outputs["Position"]
    z = graph.add(graph.split(at)[2], graph.multiply(graph.noise(at, 0.35, 5), -0.8 * tide))
    dry = 0.8 - 0.45 * wet
    graph.link(graph.spread(z, 0.1 * tide, 0.75 * tide, 0.16, dry), shader.inputs["Roughness"])
    graph.link(graph.spread(z, 0.1 * tide, 0.75 * tide, 0.5, 0.25), shader.inputs["Specular IOR Level"])
    graph.link(shader.outputs[0], output.inputs[0])
    return material


def beach_material(stage):
    """Sand painted by its vertices: ripples and prints above, smooth and mirroring where the last wave ran out."""
    return stage.once(("beach", stage.light.wet), lambda: _beach(stage.light.wet))


def _beach(wet: float):
    graph, output, material = materials.new("beach")
    surface = Surface(roughness=0.85, variation=0.2, grain=0.35, attribute=True, own_space=False, specular=0.25)
    shader = materials.principled(graph, surface)
    at = graph.node("NewGeometry").outputs["Position"]
    away = graph.node("CameraData").outputs["View Distance"]
    z = graph.add(graph.split(at)[2], graph.multiply(graph.add(graph.noise(at, 0.5, 6), -0.5), 0.3))
    dry = graph.spread(z, 0.22, 0.6)
    graph.link(graph.spread(dry, 0, 1, 0.07, 0.9 - 0.4 * wet), shader.inputs["Roughness"])
    graph.link(graph.spread(dry, 0, 1, 0.5, 0.2), shader.inputs["Specular IOR Level"])
    wavy = graph.add(graph.split(at)[0], graph.multiply(graph.noise(at, 0.9, 4), 2.2))
    ripples = graph.multiply(
        graph.math("SINE", graph.multiply(wavy, 62.0)), graph.spread(graph.noise(at, 0.14, 3), 0.45, 0.6)
    )
    trodden = graph.spread(
        graph.cells(graph.stretched(at, (1, 1.5, 1)), 2.3).outputs[0], 0.05, 0.3, 0.0, 1.0, smooth=True
    )
    grains = graph.noise(at, 26.0, 7, 0.7)
    height = graph.add(
        graph.multiply(ripples, 0.006), graph.add(graph.multiply(trodden, 0.022), graph.multiply(grains, 0.012))
    )
    lumps = graph.multiply(graph.noise(at, 2.4, 6, 0.6), 0.06)
    strength = graph.multiply(graph.spread(dry, 0, 1, 0.06, 1.0), graph.spread(away, 6, 90, 1.0, 0.25))
    normal = graph.node("Bump", {"Height": graph.add(height, lumps), "Strength": strength, "Distance": 1.0})
    graph.link(normal, shader.inputs["Normal"])
    colour = shader.inputs["Base Color"].links[0].from_socket
    colour = graph.scale(colour, graph.spread(grains, 0.3, 0.7, 0.78, 1.2))
    shells = graph.cells(at, 5.5)
    chance = graph.split(shells.outputs[1])[0]
    shell = graph.multiply(graph.math("LESS_THAN", shells.outputs[0], 0.09), graph.math("GREATER_THAN", chance, 0.8))
    graph.link(graph.mix(shell, colour, (0.6, 0.55, 0.48)), shader.inputs["Base Color"])
    graph.link(shader.outputs[0], output.inputs[0])
    return material


class Shoreline:
    """The land round the camera as a raster in distance and direction: its height, and how far a point is from it."""

    def __init__(self, stage, ground, far: float = 2500.0):
        self.eye, self.far = stage.shot.eye, far
        self.turn = float(np.arctan(stage.shot.spread[0])) + 0.5
        n, m = 70 + stage.count(440), 60 + stage.count(360)
        logs, turns = np.linspace(0, np.log(far), n), np.linspace(-self.turn, self.turn, m)
        r = np.exp(logs)[:, None]
        self.shape = (n, m)
        self.level = ground(self.eye[0] + r * np.sin(turns), self.eye[1] - 4 + r * np.cos(turns))
        spacing = (logs[1] - logs[0], turns[1] - turns[0])
        self.gap = distance_transform_edt(self.level < 0, sampling=spacing) * r

    def _read(self, raster, x, y):
        dx, dy = np.asarray(x) - self.eye[0], np.asarray(y) - self.eye[1] + 4
        r = np.hypot(dx, dy)
        row = np.log(np.maximum(r, 1)) / np.log(self.far) * (self.shape[0] - 1)
        column = (np.arctan2(dx, dy) / self.turn + 1) / 2 * (self.shape[1] - 1)
        return map_coordinates(raster, np.stack([row, column]), order=1, mode="nearest")

    def height(self, x, y):
        return self._read(self.level, x, y)

    def away(self, x, y):
        """Metres to the nearest land."""
        return self._read(self.gap, x, y)

    def surf(self, reach: float):
        """How white the sea is round rocks, out to about `reach` metres: for `water.add_sea`."""

        def white(x, y):
            gap = self.away(x, y)
            size = reach * (0.55 + 0.9 * np.clip(0.5 + fbm(x / (4 * reach), y / (4 * reach), 3, 14), 0, 1))
            swirl = fbm(x / (0.5 * reach), y / (0.5 * reach), 5, 12)
            rim = smoothstep(size, 0.25 * size, gap + 0.6 * size * swirl)
            trail = 0.6 * smoothstep(4.0 * size, size, gap + size * swirl) * smoothstep(0.0, 0.35, swirl)
            return np.clip(np.maximum(rim, trail), 0, 1)

        return white


def spray(stage, name: str, points, sizes) -> None:
    """Waves bursting on rock, thrown up from points (n, 3) to `sizes` metres: drops, and the mist they leave."""
    rng, points, sizes = stage.rng(name), np.asarray(points, float).reshape(-1, 3), np.asarray(sizes, float)
    drops, mist = stage.once("drops", lambda: _white(0.5)), stage.once("mist", lambda: _white(0.34, soft=True))
    children = []
    for _ in range(3):
        n = stage.count(9000, 300)
        jets = rng.integers(9, size=n)
        lean, power = rng.normal(0, 0.33, (9, 2)), rng.uniform(0.35, 1.0, 9)
        t = rng.random(n) ** 0.8
        x = lean[jets] * (t * power[jets])[:, None] + rng.normal(0, 0.14, (n, 2)) * (0.2 + 0.9 * t[:, None])
        z = power[jets] * (1 - (1 - t) ** 2) * rng.uniform(0.75, 1.0, n) + rng.normal(0, 0.03, n)
        size = (0.004 + 0.014 * rng.random(n) ** 4) * (1.3 - 0.7 * t) * stage.detail**-0.45
        along = rng.normal(0, 1, (n, 3))
        across = np.cross(along, rng.normal(0, 1, (n, 3)))
        along *= (size / np.linalg.norm(along, axis=1))[:, None]
        across *= (size / np.linalg.norm(across, axis=1))[:, None]
        burst = stage.add(cards(np.c_[x, np.maximum(z, 0)], along, across), drops)
        m = 46
        centre = np.c_[rng.normal(0, 0.22, m), rng.normal(0, 0.2, m), rng.uniform(0.02, 0.75, m) ** 1.3]
        wide = rng.uniform(0.16, 0.4, m)[:, None]
        corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
        square = np.stack([centre + wide * (a, 0, 0) + wide * (0, 0, b) * 0.8 for a, b in corners], 1)
        puff = stage.add(Solid(square.reshape(-1, 3), (np.arange(4 * m).reshape(-1, 4),)), mist,
                         colours=np.tile([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0)], (m, 1)))  # fmt: skip
        children.append(stage.group(burst, puff))
    which = rng.integers(3, size=len(points))
    turns = rng.uniform(-0.4, 0.4, len(points))  # mist is seen face on
    for i, child in enumerate(children):
        if (which == i).any():
            blender.scatter(child, points[which == i], sizes[which == i], turns[which == i])
        else:
            stage.hide(child)


def _white(share: float, soft: bool = False):
    """Water in the air: white, lit through, and mostly clear; `soft` fades it out from the middle of each card."""
    graph, output, material = materials.new("spray")
    white = graph.node("BsdfDiffuse", {"Color": (0.84, 0.87, 0.89)}).outputs[0]
    through = graph.node("BsdfTranslucent", {"Color": (0.92, 0.95, 0.97)}).outputs[0]
    lit = graph.node("MixShader", {0: 0.5, 1: white, 2: through}).outputs[0]
    if soft:
        corner = graph.node("VertexColor", layer_name="Col").outputs[0]
        radius = graph.vector("LENGTH", graph.vector("SUBTRACT", corner, (0.5, 0.5, 0.0)))
        at = graph.node("NewGeometry").outputs["Position"]
        torn = graph.spread(graph.noise(at, 2.2, 6, 0.65), 0.36, 0.66)
        share = graph.multiply(graph.multiply(graph.spread(radius, 0.06, 0.5, 1, 0, smooth=True), torn), share)
    clear = graph.node("BsdfTransparent").outputs[0]
    graph.link(graph.node("MixShader", {0: share, 1: clear, 2: lit}).outputs[0], output.inputs[0])
    return material


def gull(lift: float, fine: int = 10) -> tuple[Solid, np.ndarray]:
    """A gull in flight, wings raised by `lift`, 1.3 m wide, its beak towards -y; and its colours."""
    t = np.linspace(0, 1, 9)
    size = np.array([0.008, 0.03, 0.05, 0.068, 0.075, 0.068, 0.05, 0.028, 0.03])
    body = []
    for y, r in zip(-0.28 + 0.6 * t, size, strict=True):
        a = np.linspace(0, 2 * np.pi, fine, endpoint=False)
        flat = 0.25 if y > 0.26 else 1.0
        body.append(np.c_[r * (2.2 if y > 0.26 else 1) * np.cos(a), np.full(fine, y), r * flat * np.sin(a)])
    solids, colours = [loft(body)], [np.tile((0.72, 0.72, 0.7), (9 * fine + 2, 1))]
    for side in (-1, 1):
        u = np.linspace(0, 1, 9)
        x = side * (0.05 + 0.62 * u)
        z = 0.03 + lift * 0.22 * np.sin(np.pi * 0.62 * u) - 0.1 * lift * u**2
        sweep = -0.05 + 0.02 * u + 0.2 * u**2
        chord = 0.19 * (1 - 0.72 * u**1.6)
        front = np.c_[x, sweep - 0.4 * chord, z]
        back = np.c_[x, sweep + 0.6 * chord, z - 0.012]
        vertices = np.concatenate([front, (front + back) / 2 + (0, 0, 0.016), back])
        i = np.arange(8)
        faces = np.concatenate([np.stack([i, i + 1, i + 10, i + 9], -1), np.stack([i + 9, i + 10, i + 19, i + 18], -1)])
        solids.append(Solid(vertices, (faces,)))
        grey = np.where(np.tile(u, 3)[:, None] > 0.85, 0.03, 0.42) * np.ones(3)
        colours.append(grey)
    return join(solids), np.concatenate(colours)


def gulls(stage, name: str, points, size: float = 1.0) -> None:
    """Gulls in flight at points (n, 3), each heading its own way."""
    surface = stage.material(Surface(roughness=0.8, variation=0.1, attribute=True, translucency=0.15))
    kinds = []
    for lift in (1.0, 0.35, -0.3):
        solid, colours = gull(lift)
        kinds.append(stage.add(solid, surface, smooth=True, colours=colours))
    stage.scatter(kinds, np.asarray(points, float), size * np.ones(len(points)), name)
