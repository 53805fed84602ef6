"""Pictures and captions: what is read, what is refused, where it lands, and that it is encoded once."""

import argparse
import errno
import json
import math
import os
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from helpers import captioned_pictures
from PIL import Image

from finetune import data, latents, sampler
from inference.cli import InputError

RED, BLUE, WHITE = (254, 0, 0), (0, 0, 254), (255, 255, 255)


def write(folder: Path, *lines: str) -> Path:
    (folder / "metadata.jsonl").write_text("\n".join(lines) + "\n")
    return folder


def entry(name: str, text: str = "a picture") -> str:
    return json.dumps({"file_name": name, "text": text})


def test_metadata_gives_captions_in_order(tmp_path: Path) -> None:
    pictures = data.read_folder(captioned_pictures(tmp_path, 3))
    assert [picture.captions for picture in pictures] == [(f"picture number {i} of a ramp",) for i in range(3)]
    assert {picture.size for picture in pictures} == {(160, 128)}


def test_text_files_beside_the_pictures(tmp_path: Path) -> None:
    captioned_pictures(tmp_path, 2)
    (tmp_path / "metadata.jsonl").unlink()
    (tmp_path / "00.txt").write_text("first\n")
    with pytest.raises(InputError, match=r"no caption 01\.txt"):
        data.read_folder(tmp_path)
    (tmp_path / "01.txt").write_text("second")
    assert [picture.captions for picture in data.read_folder(tmp_path)] == [("first",), ("second",)]


def test_a_bare_folder_takes_the_prompts_it_is_given(tmp_path: Path) -> None:
    captioned_pictures(tmp_path, 2)
    (tmp_path / "metadata.jsonl").unlink()
    pictures = data.read_folder(tmp_path, prompts=["a film still of sks", "a frame of sks"])
    assert {picture.captions for picture in pictures} == {("a film still of sks", "a frame of sks")}


