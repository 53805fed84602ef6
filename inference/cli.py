"""What every script shares: one clear sentence for bad input, and files that are never half written."""

import codecs
import contextlib
import fcntl
import os
import resource
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

# longest first: UTF-32's mark begins with UTF-16's
MARKS = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}


class InputError(Exception):
    """Something a person can put right. The message is one sentence with the value and the way out."""


def run(main: Callable[[], None]) -> None:
    """Run a script's `main`: exit 2 with one sentence on bad input, 130 on Ctrl-C, no traceback for either."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # a stream that is no file
            stream.reconfigure(errors="backslashreplace")  # a caption is printed whatever the terminal can show
    try:
        _check_arguments()
        main()
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("interrupted: what was finished is kept", file=sys.stderr)
        sys.exit(130)


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
def written_aside(path: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `path`; on success it is flushed to disk and renamed to `path`, else removed.

    The temporary name keeps the suffix, because Pillow and others choose the format by it.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix)
    os.close(handle)
    aside = Path(name)
    try:
        yield aside
        with open(aside, "rb") as file:
            os.fsync(file.fileno())
        os.chmod(aside, 0o666 & ~_umask())
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


@contextlib.contextmanager
def folder_written_aside(path: str | Path) -> Iterator[Path]:
    """The same for a folder: on success its files are flushed and it takes the place of `path`, else it is removed."""
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}-"))
    try:
        yield aside
        for part in (*aside.rglob("*"), aside):
            _flush(part)
        os.chmod(aside, 0o777 & ~_umask())
        if path.exists():
            os.replace(path, tempfile.mkdtemp(dir=aside.parent, prefix=f".{path.name}-"))
        os.replace(aside, path)
        _flush(path.parent)
    finally:
        sweep(path.parent, path.name)


def sweep(folder: Path, name: str) -> None:
    """Remove what runs that were killed left of folders called `name` (a pattern) that they were writing."""
    for left in folder.glob(f".{name}-????????"):
        shutil.rmtree(left, ignore_errors=True)


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
