"""compare.py as a person runs it: columns, sweeps, what is reused, what is missing, several processes."""

import json
import os
import re
import shutil
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import torch
import warm
from diffusers import ControlNetModel, StableDiffusionPipeline
from helpers import ROOT, assert_refused, pixels, run_script
from painted_comparison import read_page
from PIL import Image
from safetensors.torch import save_file
from tiny_models import make_tiny_base

from inference.files import locked
from inference.image_io import read_recipe
from inference.options import sampling_parser
from inference.report_page import write_report
from inference.strategies import BASE, lora

SCRIPT = ROOT / "inference" / "compare.py"
PROMPTS = ["a red lighthouse", "a castle", "a tent"]
ALL = ["base", "lora", "textual_inversion", "dreambooth", "controlnet"]


@pytest.fixture(scope="module")
def adapters(tiny_base, tiny_lora, tmp_path_factory) -> dict[str, Path]:
    """One of each for the tiny base, with random weights."""
    folder = tmp_path_factory.mktemp("adapters")
    vectors = torch.randn(2, 32, generator=torch.Generator().manual_seed(0)) * 0.1
    save_file({"<look>": vectors}, folder / "look.safetensors")
    other = StableDiffusionPipeline.from_pretrained(tiny_base)
    torch.manual_seed(2)
    own = ControlNetModel.from_unet(other.unet, conditioning_embedding_out_channels=(8, 8, 8, 8))
    for name, weight in own.named_parameters():
        if name.startswith("controlnet_") and weight.ndim == 4:
            torch.nn.init.kaiming_normal_(weight)
    own.save_pretrained(folder / "controlnet")
    for weight in other.unet.parameters():
        weight.data += 0.05 * torch.randn_like(weight)
    other.save_pretrained(folder / "model")
    return {
        "lora": tiny_lora,
        "textual_inversion": folder / "look.safetensors",
        "dreambooth": folder / "model",
        "controlnet": folder / "controlnet",
    }


def command(base, folder, adapters: dict, *more) -> list[str]:
    flags = [f"--{name}={adapter}" for name, adapter in adapters.items()]
    flags += [f"--pretrained_model_name_or_path={base}", f"--output_dir={folder}", "--num_inference_steps=2"]
    return [str(word) for word in (SCRIPT, *flags, "--reference_dir", ROOT / "images" / "none", *more)]


def strategies(folder: Path) -> list[str]:
    scores = json.loads((folder / "scores.json").read_text())
    return list(dict.fromkeys(entry["strategy"] for entry in scores["pictures"]))


