"""video/controlnet_per_frame.py: a clip in, a clip out; interrupted and resumed; on several processes; refusals."""

import gc
import json
import resource
import runpy
import sys
import time
from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
import warm
from helpers import ROOT, assert_refused, run_script
from odd_clips import make_clip, ramp, sound_packets, times
from safetensors.torch import save_file
from tiny_models import add_controlnet, make_dpt, make_lora, make_tiny_base

from images.scenes import Shot, clip, sample_scene
from inference.cli import InputError
from video.clip import Frame, open_clip
from video.frame_store import FrameStore
from video.picture import Size

SCRIPT = "video/controlnet_per_frame.py"
FAST = ("--num_inference_steps", "3", "--guidance_scale", "1", "--batch_size", "4")


@pytest.fixture(scope="module")
def base(tmp_path_factory) -> Path:
    return add_controlnet(make_tiny_base(tmp_path_factory.mktemp("video") / "tiny"))


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    """14 frames at a variable rate, with sound and a cut; one of them is shown twice."""
    shown = [d.picture for seed in (3, 105) for d in clip(Shot(sample_scene(seed), truck=1.0), 7, 96, 64)[0]]
    shown[3] = shown[2]
    pts = [0, 1001, 1602, 4004, 4505, 5005, 9009, 9400, 10010, 11011, 15015, 15200, 16000, 17000]
    return make_clip(tmp_path_factory.mktemp("clips") / "in.mp4", shown, pts, audio="aac", rotation=90)


def command(source: Path, output: Path, base: Path, *more: str) -> list:
    return [SCRIPT, "--input", source, "--output", output, "--prompt", "a house", "--resolution", "64", *FAST,
            "--pretrained_model_name_or_path", base, *more]  # fmt: skip


def restyled(source: Path, output: Path, base: Path, *more: str, **environment: str) -> list[np.ndarray]:
    done = run_script(*command(source, output, base, *more), **environment)
    assert done.rc == 0, done.err
    assert f"wrote {output}" in done.out
    return decoded(output)


def decoded(path: Path) -> list[np.ndarray]:
    return [frame.rgb for frame in open_clip(path).frames()]


@pytest.fixture
def here(monkeypatch):
    """Runs the script's `main` in this process, which has loaded torch already."""
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)

    def run(*words) -> None:
        monkeypatch.setattr(sys, "argv", [str(word) for word in words])
        runpy.run_path(str(ROOT / words[0]))["main"]()

    return run


@pytest.fixture
def at_the_end(monkeypatch):
    """What was in the folder of finished frames when it was removed: the recipe, and when each frame was written."""
    found, remove = {}, FrameStore.remove

    def seen(self) -> None:
        found["recipe"] = json.loads((self.folder / "recipe.json").read_text())
        found["frames"] = {path.name: path.stat().st_mtime_ns for path in self.folder.glob("[0-9]*.png")}
        remove(self)

    monkeypatch.setattr(FrameStore, "remove", seen)
    return found


@pytest.fixture(scope="module")
def result(source, base, tmp_path_factory) -> Path:
    output = tmp_path_factory.mktemp("result") / "out.mp4"
    restyled(source, output, base)
    return output


def test_frames_times_rotation_and_sound_are_the_source_s(source, result):
    assert times(result) == times(source)
    assert sound_packets(result) == sound_packets(source) != []
    before, after = open_clip(source), open_clip(result)
    assert after.rotation == before.rotation == 90
    assert (after.width, after.height) == (64, 96) == (before.width, before.height)
    assert [f.duration for f in after.frames()] == [f.duration for f in before.frames()]
    assert min(np.abs(a.astype(int) - b).mean() for a, b in zip(decoded(source), decoded(result), strict=True)) > 10
    assert list(result.parent.iterdir()) == [result]


