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
from PIL import Image

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
    """Without a text encoder: the vectors come with text embeddings."""
    config = settings(name)
    vae = AutoencoderKL(**config["vae"]).eval()
    vae.load_state_dict(group(name, "vae"))
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


def drawn_noise(seed: int, expected: dict[str, torch.Tensor], *names: str) -> list[torch.Tensor]:
    """The noise one generator gives, draw after draw, in the shapes of the reference's."""
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(expected[name].shape, generator=generator) for name in names]


def hand_over(pipe: ControlAVideoPipeline, first_image: torch.Tensor) -> None:
    """Have `pipe` go on from the reference's first frame (h, w, 3) uint8, after it drew its own, which is to be it.

    Within one grey: a pixel rounded the other way is no error, but would be carried on through the clip.
    """
    draw = pipe._draw_first_frame

    def drawn(*args) -> Image.Image:
        assert np.abs(np.array(draw(*args)).astype(int) - first_image.numpy()).max() <= 1
        return Image.fromarray(first_image.numpy())

    pipe._draw_first_frame = drawn


def assert_steps(loop: list[tuple], expected: dict[str, torch.Tensor], gate: float = 1e-4) -> None:
    """Every step of a loop, with whatever the reference has of it."""
    for i, found in enumerate(loop):
        for name, tensor in zip(("noise_pred", "latents_in", "latents_out"), (found[0], *found[2:]), strict=True):
            if f"step{i}.{name}" in expected:
                assert miss(tensor, expected[f"step{i}.{name}"]) < gate, (i, name)
    assert any(f"step{len(loop) - 1}.{name}" in expected for name in ("noise_pred", "latents_out"))


def hed_weights() -> dict[str, torch.Tensor]:
    """The weights of the reference, by formula: murmur3's finaliser of a running number, scaled to its layer."""
    mask, weights = np.uint64(2**32 - 1), {}
    for k, (name, shape) in enumerate(settings("preproc")["hed"]["params"]):
        x = (np.arange(np.prod(shape), dtype=np.uint64) + np.uint64(k * 0x9E3779B9 % 2**32)) & mask
        for shift, factor in ((16, 0x85EBCA6B), (13, 0xC2B2AE35)):
            x = ((x ^ (x >> np.uint64(shift))) * np.uint64(factor)) & mask
        u = (x ^ (x >> np.uint64(16))).astype(np.float64) / 2**32 - 0.5
        if name.endswith("weight"):
            u *= 2 * np.sqrt(3 / np.prod(shape[1:])) * np.sqrt(2) / (64 if name == "moduleVggOne.0.weight" else 1)
        else:
            u *= 0.1
        weights[name] = torch.from_numpy(u.reshape(shape)).float()
    return weights


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