@pytest.fixture(scope="module")
def compared(tiny_base, adapters, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("compared")
    done = run_script(*command(tiny_base, folder, adapters, "--prompts", *PROMPTS))
    assert done.rc == 0, done.err
    assert "15 pictures, 0 of them already drawn" in done.out
    for word in ("luminance_contrast", "base_edge_f1", "95 % bootstrap intervals", "page: "):
        assert word in done.out
    return folder


def test_a_row_per_prompt_and_a_column_per_strategy(compared):
    assert strategies(compared) == ALL
    with Image.open(compared / "grid.png") as sheet:
        assert sheet.width > 5 * 288 and 3 * 288 < sheet.height < 4 * 288
    assert "<html" in (compared / "report.html").read_text()
    scores = json.loads((compared / "scores.json").read_text())
    for name in ALL:
        own = scores["strategies"][name]["colourfulness"]
        assert own["low"] <= own["mean"] <= own["high"] and own["mean"] == scores["means"][name]["colourfulness"]
    assert set(scores["against_base"]) == set(ALL[1:])
    assert all(entry["prompt"] == PROMPTS[entry["row"]] for entry in scores["pictures"]), "without style words"


def test_only_the_weights_and_the_prompt_s_style_differ_along_a_row(compared):
    for row in range(3):
        recipes = [read_recipe(compared / "pictures" / f"{row}-{name}.png") for name in ALL]
        assert {recipe["seed"] for recipe in recipes} == {row}
        assert recipes[2]["prompt"] == f"{PROMPTS[row]}, in the style of <look>"
        assert recipes[3]["prompt"] == f"{PROMPTS[row]}, in cinematic style"
        assert recipes[4]["prompt"] == f"{PROMPTS[row]}, dramatic lighting" and recipes[4]["control"] == "canny"
        base = pixels(compared / "pictures" / f"{row}-base.png")
        for name in ALL[1:]:
            assert np.abs(pixels(compared / "pictures" / f"{row}-{name}.png") - base).max() > 2, name
        outlines = pixels(compared / "control" / f"{row}-canny.png")
        assert set(np.unique(outlines)) <= {0, 255}


def test_several_processes_make_the_same_sheet(tiny_base, adapters, compared, tmp_path):
    words = command(tiny_base, tmp_path, adapters, "--prompts", *PROMPTS, "--batch_size", 2)
    launch = ["accelerate", "launch", "--cpu", "--num_processes=2", "--num_machines=1", "--mixed_precision=no"]
    port = str(29000 + time.time_ns() % 1000)
    binary = Path(sys.executable).parent / "accelerate"
    done = run_script(binary, *launch[1:], f"--main_process_port={port}", *words, OMP_NUM_THREADS="1")
    assert done.rc == 0, done.err
    assert done.out.count("15 pictures, 0 of them already drawn") == 1, "one process speaks"
    for path in sorted((compared / "pictures").iterdir()):
        assert np.abs(pixels(path) - pixels(tmp_path / "pictures" / path.name)).max() <= 1, path.name
    assert (tmp_path / "grid.png").exists() and strategies(tmp_path) == ALL


def test_sweeps_are_columns_and_what_is_there_is_reused(tiny_base, adapters, compared, tmp_path):
    folder = tmp_path / "sweep"
    shutil.copytree(compared, folder)
    lora = {"lora": adapters["lora"]}
    more = ["--strategies", "lora", "--lora_scale", 0, 0.5, 1, 1.0, "--prompts", *PROMPTS]
    done = run_script(*command(tiny_base, folder, lora, *more))
    assert done.rc == 0, done.err
    assert "12 pictures, 3 of them already drawn" in done.out and "DreamBooth" not in done.err
    assert strategies(folder) == ["base", "lora-0", "lora-0.5", "lora-1"]
    distances = [
        np.abs(pixels(folder / "pictures" / f"0-lora-{scale}.png") - pixels(folder / "pictures" / "0-base.png")).mean()
        for scale in ("0", "0.5", "1")
    ]
    assert distances[0] < 1 < distances[2] and distances[0] < distances[1]
    assert np.array_equal(pixels(folder / "pictures" / "0-lora-1.png"), pixels(compared / "pictures" / "0-lora.png"))


def test_checkpoints_are_columns_in_order(tiny_base, adapters, tmp_path):
    run = tmp_path / "run"
    for name in ("checkpoint-100", "checkpoint-20", "."):
        (run / name).mkdir(parents=True, exist_ok=True)
        shutil.copy(adapters["lora"] / "pytorch_lora_weights.safetensors", run / name)
    more = ["--strategies", "lora", "--checkpoints", run, "--prompts", "a tent", "--num_images_per_prompt", 2]
    done = run_script(*command(tiny_base, tmp_path / "out", {}, *more))
    assert done.rc == 0, done.err
    assert strategies(tmp_path / "out") == ["base", "checkpoint-20", "checkpoint-100", "final"]
    seeds = [read_recipe(tmp_path / "out" / "pictures" / f"{row}-final.png")["seed"] for row in (0, 1)]
    assert seeds == [0, 1], "one prompt twice, each with a seed of its own"


def test_a_killed_comparison_goes_on(tiny_base, adapters, tmp_path, said):
    more = ["--strategies", "lora", "--prompts", *PROMPTS, "--batch_size", 1, "--num_inference_steps", 30]
    words = command(tiny_base, tmp_path, {"lora": adapters["lora"]}, *more)
    process = warm.Process(words, said)
    deadline = time.monotonic() + 200
    while not list((tmp_path / "pictures").glob("[!.]*.png")) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.killed()
    kept = {path: path.stat().st_mtime_ns for path in (tmp_path / "pictures").glob("[!.]*.png")}
    assert 1 <= len(kept) < 6 and not (tmp_path / "grid.png").exists()
    done = run_script(*words)
    assert done.rc == 0 and f"6 pictures, {len(kept)} of them already drawn" in done.out
    assert all(path.stat().st_mtime_ns == made for path, made in kept.items())


def test_what_was_lost_is_drawn_again_to_the_same_bits(tiny_base, adapters, compared, tmp_path):
    """In the batch it belonged to: one picture of a column, two, a whole one, and one with a changed bit."""
    folder = tmp_path / "again"
    shutil.copytree(compared, folder)
    pictures = folder / "pictures"
    for name in ("1-base", "0-lora", "2-lora", *(f"{row}-dreambooth" for row in range(3))):
        (pictures / f"{name}.png").unlink()
    data = bytearray((pictures / "2-controlnet.png").read_bytes())
    data[len(data) // 2] ^= 4
    (pictures / "2-controlnet.png").write_bytes(data)
    done = run_script(*command(tiny_base, folder, adapters, "--prompts", *PROMPTS))
    assert done.rc == 0 and "15 pictures, 8 of them already drawn" in done.out, done.err
    for path in (compared / "pictures").glob("*.png"):
        assert (pixels(path) == pixels(pictures / path.name)).all(), path.name
    assert (folder / "scores.json").read_bytes() == (compared / "scores.json").read_bytes()
    # a prompt more is drawn without those that are there
    done = run_script(*command(tiny_base, folder, {}, "--strategies", "base", "--prompts", *PROMPTS, "a mill"))
    assert done.rc == 0 and "4 pictures, 3 of them already drawn" in done.out, done.err
    assert "2/2" in done.err, "two steps of one picture"


def test_two_comparisons_in_one_folder_do_not_mix(tiny_base, tmp_path):
    words = command(tiny_base, tmp_path, {}, "--strategies", "base", "--prompts", *PROMPTS)
    with locked(tmp_path):
        assert_refused(run_script(*words), f"process {os.getpid()} is writing to {tmp_path}", "--output_dir")
    assert not (tmp_path / "pictures").exists()


def test_the_page_of_a_comparison_that_broke_off_shows_no_other_s_pictures(tiny_base, tiny_lora, tmp_path, monkeypatch):
    """In this process, because only here can it break off at a certain picture."""
    from inference import comparison, image_io

    flags = {"pretrained_model_name_or_path": tiny_base, "output_dir": tmp_path, "num_inference_steps": 1}
    flags |= {"batch_size": 1, "reference_dir": tmp_path / "none"}
    strategies = [BASE, lora(tiny_lora, tiny_base)]

    def job(*prompts: str) -> comparison.Job:
        words = [f"--{name}={value}" for name, value in flags.items()]
        return comparison.Job(sampling_parser("", "").parse_args([*words, "--prompts", *prompts]))

    def save_one(picture, path, recipe, save=image_io.save_picture):
        if list((tmp_path / "pictures").glob("*.png")):
            raise KeyboardInterrupt
        save(picture, path, recipe)

    job("a tent", "a tree").compare(strategies)
    monkeypatch.setattr(image_io, "save_picture", save_one)
    with pytest.raises(KeyboardInterrupt):
        job("a car", "a castle").compare(strategies)
    _, content = read_page(write_report(tmp_path))
    assert [row["prompt"] for row in content["rows"]] == ["a car"] and content["scores"] == []
    assert [strategy["name"] for strategy in content["strategies"]] == ["base"]


def test_a_missing_adapter_is_said_and_the_rest_goes_on(tiny_base, adapters, tmp_path, monkeypatch, capsys):
    """In this process, because only here can outputs/ be another folder."""
    from inference import compare

    monkeypatch.setattr(compare, "OUTPUTS", tmp_path / "outputs")
    held = {"controlnet": adapters["controlnet"]}
    monkeypatch.setattr(sys, "argv", command(tiny_base, tmp_path / "out", held, "--prompts", "a tent"))
    compare.main()
    told = capsys.readouterr().err
    _, content = read_page(tmp_path / "out" / "report.html")
    assert [notice["title"] for notice in content["notices"]] == ["LoRA", "Textual inversion", "DreamBooth"]
    assert content["notices"][0]["text"].endswith("outputs/lora; make one with finetune/lora.sh")
    for title, script in (("LoRA", "lora"), ("Textual inversion", "textual_inversion"), ("DreamBooth", "dreambooth")):
        assert re.search(rf"left out: {title}: .*make one with finetune/{script}\.sh", told)
    assert strategies(tmp_path / "out") == ["base", "controlnet"]
    with Image.open(tmp_path / "out" / "grid.png") as sheet:
        assert sheet.width > 5 * 288, "their columns are there, and say so"


def test_what_was_not_named_and_does_not_fit_is_left_out(tiny_base, tiny_lora, tmp_path, monkeypatch, capsys):
    """A LoRA of another base and a pickle in outputs/, and a ControlNet that no hub gives."""
    from inference import compare

    outputs, base = tmp_path / "outputs", make_tiny_base(tmp_path / "other", text_width=48)
    shutil.copytree(tiny_lora, outputs / "lora")
    (outputs / "textual_inversion").mkdir()
    (outputs / "textual_inversion" / "learned_embeds.bin").write_bytes(b"pickle")
    (outputs / "dreambooth").mkdir()
    (outputs / "dreambooth" / "model_index.json").write_text("{}")
    monkeypatch.setattr(compare, "OUTPUTS", outputs)
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr(sys, "argv", command(base, tmp_path / "out", {}, "--prompts", "a tent"))
    compare.main()
    told = capsys.readouterr().err
    for words in ("LoRA: .* was made for another base.*, 48", "Textual inversion: .* is a pickle, .*save_file",
                  "DreamBooth: .* is not whole", "ControlNet: .*hub gave no ControlNet"):  # fmt: skip
        assert re.search(f"left out: {words}", told), told
    notices = json.loads((tmp_path / "out" / "scores.json").read_text())["notices"]
    assert list(notices) == ["LoRA", "Textual inversion", "DreamBooth", "ControlNet"]
    assert all(len(text) < 330 for text in notices.values()) and "another base; name the base" in notices["LoRA"]
    assert strategies(tmp_path / "out") == ["base"]


def test_a_detector_that_cannot_be_had_is_told_before_drawing(tiny_base, adapters, tmp_path):
    named = {"controlnet": adapters["controlnet"]}
    done = run_script(*command(tiny_base, tmp_path, named, "--strategies", "controlnet", "--control", "depth"))
    assert_refused(done, "the detector depth cannot be loaded", "need no weights: canny")
    assert not (tmp_path / "pictures").exists()


def test_bad_input_is_one_sentence_before_anything_is_loaded(tiny_base, adapters, without_torch, tmp_path):
    other = make_tiny_base(tmp_path / "other", text_width=48)
    (tmp_path / "file").write_text("not a folder")
    only = ("--strategies", "controlnet")
    for words, expected in [
        (command(tiny_base, tmp_path, {"lora": tmp_path / "nowhere"}), ["no adapter at"]),
        (command(other, tmp_path, {"lora": adapters["lora"]}), ["made for another base", "[4, 32]"]),
        (command(other, tmp_path, {"textual_inversion": adapters["textual_inversion"]}), ["another base", "48 wide"]),
        (command(tiny_base, tmp_path, {}, *only, "--control", "edges"), ['no control map is called "edges"', "canny"]),
        (command(tiny_base, tmp_path, {"controlnet": adapters["controlnet"]}, *only, "--cinematic_prompt", "dusk"),
         ["has no {prompt} in it"]),
        (command(tiny_base, tmp_path / "file", {}), ["cannot write"]),
        (command(tiny_base, tmp_path, {"checkpoints": tmp_path}), ["no checkpoint with a pytorch_lora_weights"]),
        (command(tiny_base, tmp_path, {"checkpoints": tmp_path, "lora": tmp_path}), ["both name LoRAs"]),
    ]:  # fmt: skip
        assert_refused(run_script(*words, **without_torch), *expected)
    unknown = run_script(*command(tiny_base, tmp_path, {}, "--strategies", "hypernetwork"))
    assert unknown.rc == 2 and "invalid choice: 'hypernetwork'" in unknown.err and "textual_inversion" in unknown.err
