"""Restyle a clip by a prompt: same frames, same timing, same sound, in another light.

python controlnet_per_frame.py --input sample.mp4 --prompt "a lighthouse, dramatic lighting" --output out.mp4
python controlnet_per_frame.py --input in.mov --prompt "..." --output out.mp4 --resume      after it was cut off
accelerate launch --num_processes 4 controlnet_per_frame.py --input in.mov ...              on four GPUs
"""

import argparse
import contextlib
import os
from pathlib import Path

from inference.cli import InputError, run
from inference.detectors import DPT, check_kind
from inference.device import dtype_of, rank_and_world
from inference.options import Help, add_base_options, any_scale, any_seed, at_least, output_file

STRENGTH = {"anchor": 0.6, "none": 1.0}
seconds = at_least(0, float, most=10**9)  # FFmpeg counts them in 64 bits, by up to a billion a second
LCM_STEPS = 50  # of diffusers' LCMScheduler, which takes its timesteps from those a model was distilled with


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Help)
    clip = parser.add_argument_group("the clip").add_argument
    clip("--input", type=Path, required=True, metavar="CLIP", help="any video FFmpeg reads, or an animated GIF")
    clip("--output", type=output_file, required=True, metavar="CLIP", help="to write: .mp4, .mov, .mkv or .webm")
    clip("--start", type=seconds, metavar="SECONDS", help="where to begin")
    clip("--end", type=seconds, metavar="SECONDS", help="where to end")
    clip("--max_frames", type=at_least(1), help="at most so many frames")
    clip("--resolution", type=at_least(16), help="short side in pixels; the base's own if not given; aspect ratio kept")
    clip("--side_by_side", action="store_true", help="show the source beside the result")
    clip("--resume", action="store_true", help="go on with a run that was cut off")
    look = parser.add_argument_group("the look").add_argument
    look("--prompt", required=True, help="what the clip should look like")
    look("--negative_prompt", default="", help="what it should not show")
    look("--consistency", choices=sorted(STRENGTH), default="anchor", help="none: each frame by itself, from new noise")
    look("--strength", type=at_least(0, float), help="how much of each frame is drawn anew, up to 1; if not given, "
         + ", ".join(f"{value} with --consistency {name}" for name, value in STRENGTH.items()))  # fmt: skip
    look("--num_inference_steps", type=at_least(1), default=20, help="steps, of which the share --strength is taken")
    look("--guidance_scale", type=at_least(0, float), default=7.5, help="how strictly the prompt is followed; 1: as is")
    look("--scheduler", choices=["dpm++", "lcm"], default="dpm++", help="lcm: for few-step LoRAs, with guidance 1")
    look("--seed", type=any_seed, default=0, help="of the noise")
    look("--lora", help="LoRA: safetensors file or the folder that has it")
    look("--lora_scale", type=any_scale, default=1.0, help="strength of the LoRA")
    look("--embedding", help="textual inversion: safetensors file or its folder; its words are added to the prompt")
    control = parser.add_argument_group("what is kept of each frame").add_argument
    control("--control", default="canny", help="canny, depth (one scale for each shot), or a detector of "
            "controlnet_aux such as softedge_hed, or depth_midas (a scale of its own for each frame)")  # fmt: skip
    control("--controlnet", metavar="NAME", help="hub name or folder; if not given, the base's own or SD v1.5's")
    control("--controlnet_conditioning_scale", type=at_least(0, float), default=1.0, help="how strictly it is kept")
    control("--control_guidance_end", type=at_least(0, float), default=1.0, help="share of the steps that keep it")
    control("--depth_model", default=DPT, help="of --control depth: hub name or folder of a DPT")
    machine = parser.add_argument_group("base and machine").add_argument
    add_base_options(machine)
    machine("--batch_size", type=at_least(1), default=8, help="frames drawn at once")
    machine("--mixed_precision", choices=["no", "fp16", "bf16"], help="if not given: fp16 on CUDA, no on the CPU")
    machine("--compile", action="store_true", help="compile the networks first: a minute, then faster frames")
    args = parser.parse_args()
    args.strength = STRENGTH[args.consistency] if args.strength is None else args.strength
    return args


def check(args: argparse.Namespace):
    """The clip, after everything that can be refused without a model was."""
    from video.clip import check_output, open_clip

    if not args.prompt.strip():
        raise InputError("--prompt is empty; say what the clip should look like")
    if not 0 < args.strength <= 1:
        raise InputError(f"--strength {args.strength:g} is not above 0 and at most 1")
    if int(args.num_inference_steps * args.strength) < 1:
        raise InputError(f"--strength {args.strength:g} leaves none of {args.num_inference_steps} steps; give more")
    if args.end is not None and args.end <= (args.start or 0):
        raise InputError(f"--end {args.end:g} is not after --start {args.start or 0:g}")
    if args.scheduler == "lcm" and args.num_inference_steps > LCM_STEPS:
        raise InputError(
            f"--num_inference_steps {args.num_inference_steps} is more than the {LCM_STEPS} that --scheduler lcm has; "
            f"take fewer"
        )
    check_kind(args.control)
    if args.negative_prompt and args.guidance_scale <= 1:
        print(f"--negative_prompt has no effect, since --guidance_scale {args.guidance_scale:g} is no guidance")
    clip = open_clip(args.input, start=args.start, end=args.end, max_frames=args.max_frames)
    check_output(args.output, args.input)
    return clip


