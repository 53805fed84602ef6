"""The one training loop. What differs between methods arrives as a module and two functions.

A method gives `train` a Denoiser whose trained parameters require gradients, a `save` that writes what a person keeps,
and, where its loss is not the plain mean, a `loss_fn`. The device is asked for numbers only when they are shown or
written. Beside it: batches.py draws what a step sees, resume.py keeps and restores a run's state, validation.py draws
the strips in samples/, results.py writes what is left at the end.
"""

import contextlib
import math
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from accelerate.utils import DistributedType
from diffusers.optimization import get_scheduler
from torch import Tensor
from torch.nn.utils import get_total_norm
from tqdm import tqdm

from finetune import checkpoints, results, resume
from finetune.batches import Order, draw_batch, sample_losses
from finetune.run import Denoiser, Run, autocast, make_optimizer, to_compute
from finetune.validation import preview, show, strip_path
from inference.cli import InputError
from inference.pipelines import check_finite

FETCH_EVERY = 10  # steps between two looks at the loss on a GPU: each look makes the GPU wait for Python


class Loop:
    """The state of a run between two steps, and what can be done with it."""

    def __init__(self, run: Run, model: Denoiser, save: Callable, loss_fn: Callable, copies: int):
        self.run, self.args, self.accelerator, self.save, self.loss_fn = run, run.args, run.accelerator, save, loss_fn
        self.deepspeed = self.accelerator.distributed_type == DistributedType.DEEPSPEED
        to_compute(model, run)
        check_finite(run.folder, model.named_parameters())
        # before the first step every method still is the base
        self.base_pictures = preview(run, model, run.plain_prompt)
        self.trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
        self.saved_bytes = copies * sum(parameter.nbytes for parameter in self.trained.values())  # by one `save`
        optimizer = make_optimizer(self.args, list(self.trained.values()), run.global_batch)
        name = self.args.lr_scheduler
        name = "constant_with_warmup" if name == "constant" and self.args.lr_warmup_steps else name
        # stepped here, once per step, and not by accelerate, which would step it once per process
        self.schedule = get_scheduler(
            name,
            optimizer,
            num_warmup_steps=self.args.lr_warmup_steps,
            num_training_steps=self.args.max_train_steps,
            num_cycles=self.args.lr_num_cycles or 1,
            power=self.args.lr_power if self.args.lr_power is not None else 1.0,
        )
        self.model, self.optimizer = self.accelerator.prepare(model, optimizer)
        self.alphas = run.pipe.scheduler.alphas_cumprod.to(self.accelerator.device, torch.float32)
        sizes, class_sizes = run.encoded.sizes, run.encoded.class_sizes
        self.order = Order(sizes, run.global_batch, self.args.max_train_steps, self.args.seed, class_sizes)
        self.failed_at = torch.full((), -1.0, device=self.accelerator.device)  # the first step that was not finite
        self.step, self.losses, self.pending, self.seconds = 0, [], [], 0.0

    def advance(self) -> None:
        """One optimizer step over the global batch, without waiting for the device."""
        args, accelerator, kind = self.args, self.accelerator, self.run.pipe.scheduler.config.prediction_type
        total = torch.zeros((), device=accelerator.device)
        for micro in range(args.gradient_accumulation_steps):
            first = (micro * accelerator.num_processes + accelerator.process_index) * args.train_batch_size
            slots = range(first, first + args.train_batch_size)
            batch = draw_batch(self.run, self.order, self.step, slots, len(self.alphas))
            with accelerator.accumulate(self.model):
                with autocast(accelerator):
                    losses = sample_losses(self.model, batch, self.alphas, kind, args.snr_gamma)
                loss = self.loss_fn(losses)
                accelerator.backward(loss)
            total += loss.detach() / args.gradient_accumulation_steps
        self._step_if_finite(total, self._clip())
        self.pending.append((total, self.rate))
        self.schedule.step()
        self.optimizer.zero_grad()
        self.step += 1

    @property
    def _fused(self) -> bool:
        """Whether the optimizer clips as it steps, and steps only if told on the device that all is well."""
        adam = self.optimizer.optimizer
        return not self.deepspeed and self.accelerator.scaler is None and bool(adam.defaults.get("fused"))

    def _clip(self) -> Tensor:
        """The gradients' norm. They are clipped to --max_grad_norm here, or in the step, which saves a pass."""
        limit = self.args.max_grad_norm or math.inf
        if not self._fused:
            return self.accelerator.clip_grad_norm_(list(self.trained.values()), limit)
        norm = get_total_norm([p.grad for p in self.trained.values() if p.grad is not None])
        self.optimizer.optimizer.grad_scale = (norm / limit).clamp(min=1)  # what the step divides them by
        return norm

    def _step_if_finite(self, loss: Tensor, norm: Tensor) -> None:
        """Step, unless this or an earlier step had a loss or gradient that is not finite: weights stay the last good.

        Both are judged, because an infinite loss can have a finite gradient: on one process it makes everyone's mean
        so. The fused AdamW reads the verdict on the device, so nothing waits for it; others need it here and now. With
        fp16 the scaler judges gradients itself. DeepSpeed has stepped by now, so the run ends before anything is kept.
        """
        finite = torch.isfinite(self.accelerator.reduce(loss, "mean"))
        if self.accelerator.scaler is None:
            norm = torch.as_tensor(norm, device=loss.device)
            finite &= torch.isfinite(norm) & (norm >= 0)  # DeepSpeed says -1 where it is not finite
        bad = (self.failed_at < 0) & ~finite
        self.failed_at = torch.where(bad, float(self.step + 1), self.failed_at)
        if self._fused:
            self.optimizer.optimizer.found_inf = (self.failed_at > 0).float()
        else:
            self._check_finite(self.failed_at.item())
        self.optimizer.step()

    def fetch(self, stop: bool) -> bool:
        """Bring the losses since the last call to the host, raise if one is not finite; True if anyone asks to stop."""
        losses, rates = zip(*self.pending, strict=True)
        numbers = torch.stack([*losses, torch.tensor(float(stop), device=self.accelerator.device)])
        *losses, stop = self.accelerator.reduce(numbers, "mean").tolist()
        failed_at = self.failed_at.item()
        for step, (loss, rate) in enumerate(zip(losses, rates, strict=True), self.step - len(losses) + 1):
            self.accelerator.log({"loss": loss, "lr": rate}, step=step)
        self.losses, self.pending = [*self.losses, *losses][-50:], []
        self._check_finite(failed_at)
        return stop > 0

    def _check_finite(self, failed_at: float) -> None:
        if failed_at > 0:
            kept = checkpoints.newest_first(self.args.output_dir)
            raise InputError(
                f"the loss is not finite at step {failed_at:.0f}, which was not taken; "
                + (f"{kept[0]} is the last good checkpoint; " if kept else "")
                + "try a lower --learning_rate, or --mixed_precision no"
            )

    @property
    def rate(self) -> float:
        return self.schedule.optimizer.param_groups[0]["lr"]

    @property
    def loss(self) -> float | None:
        """Mean of the last 50 steps: one step's depends on its timesteps more than on the weights."""
        return sum(self.losses) / len(self.losses) if self.losses else None


