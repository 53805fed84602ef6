"""Frames on disk: several processes that share them, and runs that must not."""

import time
from collections.abc import Callable
from pathlib import Path
from threading import Semaphore, Thread

import numpy as np
import pytest
from PIL import Image

from inference.cli import InputError
from video.frame_store import FrameStore


def frames_of(output: Path, rank: int, world: int = 2, resume: bool = False) -> FrameStore:
    return FrameStore(output, {"seed": 1}, resume, rank, world)


@pytest.fixture
def asked(monkeypatch) -> Callable[[], None]:
    """Returns once a process that waits has looked three times, and found that it has to go on waiting."""
    looks, sleep = Semaphore(0), time.sleep
    monkeypatch.setattr("video.frame_store.time.sleep", lambda _: (looks.release(), sleep(0.001)))

    def thrice() -> None:
        while looks.acquire(blocking=False):
            pass
        for _ in range(3):
            assert looks.acquire(timeout=60)

    return thrice


def test_the_first_process_waits_for_the_others_before_it_removes_the_frames(tmp_path, asked):
    output = tmp_path / "out[1].mp4"
    came: list[FrameStore] = []
    second = Thread(target=lambda: came.append(frames_of(output, 1)), daemon=True)
    second.start()
    asked()
    assert second.is_alive()  # it waits for the first
    first = frames_of(output, 0)
    second.join(10)
    assert came
    removing = Thread(target=first.remove, daemon=True)
    removing.start()
    asked()
    assert removing.is_alive() and first.folder.exists()
    came[0].remove()
    removing.join(10)
    assert not list(tmp_path.iterdir())


def test_a_frame_comes_back_as_it_was(tmp_path):
    finished = frames_of(tmp_path / "out.mp4", 0, world=1)
    picture = np.random.default_rng(0).integers(0, 255, (6, 8, 3), dtype=np.uint8)
    finished.save(3, picture)
    assert finished.has(3) and np.array_equal(finished.wait_for(3, lambda: False), picture)
    with Image.open(finished.folder / "000003.png") as kept:
        assert np.array_equal(np.asarray(kept), picture)


def test_what_is_not_what_was_written_is_drawn_again(tmp_path, capsys):
    first, picture = frames_of(tmp_path / "out.mp4", 0, world=1), np.zeros((6, 8, 3), np.uint8)
    for index in range(5):
        first.save(index, picture + index)
    paths = [first.folder / f"{index:06}.png" for index in range(5)]
    data = bytearray(paths[0].read_bytes())
    data[30] ^= 1
    paths[0].write_bytes(data)
    paths[1].write_bytes(paths[2].read_bytes())  # whole, and another frame's
    paths[3].write_bytes(b"")
    first._lock.close(), first._own_lock.close()
    again = frames_of(tmp_path / "out.mp4", 0, world=1, resume=True)
    assert [again.has(index) for index in range(5)] == [False, False, True, False, True]
    said = capsys.readouterr().out
    assert said.count("is damaged: it is generated again") == 3 and "2 frames are already finished" in said


def test_a_process_that_is_lost_and_a_run_too_many_are_said(tmp_path):
    output = tmp_path / "out.mp4"
    first, second = frames_of(output, 0), frames_of(output, 1)
    with pytest.raises(InputError, match=r"another run is writing .*out\.mp4; wait"):
        frames_of(output, 0, resume=True)
    assert first.wait_for(0, lambda: True) is None
    second.save(0, np.zeros((4, 4, 3), np.uint8))
    second._own_lock.close()  # as the system does when a process ends
    assert first.wait_for(0, lambda: False).shape == (4, 4, 3)
    with pytest.raises(InputError, match=r"process 1 was killed.*--resume"):
        first.wait_for(1, lambda: False)
    first._lock.close(), first._own_lock.close()
    (first.folder / "process-1").write_text("done")  # of a run before this one
    first = frames_of(output, 0, resume=True)
    assert first.has(0) and first._state(1) == "starting"
