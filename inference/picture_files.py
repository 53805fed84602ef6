"""Pictures on disk: reading any, whatever made it, and keeping one's own with their recipes."""

import contextlib
import json
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps, PngImagePlugin

from inference.cli import InputError, written_aside


def read_picture(path: Path, area: int | None = None) -> Image.Image:
    """The picture upright and in RGB, shrunk to about `area` pixels if it has more; InputError where it cannot be read.

    EXIF rotation is applied, transparency lies over white, and 16 bits become 8.
    """
    try:
        with Image.open(path) as picture:
            if area:
                picture.draft("RGB", _shrunk(picture.size, area))  # JPEG's own halving, for speed
            picture.load()
            picture = ImageOps.exif_transpose(picture)
            if picture.mode.startswith("I"):  # 16 bits per pixel; Pillow's own conversion would clip them to white
                picture = Image.fromarray((np.asarray(picture).clip(0, 65535) / 257).round().astype(np.uint8))
            if picture.mode == "F":
                raise ValueError("it holds floating-point pixels")
            if picture.has_transparency_data:
                white = Image.new("RGBA", picture.size, "white")
                picture = Image.alpha_composite(white, picture.convert("RGBA"))
            picture = picture.convert("RGB")
    # Pillow's decoders raise these on damaged files: truncated (OSError), broken chunks (SyntaxError), huge sizes
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        reason = "it is not a picture" if isinstance(error, Image.UnidentifiedImageError) else str(error)
        raise InputError(f"the picture {path} cannot be read ({reason}); save it again as PNG or JPEG") from error
    return picture.resize(_shrunk(picture.size, area), Image.Resampling.LANCZOS) if area else picture


def _shrunk(size: tuple[int, int], area: int) -> tuple[int, int]:
    """(width, height) of the same shape with about `area` pixels, or `size` where it has fewer."""
    width, height = size
    shrink = min((area / (width * height)) ** 0.5, 1)
    return max(round(width * shrink), 1), max(round(height * shrink), 1)


def save_picture(picture: Image.Image, path: Path, recipe: dict) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_itxt("recipe", json.dumps(recipe, ensure_ascii=False))
    with written_aside(path) as aside:
        picture.save(aside, pnginfo=info)


def read_recipe(path: Path) -> dict | None:
    """The recipe in a picture's metadata; None where there is no such picture, or one that is damaged."""
    with contextlib.suppress(OSError, SyntaxError, ValueError, KeyError), Image.open(path) as picture:
        picture.load()
        return json.loads(picture.text["recipe"])
    return None
