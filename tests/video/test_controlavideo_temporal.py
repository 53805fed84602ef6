"""video/controlavideo/loading.py: temporal weights alone, as the miniature ships them, become a whole checkpoint."""

import shutil

import numpy as np
import pytest
import torch
from diffusers import ControlNetModel, DPMSolverMultistepScheduler, UNet2DConditionModel
from helpers import ROOT, run_script
from safetensors.torch import load_file, save_file
from tiny_models import add_controlnet, make_tiny_base

from inference.cli import InputError
from video.clip import open_clip
from video.controlavideo import ControlAVideoPipeline
from video.controlavideo.loading import NETWORKS, TEMPORAL, checkpoint_folder

PARTS = {"unet": (UNet2DConditionModel, "unet"), "controlnet": (ControlNetModel, "controlnet-canny")}


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def folder(tmp_path):
    """A tiny base with a ControlNet, and in it random temporal weights for both."""
    base = add_controlnet(make_tiny_base(tmp_path / "base"))
    torch.manual_seed(2)
    for part, (flat, name) in PARTS.items():
        network = NETWORKS[part].from_2d(flat.from_pretrained(base / name))
        temporal = {n: torch.randn_like(w).half() for n, w in network.state_dict().items() if "_temporal" in n}
        (base / "controlavideo-canny").mkdir(exist_ok=True)
        save_file(temporal, base / "controlavideo-canny" / TEMPORAL[part])
    return base / "controlavideo-canny"


def test_they_go_over_the_base_they_lie_in(folder, cache):
    pipe = ControlAVideoPipeline.from_pretrained(folder)
    for part, (flat, name) in PARTS.items():
        own = getattr(pipe, part).state_dict()
        temporal = load_file(folder / TEMPORAL[part])
        below = flat.from_pretrained(folder.parent / name).state_dict()
        assert {n for n in own if "_temporal" in n} == set(temporal)
        assert all(torch.equal(own[n], w.float()) for n, w in temporal.items())
        shared = [n for n in below if n in own]
        assert len(shared) == len(below) and all(torch.equal(own[n], below[n].half().float()) for n in shared)
    assert isinstance(pipe.scheduler, DPMSolverMultistepScheduler)
    made = checkpoint_folder(folder)
    assert made.is_relative_to(cache) and made == checkpoint_folder(folder), "made once"


def test_trained_further_they_are_put_together_anew(folder):
    before = checkpoint_folder(folder)
    temporal = load_file(folder / TEMPORAL["unet"])
    name = next(iter(temporal))
    save_file(temporal | {name: temporal[name] + 1}, folder / TEMPORAL["unet"])
    assert checkpoint_folder(folder) != before


def test_what_they_cannot_go_over_is_said(folder):
    temporal = load_file(folder / TEMPORAL["unet"])
    name = next(iter(temporal))
    save_file({n: w for n, w in temporal.items() if n != name}, folder / TEMPORAL["unet"])
    with pytest.raises(InputError, match=f"do not fit: .* lacks 1 of the tensors .{name}"):
        checkpoint_folder(folder)
    shutil.rmtree(folder.parent / "controlnet-canny")
    with pytest.raises(InputError, match=r"go over what is not there: .*controlnet-canny"):
        checkpoint_folder(folder)


def test_the_sample_clip_from_a_fresh_clone(tmp_path):
    """No checkpoint is named, so without CUDA it is the miniature's."""
    if torch.cuda.is_available():
        pytest.skip("with CUDA the published checkpoint is the default")
    words = ["--input_video", ROOT / "video" / "sample.mp4", "--prompt", "a lighthouse by the sea"]
    words += ["--max_frames", "9", "--inference_step", "2", "--output", tmp_path / "out.mp4"]
    done = run_script("video/control_a_video.py", *words, XDG_CACHE_HOME=str(tmp_path / "cache"))
    assert done.rc == 0, done.err
    assert "the miniature's" in done.out
    pictures = [frame.rgb for frame in open_clip(tmp_path / "out.mp4").frames()]
    assert len(pictures) == 3 and np.std(pictures[0]) > 10
