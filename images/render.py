"""Render captioned scenes of `images.world`: a picture or a clip for every seed, or for every line of a list.

python -m images.render --seeds 0:12 --size 1216x512 --look film --output_dir outputs/world
python -m images.render --seeds 7 --subject lighthouse --setting "sea coast" --look "at night" --look "lens flare"
python -m images.render --list images/cinematic/metadata.jsonl --output_dir outputs/cinematic
python -m images.render --seeds 3 --frames 48 --size 256x144 --look plain --output_dir outputs/clips

A list has one JSON object a line with "seed" and, where they differ from the flags, "subject", "setting", "look",
"light", "size", "framing", "move" and "file_name"; a dataset's own metadata.jsonl is such a list. What is there already
is kept, so an interrupted run goes on. metadata.jsonl holds captions and all that each picture was made from.

With --frames each is a folder: the frames of a clip, numbered, and beside each frame its depth in metres, the subject's
mask and the optical flow to the next frame in pixels (.npz).
"""

import argparse
import json
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from inference.cli import InputError, run
from inference.files import atomic_write, locked
from inference.options import Help, at_least, output_folder

if TYPE_CHECKING:
    from images.world.jobs import Job
    from images.world.scene import Scene


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Help)
    add = parser.add_argument
    add("--output_dir", type=Path, default=Path("outputs/world"), help="where pictures and metadata.jsonl go")
    add("--seeds", default="0:12", help="numbers and ranges")
    add("--list", type=Path, help="JSON lines instead of seeds: a picture a line")
    add("--subject", help="what every picture is of; drawn from the seed if not given")
    add("--setting", help="where; drawn from the seed if not given")
    add("--size", default="1216x512", help="width x height in pixels")
    add("--look", action="append", help="plain, film, or a part of the look, again for another part; film if not given")
    add("--samples", type=at_least(1), default=64, help="paths a pixel, before the picture is denoised")
    add("--detail", type=at_least(0.02, float), help="of geometry; if not given 1 at 1216 pixels, down to 0.2 at 128")
    add("--frames", type=at_least(1), help="of a clip for every seed; one picture if not given")
    add("--rate", type=at_least(1, float), default=24.0, help="frames a second of a clip")
    add("--format", choices=["jpg", "png", "webp"], default="jpg", help="of pictures that a list does not name")
    add("--quality", type=at_least(1), default=92, help="of JPEG and WebP")
    add("--keep_light", action="store_true", help="keep linear light and depth too (.npz), to develop again")
    return parser.parse_args()


def suited_detail(size: tuple[int, int]) -> float:
    """1 at 1216 pixels on the longer side, 0.2 at 128."""
    return min(1.5, max(0.1, 0.2 + 0.8 * (max(size) - 128) / 1088))


@dataclass(frozen=True)
class Task:
    """A job, the scene it is of, where it goes, and its line of metadata.jsonl."""

    job: "Job"
    scene: "Scene"
    path: Path
    entry: dict


def render_picture(task: Task, args: argparse.Namespace, step: Callable) -> list[str]:
    """Render one picture; -> what is wrong with it, in words."""
    import numpy as np
    from PIL import Image

    from images.world.checks import faults
    from images.world.renderer import render

    job = task.job
    detail = args.detail or suited_detail(job.size)
    rendering = render(task.scene, job.rendered_look(), *job.size, samples=args.samples, detail=detail)
    if args.keep_light:
        film = json.dumps(asdict(rendering.film))
        with atomic_write(task.path.with_suffix(".npz")) as aside:
            np.savez_compressed(aside, light=rendering.light, depth=rendering.depth, film=film)
    with atomic_write(task.path) as aside:
        Image.fromarray(rendering.picture).save(aside, quality=args.quality)
    step()
    return faults(rendering, task.scene, job.look)


