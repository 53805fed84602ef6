"""Read and write clips: every frame with its time stamp, rotation kept, sound copied, memory flat in the clip's length.

    clip = open_clip("in.mp4")                                  # raises InputError for what is no clip
    with write_clip("out.mp4", clip) as out:                    # written aside, renamed when it is whole
        for frame in clip.frames():                             # (h, w, 3) uint8 as it is shown, with its pts
            out.write(restyle(frame.rgb), frame)

Time stamps stay those of the source, in its time base, also at a variable rate; Matroska and WebM round them to
milliseconds, as those containers do. A part of a clip (`start`, `end`) starts at 0. Frames are upright and their pixels
square, so a clip that is stored squeezed, as DV and HDV are, comes out as wide as players show it.
"""

import contextlib
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from inference.cli import InputError
from inference.files import atomic_write
from video.picture import LIMITED, UPRIGHT, Shape, deinterlaced, turn_of
from video.sound import Part, Sound, lost
from video.streams import (
    READ_ERRORS,
    Clock,
    begins,
    check_colours,
    decoded,
    film,
    has_jumps,
    later_streams,
    open_source,
)

# What each container gets: the encoder and its options, visually lossless. No B-frames: MP4 keeps the durations of
# frames in decoding order, so that at a variable rate reordered ones get each other's, and the last one is lost.
# x264's macroblock tree reads uninitialised memory at some widths, so that a clip is not encoded the same way twice
H264 = ("libx264", {"crf": "16", "preset": "medium", "bf": "0", "mbtree": "0"})
VP9 = ("libvpx-vp9", {"crf": "20", "b": "0", "row-mt": "1", "deadline": "good", "cpu-used": "4"})
ENCODERS = {".mp4": H264, ".m4v": H264, ".mov": H264, ".mkv": H264, ".webm": VP9}
NO_VIDEO = {"tty", "lrc", "srt", "ass", "webvtt"}  # text files that FFmpeg opens as video
BT709 = 1  # matrix, primaries and transfer, by their number in ITU-T H.273


@dataclass(frozen=True)
class Frame:
    """One picture of a clip, upright and with square pixels."""

    index: int  # 0 for the first frame that was asked for
    pts: int  # in units of the clip's time base
    duration: int  # likewise, up to the next frame
    rgb: np.ndarray  # (h, w, 3) uint8


@dataclass
class Clip:
    """What is known of a clip before its frames are decoded. Sizes are those of the picture as it is shown."""

    path: Path
    shape: Shape
    time_base: Fraction
    rate: Fraction  # average frames per second
    expected_frames: int  # an estimate where the container does not say
    has_audio: bool
    start: float | None = None  # seconds from the first frame
    end: float | None = None
    max_frames: int | None = None
    origin: int = 0  # pts of the first frame of the file
    zero: Fraction = Fraction(0)  # seconds on the file's clock that are 0 in a copy of all of it
    lag: int | None = None  # dts less pts of the first frame, where frames have no other time stamp than that
    seekable: bool = True
    notes: list[str] = field(default_factory=list, init=False)  # for the user; complete once the clip was read

    @property
    def width(self) -> int:
        return self.shape.shown[0]

    @property
    def height(self) -> int:
        return self.shape.shown[1]

    @property
    def rotation(self) -> int:
        """Degrees counterclockwise that a player turns the stored picture by."""
        return self.shape.rotation

    @property
    def whole(self) -> bool:
        return self.start is None and self.end is None and self.max_frames is None

    def until(self, first: Frame) -> Fraction | None:
        """About when, on the file's clock in seconds, a part that begins with `first` ends; None: with the file."""
        lasts = None if self.max_frames is None else first.pts * self.time_base + self.max_frames / self.rate
        end = None if self.end is None else self.origin * self.time_base + Fraction(self.end)
        return min(filter(None, (lasts, end)), default=None)

    def frames(self) -> Iterator[Frame]:
        """Decode from the start, one frame ahead, since a frame lasts until the next one."""
        held, gap = None, max(round(1 / self.rate / self.time_base), 1)
        for index, picture in enumerate(self._selected()):
            if held is not None:
                gap = picture.pts - held.pts
                yield Frame(index - 1, held.pts, gap, self.shape.show(held, self._say))
            held = picture
        if held is not None:
            yield Frame(index, held.pts, held.duration or gap, self.shape.show(held, self._say))

    def _say(self, note: str) -> None:
        note = f"{self.path} {note}"
        if note not in self.notes:  # a clip is read more than once
            self.notes.append(note)

    def _selected(self) -> Iterator[av.VideoFrame]:
        first = self.origin + round((self.start or 0) / self.time_base)
        last = None if self.end is None else self.origin + self.end / self.time_base
        count, previous = 0, None
        for picture in deinterlaced(self._decoded(first), self._say):
            if picture.pts is None or (
                previous is not None and picture.pts <= previous
            ):  # streams with no or bad times
                picture.pts = self.origin if previous is None else previous + max(picture.duration, 1)
            previous = picture.pts
            if picture.pts < first:
                continue
            if (last is not None and picture.pts >= last) or count == self.max_frames:
                return
            count += 1
            yield picture

    def _decoded(self, first: int) -> Iterator[av.VideoFrame]:
        """Every frame that can be decoded, from a key frame before `first` on."""
        if first > self.origin and self.seekable:
            pictures = self._read(first)
            picture = next(pictures, None)
            if picture and picture.key_frame and picture.pts is not None and picture.pts <= first:
                yield picture
                yield from pictures
                return
            pictures.close()  # some containers cannot be searched, and MPEG-TS finds times, not key frames
        yield from self._read(self.origin)

    def _read(self, first: int) -> Iterator[av.VideoFrame]:
        """Every frame that can be decoded from where a search for `first` leads; notes what could not be."""
        with open_source(self.path) as container:
            stream, clock = film(container), Clock(container)
            if first > self.origin:
                with contextlib.suppress(*READ_ERRORS):
                    container.seek(first, stream=stream)
            good, bad, reached, pixel = 0, 0, Fraction(0), None
            for packet, pictures in decoded(container, stream, clock):
                if packet is None:
                    bad += 1
                    continue
                if packet.pts is not None:
                    reached = max(reached, (packet.pts + (packet.duration or 0)) * packet.time_base)
                good += len(pictures)
                if pictures:
                    now = stream.codec_context.sample_aspect_ratio
                    pixel = pixel or now
                    if now and now != pixel:
                        self._say(
                            f"changes the shape of a pixel from {_ratio(pixel)} to {_ratio(now)}; shown as at first"
                        )
                for picture in pictures:
                    if self.lag is not None:
                        picture.pts = None if picture.dts is None else picture.dts - self.lag
                    yield picture
            end = Fraction((container.start_time or 0) + (container.duration or 0), av.time_base)
            cut_off = good < stream.frames and first <= self.origin and reached + 1 < end
            if bad or cut_off or reached + 1 < end:
                self._say(f"is damaged or cut off: {good} frames of it can be decoded and are used")
            if clock.jumped:
                self._say("has time stamps that jump, as where recordings are joined; they were made continuous")
            for later in later_streams(container):
                self._say(f"has a stream that begins in mid-file and was left out ({later})")


