"""DreamBooth: train a whole denoiser on a few pictures, under a name, and keep what it could (Ruiz et al. 2023).

    ./dreambooth.sh                                                  the cinematic pictures, with the recipe's settings
    ./dreambooth.sh --instance_data_dir ~/dog --instance_prompt "a photo of sks dog" --class_prompt "a photo of a dog"
    python dreambooth.py --help

Writes a complete pipeline folder (safetensors) and recipe.json; with --single_file an SD checkpoint as well.
"""

import argparse
import json
import shutil
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from finetune import data
from finetune.class_images import add_class_pictures, preserving_loss, provided_pictures
from finetune.training_flags import comparison, parse, training_parser
from inference.cli import InputError
from inference.cli import run as run_script
from inference.files import atomic_entries
from inference.options import at_least
from inference.recipes import write_recipe

if TYPE_CHECKING:
    from diffusers import DiffusionPipeline
    from torch import nn

    from finetune.state import Run

SINGLE_FILE, INDEX = "dreambooth.safetensors", "model_index.json"


def parse_args() -> argparse.Namespace:
    parser = training_parser(__doc__, "dreambooth")
    add = parser.add_argument_group("DreamBooth").add_argument
    add(
        "--instance_data_dir",
        dest="train_data_dir",
        type=Path,
        default=argparse.SUPPRESS,
        help="the same as --train_data_dir",
    )
    add("--instance_prompt", required=True, help="names what is learned; {caption} is replaced by a picture's caption")
    add("--train_text_encoder", action="store_true", help="the text encoder too")
    add("--with_prior_preservation", action="store_true", help="show class pictures beside the others")
    add("--class_prompt", help="what class pictures show; {caption} as above: the same scenes without the name")
    add("--class_data_dir", type=Path, help="where they are and are drawn into; class/ in --output_dir if not given")
    add("--num_class_images", type=at_least(1), help="class pictures, 100 if not given; those missing are drawn")
    add("--sample_batch_size", type=at_least(1), help="class pictures drawn at once, 4 if not given")
    add("--prior_loss_weight", type=at_least(0, float), help="of class pictures in the loss, 1 if not given; 0: none")
    add(
        "--offset_noise",
        dest="noise_offset",
        action="store_const",
        const=0.1,
        default=argparse.SUPPRESS,
        help="the same as --noise_offset 0.1",
    )
    add("--single_file", action="store_true", help=f"write {SINGLE_FILE} as well, for A1111 and ComfyUI")
    args = parse(parser)
    if not args.instance_prompt.strip():
        raise InputError('--instance_prompt is empty; name what is learned, such as "a photo of sks dog"')
    for name in ("class_prompt", "class_data_dir", "num_class_images", "sample_batch_size", "prior_loss_weight"):
        if getattr(args, name) is not None and not args.with_prior_preservation:
            raise InputError(f"--{name} does nothing without --with_prior_preservation; add it")
    args.num_class_images = args.num_class_images or 100
    args.sample_batch_size = args.sample_batch_size or 4  # with guidance twice as many go through the denoiser
    args.prior_loss_weight = 1.0 if args.prior_loss_weight is None else args.prior_loss_weight
    args.with_prior_preservation = args.with_prior_preservation and args.prior_loss_weight > 0
    args.class_data_dir = args.class_data_dir or args.output_dir / "class"
    return args


def read_instances(args: argparse.Namespace) -> tuple[list[data.Picture], bool]:
    """The pictures, and whether they have captions of their own; --instance_prompt then gets a place for them."""
    pictures = data.read_folder(args.train_data_dir, [args.instance_prompt])
    captioned = any(picture.captions != (args.instance_prompt,) for picture in pictures)
    if captioned and "{caption}" not in args.instance_prompt:
        args.instance_prompt = "{caption}, " + args.instance_prompt
    for name in ("instance_prompt", "class_prompt"):
        prompt = getattr(args, name)
        if not captioned and prompt and "{caption}" in prompt:
            raise InputError(
                f"--{name} {prompt!r} needs captions, and {args.train_data_dir} has none; leave {{caption}} out"
            )
    return pictures, captioned


