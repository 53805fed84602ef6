"""A comparison's page, one file that needs no network: sheet, slider, scores and a blind vote.

While voting, labels are neither in the page's text nor in its elements, addresses or file names: pictures are numbered
by the hash of their pixels, and what tells whose they are lies in the file in base64 and is taken out of the document
once it is read. That hides it from the eye, from a search in the source and from the inspector. The page has to know it
to name the votes, so whoever decodes the file or asks its script can too.
"""

import base64
import hashlib
import io
import json
import math
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from inference.cli import InputError
from inference.files import atomic_write

TEMPLATE = Path(__file__).with_name("report.html.j2")
FILE_NAME = re.compile(r"(?P<row>\d+)-(?P<strategy>[^.].*)\.png")
LOSSLESS = 256 * 256  # pixels up to which a picture stays as it is; larger ones are compressed
SPELLING = {"clip": "CLIP", "lora": "LoRA", "dreambooth": "DreamBooth", "controlnet": "ControlNet"}


@dataclass(frozen=True)
class Shown:
    """One picture of a comparison, as it lies in its folder."""

    row: int
    prompt: str  # the person's, without what the strategy adds to it
    strategy: str
    seed: int
    path: Path
    recipe: dict


def list_pictures(output_dir: Path, scores: dict) -> list[Shown]:
    """The pictures of the comparison in `output_dir`, row by row, in the order of its columns.

    Where there are scores they say which pictures belong to the last comparison: a folder may hold those of others too.
    """
    from inference.image_io import read_recipe

    scored = {(entry["row"], entry["strategy"]): entry for entry in scores.get("pictures", [])}
    recipes, paths = {}, {}
    for path in sorted((output_dir / "pictures").glob("*.png")):
        name = FILE_NAME.fullmatch(path.name)
        place = (int(name["row"]), name["strategy"]) if name else None
        if place is None or (scored and place not in scored):
            continue
        recipe = read_recipe(path)
        if recipe is None:
            print(f"left out: {path} is damaged or has no recipe; draw it again", file=sys.stderr)
        else:
            paths[place], recipes[place] = path, recipe
    columns = [strategy for _, strategy in scored] or ["base", *sorted(strategy for _, strategy in recipes)]
    shown = []
    for place in sorted(recipes, key=lambda place: (place[0], columns.index(place[1]))):
        row, strategy = place
        asked = scored.get(place) or recipes.get((row, "base")) or recipes[place]
        shown.append(Shown(row, asked["prompt"], strategy, recipes[place]["seed"], paths[place], recipes[place]))
    return shown


def read_scores(output_dir: Path) -> dict:
    """What scores.json holds; nothing where there is none, or where it is damaged, which is said."""
    path = output_dir / "scores.json"
    try:
        scores = json.loads(path.read_text(encoding="utf-8"))
        for entry in scores.get("pictures", []):
            entry["row"], entry["strategy"], entry["prompt"]
        scores.get("notices", {}).items()
        return scores
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        print(f"left out: {path} is damaged; the comparison's script writes it again", file=sys.stderr)
        return {}


def encode(path: Path) -> bytes:
    """The picture as WebP with nothing but its pixels in it: without its recipe, which would name its strategy."""
    with Image.open(path) as picture:
        bare = Image.new("RGB", picture.size)
        bare.paste(picture.convert("RGB"))
    file = io.BytesIO()
    bare.save(file, "WEBP", lossless=bare.width * bare.height <= LOSSLESS, quality=92, method=5)
    return file.getvalue()


def sheet(shown: Sequence[Shown], numbers: dict[Path, int]) -> dict:
    """The rows and columns of the page, with the number of each cell's picture; none where there is no picture."""
    columns = list(dict.fromkeys(picture.strategy for picture in shown))
    rows = []
    for row in dict.fromkeys(picture.row for picture in shown):
        own = {picture.strategy: picture for picture in shown if picture.row == row}
        first = next(iter(own.values()))
        cells = [numbers[own[name].path] if name in own else None for name in columns]
        rows.append({"prompt": first.prompt, "seed": exact(first.seed), "cells": cells})
    return {
        "strategies": [{"name": name, "title": spelled(name)} for name in columns],
        "rows": rows,
        "recipes": {numbers[picture.path]: picture.recipe | {"seed": exact(picture.seed)} for picture in shown},
    }