def train(
    run: Run,
    model: Denoiser,
    save: Callable[[Path, dict], None],
    loss_fn: Callable[[Tensor], Tensor] = torch.mean,
    *,
    copies: int,
    save_steps: int | None = None,
) -> None:
    """Train what requires gradients in `model`; `save(folder, recipe)` writes it, at the end and on the way.

    `loss_fn` turns the losses of a process's samples (n,) into the one that is minimised; with class pictures the
    samples are pairs, a picture's loss and then a class picture's. `copies` is how many files of the trained weights'
    size `save` writes; a checkpoint, which can always be resumed from, holds them too unless it is 0: then they are too
    large for that. Every `save_steps` steps `save` writes into steps/N as well.
    """
    args, accelerator = run.args, run.accelerator
    if accelerator.is_main_process and args.resume_from_checkpoint is None:
        results_before = results.of_earlier_run(args.output_dir, run.folder)
        names = ("samples", "steps", args.logging_dir, *results_before)
        checkpoints.set_earlier_aside(args.output_dir, names)
    accelerator.wait_for_everyone()
    loop = Loop(run, model, save, loss_fn, copies)
    resume.restore(loop)
    accelerator.init_trackers(Path(sys.argv[0]).stem, results.flags(args))
    if loop.step and loop.step % args.validation_steps == 0 and not strip_path(args, loop.step).exists():
        # the run was stopped between this step's checkpoint and its strip
        show(run, accelerator.unwrap_model(loop.model), loop.base_pictures, loop.step)
    every = FETCH_EVERY if accelerator.device.type == "cuda" else 1
    with signals() as asked, progress_bar(loop) as bar:
        while loop.step < args.max_train_steps:
            loop.advance()
            bar.update()
            last = loop.step == args.max_train_steps
            due = loop.step % args.checkpointing_steps == 0
            shown = loop.step % args.validation_steps == 0 or last
            # several processes look at fixed steps only, because all of them must look at once
            now = asked() and accelerator.num_processes == 1
            stop = False
            if due or shown or now or loop.step % every == 0:
                stop = loop.fetch(bool(asked())) and not last
                bar.set_postfix(loss=f"{loop.loss:.4f}", lr=f"{loop.rate:.1e}")
            if save_steps and loop.step % save_steps == 0 and accelerator.is_main_process:
                folder = args.output_dir / "steps" / str(loop.step)
                with checkpoints.room_for(folder, loop.saved_bytes):
                    save(folder, results.recipe(loop))
            if due or stop:
                resume.write(loop)
            if stop:
                leave(loop, asked() or signal.SIGTERM)
            if shown:
                accelerator.wait_for_everyone()
                show(run, accelerator.unwrap_model(loop.model), loop.base_pictures, loop.step)
    results.finish(loop)


@contextlib.contextmanager
def signals() -> Iterator[Callable[[], int]]:
    """Yield a function that tells which signal asks the loop to end (after a whole step, with a checkpoint), or 0."""
    caught: list[int] = []
    # a launcher of one process dies of SIGTERM without passing it on; what it started must not train on unseen
    parent, launched = os.getppid(), "ACCELERATE_MIXED_PRECISION" in os.environ

    def asked() -> int:
        orphaned = launched and os.getppid() != parent
        return caught[0] if caught else orphaned * signal.SIGTERM

    stoppers = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, lambda number, _: caught.append(number)) for number in stoppers}
    try:
        yield asked
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def progress_bar(loop: Loop) -> tqdm:
    total, main = loop.args.max_train_steps, loop.accelerator.is_main_process
    return tqdm(initial=loop.step, total=total, desc="training", unit="step", dynamic_ncols=True, disable=not main)


def leave(loop: Loop, number: int) -> None:
    """Exit as the signal asked, with its usual code, saying where the run can be taken up again."""
    loop.accelerator.wait_for_everyone()
    loop.accelerator.end_training()
    print(f"stopped after step {loop.step}; --resume_from_checkpoint latest takes it up again", flush=True)
    sys.exit(128 + number)
