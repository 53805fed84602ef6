"""A trainer in processes that start with its libraries loaded: real ones, to signal and to kill, and quick to begin."""

import importlib
import multiprocessing
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from conftest import Finished

_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload(
    ["finetune.training", "finetune.lora", "finetune.textual_inversion", "finetune.dreambooth", "finetune.embedding",
     "inference.pictures", "peft", "safetensors.torch"]
)  # fmt: skip


class Process:
    """A run of finetune/`script`.py with these arguments, begun; its output goes to files under `folder`."""

    def __init__(self, arguments: Sequence[str], folder: Path, script: str = "lora"):
        folder.mkdir(parents=True, exist_ok=True)
        self.files = folder / "stdout", folder / "stderr"
        self.process = _server.Process(target=_run, args=(script, list(arguments), *map(str, self.files)))
        self.process.start()
        self.pid = self.process.pid

    def finished(self, timeout: float = 120) -> Finished:
        self.process.join(timeout)
        assert self.process.exitcode is not None, f"still running after {timeout} s"
        return Finished(self.process.exitcode, *(file.read_text() for file in self.files))


def _run(script: str, arguments: list[str], out: str, err: str) -> None:
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    sys.argv = [f"{script}.py", *arguments]
    import torch

    from inference.cli import run

    torch.set_num_threads(1)  # as OMP_NUM_THREADS=1 in the script's environment
    run(importlib.import_module(f"finetune.{script}").main)


def environment() -> dict[str, str]:
    """The person's shell: this Python first, one thread, so that two runs add up in the same order."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
