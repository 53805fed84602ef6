"""Control-A-Video's pipeline: a clip of latents, denoised together, guided by control maps and by its first frame.

    pipe = ControlAVideoPipeline.from_pretrained("wf-genius/controlavideo-depth")
    frames = pipe("a bear walking through stars", controlnet_hint=maps, images=source).images[0]

Maps and source frames are (1, 3, f, H, W) in [0, 1]. The first frame is drawn as a picture of its own and then held;
the others are denoised beside it, with noise that stands still where the source does (arXiv 2305.13840).
"""

import inspect
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from diffusers import DiffusionPipeline
from diffusers.loaders import StableDiffusionLoraLoaderMixin, TextualInversionLoaderMixin
from diffusers.utils import BaseOutput
from diffusers.utils.torch_utils import randn_tensor
from PIL import Image

from inference.cli import InputError
from inference.device import dtype_of
from video.controlavideo.clip_latents import decode_frames, encode_picture, hold, prepend
from video.controlavideo.guidance import Guidance, predict_noise
from video.controlavideo.loading import load_parts, put_base
from video.controlavideo.noise import inherit, motion_mask


@dataclass(frozen=True)
class Repairs:
    """Oddities of the original implementation. True: repaired.

    The published results contain them all, so `faithful=True`, which is `Repairs.none()`, reproduces them, and raises
    ValueError where the original would have crashed:

    - in the per-frame pass odd frames get the prompt, where all are to have the negative text;
    - guidance works above 5 only and not above 1, and per-frame guidance fails below;
    - sides are multiples of 64, not of 8; a clip of one frame has no residual to divide by;
    - the first frame is a sample of the VAE's posterior by the global generator, not its mean;
    - it is drawn with 20 steps and the defaults of negative prompt, scale and eta, rounded to 8 bits and encoded once
      more, scaled by schedulers such as Euler, and shown with the scheduler's last step on top;
    - add_first_frame_by_concat takes a frame from the clip where there is no first frame, and fails together with
      residual-based noise;
    - a chunk leaves out its first frame, so that fewer frames come out than went in, and has residual-based noise of
      its own instead of its part of the clip's.
    """

    oddities: bool = True
    look_anchored: bool = True  # each chunk's first frame is held to the colours and contrast of the clip's first

    @classmethod
    def none(cls) -> "Repairs":
        return cls(oddities=False, look_anchored=False)


@dataclass(frozen=True)
class Held:
    """What is put into the latents before a step."""

    first_frame: torch.Tensor | None  # (1, 4, h, w), clean
    motion_mask: torch.Tensor | None  # (1, 1, f - 1, h, w): where it is 0, noise is inherited from the frame before
    residual_control_steps: int  # the first steps, before which it is inherited
    first_frame_ddim_strength: float  # below 1, the others inherit from the first frame with so much noise in it
    scaled: bool  # the first frame too, by schedulers that scale what the UNet is given


@dataclass
class ControlAVideoOutput(BaseOutput):
    images: list[list[Image.Image]] | list[Image.Image] | np.ndarray | torch.Tensor
    nsfw_content_detected: None = None


