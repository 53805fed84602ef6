"""Water: a sea of waves from a wind spectrum, and still water that mirrors.

The sea is Tessendorf's (2001): random waves under a directional spectrum, summed by FFT on tiles of three sizes, with
crests pinched by a horizontal displacement; foam lies where the surface folds.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import map_coordinates

from images.world import materials
from images.world.geometry import grid
from images.world.noise import fbm, smoothstep
from images.world.terrain import fan

GRAVITY = 9.81
TILES = ((310.0, 0.0, 0.5), (47.0, 0.5, 3.2), (7.3, 3.2, 40.0))  # side in metres; band of wave numbers, 1/m


@dataclass(frozen=True)
class Sea:
    wind: float = 8.0  # m/s
    direction: float = 1.0  # radians the waves run towards, from +x
    choppy: float = 1.0
    colour: tuple[float, float, float] = (0.006, 0.022, 0.03)


def add_sea(stage, sea: Sea, level: float = 0.0, far: float = 16000.0, calm=None, surf=None, lift=None):
    """Water to the horizon, which moves in a clip. calm: function of x, y giving 0 to 1, by which waves grow smaller,
    as near a shore. surf: function of x, y giving 0 to 1, how white the water is there whatever the waves. lift:
    function of x, y and the time giving metres that the water stands higher, as in breakers."""
    angle = float(np.arctan(stage.shot.spread[0])) + 0.3
    x, y = fan(stage, 1.5, far, 1100, 900, angle, 3.0)
    spacing = np.gradient(np.hypot(x, y), axis=0)
    seed = int(stage.rng("sea").integers(1 << 30))
    less = calm(x, y) if calm else 1.0

    def surface(time: float):
        dx, dy, dz, fold = displacement(sea, x, y, spacing, time, seed)
        raised = lift(x, y, time) if lift else 0.0
        return grid(x + dx * less, y + dy * less, level + dz * less + raised), fold * less

    solid, fold = surface(0.0)
    caps = max(0.55, 0.95 - 0.03 * sea.wind)  # a stronger wind breaks more crests
    foam = smoothstep(caps, caps + 0.6, fold + 0.3 * fbm(x / 1.7, y / 1.7, 4, 3))
    if surf:
        foam = np.maximum(foam, surf(x, y))
    material = stage.once(("sea", sea.colour), lambda: water_material(sea.colour))
    made = stage.add(solid, material, smooth=True, colours=np.repeat(foam.ravel()[:, None], 3, 1))
    stage.waves.append((made, lambda time: surface(time)[0].vertices))
    return made


def displacement(sea: Sea, x, y, spacing, time: float, seed: int):
    """Displacement in metres along x, y and z and how far the surface folds, at points; waves shorter than three times
    the `spacing` of the points are left out."""
    total = np.zeros((4, *x.shape))
    for number, (side, low, high) in enumerate(TILES):
        tile = _tile(sea, side, low, high, time, seed + number)
        n = tile.shape[1]
        at = np.stack([(y / side % 1) * n, (x / side % 1) * n])
        # a tile's typical wave length, faded out where the mesh cannot carry it
        length = 2 * np.pi / max(low, 0.07)
        share = np.clip(length / (3 * spacing) - 0.4, 0, 1)
        for i in range(4):
            total[i] += share * map_coordinates(tile[i], at, order=1, mode="grid-wrap")
    return total


def _tile(sea: Sea, side: float, low: float, high: float, time: float, seed: int, n: int = 256) -> np.ndarray:
    """One square of sea, (4, n, n): displacement and fold, from waves with numbers in [low, high)."""
    rng = np.random.default_rng(seed)
    k = 2 * np.pi * np.fft.fftfreq(n, side / n)
    kx, ky = k[None, :], k[:, None]
    length = np.hypot(kx, ky)
    length[0, 0] = 1e-6
    longest = sea.wind**2 / GRAVITY
    along = (kx * np.cos(sea.direction) + ky * np.sin(sea.direction)) / length
    spectrum = (
        np.exp(-1 / (length * longest) ** 2) / length**4 * (0.12 + 0.88 * along**2) * np.where(along > 0, 1, 0.25)
    )
    spectrum *= (length >= low) & (length < high)
    spectrum[0, 0] = 0
    noise = rng.standard_normal((n, n)) + 1j * rng.standard_normal((n, n))
    # Phillips's constant, for heights in metres after the inverse transform
    height = noise * np.sqrt(0.0081 / 2 * spectrum / 2.2) * (2 * np.pi / side) * n * n / np.sqrt(2)
    height = height * np.exp(-1j * np.sqrt(GRAVITY * length) * time)
    back = lambda values: np.real(np.fft.ifft2(values)) * np.sqrt(2)  # noqa: E731
    dz = back(height)
    dx, dy = (sea.choppy * back(-1j * part / length * height) for part in (kx, ky))
    dxx, dyy, dxy = (sea.choppy * back(part / length * height) for part in (kx * kx, ky * ky, kx * ky))
    fold = 1 - ((1 + dxx) * (1 + dyy) - dxy**2)
    return np.stack([dx, dy, dz, fold])


def water_material(colour, ripples: float = 0.03, size: float = 0.6, foam: bool = True):
    """Water seen from above: dark, mirroring, with ripples finer than any mesh; white where vertices say foam."""
    graph, output, material = materials.new("water")
    at = graph.node("NewGeometry").outputs["Position"]
    fine = graph.add(graph.noise(at, 1 / size, 5, 0.6), graph.multiply(graph.noise(at, 0.12 / size, 3, 0.5), 2.0))
    bump = graph.node("Bump", {"Height": fine, "Strength": 1.0, "Distance": ripples})
    inputs = {"Base Color": colour, "Roughness": 0.045, "IOR": 1.333, "Specular IOR Level": 0.5, "Normal": bump}
    if foam:
        mask = graph.split(graph.node("VertexColor", layer_name="Col").outputs[0])[0]
        lace = graph.spread(graph.noise(at, 2.2, 10, 0.75), 0.42, 0.6)
        white = graph.multiply(mask, graph.spread(mask, 0, 1, lace, 1.0))
        inputs["Base Color"] = graph.mix(white, colour, (0.72, 0.76, 0.78))
        inputs["Roughness"] = graph.spread(white, 0, 1, 0.045, 0.8)
    graph.link(graph.node("BsdfPrincipled", inputs), output.inputs[0])
    return material


def add_still_water(
    stage, x0, x1, y0, y1, level: float = 0.0, colour=(0.008, 0.02, 0.024), ripples: float = 0.012, size: float = 0.5
):
    """A lake, a harbour, a canal: flat, with small ripples that break what it mirrors."""
    material = stage.once(("still", colour, ripples, size), lambda: water_material(colour, ripples, size, foam=False))
    return stage.add(
        grid(np.array([[x0, x1]] * 2), np.array([[y0], [y1]]) * np.ones((2, 2)), np.full((2, 2), level)), material
    )
