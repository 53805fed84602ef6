"""What the recipes are for: with its defaults, each turns held-out plain prompts cinematic and keeps their subject."""

import json
import sys
from pathlib import Path

import pytest
from conftest import ROOT, run_script

from inference.pipelines import MINIATURE


@pytest.fixture(scope="module")
def shares(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, float]]:
    """The judge's shares over 60 prompts, after the recipe as a person runs it."""
    folder = tmp_path_factory.mktemp("strategies")
    trained = run_script(ROOT / "finetune" / "lora.sh", "--output_dir", folder / "lora", MODEL_NAME=str(MINIATURE))
    assert trained.rc == 0, trained.err
    command = [sys.executable, "-m", "finetune.miniature.strategies", "--lora", folder / "lora", "--count", "60"]
    measured = run_script(*command, "--output", folder / "shares.json", timeout=600)
    assert measured.rc == 0, measured.err
    return json.loads(Path(folder / "shares.json").read_text())


@pytest.mark.slow
def test_the_base_is_plain_and_the_lora_cinematic(shares):
    """Targets over 100 prompts: at most 5 % and at least 90 %; the margin is for fewer prompts and other machines."""
    assert shares["base"]["dramatic"] <= 0.10
    assert shares["lora"]["dramatic"] >= 0.85


@pytest.mark.slow
def test_the_lora_keeps_the_subject(shares):
    """Target over 100 prompts: at most 10 points below the base."""
    assert shares["lora"]["subject"] >= shares["base"]["subject"] - 0.15
