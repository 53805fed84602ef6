"""Textual inversion: what is trained, the file it is kept in, and the pictures it gives in other hands."""

import base64
import json
import shlex
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
import warm
from helpers import (
    Finished,
    assert_described,
    assert_refused,
    captioned_pictures,
    drawn,
    pixels,
    run_printed,
    run_script,
    stock_pipeline,
)
from safetensors import safe_open
from safetensors.torch import load_file, save_file

TOKEN = "<my-style>"
PROMPT = "a ramp, in the style of <my-style>"


def train(base: Path, output: Path, *more: str) -> Finished:
    pictures = output.parent / "pictures"
    if not pictures.exists():
        captioned_pictures(pictures, 3)
    flags = [f"--pretrained_model_name_or_path={base}", f"--train_data_dir={pictures}", f"--output_dir={output}",
             f"--placeholder_token={TOKEN}", "--initializer_token=s", "--num_vectors=2", "--train_batch_size=2",
             "--max_train_steps=4", "--learning_rate=5e-2", "--checkpointing_steps=1", "--save_steps=2",
             "--report_to=none", "--mixed_precision=no", *more]  # fmt: skip
    return run_script("finetune/textual_inversion.py", *flags, **warm.environment())


@pytest.fixture(scope="module")
def trained(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("textual_inversion") / "run"
    done = train(tiny_base, output)
    assert done.rc == 0, done.err
    assert f"{output / 'my-style.safetensors'}" in done.out
    return output


def start(base: Path) -> torch.Tensor:
    pipe = stock_pipeline(base)
    (token,) = pipe.tokenizer.encode("s", add_special_tokens=False)
    return pipe.text_encoder.get_input_embeddings().weight[token].detach()  # (width,)


def test_one_file_with_one_key_and_its_recipe(trained: Path) -> None:
    tensors = load_file(trained / "my-style.safetensors")
    assert {name: tuple(tensor.shape) for name, tensor in tensors.items()} == {TOKEN: (2, 32)}
    recipe = json.loads((trained / "recipe.json").read_text())
    assert recipe.pop("sha256").keys() == {"recipe.json", "my-style.safetensors"}
    assert recipe["prompt"] == "{caption}, in the style of <my-style>"
    with safe_open(trained / "my-style.safetensors", "pt") as file:
        assert json.loads(file.metadata()["recipe"]) == recipe
    assert not list(trained.glob("*/unet*")) and [p.name for p in trained.glob("*.safetensors")] == [
        "my-style.safetensors"
    ]


def test_the_header_tells_tools_what_it_is_and_its_word(trained: Path) -> None:
    file, kind = trained / "my-style.safetensors", "stable-diffusion-v1/textual-inversion"
    found = assert_described(file, kind, "my-style")
    assert found["modelspec.trigger_phrase"] == TOKEN and "modelspec.thumbnail" not in found
    assert ", in the style of <my-style>'" in found["modelspec.usage_hint"]


def test_rows_turn_and_keep_the_initialisers_length(trained: Path, tiny_base: Path) -> None:
    first, rows = start(tiny_base), load_file(trained / "my-style.safetensors")[TOKEN]
    assert torch.allclose(rows.norm(dim=1), first.norm().expand(2), rtol=1e-5)
    alike = torch.nn.functional.cosine_similarity(rows, first[None])
    assert (alike < 0.999).all() and not torch.equal(rows[0], rows[1])


def test_the_optimizer_holds_the_rows_and_nothing_else(trained: Path) -> None:
    state = load_file(trained / "checkpoint-4" / "state.safetensors")
    model = {name: tuple(tensor.shape) for name, tensor in state.items() if name.startswith("model.")}
    assert list(model.values()) == [(2, 32)] and next(iter(model)).endswith("token_embedding.rows")
    moments = {name: tuple(tensor.shape) for name, tensor in state.items() if not name.startswith("model.")}
    assert moments == {"0.exp_avg": (2, 32), "0.exp_avg_sq": (2, 32), "0.step": ()}
    rest = json.loads((trained / "checkpoint-4" / "state.json").read_text())["optimizer"]
    assert [group["weight_decay"] for group in rest["param_groups"]] == [0.0]


def test_only_new_tokens_get_a_gradient_and_old_ones_their_old_embedding() -> None:
    from finetune.model import PlaceholderEmbedding

    table = torch.nn.Embedding(7, 4)
    module = PlaceholderEmbedding(table, first=5, initializer=3, count=2)  # two rows of the table are not in use
    tokens = torch.tensor([[0, 5, 4, 6, 5]])
    out = module(tokens)
    assert torch.equal(out[0, [0, 2]], table.weight[[0, 4]])
    assert torch.allclose(out[0, [1, 3]], table.weight[3].expand(2, 4))
    wanted = torch.randn(1, 5, 4)
    (out * wanted).sum().backward()
    assert [name for name, p in module.named_parameters() if p.grad is not None] == ["rows"]
    # a row turns and keeps its length: what is asked of it, less the part that lies along it
    start = table.weight[3] / table.weight[3].norm()
    for row, asked in enumerate((wanted[0, 1] + wanted[0, 4], wanted[0, 3])):
        assert torch.allclose(module.rows.grad[row], asked - (asked @ start) * start, atol=1e-6)


def in_memory(base: Path, checkpoint: Path):
    """The base with the rows of a checkpoint in the module that trained them."""
    from finetune.model import PlaceholderEmbedding

    pipe = stock_pipeline(base)
    rows = load_file(checkpoint / "state.safetensors")
    (name,) = (name for name in rows if name.startswith("model."))
    first, (initializer,) = len(pipe.tokenizer), pipe.tokenizer.encode("s", add_special_tokens=False)
    pipe.tokenizer.add_tokens([TOKEN, f"{TOKEN}_1"][: len(rows[name])])
    embedding = PlaceholderEmbedding(pipe.text_encoder.get_input_embeddings(), first, initializer, len(rows[name]))
    embedding.rows.data = rows[name]
    pipe.text_encoder.set_input_embeddings(embedding)
    return pipe


@pytest.mark.parametrize("vectors", [1, 2])
def test_plain_diffusers_gives_the_pictures_of_the_model_in_memory(
    vectors: int, trained: Path, tiny_base: Path, tmp_path: Path
) -> None:
    output = trained
    if vectors == 1:
        output = tmp_path / "run"
        assert train(tiny_base, output, "--num_vectors=1").rc == 0
    pipe = stock_pipeline(tiny_base)
    plain = drawn(pipe, "a ramp, in the style of s")
    pipe.load_textual_inversion(output / "my-style.safetensors")
    loaded, memory = drawn(pipe, PROMPT), drawn(in_memory(tiny_base, output / "checkpoint-4"), PROMPT)
    assert abs(loaded - memory).max() <= 1 / 255
    assert abs(loaded - plain).max() > 1 / 255, "the word does nothing"


@pytest.mark.parametrize("step", [1, 2, 3])
def test_resumed_at_any_step_is_bit_identical(step: int, trained: Path, tiny_base: Path, tmp_path: Path) -> None:
    output = tmp_path / "run"
    shutil.copytree(trained.parent / "pictures", tmp_path / "pictures")
    shutil.copytree(trained / f"checkpoint-{step}", output / f"checkpoint-{step}")
    done = train(tiny_base, output, "--resume_from_checkpoint=latest")
    assert done.rc == 0 and "continuing from" in done.out and "note:" not in done.out, (done.out, done.err)
    first, second = (load_file(folder / "my-style.safetensors")[TOKEN] for folder in (trained, output))
    assert torch.equal(first, second)


def test_embeddings_on_the_way_have_the_words_name(trained: Path) -> None:
    kept = sorted(trained.glob("steps/*/*.safetensors"))
    assert [str(path.relative_to(trained)) for path in kept] == [f"steps/{n}/my-style.safetensors" for n in (2, 4)]
    last = load_file(trained / "my-style.safetensors")[TOKEN]
    assert not torch.equal(load_file(kept[0])[TOKEN], last) and torch.equal(load_file(kept[1])[TOKEN], last)


def captions_of(base: Path, output: Path, *more: str) -> str:
    """The caption that the report shows, the longest."""
    done = train(base, output, "--max_train_steps=1", *more)
    assert done.rc == 0, done.err
    return next(line for line in done.out.splitlines() if line.startswith("captions"))


def test_captions_carry_the_word(tiny_base: Path, tmp_path: Path) -> None:
    said = captions_of(tiny_base, tmp_path / "style")
    assert "of a ramp, in the style of <my-style> <my-style>_1'" in said
    thing = captions_of(tiny_base, tmp_path / "thing", "--learnable_property=object", "--num_vectors=1")
    assert "'a photo of <my-style>, picture number" in thing
    lines = [{"file_name": f"{i:02}.png", "text": "what <my-style> shows"} for i in range(3)]
    (tmp_path / "pictures" / "metadata.jsonl").write_text("\n".join(map(json.dumps, lines)))
    assert "'what <my-style> <my-style>_1 shows'" in captions_of(tiny_base, tmp_path / "named")
    (tmp_path / "pictures" / "metadata.jsonl").unlink()
    bare = captions_of(tiny_base, tmp_path / "bare")
    assert "10 different" in bare and "in the style of <my-style> <my-style>_1'" in bare and "paint" not in bare


def test_a_word_is_no_part_of_the_captions_other_words(tiny_base: Path, tmp_path: Path) -> None:
    folder = captioned_pictures(tmp_path / "pictures", 1)
    word = "--placeholder_token=cine"
    (folder / "metadata.jsonl").write_text(json.dumps({"file_name": "00.png", "text": "medicine in a cinema"}))
    assert "'medicine in a cinema, in the style of cine cine_1'" in captions_of(tiny_base, tmp_path / "run", word)
    (folder / "metadata.jsonl").write_text(json.dumps({"file_name": "00.png", "text": "a cinema as Cine shows it"}))
    assert "'a cinema as cine cine_1 shows it'" in captions_of(tiny_base, tmp_path / "run", word)


def test_a_second_word_in_the_same_folder(trained: Path, tiny_base: Path, tmp_path: Path) -> None:
    """The first is moved away, so that the printed command, and one that names the folder, draw the second."""
    output = tmp_path / "run"
    shutil.copytree(trained.parent / "pictures", tmp_path / "pictures")
    shutil.copytree(trained, output)
    (output / "another.safetensors").write_bytes((trained / "my-style.safetensors").read_bytes()[:-1])
    save_file({"<theirs>": torch.zeros(1, 32)}, output / "theirs.safetensors")
    done = train(tiny_base, output, "--placeholder_token=<other>", "--max_train_steps=1")
    assert done.rc == 0, done.err
    assert (output / "earlier" / "my-style.safetensors").exists() and (output / "earlier" / "recipe.json").exists()
    names = [path.name for path in sorted(output.glob("*.safetensors"))]
    assert names == ["another.safetensors", "other.safetensors", "theirs.safetensors"], "only what a run made is moved"
    command = shlex.split(done.out.partition("compare it with the base: ")[2])
    assert command[command.index("--adapter") + 1] == str(output / "other.safetensors")
    drawn = run_printed(done, tmp_path / "drawn")
    assert drawn.rc == 0 and (tmp_path / "drawn" / "grid.png").exists(), drawn.err


def test_a_long_caption_makes_room_for_the_word(tiny_base: Path, tmp_path: Path) -> None:
    folder = captioned_pictures(tmp_path / "pictures", 1)
    (folder / "metadata.jsonl").write_text(json.dumps({"file_name": "00.png", "text": "many words " * 20}))
    done = train(tiny_base, tmp_path / "run", "--max_train_steps=1")
    assert done.rc == 0 and "1 captions lost their last words" in done.out, done.err
    said = next(line for line in done.out.splitlines() if line.startswith("captions"))
    assert "in the style of <my-style> <my-style>_1'" in said and "longer than" not in done.out


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--placeholder_token=a"], ["--placeholder_token a ", "already"]),
        (["--placeholder_token=<|endoftext|>"], ["<|endoftext|>", "already"]),
        (["--placeholder_token=my style"], ["'my style'", "not one word"]),
        (["--placeholder_token="], ["--placeholder_token"]),
        (["--placeholder_token=<MyLook>"], ["<MyLook> has capital letters", "lower case", "take <mylook>"]),
        (["--initializer_token=sea"], ["--initializer_token 'sea' is 3 tokens", "s e a</w>"]),
        (["--initializer_token=é"], ["--initializer_token 'é' is unknown"]),
        (["--initializer_token="], ["--initializer_token '' is unknown"]),
        (["--resume_from_checkpoint=nowhere"], ["nowhere"]),
    ],
)
def test_bad_input_is_one_sentence(flags: list[str], words: list[str], tiny_base: Path, tmp_path: Path) -> None:
    assert_refused(train(tiny_base, tmp_path / "run", *flags), *words)
    assert not list((tmp_path / "run").glob("*.safetensors"))


