"""What a run is, and how far its training has come: plain data that every part of the trainer works on."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from accelerate import Accelerator
from accelerate.optimizer import AcceleratedOptimizer
from accelerate.utils import DistributedType
from diffusers import DiffusionPipeline
from torch import nn
from torch.optim.lr_scheduler import LRScheduler

from finetune.data import Bucket
from finetune.latents import Encoded
from inference.device import dtype_of
from inference.families import family_of
from inference.families.base import Family


@dataclass
class Opened:
    """A run whose flags are checked and whose output folder is held: nothing is loaded yet."""

    args: argparse.Namespace
    accelerator: Accelerator
    folder: Path  # the base's
    identity: dict[str, str]  # the base's name and a hash of its files, and later one of the dataset
    started: float  # time.monotonic() when the command began


@dataclass
class Run:
    """What every method trains from. The pipeline is on the CPU, in fp32; the encoded set is on the device."""

    args: argparse.Namespace
    accelerator: Accelerator
    pipe: DiffusionPipeline
    buckets: list[Bucket]
    encoded: Encoded
    folder: Path  # the base's
    identity: dict[str, str]  # the base's name and a hash of its files, and a hash of the dataset
    started: float  # time.monotonic() when the command began
    plain_prompt: str | None  # --validation_prompt as the person wrote it, which the base draws

    @property
    def family(self) -> Family:
        return family_of(self.pipe)

    @property
    def global_batch(self) -> int:
        args = self.args
        return args.train_batch_size * args.gradient_accumulation_steps * self.accelerator.num_processes

    @property
    def dtype(self) -> torch.dtype:
        """Of the weights that are not trained, and of the arithmetic."""
        return dtype_of(self.accelerator.mixed_precision)


@dataclass
class TrainState:
    """A training between two steps: what a checkpoint holds, and what is needed to write one."""

    run: Run
    save: Callable[[Path, dict], None]  # writes what a person keeps
    saved_bytes: int  # that `save` writes into a checkpoint; 0 where it is not called for one
    trained: dict[str, nn.Parameter]
    optimizer: AcceleratedOptimizer
    schedule: LRScheduler
    step: int = 0
    losses: list[float] = field(default_factory=list)  # of the last 50 steps
    seconds: float = 0.0  # that runs before this one took

    @property
    def args(self) -> argparse.Namespace:
        return self.run.args

    @property
    def accelerator(self) -> Accelerator:
        return self.run.accelerator

    @property
    def deepspeed(self) -> bool:
        return self.accelerator.distributed_type == DistributedType.DEEPSPEED

    @property
    def rate(self) -> float:
        return self.schedule.optimizer.param_groups[0]["lr"]

    @property
    def loss(self) -> float | None:
        """Mean of the last 50 steps: one step's depends on its timesteps more than on the weights."""
        return sum(self.losses) / len(self.losses) if self.losses else None
