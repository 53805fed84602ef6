"""The renderer: the same scene from the same seed, in any light, at any size, with depth and flow that are exact."""

import json
import time

import cv2
import numpy as np
import pytest
from PIL import Image

from images import dataset
from images.looks import PARTS
from images.paint import SKY_DEPTH
from images.scenes import Shot, caption, clip, draw, sample_scene
from images.settings import SETTINGS
from images.subjects import SUBJECTS

LIGHT_WORDS = {"light", "lighting", "lit", "sunset", "night", "fog", "flare", "rays", "dramatic", "cinematic", "moody"}


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_picture():
    first, again, other = draw(sample_scene(3)), draw(sample_scene(3)), draw(sample_scene(4))
    assert np.array_equal(first.picture, again.picture) and first.caption == again.caption
    assert not np.array_equal(first.picture, other.picture)


@pytest.mark.parametrize("subject", SUBJECTS)
def test_every_subject_stands_out_a_third_to_a_half_of_the_frame_high(subject):
    for seed in range(4):
        drawing = draw(sample_scene(seed, subject, "hills"), width=192, height=128)
        rows = np.flatnonzero((drawing.subject > 0.5).any(1))
        assert 0.28 <= (rows[-1] - rows[0] + 1) / 128 <= 0.56
        assert drawing.subject.max() > 0.99


@pytest.mark.parametrize("setting", SETTINGS)
def test_light_changes_every_pixel_s_colour_and_nothing_of_the_geometry(setting):
    scene = sample_scene(11, setting=setting)
    plain, cinematic = draw(scene), draw(scene, "cinematic")
    assert np.array_equal(plain.depth, cinematic.depth) and np.array_equal(plain.subject, cinematic.subject)
    assert np.abs(plain.picture.astype(int) - cinematic.picture).mean() > 20
    assert plain.caption == cinematic.caption


@pytest.mark.parametrize("part", PARTS)
def test_each_part_of_the_look_shows_alone_and_is_named(part):
    scene = sample_scene(12)
    plain, lit = draw(scene), draw(scene, (part,))
    assert np.abs(plain.picture.astype(int) - lit.picture).mean() > 3
    assert lit.caption == f"{plain.caption}, {PARTS[part]}"


def test_depth_falls_from_the_sky_to_the_viewer():
    drawing = draw(sample_scene(1, "rocket", "desert"))
    assert drawing.depth[0].min() == SKY_DEPTH and drawing.depth[-1].max() < 4
    column = drawing.depth[:, np.argmin(drawing.subject.max(0))]
    assert (np.diff(column) <= 0).all()


@pytest.mark.parametrize("move", [{"truck": 0.4}, {"zoom": 1.1, "truck": 0}, {"walk": 0.5, "truck": 0}])
def test_flow_leads_each_pixel_to_its_place_in_the_next_frame(move):
    """Pixels taken from where the flow points in frame 2 look as in frame 1, four times closer than with no flow."""
    drawings, flow = clip(Shot(sample_scene(21, "castle", "mountains"), **move), frames=2, width=256, height=256)
    now, then = (d.picture.astype(np.float32) for d in drawings)
    y, x = np.mgrid[:256, :256].astype(np.float32)
    there = x + flow[0, ..., 0], y + flow[0, ..., 1]
    fetched = cv2.remap(then, *there, cv2.INTER_LINEAR)
    depth = cv2.remap(drawings[1].depth, *there, cv2.INTER_NEAREST, borderMode=cv2.BORDER_REPLICATE)
    same_thing = np.abs(np.log(depth / drawings[0].depth)) < 0.05
    inside = (there[0] > 1) & (there[0] < 254) & (there[1] > 1) & (there[1] < 254) & (drawings[0].depth < SKY_DEPTH)
    moving = inside & same_thing & (np.hypot(*np.moveaxis(flow[0], -1, 0)) > 1.0)
    if "walk" in move:
        moving &= (drawings[0].subject > 0.99) & (cv2.remap(drawings[1].subject, *there, cv2.INTER_LINEAR) > 0.99)
    assert moving.sum() > 1000
    assert np.abs(fetched - now)[moving].mean() < 0.25 * np.abs(then - now)[moving].mean()


def test_a_still_camera_gives_still_frames():
    drawings, flow = clip(Shot(sample_scene(5), truck=0), frames=3)
    assert all(np.array_equal(d.picture, drawings[0].picture) for d in drawings) and not flow.any()


def test_a_larger_picture_is_the_same_scene():
    small, large = draw(sample_scene(8), width=128, height=128), draw(sample_scene(8), width=512, height=512)
    reduced = cv2.resize(large.picture, (128, 128), interpolation=cv2.INTER_AREA)
    assert np.abs(reduced.astype(int) - small.picture).mean() < 6


def test_drawing_a_small_scene_takes_milliseconds():
    """25 ms on an idle core; the median of many and a margin of four for a busy one."""
    times = []
    for seed in range(30):
        start = time.process_time()
        draw(sample_scene(seed), "cinematic")
        times.append(time.process_time() - start)
    assert np.median(times) < 0.1


def test_captions_differ_by_colour_place_and_sky_and_are_grammatical():
    captions = [caption(sample_scene(seed)) for seed in range(300)]
    assert len(set(captions)) > 270
    assert all(c.startswith(("a ", "an ")) for c in captions)
    assert any(c.startswith("an orange") for c in captions) and not any(c.startswith("a orange") for c in captions)


def test_the_dataset_is_what_its_command_draws():
    folder = dataset.Path(dataset.__file__).parent / "drawn"
    lines = [json.loads(line) for line in (folder / "metadata.jsonl").read_text().splitlines()]
    assert len(lines) == dataset.COUNT and len({line["text"] for line in lines}) == dataset.COUNT
    shapes, subjects, settings = set(), set(), set()
    for i, line in enumerate(lines):
        scene, width, height = dataset.dataset_scene(i)
        assert line["text"] == caption(scene)
        assert not LIGHT_WORDS & set(line["text"].replace(",", "").split())
        picture = Image.open(folder / line["file_name"])
        assert picture.size == (width, height) and 768 <= max(picture.size) <= 1024
        shapes.add((width, height)), subjects.add(scene.subject), settings.add(scene.setting)
    assert len(shapes) >= 4 and subjects == set(SUBJECTS) and settings == set(SETTINGS)
    assert sum(path.stat().st_size for path in folder.iterdir()) < 8 * 2**20
    first, width, height = dataset.dataset_scene(0)
    committed = np.asarray(Image.open(folder / lines[0]["file_name"])).astype(int)
    assert np.abs(draw(first, "cinematic", width, height).picture - committed).mean() < 3  # JPEG's loss
