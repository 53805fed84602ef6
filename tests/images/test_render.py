"""Rendering for real: what the passes hold is checked against the cameras, and the command is run as people would."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from helpers import pixels, run_script
from PIL import Image

from images.world import caption, render, sample_scene
from images.world.blender import FAR
from images.world.clip import Move, clip, sample_move, views
from images.world.film import Film, develop
from images.world.settings import SETTINGS
from inference.cli import InputError

pytestmark = pytest.mark.render
SMALL = {"samples": 4, "detail": 0.2}
LIGHTHOUSE = sample_scene(4, "lighthouse", "sea coast")


@pytest.fixture(autouse=True)
def _blender():
    pytest.importorskip("bpy", reason="rendering is an extra: pip install -e .[render]")


def test_plain_and_film_are_one_geometry_and_the_film_can_be_developed_again():
    plain, film = (render(LIGHTHOUSE, look, 96, 64, **SMALL) for look in ("plain", "film"))
    assert plain.picture.shape == (64, 96, 3) and plain.picture.dtype == np.uint8
    same = np.isclose(plain.depth, film.depth, rtol=1e-3)
    assert same.mean() > 0.98 and (plain.subject == film.subject).mean() > 0.995
    assert np.abs(plain.picture.astype(int) - film.picture).mean() > 15
    assert film.light.dtype == np.float16 and film.subject.any() and (film.depth >= FAR).any()
    assert np.array_equal(film.picture, develop(film.light, film.depth, film.film, LIGHTHOUSE.seed))
    regraded = develop(film.light, film.depth, replace(film.film, saturation=0.0, shadows=(0, 0, 0)), LIGHTHOUSE.seed)
    assert not np.array_equal(film.picture, regraded)


def test_a_seed_is_a_picture():
    first, again = (render(LIGHTHOUSE, "plain", 64, 48, **SMALL) for _ in range(2))
    assert np.array_equal(first.picture, again.picture)
    assert not np.array_equal(first.picture, render(replace(LIGHTHOUSE, seed=5), "plain", 64, 48, **SMALL).picture)


@pytest.mark.parametrize("part", ["at sunset", "at night", "in fog", "dramatic lighting"])
def test_a_part_of_the_look_is_another_light(part):
    plain, lit = (render(LIGHTHOUSE, look, 64, 48, **SMALL) for look in ("plain", (part,)))
    assert np.abs(plain.picture.astype(int) - lit.picture).mean() > 8
    assert np.isclose(plain.depth, lit.depth, rtol=1e-3).mean() > 0.97


def projected(shot, points: np.ndarray, width: int, height: int) -> np.ndarray:
    """Pixels (..., 2) at which points (..., 3) of the world are seen."""
    ahead, right, up = shot.axes()
    away = points - np.array(shot.eye)
    z = away @ ahead
    across, high = shot.spread
    u, v = away @ right / z / across, away @ up / z / high
    return np.stack([(u + 1) / 2 * width - 0.5, (1 - v) / 2 * height - 0.5], -1)


def seen_points(shot, depth: np.ndarray) -> np.ndarray:
    """The points (h, w, 3) that the pixels' middles show."""
    height, width = depth.shape
    rows, columns = np.mgrid[0:height, 0:width]
    across, high = shot.spread
    x, y = ((columns + 0.5) / width * 2 - 1) * across, (1 - (rows + 0.5) / height * 2) * high
    ahead, right, up = shot.axes()
    return np.array(shot.eye) + depth[..., None] * (ahead + x[..., None] * right + y[..., None] * up)


def test_flow_is_where_camera_and_subject_take_each_point():
    from images.world.clip import _shot_at, _times

    width, height, walk = 192, 128, 2.0
    move = Move(truck=3.0, dolly=1.0, follow=0.3, walk=walk)
    start = SETTINGS[LIGHTHOUSE.setting].shoot(LIGHTHOUSE, width / height)
    shots = [_shot_at(start, move, walk, t) for t in _times(2)]
    takes = list(clip(LIGHTHOUSE, "plain", move, width, height, 2, **SMALL))
    rows, columns = np.mgrid[0:height, 0:width]
    for number, rendering in enumerate(takes):
        points = seen_points(shots[number], rendering.depth)
        gone = np.subtract(shots[number + 1].subject, shots[number].subject)
        points[rendering.subject] += gone
        expected = projected(shots[number + 1], points, width, height) - np.stack([columns, rows], -1)
        error = np.linalg.norm(rendering.flow - expected, axis=-1)
        sky = rendering.depth >= FAR
        assert np.linalg.norm(gone) > 1 and np.linalg.norm(rendering.flow, axis=-1).mean() > 1
        assert np.median(error[rendering.subject]) < 0.05
        assert np.median(error[~rendering.subject & ~sky]) < 0.05  # the sea moves too
        assert np.median(error[sky]) < 0.05


