"""What every script does with what a person types and a terminal shows."""

import json
from pathlib import Path

import pytest
from conftest import assert_refused, captioned_pictures, run_script


@pytest.mark.parametrize("script", ["inference/inference_base.py", "finetune/lora.py"])
def test_an_argument_in_another_encoding_is_refused(script: str, without_torch: dict[str, str], tmp_path: Path) -> None:
    flag = "--prompts" if script.startswith("inference") else "--validation_prompt"
    for words in ((flag, "a caf\udce9"), (f"{flag}=a caf\udce9",)):
        done = run_script(script, *words, f"--output_dir={tmp_path}", **without_torch, PYTHONUTF8="1")
        assert_refused(done, "a caf", "not UTF-8 text")


def test_a_folder_named_in_another_encoding_is_no_slip(without_torch: dict[str, str], tmp_path: Path) -> None:
    folder = captioned_pictures(tmp_path / "caf\udce9", 1)
    (folder / "metadata.jsonl").write_text("{}")
    done = run_script("finetune/lora.py", f"--train_data_dir={folder}", **without_torch, PYTHONUTF8="1")
    assert_refused(done, "metadata.jsonl line 1")


def test_captions_are_printed_to_a_terminal_of_ascii(tiny_base: Path, tmp_path: Path) -> None:
    folder = captioned_pictures(tmp_path / "pictures", 1)
    (folder / "metadata.jsonl").write_text(json.dumps({"file_name": "00.png", "text": "a café, 電"}))
    flags = [f"--pretrained_model_name_or_path={tiny_base}", f"--train_data_dir={folder}", "--max_train_steps=1",
             f"--output_dir={tmp_path / 'run'}", "--report_to=none"]  # fmt: skip
    done = run_script("finetune/lora.py", *flags, PYTHONIOENCODING="ascii")
    assert done.rc == 0, done.err
    assert "'a caf\\xe9, \\u96fb'" in done.out
