import numpy as np
import pytest
from PIL import Image, ImageFont

from inference.grid import PAGE, SIDE, Column, Page, comparison_sheet, contact_sheet, save_sheet, wrap
from inference.lettering import system_fonts

RED, BLUE = (200, 30, 20), (20, 30, 200)


def blocks(sheet: Image.Image, colour: tuple[int, int, int]) -> int:
    """Pixels of `sheet` that are this colour."""
    return int((np.asarray(sheet) == colour).all(axis=-1).sum())


def text_pixels(sheet: Image.Image, box: tuple[int, int, int, int]) -> int:
    page = np.array([int(PAGE[i : i + 2], 16) for i in (1, 3, 5)])
    return int((np.abs(np.asarray(sheet.crop(box), dtype=int) - page).max(axis=-1) > 40).sum())


def test_wrap_keeps_every_word_within_the_width_and_lines_even():
    font = ImageFont.load_default(20)
    text = "a hot air balloon in the mountains with a very long tail of words behind it"
    lines = wrap(text, font, 200)
    assert " ".join(lines) == text
    assert all(font.getlength(line) <= 200 for line in lines)
    assert wrap("a red lighthouse by the sea", font, 230) == ["a red lighthouse", "by the sea"]
    assert wrap("", font, 200) == [""]


def test_wrap_breaks_a_word_wider_than_a_line():
    font = ImageFont.load_default(20)
    lines = wrap("x" * 60, font, 200)
    assert "".join(lines) == "x" * 60 and all(font.getlength(line) <= 200 for line in lines)


@pytest.mark.parametrize("size", [(64, 64), (128, 128), (200, 80), (768, 512)])
def test_every_picture_is_shown_whole_and_enlarged_enough(size):
    base, lora = (
        Column(name, [Image.new("RGB", size, colour)] * 2) for name, colour in (("Base", RED), ("LoRA", BLUE))
    )
    sheet = comparison_sheet(["one", "two"], ["seed 0", "seed 1"], [base, lora])
    page = Page.of(base.pictures[0])
    assert page.width * page.height >= 0.98 * SIDE**2
    for colour in (RED, BLUE):  # rounded corners take a little
        assert 0.99 * 2 * page.width * page.height <= blocks(sheet, colour) <= 2 * page.width * page.height


def test_captions_and_headings_are_there_and_apart():
    picture = Image.new("RGB", (128, 128), RED)
    sheet = comparison_sheet(["a castle in the snow"], ["seed 3"], [Column("Base", [picture])], "a footer")
    assert text_pixels(sheet, (0, 100, 290, 400)) > 500  # caption, left of the picture
    assert text_pixels(sheet, (330, 0, sheet.width, 90)) > 100  # heading, above it
    assert text_pixels(sheet, (0, sheet.height - 70, sheet.width, sheet.height)) > 50  # footer
    without = comparison_sheet([""], [""], [Column("", [picture])])
    assert text_pixels(without, (0, 0, 300, without.height)) == 0


def test_letters_the_own_font_lacks_are_not_boxes():
    if not any("DejaVuSans.ttf" in path for path in system_fonts()):
        pytest.skip("this machine has no DejaVu Sans")
    picture = Image.new("RGB", (128, 128), RED)
    boxes, letters, latin = (
        text_pixels(comparison_sheet([caption], [""], [Column("", [picture])]), (0, 0, 300, 400))
        for caption in ("\uffff" * 5, "ἀβγδε", "abcde")
    )
    assert latin * 0.5 < letters < latin * 1.5 and letters != boxes


def test_a_row_grows_with_a_long_caption():
    picture = Image.new("RGB", (128, 128), RED)
    short = comparison_sheet(["short"], [""], [Column("Base", [picture])])
    long = comparison_sheet(["a very long caption " * 20], [""], [Column("Base", [picture])])
    assert long.width == short.width and long.height > short.height + 200
    assert blocks(long, RED) == blocks(short, RED)


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 8, 11])
def test_contact_sheet_shows_every_picture(count):
    pictures = [Image.new("RGB", (128, 128), RED)] * count
    sheet = contact_sheet([f"prompt number {i}" for i in range(count)], pictures, "footer")
    assert blocks(sheet, RED) >= 0.99 * count * SIDE**2


def test_the_same_pictures_give_the_same_file(tmp_path):
    picture = Image.fromarray(np.random.default_rng(0).integers(0, 255, (128, 128, 3), dtype=np.uint8))
    for name in ("a.png", "b.png"):
        save_sheet(comparison_sheet(["a tent"], ["seed 0"], [Column("Base", [picture])]), tmp_path / name)
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
