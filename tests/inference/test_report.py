"""report.py and report_page.py: what the page holds."""

import io
import json

import numpy as np
import pytest
from helpers import assert_refused, pixels, run_script
from painted_comparison import LOOKS, ROWS, SCRIPT, TITLES, comparison_with_page, make_comparison, read_page
from PIL import Image

from images.scenes import caption, draw, sample_scene
from inference.image_io import save_picture
from inference.report_page import encode, write_report


@pytest.fixture(scope="module")
def comparison(tmp_path_factory):
    return comparison_with_page(tmp_path_factory.mktemp("comparison"))


def test_small_pictures_are_whole_and_carry_no_recipe(comparison):
    pictures, content = read_page(comparison / "report.html")
    assert len(pictures) == ROWS * 3
    for row, line in enumerate(content["rows"]):
        for strategy, number in zip(content["strategies"], line["cells"], strict=True):
            path = comparison / "pictures" / f"{row}-{strategy['name']}.png"
            with Image.open(io.BytesIO(pictures[number])) as picture:
                assert not picture.info.get("recipe") and not picture.getexif()
                assert np.array_equal(np.asarray(picture), pixels(path))
            assert content["recipes"][str(number)]["strategy"] == strategy["name"]
            assert strategy["name"].encode() not in pictures[number] and b"recipe" not in pictures[number]


def test_a_picture_s_number_says_nothing_of_its_strategy(comparison):
    _, content = read_page(comparison / "report.html")
    numbers = np.array([line["cells"] for line in content["rows"]])  # (rows, strategies)
    assert not (np.diff(numbers, axis=1) > 0).all() and not (np.diff(numbers.ravel()) > 0).all()
    page = (comparison / "report.html").read_text().split('<script type="application/json"')[0]
    for name in (*LOOKS, *TITLES.values()):
        assert name == "base" or f">{name}<" not in page, name


def test_large_pictures_are_compressed_but_look_the_same(tmp_path):
    scene = Image.fromarray(draw(sample_scene(3), "cinematic", 640, 480).picture)
    save_picture(scene, tmp_path / "large.png", {"strategy": "lora"})
    data = encode(tmp_path / "large.png")
    with Image.open(io.BytesIO(data)) as picture:
        difference = np.abs(np.asarray(picture.convert("RGB"), int) - np.asarray(scene, int)).mean()
    assert len(data) < (tmp_path / "large.png").stat().st_size / 3 and 0 < difference < 3


def test_without_scores_the_recipes_say_what_is_shown(tmp_path):
    make_comparison(tmp_path, rows=2)
    (tmp_path / "scores.json").unlink()
    _, content = read_page(write_report(tmp_path))
    assert [strategy["title"] for strategy in content["strategies"]] == ["Base", "LoRA", "Textual inversion"]
    assert content["scores"] == [] and content["rows"][0]["seed"] == 100
    assert content["rows"][0]["prompt"] == f"{caption(sample_scene(0))}, as base"


def test_only_the_last_comparison_s_pictures_and_plain_means_where_there_are_no_intervals(tmp_path):
    make_comparison(tmp_path, rows=3)
    scores = json.loads((tmp_path / "scores.json").read_text())
    del scores["strategies"]
    scores["pictures"] = [entry for entry in scores["pictures"] if entry["row"] < 2 and entry["strategy"] != "lora"]
    (tmp_path / "scores.json").write_text(json.dumps(scores))
    _, content = read_page(write_report(tmp_path))
    assert [strategy["name"] for strategy in content["strategies"]] == ["base", "textual_inversion"]
    assert len(content["rows"]) == 2
    (plot,) = content["scores"]
    assert plot["title"] == "Vignette" and "corners" in plot["about"]
    assert plot["lines"][0]["mean"] == scores["means"]["base"]["vignette"] and "low" not in plot["lines"][0]
    assert len(plot["lines"][1]["values"]) == 2


def test_the_page_has_seeds_to_the_last_digit(tmp_path):
    """A browser reads numbers as 64-bit floats, in which 2^53 + 1 is 2^53."""
    seeds = {2**53 - 1: 2**53 - 1, 2**53 + 1: "9007199254740993", 2**64 - 1: "18446744073709551615"}
    for row, seed in enumerate(seeds):
        recipe = {"prompt": "a tent", "seed": seed, "strategy": "base"}
        save_picture(Image.new("RGB", (16, 16)), tmp_path / "pictures" / f"{row}-base.png", recipe)
    _, content = read_page(write_report(tmp_path))
    assert [row["seed"] for row in content["rows"]] == [*seeds.values()]
    recipes = [content["recipes"][str(row["cells"][0])] for row in content["rows"]]
    assert [recipe["seed"] for recipe in recipes] == [*seeds.values()]


def test_damaged_files_are_named_and_the_rest_is_kept(tmp_path):
    make_comparison(tmp_path, rows=2)
    torn = tmp_path / "pictures" / "1-lora.png"
    torn.write_bytes(torn.read_bytes()[:300])
    (tmp_path / "scores.json").write_text('{"pictures": [{"row": 0}]}')
    done = run_script(SCRIPT, "--output_dir", tmp_path)
    first, second = done.err.splitlines()
    assert done.rc == 0 and "scores.json is damaged" in first and "1-lora.png is damaged" in second
    _, content = read_page(tmp_path / "report.html")
    lora = [strategy["name"] for strategy in content["strategies"]].index("lora")
    assert content["rows"][1]["cells"][lora] is None and content["rows"][0]["cells"][lora] is not None


def test_a_folder_without_pictures_is_refused(tmp_path):
    assert_refused(run_script(SCRIPT, "--output_dir", tmp_path), "no pictures", str(tmp_path), "inference/compare.py")
    assert_refused(run_script(SCRIPT, "--output_dir", tmp_path / "nowhere"), "no pictures")
