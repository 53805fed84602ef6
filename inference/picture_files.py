"""Pictures on disk: reading any, whatever made it, and keeping one's own with their recipes."""

import contextlib
import json
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
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


QUEUED = 16  # pictures that wait to be written, where drawing is faster


class PictureWriter:
    """Saves pictures in a thread of its own, so that the next are drawn meanwhile, and has saved them all at its end.

    What goes wrong with one is raised when a later one is handed over, or at the end.
    """

    def __enter__(self) -> "PictureWriter":
        self._thread, self._saved = ThreadPoolExecutor(1), deque[Future]()
        return self

    def save(self, picture: Image.Image, path: Path, recipe: dict) -> None:
        self._saved.append(self._thread.submit(save_picture, picture, path, recipe))
        while len(self._saved) > QUEUED or (self._saved and self._saved[0].done()):
            self._saved.popleft().result()

    def __exit__(self, error: type | None, *_: object) -> None:
        self._thread.shutdown()  # which waits
        while error is None and self._saved:
            self._saved.popleft().result()


def read_recipe(path: Path) -> dict | None:
    """The recipe in a picture's metadata; None where there is no such picture, or one that is damaged."""
    with contextlib.suppress(OSError, SyntaxError, ValueError, KeyError), Image.open(path) as picture:
        picture.load()
        return json.loads(picture.text["recipe"])
    return None
