"""What LoRA trains: peft's linear layer, with a shorter way through it and through several that see the same input."""

from collections.abc import Sequence

import torch
from peft.tuners.lora import Linear
from torch import Tensor, nn


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

    Frozen weights have the type of the arithmetic, and everything is done in it, with autocast or without.
    """
    names = [layer.active_adapters[0] for layer in layers]
    pairs = list(zip(layers, names, strict=True))
    down = [layer.lora_A[name].weight for layer, name in pairs]
    up = [layer.lora_B[name].weight * layer.scaling[name] for layer, name in pairs]
    y = _LowRank.apply(x.flatten(0, -2).to(weight.dtype), weight, layers[0].base_layer.bias, *down, *up)
    return y.unflatten(0, x.shape[:-1])


class _LowRank(torch.autograd.Function):
    """W x + B A x for layers one below the other: A (k r, inputs) stacked, B (outputs of all, k r) along the diagonal.

    peft casts x to fp32 for A and back, scales B A x and adds it, for each layer anew: four passes over the
    activations, and as many on the way back. Here products add as they go, and k layers take as many as one: with many
    small layers that is a seventh of a training step.
    """

    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, x: Tensor, weight: Tensor, bias: Tensor | None, *ab: Tensor):
        """x (n, inputs), weight (outputs of all, inputs), `ab` the k layers' A and then their B -> (n, outputs)"""
        down, up = ab[: len(ab) // 2], ab[len(ab) // 2 :]
        a, b = torch.cat(down).to(x.dtype), torch.block_diag(*up).to(x.dtype)
        low = x @ a.t()  # (n, k r)
        ctx.save_for_backward(x, weight, a, b, low)
        ctx.shapes = [tensor.shape for tensor in up]
        return nn.functional.linear(x, weight, bias).addmm_(low, b.t())

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, grad: Tensor) -> tuple[Tensor | None, ...]:
        x, weight, a, b, low = ctx.saved_tensors
        through_b = grad @ b  # (n, k r)
        for_x = (grad @ weight).addmm_(through_b, a) if ctx.needs_input_grad[0] else None
        for_a, for_b = (through_b.t() @ x).float(), (grad.t() @ low).float()
        ranks, outputs = [shape[1] for shape in ctx.shapes], [shape[0] for shape in ctx.shapes]
        blocks = [rows.split(ranks, dim=1)[i] for i, rows in enumerate(for_b.split(outputs))]
        return for_x, None, None, *for_a.split(ranks), *blocks
