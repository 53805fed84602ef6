"""Draw the pictures that the miniature is fine-tuned on: fifty in five aspect ratios, captions that never say the
light.

python -m images.dataset --output_dir images/drawn
"""

import argparse
import json
from pathlib import Path

from images.scenes import Scene, caption, draw, sample_scene
from images.settings import SETTINGS
from images.subjects import SUBJECTS
from inference.cli import run
from inference.files import atomic_write

COUNT = 50
FIRST_SEED = 5_000_000  # apart from the scenes the miniature is trained on and judged by
SHAPES = ((1024, 428), (1024, 576), (960, 640), (800, 800), (640, 960))  # 2.39:1, 16:9, 3:2, square, portrait
QUALITY = 88  # JPEG


def dataset_scene(index: int) -> tuple[Scene, int, int]:
    """Scene, width and height of picture `index`: every subject and every setting comes around evenly."""
    subjects, settings = list(SUBJECTS), list(SETTINGS)
    subject = subjects[index % len(subjects)]
    setting = settings[(index * 3 + index // len(subjects)) % len(settings)]
    return sample_scene(FIRST_SEED + index, subject, setting), *SHAPES[(index * 2 + index // 5) % len(SHAPES)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output_dir", type=Path, default=Path(__file__).parent / "drawn", help="default: %(default)s")
    args = parser.parse_args()

    from PIL import Image
    from tqdm import tqdm

    lines = []
    for i in tqdm(range(COUNT), desc="drawing", unit="picture"):
        scene, width, height = dataset_scene(i)
        name = f"{i + 1:02d}-{scene.subject.replace(' ', '-')}-{scene.setting}.jpg"
        with atomic_write(args.output_dir / name) as aside:
            Image.fromarray(draw(scene, "cinematic", width, height).picture).save(aside, quality=QUALITY, subsampling=0)
        lines.append(json.dumps({"file_name": name, "text": caption(scene)}))
    with atomic_write(args.output_dir / "metadata.jsonl") as aside:
        aside.write_text("\n".join(lines) + "\n")
    print(f"wrote {COUNT} pictures and metadata.jsonl to {args.output_dir}")


if __name__ == "__main__":
    run(main)
