"""What a file says of itself in its header, for the tools that show, sort and type models by it.

`modelspec.*` is Stability AI's model metadata standard (github.com/Stability-AI/ModelSpec), read by SwarmUI and model
managers; `ss_*` is what kohya's sd-scripts writes, read by A1111 and Forge.
"""

import base64
import hashlib
import io
import json
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image
from safetensors.torch import save_file

from inference.families import family_of

if TYPE_CHECKING:
    from torch import Tensor

    from finetune.state import Run

IMPLEMENTATIONS = {
    "lora": "diffusers",
    "textual-inversion": "https://github.com/Stability-AI/generative-models",
    "checkpoint": "https://github.com/Stability-AI/generative-models",
}
THUMBNAIL = 256  # pixels, as the standard recommends
HASH = "modelspec.hash_sha256"


def describe(run: "Run", recipe: dict, kind: str, *, name: str, usage: str, trigger: str = "") -> dict[str, str]:
    """Metadata of a `kind` of file ("lora", "textual-inversion" or "checkpoint") that `run` makes, called `name`.

    `usage` is a hint for whoever writes prompts, `trigger` the words that prompts need, if they need any.
    """
    base = family_of(run.pipe).modelspec(run.pipe)
    pictures = [picture for bucket in run.buckets for picture in bucket.pictures]
    tags = Counter(
        tag.strip().lower() for p in pictures for caption in p.captions for tag in caption.split(",") if tag.strip()
    )
    folder = run.args.train_data_dir.resolve().name
    buckets = enumerate((bucket.size, len(bucket.pictures)) for bucket in run.buckets)
    began = time.time() - (time.monotonic() - run.started)
    texts = {
        "format": "pt",
        "recipe": json.dumps(recipe),
        "modelspec.sai_model_spec": "1.0.0",
        "modelspec.architecture": base["architecture"] + f"/{kind}" * (kind != "checkpoint"),
        "modelspec.implementation": IMPLEMENTATIONS[kind],
        "modelspec.title": name,
        "modelspec.resolution": f"{run.args.resolution}x{run.args.resolution}",
        "modelspec.date": datetime.now(UTC).isoformat(timespec="seconds"),
        "modelspec.prediction_type": base["prediction_type"],
        "modelspec.usage_hint": usage,
        "modelspec.trigger_phrase": trigger,
        "modelspec.thumbnail": thumbnail(run),
        "ss_output_name": name,
        "ss_sd_model_name": run.identity["base"],
        "ss_base_model_version": base["ss_base_model_version"],
        "ss_v2": base["ss_v2"],
        "ss_training_started_at": f"{began:.1f}",
        "ss_bucket_info": json.dumps({"buckets": {i: {"resolution": size, "count": n} for i, (size, n) in buckets}}),
        "ss_dataset_dirs": json.dumps({folder: {"n_repeats": 1, "img_count": len(pictures)}}),
        "ss_tag_frequency": json.dumps({folder: tags}),
    }
    return {key: text for key, text in texts.items() if text}


def thumbnail(run: "Run") -> str:
    """What the trained weights drew last of --validation_prompt, as a data URL; "" where nothing was drawn."""
    strips = sorted((run.args.output_dir / "samples").glob("step-*.png"))
    if not strips:
        return ""
    with Image.open(strips[-1]) as strip:  # the base's pictures above, the adapter's below
        side, height = strip.width // run.args.num_validation_images, strip.height // 2
        picture = strip.crop((0, height, side, strip.height)).convert("RGB")
    picture.thumbnail((THUMBNAIL, THUMBNAIL))
    jpeg = io.BytesIO()
    picture.save(jpeg, "JPEG", quality=85)
    return "data:image/jpeg;base64," + base64.b64encode(jpeg.getvalue()).decode()


def write(tensors: dict[str, "Tensor"], path: Path, metadata: dict[str, str]) -> None:
    """A safetensors file whose metadata has the hash of its tensors' bytes.

    They are hashed where they lie in the file, since a model's would be a second copy of it in memory.
    """
    blank = "0x" + "0" * 64
    save_file(tensors, path, {**metadata, HASH: blank})
    with open(path, "r+b") as file:
        header = file.read(int.from_bytes(file.read(8), "little"))
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(8 + header.index(f'"{HASH}":"{blank}"'.encode()) + len(f'"{HASH}":"0x'))
        file.write(digest.encode())
