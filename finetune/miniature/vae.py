"""Learn the miniature's VAE from drawn scenes: 128 pixels to 16 x 16 latents of 8 channels, and back.

    python -m finetune.miniature.vae --work_dir outputs/miniature
"""

import argparse
import shutil
from functools import partial
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from PIL import Image

from finetune.miniature.clip import training_set
from finetune.miniature.learn import device_and_dtype, learn
from finetune.miniature.world import SIZE
from inference.cli import written_aside

CHANNELS = (16, 32, 64, 128)  # few at full size, where they cost most
KL_WEIGHT = 2e-4  # keeps latents near a unit scale and a little noisy, so that they are easy to generate


def build_vae() -> AutoencoderKL:
    """2.7 M parameters; one latent pixel for 8 x 8."""
    n = len(CHANNELS)
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * n, up_block_types=("UpDecoderBlock2D",) * n,
        block_out_channels=CHANNELS, layers_per_block=1, latent_channels=8, norm_num_groups=16, sample_size=SIZE,
    )  # fmt: skip


def to_model(pictures: np.ndarray, device: torch.device) -> torch.Tensor:
    """(n, h, w, 3) uint8 -> (n, 3, h, w) float32 in [-1, 1], channels last."""
    x = torch.from_numpy(np.ascontiguousarray(pictures)).to(device).permute(0, 3, 1, 2).float() / 127.5 - 1
    return x.contiguous(memory_format=torch.channels_last)


def picture_loss(y: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """L1 for sharp outlines, squared error for what PSNR measures; pictures in [-1, 1]."""
    d = y - x
    return d.abs().mean() + 3 * d.square().mean()


def latent_std(vae: AutoencoderKL, drawn: np.ndarray, device: torch.device) -> float:
    with torch.no_grad():
        return torch.cat([vae.encode(to_model(drawn[i : i + 50], device)).latent_dist.mean for i in range(0, len(drawn), 50)]).std().item()


def strip(vae: AutoencoderKL, pictures: np.ndarray, path: Path, device: torch.device) -> None:
    """Pictures above, their reconstructions below."""
    with torch.no_grad():
        y = vae(to_model(pictures, device)).sample.float().cpu()
    y = ((y.permute(0, 2, 3, 1).clamp(-1, 1) + 1) * 127.5).round().byte().numpy()
    rows = [np.concatenate(list(row), 1) for row in (pictures, y)]
    with written_aside(path) as aside:
        Image.fromarray(np.concatenate(rows)).save(aside)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work_dir", type=Path, default=Path("outputs/miniature"), help="where states and pictures are kept")
    parser.add_argument("--steps", type=int, default=2500, help="steps of 16 pictures")
    parser.add_argument("--decoder_steps", type=int, default=3000, help="further steps that leave the latents as they are")
    args = parser.parse_args()

    torch.manual_seed(0)
    _, drawn = training_set(args.work_dir)
    device, dtype = device_and_dtype()
    vae = build_vae().to(device, memory_format=torch.channels_last)
    compiled = torch.compile if shutil.which("g++") else lambda function: function  # 1.7 times faster on a CPU
    encode = compiled(lambda x: vae.quant_conv(vae.encoder(x)))
    decode = compiled(lambda z: vae.decoder(vae.post_quant_conv(z)))

    def batch_loss(step: int, learn_latents: bool) -> torch.Tensor:
        rng = np.random.default_rng([step, 2 if learn_latents else 3])
        x = to_model(drawn[np.sort(rng.choice(len(drawn), 16, replace=False))], device)  # (16, 3, 128, 128)
        with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
            with torch.set_grad_enabled(learn_latents):
                mean, logvar = encode(x).float().chunk(2, 1)  # (16, 8, 16, 16)
            logvar = logvar.clamp(-30, 20)
            noise = torch.randn(mean.shape, generator=torch.Generator().manual_seed(step)).to(device)
            y = decode(mean + noise * (0.5 * logvar).exp())
        kl = 0.5 * (mean**2 + logvar.exp() - 1 - logvar).mean()
        return picture_loss(y.float(), x) + KL_WEIGHT * kl * learn_latents

    def sample(step: int) -> None:
        strip(vae, drawn[:: len(drawn) // 8][:8], args.work_dir / f"vae-{step:05d}.png", device)

    learn(args.work_dir / "vae", vae, partial(batch_loss, learn_latents=True), args.steps, 2e-3, average=0.995, sample=sample)
    vae.register_to_config(scaling_factor=round(1 / latent_std(vae, drawn[::24], device), 5))
    vae.save_pretrained(args.work_dir / "latents")  # the UNet can start from here; the decoder goes on alone
    for part in (vae.encoder, vae.quant_conv):
        part.requires_grad_(False)
    learn(args.work_dir / "decoder", vae, partial(batch_loss, learn_latents=False), args.decoder_steps, 1e-3, average=0.998, sample=sample)
    vae.cpu().half().save_pretrained(args.work_dir / "pipeline" / "vae")


if __name__ == "__main__":
    main()
