"""The one training loop. What differs between methods arrives as a module and two functions.

A method gives `train` a Denoiser whose trained parameters require gradients, a `save` that writes what a person keeps,
and, where its loss is not the plain mean, a `loss_fn`. Everything random is a pure function of (seed, step, slot), slot
being the place of a sample in the global batch: so a resumed run draws what the uninterrupted one would have drawn, and
several processes draw what one would. The device is asked for numbers only when they are shown or written.
"""

import argparse
import contextlib
import json
import math
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from diffusers import StableDiffusionPipeline
from diffusers.optimization import get_scheduler
from PIL import Image
from torch import Tensor, nn
from tqdm import tqdm

from finetune import checkpoints, data
from finetune.run import Denoiser, Run, make_optimizer, to_compute
from inference import sampling
from inference.cli import InputError, sweep, written_aside

SLOTS, STEPS = 3, 4  # like data.TURNS and data.ROUNDS: the first word of a random stream's seed after the run's
FETCH_EVERY = 10  # steps between two looks at the loss on a GPU: each look makes the GPU wait for Python
PACKAGES = ("torch", "diffusers", "transformers", "accelerate", "peft", "safetensors")


@dataclass
class Batch:
    latents: Tensor  # (n, c, h, w), a fresh sample of each picture's posterior
    noise: Tensor  # (n, c, h, w)
    timesteps: Tensor  # (n,)
    captions: Tensor  # (n,), rows of Encoded.texts


