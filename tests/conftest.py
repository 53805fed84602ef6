"""What the tests share: a tiny Stable Diffusion, a folder of captioned pictures, scripts run for real."""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
import warm
from warm import ROOT, Finished

WORKERS = os.environ.get("PYTEST_XDIST_WORKER_COUNT")
if WORKERS:
    # Workers side by side, and the scripts that they start, share the cores: threads that outnumber them wait for each
    # other at every barrier, ten times slower. Not in the process that starts the workers, who inherit what it sets.
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) // int(WORKERS))))


# files that take minutes, the longest first: begun last, they would keep one worker busy while the others wait
LONGEST = (
    "test_strategies_cinematic", "test_miniature_recipe", "test_readme", "test_evaluate_consistency",
    "test_evaluate_layers", "test_miniature", "test_training", "test_controlnet_per_frame", "test_accelerate",
    "test_attack", "test_control_a_video", "test_dreambooth",
)  # fmt: skip
# files whose tests run whole scripts, which `make quick` leaves out
WHOLE_SCRIPTS = (
    "test_training", "test_textual_inversion", "test_dreambooth", "test_accelerate", "test_compare", "test_report_page",
    "test_inference_base", "test_inference_lora", "test_inference_strategies", "test_controlnet_per_frame",
    "test_control_a_video", "test_evaluate", "test_evaluate_layers", "test_evaluate_consistency", "test_votes",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.stem in WHOLE_SCRIPTS:
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: LONGEST.index(item.path.stem) if item.path.stem in LONGEST else len(LONGEST))


# what Python and the libraries read as they start
READ_AT_THE_START = {"PYTHONPATH", "PYTHONIOENCODING", "HF_HOME"}


def run_script(*command: object, cwd: str | Path = ROOT, timeout: float = 300, **environment: str) -> Finished:
    """Run a script as a person would: `run_script("inference/inference_base.py", "--seed", "1")`, from the root.

    Python starts with the libraries loaded, unless it is to read something as it starts, or to load Blender's.
    """
    words = [str(word) for word in command]
    if words[0].endswith(".py"):
        words.insert(0, sys.executable)
    python = words[0] == sys.executable and (words[1] == "-m" or words[1].endswith(".py"))
    if python and words[1] != "images/render.py" and not environment.keys() & READ_AT_THE_START:
        with tempfile.TemporaryDirectory() as said:
            return warm.Process(words[1:], Path(said), cwd=cwd, environment=environment).finished(timeout)
    env = {**os.environ, **environment}
    done = subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, timeout=timeout)
    return Finished(done.returncode, done.stdout, done.stderr)


def run_printed(finished: Finished, output_dir: Path, cwd: str | Path = ROOT) -> Finished:
    """Run the command that a trainer prints at its end, as it stands but for one prompt and one step."""
    words = shlex.split(finished.out.partition("compare it with the base: ")[2])
    assert words[0] == "python", finished.out
    few = ["--prompts", "a ramp", "--num_inference_steps", "1", "--output_dir", output_dir]
    return run_script(sys.executable, *words[1:], *few, cwd=cwd)


def assert_refused(finished: Finished, *words: str) -> None:
    """Exit 2, and one sentence on stderr that has all of `words` in it."""
    assert finished.rc == 2, finished
    assert "Traceback" not in finished.err, finished.err
    errors = [line for line in finished.err.splitlines() if line.startswith("error: ")]
    assert len(errors) == 1, finished.err
    for word in words:
        assert word in errors[0], errors[0]


def captioned_pictures(folder: Path, count: int = 4, size: tuple[int, int] = (160, 128)) -> Path:
    """Write `count` different pictures of (width, height) `size` and their metadata.jsonl; returns `folder`."""
    import numpy as np
    from PIL import Image

    folder.mkdir(parents=True, exist_ok=True)
    lines = []
    for i in range(count):
        ramp = np.linspace(0, 255, size[0])[None, :, None] * np.array([1, 0.5, 0.2 * i])
        noise = np.random.default_rng(i).integers(0, 60, (size[1], size[0], 3))
        Image.fromarray(np.clip(ramp + noise, 0, 255).astype(np.uint8)).save(folder / f"{i:02}.png")
        lines.append(json.dumps({"file_name": f"{i:02}.png", "text": f"picture number {i} of a ramp"}))
    (folder / "metadata.jsonl").write_text("\n".join(lines) + "\n")
    return folder


