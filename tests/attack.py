"""Attack the scripts: kill them, damage what they go on with, run two at once, fill the disk, take folders away.

python -m tests.attack --minutes 30

Every case ends in one of two ways, or it counts as not held: the result of a run that nobody disturbed, or exit 2 with
one sentence that names the file. What did not hold is kept, and its folder printed. Cases are drawn by --seed, kind
after kind and script after script, until the time is over.
"""

import argparse
import ctypes
import hashlib
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = map(str, (HERE.parent, HERE, HERE / "video"))

import warm  # noqa: E402
from helpers import two_shapes  # noqa: E402
from tiny_models import make_lora, make_tiny_base  # noqa: E402
from warm import Finished  # noqa: E402

from inference.cli import InputError, run  # noqa: E402
from inference.files import HALF_WRITTEN  # noqa: E402
from inference.options import Help, at_least  # noqa: E402

STEPS = 6  # of a training, with a checkpoint after each
STRANGER = 1000  # the user whose folders are not ours


@dataclass(frozen=True)
class Script:
    """A script on small models. Each run has a folder, its home, and leaves nothing outside it."""

    module: str
    words: Callable[[Path], list[str]]  # the arguments of a run with this home
    go_on: tuple[str, ...]  # what a run that was cut off is started again with
    result: Callable[[Path], dict[str, str]]  # what a person gets, by name: hashes

    @property
    def name(self) -> str:
        return self.module.rpartition(".")[2]


def tensors_of(home: Path) -> dict[str, str]:
    """The weights that a training leaves; their metadata has dates."""
    from safetensors import safe_open

    found = {}
    for path in sorted((home / "out").rglob("*.safetensors")):
        inside = path.relative_to(home / "out").parts
        if inside[0].startswith(("checkpoint-", ".")) or inside[0] in ("cache", "earlier"):
            continue
        digest = hashlib.sha256()
        with safe_open(path, "np") as file:
            for name in sorted(file.keys()):
                digest.update(name.encode() + file.get_tensor(name).tobytes())
        found["/".join(inside)] = digest.hexdigest()
    return found


def pictures_of(home: Path, folder: str = "out") -> dict[str, str]:
    """Sheet, scores and pictures of a comparison."""
    from PIL import Image

    found = {}
    for path in sorted((home / folder).rglob("*.png")):
        with Image.open(path) as picture:
            found[path.name] = hashlib.sha256(picture.tobytes()).hexdigest()
    return found | {"scores.json": hashlib.sha256((home / folder / "scores.json").read_bytes()).hexdigest()}


def sheet_of(home: Path) -> dict[str, str]:
    """What an inference script draws with a training's result."""
    return pictures_of(home, "sheet")


def frames_of(home: Path) -> dict[str, str]:
    """Frames of a clip and their times."""
    from video.clip import open_clip

    frames = open_clip(home / "out.mp4").frames()
    return {f"{i} at {frame.pts}": hashlib.sha256(frame.rgb.tobytes()).hexdigest() for i, frame in enumerate(frames)}


def make_scripts(world: Path) -> list[Script]:
    """The scripts, with a base, adapters, pictures and a clip of their own in `world`."""
    from odd_clips import make_clip, ramp
    from reference import write_checkpoint
    from tiny_models import add_controlnet

    base = add_controlnet(make_tiny_base(world / "base"))
    pictures, lora = two_shapes(world / "pictures"), make_lora(base, world / "adapter")
    checkpoint = write_checkpoint(world / "controlavideo-canny")
    clip = make_clip(world / "in.mp4", ramp(12, 48, 64), audio="aac")

    def training(*more: str) -> Callable[[Path], list[str]]:
        common = [
            f"--pretrained_model_name_or_path={base}", f"--train_data_dir={pictures}", "--train_batch_size=2",
            f"--max_train_steps={STEPS}", "--checkpointing_steps=1", "--learning_rate=1e-2", "--report_to=none",
            "--mixed_precision=no", "--random_flip", *more,
        ]  # fmt: skip
        return lambda home: [*common, f"--output_dir={home / 'out'}"]

    latest = ("--resume_from_checkpoint=latest",)
    word = ("--placeholder_token=<w>", "--initializer_token=s", "--num_vectors=2")
    booth = ("--instance_prompt=in sks style", "--with_prior_preservation", "--class_prompt={caption}",
             "--num_class_images=3", "--single_file")  # fmt: skip
    compare = [f"--pretrained_model_name_or_path={base}", f"--lora={lora}", "--strategies", "lora", "--prompts",
               "a ramp", "a hill", "a tent", "--num_inference_steps=4", "--batch_size=2",
               f"--reference_dir={world / 'none'}"]  # fmt: skip
    per_frame = [f"--input={clip}", "--prompt=a house", f"--pretrained_model_name_or_path={base}", "--resolution=64",
                 "--num_inference_steps=3", "--batch_size=2"]  # fmt: skip
    control = [f"--input_video={clip}", "--prompt=a fox", f"--checkpoint={checkpoint}", "--inference_step=2",
               "--sampling_rate=1", "--each_sample_frame=3"]  # fmt: skip
    return [
        Script("finetune.lora", training("--rank=4"), latest, tensors_of),
        Script("finetune.textual_inversion", training(*word), latest, tensors_of),
        Script("finetune.dreambooth", training(*booth), latest, tensors_of),
        Script("inference.compare", lambda h: [*compare, f"--output_dir={h / 'out'}"], (), pictures_of),
        Script("video.controlnet_per_frame", lambda h: [*per_frame, f"--output={h / 'out.mp4'}"], ("--resume",),
               frames_of),
        Script("video.control_a_video", lambda h: [*control, f"--output={h / 'out.mp4'}"], ("--resume",),
               frames_of),
    ]  # fmt: skip


