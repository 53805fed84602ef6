import threading
from argparse import Namespace

import numpy as np
import pytest
import torch

from inference.cli import InputError
from video.picture import Size
from video.shots import ANCHOR, BETWEEN, KEY, Item, Unit


def test_key_frames_that_wait_are_bounded():
    """A long shot in fast motion that is finished already: what it is made of is not all held."""
    from video.restyle import PENDING, draw_units

    class Drawing:
        def draw(self, batch, anchor, key, memory):
            drawn.append(batch.indices[0])
            return None

    drawn, held, picture = [], [], np.zeros((8, 8, 3), np.uint8)

    def planned():
        for i in range(3 * PENDING):
            yield Unit(i, KEY if i else ANCHOR, [Item([i], picture, picture)])
            held.append(i + 1 - len(drawn))

    draw_units(planned(), Drawing(), lambda *_: None, lambda unit: False)
    assert max(held) == PENDING and drawn == list(range(len(drawn))) and len(drawn) >= 2 * PENDING


def test_what_a_batch_is_made_of_by_hand():
    """Pictures from -1 to 1, maps from 0 to 1, flow and what is seen with their channels first."""
    from video.restyle import to_batch

    picture = np.tile(np.uint8([[[0, 0, 0], [255, 255, 255]]]), (8, 4, 1))  # (8, 8, 3)
    flow, seen = np.ones((8, 8, 2), np.float32) * [3, -1], np.full((8, 8), 0.5, np.float32)
    items = [Item([4, 5], picture, picture, flow.astype(np.float32), seen), Item([6], picture, picture, flow, seen)]
    batch = to_batch(Unit(2, BETWEEN, items))
    assert batch.indices == [4, 6]
    assert batch.pictures.shape == (2, 3, 8, 8) and batch.pictures[0, 0, 0, :2].tolist() == [-1, 1]
    assert batch.maps.shape == (2, 3, 8, 8) and batch.maps[0, 0, 0, :2].tolist() == [0, 1]
    assert batch.flow.shape == (2, 2, 8, 8) and (batch.flow[:, 0] == 3).all() and (batch.flow[:, 1] == -1).all()
    assert batch.seen.shape == (2, 1, 8, 8) and to_batch(Unit(0, ANCHOR, [Item([0], picture, picture)])).flow is None


def test_drawn_frames_are_rounded_and_not_cut():
    from video.restyle import _finish, _Kept

    picture, kept = np.zeros((8, 8, 3), np.uint8), _Kept()
    frames = torch.full((1, 3, 8, 8), 100.6 / 255)
    _finish(Unit(0, BETWEEN, [Item([7], picture, picture)]), frames, Namespace(colour=None), Size(8, 8), kept)
    assert (kept[7] == 101).all()


def test_reading_ahead_is_bounded_ends_and_raises():
    from video.restyle import ahead

    made = []

    def values():
        for i in range(100):
            made.append(i)
            yield i
        raise InputError("at the end")

    reading = ahead(values(), depth=2)
    assert next(reading) == 0
    assert len(made) <= 5
    with pytest.raises(InputError, match="at the end"):
        list(reading)
    before = threading.active_count()
    unread = ahead(iter(range(100)))
    next(unread)
    unread.close()
    assert threading.active_count() == before