def two_shapes(folder: Path) -> Path:
    """Five captioned pictures, three wide and two tall: two aspect-ratio buckets."""
    from PIL import Image

    captioned_pictures(folder, 5)
    for name in ("03.png", "04.png"):
        Image.open(folder / name).rotate(90, expand=True).save(folder / name)
    return folder


def stock_pipeline(folder: Path):
    """The pipeline in `folder` as plain diffusers loads it, in fp32."""
    from diffusers import StableDiffusionPipeline

    pipe = StableDiffusionPipeline.from_pretrained(folder)
    pipe.set_progress_bar_config(disable=True)
    return pipe


def drawn(pipe, prompt: str):
    """A picture (h, w, 3) in [0, 1] by the pipeline's own call, always of the same noise."""
    import torch

    generator = torch.Generator().manual_seed(5)
    return pipe(prompt, num_inference_steps=4, generator=generator, output_type="np").images[0]


def assert_same_tensors(a: Path, b: Path) -> None:
    """Two safetensors files hold the same names and the same bits."""
    import torch
    from safetensors.torch import load_file

    first, second = load_file(a), load_file(b)
    assert first.keys() == second.keys()
    assert [name for name in first if not torch.equal(first[name], second[name])] == []


def assert_described(path: Path, architecture: str, name: str, counts: Sequence[int] = (3,)) -> dict[str, str]:
    """The file's metadata is as ModelSpec and sd-scripts have it, with so many pictures per bucket; returns it."""
    import hashlib
    import time
    from datetime import datetime

    from safetensors import safe_open

    with safe_open(path, "np") as file:
        found = file.metadata()
    data = path.read_bytes()
    tensors = data[8 + int.from_bytes(data[:8], "little") :]
    assert found["modelspec.hash_sha256"] == "0x" + hashlib.sha256(tensors).hexdigest()
    assert found["modelspec.sai_model_spec"] == "1.0.0" and found["modelspec.architecture"] == architecture
    assert found["modelspec.title"] == found["ss_output_name"] == name
    assert found["modelspec.resolution"] == "128x128" and found["modelspec.prediction_type"] == "epsilon"
    made = datetime.fromisoformat(found["modelspec.date"]).timestamp()
    assert 0 <= made + 1 - float(found["ss_training_started_at"]) < 600 and made <= time.time()
    assert found["modelspec.usage_hint"]
    assert (found["ss_base_model_version"], found["ss_v2"], found["ss_sd_model_name"]) == ("sd_v1", "False", "tiny")
    buckets = json.loads(found["ss_bucket_info"])["buckets"]
    assert [bucket["count"] for bucket in buckets.values()] == list(counts) and len(buckets["0"]["resolution"]) == 2
    assert json.loads(found["ss_dataset_dirs"]) == {"pictures": {"n_repeats": 1, "img_count": sum(counts)}}
    return found


def pixels(path: Path):
    """(h, w, 3) in [0, 255], as int, so that differences do not wrap."""
    import numpy as np
    from PIL import Image

    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB"), dtype=int)


