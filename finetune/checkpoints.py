"""Checkpoints that are whole or not there: what a run is between two steps, hashed, found again and restored."""

import itertools
import json
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from finetune import zero
from finetune.optimizer import load_optimizer, load_schedule
from finetune.recipe import recipe_of
from finetune.state import TrainState
from inference.cli import InputError
from inference.files import atomic_folder, file_sha256, room_for

NEEDED = {"state.safetensors", "state.json"}
# flags that decide a run's weights, besides those that show in shapes, dataset and global batch
DECIDING = (
    "seed", "resolution", "center_crop", "random_flip", "caption_dropout", "max_train_steps", "learning_rate",
    "scale_lr", "lr_scheduler", "lr_warmup_steps", "lr_num_cycles", "lr_power", "adam_weight_decay", "max_grad_norm",
    "snr_gamma", "noise_offset", "lora_alpha", "prior_loss_weight", "placeholder_token", "learnable_property",
    "instance_prompt", "with_prior_preservation", "class_prompt", "num_class_images", "variant", "allow_tf32",
    "compile", "enable_xformers_memory_efficient_attention",
)  # fmt: skip
# those whose part in a run is over, or lies in the checkpoint
FIXED = ("optimizer", "adam_beta1", "adam_beta2", "adam_epsilon", "initializer_token")


def write(
    path: Path, tensors: dict[str, Tensor], state: dict, save: Callable[[Path], None], saved_bytes: int = 0
) -> None:
    """Write `tensors`, `state` and what `save` writes, with the hash of every file, under a name that is then whole."""
    tensors, places = {name: tensor.cpu().contiguous() for name, tensor in tensors.items()}, set()
    for name, tensor in tensors.items():  # 8-bit optimizers share a table among weights, and safetensors saves no alias
        tensors[name] = tensor.clone() if tensor.data_ptr() in places else tensor
        places.add(tensor.data_ptr())
    size = sum(tensor.nbytes for tensor in tensors.values()) + saved_bytes
    with room_for(path, size), atomic_folder(path) as aside:
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
    for old in newest_first(newest.parent)[limit:] if limit else []:
        shutil.rmtree(old)


def candidates(output_dir: Path, asked: str | None) -> list[Path]:
    """What --resume_from_checkpoint asks for, newest first: a checkpoint and those before it, or all of a run's folder.

    Refuses what is not there, and a folder that neither is a checkpoint nor has any.
    """
    if asked is None or asked == "latest":
        return newest_first(output_dir) if asked else []
    path = Path(asked) if Path(asked).is_dir() else output_dir / asked
    if not path.is_dir():
        raise InputError(f'there is no checkpoint {asked}, here or in {output_dir}; "latest" takes the newest')
    inside = newest_first(path)
    if inside or path.resolve() == output_dir.resolve():
        return inside
    if not (path.name.startswith("checkpoint-") or (path / "manifest.json").exists()):
        raise InputError(f'{path} is no checkpoint and has none in it; "latest" takes the newest of {output_dir}')
    siblings = newest_first(path.parent)
    return siblings[siblings.index(path) :] if path in siblings else [path]


def find(output_dir: Path, asked: str | None) -> Path | None:
    """The newest sound checkpoint up to the one asked for; None if "latest" is asked for and there is none."""
    found = candidates(output_dir, asked)
    for candidate in found:
        problem = damage(candidate)
        if problem is None:
            return candidate
        print(f"{candidate} is damaged ({problem}); trying the one before it")
    if found:
        raise InputError(f"no sound checkpoint is left in {found[0].parent}; start without --resume_from_checkpoint")
    if asked:
        print(f"no checkpoint in {output_dir} yet: starting anew")
    return None


def damage(path: Path) -> str | None:
    """What is wrong with a checkpoint, by the hashes written with it; None if nothing is."""
    try:
        hashes = json.loads((path / "manifest.json").read_text())
        files = {str(file.relative_to(path)) for file in path.rglob("*") if file.is_file()} - {"manifest.json"}
        if not isinstance(hashes, dict) or not NEEDED <= hashes.keys() <= files:  # others' files may lie beside them
            return "manifest.json does not name the files that are there"
        changed = [name for name, sha256 in hashes.items() if file_sha256(path / name) != sha256]
    except (OSError, ValueError) as error:
        return str(error)
    return f"{changed[0]} is not what was written" if changed else None


def newest_first(folder: Path) -> list[Path]:
    found = [path for path in folder.glob("checkpoint-*") if path.name.removeprefix("checkpoint-").isdigit()]
    return sorted(found, key=step_of, reverse=True)


def step_of(checkpoint: Path) -> int:
    return int(checkpoint.name.removeprefix("checkpoint-"))


def set_earlier_aside(folder: Path, names: Iterable[str]) -> None:
    """Move an earlier run's checkpoints, and what is called `names`, out of the way of a new one."""
    whole = folder.resolve()
    paths = [folder / name for name in names if whole in (folder / name).resolve().parents]
    set_aside(folder, [*newest_first(folder), *(path for path in paths if path.exists())], "starting anew")


def set_later_aside(folder: Path, resumed: Path, step: int) -> None:
    """Move checkpoints that do not lead to `resumed`, of `step`, out of the way: "latest" must never mean theirs."""
    here = resumed.resolve().parent == folder.resolve()
    others = [path for path in newest_first(folder) if not here or step_of(path) > step]
    set_aside(folder, others, f"going on from {resumed.name}")


