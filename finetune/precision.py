"""The processes, the device and its arithmetic, and frozen weights in that."""

import argparse
import os
from importlib.util import find_spec
from pathlib import Path

import torch
from accelerate import Accelerator, DistributedDataParallelKwargs
from safetensors import safe_open
from torch import nn

from finetune import zero
from inference.cli import InputError
from inference.device import dtype_of
from inference.options import check_compiler


def make_accelerator(args: argparse.Namespace) -> Accelerator:
    """The processes, the device and its arithmetic; refuses what this machine cannot do."""
    cuda = torch.cuda.is_available() and os.environ.get("ACCELERATE_USE_CPU", "false").lower() != "true"
    if os.environ.get("ACCELERATE_USE_FSDP", "false").lower() == "true":
        raise InputError(
            "FSDP deals the weights themselves out, which this loop cannot checkpoint; launch with "
            "finetune/accelerate/deepspeed_zero2.yaml, which deals out gradients and the optimizer's state"
        )
    if args.enable_xformers_memory_efficient_attention and not (cuda and find_spec("xformers")):
        raise InputError("--enable_xformers_memory_efficient_attention needs a CUDA GPU and `pip install xformers`")
    if args.compile:
        check_compiler(cuda)
    if args.mixed_precision == "fp16" and not cuda:
        raise InputError("--mixed_precision fp16 needs a CUDA GPU; on a CPU take bf16 or no")
    if cuda:  # the kernels that add up in the same order every time, so that a resumed run ends in the same bits;
        # with warn_only the backward of attention would still add up in any order
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True)
        torch.utils.deterministic.fill_uninitialized_memory = False
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = args.allow_tf32
    arithmetic = precision(args.mixed_precision, cuda)
    return Accelerator(
        mixed_precision=arithmetic,
        deepspeed_plugin=zero.plugin(args, arithmetic),
        gradient_accumulation_steps=args.gradient_accumulation_steps,
        log_with=None if args.report_to == "none" else args.report_to,
        project_dir=args.output_dir / args.logging_dir,
        step_scheduler_with_optimizer=False,
        # the buffers are caption states or tokens, equal everywhere; DDP would send them around at every step
        kwargs_handlers=[DistributedDataParallelKwargs(broadcast_buffers=False)],
    )


def precision(asked: str, cuda: bool) -> str:
    """What is asked for; "auto" is what `accelerate launch` says unless that is "no", then what is fast here."""
    launched = os.environ.get("ACCELERATE_MIXED_PRECISION", "no")
    if asked != "auto":
        return asked
    if launched != "no":
        return launched
    if cuda:
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"
    return "bf16" if torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported() else "no"


def autocast(accelerator: Accelerator) -> torch.autocast:
    """The arithmetic of --mixed_precision. accelerate leaves it to DeepSpeed, which would round the weights as well."""
    dtype = dtype_of(accelerator.mixed_precision)
    return torch.autocast(accelerator.device.type, dtype, enabled=dtype != torch.float32)


def recast_frozen(
    module: nn.Module, folder: Path, variant: str | None, device: torch.device, dtype: torch.dtype
) -> None:
    """Give the weights of `module` that are not trained `dtype`, on `device`, reading each anew from `folder`.

    from_pretrained maps a file and reads nothing of it yet, but then what was read stays in memory until the file's
    last tensor goes: for SD v1.5, 3.4 GB beside the 1.7 GB of the result. A file opened for one tensor leaves nothing.
    """
    frozen = {name: p for name, p in module.named_parameters() if not p.requires_grad and p.dtype != dtype}
    homes = {}
    for path in folder.glob("*.safetensors") if frozen else ():
        if f".{variant}" in path.name if variant else path.name.count(".") == 1:
            with safe_open(path, "pt") as file:
                homes |= dict.fromkeys(file.keys(), path)
    for name, parameter in frozen.items():
        stored = name.replace(".base_layer.", ".")  # as peft calls a layer that got a LoRA
        if stored in homes:
            with safe_open(homes[stored], "pt") as file:
                parameter.data = file.get_tensor(stored).to(device, dtype)
