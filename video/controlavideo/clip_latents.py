"""Frames to latents, latents to frames, and a clip's first frame held in its place."""

import numpy as np
import torch
from diffusers import AutoencoderKL
from PIL import Image

from video.controlavideo.modules import fold

DECODED_AT_ONCE = 4  # a VAE takes far more memory for a frame than the UNet does


@torch.no_grad()
def encode_picture(
    vae: AutoencoderKL, image: Image.Image, size: tuple[int, int], device: torch.device, mean: bool = True
) -> torch.Tensor:
    """A picture of `size` (H, W) to latents (1, 4, h, w): the posterior's mean or, as the original, a sample.

    `device` is where the VAE runs; with offloading, its weights are elsewhere until then.
    """
    if image.size != tuple(size[::-1]):
        raise ValueError(f"the first frame is {image.width}x{image.height} pixels, the clip {size[1]}x{size[0]}")
    pixels = torch.from_numpy(np.array(image.convert("RGB"))).to(device)  # (H, W, 3) in [0, 255]
    pixels = (pixels.float() / 255 * 2 - 1).permute(2, 0, 1)[None].to(vae.dtype)
    posterior = vae.encode(pixels).latent_dist
    z = posterior.mode() if mean else posterior.sample()  # by the global generator: the seed does not say which
    return z * vae.config.scaling_factor


@torch.no_grad()
def decode_frames(vae: AutoencoderKL, z: torch.Tensor, output_type: str = "pil") -> "list | np.ndarray | torch.Tensor":
    """Latents (1, 4, [f,] h, w) to frames: PIL, or (1, f, H, W, 3) in [0, 1] as an array ("np") or tensor ("pt")."""
    parts = (fold(z).to(vae.dtype) / vae.config.scaling_factor).split(DECODED_AT_ONCE)
    pixels = torch.cat([vae.decode(part, return_dict=False)[0] for part in parts])  # (f, 3, H, W) in [-1, 1]
    pixels = (pixels / 2 + 0.5).clamp(0, 1).float().permute(0, 2, 3, 1)  # (f, H, W, 3)
    clip = z.ndim == 5
    if output_type == "pil":
        pictures = [Image.fromarray(frame) for frame in (pixels * 255).round().byte().cpu().numpy()]
        return [pictures] if clip else pictures
    pixels = pixels[None] if clip else pixels
    return pixels.cpu().numpy() if output_type == "np" else pixels


def hold(z: torch.Tensor, first: torch.Tensor) -> torch.Tensor:
    """`z` (1, 4, f, h, w) with `first` (1, 4, h, w) in place of its first frame; a new tensor."""
    return torch.cat([first[:, :, None].to(z), z[:, :, 1:]], dim=2)


def prepend(
    z: torch.Tensor,
    hint: torch.Tensor | None,
    mask: torch.Tensor | None,
    z_first: torch.Tensor,
    first_hint: torch.Tensor | None,
) -> tuple[torch.Tensor, torch.Tensor | None, torch.Tensor | None]:
    """Insert the first frame, clean, before the clip, whose own first frame keeps its noise (mask 1)."""
    if mask is not None:
        mask = torch.cat([torch.ones_like(mask[:, :, :1]), mask], dim=2)
    if hint is not None:
        first = hint[:, :, :1] if first_hint is None else first_hint.to(hint).view_as(hint[:, :, :1])
        hint = torch.cat([first, hint], dim=2)
    return torch.cat([z_first[:, :, None].to(z), z], dim=2), hint, mask
