"""video/controlavideo/evaluate_layers.py, and with it what the miniature's temporal layers are worth."""

import sys

import numpy as np
import pytest
from helpers import printed_table

from video.controlavideo import evaluate_layers
from video.controlavideo.evaluate_layers import between

COLUMNS = ("frames", "e_warp", "of first", "edge F1", "sharpness", "subject", "dramatic", "seconds")


def table(*flags: object) -> dict[str, dict[str, float]]:
    return printed_table(COLUMNS, "video.controlavideo.evaluate_layers", *flags)


def test_a_row_for_each_way():
    rows = table("--clips", "1", "--frames", "3", "--num_inference_steps", "1", "--table", "consistency")
    assert list(rows) == ["each frame by itself", "temporal layers untrained", "trained"]
    assert rows["each frame by itself"]["of first"] == 1 and {row["frames"] for row in rows.values()} == {3}


def test_flow_over_frames_left_out_is_composed():
    """Two pixels to the right in the first step and three in the second are five, where both steps see the same."""
    flows = [np.zeros((8, 16, 2), np.float32) for _ in range(3)]
    flows[0][..., 0], flows[1][..., 0] = 2, 3
    seen = [np.ones((8, 16), bool) for _ in range(3)]
    seen[1][:, 10] = False
    (near, _), (far, both) = between(flows, seen, [0, 1, 3])
    assert (near[..., 0] == 2).all() and (far[..., 0] == 3).all()
    ((whole, both),) = between(flows, seen, [0, 2])
    assert (whole[..., 0] == 5).all() and not both[:, 8].any() and both[:, :8].all()


def test_repairs_and_lengths_through_the_command(monkeypatch, capsys):
    """Few frames of one clip, so that every table is printed with every row."""
    monkeypatch.setattr(evaluate_layers, "LONG", 10)
    flags = ["--clips", "1", "--frames", "9", "--num_inference_steps", "1", "--table", "length", "repairs"]
    monkeypatch.setattr(sys, "argv", ["evaluate_layers", *flags])
    evaluate_layers.main()
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("| ")]
    assert [line.split("|")[1].strip() for line in lines[1:3]] == ["look held", "look not held"]
    frames = {name: float(count) for name, count in (line.split("|")[1:3] for line in lines[4:])}
    assert frames == {" none ": 7, " look_anchored alone ": 7, " all ": 9}  # the original loses a frame of each chunk


@pytest.mark.slow
def test_the_temporal_layers_pay():
    """Targets over 12 clips of 16 frames: e_warp at most 0.4 of each frame by itself and 0.7 of layers untrained."""
    rows = table("--table", "consistency", "--clips", "2", "--frames", "8")
    itself, untrained, trained = rows.values()
    assert trained["e_warp"] <= 0.4 * itself["e_warp"] and trained["e_warp"] <= 0.7 * untrained["e_warp"]
    assert trained["edge F1"] >= 0.9 * itself["edge F1"] and trained["sharpness"] >= 0.9 * itself["sharpness"]
    assert trained["subject"] >= 0.8 and trained["dramatic"] >= 0.8
