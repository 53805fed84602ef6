"""The loop, driven through the script that a person runs: same bits after any stop, same weights on two processes."""

import json
import math
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path

import pytest
import torch
import warm
from helpers import ROOT, Finished, assert_refused, assert_same_tensors, run_script, two_shapes
from safetensors.torch import load_file
from tiny_models import make_tiny_base

from inference.files import file_sha256

WEIGHTS = "pytorch_lora_weights.safetensors"
SCRIPT = ROOT / "finetune" / "lora.sh"
# dropout of captions, flips, accumulation and a schedule, so that every part of the state matters
FLAGS = ["--train_batch_size=2", "--gradient_accumulation_steps=2", "--max_train_steps=8", "--report_to=none",
         "--random_flip", "--learning_rate=1e-2", "--lr_warmup_steps=3", "--noise_offset=0.1"]  # fmt: skip
# what lora.sh passes before a person's own flags
RECIPE = [
    word
    for line in SCRIPT.read_text().splitlines()
    if line.startswith("  --") and "MODEL_NAME" not in line
    for word in line.rstrip("\\").split()
]
ENDLESS = ["--max_train_steps=100000", "--checkpointing_steps=2", "--lr_scheduler=constant"]


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two buckets: three wide pictures and two tall ones."""
    return two_shapes(tmp_path_factory.mktemp("pictures"))


def flags(base: Path, pictures: Path, output: Path, *more: str) -> list[str]:
    return [f"--pretrained_model_name_or_path={base}", f"--train_data_dir={pictures}", f"--output_dir={output}",
            *FLAGS, *more]  # fmt: skip


def script(base: Path, pictures: Path, output: Path, *more: str, **env: str) -> Finished:
    """lora.sh as a person runs it."""
    return run_script(SCRIPT, *flags(base, pictures, output, *more), **warm.environment() | env)


def lora(base: Path, pictures: Path, output: Path, *more: str) -> Finished:
    """lora.py with the same flags, without the seconds that its imports take."""
    return run_script("finetune/lora.py", *RECIPE, *flags(base, pictures, output, *more), **warm.environment())


def begun(flags: list[str], said: Path) -> warm.Process:
    return warm.Process(["finetune/lora.py", *RECIPE, *flags], said, environment=warm.environment())


def await_checkpoints(output: Path, count: int = 1) -> None:
    deadline = time.monotonic() + 120
    while len(list(output.glob("checkpoint-*"))) < count:
        assert time.monotonic() < deadline, "not enough checkpoints in two minutes"
        time.sleep(0.02)


def last_step(output: Path) -> int:
    return max(int(path.name.split("-")[1]) for path in output.glob("checkpoint-*"))


def assert_same(a: Path, b: Path) -> None:
    assert_same_tensors(a / WEIGHTS, b / WEIGHTS)
    assert any(tensor.abs().max() > 0 for name, tensor in load_file(a / WEIGHTS).items() if "up" in name)


@pytest.fixture(scope="module")
def uninterrupted(tiny_base: Path, pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    output = tmp_path_factory.mktemp("runs") / "uninterrupted"
    done = script(tiny_base, pictures, output, "--checkpointing_steps=3", "--checkpoints_total_limit=2")
    assert done.rc == 0, done.err
    return output


def test_what_a_run_says_and_leaves(uninterrupted: Path) -> None:
    names = {path.name for path in uninterrupted.iterdir()}
    assert names >= {WEIGHTS, "lora_kohya.safetensors", "recipe.json", "checkpoint-3", "checkpoint-6"}
    assert not [name for name in names if name.startswith(".") and name != ".lock"]
    recipe = json.loads((uninterrupted / "recipe.json").read_text())
    assert recipe["steps"] == 8 and recipe["global_batch"] == 4 and math.isfinite(recipe["final_loss"])
    assert recipe["flags"]["rank"] == 16 and recipe["peak_memory_mib"] > 0 and recipe["versions"]["torch"]
    assert len(recipe["dataset"]) == len(recipe["base_sha256"]) == 64


@pytest.mark.parametrize("asked", ["latest", "checkpoint-3"])
def test_resumed_is_bit_identical(
    asked: str, uninterrupted: Path, tiny_base: Path, pictures: Path, tmp_path: Path
) -> None:
    output = tmp_path / "run"
    shutil.copytree(uninterrupted / "checkpoint-3", output / "checkpoint-3")
    if asked == "checkpoint-3":  # then a later one is on a branch that is left
        shutil.copytree(uninterrupted / "checkpoint-6", output / "checkpoint-7")
    done = lora(tiny_base, pictures, output, f"--resume_from_checkpoint={asked}", "--checkpointing_steps=2")
    assert done.rc == 0, done.err
    assert f"continuing from {output / 'checkpoint-3'}" in done.out and "note:" not in done.out
    assert_same(output, uninterrupted)
    assert (output / "earlier" / "checkpoint-7").exists() == (asked == "checkpoint-3")
    assert last_step(output) == 8 and not (output / "checkpoint-7").exists()


def test_resumed_with_other_flags(uninterrupted: Path, tiny_base: Path, pictures: Path, tmp_path: Path) -> None:
    """What is asked for now counts, is said, and is what recipe.json says."""
    output = tmp_path / "run"
    shutil.copytree(uninterrupted / "checkpoint-6", output / "checkpoint-6")
    more = ["--learning_rate=2e-2", "--adam_weight_decay=0", "--lr_scheduler=constant", "--max_train_steps=9"]
    done = lora(tiny_base, pictures, output, "--resume_from_checkpoint=latest", *more, "--checkpointing_steps=9")
    assert done.rc == 0, done.err
    notes = [line.partition(":")[2].split()[0] for line in done.out.splitlines() if line.startswith("note: --")]
    assert notes == ["--learning_rate", "--lr_scheduler", "--adam_weight_decay"]
    assert "--learning_rate was 0.01 and is 0.02" in done.out
    assert json.loads((output / "recipe.json").read_text())["flags"]["learning_rate"] == 2e-2
    state = json.loads((output / "checkpoint-9" / "state.json").read_text())
    (group,) = state["optimizer"]["param_groups"]
    assert (group["lr"], group["weight_decay"], state["schedule"]["last_epoch"]) == (2e-2, 0, 9)


def test_sigterm_to_the_script_finishes_the_step_and_writes_a_checkpoint(
    tiny_base: Path, pictures: Path, tmp_path: Path
) -> None:
    output = tmp_path / "run"
    command = [SCRIPT, *flags(tiny_base, pictures, output, *ENDLESS)]
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, env=os.environ | warm.environment(), stdout=pipe, stderr=pipe, text=True)
    await_checkpoints(output)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 128 + signal.SIGTERM, (out, err)
    assert f"stopped after step {last_step(output)}" in out
    assert not (output / WEIGHTS).exists()


def test_sigterm_to_two_processes_writes_one_whole_checkpoint(tiny_base: Path, pictures: Path, tmp_path: Path) -> None:
    from finetune import checkpoints

    output, pipe = tmp_path / "run", subprocess.PIPE
    launch = {"LAUNCH": "torchrun --nproc_per_node 2 --master_port 29513", "ACCELERATE_USE_CPU": "true"}
    command = [SCRIPT, *flags(tiny_base, pictures, output, *ENDLESS, "--mixed_precision=no")]
    process = subprocess.Popen(
        command, env=os.environ | warm.environment() | launch, stdout=pipe, stderr=pipe, text=True
    )
    await_checkpoints(output)
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=60)
    assert process.returncode != 0 and f"stopped after step {last_step(output)}" in out, (out, err)
    assert checkpoints.damage(checkpoints.newest_first(output)[0]) is None


def test_ctrl_c_then_resume_is_bit_identical(tiny_base: Path, pictures: Path, tmp_path: Path) -> None:
    output, whole = tmp_path / "run", tmp_path / "whole"
    process = begun(flags(tiny_base, pictures, output, *ENDLESS), tmp_path / "said")
    await_checkpoints(output)
    os.kill(process.pid, signal.SIGINT)
    assert process.finished().rc == 128 + signal.SIGINT
    same = [f"--max_train_steps={last_step(output) + 3}", "--lr_scheduler=constant"]
    resumed = lora(tiny_base, pictures, output, "--resume_from_checkpoint=latest", *same)
    assert resumed.rc == 0 and "continuing from" in resumed.out, resumed.err
    assert lora(tiny_base, pictures, whole, *same).rc == 0
    assert_same(output, whole)


def test_after_kill_9_the_last_checkpoint_is_whole_and_the_lock_is_free(
    tiny_base: Path, pictures: Path, tmp_path: Path
) -> None:
    output = tmp_path / "run"
    often = flags(tiny_base, pictures, output, *ENDLESS, "--checkpointing_steps=1")
    process = begun(often, tmp_path / "said")
    await_checkpoints(output, 2)
    try:
        busy = lora(tiny_base, pictures, output)
        assert_refused(busy, f"process {process.pid}", str(output), "--output_dir")
    finally:
        os.kill(process.pid, signal.SIGKILL)
    assert process.finished().rc == -signal.SIGKILL
    (output / ".half-written-abcdefgh").mkdir(exist_ok=True)  # what a kill in the middle of writing leaves
    last = last_step(output)
    newest = output / f"checkpoint-{last}" / "state.safetensors"
    newest.write_bytes(newest.read_bytes()[:-1] + b"?")
    same = [f"--max_train_steps={last + 2}", "--lr_scheduler=constant"]
    done = lora(tiny_base, pictures, output, "--resume_from_checkpoint=latest", *same)
    assert done.rc == 0, done.err
    assert f"checkpoint-{last} is damaged (state.safetensors is not what was written)" in done.out
    assert f"continuing from {output / f'checkpoint-{last - 1}'}" in done.out
    assert not list(output.rglob(".half-written-*"))
    assert lora(tiny_base, pictures, tmp_path / "whole", *same).rc == 0
    assert_same(output, tmp_path / "whole")


def test_two_processes_train_as_one_and_resume_to_the_same_bits(
    tiny_base: Path, pictures: Path, tmp_path: Path
) -> None:
    exact = ["--mixed_precision=no", "--train_text_encoder", "--checkpointing_steps=5"]
    one = lora(tiny_base, pictures, tmp_path / "one", *exact, "--train_batch_size=4")
    assert one.rc == 0, one.err
    # `accelerate launch --cpu` starts a single process unless there is MPI
    launch = "torchrun --nproc_per_node 2 --master_port 29511"
    two = script(tiny_base, pictures, tmp_path / "two", *exact, LAUNCH=launch, ACCELERATE_USE_CPU="true")
    assert two.rc == 0, two.err
    assert json.loads((tmp_path / "two" / "recipe.json").read_text())["global_batch"] == 8
    first, second = load_file(tmp_path / "one" / WEIGHTS), load_file(tmp_path / "two" / WEIGHTS)
    assert first.keys() == second.keys() and any("text_encoder" in name for name in first)
    assert max((first[name] - second[name]).abs().max() for name in first) < 1e-5
    shutil.copytree(tmp_path / "two" / "checkpoint-5", tmp_path / "again" / "checkpoint-5")
    latest = [*exact, "--resume_from_checkpoint=latest"]
    again = script(tiny_base, pictures, tmp_path / "again", *latest, LAUNCH=launch, ACCELERATE_USE_CPU="true")
    assert again.rc == 0 and "continuing from" in again.out, again.err
    assert_same(tmp_path / "two", tmp_path / "again")


def test_a_loss_that_is_not_finite_stops_before_the_step(tiny_base: Path, pictures: Path, tmp_path: Path) -> None:
    done = lora(
        tiny_base,
        pictures,
        tmp_path,
        "--learning_rate=1e30",
        "--max_grad_norm=0",
        "--checkpointing_steps=1",
        "--lr_warmup_steps=0",
    )
    assert_refused(done, "not finite at step 2", "checkpoint-1", "--learning_rate")
    assert not (tmp_path / WEIGHTS).exists() and not (tmp_path / "checkpoint-2").exists()
    kept = load_file(tmp_path / "checkpoint-1" / WEIGHTS)
    assert all(tensor.isfinite().all() for tensor in kept.values())


def test_steps_are_those_of_a_loop_of_torch_and_diffusers(tiny_base: Path) -> None:
    """Three steps of two forward passes each, on a cosine schedule, on all of a UNet; what a step sees is given."""
    from accelerate import Accelerator
    from diffusers import DDPMScheduler
    from diffusers.optimization import get_cosine_schedule_with_warmup
    from helpers import stock_pipeline

    from finetune.latents import Encoded
    from finetune.model import CaptionStates, Denoiser
    from finetune.sampler import Order, draw_batch
    from finetune.state import Run
    from finetune.training import Loop
    from finetune.training_flags import training_parser
    from inference.families import SD

    flags = ["--train_batch_size=2", "--gradient_accumulation_steps=2", "--max_train_steps=3", "--learning_rate=1e-3",
             "--lr_scheduler=cosine", "--lr_warmup_steps=1", "--max_grad_norm=0.1", "--adam_beta1=0.8"]  # fmt: skip
    args = training_parser("", "x").parse_args(flags)
    draw = torch.Generator().manual_seed(0)
    means, states = torch.randn(5, 1, 4, 16, 16, generator=draw), torch.randn(2, 77, 32, generator=draw)
    encoded = Encoded([means], [0.1 * means.abs()], [torch.ones(5, 1, dtype=torch.long)], ["", "a"], [5], [0])
    pipe, theirs = stock_pipeline(tiny_base), stock_pipeline(tiny_base).unet.train()
    accelerator = Accelerator(cpu=True, gradient_accumulation_steps=2, step_scheduler_with_optimizer=False)
    run = Run(args, accelerator, pipe, [], encoded, tiny_base, {}, 0.0, None)
    loop = Loop(run, Denoiser(SD, pipe.unet, CaptionStates({"states": states})), lambda *_: None, torch.mean, copies=0)
    for _ in range(3):
        loop.advance()

    scheduler = DDPMScheduler.from_config(pipe.scheduler.config)
    optimizer = torch.optim.AdamW(theirs.parameters(), lr=1e-3, betas=(0.8, 0.999), weight_decay=1e-2)
    schedule = get_cosine_schedule_with_warmup(optimizer, 1, 3)
    order = Order([5], 4, 3, args.seed)
    for step in range(3):
        batch = draw_batch(run, order, step, range(4), loop.noising)
        noisy = scheduler.add_noise(batch.latents, batch.noise, batch.timesteps)
        eps = theirs(noisy, batch.timesteps, states[batch.captions]).sample
        torch.nn.functional.mse_loss(eps, batch.noise).backward()
        torch.nn.utils.clip_grad_norm_(theirs.parameters(), 0.1)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    start = stock_pipeline(tiny_base).unet.state_dict()
    for name, weight in theirs.state_dict().items():
        moved = (weight - start[name]).abs().max()
        assert (pipe.unet.state_dict()[name] - weight).abs().max() < 0.05 * moved + 1e-7, name


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize(
    ("loss", "norm"), [(math.inf, 1.0), (math.nan, 1.0), (1.0, math.inf), (1.0, math.nan), (1.0, -1.0)]
)
def test_loss_and_gradient_are_both_judged(loss: float, norm: float, fused: bool) -> None:
    """An infinite loss can have a finite gradient."""
    from accelerate import Accelerator

    from finetune.optimizer import GuardedStep, NotFinite

    for good in (False, True):
        weight = torch.nn.Parameter(torch.ones(1))
        accelerator = Accelerator(cpu=True)
        optimizer = accelerator.prepare(torch.optim.AdamW([weight], lr=0.1, fused=fused))
        step = GuardedStep(accelerator, optimizer, [weight], 0)
        weight.grad = torch.ones(1)
        with nullcontext() if good else pytest.raises(NotFinite, match="step 7"):
            step.judge(torch.tensor(1.0 if good else loss), torch.tensor(1.0 if good else norm), 7)
            optimizer.step()
            step.check()
        assert (weight.item() < 1) == good


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize("limit", [0.5, 100.0, 0.0])
def test_clipping_clips(limit: float, fused: bool) -> None:
    """The step is that of torch's clip_grad_norm_, whichever way it is done."""
    from accelerate import Accelerator

    from finetune.optimizer import GuardedStep

    def stepped(clip: Callable) -> torch.Tensor:
        weight = torch.nn.Parameter(torch.tensor([1.0, 2.0]))
        # with so large an eps the size of a step is the size of its gradient
        optimizer = torch.optim.AdamW([weight], lr=0.1, eps=1e3, weight_decay=0, fused=fused)
        weight.grad = torch.tensor([3.0, -4.0])
        clip(weight, optimizer)
        return weight.detach() - torch.tensor([1.0, 2.0])

    def ours(weight: torch.nn.Parameter, optimizer: torch.optim.Optimizer) -> None:
        accelerator = Accelerator(cpu=True)
        GuardedStep(accelerator, accelerator.prepare(optimizer), [weight], limit).take(torch.tensor(1.0), 1)

    def theirs(weight: torch.nn.Parameter, optimizer: torch.optim.Optimizer) -> None:
        torch.nn.utils.clip_grad_norm_([weight], limit or math.inf)
        optimizer.step()

    step = stepped(ours)
    assert step.abs().max() > 0 and torch.allclose(step, stepped(theirs), rtol=1e-3)


