"""Scripts in processes that start with their libraries loaded: real ones, to signal and to kill, and quick to begin."""

import importlib
import multiprocessing
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from conftest import Finished

_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload(
    ["finetune.training", "finetune.lora", "finetune.textual_inversion", "finetune.dreambooth", "finetune.embedding",
     "inference.compare", "inference.pictures", "inference.strategies", "video.controlnet_per_frame",
     "video.control_a_video", "peft", "safetensors.torch"]
)  # fmt: skip


class Process:
    """A run of a script, named as its module, with these arguments, begun; its output goes to files under `folder`.

    before: called in the new process first.
    """

    def __init__(
        self, arguments: Sequence[str], folder: Path, script: str = "finetune.lora", before: Callable | None = None
    ):
        folder.mkdir(parents=True, exist_ok=True)
        self.files = folder / "stdout", folder / "stderr"
        for file in self.files:  # for one that is killed before it opens them
            file.touch()
        self.process = _server.Process(target=_run, args=(script, list(arguments), before, *map(str, self.files)))
        self.process.start()
        self.pid = self.process.pid

    def finished(self, timeout: float = 120) -> Finished:
        self.process.join(timeout)
        assert self.process.exitcode is not None, f"still running after {timeout} s"
        return Finished(self.process.exitcode, *(file.read_text() for file in self.files))


def _run(script: str, arguments: list[str], before: Callable | None, out: str, err: str) -> None:
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.environ["CUDA_VISIBLE_DEVICES"] = ""
    sys.argv = [f"{script.rpartition('.')[2]}.py", *arguments]
    import torch

    from inference.cli import run

    torch.set_num_threads(1)  # as OMP_NUM_THREADS=1 in the script's environment
    if before:
        before()
    run(importlib.import_module(script).main)


def environment() -> dict[str, str]:
    """The person's shell: this Python first, one thread, so that two runs add up in the same order."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