def open_clip(
    path: str | Path, *, start: float | None = None, end: float | None = None, max_frames: int | None = None
) -> Clip:
    """Look at a clip and decode its first frame. `start` and `end` in seconds select a part of it.

    Raises InputError where there is no such file, no video in it, nothing that can be decoded, HDR, or no such part.
    """
    path = Path(path)
    if not path.is_file():
        raise InputError(f"there is no clip {path}")
    try:
        with open_source(path) as container:
            stream = None if container.format.name in NO_VIDEO else film(container)
            if stream is None:
                raise InputError(f"{path} has no video stream ({container.format.long_name})")
            clip = _described(path, container, stream)
            clip.start, clip.end, clip.max_frames = start, end, max_frames
        clip.seekable = not (start and has_jumps(path))
    except READ_ERRORS as error:
        raise InputError(f"{path} cannot be read as a video ({error.strerror or error})") from error
    if next(clip.frames(), None) is None:
        last = float(clip.expected_frames / clip.rate)
        if start is None and end is None:
            raise InputError(f"no frame of {path} can be decoded")
        raise InputError(
            f"there is no frame of {path} from {start or 0:g} s to {end or last:g} s; it lasts {last:.2f} s"
        )
    return _narrowed(clip)


def _described(path: Path, container: av.container.InputContainer, stream: av.VideoStream) -> Clip:
    found = decoded(container, stream, Clock(container))
    first = next((picture for _, pictures in found for picture in pictures), None)
    if first is None:
        raise InputError(f"no frame of {path} can be decoded")
    check_colours(path, container, first)
    turn = turn_of(first)
    turned = tuple(map(tuple, (UPRIGHT if turn is None else turn).tolist()))
    shape = Shape((first.width, first.height), stream.sample_aspect_ratio or Fraction(1), turned)
    rate = stream.average_rate or stream.guessed_rate or Fraction(25)
    seconds = (stream.duration or 0) * stream.time_base or Fraction(container.duration or 0, av.time_base)
    stamped = first.pts is not None and first.dts is not None
    count, sound = stream.frames or max(round(seconds * rate), 1), bool(container.streams.audio)
    clip = Clip(path, shape, stream.time_base, rate, count, sound, origin=first.pts or 0, zero=begins(container))
    clip.lag = first.dts - first.pts if stamped and container.format.name == "avi" else None  # which has dts alone
    if turn is None:
        clip._say(f"has a rotation of {first.rotation} degrees, which is ignored")
    return clip


def _ratio(pixel: Fraction) -> str:
    return f"{pixel.numerator}:{pixel.denominator}"


