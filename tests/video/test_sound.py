"""video/sound.py and video/streams.py: what is wrong with the sound or the clock of a file never costs its picture."""

import itertools
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from odd_clips import length_of_sound, make_clip, ramp, remuxed, sound_packets, times, without_pid
from test_clip import through

SECOND = ramp(24, 48, 64)


@pytest.fixture(scope="module")
def joined(tmp_path_factory) -> Path:
    """Two transport streams of a second each, as `cat` joins them: time stamps go back in the middle."""
    folder = tmp_path_factory.mktemp("joined")
    one = make_clip(folder / "one.ts", SECOND, audio="aac")
    (folder / "two.ts").write_bytes(2 * one.read_bytes())
    return folder / "two.ts"


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm"])
def test_recordings_that_were_joined_go_on_where_the_first_ends(joined, tmp_path, suffix):
    clip, _ = through(joined, tmp_path / f"out{suffix}")
    shown = times(tmp_path / f"out{suffix}")
    assert len(shown) == 48 and all(later > earlier for earlier, later in itertools.pairwise(shown))
    assert float(shown[-1] - shown[0]) == pytest.approx(47 / 24, abs=0.2)  # what outlasts its picture is not cut
    begins, ends = length_of_sound(tmp_path / f"out{suffix}")
    assert abs(begins - float(shown[0])) < 0.05 and ends == pytest.approx(float(shown[-1]) + 1 / 24, abs=0.15)
    assert len(clip.notes) == 1 and "time stamps that jump" in clip.notes[0]


def test_a_part_of_joined_recordings(joined, tmp_path):
    clip, _ = through(joined, tmp_path / "out.mp4", start=1.5)
    assert len(times(tmp_path / "out.mp4")) == pytest.approx(13, abs=3) and "jump" in clip.notes[0]
    assert length_of_sound(tmp_path / "out.mp4")[1] == pytest.approx(0.6, abs=0.15)


