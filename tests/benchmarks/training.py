"""Our trainers against diffusers' example scripts, in turns: same model, pictures, batch, precision and steps.

    python -m tests.benchmarks.training --diffusers_dir ~/diffusers
    python -m tests.benchmarks.training --diffusers_dir ~/diffusers --method lora --size sd15 --work_dir /data/benchmark

Prints pictures per second over whole steps after the warm-up, peak memory, and the time from the command to the end of
the first step, with nothing in the caches and again with what the first run left there; and our share of the rate at
which the machine multiplies large matrices in bf16, counting the UNet alone. On a CPU memory is what the process has,
once in all and once above what importing torch, diffusers, transformers and peft takes in any process.
The example scripts need `pip install datasets`. A run ends at its last step: nobody's saving is measured.
"""

import argparse
import json
import os
import runpy
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

from inference.cli import InputError, run
from inference.device import peak_memory
from inference.options import ROOT, Help, at_least
from inference.pipelines import MINIATURE

METHODS = {  # our script, theirs, what both are told, what theirs is told besides
    "lora": (
        "lora.py",
        "text_to_image/train_text_to_image_lora.py",
        ["--rank=4", "--train_data_dir={captioned}"],
        ["--caption_column=text"],
    ),
    "textual_inversion": (
        "textual_inversion.py",
        "textual_inversion/textual_inversion.py",
        ["--num_vectors=4", "--train_data_dir={bare}", "--placeholder_token=<look>", "--initializer_token=dramatic",
         "--learnable_property=style", "--save_steps=100000"],
        [],
    ),
    "dreambooth": (
        "dreambooth.py",
        "dreambooth/train_dreambooth.py",
        ["--instance_data_dir={bare}", "--instance_prompt=a picture in sks style"],
        [],
    ),
}  # fmt: skip


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Help)
    add = parser.add_argument
    add("--diffusers_dir", type=Path, required=True, help="a clone of diffusers, for its examples/")
    add("--method", nargs="+", choices=METHODS, default=list(METHODS), help="which trainers")
    add("--size", choices=["miniature", "sd15"], default="miniature", help="sd15: random weights of SD v1.5's shapes")
    add("--work_dir", type=Path, default=ROOT / "outputs" / "benchmark", help="for models, pictures and caches")
    add("--resolution", type=at_least(8), help="128 for the miniature and 512 for sd15 if not given")
    add("--train_batch_size", type=at_least(1), default=4, help="pictures per step")
    add("--steps", type=at_least(2), default=20, help="of each run")
    add("--warmup", type=at_least(1), default=5, help="first steps, which do not count")
    add("--rounds", type=at_least(2), default=3, help="runs of each; the first finds its caches empty")
    add("--mixed_precision", choices=["no", "bf16", "fp16"], default="bf16", help="arithmetic")
    add("--compile", action="store_true", help="ours compiles the UNet's blocks")
    add(
        "--clock", choices=["wall", "cpu"], default="wall", help="cpu: processor time, where others use the machine too"
    )
    args = parser.parse_args()
    args.diffusers_dir, args.work_dir = args.diffusers_dir.resolve(), args.work_dir.resolve()
    args.resolution = args.resolution or {"miniature": 128, "sd15": 512}[args.size]
    if not (args.diffusers_dir / "examples" / "dreambooth").is_dir():
        raise InputError(f"there is no examples/dreambooth in {args.diffusers_dir}; name a clone of diffusers")
    if args.warmup >= args.steps:
        raise InputError(f"--warmup {args.warmup} leaves none of --steps {args.steps} to measure")
    return args


def make_model(size: str, folder: Path) -> None:
    """A pipeline folder in fp32, which both sides load without converting."""
    import torch
    from diffusers import StableDiffusionPipeline

    from tests.benchmarks.sd15 import random_sd15

    if size == "sd15":
        pipe = random_sd15()
    else:
        pipe = StableDiffusionPipeline.from_pretrained(MINIATURE, torch_dtype=torch.float32)
        pipe.text_encoder.float()
    pipe.save_pretrained(folder)


