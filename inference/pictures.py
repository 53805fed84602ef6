"""The pictures of a sheet: what each is made from, which of them are there already, and making the rest.

A picture carries its recipe in its PNG metadata. One whose recipe is still the same is reused, so an interrupted run
goes on where it was, and a run that changes one strategy draws that one only.
"""

import argparse
import contextlib
import json
from collections.abc import Sequence
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from PIL import Image, PngImagePlugin

from inference.cli import InputError, written_aside
from inference.grid import comparison_sheet, save_sheet
from inference.options import output_folder, read_prompts
from inference.pipelines import (
    Cell,
    Strategy,
    base_folder,
    fingerprint,
    load_base,
    native_size,
    resolve_base,
    short_name,
)
from inference.scores import save_scores


class Job:
    """What a script was asked to draw. Making one checks everything that can be checked without a model."""

    def __init__(self, args: argparse.Namespace):
        self.args = args
        self.prompts = read_prompts(args.prompts)
        self.output_dir = output_folder(args.output_dir)
        self.base = resolve_base(args.pretrained_model_name_or_path)
        self.folder = base_folder(self.base, revision=args.revision, variant=args.variant)
        height, width, factor = native_size(self.folder)
        self.settings = {
            "height": args.height or height,
            "width": args.width or width,
            "num_inference_steps": args.num_inference_steps,
            "guidance_scale": args.guidance_scale,
            "negative_prompt": args.negative_prompt,
        }
        for side in ("height", "width"):
            if self.settings[side] % factor:
                raise InputError(f"--{side} {self.settings[side]} is not a multiple of {factor}, the size of a latent")

    def draw(self, strategies: Sequence[Strategy]) -> dict[Cell, Path]:
        """Draw what is not there yet, strategy by strategy on one base; returns the file of every cell, row by row."""
        cells = [
            Cell(row, strategy, prompt, self.args.seed + row)
            for row, prompt in enumerate(self.prompts)
            for strategy in strategies
        ]
        files = {cell: self.output_dir / "pictures" / f"{cell.row}-{cell.strategy.name}.png" for cell in cells}
        missing = [cell for cell in cells if read_recipe(files[cell]) != self.recipe(cell)]
        print(f"{len(cells)} pictures, {len(cells) - len(missing)} of them already drawn")
        for strategy in strategies:
            self._draw(strategy, [cell for cell in missing if cell.strategy is strategy], files)
        return files

    def _draw(self, strategy: Strategy, cells: list[Cell], files: dict[Cell, Path]) -> None:
        if not cells:
            return
        from inference.sampling import sample

        prompts, seeds = [strategy.prompt(cell.prompt) for cell in cells], [cell.seed for cell in cells]
        with strategy.prepare(self._pipe) as pipe:
            pictures = sample(
                pipe, prompts, seeds, **self.settings, batch_size=self.args.batch_size, label=strategy.title
            )
            for cell, picture in zip(cells, pictures, strict=True):
                save_picture(picture, files[cell], self.recipe(cell))

    def compare(self, strategies: Sequence[Strategy]) -> None:
        """Draw a row per prompt and a column per strategy, and score them: grid.png and scores.json."""
        files = self.draw(strategies)
        pictures = [Image.open(path) for path in files.values()]
        rows = [pictures[start : start + len(strategies)] for start in range(0, len(pictures), len(strategies))]
        notes = [f"seed {self.args.seed + row}" for row in range(len(rows))]
        titles = [strategy.title for strategy in strategies]
        self.finish(files, comparison_sheet(self.prompts, notes, titles, rows, self.footer))

    def finish(self, files: dict[Cell, Path], sheet: Image.Image) -> None:
        save_scores(files, self.folder / "clip", self.output_dir / "scores.json")
        save_sheet(sheet, self.output_dir / "grid.png")

    @property
    def footer(self) -> str:
        steps, guidance = self.settings["num_inference_steps"], self.settings["guidance_scale"]
        return f"{short_name(self.base)} · DPM-Solver++, {steps} steps · guidance {guidance:g}"

    def recipe(self, cell: Cell) -> dict:
        """All that makes this picture what it is, as it is written into the file and compared with what is there."""
        return {
            "prompt": cell.strategy.prompt(cell.prompt),
            "seed": cell.seed,
            "strategy": cell.strategy.name,
            **cell.strategy.recipe,
            **self.settings,
            "scheduler": "DPMSolverMultistepScheduler",
            "base": short_name(self.base),
            "base_sha256": self._fingerprint,
            "dtype": str(self._dtype).removeprefix("torch."),
            "versions": {package: version(package) for package in ("torch", "diffusers", "transformers", "peft")},
        }

    @cached_property
    def _pipe(self):
        args = self.args
        return load_base(self.base, revision=args.revision, variant=args.variant, dtype=self._dtype)

    @cached_property
    def _fingerprint(self) -> str:
        return fingerprint(self.folder)

    @cached_property
    def _dtype(self):
        import torch

        default = "fp16" if torch.cuda.is_available() else "no"
        dtypes = {"no": torch.float32, "fp16": torch.float16, "bf16": torch.bfloat16}
        return dtypes[self.args.mixed_precision or default]


def save_picture(picture: Image.Image, path: Path, recipe: dict) -> None:
    info = PngImagePlugin.PngInfo()
    info.add_itxt("recipe", json.dumps(recipe, ensure_ascii=False))
    with written_aside(path) as aside:
        picture.save(aside, pnginfo=info)


def read_recipe(path: Path) -> dict | None:
    """The recipe in a picture's metadata; None where there is no such picture, or one that is damaged."""
    with contextlib.suppress(OSError, SyntaxError, ValueError, KeyError), Image.open(path) as picture:
        picture.load()
        return json.loads(picture.text["recipe"])
    return None
