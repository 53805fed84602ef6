"""video/control_a_video.py as a person runs it, on a small checkpoint in the published layout."""

import itertools
import shutil
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
import warm
from helpers import assert_refused, run_script
from odd_clips import make_clip, ramp, sound_packets
from PIL import Image
from reference import hed_weights, write_checkpoint
from safetensors.torch import load_file, save_file
from tiny_models import make_dpt, make_tiny_base

from inference.cli import InputError
from video import control_a_video
from video.clip import open_clip
from video.controlavideo import chunks
from video.controlavideo.loading import checkpoint_folder

SCRIPT = "video/control_a_video.py"


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    """A checkpoint called ...-canny, a clip with sound, and a cache of their own."""
    folder = tmp_path_factory.mktemp("world")
    write_checkpoint(folder / "controlavideo-canny")
    make_clip(folder / "in.mp4", ramp(20, 48, 64), audio="aac")
    return folder


@pytest.fixture
def draw_here(world, monkeypatch):
    """The runner in this process, which is quicker; what the checkpoint was trained for is left to its name."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(world / "cache"))
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)

    def drawn(output: Path, *more) -> list[np.ndarray]:
        words = ["--input_video", world / "in.mp4", "--prompt", "a fox", "--inference_step", "2"]
        words += ["--checkpoint", world / "controlavideo-canny", "--output", output, *more]
        monkeypatch.setattr(sys, "argv", [SCRIPT, *map(str, words)])
        control_a_video.main()
        return decoded(output)

    return drawn


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
    words = [SCRIPT, "--input_video", world / "in.mp4", "--prompt", "a fox", "--control_mode", "canny"]
    words += ["--inference_step", "2", "--checkpoint", world / "controlavideo-canny", "--output", output, *flags]
    running = warm.Process(words, tmp_path / "said", environment={"XDG_CACHE_HOME": str(world / "cache")})
    finished = tmp_path / ".out.mp4.frames"
    while not list(finished.glob("chunk-*")) and running.is_running():
        time.sleep(0.02)
    running.killed()
    assert finished.is_dir() and not output.exists()
    assert_refused(draw(world, output, *flags), "--resume")
    assert_refused(draw(world, output, *flags, "--resume", "--seed", "2"), "another seed")
    begun = len(list(finished.glob("*.png")))
    assert 2 < begun < 20
    (finished / "000001.png").unlink()  # what it had drawn before, and will not miss by itself
    (finished / "000002.png").write_bytes((finished / "000000.png").read_bytes())
    assert draw(world, output, *flags, "--resume").rc == 0
    assert np.array_equal(decoded(output), decoded(tmp_path / "whole.mp4"))


def test_a_faithful_clip_is_the_same_when_it_is_resumed(draw_here, tmp_path, monkeypatch):
    """It samples the first frame from the global generator, which stands elsewhere in a program that begins anew."""
    flags, save = ("--faithful", "--num_sample_frames", "6", "--each_sample_frame", "2"), chunks.save_state

    def save_and_stop(state, path):
        save(state, path)
        raise KeyboardInterrupt

    whole = draw_here(tmp_path / "whole.mp4", *flags)
    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(chunks, "save_state", save_and_stop)
        draw_here(tmp_path / "out.mp4", *flags)
    torch.randn(7)
    assert np.array_equal(draw_here(tmp_path / "out.mp4", *flags, "--resume"), whole)


def flat_base(world: Path, folder: Path) -> Path:
    """A Stable Diffusion folder of the checkpoint's 2-D weights, other ones."""
    shutil.copytree(checkpoint_folder(world / "controlavideo-canny"), folder)
    file = folder / "unet" / "diffusion_pytorch_model.safetensors"
    save_file({name: 1.2 * w for name, w in load_file(file).items() if "_temporal" not in name}, file)
    return folder


def lora_of(file: Path, width: int = 8) -> Path:
    name = "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q"
    torch.manual_seed(0)
    save_file({f"{name}.lora_A.weight": torch.randn(2, width), f"{name}.lora_B.weight": torch.randn(width, 2)}, file)
    return file


def test_what_the_flags_of_the_look_are_for(world, draw_here, tmp_path):
    base = flat_base(world, tmp_path / "base")
    few = ("--num_sample_frames", "3")
    plain = draw_here(tmp_path / "plain.mp4", *few)
    for flags in (
        ("--negative_prompt", "blurry"),
        ("--video_scale", "0"),
        ("--controlnet_conditioning_scale", "0.5"),
        ("--guidance_scale", "9"),
        ("--init_noise_thres", "0"),
        ("--lora", lora_of(tmp_path / "lora.safetensors")),
        ("--base_model", base),
    ):
        made = draw_here(tmp_path / "other.mp4", *few, *flags)
        assert len(made) == 3 and not np.array_equal(made, plain), flags
    assert np.array_equal(draw_here(tmp_path / "again.mp4", *few), plain)
    assert draw_here(tmp_path / "narrow.mp4", *few, "--width", "40")[0].shape == (32, 40, 3)


def test_a_clip_of_one_drawn_frame(world, draw_here, tmp_path, capsys):
    short = make_clip(tmp_path / "short.mp4", ramp(3, 48, 64))
    flags = ("--input_video", short, "--guidance_scale", "1", "--negative_prompt", "fog")
    assert len(draw_here(tmp_path / "out.mp4", *flags)) == 1  # one in three
    assert "--negative_prompt has no effect" in capsys.readouterr().out


def test_depth_and_hed_lead_too(world, draw_here, tmp_path, capsys):
    """Of a folder whose name says nothing: depth is the original's default, a HED network says what it is for."""
    few, mine = ("--num_sample_frames", "2"), tmp_path / "mine"
    write_checkpoint(mine)
    made = {"canny": draw_here(tmp_path / "canny.mp4", *few)}
    dpt = make_dpt(tmp_path / "dpt", 384)
    made["depth"] = draw_here(tmp_path / "depth.mp4", *few, "--checkpoint", mine, "--depth_model", dpt)
    assert "does not say what it was trained for; assuming depth" in capsys.readouterr().out
    torch.save(hed_weights(), mine / "hed-network.pth")
    made["hed"] = draw_here(tmp_path / "hed.mp4", *few, "--checkpoint", mine)
    assert "does not say" not in capsys.readouterr().out
    for one, other in itertools.combinations(made, 2):
        assert len(made[one]) == 2 and not np.array_equal(made[one], made[other]), (one, other)


def test_what_only_the_models_can_refuse_leaves_nothing_behind(world, draw_here, tmp_path):
    wrong = lora_of(tmp_path / "lora.safetensors", width=12)
    write_checkpoint(tmp_path / "controlavideo-depth")
    for flags, says in (
        (("--lora", wrong), "another base"),
        (("--checkpoint", tmp_path / "controlavideo-depth"), "needs the weights of Intel/dpt-hybrid-midas"),
        (("--enable_xformers_memory_efficient_attention",), "needs a CUDA GPU"),
    ):
        with pytest.raises(InputError, match=says):
            draw_here(tmp_path / "out.mp4", *flags)
        assert not list(tmp_path.glob(".out*"))
    assert len(draw_here(tmp_path / "out.mp4", "--num_sample_frames", "2")) == 2


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
    assert not list(tmp_path.glob("*out*"))


def test_help_is_quick(without_torch):
    finished = run_script(SCRIPT, "--help", **without_torch)
    assert finished.rc == 0 and "--each_sample_frame" in finished.out
    refused = run_script(SCRIPT, "--input_video", "none.mp4", "--prompt", "a fox", **without_torch)
    assert_refused(refused, "there is no clip none.mp4")
