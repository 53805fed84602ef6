"""Which pictures are drawn together.

A picture depends on its batch by a level in a pixel or two, because kernels add up in other orders for other shapes. So
what an interrupted run left out, or what was damaged since, is drawn in its first batch again.
"""

import contextlib
import hashlib
import json
from collections.abc import Callable, Sequence
from itertools import groupby
from pathlib import Path

from inference.files import atomic_write
from inference.strategies import Cell

Batch = list[Cell]


def planned(
    cells: Sequence[Cell], missing: set[Cell], size: int, recipe: Callable[[Cell], dict], path: Path
) -> list[Batch]:
    """Batches of at most `size` cells of one strategy, with every missing cell in one of them.

    A batch noted at `path` that would be drawn from the same recipes now is taken as it was, with those of its cells
    that are there already. The other missing cells make new ones.
    """
    by_place = {_place(cell): cell for cell in cells}
    batches = []
    for key, places in _noted(path).items():
        batch = [by_place[place] for place in places if place in by_place]
        if missing.intersection(batch) and len(batch) == len(places) <= size and _key(batch, recipe) == key:
            batches.append(batch)
    left = [cell for cell in cells if cell in missing.difference(*batches)]
    for _, group in groupby(sorted(left, key=_strategy), key=_strategy):
        own = list(group)
        batches += [own[start : start + size] for start in range(0, len(own), size)]
    return batches


def note(batches: Sequence[Batch], recipe: Callable[[Cell], dict], path: Path) -> None:
    """Add `batches` to what is noted at `path`, in the place of earlier ones with any of the same cells."""
    new = {_key(batch, recipe): [_place(cell) for cell in batch] for batch in batches}
    drawn = {place for places in new.values() for place in places}
    kept = {key: places for key, places in _noted(path).items() if drawn.isdisjoint(places)}
    with atomic_write(path) as aside:
        aside.write_text(json.dumps(kept | new))


def _noted(path: Path) -> dict[str, list[tuple[int, str]]]:
    with contextlib.suppress(OSError, ValueError, TypeError, AttributeError):  # none yet, or damaged
        return {key: [(row, name) for row, name in places] for key, places in json.loads(path.read_text()).items()}
    return {}


def _place(cell: Cell) -> tuple[int, str]:
    return cell.row, cell.strategy.name


def _strategy(cell: Cell) -> str:
    return cell.strategy.name


def _key(batch: Batch, recipe: Callable[[Cell], dict]) -> str:
    return hashlib.sha256(json.dumps([recipe(cell) for cell in batch], sort_keys=True).encode()).hexdigest()