def bad_folder(kind: str, folder: Path) -> tuple[Path, list[str]]:
    """A folder that is wrong in one way, and words its sentence must have."""
    captioned_pictures(folder, 2)
    if kind == "missing folder":
        return folder / "nowhere", ["nowhere", "no folder"]
    if kind == "no metadata":
        (folder / "metadata.jsonl").unlink()
        return folder, ["metadata.jsonl", folder.name]
    if kind == "no pictures":
        return write(folder, ""), ["no pictures"]
    if kind == "not JSON":
        return write(folder, entry("00.png"), "{file_name: 01.png}"), ["line 2", "not JSON"]
    if kind == "no file_name":
        return write(folder, json.dumps({"text": "a"})), ["line 1", "file_name"]
    if kind == "no such file":
        return write(folder, entry("00.png"), entry("07.jpg")), ["line 2", '"07.jpg"', folder.name]
    if kind == "not a picture":
        (folder / "02.png").write_text("not a picture at all")
        return write(folder, entry("02.png")), ["line 1", "02.png", "not a picture"]
    if kind == "truncated":
        Image.effect_noise((128, 128), 50).convert("RGB").save(folder / "02.jpg")
        whole = (folder / "02.jpg").read_bytes()
        (folder / "02.jpg").write_bytes(whole[: len(whole) // 2])
        return write(folder, entry("00.png"), entry("02.jpg")), ["line 2", "02.jpg", "truncated"]
    if kind == "empty caption":
        return write(folder, entry("00.png"), entry("01.png", "  ")), ["line 2", "caption", "empty"]
    if kind == "half a character":
        return write(folder, entry("00.png"), entry("01.png", "a \ud800 tent")), ["line 2", "surrogate"]
    if kind == "a long name":
        return write(folder, entry("00.png"), entry("a" * 300 + ".png")), ["line 2", "no file", "aaa.png"]
    if kind == "a name with a NUL":
        return write(folder, entry("00\0.png")), ["line 1", 'no file "00\\u0000.png"']
    if kind == "half a character in a name":
        return write(folder, entry("\ud800.png")), ["line 1", "no file"]
    if kind.startswith("caption"):
        (folder / "metadata.jsonl").unlink()
        (folder / "00.txt").write_text("a café\n", encoding="utf-8")
        text = folder / "01.txt"
        if kind == "caption in cp1252":
            text.write_bytes("a tent\na café\n".encode("cp1252"))
            return folder, ["01.txt line 2", "cannot be read as UTF-8 text (byte 0xe9); save it as UTF-8"]
        if kind == "caption in UTF-16 without its mark":
            text.write_bytes("a tent".encode("utf-16-le"))
            return folder, ["01.txt line 1", "as UTF-8 text", "UTF-16 without its mark"]
        assert kind == "caption is a folder"
        text.mkdir()
        return folder, ["01.txt cannot be read", "Is a directory"]
    if kind == "CSV without names":
        (folder / "metadata.jsonl").unlink()
        (folder / "metadata.csv").write_text("picture,text\n00.png,a tent\n")
        return folder, ["metadata.csv line 2", 'no "file_name"', "file_name,text"]
    if kind == "CSV with an open quote":
        (folder / "metadata.jsonl").unlink()
        (folder / "metadata.csv").write_text('file_name,text\n00.png,"a tent\n')
        return folder, ["metadata.csv line", "not CSV"]
    outside = captioned_pictures(folder.parent / "outside", 1) / "00.png"
    if kind == "dots":
        return write(folder, entry("../outside/00.png")), ["line 1", "leaves the folder"]
    if kind == "absolute":
        return write(folder, entry(str(outside))), ["line 1", "leaves the folder"]
    assert kind == "symlink"
    os.symlink(outside, folder / "link.png")
    return write(folder, entry("link.png")), ["line 1", "leaves the folder", "link.png"]


BAD = ["missing folder", "no metadata", "no pictures", "not JSON", "no file_name", "no such file", "not a picture",
       "truncated", "empty caption", "dots", "absolute", "symlink", "half a character", "a long name",
       "a name with a NUL", "half a character in a name", "caption in cp1252", "caption in UTF-16 without its mark",
       "caption is a folder", "CSV without names", "CSV with an open quote"]  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_bad_input_is_one_sentence(kind: str, tmp_path: Path) -> None:
    folder, words = bad_folder(kind, tmp_path / "pictures")
    with pytest.raises(InputError) as error:
        data.read_folder(folder)
    for word in words:
        assert word in str(error.value)
    assert "\n" not in str(error.value)


def test_other_separators_are_no_ends_of_lines(tmp_path: Path) -> None:
    lines = [
        json.dumps({"file_name": f"0{i}.png", "text": f"one{c}two"}, ensure_ascii=False)
        for i, c in enumerate("\u2028\u0085")
    ]
    folder = captioned_pictures(tmp_path, 2)
    (folder / "metadata.jsonl").write_bytes("\r\n".join(lines).encode())
    assert [picture.captions for picture in data.read_folder(folder)] == [("one two",)] * 2


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_captions_are_read_in_what_their_byte_order_mark_names(encoding: str, tmp_path: Path) -> None:
    folder = captioned_pictures(tmp_path, 1)
    (folder / "metadata.jsonl").write_text(json.dumps({"file_name": "00.png", "text": "a café, 電"}), encoding=encoding)
    assert data.read_folder(folder)[0].captions == ("a café, 電",)
    (folder / "metadata.jsonl").unlink()
    (folder / "00.txt").write_bytes("a café,\r\n電".encode(encoding))
    assert data.read_folder(folder)[0].captions == ("a café, 電",)


def test_captions_in_a_csv_and_in_files_of_another_name(tmp_path: Path) -> None:
    folder = captioned_pictures(tmp_path, 2)
    (folder / "metadata.jsonl").rename(folder / "kept")
    (folder / "00.caption").write_text("a tent")
    (folder / "01.TXT").write_text("a car")
    assert [picture.captions for picture in data.read_folder(folder, ["a word"])] == [("a tent",), ("a car",)]
    (folder / "metadata.csv").write_text('file_name,text\n01.png,"a car, red"\n00.png,a tent\n')
    found = {picture.path.name: picture.captions for picture in data.read_folder(folder, ["a word"])}
    assert found == {"00.png": ("a tent",), "01.png": ("a car, red",)}


LEFT_BY_SYSTEMS = ("._00.png", ".DS_Store", "Thumbs.db", "__MACOSX/00.png", ".ipynb_checkpoints/00-checkpoint.png")


def leavings(folder: Path) -> Path:
    """What macOS, Windows and notebooks leave beside a person's pictures."""
    for name in LEFT_BY_SYSTEMS:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(b"\0\5\x16\7")
    return folder


def test_whatever_pillow_reads_is_read_and_what_systems_leave_is_not(tmp_path: Path) -> None:
    names = ["0.jpg", "1.avif", "2.jfif", "3.gif", "4.JPE", "5.webp", "6.tga", "7.jp2"]
    for i, name in enumerate(names):
        Image.new("RGB", (32, 32), (20 * i, 0, 0)).save(tmp_path / name)
        (tmp_path / name).with_suffix(".txt").write_text(f"picture {i}")
    pictures = data.read_folder(leavings(tmp_path))
    assert [picture.path.name for picture in pictures] == names
    assert data.left_out(tmp_path, pictures) == ""


def test_class_pictures_are_a_persons_own(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    from finetune.class_images import provided_pictures

    folder = leavings(captioned_pictures(tmp_path, 3))
    (folder / "metadata.jsonl").unlink()
    args = argparse.Namespace(class_data_dir=folder, class_prompt="a ramp", num_class_images=2)
    assert [picture.path.name for picture in provided_pictures(args)] == ["00.png", "01.png"]
    assert capsys.readouterr().out == "left out: 1 class pictures beyond --num_class_images\n"


def test_what_is_left_out_is_said_with_its_number_and_reason(tmp_path: Path) -> None:
    folder = leavings(captioned_pictures(tmp_path, 1))
    for name in ("00.txt", "00.caption", "05.txt", "05.HEIC", "06.heic"):
        (folder / name).write_text("a tent")
    listed = data.left_out(folder, data.read_folder(folder)).splitlines()
    assert listed == [
        "left out  1 .caption files, because metadata.jsonl has the captions",
        "          2 .heic files, which are read neither as pictures nor as captions",
        "          2 .txt files, because metadata.jsonl has the captions",
    ]
    (folder / "metadata.jsonl").unlink()
    beside = data.left_out(folder, data.read_folder(folder)).splitlines()
    assert beside == [
        "left out  1 .caption files that caption no picture",
        listed[1],
        "          1 .txt files that caption no picture",
    ]


def test_the_report_counts_what_is_trained_on_and_what_is_not(tmp_path: Path) -> None:
    folder = captioned_pictures(tmp_path / "pictures", 3)
    assert data.left_out(folder, data.read_folder(folder)) == ""
    pictures = data.read_folder(write(folder, entry("00.png", "first")))
    left_out = data.left_out(folder, pictures)
    assert left_out == "left out  2 pictures that metadata.jsonl does not list"
    (folder / "metadata.jsonl").unlink()
    captioned_pictures(folder / "more", 1)
    assert data.left_out(folder, data.read_folder(folder, ["a"])) == "left out  1 pictures in folders of their own"
    lines = data.report(data.into_buckets(pictures, 128, 16), {"first": 80, "no": 3}, 77, left_out).splitlines()
    assert lines == [
        "pictures  1, each resized to cover its bucket and cropped, by 3% at most",
        left_out,
        "buckets   144x112: 1",
        "captions  2 different, the longest 80 of 77 tokens: 'first'",
        "          1 longer than 77 tokens: their ends are not seen, as in every CLIP model",
    ]


def left_and_right(folder: Path, kind: str) -> Path:
    """A picture of (96, 64) whose left half is red and right half blue, stored in an unusual way."""
    picture = Image.new("RGB", (96, 64), RED)
    picture.paste(BLUE, (48, 0, 96, 64))
    path = folder / f"{kind}.png"
    if kind == "rgba":
        picture.putalpha(255)
        picture.paste((0, 0, 0, 0), (0, 0, 96, 8))
    elif kind == "palette":
        picture = picture.convert("P", palette=Image.Palette.ADAPTIVE, colors=4)
    elif kind == "cmyk":
        picture, path = picture.convert("CMYK"), path.with_suffix(".tif")
    elif kind == "rotated":
        exif = Image.Exif()
        exif[0x0112] = 6  # turn by 90 degrees clockwise to see it upright
        picture, path = picture.rotate(90, expand=True), path.with_suffix(".jpg")
        picture.save(path, exif=exif, quality=95, subsampling=0)
        return path
    picture.save(path)
    return path


@pytest.mark.parametrize("kind", ["rgb", "rgba", "palette", "cmyk", "rotated"])
def test_unusual_pictures_come_out_upright_and_rgb(kind: str, tmp_path: Path) -> None:
    picture = data.open_picture(left_and_right(tmp_path, kind))
    assert picture.mode == "RGB" and picture.size == (96, 64)
    pixels = np.asarray(picture).astype(int)
    assert abs(pixels[40, 10] - RED).max() < 12 and abs(pixels[40, 80] - BLUE).max() < 12
    if kind == "rgba":
        assert tuple(pixels[3, 10]) == WHITE


def test_sixteen_bits_are_brought_to_eight(tmp_path: Path) -> None:
    ramp = np.linspace(0, 65535, 64 * 64).astype(np.uint16).reshape(64, 64)
    Image.fromarray(ramp).save(tmp_path / "deep.png")
    pixels = np.asarray(data.open_picture(tmp_path / "deep.png"))
    assert pixels.shape == (64, 64, 3)
    assert abs(pixels[..., 0] - ramp / 257).max() <= 0.51


def test_a_dataset_is_its_pictures_and_captions_and_not_their_names() -> None:
    pictures = [data.Picture(Path(name), (f"a {name}",), (8, 8), name * 64) for name in "ab"]
    renamed = [replace(picture, path=Path("other")) for picture in reversed(pictures)]
    assert data.dataset_hash(renamed) == data.dataset_hash(pictures)
    for changed in (replace(pictures[0], captions=("an a",)), replace(pictures[0], sha256="c" * 64)):
        assert data.dataset_hash([changed, pictures[1]]) != data.dataset_hash(pictures)


@pytest.mark.parametrize(("resolution", "unit"), [(128, 16), (128, 32), (512, 64), (768, 64), (136, 16)])
def test_buckets_have_one_area(resolution: int, unit: int) -> None:
    sizes = data.bucket_sizes(resolution, unit)
    assert all(w % unit == h % unit == 0 for w, h in sizes)
    assert all(0.8 <= w * h / resolution**2 <= 1.25 and max(w / h, h / w) <= 4 for w, h in sizes)
    assert {(h, w) for w, h in sizes} == set(sizes)
    if resolution % unit == 0:
        assert (resolution, resolution) in sizes


def test_no_picture_is_dropped_and_none_is_squashed() -> None:
    shapes = [(1024, 428), (1024, 576), (900, 600), (700, 700), (500, 750), (3000, 100), (31, 1000), (8, 8)]
    pictures = [data.Picture(Path(str(i)), ("a",), size, "0" * 64) for i, size in enumerate(shapes)]
    buckets = data.into_buckets(pictures, 512, 64)
    assert sorted(str(p.path) for bucket in buckets for p in bucket.pictures) == [str(i) for i in range(len(shapes))]
    for bucket in buckets:
        for picture in bucket.pictures:
            left, top, right, bottom = data.crop_box(picture.size, bucket.size, (0.3, 0.9))
            assert 0 <= left < right <= picture.size[0] + 1e-6 and 0 <= top < bottom <= picture.size[1] + 1e-6
            assert math.isclose((right - left) / (bottom - top), bucket.size[0] / bucket.size[1])
            assert math.isclose(right - left, picture.size[0]) or math.isclose(bottom - top, picture.size[1])


def test_where_a_crop_lies_by_hand() -> None:
    assert data.crop_box((100, 200), (50, 50), (0.25, 0.75)) == (0, 75, 100, 175)
    assert data.crop_box((200, 100), (50, 50), (0.25, 0.75)) == (25, 0, 125, 100)
    assert data.crop_box((64, 64), (128, 96), (0.5, 0.5)) == (0, 8, 64, 56)


def test_a_resolution_below_the_base_is_refused() -> None:
    with pytest.raises(InputError, match="--resolution 16 is too small"):
        data.into_buckets([data.Picture(Path("a"), ("a",), (8, 8), "0")], 16, 64)


def test_order_shows_every_picture_equally_often_and_does_not_depend_on_the_length() -> None:
    sizes, per_step = [1, 12, 7], 4
    order, longer = sampler.Order(sizes, per_step, 600, seed=3), sampler.Order(sizes, per_step, 900, seed=3)
    seen = {(b, i): 0 for b, size in enumerate(sizes) for i in range(size)}
    for step in range(600):
        bucket, places = order(step)
        assert (bucket, places) == longer(step) and len(places) == per_step
        for place in places:
            seen[bucket, place] += 1
    assert max(seen.values()) - min(seen.values()) <= 8  # of 120
    assert [order(step) for step in range(9)] != [sampler.Order(sizes, per_step, 9, seed=4)(step) for step in range(9)]


def test_a_bucket_is_shown_whole_before_any_of_it_again() -> None:
    order = sampler.Order([5], 3, 5, seed=0)
    seen = [place for step in range(5) for place in order(step)[1]]
    assert all(sorted(seen[start : start + 5]) == list(range(5)) for start in (0, 5, 10))


def encoded(folder: Path, base: Path, cache: Path, vae=None, **options) -> latents.Encoded:
    from diffusers import AutoencoderKL

    buckets = data.into_buckets(data.read_folder(folder), 128, 16)
    vae = vae or AutoencoderKL.from_pretrained(base, subfolder="vae")
    return latents.encode(
        buckets, SimpleNamespace(vae=vae), cache=cache, **{"identity": "a", "flips": True, "crop_seed": None} | options
    )


def test_posteriors_are_those_of_the_cropped_picture_and_its_mirror_image(tiny_base: Path, tmp_path: Path) -> None:
    from diffusers import AutoencoderKL

    folder = captioned_pictures(tmp_path / "pictures", 2, size=(128, 128))
    vae = AutoencoderKL.from_pretrained(tiny_base, subfolder="vae")
    got = encoded(folder, tiny_base, tmp_path / "cache.safetensors", vae)
    pixels = torch.from_numpy(np.asarray(Image.open(folder / "00.png").convert("RGB")).copy()).permute(2, 0, 1)
    for flip, x in enumerate((pixels, pixels.flip(-1))):
        with torch.no_grad():
            posterior = vae.encode(x[None] / 127.5 - 1).latent_dist
        factor = vae.config.scaling_factor
        assert torch.allclose(got.means[0][0, flip], posterior.mean[0] * factor, atol=1e-5)
        assert torch.allclose(got.stds[0][0, flip], posterior.std[0] * factor, atol=1e-5)
    assert got.texts == ["", "picture number 0 of a ramp", "picture number 1 of a ramp"]
    assert got.captions[0].tolist() == [[1], [2]]


def test_the_middle_of_a_wide_picture_is_cut_out_and_not_squashed(tiny_base: Path, tmp_path: Path) -> None:
    from diffusers import AutoencoderKL

    vae = AutoencoderKL.from_pretrained(tiny_base, subfolder="vae")
    wide = np.zeros((128, 256, 3), np.uint8)
    wide[:, 64:192] = np.random.default_rng(0).integers(0, 255, (128, 128, 3))
    Image.fromarray(wide).save(tmp_path / "wide.png")
    bucket = data.Bucket((128, 128), tuple(data.read_folder(tmp_path, ["a"])))
    cache = {"cache": tmp_path / "cache.safetensors", "identity": "a"}
    got = latents.encode([bucket], SimpleNamespace(vae=vae), **cache, flips=False, crop_seed=None)
    middle = torch.from_numpy(wide[:, 64:192].copy()).permute(2, 0, 1)[None] / 127.5 - 1
    with torch.no_grad():
        expected = vae.encode(middle).latent_dist.mean * vae.config.scaling_factor
    assert torch.allclose(got.means[0][0], expected, atol=1e-5)


def test_the_cache_is_used_until_something_changes(tiny_base: Path, tmp_path: Path) -> None:
    class NoVae:
        """Stands where a second encoding would be."""

    folder, cache = captioned_pictures(tmp_path / "pictures", 2), tmp_path / "cache.safetensors"
    first = encoded(folder, tiny_base, cache)
    again = encoded(folder, tiny_base, cache, NoVae())
    assert torch.equal(first.means[0], again.means[0])
    for change in ({"identity": "b"}, {"flips": False}, {"crop_seed": 1}):
        with pytest.raises(AttributeError):
            encoded(folder, tiny_base, cache, NoVae(), **change)
    Image.new("RGB", (160, 128)).save(folder / "00.png")
    with pytest.raises(AttributeError):
        encoded(folder, tiny_base, cache, NoVae())
    assert encoded(folder, tiny_base, cache).means[0].shape == first.means[0].shape
    for path in tmp_path.glob("cache-*.safetensors"):
        path.write_bytes(path.read_bytes()[:-7])
    assert encoded(folder, tiny_base, cache).means[0].shape == first.means[0].shape


def test_the_last_caches_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def made(key: str) -> int:
        computed = []
        tensors = latents.cached(tmp_path / "a.safetensors", key, lambda: computed.append(1) or {"x": torch.ones(2)})
        assert tensors["x"].tolist() == [1, 1]
        return len(computed)

    assert [made(key) for key in "12131"] == [1, 1, 0, 1, 0]  # going back finds what was there
    assert [made(key) for key in "456"] == [1] * 3 and len(list(tmp_path.iterdir())) == latents.KEPT
    assert made("6") == 0

    def full(*_, **__) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(latents.hashed, "save_file", full)
    with pytest.raises(InputError, match=r"no room for .*a-.*\.safetensors"):
        made("7")
    assert len(list(tmp_path.iterdir())) == latents.KEPT
