from concurrent.futures import wait

import numpy as np
import pytest
from PIL import Image, ImageOps, PngImagePlugin

from inference.cli import InputError
from inference.image_io import PictureWriter, read_picture, read_recipe, save_picture


def test_sixteen_bits_are_brought_to_eight(tmp_path):
    Image.fromarray(np.array([[0, 257 * 100, 65535]], np.uint16)).save(tmp_path / "deep.png")
    assert np.asarray(read_picture(tmp_path / "deep.png"))[0, :, 0].tolist() == [0, 100, 255]


def test_transparency_lies_over_white(tmp_path):
    Image.new("RGBA", (2, 2), (200, 0, 0, 0)).save(tmp_path / "clear.png")
    assert read_picture(tmp_path / "clear.png").getpixel((0, 0)) == (255, 255, 255)


@pytest.mark.parametrize("area", [None, 20 * 20])
def test_pictures_are_upright_whole_or_shrunk(tmp_path, area):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned to the right: what is at the left comes to the top
    lying = Image.new("RGB", (160, 40), "black")
    lying.paste("white", (0, 0, 80, 40))
    lying.save(tmp_path / "lying.jpg", exif=exif)
    upright = read_picture(tmp_path / "lying.jpg", area)
    assert upright.size == ((40, 160) if area is None else (10, 40))
    assert upright.getpixel((5, 2))[0] > 250 and upright.getpixel((5, upright.height - 3))[0] < 5


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_that_of_pillow(tmp_path, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    picture = Image.fromarray(np.arange(6 * 4 * 3, dtype=np.uint8).reshape(4, 6, 3))
    picture.save(tmp_path / "a.png", exif=exif)
    with Image.open(tmp_path / "a.png") as stored:
        expected = np.asarray(ImageOps.exif_transpose(stored))
    assert np.array_equal(np.asarray(read_picture(tmp_path / "a.png")), expected)


def test_what_is_no_picture_is_a_sentence(tmp_path):
    (tmp_path / "note.png").write_text("not a picture")
    with pytest.raises(InputError, match=r"note.png cannot be read \(it is not a picture\); save it again"):
        read_picture(tmp_path / "note.png")


@pytest.mark.parametrize("suffix", ["png", "webp", "jpg"])
@pytest.mark.parametrize("exif", [b"Exif\0\0garbage", b"Exif\0\0MM\0*\0\0", b"MM\0*\0\0\0\x08\0\x09\x01", b"no"])
def test_a_damaged_exif_says_nothing_of_a_picture(tmp_path, suffix, exif):
    lying = Image.new("RGB", (16, 8), "red")
    lying.save(tmp_path / f"a.{suffix}", exif=exif)
    assert read_picture(tmp_path / f"a.{suffix}").size == (16, 8)


def test_a_jpeg_that_is_called_png_has_no_recipe(tmp_path):
    Image.new("RGB", (8, 8)).save(tmp_path / "class-00000.png", "JPEG")
    assert read_recipe(tmp_path / "class-00000.png") is None


def test_too_many_pixels_are_refused_with_the_limit(tmp_path, monkeypatch):
    Image.new("L", (64, 64)).save(tmp_path / "large.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(InputError) as error:
        read_picture(tmp_path / "large.png")
    assert str(error.value) == (
        f"the picture {tmp_path / 'large.png'} has more than 2000 pixels, the most that is read; make it smaller"
    )


def test_pictures_are_written_beside_and_all_there_at_the_end(tmp_path):
    with PictureWriter() as writer:
        for i in range(5):
            writer.save(Image.new("RGB", (8, 8), (i, 0, 0)), tmp_path / f"{i}.png", {"seed": i})
    assert [read_recipe(tmp_path / f"{i}.png") for i in range(5)] == [{"seed": i} for i in range(5)]
    assert read_picture(tmp_path / "3.png").getpixel((0, 0)) == (3, 0, 0)


def test_a_picture_with_any_other_bit_has_no_recipe_or_is_the_same_picture(tmp_path):
    """Each bit of a small PNG turned round: most are caught by PNG's own sums, not all (the hash is of the pixels)."""
    path, picture = tmp_path / "a.png", Image.fromarray(np.arange(48, dtype=np.uint8).reshape(4, 4, 3) * 5)
    save_picture(picture, path, {"seed": 3})
    whole, kept = path.read_bytes(), 0
    for bit in range(8 * len(whole)):
        damaged = bytearray(whole)
        damaged[bit // 8] ^= 1 << bit % 8
        path.write_bytes(damaged)
        recipe = read_recipe(path)
        if recipe is not None and recipe == {"seed": 3}:
            assert (np.asarray(read_picture(path)) == np.asarray(picture)).all(), bit
            kept += 1
    assert kept < len(whole), "one in eight: in names and sums that change nothing"


def test_other_pixels_in_a_whole_png_have_no_recipe(tmp_path):
    path = tmp_path / "a.png"
    save_picture(Image.new("RGB", (8, 8), "red"), path, {"seed": 3})
    with Image.open(path) as picture:
        info = PngImagePlugin.PngInfo()
        for name, text in picture.text.items():
            info.add_itxt(name, text)
    Image.new("RGB", (8, 8), "blue").save(path, pnginfo=info)
    assert read_recipe(path) is None


@pytest.mark.parametrize("more", [0, 1])
def test_what_cannot_be_written_is_raised_and_the_rest_kept(tmp_path, more):
    """At the next picture, and at the end where there is none."""
    (tmp_path / "file").touch()
    picture, handed = Image.new("RGB", (8, 8)), []
    with pytest.raises(FileExistsError), PictureWriter() as writer:
        writer.save(picture, tmp_path / "first.png", {})
        writer.save(picture, tmp_path / "file" / "second.png", {})
        for _ in range(more):
            wait(writer._saved)
            writer.save(picture, tmp_path / "third.png", {})
            handed.append("it came too late")
    assert not handed and read_recipe(tmp_path / "first.png") == {}
