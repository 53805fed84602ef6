"""What goes beside the picture: sound and subtitles, copied packet by packet or encoded again, titles and chapters.

None of it may cost the picture: a track that cannot be carried is left out, and that is said.
"""

import contextlib
import io
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
from av.stream import Stream
from av.subtitles.stream import SubtitleStream

from video.streams import COVERS, READ_ERRORS, Clock, film, open_source, packets

ENCODERS = {".webm": "libopus"}  # for sound that the container cannot carry; others take AAC
CAPTIONS = {".webm": "webvtt", ".mkv": "subrip"}  # for subtitles likewise; others take mov_text
TEXT = {"srt", "subrip", "ass", "ssa", "mov_text", "webvtt", "text"}  # subtitles that are no pictures
USUAL = {6: "5.1", 8: "7.1"}  # layouts that encoders expect, by the number of channels
NEGATIVE = (".mp4", ".m4v", ".mov")  # may have sound before 0, which is not heard
LEAD_IN = Fraction(1, 10)  # seconds of it at most: what decoders of sound need
OPUS_DELAY = Fraction(7, 1000)  # seconds before 0 that Matroska and WebM know of Opus; more would move all the rest
OF_THE_FILE = {"encoder", "major_brand", "minor_version", "compatible_brands", "creation_time"}  # and not of the film
REFUSED = (av.error.ArgumentError, av.error.InvalidDataError, ValueError)  # by a muxer, a decoder or an encoder


@dataclass(frozen=True)
class Part:
    """The part of a file that is copied: from `start` to `end`, in seconds on its clock, of which `start` becomes 0."""

    path: Path
    start: Fraction
    end: Fraction | None  # None: to the file's end
    seekable: bool


class Sound:
    """Everything but the picture of `part`, on its way into `container`, whose first stream is that picture.

    Made before the first packet is muxed, because it adds streams. What cannot be carried as it is goes to `notes`.
    """

    def __init__(self, part: Part, container: av.container.OutputContainer, suffix: str, notes: list[str]):
        self._part, self._container, self._suffix, self._notes = part, container, suffix, notes
        self._tracks: dict[int, _Track] = {}  # by the stream's number in the source
        self._packets = self._read()
        self._next = next(self._packets, None)

    def copy(self, until: Fraction | None) -> None:
        """Mux what begins before `until` seconds of the source, so that no stream waits for another in memory."""
        while self._next is not None and (until is None or self._next[0] < until):
            _, index, made = self._next
            try:
                if index in self._tracks:
                    self._container.mux(made)
            except REFUSED as error:
                self._leave_out(index, error)
            self._next = next(self._packets, None)

    def _read(self) -> Iterator[tuple[Fraction, int, list[av.Packet]]]:
        """(seconds in the source, number of the stream there, packets of the result)"""
        part = self._part
        with open_source(part.path) as source:
            self._container.metadata.update({k: v for k, v in source.metadata.items() if k not in OF_THE_FILE})
            _describe(self._container.streams.video[0], film(source), self._suffix)
            self._container.set_chapters(_chapters(source, part))
            self._notes += _not_carried(source)
            for stream in (*source.streams.audio, *source.streams.subtitles):
                if track := self._track(stream):
                    self._tracks[stream.index] = track
            if part.start and part.seekable:
                with contextlib.suppress(*READ_ERRORS):  # some containers cannot be searched
                    source.seek(round(part.start * av.time_base))
            for packet in packets(source, Clock(source)):
                if packet is None:  # a damaged file's, as far as it goes
                    break
                index = packet.stream.index
                if packet.size and index in self._tracks:
                    try:
                        at, made = self._tracks[index].take(packet)
                    except REFUSED as error:
                        self._leave_out(index, error)
                        continue
                    yield at, index, made
            for index, track in list(self._tracks.items()):
                try:
                    last = track.flush()
                except REFUSED as error:
                    self._leave_out(index, error)
                    continue
                yield track.end, index, last

    def _leave_out(self, index: int, error: Exception) -> None:
        track, reason = self._tracks.pop(index), getattr(error, "strerror", None) or error
        self._notes.append(f"{track.name} was left out from {float(track.end):.2f} s on ({reason})")

    def _track(self, source: av.AudioStream | SubtitleStream) -> "_Track | None":
        """`source` copied, else encoded again, else, with None, left out; the last two are noted."""
        name = f"{'sound' if source.type == 'audio' else source.type} track {source.index}"
        fits = _can_be_copied(source, self._container.format.name)
        if fits is None:
            self._notes.append(f"{name} was left out: nothing is in it")
            return None
        try:
            if fits:
                out, kind = self._container.add_stream_from_template(source), _Track
            elif source.type == "audio":
                out, kind = self._encoder(source), _Encoded
            else:
                out, kind = self._captions(source), _Captions
        except REFUSED as error:
            self._notes.append(f"{name} was left out: {self._suffix} cannot carry it, and {error}")
            return None
        _describe(out, source, self._suffix)
        return kind(name, source, out, self._part, self._suffix)

    def _encoder(self, source: av.AudioStream) -> av.AudioStream:
        encoder = ENCODERS.get(self._suffix, "aac")
        layout, rate = _can_be_encoded(source, encoder)
        name, mixed = source.codec_context.name, "" if layout == source.layout.name else f" in {layout}"
        self._notes.append(
            f"{self._suffix} cannot carry sound in {name}; it was encoded again, "
            f"as {encoder.removeprefix('lib')}{mixed}"
        )
        return self._container.add_stream(encoder, rate=rate, layout=layout)

    def _captions(self, source: SubtitleStream) -> SubtitleStream:
        name, encoder = source.codec_context and source.codec_context.name, CAPTIONS.get(self._suffix, "mov_text")
        if name not in TEXT:
            raise ValueError(f"{name or 'it'} is no text that FFmpeg can rewrite")
        source.codec_context.open(strict=False)
        out = self._container.add_stream(encoder)
        out.codec_context.subtitle_header = source.codec_context.subtitle_header
        self._notes.append(f"{self._suffix} cannot carry subtitles in {name}; they were encoded again, as {encoder}")
        return out


