"""Files and folders that are whole or not there, room for them, locks, and hashes: is a file what it was?"""

import contextlib
import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from inference.cli import FULL, InputError, system_error

HALF_WRITTEN = ".half-written-"  # how the names of folders begin in which something is being written


def file_sha256(path: Path) -> str:
    """The hash in hexadecimal."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def atomic_write(path: str | Path) -> Iterator[Path]:
    """Yield a path to write a file at; on success it is flushed to disk and takes the place of `path`, else removed.

    It has the name of `path`, because Pillow and others choose the format by it, in a hidden folder beside it.
    """
    path = Path(path)
    with _half_written(path) as aside:
        yield aside
        _flush(aside)
        os.chmod(aside, 0o666 & ~_umask())  # safetensors lets nobody else read what it writes
        os.replace(aside, path)
        _flush(path.parent)


@contextlib.contextmanager
def atomic_folder(path: str | Path) -> Iterator[Path]:
    """The same for a folder: on success its files are flushed and it takes the place of `path`, else it is removed."""
    path = Path(path)
    with _half_written(path) as aside:
        aside.mkdir()
        yield aside
        for part in (*aside.rglob("*"), aside):
            _flush(part)
        if path.exists():
            os.replace(path, aside.with_name(f"{path.name}-before"))
        os.replace(aside, path)
        _flush(path.parent)


@contextlib.contextmanager
def atomic_entries(folder: Path, last: str) -> Iterator[Path]:
    """Yield a folder; on success all that is in it takes its place in `folder`, beside whatever else is there.

    `last` is there only while the rest is whole, so who finds it can rely on the others.
    """
    with _half_written(folder / last) as aside:
        new, before = aside.with_name("new"), aside.with_name("before")
        new.mkdir()
        before.mkdir()
        yield new
        for part in new.rglob("*"):
            _flush(part)
        (folder / last).unlink(missing_ok=True)
        _flush(folder)
        for part in sorted(new.iterdir(), key=lambda part: part.name == last):
            place = folder / part.name
            if place.is_dir() and not place.is_symlink():
                os.replace(place, before / part.name)
            if part.name == last:
                _flush(folder)
            os.replace(part, place)
        _flush(folder)


@contextlib.contextmanager
def _half_written(path: Path) -> Iterator[Path]:
    """A path of the same name in a folder of its own beside `path`; this process holds the folder and then removes it.

    So `sweep` can tell it from one that a process left when it was killed. Where this process writes for the first
    time, it sweeps.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep_once(path.parent)
    while True:
        folder = Path(tempfile.mkdtemp(dir=path.parent, prefix=HALF_WRITTEN))
        with contextlib.suppress(FileNotFoundError):
            handle = _hold(folder)
            if folder.exists():  # or another process has swept it before this one held it
                break
            os.close(handle)
    try:
        yield folder / path.name
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(handle)


def _hold(folder: Path, wait: bool = True) -> int:
    """Lock `folder` until the descriptor that is returned is closed, which the system does however the process ends.

    Raises BlockingIOError where another process holds it and this one does not `wait`.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except OSError:
        os.close(handle)
        raise
    return handle


def sweep(folder: Path, deep: bool = True) -> None:
    """Remove what processes that were killed were writing in `folder`, if `deep` in its subfolders as well."""
    pattern = f"{HALF_WRITTEN}*"
    for left in folder.rglob(pattern) if deep else folder.glob(pattern):
        with contextlib.suppress(OSError):  # a living process holds it, or has just removed it
            handle = _hold(left, wait=False)
            shutil.rmtree(left, ignore_errors=True)
            os.close(handle)


@cache
def _sweep_once(folder: Path) -> None:
    sweep(folder, deep=False)


@contextlib.contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold `folder` for this process; the system lets go of it however the process ends. Made if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file = open(folder / ".lock", "a+")  # noqa: SIM115
    except OSError as error:
        raise InputError(f"cannot write to {folder} ({error.strerror}); choose another --output_dir") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise InputError(
                f"process {file.read().strip()} is writing to {folder}; wait for it, or choose another --output_dir"
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        sweep(folder)
        yield


@contextlib.contextmanager
def room_for(path: Path, size: int = 0) -> Iterator[None]:
    """Refuse to begin what the disk has no room for, and say how much it takes; what is there already stays."""
    folder, why, error = next(parent for parent in path.absolute().parents if parent.exists()), "", None
    if shutil.disk_usage(folder).free > 1.1 * size:
        try:
            yield
            return
        except Exception as caught:
            error, number = caught, system_error(caught)
            if number not in FULL:
                raise
            why = f" ({os.strerror(number)})"
    free = shutil.disk_usage(folder).free / 2**20
    room = f"it takes {size / 2**20:.1f} MiB and {free:.1f} are free" if size else f"{free:.1f} MiB are free"
    raise InputError(f"no room for {path}{why}: {room}; what was saved before is kept") from error


def _flush(path: Path) -> None:
    """Have the disk hold a file, or a folder's list of files, before anything relies on it."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
