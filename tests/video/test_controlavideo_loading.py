"""loading.py and weights2d.py of video/controlavideo: the published layout, what is refused, other 2-D weights."""

import json
import os
import pickle
import shutil
from collections import OrderedDict

import numpy as np
import pytest
import torch
from diffusers import ControlNetModel, StableDiffusionPipeline
from reference import Steps, as_clip, assert_steps, drawn_noise, group, hand_over, miss, settings, write_checkpoint
from safetensors.torch import load_file, save_file
from tiny_models import make_lora, make_tiny_base

from inference.adapters import read_lora
from inference.cli import InputError
from inference.strategies import with_lora
from video.controlavideo import ControlAVideoPipeline, UNetPseudo3DConditionModel, pickles
from video.controlavideo.clip_latents import decode_frames
from video.controlavideo.loading import checkpoint_folder, control_mode, put_base, stamp
from video.controlavideo.pickles import file_as_safetensors, read_pickle

CALL = ("prompt", "negative_prompt", "num_inference_steps", "guidance_scale", "video_scale", "height", "width")
CALL += ("init_noise_by_residual_thres", "controlnet_conditioning_scale", "fix_first_frame", "in_domain")


@pytest.fixture(scope="module", autouse=True)
def cache(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(folder))
        yield folder


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    return write_checkpoint(tmp_path_factory.mktemp("published"))


def test_a_published_checkpoint_gives_what_the_reference_gave(published):
    config, expected = settings("tiny_ckpt"), group("tiny_ckpt", "expected")
    assert json.loads((published / "model_index.json").read_text())["controlnet"][1] == "UNet2DConditionModel"
    pipe = ControlAVideoPipeline.from_pretrained(published)
    pipe.set_progress_bar_config(disable=True)
    prompt, negative = config["prompt"], config["negative_prompt"]
    tokens = pipe.tokenizer(prompt, padding="max_length", max_length=77, truncation=True, return_tensors="pt").input_ids
    assert torch.equal(tokens, expected["token_ids"])
    with torch.no_grad():
        texts = [torch.cat([pipe.encode_text(first), pipe.encode_text(prompt)]) for first in ("", negative)]
    assert miss(texts[0], expected["text_embeddings"]) < 2e-5
    assert miss(texts[1], expected["text_embeddings_negative"]) < 2e-5
    names = ("first.init_noise", "init_noise")
    for name, noise in zip(names, drawn_noise(config["generator_seed"], expected, *names), strict=True):
        assert miss(noise, expected[name]) < 1e-6, name
    steps, seen = Steps(pipe), []
    hand_over(pipe, expected["first.image_u8"])
    pipe.unet.register_forward_hook(lambda _, inputs, out: seen.append(inputs[2]))
    torch.manual_seed(config["global_seed"])
    latents = pipe(
        **{name: config[name] for name in CALL},
        faithful=True,
        output_type="latent",
        controlnet_hint=as_clip(expected["hint_u8"]),
        images=as_clip(expected["frames_u8"]),
        generator=[torch.Generator().manual_seed(config["generator_seed"])],
    ).images
    assert miss(seen[0], expected["first.text_seen"]) < 2e-5  # the first frame does not know the negative prompt
    assert miss(seen[21], expected["main.text_seen"]) < 2e-5
    assert miss(steps.loops[0][-1][3], expected["first.final_latents"]) < 1e-4
    picture = decode_frames(pipe.vae, expected["first.final_latents"], "np")[0, 0] * 255
    assert np.abs(picture - expected["first.image_u8"].numpy()).max() < 1
    clip = steps.loops[1]
    assert_steps(clip, expected)
    assert miss(clip[0][2][:, :, 0], expected["first_frame_latent"]) < 1e-4
    assert miss(latents, expected["final_latents"]) < 1e-4
    assert miss(torch.from_numpy(decode_frames(pipe.vae, latents, "np")), expected["final_images"]) < 1e-4
    torch.manual_seed(config["global_seed"])
    assert miss(torch.randn(expected["posterior_noise"].shape), expected["posterior_noise"]) < 1e-6


def test_pickles_are_converted_once_and_saved_pipelines_load(published, cache, tmp_path, monkeypatch):
    first = checkpoint_folder(published)
    assert first.is_relative_to(cache) and not list(first.rglob("*.bin"))
    monkeypatch.setattr(torch, "load", lambda *args, **options: pytest.fail("read a pickle again"))
    assert checkpoint_folder(published) == first
    pipe = ControlAVideoPipeline.from_pretrained(published, torch_dtype=torch.bfloat16)
    assert pipe.unet.dtype == pipe.vae.dtype == pipe.text_encoder.dtype == torch.bfloat16
    pipe.save_pretrained(tmp_path)
    again = ControlAVideoPipeline.from_pretrained(tmp_path, torch_dtype=torch.bfloat16)
    for name, tensor in pipe.unet.state_dict().items():
        assert torch.equal(again.unet.state_dict()[name], tensor), name
    assert checkpoint_folder(tmp_path) == tmp_path


