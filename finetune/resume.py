"""A run's state between two steps, to a checkpoint and back: weights, optimizer, schedule, scaler and losses."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor
from torch.optim.lr_scheduler import LRScheduler

from finetune import checkpoints, results, zero
from inference.cli import InputError

if TYPE_CHECKING:
    from finetune.training import Loop

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


def write(loop: "Loop") -> None:
    """checkpoint-N: what is trained, the optimizer's state and the result so far, with the hash of every file."""
    optimizer, parameters = loop.optimizer.optimizer, list(loop.trained.values())
    loop.accelerator.wait_for_everyone()
    state = zero.gather(optimizer, parameters) if loop.deepspeed else optimizer.state_dict()
    if not loop.accelerator.is_main_process:
        return
    tensors, rest = checkpoints.flatten(state)
    tensors |= {f"model.{name}": parameter.detach() for name, parameter in loop.trained.items()}
    scaler = loop.accelerator.scaler.state_dict() if loop.accelerator.scaler else None
    recipe = results.recipe(loop)
    more = {"optimizer": rest, "schedule": loop.schedule.state_dict(), "scaler": scaler, "losses": loop.losses}
    path = loop.args.output_dir / f"checkpoint-{loop.step}"
    save = loop.save if loop.saved_bytes else lambda *_: None
    checkpoints.write(path, tensors, recipe | more, lambda aside: save(aside, recipe), loop.saved_bytes)
    checkpoints.keep(loop.args.checkpoints_total_limit, path)


def restore(loop: "Loop") -> None:
    """Continue from --resume_from_checkpoint; a damaged checkpoint is named, and the one before it is used."""
    path = checkpoints.find(loop.args.output_dir, loop.args.resume_from_checkpoint)
    if path is None:
        return
    # dealt out from the CPU, because no GPU may have room for all of it
    tensors, state = checkpoints.read(path, torch.device("cpu") if loop.deepspeed else loop.accelerator.device)
    shapes = {f"model.{name}": parameter.shape for name, parameter in loop.trained.items()}
    if state["base_sha256"] != loop.run.identity["base_sha256"]:
        raise InputError(f"{path} was trained on another base, {state['base']}; name it, or start anew without it")
    for flag in FIXED:
        now = getattr(loop.args, flag, None)
        was = state["flags"].get(flag, now)
        if was != now:
            raise InputError(f"{path} was trained with --{flag} {was}; take that one, or start anew without it")
    if shapes != {name: tensor.shape for name, tensor in tensors.items() if name.startswith("model.")}:
        raise InputError(
            f"{path} holds other layers, another --rank or --num_vectors than this run; use its flags or start anew"
        )
    with torch.no_grad():
        for name, parameter in loop.trained.items():
            parameter.copy_(tensors.pop(f"model.{name}"))
    optimizer = checkpoints.unflatten(tensors, state["optimizer"])
    if loop.deepspeed:
        zero.scatter(loop.optimizer.optimizer, list(loop.trained.values()), optimizer)
    else:
        load_optimizer(loop.optimizer.optimizer, optimizer)
    load_schedule(loop.schedule, state["schedule"], loop.args.adam_weight_decay)
    if loop.accelerator.scaler and state["scaler"]:
        loop.accelerator.scaler.load_state_dict(state["scaler"])
    loop.step, loop.losses, loop.seconds = state["steps"], state["losses"], state["seconds"]
    print(f"continuing from {path}")
    loop.accelerator.wait_for_everyone()  # all have found theirs before any is moved
    if loop.accelerator.is_main_process:
        checkpoints.set_later_aside(loop.args.output_dir, path, loop.step)
    note_changes(state, results.recipe(loop))


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


def load_schedule(schedule: LRScheduler, state: dict, weight_decay: float) -> None:
    """Go on where the schedule was, at the rate and weight decay that are asked for now."""
    rates = schedule.base_lrs
    schedule.load_state_dict(state)
    schedule.base_lrs = rates
    factors = [factor(schedule.last_epoch) for factor in schedule.lr_lambdas]
    for group, rate, factor in zip(schedule.optimizer.param_groups, rates, factors, strict=True):
        group |= {"initial_lr": rate, "lr": rate * factor, "weight_decay": weight_decay}


def load_optimizer(optimizer: torch.optim.Optimizer, state: dict) -> None:
    optimizer.load_state_dict(state)
    # the fused step walks a weight and its moments side by side in memory, so their layouts must be one
    for parameter, entry in optimizer.state.items():
        for key, value in entry.items():
            if isinstance(value, Tensor) and value.shape == parameter.shape:
                entry[key] = torch.empty_like(parameter, dtype=value.dtype).copy_(value)
