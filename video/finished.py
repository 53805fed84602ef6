"""Finished frames on disk, beside the clip they will become: what a run that was killed goes on from."""

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from inference.cli import InputError, written_aside

RECIPE = "recipe.json"
FAST = [cv2.IMWRITE_PNG_COMPRESSION, 1]


class FinishedFrames:
    """A folder of PNG files, one per frame, and the recipe they were made with. Shared by all processes of a run."""

    def __init__(self, output: Path, recipe: dict, resume: bool, first: bool = True):
        """`first`: the process that makes the folder; the others wait for it. Raises InputError as `_claim` does."""
        self.folder = output.parent / f".{output.name}.frames"
        self._recipe = json.loads(json.dumps(recipe))
        self._half_written = f".{output.stem}-????????{output.suffix}"
        if first:
            self._claim(resume)
        while self._found() != self._recipe:
            time.sleep(0.05)

    def _claim(self, resume: bool) -> None:
        for left in self.folder.parent.glob(self._half_written):
            left.unlink()
        found, count = self._found(), len(list(self.folder.glob("*.png")))
        if found is None:
            shutil.rmtree(self.folder, ignore_errors=True)
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
        self.folder.mkdir(parents=True, exist_ok=True)
        if found is None:
            with written_aside(self.folder / RECIPE) as aside:
                aside.write_text(json.dumps(self._recipe, indent=2) + "\n")

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
        aside.write_bytes(data.tobytes())
        os.replace(aside, self._path(index))

    def wait_for(self, index: int, stopped: Callable[[], bool]) -> np.ndarray | None:
        """(h, w, 3) uint8 once it is there; None where the run was stopped before."""
        while not self.has(index):
            if stopped():
                return None
            time.sleep(0.01)
        picture = cv2.imread(str(self._path(index)))
        if picture is None:  # a machine that lost power can leave a file without its content
            self._path(index).unlink()
            raise InputError(f"{self._path(index)} was damaged and is removed; run again with --resume")
        return picture[..., ::-1]

    def remove(self) -> None:
        shutil.rmtree(self.folder)
