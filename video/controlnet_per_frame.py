"""Restyle a clip by a prompt: same frames, same timing, same sound, in another light.

python controlnet_per_frame.py --input sample.mp4 --prompt "a lighthouse, dramatic lighting" --output out.mp4
python controlnet_per_frame.py --input in.mov --prompt "..." --output out.mp4 --resume      after an interruption
accelerate launch --num_processes 4 controlnet_per_frame.py --input in.mov ...              on four GPUs
"""

import argparse
import contextlib
import os
from pathlib import Path

from inference.cli import InputError, run
from inference.detectors import check_kind
from inference.device import dtype_of, rank_and_world
from inference.options import Help, add_base_options, at_least
from video.runner_options import (
    add_clip_options,
    add_control_options,
    add_machine_options,
    add_prompt_options,
    check_prompts,
)

STRENGTH = {"anchor": 0.6, "none": 1.0}
seconds = at_least(0, float, most=10**9)  # FFmpeg counts them in 64 bits, by up to a billion a second
LCM_STEPS = 50  # of diffusers' LCMScheduler, whose timesteps are among those the model was distilled with


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Help)
    clip = parser.add_argument_group("the clip").add_argument
    add_clip_options(clip, required=True, help="to write: .mp4, .mov, .mkv or .webm")
    clip("--start", type=seconds, metavar="SECONDS", help="where to begin")
    clip("--end", type=seconds, metavar="SECONDS", help="where to end")
    clip("--resolution", type=at_least(16), help="short side in pixels; the base's own if not given; aspect ratio kept")
    look = parser.add_argument_group("the look").add_argument
    add_prompt_options(look, seed=0)
    look("--consistency", choices=sorted(STRENGTH), default="anchor", help="none: each frame from noise of its own")
    usual = ", ".join(f"{value} with --consistency {name}" for name, value in STRENGTH.items())
    strength = f"how much to transform each frame, up to 1: the share of the steps that is run; if not given, {usual}"
    look("--strength", type=at_least(0, float), help=strength)
    look("--scheduler", choices=["dpm++", "lcm"], default="dpm++", help="lcm: for few-step LoRAs, with guidance 1")
    look("--embedding", help="textual inversion: safetensors file or its folder; its words are added to the prompt")
    control = parser.add_argument_group("what is kept of each frame").add_argument
    kinds = "canny, depth (one scale for each shot), or a controlnet_aux detector such as softedge_hed, or depth_midas"
    control("--control", "--control_mode", default="canny", help=f"{kinds} (a scale of its own for each frame)")
    control("--controlnet", metavar="NAME", help="hub name or folder; if not given, the base's own or SD v1.5's")
    add_control_options(control)
    end = "share of the steps after which the ControlNet stops applying"
    control("--control_guidance_end", type=at_least(0, float), default=1.0, help=end)
    machine = parser.add_argument_group("base and machine").add_argument
    add_base_options(machine)
    machine("--batch_size", type=at_least(1), default=8, help="frames denoised at once")
    add_machine_options(machine)
    args = parser.parse_args()
    args.strength = STRENGTH[args.consistency] if args.strength is None else args.strength
    return args


def check(args: argparse.Namespace):
    """The clip, after all checks that need no model."""
    from video.clip import check_output, open_clip

    check_prompts(args)
    if not 0 < args.strength <= 1:
        raise InputError(f"--strength {args.strength:g} is not above 0 and at most 1")
    if int(args.num_inference_steps * args.strength) < 1:
        raise InputError(f"--strength {args.strength:g} leaves none of {args.num_inference_steps} steps; use more")
    if args.end is not None and args.end <= (args.start or 0):
        raise InputError(f"--end {args.end:g} is not after --start {args.start or 0:g}")
    if args.scheduler == "lcm" and args.num_inference_steps > LCM_STEPS:
        steps = f"--num_inference_steps {args.num_inference_steps}"
        raise InputError(f"{steps} is more than the {LCM_STEPS} that --scheduler lcm has; use fewer")
    check_kind(args.control)
    clip = open_clip(args.input, start=args.start, end=args.end, max_frames=args.max_frames)
    check_output(args.output, args.input)
    return clip


