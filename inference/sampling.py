"""Prompts to pictures: in batches across prompts, each picture from noise of its own seed.

The noise is drawn on the CPU, one generator per picture, so a picture depends on its prompt, its seed and the weights,
and neither on its neighbours in the batch nor on the kind of machine.
"""

import contextlib
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from math import ceil

import numpy as np
import torch
from diffusers import ControlNetModel, StableDiffusionPipeline
from PIL import Image
from tqdm import tqdm

from inference.cli import InputError
from inference.pipelines import check_finite
from inference.schedules import solver


@dataclass(frozen=True)
class Control:
    """What a ControlNet (Zhang et al. 2023) adds to the UNet's features on the way to n pictures."""

    model: ControlNetModel
    maps: Sequence[np.ndarray]  # one (h, w, 3) uint8 per picture
    scale: float = 1.0
    end: float = 1.0  # share of the steps after which the pictures go on without it

    def of(self, batch: slice) -> "Control":
        return replace(self, maps=self.maps[batch])

    def condition(self) -> torch.Tensor:
        """The maps as the model takes them, (n, 3, h, w) in [0, 1]."""
        return torch.from_numpy(np.stack(self.maps)).permute(0, 3, 1, 2) / 255


_IDENTITY = torch.nn.Identity()


@contextlib.contextmanager
def embedded(model: ControlNetModel, maps: torch.Tensor, copies: int) -> Iterator[torch.Tensor]:
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
    pipe: StableDiffusionPipeline,
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
            conditional = torch.cat([text[prompt] for prompt in prompts[batch]])  # (n, 77, width)
            unconditional = text[negative_prompt].expand_as(conditional)
            held = control and control.of(batch)
            latents = denoise(
                pipe, noise, conditional, unconditional, num_inference_steps, guidance_scale, bar.update, held
            )
            yield from decode(pipe, latents)


@torch.inference_mode()
def encode(pipe: StableDiffusionPipeline, prompts: Sequence[str]) -> dict[str, torch.Tensor]:
    """Each different prompt's embedding (1, 77, width), computed once; what is beyond 77 tokens is not seen.

    One by one, because in a batch the bits of each would depend on how many there are.
    """
    with _no_warnings():  # of what is truncated, for every prompt and without a name; Job has said it once
        return {prompt: pipe.encode_prompt([prompt], pipe.device, 1, False)[0] for prompt in dict.fromkeys(prompts)}


@contextlib.contextmanager
def _no_warnings() -> Iterator[None]:
    logging.disable(logging.WARNING)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def initial_noise(pipe: StableDiffusionPipeline, seeds: Sequence[int], h: int, w: int) -> torch.Tensor:
    """Standard normal latents (n, channels, h/f, w/f) for (h, w) pixels, drawn in fp32 on the CPU."""
    factor = pipe.vae_scale_factor
    shape = (1, pipe.unet.config.in_channels, h // factor, w // factor)
    noise = [torch.randn(shape, generator=torch.Generator("cpu").manual_seed(seed)) for seed in seeds]
    return torch.cat(noise).to(pipe.device, pipe.unet.dtype)


@torch.inference_mode()
def denoise(
    pipe: StableDiffusionPipeline,
    latents: torch.Tensor,
    conditional: torch.Tensor,
    unconditional: torch.Tensor,
    num_inference_steps: int,
    guidance_scale: float,
    progress: Callable[[int], object],
    control: Control | None = None,
) -> torch.Tensor:
    """DPM-Solver++ (2M) with classifier-free guidance (Lu et al. 2022; Ho and Salimans 2022)."""
    scheduler = solver(pipe.scheduler.config, num_inference_steps, latents.device)
    guided = guidance_scale > 1
    text = torch.cat([unconditional, conditional]) if guided else conditional
    latents = latents * scheduler.init_noise_sigma
    with contextlib.ExitStack() as stack:
        condition = control and stack.enter_context(embedded(control.model, control.condition(), 1 + guided))
        for i, t in enumerate(scheduler.timesteps):
            model_input = scheduler.scale_model_input(torch.cat([latents, latents]) if guided else latents, t)
            down, mid = None, None
            if control and (i + 1) / num_inference_steps <= control.end:
                down, mid = control.model(model_input, t, text, condition, control.scale, return_dict=False)
            eps = pipe.unet(
                model_input,
                t,
                encoder_hidden_states=text,
                down_block_additional_residuals=down,
                mid_block_additional_residual=mid,
                return_dict=False,
            )[0]
            if guided:
                eps_unconditional, eps_conditional = eps.chunk(2)
                eps = eps_unconditional + guidance_scale * (eps_conditional - eps_unconditional)
            latents = scheduler.step(eps, t, latents, return_dict=False)[0]
            progress(len(latents))
    return latents


def check_drawn(drawn: torch.Tensor, pipe: StableDiffusionPipeline) -> None:
    """Refuse pixels or latents that are not finite, and say which file is at fault or else the arithmetic."""
    if drawn.isfinite().all():
        return
    for model in filter(None, (pipe.unet, pipe.text_encoder, pipe.vae)):
        check_finite(model.config._name_or_path, model.named_parameters())
    raise InputError(f"the base gives no finite picture in {pipe.dtype}; try --mixed_precision no, or smaller scales")


@torch.inference_mode()
def decode(pipe: StableDiffusionPipeline, latents: torch.Tensor) -> list[Image.Image]:
    """Latents (n, c, h/f, w/f) to n pictures; two at a time, as fast as all at once in a fraction of the room."""
    groups = (latents / pipe.vae.config.scaling_factor).split(2)
    pixels = torch.cat([pipe.vae.decode(group, return_dict=False)[0] for group in groups])  # (n, 3, h, w) in [-1, 1]
    check_drawn(pixels, pipe)
    pixels = (pixels.float() / 2 + 0.5).clamp(0, 1).permute(0, 2, 3, 1).cpu().numpy()
    return [Image.fromarray(picture) for picture in np.rint(pixels * 255).astype(np.uint8)]
