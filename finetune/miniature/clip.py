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
from images.settings import SETTINGS

CINEMATIC_SHARE = 0.16  # of the pictures; their captions do not say so
CINEMATIC_ODDS = 3.0  # how much likelier in a batch: dim pictures are harder to tell
VARIANTS = 4  # captions per picture
LENGTH = 32  # tokens; the longest caption has fewer, and what follows a caption's end cannot change its embedding
MIRRORED = {"left": "right", "right": "left"}
MEAN, STD = (0.48145466, 0.4578275, 0.40821073), (0.26862954, 0.26130258, 0.27577711)  # CLIP's


def training_set(work_dir: Path, count: int) -> tuple[list[Example], np.ndarray]:
    """The examples every part learns from and their pictures (n, 128, 128, 3) uint8, drawn once."""
    examples = [training_example(i, CINEMATIC_SHARE) for i in range(count)]
    return examples, pictures(examples, work_dir / "train.npy")


def build_clip(tokenizer: CLIPTokenizer) -> CLIPModel:
    """1.8 M parameters: four layers each for words and for 8 x 8 patches of 16 pixels."""
    tower = {"num_hidden_layers": 4, "hidden_act": "quick_gelu", "projection_dim": 128}
    start, end = tokenizer.bos_token_id, tokenizer.eos_token_id
    return CLIPModel(
        CLIPConfig(
            projection_dim=128,
            text_config=tower | {"vocab_size": len(tokenizer), "hidden_size": 128, "intermediate_size": 512,
                                 "num_attention_heads": 4, "max_position_embeddings": 77, "bos_token_id": start,
                                 "eos_token_id": end, "pad_token_id": end},
            vision_config=tower | {"hidden_size": 128, "intermediate_size": 512, "num_attention_heads": 4,
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


def mirrored_tokens(tokens: np.ndarray, tokenizer: CLIPTokenizer) -> np.ndarray:
    """The captions of the pictures seen in a mirror: left is right."""
    ids = {word: tokenizer.convert_tokens_to_ids(f"{word}</w>") for word in MIRRORED}
    out = tokens.copy()
    for word, other in MIRRORED.items():
        out[tokens == ids[word]] = ids[other]
    return out


class Lessons:
    """Pictures of some examples with their captions, on the device, in every view."""

    def __init__(self, examples: list[Example], drawn: np.ndarray, tokenizer: CLIPTokenizer, device: torch.device):
        tokens = caption_tokens(examples, tokenizer)
        both = np.stack([tokens, mirrored_tokens(tokens, tokenizer)])
        self.tokens, self.drawn = torch.from_numpy(both).to(device), drawn  # (2, n, VARIANTS, LENGTH)
        self.mean, self.std = (torch.tensor(v, device=device)[:, None, None] for v in (MEAN, STD))

    def pictures(self, at: np.ndarray, mirror: int, shift: tuple[int, int]) -> torch.Tensor:
        """(n, 3, 128, 128), normalised, and moved down and to the right by `shift` pixels, at most 8."""
        x = torch.from_numpy(self.drawn[at]).to(self.mean.device).permute(0, 3, 1, 2).float() / 255
        x = x.flip(3) if mirror else x
        x = torch.roll(F.pad(x, (8, 8, 8, 8), mode="replicate"), shift, (2, 3))[:, :, 8:-8, 8:-8]
        return (x - self.mean) / self.std

    def captions(self, at: np.ndarray, mirror: int, rng: np.random.Generator) -> torch.Tensor:
        """(n, LENGTH), one wording each."""
        return self.tokens[mirror, at, rng.integers(0, VARIANTS, len(at))]


def any_view(rng: np.random.Generator) -> tuple[int, tuple[int, int]]:
    """Mirrored or not, and moved a little, so that no class hangs on a patch's border."""
    mirror = int(rng.integers(0, 2))
    dx, dy = rng.integers(-8, 9, 2)
    return mirror, (int(dy), int(dx))


def odds_of(examples: list[Example]) -> np.ndarray:
    """How likely each is to be in a batch, (n,)."""
    odds = np.where([example.look == "cinematic" for example in examples], CINEMATIC_ODDS, 1.0)
    return odds / odds.sum()


def alike(ids: torch.Tensor) -> torch.Tensor:
    """(n, n): 1 where two captions are the same."""
    return (ids[:, None] == ids[None]).all(-1).float()


def short_captions(examples: list[Example], tokenizer: CLIPTokenizer) -> tuple[torch.Tensor, torch.Tensor]:
    """Token ids of "a horse in the desert" for every pair in training, and which of them each example (n,) is."""
    pairs = sorted({(e.scene.subject, e.scene.setting) for e in examples})
    texts = [f"a {subject} {SETTINGS[setting][1]}" for subject, setting in pairs]
    number = {pair: i for i, pair in enumerate(pairs)}
    right = torch.tensor([number[e.scene.subject, e.scene.setting] for e in examples])
    return tokenizer(texts, padding=True, return_tensors="pt").input_ids, right


def contrastive_loss(image: torch.Tensor, text: torch.Tensor, scale: torch.Tensor, same: torch.Tensor) -> torch.Tensor:
    """Symmetric cross entropy; `same` (n, n) marks equal captions, which are all right answers."""
    logits = scale * F.normalize(image, dim=-1) @ F.normalize(text, dim=-1).T  # (n, n)
    target = same / same.sum(1, keepdim=True)
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


def main() -> None:
    parser = recipe_parser(__doc__, steps=1000, batch=128)
    parser.add_argument("--vision_steps", type=int, default=4400, help="further steps that leave the words as they are")
    args = parser.parse_args()

    torch.manual_seed(0)
    examples, drawn = training_set(args.work_dir, args.examples)
    tokenizer = build_tokenizer(vocabulary_text())
    device, dtype = device_and_dtype()
    model = build_clip(tokenizer).to(device)
    lessons, odds = Lessons(examples, drawn, tokenizer, device), odds_of(examples)

    def batch(step: int) -> tuple[torch.Tensor, torch.Tensor, np.ndarray]:
        """Pictures (128, 3, 128, 128), normalised, token ids (128, 32), and which examples they are."""
        rng = np.random.default_rng([step, 1])
        at = np.sort(rng.choice(len(examples), 128, replace=False, p=odds))
        mirror, shift = any_view(rng)
        return lessons.pictures(at, mirror, shift), lessons.captions(at, mirror, rng), at

    def batch_loss(step: int) -> torch.Tensor:
        x, ids, _ = batch(step)
        with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
            image = model.visual_projection(model.vision_model(x).pooler_output)
            text = model.text_projection(model.text_model(ids).pooler_output)
        return contrastive_loss(image.float(), text.float(), model.logit_scale.exp().clamp(max=100), alike(ids))

    learn(args.work_dir / "clip", model, batch_loss, args.steps, peak_lr=1e-3, average=0.995)
    save_text_encoder(model, tokenizer, args.work_dir / "pipeline")  # the UNet can start from here
    # the words are settled; what a picture shows takes longer to see (locked-text tuning, after Zhai et al. 2022)
    for part in (model.text_model, model.text_projection):
        part.requires_grad_(False)
    shortest, right = short_captions(examples, tokenizer)
    with torch.no_grad():
        short = model.text_projection(model.text_model(shortest.to(device)).pooler_output)

    def vision_loss(step: int) -> torch.Tensor:
        """Each picture against its batch's captions, and against every short caption that there is."""
        x, ids, at = batch(step)
        with torch.no_grad():
            text = model.text_projection(model.text_model(ids).pooler_output)
        with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
            image = model.visual_projection(model.vision_model(x).pooler_output)
        scale = model.logit_scale.exp().clamp(max=100)
        among_all = scale * F.normalize(image.float(), dim=-1) @ F.normalize(short, dim=-1).T
        return contrastive_loss(image.float(), text, scale, alike(ids)) + F.cross_entropy(
            among_all, right[at].to(device)
        )

    learn(args.work_dir / "clip-vision", model, vision_loss, args.vision_steps, peak_lr=1e-3, average=0.998)
    save_clip(model, tokenizer, args.work_dir / "pipeline")


def save_text_encoder(model: CLIPModel, tokenizer: CLIPTokenizer, folder: Path) -> None:
    """`text_encoder/` and `tokenizer/` of the pipeline: CLIP's text tower under a stand-alone model's names."""
    tokenizer.save_pretrained(folder / "tokenizer")
    text = CLIPTextModel(model.config.text_config)
    text.load_state_dict({k: v.cpu() for k, v in model.text_model.state_dict().items()})
    text.half().save_pretrained(folder / "text_encoder")


def save_clip(model: CLIPModel, tokenizer: CLIPTokenizer, folder: Path) -> None:
    """`clip/`, for scores: both towers and what prepares pictures and words for them."""
    size = {"height": SIZE, "width": SIZE}
    processor = CLIPImageProcessor(size={"shortest_edge": SIZE}, crop_size=size, image_mean=MEAN, image_std=STD)
    model.cpu().half().save_pretrained(folder / "clip")
    CLIPProcessor(processor, tokenizer).save_pretrained(folder / "clip")


if __name__ == "__main__":
    main()