def test_a_checkpoint_of_another_base_is_refused(
    uninterrupted: Path, pictures: Path, tmp_path: Path, tiny_base: Path
) -> None:
    other = make_tiny_base(tmp_path / "other", width=8)
    checkpoint = f"--resume_from_checkpoint={uninterrupted / 'checkpoint-6'}"
    assert_refused(lora(other, pictures, tmp_path / "run", checkpoint, "--rank=4"), "checkpoint-6", "another base")
    assert_refused(lora(tiny_base, pictures, tmp_path / "run", checkpoint, "--rank=4"), "checkpoint-6", "--rank")
    theirs = tmp_path / "theirs" / "checkpoint-6"
    shutil.copytree(uninterrupted / "checkpoint-6", theirs)
    state = (theirs / "state.json").read_text().replace('"optimizer": "adamw"', '"optimizer": "prodigy"')
    (theirs / "state.json").write_text(state)
    hashes = json.loads((theirs / "manifest.json").read_text()) | {"state.json": file_sha256(theirs / "state.json")}
    (theirs / "manifest.json").write_text(json.dumps(hashes))
    refused = lora(tiny_base, pictures, tmp_path / "run", f"--resume_from_checkpoint={theirs}")
    assert_refused(refused, "checkpoint-6", "--optimizer prodigy")
    nowhere = lora(tiny_base, pictures, tmp_path / "run", "--resume_from_checkpoint=checkpoint-77")
    assert_refused(nowhere, "checkpoint-77")
    assert "base:" not in nowhere.out, "it was refused after a base was looked for"
    newest = theirs / "state.safetensors"
    newest.write_bytes(newest.read_bytes()[:-1])
    damaged = lora(tiny_base, pictures, tmp_path / "run", f"--resume_from_checkpoint={theirs}")
    assert_refused(damaged, "no sound checkpoint", str(theirs.parent))


