import json
import re
import shutil
from pathlib import Path

import pytest
import torch
from diffusers import DPMSolverMultistepScheduler
from safetensors.torch import load_file, save_file
from tiny_models import make_lora, make_tiny_base

from inference import pipelines
from inference.adapters import LORA_WEIGHTS, read_lora
from inference.cli import InputError
from inference.families import SD
from inference.pipelines import base_folder, check_steps, fingerprint, load_base, native_size, resolve_base
from inference.strategies import lora, with_lora

OLD_NAMES = {"to_q": "to_q_lora", "to_k": "to_k_lora", "to_v": "to_v_lora", "to_out.0": "to_out_lora"}
OLD_TEXT_NAMES = {"q_proj": "to_q_lora", "k_proj": "to_k_lora", "v_proj": "to_v_lora", "out_proj": "to_out_lora"}


@pytest.fixture(scope="module")
def pipe(tiny_base):
    return load_base(str(tiny_base), device="cpu")


def noise_prediction(pipe) -> torch.Tensor:
    generator = torch.Generator().manual_seed(0)
    latents = torch.randn(1, 4, 16, 16, generator=generator)
    with torch.inference_mode():
        text = pipe.encode_prompt("a red lighthouse", "cpu", 1, False)[0]
        return pipe.unet(latents, 500, encoder_hidden_states=text).sample


def weights(pipe) -> dict[str, torch.Tensor]:
    models = {"unet": pipe.unet, "text_encoder": pipe.text_encoder, "vae": pipe.vae}
    return {f"{part}.{name}": value for part, model in models.items() for name, value in model.state_dict().items()}


def as_old(lora_file: Path, folder: Path, prefix: str = "") -> Path:
    """The same LoRA as diffusers wrote it in 2023: attention processors, no alpha, at first no `unet.` as `prefix`."""
    old = {}
    for name, tensor in load_file(lora_file).items():
        part, module, half = re.fullmatch(
            r"(unet|text_encoder)\.(.+)\.(?:lora|lora_linear_layer)\.(down|up)\.weight", name
        ).groups()
        if part == "unet":
            path, _, layer = module.rpartition(".attn")
            attention, _, projection = layer.partition(".")
            old[f"{prefix}{path}.attn{attention}.processor.{OLD_NAMES[projection]}.{half}.weight"] = tensor
        else:
            path, _, projection = module.removeprefix("text_model.").rpartition(".")
            old[f"text_encoder.text_model.{path}.{OLD_TEXT_NAMES[projection]}.{half}.weight"] = tensor
    save_file(old, folder / "old.safetensors")
    return folder / "old.safetensors"


def as_kohya(lora_file: Path, folder: Path, alpha: float = 2.0) -> Path:
    """The same LoRA as sd-scripts writes it: scale = alpha / rank, so `up` is divided by it here."""
    kohya = {}
    for name, tensor in load_file(lora_file).items():
        match = re.fullmatch(r"(unet|text_encoder)\.(.+)\.(?:lora|lora_linear_layer)\.(down|up)\.weight", name)
        module = {"unet": "lora_unet_", "text_encoder": "lora_te_"}[match[1]] + match[2].replace(".", "_")
        rank = tensor.shape[0] if match[3] == "down" else tensor.shape[1]
        kohya[f"{module}.lora_{match[3]}.weight"] = tensor if match[3] == "down" else tensor * (rank / alpha)
        kohya[f"{module}.alpha"] = torch.tensor(alpha)
    save_file(kohya, folder / "kohya.safetensors")
    return folder / "kohya.safetensors"


def test_base_comes_back_bit_identical_and_is_shared(pipe, tiny_base, tiny_lora):
    before = {name: (value.clone(), value.data_ptr()) for name, value in weights(pipe).items()}
    plain = noise_prediction(pipe)
    with with_lora(pipe, read_lora(tiny_lora, tiny_base)):
        changed = noise_prediction(pipe)
        copied = {name for name, value in weights(pipe).items() if value.data_ptr() != before[name][1]}
    after = weights(pipe)
    assert (changed - plain).abs().max() > 1e-3
    assert after.keys() == before.keys()
    assert all(torch.equal(after[name], value) for name, (value, _) in before.items())
    assert all(after[name].data_ptr() == address for name, (_, address) in before.items())
    changed_layers = {name.split(".lora.")[0] for name in load_file(tiny_lora / LORA_WEIGHTS)}
    assert copied == {f"{layer}.weight" for layer in changed_layers}
    assert torch.equal(noise_prediction(pipe), plain)


def test_base_comes_back_when_work_under_the_lora_fails(pipe, tiny_base, tiny_lora):
    plain = noise_prediction(pipe)
    with pytest.raises(KeyboardInterrupt), with_lora(pipe, read_lora(tiny_lora, tiny_base)):
        raise KeyboardInterrupt
    assert torch.equal(noise_prediction(pipe), plain)


