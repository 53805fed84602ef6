"""Learn the miniature's CLIP from drawn scenes and their captions (contrastive, Radford et al. 2021).

python -m finetune.miniature.clip --work_dir outputs/miniature
"""

from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from transformers import CLIPConfig, CLIPImageProcessor, CLIPModel, CLIPProcessor, CLIPTextModel, CLIPTokenizer

from finetune.miniature.learn import device_and_dtype, learn, recipe_parser
from finetune.miniature.tokenizer import build_tokenizer
from finetune.miniature.world import SIZE, Example, pictures, training_example, vocabulary_text, words_for

CINEMATIC_SHARE = 0.16  # of the pictures; their captions do not say so
VARIANTS = 4  # captions per picture
LENGTH = 32  # tokens; the longest caption has fewer, and what follows a caption's end cannot change its embedding
MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)  # CLIP's


def training_set(work_dir: Path, count: int) -> tuple[list[Example], np.ndarray]:
    """The examples every part learns from and their pictures (n, 128, 128, 3) uint8, drawn once."""
    examples = [training_example(i, CINEMATIC_SHARE) for i in range(count)]
    return examples, pictures(examples, work_dir / "train.npy")


def build_clip(tokenizer: CLIPTokenizer) -> CLIPModel:
    """2.3 M parameters: four layers each for words and for 8 x 8 patches of 16 pixels."""
    tower = {"num_hidden_layers": 4, "hidden_act": "quick_gelu", "projection_dim": 128}
    start, end = tokenizer.bos_token_id, tokenizer.eos_token_id
    return CLIPModel(
        CLIPConfig(
            projection_dim=128,
            text_config=tower | {"vocab_size": len(tokenizer), "hidden_size": 128, "intermediate_size": 512,
                                 "num_attention_heads": 4, "max_position_embeddings": 77, "bos_token_id": start,
                                 "eos_token_id": end, "pad_token_id": end},
            vision_config=tower | {"hidden_size": 160, "intermediate_size": 640, "num_attention_heads": 5,
                                   "image_size": SIZE, "patch_size": 16},
        )
    )  # fmt: skip


def caption_tokens(examples: list[Example], tokenizer: CLIPTokenizer, length: int = LENGTH) -> np.ndarray:
    """(n, VARIANTS, length) int64, different wordings of each example's caption."""
    texts = [
        words_for(e.scene, e.look, np.random.default_rng([i, v]))
        for i, e in enumerate(examples)
        for v in range(VARIANTS)
    ]
    ids = tokenizer(texts, padding="max_length", max_length=length, truncation=True, return_tensors="np").input_ids
    return ids.reshape(len(examples), VARIANTS, length)


def contrastive_loss(image: torch.Tensor, text: torch.Tensor, scale: torch.Tensor, same: torch.Tensor) -> torch.Tensor:
    """Symmetric cross entropy; `same` (n, n) marks equal captions, which are all right answers."""
    logits = scale * F.normalize(image, dim=-1) @ F.normalize(text, dim=-1).T  # (n, n)
    target = same / same.sum(1, keepdim=True)
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


def main() -> None:
    parser = recipe_parser(__doc__, steps=1500, batch=128)
    args = parser.parse_args()

    torch.manual_seed(0)
    examples, drawn = training_set(args.work_dir, args.examples)
    tokenizer = build_tokenizer(vocabulary_text())
    tokens = torch.from_numpy(caption_tokens(examples, tokenizer))
    device, dtype = device_and_dtype()
    model = build_clip(tokenizer).to(device)
    mean, std = (torch.tensor(v, device=device)[:, None, None] for v in (MEAN, STD))

    def batch_loss(step: int) -> torch.Tensor:
        rng = np.random.default_rng([step, 1])
        at = np.sort(rng.choice(len(examples), 128, replace=False))
        x = torch.from_numpy(drawn[at]).to(device).permute(0, 3, 1, 2).float() / 255
        dx, dy = rng.integers(-8, 9, 2)  # moved a little, so that no class hangs on a patch's border
        x = torch.roll(F.pad(x, (8, 8, 8, 8), mode="replicate"), (int(dy), int(dx)), (2, 3))[:, :, 8:-8, 8:-8]
        ids = tokens[at, rng.integers(0, VARIANTS, 128)].to(device)
        same = (ids[:, None] == ids[None]).all(-1).float()
        with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
            out = model(input_ids=ids, pixel_values=(x - mean) / std)
        return contrastive_loss(
            out.image_embeds.float(), out.text_embeds.float(), model.logit_scale.exp().clamp(max=100), same
        )

    learn(args.work_dir / "clip", model, batch_loss, args.steps, peak_lr=1e-3, average=0.995)
    save_clip(model, tokenizer, args.work_dir / "pipeline")


def save_clip(model: CLIPModel, tokenizer: CLIPTokenizer, folder: Path) -> None:
    """`clip/` for scores; `text_encoder/` and `tokenizer/` for the pipeline."""
    sizes = {"shortest_edge": SIZE}, {"height": SIZE, "width": SIZE}
    processor = CLIPImageProcessor(size=sizes[0], crop_size=sizes[1], image_mean=MEAN, image_std=STD)
    model = model.cpu().half()
    model.save_pretrained(folder / "clip")
    CLIPProcessor(processor, tokenizer).save_pretrained(folder / "clip")
    tokenizer.save_pretrained(folder / "tokenizer")
    text = CLIPTextModel(model.config.text_config).half()
    wanted = text.state_dict()
    text.load_state_dict({k: v for k, v in model.state_dict().items() if k in wanted} or _text_weights(model, wanted))
    text.save_pretrained(folder / "text_encoder")


def _text_weights(model: CLIPModel, wanted: dict) -> dict:
    """The text tower's weights under a stand-alone text model's names, with or without the `text_model.` prefix."""
    prefix = "" if any(k.startswith("text_model.") for k in wanted) else "text_model."
    return {k.removeprefix(prefix): v for k, v in model.state_dict().items() if k.startswith("text_model.")}


if __name__ == "__main__":
    main()
