"""LoRA files of every layout, checked against a base by their headers, before anything heavy is imported or loaded.

Three layouts are met in the wild, and all are read here:
  diffusers  unet.<path>.to_q.lora.down.weight, unet.<path>.to_q.lora_A.weight; alpha in the file's metadata
  old        <path>.attn1.processor.to_q_lora.down.weight, with or without `unet.`; no alpha
  kohya      lora_unet_<path with _>.lora_down.weight and a scalar .alpha; lora_te_... for the text encoder
DoRA's lengths (Liu et al. 2024) are .lora_magnitude_vector in the first and .dora_scale in the last.
"""

import contextlib
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inference.cli import InputError

if TYPE_CHECKING:
    import torch

LORA_WEIGHTS = "pytorch_lora_weights.safetensors"
PICKLES = (".bin", ".ckpt", ".pt", ".pth")
LORA_NAME = re.compile(
    r"(?P<module>.+?)(?:[._]lora(?:_linear_layer)?[._](?P<part>down|up|A|B)\.weight|\.(?P<other>\w+))"
)
PARTS = {"A": "down", "B": "up", "alpha": "alpha", "lora_magnitude_vector": "magnitude", "dora_scale": "magnitude"}
COMPONENT = re.compile(r"(?:lora_)?(?P<component>unet|text_encoder|te1?)[._]")
MAKE_ONE = "make one with finetune/lora.sh, or name another folder or file"
MAKE_A_WORD = "make one with finetune/textual_inversion.sh, or name another folder or file"
MAKE_A_MODEL = "make one with finetune/dreambooth.sh, or name another folder"
OTHER_BASE = "name the base it was trained on with --pretrained_model_name_or_path"
OLD_TEXT_ENCODER = {"to_q": "q_proj", "to_k": "k_proj", "to_v": "v_proj", "to_out": "out_proj"}


@dataclass(frozen=True)
class LoraFile:
    """A LoRA that fits its base: where in the base each tensor of the file belongs."""

    path: Path
    places: dict[str, tuple[str, str]]  # name in the file -> (module of the base, down, up, alpha or magnitude)
    configs: dict[str, dict]  # component -> peft's configuration of it, as diffusers keeps it in the metadata

    @property
    def sha256(self) -> str:
        return file_sha256(self.path)

    def state_dict(self, dtype: "torch.dtype") -> dict[str, "torch.Tensor"]:
        """Tensors as `load_lora_weights` takes them, alpha / rank folded into `lora_B` (so alpha = rank for peft)."""
        from safetensors.torch import load_file

        tensors = {self.places[name]: tensor for name, tensor in load_file(self.path).items()}
        weights = {}
        for module in sorted({module for module, _ in tensors}):
            down, up = tensors[module, "down"].float(), tensors[module, "up"].float()  # (rank, in, ..), (out, rank, ..)
            alpha = tensors.get((module, "alpha"))
            scale = self._configured_scale(module) if alpha is None else alpha.item() / down.shape[0]
            weights[f"{module}.lora_A.weight"] = down.to(dtype)
            weights[f"{module}.lora_B.weight"] = (up * scale).to(dtype)
            if (module, "magnitude") in tensors:
                weights[f"{module}.lora_magnitude_vector"] = tensors[module, "magnitude"].flatten().to(dtype)  # (out,)
        return weights

    def _configured_scale(self, module: str) -> float:
        """alpha / rank as peft's configuration has it for this module; 1 where the file says nothing."""
        component, _, path = module.partition(".")
        config = self.configs.get(component)
        if config is None:
            return 1.0
        from peft.utils.other import get_pattern_key

        alphas, ranks = config.get("alpha_pattern") or {}, config.get("rank_pattern") or {}
        alpha = alphas.get(get_pattern_key(alphas, path), config["lora_alpha"])
        rank = ranks.get(get_pattern_key(ranks, path), config["r"])
        return alpha / rank**0.5 if config.get("use_rslora") else alpha / rank


