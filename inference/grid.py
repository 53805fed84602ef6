"""Sheets of pictures: a row per prompt and a column per strategy, or one picture per prompt with its caption.

Everything is drawn by Pillow with Pillow's own font, so the same pictures give the same sheet on every machine; only
words in letters which that font lacks are written with one of the system's (lettering.py).
Lengths are in units of the page: a picture covers 288 by 288 of them, or that area, whatever its size in pixels.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from inference.files import atomic_write
from inference.lettering import Type, clusters, say_what_is_missing

PAGE, TEXT, DIM, ACCENT = "#101114", "#f2efe9", "#8d9199", "#e8a15c"
SIDE = 288  # of a square picture in units, and the pixels it is enlarged to where it has fewer
MARGIN, GAP, CAPTION_WIDTH = 44, 12, 250
HEADING, BODY, CAPTION, SMALL = 26, 23, 18, 15
LEADING = 1.32  # height of a line in font sizes


@dataclass(frozen=True)
class Page:
    """The size pictures are shown at, how many pixels make a unit, and the drawing of text and pictures."""

    width: int  # of a picture as shown, in pixels
    height: int

    @classmethod
    def of(cls, picture: Image.Image) -> "Page":
        enlarge = max(1.0, SIDE / math.sqrt(picture.width * picture.height))
        return cls(round(picture.width * enlarge), round(picture.height * enlarge))

    @cached_property
    def unit(self) -> float:
        return math.sqrt(self.width * self.height) / SIDE

    def px(self, units: float) -> int:
        return round(units * self.unit)

    def type(self, size: float) -> Type:
        return Type(size * self.unit)

    def text_height(self, lines: Sequence[str], size: float) -> int:
        return self.px(len(lines) * size * LEADING)

    def write(
        self, sheet: Image.Image, at: tuple[int, int], lines: Sequence[str], size: float, colour: str = TEXT
    ) -> None:
        """Write lines with the top left of the first one's box at `at`, in pixels."""
        for i, line in enumerate(lines):
            self.type(size).draw(sheet, (at[0], at[1] + self.px((i + 0.5) * size * LEADING)), line, colour)

    def paste(self, sheet: Image.Image, at: tuple[int, int], picture: Image.Image) -> None:
        mask = Image.new("L", (4 * self.width, 4 * self.height))  # drawn at four times the size for smooth corners
        ImageDraw.Draw(mask).rounded_rectangle((0, 0, mask.width - 1, mask.height - 1), 4 * self.px(8), 255)
        shown = picture.convert("RGB").resize((self.width, self.height), Image.Resampling.LANCZOS)
        sheet.paste(shown, at, mask.resize(shown.size, Image.Resampling.LANCZOS))


@dataclass(frozen=True)
class Column:
    title: str
    pictures: Sequence[Image.Image]  # one for each row


