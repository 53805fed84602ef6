"""Captions as a folder has them: a list of its pictures, or a text file beside each."""

import csv
import io
import json
from collections.abc import Iterable
from pathlib import Path

from inference.cli import InputError, is_text, read_text

LISTS = ("metadata.jsonl", "metadata.csv")  # as an imagefolder has them; the first that is there counts
BESIDE = (".txt", ".caption")  # the same, of a picture; upper case will do


def list_of(folder: Path) -> Path | None:
    """The file that lists a folder's pictures and their captions."""
    return next((folder / name for name in LISTS if (folder / name).exists()), None)


def beside(picture: Path) -> Path | None:
    """The text file that captions `picture`."""
    spellings = (*BESIDE, *map(str.upper, BESIDE))
    return next((path for path in map(picture.with_suffix, spellings) if path.exists()), None)


def listed(path: Path) -> Iterable[tuple[str, str, str]]:
    """(where, name, caption) of each picture in a metadata file; `where` opens the sentence of what is wrong there."""
    folder = path.parent
    for number, entry in _rows(path) if path.suffix == ".csv" else _objects(path):
        where = f"{path.name} line {number}"
        name = entry.get("file_name") if isinstance(entry, dict) else None
        if not isinstance(name, str) or not name:
            shape = "file_name,text" if path.suffix == ".csv" else '{"file_name": "01.jpg", "text": "..."}'
            raise InputError(f'{where}: no "file_name" in {folder}; {_form(path)} is {shape}')
        yield where, name, checked(entry.get("text"), where, folder)


def _form(path: Path) -> str:
    return "its first line" if path.suffix == ".csv" else "a line"


def _objects(path: Path) -> Iterable[tuple[int, object]]:
    for number, line in enumerate(read_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            yield number, json.loads(line)
        except (ValueError, RecursionError) as error:
            raise InputError(f"{path.name} line {number}: not JSON ({error}) in {path.parent}") from error


def _rows(path: Path) -> Iterable[tuple[int, object]]:
    rows = csv.DictReader(io.StringIO(read_text(path)), strict=True)
    try:
        for row in rows:
            yield rows.line_num, row
    except csv.Error as error:
        raise InputError(f"{path.name} line {rows.line_num}: not CSV ({error}) in {path.parent}") from error


def checked(text: object, where: str, folder: Path) -> str:
    """A caption on one line. Refuses one that says nothing, and one that no tokenizer takes."""
    if not isinstance(text, str) or not text.strip():
        raise InputError(f'{where}: the caption ("text") is empty in {folder}; say what is in the picture')
    if not is_text(text):
        raise InputError(f"{where}: the caption has half of a surrogate pair in {folder}; write the whole character")
    return " ".join(text.split())
