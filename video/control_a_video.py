"""Restyle a clip by a prompt with Control-A-Video: several frames at once, guided by the clip's depth or edges.

python video/control_a_video.py --input video/sample.mp4 --prompt "a lighthouse by the sea, dramatic lighting"
python video/control_a_video.py --input clip.mp4 --prompt "a bear walking through stars" --control_mode depth
python video/control_a_video.py --input clip.mp4 --prompt "..." --output out.gif --num_sample_frames 16 --resume
"""

import argparse
import contextlib
from pathlib import Path

from inference.cli import InputError, run
from inference.options import Help, at_least
from video.runner_options import (
    add_clip_options,
    add_control_options,
    add_machine_options,
    add_prompt_options,
    check_prompts,
)

MODES = ("depth", "canny", "hed")


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Help)
    clip = parser.add_argument_group("the clip").add_argument
    add_clip_options(clip, default="demo.mp4", help="to write: .mp4, .mov, .mkv, .webm or .gif")
    clip("--num_sample_frames", type=at_least(1), help="frames to generate; if not given, all of --sampling_rate")
    clip("--sampling_rate", type=at_least(1), default=3, help="use one in this many frames of the clip, shown as long")
    clip("--each_sample_frame", type=int, default=8, help="frames denoised together; the weights were trained with 8")
    clip("--height", type=at_least(8), help="in pixels, a multiple of 8; by the clip's shape if not given")
    clip("--width", type=at_least(8), help="in pixels, a multiple of 8; by the clip's shape if not given")
    look = parser.add_argument_group("the look").add_argument
    add_prompt_options(look, seed=1)
    agree = "guidance towards frames that agree; 0: none, and faster"
    look("--video_scale", type=at_least(0, float), default=1.5, help=agree)
    moving = "pixels that move by more than this share of the largest motion get noise of their own; 0: all"
    look("--init_noise_thres", type=at_least(0, float), default=0.1, help=moving)
    original = "as the original implementation, oddities included; at most 7 of 8 frames"
    look("--faithful", action="store_true", help=original)
    control = parser.add_argument_group("what is kept of each frame").add_argument
    trained = "kind of the control maps; depth, or what --checkpoint was trained for"
    control("--control_mode", "--control", choices=MODES, help=trained)
    add_control_options(control)
    model = parser.add_argument_group("model and machine").add_argument
    published = "folder or hub name; if not given, wf-genius/controlavideo-<mode> with CUDA, else the miniature"
    model("--checkpoint", "--pretrained_model_name_or_path", help=published)
    base = "SD 1.5 model, such as a DreamBooth result, to put under the temporal layers"
    model("--base_model", metavar="FOLDER", help=base)
    add_machine_options(model)
    model("--enable_xformers_memory_efficient_attention", action="store_true", help="instead of PyTorch's; needs CUDA")
    return parser.parse_args()


def check(args: argparse.Namespace):
    """The clip, after all checks that need no model."""
    from video.clip import check_output, open_clip
    from video.gif import check_gif

    check_prompts(args)
    if args.each_sample_frame < 2:
        flag = f"--each_sample_frame {args.each_sample_frame}"
        raise InputError(f"{flag} leaves nothing to generate: a chunk starts from the frame before it; use 2 or more")
    for side in ("height", "width"):
        if (getattr(args, side) or 0) % 8:
            raise InputError(f"--{side} {getattr(args, side)} is not a multiple of 8, the size of a latent")
    clip = open_clip(args.input, max_frames=args.max_frames)
    (check_gif if args.output.suffix.lower() == ".gif" else check_output)(args.output, args.input)
    return clip


def main() -> None:
    args = parse_args()
    clip = check(args)
    import torch

    from inference.pipelines import check_steps
    from video.controlavideo.clip_source import Sampled, sample, size_of
    from video.controlavideo.loading import checkpoint_folder, coarsest, control_mode, native_side
    from video.frame_store import FrameStore

    args.checkpoint = args.checkpoint or default_checkpoint(args.control_mode)
    trained = control_mode(args.checkpoint)
    args.control_mode = args.control_mode or trained or "depth"
    if trained not in (None, args.control_mode):
        raise InputError(f"{args.checkpoint} was trained for {trained}; give --control_mode {trained}")
    if trained is None:
        print(f"the name of {args.checkpoint} does not say what it was trained for; assuming {args.control_mode}")
    folder = checkpoint_folder(args.checkpoint)
    check_steps(folder, args.num_inference_steps)
    size = size_of(clip, args.height, args.width, native_side(folder), squashed=args.faithful)
    if args.faithful:
        check_faithful(args, size, coarsest(folder))
    clip, indices, note = sample(clip, args.num_sample_frames, args.sampling_rate)
    if args.faithful and len(indices) < args.each_sample_frame:
        raise InputError(f"--faithful draws {args.each_sample_frame} frames at a time, and there are {len(indices)}")
    if note:
        print(note)
    if args.video_scale and args.guidance_scale <= 1:
        print(f"--video_scale has no effect, since --guidance_scale {args.guidance_scale:g} is no guidance")
    print(f"{clip.path}: {clip.width}x{clip.height}, {len(indices)} frames, generated at {size[1]}x{size[0]}")
    args.mixed_precision = args.mixed_precision or ("fp16" if torch.cuda.is_available() else "no")
    loaded = load(args, folder)  # before the store is made, so that an error leaves nothing behind
    store = FrameStore(args.output, recipe(args, folder, indices), args.resume)
    notes = draw(args, Sampled(clip, indices, size), loaded, store)
    store.remove()
    print(*notes, f"wrote {args.output}", sep="\n")


