"""What a step learns from: pictures, mirroring, captions, noise and timesteps.

Everything random is a pure function of (seed, step, slot), slot being the place of a sample in the global batch: so a
resumed run draws what the uninterrupted one would have drawn, and several processes draw what one would.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from finetune.state import Run
from inference.schedules import Epsilon

GOLDEN = (math.sqrt(5) - 1) / 2
# the first word of a random stream's seed after the run's, so that no two streams are one
TURNS, ROUNDS, SLOTS, STEPS, CLASS_ROUNDS = 1, 2, 3, 4, 5


class Order:
    """Which pictures a step sees: a pure function of (seed, step), the same for any number of processes.

    A step draws from one bucket. Buckets take turns in proportion to their size, by a golden-ratio sequence (it never
    strays from the proportion and never repeats); inside a bucket, shuffled rounds follow one another without a gap.
    """

    def __init__(
        self, sizes: Sequence[int], per_step: int, steps: int, seed: int, class_sizes: Sequence[int] | None = None
    ):
        self.sizes, self.per_step, self.seed = sizes, per_step, seed
        self.class_sizes = class_sizes if class_sizes and any(class_sizes) else None
        assert self.class_sizes is None or all(self.class_sizes), "a bucket has no class pictures"
        edges = np.cumsum(sizes) / sum(sizes)
        turns = (np.random.default_rng([seed, TURNS]).random() + GOLDEN * np.arange(steps)) % 1
        self.buckets = np.searchsorted(edges, turns, side="right").clip(max=len(sizes) - 1)  # (steps,)
        self.visits = np.zeros(steps, dtype=int)  # how often this step's bucket had its turn before
        for bucket in range(len(sizes)):
            mine = self.buckets == bucket
            self.visits[mine] = np.arange(mine.sum())

    def __call__(self, step: int) -> tuple[int, list[int]]:
        """(bucket, its pictures): `per_step` places in the bucket, one per slot of the global batch.

        With class pictures a slot has two places, a picture's and then a class picture's.
        """
        bucket = int(self.buckets[step])
        size, visit = self.sizes[bucket], int(self.visits[step])
        places = [self._places(ROUNDS, bucket, size, visit)]
        if self.class_sizes:
            places.append(size + self._places(CLASS_ROUNDS, bucket, self.class_sizes[bucket], visit))
        return bucket, np.stack(places, axis=1).ravel().tolist()

    def _places(self, stream: int, bucket: int, size: int, visit: int) -> np.ndarray:
        """Which of `size` pictures (per_step,) the visit to a bucket sees, each once before any is seen again."""
        first = visit * self.per_step
        rounds = range(first // size, (first + self.per_step - 1) // size + 1)
        shuffled = [np.random.default_rng([self.seed, stream, bucket, number]).permutation(size) for number in rounds]
        return np.concatenate(shuffled)[first % size :][: self.per_step]


@dataclass
class Batch:
    latents: Tensor  # (n, c, h, w), a fresh sample of each picture's posterior
    noise: Tensor  # (n, c, h, w)
    timesteps: Tensor  # (n,)
    captions: Tensor  # (n,), rows of Encoded.texts


def draw_batch(run: Run, order: Order, step: int, slots: Sequence[int], schedule: Epsilon) -> Batch:
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
        t = schedule.timestep((offset + sample / len(places)) % 1)
        dropped = rng.random() < args.caption_dropout
        rows.append((places[sample], rng.integers(means.shape[1]), rng.integers(captions.shape[1]), t, not dropped))
        posterior.append(rng.standard_normal(means.shape[2:], dtype=np.float32))
        noise.append(schedule.noise(rng, means.shape[2:], args.noise_offset))
    place, flip, caption, t, kept = _to(device, np.array(rows, dtype=np.int64).T)  # each (n,)
    latents = means[place, flip] + stds[place, flip] * _to(device, np.stack(posterior))
    return Batch(latents, _to(device, np.stack(noise)), t, captions[place, caption] * kept)  # row 0 is no caption


def _to(device: torch.device, array: np.ndarray) -> Tensor:
    tensor = torch.from_numpy(np.ascontiguousarray(array))
    # from pinned memory the copy runs beside the GPU's work instead of waiting for it
    return tensor.pin_memory().to(device, non_blocking=True) if device.type == "cuda" else tensor.to(device)
