"""Prompts to pictures: in batches across prompts, each picture from noise of its own seed.

The noise is drawn on the CPU, one generator per picture, so a picture depends on its prompt, its seed and the weights,
and neither on its neighbours in the batch nor on the kind of machine.
"""

import contextlib
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import accumulate, pairwise
from math import ceil

import numpy as np
import torch
from diffusers import DiffusionPipeline, SchedulerMixin
from PIL import Image
from tqdm import tqdm

from inference.cli import InputError
from inference.families import family_of
from inference.families.base import Family, Text
from inference.pipelines import check_finite
from inference.schedules import solver


@dataclass(frozen=True)
class Control:
    """What a ControlNet (Zhang et al. 2023) adds to the denoiser's features on the way to n pictures."""

    model: torch.nn.Module
    maps: Sequence[np.ndarray]  # one (h, w, 3) uint8 per picture
    scale: float = 1.0
    end: float = 1.0  # share of the steps after which the pictures go on without it

    def of(self, batch: slice) -> "Control":
        return replace(self, maps=self.maps[batch])

    @contextlib.contextmanager
    def residuals(self, family: Family, copies: int) -> Iterator[Callable[[torch.Tensor, torch.Tensor, Text], tuple]]:
        """What the model adds for its input, timestep and text, within this context; `copies` as in `embedded`."""
        maps = torch.from_numpy(np.stack(self.maps)).permute(0, 3, 1, 2) / 255  # (n, 3, h, w) in [0, 1]
        with embedded(self.model, maps, copies) as condition:
            yield partial(family.residuals, self.model, condition=condition, scale=self.scale)


_IDENTITY = torch.nn.Identity()


@contextlib.contextmanager
def embedded(model: torch.nn.Module, maps: torch.Tensor, copies: int) -> Iterator[torch.Tensor]:
    """What to give `model`, within this context, for maps (n, 3, h, w) in [0, 1]: `copies` of them after one another.

    A ControlNet first embeds its maps, at the pictures' resolution: a third to a half of its work, and the same at
    every step. It is done here, once, and left out of the model.
    """
    maps = maps.to(model.device, model.dtype).repeat(copies, 1, 1, 1)
    if model.config.controlnet_conditioning_channel_order != "rgb":  # it would turn the features' channels round
        yield maps
        return
    embedding = model.controlnet_cond_embedding
    features = embedding(maps)  # (copies * n, width, h/f, w/f)
    model.controlnet_cond_embedding = _IDENTITY
    try:
        yield features
    finally:
        model.controlnet_cond_embedding = embedding


def sample(
    pipe: DiffusionPipeline,
    prompts: Sequence[str],
    seeds: Sequence[int],
    *,
    height: int,
    width: int,
    num_inference_steps: int = 20,
    guidance_scale: float = 7.5,
    negative_prompt: str = "",
    batch_size: int | Sequence[int] = 8,
    control: Control | None = None,
    label: str = "",
) -> Iterator[Image.Image]:
    """Yield one picture of (`width`, `height`) pixels per prompt and seed, in order, as their batches are done.

    `batch_size` is of all batches but the last, or of each.
    """
    text = encode(pipe, [*prompts, negative_prompt])
    if isinstance(batch_size, int):
        batch_size = [batch_size] * ceil(len(prompts) / batch_size)
    with tqdm(total=len(prompts) * num_inference_steps, desc=label, unit="step", dynamic_ncols=True) as bar:
        for start, stop in pairwise(accumulate(batch_size, initial=0)):
            batch = slice(start, stop)
            noise = initial_noise(pipe, seeds[batch], height, width)
            unconditional = text[negative_prompt]
            conditional = {name: torch.cat([text[one][name] for one in prompts[batch]]) for name in unconditional}
            held = control and control.of(batch)
            latents = denoise(
                pipe, noise, conditional, unconditional, num_inference_steps, guidance_scale, bar.update, held
            )
            yield from as_pictures(decode(pipe, latents))


@torch.inference_mode()
def encode(pipe: DiffusionPipeline, prompts: Sequence[str]) -> dict[str, Text]:
    """Each different prompt's text (1, ...), computed once; what is beyond the tokenizer's limit is not seen.

    One by one, because in a batch the bits of each would depend on how many there are.
    """
    family = family_of(pipe)
    encoders = [getattr(pipe, encoder) for _, encoder in family.encoders]

    def text_of(prompt: str) -> Text:
        tokens = family.tokens(pipe, [pipe.maybe_convert_prompt(prompt, pipe.tokenizer)])
        return family.encode_text(encoders, tokens.to(pipe.device))

    with _no_warnings():  # of what is truncated, for every prompt and without a name; Job has said it once
        return {prompt: text_of(prompt) for prompt in dict.fromkeys(prompts)}


