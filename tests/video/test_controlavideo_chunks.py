"""video/controlavideo/chunks.py and noise.py: the reference's program by chunks, N frames for N, resuming."""

from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from PIL import Image
from reference import (
    Steps,
    drawn_noise,
    group,
    hand_over,
    miss,
    pipeline,
    settings,
    tensors,
    write_checkpoint,
)

from video.controlavideo import ControlAVideoPipeline, Repairs
from video.controlavideo.chunks import (
    State,
    chunk_slices,
    draw_clip,
    frames_drawn,
    last_intact_state,
    load_state,
    match_look,
    save_state,
)
from video.controlavideo.clip_latents import decode_frames
from video.controlavideo.noise import clip_noise, inherit, motion_mask
from video.controlavideo.preprocess import canny_maps, control_hint, source_frames


def test_the_program_of_the_reference_from_clip_to_frames(tmp_path, monkeypatch):
    """Twelve frames by canny in three chunks, its dropped frames and its seams included.

    Then each chunk from what the reference had before it, so that no pixel rounded the other way is carried on.
    """
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    expected, config = tensors("cli_autoregressive"), settings("cli_autoregressive")
    given = dict(zip(config["argv"][::2], config["argv"][1::2], strict=True))
    size, frames = (int(given["--height"]), int(given["--width"])), expected["video_u8"].numpy()
    hint = control_hint(torch.from_numpy(canny_maps(frames))[:, None].float() / 255, size)
    images = source_frames(frames, size)
    pipe = ControlAVideoPipeline.from_pretrained(write_checkpoint(tmp_path / "published"))
    pipe.set_progress_bar_config(disable=True)
    assert miss(hint[:, :1], expected["control_maps"]) < 1e-3  # kept in 16 bits
    steps, seed = Steps(pipe), int(given["--seed"])
    for names in (("draw0", "draw2"), ("draw4",), ("draw6",)):  # a generator a chunk; the first's draws a picture first
        for name, noise in zip(names, drawn_noise(seed, expected, *names), strict=True):
            assert miss(noise, expected[name]) < 1e-6, name
    torch.manual_seed(config["global_seed"])
    call = {
        "prompt": [given["--prompt"]],
        "num_inference_steps": int(given["--inference_step"]),
        "each_sample_frame": int(given["--each_sample_frame"]),
        "init_noise_by_residual_thres": float(given["--init_noise_thres"]),
        "seed": seed,
        **{"guidance_scale": 7.5, "video_scale": 1.5, "in_domain": True, "faithful": True},
    }

    def parts(state=None):
        of_clip = lambda a, b: hint[:, :, a:b], lambda a, b: images[:, :, a:b]
        return draw_clip(pipe, len(frames), *of_clip, resume=state, **call)

    chunks = list(parts())
    for i, chunk in enumerate(chunks):
        assert chunk.indices == expected[f"chunk{i}.source_frames"][1:].tolist()
    made = np.stack([np.array(frame) for chunk in chunks for frame in chunk.frames]).astype(int)
    assert np.abs(made - expected["out_frames_u8"].numpy()).max() <= 3
    first_loop, *loops = steps.loops
    assert miss(first_loop[-1][3], expected["chunk0.first_stage_latents"]) < 1e-4
    for i, loop in enumerate(loops):
        assert miss(loop[-1][3], expected[f"chunk{i}.final_latents"]) < 1e-2

    hand_over(pipe, expected["chunk0.first_image_u8"])
    torch.manual_seed(config["global_seed"])
    for i in range(3):
        before = Image.fromarray(expected[f"chunk{i - 1}.out_all_u8"][-1].numpy()) if i else None
        next(parts(State(i, before)))
        latents = steps.loops[-1][-1][3]
        assert miss(latents, expected[f"chunk{i}.final_latents"]) < 1e-4, i
        drawn = np.stack(decode_frames(pipe.vae, latents)[0]).astype(int)
        assert np.abs(drawn - expected[f"chunk{i}.out_all_u8"].numpy()).max() <= 1
    torch.manual_seed(config["global_seed"])
    for name in ("draw1", "draw3", "draw5"):  # of the VAE's posterior
        assert miss(torch.randn(expected[name].shape), expected[name]) < 1e-6, name


