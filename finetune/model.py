"""The module that is trained: the denoiser and what turns captions into its conditioning."""

import json
from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.functional import embedding, normalize

from finetune.cpu_kernels import join_attention
from finetune.latents import cached
from finetune.precision import recast_frozen
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


class PlaceholderEmbedding(nn.Module):
    """Looks tokens up in the frozen table, and new tokens in rows of its own.

    What is looked up are the rows' directions at the length of the initialiser's embedding: a longer vector drowns the
    rest of the prompt, and with Adam's steps of even size lengths only grow. NeTI holds its vectors at the length of
    their category's embedding in the same way (Alaluf et al. 2023, "A neural space-time representation for
    text-to-image personalization", section 4); taking the length out of what is learned is weight normalisation
    (Salimans and Kingma 2016), whose growing rows make the steps smaller as training goes on.
    """

    def __init__(self, table: nn.Embedding, first: int, initializer: int, count: int):
        """`first` is the id of the first of `count` new tokens, `initializer` the id of the token they start from."""
        super().__init__()
        self.table, self.first = table.requires_grad_(False), first
        start = table.weight[initializer].detach().float()  # (width,)
        self.rows = nn.Parameter(start.repeat(count, 1))
        self.register_buffer("length", start.norm(), persistent=False)

    def vectors(self) -> Tensor:
        """The new tokens' embeddings (count, width), in fp32."""
        return normalize(self.rows.float(), dim=-1) * self.length

    def forward(self, tokens: Tensor) -> Tensor:
        """tokens (n, length) -> (n, length, width)"""
        known = self.table(tokens.clamp(max=self.first - 1))
        new = embedding((tokens - self.first).clamp(min=0), self.vectors().to(known.dtype))
        return torch.where((tokens >= self.first)[..., None], new, known)


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
            part.activation_checkpointing_enable({"use_reentrant": False})
    if run.accelerator.device.type == "cpu":
        join_attention(network)
        for part in encoder.children():
            part.set_attn_implementation("eager")
    if run.args.enable_xformers_memory_efficient_attention:
        network.enable_xformers_memory_efficient_attention()
    if run.args.compile:
        network.compile_repeated_blocks()
    model.train()
