"""Measure what fine-tuning did to the miniature: held-out plain prompts through the base and through an adapter.

python -m finetune.miniature.strategies --lora outputs/lora
"""

import argparse
import json
from pathlib import Path

import numpy as np
import torch

from finetune.miniature.measure import recognised
from finetune.miniature.world import HELD_OUT_SEED, SIZE, held_out_scenes
from images.scenes import caption
from inference.adapters import find_lora
from inference.cli import run, written_aside
from inference.judge import load_judge
from inference.pipelines import MINIATURE, load_base
from inference.sampling import sample
from inference.strategies import BASE, Strategy, lora


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


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lora", type=Path, default=Path("outputs/lora"), help="adapter (default: %(default)s)")
    parser.add_argument("--count", type=int, default=100, help="held-out prompts (default: %(default)s)")
    parser.add_argument("--output", type=Path, help="write the shares as JSON as well")
    args = parser.parse_args()

    shares = judged([BASE, lora(find_lora(args.lora), MINIATURE)], args.count)
    print(f"{args.count} held-out plain prompts | judged cinematic | subject recognised | setting recognised")
    for name, share in shares.items():
        print(f"{name:10} {share['dramatic']:8.0%} {share['subject']:8.0%} {share['setting']:8.0%}")
    if args.output:
        with written_aside(args.output) as aside:
            aside.write_text(json.dumps(shares, indent=2) + "\n")


if __name__ == "__main__":
    run(main)
