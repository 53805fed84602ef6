"""What LoRA trains: peft's linear layer, with a shorter way through it and through several that see the same input."""

from collections.abc import Sequence

import torch
from peft.tuners.lora import Linear
from torch import Tensor
from torch.nn.functional import linear


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
