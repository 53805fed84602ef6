"""From a clip to frames on disk and back to a clip: decoding, the model, colour and encoding run in parallel threads.

Each stage has a thread and a bounded queue, so memory does not grow with the clip's length. Frames are saved as PNG;
the clip is encoded from those files, so that an interrupted run resumes and gives the same clip.
"""

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from tqdm import tqdm

from inference.cli import disk_full_said
from inference.device import rank_and_world
from video.clip import Clip, Frame, write_clip
from video.colour import HeldColour
from video.frame_store import KEPT, FrameStore
from video.picture import Size
from video.restyler import Batch, Memory, Restyler
from video.shots import ANCHOR, BETWEEN, NextMap, Unit, units

QUEUED = 3  # units that are drawn and not yet on disk
PENDING = 32  # key frames held back, since none of them is needed where the frames after them are finished


class Shot:
    """The state of one shot. Anchor and key frames are drawn when the first frame after them is to be drawn."""

    def __init__(self, restyler: Restyler, finish: Callable[[Unit, torch.Tensor, "Shot"], None]):
        self._restyler, self._finish = restyler, finish
        self._pending: deque[Unit] = deque()
        self._anchor: Memory | None = None
        self._key: Memory | None = None
        self.colour: HeldColour | None = None  # set by the finishing thread, which gets the anchor first

    def add(self, unit: Unit) -> None:
        self._pending.append(unit)
        if len(self._pending) > PENDING:
            self.catch_up()

    def catch_up(self) -> None:
        while self._pending:
            unit, memory = self._pending.popleft(), Memory()
            frames = self._restyler.draw(to_batch(unit), self._anchor, self._key, memory)
            self._key, self._anchor = memory, self._anchor or memory
            self._finish(unit, frames, self)

    def draw(self, unit: Unit) -> None:
        self.catch_up()
        self._finish(unit, self._restyler.draw(to_batch(unit), self._anchor, self._key), self)


def to_batch(unit: Unit) -> Batch:
    def tensor(arrays: list[np.ndarray]) -> torch.Tensor:
        return torch.from_numpy(np.stack(arrays)).permute(0, 3, 1, 2)

    follows = unit.items[0].flow is not None
    return Batch(
        pictures=tensor([item.picture for item in unit.items]).float() / 127.5 - 1,
        maps=tensor([item.control for item in unit.items]).float() / 255,
        indices=[item.indices[0] for item in unit.items],
        flow=tensor([item.flow for item in unit.items]) if follows else None,
        seen=tensor([item.seen[..., None] for item in unit.items]) if follows else None,
    )


@dataclass(frozen=True)
class RestyleJob:
    """What is restyled, and how its frames are grouped and kept."""

    clip: Clip
    output: Path
    store: FrameStore
    next_map: NextMap
    size: Size
    batch_size: int
    side_by_side: bool = False  # the source beside the result


def restyle(restyler: Restyler, job: RestyleJob) -> list[str]:
    """Generate the frames that are not in the store and write `output`; returns notes for the user.

    One of several processes draws every n-th batch; the first one also encodes, as frames arrive. Batches and
    not shots are dealt out, so that one long shot is shared as well: what lies between key frames needs nothing but
    those, which every process draws for itself.
    """
    rank, world = rank_and_world()
    stop = threading.Event()
    with ExitStack() as stack:
        finisher, encoder = (stack.enter_context(ThreadPoolExecutor(1)) for _ in range(2))
        stack.callback(stop.set)  # before the threads are waited for
        encoding = encoder.submit(_encode, job, stop) if rank == 0 else None
        finishing: deque[Future] = deque()

        def finish(unit: Unit, frames: torch.Tensor, shot: Shot | None) -> None:
            finishing.append(finisher.submit(_finish, unit, frames, shot, job.size, job.store))
            while len(finishing) > QUEUED or (finishing and finishing[0].done()):
                finishing.popleft().result()
            if encoding is not None and encoding.done():
                encoding.result()  # raises what went wrong there

        def counted(planned: Iterable[Unit]) -> Iterator[Unit]:
            for unit in planned:
                yield unit
                bar.update(len(unit.indices))

        def is_mine(unit: Unit) -> bool:
            return unit.number % world == rank and not all(map(job.store.has, unit.indices))

        frames = job.clip.expected_frames
        bar = stack.enter_context(tqdm(total=frames, unit="frame", dynamic_ncols=True, disable=rank > 0))
        consistent = restyler.recipe.anchor_attention
        planned = ahead(units(job.clip.frames(), job.size, job.next_map, job.batch_size, consistent))
        draw_units(counted(planned), restyler, finish, is_mine)
        while finishing:
            finishing.popleft().result()
        return encoding.result() if encoding else []


