"""The sky of a light: colours over elevation, warm below the sun, a ray-marched layer of clouds, stars, the sun's
disc.
"""

import math

import numpy as np

from images.world.light import Clouds, Light
from images.world.nodes import Graph

WIDE = math.radians(75)  # half the azimuths that the coarse plate covers


def direction(azimuth: float, elevation: float) -> np.ndarray:
    """Unit vector towards degrees of azimuth (0 is +y, 90 is +x) and elevation."""
    a, e = math.radians(azimuth), math.radians(elevation)
    return np.array([math.sin(a) * math.cos(e), math.cos(a) * math.cos(e), math.sin(e)])


def build(light: Light, azimuth: float, view, seed: int, detail: float) -> None:
    """Make the world's shader. azimuth: the sun's, degrees from +y. view: (azimuth, elevation, half width, half height)
    in radians, the part of the sky that the camera sees, where clouds are drawn at the picture's own resolution."""
    import bpy

    world = bpy.data.worlds.new("sky")
    bpy.context.scene.world = world
    graph = Graph(world.node_tree)
    towards = graph.node("TexCoord").outputs["Generated"]
    sun = direction(azimuth, light.elevation)
    colour = _gradient(graph, light, towards, azimuth)
    if light.stars:
        colour = _with_stars(graph, light, towards, colour)
    if light.disc:
        colour = _with_sun(graph, light, towards, sun, colour)
    if light.clouds:
        colour = _with_clouds(graph, light, towards, sun, colour, view, seed, detail)
    background = graph.node("Background", {"Color": colour, "Strength": 1.0})
    graph.link(background, graph.node("OutputWorld").inputs[0])
    world.cycles.sampling_method = "MANUAL"
    world.cycles.sample_map_resolution = 256


def _gradient(graph: Graph, light: Light, towards, azimuth: float):
    up = graph.math("SQRT", graph.math("MAXIMUM", graph.split(towards)[2], 0.0))
    colour = graph.scale(graph.ramp(up, light.sky), light.sky_strength)
    if light.warm:
        level = direction(azimuth, 1)
        facing = graph.math("MAXIMUM", graph.vector("DOT_PRODUCT", towards, tuple(level)), 0.0)
        low = graph.math("POWER", graph.math("SUBTRACT", 1.0, up), 2.2)
        lobe = graph.multiply(graph.math("POWER", facing, 5.0), low)
        colour = graph.vector("ADD", colour, graph.scale(tuple(light.warm * c for c in light.warmth), lobe))
    return colour


def _with_stars(graph: Graph, light: Light, towards, colour):
    """Few bright stars and many faint ones; none near the horizon."""
    high = graph.spread(graph.split(towards)[2], 0.02, 0.2)
    for scale, size, strength in ((210.0, 0.07, 0.5), (85.0, 0.04, 1.6)):
        cells = graph.cells(towards, scale)
        point = graph.math("POWER", graph.spread(cells.outputs[0], 0, size, 1, 0), 2.0)
        chance, tint, _ = graph.split(cells.outputs[1])
        bright = graph.multiply(graph.math("POWER", chance, 9.0), graph.multiply(point, high))
        hue = graph.mix(tint, (1.0, 0.8, 0.6), (0.65, 0.8, 1.0))
        colour = graph.vector("ADD", colour, graph.scale(hue, graph.multiply(bright, strength * light.stars)))
    return colour


def _with_sun(graph: Graph, light: Light, towards, sun, colour):
    """The sun's disc and the glow round it, for the camera and mirrors only: the lamp does the lighting."""
    facing = graph.vector("DOT_PRODUCT", towards, tuple(sun))
    edge = math.radians(max(light.softness, 0.6))
    disc = graph.multiply(graph.spread(facing, math.cos(edge), math.cos(edge * 0.8)), 60.0)
    positive = graph.math("MAXIMUM", facing, 0.0)
    near = graph.multiply(graph.math("POWER", positive, 6000.0), 2.5)
    wide = graph.multiply(graph.math("POWER", positive, 500.0), 0.6)
    path = graph.node("LightPath").outputs
    seen = graph.math("MAXIMUM", path["Is Camera Ray"], path["Is Glossy Ray"])
    strength = graph.multiply(
        graph.multiply(graph.add(disc, graph.add(near, wide)), seen), 0.25 * light.disc * light.sun
    )
    return graph.vector("ADD", colour, graph.scale(light.sun_colour, strength))


