"""video/controlavideo's pipeline: the reference's runs digit by digit, and each repair of what it does oddly."""

from dataclasses import fields
from types import SimpleNamespace

import pytest
import torch
from diffusers import EulerDiscreteScheduler
from PIL import Image
from reference import Steps, as_clip, assert_steps, drawn_noise, group, hand_over, miss, pipeline, settings

from video.controlavideo import Repairs
from video.controlavideo.clip_latents import decode_frames, encode_picture
from video.controlavideo.guidance import Guidance, predict_noise
from video.controlavideo.noise import _shrink, inherit, motion_mask

GATE = 1e-4
RUNS = [(name, run) for name in ("tiny_a", "tiny_b") for run in settings(name)["runs"]]


def arguments(name: str, run: str) -> dict:
    """What the reference's pipeline was called with."""
    config, inputs = settings(name), group(name, "inputs")
    how = config["runs"][run]
    call = dict(how["kwargs"], height=config["height"], width=config["width"], output_type="latent")
    call["negative_prompt_embeds"], call["prompt_embeds"] = inputs["text_embeddings"].split(1)
    call["generator"] = torch.Generator().manual_seed(how["seed"])
    if how.get("use_hint", True):
        call["controlnet_hint"] = as_clip(inputs["hint_u8"])
    if how.get("use_images", True):
        call["images"] = as_clip(inputs["frames_u8"])
    if how.get("first_frame") == "image":
        call["first_frame_output"] = Image.fromarray(inputs["first_image_u8"].numpy())
    if how.get("first_frame") == "latent":
        call["first_frame_output_latent"] = inputs["first_latent"]
    return call


@pytest.mark.parametrize("name, run", RUNS)
def test_every_step_of_a_run_matches_the_reference(name, run):
    expected, call, pipe = group(name, run), arguments(name, run), pipeline(name)
    names = [key for key in ("first.init_noise", "init_noise") if key in expected]
    for key, noise in zip(names, drawn_noise(settings(name)["runs"][run]["seed"], expected, *names), strict=True):
        assert miss(noise, expected[key]) < 1e-6, key
    if "first.image_u8" in expected:  # given, so that a pixel rounded the other way does not decide
        call["first_frame_output"], call["latents"] = (
            Image.fromarray(expected["first.image_u8"].numpy()),
            expected["init_noise"],
        )
    outputs, steps = [], Steps(pipe)
    pipe.unet.register_forward_hook(lambda _, inputs, out: outputs.append((inputs[2], out[0])))
    torch.manual_seed(settings(name)["runs"][run]["global_seed"])
    latents = pipe(faithful=True, **call).images

    loop = steps.loops[-1]
    assert torch.equal(torch.stack([t for _, t, _, _ in loop]), expected["timesteps"])
    assert_steps(loop, expected, GATE)
    assert miss(outputs[0][1], expected["step0.unet_out"]) < GATE
    if "step0.single_out" in expected:
        assert torch.equal(outputs[1][0], expected["step0.single_text"])
        assert miss(outputs[1][1], expected["step0.single_out"]) < GATE
    assert miss(latents, expected["final_latents"]) < GATE
    if "final_images" in expected:
        assert miss(torch.from_numpy(decode_frames(pipe.vae, latents, "np")), expected["final_images"]) < GATE


@pytest.mark.parametrize("name, run", [case for case in RUNS if "posterior_noise" in group(*case)])
def test_the_first_frame_is_encoded_as_the_reference_does(name, run):
    expected, pipe, seed = group(name, run), pipeline(name), settings(name)["runs"][run]["global_seed"]
    picture = expected.get("first.image_u8", group(name, "inputs")["first_image_u8"]).numpy()
    torch.manual_seed(seed)
    sample, mean = (
        encode_picture(pipe.vae, Image.fromarray(picture), picture.shape[:2], pipe.device, mean)
        for mean in (False, True)
    )
    assert miss(sample, expected["first_frame_latent"]) < GATE
    assert miss(mean, expected["first_frame_latent_mean_scaled"]) < GATE
    torch.manual_seed(seed)
    assert miss(torch.randn(sample.shape), expected["posterior_noise"]) < 1e-6