def save(run: "Run", models: dict[str, "nn.Module"], folder: Path, recipe: dict) -> None:
    """The pipeline folder and, if asked for, the single file: the base's parts with the trained ones in their place.

    They and recipe.json, which names what was learned, are one: cut off on the way, there is no model_index.json.
    """
    import torch

    from finetune import checkpoints, metadata
    from inference.families import family_of
    from inference.files import room_for
    from inference.pipelines import load_base

    # read anew: what was freed for training is needed here, and trained weights may lie as the GPU likes them
    pipe = load_base(str(run.folder), variant=run.args.variant, dtype=torch.float32, device="cpu")
    for name, model in models.items():
        getattr(pipe, name).load_state_dict(model.state_dict())
    family = family_of(pipe)
    weights = sum(p.nbytes for part in (pipe.vae, *family.models(pipe).values()) for p in part.parameters())
    room = room_for(folder / INDEX, weights * (1 + run.args.single_file))
    with room, atomic_entries(folder, last=INDEX) as aside:
        save_pipeline(pipe, run.folder, aside)
        if run.args.single_file:
            tensors = {name: tensor.contiguous() for name, tensor in family.single_file(pipe).items()}
            trigger = recipe["prompt"].replace("{caption}", "").strip(" ,")
            usage = f"prompts such as {recipe['prompt'].replace('{caption}', 'a red lighthouse by the sea')!r}"
            name = run.args.output_dir.resolve().name
            texts = metadata.describe(run, recipe, "checkpoint", name=name, usage=usage, trigger=trigger)
            metadata.write(tensors, aside / SINGLE_FILE, texts)
        write_recipe(aside, recipe)
    if not run.args.single_file and (folder / SINGLE_FILE).exists():  # resumed without the flag
        checkpoints.set_aside(folder, [folder / SINGLE_FILE], "there is no --single_file")


def save_pipeline(pipe: "DiffusionPipeline", base: Path, folder: Path) -> None:
    """What `pipe.save_pretrained` writes.

    transformers 5 writes neither the tokenizer's vocab.json nor the text encoder's names as older tools read them, so
    the tokenizer's folder is copied from the `base` and the names are put right.
    """
    from safetensors.torch import load_file, save_file

    from inference.families import family_of

    family = family_of(pipe)
    tokenizers, encoders = zip(*family.encoders, strict=True)
    for name, part in pipe.components.items():
        if part is None:
            continue
        if name in tokenizers:
            shutil.copytree(base / name, folder / name)
            continue
        part.save_pretrained(folder / name)
        for config in (folder / name).glob("config.json"):
            config.write_text(without_place(config.read_text()))
        if name in encoders:
            weights = folder / name / "model.safetensors"
            save_file(family.folder_names(name, load_file(weights)), weights, {"format": "pt"})
    (folder / INDEX).write_text(without_place(pipe.to_json_string()))


def without_place(config: str) -> str:
    """A configuration without where on this machine the base is, which diffusers writes down."""
    kept = {key: value for key, value in json.loads(config).items() if key != "_name_or_path"}
    return json.dumps(kept, indent=2) + "\n"


def main() -> None:
    args = parse_args()
    pictures, captioned = read_instances(args)
    provided = provided_pictures(args) if args.with_prior_preservation else []
    # each picture's class prompt
    prompts = {p.path: (args.class_prompt or "").replace("{caption}", p.captions[0]) for p in pictures}
    import torch

    from finetune.model import Denoiser, conditioning
    from finetune.optimizer import suited_rate
    from finetune.run import encoded, into_buckets, load, opened
    from finetune.training import train
    from inference.pipelines import load_tokenizer

    with opened(args, len(pictures)) as output:
        if captioned:
            pictures = data.recaption(pictures, args.instance_prompt, load_tokenizer(output.folder))
        buckets = into_buckets(args, pictures, output.folder)
        pipe = load(output)
        if args.with_prior_preservation:
            buckets = add_class_pictures(output, provided, prompts, buckets, pipe)
        run = encoded(output, pipe, buckets)
        run.identity["prompt"] = args.instance_prompt
        family = run.family
        models = family.models(pipe, text_encoders=args.train_text_encoder)
        args.learning_rate = suited_rate(args, models.values(), family.dreambooth_rate)
        model = Denoiser(family, family.network(pipe), conditioning(run, trained=args.train_text_encoder))
        loss_fn = preserving_loss(args.prior_loss_weight) if args.with_prior_preservation else torch.mean
        # no pipeline in checkpoints: the weights are in their state already, a third of SD v1.5's 12 GB
        train(run, model, partial(save, run, models), loss_fn, copies=0)
    said = args.instance_prompt.replace("{caption}", "a red lighthouse by the sea")
    print(
        f"wrote the pipeline {args.output_dir}"
        + (f" and {SINGLE_FILE} in it" if args.single_file else "")
        + f", for prompts such as {said!r}; "
        + comparison("inference_dreambooth", args)
    )


if __name__ == "__main__":
    run_script(main)
