"""Control maps of a clip, on one scale throughout a shot, and the cuts between its shots.

    maps = ControlMaps("depth")
    for frame in clip.frames():
        cut, control = maps.next(frame.rgb)       # control: (h, w, 3) uint8

Depth has no unit, and a scale of its own in every picture, which flickers. The first picture of a shot sets the scale
for all of it: a streaming choice, so that memory does not grow and a part of a clip looks as it does in the whole.
The depth detectors of controlnet_aux (depth_midas and its like) give pictures, each on its own scale already.
"""

from collections.abc import Callable

import cv2
import numpy as np

from inference.detectors import check_kind, depth_map, load_depth, load_detector

THUMBNAIL = (32, 32)
# a cut changes colours, pixels and structure at once; motion keeps the first, noise the second and a flash the third
CUT_HISTOGRAM, CUT_PIXELS, CUT_STRUCTURE = 0.35, 0.06, 0.4
FLAT = 1.0  # L*: root mean square of the detail below which a picture, such as a black one, has no structure
# a shot that fades in outgrows the picture that its look would be held to: the same structure, so many times as strong
GROWTH, SAME = 1.25, 0.9
SETTLED = 1.005  # times as strong as the frame before, and the fade is over
MARGIN = 0.1  # of the depth range, for what comes nearer or goes further during the shot


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
        """Whether a shot that fades in is to begin anew: from time to time, and last with the first picture in full."""
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


class ControlMaps:
    """Picture by picture: is there a cut, and the control map. Loads the detector, which can raise InputError."""

    def __init__(self, kind: str, *, depth_model: str | None = None, device: str = "cpu", seed: int = 0):
        check_kind(kind)
        named = {"name": depth_model} if depth_model else {}
        self._estimate = load_depth(device=device, **named) if kind == "depth" else None
        self._detect: Callable = self._depth if kind == "depth" else load_detector(kind, device=device)
        self._begins = CutFinder()
        self._range: tuple[float, float] | None = None
        self._seed = seed % 2**32

    def next(self, picture: np.ndarray) -> tuple[bool, np.ndarray]:
        """(whether a shot begins here, control map (h, w, 3) uint8) of the next picture (h, w, 3) uint8."""
        cut = self._begins(picture)
        if cut:
            self._range = None
        np.random.seed(self._seed)  # `shuffle` of controlnet_aux draws from it: all frames are shuffled alike
        return cut, self._detect(picture)

    def _depth(self, picture: np.ndarray) -> np.ndarray:
        depth = self._estimate(picture[None])[0]  # (h, w)
        if self._range is None:
            far, near = np.percentile(depth, [0.5, 99.5])
            self._range = far - MARGIN * (near - far), near + MARGIN * (near - far)
        return depth_map(depth, *self._range)
