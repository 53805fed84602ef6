"""What a family says of itself, and what is refused by its name."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from inference import families
from inference.adapters import read_embedding
from inference.cli import InputError
from inference.controlnets import find_controlnet
from inference.families import SD, family_of
from inference.pipelines import load_base


def test_a_base_and_its_pipeline_are_of_one_family(tiny_base: Path) -> None:
    assert family_of(tiny_base) is family_of(load_base(str(tiny_base), device="cpu")) is SD


def test_what_a_family_does_not_have_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Wordless(type(SD)):
        name, pipeline, supports = "Wordless", "WordlessPipeline", frozenset()

    monkeypatch.setitem(families.FAMILIES, "WordlessPipeline", Wordless())
    (tmp_path / "model_index.json").write_text(json.dumps({"_class_name": "WordlessPipeline"}))
    with pytest.raises(InputError, match=r"^Wordless has no textual inversion here; "):
        read_embedding(tmp_path, tmp_path)
    with pytest.raises(InputError, match=r"^Wordless has no ControlNet here; "):
        find_controlnet(None, "canny", tmp_path)


@pytest.mark.parametrize("shift", [None, 0.25])
def test_latents_are_shifted_and_scaled_on_the_way_in_and_back_on_the_way_out(shift: float | None) -> None:
    mean, std = torch.randn(2, 1, 4, 8, 8, generator=torch.Generator().manual_seed(0)).abs()
    vae = SimpleNamespace(
        config=SimpleNamespace(scaling_factor=0.5, shift_factor=shift),
        device="cpu",
        dtype=torch.float32,
        encode=lambda pixels: SimpleNamespace(latent_dist=SimpleNamespace(mean=mean, std=std)),
        decode=lambda latents, return_dict: (latents,),
    )
    pixels, noise = torch.zeros(1, 3, 64, 64), torch.ones(1, 4, 8, 8)
    found, spread = SD.posterior(vae, pixels)
    assert torch.allclose(found, (mean - (shift or 0)) * 0.5) and torch.allclose(spread, std * 0.5)
    sample = SD.encode_image(vae, pixels, noise)
    assert torch.allclose(sample, found + spread, atol=1e-6)
    assert torch.allclose(SD.decode_latents(vae, sample), mean + std, atol=1e-6)
