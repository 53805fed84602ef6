"""LoRA files of other tools: names, decompositions, and what is no LoRA; values by hand and by peft."""

import json
import re
from pathlib import Path

import pytest
import torch
from helpers import stock_pipeline
from safetensors.torch import load_file, save_file
from tiny_models import make_lora

from inference.adapters import LORA_WEIGHTS, find_lora, read_lora
from inference.cli import InputError
from inference.formats.lora_names import layer_table, place
from inference.pipelines import load_base
from inference.strategies import with_lora

# the tiny base's places in an SD checkpoint, one layer per level and one more on the way up, as CompVis numbers them
SGM_NAMES = {
    "down_blocks.0.attentions.0": "input_blocks.1.1",
    "mid_block.attentions.0": "middle_block.1",
    "up_blocks.1.attentions.0": "output_blocks.2.1",
    "up_blocks.1.attentions.1": "output_blocks.3.1",
}


@pytest.fixture(scope="module")
def pipe(tiny_base):
    return load_base(str(tiny_base), device="cpu")


def weights(pipe) -> dict[str, torch.Tensor]:
    models = {"unet": pipe.unet, "text_encoder": pipe.text_encoder}
    return {f"{part}.{name}": value for part, model in models.items() for name, value in model.state_dict().items()}


def dora_by_hand(weight: torch.Tensor, delta: torch.Tensor, lengths: torch.Tensor) -> torch.Tensor:
    """m (W + B A) / ||W + B A||, a length per output (Liu et al. 2024, equation 5)."""
    new = weight + delta
    norms = new.flatten(1).norm(dim=1)
    return new * (lengths.flatten() / norms).reshape(-1, *[1] * (new.ndim - 1))


@pytest.mark.parametrize("ending", ["lora_magnitude_vector", "lora_magnitude_vector.weight"])
def test_dora_of_a_text_encoder_by_hand(pipe, tiny_base, tmp_path, ending):
    file = make_lora(tiny_base, tmp_path, text_encoder=True, use_dora=True) / LORA_WEIGHTS
    before = {name: value.clone() for name, value in weights(pipe).items()}
    tensors = load_file(file)
    found = {}
    for name in [name for name in tensors if "lora_magnitude_vector" in name]:
        module = name.partition(".lora_magnitude_vector")[0]
        found[f"{module}.{ending}"] = lengths = tensors.pop(name)
        lora = "lora_linear_layer" if module.startswith("text") else "lora"
        delta = tensors[f"{module}.{lora}.up.weight"] @ tensors[f"{module}.{lora}.down.weight"]
        before[f"{module}.weight"] = dora_by_hand(before[f"{module}.weight"], delta, lengths)
    save_file(tensors | found, file)
    with with_lora(pipe, read_lora(file, tiny_base)):
        after = weights(pipe)
        wrong = [name for name in before if not torch.allclose(after[name], before[name], atol=1e-6)]
    assert sum(name.startswith("text_encoder") for name in found) == 8 and not wrong


def conv_lora(pipe, rank: int = 4) -> tuple[str, dict[str, torch.Tensor]]:
    """A 3x3 convolution of the tiny base, and a random LoRA of it."""
    module = "down_blocks.0.resnets.0.conv1"
    out, width, *kernel = pipe.unet.get_submodule(module).weight.shape
    random = torch.Generator().manual_seed(0)
    down, up = torch.randn(rank, width, *kernel, generator=random), torch.randn(out, rank, 1, 1, generator=random)
    return module, {"down": down * 0.3, "up": up * 0.3, "lengths": torch.rand(out, generator=random) + 0.5}


