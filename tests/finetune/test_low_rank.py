"""The layer that LoRA trains, against peft's own."""

import copy

import torch
from peft import LoraConfig, inject_adapter_in_model
from torch import nn

from finetune.low_rank import LowRankLinear


def test_outputs_and_gradients_are_those_of_peft():
    torch.manual_seed(0)
    base = nn.Sequential(nn.Linear(24, 40), nn.GELU(), nn.Linear(40, 16, bias=False)).requires_grad_(False)
    x = torch.randn(2, 7, 24)
    found = []
    for own in (False, True):
        config = LoraConfig(r=4, lora_alpha=6, target_modules=["0", "2"])
        if own:
            config._register_custom_module({nn.Linear: LowRankLinear})
        model = inject_adapter_in_model(config, copy.deepcopy(base))
        assert isinstance(model[0], LowRankLinear) == own
        generator = torch.Generator().manual_seed(1)
        for layer in (model[0], model[2]):  # B is 0 at first, which would hide what it does
            for part in (layer.lora_A, layer.lora_B):
                nn.init.normal_(part["default"].weight, generator=generator)
        inputs = x.clone().requires_grad_()
        y = model(inputs)
        y.square().sum().backward()
        trained = {name: p.grad for name, p in model.named_parameters() if p.requires_grad}
        found.append({"output": y, "input": inputs.grad} | trained)
        model[0].enable_adapters(False)
        assert torch.equal(model[0](x), base[0](x))
    theirs, ours = found
    assert len(theirs) == 6 and theirs.keys() == ours.keys()
    for name in theirs:
        assert torch.allclose(
            theirs[name], ours[name], rtol=1e-4, atol=1e-4 * float(theirs[name].detach().abs().max())
        ), name
