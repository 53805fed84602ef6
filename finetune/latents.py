"""Pictures through the VAE, once: the posterior of each and of its mirror image, kept on disk until something changes.

So a step needs no VAE, and a second run on the same pictures starts in seconds.
"""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from diffusers import DiffusionPipeline
from PIL import Image
from torch import Tensor
from tqdm import tqdm

from finetune.data import Bucket, crop_box, hash_of, open_picture
from inference import hashed
from inference.families import family_of
from inference.files import room_for
from inference.pipelines import check_finite

ENCODING = 1  # part of every cache key: raise it when what is cached changes
KEPT = 4  # caches of one kind: another resolution or flip finds its own again


@dataclass
class Encoded:
    """The whole dataset as the loop needs it, on the training device: n pictures and k captions each, per bucket.

    Where there are class pictures, they are the last of a bucket's n.
    """

    means: list[Tensor]  # per bucket (n, flips, c, h, w), scaled as the denoiser expects
    stds: list[Tensor]  # the same shape: a fresh latent each step is mean + std * noise
    captions: list[Tensor]  # per bucket (n, k), rows of `texts`
    texts: list[str]  # row 0 is the empty caption
    sizes: list[int]  # per bucket, its pictures without class pictures
    class_sizes: list[int]  # per bucket, its class pictures


def encode(
    buckets: Sequence[Bucket],
    pipe: DiffusionPipeline,
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
    what = [[bucket.size, [picture.sha256 for picture in bucket.all]] for bucket in buckets]
    key = hash_of([ENCODING, "pictures", identity, flips, crop_seed, what])
    tensors = cached(cache, key, lambda: _posteriors(buckets, pipe, flips, crop_seed))
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
    buckets: Sequence[Bucket], pipe: DiffusionPipeline, flips: bool, crop_seed: int | None
) -> dict[str, Tensor]:
    """`i.mean` and `i.std` of bucket i: (n, flips, c, h, w), scaled as the denoiser expects."""
    check_finite(pipe.vae.config._name_or_path, pipe.vae.named_parameters())
    tensors = {}
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
                mean, std = family_of(pipe).posterior(pipe.vae, x)
            means.append(mean.float().cpu())
            stds.append(std.float().cpu())
            bar.update()
        tensors |= {f"{i}.mean": torch.stack(means), f"{i}.std": torch.stack(stds)}
    bar.close()
    return tensors


def cached(path: Path, key: str, compute: Callable[[], dict]) -> dict[str, Tensor]:
    """The tensors written under `key` in a file named like `path`, else computed and written there.

    A file with other bits than were written is made again.
    """
    kind, path = path.stem, path.with_stem(f"{path.stem}-{hash_of(key)[:12]}")
    found = hashed.load(path)
    if found and found[1].get("key") == key:
        return found[0]
    if path.exists():
        print(f"{path} is damaged: making it again")
    # laid out as they will be read: the layout decides kernels, and so the last bits of a step
    tensors = {name: tensor.contiguous() for name, tensor in compute().items()}
    with room_for(path, sum(tensor.nbytes for tensor in tensors.values())):
        hashed.save(tensors, path, key=key)
    others = (other for other in path.parent.glob(f"{kind}*{path.suffix}") if other != path)
    for old in sorted(others, key=os.path.getmtime, reverse=True)[KEPT - 1 :]:
        old.unlink()
    return tensors
