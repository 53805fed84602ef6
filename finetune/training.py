"""The one training loop. What differs between methods arrives as a module and two functions.

A method gives `train` a Denoiser whose trained parameters require gradients, a `save` that writes what a person keeps,
and, where its loss is not the plain mean, a `loss_fn`. The device is asked for numbers only when they are shown or
written. Beside it: sampler.py draws what a step sees, inference/schedules.py has the loss, checkpoints.py keeps and
restores a run's state, preview.py draws the strips in samples/, recipe.py says how a result was made.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import torch
from torch import Tensor
from tqdm import tqdm

from finetune import checkpoints, hub
from finetune.model import Denoiser, to_compute
from finetune.optimizer import GuardedStep, NotFinite, make_optimizer, make_schedule
from finetune.precision import autocast
from finetune.preview import preview, show, strip_path
from finetune.recipe import flags, of_earlier_run, recipe_of
from finetune.sampler import Order, draw_batch
from finetune.state import Run, TrainState
from inference.cli import InputError
from inference.files import room_for
from inference.pipelines import check_finite
from inference.recipes import RECIPE

FETCH_EVERY = 10  # steps between two looks at the loss on a GPU: each look makes the GPU wait for Python


class Loop:
    """A training and what it does: `state` is what there is between two steps."""

    def __init__(self, run: Run, model: Denoiser, save: Callable, loss_fn: Callable, copies: int):
        self.run, self.args, self.accelerator, self.loss_fn = run, run.args, run.accelerator, loss_fn
        to_compute(model, run)
        check_finite(run.folder, model.named_parameters())
        # before the first step every method still is the base
        self.base_pictures = preview(run, model, run.plain_prompt)
        trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
        saved_bytes = copies * sum(parameter.nbytes for parameter in trained.values())
        optimizer = make_optimizer(self.args, list(trained.values()), run.global_batch)
        # stepped here, once per step, and not by accelerate, which would step it once per process
        schedule = make_schedule(self.args, optimizer)
        self.model, optimizer = self.accelerator.prepare(model, optimizer)
        self.state = TrainState(run, save, saved_bytes, trained, optimizer, schedule)
        self.step = GuardedStep(self.accelerator, optimizer, list(trained.values()), self.args.max_grad_norm)
        self.noising = run.family.schedule(run.pipe, self.accelerator.device)
        sizes, class_sizes = run.encoded.sizes, run.encoded.class_sizes
        self.order = Order(sizes, run.global_batch, self.args.max_train_steps, self.args.seed, class_sizes)
        self.pending: list[tuple[Tensor, float]] = []  # losses and rates that are still on the device

    def advance(self) -> None:
        """One optimizer step over the global batch, without waiting for the device."""
        args, accelerator, state = self.args, self.accelerator, self.state
        total = torch.zeros((), device=accelerator.device)
        for micro in range(args.gradient_accumulation_steps):
            first = (micro * accelerator.num_processes + accelerator.process_index) * args.train_batch_size
            slots = range(first, first + args.train_batch_size)
            batch = draw_batch(self.run, self.order, state.step, slots, self.noising)
            with accelerator.accumulate(self.model):
                with autocast(accelerator):
                    x0, eps, t = batch.latents, batch.noise, batch.timesteps
                    predicted = self.model(self.noising.noised(x0, eps, t), t, batch.captions)
                    losses = self.noising.losses(predicted, x0, eps, t, args.snr_gamma)
                loss = self.loss_fn(losses)
                accelerator.backward(loss)
            total += loss.detach() / args.gradient_accumulation_steps
        with self.finite():
            self.step.take(total, state.step + 1)
        self.pending.append((total, state.rate))
        state.schedule.step()
        state.optimizer.zero_grad()
        state.step += 1

    def fetch(self, stop: bool) -> bool:
        """Bring the losses since the last call to the host, raise if one is not finite; True if anyone asks to stop."""
        state = self.state
        losses, rates = zip(*self.pending, strict=True)
        numbers = torch.stack([*losses, torch.tensor(float(stop), device=self.accelerator.device)])
        *losses, stop = self.accelerator.reduce(numbers, "mean").tolist()
        for step, (loss, rate) in enumerate(zip(losses, rates, strict=True), state.step - len(losses) + 1):
            self.accelerator.log({"loss": loss, "lr": rate}, step=step)
        state.losses, self.pending = [*state.losses, *losses][-50:], []
        with self.finite():
            self.step.check()
        return stop > 0

    @contextlib.contextmanager
    def finite(self) -> Iterator[None]:
        """A step that is not finite ends the run in one sentence."""
        try:
            yield
        except NotFinite as error:
            kept = checkpoints.newest_first(self.args.output_dir)
            raise InputError(
                f"the loss is not finite at step {error.step}, which was not taken; "
                + (f"{kept[0]} is the last good checkpoint; " if kept else "")
                + "try a lower --learning_rate, or --mixed_precision no"
            ) from error

    def show(self) -> None:
        """The strip of this step."""
        show(self.run, self.accelerator.unwrap_model(self.model), self.base_pictures, self.state.step)


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
        names = ("samples", "steps", args.logging_dir, *of_earlier_run(args.output_dir, run.folder))
        checkpoints.set_earlier_aside(args.output_dir, names)
    accelerator.wait_for_everyone()
    loop = Loop(run, model, save, loss_fn, copies)
    state = loop.state
    checkpoints.restore(state)
    accelerator.init_trackers(Path(sys.argv[0]).stem, flags(args))
    if state.step and state.step % args.validation_steps == 0 and not strip_path(args, state.step).exists():
        loop.show()  # the run was stopped between this step's checkpoint and its strip
    every = FETCH_EVERY if accelerator.device.type == "cuda" else 1
    with signals() as asked, progress_bar(state) as bar:
        while state.step < args.max_train_steps:
            loop.advance()
            bar.update()
            last = state.step == args.max_train_steps
            due = state.step % args.checkpointing_steps == 0
            shown = state.step % args.validation_steps == 0 or last
            # several processes look at fixed steps only, because all of them must look at once
            now = asked() and accelerator.num_processes == 1
            stop = False
            if due or shown or now or state.step % every == 0:
                stop = loop.fetch(bool(asked())) and not last
                bar.set_postfix(loss=f"{state.loss:.4f}", lr=f"{state.rate:.1e}")
            if save_steps and state.step % save_steps == 0 and accelerator.is_main_process:
                folder = args.output_dir / "steps" / str(state.step)
                with room_for(folder, state.saved_bytes):
                    save(folder, recipe_of(state))
            if due or stop:
                checkpoints.save(state)
            if stop:
                leave(state, asked() or signal.SIGTERM)
            if shown:
                accelerator.wait_for_everyone()
                loop.show()
    finish(state)


def finish(state: TrainState) -> None:
    """Write what was trained, and publish it if asked to."""
    args, accelerator = state.args, state.accelerator
    if accelerator.is_main_process:
        made = recipe_of(state)
        with room_for(args.output_dir / RECIPE, state.saved_bytes):
            state.save(args.output_dir, made)
        spent = f"{made['seconds']:.0f} s and at most {made['peak_memory_mib']} MiB"
        print(f"{made['steps']} steps, loss {made['final_loss']:.4f}, {spent}")
        if args.push_to_hub:
            hub.publish(args)
    accelerator.wait_for_everyone()
    accelerator.end_training()


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


def progress_bar(state: TrainState) -> tqdm:
    total, main = state.args.max_train_steps, state.accelerator.is_main_process
    return tqdm(initial=state.step, total=total, desc="training", unit="step", dynamic_ncols=True, disable=not main)


def leave(state: TrainState, number: int) -> None:
    """Exit as the signal asked, with its usual code, saying where the run can be taken up again."""
    state.accelerator.wait_for_everyone()
    state.accelerator.end_training()
    print(f"stopped after step {state.step}; --resume_from_checkpoint latest takes it up again", flush=True)
    sys.exit(128 + number)
