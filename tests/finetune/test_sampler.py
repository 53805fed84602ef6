"""What a step sees of the encoded pictures, and how a sample is judged."""

from argparse import Namespace
from types import SimpleNamespace

import pytest
import torch

from finetune.latents import Encoded
from finetune.sampler import Batch, Order, draw_batch, sample_losses


def drawn(column: str, means: torch.Tensor, stds: torch.Tensor, steps: int = 20, **flags: float) -> torch.Tensor:
    """A column of the batches of `steps` steps, over one bucket with these posteriors (n, flips, c, h, w)."""
    n, size = len(means), 4
    encoded = Encoded([means], [stds], [torch.ones(n, 1, dtype=torch.long)], ["", "a"], [n], [0])
    args = Namespace(**{"seed": 3, "caption_dropout": 0.0, "noise_offset": 0.0} | flags)
    accelerator = SimpleNamespace(device=torch.device("cpu"))
    run = SimpleNamespace(args=args, accelerator=accelerator, encoded=encoded, global_batch=size)
    order = Order([n], size, steps, args.seed)
    return torch.cat([getattr(draw_batch(run, order, step, range(size), 1000), column) for step in range(steps)])


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


def test_noise_and_velocity_are_those_of_diffusers() -> None:
    from diffusers import DDPMScheduler

    scheduler = DDPMScheduler(beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012)
    latents, noise = torch.randn(2, 3, 4, 2, 2, generator=torch.Generator().manual_seed(0))
    batch = Batch(latents, noise, torch.tensor([5, 500, 990]), torch.zeros(3, dtype=torch.long))
    targets = {"epsilon": noise, "v_prediction": scheduler.get_velocity(latents, noise, batch.timesteps)}
    for kind, target in targets.items():

        def off_by_two(noisy, timesteps, captions, target=target):
            assert torch.allclose(noisy, scheduler.add_noise(latents, noise, timesteps), atol=1e-6)
            return target + 2

        losses = sample_losses(off_by_two, batch, scheduler.alphas_cumprod, kind, None)
        assert torch.allclose(losses, torch.full((3,), 4.0), atol=1e-5), kind


def test_min_snr_weights() -> None:
    alphas = torch.tensor([0.9, 0.5, 0.1])  # snr 9, 1, 1/9
    zeros, noise = torch.zeros(3, 4, 2, 2), torch.ones(3, 4, 2, 2)
    batch = Batch(zeros, noise, torch.arange(3), torch.zeros(3, dtype=torch.long))

    def nothing(noisy, timesteps, captions):
        return torch.zeros_like(noisy)

    eps = sample_losses(nothing, batch, alphas, "epsilon", 5.0)
    assert torch.allclose(eps, torch.tensor([5 / 9, 1.0, 1.0]))
    v = sample_losses(nothing, batch, alphas, "v_prediction", 5.0)  # v = sqrt(alpha) here
    assert torch.allclose(v, torch.tensor([0.9 * 5 / 10, 0.5 / 2, 0.1 * (1 / 9) / (10 / 9)]))
