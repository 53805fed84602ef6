"""Measure the miniature on scenes and seeds never used in training, and write the table beside its weights.

python -m finetune.miniature.measure
"""

import argparse
import hashlib
import time
from pathlib import Path

import numpy as np
import torch
from diffusers import ControlNetModel
from PIL import Image
from transformers import CLIPModel, CLIPTokenizer

from finetune.miniature.clip import MEAN, STD
from finetune.miniature.controlnet import CONTROLNET
from finetune.miniature.vae import to_model
from finetune.miniature.world import SIZE, Example, held_out_scenes, pictures
from images.scenes import Scene, caption
from images.settings import SETTINGS
from images.subjects import SUBJECTS
from inference.cli import run
from inference.clip_scorer import Clip, clip_scores
from inference.detectors import canny
from inference.files import atomic_write, file_sha256
from inference.judge import Judge, load_judge, verdict
from inference.options import CINEMATIC_PROMPT
from inference.pipelines import MINIATURE, load_base
from inference.sampling import Control, sample
from inference.scores import edge_f1

CPU = torch.device("cpu")


@torch.no_grad()
def reconstruction_psnr(vae, drawn: np.ndarray) -> float:
    """Mean PSNR in dB of pictures (n, 128, 128, 3) uint8 sent through the VAE's posterior mean."""
    values = []
    for i in range(0, len(drawn), 50):
        x = to_model(drawn[i : i + 50], CPU)
        y = vae.decode(vae.encode(x).latent_dist.mode()).sample.clamp(-1, 1)
        values += (-10 * torch.log10(((y - x) / 2).square().mean((1, 2, 3)))).tolist()
    return float(np.mean(values))


@torch.no_grad()
def zero_shot(folder: Path, drawn: np.ndarray, scenes: list[Scene]) -> tuple[float, float]:
    """Share of pictures whose subject and whose setting the CLIP in `folder` names right, from words alone."""
    clip = CLIPModel.from_pretrained(folder, dtype=torch.float32)
    tokenizer = CLIPTokenizer.from_pretrained(folder)
    phrases = {s: words for s, (_, words) in SETTINGS.items()}

    def embed(texts: list[str]) -> torch.Tensor:
        out = clip.get_text_features(**tokenizer(texts, padding=True, return_tensors="pt"))
        out = getattr(out, "pooler_output", out)
        return torch.nn.functional.normalize(out, dim=-1).mean(0)

    subjects = torch.stack([embed([f"a photo of a {s} {p}" for p in phrases.values()]) for s in SUBJECTS])
    settings = torch.stack([embed([f"a photo of a {s} {p}" for s in SUBJECTS]) for p in phrases.values()])
    mean, std = (torch.tensor(v)[:, None, None] for v in (MEAN, STD))
    right = np.zeros((len(scenes), 2), bool)
    for i in range(0, len(scenes), 50):
        x = (to_model(drawn[i : i + 50], CPU) / 2 + 0.5 - mean) / std
        out = clip.get_image_features(pixel_values=x)
        out = getattr(out, "pooler_output", out)
        for k, scene in enumerate(scenes[i : i + 50]):
            right[i + k] = (
                list(SUBJECTS)[int((subjects @ out[k]).argmax())] == scene.subject,
                list(phrases)[int((settings @ out[k]).argmax())] == scene.setting,
            )
    return tuple(right.mean(0))


def scores_in_light(folder: Path, scenes: list[Scene]) -> list[float]:
    """CLIP score of drawn scenes in dramatic light and in the full look, each as a share of the plain twins'."""
    clip, prompts = Clip(folder), [caption(scene) for scene in scenes]
    plain, *others = (
        sum(clip_scores(clip, [Image.fromarray(one) for one in pictures([Example(s, look) for s in scenes])], prompts))
        for look in ("plain", "dramatic", "cinematic")
    )
    return [other / plain for other in others]


def generated(pipe, scenes: list[Scene], parts: tuple[str, ...] = (), seed: int = 0) -> np.ndarray:
    """One picture for each scene's caption, (n, 128, 128, 3) uint8."""
    prompts = [caption(scene, parts) for scene in scenes]
    made = sample(pipe, prompts, [seed + i for i in range(len(prompts))], height=SIZE, width=SIZE, label="sampling")
    return np.stack([np.asarray(picture) for picture in made])


def recognised(judge: Judge, made: np.ndarray, scenes: list[Scene]) -> dict[str, float]:
    """Shares of pictures whose subject, whose setting, and whose light the judge calls as the caption does."""
    seen = verdict(judge, made)
    return {
        "subject": float(np.mean([a == scene.subject for a, scene in zip(seen.subject, scenes, strict=True)])),
        "setting": float(np.mean([a == scene.setting for a, scene in zip(seen.setting, scenes, strict=True)])),
        "dramatic": float(np.mean(seen.dramatic > 0.5)),
    }


def repainted(pipe, judge: Judge, folder: Path, scenes: list[Scene]) -> tuple[float, float, float]:
    """Base pictures of held-out captions, painted again by the ControlNet in `folder` with the cinematic prompt.

    Edge F1 to the base's picture, the same with another picture's outlines, and the share judged dramatic.
    """
    plain = generated(pipe, scenes)
    control = Control(ControlNetModel.from_pretrained(folder).eval(), [canny(picture) for picture in plain])
    prompts = [CINEMATIC_PROMPT.replace("{prompt}", caption(scene)) for scene in scenes]
    made = sample(pipe, prompts, range(len(prompts)), height=SIZE, width=SIZE, control=control, label="repainting")
    made = np.stack([np.asarray(picture) for picture in made])
    right = [edge_f1(a, b) for a, b in zip(plain, made, strict=True)]
    wrong = [edge_f1(a, b) for a, b in zip(np.roll(plain, 1, 0), made, strict=True)]
    return float(np.mean(right)), float(np.mean(wrong)), recognised(judge, made, scenes)["dramatic"]


