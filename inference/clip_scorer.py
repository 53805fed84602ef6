"""CLIP as a judge of pictures (Radford et al. 2021): how near they are to prompts and to one another."""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PIL import Image

from inference.pipelines import hub_folder

if TYPE_CHECKING:
    import torch

CLIP_L = "openai/clip-vit-large-patch14"


class Clip:
    """One CLIP model with its processor, in the form in which torchmetrics 1.9 takes a model.

    It asks for bare features, and transformers 5 puts more around them.
    """

    def __init__(self, name: str | Path, device: str = "cpu"):
        from transformers import CLIPModel, CLIPProcessor

        self.model = CLIPModel.from_pretrained(name, use_safetensors=True).float().eval().to(device)
        self.config = self.model.config
        # or torchmetrics cuts a long prompt's end off with the token that stands for all of it
        self.processor = partial(CLIPProcessor.from_pretrained(name), truncation=True)

    def to(self, device: "torch.device") -> "Clip":
        self.model.to(device)
        return self

    def get_image_features(self, pixels: "torch.Tensor") -> "torch.Tensor":
        """pixels (n, 3, h, w), as the processor prepares them -> (n, d)"""
        return self.model.get_image_features(pixels).pooler_output

    def get_text_features(self, tokens: "torch.Tensor", mask: "torch.Tensor") -> "torch.Tensor":
        """tokens (n, length), mask (n, length) 1 where they are text -> (n, d)"""
        return self.model.get_text_features(tokens, attention_mask=mask).pooler_output

    def pictures(self, pictures: Sequence[Image.Image]) -> "torch.Tensor":
        """(n, d), each of length 1"""
        import torch

        features = []
        with torch.inference_mode():
            for start in range(0, len(pictures), 32):
                inputs = self.processor(images=list(pictures[start : start + 32]), return_tensors="pt")
                features.append(self.get_image_features(inputs["pixel_values"].to(self.model.device)).cpu())
        return torch.nn.functional.normalize(torch.cat(features), dim=-1)


def clip_scores(clip: Clip, pictures: Sequence[Image.Image], prompts: Sequence[str]) -> list[float]:
    """How well each picture shows its prompt, by torchmetrics, which averages what it is given at once."""
    import torch
    from torchmetrics.functional.multimodal import clip_score
    from torchvision.transforms.functional import pil_to_tensor

    scores = []
    with torch.inference_mode():
        for picture, prompt in zip(pictures, prompts, strict=True):
            pixels = pil_to_tensor(picture).to(clip.model.device)  # (3, h, w) uint8
            scores.append(clip_score(pixels, prompt, lambda: (clip, clip.processor)).item())
    return scores


def load_clip(name: str | Path, device: str) -> Clip | None:
    """The CLIP called `name`; a base without one in its folder is scored by OpenAI's. None, said, where none is had."""
    name = CLIP_L if isinstance(name, Path) and not name.is_dir() else name
    from safetensors import SafetensorError

    try:
        return Clip(hub_folder(str(name), ("*.json", "*.txt", "model.safetensors")), device)
    except (OSError, ValueError, SafetensorError) as error:
        why = type(error.__cause__ or error).__name__
        print(f"left out: the scores by CLIP, because {name} cannot be had ({why})", file=sys.stderr)
    return None
