"""How much GPU memory each training takes at SD v1.5's size, computed: no GPU, no weights, no arithmetic.

python -m tests.benchmarks.memory --resolution 512

Counted for the recipes' own methods and batch: weights (bf16 where frozen, fp32 where trained), gradients, AdamW's two
moments, and all that autograd keeps of the forward pass, by running it with tensors that have shapes and no data.
Arithmetic is bf16 with norms in fp32, as CUDA's autocast has it. Not counted: CUDA's own gigabyte or less, scratch
space, and what the pictures encoded once take (33 KiB each at 512 pixels).
"""

import argparse
import contextlib
import re
import shlex
from argparse import Namespace
from collections.abc import Iterator
from dataclasses import dataclass
from types import MethodType

import torch
import torch.nn.functional as F
from diffusers import UNet2DConditionModel
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.multiprocessing.reductions import StorageWeakRef
from transformers import CLIPTextConfig, CLIPTextModel

from finetune.lora import add_lora
from finetune.model import PlaceholderEmbedding
from inference.cli import run
from inference.families.sd import SD
from inference.options import ROOT, Help, at_least

METHODS = ("lora", "textual_inversion", "dreambooth")


@dataclass(frozen=True)
class Memory:
    """Bytes."""

    weights: int
    training: int  # gradients and the optimizer's moments
    activations: int

    @property
    def total(self) -> int:
        return self.weights + self.training + self.activations


def recipe(method: str) -> dict[str, str | bool]:
    """Flags of the shell script."""
    words = shlex.split((ROOT / "finetune" / f"{method}.sh").read_text().partition("exec ")[2].replace("\\\n", " "))
    pairs = zip(words, [*words[1:], "--"], strict=True)
    return {
        flag[2:]: following if not following.startswith("--") else True
        for flag, following in pairs
        if re.fullmatch(r"--\w+", flag)
    }


def networks(method: str, flags: dict) -> tuple[nn.Module, nn.Module]:
    """UNet and text encoder on the meta device, with what the method trains."""
    text = {"hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12, "num_attention_heads": 12}
    with torch.device("meta"):
        unet = UNet2DConditionModel(sample_size=64, cross_attention_dim=768)
        encoder = CLIPTextModel(CLIPTextConfig(vocab_size=49408, attn_implementation="sdpa", **text))
        unet.requires_grad_(method == "dreambooth"), encoder.requires_grad_("train_text_encoder" in flags)
        if method == "lora":
            given = Namespace(rank=int(flags["rank"]), lora_alpha=int(flags["rank"]), use_dora=False)
            add_lora(unet, SD.attention + SD.feed_forward * ("train_feed_forward" in flags), given)
        if method == "textual_inversion":
            table = encoder.get_input_embeddings()
            encoder.set_input_embeddings(PlaceholderEmbedding(table, 49408, 0, int(flags["num_vectors"])))
    return unet, encoder


def _in_fp32(norm: nn.Module, x: torch.Tensor) -> torch.Tensor:
    with torch.autocast("cpu", enabled=False):
        weight, bias = norm.weight.float(), norm.bias.float()
        if isinstance(norm, nn.GroupNorm):
            return F.group_norm(x.float(), norm.num_groups, weight, bias, norm.eps)
        return F.layer_norm(x.float(), norm.normalized_shape, weight, bias, norm.eps)


def without_data(model: nn.Module) -> None:
    """Parameters and buffers become fake tensors: bf16 where frozen, fp32 where trained; norms work in fp32."""
    for module in model.modules():
        for name, p in module._parameters.items():
            if p is not None:
                dtype = torch.float32 if p.requires_grad else torch.bfloat16
                module._parameters[name] = nn.Parameter(torch.empty(p.shape, dtype=dtype), p.requires_grad)
        for name, b in module._buffers.items():
            if b is not None:
                module._buffers[name] = torch.zeros(b.shape, dtype=b.dtype)
        if isinstance(module, (nn.GroupNorm, nn.LayerNorm)):
            module.forward = MethodType(_in_fp32, module)


@contextlib.contextmanager
def kept_for_backward(own: set[StorageWeakRef]) -> Iterator[dict[StorageWeakRef, int]]:
    """Bytes of each storage that autograd keeps while this lasts, but for the storages of the weights, `own`."""
    kept: dict[StorageWeakRef, int] = {}
    alive = []

    def pack(tensor: torch.Tensor) -> torch.Tensor:
        storage = tensor.untyped_storage()
        reference = StorageWeakRef(storage)
        if reference not in own:
            kept[reference] = storage.nbytes()
            alive.append(tensor)  # or another one could take its place
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        yield kept


def measure(method: str, resolution: int, batch: int, checkpointing: bool) -> Memory:
    """Memory of one step of `batch` pictures; with prior preservation a picture of the class goes with each."""
    flags = recipe(method)
    unet, encoder = networks(method, flags)
    n = batch * (2 if "with_prior_preservation" in flags else 1)
    if checkpointing:
        unet.enable_gradient_checkpointing(), encoder.activation_checkpointing_enable({"use_reentrant": False})
    with FakeTensorMode():
        models = [unet, encoder] if any(p.requires_grad for p in encoder.parameters()) else [unet]
        for model in models:
            without_data(model), model.train()
        parameters = [p for model in models for p in model.parameters()]
        trained = sum(p.numel() for p in parameters if p.requires_grad)
        own = {StorageWeakRef(p.untyped_storage()) for p in parameters}
        side = resolution // 8
        x, t = torch.empty(n, 4, side, side, dtype=torch.bfloat16), torch.zeros(n, dtype=torch.long)
        with kept_for_backward(own) as kept, torch.autocast("cpu", torch.bfloat16):
            states = torch.empty(n, 77, 768, dtype=torch.bfloat16)
            if len(models) == 2:
                states = SD.encode_text([encoder], torch.zeros(n, 77, dtype=torch.long))["states"]
            SD.predict(unet, x, t, {"states": states})
        return Memory(sum(p.nbytes for p in parameters), 12 * trained, sum(kept.values()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Help)
    parser.add_argument("--resolution", type=at_least(64), default=512, help="height and width of the pictures")
    parser.add_argument("--methods", nargs="+", choices=METHODS, default=METHODS, help="which trainings")
    args = parser.parse_args()
    print("| training | batch | weights, GB | gradients and AdamW | activations | together | ... with", end=" ")
    print("--gradient_checkpointing | ... and a batch of 1 |\n|---|---|---|---|---|---|---|---|")
    for method in args.methods:
        batch = int(recipe(method)["train_batch_size"])
        plain, saving, least = (
            measure(method, args.resolution, count, checkpointing)
            for count, checkpointing in ((batch, False), (batch, True), (1, True))
        )
        bytes_ = (plain.weights, plain.training, plain.activations, plain.total, saving.total, least.total)
        print(f"| {method} | {batch} | {' | '.join(f'{count / 1e9:.1f}' for count in bytes_)} |")


if __name__ == "__main__":
    run(main)