def _narrowed(clip: Clip) -> Clip:
    """Estimate the number of frames of the selected part."""
    lasts = float(clip.expected_frames / clip.rate)
    seconds = min(lasts if clip.end is None else clip.end, lasts) - (clip.start or 0)
    estimate = clip.expected_frames if clip.start is clip.end is None else max(round(seconds * clip.rate), 1)
    clip.expected_frames = min(estimate, clip.max_frames or estimate)
    return clip


class ClipWriter:
    """Encodes upright frames at the time stamps of their source, and copies its sound. Made by `write_clip`."""

    def __init__(self, container: av.container.OutputContainer, clip: Clip, suffix: str):
        self._container, self._clip, self._suffix = container, clip, suffix
        self.notes: list[str] = []  # for the user, such as on sound that had to be encoded again
        self._video: av.VideoStream | None = None
        self._sound: Sound | None = None
        self._shift = 0  # pts of the source less pts of the result
        self._durations: dict[int, int] = {}
        self._end = Fraction(0)  # of the last frame, in seconds of the source

    def write(self, rgb: np.ndarray, frame: Frame) -> None:
        """Add a picture (h, w, 3) uint8, upright, at the time of `frame`; all of a clip have the same size."""
        rgb = np.rot90(rgb, -self._clip.rotation // 90)
        height, width = rgb.shape[:2]
        rgb = np.pad(rgb, ((0, height % 2), (0, width % 2), (0, 0)), mode="edge")  # 4:2:0 needs even sides
        if self._video is None:
            self._open_streams(frame, *rgb.shape[:2])
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), "rgb24").reformat(
            format="yuv420p", dst_colorspace="ITU709", src_color_range="JPEG", dst_color_range="MPEG"
        )
        picture.pts, picture.time_base = frame.pts - self._shift, self._clip.time_base
        self._durations[picture.pts] = frame.duration
        self._mux(self._video.encode(picture))
        self._end = (frame.pts + frame.duration) * self._clip.time_base
        self._sound.copy(self._end)

    def finish(self) -> None:
        assert self._video is not None, "no frame was written"
        self._mux(self._video.encode(None))
        self._sound.copy(None if self._clip.whole else self._end)

    def _open_streams(self, first: Frame, height: int, width: int) -> None:
        clip = self._clip
        codec, options = ENCODERS[self._suffix]
        stream = self._container.add_stream(codec, rate=clip.rate, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.time_base = stream.codec_context.time_base = clip.time_base
        context = stream.codec_context
        context.colorspace = context.color_primaries = context.color_trc = BT709
        context.color_range = LIMITED
        if clip.rotation:
            stream.set_display_rotation(clip.rotation)
        self._video, self._shift = stream, round(clip.zero / clip.time_base) if clip.whole else first.pts
        part = Part(clip.path, self._shift * clip.time_base, clip.until(first), clip.seekable and not clip.whole)
        self._sound = Sound(part, self._container, self._suffix, self.notes)

    def _mux(self, packets: list[av.Packet]) -> None:
        for packet in packets:
            packet.duration = self._durations.pop(packet.pts)  # encoders take the average rate's
            self._container.mux(packet)


@contextlib.contextmanager
def write_clip(path: str | Path, clip: Clip) -> Iterator[ClipWriter]:
    """A writer for the result of `clip`. The file gets its name when the block ends without an error."""
    suffix = Path(path).suffix.lower()
    timescale = clip.time_base.denominator  # or the muxer rounds the first time stamp to milliseconds
    finer = timescale * math.ceil(1000 / timescale)  # in which late sound waits
    precise = {"movie_timescale": str(finer), "video_track_timescale": str(timescale)}
    options = precise if suffix in (".mp4", ".m4v", ".mov") else {}
    with atomic_write(path) as aside:
        with av.open(str(aside.absolute()), "w", container_options=options) as container:
            writer = ClipWriter(container, clip, suffix)
            yield writer
            writer.finish()
            wanted = [dict(stream.metadata) for stream in container.streams]
        writer.notes += lost(wanted, aside, suffix)


def check_output(path: str | Path, source: str | Path) -> Path:
    """Raise InputError for a result that is the source itself, of an unknown format, or cannot be written."""
    path = Path(path)
    if path.suffix.lower() not in ENCODERS:
        raise InputError(f"cannot write {path}: it must end in {', '.join(ENCODERS)}")
    if path.exists() and path.samefile(source):
        raise InputError(f"the result would replace its source {source}; choose another --output")
    check_writable(path, "--output")
    return path


def check_writable(path: Path, flag: str) -> None:
    """Raise InputError, before any work is done, where the file that `flag` named cannot be written."""
    if path.is_dir():
        raise InputError(f"{path} is a folder; name the file to write with {flag}")
    try:
        with contextlib.suppress(InterruptedError), atomic_write(path):
            raise InterruptedError  # the file can be written; it is removed again
    except OSError as error:
        raise InputError(f"cannot write {path} ({error.strerror}); choose another {flag}") from error
