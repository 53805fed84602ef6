import errno
from argparse import Namespace
from pathlib import Path

import pytest


def test_no_room_for_samples(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from PIL import Image

    from finetune import preview
    from inference.cli import InputError

    def full(*_, **__) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    pictures = [Image.new("RGB", (8, 8))]
    monkeypatch.setattr(preview, "preview", lambda *_: pictures)
    monkeypatch.setattr(Image.Image, "save", full)
    run = Namespace(args=Namespace(output_dir=tmp_path, validation_prompt="a"))
    with pytest.raises(InputError, match=r"no room for .*step-000003\.png"):
        preview.show(run, None, pictures, 3)