def main() -> None:
    args = parse_args()
    clip = check(args)
    import torch

    from inference.controlnets import find_controlnet
    from inference.pipelines import base_folder, check_steps, load_base, native_size, resolve_base
    from inference.strategies import lora, textual_inversion
    from video.control_maps import ControlMaps
    from video.frame_store import FrameStore
    from video.picture import Size
    from video.restyle import RestyleJob

    folder = base_folder(resolve_base(args.pretrained_model_name_or_path), revision=args.revision, variant=args.variant)
    check_steps(folder, args.num_inference_steps)
    control = {"scale": args.controlnet_conditioning_scale, "end": args.control_guidance_end}
    controlnet = find_controlnet(args.controlnet, args.control, folder, depth_model=args.depth_model, **control)
    adapters = [lora(args.lora, folder, args.lora_scale)] if args.lora else []
    adapters += [textual_inversion(args.embedding, folder)] if args.embedding else []
    *native, grid = native_size(folder)
    size = Size.of(clip.width, clip.height, args.resolution or min(native), grid)
    about = f"{clip.width}x{clip.height}, about {clip.expected_frames} frames"
    print(f"{clip.path}: {about}, generated at {size.width}x{size.height}")
    rank, world = rank_and_world()
    cuda = torch.cuda.is_available()
    device = f"cuda:{int(os.environ.get('LOCAL_RANK', 0))}" if cuda else "cpu"
    args.mixed_precision = args.mixed_precision or ("fp16" if cuda else "no")
    maps = ControlMaps(args.control, depth_model=args.depth_model, device=device, seed=args.seed)
    store = FrameStore(args.output, recipe(args, folder, controlnet, adapters), args.resume, rank, world)
    job = RestyleJob(clip, args.output, store, maps.next, size, args.batch_size, args.side_by_side)
    pipe = load_base(str(folder), variant=args.variant, dtype=dtype_of(args.mixed_precision), device=device)
    notes = draw(args, pipe, controlnet, adapters, job)
    store.remove()
    if rank == 0:
        print(*notes, f"wrote {args.output}", sep="\n")


def recipe(args: argparse.Namespace, folder: Path, controlnet, adapters) -> dict:
    """All settings that the frames depend on; frames made with another recipe are not reused."""
    from importlib.metadata import version

    from inference.files import file_sha256
    from inference.pipelines import fingerprint, hub_folder, short_name

    unused = {"output", "resume", "side_by_side"}  # by the frames; files go by their hash
    files = {"input", "pretrained_model_name_or_path", "lora", "embedding", "controlnet", "depth_model"}
    given = {name: value for name, value in vars(args).items() if name not in unused | files}
    used = {"input_sha256": file_sha256(args.input), "base_sha256": fingerprint(folder)} | controlnet.recipe
    if args.control == "depth":
        weights = sorted(hub_folder(args.depth_model, ("*.json", "model.safetensors")).glob("*.safetensors"))
        used |= {"depth_model": short_name(args.depth_model), "depth_sha256": [file_sha256(path) for path in weights]}
    for strategy in adapters:
        used |= {f"{strategy.name}_{name}": value for name, value in strategy.recipe.items()}
    return given | used | {package: version(package) for package in ("torch", "diffusers")}


def draw(args: argparse.Namespace, pipe, controlnet, adapters, job) -> list[str]:
    from inference.families import family_of
    from video.restyle import restyle
    from video.restyler import Recipe, Restyler

    with contextlib.ExitStack() as stack:
        prompt = args.prompt
        for strategy in adapters:
            stack.enter_context(strategy.prepare(pipe))
            prompt = strategy.prompt(prompt)
        model = controlnet.over(pipe, []).model
        consistent = args.consistency == "anchor"
        how = Recipe(
            num_inference_steps=args.num_inference_steps,
            guidance_scale=args.guidance_scale,
            strength=args.strength,
            controlnet_conditioning_scale=args.controlnet_conditioning_scale,
            control_guidance_end=args.control_guidance_end,
            seed=args.seed,
            shared_noise=consistent,
            anchor_attention=consistent,
            flow_end=0.5 if consistent else 0.0,
            scheduler=args.scheduler,
        )
        restyler = Restyler(pipe, model, how, prompt, args.negative_prompt)
        if args.compile:
            for network in (family_of(pipe).network(pipe), model, pipe.vae.encoder, pipe.vae.decoder):
                network.compile()
        return restyle(restyler, job)


if __name__ == "__main__":
    run(main)
