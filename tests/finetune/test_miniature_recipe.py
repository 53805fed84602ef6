"""The miniature's recipe: its parts do what they say, a killed run goes on, and the whole of it runs from nothing."""

import numpy as np
import pytest
import torch
from helpers import ROOT, run_script
from torch import nn

from finetune.miniature import clip, controlavideo, controlnet, unet, vae, world
from finetune.miniature.learn import learn
from finetune.miniature.tokenizer import build_tokenizer
from images.scenes import sample_scene


def drawn(count: int, seed: int = 0) -> np.ndarray:
    return np.stack([world._draw(world.training_example(seed + i, 0.2)) for i in range(count)])


@pytest.fixture(scope="module")
def tokenizer():
    return build_tokenizer(world.vocabulary_text()[:3000])


def test_the_tokenizer_knows_the_world_s_words_whole_and_any_other_in_pieces(tokenizer):
    known = tokenizer.tokenize("a red lighthouse by the sea, dramatic lighting")
    assert "lighthouse</w>" in known and "dramatic</w>" in known
    other = tokenizer("ein Zug über die Brücke 42 %")["input_ids"]
    assert tokenizer.unk_token_id not in other[1:-1] or tokenizer.unk_token_id == tokenizer.eos_token_id
    assert tokenizer.decode(other, skip_special_tokens=True).replace(" ", "") == "einzugüberdiebrücke42%"


def test_the_encoder_starts_as_principal_components_that_keep_the_picture():
    """A linear map from the latents back to 8 x 8 patches reconstructs unseen pictures to more than 27 dB."""
    model = vae.build_vae()
    vae.set_principal_components(model, vae.to_model(drawn(100), torch.device("cpu")))
    x = vae.to_model(drawn(40, seed=500), torch.device("cpu"))
    with torch.no_grad():
        posterior = model.encode(x).latent_dist
    z = posterior.mean.permute(0, 2, 3, 1).reshape(-1, vae.LATENTS)
    patches = torch.nn.functional.unfold(x, 8, stride=8).transpose(1, 2).reshape(-1, 192)
    z = torch.cat([z, torch.ones(len(z), 1)], 1)
    error = (z @ torch.linalg.lstsq(z, patches).solution - patches) / 2
    assert -10 * torch.log10(error.square().reshape(40, -1).mean(1)).mean() > 27
    assert 0.5 < posterior.mean.square().mean() < 2
    assert torch.allclose(posterior.std, torch.tensor(vae.NOISE), rtol=1e-3)


def test_a_mirrored_caption_says_right_for_left(tokenizer):
    ids = tokenizer(["a car by the sea on the left", "a car by the sea"], padding=True, return_tensors="np").input_ids
    mirrored = unet.mirrored_tokens(ids, tokenizer)
    assert tokenizer.batch_decode(mirrored, skip_special_tokens=True)[0] == "a car by the sea on the right"
    assert np.array_equal(mirrored[1], ids[1])


def test_training_never_sees_what_is_held_out():
    examples = [world.training_example(i) for i in range(2000)]
    assert not {(e.scene.subject, e.scene.setting) for e in examples} & set(world.HELD_OUT_PAIRS)
    assert max(e.scene.seed for e in examples) < world.HELD_OUT_SEED
    seen, unseen = world.held_out_scenes(200), world.held_out_scenes(200, "unseen")
    assert not {(s.subject, s.setting) for s in seen} & set(world.HELD_OUT_PAIRS)
    assert {(s.subject, s.setting) for s in unseen} == set(world.HELD_OUT_PAIRS)
    assert min(s.seed for s in seen + unseen) >= world.HELD_OUT_SEED


def test_captions_name_a_part_of_the_look_and_never_the_whole():
    scene = sample_scene(3)
    for i in range(50):
        rng = np.random.default_rng(i)
        assert "dramatic lighting" in world.words_for(scene, "dramatic", rng)
        assert "dramatic" not in world.words_for(scene, "cinematic", rng)


def test_a_longest_caption_fits(tokenizer):
    examples = [world.training_example(i) for i in range(500)]
    tokens = clip.caption_tokens(examples, tokenizer, 77)
    assert (tokens != tokenizer.eos_token_id).sum(-1).max() < clip.LENGTH - 1


def test_the_controlnet_starts_as_the_encoder_and_changes_nothing_and_only_it_learns():
    base = unet.build_unet().requires_grad_(False)
    model = controlnet.build_controlnet(base)
    assert sum(2 * p.numel() for p in model.parameters()) <= 8 * 2**20, "at most 8 MiB in half precision"
    own = model.state_dict()
    copied = [name for name in base.state_dict() if name.startswith(("conv_in", "time_embedding", "down_blocks"))]
    assert all(torch.equal(base.state_dict()[name], own[name]) for name in copied)
    x, t, text = torch.randn(2, 12, 16, 16), torch.tensor([10, 900]), torch.randn(2, 77, 128)
    maps = controlnet.outlines(drawn(2), np.array([False, True]))
    assert maps.shape == (2, 3, 128, 128) and set(maps.unique().tolist()) == {0, 1}
    assert torch.equal(maps[1], controlnet.outlines(drawn(2)[:, :, ::-1], np.array([True, False]))[1])
    down, mid = model(x, t, text, maps, return_dict=False)
    held = base(x, t, text, down_block_additional_residuals=down, mid_block_additional_residual=mid).sample
    assert torch.allclose(held, base(x, t, text).sample, atol=1e-5)
    held.square().mean().backward()
    assert all(
        block.weight.grad.abs().sum() > 0 for block in (*model.controlnet_down_blocks, model.controlnet_mid_block)
    )
    assert all(p.grad is None for p in base.parameters())