def test_a_damaged_conversion_is_made_again(published, tmp_path):
    converted = checkpoint_folder(published)
    files = sorted(path for path in converted.rglob("*") if path.is_file())
    whole = {path: path.read_bytes() for path in files}
    for number, path in enumerate(files):
        if number % 2:
            path.unlink()
        else:
            path.write_bytes(whole[path][:-2] + b"0}")
        assert checkpoint_folder(published) == converted
        assert {path: path.read_bytes() for path in files} == whole, path
    torch.save({"weight": torch.ones(2)}, tmp_path / "hed.pth")
    safe_file = file_as_safetensors(tmp_path / "hed.pth")
    safe_file.write_bytes(safe_file.read_bytes()[:-1] + b"\1")
    assert torch.equal(load_file(file_as_safetensors(tmp_path / "hed.pth"))["weight"], torch.ones(2))


class Unwelcome:
    def __reduce__(self):
        return print, ("this must not run",)


@pytest.mark.parametrize("kind", ["code", "number", "nested"])
def test_a_file_that_holds_more_than_tensors_is_refused(tmp_path, capsys, kind):
    more = {"code": Unwelcome(), "number": 3, "nested": {"state_dict": torch.zeros(1)}}[kind]
    torch.save({"weight": torch.zeros(2), "more": more}, tmp_path / "w.bin", pickle_module=pickle)
    with pytest.raises(InputError, match="holds more than tensors"):
        read_pickle(tmp_path / "w.bin")
    assert "must not run" not in capsys.readouterr().out


@pytest.mark.parametrize("content", [b"half of a file", b"", b"PK\x03\x04 half of a zip"], ids=["text", "empty", "zip"])
def test_a_damaged_file_is_refused(tmp_path, content):
    (tmp_path / "w.bin").write_bytes(content)
    with pytest.raises(InputError, match=r"w\.bin (cannot be read|holds more)"):
        read_pickle(tmp_path / "w.bin")


def test_what_a_checkpoint_lacks_is_said_in_a_sentence(published, tmp_path):
    pipe = ControlAVideoPipeline.from_pretrained(published)
    pipe.save_pretrained(tmp_path)
    file = tmp_path / "unet" / "diffusion_pytorch_model.safetensors"
    whole = load_file(file)
    flat = {name: tensor for name, tensor in whole.items() if "_temporal" not in name}
    save_file(flat | {"more.weight": torch.zeros(1)}, file, metadata={"format": "pt"})
    with pytest.raises(InputError) as caught:
        checkpoint_folder(tmp_path)
    said = str(caught.value)
    absent = [name for name in pipe.unet.state_dict() if "_temporal" in name]
    assert f"its unet lacks {len(absent)} of the tensors" in said and "more.weight" in said
    assert all(name in said for name in absent[:5]) and absent[5] not in said and "\n" not in said
    save_file(whole | {"conv_in.bias": torch.zeros(3)}, file, metadata={"format": "pt"})
    with pytest.raises(InputError, match=r"conv_in.bias is \[3\], not \[8\]"):
        checkpoint_folder(tmp_path)
    save_file(whole, file, metadata={"format": "pt"})
    (tmp_path / "scheduler" / "scheduler_config.json").unlink()
    with pytest.raises(InputError, match=r"no readable scheduler_config\.json"):
        ControlAVideoPipeline.from_pretrained(tmp_path)
    shutil.rmtree(tmp_path / "tokenizer"), (tmp_path / "tokenizer").mkdir()
    with pytest.raises(InputError, match=r"tokenizer has no vocab\.json"):
        ControlAVideoPipeline.from_pretrained(tmp_path)