def prepared(home: Path, stranger: bool = False, longest: int = 0) -> None:
    """What a new process does first. stranger: it may not touch what belongs to others; longest: bytes of a file."""
    os.environ |= {"XDG_CACHE_HOME": str(home / "cache"), "HF_HUB_OFFLINE": "1"}
    if longest:
        resource.setrlimit(resource.RLIMIT_FSIZE, (longest, longest))
    if stranger:
        libc = ctypes.CDLL(None, use_errno=True)
        header, nothing = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
        if libc.capset(header, nothing):  # the superuser without his powers: capabilities(7)
            raise OSError(ctypes.get_errno(), "capset")


def begun(script: Script, home: Path, *more: str, **limits) -> warm.Process:
    said = home.parent / f"{home.name}-said-{time.monotonic_ns()}"
    words = ["-m", script.module, *script.words(home), *more]
    return warm.Process(words, said, partial(prepared, home, **limits), environment=warm.environment())


class NotHeld(Exception):
    """What a script did that it promises not to do."""


class Attack:
    """One script, its undisturbed result, and homes in which it was cut off half way, for damage."""

    def __init__(self, script: Script, folder: Path, rng: random.Random):
        self.script, self.folder, self.rng, self.number = script, folder, rng, 0
        home = folder / "undisturbed"
        home.mkdir(parents=True)
        started = time.monotonic()
        done = begun(script, home).finished()
        if done.rc:
            raise InputError(f"{script.name} fails undisturbed: {done.err.strip()}")
        self.seconds, self.wanted = time.monotonic() - started, script.result(home)
        self.bytes = sum(path.stat().st_size for path in home.rglob("*") if path.is_file())
        self.finished, self.half_way = home, self._cut_off(folder / "half-way")
        self.others: set[Path] = set()  # folders that hold somebody else's files
        self.drawn: dict[str, str] | None = None  # with its result, by its inference script

    def _cut_off(self, home: Path) -> Path:
        """A home whose run was killed after half of its time or a little more: with something in it to go on with."""
        for share in (0.5, 0.6, 0.7, 0.8, 0.9):
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir()
            process = begun(self.script, home)
            process.process.join(share * self.seconds)
            process.process.kill()
            process.process.join()
            if len(self.files(home)) >= 3 and not self.is_finished(home):
                break
        return home

    def is_finished(self, home: Path) -> bool:
        try:
            return self.script.result(home) == self.wanted
        except Exception:
            return False

    def files(self, home: Path) -> list[Path]:
        """What a later run may read."""
        return sorted(path for path in home.rglob("*") if path.is_file() and path.name != ".lock")

    def new_home(self, like: Path | None = None) -> Path:
        self.number += 1
        home = self.folder / str(self.number)
        if like:
            shutil.copytree(like, home)
        else:
            home.mkdir()
        return home

    def judge(
        self, home: Path, done: Finished, *names: str, may_refuse: bool = True, reader: Script | None = None
    ) -> None:
        """Raise NotHeld unless the run gave the undisturbed result or, if it may, refused in a sentence with a name."""
        if "Traceback" in done.err:
            raise NotHeld(f"a traceback: {done.err.strip().splitlines()[-1]}")
        errors = [line for line in done.err.splitlines() if line.startswith("error: ")]
        if done.rc == 0:
            found, wanted = (reader.result(home), self.drawn) if reader else (self.script.result(home), self.wanted)
            if found != wanted:
                wrong = sorted(name for name in found.keys() | wanted if found.get(name) != wanted.get(name))
                raise NotHeld(f"exit 0 with another result: {', '.join(wrong[:4])}")
            left = [path for path in home.rglob(f"{HALF_WRITTEN}*") if path not in self.others]
            if left:
                raise NotHeld(f"left behind: {left[0].relative_to(home)}")
        elif not may_refuse or done.rc != 2 or len(errors) != 1:
            raise NotHeld(f"exit {done.rc}: {done.err.strip()[-300:]}")
        elif names and not any(name in done.out + errors[0] for name in names):  # or a line before the sentence does
            raise NotHeld(f"the sentence names none of {', '.join(names)}: {errors[0]}")

    # -- the kinds; each returns what was done, in words, and raises NotHeld

    def kill(self) -> Iterator[str]:
        """Signals at random moments, or at the moment something is half written; then it goes on to the end."""
        home, more = self.new_home(), ()
        for _ in range(self.rng.choice((1, 1, 2, 3))):
            number = self.rng.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM, signal.SIGINT))
            process = begun(self.script, home, *more)
            if self.rng.random() < 0.5:
                moment = self.rng.uniform(0, 1.05 * self.seconds)
                yield f"{number.name} after {moment:.2f} s"
                process.process.join(moment)
            else:
                nth = self.rng.randint(1, 12)
                yield f"{number.name} at half-written file {nth}"
                self._await_half_written(process, home, nth)
            if process.process.exitcode is None:
                os.kill(process.pid, number)
            done = process.finished()
            if "Traceback" in done.err:
                raise NotHeld(f"a traceback: {done.err.strip().splitlines()[-1]}")
            more = self.script.go_on if any(home.iterdir()) else ()
            if self.is_finished(home):
                break
        # a run that ended has nothing to go on with, and says so or runs anew
        self.judge(home, begun(self.script, home, *more).finished(), may_refuse=self.is_finished(home))

    @staticmethod
    def _await_half_written(process: warm.Process, home: Path, nth: int) -> None:
        seen = set()
        while process.process.exitcode is None and len(seen) < nth:
            seen |= {name for folder, names, _ in os.walk(home) for name in names if name.startswith(HALF_WRITTEN)}

    def damage(self) -> Iterator[str]:
        """One file that a later run reads is not what it was."""
        like = self.rng.choice((self.half_way, self.half_way, self.finished))
        home = self.new_home(like)
        path = self.rng.choice(self.files(home))
        yield f"{self.spoil(path, home)}, {like.name}"
        done = begun(self.script, home, *self.script.go_on).finished()
        self.judge(home, done, path.name, path.parent.name, "out.mp4")

    def spoil(self, path: Path, home: Path) -> str:
        """Make a file something else than it was; -> how, in words."""
        kind = self.rng.choice(("flip", "flip", "cut", "zero", "empty", "delete", "swap"))
        data = bytearray(path.read_bytes())
        if kind == "flip" and data:
            data[self.rng.randrange(len(data))] ^= 1 << self.rng.randrange(8)
        elif kind == "cut":
            data = data[: self.rng.randrange(len(data) + 1)]
        elif kind == "swap":
            others = [other for other in path.parent.iterdir() if other.suffix == path.suffix and other != path]
            data = self.rng.choice(others).read_bytes() if others else b"other"
        path.write_bytes({"zero": bytes(len(data)), "empty": b""}.get(kind, bytes(data)))
        if kind == "delete":
            path.unlink()
        return f"{kind} {path.relative_to(home)}"

    def read(self) -> Iterator[str]:
        """One file of a training's result is not what it was when its inference script draws with it."""
        if not self.script.module.startswith("finetune."):
            return
        base = next(word for word in self.script.words(self.folder) if word.startswith("--pretrained"))
        reader = Script(
            f"inference.inference_{self.script.name}",
            lambda home: [
                base,
                f"--adapter={home / 'out'}",
                f"--output_dir={home / 'sheet'}",
                "--prompts",
                "a ramp",
                "--num_inference_steps=2",
                f"--reference_dir={home / 'none'}",
            ],
            (),
            sheet_of,
        )
        if self.drawn is None:
            home = self.new_home(self.finished)
            done = begun(reader, home).finished()
            if done.rc:
                raise NotHeld(f"{reader.name} fails undisturbed: {done.err.strip()}")
            self.drawn = sheet_of(home)
        home = self.new_home(self.finished)
        within = [path.relative_to(home / "out").parts for path in self.files(home / "out")]
        path = self.rng.choice([home.joinpath("out", *parts) for parts in within if not self._beside(parts[0])])
        yield self.spoil(path, home)
        done = begun(reader, home).finished()
        self.judge(home, done, path.name, path.parent.name, reader=reader)

    @staticmethod
    def _beside(name: str) -> bool:
        return name.startswith(("checkpoint-", ".")) or name in ("cache", "class", "earlier", "logs", "samples")

    def two(self) -> Iterator[str]:
        """A second run in the same home while the first is at it: one of them is refused, the other is undisturbed."""
        home, wait = self.new_home(), self.rng.uniform(0, 0.8) * self.seconds
        yield f"a second run after {wait:.2f} s"
        first = begun(self.script, home)
        first.process.join(wait)
        second = begun(self.script, home, *self.rng.choice(((), self.script.go_on)))
        ends = [first.finished(), second.finished()]
        if all(end.rc for end in ends):
            raise NotHeld(f"neither ran: {' / '.join(end.err.strip()[-200:] for end in ends)}")
        for end in ends:
            self.judge(home, end, str(home))

    def full_disk(self) -> Iterator[str]:
        """No room, or no room for long files; then there is some again."""
        if self.rng.random() < 0.5 or os.geteuid():
            longest = int(self.rng.uniform(0.05, 1) * max(path.stat().st_size for path in self.files(self.finished)))
            yield f"no file over {longest} bytes"
            home = self.new_home()
            done = begun(self.script, home, longest=longest).finished()
        else:
            size = int(self.rng.uniform(0.1, 1.1) * self.bytes) + 4096
            yield f"a disk of {size} bytes"
            home = self.new_home()
            with small_disk(home, size) as disk:
                done = begun(self.script, disk).finished()
                self.judge(disk, done)
                shutil.copytree(disk, home, dirs_exist_ok=True)
        self.judge(home, done)
        if done.rc:
            more = self.script.go_on if any(home.iterdir()) else ()
            self.judge(home, begun(self.script, home, *more).finished(), may_refuse=False)

    def stranger(self) -> Iterator[str]:
        """A folder or a file in the way that belongs to somebody else."""
        if os.geteuid():
            return
        home = self.new_home(self.half_way)
        path = self.rng.choice([home, *(p for p in home.rglob("*") if HALF_WRITTEN not in str(p))])
        yield f"{path.relative_to(home)} of another user"
        for part in (path, *path.rglob("*")):
            os.chown(part, STRANGER, STRANGER)
            part.chmod(0o700 if part.is_dir() else 0o600)
        done = begun(self.script, home, *self.script.go_on, stranger=True).finished()
        # what it put aside to replace it, it may not remove
        theirs = [part for part in home.rglob("*") if part.lstat().st_uid == STRANGER]
        self.others = {folder for part in theirs for folder in part.parents}
        os.system(f"chown -R 0 '{home}'")
        self.judge(home, done, path.name, str(path), "out.mp4", str(home / "out"))


