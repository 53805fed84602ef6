"""Learn the miniature's UNet on latents of drawn scenes and the text states of their captions.

python -m finetune.miniature.unet --work_dir outputs/miniature
"""

import argparse
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, DDPMScheduler, PNDMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from transformers import CLIPTextModel, CLIPTokenizer

from finetune.miniature.clip import VARIANTS, caption_tokens, mirrored_tokens, training_set
from finetune.miniature.learn import device_and_dtype, learn, recipe_parser
from finetune.miniature.vae import LATENTS, NOISE, encoded
from finetune.miniature.world import OTHER_SHAPES, SIZE, Example, held_out_scenes, pictures, training_example
from images.scenes import caption
from inference.files import atomic_write

BATCH = 32
LEARNING_RATE = 6e-4
MIN_SNR_GAMMA = 5.0
NOT_SQUARE = 0.25  # share of the steps
NO_CAPTION = 0.1  # share of pictures trained without words, for classifier-free guidance


def build_unet() -> UNet2DConditionModel:
    """10.7 M parameters, SD v1.5's blocks at a quarter of its width; 16 x 16 latents of 12 channels."""
    return UNet2DConditionModel(
        sample_size=SIZE // 8, in_channels=LATENTS, out_channels=LATENTS,
        block_out_channels=(96, 144, 192), layers_per_block=1,
        down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"),
        up_block_types=("UpBlock2D", "CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
        cross_attention_dim=128, attention_head_dim=4, norm_num_groups=16,
    )  # fmt: skip


def build_scheduler() -> PNDMScheduler:
    """SD v1.5's scheduler."""
    return PNDMScheduler(
        beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.012, skip_prk_steps=True, set_alpha_to_one=False,
        steps_offset=1,
    )  # fmt: skip


class Denoising:
    """What the UNet, and later the ControlNet, learn from: batches of noisy latents, and the loss of a prediction."""

    def __init__(self, tokenizer: CLIPTokenizer, text_encoder: CLIPTextModel, device: torch.device):
        self.text_encoder, self.device = text_encoder, device
        empty = tokenizer("", padding="max_length", max_length=77, return_tensors="np").input_ids
        self.empty = torch.from_numpy(empty)  # (1, 77)
        self.alphas = DDPMScheduler.from_config(build_scheduler().config).alphas_cumprod.to(device)
        snr = self.alphas / (1 - self.alphas)
        self.weights = (snr.clamp(max=MIN_SNR_GAMMA) / snr).float()  # Min-SNR for epsilon (Hang et al. 2023)

    def batch(self, latents: torch.Tensor, tokens: torch.Tensor, step: int, rng: np.random.Generator):
        """Of latents (n, 12, h, w) and tokens (n, VARIANTS, 77): noisy, t (n,), text states (n, 77, 128), the noise."""
        generator, n = torch.Generator().manual_seed(step), len(latents)
        x0 = latents.float()
        x0 = (x0 + NOISE * torch.randn(x0.shape, generator=generator)).to(self.device)
        ids = self.words(tokens, rng)
        t = torch.from_numpy((rng.permutation(n) + rng.random(n)) / n * len(self.alphas)).long().to(self.device)
        eps = torch.randn(x0.shape, generator=generator).to(self.device)
        a = self.alphas[t][:, None, None, None]
        noisy = (a.sqrt() * x0 + (1 - a).sqrt() * eps).contiguous(memory_format=torch.channels_last)
        return noisy, t, self.states(ids), eps

    def words(self, tokens: torch.Tensor, rng: np.random.Generator) -> torch.Tensor:
        """One wording of each (n, VARIANTS, 77), or none: (n, 77)."""
        n = len(tokens)
        ids = tokens[torch.arange(n), torch.from_numpy(rng.integers(0, VARIANTS, n))]
        ids[torch.from_numpy(rng.random(n) < NO_CAPTION)] = self.empty
        return ids

    @torch.no_grad()
    def states(self, ids: torch.Tensor) -> torch.Tensor:
        return self.text_encoder(ids.to(self.device))[0]

    def loss(self, predicted: torch.Tensor, eps: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
        """Of pictures (n, 12, h, w), or of clips (n, 12, f, h, w)."""
        return (self.weights[t] * (predicted.float() - eps).square().flatten(1).mean(1)).mean()


def main() -> None:
    parser = recipe_parser(__doc__, steps=20000, batch=BATCH)
    args = parser.parse_args()

    torch.manual_seed(0)
    device, dtype = device_and_dtype()
    pipeline_dir = args.work_dir / "pipeline"
    tokenizer = CLIPTokenizer.from_pretrained(pipeline_dir / "tokenizer")
    text_encoder = CLIPTextModel.from_pretrained(pipeline_dir / "text_encoder", dtype=torch.float32).to(device)
    vae = AutoencoderKL.from_pretrained(pipeline_dir / "vae", torch_dtype=torch.float32).to(
        device, memory_format=torch.channels_last
    )
    data = _training_data(args, vae, tokenizer, device)
    denoising = Denoising(tokenizer, text_encoder, device)
    unet = build_unet().to(device, memory_format=torch.channels_last)
    if device.type == "cpu":
        unet.set_attn_processor(AttnProcessor())  # a fifth faster there than fused attention, whose backward is slow

    def batch_loss(step: int) -> torch.Tensor:
        rng = np.random.default_rng([step, 4])
        latents, tokens = data[rng.integers(1, len(data)) if rng.random() < NOT_SQUARE else 0]
        at = torch.from_numpy(rng.integers(0, len(latents), BATCH))
        with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
            noisy, t, states, eps = denoising.batch(latents[at], tokens[at], step, rng)
            predicted = unet(noisy, t, states).sample
        return denoising.loss(predicted, eps, t)

    parts = {
        "vae": vae,
        "text_encoder": text_encoder,
        "tokenizer": tokenizer,
        "unet": unet,
        "scheduler": build_scheduler(),
    }

    def sample(step: int) -> None:
        sheet(parts, args.work_dir / f"unet-{step:06d}.png")

    learn(
        args.work_dir / "unet",
        unet,
        batch_loss,
        args.steps,
        LEARNING_RATE,
        average=0.9993,
        sample=sample,
        sample_every=1000,
    )
    unet.cpu().half().save_pretrained(pipeline_dir / "unet")


def _training_data(args: argparse.Namespace, vae: AutoencoderKL, tokenizer: CLIPTokenizer, device: torch.device):
    """For each shape, squares first: latents (2 n, 12, h/8, w/8) and tokens (2 n, VARIANTS, 77), no cinematic look."""
    examples, drawn = training_set(args.work_dir, args.examples)
    keep = np.array([i for i, example in enumerate(examples) if example.look != "cinematic"])
    latents = encoded(vae, drawn, args.work_dir / "latents.npy", device)[np.concatenate([keep, keep + len(drawn)])]
    data = [(latents, _tokens([examples[i] for i in keep], tokenizer))]
    for k, (height, width) in enumerate(OTHER_SHAPES):
        count = max(args.examples // 16, 1)
        others = [training_example(args.examples + k * count + i) for i in range(count)]
        name = f"{height}x{width}.npy"
        drawn = pictures(others, args.work_dir / f"train-{name}", height, width)
        data.append((encoded(vae, drawn, args.work_dir / f"latents-{name}", device), _tokens(others, tokenizer)))
    return data


def _tokens(examples: list[Example], tokenizer: CLIPTokenizer) -> torch.Tensor:
    tokens = caption_tokens(examples, tokenizer, 77)
    return torch.from_numpy(np.concatenate([tokens, mirrored_tokens(tokens, tokenizer)]))


def assembled(parts: dict) -> StableDiffusionPipeline:
    return StableDiffusionPipeline(**parts, safety_checker=None, feature_extractor=None, requires_safety_checker=False)


def sheet(parts: dict, path: Path, count: int = 16) -> None:
    """Pictures of held-out captions: plain above, "dramatic lighting" below."""
    from diffusers import DPMSolverMultistepScheduler
    from PIL import Image

    pipe = assembled(parts)
    pipe.scheduler = DPMSolverMultistepScheduler.from_config(pipe.scheduler.config)
    pipe.set_progress_bar_config(disable=True)
    scenes = held_out_scenes(count)
    rows = []
    for parts_of_look in ((), ("dramatic",)):
        generators = [torch.Generator().manual_seed(i) for i in range(count)]
        prompts = [caption(scene, parts_of_look) for scene in scenes]
        pictures = pipe(
            prompts, num_inference_steps=20, guidance_scale=5.0, generator=generators, output_type="np"
        ).images
        pictures = (pictures * 255).round().astype(np.uint8)
        rows += [np.concatenate(list(pictures[i : i + 8]), 1) for i in range(0, count, 8)]
    with atomic_write(path) as aside:
        Image.fromarray(np.concatenate(rows)).save(aside)


if __name__ == "__main__":
    main()
