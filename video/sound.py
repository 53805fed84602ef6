"""The sound of a clip: copied packet by packet into another file, or encoded again where that cannot carry it."""

import contextlib
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av

ENCODERS = {".webm": "libopus"}  # for sound that the container cannot carry; others take AAC
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
        tracks = {track.index: _Track(container, track, suffix, shift, notes) for track in source.streams.audio}
        if shift:
            with contextlib.suppress(*READ_ERRORS):  # some containers cannot be searched
                source.seek(round(shift * av.time_base))
        packets, end = source.demux(*source.streams.audio), Fraction(0)
        while True:
            try:
                packet = next(packets, None)
            except READ_ERRORS:  # a damaged file's, as far as it goes
                break
            if packet is None:
                break
            if not packet.size:
                continue
            at = (packet.dts if packet.pts is None else packet.pts or 0) * packet.time_base
            end = at + (packet.duration or 0) * packet.time_base
            if not shift or end > shift:
                yield at, tracks[packet.stream.index].take(packet)
        for track in tracks.values():
            yield end, track.flush()


class _Track:
    def __init__(self, container: av.container.OutputContainer, source: av.AudioStream, suffix: str, shift: Fraction,
                 notes: list[str]):  # fmt: skip
        self._shift = shift
        name = source.codec_context.name
        if name in container.supported_codecs:
            self._out, self._resampler = container.add_stream_from_template(source), None
            return
        encoder = ENCODERS.get(suffix, "aac")
        rate = 48000 if encoder == "libopus" else source.rate  # Opus has no other
        self._out = container.add_stream(encoder, rate=rate, layout=source.layout.name)
        self._resampler = av.AudioResampler(format=self._out.codec_context.format, layout=source.layout, rate=rate)
        notes.append(f"{suffix} cannot carry sound in {name}; it was encoded again, as {encoder.removeprefix('lib')}")

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
