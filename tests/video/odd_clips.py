"""Clips of every odd kind, made on the spot with PyAV."""

import itertools
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from video.clip import open_clip, write_clip

SAME_TWICE = {"crf": "1", "mbtree": "0"}  # see video/clip.py


def ramp(count: int, height: int, width: int) -> list[np.ndarray]:
    """Different smooth pictures (h, w, 3) uint8, with the top left corner white."""
    y, x = np.linspace(0, 200, height)[:, None], np.linspace(0, 200, width)[None, :]
    pictures = []
    for i in range(count):
        channels = [(x + 7 * i) % 200 + 0 * y, y + 0 * x, np.full((height, width), (20 * i) % 200)]
        pictures.append(np.stack(channels, -1).astype(np.uint8))
        pictures[-1][: max(height // 4, 1), : max(width // 4, 1)] = 255
    return pictures


def make_clip(
    path: Path, pictures: Sequence[np.ndarray] | None = None, pts: Sequence[int] | None = None,
    time_base: Fraction = Fraction(1, 24000), *, codec: str = "libx264", pix_fmt: str = "yuv420p", rotation: int = 0,
    audio: str | None = None, layout: str = "mono", rate: int = 48000, options: dict | None = None,
    container_options: dict | None = None, trc: int | None = None, aspect: Fraction | None = None,
) -> Path:  # fmt: skip
    """Write a clip, 12 pictures of 64 x 48 at 24 frames per second if not told otherwise.

    `audio` names an encoder, `layout` and `rate` what it gets; `aspect` is the shape of a pixel.
    """
    pictures = ramp(12, 48, 64) if pictures is None else pictures
    pts = [round(i / 24 / time_base) for i in range(len(pictures))] if pts is None else pts
    scale = str(time_base.denominator)
    exact = {"movie_timescale": scale, "video_track_timescale": scale} if path.suffix in (".mp4", ".mov") else {}
    with av.open(path, "w", container_options={**exact, **(container_options or {})}) as container:
        stream = container.add_stream(codec, rate=24, options={**SAME_TWICE, **(options or {})})
        stream.height, stream.width = pictures[0].shape[:2]
        stream.pix_fmt, stream.time_base, stream.codec_context.time_base = pix_fmt, time_base, time_base
        if trc:
            stream.codec_context.color_trc = trc
        if aspect:
            stream.codec_context.sample_aspect_ratio = aspect
        if rotation:
            stream.set_display_rotation(rotation)
        sound = audio and container.add_stream(audio, rate=rate, layout=layout)
        lasts = dict(zip(pts, [b - a for a, b in itertools.pairwise(pts)], strict=False))
        for packet in _encoded(stream, pictures, pts, time_base):
            packet.duration = lasts.get(packet.pts, packet.duration)
            container.mux(packet)
        if sound:
            container.mux(_beeps(sound, float(pts[-1] * time_base) + 0.1))
    return path


def _encoded(stream, pictures, pts, time_base):
    for picture, at in zip(pictures, pts, strict=True):
        frame = av.VideoFrame.from_ndarray(picture, "rgb24").reformat(format=stream.pix_fmt)
        frame.pts, frame.time_base = at, time_base
        yield from stream.encode(frame)
    yield from stream.encode(None)


def _beeps(stream, seconds: float) -> list[av.Packet]:
    samples = np.arange(int(48000 * max(seconds, 0.2)))
    wave = (np.sin(samples * 0.06) * 8000 * (samples % 12000 < 4000)).astype(np.int16)
    packets, context = [], stream.codec_context
    resampler = av.AudioResampler(context.format, context.layout, context.sample_rate, frame_size=960)
    frame = av.AudioFrame.from_ndarray(wave[None], format="s16", layout="mono")
    frame.sample_rate, frame.pts = 48000, 0
    for part in [*resampler.resample(frame), *resampler.resample(None)]:
        packets += stream.encode(part)
    return packets + stream.encode(None)


def times(path: Path) -> list[Fraction]:
    """When each frame is shown, in seconds."""
    with av.open(path) as container:
        return [frame.pts * frame.time_base for frame in container.decode(video=0)]


def sound_packets(path: Path) -> list[tuple[Fraction, bytes]]:
    with av.open(path) as container:
        packets = [packet for packet in container.demux(audio=0) if packet.size]
        return [(packet.pts * packet.time_base, bytes(packet)) for packet in packets]


def without_pid(source: Path, target: Path, pid: int) -> Path:
    """A transport stream without the packets of one stream, which its map goes on naming."""
    data = source.read_bytes()
    packets = [data[i : i + 188] for i in range(0, len(data), 188)]
    target.write_bytes(b"".join(p for p in packets if ((p[1] & 31) << 8 | p[2]) != pid))
    return target


def remuxed(source: Path, target: Path, seconds: float = 0) -> Path:
    """The same packets in another container, `seconds` earlier: MP4 hides what is then before 0 by an edit list."""
    with av.open(source) as old, av.open(target, "w") as new:
        made = {stream: new.add_stream_from_template(stream) for stream in old.streams}
        for packet in old.demux():
            if packet.size:
                ticks = round(seconds / packet.time_base)
                packet.pts, packet.dts = packet.pts - ticks, packet.dts - ticks
                packet.stream = made[packet.stream]
                new.mux(packet)
    return target


def length_of_sound(path: Path, track: int = 0) -> tuple[float, float]:
    """(when the sound that is heard begins, when it ends), in seconds."""
    with av.open(path) as container:
        frames = list(container.decode(audio=track))
    return float(frames[0].time), float(frames[-1].time + frames[-1].samples / frames[-1].sample_rate)


def through(source, target, **part):
    """Read a clip and write it as it is; the clip and the writer."""
    clip = open_clip(source, **part)
    with write_clip(target, clip) as out:
        for frame in clip.frames():
            out.write(frame.rgb, frame)
    return clip, out
