"""What every test is given: one thread a worker, an order, and models that are made once."""

import os
from pathlib import Path

import pytest
from tiny_models import make_lora, make_tiny_base
from warm import ROOT

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


@pytest.fixture(scope="session")
def tiny_lora(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a LoRA of the tiny base's attention, rank 4, random and strong enough to change a picture."""
    return make_lora(tiny_base, tmp_path_factory.mktemp("lora"))


@pytest.fixture(scope="session")
def tiny_lora_text(tiny_base: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same, on the text encoder as well."""
    return make_lora(tiny_base, tmp_path_factory.mktemp("lora_text"), text_encoder=True)
