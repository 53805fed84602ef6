"""What the original does that nobody would want, each behind a switch of its own.

The published results have all of it in them, so `faithful=True` keeps it (and raises ValueError where the original
would have crashed); by default everything is repaired. `Repairs(low_guidance=False)` leaves one thing as it was.
"""

from dataclasses import dataclass, fields


@dataclass(frozen=True)
class Repairs:
    """True: repaired."""

    frame_text: bool = True  # the per-frame pass has the negative text in all frames, not the prompt in odd ones
    low_guidance: bool = True  # guidance works above 1, not only above 5; per-frame guidance needs it, and says so
    any_size: bool = True  # sides that are multiples of 8, not of 64
    static_clips: bool = True  # a clip in which nothing moves, or of one frame, has no residual to divide by
    posterior_mean: bool = True  # the first frame is the mean the VAE gives, not a sample of the global generator's
    first_frame_as_asked: bool = True  # it is drawn with the steps, negative prompt, scale and eta of the clip
    first_frame_handed_on: bool = True  # as latents: not rounded to 8 bits and encoded once more
    first_frame_unscaled: bool = True  # and left clean by schedulers that scale what the UNet is given, such as Euler
    first_frame_kept: bool = True  # and shown as it is, without the scheduler's last step on top
    concat_noise: bool = True  # residual-based noise works together with add_first_frame_by_concat
    concat_drops_nothing: bool = True  # add_first_frame_by_concat without a first frame takes no frame from the clip
    chunks_aligned: bool = (
        True  # N frames in, N out, each once, every chunk's first frame the last one of the one before
    )
    clip_noise: bool = True  # one residual-based noise for all of a clip: still parts keep theirs across chunks
    look_anchored: bool = True  # each chunk's first frame is held to the colours and contrast of the clip's first

    @classmethod
    def none(cls) -> "Repairs":
        return cls(**{field.name: False for field in fields(cls)})
