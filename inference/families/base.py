"""The contract: what a model family says of itself, and the functions that the training loop and the sampler call.

A family is one object without state; README.md beside this file says who calls what, and how to add one. What is the
same in every family that diffusers loads stands here, what differs in the family's own file. Nothing heavy is imported
before a function needs it.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Protocol

from inference.cli import InputError

if TYPE_CHECKING:
    import torch
    from diffusers import DiffusionPipeline
    from torch import Tensor, nn
    from transformers import PreTrainedTokenizerBase

    from inference.schedules import Epsilon

Text = dict[str, "Tensor"]  # what the denoiser is told of n prompts: tensors (n, ...) by name
WORDS, CONTROLNET = "textual inversion", "ControlNet"  # what not every family has


class Family(Protocol):
    name: str  # as a sentence says it
    pipeline: str  # diffusers' class, which model_index.json names
    needed: str  # the same in a sentence that refuses another
    denoiser: str  # its name in the pipeline, and its folder's
    encoders: tuple[tuple[str, str], ...]  # (tokenizer, text encoder), by the same
    hub_name: str  # the base that is meant where none is named
    parts: ClassVar[Mapping[str, str]]  # folder of each part, and the configuration in it
    load_options: ClassVar[Mapping[str, object]]  # that from_pretrained takes besides those of every pipeline
    supports: frozenset[str]  # of WORDS and CONTROLNET
    attention: tuple[str, ...]  # LoRA's layers of the denoiser, by the ends of their names
    feed_forward: tuple[str, ...]
    text_attention: tuple[str, ...]  # LoRA's layers of the text encoders
    controlnets: ClassVar[Mapping[str, str]]  # kind of map, its first word -> the published one's hub name
    controlnet_fields: tuple[str, ...]  # of the configuration, which a ControlNet shares with its denoiser

    @property
    def trained(self) -> tuple[str, ...]:
        """The parts that a training can change: the denoiser and the text encoders."""
        return (self.denoiser, *(encoder for _, encoder in self.encoders))

    def network(self, pipe: "DiffusionPipeline") -> "nn.Module":
        """The denoiser."""
        return getattr(pipe, self.denoiser)

    def models(self, pipe: "DiffusionPipeline", text_encoders: bool = True) -> dict[str, "nn.Module"]:
        """The denoiser and, if asked for, the text encoders, by their names in the pipeline."""
        return {part: getattr(pipe, part) for part in (self.trained if text_encoders else (self.denoiser,))}

    def check(self, what: str) -> None:
        """Refuse, by name, what this family does not have."""
        if what not in self.supports:
            raise InputError(f"{self.name} has no {what} here; take a base of another family, or leave it out")

    def lora_rate(self, weights: int) -> float:
        """The learning rate for a denoiser of so many weights."""

    def dreambooth_rate(self, weights: int) -> float: ...

    def word_rate(self, weights: int) -> float: ...

    def native_size(self, folder: Path) -> tuple[int, int, int]:
        """(height, width, multiple) in pixels: what the base was made for, and what sides have to be multiples of."""

    def bucket_multiple(self, folder: Path) -> int:
        """What the sides of training pictures are multiples of: every level of the denoiser can then halve them."""

    def load_tokenizer(self, folder: Path) -> "PreTrainedTokenizerBase":
        """The tokenizer alone, in which captions and prompts are counted and words are added."""

    def tokens(self, pipe: "DiffusionPipeline", texts: Sequence[str]) -> "Tensor":
        """(n, length) of n texts, for `encode_text`."""

    def encode_text(self, encoders: Sequence["nn.Module"], tokens: "Tensor") -> Text:
        """What `predict` takes, from tokens (n, length) by the text encoders; differentiable."""

    def posterior(self, vae: "nn.Module", pixels: "Tensor") -> tuple["Tensor", "Tensor"]:
        """Mean and standard deviation (n, c, h/f, w/f) of the latents of pixels (n, 3, h, w) in [-1, 1]."""
        scale, shift = _scale_shift(vae)
        found = vae.encode(pixels.to(vae.device, vae.dtype)).latent_dist
        return (found.mean - shift) * scale, found.std * scale

    def encode_image(self, vae: "nn.Module", pixels: "Tensor", noise: "Tensor") -> "Tensor":
        """A sample (n, c, h/f, w/f) of the posterior of pixels (n, 3, h, w) in [-1, 1], by `noise` of its shape."""
        scale, shift = _scale_shift(vae)
        found = vae.encode(pixels.to(vae.device, vae.dtype)).latent_dist
        return (found.mean + found.std * noise - shift) * scale

    def decode_latents(self, vae: "nn.Module", latents: "Tensor") -> "Tensor":
        """Pixels (n, 3, h, w) in [-1, 1] of latents (n, c, h/f, w/f)."""
        scale, shift = _scale_shift(vae)
        return vae.decode(latents / scale + shift, return_dict=False)[0]

    def latent_shape(self, pipe: "DiffusionPipeline", height: int, width: int) -> tuple[int, int, int]:
        """(c, h/f, w/f) of pictures of `height` by `width` pixels."""

    def residuals(
        self, controlnet: "nn.Module", x: "Tensor", t: "Tensor", text: Text, condition: "Tensor", scale: float
    ) -> tuple:
        """What a ControlNet adds at timestep `t`, for `predict`; `condition` is an embedded map."""

    def predict(
        self, denoiser: "nn.Module", x: "Tensor", t: "Tensor", text: Text, residuals: tuple | None = None
    ) -> "Tensor":
        """The denoiser's output (n, c, h/f, w/f) for noisy latents x of the same shape at timestep t, () or (n,)."""

    def schedule(self, pipe: "DiffusionPipeline", device: "torch.device | str" = "cpu") -> "Epsilon":
        """The parameterisation: noising, target, weight and x0."""

    def self_attention(self, model: "nn.Module") -> list[str]:
        """Names of the attention processors of a denoiser or ControlNet that look at the picture itself."""

    def modelspec(self, pipe: "DiffusionPipeline") -> dict[str, str]:
        """What a file's header says of the base: architecture, prediction_type, ss_base_model_version, ss_v2."""

    def single_file(self, pipe: "DiffusionPipeline") -> dict[str, "Tensor"]:
        """Every tensor of the pipeline by its name in one checkpoint."""

    def folder_names(self, part: str, tensors: dict[str, "Tensor"]) -> dict[str, "Tensor"]:
        """The tensors of a part by the names that tools expect in a pipeline's folder."""
        return tensors


def _scale_shift(vae: "nn.Module") -> tuple[float, float]:
    return vae.config.scaling_factor, getattr(vae.config, "shift_factor", None) or 0.0
