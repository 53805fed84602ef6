"""video/sound.py and video/streams.py: what is wrong with the sound or the clock of a file never costs its picture."""

import itertools
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition
from av.subtitles.subtitle import SubtitleSet
from odd_clips import length_of_sound, make_clip, ramp, remuxed, sound_packets, through, times, without_pid

from video.clip import open_clip

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
    assert len(clip.notes) == 1 and "begins in mid-file and was left out (Audio: mp3" in clip.notes[0]


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


@pytest.fixture(scope="module")
def titled(tmp_path_factory) -> Path:
    """Two sound tracks, the second one the default, with languages and titles; subtitles; two chapters."""
    plain = make_clip(tmp_path_factory.mktemp("titled") / "plain.mkv", SECOND, time_base=Fraction(1, 1000), audio="aac")
    source = plain.with_name("in.mkv")
    with av.open(plain) as old, av.open(source, "w") as new:
        video, *sounds = (new.add_stream_from_template(old.streams[i]) for i in (0, 1, 1))
        words = new.add_stream("srt")
        words.codec_context.subtitle_header = b"[Script Info]\n"
        words.metadata["language"], new.metadata["title"] = "fra", "My film"
        for i, (stream, language, title) in enumerate(zip(sounds, ("eng", "deu"), ("English", "Deutsch"), strict=True)):
            stream.metadata["language"], stream.metadata["title"], stream.disposition = language, title, i
        halves = [{"id": i, "start": 500 * i, "end": 500 * i + 500, "time_base": Fraction(1, 1000)} for i in (0, 1)]
        new.set_chapters([half | {"metadata": {"title": f"Part {half['id']}"}} for half in halves])
        for packet in old.demux():
            for stream in [video] if packet.stream.type == "video" else sounds:
                copy = av.Packet(bytes(packet))
                copy.pts, copy.dts, copy.duration = packet.pts, packet.dts, packet.duration
                copy.time_base, copy.is_keyframe, copy.stream = packet.time_base, packet.is_keyframe, stream
                if packet.size:
                    new.mux(copy)
        for i, text in enumerate((b"Hello", b"Bye")):
            said = words.codec_context.encode_subtitle(SubtitleSet.create(b"0,0,Default,,0,0,0,," + text, 0, 300))
            said.pts = said.dts = 100 + 500 * i
            said.time_base, said.duration, said.stream = Fraction(1, 1000), 300, words
            new.mux(said)
    return source


def described(path: Path) -> tuple[list, list, list]:
    """(languages and titles of the sound and whether it is the default, chapters, subtitles), times in ms."""
    with av.open(path) as container:
        names = [
            (
                s.language,
                s.metadata.get("title") or s.metadata.get("handler_name"),
                bool(s.disposition & Disposition.default),
            )
            for s in container.streams.audio
        ]
        chapters = [
            (
                round(chapter["start"] * chapter["time_base"] * 1000),
                round(chapter["end"] * chapter["time_base"] * 1000),
                chapter["metadata"]["title"],
            )
            for chapter in container.chapters()
        ]
        said = [
            (round(packet.pts * packet.time_base * 1000), packet.stream.language, word)
            for packet in container.demux(container.streams.subtitles[0])
            for word in (b"Hello", b"Bye")
            if packet.size and word in bytes(packet)
        ]
        assert container.metadata["title"] == "My film"
    return names, chapters, said


@pytest.mark.parametrize("suffix", [".mkv", ".mp4", ".mov", ".webm"])
def test_languages_titles_flags_subtitles_and_chapters(titled, tmp_path, suffix):
    _, out = through(titled, tmp_path / f"out{suffix}")
    names, chapters, said = described(tmp_path / f"out{suffix}")
    german = None if suffix == ".mov" else "deu"  # QuickTime has no number for it
    assert names == [("eng", "English", False), (german, "Deutsch", True)]
    assert chapters == [(0, 500, "Part 0"), (500, 1000, "Part 1")]
    assert said == [(100, "fra", b"Hello"), (600, "fra", b"Bye")]
    assert (".mov cannot carry the language 'deu' of track 2" in out.notes) == (suffix == ".mov")
    assert any("subtitles in srt; they were encoded again" in note for note in out.notes) == (suffix != ".mkv")