def render_clip(task: Task, args: argparse.Namespace, step: Callable) -> list[str]:
    """Render the frames that the folder does not have; a frame's picture is written last, so what is there is whole."""
    import numpy as np
    from PIL import Image

    from images.world.checks import faults
    from images.world.clip import clip

    job, folder, there = task.job, task.path, 0
    made_of = json.dumps(task.entry)
    if (folder / "clip.json").exists() and (folder / "clip.json").read_text() != made_of:
        shutil.rmtree(folder)  # frames of another clip of this name
    with atomic_write(folder / "clip.json") as aside:
        aside.write_text(made_of)
    while (folder / f"{there:04d}.png").exists():
        there += 1
        step()
    detail = args.detail or suited_detail(job.size)
    take = clip(
        task.scene,
        job.rendered_look(),
        job.camera_move(),
        *job.size,
        args.frames,
        rate=args.rate,
        samples=args.samples,
        detail=detail,
        start=there,
    )
    found = []
    for number, rendering in enumerate(take, there):
        with atomic_write(folder / f"{number:04d}.npz") as aside:
            np.savez_compressed(aside, depth=rendering.depth, subject=rendering.subject, flow=rendering.flow)
        with atomic_write(folder / f"{number:04d}.png") as aside:
            Image.fromarray(rendering.picture).save(aside)
        if number in (0, args.frames - 1):
            found += [f"frame {number}: {fault}" for fault in faults(rendering, task.scene, job.look)]
        step()
    return found


def read_entries(folder: Path) -> dict[str, dict]:
    """What metadata.jsonl says of what is there, by file name."""
    try:
        lines = (folder / "metadata.jsonl").read_text(encoding="utf-8").splitlines()
        entries = {entry["file_name"]: entry for entry in map(json.loads, lines)}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(
            f"{folder / 'metadata.jsonl'} is damaged ({error}); remove it or choose another --output_dir"
        ) from error
    return {name: entry for name, entry in entries.items() if (folder / name).exists()}


def render_all(jobs: list, args: argparse.Namespace) -> None:
    """Render what is not there as asked, and keep metadata.jsonl true after each."""
    from tqdm import tqdm

    scenes = [job.scene() for job in jobs]
    names = [job.name(scene, args.format) for job, scene in zip(jobs, scenes, strict=True)]
    if args.frames:
        names = [Path(name).stem for name in names]
    if len(set(names)) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise InputError(f"two of them would be called {twice}; give each a file_name")
    settings = {"samples": args.samples} | ({"detail": args.detail} if args.detail else {})
    settings |= {"frames": args.frames, "rate": args.rate} if args.frames else {}
    known = read_entries(args.output_dir)
    tasks = [
        Task(job, scene, args.output_dir / name, job.entry(scene, name) | settings)
        for job, scene, name in zip(jobs, scenes, names, strict=True)
    ]
    left = [task for task in tasks if known.get(task.path.name) != task.entry]
    render, unit = (render_clip, "frame") if args.frames else (render_picture, "picture")
    wrong = {}
    with tqdm(total=len(left) * (args.frames or 1), desc="rendering", unit=unit) as bar:
        for task in left:
            wrong[task.path.name] = render(task, args, bar.update)
            known[task.path.name] = task.entry
            with atomic_write(args.output_dir / "metadata.jsonl") as aside:
                aside.write_text("".join(json.dumps(known[name]) + "\n" for name in sorted(known)), encoding="utf-8")
    for name, faults in wrong.items():
        if faults:
            print(f"look at {name}: {'; '.join(faults)}")
    print(f"{len(left)} rendered, {len(jobs) - len(left)} were there, in {args.output_dir}")


def main() -> None:
    args = parse_args()
    from images.world.blender import need_blender
    from images.world.jobs import Job, parse_look, parse_seeds, parse_size, read_list

    default = Job(0, parse_size(args.size), parse_look(args.look or ["film"]), args.subject, args.setting)
    jobs = read_list(args.list, default) if args.list else [replace(default, seed=s) for s in parse_seeds(args.seeds)]
    for job in jobs:  # what does not exist is said before what is not installed
        job.scene()
    need_blender()
    with locked(output_folder(args.output_dir)):
        render_all(jobs, args)


if __name__ == "__main__":
    run(main)
