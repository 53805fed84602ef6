"""What the consistent mode is for, on the miniature: steady, sharp, true to the source's outlines, dramatically lit."""

import json
from pathlib import Path

import numpy as np
import pytest
from helpers import ROOT, assert_refused, printed_table, run_script
from PIL import Image
from tiny_models import add_controlnet, make_tiny_base

from images.scenes import Shot, clip, sample_scene
from inference.cli import InputError
from inference.controlnets import find_controlnet
from inference.pipelines import load_base
from video.clip import Frame
from video.clip_scores import scores
from video.control_maps import ControlMaps
from video.evaluation_clips import FIRST_SEED, drawn_clip, read_clips
from video.picture import Size
from video.restyle import draw_frames
from video.restyler import Recipe, Restyler

MINIATURE = ROOT / "inference" / "miniature"
COLUMNS = ("e_warp", "of none", "edge F1", "sharpness", "dramatic", "seconds")


def table(*flags: object) -> dict[str, dict[str, float]]:
    return printed_table(COLUMNS, "video.evaluate_consistency", *flags)


def write_clips(folder: Path, count: int, length: int, side: int) -> Path:
    """Drawn clips as `images.render --frames` leaves rendered ones."""
    entries = []
    for index in range(count):
        seed, name = FIRST_SEED + index, f"clip-{index}"
        shot = Shot(sample_scene(seed), truck=0.8, zoom=1.1, walk=0.3)
        drawings, flows = clip(shot, length, side, side)
        (folder / name).mkdir(parents=True)
        for number, drawing in enumerate(drawings):
            Image.fromarray(drawing.picture).save(folder / name / f"{number:04d}.png")
            flow = flows[min(number, length - 2)]
            np.savez(folder / name / f"{number:04d}.npz", depth=drawing.depth, subject=drawing.subject > 0.5, flow=flow)
        entries.append({"file_name": name, "text": drawings[0].caption, "seed": seed, "frames": length})
    (folder / "metadata.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    return folder


def test_flow_and_what_is_seen_are_exact(tmp_path) -> None:
    """A picture moved back along the flow is the one before it, wherever both show the same thing."""
    from video.flow import warp

    (read,) = read_clips(write_clips(tmp_path, 1, 3, 64), 1, 3)
    for take in (read, drawn_clip(0, 3, 64)):
        assert len(take.frames) == 3 and len(take.flows) == len(take.seen) == 2 and take.caption
        for before, after, flow, mask in zip(take.frames, take.frames[1:], take.flows, take.seen, strict=False):
            difference = np.abs(warp(after.rgb.astype(np.float32), flow) - before.rgb)[mask]
            assert mask.mean() > 0.5 and np.median(difference) < 4


def test_clips_that_are_not_there_or_damaged_are_named(tmp_path) -> None:
    with pytest.raises(InputError, match=r"0 of 2 clips .* python -m images.render --list"):
        read_clips(tmp_path / "none", 2, 48)
    folder = write_clips(tmp_path / "clips", 1, 2, 32)
    with pytest.raises(InputError, match="0 of 1 clips of 3 frames"):
        read_clips(folder, 1, 3)
    (folder / "clip-0" / "0001.npz").write_bytes(b"PK")
    with pytest.raises(InputError, match=r"0001\.npz is damaged"):
        read_clips(folder, 1, 2)
    (folder / "metadata.jsonl").write_text("[]\n")
    with pytest.raises(InputError, match="damaged"):
        read_clips(folder, 1, 2)


def test_a_row_for_each_part(tmp_path) -> None:
    base = add_controlnet(make_tiny_base(tmp_path / "tiny"))
    clips = write_clips(tmp_path / "clips", 1, 3, 128)
    flags = ["--pretrained_model_name_or_path", base, "--clips", 1, "--frames", 3, "--num_inference_steps", 2]
    flags += ["--output", tmp_path / "kept.json"]
    rows = table(*flags, "--clips_dir", clips)
    assert list(rows) == ["none", "+ shared noise", "+ img2img", "+ anchor attention", "+ flow"]
    assert rows["none"]["of none"] == 1 and all(row["seconds"] < 60 for row in rows.values())
    small = write_clips(tmp_path / "small", 1, 3, 64)
    assert_refused(run_script("video/evaluate_consistency.py", *flags, "--clips_dir", small), "64x64", "--size 128x128")
    kept = json.loads((tmp_path / "kept.json").read_text())
    assert len(kept) == 5
    for lost in list(kept)[3:]:
        del kept[lost]
    next(iter(kept.values()))["edge_f1"] = 9.0  # so that it shows what is measured again
    (tmp_path / "kept.json").write_text(json.dumps(kept))
    again = table(*flags, "--clips_dir", clips)
    assert again["none"]["edge F1"] == 9 and again["+ flow"]["e_warp"] == rows["+ flow"]["e_warp"]
    (tmp_path / "kept.json").write_text("[1]")
    assert_refused(
        run_script("video/evaluate_consistency.py", *flags, "--clips_dir", clips),
        "kept.json is no list of measurements",
    )


@pytest.mark.slow
def test_consistency_pays_and_costs_nothing_else(tmp_path) -> None:
    """Targets over 12 clips of 48 frames: e_warp at most 0.35 of none, outlines 0.95, sharpness 0.9, 85 % dramatic."""
    clips = write_clips(tmp_path, 2, 10, 128)
    flags = ["--pretrained_model_name_or_path", MINIATURE, "--clips_dir", clips, "--clips", 2, "--frames", 10]
    rows = table(*flags, "--parts", "none", "+ flow", "--output", tmp_path / "kept.json")
    none, anchor = rows["none"], rows["+ flow"]
    assert anchor["of none"] <= 0.35
    assert anchor["edge F1"] >= 0.95 * none["edge F1"]
    assert anchor["sharpness"] >= 0.9 * none["sharpness"]
    assert anchor["dramatic"] >= 0.85


@pytest.mark.slow
def test_colour_holds_over_a_long_shot() -> None:
    """300 frames: mean Lab of the last second against the first, less the source's own change, at most 2."""
    drawings, _ = clip(Shot(sample_scene(FIRST_SEED), truck=1.0, zoom=1.2), 300, 128, 128)
    frames = [Frame(i, i, 1, drawing.picture) for i, drawing in enumerate(drawings)]
    pipe = load_base(str(MINIATURE))
    controlnet = find_controlnet(None, "canny", MINIATURE).over(pipe, []).model
    restyler = Restyler(pipe, controlnet, Recipe(4, 7.5, 0.6), f"{drawings[0].caption}, dramatic lighting")
    drawn = draw_frames(frames, restyler, ControlMaps("canny").next, Size(128, 128, 8), 8)
    found, _ = scores(zip([frame.rgb for frame in frames], drawn, strict=True), rate=24)
    assert found["colour_drift"] <= 2
