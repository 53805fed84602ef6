"""A folder of captioned pictures, read, checked, sorted into aspect-ratio buckets and encoded, once.

Three layouts are read: an imagefolder (`metadata.jsonl` with `file_name` and `text`), pictures with a `.txt` caption
beside each, and a bare folder where the caller gives the prompts. Everything that can be wrong with a folder is found
here, before a model is loaded, and said in one sentence.
"""

import hashlib
import json
import math
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from inference.cli import InputError, written_aside

if TYPE_CHECKING:
    import numpy as np
    import torch
    from diffusers import AutoencoderKL
    from PIL import Image
    from transformers import CLIPTokenizer

SUFFIXES = {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".tif", ".tiff"}
GOLDEN = (math.sqrt(5) - 1) / 2
LONGEST_ASPECT = 4.0  # a wider picture is cropped to 4:1
ENCODING = 1  # part of every cache key: raise it when what is cached changes
TURNS, ROUNDS, CLASS_ROUNDS = (
    1,
    2,
    5,
)  # first word of a random stream's seed after the run's, so that no two streams are one


@dataclass(frozen=True)
class Picture:
    path: Path
    captions: tuple[str, ...]  # one of them is drawn each time the picture is seen
    size: tuple[int, int]  # upright (width, height), pixels
    sha256: str


@dataclass(frozen=True)
class Bucket:
    size: tuple[int, int]  # (width, height), pixels
    pictures: tuple[Picture, ...]
    class_pictures: tuple[Picture, ...] = ()  # what prior preservation shows beside them

    @property
    def all(self) -> tuple[Picture, ...]:
        return self.pictures + self.class_pictures


@dataclass
class Encoded:
    """The whole dataset as the loop needs it, on the training device: n pictures and k captions each, per bucket.

    Where there are class pictures, they are the last of a bucket's n.
    """

    means: list["torch.Tensor"]  # per bucket (n, flips, c, h, w), scaled as the UNet expects
    stds: list["torch.Tensor"]  # the same shape: a fresh latent each step is mean + std * noise
    captions: list["torch.Tensor"]  # per bucket (n, k), rows of `texts`
    texts: list[str]  # row 0 is the empty caption
    sizes: list[int]  # per bucket, its pictures without class pictures
    class_sizes: list[int]  # per bucket, its class pictures


def read_folder(folder: str | Path, prompts: Sequence[str] = ()) -> list[Picture]:
    """Pictures and captions of `folder`; `prompts` caption the pictures of a folder that has no captions.

    Every picture is decoded once. Raises InputError, naming the line or the file, for whatever cannot be trained on.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise InputError(
            f"there is no folder {folder.absolute()}; --train_data_dir takes a folder of captioned pictures"
        )
    if (folder / "metadata.jsonl").exists():
        found = list(_from_metadata(folder))
    else:
        found = list(_from_pictures(folder, prompts))
    if not found:
        raise InputError(f"there are no pictures in {folder}; put some there, each with a line in metadata.jsonl")
    return read_pictures(found)


def read_pictures(found: Iterable[tuple[str, Path, tuple[str, ...]]]) -> list[Picture]:
    """Decode and hash each (where, path, captions); `where` opens the sentence if the picture turns out to be none."""
    with ThreadPoolExecutor() as threads:  # Pillow decodes outside the interpreter's lock
        return list(threads.map(_read_picture, found))


def recaption(
    pictures: Sequence[Picture], template: str, tokenizer: "CLIPTokenizer", unless: str | None = None
) -> list[Picture]:
    """Every caption in the place of "{caption}" in `template`; those with `unless` in them stay as they are.

    A caption too long for the tokenizer's limit loses its last words, so that the template's own are always seen.
    """
    shortened = 0

    def worded(caption: str) -> str:
        nonlocal shortened
        if unless and unless in caption:
            return caption
        words = caption.split()
        while words and len(tokenizer(template.replace("{caption}", " ".join(words))).input_ids) > limit:
            words.pop()
        shortened += " ".join(words) != caption
        return template.replace("{caption}", " ".join(words).rstrip(","))

    limit = tokenizer.model_max_length
    pictures = [replace(picture, captions=tuple(map(worded, picture.captions))) for picture in pictures]
    if shortened:
        print(f"note: {shortened} captions lost their last words, so that what is learned is within {limit} tokens")
    return pictures


def _from_metadata(folder: Path) -> Iterable[tuple[str, Path, tuple[str, ...]]]:
    """(where, path, captions) per line, for `read_pictures`."""
    try:
        lines = (folder / "metadata.jsonl").read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{folder / 'metadata.jsonl'} cannot be read as UTF-8 text ({error})") from error
    for number, line in enumerate(lines, 1):
        where = f"metadata.jsonl line {number}"
        if not line.strip():
            continue
        try:
            entry = json.loads(line)
        except ValueError as error:
            raise InputError(f"{where}: not JSON ({error}) in {folder}") from error
        if not isinstance(entry, dict) or not isinstance(entry.get("file_name"), str) or not entry["file_name"]:
            raise InputError(f'{where}: no "file_name" in {folder}; a line is {{"file_name": "01.jpg", "text": "..."}}')
        yield where, _inside(folder, entry["file_name"], where), (_caption(entry.get("text"), where, folder),)


def _from_pictures(folder: Path, prompts: Sequence[str]) -> Iterable[tuple[str, Path, tuple[str, ...]]]:
    """The same for a folder without metadata.jsonl: `.txt` captions where there are any, else `prompts`."""
    paths = sorted(path for path in folder.iterdir() if path.suffix.lower() in SUFFIXES)
    captioned = any(path.with_suffix(".txt").exists() for path in paths)
    if paths and not captioned and not prompts:
        raise InputError(
            f"there is no metadata.jsonl in {folder}, and no .txt beside its pictures; images/README.md says how "
            "captions are written"
        )
    for path in paths:
        captions, text = tuple(prompts), path.with_suffix(".txt")
        if captioned:
            if not text.exists():
                raise InputError(f"no caption {text.name} beside {path.name} in {folder}, where others have one")
            captions = (_caption(text.read_text(encoding="utf-8-sig", errors="replace"), text.name, folder),)
        yield path.name, _inside(folder, path.name, path.name), captions


def _inside(folder: Path, name: str, where: str) -> Path:
    """The picture's path, with links followed: a shared dataset must not read what lies outside its folder."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise InputError(f'{where}: "{name}" leaves the folder {folder}; copy the picture into it')
    if not path.is_file():
        raise InputError(f'{where}: no file "{name}" in {folder}')
    return path


