"""Scripts run for real, what they say, what they leave, and pictures for them."""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import warm
from warm import ROOT, Finished

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


def printed_table(columns: Sequence[str], *command: object) -> dict[str, dict[str, float]]:
    """The rows, by name, of the one Markdown table of numbers that a module prints; a share for a percentage."""
    done = run_script(sys.executable, "-m", *command, timeout=1800)
    assert done.rc == 0, done.err
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in done.out.splitlines() if "|" in line][2:]
    numbers = [(name, [float(c.rstrip("%")) / (100 if "%" in c else 1) for c in cells]) for name, *cells in lines]
    return {name: dict(zip(columns, row, strict=True)) for name, row in numbers}


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
