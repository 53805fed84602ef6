"""Pictures on disk: reading any, whatever made it, and keeping one's own with their recipes."""

import contextlib
import hashlib
import json
import struct
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image, PngImagePlugin

from inference.cli import InputError
from inference.files import atomic_write

WITHOUT_A_DECODER = {"BUFR", "EPS", "GRIB", "HDF5", "MPEG", "WMF"}  # Pillow knows them by name, or needs other programs
# what Windows, macOS and file servers leave beside a person's files; what notebooks and macOS leave begins with a dot
LEAVINGS = {"thumbs.db", "desktop.ini", "__macosx", "@eadir", "$recycle.bin"}
# EXIF's orientation -> what makes the picture upright
UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


@cache
def suffixes() -> frozenset[str]:
    """Of all files that Pillow reads as pictures, in lower case."""
    kinds = Image.registered_extensions().items()
    return frozenset(suffix for suffix, kind in kinds if kind in Image.OPEN and kind not in WITHOUT_A_DECODER)


def files_in(folder: Path, deep: bool = False) -> list[Path]:
    """A person's files in `folder`, if `deep` in its subfolders as well, in order: ._01.jpg and Thumbs.db are none."""

    def is_own(path: Path) -> bool:
        parts = path.relative_to(folder).parts
        return not any(part.startswith(".") or part.lower() in LEAVINGS for part in parts)

    try:
        found = sorted(folder.rglob("*") if deep else folder.iterdir())
    except OSError as error:
        raise InputError(f"the folder {folder} cannot be read ({error.strerror}); name another") from error
    return [path for path in found if is_own(path) and not path.is_dir()]


def is_picture(path: Path) -> bool:
    return path.suffix.lower() in suffixes()


def pictures_in(folder: Path, deep: bool = False) -> list[Path]:
    """The pictures among `files_in`, told by their names."""
    return [path for path in files_in(folder, deep) if is_picture(path)]


def read_picture(path: Path, area: int | None = None) -> Image.Image:
    """The picture upright and in RGB, shrunk to about `area` pixels if it has more; InputError where it cannot be read.

    EXIF rotation is applied where the EXIF can be read, transparency lies over white, and 16 bits become 8.
    """
    try:
        with Image.open(path) as picture:
            if area:
                picture.draft("RGB", _shrunk(picture.size, area))  # JPEG's own halving, for speed
            picture.load()
            picture = _upright(picture)
            if picture.mode.startswith("I"):  # 16 bits per pixel; Pillow's own conversion would clip them to white
                picture = Image.fromarray((np.asarray(picture).clip(0, 65535) / 257).round().astype(np.uint8))
            if picture.mode == "F":
                raise ValueError("it holds floating-point pixels")
            if picture.has_transparency_data:
                white = Image.new("RGBA", picture.size, "white")
                picture = Image.alpha_composite(white, picture.convert("RGBA"))
            picture = picture.convert("RGB")
    except Image.DecompressionBombError as error:
        most = f"{2 * Image.MAX_IMAGE_PIXELS} pixels"  # at half of them Pillow warns, and reads it
        raise InputError(f"the picture {path} has more than {most}, the most that is read; make it smaller") from error
    # Pillow's decoders raise these on damaged files: truncated (OSError), broken chunks (SyntaxError)
    except (OSError, SyntaxError, ValueError) as error:
        reason = "it is not a picture" if isinstance(error, Image.UnidentifiedImageError) else str(error)
        raise InputError(f"the picture {path} cannot be read ({reason}); save it again as PNG or JPEG") from error
    return picture.resize(_shrunk(picture.size, area), Image.Resampling.LANCZOS) if area else picture


def _upright(picture: Image.Image) -> Image.Image:
    """The picture turned as its EXIF says; as it is where the EXIF is damaged."""
    # what Pillow raises on damaged blocks of every format, each seen in 1500 of them
    with contextlib.suppress(SyntaxError, struct.error, ValueError, OSError, TypeError, AttributeError):
        turn = UPRIGHT.get(picture.getexif().get(ExifTags.Base.Orientation))
        return picture if turn is None else picture.transpose(turn)
    return picture


def _shrunk(size: tuple[int, int], area: int) -> tuple[int, int]:
    """(width, height) of the same shape with about `area` pixels, or `size` where it has fewer."""
    width, height = size
    shrink = min((area / (width * height)) ** 0.5, 1)
    return max(round(width * shrink), 1), max(round(height * shrink), 1)


def save_picture(picture: Image.Image, path: Path, recipe: dict) -> None:
    """Write a PNG that holds its recipe and a hash of its pixels."""
    info = PngImagePlugin.PngInfo()
    info.add_itxt("recipe", json.dumps(recipe, ensure_ascii=False))
    info.add_text("pixels_sha256", _pixels_sha256(picture))
    with atomic_write(path) as aside:
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
    """The recipe in a picture's metadata; None where there is no such picture, or one that is not what was written."""
    damaged = (OSError, SyntaxError, ValueError, KeyError, AttributeError, Image.DecompressionBombError)
    with contextlib.suppress(*damaged), Image.open(path) as picture:
        picture.load()
        if picture.text["pixels_sha256"] == _pixels_sha256(picture):
            return json.loads(picture.text["recipe"])
    return None


def _pixels_sha256(picture: Image.Image) -> str:
    return hashlib.sha256(f"{picture.mode} {picture.size} ".encode() + picture.tobytes()).hexdigest()
