"""preprocess.py and clip_source.py of video/controlavideo: what the networks are given, against the reference."""

import numpy as np
import pytest
import torch
from odd_clips import make_clip, ramp
from reference import hed_weights, miss, settings, tensors
from tiny_models import make_dpt

from inference.cli import InputError
from video.clip import open_clip
from video.controlavideo.clip_source import Sampled, choose, load_detect, read_source, size_of
from video.controlavideo.preprocess import (
    HED,
    canny_maps,
    control_hint,
    depth_input,
    depth_maps,
    sample_frames,
    source_frames,
)

SIZE = tuple(settings("preproc")["size"])


@pytest.fixture(scope="module")
def expected():
    return tensors("preproc")


def hint_of(maps: np.ndarray) -> torch.Tensor:
    return control_hint(torch.from_numpy(maps)[:, None].float() / 255, SIZE)


@pytest.mark.parametrize("row", settings("preproc")["frame_sampling"], ids=lambda row: f"{row['n_images']}")
def test_sampled_frames(row):
    given = row["n_images"], row["num_frames"], row["sampling_rate"], row["begin_indice"]
    assert sample_frames(*given) == row["indices"]


def test_frames_for_motion(expected):
    assert miss(source_frames(expected["frames_u8"].numpy(), SIZE), expected["v2v_frames"]) < 1e-6


def test_canny(expected):
    maps = canny_maps(expected["frames_u8"].numpy())
    assert np.array_equal(maps, expected["canny.map_u8"].numpy())
    hint = hint_of(maps)
    assert hint.shape == (1, 3, 3, *SIZE) and miss(hint[:, :1], expected["canny.control"]) < 1e-6
    assert torch.equal(hint[:, :1].expand_as(hint), hint)


def test_depth(expected):
    given = depth_input(expected["frames_u8"].numpy())
    assert miss(given[:, :, ::16, ::16], expected["depth.annotator_input_sub"]) < 1e-6
    predicted = expected["depth.predicted"]
    whole = depth_maps(predicted, SIZE)
    assert miss(whole, expected["depth.control"]) < 1e-6
    raw = depth_maps(predicted, SIZE, scaled=False)
    limits = float(raw.min()), float(raw.max())
    parts = torch.cat([depth_maps(predicted[i : i + 1], SIZE, limits) for i in range(3)])
    assert miss(parts, whole) < 1e-5  # a clip read in parts has one range
    each = torch.cat([depth_maps(frame[None], SIZE) for frame in predicted])  # the option the original never uses
    assert miss(2 * each - 1, expected["depth.control_standard_norm"]) < 1e-6 and miss(each, whole) > 0.01
    assert depth_maps(torch.ones(2, 4, 4), SIZE).isfinite().all()


def test_hed(expected, tmp_path, monkeypatch):
    """From a pickle beside the checkpoint, as it was published, to the map."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    torch.save(hed_weights(), tmp_path / "hed-network.pth")
    detect = load_detect("hed", tmp_path, "", torch.device("cpu"))
    network = detect.__self__
    assert isinstance(network, HED)
    frames = expected["frames_u8"].numpy()
    with torch.no_grad():
        edges = network(torch.from_numpy(frames[..., ::-1].copy()).permute(0, 3, 1, 2) / 255)
    assert miss(edges[:1], expected["hed.net_out"]) < 1e-5
    maps, published = detect(frames), expected["hed.map_u8"].numpy()
    # exact, but where a grey so near a whole one is cut off that the order of a processor's additions decides
    greys = 255 * edges[:, 0].numpy()
    undecided = np.abs(greys - greys.round()) < 1e-3
    assert np.array_equal(maps[~undecided], published[~undecided]) and undecided.mean() < 0.01
    assert np.abs(maps.astype(int) - published).max() <= 1
    assert miss(hint_of(maps)[:, :1], expected["hed.control"]) < 0.01
    assert miss(hint_of(published)[:, :1], expected["hed.control"]) < 1e-6
    torch.save({"other.weight": torch.zeros(1)}, tmp_path / "hed-network.pth")
    with pytest.raises(InputError, match=r"hed-network\.pth is not the HED network"):
        load_detect("hed", tmp_path, "", torch.device("cpu"))


def test_depth_of_a_clip_has_one_range_for_all_its_parts(tmp_path):
    clip = open_clip(make_clip(tmp_path / "in.mkv"))
    detect = load_detect("depth", tmp_path, str(make_dpt(tmp_path / "dpt", 384)), torch.device("cpu"))
    source = read_source(Sampled(clip, list(range(6)), (24, 32)), detect, tmp_path, torch.float32)
    frames = np.stack([frame.rgb for frame in clip.frames()][:6])
    predicted = torch.from_numpy(detect(frames))
    whole = control_hint(depth_maps(predicted, (24, 32)), (24, 32))
    assert whole.min() == 0 and whole.max() == 1
    parts = [source.hint(start, start + 2) for start in (0, 2, 4)]
    assert miss(torch.cat(parts, dim=2), whole) < 1e-5
    assert not all(part.min() == 0 and part.max() == 1 for part in parts)
    with pytest.raises(InputError, match=r"--control_mode depth needs the weights of .*nowhere.*--depth_model"):
        load_detect("depth", tmp_path, str(tmp_path / "nowhere"), torch.device("cpu"))


def test_a_clip_too_short_is_used_as_far_as_it_goes_and_that_is_said():
    assert choose(100, 8, 3) == ([0, 3, 6, 9, 12, 15, 18, 21], "")
    indices, note = choose(20, 8, 3)
    assert indices == [0, 2, 4, 6, 8, 10, 12, 14] and "one in 2" in note
    indices, note = choose(7, 8, 3)
    assert indices == list(range(7)) and "7 frames, not 8" in note
    assert choose(10, None, 3) == ([0, 3, 6, 9], "")


def test_what_is_read_of_a_clip(tmp_path):
    clip = open_clip(make_clip(tmp_path / "in.mkv"))
    total = list(clip.frames())
    indices = list(range(0, len(total), 3))
    source = read_source(Sampled(clip, indices, (24, 32)), canny_maps, tmp_path, torch.float32)
    assert [frame.pts for frame in source.times] == [total[i].pts for i in indices]
    assert sum(frame.duration for frame in source.times) == sum(frame.duration for frame in total)
    frames = np.stack([total[i].rgb for i in indices[1:3]])
    assert torch.equal(source.images(1, 3), source_frames(frames, (24, 32)))
    maps = torch.from_numpy(canny_maps(frames))[:, None] / 255
    assert torch.equal(source.hint(1, 3), control_hint(maps, (24, 32)))


def test_sizes_keep_the_shape_of_the_clip(tmp_path):
    clip = open_clip(make_clip(tmp_path / "in.mkv", ramp(2, 90, 160)))
    assert size_of(clip, None, None, 64) == (64, 112)
    assert size_of(clip, 128, None, 64) == (128, 224)
    assert size_of(clip, None, 128, 512) == (72, 128)
    assert size_of(clip, 64, 64, 512) == (64, 64)
