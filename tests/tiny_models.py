"""Models of the real classes with random weights, a megabyte each: bases, LoRAs, ControlNets, depth estimators."""

from pathlib import Path


def make_tiny_base(folder: Path, width: int = 16, text_width: int = 32) -> Path:
    """Write a tiny pipeline folder; other widths make a base that adapters of the first do not fit."""
    import torch
    from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel

    torch.manual_seed(0)
    tokenizer = make_tokenizer()
    down, up = ("CrossAttnDownBlock2D", "DownBlock2D"), ("UpBlock2D", "CrossAttnUpBlock2D")
    StableDiffusionPipeline(
        vae=AutoencoderKL(
            block_out_channels=(8, 8, 16, 16),
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            layers_per_block=1,
            norm_num_groups=4,
            sample_size=128,
        ),
        text_encoder=_text_encoder(tokenizer, text_width),
        tokenizer=tokenizer,
        unet=UNet2DConditionModel(
            sample_size=16,
            block_out_channels=(width, 2 * width),
            down_block_types=down,
            up_block_types=up,
            layers_per_block=1,
            cross_attention_dim=text_width,
            attention_head_dim=2,
            norm_num_groups=4,
        ),
        scheduler=DDIMScheduler(
            beta_start=0.00085,
            beta_end=0.012,
            beta_schedule="scaled_linear",
            clip_sample=False,
            set_alpha_to_one=False,
            steps_offset=1,
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)
    return folder


def make_tokenizer():
    """CLIP's tokenizer over single letters: each of ASCII, inside a word and at its end."""
    from transformers import CLIPTokenizer

    letters = [chr(code) for code in range(33, 127)]
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(vocab={word: i for i, word in enumerate(words)}, merges=[], model_max_length=77)


def _text_encoder(tokenizer, width: int):
    from transformers import CLIPTextConfig, CLIPTextModel

    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=width,
            intermediate_size=2 * width,
            num_hidden_layers=2,
            num_attention_heads=2,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    ).eval()


def make_lora(base: Path, folder: Path, text_encoder: bool = False, use_dora: bool = False) -> Path:
    """Write a random LoRA for `base` with peft and diffusers, as a training script would."""
    import torch
    from diffusers import StableDiffusionPipeline
    from diffusers.utils import convert_state_dict_to_diffusers
    from peft import LoraConfig, get_peft_model_state_dict

    pipe = StableDiffusionPipeline.from_pretrained(base)
    models = {"unet": (pipe.unet, ["to_q", "to_k", "to_v", "to_out.0"])}
    if text_encoder:
        models["text_encoder"] = (pipe.text_encoder, ["q_proj", "k_proj", "v_proj", "out_proj"])
    layers = {}
    torch.manual_seed(1)
    for part, (model, targets) in models.items():
        config = LoraConfig(r=4, lora_alpha=4, target_modules=targets, use_dora=use_dora)
        model.add_adapter(config, adapter_name="default")
        state = convert_state_dict_to_diffusers(get_peft_model_state_dict(model, adapter_name="default"))
        layers[f"{part}_lora_layers"] = {name: torch.randn_like(tensor) * 0.3 for name, tensor in state.items()}
    StableDiffusionPipeline.save_lora_weights(folder, **layers)
    return folder


def make_dpt(folder: Path, side: int = 32) -> Path:
    """Write a DPT of random weights for pictures of `side` pixels; returns its folder."""
    import torch
    from transformers import DPTConfig, DPTForDepthEstimation, DPTImageProcessor

    torch.manual_seed(0)
    config = DPTConfig(
        hidden_size=16,
        num_hidden_layers=4,
        num_attention_heads=2,
        intermediate_size=32,
        image_size=side,
        patch_size=side // 4,
        backbone_out_indices=[0, 1, 2, 3],
        neck_hidden_sizes=[8, 8, 8, 8],
        fusion_hidden_size=8,
        is_hybrid=False,
        initializer_range=0.5,
    )
    DPTForDepthEstimation(config).save_pretrained(folder)
    DPTImageProcessor(size={"height": side, "width": side}).save_pretrained(folder)
    return folder


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
