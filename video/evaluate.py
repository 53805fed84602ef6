"""Evaluate a restyled clip against its source: is it steady, does it keep shapes and details, does it show the prompt.

python -m video.evaluate --source in.mp4 --output out.mp4 --prompt "a lighthouse, dramatic lighting" --json scores.json

e_warp             1000 times the mean squared difference of each frame and the next one moved back along the source's
                   flow, where both show the same thing, on [0, 1] (Lai et al. 2018); lower is steadier
e_warp_first       the same against the first frame of the shot: what has drifted since
e_warp_floor       e_warp of the source itself: what flow and compression leave
edge_f1            how much of the source's outlines is where it was
sharpness          variance of the Laplacian over the source's; blur scores below 1, noise above; none where the source
                   has no detail
colour_drift       how far mean Lab moves from the first second to the last, less the source's own
clip_score         100 cos(frame, prompt); clip_consistency: mean cosine of neighbouring frames (others report it)
dramatic           share of frames in dramatic light, by the miniature's judge

Plain grey scores 0 and blur beats the source in e_warp: read it beside edge_f1 and sharpness, against a plain run.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from inference.cli import InputError, run
from inference.files import atomic_write
from inference.options import Help, output_file

if TYPE_CHECKING:
    from video.clip import Clip

MINIATURE_CLIP = Path(__file__).resolve().parents[1] / "inference" / "miniature" / "clip"
ROUNDED = 4  # pixels by which a side may differ, since Control-A-Video's are multiples of 8


def same_shape(source: Path, output: Path) -> tuple["Clip", "Clip"]:
    """Both clips; InputError where their aspect ratios differ by more than the rounding of sides."""
    from video.clip import open_clip

    first, second = open_clip(source), open_clip(output)
    ratio = first.width / first.height
    if abs(second.width - second.height * ratio) > 1 + ROUNDED * (1 + ratio):
        raise InputError(
            f"{output} is {second.width}x{second.height} and {source} {first.width}x{first.height}, which is another "
            f"shape; measure a result of the source's shape, made without --side_by_side"
        )
    return first, second


def pairs_of(source: Path, output: Path) -> Iterator[tuple]:
    """Pairs of frames of two clips, at the size of the second."""
    import cv2

    frames, results = (clip.frames() for clip in same_shape(source, output))
    for result in results:
        frame = next(frames, None)
        if frame is None:
            raise InputError(f"{output} has more frames than {source}; only clips of the same frames can be compared")
        yield cv2.resize(frame.rgb, result.rgb.shape[1::-1], interpolation=cv2.INTER_AREA), result.rgb
    if next(frames, None) is not None:
        raise InputError(f"{source} has more frames than {output}; only clips of the same frames can be compared")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Help)
    parser.add_argument("--source", type=Path, required=True, metavar="CLIP", help="the source clip")
    parser.add_argument("--output", type=Path, required=True, metavar="CLIP", help="the clip to measure")
    parser.add_argument("--prompt", default="", help="prompt of the clip; no CLIP score if not given")
    parser.add_argument("--clip", default=str(MINIATURE_CLIP), help="folder or hub name of the CLIP model")
    parser.add_argument("--json", type=output_file, metavar="FILE", help="file to write the scores to as well")
    args = parser.parse_args()
    from video.clip import check_writable

    rate = float(same_shape(args.source, args.output)[0].rate)  # refused before a model is loaded
    if args.json:
        check_writable(args.json, "--json")
    from video.clip_scores import load_look, look_scores, scores

    found, looks = scores(pairs_of(args.source, args.output), rate, load_look(args.prompt, args.clip))
    found |= look_scores(looks, args.prompt)
    for name, value in found.items():
        print(f"{name:18}{'none':>10}" if value is None else f"{name:18}{value:10.4g}")
    if args.json:
        with atomic_write(args.json) as aside:
            aside.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    run(main)