def test_a_picture_is_encoded_where_the_vae_works_and_not_where_it_waits(monkeypatch):
    """With offloading a VAE lies in main memory until it is called; here, where no tensor has values."""
    vae, picture = pipeline("tiny_a").vae, Image.new("RGB", (64, 64), "red")
    expected = encode_picture(vae, picture, (64, 64), torch.device("cpu"))
    monkeypatch.setattr(type(vae), "device", torch.device("meta"))
    assert torch.equal(encode_picture(vae, picture, (64, 64), torch.device("cpu")), expected)


def test_the_first_frame_is_drawn_as_the_reference_does_on_the_clip_path():
    expected, call, pipe = (
        group("tiny_a", "r1_cli_defaults"),
        arguments("tiny_a", "r1_cli_defaults"),
        pipeline("tiny_a"),
    )
    steps = Steps(pipe)
    torch.manual_seed(settings("tiny_a")["runs"]["r1_cli_defaults"]["global_seed"])
    latents = pipe(faithful=True, **call).images
    first = steps.loops[0]
    assert torch.equal(torch.stack([t for _, t, _, _ in first]), expected["first.timesteps"])
    assert_first_steps(first, expected)
    picture = torch.from_numpy(decode_frames(pipe.vae, expected["first.final_latents"], "np"))[0, 0]
    assert (picture * 255 - expected["first.image_u8"]).abs().max() <= 1
    assert miss(latents, expected["final_latents"]) < 1e-2  # through 8 bits and back


def assert_first_steps(loop, expected):
    assert miss(loop[0][0], expected["first.step0.noise_pred"]) < GATE
    assert miss(loop[0][3], expected["first.step0.latents_out"]) < GATE
    assert miss(loop[4][3], expected["first.step4.latents_out"]) < GATE
    assert miss(loop[-1][3], expected["first.final_latents"]) < GATE


def test_the_first_frame_is_drawn_as_the_reference_does_on_the_picture_path():
    expected, call, pipe = (
        group("tiny_b", "r1_first_frame_2d"),
        arguments("tiny_b", "r1_first_frame_2d"),
        pipeline("tiny_b"),
    )
    steps = Steps(pipe)
    made = pipe(
        faithful=True,
        fix_first_frame=False,
        controlnet_hint=call["controlnet_hint"][:, :, 0],
        output_type="latent",
        num_inference_steps=20,
        latents=expected["first.init_noise"],
        **{key: call[key] for key in ("height", "width", "guidance_scale", "prompt_embeds", "negative_prompt_embeds")},
    ).images
    assert miss(made, expected["first.final_latents"]) < GATE
    assert torch.equal(torch.stack([t for _, t, _, _ in steps.loops[0]]), expected["first.timesteps"])
    assert_first_steps(steps.loops[0], expected)
    hand_over(pipe, expected["first.image_u8"])
    torch.manual_seed(settings("tiny_b")["runs"]["r1_first_frame_2d"]["global_seed"])
    assert miss(pipe(faithful=True, **call).images, expected["final_latents"]) < GATE


@pytest.mark.parametrize("name", ["tiny_a", "tiny_b"])
def test_motion_matches_the_reference_before_the_threshold(name):
    inputs = group(name, "inputs")
    motion = as_clip(inputs["frames_u8"]).diff(dim=2).abs()
    assert miss(_shrink(motion / motion.amax(), inputs["mask_source"].shape[-2:]), inputs["mask_source"]) < 1e-6


@pytest.fixture(scope="module")
def pipe():
    return pipeline("tiny_a")


@pytest.fixture
def call():
    made = arguments("tiny_a", "r1_cli_defaults") | {"num_inference_steps": 2}
    made["in_domain"] = False
    return made


