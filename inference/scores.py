"""Numbers beside pictures: how much of the film look is there, whether the prompt still is, and what became of base.

Film look, from the pixels alone; lightness L* and hue a*, b* are CIELAB (CIE 1976) of sRGB under D65:
  luminance_contrast  standard deviation of L* / 100 (root-mean-square contrast, Peli 1990); 0 is flat
  warm_cool_split     mean b* of the lightest quarter less mean b* of the darkest; above 0: warm light, cool shadow
  colourfulness       M3 of Hasler and Suesstrunk 2003, eq. 5; 0 grey, 15 slightly, 33 moderately, 59 quite colourful
  highlight_share     share of pixels with L* above 90, where film rolls off
  vignette            how much darker the corners are: 1 - mean L* beyond 0.8 / mean L* within 0.4 of the half diagonal
Distance to the reference pictures' own distribution, in its standard deviations; their own pictures are at about 0.8:
  film_look_distance           mean over these five statistics; 0 is the reference's average look
  luminance_contrast_distance  |luminance_contrast - mean of the references| / standard deviation of the references
  warm_cool_split_distance     the same for the warm-cool split
  colourfulness_distance       the same for colourfulness
  highlight_share_distance     the same for the highlight share
  vignette_distance            the same for the vignette
By CLIP, the base's own where it has one, else openai/clip-vit-large-patch14:
  clip_score           100 max(cos(picture, prompt), 0), by torchmetrics (Hessel et al. 2021); of a person's words,
                       without the style words that a strategy adds
  reference_nearness   mean cosine to the reference pictures (CLIP-I, Ruiz et al. 2023)
  base_nearness        cosine to the base's picture of the same prompt and seed; 1 is the same
Outlines, by Canny:
  base_edge_f1         F1 to the base's picture of the same prompt and seed; see edge_f1

Means have 95 % bootstrap intervals over prompts and, within them, seeds (intervals.py). A strategy is called different
from base in a score only where the interval of the paired differences excludes zero. "halves" says whether other
prompts would put the strategies in the same order: the rank correlation of two halves of the prompts (intervals.py).
"""

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from inference.clip_scorer import Clip, clip_scores, load_clip
from inference.files import atomic_write
from inference.image_io import pictures_in, read_picture
from inference.intervals import mean_with_interval, rank_agreement

if TYPE_CHECKING:
    from inference.strategies import Cell

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


def reference_pictures(folder: Path, area: int) -> list[Image.Image]:
    """The pictures in `folder` and its subfolders, each shrunk to about `area` pixels, which the scores depend on.

    Raises InputError where one of them is damaged.
    """
    pictures = [read_picture(path, area) for path in pictures_in(folder, deep=True)]
    if not pictures:
        print(
            f"left out: the scores by reference pictures, because there are no reference pictures in {folder}",
            file=sys.stderr,
        )
    return pictures