def test_equals_plain_diffusers(pipe, tiny_base, tiny_lora):
    with with_lora(pipe, read_lora(tiny_lora, tiny_base)):
        ours = noise_prediction(pipe)
    pipe.load_lora_weights(tiny_lora)
    theirs = noise_prediction(pipe)
    pipe.unload_lora_weights()
    assert torch.allclose(ours, theirs, atol=1e-6)


def test_scale(pipe, tiny_base, tiny_lora):
    file, plain = read_lora(tiny_lora, tiny_base), noise_prediction(pipe)
    distances = []
    for scale in (0.0, 0.5, 1.0):
        with with_lora(pipe, file, scale):
            distances.append((noise_prediction(pipe) - plain).abs().max().item())
    assert distances[0] == 0 < distances[1] < distances[2]


@pytest.mark.parametrize("text_encoder", [False, True])
def test_kohya_layout_equals_diffusers_layout(pipe, tiny_base, tiny_lora, tiny_lora_text, tmp_path, text_encoder):
    folder = tiny_lora_text if text_encoder else tiny_lora
    plain = noise_prediction(pipe)
    with with_lora(pipe, read_lora(folder, tiny_base)):
        expected = noise_prediction(pipe)
    with with_lora(pipe, read_lora(as_kohya(folder / LORA_WEIGHTS, tmp_path), tiny_base)):
        ours = noise_prediction(pipe)
    assert torch.allclose(ours, expected, atol=1e-6) and (ours - plain).abs().max() > 1e-3


def test_text_encoder_part_counts(pipe, tiny_base, tiny_lora, tiny_lora_text):
    with with_lora(pipe, read_lora(tiny_lora, tiny_base)):
        unet_only = noise_prediction(pipe)
    with with_lora(pipe, read_lora(tiny_lora_text, tiny_base)):
        both = noise_prediction(pipe)
    assert (both - unet_only).abs().max() > 1e-3


def test_text_encoder_alone_counts(pipe, tiny_base, tiny_lora_text, tmp_path):
    tensors = load_file(tiny_lora_text / LORA_WEIGHTS)
    save_file({name: tensors[name] for name in tensors if name.startswith("text")}, tmp_path / LORA_WEIGHTS)
    plain = noise_prediction(pipe)
    with with_lora(pipe, read_lora(tmp_path, tiny_base)):
        assert (noise_prediction(pipe) - plain).abs().max() > 1e-3
    assert torch.equal(noise_prediction(pipe), plain)


def test_old_layout_equals_diffusers_layout(pipe, tiny_base, tiny_lora, tmp_path):
    with with_lora(pipe, read_lora(tiny_lora, tiny_base)):
        expected = noise_prediction(pipe)
    with with_lora(pipe, read_lora(as_old(tiny_lora / LORA_WEIGHTS, tmp_path), tiny_base)):
        assert torch.equal(noise_prediction(pipe), expected)


def test_old_layout_with_prefix_and_text_encoder(pipe, tiny_base, tiny_lora, tiny_lora_text, tmp_path):
    with with_lora(pipe, read_lora(tiny_lora_text, tiny_base)):
        expected = noise_prediction(pipe)
    old = as_old(tiny_lora_text / LORA_WEIGHTS, tmp_path, prefix="unet.")
    assert sum(name.startswith("text_encoder.text_model.") for name in load_file(old)) >= 8
    with with_lora(pipe, read_lora(old, tiny_base)):
        assert torch.equal(noise_prediction(pipe), expected)


def test_dora_counts_in_both_layouts(pipe, tiny_base, tmp_path):
    file = make_lora(tiny_base, tmp_path, use_dora=True) / LORA_WEIGHTS
    lengths = {name: tensor for name, tensor in load_file(file).items() if name.endswith("lora_magnitude_vector")}
    save_file({name: tensor for name, tensor in load_file(file).items() if name not in lengths}, tmp_path / "plain")
    kohya = load_file(as_kohya(tmp_path / "plain", tmp_path))
    for name, tensor in lengths.items():
        module = name.removesuffix(".lora_magnitude_vector").replace(".", "_")
        kohya[f"lora_{module}.dora_scale"] = tensor[:, None]
    save_file(kohya, tmp_path / "kohya.safetensors")
    predictions = []
    for path in (file, tmp_path / "kohya.safetensors"):
        with with_lora(pipe, read_lora(path, tiny_base)):
            predictions.append(noise_prediction(pipe))
    pipe.load_lora_weights(tmp_path, weight_name=LORA_WEIGHTS)
    theirs = noise_prediction(pipe)
    pipe.unload_lora_weights()
    assert lengths and (theirs - noise_prediction(pipe)).abs().max() > 1e-3
    assert all(torch.allclose(ours, theirs, atol=1e-5) for ours in predictions)


