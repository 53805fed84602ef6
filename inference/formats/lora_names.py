"""The names of a LoRA's tensors: written as diffusers and kohya do, read in every layout that other tools write.

  diffusers  unet.<path>.to_q.lora.down.weight, unet.<path>.to_q.lora_A.weight; alpha in the file's metadata
  old        <path>.attn1.processor.to_q_lora.down.weight, with or without `unet.`; no alpha
  peft       base_model.model.<path>.to_q.lora_A.weight; alpha in adapter_config.json beside the file
  kohya      lora_unet_<path with _>.lora_down.weight and a scalar .alpha; lora_te_... for the text encoder
  LyCORIS    lycoris_<path with _>.lora_down.weight, the rest as kohya's
  ComfyUI    diffusion_model.<path>.lora_down.weight; text_encoders.clip_l.transformer.<path>... for the text encoder

In the last three a layer of the UNet may have the name that an SD checkpoint gives it, input_blocks.1.1 and so on.
DoRA's lengths (Liu et al. 2024) are .lora_magnitude_vector, with or without .weight after it, or .dora_scale. LoCon's
.lora_mid.weight stands between down and up (Tucker decomposition; Yeh et al. 2024, "Navigating text-to-image
customization", appendix).
"""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from inference.formats.single_file import unet_names

if TYPE_CHECKING:
    from torch import Tensor, nn

Shape = tuple[int, ...]
LORA_NAME = re.compile(
    r"(?P<module>.+?)(?:[._]lora(?:_linear_layer)?[._](?P<part>down|up|mid|A|B)(?:\.default)?\.weight"
    r"|\.(?P<other>alpha|lora_magnitude_vector|dora_scale)(?:\.default)?(?:\.weight)?)"
)
PARTS = {"A": "down", "B": "up", "lora_magnitude_vector": "magnitude", "dora_scale": "magnitude"}
OWNER = re.compile(
    r"(?P<unet>(?:lora_)?unet[._]|diffusion_model\.)"
    r"|(?P<text_encoder>(?:lora_)?(?:text_encoder|te1?)[._]|(?:text_encoders\.)?clip_l\.transformer\.)"
)
OLD_TEXT_ENCODER = {"to_q": "q_proj", "to_k": "k_proj", "to_v": "v_proj", "to_out": "out_proj"}
# part -> its name in diffusers' files, there for a text encoder, and in kohya's
WRITTEN = {
    "down": ("lora.down.weight", "lora_linear_layer.down.weight", "lora_down.weight"),
    "up": ("lora.up.weight", "lora_linear_layer.up.weight", "lora_up.weight"),
    "magnitude": ("lora_magnitude_vector", "lora_magnitude_vector.weight", "dora_scale"),
}
KOHYA = {"unet": "lora_unet", "text_encoder": "lora_te"}  # what it calls the parts of the base
PEFT = "base_model.model."  # before each name in a file of peft's own
BUNDLED = "bundle_emb."  # before the words of textual inversion that some LoRAs carry along

MERGE = "merge it into its base with the tool that made it, and name the merged pipeline as the base"
EMBEDDING = "inference/inference_textual_inversion.py takes it"
# what else calls itself a LoRA, or is taken for one: how its tensors are named, and the way on
OTHER_KINDS = {
    "LoHa weights": (r"\.hada_(w[12]_[ab]|t[12])$", MERGE),
    "LoKr weights": (r"\.lokr_(w[12](_[ab])?|t2)$", MERGE),
    "GLoRA weights": (r"\.[ab][12]\.weight$", MERGE),
    "OFT weights": (r"\.oft_\w+(\.\w+)*$", MERGE),
    "(IA)^3 weights": (r"\.on_input$|\.ia3_l(\.\w+)*$", MERGE),
    "full differences of weights": (r"\.(diff|diff_b|set_weight)$", MERGE),
    "norms that were trained": (r"\.[wb]_norm$", MERGE),
    "an embedding": (r"^(emb_params|clip_[lg]|string_to_param\b.*)$", EMBEDDING),
    "a hypernetwork": (r"^(hypernetwork\W)?\d+\.[01]\.\w+", "train a LoRA with finetune/lora.sh instead"),
    "a ControlNet": (r"^(control_model|controlnet_\w+)\.", "inference/inference_controlnet.py takes its folder"),
    "a whole model": (
        r"^(model\.diffusion_model|first_stage_model|cond_stage_model)\.|^conv_in\.",
        "name its pipeline folder with --pretrained_model_name_or_path",
    ),
}


