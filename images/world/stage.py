"""What builders work with: a scene's randomness, light and detail, and helpers that put things into Blender."""

import math
from dataclasses import replace

import numpy as np

from images.world import blender, materials, sky
from images.world.base import Shot
from images.world.geometry import Solid, box, join
from images.world.light import Light
from images.world.materials import Surface
from images.world.scene import Scene


class Stage:
    """One scene being built. `detail` (0 to 1) scales how finely; 1 suits 1216 pixels, 0.2 suits 128."""

    def __init__(self, scene: Scene, light: Light, shot: Shot, detail: float):
        self.scene, self.light, self.shot, self.detail = scene, light, shot, detail
        self.subject_parts: list = []  # objects that were built as the subject
        self.waves: list = []  # (object, its vertices at a time in seconds) for what changes its shape in a clip
        self._materials: dict = {}

    # -- randomness and detail

    @property
    def draft(self) -> bool:
        """Whether it is for small pictures, in which bevels and third bounces do not show."""
        return self.detail <= 0.35

    def rng(self, name: str) -> np.random.Generator:
        """The scene's stream of random numbers for one purpose."""
        return self.scene.rng(name)

    def count(self, full: int, least: int = 1) -> int:
        """How many of something there are at this detail."""
        return max(least, round(full * self.detail))

    def around(self, full: int, least: int = 6) -> int:
        """How many corners a round thing has at this detail: falls with its root, since outlines are seen first."""
        return max(least, round(full * math.sqrt(self.detail)))

    # -- materials

    def material(self, surface: Surface):
        """The material of a surface, made once; rain makes everything wet that is not under snow."""
        if self.light.wet and not surface.snow and not surface.wet:
            surface = replace(surface, wet=0.6 * self.light.wet)
        return self.once(surface, lambda: materials.make(surface))

    def surface(self, colour, roughness: float = 0.8, **settings):
        """Short for material(Surface(...))."""
        return self.material(Surface(tuple(colour), roughness, **settings))

    def once(self, key, make):
        """What `make` gives, made the first time and kept for the key."""
        if key not in self._materials:
            self._materials[key] = make()
        return self._materials[key]

    def glow(self, colour, strength: float):
        """Something that shines whatever the light: a screen, a fire. Lamps are `lit`."""
        key = ("glow", tuple(colour), strength)
        return self.once(key, lambda: materials.emission(tuple(colour), strength))

    def lit(self, colour, strength: float):
        """A lamp's glass: shines as the light's lamps do, and is pale glass by day."""
        if not self.light.lamps:
            return self.surface((0.7, 0.68, 0.62), 0.2, variation=0.05)
        return self.glow(colour, strength * self.light.lamps)

    def window(self, colour=(1.0, 0.55, 0.22), strength: float = 1.0):
        """A window pane: a lit room behind it when lamps burn, else dark and glossy."""
        strength = strength * self.light.lamps
        return self.once(("window", tuple(colour), strength), lambda: materials.window(tuple(colour), strength))

    # -- objects

    def add(self, parts, material, smooth: bool | float = False, bevel: float = 0.0, colours=None):
        """One object of a Solid or of several."""
        solid = parts if isinstance(parts, Solid) else join(parts)
        made = blender.add_mesh(solid, material, smooth, colours)
        if bevel and not self.draft:
            blender.modify(made, "BEVEL", width=bevel, segments=2, limit_method="ANGLE")
        return made

    def group(self, *parts):
        return blender.add_group(parts)

    def place(self, made, at, heading: float = 0.0, scale: float = 1.0):
        made.location, made.rotation_euler, made.scale = at, (0, 0, heading), (scale,) * 3
        return made

    def scatter(self, children, points: np.ndarray, scales, seed_name: str) -> None:
        """Instances of several children, each point's drawn by the scene's stream `seed_name`."""
        if not len(points):
            points = np.zeros((0, 3))
        rng = self.rng(seed_name)
        which = rng.integers(len(children), size=len(points))
        turns = rng.uniform(0, 2 * np.pi, len(points))
        scales = np.broadcast_to(scales, len(points))
        for i, child in enumerate(children):
            chosen = which == i
            if chosen.any():
                blender.scatter(child, points[chosen], scales[chosen], turns[chosen])
            else:
                self.hide(child)

    def hide(self, made) -> None:
        for part in (made, *made.children_recursive):
            part.hide_render = True

    def text(self, words: str, size: float, material, depth: float = 0.02):
        return blender.add_text(words, size, material, depth)

    # -- light

    def lamp(self, kind: str, at, power: float, colour, to=None, **settings):
        """A lamp that burns as strongly as the light's lamps do; none where they are out."""
        if self.light.lamps <= 0.05:
            return None
        return blender.add_lamp(kind, at, power * self.light.lamps, colour, to, **settings)

    def fill(self, kind: str, at, power: float, colour, to=None, **settings):
        """A lamp that burns in every light."""
        return blender.add_lamp(kind, at, power, colour, to, **settings)

    def fog_box(self, x0, x1, y0, y1, z0, z1, density: float, **settings):
        """A bounded volume of mist: beams and shafts show in it. None where density is 0."""
        if density <= 0:
            return None
        return blender.add_mesh(box(x0, x1, y0, y1, z0, z1), materials.fog(density, **settings))

    def roll_waves(self, now: float, then: float, frame: int) -> None:
        """Give moving surfaces their shapes at two times, seconds apart, so that they pass from one to the other."""
        for made, at in self.waves:
            blender.morph(made, at(now), at(then), frame)

    def sun_azimuth(self) -> float:
        """Degrees from +y, clockwise: the light's own azimuth counts from behind the subject, if it has no compass."""
        if self.light.compass:
            return self.light.azimuth
        x, y, _ = np.subtract(self.shot.subject, self.shot.eye)
        return self.light.azimuth + math.degrees(math.atan2(x, y))

    def sun_direction(self) -> np.ndarray:
        return sky.direction(self.sun_azimuth(), self.light.elevation)

    def build_sky(self) -> None:
        """The world's sky and the sun's lamp."""
        across, up = self.shot.spread
        ahead = self.shot.axes()[0]
        half_width, half_height = math.atan(across) + 0.06, math.atan(up) + 0.06
        view = (math.atan2(ahead[0], ahead[1]), math.asin(ahead[2]), half_width, half_height)
        sky.build(self.light, self.sun_azimuth(), view, self.scene.seed % 1000, self.detail)
        if self.light.sun:
            towards = self.sun_direction()
            blender.add_lamp(
                "SUN", tuple(100 * towards), self.light.sun, self.light.sun_colour, (0, 0, 0),
                angle=math.radians(self.light.softness),
            )  # fmt: skip
