"""Prior preservation (Ruiz et al. 2023, "DreamBooth", section 3.3): pictures of the class as the base draws it.

They are drawn once, into a folder where they stay: a run that was interrupted draws what is missing, the next one draws
nothing. The i-th has the shape of the i-th picture of the dataset, so that both fit into one batch.
"""

import argparse
import os
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from finetune import captions, data
from inference.cli import InputError

if TYPE_CHECKING:
    from accelerate import Accelerator
    from diffusers import DiffusionPipeline
    from torch import Tensor

    from finetune.state import Opened

DRAWN = re.compile(r"class-\d{5}\.png")
STEPS, GUIDANCE = 20, 7.5


def preserving_loss(weight: float) -> Callable[["Tensor"], "Tensor"]:
    """The loss of pairs (a picture's, a class picture's): mean of the first and `weight` times mean of the second."""

    def loss(losses: "Tensor") -> "Tensor":
        own, prior = losses.view(-1, 2).unbind(1)  # each (n,)
        return own.mean() + weight * prior.mean()

    return loss


def provided_pictures(args: argparse.Namespace) -> list[data.Picture]:
    """Class pictures that a person put into --class_data_dir, at most --num_class_images of them.

    Raises InputError where pictures are missing and nothing says what to draw, before anything is loaded.
    """
    from inference.image_io import pictures_in

    folder, prompt = args.class_data_dir, args.class_prompt
    if os.path.exists(folder) and not folder.is_dir():
        raise InputError(f"--class_data_dir {folder} is a file; name a folder, or leave it out")
    if captions.list_of(folder):
        pictures = data.read_folder(folder)  # captioned, so it is taken as it is
        return (
            [replace(picture, captions=(prompt,)) for picture in pictures]
            if prompt and not _varies(prompt)
            else pictures
        )
    paths = pictures_in(folder) if folder.is_dir() else []
    provided = [path for path in paths if not DRAWN.fullmatch(path.name)]
    if not prompt:
        what = f"{len(provided)} pictures without captions" if provided else "no pictures"
        raise InputError(f'{folder} holds {what}; say what they show with --class_prompt, such as "a photo of a dog"')
    if provided and _varies(prompt):
        raise InputError(
            f"--class_prompt {prompt!r} needs captions, and {provided[0]} has none; say one prompt for all"
        )
    if len(provided) > args.num_class_images:
        print(f"left out: {len(provided) - args.num_class_images} class pictures beyond --num_class_images")
    return data.read_pictures((path.name, path, (prompt,)) for path in provided[: args.num_class_images])


def _varies(prompt: str) -> bool:
    return "{caption}" in prompt


@dataclass(frozen=True)
class Wanted:
    """A class picture as it should be drawn."""

    path: Path
    prompt: str
    seed: int
    size: tuple[int, int]  # (width, height), pixels
    base_sha256: str

    @property
    def recipe(self) -> dict:
        """What makes it what it is, as the file keeps it."""
        width, height = self.size
        return {
            "prompt": self.prompt,
            "seed": self.seed,
            "width": width,
            "height": height,
            "num_inference_steps": STEPS,
            "guidance_scale": GUIDANCE,
            "base_sha256": self.base_sha256,
        }


def add_class_pictures(
    run: "Opened",
    provided: Sequence[data.Picture],
    prompts: dict[Path, str],
    buckets: list[data.Bucket],
    pipe: "DiffusionPipeline",
) -> list[data.Bucket]:
    """Every bucket with its class pictures: those a person `provided`, and drawn ones up to --num_class_images.

    `prompts` has the class prompt of each picture of the dataset, by its path.
    """
    args, base_sha256 = run.args, run.identity["base_sha256"]
    shapes = sorted((picture.path, bucket.size) for bucket in buckets for picture in bucket.pictures)
    missing = 0 if captions.list_of(args.class_data_dir) else args.num_class_images - len(provided)
    wanted = []
    for i in range(max(0, missing)):
        path, size = shapes[i % len(shapes)]
        wanted.append(Wanted(args.class_data_dir / f"class-{i:05}.png", prompts[path], i, size, base_sha256))
    draw_missing(wanted, pipe, run.accelerator, args.sample_batch_size)
    drawn = data.read_pictures((picture.path.name, picture.path, (picture.prompt,)) for picture in wanted)
    return paired(buckets, [*provided, *drawn])


def draw_missing(
    wanted: Sequence[Wanted], pipe: "DiffusionPipeline", accelerator: "Accelerator", batch_size: int
) -> None:
    """Draw what is not there yet, each process its share, `batch_size` at once."""
    from finetune.precision import autocast
    from inference import sampling
    from inference.files import room_for
    from inference.image_io import read_recipe, save_picture

    missing = [picture for picture in wanted if read_recipe(picture.path) != picture.recipe]
    accelerator.wait_for_everyone()  # all have looked before any writes, so all share the same list
    print(f"class pictures: {len(wanted)} drawn ones, {len(wanted) - len(missing)} of them already there")
    batches = [batch for batch in fixed_batches(wanted, batch_size) if any(picture in missing for picture in batch)]
    mine = batches[accelerator.process_index :: accelerator.num_processes]
    if mine:
        pipe.to(accelerator.device)
        with autocast(accelerator):
            for (width, height), group in groupby(mine, key=lambda batch: batch[0].size):
                alike = [picture for batch in group for picture in batch]
                prompts, seeds = [picture.prompt for picture in alike], [picture.seed for picture in alike]
                pictures = sampling.sample(
                    pipe,
                    prompts,
                    seeds,
                    height=height,
                    width=width,
                    num_inference_steps=STEPS,
                    guidance_scale=GUIDANCE,
                    batch_size=batch_size,
                    label=f"class {width}x{height}",
                )
                for one, picture in zip(alike, pictures, strict=True):
                    if one in missing:
                        missing.remove(one)
                        with room_for(one.path):
                            save_picture(picture, one.path, one.recipe)
        pipe.to("cpu")
    accelerator.wait_for_everyone()


def fixed_batches(wanted: Sequence[Wanted], batch_size: int) -> list[list[Wanted]]:
    """Batches of pictures of one shape, each always in the same place of one: then it depends on its seed alone.

    A batch that lacks some has its last one several times over: kernels add up in another order for another shape.
    """
    batches = []
    for _, group in groupby(sorted(wanted, key=lambda picture: picture.size), key=lambda picture: picture.size):
        alike = list(group)
        alike += [alike[-1]] * (-len(alike) % batch_size)
        batches += [alike[start : start + batch_size] for start in range(0, len(alike), batch_size)]
    return batches


def paired(buckets: list[data.Bucket], pictures: Sequence[data.Picture]) -> list[data.Bucket]:
    """Each class picture in the bucket of the nearest shape; a bucket that none is near to crops them all."""
    members: dict[tuple[int, int], list[data.Picture]] = {}
    for picture in pictures:
        members.setdefault(data.nearest_size(picture, [bucket.size for bucket in buckets]), []).append(picture)
    return [replace(bucket, class_pictures=tuple(members.get(bucket.size, pictures))) for bucket in buckets]