@pytest.mark.parametrize("frames", [1, 2, 7, 8, 9, 16, 64, 65])
@pytest.mark.parametrize("each", [2, 3, 8])
def test_every_frame_once_and_each_chunk_on_from_the_last(frames, each):
    slices = chunk_slices(frames, each)
    assert slices[0][0] == 0 and slices[-1][1] == frames
    assert all(after[0] == before[1] - 1 for before, after in pairwise(slices))
    lengths = [stop - start for start, stop in slices]
    assert max(lengths) <= each and (frames == 1 or min(lengths) >= 2) and max(lengths) - min(lengths) <= 1


def test_the_original_slices():
    assert chunk_slices(12, 4, aligned=False) == [(0, 4), (3, 7), (7, 11)]
    with pytest.raises(ValueError, match="2 is the least"):
        chunk_slices(12, 1)


@pytest.fixture(scope="module")
def scene():
    """Nine frames: a still half, and one in which something moves."""
    pipe, inputs = pipeline("tiny_a"), group("tiny_a", "inputs")
    generator = torch.Generator().manual_seed(0)
    images = torch.rand(1, 3, 1, 64, 64, generator=generator).repeat(1, 1, 9, 1, 1)
    images[..., 32:] = torch.rand(1, 3, 9, 64, 32, generator=generator)
    hint = torch.rand(1, 3, 9, 64, 64, generator=generator)
    text = {"prompt_embeds": inputs["text_embeddings"][1:], "negative_prompt_embeds": inputs["text_embeddings"][:1]}

    def draw(**options):
        call = {"num_inference_steps": 2, "video_scale": 1.5, **text, **options}
        return draw_clip(pipe, 9, lambda a, b: hint[:, :, a:b], lambda a, b: images[:, :, a:b], 4, **call)

    return draw


def pictures(chunks) -> np.ndarray:
    return np.stack([np.array(frame) for chunk in chunks for frame in chunk.frames])


def test_as_many_frames_come_out_as_went_in(scene):
    chunks = list(scene())
    assert [index for chunk in chunks for index in chunk.indices] == list(range(9))
    assert pictures(chunks).shape == (9, 64, 64, 3)


def test_a_clip_is_the_same_when_it_is_resumed_after_any_chunk(scene, tmp_path):
    for repairs, seed in ((Repairs(), None), (Repairs.none(), 3)):
        chunks = list(scene(repairs=repairs, posterior_seed=seed))
        torch.randn(7)  # a program that begins anew stands elsewhere in the global generator
        begun = [next(scene(repairs=repairs, posterior_seed=seed))]
        save_state(begun[0].state, tmp_path)
        torch.randn(7)
        resumed = load_state(tmp_path, begun[0].state.chunk)
        rest = list(scene(repairs=repairs, posterior_seed=seed, resume=resumed))
        assert np.array_equal(pictures(begun + rest), pictures(chunks))
    assert load_state(tmp_path, 7) is None


def test_going_on_where_all_before_is_there_and_sound(tmp_path):
    slices = chunk_slices(9, 3)
    assert slices == [(0, 3), (2, 5), (4, 7), (6, 9)]
    drawn = frames_drawn(slices)
    assert drawn == [[0, 1, 2], [3, 4], [5, 6], [7, 8]]
    # of 9 frames the original's chunks of 3 give 6: each leaves out its first
    assert frames_drawn(chunk_slices(9, 3, aligned=False), aligned=False) == [[1, 2], [3, 4], [6, 7]]
    for chunk in (1, 2, 3):
        save_state(State(chunk, torch.full((1, 4, 2, 2), float(chunk)), torch.zeros(1, 4, 2, 2)), tmp_path)
    there = set(range(7))

    def last() -> int | None:
        state = last_intact_state(tmp_path, drawn, there.__contains__)
        return state and (state.chunk, state.last.max().item())

    assert last() == (3, 3.0)
    there.remove(4)
    assert last() == (1, 1.0)
    there.add(4)
    path = tmp_path / "chunk-00002.safetensors"
    whole = path.read_bytes()
    for damaged in (whole[:-3], b"", whole[:-3] + bytes([whole[-3] ^ 1]) + whole[-2:]):
        path.write_bytes(damaged)
        assert last() == (1, 1.0)
    there.remove(0)
    assert last() is None


