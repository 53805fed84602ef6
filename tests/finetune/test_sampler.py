"""What a step sees of the encoded pictures."""

from argparse import Namespace
from types import SimpleNamespace

import pytest
import torch
from diffusers import DDPMScheduler

from finetune.latents import Encoded
from finetune.sampler import Order, draw_batch
from inference.schedules import Epsilon

SCHEDULE = Epsilon(DDPMScheduler())  # of a thousand timesteps


def drawn(column: str, means: torch.Tensor, stds: torch.Tensor, steps: int = 20, **flags: float) -> torch.Tensor:
    """A column of the batches of `steps` steps, over one bucket with these posteriors (n, flips, c, h, w)."""
    n, size = len(means), 4
    encoded = Encoded([means], [stds], [torch.ones(n, 1, dtype=torch.long)], ["", "a"], [n], [0])
    args = Namespace(**{"seed": 3, "caption_dropout": 0.0, "noise_offset": 0.0} | flags)
    accelerator = SimpleNamespace(device=torch.device("cpu"))
    run = SimpleNamespace(args=args, accelerator=accelerator, encoded=encoded, global_batch=size)
    order = Order([n], size, steps, args.seed)
    return torch.cat([getattr(draw_batch(run, order, step, range(size), SCHEDULE), column) for step in range(steps)])


ZEROS = torch.zeros(3, 1, 4, 16, 16)


def test_the_posterior_is_sampled_with_its_own_spread() -> None:
    latents = drawn("latents", ZEROS + 5, ZEROS + 2)
    assert abs(latents.mean() - 5) < 0.1 and abs(latents.std() - 2) < 0.1


def test_half_of_the_pictures_are_mirrored() -> None:
    means = torch.stack([torch.zeros(3, 4, 2, 2), torch.ones(3, 4, 2, 2)], dim=1)  # the mirror images are ones
    assert 0.4 < drawn("latents", means, torch.zeros_like(means), steps=50).mean() < 0.6


def test_the_noise_offset_shifts_whole_channels() -> None:
    noise = drawn("noise", ZEROS, ZEROS, noise_offset=3.0)
    assert abs(noise.std((2, 3)).mean() - 1) < 0.1 and abs(noise.mean((2, 3)).std() - 3) < 0.4


@pytest.mark.parametrize("share", [0.0, 0.25, 1.0])
def test_captions_are_dropped_at_their_share(share: float) -> None:
    captions = drawn("captions", ZEROS, ZEROS, steps=200, caption_dropout=share)
    assert (captions == 0).float().mean() == pytest.approx(share, abs=0.05)


def test_the_timesteps_of_a_step_are_spread_over_the_whole_range() -> None:
    timesteps = drawn("timesteps", ZEROS, ZEROS, steps=200).reshape(200, 4).sort(dim=1).values
    assert ((timesteps.diff(dim=1) - 250).abs() <= 1).all()  # a quarter of a thousand apart
    assert timesteps.min() < 10 and timesteps.max() > 989
