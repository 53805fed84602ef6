"""Put the learned parts together as a stock pipeline folder with fp16 safetensors.

python -m finetune.miniature.export --work_dir outputs/miniature --output_dir inference/miniature
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from safetensors.torch import load_file, save_file
from transformers import CLIPTextModel, CLIPTokenizer

from finetune.miniature.controlavideo import FOLDER as CONTROLAVIDEO
from finetune.miniature.controlnet import CONTROLNET
from finetune.miniature.unet import assembled, build_scheduler
from inference.cli import run
from inference.files import atomic_write
from inference.formats.single_file import text_names
from inference.pipelines import MINIATURE


def _load_as_fp32(config: Path) -> None:
    """transformers loads weights in the type its config names, diffusers in fp32: in one pipeline they must agree."""
    with atomic_write(config) as aside:
        aside.write_text(config.read_text().replace('"float16"', '"float32"'))


def _forget_where_from(config: Path) -> None:
    """diffusers notes the folder a part was loaded from, which means nothing on another machine."""
    if not config.is_file():
        return
    kept = {name: value for name, value in json.loads(config.read_text()).items() if name != "_name_or_path"}
    with atomic_write(config) as aside:
        aside.write_text(json.dumps(kept, indent=2) + "\n")


def _write_vocabulary(folder: Path) -> None:
    """vocab.json and merges.txt beside tokenizer.json, for tools older than transformers 5."""
    model = json.loads((folder / "tokenizer.json").read_text())["model"]
    merges = [" ".join(pair) if isinstance(pair, list) else pair for pair in model["merges"]]
    with atomic_write(folder / "vocab.json") as aside:
        aside.write_text(json.dumps(model["vocab"], ensure_ascii=False) + "\n")
    with atomic_write(folder / "merges.txt") as aside:
        aside.write_text("\n".join(["#version: 0.2", *merges]) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work_dir", type=Path, default=Path("outputs/miniature"), help="where the parts were learned")
    parser.add_argument("--output_dir", type=Path, default=MINIATURE, help="pipeline folder to write")
    args = parser.parse_args()

    source = args.work_dir / "pipeline"
    half = {"dtype": torch.float16}
    parts = {
        "vae": AutoencoderKL.from_pretrained(source / "vae", torch_dtype=torch.float16),
        "text_encoder": CLIPTextModel.from_pretrained(source / "text_encoder", **half),
        "tokenizer": CLIPTokenizer.from_pretrained(source / "tokenizer"),
        "unet": UNet2DConditionModel.from_pretrained(source / "unet", torch_dtype=torch.float16),
        "scheduler": build_scheduler(),
    }
    assembled(parts).save_pretrained(args.output_dir)
    for part in ("clip", "judge", CONTROLNET, CONTROLAVIDEO):
        if part in ("clip", "judge") or (source / part).is_dir():  # the base can be looked at before they are learned
            shutil.copytree(source / part, args.output_dir / part, dirs_exist_ok=True)
    for part in ("clip", "text_encoder"):
        _load_as_fp32(args.output_dir / part / "config.json")
    for part in ("unet", "vae", CONTROLNET):
        _forget_where_from(args.output_dir / part / "config.json")
    weights = args.output_dir / "text_encoder" / "model.safetensors"
    save_file(text_names(load_file(weights)), weights, {"format": "pt"})
    _write_vocabulary(args.output_dir / "tokenizer")
    print(f"wrote {args.output_dir}")


if __name__ == "__main__":
    run(main)
