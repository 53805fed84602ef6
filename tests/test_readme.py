"""Every command of the READMEs: its flags and files are there; and those that a person runs do, with fewer steps."""

import argparse
import importlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import warm
from helpers import ROOT, captioned_pictures
from warm import Finished

USED = ["README.md", "finetune/README.md", "inference/README.md", "video/README.md"]
READMES = [*USED, "images/README.md", "inference/miniature/README.md", "tests/benchmarks/README.md"]
COMMAND = re.compile(r"(\w+=(\"[^\"]*\"|\S+) )*(python|accelerate|make|pip|pytest|finetune/\w+\.sh)( .*)?")
# what this test asks in the place of a trainer: which arguments did it get?
PROBE = "import json, sys\nprint(json.dumps(sys.argv[1:]))\n"


def commands(readme: str, inline: bool = True) -> list[str]:
    """The indented lines, and the code in sentences, that a shell would run: each once and without its comment."""
    text = (ROOT / readme).read_text()
    lines = re.findall(r"^ {4}(\S.*)$", text.replace("\\\n", " "), re.M)
    lines += re.findall(r"`([^`]+)`", text) if inline else []
    found = [" ".join(re.sub(r"\s#.*", "", line).split()) for line in lines]
    return list(dict.fromkeys(line for line in found if COMMAND.fullmatch(line) and "..." not in line.split()))


COMMANDS = [(readme, line) for readme in READMES for line in commands(readme)]


def test_the_commands_are_found() -> None:
    found = [line for readme, line in COMMANDS if readme in USED]
    assert len(found) >= 30 and {"make demo", "finetune/lora.sh", "python inference/compare.py"} <= set(found)
    assert any(line.startswith("MODEL_NAME=") and "--validation_prompt" in line for line in found)


class Parsed(Exception):
    """Raised where a script has read its arguments, and would begin to work."""


