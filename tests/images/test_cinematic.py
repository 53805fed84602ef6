"""The dataset as it is shipped: shapes, bytes, captions, and that its pictures are not flat drawings."""

import json
import re

import cv2
import numpy as np
import pytest
from caption_words import LIGHT_WORDS, words
from helpers import ROOT
from PIL import Image

from images.world import SUBJECTS, caption, sample_scene
from images.world.jobs import Job, read_list

CINEMATIC, PLAIN = ROOT / "images" / "cinematic", ROOT / "images" / "plain"
SHAPES = {"2.39:1": 2.375, "16:9": 16 / 9, "3:2": 1.5, "1:1": 1.0, "2:3": 2 / 3}


def entries(folder):
    return [json.loads(line) for line in (folder / "metadata.jsonl").read_text().splitlines()]


def test_every_picture_has_its_line_and_every_line_its_picture():
    for folder in (CINEMATIC, PLAIN):
        named = [entry["file_name"] for entry in entries(folder)]
        assert sorted(named) == sorted(path.name for path in folder.glob("*.jpg")) and len(set(named)) == len(named)
    assert len(entries(CINEMATIC)) >= 60 and len(entries(PLAIN)) == 12


def test_pictures_are_large_of_five_shapes_and_light_enough_to_clone():
    shapes = set()
    for path in CINEMATIC.glob("*.jpg"):
        with Image.open(path) as picture:
            picture.load()
            assert 1216 <= max(picture.size) <= 1536 and picture.mode == "RGB", path.name
            ratio = picture.width / picture.height
            # coarser than the tables of quality 88 would be no better than a screenshot
            assert picture.quantization[0][0] <= 4, path.name
        near = min(SHAPES, key=lambda name: abs(SHAPES[name] - ratio))
        assert abs(SHAPES[near] / ratio - 1) < 0.01, (path.name, ratio)
        shapes.add(near)
    assert shapes == set(SHAPES)
    assert sum(path.stat().st_size for path in CINEMATIC.iterdir()) <= 9 * 2**20
    assert all(max(Image.open(path).size) == 768 for path in PLAIN.glob("*.jpg"))
    assert sum(path.stat().st_size for path in PLAIN.iterdir()) <= 2**20


def test_captions_are_unique_name_their_subject_and_never_the_light():
    texts = [entry["text"] for entry in entries(CINEMATIC)]
    assert len(set(texts)) == len(texts)
    for entry in entries(CINEMATIC):
        text = entry["text"]
        assert 6 <= len(words(text)) <= 20 and not set(words(text)) & LIGHT_WORDS, text
        noun = SUBJECTS[entry["subject"]].noun or entry["subject"]
        assert any(part in text for part in noun.split("|")), text
        assert 2 + len(re.findall(r"\w+|,", text)) < 40


def test_people_landscapes_and_streets_rooms_and_things_all_have_their_share():
    kinds = {"people": 0, "indoors": 0, "outdoors": 0}
    within = {"city street", "city roofs", "harbour", "nave", "railway platform", "room"}
    for entry in entries(CINEMATIC):
        shown = "indoors" if entry["setting"] in within else "outdoors"
        kinds["people" if entry["subject"] in ("person", "people") else shown] += 1
    assert min(kinds.values()) >= 0.3 * sum(kinds.values()), kinds


def test_what_the_lines_say_is_what_the_world_gives():
    """A line renders its picture again: its scene still has the caption that it has."""
    for folder in (CINEMATIC, PLAIN):
        for job, entry in zip(
            read_list(folder / "metadata.jsonl", Job(0, (64, 64), ("film",))), entries(folder), strict=True
        ):
            assert caption(job.scene()) == entry["text"]
            assert sample_scene(entry["seed"], entry["subject"], entry["setting"]).setting == entry["setting"]


def test_the_plain_pictures_are_of_scenes_of_the_dataset_with_their_captions():
    lit = {(entry["seed"], entry["subject"], entry["setting"]): entry["text"] for entry in entries(CINEMATIC)}
    for entry in entries(PLAIN):
        assert entry["look"] == ["plain"]
        assert lit[entry["seed"], entry["subject"], entry["setting"]] == entry["text"]


@pytest.fixture(scope="module")
def statistics():
    """Of each picture, 512 pixels on its short side: the slope of log power against log frequency over 8 to 160 cycles
    of the middle square, the share of blocks of 8 x 8 that are flat, the median gradient, and the number of colours at
    5 bits a channel. Photographs have slopes near -2.6, next to no flat blocks, and some thousands of colours."""
    rows = []
    window = np.outer(np.hanning(512), np.hanning(512))
    y, x = np.indices((512, 512))
    ring = np.hypot(x - 256, y - 256).astype(int).ravel()
    frequency = np.arange(8, 160)
    for path in sorted(CINEMATIC.glob("*.jpg")):
        picture = cv2.imread(str(path))
        scale = 512 / min(picture.shape[:2])
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.float32) / 255
        top, left = (grey.shape[0] - 512) // 2, (grey.shape[1] - 512) // 2
        square = grey[top : top + 512, left : left + 512]
        power = np.abs(np.fft.fftshift(np.fft.fft2((square - square.mean()) * window))) ** 2
        radial = np.bincount(ring, power.ravel()) / np.maximum(np.bincount(ring), 1)
        slope = np.polyfit(np.log(frequency), np.log(radial[8:160] + 1e-9), 1)[0]
        rows_of, columns_of = grey.shape[0] // 8, grey.shape[1] // 8
        blocks = grey[: 8 * rows_of, : 8 * columns_of].reshape(rows_of, 8, columns_of, 8).std((1, 3))
        gradient = np.hypot(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
        coarse = (picture // 8).reshape(-1, 3).astype(int) @ [1024, 32, 1]
        rows.append((slope, (blocks < 1 / 255).mean(), 100 * np.median(gradient), len(np.unique(coarse))))
    return np.array(rows)


def test_pictures_are_as_rich_as_photographs(statistics):
    slope, flat, gradient, colours = np.median(statistics, 0)
    assert -3.0 <= slope <= -2.6 and flat <= 0.12 and gradient >= 5 and colours >= 1800, (
        slope,
        flat,
        gradient,
        colours,
    )
