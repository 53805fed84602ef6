"""Flags that both runners have, under the names of either; what each adds to them stands in its script."""

import argparse
from collections.abc import Callable
from pathlib import Path

from inference.cli import InputError
from inference.options import DPT, any_scale, any_seed, at_least, output_file

Add = Callable[..., argparse.Action]  # `add_argument` of a group


def add_clip_options(add: Add, **output) -> None:
    readable = "any video FFmpeg reads, or an animated GIF"
    add("--input", "--input_video", type=Path, required=True, metavar="CLIP", help=readable)
    add("--output", type=output_file, metavar="CLIP", **output)
    add("--max_frames", type=at_least(1), help="read at most this many frames")
    add("--side_by_side", action="store_true", help="show the source beside the result")
    add("--resume", action="store_true", help="continue a run that was interrupted")


def add_prompt_options(add: Add, seed: int) -> None:
    add("--prompt", required=True, help="prompt to guide the generation")
    add("--negative_prompt", default="", help="prompt of what not to show; no effect without guidance")
    add("--num_inference_steps", "--inference_step", type=at_least(1), default=20, help="number of denoising steps")
    guidance = "higher values follow the prompt more closely; 1 or less: no classifier-free guidance"
    add("--guidance_scale", type=at_least(0, float), default=7.5, help=guidance)
    add("--seed", type=any_seed, default=seed, help="seed of the initial noise")
    add("--lora", help="LoRA weights: a safetensors file, or the folder that has one")
    add("--lora_scale", type=any_scale, default=1.0, help="scale of the LoRA weights")


def add_control_options(add: Add) -> None:
    scale = "the ControlNet's outputs are multiplied by this; higher values follow the control maps more closely"
    add("--controlnet_conditioning_scale", type=at_least(0, float), default=1.0, help=scale)
    add("--depth_model", default=DPT, help="of depth maps: hub name or folder of a DPT")


def add_machine_options(add: Add) -> None:
    add("--mixed_precision", choices=["no", "fp16", "bf16"], help="if not given: fp16 on CUDA, no on the CPU")
    add("--compile", action="store_true", help="compile the networks first: minutes, then faster frames")


def check_prompts(args: argparse.Namespace) -> None:
    if not args.prompt.strip():
        raise InputError("--prompt is empty; say what the clip should show")
    if args.negative_prompt and args.guidance_scale <= 1:
        print(f"--negative_prompt has no effect, since --guidance_scale {args.guidance_scale:g} is no guidance")
