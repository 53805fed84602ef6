"""The colour of a shot, held to its anchor's: what the look did to the anchor's colour, it does to every frame's."""

import cv2
import numpy as np

STRETCH = (0.8, 1.25)  # how far contrast may be changed, so that a nearly even frame gets no noise


def lab(picture: np.ndarray) -> np.ndarray:
    """CIELAB (h, w, 3) float32 of sRGB (h, w, 3) float32 in [0, 1]."""
    return cv2.cvtColor(np.ascontiguousarray(picture, dtype=np.float32), cv2.COLOR_RGB2LAB)


def statistics(picture: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """(mean, standard deviation) of L*, a*, b*, (3,) each, of sRGB (h, w, 3) in [0, 1]."""
    return _statistics(lab(picture))


def _statistics(pixels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mean, deviation = cv2.meanStdDev(pixels)
    return mean[:, 0], deviation[:, 0]


class HeldColour:
    """Means and spreads differ from the source's as the anchor's do, so nothing drifts however long the shot is."""

    def __init__(self, source: np.ndarray, drawn: np.ndarray):
        (mean, spread), (drawn_mean, drawn_spread) = statistics(source), statistics(drawn)
        self._shift, self._stretch = drawn_mean - mean, drawn_spread / np.maximum(spread, 1)

    def __call__(self, source: np.ndarray, drawn: np.ndarray) -> np.ndarray:
        """Pictures (h, w, 3) float32 in [0, 1]; for the anchor itself nothing changes."""
        held = lab(drawn)
        (mean, spread), (drawn_mean, drawn_spread) = statistics(source), _statistics(held)
        stretch = np.clip(self._stretch * np.maximum(spread, 1) / np.maximum(drawn_spread, 1e-3), *STRETCH)
        held = held * stretch.astype(np.float32) + (mean + self._shift - drawn_mean * stretch).astype(np.float32)
        return np.clip(cv2.cvtColor(held, cv2.COLOR_LAB2RGB), 0, 1)
