"""The pipeline as the runner takes it: on the machine's device, in its arithmetic, over the base that was asked for."""

from importlib.util import find_spec
from pathlib import Path

import torch

from inference.cli import InputError
from inference.device import dtype_of
from video.controlavideo.checkpoint import put_base
from video.controlavideo.pipeline import ControlAVideoPipeline


def load_for_runner(
    folder: Path, base_model: str | None, mixed_precision: str | None, compiled: bool, xformers: bool = False
) -> ControlAVideoPipeline:
    """The pipeline on the machine's device, over the base that was asked for."""
    import diffusers
    import transformers

    for library in (diffusers, transformers):
        library.utils.logging.disable_progress_bar()
    cuda = torch.cuda.is_available()
    if xformers and not (cuda and find_spec("xformers")):
        raise InputError("--enable_xformers_memory_efficient_attention needs a CUDA GPU and `pip install xformers`")
    pipe = ControlAVideoPipeline.from_pretrained(folder, dtype=dtype_of(mixed_precision))
    if base_model:
        put_base(pipe, Path(base_model))
    pipe = pipe.to("cuda" if cuda else "cpu")
    pipe.set_progress_bar_config(leave=False, unit="step", dynamic_ncols=True)
    for network in (pipe.unet, pipe.controlnet, pipe.vae):
        network.eval().to(memory_format=torch.channels_last)  # folding frames is free then
    if xformers:
        pipe.enable_xformers_memory_efficient_attention()
    if compiled:
        pipe.unet.compile(), pipe.controlnet.compile()
    return pipe
