"""Optical flow between pictures, what can be seen in both, and pictures moved along it.

A flow (h, w, 2) float32 says how many pixels to the right and down each pixel of one picture is found in another.
"""

from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np


def estimate(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Flow from `first` to `second`, (h, w, 3) uint8, by dense inverse search (Kroeger et al. 2016)."""
    if np.array_equal(first, second) or min(first.shape[:2]) < 16:  # below its smallest patch there is nothing to find
        return np.zeros((*first.shape[:2], 2), np.float32)
    grey = [cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY) for picture in (first, second)]
    # one per call: an instance keeps state from pair to pair
    return cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM).calc(*grey, None)


def warp(picture: np.ndarray, flow: np.ndarray) -> np.ndarray:
    """What `flow` finds for each pixel in `picture` (h, w) or (h, w, c); the edge is repeated beyond the frame."""
    return cv2.remap(picture, *_target(flow), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)


def visible(flow: np.ndarray, back: np.ndarray) -> np.ndarray:
    """(h, w) bool: what `flow` finds is the same thing, as the flow `back` says (Lai et al. 2018, eq. 4 and 5).

    What leaves the frame, is occluded or lies on the edge of a moving object is left out.
    """
    returned = warp(back, flow)
    length = _squared(flow)
    same = _squared(flow + returned) <= 0.01 * (length + _squared(returned)) + 0.5
    gradient = sum((np.gradient(flow[..., part], axis=axis) ** 2) for part in (0, 1) for axis in (0, 1))
    return same & (gradient <= 0.01 * length + 0.002) & inside(flow)


def _squared(flow: np.ndarray) -> np.ndarray:
    """(h, w): the length of each vector, squared."""
    x, y = flow[..., 0], flow[..., 1]
    return x * x + y * y


def inside(flow: np.ndarray) -> np.ndarray:
    """(h, w) bool: what `flow` finds is in the frame."""
    x, y = _target(flow)
    height, width = flow.shape[:2]
    return (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)


def _target(flow: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.ogrid[: flow.shape[0], : flow.shape[1]]
    return flow[..., 0] + x.astype(np.float32), flow[..., 1] + y.astype(np.float32)


class Track:
    """The flow from the newest picture back to a reference, composed picture by picture."""

    def __init__(self, reference: np.ndarray):
        height, width = reference.shape[:2]
        self._last = reference
        self.flow = np.zeros((height, width, 2), np.float32)
        self.seen = np.ones((height, width), np.float32)  # 1 where the reference shows the same thing

    def add(self, picture: np.ndarray) -> None:
        with ThreadPoolExecutor(2) as both:
            back, ahead = both.map(estimate, (picture, self._last), (self._last, picture))
        self.flow = back + warp(self.flow, back)
        self.seen = visible(back, ahead) * warp(self.seen, back) * inside(self.flow)
        self._last = picture
