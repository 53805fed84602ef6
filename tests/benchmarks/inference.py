"""Our comparison against the obvious script, in turns: the same base, adapters, prompts, seeds, scheduler and steps.

    python -m tests.benchmarks.inference
    python -m tests.benchmarks.inference --size sd15 --mixed_precision fp16 --compile

The obvious script loads one full pipeline per strategy and draws its prompts one at a time. Adapters have random
weights: they cost what trained ones cost. Prints pictures per second, from the start of the script and of a second
sheet, once everything is loaded and compiled; peak memory, above what the libraries take; of both at DPM-Solver++ and
equal steps, and of the obvious script with the base's own scheduler and 50 steps, with the CLIP scores of both recipes;
and the time to the first picture, and to --help.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from inference.cli import run
from inference.device import peak_memory
from inference.options import DEFAULT_PROMPTS, ROOT, Help, at_least
from inference.pipelines import MINIATURE

WORD = "<look>"
OURS, THEIRS, STOCK = "ours", "theirs", "theirs at 50 steps"


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Help)
    add = parser.add_argument
    add("--size", choices=["miniature", "sd15"], default="miniature", help="sd15: random weights of SD v1.5's shapes")
    add("--work_dir", type=Path, default=ROOT / "outputs" / "benchmark_inference", help="for models and pictures")
    add("--steps", type=at_least(1), default=20, help="of both, where they are equal")
    add("--rounds", type=at_least(1), default=3, help="runs of each")
    add("--mixed_precision", choices=["no", "bf16", "fp16"], default="no", help="arithmetic of both")
    add("--compile", action="store_true", help="ours compiles the UNet's blocks")
    add(
        "--clock", choices=["wall", "cpu"], default="wall", help="cpu: processor time, where others use the machine too"
    )
    return parser.parse_args()


def make_models(size: str, folder: Path) -> None:
    """A base in fp32 with a ControlNet, and one adapter of each kind with random weights."""
    import torch
    from diffusers import ControlNetModel, StableDiffusionPipeline
    from diffusers.utils import convert_state_dict_to_diffusers
    from peft import LoraConfig, get_peft_model_state_dict
    from safetensors.torch import save_file
    from transformers import CLIPTokenizer

    from tests.benchmarks.sd15 import random_sd15

    if size == "sd15":  # the word is added to the tokenizer's own, and diffusers fits the text encoder to that
        pipe = random_sd15(vocabulary=len(CLIPTokenizer.from_pretrained(MINIATURE / "tokenizer")))
    else:
        pipe = StableDiffusionPipeline.from_pretrained(MINIATURE)
    pipe.save_pretrained(folder / "base")
    pipe.save_pretrained(folder / "dreambooth")
    width = pipe.text_encoder.config.hidden_size
    save_file({WORD: 0.02 * torch.randn(4, width)}, folder / "look.safetensors")
    ControlNetModel.from_unet(pipe.unet).save_pretrained(folder / "base" / "controlnet-canny")
    pipe.unet.add_adapter(LoraConfig(r=4, target_modules=["to_q", "to_k", "to_v", "to_out.0"]))
    layers = convert_state_dict_to_diffusers(get_peft_model_state_dict(pipe.unet))
    pipe.save_lora_weights(folder / "lora", unet_lora_layers=layers)


def theirs(args: argparse.Namespace, folder: Path) -> Callable[[Path, bool], None]:
    """What one writes first: every strategy's pipeline loaded, then prompt by prompt.

    Returns what draws a sheet into a folder: at our scheduler and steps, or at the base's own scheduler and 50.
    """
    import diffusers
    import numpy as np
    import torch
    from diffusers import (
        ControlNetModel,
        DPMSolverMultistepScheduler,
        StableDiffusionControlNetPipeline,
        StableDiffusionPipeline,
    )
    from PIL import Image

    from inference.detectors import canny

    dtype = {"no": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}[args.mixed_precision]
    common = {"dtype": dtype, "safety_checker": None}
    base = folder / "base"
    pipes = {name: StableDiffusionPipeline.from_pretrained(base, **common) for name in ("base", "lora", "word")}
    pipes["lora"].load_lora_weights(folder / "lora")
    pipes["word"].load_textual_inversion(folder / "look.safetensors")
    pipes["dreambooth"] = StableDiffusionPipeline.from_pretrained(folder / "dreambooth", **common)
    controlnet = ControlNetModel.from_pretrained(base / "controlnet-canny", torch_dtype=dtype)
    pipes["controlnet"] = StableDiffusionControlNetPipeline.from_pretrained(base, controlnet=controlnet, **common)
    stock = pipes["base"].scheduler.config
    for pipe in pipes.values():
        pipe.to("cuda" if torch.cuda.is_available() else "cpu").set_progress_bar_config(disable=True)

    def draw(out: Path, equal: bool) -> None:
        drawn = {}
        for name, pipe in pipes.items():
            kind = DPMSolverMultistepScheduler if equal else getattr(diffusers, stock["_class_name"])
            pipe.scheduler = kind.from_config(stock)
            for i, prompt in enumerate(DEFAULT_PROMPTS):
                words = f"{prompt}, in the style of {WORD}" if name == "word" else prompt
                image = {}
                if name == "controlnet":
                    words, image = f"{prompt}, dramatic lighting", {"image": Image.fromarray(canny(np.array(drawn[i])))}
                generator, steps = torch.Generator().manual_seed(i), args.steps if equal else 50
                picture = pipe(words, **image, num_inference_steps=steps, generator=generator).images[0]
                picture.save(out / f"{i}-{name}.png")
                if name == "base":
                    drawn[i] = picture

    return draw


def ours(args: argparse.Namespace, folder: Path) -> Callable[[Path, bool], None]:
    """What compare.py draws, without its sheet and scores."""
    from inference.comparison import Job
    from inference.controlnets import find_controlnet
    from inference.options import CINEMATIC_PROMPT, sampling_parser
    from inference.strategies import BASE, controlnet, dreambooth, lora, textual_inversion

    base = folder / "base"
    flags = ["--pretrained_model_name_or_path", base, "--num_inference_steps", args.steps,
             "--output_dir", args.work_dir / "pictures",
             "--mixed_precision", args.mixed_precision, *["--compile"] * args.compile]  # fmt: skip
    job = Job(sampling_parser("", "").parse_args([str(flag) for flag in flags]))
    found = find_controlnet(None, "canny", base)
    strategies = [BASE, lora(folder / "lora", base), textual_inversion(folder / "look.safetensors", base),
                  dreambooth(folder / "dreambooth", base), controlnet(found, CINEMATIC_PROMPT)]  # fmt: skip

    def draw(out: Path, equal: bool) -> None:
        job.output_dir = out
        job.draw(strategies)

    return draw


def run_one(side: str, args: argparse.Namespace) -> None:
    """In the process that is measured: import the libraries, load, then draw the sheet twice; result.json has seconds.

    "whole" is until the first sheet is there, and "peak" its memory; "loaded" is the second sheet. Theirs goes on with
    the base's own recipe.
    """
    import diffusers
    import peft
    import torch
    import transformers

    assert peft and transformers.CLIPTextModel and diffusers.StableDiffusionControlNetPipeline
    cuda = torch.cuda.is_available()
    clock = {"wall": time.perf_counter, "cpu": time.process_time}[args.clock]
    taken, began = peak_memory() / 2**20, clock()
    draw = (ours if side == OURS else theirs)(args, args.work_dir / args.size)
    seconds, sheets = {}, {"whole": True, "loaded": True} | ({STOCK: False} if side == THEIRS else {})
    for what, equal in sheets.items():
        out = pictures(args, STOCK if what == STOCK else f"{side} {what}")
        shutil.rmtree(out, ignore_errors=True)
        out.mkdir(parents=True)
        draw(out, equal)
        seconds[what], began = clock() - began, clock()
        if what == "whole":
            peak = torch.cuda.max_memory_allocated() / 2**20 if cuda else peak_memory() / 2**20 - taken
    (args.work_dir / "result.json").write_text(json.dumps(seconds | {"peak": peak}))


def pictures(args: argparse.Namespace, what: str) -> Path:
    return args.work_dir / "pictures" / what.replace(" ", "_")


def measured(side: str, args: argparse.Namespace) -> dict[str, float]:
    """One side in a process of its own, at the size, steps and arithmetic of this one."""
    result = args.work_dir / "result.json"
    result.unlink(missing_ok=True)
    command = [sys.executable, "-m", "tests.benchmarks.inference", *sys.argv[1:]]
    subprocess.run(command, env=os.environ | {"BENCHMARK": side}, check=True, stdout=subprocess.DEVNULL)
    return json.loads(result.read_text())


def clip_score(folder: Path, pattern: str) -> float:
    """Mean over the base's pictures that `pattern` finds, one for each prompt."""
    from PIL import Image

    from inference.clip_scorer import Clip, clip_scores

    drawn = [Image.open(folder / pattern.format(i)).convert("RGB") for i in range(len(DEFAULT_PROMPTS))]
    return statistics.mean(clip_scores(Clip(MINIATURE / "clip"), drawn, DEFAULT_PROMPTS))


