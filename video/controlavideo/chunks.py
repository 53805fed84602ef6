"""Clips longer than the model: chunk by chunk, each continuing from the last frame of the one before.

The original takes source frames [0, E), [E - 1, 2 E - 1), [2 E - 1, 3 E - 1), ... and leaves out the first frame of
each: of N frames (E - 1) (N // E) come out, and from the third chunk on, the frame a chunk starts from is of another
moment than its control map. Aligned, a chunk starts at the last source frame of the one before, and N frames come out.

What every chunk starts from is itself generated, so contrast and colours drift after a few chunks. Two things prevent
it: the frame is passed on as latents, not decoded, rounded and encoded again; and its mean and standard deviation in
each channel are pulled towards those of the very first frame.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from math import ceil
from pathlib import Path
from random import Random

import numpy as np
import torch
from PIL import Image

from inference import hashed
from inference.sampling import check_drawn
from video.controlavideo.clip_latents import decode_frames, encode_picture
from video.controlavideo.noise import clip_noise
from video.controlavideo.pipeline import ControlAVideoPipeline, Repairs

LOOK_STRENGTH = 0.5  # share of the way back to the first frame's look; 1 would hold a pan into the dark as bright

Slices = Callable[[int, int], torch.Tensor]  # (start, stop) -> (1, 3, stop - start, H, W)


@dataclass(frozen=True)
class State:
    """What the next chunk needs of those before it; saved with the frames, so that an interrupted run resumes."""

    chunk: int  # the next one to draw
    last: torch.Tensor | Image.Image  # the frame to continue from: latents (1, 4, h, w), or as the original a picture
    first: torch.Tensor | None = None  # latents of the clip's first frame, whose look is kept


def save_state(state: State, folder: Path) -> None:
    last = state.last if torch.is_tensor(state.last) else torch.from_numpy(np.array(state.last))
    # copied, since of a clip of one frame the last is the first, and a file of tensors may not share their memory
    hashed.save({"last": last.clone(), "first": state.first}, state_path(folder, state.chunk))


def load_state(folder: Path, chunk: int) -> State | None:
    """The state before `chunk` is drawn; None where there is none, or it is damaged."""
    kept = hashed.load(state_path(folder, chunk))
    if kept is None:
        return None
    last, first = kept[0]["last"], kept[0]["first"]
    return State(chunk, Image.fromarray(last.numpy()) if last.dtype == torch.uint8 else last, first)


def state_path(folder: Path, chunk: int) -> Path:
    return folder / f"chunk-{chunk:05}.safetensors"


def last_intact_state(folder: Path, drawn: list[list[int]], has: Callable[[int], bool]) -> State | None:
    """Where to resume: every frame of the chunks before it (`drawn`, by chunk) exists, and so does each state."""
    state = None
    for chunk, frames in enumerate(drawn, 1):
        following = load_state(folder, chunk) if all(map(has, frames)) else None
        if following is None:
            break
        state = following
    return state


@dataclass(frozen=True)
class Chunk:
    frames: list[Image.Image]
    indices: list[int]  # of the source frames they were drawn from
    state: State


def chunk_slices(frames: int, each: int, aligned: bool = True) -> list[tuple[int, int]]:
    """Source frames [start, stop) of each chunk; no chunk is longer than `each`, and aligned ones are about equal."""
    if each < 2:
        raise ValueError(f"a chunk of {each} has no frame to add to the one it starts from; 2 is the least")
    if not aligned:
        return [(max(i * each - 1, 0), (i + 1) * each - (i > 0)) for i in range(frames // each)]
    count = max(ceil((frames - 1) / (each - 1)), 1)
    borders = [round(i * (frames - 1) / count) for i in range(count + 1)]
    return [(start, stop + 1) for start, stop in pairwise(borders)]


def frames_drawn(slices: list[tuple[int, int]], aligned: bool = True) -> list[list[int]]:
    """Source frames that each chunk gives a picture of: all but the one that it starts from, which is drawn already."""
    return [list(range(start + bool(number or not aligned), stop)) for number, (start, stop) in enumerate(slices)]


def draw_clip(
    pipe: ControlAVideoPipeline,
    frames: int,
    hint: Slices,
    images: Slices | None = None,
    each_sample_frame: int = 8,
    seed: int = 1,
    resume: State | None = None,
    faithful: bool = False,
    repairs: Repairs | None = None,
    init_noise_by_residual_thres: float = 0.1,
    posterior_seed: int | None = None,
    **settings,
) -> Iterator[Chunk]:
    """Yield `frames` frames, chunk by chunk. `settings` are further arguments of the pipeline's call.

    A clip is the same whether drawn in one go or resumed from the state of any of its chunks. As the original
    draws it, it needs a `posterior_seed` for that: it seeds the global generator for each chunk.
    """
    repairs = Repairs.none() if faithful else repairs or Repairs()
    faithful = not repairs.oddities
    slices = chunk_slices(frames, each_sample_frame, aligned=not faithful)
    drawn = frames_drawn(slices, aligned=not faithful)
    height, width = hint(0, 1).shape[-2:]
    noise = None
    if not faithful:
        shape = (pipe.unet.config.in_channels, frames, height // pipe.vae_scale_factor, width // pipe.vae_scale_factor)
        noise = clip_noise(shape, images, init_noise_by_residual_thres, torch.Generator().manual_seed(seed))
        settings = settings | {"residual_control_steps": 0}  # it is in the noise already
    state = resume or State(0, last=None)
    for number in range(state.chunk, len(slices)):
        start, stop = slices[number]
        if posterior_seed is not None:  # not as the noise is seeded, or the two would be the same numbers
            torch.manual_seed(Random(f"{posterior_seed} {number}").getrandbits(63))
        first, last = _start_of_chunk(pipe, state, repairs, (height, width))
        z, tail = pipe(
            controlnet_hint=hint(start, stop),
            images=None if images is None or noise is not None else images(start, stop),
            latents=None if noise is None else noise[:, :, start:stop],
            generator=[torch.Generator().manual_seed(seed)],  # the same for each chunk, as the original has it
            init_noise_by_residual_thres=init_noise_by_residual_thres,
            first_frame_output=last if isinstance(last, Image.Image) else None,
            first_frame_output_latent=last if torch.is_tensor(last) else None,
            output_type="latent",
            return_last_latent=True,
            repairs=repairs,
            **settings,
        )
        check_drawn(z.images, pipe)
        pictures = decode_frames(pipe.vae, z.images)[0]
        last_frame = pictures[-1] if faithful else tail.cpu()
        state = State(number + 1, last_frame, z.images[:, :, 0].cpu() if first is None else first.cpu())
        yield Chunk(pictures[drawn[number][0] - start :], drawn[number], state)


def match_look(z: torch.Tensor, first: torch.Tensor, strength: float = LOOK_STRENGTH) -> torch.Tensor:
    """Pull mean and deviation of each channel of `z` (1, 4, h, w) to those of `first` (Huang and Belongie 2017)."""
    z, first = z.float(), first.float()
    mean, deviation = z.mean((-2, -1), keepdim=True), z.std((-2, -1), keepdim=True)
    wanted_mean, wanted = first.mean((-2, -1), keepdim=True), first.std((-2, -1), keepdim=True)
    matched = (z - mean) / deviation.clamp(min=1e-6) * wanted + wanted_mean
    return z + strength * (matched - z)


def _start_of_chunk(pipe: ControlAVideoPipeline, state: State, repairs: Repairs, size: tuple[int, int]):
    """The first frame's latents and the frame to continue from; both None before the first chunk."""
    last, device = state.last, pipe._execution_device
    if repairs.look_anchored and isinstance(last, Image.Image):  # a look is of latents
        last = encode_picture(pipe.vae, last, size, device, mean=repairs.oddities)
    if repairs.look_anchored and last is not None:
        last = match_look(last, state.first.to(last.device)).to(last.dtype)
    return state.first, last.to(device) if torch.is_tensor(last) else last
