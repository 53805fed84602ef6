"""The families that are known, and which of them a base or a pipeline is of."""

import contextlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

from inference.families.base import Family
from inference.families.sd import SD

if TYPE_CHECKING:
    from diffusers import DiffusionPipeline

FAMILIES = {family.pipeline: family for family in (SD,)}  # by the class that model_index.json names


def class_name(folder: Path) -> str | None:
    """The pipeline's class that model_index.json in `folder` names, if it names one."""
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        return str(json.loads((folder / "model_index.json").read_text())["_class_name"])
    return None


def family_of(base: "Path | DiffusionPipeline") -> Family:
    """The family of a base in a folder, or of a loaded pipeline. Control-A-Video's networks are an SD's, inflated."""
    name = class_name(base) if isinstance(base, Path) else type(base).__name__
    return FAMILIES.get(name, SD)
