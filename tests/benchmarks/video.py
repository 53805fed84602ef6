"""Frames per second of video/controlnet_per_frame.py against the plain loop: one pipeline call per frame, 50 steps.

python -m tests.benchmarks.video                             the miniature, at equal steps and at the default recipe
python -m tests.benchmarks.video --random_sd15 --resolution 512 --mixed_precision fp16 --num_inference_steps 4 \\
    --guidance_scale 1 --scheduler lcm --frames 96           a GPU: SD v1.5's size with random weights

Both get the same control maps. "file to file" is the whole of the script once its models are loaded: a clip is decoded,
drawn with anchor, and encoded. Ways of drawing take turns, and each is timed by its best round, so that what else the
machine does falls on all of them; read the ratios. The stages are measured on their own, one after another.
"""

import argparse
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path

from inference.cli import run
from inference.options import Help, add_base_options, at_least

PROMPT = "a lighthouse by the sea, dramatic lighting"
SAMPLE = Path(__file__).resolve().parents[2] / "video" / "sample.mp4"
STUDY_STEPS = 50
WAYS = {
    "loop": "plain loop, 50 steps",
    "none-50": "none, 50 steps",
    "anchor-50": "anchor, 50 steps",
    "none": "none",
    "anchor": "anchor",
    "file": "anchor, file to file",
}


def plain_loop(pipe, controlnet, pictures, maps, steps: int, guidance: float) -> None:
    """The study's loop: each frame a call of its own, its prompt encoded again."""
    import torch
    from diffusers import StableDiffusionControlNetPipeline

    whole = StableDiffusionControlNetPipeline(**pipe.components, controlnet=controlnet, requires_safety_checker=False)
    whole.set_progress_bar_config(disable=True)
    for index, control in enumerate(maps):
        image = torch.from_numpy(control).permute(2, 0, 1)[None] / 255
        whole(
            PROMPT,
            image,
            num_inference_steps=steps,
            guidance_scale=guidance,
            generator=torch.Generator().manual_seed(index),
        )


def stages(restyler, source: Path, frames, size, batch_size: int) -> dict[str, float]:
    """Seconds a frame of decoding, maps, flow, the networks, the VAE and encoding."""
    import torch

    from video.clip import open_clip, write_clip
    from video.control_maps import ControlMaps
    from video.flow import Track
    from video.restyle import to_batch
    from video.shots import BETWEEN, units

    found, maps = {}, ControlMaps("canny")

    def timed(name, work):
        began = time.perf_counter()
        result = work()
        if torch.cuda.is_available():
            torch.cuda.synchronize()
        found[name] = (time.perf_counter() - began) / len(frames)
        return result

    timed("decode", lambda: [None for frame, _ in zip(open_clip(source).frames(), frames, strict=False)])
    fitted = [size.fit(frame.rgb) for frame in frames]
    timed("maps", lambda: [maps.next(picture) for picture in fitted])
    track = Track(fitted[0])
    timed("flow", lambda: [track.add(picture) for picture in fitted[1:]])
    planned = [
        unit for unit in units(frames, size, ControlMaps("canny").next, batch_size, False) if unit.role == BETWEEN
    ]
    batches = [to_batch(unit) for unit in planned]
    with torch.inference_mode():
        starts = timed("VAE encode", lambda: [restyler._start(batch) for batch in batches])
        latents = timed(
            "networks",
            lambda: [
                restyler._denoise(start, batch, None, None, None) for start, batch in zip(starts, batches, strict=True)
            ],
        )
        timed("VAE decode", lambda: [restyler.pipe.vae.decode(x, return_dict=False) for x in latents])
    clip = open_clip(source, max_frames=len(frames))
    with tempfile.TemporaryDirectory() as folder:

        def encode():
            with write_clip(Path(folder) / "out.mp4", clip) as out:
                for frame, picture in zip(frames, fitted, strict=True):
                    out.write(size.cut(picture), frame)

        timed("encode", encode)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Help)
    add = parser.add_argument
    add_base_options(add)
    add("--random_sd15", action="store_true", help="SD v1.5's size with random weights, instead of a base")
    add("--controlnet", metavar="NAME", help="hub name or folder; if not given, the base's own")
    add("--input", type=Path, default=SAMPLE, help="clip")
    add("--frames", type=at_least(2), default=16, help="of the clip")
    add("--ways", nargs="+", choices=WAYS, default=list(WAYS), help="what to time; the loop is what others are told by")
    add("--resolution", type=at_least(16), help="short side; the base's own if not given")
    add("--num_inference_steps", type=at_least(1), default=20, help="of the default recipe")
    add("--guidance_scale", type=at_least(0, float), default=7.5, help="of both")
    add("--scheduler", choices=["dpm++", "lcm"], default="dpm++", help="of ours")
    add("--batch_size", type=at_least(1), default=8, help="of ours")
    add("--rounds", type=at_least(1), default=3, help="of which the best counts")
    add("--mixed_precision", choices=["no", "fp16", "bf16"], default="no", help="of both")
    add("--compile", action="store_true", help="of ours")
    measure(parser.parse_args())


