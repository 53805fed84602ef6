"""Any Stable Diffusion 1.5 model under the temporal layers: what Control-A-Video kept frozen can be exchanged.

unet.load_2d_weights("outputs/dreambooth")  # a DreamBooth result, a merged model, any folder with such a UNet
unet.load_2d_weights(pipe.unet)  # one in memory, say with a LoRA fused into it
"""

from collections.abc import Iterable, Mapping
from pathlib import Path

import torch
from torch import nn

WEIGHTS = "diffusion_pytorch_model.safetensors"


def differences(found: Mapping[str, tuple], expected: Mapping[str, tuple], ours: str, theirs: str) -> list[str]:
    """Sentences on names and shapes of weights that do not fit; empty where all do."""
    missing = [name for name in expected if name not in found]
    extra = [name for name in found if name not in expected]
    other = [name for name in found if name in expected and tuple(found[name]) != tuple(expected[name])]
    shapes = [f"{name} is {list(found[name])}, not {list(expected[name])}" for name in other]
    report = [(missing, f"{theirs} lacks", missing), (extra, f"{ours} has no place for", extra)]
    report.append((other, f"{theirs} has in another shape", shapes))
    return [f"{what} {len(names)} of the tensors ({_first(lines)})" for names, what, lines in report if names]


def with_3d_blocks(config: Mapping) -> dict:
    """A 2-D network's configuration with our blocks in place of its own; the only mid block goes without a name."""
    named = {
        name: tuple(kind.replace("Block2D", "BlockPseudo3D") for kind in config[name])
        for name in ("down_block_types", "up_block_types")
        if name in config
    }
    return {name: value for name, value in config.items() if name != "mid_block_type"} | named


def _first(lines: Iterable[str], count: int = 5) -> str:
    lines = list(lines)
    return ", ".join(lines[:count]) + (", ..." if len(lines) > count else "")


class Over2D:
    """A mixin for networks that are a 2-D one with `_temporal` weights added."""

    @torch.no_grad()
    def load_2d_weights(self, source: "Mapping[str, torch.Tensor] | nn.Module | str | Path") -> None:
        """Put the 2-D weights of `source` in; temporal weights stay. All or nothing: ValueError says what does not fit.

        `source` is a state dict, a model (a fused LoRA's names are put right), a safetensors file, or a folder of one.
        """
        weights = _read(source)
        own = {name: tensor for name, tensor in self.state_dict().items() if "_temporal" not in name}
        shapes = {name: tuple(tensor.shape) for name, tensor in own.items()}
        found = {name: tuple(tensor.shape) for name, tensor in weights.items()}
        problems = differences(found, shapes, type(self).__name__, "the 2-D model")
        if problems:
            raise ValueError(f"the 2-D weights do not fit: {'; '.join(problems)}")
        for name, tensor in own.items():
            tensor.copy_(weights[name])

    @classmethod
    def from_2d(cls, model: nn.Module, **config) -> "Over2D":
        """The network made from a 2-D model of diffusers, with untrained temporal layers: one frame gives the same."""
        known = cls._get_init_keys(cls)
        values = {name: value for name, value in model.config.items() if name in known and value is not None}
        values = with_3d_blocks(values)
        # diffusers' newer configurations name the number of heads rightly, and then the older field does not say it
        values["attention_head_dim"] = model.config.get("num_attention_heads") or model.config.attention_head_dim
        made = cls(**(values | config)).type(model.dtype)  # diffusers' `to` warns, of nothing
        made.load_2d_weights(_whole_middle(made, _read(model)))
        return made


@torch.no_grad()
def _whole_middle(made: nn.Module, weights: Mapping[str, torch.Tensor]) -> Mapping[str, torch.Tensor]:
    """For a 2-D model whose mid block is one resnet: add an attention and a resnet that start as the identity."""
    if "mid_block.resnets.1.conv2.weight" in weights:
        return weights
    rest = ("mid_block.attentions.0.", "mid_block.resnets.1.")
    own = {name: w for name, w in made.state_dict().items() if name.startswith(rest) and "_temporal" not in name}
    for name, weight in own.items():
        if name.startswith((f"{rest[0]}proj_out.", f"{rest[1]}conv2.")):
            weight.zero_()
    return {**weights, **own}


def _read(source: "Mapping[str, torch.Tensor] | nn.Module | str | Path") -> Mapping[str, torch.Tensor]:
    if isinstance(source, nn.Module):
        # peft wraps a layer that has an adapter: its own weight is `base_layer`, the adapter's are left behind
        state = source.state_dict().items()
        return {name.replace(".base_layer.", "."): tensor for name, tensor in state if ".lora_" not in name}
    if isinstance(source, Mapping):
        return source
    from safetensors.torch import load_file

    path = Path(source)
    inside = [path / WEIGHTS, path / "unet" / WEIGHTS] if path.is_dir() else [path]
    for file in inside:
        if file.is_file():
            return load_file(file)
    raise FileNotFoundError(f"there is no {WEIGHTS} in {path}")
