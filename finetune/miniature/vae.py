"""Learn the miniature's VAE from drawn scenes: 128 pixels to 16 x 16 latents of 12 channels, and back.

The encoder starts, and stays, at the principal components of 8 x 8 patches: set into the stock encoder's convolutions,
they are there at once, and 12 of 192 already keep 29 dB. The latents are settled before anything is learned, so the
UNet need not wait for the decoder, which learns to draw from them.

    python -m finetune.miniature.vae --work_dir outputs/miniature
"""

import shutil
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL
from PIL import Image
from tqdm import tqdm

from finetune.miniature.clip import training_set
from finetune.miniature.learn import device_and_dtype, learn, recipe_parser
from finetune.miniature.world import SIZE
from inference.files import atomic_write

CHANNELS = (16, 32, 64, 128)  # few at full size, where they cost most
LATENTS = 12
GROUPS = 4  # at least four channels to a group, or the norm would take a picture's colours away
NOISE = 0.05  # the posterior's standard deviation, so that neighbouring latents mean the same picture


def build_vae() -> AutoencoderKL:
    """2.8 M parameters; one latent pixel for 8 x 8."""
    n = len(CHANNELS)
    return AutoencoderKL(
        down_block_types=("DownEncoderBlock2D",) * n, up_block_types=("UpDecoderBlock2D",) * n,
        block_out_channels=CHANNELS, layers_per_block=1, norm_num_groups=GROUPS, latent_channels=LATENTS,
        sample_size=SIZE, scaling_factor=1.0,
    )  # fmt: skip