def test_the_sample_clip_from_a_fresh_clone(tmp_path):
    """The command of the README, on the miniature, for a few frames and steps."""
    sample = ROOT / "video" / "sample.mp4"
    words = ["--input", sample, "--output", tmp_path / "out.mp4", "--side_by_side"]
    words += ["--prompt", "a lighthouse by the sea, dramatic lighting"]
    done = run_script(SCRIPT, *words, "--max_frames", "4", "--num_inference_steps", "2")
    assert done.rc == 0, done.err
    before, after = decoded(sample)[:4], decoded(tmp_path / "out.mp4")
    assert [frame.shape for frame in after] == [(128, 2 * 228, 3)] * 4 and sound_packets(tmp_path / "out.mp4")
    for source, both in zip(before, after, strict=True):
        shrunk = cv2.resize(source, (228, 128), interpolation=cv2.INTER_AREA)
        assert np.abs(both[:, :228].astype(int) - shrunk).mean() < 4
        assert np.abs(both[:, 228:].astype(int) - shrunk).mean() > 4 and both[:, 228:].std() > 10


def test_killed_and_gone_on_with_gives_the_same_clip(source, base, result, tmp_path, said, here, at_the_end):
    output = tmp_path / "out.mp4"
    work = tmp_path / ".out.mp4.frames"
    for least in (1, 6):
        resume = ["--resume"] if work.exists() else []
        running = warm.Process(command(source, output, base, *resume), said)
        while len(list(work.glob("[0-9]*.png"))) < least and running.is_running():
            time.sleep(0.002)
        running.killed()
        assert work.exists() and not output.exists()
    assert_refused(run_script(*command(source, output, base)), "finished frames", "--resume", str(work))
    assert_refused(run_script(*command(source, output, base, "--resume", "--seed", "1")), "another seed")
    kept = {path.name: path.stat().st_mtime_ns for path in work.glob("[0-9]*.png")}
    here(*command(source, output, base, "--resume"))
    assert len(kept) >= 6 and len(at_the_end["frames"]) == 14
    assert kept.items() <= at_the_end["frames"].items()  # none of them is drawn again
    assert all(np.array_equal(a, b) for a, b in zip(decoded(output), decoded(result), strict=True))
    assert list(tmp_path.iterdir()) == [output]


def test_two_processes_draw_the_clip_of_one(source, base, result, tmp_path, said):
    output = tmp_path / "out.mp4"
    both = [
        warm.Process(command(source, output, base), said / rank, environment={"RANK": rank, "WORLD_SIZE": "2"})
        for rank in "10"
    ]
    for process in both:
        done = process.finished(300)
        assert done.rc == 0, done.err
    assert all(np.array_equal(a, b) for a, b in zip(decoded(output), decoded(result), strict=True))


@pytest.fixture
def draw_frames_here(base):
    """Draws pictures (64, 64, 3) as frames that belong together."""
    from diffusers import ControlNetModel

    from inference.pipelines import load_base
    from video.control_maps import ControlMaps
    from video.restyle import draw_frames
    from video.restyler import Recipe, Restyler

    pipe, controlnet = load_base(str(base)), ControlNetModel.from_pretrained(base / "controlnet-canny").eval()
    restyler = Restyler(pipe, controlnet, Recipe(3, 1.0, 0.6), "a house")

    def drawn(shown: list[np.ndarray]) -> list[np.ndarray]:
        frames = [Frame(i, i, 1, picture) for i, picture in enumerate(shown)]
        return draw_frames(frames, restyler, ControlMaps("canny").next, Size(64, 64, 8), 4)

    return drawn


def test_a_still_shot_is_drawn_the_same_to_the_bit(draw_frames_here):
    drawn = draw_frames_here([ramp(1, 64, 64)[0]] * 6)
    assert len(drawn) == 6 and all(np.array_equal(frame, drawn[0]) for frame in drawn)


def test_black_before_a_shot_does_not_make_it_lighter(draw_frames_here):
    from video.colour import statistics

    shown, black = ramp(8, 64, 64), np.zeros((64, 64, 3), np.uint8)
    alone, after = draw_frames_here(shown), draw_frames_here([black] * 4 + shown)[4:]
    for one, other in zip(alone, after, strict=True):
        lightness = [statistics(picture.astype(np.float32) / 255)[0][0] for picture in (one, other)]
        assert abs(lightness[0] - lightness[1]) < 3


