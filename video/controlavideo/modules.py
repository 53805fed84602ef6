"""The parts of Control-A-Video's networks: Stable Diffusion's blocks, each made to see several frames.

A clip is (b, c, f, h, w), a picture (b, c, h, w); every part takes both and goes by the number of dimensions. On
pictures the temporal parts are left out, and what remains is the 2-D network exactly (arXiv 2305.13840, section 3.2).

Three details of how layers treat frames matter to the numbers:
- a 3x3 convolution is followed by a 1-D convolution over the frames;
- GroupNorm in the resnets takes its statistics over all frames of a clip, in the transformers over each frame;
- self-attention is over all pixels of all frames, and a second one, after the feed-forward, over each pixel's frames.
"""

import torch
import torch.nn.functional as F
from diffusers.models.activations import get_activation
from diffusers.models.attention import FeedForward
from diffusers.models.attention_processor import Attention
from torch import nn

MOST_SEQUENCES = 32768  # that attention kernels take in one launch, with room: a CUDA grid has 65535 rows


def fold(x: torch.Tensor) -> torch.Tensor:
    """(b, c, f, h, w) -> (b f, c, h, w); a picture stays as it is. A view where channels come last in memory."""
    return x.transpose(1, 2).flatten(0, 1) if x.ndim == 5 else x


def unfold(x: torch.Tensor, like: torch.Tensor) -> torch.Tensor:
    """(b f, c, h, w) -> (b, c, f, h, w) where `like` is a clip; always a view."""
    return x.unflatten(0, (like.shape[0], like.shape[2])).transpose(1, 2) if like.ndim == 5 else x


class PseudoConv3d(nn.Conv2d):
    """A 2-D convolution on each frame, then, where its kernel is wider than 1, a 1-D convolution over the frames.

    The second starts as the identity. It takes the place of the first one's output, is not added to it.
    """

    def __init__(self, in_channels: int, out_channels: int, kernel_size: int, stride: int = 1, padding: int = 0):
        super().__init__(in_channels, out_channels, kernel_size, stride, padding)
        self.conv_temporal = None
        if kernel_size > 1:
            self.conv_temporal = nn.Conv1d(out_channels, out_channels, kernel_size, padding=kernel_size // 2)
            nn.init.dirac_(self.conv_temporal.weight)
            nn.init.zeros_(self.conv_temporal.bias)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        y = unfold(super().forward(fold(x)), like=x)
        if y.ndim == 5 and self.conv_temporal is not None:
            conv = self.conv_temporal  # as a 2-D one over (f, h w), which is fast everywhere, and copies no pixel
            size = y.shape[-2:]
            y = F.conv2d(y.flatten(3), conv.weight[..., None], conv.bias, padding=(conv.padding[0], 0))
            y = y.unflatten(3, size)  # (b, c, f, h, w)
        return y


class ResnetBlockPseudo3D(nn.Module):
    """norm, SiLU, conv, + time, norm, SiLU, conv, + input. `nn.GroupNorm` is joint over the frames of a 5-D tensor."""

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        temb_channels: int,
        groups: int = 32,
        eps: float = 1e-5,
        act_fn: str = "silu",
        time_embedding_norm: str = "default",
        output_scale_factor: float = 1.0,
    ):
        super().__init__()
        self.scale_shift = time_embedding_norm == "scale_shift"
        self.output_scale_factor = output_scale_factor
        self.norm1 = nn.GroupNorm(groups, in_channels, eps)
        self.conv1 = PseudoConv3d(in_channels, out_channels, 3, padding=1)
        self.time_emb_proj = nn.Linear(temb_channels, (1 + self.scale_shift) * out_channels)
        self.norm2 = nn.GroupNorm(groups, out_channels, eps)
        self.conv2 = PseudoConv3d(out_channels, out_channels, 3, padding=1)
        self.nonlinearity = get_activation(act_fn)
        self.conv_shortcut = PseudoConv3d(in_channels, out_channels, 1) if in_channels != out_channels else None

    def forward(self, x: torch.Tensor, temb: torch.Tensor) -> torch.Tensor:
        h = self.conv1(self.nonlinearity(self.norm1(x)))
        time = self.time_emb_proj(self.nonlinearity(temb))
        time = time[(...,) + (None,) * (x.ndim - 2)]  # (b, c, 1, ..): the same for all frames and pixels
        if self.scale_shift:
            scale, shift = time.chunk(2, dim=1)
            h = self.norm2(h) * (1 + scale) + shift
        else:
            h = self.norm2(h + time)
        h = self.conv2(self.nonlinearity(h))
        if self.conv_shortcut is not None:
            x = self.conv_shortcut(x)
        return (x + h) / self.output_scale_factor