def draw_units(
    planned: Iterable[Unit], restyler: Restyler, finish: Callable, is_wanted: Callable[[Unit], bool]
) -> None:
    """Draw the units that are wanted, and what those need; `finish` takes each unit, its frames and its shot."""
    shot = None
    for unit in planned:
        if unit.role == ANCHOR or shot is None:
            shot = Shot(restyler, finish)
        if unit.role != BETWEEN:
            shot.add(unit)
        if is_wanted(unit):
            shot.catch_up() if unit.role != BETWEEN else shot.draw(unit)


def draw_frames(
    frames: Iterable[Frame], restyler: Restyler, next_map: NextMap, size: Size, batch_size: int
) -> list[np.ndarray]:
    """Restyle a few frames in memory: (h, w, 3) uint8 each, as `restyle` would write them."""
    kept = _Kept()
    planned = units(frames, size, next_map, batch_size, restyler.recipe.anchor_attention)
    draw_units(planned, restyler, lambda *drawn: _finish(*drawn, size, kept), lambda unit: True)
    return [kept[index] for index in sorted(kept)]


class _Kept(dict):
    """Frames in memory, as `FrameStore` has them on disk."""

    has, save = dict.__contains__, dict.__setitem__


def _finish(unit: Unit, frames: torch.Tensor, shot: Shot, size: Size, store: FrameStore | _Kept) -> None:
    """Match colours to the anchor's and save. frames (n, 3, h, w) in [0, 1]"""
    for item, frame in zip(unit.items, frames.permute(0, 2, 3, 1).cpu().numpy(), strict=True):
        source, frame = size.cut(item.picture).astype(np.float32) / 255, size.cut(frame)
        if unit.role == ANCHOR:
            shot.colour = HeldColour(source, frame)
        elif shot.colour is not None:
            frame = shot.colour(source, frame)
        with disk_full_said(KEPT):
            for index in item.indices:
                if not store.has(index):
                    store.save(index, np.rint(frame * 255).astype(np.uint8))


def _encode(job: RestyleJob, stop: threading.Event) -> list[str]:
    """Write the clip, frame by frame as they are finished. Returns notes for the user."""
    said = disk_full_said(KEPT)
    with said, ExitStack() as stack:
        out = None
        for frame in job.clip.frames():
            picture = job.store.wait_for(frame.index, stop.is_set)
            if picture is None:
                raise InterruptedError  # so that the half-written clip is removed
            if job.side_by_side:
                source = cv2.resize(frame.rgb, (job.size.width, job.size.height), interpolation=cv2.INTER_AREA)
                picture = np.hstack([source, picture])
            if out is None:
                out = stack.enter_context(write_clip(job.output, job.clip))
            out.write(picture, frame)
    return [*out.notes, *job.clip.notes]


def ahead(values: Iterable, depth: int = 2) -> Iterator:
    """The same values, made in a thread that stays at most `depth` ahead; its error is raised here."""
    waiting: queue.Queue = queue.Queue(depth)
    stop = threading.Event()

    def put(kind: str, value: object = None) -> None:
        while not stop.is_set():
            try:
                return waiting.put((kind, value), timeout=0.1)
            except queue.Full:
                continue

    def work() -> None:
        try:
            for value in values:
                put("value", value)
                if stop.is_set():
                    return
            put("end")
        except BaseException as error:  # whatever it is, it belongs to who reads
            put("error", error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        while True:
            kind, value = waiting.get()
            if kind == "error":
                raise value
            if kind == "end":
                return
            yield value
    finally:
        stop.set()
        thread.join()
