"""video/clip.py: what comes out has the frames, times, rotation and sound of what went in, for odd clips too."""

import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from helpers import run_script
from odd_clips import make_clip, ramp, sound_packets, through, times

from inference.cli import InputError
from video.clip import ENCODERS, check_output, open_clip, write_clip

ENDS = (slice(0, 6), slice(-6, None))
VARIABLE = [0, 1001, 1602, 4004, 4005, 5005, 9009, 9400, 10010, 11011, 15015, 15200]


def decoded(path):
    return [frame.rgb.astype(int) for frame in open_clip(path).frames()]


@pytest.mark.parametrize("suffix", [".mp4", ".mov"])
@pytest.mark.parametrize("pts", [VARIABLE, [12345 + p for p in VARIABLE]], ids=["from zero", "from 12345"])
def test_every_time_stamp_and_duration_stays(tmp_path, suffix, pts):
    source = make_clip(tmp_path / "in.mp4", pts=pts, options={"bf": "0"})  # with B-frames, MP4 garbles durations
    assert times(source) == [Fraction(p, 24000) for p in pts]  # the test's clip is what it says
    through(source, tmp_path / f"out{suffix}")
    assert times(tmp_path / f"out{suffix}") == times(source)
    last = [list(open_clip(path).frames())[-1] for path in (source, tmp_path / f"out{suffix}")]
    assert last[0].duration == last[1].duration
    with av.open(source) as a, av.open(tmp_path / f"out{suffix}") as b:
        assert a.streams.video[0].duration == b.streams.video[0].duration
        assert a.streams.video[0].time_base == b.streams.video[0].time_base


def test_pictures_stay_as_they_are(tmp_path):
    source = make_clip(tmp_path / "in.mp4")
    through(source, tmp_path / "out.mp4")
    assert max(np.abs(a - b).mean() for a, b in zip(decoded(source), decoded(tmp_path / "out.mp4"), strict=True)) < 2


def test_the_same_frames_are_coded_to_the_same_bytes(tmp_path, monkeypatch):
    """With B-frames every second clip shows what x264's macroblock tree does to every twentieth without them."""
    monkeypatch.setitem(ENCODERS[".mp4"][1], "bf", "3")
    source = make_clip(tmp_path / "in.mp4", ramp(40, 64, 96))
    heap, rng, results = [], np.random.default_rng(0), set()
    for i in range(10):
        heap[:] = [rng.integers(0, 255, rng.integers(1000, 400000), dtype=np.uint8) for _ in range(20)]
        through(source, tmp_path / f"{i}.mp4")
        with av.open(tmp_path / f"{i}.mp4") as container:
            results.add(tuple(bytes(packet) for packet in container.demux(video=0) if packet.size))
    assert len(results) == 1


@pytest.mark.parametrize(("rotation", "suffix"), [(90, ".mp4"), (-90, ".mp4"), (180, ".mp4"), (90, ".mkv")])
def test_rotation(tmp_path, rotation, suffix):
    source = make_clip(tmp_path / "in.mp4", rotation=rotation)
    clip, _ = through(source, tmp_path / f"out{suffix}")
    assert (clip.width, clip.height) == ((48, 64) if rotation % 180 else (64, 48))
    corner = {90: (slice(-6, None), slice(0, 6)), -90: (slice(0, 6), slice(-6, None)), 180: (slice(-6, None),) * 2}
    for path in (source, tmp_path / f"out{suffix}"):
        assert abs(open_clip(path).rotation - rotation) % 360 == 0
        frame = next(open_clip(path).frames()).rgb
        assert frame.shape == (clip.height, clip.width, 3)
        # a quarter turn counterclockwise takes the white top left corner to the bottom left
        assert frame[corner[rotation]].min() > 220
        assert frame.min(2)[18:-18, 18:-18].max() < 220
        assert sum(frame[rows, columns].min() > 220 for rows in ENDS for columns in ENDS) == 1


