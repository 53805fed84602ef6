"""Flags that the three trainers share, as far as no model is needed to judge them, and those of diffusers' scripts."""

import argparse
import importlib
import shlex
import sys
from pathlib import Path

import pytest
import warm
from helpers import ROOT, captioned_pictures, run_script

from finetune import diffusers_flags, training_flags
from inference.cli import InputError

SCRIPTS = ("lora", "textual_inversion", "dreambooth")


def checked(*flags: str, pictures: int = 5, processes: int = 1) -> argparse.Namespace:
    args = training_flags.training_parser("", "x").parse_args(["--report_to=none", *flags])
    training_flags.check(args, pictures, processes, cuda=False)
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
        (["--adam_beta2=1"], "--adam_beta2 1.0 keeps everything"),
        (["--lr_num_cycles=2"], "--lr_num_cycles 2 does nothing without --lr_scheduler cosine_with_restarts"),
        (["--lr_power=2", "--lr_scheduler=cosine"], "--lr_power 2.0 does nothing without --lr_scheduler polynomial"),
    ],
)
def test_what_cannot_be_meant(flags: list[str], words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(training_flags, "find_spec", lambda name: None)
    with pytest.raises(InputError, match=words):
        checked(*flags)


# every flag of diffusers 0.42's examples, with a value: of train_text_to_image_lora.py, textual_inversion.py and
# train_dreambooth.py, and below what the last two do not have or have besides
IN_ALL = """pretrained_model_name_or_path=base revision=main variant=fp16 validation_prompt=a num_validation_images=0
output_dir=out seed=0 resolution=64 center_crop train_batch_size=1 num_train_epochs=2 max_train_steps=6
gradient_accumulation_steps=1 gradient_checkpointing learning_rate=5.0e-04 scale_lr lr_scheduler=constant
lr_warmup_steps=0 allow_tf32 dataloader_num_workers=4 adam_beta1=0.8 adam_beta2=0.99 adam_weight_decay=1e-3
adam_epsilon=1e-6 push_to_hub hub_token=x hub_model_id=me/it logging_dir=logs mixed_precision=bf16 report_to=all
local_rank=0 checkpointing_steps=2 checkpoints_total_limit=2 resume_from_checkpoint=checkpoint-4
enable_xformers_memory_efficient_attention"""
DIFFUSERS = {
    "lora": """dataset_name=a/b dataset_config_name=c train_data_dir=pictures image_column=image caption_column=text
        validation_epochs=1 max_train_samples=9 cache_dir=cache random_flip snr_gamma=5 use_8bit_adam max_grad_norm=0.5
        prediction_type=epsilon noise_offset=0.1 rank=8 image_interpolation_mode=lanczos""",
    "textual_inversion": """save_steps=1 save_as_full_pipeline num_vectors=2 tokenizer_name=t train_data_dir=pictures
        placeholder_token=<cat-toy> initializer_token=a learnable_property=object repeats=100 lr_num_cycles=3
        validation_steps=7 validation_epochs=1 no_safe_serialization""",
    "dreambooth": """tokenizer_name=t instance_data_dir=pictures class_data_dir=class instance_prompt=photo
        class_prompt=dog with_prior_preservation prior_loss_weight=0.5 num_class_images=9 train_text_encoder
        sample_batch_size=2 lr_num_cycles=3 lr_power=2.0 use_8bit_adam max_grad_norm=0.5 validation_steps=7
        prior_generation_precision=fp16 set_grads_to_none offset_noise snr_gamma=5 pre_compute_text_embeddings
        tokenizer_max_length=77 text_encoder_use_attention_mask skip_save_text_encoder validation_images=a.png
        class_labels_conditioning=timesteps validation_scheduler=DDPMScheduler""",
}
NEEDED = {
    "lora": [],
    "textual_inversion": ["--initializer_token=a"],
    "dreambooth": ["--instance_prompt=photo", "--with_prior_preservation"],
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_flag_of_diffusers_works_or_is_refused_for_a_reason(
    script: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    trainer, refused = importlib.import_module(f"finetune.{script}"), set()
    for flag in (IN_ALL + " " + DIFFUSERS[script]).split():
        name, _, value = flag.partition("=")
        monkeypatch.setattr(sys, "argv", [f"{script}.py", *NEEDED[script], f"--{flag}"])
        try:
            args = vars(trainer.parse_args())
        except InputError as error:
            assert str(error).startswith(f"--{name} has no part here: ") and name in diffusers_flags.REFUSED
            refused.add(name)
            continue
        said = capsys.readouterr().out
        if name in diffusers_flags.AS_EVER:
            assert said.startswith(f"note: --{name} changes nothing: ") and name not in args
            continue
        name, value = {"instance_data_dir": ("train_data_dir", value), "offset_noise": ("noise_offset", "0.1")}.get(
            name, (name, value or "True")
        )
        found = args[name]
        assert str(found) == value or float(found) == float(value), (name, found)
    assert (
        refused
        >= {"lora": {"dataset_name"}, "textual_inversion": {"repeats"}, "dreambooth": {"tokenizer_name"}}[script]
    )


# what diffusers' own tests call their scripts with, but for --dataset_name, and how a second call goes on
CALLED = "--resolution 64 --train_batch_size 1 --gradient_accumulation_steps 1 --learning_rate 5.0e-04 --scale_lr"
CALLED += " --lr_scheduler constant --lr_warmup_steps 0"
THEIR_TESTS = {
    "lora": (
        "--center_crop --random_flip --max_train_steps 4 --checkpointing_steps=2 --seed=0 --num_validation_images=0",
        "--max_train_steps 8 --resume_from_checkpoint=checkpoint-4 --checkpoints_total_limit=2",
        {"checkpoint-6", "checkpoint-8"},
    ),
    "textual_inversion": (
        "--learnable_property object --placeholder_token <cat-toy> --initializer_token a --save_steps 1 --num_vectors 2"
        " --max_train_steps 3 --checkpointing_steps=1 --checkpoints_total_limit=2",
        "--max_train_steps 2 --resume_from_checkpoint=checkpoint-2",
        {"checkpoint-2"},
    ),
    "dreambooth": (
        "--instance_prompt photo --max_train_steps 4 --checkpointing_steps=2 --seed=0",
        "--max_train_steps 6 --resume_from_checkpoint=checkpoint-4 --checkpoints_total_limit=2",
        {"checkpoint-4", "checkpoint-6"},
    ),
}


@pytest.mark.parametrize("script", SCRIPTS)
def test_what_the_tests_of_diffusers_call_works(script: str, tiny_base: Path, tmp_path: Path) -> None:
    folder = captioned_pictures(tmp_path / "pictures", 2)
    if script != "lora":
        (folder / "metadata.jsonl").unlink()  # theirs have no captions
    first, second, kept = THEIR_TESTS[script]
    data = "--instance_data_dir" if script == "dreambooth" else "--train_data_dir"
    flags = [
        "--pretrained_model_name_or_path",
        str(tiny_base),
        data,
        str(folder),
        "--output_dir",
        str(tmp_path / "out"),
    ]
    flags += shlex.split(f"{CALLED} {first}")
    for more in ([], shlex.split(second)):
        done = run_script(f"finetune/{script}.py", *flags, *more, **warm.environment())
        assert done.rc == 0, done.err
    assert {path.name for path in (tmp_path / "out").glob("checkpoint-*")} == kept
