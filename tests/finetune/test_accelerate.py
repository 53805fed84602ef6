"""The configuration files for `accelerate launch`, and what this loop cannot be launched with."""

from argparse import Namespace

import pytest
import warm
from conftest import ROOT, run_script

FOLDER = ROOT / "finetune" / "accelerate"
PROCESSES = {"one_gpu": (1, 1), "several_gpus": (1, 2), "two_nodes": (2, 16)}


def test_every_file_is_read_by_accelerate_as_it_was_meant() -> None:
    from accelerate.commands.config.config_args import load_config_from_file
    from accelerate.utils import DistributedType

    assert {path.stem for path in FOLDER.iterdir()} == set(PROCESSES)
    for name, (machines, processes) in PROCESSES.items():
        config = load_config_from_file(str(FOLDER / f"{name}.yaml"))
        assert (config.num_machines, config.num_processes) == (machines, processes)
        assert config.distributed_type == (DistributedType.NO if processes == 1 else DistributedType.MULTI_GPU)
        assert config.mixed_precision == "no", "the trainer's own flag decides"


def test_a_recipe_is_launched_with_a_file() -> None:
    launch = "accelerate launch --cpu --config_file accelerate/one_gpu.yaml"
    done = run_script("finetune/lora.sh", "--help", LAUNCH=launch, **warm.environment())
    assert done.rc == 0 and "usage: lora.py" in done.out, done.err


@pytest.mark.parametrize("engine", ["DEEPSPEED", "FSDP"])
def test_engines_with_weights_of_their_own_are_refused(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from finetune.run import make_accelerator
    from inference.cli import InputError

    monkeypatch.setenv(f"ACCELERATE_USE_{engine}", "true")
    with pytest.raises(InputError, match=r"several_gpus\.yaml"):
        make_accelerator(Namespace())