def first_picture(args: argparse.Namespace) -> float:
    """Seconds from the command to the first picture on disk, in a sheet of one prompt."""
    out = args.work_dir / "first"
    for old in out.rglob("*.png"):
        old.unlink()
    flags = ["--pretrained_model_name_or_path", args.work_dir / args.size / "base", "--output_dir", out]
    command = [sys.executable, ROOT / "inference" / "inference_base.py", *flags, "--prompts", DEFAULT_PROMPTS[0]]
    begin = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not (out / "pictures" / "0-base.png").exists() and process.poll() is None:
        time.sleep(0.01)
    seconds = time.perf_counter() - begin
    process.wait()
    return seconds


def main() -> None:
    args = parse_args()
    args.work_dir.mkdir(parents=True, exist_ok=True)
    if not (args.work_dir / args.size / "lora").exists():
        make_models(args.size, args.work_dir / args.size)
    count = 5 * len(DEFAULT_PROMPTS)
    rounds = [{side: measured(side, args) for side in (OURS, THEIRS)} for _ in range(args.rounds)]
    print(f"{args.size}, {len(DEFAULT_PROMPTS)} prompts x 5 strategies, {args.mixed_precision}, {args.clock} time")
    print("pictures/s            whole script  once loaded   peak MiB")
    for side in (OURS, THEIRS):
        whole, loaded, peak = (statistics.median(one[side][of] for one in rounds) for of in ("whole", "loaded", "peak"))
        print(f"{side:20} {count / whole:13.3f} {count / loaded:12.3f} {peak:10.0f}")
    stock = statistics.median(one[THEIRS][STOCK] for one in rounds)
    print(f"{STOCK:20} {'':13} {count / stock:12.3f}")
    for of, said in (("whole", "as fast over the whole script"), ("loaded", "as fast once loaded")):
        print(f"{statistics.median(one[THEIRS][of] / one[OURS][of] for one in rounds):.2f} times {said}")
    stock = statistics.median(one[THEIRS][STOCK] / one[OURS]["loaded"] for one in rounds)
    memory = statistics.median(one[OURS]["peak"] / one[THEIRS]["peak"] for one in rounds)
    print(f"{stock:.2f} times as fast as {STOCK}; {memory:.2f} of the memory")
    if args.size == "miniature":
        found = clip_score(pictures(args, f"{OURS} loaded") / "pictures", "{}-base.png")
        stock = clip_score(pictures(args, STOCK), "{}-base.png")
        print(f"CLIP score of base: {found:.1f} by ours, {stock:.1f} by {STOCK}")
    begin = time.perf_counter()
    subprocess.run([sys.executable, ROOT / "inference" / "compare.py", "--help"], stdout=subprocess.DEVNULL, check=True)
    print(f"--help {time.perf_counter() - begin:.2f} s, first picture {first_picture(args):.1f} s")


if __name__ == "__main__":
    run_one(os.environ["BENCHMARK"], parse_args()) if "BENCHMARK" in os.environ else run(main)
