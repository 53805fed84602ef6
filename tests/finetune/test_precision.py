"""frozen weights are rounded, trained ones are not, and both never lie in memory together."""

import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest
import torch
from helpers import stock_pipeline
from safetensors.torch import save_file

from finetune.lora import add_lora
from finetune.precision import recast_frozen
from inference.families import SD

CPU = torch.device("cpu")


def test_frozen_weights_are_rounded_and_trained_ones_are_not(tiny_base: Path) -> None:
    unet, rounded = stock_pipeline(tiny_base).unet, stock_pipeline(tiny_base).unet.bfloat16().state_dict()
    add_lora(unet, SD.attention, Namespace(rank=2, lora_alpha=2, use_dora=False))
    recast_frozen(unet, tiny_base / "unet", None, CPU, torch.bfloat16)
    trained = {name for name, p in unet.named_parameters() if p.requires_grad}
    assert trained and all(unet.get_parameter(name).dtype == torch.float32 for name in trained)
    frozen = {name.replace(".base_layer", ""): p for name, p in unet.named_parameters() if name not in trained}
    assert frozen.keys() == rounded.keys()
    assert all(p.dtype == torch.bfloat16 and torch.equal(p, rounded[name]) for name, p in frozen.items())


@pytest.mark.parametrize(("variant", "value"), [(None, 1.0), ("fp16", 2.0)])
def test_the_variant_s_files_and_no_others_are_read(tmp_path: Path, variant: str | None, value: float) -> None:
    save_file({"weight": torch.ones(2, 2)}, tmp_path / "diffusion_pytorch_model.safetensors")
    save_file({"weight": torch.full((2, 2), 2.0).half()}, tmp_path / "diffusion_pytorch_model.fp16.safetensors")
    layer = torch.nn.Linear(2, 2, bias=False).requires_grad_(False)
    recast_frozen(layer, tmp_path, variant, CPU, torch.bfloat16)
    assert torch.equal(layer.weight, torch.full((2, 2), value, dtype=torch.bfloat16))


MEASURED = """
import sys, torch
from pathlib import Path
from safetensors.torch import load_file
from finetune.precision import recast_frozen
from inference.families import SD
from inference.device import peak_memory

folder, layers = Path(sys.argv[1]), 16
with torch.device("meta"):
    stack = torch.nn.Sequential(*(torch.nn.Linear(2048, 2048, bias=False) for _ in range(layers)))
stack.requires_grad_(False).load_state_dict(load_file(folder / "model.safetensors"), assign=True)
before = peak_memory()
recast_frozen(stack, folder, None, torch.device("cpu"), torch.bfloat16)
print((peak_memory() - before) / sum(p.nbytes for p in stack.parameters()))
"""


def test_weights_do_not_lie_in_memory_twice(tmp_path: Path) -> None:
    """In fp32 they would take twice as much again, which is what copying each from the mapped file came to."""
    save_file({f"{i}.weight": torch.randn(2048, 2048) for i in range(16)}, tmp_path / "model.safetensors")
    share = subprocess.check_output([sys.executable, "-c", MEASURED, str(tmp_path)], text=True)
    assert 0.9 < float(share) < 1.4
