"""Which checkpoint is the latest and which are kept, a full disk, and going on with a run: each change is named."""

import importlib
import shutil
import sys
from argparse import Namespace
from pathlib import Path

import pytest
import torch


def test_ten_comes_after_nine(tmp_path: Path) -> None:
    from finetune import checkpoints

    for steps in (8, 9, 10, 11):
        checkpoints.write(tmp_path / f"checkpoint-{steps}", {"a": torch.ones(1)}, {"steps": steps}, lambda folder: None)
    assert checkpoints.find(tmp_path, "latest") == tmp_path / "checkpoint-11"
    checkpoints.keep(2, tmp_path / "checkpoint-11")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["checkpoint-10", "checkpoint-11"]


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
    with pytest.raises(InputError, match=r"takes 3\.0 MiB"):
        checkpoints.write(tmp_path / "checkpoint-2", tensors, {}, full, 2**21)
    nearly = shutil.disk_usage(tmp_path)._replace(free=2**19)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: nearly)
    with pytest.raises(InputError, match=r"takes 1\.0 MiB and 0\.5 are free"):
        checkpoints.write(tmp_path / "checkpoint-2", tensors, {}, lambda folder: None)
    assert [path.name for path in tmp_path.iterdir()] == ["checkpoint-1"]
    assert checkpoints.find(tmp_path, "latest") == tmp_path / "checkpoint-1"


def test_a_run_s_folder_means_its_newest_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from finetune import checkpoints
    from inference.cli import InputError

    for step in (2, 9, 10):
        checkpoints.write(tmp_path / "run" / f"checkpoint-{step}", {"a": torch.ones(1)}, {}, lambda folder: None)
    monkeypatch.chdir(tmp_path)
    run, newest = Path("run"), Path("run") / "checkpoint-10"
    for asked in ("latest", "run", "run/", str(tmp_path / "run"), "checkpoint-10"):
        assert checkpoints.find(run, asked).resolve() == newest.resolve(), asked
    assert checkpoints.find(tmp_path / "new", "run") == newest  # another run's
    (newest / "state.json").write_text("{")
    assert checkpoints.find(run, "run") == run / "checkpoint-9"
    (tmp_path / "empty").mkdir()
    assert checkpoints.find(tmp_path / "empty", "empty") is None
    with pytest.raises(InputError, match="empty is no checkpoint and has none in it"):
        checkpoints.find(run, "empty")


@pytest.mark.parametrize("manifest", ["{}", "[]", "3", '{"state.json": ""}', "half of it"])
def test_a_manifest_that_does_not_name_the_files_is_damage(manifest: str, tmp_path: Path) -> None:
    from finetune import checkpoints

    for step in (1, 2):
        checkpoints.write(tmp_path / f"checkpoint-{step}", {"a": torch.ones(2)}, {"steps": step}, lambda folder: None)
    (tmp_path / "checkpoint-2" / ".DS_Store").touch()
    assert checkpoints.find(tmp_path, "latest") == tmp_path / "checkpoint-2", "a file of another's is no damage"
    (tmp_path / "checkpoint-2" / "manifest.json").write_text(manifest)
    assert checkpoints.find(tmp_path, "latest") == tmp_path / "checkpoint-1"


def test_a_damaged_cache_is_made_again(tmp_path: Path, capsys: pytest.CaptureFixture) -> None:
    from finetune.latents import cached

    path, tensors = tmp_path / "pictures.safetensors", {"a": torch.arange(6.0).reshape(2, 3), "b": torch.tensor(1)}
    asked = []

    def made() -> dict:
        asked.append(1)
        return tensors

    for _ in range(2):
        assert torch.equal(cached(path, "key", made)["a"], tensors["a"])
    assert len(asked) == 1
    (file,) = tmp_path.glob("pictures-*.safetensors")
    data = bytearray(file.read_bytes())
    data[-9] ^= 1  # in a number, where safetensors sees nothing wrong
    file.write_bytes(data)
    assert torch.equal(cached(path, "key", made)["a"], tensors["a"])
    assert len(asked) == 2 and f"{file} is damaged" in capsys.readouterr().out


def test_a_schedule_goes_on_at_its_rate_at_once() -> None:
    """Also where the optimizer's own groups are not restored, as with DeepSpeed."""
    from diffusers.optimization import get_scheduler

    from finetune.optimizer import load_schedule

    def begun(rate: float):
        optimizer = torch.optim.AdamW([torch.nn.Parameter(torch.ones(2))], lr=rate)
        return get_scheduler("cosine", optimizer, num_warmup_steps=4, num_training_steps=10)

    whole, resumed, faster = begun(0.1), begun(0.1), begun(0.2)
    for _ in range(3):
        whole.optimizer.step()
        whole.step()
    load_schedule(resumed, whole.state_dict(), weight_decay=0.5)
    load_schedule(faster, whole.state_dict(), weight_decay=0.5)
    for _ in range(3):
        rates = [schedule.optimizer.param_groups[0]["lr"] for schedule in (whole, resumed, faster)]
        assert rates[0] == rates[1] > 0 and rates[2] == pytest.approx(2 * rates[0])
        for schedule in (whole, resumed, faster):
            schedule.optimizer.step()
            schedule.step()
    assert resumed.optimizer.param_groups[0]["weight_decay"] == 0.5


