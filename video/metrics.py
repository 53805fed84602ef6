"""Measure a restyled clip against its source: does it hold still, keep its shapes and details, and show the prompt.

python -m video.metrics --source in.mp4 --output out.mp4 --prompt "a lighthouse, dramatic lighting" --json scores.json

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

An even grey scores 0 and blur beats the source in e_warp: read it beside edge_f1 and sharpness, against a plain run.
"""

import argparse
import json
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inference.cli import InputError, run
from inference.files import atomic_write
from inference.options import Help, output_file

if TYPE_CHECKING:
    from video.clip import Clip

MINIATURE_CLIP = Path(__file__).resolve().parents[1] / "inference" / "miniature" / "clip"
BATCH = 32
ROUNDED = 4  # pixels by which a side may differ, since Control-A-Video's are multiples of 8
NO_DETAIL = 1.0  # variance of the Laplacian, in levels squared, below which a source has nothing to be as sharp as


def e_warp(first, second, flow, seen) -> float:
    """1000 sum(M |O_t - warp(O_t+1)|^2) / sum(M), the square summed over channels; pictures (h, w, 3) uint8."""
    import numpy as np

    from video.flow import warp

    a, b = first.astype(np.float32) / 255, warp(second.astype(np.float32) / 255, flow)
    weight = seen.astype(np.float32)
    return float(1000 * (weight * ((a - b) ** 2).sum(-1)).sum() / max(weight.sum(), 1))


def sharpness(picture) -> float:
    """Variance of the Laplacian of the luminance of (h, w, 3) uint8."""
    import cv2

    return float(cv2.Laplacian(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.CV_64F).var())


def scores(
    pairs: Iterable[tuple], rate: float, look: Callable[[list], Any] = len
) -> tuple[dict[str, float | None], list]:
    """Scores of (source, output) frames (h, w, 3) uint8 of one size, and what `look` returned of every BATCH outputs.

    Frames are looked at once and in order; only the last one is kept, so any length can be measured.
    """
    import numpy as np

    from inference.scores import edge_f1
    from video.colour import lab
    from video.control_maps import CutFinder
    from video.flow import Track, estimate, visible

    found: dict[str, list[float]] = {
        name: [] for name in ("e_warp", "e_warp_first", "e_warp_floor", "edge_f1", "sharp", "sharp_source")
    }
    colours, small, looks, last, begins = [], [], [], None, CutFinder()
    for source, output in pairs:
        if begins(source):
            last, first, track = None, output, Track(source)
        if last is not None:
            flow, back = estimate(last[0], source), estimate(source, last[0])
            seen = visible(flow, back)
            found["e_warp"].append(e_warp(last[1], output, flow, seen))
            found["e_warp_floor"].append(e_warp(last[0], source, flow, seen))
            track.add(source)
            found["e_warp_first"].append(e_warp(output, first, track.flow, track.seen))
        found["edge_f1"].append(edge_f1(source, output))
        found["sharp"].append(sharpness(output))
        found["sharp_source"].append(sharpness(source))
        colours.append([lab(picture.astype(np.float32) / 255).mean((0, 1)) for picture in (source, output)])
        small.append(_thumbnail(output))
        if len(small) == BATCH:
            looks.append(look(small))
            small = []
        last = source, output
    if small:
        looks.append(look(small))
    if not colours:
        raise InputError("there is no frame to measure")
    means = {name: float(np.mean(values)) if values else 0.0 for name, values in found.items()}
    sharp, sharp_source = means.pop("sharp"), means.pop("sharp_source")
    means["sharpness"] = sharp / sharp_source if sharp_source > NO_DETAIL else None
    second = min(max(round(rate), 1), len(colours))
    moved = np.mean(colours[-second:], 0) - np.mean(colours[:second], 0)  # (2, 3): source, output
    means["colour_drift"] = float(np.linalg.norm(moved[1] - moved[0]))
    return means | {"frames": len(colours)}, looks


def _thumbnail(picture):
    """At most 224 pixels wide and high, which is all that CLIP and the judge look at."""
    import cv2

    scale = min(224 / min(picture.shape[:2]), 1)
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def load_look(prompt: str, folder: str | Path) -> Callable[[list], tuple]:
    """What looks at pictures (h, w, 3) uint8: their CLIP embeddings (n, width), the prompt's (1, width), and which are
    in dramatic light (n,). InputError where there is no CLIP model `folder`.
    """
    import numpy as np
    import torch
    from torch.nn.functional import normalize
    from transformers import CLIPModel, CLIPProcessor

    from inference.judge import load_judge, verdict

    try:
        model = CLIPModel.from_pretrained(folder, use_safetensors=True).float().eval()
        processor = CLIPProcessor.from_pretrained(folder)
    except OSError as error:
        raise InputError(f"there is no CLIP model {folder} ({str(error).splitlines()[0]}); name one") from error
    judge = load_judge()

    @torch.inference_mode()
    def look(pictures: list) -> tuple:
        inputs = processor(text=[prompt or " "], images=pictures, return_tensors="pt",
                           padding="max_length", truncation=True)  # fmt: skip
        output = model(**inputs)
        embeds = [normalize(part, dim=-1) for part in (output.image_embeds, output.text_embeds)]
        return *embeds, verdict(judge, np.stack(pictures)).dramatic > 0.5

    return look


def look_scores(looks: list[tuple], prompt: str) -> dict[str, float]:
    import numpy as np
    import torch

    images, texts, dramatic = zip(*looks, strict=True)
    embeds = torch.cat(images)  # (n, width)
    found = {"clip_consistency": float((embeds[1:] * embeds[:-1]).sum(-1).mean()) if len(embeds) > 1 else 1.0}
    if prompt:
        found["clip_score"] = float(100 * (embeds @ texts[0].T).mean())
    return found | {"dramatic": float(np.concatenate(dramatic).mean())}


def dramatic_share(pictures: list) -> float:
    import numpy as np

    from inference.judge import load_judge, verdict

    return float((verdict(load_judge(), np.stack(pictures)).dramatic > 0.5).mean())


def same_shape(source: Path, output: Path) -> tuple["Clip", "Clip"]:
    """Both clips; InputError where one is not the other at another size, give or take what sides are rounded by."""
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
    """Frames of two clips at the size of the second, in step."""
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
    parser.add_argument("--source", type=Path, required=True, metavar="CLIP", help="the clip as it was")
    parser.add_argument("--output", type=Path, required=True, metavar="CLIP", help="the clip to measure")
    parser.add_argument("--prompt", default="", help="what it should show; no CLIP score if not given")
    parser.add_argument("--clip", default=str(MINIATURE_CLIP), help="folder or hub name of the CLIP model")
    parser.add_argument("--json", type=output_file, metavar="FILE", help="where to write the scores as well")
    args = parser.parse_args()
    from video.clip import check_writable

    rate = float(same_shape(args.source, args.output)[0].rate)  # refused before a model is loaded
    if args.json:
        check_writable(args.json, "--json")
    found, looks = scores(pairs_of(args.source, args.output), rate, load_look(args.prompt, args.clip))
    found |= look_scores(looks, args.prompt)
    for name, value in found.items():
        print(f"{name:18}{'none':>10}" if value is None else f"{name:18}{value:10.4g}")
    if args.json:
        with atomic_write(args.json) as aside:
            aside.write_text(json.dumps(found, indent=2) + "\n")


if __name__ == "__main__":
    run(main)