def test_a_2d_pipeline_is_told_what_it_lacks(tiny_base, tmp_path):
    """The temporal weights, of a whole ControlNet pipeline and of one without a ControlNet."""
    with pytest.raises(InputError) as alone:
        checkpoint_folder(tiny_base)
    flat = StableDiffusionPipeline.from_pretrained(tiny_base)
    shutil.copytree(tiny_base, tmp_path, dirs_exist_ok=True)
    ControlNetModel.from_unet(flat.unet).save_pretrained(tmp_path / "controlnet")
    with pytest.raises(InputError) as whole:
        checkpoint_folder(tmp_path)
    absent = [name for name in UNetPseudo3DConditionModel.from_2d(flat.unet).state_dict() if "_temporal" in name]
    for caught in (alone, whole):
        said = str(caught.value)
        assert (
            f"its unet lacks {len(absent)} of the tensors ({', '.join(absent[:5])}, ...)" in said and "\n" not in said
        )
    assert "no folder controlnet" in str(alone.value) and "its controlnet lacks" in str(whole.value)


def test_what_the_hub_is_asked_with(monkeypatch, published):
    asked = {}
    monkeypatch.setattr("huggingface_hub.snapshot_download", lambda name, **how: asked.update(how) or str(published))
    given = {"revision": "main", "cache_dir": "here", "token": "mine", "local_files_only": True}
    ControlAVideoPipeline.from_pretrained("somebody/something", **given)
    assert asked.items() >= given.items()
    with pytest.raises(TypeError, match="has no argument colour"):
        ControlAVideoPipeline.from_pretrained("somebody/something", colour="red")


def test_variants_of_the_weights(published, tmp_path):
    pipe = ControlAVideoPipeline.from_pretrained(published, torch_dtype=torch.float16)
    pipe.save_pretrained(tmp_path, variant="fp16")
    again = ControlAVideoPipeline.from_pretrained(tmp_path, torch_dtype=torch.float16, variant="fp16")
    assert torch.equal(again.unet.conv_in.weight, pipe.unet.conv_in.weight)
    with pytest.raises(InputError, match="cannot be loaded"):
        ControlAVideoPipeline.from_pretrained(tmp_path, torch_dtype=torch.float16)


