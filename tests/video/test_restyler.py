"""video/restyler.py: with everything off diffusers' pipelines to the bit, with all on the same in any batch."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from diffusers import (
    ControlNetModel,
    DPMSolverMultistepScheduler,
    LCMScheduler,
    StableDiffusionControlNetImg2ImgPipeline,
    StableDiffusionControlNetPipeline,
)
from tiny_models import add_controlnet, make_tiny_base

from inference.cli import InputError
from inference.detectors import canny
from inference.pipelines import load_base
from inference.schedules import KINDS
from video.restyler import AnchorAttention, Batch, Follow, Memory, Recipe, Restyler

OFF = {"shared_noise": False, "anchor_attention": False, "flow_end": 0.0}
SIDES = (40, 64)


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    return add_controlnet(make_tiny_base(tmp_path_factory.mktemp("video") / "tiny"))


@pytest.fixture
def loaded(base):
    return load_base(str(base), device="cpu"), ControlNetModel.from_pretrained(base / "controlnet-canny").eval()


def batch(count: int, indices=None) -> Batch:
    """A texture that moves to the right by 4 pixels a frame; each frame knows its flow to frame 0."""
    world = np.random.default_rng(0).integers(0, 255, (SIDES[0] // 8, 20, 3), dtype=np.uint8)
    world = np.kron(world, np.ones((8, 8, 1), np.uint8))
    pictures = [world[:, 60 - 4 * i : 60 - 4 * i + SIDES[1]] for i in range(count)]
    maps = np.stack([canny(picture) for picture in pictures])
    flow = np.zeros((count, 2, *SIDES), np.float32)
    seen = np.ones((count, 1, *SIDES), np.float32)
    for i in range(count):
        flow[i, 0], seen[i, :, :, : 4 * i] = -4 * i, 0
    pixels = torch.from_numpy(np.stack(pictures)).permute(0, 3, 1, 2).float() / 127.5 - 1
    return Batch(
        pixels,
        torch.from_numpy(maps).permute(0, 3, 1, 2).float() / 255,
        indices or list(range(count)),
        torch.from_numpy(flow),
        torch.from_numpy(seen),
    )


def part(whole: Batch, of: slice) -> Batch:
    return Batch(whole.pictures[of], whole.maps[of], whole.indices[of], whole.flow[of], whole.seen[of])


@pytest.mark.parametrize("guidance", [1.0, 7.5])
@pytest.mark.parametrize("strength", [1.0, 0.6])
@pytest.mark.parametrize(("end", "solver"), [(1.0, "dpm++"), (0.5, "dpm++"), (1.0, "lcm")])
def test_one_frame_with_everything_off_is_the_pipeline_of_diffusers(loaded, guidance, strength, end, solver):
    pipe, controlnet = loaded
    one = batch(1, [3])
    off = {**OFF, "scheduler": solver}
    scheduler = {"dpm++": DPMSolverMultistepScheduler, "lcm": LCMScheduler}[solver].from_config(pipe.scheduler.config)
    kind = StableDiffusionControlNetPipeline if strength == 1 else StableDiffusionControlNetImg2ImgPipeline
    parts = {**pipe.components, "scheduler": scheduler, "controlnet": controlnet}
    reference = kind(**parts, requires_safety_checker=False)
    reference.set_progress_bar_config(disable=True)
    if strength == 1:
        pictures = {"image": one.maps, "height": SIDES[0], "width": SIDES[1]}
    else:
        pictures = {"image": one.pictures / 2 + 0.5, "control_image": one.maps, "strength": strength}
    expected = reference(
        "a house",
        negative_prompt="fog",
        num_inference_steps=6,
        guidance_scale=guidance,
        **pictures,
        control_guidance_end=end,
        controlnet_conditioning_scale=0.8,
        generator=torch.Generator().manual_seed(5 + 3),
        output_type="pt",
    ).images
    recipe = Recipe(6, guidance, strength, 0.8, end, seed=5, **off)
    found = Restyler(pipe, controlnet, recipe, "a house", "fog").draw(one, None, None)
    assert torch.equal(found, expected)
    changed = Restyler(pipe, controlnet, Recipe(6, guidance, strength, 0.8, end, seed=6, **off), "a house", "fog")
    assert not torch.equal(changed.draw(one, None, None), expected)


def test_attention_without_an_anchor_is_that_of_diffusers(loaded):
    layer = next(m for name, m in loaded[0].unet.named_modules() if name.endswith("attn1"))
    tokens = torch.randn(2, 40, layer.to_q.in_features, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        expected = layer(tokens)
        layer.set_processor(AnchorAttention())
        assert torch.equal(layer(tokens), expected)
        # the same keys and values twice weigh the same as once
        layer.processor.recording = True
        layer(tokens)
        layer.processor.anchor = layer.processor.recorded
        assert torch.allclose(layer(tokens), expected, atol=1e-5)


def test_frames_attend_to_themselves_and_to_the_anchor_of_their_half(loaded):
    """As diffusers' attention does over both frames' tokens: two halves, unconditional and not, of three frames."""
    layer = next(m for name, m in loaded[0].unet.named_modules() if name.endswith("attn1"))
    generator = torch.Generator().manual_seed(0)
    anchor, tokens = (3 * torch.randn(n, 40, layer.to_q.in_features, generator=generator) for n in (2, 6))
    with torch.inference_mode():
        expected = layer(tokens, torch.cat([tokens, anchor.repeat_interleave(3, 0)], 1))
        alone = layer(tokens)
        layer.set_processor(AnchorAttention())
        layer.processor.recording = True
        layer(anchor)
        layer.processor.anchor = layer.processor.recorded
        assert torch.allclose(layer(tokens), expected, atol=1e-5)
    assert not torch.allclose(alone, expected, atol=1e-3)


def shot(restyler: Restyler, whole: Batch, sizes: list[int]) -> torch.Tensor:
    """The first frame as anchor and key frame, the others in batches of these sizes."""
    memory = Memory()
    frames = [restyler.draw(part(whole, slice(0, 1)), None, None, memory)]
    at = 1
    for size in sizes:
        frames.append(restyler.draw(part(whole, slice(at, at + size)), memory, memory))
        at += size
    return torch.cat(frames)


@pytest.mark.parametrize("solver", ["dpm++", "lcm"])
def test_batches_and_chunks_do_not_matter(loaded, solver):
    restyler = Restyler(*loaded, Recipe(6, strength=0.7, scheduler=solver), "a house")
    whole = batch(9)
    together = shot(restyler, whole, [8])
    for sizes in ([1] * 8, [3, 5], [7, 1]):
        assert (shot(restyler, whole, sizes) - together).abs().max() < 1e-4
    again = shot(restyler, part(whole, slice(0, 5)), [4])
    assert (again - together[:5]).abs().max() < 1e-4
    assert torch.equal(shot(restyler, whole, [3, 5]), shot(restyler, whole, [3, 5]))


def test_equal_frames_are_drawn_equal(loaded):
    restyler = Restyler(*loaded, Recipe(6, strength=0.7), "a house")
    still = part(batch(1), slice(0, 1))
    whole = Batch(
        *(torch.cat([tensor] * 4) for tensor in (still.pictures, still.maps)),
        list(range(4)),
        *(torch.cat([tensor] * 4) for tensor in (still.flow, still.seen)),
    )
    frames = shot(restyler, whole, [3])
    assert (frames - frames[:1]).abs().max() < 1e-4


# x0 by hand, of x and a prediction where half of the variance is signal
X0 = {
    "epsilon": lambda x, eps: (x - 0.5**0.5 * eps) / 0.5**0.5,
    "v_prediction": lambda x, v: 0.5**0.5 * x - 0.5**0.5 * v,
}


@pytest.mark.parametrize("kind", X0)
def test_only_what_the_key_frame_shows_is_drawn_towards_it(kind):
    latents, x0, predicted = torch.randn(3, 1, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    seen = torch.ones(1, 1, 64, 64)
    seen[..., :32] = 0
    blank = torch.zeros(1, 3, 64, 64)
    follow = Follow(Batch(blank, blank, [0], torch.zeros(1, 2, 64, 64), seen), latents)
    restyler, kept = SimpleNamespace(_noising=KINDS[kind]), Memory()
    found = Restyler._follow(restyler, predicted, latents, 0.5, (follow.seen, follow.moved(x0)), kept)
    assert torch.equal(found[..., :4], predicted[..., :4])
    shown = X0[kind](latents, found)
    assert torch.allclose(shown[..., 4:], x0[..., 4:], atol=1e-4)
    assert torch.allclose(kept.x0[0], shown, atol=1e-4)


def test_a_base_that_predicts_velocity_is_held_together_too(loaded):
    pipe, controlnet = loaded
    pipe.scheduler.register_to_config(prediction_type="v_prediction")
    apart = {}
    for end in (0.0, 1.0):
        recipe = Recipe(8, seed=1, **{**OFF, "flow_end": end})
        frames = shot(Restyler(pipe, controlnet, recipe, "a house"), batch(3), [2])
        apart[end] = (frames[1, :, :, 4:] - frames[0, :, :, :-4]).square().mean()
    assert apart[1.0] < 0.5 * apart[0.0], apart
    pipe.scheduler.register_to_config(prediction_type="sample")
    with pytest.raises(InputError, match="predicts sample needs --consistency none"):
        Restyler(pipe, controlnet, Recipe(4, flow_end=0.5), "a house")


@pytest.mark.parametrize(("end", "steps"), [(0.0, 0), (0.5, 3), (1.0, 6)])
def test_the_flow_is_followed_for_its_share_of_the_steps(loaded, end, steps):
    key = Memory()
    Restyler(*loaded, Recipe(6, flow_end=end), "a house").draw(batch(1), None, None, key)
    assert len(key.x0) == steps


def test_the_noise_of_one_plain_frame_is_not_its_neighbour_s(loaded, monkeypatch):
    """A solver that draws noise as it goes: no two draws of two neighbouring seeds are the same."""
    drawn, randn = [], torch.randn
    monkeypatch.setattr(torch, "randn", lambda *a, **k: drawn.append(randn(*a, **k)) or drawn[-1])
    Restyler(*loaded, Recipe(3, 1.0, scheduler="lcm", **OFF), "a house").draw(batch(2), None, None)
    assert len(drawn) == 6  # two frames: where they start, and two steps of three
    assert not any(torch.equal(a, b) for i, a in enumerate(drawn) for b in drawn[:i])


def test_each_part_brings_frames_nearer_to_the_anchor(loaded):
    """Of what frame 0 shows, the same is shown by the frames after it, more with each part switched on.

    Not with attention, which hardly moves a frame where weights are random: its test is above.
    """
    whole, apart = batch(5), {}
    switches = {"none": OFF, "noise": {**OFF, "shared_noise": True}, "flow": {**OFF, "flow_end": 1.0}}
    for name, switched in switches.items():
        frames = shot(Restyler(*loaded, Recipe(8, seed=1, **switched), "a house"), whole, [4])
        apart[name] = float(
            np.mean(
                [(frames[i, :, :, 4 * i :] - frames[0, :, :, : SIDES[1] - 4 * i]).square().mean() for i in range(1, 5)]
            )
        )
    assert apart["noise"] < 0.9 * apart["none"]
    assert apart["flow"] < 0.5 * apart["none"]