def test_scale_of_a_dora_is_the_way_from_the_base_to_it(pipe, tiny_base, tmp_path):
    """At 1 W' = m (W + BA) / |W + BA|, with lengths along the rows (Liu et al. 2024, eq. 5)."""
    path = make_lora(tiny_base, tmp_path, use_dora=True) / LORA_WEIGHTS
    name, tensors = "down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k", load_file(path)
    down, up, m = (
        tensors[f"unet.{name}.{part}"] for part in ("lora.down.weight", "lora.up.weight", "lora_magnitude_vector")
    )
    layer = pipe.unet.get_submodule(name)
    base, plain, differences = layer.weight.detach().clone(), noise_prediction(pipe), []
    whole = base + up @ down
    whole *= (m.flatten() / whole.norm(dim=1))[:, None]
    for scale in (0, 0.5, 1, -1):
        with with_lora(pipe, read_lora(path, tiny_base), scale):
            assert torch.allclose(layer.weight, base + scale * (whole - base), atol=1e-5)
            differences.append((noise_prediction(pipe) - plain).abs().max())
    assert differences[0] == 0 < differences[1] < differences[2]


def test_alpha_in_the_metadata_counts(pipe, tiny_base, tiny_lora, tmp_path):
    config = {"unet.r": 4, "unet.lora_alpha": 8, "unet.alpha_pattern": {}, "unet.rank_pattern": {}}
    metadata = {"format": "pt", "lora_adapter_metadata": json.dumps(config)}
    save_file(load_file(tiny_lora / LORA_WEIGHTS), tmp_path / LORA_WEIGHTS, metadata=metadata)
    with with_lora(pipe, read_lora(tiny_lora, tiny_base), scale=2.0):
        expected = noise_prediction(pipe)
    with with_lora(pipe, read_lora(tmp_path, tiny_base)):
        assert torch.allclose(noise_prediction(pipe), expected, atol=1e-6)


def test_rank_stabilised_scales_and_ranks_of_single_layers(tiny_base, tiny_lora, tmp_path):
    """alpha / sqrt(rank) with rsLoRA (Kalajdzievski 2023), else alpha / rank, of each layer's own alpha and rank."""
    tensors = load_file(tiny_lora / LORA_WEIGHTS)
    layer = "mid_block.attentions.0.transformer_blocks.0.attn1"
    pattern = {"rank_pattern": {f"{layer}.to_q": 16}, "alpha_pattern": {f"{layer}.to_v": 2}}
    for stabilised, expected in ((True, (2, 4, 1)), (False, (0.5, 2, 0.5))):
        config = {"r": 4, "lora_alpha": 8, "use_rslora": stabilised, **pattern}
        metadata = {"lora_adapter_metadata": json.dumps({f"unet.{name}": value for name, value in config.items()})}
        save_file(tensors, tmp_path / LORA_WEIGHTS, metadata=metadata)
        found = read_lora(tmp_path, tiny_base).state_dict(torch.float32)
        for projection, scale in zip(("to_q", "to_k", "to_v"), expected, strict=True):
            up = tensors[f"unet.{layer}.{projection}.lora.up.weight"]
            assert torch.allclose(found[f"unet.{layer}.{projection}.lora_B.weight"], up * scale), (projection, scale)


def test_unused_tensors_are_named(tiny_base, tiny_lora, tmp_path):
    tensors = load_file(tiny_lora / LORA_WEIGHTS)
    save_file(tensors | {"unet.nowhere.to_q.lora.down.weight": torch.zeros(4, 16)}, tmp_path / "extra.safetensors")
    with pytest.raises(InputError, match=r"1 of \d+ tensors .*unet\.nowhere\.to_q\.lora\.down\.weight"):
        read_lora(tmp_path / "extra.safetensors", tiny_base)
    lost = next(name for name in tensors if ".up." in name)
    save_file({name: tensor for name, tensor in tensors.items() if name != lost}, tmp_path / "half.safetensors")
    with pytest.raises(InputError, match=lost.replace(".up.", ".down.")):
        read_lora(tmp_path / "half.safetensors", tiny_base)


def test_lora_of_another_base_is_refused_with_shapes(tiny_lora, tmp_path):
    other = make_tiny_base(tmp_path / "other", text_width=48)
    with pytest.raises(InputError, match=r"made for another base.*is \[4, 32\], .* \[16, 48\]"):
        lora(tiny_lora, other)


