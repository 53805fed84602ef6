"""Measure Control-A-Video's miniature on rendered clips whose optical flow is known exactly.

python -m video.controlavideo.evaluate_layers                 12 clips of 16 frames, and 64 frames of two
python -m video.controlavideo.evaluate_layers --table repairs --clips 2 --frames 24 --num_inference_steps 10

consistency  each frame by itself with a ControlNet; untrained temporal layers, which do nothing; trained ones
length       clips of 64 frames: sharpness of the last 8 frames over the first 8, how far mean Lab moved between them,
             and the same less what the source does; with the look of the first frame held, and without
repairs      as the original has it; the same with the look of the first frame held; with all of its oddities repaired.
             From 24 frames on there is a third chunk, with the seam that the original has there
Columns are those of video/evaluate_consistency.py; subject: share of frames in which the judge recognises it.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from inference.cli import run
from inference.options import Help, at_least

if TYPE_CHECKING:
    from video.evaluation_clips import EvaluationClip

TABLES = ("consistency", "length", "repairs")
LONG = 64  # frames, which are nine chunks
ENDS = 8  # frames at the beginning and at the end of a long clip
CONTROL_A_VIDEO = {"guidance_scale": 7.5, "video_scale": 1.5, "in_domain": True}  # the runner's
CONDITIONING = 1.5  # of three clips of 8 frames, edge F1 was 0.50 at 1.0 and 0.59 at 1.5, e_warp 8.3 and 7.7


def parse_args() -> argparse.Namespace:
    from inference.pipelines import MINIATURE

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Help)
    add = parser.add_argument
    add("--checkpoint", type=Path, default=MINIATURE / "controlavideo-canny", help="folder of temporal weights")
    add("--table", nargs="+", choices=TABLES, default=TABLES[:2], help="tables to print")
    add("--clips", type=at_least(1), default=12, help="number of clips; a sixth of it for the long ones")
    add("--frames", type=at_least(2), default=16, help="number of frames of each clip")
    add("--num_inference_steps", type=at_least(1), default=20, help="number of denoising steps")
    add("--controlnet_conditioning_scale", type=at_least(0, float), default=CONDITIONING, help="of all rows")
    return parser.parse_args()


def drawn_by(pipe, clip: "EvaluationClip", repairs=None, **settings) -> tuple[list, list[int]]:
    """The frames of a clip that Control-A-Video generates, and their indices."""
    import numpy as np
    import torch

    from video.controlavideo.chunks import draw_clip
    from video.controlavideo.preprocess import canny_maps, control_hint, source_frames

    pictures = np.stack([frame.rgb for frame in clip.frames])  # (n, h, w, 3) uint8
    size = pictures.shape[1:3]
    hint = control_hint(torch.from_numpy(canny_maps(pictures))[:, None].float() / 255, size)
    images = source_frames(pictures, size)
    drawn, indices = [], []
    torch.manual_seed(0)  # which the original draws its first frame's posterior from
    slices = (lambda a, b: hint[:, :, a:b]), (lambda a, b: images[:, :, a:b])
    settings = CONTROL_A_VIDEO | {"prompt": clip.prompt, "repairs": repairs} | settings
    for chunk in draw_clip(pipe, len(pictures), *slices, **settings):
        drawn += [np.asarray(picture) for picture in chunk.frames]
        indices += chunk.indices
    return drawn, indices


def scored(index: int, count: int, side: int, draw: Callable) -> dict[str, float]:
    """Scores of what `draw` makes of rendered clip `index`."""
    import numpy as np

    from inference.judge import load_judge, verdict
    from video.evaluation_clips import drawn_clip, measured

    clip = drawn_clip(index, count, side)
    began = time.perf_counter()
    drawn, kept = draw(clip)
    seconds = (time.perf_counter() - began) / len(drawn)
    flows, seen = zip(*between(clip.flows, clip.seen, kept), strict=True)
    found = measured(replace(clip, frames=[clip.frames[i] for i in kept], flows=flows, seen=seen), drawn)
    recognised = [name == clip.subject for name in verdict(load_judge(), np.stack(drawn)).subject]
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

    from video.clip_scores import sharpness
    from video.colour import lab
    from video.evaluation_clips import drawn_clip

    clip = drawn_clip(index, LONG, side)
    drawn, _ = draw(clip)
    ratios, moved = [], []
    for pictures in (drawn, [frame.rgb for frame in clip.frames]):
        first, last = pictures[:ENDS], pictures[-ENDS:]
        ratios.append(sum(map(sharpness, last)) / sum(map(sharpness, first)))
        colours = [np.mean([lab(p.astype(np.float32) / 255) for p in part], (0, 1, 2)) for part in (first, last)]
        moved.append(colours[1] - colours[0])
    own, less_source = np.linalg.norm(moved[0]), np.linalg.norm(moved[0] - moved[1])
    return [ratios[0], float(own), ratios[0] / ratios[1], float(less_source)]


def identity_start(pipe) -> None:
    """Reset the temporal layers to their start, the identity."""
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


def main() -> None:
    args = parse_args()
    from inference.controlnets import find_controlnet
    from inference.pipelines import check_steps
    from video.controlavideo.loading import checkpoint_folder, native_side
    from video.controlavideo.pipeline import Repairs, load_pipeline
    from video.evaluation_clips import restyled
    from video.restyler import Recipe

    folder = checkpoint_folder(args.checkpoint)
    check_steps(folder, args.num_inference_steps)
    side, pipe = native_side(folder), load_pipeline(folder)
    pipe.set_progress_bar_config(disable=True)

    scale = args.controlnet_conditioning_scale
    settings = {"num_inference_steps": args.num_inference_steps, "controlnet_conditioning_scale": scale}

    def with_repairs(repairs=None) -> Callable:
        return lambda clip: drawn_by(pipe, clip, repairs, **settings)

    alone = Recipe(
        args.num_inference_steps,
        controlnet_conditioning_scale=scale,
        shared_noise=False,
        anchor_attention=False,
        flow_end=0.0,
    )

    def by_itself(clip):
        controlnet = find_controlnet(None, "canny", args.checkpoint.parent)
        drawn = restyled(clip, args.checkpoint.parent, controlnet, alone)
        return drawn, list(range(len(drawn)))

    if "consistency" in args.table:
        untrained = load_pipeline(folder)
        untrained.set_progress_bar_config(disable=True)
        identity_start(untrained)

        def at_start(clip):
            return drawn_by(untrained, clip, **settings)

        rows = {"each frame by itself": by_itself, "temporal layers untrained": at_start, "trained": with_repairs()}
        table(rows, args, side)
    if "length" in args.table:
        rows = {"look held": with_repairs(), "look not held": with_repairs(Repairs(look_anchored=False))}
        length_table(rows, max(args.clips // 6, 1), side)
    if "repairs" in args.table:
        rows = {"none": Repairs.none(), "look_anchored alone": Repairs(oddities=False), "all": Repairs()}
        table({name: with_repairs(repairs) for name, repairs in rows.items()}, args, side)


if __name__ == "__main__":
    run(main)
