"""From a clip's frames to what the model was trained on: which frames, at what size, and three kinds of control map.

All maps end as (1, 3, f, H, W) in [0, 1], one channel three times. Numbers here (Canny's thresholds, the sizes and
filters of resizing, depth normalised over the whole clip) are the ones the published weights have seen.
"""

from collections.abc import Sequence

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

CANNY = (100, 200)  # thresholds
DPT_SIZE = (384, 384)
# of the HED network: channels in, channels out and convolutions of each stage; mean blue, green and red over ImageNet
STAGES = {"One": (3, 64, 2), "Two": (64, 128, 2), "Thr": (128, 256, 3), "Fou": (256, 512, 3), "Fiv": (512, 512, 3)}
MEAN = (104.00698793, 116.66876762, 122.67891434)


def sample_frames(available: int, wanted: int, rate: int, begin: int = 0) -> list[int] | None:
    """Indices of `wanted` frames, every `rate`-th from `begin`; closer together, and from 0, where a clip is too short.

    None where the clip has fewer than `wanted` frames.
    """
    indices = [begin + k * rate for k in range(wanted)]
    while indices[-1] >= available:
        rate -= 1
        if rate == 0:
            return None
        indices = [k * rate for k in range(wanted)]
    return indices


def source_frames(frames: np.ndarray, size: tuple[int, int]) -> torch.Tensor:
    """(f, h0, w0, 3) uint8 -> (1, 3, f, H, W), stretched; bicubic, so a little outside [0, 1] at edges.

    What residual-based noise finds motion in.
    """
    x = torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 3, 1, 2).float() / 255
    x = F.interpolate(x, size=size, mode="bicubic", antialias=True, align_corners=False)
    return x.transpose(0, 1)[None]


def control_hint(maps: torch.Tensor, size: tuple[int, int], dtype: torch.dtype = torch.float32) -> torch.Tensor:
    """(f, 1, h0, w0) in [0, 1] -> (1, 3, f, H, W). Resized in `dtype`, the ControlNet's, as in training."""
    x = F.interpolate(maps.to(dtype), size=size, mode="bilinear", align_corners=False)
    return x.expand(-1, 3, -1, -1).transpose(0, 1)[None]


def canny_maps(frames: np.ndarray) -> np.ndarray:
    """(f, h0, w0, 3) RGB -> (f, h0, w0) uint8, 255 on edges; at the source's size."""
    return np.stack([cv2.Canny(np.ascontiguousarray(frame), *CANNY) for frame in frames])


def depth_input(frames: np.ndarray) -> torch.Tensor:
    """(f, h0, w0, 3) uint8 -> (f, 3, 384, 384) in [-1, 1], stretched: all the DPT of this model is given."""
    x = torch.from_numpy(np.ascontiguousarray(frames)).permute(0, 3, 1, 2).float() / 127.5 - 1
    return F.interpolate(x, size=DPT_SIZE, mode="bicubic", antialias=True, align_corners=False)


def depth_maps(
    predicted: torch.Tensor, size: tuple[int, int], limits: tuple[float, float] | None = None, scaled: bool = True
) -> torch.Tensor:
    """DPT's `predicted_depth` (f, h, w), larger is nearer -> (f, 1, H, W), 0 and 1 the clip's farthest and nearest.

    One range for all frames: with one for each, a thing that stays where it is would change its grey. `limits` is that
    range where `predicted` is a part of the clip; it is taken from depth that was resized, but not `scaled`.
    """
    x = F.interpolate(predicted[:, None], size=size, mode="bicubic", align_corners=False)
    if not scaled:
        return x
    low, high = (x.amin(), x.amax()) if limits is None else limits
    x = x - low
    return x / max(high - low, torch.finfo(x.dtype).tiny)


class HED(nn.Module):
    """Holistically-nested edges (Xie and Tu 2015), in the layout of hed-network.pth, which the hed checkpoint has.

    A VGG16 without its head; after each of its five stages a map of edges, and a weighted sum of the five.
    """

    def __init__(self):
        super().__init__()
        for name, (a, b, count) in STAGES.items():
            layers = [] if name == "One" else [nn.MaxPool2d(2)]
            for i in range(count):
                layers += [nn.Conv2d(a if i == 0 else b, b, 3, padding=1), nn.ReLU()]
            setattr(self, f"moduleVgg{name}", nn.Sequential(*layers))
            setattr(self, f"moduleScore{name}", nn.Conv2d(b, 1, 1))
        self.moduleCombine = nn.Sequential(nn.Conv2d(len(STAGES), 1, 1), nn.Sigmoid())

    def forward(self, bgr: torch.Tensor) -> torch.Tensor:
        """(n, 3, h, w) blue, green, red in [0, 1] -> (n, 1, h, w), how surely a pixel is an edge."""
        x = bgr * 255 - bgr.new_tensor(MEAN)[:, None, None]
        scores = []
        for name in STAGES:
            x = getattr(self, f"moduleVgg{name}")(x)
            score = getattr(self, f"moduleScore{name}")(x)
            scores.append(F.interpolate(score, size=bgr.shape[-2:], mode="bilinear", align_corners=False))
        return self.moduleCombine(torch.cat(scores, dim=1))

    @torch.no_grad()
    def maps(self, frames: Sequence[np.ndarray]) -> np.ndarray:
        """RGB frames (h0, w0, 3) uint8, one at a time -> (f, h0, w0) uint8, cut off to whole greys and not rounded."""
        weight = next(self.parameters())
        edges = []
        for frame in frames:
            bgr = torch.from_numpy(np.ascontiguousarray(frame[..., ::-1])).to(weight.device).permute(2, 0, 1)[None]
            edges.append((self(bgr.to(weight) / 255) * 255).clamp(0, 255).byte()[0, 0].cpu().numpy())
        return np.stack(edges)
