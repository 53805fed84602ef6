"""The recipe of a result: how to make the same weights again, and what it took."""

import argparse
import contextlib
import time
from importlib.metadata import version
from pathlib import Path

import torch

from finetune.state import TrainState
from inference.adapters import read_header
from inference.cli import InputError
from inference.device import peak_memory
from inference.families import family_of
from inference.pipelines import short_name
from inference.recipes import RECIPE

PACKAGES = ("torch", "diffusers", "transformers", "accelerate", "peft", "safetensors")
FOLDERS = ("pretrained_model_name_or_path", "resume_from_checkpoint", "logging_dir")  # flags that can name one


def recipe_of(state: TrainState) -> dict:
    """How to make the same weights again, and what it took."""
    device = state.accelerator.device
    cuda = device.type == "cuda"
    peak = torch.cuda.max_memory_allocated() if cuda else peak_memory()
    return {
        **state.run.identity,
        "seed": state.args.seed,
        "steps": state.step,
        "global_batch": state.run.global_batch,
        "final_loss": state.loss,
        "seconds": round(state.seconds + time.monotonic() - state.run.started, 1),
        "peak_memory_mib": round(peak / 2**20),
        "device": torch.cuda.get_device_name() if cuda else str(device),
        "mixed_precision": state.accelerator.mixed_precision,
        "versions": {package: version(package) for package in PACKAGES},
        "flags": flags(state.args),
    }


def flags(args: argparse.Namespace) -> dict:
    """What was asked for, as others may read it: folders of this machine by their names alone."""

    def named(flag: str, value: object) -> object:
        if not isinstance(value, Path) and flag not in FOLDERS:
            return value
        path = Path(value)
        return path.name if path.is_absolute() and not path.exists() else short_name(value)

    return {flag: named(flag, value) for flag, value in vars(args).items() if value is not None}


def of_earlier_run(folder: Path, base: Path) -> list[str]:
    """Names of what a run that ended left in `folder` as its result, but for a pipeline that is the `base` of this one.

    Files that others put there have no recipe, and stay.
    """
    if not (folder / RECIPE).exists():
        return []
    names = [RECIPE]
    for path in sorted(folder.glob("*.safetensors")):
        with contextlib.suppress(InputError):
            names += [path.name] if "recipe" in read_header(path)[1] else []
    if (folder / "model_index.json").exists() and base.resolve() != folder.resolve():
        names += ["model_index.json", *(part for part in family_of(folder).parts if (folder / part).is_dir())]
    return names
