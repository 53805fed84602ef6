"""What is written about a run for others to read, and what goes to the hub."""

from argparse import Namespace
from pathlib import Path

import huggingface_hub
import pytest
import torch
from safetensors.torch import save_file

from finetune import hub, recipe
from inference.cli import InputError
from inference.pipelines import MINIATURE


def test_flags_name_no_folder_of_this_machine(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    args = Namespace(
        train_data_dir=tmp_path / "pictures",
        class_data_dir=tmp_path / "new",
        output_dir=MINIATURE,
        pretrained_model_name_or_path=str(tmp_path),
        resume_from_checkpoint=str(tmp_path / "checkpoint-3"),
        logging_dir="logs",
        revision=None,
        validation_prompt="/a prompt",
        seed=3,
    )
    assert recipe.flags(args) == {
        "train_data_dir": "pictures",
        "class_data_dir": "new",
        "output_dir": "miniature",
        "pretrained_model_name_or_path": tmp_path.name,
        "resume_from_checkpoint": "checkpoint-3",
        "logging_dir": "logs",
        "validation_prompt": "/a prompt",
        "seed": 3,
    }
    args = Namespace(pretrained_model_name_or_path="me/base", resume_from_checkpoint="latest")
    assert recipe.flags(args) == vars(args)


def test_a_pipeline_that_this_run_starts_from_stays(tmp_path: Path) -> None:
    for name in ("unet", "vae", "mine"):
        (tmp_path / name).mkdir()
    (tmp_path / "model_index.json").write_text("{}")
    save_file({"x": torch.zeros(1)}, tmp_path / "dreambooth.safetensors", {"recipe": "{}"})
    save_file({"x": torch.zeros(1)}, tmp_path / "theirs.safetensors")
    assert recipe.of_earlier_run(tmp_path, MINIATURE) == []  # a folder that no run has written its recipe to
    (tmp_path / "recipe.json").write_text("{}")
    own = ["recipe.json", "dreambooth.safetensors"]
    assert recipe.of_earlier_run(tmp_path, tmp_path) == own
    assert recipe.of_earlier_run(tmp_path, MINIATURE) == [*own, "model_index.json", "unet", "vae"]


class Hub:
    """Stands where huggingface_hub.HfApi would be."""

    def __init__(self, calls: list, error: Exception | None = None):
        self.calls, self.error = calls, error

    def __call__(self) -> "Hub":
        return self

    def whoami(self) -> None:
        if self.error:
            raise self.error

    def create_repo(self, name: str, exist_ok: bool) -> Namespace:
        self.whoami()
        return Namespace(repo_id=f"me/{name}")

    def upload_folder(self, **asked: object) -> None:
        self.calls.append(asked)


def test_publishing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls = []
    monkeypatch.setattr(huggingface_hub, "HfApi", Hub(calls))
    args = Namespace(hub_model_id=None, output_dir=tmp_path / "film")
    hub.check_login()
    hub.publish(args)
    hub.publish(Namespace(**vars(args) | {"hub_model_id": "other"}))
    assert [call["repo_id"] for call in calls] == ["me/film", "me/other"]
    assert {call["folder_path"] for call in calls} == {tmp_path / "film"}
    for name in ("checkpoint-4/state.safetensors", "earlier-2/x", "cache/x", "class/x", ".lock"):
        assert any(
            Path(name).match(pattern) or Path(name).parent.match(pattern.removesuffix("/*"))
            for pattern in calls[0]["ignore_patterns"]
        ), name


def test_a_hub_that_refuses_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(huggingface_hub, "HfApi", Hub([], OSError("no token\nwas found")))
    with pytest.raises(InputError, match=r"--push_to_hub needs a login \(no token\)"):
        hub.check_login()
    with pytest.raises(InputError, match="the hub did not take film"):
        hub.publish(Namespace(hub_model_id=None, output_dir=tmp_path / "film"))
