"""Control-A-Video's checkpoints: published ones, what `save_pretrained` writes, and temporal weights on their own.

The published ones were saved by a diffusers of 2023: weights are pickles (.bin), which are read once with
`torch.load(weights_only=True)` and kept as safetensors in the user's cache; model_index.json names a 2-D class for both
networks; the VAE's attention has names diffusers has since changed. Whatever a file lacks or has too much is reported
before a tensor is loaded. Temporal weights on their own go over the Stable Diffusion pipeline they lie in.
"""

import hashlib
import json
import shutil
from pathlib import Path

import torch
from diffusers import (
    AutoencoderKL,
    ControlNetModel,
    DiffusionPipeline,
    DPMSolverMultistepScheduler,
    ModelMixin,
    SchedulerMixin,
    UNet2DConditionModel,
)
from safetensors import SafetensorError
from safetensors.torch import load_file

from inference.adapters import read_header
from inference.cli import InputError
from inference.files import atomic_folder, file_sha256
from inference.pipelines import check_finite
from video.controlavideo.networks import ControlNet3DModel, UNetPseudo3DConditionModel
from video.controlavideo.pickles import HED, as_safetensors, cache_folder
from video.controlavideo.weights2d import WEIGHTS, differences, with_3d_blocks

NETWORKS = {"unet": UNetPseudo3DConditionModel, "controlnet": ControlNet3DModel}
NETWORKS_2D = {"unet": UNet2DConditionModel, "controlnet": ControlNetModel}
TEMPORAL = {part: f"{part}_temporal.safetensors" for part in NETWORKS}  # files of temporal weights on their own
FROM_BASE = ("vae", "text_encoder", "tokenizer")
COMPONENTS = ("unet", "controlnet", *FROM_BASE, "scheduler")
HUB = ("revision", "cache_dir", "token", "local_files_only", "force_download")


def checkpoint_folder(name: str | Path, **hub) -> Path:
    """The folder of checkpoint `name`, safetensors only; one from the hub is downloaded, one of pickles converted.

    `hub` are arguments of huggingface_hub's `snapshot_download`, such as `revision` and `token`. Raises InputError
    where there is none, and where it is no checkpoint of Control-A-Video.
    """
    folder = Path(name)
    if not folder.is_dir():
        folder = _download(str(name), **hub)
    if all((folder / file).is_file() for file in TEMPORAL.values()):
        return over_2d(folder, control_mode(folder))
    absent = [part for part in COMPONENTS if not (folder / part).is_dir()]
    problems = [f"it has no folder {', '.join(absent)}"] if absent else []
    folder = folder if absent else as_safetensors(folder)
    for part, network in NETWORKS.items():
        if not absent or list((folder / part).glob("*.safetensors")):  # pickles are not converted to refuse them
            problems += _problems(folder / part, network)
    if problems:
        raise InputError(f"{name} is no checkpoint of Control-A-Video: {'; '.join(problems)}")
    return folder


