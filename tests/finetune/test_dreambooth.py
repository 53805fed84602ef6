"""DreamBooth: what is trained, prior preservation, and the pictures of what is kept in other hands."""

import json
import os
import shutil
from argparse import Namespace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
import warm
from helpers import (
    Finished,
    assert_described,
    assert_refused,
    assert_same_tensors,
    captioned_pictures,
    drawn,
    pixels,
    run_printed,
    run_script,
    stock_pipeline,
    two_shapes,
)
from PIL import Image
from safetensors.torch import load_file

from finetune import class_images
from finetune.data import Bucket, Picture

PROMPT = "a ramp, in sks style"
UNET = Path("unet") / "diffusion_pytorch_model.safetensors"
PRIOR = ["--with_prior_preservation", "--class_prompt={caption}", "--num_class_images=3"]


def flags_for(base: Path, output: Path, *more: str) -> list[str]:
    pictures = output.parent / "pictures"
    if not pictures.exists():
        two_shapes(pictures)
    return [f"--pretrained_model_name_or_path={base}", f"--instance_data_dir={pictures}", f"--output_dir={output}",
            "--instance_prompt=in sks style", "--train_batch_size=2", "--max_train_steps=4", "--learning_rate=1e-3",
            "--checkpointing_steps=1", "--report_to=none", "--mixed_precision=no", "--snr_gamma=5", *more]  # fmt: skip


def train(base: Path, output: Path, *more: str) -> Finished:
    return run_script("finetune/dreambooth.py", *flags_for(base, output, *more), **warm.environment())


