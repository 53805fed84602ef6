"""What a comparison compares: each strategy's name, how it prepares the base, and how it writes the prompt.

Creating one checks everything that the headers of its files can tell; weights are loaded when it is applied. Applying
it is a context, after which the base has its own weights again, bit for bit.
"""

import argparse
import contextlib
import copy
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from inference.adapters import (
    MAKE_A_MODEL,
    EmbeddingFile,
    LoraFile,
    check_same_shapes,
    find_model,
    read_embedding,
    read_lora,
)
from inference.cli import InputError, is_text
from inference.controlnets import ControlNet, find_controlnet
from inference.families import family_of
from inference.files import file_sha256
from inference.pipelines import check_finite, check_parts, fingerprint, short_name
from inference.recipes import read_recipe
from inference.words import Word

if TYPE_CHECKING:
    from diffusers import DiffusionPipeline
    from torch import Tensor


@dataclass(frozen=True, eq=False)  # two are the same only where they are one
class Strategy:
    """A name, a way to prepare the pipeline and a way to write the prompt."""

    name: str
    title: str  # heads its column
    prepare: Callable[["DiffusionPipeline"], AbstractContextManager] = contextlib.nullcontext
    prompt: Callable[[str], str] = str
    recipe: dict = field(default_factory=dict)  # what else makes its pictures what they are: adapter, hash, scale
    controlnet: ControlNet | None = None  # paints again what is in the base's picture


@dataclass(frozen=True)
class Cell:
    """One picture of a sheet. The seed is the row's, so along a row only the weights differ."""

    row: int
    strategy: Strategy
    prompt: str  # as the person wrote it
    seed: int


BASE = Strategy("base", "Base")


def lora(
    adapter: str | Path, base_folder: Path, scale: float = 1.0, name: str = "lora", title: str = "LoRA"
) -> Strategy:
    """A LoRA on the base in `base_folder`."""
    file = read_lora(adapter, base_folder)
    recipe = {"adapter": short_name(adapter), "adapter_sha256": file.sha256, "lora_scale": scale}
    return Strategy(name, title, lambda pipe: with_lora(pipe, file, scale), recipe=recipe)


def textual_inversion(adapter: str | Path, base_folder: Path, template: str | None = None) -> Strategy:
    """A word that was learned, in prompts that carry it as its training did, or as `template` says."""
    file = read_embedding(adapter, base_folder)
    prompt = filled(template or file.template, "--prompt_template")
    recipe = {"adapter": short_name(adapter), "adapter_sha256": file.sha256}
    return Strategy("textual_inversion", "Textual inversion", lambda pipe: with_embedding(pipe, file), prompt, recipe)


def dreambooth(adapter: str | Path, base_folder: Path, template: str | None = None) -> Strategy:
    """A denoiser and text encoder that were trained, under the name they were trained with."""
    folder = find_model(adapter)
    hash_of = cache(file_sha256)  # gigabytes, which are read once for both
    made = read_recipe(folder, *(f"{part}/" for part in family_of(base_folder).trained), hash_of=hash_of)
    check_parts(folder, MAKE_A_MODEL)
    check_same_shapes(folder, base_folder)
    trained = made.get("prompt")
    trained = trained if isinstance(trained, str) else "{caption}, in cinematic style"
    # a thing's phrase has no place for a caption: what is asked for goes beside it
    trained = trained.replace("{caption}", "{prompt}") if "{caption}" in trained else trained + ", {prompt}"
    prompt = filled(template or trained, "--prompt_template")
    recipe = {"adapter": short_name(adapter), "adapter_sha256": fingerprint(folder, hash_of)}
    return Strategy("dreambooth", "DreamBooth", lambda pipe: with_model(pipe, folder), prompt, recipe)


def controlnet(found: ControlNet, template: str) -> Strategy:
    """The base's picture painted again by a ControlNet that holds its outlines or depth, with a cinematic prompt."""
    return Strategy(
        "controlnet",
        "ControlNet",
        prompt=filled(template, "--cinematic_prompt"),
        recipe=found.recipe,
        controlnet=found,
    )


def controlnet_asked(args: argparse.Namespace, base_folder: Path) -> Strategy:
    """The ControlNet that the flags of `add_controlnet_options` ask for."""
    found = find_controlnet(
        args.controlnet,
        args.control,
        base_folder,
        low_threshold=args.low_threshold,
        high_threshold=args.high_threshold,
        depth_model=args.depth_model,
        scale=args.controlnet_conditioning_scale,
        end=args.control_guidance_end,
    )
    return controlnet(found, args.cinematic_prompt)


def filled(template: str, flag: str) -> Callable[[str], str]:
    """A function from prompts to prompts: `template` with the user's words in place of {prompt}."""
    if not is_text(template):
        raise InputError(f"{flag} {template!r} has half of a surrogate pair in it; write the whole character")
    if "{prompt}" not in template:
        raise InputError(f"{flag} {template!r} has no {{prompt}} in it, where the prompt goes; write it there")
    return lambda prompt: template.replace("{prompt}", prompt)