def _with_clouds(graph: Graph, light: Light, towards, sun, colour, view, seed: int, detail: float):
    """Two plates: a coarse one over the dome for light and mirrors, and a fine one over what the camera sees."""
    x, y, z = graph.split(towards)
    azimuth, elevation = graph.math("ARCTAN2", x, y), graph.math("ARCSINE", z)
    width = max(96, int(500 * detail))
    dome = _plate(light, sun, seed, (-WIDE, WIDE), (math.radians(-2), math.radians(60)), width, width // 2)
    centre, tilt, half_width, half_height = view
    across = (centre - half_width, centre + half_width)
    high = (max(tilt - half_height, 0.0), min(tilt + half_height, math.radians(85)))
    plates = [(dome, (-WIDE, WIDE), (math.radians(-2), math.radians(60)), "MIRROR")]
    if high[1] > 0.02:
        columns = max(128, int(1100 * detail))
        rows = max(48, int(columns * (high[1] - high[0]) / (across[1] - across[0])))
        plates.append((_plate(light, sun, seed, across, high, columns, rows), across, high, "CLIP"))
    layers = []
    for picture, (west, east), (low, top), extension in plates:
        u, v = graph.spread(azimuth, west, east), graph.spread(elevation, low, top)
        if extension == "MIRROR":  # beyond the plate the clouds go on, mirrored
            u = graph.math("DIVIDE", graph.math("SUBTRACT", azimuth, west), east - west)
        texture = graph.node("TexImage", {"Vector": graph.join(u, v)}, image=_image(picture), interpolation="Cubic")
        texture.extension = "MIRROR" if extension == "MIRROR" else "EXTEND"
        layers.append((texture.outputs[0], texture.outputs[1]))
    glow, cover = layers[0]
    if len(layers) == 2:
        inside = graph.multiply(
            graph.multiply(graph.math("GREATER_THAN", azimuth, across[0]), graph.math("LESS_THAN", azimuth, across[1])),
            graph.multiply(graph.math("GREATER_THAN", elevation, high[0]), graph.math("LESS_THAN", elevation, high[1])),
        )
        glow = graph.mix(inside, glow, layers[1][0])
        cover = graph.spread(inside, 0, 1, cover, layers[1][1])
    return graph.vector("ADD", graph.scale(colour, graph.math("SUBTRACT", 1.0, cover)), glow)


def _plate(light: Light, sun, seed: int, azimuths, elevations, width: int, height: int) -> np.ndarray:
    from images.world.kernels import cloud_plate

    clouds: Clouds = light.clouds
    across = np.linspace(*azimuths, width, endpoint=False) + (azimuths[1] - azimuths[0]) / width / 2
    up = np.linspace(*elevations, height, endpoint=False) + (elevations[1] - elevations[0]) / height / 2
    return cloud_plate(
        across,
        up,
        sun,
        clouds.cover,
        clouds.base,
        clouds.thickness,
        clouds.size,
        seed,
        np.array(light.cloud_light, float),
        np.array(light.cloud_shade, float),
    )


def _image(plate: np.ndarray):
    import bpy

    height, width = plate.shape[:2]
    image = bpy.data.images.new("clouds", width, height, alpha=True, float_buffer=True)
    image.colorspace_settings.name, image.alpha_mode = "Non-Color", "CHANNEL_PACKED"
    image.pixels.foreach_set(plate.ravel())
    image.pack()
    return image