KINDS = ("kill", "damage", "two", "full_disk", "read", "damage", "kill", "stranger")


@contextmanager
def small_disk(home: Path, size: int) -> Iterator[Path]:
    disk = home.with_name(f"{home.name}-disk")
    disk.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", disk], check=True)
    try:
        yield disk
    finally:
        subprocess.run(["umount", disk], check=True)


class Launched(Attack):
    """A training under `accelerate launch`, with one process or two: its launcher, a worker or all are killed."""

    def __init__(self, script: Script, folder: Path, rng: random.Random, processes: int):
        self.processes, self.count = processes, 0
        self.command = [
            sys.executable, "-m", "accelerate.commands.launch", "--cpu", f"--num_processes={processes}",
            "--num_machines=1", "--mixed_precision=no", "--dynamo_backend=no",
            *(["--main_process_port=0"] if processes > 1 else []),
            f"{HERE.parent / script.module.replace('.', '/')}.py",
        ]  # fmt: skip
        self.script, self.folder, self.rng, self.number, self.others = script, folder, rng, 0, set()
        home = folder / "undisturbed"
        home.mkdir(parents=True)
        started = time.monotonic()
        done = self._ended(self._start(home))
        if done.rc:
            raise InputError(f"{script.name} under the launcher fails undisturbed: {done.err.strip()}")
        self.seconds, self.wanted = time.monotonic() - started, script.result(home)

    def _start(self, home: Path, *more: str) -> subprocess.Popen:
        self.count += 1
        environment = os.environ | warm.environment() | {"XDG_CACHE_HOME": str(home / "cache")}
        said = open(self.folder / f"said-{self.count}", "w+")  # noqa: SIM115
        process = subprocess.Popen(
            [*self.command, *self.script.words(home), *more],
            env=environment,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
        process.said = said
        return process

    def _ended(self, process: subprocess.Popen) -> Finished:
        try:
            process.wait(120)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise NotHeld("still running after 120 s") from None
        process.said.seek(0)
        return Finished(process.returncode, "", process.said.read())

    def launched(self) -> Iterator[str]:
        """SIGKILL for the launcher, for one of its workers, or for the whole group; then it goes on to the end."""
        home, whom = self.new_home(), self.rng.choice(("launcher", "worker", "group"))
        moment = self.rng.uniform(0.3, 1) * self.seconds
        yield f"{self.processes} processes, SIGKILL of the {whom} after {moment:.1f} s"
        process = self._start(home)
        time.sleep(moment)
        workers = children(process.pid)
        if whom == "launcher" or not workers:
            process.kill()
        elif whom == "worker":
            os.kill(self.rng.choice(workers), signal.SIGKILL)
        else:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(60)
        deadline = time.monotonic() + 60
        while any(Path(f"/proc/{worker}").exists() for worker in workers):
            if time.monotonic() > deadline:
                raise NotHeld("a worker outlives its launcher by a minute")
            time.sleep(0.1)
        more = self.script.go_on if (home / "out").exists() else ()
        self.judge(home, self._ended(self._start(home, *more)), may_refuse=False)


def children(pid: int) -> list[int]:
    listed = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True)
    return [int(line) for line in listed.stdout.split()]


