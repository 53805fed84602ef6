"""How the prompt and the neighbouring frames steer a step: two kinds of guidance on one prediction."""

from dataclasses import dataclass

import torch
from diffusers import DiffusionPipeline

from video.controlavideo.modules import fold, unfold


@dataclass(frozen=True)
class Guidance:
    text: torch.Tensor  # (2, l, d), negative and prompt; (1, l, d), the prompt, where there is no guidance
    scale: float  # how strictly the prompt is followed
    video_scale: float  # how much the frames are to agree; 0: as far as the model has them agree
    conditioning_scale: float  # strength of the control maps
    faithful: bool = False

    @property
    def guided(self) -> bool:
        return len(self.text) == 2

    def text_of_frames(self, frames: int) -> torch.Tensor:
        """Text (f, l, d) of the per-frame pass: the negative one for all frames.

        The original repeats [negative, prompt] where it should repeat each, so odd frames get the prompt.
        """
        if self.faithful:
            return self.text.repeat(frames, 1, 1)[:frames]
        return self.text[:1].expand(frames, -1, -1)


def predict_noise(
    pipe: DiffusionPipeline, x: torch.Tensor, t: torch.Tensor, hint: torch.Tensor | None, guidance: Guidance
) -> torch.Tensor:
    """The noise in `x` (1, 4, [f,] h, w), which is as the UNet takes it, after all guidance.

    eps = e_frame + video_scale (e_negative - e_frame) + scale (e_prompt - e_negative)

    e_frame is each frame's on its own, by the 2-D network inside the 3-D one: what the frames have from each other is
    the difference to it, and is made more of (arXiv 2305.13840, section 3.4). With video_scale 1 that is plain
    classifier-free guidance, which video_scale 0 gives without the second pass.
    """
    g = guidance
    both = torch.cat([x, x]) if g.guided else x
    eps = _networks(pipe, both, t, g.text, hint, g.conditioning_scale)
    if not g.guided:
        return eps
    negative, prompt = eps.chunk(2)
    steered = g.scale * (prompt - negative)
    if not g.video_scale:
        return negative + steered
    text = g.text_of_frames(x.shape[2])
    alone = unfold(_networks(pipe, fold(x), t, text, fold(hint), g.conditioning_scale), like=x)
    return alone + g.video_scale * (negative - alone) + steered


def _networks(pipe, x: torch.Tensor, t: torch.Tensor, text: torch.Tensor, hint: torch.Tensor | None, scale: float):
    down = mid = None
    if hint is not None:
        down, mid = pipe.controlnet(x, t, text, hint, conditioning_scale=scale, return_dict=False)
    return pipe.unet(x, t, text, down, mid, return_dict=False)[0]
