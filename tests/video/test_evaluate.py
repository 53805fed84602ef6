"""video/evaluate.py and clip_scores.py: what is steady, sharp and in place scores so, by exact flow and as a script."""

import json
import re
import shlex
from itertools import chain

import cv2
import numpy as np
import pytest
from helpers import ROOT, assert_refused, run_script
from odd_clips import make_clip

from images.scenes import Shot, clip, sample_scene
from inference.cli import InputError
from video.clip_scores import e_warp, load_look, look_scores, scores
from video.evaluate import MINIATURE_CLIP, pairs_of


@pytest.fixture(scope="module")
def shot():
    drawings, flows = clip(Shot(sample_scene(3), truck=1.5), 12)
    return [drawing.picture for drawing in drawings], flows, [drawing.depth for drawing in drawings]


def seen(depths, flow, i):
    """Exactly: the next frame has the same depth where the flow leads."""
    from video.flow import inside, warp

    return inside(flow) & (np.abs(warp(depths[i + 1], flow) - depths[i]) < 0.02 * depths[i])


def test_e_warp_by_exact_flow(shot):
    shown, flows, depths = shot
    source = np.mean([e_warp(shown[i], shown[i + 1], flows[i], seen(depths, flows[i], i)) for i in range(11)])
    assert source < 1.5
    assert e_warp(shown[0], shown[0], np.zeros_like(flows[0]), np.ones((128, 128), bool)) == 0
    lighter = np.clip(shown[0].astype(int) + 51, 0, 255).astype(np.uint8)  # 0.2 in three channels, where not clipped
    found = e_warp(np.zeros_like(shown[0]), lighter * 0 + 51, np.zeros_like(flows[0]), np.ones((128, 128), bool))
    assert found == pytest.approx(1000 * 3 * 0.2**2)


def test_scores_tell_steady_from_flickering_and_sharp_from_blurred(shot):
    shown, rng = shot[0], np.random.default_rng(0)
    flickering = [np.clip(p * rng.uniform(0.7, 1.3), 0, 255).astype(np.uint8) for p in shown]
    blurred = [cv2.GaussianBlur(p, (0, 0), 3) for p in shown]
    same, flicker, blur = (scores(zip(shown, out, strict=True), 4)[0] for out in (shown, flickering, blurred))
    assert same["frames"] == 12
    assert same["e_warp"] == same["e_warp_floor"] == flicker["e_warp_floor"]
    assert same["edge_f1"] == same["sharpness"] == 1 and same["colour_drift"] == 0
    assert flicker["e_warp"] > 10 * same["e_warp"] and flicker["e_warp_first"] > 3 * same["e_warp_first"]
    assert blur["e_warp"] < same["e_warp"]  # the known loophole, and what closes it:
    assert blur["sharpness"] < 0.2 and blur["edge_f1"] < 0.8


def test_drift_is_less_the_source_s_own(shot):
    still = [shot[0][0]] * 12
    fading = [(p * (1 - 0.04 * i)).astype(np.uint8) for i, p in enumerate(still)]
    assert scores(zip(fading, fading, strict=True), 4)[0]["colour_drift"] == 0
    assert scores(zip(still, fading, strict=True), 4)[0]["colour_drift"] > 10


def test_two_clips_from_the_command_line(tmp_path, shot):
    source = make_clip(tmp_path / "in.mp4", shot[0])
    output = make_clip(tmp_path / "out.mp4", [p[::2, ::2] for p in shot[0]])
    done = run_script(
        "video/evaluate.py",
        "--source",
        source,
        "--output",
        output,
        "--prompt",
        "a boat by the sea",
        "--json",
        tmp_path / "scores.json",
    )
    assert done.rc == 0, done.err
    found = json.loads((tmp_path / "scores.json").read_text())
    assert set(found) >= {
        "e_warp",
        "e_warp_first",
        "edge_f1",
        "sharpness",
        "clip_score",
        "clip_consistency",
        "dramatic",
    }
    assert found["frames"] == 12 and found["edge_f1"] > 0.5 and found["clip_consistency"] > 0.9
    assert "edge_f1" in done.out


