"""The source clip: which of its frames are used, and their control maps; on disk, so that memory does not grow."""

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.lib.format import open_memmap

from inference.cli import InputError, disk_full_said
from inference.detectors import load_detector
from inference.pipelines import hub_folder
from video.clip import Clip, Frame, write_clip
from video.controlavideo.pickles import HED as HED_FILE
from video.controlavideo.pickles import file_as_safetensors
from video.controlavideo.preprocess import (
    HED,
    canny_maps,
    control_hint,
    depth_input,
    depth_maps,
    sample_frames,
    source_frames,
)
from video.frame_store import KEPT, FrameStore
from video.gif import write_gif

Detect = Callable[[np.ndarray], np.ndarray]  # frames (n, h, w, 3) uint8 -> maps (n, h', w'), uint8 or raw depth


def choose(available: int, wanted: int | None, rate: int) -> tuple[list[int], str]:
    """Indices of the frames to use, and a sentence where that is not what was asked for."""
    if wanted is None:
        return list(range(0, available, rate)), ""
    indices = sample_frames(available, wanted, rate)
    if indices is None:
        return list(range(available)), f"the clip has {available} frames, not {wanted}; all of them are used"
    used = indices[1] - indices[0] if wanted > 1 else rate
    if used < rate:
        return (
            indices,
            f"the clip has {available} frames: for {wanted} of them, one in {used} is used, not one in {rate}",
        )
    return indices, ""


def size_of(clip: Clip, height: int | None, width: int | None, native: int, squashed: bool = False) -> tuple[int, int]:
    """(H, W), multiples of 8: the clip's aspect ratio at the model's size or the given side; both sides as given.

    `squashed` to a square, as the original has it, where no sides are given.
    """
    if squashed or (height and width):
        return height or native, width or native
    scale = native / min(clip.height, clip.width)
    if height or width:
        scale = height / clip.height if height else width / clip.width
    return height or _eighth(clip.height * scale), width or _eighth(clip.width * scale)


def _eighth(side: float) -> int:
    return max(round(side / 8), 1) * 8


@dataclass(frozen=True)
class Sampled:
    """Which frames of a clip are used, and the size they are generated at."""

    clip: Clip  # as far as they last
    indices: list[int]
    size: tuple[int, int]  # (H, W)


@dataclass
class Source:
    """Sampled frames and their maps, as `draw_clip` asks for them."""

    clip: Clip
    frames: np.ndarray  # (n, h0, w0, 3) uint8, at the clip's own size
    maps: np.ndarray  # (n, h, w) uint8, or float32 raw depth
    times: list[Frame]  # without pictures; each lasts until the next
    size: tuple[int, int]
    dtype: torch.dtype
    depth_range: tuple[float, float] | None = None

    def hint(self, start: int, stop: int) -> torch.Tensor:
        maps = torch.from_numpy(np.array(self.maps[start:stop]))
        if self.depth_range is None:
            maps = maps[:, None].float() / 255
        else:
            maps = depth_maps(maps, self.size, self.depth_range)
        return control_hint(maps, self.size, self.dtype)

    def images(self, start: int, stop: int) -> torch.Tensor:
        return source_frames(self.frames[start:stop], self.size)


def read_source(sampled: Sampled, detect: Detect, folder: Path, dtype: torch.dtype) -> Source:
    """Decode the clip once, keep the frames that are used and their maps in `folder`."""
    clip, indices, size = sampled.clip, sampled.indices, sampled.size
    wanted, times = {index: k for k, index in enumerate(indices)}, []
    frames = maps = None
    for frame in clip.frames():
        if frame.index not in wanted:
            times[-1] = replace(times[-1], duration=times[-1].duration + frame.duration)
            continue
        found = detect(frame.rgb[None])
        if frames is None:
            frames = _on_disk(folder / "frames.npy", np.uint8, (len(indices), *frame.rgb.shape))
            maps = _on_disk(folder / "maps.npy", found.dtype, (len(indices), *found.shape[1:]))
        k = wanted[frame.index]
        frames[k], maps[k] = frame.rgb, found[0]
        times.append(replace(frame, rgb=np.empty(0, np.uint8)))
    source = Source(clip, frames, maps, times, size, dtype)
    if maps.dtype == np.float32:  # the clip's farthest and nearest, at the size they are used at
        ranges = [depth_maps(torch.from_numpy(np.array(m[None])), size, None, scaled=False).aminmax() for m in maps]
        source.depth_range = (min(float(low) for low, _ in ranges), max(float(high) for _, high in ranges))
    return source