@pytest.mark.parametrize(("suffix", "audio"), [(".mp4", "aac"), (".mkv", "flac"), (".webm", "libopus")])
def test_sound_is_copied_byte_for_byte(tmp_path, suffix, audio):
    codec = "libvpx-vp9" if suffix == ".webm" else "libx264"
    source = make_clip(tmp_path / f"in{suffix}", codec=codec, audio=audio, time_base=Fraction(1, 1000))
    _, out = through(source, tmp_path / f"out{suffix}")
    assert sound_packets(tmp_path / f"out{suffix}") == sound_packets(source) != []
    assert out.notes == []


def test_sound_the_container_cannot_carry_is_encoded_again_and_said(tmp_path):
    source = make_clip(tmp_path / "in.mp4", audio="aac")
    _, out = through(source, tmp_path / "out.webm")
    assert out.notes == [".webm cannot carry sound in aac; it was encoded again, as opus"]
    with av.open(tmp_path / "out.webm") as container:
        wave = np.concatenate([f.to_ndarray()[0] for f in container.decode(audio=0)])
    assert len(wave) / 48000 == pytest.approx(0.56, abs=0.05)
    assert np.abs(wave).max() > 0.1


@pytest.mark.parametrize(
    ("audio", "layout", "rate", "suffix", "note"),
    [
        ("flac", "5.1(side)", 48000, ".webm", ".webm cannot carry sound in flac; it was encoded again, as opus in 5.1"),
        ("pcm_s16le", "stereo", 192000, ".mp4", "cannot carry sound in pcm_s16le; it was encoded again, as aac"),
        ("pcm_s16le", "7.1", 48000, ".mp4", "cannot carry sound in pcm_s16le; it was encoded again, as aac in 7.1"),
        ("flac", "stereo", 48000, ".mov", ".mov cannot carry sound in flac; it was encoded again, as aac"),
    ],
)
def test_sound_that_neither_container_nor_encoder_takes_as_it_is(tmp_path, audio, layout, rate, suffix, note):
    """Six channels in an order that Opus does not know, a rate that AAC does not have, what only writing shows."""
    source = make_clip(tmp_path / "in.mkv", audio=audio, layout=layout, rate=rate, time_base=Fraction(1, 1000))
    _, out = through(source, tmp_path / f"out{suffix}")
    assert len(out.notes) == 1 and note in out.notes[0]
    with av.open(tmp_path / f"out{suffix}") as container:
        sound = container.streams.audio[0]
        assert sound.rate == 48000 and sound.layout.nb_channels == av.AudioLayout(layout).nb_channels
        mono = av.AudioResampler("flt", "mono", 48000)
        wave = np.concatenate([f.to_ndarray()[0] for part in container.decode(sound) for f in mono.resample(part)])
    assert len(wave) / 48000 == pytest.approx(0.56, abs=0.1) and np.abs(wave).max() > 0.05


def test_sound_that_cannot_be_decoded_is_left_out_and_said(tmp_path):
    source = make_clip(tmp_path / "in.mkv", audio="aac")
    source.write_bytes(source.read_bytes().replace(b"A_AAC", b"A_ZZZ"))
    clip, out = through(source, tmp_path / "out.mp4")
    assert clip.has_audio and len(out.notes) == 1 and "sound track 1 was left out" in out.notes[0]
    with av.open(tmp_path / "out.mp4") as container:
        assert not container.streams.audio
    assert len(times(tmp_path / "out.mp4")) == 12