def test_pictures_are_looked_at_in_batches_however_many_there_are(shot, monkeypatch):
    """Nothing of a frame is kept but what the looking found, and that is the same in any batches."""
    monkeypatch.setattr("video.clip_scores.BATCH", 5)
    found, looks = scores(zip(shot[0], shot[0], strict=True), 4, lambda batch: [picture.copy() for picture in batch])
    assert [len(batch) for batch in looks] == [5, 5, 2] and found["frames"] == 12
    assert all(np.array_equal(a, b) for a, b in zip(chain(*looks), shot[0], strict=True))
    look = load_look("a boat by the sea", MINIATURE_CLIP)
    one, many = (look_scores([look(batch) for batch in cut], "a boat") for cut in ([shot[0]], looks))
    assert one.keys() == {"clip_score", "clip_consistency", "dramatic"} and one == pytest.approx(many, abs=1e-3)


def test_what_cannot_be_written_or_loaded_is_refused_before_the_work(tmp_path, shot, without_torch):
    source = make_clip(tmp_path / "in.mp4", shot[0][:2])
    words = ("video/evaluate.py", "--source", source, "--output", source)
    assert_refused(run_script(*words, "--json", "/proc/scores.json", **without_torch), "cannot write /proc/scores.json")
    assert_refused(run_script(*words, "--json", tmp_path, **without_torch), "is a folder", "--json")
    assert_refused(run_script(*words[:-1], tmp_path / "none.mp4", **without_torch), "there is no clip")
    assert_refused(run_script(*words, "--clip", tmp_path / "none"), "there is no CLIP model")


def test_clips_of_other_lengths_are_refused(tmp_path, shot):
    source, output = (make_clip(tmp_path / name, shot[0][:n]) for name, n in (("in.mp4", 6), ("out.mp4", 5)))
    assert_refused(run_script("video/evaluate.py", "--source", source, "--output", output), "more frames than")
    with pytest.raises(InputError, match=r"in\.mp4 has more frames than .*out\.mp4"):
        list(pairs_of(output, source))


def test_a_source_without_detail_has_no_sharpness_to_compare_with(shot, tmp_path):
    black = [np.zeros_like(shot[0][0])] * 3
    assert scores(zip(black, shot[0], strict=False), 4)[0]["sharpness"] is None
    source, output = make_clip(tmp_path / "in.mp4", black), make_clip(tmp_path / "out.mp4", shot[0][:3])
    done = run_script("video/evaluate.py", "--source", source, "--output", output, "--json", tmp_path / "scores.json")
    assert done.rc == 0 and json.loads((tmp_path / "scores.json").read_text())["sharpness"] is None, done.err


def test_a_clip_beside_its_source_is_refused(tmp_path, shot, without_torch):
    """Another shape; the small change that rounding to multiples of 8 makes is none."""
    wide = [np.hstack([picture, picture]) for picture in shot[0][:2]]
    source, both = make_clip(tmp_path / "in.mp4", shot[0][:2]), make_clip(tmp_path / "both.mp4", wide)
    refused = run_script("video/evaluate.py", "--source", source, "--output", both, **without_torch)
    assert_refused(refused, "both.mp4 is 256x128", "in.mp4 128x128", "--side_by_side")
    rounded = make_clip(tmp_path / "rounded.mp4", [cv2.resize(picture, (88, 80)) for picture in shot[0][:2]])
    assert len(list(pairs_of(source, rounded))) == 2


def test_the_readme_measures_what_it_made():
    """Its command writes the clip alone, not beside its source, and the next one measures that clip."""
    text = (ROOT / "video" / "README.md").read_text().replace("\\\n", " ")
    commands = [shlex.split(line) for line in text.splitlines() if re.match(" +python .*video[/.]", line)]
    made = next(words for words in commands if "video/controlnet_per_frame.py" in words)
    measured = next(words for words in commands if "video.evaluate" in words)
    assert commands.index(made) < commands.index(measured) and "--side_by_side" not in made
    for of_made, of_measured in (("--input", "--source"), ("--output", "--output"), ("--prompt", "--prompt")):
        assert made[made.index(of_made) + 1] == measured[measured.index(of_measured) + 1]