def make_pictures(folder: Path) -> None:
    """The dataset twice: with captions, and bare, as the example scripts for a word or a name need it."""
    shutil.copytree(ROOT / "images" / "drawn", folder / "captioned")
    shutil.copytree(ROOT / "images" / "drawn", folder / "bare", ignore=shutil.ignore_patterns("metadata.jsonl"))


def measured(method: str, ours: bool, args: argparse.Namespace) -> dict:
    """One run in a process of its own: seconds to the first step, seconds and pictures after the warm-up, peak MiB."""
    script, example, both, only_theirs = METHODS[method]
    work = args.work_dir
    output = work / ("ours" if ours else "theirs") / method
    path = ROOT / "finetune" / script if ours else args.diffusers_dir / "examples" / example
    flags = [flag.format(captioned=work / "captioned", bare=work / "bare") for flag in both]
    flags += ["--compile"] * args.compile if ours else only_theirs
    flags += [f"--pretrained_model_name_or_path={work / args.size}", f"--output_dir={output}", "--seed=0",
              f"--resolution={args.resolution}", f"--train_batch_size={args.train_batch_size}",
              f"--max_train_steps={args.steps}", "--learning_rate=1e-4", "--lr_scheduler=constant",
              "--lr_warmup_steps=0", "--checkpointing_steps=100000",
              f"--mixed_precision={args.mixed_precision}"]  # fmt: skip
    result = work / "result.json"
    result.unlink(missing_ok=True)
    told = {"BENCHMARK": json.dumps([str(result), args.steps, args.warmup, time.time()])}
    caches = {"HF_HOME": str(output / "hub"), "HF_HUB_OFFLINE": "1"}
    beside = {"PYTHONPATH": str(path.parent)}  # what a script finds when Python is given its path
    command = [sys.executable, "-m", "tests.benchmarks.training", str(path), *flags]
    done = subprocess.run(command, cwd=ROOT, env=os.environ | caches | told | beside, capture_output=True, text=True)
    if not result.exists():
        raise InputError(f"{path} ended with code {done.returncode} before its last step: {done.stderr[-1000:]}")
    found = json.loads(result.read_text())
    rate = (args.steps - args.warmup) * args.train_batch_size / found[args.clock]
    print(f"{method}, {'ours' if ours else 'theirs'}: {rate:.2f} pictures/s", file=sys.stderr, flush=True)
    return found


def measured_libraries() -> float:
    """Peak MiB of a process that imports what both sides build on, and does nothing; 0 where the peak is a GPU's."""
    import torch

    if torch.cuda.is_available():
        return 0.0
    code = (
        "import torch, accelerate, peft\nfrom transformers import CLIPTextModel, CLIPTokenizer\n"
        "from diffusers import StableDiffusionPipeline\n"
        "from inference.device import peak_memory\nprint(peak_memory() / 2**20)"
    )
    return float(subprocess.check_output([sys.executable, "-c", code], cwd=ROOT, text=True))


def operations(method: str, model: Path, resolution: int) -> int:
    """Floating-point operations of one picture's way through the UNet and back, as `method` trains it."""
    import torch
    from diffusers import AutoencoderKL, UNet2DConditionModel
    from torch.utils.flop_counter import FlopCounterMode

    from finetune.lora import add_lora
    from inference.families import SD

    config = AutoencoderKL.load_config(model / "vae")
    side = resolution // 2 ** (len(config["block_out_channels"]) - 1)
    with torch.device("meta"):
        unet = UNet2DConditionModel.from_config(UNet2DConditionModel.load_config(model / "unet"))
        unet.requires_grad_(method == "dreambooth")
        if method == "lora":
            add_lora(unet, SD.attention, argparse.Namespace(rank=4, lora_alpha=4, use_dora=False))
        noisy = torch.randn(1, unet.config.in_channels, side, side)
        text = torch.randn(1, 77, unet.config.cross_attention_dim, requires_grad=method == "textual_inversion")
        with FlopCounterMode(display=False) as counter:
            unet(noisy, torch.ones(1), text).sample.sum().backward()
    return counter.get_total_flops()