def layer_table(base: Mapping[str, Shape]) -> dict[str, tuple[str, Shape]]:
    """{flattened name: (path, shape of the weight)} of each layer that a LoRA can belong to, under all of its names.

    `base` has the shape of every tensor of the base, its component before its name: "unet.conv_in.weight".
    """
    layers = {}
    prefix = "unet."
    checkpoint = unet_names(name.removeprefix(prefix) for name in base if name.startswith(prefix))
    for name, shape in base.items():
        if name.endswith(".weight") and len(shape) > 1:
            path = name.removesuffix(".weight")
            layers[flat(path)] = (path, shape)
            if name.startswith(prefix) and (other := checkpoint.get(name.removeprefix(prefix))):
                layers[flat(prefix + other.removesuffix(".weight"))] = (path, shape)
    return layers


def flat(path: str) -> str:
    """One spelling for all layouts. Only kohya's, which has lost its dots, tells no dot from an underscore."""
    return path.replace(".", "_").replace("_processor_", "_").replace("text_encoder_text_model_", "text_encoder_")


def parsed(name: str) -> tuple[str, str] | None:
    """(module as the file has it; down, up, mid, alpha or magnitude) of a tensor of a LoRA, or None."""
    match = LORA_NAME.fullmatch(name)
    part = match and (match["part"] or match["other"])
    return match and (match["module"], PARTS.get(part, part))


def place(name: str, layers: Mapping[str, tuple[str, Shape]]) -> tuple[str, str] | None:
    """(layer's path in the base; down, up, mid, alpha or magnitude) of a tensor of a LoRA file, or None."""
    found = parsed(name)
    if found is None:
        return None
    module, part = found
    module = module.removeprefix(PEFT).removeprefix("lycoris_")
    owner = OWNER.match(module)
    rest = module[owner.end() :] if owner else module
    for component in [owner.lastgroup] if owner else ["unet", "text_encoder"]:
        path = flat(f"{component}.{rest}")
        if component == "text_encoder":
            path = re.sub(r"to_(q|k|v|out)$", lambda old: OLD_TEXT_ENCODER[old[0]], path)
        for known in (path, f"{path}_0"):  # the old layout says to_out where the layer is to_out.0
            if known in layers:
                return layers[known][0], part
    return None


def other_kind(names: Sequence[str]) -> tuple[str, str, str] | None:
    """(what a file holds that is no LoRA, a tensor's name that tells, the way on); None where nothing tells."""
    for kind, (pattern, way_on) in OTHER_KINDS.items():
        for name in names:
            if re.search(pattern, name):
                return kind, name, way_on
    if len(names) == 1 and not LORA_NAME.fullmatch(names[0]):  # diffusers calls it by its word
        return "an embedding", names[0], EMBEDDING
    return None


def layers_of(models: Mapping[str, "nn.Module"]) -> dict[tuple[str, str], "Tensor"]:
    """{(layer, part): tensor} of what peft trains in `models`, by the names that other tools know the layers by."""
    from peft import get_peft_model_state_dict

    layers = {}
    for component, model in models.items():
        for name, tensor in get_peft_model_state_dict(model).items():
            layer, part = parsed(name)
            if component == "text_encoder":
                layer = "text_model." + layer.removeprefix("text_model.")  # transformers 5.6 left this word out
            layers[f"{component}.{layer}", part] = tensor.detach().cpu().contiguous()
    return layers


def diffusers_form(layers: Mapping[tuple[str, str], "Tensor"], scale: float) -> dict[str, "Tensor"]:
    """As diffusers writes them. alpha / rank is multiplied in: not every reader looks for it elsewhere."""
    return {
        f"{layer}.{WRITTEN[part][layer.startswith('text_encoder.')]}": tensor * scale if part == "up" else tensor
        for (layer, part), tensor in layers.items()
    }


def kohya_form(layers: Mapping[tuple[str, str], "Tensor"], alpha: float) -> dict[str, "Tensor"]:
    """As kohya's trainer writes them, which ComfyUI and A1111 read: scale = alpha / rank, alpha in the file."""
    import torch

    tensors = {}
    for (layer, part), tensor in layers.items():
        component, path = layer.split(".", 1)
        name = f"{KOHYA[component]}_{path.replace('.', '_')}"
        tensors[f"{name}.{WRITTEN[part][2]}"] = tensor[:, None] if part == "magnitude" else tensor
        tensors[f"{name}.alpha"] = torch.tensor(float(alpha))
    return tensors
