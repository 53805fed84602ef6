"""Networks of SD v1.5's shapes with random weights: speed and memory do not depend on what the weights are."""

from torch import nn
from transformers import CLIPTokenizer


def random_networks(tokenizer: CLIPTokenizer, vocabulary: int = 49408) -> dict[str, nn.Module]:
    """UNet, VAE and text encoder under a pipeline's names, for prompts read by `tokenizer`."""
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from transformers import CLIPTextConfig, CLIPTextModel

    blocks = {"down_block_types": ("DownEncoderBlock2D",) * 4, "up_block_types": ("UpDecoderBlock2D",) * 4}
    tokens = {f"{name}_token_id": getattr(tokenizer, f"{name}_token_id") for name in ("bos", "eos", "pad")}
    text = {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12}
    return {
        "unet": UNet2DConditionModel(sample_size=64, cross_attention_dim=768),
        "vae": AutoencoderKL(**blocks, block_out_channels=(128, 256, 512, 512), layers_per_block=2, sample_size=512),
        "text_encoder": CLIPTextModel(CLIPTextConfig(vocab_size=vocabulary, **text, **tokens)),
    }
