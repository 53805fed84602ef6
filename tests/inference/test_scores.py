import json
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from skimage.color import rgb2lab
from tiny_models import make_tokenizer

from inference import scores
from inference.clip_scorer import Clip, clip_scores
from inference.intervals import mean_with_interval, rank_agreement
from inference.scores import (
    cielab,
    edge_f1,
    film_look,
    look_distances,
    reference_pictures,
    save_scores,
    summarise,
)
from inference.strategies import Cell, Strategy


def picture(pixels: np.ndarray) -> Image.Image:
    return Image.fromarray(np.broadcast_to(pixels, (64, 96, 3)).astype(np.uint8))


def test_cielab_equals_another_implementation():
    colours = np.random.default_rng(0).random((50, 3))
    assert np.allclose(cielab(colours), rgb2lab(colours), atol=0.05)
    assert np.allclose(cielab(np.ones(3)), [100, 0, 0], atol=1e-6)


def test_flat_grey_has_no_look():
    look = film_look(picture(np.array([128, 128, 128])))
    assert all(abs(value) < 1e-6 for value in look.values()), look


def test_contrast_is_the_spread_of_lightness():
    halves = np.where(np.arange(96)[None, :, None] < 48, 0, 255)
    assert film_look(picture(halves))["luminance_contrast"] == pytest.approx(0.5)
    assert film_look(picture(halves))["highlight_share"] == pytest.approx(0.5)


def test_warm_light_and_cool_shadow_split():
    left = np.arange(96)[None, :, None] < 48
    warm_light = np.where(left, [255, 200, 120], [20, 40, 70])
    cool_light = np.where(left, [150, 200, 255], [70, 40, 20])
    assert film_look(picture(warm_light))["warm_cool_split"] > 40
    assert film_look(picture(cool_light))["warm_cool_split"] < -40


def test_colourfulness_by_hand():
    # half red, half green: rg = +-255, yb = 127.5 everywhere; M3 = std(rg) + 0.3 * 127.5
    halves = np.where(np.arange(96)[None, :, None] < 48, [255, 0, 0], [0, 255, 0])
    assert film_look(picture(halves))["colourfulness"] == pytest.approx(255 + 0.3 * 127.5)


def test_vignette_is_dark_corners_only():
    y, x = np.mgrid[-1:1:64j, -1:1:96j]
    radius = np.hypot(x, y)[..., None]
    assert film_look(picture(200 - 80 * radius * np.ones(3)))["vignette"] > 0.2
    assert film_look(picture(80 + 80 * radius * np.ones(3)))["vignette"] < -0.2


def test_vignette_by_hand():
    """1 - L* of the corners / L* of the centre; what lies between is neither."""
    y, x = np.mgrid[-1:1:128j, -1:1:128j]
    radius = np.hypot(x, y) / 2**0.5  # 1 in the corners
    rings = np.select([radius < 0.4, radius <= 0.8], [200, 60], 100)[..., None].repeat(3, 2).astype(np.uint8)
    corners, centre = (rgb2lab(np.full((1, 1, 3), grey / 255))[0, 0, 0] for grey in (100, 200))
    assert film_look(Image.fromarray(rings))["vignette"] == pytest.approx(1 - corners / centre, abs=1e-4)


def saved_scores(folder, greys: dict[str, list[int]], clip="nowhere/nothing", per_prompt=1, reference_dir=None) -> dict:
    """scores.json of flat grey pictures, one list of greys per strategy."""
    strategies = [Strategy(name, name) for name in greys]
    files = {}
    for row in range(len(next(iter(greys.values())))):
        for strategy in strategies:
            cell = Cell(row, strategy, f"prompt {row // per_prompt}", 5 + row)
            files[cell] = folder / f"{row}-{strategy.name}.png"
            picture(np.array([greys[strategy.name][row]] * 3)).save(files[cell])
    path = folder / "scores.json"
    references = reference_pictures(reference_dir or folder / "none", 64 * 96)
    save_scores(files, path, clip=clip, references=references, per_prompt=per_prompt)
    return json.loads(path.read_text())


def test_scores_of_cells_and_their_means(tmp_path, capsys):
    saved = saved_scores(tmp_path, {"base": [40, 250]})
    assert [entry["highlight_share"] for entry in saved["pictures"]] == [0, 1]
    assert saved["pictures"][1]["prompt"] == "prompt 1" and saved["pictures"][1]["seed"] == 6
    assert saved["means"]["base"]["highlight_share"] == 0.5 and "clip_score" not in saved["means"]["base"]
    assert saved["strategies"]["base"]["highlight_share"] == {"mean": 0.5, "low": 0, "high": 1}
    said = capsys.readouterr()
    assert "highlight_share" in said.out
    assert "nowhere/nothing cannot be had" in said.err and "no reference pictures in" in said.err


