"""What a run leaves behind: the result, recipe.json beside it, and, if asked for, a copy on the hub."""

import argparse
import contextlib
import time
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from finetune import checkpoints
from inference.adapters import read_header
from inference.cli import InputError
from inference.device import peak_memory
from inference.pipelines import PARTS, short_name
from inference.recipes import RECIPE

if TYPE_CHECKING:
    from finetune.training import Loop

PACKAGES = ("torch", "diffusers", "transformers", "accelerate", "peft", "safetensors")
FOLDERS = ("pretrained_model_name_or_path", "resume_from_checkpoint", "logging_dir")  # flags that can name one
NOT_PUBLISHED = ["checkpoint-*", "earlier*", "cache/*", "class/*", ".*"]


def recipe(loop: "Loop") -> dict:
    """How to make the same weights again, and what it took."""
    device = loop.accelerator.device
    cuda = device.type == "cuda"
    peak = torch.cuda.max_memory_allocated() if cuda else peak_memory()
    return {
        **loop.run.identity,
        "seed": loop.args.seed,
        "steps": loop.step,
        "global_batch": loop.run.global_batch,
        "final_loss": loop.loss,
        "seconds": round(loop.seconds + time.monotonic() - loop.run.started, 1),
        "peak_memory_mib": round(peak / 2**20),
        "device": torch.cuda.get_device_name() if cuda else str(device),
        "mixed_precision": loop.accelerator.mixed_precision,
        "versions": {package: version(package) for package in PACKAGES},
        "flags": flags(loop.args),
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
        names += ["model_index.json", *(part for part in PARTS if (folder / part).is_dir())]
    return names


def finish(loop: "Loop") -> None:
    """Write what was trained, and publish it if asked to."""
    args, accelerator = loop.args, loop.accelerator
    if accelerator.is_main_process:
        made = recipe(loop)
        with checkpoints.room_for(args.output_dir / RECIPE, loop.saved_bytes):
            loop.save(args.output_dir, made)
        spent = f"{made['seconds']:.0f} s and at most {made['peak_memory_mib']} MiB"
        print(f"{made['steps']} steps, loss {made['final_loss']:.4f}, {spent}")
        if args.push_to_hub:
            publish(args)
    accelerator.wait_for_everyone()
    accelerator.end_training()


def check_hub() -> None:
    """Refuse to train for a hub that will not take the result."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HTTPError

    try:
        HfApi().whoami()
    except (OSError, ValueError, HTTPError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(f"--push_to_hub needs a login ({reason}); hf auth login, or leave it out") from error


def publish(args: argparse.Namespace) -> None:
    """Upload the output folder to the hub, without checkpoints and caches."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HTTPError

    name = args.hub_model_id or args.output_dir.name
    try:
        repository = HfApi().create_repo(name, exist_ok=True)
        HfApi().upload_folder(repo_id=repository.repo_id, folder_path=args.output_dir, ignore_patterns=NOT_PUBLISHED)
    except (OSError, ValueError, HTTPError) as error:
        raise InputError(f"the hub did not take {name} ({error}); it is complete in {args.output_dir}") from error
    print(f"published as {repository}")
