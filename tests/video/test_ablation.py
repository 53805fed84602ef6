"""What the consistent mode is for, on the miniature: steady, sharp, true to the source's outlines, dramatically lit."""

import numpy as np
import pytest
from conftest import ROOT, make_tiny_base, printed_table
from tiny_controlnet import add_controlnet

from images.scenes import Shot, clip, sample_scene
from inference.control import find_controlnet
from inference.pipelines import load_base
from video.ablation import FIRST_SEED, rendered
from video.clip import Frame
from video.consistency import Recipe, Restyler
from video.control_maps import ControlMaps
from video.metrics import scores
from video.restyling import draw_frames
from video.shots import Size

MINIATURE = ROOT / "inference" / "miniature"
COLUMNS = ("e_warp", "of none", "edge F1", "sharpness", "dramatic", "seconds")


def table(*flags: object) -> dict[str, dict[str, float]]:
    return printed_table(COLUMNS, "video.ablation", *flags)


def test_flow_and_what_is_seen_are_exact() -> None:
    """A picture moved back along the drawn flow is the one before it, wherever both show the same thing."""
    from video.flow import warp

    frames, flows, seen, caption = rendered(0, 3, 64)
    assert len(frames) == 3 and len(flows) == len(seen) == 2 and caption
    for before, after, flow, mask in zip(frames, frames[1:], flows, seen, strict=False):
        difference = np.abs(warp(after.rgb.astype(np.float32), flow) - before.rgb)[mask]
        assert mask.mean() > 0.5 and np.median(difference) < 4


def test_a_row_for_each_part(tmp_path) -> None:
    base = add_controlnet(make_tiny_base(tmp_path / "tiny"))
    rows = table("--pretrained_model_name_or_path", base, "--clips", 1, "--frames", 3, "--num_inference_steps", 2)
    assert list(rows) == ["none", "+ shared noise", "+ img2img", "+ anchor attention", "+ flow"]
    assert rows["none"]["of none"] == 1 and all(row["seconds"] >= 0 for row in rows.values())


@pytest.mark.slow
def test_consistency_pays_and_costs_nothing_else() -> None:
    """Targets over 12 clips of 48 frames: e_warp at most 0.35 of none, outlines 0.95, sharpness 0.9, 85 % dramatic."""
    rows = table("--pretrained_model_name_or_path", MINIATURE, "--clips", 2, "--frames", 10)
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
    drawn = draw_frames(frames, restyler, ControlMaps("canny").next, Size(128, 128, 8), 8, True)
    found, _ = scores(zip([frame.rgb for frame in frames], drawn, strict=True), rate=24)
    assert found["colour_drift"] <= 2
