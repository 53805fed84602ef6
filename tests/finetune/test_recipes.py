"""What the recipes are for: with its defaults, each turns held-out plain prompts cinematic and keeps their subject."""

import json
import sys
from pathlib import Path

import pytest
from conftest import ROOT, assert_refused, run_script

from inference.pipelines import MINIATURE

COMMAND = (sys.executable, "-m", "finetune.miniature.strategies")
METHODS = ("lora", "textual_inversion", "dreambooth")


@pytest.fixture(scope="module")
def shares(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, float]]:
    """The judge's shares over 60 prompts, after the recipes as a person runs them."""
    folder = tmp_path_factory.mktemp("strategies")
    adapters = []
    for method in METHODS:
        script = ROOT / "finetune" / f"{method}.sh"
        trained = run_script(script, "--output_dir", folder / method, MODEL_NAME=str(MINIATURE), timeout=1800)
        assert trained.rc == 0, trained.err
        adapters += [f"--{method}", folder / method]
    measured = run_script(*COMMAND, *adapters, "--count", "60", "--output", folder / "shares.json", timeout=1800)
    assert measured.rc == 0, measured.err
    return json.loads(Path(folder / "shares.json").read_text())


@pytest.mark.slow
def test_the_base_is_plain(shares) -> None:
    """Target over 100 prompts: at most 5 %. The margins are for fewer prompts and other machines' arithmetic."""
    assert shares["base"]["dramatic"] <= 0.10


@pytest.mark.slow
@pytest.mark.parametrize(("strategy", "target"), [("lora", 0.92), ("textual_inversion", 0.75), ("dreambooth", 0.92)])
def test_each_strategy_turns_plain_prompts_cinematic(shares, strategy: str, target: float) -> None:
    """Half a step of rounding apart, as with one thread or two, the LoRA was seen to end at 95 % and at 83 %."""
    assert shares[strategy]["dramatic"] >= target - 0.15


@pytest.mark.slow
@pytest.mark.parametrize(("strategy", "points"), [("lora", 0.08), ("textual_inversion", 0.10), ("dreambooth", 0.10)])
def test_each_strategy_keeps_the_subject(shares, strategy: str, points: float) -> None:
    assert shares[strategy]["subject"] >= shares["base"]["subject"] - points - 0.07


@pytest.mark.slow
def test_dreambooth_without_its_name_stays_plain(shares) -> None:
    """Target over 100 prompts: at most 20 %."""
    assert shares["dreambooth_unnamed"]["dramatic"] <= 0.27


def test_no_adapter_at_all_is_a_sentence(tmp_path: Path) -> None:
    nowhere = [argument for method in METHODS for argument in (f"--{method}", tmp_path / method)]
    assert_refused(run_script(*COMMAND, *nowhere), "no adapter in", "train one first")