def comparison_sheet(
    captions: Sequence[str], notes: Sequence[str], columns: Sequence[Column], footer: str = ""
) -> Image.Image:
    """One row per caption, with a note below it; a row grows with its caption."""
    say_what_is_missing([*captions, *notes, *(column.title for column in columns), footer])
    page = Page.of(columns[0].pictures[0])
    wrapped = [wrap(caption, page.type(BODY), page.px(CAPTION_WIDTH)) for caption in captions]
    texts = [page.text_height(lines, BODY) + page.px(2 * SMALL) for lines in wrapped]
    heights = [max(page.height, text) for text in texts]
    left, top = page.px(MARGIN + CAPTION_WIDTH + 2 * GAP), page.px(MARGIN + 2.2 * HEADING)
    places = [left + i * (page.width + page.px(GAP)) for i in range(len(columns))]
    bottom = top + sum(heights) + page.px(GAP) * (len(captions) - 1)
    sheet = _blank(page, places[-1] + page.width, bottom, footer)
    for x, column in zip(places, columns, strict=True):
        page.write(sheet, (x, page.px(MARGIN)), [column.title], HEADING, ACCENT)
    y = top
    rows = zip(*(column.pictures for column in columns), strict=True)
    for lines, note, pictures, text, height in zip(wrapped, notes, rows, texts, heights, strict=True):
        text_top = y + (height - text) // 2
        page.write(sheet, (page.px(MARGIN), text_top), lines, BODY)
        page.write(sheet, (page.px(MARGIN), text_top + text - page.px(SMALL * LEADING)), [note], SMALL, DIM)
        for x, picture in zip(places, pictures, strict=True):
            page.paste(sheet, (x, y + (height - page.height) // 2), picture)
        y += height + page.px(GAP)
    return sheet


def notice_tile(size: tuple[int, int], text: str) -> Image.Image:
    """A tile in the place of pictures of `size`: an outline, and what is missing."""
    page = Page.of(Image.new("1", size))
    tile = Image.new("RGB", (page.width, page.height), PAGE)
    inset = page.px(1)
    box = (inset, inset, page.width - 1 - inset, page.height - 1 - inset)
    ImageDraw.Draw(tile).rounded_rectangle(box, page.px(8), outline=DIM, width=max(page.px(1), 1))
    lines = wrap(text, page.type(CAPTION), page.width - page.px(3 * GAP))
    page.write(tile, (page.px(1.5 * GAP), (page.height - page.text_height(lines, CAPTION)) // 2), lines, CAPTION, DIM)
    return tile


def contact_sheet(captions: Sequence[str], pictures: Sequence[Image.Image], footer: str = "") -> Image.Image:
    """Pictures three or four to a row, each with its caption below."""
    say_what_is_missing([*captions, footer])
    page = Page.of(pictures[0])
    across = min(len(pictures), 4 if len(pictures) % 4 == 0 or len(pictures) > 9 else 3)
    wrapped = [wrap(caption, page.type(CAPTION), page.width) for caption in captions]
    starts = range(0, len(pictures), across)
    heights = [
        page.height + page.px(GAP) + max(page.text_height(lines, CAPTION) for lines in wrapped[start : start + across])
        for start in starts
    ]
    right = page.px(MARGIN) + across * (page.width + page.px(GAP)) - page.px(GAP)
    bottom = page.px(MARGIN) + sum(heights) + page.px(2 * GAP) * (len(heights) - 1)
    sheet, y = _blank(page, right, bottom, footer), page.px(MARGIN)
    for start, height in zip(starts, heights, strict=True):
        x = page.px(MARGIN)
        for lines, picture in zip(wrapped[start : start + across], pictures[start : start + across], strict=True):
            page.paste(sheet, (x, y), picture)
            page.write(sheet, (x, y + page.height + page.px(GAP)), lines, CAPTION)
            x += page.width + page.px(GAP)
        y += height + page.px(2 * GAP)
    return sheet


def wrap(text: str, font: Type | ImageFont.FreeTypeFont, width: int) -> list[str]:
    """The fewest lines no wider than `width` pixels, and of those the evenest: no last line of one short word."""
    fewest = _fill(text, font, width)
    for narrower in range(width - 4, width // 2, -4):
        lines = _fill(text, font, narrower)
        if len(lines) > len(fewest):
            break
        fewest = lines
    return fewest


def _fill(text: str, font: Type | ImageFont.FreeTypeFont, width: int) -> list[str]:
    """Words into lines, greedily; a word that is wider than a line is broken."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if font.getlength(longer) <= width:
            lines[-1] = longer
            continue
        if lines[-1]:
            lines.append("")
        for letter in clusters(word):
            if lines[-1] and font.getlength(lines[-1] + letter) > width:
                lines.append("")
            lines[-1] += letter
    return lines


def save_sheet(sheet: Image.Image, path: Path) -> None:
    with atomic_write(path) as aside:
        sheet.save(aside)
    print(f"sheet: {path}")


def _blank(page: Page, right: int, bottom: int, footer: str) -> Image.Image:
    """An empty sheet around what ends at (`right`, `bottom`), with the footer below it."""
    lines = wrap(footer, page.type(SMALL), right - page.px(MARGIN))
    foot = bottom + page.px(2 * GAP)
    height = foot + page.text_height(lines, SMALL) if footer else bottom
    sheet = Image.new("RGB", (right + page.px(MARGIN), height + page.px(MARGIN if not footer else 0.7 * MARGIN)), PAGE)
    page.write(sheet, (page.px(MARGIN), foot), lines, SMALL, DIM)
    return sheet