def test_plain_frames_have_noise_of_their_own(base, tmp_path):
    """A still clip: consistent, every frame is the first to the bit; plain, each differs, as the study's did."""
    still = make_clip(tmp_path / "still.mp4", [ramp(1, 64, 64)[0]] * 6, options={"crf": "0"}, codec="libx264")
    assert all(np.array_equal(frame, decoded(still)[0]) for frame in decoded(still))
    held = restyled(still, tmp_path / "held.mp4", base)
    plain = restyled(still, tmp_path / "plain.mp4", base, "--consistency", "none")
    spread = {name: np.abs(np.diff(np.stack(f).astype(int), axis=0)).mean() for name, f in (("h", held), ("p", plain))}
    assert spread["h"] < 0.6 and spread["p"] > 5  # H.264 itself changes a still picture from frame to frame


def test_a_lora_and_a_part_beside_its_source(source, base, result, tmp_path):
    adapter = make_lora(base, tmp_path / "lora")
    part = ("--max_frames", "3")
    with_lora = restyled(source, tmp_path / "lora.mp4", base, *part, "--lora", str(adapter), "--side_by_side")
    assert len(with_lora) == 3 and with_lora[0].shape == (96, 128, 3)
    assert np.abs(with_lora[0][:, :64].astype(int) - decoded(source)[0]).mean() < 4
    assert np.abs(with_lora[0][:, 64:].astype(int) - decoded(result)[0]).mean() > 3


def test_a_full_disk_keeps_the_frames(source, base, result, tmp_path):
    """Files of more than so many blocks cannot be written, as if there were no room; then there is room again."""
    output = tmp_path / "out.mp4"
    words = " ".join(f"'{word}'" for word in [sys.executable, *command(source, output, base)])
    smallest = min(frame.size for frame in decoded(result)) // 1024
    done = run_script("bash", "-c", f"ulimit -f {smallest // 3}; {words}")
    assert_refused(done, "the disk is full", "--resume")
    assert not output.exists()
    assert len(restyled(source, output, base, "--resume")) == 14


def test_a_disk_that_fills_up_while_the_clip_is_written_keeps_every_frame(
    source, base, result, tmp_path, here, at_the_end, capsys
):
    output = tmp_path / "out.mp4"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    for room, said in ((0, "free some space and start again"), (result.stat().st_size - 1000, "kept; .* --resume")):
        resource.setrlimit(resource.RLIMIT_FSIZE, (room, limits[1]))
        try:
            with pytest.raises(InputError, match=f"the disk is full; .*{said}"):
                here(*command(source, output, base))
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
        gc.collect()  # what a process lets go of when it ends
        assert not output.exists()
    kept = {path.name: path.stat().st_mtime_ns for path in (tmp_path / ".out.mp4.frames").glob("[0-9]*.png")}
    assert len(kept) > 6
    here(*command(source, output, base, "--resume"))
    assert f"{len(kept)} frames are already finished" in capsys.readouterr().out
    assert kept.items() <= at_the_end["frames"].items() and len(decoded(output)) == 14


def test_flags_of_the_look_and_of_what_is_kept_change_the_frames(source, base, tmp_path, here, at_the_end):
    dpt = make_dpt(tmp_path / "dpt")
    save_file({"<look>": torch.randn(2, 32, generator=torch.Generator().manual_seed(0))}, tmp_path / "look.safetensors")

    def frame(*flags) -> np.ndarray:
        here(*command(source, tmp_path / "out.mp4", base, "--max_frames", "1", *flags))
        return decoded(tmp_path / "out.mp4")[0].astype(int)

    plain, guided = frame(), frame("--guidance_scale", "7.5")
    assert np.array_equal(frame(), plain)  # so any difference is a flag's
    depth = ("--control", "depth", "--controlnet", base / "controlnet-canny", "--depth_model", dpt)
    for flags in (("--embedding", tmp_path / "look.safetensors"), ("--control_guidance_end", "0.3")):
        assert np.abs(frame(*flags) - plain).mean() > 1, flags
    assert np.abs(frame(*depth) - plain).mean() > 0.2  # this ControlNet of random weights makes little of its map
    recipe = at_the_end["recipe"]
    assert recipe["depth_model"] == "dpt" and [len(digest) for digest in recipe["depth_sha256"]] == [64]
    assert recipe["mixed_precision"] == "no" and str(tmp_path) not in json.dumps(recipe)
    assert np.abs(frame("--guidance_scale", "7.5", "--negative_prompt", "fog") - guided).mean() > 1


