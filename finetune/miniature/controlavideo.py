"""Learn the temporal layers of Control-A-Video over the miniature, on drawn clips; all 2-D weights are frozen.

python -m finetune.miniature.controlavideo --work_dir outputs/miniature

As arXiv 2305.13840 trains: residual-based noise, and the clip's first frame given without noise, so that the others
learn to go on from it. UNet and ControlNet start as the 2-D networks of the miniature. The one recipe that imports from
video/: what it learns are that folder's networks.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderKL, ControlNetModel, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor
from PIL import Image
from safetensors.torch import save_file
from torch import nn
from tqdm import tqdm
from transformers import CLIPTextModel, CLIPTokenizer

from finetune.miniature.clip import caption_tokens, mirrored_tokens
from finetune.miniature.controlnet import CONTROLNET
from finetune.miniature.learn import device_and_dtype, learn, recipe_parser
from finetune.miniature.unet import Denoising, build_scheduler
from finetune.miniature.vae import encoded
from finetune.miniature.world import SIZE, Example, held_out_scenes, training_example
from images.scenes import Shot, caption, clip
from inference.files import atomic_write
from video.controlavideo import ControlAVideoPipeline, ControlNet3DModel, UNetPseudo3DConditionModel
from video.controlavideo.noise import inherit, motion_mask
from video.controlavideo.preprocess import canny_maps, control_hint, source_frames

FRAMES = 8
BATCH = 2  # clips
CLIPS = 1200
LEARNING_RATE = 4e-4
FOLDER = "controlavideo-canny"  # in the pipeline; holds the temporal weights alone
SINGLE = 0.1  # share of the steps that show single frames, which the first frame of a clip is drawn as
OWN_NOISE = 0.3  # share of the clips whose frames all have noise of their own
MOST_THRESHOLD = 0.3  # of residual-based noise


@dataclass(frozen=True)
class ShotExample(Example):
    """A scene, its light, and how camera and subject move in it."""

    truck: float = 0.0
    zoom: float = 1.0
    walk: float = 0.0


def shot_example(index: int) -> ShotExample:
    """Clip `index` of the training world: plain or dramatic, never the whole look; one in eight stands still."""
    rng = np.random.default_rng([index, 88])
    scene = training_example(5_000_000 + index).scene
    look = "dramatic" if index % 2 else "plain"
    truck, zoom, walk = rng.uniform([-0.5, 1.0, -0.2], [0.5, 1.12, 0.2]) * (rng.random() > 0.125)
    return ShotExample(scene, look, truck, max(zoom, 1.0), walk)


def draw_shot(example: ShotExample, frames: int = FRAMES) -> np.ndarray:
    """(frames, 128, 128, 3) uint8"""
    look = ("dramatic",) if example.look == "dramatic" else "plain"
    shot = Shot(example.scene, look, example.truck, example.zoom, example.walk)
    return np.stack([drawing.picture for drawing in clip(shot, frames, SIZE, SIZE)[0]])


def shots(examples: list[ShotExample], path: Path) -> np.ndarray:
    """Draw clips (n, 8, 128, 128, 3) uint8, once; then read them from disk."""
    if not path.exists():
        with atomic_write(path) as aside:
            out = np.lib.format.open_memmap(aside, "w+", np.uint8, (len(examples), FRAMES, SIZE, SIZE, 3))
            for i, example in enumerate(tqdm(examples, desc="drawing clips")):
                out[i] = draw_shot(example)
            out.flush()
    return np.load(path, mmap_mode="r")


def build_networks(unet: UNet2DConditionModel, controlnet: ControlNetModel) -> nn.ModuleDict:
    """The 3-D networks over the 2-D ones; only what is temporal can learn.

    All of the temporal attention starts at zero, where it would stay: what it asks and shows starts at random instead,
    and what it gives at zero, which is as much of an identity.
    """
    networks = {"unet": UNetPseudo3DConditionModel.from_2d(unet), "controlnet": ControlNet3DModel.from_2d(controlnet)}
    for network in networks.values():
        for name, parameter in network.named_parameters():
            parameter.requires_grad_("_temporal" in name)
            if "attn_temporal.to_" in name and "to_out" not in name:
                nn.init.xavier_uniform_(parameter)
    return nn.ModuleDict(networks)


def temporal_weights(network: nn.Module) -> dict[str, torch.Tensor]:
    """fp16, what is in no 2-D network."""
    return {name: w.half().contiguous() for name, w in network.state_dict().items() if "_temporal" in name}


class ClipBatches:
    """Batches of noisy clips, as the pipeline will show them to the networks."""

    def __init__(self, drawn: np.ndarray, latents: torch.Tensor, tokens: torch.Tensor, denoising: Denoising):
        self.drawn, self.tokens, self.denoising = drawn, tokens, denoising
        self.latents = latents.unflatten(0, (-1, FRAMES))  # (2 n, 8, 12, 16, 16), mirrored ones last

    def frames(self, at: int, back: bool) -> np.ndarray:
        n = len(self.drawn)
        frames = self.drawn[at % n][:, :, ::-1] if at >= n else self.drawn[at]
        return np.ascontiguousarray(frames[::-1] if back else frames)

    def clips(self, step: int, rng: np.random.Generator):
        """noisy (b, 12, 8, 16, 16) with a clean first frame, t (b,), text states, hint (b, 3, 8, 128, 128), noise"""
        generator = torch.Generator().manual_seed(step)
        at, back = rng.integers(0, len(self.latents), BATCH), rng.random(BATCH) < 0.5
        frames = [self.frames(*which) for which in zip(at, back, strict=True)]
        hint = torch.cat([hint_of(f) for f in frames])
        x0 = [self.latents[i].flip(0) if b else self.latents[i] for i, b in zip(at, back, strict=True)]
        x0 = torch.stack(x0).float().transpose(1, 2)  # (b, 12, 8, 16, 16)
        eps = torch.randn(x0.shape, generator=generator)
        for k, shown in enumerate(frames):
            if rng.random() > OWN_NOISE:
                mask = motion_mask(source_frames(shown, (SIZE, SIZE)), x0.shape[-2:], rng.uniform(0, MOST_THRESHOLD))
                eps[k] = inherit(eps[k][None], mask)[0]
        t, states, a = self.conditions(at, rng)
        noisy = a.sqrt() * x0 + (1 - a).sqrt() * eps
        noisy[:, :, 0] = x0[:, :, 0]
        return noisy, t, states, hint, eps

    def singles(self, step: int, rng: np.random.Generator):
        """The same of clips of one frame, which is noisy."""
        generator, n = torch.Generator().manual_seed(step), BATCH * FRAMES
        at, which = rng.integers(0, len(self.latents), n), rng.integers(0, FRAMES, n)
        hint = torch.cat([hint_of(self.frames(i, False)[k][None]) for i, k in zip(at, which, strict=True)])
        x0 = self.latents[torch.from_numpy(at), torch.from_numpy(which)].float()[:, :, None]  # (n, 12, 1, 16, 16)
        eps = torch.randn(x0.shape, generator=generator)
        t, states, a = self.conditions(at, rng)
        return a.sqrt() * x0 + (1 - a).sqrt() * eps, t, states, hint, eps

    def conditions(self, at: np.ndarray, rng: np.random.Generator):
        t = torch.from_numpy((rng.permutation(len(at)) + rng.random(len(at))) / len(at) * 1000).long()
        states = self.denoising.states(self.denoising.words(self.tokens[torch.from_numpy(at)], rng))
        return t, states, self.denoising.alphas.cpu()[t][:, None, None, None, None]


def hint_of(frames: np.ndarray) -> torch.Tensor:
    """(f, 128, 128, 3) -> (1, 3, f, 128, 128) outlines in [0, 1]"""
    return control_hint(torch.from_numpy(canny_maps(frames))[:, None].float() / 255, (SIZE, SIZE))


def main() -> None:
    parser = recipe_parser(__doc__, steps=1300, batch=BATCH * FRAMES)
    parser.add_argument("--clips", type=int, default=CLIPS, help="clips to learn from (default: %(default)s)")
    args = parser.parse_args()

    torch.manual_seed(0)
    device, dtype = device_and_dtype()
    folder = args.work_dir / "pipeline"
    tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer")
    text_encoder = CLIPTextModel.from_pretrained(folder / "text_encoder", dtype=torch.float32)
    vae = AutoencoderKL.from_pretrained(folder / "vae", torch_dtype=torch.float32)
    for model in (text_encoder, vae):
        model.requires_grad_(False).to(device)
    networks = build_networks(
        UNet2DConditionModel.from_pretrained(folder / "unet", torch_dtype=torch.float32),
        ControlNetModel.from_pretrained(folder / CONTROLNET, torch_dtype=torch.float32),
    ).to(device, memory_format=torch.channels_last)
    unet, controlnet = networks["unet"], networks["controlnet"]
    if device.type == "cpu":
        unet.set_attn_processor(AttnProcessor()), controlnet.set_attn_processor(AttnProcessor())  # as unet.py says

    examples = [shot_example(i) for i in range(args.clips)]
    drawn = shots(examples, args.work_dir / "clips.npy")
    latents = encoded(vae, drawn.reshape(-1, SIZE, SIZE, 3), args.work_dir / "clip-latents.npy", device)
    tokens = caption_tokens(examples, tokenizer, 77)
    tokens = torch.from_numpy(np.concatenate([tokens, mirrored_tokens(tokens, tokenizer)]))
    denoising = Denoising(tokenizer, text_encoder, device)
    batches = ClipBatches(drawn, latents, tokens, denoising)

    def batch_loss(step: int) -> torch.Tensor:
        rng = np.random.default_rng([step, 6])
        single = rng.random() < SINGLE
        noisy, t, states, hint, eps = (batches.singles if single else batches.clips)(step, rng)
        t, eps = t.to(device), eps.to(device)
        noisy, hint = (x.to(device, memory_format=torch.channels_last_3d) for x in (noisy, hint))
        with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
            down, mid = controlnet(noisy, t, states, hint, return_dict=False)
            predicted = unet(noisy, t, states, down, mid).sample
        first = 0 if single else 1  # a first frame that is given has no noise to find
        return denoising.loss(predicted[:, :, first:], eps[:, :, first:], t)

    pipe = ControlAVideoPipeline(
        vae=vae, text_encoder=text_encoder, tokenizer=tokenizer, unet=unet, controlnet=controlnet,
        scheduler=build_scheduler(),
    )  # fmt: skip
    learn(
        args.work_dir / FOLDER,
        networks,
        batch_loss,
        args.steps,
        LEARNING_RATE,
        average=0.998,
        sample=lambda step: sheet(pipe, args.work_dir / f"controlavideo-{step:06d}.png"),
    )
    for name in ("unet", "controlnet"):
        path = folder / FOLDER / f"{name}_temporal.safetensors"
        path.parent.mkdir(parents=True, exist_ok=True)
        with atomic_write(path) as aside:
            save_file(temporal_weights(networks[name].cpu()), aside, {"format": "pt"})


def sheet(pipe: ControlAVideoPipeline, path: Path) -> None:
    """Drawn clips never trained on, and what their outlines become: by their caption, and in dramatic lighting."""
    rows = []
    pipe.set_progress_bar_config(disable=True)
    for scene, truck in zip(held_out_scenes(2), (0.4, -0.4), strict=True):
        frames = draw_shot(ShotExample(scene, "plain", truck))
        rows.append(frames)
        for part in ((), ("dramatic",)):
            made = pipe(
                caption(scene, part), hint_of(frames), images=source_frames(frames, (SIZE, SIZE)), output_type="np",
                num_inference_steps=20, guidance_scale=5.0, generator=torch.Generator().manual_seed(0),
                init_noise_by_residual_thres=0.1,
            ).images[0]  # fmt: skip
            rows.append((np.asarray(made) * 255).round().astype(np.uint8))
    with atomic_write(path) as aside:
        Image.fromarray(np.concatenate([np.concatenate(list(row), 1) for row in rows])).save(aside)


if __name__ == "__main__":
    main()
