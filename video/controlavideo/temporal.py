"""Temporal weights on their own, over a Stable Diffusion pipeline and a ControlNet that are there anyway."""

import shutil
from pathlib import Path

import torch
from diffusers import ControlNetModel, DPMSolverMultistepScheduler, UNet2DConditionModel
from safetensors.torch import load_file

from inference.cli import InputError
from inference.files import atomic_folder
from video.controlavideo.networks import ControlNet3DModel, UNetPseudo3DConditionModel
from video.controlavideo.safe import cache_folder
from video.controlavideo.weights2d import WEIGHTS, differences

NETWORKS = {
    "unet": (UNetPseudo3DConditionModel, UNet2DConditionModel),
    "controlnet": (ControlNet3DModel, ControlNetModel),
}
FROM_BASE = ("vae", "text_encoder", "tokenizer")
TEMPORAL = {part: f"{part}_temporal.safetensors" for part in NETWORKS}


def over_2d(folder: Path, mode: str | None) -> Path:
    """A whole checkpoint, in the user's cache, of `folder`, which holds temporal weights alone.

    The rest is the Stable Diffusion pipeline that `folder` lies in, and in that the ControlNet of control mode `mode`.
    """
    base, controlnet = folder.parent, folder.parent / f"controlnet-{mode}"
    parts = {"unet": base / "unet", "controlnet": controlnet}
    files = [*(folder / file for file in TEMPORAL.values()), *(path / WEIGHTS for path in parts.values())]
    absent = [str(path) for path in files if not path.is_file()]
    if absent:
        raise InputError(f"the temporal weights in {folder} go over what is not there: {', '.join(absent)}")
    folders = [controlnet, *(base / part for part in ("unet", *FROM_BASE, "scheduler"))]
    made_of = [path for part in folders for path in sorted(part.iterdir()) if path.is_file()]
    whole = cache_folder(folder.name, *(folder / file for file in TEMPORAL.values()), *made_of)
    if not whole.is_dir():
        with atomic_folder(whole) as aside:
            for part, (network, flat) in NETWORKS.items():
                made = network.from_2d(flat.from_pretrained(parts[part], torch_dtype=torch.float16))
                temporal = load_file(folder / TEMPORAL[part])
                expected = {name: tuple(w.shape) for name, w in made.state_dict().items() if "_temporal" in name}
                problems = differences({n: tuple(w.shape) for n, w in temporal.items()}, expected, "ours", str(folder))
                if problems:
                    raise InputError(f"the temporal weights in {folder} do not fit: {'; '.join(problems)}")
                made.load_state_dict(temporal, strict=False)
                made.save_pretrained(aside / part)
            for part in FROM_BASE:
                shutil.copytree(base / part, aside / part)
            # at 20 steps PNDM, which Stable Diffusion's folders name, leaves blocks of noise that boil
            DPMSolverMultistepScheduler.from_pretrained(base / "scheduler").save_pretrained(aside / "scheduler")
    return whole
