"""Going on with a run: at the rate it had, and with every change that decides the result named."""

import importlib
import sys
from pathlib import Path

import pytest
import torch


def test_a_schedule_goes_on_at_its_rate_at_once() -> None:
    """Also where the optimizer's own groups are not restored, as with DeepSpeed."""
    from diffusers.optimization import get_scheduler

    from finetune.resume import load_schedule

    def begun(rate: float):
        optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.ones(2))], lr=rate)
        return get_scheduler("cosine", optimizer, num_warmup_steps=4, num_training_steps=10)

    whole, resumed, faster = begun(0.1), begun(0.1), begun(0.2)
    for _ in range(3):
        whole.optimizer.step()
        whole.step()
    load_schedule(resumed, whole.state_dict(), weight_decay=0.5)
    load_schedule(faster, whole.state_dict(), weight_decay=0.5)
    for _ in range(3):
        rates = [schedule.optimizer.param_groups[0]["lr"] for schedule in (whole, resumed, faster)]
        assert rates[0] == rates[1] > 0 and rates[2] == pytest.approx(2 * rates[0])
        for schedule in (whole, resumed, faster):
            schedule.optimizer.step()
            schedule.step()
    assert resumed.optimizer.param_groups[0]["weight_decay"] == 0.5


# flags that say where, how often and how fast, and those that decide what is compared in other ways: by the base's
# hash, the shapes, the dataset's hash, the steps and the global batch
NOT_NAMED = {
    "output_dir", "logging_dir", "report_to", "push_to_hub", "hub_model_id", "resume_from_checkpoint", "single_file",
    "checkpointing_steps", "checkpoints_total_limit", "save_steps", "gradient_checkpointing", "sample_batch_size",
    "validation_prompt", "num_validation_images", "validation_steps",
    "pretrained_model_name_or_path", "revision", "mixed_precision", "use_8bit_adam",
    "rank", "num_vectors", "train_text_encoder", "train_feed_forward", "use_dora",
    "train_data_dir", "class_data_dir", "num_train_epochs", "train_batch_size", "gradient_accumulation_steps",
}  # fmt: skip


@pytest.mark.parametrize(
    ("script", "required"),
    [("lora", []), ("textual_inversion", ["--initializer_token=s"]), ("dreambooth", ["--instance_prompt=a dog"])],
)
def test_every_flag_that_decides_a_result_is_looked_at(
    script: str, required: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from finetune.resume import DECIDING, FIXED

    monkeypatch.setattr(sys, "argv", [f"{script}.py", f"--train_data_dir={tmp_path}", *required])
    flags = set(vars(importlib.import_module(f"finetune.{script}").parse_args()))
    assert flags - NOT_NAMED - {*DECIDING, *FIXED} == set()


@pytest.mark.parametrize(
    "flag", ["seed", "caption_dropout", "noise_offset", "snr_gamma", "random_flip", "prior_loss_weight"]
)
def test_a_changed_flag_that_decides_the_result_is_named(flag: str, capsys: pytest.CaptureFixture) -> None:
    from finetune.resume import note_changes

    same = {"global_batch": 4, "dataset": "a", "mixed_precision": "no"}
    flags = {"lr_scheduler": "cosine", "max_train_steps": 8, flag: 1}
    note_changes(same | {"flags": flags}, same | {"flags": flags | {flag: 2}})
    assert f"note: --{flag} was 1 and is 2" in capsys.readouterr().out
