"""Control-A-Video's two networks: the pseudo-3-D UNet and ControlNet over Stable Diffusion 1.5.

    unet = UNetPseudo3DConditionModel.from_pretrained("folder/unet")
    eps = unet(sample, timestep, encoder_hidden_states=text).sample                       # (b, 4, f, h, w)

Weights carry SD's names; those that are new all have `_temporal` in theirs. On pictures, (b, 4, h, w), both networks
are the 2-D ones to the last bit, whatever their temporal weights.
"""

from dataclasses import dataclass
from itertools import pairwise

import torch
import torch.nn.functional as F
from diffusers import ConfigMixin, ModelMixin
from diffusers.configuration_utils import register_to_config
from diffusers.loaders import PeftAdapterMixin
from diffusers.models.activations import get_activation
from diffusers.models.attention import AttentionMixin
from diffusers.utils import BaseOutput
from torch import nn

from video.controlavideo.blocks import MID, UP, Encoder, UpLevel, attends, head_counts
from video.controlavideo.modules import PseudoConv3d
from video.controlavideo.weights2d import Over2D

DOWN_SD15 = ("CrossAttnDownBlockPseudo3D",) * 3 + ("DownBlockPseudo3D",)
UP_SD15 = ("UpBlockPseudo3D",) + ("CrossAttnUpBlockPseudo3D",) * 3


@dataclass
class UNetPseudo3DOutput(BaseOutput):
    sample: torch.Tensor  # (b, c, f, h, w), or (b, c, h, w)


@dataclass
class ControlNet3DOutput(BaseOutput):
    down_block_res_samples: list[torch.Tensor]
    mid_block_res_sample: torch.Tensor


class UNetPseudo3DConditionModel(Over2D, Encoder, ModelMixin, AttentionMixin, ConfigMixin, PeftAdapterMixin):
    _supports_gradient_checkpointing = True
    _no_split_modules = ("SpatioTemporalTransformer", "ResnetBlockPseudo3D")

    @register_to_config
    def __init__(
        self,
        sample_size: int | None = None,
        in_channels: int = 4,
        out_channels: int = 4,
        center_input_sample: bool = False,
        flip_sin_to_cos: bool = True,
        freq_shift: int = 0,
        down_block_types: tuple[str, ...] = DOWN_SD15,
        mid_block_type: str = MID,
        up_block_types: tuple[str, ...] = UP_SD15,
        only_cross_attention: bool = False,
        block_out_channels: tuple[int, ...] = (320, 640, 1280, 1280),
        layers_per_block: int = 2,
        downsample_padding: int = 1,
        mid_block_scale_factor: float = 1,
        act_fn: str = "silu",
        norm_num_groups: int = 32,
        norm_eps: float = 1e-5,
        cross_attention_dim: int = 1280,
        attention_head_dim: int | tuple[int, ...] = 8,
        dual_cross_attention: bool = False,
        use_linear_projection: bool = False,
        upcast_attention: bool = False,
        resnet_time_scale_shift: str = "default",
        fps_embed_type: str | None = None,
        num_fps_embeds: int | None = None,
        num_class_embeds: int | None = None,
    ):
        super().__init__()
        config = self.config
        skips = self.build_encoder()
        widths, heads = block_out_channels[::-1], head_counts(config)[::-1]
        self.up_blocks = nn.ModuleList()
        width = widths[0]
        for i, kind in enumerate(up_block_types):
            levels = []
            for _ in range(layers_per_block + 1):
                levels.append((width + skips.pop(), widths[i]))
                width = widths[i]
            last = i == len(widths) - 1
            self.up_blocks.append(UpLevel(config, levels, heads[i] if attends(UP, kind) else None, last))
        self.conv_norm_out = nn.GroupNorm(norm_num_groups, block_out_channels[0], norm_eps)
        self.conv_act = get_activation(act_fn)
        self.conv_out = PseudoConv3d(block_out_channels[0], out_channels, 3, padding=1)

    def forward(
        self,
        sample: torch.Tensor,
        timestep: torch.Tensor | float,
        encoder_hidden_states: torch.Tensor,
        down_block_additional_residuals: list[torch.Tensor] | None = None,
        mid_block_additional_residual: torch.Tensor | None = None,
        return_dict: bool = True,
    ) -> UNetPseudo3DOutput | tuple[torch.Tensor]:
        """Noise in `sample` (b, 4, f, h, w) or (b, 4, h, w), given `timestep` (), (b,) and text (b, l, d)."""
        text = encoder_hidden_states
        x = 2 * sample - 1 if self.config.center_input_sample else sample
        temb = self.embed_time(timestep, sample)
        x, skips = self.encode(self.conv_in(x), temb, text)
        if down_block_additional_residuals is not None:
            skips = [skip + more for skip, more in zip(skips, down_block_additional_residuals, strict=True)]
        x = self.mid_block(x, temb, text)
        if mid_block_additional_residual is not None:
            x = x + mid_block_additional_residual
        for block in self.up_blocks:
            x = block(x, temb, text, skips)
        x = self.conv_out(self.conv_act(self.conv_norm_out(x)))  # GroupNorm over all frames, then once more along them
        return UNetPseudo3DOutput(x) if return_dict else (x,)