def components(x: torch.Tensor, keep: int) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Principal components of 2 x 2 patches of (n, c, h, w): weights (keep, c, 2, 2), mean (keep,), std (keep,)."""
    patches = torch.nn.functional.unfold(x, 2, stride=2).transpose(1, 2).reshape(-1, x.shape[1] * 4)
    mean = patches.mean(0)
    variance, vectors = torch.linalg.eigh((patches - mean).T @ (patches - mean) / len(patches))
    top = vectors.flip(1)[:, :keep].T  # (keep, 4 c)
    return top.reshape(keep, -1, 2, 2), top @ mean, variance.flip(0)[:keep].clamp(min=1e-8).sqrt()


@torch.no_grad()
def set_principal_components(vae: AutoencoderKL, x: torch.Tensor) -> None:
    """Make the encoder the principal components of 8 x 8 patches of pictures x (n, 3, 128, 128) in [-1, 1].

    Each residual branch starts at zero, so a block passes its input on; each down-sampling convolution is one level of
    components of 2 x 2 patches; the last norm and SiLU pass z unchanged, because silu(z) - silu(-z) = z and constant
    channels of +-k keep the norm's divisor the same for every picture.
    """
    encoder = vae.encoder
    for block in [*(r for d in encoder.down_blocks for r in d.resnets), *encoder.mid_block.resnets]:
        block.conv2.weight.zero_(), block.conv2.bias.zero_()
        if block.conv_shortcut is not None:
            _pass_through(block.conv_shortcut)
    attention = encoder.mid_block.attentions[0].to_out[0]
    attention.weight.zero_(), attention.bias.zero_()
    _pass_through(encoder.conv_in)
    features = x
    for block, keep in zip(encoder.down_blocks, (12, 32, 64), strict=False):
        weight, mean, std = components(features, keep)
        conv = block.downsamplers[0].conv
        conv.weight.zero_(), conv.bias.zero_()
        conv.weight[:keep, : weight.shape[1], :2, :2] = weight
        conv.bias[:keep] = -mean
        features = torch.nn.functional.conv2d(features, weight, -mean, stride=2)
    _unmixed_output(encoder, std[:LATENTS])
    moments = vae.quant_conv
    moments.weight.copy_(torch.eye(2 * LATENTS)[:, :, None, None])
    moments.bias.zero_()
    moments.bias[LATENTS:] = 2 * np.log(NOISE)


def _pass_through(conv: torch.nn.Conv2d) -> None:
    """Make a convolution copy its input channels."""
    conv.weight.zero_(), conv.bias.zero_()
    middle = conv.kernel_size[0] // 2
    for i in range(min(conv.in_channels, conv.out_channels)):
        conv.weight[i, i, middle, middle] = 1


def _unmixed_output(encoder: torch.nn.Module, std: torch.Tensor, k: float = 6.0) -> None:
    """Lay out +z, -z and constants in the norm's groups, and put z together again behind it.

    z is whitened by half (divided by the root of its deviation), so that coarse components still stand out of the noise
    first, as in a picture, and its mean square is one.
    """
    scale = std**-0.5 / (std.mean() ** 0.5)
    spread, gather = encoder.down_blocks[-1].resnets[0].conv_shortcut, encoder.conv_out
    for conv in (spread, gather):
        conv.weight.zero_(), conv.bias.zero_()
    per_group, each = spread.out_channels // GROUPS, LATENTS // GROUPS
    divisor = (((per_group - 2 * each) * k**2 + 2 * each) / per_group) ** 0.5
    for group in range(GROUPS):
        first = group * per_group
        for i in range(each):
            z, plus, minus = group * each + i, first + 2 * i, first + 2 * i + 1
            spread.weight[plus, z], spread.weight[minus, z] = scale[z], -scale[z]
            gather.weight[z, plus, 1, 1], gather.weight[z, minus, 1, 1] = divisor, -divisor
        constants = spread.bias[first + 2 * each : first + per_group]
        constants[0::2], constants[1::2] = k, -k


def to_model(pictures: np.ndarray, device: torch.device) -> torch.Tensor:
    """(n, h, w, 3) uint8 -> (n, 3, h, w) float32 in [-1, 1], channels last."""
    x = torch.from_numpy(np.array(pictures)).to(device).permute(0, 3, 1, 2).float() / 127.5 - 1
    return x.contiguous(memory_format=torch.channels_last)


def picture_loss(y: torch.Tensor, x: torch.Tensor) -> torch.Tensor:
    """L1 for sharp outlines, squared error for what PSNR measures; pictures in [-1, 1]."""
    d = y - x
    return d.abs().mean() + 3 * d.square().mean()


def strip(vae: AutoencoderKL, pictures: np.ndarray, path: Path, device: torch.device) -> None:
    """Pictures above, their reconstructions below."""
    with torch.no_grad():
        y = vae(to_model(pictures, device)).sample.float().cpu()
    y = ((y.permute(0, 2, 3, 1).clamp(-1, 1) + 1) * 127.5).round().byte().numpy()
    rows = [np.concatenate(list(row), 1) for row in (pictures, y)]
    with atomic_write(path) as aside:
        Image.fromarray(np.concatenate(rows)).save(aside)


@torch.no_grad()
def encoded(vae: AutoencoderKL, drawn: np.ndarray, path: Path, device: torch.device) -> torch.Tensor:
    """Posterior means of every picture, as drawn and then mirrored; (2 n, 12, h/8, w/8) float16, computed once."""
    if path.exists():
        return torch.from_numpy(np.load(path))
    n, height, width, _ = drawn.shape
    out = torch.empty(2 * n, LATENTS, height // 8, width // 8, dtype=torch.float16)
    for i in tqdm(range(0, n, 8), desc="encoding", unit_scale=8, mininterval=5):
        x = to_model(drawn[i : i + 8], device)
        for half, view in enumerate((x, x.flip(-1))):
            out[half * n + i : half * n + i + len(x)] = vae.encode(view).latent_dist.mean.half().cpu()
    with atomic_write(path) as aside:
        np.save(aside, out.numpy())
    return out


def main() -> None:
    parser = recipe_parser(__doc__, steps=1700, batch=16)
    args = parser.parse_args()

    torch.manual_seed(0)
    _, drawn = training_set(args.work_dir, args.examples)
    device, dtype = device_and_dtype()
    vae = build_vae()
    set_principal_components(vae, to_model(drawn[:: max(len(drawn) // 600, 1)], torch.device("cpu")))
    vae.to(device, memory_format=torch.channels_last)
    latents = encoded(vae, drawn, args.work_dir / "latents.npy", device)
    vae.encoder.requires_grad_(False), vae.quant_conv.requires_grad_(False)
    worth = args.steps > 200 and shutil.which("g++")  # a minute to compile, 1.7 times faster then
    compiled = torch.compile if worth else lambda function: function
    decode = compiled(lambda z: vae.decoder(vae.post_quant_conv(z)))

    def batch_loss(step: int) -> torch.Tensor:
        rng = np.random.default_rng([step, 2])
        at, mirror = np.sort(rng.choice(len(drawn), 16, replace=False)), int(rng.integers(2))
        x = to_model(drawn[at][:, :, ::-1] if mirror else drawn[at], device)  # (16, 3, 128, 128)
        z = latents[at + mirror * len(drawn)].float()  # (16, 12, 16, 16)
        z = (z + NOISE * torch.randn(z.shape, generator=torch.Generator().manual_seed(step))).to(device)
        with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
            y = decode(z)
        return picture_loss(y.float(), x)

    def sample(step: int) -> None:
        strip(vae, drawn[:: len(drawn) // 8][:8], args.work_dir / f"vae-{step:05d}.png", device)

    learn(args.work_dir / "decoder", vae, batch_loss, args.steps, peak_lr=1.5e-3, average=0.998, sample=sample)
    vae.cpu().half().save_pretrained(args.work_dir / "pipeline" / "vae")


if __name__ == "__main__":
    main()