def look_distances(look: Mapping[str, float], references: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """How far a look is from the references', score by score in their standard deviations, and on average."""
    distances = {}
    for name, value in look.items():
        own = np.array([reference[name] for reference in references])
        distances[f"{name}_distance"] = float(abs(value - own.mean()) / max(own.std(), 1e-9))
    return {"film_look_distance": float(np.mean(list(distances.values())))} | distances


def score(files: Mapping["Cell", Path], clip: Clip | None, references: Sequence[Image.Image]) -> list[dict]:
    """One entry per cell. The prompt of the CLIP score is the person's, without what a strategy adds to it."""
    pictures = []
    for path in files.values():
        with Image.open(path) as picture:
            pictures.append(picture.convert("RGB"))
    reference_looks = [film_look(picture) for picture in references]
    entries = []
    for cell, picture in zip(files, pictures, strict=True):
        look = film_look(picture)
        entries.append(_named(cell) | look | (look_distances(look, reference_looks) if references else {}))
    bases = {cell.row: i for i, cell in enumerate(files) if cell.strategy.name == "base"}
    if clip:
        shown = clip_scores(clip, pictures, [cell.prompt for cell in files])
        seen = clip.pictures(pictures)  # (n, d)
        nearness = (seen @ clip.pictures(references).T).mean(1).tolist() if references else []
    for i, entry in enumerate(entries):
        base = bases.get(entry["row"], i)
        if clip:
            entry["clip_score"] = shown[i]
            entry |= {"reference_nearness": nearness[i]} if references else {}
            entry |= {"base_nearness": float(seen[i] @ seen[base])} if base != i else {}
        if base != i:
            entry["base_edge_f1"] = edge_f1(np.asarray(pictures[base]), np.asarray(pictures[i]))
    return entries


def _named(cell: "Cell") -> dict:
    return {"row": cell.row, "strategy": cell.strategy.name, "prompt": cell.prompt, "seed": cell.seed}


def summarise(entries: Sequence[dict], per_prompt: int = 1) -> dict[str, dict]:
    """{"strategies": {strategy: {score: {"mean", "low", "high"}}}, "against_base": the same of paired differences,
    "halves": {score: rank agreement of two halves of the prompts}}.
    """
    values: dict[str, dict[str, list[float]]] = {}
    for entry in entries:
        for name, value in entry.items():
            if isinstance(value, float):
                values.setdefault(entry["strategy"], {}).setdefault(name, []).append(value)
    summary = {
        strategy: {name: mean_with_interval(own, per_prompt) for name, own in scores.items()}
        for strategy, scores in values.items()
    }
    paired = {}
    for strategy, scores in values.items() if "base" in values else ():
        if strategy == "base":
            continue
        paired[strategy] = {}
        for name in [name for name in scores if name in values["base"]]:
            difference = mean_with_interval(np.subtract(scores[name], values["base"][name]), per_prompt)
            different = len(scores[name]) > 1 and not difference["low"] <= 0 <= difference["high"]
            paired[strategy][name] = difference | {"different": different}
    halves = {}
    for name in dict.fromkeys(name for scores in values.values() for name in scores):
        agreement = rank_agreement([scores[name] for scores in values.values() if name in scores], per_prompt)
        halves |= {} if agreement is None else {name: agreement}
    return {"strategies": summary, "against_base": paired, "halves": halves}


def begin_scores(cells: Sequence["Cell"], path: Path) -> None:
    """Write in the place of the last comparison's scores which pictures this one has, until they can be scored."""
    with atomic_write(path) as aside:
        aside.write_text(json.dumps({"pictures": [_named(cell) for cell in cells]}, indent=2) + "\n")


def save_scores(
    files: Mapping["Cell", Path],
    path: Path,
    *,
    clip: str | Path,
    references: Sequence[Image.Image] = (),
    notices: Mapping[str, str] | None = None,
    per_prompt: int = 1,
    device: str = "cpu",
) -> None:
    """Write scores.json: every picture, and each strategy's means with their intervals, which are printed too.

    `notices` are of columns that could not be drawn, title -> why, for those who show the comparison.
    """
    entries = score(files, load_clip(clip, device), references)
    summary = summarise(entries, per_prompt)
    means = {s: {name: own["mean"] for name, own in scores.items()} for s, scores in summary["strategies"].items()}
    with atomic_write(path) as aside:
        content = {"means": means, **summary, "notices": dict(notices or {}), "pictures": entries}
        aside.write_text(json.dumps(content, indent=2) + "\n")
    print("\n".join(table(summary)))


def table(summary: dict[str, dict]) -> list[str]:
    """Lines of text: a row per score, a column per strategy; * where it is different from base."""
    strategies, paired, halves = summary["strategies"], summary["against_base"], summary["halves"]
    shown = [name for name in next(reversed(strategies.values())) if not name.endswith("_distance")]
    shown += ["film_look_distance"] * any("film_look_distance" in scores for scores in strategies.values())
    lines = [f"{'':20}" + "".join(f"{strategy:>26}" for strategy in strategies) + "  halves" * bool(halves)]
    for name in shown:
        cells = []
        for strategy, scores in strategies.items():
            if name not in scores:
                cells.append("")
                continue
            star = "*" if paired.get(strategy, {}).get(name, {}).get("different") else " "
            cells.append("{mean:.3f} [{low:.3f}, {high:.3f}]".format(**scores[name]) + star)
        cells.append(f"{halves[name]:.2f}" if name in halves else "")
        lines.append(f"{name:20}" + "".join(f"{cell:>26}" for cell in cells[:-1]) + f"{cells[-1]:>8}")
    legend = "[95 % bootstrap intervals]  * different from base, pair by pair"
    return [*lines, legend + "  halves: rank correlation of two halves of the prompts" * bool(halves)]
