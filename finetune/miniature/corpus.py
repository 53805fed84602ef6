"""The path-traced pictures that a miniature learns from: a smaller world than the dataset's, with the same builders.

python -m finetune.miniature.corpus --output_dir outputs/corpus --pieces 0:60

Each piece is a folder of --piece_size scenes, which a second machine could have made. A scene is seen from two places,
because building it costs as much as tracing it twice. Of each view there are a WebP of the picture, its linear light,
depth and subject (.npz), from which other grades and exposures are made, and a line of metadata.jsonl.
Pieces from HELD_OUT_PIECE on are never trained on; those from UNSEEN_PIECE on are of HELD_OUT_PAIRS, which no other
piece has. What is there is kept, so an interrupted run goes on.
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from images.render import suited_detail
from images.world.jobs import Job, parse_seeds
from images.world.scene import pairs
from inference.cli import run
from inference.files import atomic_write, locked
from inference.options import Help, at_least, output_folder

if TYPE_CHECKING:
    from images.world.renderer import Rendering

SUBJECTS = (
    "person", "lighthouse", "castle", "cabin", "sailing boat", "windmill", "hot air balloon", "car", "horse",
    "lone tree", "tent", "train", "rocket", "monolith",
)  # fmt: skip
SETTINGS = (
    "mountain valley", "sea coast", "dunes", "pine forest", "snowfield", "hills with fields", "city street", "moon",
)  # fmt: skip
# Subject and setting each seen in training, never together: what the generator must combine by itself.
HELD_OUT_PAIRS = (
    ("lighthouse", "dunes"), ("hot air balloon", "sea coast"), ("person", "pine forest"), ("castle", "snowfield"),
    ("car", "dunes"), ("windmill", "sea coast"), ("horse", "hills with fields"), ("tent", "mountain valley"),
)  # fmt: skip
FAR = 6e4  # metres, where the sky is: half precision ends a little above
HELD_OUT_PIECE, UNSEEN_PIECE = 10_000, 20_000
# look -> share of the renderings; a part that does not go with a setting is dramatic lighting there
SHARES = {
    ("plain",): 0.60, ("film",): 0.11, ("dramatic lighting",): 0.09, ("at sunset",): 0.05, ("at night",): 0.04,
    ("in fog",): 0.04, ("rays of light",): 0.03, ("lens flare",): 0.04,
}  # fmt: skip
TAKES = 2  # views of a scene
SIZES = {(128, 128): 0.7, (168, 96): 0.1, (200, 80): 0.08, (160, 104): 0.06, (104, 160): 0.06}  # width, height


def job(index: int, unseen: bool = False) -> Job:
    """Scene `index` of the corpus; the same for ever."""
    from images.world.settings import SETTINGS as PLACES

    rng = np.random.default_rng([index, 77])
    ours = [pair for pair in pairs() if pair[0] in SUBJECTS and pair[1] in SETTINGS]
    ours = [pair for pair in ours if (pair in HELD_OUT_PAIRS) == unseen]
    if rng.random() < 0.5:  # half of them so that settings come around equally, whatever the number of their subjects
        place = rng.choice(sorted({setting for _, setting in ours}))
        ours = [pair for pair in ours if pair[1] == place]
    subject, setting = ours[rng.integers(len(ours))]
    look = list(SHARES)[rng.choice(len(SHARES), p=list(SHARES.values()))]
    if look[0] in PLACES[setting].parts:
        look = ("dramatic lighting",)
    framing = {
        "share": float(rng.uniform(0.36, 0.64)),
        "third": float(rng.choice([-1, 1]) * rng.uniform(0.05, 0.3)),
        "base": float(rng.uniform(-0.38, -0.24)),
    }
    size = list(SIZES)[rng.choice(len(SIZES), p=list(SIZES.values()))]
    return Job(index, size, look, subject, setting, framing=framing)


def view_name(index: int, take: int) -> str:
    return f"{index:08d}-{take}.webp"


def render_piece(folder: Path, jobs: list[Job], samples: int, step) -> None:
    """Render what is not in `folder` yet, and keep metadata.jsonl true after each scene."""
    from images.world.checks import faults
    from images.world.clip import views

    path = folder / "metadata.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    there = {json.loads(line)["seed"] for line in lines}
    for task in jobs:
        if task.seed not in there:
            scene = task.scene()
            detail = suited_detail(task.size)
            takes = views(scene, task.rendered_look(), *task.size, TAKES, samples=samples, detail=detail)
            for take, made in enumerate(takes):
                name = view_name(task.seed, take)
                save_view(made, folder / name)
                wrong = faults(made, scene, task.look)
                lines.append(json.dumps(task.entry(scene, name) | ({"faults": wrong} if wrong else {})))
            with atomic_write(path) as aside:
                aside.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
        step()


def save_view(made: "Rendering", path: Path) -> None:
    """The picture at `path`, and beside it what other pictures are made from."""
    from PIL import Image

    with atomic_write(path.with_suffix(".npz")) as aside:
        np.savez_compressed(
            aside, light=made.light, depth=np.minimum(made.depth, FAR).astype(np.float16),
            subject=made.subject, film=json.dumps(asdict(made.film)),
        )  # fmt: skip
    with atomic_write(path) as aside:
        Image.fromarray(made.picture).save(aside, quality=95)


def main() -> None:
    from tqdm import tqdm

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Help)
    add = parser.add_argument
    add("--output_dir", type=Path, default=Path("outputs/corpus"), help="a folder for each piece goes there")
    add("--pieces", default="0:60", help="numbers and ranges")
    add("--piece_size", type=at_least(1), default=125, help="scenes of a piece")
    add("--samples", type=at_least(1), default=8, help="paths a pixel, before the picture is denoised")
    args = parser.parse_args()
    pieces = parse_seeds(args.pieces)
    from images.world.blender import need_blender

    need_blender()
    with tqdm(total=len(pieces) * args.piece_size, desc="rendering", unit="scene") as bar:
        for piece in pieces:
            first = piece * args.piece_size
            jobs = [job(i, unseen=piece >= UNSEEN_PIECE) for i in range(first, first + args.piece_size)]
            folder = output_folder(args.output_dir / f"piece-{piece:05d}")
            with locked(folder):
                render_piece(folder, jobs, args.samples, bar.update)


if __name__ == "__main__":
    run(main)
