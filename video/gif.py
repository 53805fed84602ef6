"""Animated GIFs at the time stamps of a clip: what browsers and chats show where a video would not play."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from inference.cli import InputError
from inference.files import atomic_write
from video.clip import Clip, Frame, check_writable

TICK = 10  # ms, in which GIF counts


class GifWriter:
    """As `video.clip.ClipWriter`, without sound. A GIF is written in one go, so its frames are kept, in 256 colours."""

    def __init__(self, clip: Clip):
        self.notes = ["a GIF has no sound; it was left out"] if clip.has_audio else []
        self._time_base = clip.time_base
        self._pictures: list[Image.Image] = []
        self._durations: list[int] = []
        self._shown = self._exact = 0.0  # ms so far: what rounding takes from one frame the next one gets

    def write(self, rgb: np.ndarray, frame: Frame) -> None:
        self._pictures.append(Image.fromarray(rgb).quantize(dither=Image.Dither.FLOYDSTEINBERG))
        self._exact += float(frame.duration * self._time_base * 1000)
        ticks = max(round((self._exact - self._shown) / TICK), 2)  # browsers take 10 ms for 100
        self._durations.append(ticks * TICK)
        self._shown += ticks * TICK

    def save(self, path: Path) -> None:
        first, *others = self._pictures
        first.save(path, save_all=True, append_images=others, duration=self._durations, loop=0, disposal=1)


@contextlib.contextmanager
def write_gif(path: str | Path, clip: Clip) -> Iterator[GifWriter]:
    """A writer for a GIF of `clip`. The file gets its name when the block ends without an error."""
    with atomic_write(path) as aside:
        writer = GifWriter(clip)
        yield writer
        writer.save(aside)


def check_gif(path: str | Path, source: str | Path) -> Path:
    """As `video.clip.check_output`, for GIFs."""
    path = Path(path)
    if path.exists() and path.samefile(source):
        raise InputError(f"the result would replace its source {source}; choose another --output")
    check_writable(path, "--output")
    return path