@pytest.mark.parametrize("layout", ["peft", "kohya"])
def test_dora_of_a_convolution_by_hand(pipe, tiny_base, tmp_path, layout):
    """And a layer beside it that has no lengths is a plain LoRA."""
    module, lora = conv_lora(pipe)
    plain = "mid_block.attentions.0.transformer_blocks.0.attn1.to_q"
    rows, columns = torch.full((32, 2), 0.1), torch.full((2, 32), 0.2)
    if layout == "peft":
        names = {"down": "lora_A.weight", "up": "lora_B.weight"}
        prefix, beside = f"unet.{module}", f"unet.{plain}"
        tensors = {f"{prefix}.lora_magnitude_vector": lora["lengths"][None, :, None, None]}
    else:
        names = {"down": "lora_down.weight", "up": "lora_up.weight"}
        prefix, beside = ("lora_unet_" + path.replace(".", "_") for path in (module, plain))
        tensors = {f"{prefix}.dora_scale": lora["lengths"][:, None, None, None]}
    tensors |= {f"{prefix}.{name}": lora[part] for part, name in names.items()}
    save_file(
        tensors | {f"{beside}.{names['down']}": columns, f"{beside}.{names['up']}": rows}, tmp_path / "a.safetensors"
    )
    layer, other = pipe.unet.get_submodule(module), pipe.unet.get_submodule(plain)
    delta = torch.einsum("or,rihw->oihw", lora["up"].flatten(1), lora["down"])
    expected = dora_by_hand(layer.weight, delta, lora["lengths"]), other.weight + rows @ columns
    with with_lora(pipe, read_lora(tmp_path, tiny_base)):
        assert torch.allclose(pipe.unet.get_submodule(module).weight, expected[0], atol=1e-6)
        assert torch.allclose(pipe.unet.get_submodule(plain).weight, expected[1], atol=1e-6)
    assert pipe.unet.get_submodule(module) is layer


def test_what_a_library_does_not_take_is_noticed_by_its_values(pipe, tiny_base, tiny_lora_text, monkeypatch):
    """diffusers and transformers skip or reset what they cannot place, without a word and under the right names."""
    load = pipe.load_lora_into_text_encoder

    def resets_one(weights, *args, **options):
        load(weights, *args, **options)
        one = next(parameter for name, parameter in pipe.text_encoder.named_parameters() if "lora_B" in name)
        one.data = torch.zeros_like(one)

    monkeypatch.setattr(pipe, "load_lora_into_text_encoder", resets_one)
    with (
        pytest.raises(AssertionError, match=r"1 of \d+ tensors .*lora_B"),
        with_lora(pipe, read_lora(tiny_lora_text, tiny_base)),
    ):
        pass


def as_layout(layout: str, lora_file: Path, folder: Path) -> Path:
    """A LoRA of the tiny base by the names of another tool; peft's alpha is twice the rank."""
    renamed = {}
    for name, tensor in load_file(lora_file).items():
        part, module, half = re.fullmatch(
            r"(unet|text_encoder)\.(.+)\.(?:lora|lora_linear_layer)\.(down|up)\.weight", name
        ).groups()
        if part == "unet":
            block = next(block for block in SGM_NAMES if module.startswith(block))
            sgm, comfy, kohya = module.replace(block, SGM_NAMES[block]), "diffusion_model", "lora_unet"
        else:
            sgm = module = "text_model." + module.removeprefix("text_model.")
            comfy, kohya = "text_encoders.clip_l.transformer", "lora_te"
        letter = {"down": "A", "up": "B"}[half]
        new = {
            "peft": f"base_model.model.{module}.lora_{letter}.weight",
            "peft in memory": f"base_model.model.{module}.lora_{letter}.default.weight",
            "ComfyUI": f"{comfy}.{sgm}.lora_{half}.weight",
            "ComfyUI, diffusers' paths": f"{comfy}.{module}.lora_{letter}.weight",
            "kohya, SGM": f"{kohya}_{sgm.replace('.', '_')}.lora_{half}.weight",
            "LyCORIS": f"lycoris_{module.replace('.', '_')}.lora_{half}.weight",
        }[layout]
        renamed[new] = tensor / 2 if layout.startswith("peft") and half == "up" else tensor
        if layout in ("kohya, SGM", "LyCORIS"):
            renamed[f"{new.partition('.')[0]}.alpha"] = torch.tensor(4.0)
    if layout.startswith("peft"):
        config = {"peft_type": "LORA", "r": 4, "lora_alpha": 8, "target_modules": ["to_q"]}
        (folder / "adapter_config.json").write_text(json.dumps(config))
    save_file(renamed, folder / "adapter_model.safetensors")
    return folder