class HintEmbedding(nn.Module):
    """A control map of pixels to the width and size of the first latent map, SiLU between 3x3 convolutions."""

    def __init__(self, width: int, channels: tuple[int, ...]):
        super().__init__()
        self.conv_in = PseudoConv3d(3, channels[0], 3, padding=1)
        self.blocks = nn.ModuleList()
        for a, b in pairwise(channels):
            self.blocks.append(PseudoConv3d(a, a, 3, padding=1))
            self.blocks.append(PseudoConv3d(a, b, 3, stride=2, padding=1))
        self.conv_out = PseudoConv3d(channels[-1], width, 3, padding=1)

    def forward(self, hint: torch.Tensor) -> torch.Tensor:
        x = F.silu(self.conv_in(hint))
        for block in self.blocks:
            x = F.silu(block(x))
        return self.conv_out(x)


class ControlNet3DModel(Over2D, Encoder, ModelMixin, AttentionMixin, ConfigMixin, PeftAdapterMixin):
    _supports_gradient_checkpointing = True
    _no_split_modules = ("SpatioTemporalTransformer", "ResnetBlockPseudo3D")

    @register_to_config
    def __init__(
        self,
        in_channels: int = 4,
        flip_sin_to_cos: bool = True,
        freq_shift: int = 0,
        down_block_types: tuple[str, ...] = DOWN_SD15,
        only_cross_attention: bool = False,
        block_out_channels: tuple[int, ...] = (320, 640, 1280, 1280),
        layers_per_block: int = 2,
        downsample_padding: int = 1,
        mid_block_scale_factor: float = 1,
        act_fn: str = "silu",
        norm_num_groups: int = 32,
        norm_eps: float = 1e-5,
        cross_attention_dim: int = 1280,
        attention_head_dim: int | tuple[int, ...] = 8,
        use_linear_projection: bool = False,
        class_embed_type: str | None = None,
        num_class_embeds: int | None = None,
        upcast_attention: bool = False,
        resnet_time_scale_shift: str = "default",
        projection_class_embeddings_input_dim: int | None = None,
        controlnet_conditioning_channel_order: str = "rgb",
        conditioning_embedding_out_channels: tuple[int, ...] = (16, 32, 96, 256),
    ):
        super().__init__()
        skips = self.build_encoder()
        if controlnet_conditioning_channel_order not in ("rgb", "bgr"):
            raise ValueError(f"channel order {controlnet_conditioning_channel_order!r} is neither 'rgb' nor 'bgr'")
        self.controlnet_cond_embedding = HintEmbedding(block_out_channels[0], conditioning_embedding_out_channels)
        self.controlnet_down_blocks = nn.ModuleList(PseudoConv3d(width, width, 1) for width in skips)
        self.controlnet_mid_block = PseudoConv3d(skips[-1], skips[-1], 1)
        # a ControlNet that is still to be trained changes nothing (Zhang et al. 2023, section 3.1)
        for out in (self.controlnet_cond_embedding.conv_out, *self.controlnet_down_blocks, self.controlnet_mid_block):
            nn.init.zeros_(out.weight)
            nn.init.zeros_(out.bias)

    def forward(
        self,
        sample: torch.Tensor,
        timestep: torch.Tensor | float,
        encoder_hidden_states: torch.Tensor,
        controlnet_cond: torch.Tensor,
        conditioning_scale: float = 1.0,
        return_dict: bool = True,
    ) -> ControlNet3DOutput | tuple[list[torch.Tensor], torch.Tensor]:
        """What to add to the UNet's skips and mid block. The hint is (1 or b, 3, [f,] 8 h, 8 w) in [0, 1]."""
        if self.config.controlnet_conditioning_channel_order == "bgr":
            controlnet_cond = controlnet_cond.flip(1)
        temb = self.embed_time(timestep, sample)
        x = self.conv_in(sample) + self.controlnet_cond_embedding(controlnet_cond)
        x, skips = self.encode(x, temb, encoder_hidden_states)
        x = self.mid_block(x, temb, encoder_hidden_states)
        down = [out(skip) * conditioning_scale for out, skip in zip(self.controlnet_down_blocks, skips, strict=True)]
        mid = self.controlnet_mid_block(x) * conditioning_scale
        return ControlNet3DOutput(down, mid) if return_dict else (down, mid)
