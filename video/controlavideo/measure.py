"""Measure Control-A-Video's miniature on rendered clips whose optical flow is known exactly.

python -m video.controlavideo.measure                         12 clips of 16 frames, and 64 frames of two
python -m video.controlavideo.measure --table repairs --clips 2 --frames 24 --num_inference_steps 10

consistency  each frame by itself with a ControlNet; temporal layers at their start, which is none; as they were trained
length       clips of 64 frames: sharpness of the last 8 frames over the first 8, how far mean Lab moved between them,
             and the same less what the source does; with the look of the first frame held, and without
repairs      what each repair of the original's oddities does, alone; none of them, and all. From 24 frames on there is
             a third chunk, with the seam that the original has there. Then those that only some clips and settings
             need, off and on
Columns are those of video/ablation.py; subject: share of frames in which the judge recognises it.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from itertools import pairwise
from pathlib import Path

from inference.cli import run
from inference.options import Help, at_least

TABLES = ("consistency", "length", "repairs")
LONG = 64  # frames, which are nine chunks
ENDS = 8  # frames at the beginning and at the end of a long clip
CONTROL_A_VIDEO = {"guidance_scale": 7.5, "video_scale": 1.5, "in_domain": True}  # the runner's
CONDITIONING = 1.5  # of three clips of 8 frames, edge F1 was 0.50 at 1.0 and 0.59 at 1.5, e_warp 8.3 and 7.7
NEEDED = {  # repairs that only some clips and settings need: which, and what of the call brings them about
    "low_guidance": ("guidance 4", {"guidance_scale": 4.0}),
    "any_size": ("8 pixels smaller", {}),
    "static_clips": ("nothing moves", {}),
    "first_frame_unscaled": ("Euler's scheduler", {}),
    "concat_noise": ("first frame by concat", {"add_first_frame_by_concat": True}),
    "concat_drops_nothing": ("concat of none", {"add_first_frame_by_concat": True, "fix_first_frame": False}),
}


def parse_args() -> argparse.Namespace:
    from inference.pipelines import MINIATURE

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Help)
    add = parser.add_argument
    add("--checkpoint", type=Path, default=MINIATURE / "controlavideo-canny", help="folder of temporal weights")
    add("--table", nargs="+", choices=TABLES, default=TABLES[:2], help="what to measure")
    add("--clips", type=at_least(1), default=12, help="how many; of the long ones, a sixth")
    add("--frames", type=at_least(2), default=16, help="of each clip")
    add("--num_inference_steps", type=at_least(1), default=20, help="steps")
    add("--controlnet_conditioning_scale", type=at_least(0, float), default=CONDITIONING, help="of every way")
    return parser.parse_args()


def restyled(pipe, frames: list, prompt: str, repairs=None, **settings) -> tuple[list, list[int]]:
    """What Control-A-Video makes of the pictures of `frames`, and the indices of those it drew."""
    import numpy as np
    import torch

    from video.controlavideo.chunks import draw_clip
    from video.controlavideo.preprocess import canny_maps, control_hint, source_frames

    pictures = np.stack([frame.rgb for frame in frames])  # (n, h, w, 3) uint8
    size = pictures.shape[1:3]
    hint = control_hint(torch.from_numpy(canny_maps(pictures))[:, None].float() / 255, size)
    images = source_frames(pictures, size)
    drawn, indices = [], []
    torch.manual_seed(0)  # which the original draws its first frame's posterior from
    for chunk in draw_clip(pipe, len(pictures), lambda a, b: hint[:, :, a:b], lambda a, b: images[:, :, a:b],
                           prompt=prompt, repairs=repairs, **(CONTROL_A_VIDEO | settings)):  # fmt: skip
        drawn += [np.asarray(picture) for picture in chunk.frames]
        indices += chunk.indices
    return drawn, indices


def scored(index: int, count: int, side: int, draw: Callable) -> dict[str, float]:
    """Scores of what `draw` makes of rendered clip `index`."""
    import numpy as np

    from images.scenes import sample_scene
    from inference.judge import load_judge, verdict
    from video.ablation import PROMPT, measured
    from video.takes import FIRST_SEED, Take, drawn_take

    take = drawn_take(index, count, side)
    began = time.perf_counter()
    drawn, kept = draw(take.frames, PROMPT.format(caption=take.caption))
    seconds = (time.perf_counter() - began) / len(drawn)
    flows, seen = zip(*between(take.flows, take.seen, kept), strict=True)
    found = measured(Take([take.frames[i] for i in kept], list(flows), list(seen), take.caption), drawn)
    subject = sample_scene(FIRST_SEED + index).subject
    recognised = [name == subject for name in verdict(load_judge(), np.stack(drawn)).subject]
    return found | {"subject": float(np.mean(recognised)), "frames": len(drawn), "seconds": seconds}


def between(flows: list, seen: list, kept: list[int]) -> Iterator[tuple]:
    """From each frame that was kept to the next: the flow, over those left out, and what is seen in both."""
    import numpy as np

    from video.flow import warp

    for first, second in pairwise(kept):
        flow, both = flows[first], seen[first].astype(np.float32)
        for i in range(first + 1, second):
            both = both * warp(seen[i].astype(np.float32), flow)
            flow = flow + warp(flows[i], flow)
        yield flow, both


def held(index: int, side: int, draw: Callable) -> list[float]:
    """Of a long clip's last frames against its first: sharpness, Lab moved, and both less the source's own."""
    import numpy as np

    from video.ablation import PROMPT
    from video.colour import lab
    from video.metrics import sharpness
    from video.takes import drawn_take

    take = drawn_take(index, LONG, side)
    drawn, _ = draw(take.frames, PROMPT.format(caption=take.caption))
    ratios, moved = [], []
    for pictures in (drawn, [frame.rgb for frame in take.frames]):
        first, last = pictures[:ENDS], pictures[-ENDS:]
        ratios.append(sum(map(sharpness, last)) / sum(map(sharpness, first)))
        colours = [np.mean([lab(p.astype(np.float32) / 255) for p in part], (0, 1, 2)) for part in (first, last)]
        moved.append(colours[1] - colours[0])
    own, less_source = np.linalg.norm(moved[0]), np.linalg.norm(moved[0] - moved[1])
    return [ratios[0], float(own), ratios[0] / ratios[1], float(less_source)]


def repair_rows() -> dict:
    """Repairs by the name of their row: none, each that acts on any clip alone, all."""
    from video.controlavideo.repairs import Repairs

    names = [field.name for field in fields(Repairs) if field.name not in NEEDED]
    alone = {f"{name} alone": replace(Repairs.none(), **{name: True}) for name in names}
    return {"none": Repairs.none(), **alone, "all": Repairs()}


def identity_start(pipe) -> None:
    """Temporal layers back to what they are before they are trained: a pass-through."""
    for network in (pipe.unet, pipe.controlnet):
        start = type(network).from_config(network.config).state_dict()
        network.load_state_dict({name: w for name, w in start.items() if "_temporal" in name}, strict=False)


def table(rows: dict[str, Callable], args: argparse.Namespace, side: int) -> None:
    import numpy as np
    from tqdm import tqdm

    found = {}
    with tqdm(total=len(rows) * args.clips, unit="clip", dynamic_ncols=True) as bar:
        for name, draw in rows.items():
            found[name] = []
            for index in range(args.clips):
                found[name].append(scored(index, args.frames, side, draw))
                bar.update()
    first = next(iter(found))
    print("| | frames | e_warp | of the first row's | edge F1 | sharpness | subject | dramatic | seconds a frame |")
    print("|---|---|---|---|---|---|---|---|---|")
    means = {name: {key: np.mean([clip[key] for clip in clips]) for key in clips[0]} for name, clips in found.items()}
    for name, row in means.items():
        of_first = row["e_warp"] / means[first]["e_warp"]
        cells = [f"{row['frames']:g}", f"{row['e_warp']:.2f}", f"{of_first:.2f}", f"{row['edge_f1']:.3f}"]
        cells += [f"{row['sharp']:.2f}", f"{row['subject']:.0%}", f"{row['dramatic']:.0%}", f"{row['seconds']:.2f}"]
        print(f"| {name} | {' | '.join(cells)} |")


def length_table(rows: dict[str, Callable], clips: int, side: int) -> None:
    import numpy as np

    print(f"| {LONG} frames, mean of {clips} (worst) | sharpness | Lab moved | less the source's: sharpness | Lab |")
    print("|---|---|---|---|---|")
    for name, draw in rows.items():
        kept = np.array([held(index, side, draw) for index in range(clips)])  # (clips, 4)
        worst = np.where([True, False, True, False], kept.min(0), kept.max(0))
        cells = [f"{mean:.2f} ({bad:.2f})" for mean, bad in zip(kept.mean(0), worst, strict=True)]
        print(f"| {name} | {' | '.join(cells)} |", flush=True)


def needed_table(pipe, side: int, settings: dict) -> None:
    """What becomes of a clip that needs a repair, without it and with it: scores, or what the original fails with."""
    import numpy as np
    from diffusers import EulerDiscreteScheduler

    from inference.scores import edge_f1
    from video.ablation import PROMPT
    from video.controlavideo.repairs import Repairs
    from video.metrics import dramatic_share
    from video.takes import drawn_take

    euler = type(pipe)(**(pipe.components | {"scheduler": EulerDiscreteScheduler.from_config(pipe.scheduler.config)}))
    euler.set_progress_bar_config(disable=True)
    print("| repair | where | off | on |\n|---|---|---|---|")
    for name, (where, changes) in NEEDED.items():
        take = drawn_take(0, 8, side - 8 if name == "any_size" else side)
        frames = [take.frames[0]] * 8 if name == "static_clips" else take.frames
        cells = []
        for on in (False, True):
            # noise made for all of the clip leaves the pipeline no residuals to look at
            repairs = replace(Repairs(clip_noise=name != "concat_noise"), **{name: on})
            used = euler if name == "first_frame_unscaled" else pipe
            try:
                drawn, _ = restyled(used, frames, PROMPT.format(caption=take.caption), repairs, **(settings | changes))
            except ValueError as error:
                cells.append(str(error))
                continue
            sources = [frame.rgb for frame in frames[len(frames) - len(drawn) :]]
            outlines = np.mean([edge_f1(a, b) for a, b in zip(sources, drawn, strict=True)])
            kept = f"{len(drawn)} of {len(frames)} frames"
            cells.append(f"{kept}, edge F1 {outlines:.3f}, dramatic {dramatic_share(drawn):.0%}")
        print(f"| {name} | {where} | {' | '.join(cells)} |", flush=True)


def main() -> None:
    args = parse_args()
    from inference.controlnets import find_controlnet
    from inference.pipelines import check_steps
    from video import ablation
    from video.consistency import Recipe
    from video.controlavideo.checkpoint import checkpoint_folder, native_side
    from video.controlavideo.repairs import Repairs
    from video.controlavideo.runner import load_for_runner

    folder = checkpoint_folder(args.checkpoint)
    check_steps(folder, args.num_inference_steps)
    side, pipe = native_side(folder), load_for_runner(folder, None, "no", False)
    pipe.set_progress_bar_config(disable=True)

    scale = args.controlnet_conditioning_scale
    settings = {"num_inference_steps": args.num_inference_steps, "controlnet_conditioning_scale": scale}

    def with_repairs(repairs=None) -> Callable:
        return lambda frames, prompt: restyled(pipe, frames, prompt, repairs, **settings)

    def by_itself(frames, prompt):
        recipe = Recipe(args.num_inference_steps, controlnet_conditioning_scale=scale)
        plain = ablation.variants(recipe)["none"]
        controlnet = find_controlnet(None, "canny", args.checkpoint.parent)
        drawn = ablation.restyled(frames, args.checkpoint.parent, controlnet, plain, prompt, 8, False)
        return drawn, list(range(len(drawn)))

    if "consistency" in args.table:
        untrained = load_for_runner(folder, None, "no", False)
        untrained.set_progress_bar_config(disable=True)
        identity_start(untrained)

        def at_start(frames, prompt):
            return restyled(untrained, frames, prompt, **settings)

        rows = {"each frame by itself": by_itself, "temporal layers untrained": at_start, "trained": with_repairs()}
        table(rows, args, side)
    if "length" in args.table:
        rows = {"look held": with_repairs(), "look not held": with_repairs(Repairs(look_anchored=False))}
        length_table(rows, max(args.clips // 6, 1), side)
    if "repairs" in args.table:
        table({name: with_repairs(repairs) for name, repairs in repair_rows().items()}, args, side)
        needed_table(pipe, side, settings)


if __name__ == "__main__":
    run(main)
