"""The module that is trained: the UNet and what turns captions into its conditioning."""

import json

import torch
from diffusers import UNet2DConditionModel
from torch import Tensor, nn

from finetune.attention import join_attention
from finetune.latents import cached
from finetune.recasting import recast_frozen
from finetune.state import Run
from inference.pipelines import check_finite


class Denoiser(nn.Module):
    """The UNet and what turns captions into its conditioning, as one module: DDP and DeepSpeed wrap one."""

    def __init__(self, unet: UNet2DConditionModel, conditioning: nn.Module):
        super().__init__()
        self.unet, self.conditioning = unet, conditioning

    def forward(self, noisy: Tensor, timesteps: Tensor, captions: Tensor) -> Tensor:
        """noisy (n, c, h, w), timesteps (n,), captions (n,) as rows of `Encoded.texts` -> prediction (n, c, h, w)."""
        return self.unet(noisy, timesteps, encoder_hidden_states=self.conditioning(captions), return_dict=False)[0]


class CaptionStates(nn.Module):
    """Conditioning by a frozen text encoder: every caption's states, computed once."""

    def __init__(self, states: Tensor):
        super().__init__()
        self.register_buffer("states", states, persistent=False)  # (captions, 77, width)

    def forward(self, captions: Tensor) -> Tensor:
        return self.states[captions]  # (n, 77, width)


class TextEncoder(nn.Module):
    """Conditioning by a text encoder that is being trained, wholly or in part."""

    def __init__(self, text_encoder: nn.Module, tokens: Tensor):
        super().__init__()
        self.text_encoder = text_encoder
        self.register_buffer("tokens", tokens, persistent=False)  # (captions, 77)

    def forward(self, captions: Tensor) -> Tensor:
        return self.text_encoder(self.tokens[captions], return_dict=False)[0]  # (n, 77, width)


def conditioning(run: Run, trained: bool = False) -> nn.Module:
    """The text encoder itself where it is `trained`; else the states of all captions, kept on disk, and it is freed."""
    pipe, texts = run.pipe, run.encoded.texts
    tokens = pipe.tokenizer(texts, padding="max_length", truncation=True, return_tensors="pt").input_ids
    encoder = TextEncoder(pipe.text_encoder, tokens)
    if trained:
        return encoder
    with run.accelerator.main_process_first():
        key = json.dumps([run.identity["base_sha256"], texts])
        cache = run.args.output_dir / "cache" / "captions.safetensors"
        states = cached(cache, key, lambda: {"states": _states(encoder.to(run.accelerator.device), len(texts))})
    pipe.text_encoder = None
    return CaptionStates(states["states"])


@torch.no_grad()
def _states(encoder: TextEncoder, captions: int) -> Tensor:
    check_finite(encoder.text_encoder.config._name_or_path, encoder.text_encoder.named_parameters())
    return torch.cat([encoder(rows).cpu() for rows in torch.arange(captions).split(64)])  # (captions, 77, width)


def to_compute(model: nn.Module, run: Run) -> None:
    """Frozen weights in the arithmetic's type, trained ones in fp32: in bf16 most of their updates would round away."""
    recast_frozen(model.unet, run.folder / "unet", run.args.variant, run.accelerator.device, run.dtype)
    for parameter in model.parameters():
        parameter.data = parameter.data.to(
            run.accelerator.device, torch.float32 if parameter.requires_grad else run.dtype
        )
    model.to(run.accelerator.device)
    if run.args.gradient_checkpointing:
        model.unet.enable_gradient_checkpointing()
        if isinstance(model.conditioning, TextEncoder):
            model.conditioning.text_encoder.gradient_checkpointing_enable({"use_reentrant": False})
    if run.accelerator.device.type == "cpu":
        join_attention(model.unet)
        if isinstance(model.conditioning, TextEncoder):
            model.conditioning.text_encoder.set_attn_implementation("eager")
    if run.args.enable_xformers_memory_efficient_attention:
        model.unet.enable_xformers_memory_efficient_attention()
    if run.args.compile:
        model.unet.compile_repeated_blocks()
    model.train()
