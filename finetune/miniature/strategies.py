"""Measure what fine-tuning did to the miniature: held-out plain prompts through the base and through each adapter.

python -m finetune.miniature.strategies                      those found in outputs/
python -m finetune.miniature.strategies --lora outputs/mine
"""

import argparse
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from finetune.miniature.measure import recognised
from finetune.miniature.world import HELD_OUT_SEED, SIZE, held_out_scenes
from images.scenes import caption
from inference.cli import InputError, run
from inference.files import atomic_write
from inference.judge import load_judge
from inference.options import ROOT, output_file
from inference.pipelines import MINIATURE, load_base
from inference.sampling import sample
from inference.strategies import BASE, Strategy, dreambooth, lora, textual_inversion


def judged(strategies: list[Strategy], count: int) -> dict[str, dict[str, float]]:
    """Shares of pictures judged dramatic, and with subject and setting recognised, for each strategy by name."""
    pipe, judge = load_base(str(MINIATURE), dtype=torch.float32, device="cpu"), load_judge()
    scenes = held_out_scenes(count, start=HELD_OUT_SEED + 100_000)
    shares = {}
    for strategy in strategies:
        prompts, seeds = [strategy.prompt(caption(scene)) for scene in scenes], range(count)
        with strategy.prepare(pipe) as prepared:
            made = sample(prepared, prompts, seeds, height=SIZE, width=SIZE, label=strategy.title)
            shares[strategy.name] = recognised(judge, np.stack([np.asarray(picture) for picture in made]), scenes)
    return shares


def found(args: argparse.Namespace) -> list[Strategy]:
    """The base and every adapter that is there; DreamBooth with its name in the prompt and without."""
    strategies = [BASE]
    if args.lora.exists():
        strategies.append(lora(args.lora, MINIATURE))
    if args.textual_inversion.exists():
        strategies.append(textual_inversion(args.textual_inversion, MINIATURE))
    if args.dreambooth.exists():
        named = dreambooth(args.dreambooth, MINIATURE)
        strategies += [named, replace(named, name="dreambooth_unnamed", title="DreamBooth, no name", prompt=str)]
    if strategies == [BASE]:
        raise InputError(f"no adapter in {args.lora}, {args.textual_inversion} or {args.dreambooth}; train one first")
    return strategies


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("lora", "textual_inversion", "dreambooth"):
        folder = ROOT / "outputs" / name
        parser.add_argument(f"--{name}", type=Path, default=folder, help=f"adapter (default: outputs/{name})")
    parser.add_argument("--count", type=int, default=100, help="held-out prompts (default: %(default)s)")
    parser.add_argument("--output", type=output_file, help="write the shares as JSON as well")
    args = parser.parse_args()

    strategies = found(args)
    shares = judged(strategies, args.count)
    print(f"{args.count} held-out plain prompts   judged cinematic   subject recognised   setting recognised")
    for strategy in strategies:
        share = shares[strategy.name]
        print(f"{strategy.title:28} {share['dramatic']:16.0%} {share['subject']:20.0%} {share['setting']:20.0%}")
    if args.output:
        with atomic_write(args.output) as aside:
            aside.write_text(json.dumps(shares, indent=2) + "\n")


if __name__ == "__main__":
    run(main)
