"""A textual inversion's file: one tensor (vectors, width), called by the word; in A1111's own the file is."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from inference.formats.lora_names import Shape

if TYPE_CHECKING:
    from torch import Tensor

A1111 = "emb_params"


def key_and_word(shapes: Mapping[str, Shape], stem: str) -> tuple[str, str] | None:
    """(name of the tensor, the word) of a file called `stem`, by its tensors' shapes; None where it is another kind."""
    key = A1111 if A1111 in shapes else next(iter(shapes), "")
    if not key or (key != A1111 and len(shapes) != 1) or len(shapes[key]) not in (1, 2):
        return None
    return key, stem if key == A1111 else key


def tensors_of(word: str, vectors: "Tensor") -> dict[str, "Tensor"]:
    """What diffusers, A1111 and ComfyUI read alike."""
    return {word: vectors.detach().cpu().contiguous()}