def default_checkpoint(mode: str | None) -> str:
    """The published checkpoint where CUDA is present, else the miniature's; prints which."""
    import torch

    from inference.pipelines import MINIATURE

    if torch.cuda.is_available():
        return f"wf-genius/controlavideo-{mode or 'depth'}"
    print("checkpoint: the miniature's, because there is no CUDA here; choose another with --checkpoint")
    return str(MINIATURE / "controlavideo-canny")


def check_faithful(args: argparse.Namespace, size: tuple[int, int], step: int) -> None:
    """Refuse what the original implementation fails on."""
    if any(side % step for side in size):
        raise InputError(f"--faithful draws sides that are multiples of {step} only, not {size[1]}x{size[0]}")
    if args.video_scale and args.guidance_scale <= 5:
        raise InputError(
            f"--faithful has no --video_scale with --guidance_scale {args.guidance_scale:g}, as that is not above 5; "
            f"give --video_scale 0, or leave --faithful out"
        )


def recipe(args: argparse.Namespace, folder: Path, indices: list[int]) -> dict:
    """All settings that the frames depend on; frames made with another recipe are not reused."""
    from importlib.metadata import version

    from inference.adapters import find_lora
    from inference.files import file_sha256
    from video.controlavideo.loading import stamp

    unused = {"output", "resume", "side_by_side", "compile"}  # by the frames; files go by their hash
    files = {"input", "checkpoint", "base_model", "lora"}
    given = {name: value for name, value in vars(args).items() if name not in unused | files}
    given["inference_step"] = given.pop("num_inference_steps")  # as it was called when older runs were interrupted
    used = {"input_sha256": file_sha256(args.input), "checkpoint": stamp(folder), "frames": indices}
    if args.lora:
        used["lora_sha256"] = file_sha256(find_lora(args.lora))
    if args.base_model:
        used["base"] = stamp(Path(args.base_model))
    return given | used | {package: version(package) for package in ("torch", "diffusers")}


def load(args: argparse.Namespace, folder: Path):
    """The pipeline, the detector of its control maps, and its LoRA or None."""
    from inference.strategies import lora
    from video.controlavideo.clip_source import load_detect
    from video.controlavideo.pipeline import load_pipeline

    adapter = lora(args.lora, folder, args.lora_scale) if args.lora else None
    xformers = args.enable_xformers_memory_efficient_attention
    pipe = load_pipeline(folder, args.base_model, args.mixed_precision, args.compile, xformers)
    return pipe, load_detect(args.control_mode, folder, args.depth_model, pipe.device), adapter


def draw(args: argparse.Namespace, sampled, loaded: tuple, store) -> list[str]:
    """Generate frames chunk by chunk, then write all of them to the clip; returns notes for the user."""
    import tempfile

    import numpy as np
    from tqdm import tqdm

    from video.controlavideo.chunks import chunk_slices, draw_clip, frames_drawn, last_intact_state, save_state
    from video.controlavideo.clip_source import read_source, write_result

    pipe, detect, adapter = loaded
    frames = len(sampled.indices)
    slices = chunk_slices(frames, args.each_sample_frame, aligned=not args.faithful)
    drawn = frames_drawn(slices, aligned=not args.faithful)
    state = last_intact_state(store.folder, drawn, store.has)
    start = 0 if state is None else min(slices[state.chunk - 1][1], frames)
    with tempfile.TemporaryDirectory(dir=store.folder) as scratch, contextlib.ExitStack() as stack:
        source = read_source(sampled, detect, Path(scratch), pipe.controlnet.dtype)
        if adapter:
            stack.enter_context(adapter.prepare(pipe))
        chunks = draw_clip(
            pipe,
            frames,
            source.hint,
            source.images,
            each_sample_frame=args.each_sample_frame,
            seed=args.seed,
            posterior_seed=args.seed,
            resume=state,
            faithful=args.faithful,
            init_noise_by_residual_thres=args.init_noise_thres,
            prompt=args.prompt,
            negative_prompt=args.negative_prompt or None,
            num_inference_steps=args.num_inference_steps,
            guidance_scale=args.guidance_scale,
            video_scale=args.video_scale,
            controlnet_conditioning_scale=args.controlnet_conditioning_scale,
            in_domain=True,
        )
        with tqdm(total=slices[-1][1], initial=start, unit="frame", dynamic_ncols=True) as bar:
            for chunk in chunks:
                for index, picture in zip(chunk.indices, chunk.frames, strict=True):
                    store.save(index, np.array(picture))
                save_state(chunk.state, store.folder)
                bar.update(chunk.indices[-1] + 1 - bar.n)
        shown = [index for frames in drawn for index in frames]
        return write_result(args.output, source, store, shown, args.side_by_side)


if __name__ == "__main__":
    run(main)
