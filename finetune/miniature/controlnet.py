"""Learn the miniature's ControlNet on drawn scenes: outlines, by Canny, beside their captions; the base is frozen.

python -m finetune.miniature.controlnet --work_dir outputs/miniature
"""

from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from transformers import CLIPTextModel, CLIPTokenizer

from finetune.miniature.clip import caption_tokens, mirrored_tokens, training_set
from finetune.miniature.learn import device_and_dtype, learn, recipe_parser
from finetune.miniature.unet import Denoising, assembled, build_scheduler
from finetune.miniature.vae import encoded
from finetune.miniature.world import SIZE, held_out_scenes
from images.scenes import caption, draw
from inference.detectors import canny
from inference.files import atomic_write
from inference.sampling import Control, sample
from inference.scores import edge_f1

BATCH = 16
CONTROLNET = "controlnet-canny"  # its folder in the pipeline
LEARNING_RATE = 5e-4
EMBEDDING = (16, 32, 64, 128)  # channels on the way from 128 pixels to 16


def build_controlnet(unet: UNet2DConditionModel) -> ControlNetModel:
    """3.5 M parameters: a copy of the UNet's encoder behind an embedding of the map.

    Its middle has one residual block and no attention, because a whole copy would be 9.8 MB in half precision.
    """
    names = ("in_channels", "block_out_channels", "layers_per_block", "down_block_types", "cross_attention_dim",
             "attention_head_dim", "norm_num_groups")  # fmt: skip
    controlnet = ControlNetModel(
        **{name: unet.config[name] for name in names},
        mid_block_type="UNetMidBlock2D",
        conditioning_embedding_out_channels=EMBEDDING,
    )
    encoder = {
        name: weight for name, weight in unet.state_dict().items()
        if name in controlnet.state_dict() and not name.startswith("controlnet_")
    }  # fmt: skip
    controlnet.load_state_dict(encoder, strict=False)
    return controlnet


def outlines(pictures: np.ndarray, mirrored: np.ndarray) -> torch.Tensor:
    """Canny's maps of pictures (n, 128, 128, 3), some of them as seen in a mirror; (n, 3, 128, 128) in [0, 1]."""
    maps = [canny(p[:, ::-1] if m else p) for p, m in zip(pictures, mirrored, strict=True)]
    x = torch.from_numpy(np.stack(maps)).permute(0, 3, 1, 2).float() / 255
    return x.contiguous(memory_format=torch.channels_last)


def main() -> None:
    parser = recipe_parser(__doc__, steps=3000, batch=BATCH)
    args = parser.parse_args()

    torch.manual_seed(0)
    device, dtype = device_and_dtype()
    pipeline_dir = args.work_dir / "pipeline"
    tokenizer = CLIPTokenizer.from_pretrained(pipeline_dir / "tokenizer")
    frozen = {
        "text_encoder": CLIPTextModel.from_pretrained(pipeline_dir / "text_encoder", dtype=torch.float32),
        "vae": AutoencoderKL.from_pretrained(pipeline_dir / "vae", torch_dtype=torch.float32),
        "unet": UNet2DConditionModel.from_pretrained(pipeline_dir / "unet", torch_dtype=torch.float32),
    }
    for model in frozen.values():
        model.requires_grad_(False).to(device, memory_format=torch.channels_last)
    unet, text_encoder = frozen["unet"], frozen["text_encoder"]
    controlnet = build_controlnet(unet).to(device, memory_format=torch.channels_last)
    if device.type == "cpu":
        unet.set_attn_processor(AttnProcessor()), controlnet.set_attn_processor(AttnProcessor())  # as unet.py says
    examples, drawn = training_set(args.work_dir, args.examples)
    n = len(drawn)
    latents = encoded(frozen["vae"], drawn, args.work_dir / "latents.npy", device)  # (2 n, 12, 16, 16), mirrored last
    tokens = caption_tokens(examples, tokenizer, 77)
    tokens = torch.from_numpy(np.concatenate([tokens, mirrored_tokens(tokens, tokenizer)]))  # (2 n, VARIANTS, 77)
    # like the base, it never sees the whole look
    keep = np.array([i for i, example in enumerate(examples * 2) if example.look != "cinematic"])
    denoising = Denoising(tokenizer, text_encoder, device)

    def batch_loss(step: int) -> torch.Tensor:
        rng = np.random.default_rng([step, 5])
        at = rng.choice(keep, BATCH)
        maps = outlines(drawn[at % n], at >= n).to(device)  # (n, 3, 128, 128)
        at = torch.from_numpy(at)
        with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
            noisy, t, states, eps = denoising.batch(latents[at], tokens[at], step, rng)
            down, mid = controlnet(noisy, t, states, maps, return_dict=False)
            # no graph of the UNet's frozen encoder is kept: it starts where the ControlNet's features come in
            predicted = unet(
                noisy, t, states, down_block_additional_residuals=down, mid_block_additional_residual=mid
            ).sample
        return denoising.loss(predicted, eps, t)

    pipe = assembled({**frozen, "tokenizer": tokenizer, "scheduler": build_scheduler()})
    learn(
        args.work_dir / CONTROLNET,
        controlnet,
        batch_loss,
        args.steps,
        LEARNING_RATE,
        average=0.998,
        sample=lambda step: sheet(pipe, controlnet, args.work_dir / f"controlnet-{step:06d}.png"),
    )
    controlnet.cpu().half().save_pretrained(pipeline_dir / CONTROLNET)


def sheet(pipe, controlnet: ControlNetModel, path: Path, count: int = 8) -> None:
    """Drawn scenes never trained on, their outlines, and pictures from them: plain, and with "dramatic lighting"."""
    from PIL import Image

    scenes = held_out_scenes(count)
    drawn = [draw(scene, "plain", SIZE, SIZE).picture for scene in scenes]
    maps = [canny(picture) for picture in drawn]
    rows = [drawn, maps]
    for part in ((), ("dramatic",)):
        prompts = [caption(scene, part) for scene in scenes]
        made = sample(pipe, prompts, range(count), height=SIZE, width=SIZE, control=Control(controlnet, maps))
        rows.append([np.asarray(picture) for picture in made])
        found = [edge_f1(a, b) for a, b in zip(drawn, rows[-1], strict=True)]
        shuffled = [edge_f1(a, b) for a, b in zip(drawn[1:] + drawn[:1], rows[-1], strict=True)]
        print(f"edge F1 {np.mean(found):.2f}, of the wrong map {np.mean(shuffled):.2f}: {', '.join(part) or 'plain'}")
    with atomic_write(path) as aside:
        Image.fromarray(np.concatenate([np.concatenate(row, 1) for row in rows])).save(aside)


if __name__ == "__main__":
    main()
