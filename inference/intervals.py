"""How sure a mean is: bootstrap percentile intervals (Efron 1979) over prompts and over seeds within a prompt.

And how sure an order of means is: whether one half of the prompts gives the order that the other half gives.
"""

from collections.abc import Sequence

import numpy as np

LEVEL, RESAMPLES, HALVINGS = 0.95, 4000, 500


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


def rank_agreement(values: Sequence[Sequence[float]], per_prompt: int = 1) -> float | None:
    """Spearman's correlation of the order by one half of the prompts and by the other, on average over random halves.

    `values` has a row per strategy, as `mean_with_interval` takes it. 1: always the same order; 0: any. None for less
    than three strategies or four prompts, and where all strategies are equal.
    """
    from scipy.stats import rankdata

    grid = np.asarray(values, dtype=float)
    grid = grid.reshape(len(grid), -1, per_prompt).mean(2)  # (strategies, prompts)
    strategies, prompts = grid.shape
    if strategies < 3 or prompts < 4:
        return None
    rng = np.random.default_rng(0)
    shuffled = grid[:, rng.permuted(np.tile(np.arange(prompts), (HALVINGS, 1)), axis=1)]  # (strategies, halvings, ..)
    half = prompts // 2
    first, second = (
        rankdata(part.mean(2), axis=0) - (strategies + 1) / 2
        for part in (shuffled[..., :half], shuffled[..., half : 2 * half])
    )  # (strategies, halvings), each column's mean is 0
    spread = np.sqrt((first**2).sum(0) * (second**2).sum(0))
    told = spread > 0
    return float(((first * second).sum(0)[told] / spread[told]).mean()) if told.any() else None
