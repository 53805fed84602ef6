"""The contract: what a subject, a setting and a shot are. To add one, write one file in `subjects/` or `settings/`."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

Colour = tuple[float, float, float]
Vector = tuple[float, float, float]


@dataclass(frozen=True)
class Details:
    """What a subject or a setting drew for one scene: the words for it, and what its builder has to know."""

    words: str
    options: tuple[tuple[str, Any], ...] = ()

    def __getitem__(self, name: str):
        return dict(self.options)[name]

    def get(self, name: str, default=None):
        return dict(self.options).get(name, default)


def details(words: str, **options) -> Details:
    return Details(words, tuple(sorted(options.items())))


@dataclass(frozen=True)
class Subject:
    """Something a picture can be of.

    describe(rng, setting) -> Details: the noun phrase with its article, and options such as colours; `setting` is the
        setting's name. An option "height", "width" (metres) or "on" goes before the fields below.
    build(stage, details) -> object: at the origin on the ground, in metres, its front towards -y (towards the camera
        when heading is 0).
    """

    name: str
    settings: tuple[str, ...]  # where it makes sense
    height: float  # metres
    width: float
    describe: Callable
    build: Callable
    on: str = "ground"  # "ground", "water" (0 is the waterline), "air" or "table"
    share: tuple[float, float] = (0.25, 0.45)  # of the frame's height
    heading: tuple[float, float] = (-0.5, 0.5)  # radians from facing the camera; drawn from this range
    moves: float = 0.0  # metres per second it goes forward in a clip
    noun: str = ""  # words, joined by |, of which every caption has one; the name if not given


@dataclass(frozen=True)
class Setting:
    """A place.

    describe(rng, subject) -> Details: the phrase for where ("on a rocky coast"), and options.
    shoot(scene, subject, aspect) -> Shot: where camera and subject are.
    build(stage): everything but the subject and the sky, round `stage.shot`.
    light(scene, light) -> Light: the setting's own way with a light, such as which window it comes through.
    """

    name: str
    describe: Callable
    shoot: Callable
    build: Callable
    lights: tuple[str, ...]  # names from light.FILM_LIGHTS that suit it
    light: Callable = field(default=lambda scene, light: light)
    parts: tuple[str, ...] = ()  # parts of the look that make no sense here
    indoors: bool = False


@dataclass(frozen=True)
class Shot:
    """Camera and subject, in metres; x to the right, y away from the camera, z up. The camera stands near x = y = 0."""

    eye: Vector
    target: Vector
    lens: float  # mm on a frame 36 mm wide on its longer side
    aspect: float  # width over height
    subject: Vector
    height: float  # of the subject
    width: float
    heading: float = 0.0  # radians anticlockwise from facing the camera
    fstop: float = 0.0  # 0: everything sharp
    ground: Callable[[np.ndarray, np.ndarray], np.ndarray] | None = None  # height at points (x, y)
    roll: float = 0.0

    @property
    def distance(self) -> float:
        return float(np.linalg.norm(np.subtract(self.subject, self.eye)))

    @property
    def spread(self) -> tuple[float, float]:
        """Tangents of half the view's angles, across and up."""
        half = 18 / self.lens
        return (half, half / self.aspect) if self.aspect >= 1 else (half * self.aspect, half)

    def sees(self, x, y, margin: float = 0.0) -> np.ndarray:
        """Which points of the ground lie within the view's sides, widened by `margin` metres."""
        x, y = np.asarray(x) - self.eye[0], np.asarray(y) - self.eye[1]
        return (y > 0) & (np.abs(x - self._pan() * y) < self.spread[0] * y + margin)

    def clear(self, x, y, margin: float = 1.0, beyond: float = 0.0) -> np.ndarray:
        """Which points stand in nobody's way: not on the subject, not between it and the camera, not in the lens.

        margin: metres kept free to each side of the subject; `beyond`: metres kept free behind it.
        """
        x, y = np.asarray(x, float), np.asarray(y, float)
        along = np.subtract(self.subject, self.eye)[:2]
        length = np.hypot(*along)
        along = along / length
        dx, dy = x - self.eye[0], y - self.eye[1]
        forward = dx * along[0] + dy * along[1]
        aside = np.abs(dx * along[1] - dy * along[0])
        half = self.width / 2 + margin
        # the corridor widens from the lens to the subject
        room = half * np.clip(forward / length, 0.15, 1)
        between = (forward > -1) & (forward < length + self.width / 2 + margin + beyond) & (aside < room)
        return ~between & (np.hypot(dx, dy) > 1.2)

    def project(self, point: Vector) -> tuple[float, float]:
        """Shares of the frame's width and height from its top left at which a point is seen; far outside if behind."""
        ahead, right, up = self.axes()
        away = np.subtract(point, self.eye)
        z = float(away @ ahead)
        if z <= 1e-6:
            return (9.0, 9.0)
        across, high = self.spread
        return (0.5 + 0.5 * float(away @ right) / z / across, 0.5 - 0.5 * float(away @ up) / z / high)

    def axes(self) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Unit vectors ahead, to the right and up of the camera."""
        ahead = np.subtract(self.target, self.eye).astype(float)
        ahead /= np.linalg.norm(ahead)
        right = np.cross(ahead, (0, 0, 1))
        right /= np.linalg.norm(right)
        return ahead, right, np.cross(right, ahead)

    def moved(self, eye: Vector, target: Vector) -> "Shot":
        return replace(self, eye=eye, target=target)

    def _pan(self) -> float:
        return (self.target[0] - self.eye[0]) / max(self.target[1] - self.eye[1], 1e-6)
