"""The loop, driven through the script that a person runs: same bits after any stop, same weights on two processes."""

import json
import math
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
import torch
import warm
from conftest import ROOT, Finished, assert_refused, assert_same_tensors, make_tiny_base, run_script, two_shapes
from safetensors.torch import load_file

WEIGHTS = "pytorch_lora_weights.safetensors"
SCRIPT = ROOT / "finetune" / "lora.sh"
# dropout of captions, flips, accumulation and a schedule, so that every part of the state matters
FLAGS = ["--train_batch_size=2", "--gradient_accumulation_steps=2", "--max_train_steps=8", "--report_to=none",
         "--learning_rate=1e-2", "--lr_warmup_steps=3", "--noise_offset=0.1"]  # fmt: skip
# what lora.sh passes before a person's own flags
RECIPE = [word for line in SCRIPT.read_text().splitlines() if line.startswith("  --") and "MODEL_NAME" not in line
          for word in line.rstrip("\\").split()]  # fmt: skip
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
    return warm.Process(RECIPE + flags(base, pictures, output, *more), output.parent / f"{output.name}-said").finished()


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
    done = lora(tiny_base, pictures, output, f"--resume_from_checkpoint={asked}", "--checkpointing_steps=2")
    assert done.rc == 0, done.err
    assert f"continuing from {output / 'checkpoint-3'}" in done.out and "note:" not in done.out
    assert_same(output, uninterrupted)


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


def test_ctrl_c_then_resume_is_bit_identical(tiny_base: Path, pictures: Path, tmp_path: Path) -> None:
    output, whole = tmp_path / "run", tmp_path / "whole"
    process = warm.Process(RECIPE + flags(tiny_base, pictures, output, *ENDLESS), tmp_path / "said")
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
    process = warm.Process(RECIPE + often, tmp_path / "said")
    await_checkpoints(output, 2)
    try:
        busy = lora(tiny_base, pictures, output)
        assert_refused(busy, f"process {process.pid}", str(output), "--output_dir")
    finally:
        os.kill(process.pid, signal.SIGKILL)
    assert process.finished().rc == -signal.SIGKILL
    (output / ".checkpoint-9-abcdefgh").mkdir()  # what a kill in the middle of writing leaves
    last = last_step(output)
    newest = output / f"checkpoint-{last}" / "state.safetensors"
    newest.write_bytes(newest.read_bytes()[:-1] + b"?")
    same = [f"--max_train_steps={last + 2}", "--lr_scheduler=constant"]
    done = lora(tiny_base, pictures, output, "--resume_from_checkpoint=latest", *same)
    assert done.rc == 0, done.err
    assert f"checkpoint-{last} is damaged (state.safetensors is not what was written)" in done.out
    assert f"continuing from {output / f'checkpoint-{last - 1}'}" in done.out
    assert not list(output.glob(".checkpoint-*"))
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


def test_plain_attention_is_fused_attention() -> None:
    """What a CPU trains with gives the gradients of what everyone else does."""
    from diffusers.models.attention_processor import Attention, AttnProcessor, AttnProcessor2_0

    torch.manual_seed(0)
    layer = Attention(query_dim=32, cross_attention_dim=16, heads=4, dim_head=8)
    x, text = torch.randn(2, 64, 32, requires_grad=True), torch.randn(2, 77, 16)
    found = []
    for processor in (AttnProcessor(), AttnProcessor2_0()):
        layer.set_processor(processor)
        out = layer(x, encoder_hidden_states=text)
        found.append([out, *torch.autograd.grad(out.square().sum(), [x, *layer.parameters()])])
    assert all(torch.allclose(a, b, atol=1e-5, rtol=1e-4) for a, b in zip(*found, strict=True))


def test_a_loss_that_is_not_finite_stops_before_the_step(tiny_base: Path, pictures: Path, tmp_path: Path) -> None:
    done = lora(tiny_base, pictures, tmp_path, "--learning_rate=1e30", "--max_grad_norm=0", "--checkpointing_steps=1",
                "--lr_warmup_steps=0")  # fmt: skip
    assert_refused(done, "not finite at step 2", "checkpoint-1", "--learning_rate")
    assert not (tmp_path / WEIGHTS).exists() and not (tmp_path / "checkpoint-2").exists()
    kept = load_file(tmp_path / "checkpoint-1" / WEIGHTS)
    assert all(tensor.isfinite().all() for tensor in kept.values())


