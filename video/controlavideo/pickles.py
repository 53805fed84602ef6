"""Weights that are pickles (.bin, .pth), read once with `torch.load(weights_only=True)` and kept as safetensors."""

import hashlib
import os
import pickle
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors.torch import save_file

from inference.cli import InputError
from inference.files import atomic_folder, file_sha256
from inference.recipes import is_whole, write_recipe

SAFE_NAME = {
    "pytorch_model.bin": "model.safetensors",
    "diffusion_pytorch_model.bin": "diffusion_pytorch_model.safetensors",
}
HED = "hed-network.pth"


def as_safetensors(folder: Path) -> Path:
    """`folder` itself, or where it has weights as pickles only, a copy in the user's cache with safetensors."""
    pickles = [path for path in sorted(folder.glob("*/*.bin")) if _needs_conversion(path)]
    if not pickles:
        return folder
    # HED's may be added later, and copied files may change; links follow theirs
    copied = [path for path in sorted(folder.glob("*/*")) if path.suffix in (".json", ".txt")]
    index = [*folder.glob("model_index.json"), *folder.glob(HED)]
    converted = cache_folder(folder.resolve().name, *pickles, *copied, *index)
    if not is_whole(converted):
        with atomic_folder(converted) as aside:
            for path in (*index, *folder.glob("*/*")):
                copy = aside / path.relative_to(folder)
                copy.parent.mkdir(exist_ok=True)
                if path in pickles:
                    _save(read_pickle(path), copy.with_name(SAFE_NAME[path.name]))
                elif path.suffix in (".safetensors", ".pth"):
                    copy.symlink_to(path.resolve())
                elif path.suffix in (".json", ".txt"):
                    shutil.copyfile(path, copy)
            write_recipe(aside, {"made of": folder.name})
    return converted


def file_as_safetensors(path: Path) -> Path:
    """The same for one file of weights, such as hed-network.pth."""
    converted = cache_folder(path.stem, path) / f"{path.stem}.safetensors"
    if not is_whole(converted.parent):
        with atomic_folder(converted.parent) as aside:
            _save(read_pickle(path), aside / converted.name)
            write_recipe(aside, {"made of": path.name})
    return converted


def read_pickle(path: Path) -> dict[str, torch.Tensor]:
    """The tensors in a file of `torch.save`. InputError where it holds anything else: that may be code."""
    refusal = f"{path} holds more than tensors, and reading it could run any code, so it is not read; "
    refusal += "get the weights as safetensors, or from where they were published"
    try:
        zipped = zipfile.is_zipfile(path)  # only these can be mapped into memory instead of read whole
        state = torch.load(path, map_location="cpu", weights_only=True, mmap=zipped)
    except pickle.UnpicklingError as error:
        raise InputError(refusal) from error
    except (
        OSError,
        RuntimeError,
        EOFError,
        ValueError,
        LookupError,
        TypeError,
    ) as error:  # of bytes that are no pickle
        raise InputError(f"{path} cannot be read as PyTorch weights; copy or download it again") from error
    if not isinstance(state, Mapping) or not all(torch.is_tensor(value) for value in state.values()):
        raise InputError(refusal)
    return dict(state)


def _needs_conversion(path: Path) -> bool:
    return path.name in SAFE_NAME and not (path.parent / SAFE_NAME[path.name]).exists()


def cache_folder(name: str, *files: Path) -> Path:
    """A folder of the cache for what is made of `files`, named by a hash of their contents."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cinematic-diffusion"
    contents = [(path.name, path.parent.name, file_sha256(path)) for path in files]
    return root / f"{name}-{hashlib.sha256(repr(contents).encode()).hexdigest()[:16]}"


def _save(state: dict[str, torch.Tensor], path: Path) -> None:
    whole = {name: tensor.clone(memory_format=torch.contiguous_format) for name, tensor in state.items()}
    save_file(whole, path, metadata={"format": "pt"})
