"""video/controlavideo/measure.py, and with it what the miniature's temporal layers are worth."""

import sys
from dataclasses import fields

import pytest
from conftest import run_script

from video.controlavideo import Repairs
from video.controlavideo.measure import repair_rows

COLUMNS = ("frames", "e_warp", "of first", "edge F1", "sharpness", "subject", "dramatic", "seconds")


def table(*flags: object) -> dict[str, dict[str, float]]:
    """The command's rows by name."""
    done = run_script(sys.executable, "-m", "video.controlavideo.measure", *flags, timeout=1800)
    assert done.rc == 0, done.err
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in done.out.splitlines() if "|" in line][2:]
    return {
        name: {
            column: float(cell.rstrip("%")) / (100 if "%" in cell else 1)
            for column, cell in zip(COLUMNS, cells, strict=True)
        }
        for name, *cells in lines
    }


def test_a_row_for_each_way():
    rows = table("--clips", "1", "--frames", "3", "--num_inference_steps", "1", "--table", "consistency")
    assert list(rows) == ["each frame by itself", "temporal layers untrained", "trained"]
    assert rows["each frame by itself"]["of first"] == 1 and {row["frames"] for row in rows.values()} == {3}


def test_a_row_for_each_repair():
    rows, names = repair_rows(), [field.name for field in fields(Repairs)]
    assert list(rows) == ["none", *(f"{name} alone" for name in names), "all"]
    switched = [[name for name in names if getattr(repairs, name)] for repairs in rows.values()]
    assert switched == [[], *([name] for name in names), names]


@pytest.mark.slow
def test_the_temporal_layers_pay():
    """Targets over 12 clips of 16 frames: e_warp at most 0.4 of each frame by itself and 0.7 of layers untrained."""
    rows = table("--table", "consistency", "--clips", "2", "--frames", "8")
    itself, untrained, trained = rows.values()
    assert trained["e_warp"] <= 0.4 * itself["e_warp"] and trained["e_warp"] <= 0.7 * untrained["e_warp"]
    assert trained["edge F1"] >= 0.9 * itself["edge F1"] and trained["sharpness"] >= 0.9 * itself["sharpness"]
    assert trained["subject"] >= 0.8 and trained["dramatic"] >= 0.8
