"""The base model: which one, where it is, loading it, and telling it from another."""

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from inference.cli import InputError
from inference.families import FAMILIES, SD, class_name, family_of
from inference.files import file_sha256

if TYPE_CHECKING:
    import torch
    from diffusers import DiffusionPipeline
    from transformers import PreTrainedTokenizerBase

ROOT = Path(__file__).resolve().parents[1]
MINIATURE = Path(__file__).resolve().parent / "miniature"
HUB_NAME = re.compile(r"[\w-][\w.-]*/[\w.-]+")
WAY_ON = "the embedded miniature needs no download: --pretrained_model_name_or_path miniature"


def resolve_base(name: str) -> str:
    """Folder or hub name of the base: "auto" is SD v1.5 where CUDA is present, else the miniature. Prints which.

    Raises InputError for a folder that is no pipeline of a family we know and for a name that can be neither.
    """
    if name == "auto":
        import torch

        cuda = torch.cuda.is_available()
        name, why = (SD.hub_name, "CUDA is present") if cuda else ("miniature", "there is no CUDA here")
        print(f"base: {name}, because {why}; another one: --pretrained_model_name_or_path <hub name or folder>")
    else:
        print(f"base: {name}")
    if name == "miniature":
        name = str(MINIATURE)
    if Path(name).is_dir() or not HUB_NAME.fullmatch(name):
        _check_folder(Path(name))
    return name


def pictures_for(base: str) -> Path:
    """The captioned pictures that suit a base where no folder is named: the miniature learned a drawn world."""
    if base == "auto":
        import torch

        base = SD.hub_name if torch.cuda.is_available() else "miniature"
    miniature = base == "miniature" or Path(base).resolve() == MINIATURE
    return ROOT / "images" / ("drawn" if miniature else "cinematic")


def base_folder(name: str, *, revision: str | None = None, variant: str | None = None) -> Path:
    """The folder that holds base `name`; a hub model is downloaded if it is not in the cache yet."""
    if not Path(name).is_dir() and HUB_NAME.fullmatch(name):
        return _download(name, revision, variant)
    _check_folder(Path(name))
    return Path(name)


def load_base(
    name: str,
    *,
    revision: str | None = None,
    variant: str | None = None,
    dtype: "torch.dtype | None" = None,
    device: "str | torch.device | None" = None,
) -> "DiffusionPipeline":
    """Load a base: safetensors only, no safety checker, no network unless `name` is a hub model.

    On CUDA where there is one, in fp16; on the CPU in fp32; `device` and `dtype` say otherwise.
    Raises InputError where there is no such base, or where it cannot be fetched or read.
    """
    folder = base_folder(name, revision=revision, variant=variant)
    import diffusers
    import torch
    import transformers
    from safetensors import SafetensorError

    for library in (diffusers, transformers):
        library.utils.logging.disable_progress_bar()  # a bar inside a bar, over in a moment
    device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
    dtype = dtype or (torch.float16 if device.type == "cuda" else torch.float32)
    family = family_of(folder)
    own = {"use_safetensors": True, "local_files_only": True, **family.load_options}
    try:
        pipe = getattr(diffusers, family.pipeline).from_pretrained(folder, variant=variant, dtype=dtype, **own)
    except (OSError, ValueError, SafetensorError) as error:
        raise InputError(f"{folder} cannot be loaded ({_first_line(error)}); {WAY_ON}") from error
    pipe.set_progress_bar_config(disable=True)
    return pipe.to(device)


def load_tokenizer(folder: Path) -> "PreTrainedTokenizerBase":
    """The tokenizer alone of the base in `folder`."""
    try:
        return family_of(folder).load_tokenizer(folder)
    except (OSError, ValueError) as error:
        raise InputError(f"{folder / 'tokenizer'} cannot be loaded ({_first_line(error)}); {WAY_ON}") from error


def hub_folder(name: str, patterns: Sequence[str]) -> Path:
    """`name` itself where it is a folder, else the hub's files that match; OSError, at once, where there are none."""
    if Path(name).is_dir():
        return Path(name)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HTTPError

    try:
        return Path(snapshot_download(name, allow_patterns=list(patterns)))
    except (ValueError, HTTPError) as error:
        raise OSError(str(error)) from error


