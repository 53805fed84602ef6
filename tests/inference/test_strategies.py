"""Each strategy on a tiny base: it changes the picture, equals plain diffusers, and leaves the base as it was."""

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from diffusers import ControlNetModel, StableDiffusionPipeline
from safetensors.torch import load_file, save_file
from tiny_models import make_tiny_base

from inference.adapters import Missing, find_embedding, read_lora
from inference.cli import InputError
from inference.controlnets import ControlNet, find_controlnet
from inference.pipelines import MINIATURE, load_base
from inference.strategies import controlnet, dreambooth, filled, lora, textual_inversion

PROMPT = "a red lighthouse"


@pytest.fixture(scope="module")
def pipe(tiny_base):
    return load_base(str(tiny_base), device="cpu")


@pytest.fixture(scope="module")
def word(tmp_path_factory) -> Path:
    """A folder with a word of three vectors, as finetune/textual_inversion.sh leaves it."""
    folder = tmp_path_factory.mktemp("word")
    vectors = torch.randn(3, 32, generator=torch.Generator().manual_seed(0)) * 0.1
    recipe = json.dumps({"prompt": "{caption}, as in <look>"})
    save_file({"<look>": vectors}, folder / "look.safetensors", {"recipe": recipe})
    return folder


@pytest.fixture(scope="module")
def model(tiny_base, tmp_path_factory) -> Path:
    """A pipeline folder of the tiny base's shapes and other weights, as finetune/dreambooth.sh leaves it."""
    folder = tmp_path_factory.mktemp("model")
    other = StableDiffusionPipeline.from_pretrained(tiny_base)
    torch.manual_seed(5)
    for part in (other.unet, other.text_encoder):
        for weight in part.parameters():
            weight.data += 0.05 * torch.randn_like(weight)
    other.save_pretrained(folder)
    (folder / "recipe.json").write_text('{"prompt": "{caption}, in my style"}')
    return folder


def noise_prediction(pipe, prompt: str) -> torch.Tensor:
    latents = torch.randn(1, 4, 16, 16, generator=torch.Generator().manual_seed(0))
    with torch.inference_mode():
        text = pipe.encode_prompt(prompt, "cpu", 1, False)[0]
        return pipe.unet(latents, 500, encoder_hidden_states=text).sample


def state(pipe) -> dict[str, tuple[torch.Tensor, int]]:
    """Every weight and where it lies, and the vocabulary."""
    parts = {"unet": pipe.unet, "text_encoder": pipe.text_encoder, "vae": pipe.vae}
    weights = {f"{part}.{name}": value for part, model in parts.items() for name, value in model.state_dict().items()}
    return {name: (value.clone(), value.data_ptr()) for name, value in weights.items()}


def test_switching_leaves_the_base_bit_identical(pipe, tiny_base, tiny_lora_text, word, model):
    before, words, plain = state(pipe), len(pipe.tokenizer), noise_prediction(pipe, PROMPT)
    strategies = [lora(tiny_lora_text, tiny_base), textual_inversion(word, tiny_base), dreambooth(model, tiny_base)]
    seen = []
    for _ in range(2):  # each after each
        for strategy in strategies:
            with strategy.prepare(pipe) as prepared:
                seen.append(noise_prediction(prepared, strategy.prompt(PROMPT)))
        after = state(pipe)
        assert after.keys() == before.keys() and len(pipe.tokenizer) == words
        assert all(torch.equal(after[name][0], value) for name, (value, _) in before.items())
        assert all(after[name][1] == place for name, (_, place) in before.items()), "the base was copied"
        assert torch.equal(noise_prediction(pipe, PROMPT), plain)
    assert all(torch.equal(first, second) for first, second in zip(seen[:3], seen[3:], strict=True))
    assert all((one - other).abs().max() > 1e-3 for one, other in zip(seen, [plain, *seen[:2]], strict=False))


def test_the_base_comes_back_when_work_under_a_strategy_fails(pipe, tiny_base, word, model):
    before = state(pipe)
    for strategy in (textual_inversion(word, tiny_base), dreambooth(model, tiny_base)):
        with pytest.raises(KeyboardInterrupt), strategy.prepare(pipe):
            raise KeyboardInterrupt
    after = state(pipe)
    assert all(after[name][1] == place for name, (_, place) in before.items())