def over_2d(folder: Path, mode: str | None) -> Path:
    """A whole checkpoint, in the user's cache, of `folder`, which holds temporal weights alone.

    The rest is the Stable Diffusion pipeline that `folder` lies in, and in that the ControlNet of control mode `mode`.
    """
    base, controlnet = folder.parent, folder.parent / f"controlnet-{mode}"
    parts = {"unet": base / "unet", "controlnet": controlnet}
    files = [*(folder / file for file in TEMPORAL.values()), *(path / WEIGHTS for path in parts.values())]
    absent = [str(path) for path in files if not path.is_file()]
    if absent:
        raise InputError(f"the temporal weights in {folder} go over what is not there: {', '.join(absent)}")
    folders = [controlnet, *(base / part for part in ("unet", *FROM_BASE, "scheduler"))]
    made_of = [path for part in folders for path in sorted(part.iterdir()) if path.is_file()]
    whole = cache_folder(folder.name, *(folder / file for file in TEMPORAL.values()), *made_of)
    if not whole.is_dir():
        with atomic_folder(whole) as aside:
            for part, network in NETWORKS.items():
                flat = NETWORKS_2D[part].from_pretrained(parts[part], torch_dtype=torch.float16)
                made = network.from_2d(flat)
                temporal = load_file(folder / TEMPORAL[part])
                expected = {name: tuple(w.shape) for name, w in made.state_dict().items() if "_temporal" in name}
                problems = differences({n: tuple(w.shape) for n, w in temporal.items()}, expected, "ours", str(folder))
                if problems:
                    raise InputError(f"the temporal weights in {folder} do not fit: {'; '.join(problems)}")
                made.load_state_dict(temporal, strict=False)
                made.save_pretrained(aside / part)
            for part in FROM_BASE:
                shutil.copytree(base / part, aside / part)
            # at 20 steps PNDM, which Stable Diffusion's folders name, leaves blocks of noise that boil
            DPMSolverMultistepScheduler.from_pretrained(base / "scheduler").save_pretrained(aside / "scheduler")
    return whole


def load_parts(
    name: str | Path,
    torch_dtype: torch.dtype | None = None,
    dtype: torch.dtype | None = None,
    variant: str | None = None,
    **more,
) -> dict:
    """The components of checkpoint `name`, on the CPU; those in `more` replace those in the folder.

    The rest of `more` are arguments of the hub (see HUB). `variant` is that of the weight files, such as fp16.
    """
    from transformers import CLIPTextModel

    unknown = set(more) - {*COMPONENTS, *HUB}
    if unknown:
        raise TypeError(f"from_pretrained has no argument {', '.join(sorted(unknown))}")
    folder = checkpoint_folder(name, **{key: more[key] for key in HUB if key in more})
    dtype, kind = dtype or torch_dtype or torch.float32, {"variant": variant, "use_safetensors": True}
    load = {
        "unet": lambda path: _complete(UNetPseudo3DConditionModel, path, torch_dtype=dtype, **kind),
        "controlnet": lambda path: _complete(ControlNet3DModel, path, torch_dtype=dtype, **kind),
        "vae": lambda path: _complete(AutoencoderKL, path, torch_dtype=dtype, **kind),
        "text_encoder": lambda path: _complete(CLIPTextModel, path, dtype=dtype, **kind),
        "tokenizer": _tokenizer,
        "scheduler": _scheduler,
    }
    return {part: more[part] if part in more else load[part](folder / part) for part in COMPONENTS}


def control_mode(name: str | Path) -> str | None:
    """depth, canny or hed, where the name of a checkpoint, or its own HED network, says what it was trained for."""
    words = Path(name).name.lower().replace("_", "-").split("-")
    found = [mode for mode in ("depth", "canny", "hed") if mode in words]
    if len(found) == 1:
        return found[0]
    return "hed" if (Path(name) / HED).is_file() else None


def native_side(folder: Path) -> int:
    """Side in pixels that the checkpoint was trained at."""
    unet = json.loads((folder / "unet" / "config.json").read_text())
    vae = json.loads((folder / "vae" / "config.json").read_text())
    return (unet.get("sample_size") or 64) * 2 ** (len(vae["block_out_channels"]) - 1)


def coarsest(folder: Path) -> int:
    """Pixels per side that one position of the UNet's coarsest feature map covers."""
    unet, vae = (json.loads((folder / part / "config.json").read_text()) for part in ("unet", "vae"))
    return 2 ** (len(unet["block_out_channels"]) + len(vae["block_out_channels"]) - 2)


def stamp(folder: Path) -> str:
    """One hash over a folder of weights, which changes when they are trained further."""
    files = [path for path in sorted(folder.rglob("*")) if path.suffix in (".safetensors", ".json", ".bin")]
    contents = [(str(path.relative_to(folder)), file_sha256(path)) for path in files]
    return hashlib.sha256(repr(contents).encode()).hexdigest()


