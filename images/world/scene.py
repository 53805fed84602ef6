"""What is in a picture, drawn from a seed. Needs no Blender.

scene = sample_scene(7, subject="lighthouse", setting="sea coast")
caption(scene), caption(scene, ("at sunset",))
"""

import zlib
from dataclasses import dataclass

import numpy as np

from images.world.base import Details, Setting, Subject
from images.world.settings import SETTINGS
from images.world.subjects import SUBJECTS
from inference.cli import InputError


@dataclass(frozen=True)
class Framing:
    """How the picture is composed; what a setting allows goes before it."""

    share: float  # the subject's height over the frame's
    third: float  # where it stands across the frame: -1 left edge, 0 middle, 1 right edge
    base: float  # where its foot stands: -0.5 bottom of the frame, 0.5 top
    lens: float  # mm
    eye: float  # 0: the setting's lowest camera, 1: its highest


@dataclass(frozen=True)
class Scene:
    """All that is in a picture. Geometry, light and words follow from it alone."""

    seed: int
    subject: str
    setting: str
    what: Details  # the subject's words and options
    where: Details  # the setting's
    height: float  # the subject's, in metres
    width: float
    on: str  # what it is on: see base.Subject
    framing: Framing
    heading: float  # radians the subject is turned from facing the camera
    light: str  # what the film look lights it with: a name from light.FILM_LIGHTS
    form: int  # of the caption

    def rng(self, name: str) -> np.random.Generator:
        """A stream of random numbers for one purpose, so that nothing drawn for another changes it."""
        return np.random.default_rng([self.seed, zlib.crc32(name.encode())])


def pairs() -> list[tuple[str, str]]:
    """Every subject and setting that make sense together."""
    return [(subject.name, place) for subject in SUBJECTS.values() for place in subject.settings if place in SETTINGS]


def find_subject(name: str) -> Subject:
    if name not in SUBJECTS:
        raise InputError(f"no subject {name!r}; there are {', '.join(SUBJECTS)}")
    return SUBJECTS[name]


def find_setting(name: str) -> Setting:
    if name not in SETTINGS:
        raise InputError(f"no setting {name!r}; there are {', '.join(SETTINGS)}")
    return SETTINGS[name]


def sample_scene(seed: int, subject: str | None = None, setting: str | None = None) -> Scene:
    """A scene for a seed; a subject or a setting that is named is kept, and the rest drawn to suit it."""
    rng = np.random.default_rng([seed, 0])
    if subject is not None:
        find_subject(subject)
    if setting is not None:
        find_setting(setting)
    fitting = [pair for pair in pairs() if subject in (None, pair[0]) and setting in (None, pair[1])]
    if not fitting:
        places = ", ".join(find_subject(subject).settings)
        raise InputError(f"a {subject} does not go with {setting!r}; it goes with {places}")
    # the setting first, so that every place comes around as often as another, however many subjects it suits
    places = sorted({place for _, place in fitting})
    setting = places[rng.integers(len(places))]
    subjects = [name for name, place in fitting if place == setting]
    subject = subjects[rng.integers(len(subjects))]
    kind, place = SUBJECTS[subject], SETTINGS[setting]
    framing = Framing(
        share=float(rng.uniform(*kind.share)),
        third=float(rng.choice([-1, 1]) * rng.uniform(0.2, 0.42))
        if rng.random() < 0.75
        else float(rng.uniform(-0.1, 0.1)),
        base=float(rng.uniform(-0.34, -0.2)),
        lens=float(np.exp(rng.uniform(np.log(24), np.log(75)))),
        eye=float(rng.random()),
    )
    heading = float(rng.uniform(*kind.heading))
    light = str(rng.choice(place.lights))
    form = int(rng.integers(1000))
    what = kind.describe(np.random.default_rng([seed, 1]), setting)
    where = place.describe(np.random.default_rng([seed, 2]), subject)
    height, width = what.get("height", kind.height), what.get("width", kind.width)
    heading = what.get("heading", heading)
    on = what.get("on", kind.on)
    return Scene(seed, subject, setting, what, where, height, width, on, framing, heading, light, form)
