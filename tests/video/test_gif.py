"""video/gif.py: GIF counts in hundredths of a second, and what rounding takes from one frame the next one gets."""

from fractions import Fraction
from types import SimpleNamespace

import numpy as np
from PIL import Image

from video.clip import Frame
from video.gif import write_gif


def test_a_second_of_frames_is_a_second(tmp_path):
    clip = SimpleNamespace(has_audio=True, time_base=Fraction(1, 24))
    with write_gif(tmp_path / "a.gif", clip) as out:
        for i in range(24):
            out.write(np.full((8, 8, 3), 10 * i, np.uint8), Frame(i, i, 1, None))
    assert out.notes == ["a GIF has no sound; it was left out"]
    with Image.open(tmp_path / "a.gif") as gif:
        shown = []
        for i in range(gif.n_frames):
            gif.seek(i)
            shown.append(gif.info["duration"])
    assert len(shown) == 24 and set(shown) == {40, 50} and sum(shown) == 1000