def test_sound_whose_channels_change_in_mid_file(tmp_path):
    """AC-3 of two channels, then of six, as television has it; one track in two channels comes out."""
    parts = []
    for layout, level in (("stereo", 8000), ("5.1(side)", 16000)):
        with av.open(tmp_path / f"{layout}.ac3", "w") as container:
            stream = container.add_stream("ac3", rate=48000, layout=layout)
            wave = level * np.sin(np.arange(24000) * 0.06)
            frame = av.AudioFrame.from_ndarray(wave.astype(np.int16)[None], format="s16", layout="mono")
            frame.sample_rate = 48000
            for part in av.AudioResampler("fltp", layout, 48000).resample(frame):
                container.mux(stream.encode(part))
            container.mux(stream.encode(None))
        parts.append((tmp_path / f"{layout}.ac3").read_bytes())
    (tmp_path / "both.ac3").write_bytes(b"".join(parts))
    picture, source = make_clip(tmp_path / "picture.mkv", SECOND, time_base=Fraction(1, 1000)), tmp_path / "in.mkv"
    with av.open(picture) as video, av.open(tmp_path / "both.ac3") as audio, av.open(source, "w") as both:
        made = {stream: both.add_stream_from_template(stream) for stream in (*video.streams, *audio.streams)}
        for packet in (*video.demux(), *audio.demux()):
            if packet.size:
                packet.stream = made[packet.stream]
                both.mux(packet)
    with av.open(source) as container:
        assert {frame.layout.nb_channels for frame in container.decode(audio=0)} == {2, 6}
    _, out = through(source, tmp_path / "out.webm")
    assert len(out.notes) == 1 and ".webm cannot carry sound in ac3; it was encoded again, as opus" in out.notes[0]
    assert len(times(tmp_path / "out.webm")) == 24 and length_of_sound(tmp_path / "out.webm")[1] > 0.95
    with av.open(tmp_path / "out.webm") as container:
        wave = np.concatenate([np.abs(frame.to_ndarray()).max(0) for frame in container.decode(audio=0)])
    assert all(np.abs(part).max() > 0.1 for part in np.split(wave[: len(wave) // 2 * 2], 2))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm"])
def test_a_track_that_is_named_and_empty_is_left_out_and_said(tmp_path, suffix):
    whole = make_clip(tmp_path / "whole.ts", audio="mp2")
    source = without_pid(whole, tmp_path / "in.ts", 0x101)
    with av.open(source) as container:
        assert container.streams.audio
    _, out = through(source, tmp_path / f"out{suffix}")
    assert out.notes == ["sound track 1 was left out: nothing is in it"]
    assert len(times(tmp_path / f"out{suffix}")) == 12


def test_a_track_that_begins_when_nobody_looks_any_more_is_left_out_and_said(tmp_path):
    source = tmp_path / "in.flv"
    with av.open(source, "w", container_options={"flvflags": "no_metadata"}) as container:
        video = container.add_stream("flv", rate=16)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        sound = container.add_stream("mp3", rate=44100, layout="mono")
        for i, picture in enumerate(ramp(200, 48, 64)):
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame.pts, frame.time_base = i, Fraction(1, 16)
            container.mux(video.encode(frame))
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 22050), np.float32), format="fltp", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = 44100, round(11.5 * 44100), Fraction(1, 44100)
        container.mux(sound.encode(frame) + sound.encode(None))
    data = bytearray(source.read_bytes())
    data[4] = 1  # what the header says there is: pictures alone
    source.write_bytes(data)
    clip, out = through(source, tmp_path / "out.mp4")
    assert len(times(tmp_path / "out.mp4")) == 200 and out.notes == []
    assert len(clip.notes) == 1 and "begins in mid-file, which was left out (Audio: mp3" in clip.notes[0]


def test_damaged_time_stamps_cost_nothing_but_themselves(tmp_path):
    """Of a tag in the middle of Flash video the time is damaged: a thousand hours later, or back to the beginning."""
    whole = make_clip(tmp_path / "whole.flv", SECOND, time_base=Fraction(1, 1000), codec="flv", audio="aac")
    data, at, tags = whole.read_bytes(), 13, []
    while at < len(data):
        tags.append(at)
        at += 15 + int.from_bytes(data[at + 1 : at + 4], "big")
    for damage in (b"\xff\xff\xff\x7f", bytes(4)):
        source = tmp_path / "in.flv"
        middle = tags[len(tags) // 2]
        source.write_bytes(data[: middle + 4] + damage + data[middle + 8 :])
        through(source, tmp_path / "out.mp4")
        shown = times(tmp_path / "out.mp4")
        assert len(shown) == 24 and float(shown[-1]) == pytest.approx(23 / 24, abs=0.2)


def test_what_an_edit_list_hides_is_not_heard(tmp_path):
    """A second cut away without coding anew, as phones cut: the sound of that second is still in the file."""
    whole = make_clip(tmp_path / "whole.mp4", ramp(48, 48, 64), audio="aac", options={"bf": "0"})
    source = remuxed(whole, tmp_path / "in.mp4", 1)
    for suffix in (".mkv", ".mp4", ".webm"):
        through(source, tmp_path / f"out{suffix}")
        shown = times(tmp_path / f"out{suffix}")
        assert shown[0] == 0 and len(shown) == 24, suffix
        begins, ends = length_of_sound(tmp_path / f"out{suffix}")
        assert abs(begins) < 0.03 and ends == pytest.approx(1.06, abs=0.05)
    assert len(sound_packets(tmp_path / "out.mkv")) < len(sound_packets(source)) / 1.5


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_broadcast_s_clock_is_no_waiting_time(tmp_path, suffix):
    """Its first frame is at 24550 s; sound and picture are moved together."""
    pts = [24550 * 24000 + 1000 * i for i in range(12)]
    made = make_clip(tmp_path / "made.mkv", pts=pts, options={"bf": "0"})
    source = remuxed(made, tmp_path / "in.ts")
    assert times(source)[0] > 24000
    through(source, tmp_path / f"out{suffix}")
    shown = times(tmp_path / f"out{suffix}")
    assert shown[0] == 0 and float(shown[-1]) == pytest.approx(11 / 24, abs=1e-3)