def test_a_part_starts_at_zero_with_its_own_sound(tmp_path):
    source = make_clip(tmp_path / "in.mp4", ramp(48, 48, 64), audio="aac")
    part = list(open_clip(source, start=0.5, end=1.5).frames())
    assert len(part) == 24
    clip, _ = through(source, tmp_path / "out.mp4", start=0.5, end=1.5)
    assert clip.expected_frames == 24
    assert times(tmp_path / "out.mp4") == [t - Fraction(1, 2) for t in times(source)[12:36]]
    every = decoded(source)
    assert max(np.abs(a - b).mean() for a, b in zip(decoded(tmp_path / "out.mp4"), every[12:36], strict=True)) < 4
    sound = sound_packets(tmp_path / "out.mp4")
    shifted = {(round((t - Fraction(1, 2)) * 1000), data) for t, data in sound_packets(source)}
    assert {(round(t * 1000), data) for t, data in sound} <= shifted
    assert 45 <= len(sound) <= 49  # 48 packets of 1,024 samples are a second and a little
    assert len(list(open_clip(source, max_frames=5).frames())) == 5


def test_sound_of_a_part_is_copied_in_time_where_a_container_keeps_presentation_times(tmp_path):
    source = make_clip(tmp_path / "in.mp4", ramp(48, 48, 64), audio="aac")
    through(source, tmp_path / "out.mkv", start=0.5, end=1.5)
    before, after = sound_packets(source), sound_packets(tmp_path / "out.mkv")
    assert len(after) >= 45
    begin = times(tmp_path / "out.mkv")[0]  # a packet that began before the part moves all streams on
    for time, data in after:
        assert any(same == data and abs(t - Fraction(1, 2) - time + begin) < 0.002 for t, same in before), float(time)


def test_sound_of_a_part_that_is_encoded_again_starts_and_ends_with_it(tmp_path):
    source = make_clip(tmp_path / "in.mp4", ramp(48, 48, 64), audio="aac")
    through(source, tmp_path / "out.webm", start=0.5, end=1.5)
    with av.open(tmp_path / "out.webm") as container:
        sound = list(container.decode(audio=0))
    assert float(sound[0].pts * sound[0].time_base) == pytest.approx(0, abs=0.05)
    assert sum(frame.samples for frame in sound) / 48000 == pytest.approx(1, abs=0.1)


@pytest.mark.parametrize("start", [0.3, 1.1, 2.6, 3.9])
def test_a_part_of_a_stream_that_is_searched_by_time_alone(tmp_path, start):
    """In MPEG-TS a search ends between key frames, and what can be decoded from there may begin too late."""
    source = make_clip(tmp_path / "in.ts", ramp(96, 48, 64), options={"g": "24", "sc_threshold": "0", "bf": "2"})
    wanted = [frame for frame in open_clip(source).frames() if frame.index >= start * 24 - 1e-3]
    part = list(open_clip(source, start=start).frames())
    assert [frame.pts for frame in part] == [frame.pts for frame in wanted]
    assert all(np.array_equal(a.rgb, b.rgb) for a, b in zip(part, wanted, strict=True))