def _caption(text: object, where: str, folder: Path) -> str:
    if not isinstance(text, str) or not text.strip():
        raise InputError(f'{where}: the caption ("text") is empty in {folder}; say what is in the picture')
    return " ".join(text.split())


def _read_picture(found: tuple[str, Path, tuple[str, ...]]) -> Picture:
    where, path, captions = found
    size = open_picture(path, where).size
    with open(path, "rb") as file:
        return Picture(path, captions, size, hashlib.file_digest(file, "sha256").hexdigest())


def open_picture(path: Path, where: str = "") -> "Image.Image":
    """The picture upright and in RGB: EXIF rotation applied, transparency over white, 16 bits brought to 8."""
    import numpy as np
    from PIL import Image, ImageOps

    try:
        with Image.open(path) as picture:
            picture.load()
            picture = ImageOps.exif_transpose(picture)
            if picture.mode.startswith("I"):  # 16 bits per pixel; Pillow's own conversion would clip it to white
                picture = Image.fromarray((np.asarray(picture).clip(0, 65535) / 257).round().astype(np.uint8))
            if picture.mode == "F":
                raise ValueError("it holds floating-point pixels; save it with 8 or 16 bits")
            if picture.has_transparency_data:
                white = Image.new("RGBA", picture.size, "white")
                picture = Image.alpha_composite(white, picture.convert("RGBA"))
            return picture.convert("RGB")
    # Pillow's decoders raise these on damaged files: truncated (OSError), broken chunks (SyntaxError), huge sizes
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        reason = "it is not a picture" if isinstance(error, Image.UnidentifiedImageError) else str(error)
        raise InputError(f"{where or path.name}: {path} cannot be read ({reason}); replace or remove it") from error


def bucket_sizes(resolution: int, unit: int) -> list[tuple[int, int]]:
    """(width, height) of about resolution x resolution pixels, sides multiples of `unit`, from 4:1 to 1:4."""
    sizes = set()
    for long in range(unit, 2 * resolution + unit + 1, unit):
        short = round(resolution**2 / long / unit) * unit
        if short > 0 and max(long / short, short / long) <= LONGEST_ASPECT:
            sizes |= {(long, short), (short, long)}
    return sorted(size for size in sizes if 0.8 <= size[0] * size[1] / resolution**2 <= 1.25)