def test_one_noise_for_the_whole_clip_is_the_blend_frame_by_frame():
    """The same as the mask of all frames at once, however few are looked at together; still pixels keep theirs."""
    images = torch.rand(1, 3, 6, 32, 32, generator=torch.Generator().manual_seed(0))
    images[..., :16, :] = 0.5
    whole = clip_noise((4, 6, 4, 4), lambda a, b: images[:, :, a:b], 0.1, torch.Generator().manual_seed(3))
    for block in (1, 2, 5):
        parts = clip_noise((4, 6, 4, 4), lambda a, b: images[:, :, a:b], 0.1, torch.Generator().manual_seed(3), block)
        assert torch.equal(parts, whole)
    own = clip_noise((4, 6, 4, 4), None, 0.1, torch.Generator().manual_seed(3))
    assert torch.equal(whole, inherit(own, motion_mask(images, (4, 4), 0.1)))
    assert torch.equal(whole[..., :2, :], whole[:, :, :1, :2].expand(-1, -1, 6, -1, -1))
    assert torch.allclose(whole[..., 2:, :], own[..., 2:, :], atol=1e-6)


def test_the_look_is_drawn_back_to_the_first_frames():
    torch.manual_seed(0)
    first, drifted = torch.randn(1, 4, 16, 16), 3 * torch.randn(1, 4, 16, 16) + 1
    held = match_look(drifted, first, strength=1.0)
    assert (
        miss(held.mean((-2, -1)), first.mean((-2, -1))) < 1e-4 and miss(held.std((-2, -1)), first.std((-2, -1))) < 1e-4
    )
    assert torch.equal(match_look(drifted, first, strength=0.0), drifted)
    assert match_look(torch.ones(1, 4, 2, 2), first).isfinite().all()


def test_the_look_is_that_of_the_first_frame_and_the_next_part_goes_on_from_the_last(monkeypatch):
    latents = torch.arange(3.0)[None, None, :, None, None].expand(1, 4, 3, 4, 4)  # frame 0 is of zeros, frame 2 of twos

    class Pipe(SimpleNamespace):
        def __call__(self, **_):
            return SimpleNamespace(images=latents), latents[:, :, -1]

    monkeypatch.setattr("video.controlavideo.chunks.decode_frames", lambda vae, drawn: [[None] * drawn.shape[2]])
    unet = SimpleNamespace(config=SimpleNamespace(in_channels=4))
    pipe = Pipe(unet=unet, vae=None, vae_scale_factor=8, _execution_device=torch.device("cpu"))
    made = next(draw_clip(pipe, 3, lambda a, b: torch.zeros(1, 3, b - a, 32, 32), None, 3))
    assert (made.state.first == 0).all() and (made.state.last == 2).all()


def test_look_anchored_is_a_switch(scene):
    held, free = (pictures(scene(repairs=replace(Repairs(), look_anchored=on))) for on in (True, False))
    assert np.array_equal(held[:4], free[:4]) and not np.array_equal(held[4:], free[4:])
    alone = (replace(Repairs.none(), look_anchored=on) for on in (True, False))
    held, free = (pictures(scene(repairs=repairs, posterior_seed=0)) for repairs in alone)
    assert np.array_equal(held[:3], free[:3]) and not np.array_equal(held[3:], free[3:])


def test_every_chunk_has_its_part_of_one_noise(scene, monkeypatch):
    """Faithful, every chunk draws the same noise, as the original does."""
    given, call = [], ControlAVideoPipeline.__call__

    def recorded(pipe, *args, **options):
        if options.get("return_last_latent"):  # a chunk, and not the first frame by itself
            given.append((options["latents"], options["generator"][0].get_state()))
        return call(pipe, *args, **options)

    monkeypatch.setattr(ControlAVideoPipeline, "__call__", recorded)
    list(scene())
    parts = [latents for latents, _ in given]
    assert [part.shape[2] for part in parts] == [4, 3, 4]  # each begins with the last frame of the one before
    assert all(torch.equal(before[:, :, -1], after[:, :, 0]) for before, after in pairwise(parts))
    assert not torch.equal(parts[0], parts[2])
    given.clear()
    list(scene(faithful=True))
    assert [latents for latents, _ in given] == [None] * 2
    assert all(torch.equal(state, given[0][1]) for _, state in given)


def test_faithful_chunks_are_those_of_the_original(scene):
    chunks = list(scene(faithful=True))
    assert [chunk.indices for chunk in chunks] == [[1, 2, 3], [4, 5, 6]]
