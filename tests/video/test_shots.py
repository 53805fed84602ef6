"""video/shots.py, video/flow.py, video/control_maps.py and video/colour.py: what follows from the source alone."""

import cv2
import numpy as np
import pytest
from tiny_models import make_dpt

from images.scenes import Shot, clip, sample_scene
from inference.cli import InputError
from inference.detectors import canny
from video import control_maps, flow
from video.clip import Frame
from video.colour import HeldColour, statistics
from video.control_maps import ControlMaps
from video.flow import Track, estimate, visible, warp
from video.picture import Size
from video.shots import ANCHOR, BETWEEN, KEY, CutFinder, units


def pictures(seed: int, count: int, look: str = "plain", **camera) -> list[np.ndarray]:
    return [drawing.picture for drawing in clip(Shot(sample_scene(seed), look, **camera), count)[0]]


def frames(*shown: np.ndarray) -> list[Frame]:
    return [Frame(i, i, 1, picture) for i, picture in enumerate(shown)]


def grouped(shown, batch_size=4, consistent=True):
    maps = ControlMaps("canny")
    return list(units(frames(*shown), Size(128, 128), maps.next, batch_size, consistent))


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_cuts_are_found_and_motion_is_none(seed):
    begins = CutFinder()
    moving = pictures(seed, 12, truck=3.0, zoom=1.3, walk=1.0)
    shown = moving + pictures(seed + 100, 3) + pictures(seed, 3, "cinematic")
    assert [i for i, picture in enumerate(shown) if begins(picture)] == [0, 12, 15]


def test_a_flash_is_no_cut():
    shown = pictures(1, 6, truck=1.0)
    shown[3] = np.clip(shown[3].astype(int) + 40, 0, 255).astype(np.uint8)
    assert sum(map(CutFinder(), shown)) == 1


def test_cuts_into_and_out_of_black_and_white_are_found():
    shown, black = pictures(1, 3, truck=1.0), np.zeros((128, 128, 3), np.uint8)
    shown = [black] * 4 + shown + [black] * 2 + [black + 255] * 2 + shown
    assert [i for i, begins in enumerate(map(CutFinder(), shown)) if begins] == [0, 4, 7, 9, 11]


@pytest.mark.parametrize("frames", [8, 24])
def test_a_shot_that_fades_in_begins_anew_until_it_is_there_in_full(frames):
    shown = pictures(3, frames + 12, truck=0.3)
    faded = [(picture * min(i / frames, 1)).astype(np.uint8) for i, picture in enumerate(shown)]
    begins = [i for i, begins in enumerate(map(CutFinder(), faded)) if begins]
    assert begins[0] == 0 and frames <= begins[-1] <= frames + 3 and len(begins) < 14
    assert sum(map(CutFinder(), faded[::-1])) <= 2  # fading out, it is held to what it was, but for the black