def draw(pipe, call, seed=1, world=0, **options):
    """One clip; `world` seeds the global generator, which nothing should depend on."""
    torch.manual_seed(world)
    return pipe(**{**call, "generator": torch.Generator().manual_seed(seed), **options}).images


def test_repair_frame_text(pipe, call):
    seen = []
    hook = pipe.unet.register_forward_hook(
        lambda _, inputs, out: seen.append(inputs[2]) if len(inputs[2]) == 4 else None
    )
    for faithful in (True, False):
        draw(pipe, call, faithful=faithful)
    hook.remove()
    negative, prompt = call["negative_prompt_embeds"][0], call["prompt_embeds"][0]
    assert torch.equal(seen[0], torch.stack([negative, prompt, negative, prompt]))
    assert torch.equal(seen[-1], torch.stack([negative] * 4))


def test_repair_low_guidance(pipe, call):
    plain = {"video_scale": 0.0, "fix_first_frame": False}
    for faithful in (True, False):
        low, off = (draw(pipe, call, guidance_scale=scale, faithful=faithful, **plain) for scale in (4.0, 1.0))
        assert torch.equal(low, off) is faithful
    with pytest.raises(ValueError, match="above 5 in the original, not 4"):
        draw(pipe, call, guidance_scale=4.0, faithful=True)
    assert draw(pipe, call, guidance_scale=4.0).isfinite().all()
    assert draw(pipe, call, guidance_scale=1.0).isfinite().all()  # no guidance of either kind


def test_repair_any_size(pipe, call):
    call |= {"height": None, "width": None}
    call["controlnet_hint"], call["images"] = (call[key][..., :56, :40] for key in ("controlnet_hint", "images"))
    with pytest.raises(ValueError, match="40x56 pixels is not a multiple of 16"):
        draw(pipe, call, faithful=True)
    assert draw(pipe, call).shape == (1, 4, 4, 7, 5)
    with pytest.raises(ValueError, match="not a multiple of 8"):
        draw(pipe, call, height=60)


def test_repair_static_clips(pipe, call):
    call["images"] = call["images"][:, :, :1].expand(-1, -1, 4, -1, -1)
    steps = Steps(still := pipeline("tiny_a"))
    draw(still, call)
    others = steps.loops[-1][0][2][:, :, 1:]  # frame 0 is the clean first frame
    assert torch.equal(others, others[:, :, :1].expand_as(others))
    one = {"controlnet_hint": call["controlnet_hint"][:, :, :1], "images": call["images"][:, :, :1]}
    with pytest.raises(ValueError, match="two frames or more"):
        draw(pipe, call | one, faithful=True)
    assert draw(pipe, call | one).shape[2] == 1


def test_repair_posterior_mean(pipe, call):
    call["first_frame_output"] = Image.fromarray(group("tiny_a", "inputs")["first_image_u8"].numpy())
    for faithful in (True, False):
        one, other = (draw(pipe, call, world=world, faithful=faithful) for world in (1, 2))
        assert torch.equal(one, other) is not faithful


def test_repair_first_frame_as_asked(pipe, call):
    pipe = pipeline("tiny_a")
    steps = Steps(pipe)
    for faithful, count in ((True, 20), (False, 2)):
        draw(pipe, call, faithful=faithful)
        first, _ = steps.loops[-2:]
        assert len({int(t) for _, t, _, _ in first}) == count


def test_repair_first_frame_handed_on(pipe, call, monkeypatch):
    encoded = []
    encode = pipe.vae.encode
    monkeypatch.setattr(pipe.vae, "encode", lambda x: encoded.append(x) or encode(x))
    for faithful in (True, False):
        encoded.clear()
        draw(pipe, call, faithful=faithful)
        assert len(encoded) == faithful


