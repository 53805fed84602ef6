"""The pictures of a sheet: what each is made from, which of them are there already, and making the rest.

A picture carries its recipe in its PNG metadata. One whose recipe is still the same is reused, so an interrupted run
goes on where it was, and a run that changes one strategy draws that one only.
"""

import argparse
import sys
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from inference.batching import Batch, note, planned
from inference.cli import InputError
from inference.device import dtype_of, rank_and_world
from inference.families import family_of
from inference.files import file_sha256, locked
from inference.grid import Column, comparison_sheet, notice_tile, save_sheet
from inference.image_io import PictureWriter, read_picture, read_recipe, save_picture
from inference.options import SEEDS, check_compiler, output_folder, read_prompts
from inference.pipelines import (
    base_folder,
    check_steps,
    fingerprint,
    load_base,
    load_tokenizer,
    native_size,
    pictures_for,
    resolve_base,
    short_name,
)
from inference.scores import begin_scores, reference_pictures, save_scores
from inference.strategies import BASE, Cell, Strategy


@dataclass(frozen=True)
class Notice:
    """A column that cannot be drawn, and why."""

    title: str
    text: str


class Job:
    """What a script was asked to draw. Making one checks everything that can be checked without a model.

    Used with `with`, which holds the output folder: a second run in it would mix its pictures with these.
    """

    def __init__(self, args: argparse.Namespace, image: Path | None = None):
        self.args, self.image = args, image
        # one prompt several times over stands in rows of its own, each with its own seed
        self.prompts = [prompt for prompt in read_prompts(args.prompts) for _ in range(args.num_images_per_prompt)]
        self.output_dir = output_folder(args.output_dir)
        self.base = resolve_base(args.pretrained_model_name_or_path)
        self.folder = base_folder(self.base, revision=args.revision, variant=args.variant)
        self.rank, self.processes = rank_and_world()
        check_steps(self.folder, args.num_inference_steps)
        height, width = self._size()
        self.settings = {
            "height": height,
            "width": width,
            "num_inference_steps": args.num_inference_steps,
            "guidance_scale": args.guidance_scale,
            "negative_prompt": args.negative_prompt,
        }
        # read now, so that a damaged one does not end hours of drawing; one process scores
        self.references = (
            [] if self.rank else reference_pictures(args.reference_dir or pictures_for(self.base), height * width)
        )
        if args.compile:
            check_compiler(self._device.type == "cuda")

    def __enter__(self) -> "Job":
        self._held = locked(self.output_dir) if self.rank == 0 else nullcontext()
        self._held.__enter__()
        return self

    def __exit__(self, *error: object) -> None:
        self._held.__exit__(*error)

    def _size(self) -> tuple[int, int]:
        """Pixels as asked for, else the base's own, in the shape of the user's picture where there is one."""
        height, width, factor = native_size(self.folder)
        if self.image:
            picture = read_picture(self.image)
            ratio = (picture.height / picture.width) ** 0.5
            height, width = (max(round(side / factor), 1) * factor for side in (height * ratio, width / ratio))
        height, width = self.args.height or height, self.args.width or width
        for name, side in (("height", height), ("width", width)):
            if side % factor:
                raise InputError(f"--{name} {side} is not a multiple of {factor}, the size of a latent")
        return height, width

    def draw(self, strategies: Sequence[Strategy]) -> dict[Cell, Path]:
        """Draw what is not there yet, strategy by strategy on one base; returns the file of every cell, row by row."""
        cells = [
            Cell(row, strategy, prompt, self._seed(row))
            for row, prompt in enumerate(self.prompts)
            for strategy in strategies
        ]
        files = {cell: self.output_dir / "pictures" / f"{cell.row}-{cell.strategy.name}.png" for cell in cells}
        missing = [cell for cell in cells if read_recipe(files[cell]) != self.recipe(cell)]
        print(f"{len(cells)} pictures, {len(cells) - len(missing)} of them already drawn", flush=True)
        if self.rank == 0:
            self._name_what_is_truncated(strategies)
        if missing and self.rank == 0:  # an interrupted run must not leave the last one's pictures among its own
            for cell in missing:
                files[cell].unlink(missing_ok=True)
            begin_scores(cells, self.output_dir / "scores.json")
        notes = self.output_dir / ".batches.json"
        batches = planned(cells, set(missing), self.args.batch_size, self.recipe, notes)
        self._wait()  # until every process has seen what is there
        if missing and self.rank == 0:
            note(batches, self.recipe, notes)
        for held in (False, True):  # a ControlNet starts from the base's pictures
            # whole batches are dealt out, so that a process draws the bits that one alone would
            share = [batch for batch in batches if bool(batch[0].strategy.controlnet) == held]
            with PictureWriter() as writer:
                for strategy in strategies:
                    own = [batch for batch in share[self.rank :: self.processes] if batch[0].strategy is strategy]
                    for cell, picture in self._draw(strategy, own, files):
                        if cell in missing:
                            writer.save(picture, files[cell], self.recipe(cell))
            self._wait()
        return files

    def _seed(self, row: int) -> int:
        return (self.args.seed + row) % SEEDS

    def _name_what_is_truncated(self, strategies: Sequence[Strategy]) -> None:
        """A line for each prompt with more tokens than the text encoder reads: what it will not see, and where.

        A word that was learned is counted as the base spells it, not by its vectors.
        """
        tokenizer = load_tokenizer(self.folder)
        limit, negative = tokenizer.model_max_length, self.settings["negative_prompt"]
        texts = {
            prompt: {strategy.title: strategy.prompt(prompt) for strategy in strategies} for prompt in self.prompts
        }
        for prompt, written in [*texts.items(), (negative, {"negative prompt": negative})]:
            ends: dict[str, list[str]] = {}  # what is truncated -> the columns in which it is
            for title, text in written.items():
                tokens = tokenizer(text, verbose=False).input_ids
                if len(tokens) > limit:
                    ends.setdefault(tokenizer.decode(tokens[limit - 1 : -1]), []).append(title)
            if ends:
                told = "; ".join(f'"{end.strip()}" ({", ".join(titles)})' for end, titles in ends.items())
                named = textwrap.shorten(prompt, 60, placeholder=" …")
                print(f'note: "{named}" is beyond {limit} tokens; truncated: {told}', file=sys.stderr)

    def _wait(self) -> None:
        if self.processes > 1:
            self._state.wait_for_everyone()

    def _draw(
        self, strategy: Strategy, batches: Sequence[Batch], files: dict[Cell, Path]
    ) -> Iterator[tuple[Cell, Image.Image]]:
        if not batches:
            return
        from inference.sampling import sample

        cells = [cell for batch in batches for cell in batch]
        prompts, seeds = [strategy.prompt(cell.prompt) for cell in cells], [cell.seed for cell in cells]
        maps = self.control_maps(strategy, files) if strategy.controlnet else {}
        with strategy.prepare(self._pipe) as pipe:
            control = strategy.controlnet and strategy.controlnet.over(pipe, [maps[cell.row] for cell in cells])
            if self.args.compile:
                network = family_of(pipe).network(pipe)
                network.requires_grad_(False)  # a LoRA leaves it so, and for each way it would be compiled anew
                network.compile_repeated_blocks()
            pictures = sample(
                pipe,
                prompts,
                seeds,
                **self.settings,
                batch_size=[len(batch) for batch in batches],
                control=control,
                label=strategy.title,
            )
            yield from zip(cells, pictures, strict=True)

    def control_maps(self, strategy: Strategy, files: dict[Cell, Path]) -> dict[int, np.ndarray]:
        """Row -> what the ControlNet holds to, (h, w, 3) uint8; found in control/ or made from the row's picture."""
        maps, detect = {}, None
        for row in range(len(self.prompts)):
            path = self.output_dir / "control" / f"{row}-{strategy.controlnet.kind.replace('+', 'plus')}.png"
            recipe = strategy.controlnet.map_recipe | {"of": self._source_recipe(row)}
            if read_recipe(path) != recipe:
                detect = detect or strategy.controlnet.detector(str(self._device))
                save_picture(Image.fromarray(detect(np.asarray(self._source(row, files)))), path, recipe)
            maps[row] = np.asarray(read_picture(path))
        return maps

    def _source(self, row: int, files: dict[Cell, Path]) -> Image.Image:
        """The picture a ControlNet starts from: the user's own, else the base's."""
        if self.image:
            size = (self.settings["width"], self.settings["height"])
            return ImageOps.fit(read_picture(self.image), size, Image.Resampling.LANCZOS)
        return read_picture(next(path for cell, path in files.items() if cell.row == row and cell.strategy is BASE))

    def _source_recipe(self, row: int) -> dict:
        if self.image:
            return {"image_sha256": file_sha256(self.image)} | {
                side: self.settings[side] for side in ("height", "width")
            }
        return self.recipe(Cell(row, BASE, self.prompts[row], self._seed(row)))

    def compare(self, columns: Sequence[Strategy | Notice], show_maps: bool = False) -> None:
        """Draw a row per prompt and a column per strategy, and score them: grid.png and scores.json."""
        strategies = [column for column in columns if isinstance(column, Strategy)]
        files = self.draw(strategies)
        if self.rank:
            return  # one process writes
        shown = [Column("Picture", [self._source(0, files)] * len(self.prompts))] if self.image else []
        for one in columns:
            if isinstance(one, Notice):
                tile = notice_tile(shown[0].pictures[0].size, one.text)
                shown.append(Column(one.title, [tile] * len(self.prompts)))
                continue
            if show_maps and one.controlnet:
                maps = self.control_maps(one, files).values()
                shown.append(Column("Control map", [Image.fromarray(found) for found in maps]))
            own = [read_picture(path) for cell, path in files.items() if cell.strategy is one]
            shown.append(Column(one.title, own))
        notes = [f"seed {self._seed(row)}" for row in range(len(self.prompts))]
        sheet = comparison_sheet(self.prompts, notes, shown, self.footer)
        self.finish(files, sheet, {one.title: one.text for one in columns if isinstance(one, Notice)})

    def finish(self, files: dict[Cell, Path], sheet: Image.Image, notices: dict[str, str] | None = None) -> None:
        save_sheet(sheet, self.output_dir / "grid.png")  # before the scores, which may have to wait for a CLIP
        save_scores(
            files,
            self.output_dir / "scores.json",
            per_prompt=self.args.num_images_per_prompt,
            clip=self.args.clip_model_name_or_path or self.folder / "clip",
            references=self.references,
            notices=notices,
            device=str(self._device),
        )

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
        return load_base(
            self.base, revision=args.revision, variant=args.variant, dtype=self._dtype, device=self._device
        )

    @cached_property
    def _state(self):
        from accelerate import PartialState

        return PartialState()

    @cached_property
    def _device(self):
        import torch

        if self.processes > 1:
            return self._state.device
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")

    @cached_property
    def _fingerprint(self) -> str:
        return fingerprint(self.folder)

    @cached_property
    def _dtype(self):
        return dtype_of(self.args.mixed_precision)
