"""A folder of captioned pictures, read, checked and sorted into aspect-ratio buckets.

Three layouts are read: an imagefolder (`metadata.jsonl` or `metadata.csv` with `file_name` and `text`), pictures with a
`.txt` or `.caption` file beside each, and a bare folder where the caller gives the prompts. Everything that can be
wrong with a folder is found here, before a model is loaded, and said in one sentence.
"""

import hashlib
import json
import math
import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from finetune import captions
from inference.cli import InputError, read_text

if TYPE_CHECKING:
    from PIL import Image
    from transformers import PreTrainedTokenizerBase

LONGEST_ASPECT = 4.0  # a wider picture is cropped to 4:1


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


def read_folder(folder: str | Path, prompts: Sequence[str] = ()) -> list[Picture]:
    """Pictures and captions of `folder`; `prompts` caption the pictures of a folder that has no captions.

    Every picture is decoded once. Raises InputError, naming the line or the file, for whatever cannot be trained on.
    """
    folder = Path(folder)
    if not os.path.isdir(folder):  # pathlib raises where a name is too long
        raise InputError(
            f"there is no folder {folder.absolute()}; --train_data_dir takes a folder of captioned pictures"
        )
    listing = captions.list_of(folder)
    found = list(_from_list(listing) if listing else _from_pictures(folder, prompts))
    if not found:
        raise InputError(f"there are no pictures in {folder}; put some there, each with a line in metadata.jsonl")
    return read_pictures(found)


def read_pictures(found: Iterable[tuple[str, Path, tuple[str, ...]]]) -> list[Picture]:
    """Decode and hash each (where, path, captions); `where` opens the sentence if the picture turns out to be none."""
    with ThreadPoolExecutor() as threads:  # Pillow decodes outside the interpreter's lock
        return list(threads.map(_read_picture, found))


def recaption(
    pictures: Sequence[Picture],
    template: str,
    tokenizer: "PreTrainedTokenizerBase",
    unless: Callable[[str], bool] = lambda caption: False,
) -> list[Picture]:
    """Every caption in the place of "{caption}" in `template`; those that are good as they are, by `unless`, stay so.

    A caption too long for the tokenizer's limit loses its last words, so that the template's own are always seen.
    """
    shortened = 0

    def worded(caption: str) -> str:
        nonlocal shortened
        if unless(caption):
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


def _from_list(path: Path) -> Iterable[tuple[str, Path, tuple[str, ...]]]:
    """(where, path, captions) of each picture that a metadata file names, for `read_pictures`."""
    for where, name, caption in captions.listed(path):
        yield where, _inside(path.parent, name, where), (caption,)


def _from_pictures(folder: Path, prompts: Sequence[str]) -> Iterable[tuple[str, Path, tuple[str, ...]]]:
    """The same for a folder without one: the captions beside the pictures where there are any, else `prompts`."""
    from inference.image_io import pictures_in

    texts = {path: captions.beside(path) for path in pictures_in(folder)}
    captioned = any(texts.values())
    if texts and not captioned and not prompts:
        raise InputError(
            f"there is no metadata.jsonl in {folder}, and no .txt beside its pictures; images/README.md says how "
            "captions are written"
        )
    for path, text in texts.items():
        own = tuple(prompts)
        if captioned:
            if not text:
                raise InputError(f"no caption {path.stem}.txt beside {path.name} in {folder}, where others have one")
            own = (captions.checked(read_text(text), text.name, folder),)
        yield path.name, _inside(folder, path.name, path.name), own


def _inside(folder: Path, name: str, where: str) -> Path:
    """The picture's path, with links followed: a shared dataset must not read what lies outside its folder."""
    said = json.dumps(name, ensure_ascii=False)  # a line end or a NUL in a name is spelled out
    try:
        path = (folder / name).resolve()
        found = path.is_file()
    except (OSError, ValueError):  # no file can be called so: too long, a NUL, half of a surrogate pair
        raise InputError(f"{where}: no file {said} in {folder}") from None
    if not path.is_relative_to(folder.resolve()):
        raise InputError(f"{where}: {said} leaves the folder {folder}; copy the picture into it")
    if not found:
        raise InputError(f"{where}: no file {said} in {folder}")
    return path


def _read_picture(found: tuple[str, Path, tuple[str, ...]]) -> Picture:
    where, path, captions = found
    size = open_picture(path, where).size
    with open(path, "rb") as file:
        return Picture(path, captions, size, hashlib.file_digest(file, "sha256").hexdigest())


def open_picture(path: Path, where: str = "") -> "Image.Image":
    """The picture upright and in RGB; `where` heads the sentence of one that cannot be read."""
    from inference.image_io import read_picture

    try:
        return read_picture(path)
    except InputError as error:
        raise InputError(f"{where or path.name}: {error}") from error


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


def left_out(folder: Path, pictures: Sequence[Picture]) -> str:
    """What the report says of files in `folder` that `pictures` do not use, a line per reason; "" if there are none."""
    from inference.image_io import files_in, pictures_in

    used, listing = {picture.path.resolve() for picture in pictures}, captions.list_of(folder)
    texts = [] if listing else [captions.beside(path) for path in pictures_in(folder)]
    texts = {str(path).lower() for path in (listing, *texts)}
    files = [path for path in files_in(folder, deep=True) if path.resolve() not in used]
    counts = Counter[str]()
    for path in files:
        if str(path).lower() not in texts and (path.name not in captions.LISTS or path.parent == folder):
            counts[_why_left_out(path, listing)] += 1
    lines = [f"{count} {reason}" for reason, count in sorted(counts.items())]
    return "left out  " + "\n          ".join(lines) if lines else ""


def _why_left_out(path: Path, listing: Path | None) -> str:
    from inference.image_io import is_picture

    suffix = path.suffix.lower()
    if is_picture(path):
        return f"pictures that {listing.name} does not list" if listing else "pictures in folders of their own"
    if suffix not in captions.BESIDE:
        return f"{suffix or path.name} files, which are read neither as pictures nor as captions"
    return f"{suffix} files" + (f", because {listing.name} has the captions" if listing else " that caption no picture")


def report(buckets: Sequence[Bucket], token_counts: dict[str, int], limit: int, left_out: str = "") -> str:
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
    if left_out:
        lines.insert(1, left_out)
    class_pictures = {picture for bucket in buckets for picture in bucket.class_pictures}
    if class_pictures:
        lines.append(f"class     {len(class_pictures)} pictures, shown beside the others to keep the base what it is")
    if cut:
        lines.append(f"          {cut} longer than {limit} tokens: their ends are not seen, as in every CLIP model")
    return "\n".join(lines)


def _ratio(a: tuple[int, int], b: tuple[int, int]) -> float:
    return a[0] / a[1] / (b[0] / b[1])


def hash_of(what: object) -> str:
    """Of anything that JSON can spell."""
    return hashlib.sha256(json.dumps(what).encode()).hexdigest()


def dataset_hash(pictures: Sequence[Picture]) -> str:
    """One hash over every picture and its captions, whatever the files are called."""
    return hash_of(sorted([picture.sha256, *picture.captions] for picture in pictures))