def exact(seed: int) -> int | str:
    """A seed as a browser shows and votes it to the last digit: beyond 2^53 its numbers have gaps."""
    return seed if seed < 2**53 else str(seed)


def plots(scores: dict, columns: Sequence[str]) -> list[dict]:
    """Every score: for each strategy its mean, interval, difference from base where known, and its pictures' values.

    The distances that a film-look distance is the mean of are left to scores.json.
    """
    from inference.scores import __doc__ as definitions

    about = dict(re.findall(r"^  (\w+) +(.+(?:\n {4,}.+)*)", definitions, re.MULTILINE))
    summaries = {}  # strategy -> score -> {"mean": ..., "low": ...}
    for column in columns:
        means, own = scores.get("means", {}).get(column, {}), scores.get("strategies", {}).get(column, {})
        summaries[column] = {name: {"mean": mean} for name, mean in means.items()} | own
    names = dict.fromkeys(name for summary in summaries.values() for name in summary)
    found = []
    for name in names:
        if name.endswith("_distance") and name != "film_look_distance":
            continue
        lines = []
        for column in columns:
            summary = summaries[column].get(name, {})
            line = {key: summary[key] for key in ("mean", "low", "high") if _is_number(summary.get(key))}
            paired = scores.get("against_base", {}).get(column, {}).get(name, {})
            values = [entry.get(name) for entry in scores.get("pictures", []) if entry["strategy"] == column]
            line["different"] = paired.get("different")  # none where it was not asked
            lines.append(line | {"values": [value for value in values if _is_number(value)]})
        said, halves = " ".join(about.get(name, "").split()), scores.get("halves", {}).get(name)
        if _is_number(halves):
            said += f". Two halves of the prompts order the strategies with a rank correlation of {halves:.2f}"
        found.append({"title": spelled(name), "about": said, "lines": lines})
    return found


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)


def spelled(name: str) -> str:
    """A name as a heading: 'Textual inversion' for textual_inversion, 'LoRA 0.5' for lora-0.5."""
    words = re.sub(r"_|(?<=\w)-", " ", name).split()
    text = " ".join(SPELLING.get(word, word) for word in words)
    return text[:1].upper() + text[1:]


def write_report(output_dir: Path) -> Path:
    """Write `output_dir`/report.html from the pictures and scores there; InputError where there is no picture."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    scores = read_scores(output_dir)
    shown = list_pictures(output_dir, scores)
    if not shown:
        raise InputError(f"there are no pictures of a comparison in {output_dir}; draw some with inference/compare.py")
    encoded = {picture.path: encode(picture.path) for picture in shown}
    # numbered by their hashes, so that a number says nothing of where its picture came from
    order = sorted(encoded, key=lambda path: hashlib.sha256(encoded[path]).digest())
    content = sheet(shown, {path: number for number, path in enumerate(order)})
    content["notices"] = [{"title": title, "text": text} for title, text in scores.get("notices", {}).items()]
    content["scores"] = plots(scores, [strategy["name"] for strategy in content["strategies"]])
    content["id"] = hashlib.sha256(json.dumps(content).encode() + b"".join(encoded[path] for path in order)).hexdigest()
    environment = Environment(loader=FileSystemLoader(TEMPLATE.parent), autoescape=True, undefined=StrictUndefined)
    with Image.open(shown[0].path) as first:
        ratio = first.width / first.height
    page = environment.get_template(TEMPLATE.name).render(
        ratio=ratio,
        pictures=[base64.b64encode(encoded[path]).decode() for path in order],
        content=base64.b64encode(json.dumps(content).encode()).decode(),
    )
    path = output_dir / "report.html"
    try:
        with atomic_write(path) as aside:
            aside.write_text(page, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write {path} ({error.strerror})") from error
    print(f"page: {path}")
    return path
