"""Restyle the frames of a shot so that they belong together, without training.

One frame of the shot is its anchor; from time to time another becomes a key frame. Anchor and key frames are drawn
alone, all others in batches, and what they share comes from those frames only:

- shared noise: every frame starts from the same latent noise;
- img2img: every frame starts from its source, so colour and shapes hold (`strength` below 1);
- anchor attention: in the self-attention of denoiser and ControlNet, the keys and values of the anchor stand beside
  the frame's own;
- flow: in the early steps the predicted x0 is pulled to the key frame's x0 of the same step, moved along the optical
  flow of the source, wherever the key frame shows the same thing.

x0 is taken from the last key frame and never from the neighbour. A chain from neighbour to neighbour would make every
frame wait for the one before it at every step, and would blur and drift with the number of frames. This way, frames
between two key frames are independent: any batch size, any chunk and any process gives the same frame, memory does not
grow with the clip, and a run that was killed needs the anchor and key frames of its shot again and nothing else. The
flow to the key frame is composed from neighbour to neighbour on the source, which costs nothing of that.

`denoise` with everything off is diffusers' ControlNet pipeline, and with `strength` below 1 its img2img variant,
operation for operation.
"""

import contextlib
import copy
import inspect
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import torch
import torch.nn.functional as F
from diffusers import ControlNetModel, DiffusionPipeline, DPMSolverMultistepScheduler, LCMScheduler, SchedulerMixin

from inference.cli import InputError
from inference.families import family_of
from inference.options import SEEDS
from inference.sampling import decode, embedded, encode, guidance_rows, guided_prediction
from inference.schedules import KINDS, Epsilon

SCHEDULERS = {"dpm++": DPMSolverMultistepScheduler, "lcm": LCMScheduler}


def solver(name: str, config: Mapping) -> SchedulerMixin:
    """The solver of this name, with those entries of a base's scheduler configuration that it knows."""
    kind = SCHEDULERS[name]
    known = inspect.signature(kind.__init__).parameters  # diffusers warns of every other entry
    return kind.from_config({entry: value for entry, value in config.items() if entry in known})


@dataclass(frozen=True)
class Recipe:
    """How frames are drawn. The fields up to `control_guidance_end` mean what they mean in diffusers."""

    num_inference_steps: int = 20
    guidance_scale: float = 7.5
    strength: float = 1.0  # 1: from noise alone
    controlnet_conditioning_scale: float = 1.0
    control_guidance_end: float = 1.0
    seed: int = 0
    shared_noise: bool = True
    anchor_attention: bool = True
    flow_end: float = 0.5  # share of the steps in which x0 follows the flow; 0: none
    scheduler: str = "dpm++"


@dataclass(frozen=True)
class Batch:
    """n frames of a shot and what they take from its key frame."""

    pictures: torch.Tensor  # (n, 3, h, w) in [-1, 1]
    maps: torch.Tensor  # (n, 3, h, w) in [0, 1]
    indices: list[int]  # of the frames in the clip: the seeds, where the noise is not shared
    flow: torch.Tensor | None = None  # (n, 2, h, w) pixels, from each frame to the key frame
    seen: torch.Tensor | None = None  # (n, 1, h, w) in [0, 1]: 1 where the key frame shows the same thing


@dataclass
class Memory:
    """What later frames of a shot need of its anchor and of the last key frame."""

    keys_values: list[dict[str, tuple[torch.Tensor, torch.Tensor]]] = field(default_factory=list)  # one per step
    x0: list[torch.Tensor] = field(default_factory=list)  # (1, c, h/8, w/8), one per step that follows the flow


@dataclass(frozen=True)
class Start:
    """What a batch is denoised from, and how."""

    latents: torch.Tensor  # (n, c, h/8, w/8): noise, or the source with noise over it
    scheduler: SchedulerMixin  # the batch's own, since multistep solvers remember
    timesteps: torch.Tensor  # those that remain
    generators: list[torch.Generator]  # each frame's, for solvers that draw noise: a frame is the same in any batch