def test_a_word_equals_plain_diffusers_and_is_written_as_it_was_trained(pipe, tiny_base, word):
    strategy = textual_inversion(word, tiny_base)
    assert strategy.prompt(PROMPT) == "a red lighthouse, as in <look>"
    with strategy.prepare(pipe):
        ours = noise_prediction(pipe, strategy.prompt(PROMPT))
    stock = load_base(str(tiny_base), device="cpu")
    stock.load_textual_inversion(word / "look.safetensors")
    assert torch.allclose(ours, noise_prediction(stock, strategy.prompt(PROMPT)), atol=1e-6)
    assert textual_inversion(word, tiny_base, "<look>: {prompt}").prompt(PROMPT) == "<look>: a red lighthouse"


@pytest.mark.parametrize("name", ["EasyNegative", "<MyLook>", "easynegative"])
def test_every_vector_of_a_word_counts_whatever_its_letters(pipe, tiny_base, tmp_path, name):
    vectors = torch.randn(4, 32, generator=torch.Generator().manual_seed(0)) * 0.1
    others = torch.cat([vectors[:1], vectors[1:].flip(0)])
    seen = []
    for file, tensor in {"one": vectors, "other": others}.items():
        save_file({name: tensor}, tmp_path / f"{file}.safetensors")
        strategy = textual_inversion(tmp_path / f"{file}.safetensors", tiny_base)
        with strategy.prepare(pipe):
            seen.append(noise_prediction(pipe, strategy.prompt(PROMPT)))
    assert (seen[0] - seen[1]).abs().max() > 1e-4
    save_file({name.lower(): vectors}, tmp_path / "lower.safetensors")
    stock = load_base(str(tiny_base), device="cpu")
    stock.load_textual_inversion(tmp_path / "lower.safetensors")
    assert torch.allclose(seen[0], noise_prediction(stock, f"{PROMPT}, in the style of {name.lower()}"), atol=1e-6)


def test_a_word_is_no_part_of_other_words(pipe, tiny_base, tmp_path):
    save_file({"cine": torch.ones(2, 32)}, tmp_path / "cine.safetensors")
    prompt = "a cinema that sells medicine"
    plain = noise_prediction(pipe, prompt)
    with textual_inversion(tmp_path, tiny_base).prepare(pipe):
        assert torch.equal(noise_prediction(pipe, prompt), plain)
        assert not torch.equal(noise_prediction(pipe, f"{prompt}, cine"), noise_prediction(pipe, f"{prompt}, line"))
    assert pipe.maybe_convert_prompt("cine", pipe.tokenizer) == "cine" and "maybe_convert_prompt" not in vars(pipe)


def test_a_word_in_a1111_s_form_is_called_by_its_file(tiny_base, tmp_path):
    save_file({"emb_params": torch.zeros(2, 32)}, tmp_path / "my-look.safetensors")
    assert textual_inversion(tmp_path, tiny_base).prompt(PROMPT) == "a red lighthouse, in the style of my-look"


def test_a_dreambooth_model_is_that_pipeline(pipe, tiny_base, model):
    strategy = dreambooth(model, tiny_base)
    assert strategy.prompt(PROMPT) == "a red lighthouse, in my style"
    with strategy.prepare(pipe):
        ours = noise_prediction(pipe, strategy.prompt(PROMPT))
    assert torch.equal(ours, noise_prediction(load_base(str(model), device="cpu"), strategy.prompt(PROMPT)))


def test_recipes_tell_what_was_put_on(tiny_base, tiny_lora, word, model):
    recipes = [textual_inversion(word, tiny_base).recipe, dreambooth(model, tiny_base).recipe]
    recipes += [lora(tiny_lora, tiny_base, scale).recipe for scale in (0.5, 1)]
    assert len({json.dumps(recipe) for recipe in recipes}) == 4
    assert all(len(recipe["adapter_sha256"]) == 64 for recipe in recipes)


