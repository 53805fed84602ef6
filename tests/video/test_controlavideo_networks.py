"""video/controlavideo's networks against the reference, against diffusers' 2-D ones, and at sizes neither has."""

import ast
import lzma

import pytest
import torch
from diffusers import ControlNetModel, UNet2DConditionModel
from diffusers.models.attention_processor import AttnProcessor2_0
from reference import GOLDEN, group, miss, networks

from video.controlavideo import ControlNet3DModel, UNetPseudo3DConditionModel

GATE = 2e-5


@pytest.fixture(autouse=True)
def no_grad():
    with torch.no_grad():
        yield


@pytest.fixture(scope="module")
def tiny_a():
    return networks("tiny_a")


@pytest.mark.parametrize("memory_format", [torch.contiguous_format, torch.channels_last], ids=str)
@pytest.mark.parametrize(
    "name, kind, scale",
    [(name, *way) for name in ("tiny_a", "tiny_b") for way in (("video", 0.7), ("image", 1.0), ("one", 1.0))],
)
def test_both_networks_match_the_reference(name, kind, scale, memory_format):
    unet, controlnet = (network.to(memory_format=memory_format) for network in networks(name))
    expected = {key.removeprefix(f"{kind}."): value for key, value in group(name, "modules").items()}
    inputs = expected["sample"], expected["timestep"], expected["text"]
    hint = expected["hint_u8"].float() / 255
    down, mid = controlnet(*inputs, hint, return_dict=False)
    for i, residual in enumerate(down):
        assert miss(residual, expected[f"cn_down_{i:02}"]) < GATE, i
    assert miss(mid, expected["cn_mid"]) < GATE
    assert miss(unet(*inputs).sample, expected["unet_plain"]) < GATE
    down, mid = controlnet(*inputs, hint, conditioning_scale=scale, return_dict=False)
    assert miss(unet(*inputs, down, mid).sample, expected["unet_ctrl"]) < GATE


@pytest.mark.parametrize("name", ["tiny_a", "tiny_b"])
def test_norms_have_the_epsilon_they_were_trained_with(name):
    unet, _ = networks(name)
    expected, block = group(name, "modules"), unet.down_blocks[0]
    transformed = block.attentions[0](expected["eps.x"], expected["eps.text"])
    assert miss(transformed, expected["eps.transformer_out"]) < GATE
    assert miss(block.resnets[0](expected["eps.x"], expected["eps.emb"]), expected["eps.resnet_out"]) < GATE


def test_parts_match_the_reference_one_by_one(tiny_a):
    expected, found = group("tiny_a", "intermediates"), {}
    for prefix, network in zip(("unet", "controlnet"), tiny_a, strict=True):
        for path, module in network.named_modules():
            if f"{prefix}.{path}" in expected:
                module.register_forward_hook(lambda _, i, out, name=f"{prefix}.{path}": found.update({name: out}))
    inputs = expected["in.sample"], expected["in.timestep"], expected["in.text"]
    tiny_a[1](*inputs, expected["in.hint_u8"].float() / 255)
    found["unet.out"] = tiny_a[0](*inputs).sample
    names = {name for name in expected if not name.startswith("in.")}
    assert set(found) == names and len(names) >= 38
    for name, value in found.items():
        value = value[0] if isinstance(value, tuple) else value  # a block's skips beside what it passes on
        assert miss(value.reshape(expected[name].shape), expected[name]) < GATE, name


def test_names_and_shapes_at_the_published_size():
    published: dict[str, dict] = {}
    for line in lzma.decompress((GOLDEN / "keys_sd15.txt.xz").read_bytes()).decode().splitlines():
        if line.startswith("["):
            keys = published.setdefault(line[1 : line.index("]")], {})
        elif line and not line.startswith("#"):
            _, key, shape = line.split(maxsplit=2)
            keys[key] = ast.literal_eval(shape)
    assert {name: len(keys) for name, keys in published.items()} == {"UNet3D": 902, "ControlNet3D": 453}
    with torch.device("meta"):
        unet, controlnet = (
            network(cross_attention_dim=768) for network in (UNetPseudo3DConditionModel, ControlNet3DModel)
        )
    assert {key: tuple(value.shape) for key, value in unet.state_dict().items()} == published["UNet3D"]
    assert {key: tuple(value.shape) for key, value in controlnet.state_dict().items()} == published["ControlNet3D"]


def flat_networks() -> tuple[UNet2DConditionModel, ControlNetModel]:
    torch.manual_seed(0)
    common = {
        "block_out_channels": (16, 24),
        "down_block_types": ("CrossAttnDownBlock2D", "DownBlock2D"),
        "layers_per_block": 1,
        "cross_attention_dim": 32,
        "attention_head_dim": 4,
        "norm_num_groups": 8,
    }
    up = ("UpBlock2D", "CrossAttnUpBlock2D")
    unet = UNet2DConditionModel(sample_size=8, up_block_types=up, **common)
    controlnet = ControlNetModel(conditioning_embedding_out_channels=(4, 8, 12, 16), **common)
    for parameter in controlnet.parameters():  # its outputs start at zero, where every network agrees
        parameter += 0.02 * torch.randn_like(parameter)
    return unet.eval(), controlnet.eval()