def test_pickled_weights_may_lie_in_memory_in_any_order(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    weight = torch.randn(4, 3, 3, 3)
    torch.save({"a": weight.to(memory_format=torch.channels_last), "b": weight[0, 0].T}, tmp_path / "hed-network.pth")
    kept = load_file(file_as_safetensors(tmp_path / "hed-network.pth"))
    assert torch.equal(kept["a"], weight) and torch.equal(kept["b"], weight[0, 0].T)


def test_what_is_kept_of_a_folder_is_made_of_what_it_holds_now(published, tmp_path):
    """Other weights or configurations in place, at the same size and time."""
    folder = tmp_path / "mine"
    shutil.copytree(published, folder)
    before = checkpoint_folder(folder)
    assert checkpoint_folder(folder) == before != folder
    for name in ("vae/config.json", next(path for path in folder.glob("unet/*.bin")).relative_to(folder)):
        path = folder / name
        data, times = path.read_bytes(), path.stat()
        at = data.index(b"0.18215") + 3 if path.suffix == ".json" else data.rindex(b"\0\0\0\0") + 1
        path.write_bytes(data[:at] + (b"9" if path.suffix == ".json" else b"\x01") + data[at + 1 :])
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        assert path.stat().st_size == times.st_size and path.stat().st_mtime_ns == times.st_mtime_ns
        assert pickles.as_safetensors(folder) != before, name
        path.write_bytes(data)
    assert pickles.as_safetensors(folder) == before
    assert stamp(folder) != stamp(before)


def test_a_folder_of_something_else_is_refused(tmp_path, tiny_base, monkeypatch):
    with pytest.raises(InputError, match="has no folder controlnet"):
        checkpoint_folder(tiny_base)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(InputError, match="there is no folder nobody/nothing here"):
        checkpoint_folder("nobody/nothing")


@pytest.mark.parametrize(
    "name, mode",
    [("wf-genius/controlavideo-depth", "depth"), ("models/controlavideo_hed", "hed"), ("mine", None)],
)
def test_a_name_says_what_a_checkpoint_was_trained_for(name, mode):
    assert control_mode(name) == mode


def test_a_network_of_the_kind_beside_it_says_it_too(tmp_path):
    (tmp_path / "mine").mkdir()
    assert control_mode(tmp_path / "mine") is None
    (tmp_path / "mine" / "hed-network.pth").touch()
    assert control_mode(tmp_path / "mine") == "hed"


@pytest.fixture
def over_tiny_base(tiny_base):
    flat = StableDiffusionPipeline.from_pretrained(tiny_base)
    return flat, UNetPseudo3DConditionModel.from_2d(flat.unet)


def same_picture(unet, flat) -> float:
    torch.manual_seed(0)
    inputs = torch.randn(1, 4, 16, 16), torch.tensor(300), torch.randn(1, 77, 32)
    with torch.no_grad():
        return miss(unet(*inputs).sample, flat(*inputs).sample)


def test_other_2d_weights_go_under_the_temporal_ones(over_tiny_base, tiny_base, tmp_path):
    flat, unet = over_tiny_base
    temporal = {name: torch.randn_like(tensor) for name, tensor in unet.state_dict().items() if "_temporal" in name}
    unet.load_state_dict(temporal, strict=False)
    for parameter in flat.unet.parameters():
        parameter.data.normal_(0, 0.05)
    assert same_picture(unet, flat.unet) > 1e-3
    flat.save_pretrained(tmp_path)
    for source in (flat.unet, flat.unet.state_dict(), tmp_path, tmp_path / "unet"):
        other = UNetPseudo3DConditionModel.from_config(unet.config)
        other.load_state_dict(unet.state_dict())
        other.load_2d_weights(source)
        assert same_picture(other, flat.unet) < 2e-5
        assert all(torch.equal(other.state_dict()[name], tensor) for name, tensor in temporal.items())


def test_a_fused_lora_goes_under_too(over_tiny_base, tiny_base, tmp_path):
    flat, unet = over_tiny_base
    flat.load_lora_weights(make_lora(tiny_base, tmp_path))
    before = same_picture(unet, flat.unet)
    flat.fuse_lora()
    unet.load_2d_weights(flat.unet)
    assert before > 1e-2 and same_picture(unet, flat.unet) < 2e-5


def test_a_lora_is_put_on_and_taken_off_the_pipeline(over_tiny_base, tiny_base, tiny_lora, published):
    flat, unet = over_tiny_base
    own = ControlAVideoPipeline.from_pretrained(published)
    pipe = ControlAVideoPipeline(flat.vae, flat.text_encoder, flat.tokenizer, unet, own.controlnet, flat.scheduler)
    file = read_lora(tiny_lora, tiny_base)
    plain = StableDiffusionPipeline.from_pretrained(tiny_base)
    with with_lora(plain, file), with_lora(pipe, file):
        assert same_picture(pipe.unet, plain.unet) < 2e-5
        assert same_picture(pipe.unet, UNetPseudo3DConditionModel.from_2d(flat.unet)) > 1e-2
    assert same_picture(pipe.unet, plain.unet) < 2e-5


def test_weights_of_another_family_are_refused_whole(over_tiny_base, tmp_path):
    flat, unet = over_tiny_base
    before = {name: tensor.clone() for name, tensor in unet.state_dict().items()}
    other = StableDiffusionPipeline.from_pretrained(make_tiny_base(tmp_path / "other", width=8))
    with pytest.raises(ValueError, match="has in another shape"):
        unet.load_2d_weights(other.unet)
    short = OrderedDict(list(flat.unet.state_dict().items())[5:])
    with pytest.raises(ValueError, match="lacks 5 of the tensors"):
        unet.load_2d_weights(short)
    assert all(torch.equal(unet.state_dict()[name], tensor) for name, tensor in before.items())
    pipe = type("Pipe", (), {"unet": unet})()
    with pytest.raises(InputError, match="cannot go under UNetPseudo3DConditionModel"):
        put_base(pipe, tmp_path / "other")
    with pytest.raises(InputError, match="has no unet/"):
        put_base(pipe, tmp_path)


def test_a_base_model_that_is_not_whole_is_refused(over_tiny_base, tiny_base, tmp_path):
    _, unet = over_tiny_base
    pipe = type("Pipe", (), {"unet": unet, "register_modules": lambda self, **parts: vars(self).update(parts)})()
    shutil.copytree(tiny_base, tmp_path, dirs_exist_ok=True)
    put_base(pipe, tmp_path)
    assert pipe.tokenizer("a fox").input_ids
    for file in (tmp_path / "tokenizer").iterdir():
        file.write_text('{"half of a')
    with pytest.raises(InputError, match="tokenizer cannot be loaded"):
        put_base(pipe, tmp_path)
    shutil.rmtree(tmp_path / "tokenizer")
    with pytest.raises(InputError, match=r"tokenizer has no vocab\.json"):
        put_base(pipe, tmp_path)
    file = tmp_path / "text_encoder" / "model.safetensors"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(InputError, match="text_encoder cannot be loaded"):
        put_base(pipe, tmp_path)
    (tmp_path / "unet" / "diffusion_pytorch_model.safetensors").write_bytes(b"half of a file")
    with pytest.raises(InputError, match="cannot go under UNetPseudo3DConditionModel"):
        put_base(pipe, tmp_path)