def test_depth_has_one_scale_per_shot(monkeypatch):
    """A detector whose scale changes from picture to picture: maps follow what is near, not the detector's extremes."""
    shots = pictures(1, 3) + pictures(105, 3)
    near = np.tile(np.linspace(0, 10, 128, dtype=np.float32), (128, 1))
    monkeypatch.setattr(control_maps, "load_depth", lambda device: lambda p: near[None] * (1 + 0.01 * p[:, :1, :1, 0]))
    maps = ControlMaps("depth")
    found = [maps.next(picture) for picture in shots]
    assert [cut for cut, _ in found] == [True, False, False, True, False, False]
    for shot in (found[:3], found[3:]):
        assert all(np.array_equal(shot[0][1], later) for _, later in shot[1:])  # the camera stands still
    first = found[0][1]
    assert 0 < first.min() < 40 and 215 < first.max() < 255  # room on both sides
    nearer = maps._depth(shots[3] // 2 + 128)
    assert nearer.mean() > found[3][1].mean()


def test_depth_by_an_estimator_and_shuffling_are_the_same_for_equal_pictures(tmp_path):
    shown = pictures(1, 1)[0]
    depth = ControlMaps("depth", depth_model=str(make_dpt(tmp_path / "dpt")))
    shuffle, other = ControlMaps("shuffle"), ControlMaps("shuffle", seed=-1)
    for maps in (depth, shuffle):
        first, second = (maps.next(shown)[1] for _ in range(2))
        assert first.shape == shown.shape and np.array_equal(first, second) and first.std() > 5
    assert not np.array_equal(shuffle.next(shown)[1], other.next(shown)[1])


def test_flow_is_that_of_the_scene():
    drawings, exact = clip(Shot(sample_scene(3), truck=1.0), 16)
    found = estimate(drawings[0].picture, drawings[1].picture)
    seen = visible(found, estimate(drawings[1].picture, drawings[0].picture))
    assert seen.mean() > 0.7
    assert np.linalg.norm(found - exact[0], axis=-1)[seen].mean() < 0.5
    before = np.abs(drawings[0].picture.astype(int) - drawings[1].picture)[seen].mean()
    after = np.abs(drawings[0].picture - warp(drawings[1].picture, found).astype(int))[seen].mean()
    assert after < 0.5 * before


def test_what_is_seen_in_both_by_hand():
    """|f + b|^2 <= 0.01 (|f|^2 + |b|^2) + 0.5, and inside the frame: equation 4 of Lai et al. 2018."""
    still, right = np.zeros((16, 24, 2), np.float32), np.zeros((16, 24, 2), np.float32)
    for length, same in ((0.7, True), (0.72, False), (3.0, False)):  # 0.49 < 0.505, and 0.52 > 0.505
        right[..., 0] = length
        assert (visible(still, right) == same).all(), length
    right[..., 0] = 5
    found = visible(right, -right)
    assert found[:, :19].all() and not found[:, 19:].any()  # five columns lead out of the frame


def test_a_track_adds_up_to_the_flow_over_many_frames():
    drawings, _ = clip(Shot(sample_scene(3), truck=1.0), 10)
    shown = [drawing.picture for drawing in drawings]
    track = Track(shown[0])
    assert not track.flow.any() and track.seen.all()
    for picture in shown[1:]:
        track.add(picture)
    seen = track.seen > 0.9
    assert 0.4 < seen.mean() < 1
    still = np.abs(shown[-1].astype(int) - shown[0])[seen].mean()
    moved = np.abs(shown[-1].astype(int) - warp(shown[0], track.flow))[seen].mean()
    assert moved < 0.5 * still


def test_flows_are_composed_where_they_lead_by_hand(monkeypatch):
    """Back by 4 from the newest picture, and from there by what the first flow says at that place, not at this one."""
    first, back = np.zeros((8, 32, 2), np.float32), np.zeros((8, 32, 2), np.float32)
    first[:, :16, 0], back[..., 0] = 2, -4
    flows = iter([first, back])
    monkeypatch.setattr(flow, "estimate", lambda one, other: next(flows) if one.max() else np.zeros_like(back))
    track, newer = Track(np.zeros((8, 32, 3), np.uint8)), np.ones((8, 32, 3), np.uint8)
    track._last = np.zeros_like(newer)
    track.add(newer)
    assert np.array_equal(track.flow, first)
    track._last = np.zeros_like(newer)
    track.add(newer)
    assert (track.flow[:, 4:20, 0] == -2).all() and (track.flow[:, 20:, 0] == -4).all()


def test_a_fine_pattern_is_shrunk_to_its_mean():
    lines = np.zeros((64, 128, 3), np.uint8)
    lines[:, ::4] = 255  # of every four columns one
    assert np.abs(Size(16, 32).fit(lines).astype(int) - 255 / 4).max() <= 1


def test_what_was_hidden_once_stays_unseen(monkeypatch):
    half, whole = np.ones((32, 32), bool), np.ones((32, 32), bool)
    half[:, :16] = False
    answers = iter([half, whole])
    monkeypatch.setattr(flow, "visible", lambda *_: next(answers))
    track = Track(np.zeros((32, 32, 3), np.uint8))
    for _ in range(2):
        track.add(np.zeros((32, 32, 3), np.uint8))
    assert not track.seen[:, :16].any() and track.seen[:, 16:].all()


def test_nothing_moves_in_equal_pictures():
    shown = pictures(2, 1)[0]
    assert not estimate(shown, shown.copy()).any()


def test_a_clip_as_anchors_and_batches():
    shown = pictures(1, 10, truck=0.3) + pictures(105, 2, truck=0.1)
    found = grouped(shown)
    assert [(unit.number, unit.role, unit.indices) for unit in found] == [
        (0, ANCHOR, [0]),
        (1, BETWEEN, [1, 2, 3, 4]),
        (2, BETWEEN, [5, 6, 7, 8]),
        (3, BETWEEN, [9]),
        (4, ANCHOR, [10]),
        (5, BETWEEN, [11]),
    ]
    assert found[0].items[0].flow is None and found[2].items[3].flow.shape == (128, 128, 2)
    assert np.array_equal(found[1].items[0].control, canny(shown[1]))


def test_equal_neighbours_are_drawn_once_and_only_where_frames_belong_together():
    shown = pictures(1, 4, truck=0.3)
    shown = [shown[0], shown[0], shown[0], shown[1], shown[1], shown[2], shown[3]]
    assert [unit.indices for unit in grouped(shown)] == [[0, 1, 2], [3, 4, 5, 6]]
    assert [len(unit.items) for unit in grouped(shown)] == [1, 3]
    plain = grouped(shown, consistent=False)
    assert [(unit.role, len(unit.items)) for unit in plain] == [(BETWEEN, 4), (BETWEEN, 3)]


def test_what_goes_out_of_sight_brings_a_key_frame():
    found = grouped(pictures(3, 24, truck=10.0))
    roles = [unit.role for unit in found]
    assert roles[0] == ANCHOR and roles.count(ANCHOR) == 1 and KEY in roles
    key = next(unit for unit in found if unit.role == KEY)
    assert key.items[0].seen.mean() < 0.6  # it still follows the one before it
    assert found[roles.index(KEY) + 1].items[0].seen.mean() > 0.6


@pytest.mark.parametrize(
    ("source", "expected"),
    [((640, 360), (228, 128)), ((360, 640), (128, 228)), ((1, 1), (128, 128)), ((7680, 4320), (228, 128)),
     ((63, 47), (172, 128))],
)  # fmt: skip
def test_size_keeps_the_shape_with_even_sides(source, expected):
    size = Size.of(*source, 128, 8)
    assert (size.width, size.height) == expected
    fitted = size.fit(np.random.default_rng(0).integers(0, 255, (source[1], source[0], 3), dtype=np.uint8))
    assert fitted.shape[:2] == size.padded and not any(side % 8 for side in size.padded)
    assert size.cut(fitted).shape == (size.height, size.width, 3)


def test_a_size_no_card_can_hold_is_refused():
    with pytest.raises(InputError, match=r"7680x16 would be drawn at 61440x128.*--resolution"):
        Size.of(7680, 16, 128, 8)


def test_colour_is_held_to_what_the_look_did_to_the_anchor():
    source, later = (p.astype(np.float32) / 255 for p in pictures(1, 2, truck=2.0))
    drawn = np.clip(source * [1.0, 0.8, 0.6] * 0.7, 0, 1).astype(np.float32)
    drifted = np.clip(later * [0.7, 0.8, 1.0] * 0.9, 0, 1).astype(np.float32)
    held = HeldColour(source, drawn)
    assert np.abs(held(source, drawn) - drawn).max() < 0.01
    expected = statistics(later)[0] + statistics(drawn)[0] - statistics(source)[0]
    before = np.linalg.norm(statistics(drifted)[0] - expected)
    after = np.linalg.norm(statistics(held(later, drifted))[0] - expected)
    assert before > 10 and after < 2
    # an even frame keeps its evenness
    assert cv2.cvtColor(held(later, np.full_like(later, 0.5)), cv2.COLOR_RGB2GRAY).std() < 1e-3