@pytest.mark.parametrize(
    "layout", ["peft", "peft in memory", "ComfyUI", "ComfyUI, diffusers' paths", "kohya, SGM", "LyCORIS"]
)
def test_other_tools_names_are_the_same_lora(tiny_base, tiny_lora_text, tmp_path, layout):
    expected = read_lora(tiny_lora_text, tiny_base).state_dict(torch.float32)
    file = read_lora(as_layout(layout, tiny_lora_text / LORA_WEIGHTS, tmp_path), tiny_base)
    found = file.state_dict(torch.float32)
    assert found.keys() == expected.keys() and len(found) == 64 + 16
    assert all(torch.allclose(found[name], expected[name]) for name in found)


# the same layers by the names of stable-diffusion-v1-5's folder and of its v1-5-pruned.safetensors
SD15 = {
    "lora_unet_input_blocks_3_0_op.lora_mid.weight": ("down_blocks.0.downsamplers.0.conv", "mid"),
    "lora_unet_input_blocks_8_1_transformer_blocks_0_attn2_to_v.lora_up.weight": (
        "down_blocks.2.attentions.1.transformer_blocks.0.attn2.to_v", "up"),
    "lora_unet_middle_block_1_transformer_blocks_0_ff_net_0_proj.alpha": (
        "mid_block.attentions.0.transformer_blocks.0.ff.net.0.proj", "alpha"),
    "lycoris_output_blocks_3_1_proj_in.lora_down.weight": ("up_blocks.1.attentions.0.proj_in", "down"),
    "diffusion_model.output_blocks.5.2.conv.lora_A.weight": ("up_blocks.1.upsamplers.0.conv", "down"),
    "lora_unet_output_blocks_11_0_skip_connection.dora_scale": ("up_blocks.3.resnets.2.conv_shortcut", "magnitude"),
    "unet.up_blocks.3.resnets.2.time_emb_proj.lora.up.weight": ("up_blocks.3.resnets.2.time_emb_proj", "up"),
}  # fmt: skip


def test_every_layer_of_sd15_has_both_of_its_names():
    from diffusers import UNet2DConditionModel

    with torch.device("meta"):
        unet = UNet2DConditionModel(cross_attention_dim=768).state_dict()
    layers = layer_table({f"unet.{name}": tuple(tensor.shape) for name, tensor in unet.items()})
    count = sum(name.endswith(".weight") and tensor.ndim > 1 for name, tensor in unet.items())
    assert len({path for path, _ in layers.values()}) == count == 282 and len(layers) == 2 * count
    assert {name: place(name, layers) for name in SD15} == {k: (f"unet.{m}", part) for k, (m, part) in SD15.items()}


def test_peft_s_own_writer_is_read_with_its_alpha(pipe, tiny_base, tmp_path):
    """What PeftModel.save_pretrained writes of a UNet: prefix, and alpha in a file beside."""
    from peft import LoraConfig, get_peft_model

    stock = stock_pipeline(tiny_base)
    config = LoraConfig(r=2, lora_alpha=6, target_modules=["to_q", "conv1"], init_lora_weights=False)
    model = get_peft_model(stock.unet, config)
    model.save_pretrained(tmp_path)
    model.merge_and_unload()
    expected = weights(stock)
    with with_lora(pipe, read_lora(tmp_path, tiny_base)):
        found = weights(pipe)
        assert all(torch.allclose(found[name], expected[name], atol=1e-6) for name in expected)


