"""Clips whose optical flow is known exactly, for measuring: rendered ones from a folder, and drawn ones."""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference.cli import InputError
from video.clip import Frame
from video.flow import inside, warp

FIRST_SEED = 900_000  # of drawn clips; far from every seed a training has drawn
RENDER = "python -m images.render --list video/evaluation_clips.jsonl --frames 48 --samples 16 --output_dir {folder}"


@dataclass(frozen=True)
class Take:
    """Frames, the exact flow (h, w, 2) from each to the next, which pixels (h, w) are seen in both, and a caption."""

    frames: list[Frame]
    flows: list[np.ndarray]
    seen: list[np.ndarray]
    caption: str


def seen_in_both(flow: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """(h, w) bool: what `flow` finds is in the frame, and as far away (depths `before` and `after`) as it was."""
    return inside(flow) & (np.abs(warp(after, flow) - before) < 0.02 * before)


def read_takes(folder: Path, count: int, length: int) -> list[Take]:
    """The first `count` clips in a folder that `images.render --frames` made, the first `length` frames of each.

    Raises InputError, with the command that makes them, where there are not so many or not so long.
    """
    try:
        lines = (folder / "metadata.jsonl").read_text(encoding="utf-8").splitlines()
        entries = [entry for entry in map(json.loads, lines) if entry.get("frames")]
        fitting = [entry for entry in entries if entry["frames"] >= length][:count]
    except FileNotFoundError:
        fitting = []
    except (OSError, ValueError, TypeError, AttributeError, KeyError) as error:
        raise InputError(f"{folder / 'metadata.jsonl'} is damaged ({error}); render the clips again") from error
    if len(fitting) < count:
        found = f"{len(fitting)} of {count} clips of {length} frames"
        raise InputError(f"{found} in {folder}; render them: {RENDER.format(folder=folder)}")
    return [_read(folder / entry["file_name"], entry["text"], length) for entry in fitting]


def _read(folder: Path, caption: str, length: int) -> Take:
    from inference.image_io import read_picture

    frames, flows, depths = [], [], []
    for number in range(length):
        frames.append(Frame(number, number, 1, np.asarray(read_picture(folder / f"{number:04d}.png"))))
        try:
            with np.load(folder / f"{number:04d}.npz") as motion:
                flows.append(motion["flow"])
                depths.append(motion["depth"])
        except (OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
            raise InputError(f"{folder / f'{number:04d}.npz'} is damaged or missing; render the clip again") from error
    seen = [seen_in_both(*three) for three in zip(flows, depths, depths[1:], strict=False)]
    return Take(frames, flows[:-1], seen, caption)


def drawn_take(index: int, length: int, side: int) -> Take:
    """Clip `index` of the drawn world that the miniature learned, `side` pixels square."""
    from images.scenes import Shot, clip, sample_scene

    seed = FIRST_SEED + index
    way = np.random.default_rng(seed).uniform([-1.5, 1.0, -0.6], [1.5, 1.3, 0.6])
    shot = Shot(sample_scene(seed), truck=float(way[0]), zoom=float(way[1]), walk=float(way[2]))
    drawings, flows = clip(shot, length, side, side)
    depths = [drawing.depth for drawing in drawings]
    seen = [seen_in_both(*three) for three in zip(flows, depths, depths[1:], strict=False)]
    return Take([Frame(i, i, 1, d.picture) for i, d in enumerate(drawings)], list(flows), seen, drawings[0].caption)
