"""LoRA: what is trained, the two files it is kept in, and the pictures they give in other hands."""

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch
import warm
from helpers import Finished, assert_described, assert_refused, captioned_pictures, drawn, run_script, stock_pipeline
from safetensors import safe_open
from safetensors.torch import load_file

KINDS = {
    "attention": ["--lora_alpha=6"],
    "text encoder": ["--train_text_encoder", "--train_feed_forward", "--lora_alpha=2"],
    "dora": ["--use_dora", "--lora_alpha=8"],
    "dora text encoder": ["--use_dora", "--train_text_encoder", "--lora_alpha=8"],
}


def train(base: Path, output: Path, *more: str) -> Finished:
    pictures = output.parent / "pictures"
    if not pictures.exists():
        captioned_pictures(pictures, 3)
    flags = [f"--pretrained_model_name_or_path={base}", f"--train_data_dir={pictures}", f"--output_dir={output}",
             "--train_batch_size=2", "--max_train_steps=3", "--learning_rate=3e-2", "--report_to=none",
             "--mixed_precision=no", "--rank=4", *more]  # fmt: skip
    said = output.parent / f"{output.name}-said"
    return warm.Process(["finetune/lora.py", *flags], said, environment=warm.environment()).finished()


@pytest.fixture(scope="module", params=KINDS)
def trained(request: pytest.FixtureRequest, tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("lora") / request.param.replace(" ", "-")
    done = train(tiny_base, output, *KINDS[request.param])
    assert done.rc == 0, done.err
    assert f"inference_lora.py --adapter {output}" in done.out
    return output


@pytest.fixture(scope="module")
def base_picture(tiny_base: Path) -> np.ndarray:
    return drawn(stock_pipeline(tiny_base), "a ramp")


def in_memory(base: Path, output: Path, checkpoint: Path):
    """The base with the trained layers as peft had them while training: raw weights, and alpha in peft's own hands."""
    from finetune.lora import add_lora
    from inference.families import SD

    flags = json.loads((output / "recipe.json").read_text())["flags"]
    args = type("Flags", (), flags)
    pipe = stock_pipeline(base)
    add_lora(pipe.unet, SD.attention + SD.feed_forward * flags["train_feed_forward"], args)
    models = {"unet": pipe.unet}
    if flags["train_text_encoder"]:
        add_lora(pipe.text_encoder, SD.text_attention, args)
        models["conditioning.text_encoder"] = pipe.text_encoder
    weights = {k: v for k, v in load_file(checkpoint / "state.safetensors").items() if k.startswith("model.")}
    for prefix, model in models.items():
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                parameter.data = weights.pop(f"model.{prefix}.{name}")
    assert not weights
    return pipe


def test_plain_diffusers_gives_the_pictures_of_the_model_in_memory(
    trained: Path, tiny_base: Path, base_picture: np.ndarray, tmp_path: Path
) -> None:
    kind = trained.name.replace("-", " ")
    again = tmp_path / "again"
    assert train(tiny_base, again, *KINDS[kind], "--checkpointing_steps=3").rc == 0
    pipe = stock_pipeline(tiny_base)
    pipe.load_lora_weights(again)
    loaded, memory = drawn(pipe, "a ramp"), drawn(in_memory(tiny_base, again, again / "checkpoint-3"), "a ramp")
    assert abs(loaded - memory).max() <= 1 / 255
    assert abs(loaded - base_picture).max() > 4 / 255, "the adapter does nothing"


def test_the_kohya_file_is_the_same_adapter(trained: Path, tiny_base: Path) -> None:
    kohya = load_file(trained / "lora_kohya.safetensors")
    if trained.name.startswith("dora"):  # diffusers leaves these out of a kohya file, so they are compared themselves
        lengths = {
            f"{name.partition('.lora_magnitude_vector')[0].replace('.', '_')}.dora_scale": tensor[:, None]
            for name, tensor in load_file(trained / "pytorch_lora_weights.safetensors").items()
            if "magnitude" in name
        }
        lengths = {f"lora_{name.replace('text_encoder', 'te')}": tensor for name, tensor in lengths.items()}
        assert lengths.keys() == {name for name in kohya if "dora_scale" in name} and len(lengths) >= 8
        assert all(torch.equal(kohya[name], tensor) for name, tensor in lengths.items())
        return
    first, second = stock_pipeline(tiny_base), stock_pipeline(tiny_base)
    first.load_lora_weights(trained)
    second.load_lora_weights(trained, weight_name="lora_kohya.safetensors")
    assert abs(drawn(first, "a ramp") - drawn(second, "a ramp")).max() <= 1 / 255


def test_names_alpha_and_metadata_are_what_other_tools_expect(trained: Path) -> None:
    recipe = json.loads((trained / "recipe.json").read_text())
    hashes = recipe.pop("sha256")
    diffusers, kohya = (load_file(trained / f"{name}.safetensors") for name in ("pytorch_lora_weights", "lora_kohya"))
    attention = "unet.down_blocks.0.attentions.0.transformer_blocks.0.attn1.to_q.lora.down.weight"
    assert diffusers[attention].shape[0] == 4
    flat = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn1_to_q"
    assert kohya[f"{flat}.alpha"].item() == recipe["flags"]["lora_alpha"] and kohya[f"{flat}.alpha"].shape == ()
    scale = recipe["flags"]["lora_alpha"] / 4
    up = diffusers[attention.replace("down.weight", "up.weight")]
    assert torch.allclose(up, kohya[f"{flat}.lora_up.weight"] * scale)
    text = "text_encoder.text_model.encoder.layers.0.self_attn.q_proj.lora_linear_layer.up.weight"
    assert (text in diffusers) == recipe["flags"]["train_text_encoder"]
    assert ("lora_te_text_model_encoder_layers_0_self_attn_q_proj.lora_up.weight" in kohya) == (text in diffusers)
    assert any(".ff.net.0.proj." in name for name in diffusers) == recipe["flags"]["train_feed_forward"]
    assert any("lora_magnitude_vector" in name for name in diffusers) == recipe["flags"]["use_dora"]
    assert recipe["base"] == recipe["flags"]["pretrained_model_name_or_path"] and "/" not in recipe["base"]
    assert str(trained.parent) not in json.dumps(recipe), "folders of this machine, for everyone to read"
    for name in ("pytorch_lora_weights", "lora_kohya"):
        with safe_open(trained / f"{name}.safetensors", "pt") as file:
            assert json.loads(file.metadata()["recipe"]) == recipe
        whole = (trained / f"{name}.safetensors").read_bytes()
        assert hashes[f"{name}.safetensors"] == hashlib.sha256(whole).hexdigest()
    assert all(tensor.isfinite().all() and tensor.dtype == torch.float32 for tensor in diffusers.values())


def test_our_own_scripts_read_both_files_as_diffusers_reads_the_first(trained: Path, tiny_base: Path) -> None:
    from inference.adapters import read_lora
    from inference.strategies import with_lora

    stock, ours = stock_pipeline(tiny_base), stock_pipeline(tiny_base)
    stock.load_lora_weights(trained)
    stock.fuse_lora()
    stock.unload_lora_weights()
    parts = ("unet", "text_encoder")
    expected = {part: {n: p.detach() for n, p in getattr(stock, part).named_parameters()} for part in parts}
    for name in ("pytorch_lora_weights", "lora_kohya"):
        with with_lora(ours, read_lora(trained / f"{name}.safetensors", tiny_base)):
            for part in parts:
                found = dict(getattr(ours, part).named_parameters())
                assert all(torch.allclose(found[n], p, atol=1e-6) for n, p in expected[part].items()), (name, part)


def test_who_draws_it_as_it_was_trained_is_said(trained: Path) -> None:
    said = (trained.parent / f"{trained.name}-said" / "stdout").read_text()
    dora = trained.name.startswith("dora")
    assert ("for ComfyUI, A1111 and Forge, lora_kohya.safetensors" in said) == (not dora)
    assert ("ComfyUI and Forge are 9 to 15 % off, A1111 far more, and sd-scripts leaves" in said) == dora


def test_the_header_tells_tools_what_it_is(trained: Path) -> None:
    flags = json.loads((trained / "recipe.json").read_text())["flags"]
    for file in ("pytorch_lora_weights", "lora_kohya"):
        found = assert_described(trained / f"{file}.safetensors", "stable-diffusion-v1/lora", trained.name)
        assert found["modelspec.implementation"] == "diffusers" and "modelspec.trigger_phrase" not in found
        assert ("9 to 15 %" in found["modelspec.usage_hint"]) == flags["use_dora"]
        assert found["ss_network_module"] == "networks.lora" and found["ss_network_dim"] == "4"
        assert json.loads(found["ss_network_args"]) == {
            "use_dora": flags["use_dora"],
            "train_feed_forward": flags["train_feed_forward"],
        }
        assert json.loads(found["ss_tag_frequency"]) == {
            "pictures": {f"picture number {i} of a ramp": 1 for i in range(3)}
        }


def test_text_encoder_is_trained_when_asked(tiny_base: Path, tmp_path: Path) -> None:
    assert train(tiny_base, tmp_path / "run", "--train_text_encoder").rc == 0
    weights = load_file(tmp_path / "run" / "pytorch_lora_weights.safetensors")
    ups = [tensor for name, tensor in weights.items() if name.startswith("text_encoder.") and "up" in name]
    assert ups and all(tensor.abs().max() > 0 for tensor in ups)
    # less memory and the same numbers
    again = train(tiny_base, tmp_path / "again", "--train_text_encoder", "--gradient_checkpointing")
    assert again.rc == 0, again.err
    same = load_file(tmp_path / "again" / "pytorch_lora_weights.safetensors")
    assert all(torch.allclose(weights[name], same[name], atol=1e-5) for name in weights)


def refused(*flags: str) -> Finished:
    """lora.py as a script, with these flags."""
    return run_script("finetune/lora.py", *flags)


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--lora_alpha=0"], ["--lora_alpha 0"]),
        (["--rank=999"], ["--rank 999", "16"]),
        (["--resolution=100"], ["--resolution 100", "multiple of 8"]),
        (["--resolution=8"], ["--resolution 8", "too small"]),
        (["--mixed_precision=fp16"], ["fp16", "bf16"]),
        (["--optimizer=prodigy"], ["prodigy", "pip install prodigyopt"]),
        (["--use_8bit_adam"], ["adamw8bit", "bitsandbytes"]),
        (["--use_8bit_adam", "--optimizer=prodigy"], ["choose one"]),
        (["--enable_xformers_memory_efficient_attention"], ["CUDA"]),
        (["--report_to=wandb"], ["wandb", "pip install"]),
        (["--caption_dropout=2"], ["--caption_dropout 2"]),
        (["--hub_model_id=me/it"], ["--push_to_hub"]),
    ],
)
def test_flags_that_cannot_be_meant(flags: list[str], words: list[str], tiny_base: Path, tmp_path: Path) -> None:
    assert_refused(train(tiny_base, tmp_path / "run", *flags), *words)
    assert not (tmp_path / "run" / "pytorch_lora_weights.safetensors").exists()


