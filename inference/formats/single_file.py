"""A pipeline as one SD checkpoint, by the names that CompVis' latent-diffusion code gave its layers.

A1111, ComfyUI and diffusers' `from_single_file` read it: `model.diffusion_model.*` is the UNet, `first_stage_model.*`
the VAE, `cond_stage_model.transformer.text_model.*` the text encoder.
"""

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from diffusers import StableDiffusionPipeline
    from torch import Tensor

UNET_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
VAE_RESNET = {name: name for name in ("norm1", "conv1", "norm2", "conv2")} | {"conv_shortcut": "nin_shortcut"}
VAE_ATTENTION = {"group_norm": "norm", "to_q": "q", "to_k": "k", "to_v": "v", "to_out.0": "proj_out"}


def unet_modules(levels: int, layers: int, attends: set[str]) -> Iterator[tuple[str, str]]:
    """(module of diffusers' UNet, its name in a checkpoint); `attends` are the up blocks that have attention."""
    yield from {
        "conv_in": "input_blocks.0.0",
        "time_embedding.linear_1": "time_embed.0",
        "time_embedding.linear_2": "time_embed.2",
        "mid_block.resnets.0": "middle_block.0",
        "mid_block.attentions.0": "middle_block.1",
        "mid_block.resnets.1": "middle_block.2",
        "conv_norm_out": "out.0",
        "conv_out": "out.2",
    }.items()
    for level in range(levels):
        down, up = f"down_blocks.{level}", f"up_blocks.{level}"
        first, last = level * (layers + 1), level * (layers + 1) + layers  # the decoder has one layer more per level
        for layer in range(layers):
            yield f"{down}.resnets.{layer}", f"input_blocks.{first + 1 + layer}.0"
            yield f"{down}.attentions.{layer}", f"input_blocks.{first + 1 + layer}.1"
        yield f"{down}.downsamplers.0.conv", f"input_blocks.{last + 1}.0.op"
        for layer in range(layers + 1):
            yield f"{up}.resnets.{layer}", f"output_blocks.{first + layer}.0"
            yield f"{up}.attentions.{layer}", f"output_blocks.{first + layer}.1"
        yield f"{up}.upsamplers.0.conv", f"output_blocks.{last}.{2 if up in attends else 1}.conv"


def unet_names(tensors: Iterable[str]) -> dict[str, str]:
    """{name of a tensor of diffusers' UNet: its name in a checkpoint}, for those that have one in SD 1.x."""
    tensors = list(tensors)
    places = [re.match(r"down_blocks\.(\d+)\.(?:resnets|attentions)\.(\d+)\.", name) for name in tensors]
    blocks = [(int(place[1]), int(place[2])) for place in places if place]
    levels, layers = (max(numbers) + 1 for numbers in zip(*blocks, strict=True)) if blocks else (0, 0)
    attends = {".".join(name.split(".")[:2]) for name in tensors if ".attentions." in name}
    modules = dict(unet_modules(levels, layers, attends))
    names = {name: renamed(name, modules, {"resnets": UNET_RESNET}) for name in tensors}
    return {name: new for name, new in names.items() if new}


def vae_modules(levels: int, layers: int) -> Iterator[tuple[str, str]]:
    """The same for the VAE, whose checkpoint counts the decoder's levels from the picture down, as the encoder's."""
    yield from ((name, name) for name in ("quant_conv", "post_quant_conv"))
    for side, block, more in (("encoder", "down", 0), ("decoder", "up", 1)):
        yield from ((f"{side}.{name}", f"{side}.{name}") for name in ("conv_in", "conv_out"))
        yield f"{side}.conv_norm_out", f"{side}.norm_out"
        for i in range(2):
            yield f"{side}.mid_block.resnets.{i}", f"{side}.mid.block_{i + 1}"
        yield f"{side}.mid_block.attentions.0", f"{side}.mid.attn_1"
        for level in range(levels):
            old = f"{side}.{block}_blocks.{level}"
            new = f"{side}.{block}.{level if side == 'encoder' else levels - 1 - level}"
            for layer in range(layers + more):
                yield f"{old}.resnets.{layer}", f"{new}.block.{layer}"
            yield f"{old}.{block}samplers.0.conv", f"{new}.{block}sample.conv"


def renamed(name: str, modules: dict[str, str], parts: dict[str, dict[str, str]]) -> str | None:
    """The checkpoint's name of tensor `name`, if it has one; `parts` name the layers inside a kind of module."""
    words = name.split(".")
    # the longest module that the name begins with: "mid_block.resnets.0" and not "mid_block"
    module = next((m for n in range(len(words), 0, -1) if (m := ".".join(words[:n])) in modules), None)
    if module is None:
        return None
    rest = name.removeprefix(module + ".")
    for kind, layers in parts.items():
        if f".{kind}." in module:
            layer = next(old for old in layers if rest.startswith(old + "."))
            rest = layers[layer] + rest.removeprefix(layer)
    return f"{modules[module]}.{rest}"


def checkpoint(pipe: "StableDiffusionPipeline") -> dict[str, "Tensor"]:
    """Every tensor of the pipeline by its name in a checkpoint."""
    unet, vae, text = (part.state_dict() for part in (pipe.unet, pipe.vae, pipe.text_encoder))
    config = pipe.vae.config
    vae_names = dict(vae_modules(len(config.block_out_channels), config.layers_per_block))
    tensors = {f"model.diffusion_model.{new}": unet[name] for name, new in unet_names(unet).items()}
    for name, tensor in vae.items():
        new = renamed(name, vae_names, {"resnets": VAE_RESNET, "attentions": VAE_ATTENTION})
        # its attention was written with 1x1 convolutions
        convolution = "attn_1" in new and tensor.ndim == 2
        tensors[f"first_stage_model.{new}"] = tensor[:, :, None, None] if convolution else tensor
    return tensors | {f"cond_stage_model.transformer.{name}": tensor for name, tensor in text_names(text).items()}


def text_names(text_encoder: dict[str, "Tensor"]) -> dict[str, "Tensor"]:
    """The text encoder's tensors by the names every tool knows; transformers 5.6 left "text_model." out of its own."""
    return {"text_model." + name.removeprefix("text_model."): tensor for name, tensor in text_encoder.items()}
