"""lettering.py: letters of every script in fonts that have them. The fonts here are made up: a letter is a block."""

from pathlib import Path

import numpy as np
import pytest
from helpers import ROOT
from PIL import Image, ImageDraw, ImageFont, features

from inference import lettering
from inference.lettering import Type, clusters, say_what_is_missing

DEJAVU = "DejaVuSans.ttf"


def block_font(path, letters: str, size: int = 20) -> str:
    """A bitmap font (Adobe's BDF 2.1) of one size in pixels, in which each letter is a square, and others are blank."""
    row = ("F" * (size // 4)).ljust(-(-size // 8) * 2, "0")
    glyphs = "".join(
        f"STARTCHAR u{ord(letter):X}\nENCODING {ord(letter)}\nSWIDTH 1000 0\nDWIDTH {size} 0\nBBX {size} {size} 0 0\n"
        "BITMAP\n" + "\n".join([row if letter != " " else "0" * len(row)] * size) + "\nENDCHAR\n"
        for letter in " " + letters
    )
    path.write_text(
        f"STARTFONT 2.1\nFONT -x-{path.stem}-medium-r-normal--{size}-{size * 10}-72-72-c-{size * 10}-iso10646-1\n"
        f"SIZE {size} 72 72\nFONTBOUNDINGBOX {size} {size} 0 0\nSTARTPROPERTIES 5\nFONT_ASCENT {size}\nFONT_DESCENT 0\n"
        'DEFAULT_CHAR 32\nCHARSET_REGISTRY "ISO10646"\nCHARSET_ENCODING "1"\nENDPROPERTIES\n'
        f"CHARS {len(letters) + 1}\n{glyphs}ENDFONT\n"
    )
    return str(path)


@pytest.fixture
def fonts(tmp_path, monkeypatch):
    """Two fonts: one of two Chinese letters and a Hebrew one, and one of emoji."""
    found = (block_font(tmp_path / "letters.bdf", "字电\u05d0🚗"), block_font(tmp_path / "emoji.bdf", "🚗2", 40))
    monkeypatch.setattr(lettering, "system_fonts", lambda: found)
    monkeypatch.setattr(lettering, "_FOUND", {})
    return found


def written(text: str, size: float = 20) -> np.ndarray:
    """(60, 400) in [0, 255]: white on black."""
    sheet = Image.new("RGB", (400, 60))
    Type(size).draw(sheet, (0, 30), text, "white")
    return np.asarray(sheet.convert("L"))


def runs(text: str) -> list[tuple[str, str]]:
    """(name of the font, letters)"""
    return [(font.getname()[0] or Path(font.path).stem, run) for font, _, run in Type(20)._runs(text)]


def test_words_in_letters_of_their_own_are_in_the_font_that_has_them(fonts):
    assert runs("a 字电 car") == [
        ("Aileron", "a"),
        ("Aileron", " "),
        ("letters", "字电"),
        ("Aileron", " "),
        ("Aileron", "car"),
    ]
    assert runs("字 电") == [("letters", "字 电")]
    assert runs("2🚗") == [("Aileron", "2"), ("emoji", "🚗")]  # the font of emoji has a 2 as well
    seen = written("字电", 30) > 128  # two squares of 20 pixels, as large as letters of 30
    assert seen[:, :60].sum() == pytest.approx(2 * 30 * 30, rel=0.05) and not seen[:, 62:].any()
    assert Type(30).getlength("字电") == pytest.approx(60)


def test_letters_that_no_font_has_are_said_once(fonts, capsys):
    say_what_is_missing(["字 ทะ a", "电 ทะ b", "🚗 é"])
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and "ท ะ" in said and "字" not in said and "🚗" not in said
    say_what_is_missing(["a castle", "字"])
    assert not capsys.readouterr().err


def test_a_line_that_begins_from_the_right_has_its_runs_from_the_right(fonts):
    """The Hebrew letter is a square of 20 pixels, and an `x` is lower."""
    for text in ("\u05d0 x", "x \u05d0"):
        seen = written(text) > 128
        columns = np.flatnonzero(seen.any(axis=0))
        assert seen[:, columns[-1]].sum() == 20 > seen[:, columns[0]].sum()


def test_no_line_ends_within_a_letter():
    assert clusters("ที่e\u0301x") == ["ที่", "e\u0301", "x"]
    assert clusters("🇩🇪🇫🇷👩🏽\u200d🚀❤\ufe0f") == ["🇩🇪", "🇫🇷", "👩🏽\u200d🚀", "❤\ufe0f"]


@pytest.mark.skipif(not features.check("raqm"), reason="this Pillow cannot shape letters")
def test_arabic_is_written_as_the_font_s_own_shaping_has_it():
    try:
        font = ImageFont.truetype(DEJAVU, 20)
    except OSError:
        pytest.skip("this machine has no DejaVu Sans")
    phrase = "منارة حمراء"
    assert [run for _, _, run in Type(20)._runs(phrase)] == [phrase]
    expected = Image.new("L", (400, 60))
    ImageDraw.Draw(expected).text((0, 40), phrase, 255, font, anchor="ls")
    ours = written(phrase)
    rows, theirs = np.flatnonzero(ours.any(axis=1)), np.asarray(expected)
    moved = np.roll(theirs, rows[0] - np.flatnonzero(theirs.any(axis=1))[0], axis=0)
    assert ours.any() and np.abs(ours.astype(int) - moved).max() <= 1


def test_fonts_of_the_system_are_found(tmp_path, monkeypatch):
    for name in ("Zed-Bold.otf", "Zed.OTF", "DejaVuSans.ttf", "words.txt", "LastResort.ttf"):
        (tmp_path / "deep" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "deep" / name).touch()
    monkeypatch.setattr(lettering, "FOLDERS", (str(tmp_path), str(ROOT / "nowhere")))
    lettering.system_fonts.cache_clear()
    try:
        assert [path.rpartition("/")[2] for path in lettering.system_fonts()] == [
            "DejaVuSans.ttf",
            "Zed.OTF",
            "Zed-Bold.otf",
        ]
    finally:
        lettering.system_fonts.cache_clear()
