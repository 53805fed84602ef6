"""Control-A-Video's checkpoints: the published ones, from the hub or a folder, and what `save_pretrained` writes.

The published ones were saved by a diffusers of 2023: weights are pickles (.bin), which are read once with
`torch.load(weights_only=True)` and kept as safetensors in the user's cache; model_index.json names a 2-D class for both
networks; the VAE's attention has names diffusers has since changed. Whatever a file lacks or has too much is reported
before a tensor is loaded.
"""

import hashlib
import json
from pathlib import Path
from typing import TYPE_CHECKING

import torch
from diffusers import AutoencoderKL, ModelMixin, SchedulerMixin

from inference.adapters import read_header
from inference.cli import InputError
from video.controlavideo.networks import ControlNet3DModel, UNetPseudo3DConditionModel
from video.controlavideo.safe import HED, as_safetensors
from video.controlavideo.temporal import TEMPORAL, over_2d
from video.controlavideo.weights2d import differences

if TYPE_CHECKING:
    from video.controlavideo.pipeline import ControlAVideoPipeline

NETWORKS = {"unet": UNetPseudo3DConditionModel, "controlnet": ControlNet3DModel}
COMPONENTS = ("unet", "controlnet", "vae", "text_encoder", "tokenizer", "scheduler")


def checkpoint_folder(name: str | Path, revision: str | None = None) -> Path:
    """The folder of checkpoint `name`, safetensors only; one from the hub is downloaded, one of pickles converted.

    Raises InputError where there is none, and where it is no checkpoint of Control-A-Video.
    """
    folder = Path(name)
    if not folder.is_dir():
        folder = _download(str(name), revision)
    if all((folder / file).is_file() for file in TEMPORAL.values()):
        return over_2d(folder, control_mode(folder))
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
