"""What is written is whole or not there, and what was cut off is swept."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors import SafetensorError

from inference.cli import InputError
from inference.files import HALF_WRITTEN, atomic_entries, atomic_write, locked, room_for


def test_what_a_dead_process_was_writing_is_swept_and_a_living_one_keeps_its_own(tmp_path: Path) -> None:
    writing = "import sys, time; from inference.files import atomic_write\n"
    writing += "with atomic_write(sys.argv[1]) as aside: aside.write_text('new'); print(flush=True); time.sleep(60)"
    processes = []
    for name in ("deep/dead.txt", "deep/alive.txt"):
        words = [sys.executable, "-c", writing, str(tmp_path / name)]
        processes.append(subprocess.Popen(words, stdout=subprocess.PIPE))
        processes[-1].stdout.readline()
    dead, alive = processes
    dead.kill()
    dead.wait()
    assert len(list(tmp_path.rglob(f"{HALF_WRITTEN}*"))) == 2
    with locked(tmp_path):
        (left,) = tmp_path.rglob(f"{HALF_WRITTEN}*/*")
        assert left.name == "alive.txt" and left.read_text() == "new"
    alive.kill()
    alive.wait()
    with atomic_write(tmp_path / "deep" / "other.txt") as aside:
        aside.write_text("other")
    # a folder is swept once a process; this one has not written there before
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["other.txt"]


def test_what_belongs_together_is_whole_or_lacks_its_last_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut off at each of its moves."""
    move = os.replace

    def write(number: str, moves: int) -> None:
        left = iter(range(moves))

        def cut(source: Path, target: Path) -> None:
            if next(left, None) is None:
                raise KeyboardInterrupt
            move(source, target)

        monkeypatch.setattr(os, "replace", cut)
        with atomic_entries(tmp_path, last="index.json") as aside:
            for name in ("index.json", "weights.safetensors"):
                (aside / name).write_text(number)
            for part in ("unet", "vae"):
                (aside / part).mkdir()
                (aside / part / "config.json").write_text(number)

    (tmp_path / "mine.txt").touch()
    write("0", 100)
    files = ("index.json", "weights.safetensors", "unet/config.json", "vae/config.json")
    for moves in range(6):
        with pytest.raises(KeyboardInterrupt):
            write("1", moves)
        assert not (tmp_path / "index.json").exists()
    write("2", 6)
    assert [(tmp_path / name).read_text() for name in files] == ["2"] * 4
    assert {path.name for path in tmp_path.iterdir()} == {*(name.partition("/")[0] for name in files), "mine.txt"}


@pytest.mark.parametrize("kind", ["quota", "longest file", "safetensors"])
def test_a_quota_is_a_full_disk_too(kind: str, tmp_path: Path) -> None:
    error = {
        "quota": OSError(errno.EDQUOT, "x"),
        "longest file": OSError(errno.EFBIG, "x"),
        "safetensors": SafetensorError("Io(Os (os error 28))"),
    }[kind]
    with (
        pytest.raises(InputError, match=r"no room for .*/new/a\.png \(\w.*MiB are free"),
        room_for(tmp_path / "new" / "a.png"),
    ):
        raise error
    with pytest.raises(PermissionError), room_for(tmp_path / "a"):
        raise PermissionError(errno.EACCES, "x")