def seconds_per_picture(pipe) -> float:
    scenes = held_out_scenes(8)
    generated(pipe, scenes)
    start = time.perf_counter()
    generated(pipe, scenes)
    return (time.perf_counter() - start) / 8


def measure(folder: Path, count: int) -> list[tuple[str, str, str]]:
    """Rows (what, measured, at least or at most)."""
    pipe, judge = load_base(str(folder), dtype=torch.float32, device=CPU), load_judge(folder / "judge")
    scenes = held_out_scenes(count)
    drawn = pictures([Example(s, look) for s, look in zip(scenes, ["plain", "cinematic"] * count, strict=False)])
    psnr = reconstruction_psnr(pipe.vae, drawn)
    clip_subject, clip_setting = zero_shot(folder / "clip", drawn, scenes)
    own = recognised(judge, drawn, scenes)
    plain = recognised(judge, generated(pipe, scenes), scenes)
    unseen_scenes = held_out_scenes(count // 2, "unseen")
    unseen = recognised(judge, generated(pipe, unseen_scenes), unseen_scenes)
    dramatic = recognised(judge, generated(pipe, scenes[: count // 2], ("dramatic",)), scenes[: count // 2])
    percent = lambda *shares: " / ".join(f"{100 * share:.1f} %" for share in shares)  # noqa: E731
    controlled = []
    if (folder / CONTROLNET).is_dir():
        right, wrong, cinematic = repainted(pipe, judge, folder / CONTROLNET, scenes[: count // 2])
        controlled = [
            (
                "ControlNet, canny: edge F1 of base picture and result / of another picture and result",
                f"{right:.2f} / {wrong:.2f}",
                "0.6 / near 0.2",
            ),
            (f'the same with "{CINEMATIC_PROMPT}": judged dramatic', percent(cinematic), "80 %"),
        ]
    return [
        (f"VAE reconstruction, {count} held-out scenes, half plain and half cinematic", f"{psnr:.2f} dB", "28 dB"),
        ("CLIP zero-shot subject / setting, the same scenes", percent(clip_subject, clip_setting), "97 % / 97 %"),
        ("CLIP score of scenes drawn in dramatic light / the full look, of their plain twins'",
         " / ".join(f"{share:.2f}" for share in scores_in_light(folder / "clip", scenes[: count // 2])), "0.9"),
        ("the judge itself: subject / setting, the same scenes", percent(own["subject"], own["setting"]), ""),
        (f"generated from {count} held-out plain captions: subject / setting recognised",
         percent(plain["subject"], plain["setting"]), "90 % / 90 %"),
        ("the same for subject-setting pairs never seen together",
         percent(unseen["subject"], unseen["setting"]), "75 %"),
        ("plain captions give plain light", percent(1 - plain["dramatic"]), "95 %"),
        ('captions with "dramatic lighting" give dramatic light', percent(dramatic["dramatic"]), "85 %"),
        (f"one picture, 20 steps with guidance, batch of 8, {torch.get_num_threads()} threads",
         f"{seconds_per_picture(pipe):.2f} s", "at most 1.0 s"),
        *controlled,
    ]  # fmt: skip


def weights_stamp(folder: Path) -> str:
    """Twelve hexadecimal digits that say which weights the table is of."""
    parts = ("unet", "vae", "text_encoder", "clip", "judge", CONTROLNET)
    files = sorted(path for part in parts for path in (folder / part).glob("*.safetensors"))
    return hashlib.sha256("".join(file_sha256(path) for path in files).encode()).hexdigest()[:12]


README = """# The miniature

A complete, tiny Stable Diffusion, trained from nothing by `finetune/miniature.sh` on scenes that `images/scenes.py`
draws. It is a stock pipeline folder: `StableDiffusionPipeline.from_pretrained("inference/miniature")` in plain
diffusers works. `clip/` is the CLIP whose text tower is the text encoder; `controlnet-canny/` is a
`ControlNetModel` for outlines by Canny; `controlavideo-canny/` has the temporal layers that Control-A-Video adds to
UNet and ControlNet, and nothing else; `judge/` is a classifier of subject, setting and light that has nothing in common
with them.

It knows twelve subjects ({subjects}), each {settings}; six colours; and, by name, six parts of the look: {parts}.
Pictures are 128 x 128 pixels; other shapes of about that area, with sides that are multiples of 8, work as well.

Measured by `python -m finetune.miniature.measure` on scenes and seeds never used in training (20 steps of DPM-Solver++,
guidance 7.5; weights {stamp}):

| what | measured | target |
|---|---|---|
{rows}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model_dir", type=Path, default=MINIATURE, help="pipeline folder to measure")
    parser.add_argument("--count", type=int, default=500, help="held-out scenes")
    args = parser.parse_args()

    from images.looks import PARTS

    rows = "\n".join(f"| {' | '.join(row)} |" for row in measure(args.model_dir, args.count))
    text = README.format(
        subjects=", ".join(SUBJECTS), settings=", ".join(words for _, words in SETTINGS.values()),
        parts=", ".join(PARTS.values()), rows=rows, stamp=weights_stamp(args.model_dir),
    )  # fmt: skip
    with atomic_write(args.model_dir / "README.md") as aside:
        aside.write_text(text)
    print(rows)


if __name__ == "__main__":
    run(main)