class AnchorAttention:
    """Self-attention as diffusers has it, over the frame's own keys and values and, where set, the anchor's."""

    def __init__(self):
        self.anchor: tuple[torch.Tensor, torch.Tensor] | None = None  # (copies, heads, tokens, d) each
        self.recording = False
        self.recorded: tuple[torch.Tensor, torch.Tensor] | None = None

    def __call__(self, attn, hidden_states: torch.Tensor, encoder_hidden_states=None, attention_mask=None, **_):
        """hidden_states (copies * n, tokens, width)"""
        n = hidden_states.shape[0]
        query, key, value = (
            layer(hidden_states).view(n, -1, attn.heads, layer.out_features // attn.heads).transpose(1, 2)
            for layer in (attn.to_q, attn.to_k, attn.to_v)
        )  # (copies * n, heads, tokens, d)
        if self.recording:
            self.recorded = key, value
        if self.anchor is not None:
            times = n // len(self.anchor[0])  # the anchor of each copy, unconditional and conditional, for its n frames
            key, value = (
                torch.cat([own, anchor.repeat_interleave(times, 0)], 2)
                for own, anchor in zip((key, value), self.anchor, strict=True)
            )
        found = F.scaled_dot_product_attention(query, key, value)
        found = found.transpose(1, 2).reshape(n, -1, attn.heads * value.shape[-1]).to(query.dtype)
        return attn.to_out[1](attn.to_out[0](found))


class Restyler:
    """A base, a ControlNet and a prompt, ready to draw frame after frame."""

    def __init__(
        self,
        pipe: DiffusionPipeline,
        controlnet: ControlNetModel,
        recipe: Recipe,
        prompt: str,
        negative_prompt: str = "",
    ):
        self.pipe, self.controlnet, self.recipe = pipe, controlnet, recipe
        self._scheduler = solver(recipe.scheduler, pipe.scheduler.config)
        predicts = self._scheduler.config.prediction_type
        if recipe.flow_end and predicts not in KINDS:
            raise InputError(f"a base that predicts {predicts} needs --consistency none")
        self.guided = recipe.guidance_scale > 1
        self.family, self._noising = family_of(pipe), KINDS.get(predicts, Epsilon)(self._scheduler)
        text = encode(pipe, [prompt, negative_prompt])
        self._text = text[prompt], text[negative_prompt] if self.guided else None
        self._attention = {}
        networks = (("denoiser", self.family.network(pipe)), ("controlnet", controlnet))
        for name, model in networks if recipe.anchor_attention else ():
            processors = dict(model.attn_processors)
            for layer in self.family.self_attention(model):
                processors[layer] = self._attention[f"{name}.{layer}"] = AnchorAttention()
            model.set_attn_processor(processors)

    @torch.inference_mode()
    def draw(self, batch: Batch, anchor: Memory | None, key: Memory | None, remember: Memory | None = None):
        """Frames (n, 3, h, w) float32 in [0, 1]. `remember` is filled with what later frames need of this one."""
        latents = self._denoise(self._start(batch), batch, anchor, key, remember)
        return decode(self.pipe, latents, at_once=len(latents))

    def _start(self, batch: Batch) -> Start:
        recipe, pipe = self.recipe, self.pipe
        scheduler = copy.deepcopy(self._scheduler)
        scheduler.set_timesteps(recipe.num_inference_steps, device=pipe.device)
        n, _, h, w = batch.pictures.shape
        shape = (1, *self.family.latent_shape(pipe, h, w))
        seeds = [recipe.seed if recipe.shared_noise else (recipe.seed + index) % SEEDS for index in batch.indices]
        generators = [torch.Generator("cpu").manual_seed(seed) for seed in seeds]

        def noise() -> torch.Tensor:
            return torch.cat([torch.randn(shape, generator=g, dtype=pipe.dtype) for g in generators]).to(pipe.device)

        if recipe.strength >= 1:
            return Start(noise() * scheduler.init_noise_sigma, scheduler, scheduler.timesteps, generators)
        skipped = recipe.num_inference_steps - min(
            int(recipe.num_inference_steps * recipe.strength), recipe.num_inference_steps
        )
        timesteps = scheduler.timesteps[skipped * scheduler.order :]
        if not len(timesteps):
            raise InputError(f"--strength {recipe.strength:g} leaves none of {recipe.num_inference_steps} steps")
        scheduler.set_begin_index(skipped * scheduler.order)
        latents = self.family.encode_image(pipe.vae, batch.pictures, noise())
        latents = scheduler.add_noise(latents, noise(), timesteps[:1].repeat(n))
        return Start(latents, scheduler, timesteps, generators)

    def _denoise(self, start: Start, batch: Batch, anchor, key, remember) -> torch.Tensor:
        recipe, scale = self.recipe, self.recipe.controlnet_conditioning_scale
        latents, scheduler, steps = start.latents, start.scheduler, start.timesteps
        text = guidance_rows(len(latents), *self._text)
        follow = Follow(batch, latents) if key is not None and key.x0 else None
        own = {"generator": start.generators} if isinstance(scheduler, LCMScheduler) else {}
        alphas = self._noising.alphas[steps.long().cpu()].tolist()
        with embedded(self.controlnet, batch.maps, 1 + self.guided) as condition:
            residuals = partial(self.family.residuals, self.controlnet, condition=condition, scale=scale)
            for i, t in enumerate(steps):
                held = residuals if (i + 1) / len(steps) <= recipe.control_guidance_end else None
                with self._shared(i, anchor, remember):
                    predicted = guided_prediction(self.pipe, scheduler, latents, t, text, recipe.guidance_scale, held)
                if i < recipe.flow_end * len(steps):
                    target = follow and (follow.seen, follow.moved(key.x0[i]))
                    predicted = self._follow(predicted, latents, alphas[i], target, remember)
                latents = scheduler.step(predicted, t, latents, **own, return_dict=False)[0]
        return latents

    def _follow(self, predicted, latents, a: float, target, remember) -> torch.Tensor:
        """Pull x0 to the key frame's, by changing the prediction; remember what it then is.

        `target` is (where the key frame shows the same thing, its x0 moved there); None for a key frame itself.
        """
        x0 = self._noising.x0(latents, predicted, a)
        if target is not None:
            seen, moved = target
            pull = seen * (moved - x0)
            x0, predicted = x0 + pull, self._noising.pulled(predicted, pull, a)
        if remember is not None:
            remember.x0.append(x0)
        return predicted

    @contextlib.contextmanager
    def _shared(self, step: int, anchor: Memory | None, remember: Memory | None) -> Iterator[None]:
        """Attention sees the anchor's keys and values of this step, or, for the anchor itself, keeps them."""
        recording = remember is not None and anchor is None
        for name, layer in self._attention.items():
            layer.anchor = anchor.keys_values[step].get(name) if anchor else None
            layer.recording, layer.recorded = recording, None
        yield
        if recording:
            found = {name: layer.recorded for name, layer in self._attention.items()}
            remember.keys_values.append({name: kv for name, kv in found.items() if kv is not None})


class Follow:
    """A batch's flow to its key frame, on the grid of the latents."""

    def __init__(self, batch: Batch, latents: torch.Tensor):
        h, w = latents.shape[-2:]
        height, width = batch.flow.shape[-2:]
        flow = F.interpolate(batch.flow.to(latents.device), (h, w), mode="area")  # (n, 2, h/8, w/8) pixels
        self.seen = F.interpolate(batch.seen.to(latents.device), (h, w), mode="area")  # (n, 1, h/8, w/8)
        y, x = torch.meshgrid(torch.arange(h), torch.arange(w), indexing="ij")
        at = torch.stack([x, y], -1).to(flow)  # (h/8, w/8, 2) cells
        step = flow.permute(0, 2, 3, 1) * flow.new_tensor([w / width, h / height])
        self._grid = (2 * (at + step) + 1) / flow.new_tensor([w, h]) - 1  # as grid_sample counts, corners not aligned

    def moved(self, x0: torch.Tensor) -> torch.Tensor:
        """The key frame's x0 (1, c, h/8, w/8) as each of n frames sees it."""
        x0 = x0.expand(len(self._grid), -1, -1, -1)
        return F.grid_sample(x0, self._grid, mode="bicubic", padding_mode="border", align_corners=False)