def test_what_is_no_picture_sound_or_subtitle_is_left_out_and_said(titled, tmp_path):
    source = tmp_path / "in.mkv"
    with av.open(make_clip(tmp_path / "plain.mkv")) as plain, av.open(source, "w") as container:
        streams = [container.add_stream_from_template(plain.streams.video[0]) for _ in range(2)]
        container.add_attachment("letters.ttf", "application/x-truetype-font", b"a typeface")
        for packet in list(plain.demux(video=0))[:-1]:
            for stream in streams:
                copy = av.Packet(bytes(packet))
                copy.pts, copy.dts, copy.time_base, copy.stream = packet.pts, packet.dts, packet.time_base, stream
                copy.is_keyframe = packet.is_keyframe
                container.mux(copy)
    _, out = through(source, tmp_path / "out.mp4")
    assert out.notes == ["left out: video stream 1, attachment stream 2 (letters.ttf)"]
    through(titled, tmp_path / "chapters.mp4")
    _, out = through(tmp_path / "chapters.mp4", tmp_path / "again.mp4")
    assert not out.notes  # an MP4 keeps the names of chapters in a stream of data


def test_chapters_and_subtitles_of_a_part(titled, tmp_path):
    through(titled, tmp_path / "out.mkv", start=0.25, end=0.75)
    names, chapters, said = described(tmp_path / "out.mkv")
    assert len(names) == 2 and chapters == [(0, 250, "Part 0"), (250, 500, "Part 1")]
    assert said == [(0, "fra", b"Hello"), (350, "fra", b"Bye")]


def test_subtitles_that_are_pictures_are_left_out_and_said(tmp_path):
    source = make_clip(tmp_path / "plain.mkv", time_base=Fraction(1, 1000))
    with av.open(source) as old, av.open(tmp_path / "in.mkv", "w") as new:
        video, words = new.add_stream_from_template(old.streams[0]), new.add_mux_stream("dvd_subtitle")
        for packet in old.demux():
            if packet.size:
                packet.stream = video
                new.mux(packet)
        said = av.Packet(bytes(8))
        said.pts = said.dts = 0
        said.duration, said.time_base, said.stream = 100, Fraction(1, 1000), words
        new.mux(said)
    _, out = through(tmp_path / "in.mkv", tmp_path / "out.webm")
    assert len(out.notes) == 1 and "subtitle track 1 was left out: .webm cannot carry it" in out.notes[0]
    assert len(times(tmp_path / "out.webm")) == 12


def test_sound_that_starts_late_beside_a_picture_of_one_frame_a_second(tmp_path):
    """Counting in seconds, as the picture does, would put sound from 0.5 s on at 0."""
    early = make_clip(tmp_path / "early.mp4", ramp(3, 48, 64), range(3), Fraction(1), audio="aac", options={"bf": "0"})
    exact = {"movie_timescale": "48000", "video_track_timescale": "1"}
    with av.open(early) as old, av.open(tmp_path / "in.mp4", "w", container_options=exact) as new:
        made = {stream: new.add_stream_from_template(stream) for stream in old.streams}
        for packet in old.demux():
            if packet.size and packet.pts >= 0:
                late = 24000 if packet.stream.type == "audio" else 0
                packet.pts, packet.dts, packet.stream = packet.pts + late, packet.dts + late, made[packet.stream]
                new.mux(packet)
    assert open_clip(tmp_path / "in.mp4").time_base == 1
    assert length_of_sound(tmp_path / "in.mp4")[0] == pytest.approx(0.5, abs=0.03)
    through(tmp_path / "in.mp4", tmp_path / "out.mp4")
    assert times(tmp_path / "out.mp4") == [0, 1, 2]
    assert length_of_sound(tmp_path / "out.mp4")[0] == pytest.approx(0.5, abs=0.03)
