"""video/runner_options.py: what both runners have has one meaning and one help, under the names of either."""

import argparse
import sys
from types import ModuleType

import pytest

from video import control_a_video, controlnet_per_frame

RUNNERS = [control_a_video, controlnet_per_frame]
# names that were one runner's alone; both take them now
NAMES = [("--input", "--input_video"), ("--num_inference_steps", "--inference_step"), ("--control", "--control_mode")]
SHARED = {
    "--input", "--max_frames", "--side_by_side", "--resume", "--prompt", "--negative_prompt", "--num_inference_steps",
    "--guidance_scale", "--lora", "--lora_scale", "--controlnet_conditioning_scale", "--depth_model",
    "--mixed_precision", "--compile",
}  # fmt: skip


def parsed(runner: ModuleType, monkeypatch, *more: str) -> argparse.Namespace:
    words = ["--prompt", "a fox", "--output", "out.mp4", *more]
    monkeypatch.setattr(sys, "argv", ["runner", *(() if "--input_video" in more else ("--input", "in.mp4")), *words])
    return runner.parse_args()


@pytest.mark.parametrize("runner", RUNNERS)
@pytest.mark.parametrize("names", NAMES)
def test_both_names_mean_the_same(runner, names, monkeypatch):
    value = {"--input": "in.mp4", "--num_inference_steps": "7", "--control": "depth"}[names[0]]
    one, other = (vars(parsed(runner, monkeypatch, name, value)) for name in names)
    assert one == other and value in map(str, one.values())


@pytest.mark.parametrize("name", ["--checkpoint", "--pretrained_model_name_or_path"])
def test_a_checkpoint_by_the_name_of_diffusers(name, monkeypatch):
    assert parsed(control_a_video, monkeypatch, name, "folder").checkpoint == "folder"


def test_what_both_have_has_one_help_one_type_and_one_default(monkeypatch):
    found = []

    def stop(parser: argparse.ArgumentParser) -> None:
        found.append(parser)
        raise SystemExit

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", stop)
    for runner in RUNNERS:
        with pytest.raises(SystemExit):
            runner.parse_args()
    first, second = ({name: action for action in p._actions for name in action.option_strings} for p in found)
    assert set(first) & set(second) >= SHARED
    for name in SHARED:
        one, other = first[name], second[name]
        assert one.help == other.help and one.default == other.default and one.option_strings == other.option_strings
        assert getattr(one.type, "__name__", None) == getattr(other.type, "__name__", None)


def test_an_interrupted_clip_of_an_earlier_release_is_gone_on_with(tmp_path, monkeypatch):
    """Its recipe has the steps under the name they had."""
    (tmp_path / "in.mp4").write_bytes(b"clip")
    words = ["--input_video", str(tmp_path / "in.mp4"), "--inference_step", "3"]
    kept = control_a_video.recipe(parsed(control_a_video, monkeypatch, *words), tmp_path, [0, 1])
    assert kept["inference_step"] == 3 and "num_inference_steps" not in kept and "input" not in kept
    assert {"control_mode", "init_noise_thres", "each_sample_frame", "input_sha256", "checkpoint"} <= set(kept)
