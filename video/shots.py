"""What is drawn together: a clip as anchors, key frames and batches of the frames between them.

All of it follows from the source alone, so that a run that goes on, and each of several processes, finds the same.
"""

import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np

from inference.cli import InputError
from video.clip import Frame
from video.flow import Track

ANCHOR, KEY, BETWEEN = "anchor", "key", "between"
COVERAGE = 0.6  # a frame that shows less than this of the last key frame becomes one itself
LONGEST = 4096  # pixels of a side, beyond which a single frame needs more memory than cards have
NextMap = Callable[[np.ndarray], tuple[bool, np.ndarray]]  # a picture -> whether a shot begins here, its control map


@dataclass(frozen=True)
class Size:
    """Pixels that are drawn: the source's shape at another scale, with even sides; `padded` for the model's grid."""

    height: int
    width: int
    grid: int = 8

    @classmethod
    def of(cls, width: int, height: int, short_side: int, grid: int) -> "Size":
        """Raises InputError for a source so long that it would not fit."""
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


@dataclass
class Item:
    """A picture to draw, for every frame of the clip that shows it: neighbours that are equal are drawn once."""

    indices: list[int]
    picture: np.ndarray  # (h, w, 3) uint8, fitted
    control: np.ndarray  # (h, w, 3) uint8
    flow: np.ndarray | None = None  # (h, w, 2) pixels, to the key frame
    seen: np.ndarray | None = None  # (h, w) in [0, 1]


@dataclass
class Unit:
    """Items drawn at once."""

    number: int
    role: str
    items: list[Item] = field(default_factory=list)

    @property
    def indices(self) -> list[int]:
        return [index for item in self.items for index in item.indices]


def units(frames: Iterable[Frame], size: Size, next_map: NextMap, batch_size: int, consistent: bool) -> Iterator[Unit]:
    """Group a clip. A unit is complete when its frames are all there, so at most one is held."""
    for number, (role, items) in enumerate(_grouped(_items(frames, size, next_map, consistent), batch_size)):
        yield Unit(number, role, items)


def _items(frames, size: Size, next_map, consistent: bool) -> Iterator[tuple[str, Item]]:
    """(role, item). An item is given out when the next picture differs, because until then it may get more indices."""
    held, track, role = None, None, BETWEEN
    for frame in frames:
        picture = size.fit(frame.rgb)
        if consistent and held is not None and np.array_equal(picture, held.picture):
            held.indices.append(frame.index)
            continue
        if held is not None:
            yield role, held
        cut, control = next_map(picture)
        held, role = Item([frame.index], picture, control), BETWEEN
        if not consistent:
            continue
        if cut or track is None:
            role, track = ANCHOR, Track(picture)
            continue
        track.add(picture)
        held.flow, held.seen = track.flow, track.seen
        if track.seen.mean() < COVERAGE:
            role, track = KEY, Track(picture)
    if held is not None:
        yield role, held


def _grouped(items: Iterator[tuple[str, Item]], batch_size: int) -> Iterator[tuple[str, list[Item]]]:
    batch: list[Item] = []
    for role, item in items:
        if batch and (role != BETWEEN or len(batch) == batch_size):
            yield BETWEEN, batch
            batch = []
        if role == BETWEEN:
            batch.append(item)
        else:
            yield role, [item]
    if batch:
        yield BETWEEN, batch


def ahead(values: Iterable, depth: int = 2) -> Iterator:
    """The same values, made in a thread that stays at most `depth` ahead; its error is raised here."""
    waiting: queue.Queue = queue.Queue(depth)
    stop = threading.Event()

    def put(kind: str, value: object = None) -> None:
        while not stop.is_set():
            try:
                return waiting.put((kind, value), timeout=0.1)
            except queue.Full:
                continue

    def work() -> None:
        try:
            for value in values:
                put("value", value)
                if stop.is_set():
                    return
            put("end")
        except BaseException as error:  # whatever it is, it belongs to who reads
            put("error", error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            kind, value = waiting.get()
            if kind == "error":
                raise value
            if kind == "end":
                return
            yield value
    finally:
        stop.set()
        thread.join()