def short_name(path: str | Path) -> str:
    """How a recipe names a base or an adapter: the same from every working folder, and no home folder in it."""
    if str(path) == str(MINIATURE):
        return "miniature"
    if not Path(path).exists():
        return str(path)
    full = Path(path).resolve()
    return str(full.relative_to(ROOT)) if full.is_relative_to(ROOT) else full.name


def check_finite(path: Path | str, weights: "Iterable[tuple[str, torch.Tensor]]") -> None:
    """Refuse weights, by name, that are not all finite: nothing drawn with them would be. `path` is where they lay."""
    for name, weight in weights:
        if not weight.isfinite().all():
            raise InputError(
                f"{path} holds numbers that are not finite in {weight.dtype}, in {name}; fetch or train it again"
            )


def native_size(folder: Path) -> tuple[int, int, int]:
    """(height, width, step) in pixels: what the base was made for, and what sizes must be multiples of."""
    return family_of(folder).native_size(folder)


def check_steps(folder: Path, steps: int, flag: str = "--num_inference_steps") -> None:
    """Refuse more steps than the schedule of a base has room for: a solver would step to where it is, or beyond."""
    config = json.loads((folder / "scheduler" / "scheduler_config.json").read_text())
    most = config.get("num_train_timesteps", 1000) - 1
    if config.get("timestep_spacing") == "leading":
        most -= config.get("steps_offset", 0)
    if steps > most:
        raise InputError(f"{flag} {steps} is more than the {most} that the schedule of {folder} has; take fewer")


def fingerprint(folder: Path, hash_of: Callable[[Path], str] = file_sha256) -> str:
    """One hash over the files that decide a picture, so that a base trained further is told from what it was."""
    hashes = hashlib.sha256()
    for part in family_of(folder).parts:
        for path in sorted((folder / part).iterdir()):
            if path.suffix in (".json", ".safetensors"):
                blob = path.resolve().name  # files in the hub's cache are links to blobs named by their hash
                hashes.update((blob if re.fullmatch("[0-9a-f]{64}", blob) else hash_of(path)).encode())
    return hashes.hexdigest()


def check_parts(folder: Path, way_on: str) -> None:
    """Refuse a pipeline's folder that lacks a part, or in which the configuration of one is damaged."""
    for part, config in family_of(folder).parts.items():
        try:
            json.loads((folder / part / config).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise InputError(f"{folder} is not whole: no readable {part}/{config} in it; {way_on}") from None


def _check_folder(folder: Path) -> None:
    if folder == MINIATURE and not folder.is_dir():
        raise InputError(f"{folder} is missing; get it back with git, or build it with finetune/miniature.sh")
    if not folder.is_dir():
        raise InputError(f"there is no folder {folder}; {WAY_ON}")
    kind = class_name(folder)
    if kind is None:
        raise InputError(f"{folder} is no diffusers pipeline (no readable model_index.json in it); {WAY_ON}")
    if kind not in FAMILIES:
        needed = " or a ".join(family.needed for family in FAMILIES.values())
        raise InputError(f"{folder} holds a {kind}, and a {needed} is needed; {WAY_ON}")
    check_parts(folder, WAY_ON)


def _download(name: str, revision: str | None, variant: str | None) -> Path:
    from diffusers import DiffusionPipeline
    from huggingface_hub.errors import HTTPError

    try:
        folder = DiffusionPipeline.download(
            name, revision=revision, variant=variant, use_safetensors=True, safety_checker=None, feature_extractor=None
        )
    except (OSError, ValueError, HTTPError) as error:
        raise InputError(
            f"there is no folder {name} here, and the hub gave no model of that name (no network, a slip in the name, "
            f"or a model one has to ask for: {type(error.__cause__ or error).__name__}); {WAY_ON}"
        ) from error
    _check_folder(Path(folder))
    return Path(folder)


def _first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