@contextlib.contextmanager
def with_lora(pipe: "DiffusionPipeline", file: LoraFile, scale: float = 1.0) -> Iterator["DiffusionPipeline"]:
    """Apply a LoRA to `pipe`, `scale` of the way from the base's weights to its own, within this context.

    It is added to copies of the weights that it changes, so drawing with it costs what drawing without it does; the
    base's own are kept, put back at the end, and never written to.
    """
    import torch
    from peft.tuners.tuners_utils import BaseTunerLayer

    family = family_of(pipe)
    weights = file.state_dict(family.network(pipe).dtype)
    check_finite(file.path, weights.items())
    own = {}
    try:
        # what load_lora_weights does, without its warning of the part a LoRA leaves alone
        for part, model in family.models(pipe).items():
            if any(name.startswith(f"{part}.") for name in weights):
                getattr(pipe, f"load_lora_into_{part}")(weights, None, model, adapter_name="lora", _pipeline=pipe)
        keep_plain(pipe, weights)
        lost = not_taken(pipe, weights)
        assert not lost, f"{len(lost)} of {len(weights)} tensors of {file.path} were not taken, such as {lost[0]}"
        for layer in (layer for model in family.models(pipe).values() for layer in model.modules()):
            if isinstance(layer, BaseTunerLayer):
                weight = layer.get_base_layer().weight
                own[weight] = weight.data
                weight.data = weight.data.clone()
                layer.merge()
                # not peft's scale, which leaves a DoRA's lengths whole; as ComfyUI does, and 0 is the base to the bit
                weight.data = torch.lerp(own[weight], weight.data, scale)
                check_finite(f"{file.path} at scale {scale:g}", [("a sum with the base's", weight)])
        pipe.unload_lora_weights()  # the wrapping; what was added stays
        yield pipe
    finally:
        pipe.unload_lora_weights()
        for weight, data in own.items():
            weight.data = data


def keep_plain(pipe: "DiffusionPipeline", weights: dict[str, "Tensor"]) -> None:
    """Where some layers of a LoRA have DoRA's lengths, peft gives all of them some: take those away that it made up."""
    with_lengths = {name.partition(".lora_magnitude_vector")[0].replace(".text_model.", ".") for name in weights}
    for part, model in family_of(pipe).models(pipe).items():
        for name, layer in model.named_modules():
            if "lora" in getattr(layer, "lora_variant", ()) and f"{part}.{name}" not in with_lengths:
                del layer.lora_variant["lora"], layer.lora_magnitude_vector["lora"]


def not_taken(pipe: "DiffusionPipeline", weights: dict[str, "Tensor"]) -> list[str]:
    """Names in `weights` whose values `pipe` does not have: diffusers skips what it cannot place without a word."""
    import torch

    taken = {
        f"{part}.{name}".replace(".lora.weight", ".weight").replace(".text_model.", "."): parameter
        for part, model in family_of(pipe).models(pipe).items()
        for name, parameter in model.named_parameters()
        if ".lora_" in name
    }
    lost = []
    for name, tensor in weights.items():
        has = taken.pop(name.replace(".text_model.", "."), None)
        # values that are no numbers are equal too
        if has is None or not torch.allclose(has.cpu().to(tensor.dtype), tensor, rtol=0, atol=0, equal_nan=True):
            lost.append(name)
    return [*lost, *taken]


@contextlib.contextmanager
def with_embedding(pipe: "DiffusionPipeline", file: EmbeddingFile) -> Iterator["DiffusionPipeline"]:
    """Add a learned word to tokenizer and text encoder within this context.

    Prompts and negative prompts have the word written out, w as "w w_1 w_2", where it stands on its own. The pipeline
    does so by itself, but inside other words as well, and not where the word has capital letters.
    """
    import torch

    vectors = file.vectors()
    check_finite(file.path, {file.key: vectors}.items())
    word = Word(file.token, len(vectors))
    tokens = word.tokens
    tokenizer, table = pipe.tokenizer, pipe.text_encoder.get_input_embeddings()
    wider = copy.deepcopy(tokenizer)
    word.add_to(wider)
    if wider.convert_tokens_to_ids(tokens) != [*range(len(table.weight), len(table.weight) + len(tokens))]:
        raise InputError(f"the word {file.token} of {file.path} is a word of the base already; train it under another")
    weight = torch.cat([table.weight.detach(), vectors.to(table.weight)])  # (words + vectors, width)

    def written_out(prompt: str | list[str], _: object) -> str | list[str]:
        return [word.spelled_out(one) for one in prompt] if isinstance(prompt, list) else word.spelled_out(prompt)

    try:
        pipe.maybe_convert_prompt = written_out
        pipe.tokenizer = wider
        pipe.text_encoder.set_input_embeddings(torch.nn.Embedding.from_pretrained(weight))
        yield pipe
    finally:
        del pipe.maybe_convert_prompt  # this pipeline's own, over its class's
        pipe.tokenizer = tokenizer
        pipe.text_encoder.set_input_embeddings(table)


@contextlib.contextmanager
def with_model(pipe: "DiffusionPipeline", folder: Path) -> Iterator["DiffusionPipeline"]:
    """Replace the base's denoiser and text encoder by another pipeline's within this context."""
    from safetensors import SafetensorError

    own = family_of(pipe).models(pipe)
    options = {"use_safetensors": True, "local_files_only": True}
    try:
        trained = {
            part: type(model).from_pretrained(folder / part, dtype=model.dtype, **options)
            for part, model in own.items()
        }
    except (OSError, ValueError, SafetensorError) as error:
        raise InputError(f"{folder} cannot be loaded ({str(error).splitlines()[0]}); train it again") from error
    for part, model in trained.items():
        check_finite(folder / part, model.named_parameters())
    try:
        for part, model in trained.items():
            setattr(pipe, part, model.to(pipe.device))
        yield pipe
    finally:
        for part, model in own.items():
            setattr(pipe, part, model)
