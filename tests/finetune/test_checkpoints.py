"""A disk that is full, in all its ways of saying so."""

import errno
import shutil
from pathlib import Path

import pytest
import torch


def test_a_full_disk_keeps_what_was_saved_and_says_how_much_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from finetune import checkpoints
    from inference.cli import InputError

    tensors = {"a": torch.ones(2**18)}  # 1 MiB
    checkpoints.write(tmp_path / "checkpoint-1", tensors, {"steps": 1}, lambda folder: None)

    def full(folder: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match=r"takes 1\.0 MiB"):
        checkpoints.write(tmp_path / "checkpoint-2", tensors, {}, full)
    with pytest.raises(InputError, match=r"takes 3\.0 MiB"):
        checkpoints.write(tmp_path / "checkpoint-2", tensors, {}, full, 2**21)
    nearly = shutil.disk_usage(tmp_path)._replace(free=2**19)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: nearly)
    with pytest.raises(InputError, match=r"takes 1\.0 MiB and 0\.5 are free"):
        checkpoints.write(tmp_path / "checkpoint-2", tensors, {}, lambda folder: None)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-1"]
    assert checkpoints.find(tmp_path, "latest") == tmp_path / "checkpoint-1"


@pytest.mark.parametrize("kind", ["quota", "longest file", "safetensors"])
def test_a_quota_is_a_full_disk_too(kind: str, tmp_path: Path) -> None:
    from safetensors import SafetensorError

    from finetune import checkpoints
    from inference.cli import InputError

    error = {"quota": OSError(errno.EDQUOT, "x"), "longest file": OSError(errno.EFBIG, "x"),
             "safetensors": SafetensorError("Io(Os (os error 28))")}[kind]  # fmt: skip
    with (
        pytest.raises(InputError, match=r"no room for .*/new/a\.png \(\w.*MiB are free"),
        checkpoints.room_for(tmp_path / "new" / "a.png"),
    ):
        raise error
    with pytest.raises(PermissionError), checkpoints.room_for(tmp_path / "a"):
        raise PermissionError(errno.EACCES, "x")
