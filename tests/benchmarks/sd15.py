"""A pipeline of SD v1.5's shapes with random weights: speed and memory do not depend on what the weights are."""

import torch
from diffusers import AutoencoderKL, PNDMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from inference.pipelines import MINIATURE


def random_sd15(vocabulary: int = 49408) -> StableDiffusionPipeline:
    """In fp32, on a GPU where there is one; prompts are read by the miniature's tokenizer, and SD v1.5's scheduler."""
    tokenizer = CLIPTokenizer.from_pretrained(MINIATURE / "tokenizer")
    blocks = {"down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4}
    tokens = {f"{name}_token_id": getattr(tokenizer, f"{name}_token_id") for name in ("bos", "eos", "pad")}
    text = {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12}
    device = "cuda" if torch.cuda.is_available() else "cpu"
    with torch.device(device):  # a billion random numbers take a GPU no time
        unet = UNet2DConditionModel(sample_size=64, cross_attention_dim=768)
        vae = AutoencoderKL(**blocks, block_out_channels=(128, 256, 512, 512), layers_per_block=2, sample_size=512)
        text_encoder = CLIPTextModel(CLIPTextConfig(vocab_size=vocabulary, **text, **tokens))
    return StableDiffusionPipeline(
        unet=unet,
        vae=vae,
        text_encoder=text_encoder,
        tokenizer=tokenizer,
        scheduler=PNDMScheduler.from_pretrained(MINIATURE / "scheduler"),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).to(device)
