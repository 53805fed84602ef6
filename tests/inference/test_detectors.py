import re
import warnings

import numpy as np
import pytest
from PIL import Image
from tiny_models import make_dpt

from inference import detectors
from inference.cli import InputError
from inference.detectors import canny, control_map, depth_map, load_depth, load_detector


def square() -> np.ndarray:
    """A white square on black, (96, 128, 3)."""
    picture = np.zeros((96, 128, 3), np.uint8)
    picture[32:64, 40:80] = 255
    return picture


def test_canny_draws_the_outline_and_nothing_else():
    edges = canny(square())
    assert edges.shape == (96, 128, 3) and edges.dtype == np.uint8 and set(np.unique(edges)) == {0, 255}
    rows, columns = np.nonzero(edges[..., 0])
    assert rows.min() in (31, 32) and rows.max() in (63, 64) and columns.min() in (39, 40) and columns.max() in (79, 80)
    assert not edges[36:60, 44:76].any()
    assert np.array_equal(control_map(Image.fromarray(square()), "canny"), edges)


def test_thresholds_count():
    faint = (square() // 20).astype(np.uint8)
    assert not canny(faint).any() and load_detector("canny", low_threshold=5, high_threshold=10)(faint).any()


@pytest.fixture(scope="module")
def tiny_dpt(tmp_path_factory):
    return make_dpt(tmp_path_factory.mktemp("dpt"))


def test_depth_of_a_batch_is_that_of_each_picture_at_its_size(tiny_dpt):
    pictures = np.stack([square(), 255 - square()])
    estimate = load_depth(str(tiny_dpt))
    depth = estimate(pictures)
    assert depth.shape == (2, 96, 128) and depth.dtype == np.float32
    assert np.allclose(depth[1], estimate(pictures[1:])[0], atol=1e-4 * depth.std())
    shown = load_detector("depth", depth_model=str(tiny_dpt))(pictures[0])
    assert shown.shape == (96, 128, 3) and shown.min() == 0 and shown.max() == 255
    assert np.array_equal(shown, depth_map(depth[0]))


def test_one_scale_for_a_whole_shot():
    first, second = np.array([[0.0, 1.0]]), np.array([[1.0, 2.0]])
    assert depth_map(first).tolist() == depth_map(second).tolist() == [[[0] * 3, [255] * 3]]
    assert depth_map(first, 0, 2)[0, 1, 0] == depth_map(second, 0, 2)[0, 0, 0] == 128
    assert (depth_map(np.zeros((2, 2))) == 0).all()


def test_the_names_are_controlnet_aux_s():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its packages that are not there
        from controlnet_aux.processor import MODELS

    assert {*detectors.OF_CONTROLNET_AUX, "canny"} == MODELS.keys() - {"dwpose"}  # which has no from_pretrained


def test_a_detector_of_controlnet_aux_keeps_the_size():
    assert load_detector("shuffle")(square()).shape == (96, 128, 3)


def test_unknown_and_unfetched_detectors_are_one_sentence(monkeypatch, tmp_path):
    with pytest.raises(InputError, match=re.escape('no control map is called "edges"')):
        load_detector("edges")
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(InputError, match="mediapipe_face needs a package more: pip install mediapipe"):
        load_detector("mediapipe_face")
    for kind in ("depth", "softedge_hed"):
        with pytest.raises(InputError, match=f"the detector {kind} cannot be loaded.*need no weights: canny, shuffle"):
            load_detector(kind, depth_model=str(tmp_path))