def test_a_clip_that_goes_on_is_the_clip_it_would_have_been():
    move = sample_move(LIGHTHOUSE, 100)
    whole = list(clip(LIGHTHOUSE, "plain", move, 64, 48, 3, **SMALL))
    (rest,) = clip(LIGHTHOUSE, "plain", move, 64, 48, 3, start=2, **SMALL)
    assert np.array_equal(whole[2].picture, rest.picture) and np.array_equal(whole[2].flow, rest.flow)


def test_the_command_writes_captioned_pictures_keeps_them_and_renders_a_list_of_its_own_again(tmp_path):
    flags = ["--size", "64x48", "--samples", 4, "--format", "png", "--subject", "lighthouse", "--setting", "sea coast"]
    first = run_script("images/render.py", "--seeds", "0:2", *flags, "--output_dir", tmp_path / "a")
    assert first.rc == 0 and "2 rendered, 0 were there" in first.out, first
    lines = [json.loads(line) for line in (tmp_path / "a" / "metadata.jsonl").read_text().splitlines()]
    assert [line["text"] for line in lines] == [caption(sample_scene(s, "lighthouse", "sea coast")) for s in (0, 1)]
    kept = {line["file_name"]: (tmp_path / "a" / line["file_name"]).stat().st_mtime_ns for line in lines}
    (tmp_path / "a" / lines[1]["file_name"]).unlink()
    again = run_script("images/render.py", "--seeds", "0:2", *flags, "--output_dir", tmp_path / "a")
    assert "1 rendered, 1 were there" in again.out
    assert (tmp_path / "a" / lines[0]["file_name"]).stat().st_mtime_ns == kept[lines[0]["file_name"]]
    words = ["--list", tmp_path / "a" / "metadata.jsonl", "--samples", 4, "--output_dir", tmp_path / "b"]
    assert run_script("images/render.py", *words).rc == 0
    for line in lines:
        assert np.array_equal(pixels(tmp_path / "a" / line["file_name"]), pixels(tmp_path / "b" / line["file_name"]))
    # the same names with another look are other pictures
    other = run_script("images/render.py", "--seeds", "0:2", *flags, "--look", "plain", "--output_dir", tmp_path / "a")
    assert "2 rendered, 0 were there" in other.out


def test_a_clip_is_frames_with_their_flow_and_goes_on_where_it_was(tmp_path):
    flags = [
        "--seeds",
        "4",
        "--size",
        "64x48",
        "--samples",
        4,
        "--look",
        "plain",
        "--frames",
        3,
        "--output_dir",
        tmp_path,
    ]
    flags += ["--subject", "lighthouse", "--setting", "sea coast"]
    assert run_script("images/render.py", *flags).rc == 0
    folder = tmp_path / "000004-lighthouse-sea-coast"
    assert sorted(p.name for p in folder.glob("*.png")) == ["0000.png", "0001.png", "0002.png"]
    with np.load(folder / "0001.npz") as motion:
        assert motion["flow"].shape == (48, 64, 2) and motion["depth"].shape == motion["subject"].shape == (48, 64)
    last = pixels(folder / "0002.png")
    for path in (folder / "0002.png", folder / "0002.npz", tmp_path / "metadata.jsonl"):
        path.unlink()
    assert run_script("images/render.py", *flags).rc == 0
    assert np.array_equal(pixels(folder / "0002.png"), last)
    assert Image.open(folder / "0000.png").size == (64, 48)


def test_light_that_was_kept_can_be_developed_again(tmp_path):
    flags = [
        "--seeds",
        "4",
        "--size",
        "64x48",
        "--samples",
        4,
        "--format",
        "png",
        "--keep_light",
        "--output_dir",
        tmp_path,
    ]
    assert run_script("images/render.py", *flags).rc == 0
    (kept,) = tmp_path.glob("*.npz")
    with np.load(kept) as arrays:
        film = Film(**{k: tuple(v) if isinstance(v, list) else v for k, v in json.loads(str(arrays["film"])).items()})
        picture = develop(arrays["light"], arrays["depth"], film, 4)
    assert np.array_equal(picture, pixels(Path(str(kept).replace(".npz", ".png"))))


def test_a_detail_that_is_none_is_refused():
    with pytest.raises(InputError, match="detail"):
        render(LIGHTHOUSE, "plain", 64, 48, samples=4, detail=0.0)


def test_views_are_where_a_clip_s_camera_begins_and_ends() -> None:
    first, last = views(LIGHTHOUSE, "plain", 64, 48, 2, **SMALL)
    frames = list(clip(LIGHTHOUSE, "plain", None, 64, 48, 2, **SMALL))
    assert first.flow is None and not np.array_equal(first.picture, last.picture)
    for view, frame in zip((first, last), frames, strict=True):
        assert np.median(np.abs(view.depth - frame.depth) / frame.depth) < 1e-3
        assert (view.subject == frame.subject).mean() > 0.99
    seen = (first.depth < FAR) & (last.depth < FAR)
    assert np.median(np.abs(first.depth - last.depth)[seen] / last.depth[seen]) > 1e-2
