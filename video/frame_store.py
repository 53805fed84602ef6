"""Finished frames on disk, beside the clip they will become: what a run that was killed goes on from.

Each is a PNG with a hash behind its end, where no reader of PNG looks: of the frame's number and of its bytes.
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
COMING, AT_WORK, DONE, LOST = "coming", "at work", "done", "lost"  # of a process
FAST = [cv2.IMWRITE_PNG_COMPRESSION, 1]


class FrameStore:
    """A folder of PNG files, one per frame, and the recipe they were made with. Shared by all processes of a run.

    Each process holds a lock on a file of its own there for as long as it lives, so that the first one knows of the
    others whether they are still at work.
    """

    def __init__(self, output: Path, recipe: dict, resume: bool, rank: int = 0, world: int = 1):
        """For process `rank` of `world`. The first makes the folder, or raises InputError; the others wait for it."""
        self.folder = output.parent / f".{output.name}.frames"
        self._recipe = json.loads(json.dumps(recipe))
        self._rank, self._others = rank, range(1, world)
        with disk_full_said("make room and begin again"):
            if rank == 0:
                self._lock = self._claim(output, resume)
            while self._found() != self._recipe or (rank > 0 and self._state(0) != AT_WORK):
                time.sleep(0.05)
            self._place = self._come()

    def _claim(self, output: Path, resume: bool) -> IO:
        self.folder.mkdir(parents=True, exist_ok=True)
        lock = open(self.folder / LOCK, "a")  # noqa: SIM115
        if not _locked(lock):
            raise InputError(f"another run is writing {output}; wait for it, or choose another --output")
        for left in self.folder.glob("process-*"):
            left.unlink(missing_ok=True)
        for left in self.folder.glob("*.png"):
            if self._read(int(left.stem)) is None:
                print(f"{left} is not what was written: it is drawn again")
                left.unlink()
        found, count = self._found(), len(list(self.folder.glob("*.png")))
        if found is None:
            for left in self.folder.iterdir():
                if left.name != LOCK:
                    shutil.rmtree(left) if left.is_dir() else left.unlink()
        elif not resume:
            raise InputError(
                f"{self.folder} holds {count} finished frames of a run that was cut off; go on with --resume, "
                f"or remove the folder to begin again"
            )
        elif found != self._recipe:
            changed = [name for name in self._recipe if found.get(name) != self._recipe[name]]
            raise InputError(
                f"{self.folder} was made with another {', '.join(changed)}; give the same flags with --resume, "
                f"or remove the folder to begin again"
            )
        else:
            print(f"{count} frames are finished already")
        if found is None:
            with atomic_write(self.folder / RECIPE) as aside:
                aside.write_text(json.dumps(self._recipe, indent=2) + "\n")
        return lock

    def _come(self) -> IO:
        aside = self.folder / f".process-{self._rank}"
        place = open(aside, "w")  # noqa: SIM115
        assert _locked(place)
        os.replace(aside, self.folder / f"process-{self._rank}")  # seen by the others only now that it is locked
        return place

    def _state(self, rank: int) -> str:
        try:
            place = open(self.folder / f"process-{rank}", "r+")  # noqa: SIM115
        except FileNotFoundError:
            return COMING
        with place:
            if not _locked(place):
                return AT_WORK
            return place.read() or LOST

    def _found(self) -> dict | None:
        try:
            return json.loads((self.folder / RECIPE).read_text())
        except (OSError, ValueError):
            return None

    def _path(self, index: int) -> Path:
        return self.folder / f"{index:06}.png"

    def has(self, index: int) -> bool:
        return self._path(index).exists()

    def save(self, index: int, picture: np.ndarray) -> None:
        """picture (h, w, 3) uint8; in place in one move, so that a file that is there is whole."""
        made, data = cv2.imencode(".png", picture[..., ::-1], FAST)
        assert made
        aside = self.folder / f".{index:06}-{os.getpid()}"
        aside.write_bytes(data.tobytes() + _sha256(index, data.tobytes()))
        os.replace(aside, self._path(index))

    def _read(self, index: int) -> np.ndarray | None:
        """(h, w, 3) uint8; None where the file is not what was written, or is another frame's."""
        data = self._path(index).read_bytes()
        png, written = data[:-32], data[-32:]
        if written != _sha256(index, png):
            return None
        return cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]

    def wait_for(self, index: int, stopped: Callable[[], bool]) -> np.ndarray | None:
        """(h, w, 3) uint8 once it is there; None where the run was stopped before; InputError if a process is lost."""
        while not self.has(index):
            if stopped():
                return None
            for rank in self._others:
                if self._state(rank) == LOST:
                    raise InputError(f"process {rank} ended in mid-work; what is finished is kept, go on with --resume")
            time.sleep(0.01)
        picture = self._read(index)
        if picture is None:
            self._path(index).unlink()
            raise InputError(f"{self._path(index)} was damaged and is removed; run again with --resume")
        return picture

    def remove(self) -> None:
        """The last thing a process does with it: the first one removes it when none of the others needs it any more."""
        if self._rank > 0:
            self._place.write(DONE)
            self._place.close()
            return
        while any(self._state(rank) in (COMING, AT_WORK) for rank in self._others):
            time.sleep(0.05)
        self._place.close()
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
