"""video/control_a_video.py as a person runs it, on a small checkpoint in the published layout."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
from conftest import ROOT, assert_refused, make_tiny_base, run_script
from odd_clips import make_clip, ramp, sound_packets
from PIL import Image
from reference import write_checkpoint

from video.clip import open_clip

SCRIPT = "video/control_a_video.py"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A checkpoint called ...-canny, a clip with sound, and a cache of their own."""
    folder = tmp_path_factory.mktemp("world")
    write_checkpoint(folder / "controlavideo-canny")
    make_clip(folder / "in.mp4", ramp(20, 48, 64), audio="aac")
    return folder


def draw(world: Path, output: Path, *more, **options):
    words = ["--input_video", world / "in.mp4", "--prompt", "a fox", "--control_mode", "canny", "--inference_step", "2"]
    words += ["--checkpoint", world / "controlavideo-canny", "--output", output, *more]
    return run_script(SCRIPT, *words, XDG_CACHE_HOME=str(world / "cache"), **options)


def decoded(path: Path) -> list[np.ndarray]:
    return [frame.rgb for frame in open_clip(path).frames()]


def test_a_clip_comes_back_at_its_times_with_its_sound(world, tmp_path):
    done = draw(world, tmp_path / "out.mp4", "--side_by_side")
    assert done.rc == 0, done.err
    source, made = open_clip(world / "in.mp4"), open_clip(tmp_path / "out.mp4")
    before, after = list(source.frames()), list(made.frames())
    assert [f.pts * made.time_base for f in after] == [f.pts * source.time_base for f in before[::3]]
    assert sound_packets(tmp_path / "out.mp4") == sound_packets(world / "in.mp4")
    assert (made.width, made.height) == (2 * 88, 64)  # the clip's shape, at the checkpoint's 64 pixels
    left = Image.fromarray(before[0].rgb).resize((88, 64), Image.Resampling.BICUBIC)
    assert np.abs(after[0].rgb[:, :88].astype(int) - np.array(left)).mean() < 8
    assert not list(tmp_path.glob(".out*"))


def test_killed_and_resumed_it_is_the_same_clip(world, tmp_path):
    flags = ("--sampling_rate", "1", "--each_sample_frame", "3")
    assert draw(world, tmp_path / "whole.mp4", *flags).rc == 0
    output = tmp_path / "out.mp4"
    words = [sys.executable, SCRIPT, "--input_video", world / "in.mp4", "--prompt", "a fox", "--control_mode", "canny"]
    words += ["--inference_step", "2", "--checkpoint", world / "controlavideo-canny", "--output", output, *flags]
    environment = {**os.environ, "XDG_CACHE_HOME": str(world / "cache"), "CUDA_VISIBLE_DEVICES": ""}
    running = subprocess.Popen(list(map(str, words)), cwd=ROOT, env=environment, stderr=subprocess.DEVNULL)
    finished = tmp_path / ".out.mp4.frames"
    while not (finished / "state.safetensors").exists() and running.poll() is None:
        time.sleep(0.02)
    running.kill()
    running.wait()
    assert finished.is_dir() and not output.exists()
    assert_refused(draw(world, output, *flags), "--resume")
    assert_refused(draw(world, output, *flags, "--resume", "--seed", "2"), "another seed")
    begun = len(list(finished.glob("*.png")))
    assert 0 < begun < 20
    assert draw(world, output, *flags, "--resume").rc == 0
    assert np.array_equal(decoded(output), decoded(tmp_path / "whole.mp4"))


def test_a_gif_keeps_time_too(world, tmp_path):
    done = draw(world, tmp_path / "out.gif", "--num_sample_frames", "4", "--faithful", "--each_sample_frame", "2")
    assert done.rc == 0, done.err
    assert "no sound" in done.out
    with Image.open(tmp_path / "out.gif") as gif:
        assert gif.n_frames == 2  # of every chunk the first is left out: 1 and 2 (the next begins at 1)
        gif.seek(1)
        assert gif.info["duration"] > 0


def test_what_the_clip_does_not_have_is_said(world, tmp_path):
    done = draw(world, tmp_path / "out.webm", "--num_sample_frames", "8", "--max_frames", "5", "--height", "64")
    assert done.rc == 0, done.err
    assert "the clip has 5 frames, not 8" in done.out and len(decoded(tmp_path / "out.webm")) == 5
    done = draw(world, tmp_path / "part.mp4", "--num_sample_frames", "2", "--sampling_rate", "2")
    assert done.rc == 0 and len(sound_packets(tmp_path / "part.mp4")) < len(sound_packets(world / "in.mp4"))


@pytest.mark.parametrize(
    "flags, says",
    [
        (("--each_sample_frame", "1"), ("--each_sample_frame 1", "2 or more")),
        (("--control_mode", "depth"), ("trained for canny", "--control_mode canny")),
        (("--height", "60"), ("--height 60", "multiple of 8")),
        (("--prompt", " "), ("--prompt is empty",)),
        (("--output", "{world}/in.mp4"), ("would replace its source",)),
        (("--output", "{world}/out.txt"), ("out.txt", ".mp4")),
        (("--output", "/proc/out.gif"), ("cannot write /proc/out.gif",)),
        (("--input_video", "{world}/none.mp4"), ("there is no clip", "none.mp4")),
        (("--lora", "{world}/none"), ("no adapter", "none")),
        (("--base_model", "{world}/other"), ("cannot go under", "shape")),
        (("--checkpoint", "{world}/other"), ("no checkpoint of Control-A-Video", "controlnet")),
        (("--checkpoint", "{world}/wicked-canny"), ("holds more than tensors",)),
        (("--faithful", "--num_sample_frames", "4"), ("--faithful draws 8 frames",)),
        (("--faithful", "--height", "40"), ("multiples of 16 only, not 64x40",)),
        (("--faithful", "--guidance_scale", "5"), ("--guidance_scale 5", "not above 5")),
    ],
    ids=lambda value: " ".join(value)[:40],
)
def test_bad_input_is_one_sentence(world, tmp_path, flags, says):
    if not (world / "other").exists():
        make_tiny_base(world / "other")
        shutil.copytree(world / "controlavideo-canny", world / "wicked-canny")
        torch.save({"a": torch.zeros(1), "b": 1}, world / "wicked-canny" / "unet" / "diffusion_pytorch_model.bin")
    finished = draw(world, tmp_path / "out.mp4", *(flag.format(world=world) for flag in flags))
    assert_refused(finished, *says)
    assert not (tmp_path / "out.mp4").exists()


def test_help_is_quick(without_torch):
    finished = run_script(SCRIPT, "--help", **without_torch)
    assert finished.rc == 0 and "--each_sample_frame" in finished.out
    refused = run_script(SCRIPT, "--input_video", "none.mp4", "--prompt", "a fox", **without_torch)
    assert_refused(refused, "there is no clip none.mp4")
