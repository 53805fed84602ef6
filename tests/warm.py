"""Scripts in processes that start with the libraries loaded, which takes ten seconds otherwise; they can be killed."""

import multiprocessing
import os
import runpy
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
# what the libraries read while they are imported: a hub that refuses at once, so that a test that reaches for it fails
# in a moment instead of after retries
os.environ |= {"HF_ENDPOINT": "http://127.0.0.1:9", "CUDA_VISIBLE_DEVICES": ""}

_server = multiprocessing.get_context("forkserver")
_server.set_forkserver_preload(
    [
        "torch._dynamo",
        "torch.utils.tensorboard",
        "accelerate",
        "peft",
        "av",
        "cv2",
        "scipy.stats",
        "torchmetrics",
        "transformers.models.clip.modeling_clip",
        "diffusers.pipelines.stable_diffusion.safety_checker",
        "diffusers.pipelines.controlnet",
        "diffusers.pipelines.stable_diffusion.pipeline_stable_diffusion_img2img",
        "diffusers.loaders.single_file_utils",
        "diffusers.models.controlnets.controlnet",
        "safetensors.torch",
    ]
)


class Finished(NamedTuple):
    rc: int
    out: str
    err: str


class Process:
    """A script that is running: `words` are what follows `python`, and what it prints goes to files in `folder`.

    before: called in the new process first. environment: what differs from this process's own.
    """

    def __init__(
        self, words: Sequence[object], folder: Path, before: Callable | None = None, cwd: str | Path = ROOT,
        environment: Mapping[str, str] = MappingProxyType({}),
    ):  # fmt: skip
        folder.mkdir(parents=True, exist_ok=True)
        self.files = folder / "stdout", folder / "stderr"
        for file in self.files:  # for one that is killed before it opens them
            file.touch()
        its_own = {**os.environ, **environment}
        arguments = [str(word) for word in words], before, str(cwd), its_own, *map(str, self.files)
        self.process = _server.Process(target=_run, args=arguments)
        self.process.start()
        self.pid = self.process.pid

    def is_running(self) -> bool:
        return self.process.exitcode is None

    def finished(self, timeout: float = 120) -> Finished:
        self.process.join(timeout)
        if self.is_running():
            self.process.kill()
            raise AssertionError(f"still running after {timeout} s: {self.files[1].read_text()[-2000:]}")
        return Finished(self.process.exitcode, *(file.read_text() for file in self.files))

    def killed(self) -> Finished:
        self.process.kill()
        return self.finished()


def _run(words: list[str], before: Callable | None, cwd: str, environment: dict[str, str], out: str, err: str) -> None:
    """Become what `python` with these words, in this folder and environment, would be."""
    for number, path in ((1, out), (2, err)):
        os.dup2(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), number)
    os.chdir(cwd)
    os.environ.clear()
    os.environ.update(environment)
    import torch

    torch.set_num_threads(int(environment.get("OMP_NUM_THREADS", os.cpu_count() or 1)))
    if before:
        before()
    named = words[0] == "-m"
    ours = [cwd if named else str(Path(words[0]).resolve().parent)]
    ours += filter(None, environment.get("PYTHONPATH", "").split(os.pathsep))
    sys.path[:] = ours + [path for path in sys.path if not Path(path).is_relative_to(ROOT / "tests")]
    sys.argv = words[named:]
    if named:
        runpy.run_module(words[1], run_name="__main__", alter_sys=True)
    else:
        runpy.run_path(words[0], run_name="__main__")


def environment() -> dict[str, str]:
    """The person's shell: this Python first, one thread, so that two runs add up in the same order."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    return {"PATH": path, "OMP_NUM_THREADS": "1"}