def test_repair_first_frame_kept(pipe, call):
    z = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    for faithful in (True, False):
        made = draw(pipe, call, first_frame_output_latent=z, faithful=faithful)
        assert torch.equal(made[:, :, 0], z) is not faithful


def test_repair_first_frame_unscaled(call):
    """Euler divides its input by the noise level; a first frame that holds no noise is not to be divided."""
    pipe = pipeline("tiny_a")
    pipe.scheduler = EulerDiscreteScheduler.from_config(pipe.scheduler.config)
    z, seen = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(0)), []
    pipe.unet.register_forward_pre_hook(
        lambda _, inputs: seen.append(inputs[0][:1, :, 0]) if inputs[0].ndim == 5 else None
    )
    for faithful in (True, False):
        seen.clear()
        draw(pipe, call, first_frame_output_latent=z, faithful=faithful)
        assert len(seen) == 2 and all(torch.equal(first, z) is not faithful for first in seen)
    pipe.scheduler.set_timesteps(2)
    scaled = pipe.scheduler.scale_model_input(z, pipe.scheduler.timesteps[0])
    seen.clear()
    draw(pipe, call, first_frame_output_latent=z, faithful=True)
    assert torch.equal(seen[0], scaled)


def test_repair_concat_noise(call):
    """What is clean is not passed on: the clip's frames enter with the noise they have without one in front."""
    pipe = pipeline("tiny_a")
    steps = Steps(pipe)
    z = torch.randn(1, 4, 8, 8, generator=torch.Generator().manual_seed(0))
    noise = torch.randn(1, 4, 4, 8, 8, generator=torch.Generator().manual_seed(5))
    call |= {"add_first_frame_by_concat": True, "first_frame_output_latent": z, "latents": noise}
    with pytest.raises(ValueError, match="add_first_frame_by_concat"):
        draw(pipe, call, faithful=True)
    made = draw(pipe, call)
    entered = steps.loops[-1][0][2]
    mask = motion_mask(call["images"], (8, 8), call["init_noise_by_residual_thres"])
    assert 0 < mask.mean() < 1 and made.shape == noise.shape
    assert torch.equal(entered[:, :, 0], z) and miss(entered[:, :, 1:], inherit(noise, mask)) < 1e-6


def test_repair_concat_drops_nothing(pipe, call):
    call |= {"add_first_frame_by_concat": True, "fix_first_frame": False}
    for faithful, frames in ((True, 3), (False, 4)):
        assert draw(pipe, call, faithful=faithful).shape[2] == frames


def test_repair_clip_noise_draws_the_first_frame_from_its_own_noise(pipe, call):
    noise = torch.randn(1, 4, 4, 8, 8, generator=torch.Generator().manual_seed(5))
    pipe = pipeline("tiny_a")
    steps = Steps(pipe)
    for faithful in (True, False):
        draw(pipe, call, latents=noise, faithful=faithful)
        assert torch.equal(steps.loops[-2][0][2], noise[:, :, 0]) is not faithful


def test_every_repair_is_on_by_default_and_off_when_faithful(pipe, call):
    assert all(getattr(Repairs(), field.name) for field in fields(Repairs))
    assert not any(getattr(Repairs.none(), field.name) for field in fields(Repairs))
    plain, faithful = draw(pipe, call), draw(pipe, call, faithful=True)
    assert not torch.equal(plain, faithful)
    assert torch.equal(draw(pipe, call, repairs=Repairs()), plain)
    assert torch.equal(draw(pipe, call, repairs=Repairs.none()), faithful)


def test_the_seed_alone_says_what_is_drawn(pipe, call):
    one = draw(pipe, call, world=1)
    assert torch.equal(one, draw(pipe, call, world=2))
    assert not torch.equal(one, draw(pipe, call, seed=2))


def test_arguments_the_original_takes_and_does_not_use(pipe, call):
    made = draw(pipe, call, fps_labels=torch.tensor([8]), cross_attention_kwargs={"scale": 0.5})
    assert torch.equal(made, draw(pipe, call))


