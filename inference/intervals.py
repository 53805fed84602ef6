"""How sure a mean is: bootstrap percentile intervals (Efron 1979) over prompts and over seeds within a prompt."""

from collections.abc import Sequence

import numpy as np

LEVEL, RESAMPLES = 0.95, 4000


def mean_with_interval(values: Sequence[float], per_prompt: int = 1) -> dict[str, float]:
    """{"mean", "low", "high"} of values in order of prompts, `per_prompt` of them to each.

    Prompts are drawn again with replacement, and so are the seeds of each prompt drawn: pictures of one prompt are
    alike, and more of them do not stand for more prompts.
    """
    grid = np.asarray(values, dtype=float).reshape(-1, per_prompt)  # (prompts, seeds)
    rng = np.random.default_rng(0)
    prompts = rng.integers(0, len(grid), (RESAMPLES, len(grid), 1))
    seeds = rng.integers(0, per_prompt, (RESAMPLES, len(grid), per_prompt))
    means = grid[prompts, seeds].mean((1, 2))  # (resamples,)
    low, high = np.quantile(means, [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return {"mean": float(grid.mean()), "low": float(low), "high": float(high)}
