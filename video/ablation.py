"""What each part of the consistent mode is worth, on rendered clips whose optical flow is known exactly.

python -m images.render --list video/evaluation_clips.jsonl --frames 48 --samples 16 --output_dir outputs/clips
python -m video.ablation                                    the table: 12 clips of 48 frames, more than an hour
python -m video.ablation --clips 2 --frames 12 --num_inference_steps 10

e_warp   1000 times the mean squared difference along the exact flow, and its ratio to the first row's
edge_f1  outlines kept; sharp: sharpness over the source's; dramatic: share of frames the judge finds dramatically lit
seconds  a frame, with loading the base for each clip
With anchor attention come the colours held to the anchor's, and equal frames drawn once. What is measured is kept in
--output, so an interrupted run goes on.
"""

import argparse
import hashlib
import json
import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

from inference.cli import InputError, run
from inference.files import atomic_write
from inference.options import ROOT, Help, add_base_options, at_least, output_file

if TYPE_CHECKING:
    from video.takes import Take

PROMPT = "{caption}, dramatic lighting"


def variants(recipe) -> dict:
    """Each row switches one more part on."""
    plain = replace(recipe, strength=1.0, shared_noise=False, anchor_attention=False, flow_end=0.0)
    noise = replace(plain, shared_noise=True)
    image = replace(noise, strength=recipe.strength)
    anchor = replace(image, anchor_attention=True)
    return {"none": plain, "+ shared noise": noise, "+ img2img": image, "+ anchor attention": anchor,
            "+ flow": replace(anchor, flow_end=recipe.flow_end)}  # fmt: skip


def restyled(frames, folder, controlnet, recipe, prompt: str, batch_size: int, consistent: bool) -> list:
    """Frames by frames anew, as the runner draws them; `recipe` and what is `consistent` say how.

    The base is loaded for each clip: what attends to an anchor is not undone.
    """
    from inference.pipelines import load_base, native_size
    from video.consistency import Restyler
    from video.control_maps import ControlMaps
    from video.restyling import draw_frames
    from video.shots import Size

    *native, grid = native_size(folder)
    height, width = frames[0].rgb.shape[:2]
    size = Size.of(width, height, min(native), grid)
    if (size.height, size.width) != (height, width):
        raise InputError(
            f"clips of {width}x{height} pixels do not suit a base of {min(native)}; render them with --size "
            f"{size.width}x{size.height}"
        )
    pipe = load_base(str(folder))
    restyler = Restyler(pipe, controlnet.over(pipe, []).model, recipe, prompt)
    return draw_frames(frames, restyler, ControlMaps("canny").next, size, batch_size, consistent)


def measured(take: "Take", drawn: list) -> dict[str, float]:
    import numpy as np

    from inference.scores import edge_f1
    from video.metrics import dramatic_share, e_warp, sharpness

    pairs = [
        e_warp(a, b, flow, seen) for a, b, flow, seen in zip(drawn, drawn[1:], take.flows, take.seen, strict=False)
    ]
    return {
        "e_warp": float(np.mean(pairs)),
        "edge_f1": float(np.mean([edge_f1(a.rgb, b) for a, b in zip(take.frames, drawn, strict=True)])),
        "sharp": sum(map(sharpness, drawn)) / sum(sharpness(frame.rgb) for frame in take.frames),
        "dramatic": dramatic_share(drawn),
    }


def read_kept(path: Path) -> dict[str, dict[str, float]]:
    """What an earlier run measured; nothing where there was none."""
    try:
        return dict(json.loads(path.read_text()))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError) as error:
        raise InputError(f"{path} is no list of measurements ({error}); remove it, or name another --output") from error


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Help)
    add = parser.add_argument
    add_base_options(add)
    add("--controlnet", metavar="NAME", help="hub name or folder; if not given, the base's own")
    add("--clips_dir", type=Path, default=ROOT / "outputs" / "clips", help="folder of rendered clips")
    add("--clips", type=at_least(1), default=12, help="how many")
    add("--frames", type=at_least(2), default=48, help="of each clip")
    add("--num_inference_steps", type=at_least(1), default=20, help="steps")
    add("--guidance_scale", type=at_least(0, float), default=7.5, help="how strictly the prompt is followed")
    add("--strength", type=at_least(0, float), default=0.6, help="from + img2img on")
    add("--batch_size", type=at_least(1), default=8, help="frames drawn at once")
    default = str(ROOT / "outputs" / "ablation.json")
    add("--output", type=output_file, default=default, help="what is measured, by what it was measured with")
    args = parser.parse_args()

    import numpy as np
    from tqdm import tqdm

    from inference.controlnets import find_controlnet
    from inference.pipelines import base_folder, check_steps, fingerprint, resolve_base
    from video.consistency import Recipe
    from video.takes import read_takes

    takes = read_takes(args.clips_dir, args.clips, args.frames)
    folder = base_folder(resolve_base(args.pretrained_model_name_or_path))
    check_steps(folder, args.num_inference_steps)
    controlnet = find_controlnet(args.controlnet, "canny", folder)
    recipe = Recipe(args.num_inference_steps, args.guidance_scale, args.strength)
    rows: dict[str, list[dict]] = {name: [] for name in variants(recipe)}
    kept = read_kept(args.output)
    used = [fingerprint(folder), controlnet.recipe, args.batch_size]
    with tqdm(total=len(rows) * args.clips, unit="clip", dynamic_ncols=True) as bar:
        for take in takes:
            frames = hashlib.sha256(b"".join(frame.rgb.tobytes() for frame in take.frames)).hexdigest()
            for name, variant in variants(recipe).items():
                prompt = PROMPT.format(caption=take.caption)
                key = json.dumps([frames, prompt, asdict(variant), *used])
                if key not in kept:
                    began = time.perf_counter()
                    consistent = variant.anchor_attention  # and with it one anchor per shot, and colour held to it
                    drawn = restyled(take.frames, folder, controlnet, variant, prompt, args.batch_size, consistent)
                    seconds = (time.perf_counter() - began) / len(take.frames)
                    kept[key] = measured(take, drawn) | {"seconds": seconds}
                    with atomic_write(args.output) as aside:
                        aside.write_text(json.dumps(kept, indent=1) + "\n")
                rows[name].append(kept[key])
                bar.update()
    means = {
        name: {key: float(np.mean([row[key] for row in found])) for key in found[0]} for name, found in rows.items()
    }
    print("| | e_warp | of none | edge F1 | sharpness | dramatic | seconds a frame |\n|---|---|---|---|---|---|---|")
    for name, row in means.items():
        ratio = row["e_warp"] / means["none"]["e_warp"]
        print(f"| {name} | {row['e_warp']:.2f} | {ratio:.2f} | {row['edge_f1']:.3f} | {row['sharp']:.2f} "
              f"| {row['dramatic']:.0%} | {row['seconds']:.2f} |")  # fmt: skip


if __name__ == "__main__":
    run(main)