def test_a_convolution_in_three_parts(pipe, tiny_base, tmp_path):
    """LoCon's Tucker form is three convolutions one after the other, 1x1, 3x3 and 1x1; here by a checkpoint's names."""
    module, lora = conv_lora(pipe)
    layer = pipe.unet.get_submodule(module)
    random = torch.Generator().manual_seed(1)
    down, mid = torch.randn(4, 16, 1, 1, generator=random), torch.randn(4, 4, 3, 3, generator=random)
    parts = {"lora_down.weight": down, "lora_mid.weight": mid, "lora_up.weight": lora["up"], "alpha": torch.tensor(2.0)}
    prefix = "lora_unet_input_blocks_1_0_in_layers_2."
    save_file({prefix + name: tensor for name, tensor in parts.items()}, tmp_path / "a.safetensors")
    x = torch.randn(1, 16, 8, 8, generator=random)
    convolved = torch.nn.functional.conv2d
    with torch.no_grad():
        step = convolved(convolved(convolved(x, down), mid, padding=1), lora["up"])
        expected = layer(x) + 2 / 4 * step
        with with_lora(pipe, read_lora(tmp_path, tiny_base)):
            assert torch.allclose(pipe.unet.get_submodule(module)(x), expected, atol=1e-4)


@pytest.mark.parametrize("path", ["proj_in", "transformer_blocks.0.attn1.to_q"])
def test_one_by_one_kernels_with_and_without_their_ones(pipe, tiny_base, tmp_path, path):
    """A 1x1 convolution's LoRA kept as a matrix, and a linear layer's kept as convolutions, as extractors do."""
    module = f"mid_block.attentions.0.{path}"
    layer = pipe.unet.get_submodule(module)
    ones = [1, 1] * (layer.weight.ndim == 2)
    down, up = torch.randn(4, 32, generator=torch.Generator().manual_seed(0)), torch.eye(32, 4)
    tensors = {"lora_down.weight": down.reshape(4, 32, *ones), "lora_up.weight": up.reshape(32, 4, *ones)}
    prefix = "lora_unet_" + module.replace(".", "_")
    save_file({f"{prefix}.{name}": tensor for name, tensor in tensors.items()}, tmp_path / "a.safetensors")
    expected = layer.weight + (up @ down).reshape(layer.weight.shape)
    with with_lora(pipe, read_lora(tmp_path, tiny_base)):
        assert torch.allclose(pipe.unet.get_submodule(module).weight, expected, atol=1e-6)


def test_what_does_not_fit_its_layer_or_its_other_half_is_refused_with_shapes(tiny_base, tmp_path):
    for down, up, words in (
        ((4, 31), (32, 4), r"is \[4, 31\], which does not fit the \[32, 32\]"),
        ((4, 32), (32, 5), r"is \[32, 5\], which does not fit"),
        ((4, 32, 3, 3), (32, 4, 1, 1), r"is \[4, 32, 3, 3\], which does not fit"),
    ):
        tensors = {"lora_down.weight": torch.zeros(down), "lora_up.weight": torch.zeros(up)}
        save_file({f"{LAYER}.{name}": tensor for name, tensor in tensors.items()}, tmp_path / "a.safetensors")
        with pytest.raises(InputError, match=words):
            read_lora(tmp_path, tiny_base)


def test_one_tensor_under_two_names_is_refused(tiny_base, tiny_lora, tmp_path):
    tensors = load_file(tiny_lora / LORA_WEIGHTS)
    name = next(iter(tensors))
    save_file(tensors | {name.removeprefix("unet."): tensors[name] * 2}, tmp_path / "a.safetensors")
    with pytest.raises(InputError, match=r"the same tensor under two names, one of them .*lora\.down\.weight"):
        read_lora(tmp_path, tiny_base)


