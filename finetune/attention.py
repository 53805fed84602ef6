"""Attention as it trains fastest on a CPU: what sees the same input in one product, and plain softmax."""

from collections.abc import Sequence

import torch
from diffusers.models.attention_processor import Attention
from torch import Tensor, nn
from torch.nn.functional import linear, scaled_dot_product_attention

from finetune.low_rank import LowRankLinear, low_rank

# Up to so many keys, matrix products and a softmax train faster on a CPU than fused attention, whose backward is slow
# there: 3.5 times at 240, twice at a caption's length; beyond, the products of all pairs take too much memory.
PLAIN_KEYS = 1024


class JoinedAttention:
    """A processor for one Attention: queries, keys and values of the same input are one product where W is frozen."""

    def __init__(self, attn: Attention):
        cross = attn.is_cross_attention
        self.groups = [[attn.to_q], [attn.to_k, attn.to_v]] if cross else [[attn.to_q, attn.to_k, attn.to_v]]
        self.weights = [join(group) for group in self.groups]

    def __call__(
        self,
        attn: Attention,
        hidden_states: Tensor,
        encoder_hidden_states: Tensor | None = None,
        attention_mask: Tensor | None = None,
        temb: Tensor | None = None,
    ) -> Tensor:
        """hidden_states (b, n, width), encoder_hidden_states (b, m, width of the text) or None -> (b, n, width)"""
        batch, heads = len(hidden_states), attn.heads
        inputs = [hidden_states, encoder_hidden_states][: len(self.groups)]
        sets = zip(self.groups, self.weights, inputs, strict=True)
        q, k, v = (y.unflatten(-1, (heads, -1)).transpose(1, 2) for one in sets for y in project(*one))  # (b, h, n, e)
        if k.shape[2] > PLAIN_KEYS:
            out = scaled_dot_product_attention(q, k, v, scale=attn.scale)
        else:
            q, k, v = (x.flatten(0, 1) for x in (q, k, v))  # (b h, n, e)
            nothing = q.new_empty(()).expand(len(q), q.shape[1], k.shape[1])
            scores = torch.baddbmm(nothing, q, k.transpose(1, 2), beta=0, alpha=attn.scale)
            out = torch.bmm(scores.softmax(-1), v).unflatten(0, (batch, heads))
        return attn.to_out[1](attn.to_out[0](out.transpose(1, 2).flatten(2)))


def join_attention(network: nn.Module) -> None:
    """Put JoinedAttention wherever `network` attends in the ordinary way."""
    for module in network.modules():
        if isinstance(module, Attention) and ordinary(module):
            module.set_processor(JoinedAttention(module))


def ordinary(attn: Attention) -> bool:
    """Whether softmax(q k) v is all that it does."""
    parts = (attn.group_norm, attn.spatial_norm, attn.norm_cross, attn.norm_q, attn.add_k_proj)
    upcast = attn.upcast_attention or attn.upcast_softmax
    plain = not (upcast or attn.residual_connection) and attn.rescale_output_factor == 1
    return plain and all(part is None for part in parts)


def join(layers: Sequence[nn.Module]) -> Tensor | None:
    """The weights of frozen layers, one below the other, in memory that they now share; None where that is no use."""
    bases = [getattr(layer, "base_layer", layer) for layer in layers]
    if len(layers) == 1 or any(base.weight.requires_grad or base.bias is not None for base in bases):
        return None
    joined = torch.cat([base.weight.data for base in bases])
    for base, rows in zip(bases, joined.split([len(base.weight) for base in bases]), strict=True):
        base.weight.data = rows
    return joined


def project(layers: Sequence[nn.Module], weight: Tensor | None, x: Tensor) -> Sequence[Tensor]:
    """Each layer's (b, n, outputs) of one x (b, n, inputs); `weight` is all of theirs, or None."""
    if weight is not None and all(isinstance(layer, LowRankLinear) and layer.short for layer in layers):
        joined = low_rank(layers, weight, x)
    elif weight is not None and all(type(layer) is nn.Linear for layer in layers):
        joined = linear(x, weight)
    else:
        return [layer(x) for layer in layers]
    return joined.split([layer.out_features for layer in layers], dim=-1)