@pytest.mark.parametrize(("rotation", "shown"), [(0, (85, 48)), (90, (48, 85))])
def test_a_clip_that_is_stored_squeezed_comes_out_as_players_show_it(tmp_path, rotation, shown):
    source = make_clip(tmp_path / "in.mp4", rotation=rotation, aspect=Fraction(4, 3))
    clip, _ = through(source, tmp_path / "out.mp4")
    assert (clip.width, clip.height) == shown
    result = open_clip(tmp_path / "out.mp4")
    assert (result.width, result.height) == tuple(-(-side // 2) * 2 for side in shown)
    with av.open(tmp_path / "out.mp4") as container:
        assert container.streams.video[0].sample_aspect_ratio in (None, 1)
    white = [(frame.rgb.min(2) > 220).sum(1).max() for frame in (next(clip.frames()), next(result.frames()))]
    assert all(abs(wide - (21 if rotation == 0 else 12)) <= 2 for wide in white), white


def test_a_damaged_first_picture_leaves_the_others(tmp_path):
    source = make_clip(tmp_path / "in.avi", codec="mjpeg", pix_fmt="yuvj420p", time_base=Fraction(1, 24))
    with av.open(source) as container:
        first = bytes(next(container.demux(video=0)))
    source.write_bytes(source.read_bytes().replace(first, bytes(len(first))))
    clip, _ = through(source, tmp_path / "out.mp4")
    assert len(times(tmp_path / "out.mp4")) == 11
    assert "is damaged or cut off: 11 frames" in clip.notes[0]


ODD = {
    "one frame": {"pictures": ramp(1, 48, 64)},
    "odd sides": {"pictures": ramp(4, 47, 63), "pix_fmt": "yuv444p"},
    "one pixel": {"pictures": ramp(3, 1, 1), "pix_fmt": "yuv444p"},
    "7680 wide": {"pictures": ramp(2, 16, 7680)},
    "240 a second": {"pictures": ramp(12, 48, 64), "pts": [100 * i for i in range(12)]},
    "b-frames": {"pictures": ramp(24, 48, 64), "options": {"bf": "8", "b-adapt": "0", "b-pyramid": "normal"}},
    "ten bits": {"pix_fmt": "yuv420p10le"},
    "no sound": {},
}


@pytest.mark.parametrize("kind", ODD)
def test_odd_clips(tmp_path, kind):
    source = make_clip(tmp_path / "in.mp4", **ODD[kind])
    through(source, tmp_path / "out.mp4")
    assert times(tmp_path / "out.mp4") == times(source)
    for a, b in zip(decoded(source), decoded(tmp_path / "out.mp4"), strict=True):
        assert np.abs(a - b[: a.shape[0], : a.shape[1]]).mean() < 3


@pytest.mark.parametrize("suffix", [".gif", ".webm", ".mkv", ".avi"])
def test_other_containers(tmp_path, suffix):
    codec, pix_fmt, base = {
        ".gif": ("gif", "rgb8", Fraction(1, 100)),
        ".webm": ("libvpx-vp9", "yuv420p", Fraction(1, 1000)),
        ".mkv": ("libx264", "yuv420p", Fraction(1, 1000)),
        ".avi": ("mpeg4", "yuv420p", Fraction(1, 24)),
    }[suffix]
    source = make_clip(tmp_path / f"in{suffix}", codec=codec, pix_fmt=pix_fmt, time_base=base)
    through(source, tmp_path / "out.mp4")
    assert len(times(source)) == 12
    assert times(tmp_path / "out.mp4") == times(source)


@pytest.mark.parametrize(("size", "matrix"), [((48, 64), "ITU601"), ((720, 1280), "ITU709")])
def test_untagged_colours_are_those_of_their_size(tmp_path, size, matrix):
    red = np.full((*size, 3), (220, 30, 40), np.uint8)
    with av.open(tmp_path / "in.mkv", "w") as container:
        stream = container.add_stream("ffv1", rate=24)
        stream.height, stream.width, stream.pix_fmt = *size, "yuv444p"
        frame = av.VideoFrame.from_ndarray(red, "rgb24")
        frame = frame.reformat(format="yuv444p", dst_colorspace=matrix, dst_color_range="MPEG")
        frame.colorspace, frame.pts = 2, 0  # 2 is "unspecified"
        container.mux([*stream.encode(frame), *stream.encode(None)])
    found = next(open_clip(tmp_path / "in.mkv").frames()).rgb
    assert np.abs(found.astype(int) - red).max() <= 3, found[0, 0]


def test_high_dynamic_range_is_refused(tmp_path):
    for trc, name in ((16, "PQ"), (18, "HLG")):
        source = make_clip(tmp_path / f"{name}.mp4", pix_fmt="yuv420p10le", trc=trc)
        with pytest.raises(InputError, match=rf"is HDR \({name}\).*ffmpeg -i {name}.mp4"):
            open_clip(source)


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_a_file_cut_off_gives_what_it_has(tmp_path, suffix):
    whole = make_clip(
        tmp_path / f"whole{suffix}",
        ramp(96, 48, 64),
        options={"g": "12"},
        container_options={"movflags": "faststart"} if suffix == ".mp4" else {},
    )
    source = tmp_path / f"in{suffix}"
    source.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    clip, _ = through(source, tmp_path / "out.mp4")
    count = len(times(tmp_path / "out.mp4"))
    assert 20 < count < 80
    assert f"is damaged or cut off: {count} frames" in clip.notes[0]
    clip = open_clip(whole)
    assert len(list(clip.frames())) == 96 and not clip.notes


def test_what_is_no_clip_is_refused(tmp_path):
    names = ("song.mp4", "words.txt", "noise.mp4", "cut.mp4", "empty.avi")
    song, text, noise, end_missing, empty = (tmp_path / name for name in names)
    with av.open(empty, "w") as container:
        stream = container.add_stream("mpeg4", rate=24)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.start_encoding()
    with av.open(song, "w") as container:
        stream = container.add_stream("aac", rate=48000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4800), np.float32), format="fltp", layout="mono")
        frame.sample_rate = 48000
        container.mux(stream.encode(frame) + stream.encode(None))
    text.write_text("no clip at all\n" * 50)
    noise.write_bytes(np.random.default_rng(0).bytes(5000))
    whole = make_clip(tmp_path / "whole.mp4")
    end_missing.write_bytes(whole.read_bytes()[:-2000])
    for path, words in (
        (tmp_path / "none.mp4", "there is no clip"),
        (tmp_path, "there is no clip"),
        (song, "has no video stream"),
        (text, "has no video stream"),
        (noise, "cannot be read as a video"),
        (end_missing, "cannot be read as a video|no frame of"),
        (empty, "no frame of .*empty.avi can be decoded"),
    ):
        with pytest.raises(InputError, match=words):
            open_clip(path)
    with pytest.raises(InputError, match=r"no frame of .* from 20 s .*it lasts 0.50 s"):
        open_clip(whole, start=20)


