"""The miniature world's judge: which subject and setting a picture shows, and whether its light is dramatic.

A small classifier trained on drawn scenes only (`finetune/miniature/judge.py`). It shares nothing with the CLIP that
the miniature's generator listens to, so it can be asked what the generator made of a prompt.
"""

import itertools
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

from inference.pipelines import MINIATURE

INPUT = 64  # pixels: shapes and light survive, film grain and texture do not


class Judge(nn.Module):
    """Four strided convolutions and three linear heads over 64-pixel pictures."""

    def __init__(self, subjects: list[str], settings: list[str], width: int = 48):
        super().__init__()
        self.subjects, self.settings = subjects, settings
        widths = (3, width, width * 2, width * 3, width * 3)
        layers = []
        for low, high in itertools.pairwise(widths):
            layers += [nn.Conv2d(low, high, 3, stride=2, padding=1), nn.GroupNorm(8, high), nn.SiLU()]
            layers += [nn.Conv2d(high, high, 3, padding=1, groups=8), nn.SiLU()]
        self.trunk = nn.Sequential(*layers)
        self.heads = nn.Linear(2 * widths[-1], len(subjects) + len(settings) + 2)

    def forward(self, pixels: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """pixels (n, 3, 64, 64) in [0, 1] -> logits of subject, setting and light (plain, dramatic)."""
        x = self.trunk(pixels * 2 - 1)  # (n, c, 4, 4)
        x = torch.cat([x.mean((2, 3)), x.amax((2, 3))], 1)
        return self.heads(x).split([len(self.subjects), len(self.settings), 2], 1)


@dataclass(frozen=True)
class Verdict:
    """What the judge saw in each of n pictures."""

    subject: list[str]
    setting: list[str]
    dramatic: np.ndarray  # (n,) probability that the light is dramatic rather than plain


def judge_input(pictures: np.ndarray) -> torch.Tensor:
    """(n, h, w, 3) uint8 -> (n, 3, 64, 64) in [0, 1]; other aspect ratios are squeezed, as a thumbnail would be."""
    x = torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 255
    return F.interpolate(x, (INPUT, INPUT), mode="area")


def load_judge(folder: Path = MINIATURE / "judge") -> Judge:
    classes = json.loads((folder / "config.json").read_text())
    judge = Judge(classes["subjects"], classes["settings"])
    judge.load_state_dict({k: v.float() for k, v in load_file(folder / "model.safetensors").items()})
    return judge.eval()


@torch.no_grad()
def verdict(judge: Judge, pictures: np.ndarray) -> Verdict:
    """Judge pictures (n, h, w, 3) uint8."""
    logits = [judge(judge_input(pictures[i : i + 64])) for i in range(0, len(pictures), 64)]
    subject, setting, light = (torch.cat(part) for part in zip(*logits, strict=True))
    return Verdict(
        [judge.subjects[i] for i in subject.argmax(1)],
        [judge.settings[i] for i in setting.argmax(1)],
        light.softmax(1)[:, 1].numpy(),
    )
