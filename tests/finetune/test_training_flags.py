"""Flags that the three trainers share, as far as no model is needed to judge them."""

import argparse

import pytest
from conftest import ROOT

from finetune import options
from inference.cli import InputError

SCRIPTS = ("lora", "textual_inversion", "dreambooth")


def checked(*flags: str, pictures: int = 5, processes: int = 1) -> argparse.Namespace:
    args = options.training_parser("", "x").parse_args(["--report_to=none", *flags])
    options.check(args, pictures, processes, cuda=False)
    return args


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_persons_epochs_go_before_the_scripts_steps(script: str) -> None:
    words = (ROOT / "finetune" / f"{script}.sh").read_text().split()
    steps = f"--max_train_steps={words[words.index('--max_train_steps') + 1]}"
    assert checked(steps).max_train_steps > 100
    epochs = ["--num_train_epochs=3", "--train_batch_size=2", "--gradient_accumulation_steps=2"]
    assert checked(steps, *epochs).max_train_steps == 4  # 15 pictures, 4 a step
    assert checked(steps, *epochs, processes=2).max_train_steps == 2
    assert checked(steps, *epochs, "--max_train_steps=9").max_train_steps == 9


def test_without_a_length_and_without_samples() -> None:
    args = checked()
    assert (args.max_train_steps, args.num_validation_images, args.validation_steps) == (400, 4, 100)
    assert checked("--validation_prompt=a", "--validation_steps=7").validation_steps == 7
    none = checked("--validation_prompt=a", "--num_validation_images=0", "--validation_steps=7")
    assert none.validation_prompt is None


def test_a_short_trial_of_a_recipe_warms_up_for_a_tenth_of_it(capsys: pytest.CaptureFixture) -> None:
    assert checked("--lr_warmup_steps=20", "--max_train_steps=10").lr_warmup_steps == 1
    assert "10 steps warms up for 1, not --lr_warmup_steps 20" in capsys.readouterr().out
    assert checked("--lr_warmup_steps=20", "--max_train_steps=20").lr_warmup_steps == 20
    assert "note" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--snr_gamma=0"], "--snr_gamma 0"),
        (["--num_validation_images=2"], "--num_validation_images 2 does nothing without --validation_prompt"),
        (["--validation_steps=2"], "--validation_steps 2 does nothing without --validation_prompt"),
        (["--optimizer=prodigy"], "pip install prodigyopt"),
        (["--optimizer=adamw8bit"], "bitsandbytes"),
        (["--use_8bit_adam"], "bitsandbytes"),
        (["--learning_rate=0"], "--learning_rate 0"),
    ],
)
def test_what_cannot_be_meant(flags: list[str], words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(options, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=words):
        checked(*flags)