def measure(args: argparse.Namespace) -> None:
    import torch
    from diffusers import ControlNetModel

    from inference.controlnets import find_controlnet
    from inference.pipelines import base_folder, load_base, native_size, resolve_base
    from tests.benchmarks.sd15 import random_sd15
    from video.clip import open_clip
    from video.control_maps import ControlMaps
    from video.frame_store import FrameStore
    from video.picture import Size
    from video.restyle import RestyleJob, draw_frames, restyle
    from video.restyler import Recipe, Restyler

    cuda = torch.cuda.is_available()
    device, dtype = "cuda" if cuda else "cpu", {"no": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
    folder = None if args.random_sd15 else base_folder(resolve_base(args.pretrained_model_name_or_path))
    side, grid = (
        (args.resolution or 512, 8)
        if folder is None
        else (args.resolution or min(native_size(folder)[:2]), native_size(folder)[2])
    )

    def loaded():
        if folder is None:
            pipe = random_sd15().to(dtype[args.mixed_precision])
            return pipe, ControlNetModel.from_unet(pipe.unet).to(pipe.device, pipe.dtype)
        pipe = load_base(str(folder), dtype=dtype[args.mixed_precision])
        return pipe, find_controlnet(args.controlnet, "canny", folder).over(pipe, []).model

    clip = open_clip(args.input, max_frames=args.frames)
    frames, size = list(clip.frames()), Size.of(clip.width, clip.height, side, grid)
    pictures = [size.fit(frame.rgb) for frame in frames]
    maps = [ControlMaps("canny").next(picture)[1] for picture in pictures]
    recipe = Recipe(args.num_inference_steps, args.guidance_scale, 0.6, scheduler=args.scheduler)
    plain = replace(recipe, strength=1.0, shared_noise=False, anchor_attention=False, flow_end=0.0)
    # at equal steps as many are run, so what is left out by starting from the source is not counted as speed
    recipes = {"none-50": replace(plain, num_inference_steps=STUDY_STEPS),
               "anchor-50": replace(recipe, num_inference_steps=STUDY_STEPS, strength=1.0),
               "none": plain, "anchor": recipe, "file": recipe}  # fmt: skip

    def prepared(how: Recipe) -> Restyler:
        pipe, controlnet = loaded()
        if args.compile:
            pipe.unet.compile(), controlnet.compile(), pipe.vae.decoder.compile()
        return Restyler(pipe, controlnet, how, PROMPT)

    def file_to_file(restyler: Restyler) -> None:
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "out.mp4"
            clip, store = open_clip(args.input, max_frames=args.frames), FrameStore(output, {}, False, 0, 1)
            restyle(restyler, RestyleJob(clip, output, store, ControlMaps("canny").next, size, args.batch_size))

    ways, restyler = {}, None
    if "loop" in args.ways:
        ways["loop"] = partial(plain_loop, *loaded(), pictures, maps, STUDY_STEPS, args.guidance_scale)
    for name in args.ways:
        if name == "loop":
            continue
        restyler = prepared(recipes[name])
        ways[name] = (
            partial(file_to_file, restyler)
            if name == "file"
            else partial(draw_frames, frames, restyler, ControlMaps("canny").next, size, args.batch_size)
        )
    if cuda or args.compile:
        for way in ways.values():
            way()  # compiles, and lets cuDNN choose
    best = dict.fromkeys(ways, float("inf"))
    for _ in range(args.rounds):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            best[name] = min(best[name], time.perf_counter() - began)
    print(f"{size.width}x{size.height}, {len(frames)} frames, {device}, {args.mixed_precision}")
    for name, seconds in best.items():
        against = f"{best['loop'] / seconds:6.2f}x" if "loop" in best else ""
        print(f"{WAYS[name]:24}{len(frames) / seconds:8.2f} frames a second {against}")

    if restyler:
        split = stages(restyler, args.input, frames, size, args.batch_size)
        print("seconds a frame: " + ", ".join(f"{name} {value:.4f}" for name, value in split.items()))


if __name__ == "__main__":
    run(main)
