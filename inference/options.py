"""What every inference script asks for on the command line, and the checks that need no model."""

import argparse
import math
import os
import shutil
from collections.abc import Callable
from pathlib import Path

from inference.cli import InputError, read_text

ROOT = Path(__file__).resolve().parents[1]
DEFAULT_PROMPTS = [
    "a red lighthouse by the sea",
    "a hot air balloon in the mountains",
    "a hiker in the forest",
    "a white sailing boat by the sea",
    "a castle in the snow",
    "a windmill in the hills",
]
CINEMATIC_PROMPT = "{prompt}, dramatic lighting"
DPT = "Intel/dpt-hybrid-midas"
SEEDS = 2**64  # that torch's generators tell apart; behind the last one comes 0


class Help(argparse.ArgumentDefaultsHelpFormatter, argparse.RawDescriptionHelpFormatter):
    """The script's docstring as it stands, and every default that says something."""

    def _get_help_string(self, action: argparse.Action) -> str:
        return action.help if action.default in (None, "") else super()._get_help_string(action)


def at_least(least: float, kind: Callable = int, most: float | None = None) -> Callable[[str], float]:
    """What argparse calls for a number from `least` to `most`; inf and nan are none."""

    def number(text: str) -> float:
        value = kind(text)
        if kind is float and not math.isfinite(value):
            raise argparse.ArgumentTypeError(f"{text} is not a finite number")
        if value < least:
            raise argparse.ArgumentTypeError(f"{text} is below {least}")
        if most is not None and value > most:
            raise argparse.ArgumentTypeError(f"{text} is above {most}")
        return value

    number.__name__ = kind.__name__  # argparse says "invalid int value" by it
    return number


def output_file(text: str) -> Path:
    """What argparse calls for a file to write. A link is written through; what is no file stays what it is."""
    path = Path(text)
    if path.is_symlink():
        path = Path(os.path.realpath(path))
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise InputError(
            f"{text} is a device or a pipe, and what is written there in one piece is a file; name another"
        )
    return path


any_seed = at_least(0, most=SEEDS - 1)
any_scale = at_least(-1000, float, most=1000)


def add_base_options(add: Callable[..., argparse.Action]) -> None:
    """Which base, for the `add_argument` of a parser or of a group; every script that loads one asks the same way."""
    add(
        "--pretrained_model_name_or_path",
        default="auto",
        metavar="BASE",
        help="hub name or folder of the base, or miniature; auto: SD v1.5 where CUDA is present, else the miniature",
    )
    add("--revision", help="of the base on the hub: branch, tag or commit")
    add("--variant", help="of the base's weight files, such as fp16")


def sampling_parser(description: str, output_dir: str) -> argparse.ArgumentParser:
    """Flags that every script drawing pictures has, with the names diffusers gives them."""
    parser = argparse.ArgumentParser(description=description, formatter_class=Help)
    add = parser.add_argument
    add_base_options(add)
    add("--prompts", nargs="+", metavar="PROMPT", help="prompts, or text files of one a line; ours if not given")
    add("--num_images_per_prompt", type=at_least(1), default=1, help="rows per prompt, each with its own seed")
    add("--negative_prompt", default="", help="what the pictures should not show")
    add("--seed", type=any_seed, default=0, help="of the first row; each further row has the next one")
    add("--num_inference_steps", type=at_least(1), default=20, help="denoising steps of DPM-Solver++")
    add("--guidance_scale", type=at_least(0, float), default=7.5, help="of classifier-free guidance; 1: none")
    add("--height", type=at_least(8), help="in pixels; the base's own where it is not given")
    add("--width", type=at_least(8), help="in pixels; the base's own where it is not given")
    add("--batch_size", type=at_least(1), default=8, help="pictures drawn at once")
    add(
        "--mixed_precision",
        choices=["no", "fp16", "bf16"],
        help="if not given: fp16 on CUDA, no on the CPU, where bf16 is faster from AVX512-BF16 or AMX on",
    )
    add("--compile", action="store_true", help="compile the denoiser's blocks: slow to start, faster pictures")
    add(
        "--reference_dir",
        type=Path,
        help="pictures that nearness and film look are measured against; if not given, those that trainings default to",
    )
    add(
        "--clip_model_name_or_path",
        metavar="CLIP",
        help="of the scores; if not given, the base's own in clip/, else openai/clip-vit-large-patch14",
    )
    add("--output_dir", type=Path, default=ROOT / "outputs" / output_dir, help="where sheet, pictures and scores go")
    return parser


def add_lora_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--adapter", default=ROOT / "outputs" / "lora", help="LoRA: safetensors file or the folder that has it")
    add("--lora_scale", type=any_scale, default=1.0, help="strength of the LoRA; 0 is the base")


def add_word_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--adapter", default=ROOT / "outputs" / "textual_inversion", help="the word: safetensors file or its folder")
    add("--prompt_template", help='such as "{prompt}, in the style of <my-look>"; as it was trained if not given')


def add_model_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--adapter", default=ROOT / "outputs" / "dreambooth", help="pipeline folder that dreambooth.sh made")
    add("--prompt_template", help='such as "{prompt}, in cinematic style"; as it was trained if not given')


def add_controlnet_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--control", default="canny", help="map: canny, depth, or a detector of controlnet_aux such as softedge_hed")
    add("--controlnet", metavar="NAME", help="hub name or folder; if not given, the base's own or the one for SD v1.5")
    add("--cinematic_prompt", default=CINEMATIC_PROMPT, help="how the ControlNet's prompt is written")
    add("--controlnet_conditioning_scale", type=at_least(0, float), default=1.0, help="strength of the ControlNet")
    add("--control_guidance_end", type=at_least(0, float), default=1.0, help="share of the steps with the ControlNet")
    add("--low_threshold", type=at_least(0), default=100, help="of canny: weaker edges are dropped")
    add("--high_threshold", type=at_least(0), default=200, help="of canny: stronger edges are kept")
    add("--depth_model", default=DPT, help="of depth: hub name or folder of a DPT")


def read_prompts(given: list[str] | None) -> list[str]:
    """Prompts as they were given, and in the place of each text file among them its lines."""
    prompts = []
    for i, one in enumerate(DEFAULT_PROMPTS if given is None else given, start=1):
        # os.path, because pathlib raises where a prompt is longer than a file's name can be
        found = [one.strip()]
        if one.endswith(".txt") or os.path.isfile(one):
            found = [line.strip() for line in read_text(Path(one)).split("\n") if line.strip()]
        if not found:
            raise InputError(f"prompt file {one} is empty; write one prompt on each line")
        if "" in found:
            raise InputError(f"prompt {i} of {len(given)} is empty; leave it out or say what to draw")
        prompts += found
    return prompts


def check_compiler(cuda: bool) -> None:
    """Refuse --compile where the code it makes could not be compiled."""
    if not cuda and not shutil.which(os.environ.get("CXX", "g++")):
        raise InputError(
            "--compile needs a C++ compiler on a CPU, and there is no g++ here; install it or leave it out"
        )


def output_folder(path: Path) -> Path:
    """Make the folder now, so that hours of pictures do not end at a folder that cannot be written."""
    try:
        path.mkdir(parents=True, exist_ok=True)
        probe = path / ".writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise InputError(f"cannot write into {path} ({error.strerror}); choose another --output_dir") from error
    return path
