"""A small share of what `python -m tests.attack --minutes 30` tries, always the same."""

import re
import sys

import pytest
from helpers import run_script


@pytest.mark.slow
def test_what_is_killed_damaged_and_disturbed_holds() -> None:
    done = run_script(sys.executable, "-m", "tests.attack", "--minutes", "1.5", timeout=600, OMP_NUM_THREADS="1")
    assert done.rc == 0, done.out + done.err[-2000:]
    tried = {kind for _, kind in re.findall(r"^(\w+) (\w+) +[1-9]", done.out, re.MULTILINE)}
    assert tried >= {"kill", "damage", "two", "full_disk"}, done.out