class ControlAVideoPipeline(DiffusionPipeline, TextualInversionLoaderMixin, StableDiffusionLoraLoaderMixin):
    model_cpu_offload_seq = "text_encoder->controlnet->unet->vae"

    def __init__(self, vae, text_encoder, tokenizer, unet, controlnet, scheduler):
        super().__init__()
        scheduler = type(scheduler).from_config(scheduler.config, **_settled(scheduler))
        self.register_modules(
            vae=vae,
            text_encoder=text_encoder,
            tokenizer=tokenizer,
            unet=unet,
            controlnet=controlnet,
            scheduler=scheduler,
        )
        self.vae_scale_factor = 2 ** (len(vae.config.block_out_channels) - 1)

    @classmethod
    def from_pretrained(cls, pretrained_model_name_or_path, **kwargs) -> "ControlAVideoPipeline":
        """The published checkpoints, from the hub or a folder, and what `save_pretrained` writes; see loading.py."""
        return cls(**load_parts(pretrained_model_name_or_path, **kwargs))

    @torch.no_grad()
    def __call__(
        self,
        prompt: str | list[str] | None = None,
        controlnet_hint: torch.Tensor | None = None,
        height: int | None = None,
        width: int | None = None,
        num_inference_steps: int = 50,
        clip_length: int = 8,
        guidance_scale: float = 7.5,
        negative_prompt: str | list[str] | None = None,
        num_images_per_prompt: int = 1,
        eta: float = 0.0,
        generator: torch.Generator | list[torch.Generator] | None = None,
        latents: torch.Tensor | None = None,
        output_type: str = "pil",
        return_dict: bool = True,
        video_scale: float = 0.0,
        controlnet_conditioning_scale: float = 1.0,
        fix_first_frame: bool = True,
        first_frame_output: Image.Image | None = None,
        first_frame_output_latent: torch.Tensor | None = None,
        first_frame_control_hint: torch.Tensor | None = None,
        add_first_frame_by_concat: bool = False,
        controlhint_in_uncond: bool = False,
        init_same_noise_per_frame: bool = False,
        init_noise_by_residual_thres: float = 0.0,
        images: torch.Tensor | None = None,
        in_domain: bool = False,
        residual_control_steps: int = 1,
        first_frame_ddim_strength: float = 1.0,
        return_last_latent: bool = False,
        prompt_embeds: torch.Tensor | None = None,
        negative_prompt_embeds: torch.Tensor | None = None,
        faithful: bool = False,
        repairs: Repairs | None = None,
        fps_labels: torch.Tensor | None = None,
        cross_attention_kwargs: dict | None = None,
    ) -> ControlAVideoOutput | tuple:
        """Generate one clip.

        The arguments are the original's (one prompt, one clip a call; `fps_labels` and `cross_attention_kwargs` are
        taken and not used, as there), and:
        prompt_embeds, negative_prompt_embeds: text (1, l, d) in place of the two prompts.
        faithful, repairs: as the original to the last digit, oddities included; see Repairs.

        A hint is (1, 3, f, H, W), or (1, 3, H, W) for a picture; without one, `clip_length` says how many frames (0: a
        picture) and there is no first frame to draw, so `fix_first_frame` must be off or a first frame given.
        Returns `.images`: a list of PIL images for each clip, or with `output_type` "np" (1, f, H, W, 3) in [0, 1], or
        with "latent" (1, 4, f, h, w); with `return_last_latent`, that and the last frame's latents (1, 4, h, w).
        """
        faithful = faithful or not (repairs or Repairs()).oddities
        size = self._size(height, width, controlnet_hint)
        frames = (clip_length or None) if controlnet_hint is None else _frames(controlnet_hint)
        self._check_prompts(prompt, prompt_embeds, num_images_per_prompt)
        self._check_size(size, frames, faithful)
        if fix_first_frame and frames is None:
            raise ValueError("a picture has no first frame to hold; set fix_first_frame=False")
        to_draw = fix_first_frame and first_frame_output is None and first_frame_output_latent is None
        if to_draw and controlnet_hint is None:
            raise ValueError("without a hint no first frame can be drawn; set fix_first_frame=False")
        self._check_shapes(size, frames, controlnet_hint, images, first_frame_output_latent)
        text = {"prompt": prompt, "prompt_embeds": prompt_embeds, "negative_prompt_embeds": negative_prompt_embeds}
        drawn = {"num_inference_steps": num_inference_steps, "negative_prompt": negative_prompt, "eta": eta}
        drawn["controlnet_conditioning_scale"] = controlnet_conditioning_scale

        z_first = first_frame_output_latent if fix_first_frame else None
        if fix_first_frame and z_first is None:
            image = first_frame_output
            if to_draw:
                one = slice(0, 1) if in_domain else 0  # a clip of one frame, or a picture
                shared = {**text, "height": size[0], "width": size[1], "guidance_scale": guidance_scale}
                shared["latents"] = None if latents is None or faithful else latents[:, :, one]
                shared["generator"] = generator
                image = self._draw_first_frame(controlnet_hint[:, :, one], shared, drawn, faithful)
            if not torch.is_tensor(image):
                image = encode_picture(self.vae, image, size, self._execution_device, mean=not faithful)
            z_first = image

        guidance = Guidance(
            text=self._text(**text, negative_prompt=negative_prompt, guided=guidance_scale > (5 if faithful else 1)),
            scale=guidance_scale,
            video_scale=video_scale if controlnet_hint is not None and frames is not None else 0.0,
            conditioning_scale=controlnet_conditioning_scale,
            faithful=faithful,
        )
        if guidance.video_scale and not guidance.guided and faithful:
            raise ValueError(f"video_scale needs a guidance_scale above 5 in the original, not {guidance_scale}")

        self.scheduler.set_timesteps(num_inference_steps, device=self._execution_device)
        z = self._noise(frames, size, generator, latents, guidance.text.dtype)  # (1, 4, [f,] h, w)
        z_first = None if z_first is None else z_first.to(z)
        if init_same_noise_per_frame and z.ndim == 5:
            z = z[:, :, :1].expand_as(z)
        mask = None
        if z.ndim == 5 and init_noise_by_residual_thres > 0 and images is not None:
            images = images.to(z)
            mask = motion_mask(images, z.shape[-2:], init_noise_by_residual_thres, guard=not faithful)
        hint = None if controlnet_hint is None else controlnet_hint.to(z.device, self.controlnet.dtype)
        concat = add_first_frame_by_concat and z_first is not None
        if concat:
            if faithful and mask is not None:
                raise ValueError("the original has no residual-based noise together with add_first_frame_by_concat")
            z, hint, mask = prepend(z, hint, mask, z_first, first_frame_control_hint)
        held = Held(z_first, mask, residual_control_steps, first_frame_ddim_strength, scaled=faithful)
        z = self._denoise(z, hint, guidance, held, {"eta": eta, "generator": generator})
        if z_first is not None and not faithful:
            z = hold(z, z_first)
        if concat or (add_first_frame_by_concat and z.ndim == 5 and faithful):
            z = z[:, :, 1:]
        last = z[:, :, -1] if z.ndim == 5 else z

        output = z if output_type == "latent" else decode_frames(self.vae, z, output_type)
        self.maybe_free_model_hooks()
        output = ControlAVideoOutput(output) if return_dict else (output, None)
        return (output, last) if return_last_latent else output

    def _draw_first_frame(
        self, hint: torch.Tensor, shared: dict, drawn: dict, faithful: bool
    ) -> "torch.Tensor | Image.Image":
        """Latents (1, 4, h, w) of a picture under the first control map; the original goes by way of an 8-bit image.

        `drawn` is what the original leaves at its defaults here, but for the number of steps, which it has at 20.
        """
        output_type = "pil" if faithful else "latent"
        drawn = {"num_inference_steps": 20} if faithful else drawn
        options = {"controlnet_hint": hint, "fix_first_frame": False, "output_type": output_type, "faithful": faithful}
        made = self(**options, **shared, **drawn).images
        if output_type == "latent":
            return made[:, :, 0] if made.ndim == 5 else made
        return made[0][0] if hint.ndim == 5 else made[0]

    def _denoise(
        self, z: torch.Tensor, hint: torch.Tensor | None, guidance: Guidance, held: Held, extra: dict
    ) -> torch.Tensor:
        """Noise (1, 4, [f,] h, w) to latents. The first frame is put back, clean, before every step.

        It is put back after the other frames have inherited noise, so what they inherit is noise and not a picture.
        `extra` are arguments of a scheduler's step, of which it gets those that it knows.
        """
        timesteps, known = self.scheduler.timesteps, inspect.signature(self.scheduler.step).parameters
        extra = {name: value for name, value in extra.items() if name in known}
        if isinstance(extra.get("generator"), list):
            extra["generator"] = extra["generator"][0]
        steps, first = self.scheduler.num_inference_steps, held.first_frame
        for i, t in enumerate(self.progress_bar(timesteps)):
            if held.motion_mask is not None and i < held.residual_control_steps:
                if held.first_frame_ddim_strength < 1 and i == 0 and first is not None:
                    start = timesteps[max(steps - min(int(steps * held.first_frame_ddim_strength), steps), 0)]
                    z = hold(z, self.scheduler.add_noise(first, z[:, :, 0], start[None]))
                z = inherit(z, held.motion_mask)
            z = z if first is None else hold(z, first)
            x = self.scheduler.scale_model_input(z, t)
            if first is not None and not held.scaled:
                x = hold(x, first)
            eps = predict_noise(self, x, t, hint, guidance)
            z = self.scheduler.step(eps.to(z.dtype), t, z, **extra, return_dict=False)[0]
        return z

    def _text(self, prompt, prompt_embeds, negative_prompt, negative_prompt_embeds, guided: bool) -> torch.Tensor:
        """(2, l, d), the negative prompt's before the prompt's; (1, l, d) without guidance."""
        dtype, device = self.text_encoder.dtype if self.text_encoder else self.unet.dtype, self._execution_device
        positive = self.encode_text(prompt) if prompt_embeds is None else prompt_embeds
        if not guided:
            return positive.to(device, dtype)
        if negative_prompt_embeds is None:
            if isinstance(negative_prompt, list) and len(negative_prompt) != 1:
                raise ValueError(f"one prompt, so one negative prompt: not {len(negative_prompt)}")
            negative_prompt_embeds = self.encode_text(negative_prompt or "")
        return torch.cat([negative_prompt_embeds, positive]).to(device, dtype)

    def encode_text(self, prompt: str | list[str]) -> torch.Tensor:
        """(n, 77, d): CLIP's text embedding of each prompt, truncated or padded to 77 tokens."""
        prompts = self.maybe_convert_prompt([prompt] if isinstance(prompt, str) else prompt, self.tokenizer)
        length = self.tokenizer.model_max_length
        tokens = self.tokenizer(prompts, padding="max_length", max_length=length, truncation=True, return_tensors="pt")
        attention = tokens.attention_mask if getattr(self.text_encoder.config, "use_attention_mask", False) else None
        device = self._execution_device
        attention = None if attention is None else attention.to(device)
        return self.text_encoder(tokens.input_ids.to(device), attention_mask=attention)[0]

    def _noise(self, frames: int | None, size: tuple[int, int], generator, latents, dtype) -> torch.Tensor:
        device, factor = self._execution_device, self.vae_scale_factor
        shape = (1, self.unet.config.in_channels, *(() if frames is None else (frames,)), *(n // factor for n in size))
        if latents is None:
            latents = randn_tensor(shape, generator=generator, device=device, dtype=dtype)
        elif tuple(latents.shape) != shape:
            raise ValueError(f"latents are {list(latents.shape)}, and {list(shape)} are needed")
        return latents.to(device, dtype) * self.scheduler.init_noise_sigma

    def _size(self, height: int | None, width: int | None, hint: torch.Tensor | None) -> tuple[int, int]:
        if hint is not None and height is None and width is None:
            return tuple(hint.shape[-2:])
        native = (self.unet.config.sample_size or 64) * self.vae_scale_factor
        return height or native, width or native

    def _check_prompts(self, prompt, prompt_embeds, num_images_per_prompt: int) -> None:
        if (prompt is None) == (prompt_embeds is None):
            raise ValueError("give a prompt, or prompt_embeds, and not both")
        if (isinstance(prompt, list) and len(prompt) != 1) or num_images_per_prompt != 1:
            raise ValueError("one prompt and one clip a call: the first frame is one picture")

    def _check_size(self, size: tuple[int, int], frames: int | None, faithful: bool) -> None:
        step = self.vae_scale_factor
        if frames is not None and faithful:
            step *= 2 ** (len(self.unet.config.block_out_channels) - 1)
        if any(side % step for side in size):
            raise ValueError(f"a size of {size[1]}x{size[0]} pixels is not a multiple of {step}")

    def _check_shapes(self, size: tuple[int, int], frames: int | None, hint, images, first_latent) -> None:
        clip, small = () if frames is None else (frames,), tuple(side // self.vae_scale_factor for side in size)
        wanted = [("controlnet_hint", hint, (1, 3, *clip, *size))]
        wanted.append(("first_frame_output_latent", first_latent, (1, self.unet.config.in_channels, *small)))
        if frames is not None and images is not None:  # their size is free: motion is looked for at the latents'
            wanted.append(("images", images, (1, 3, frames, *images.shape[-2:])))
        for name, tensor, shape in wanted:
            if tensor is not None and tuple(tensor.shape) != shape:
                raise ValueError(f"{name} has the shape {list(tensor.shape)}, and {list(shape)} is needed")


def load_pipeline(
    folder: Path,
    base_model: str | None = None,
    mixed_precision: str | None = "no",
    compiled: bool = False,
    xformers: bool = False,
) -> ControlAVideoPipeline:
    """The pipeline on the machine's device, with another Stable Diffusion model as its base if one is given."""
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


def _settled(scheduler) -> dict:
    """Corrections of what Stable Diffusion's old scheduler files are known to have wrong."""
    wanted = {"steps_offset": 1, "clip_sample": False}
    return {name: value for name, value in wanted.items() if name in scheduler.config}


def _frames(hint: torch.Tensor) -> int | None:
    return hint.shape[2] if hint.ndim == 5 else None
