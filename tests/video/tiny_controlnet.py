"""A tiny random ControlNet for the tests' tiny base, strong enough that its map matters, and a depth estimator."""

from pathlib import Path


def add_controlnet(base: Path) -> Path:
    """Write `controlnet-canny` into the pipeline folder `base`; returns the base."""
    import torch
    from diffusers import ControlNetModel, UNet2DConditionModel

    unet = UNet2DConditionModel.from_pretrained(base / "unet")
    torch.manual_seed(1)
    controlnet = ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=(4, 8, 8, 16))
    for name, weight in controlnet.named_parameters():
        if name.startswith("controlnet_"):
            torch.nn.init.normal_(weight, std=0.1)
    controlnet.save_pretrained(base / "controlnet-canny")
    return base