def set_aside(folder: Path, paths: list[Path], why: str) -> None:
    """Move `paths` into a new folder in `folder`: earlier, or earlier-2 where there is one. Nothing is removed."""
    if not paths:
        return
    free = (folder / name for name in itertools.chain(["earlier"], (f"earlier-{i}" for i in itertools.count(2))))
    earlier = next(path for path in free if not path.exists())
    earlier.mkdir()
    for path in paths:
        path.rename(earlier / path.name)
    names = ", ".join(path.name for path in paths)
    print(f"{why}: what another run left ({names}) is in {earlier} now; remove it when it is of no use any more")


def flatten(state: dict) -> tuple[dict[str, Tensor], dict]:
    """An optimizer's state as tensors for safetensors, by "parameter.key", and the rest for JSON.

    bitsandbytes keeps its own in a dictionary within each entry: "parameter.key.key".
    """
    tensors: dict[str, Tensor] = {}
    others: dict[str, object] = {}

    def sort(name: str, value: object) -> None:
        if isinstance(value, dict):
            for key, inner in value.items():
                sort(f"{name}.{key}", inner)
        else:
            (tensors if isinstance(value, Tensor) else others)[name] = value

    for i, entry in state["state"].items():
        sort(str(i), entry)
    return tensors, {"state": others, "param_groups": state["param_groups"]}


def unflatten(tensors: dict[str, Tensor], rest: dict) -> dict:
    state: dict[str, dict] = {}
    for name, value in {**tensors, **rest["state"]}.items():
        *path, key = name.split(".")
        entry = state
        for part in path:
            entry = entry.setdefault(part, {})
        entry[key] = value
    return {"state": {int(i): entry for i, entry in state.items()}, "param_groups": rest["param_groups"]}


def save(state: TrainState) -> None:
    """checkpoint-N: what is trained, the optimizer's state and the result so far, with the hash of every file."""
    optimizer, parameters = state.optimizer.optimizer, list(state.trained.values())
    state.accelerator.wait_for_everyone()
    inner = zero.gather(optimizer, parameters) if state.deepspeed else optimizer.state_dict()
    if not state.accelerator.is_main_process:
        return
    tensors, rest = flatten(inner)
    tensors |= {f"model.{name}": parameter.detach() for name, parameter in state.trained.items()}
    scaler = state.accelerator.scaler.state_dict() if state.accelerator.scaler else None
    recipe = recipe_of(state)
    more = {"optimizer": rest, "schedule": state.schedule.state_dict(), "scaler": scaler, "losses": state.losses}
    path = state.args.output_dir / f"checkpoint-{state.step}"
    keep_result = state.save if state.saved_bytes else lambda *_: None
    write(path, tensors, recipe | more, lambda aside: keep_result(aside, recipe), state.saved_bytes)
    keep(state.args.checkpoints_total_limit, path)


def restore(state: TrainState) -> None:
    """Continue from --resume_from_checkpoint; a damaged checkpoint is named, and the one before it is used."""
    path = find(state.args.output_dir, state.args.resume_from_checkpoint)
    if path is None:
        return
    # dealt out from the CPU, because no GPU may have room for all of it
    tensors, kept = read(path, torch.device("cpu") if state.deepspeed else state.accelerator.device)
    shapes = {f"model.{name}": parameter.shape for name, parameter in state.trained.items()}
    if kept["base_sha256"] != state.run.identity["base_sha256"]:
        raise InputError(f"{path} was trained on another base, {kept['base']}; name it, or start anew without it")
    for flag in FIXED:
        now = getattr(state.args, flag, None)
        was = kept["flags"].get(flag, now)
        if was != now:
            raise InputError(f"{path} was trained with --{flag} {was}; take that one, or start anew without it")
    if shapes != {name: tensor.shape for name, tensor in tensors.items() if name.startswith("model.")}:
        raise InputError(
            f"{path} holds other layers, another --rank or --num_vectors than this run; use its flags or start anew"
        )
    with torch.no_grad():
        for name, parameter in state.trained.items():
            parameter.copy_(tensors.pop(f"model.{name}"))
    optimizer = unflatten(tensors, kept["optimizer"])
    if state.deepspeed:
        zero.scatter(state.optimizer.optimizer, list(state.trained.values()), optimizer)
    else:
        load_optimizer(state.optimizer.optimizer, optimizer)
    load_schedule(state.schedule, kept["schedule"], state.args.adam_weight_decay)
    if state.accelerator.scaler and kept["scaler"]:
        state.accelerator.scaler.load_state_dict(kept["scaler"])
    state.step, state.losses, state.seconds = kept["steps"], kept["losses"], kept["seconds"]
    print(f"continuing from {path}")
    state.accelerator.wait_for_everyone()  # all have found theirs before any is moved
    if state.accelerator.is_main_process:
        set_later_aside(state.args.output_dir, path, state.step)
    note_changes(kept, recipe_of(state))


def note_changes(was: dict, now: dict) -> None:
    """Say what a run continues with that is not what it was stopped with: the flags of now count from here on."""
    pairs = [(what, was[what], now[what]) for what in ("global_batch", "dataset", "mixed_precision")]
    names = [name for name in DECIDING if name in was["flags"] | now["flags"]]
    if now["flags"]["lr_scheduler"].startswith("constant"):  # then a longer run begins as the shorter one
        names.remove("max_train_steps")
    pairs += [(f"--{name}", was["flags"].get(name), now["flags"].get(name)) for name in names]
    for what, before, after in pairs:
        if before != after:
            print(f"note: {what} was {before} and is {after}: this is another run from here than the one stopped")