def parse_args() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__, formatter_class=Help)
    parser.add_argument("--minutes", type=at_least(0.1, float), default=30.0, help="no case begins after them")
    parser.add_argument("--seed", type=int, default=0, help="of the cases")
    parser.add_argument("--scripts", nargs="+", help="names such as lora or compare; all if not given")
    parser.add_argument("--kinds", nargs="+", choices=[*dict.fromkeys(KINDS), "launched"], help="all if not given")
    return parser.parse_args()


def cases(scripts: list[Script], kinds: list[str], folder: Path, rng: random.Random) -> Iterator[tuple[Attack, str]]:
    """Script after script and kind after kind, for ever; what a kind needs is made when its turn comes."""
    attacks: dict = {}

    def attack(script: Script, processes: int = 0) -> Attack:
        key = script.module, processes
        if key not in attacks:
            place = folder / f"{script.name}-{processes or 'alone'}"
            attacks[key] = Launched(script, place, rng, processes) if processes else Attack(script, place, rng)
        return attacks[key]

    trainings = [script for script in scripts if script.module.startswith("finetune.")]
    turn = 0
    while True:
        for i in range(len(scripts)):
            for k, kind in enumerate(kinds):
                # every kind with every script, and the first round has each of both
                if kind != "launched":
                    yield attack(scripts[(i + k + turn) % len(scripts)]), kind
        if "launched" in kinds and trainings:
            yield attack(trainings[turn % len(trainings)], 1 + turn % 2), "launched"
        turn += 1


