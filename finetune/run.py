"""From flags to a Run: the output folder is held, the base loaded, the pictures encoded."""

import argparse
import contextlib
import json
import math
import os
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from diffusers import DiffusionPipeline

from finetune import checkpoints, data, hub
from finetune.latents import encode
from finetune.precision import make_accelerator
from finetune.state import Opened, Run
from finetune.training_flags import check
from inference.cli import InputError
from inference.families import family_of
from inference.files import locked
from inference.pipelines import base_folder, fingerprint, load_base, resolve_base, short_name
from inference.schedules import KINDS


@contextlib.contextmanager
def opened(args: argparse.Namespace, pictures: int) -> Iterator[Opened]:
    """Check the flags for a dataset of so many `pictures`, hold the output folder, and find the base."""
    start = time.monotonic()
    accelerator = make_accelerator(args)
    check(args, pictures, accelerator.num_processes, torch.cuda.is_available())
    checkpoints.candidates(args.output_dir, args.resume_from_checkpoint)
    if args.push_to_hub:
        hub.check_login()
    if not accelerator.is_main_process:
        sys.stdout = open(os.devnull, "w", errors="replace")  # noqa: SIM115 - what is said is said once
    with locked(args.output_dir) if accelerator.is_main_process else contextlib.nullcontext():
        base = resolve_base(args.pretrained_model_name_or_path)
        folder = base_folder(base, revision=args.revision, variant=args.variant)
        check_prediction(folder)
        yield Opened(args, accelerator, folder, {"base": short_name(base)}, start)


def load(run: Opened) -> DiffusionPipeline:
    """The base on the CPU, in fp32."""
    pipe = load_base(str(run.folder), variant=run.args.variant, dtype=torch.float32, device="cpu")
    run.identity["base_sha256"] = fingerprint(run.folder)
    return pipe


def encoded(run: Opened, pipe: DiffusionPipeline, buckets: list[data.Bucket], plain_prompt: str | None = None) -> Run:
    """The run with its pictures encoded; what is in them is printed. The VAE is freed if no strip needs it.

    plain_prompt: --validation_prompt as the person wrote it, where it was reworded.
    """
    args, accelerator = run.args, run.accelerator
    plain_prompt = plain_prompt or args.validation_prompt
    pictures = [picture for bucket in buckets for picture in bucket.all]
    pipe.vae.to(accelerator.device)
    with accelerator.main_process_first():  # one process encodes, the others read what it wrote
        examples = encode(
            buckets,
            pipe,
            cache=args.output_dir / "cache" / "pictures.safetensors",
            identity=run.identity["base_sha256"],
            flips=args.random_flip,
            crop_seed=None if args.center_crop else args.seed,
            extra=[plain_prompt, args.validation_prompt] if plain_prompt else [],
        )
    for tensors in (examples.means, examples.stds, examples.captions):
        tensors[:] = [tensor.to(accelerator.device) for tensor in tensors]
    captions = {caption for picture in pictures for caption in picture.captions}
    counts = {caption: len(pipe.tokenizer(caption).input_ids) for caption in sorted(captions)}
    left_out = data.left_out(args.train_data_dir, pictures)
    print(data.report(buckets, counts, pipe.tokenizer.model_max_length, left_out))
    pipe.vae = pipe.vae.to("cpu") if args.validation_prompt else None
    identity = run.identity | {"dataset": data.dataset_hash(pictures)}
    return Run(args, accelerator, pipe, buckets, examples, run.folder, identity, run.started, plain_prompt)


def check_prediction(folder: Path) -> None:
    """Refuse a base whose prediction type has no loss in schedules.py."""
    config = json.loads((folder / "scheduler" / "scheduler_config.json").read_text())
    kind = config.get("prediction_type", "epsilon")
    if kind not in KINDS:
        raise InputError(f"{folder} predicts {kind}, and only {' and '.join(KINDS)} are trained; take another base")


def into_buckets(args: argparse.Namespace, pictures: Sequence[data.Picture], folder: Path) -> list[data.Bucket]:
    """Buckets of --resolution (the base's own if not given), with sides that every level of the denoiser can halve."""
    family = family_of(folder)
    height, width, factor = family.native_size(folder)
    args.resolution = args.resolution or round(math.sqrt(height * width))
    if args.resolution % factor:
        raise InputError(f"--resolution {args.resolution} is not a multiple of {factor}, the pixels of one latent")
    return data.into_buckets(pictures, args.resolution, family.bucket_multiple(folder))
