"""How a base noises pictures, what its network learns of them, and how samples are drawn: a class per parameterisation.

x_t = sqrt(a) x0 + sqrt(1 - a) eps, where a is the share of the signal's variance that is left at timestep t (Ho et al.
2020, "Denoising diffusion probabilistic models", eq. 4). Latents, noise and predictions are (n, c, h, w), t is (n,).
"""

from collections.abc import Mapping

import numpy as np
import torch
from diffusers import DPMSolverMultistepScheduler, SchedulerMixin
from torch import Tensor


class Epsilon:
    """The network predicts the noise (Ho et al. 2020, eq. 14)."""

    def __init__(self, scheduler: SchedulerMixin, device: torch.device | str = "cpu"):
        self.alphas = scheduler.alphas_cumprod.to(device, torch.float32)  # a of each timestep

    def timestep(self, place: float) -> int:
        """The timestep at `place` in [0, 1) of the whole range."""
        return int(place * len(self.alphas))

    def noise(self, rng: np.random.Generator, shape: tuple[int, int, int], offset: float = 0.0) -> np.ndarray:
        """eps (c, h, w) of one picture, with `offset` times a number for each channel (Guttenberg 2023)."""
        shift = rng.standard_normal((shape[0], 1, 1), dtype=np.float32)
        return rng.standard_normal(shape, dtype=np.float32) + offset * shift

    def noised(self, x0: Tensor, eps: Tensor, t: Tensor) -> Tensor:
        a = self._share(t)
        return a.sqrt() * x0 + (1 - a).sqrt() * eps

    def target(self, x0: Tensor, eps: Tensor, t: Tensor) -> Tensor:
        return eps

    def snr_of_unit_weight(self, snr: Tensor) -> Tensor:
        """What min-SNR divides by: the weight that the plain loss has as one of x0."""
        return snr

    def losses(self, predicted: Tensor, x0: Tensor, eps: Tensor, t: Tensor, snr_gamma: float | None = None) -> Tensor:
        """Each sample's squared error (n,), with min-SNR weights (Hang et al. 2023, section 3.4) if `snr_gamma`."""
        losses = (predicted.float() - self.target(x0, eps, t)).square().mean(dim=(1, 2, 3))
        if snr_gamma is None:
            return losses
        a = self._share(t)
        snr = (a / (1 - a)).flatten()
        return losses * snr.clamp(max=snr_gamma) / self.snr_of_unit_weight(snr)

    @staticmethod
    def x0(x: Tensor, predicted: Tensor, a: float) -> Tensor:
        """What `predicted` says that x, whose signal has the share `a` of the variance, shows."""
        return (x.float() - (1 - a) ** 0.5 * predicted.float()) / a**0.5

    @staticmethod
    def pulled(predicted: Tensor, pull: Tensor, a: float) -> Tensor:
        """The prediction whose x0 is what it was and `pull` more."""
        return (predicted.float() - (a / (1 - a)) ** 0.5 * pull).to(predicted.dtype)

    def _share(self, t: Tensor) -> Tensor:
        return self.alphas[t][:, None, None, None]  # (n, 1, 1, 1)


class Velocity(Epsilon):
    """The network predicts v = sqrt(a) eps - sqrt(1 - a) x0 (Salimans and Ho 2022, "Progressive distillation")."""

    def target(self, x0: Tensor, eps: Tensor, t: Tensor) -> Tensor:
        a = self._share(t)
        return a.sqrt() * eps - (1 - a).sqrt() * x0

    def snr_of_unit_weight(self, snr: Tensor) -> Tensor:
        return snr + 1

    @staticmethod
    def x0(x: Tensor, predicted: Tensor, a: float) -> Tensor:
        return a**0.5 * x.float() - (1 - a) ** 0.5 * predicted.float()

    @staticmethod
    def pulled(predicted: Tensor, pull: Tensor, a: float) -> Tensor:
        return (predicted.float() - pull / (1 - a) ** 0.5).to(predicted.dtype)


KINDS = {"epsilon": Epsilon, "v_prediction": Velocity}  # by a scheduler's prediction_type


def schedule_of(scheduler: SchedulerMixin, device: torch.device | str = "cpu") -> Epsilon:
    """The parameterisation of a base with this scheduler; KeyError where it predicts neither."""
    return KINDS[scheduler.config.prediction_type](scheduler, device)


def solver(config: Mapping, steps: int, device: torch.device) -> DPMSolverMultistepScheduler:
    """DPM-Solver++ 2M (Lu et al. 2022) for a scheduler's `config`, new for each batch: it remembers the last step."""
    solver = DPMSolverMultistepScheduler.from_config(config)
    solver.set_timesteps(steps, device=device)
    return solver
