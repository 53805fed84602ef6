"""Finished frames on disk, beside the clip they are encoded to: what an interrupted run resumes from.

Each is a PNG followed by a hash of the frame's number and of its bytes; readers of PNG ignore what follows its end.
"""

import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

import cv2
import numpy as np

from inference.cli import InputError, disk_full_said
from inference.files import atomic_write

RECIPE, LOCK = "recipe.json", ".lock"
STARTING, RUNNING, DONE, LOST = "starting", "running", "done", "lost"  # of a process
KEPT = "the finished frames are kept; free some space and continue with --resume"  # where the disk is full
FAST = [cv2.IMWRITE_PNG_COMPRESSION, 1]


class FrameStore:
    """A folder of PNG files, one per frame, and the recipe they were made with. Shared by all processes of a run.

    Each process locks a file of its own there for as long as it lives, so that the first one can tell which of the
    others are still running.
    """

    def __init__(self, output: Path, recipe: dict, resume: bool, rank: int = 0, world: int = 1):
        """For process `rank` of `world`. The first makes the folder, or raises InputError; the others wait for it."""
        self.folder = output.parent / f".{output.name}.frames"
        self._recipe = json.loads(json.dumps(recipe))
        self._rank, self._others = rank, range(1, world)
        with disk_full_said("free some space and start again"):
            if rank == 0:
                self._lock = self._claim(output, resume)
            while self._read_recipe() != self._recipe or (rank > 0 and self._state(0) != RUNNING):
                time.sleep(0.05)
            self._own_lock = self._join()

    def _claim(self, output: Path, resume: bool) -> IO:
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = open(self.folder / LOCK, "a")  # noqa: SIM115
        if not _locked(lock):
            raise InputError(f"another run is writing {output}; wait for it, or choose another --output")
        for left in self.folder.glob("process-*"):
            left.unlink(missing_ok=True)
        for left in self.folder.glob("*.png"):
            if self._read(int(left.stem)) is None:
                print(f"{left} is damaged: it is generated again")
                left.unlink()
        found, count = self._read_recipe(), len(list(self.folder.glob("*.png")))
        if found is None:
            for left in self.folder.iterdir():
                if left.name != LOCK:
                    shutil.rmtree(left) if left.is_dir() else left.unlink()
        elif not resume:
            raise InputError(
                f"{self.folder} holds {count} finished frames of an interrupted run; continue with --resume, "
                f"or remove the folder to start again"
            )
        elif found != self._recipe:
            changed = [name for name in self._recipe if found.get(name) != self._recipe[name]]
            raise InputError(
                f"{self.folder} was made with another {', '.join(changed)}; give the same flags with --resume, "
                f"or remove the folder to start again"
            )
        else:
            print(f"{count} frames are already finished")
        if found is None:
            with atomic_write(self.folder / RECIPE) as aside:
                aside.write_text(json.dumps(self._recipe, indent=2) + "\n")
        return lock

    def _join(self) -> IO:
        aside = self.folder / f".process-{self._rank}"
        lock = open(aside, "w")  # noqa: SIM115
        assert _locked(lock)
        os.replace(aside, self.folder / f"process-{self._rank}")  # the others see it only once it is locked
        return lock

    def _state(self, rank: int) -> str:
        try:
            lock = open(self.folder / f"process-{rank}", "r+")  # noqa: SIM115
        except FileNotFoundError:
            return STARTING
        with lock:
            return (lock.read() or LOST) if _locked(lock) else RUNNING

    def _read_recipe(self) -> dict | None:
        try:
            return json.loads((self.folder / RECIPE).read_text())
        except (OSError, ValueError):
            return None

    def _path(self, index: int) -> Path:
        return self.folder / f"{index:06}.png"

    def has(self, index: int) -> bool:
        return self._path(index).exists()

    def save(self, index: int, picture: np.ndarray) -> None:
        """picture (h, w, 3) uint8; written aside and renamed, so that a file that exists is complete."""
        made, data = cv2.imencode(".png", picture[..., ::-1], FAST)
        assert made
        aside = self.folder / f".{index:06}-{os.getpid()}"
        aside.write_bytes(data.tobytes() + _sha256(index, data.tobytes()))
        os.replace(aside, self._path(index))

    def _read(self, index: int) -> np.ndarray | None:
        """(h, w, 3) uint8; None where the file is damaged, or is another frame's."""
        data = self._path(index).read_bytes()
        png, written = data[:-32], data[-32:]
        if written != _sha256(index, png):
            return None
        return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]

    def wait_for(self, index: int, stopped: Callable[[], bool]) -> np.ndarray | None:
        """(h, w, 3) uint8 once it exists; None where the run was stopped before; InputError if a process was killed."""
        while not self.has(index):
            if stopped():
                return None
            for rank in self._others:
                if self._state(rank) == LOST:
                    raise InputError(f"process {rank} was killed; finished frames are kept, continue with --resume")
            time.sleep(0.01)
        picture = self._read(index)
        if picture is None:
            self._path(index).unlink()
            raise InputError(f"{self._path(index)} was damaged and has been removed; run again with --resume")
        return picture

    def remove(self) -> None:
        """The last thing a process does with the store: the first one removes it once no other needs it."""
        if self._rank > 0:
            self._own_lock.write(DONE)
            self._own_lock.close()
            return
        while any(self._state(rank) in (STARTING, RUNNING) for rank in self._others):
            time.sleep(0.05)
        self._own_lock.close()
        self._lock.close()
        shutil.rmtree(self.folder)


def _sha256(index: int, png: bytes) -> bytes:
    return hashlib.sha256(b"%d " % index + png).digest()


def _locked(file: IO) -> bool:
    """Lock an open file until it is closed, however the process ends; False where it is locked already."""
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