def put_base(pipe: DiffusionPipeline, folder: Path) -> None:
    """Put a Stable Diffusion 1.5 model, such as a DreamBooth result, under the temporal layers of `pipe`."""
    from transformers import CLIPTextModel

    if not (folder / "unet").is_dir():
        raise InputError(f"--base_model {folder} is no folder of a Stable Diffusion pipeline: it has no unet/")
    try:
        pipe.unet.load_2d_weights(folder)
    except (ValueError, OSError, SafetensorError) as error:
        raise InputError(f"--base_model {folder} cannot go under {type(pipe.unet).__name__}: {error}") from error
    pipe.register_modules(
        text_encoder=_complete(CLIPTextModel, folder / "text_encoder", use_safetensors=True, dtype=pipe.unet.dtype),
        tokenizer=_tokenizer(folder / "tokenizer"),
        vae=_complete(AutoencoderKL, folder / "vae", use_safetensors=True, torch_dtype=pipe.unet.dtype),
    )


def _problems(path: Path, network: type[ModelMixin]) -> list[str]:
    """Names and shapes of all tensors, from headers, against those of the network the configuration describes.

    A 2-D network's configuration is read as ours, so that the message says what it lacks.
    """
    try:
        config = json.loads((path / "config.json").read_text())
    except (OSError, ValueError):
        return [f"no readable config.json in {path.name}"]
    try:
        with torch.device("meta"):
            made = network.from_config(with_3d_blocks(config))
    except (ValueError, TypeError, IndexError) as error:
        return [f"in its {path.name}, {error}"]
    expected, found = {key: tuple(value.shape) for key, value in made.state_dict().items()}, {}
    for file in sorted(path.glob("*.safetensors")):
        found |= read_header(file)[0]
    return differences(found, expected, "ours", f"its {path.name}")


def _complete(cls: type, path: Path, **options):
    """Load a model of diffusers or transformers, which by themselves fill missing tensors with noise and only warn."""
    try:
        model, info = cls.from_pretrained(path, output_loading_info=True, **options)
    except (OSError, ValueError, RuntimeError, SafetensorError) as error:
        raise InputError(f"{path} cannot be loaded ({str(error).splitlines()[0]})") from error
    missing = sorted(info["missing_keys"])
    if missing:
        raise InputError(f"{path} lacks {len(missing)} of the tensors ({', '.join(missing[:5])})")
    check_finite(path, model.named_parameters())
    return model.eval()


def _tokenizer(path: Path):
    from transformers import CLIPTokenizer

    if not any((path / file).is_file() for file in ("vocab.json", "tokenizer.json")):
        raise InputError(f"{path} has no vocab.json")  # transformers would make a tokenizer with no vocabulary
    try:
        return CLIPTokenizer.from_pretrained(path)
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be loaded ({str(error).splitlines()[0]})") from error


def _scheduler(path: Path) -> SchedulerMixin:
    import diffusers

    try:
        config = json.loads((path / "scheduler_config.json").read_text())
    except (OSError, ValueError) as error:
        raise InputError(f"{path} has no readable scheduler_config.json") from error
    name = config.get("_class_name", "PNDMScheduler")
    scheduler = getattr(diffusers, name, None)
    if scheduler is None:
        raise InputError(f"{path} is for a {name}, which diffusers does not have")
    return scheduler.from_pretrained(path)


def _download(name: str, **hub) -> Path:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HFValidationError, HTTPError

    patterns = ["model_index.json", *(f"{part}/*" for part in COMPONENTS), HED]
    try:
        return Path(snapshot_download(name, allow_patterns=patterns, **hub))
    except (OSError, HTTPError, HFValidationError) as error:
        raise InputError(
            f"there is no folder {name} here, and the hub gave no model of that name "
            f"({type(error.__cause__ or error).__name__}); name a folder that holds the checkpoint"
        ) from error
