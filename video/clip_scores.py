"""Scores of restyled clips: steadiness along the source's flow, outlines, sharpness, drift, CLIP, the judge's verdict.

What each of them says stands in video/evaluate.py.
"""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from torch.nn.functional import normalize

from inference.cli import InputError
from inference.judge import load_judge, verdict
from inference.scores import edge_f1
from video.colour import lab
from video.flow import Track, estimate, visible, warp
from video.shots import CutFinder

BATCH = 32
NO_DETAIL = 1.0  # variance of the Laplacian, in levels squared, below which a source has nothing to be as sharp as


def e_warp(first: np.ndarray, second: np.ndarray, flow: np.ndarray, seen: np.ndarray) -> float:
    """1000 sum(M |O_t - warp(O_t+1)|^2) / sum(M), the square summed over channels; pictures (h, w, 3) uint8."""
    a, b = first.astype(np.float32) / 255, warp(second.astype(np.float32) / 255, flow)
    weight = seen.astype(np.float32)
    return float(1000 * (weight * ((a - b) ** 2).sum(-1)).sum() / max(weight.sum(), 1))


def sharpness(picture: np.ndarray) -> float:
    """Variance of the Laplacian of the luminance of (h, w, 3) uint8."""
    return float(cv2.Laplacian(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), cv2.CV_64F).var())


def scores(
    pairs: Iterable[tuple], rate: float, look: Callable[[list], Any] = len
) -> tuple[dict[str, float | None], list]:
    """Scores of (source, output) frames (h, w, 3) uint8 of one size, and what `look` returned of every BATCH outputs.

    Frames are read once and in order, and only the last one is kept, so clips of any length can be measured.
    """
    found: dict[str, list[float]] = {
        name: [] for name in ("e_warp", "e_warp_first", "e_warp_floor", "edge_f1", "sharp", "sharp_source")
    }
    colours, small, looks, last, begins = [], [], [], None, CutFinder()
    for source, output in pairs:
        if begins(source):
            last, first, track = None, output, Track(source)
        if last is not None:
            flow, back = estimate(last[0], source), estimate(source, last[0])
            seen = visible(flow, back)
            found["e_warp"].append(e_warp(last[1], output, flow, seen))
            found["e_warp_floor"].append(e_warp(last[0], source, flow, seen))
            track.add(source)
            found["e_warp_first"].append(e_warp(output, first, track.flow, track.seen))
        found["edge_f1"].append(edge_f1(source, output))
        found["sharp"].append(sharpness(output))
        found["sharp_source"].append(sharpness(source))
        colours.append([lab(picture.astype(np.float32) / 255).mean((0, 1)) for picture in (source, output)])
        small.append(_thumbnail(output))
        if len(small) == BATCH:
            looks.append(look(small))
            small = []
        last = source, output
    if small:
        looks.append(look(small))
    if not colours:
        raise InputError("there is no frame to measure")
    means = {name: float(np.mean(values)) if values else 0.0 for name, values in found.items()}
    sharp, sharp_source = means.pop("sharp"), means.pop("sharp_source")
    means["sharpness"] = sharp / sharp_source if sharp_source > NO_DETAIL else None
    second = min(max(round(rate), 1), len(colours))
    moved = np.mean(colours[-second:], 0) - np.mean(colours[:second], 0)  # (2, 3): source, output
    means["colour_drift"] = float(np.linalg.norm(moved[1] - moved[0]))
    return means | {"frames": len(colours)}, looks


def _thumbnail(picture: np.ndarray) -> np.ndarray:
    """At most 224 pixels wide and high, which is all that CLIP and the judge look at."""
    scale = min(224 / min(picture.shape[:2]), 1)
    return cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)


def load_look(prompt: str, folder: str | Path) -> Callable[[list], tuple]:
    """A function of pictures (h, w, 3) uint8 that gives their CLIP embeddings (n, width), the prompt's (1, width), and
    which are in dramatic light (n,). InputError where there is no CLIP model `folder`.
    """
    from transformers import CLIPModel, CLIPProcessor

    try:
        model = CLIPModel.from_pretrained(folder, use_safetensors=True).float().eval()
        processor = CLIPProcessor.from_pretrained(folder)
    except OSError as error:
        raise InputError(f"there is no CLIP model {folder} ({str(error).splitlines()[0]}); name one") from error
    judge = load_judge()

    @torch.inference_mode()
    def look(pictures: list) -> tuple:
        text = {"text": [prompt or " "], "padding": "max_length", "truncation": True}
        output = model(**processor(images=pictures, return_tensors="pt", **text))
        embeds = [normalize(part, dim=-1) for part in (output.image_embeds, output.text_embeds)]
        return *embeds, verdict(judge, np.stack(pictures)).dramatic > 0.5

    return look


def look_scores(looks: list[tuple], prompt: str) -> dict[str, float]:
    images, texts, dramatic = zip(*looks, strict=True)
    embeds = torch.cat(images)  # (n, width)
    found = {"clip_consistency": float((embeds[1:] * embeds[:-1]).sum(-1).mean()) if len(embeds) > 1 else 1.0}
    if prompt:
        found["clip_score"] = float(100 * (embeds @ texts[0].T).mean())
    return found | {"dramatic": float(np.concatenate(dramatic).mean())}


def dramatic_share(pictures: list) -> float:
    return float((verdict(load_judge(), np.stack(pictures)).dramatic > 0.5).mean())