@pytest.fixture
def said(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for what processes print."""
    return tmp_path_factory.mktemp("said")


@pytest.fixture(scope="session")
def without_torch(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Environment without the libraries that take seconds to import: what is said in it, is said before they are."""
    folder = tmp_path_factory.mktemp("without_torch")
    for name in ("torch", "diffusers", "transformers", "accelerate", "peft"):
        (folder / f"{name}.py").write_text(f"raise ImportError('{name} is imported already')\n")
    return {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}"}


@pytest.fixture(scope="session")
def tiny_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Stable Diffusion pipeline folder of the classes of SD v1.5 with random weights: 128 pixels, 1 MB, seconds."""
    return make_tiny_base(tmp_path_factory.mktemp("bases") / "tiny")


def make_tiny_base(folder: Path, width: int = 16, text_width: int = 32) -> Path:
    """Write a tiny pipeline folder; other widths make a base that adapters of the first do not fit."""
    import torch
    from diffusers import AutoencoderKL, DDIMScheduler, StableDiffusionPipeline, UNet2DConditionModel

    torch.manual_seed(0)
    tokenizer = make_tokenizer()
    down, up = ("CrossAttnDownBlock2D", "DownBlock2D"), ("UpBlock2D", "CrossAttnUpBlock2D")
    StableDiffusionPipeline(
        vae=AutoencoderKL(
            block_out_channels=(8, 8, 16, 16),
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            layers_per_block=1,
            norm_num_groups=4,
            sample_size=128,
        ),
        text_encoder=_text_encoder(tokenizer, text_width),
        tokenizer=tokenizer,
        unet=UNet2DConditionModel(
            sample_size=16,
            block_out_channels=(width, 2 * width),
            down_block_types=down,
            up_block_types=up,
            layers_per_block=1,
            cross_attention_dim=text_width,
            attention_head_dim=2,
            norm_num_groups=4,
        ),
        scheduler=DDIMScheduler(
            beta_start=0.00085,
            beta_end=0.012,
            beta_schedule="scaled_linear",
            clip_sample=False,
            set_alpha_to_one=False,
            steps_offset=1,
        ),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    ).save_pretrained(folder)
    return folder


def make_tokenizer():
    """CLIP's tokenizer over single letters: each of ASCII, inside a word and at its end."""
    from transformers import CLIPTokenizer

    letters = [chr(code) for code in range(33, 127)]
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    return CLIPTokenizer(vocab={word: i for i, word in enumerate(words)}, merges=[], model_max_length=77)


def _text_encoder(tokenizer, width: int):
    from transformers import CLIPTextConfig, CLIPTextModel

    return CLIPTextModel(
        CLIPTextConfig(
            vocab_size=len(tokenizer),
            hidden_size=width,
            intermediate_size=2 * width,
            num_hidden_layers=2,
            num_attention_heads=2,
            bos_token_id=tokenizer.bos_token_id,
            eos_token_id=tokenizer.eos_token_id,
            pad_token_id=tokenizer.pad_token_id,
        )
    ).eval()


@pytest.fixture(scope="session")
def tiny_lora(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a LoRA of the tiny base's attention, rank 4, random and strong enough to change a picture."""
    return make_lora(tiny_base, tmp_path_factory.mktemp("lora"))


@pytest.fixture(scope="session")
def tiny_lora_text(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, on the text encoder as well."""
    return make_lora(tiny_base, tmp_path_factory.mktemp("lora_text"), text_encoder=True)


def make_lora(base: Path, folder: Path, text_encoder: bool = False, use_dora: bool = False) -> Path:
    """Write a random LoRA for `base` with peft and diffusers, as a training script would."""
    import torch
    from diffusers import StableDiffusionPipeline
    from diffusers.utils import convert_state_dict_to_diffusers
    from peft import LoraConfig, get_peft_model_state_dict

    pipe = StableDiffusionPipeline.from_pretrained(base)
    models = {"unet": (pipe.unet, ["to_q", "to_k", "to_v", "to_out.0"])}
    if text_encoder:
        models["text_encoder"] = (pipe.text_encoder, ["q_proj", "k_proj", "v_proj", "out_proj"])
    layers = {}
    torch.manual_seed(1)
    for part, (model, targets) in models.items():
        config = LoraConfig(r=4, lora_alpha=4, target_modules=targets, use_dora=use_dora)
        model.add_adapter(config, adapter_name="default")
        state = convert_state_dict_to_diffusers(get_peft_model_state_dict(model, adapter_name="default"))
        layers[f"{part}_lora_layers"] = {name: torch.randn_like(tensor) * 0.3 for name, tensor in state.items()}
    StableDiffusionPipeline.save_lora_weights(folder, **layers)
    return folder


def make_dpt(folder: Path, side: int = 32) -> Path:
    """Write a DPT of random weights for pictures of `side` pixels; returns its folder."""
    import torch
    from transformers import DPTConfig, DPTForDepthEstimation, DPTImageProcessor

    torch.manual_seed(0)
    config = DPTConfig(
        hidden_size=16, num_hidden_layers=4, num_attention_heads=2, intermediate_size=32, image_size=side,
        patch_size=side // 4, backbone_out_indices=[0, 1, 2, 3], neck_hidden_sizes=[8, 8, 8, 8], fusion_hidden_size=8,
        is_hybrid=False, initializer_range=0.5,
    )  # fmt: skip
    DPTForDepthEstimation(config).save_pretrained(folder)
    DPTImageProcessor(size={"height": side, "width": side}).save_pretrained(folder)
    return folder


def printed_table(columns: Sequence[str], *command: object) -> dict[str, dict[str, float]]:
    """The rows, by name, of the one Markdown table of numbers that a module prints; a share for a percentage."""
    done = run_script(sys.executable, "-m", *command, timeout=1800)
    assert done.rc == 0, done.err
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in done.out.splitlines() if "|" in line][2:]
    numbers = [(name, [float(c.rstrip("%")) / (100 if "%" in c else 1) for c in cells]) for name, *cells in lines]
    return {name: dict(zip(columns, row, strict=True)) for name, row in numbers}
