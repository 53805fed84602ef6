"""Tensors on disk that are what was written: a file holds a hash of its own bits, which is checked when it is read."""

import hashlib
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file

from inference.files import atomic_write

SHA256 = "sha256"


def save(tensors: dict[str, torch.Tensor], path: Path, **metadata: str) -> None:
    """Write `tensors` and `metadata`; what is there is whole."""
    tensors = {name: tensor.contiguous() for name, tensor in tensors.items()}
    with atomic_write(path) as aside:
        save_file(tensors, aside, metadata=metadata | {SHA256: sha256_of(tensors, metadata)})


def load(path: Path) -> tuple[dict[str, torch.Tensor], dict[str, str]] | None:
    """What `save` was given, on the CPU; None where there is no such file, or one that is damaged."""
    try:
        with safe_open(path, framework="pt") as file:
            metadata = file.metadata() or {}
        tensors = load_file(path)
    except (OSError, SafetensorError):
        return None
    written = metadata.pop(SHA256, None)
    return (tensors, metadata) if written == sha256_of(tensors, metadata) else None


def sha256_of(tensors: dict[str, torch.Tensor], metadata: dict[str, str]) -> str:
    """Of names, types, shapes and bits."""
    digest = hashlib.sha256(repr(sorted(metadata.items())).encode())
    for name, tensor in sorted(tensors.items()):
        digest.update(f"{name} {tensor.dtype} {tuple(tensor.shape)} ".encode())
        digest.update(tensor.cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return digest.hexdigest()
