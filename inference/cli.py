"""What every script shares: one clear sentence for bad input, and files that are never half written."""

import codecs
import contextlib
import errno
import fcntl
import os
import re
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

HALF_WRITTEN = ".half-written-"  # how the names of folders begin in which something is being written
# longest first: UTF-32's mark begins with UTF-16's
MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
CLOSED = (errno.EACCES, errno.EPERM, errno.EROFS)  # what belongs to others, a disk that is read only
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)  # the disk, a person's share of it, the longest file allowed


class InputError(Exception):
    """Something a person can put right. The message is one sentence with the value and the way out."""


def run(main: Callable[[], None]) -> None:
    """Run a script's `main`: exit 2 with one sentence on bad input, a full disk or a file of others', 130 on Ctrl-C, no
    traceback."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # a stream that is no file
            stream.reconfigure(errors="backslashreplace")  # a caption is printed whatever the terminal can show
    try:
        _check_arguments()
        with closed_said(), disk_full_said("what is finished is kept; make room and run it again"):
            main()
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("interrupted: what was finished is kept", file=sys.stderr)
        sys.exit(130)


@contextlib.contextmanager
def disk_full_said(kept: str) -> Iterator[None]:
    """A full disk is one sentence, ending in what is `kept`."""
    try:
        yield
    except Exception as error:
        if system_error(error) not in FULL:
            raise
        raise InputError(f"the disk is full; {kept}") from error


@contextlib.contextmanager
def closed_said() -> Iterator[None]:
    """A file that the system keeps from this person is one sentence."""
    try:
        yield
    except Exception as error:
        if (number := system_error(error)) not in CLOSED:
            raise
        name = next(filter(None, (getattr(error, name, None) for name in ("filename2", "filename"))), error)
        raise InputError(f"{name}: {os.strerror(number).lower()}; give yourself access, or name another") from error


def system_error(error: Exception) -> int | None:
    """The system's number of an error, which safetensors only writes in its text."""
    said = re.search(r"os error (\d+)", str(error))
    return int(said[1]) if said else getattr(error, "errno", None)


def _check_arguments() -> None:
    """Refuse what was typed in another encoding than the system's: no tokenizer takes it. Files may be named so."""
    for word in sys.argv[1:]:
        if not is_text(word) and not os.path.exists(word if not word.startswith("--") else word.partition("=")[2]):
            raise InputError(f"the argument {word!r} is not UTF-8 text; write it in UTF-8")


def is_text(text: str) -> bool:
    """Whether UTF-8 can hold it: half of a surrogate pair, which JSON can spell, is no character."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def read_text(path: Path) -> str:
    """Text in UTF-8, or in what its byte-order mark names; lines end in \\n.

    Raises InputError, naming the file and the line, for anything else.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path} cannot be read ({error.strerror}); it has to be a text file in UTF-8") from error
    encoding = next((name for mark, name in MARKS.items() if data.startswith(mark)), "utf-8")
    try:
        text, wrong = _lines(data.decode(encoding)), ""
        if "\0" in text:
            before, wrong = text.partition("\0")[0], "a NUL, as of UTF-16 without its mark"
    except UnicodeDecodeError as error:
        whole, at = error.object, error.start  # which is `data` without UTF-8's mark
        before, wrong = _lines(whole[:at].decode(encoding, "replace")), f"byte 0x{whole[at]:02x}"
    if wrong:
        line = before.count("\n") + 1
        raise InputError(f"{path} line {line} cannot be read as {encoding.upper()} text ({wrong}); save it as UTF-8")
    return text


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


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


def peak_memory() -> int:
    """The most bytes of memory this process has held at once, on a GPU not counted.

    Linux's ru_maxrss starts at what the process that started this one held, so VmHWM is asked first (proc(5)).
    """
    with contextlib.suppress(OSError, StopIteration), open("/proc/self/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


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
