import json
import sys
from pathlib import Path

import pytest
from helpers import ROOT, assert_refused, pixels, run_script
from PIL import Image

SCRIPT = ROOT / "inference" / "inference_base.py"


@pytest.fixture(scope="module")
def drawn(tiny_base, tmp_path_factory) -> Path:
    """One run from inside inference/, with relative names, that other tests look at."""
    folder = tmp_path_factory.mktemp("base")
    done = run_script(SCRIPT, *arguments(tiny_base, folder), "--prompts", "a tent", "a car", cwd=ROOT / "inference")
    assert done.rc == 0, done.err
    assert "step/s" in done.err and str(folder / "grid.png") in done.out
    return folder


def arguments(base: Path, folder: Path) -> list:
    return ["--pretrained_model_name_or_path", base, "--output_dir", folder, "--num_inference_steps", 2, "--seed", 40,
            "--negative_prompt", "fog"]  # fmt: skip


def test_writes_sheet_pictures_recipes_and_scores(drawn):
    assert sorted(path.name for path in drawn.rglob("[!.]*") if path.is_file()) == [
        "0-base.png",
        "1-base.png",
        "grid.png",
        "scores.json",
    ]
    with Image.open(drawn / "pictures" / "1-base.png") as picture:
        recipe = json.loads(picture.text["recipe"])
        assert picture.size == (128, 128)
    expected = {"prompt": "a car", "seed": 41, "num_inference_steps": 2, "guidance_scale": 7.5, "strategy": "base",
                "negative_prompt": "fog"}  # fmt: skip
    assert expected.items() <= recipe.items()
    assert recipe["scheduler"] == "DPMSolverMultistepScheduler" and recipe["versions"]["torch"]
    scores = json.loads((drawn / "scores.json").read_text())
    assert [entry["seed"] for entry in scores["pictures"]] == [40, 41]


def test_what_is_drawn_is_kept_and_what_is_missing_or_damaged_is_drawn_again(drawn, tiny_base):
    kept, damaged = drawn / "pictures" / "0-base.png", drawn / "pictures" / "1-base.png"
    before, whole = kept.stat().st_mtime_ns, pixels(damaged)
    damaged.write_bytes(damaged.read_bytes()[:2000])
    done = run_script(SCRIPT, *arguments(tiny_base, drawn), "--prompts", "a tent", "a car")
    assert done.rc == 0 and "2 pictures, 1 of them already drawn" in done.out
    assert kept.stat().st_mtime_ns == before and (pixels(damaged) == whole).all()


def test_the_row_after_the_last_seed_has_the_first(tiny_base, tmp_path):
    done = run_script(SCRIPT, *arguments(tiny_base, tmp_path), "--seed", 2**64 - 1, "--prompts", "a tent", "a car")
    assert done.rc == 0, done.err
    scores = json.loads((tmp_path / "scores.json").read_text())
    assert [entry["seed"] for entry in scores["pictures"]] == [2**64 - 1, 0]


def test_a_full_disk_is_one_sentence_and_the_same_command_goes_on(drawn, tiny_base, tmp_path):
    """Pictures here have some 45 kB, and the sheet more than 100."""
    words = [sys.executable, SCRIPT, *arguments(tiny_base, tmp_path), "--prompts", "a tent", "a car"]
    done = run_script("bash", "-c", 'ulimit -f 100; exec "$@"', "bash", *words)
    assert_refused(done, "the disk is full", "kept", "run it again")
    assert len(list((tmp_path / "pictures").iterdir())) == 2 and not (tmp_path / "grid.png").exists()
    done = run_script(*words)
    assert done.rc == 0 and "2 pictures, 2 of them already drawn" in done.out
    assert (tmp_path / "grid.png").read_bytes() == (drawn / "grid.png").read_bytes()


@pytest.mark.parametrize("content, words", [("\n  \n", "is empty"), (b"\xff\xfe\x00", "cannot be read")])
def test_prompt_files_that_say_nothing(tmp_path, tiny_base, without_torch, content, words):
    file = tmp_path / "prompts.txt"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    done = run_script(SCRIPT, *arguments(tiny_base, tmp_path / "out"), "--prompts", file, **without_torch)
    assert_refused(done, str(file), words)


def test_bad_input_is_one_sentence(tmp_path, tiny_base, without_torch):
    def refused(*flags, words):
        assert_refused(run_script(SCRIPT, *arguments(tiny_base, tmp_path / "out"), *flags, **without_torch), *words)

    refused("--prompts", tmp_path / "none.txt", words=["none.txt", "cannot be read"])
    refused("--prompts", "a tent", " ", words=["prompt 2 of 2 is empty"])
    refused("--num_inference_steps", "999", words=["--num_inference_steps 999", "998"])
    refused("--height", "100", words=["--height 100", "multiple of 8"])
    refused("--pretrained_model_name_or_path", tmp_path / "no", words=["no folder", "miniature"])
    refused("--pretrained_model_name_or_path", tmp_path, words=["no diffusers pipeline", "miniature"])
    (tmp_path / "file").touch()
    refused("--output_dir", tmp_path / "file" / "out", words=["cannot write into", "--output_dir"])
    assert not list((tmp_path / "out").rglob("*.png"))


def test_unreachable_hub_names_the_miniature(tmp_path):
    done = run_script(SCRIPT, *arguments(Path("nobody/nothing"), tmp_path))
    assert_refused(done, "nobody/nothing", "--pretrained_model_name_or_path miniature")


def test_a_damaged_reference_is_told_before_anything_is_drawn(tmp_path, tiny_base, without_torch):
    (tmp_path / "look" / "night").mkdir(parents=True)
    Image.effect_noise((64, 64), 50).save(tmp_path / "look" / "night" / "torn.jpg")
    torn = tmp_path / "look" / "night" / "torn.jpg"
    torn.write_bytes(torn.read_bytes()[:700])
    words = [*arguments(tiny_base, tmp_path / "out"), "--reference_dir", tmp_path / "look"]
    assert_refused(run_script(SCRIPT, *words, **without_torch), str(torn), "cannot be read")


def test_compiling_without_a_compiler_is_refused(tmp_path, tiny_base):
    done = run_script(SCRIPT, *arguments(tiny_base, tmp_path / "out"), "--compile", PATH=str(tmp_path), CXX="g++")
    assert_refused(done, "--compile needs a C++ compiler")


def test_wrong_numbers_are_refused_by_name():
    done = run_script(SCRIPT, "--num_inference_steps", "0")
    assert done.rc == 2 and "--num_inference_steps: 0 is below 1" in done.err
    done = run_script(SCRIPT, "--batch_size", "many")
    assert done.rc == 2 and "--batch_size: invalid int value: 'many'" in done.err
    done = run_script(SCRIPT, "--prompts")
    assert done.rc == 2 and "--prompts: expected at least one argument" in done.err


@pytest.mark.parametrize(
    ("script", "flag"),
    [
        *((f"inference_{name}.py", "--num_inference_steps") for name in ("base", "lora", "controlnet")),
        ("compare.py", "--num_inference_steps"),
        ("report.py", "--output_dir"),
        ("votes.py", "--resamples"),
    ],
)
def test_help_is_quick(script, flag, without_torch):
    done = run_script(f"inference/{script}", "--help", **without_torch)
    assert done.rc == 0 and flag in done.out and script in done.out