class _Track:
    """A track on its way into the stream `out`, packet by packet."""

    def __init__(self, name: str, source, out, part: Part, suffix: str):
        self.name, self.end = name, Fraction(0)
        self._source, self._out, self._start = source, out, part.start
        self._suffix, self._delay = suffix, OPUS_DELAY if source.name == "opus" else 0
        self._words = source.type == "subtitle"
        self._last: int | None = None

    def take(self, packet: av.Packet) -> tuple[Fraction, list[av.Packet]]:
        """(seconds in the source, packets of the result); none where it is over before the beginning."""
        if packet.pts is None and packet.dts is None:
            packet.pts = packet.dts = round(self.end / packet.time_base)
        at = (packet.dts if packet.pts is None else packet.pts) * packet.time_base
        self.end = at + (packet.duration or 0) * packet.time_base
        return at, self._taken(packet) if self._is_wanted(packet, at) else []

    def flush(self) -> list[av.Packet]:
        return []

    def _is_wanted(self, packet: av.Packet, at: Fraction) -> bool:
        if self._words:
            return at >= self._start or self.end > self._start
        if self._suffix not in NEGATIVE:
            return at >= self._start - self._delay
        return self.end > self._start - (LEAD_IN if packet.is_discard else 0)

    def _taken(self, packet: av.Packet) -> list[av.Packet]:
        ticks = round(self._start / packet.time_base)
        packet.pts = None if packet.pts is None else packet.pts - ticks
        packet.dts = packet.pts if packet.dts is None else packet.dts - ticks
        if self._words and packet.pts < 0:  # are on the screen already
            packet.pts, packet.dts, packet.duration = 0, 0, packet.duration + packet.pts
        if self._last is not None and packet.dts <= self._last:  # muxers want time stamps to grow
            packet.dts = self._last + 1
            packet.pts = max(packet.dts, packet.pts or 0)
        self._last = packet.dts
        packet.stream = self._out
        return [packet]


class _Encoded(_Track):
    """Sound that is decoded and encoded again."""

    def __init__(self, *of):
        super().__init__(*of)
        self._form, self._resampler = None, None

    def _is_wanted(self, packet: av.Packet, at: Fraction) -> bool:
        return self.end > self._start - LEAD_IN  # to be decoded; what comes too early is not encoded

    def _taken(self, packet: av.Packet) -> list[av.Packet]:
        encoded, context = [], self._out.codec_context
        ticks = round(self._start / packet.time_base)
        frames = []
        with contextlib.suppress(av.error.FFmpegError):  # a damaged packet is left out
            frames = packet.decode()
        for frame in frames:
            frame.pts = None if frame.pts is None else frame.pts - ticks
            if frame.pts is not None and frame.pts < 0:
                continue
            form = frame.format.name, frame.layout.name, frame.sample_rate
            if form != self._form:  # it may change in mid-file, as from stereo to 5.1
                encoded += self._flush_resampler()
                self._resampler = av.AudioResampler(context.format, context.layout, context.sample_rate)
                self._form = form
            encoded += self._encoded(frame)
        return encoded

    def _flush_resampler(self) -> list[av.Packet]:
        return [] if self._resampler is None else self._encoded(None)

    def flush(self) -> list[av.Packet]:
        return [*self._flush_resampler(), *self._out.encode(None)] if self._resampler else []

    def _encoded(self, frame: av.AudioFrame | None) -> list[av.Packet]:
        return [packet for part in self._resampler.resample(frame) for packet in self._out.encode(part)]