def test_samples_logs_and_an_earlier_run_set_aside(tiny_base: Path, pictures: Path, tmp_path: Path) -> None:
    from PIL import Image
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    more = ["--max_train_steps=4", "--validation_steps=2", "--validation_prompt=a ramp", "--num_validation_images=3",
            "--report_to=tensorboard", "--checkpointing_steps=2"]  # fmt: skip
    assert lora(tiny_base, pictures, tmp_path, *more).rc == 0
    strip = Image.open(tmp_path / "samples" / "step-000004.png")
    assert strip.size == (3 * 128, 2 * 128)
    assert strip.crop((0, 0, 384, 128)).tobytes() != strip.crop((0, 128, 384, 256)).tobytes()
    assert len({strip.crop((x, 0, x + 128, 128)).tobytes() for x in (0, 128, 256)}) == 3, "each has its own seed"
    logged = EventAccumulator(str(tmp_path / "logs" / "lora")).Reload()
    assert [event.step for event in logged.Scalars("loss")] == [1, 2, 3, 4]
    said = next((tmp_path / "logs").rglob("hparams.yml")).read_text()
    assert "learning_rate: 0.01" in said and str(tmp_path) not in said
    rates = [event.value for event in logged.Scalars("lr")]
    assert rates[:3] == pytest.approx([0, 1e-2 / 3, 2e-2 / 3]) and rates[3] == pytest.approx(1e-2)
    assert [event.step for event in logged.Images("base above, adapter below")] == [2, 4]
    (tmp_path / "samples" / "step-000004.png").unlink()  # as after a kill between a checkpoint and its strip
    again = lora(tiny_base, pictures, tmp_path, *more, "--resume_from_checkpoint=latest")
    assert again.rc == 0 and "continuing from" in again.out, again.err
    assert Image.open(tmp_path / "samples" / "step-000004.png").tobytes() == strip.tobytes()
    anew = lora(tiny_base, pictures, tmp_path, *more, "--max_train_steps=1", "--lr_warmup_steps=0")
    assert anew.rc == 0 and "encoding" not in anew.err, anew.err
    assert {path.name for path in (tmp_path / "earlier").iterdir()} == {
        "checkpoint-2",
        "checkpoint-4",
        "samples",
        "logs",
        "recipe.json",
        WEIGHTS,
        "lora_kohya.safetensors",
    }
    assert [path.name for path in (tmp_path / "samples").iterdir()] == ["step-000001.png"]