def into_buckets(pictures: Sequence[Picture], resolution: int, unit: int) -> list[Bucket]:
    """Every picture in the bucket nearest to its own aspect ratio; no picture is left out."""
    sizes = bucket_sizes(resolution, unit)
    if not sizes:
        raise InputError(f"--resolution {resolution} is too small for this base; sides are multiples of {unit} pixels")
    members: dict[tuple[int, int], list[Picture]] = {}
    for picture in pictures:
        members.setdefault(nearest_size(picture, sizes), []).append(picture)
    return [Bucket(size, tuple(members[size])) for size in sorted(members)]


def nearest_size(picture: Picture, sizes: Iterable[tuple[int, int]]) -> tuple[int, int]:
    """The size whose shape is nearest to the picture's own."""
    return min(sizes, key=lambda size: abs(math.log(_ratio(size, picture.size))))


def crop_box(size: tuple[int, int], target: tuple[int, int], at: tuple[float, float]) -> tuple[float, ...]:
    """(left, top, right, bottom) of the largest part of `size` with `target`'s aspect; `at` in [0, 1] places it."""
    scale = max(target[0] / size[0], target[1] / size[1])
    width, height = min(size[0], target[0] / scale), min(size[1], target[1] / scale)
    left, top = (size[0] - width) * at[0], (size[1] - height) * at[1]
    return left, top, left + width, top + height


def report(buckets: Sequence[Bucket], token_counts: dict[str, int], limit: int) -> str:
    """What is about to be trained on, in a few lines: pictures, buckets, crops, captions against the token limit."""
    pictures = [(picture, bucket.size) for bucket in buckets for picture in bucket.pictures]
    kept = [min(_ratio(picture.size, size), _ratio(size, picture.size)) for picture, size in pictures]
    small = sum(picture.size[0] < size[0] or picture.size[1] < size[1] for picture, size in pictures)
    longest = max(token_counts, key=token_counts.__getitem__)
    cut = sum(count > limit for count in token_counts.values())
    counts = "  ".join(f"{w}x{h}: {len(bucket.pictures)}" for bucket in buckets for w, h in [bucket.size])
    lines = [
        f"pictures  {len(pictures)}, each resized to cover its bucket and cropped, by {1 - min(kept):.0%} at most"
        + (f"; {small} smaller than their bucket and enlarged" if small else ""),
        f"buckets   {counts}",
        f"captions  {len(token_counts)} different, the longest {token_counts[longest]} of {limit} tokens: {longest!r}",
    ]
    class_pictures = {picture for bucket in buckets for picture in bucket.class_pictures}
    if class_pictures:
        lines.append(f"class     {len(class_pictures)} pictures, shown beside the others to keep the base what it is")
    if cut:
        lines.append(f"          {cut} longer than {limit} tokens: their ends are not seen, as in every CLIP model")
    return "\n".join(lines)


def _ratio(a: tuple[int, int], b: tuple[int, int]) -> float:
    return a[0] / a[1] / (b[0] / b[1])


def encode(
    buckets: Sequence[Bucket],
    vae: "AutoencoderKL",
    *,
    cache: Path,
    identity: str,
    flips: bool,
    crop_seed: int | None,
    extra: Sequence[str] = (),
) -> Encoded:
    """VAE posteriors of every picture (and its mirror image) on the CPU, read from `cache` where nothing changed.

    `identity` names the base's weights; `crop_seed` None crops the centre; `extra` are texts besides the captions.
    """
    import torch

    what = [[bucket.size, [picture.sha256 for picture in bucket.all]] for bucket in buckets]
    key = _hash([ENCODING, "pictures", identity, flips, crop_seed, what])
    tensors = cached(cache, key, lambda: _posteriors(buckets, vae, flips, crop_seed))
    captions = (caption for bucket in buckets for picture in bucket.all for caption in picture.captions)
    texts = list(dict.fromkeys(["", *captions, *extra]))
    rows = {text: row for row, text in enumerate(texts)}
    return Encoded(
        means=[tensors[f"{i}.mean"] for i in range(len(buckets))],
        stds=[tensors[f"{i}.std"] for i in range(len(buckets))],
        captions=[torch.tensor([[rows[text] for text in p.captions] for p in bucket.all]) for bucket in buckets],
        texts=texts,
        sizes=[len(bucket.pictures) for bucket in buckets],
        class_sizes=[len(bucket.class_pictures) for bucket in buckets],
    )