def _on_disk(path: Path, dtype: np.dtype, shape: tuple[int, ...]) -> np.ndarray:
    """An array in a file whose space is reserved at once: else a disk that fills up kills the process that writes."""
    array = open_memmap(path, "w+", dtype, shape)
    full = disk_full_said(KEPT)
    if hasattr(os, "posix_fallocate"):  # macOS has no such thing
        with full, open(path, "r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return array


def load_detect(mode: str, checkpoint: Path, depth_model: str, device: torch.device) -> Detect:
    """The detector of control maps of `mode`. InputError where weights are missing."""
    if mode == "canny":
        return canny_maps
    if mode == "depth":
        return _load_dpt(depth_model, device)
    file = checkpoint / HED_FILE
    if not file.is_file():
        detect = load_detector("softedge_hed", device=str(device))
        return lambda frames: np.stack([detect(frame)[..., 0] for frame in frames])
    from safetensors.torch import load_file

    network = HED()
    try:
        network.load_state_dict(load_file(file_as_safetensors(file)))
    except RuntimeError as error:
        raise InputError(
            f"{file} is not the HED network of Control-A-Video ({str(error).splitlines()[-1].strip()})"
        ) from error
    return network.eval().to(device).maps


def _load_dpt(name: str, device: torch.device) -> Detect:
    from transformers import AutoModelForDepthEstimation

    try:
        folder = hub_folder(name, ("*.json", "model.safetensors"))
        model = AutoModelForDepthEstimation.from_pretrained(folder, use_safetensors=True).eval().to(device)
    except (OSError, ValueError) as error:
        raise InputError(
            f"--control_mode depth needs the weights of {name}, and they could not be loaded "
            f"({type(error.__cause__ or error).__name__}); name a folder with --depth_model, or use canny"
        ) from error

    @torch.inference_mode()
    def detect(frames: np.ndarray) -> np.ndarray:
        return model(depth_input(frames).to(device)).predicted_depth.float().cpu().numpy()  # (n, 384, 384)

    return detect


def sample(clip: Clip, wanted: int | None, rate: int) -> tuple[Clip, list[int], str]:
    """The clip up to its last sampled frame, the indices of those frames, and a note if they are not as asked for."""
    available = sum(1 for _ in clip.frames())  # what a container says is only an estimate
    indices, note = choose(available, wanted, rate)
    lasts = indices[-1] + (indices[1] - indices[0] if len(indices) > 1 else rate)
    return replace(clip, max_frames=lasts) if lasts < available else clip, indices, note


def write_result(output: Path, source: Source, store: FrameStore, drawn: list[int], side_by_side: bool) -> list[str]:
    """The frames that were `drawn` (the original leaves some out) at the source's times, with its sound.

    Returns notes for the user.
    """
    writer = write_gif if output.suffix.lower() == ".gif" else write_clip
    with disk_full_said("continue with --resume once there is space"), writer(output, source.clip) as out:
        for k, following in zip(drawn, [*drawn[1:], len(source.times)], strict=True):
            picture = store.wait_for(k, stopped=lambda: True)
            if side_by_side:
                beside = cv2.resize(source.frames[k], picture.shape[1::-1], interpolation=cv2.INTER_AREA)
                picture = np.hstack([beside, picture])
            duration = sum(frame.duration for frame in source.times[k:following])
            out.write(np.ascontiguousarray(picture), replace(source.times[k], duration=duration))
    return [*out.notes, *source.clip.notes]
