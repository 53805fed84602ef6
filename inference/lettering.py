"""Text on sheets in any script: Pillow's own font, and for words with letters it lacks one of the system's.

Emoji fonts hold pictures of one size, which are scaled. Lines that begin in a right-to-left script have their runs from
right to left; within a run the shaping engine of Pillow (raqm) sees to order and joins.
"""

import contextlib
import os
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

FOLDERS = (
    *(f"{folder}/fonts" for folder in os.environ.get("XDG_DATA_DIRS", "/usr/local/share:/usr/share").split(":")),
    os.environ.get("XDG_DATA_HOME", "~/.local/share") + "/fonts", "~/.fonts",
    "/System/Library/Fonts", "/Library/Fonts", "~/Library/Fonts",
    os.environ.get("WINDIR", "C:/Windows") + "/Fonts", "~/AppData/Local/Microsoft/Windows/Fonts",
)  # fmt: skip
PREFERRED = ("dejavusans.ttf", "arial unicode.ttf", "arial.ttf", "notosanscjk-regular.ttc", "msyh.ttc")
STYLED = ("bold", "italic", "oblique", "light", "thin", "black", "medium", "condensed", "mono", "serif")
USELESS = ("lastresort", "adobeblank")  # they have every letter, as a box or as nothing
STRIKES = (160, 136, 128, 109, 96, 64, 48, 40, 32, 20)  # heights that fonts of pictures come in, pixels
EMOJI = re.compile("[\U0001f000-\U0001faff\ufe0f]")
# a letter with its accents and vowel signs; emoji that are joined, coloured, or the two halves of a flag
CLUSTER = re.compile(
    "[\U0001f1e6-\U0001f1ff]{2}|.[\U0001f3fb-\U0001f3ff]?(?:\u200d.[\U0001f3fb-\U0001f3ff]?)*", re.DOTALL
)


@dataclass(frozen=True)
class Type:
    """Letters of a size in pixels."""

    size: float

    def getlength(self, text: str) -> float:
        """Of a line, in pixels; called as of Pillow's fonts."""
        return sum(font.getlength(run) * scale for font, scale, run in self._runs(text))

    def draw(self, sheet: Image.Image, at: tuple[int, int], line: str, colour: str) -> None:
        """Draw a line that begins at the left and is centred around the height of `at`."""
        ascent, descent = _face(None, self.size)[0].getmetrics()
        x, baseline = at[0], at[1] + round((ascent - descent) / 2)
        runs = [*self._runs(line)]
        for font, scale, run in reversed(runs) if _right_to_left(line) else runs:
            if scale == 1:
                ImageDraw.Draw(sheet).text((round(x), baseline), run, colour, font, anchor="ls", embedded_color=True)
            else:
                _draw_scaled(sheet, (round(x), baseline), run, colour, font, scale)
            x += font.getlength(run) * scale

    def _runs(self, text: str) -> Iterator[tuple[ImageFont.FreeTypeFont, float, str]]:
        """(font, what its letters are scaled by, letters) of each run."""
        parts: list[tuple[str | None, str]] = []
        for word in re.findall(r"\s+|\S+", text):
            parts += _fonts_of(word)
        merged: list[tuple[tuple, str]] = []
        for i, (path, part) in enumerate(parts):
            key: tuple = (path,)
            if part.isspace() and 0 < i < len(parts) - 1:  # part of a phrase in one font, or between two runs
                before, after = parts[i - 1][0], parts[i + 1][0]
                key = (before,) if before == after else (path, i)
            if merged and merged[-1][0] == key:
                part = merged.pop()[1] + part
            merged.append((key, part))
        for (path, *_), part in merged:
            yield *_face(path, self.size), part


def say_what_is_missing(texts: Iterable[str]) -> None:
    """Find a font for every letter of `texts`, and say which letters none has."""
    lacking = {cluster for text in texts for cluster in clusters(text) if not _has(None, cluster)}
    lost = sorted(cluster for cluster, path in _search(lacking).items() if path is None)
    if lost:
        shown = " ".join(lost[:20]) + (" ..." if len(lost) > 20 else "")
        print(f"note: no font of this machine has {shown}: boxes on the sheet; install one that has", file=sys.stderr)


