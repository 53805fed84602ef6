"""Which checkpoint is the latest and which are kept, and a disk that is full, in all its ways of saying so."""

import shutil
from pathlib import Path

import pytest
import torch


def test_ten_comes_after_nine(tmp_path: Path) -> None:
    from finetune import checkpoints

    for steps in (8, 9, 10, 11):
        checkpoints.write(tmp_path / f"checkpoint-{steps}", {"a": torch.ones(1)}, {"steps": steps}, lambda folder: None)
    assert checkpoints.find(tmp_path, "latest") == tmp_path / "checkpoint-11"
    checkpoints.keep(2, tmp_path / "checkpoint-11")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint-10", "checkpoint-11"]


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


def test_a_run_s_folder_means_its_newest_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from finetune import checkpoints
    from inference.cli import InputError

    for step in (2, 9, 10):
        checkpoints.write(tmp_path / "run" / f"checkpoint-{step}", {"a": torch.ones(1)}, {}, lambda folder: None)
    monkeypatch.chdir(tmp_path)
    run, newest = Path("run"), Path("run") / "checkpoint-10"
    for asked in ("latest", "run", "run/", str(tmp_path / "run"), "checkpoint-10"):
        assert checkpoints.find(run, asked).resolve() == newest.resolve(), asked
    assert checkpoints.find(tmp_path / "new", "run") == newest  # another run's
    (newest / "state.json").write_text("{")
    assert checkpoints.find(run, "run") == run / "checkpoint-9"
    (tmp_path / "empty").mkdir()
    assert checkpoints.find(tmp_path / "empty", "empty") is None
    with pytest.raises(InputError, match="empty is no checkpoint and has none in it"):
        checkpoints.find(run, "empty")


@pytest.mark.parametrize("manifest", ["{}", "[]", "3", '{"state.json": ""}', "half of it"])
def test_a_manifest_that_does_not_name_the_files_is_damage(manifest: str, tmp_path: Path) -> None:
    from finetune import checkpoints

    for step in (1, 2):
        checkpoints.write(tmp_path / f"checkpoint-{step}", {"a": torch.ones(2)}, {"steps": step}, lambda folder: None)
    (tmp_path / "checkpoint-2" / ".DS_Store").touch()
    assert checkpoints.find(tmp_path, "latest") == tmp_path / "checkpoint-2", "a file of another's is no damage"
    (tmp_path / "checkpoint-2" / "manifest.json").write_text(manifest)
    assert checkpoints.find(tmp_path, "latest") == tmp_path / "checkpoint-1"


def test_a_damaged_cache_is_made_again(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    from finetune.latents import cached

    path, tensors = tmp_path / "pictures.safetensors", {"a": torch.arange(6.0).reshape(2, 3), "b": torch.tensor(1)}
    asked = []

    def made() -> dict:
        asked.append(1)
        return tensors

    for _ in range(2):
        assert torch.equal(cached(path, "key", made)["a"], tensors["a"])
    assert len(asked) == 1
    (file,) = tmp_path.glob("pictures-*.safetensors")
    data = bytearray(file.read_bytes())
    data[-9] ^= 1  # in a number, where safetensors sees nothing wrong
    file.write_bytes(data)
    assert torch.equal(cached(path, "key", made)["a"], tensors["a"])
    assert len(asked) == 2 and f"{file} is damaged" in capsys.readouterr().out
