"""Control maps of a clip, on one scale throughout a shot.

    maps = ControlMaps("depth")
    for frame in clip.frames():
        cut, control = maps.next(frame.rgb)       # control: (h, w, 3) uint8

Depth has no unit, and a scale of its own in every picture, which flickers. The first picture of a shot sets the scale
for all of it: a streaming choice, so that memory does not grow and a part of a clip looks as it does in the whole.
The depth detectors of controlnet_aux (depth_midas and its like) give pictures, each on its own scale already.
"""

from collections.abc import Callable

import numpy as np

from inference.detectors import check_kind, depth_map, load_depth, load_detector
from video.shots import CutFinder

MARGIN = 0.1  # of the depth range, for what comes nearer or goes further during the shot


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
