"""The configuration files for `accelerate launch`, and what this loop cannot be launched with."""

from argparse import Namespace
from importlib.util import find_spec

import pytest
import warm
from conftest import ROOT, assert_refused, run_script

FOLDER = ROOT / "finetune" / "accelerate"
FILES = {  # machines, processes, kind
    "one_gpu": (1, 1, "NO"),
    "several_gpus": (1, 2, "MULTI_GPU"),
    "two_nodes": (2, 16, "MULTI_GPU"),
    "deepspeed_zero2": (1, 2, "DEEPSPEED"),
}


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_read_by_accelerate_as_it_was_meant(name: str) -> None:
    from accelerate.commands.config.config_args import load_config_from_file
    from accelerate.utils import DistributedType

    assert {path.stem for path in FOLDER.iterdir()} == set(FILES)
    config = load_config_from_file(str(FOLDER / f"{name}.yaml"))
    assert (config.num_machines, config.num_processes, config.distributed_type) == (
        *FILES[name][:2], DistributedType[FILES[name][2]])  # fmt: skip
    assert config.mixed_precision == "no", "the trainer's own flag decides"
    assert config.deepspeed_config.get("zero_stage") == (2 if name == "deepspeed_zero2" else None)


def test_a_recipe_is_launched_with_a_file() -> None:
    launch = "accelerate launch --cpu --config_file accelerate/one_gpu.yaml"
    done = run_script("finetune/lora.sh", "--help", LAUNCH=launch, **warm.environment())
    assert done.rc == 0 and "usage: lora.py" in done.out, done.err


def test_fsdp_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from finetune.run import make_accelerator
    from inference.cli import InputError

    monkeypatch.setenv("ACCELERATE_USE_FSDP", "true")
    with pytest.raises(InputError, match=r"deepspeed_zero2\.yaml"):
        make_accelerator(Namespace())


@pytest.mark.skipif(find_spec("deepspeed") is not None, reason="it is installed")
def test_without_deepspeed_one_sentence_says_so(tiny_base, tmp_path) -> None:
    """The environment is what `accelerate launch` makes of the file, which itself needs DeepSpeed."""
    done = run_script("finetune/dreambooth.sh", f"--output_dir={tmp_path}", MODEL_NAME=str(tiny_base),
                      ACCELERATE_USE_DEEPSPEED="true", **warm.environment())  # fmt: skip
    assert_refused(done, "pip install deepspeed", "several_gpus.yaml")


FLAGS = {"optimizer": "adamw", "use_8bit_adam": False, "compile": False, "train_batch_size": 2,
         "gradient_accumulation_steps": 3, "max_grad_norm": 0.5}  # fmt: skip


@pytest.fixture
def deepspeed(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """As if it were installed and asked for."""
    from finetune import zero

    monkeypatch.setattr(zero, "find_spec", lambda name: True)
    monkeypatch.setenv("ACCELERATE_USE_DEEPSPEED", "true")
    return monkeypatch


@pytest.mark.parametrize(
    ("flags", "precision", "environment", "words"),
    [
        ({"optimizer": "prodigy"}, "bf16", {}, "--optimizer prodigy"),
        ({"use_8bit_adam": True}, "bf16", {}, "--optimizer adamw8bit"),
        ({"compile": True}, "bf16", {}, "--compile"),
        ({}, "fp16", {}, "--mixed_precision fp16"),
        ({}, "no", {"ACCELERATE_DEEPSPEED_ZERO_STAGE": "3"}, "stage 2"),
        ({}, "no", {"ACCELERATE_DEEPSPEED_OFFLOAD_OPTIMIZER_DEVICE": "cpu"}, "offloading"),
        ({}, "no", {"ACCELERATE_DEEPSPEED_CONFIG_FILE": "own.json"}, "configuration of its own"),
    ],
)
def test_what_does_not_go_with_deepspeed(flags, precision, environment, words, deepspeed) -> None:
    from finetune import zero
    from inference.cli import InputError

    for name, value in environment.items():
        deepspeed.setenv(name, value)
    with pytest.raises(InputError, match=words):
        zero.plugin(Namespace(**FLAGS | flags), precision)


def test_deepspeed_gets_the_flags_and_leaves_the_weights_in_fp32(deepspeed: pytest.MonkeyPatch) -> None:
    from finetune import zero

    plugin = zero.plugin(Namespace(**FLAGS), "bf16")
    plugin.set_mixed_precision("bf16")  # as accelerate does
    config = plugin.deepspeed_config
    assert config["zero_optimization"]["stage"] == 2
    assert (config["train_micro_batch_size_per_gpu"], config["gradient_accumulation_steps"]) == (2, 3)
    assert config["gradient_clipping"] == 0.5
    assert config["bf16"]["enabled"] is False and config["fp16"]["enabled"] is False
    assert config["torch_autocast"] == {
        "enabled": True, "dtype": "bfloat16", "lower_precision_safe_modules": []}  # fmt: skip
    assert zero.plugin(Namespace(**FLAGS), "no").deepspeed_config["torch_autocast"]["enabled"] is False
    deepspeed.delenv("ACCELERATE_USE_DEEPSPEED")
    assert zero.plugin(Namespace(**FLAGS), "bf16") is None
