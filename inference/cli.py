"""What every script shares: one clear sentence for bad input, a full disk or what belongs to others, and exit codes."""

import codecs
import contextlib
import errno
import os
import re
import sys
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
