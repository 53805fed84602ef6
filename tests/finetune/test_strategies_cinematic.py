"""What the recipes are for: each turns held-out plain prompts cinematic and keeps their subject."""

import itertools
import json
import sys
from pathlib import Path

import numpy as np
import pytest
from helpers import ROOT, assert_refused, run_script

from finetune.miniature.world import HELD_OUT_SEED, held_out_scenes
from images.scenes import caption
from inference.intervals import mean_with_interval
from inference.pipelines import MINIATURE

COMMAND = (sys.executable, "-m", "finetune.miniature.strategies")
METHODS = ("lora", "textual_inversion", "dreambooth")
# Half of what the recipes take, where that is far enough: single-threaded, beside another worker, they take minutes.
STEPS = {"lora": ["--max_train_steps", "350"], "textual_inversion": ["--max_train_steps", "200"], "dreambooth": []}
HELD_OUT = ROOT / "tests" / "finetune" / "held_out_prompts.txt"  # without the sky, which dramatic light changes


@pytest.fixture(scope="module")
def adapters(tmp_path_factory: pytest.TempPathFactory) -> list:
    """Flags that name what the recipes made, run as a person runs them."""
    folder, flags = tmp_path_factory.mktemp("strategies"), []
    for method in METHODS:
        script = ROOT / "finetune" / f"{method}.sh"
        where = ["--output_dir", folder / method, *STEPS[method]]
        trained = run_script(script, *where, MODEL_NAME=str(MINIATURE), timeout=1800)
        assert trained.rc == 0, trained.err
        flags += [f"--{method}", folder / method]
    return flags


@pytest.fixture(scope="module")
def shares(adapters: list, tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, float]]:
    """The judge's shares over 24 prompts."""
    output = tmp_path_factory.mktemp("shares") / "shares.json"
    measured = run_script(*COMMAND, *adapters, "--count", "24", "--output", output, timeout=1800)
    assert measured.rc == 0, measured.err
    return json.loads(output.read_text())


@pytest.fixture(scope="module")
def scores(adapters: list, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """scores.json of all five strategies over 24 held-out prompts."""
    folder = tmp_path_factory.mktemp("compared")
    flags = ["--prompts", HELD_OUT, "--output_dir", folder, "--pretrained_model_name_or_path", MINIATURE]
    compared = run_script(ROOT / "inference" / "compare.py", *flags, *adapters, timeout=1800)
    assert compared.rc == 0, compared.err
    return json.loads((folder / "scores.json").read_text())


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


@pytest.mark.slow
@pytest.mark.parametrize("strategy", [*METHODS, "controlnet"])
def test_each_strategy_looks_more_like_film(scores: dict, strategy: str) -> None:
    """Target for the CLIP score: 0.9 of base's, less what another machine's arithmetic makes of a short training."""
    paired = scores["against_base"][strategy]["film_look_distance"]
    assert paired["different"] and paired["high"] < 0
    assert scores["means"][strategy]["clip_score"] >= 0.85 * scores["means"]["base"]["clip_score"]


@pytest.mark.slow
@pytest.mark.parametrize(("score", "least"), [("film_look_distance", 0.4), ("clip_score", 0.1), ("colourfulness", 0.9)])
def test_two_halves_of_the_prompts_rank_the_strategies_alike(scores: dict, score: str, least: float) -> None:
    """No two strategies change places that all prompts together tell apart by three standard errors.

    The rank correlation is far from 1 where strategies are as good as equal: with one picture of each prompt it was
    0.68 to 0.83 by the distance, where three are, and 0.38 to 0.86 by CLIP score.
    """
    values: dict[str, list[float]] = {}
    for picture in sorted(scores["pictures"], key=lambda picture: picture["row"]):
        values.setdefault(picture["strategy"], []).append(picture[score])
    assert len(values) == 5
    apart = 0
    for one, other in itertools.combinations(values.values(), 2):
        difference = np.subtract(one, other)
        whole = mean_with_interval(difference)
        if abs(whole["mean"]) > 0.75 * (whole["high"] - whole["low"]):  # which is four standard errors wide
            apart += 1
            assert np.sign(difference[::2].mean()) == np.sign(difference[1::2].mean()) == np.sign(whole["mean"])
    assert apart, "nothing to rank"
    assert scores["halves"][score] >= least


def test_the_prompts_are_of_scenes_that_were_never_trained_on() -> None:
    scenes = held_out_scenes(24, start=HELD_OUT_SEED + 200_000)
    assert HELD_OUT.read_text().splitlines() == [caption(scene).split(",")[0] for scene in scenes]


def test_no_adapter_at_all_is_a_sentence(tmp_path: Path) -> None:
    nowhere = [argument for method in METHODS for argument in (f"--{method}", tmp_path / method)]
    assert_refused(run_script(*COMMAND, *nowhere), "no adapter in", "train one first")
