"""Numbers beside pictures: how much of the film look is there, and whether the prompt still is.

Film look, from the pixels alone; lightness L* and hue a*, b* are CIELAB (CIE 1976) of sRGB under D65:
  luminance_contrast  standard deviation of L* / 100 (root-mean-square contrast, Peli 1990); 0 is flat
  warm_cool_split     mean b* of the lightest quarter less mean b* of the darkest; above 0: warm light, cool shadow
  colourfulness       M3 of Hasler and Suesstrunk 2003, eq. 5; 0 grey, 15 slightly, 33 moderately, 59 quite colourful
  highlight_share     share of pixels with L* above 90, where film rolls off
  vignette            how much darker the corners are: 1 - mean L* beyond 0.8 / mean L* within 0.4 of the half diagonal
Fidelity, where the base has a CLIP of its own:
  clip_score          100 max(cos(picture, prompt), 0) (Hessel et al. 2021, scaled as torchmetrics does)
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from inference.cli import written_aside

if TYPE_CHECKING:
    from inference.pipelines import Cell

# linear sRGB to CIE XYZ, each row divided by the D65 white (IEC 61966-2-1)
XYZ_OF_SRGB = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
XYZ_OF_SRGB /= XYZ_OF_SRGB.sum(axis=1, keepdims=True)


def film_look(picture: Image.Image) -> dict[str, float]:
    """The five statistics above."""
    pixels = np.asarray(picture.convert("RGB"), dtype=np.float64)  # (h, w, 3) in [0, 255]
    lightness, _, b = np.moveaxis(cielab(pixels / 255), -1, 0)
    darkest, lightest = np.quantile(lightness, [0.25, 0.75])
    radius = _distance_from_centre(*lightness.shape)
    corners, centre = lightness[radius > 0.8].mean(), lightness[radius < 0.4].mean()
    return {
        "luminance_contrast": float(lightness.std() / 100),
        "warm_cool_split": float(b[lightness >= lightest].mean() - b[lightness <= darkest].mean()),
        "colourfulness": colourfulness(pixels),
        "highlight_share": float((lightness > 90).mean()),
        "vignette": float(1 - corners / max(centre, 1e-6)),
    }


def colourfulness(pixels: np.ndarray) -> float:
    """M3 of Hasler and Suesstrunk 2003 for (h, w, 3) in [0, 255]."""
    red, green, blue = np.moveaxis(pixels, -1, 0)
    opponents = np.stack([red - green, (red + green) / 2 - blue])
    spread = np.hypot(*opponents.std(axis=(1, 2)))
    return float(spread + 0.3 * np.hypot(*opponents.mean(axis=(1, 2))))


def edge_f1(expected: np.ndarray, found: np.ndarray) -> float:
    """F1 of Canny's outlines of two pictures (h, w, 3) uint8: the harmonic mean of how much of each lies on the other.

    An outline counts as met within 0.75 % of the diagonal, as in Martin, Fowlkes and Malik 2004: 1.4 pixels of 128.
    """
    import cv2

    from inference.detectors import canny

    edges = [canny(picture)[..., 0] > 0 for picture in (expected, found)]
    if not edges[0].any() or not edges[1].any():
        return float(edges[0].any() == edges[1].any())
    reach = 0.0075 * np.hypot(*expected.shape[:2])
    near = [cv2.distanceTransform((~e).astype(np.uint8), cv2.DIST_L2, cv2.DIST_MASK_PRECISE) <= reach for e in edges]
    recall, precision = near[1][edges[0]].mean(), near[0][edges[1]].mean()
    return float(2 * precision * recall / max(precision + recall, 1e-9))


def cielab(srgb: np.ndarray) -> np.ndarray:
    """sRGB (..., 3) in [0, 1] to L* in [0, 100], a*, b*."""
    linear = np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
    xyz = linear @ XYZ_OF_SRGB.T
    x, y, z = np.moveaxis(np.where(xyz > (6 / 29) ** 3, np.cbrt(xyz), xyz / (3 * (6 / 29) ** 2) + 4 / 29), -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def _distance_from_centre(height: int, width: int) -> np.ndarray:
    """(h, w): 0 in the centre, 1 in the corners."""
    y, x = np.linspace(-1, 1, height)[:, None], np.linspace(-1, 1, width)[None, :]
    return np.hypot(y * height, x * width) / np.hypot(height, width)


def clip_scores(folder: Path, pictures: Sequence[Image.Image], prompts: Sequence[str]) -> list[float]:
    """How well each picture shows its prompt to the CLIP model in `folder`."""
    import torch
    from transformers import CLIPModel, CLIPProcessor

    model, processor = CLIPModel.from_pretrained(folder).float().eval(), CLIPProcessor.from_pretrained(folder)
    inputs = processor(
        text=list(prompts), images=list(pictures), return_tensors="pt", padding="max_length", truncation=True
    )
    with torch.inference_mode():
        output = model(**inputs)
    cosine = torch.nn.functional.cosine_similarity(output.image_embeds, output.text_embeds)  # (n,)
    return (100 * cosine.clamp(min=0)).tolist()


def score(files: Mapping["Cell", Path], clip: Path) -> list[dict]:
    """One entry per cell. The prompt of the CLIP score is the person's, without what a strategy adds to it."""
    pictures = []
    for path in files.values():
        with Image.open(path) as picture:
            pictures.append(picture.convert("RGB"))
    entries = [
        {"row": cell.row, "strategy": cell.strategy.name, "prompt": cell.prompt, "seed": cell.seed} | film_look(picture)
        for cell, picture in zip(files, pictures, strict=True)
    ]
    if clip.is_dir():
        for entry, value in zip(entries, clip_scores(clip, pictures, [cell.prompt for cell in files]), strict=True):
            entry["clip_score"] = value
    return entries


def save_scores(files: Mapping["Cell", Path], clip: Path, path: Path) -> None:
    """Write scores.json: every picture, and the mean of each strategy, which is printed too."""
    entries = score(files, clip)
    names = [name for name in entries[0] if isinstance(entries[0][name], float)]
    strategies = list(dict.fromkeys(entry["strategy"] for entry in entries))
    means = {}
    for strategy in strategies:
        own = [entry for entry in entries if entry["strategy"] == strategy]
        means[strategy] = {name: float(np.mean([entry[name] for entry in own])) for name in names}
    with written_aside(path) as aside:
        aside.write_text(json.dumps({"means": means, "pictures": entries}, indent=2) + "\n")
    print(f"{'':20}" + "".join(f"{strategy:>20}" for strategy in strategies))
    for name in names:
        print(f"{name:20}" + "".join(f"{means[strategy][name]:20.3f}" for strategy in strategies))