class SpatioTemporalBlock(nn.Module):
    """SD's transformer block on the pixels of all frames as one sequence, and self-attention along time after it.

    Joint attention needs no keys and values of its own for each frame then: in memory, a clip is one long picture.
    """

    def __init__(self, dim: int, heads: int, cross_attention_dim: int):
        super().__init__()
        self.norm1 = nn.LayerNorm(dim)
        self.attn1 = Attention(dim, heads=heads, dim_head=dim // heads)
        self.norm2 = nn.LayerNorm(dim)
        self.attn2 = Attention(dim, cross_attention_dim, heads=heads, dim_head=dim // heads)
        self.norm3 = nn.LayerNorm(dim)
        self.ff = FeedForward(dim, activation_fn="geglu")
        self.norm_temporal = nn.LayerNorm(dim)
        self.attn_temporal = Attention(dim, heads=heads, dim_head=dim // heads)
        for parameter in self.attn_temporal.parameters():  # an identity until it is trained
            nn.init.zeros_(parameter)

    def forward(self, y: torch.Tensor, text: torch.Tensor, frames: int | None) -> torch.Tensor:
        """`y` (b, f h w, c), `text` (b, l, d); `frames` is None for pictures, whose temporal part is skipped."""
        y = y + self.attn1(self.norm1(y))
        y = y + self.attn2(self.norm2(y), text)
        y = y + self.ff(self.norm3(y))
        if frames is None:
            return y
        z = y.unflatten(1, (frames, -1)).transpose(1, 2)  # (b, h w, f, c)
        z = z + self._along_time(self.norm_temporal(z).flatten(0, 1)).view(z.shape)
        return z.transpose(1, 2).flatten(1, 2)

    def _along_time(self, z: torch.Tensor) -> torch.Tensor:
        """(b h w, f, c): each pixel is a sequence, so there are more of them than kernels take at once."""
        parts = [self.attn_temporal(part) for part in z.split(MOST_SEQUENCES)]
        return parts[0] if len(parts) == 1 else torch.cat(parts)


class SpatioTemporalTransformer(nn.Module):
    """Frames to tokens, one transformer block, and back; the norm before it goes by the single frame."""

    def __init__(self, channels: int, heads: int, cross_attention_dim: int, groups: int = 32, linear: bool = False):
        super().__init__()
        self.norm = nn.GroupNorm(groups, channels, eps=1e-6)
        self.linear = linear
        project = nn.Linear if linear else nn.Conv2d
        size = () if linear else (1,)
        self.proj_in = project(channels, channels, *size)
        self.transformer_blocks = nn.ModuleList([SpatioTemporalBlock(channels, heads, cross_attention_dim)])
        self.proj_out = project(channels, channels, *size)

    def forward(self, x: torch.Tensor, text: torch.Tensor) -> torch.Tensor:
        b, h, w = x.shape[0], *x.shape[-2:]
        y = self.norm(fold(x))  # (b f, c, h, w)
        y = tokens(y) if self.linear else tokens(self.proj_in(y))  # (b f, h w, c)
        y = self.proj_in(y) if self.linear else y
        y = y.reshape(b, -1, y.shape[-1])  # (b, f h w, c)
        for block in self.transformer_blocks:
            y = block(y, text, x.shape[2] if x.ndim == 5 else None)
        y = self.proj_out(y) if self.linear else y
        y = y.reshape(-1, h, w, y.shape[-1]).permute(0, 3, 1, 2)  # (b f, c, h, w)
        y = y if self.linear else self.proj_out(y)
        return x + unfold(y, like=x)


def tokens(y: torch.Tensor) -> torch.Tensor:
    """(n, c, h, w) -> (n, h w, c)"""
    return y.flatten(2).transpose(1, 2)


class DownsamplePseudo3D(nn.Module):
    """Half the pixels, all of the frames."""

    def __init__(self, channels: int, padding: int = 1):
        super().__init__()
        self.padding = padding
        self.conv = PseudoConv3d(channels, channels, 3, stride=2, padding=padding)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.conv(x if self.padding else F.pad(x, (0, 1, 0, 1)))


class UpsamplePseudo3D(nn.Module):
    """Twice the pixels, or exactly `size`: a side that was odd was rounded up on the way down."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv = PseudoConv3d(channels, channels, 3, padding=1)

    def forward(self, x: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
        return self.conv(unfold(F.interpolate(fold(x), size=size, mode="nearest"), like=x))