def draw_batch(run: Run, order: data.Order, step: int, slots: Sequence[int], timesteps: int) -> Batch:
    """The samples of these slots of the global batch: pictures, mirroring, captions, noise and timesteps.

    A slot is one sample, or with class pictures two: a picture and, after it, a class picture.
    """
    args, device = run.args, run.accelerator.device
    bucket, places = order(step)
    means, stds, captions = (column[bucket] for column in (run.encoded.means, run.encoded.stds, run.encoded.captions))
    # the step's timesteps are spread evenly over the whole range: less noise in the gradient, each still uniform
    # (Kingma et al. 2021, "Variational diffusion models", appendix I.1)
    offset = np.random.default_rng([args.seed, STEPS, step]).random()
    rows, posterior, noise = [], [], []
    per_slot = len(places) // run.global_batch
    streams = {slot: np.random.default_rng([args.seed, SLOTS, step, slot]) for slot in slots}
    for sample in range(slots[0] * per_slot, (slots[-1] + 1) * per_slot):
        rng = streams[sample // per_slot]
        t = int((offset + sample / len(places)) % 1 * timesteps)
        dropped = rng.random() < args.caption_dropout
        rows.append((places[sample], rng.integers(means.shape[1]), rng.integers(captions.shape[1]), t, not dropped))
        posterior.append(rng.standard_normal(means.shape[2:], dtype=np.float32))
        shift = rng.standard_normal((means.shape[2], 1, 1), dtype=np.float32)
        noise.append(rng.standard_normal(means.shape[2:], dtype=np.float32) + args.noise_offset * shift)
    place, flip, caption, t, kept = _to(device, np.array(rows, dtype=np.int64).T)  # each (n,)
    latents = means[place, flip] + stds[place, flip] * _to(device, np.stack(posterior))
    return Batch(latents, _to(device, np.stack(noise)), t, captions[place, caption] * kept)  # row 0 is no caption


def _to(device: torch.device, array: np.ndarray) -> Tensor:
    tensor = torch.from_numpy(np.ascontiguousarray(array))
    # from pinned memory the copy runs beside the GPU's work instead of waiting for it
    return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor.to(device)


def sample_losses(model: nn.Module, batch: Batch, alphas: Tensor, kind: str, gamma: float | None) -> Tensor:
    """Each sample's squared error (n,), of noise or velocity, with min-SNR weights (Hang et al. 2023) if `gamma`."""
    a = alphas[batch.timesteps][:, None, None, None]  # (n, 1, 1, 1), the share of the signal's variance
    noisy = a.sqrt() * batch.latents + (1 - a).sqrt() * batch.noise
    velocity = a.sqrt() * batch.noise - (1 - a).sqrt() * batch.latents
    prediction = model(noisy, batch.timesteps, batch.captions).float()
    losses = (prediction - (velocity if kind == "v_prediction" else batch.noise)).square().mean(dim=(1, 2, 3))
    if gamma is None:
        return losses
    snr = (a / (1 - a)).flatten()
    return losses * snr.clamp(max=gamma) / (snr + 1 if kind == "v_prediction" else snr)


class Loop:
    """The state of a run between two steps, and what can be done with it."""

    def __init__(self, run: Run, model: Denoiser, save: Callable, loss_fn: Callable, save_into_checkpoints: bool):
        self.run, self.args, self.accelerator, self.save, self.loss_fn = run, run.args, run.accelerator, save, loss_fn
        self.save_into_checkpoints = save_into_checkpoints
        to_compute(model, run)
        self.base_pictures = preview(run, model)  # before the first step every method still is the base
        self.trained = {name: p for name, p in model.named_parameters() if p.requires_grad}
        optimizer = make_optimizer(self.args, list(self.trained.values()), run.global_batch)
        name = self.args.lr_scheduler
        name = "constant_with_warmup" if name == "constant" and self.args.lr_warmup_steps else name
        # stepped here, once per step, and not by accelerate, which would step it once per process
        self.schedule = get_scheduler(
            name,
            optimizer,
            num_warmup_steps=self.args.lr_warmup_steps,
            num_training_steps=self.args.max_train_steps,
        )
        self.model, self.optimizer = self.accelerator.prepare(model, optimizer)
        self.alphas = run.pipe.scheduler.alphas_cumprod.to(self.accelerator.device, torch.float32)
        sizes, class_sizes = run.encoded.sizes, run.encoded.class_sizes
        self.order = data.Order(sizes, run.global_batch, self.args.max_train_steps, self.args.seed, class_sizes)
        self.failed_at = torch.full((), -1.0, device=self.accelerator.device)  # the first step with no finite gradient
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
                loss = self.loss_fn(sample_losses(self.model, batch, self.alphas, kind, args.snr_gamma))
                accelerator.backward(loss)
            total += loss.detach() / args.gradient_accumulation_steps
        norm = accelerator.clip_grad_norm_(list(self.trained.values()), args.max_grad_norm or math.inf)
        self._step_if_finite(total, norm)
        self.schedule.step()
        self.optimizer.zero_grad()
        self.pending.append(total)
        self.step += 1

    def _step_if_finite(self, loss: Tensor, norm: Tensor) -> None:
        """Step, unless this or an earlier step had a loss or gradient that is not finite: weights stay the last good.

        The fused AdamW reads the verdict on the device, so nothing waits for it; others need it here and now. A loss
        that is not finite on one process makes everyone's norm so. With fp16 the scaler judges gradients itself.
        """
        scaled = self.accelerator.scaler is not None
        judged = self.accelerator.reduce(loss, "mean") if scaled else norm
        bad = (self.failed_at < 0) & ~torch.isfinite(judged)
        self.failed_at = torch.where(bad, float(self.step + 1), self.failed_at)
        optimizer = self.optimizer.optimizer
        if optimizer.defaults.get("fused") and not scaled:
            optimizer.found_inf = (self.failed_at > 0).float()
        else:
            self._check_finite(self.failed_at.item())
        self.optimizer.step()

    def fetch(self, stop: bool) -> bool:
        """Bring the losses since the last call to the host, raise if one is not finite; True if anyone asks to stop."""
        numbers = torch.stack([*self.pending, torch.tensor(float(stop), device=self.accelerator.device)])
        *losses, stop = self.accelerator.reduce(numbers, "mean").tolist()
        failed_at = self.failed_at.item()
        for offset, loss in enumerate(losses):
            self.accelerator.log({"loss": loss, "lr": self.rate}, step=self.step - len(losses) + offset + 1)
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
        return self.schedule.get_last_lr()[0]

    @property
    def loss(self) -> float | None:
        """Mean of the last 50 steps: one step's depends on its timesteps more than on the weights."""
        return sum(self.losses) / len(self.losses) if self.losses else None

    def recipe(self) -> dict:
        """How to make the same weights again, and what it took."""
        device = self.accelerator.device
        cuda = device.type == "cuda"
        peak = torch.cuda.max_memory_allocated() if cuda else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        return {
            **self.run.identity,
            "seed": self.args.seed,
            "steps": self.step,
            "global_batch": self.run.global_batch,
            "final_loss": self.loss,
            "seconds": round(self.seconds + time.monotonic() - self.run.started, 1),
            "peak_memory_mib": round(peak / 2**20),
            "device": torch.cuda.get_device_name() if cuda else str(device),
            "mixed_precision": self.accelerator.mixed_precision,
            "versions": {package: version(package) for package in PACKAGES},
            "flags": {k: str(v) if isinstance(v, Path) else v for k, v in vars(self.args).items() if v is not None},
        }

    def write_checkpoint(self) -> None:
        """checkpoint-N: what is trained, the optimizer's state and the adapter so far, with the hash of every file."""
        self.accelerator.wait_for_everyone()
        if not self.accelerator.is_main_process:
            return
        tensors, rest = checkpoints.flatten(self.optimizer.optimizer.state_dict())
        tensors |= {f"model.{name}": parameter.detach() for name, parameter in self.trained.items()}
        scaler = self.accelerator.scaler.state_dict() if self.accelerator.scaler else None
        state = {"optimizer": rest, "schedule": self.schedule.state_dict(), "scaler": scaler, "losses": self.losses}
        recipe = self.recipe()
        path = self.args.output_dir / f"checkpoint-{self.step}"
        save = self.save if self.save_into_checkpoints else lambda *_: None
        checkpoints.write(path, tensors, recipe | state, lambda aside: save(aside, recipe))
        checkpoints.keep(self.args.checkpoints_total_limit, path)

    def restore(self) -> None:
        """Continue from --resume_from_checkpoint; a damaged checkpoint is named, and the one before it is used."""
        path = checkpoints.find(self.args.output_dir, self.args.resume_from_checkpoint)
        if path is None:
            return
        tensors, state = checkpoints.read(path, self.accelerator.device)
        shapes = {f"model.{name}": parameter.shape for name, parameter in self.trained.items()}
        if state["base_sha256"] != self.run.identity["base_sha256"]:
            raise InputError(f"{path} was trained on another base, {state['base']}; name it, or start anew without it")
        if shapes != {name: tensor.shape for name, tensor in tensors.items() if name.startswith("model.")}:
            raise InputError(
                f"{path} holds other layers, another --rank or --num_vectors than this run; use its flags or start anew"
            )
        with torch.no_grad():
            for name, parameter in self.trained.items():
                parameter.copy_(tensors.pop(f"model.{name}"))
        optimizer = self.optimizer.optimizer
        optimizer.load_state_dict(checkpoints.unflatten(tensors, state["optimizer"]))
        # the fused step walks a weight and its moments side by side in memory, so their layouts must be one
        for parameter, entry in optimizer.state.items():
            for key, value in entry.items():
                if isinstance(value, Tensor) and value.shape == parameter.shape:
                    entry[key] = torch.empty_like(parameter, dtype=value.dtype).copy_(value)
        self.schedule.load_state_dict(state["schedule"])
        if self.accelerator.scaler and state["scaler"]:
            self.accelerator.scaler.load_state_dict(state["scaler"])
        self.step, self.losses, self.seconds = state["steps"], state["losses"], state["seconds"]
        print(f"continuing from {path}")
        for what in ("seed", "global_batch", "dataset"):
            if state[what] != self.recipe()[what]:
                print(f"note: {what} was {state[what]}: this is another run from here than the one that was stopped")

    def show(self) -> None:
        """samples/: a strip with the base's pictures above those of the adapter as it is now, same seeds."""
        self.accelerator.wait_for_everyone()
        if not self.base_pictures:
            return
        pictures = preview(self.run, self.accelerator.unwrap_model(self.model))
        width, height = pictures[0].size
        strip = Image.new("RGB", (width * len(pictures), 2 * height))
        for row, line in enumerate((self.base_pictures, pictures)):
            for column, picture in enumerate(line):
                strip.paste(picture, (column * width, row * height))
        with written_aside(self.args.output_dir / "samples" / f"step-{self.step:06}.png") as aside:
            strip.save(aside)
        for tracker in self.accelerator.trackers:
            layout = {"dataformats": "NHWC"} if tracker.name == "tensorboard" else {}
            tracker.log_images({"base above, adapter below": np.asarray(strip)[None]}, step=self.step, **layout)


def train(
    run: Run,
    model: Denoiser,
    save: Callable[[Path, dict], None],
    loss_fn: Callable[[Tensor], Tensor] = torch.mean,
    *,
    save_into_checkpoints: bool = True,
    save_steps: int | None = None,
) -> None:
    """Train what requires gradients in `model`; `save(folder, recipe)` writes it, at the end and on the way.

    `loss_fn` turns the losses of a process's samples (n,) into the one that is minimised; with class pictures the
    samples are pairs, a picture's loss and then a class picture's. A checkpoint can always be resumed from, and holds
    what `save` writes too unless that is as large. Every `save_steps` steps `save` writes into steps/N as well.
    """
    args, accelerator = run.args, run.accelerator
    if accelerator.is_main_process:
        sweep(args.output_dir, "checkpoint-*")
        if args.resume_from_checkpoint is None:
            checkpoints.set_earlier_aside(args.output_dir)
    accelerator.wait_for_everyone()
    loop = Loop(run, model, save, loss_fn, save_into_checkpoints)
    loop.restore()
    accelerator.init_trackers(Path(sys.argv[0]).stem)
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
                save(args.output_dir / "steps" / str(loop.step), loop.recipe())
            if due or stop:
                loop.write_checkpoint()
            if stop:
                leave(loop, asked() or signal.SIGTERM)
            if shown:
                loop.show()
    finish(loop)


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


def finish(loop: Loop) -> None:
    """Write what was trained and its recipe.json, and publish both if asked to."""
    args, accelerator = loop.args, loop.accelerator
    if accelerator.is_main_process:
        recipe = loop.recipe()
        with checkpoints.room_for(
            args.output_dir / "recipe.json", sum(parameter.nbytes for parameter in loop.trained.values())
        ):
            loop.save(args.output_dir, recipe)
            with written_aside(args.output_dir / "recipe.json") as aside:
                aside.write_text(json.dumps(recipe, indent=2) + "\n")
        spent = f"{recipe['seconds']:.0f} s and at most {recipe['peak_memory_mib']} MiB"
        print(f"{recipe['steps']} steps, loss {recipe['final_loss']:.4f}, {spent}")
        if args.push_to_hub:
            publish(args)
    accelerator.wait_for_everyone()
    accelerator.end_training()


def publish(args: argparse.Namespace) -> None:
    """Upload the output folder to the hub, without checkpoints and caches."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HTTPError

    name, skipped = (
        args.hub_model_id or args.output_dir.name,
        ["checkpoint-*", "earlier/*", "cache/*", "class/*", ".*"],
    )
    try:
        repository = HfApi().create_repo(name, exist_ok=True)
        HfApi().upload_folder(repo_id=repository.repo_id, folder_path=args.output_dir, ignore_patterns=skipped)
    except (OSError, ValueError, HTTPError) as error:
        raise InputError(f"the hub did not take {name} ({error}); it is complete in {args.output_dir}") from error
    print(f"published as {repository}")


def preview(run: Run, model: Denoiser) -> list[Image.Image]:
    """Pictures of --validation_prompt by the weights as they are, on the main process; none without a prompt."""
    args, pipe = run.args, run.pipe
    if not args.validation_prompt or not run.accelerator.is_main_process:
        return []
    device, count = run.accelerator.device, args.num_validation_images
    parts = {"vae": pipe.vae.to(device), "unet": model.unet.eval(), "scheduler": pipe.scheduler}
    bare = StableDiffusionPipeline(
        **parts,
        text_encoder=None,
        tokenizer=None,
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    seeds = range(args.seed, args.seed + count)  # one per picture, the same at every step
    rows = torch.tensor([run.encoded.texts.index(args.validation_prompt), 0], device=device)
    with torch.no_grad(), run.accelerator.autocast():
        text, no_text = (states.expand(count, -1, -1) for states in model.conditioning(rows).split(1))
        noise = sampling.initial_noise(bare, seeds, args.resolution, args.resolution)
        latents = sampling.denoise(bare, noise, text, no_text, 20, 7.5, lambda steps: None)
    pictures = sampling.decode(bare, latents.float())
    pipe.vae.to("cpu")
    model.unet.train()
    return pictures