def file_sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_lora(adapter: str | Path, base_folder: Path) -> LoraFile:
    """Find a LoRA file and match each of its tensors with a layer of the base in `base_folder`, from headers alone.

    Raises InputError where there is no such file, where it is no safetensors file, where any of its tensors would go
    unused, and where it was made for another base.
    """
    path = find_lora(adapter)
    shapes, metadata = read_header(path)
    layers = dict(_base_layers(base_folder))
    places, unused = {}, []
    for name in shapes:
        place = _place(name, layers)
        if place is None:
            unused.append(name)
        else:
            places[name] = place
    _check_shapes(path, base_folder, shapes, places, layers)
    found = set(places.values())
    unused += [name for name, (module, _) in places.items() if not {(module, "down"), (module, "up")} <= found]
    if unused or not shapes:
        raise InputError(
            f"{len(unused)} of {len(shapes)} tensors of {path} have no place in {base_folder} "
            f"({', '.join(unused[:3]) or 'the file is empty'}); {OTHER_BASE}"
        )
    return LoraFile(path, places, _peft_configs(metadata))


class Missing(InputError):
    """An adapter that is not there; the sentence says which script makes one."""


def find_lora(adapter: str | Path) -> Path:
    """The safetensors file that `adapter` means: itself, or the one in that folder."""
    return _find(adapter, f"no {LORA_WEIGHTS} in {adapter}; {MAKE_ONE}", MAKE_ONE, LORA_WEIGHTS)


def find_embedding(adapter: str | Path) -> Path:
    """The same for a word of textual inversion, whose file has its name."""
    return _find(adapter, f"no embedding, or more than one, in {adapter}; {MAKE_A_WORD}", MAKE_A_WORD)


def find_model(adapter: str | Path) -> Path:
    """The pipeline folder of a DreamBooth model."""
    if not (Path(adapter) / "model_index.json").is_file():
        raise Missing(f"no DreamBooth pipeline in {adapter}; {MAKE_A_MODEL}")
    return Path(adapter)


def _find(adapter: str | Path, none_in_folder: str, make_one: str, usual_name: str = "") -> Path:
    path = Path(adapter)
    if path.is_dir():
        named, others = path / usual_name, sorted(path.glob("*.safetensors"))
        pickles = (other for other in path.iterdir() if other.suffix in PICKLES)
        pickles = sorted(pickles, key=lambda other: (other.stem != named.stem, other.name))
        found = [named] if named.is_file() else others or pickles[:1]  # a pickle is refused below, with the way on
        if len(found) != 1:
            raise Missing(none_in_folder)
        path = found[0]
    if not path.is_file():
        raise Missing(f"no adapter at {adapter}; {make_one}")
    if path.suffix in PICKLES:
        raise InputError(
            f"{path} is a pickle, which can run any code when it is read; convert it on a machine you can lose: "
            f"safetensors.torch.save_file(torch.load('{path.name}', weights_only=True), '{path.stem}.safetensors')"
        )
    return path


@dataclass(frozen=True)
class EmbeddingFile:
    """A word of textual inversion that fits its base."""

    path: Path
    key: str  # of the tensor (vectors, width) in the file
    token: str
    template: str  # how the recipe it was made with writes a prompt, with {prompt} in it

    @property
    def sha256(self) -> str:
        return file_sha256(self.path)

    def vectors(self) -> "torch.Tensor":
        """(vectors, width)"""
        from safetensors.torch import load_file

        tensor = load_file(self.path)[self.key]
        return tensor.reshape(-1, tensor.shape[-1])


def read_embedding(adapter: str | Path, base_folder: Path) -> EmbeddingFile:
    """Find a word and check from the header that its vectors are as wide as the base's embeddings.

    diffusers' files call the tensor by the word; in A1111's it is `emb_params`, and the word is the file's name.
    """
    path = find_embedding(adapter)
    shapes, metadata = read_header(path)
    key = "emb_params" if "emb_params" in shapes else next(iter(shapes), "")
    if not key or (key != "emb_params" and len(shapes) != 1) or len(shapes[key]) not in (1, 2):
        raise InputError(f"{path} is no textual inversion: it has {len(shapes)} tensors, not one; {MAKE_A_WORD}")
    width = json.loads((base_folder / "text_encoder" / "config.json").read_text())["hidden_size"]
    if shapes[key][-1] != width:
        raise InputError(
            f"{path} was made for another base: its embeddings are {list(shapes[key])}, and those of {base_folder} "
            f"are {width} wide; {OTHER_BASE}"
        )
    token = path.stem if key == "emb_params" else key
    template = f"{{caption}}, in the style of {token}"
    with contextlib.suppress(ValueError, AttributeError):  # others may mean something else by a recipe
        template = json.loads(metadata.get("recipe", "{}")).get("prompt", template)
    return EmbeddingFile(path, key, token, template.replace("{caption}", "{prompt}"))


