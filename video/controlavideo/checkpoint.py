"""Control-A-Video's checkpoints: the published ones, from the hub or a folder, and what `save_pretrained` writes.

The published ones were saved by a diffusers of 2023: weights are pickles (.bin), which are read once with
`torch.load(weights_only=True)` and kept as safetensors in the user's cache; model_index.json names a 2-D class for both
networks; the VAE's attention has names diffusers has since changed. Whatever a file lacks or has too much is reported
before a tensor is loaded.
"""

import hashlib
import json
import os
import pickle
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from diffusers import AutoencoderKL, ModelMixin, SchedulerMixin

from inference.adapters import read_header
from inference.cli import InputError, folder_written_aside
from video.controlavideo.networks import ControlNet3DModel, UNetPseudo3DConditionModel
from video.controlavideo.weights2d import differences

if TYPE_CHECKING:
    from video.controlavideo.pipeline import ControlAVideoPipeline

NETWORKS = {"unet": UNetPseudo3DConditionModel, "controlnet": ControlNet3DModel}
COMPONENTS = ("unet", "controlnet", "vae", "text_encoder", "tokenizer", "scheduler")
SAFE_NAME = {
    "pytorch_model.bin": "model.safetensors",
    "diffusion_pytorch_model.bin": "diffusion_pytorch_model.safetensors",
}
HED = "hed-network.pth"


def checkpoint_folder(name: str | Path, revision: str | None = None) -> Path:
    """The folder of checkpoint `name`, safetensors only; one from the hub is downloaded, one of pickles converted.

    Raises InputError where there is none, and where it is no checkpoint of Control-A-Video.
    """
    folder = Path(name)
    if not folder.is_dir():
        folder = _download(str(name), revision)
    absent = [part for part in COMPONENTS if not (folder / part).is_dir()]
    if absent:
        raise InputError(
            f"{name} is no checkpoint of Control-A-Video: it has no folder {', '.join(absent)}; those it needs are "
            f"{', '.join(COMPONENTS)}"
        )
    folder = as_safetensors(folder)
    for part, network in NETWORKS.items():
        _check(name, folder / part, network)
    return folder


def load_pipeline(
    cls: "type[ControlAVideoPipeline]",
    name: str | Path,
    torch_dtype: torch.dtype | None = None,
    dtype: torch.dtype | None = None,
    revision: str | None = None,
    **components,
) -> "ControlAVideoPipeline":
    """The pipeline of checkpoint `name`, its parts on the CPU; `components` take the place of those in the folder."""
    from transformers import CLIPTextModel, CLIPTokenizer

    unknown = set(components) - set(COMPONENTS)
    if unknown:
        raise TypeError(f"from_pretrained has no argument {', '.join(sorted(unknown))}")
    folder, dtype = checkpoint_folder(name, revision), dtype or torch_dtype or torch.float32
    load = {
        "unet": lambda path: UNetPseudo3DConditionModel.from_pretrained(path, torch_dtype=dtype),
        "controlnet": lambda path: ControlNet3DModel.from_pretrained(path, torch_dtype=dtype),
        "vae": lambda path: _complete(AutoencoderKL, path, torch_dtype=dtype),
        "text_encoder": lambda path: _complete(CLIPTextModel, path, dtype=dtype),
        "tokenizer": CLIPTokenizer.from_pretrained,
        "scheduler": _scheduler,
    }
    parts = {part: components[part] if part in components else load[part](folder / part) for part in COMPONENTS}
    return cls(**parts)


def as_safetensors(folder: Path) -> Path:
    """`folder` itself, or where it holds weights as pickles only, a copy in the user's cache that has them safe."""
    pickles = [path for path in sorted(folder.glob("*/*.bin")) if _needs_conversion(path)]
    if not pickles:
        return folder
    converted = _cache(folder.resolve().name, *pickles)
    if not converted.is_dir():
        with folder_written_aside(converted) as aside:
            for path in (*folder.glob("model_index.json"), *folder.glob(HED), *folder.glob("*/*")):
                copy = aside / path.relative_to(folder)
                copy.parent.mkdir(exist_ok=True)
                if path in pickles:
                    _save(read_pickle(path), copy.with_name(SAFE_NAME[path.name]))
                elif path.suffix in (".safetensors", ".pth"):
                    copy.symlink_to(path.resolve())
                elif path.suffix in (".json", ".txt"):
                    shutil.copyfile(path, copy)
    return converted


def file_as_safetensors(path: Path) -> Path:
    """The same for one file of weights, such as hed-network.pth."""
    converted = _cache(path.stem, path) / f"{path.stem}.safetensors"
    if not converted.is_file():
        with folder_written_aside(converted.parent) as aside:
            _save(read_pickle(path), aside / converted.name)
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


def control_mode(name: str | Path) -> str | None:
    """depth, canny or hed, where the name of a checkpoint says which it was trained for."""
    words = Path(name).name.lower().replace("_", "-").split("-")
    found = [mode for mode in ("depth", "canny", "hed") if mode in words]
    return found[0] if len(found) == 1 else None


def native_side(folder: Path) -> int:
    """Pixels of the side the checkpoint was made for."""
    unet = json.loads((folder / "unet" / "config.json").read_text())
    vae = json.loads((folder / "vae" / "config.json").read_text())
    return (unet.get("sample_size") or 64) * 2 ** (len(vae["block_out_channels"]) - 1)


def coarsest(folder: Path) -> int:
    """Pixels that one of the UNet's coarsest map stands for."""
    unet, vae = (json.loads((folder / part / "config.json").read_text()) for part in ("unet", "vae"))
    return 2 ** (len(unet["block_out_channels"]) + len(vae["block_out_channels"]) - 2)


