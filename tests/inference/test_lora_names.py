"""What is written can be read: every name of both forms leads back to its layer and part."""

import pytest
import torch

from inference.formats.lora_names import WRITTEN, diffusers_form, kohya_form, layer_table, place

LAYERS = ("unet.mid_block.attentions.0.to_out.0", "text_encoder.text_model.encoder.layers.1.self_attn.q_proj")


@pytest.mark.parametrize("form", [diffusers_form, kohya_form])
def test_what_is_written_is_read_again(form) -> None:
    layers = {(layer, part): torch.ones(2) for layer in LAYERS for part in WRITTEN}
    table = layer_table({f"{layer}.weight": (4, 4) for layer in LAYERS})
    names = form(layers, 2.0)
    found = {place(name, table) for name in names}
    alphas = {(layer, "alpha") for layer in LAYERS} if form is kohya_form else set()
    assert found == {*layers, *alphas} and len(names) == len(found)
