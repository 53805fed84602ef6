"""What a file's header says, worked out by hand from a run of two buckets."""

import base64
import io
import json
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors import safe_open
from safetensors.torch import load_file

from finetune import metadata
from finetune.data import Bucket, Picture


def run_of(folder: Path, width: int = 768, prediction: str = "epsilon") -> SimpleNamespace:
    """A run as `describe` looks at it, begun 100 s ago: three pictures in two buckets, and a class picture."""
    captions = [("A tent, at night",), ("a tent, in fog", "a tent, at night"), ("a car",)]
    one, two, three = (Picture(folder / f"{i}.png", texts, (64, 64), "") for i, texts in enumerate(captions))
    other = Picture(folder / "class.png", ("a lorry",), (64, 64), "")
    return SimpleNamespace(
        args=SimpleNamespace(train_data_dir=folder, output_dir=folder, resolution=512, num_validation_images=3),
        buckets=[Bucket((512, 768), (one, two), (other,)), Bucket((768, 512), (three,))],
        pipe=SimpleNamespace(
            unet=SimpleNamespace(config=SimpleNamespace(cross_attention_dim=width)),
            scheduler=SimpleNamespace(config=SimpleNamespace(prediction_type=prediction)),
        ),
        identity={"base": "me/base"},
        started=time.monotonic() - 100,
    )


@pytest.mark.parametrize(
    ("width", "prediction", "architecture", "version", "second", "short"),
    [
        (768, "epsilon", "stable-diffusion-v1", "sd_v1", "False", "epsilon"),
        (768, "v_prediction", "stable-diffusion-v1", "sd_v1_v", "False", "v"),
        (1024, "epsilon", "stable-diffusion-v2-512", "sd_v2", "True", "epsilon"),
        (1024, "v_prediction", "stable-diffusion-v2-768-v", "sd_v2_v", "True", "v"),
    ],
)
def test_the_base_s_kind(width, prediction, architecture, version, second, short, tmp_path: Path) -> None:
    run = run_of(tmp_path, width, prediction)
    for kind, suffix in (("lora", "/lora"), ("textual-inversion", "/textual-inversion"), ("checkpoint", "")):
        found = metadata.describe(run, {}, kind, name="it", usage="as is")
        assert found["modelspec.architecture"] == architecture + suffix
        assert (found["ss_base_model_version"], found["ss_v2"]) == (version, second)
        assert found["modelspec.prediction_type"] == short


def test_the_dataset(tmp_path: Path) -> None:
    found = metadata.describe(run_of(tmp_path), {"steps": 3}, "lora", name="it", usage="as is", trigger="in fog")
    assert json.loads(found["ss_tag_frequency"]) == {
        tmp_path.name: {"a tent": 3, "at night": 2, "in fog": 1, "a car": 1}
    }
    assert json.loads(found["ss_dataset_dirs"]) == {tmp_path.name: {"n_repeats": 1, "img_count": 3}}
    assert json.loads(found["ss_bucket_info"]) == {
        "buckets": {"0": {"resolution": [512, 768], "count": 2}, "1": {"resolution": [768, 512], "count": 1}}
    }
    assert 99 < time.time() - float(found["ss_training_started_at"]) < 110
    assert found["modelspec.trigger_phrase"] == "in fog" and found["modelspec.resolution"] == "512x512"
    assert json.loads(found["recipe"]) == {"steps": 3} and str(tmp_path) not in str(found)
    assert all(isinstance(text, str) for text in found.values()) and "modelspec.thumbnail" not in found


def test_the_thumbnail_is_the_newest_strip_s_first_picture_by_the_trained_weights(tmp_path: Path) -> None:
    (tmp_path / "samples").mkdir()
    for step, blue in ((90, 0), (100, 200)):
        rows = [[(255, 0, blue), (255, 255, blue), (0, 0, 0)], [(0, 255, blue), (0, 0, 0), (255, 255, 255)]]
        strip = np.array(rows, np.uint8).repeat(384, 0).repeat(512, 1)
        Image.fromarray(strip).save(tmp_path / "samples" / f"step-{step:06}.png")
    found = metadata.describe(run_of(tmp_path), {}, "lora", name="it", usage="as is")["modelspec.thumbnail"]
    jpeg = Image.open(io.BytesIO(base64.b64decode(found.removeprefix("data:image/jpeg;base64,"))))
    assert jpeg.format == "JPEG" and jpeg.size == (256, 192)
    assert abs(np.asarray(jpeg, dtype=int) - (0, 255, 200)).max() <= 8


def test_the_hash_is_of_the_tensors_whatever_the_header_says(tmp_path: Path) -> None:
    tensors = {"b": torch.arange(3.0), "a": torch.ones(2, 2)}
    hashes = []
    for name, texts in (("one", {"recipe": "0x" + "0" * 64}), ("two", {"recipe": '"modelspec.hash_sha256":"0x'})):
        metadata.write(tensors, tmp_path / name, texts)
        with safe_open(tmp_path / name, "pt") as file:
            found = file.metadata()
        assert found["recipe"] == texts["recipe"] and load_file(tmp_path / name).keys() == tensors.keys()
        hashes.append(found["modelspec.hash_sha256"])
    # printf of a's four ones and b's 0, 1, 2 as little-endian floats, in the order of their names, to sha256sum
    assert hashes == ["0xd7dead659cc8700ba70d933596350b13618b9faf78cdc2bfc136489425fa806c"] * 2