def test_one_number_that_is_not_finite_is_the_fault_of_its_file(pipe, tiny_base, tiny_lora, word, model, tmp_path):
    def broken(name: str, source: Path) -> Path:
        """A copy of `source` with one number that is not finite."""
        shutil.copytree(source.parent, (tmp_path / name).parent, dirs_exist_ok=True)
        tensors = load_file(source)
        list(tensors.values())[-1].view(-1)[-1] = float("inf")
        save_file(tensors, tmp_path / name)
        return tmp_path / name

    adapter = broken("lora/lora.safetensors", tiny_lora / "pytorch_lora_weights.safetensors")
    look = broken("word/look.safetensors", word / "look.safetensors")
    shutil.copytree(model, tmp_path / "model")
    text = broken("model/text_encoder/model.safetensors", model / "text_encoder" / "model.safetensors")
    strong = tmp_path / "strong.safetensors"  # finite, and what it adds up to at a thousand is not
    tensors = load_file(tiny_lora / "pytorch_lora_weights.safetensors")
    save_file({name: tensor * 1e18 for name, tensor in tensors.items()}, strong)
    before = state(pipe)
    for strategy, path in (
        (lora(adapter, tiny_base), adapter),
        (lora(adapter, tiny_base, scale=0), adapter),
        (textual_inversion(look, tiny_base), look),
        (dreambooth(tmp_path / "model", tiny_base), text.parent),
        (lora(strong, tiny_base, scale=1000), f"{strong} at scale 1000"),
    ):
        with pytest.raises(InputError, match=rf"{path}.* not finite"), strategy.prepare(pipe):
            pass
    assert all(state(pipe)[name][1] == place for name, (_, place) in before.items())
    whole = tmp_path / "whole"
    ControlNetModel.from_unet(pipe.unet, conditioning_embedding_out_channels=(8, 8, 8, 8)).save_pretrained(whole)
    broken("net/diffusion_pytorch_model.safetensors", whole / "diffusion_pytorch_model.safetensors")
    with pytest.raises(InputError, match=rf"{tmp_path / 'net'} holds numbers that are not finite"):
        find_controlnet(str(tmp_path / "net"), "canny", tiny_base).over(pipe, [])


def test_what_does_not_fit_is_refused_with_shapes(word, model, tmp_path):
    other = make_tiny_base(tmp_path / "other", width=8, text_width=48)
    with pytest.raises(InputError, match=r"another base: its embeddings are \[3, 32\], and those of .* are 48 wide"):
        textual_inversion(word, other)
    with pytest.raises(InputError, match=r"another base: its unet has .* \[\d+.*\], and in .* it is \[\d+"):
        dreambooth(model, other)


def test_what_is_not_there_says_which_script_makes_it(tiny_base, tmp_path):
    for make, script in ((textual_inversion, "textual_inversion.sh"), (dreambooth, "dreambooth.sh"), (lora, "lora.sh")):
        with pytest.raises(Missing, match=f"make one with finetune/{script}"):
            make(tmp_path / "nowhere", tiny_base)
    (tmp_path / "word.pt").write_bytes(b"pickle")
    with pytest.raises(InputError, match=r"is a pickle.*save_file"):
        find_embedding(tmp_path / "word.pt")
    save_file({"a": torch.zeros(2, 32), "b": torch.zeros(2, 32)}, tmp_path / "two.safetensors")
    with pytest.raises(InputError, match="no textual inversion: it has 2 tensors"):
        textual_inversion(tmp_path / "two.safetensors", tiny_base)


def test_a_model_that_lacks_a_part_is_refused(tiny_base, model, tmp_path):
    shutil.copytree(model, tmp_path / "part")
    (tmp_path / "part" / "text_encoder" / "config.json").unlink()
    with pytest.raises(InputError, match=r"part is not whole: no readable text_encoder/config\.json.*dreambooth\.sh"):
        dreambooth(tmp_path / "part", tiny_base)


def test_a_word_the_base_knows_is_refused(pipe, tiny_base, tmp_path):
    save_file({"a</w>": torch.zeros(1, 32)}, tmp_path / "a.safetensors")
    with (
        pytest.raises(InputError, match="is a word of the base already"),
        textual_inversion(tmp_path, tiny_base).prepare(pipe),
    ):
        pass


def test_a_template_without_a_place_for_the_prompt_is_refused():
    assert filled("{prompt}, at dusk", "--cinematic_prompt")("a car") == "a car, at dusk"
    with pytest.raises(InputError, match=r"--cinematic_prompt 'at dusk' has no \{prompt\} in it"):
        filled("at dusk", "--cinematic_prompt")
    with pytest.raises(InputError, match="half of a surrogate pair"):  # as a recipe in JSON can have it
        filled("{prompt}, \ud800", "--prompt_template")


