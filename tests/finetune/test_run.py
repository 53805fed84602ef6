"""What every method starts from."""

import json
import os
from argparse import Namespace
from pathlib import Path

import pytest
import torch
from helpers import captioned_pictures, stock_pipeline


def test_a_base_that_predicts_the_picture_is_refused(tiny_base: Path, tmp_path: Path) -> None:
    from finetune.run import check_prediction
    from inference.cli import InputError

    check_prediction(tiny_base)
    config = json.loads((tiny_base / "scheduler" / "scheduler_config.json").read_text())
    (tmp_path / "scheduler").mkdir()
    (tmp_path / "scheduler" / "scheduler_config.json").write_text(json.dumps(config | {"prediction_type": "sample"}))
    with pytest.raises(InputError, match="predicts sample"):
        check_prediction(tmp_path)


def test_sums_on_a_gpu_are_in_one_order(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Strictly: PyTorch's attention looks at the mode itself, and with `warn_only` its backward stays as it is."""
    from finetune import precision

    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(precision, "Accelerator", Namespace)
    for setting in ("CUBLAS_WORKSPACE_CONFIG", "ACCELERATE_USE_CPU"):
        monkeypatch.delenv(setting, raising=False)
    args = Namespace(
        mixed_precision="bf16",
        enable_xformers_memory_efficient_attention=False,
        compile=False,
        allow_tf32=False,
        gradient_accumulation_steps=1,
        report_to="none",
        output_dir=tmp_path,
        logging_dir="logs",
    )
    try:
        precision.make_accelerator(args)
        assert torch.are_deterministic_algorithms_enabled()
        assert not torch.is_deterministic_algorithms_warn_only_enabled()
        assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8" and not torch.backends.cuda.matmul.allow_tf32
    finally:
        torch.use_deterministic_algorithms(False)
        os.environ.pop("CUBLAS_WORKSPACE_CONFIG", None)


@pytest.mark.parametrize(
    ("flags", "flips", "crop_seed"),
    [([], False, 7), (["--center_crop"], False, None), (["--random_flip", "--seed=8"], True, 8)],
)
def test_pictures_are_mirrored_and_cropped_as_asked(
    flags: list[str], flips: bool, crop_seed: int | None, tiny_base: Path, tmp_path: Path, monkeypatch
) -> None:
    from finetune import data, run
    from finetune.training_flags import training_parser

    class Enough(Exception):
        """Raised where pictures would be encoded."""

    asked = {}

    def encode(*_, **options) -> None:
        asked.update(options)
        raise Enough

    monkeypatch.setattr(run, "encode", encode)
    common = [f"--pretrained_model_name_or_path={tiny_base}", "--report_to=none", "--mixed_precision=no", "--seed=7"]
    args = training_parser("", "x").parse_args([*common, f"--output_dir={tmp_path / 'out'}", *flags])
    pictures = data.read_folder(captioned_pictures(tmp_path / "pictures", 1))
    with pytest.raises(Enough), run.opened(args, 1) as output:
        run.encoded(output, run.load(output), run.into_buckets(args, pictures, output.folder))
    assert (asked["flips"], asked["crop_seed"]) == (flips, crop_seed)


def test_scale_lr_multiplies_the_rate_by_the_samples_of_a_step() -> None:
    from finetune.optimizer import make_optimizer

    args = Namespace(
        learning_rate=1e-3,
        optimizer="adamw",
        adam_weight_decay=0.1,
        scale_lr=True,
        adam_beta1=0.8,
        adam_beta2=0.95,
        adam_epsilon=1e-6,
    )
    (group,) = make_optimizer(args, [torch.nn.Parameter(torch.ones(2))], samples=12).param_groups
    assert (group["lr"], group["weight_decay"]) == (pytest.approx(12e-3), 0.1)
    assert (group["betas"], group["eps"]) == ((0.8, 0.95), 1e-6)


def test_gradient_checkpointing_covers_a_trained_text_encoder(tiny_base: Path) -> None:
    from finetune.model import Denoiser, TextEncoder, to_compute
    from inference.families import SD

    pipe = stock_pipeline(tiny_base)
    args = Namespace(
        gradient_checkpointing=True, enable_xformers_memory_efficient_attention=False, compile=False, variant=None
    )
    run = Namespace(
        args=args,
        accelerator=Namespace(device=torch.device("cpu")),
        dtype=torch.float32,
        folder=tiny_base,
        encoded=Namespace(means=[torch.zeros(1, 1, 4, 16, 16)]),
    )
    tokens = torch.zeros(1, 77, dtype=torch.long)
    to_compute(Denoiser(SD, pipe.unet, TextEncoder(SD, {"text_encoder": pipe.text_encoder}, tokens)), run)
    assert pipe.unet.is_gradient_checkpointing and pipe.text_encoder.is_gradient_checkpointing
