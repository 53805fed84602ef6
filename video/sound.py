"""The sound of a clip: copied packet by packet into another file, or encoded again where that cannot carry it."""

import contextlib
import io
import itertools
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av

ENCODERS = {".webm": "libopus"}  # for sound that the container cannot carry; others take AAC
USUAL = {6: "5.1", 8: "7.1"}  # how encoders want so many channels to lie
READ_ERRORS = (av.error.FFmpegError, OSError)


class Sound:
    """Every sound track of the clip at `path`, from `shift` seconds on, on its way into `container`.

    Made before the first packet is muxed, because it adds its streams. Nothing is read where `path` is None.
    """

    def __init__(self, path: Path | None, container: av.container.OutputContainer, suffix: str, shift: Fraction,
                 notes: list[str]):  # fmt: skip
        self._container = container
        self._packets = iter(()) if path is None else _packets(path, container, suffix, shift, notes)
        self._next = next(self._packets, None)

    def copy(self, until: Fraction | None) -> None:
        """Mux what sounds before `until` seconds of the source, so that no stream waits for another in memory."""
        while self._next is not None and (until is None or self._next[0] < until):
            for packet in self._next[1]:
                self._container.mux(packet)
            self._next = next(self._packets, None)


def _packets(
    path: Path, container: av.container.OutputContainer, suffix: str, shift: Fraction, notes: list[str]
) -> Iterator[tuple[Fraction, list[av.Packet]]]:
    """(seconds in the source, packets of the result)"""
    with av.open(path) as source:
        found = {track.index: _track(container, track, suffix, shift, notes) for track in source.streams.audio}
        tracks = {index: track for index, track in found.items() if track}
        if not tracks:
            return
        if shift:
            with contextlib.suppress(*READ_ERRORS):  # some containers cannot be searched
                source.seek(round(shift * av.time_base))
        packets, end = source.demux(*tracks), Fraction(0)
        while True:
            try:
                packet = next(packets, None)
            except READ_ERRORS:  # a damaged file's, as far as it goes
                break
            if packet is None:
                break
            if not packet.size:
                continue
            if packet.pts is None and packet.dts is None:
                packet.pts = packet.dts = round(end / packet.time_base)
            at = (packet.dts if packet.pts is None else packet.pts) * packet.time_base
            end = at + (packet.duration or 0) * packet.time_base
            if not shift or end > shift:
                yield at, tracks[packet.stream.index].take(packet)
        for track in tracks.values():
            yield end, track.flush()


class _Track:
    """A track on its way into the stream `out`, by way of `resampler` where it is encoded again."""

    def __init__(self, out: av.AudioStream, resampler: av.AudioResampler | None, shift: Fraction):
        self._out, self._resampler, self._shift = out, resampler, shift

    def take(self, packet: av.Packet) -> list[av.Packet]:
        ticks = round(self._shift / packet.time_base)
        if self._resampler is None:
            packet.pts = None if packet.pts is None else packet.pts - ticks
            packet.dts = None if packet.dts is None else packet.dts - ticks
            packet.stream = self._out
            return [packet]
        encoded = []
        with contextlib.suppress(av.error.InvalidDataError):  # a damaged packet is left out
            for frame in packet.decode():
                frame.pts = None if frame.pts is None else frame.pts - ticks
                encoded += self._encoded(frame)
        return encoded

    def flush(self) -> list[av.Packet]:
        return [] if self._resampler is None else [*self._encoded(None), *self._out.encode(None)]

    def _encoded(self, frame: av.AudioFrame | None) -> list[av.Packet]:
        return [packet for part in self._resampler.resample(frame) for packet in self._out.encode(part)]


def _track(
    container: av.container.OutputContainer, source: av.AudioStream, suffix: str, shift: Fraction, notes: list[str]
) -> _Track | None:
    """`source` copied into `container`, else encoded again, else, with None, left out; the last two are noted."""
    if _can_be_copied(source, container.format.name):
        return _Track(container.add_stream_from_template(source), None, shift)
    encoder = ENCODERS.get(suffix, "aac")
    found = _can_be_encoded(source, encoder)
    if found is None:
        notes.append(f"sound track {source.index} was left out: {suffix} cannot carry it, and FFmpeg cannot decode it")
        return None
    layout, rate = found
    out = container.add_stream(encoder, rate=rate, layout=layout)
    name, mixed = source.codec_context.name, "" if layout == source.layout.name else f" in {layout}"
    notes.append(
        f"{suffix} cannot carry sound in {name}; it was encoded again, as {encoder.removeprefix('lib')}{mixed}"
    )
    return _Track(out, av.AudioResampler(format=out.codec_context.format, layout=layout, rate=rate), shift)


def _can_be_copied(track: av.AudioStream, kind: str) -> bool:
    """Whether a file of that kind takes the track. Only writing one tells: MP4, by its codec, takes any PCM."""
    with contextlib.suppress(ValueError, *READ_ERRORS), av.open(track.container.name) as source:
        with av.open(io.BytesIO(), "w", format=kind) as trial:
            stream = trial.add_stream_from_template(source.streams[track.index])
            packet = next((packet for packet in source.demux(track.index) if packet.size), None)
            if packet is not None:
                packet.stream = stream
                trial.mux(packet)
        return True
    return False


def _can_be_encoded(track: av.AudioStream, encoder: str) -> tuple[str, int] | None:
    """(layout, rate) nearest to the track's that the encoder takes; None where there is no decoder for the track."""
    if track.codec_context is None:
        return None
    layouts = filter(None, [track.layout.name, USUAL.get(track.layout.nb_channels), "stereo"])
    rates = [48000] if encoder == "libopus" else [track.rate, 48000]  # Opus has no other
    for layout, rate in itertools.product(layouts, rates):
        context = av.CodecContext.create(encoder, "w")
        context.layout, context.sample_rate, context.format = layout, rate, context.codec.audio_formats[0]
        with contextlib.suppress(ValueError, *READ_ERRORS):
            context.open()
            return layout, rate
    return None
