from types import SimpleNamespace

import numpy as np
import pytest
import torch
from diffusers import DPMSolverMultistepScheduler
from PIL import Image

from inference.cli import InputError
from inference.pipelines import load_base
from inference.sampling import Control, as_pictures, decode, embedded, encode, initial_noise, sample

PROMPTS = ["a red lighthouse by the sea", "a castle in the snow", "a tent", "a tree in the hills", "a car"]


@pytest.fixture(scope="module")
def pipe(tiny_base):
    return load_base(str(tiny_base), device="cpu")


def draw(pipe, prompts, seeds, **settings) -> np.ndarray:
    settings = {"height": 128, "width": 128, "num_inference_steps": 4, **settings}
    return np.stack([np.asarray(picture, dtype=int) for picture in sample(pipe, prompts, seeds, **settings)])


@pytest.mark.parametrize("guidance_scale", [7.5, 1.0])
def test_equals_the_stock_pipeline(pipe, guidance_scale):
    ours = draw(pipe, PROMPTS[:2], [3, 4], guidance_scale=guidance_scale, negative_prompt="blurry")
    original = pipe.scheduler
    pipe.scheduler = DPMSolverMultistepScheduler.from_config(original.config)
    try:
        theirs = pipe(
            PROMPTS[:2],
            negative_prompt=["blurry"] * 2,
            latents=initial_noise(pipe, [3, 4], 128, 128),
            num_inference_steps=4,
            guidance_scale=guidance_scale,
        ).images
    finally:
        pipe.scheduler = original
    assert np.abs(ours - np.stack([np.asarray(picture, dtype=int) for picture in theirs])).max() <= 1


@pytest.fixture(scope="module")
def controlnet(pipe):
    """A ControlNet of the tiny base whose features are not zero, as they are before training."""
    from diffusers import ControlNetModel

    torch.manual_seed(2)
    model = ControlNetModel.from_unet(pipe.unet, conditioning_embedding_out_channels=(8, 8, 16, 16))
    for name, weight in model.named_parameters():
        if name.startswith("controlnet_") and weight.ndim == 4:
            torch.nn.init.kaiming_normal_(weight)
    return model.eval()


def squares(count: int) -> list[np.ndarray]:
    maps = np.zeros((count, 128, 128, 3), np.uint8)
    for i in range(count):
        maps[i, 40 * i : 40 * i + 40, 20:100] = 255
    return list(maps)


@pytest.mark.parametrize(("scale", "end"), [(1.0, 1.0), (0.6, 0.5)])
def test_a_controlnet_does_what_it_does_in_the_stock_pipeline(pipe, controlnet, scale, end):
    from diffusers import StableDiffusionControlNetPipeline

    maps = squares(2)
    ours = draw(pipe, PROMPTS[:2], [3, 4], control=Control(controlnet, maps, scale, end))
    stock = StableDiffusionControlNetPipeline(
        **pipe.components | {"scheduler": DPMSolverMultistepScheduler.from_config(pipe.scheduler.config)},
        controlnet=controlnet,
        requires_safety_checker=False,
    )
    theirs = stock(
        PROMPTS[:2],
        [Image.fromarray(m) for m in maps],
        latents=initial_noise(pipe, [3, 4], 128, 128),
        num_inference_steps=4,
        controlnet_conditioning_scale=scale,
        control_guidance_end=end,
    ).images
    assert np.abs(ours - np.stack([np.asarray(picture, dtype=int) for picture in theirs])).max() <= 1
    assert np.abs(ours - draw(pipe, PROMPTS[:2], [3, 4])).max() > 2


def test_each_picture_of_a_batch_has_its_own_map(pipe, controlnet):
    maps = squares(3)
    together = draw(pipe, PROMPTS[:3], [0, 1, 2], control=Control(controlnet, maps), batch_size=2)
    alone = draw(pipe, PROMPTS[2:3], [2], control=Control(controlnet, maps[2:]))
    assert np.abs(together[2:] - alone).max() <= 1
    assert np.abs(alone - draw(pipe, PROMPTS[2:3], [2], control=Control(controlnet, maps[:1]))).max() > 1


def test_batch_size_and_neighbours_do_not_change_a_picture(pipe):
    seeds = [7, 8, 9, 10, 11]
    one_by_one = draw(pipe, PROMPTS, seeds, batch_size=1)
    assert np.abs(draw(pipe, PROMPTS, seeds, batch_size=3) - one_by_one).max() <= 1
    assert np.abs(draw(pipe, PROMPTS[3:], seeds[3:]) - one_by_one[3:]).max() <= 1


def test_prompt_seed_guidance_and_negative_prompt_all_count(pipe):
    plain = draw(pipe, PROMPTS[:1], [1])
    assert (draw(pipe, PROMPTS[:1], [1]) == plain).all()
    for other in (
        draw(pipe, PROMPTS[1:2], [1]),
        draw(pipe, PROMPTS[:1], [2]),
        draw(pipe, PROMPTS[:1], [1], guidance_scale=2.0),
        draw(pipe, PROMPTS[:1], [1], negative_prompt="fog"),
    ):
        assert np.abs(other - plain).max() > 1