def through_a_checkpoint(optimizer: torch.optim.Optimizer, folder: Path) -> dict:
    """The optimizer's state as a run that goes on reads it."""
    from finetune import checkpoints

    tensors, rest = checkpoints.flatten(optimizer.state_dict())
    checkpoints.write(folder / "checkpoint-1", tensors, {"optimizer": rest}, lambda aside: None)
    tensors, state = checkpoints.read(folder / "checkpoint-1", torch.device("cpu"))
    return checkpoints.unflatten(tensors, state["optimizer"])


@pytest.mark.parametrize("name", ["adamw", "prodigy", "adamw8bit"])
def test_an_optimizer_goes_on_to_the_same_bits(name: str, tmp_path: Path) -> None:
    from finetune.optimizer import load_optimizer, make_optimizer

    package = {"prodigy": "prodigyopt", "adamw8bit": "bitsandbytes"}.get(name)
    if package:
        pytest.importorskip(package)
    shapes = [(64, 128), (8,), (4, 4)]  # 8-bit optimizers keep what is small in full
    args = Namespace(
        learning_rate=None,
        optimizer=name,
        scale_lr=False,
        adam_weight_decay=0.01,
        adam_beta1=0.9,
        adam_beta2=0.999,
        adam_epsilon=1e-8,
    )

    def started(weights: list[torch.Tensor]):
        parameters = [torch.nn.Parameter(weight.clone()) for weight in weights]
        return parameters, make_optimizer(args, parameters, 1)

    def train(parameters, optimizer, steps) -> None:
        for step in steps:
            generator = torch.Generator().manual_seed(step)
            for parameter in parameters:
                parameter.grad = torch.randn(parameter.shape, generator=generator)
            optimizer.step()

    torch.manual_seed(0)
    whole = started([torch.randn(shape) for shape in shapes[:2]] + [torch.zeros(shapes[2])])
    train(*whole, range(3))
    resumed = started([parameter.data for parameter in whole[0]])
    load_optimizer(resumed[1], through_a_checkpoint(whole[1], tmp_path))
    before = [parameter.detach().clone() for parameter in whole[0]]
    for parameters, optimizer in (whole, resumed):
        train(parameters, optimizer, range(3, 6))
    assert all(torch.equal(one, other) for one, other in zip(whole[0], resumed[0], strict=True))
    assert not any(torch.equal(one, other) for one, other in zip(whole[0], before, strict=True))


def test_state_in_dictionaries_and_shared_is_kept(tmp_path: Path) -> None:
    """As bitsandbytes 0.50 has it: all but `step` under one key, and one table of 256 values for all weights."""
    table, moments = torch.linspace(-1, 1, 256), [torch.randint(0, 256, (8, 8), dtype=torch.uint8) for _ in range(2)]
    weights = [torch.nn.Parameter(torch.ones(8, 8)) for _ in moments]
    optimizer = torch.optim.SGD(weights, lr=0.1)
    for weight, moment in zip(weights, moments, strict=True):
        optimizer.state[weight] = {"step": 7, "__quant__": {"state1": moment, "qmap1": table}}
    state = through_a_checkpoint(optimizer, tmp_path)["state"]
    assert list(state) == [0, 1] and [entry["step"] for entry in state.values()] == [7, 7]
    for entry, moment in zip(state.values(), moments, strict=True):
        assert torch.equal(entry["__quant__"]["state1"], moment) and entry["__quant__"]["state1"].dtype == torch.uint8
        assert torch.equal(entry["__quant__"]["qmap1"], table)


# flags that say where, how often and how fast, and those that decide what is compared in other ways: by the base's
# hash, the shapes, the dataset's hash, the steps and the global batch
NOT_NAMED = {
    "output_dir", "logging_dir", "report_to", "push_to_hub", "hub_model_id", "resume_from_checkpoint", "single_file",
    "checkpointing_steps", "checkpoints_total_limit", "save_steps", "gradient_checkpointing", "sample_batch_size",
    "validation_prompt", "num_validation_images", "validation_steps",
    "pretrained_model_name_or_path", "revision", "mixed_precision", "use_8bit_adam",
    "rank", "num_vectors", "train_text_encoder", "train_feed_forward", "use_dora",
    "train_data_dir", "class_data_dir", "num_train_epochs", "train_batch_size", "gradient_accumulation_steps",
}  # fmt: skip


@pytest.mark.parametrize(
    ("script", "required"),
    [("lora", []), ("textual_inversion", ["--initializer_token=s"]), ("dreambooth", ["--instance_prompt=a dog"])],
)
def test_every_flag_that_decides_a_result_is_looked_at(
    script: str, required: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from finetune.checkpoints import DECIDING, FIXED

    monkeypatch.setattr(sys, "argv", [f"{script}.py", f"--train_data_dir={tmp_path}", *required])
    flags = set(vars(importlib.import_module(f"finetune.{script}").parse_args()))
    assert flags - NOT_NAMED - {*DECIDING, *FIXED} == set()


@pytest.mark.parametrize(
    "flag", ["seed", "caption_dropout", "noise_offset", "snr_gamma", "random_flip", "prior_loss_weight"]
)
def test_a_changed_flag_that_decides_the_result_is_named(flag: str, capsys: pytest.CaptureFixture) -> None:
    from finetune.checkpoints import note_changes

    same = {"global_batch": 4, "dataset": "a", "mixed_precision": "no"}
    flags = {"lr_scheduler": "cosine", "max_train_steps": 8, flag: 1}
    note_changes(same | {"flags": flags}, same | {"flags": flags | {flag: 2}})
    assert f"note: --{flag} was 1 and is 2" in capsys.readouterr().out
