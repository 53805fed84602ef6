"""A decoded picture as it is to be seen: upright, no fields, square pixels, over white, full range; and to be drawn."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
import cv2
import numpy as np
from av.sidedata.sidedata import Type

from inference.cli import InputError

LIMITED, UNSPECIFIED = 1, 2  # range, and colour matrix, by their numbers in FFmpeg and in ITU-T H.273
UPRIGHT = np.eye(2, dtype=int)
LONGEST = 4096  # pixels of a side, beyond which a single frame needs more memory than cards have
Say = Callable[[str], None]  # takes a note for the user


def turn_of(picture: av.VideoFrame) -> np.ndarray | None:
    """(2, 2): where the stored x and y go as it is shown, from its display matrix; None for what is no quarter turn."""
    matrix = picture.side_data.get(Type.DISPLAYMATRIX)
    if matrix is None:
        return UPRIGHT
    a, b, _, c, d = np.frombuffer(bytes(matrix), np.int32)[:5] / 2**16
    found = np.rint(np.array([[a, c], [b, d]]) / max(abs(a), abs(b), 1e-9)).astype(int)
    return found if np.array_equal(found @ found.T, UPRIGHT) else None


@dataclass(frozen=True)
class Shape:
    """How all pictures of a clip are shown, as the first one is."""

    coded: tuple[int, int]  # (width, height) in the file
    pixel: Fraction  # width of a pixel over its height
    turn: tuple[tuple[int, int], tuple[int, int]]

    @property
    def stored(self) -> tuple[int, int]:
        """(width, height) with square pixels, not turned yet."""
        return max(round(self.coded[0] * self.pixel), 1), self.coded[1]

    @property
    def shown(self) -> tuple[int, int]:
        return self.stored[::-1] if self.turn[0][0] == 0 else self.stored

    @property
    def rotation(self) -> int:
        """Degrees counterclockwise, as a player is told; 0 for what is mirrored, which is stored as it is shown."""
        (a, c), (b, d) = self.turn
        return 0 if a * d - b * c < 0 else {(1, 0): 0, (0, -1): 90, (-1, 0): 180, (0, 1): -90}[a, b]

    def show(self, picture: av.VideoFrame, say: Say) -> np.ndarray:
        """(h, w, 3) uint8, upright; a picture of another shape than the clip's first stands between black bars."""
        width, height = self.stored
        coded = picture.width, picture.height
        if coded != self.coded:
            say(
                f"changes its size from {self.coded[0]}x{self.coded[1]} to {coded[0]}x{coded[1]}; "
                f"all of it is fitted into the first"
            )
            scale = min(width / (coded[0] * self.pixel), height / coded[1])
            inner = max(round(float(coded[0] * self.pixel * scale)), 1), max(round(coded[1] * scale), 1)
            fitted, left, top = _rgb(picture, inner, say), (width - inner[0]) // 2, (height - inner[1]) // 2
            rgb = np.zeros((height, width, 3), np.uint8)
            rgb[top : top + inner[1], left : left + inner[0]] = fitted
        else:
            rgb = _rgb(picture, (width, height), say)
        (a, c), (b, d) = self.turn
        rgb = rgb.transpose(1, 0, 2) if a == 0 else rgb
        return np.ascontiguousarray(rgb[:: b + d, :: a + c])


@dataclass(frozen=True)
class Size:
    """Pixels that are drawn: the source's shape at another scale, with even sides; `padded` for the model's grid."""

    height: int
    width: int
    grid: int = 8

    @classmethod
    def of(cls, width: int, height: int, short_side: int, grid: int) -> "Size":
        """Raises InputError for a source whose longer side would be above LONGEST."""
        scale = short_side / min(width, height)
        size = cls(*(max(2 * round(side * scale / 2), 2) for side in (height, width)), grid)
        if max(size.height, size.width) > LONGEST:
            raise InputError(
                f"{width}x{height} would be drawn at {size.width}x{size.height}, and {LONGEST} is the most for a side; "
                f"give a smaller --resolution"
            )
        return size

    @property
    def padded(self) -> tuple[int, int]:
        return -(-self.height // self.grid) * self.grid, -(-self.width // self.grid) * self.grid

    def fit(self, rgb: np.ndarray) -> np.ndarray:
        """Scale to (height, width), then mirror what the grid lacks at the right and below."""
        shrinks = self.height < rgb.shape[0]
        scaled = cv2.resize(
            rgb, (self.width, self.height), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC
        )
        bottom, right = self.padded[0] - self.height, self.padded[1] - self.width
        return cv2.copyMakeBorder(scaled, 0, bottom, 0, right, cv2.BORDER_REFLECT)

    def cut(self, picture: np.ndarray) -> np.ndarray:
        return picture[: self.height, : self.width]


def _rgb(picture: av.VideoFrame, size: tuple[int, int], say: Say) -> np.ndarray:
    """(h, w, 3) uint8 of (width, height) `size`."""
    matrix = None
    if picture.colorspace == UNSPECIFIED:
        matrix = "ITU709" if picture.height > 576 or picture.width >= 1280 else "ITU601"  # as players take it
    alpha = any(component.is_alpha for component in picture.format.components) or picture.format.name == "pal8"
    found = picture.to_ndarray(
        format="rgba" if alpha else "rgb24", width=size[0], height=size[1], src_colorspace=matrix
    )
    if alpha:
        opaque, found = found[..., 3:], found[..., :3]
        if opaque.min() < 255:
            say("is transparent in places; they are shown over white")
            found = 255 - cv2.multiply(255 - found, np.repeat(opaque, 3, 2), scale=1 / 255)
    if picture.format.name.startswith("gray") and picture.color_range == LIMITED:  # swscale takes grey for full range
        found = np.clip((found.astype(np.float32) - 16) * (255 / 219), 0, 255).round().astype(np.uint8)
    return found


def deinterlaced(pictures: Iterator[av.VideoFrame], say: Say) -> Iterator[av.VideoFrame]:
    """The same pictures at the same times, interlaced ones deinterlaced by FFmpeg's bwdif."""
    weave: _Bwdif | None = None
    for picture in pictures:
        if weave is not None and weave.kind != _kind(picture):
            yield from weave(None)
            weave = None
        if weave is None and picture.interlaced_frame:
            say("is interlaced; its fields were made whole pictures (FFmpeg's bwdif)")
            weave = _Bwdif(picture)
        yield from [picture] if weave is None else weave(picture)
    yield from [] if weave is None else weave(None)


class _Bwdif:
    """bwdif over what is interlaced among pictures of one kind; it is one picture behind."""

    def __init__(self, first: av.VideoFrame):
        self.kind, self._time_base = _kind(first), first.time_base
        width, height, name = self.kind
        self._graph = av.filter.Graph()
        source = self._graph.add_buffer(
            width=width, height=height, format=av.VideoFormat(name), time_base=first.time_base
        )
        self._graph.link_nodes(
            source, self._graph.add("bwdif", "mode=send_frame:deint=interlaced"), self._graph.add("buffersink")
        ).configure()

    def __call__(self, picture: av.VideoFrame | None) -> Iterator[av.VideoFrame]:
        self._graph.push(picture)
        with contextlib.suppress(av.error.BlockingIOError, av.error.EOFError):
            while True:
                made = self._graph.pull()
                ticks = made.time_base / self._time_base
                made.pts, made.duration = made.pts and round(made.pts * ticks), round(made.duration * ticks)
                made.time_base = self._time_base
                yield made


def _kind(picture: av.VideoFrame) -> tuple[int, int, str]:
    return picture.width, picture.height, picture.format.name
