"""Stable Diffusion 1.x: one CLIP text encoder, and a UNet on latents of an eighth of the size."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from inference.families.base import CONTROLNET, WORDS, Family, Text
from inference.formats import single_file

if TYPE_CHECKING:
    import torch
    from diffusers import StableDiffusionPipeline
    from torch import Tensor, nn
    from transformers import CLIPTokenizer

    from inference.schedules import Epsilon


class StableDiffusion(Family):
    name = "Stable Diffusion 1.x"
    pipeline, needed = "StableDiffusionPipeline", "StableDiffusionPipeline (1.x)"
    denoiser, encoders = "unet", (("tokenizer", "text_encoder"),)
    hub_name = "stable-diffusion-v1-5/stable-diffusion-v1-5"
    parts: ClassVar = {
        "scheduler": "scheduler_config.json",
        "text_encoder": "config.json",
        "tokenizer": "tokenizer_config.json",
        "unet": "config.json",
        "vae": "config.json",
    }
    load_options: ClassVar = {"safety_checker": None, "requires_safety_checker": False}
    supports = frozenset({WORDS, CONTROLNET})
    attention, feed_forward = ("to_q", "to_k", "to_v", "to_out.0"), ("ff.net.0.proj", "ff.net.2")
    text_attention = ("q_proj", "k_proj", "v_proj", "out_proj")
    controlnets: ClassVar = {
        kind: f"lllyasviel/sd-controlnet-{kind.replace('softedge', 'hed')}"
        for kind in ("canny", "depth", "mlsd", "normal", "openpose", "scribble", "softedge")
    }
    controlnet_fields = ("in_channels", "block_out_channels", "cross_attention_dim")

    def lora_rate(self, weights: int) -> float:
        """3e-3 for the miniature's 11 million weights, and 2.5e-4 for the 860 million of SD v1.5's UNet."""
        return 3e-3 * (1.07e7 / weights) ** 0.57

    def dreambooth_rate(self, weights: int) -> float:
        """The usual 5e-6 for the 860 million weights of SD v1.5's UNet, and more for fewer weights: a small network has
        to move each of them further. The miniature's is the cap."""
        return min(2.5e-4, 4300 / weights)

    def word_rate(self, weights: int) -> float:
        return 5e-3  # a word's size is no base's

    def native_size(self, folder: Path) -> tuple[int, int, int]:
        unet, vae = (json.loads((folder / part / "config.json").read_text()) for part in ("unet", "vae"))
        factor = 2 ** (len(vae["block_out_channels"]) - 1)
        size = unet["sample_size"]
        height, width = size if isinstance(size, list) else (size, size)
        return height * factor, width * factor, factor

    def bucket_multiple(self, folder: Path) -> int:
        levels = len(json.loads((folder / "unet" / "config.json").read_text())["block_out_channels"])
        return self.native_size(folder)[2] * 2 ** (levels - 1)

    def load_tokenizer(self, folder: Path) -> "CLIPTokenizer":
        from transformers import CLIPTokenizer

        return CLIPTokenizer.from_pretrained(folder / "tokenizer", local_files_only=True)

    def tokens(self, pipe: "StableDiffusionPipeline", texts: Sequence[str]) -> "Tensor":
        """(n, 77)"""
        return pipe.tokenizer(texts, padding="max_length", truncation=True, return_tensors="pt").input_ids

    def encode_text(self, encoders: Sequence["nn.Module"], tokens: "Tensor") -> Text:
        """{"states": (n, 77, width)}"""
        return {"states": encoders[0](tokens, return_dict=False)[0]}

    def latent_shape(self, pipe: "StableDiffusionPipeline", height: int, width: int) -> tuple[int, int, int]:
        factor = pipe.vae_scale_factor
        return pipe.unet.config.in_channels, height // factor, width // factor

    def residuals(
        self, controlnet: "nn.Module", x: "Tensor", t: "Tensor", text: Text, condition: "Tensor", scale: float
    ) -> tuple:
        """(one for each of the UNet's skip connections, the middle block's)"""
        return controlnet(x, t, text["states"], condition, scale, return_dict=False)

    def predict(
        self, denoiser: "nn.Module", x: "Tensor", t: "Tensor", text: Text, residuals: tuple | None = None
    ) -> "Tensor":
        down, middle = residuals or (None, None)
        return denoiser(
            x,
            t,
            encoder_hidden_states=text["states"],
            down_block_additional_residuals=down,
            mid_block_additional_residual=middle,
            return_dict=False,
        )[0]

    def schedule(self, pipe: "StableDiffusionPipeline", device: "torch.device | str" = "cpu") -> "Epsilon":
        from inference.schedules import schedule_of

        return schedule_of(pipe.scheduler, device)

    def self_attention(self, model: "nn.Module") -> list[str]:
        return [name for name in model.attn_processors if name.endswith("attn1.processor")]

    def modelspec(self, pipe: "StableDiffusionPipeline") -> dict[str, str]:
        velocity = pipe.scheduler.config.prediction_type == "v_prediction"
        second = pipe.unet.config.cross_attention_dim == 1024  # SD 2.x, else the classes of SD 1.x
        return {
            "architecture": f"stable-diffusion-{('v2-768-v' if velocity else 'v2-512') if second else 'v1'}",
            "prediction_type": "v" if velocity else "epsilon",
            "ss_base_model_version": f"sd_v{1 + second}" + "_v" * velocity,
            "ss_v2": str(second),
        }

    def single_file(self, pipe: "StableDiffusionPipeline") -> dict[str, "Tensor"]:
        return single_file.checkpoint(pipe)

    def folder_names(self, part: str, tensors: dict[str, "Tensor"]) -> dict[str, "Tensor"]:
        return single_file.text_names(tensors) if part == "text_encoder" else tensors


SD = StableDiffusion()
