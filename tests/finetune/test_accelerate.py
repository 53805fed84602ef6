"""The configuration files for `accelerate launch`, and what this loop cannot be launched with."""

import json
from argparse import Namespace
from importlib.util import find_spec
from pathlib import Path

import pytest
import warm
from helpers import ROOT, Finished, assert_refused, captioned_pictures, run_printed, run_script

FOLDER = ROOT / "finetune" / "accelerate"
FILES = {  # machines, processes, kind
    "one_gpu": (1, 1, "NO"),
    "several_gpus": (1, 2, "MULTI_GPU"),
    "two_nodes": (2, 16, "MULTI_GPU"),
    "deepspeed_zero2": (1, 2, "DEEPSPEED"),
}


@pytest.mark.parametrize("name", FILES)
def test_every_file_is_read_by_accelerate_as_it_was_meant(name: str) -> None:
    from accelerate.commands.config.config_args import load_config_from_file
    from accelerate.utils import DistributedType

    assert {path.stem for path in FOLDER.iterdir()} == set(FILES)
    config = load_config_from_file(str(FOLDER / f"{name}.yaml"))
    assert (config.num_machines, config.num_processes, config.distributed_type) == (
        *FILES[name][:2],
        DistributedType[FILES[name][2]],
    )
    assert config.mixed_precision == "no", "the trainer's own flag decides"
    assert config.deepspeed_config.get("zero_stage") == (2 if name == "deepspeed_zero2" else None)


def test_a_recipe_is_launched_with_a_file() -> None:
    launch = "accelerate launch --cpu --config_file finetune/accelerate/one_gpu.yaml"
    done = run_script("finetune/lora.sh", "--help", LAUNCH=launch, **warm.environment())
    assert done.rc == 0 and "usage: lora.py" in done.out, done.err


# A launcher stops the others when the first process ends: each waits until all have said what they see.
PROBE = """import json, os, sys, time
from pathlib import Path
names = ("RANK", "WORLD_SIZE", "ACCELERATE_MIXED_PRECISION", "OMP_NUM_THREADS")
print(json.dumps({name: os.environ.get(name) for name in names} | {"flags": sys.argv[2:]}), flush=True)
here = Path(__file__).parent
(here / f"said-{os.environ.get('RANK')}").touch()
while len(list(here.glob("said-*"))) < int(os.environ.get("WORLD_SIZE") or 1):
    time.sleep(0.01)
sys.exit(int(sys.argv[1]))
"""
CONFIG = "compute_environment: LOCAL_MACHINE\nnum_machines: 1\nmachine_rank: 0\nuse_cpu: {cpu}\n"


def probed(folder: Path, config: str | None, *words: str) -> tuple[Finished, list[dict]]:
    """What a trainer sees that launch.py starts where `accelerate config` wrote `config`."""
    (folder / "probe.py").write_text(PROBE)
    if config is not None:
        (folder / "accelerate").mkdir()
        (folder / "accelerate" / "default_config.yaml").write_text(config)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("OMP_NUM_THREADS", "ACCELERATE_MIXED_PRECISION"):
            patch.delenv(name, raising=False)
        done = run_script("finetune/launch.py", folder / "probe.py", *words, HF_HOME=str(folder))
    return done, [json.loads(line) for line in done.out.splitlines()]


def test_where_accelerate_was_never_configured_one_process_starts_without_a_word(tmp_path: Path) -> None:
    done, seen = probed(tmp_path, None, "0", "--rank", "16", "--prompt", "two words")
    assert done.rc == 0 and done.err == "" and len(seen) == 1
    assert seen[0]["flags"] == ["--rank", "16", "--prompt", "two words"] and not seen[0]["WORLD_SIZE"]


def test_what_accelerate_config_was_told_is_what_happens_and_exit_codes_are_the_trainers(tmp_path: Path) -> None:
    config = CONFIG.format(cpu="true") + "distributed_type: 'NO'\nnum_processes: 1\nmixed_precision: bf16\n"
    done, seen = probed(tmp_path, config, "2")
    assert done.rc == 2 and done.err == "" and len(seen) == 1
    assert seen[0]["ACCELERATE_MIXED_PRECISION"] == "bf16"
    assert not seen[0]["OMP_NUM_THREADS"], "one process has all cores"


def test_several_processes_end_in_the_trainers_exit_code_and_without_a_traceback(tmp_path: Path) -> None:
    config = CONFIG.format(cpu="false") + "distributed_type: MULTI_GPU\nnum_processes: 2\ngpu_ids: all\n"
    done, seen = probed(tmp_path, config + "mixed_precision: 'no'\nmain_process_port: 29537\n", "2")
    assert done.rc == 2 and "Traceback" not in done.err, done.err
    assert {line["RANK"] for line in seen} == {"0", "1"} and {line["WORLD_SIZE"] for line in seen} == {"2"}


def test_a_configuration_that_contradicts_itself_is_one_sentence(tmp_path: Path) -> None:
    config = CONFIG.format(cpu="false") + "distributed_type: MULTI_GPU\nnum_processes: 2\ngpu_ids: '0'\n"
    assert_refused(probed(tmp_path, config + "mixed_precision: 'no'\n", "0")[0], "accelerate config", "GPU ids")


