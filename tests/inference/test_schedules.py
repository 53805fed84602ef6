"""Noising, targets, weights and x0, against diffusers and by hand."""

from types import SimpleNamespace

import pytest
import torch
from diffusers import DDPMScheduler

from inference.schedules import KINDS, Epsilon, Velocity, schedule_of

KIND = pytest.mark.parametrize("kind", sorted(KINDS))


@KIND
def test_noise_target_and_x0_are_those_of_diffusers(kind: str) -> None:
    scheduler = DDPMScheduler(
        beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, prediction_type=kind, clip_sample=False
    )
    schedule = schedule_of(scheduler)
    x0, eps = torch.randn(2, 3, 4, 2, 2, generator=torch.Generator().manual_seed(0))
    t = torch.tensor([5, 500, 990])
    noisy = schedule.noised(x0, eps, t)
    assert torch.allclose(noisy, scheduler.add_noise(x0, eps, t), atol=1e-6)
    target = schedule.target(x0, eps, t)
    assert torch.allclose(target, eps if kind == "epsilon" else scheduler.get_velocity(x0, eps, t), atol=1e-6)
    assert torch.allclose(schedule.losses(target + 2, x0, eps, t), torch.full((3,), 4.0), atol=1e-5)
    for i in range(3):
        theirs = scheduler.step(target[i], int(t[i]), noisy[i]).pred_original_sample
        assert torch.allclose(schedule.x0(noisy[i], target[i], schedule.alphas[t[i]].item()), theirs, atol=1e-5)
        assert torch.allclose(theirs, x0[i], atol=1e-4)
        a = schedule.alphas[t[i]].item()
        pulled = schedule.pulled(target[i], torch.full_like(x0[i], 0.25), a)
        assert torch.allclose(schedule.x0(noisy[i], pulled, a), theirs + 0.25, atol=1e-4)


def test_min_snr_weights() -> None:
    scheduler = SimpleNamespace(alphas_cumprod=torch.tensor([0.9, 0.5, 0.1]))  # snr 9, 1, 1/9
    zeros, noise, t = torch.zeros(3, 4, 2, 2), torch.ones(3, 4, 2, 2), torch.arange(3)
    eps = Epsilon(scheduler).losses(zeros, zeros, noise, t, 5.0)
    assert torch.allclose(eps, torch.tensor([5 / 9, 1.0, 1.0]))
    v = Velocity(scheduler).losses(zeros, zeros, noise, t, 5.0)  # v = sqrt(alpha) here
    assert torch.allclose(v, torch.tensor([0.9 * 5 / 10, 0.5 / 2, 0.1 * (1 / 9) / (10 / 9)]))
