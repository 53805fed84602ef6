"""What every script shares: one clear sentence for bad input, and files that are never half written."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path


class InputError(Exception):
    """Something a person can put right. The message is one sentence with the value and the way out."""


def run(main: Callable[[], None]) -> None:
    """Run a script's `main`: exit 2 with one sentence on bad input, 130 on Ctrl-C, no traceback for either."""
    try:
        main()
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("interrupted: what was finished is kept", file=sys.stderr)
        sys.exit(130)


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


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