LOW = ("--resolution", "16")
ODD = {
    "one pixel": ("in.mp4", {"pictures": ramp(2, 1, 1), "pix_fmt": "yuv444p"}, "out.mp4", LOW, (16, 16), ""),
    "one frame": ("in.mp4", {"pictures": ramp(1, 64, 64)}, "out.mp4", (), (64, 64), ""),
    "7680 wide": ("in.mp4", {"pictures": ramp(2, 64, 7680)}, "out.mp4", LOW, (1920, 16), ""),
    "240 a second": ("in.mp4", {"pictures": ramp(2, 64, 64), "pts": [0, 100]}, "out.mp4", (), (64, 64), ""),
    "squeezed": ("in.mp4", {"pictures": ramp(2, 64, 64), "aspect": Fraction(3, 2)}, "out.mp4", (), (96, 64), ""),
    "gif": ("in.gif", {"pictures": ramp(2, 64, 64), "codec": "gif", "pix_fmt": "rgb8", "time_base": Fraction(1, 100)},
            "out.mp4", (), (64, 64), ""),
    "webm": ("in.webm", {"pictures": ramp(2, 64, 64), "codec": "libvpx-vp9", "time_base": Fraction(1, 1000),
                         "audio": "libopus"}, "out.webm", (), (64, 64), ""),
    "sound": ("in.mp4", {"pictures": ramp(2, 64, 64), "audio": "aac", "time_base": Fraction(1, 1000)}, "out.webm", (),
              (64, 64), ".webm cannot carry sound in aac; it was encoded again, as opus"),
}  # fmt: skip


@pytest.mark.parametrize("kind", ODD)
def test_odd_clips_go_through(base, tmp_path, here, capsys, kind):
    name, made, result, flags, size, note = ODD[kind]
    source, output = make_clip(tmp_path / name, **made), tmp_path / result
    here(*command(source, output, base, *flags))
    shown = open_clip(output)
    assert (shown.width, shown.height) == size and times(output) == times(source)
    assert shown.has_audio == ("audio" in made)
    said = capsys.readouterr().out
    assert note in said and ("encoded again" in said) == bool(note)


def test_flags_that_do_nothing_or_do_not_fit_are_said(source, base, tmp_path, here, capsys):
    """The maps of one kind for the ControlNet of another, and what to avoid where there is no guidance."""
    words = ("--max_frames", "1", "--controlnet", base / "controlnet-canny")
    here(*command(source, tmp_path / "out.mp4", base, *words, "--control", "shuffle", "--negative_prompt", "fog"))
    said = capsys.readouterr().out
    assert "controlnet-canny is, by its name, for canny maps; it gets shuffle maps" in said
    assert "--negative_prompt has no effect, since --guidance_scale 1 is no guidance" in said
    here(*command(source, tmp_path / "out.mp4", base, *words, "--negative_prompt", "fog", "--guidance_scale", "2"))
    said = capsys.readouterr().out
    assert "by its name" not in said and "no effect" not in said