@contextlib.contextmanager
def _no_warnings() -> Iterator[None]:
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def initial_noise(pipe: DiffusionPipeline, seeds: Sequence[int], h: int, w: int) -> torch.Tensor:
    """Standard normal latents (n, c, h/f, w/f) for (h, w) pixels, drawn in fp32 on the CPU."""
    family = family_of(pipe)
    shape = (1, *family.latent_shape(pipe, h, w))
    noise = [torch.randn(shape, generator=torch.Generator("cpu").manual_seed(seed)) for seed in seeds]
    return torch.cat(noise).to(family.network(pipe).device, family.network(pipe).dtype)


def guidance_rows(n: int, conditional: Text, unconditional: Text | None) -> Text:
    """The text of n pictures (n, ...), where there is guidance without a prompt and then with it (2 n, ...).

    A text of one row is every picture's.
    """
    texts = [unconditional, conditional] if unconditional else [conditional]
    return {name: torch.cat([text[name].expand(n, *text[name].shape[1:]) for text in texts]) for name in conditional}


def guided_prediction(
    pipe: DiffusionPipeline,
    scheduler: SchedulerMixin,
    latents: torch.Tensor,
    t: torch.Tensor,
    text: Text,
    guidance_scale: float,
    residuals: Callable[[torch.Tensor, torch.Tensor, Text], tuple] | None = None,
) -> torch.Tensor:
    """What the denoiser says of latents (n, c, h/f, w/f), with classifier-free guidance (Ho and Salimans 2022).

    `text` is as `guidance_rows` makes it; `residuals`, of the network's own input, are what a ControlNet adds.
    """
    family, guided = family_of(pipe), guidance_scale > 1
    x = scheduler.scale_model_input(torch.cat([latents, latents]) if guided else latents, t)
    predicted = family.predict(family.network(pipe), x, t, text, residuals and residuals(x, t, text))
    if not guided:
        return predicted
    unconditional, conditional = predicted.chunk(2)
    return unconditional + guidance_scale * (conditional - unconditional)


@torch.inference_mode()
def denoise(
    pipe: DiffusionPipeline,
    latents: torch.Tensor,
    conditional: Text,
    unconditional: Text,
    num_inference_steps: int,
    guidance_scale: float,
    progress: Callable[[int], object],
    control: Control | None = None,
) -> torch.Tensor:
    """From noise to latents by DPM-Solver++ (2M; Lu et al. 2022)."""
    scheduler = solver(pipe.scheduler.config, num_inference_steps, latents.device)
    guided = guidance_scale > 1
    text = guidance_rows(len(latents), conditional, unconditional if guided else None)
    latents = latents * scheduler.init_noise_sigma
    with contextlib.ExitStack() as stack:
        residuals = control and stack.enter_context(control.residuals(family_of(pipe), 1 + guided))
        for i, t in enumerate(scheduler.timesteps):
            held = residuals if control and (i + 1) / num_inference_steps <= control.end else None
            predicted = guided_prediction(pipe, scheduler, latents, t, text, guidance_scale, held)
            latents = scheduler.step(predicted, t, latents, return_dict=False)[0]
            progress(len(latents))
    return latents


def check_drawn(drawn: torch.Tensor, pipe: DiffusionPipeline) -> None:
    """Refuse pixels or latents that are not finite, and say which file is at fault or else the arithmetic."""
    if drawn.isfinite().all():
        return
    parts = (*family_of(pipe).trained, "vae")
    for model in filter(None, (getattr(pipe, part) for part in parts)):
        check_finite(model.config._name_or_path, model.named_parameters())
    raise InputError(f"the base gives no finite picture in {pipe.dtype}; try --mixed_precision no, or smaller scales")


@torch.inference_mode()
def decode(pipe: DiffusionPipeline, latents: torch.Tensor, at_once: int = 2) -> torch.Tensor:
    """Latents (n, c, h/f, w/f) to pixels (n, 3, h, w) in [0, 1], fp32.

    Two at a time are as fast as all at once in a fraction of the room.
    """
    groups = latents.split(at_once)
    pixels = torch.cat([family_of(pipe).decode_latents(pipe.vae, group) for group in groups])  # in [-1, 1]
    check_drawn(pixels, pipe)
    return (pixels.float() / 2 + 0.5).clamp(0, 1)


def as_pictures(pixels: torch.Tensor) -> list[Image.Image]:
    """Pixels (n, 3, h, w) in [0, 1] as n pictures."""
    pixels = pixels.permute(0, 2, 3, 1).cpu().numpy()
    return [Image.fromarray(picture) for picture in np.rint(pixels * 255).astype(np.uint8)]