def test_adapters_that_cannot_be_read(tiny_base, tmp_path):
    with pytest.raises(InputError, match=r"no adapter at .*nowhere"):
        lora(tmp_path / "nowhere", tiny_base)
    with pytest.raises(InputError, match=f"no {LORA_WEIGHTS} in"):
        lora(tmp_path, tiny_base)
    for name in ("a.bin", "a.ckpt", "a.pt"):
        (tmp_path / name).write_bytes(b"pickle")
        with pytest.raises(InputError, match=r"is a pickle.*save_file"):
            lora(tmp_path / name, tiny_base)
    for name in ("optimizer.bin", "pytorch_lora_weights.bin"):
        (tmp_path / "pickled").mkdir(exist_ok=True)
        (tmp_path / "pickled" / name).write_bytes(b"pickle")
    with pytest.raises(InputError, match=r"pytorch_lora_weights\.bin is a pickle.*save_file"):
        lora(tmp_path / "pickled", tiny_base)
    (tmp_path / "damaged.safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0{}")
    with pytest.raises(InputError, match="cannot be read as safetensors"):
        lora(tmp_path / "damaged.safetensors", tiny_base)


def test_bases_that_cannot_be_read(tmp_path, tiny_base):
    with pytest.raises(InputError, match=r"no folder nowhere.*miniature"):
        resolve_base("./nowhere")
    with pytest.raises(InputError, match=r"is no diffusers pipeline.*miniature"):
        resolve_base(str(tmp_path))
    (tmp_path / "model_index.json").write_text('{"_class_name": "StableDiffusionXLPipeline"}')
    with pytest.raises(InputError, match="StableDiffusionXLPipeline"):
        load_base(str(tmp_path))


def test_a_base_that_lacks_a_part_is_a_sentence(tiny_base, tmp_path):
    for lost in ("unet/config.json", "vae/config.json", "tokenizer", "scheduler"):
        folder = tmp_path / lost.replace("/", "-")
        shutil.copytree(tiny_base, folder)
        (folder / lost).rename(tmp_path / f"lost-{folder.name}")
        with pytest.raises(InputError, match=f"is not whole: no readable {lost}.*miniature"):
            base_folder(str(folder))
    folder = tmp_path / "vae-config.json"
    (folder / "vae" / "config.json").write_text("{")
    with pytest.raises(InputError, match=r"no readable vae/config\.json"):
        resolve_base(str(folder))


def test_base_with_damaged_weights(tmp_path):
    folder = make_tiny_base(tmp_path / "damaged")
    file = folder / "unet" / "diffusion_pytorch_model.safetensors"
    file.write_bytes(file.read_bytes()[:1000])
    with pytest.raises(InputError, match=r"cannot be loaded.*miniature"):
        load_base(str(folder))


def test_auto_says_which_and_how_to_change_it(monkeypatch, capsys):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert resolve_base("auto") == SD.hub_name
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(pipelines, "_check_folder", lambda folder: None)
    assert resolve_base("auto") == resolve_base("miniature") == str(pipelines.MINIATURE)
    sd, miniature, _ = capsys.readouterr().out.splitlines()
    assert SD.hub_name in sd and "miniature" in miniature and "--pretrained_model_name_or_path" in miniature


@pytest.mark.parametrize(("spacing", "offset", "most"), [("leading", 1, 998), ("leading", 0, 999), (None, 1, 999)])
def test_steps_are_as_many_as_the_schedule_has(tmp_path, spacing, offset, most):
    """At the most, diffusers' solver steps through different timesteps to a finite end."""
    (tmp_path / "scheduler").mkdir()
    config = {"beta_start": 0.00085, "beta_end": 0.012, "beta_schedule": "scaled_linear", "steps_offset": offset}
    config |= {"timestep_spacing": spacing} if spacing else {}  # SD v1.5's own says nothing
    (tmp_path / "scheduler" / "scheduler_config.json").write_text(json.dumps(config))
    check_steps(tmp_path, most)
    solver, x = DPMSolverMultistepScheduler.from_config(config), torch.zeros(1, 1, 2, 2)
    solver.set_timesteps(most)
    assert len(set(solver.timesteps.tolist())) == most and 0 <= min(solver.timesteps) <= max(solver.timesteps) <= 999
    for t in solver.timesteps:
        x = solver.step(torch.ones_like(x), t, x).prev_sample
    assert x.isfinite().all()
    for more in (most + 1, 1000, 10**9):
        with pytest.raises(InputError, match=rf"--num_inference_steps {more} is more than the {most} that"):
            check_steps(tmp_path, more)


def test_sizes_and_fingerprint(tiny_base, tmp_path):
    assert native_size(base_folder(str(tiny_base))) == (128, 128, 8)
    assert fingerprint(tiny_base) == fingerprint(tiny_base) != fingerprint(make_tiny_base(tmp_path, width=8))