def test_pictures_pass_through_the_2d_network_whatever_the_temporal_weights():
    flat, flat_controlnet = flat_networks()
    unet, controlnet = UNetPseudo3DConditionModel.from_2d(flat), ControlNet3DModel.from_2d(flat_controlnet)
    for network in (unet, controlnet):
        for name, parameter in network.named_parameters():
            if "_temporal" in name:
                parameter.normal_()
    x, t, text, hint = torch.randn(2, 4, 8, 8), torch.tensor([3, 700]), torch.randn(2, 7, 32), torch.rand(2, 3, 64, 64)
    down, mid = flat_controlnet(x, t, text, hint, return_dict=False)
    ours = controlnet(x, t, text, hint)
    assert max(map(miss, [*ours.down_block_res_samples, ours.mid_block_res_sample], [*down, mid])) < GATE
    assert (
        miss(unet(x, t, text, down, mid).sample, flat(x, t, text, None, None, None, None, None, down, mid).sample)
        < GATE
    )
    moving = unet(x[:, :, None], t, text).sample[:, :, 0]
    assert miss(moving, flat(x, t, text).sample) > 0.1  # the same weights do matter to a clip


def test_a_still_clip_is_the_picture_until_the_temporal_layers_are_trained():
    flat, _ = flat_networks()
    unet = UNetPseudo3DConditionModel.from_2d(flat)
    x, text = torch.randn(1, 4, 8, 8), torch.randn(1, 7, 32)
    for frames in (1, 5):
        clip = unet(x[:, :, None].expand(-1, -1, frames, -1, -1), 500, text).sample
        assert miss(clip, flat(x, 500, text).sample[:, :, None].expand_as(clip)) < GATE


@pytest.mark.parametrize("frames, height, width", [(1, 5, 7), (3, 9, 13), (11, 6, 4)])
def test_any_number_of_frames_and_any_size(tiny_a, frames, height, width):
    unet, controlnet = tiny_a
    x, text = torch.randn(1, 4, frames, height, width), torch.randn(1, 7, 32)
    down, mid = controlnet(x, 9, text, torch.rand(1, 3, frames, 8 * height, 8 * width), return_dict=False)
    assert unet(x, 9, text, down, mid).sample.shape == x.shape


def test_joint_attention_is_one_long_sequence(tiny_a):
    """Keys and values are those of the clip, once, and not copied for each frame."""
    seen = []

    class Watching(AttnProcessor2_0):
        def __call__(self, attention, hidden_states, *args, **options):
            seen.append(tuple(hidden_states.shape))
            return super().__call__(attention, hidden_states, *args, **options)

    unet, _ = networks("tiny_a")
    unet.set_attn_processor(Watching())
    unet(torch.randn(2, 4, 3, 8, 8), 9, torch.randn(2, 7, 32))
    assert seen[:3] == [(2, 3 * 64, 16), (2, 3 * 64, 16), (2 * 64, 3, 16)]  # joint, text, along time


def test_more_pixels_than_a_kernel_takes_sequences(tiny_a, monkeypatch):
    x, text = torch.randn(1, 4, 2, 8, 8), torch.randn(1, 7, 32)
    whole = tiny_a[0](x, 9, text).sample
    monkeypatch.setattr("video.controlavideo.modules.MOST_SEQUENCES", 7)
    assert miss(tiny_a[0](x, 9, text).sample, whole) < GATE


def test_bf16_stays_near_fp32(tiny_a):
    inputs = torch.randn(1, 4, 3, 8, 8), torch.tensor(9), torch.randn(1, 7, 32)
    expected = tiny_a[0](*inputs).sample
    unet = networks("tiny_a")[0].to(torch.bfloat16)
    found = unet(inputs[0].bfloat16(), inputs[1], inputs[2].bfloat16()).sample
    assert found.dtype == torch.bfloat16 and miss(found, expected) < 0.1


def test_gradients_are_the_same_with_checkpointing():
    gradients = []
    for checkpointing in (False, True):
        unet, controlnet = networks("tiny_a")
        calls = []
        if checkpointing:
            for network in (unet, controlnet):
                network.enable_gradient_checkpointing()
            unet.mid_block.resnets[0].register_forward_pre_hook(lambda *_, calls=calls: calls.append(1))
        torch.manual_seed(0)
        x, text, hint = torch.randn(1, 4, 2, 8, 8), torch.randn(1, 7, 32), torch.rand(1, 3, 2, 64, 64)
        with torch.enable_grad():
            down, mid = controlnet(x, 9, text, hint, return_dict=False)
            unet(x, 9, text, down, mid).sample.square().mean().backward()
        assert len(calls) == 2 * checkpointing  # run again on the way back
        gradients.append([p.grad for network in (unet, controlnet) for p in network.parameters()])
    assert all(gradient is not None for gradient in gradients[0])
    assert max(map(miss, gradients[1], gradients[0])) < 1e-4


def test_fresh_controlnet_changes_nothing():
    _, flat = flat_networks()
    config = {key: flat.config[key] for key in ("block_out_channels", "layers_per_block", "cross_attention_dim")}
    kinds = ("CrossAttnDownBlockPseudo3D", "DownBlockPseudo3D")
    made = ControlNet3DModel(**config, down_block_types=kinds, attention_head_dim=4, norm_num_groups=8)
    out = made(torch.randn(1, 4, 2, 8, 8), 9, torch.randn(1, 7, 32), torch.rand(1, 3, 2, 64, 64))
    assert all(not residual.any() for residual in [*out.down_block_res_samples, out.mid_block_res_sample])


def test_a_configuration_nobody_has_is_refused():
    with pytest.raises(ValueError, match="only_cross_attention is True"):
        UNetPseudo3DConditionModel(only_cross_attention=True)
    with pytest.raises(ValueError, match="no block CrossAttnDownBlock2D"):
        UNetPseudo3DConditionModel(down_block_types=("CrossAttnDownBlock2D",) * 4)
