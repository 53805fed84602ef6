"""Clips whose optical flow is known exactly, rendered ones from a folder and drawn ones: to restyle and to measure."""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference.cli import InputError
from inference.options import CINEMATIC_PROMPT
from video.clip import Frame
from video.flow import inside, warp

FIRST_SEED = 900_000  # of drawn clips; far from every seed a training has drawn
RENDER = "python -m images.render --list video/evaluation_clips.jsonl --frames 48 --samples 16 --output_dir {folder}"


@dataclass(frozen=True)
class EvaluationClip:
    """Frames, the exact flow (h, w, 2) from each to the next, which pixels (h, w) are seen in both, and a caption."""

    frames: list[Frame]
    flows: list[np.ndarray]
    seen: list[np.ndarray]
    caption: str
    subject: str | None = None  # as the judge names it

    @property
    def prompt(self) -> str:
        return CINEMATIC_PROMPT.format(prompt=self.caption)


def seen_in_both(flow: np.ndarray, before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """(h, w) bool: what `flow` finds is in the frame, and as far away (depths `before` and `after`) as it was."""
    return inside(flow) & (np.abs(warp(after, flow) - before) < 0.02 * before)


def read_clips(folder: Path, count: int, length: int) -> list[EvaluationClip]:
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


def _read(folder: Path, caption: str, length: int) -> EvaluationClip:
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
    return EvaluationClip(frames, flows[:-1], seen, caption)


def drawn_clip(index: int, length: int, side: int) -> EvaluationClip:
    """Clip `index` of the drawn world that the miniature learned, `side` pixels square."""
    from images.scenes import Shot, clip, sample_scene

    seed = FIRST_SEED + index
    way = np.random.default_rng(seed).uniform([-1.5, 1.0, -0.6], [1.5, 1.3, 0.6])
    scene = sample_scene(seed)
    shot = Shot(scene, truck=float(way[0]), zoom=float(way[1]), walk=float(way[2]))
    drawings, flows = clip(shot, length, side, side)
    depths = [drawing.depth for drawing in drawings]
    seen = [seen_in_both(*three) for three in zip(flows, depths, depths[1:], strict=False)]
    frames = [Frame(i, i, 1, drawing.picture) for i, drawing in enumerate(drawings)]
    return EvaluationClip(frames, list(flows), seen, drawings[0].caption, scene.subject)


def restyled(clip: EvaluationClip, folder: Path, controlnet, recipe, batch_size: int = 8) -> list[np.ndarray]:
    """A clip's frames as the runner draws them with `recipe`; anchor attention also holds colours to the anchor's.

    The base is loaded for each clip: what attends to an anchor is not undone.
    """
    from inference.pipelines import load_base, native_size
    from video.control_maps import ControlMaps
    from video.picture import Size
    from video.restyle import draw_frames
    from video.restyler import Restyler

    *native, grid = native_size(folder)
    height, width = clip.frames[0].rgb.shape[:2]
    size = Size.of(width, height, min(native), grid)
    if (size.height, size.width) != (height, width):
        raise InputError(
            f"clips of {width}x{height} pixels do not suit a base of {min(native)}; render them with --size "
            f"{size.width}x{size.height}"
        )
    pipe = load_base(str(folder))
    restyler = Restyler(pipe, controlnet.over(pipe, []).model, recipe, clip.prompt)
    return draw_frames(clip.frames, restyler, ControlMaps("canny").next, size, batch_size)


def measured(clip: EvaluationClip, drawn: list[np.ndarray]) -> dict[str, float]:
    """Scores of what was `drawn` of a clip, along its exact flow."""
    from inference.scores import edge_f1
    from video.clip_scores import dramatic_share, e_warp, sharpness

    pairs = zip(drawn, drawn[1:], clip.flows, clip.seen, strict=False)
    return {
        "e_warp": float(np.mean([e_warp(*pair) for pair in pairs])),
        "edge_f1": float(np.mean([edge_f1(a.rgb, b) for a, b in zip(clip.frames, drawn, strict=True)])),
        "sharp": sum(map(sharpness, drawn)) / sum(sharpness(frame.rgb) for frame in clip.frames),
        "dramatic": dramatic_share(drawn),
    }