def test_a_checkpoint_of_another_base_is_refused(
    uninterrupted: Path, pictures: Path, tmp_path: Path, tiny_base: Path
) -> None:
    other = make_tiny_base(tmp_path / "other", width=8)
    checkpoint = f"--resume_from_checkpoint={uninterrupted / 'checkpoint-6'}"
    assert_refused(lora(other, pictures, tmp_path / "run", checkpoint, "--rank=4"), "checkpoint-6", "another base")
    assert_refused(lora(tiny_base, pictures, tmp_path / "run", checkpoint, "--rank=4"), "checkpoint-6", "--rank")
    nowhere = lora(tiny_base, pictures, tmp_path / "run", "--resume_from_checkpoint=checkpoint-77")
    assert_refused(nowhere, "checkpoint-77")


def test_samples_logs_and_an_earlier_run_set_aside(tiny_base: Path, pictures: Path, tmp_path: Path) -> None:
    from PIL import Image
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    more = ["--max_train_steps=4", "--validation_steps=2", "--validation_prompt=a ramp", "--num_validation_images=3",
            "--report_to=tensorboard", "--checkpointing_steps=2"]  # fmt: skip
    assert lora(tiny_base, pictures, tmp_path, *more).rc == 0
    strip = Image.open(tmp_path / "samples" / "step-000004.png")
    assert strip.size == (3 * 128, 2 * 128)
    assert strip.crop((0, 0, 384, 128)).tobytes() != strip.crop((0, 128, 384, 256)).tobytes()
    logged = EventAccumulator(str(next((tmp_path / "logs").rglob("events.out.tfevents*")).parent)).Reload()
    assert [event.step for event in logged.Scalars("loss")] == [1, 2, 3, 4]
    rates = [event.value for event in logged.Scalars("lr")]
    assert rates[:3] == pytest.approx([0, 1e-2 / 3, 2e-2 / 3]) and rates[3] == pytest.approx(1e-2)
    assert [event.step for event in logged.Images("base above, adapter below")] == [2, 4]
    again = lora(tiny_base, pictures, tmp_path, *more, "--resume_from_checkpoint=latest")
    assert again.rc == 0 and "continuing from" in again.out, again.err
    anew = lora(tiny_base, pictures, tmp_path, *more, "--max_train_steps=1", "--lr_warmup_steps=0")
    assert anew.rc == 0 and "encoding" not in anew.err, anew.err
    assert {path.name for path in (tmp_path / "earlier").iterdir()} == {"checkpoint-2", "checkpoint-4"}


def test_min_snr_weights() -> None:
    from finetune.batches import Batch, sample_losses

    alphas = torch.tensor([0.9, 0.5, 0.1])  # snr 9, 1, 1/9
    zeros, noise = torch.zeros(3, 4, 2, 2), torch.ones(3, 4, 2, 2)
    batch = Batch(zeros, noise, torch.arange(3), torch.zeros(3, dtype=torch.long))

    def nothing(noisy, timesteps, captions):
        return torch.zeros_like(noisy)

    eps = sample_losses(nothing, batch, alphas, "epsilon", 5.0)
    assert torch.allclose(eps, torch.tensor([5 / 9, 1.0, 1.0]))
    v = sample_losses(nothing, batch, alphas, "v_prediction", 5.0)  # v = sqrt(alpha) here
    assert torch.allclose(v, torch.tensor([0.9 * 5 / 10, 0.5 / 2, 0.1 * (1 / 9) / (10 / 9)]))


def test_a_full_disk_keeps_what_was_saved_and_says_how_much_is_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from finetune import checkpoints
    from inference.cli import InputError

    tensors = {"a": torch.ones(2**18)}  # 1 MiB
    checkpoints.write(tmp_path / "checkpoint-1", tensors, {"steps": 1}, lambda folder: None)

    def full(folder: Path) -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(InputError, match=r"takes 1\.0 MiB"):
        checkpoints.write(tmp_path / "checkpoint-2", tensors, {}, full)
    nearly = shutil.disk_usage(tmp_path)._replace(free=2**19)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: nearly)
    with pytest.raises(InputError, match=r"takes 1\.0 MiB and 0\.5 are free"):
        checkpoints.write(tmp_path / "checkpoint-2", tensors, {}, lambda folder: None)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-1"]
    assert checkpoints.find(tmp_path, "latest") == tmp_path / "checkpoint-1"
