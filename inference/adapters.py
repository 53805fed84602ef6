"""Adapter files, checked against a base by their headers, before anything heavy is imported or loaded."""

import contextlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from inference.cli import InputError
from inference.families import family_of
from inference.families.base import WORDS
from inference.files import file_sha256
from inference.formats.embedding_names import key_and_word
from inference.formats.lora_names import BUNDLED, LORA_NAME, MERGE, PEFT, Shape, flat, layer_table, other_kind, place
from inference.recipes import read_recipe

if TYPE_CHECKING:
    import torch

LORA_WEIGHTS = "pytorch_lora_weights.safetensors"
PICKLES = (".bin", ".ckpt", ".pt", ".pth")
MAKE_ONE = "make one with finetune/lora.sh, or name another folder or file"
MAKE_A_WORD = "make one with finetune/textual_inversion.sh, or name another folder or file"
MAKE_A_MODEL = "make one with finetune/dreambooth.sh, or name another folder"
OTHER_BASE = "name the base it was trained on with --pretrained_model_name_or_path"


@dataclass(frozen=True)
class LoraFile:
    """A LoRA that fits its base: where in the base each tensor of the file belongs."""

    path: Path
    places: dict[str, tuple[str, str]]  # name in the file -> (module of the base; down, up, mid, alpha or magnitude)
    layers: dict[str, Shape]  # module of the base -> shape of its weight
    configs: dict[str, dict]  # component -> peft's configuration of it, as diffusers keeps it in the metadata

    @property
    def sha256(self) -> str:
        return file_sha256(self.path)

    def state_dict(self, dtype: "torch.dtype") -> dict[str, "torch.Tensor"]:
        """Tensors as `load_lora_weights` takes them, alpha / rank folded into `lora_B` (so alpha = rank for peft)."""
        import torch
        from safetensors import safe_open

        with safe_open(self.path, framework="pt") as file:
            tensors = {place: file.get_tensor(name) for name, place in self.places.items()}
        weights = {}
        for module in sorted({module for module, _ in tensors}):
            down, up = tensors[module, "down"].float(), tensors[module, "up"].float()  # (rank, in, ..), (out, rank, ..)
            alpha = tensors.get((module, "alpha"))
            scale = self._configured_scale(module) if alpha is None else alpha.item() / down.shape[0]
            if (module, "mid") in tensors:  # (rank, rank, h, w), between the two
                down = torch.einsum("pqhw,qi->pihw", tensors[module, "mid"].float(), down.flatten(1))
            kernel = self.layers[module][2:]  # of 1x1 a file may leave out the ones, or have them for a linear layer
            weights[f"{module}.lora_A.weight"] = down.reshape(*down.shape[:2], *kernel).to(dtype)
            up = up.reshape(*up.shape[:2], *(1 for _ in kernel))
            weights[f"{module}.lora_B.weight"] = (up * scale).to(dtype)
            if (module, "magnitude") in tensors:
                lengths = tensors[module, "magnitude"].flatten()  # (out,)
                if kernel:
                    lengths = lengths[None, :, None, None]  # as peft keeps a convolution's
                # without .weight transformers drops a text encoder's
                weights[f"{module}.lora_magnitude_vector.weight"] = lengths.to(dtype)
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


def read_lora(adapter: str | Path, base_folder: Path) -> LoraFile:
    """Find a LoRA file and match each of its tensors with a layer of the base in `base_folder`, from headers alone.

    Raises InputError where there is no such file, where it is no safetensors file, where any of its tensors would go
    unused, and where it was made for another base.
    """
    path = find_lora(adapter)
    read_recipe(path.parent, path.name)
    shapes, metadata = read_header(path)
    layers = layer_table(_base_shapes(base_folder))
    bundled = sorted({name.split(".")[1] for name in shapes if name.startswith(BUNDLED)})
    if bundled:
        _say_once(f"note: the embeddings in {path} are left out ({', '.join(bundled)}); its LoRA is read")
    shapes = {name: shape for name, shape in shapes.items() if not name.startswith(BUNDLED)}
    places = {name: found for name in shapes if (found := place(name, layers))}
    parts = set(places.values())
    unused = [
        name
        for name in shapes
        if name not in places or not {(places[name][0], "down"), (places[name][0], "up")} <= parts
    ]
    if unused:
        _check_kind(path, list(shapes))
    _check_shapes(path, base_folder, shapes, places, layers)
    if unused or not shapes:
        raise InputError(
            f"{len(unused)} of {len(shapes)} tensors of {path} have no place in {base_folder} "
            f"({', '.join(unused[:3]) or 'the file is empty'}); {OTHER_BASE}"
        )
    if len(parts) < len(places):
        twice = next(name for name in places if list(places.values()).count(places[name]) > 1)
        raise InputError(f"{path} has the same tensor under two names, one of them {twice}; save it again with one")
    weights = {module: layers[flat(module)][1] for module, _ in parts}
    return LoraFile(path, places, weights, _peft_configs(path, places, metadata))


