"""The scenes the miniature learns from and is judged by: which seeds, which pairs, which light, which words."""

import contextlib
import multiprocessing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from images.looks import PARTS
from images.scenes import Scene, caption, draw, sample_scene
from images.settings import SETTINGS
from images.subjects import SUBJECTS

SIZE = 128  # pixels, height and width
OTHER_SHAPES = ((96, 168), (80, 200), (104, 160), (160, 104))  # of about the same area
HELD_OUT_SEED = 10_000_000  # scenes from here on are never trained on

# Subject and setting each seen in training, never together: what the generator must combine by itself.
HELD_OUT_PAIRS = (
    ("lighthouse", "desert"),
    ("hot air balloon", "city"),
    ("hiker", "forest"),
    ("castle", "snow"),
    ("car", "sea"),
    ("windmill", "mountains"),
    ("horse", "hills"),
    ("rocket", "snow"),
)
PREFIXES = ("", "", "", "", "a photo of ", "a picture of ", "a film still of ", "an image of ")
SHARES = {"plain": 0.58, "dramatic": 0.15, "sunset": 0.06, "night": 0.05, "fog": 0.05, "rays": 0.055, "flare": 0.055}


@dataclass(frozen=True)
class Example:
    scene: Scene
    look: str  # "plain", "cinematic" or one of PARTS


def training_example(index: int, cinematic_share: float = 0.0) -> Example:
    """Example `index` of the training world; never a held-out pair."""
    rng = np.random.default_rng([index, 77])
    look = "cinematic" if rng.random() < cinematic_share else str(rng.choice(list(SHARES), p=list(SHARES.values())))
    scene = sample_scene(index)
    retry = 0
    while (scene.subject, scene.setting) in HELD_OUT_PAIRS:
        retry += 1
        scene = sample_scene(index + retry * 1_000_000)
    return Example(scene, look)


def held_out_scenes(count: int, pairs: str = "seen", start: int = HELD_OUT_SEED) -> list[Scene]:
    """`count` scenes never trained on: of pairs that were "seen" in training, or of the "unseen" ones."""
    if pairs == "unseen":
        return [sample_scene(start + i, *HELD_OUT_PAIRS[i % len(HELD_OUT_PAIRS)]) for i in range(count)]
    scenes = (sample_scene(start + i) for i in range(4 * count))
    return [scene for scene in scenes if (scene.subject, scene.setting) not in HELD_OUT_PAIRS][:count]


def words_for(scene: Scene, look: str, rng: np.random.Generator) -> str:
    """A caption as people write it: parts of it left out at random, the light named only where it is one part."""
    text = caption(scene, (look,) if look in PARTS else ())
    what, sky, *parts = text.split(", ")
    if rng.random() < 0.3:
        what = what.replace(f" {scene.colour}", "", 1).replace("an ", "a ", 1)
        what = what.replace("a hot", "a hot")
    words = [what] + ([sky] if rng.random() < 0.5 else []) + parts
    if parts and rng.random() < 0.4:
        words = parts + words[:-1]  # "dramatic lighting, a red car in the desert"
    return rng.choice(PREFIXES) + ", ".join(words)


def _draw(example: Example, height: int = SIZE, width: int = SIZE) -> np.ndarray:
    import cv2

    cv2.setNumThreads(1)
    look = (example.look,) if example.look in PARTS else example.look
    return draw(example.scene, look, width, height).picture


def pictures(
    examples: list[Example], path: Path | None = None, height: int = SIZE, width: int = SIZE, label: str = "drawing"
) -> np.ndarray:
    """Draw examples on all cores; (n, height, width, 3) uint8. With `path`, drawn once and then read from disk."""
    from tqdm import tqdm

    if path and path.exists():
        drawn = np.load(path, mmap_mode="r")
        if len(drawn) == len(examples):
            return drawn
    out = np.empty((len(examples), height, width, 3), np.uint8)
    one = partial(_draw, height=height, width=width)
    with contextlib.ExitStack() as stack:
        if len(examples) > 1000:
            pool = stack.enter_context(multiprocessing.get_context("spawn").Pool())
            drawn = pool.imap(one, examples, chunksize=64)
        else:  # sooner done here than processes are started
            drawn = map(one, examples)
        for i, picture in enumerate(tqdm(drawn, total=len(examples), desc=label)):
            out[i] = picture
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        aside = path.with_suffix(".part.npy")
        np.save(aside, out)
        aside.replace(path)
        return np.load(path, mmap_mode="r")
    return out


def labels(examples: list[Example]) -> dict[str, np.ndarray]:
    """Class numbers (n,) int64: subject, setting, and light (0 plain, 1 dramatic or cinematic, -1 anything else)."""
    subjects, settings = list(SUBJECTS), list(SETTINGS)
    light = {"plain": 0, "dramatic": 1, "cinematic": 1}
    return {
        "subject": np.array([subjects.index(e.scene.subject) for e in examples]),
        "setting": np.array([settings.index(e.scene.setting) for e in examples]),
        "light": np.array([light.get(e.look, -1) for e in examples]),
    }


def vocabulary_text() -> list[str]:
    """Sentences whose words the tokenizer should know whole."""
    text = [
        words_for(training_example(i).scene, look, np.random.default_rng(i)) for i in range(3000) for look in SHARES
    ]
    text += ["cinematic", "style", "film", "still", "photo", "picture", "image", "dramatic", "lighting", "light"] * 500
    text += ["cinematic lighting, a grand landscape, golden hour, backlit, moody, epic, wide shot, shot of"] * 300
    return text
