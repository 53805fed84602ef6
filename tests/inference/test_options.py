import argparse
import importlib
import os
import sys

import pytest

from inference.cli import InputError
from inference.files import atomic_write
from inference.options import check_compiler, output_file, read_prompts

EVERY_SCRIPT = {
    "inference.compare": [],
    "video.controlnet_per_frame": ["--input=a", "--output=b", "--prompt=c"],
    "video.control_a_video": ["--input_video=a", "--prompt=c"],
    "finetune.lora": [],
    "finetune.textual_inversion": ["--initializer_token=s"],
    "finetune.dreambooth": ["--instance_prompt=a dog"],
}


@pytest.mark.parametrize("script", EVERY_SCRIPT)
def test_seeds_are_those_of_torch_in_every_script(script, monkeypatch, capsys):
    parse = importlib.import_module(script).parse_args

    def seed(number):
        monkeypatch.setattr(sys, "argv", [script, *EVERY_SCRIPT[script], f"--seed={number}"])
        return parse().seed

    assert seed(0) == 0 and seed(2**64 - 1) == 2**64 - 1  # (torch's own limits)
    for wrong, why in ((2**64, "is above 18446744073709551615"), (-1, "is below 0"), ("inf", "invalid int value")):
        with pytest.raises(SystemExit, match="2"):
            seed(wrong)
        assert f"argument --seed: {why}" in capsys.readouterr().err.replace(f"{wrong} is", "is")


@pytest.mark.parametrize("flag", ["--guidance_scale", "--lora_scale", "--control_guidance_end"])
@pytest.mark.parametrize("value", ["inf", "-inf", "nan", "1e999"])
def test_numbers_are_finite(flag, value, monkeypatch, capsys):
    from inference.compare import parse_args

    monkeypatch.setattr(sys, "argv", ["compare.py", f"{flag}={value}"])
    with pytest.raises(SystemExit, match="2"):
        parse_args()
    assert f"argument {flag}: {value} is not a finite number" in capsys.readouterr().err


def test_a_prompt_longer_than_a_file_s_name_is_a_prompt():
    long = "a castle " * 100
    assert read_prompts([long]) == [long.strip()]


def test_a_file_s_lines_are_its_prompts_whatever_wrote_it(tmp_path):
    file = tmp_path / "prompts"
    file.write_bytes("\ufeffa tent\r\n\r\na \u2028 car\u0085here\n".encode())
    assert read_prompts([str(file)]) == ["a tent", "a \u2028 car\u0085here"]


def test_files_among_prompts_are_read_in_their_places(tmp_path):
    first, second = tmp_path / "p1.txt", tmp_path / "p2"
    first.write_text("a tent\n\na car\n")
    second.write_text("a castle")
    given = [str(first), "a tree", str(second), "p3"]
    assert read_prompts(given) == ["a tent", "a car", "a tree", "a castle", "p3"]
    for wrong, words in (("p3.txt", r"p3\.txt cannot be read"), (" ", "prompt 3 of 3 is empty")):
        with pytest.raises(InputError, match=words):
            read_prompts([str(first), "a tree", wrong])
    second.write_text("\n \n")
    with pytest.raises(InputError, match="p2 is empty"):
        read_prompts([str(first), str(second)])


def test_a_file_of_prompts_is_text_by_its_mark_or_refused(tmp_path):
    file = tmp_path / "prompts.txt"
    file.write_text("a tent\na café\n", encoding="utf-16")
    assert read_prompts([str(file)]) == ["a tent", "a café"]
    file.write_bytes(b"\xef\xbb\xbfa tent\n\xe9t\xe9")
    with pytest.raises(InputError, match=r"prompts\.txt line 2 .* \(byte 0xe9\)"):
        read_prompts([str(file)])
    file.write_text("a tent\na café\n", encoding="cp1252")
    with pytest.raises(InputError, match=r"prompts\.txt line 2 cannot be read as UTF-8 text \(byte 0xe9\)"):
        read_prompts([str(file)])


def test_compiling_on_a_cpu_needs_a_compiler(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CXX", raising=False)
    check_compiler(cuda=True)
    with pytest.raises(InputError, match="--compile needs a C\\+\\+ compiler"):
        check_compiler(cuda=False)


def test_a_link_is_written_through_and_a_device_is_refused(tmp_path):
    (tmp_path / "far").mkdir()
    link, target = tmp_path / "out.mp4", tmp_path / "far" / "film.mp4"
    link.symlink_to("far/film.mp4")
    assert output_file(str(link)) == target  # which need not be there yet
    with atomic_write(output_file(str(link))) as aside:
        aside.write_text("frames")
    assert link.is_symlink() and target.read_text() == "frames"
    os.mkfifo(tmp_path / "pipe")
    for wrong in ("/dev/null", str(tmp_path / "pipe")):
        with pytest.raises(InputError, match=f"{wrong} is a device or a pipe"):
            output_file(wrong)
    assert output_file(str(tmp_path)) == tmp_path, "what a folder gets is said where its name is used"


@pytest.mark.parametrize(
    "script, flag",
    [("inference.votes", "--output"), ("video.controlnet_per_frame", "--output"), ("video.control_a_video", "--output"),
     ("video.evaluate", "--json"), ("finetune.miniature.strategies", "--output"), ("video.make_sample", "--output")],
)  # fmt: skip
def test_every_script_that_writes_a_named_file_follows_links(script, flag, monkeypatch, capsys):
    added = {}
    own = argparse._ActionsContainer.add_argument

    def add_argument(self, *names, **settings):
        added.update(dict.fromkeys(names, settings.get("type")))
        return own(self, *names, **settings)

    monkeypatch.setattr(argparse._ActionsContainer, "add_argument", add_argument)
    monkeypatch.setattr(sys, "argv", [script, "--help"])
    module = importlib.import_module(script)
    with pytest.raises(SystemExit):
        getattr(module, "parse_args", module.main)()
    assert added[flag] is output_file