@pytest.mark.parametrize("config", ["{", "[]", '{"r": 4}', '{"r": 0, "lora_alpha": 4}'])
def test_peft_s_configuration_is_needed_whole(tiny_base, tiny_lora_text, tmp_path, capsys, config):
    folder = as_layout("peft", tiny_lora_text / LORA_WEIGHTS, tmp_path)
    (folder / "adapter_config.json").write_text(config)
    with pytest.raises(InputError, match=r"adapter_config\.json cannot be read as peft's configuration"):
        read_lora(folder, tiny_base)
    in_header = {"lora_adapter_metadata": config.replace('"r"', '"unet.r"').replace('"lora', '"unet.lora')}
    save_file(load_file(tiny_lora_text / LORA_WEIGHTS), tmp_path / "a.safetensors", in_header)
    with pytest.raises(InputError, match=r"lora_adapter_metadata in .* cannot be read as peft's configuration"):
        read_lora(tmp_path / "a.safetensors", tiny_base)
    (folder / "adapter_config.json").unlink()
    read_lora(folder / "adapter_model.safetensors", tiny_base)
    assert "where peft keeps a LoRA's alpha; it is taken to be the rank" in capsys.readouterr().out


def test_bundled_words_are_left_out_and_said(tiny_base, tiny_lora, tmp_path, capsys):
    more = {f"bundle_emb.{word}.string_to_param.*": torch.zeros(2, 32) for word in ("mood", "haze")}
    save_file(load_file(tiny_lora / LORA_WEIGHTS) | more, tmp_path / "a.safetensors")
    expected = read_lora(tiny_lora, tiny_base).state_dict(torch.float32)
    for _ in range(2):
        found = read_lora(tmp_path, tiny_base).state_dict(torch.float32)
    assert all(torch.equal(found[name], expected[name]) for name in found | expected)
    assert capsys.readouterr().out.count("note: the embeddings in") == 1


LAYER = "lora_unet_mid_block_attentions_0_transformer_blocks_0_attn1_to_q"  # (32, 32)
OTHERS = {
    "LoHa": ({f"{LAYER}.hada_w1_a": (32, 4), f"{LAYER}.hada_w1_b": (4, 32), f"{LAYER}.alpha": ()}, "LoHa weights"),
    "LoKr": ({f"lycoris_{LAYER[10:]}.lokr_w1": (4, 4), f"lycoris_{LAYER[10:]}.lokr_w2": (8, 8)}, "LoKr weights"),
    "full": ({f"{LAYER}.diff": (32, 32)}, "full differences"),
    "bias": ({f"{LAYER}.lora_down.weight": (4, 32), f"{LAYER}.lora_up.weight": (32, 4), f"{LAYER}.diff_b": (32,)},
             "full differences"),
    "norm": ({f"{LAYER}.lora_down.weight": (4, 32), f"{LAYER}.lora_up.weight": (32, 4),
              "lora_unet_mid_block_attentions_0_norm.w_norm": (32,)}, "norms that were trained"),
    "DoRA": ({f"{LAYER}.lora_down.weight": (4, 32), f"{LAYER}.lora_up.weight": (32, 4), f"{LAYER}.dora_scale": (1, 32)},
             "DoRA over the inputs"),
    "word": ({"<my-look>": (2, 32)}, "an embedding"),
    "A1111's word": ({"emb_params": (2, 32)}, "an embedding"),
    "hypernetwork": ({"768.0.linear.0.weight": (64, 32), "768.0.linear.0.bias": (64,)}, "a hypernetwork"),
    "model": ({"model.diffusion_model.input_blocks.0.0.weight": (16, 4, 3, 3), "a": (1,)}, "a whole model"),
    "something": ({"layer.weight": (2, 2), "layer.bias": (2,)}, "is no LoRA"),
}  # fmt: skip


@pytest.mark.parametrize("kind", OTHERS)
def test_what_is_no_lora_is_refused_by_its_name(tiny_base, tmp_path, kind):
    """Whatever the base: "name the base it was trained on" would lead nowhere."""
    shapes, words = OTHERS[kind]
    save_file({name: torch.zeros(shape) for name, shape in shapes.items()}, tmp_path / "a.safetensors")
    with pytest.raises(InputError, match=words) as refusal:
        read_lora(tmp_path, tiny_base)
    assert "it was trained on" not in str(refusal.value) and str(find_lora(tmp_path)) in str(refusal.value)
