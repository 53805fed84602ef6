"""The levels of the two networks: what runs at one resolution, and the step to the next.

Both the UNet and the ControlNet begin with the same encoder; `Encoder` builds it under the names SD gives it.
"""

from collections.abc import Callable, Sequence

import torch
from diffusers.configuration_utils import FrozenDict
from diffusers.models.embeddings import TimestepEmbedding, Timesteps
from torch import nn

from video.controlavideo.modules import (
    DownsamplePseudo3D,
    PseudoConv3d,
    ResnetBlockPseudo3D,
    SpatioTemporalTransformer,
    UpsamplePseudo3D,
)

DOWN = {"CrossAttnDownBlockPseudo3D": True, "DownBlockPseudo3D": False}  # name -> has attention
UP = {"CrossAttnUpBlockPseudo3D": True, "UpBlockPseudo3D": False}
MID = "UNetMidBlockPseudo3DCrossAttn"
FIXED = {  # what no checkpoint of Control-A-Video has set otherwise, and this network has no code for
    "only_cross_attention": False,
    "dual_cross_attention": False,
    "fps_embed_type": None,
    "class_embed_type": None,
    "mid_block_type": MID,
}


class Level(nn.Module):
    """Resnets and transformers of one resolution. With gradient checkpointing each is run again on the way back."""

    gradient_checkpointing = False
    _gradient_checkpointing_func: Callable

    def __init__(self, config: FrozenDict, widths: Sequence[tuple[int, int]], heads: int | None, scale: float = 1.0):
        """`widths` is (in, out) of each resnet, `heads` is None where there is no attention."""
        super().__init__()
        common = {
            "temb_channels": 4 * config.block_out_channels[0],
            "groups": config.norm_num_groups,
            "eps": config.norm_eps,
            "act_fn": config.act_fn,
            "time_embedding_norm": config.resnet_time_scale_shift,
            "output_scale_factor": scale,
        }
        if heads is not None:
            self.attentions = nn.ModuleList(
                SpatioTemporalTransformer(
                    width,
                    heads,
                    config.cross_attention_dim,
                    groups=config.norm_num_groups,
                    linear=config.use_linear_projection,
                )
                for _, width in widths
            )
        self.resnets = nn.ModuleList(ResnetBlockPseudo3D(a, b, **common) for a, b in widths)
        self.has_attention = heads is not None

    def run(self, module: nn.Module, *inputs: torch.Tensor) -> torch.Tensor:
        if self.gradient_checkpointing and torch.is_grad_enabled():
            return self._gradient_checkpointing_func(module, *inputs)
        return module(*inputs)

    def layer(self, i: int, x: torch.Tensor, temb: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        x = self.run(self.resnets[i], x, temb)
        return self.run(self.attentions[i], x, text) if self.has_attention else x


class DownLevel(Level):
    def __init__(self, config: FrozenDict, widths: Sequence[tuple[int, int]], heads: int | None, last: bool):
        super().__init__(config, widths, heads)
        width = widths[-1][1]
        self.downsamplers = None if last else nn.ModuleList([DownsamplePseudo3D(width, config.downsample_padding)])

    def forward(self, x: torch.Tensor, temb: torch.Tensor, text: torch.Tensor) -> tuple[torch.Tensor, list]:
        """The last map, and every map on the way to it: the decoder's skips."""
        skips = []
        for i in range(len(self.resnets)):
            x = self.layer(i, x, temb, text)
            skips.append(x)
        if self.downsamplers is not None:
            x = self.downsamplers[0](x)
            skips.append(x)
        return x, skips


class MidLevel(Level):
    """resnet, transformer, resnet"""

    def __init__(self, config: FrozenDict, heads: int):
        width = config.block_out_channels[-1]
        super().__init__(config, [(width, width)] * 2, heads, config.mid_block_scale_factor)
        del self.attentions[1:]

    def forward(self, x: torch.Tensor, temb: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        x = self.layer(0, x, temb, text)
        return self.run(self.resnets[1], x, temb)


class UpLevel(Level):
    def __init__(self, config: FrozenDict, widths: Sequence[tuple[int, int]], heads: int | None, last: bool):
        super().__init__(config, widths, heads)
        self.upsamplers = None if last else nn.ModuleList([UpsamplePseudo3D(widths[-1][1])])

    def forward(self, x: torch.Tensor, temb: torch.Tensor, text: torch.Tensor, skips: list) -> torch.Tensor:
        """Takes its own from the end of `skips`; what is left there is the next level's, and says how large it is."""
        for i in range(len(self.resnets)):
            x = self.layer(i, torch.cat([x, skips.pop()], dim=1), temb, text)
        return x if self.upsamplers is None else self.upsamplers[0](x, skips[-1].shape[-2:])


class Encoder:
    """What UNet and ControlNet have in common. A mixin, since its parts are named at the top of both state dicts."""

    def build_encoder(self) -> list[int]:
        """Make conv_in, the time embedding, down_blocks and mid_block; returns the widths of the skips."""
        config = self.config
        for name, value in FIXED.items():
            if config.get(name, value) != value:
                raise ValueError(f"{name} is {config[name]!r}; Control-A-Video's networks have {value!r} only")
        channels, heads = config.block_out_channels, head_counts(config)
        self.conv_in = PseudoConv3d(config.in_channels, channels[0], 3, padding=1)
        self.time_proj = Timesteps(channels[0], config.flip_sin_to_cos, config.freq_shift)
        self.time_embedding = TimestepEmbedding(channels[0], 4 * channels[0])
        self.down_blocks = nn.ModuleList()
        skips, width = [channels[0]], channels[0]
        for i, kind in enumerate(config.down_block_types):
            last = i == len(channels) - 1
            widths = [(width if layer == 0 else channels[i], channels[i]) for layer in range(config.layers_per_block)]
            self.down_blocks.append(DownLevel(config, widths, heads[i] if attends(DOWN, kind) else None, last))
            width = channels[i]
            skips += [width] * (config.layers_per_block + (not last))
        self.mid_block = MidLevel(config, heads[-1])
        return skips

    def embed_time(self, timestep: torch.Tensor | float, sample: torch.Tensor) -> torch.Tensor:
        """A number, or one for each of the batch -> (b, 4 width); the sinusoids are fp32 whatever the network is."""
        timestep = torch.as_tensor(timestep, device=sample.device).expand(sample.shape[0])
        return self.time_embedding(self.time_proj(timestep).to(sample.dtype))

    def encode(self, x: torch.Tensor, temb: torch.Tensor, text: torch.Tensor) -> tuple[torch.Tensor, list]:
        """From the output of conv_in to the input of the mid block, and all skips."""
        skips = [x]
        for block in self.down_blocks:
            x, more = block(x, temb, text)
            skips += more
        return x, skips


def attends(kinds: dict[str, bool], kind: str) -> bool:
    if kind not in kinds:
        raise ValueError(f"there is no block {kind}; Control-A-Video's are {' and '.join(kinds)}")
    return kinds[kind]


def head_counts(config: FrozenDict) -> tuple[int, ...]:
    """Of each level. The field's name says the opposite; Stable Diffusion 1.x has never put it right."""
    heads = config.attention_head_dim
    return tuple(heads) if isinstance(heads, list | tuple) else (heads,) * len(config.block_out_channels)
