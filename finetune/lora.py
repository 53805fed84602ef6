"""Train a LoRA: low-rank updates of a frozen Stable Diffusion's attention, megabytes instead of gigabytes.

    ./lora.sh                                                  the cinematic pictures, with the recipe's settings
    ./lora.sh --train_data_dir ~/pictures --output_dir ~/lora  your own
    python lora.py --help

Writes pytorch_lora_weights.safetensors for diffusers and these scripts, lora_kohya.safetensors for ComfyUI, A1111 and
Forge, and recipe.json.
"""

import argparse
import json
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from finetune import data
from finetune.options import comparison, parse, training_parser
from inference.adapters import LORA_WEIGHTS
from inference.cli import InputError
from inference.cli import run as run_script
from inference.files import atomic_entries
from inference.options import at_least
from inference.recipes import RECIPE, write_recipe

if TYPE_CHECKING:
    from torch import Tensor, nn

    from finetune.state import Run

KOHYA_WEIGHTS = "lora_kohya.safetensors"
ATTENTION, FEED_FORWARD = ["to_q", "to_k", "to_v", "to_out.0"], ["ff.net.0.proj", "ff.net.2"]
# measured on SD v1.5's shapes: how far weights are off that other tools make of a DoRA in kohya's form
DORA_ELSEWHERE = (
    "diffusers and these scripts draw a DoRA as it was trained; ComfyUI and Forge are 9 to 15 % off, A1111 far more, "
    "and sd-scripts leaves its lengths out, so train without --use_dora for them"
)
TEXT_ATTENTION = ["q_proj", "k_proj", "v_proj", "out_proj"]


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


def rate_for(weights: int) -> float:
    """3e-3 for the miniature's 11 million weights, and 2.5e-4 for the 860 million of SD v1.5's UNet."""
    return 3e-3 * (1.07e7 / weights) ** 0.57


def add_lora(model: "nn.Module", targets: list[str], args: argparse.Namespace) -> None:
    """Freeze `model` and put trainable low-rank updates on its linear layers named `targets`."""
    from peft import LoraConfig
    from torch import nn

    from finetune.low_rank import LowRankLinear

    model.requires_grad_(False)
    layers = {name: layer.weight.shape for name, layer in model.named_modules() if name.endswith(tuple(targets))}
    narrow = min(layers, key=lambda name: min(layers[name]))
    if args.rank > min(layers[narrow]):
        raise InputError(f"--rank {args.rank} is above {min(layers[narrow])}, the most that {narrow} can have")
    config = LoraConfig(r=args.rank, lora_alpha=args.lora_alpha, target_modules=targets, use_dora=args.use_dora)
    config._register_custom_module({nn.Linear: LowRankLinear})
    model.add_adapter(config)


def layers_of(models: dict[str, "nn.Module"]) -> dict[tuple[str, str], "Tensor"]:
    """{(layer, part): tensor}; layers as in "unet.mid_block...", the text encoder's by the names that others expect."""
    from peft import get_peft_model_state_dict

    layers = {}
    for component, model in models.items():
        for name, tensor in get_peft_model_state_dict(model).items():
            layer, part = name.removesuffix(".weight").rsplit(".", 1)
            if component == "text_encoder":
                layer = "text_model." + layer.removeprefix("text_model.")  # transformers 5.6 left this word out
            layers[f"{component}.{layer}", part] = tensor.detach().cpu().contiguous()
    return layers


def diffusers_form(layers: dict[tuple[str, str], "Tensor"], scale: float) -> dict[str, "Tensor"]:
    """Names as diffusers writes them. alpha / rank is multiplied in: not every reader looks for it elsewhere."""
    names = {"lora_A": "down.weight", "lora_B": "up.weight"}
    tensors = {}
    for (layer, part), tensor in layers.items():
        lora = "lora_linear_layer" if layer.startswith("text_encoder.") else "lora"
        if part in names:
            name = f"{layer}.{lora}.{names[part]}"
        else:  # DoRA's length: diffusers writes a UNet's so, and transformers takes a text encoder's with .weight only
            name = f"{layer}.{part}" + ".weight" * layer.startswith("text_encoder.")
        tensors[name] = tensor * scale if part == "lora_B" else tensor
    return tensors


def kohya_form(layers: dict[tuple[str, str], "Tensor"], alpha: float) -> dict[str, "Tensor"]:
    """Names as kohya's trainer writes them, which ComfyUI and A1111 read: scale = alpha / rank, alpha in the file."""
    import torch

    names = {"lora_A": "lora_down.weight", "lora_B": "lora_up.weight", "lora_magnitude_vector": "dora_scale"}
    tensors = {}
    for (layer, part), tensor in layers.items():
        component, path = layer.split(".", 1)
        prefix = {"unet": "lora_unet", "text_encoder": "lora_te"}[component] + "_" + path.replace(".", "_")
        tensors[f"{prefix}.{names[part]}"] = tensor[:, None] if names[part] == "dora_scale" else tensor
        tensors[f"{prefix}.alpha"] = torch.tensor(float(alpha))
    return tensors


def save(run: "Run", models: dict[str, "nn.Module"], folder: Path, recipe: dict) -> None:
    """Both files, each with the recipe in its metadata, and recipe.json."""
    from finetune import metadata

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
        torch.manual_seed(args.seed)  # the first weights
        args.learning_rate = suited_rate(args, [pipe.unet], rate_for)
        models = {"unet": pipe.unet}
        add_lora(pipe.unet, ATTENTION + FEED_FORWARD * args.train_feed_forward, args)
        if args.train_text_encoder:
            models["text_encoder"] = pipe.text_encoder
            add_lora(pipe.text_encoder, TEXT_ATTENTION, args)
        model = Denoiser(pipe.unet, conditioning(run, trained=args.train_text_encoder))
        train(run, model, partial(save, run, models), copies=2)
    if args.use_dora:
        print(f"note: {DORA_ELSEWHERE}")
    for_whom = "in kohya's form" if args.use_dora else "for ComfyUI, A1111 and Forge"
    print(f"wrote {args.output_dir / LORA_WEIGHTS} and, {for_whom}, {KOHYA_WEIGHTS} beside it; "
          + comparison("inference_lora", args))  # fmt: skip


if __name__ == "__main__":
    run_script(main)