def clusters(text: str) -> list[str]:
    """What a person takes for single letters: no line may end within one."""
    found: list[str] = []
    for cluster in CLUSTER.findall(text):
        if found and unicodedata.category(cluster[0])[0] == "M":
            found[-1] += cluster
        else:
            found.append(cluster)
    return found


def _fonts_of(word: str) -> list[tuple[str | None, str]]:
    """(path, part) of a word: one font for all of it where one has it all. None is Pillow's own."""
    lacking = [cluster for cluster in clusters(word) if not _has(None, cluster)]
    if not lacking:
        return [(None, word)]
    found = _search(lacking)
    for path in dict.fromkeys(found.values()):
        if path and "emoji" not in path.lower() and all(_has(path, cluster) for cluster in clusters(word)):
            return [(path, word)]
    return [(found.get(cluster), cluster) for cluster in clusters(word)]


_FOUND: dict[str, str | None] = {}  # cluster -> font; one look through all fonts serves a whole sheet


def _search(lacking: Iterable[str]) -> dict[str, str | None]:
    """The first font of the system that has each cluster, or None."""
    unknown = {cluster for cluster in lacking if cluster not in _FOUND}
    for pictures in (False, True):
        wanted = {cluster for cluster in unknown if bool(EMOJI.search(cluster)) == pictures}
        # stable: fonts of emoji come first for them, and last for letters
        for path in sorted(system_fonts(), key=lambda path: ("emoji" in path.lower()) != pictures):
            if not wanted:
                break
            for cluster in [cluster for cluster in wanted if _has(path, cluster)]:
                _FOUND[cluster] = path
                wanted.remove(cluster)
        _FOUND.update(dict.fromkeys(wanted))
    return {cluster: _FOUND[cluster] for cluster in lacking}


@cache
def system_fonts() -> tuple[str, ...]:
    """Font files of this machine, upright sans-serif ones first."""
    found = (file for folder in FOLDERS for file in Path(folder).expanduser().rglob("*.*"))
    files = {str(file) for file in found if file.suffix.lower() in (".ttf", ".otf", ".ttc", ".otc")}

    def order(path: str) -> tuple:
        name = os.path.basename(path).lower()
        preferred = PREFERRED.index(name) if name in PREFERRED else len(PREFERRED)
        return preferred, any(style in name for style in STYLED), "sans" not in name, name, path

    return tuple(sorted((path for path in files if not any(word in path.lower() for word in USELESS)), key=order))


@lru_cache(16)  # and no more, because each may keep its file open
def _face(path: str | None, size: float) -> tuple[ImageFont.FreeTypeFont, float]:
    """A font that can be drawn with, and what then is scaled to `size`; OSError where the file is no font."""
    if path is None:
        return ImageFont.load_default(size), 1.0
    with contextlib.suppress(OSError):
        return ImageFont.truetype(path, size), 1.0
    for strike in STRIKES:
        with contextlib.suppress(OSError):
            return ImageFont.truetype(path, strike), size / strike
    raise OSError(f"{path} is no font")


@cache
def _has(path: str | None, cluster: str) -> bool:
    """Whether a font has every letter of `cluster`, which marks that are never drawn do not count for."""
    try:
        font = _face(path, 20)[0]
    except OSError:
        return False
    missing = bytes(font.getmask("\uffff"))  # the box that stands for what a font lacks
    letters = [c for c in cluster if not (c.isspace() or unicodedata.category(c) == "Cf" or "\ufe00" <= c <= "\ufe0f")]
    masks = [bytes(font.getmask(letter)) for letter in letters]
    return all(mask != missing and (path is None or any(mask)) for mask in masks)


def _right_to_left(line: str) -> bool:
    strong = (kind for kind in map(unicodedata.bidirectional, line) if kind in ("L", "R", "AL"))
    return next(strong, "L") != "L"


def _draw_scaled(sheet: Image.Image, at: tuple[int, int], run: str, colour: str, font, scale: float) -> None:
    """Draw a run whose font has one size only, with its baseline's beginning at `at`."""
    ascent, descent = font.getmetrics()
    tile = Image.new("RGBA", (round(font.getlength(run)), ascent + descent))
    ImageDraw.Draw(tile).text((0, ascent), run, colour, font, anchor="ls", embedded_color=True)
    tile = tile.resize((max(round(side * scale), 1) for side in tile.size), Image.Resampling.LANCZOS)
    sheet.paste(tile, (at[0], at[1] - round(ascent * scale)), tile)
