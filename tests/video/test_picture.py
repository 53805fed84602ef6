"""video/picture.py: corners, colours and fields of odd pictures, by hand."""

import itertools
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from odd_clips import make_clip, ramp, through, times

from inference.cli import InputError
from video.clip import open_clip

RED, GREEN, BLUE, GREY = (200, 0, 0), (0, 200, 0), (0, 0, 200), (128, 128, 128)


def first_of(path: Path) -> np.ndarray:
    return next(open_clip(path).frames()).rgb.astype(int)


def corners() -> np.ndarray:
    """48 x 64: red and green above, blue and grey below."""
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[:24, :32], picture[:24, 32:], picture[24:, :32], picture[24:, 32:] = RED, GREEN, BLUE, GREY
    return picture


# (a, b, c, d) of the display matrix: x' = a x + c y, y' = b x + d y; and what ffmpeg's autorotate then shows
TURNED = {
    "as it is": ((1, 0, 0, 1), [[RED, GREEN], [BLUE, GREY]]),
    "hflip": ((-1, 0, 0, 1), [[GREEN, RED], [GREY, BLUE]]),
    "vflip": ((1, 0, 0, -1), [[BLUE, GREY], [RED, GREEN]]),
    "half a turn": ((-1, 0, 0, -1), [[GREY, BLUE], [GREEN, RED]]),
    "clockwise": ((0, 1, -1, 0), [[BLUE, RED], [GREY, GREEN]]),
    "counterclockwise": ((0, -1, 1, 0), [[GREEN, GREY], [RED, BLUE]]),
    "transposed": ((0, 1, 1, 0), [[RED, BLUE], [GREEN, GREY]]),
    "transposed the other way": ((0, -1, -1, 0), [[GREY, GREEN], [BLUE, RED]]),
}


def turned(path: Path, a: int, b: int, c: int, d: int) -> Path:
    with av.open(path, "w") as container:
        stream = container.add_stream("libx264", rate=24, options={"crf": "1"})
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        stream.set_display_matrix([*(round(v * 2**16) for v in (a, b, 0, c, d, 0, 0, 0)), 2**30])
        for _ in range(3):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(corners(), "rgb24")))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("kind", TURNED)
def test_corners_are_where_players_show_them(tmp_path, kind):
    matrix, expected = TURNED[kind]
    source = turned(tmp_path / "in.mp4", *matrix)
    clip, _ = through(source, tmp_path / "out.mp4")
    assert (clip.width, clip.height) == ((64, 48) if matrix[0] else (48, 64)) and not clip.notes
    for path in (source, tmp_path / "out.mp4"):
        shown = first_of(path)
        height, width = shown.shape[0] // 2, shown.shape[1] // 2
        for row, column in np.ndindex(2, 2):
            quarter = shown[row * height :, column * width :][6 : height - 6, 6 : width - 6]
            assert np.abs(quarter.mean((0, 1)) - expected[row][column]).max() < 8, (path.name, row, column)


def test_a_turn_by_no_quarter_is_said(tmp_path):
    source = turned(tmp_path / "in.mp4", 0.7071, 0.7071, -0.7071, 0.7071)
    clip = open_clip(source)
    assert clip.rotation == 0 and "has a rotation of -45 degrees" in clip.notes[0]


def test_fields_are_made_whole_and_that_is_said(tmp_path):
    """A bar moves by four pixels from field to field: woven it has combs, and each frame is the moment of a field."""

    def field(i: int) -> np.ndarray:
        picture = np.full((48, 64, 3), 40, np.uint8)
        picture[:, 4 * i : 4 * i + 16] = 200
        return picture

    woven = [field(2 * i) for i in range(6)]
    for i, picture in enumerate(woven):
        picture[::2] = field(2 * i + 1)[::2]  # the lower field is the earlier one
    source = make_clip(tmp_path / "in.mp4", woven, options={"x264-params": "bff=1", "bf": "0"})
    clip, _ = through(source, tmp_path / "out.mp4")
    assert len(clip.notes) == 1 and "is interlaced" in clip.notes[0]
    assert times(tmp_path / "out.mp4") == times(source)
    for i, frame in enumerate(open_clip(source).frames()):
        rgb = frame.rgb.astype(int)
        assert np.abs(rgb[1:-1:2] - (rgb[:-2:2] + rgb[2::2]) / 2).mean() < 4, i  # no combs
        assert np.abs(rgb - field(2 * i)).mean() < 8, i
    with av.open(tmp_path / "out.mp4") as container:
        assert not any(frame.interlaced_frame for frame in container.decode(video=0))


