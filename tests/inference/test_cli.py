"""What every script does with what a person types and a terminal shows."""

import json
import sys
from pathlib import Path

import pytest
from helpers import assert_refused, captioned_pictures, run_script
from safetensors import SafetensorError

from inference.cli import run


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


@pytest.mark.parametrize(
    "error, sentence",
    [
        (PermissionError(13, "Permission denied", "/theirs/a.png"), "error: /theirs/a.png: permission denied; give"),
        (OSError(30, "Read-only file system", "/rom"), "error: /rom: read-only file system; give"),
        (OSError(13, "Permission denied", "/mine", None, "/theirs"), "error: /theirs: permission denied; give"),
        (SafetensorError("I/O error: No space left on device (os error 28)"), "error: the disk is full; what is"),
        (OSError(28, "No space left on device"), "error: the disk is full; what is finished is kept"),
    ],
)  # fmt: skip
def test_what_the_system_refuses_is_one_sentence(error, sentence, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["a.py"])

    def main() -> None:
        raise error

    with pytest.raises(SystemExit, match="2"):
        run(main)
    said = capsys.readouterr().err
    assert sentence in said and len(said.splitlines()) == 1


def test_a_fault_of_ours_is_no_sentence(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["a.py"])

    def main() -> None:
        raise OSError(5, "Input/output error", "/disk")

    with pytest.raises(OSError, match="/disk"):
        run(main)
