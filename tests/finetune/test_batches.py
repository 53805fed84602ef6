"""How a sample is judged."""

import torch


def test_min_snr_weights() -> None:
    from finetune.batches import Batch, sample_losses

    alphas = torch.tensor([0.9, 0.5, 0.1])  # snr 9, 1, 1/9
    zeros, noise = torch.zeros(3, 4, 2, 2), torch.ones(3, 4, 2, 2)
    batch = Batch(zeros, noise, torch.arange(3), torch.zeros(3, dtype=torch.long))

    def nothing(noisy, timesteps, captions):
        return torch.zeros_like(noisy)

    eps = sample_losses(nothing, batch, alphas, "epsilon", 5.0)
    assert torch.allclose(eps, torch.tensor([5 / 9, 1.0, 1.0]))
    v = sample_losses(nothing, batch, alphas, "v_prediction", 5.0)  # v = sqrt(alpha) here
    assert torch.allclose(v, torch.tensor([0.9 * 5 / 10, 0.5 / 2, 0.1 * (1 / 9) / (10 / 9)]))
