"""What a CPU trains with gives the outputs and gradients of what everyone else does."""

import copy

import pytest
import torch
from diffusers.models.attention_processor import Attention, AttnProcessor2_0
from peft import LoraConfig, inject_adapter_in_model
from torch import nn

from finetune import cpu_kernels
from finetune.cpu_kernels import JoinedAttention, LowRankLinear

LAYERS = ["to_q", "to_k", "to_v", "to_out.0"]


def attend(layer: nn.Module, processor: object, cross: bool) -> list[torch.Tensor]:
    """The output, and the gradients of the input and of whatever is trained."""
    layer.set_processor(processor)
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(2, 64, 32, generator=generator, requires_grad=True)
    text = torch.randn(2, 77, 16, generator=generator, requires_grad=True) if cross else None
    out = layer(x, encoder_hidden_states=text)
    inputs = [x, text] if cross else [x]
    return [out, *torch.autograd.grad(out.square().sum(), inputs + [p for p in layer.parameters() if p.requires_grad])]


def with_lora(layer: Attention, dora: bool) -> Attention:
    config = LoraConfig(r=2, lora_alpha=3, target_modules=LAYERS, init_lora_weights=False, use_dora=dora)
    config._register_custom_module({nn.Linear: LowRankLinear})
    return inject_adapter_in_model(config, layer)


@pytest.mark.parametrize("keys", [1024, 10], ids=["plain", "many keys"])
@pytest.mark.parametrize("cross", [False, True], ids=["self", "cross"])
@pytest.mark.parametrize("trained", ["everything", "nothing", "lora", "dora"])
def test_joined_attention_is_everyones(trained: str, cross: bool, keys: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cpu_kernels, "PLAIN_KEYS", keys)
    torch.manual_seed(0)
    layer = Attention(query_dim=32, cross_attention_dim=16 if cross else None, heads=4, dim_head=8)
    layer.requires_grad_(trained == "everything")
    if trained in ("lora", "dora"):
        layer = with_lora(layer, trained == "dora")
    stock = copy.deepcopy(layer)
    joined = JoinedAttention(layer)
    assert (joined.weights[-1] is None) == (trained == "everything")
    pairs = list(zip(attend(stock, AttnProcessor2_0(), cross), attend(layer, joined, cross), strict=True))
    assert len(pairs) == 2 + cross + {"everything": 5, "nothing": 0, "lora": 8, "dora": 12}[trained]
    assert all(a.abs().max() > 0 and torch.allclose(a, b, atol=1e-5, rtol=1e-4) for a, b in pairs)


def test_joined_weights_stay_the_layers_own() -> None:
    layer = Attention(query_dim=32, heads=4, dim_head=8).requires_grad_(False)
    before = [getattr(layer, name).weight.clone() for name in ("to_q", "to_k", "to_v")]
    (joined,) = JoinedAttention(layer).weights
    for name, weight in zip(("to_q", "to_k", "to_v"), before, strict=True):
        now = getattr(layer, name).weight
        assert torch.equal(now, weight) and now.untyped_storage().data_ptr() == joined.untyped_storage().data_ptr()


def test_what_does_more_than_attend_is_left_alone() -> None:
    assert cpu_kernels.ordinary(Attention(query_dim=32, heads=4, dim_head=8))
    assert not cpu_kernels.ordinary(Attention(query_dim=32, heads=4, dim_head=8, upcast_attention=True))
    assert not cpu_kernels.ordinary(Attention(query_dim=32, heads=4, dim_head=8, residual_connection=True))
    assert not cpu_kernels.ordinary(Attention(query_dim=32, heads=4, dim_head=8, qk_norm="layer_norm"))


def test_a_low_rank_layer_s_outputs_and_gradients_are_those_of_peft():
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
