"""The loop that the miniature's parts learn with: AdamW, a warm-up and a cool-down, an average of the weights, and a
state on disk from which a killed run goes on."""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from tqdm import tqdm

from inference.files import atomic_write

EXAMPLES = 24_000


def recipe_parser(description: str, steps: int, batch: int) -> argparse.ArgumentParser:
    """The flags that every part's recipe has."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add(
        "--work_dir", type=Path, default=Path("outputs/miniature"), help="states, samples, parts (default: %(default)s)"
    )
    add("--examples", type=int, default=EXAMPLES, help="scenes to learn from (default: %(default)s)")
    add("--steps", type=int, default=steps, help=f"steps of {batch} pictures (default: %(default)s)")
    return parser


def device_and_dtype() -> tuple[torch.device, torch.dtype]:
    """Where to learn, and autocast's dtype: bf16 where the hardware multiplies it faster than fp32."""
    if torch.cuda.is_available():
        return torch.device("cuda"), torch.bfloat16
    fast = torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported()
    return torch.device("cpu"), torch.bfloat16 if fast else torch.float32


def learning_rate(step: int, steps: int, peak: float, warmup: int = 200, cooldown: float = 0.3) -> float:
    """Linear warm-up, constant, then linear to zero over the last share: the run's length can be chosen late."""
    return peak * min((step + 1) / warmup, 1.0, max((steps - step) / (cooldown * steps), 0.0))


def learn(
    folder: Path,
    model: torch.nn.Module,
    batch_loss: Callable[[int], torch.Tensor],
    steps: int,
    peak_lr: float,
    average: float = 0.999,
    clip_norm: float = 1.0,
    cooldown: float = 0.3,
    sample: Callable[[int], None] | None = None,
    sample_every: int = 500,
    save_every: int = 250,
) -> None:
    """Train `model` in place for `steps`; afterwards it holds the averaged weights.

    `batch_loss(step)` is a pure function of step and weights, so a resumed run sees what an uninterrupted one would.
    `sample(step)` is called with the averaged weights in place. The state is `folder`/state.safetensors.
    """
    params = {name: p for name, p in model.named_parameters() if p.requires_grad}
    optimizer = torch.optim.AdamW(params.values(), lr=peak_lr, betas=(0.9, 0.99), weight_decay=0.01, fused=True)
    averaged = {name: p.detach().clone() for name, p in params.items()}
    state = folder / "state.safetensors"
    first = _load(state, params, averaged, optimizer) if state.exists() else 0
    bar = tqdm(range(first, steps), initial=first, total=steps, desc=folder.name, mininterval=5)
    shown, since = None, time.monotonic()
    for step in bar:
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, steps, peak_lr, cooldown=cooldown)
        loss = batch_loss(step)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(list(params.values()), clip_norm)
        if torch.isfinite(norm):
            optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        decay = min(average, (step + 1) / (step + 10))
        torch._foreach_lerp_(list(averaged.values()), list(params.values()), 1 - decay)
        if step % 20 == 0:
            shown = loss.item() if shown is None else 0.6 * shown + 0.4 * loss.item()
            bar.set_postfix(loss=f"{shown:.4f}", refresh=False)
        if (step + 1) % sample_every == 0 and sample:
            with swapped(params, averaged):
                sample(step + 1)
        if (step + 1) % save_every == 0 or time.monotonic() - since > 300 or step + 1 == steps:
            _save(state, step + 1, params, averaged, optimizer)
            since = time.monotonic()
    with torch.no_grad():
        for name, p in params.items():
            p.copy_(averaged[name])


class swapped:
    """While it lasts, the model holds the averaged weights."""

    def __init__(self, params: dict, averaged: dict):
        self.params, self.averaged = params, averaged

    def __enter__(self) -> None:
        for name, p in self.params.items():
            p.data, self.averaged[name] = self.averaged[name], p.data

    __exit__ = lambda self, *_: self.__enter__()  # noqa: E731


def _save(path: Path, step: int, params: dict, averaged: dict, optimizer: torch.optim.Optimizer) -> None:
    tensors = {"step": torch.tensor(step)}
    for name, p in params.items():
        tensors[f"weight.{name}"] = p.detach().contiguous()
        tensors[f"average.{name}"] = averaged[name].contiguous()
        for key, value in optimizer.state[p].items():
            tensors[f"{key}.{name}"] = value.contiguous()
    with atomic_write(path) as aside:
        save_file(tensors, aside)


def _load(path: Path, params: dict, averaged: dict, optimizer: torch.optim.Optimizer) -> int:
    with safe_open(path, "pt") as file, torch.no_grad():
        for name, p in params.items():
            p.copy_(file.get_tensor(f"weight.{name}"))
            averaged[name].copy_(file.get_tensor(f"average.{name}"))
            optimizer.state[p] = {
                key: file.get_tensor(f"{key}.{name}").to(
                    "cpu" if key == "step" and p.device.type == "cpu" else p.device
                )
                for key in ("step", "exp_avg", "exp_avg_sq")
            }
        return int(file.get_tensor("step"))