def test_what_is_transparent_is_shown_over_white_and_that_is_said_once(tmp_path):
    red = np.zeros((48, 64, 4), np.uint8)
    red[:, :32] = (200, 0, 0, 255)  # the rest is black, and transparent
    red[24:, :32, 3] = 128
    for name, codec, pix_fmt in (("in.mov", "qtrle", "argb"), ("in.webm", "libvpx-vp9", "yuva420p")):
        with av.open(tmp_path / name, "w") as container:
            stream = container.add_stream(codec, rate=24, options={"crf": "4", "auto-alt-ref": "0"})
            stream.width, stream.height, stream.pix_fmt = 64, 48, pix_fmt
            for _ in range(3):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(red, "rgba").reformat(format=pix_fmt)))
            container.mux(stream.encode(None))
            if name == "in.webm":
                stream.metadata["alpha_mode"] = "1"
        clip, _ = through(tmp_path / name, tmp_path / "out.mp4")
        shown = first_of(tmp_path / name)
        for part, colour in (
            (shown[4:20, 4:28], RED),
            (shown[28:, 4:28], (227, 127, 127)),
            (shown[:, 36:], (255,) * 3),
        ):
            assert np.abs(part.mean((0, 1)) - colour).max() < 6, name
        assert [note for note in clip.notes if "transparent" in note] == clip.notes and len(clip.notes) == 1


@pytest.mark.parametrize(("limited", "expected"), [(1, (0, 128, 255)), (2, (16, 126, 235))])
def test_grey_of_either_range(tmp_path, limited, expected):
    """16, 126 and 235 are black, the middle and white in limited range, (x - 16) 255 / 219, and themselves in full."""
    grey = np.repeat(np.array([16, 126, 235], np.uint8), 16)[None].repeat(48, 0)
    source = tmp_path / "in.mkv"
    with av.open(source, "w") as container:
        stream = container.add_stream("ffv1", rate=24)
        stream.width, stream.height, stream.pix_fmt, stream.codec_context.color_range = 48, 48, "gray", limited
        frame = av.VideoFrame.from_ndarray(grey, "gray")
        frame.color_range = limited
        container.mux(stream.encode(frame) + stream.encode(None))
    assert first_of(source)[24, [8, 24, 40]].tolist() == [[value] * 3 for value in expected]


def test_pixels_of_another_shape_are_said(tmp_path):
    data = b""
    for aspect in (Fraction(1), Fraction(4, 3)):
        data += make_clip(tmp_path / "one.ts", ramp(6, 48, 64), aspect=aspect).read_bytes()
    (tmp_path / "in.ts").write_bytes(data)
    clip, _ = through(tmp_path / "in.ts", tmp_path / "out.mp4")
    assert "changes the shape of a pixel from 1:1 to 4:3" in " ".join(clip.notes)
    clip, _ = through(tmp_path / "one.ts", tmp_path / "out.mp4")
    assert not clip.notes


