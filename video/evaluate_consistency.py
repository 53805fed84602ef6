"""Measure each part of the consistent mode on rendered clips whose optical flow is known exactly.

python -m images.render --list video/evaluation_clips.jsonl --frames 48 --samples 16 --output_dir outputs/clips
python -m video.evaluate_consistency             the table: 12 clips of 48 frames, more than an hour
python -m video.evaluate_consistency --clips 2 --frames 12 --num_inference_steps 10

e_warp   1000 times the mean squared difference along the exact flow, and its ratio to the first row's
edge_f1  outlines kept; sharp: sharpness over the source's; dramatic: share of frames the judge finds dramatically lit
seconds  a frame, with loading the base for each clip
With anchor attention come the colours held to the anchor's, and equal frames drawn once. What is measured is kept in
--output, so an interrupted run can be continued.
"""

import argparse
import hashlib
import json
import time
from dataclasses import asdict, replace
from pathlib import Path

from inference.cli import InputError, run
from inference.files import atomic_write
from inference.options import ROOT, Help, add_base_options, at_least, output_file

PARTS = ("none", "+ shared noise", "+ img2img", "+ anchor attention", "+ flow")  # each row adds one


def variants(recipe) -> dict:
    """The recipes by the name of their row."""
    plain = replace(recipe, strength=1.0, shared_noise=False, anchor_attention=False, flow_end=0.0)
    noise = replace(plain, shared_noise=True)
    image = replace(noise, strength=recipe.strength)
    anchor = replace(image, anchor_attention=True)
    flow = replace(anchor, flow_end=recipe.flow_end)
    return dict(zip(PARTS, (plain, noise, image, anchor, flow), strict=True))


def read_kept(path: Path) -> dict[str, dict[str, float]]:
    """The measurements of an earlier run; none where there was none."""
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
    add("--clips", type=at_least(1), default=12, help="number of clips")
    add("--frames", type=at_least(2), default=48, help="number of frames of each clip")
    add("--num_inference_steps", type=at_least(1), default=20, help="number of denoising steps")
    add("--guidance_scale", type=at_least(0, float), default=7.5, help="higher values follow the prompt more closely")
    add("--strength", type=at_least(0, float), default=0.6, help="of img2img, from its row on")
    add("--batch_size", type=at_least(1), default=8, help="frames denoised at once")
    add("--parts", nargs="+", choices=PARTS, default=PARTS, help="rows; the first is what others are compared with")
    default = str(ROOT / "outputs" / "ablation.json")
    add("--output", type=output_file, default=default, help="file of measurements, by their settings")
    args = parser.parse_args()

    import numpy as np
    from tqdm import tqdm

    from inference.controlnets import find_controlnet
    from inference.pipelines import base_folder, check_steps, fingerprint, resolve_base
    from video.evaluation_clips import measured, read_clips, restyled
    from video.restyler import Recipe

    clips = read_clips(args.clips_dir, args.clips, args.frames)
    folder = base_folder(resolve_base(args.pretrained_model_name_or_path))
    check_steps(folder, args.num_inference_steps)
    controlnet = find_controlnet(args.controlnet, "canny", folder)
    recipe = Recipe(args.num_inference_steps, args.guidance_scale, args.strength)
    rows: dict[str, list[dict]] = {name: [] for name in args.parts}
    kept = read_kept(args.output)
    used = [fingerprint(folder), controlnet.recipe, args.batch_size]
    with tqdm(total=len(rows) * args.clips, unit="clip", dynamic_ncols=True) as bar:
        for clip in clips:
            frames = hashlib.sha256(b"".join(frame.rgb.tobytes() for frame in clip.frames)).hexdigest()
            for name in args.parts:
                variant = variants(recipe)[name]
                key = json.dumps([frames, clip.prompt, asdict(variant), *used])
                if key not in kept:
                    began = time.perf_counter()
                    drawn = restyled(clip, folder, controlnet, variant, args.batch_size)
                    seconds = (time.perf_counter() - began) / len(clip.frames)
                    kept[key] = measured(clip, drawn) | {"seconds": seconds}
                    with atomic_write(args.output) as aside:
                        aside.write_text(json.dumps(kept, indent=1) + "\n")
                rows[name].append(kept[key])
                bar.update()
    means = {
        name: {key: float(np.mean([row[key] for row in found])) for key in found[0]} for name, found in rows.items()
    }
    print(f"| | e_warp | of {args.parts[0]} | edge F1 | sharpness | dramatic | seconds a frame |")
    print("|---|---|---|---|---|---|---|")
    for name, row in means.items():
        ratio = row["e_warp"] / means[args.parts[0]]["e_warp"]
        cells = [f"{row['e_warp']:.2f}", f"{ratio:.2f}", f"{row['edge_f1']:.3f}", f"{row['sharp']:.2f}"]
        print(f"| {name} | {' | '.join(cells)} | {row['dramatic']:.0%} | {row['seconds']:.2f} |")


if __name__ == "__main__":
    run(main)