@pytest.fixture(scope="module")
def trained(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("dreambooth") / "run"
    done = train(tiny_base, output, *PRIOR, "--train_text_encoder", "--single_file")
    assert done.rc == 0, done.err
    assert "class pictures: 3 drawn ones, 0 of them already there" in done.out
    return output


def in_memory(base: Path, checkpoint: Path):
    """The base with the weights that the loop had after its last step."""
    pipe = stock_pipeline(base)
    weights = {k: v for k, v in load_file(checkpoint / "state.safetensors").items() if k.startswith("model.")}
    for prefix, model in (("unet", pipe.unet), ("conditioning.text_encoder", pipe.text_encoder)):
        for name, parameter in model.named_parameters():
            parameter.data = weights.pop(f"model.{prefix}.{name}")
    assert not weights
    return pipe


@pytest.fixture(scope="module")
def memory_picture(trained: Path, tiny_base: Path) -> np.ndarray:
    return drawn(in_memory(tiny_base, trained / "checkpoint-4"), PROMPT)


def test_the_folder_gives_the_pictures_of_the_model_in_memory(
    trained: Path, tiny_base: Path, memory_picture: np.ndarray
) -> None:
    assert abs(drawn(stock_pipeline(trained), PROMPT) - memory_picture).max() <= 1 / 255
    assert abs(drawn(stock_pipeline(tiny_base), PROMPT) - memory_picture).max() > 4 / 255, "the training does nothing"


def test_the_single_file_gives_them_too(trained: Path, tiny_base: Path, memory_picture: np.ndarray) -> None:
    from diffusers import StableDiffusionPipeline

    pipe = StableDiffusionPipeline.from_single_file(trained / "dreambooth.safetensors", config=str(tiny_base))
    pipe.set_progress_bar_config(disable=True)
    assert abs(drawn(pipe, PROMPT) - memory_picture).max() <= 1 / 255


def test_names_in_the_files_are_those_other_tools_read(trained: Path, tiny_base: Path) -> None:
    single = load_file(trained / "dreambooth.safetensors")
    shapes = {name: tuple(tensor.shape) for name, tensor in single.items()}
    assert shapes["first_stage_model.encoder.mid.attn_1.q.weight"] == (16, 16, 1, 1)
    assert shapes["first_stage_model.decoder.up.3.upsample.conv.weight"] == (16, 16, 3, 3)
    text = "text_model.encoder.layers.0.self_attn.q_proj.weight"
    assert f"cond_stage_model.transformer.{text}" in shapes
    assert text in load_file(trained / "text_encoder" / "model.safetensors")
    attention = "1.transformer_blocks.0.attn2.to_k.weight"
    assert {f"model.diffusion_model.{block}.{attention}" for block in ("input_blocks.1", "output_blocks.3")} <= set(
        shapes
    )
    assert shapes["model.diffusion_model.output_blocks.1.1.conv.weight"] == (32, 32, 3, 3)  # no attention before it
    parts = (stock_pipeline(tiny_base).components[name].state_dict() for name in ("unet", "vae", "text_encoder"))
    assert len(single) == sum(len(state) for state in parts)
    assert not [path for path in trained.glob("*/config.json") if str(tiny_base) in path.read_text()]
    assert (trained / "tokenizer").is_dir() and "_name_or_path" not in (trained / "model_index.json").read_text()


def test_the_single_file_s_header_tells_tools_what_it_is(trained: Path) -> None:
    found = assert_described(trained / "dreambooth.safetensors", "stable-diffusion-v1", "run", (2, 3))
    assert found["modelspec.trigger_phrase"] == "in sks style"
    assert found["modelspec.usage_hint"] == "prompts such as 'a red lighthouse by the sea, in sks style'"


def sd15_names() -> set[str]:
    """Some names of the published v1-5-pruned.safetensors; an upsampler comes after attention where a level has it."""
    unet = "model.diffusion_model."
    return {
        f"{unet}input_blocks.0.0.weight",
        f"{unet}input_blocks.3.0.op.weight",
        f"{unet}input_blocks.4.0.skip_connection.bias",
        f"{unet}input_blocks.11.0.in_layers.0.weight",
        f"{unet}middle_block.1.proj_in.weight",
        f"{unet}out.2.weight",
        f"{unet}output_blocks.2.1.conv.weight",
        f"{unet}output_blocks.5.2.conv.weight",
        f"{unet}output_blocks.8.2.conv.bias",
        f"{unet}output_blocks.11.1.transformer_blocks.0.ff.net.0.proj.weight",
        f"{unet}time_embed.2.bias",
    }


def test_names_at_the_size_of_sd15() -> None:
    from diffusers import UNet2DConditionModel

    from inference.formats.single_file import UNET_RESNET, renamed, unet_modules

    with torch.device("meta"):
        names = UNet2DConditionModel(cross_attention_dim=768).state_dict()
    attends = {f"up_blocks.{level}" for level in (1, 2, 3)}
    modules = dict(unet_modules(4, 2, attends))
    new = {f"model.diffusion_model.{renamed(name, modules, {'resnets': UNET_RESNET})}" for name in names}
    assert len(new) == len(names) == 686 and sd15_names() <= new


@pytest.mark.parametrize("step", [1, 2, 3])
def test_resumed_at_any_step_is_bit_identical(step: int, trained: Path, tiny_base: Path, tmp_path: Path) -> None:
    output = tmp_path / "run"
    shutil.copytree(trained.parent / "pictures", tmp_path / "pictures")
    shutil.copytree(trained / "class", output / "class")
    shutil.copytree(trained / f"checkpoint-{step}", output / f"checkpoint-{step}")
    done = train(tiny_base, output, *PRIOR, "--train_text_encoder", "--resume_from_checkpoint=latest")
    assert done.rc == 0 and "continuing from" in done.out and "note:" not in done.out, (done.out, done.err)
    assert "3 drawn ones, 3 of them already there" in done.out
    assert_same_tensors(trained / UNET, output / UNET)


def test_resumed_in_bf16_is_bit_identical_and_one_checkpoint_is_kept(tiny_base: Path, tmp_path: Path) -> None:
    """On a GPU half precision lays convolutions out channels last, their moments too; a CPU shows its arithmetic."""
    half = ["--mixed_precision=bf16", "--checkpointing_steps=2", "--checkpoints_total_limit=1"]
    whole, output = tmp_path / "whole", tmp_path / "run"
    assert train(tiny_base, whole, *half).rc == 0
    assert train(tiny_base, output, *half, "--max_train_steps=2").rc == 0
    assert {path.name for path in (output / "checkpoint-2").iterdir()} == {
        "state.safetensors",
        "state.json",
        "manifest.json",
    }
    done = train(tiny_base, output, *half, "--resume_from_checkpoint=latest")
    assert done.rc == 0 and "continuing from" in done.out, done.err
    assert [path.name for path in output.glob("checkpoint-*")] == ["checkpoint-4"]
    assert_same_tensors(whole / UNET, output / UNET)


def test_two_processes_train_as_one(tiny_base: Path, tmp_path: Path) -> None:
    """They share the drawing of class pictures too, which the one process then finds."""
    class_folder = f"--class_data_dir={tmp_path / 'class'}"
    launch = "torchrun --nproc_per_node 2 --master_port 29512"
    flags = flags_for(tiny_base, tmp_path / "two", *PRIOR, class_folder, "--lr_warmup_steps=0")
    two = run_script("finetune/dreambooth.sh", *flags, LAUNCH=launch, ACCELERATE_USE_CPU="true", **warm.environment())
    assert two.rc == 0, two.err
    assert len(list((tmp_path / "class").iterdir())) == 3
    one = train(tiny_base, tmp_path / "one", *PRIOR, class_folder, "--train_batch_size=4", "--train_text_encoder")
    assert one.rc == 0 and "3 drawn ones, 3 of them already there" in one.out, one.err
    first, second = (load_file(tmp_path / name / UNET) for name in ("one", "two"))
    assert max((first[name] - second[name]).abs().max() for name in first) < 3e-5  # sums of fp32 in another order


def test_prior_preservation_by_hand() -> None:
    """Pairs of a picture and a class picture; each with min-SNR weights of its own timestep."""
    from finetune.class_images import preserving_loss
    from finetune.latents import Encoded
    from finetune.sampler import Order, draw_batch
    from inference.schedules import Epsilon

    pictures, class_pictures, batch_size = 3, 2, 4
    means = torch.arange(5.0)[:, None, None, None, None].expand(5, 1, 4, 2, 2)  # a picture's latents are its number
    captions = torch.tensor([[1], [1], [1], [2], [2]])
    encoded = Encoded(
        [means], [torch.zeros_like(means)], [captions], ["", "sks", "class"], [pictures], [class_pictures]
    )
    args = Namespace(seed=3, caption_dropout=0.0, noise_offset=0.0)
    run = SimpleNamespace(
        args=args, accelerator=SimpleNamespace(device=torch.device("cpu")), encoded=encoded, global_batch=batch_size
    )
    order = Order([pictures], batch_size, 10, 3, [class_pictures])
    alphas = torch.linspace(0.999, 0.005, 1000)
    schedule = Epsilon(SimpleNamespace(alphas_cumprod=alphas))
    batch = draw_batch(run, order, 1, range(batch_size), schedule)
    numbers = batch.latents[:, 0, 0, 0]
    assert (numbers[::2] < 3).all() and (numbers[1::2] >= 3).all()
    assert batch.captions.tolist() == [1, 2] * 4
    assert len(set(batch.timesteps.tolist())) == 8
    halves = [draw_batch(run, order, 1, slots, schedule) for slots in (range(2), range(2, 4))]
    for column in ("latents", "noise", "timesteps", "captions"):
        assert torch.equal(torch.cat([getattr(half, column) for half in halves]), getattr(batch, column))

    x0, eps, t = batch.latents, batch.noise, batch.timesteps
    losses = schedule.losses(0.5 * schedule.noised(x0, eps, t), x0, eps, t, 5.0)
    own, prior = [], []
    for i in range(8):
        a = alphas[batch.timesteps[i]].item()
        noisy = a**0.5 * batch.latents[i] + (1 - a) ** 0.5 * batch.noise[i]
        snr = a / (1 - a)
        error = ((0.5 * noisy - batch.noise[i]) ** 2).mean().item() * min(snr, 5) / snr
        (prior if numbers[i] >= 3 else own).append(error)
    expected = sum(own) / 4 + 0.3 * sum(prior) / 4
    assert preserving_loss(0.3)(losses).item() == pytest.approx(expected, rel=1e-5)


def test_class_pictures_are_drawn_once_completed_and_have_the_datasets_shapes(
    trained: Path, tiny_base: Path, tmp_path: Path
) -> None:
    shutil.copytree(trained.parent / "pictures", tmp_path / "pictures")
    folder = tmp_path / "class"
    shutil.copytree(trained / "class", folder)
    drawn = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert sorted(drawn) == ["class-00000.png", "class-00001.png", "class-00002.png"]
    assert {Image.open(path).size for path in folder.iterdir()} == {(144, 112)}  # the first three are the wide ones
    (folder / "class-00001.png").write_bytes(b"half a picture")
    short = [*PRIOR[:2], f"--class_data_dir={folder}", "--max_train_steps=1"]
    done = train(tiny_base, tmp_path / "run", *short, "--num_class_images=4")
    assert done.rc == 0 and "4 drawn ones, 2 of them already there" in done.out, done.err
    # drawn beside other pictures than before, and yet the same bits
    assert (pixels(folder / "class-00001.png") == pixels(trained / "class" / "class-00001.png")).all()
    assert (folder / "class-00000.png").read_bytes() == drawn["class-00000.png"]
    prompt = json.loads(Image.open(folder / "class-00003.png").text["recipe"])["prompt"]
    assert prompt == "picture number 3 of a ramp", "the class goes without the name"
    assert Image.open(folder / "class-00003.png").size == (112, 144)
    # another class prompt is another class
    short[1] = "--class_prompt=a ramp"
    done = train(tiny_base, tmp_path / "run", *short, "--num_class_images=2")
    assert done.rc == 0 and "2 drawn ones, 0 of them already there" in done.out, done.err


def test_a_persons_own_class_pictures_are_taken_first(tiny_base: Path, tmp_path: Path) -> None:
    folder = captioned_pictures(tmp_path / "class", 3, size=(96, 96))
    (folder / "metadata.jsonl").unlink()
    own = ["--with_prior_preservation", f"--class_data_dir={folder}", "--class_prompt=a ramp", "--max_train_steps=1"]
    done = train(tiny_base, tmp_path / "run", *own, "--num_class_images=2")
    assert done.rc == 0 and "class pictures: 0 drawn ones" in done.out and "class     2 pictures" in done.out, done.err
    done = train(tiny_base, tmp_path / "run", *own, "--num_class_images=4")
    assert done.rc == 0 and "class pictures: 1 drawn ones" in done.out and "class     4 pictures" in done.out, done.err
    captioned = captioned_pictures(tmp_path / "captioned", 2)
    done = train(tiny_base, tmp_path / "run", own[0], f"--class_data_dir={captioned}", own[3])
    assert done.rc == 0 and "class     2 pictures" in done.out, done.err


def shaped(name: str, *size: int) -> Picture:
    return Picture(Path(name), ("a",), size, name)


def test_class_pictures_go_to_the_bucket_of_their_shape() -> None:
    wide, tall = shaped("wide", 160, 112), shaped("tall", 112, 160)
    buckets = [Bucket((144, 112), (wide,)), Bucket((112, 144), (tall,))]
    assert [bucket.class_pictures for bucket in class_images.paired(buckets, [wide, tall])] == [(wide,), (tall,)]
    of_none = [bucket.class_pictures for bucket in class_images.paired(buckets, [wide])]
    assert of_none == [(wide,), (wide,)], "a bucket that none is near takes all, cropped"


def test_every_class_picture_has_a_seed_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(class_images, "draw_missing", lambda wanted, *_: asked.extend(wanted))
    monkeypatch.setattr(class_images.data, "read_pictures", lambda found: list(found) and [])
    picture = shaped("a.png", 128, 128)
    args = Namespace(class_data_dir=tmp_path / "class", num_class_images=5, sample_batch_size=4)
    buckets = [Bucket((128, 128), (picture,))]
    run = Namespace(args=args, identity={"base_sha256": "hash"}, accelerator=None)
    class_images.add_class_pictures(run, [], {picture.path: "a dog"}, buckets, None)
    assert [wanted.seed for wanted in asked] == [0, 1, 2, 3, 4]


def report(done: Finished) -> str:
    assert done.rc == 0, done.err
    return next(line for line in done.out.splitlines() if line.startswith("captions"))


def test_prompts(tiny_base: Path, tmp_path: Path) -> None:
    from inference import strategies

    one = "--max_train_steps=1"
    assert "'picture number 0 of a ramp, in sks style'" in report(train(tiny_base, tmp_path / "run", one))
    template = train(tiny_base, tmp_path / "run", one, "--instance_prompt=sks: {caption}")
    assert "'sks: picture number 0 of a ramp'" in report(template)
    assert json.loads((tmp_path / "run" / "recipe.json").read_text())["prompt"] == "sks: {caption}"
    (tmp_path / "pictures" / "metadata.jsonl").unlink()
    bare = ["--with_prior_preservation", "--class_prompt=a dog", "--num_class_images=1", "--instance_prompt=a sks dog"]
    done = train(tiny_base, tmp_path / "run", one, *bare, "--validation_prompt=a sks dog")
    assert "2 different" in report(done) and "'a sks dog'" in report(done)
    # the command that it prints takes no --prompt_template: what is asked for stands beside the thing's phrase
    assert strategies.dreambooth(tmp_path / "run", tiny_base).prompt("on a beach") == "a sks dog, on a beach"
    drawn = run_printed(done, tmp_path / "drawn")
    assert drawn.rc == 0 and (tmp_path / "drawn" / "grid.png").exists(), drawn.err


def test_the_rate_follows_the_size_of_the_base() -> None:
    from finetune.optimizer import suited_rate
    from inference.families import SD

    asked = Namespace(learning_rate=None, optimizer="adamw")
    sd15, miniature = (
        [SimpleNamespace(parameters=lambda n=n: [torch.empty(n, device="meta")])] for n in (859_520_964, 10_696_668)
    )
    assert [suited_rate(asked, base, SD.dreambooth_rate) for base in (sd15, miniature)] == [5e-6, 2.5e-4]
    assert [suited_rate(asked, base, SD.lora_rate) for base in (sd15, miniature)] == [2.5e-4, 3e-3]
    assert suited_rate(Namespace(learning_rate=1e-5, optimizer="adamw"), sd15, SD.dreambooth_rate) == 1e-5
    assert suited_rate(Namespace(learning_rate=None, optimizer="prodigy"), sd15, SD.lora_rate) is None


REFUSED = {
    "no class prompt": (["--with_prior_preservation"], ["no pictures", "--class_prompt"]),
    "class without the switch": (["--class_prompt=a dog"], ["--class_prompt", "--with_prior_preservation"]),
    "folder without the switch": (["--class_data_dir=x"], ["--class_data_dir", "--with_prior_preservation"]),
    "weight without the switch": (["--prior_loss_weight=1"], ["--prior_loss_weight", "--with_prior_preservation"]),
    "number without the switch": (["--num_class_images=9"], ["--num_class_images", "--with_prior_preservation"]),
    "empty": (["--instance_prompt="], ["--instance_prompt is empty"]),
    "no folder": (["--instance_data_dir=/nowhere"], ["/nowhere"]),
    "a file": (["--with_prior_preservation", "--class_prompt=a", f"--class_data_dir={__file__}"], ["is a file"]),
}


@pytest.mark.parametrize("case", REFUSED)
def test_bad_input_is_refused_before_any_library_is_loaded(
    case: str, tmp_path: Path, without_torch: dict[str, str]
) -> None:
    flags, words = REFUSED[case]
    done = run_script("finetune/dreambooth.py", *flags_for(tmp_path, tmp_path / "run", *flags), **without_torch)
    assert_refused(done, *words)


@pytest.mark.parametrize("flag", ["--instance_prompt={caption}, sks", "--class_prompt={caption}"])
def test_a_place_for_captions_needs_captions(flag: str, tmp_path: Path, without_torch: dict[str, str]) -> None:
    flags = flags_for(tmp_path, tmp_path / "run", "--with_prior_preservation", "--class_prompt=a", flag)
    (tmp_path / "pictures" / "metadata.jsonl").unlink()
    done = run_script("finetune/dreambooth.py", *flags, **without_torch)
    assert_refused(done, flag.partition("=")[0], "needs captions", str(tmp_path / "pictures"))


def test_no_room_for_the_pipeline_keeps_the_checkpoint(tiny_base: Path, tmp_path: Path, monkeypatch) -> None:
    from finetune import dreambooth
    from inference.cli import InputError

    run = SimpleNamespace(folder=tiny_base, args=Namespace(variant=None, single_file=True))
    nearly = shutil.disk_usage(tmp_path)._replace(free=2**20)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: nearly)
    with pytest.raises(InputError, match=r"it takes 2\.\d MiB and 1\.0 are free"):
        dreambooth.save(run, {}, tmp_path, {})
    assert not os.listdir(tmp_path)


