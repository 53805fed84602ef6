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


def make_dpt(folder: Path) -> Path:
    """Write a DPT of random weights for pictures of 32 pixels; returns its folder."""
    import torch
    from transformers import DPTConfig, DPTForDepthEstimation, DPTImageProcessor

    torch.manual_seed(0)
    config = DPTConfig(
        hidden_size=16, num_hidden_layers=4, num_attention_heads=2, intermediate_size=32, image_size=32, patch_size=8,
        backbone_out_indices=[0, 1, 2, 3], neck_hidden_sizes=[8, 8, 8, 8], fusion_hidden_size=8, is_hybrid=False,
        initializer_range=0.5,
    )  # fmt: skip
    DPTForDepthEstimation(config).save_pretrained(folder)
    DPTImageProcessor(size={"height": 32, "width": 32}).save_pretrained(folder)
    return folder
