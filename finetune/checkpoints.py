"""Checkpoints that are whole or not there: hashed, found again, kept within a number, refused where damaged."""

import contextlib
import errno
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from inference.adapters import file_sha256
from inference.cli import InputError, folder_written_aside


def write(path: Path, tensors: dict[str, Tensor], state: dict, save: Callable[[Path], None]) -> None:
    """Write `tensors`, `state` and what `save` writes, with the hash of every file, under a name that is then whole."""
    tensors = {name: tensor.cpu().contiguous() for name, tensor in tensors.items()}
    with room_for(path, sum(tensor.nbytes for tensor in tensors.values())), folder_written_aside(path) as aside:
        save_file(tensors, aside / "state.safetensors")
        (aside / "state.json").write_text(json.dumps(state))
        save(aside)
        hashes = {str(file.relative_to(aside)): file_sha256(file) for file in aside.rglob("*") if file.is_file()}
        (aside / "manifest.json").write_text(json.dumps(hashes))


def read(path: Path, device: torch.device) -> tuple[dict[str, Tensor], dict]:
    """What `write` was given."""
    where = "cpu" if device.type == "cpu" else str(device)  # safetensors knows no cpu:0
    return load_file(path / "state.safetensors", device=where), json.loads((path / "state.json").read_text())


def keep(limit: int | None, newest: Path) -> None:
    """Remove the oldest checkpoints beyond `limit`, now that the newest is whole."""
    # those of later steps belong to a run this one did not continue; counting them would remove the one just written
    mine = [path for path in newest_first(newest.parent) if step_of(path) <= step_of(newest)]
    for old in mine[limit:] if limit else []:
        shutil.rmtree(old)


def find(output_dir: Path, asked: str | None) -> Path | None:
    """The newest sound checkpoint up to the one asked for; None if "latest" is asked for and there is none."""
    if asked is None:
        return None
    found = newest_first(output_dir)
    if asked != "latest":
        path = Path(asked) if Path(asked).is_dir() else output_dir / asked
        if not path.is_dir():
            raise InputError(f'there is no checkpoint {asked}, here or in {output_dir}; "latest" takes the newest')
        siblings = newest_first(path.parent)
        found = siblings[siblings.index(path) :] if path in siblings else [path]
    for candidate in found:
        problem = damage(candidate)
        if problem is None:
            return candidate
        print(f"{candidate} is damaged ({problem}); trying the one before it")
    if found:
        raise InputError(f"no sound checkpoint is left in {output_dir}; start anew without --resume_from_checkpoint")
    print(f"no checkpoint in {output_dir} yet: starting anew")
    return None


def damage(path: Path) -> str | None:
    """What is wrong with a checkpoint, by the hashes written with it; None if nothing is."""
    try:
        hashes = json.loads((path / "manifest.json").read_text())
        changed = [name for name, sha256 in hashes.items() if file_sha256(path / name) != sha256]
    except (OSError, ValueError) as error:
        return str(error)
    return f"{changed[0]} is not what was written" if changed else None


def newest_first(folder: Path) -> list[Path]:
    found = [path for path in folder.glob("checkpoint-*") if path.name.removeprefix("checkpoint-").isdigit()]
    return sorted(found, key=step_of, reverse=True)


def step_of(checkpoint: Path) -> int:
    return int(checkpoint.name.removeprefix("checkpoint-"))


def set_earlier_aside(folder: Path) -> None:
    """Move an earlier run's checkpoints out of the way of a new one, so that "latest" never means theirs."""
    old = newest_first(folder)
    if old:
        shutil.rmtree(folder / "earlier", ignore_errors=True)
        (folder / "earlier").mkdir()
        for path in old:
            path.rename(folder / "earlier" / path.name)
        print(f"starting anew: {len(old)} checkpoints of an earlier run are in {folder / 'earlier'} now")


@contextlib.contextmanager
def room_for(path: Path, size: int) -> Iterator[None]:
    """Refuse to begin what the disk has no room for, and say how much it takes; what is there already stays."""
    error = None
    if shutil.disk_usage(path.parent).free > 1.1 * size:
        try:
            yield
            return
        except (OSError, SafetensorError) as caught:  # safetensors has an error of its own for a full disk
            error = caught
            if getattr(error, "errno", None) != errno.ENOSPC and "os error 28" not in str(error):
                raise
    need, free = size / 2**20, shutil.disk_usage(path.parent).free / 2**20
    raise InputError(
        f"no room for {path}: it takes {need:.1f} MiB and {free:.1f} are free; what was saved before is kept"
    ) from error


def flatten(state: dict) -> tuple[dict[str, Tensor], dict]:
    """An optimizer's state as tensors for safetensors, by "parameter.key", and the rest for JSON."""
    entries = [(f"{i}.{key}", value) for i, entry in state["state"].items() for key, value in entry.items()]
    tensors = {name: value for name, value in entries if isinstance(value, Tensor)}
    others = {name: value for name, value in entries if not isinstance(value, Tensor)}
    return tensors, {"state": others, "param_groups": state["param_groups"]}


def unflatten(tensors: dict[str, Tensor], rest: dict) -> dict:
    state: dict[int, dict] = {}
    for name, value in {**tensors, **rest["state"]}.items():
        i, key = name.split(".", 1)
        state.setdefault(int(i), {})[key] = value
    return {"state": state, "param_groups": rest["param_groups"]}