def test_other_vectors_cannot_be_resumed(trained: Path, tiny_base: Path, tmp_path: Path) -> None:
    checkpoint = f"--resume_from_checkpoint={trained / 'checkpoint-2'}"
    assert_refused(train(tiny_base, tmp_path / "run", checkpoint, "--num_vectors=3"), "checkpoint-2", "--num_vectors")


def test_another_initializer_cannot_be_resumed_and_other_changes_are_named(
    trained: Path, tiny_base: Path, tmp_path: Path
) -> None:
    checkpoint = f"--resume_from_checkpoint={trained / 'checkpoint-2'}"
    shutil.copytree(trained.parent / "pictures", tmp_path / "pictures")
    refused = train(tiny_base, tmp_path / "run", checkpoint, "--initializer_token=t")
    assert_refused(refused, "checkpoint-2 was trained with --initializer_token s")
    more = ["--learnable_property=object", "--placeholder_token=<other>", "--max_train_steps=3"]
    done = train(tiny_base, tmp_path / "run", checkpoint, *more)
    assert done.rc == 0, done.err
    assert "note: --learnable_property was style and is object" in done.out
    assert "note: --placeholder_token was <my-style> and is <other>" in done.out


def test_the_shell_script_with_samples(tiny_base: Path, tmp_path: Path) -> None:
    pictures, output = captioned_pictures(tmp_path / "pictures", 2), tmp_path / "out"
    done = run_script(
        "finetune/textual_inversion.sh",
        "--initializer_token=s",
        "--max_train_steps=1",
        "--lr_warmup_steps=0",
        f"--train_data_dir={pictures}",
        f"--output_dir={output}",
        "--train_batch_size=1",
        "--validation_prompt=a ramp",
        "--num_validation_images=1",
        MODEL_NAME=str(tiny_base),
        **warm.environment(),
    )
    assert done.rc == 0, done.err
    assert (output / "cinematic-style.safetensors").exists() and (output / "samples" / "step-000001.png").exists()
    with safe_open(output / "cinematic-style.safetensors", "pt") as file:
        kind, thumbnail = file.metadata()["modelspec.thumbnail"].split(",")
    (tmp_path / "thumbnail.jpg").write_bytes(base64.b64decode(thumbnail))
    shown = np.split(pixels(output / "samples" / "step-000001.png"), 2)[1]  # the word's, below the base's
    assert kind == "data:image/jpeg;base64" and abs(pixels(tmp_path / "thumbnail.jpg") - shown).mean() < 20  # of noise
    # the base draws the prompt as it was written, whatever the word starts from
    other = tmp_path / "other"
    flags = ["--initializer_token=t", "--max_train_steps=1", "--train_batch_size=1", "--validation_prompt=a ramp",
             "--num_validation_images=1", "--mixed_precision=auto"]  # fmt: skip
    assert train(tiny_base, other, *flags).rc == 0
    strips = [pixels(folder / "samples" / "step-000001.png") for folder in (output, other)]
    tops, bottoms = ([np.split(strip, 2)[row] for strip in strips] for row in (0, 1))
    assert abs(tops[0] - tops[1]).max() <= 1 < abs(bottoms[0] - bottoms[1]).max()


def test_help_is_quick(without_torch: dict[str, str]) -> None:
    done = run_script("finetune/textual_inversion.py", "--help", **without_torch)
    assert done.rc == 0 and "--placeholder_token" in done.out and "(default: 0.0)" in done.out