@pytest.mark.skipif(find_spec("deepspeed") is not None, reason="it is installed")
def test_a_configuration_for_deepspeed_without_deepspeed_is_one_sentence(tmp_path: Path) -> None:
    config = (FOLDER / "deepspeed_zero2.yaml").read_text()
    assert_refused(probed(tmp_path, config, "0")[0], "DeepSpeed", "accelerate config")


def test_paths_are_the_callers(tiny_base: Path, tmp_path: Path) -> None:
    captioned_pictures(tmp_path / "my_pictures", 2)
    (tmp_path / "base").symlink_to(tiny_base)
    done = run_script(
        ROOT / "finetune" / "lora.sh",
        "--train_data_dir",
        "my_pictures",
        "--output_dir",
        "out/mine",
        "--max_train_steps=1",
        "--train_batch_size=2",
        "--report_to=none",
        cwd=tmp_path,
        MODEL_NAME="./base",
        **warm.environment(),
    )
    assert done.rc == 0, done.err
    assert (tmp_path / "out" / "mine" / "pytorch_lora_weights.safetensors").exists()
    assert "warms up for 0, not --lr_warmup_steps 20" in done.out
    drawn = run_printed(done, tmp_path / "drawn", cwd=tmp_path)
    assert drawn.rc == 0 and (tmp_path / "drawn" / "grid.png").exists(), drawn.err


def test_fsdp_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from finetune.precision import make_accelerator
    from inference.cli import InputError

    monkeypatch.setenv("ACCELERATE_USE_FSDP", "true")
    with pytest.raises(InputError, match=r"deepspeed_zero2\.yaml"):
        make_accelerator(Namespace())


@pytest.mark.skipif(find_spec("deepspeed") is not None, reason="it is installed")
def test_without_deepspeed_one_sentence_says_so(tiny_base, tmp_path) -> None:
    """The environment is what `accelerate launch` makes of the file, which itself needs DeepSpeed."""
    done = run_script(
        "finetune/dreambooth.sh",
        f"--output_dir={tmp_path}",
        MODEL_NAME=str(tiny_base),
        ACCELERATE_USE_DEEPSPEED="true",
        **warm.environment(),
    )
    assert_refused(done, "pip install deepspeed", "several_gpus.yaml")


FLAGS = {"optimizer": "adamw", "use_8bit_adam": False, "compile": False, "train_batch_size": 2,
         "gradient_accumulation_steps": 3, "max_grad_norm": 0.5}  # fmt: skip


@pytest.fixture
def deepspeed(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """As if it were installed and asked for."""
    from finetune import zero

    monkeypatch.setattr(zero, "find_spec", lambda name: True)
    monkeypatch.setenv("ACCELERATE_USE_DEEPSPEED", "true")
    return monkeypatch


@pytest.mark.parametrize(
    ("flags", "precision", "environment", "words"),
    [
        ({"optimizer": "prodigy"}, "bf16", {}, "--optimizer prodigy"),
        ({"use_8bit_adam": True}, "bf16", {}, "--optimizer adamw8bit"),
        ({"compile": True}, "bf16", {}, "--compile"),
        ({}, "fp16", {}, "--mixed_precision fp16"),
        ({}, "no", {"ACCELERATE_DEEPSPEED_ZERO_STAGE": "3"}, "stage 2"),
        ({}, "no", {"ACCELERATE_DEEPSPEED_OFFLOAD_OPTIMIZER_DEVICE": "cpu"}, "offloading"),
        ({}, "no", {"ACCELERATE_DEEPSPEED_CONFIG_FILE": "own.json"}, "configuration of its own"),
    ],
)
def test_what_does_not_go_with_deepspeed(flags, precision, environment, words, deepspeed) -> None:
    from finetune import zero
    from inference.cli import InputError

    for name, value in environment.items():
        deepspeed.setenv(name, value)
    with pytest.raises(InputError, match=words):
        zero.plugin(Namespace(**FLAGS | flags), precision)


def test_deepspeed_gets_the_flags_and_leaves_the_weights_in_fp32(deepspeed: pytest.MonkeyPatch) -> None:
    from finetune import zero

    plugin = zero.plugin(Namespace(**FLAGS), "bf16")
    plugin.set_mixed_precision("bf16")  # as accelerate does
    config = plugin.deepspeed_config
    assert config["zero_optimization"]["stage"] == 2
    assert (config["train_micro_batch_size_per_gpu"], config["gradient_accumulation_steps"]) == (2, 3)
    assert config["gradient_clipping"] == 0.5
    assert config["bf16"]["enabled"] is False and config["fp16"]["enabled"] is False
    assert config["torch_autocast"] == {"enabled": True, "dtype": "bfloat16", "lower_precision_safe_modules": []}
    assert zero.plugin(Namespace(**FLAGS), "no").deepspeed_config["torch_autocast"]["enabled"] is False
    deepspeed.delenv("ACCELERATE_USE_DEEPSPEED")
    assert zero.plugin(Namespace(**FLAGS), "bf16") is None
