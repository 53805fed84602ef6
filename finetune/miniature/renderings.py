"""What the miniature learns from and is judged by: the corpus's renderings, graded several ways, with words and labels.

  train = read_views(Path("outputs/corpus"), (128, 128), 4)
  train.pictures[0], train.entries[0].subject, words_for(train.entries[0], rng)

Each piece of the corpus is developed once and kept beside it, so a corpus that grows costs what is new.
"""

import json
import multiprocessing
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from finetune.miniature.corpus import HELD_OUT_PIECE, SETTINGS, SIZES, SUBJECTS, UNSEEN_PIECE
from images.world.light import PARTS
from inference.cli import InputError
from inference.files import atomic_write

SIZE = 128  # pixels, height and width
PREFIXES = ("", "", "", "", "a photo of ", "a picture of ", "a film still of ", "an image of ")
# the shortest words for a subject in a place, which people ask with
PLACES = {
    "mountain valley": ("in the mountains", "in a mountain valley"), "sea coast": ("by the sea", "on the coast"),
    "dunes": ("in the desert", "among dunes"), "pine forest": ("in the forest", "in a pine forest"),
    "snowfield": ("in the snow", "on a snowfield"), "hills with fields": ("in the hills", "among fields"),
    "city street": ("in the city", "in a street"), "moon": ("on the moon",),
}  # fmt: skip
HARMLESS = ("the train is cut by the frame",)  # trains are longer than pictures are wide


@dataclass(frozen=True)
class Entry:
    """One rendering: its .npz, and what metadata.jsonl says of it."""

    path: Path
    text: str
    subject: str
    setting: str
    look: tuple[str, ...]
    size: tuple[int, int]  # width, height

    @property
    def number(self) -> int:
        """Of the view, in the whole corpus."""
        return int(self.path.stem.replace("-", ""))

    @property
    def parts(self) -> list[str]:
        """The words of the caption that name parts of the look."""
        return [PARTS[part] for part in self.look if part in PARTS]


@dataclass(frozen=True)
class Views:
    """Pictures (n, h, w, 3) uint8 and what each is of; views of one rendering follow each other."""

    entries: list[Entry]
    pictures: np.ndarray

    def labels(self) -> dict[str, np.ndarray]:
        """Class numbers (n,) int64: subject, setting, and light (0 plain, 1 dramatic or film, -1 anything else)."""
        light = {("plain",): 0, ("dramatic lighting",): 1, ("film",): 1}
        return {
            "subject": np.array([SUBJECTS.index(entry.subject) for entry in self.entries]),
            "setting": np.array([SETTINGS.index(entry.setting) for entry in self.entries]),
            "light": np.array([light.get(entry.look, -1) for entry in self.entries]),
        }


def pieces_of(corpus: Path, kind: str) -> list[Path]:
    """Folders of the pieces of a kind: "train", "seen" (held-out seeds) or "unseen" (held-out pairs)."""
    ranges = {"train": (0, HELD_OUT_PIECE), "seen": (HELD_OUT_PIECE, UNSEEN_PIECE), "unseen": (UNSEEN_PIECE, 10**9)}
    first, end = ranges[kind]
    folders = sorted(path for path in corpus.glob("piece-*") if first <= int(path.name.partition("-")[2]) < end)
    if not folders:
        raise InputError(
            f"no piece of {kind!r} pictures in {corpus}; render one: python -m finetune.miniature.corpus "
            f"--output_dir {corpus} --pieces {first}"
        )
    return folders


def read_entries(piece: Path) -> list[Entry]:
    """The renderings of a piece that have no fault, in their order. Raises InputError with the line."""
    path = piece / "metadata.jsonl"
    entries = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines() if path.exists() else [], 1):
        try:
            said = json.loads(line)
            width, _, height = said["size"].partition("x")
            if not set(said.get("faults", ())) - set(HARMLESS):
                npz = piece / Path(said["file_name"]).with_suffix(".npz").name
                entries.append(Entry(npz, said["text"], said["subject"], said["setting"], tuple(said["look"]),
                                     (int(width), int(height))))  # fmt: skip
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError(f"{path} line {number} is no line of a corpus ({error})") from error
    return sorted(entries, key=lambda entry: entry.path.name)


