"""What is refused before anything is rendered; none of it needs Blender."""

import pytest
from helpers import assert_refused, run_script


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--size", "1216by512"], ["1216by512", "1216x512"]),
        (["--size", "8x8"], ["width 8", "32"]),
        (["--seeds", "three"], ["three"]),
        (["--subject", "dragon"], ["dragon", "lighthouse"]),
        (["--setting", "Mars"], ["Mars", "sea coast"]),
        (["--look", "moody"], ["moody", "at sunset"]),
        (["--look", "film", "--look", "plain"], ["film, plain"]),
        (["--list", "nowhere.jsonl"], ["nowhere.jsonl"]),
    ],
)
def test_what_cannot_be_rendered_is_one_sentence(flags, words, tmp_path):
    assert_refused(run_script("images/render.py", *flags, "--output_dir", tmp_path), *words)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", ["line 2"]),
        ('{"seed": "x"}', ["line 2", "seed"]),
        ('{"seed": 1, "file_name": "../out.jpg"}', ["line 2", "../out.jpg"]),
        ('{"seed": 1, "size": 5}', ["line 2", "size"]),
        ('{"seed": 1, "light": "gloom"}', ["line 2", "gloom"]),
        ('{"seed": 1, "framing": {"zoom": 2}}', ["line 2", "zoom", "share"]),
        ('{"seed": 1, "framing": {"share": "big"}}', ["line 2", "share", "big"]),
        ('{"seed": 1, "subject": ["car"]}', ["line 2", "subject"]),
    ],
)
def test_a_line_that_cannot_be_rendered_is_named(line, words, tmp_path):
    (tmp_path / "list.jsonl").write_text('{"seed": 1}\n' + line + "\n")
    assert_refused(run_script("images/render.py", "--list", tmp_path / "list.jsonl"), *words)


def test_without_blender_one_sentence_says_how_to_get_it(tmp_path):
    (tmp_path / "bpy.py").write_text("raise ImportError('No module named bpy', name='bpy')\n")
    done = run_script("images/render.py", "--output_dir", tmp_path / "out", PYTHONPATH=str(tmp_path))
    assert_refused(done, "bpy", "pip install -e .[render]")
