"""The module that is trained: the denoiser and what turns captions into its conditioning."""

import json
from collections.abc import Mapping

import torch
from torch import Tensor, nn

from finetune.attention import join_attention
from finetune.latents import cached
from finetune.recasting import recast_frozen
from finetune.state import Run
from inference.families.base import Family, Text
from inference.pipelines import check_finite


class Denoiser(nn.Module):
    """The denoiser and what turns captions into its conditioning, as one module: DDP and DeepSpeed wrap one."""

    def __init__(self, family: Family, network: nn.Module, conditioning: nn.Module):
        super().__init__()
        self.family = family
        self.add_module(family.denoiser, network)  # checkpoints name its weights so
        self.conditioning = conditioning

    @property
    def network(self) -> nn.Module:
        return getattr(self, self.family.denoiser)

    def forward(self, noisy: Tensor, timesteps: Tensor, captions: Tensor) -> Tensor:
        """noisy (n, c, h, w), timesteps (n,), captions (n,) as rows of `Encoded.texts` -> prediction (n, c, h, w)."""
        return self.family.predict(self.network, noisy, timesteps, self.conditioning(captions))


class CaptionStates(nn.Module):
    """Conditioning by a frozen text encoder: every caption's states, computed once."""

    def __init__(self, text: Text):
        super().__init__()
        for name, tensor in text.items():
            self.register_buffer(name, tensor, persistent=False)  # (captions, ...)

    def forward(self, captions: Tensor) -> Text:
        return {name: tensor[captions] for name, tensor in self.named_buffers()}  # (n, ...)


class TextEncoder(nn.Module):
    """Conditioning by a text encoder that is being trained, wholly or in part."""

    def __init__(self, family: Family, encoders: Mapping[str, nn.Module], tokens: Tensor):
        """`encoders` by their names in the pipeline, `tokens` (captions, length)."""
        super().__init__()
        self.family = family
        for name, encoder in encoders.items():
            self.add_module(name, encoder)
        self.register_buffer("tokens", tokens, persistent=False)

    def forward(self, captions: Tensor) -> Text:
        return self.family.encode_text(list(self.children()), self.tokens[captions])  # (n, ...)


def conditioning(run: Run, trained: bool = False) -> nn.Module:
    """The text encoder itself where it is `trained`; else the states of all captions, kept on disk, and it is freed."""
    pipe, texts, family = run.pipe, run.encoded.texts, run.family
    encoders = {name: getattr(pipe, name) for _, name in family.encoders}
    encoder = TextEncoder(family, encoders, family.tokens(pipe, texts))
    if trained:
        return encoder
    with run.accelerator.main_process_first():
        key = json.dumps([run.identity["base_sha256"], texts])
        cache = run.args.output_dir / "cache" / "captions.safetensors"
        states = cached(cache, key, lambda: _states(encoder.to(run.accelerator.device), len(texts)))
    for name in encoders:
        setattr(pipe, name, None)
    return CaptionStates(states)


@torch.no_grad()
def _states(encoder: TextEncoder, captions: int) -> Text:
    for part in encoder.children():
        check_finite(part.config._name_or_path, part.named_parameters())
    found = [encoder(rows) for rows in torch.arange(captions).split(64)]
    return {name: torch.cat([text[name].cpu() for text in found]) for name in found[0]}  # (captions, ...)


def to_compute(model: Denoiser, run: Run) -> None:
    """Frozen weights in the arithmetic's type, trained ones in fp32: in bf16 most of their updates would round away."""
    network, encoder = model.network, model.conditioning
    recast_frozen(network, run.folder / model.family.denoiser, run.args.variant, run.accelerator.device, run.dtype)
    for parameter in model.parameters():
        parameter.data = parameter.data.to(
            run.accelerator.device, torch.float32 if parameter.requires_grad else run.dtype
        )
    model.to(run.accelerator.device)
    if run.args.gradient_checkpointing:
        network.enable_gradient_checkpointing()
        for part in encoder.children():
            part.gradient_checkpointing_enable({"use_reentrant": False})
    if run.accelerator.device.type == "cpu":
        join_attention(network)
        for part in encoder.children():
            part.set_attn_implementation("eager")
    if run.args.enable_xformers_memory_efficient_attention:
        network.enable_xformers_memory_efficient_attention()
    if run.args.compile:
        network.compile_repeated_blocks()
    model.train()