def test_half_precision_stays_near_single(call):
    single, half = pipeline("tiny_a"), pipeline("tiny_a").to(torch.float16)
    expected = group("tiny_a", "r1_cli_defaults")  # given, as noise drawn in another type is other noise
    picture = Image.fromarray(expected["first.image_u8"].numpy())
    latents = encode_picture(single.vae, picture, (64, 64), single.device)  # faithful is a sample, of other noise
    call["latents"] = expected["init_noise"]
    for options in ({"first_frame_output": picture}, {"first_frame_output_latent": latents, "faithful": True}):
        made = draw(half, call, **options)
        assert made.dtype == torch.float16 and miss(made, draw(single, call, **options)) < 0.1


def test_the_first_frame_added_in_front_is_not_shown(pipe, call):
    made = draw(pipe, call, add_first_frame_by_concat=True)
    assert made.shape == (1, 4, 4, 8, 8)
    assert not torch.equal(made, draw(pipe, call))
    with pytest.raises(ValueError, match="add_first_frame_by_concat"):
        draw(pipe, call, add_first_frame_by_concat=True, faithful=True)


def test_outputs_come_in_the_forms_of_diffusers(pipe, call):
    frames = draw(pipe, call, output_type="pil")
    assert len(frames) == 1 and len(frames[0]) == 4 and frames[0][0].size == (64, 64)
    array = draw(pipe, call, output_type="np")
    assert array.shape == (1, 4, 64, 64, 3) and array.min() >= 0 and array.max() <= 1
    call["generator"] = torch.Generator().manual_seed(1)
    (frames, _), last = pipe(**call, return_dict=False, return_last_latent=True)
    assert torch.equal(last, frames[:, :, -1])
    picture = {"controlnet_hint": call["controlnet_hint"][:, :, 0], "images": None, "fix_first_frame": False}
    assert draw(pipe, call | picture, output_type="pil")[0].size == (64, 64)


@pytest.mark.parametrize(
    "wrong, says",
    [
        ({"prompt": "a fox"}, "not both"),
        ({"num_images_per_prompt": 2}, "one prompt and one clip"),
        ({"controlnet_hint": None}, "fix_first_frame=False"),
        ({"first_frame_output": Image.new("RGB", (32, 64))}, "32x64 pixels, the clip 64x64"),
        ({"latents": torch.zeros(1, 4, 8, 8)}, "are needed"),
        ({"height": 128}, r"controlnet_hint has the shape \[1, 3, 4, 64, 64\], and \[1, 3, 4, 128, 64\] is needed"),
        ({"images": torch.zeros(1, 3, 5, 64, 64)}, r"images has the shape \[1, 3, 5, 64, 64\]"),
        ({"first_frame_output_latent": torch.zeros(1, 4, 4, 4)}, r"\[1, 4, 8, 8\] is needed"),
        (
            {"controlnet_hint": torch.zeros(1, 3, 64, 64), "first_frame_output_latent": torch.zeros(1, 4, 8, 8)},
            "a picture has no first frame",
        ),
    ],
)
def test_what_cannot_be_drawn_is_refused(pipe, call, wrong, says):
    with pytest.raises(ValueError, match=says):
        draw(pipe, call | wrong)


def test_both_passes_take_the_conditioning_scale():
    scales = []

    def controlnet(x, t, text, hint, conditioning_scale, return_dict):
        scales.append(conditioning_scale)
        return None, None

    networks = SimpleNamespace(controlnet=controlnet, unet=lambda x, *_, return_dict: (x,))
    x, hint = torch.randn(1, 4, 2, 4, 4), torch.randn(1, 3, 2, 32, 32)
    predict_noise(networks, x, torch.tensor(1), hint, Guidance(torch.randn(2, 7, 8), 7.5, 1.5, 0.5))
    assert scales == [0.5, 0.5]
