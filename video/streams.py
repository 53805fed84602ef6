"""A file as FFmpeg reads it: which stream is the film, and all packets on one clock that only goes forward."""

import re
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
from av.format import Flags
from av.stream import Disposition

from inference.cli import InputError

READ_ERRORS = (av.error.FFmpegError, OSError)
COVERS = Disposition.attached_pic | Disposition.timed_thumbnails
HDR = {16: "PQ", 18: "HLG"}  # transfer functions by their number in ITU-T H.273
WITH_ALPHA = {"vp8": "libvpx", "vp9": "libvpx-vp9"}  # FFmpeg's own decoders of these leave transparency out
STILLS = {"mjpeg", "png", "bmp", "webp"}
# seconds by which a time stamp may be off before the clock was reset; in other files a picture may last long
BACK, AHEAD, AHEAD_ELSEWHERE = Fraction(1, 2), 10, 3600
CLOCK = 60  # seconds: what begins later than this goes by a clock and is not kept waiting so long


def open_source(path: str | Path) -> av.container.InputContainer:
    """Open a file by its absolute path, since FFmpeg takes what precedes a colon for a protocol."""
    return av.open(str(Path(path).absolute()), metadata_errors="replace")


def film(container: av.container.InputContainer) -> av.VideoStream | None:
    """The default video stream; no cover picture, and no thumbnail where there is a film beside it."""
    found = [stream for stream in container.streams.video if not stream.disposition & COVERS]

    def preferred(stream: av.VideoStream) -> tuple[bool, bool]:
        context = stream.codec_context
        moves = context is not None and (context.name not in STILLS or stream.frames > 1)
        return moves, bool(stream.disposition & Disposition.default)

    return max(found, key=preferred, default=None)


def has_jumps(path: Path) -> bool:
    """Whether the file's time stamps jump; read whole, but not decoded, where its kind of file allows it."""
    with open_source(path) as container:
        if not _may_jump(container):
            return False
        clock = Clock(container)
        for _ in packets(container, clock):
            pass
        return clock.jumped


def begins(container: av.container.InputContainer) -> Fraction:
    """Seconds on the file's clock that are its beginning: not 0 where that clock is a broadcast's, and arbitrary."""
    starts = [
        stream.start_time * stream.time_base
        for stream in (*container.streams.video, *container.streams.audio)
        if stream.start_time is not None
    ]
    start = min(starts, default=Fraction(0))
    return start if _may_jump(container) or start > CLOCK else Fraction(0)


def _may_jump(container: av.container.InputContainer) -> bool:
    return bool(container.format.flags & Flags.ts_discont.value)


class Clock:
    """Makes time stamps continuous where the clock of a recording was reset, as where two transport streams are joined.

    All streams are moved by the same time, so they stay together. Every reader of the file has to see all its packets.
    """

    def __init__(self, container: av.container.InputContainer):
        self._ahead = AHEAD if _may_jump(container) else AHEAD_ELSEWHERE
        self._ends: dict[int, Fraction] = {}  # of each stream of pictures or sound, in seconds
        self._moved = self._moved_before = Fraction(0)
        self.jumped = False

    def set(self, packet: av.Packet) -> None:
        stamp = packet.pts if packet.dts is None else packet.dts
        if stamp is None:
            return
        if packet.stream.type in ("video", "audio"):
            self._follow(packet.stream.index, stamp * packet.time_base, (packet.duration or 0) * packet.time_base)
        ticks = round(self._moved / packet.time_base)
        packet.pts = None if packet.pts is None else packet.pts + ticks
        packet.dts = None if packet.dts is None else packet.dts + ticks

    def _follow(self, index: int, stamp: Fraction, duration: Fraction) -> None:
        end = self._ends.get(index)
        if end is not None:
            latest, at = max(self._ends.values()), stamp + self._moved
            if abs(stamp + self._moved_before - end) < abs(at - end):  # a single damaged stamp, and now it is over
                self._moved = self._moved_before
            elif at < end - BACK or at > latest + self._ahead:
                self._moved, self._moved_before, self.jumped = latest - stamp, self._moved, True
        self._ends[index] = stamp + self._moved + duration


def packets(container: av.container.InputContainer, clock: Clock) -> Iterator[av.Packet | None]:
    """Every packet of the file, its time set by `clock`; None for one that is damaged."""
    read = container.demux(*container.streams)
    while True:
        try:
            packet = next(read, None)
        except READ_ERRORS:
            yield None
            continue
        except IndexError:  # PyAV's, at the end of a file in which a stream turned up that it did not know of
            return
        if packet is None:
            return
        if packet.size:
            clock.set(packet)
        yield packet


def decoded(
    container: av.container.InputContainer, stream: av.VideoStream, clock: Clock
) -> Iterator[tuple[av.Packet | None, list[av.VideoFrame]]]:
    """Every packet of the file and the pictures of `stream` it brings; (None, []) for one that is damaged."""
    decoder = stream.codec_context
    if stream.metadata.get("alpha_mode") == "1" and decoder.name in WITH_ALPHA:
        decoder = av.CodecContext.create(WITH_ALPHA[decoder.name], "r")
    # frame threads may still be decoding when a reader stops early, and freeing them then waits for ever
    decoder.thread_type = "SLICE"
    for packet in packets(container, clock):
        if packet is None or packet.stream is not stream:
            yield packet, []
            continue
        try:
            yield packet, decoder.decode(packet if packet.size else None)
        except READ_ERRORS:
            yield None, []


def check_colours(path: Path, container: av.container.InputContainer, first: av.VideoFrame) -> None:
    """Refuse pictures whose colours would come out wrong."""
    if first.color_trc in HDR:
        raise InputError(
            f"{path} is HDR ({HDR[first.color_trc]}), whose light these models do not know; convert it to SDR, "
            f"as with ffmpeg -i {path.name} -vf zscale=t=linear:npl=100,tonemap=hable,"
            f"zscale=p=bt709:t=bt709:m=bt709:r=tv,format=yuv420p sdr.mp4"
        )
    if re.search(r"DOVI configuration record:.* profile: 5,", _dump(container)):
        raise InputError(
            f"{path} is Dolby Vision of profile 5, whose colours are no YCbCr that can be shown without its decoder; "
            f"convert it to SDR, as with ffmpeg -i {path.name} -vf libplacebo=colorspace=bt709:color_primaries=bt709:"
            f"color_trc=bt709:format=yuv420p sdr.mp4"
        )


def later_streams(container: av.container.InputContainer) -> list[str]:
    """Streams that turned up while the file was read, and were not known when it was opened."""
    found = re.findall(r"^ +Stream #0:(\d+)[^:]*: (.*)$", _dump(container), re.MULTILINE)
    return [kind for number, kind in found if int(number) >= len(container.streams)]


def _dump(container: av.container.InputContainer) -> str:
    """What FFmpeg prints of the streams it has found: PyAV gives no other access to side data and later streams."""
    level = av.logging.get_level()
    av.logging.set_level(av.logging.INFO)
    try:
        return container.dumps_format()
    finally:
        av.logging.set_level(level)
