"""A ControlNet for a base: which one, the control map it is given, and what of both a recipe records.

SD v1.5 has published ones; a base may bring its own in `controlnet-canny` beside its other parts: the miniature does.
"""

import contextlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from inference.adapters import Missing
from inference.cli import InputError
from inference.detectors import DPT, Detector, check_kind, load_detector
from inference.families import family_of
from inference.families.base import CONTROLNET
from inference.files import file_sha256
from inference.pipelines import MINIATURE, WAY_ON, check_finite, hub_folder, short_name

if TYPE_CHECKING:
    from diffusers import DiffusionPipeline

    from inference.sampling import Control

# words in the names of published ControlNets that say which maps they were trained with
WORDS = {"hed": "softedge", "pidinet": "softedge"}
KINDS = ("canny", "depth", "lineart", "mlsd", "normal", "openpose", "scribble", "seg", "shuffle", "softedge", "tile")
WORDS |= {kind: kind for kind in KINDS}


@dataclass(frozen=True)
class ControlNet:
    """A ControlNet that fits its base, and how it is used."""

    folder: Path
    name: str  # as a person would say it
    kind: str  # of control map
    low_threshold: int = 100
    high_threshold: int = 200
    depth_model: str = DPT
    scale: float = 1.0
    end: float = 1.0

    @property
    def map_recipe(self) -> dict:
        options = {"canny": ("low_threshold", "high_threshold"), "depth": ("depth_model",)}.get(self.kind, ())
        return {"control": self.kind, **{option: getattr(self, option) for option in options}}

    @property
    def recipe(self) -> dict:
        return self.map_recipe | {
            "controlnet": self.name,
            "controlnet_sha256": file_sha256(_weights(self.folder)),
            "controlnet_conditioning_scale": self.scale,
            "control_guidance_end": self.end,
        }

    def detector(self, device: str) -> Detector:
        return load_detector(
            self.kind,
            low_threshold=self.low_threshold,
            high_threshold=self.high_threshold,
            depth_model=self.depth_model,
            device=device,
        )

    def over(self, pipe: "DiffusionPipeline", maps: Sequence[np.ndarray]) -> "Control":
        """What sampling takes: the model, loaded beside `pipe`, and one map (h, w, 3) per picture."""
        from diffusers import ControlNetModel
        from safetensors import SafetensorError

        from inference.sampling import Control

        dtype = family_of(pipe).network(pipe).dtype
        try:
            model = ControlNetModel.from_pretrained(
                self.folder, torch_dtype=dtype, use_safetensors=True, local_files_only=True
            )
        except (OSError, ValueError, SafetensorError) as error:
            why = str(error).splitlines()[0]
            raise InputError(f"{self.folder} cannot be loaded ({why}); fetch it again") from error
        check_finite(self.folder, model.named_parameters())
        return Control(model.eval().to(pipe.device), maps, self.scale, self.end)


def find_controlnet(name: str | None, kind: str, base_folder: Path, **options) -> ControlNet:
    """The ControlNet called `name`, else the base's own for `kind`, else the published one; checked against the base.

    Raises Missing where the base should have one and has not, InputError for an unknown kind, for what cannot be
    fetched, and for a ControlNet of another base. `options` are the other fields of `ControlNet`.
    """
    check_kind(kind)
    family, first_word = family_of(base_folder), kind.split("_")[0]
    family.check(CONTROLNET)
    own = base_folder / f"controlnet-{kind}"
    if name is None and base_folder == MINIATURE and not own.is_dir():
        if kind != "canny":
            raise InputError(f"the miniature has no ControlNet for {kind} maps; take --control canny")
        raise Missing(f"no ControlNet in {own}; make it with finetune/miniature.sh")
    if name is None and not own.is_dir() and first_word not in family.controlnets:
        raise InputError(f"no ControlNet for {kind} maps is known here; name one with --controlnet")
    name = name or (str(own) if own.is_dir() else family.controlnets[first_word])
    folder = _fetched(name)
    config = {}
    with contextlib.suppress(OSError, ValueError):
        config = json.loads((folder / "config.json").read_text())
    if config.get("_class_name") != "ControlNetModel":
        raise InputError(f"{folder} holds no ControlNetModel (by its config.json); name another one with --controlnet")
    base = json.loads((base_folder / family.denoiser / "config.json").read_text())
    for field in family.controlnet_fields:
        if config.get(field) != base.get(field):
            raise InputError(
                f"{name} was made for another base: its {field} is {config.get(field)}, and that of {base_folder} is "
                f"{base.get(field)}; name another one with --controlnet"
            )
    trained = {WORDS[word] for word in re.split("[^a-z]+", short_name(name).lower()) if word in WORDS}
    if trained and first_word not in trained:
        print(f"{name} is, by its name, for {' or '.join(sorted(trained))} maps; it gets {kind} maps")
    return ControlNet(folder, short_name(name), kind, **options)


def _fetched(name: str) -> Path:
    try:
        return hub_folder(name, ("config.json", "diffusion_pytorch_model.safetensors"))
    except OSError as error:
        raise InputError(
            f"there is no folder {name} here, and the hub gave no ControlNet of that name "
            f"({type(error.__cause__ or error).__name__}); {WAY_ON}, which has its own"
        ) from error


def _weights(folder: Path) -> Path:
    found = sorted(folder.glob("*.safetensors"))
    if not found:
        raise InputError(f"{folder} has no safetensors file; only that format is read")
    return found[0]