def test_what_cannot_be_written_is_refused(tmp_path):
    source = make_clip(tmp_path / "in.mp4")
    (tmp_path / "folder.mp4").mkdir()
    (tmp_path / "file").touch()
    for path, words in (
        (source, "would replace its source"),
        (tmp_path / ".." / tmp_path.name / "in.mp4", "would replace its source"),
        (tmp_path / "out.xyz", "must end in .mp4"),
        (tmp_path / "folder.mp4", "is a folder.*--output"),
        (tmp_path / "file" / "out.mp4", "cannot write"),
        (Path("/proc/out.mp4"), "cannot write /proc/out.mp4"),
    ):
        with pytest.raises(InputError, match=words):
            check_output(path, source)
    before = sorted(tmp_path.iterdir())
    check_output(tmp_path / "out.mp4", source)
    assert sorted(tmp_path.iterdir()) == before


def test_nothing_half_written_under_the_final_name(tmp_path):
    clip = open_clip(make_clip(tmp_path / "in.mp4"))
    with pytest.raises(KeyError), write_clip(tmp_path / "out.mp4", clip) as out:
        out.write(np.zeros((48, 64, 3), np.uint8), next(clip.frames()))
        raise KeyError
    assert [path.name for path in tmp_path.iterdir()] == ["in.mp4"]


def test_memory_does_not_grow_with_the_clip(tmp_path):
    """Peak memory of reading and writing 600 frames with sound against 60, each in a process of its own."""
    peaks = []
    for count in (60, 600):
        source = make_clip(tmp_path / f"{count}.mp4", [ramp(1, 120, 160)[0]] * count, audio="aac")
        program = (
            "from inference.device import peak_memory; from video.clip import open_clip, write_clip\n"
            f"clip = open_clip({str(source)!r})\n"
            f"with write_clip({str(tmp_path / 'out.mp4')!r}, clip) as out:\n"
            "    for frame in clip.frames(): out.write(frame.rgb, frame)\n"
            "print(peak_memory())"
        )
        peaks.append(int(run_script(sys.executable, "-c", program).out))
    assert peaks[1] < 1.05 * peaks[0]