def test_a_save_that_was_cut_off_leaves_no_pipeline(tiny_base: Path, tmp_path: Path, monkeypatch) -> None:
    from finetune import dreambooth
    from inference.adapters import Missing, find_model

    run = SimpleNamespace(folder=tiny_base, args=Namespace(variant=None, single_file=False))
    dreambooth.save(run, {}, tmp_path, {"prompt": "before"})
    assert find_model(tmp_path) == tmp_path
    move, left = os.replace, iter(range(3))

    def cut(source: Path, target: Path) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        move(source, target)

    monkeypatch.setattr(os, "replace", cut)
    with pytest.raises(KeyboardInterrupt):
        dreambooth.save(run, {}, tmp_path, {"prompt": "after"})
    with pytest.raises(Missing, match="no DreamBooth pipeline"):
        find_model(tmp_path)


def test_a_single_file_of_fewer_steps_does_not_stay_beside_the_pipeline(tiny_base: Path, tmp_path: Path) -> None:
    from finetune import dreambooth

    (tmp_path / "dreambooth.safetensors").write_text("of step 4")
    run = SimpleNamespace(folder=tiny_base, args=Namespace(variant=None, single_file=False))
    dreambooth.save(run, {}, tmp_path, {"prompt": "of step 8"})
    assert (tmp_path / "earlier" / "dreambooth.safetensors").read_text() == "of step 4"
    assert not (tmp_path / "dreambooth.safetensors").exists()


def test_help_is_quick(without_torch: dict[str, str]) -> None:
    done = run_script("finetune/dreambooth.py", "--help", **without_torch)
    assert done.rc == 0 and "--class_data_dir" in done.out
