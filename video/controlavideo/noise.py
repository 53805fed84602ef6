"""Residual-based noise (arXiv 2305.13840, section 3.3): where a clip stands still, its noise does too.

The residual of two neighbouring frames says where something moved. Moving pixels keep noise of their own, still ones
take over that of the frame before, so what does not move in the source does not boil in the result.
"""

from collections.abc import Callable

import torch
import torch.nn.functional as F


def residuals(images: torch.Tensor, size: tuple[int, int]) -> tuple[torch.Tensor, torch.Tensor]:
    """Motion between (b, 3, f, H, W) frames: (b, f - 1, h, w) at a latent's `size`, and the largest one at full size.

    No antialiasing: that is how the model was used.
    """
    b = images.shape[0]
    motion = images.diff(dim=2).abs()  # (b, 3, f - 1, H, W)
    most = motion.amax() if motion.numel() else motion.new_zeros(())
    return _shrink(motion, size).unflatten(0, (b, -1)), most


def motion_mask(images: torch.Tensor, size: tuple[int, int], threshold: float, guard: bool = True) -> torch.Tensor:
    """1 where a pixel moved by more than `threshold` of the clip's largest residual, else 0; (b, 1, f - 1, h, w) fp32.

    `guard` is for clips in which nothing moves; without it 0 / 0 decides, with the same result for two frames or
    more, and raises for one.
    """
    b = images.shape[0]
    motion = images.diff(dim=2).abs()  # (b, 3, f - 1, H, W)
    if guard and not (motion.numel() and motion.amax() > 0):
        return images.new_zeros(b, 1, images.shape[2] - 1, *size, dtype=torch.float32)
    if not motion.numel():
        raise ValueError("residual-based noise needs two frames or more")
    moved = _shrink(motion / motion.amax(), size) > threshold
    return moved.float().unflatten(0, (b, -1))[:, None]


def _shrink(motion: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """(b, 3, f, H, W) -> (b f, h, w), the mean of the channels"""
    frames = motion.transpose(1, 2).flatten(0, 1)
    return F.interpolate(frames, size=size, mode="bilinear", align_corners=False).mean(1)


def inherit(noise: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
    """Still pixels take what the frame before has, which may itself have taken it: frame by frame, in order.

    `noise` (b, c, f, h, w), `mask` (b, 1, f - 1, h, w). The blend is in the wider of the two types.
    """
    frames = list(noise.unbind(2))
    for n in range(1, len(frames)):
        before = frames[n - 1]
        frames[n] = ((frames[n] - before) * mask[:, :, n - 1] + before).to(noise.dtype)
    return torch.stack(frames, dim=2)


def clip_noise(
    shape: tuple[int, int, int, int],
    images: Callable[[int, int], torch.Tensor] | None,
    threshold: float,
    generator: torch.Generator,
    block: int = 8,
) -> torch.Tensor:
    """Residual-based noise (1, c, n, h, w) for all of a clip of any length; `shape` is (c, n, h, w).

    `images(start, stop)` gives frames (1, 3, f, H, W), a few at a time. The threshold is of the clip's largest
    residual. Without images every frame has noise of its own.
    """
    channels, length, *size = shape
    noise = torch.randn((1, length, channels, *size), generator=generator, device=generator.device).transpose(1, 2)
    if images is None or threshold <= 0 or length < 2:
        return noise
    parts = [residuals(images(i, min(i + block + 1, length)), tuple(size)) for i in range(0, length - 1, block)]
    most = torch.stack([most for _, most in parts]).amax()
    motion = torch.cat([motion for motion, _ in parts], dim=1).to(noise.device)  # (1, n - 1, h, w)
    return inherit(noise, (motion > threshold * most.to(noise.device)).float()[:, None])
