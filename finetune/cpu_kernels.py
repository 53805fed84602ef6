"""What trains faster on a CPU: attention whose inputs share a product, plain softmax, and a short way through LoRA."""

from collections.abc import Sequence

import torch
from diffusers.models.attention_processor import Attention
from peft.tuners.lora import Linear
from torch import Tensor, nn
from torch.nn.functional import linear, scaled_dot_product_attention

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
    """The weights of frozen layers, one below the other, in memory that they share; None where that gains nothing."""
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


class LowRankLinear(Linear):
    """y = W x + scale B A x of one adapter without dropout; names, weights and everything else are peft's."""

    def forward(self, x: Tensor, *args: object, **kwargs: object) -> Tensor:
        """x (..., inputs) -> (..., outputs)"""
        return low_rank([self], self.base_layer.weight, x) if self.short else super().forward(x, *args, **kwargs)

    @property
    def short(self) -> bool:
        """Whether the formula is all there is: no merging, no DoRA, one adapter."""
        return not (self.disable_adapters or self.merged or self.lora_variant) and len(self.active_adapters) == 1


def low_rank(layers: Sequence[LowRankLinear], weight: Tensor, x: Tensor) -> Tensor:
    """All `layers` on one x (..., inputs) -> (..., outputs of all); `weight` is theirs, one below the other.

    Frozen weights have the type of the arithmetic, and everything is done in it, with autocast or without. The layers
    have one rank and one scale.
    """
    pairs = [(layer, layer.active_adapters[0]) for layer in layers]
    down, up = ([getattr(layer, part)[name].weight for layer, name in pairs] for part in ("lora_A", "lora_B"))
    (scale,) = {layer.scaling[name] for layer, name in pairs}
    flat = x.flatten(0, -2).to(weight.dtype)
    return _LowRank.apply(flat, weight, layers[0].base_layer.bias, scale, *down, *up).unflatten(0, x.shape[:-1])


class _LowRank(torch.autograd.Function):
    """W x + scale B A x for layers one below the other: A (k r, inputs) stacked, B (outputs, k r) along the diagonal.

    peft casts x to fp32 for A and back, scales B A x and adds it, for each layer anew: four passes over the
    activations, and as many on the way back. Here products add as they go, and k layers take as many as one: with many
    small layers that is a seventh of a training step.
    """

    @staticmethod
    def forward(
        ctx: torch.autograd.function.FunctionCtx,
        x: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        scale: float,
        *down_up: Tensor,
    ) -> Tensor:
        """x (n, inputs), weight (outputs of all, inputs); the k layers' A and then their B -> (n, outputs of all)"""
        down, up = down_up[: len(down_up) // 2], down_up[len(down_up) // 2 :]
        a, b = (down[0], up[0]) if len(down) == 1 else (torch.cat(down), torch.block_diag(*up))
        a, b = a.to(x.dtype), b.to(x.dtype)
        low = x @ a.t()  # (n, k r)
        ctx.save_for_backward(x, weight, a, b, low)
        ctx.scale, ctx.outputs = scale, [len(rows) for rows in up]
        return linear(x, weight, bias).addmm_(low, b.t(), alpha=scale)

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, a, b, low = ctx.saved_tensors
        rank = len(a) // len(ctx.outputs)
        through_b = (grad @ b).mul_(ctx.scale)  # (n, k r)
        for_x = (grad @ weight).addmm_(through_b, a) if ctx.needs_input_grad[0] else None
        for_a = (through_b.t() @ x).float().split(rank)
        for_b = (low.t() @ grad).float().mul_(ctx.scale).split(ctx.outputs, dim=1)  # k of (k r, outputs)
        blocks = (columns[i * rank : (i + 1) * rank].t() for i, columns in enumerate(for_b))
        return for_x, None, None, None, *for_a, *blocks