class _Captions(_Track):
    """Subtitles that are text, in another form of it."""

    def _taken(self, packet: av.Packet) -> list[av.Packet]:
        shown = self._source.codec_context.decode2(packet)
        if shown is None:
            return []
        made = self._out.codec_context.encode_subtitle(shown)
        made.time_base, made.pts, made.dts = packet.time_base, packet.pts, packet.dts
        made.duration = packet.duration
        return super()._taken(made)


def _describe(out: Stream, source: Stream, suffix: str) -> None:
    """Its language, title and flags, such as being the default; other metadata is of the old file."""
    out.metadata.update({key: source.metadata[key] for key in ("language", "title") if key in source.metadata})
    if suffix in NEGATIVE and "title" in source.metadata:  # MP4 and MOV have only this for a track's title
        out.metadata["handler_name"] = source.metadata["title"]
    out.disposition = source.disposition.value


def lost(wanted: list[dict[str, str]], path: Path, suffix: str) -> list[str]:
    """Sentences on what the file at `path` does not have of the metadata its streams were to get."""
    with open_source(path) as container:
        found = [stream.metadata for stream in container.streams]
    return [
        f"{suffix} cannot carry the {key} {metadata[key]!r} of track {index}"
        for index, metadata in enumerate(wanted)
        for key in ("language", "title")
        if metadata.get(key, "und") not in (found[index].get(key), found[index].get("handler_name"), "und")
    ]


def _not_carried(source: av.container.InputContainer) -> list[str]:
    """A note on what is neither the picture nor sound nor subtitles, where there is such a stream."""
    shown, names = film(source), []
    for stream in source.streams:
        about = stream.metadata.get("filename") or stream.metadata.get("handler_name")
        if stream.type in ("audio", "subtitle") or stream.index == shown.index:
            continue
        if stream.type == "data" and about == "SubtitleHandler" and source.chapters():
            continue  # MP4 keeps the names of chapters so
        kind = "cover picture" if stream.type == "video" and stream.disposition & COVERS else f"{stream.type} stream"
        names.append(f"{kind} {stream.index}" + (f" ({about})" if about and stream.type != "video" else ""))
    return [f"left out: {', '.join(names)}"] if names else []


def _chapters(source: av.container.InputContainer, part: Part) -> list[dict]:
    kept = []
    for chapter in source.chapters():
        start, end = (chapter[key] * chapter["time_base"] for key in ("start", "end"))
        start, end = max(start, part.start), end if part.end is None else min(end, part.end)
        if start < end:
            ticks = {
                key: round((at - part.start) / chapter["time_base"]) for key, at in (("start", start), ("end", end))
            }
            kept.append(chapter | ticks)
    return kept


def _can_be_copied(track: Stream, kind: str) -> bool | None:
    """Whether a file of that kind takes the track; None where it is empty.

    Only writing one tells: MP4, by its codec, takes any PCM.
    """
    with contextlib.suppress(ValueError, *READ_ERRORS), open_source(track.container.name) as source:
        packet = next((packet for packet in source.demux(track.index) if packet.size), None)
        if packet is None:
            return None
        with av.open(io.BytesIO(), "w", format=kind) as trial:
            packet.stream = trial.add_stream_from_template(source.streams[track.index])
            trial.mux(packet)
        return True
    return False


def _can_be_encoded(track: av.AudioStream, encoder: str) -> tuple[str, int]:
    """(layout, rate) nearest to the track's that the encoder takes; ValueError where there is no decoder for it."""
    if track.codec_context is None:
        raise ValueError("FFmpeg cannot decode it")
    layouts = filter(None, [track.layout.name, USUAL.get(track.layout.nb_channels), "stereo"])
    rates = [48000] if encoder == "libopus" else [track.rate, 48000]  # Opus has no other
    for layout, rate in itertools.product(layouts, rates):
        context = av.CodecContext.create(encoder, "w")
        context.layout, context.sample_rate, context.format = layout, rate, context.codec.audio_formats[0]
        with contextlib.suppress(ValueError, *READ_ERRORS):
            context.open()
            return layout, rate
    raise ValueError(f"{encoder} cannot encode it")
