import json

import numpy as np
import pytest
from conftest import make_tokenizer
from PIL import Image
from skimage.color import rgb2lab

from inference.pipelines import BASE, Cell
from inference.scores import cielab, clip_scores, edge_f1, film_look, save_scores


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


def test_scores_of_cells_and_their_means(tmp_path, capsys):
    files = {}
    for row, grey in enumerate((40, 250)):
        cell = Cell(row, BASE, f"prompt {row}", 5 + row)
        files[cell] = tmp_path / f"{row}.png"
        picture(np.array([grey] * 3)).save(files[cell])
    save_scores(files, tmp_path / "clip", tmp_path / "scores.json")
    saved = json.loads((tmp_path / "scores.json").read_text())
    assert [entry["highlight_share"] for entry in saved["pictures"]] == [0, 1]
    assert saved["pictures"][1]["prompt"] == "prompt 1" and saved["pictures"][1]["seed"] == 6
    assert saved["means"]["base"]["highlight_share"] == 0.5 and "clip_score" not in saved["means"]["base"]
    assert "highlight_share" in capsys.readouterr().out


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

    pictures = [picture(np.array(colour)) for colour in ([200, 20, 20], [20, 20, 200])]
    prompts = ["a red car", "a tent in the snow"]
    model, processor = CLIPModel.from_pretrained(tiny_clip), CLIPProcessor.from_pretrained(tiny_clip)
    for shown, prompt, value in zip(pictures, prompts, clip_scores(tiny_clip, pictures, prompts), strict=True):
        with torch.no_grad():
            logit = model(**processor(text=[prompt], images=[shown], return_tensors="pt")).logits_per_image
        cosine = logit.item() / model.logit_scale.exp().item()
        assert value == pytest.approx(max(100 * cosine, 0), abs=1e-3)


def test_edge_f1_by_hand():
    """Two squares whose outlines share two of four sides, and what may move and what may not."""
    square, shifted, elsewhere = (np.zeros((128, 128, 3), np.uint8) for _ in range(3))
    square[40:80, 40:80], shifted[41:81, 40:80], elsewhere[40:80, 60:100] = 255, 255, 255
    assert edge_f1(square, square) == 1
    assert edge_f1(square, shifted) > 0.99, "one pixel of 128 is within reach"
    # 40 of 80 pixels of the upper and lower sides are shared, and none of the other sides
    assert edge_f1(square, elsewhere) == pytest.approx(40 / 160, abs=0.03)
    assert edge_f1(square, np.zeros_like(square)) == 0
