"""Results are drawn only as they were written: recipe.json has their hashes, and every reader looks."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file
from tiny_models import make_tiny_base

from inference.cli import InputError
from inference.recipes import RECIPE, read_recipe, write_recipe
from inference.strategies import dreambooth, lora, textual_inversion


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-9] ^= 4
    path.write_bytes(data)


READERS = {"lora": lora, "word": textual_inversion, "model": dreambooth}
WEIGHTS = {"lora": "pytorch_lora_weights.safetensors", "word": "w.safetensors"} | {
    "model": "unet/diffusion_pytorch_model.safetensors"
}
DAMAGE: dict[str, Callable[[Path], None]] = {
    "a bit": flip,
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-5]),
    "empty": lambda path: path.write_bytes(b""),
    "zeros": lambda path: path.write_bytes(bytes(path.stat().st_size)),
}


@pytest.fixture(params=READERS)
def result(request, tiny_base: Path, tiny_lora: Path, tmp_path: Path) -> tuple[str, Path]:
    """A kind of result, and a folder with one and its recipe."""
    import torch

    folder = tmp_path / request.param
    if request.param == "lora":
        shutil.copytree(tiny_lora, folder)
    elif request.param == "word":
        folder.mkdir()
        save_file({"w": torch.ones(2, 32)}, folder / "w.safetensors")
    else:
        make_tiny_base(folder)
    write_recipe(folder, {"prompt": "{caption}, as learned", "steps": 3})
    return request.param, folder


def test_what_was_written_is_read(result, tiny_base):
    kind, folder = result
    assert READERS[kind](folder, tiny_base).prompt("a hill").startswith("a hill")
    assert read_recipe(folder, WEIGHTS[kind]) == {"prompt": "{caption}, as learned", "steps": 3}


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("file", ["weights", RECIPE])
def test_damage_is_refused_and_the_file_named(result, tiny_base, damage, file):
    kind, folder = result
    path = folder / (WEIGHTS[kind] if file == "weights" else RECIPE)
    DAMAGE[damage](path)
    with pytest.raises(InputError, match=path.name):
        READERS[kind](folder, tiny_base)


def test_a_file_of_another_run_is_refused_and_its_absence_said(result, tiny_base):
    kind, folder = result
    path = folder / WEIGHTS[kind]
    path.rename(folder / "kept")
    other = load_file(folder / "kept")
    save_file({name: tensor + 1 for name, tensor in other.items()}, path)
    with pytest.raises(InputError, match=f"{path.name} is damaged, missing or of another run"):
        READERS[kind](folder, tiny_base)
    (folder / RECIPE).unlink()
    READERS[kind](folder, tiny_base)  # as the sentence says


def test_others_recipes_are_let_be(tmp_path, tiny_lora, tiny_base):
    folder = tmp_path / "theirs"
    shutil.copytree(tiny_lora, folder)
    for text in ('["flour", "eggs"]', '{"prompt": "{caption}!", "sha256": "abc"}', '{"steps": 4}'):
        (folder / RECIPE).write_text(text)
        lora(folder, tiny_base)
    write_recipe(folder, {})
    (folder / WEIGHTS["lora"]).unlink()
    with pytest.raises(InputError, match="missing"):
        read_recipe(folder, WEIGHTS["lora"])
