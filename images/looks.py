"""How a scene can be lit: plain noon, single parts of the cinematic look, or all of it.

A `Look` is numbers only; `light.py` applies it. Colours are display values in [0, 1]; light may exceed 1
before the film curve.
"""

from dataclasses import dataclass, replace

import numpy as np

from images.paint import rgb

# part of the look -> the words that name it in a caption
PARTS = {
    "sunset": "at sunset",
    "night": "at night",
    "fog": "in fog",
    "rays": "with rays of light",
    "flare": "lens flare",
    "dramatic": "dramatic lighting",
}


@dataclass(frozen=True)
class Look:
    zenith: np.ndarray
    middle: np.ndarray
    horizon: np.ndarray
    cloud: np.ndarray  # sunlit side
    shade: np.ndarray  # its shadow
    ambient: np.ndarray
    sun: np.ndarray
    sun_x: float = 0.0  # frame heights from the middle
    sun_y: float = 0.12  # frame heights above the horizon
    behind: float = 0.0  # 0: the sun is high and in front; 1: low and behind the scene
    disc: float = 0.0  # brightness of the sun's or moon's disc
    glow: float = 0.0  # brightness of the air around it
    haze: float = 0.004  # share of the view lost per unit of depth
    rays: float = 0.0
    bloom: float = 0.0
    flare: float = 0.0
    vignette: float = 0.0
    grade: float = 0.0  # film curve, cool shadows and warm lights
    stars: float = 0.0
    lamps: float = 0.0
    exposure: float = 1.0


def plain(rng: np.random.Generator) -> Look:
    """Noon: high sun in front, clear air, even exposure."""
    return Look(
        zenith=rgb("#4d8fd6") * rng.uniform(0.94, 1.06),
        middle=rgb("#86b9e6"),
        horizon=rgb("#c6dff0"),
        cloud=rgb("#ffffff"),
        shade=rgb("#c9d4df"),
        ambient=np.array([0.60, 0.62, 0.66], np.float32),
        sun=np.array([0.50, 0.49, 0.46], np.float32),
        sun_x=rng.uniform(-0.3, 0.3),
        sun_y=rng.uniform(0.28, 0.4),
    )


# what each part changes in plain light
CHANGES = {
    "sunset": {
        "zenith": rgb("#5f7fb5"),
        "middle": rgb("#e0a189"),
        "horizon": rgb("#ffbf73"),
        "cloud": rgb("#ffc9a0"),
        "shade": rgb("#b07f8f"),
        "ambient": np.array([0.60, 0.50, 0.50], np.float32),
        "sun": np.array([0.62, 0.40, 0.20], np.float32),
        "sun_y": 0.1,
        "behind": 0.6,
        "disc": 1.0,
        "glow": 0.45,
        "haze": 0.008,
    },
    "night": {
        "zenith": rgb("#0a1230"),
        "middle": rgb("#152450"),
        "horizon": rgb("#2b4170"),
        "cloud": rgb("#3b4c78"),
        "shade": rgb("#1a2648"),
        "ambient": np.array([0.20, 0.26, 0.42], np.float32),
        "sun": np.array([0.12, 0.15, 0.22], np.float32),
        "disc": 0.9,
        "glow": 0.12,
        "haze": 0.006,
        "stars": 1.0,
        "lamps": 1.0,
    },
    "fog": {
        "zenith": rgb("#c3cbd1"),
        "middle": rgb("#ccd3d8"),
        "horizon": rgb("#d3d9dd"),
        "cloud": rgb("#d0d6da"),
        "shade": rgb("#c6cdd2"),
        "ambient": np.array([0.66, 0.68, 0.73], np.float32),
        "sun": np.array([0.20, 0.20, 0.18], np.float32),
        "haze": 0.11,
    },
    "rays": {"rays": 0.9, "disc": 1.0, "glow": 0.3, "exposure": 0.9},
    "flare": {"flare": 1.0, "disc": 1.2, "glow": 0.25},
    "dramatic": {
        "zenith": rgb("#20293a"),
        "middle": rgb("#4f5763"),
        "horizon": rgb("#f0b878"),
        "cloud": rgb("#c79b7c"),
        "shade": rgb("#2b3240"),
        "ambient": np.array([0.20, 0.23, 0.31], np.float32),
        "sun": np.array([0.95, 0.66, 0.38], np.float32),
        "sun_y": 0.1,
        "behind": 0.9,
        "disc": 0.7,
        "glow": 0.5,
        "haze": 0.008,
        "vignette": 0.6,
        "grade": 0.5,
    },
}


def with_part(look: Look, part: str) -> Look:
    """Add one part of the look to another."""
    if part not in CHANGES:
        raise ValueError(f"no part of the look is called {part!r}; there are {', '.join(PARTS)}")
    return replace(look, **CHANGES[part])


def cinematic(rng: np.random.Generator, look: Look) -> Look:
    """The full look: low warm sun behind cool shadow, rays, bloom, anamorphic flare, vignette and a film curve."""
    zenith, middle, horizon, warm = [
        ("#14365e", "#8a7f8c", "#ffb866", "#ffb060"),  # gold over teal
        ("#1c2f5c", "#b0708a", "#ffac76", "#ffa06a"),  # rose
        ("#123d57", "#9c8f7c", "#ffc878", "#ffbe70"),  # amber
        ("#1d2644", "#7d5f7c", "#ff9a58", "#ff9450"),  # ember
    ][rng.integers(4)]
    return replace(
        look,
        zenith=rgb(zenith),
        middle=rgb(middle),
        horizon=rgb(horizon),
        cloud=rgb(warm),
        shade=rgb(zenith) * 1.3 + 0.08,
        ambient=np.array([0.13, 0.19, 0.29], np.float32),
        sun=rgb(warm) * 1.35,
        sun_y=rng.uniform(0.05, 0.16),
        behind=1.0,
        disc=1.3,
        glow=rng.uniform(0.55, 0.75),
        haze=rng.uniform(0.006, 0.011),
        rays=rng.uniform(0.28, 0.42),
        bloom=0.5,
        flare=rng.uniform(0.6, 0.9),
        vignette=0.55,
        grade=1.0,
        lamps=0.8,
        exposure=1.02,
    )
