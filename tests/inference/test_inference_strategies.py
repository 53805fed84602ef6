"""The scripts of one strategy each beside base: textual inversion, DreamBooth, ControlNet."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import ControlNetModel, DPMSolverMultistepScheduler, UNet2DConditionModel
from helpers import ROOT, assert_refused, pixels, run_script, stock_pipeline
from PIL import Image
from safetensors.torch import save_file

from inference.detectors import canny
from inference.image_io import read_recipe

PROMPTS = ["a red lighthouse", "a castle"]


def command(script: str, base, folder, *more) -> list[str]:
    flags = ["--pretrained_model_name_or_path", base, "--output_dir", folder, "--num_inference_steps", 2]
    flags += ["--reference_dir", ROOT / "images" / "none", "--prompts", *PROMPTS]
    return [str(word) for word in (ROOT / "inference" / f"inference_{script}.py", *flags, *more)]


@pytest.fixture(scope="module")
def controlnet(tiny_base, tmp_path_factory) -> Path:
    """A ControlNet of the tiny base whose features are not zero."""
    torch.manual_seed(2)
    unet = UNet2DConditionModel.from_pretrained(tiny_base / "unet")
    model = ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=(8, 8, 8, 8))
    for name, weight in model.named_parameters():
        if name.startswith("controlnet_") and weight.ndim == 4:
            torch.nn.init.kaiming_normal_(weight)
    folder = tmp_path_factory.mktemp("controlnet")
    model.save_pretrained(folder)
    return folder


def test_a_word(tiny_base, tmp_path):
    vectors = torch.randn(2, 32, generator=torch.Generator().manual_seed(0)) * 0.1
    save_file({"<look>": vectors}, tmp_path / "look.safetensors")
    out = tmp_path / "out"
    done = run_script(*command("textual_inversion", tiny_base, out, "--adapter", tmp_path))
    assert done.rc == 0, done.err
    assert read_recipe(out / "pictures" / "1-textual_inversion.png")["prompt"] == "a castle, in the style of <look>"
    assert (out / "grid.png").exists() and json.loads((out / "scores.json").read_text())["against_base"]
    assert (
        np.abs(pixels(out / "pictures" / "1-textual_inversion.png") - pixels(out / "pictures" / "1-base.png")).max() > 2
    )


def test_a_model(tiny_base, tmp_path):
    out, model = tmp_path / "out", stock_pipeline(tiny_base)
    torch.nn.init.normal_(model.unet.conv_out.weight, generator=torch.Generator().manual_seed(5))
    model.save_pretrained(tmp_path / "model")
    flags = ["--adapter", tmp_path / "model", "--prompt_template", "{prompt}, my way", "--guidance_scale", 1]
    done = run_script(*command("dreambooth", tiny_base, out, *flags))
    assert done.rc == 0, done.err
    recipe = read_recipe(out / "pictures" / "0-dreambooth.png")
    assert recipe["prompt"] == "a red lighthouse, my way" and len(recipe["adapter_sha256"]) == 64
    model.scheduler = DPMSolverMultistepScheduler.from_config(model.scheduler.config)
    expected = model(
        recipe["prompt"],
        num_inference_steps=2,
        guidance_scale=1,
        output_type="np",
        generator=torch.Generator().manual_seed(recipe["seed"]),
    ).images[0]
    assert np.abs(pixels(out / "pictures" / "0-dreambooth.png") - 255 * expected).max() <= 2
    assert np.abs(pixels(out / "pictures" / "0-base.png") - 255 * expected).max() > 20


def test_the_base_s_picture_is_painted_again_by_its_outlines(tiny_base, controlnet, tmp_path):
    words = command("controlnet", tiny_base, tmp_path, "--controlnet", controlnet, "--high_threshold", 60)
    done = run_script(*words)
    assert done.rc == 0, done.err
    with Image.open(tmp_path / "grid.png") as sheet:
        assert 3 * 288 < sheet.width < 5 * 288, "base, control map, ControlNet"
    base = pixels(tmp_path / "pictures" / "0-base.png").astype(np.uint8)
    assert np.array_equal(pixels(tmp_path / "control" / "0-canny.png"), canny(base, 100, 60))
    again = run_script(*words, "--controlnet_conditioning_scale", "0.5")
    assert again.rc == 0 and "4 pictures, 2 of them already drawn" in again.out


def test_a_picture_of_one_s_own(tiny_base, controlnet, tmp_path):
    own = Image.new("RGB", (300, 150), "white")
    own.paste("black", (100, 50, 200, 100))
    own.save(tmp_path / "own.png")
    more = ["--controlnet", controlnet, "--image", tmp_path / "own.png"]
    done = run_script(*command("controlnet", tiny_base, tmp_path / "out", *more))
    assert done.rc == 0, done.err
    picture = pixels(tmp_path / "out" / "pictures" / "0-controlnet.png")
    height, width, _ = picture.shape
    assert width / height == pytest.approx(2, rel=0.1) and height * width == pytest.approx(128 * 128, rel=0.1)
    outlines = pixels(tmp_path / "out" / "control" / "0-canny.png")[..., 0]
    rows, columns = np.nonzero(outlines)
    assert rows.min() == pytest.approx(height / 3, abs=2) and columns.max() == pytest.approx(2 * width / 3, abs=2)
    assert not (tmp_path / "out" / "pictures" / "0-base.png").exists()


def test_what_cannot_be_is_one_sentence(tiny_base, controlnet, without_torch, tmp_path):
    (tmp_path / "torn.png").write_bytes(b"\x89PNG\r\n\x1a\n torn")
    out = tmp_path / "out"
    for words, expected in [
        (command("controlnet", tiny_base, out, "--image", tmp_path / "torn.png"), ["torn.png cannot be read"]),
        (command("controlnet", tiny_base, out, "--control", "edges"), ["no control map is called", "canny, depth"]),
        (command("textual_inversion", tiny_base, out, "--adapter", out), ["finetune/textual_inversion.sh"]),
        (command("dreambooth", tiny_base, out, "--adapter", out), ["finetune/dreambooth.sh"]),
    ]:
        assert_refused(run_script(*words, **without_torch), *expected)
    words = command("controlnet", tiny_base, out, "--controlnet", controlnet, "--control", "depth")
    assert_refused(run_script(*words), "the detector depth cannot be loaded", "need no weights: canny")
    assert len(list((out / "pictures").glob("*-base.png"))) == 2, "what was finished is kept"


def test_what_is_beyond_77_tokens_is_named(tiny_base, tmp_path):
    words = command("base", tiny_base, tmp_path)[:-2]
    for _ in range(2):  # drawn, then found
        more = ["--num_images_per_prompt", 2, "--batch_size", 1, "--negative_prompt", "b " * 90]
        done = run_script(*words, "a tent", "a " * 80 + "zebra", *more)
        assert done.rc == 0 and "truncated" in done.err and "zebra" in done.err
        told, negative = [line for line in done.err.splitlines() if "truncated" in line]
        assert negative.startswith('note: "b b b b') and negative.endswith('b b" (negative prompt)')
        assert told.startswith('note: "a a a a') and told.endswith('a a zebra" (Base)') and "tent" not in told
        assert "sequence length" not in done.err