def _posteriors(
    buckets: Sequence[Bucket], vae: "AutoencoderKL", flips: bool, crop_seed: int | None
) -> dict[str, "torch.Tensor"]:
    """`i.mean` and `i.std` of bucket i: (n, flips, c, h, w), times the VAE's scaling factor."""
    import numpy as np
    import torch
    from PIL import Image
    from tqdm import tqdm

    tensors, shift = {}, vae.config.shift_factor or 0.0
    bar = tqdm(total=sum(len(bucket.all) for bucket in buckets), desc="encoding", unit="picture")
    for i, bucket in enumerate(buckets):
        means, stds = [], []
        for picture in bucket.all:
            rng = np.random.default_rng([crop_seed or 0, int(picture.sha256[:8], 16)])  # as content, not as place
            at = (0.5, 0.5) if crop_seed is None else tuple(rng.random(2))
            box = crop_box(picture.size, bucket.size, at)
            image = open_picture(picture.path).resize(bucket.size, Image.Resampling.LANCZOS, box=box)
            x = torch.from_numpy(np.asarray(image).copy()).permute(2, 0, 1)[None] / 127.5 - 1  # (1, 3, h, w) in [-1, 1]
            x = torch.cat([x, x.flip(-1)]) if flips else x  # (flips, 3, h, w)
            with torch.no_grad():
                posterior = vae.encode(x.to(vae.device, vae.dtype)).latent_dist
            means.append(((posterior.mean - shift) * vae.config.scaling_factor).float().cpu())
            stds.append((posterior.std * vae.config.scaling_factor).float().cpu())
            bar.update()
        tensors |= {f"{i}.mean": torch.stack(means), f"{i}.std": torch.stack(stds)}
    bar.close()
    return tensors


def cached(path: Path, key: str, compute: Callable[[], dict]) -> dict[str, "torch.Tensor"]:
    """The tensors in `path` if they were written under `key`, else computed and written there."""
    from safetensors import SafetensorError, safe_open
    from safetensors.torch import load_file, save_file

    try:
        with safe_open(path, framework="pt") as file:
            if (file.metadata() or {}).get("key") == key:
                return load_file(path)
    except (OSError, SafetensorError):
        pass  # none yet, or damaged: either way it is made again
    tensors = {name: tensor.contiguous() for name, tensor in compute().items()}
    with written_aside(path) as aside:
        save_file(tensors, aside, metadata={"key": key})
    return tensors


def _hash(what: object) -> str:
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()


def dataset_hash(pictures: Sequence[Picture]) -> str:
    """One hash over every picture and its captions, whatever the files are called."""
    return _hash(sorted([picture.sha256, *picture.captions] for picture in pictures))


class Order:
    """Which pictures a step sees: a pure function of (seed, step), the same for any number of processes.

    A step draws from one bucket. Buckets take turns in proportion to their size, by a golden-ratio sequence (it never
    strays from the proportion and never repeats); inside a bucket, shuffled rounds follow one another without a gap.
    """

    def __init__(
        self, sizes: Sequence[int], per_step: int, steps: int, seed: int, class_sizes: Sequence[int] | None = None
    ):
        import numpy as np

        self.sizes, self.per_step, self.seed = sizes, per_step, seed
        self.class_sizes = class_sizes if class_sizes and any(class_sizes) else None
        assert self.class_sizes is None or all(self.class_sizes), "a bucket has no class pictures"
        edges = np.cumsum(sizes) / sum(sizes)
        turns = (np.random.default_rng([seed, TURNS]).random() + GOLDEN * np.arange(steps)) % 1
        self.buckets = np.searchsorted(edges, turns, side="right").clip(max=len(sizes) - 1)  # (steps,)
        self.visits = np.zeros(steps, dtype=int)  # how often this step's bucket had its turn before
        for bucket in range(len(sizes)):
            mine = self.buckets == bucket
            self.visits[mine] = np.arange(mine.sum())

    def __call__(self, step: int) -> tuple[int, list[int]]:
        """(bucket, its pictures): `per_step` places in the bucket, one per slot of the global batch.

        With class pictures a slot has two places, a picture's and then a class picture's.
        """
        import numpy as np

        bucket = int(self.buckets[step])
        size, visit = self.sizes[bucket], int(self.visits[step])
        places = [self._places(ROUNDS, bucket, size, visit)]
        if self.class_sizes:
            places.append(size + self._places(CLASS_ROUNDS, bucket, self.class_sizes[bucket], visit))
        return bucket, np.stack(places, axis=1).ravel().tolist()

    def _places(self, stream: int, bucket: int, size: int, visit: int) -> "np.ndarray":
        """Which of `size` pictures (per_step,) the visit to a bucket sees, each once before any is seen again."""
        import numpy as np

        first = visit * self.per_step
        rounds = range(first // size, (first + self.per_step - 1) // size + 1)
        shuffled = [np.random.default_rng([self.seed, stream, bucket, number]).permutation(size) for number in rounds]
        return np.concatenate(shuffled)[first % size :][: self.per_step]