def parse(module: str, words: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the script in `module` read `words` as its arguments, and do no more."""
    parse_args = argparse.ArgumentParser.parse_args

    def parsed(parser: argparse.ArgumentParser, *args, **kwargs):
        parse_args(parser, *args, **kwargs)
        raise Parsed

    monkeypatch.setattr(sys, "argv", [module, *words])
    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parsed)
    with pytest.raises(Parsed):
        importlib.import_module(module).main()


@pytest.mark.parametrize(("readme", "line"), COMMANDS, ids=[line for _, line in COMMANDS])
def test_a_command_has_flags_and_files_that_are_there(
    readme: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(ROOT)  # tests/ is no package that is installed
    words = shlex.split(line)
    while "=" in words[0]:
        words.pop(0)  # of the environment
    for word in shlex.split(line.replace("=", " ")):
        if word.partition("/")[0] in ("finetune", "inference", "video", "images", "tests") and "*" not in word:
            assert (ROOT / word).exists(), word
    program, *words = words
    if program == "make":
        assert all(re.search(rf"^{target}:", (ROOT / "Makefile").read_text(), re.M) for target in words)
    elif program == "pip":
        assert not {"-r", "--requirement"} & set(words) or (ROOT / words[-1]).exists()
        assert "-e" not in words or re.search(rf"^{words[-1][2:-1]} = \[", (ROOT / "pyproject.toml").read_text(), re.M)
    elif program == "python" and words[0] == "-m":
        parse(words[1], words[2:], monkeypatch)
    elif program.endswith(".sh") and program != "finetune/miniature.sh":  # that one takes no flags
        (tmp_path / "probe.py").write_text(PROBE)
        launch = {"LAUNCH": f"{sys.executable} {tmp_path / 'probe.py'}"}
        asked = subprocess.run([ROOT / program, *words], env=os.environ | launch, capture_output=True, text=True)
        script, *flags = json.loads(asked.stdout)
        parse(f"finetune.{Path(script).stem}", flags, monkeypatch)
    elif program in ("python", "accelerate"):
        words = [word for word in words if word not in ("launch", "config")]  # accelerate's own
        if words:
            parse(words[0].removesuffix(".py").replace("/", "."), words[1:], monkeypatch)


# commands that are not run, and why
NOT_RUN = {
    "make demo": "it runs everything, for minutes",
    "make test": "this is it",
    "accelerate config": "it asks questions",
    "LAUNCH=": "it needs several GPUs; tests/finetune/test_accelerate.py launches with a file",
    "--control_mode depth": "it needs weights from the hub",
}
DRAWN = ["--num_inference_steps", "1"]
FEWER = {
    "finetune/": ["--max_train_steps", "1", "--train_batch_size", "1"],
    "lora.sh": ["--train_data_dir", "my_pictures"],
    "inversion.sh": ["--train_data_dir", "my_pictures"],
    "--single_file": ["--train_data_dir", "my_pictures"],
    "dreambooth.sh": ["--num_class_images", "1"],
    "--validation_prompt": ["--num_validation_images", "1"],
    "inference_": DRAWN,
    "compare.py": [*DRAWN, "--prompts", "a lighthouse"],
    "controlnet_per_frame": [*DRAWN, "--strength", "1", "--max_frames", "2"],
    "control_a_video": ["--inference_step", "1", "--max_frames", "2"],
}


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The repository's files in a folder of their own, and in it what a person brings."""
    from video.clip import open_clip, write_clip

    folder = tmp_path_factory.mktemp("clone")
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, listed.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    for name in ("my_pictures", "my_dog"):
        captioned_pictures(folder / name, 2)
    (folder / "my_dog" / "metadata.jsonl").unlink()
    (folder / "my").mkdir()
    (folder / "my" / "sd15-finetune").symlink_to(folder / "inference" / "miniature")
    vote = {"prompt": "a", "seed": 0, "left": "base", "right": "lora", "choice": "right", "at": "2026"}
    (folder / "votes-1.json").write_text(json.dumps({"comparison": "c", "voter": "v", "votes": [vote]}))
    clip = open_clip(folder / "video" / "sample.mp4", max_frames=2)
    with write_clip(folder / "clip.mp4", clip) as out:
        for frame in clip.frames():
            out.write(frame.rgb, frame)
    shutil.copy(folder / "clip.mp4", folder / "video" / "sample.mp4")  # as short, so that metrics compare all of it
    return folder


def typed(line: str, cwd: Path, environment: dict[str, str], said: Path) -> Finished:
    """What a shell does with the line; Python starts with the libraries loaded."""
    if line.startswith("python "):
        shell = ["bash", "-c", f"printf '%s\\0' {line.removeprefix('python ')}"]  # it expands names with a star
        words = subprocess.run(shell, cwd=cwd, capture_output=True, text=True, check=True).stdout.split("\0")[:-1]
        return warm.Process(words, said, cwd=cwd, environment=environment).finished(600)
    shell = ["bash", "-c", line]
    done = subprocess.run(shell, cwd=cwd, env=os.environ | environment, capture_output=True, text=True)
    return Finished(done.returncode, done.stdout, done.stderr)


@pytest.mark.slow
def test_the_commands_of_the_readmes_run_one_after_the_other(
    clone: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = {"PATH": path, "PYTHONPATH": str(clone), "HF_HUB_OFFLINE": "1"}
    shown = dict.fromkeys(line for readme in USED for line in commands(readme, inline=False))
    run = [line for line in shown if not any(part in line for part in NOT_RUN)]
    assert len(run) >= 16
    for line in run:
        more = shlex.join(word for part, words in FEWER.items() if part in line for word in words)
        done = typed(f"{line} {more}", clone, env, tmp_path_factory.mktemp("said"))
        assert done.rc == 0, (line, done.err[-2000:])
    assert (clone / "outputs" / "compare" / "report.html").exists() and (clone / "out.mp4").exists()