def test_noise_is_the_cpu_generators_whatever_the_precision(pipe):
    noise = initial_noise(pipe, [5, 6], 128, 64)
    assert noise.shape == (2, 4, 16, 8)
    assert torch.equal(noise[1:], torch.randn(1, 4, 16, 8, generator=torch.Generator().manual_seed(6)))


def test_each_prompt_is_encoded_once_as_the_pipeline_does(pipe):
    seen = []
    handle = pipe.text_encoder.register_forward_pre_hook(lambda _, inputs: seen.extend(inputs[0]))
    try:
        text = encode(pipe, ["a car", "a tent", "a car", ""])
    finally:
        handle.remove()
    assert pipe.tokenizer.batch_decode(seen, skip_special_tokens=True) == ["a car", "a tent", ""]
    with torch.no_grad():
        assert torch.equal(text["a car"]["states"], pipe.encode_prompt(["a car"], "cpu", 1, False)[0])
    assert text["a car"]["states"].shape == (1, 77, 32)


def test_bf16_draws_nearly_the_same_picture(pipe, tiny_base):
    half = load_base(str(tiny_base), device="cpu", dtype=torch.bfloat16)
    assert np.abs(draw(half, PROMPTS[:1], [0]) - draw(pipe, PROMPTS[:1], [0])).mean() < 8


def test_other_sizes(pipe):
    picture = next(sample(pipe, PROMPTS[:1], [0], height=72, width=200, num_inference_steps=2))
    assert isinstance(picture, Image.Image) and picture.size == (200, 72)


def test_pixels_are_rounded_and_not_cut():
    """-1 is black, 1 is white, and what lies beyond is cut off."""
    values = torch.tensor([-9, -1, 2 * 0.4 / 255 - 1, 2 * 0.6 / 255 - 1, 2 * 100.5001 / 255 - 1, 1, 9])

    class Vae:
        config = SimpleNamespace(scaling_factor=0.5)

        def decode(self, latents, return_dict):
            return ((latents / 2).expand(-1, 3, -1, -1),)  # and so undo the scaling

    (picture,) = as_pictures(decode(SimpleNamespace(vae=Vae()), values[None, None, None]))
    assert [pixel[0] for pixel in np.asarray(picture)[0]] == [0, 0, 0, 1, 101, 255, 255]


def test_a_picture_that_is_not_finite_is_no_picture(tiny_base):
    broken = load_base(str(tiny_base), device="cpu")
    torch.nn.init.constant_(broken.vae.decoder.conv_out.weight, 3e38)  # finite, and a sum of it is not
    with pytest.raises(InputError, match="--mixed_precision no"):
        draw(broken, PROMPTS[:1], [0])


@pytest.mark.parametrize("part", ["unet", "text_encoder", "vae"])
def test_weights_of_the_base_that_are_not_finite_are_named(tiny_base, part):
    broken = load_base(str(tiny_base), device="cpu")
    name, weight = list(getattr(broken, part).named_parameters())[-1]
    weight.data.view(-1)[0] = float("nan")
    with pytest.raises(InputError, match=rf"{tiny_base / part} holds numbers that are not finite .* {name};"):
        draw(broken, PROMPTS[:1], [0])


def test_maps_are_embedded_once(pipe, controlnet):
    seen = []
    handle = controlnet.controlnet_cond_embedding.register_forward_hook(lambda *_: seen.append(1))
    try:
        draw(pipe, PROMPTS[:3], [1, 2, 3], control=Control(controlnet, squares(3)))
    finally:
        handle.remove()
    assert len(seen) == 1  # of four steps


@pytest.mark.parametrize("order", ["rgb", "bgr"])
def test_what_was_embedded_gives_what_the_maps_give(controlnet, order):
    whole = controlnet.controlnet_cond_embedding
    maps = torch.rand(2, 3, 128, 128)
    x, text = (
        torch.randn(4, controlnet.config.in_channels, 16, 16),
        torch.randn(4, 77, controlnet.config.cross_attention_dim),
    )
    controlnet.register_to_config(controlnet_conditioning_channel_order=order)
    try:
        with torch.no_grad():
            _, theirs = controlnet(x, 5, text, maps.repeat(2, 1, 1, 1), return_dict=False)
            with embedded(controlnet, maps, 2) as condition:
                _, ours = controlnet(x, 5, text, condition, return_dict=False)
        assert torch.equal(ours, theirs)
        with pytest.raises(KeyboardInterrupt), embedded(controlnet, maps, 2):
            raise KeyboardInterrupt
        assert controlnet.controlnet_cond_embedding is whole
    finally:
        controlnet.register_to_config(controlnet_conditioning_channel_order="rgb")