def test_refused_before_a_model_is_loaded(source, base, tmp_path, without_torch):
    (tmp_path / "words.mp4").write_text("no clip")
    (tmp_path / "file").touch()
    out = tmp_path / "out.mp4"
    for words, said in (
        (command(tmp_path / "none.mp4", out, base), "there is no clip"),
        (command(tmp_path / "words.mp4", out, base), "cannot be read as a video"),
        (command(source, source, base), "would replace its source"),
        (command(source, tmp_path / "out.xyz", base), "must end in"),
        (command(source, tmp_path / "file" / "out.mp4", base), "cannot write"),
        (command(source, "/proc/out.mp4", base), "cannot write /proc/out.mp4"),
        (command(source, out, base, "--start", "9"), "there is no frame"),
        (command(source, out, base, "--start", "2", "--end", "1"), "is not after"),
        (
            command(source, out, base, "--scheduler", "lcm", "--num_inference_steps", "51"),
            "--scheduler lcm has",
        ),
        (command(source, out, base, "--strength", "0"), "--strength 0"),
        (command(source, out, base, "--strength", "0.1"), "leaves none of 3 steps"),
        (command(source, out, base, "--control", "outline"), 'called "outline"'),
        (command(source, out, base, "--prompt", " "), "--prompt is empty"),
    ):
        assert_refused(run_script(*words, **without_torch), said)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "words.mp4"]


def test_more_steps_than_the_schedule_has_are_refused(source, base, tmp_path, here):
    with pytest.raises(InputError, match="--num_inference_steps 999 is more than the 998"):
        here(*command(source, tmp_path / "out.mp4", base, "--num_inference_steps", "999"))
    assert not list(tmp_path.iterdir())


def test_a_detector_without_weights_is_one_sentence(source, base, tmp_path):
    words = command(source, tmp_path / "out.mp4", base, "--control", "depth", "--controlnet", base / "controlnet-canny")
    assert_refused(run_script(*words), "the detector depth cannot be loaded", "canny")
    assert not list(tmp_path.iterdir())


def test_a_file_cut_off_is_used_and_said(base, tmp_path):
    whole = make_clip(tmp_path / "whole.mkv", ramp(48, 64, 64), options={"g": "6"})
    cut = tmp_path / "cut.mkv"
    cut.write_bytes(whole.read_bytes()[: whole.stat().st_size // 4])
    done = run_script(*command(cut, tmp_path / "out.mp4", base))
    assert done.rc == 0, done.err
    count = len(times(tmp_path / "out.mp4"))
    assert 2 < count < 40 and f"is damaged or cut off: {count} frames" in done.out


def test_help_is_quick_and_says_the_defaults():
    began = time.perf_counter()
    done = run_script(SCRIPT, "--help")
    assert time.perf_counter() - began < 5 and "(default: anchor)" in " ".join(done.out.split())
    lines = run_script(sys.executable, "-X", "importtime", SCRIPT, "--help").err
    imported = {line.rsplit("|")[-1].strip() for line in lines.splitlines()}
    assert "inference.cli" in imported and not imported & {"torch", "diffusers", "cv2", "av"}


def test_the_recipe_names_what_makes_the_frames(source, base, tmp_path, said):
    output = tmp_path / "out.mp4"
    running = warm.Process(command(source, output, base), said)
    path = tmp_path / ".out.mp4.frames" / "recipe.json"
    while not path.exists() and running.is_running():
        time.sleep(0.002)
    recipe = json.loads(path.read_text())
    running.killed()
    assert recipe["prompt"] == "a house" and len(recipe["input_sha256"]) == len(recipe["base_sha256"]) == 64
    assert {"controlnet_sha256", "strength", "seed", "torch", "batch_size"} <= set(recipe)
    assert not any(str(tmp_path) in str(value) for value in recipe.values())


@pytest.mark.slow
def test_memory_does_not_grow_with_the_clip(base, tmp_path):
    peaks = []
    for count in (60, 600):
        source = make_clip(tmp_path / f"{count}.mp4", ramp(count, 64, 64), audio="aac")
        words = [str(word) for word in command(source, tmp_path / "out.mp4", base, "--num_inference_steps", "2")]
        program = (
            f"import runpy, sys; sys.argv = {words!r}; runpy.run_path(sys.argv[0], run_name='__main__')\n"
            "from inference.device import peak_memory; print('peak', peak_memory())"
        )
        done = run_script(sys.executable, "-c", program, timeout=1200)
        assert done.rc == 0, done.err
        peaks.append(int(done.out.split("peak")[-1]))
    assert peaks[1] < 1.05 * peaks[0], peaks