def matmul_rate(seconds: float = 2.0) -> float:
    """Floating-point operations a second of this machine's products of two bf16 matrices of 4096 x 4096."""
    import torch

    cuda = torch.cuda.is_available()
    a, b = (torch.randn(4096, 4096, dtype=torch.bfloat16, device="cuda" if cuda else "cpu") for _ in range(2))
    best, until = float("inf"), time.perf_counter() + seconds
    while time.perf_counter() < until:
        began = time.perf_counter()
        a @ b
        if cuda:
            torch.cuda.synchronize()
        best = min(best, time.perf_counter() - began)
    return 2 * 4096**3 / best


def run_measured(told: str) -> None:
    """In the process that is measured: run the script as it is, watch the optimizer's steps, leave at the last."""
    import torch
    from torch.optim.optimizer import register_optimizer_step_post_hook

    path, steps, warmup, begin = json.loads(told)
    cuda, clocks, first = torch.cuda.is_available(), [], []

    def stepped(*_: object) -> None:
        clocks.append(None)
        if len(clocks) in (1, warmup, steps):  # only here, so that Python and the GPU can run beside each other
            if cuda:
                torch.cuda.synchronize()
            clocks[-1] = time.perf_counter(), time.process_time()
        if len(clocks) == 1:
            first.append(time.time() - begin)
        if len(clocks) == steps:
            (wall, cpu), (last_wall, last_cpu) = clocks[warmup - 1], clocks[-1]
            peak = torch.cuda.max_memory_allocated() / 2**20 if cuda else 0
            peak = peak or peak_memory() / 2**20
            seconds = {"wall": last_wall - wall, "cpu": last_cpu - cpu, "first": first[0], "to_first_cpu": clocks[0][1]}
            Path(path).write_text(json.dumps(seconds | {"peak": peak}))
            os._exit(0)

    register_optimizer_step_post_hook(stepped)
    del os.environ["BENCHMARK"]
    sys.argv = sys.argv[1:]
    runpy.run_path(sys.argv[0], run_name="__main__")


def main() -> None:
    args = parse_args()
    args.work_dir.mkdir(parents=True, exist_ok=True)
    if not (args.work_dir / args.size).exists():
        make_model(args.size, args.work_dir / args.size)
    if not (args.work_dir / "bare").exists():
        make_pictures(args.work_dir)
    pictures = (args.steps - args.warmup) * args.train_batch_size
    first = "first" if args.clock == "wall" else "to_first_cpu"
    print(
        f"{args.size}, {args.resolution} px, batch {args.train_batch_size}, {args.mixed_precision}, {args.clock} time"
    )
    libraries, peak_rate = measured_libraries(), matmul_rate()
    print(f"bf16 products of large matrices: {peak_rate / 1e12:.2f} TFLOP/s; libraries alone: {libraries:.0f} MiB")
    print(
        "method             |  pictures/s  ours theirs ratio of products | peak MiB  ours theirs ratio above | "
        "first step, s  ours cold warm  theirs cold warm"
    )
    for method in args.method:
        for who in ("ours", "theirs"):
            shutil.rmtree(args.work_dir / who / method, ignore_errors=True)
        rounds = [[measured(method, ours, args) for ours in (True, False)] for _ in range(args.rounds)]
        ours, theirs = zip(*rounds, strict=True)
        rates = [statistics.median(pictures / one[args.clock] for one in side) for side in (ours, theirs)]
        ratio = statistics.median(b[args.clock] / a[args.clock] for a, b in rounds)
        peaks = [statistics.median(one["peak"] for one in side) for side in (ours, theirs)]
        begin = [(side[0][first], statistics.median(one[first] for one in side[1:])) for side in (ours, theirs)]
        share = rates[0] * operations(method, args.work_dir / args.size, args.resolution) / peak_rate
        above = (peaks[0] - libraries) / (peaks[1] - libraries)
        print(
            f"{method:18} | {rates[0]:17.2f} {rates[1]:6.2f} {ratio:5.2f} {share:11.0%} | "
            f"{peaks[0]:14.0f} {peaks[1]:6.0f} {peaks[0] / peaks[1]:5.2f} {above:5.2f} | "
            f"{begin[0][0]:24.1f} {begin[0][1]:4.1f} {begin[1][0]:12.1f} {begin[1][1]:4.1f}",
            flush=True,
        )


if __name__ == "__main__":
    run_measured(os.environ["BENCHMARK"]) if "BENCHMARK" in os.environ else run(main)