def test_controlnets_found_and_refused(pipe, tiny_base, tmp_path, monkeypatch):
    ControlNetModel.from_unet(pipe.unet, conditioning_embedding_out_channels=(8, 8, 8, 8)).save_pretrained(
        tmp_path / "own"
    )
    found = find_controlnet(str(tmp_path / "own"), "canny", tiny_base, scale=0.5)
    assert found.kind == "canny" and found.scale == 0.5 and found.detector("cpu")
    strategy = controlnet(found, "{prompt}, at dusk")
    assert strategy.prompt("a car") == "a car, at dusk" and strategy.recipe["controlnet_conditioning_scale"] == 0.5
    other = make_tiny_base(tmp_path / "other", text_width=48)
    with pytest.raises(InputError, match=r"another base: its cross_attention_dim is 32, and that of .* is 48"):
        find_controlnet(str(tmp_path / "own"), "canny", other)
    with pytest.raises(InputError, match="holds no ControlNetModel"):
        find_controlnet(str(tiny_base / "unet"), "canny", tiny_base)
    with pytest.raises(InputError, match="no control map is called"):
        find_controlnet(None, "edges", tiny_base)
    with pytest.raises(InputError, match="no ControlNet for lineart_anime maps is known here"):
        find_controlnet(None, "lineart_anime", tiny_base)
    with pytest.raises(InputError, match="the miniature has no ControlNet for depth"):
        find_controlnet(None, "depth", MINIATURE)


def test_all_that_changes_a_controlnet_s_picture_is_in_its_recipe(tmp_path):
    (tmp_path / "diffusion_pytorch_model.safetensors").write_bytes(b"weights")
    canny, depth = (ControlNet(tmp_path, "own", kind) for kind in ("canny", "depth"))
    changes = [{"low_threshold": 1}, {"high_threshold": 1}, {"scale": 0.5}, {"end": 0.5}]
    recipes = [canny.recipe, *(replace(canny, **change).recipe for change in changes)]
    recipes += [depth.recipe, replace(depth, depth_model="another").recipe]
    assert len({json.dumps(recipe) for recipe in recipes}) == 7
    assert replace(canny, depth_model="another").recipe == canny.recipe  # which draws nothing of it


def test_old_and_kohya_files_of_sd_15_all_find_their_place(tmp_path):
    """256 tensors at SD v1.5's real shapes, against a base of which there are headers only."""
    from diffusers import UNet2DConditionModel

    with torch.device("meta"):
        unet = UNet2DConditionModel(cross_attention_dim=768)
    attention = {
        name.removesuffix(".weight"): weight.shape
        for name, weight in unet.state_dict().items()
        if name.endswith((".to_q.weight", ".to_k.weight", ".to_v.weight", ".to_out.0.weight")) and ".attn" in name
    }
    assert len(attention) == 128
    base = tmp_path / "base"
    (base / "unet").mkdir(parents=True)
    weights = {f"{name}.weight": torch.empty(shape, dtype=torch.float8_e4m3fn) for name, shape in attention.items()}
    save_file(weights, base / "unet" / "diffusion_pytorch_model.safetensors")
    old, kohya = {}, {}
    for name, (out, width) in attention.items():
        path, projection = name.removesuffix(".0").rsplit(".", 1)
        flat = "lora_unet_" + name.replace(".", "_")
        for half, shape in (("down", (4, width)), ("up", (out, 4))):
            old[f"{path}.processor.{projection}_lora.{half}.weight"] = torch.zeros(shape)
            kohya[f"{flat}.lora_{half}.weight"] = torch.zeros(shape)
        kohya[f"{flat}.alpha"] = torch.tensor(4.0)
    assert "down_blocks.0.attentions.0.transformer_blocks.0.attn1.processor.to_q_lora.down.weight" in old
    for name, tensors in (("old", old), ("kohya", kohya)):
        save_file(tensors, tmp_path / f"{name}.safetensors")
        file = read_lora(tmp_path / f"{name}.safetensors", base)
        assert len(file.places) == len(tensors) and len(file.state_dict(torch.float32)) == 256
    assert len(old) == 256
