"""A run's state between two steps, to a checkpoint and back: weights, optimizer, schedule, scaler and losses."""

import torch

from finetune import checkpoints, zero
from finetune.optimizer import load_optimizer, load_schedule
from finetune.recipe import recipe_of
from finetune.state import TrainState
from inference.cli import InputError

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


def write(state: TrainState) -> None:
    """checkpoint-N: what is trained, the optimizer's state and the result so far, with the hash of every file."""
    optimizer, parameters = state.optimizer.optimizer, list(state.trained.values())
    state.accelerator.wait_for_everyone()
    inner = zero.gather(optimizer, parameters) if state.deepspeed else optimizer.state_dict()
    if not state.accelerator.is_main_process:
        return
    tensors, rest = checkpoints.flatten(inner)
    tensors |= {f"model.{name}": parameter.detach() for name, parameter in state.trained.items()}
    scaler = state.accelerator.scaler.state_dict() if state.accelerator.scaler else None
    recipe = recipe_of(state)
    more = {"optimizer": rest, "schedule": state.schedule.state_dict(), "scaler": scaler, "losses": state.losses}
    path = state.args.output_dir / f"checkpoint-{state.step}"
    save = state.save if state.saved_bytes else lambda *_: None
    checkpoints.write(path, tensors, recipe | more, lambda aside: save(aside, recipe), state.saved_bytes)
    checkpoints.keep(state.args.checkpoints_total_limit, path)


def restore(state: TrainState) -> None:
    """Continue from --resume_from_checkpoint; a damaged checkpoint is named, and the one before it is used."""
    path = checkpoints.find(state.args.output_dir, state.args.resume_from_checkpoint)
    if path is None:
        return
    # dealt out from the CPU, because no GPU may have room for all of it
    tensors, kept = checkpoints.read(path, torch.device("cpu") if state.deepspeed else state.accelerator.device)
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
    optimizer = checkpoints.unflatten(tensors, kept["optimizer"])
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
        checkpoints.set_later_aside(state.args.output_dir, path, state.step)
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