def test_a_bad_folder_is_refused_before_any_library_is_loaded(tmp_path: Path) -> None:
    (tmp_path / "torch.py").write_text("raise RuntimeError('torch was imported')")
    for folder in (tmp_path / "nowhere", captioned_pictures(tmp_path / "pictures", 1)):
        if folder.exists():
            (folder / "metadata.jsonl").unlink()
        done = run_script("finetune/lora.py", f"--train_data_dir={folder}", PYTHONPATH=str(tmp_path))
        assert_refused(done, str(folder))


def test_help_is_quick_and_shows_defaults(without_torch: dict[str, str]) -> None:
    done = run_script("finetune/lora.py", "--help", **without_torch)
    assert done.rc == 0 and "(default: 500)" in done.out and "./lora.sh" in done.out


def test_every_layer_of_the_adapter_moves(tiny_base: Path, tmp_path: Path) -> None:
    assert train(tiny_base, tmp_path / "run", "--gradient_checkpointing", "--scale_lr").rc == 0
    weights = load_file(tmp_path / "run" / "pytorch_lora_weights.safetensors")
    assert all(tensor.abs().max() > 0 for tensor in weights.values())
    layers = {name.partition(".lora.")[0] for name in weights}
    assert {layer.partition("attn1.")[2] for layer in layers} - {""} == {"to_q", "to_k", "to_v", "to_out.0"}
