"""What is drawn together: a clip cut into shots, and each as an anchor, key frames and batches of those between.

All of it follows from the source alone, so that a resumed run, and each of several processes, finds the same.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np

from video.clip import Frame
from video.flow import Track
from video.picture import Size

ANCHOR, KEY, BETWEEN = "anchor", "key", "between"
COVERAGE = 0.6  # a frame that shows less than this of the last key frame becomes one itself
THUMBNAIL = (32, 32)
# a cut changes colours, pixels and structure at once; motion keeps the first, noise the second and a flash the third
CUT_HISTOGRAM, CUT_PIXELS, CUT_STRUCTURE = 0.35, 0.06, 0.4
FLAT = 1.0  # L*: root mean square of the detail below which a picture, such as a black one, has no structure
# a shot that fades in outgrows the picture that its look would be held to: the same structure, so many times as strong
GROWTH, SAME = 1.25, 0.9
SETTLED = 1.005  # times as strong as the frame before, and the fade is over
NextMap = Callable[[np.ndarray], tuple[bool, np.ndarray]]  # a picture -> whether a shot begins here, its control map


class CutFinder:
    """Says of each picture whether another shot begins with it, or the shot's first picture has too little in it."""

    def __init__(self):
        self._last: tuple[np.ndarray, ...] | None = None  # histogram, thumbnail and its detail
        self._first: np.ndarray | None = None  # detail of the shot's first picture
        self._fading = False

    def __call__(self, picture: np.ndarray) -> bool:
        """picture (h, w, 3) uint8; the first one of a clip begins a shot."""
        small = cv2.resize(picture, THUMBNAIL, interpolation=cv2.INTER_AREA).astype(np.float32) / 255
        lab = cv2.cvtColor(small, cv2.COLOR_RGB2LAB)
        histogram = cv2.calcHist([lab], [0, 1, 2], None, [8, 8, 8], [0, 100.001, -64, 64, -64, 64])
        histogram = cv2.GaussianBlur(
            histogram.reshape(8, 64), (3, 3), 0
        )  # so that a value beside its bin's edge counts
        detail = lab[..., 0] - cv2.GaussianBlur(lab[..., 0], (0, 0), 4)
        last, self._last = self._last, (histogram, small, detail)
        if last is None or self._cut(last):
            begins, self._fading = True, False
        else:
            begins = self._outgrown(last[2], detail)
        if begins:
            self._first = detail
        return begins

    def _cut(self, last: tuple[np.ndarray, ...]) -> bool:
        histogram, small, detail = self._last
        recoloured = cv2.compareHist(last[0], histogram, cv2.HISTCMP_BHATTACHARYYA) > CUT_HISTOGRAM
        changed = np.abs(last[1] - small).mean() > CUT_PIXELS
        return bool(recoloured and changed and _likeness(last[2], detail) < CUT_STRUCTURE)

    def _outgrown(self, last: np.ndarray, detail: np.ndarray) -> bool:
        """Whether a shot that fades in starts again: from time to time, and last with the first picture in full."""
        first, before, now = _strength(self._first), _strength(last), _strength(detail)
        if now > FLAT and now > GROWTH * first and (first < FLAT or _likeness(self._first, detail) > SAME):
            self._fading = True
            return True
        ends = self._fading and now < SETTLED * before
        self._fading = self._fading and not ends
        return ends and now > SETTLED * first


def _strength(detail: np.ndarray) -> float:
    return float(np.sqrt((detail**2).mean()))


def _likeness(a: np.ndarray, b: np.ndarray) -> float:
    """Correlation of two pictures' detail; 0 where one is flat, since it has no structure that could be the same."""
    flat = min(_strength(a), _strength(b)) < FLAT
    return 0.0 if flat else float((a * b).mean()) / (_strength(a) * _strength(b))


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
    """(role, item). An item is yielded once the next picture differs, because until then it may get more indices."""
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