def regraded(film, rng: np.random.Generator):
    """The same picture from another lab: exposure, contrast, colour and vignette a little different."""
    if film.mean:
        return replace(film, mean=film.mean * rng.uniform(0.9, 1.1))
    return replace(
        film, key=film.key * 2 ** rng.uniform(-0.35, 0.35), saturation=film.saturation * rng.uniform(0.85, 1.15),
        contrast=film.contrast * rng.uniform(0.92, 1.08), vignette=film.vignette * rng.uniform(0.6, 1.2),
        timing=float(np.clip(film.timing + rng.uniform(-0.15, 0.15), 0, 1)),
    )  # fmt: skip


def developed(entry: Entry, views: int) -> np.ndarray:
    """(views, h, w, 3) uint8: the rendering as it was graded first, then with other grades and white balances."""
    from images.world.film import Film, develop

    try:
        with np.load(entry.path) as kept:
            light, depth, film = kept["light"].astype(np.float32), kept["depth"].astype(np.float32), str(kept["film"])
    except (OSError, ValueError, KeyError) as error:
        raise InputError(f"{entry.path} is damaged ({error}); delete it and its line, and render its piece") from error
    film, number = Film(**json.loads(film)), entry.number
    pictures = [develop(light, depth, film, seed=number)]
    for view in range(1, views):
        rng = np.random.default_rng([number, view, 99])
        gains = np.exp(rng.normal(0, 0.03, 3)).astype(np.float32)
        pictures.append(develop(light * gains, depth, regraded(film, rng), seed=number + view * 1_000_003))
    return np.stack(pictures)


def read_views(corpus: Path, size: tuple[int, int] = (SIZE, SIZE), views: int = 1, kind: str = "train") -> Views:
    """All pictures of a width and height, `views` of each rendering; what is not yet developed is, on all cores."""
    from tqdm import tqdm

    if size not in SIZES:
        raise InputError(f"the corpus has no pictures of {size[0]}x{size[1]}")
    found = [(piece, [e for e in read_entries(piece) if e.size == size]) for piece in pieces_of(corpus, kind)]
    found = [(piece, entries) for piece, entries in found if entries]
    out = np.empty((views * sum(len(entries) for _, entries in found), size[1], size[0], 3), np.uint8)
    done = 0
    with multiprocessing.get_context("spawn").Pool() as pool:
        for piece, entries in tqdm(found, desc=f"developing {size[0]}x{size[1]}", unit="piece"):
            made = _kept(
                piece / f"views-{size[0]}x{size[1]}-{views}.npz", entries, partial(developed, views=views), pool
            )
            out[done : done + len(made)] = made
            done += len(made)
    return Views([entry for _, entries in found for entry in entries for _ in range(views)], out)


def _kept(path: Path, entries: list[Entry], develop, pool) -> np.ndarray:
    """(n, h, w, 3): what `path` keeps if it is of these entries, else developed and kept."""
    names = [entry.path.name for entry in entries]
    if path.exists():
        with np.load(path) as kept:
            if kept["names"].tolist() == names:
                return kept["pictures"]
    pictures = np.concatenate(list(pool.imap(develop, entries, chunksize=4)))
    with atomic_write(path) as aside:
        np.savez(aside, names=np.array(names), pictures=pictures)
    return pictures


def depth_of(views: Views) -> Iterator[np.ndarray]:
    """The depth in metres, (h, w) float32, of each view."""
    last, depth = None, None
    for entry in views.entries:
        if entry.path != last:
            with np.load(entry.path) as kept:
                last, depth = entry.path, kept["depth"].astype(np.float32)
        yield depth


def words_for(entry: Entry, rng: np.random.Generator) -> str:
    """A caption as people write it: in full or in the shortest words, the parts of the look before it or after."""
    parts = entry.parts
    what = entry.text.removesuffix(", ".join(["", *parts]) if parts else "")
    if rng.random() < 0.4:
        what = f"{_with_article(entry.subject)} {rng.choice(PLACES[entry.setting])}"
    words = ", ".join([*parts, what] if parts and rng.random() < 0.4 else [what, *parts])
    return (rng.choice(PREFIXES) if words.startswith(("a ", "an ")) else "") + words


def _with_article(noun: str) -> str:
    return f"{'an' if noun[0] in 'aeiou' else 'a'} {noun}"
