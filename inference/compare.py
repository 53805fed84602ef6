"""Draw prompts with every strategy on one sheet, score them, and write a page to look through and vote on.

python compare.py                              base, and what finetune/*.sh made in outputs/
python compare.py --strategies lora controlnet --prompts prompts.txt --num_images_per_prompt 4
python compare.py --strategies lora --lora_scale 0 0.5 1 1.5
python compare.py --strategies lora --checkpoints outputs/lora
accelerate launch compare.py                   the same on several GPUs
"""

import argparse
import os
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from inference.cli import InputError, run
from inference.device import rank_and_world
from inference.options import ROOT, add_controlnet_options, any_scale, sampling_parser

if TYPE_CHECKING:
    from inference.strategies import Strategy

OUTPUTS = ROOT / "outputs"
TITLES = {
    "base": "Base",
    "lora": "LoRA",
    "textual_inversion": "Textual inversion",
    "dreambooth": "DreamBooth",
    "controlnet": "ControlNet",
}


def parse_args() -> argparse.Namespace:
    parser = sampling_parser(__doc__, output_dir="compare")
    add = parser.add_argument_group("strategies").add_argument
    add("--strategies", nargs="+", choices=TITLES, default=list(TITLES), help="columns; base is always there")
    add("--lora", metavar="LORA", help="safetensors file or its folder; outputs/lora if not given")
    add("--lora_scale", type=any_scale, nargs="+", default=[1.0], help="strength of the LoRA; each makes a column")
    add("--checkpoints", type=Path, metavar="DIR", help="a column for the LoRA in each checkpoint of this training")
    add("--textual_inversion", metavar="WORD", help="safetensors file or its folder; outputs/textual_inversion else")
    add("--dreambooth", metavar="DIR", help="pipeline folder; outputs/dreambooth if not given")
    add_controlnet_options(parser)
    return parser.parse_args()


def lora_columns(args: argparse.Namespace, base_folder: Path) -> Iterator["Strategy"]:
    """One column per checkpoint and strength; plain "lora" where there is one of each."""
    from inference.strategies import lora

    if args.lora and args.checkpoints:
        raise InputError(f"--lora {args.lora} and --checkpoints {args.checkpoints} both name LoRAs; give one of them")
    adapters = checkpoints(args.checkpoints) if args.checkpoints else {"lora": args.lora or OUTPUTS / "lora"}
    scales = {f"{scale:g}": scale for scale in args.lora_scale}  # as columns name them: given twice, there is one
    for name, adapter in adapters.items():
        for written, scale in scales.items():
            swept = f" × {written}" if len(scales) > 1 else ""
            title = "LoRA" if name == "lora" else name.capitalize().replace("-", " ")
            yield lora(adapter, base_folder, scale, name + swept.replace(" × ", "-"), title + swept)


def checkpoints(folder: Path) -> dict[str, Path]:
    """{"checkpoint-500": its LoRA, ...} in order of steps, and the final one last."""
    from inference.adapters import LORA_WEIGHTS

    found = {path.parent.name: path for path in folder.glob(f"checkpoint-*/{LORA_WEIGHTS}")}
    if not found:
        raise InputError(f"no checkpoint with a {LORA_WEIGHTS} in {folder}; make some with --checkpointing_steps")
    ordered = sorted(found, key=lambda name: int(re.sub(r"\D", "", name) or 0))
    last = {"final": folder / LORA_WEIGHTS} if (folder / LORA_WEIGHTS).is_file() else {}
    return {name: found[name] for name in ordered} | last


def painted(args: argparse.Namespace, base_folder: Path) -> "Strategy":
    """ControlNet, once its detector has loaded: when it is needed, the base's pictures have been drawn."""
    from inference.strategies import controlnet_asked

    strategy = controlnet_asked(args, base_folder)
    strategy.controlnet.detector("cpu")
    return strategy


def makers(args: argparse.Namespace, base_folder: Path) -> dict[str, tuple[bool, Callable[[], list["Strategy"]]]]:
    """Strategy -> whether its adapter was asked for by name, and what makes its columns."""
    from inference.strategies import BASE, dreambooth, textual_inversion

    word, model = args.textual_inversion, args.dreambooth
    return {
        "base": (False, lambda: [BASE]),
        "lora": (bool(args.lora or args.checkpoints), lambda: list(lora_columns(args, base_folder))),
        "textual_inversion": (
            bool(word), lambda: [textual_inversion(word or OUTPUTS / "textual_inversion", base_folder)],
        ),
        "dreambooth": (bool(model), lambda: [dreambooth(model or OUTPUTS / "dreambooth", base_folder)]),
        "controlnet": (bool(args.controlnet), lambda: [painted(args, base_folder)]),
    }  # fmt: skip


def in_short(error: InputError) -> str:
    """As much of a sentence as a tile holds: what is wrong without its details, and the first way out."""
    wrong, _, way_out = str(error).replace(f"{ROOT}/", "").partition("; ")
    return f"{re.split(': | [(]|, which', wrong)[0]}; {way_out.split(', or ')[0]}"


def main() -> None:
    args = parse_args()
    if rank_and_world()[0]:
        sys.stdout = open(os.devnull, "w", errors="replace")  # noqa: SIM115  one of several processes speaks
    from inference.comparison import Job, Notice
    from inference.detectors import check_kind
    from inference.strategies import filled

    if "controlnet" in args.strategies:  # a slip in a flag is no missing adapter
        check_kind(args.control)
        filled(args.cinematic_prompt, "--cinematic_prompt")
    with Job(args) as job:
        columns = []
        for name, (by_name, make) in makers(args, job.folder).items():
            if name not in ("base", *args.strategies):
                continue
            try:
                columns += make()
            except InputError as error:
                if by_name:
                    raise
                print(f"left out: {TITLES[name]}: {error}", file=sys.stderr)
                columns.append(Notice(TITLES[name], in_short(error)))
        job.compare(columns)
        if job.rank == 0:
            from inference.report_page import write_report

            write_report(args.output_dir)


if __name__ == "__main__":
    run(main)
