"""Which pictures or clips to render: from flags, or from the lines of a list. Needs no Blender."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

from images.world.captions import caption
from images.world.clip import Move
from images.world.light import FILM_LIGHTS, PARTS
from images.world.renderer import check_size
from images.world.scene import Framing, Scene, sample_scene
from inference.cli import InputError

FORMATS = ("jpg", "png", "webp")
WHOLE = ("plain", "film")  # looks that stand alone
OPTIONAL = ("subject", "setting", "light", "framing", "move", "file_name")


@dataclass(frozen=True)
class Job:
    """One picture, or one clip, to render."""

    seed: int
    size: tuple[int, int]  # width, height
    look: tuple[str, ...]
    subject: str | None = None
    setting: str | None = None
    light: str | None = None  # one of light.FILM_LIGHTS instead of the scene's own
    framing: dict = field(default_factory=dict)  # fields of scene.Framing instead of the scene's own
    move: dict | None = None  # fields of clip.Move instead of the move the seed draws
    file_name: str | None = None

    def scene(self) -> Scene:
        """The scene, with what the job says in the place of what the seed drew. Raises InputError."""
        scene = sample_scene(self.seed, self.subject, self.setting)
        if self.light is not None and self.light not in FILM_LIGHTS:
            raise InputError(f"no film light {self.light!r}; there are {', '.join(FILM_LIGHTS)}")
        framing = replace(scene.framing, **_numbers(self.framing, Framing, "framing"))
        return replace(scene, light=self.light or scene.light, framing=framing)

    def camera_move(self) -> Move | None:
        return None if self.move is None else Move(**_numbers(self.move, Move, "move"))

    def rendered_look(self) -> str | tuple[str, ...]:
        """The look as `render` takes it."""
        return self.look[0] if self.look[0] in WHOLE else self.look

    def parts(self) -> tuple[str, ...]:
        """The parts of the look that the caption names."""
        return () if self.look[0] in WHOLE else self.look

    def name(self, scene: Scene, suffix: str) -> str:
        return self.file_name or f"{self.seed:06d}-{scene.subject} {scene.setting}.{suffix}".replace(" ", "-")

    def entry(self, scene: Scene, name: str) -> dict:
        """The line of metadata.jsonl: file and caption, then all that is needed to render it again."""
        given = {"framing": self.framing} if self.framing else {}
        given |= {"move": self.move} if self.move else {}
        return {
            "file_name": name,
            "text": caption(scene, self.parts()),
            "seed": self.seed,
            "subject": scene.subject,
            "setting": scene.setting,
            "look": list(self.look),
            "light": scene.light,
            "size": f"{self.size[0]}x{self.size[1]}",
        } | given


def parse_size(text: str) -> tuple[int, int]:
    """Width and height of "1216x512"."""
    width, _, height = str(text).partition("x")
    if not (width.isdecimal() and height.isdecimal()):
        raise InputError(f"size {text!r} is not a width and a height such as 1216x512")
    check_size(int(width), int(height))
    return int(width), int(height)


def parse_seeds(text: str) -> list[int]:
    """Numbers and ranges: "3", "0:12", "1,5,20:30"."""
    seeds = []
    for part in text.split(","):
        first, colon, last = part.strip().partition(":")
        if not first.isdecimal() or (colon and not last.isdecimal()):
            raise InputError(f"seeds {text!r} are not numbers and ranges such as 3, 0:12 or 1,5,20:30")
        seeds += range(int(first), int(last)) if colon else [int(first)]
    if not seeds:
        raise InputError(f"seeds {text!r} name none: a range ends before its second number")
    return seeds


def parse_look(names: Iterable[str]) -> tuple[str, ...]:
    """ "plain" or "film" alone, or one or more parts of the look."""
    names = tuple(names)
    for name in names:
        if name not in (*PARTS, *WHOLE):
            raise InputError(f"no look {name!r}; there are {', '.join((*WHOLE, *PARTS))}")
    if not names or (len(names) > 1 and set(WHOLE) & set(names)):
        raise InputError(f"look {', '.join(names) or 'empty'}: plain and film stand alone, parts can be put together")
    return names


def read_list(path: Path, default: Job) -> list[Job]:
    """The jobs of a list's lines; what a line leaves out is as in `default`. Raises InputError with the line."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"list {path} cannot be read ({error})") from error
    jobs = []
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                jobs.append(_job(json.loads(line), default))
                jobs[-1].scene(), jobs[-1].camera_move()
            except (ValueError, InputError) as error:
                raise InputError(f"{path.name} line {number}: {error}") from error
    if not jobs:
        raise InputError(f"list {path} is empty; write one JSON object a line")
    return jobs


def _job(entry: dict, default: Job) -> Job:
    if not isinstance(entry, dict) or type(entry.get("seed")) is not int or entry["seed"] < 0:
        raise InputError('no "seed", which is a whole number from 0 on')
    given = {name: entry[name] for name in ("seed", *OPTIONAL) if name in entry}
    for name in ("subject", "setting", "light", "file_name"):
        if given.get(name) is not None and not isinstance(given[name], str):
            raise InputError(f"{name} {given[name]!r} is not text")
    name = given.get("file_name")
    if name is not None and (Path(name).name != name or Path(name).suffix[1:].lower() not in FORMATS):
        raise InputError(f"file_name {name!r} is not a plain name that ends in {', '.join(FORMATS)}")
    if "size" in entry:
        given["size"] = parse_size(entry["size"])
    if "look" in entry:
        given["look"] = parse_look([entry["look"]] if isinstance(entry["look"], str) else entry["look"])
    return replace(default, **given)


def _numbers(given: dict, kind: type, name: str) -> dict[str, float]:
    """`given` as arguments of the dataclass `kind`, each a number."""
    allowed = [part.name for part in fields(kind)]
    if not isinstance(given, dict):
        raise InputError(f"{name} {given!r} is not an object with {', '.join(allowed)}")
    for key, value in given.items():
        if key not in allowed:
            raise InputError(f"{name} has no {key!r}; it has {', '.join(allowed)}")
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise InputError(f"{name} {key} {value!r} is not a number")
    return {key: float(value) for key, value in given.items()}
