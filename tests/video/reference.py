"""Reads the reference vectors in golden/, and builds the networks and pipelines they were made with."""

import functools
import json
import lzma
from collections import OrderedDict
from pathlib import Path

import diffusers
import numpy as np
import torch
from diffusers import AutoencoderKL

from video.controlavideo import ControlAVideoPipeline, ControlNet3DModel, UNetPseudo3DConditionModel

GOLDEN = Path(__file__).parent / "golden"


@functools.cache
def tensors(name: str) -> dict[str, torch.Tensor]:
    """All tensors of one set. Bytes of equal weight lie together in the file, since that is what compresses."""
    raw = lzma.decompress((GOLDEN / f"{name}.xz").read_bytes())
    start = 8 + int.from_bytes(raw[:8], "little")
    found = {}
    for kind, entries in json.loads(raw[8:start]).items():
        dtype = np.dtype(kind)
        sizes = [int(np.prod(shape)) for _, shape in entries]
        planes = np.frombuffer(raw, np.uint8, sum(sizes) * dtype.itemsize, start).reshape(dtype.itemsize, -1)
        parts = torch.from_numpy(np.array(planes.T, order="C").view(dtype).ravel()).split(sizes)
        found |= {key: part.view(shape) for (key, shape), part in zip(entries, parts, strict=True)}
        start += planes.size
    return found


def group(name: str, prefix: str) -> dict[str, torch.Tensor]:
    """Those whose name begins with `prefix`/, without it."""
    found = {
        key.removeprefix(f"{prefix}/"): value for key, value in tensors(name).items() if key.startswith(f"{prefix}/")
    }
    assert found, f"golden/{name}.xz has nothing called {prefix}"
    return found


def settings(name: str) -> dict:
    return json.loads((GOLDEN / f"{name}.json").read_text())


def miss(found: torch.Tensor, expected: torch.Tensor) -> float:
    """Largest difference, relative to the largest value that was expected."""
    assert found.shape == expected.shape, (found.shape, expected.shape)
    return float((found.double() - expected.double()).abs().max() / expected.double().abs().max())


def networks(name: str) -> tuple[UNetPseudo3DConditionModel, ControlNet3DModel]:
    config = settings(name)
    unet, controlnet = UNetPseudo3DConditionModel(**config["unet"]), ControlNet3DModel(**config["controlnet"])
    unet.load_state_dict(group(name, "unet"))
    controlnet.load_state_dict(group(name, "controlnet"))
    return unet.eval(), controlnet.eval()


def pipeline(name: str) -> ControlAVideoPipeline:
    """Without a text encoder: the vectors come with text embeddings. tiny_b's runs need no VAE; it gets tiny_a's."""
    config = settings(name)
    vae = AutoencoderKL(**config["vae"]).eval()
    vae.load_state_dict(group("tiny_a", "vae"))
    scheduler = dict(config["scheduler"])
    scheduler = getattr(diffusers, scheduler.pop("_class_name"))(**scheduler)
    pipe = ControlAVideoPipeline(vae, None, None, *networks(name), scheduler)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def write_checkpoint(folder: Path) -> Path:
    """tiny_ckpt on disk as it was published: pickled weights, old names, two classes misnamed."""
    weights: dict[str, OrderedDict] = {}
    for key, value in group("tiny_ckpt", "checkpoint").items():
        part, file, tensor = key.split("/")
        weights.setdefault(f"{part}/{file}", OrderedDict())[tensor] = value.clone()
    for name, content in group("tiny_ckpt", "file").items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.numpy().tobytes())
    for name, state in weights.items():
        torch.save(state, folder / name)
    return folder


def as_clip(frames: torch.Tensor) -> torch.Tensor:
    """(f, h, w, 3) uint8 -> (1, 3, f, h, w) in [0, 1]"""
    return (frames.float() / 255).permute(3, 0, 1, 2)[None]


class Steps:
    """Every call of a pipeline's scheduler: (noise, timestep, latents in, latents out), a list for each loop."""

    def __init__(self, pipe: ControlAVideoPipeline):
        self.loops: list[list[tuple]] = []
        step, set_timesteps = pipe.scheduler.step, pipe.scheduler.set_timesteps

        @functools.wraps(step)
        def recorded(eps, t, z, **options):
            out = step(eps, t, z, **options)
            self.loops[-1].append((eps, t, z, out[0]))
            return out

        @functools.wraps(set_timesteps)
        def counted(*args, **options):
            self.loops.append([])
            return set_timesteps(*args, **options)

        pipe.scheduler.step, pipe.scheduler.set_timesteps = recorded, counted