def test_a_frame_of_another_size_keeps_its_shape_and_that_is_said(tmp_path):
    """Two recordings, one wide and one tall, in a transport stream: a square stays a square."""
    data = b""
    for height, width in ((48, 96), (96, 48)):
        pictures = np.zeros((6, height, width, 3), np.uint8)
        pictures[:, height // 2 - 12 : height // 2 + 12, width // 2 - 12 : width // 2 + 12] = 255
        data += make_clip(tmp_path / f"{height}.ts", pictures).read_bytes()
    (tmp_path / "in.ts").write_bytes(data)
    clip, _ = through(tmp_path / "in.ts", tmp_path / "out.mp4")
    assert "changes its size from 96x48 to 48x96" in " ".join(clip.notes)
    frames = [frame.rgb.min(2) > 128 for frame in open_clip(tmp_path / "out.mp4").frames()]
    assert len(frames) == 12 and all(frame.shape == (48, 96) for frame in frames)
    for frame, side in ((frames[0], 24), (frames[-1], 12)):
        assert abs(frame.any(0).sum() - side) <= 1 and abs(frame.any(1).sum() - side) <= 1


def test_dolby_vision_without_a_base_that_can_be_shown_is_refused(tmp_path):
    """Profile 5 is written into the sample's description, as its muxers do, and profile 8 beside it is taken."""
    data = make_clip(tmp_path / "plain.mp4").read_bytes()
    assert data.rindex(b"moov") > data.rindex(b"mdat")  # so that nothing that is counted moves
    for profile in (8, 5):
        bits = profile << 9 | 1 << 3 | 0b101  # level 1, with a reference picture unit and a base layer
        box = (32).to_bytes(4, "big") + b"dvcC" + bytes([1, 0]) + bits.to_bytes(2, "big") + bytes([16]) + bytes(19)
        made, end = bytearray(data), data.index(b"avcC") - 4
        for name in (b"avc1", b"stsd", b"stbl", b"minf", b"mdia", b"trak", b"moov"):
            at = data.rindex(name, 0, end) - 4
            made[at : at + 4] = (int.from_bytes(data[at : at + 4], "big") + len(box)).to_bytes(4, "big")
        made[end:end] = box
        (tmp_path / f"{profile}.mp4").write_bytes(made)
    assert len(list(open_clip(tmp_path / "8.mp4").frames())) == 12
    with pytest.raises(InputError, match="is Dolby Vision of profile 5"):
        open_clip(tmp_path / "5.mp4")


def test_the_film_is_taken_and_not_its_thumbnail(tmp_path):
    film = make_clip(tmp_path / "film.mp4", options={"bf": "0"})
    for name in ("in.mp4", "in.mkv"):
        with av.open(film) as old, av.open(tmp_path / name, "w") as new:
            thumbnail = new.add_stream("mjpeg", rate=24)
            thumbnail.width, thumbnail.height, thumbnail.pix_fmt = 32, 24, "yuvj420p"
            stream = new.add_stream_from_template(old.streams.video[0])
            new.mux(thumbnail.encode(av.VideoFrame.from_ndarray(ramp(1, 24, 32)[0], "rgb24")) + thumbnail.encode(None))
            for packet in old.demux():
                if packet.size:
                    packet.stream = stream
                    new.mux(packet)
        clip = open_clip(tmp_path / name)
        assert (clip.width, clip.height) == (64, 48) and len(list(clip.frames())) == 12, name


def test_of_several_films_the_default_one_is_taken(tmp_path):
    with av.open(tmp_path / "in.mkv", "w") as container:
        streams = [container.add_stream("libx264", rate=24) for _ in range(2)]
        for width, stream in zip((32, 64), streams, strict=True):
            stream.width, stream.height, stream.pix_fmt, stream.disposition = width, 48, "yuv420p", int(width == 64)
        for width, stream in zip((32, 64), streams, strict=True):
            frame = av.VideoFrame.from_ndarray(ramp(1, 48, width)[0], "rgb24")
            container.mux(stream.encode(frame) + stream.encode(None))
    assert open_clip(tmp_path / "in.mkv").width == 64


def test_a_colon_in_a_name_is_no_protocol(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    make_clip(tmp_path / "in.mp4", audio="aac").rename("10:30.mp4")
    clip, _ = through("10:30.mp4", "11:30.mp4")
    assert len(times(tmp_path / "11:30.mp4")) == 12 and clip.has_audio


@pytest.mark.parametrize(("codec", "b_frames"), [("libx264", "2"), ("libx264", "0"), ("mpeg4", "2")])
def test_frames_of_an_avi_last_alike(tmp_path, codec, b_frames):
    """It has no time stamps but the order of its packets, which with B-frames is not that of the frames."""
    source = make_clip(
        tmp_path / "in.avi", ramp(24, 48, 64), range(24), Fraction(1, 24), codec=codec, options={"bf": b_frames}
    )
    through(source, tmp_path / "out.mp4")
    durations = {frame.duration * Fraction(1, 24) for frame in open_clip(source).frames()}
    assert durations == {Fraction(1, 24)} and open_clip(source).time_base == Fraction(1, 24)
    shown = times(tmp_path / "out.mp4")
    assert len(shown) == 24 and {later - earlier for earlier, later in itertools.pairwise(shown)} == {Fraction(1, 24)}
