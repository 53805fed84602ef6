"""The device and its arithmetic, the processes of a run, and the memory that one of them took."""

import contextlib
import os
import resource
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch


def dtype_of(mixed_precision: str | None) -> "torch.dtype":
    """The type that --mixed_precision "no", "fp16" or "bf16" computes in; without it, what is fast where CUDA is."""
    import torch

    asked = mixed_precision or ("fp16" if torch.cuda.is_available() else "no")
    return {"no": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}[asked]


def rank_and_world() -> tuple[int, int]:
    """The number of this process and how many there are, as launchers say it."""
    return int(os.environ.get("RANK", 0)), int(os.environ.get("WORLD_SIZE", 1))


def peak_memory() -> int:
    """The most bytes of memory this process has held at once, on a GPU not counted.

    Linux's ru_maxrss starts at what the process that started this one held, so VmHWM is asked first (proc(5)).
    """
    with contextlib.suppress(OSError, StopIteration), open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
