"""Train a LoRA: low-rank updates of a frozen denoiser's attention, megabytes instead of gigabytes.

    ./lora.sh                                                  the cinematic pictures, with the recipe's settings
    ./lora.sh --train_data_dir ~/pictures --output_dir ~/lora  your own
    python lora.py --help

Writes pytorch_lora_weights.safetensors for diffusers and these scripts, lora_kohya.safetensors for ComfyUI, A1111 and
Forge, and recipe.json.
"""

import argparse
import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from finetune import data
from finetune.training_flags import comparison, parse, training_parser
from inference.adapters import LORA_WEIGHTS
from inference.cli import InputError
from inference.cli import run as run_script
from inference.files import atomic_entries
from inference.options import at_least
from inference.recipes import RECIPE, write_recipe

if TYPE_CHECKING:
    from torch import nn

    from finetune.state import Run

KOHYA_WEIGHTS = "lora_kohya.safetensors"
# measured on SD v1.5's shapes: how far weights are off that other tools make of a DoRA in kohya's form
DORA_ELSEWHERE = (
    "diffusers and these scripts draw a DoRA as it was trained; ComfyUI and Forge are 9 to 15 % off, A1111 far more, "
    "and sd-scripts leaves its lengths out, so train without --use_dora for them"
)


def parse_args() -> argparse.Namespace:
    parser = training_parser(__doc__, "lora")
    add = parser.add_argument_group("LoRA").add_argument
    add("--rank", type=at_least(1), default=4, help="of the update to each weight matrix")
    add("--lora_alpha", type=at_least(0, float), help="the update is scaled by alpha / rank; the rank if not given")
    add("--train_feed_forward", action="store_true", help="the feed-forward layers too, not the attention alone")
    add("--train_text_encoder", action="store_true", help="the text encoder's attention too")
    add(
        "--use_dora",
        action="store_true",
        help="learn each weight's length apart from its direction (DoRA), for diffusers alone",
    )
    args = parse(parser)
    if args.lora_alpha == 0:
        raise InputError("--lora_alpha 0 scales the update to nothing; take the rank, or leave it out")
    args.lora_alpha = args.rank if args.lora_alpha is None else args.lora_alpha
    return args


def add_lora(model: "nn.Module", targets: Sequence[str], args: argparse.Namespace) -> None:
    """Freeze `model` and put trainable low-rank updates on its linear layers named `targets`."""
    from peft import LoraConfig
    from torch import nn

    from finetune.cpu_kernels import LowRankLinear

    model.requires_grad_(False)
    layers = {name: layer.weight.shape for name, layer in model.named_modules() if name.endswith(tuple(targets))}
    narrow = min(layers, key=lambda name: min(layers[name]))
    if args.rank > min(layers[narrow]):
        raise InputError(f"--rank {args.rank} is above {min(layers[narrow])}, the most that {narrow} can have")
    config = LoraConfig(r=args.rank, lora_alpha=args.lora_alpha, target_modules=list(targets), use_dora=args.use_dora)
    config._register_custom_module({nn.Linear: LowRankLinear})
    model.add_adapter(config)


def save(run: "Run", models: dict[str, "nn.Module"], folder: Path, recipe: dict) -> None:
    """Both files, each with the recipe in its metadata, and recipe.json."""
    from finetune import metadata
    from inference.formats.lora_names import diffusers_form, kohya_form, layers_of

    args, layers = run.args, layers_of(models)
    usage = "no word calls it: prompts say what there is to see, as the captions did"
    if args.use_dora:
        usage += f"; {DORA_ELSEWHERE}"
    name = args.output_dir.resolve().name  # what A1111 calls it, whatever the file is called
    texts = metadata.describe(run, recipe, "lora", name=name, usage=usage)
    network = {
        "ss_network_module": "networks.lora",
        "ss_network_dim": str(args.rank),
        "ss_network_alpha": str(args.lora_alpha),
        "ss_network_args": json.dumps({"use_dora": args.use_dora, "train_feed_forward": args.train_feed_forward}),
    }
    with atomic_entries(folder, last=RECIPE) as aside:
        metadata.write(diffusers_form(layers, args.lora_alpha / args.rank), aside / LORA_WEIGHTS, texts | network)
        metadata.write(kohya_form(layers, args.lora_alpha), aside / KOHYA_WEIGHTS, texts | network)
        write_recipe(aside, recipe)


def main() -> None:
    args = parse_args()
    pictures = data.read_folder(args.train_data_dir)
    import torch

    from finetune.model import Denoiser, conditioning
    from finetune.optimizer import suited_rate
    from finetune.run import encoded, into_buckets, load, opened
    from finetune.training import train

    with opened(args, len(pictures)) as output:
        buckets = into_buckets(args, pictures, output.folder)
        pipe = load(output)
        run = encoded(output, pipe, buckets)
        family, network = run.family, run.family.network(pipe)
        torch.manual_seed(args.seed)  # the first weights
        args.learning_rate = suited_rate(args, [network], family.lora_rate)
        models = family.models(pipe, text_encoders=args.train_text_encoder)
        for part, base in models.items():
            layers = family.attention + family.feed_forward * args.train_feed_forward
            add_lora(base, layers if part == family.denoiser else family.text_attention, args)
        model = Denoiser(family, network, conditioning(run, trained=args.train_text_encoder))
        train(run, model, partial(save, run, models), copies=2)
    if args.use_dora:
        print(f"note: {DORA_ELSEWHERE}")
    for_whom = "in kohya's form" if args.use_dora else "for ComfyUI, A1111 and Forge"
    print(
        f"wrote {args.output_dir / LORA_WEIGHTS} and, {for_whom}, {KOHYA_WEIGHTS} beside it; "
        + comparison("inference_lora", args)
    )


if __name__ == "__main__":
    run_script(main)