def check_same_shapes(adapter: Path, base_folder: Path, part: str = "unet") -> None:
    """Refuse a pipeline whose `part` cannot take the place of the base's; told from the files' headers."""
    own, theirs = ({}, {})
    for shapes, folder in ((own, base_folder), (theirs, adapter)):
        for file in sorted((folder / part).glob("*.safetensors")):
            shapes.update(read_header(file)[0])
    for name in sorted(own.keys() | theirs.keys()):
        if own.get(name) != theirs.get(name):
            ours, other = (list(shapes.get(name, ())) or "missing" for shapes in (own, theirs))
            raise InputError(
                f"{adapter} was made for another base: its {part} has {name} {other}, and in {base_folder} it is "
                f"{ours}; {OTHER_BASE}"
            )


def read_header(path: Path) -> tuple[dict[str, tuple[int, ...]], dict[str, str]]:
    """Shapes of the tensors in a safetensors file, and its metadata, without reading a tensor."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            return {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}, file.metadata() or {}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise InputError(f"{path} cannot be read as safetensors ({error}); copy or train it again") from error


def _base_layers(base_folder: Path) -> Iterator[tuple[str, tuple[str, tuple[int, ...]]]]:
    """Layers a LoRA can belong to, by their flattened name: "unet_down_blocks_0_..." -> (path, shape of the weight)."""
    for component in ("unet", "text_encoder"):
        for file in sorted((base_folder / component).glob("*.safetensors")):
            for name, shape in read_header(file)[0].items():
                if name.endswith(".weight") and len(shape) > 1:
                    path = f"{component}.{name.removesuffix('.weight')}"
                    yield _flat(path), (path, shape)


def _flat(path: str) -> str:
    """One spelling for all layouts. Only kohya's, which has lost its dots, tells no dot from an underscore."""
    return path.replace(".", "_").replace("_processor_", "_").replace("text_encoder_text_model_", "text_encoder_")


def _place(name: str, layers: dict) -> tuple[str, str] | None:
    """(module of the base, part) a tensor of a LoRA file belongs to, or None."""
    match = LORA_NAME.fullmatch(name)
    if match is None:
        return None
    module, component = match["module"], COMPONENT.match(match["module"])
    owner = "unet" if component is None else component["component"].replace("te1", "te")
    owner = "text_encoder" if owner == "te" else owner
    flat = _flat(f"{owner}.{module[component.end() if component else 0 :]}")
    if owner == "text_encoder":
        flat = re.sub(r"to_(q|k|v|out)$", lambda old: OLD_TEXT_ENCODER[old[0]], flat)
    flat = flat if flat in layers else f"{flat}_0"  # the old layout says to_out where the layer is to_out.0
    if flat not in layers:
        return None
    part = match["part"] if match["part"] in ("down", "up") else PARTS.get(match["part"] or match["other"])
    return (layers[flat][0], part) if part else None


def _check_shapes(path: Path, base_folder: Path, shapes: dict, places: dict, layers: dict) -> None:
    for name, (module, part) in places.items():
        weight, lora = layers[_flat(module)][1], shapes[name]  # (out, in, ...); (rank, in, ...), (out, rank, ...)
        axis = slice(1, 2) if part == "down" else slice(0, 1)
        fits = lora[axis] == weight[axis] and (part == "magnitude" or len(lora) == len(weight))
        if part != "alpha" and not fits:
            raise InputError(
                f"{path} was made for another base: {name} is {list(lora)}, which does not fit the {list(weight)} of "
                f"{module} in {base_folder}; {OTHER_BASE}"
            )


def _peft_configs(metadata: dict[str, str]) -> dict[str, dict]:
    """diffusers' `lora_adapter_metadata`, {"unet.r": 4, ...}, as one dictionary per component."""
    configs: dict[str, dict] = {}
    for key, value in json.loads(metadata.get("lora_adapter_metadata", "{}")).items():
        component, _, option = key.partition(".")
        configs.setdefault(component, {})[option] = value
    return configs