def main() -> None:
    args = parse_args()
    end, rng = time.monotonic() + 60 * args.minutes, random.Random(args.seed)
    folder = Path(tempfile.mkdtemp(prefix="attack-"))
    (folder / "world").mkdir()
    scripts = make_scripts(folder / "world")
    if args.scripts:
        if unknown := set(args.scripts) - {script.name for script in scripts}:
            raise InputError(f"no script {', '.join(sorted(unknown))}; there are {', '.join(s.name for s in scripts)}")
        scripts = [script for script in scripts if script.name in args.scripts]
    tried, held = Counter(), Counter()
    for attack, kind in cases(scripts, args.kinds or [*KINDS, "launched"], folder, rng):
        if time.monotonic() > end:
            break
        what, key = [], f"{attack.script.name} {kind}"
        try:
            what += getattr(attack, kind)()
        except NotHeld as problem:
            print(f"NOT HELD {key}: {', '.join(what)}: {problem}; see {attack.folder / str(attack.number)}", flush=True)
        else:
            held[key] += bool(what)
            shutil.rmtree(attack.folder / str(attack.number), ignore_errors=True)
        if what:  # or it does not apply: only trainings have a result to read
            tried[key] += 1
    rows = [(key, tried[key], held[key]) for key in sorted(tried)] + [("all", tried.total(), held.total())]
    print("".join(f"{key:36} {n:4} tried {h:4} held\n" for key, n, h in rows), end="")
    if tried.total() > held.total():
        sys.exit(1)
    shutil.rmtree(folder)


if __name__ == "__main__":
    run(main)