def main() -> None:
    args = parse_args()
    clip = check(args)
    import torch

    from inference.controlnets import find_controlnet
    from inference.pipelines import base_folder, check_steps, native_size, resolve_base
    from inference.strategies import lora, textual_inversion
    from video.control_maps import ControlMaps
    from video.finished import FinishedFrames
    from video.shots import Size

    folder = base_folder(resolve_base(args.pretrained_model_name_or_path), revision=args.revision, variant=args.variant)
    check_steps(folder, args.num_inference_steps)
    controlnet = find_controlnet(
        args.controlnet, args.control, folder, depth_model=args.depth_model,
        scale=args.controlnet_conditioning_scale, end=args.control_guidance_end,
    )  # fmt: skip
    adapters = [lora(args.lora, folder, args.lora_scale)] if args.lora else []
    adapters += [textual_inversion(args.embedding, folder)] if args.embedding else []
    *native, grid = native_size(folder)
    size = Size.of(clip.width, clip.height, args.resolution or min(native), grid)
    print(
        f"{clip.path}: {clip.width}x{clip.height}, about {clip.expected_frames} frames, "
        f"drawn at {size.width}x{size.height}"
    )
    rank, world = rank_and_world()
    cuda = torch.cuda.is_available()
    device = f"cuda:{int(os.environ.get('LOCAL_RANK', 0))}" if cuda else "cpu"
    args.mixed_precision = args.mixed_precision or ("fp16" if cuda else "no")
    maps = ControlMaps(args.control, depth_model=args.depth_model, device=device, seed=args.seed)
    finished = FinishedFrames(args.output, recipe(args, folder, controlnet, adapters), args.resume, rank, world)
    notes = draw(args, clip, folder, controlnet, maps, adapters, size, finished, device)
    finished.remove()
    if rank == 0:
        print(*notes, f"wrote {args.output}", sep="\n")


def recipe(args: argparse.Namespace, folder: Path, controlnet, adapters) -> dict:
    """All that makes the frames what they are; frames made with another recipe are not gone on with."""
    from importlib.metadata import version

    from inference.files import file_sha256
    from inference.pipelines import fingerprint, hub_folder, short_name

    shown = (
        "output",
        "resume",
        "side_by_side",
        "input",
        "pretrained_model_name_or_path",
        "lora",
        "embedding",
        "controlnet",
        "depth_model",
    )
    given = {name: value for name, value in vars(args).items() if name not in shown}
    used = {"input_sha256": file_sha256(args.input), "base_sha256": fingerprint(folder)} | controlnet.recipe
    if args.control == "depth":
        weights = sorted(hub_folder(args.depth_model, ("*.json", "model.safetensors")).glob("*.safetensors"))
        used |= {"depth_model": short_name(args.depth_model), "depth_sha256": [file_sha256(path) for path in weights]}
    for strategy in adapters:
        used |= {f"{strategy.name}_{name}": value for name, value in strategy.recipe.items()}
    return given | used | {package: version(package) for package in ("torch", "diffusers")}


def draw(
    args: argparse.Namespace, clip, folder: Path, controlnet, maps, adapters, size, finished, device: str
) -> list[str]:
    from inference.families import family_of
    from inference.pipelines import load_base
    from video.consistency import Recipe, Restyler
    from video.restyling import restyle

    dtype = dtype_of(args.mixed_precision)
    pipe = load_base(str(folder), variant=args.variant, dtype=dtype, device=device)
    consistent = args.consistency == "anchor"
    with contextlib.ExitStack() as stack:
        prompt = args.prompt
        for strategy in adapters:
            stack.enter_context(strategy.prepare(pipe))
            prompt = strategy.prompt(prompt)
        model = controlnet.over(pipe, []).model
        how = Recipe(
            args.num_inference_steps, args.guidance_scale, args.strength, args.controlnet_conditioning_scale,
            args.control_guidance_end, args.seed, shared_noise=consistent, anchor_attention=consistent,
            flow_end=0.5 if consistent else 0.0, scheduler=args.scheduler,
        )  # fmt: skip
        restyler = Restyler(pipe, model, how, prompt, args.negative_prompt)
        if args.compile:
            for network in (family_of(pipe).network(pipe), model, pipe.vae.encoder, pipe.vae.decoder):
                network.compile()
        return restyle(
            clip, restyler, maps.next, size, finished, args.output,
            batch_size=args.batch_size, consistent=consistent, side_by_side=args.side_by_side,
        )  # fmt: skip


if __name__ == "__main__":
    run(main)