def _check_kind(path: Path, names: Sequence[str]) -> None:
    """Refuse a file that holds something else than a LoRA by the name of what it holds, whatever the base."""
    if kind := other_kind(names):
        what, name, way_on = kind
        raise InputError(f"{path} holds {what} ({name}), and only LoRA and DoRA are read as a LoRA; {way_on}")
    if not any(map(LORA_NAME.fullmatch, names)):
        raise InputError(f"{path} is no LoRA: its tensors ({', '.join(names[:3])}) are not named like one; {MAKE_ONE}")


@cache
def _say_once(text: str) -> None:
    """A sheet of several scales reads its file several times."""
    print(text)


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
    """Find a word and check from the header that its vectors are as wide as the base's embeddings."""
    family = family_of(base_folder)
    family.check(WORDS)
    path = find_embedding(adapter)
    read_recipe(path.parent, path.name)
    shapes, metadata = read_header(path)
    found = key_and_word(shapes, path.stem)
    if found is None:
        raise InputError(f"{path} is no textual inversion: it has {len(shapes)} tensors, not one; {MAKE_A_WORD}")
    key, token = found
    ((_, encoder),) = family.encoders
    width = json.loads((base_folder / encoder / "config.json").read_text())["hidden_size"]
    if shapes[key][-1] != width:
        raise InputError(
            f"{path} was made for another base: its embeddings are {list(shapes[key])}, and those of {base_folder} "
            f"are {width} wide; {OTHER_BASE}"
        )
    template = f"{{caption}}, in the style of {token}"
    with contextlib.suppress(ValueError, AttributeError):  # others may mean something else by a recipe
        template = json.loads(metadata.get("recipe", "{}")).get("prompt", template)
    return EmbeddingFile(path, key, token, template.replace("{caption}", "{prompt}"))


def check_same_shapes(adapter: Path, base_folder: Path) -> None:
    """Refuse a pipeline whose denoiser cannot replace the base's, by the shapes in the files' headers."""
    part, own, theirs = family_of(base_folder).denoiser, {}, {}
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


def _base_shapes(base_folder: Path) -> dict[str, Shape]:
    """Shapes of the tensors that a LoRA can change, from headers, each with its part of the base before its name."""
    return {
        f"{component}.{name}": shape
        for component in family_of(base_folder).trained
        for file in sorted((base_folder / component).glob("*.safetensors"))
        for name, shape in read_header(file)[0].items()
    }


def _check_shapes(
    path: Path,
    base_folder: Path,
    shapes: Mapping[str, Shape],
    places: Mapping[str, tuple[str, str]],
    layers: Mapping[str, tuple[str, Shape]],
) -> None:
    """Refuse tensors that do not fit their layer, or each other."""
    found = {place: shapes[name] for name, place in places.items()}
    for name, (module, part) in places.items():
        weight, lora = layers[flat(module)][1], shapes[name]
        over_inputs = name.endswith("dora_scale") and lora[:1] != weight[:1] and lora[:2] == (1, weight[1])
        if over_inputs:
            raise InputError(
                f"{path} holds DoRA over the inputs of layers ({name} {list(lora)}), and DoRA is read over their "
                f"outputs; {MERGE}"
            )
        (out, width, *kernel), rank = weight, found.get((module, "down"), lora[1:] or (1,))[0]
        kernel = [] if set(kernel) <= {1} else kernel
        middle = found.get((module, "mid"))
        expected = {
            "down": [rank, width, *([] if middle else kernel)],
            "mid": [middle and middle[0], rank, *kernel],
            "up": [out, middle[0] if middle else rank],
            "magnitude": [out],
            "alpha": [],
        }[part]
        fits = [n for n in lora if n != 1] == [n for n in expected if n != 1]
        if not fits:
            raise InputError(
                f"{path} was made for another base: {name} is {list(lora)}, which does not fit the {list(weight)} of "
                f"{module} in {base_folder}; {OTHER_BASE}"
            )


def _peft_configs(path: Path, places: Mapping[str, tuple[str, str]], metadata: Mapping[str, str]) -> dict[str, dict]:
    """peft's configuration of each component: diffusers has it in the metadata ("<component>.r"), peft in a file."""
    configs: dict[str, dict] = {}
    beside, in_header = path.with_name("adapter_config.json"), "lora_adapter_metadata" in metadata
    try:
        if in_header:
            for key, value in json.loads(metadata["lora_adapter_metadata"]).items():
                component, _, option = key.partition(".")
                configs.setdefault(component, {})[option] = value
        elif any(name.startswith(PEFT) for name in places):
            config = json.loads(beside.read_text(encoding="utf-8"))
            configs = {module.partition(".")[0]: config for module, _ in places.values()}
        if not all(config["r"] > 0 and config["lora_alpha"] > 0 for config in configs.values()):
            raise ValueError("rank and alpha have to be above 0")
    except FileNotFoundError:
        _say_once(f"note: there is no {beside}, where peft keeps a LoRA's alpha; it is taken to be the rank")
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        where = f"lora_adapter_metadata in {path}" if in_header else beside
        raise InputError(f"{where} cannot be read as peft's configuration ({error!r}); copy it again") from error
    return configs
