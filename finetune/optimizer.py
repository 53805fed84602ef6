"""Optimizers, their schedule, and a step that is not taken where its loss or gradient is not finite."""

import argparse
import math
from collections.abc import Callable, Iterable

import torch
from accelerate import Accelerator
from accelerate.optimizer import AcceleratedOptimizer
from accelerate.utils import DistributedType
from diffusers.optimization import get_scheduler
from torch import Tensor, nn
from torch.nn.utils import get_total_norm
from torch.optim.lr_scheduler import LRScheduler


def suited_rate(args: argparse.Namespace, models: Iterable[nn.Module], law: Callable[[int], float]) -> float | None:
    """The rate asked for, else `law` of the base's number of weights; prodigy finds its own."""
    if args.learning_rate is not None or args.optimizer == "prodigy":
        return args.learning_rate
    weights = sum(parameter.numel() for model in models for parameter in model.parameters())
    rate = float(f"{law(weights):.1e}")
    print(f"--learning_rate {rate}, for a base of {weights / 1e6:.1f} million weights")
    return rate


def make_optimizer(args: argparse.Namespace, parameters: list[nn.Parameter], samples: int) -> torch.optim.Optimizer:
    """The optimizer by name, over fp32 parameters; --scale_lr multiplies its rate by the `samples` of a step."""
    rate = args.learning_rate
    if rate is None:
        rate = 1.0 if args.optimizer == "prodigy" else 1e-4
    rate *= samples if args.scale_lr else 1
    common = {"lr": rate, "betas": (args.adam_beta1, args.adam_beta2), "eps": args.adam_epsilon,
              "weight_decay": args.adam_weight_decay}  # fmt: skip
    if args.optimizer == "prodigy":
        from prodigyopt import Prodigy

        return Prodigy(parameters, **common, use_bias_correction=True, safeguard_warmup=True)
    if args.optimizer == "adamw8bit":
        from bitsandbytes.optim import AdamW8bit

        return AdamW8bit(parameters, **common)
    fused = all(parameter.device.type in ("cpu", "cuda") for parameter in parameters)
    return torch.optim.AdamW(parameters, **common, fused=fused)


def make_schedule(args: argparse.Namespace, optimizer: torch.optim.Optimizer) -> LRScheduler:
    """Of the rate over --max_train_steps, by diffusers' names; a warm-up counts for a constant rate as well."""
    name = args.lr_scheduler
    name = "constant_with_warmup" if name == "constant" and args.lr_warmup_steps else name
    return get_scheduler(
        name,
        optimizer,
        num_warmup_steps=args.lr_warmup_steps,
        num_training_steps=args.max_train_steps,
        num_cycles=args.lr_num_cycles or 1,
        power=args.lr_power if args.lr_power is not None else 1.0,
    )


def load_schedule(schedule: LRScheduler, state: dict, weight_decay: float) -> None:
    """Go on where the schedule was, at the rate and weight decay that are asked for now."""
    rates = schedule.base_lrs
    schedule.load_state_dict(state)
    schedule.base_lrs = rates
    factors = [factor(schedule.last_epoch) for factor in schedule.lr_lambdas]
    for group, rate, factor in zip(schedule.optimizer.param_groups, rates, factors, strict=True):
        group |= {"initial_lr": rate, "lr": rate * factor, "weight_decay": weight_decay}


def load_optimizer(optimizer: torch.optim.Optimizer, state: dict) -> None:
    optimizer.load_state_dict(state)
    # the fused step walks a weight and its moments side by side in memory, so their layouts must be one
    for parameter, entry in optimizer.state.items():
        for key, value in entry.items():
            if isinstance(value, Tensor) and value.shape == parameter.shape:
                entry[key] = torch.empty_like(parameter, dtype=value.dtype).copy_(value)


class NotFinite(Exception):
    """The loss or the gradient of step `step` was not finite."""

    def __init__(self, step: int):
        super().__init__(f"step {step}")
        self.step = step


class GuardedStep:
    """Clips gradients and steps, unless this or an earlier step had a loss or gradient that is not finite.

    So the weights stay the last good ones. The fused AdamW clips as it steps and reads the verdict on the device, so
    nothing waits for it; with another optimizer `take` raises NotFinite here and now. With fp16 the scaler judges
    gradients itself. DeepSpeed has stepped by then, so the run ends before anything is kept.
    """

    def __init__(
        self, accelerator: Accelerator, optimizer: AcceleratedOptimizer, trained: list[nn.Parameter], max_norm: float
    ):
        self.accelerator, self.optimizer, self.trained = accelerator, optimizer, trained
        self.limit = max_norm or math.inf
        self.deepspeed = accelerator.distributed_type == DistributedType.DEEPSPEED
        self.failed_at = torch.full((), -1.0, device=accelerator.device)  # the first step that was not finite

    @property
    def fused(self) -> bool:
        """Whether the optimizer clips as it steps, and steps only if told on the device that all is well."""
        adam = self.optimizer.optimizer
        return not self.deepspeed and self.accelerator.scaler is None and bool(adam.defaults.get("fused"))

    def take(self, loss: Tensor, step: int) -> None:
        """Step `step`, whose mean loss on this process is `loss` (), with the gradients that are there."""
        self.judge(loss, self.clip(), step)
        self.optimizer.step()

    def clip(self) -> Tensor:
        """The gradients' norm. They are clipped here, or in the step, which saves a pass."""
        if not self.fused:
            return self.accelerator.clip_grad_norm_(self.trained, self.limit)
        norm = get_total_norm([p.grad for p in self.trained if p.grad is not None])
        self.optimizer.optimizer.grad_scale = (norm / self.limit).clamp(min=1)  # what the step divides them by
        return norm

    def judge(self, loss: Tensor, norm: Tensor, step: int) -> None:
        """Both count, because an infinite loss can have a finite gradient: on one process it makes everyone's mean
        so."""
        finite = torch.isfinite(self.accelerator.reduce(loss, "mean"))
        if self.accelerator.scaler is None:
            norm = torch.as_tensor(norm, device=loss.device)
            finite &= torch.isfinite(norm) & (norm >= 0)  # DeepSpeed says -1 where it is not finite
        bad = (self.failed_at < 0) & ~finite
        self.failed_at = torch.where(bad, float(step), self.failed_at)
        if self.fused:
            self.optimizer.optimizer.found_inf = (self.failed_at > 0).float()
        else:
            self.check()

    def check(self) -> None:
        """Raise NotFinite if a step was not; waits for the device."""
        failed_at = self.failed_at.item()
        if failed_at > 0:
            raise NotFinite(round(failed_at))
