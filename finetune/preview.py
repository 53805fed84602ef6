"""The strips in samples/: what the base draws of --validation_prompt, above what the weights being trained draw."""

import argparse
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from finetune.model import Denoiser
from finetune.precision import autocast
from finetune.state import Run
from inference import sampling
from inference.files import atomic_write, room_for
from inference.options import SEEDS


def preview(run: Run, model: Denoiser, prompt: str | None) -> list[Image.Image]:
    """Pictures of `prompt` by the weights as they are, on the main process; none without a prompt."""
    args, pipe = run.args, run.pipe
    if not prompt or not run.accelerator.is_main_process:
        return []
    device, count = run.accelerator.device, args.num_validation_images
    pipe.vae.to(device)
    model.network.eval()
    seeds = [(args.seed + i) % SEEDS for i in range(count)]  # one per picture, the same at every step
    rows = torch.tensor([run.encoded.texts.index(prompt), 0], device=device)
    with torch.no_grad(), autocast(run.accelerator):
        both = model.conditioning(rows)
        text, no_text = ({name: rows[i : i + 1] for name, rows in both.items()} for i in range(2))
        noise = sampling.initial_noise(pipe, seeds, args.resolution, args.resolution)
        latents = sampling.denoise(pipe, noise, text, no_text, 20, 7.5, lambda steps: None)
    pictures = sampling.as_pictures(sampling.decode(pipe, latents.float()))
    pipe.vae.to("cpu")
    model.network.train()
    return pictures


def show(run: Run, model: Denoiser, base_pictures: list[Image.Image], step: int) -> None:
    """Write and log the strip of `step`, same seeds in both rows; nothing if there are no `base_pictures`."""
    if not base_pictures:
        return
    strip = stacked([base_pictures, preview(run, model, run.args.validation_prompt)])
    path = strip_path(run.args, step)
    with room_for(path), atomic_write(path) as aside:
        strip.save(aside)
    for tracker in run.accelerator.trackers:
        if not hasattr(tracker, "log_images"):  # not every service takes pictures
            continue
        layout = {"dataformats": "NHWC"} if tracker.name == "tensorboard" else {}
        tracker.log_images({"base above, adapter below": np.asarray(strip)[None]}, step=step, **layout)


def strip_path(args: argparse.Namespace, step: int) -> Path:
    return args.output_dir / "samples" / f"step-{step:06}.png"


def stacked(lines: list[list[Image.Image]]) -> Image.Image:
    """One picture of all, a line below the other."""
    width, height = lines[0][0].size
    strip = Image.new("RGB", (width * len(lines[0]), height * len(lines)))
    for row, line in enumerate(lines):
        for column, picture in enumerate(line):
            strip.paste(picture, (column * width, row * height))
    return strip