def stamp(folder: Path) -> str:
    """Tells one folder of weights from another, and from itself once it is trained further, without reading it all."""
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in (".safetensors", ".json", ".bin")]
    stamps = [(str(path.relative_to(folder)), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return hashlib.sha256(repr(stamps).encode()).hexdigest()


def put_base(pipe: "ControlAVideoPipeline", folder: Path) -> None:
    """Put a Stable Diffusion 1.5 model, such as a DreamBooth result, under the temporal layers of `pipe`."""
    from transformers import CLIPTextModel, CLIPTokenizer

    if not (folder / "unet").is_dir():
        raise InputError(f"--base_model {folder} is no folder of a Stable Diffusion pipeline: it has no unet/")
    try:
        pipe.unet.load_2d_weights(folder)
    except (ValueError, FileNotFoundError) as error:
        raise InputError(f"--base_model {folder} cannot go under {type(pipe.unet).__name__}: {error}") from error
    kind = {"dtype": pipe.unet.dtype}
    tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer")
    pipe.register_modules(
        text_encoder=_complete(CLIPTextModel, folder / "text_encoder", use_safetensors=True, **kind),
        tokenizer=tokenizer,
        vae=_complete(AutoencoderKL, folder / "vae", use_safetensors=True, torch_dtype=pipe.unet.dtype),
    )


def load_for_runner(
    folder: Path, base_model: str | None, mixed_precision: str | None, compiled: bool
) -> "ControlAVideoPipeline":
    """The pipeline on the machine's device, over the base that was asked for."""
    import diffusers
    import transformers

    from video.controlavideo.pipeline import ControlAVideoPipeline

    for library in (diffusers, transformers):
        library.utils.logging.disable_progress_bar()
    cuda = torch.cuda.is_available()
    dtypes = {"no": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
    dtype = dtypes[mixed_precision or ("fp16" if cuda else "no")]
    pipe = ControlAVideoPipeline.from_pretrained(folder, dtype=dtype)
    if base_model:
        put_base(pipe, Path(base_model))
    pipe = pipe.to("cuda" if cuda else "cpu")
    pipe.set_progress_bar_config(leave=False, unit="step", dynamic_ncols=True)
    for network in (pipe.unet, pipe.controlnet, pipe.vae):
        network.eval().to(memory_format=torch.channels_last)  # folding frames is free then
    if compiled:
        pipe.unet.compile(), pipe.controlnet.compile()
    return pipe


def _check(name: str | Path, path: Path, network: type[ModelMixin]) -> None:
    """Names and shapes of all tensors, from headers, against those of the network the configuration describes."""
    files = sorted(path.glob("*.safetensors"))
    try:
        config = json.loads((path / "config.json").read_text())
    except (OSError, ValueError) as error:
        raise InputError(
            f"{name} is no checkpoint of Control-A-Video: no readable config.json in {path.name}"
        ) from error
    try:
        with torch.device("meta"):
            expected = {key: tuple(value.shape) for key, value in network.from_config(config).state_dict().items()}
    except (ValueError, TypeError, IndexError) as error:
        raise InputError(f"{name} is no checkpoint of Control-A-Video: in its {path.name}, {error}") from error
    found = {}
    for file in files:
        found |= read_header(file)[0]
    problems = differences(found, expected, "ours", f"its {path.name}")
    if problems:
        raise InputError(f"{name} is no checkpoint of Control-A-Video: {'; '.join(problems)}")


def _complete(cls: type, path: Path, **options):
    """A model of diffusers or transformers, which would fill what a file lacks with noise and only warn."""
    try:
        model, info = cls.from_pretrained(path, output_loading_info=True, **options)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be loaded ({str(error).splitlines()[0]})") from error
    missing = sorted(info["missing_keys"])
    if missing:
        raise InputError(f"{path} lacks {len(missing)} of the tensors ({', '.join(missing[:5])})")
    return model.eval()


def _scheduler(path: Path) -> SchedulerMixin:
    import diffusers

    name = json.loads((path / "scheduler_config.json").read_text()).get("_class_name", "PNDMScheduler")
    scheduler = getattr(diffusers, name, None)
    if scheduler is None:
        raise InputError(f"{path} is for a {name}, which diffusers does not have")
    return scheduler.from_pretrained(path)


def _needs_conversion(path: Path) -> bool:
    return path.name in SAFE_NAME and not (path.parent / SAFE_NAME[path.name]).exists()


def _cache(name: str, *files: Path) -> Path:
    """A folder for what is made of `files`; another one as soon as they are other files."""
    root = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "cinematic-diffusion"
    stamps = [(str(path.resolve()), path.stat().st_size, path.stat().st_mtime_ns) for path in files]
    return root / f"{name}-{hashlib.sha256(repr(stamps).encode()).hexdigest()[:16]}"


def _save(state: dict[str, torch.Tensor], path: Path) -> None:
    from safetensors.torch import save_file

    save_file({name: tensor.clone() for name, tensor in state.items()}, path, metadata={"format": "pt"})


def _download(name: str, revision: str | None) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, HTTPError

    patterns = ["model_index.json", *(f"{part}/*" for part in COMPONENTS), HED]
    try:
        return Path(snapshot_download(name, revision=revision, allow_patterns=patterns))
    except (OSError, HTTPError, HFValidationError) as error:
        raise InputError(
            f"there is no folder {name} here, and the hub gave no model of that name "
            f"({type(error.__cause__ or error).__name__}); name a folder that holds the checkpoint"
        ) from error