def test_temporal_layers_start_as_nothing_and_only_they_learn():
    base = unet.build_unet()
    networks = controlavideo.build_networks(base, controlnet.build_controlnet(base))
    x, t, text = torch.randn(1, 12, 4, 16, 16), torch.tensor([500]), torch.randn(1, 77, 128)
    hint = torch.rand(1, 3, 4, 128, 128)
    down, mid = networks["controlnet"](x, t, text, hint, return_dict=False)
    noise = networks["unet"](x, t, text, down, mid).sample
    with torch.no_grad():
        for part in networks.values():
            for name, weight in part.named_parameters():
                if "attn_temporal.to_" in name:
                    weight.zero_()  # as from_2d leaves it
        assert torch.allclose(noise, networks["unet"](x, t, text).sample, atol=1e-5)
    networks = controlavideo.build_networks(base, controlnet.build_controlnet(base))
    networks["unet"](x, t, text).sample.square().mean().backward()
    learning = {name for name, p in networks["unet"].named_parameters() if p.grad is not None}
    assert learning and all("_temporal" in name for name in learning)
    kept = [controlavideo.temporal_weights(part) for part in networks.values()]
    assert sum(w.numel() * w.element_size() for part in kept for w in part.values()) <= 12 * 2**20


def test_a_clip_to_learn_from_has_its_first_frame_clean_and_still_noise_where_it_stands_still(tokenizer):
    examples = [controlavideo.shot_example(i) for i in range(40)]
    assert {e.look for e in examples} == {"plain", "dramatic"}
    still = next(i for i, e in enumerate(examples) if e.truck == e.walk == 0 and e.zoom == 1)
    clips = np.stack([controlavideo.draw_shot(examples[still])])
    assert (np.abs(np.diff(clips[0].astype(int), axis=0)) <= 1).all()
    latents = torch.randn(2 * 8, 12, 16, 16)
    tokens = torch.from_numpy(clip.caption_tokens(examples[still : still + 1] * 2, tokenizer, 77))

    class Conditions:
        alphas = torch.linspace(0.99, 0.01, 1000)
        words = staticmethod(lambda tokens, rng: tokens)
        states = staticmethod(lambda tokens: torch.zeros(len(tokens), 77, 8))

    batches = controlavideo.ClipBatches(clips, latents, tokens, Conditions())
    shared = []
    for step in range(6):
        noisy, t, states, hint, eps = batches.clips(step, np.random.default_rng(step))
        b = controlavideo.BATCH
        assert noisy.shape == eps.shape == (b, 12, 8, 16, 16) and len(t) == len(states) == b
        assert hint.shape == (b, 3, 8, 128, 128) and hint.min() >= 0 and hint.max() <= 1
        known = batches.latents.transpose(1, 2)
        for k in range(b):
            ends = [x[:, j] for x in known for j in (0, 7)]  # a clip may run backwards
            assert any(torch.equal(noisy[k, :, 0], end) for end in ends)
            shared.append(bool((eps[k] == eps[k, :, :1]).all()))
    assert any(shared) and not all(shared), "some clips have noise of their own in each frame"
    noisy, t, states, hint, eps = batches.singles(0, np.random.default_rng(0))
    assert noisy.shape[2] == hint.shape[2] == 1 and len(noisy) == b * 8


def test_a_killed_run_ends_in_the_same_bits(tmp_path):
    def run(folder, steps_before_the_kill):
        torch.manual_seed(0)
        model = nn.Linear(4, 4)

        def batch_loss(step):
            if step == steps_before_the_kill:
                raise KeyboardInterrupt
            return model(torch.randn(8, 4, generator=torch.Generator().manual_seed(step))).square().mean()

        try:
            learn(folder, model, batch_loss, steps=20, peak_lr=1e-2, save_every=5)
        except KeyboardInterrupt:
            return run(folder, None)
        return model.weight

    (tmp_path / "a").mkdir(), (tmp_path / "b").mkdir()
    assert torch.equal(run(tmp_path / "a", None), run(tmp_path / "b", 13))


@pytest.mark.slow
def test_the_recipe_runs_from_nothing_to_a_measured_stock_pipeline(tmp_path):
    """Two steps of everything through the shell script; then a second call finds all done and loads in diffusers."""
    few = {
        f"{part}_STEPS": "2"
        for part in ("CLIP", "VISION", "TWIN", "VAE", "JUDGE", "UNET", "CONTROLNET", "CONTROLAVIDEO")
    }
    where = {"WORK_DIR": str(tmp_path / "work"), "OUTPUT_DIR": str(tmp_path / "miniature")}
    size = {"EXAMPLES": "160", "CLIPS": "4", "COUNT": "8"}
    done = run_script(ROOT / "finetune" / "miniature.sh", **size, **few, **where, timeout=1500)
    assert done.rc == 0, done.err
    table = (tmp_path / "miniature" / "README.md").read_text()
    assert "VAE reconstruction" in table and " dB |" in table
    from diffusers import StableDiffusionPipeline

    pipe = StableDiffusionPipeline.from_pretrained(tmp_path / "miniature")
    pipe.save_pretrained(tmp_path / "again")
    assert pipe("a red car", num_inference_steps=2, output_type="np").images.shape == (1, 128, 128, 3)
    weights = list((tmp_path / "miniature").rglob("*.safetensors"))
    assert {path.parent.name for path in weights} == {
        "vae",
        "text_encoder",
        "unet",
        "clip",
        "judge",
        "controlnet-canny",
        "controlavideo-canny",
    }
    assert sum(path.stat().st_size for path in weights) < 48 * 2**20
    assert "edge F1" in table