def test_different_from_base_only_where_the_paired_interval_excludes_zero(tmp_path, capsys):
    greys = {"base": [40, 40, 40, 40], "all": [250] * 4, "some": [250, 40, 40, 40], "none": [40] * 4}
    saved = saved_scores(tmp_path, greys)["against_base"]
    share = {strategy: saved[strategy]["highlight_share"] for strategy in saved}
    assert share["all"] == {"mean": 1, "low": 1, "high": 1, "different": True}
    assert share["some"]["mean"] == 0.25 and share["some"]["low"] == 0 and not share["some"]["different"]
    assert share["none"] == {"mean": 0, "low": 0, "high": 0, "different": False}
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("highlight_share"))
    assert line.count("*") == 1
    (tmp_path / "one").mkdir()
    one = saved_scores(tmp_path / "one", {"base": [40], "all": [250]})
    assert not one["against_base"]["all"]["highlight_share"]["different"], "one picture says nothing"


def test_a_star_needs_prompts_and_not_seeds():
    entries = [{"strategy": s, "x": float(s == "lora" and row < 4)} for row in range(12) for s in ("base", "lora")]
    starred = [summarise(entries, per_prompt=n)["against_base"]["lora"]["x"]["different"] for n in (4, 1)]
    assert starred == [False, True]  # four pictures of one prompt of three differ; or of four prompts of twelve


def test_intervals_are_the_bootstrap_s():
    values = np.random.default_rng(1).normal(3, 2, 200)
    found = mean_with_interval(values)
    half = 1.96 * values.std() / 200**0.5
    assert found["mean"] == pytest.approx(values.mean())
    assert found["low"] == pytest.approx(values.mean() - half, rel=0.03)
    assert found["high"] == pytest.approx(values.mean() + half, rel=0.03)
    one_prompt = mean_with_interval(values, 200)  # its seeds vary as prompts do
    assert [one_prompt[end] for end in ("low", "high")] == pytest.approx([found["low"], found["high"]], rel=0.03)
    # 50 pictures of each of 4 prompts that differ: they stand for 4 prompts, not for 200
    alike = np.repeat([0.0, 1.0, 2.0, 9.0], 50)
    grouped, single = mean_with_interval(alike, 50), mean_with_interval(alike)
    assert grouped["high"] - grouped["low"] > 5 * (single["high"] - single["low"])


def test_two_halves_of_the_prompts_agree_where_the_order_does_not_depend_on_them():
    rng = np.random.default_rng(0)
    strategies, prompts, seeds = np.arange(5)[:, None], rng.normal(0, 9, 40), rng.normal(0, 1, (5, 40 * 3))
    assert rank_agreement(strategies + prompts) == pytest.approx(1), "what all share changes no order"
    assert abs(rank_agreement(rng.normal(0, 1, (5, 400)))) < 0.5, "noise has none"
    # three seeds of a prompt are one prompt; and their mean is less noisy than one of them
    repeated = strategies + np.repeat(prompts, 3) + 5 * seeds
    assert rank_agreement(repeated, 3) > rank_agreement(repeated[:, ::3])
    by_hand = [[0, 0, 2, 2], [1, 1, 1, 1], [2, 2, 0, 0]]  # a third of the halvings reverse the order, the rest tie
    assert rank_agreement(by_hand) == pytest.approx(-1)
    assert rank_agreement(strategies + prompts[:3]) is None and rank_agreement(strategies[:2] + prompts) is None
    assert rank_agreement(np.ones((5, 8))) is None


def test_distance_to_the_references_is_in_their_standard_deviations(tmp_path):
    (tmp_path / "look").mkdir()
    for i, spread in enumerate((20, 40, 60)):
        halves = np.where(np.arange(96)[None, :, None] < 48, 128 - spread, 128 + spread)
        picture(halves).save(tmp_path / "look" / f"{i}.png")
    references = reference_pictures(tmp_path / "look", 64 * 96)
    looks = [film_look(reference) for reference in references]
    contrast = np.array([look["luminance_contrast"] for look in looks])
    entry = saved_scores(tmp_path, {"base": [128, 128]}, reference_dir=tmp_path / "look")["pictures"][0]
    assert entry["luminance_contrast_distance"] == pytest.approx(contrast.mean() / contrast.std(), abs=1e-6)
    parts = [entry[f"{name}_distance"] for name in looks[0]]
    assert entry["film_look_distance"] == pytest.approx(np.mean(parts))
    middle = look_distances(looks[1], looks)
    assert middle["luminance_contrast_distance"] < entry["luminance_contrast_distance"]


