import json
import os
import re
import signal
import time

import numpy as np
import pytest
import warm
from helpers import ROOT, assert_refused, pixels, run_script
from PIL import Image
from tiny_models import make_tiny_base

SCRIPT = ROOT / "inference" / "inference_lora.py"
PROMPTS = ["a red lighthouse by the sea", "a castle in the snow"]


def command(base, adapter, folder, *more) -> list[str]:
    flags = ["--pretrained_model_name_or_path", base, "--adapter", adapter, "--output_dir", folder]
    return [str(word) for word in (SCRIPT, *flags, "--num_inference_steps", 3, "--prompts", *PROMPTS, *more)]


@pytest.fixture(scope="module")
def drawn(tiny_base, tiny_lora, tmp_path_factory):
    folder = tmp_path_factory.mktemp("lora_run")
    done = run_script(*command(tiny_base, tiny_lora, folder))
    assert done.rc == 0, done.err
    assert "No LoRA keys" not in done.err and "Warning" not in done.err, done.err
    return folder


def difference(folder, row: int) -> int:
    """The largest between base and LoRA in this row, in [0, 255]."""
    base, lora = (pixels(folder / "pictures" / f"{row}-{strategy}.png") for strategy in ("base", "lora"))
    return np.abs(base - lora).max()


def recipe(path) -> dict:
    with Image.open(path) as picture:
        return json.loads(picture.text["recipe"])


def test_same_seed_along_a_row_and_the_adapter_in_the_recipe(drawn):
    for row in (0, 1):
        base, lora = (recipe(drawn / "pictures" / f"{row}-{strategy}.png") for strategy in ("base", "lora"))
        assert base["seed"] == lora["seed"] == row and base["prompt"] == lora["prompt"] == PROMPTS[row]
        assert re.fullmatch("[0-9a-f]{64}", lora["adapter_sha256"]) and lora["lora_scale"] == 1
        assert {key: base[key] for key in base if key != "strategy"}.items() <= lora.items()
        assert difference(drawn, row) > 2


def test_sheet_and_scores(drawn):
    with Image.open(drawn / "grid.png") as sheet:
        assert sheet.width > 2 * 288 + 250 and sheet.height > 2 * 288
    scores = json.loads((drawn / "scores.json").read_text())
    assert [(entry["row"], entry["strategy"]) for entry in scores["pictures"]] == [
        (0, "base"),
        (0, "lora"),
        (1, "base"),
        (1, "lora"),
    ]
    assert scores["means"].keys() == {"base", "lora"}


def test_another_scale_draws_the_lora_again_and_keeps_the_base(drawn, tiny_base, tiny_lora):
    done = run_script(*command(tiny_base, tiny_lora, drawn, "--lora_scale", 0))
    assert done.rc == 0 and "4 pictures, 2 of them already drawn" in done.out
    assert difference(drawn, 0) <= 1 and difference(drawn, 1) <= 1


def test_interrupted_run_keeps_whole_pictures_and_goes_on(tiny_base, tiny_lora, tmp_path, said):
    words = command(tiny_base, tiny_lora, tmp_path, "--batch_size", 1, "--num_inference_steps", 200)
    process = warm.Process(words, said)
    deadline = time.monotonic() + 120
    while not list((tmp_path / "pictures").glob("[!.]*.png")) and time.monotonic() < deadline:
        time.sleep(0.02)
    os.kill(process.pid, signal.SIGINT)
    stopped = process.finished()
    assert stopped.rc == 130 and "Traceback" not in stopped.err, stopped
    kept = list((tmp_path / "pictures").iterdir())
    assert 1 <= len(kept) < 4 and all(pixels(path).shape == (128, 128, 3) for path in kept)
    assert not (tmp_path / "grid.png").exists()
    done = run_script(*words)
    assert done.rc == 0 and f"4 pictures, {len(kept)} of them already drawn" in done.out


def test_bad_adapters_are_one_sentence_before_anything_is_loaded(tiny_base, tiny_lora, without_torch, tmp_path):
    (tmp_path / "old.bin").write_bytes(b"pickle")
    (tmp_path / "torn.safetensors").write_bytes((tiny_lora / "pytorch_lora_weights.safetensors").read_bytes()[:100])
    (tmp_path / "empty").mkdir()
    other = make_tiny_base(tmp_path / "other", text_width=48)
    for base, adapter, words in [
        (tiny_base, tmp_path / "nowhere", ["no adapter at", "nowhere", "finetune/lora.sh"]),
        (tiny_base, tmp_path / "empty", ["no pytorch_lora_weights.safetensors in"]),
        (tiny_base, tmp_path / "old.bin", ["is a pickle", "save_file"]),
        (tiny_base, tmp_path / "torn.safetensors", ["cannot be read as safetensors"]),
        (other, tiny_lora, ["made for another base", "[4, 32]", ", 48]"]),
        ("nobody/nothing", tmp_path / "nowhere", ["no adapter at"]),  # told before a base is fetched
    ]:
        assert_refused(run_script(*command(base, adapter, tmp_path / "out"), **without_torch), *words)
    assert not list((tmp_path / "out").rglob("*.png"))
