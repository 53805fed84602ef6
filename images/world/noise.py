"""Noise over arrays of points, for heights, colours and densities of what is scattered."""

import numpy as np


def fbm(x, y, octaves: int = 4, seed: int = 0) -> np.ndarray:
    """Fractal gradient noise at points (x, y), about [-1, 1], in the shape of x; one unit is its largest feature."""
    return _over(x, y, octaves, seed, False)


def gullied(x, y, octaves: int = 5, seed: int = 0) -> np.ndarray:
    """Noise with gullies down its slopes, as water leaves them, about [-0.5, 1]."""
    return _over(x, y, octaves, seed, True)


def ridged(x, y, octaves: int = 4, seed: int = 0) -> np.ndarray:
    """Crests where fbm changes its sign, in [0, 1]."""
    return 1 - np.minimum(np.abs(fbm(x, y, octaves, seed)) * 2, 1)


def smoothstep(low: float, high: float, x) -> np.ndarray:
    """0 below `low`, 1 above `high`, smooth between; the other way round when low > high."""
    t = np.clip((np.asarray(x, float) - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)


def blend(a, b, t) -> np.ndarray:
    """a where t is 0 and b where it is 1; t gets an axis for the colours."""
    t = np.asarray(t)[..., None]
    return np.asarray(a) * (1 - t) + np.asarray(b) * t


def _over(x, y, octaves: int, seed: int, carved: bool) -> np.ndarray:
    from images.world.kernels import noise_over  # compiled loops: only rendering waits for them

    x, y = np.broadcast_arrays(np.asarray(x, float), np.asarray(y, float))
    return noise_over(x.ravel(), y.ravel(), octaves, seed, carved).reshape(x.shape)