def test_references_have_the_pictures_area_and_their_own_shape(tmp_path):
    Image.new("RGB", (400, 200)).save(tmp_path / "wide.jpg")
    Image.new("RGB", (20, 10)).save(tmp_path / "small.png")
    (tmp_path / "metadata.jsonl").write_text("{}")
    (tmp_path / "._wide.jpg").write_bytes(b"what macOS leaves")
    assert [reference.size for reference in reference_pictures(tmp_path, 5000)] == [(20, 10), (100, 50)]
    (tmp_path / "night").mkdir()
    Image.new("RGB", (30, 30)).save(tmp_path / "night" / "street.tif")
    assert len(reference_pictures(tmp_path, 5000)) == 3
    for name in ("__MACOSX/a.png", ".ipynb_checkpoints/a-checkpoint.png", "Thumbs.db"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text("no picture")
    Image.new("RGB", (8, 8)).save(tmp_path / "another.avif")
    assert len(reference_pictures(tmp_path, 5000)) == 4


@pytest.fixture(scope="module")
def tiny_clip(tmp_path_factory):
    """A CLIP of random weights as the miniature carries one: 32 pixels, a folder with model and processor."""
    import torch
    from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPProcessor

    tokenizer = make_tokenizer()
    size = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2}
    ids = {"vocab_size": len(tokenizer), "bos_token_id": tokenizer.bos_token_id, "eos_token_id": tokenizer.eos_token_id}
    torch.manual_seed(0)
    config = CLIPConfig(
        text_config=size | ids, vision_config=size | {"image_size": 32, "patch_size": 8}, projection_dim=16
    )
    folder = tmp_path_factory.mktemp("clip")
    CLIPModel(config).save_pretrained(folder)
    images = CLIPImageProcessor(size={"shortest_edge": 32}, crop_size={"height": 32, "width": 32})
    CLIPProcessor(images, tokenizer).save_pretrained(folder)
    return folder


def test_clip_score_is_the_cosine(tiny_clip):
    import torch
    from transformers import CLIPModel, CLIPProcessor

    pictures = [picture(np.array(colour)) for colour in ([200, 20, 20], [20, 20, 200], [20, 200, 20])]
    prompts = ["a red car", "a tent in the snow", "a long prompt " * 40]
    model, processor = CLIPModel.from_pretrained(tiny_clip), CLIPProcessor.from_pretrained(tiny_clip)
    for shown, prompt, value in zip(pictures, prompts, clip_scores(Clip(tiny_clip), pictures, prompts), strict=True):
        with torch.no_grad():
            inputs = processor(text=[prompt], images=[shown], truncation=True, return_tensors="pt")
            logit = model(**inputs).logits_per_image
        cosine = logit.item() / model.logit_scale.exp().item()
        assert value == pytest.approx(max(100 * cosine, 0), abs=1e-3)


def test_the_clip_score_is_of_the_person_s_words(tmp_path, monkeypatch):
    asked = []
    monkeypatch.setattr(scores, "clip_scores", lambda clip, shown, prompts: asked.extend(prompts) or [0.0])
    picture(np.zeros(3)).save(tmp_path / "a.png")
    cell = Cell(0, Strategy("lora", "LoRA", prompt=lambda prompt: f"{prompt}, cinematic"), "a tent", 0)
    scores.score({cell: tmp_path / "a.png"}, SimpleNamespace(pictures=lambda shown: np.ones((1, 2))), [])
    assert asked == ["a tent"]


def test_nearness_in_clip_s_space(tiny_clip, tmp_path):
    (tmp_path / "look").mkdir()
    for i, grey in enumerate((10, 240)):
        picture(np.array([grey] * 3)).save(tmp_path / "look" / f"{i}.png")
    greys = {"base": [40, 60], "same": [40, 60], "other": [90, 250]}
    saved = saved_scores(tmp_path, greys, clip=str(tiny_clip), reference_dir=tmp_path / "look")
    own = {(entry["row"], entry["strategy"]): entry for entry in saved["pictures"]}
    clip = Clip(tiny_clip)
    seen = clip.pictures([picture(np.array([grey] * 3)) for grey in (40, 90, 10, 240)])
    assert own[0, "same"]["base_nearness"] == pytest.approx(1, abs=1e-5)
    assert own[0, "other"]["base_nearness"] == pytest.approx(float(seen[0] @ seen[1]), abs=1e-5)
    assert own[0, "base"]["reference_nearness"] == pytest.approx(float((seen[2:] @ seen[0]).mean()), abs=1e-5)
    assert "base_nearness" not in own[0, "base"] and "base_edge_f1" in own[0, "same"]


def test_edge_f1_by_hand():
    """Two squares whose outlines share two of four sides, and what may move and what may not."""
    square, shifted, elsewhere = (np.zeros((128, 128, 3), np.uint8) for _ in range(3))
    square[40:80, 40:80], shifted[41:81, 40:80], elsewhere[40:80, 60:100] = 255, 255, 255
    assert edge_f1(square, square) == 1
    assert edge_f1(square, shifted) > 0.99, "one pixel of 128 is within reach"
    # 40 of 80 pixels of the upper and lower sides are shared, and none of the other sides
    assert edge_f1(square, elsewhere) == pytest.approx(40 / 160, abs=0.03)
    assert edge_f1(square, np.zeros_like(square)) == 0
    both = square.copy()
    both[90:120, 90:120] = 255  # 120 pixels of outline more than the 160 that are there
    for pair in ((square, both), (both, square)):
        assert edge_f1(*pair) == pytest.approx(2 * 160 / (160 + 280), abs=0.03)
