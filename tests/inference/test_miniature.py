"""The embedded miniature: a stock pipeline folder, and as good as its README says on scenes it never saw."""

import subprocess

import numpy as np
import pytest
import torch
from helpers import ROOT

from finetune.miniature import measure, world
from images.scenes import draw
from inference.judge import load_judge, verdict
from inference.pipelines import MINIATURE, load_base

# a little below what its README states, because these are fewer scenes
PSNR = 30.0  # dB
CLIP_SUBJECT, CLIP_SETTING = 0.93, 0.93
SUBJECT, SETTING, DRAMATIC, OUTLINES = 0.95, 0.95, 0.90, 0.60


@pytest.fixture(scope="module")
def pipe():
    return load_base(str(MINIATURE))


@pytest.fixture(scope="module")
def scenes():
    return world.held_out_scenes(40)


def drawn(scenes, look):
    return np.stack([draw(scene, look).picture for scene in scenes])


def test_plain_diffusers_loads_it_draws_with_it_and_saves_it_again(tmp_path):
    from diffusers import StableDiffusionPipeline

    pipe = StableDiffusionPipeline.from_pretrained(MINIATURE)
    pipe.save_pretrained(tmp_path)
    again = StableDiffusionPipeline.from_pretrained(tmp_path)
    pictures = [
        p("a red car", num_inference_steps=3, generator=torch.Generator().manual_seed(0), output_type="np").images
        for p in (pipe, again)
    ]
    assert np.array_equal(*pictures) and pictures[0].shape == (1, 128, 128, 3)


def test_its_weights_are_half_precision_safetensors_and_few():
    from safetensors import safe_open

    files = list(MINIATURE.rglob("*.safetensors"))
    for path in files:
        with safe_open(path, "pt") as file:
            assert {file.get_slice(name).get_dtype() for name in file.keys()} <= {"F16", "I64"}, path  # noqa: SIM118
    assert sum(path.stat().st_size for path in files) <= 48 * 2**20
    assert not list(MINIATURE.rglob("*.bin"))
    # the pipeline, its CLIP and the judge, without the ControlNet and the video model that came later
    own = [path for path in files if not path.parent.name.endswith("-canny")]
    assert sum(path.stat().st_size for path in own) <= 32 * 2**20


def test_a_clone_is_small():
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("this is no git checkout")
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    assert sum(path.lstat().st_size for path in paths if path.exists()) <= 72 * 2**20


def test_the_judge_knows_drawn_scenes_in_any_light(scenes):
    judge = load_judge()
    for look, dramatic in (("plain", 0), ("cinematic", 1), (("dramatic",), 1), (("rays",), 0)):
        seen = verdict(judge, drawn(scenes, look))
        assert np.mean([a == scene.subject for a, scene in zip(seen.subject, scenes, strict=True)]) > 0.97
        assert np.mean([a == scene.setting for a, scene in zip(seen.setting, scenes, strict=True)]) > 0.97
        assert np.mean((seen.dramatic > 0.5) == dramatic) > 0.97


@pytest.mark.parametrize("shape", [(1024, 428), (640, 960)])
def test_the_judge_sees_wide_and_tall_pictures_too(shape):
    scenes = world.held_out_scenes(24)
    pictures = np.stack([draw(scene, "cinematic", shape[0] // 4, shape[1] // 4).picture for scene in scenes])
    seen = verdict(load_judge(), pictures)
    assert np.mean(seen.dramatic > 0.5) > 0.9
    assert np.mean([a == scene.setting for a, scene in zip(seen.setting, scenes, strict=True)]) > 0.8


def test_its_vae_keeps_outlines(pipe, scenes):
    pictures = np.concatenate([drawn(scenes[:20], "plain"), drawn(scenes[20:40], "cinematic")])
    assert measure.reconstruction_psnr(pipe.vae, pictures) > PSNR


def test_its_clip_names_what_it_sees(scenes):
    subject, setting = measure.zero_shot(MINIATURE / "clip", drawn(scenes, "plain"), scenes)
    assert subject > CLIP_SUBJECT and setting > CLIP_SETTING


def test_its_clip_sees_the_same_in_any_light(scenes):
    assert min(measure.scores_in_light(MINIATURE / "clip", scenes[:30])) > 0.9


def test_its_text_encoder_is_its_clip_s():
    from transformers import CLIPModel, CLIPTextModel

    text = CLIPTextModel.from_pretrained(MINIATURE / "text_encoder").state_dict()
    clip = CLIPModel.from_pretrained(MINIATURE / "clip").text_model.state_dict()
    assert text.keys() == clip.keys() and all(torch.equal(text[name], clip[name]) for name in text)


@pytest.mark.slow
def test_it_draws_what_it_is_told_in_the_light_it_is_told(pipe):
    scenes, judge = world.held_out_scenes(48, start=world.HELD_OUT_SEED + 50_000), load_judge()
    plain = measure.recognised(judge, measure.generated(pipe, scenes), scenes)
    dramatic = measure.recognised(judge, measure.generated(pipe, scenes, ("dramatic",)), scenes)
    assert plain["subject"] > SUBJECT and plain["setting"] > SETTING
    assert plain["dramatic"] < 0.1 and dramatic["dramatic"] > DRAMATIC


@pytest.mark.slow
def test_its_controlnet_keeps_outlines_and_turns_the_light(pipe):
    scenes = world.held_out_scenes(24, start=world.HELD_OUT_SEED + 60_000)
    own, of_another, dramatic = measure.repainted(pipe, load_judge(), MINIATURE / "controlnet-canny", scenes)
    assert own > OUTLINES and of_another < 0.35 and dramatic > DRAMATIC


def test_its_readme_s_table_is_of_these_weights():
    table = (MINIATURE / "README.md").read_text()
    assert measure.weights_stamp(MINIATURE) in table
    assert table.count("| ") > 20 and "dB" in table
