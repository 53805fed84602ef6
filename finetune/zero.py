"""DeepSpeed ZeRO-2: gradients and the optimizer's state dealt out over the processes, each holding its share.

Weights stay whole and in fp32 on every process, and the arithmetic is autocast's, as without DeepSpeed: so what is
trained, saved and resumed is the same, and a run can go on with or without it and on another number of GPUs.
DeepSpeed clips and steps inside `accelerator.backward`; whether it skips a step in fp32 whose gradient is not finite
depends on its version, so training.py ends the run at once there, and nothing of that step is saved.
"""

import argparse
import os
from importlib.util import find_spec
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from inference.cli import InputError

if TYPE_CHECKING:
    from accelerate.utils import DeepSpeedPlugin

MOMENTS = ("exp_avg", "exp_avg_sq")  # of AdamW, one of each for every weight


def plugin(args: argparse.Namespace, precision: str) -> "DeepSpeedPlugin | None":
    """How DeepSpeed is to be set up, if `accelerate launch` asks for it; refuses what this loop cannot do with it."""
    if os.environ.get("ACCELERATE_USE_DEEPSPEED", "false").lower() != "true":
        return None
    if not find_spec("deepspeed"):
        raise InputError(
            "DeepSpeed is not installed: pip install deepspeed, or take finetune/accelerate/several_gpus.yaml"
        )
    stage = os.environ.get("ACCELERATE_DEEPSPEED_ZERO_STAGE", "2")
    offload = {os.environ.get(f"ACCELERATE_DEEPSPEED_OFFLOAD_{what}_DEVICE", "none") for what in ("OPTIMIZER", "PARAM")}
    own = os.environ.get("ACCELERATE_DEEPSPEED_CONFIG_FILE", "none")
    if stage != "2" or offload != {"none"} or own != "none":
        raise InputError(
            "DeepSpeed is used here at ZeRO stage 2, without offloading or a configuration of its own; "
            "launch with finetune/accelerate/deepspeed_zero2.yaml"
        )
    if precision == "fp16":
        raise InputError("--mixed_precision fp16 does not go with DeepSpeed here; take bf16 or no")
    if args.optimizer != "adamw" or args.use_8bit_adam:
        optimizer = "adamw8bit" if args.use_8bit_adam else args.optimizer
        raise InputError(
            f"--optimizer {optimizer} does not go with DeepSpeed, which deals out AdamW's state; take adamw"
        )
    if args.compile:
        raise InputError("--compile does not go with DeepSpeed here; leave one of them out")
    from accelerate.utils import DeepSpeedPlugin

    return DeepSpeedPlugin(
        {
            "zero_optimization": {"stage": 2},
            "zero_allow_untested_optimizer": True,  # torch's own AdamW, as everywhere here
            "train_micro_batch_size_per_gpu": args.train_batch_size,
            "gradient_accumulation_steps": args.gradient_accumulation_steps,
            "gradient_clipping": args.max_grad_norm,
            "bf16": {"enabled": False},  # it would round the weights themselves
            "fp16": {"enabled": False},
            # from 0.17.2 on it switches our autocast off without this; with no modules named, sums stay in fp32
            "torch_autocast": {
                "enabled": precision == "bf16",
                "dtype": "bfloat16",
                "lower_precision_safe_modules": [],
            },
        }
    )


def gather(optimizer: torch.optim.Optimizer, parameters: list[nn.Parameter]) -> dict:
    """The whole optimizer's state_dict, on the CPU, as if one process had held it. All processes must call it."""
    from deepspeed.utils import safe_get_full_optimizer_state

    step = next(iter(optimizer.state.values()))["step"]
    state = {
        i: {"step": step.clone()} | {key: safe_get_full_optimizer_state(parameter, key).cpu() for key in MOMENTS}
        for i, parameter in enumerate(parameters)
    }
    groups = [{k: v for k, v in group.items() if k != "params"} for group in optimizer.optimizer.param_groups]
    return {"state": state, "param_groups": [group | {"params": list(range(len(parameters)))} for group in groups]}


def scatter(optimizer: torch.optim.Optimizer, parameters: list[nn.Parameter], state: dict) -> None:
    """Give each process its share of what `gather` returned, and its share of the weights as they are now."""
    from deepspeed.utils import safe_set_full_fp32_param, safe_set_full_optimizer_state

    flat, entries = optimizer.optimizer, state["state"]
    for group in flat.param_groups:
        for share in group["params"]:
            step: Tensor = entries[0]["step"].clone()
            flat.state[share] = {"step": step} | {key: torch.zeros_like(share) for key in MOMENTS}
    optimizer._lazy_init_hp_params_optimizer_state()  # DeepSpeed links a weight to its state at the first step only
    for i, parameter in enumerate(parameters):
        safe_set_full_fp32_param(parameter, parameter.detach())
        for key in MOMENTS:
            safe_set_full_optimizer_state(parameter, entries[i][key], key)
