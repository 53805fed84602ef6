"""What every method starts from: processes and device, the base, the encoded pictures, the module that is trained."""

import argparse
import contextlib
import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import torch
from accelerate import Accelerator, DistributedDataParallelKwargs
from diffusers import StableDiffusionPipeline, UNet2DConditionModel
from torch import Tensor, nn
from transformers import CLIPTokenizer

from finetune import checkpoints, data, results, zero
from finetune.attention import join_attention
from finetune.encoding import Encoded, cached, encode
from finetune.options import check
from finetune.recasting import recast_frozen
from inference.cli import InputError
from inference.device import dtype_of
from inference.files import locked
from inference.options import check_compiler
from inference.pipelines import (
    base_folder,
    check_finite,
    fingerprint,
    load_base,
    load_tokenizer,
    native_size,
    resolve_base,
    short_name,
)


class Denoiser(nn.Module):
    """The UNet and what turns captions into its conditioning, as one module: DDP and DeepSpeed wrap one."""

    def __init__(self, unet: UNet2DConditionModel, conditioning: nn.Module):
        super().__init__()
        self.unet, self.conditioning = unet, conditioning

    def forward(self, noisy: Tensor, timesteps: Tensor, captions: Tensor) -> Tensor:
        """noisy (n, c, h, w), timesteps (n,), captions (n,) as rows of `Encoded.texts` -> prediction (n, c, h, w)."""
        return self.unet(noisy, timesteps, encoder_hidden_states=self.conditioning(captions), return_dict=False)[0]


class CaptionStates(nn.Module):
    """Conditioning by a frozen text encoder: every caption's states, computed once."""

    def __init__(self, states: Tensor):
        super().__init__()
        self.register_buffer("states", states, persistent=False)  # (captions, 77, width)

    def forward(self, captions: Tensor) -> Tensor:
        return self.states[captions]  # (n, 77, width)


class TextEncoder(nn.Module):
    """Conditioning by a text encoder that is being trained, wholly or in part."""

    def __init__(self, text_encoder: nn.Module, tokens: Tensor):
        super().__init__()
        self.text_encoder = text_encoder
        self.register_buffer("tokens", tokens, persistent=False)  # (captions, 77)

    def forward(self, captions: Tensor) -> Tensor:
        return self.text_encoder(self.tokens[captions], return_dict=False)[0]  # (n, 77, width)


@dataclass
class Run:
    """What every method starts from. The pipeline is on the CPU, in fp32; the encoded set is on the device."""

    args: argparse.Namespace
    accelerator: Accelerator
    pipe: StableDiffusionPipeline
    buckets: list[data.Bucket]
    encoded: Encoded
    folder: Path  # the base's
    identity: dict[str, str]  # the base's name and a hash of its files, and a hash of the dataset
    started: float  # time.monotonic() when the command began
    plain_prompt: str | None  # --validation_prompt as the person wrote it, which the base draws

    @property
    def global_batch(self) -> int:
        args = self.args
        return args.train_batch_size * args.gradient_accumulation_steps * self.accelerator.num_processes

    @property
    def dtype(self) -> torch.dtype:
        """Of the weights that are not trained, and of the arithmetic."""
        return dtype_of(self.accelerator.mixed_precision)

    def conditioning(self, trained: bool = False) -> nn.Module:
        """The text encoder itself where it is `trained`; else the states of all captions, and it can be freed."""
        pipe, texts = self.pipe, self.encoded.texts
        tokens = pipe.tokenizer(texts, padding="max_length", truncation=True, return_tensors="pt").input_ids
        encoder = TextEncoder(pipe.text_encoder, tokens)
        if trained:
            return encoder
        with self.accelerator.main_process_first():
            key = json.dumps([self.identity["base_sha256"], texts])
            cache = self.args.output_dir / "cache" / "captions.safetensors"
            states = cached(cache, key, lambda: {"states": _states(encoder.to(self.accelerator.device), len(texts))})
        pipe.text_encoder = None
        return CaptionStates(states["states"])


@torch.no_grad()
def _states(encoder: TextEncoder, captions: int) -> Tensor:
    check_finite(encoder.text_encoder.config._name_or_path, encoder.text_encoder.named_parameters())
    return torch.cat([encoder(rows).cpu() for rows in torch.arange(captions).split(64)])  # (captions, 77, width)


@contextlib.contextmanager
def started(
    args: argparse.Namespace,
    pictures: Sequence[data.Picture],
    *,
    reword: Callable[[Sequence[data.Picture], CLIPTokenizer], Sequence[data.Picture]] | None = None,
    add_class_pictures: Callable[[list[data.Bucket], StableDiffusionPipeline, Accelerator, str], list[data.Bucket]]
    | None = None,
) -> Iterator[Run]:
    """Check the flags, lock the output folder, load the base and encode the pictures, in this order.

    `reword` gives the captions their last form, and may add tokens to the tokenizer; no model is loaded yet.
    `add_class_pictures` gives buckets class pictures, which the base may have to draw; it gets the base's hash as well.
    """
    start = time.monotonic()
    accelerator = make_accelerator(args)
    check(args, len(pictures), accelerator.num_processes, torch.cuda.is_available())
    checkpoints.candidates(args.output_dir, args.resume_from_checkpoint)
    if args.push_to_hub:
        results.check_hub()
    if not accelerator.is_main_process:
        sys.stdout = open(os.devnull, "w", errors="replace")  # noqa: SIM115 - what is said is said once
    with locked(args.output_dir) if accelerator.is_main_process else contextlib.nullcontext():
        base = resolve_base(args.pretrained_model_name_or_path)
        folder = base_folder(base, revision=args.revision, variant=args.variant)
        check_prediction(folder)
        tokenizer, plain_prompt = None, args.validation_prompt
        if reword:
            tokenizer = load_tokenizer(folder)
            pictures = reword(pictures, tokenizer)
        buckets = into_buckets(args, pictures, folder)
        pipe = load_base(str(folder), variant=args.variant, dtype=torch.float32, device="cpu")
        pipe.tokenizer = tokenizer or pipe.tokenizer
        identity = {"base": short_name(base), "base_sha256": fingerprint(folder)}
        if add_class_pictures:
            buckets = add_class_pictures(buckets, pipe, accelerator, identity["base_sha256"])
        pictures = [picture for bucket in buckets for picture in bucket.all]
        pipe.vae.to(accelerator.device)
        with accelerator.main_process_first():  # one process encodes, the others read what it wrote
            encoded = encode(
                buckets,
                pipe.vae,
                cache=args.output_dir / "cache" / "pictures.safetensors",
                identity=identity["base_sha256"],
                flips=args.random_flip,
                crop_seed=None if args.center_crop else args.seed,
                extra=[plain_prompt, args.validation_prompt] if plain_prompt else [],
            )
        for tensors in (encoded.means, encoded.stds, encoded.captions):
            tensors[:] = [tensor.to(accelerator.device) for tensor in tensors]
        captions = {caption for picture in pictures for caption in picture.captions}
        counts = {caption: len(pipe.tokenizer(caption).input_ids) for caption in sorted(captions)}
        left_out = data.left_out(args.train_data_dir, pictures)
        print(data.report(buckets, counts, pipe.tokenizer.model_max_length, left_out))
        pipe.vae = pipe.vae.to("cpu") if args.validation_prompt else None
        identity["dataset"] = data.dataset_hash(pictures)
        yield Run(args, accelerator, pipe, buckets, encoded, folder, identity, start, plain_prompt)


def check_prediction(folder: Path) -> None:
    """Refuse a base whose UNet predicts what the loss is not made for."""
    config = json.loads((folder / "scheduler" / "scheduler_config.json").read_text())
    kind = config.get("prediction_type", "epsilon")
    if kind not in ("epsilon", "v_prediction"):
        raise InputError(f"{folder} predicts {kind}, and only epsilon and v_prediction are trained; take another base")


def into_buckets(args: argparse.Namespace, pictures: Sequence[data.Picture], folder: Path) -> list[data.Bucket]:
    """Buckets of --resolution (the base's own if not given), with sides that every level of the UNet can halve."""
    height, width, factor = native_size(folder)
    args.resolution = args.resolution or round(math.sqrt(height * width))
    if args.resolution % factor:
        raise InputError(f"--resolution {args.resolution} is not a multiple of {factor}, the pixels of one latent")
    levels = len(json.loads((folder / "unet" / "config.json").read_text())["block_out_channels"])
    return data.into_buckets(pictures, args.resolution, factor * 2 ** (levels - 1))


def make_accelerator(args: argparse.Namespace) -> Accelerator:
    """The processes, the device and its arithmetic; refuses what this machine cannot do."""
    cuda = torch.cuda.is_available() and os.environ.get("ACCELERATE_USE_CPU", "false").lower() != "true"
    if os.environ.get("ACCELERATE_USE_FSDP", "false").lower() == "true":
        raise InputError(
            "FSDP deals the weights themselves out, which this loop cannot checkpoint; launch with "
            "finetune/accelerate/deepspeed_zero2.yaml, which deals out gradients and the optimizer's state"
        )
    if args.enable_xformers_memory_efficient_attention and not (cuda and find_spec("xformers")):
        raise InputError("--enable_xformers_memory_efficient_attention needs a CUDA GPU and `pip install xformers`")
    if args.compile:
        check_compiler(cuda)
    if args.mixed_precision == "fp16" and not cuda:
        raise InputError("--mixed_precision fp16 needs a CUDA GPU; on a CPU take bf16 or no")
    if cuda:  # the kernels that add up in the same order every time, so that a resumed run ends in the same bits;
        # with warn_only the backward of attention would still add up in any order
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True)
        torch.utils.deterministic.fill_uninitialized_memory = False
        torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = args.allow_tf32
    arithmetic = precision(args.mixed_precision, cuda)
    return Accelerator(
        mixed_precision=arithmetic,
        deepspeed_plugin=zero.plugin(args, arithmetic),
        gradient_accumulation_steps=args.gradient_accumulation_steps,
        log_with=None if args.report_to == "none" else args.report_to,
        project_dir=args.output_dir / args.logging_dir,
        step_scheduler_with_optimizer=False,
        # the buffers are caption states or tokens, equal everywhere; DDP would send them around at every step
        kwargs_handlers=[DistributedDataParallelKwargs(broadcast_buffers=False)],
    )


def precision(asked: str, cuda: bool) -> str:
    """What is asked for; "auto" is what `accelerate launch` says unless that is "no", then what is fast here."""
    launched = os.environ.get("ACCELERATE_MIXED_PRECISION", "no")
    if asked != "auto":
        return asked
    if launched != "no":
        return launched
    if cuda:
        return "bf16" if torch.cuda.is_bf16_supported(including_emulation=False) else "fp16"
    return "bf16" if torch.cpu._is_amx_tile_supported() or torch.cpu._is_avx512_bf16_supported() else "no"


def autocast(accelerator: Accelerator) -> torch.autocast:
    """The arithmetic of --mixed_precision. accelerate leaves it to DeepSpeed, which would round the weights as well."""
    dtype = dtype_of(accelerator.mixed_precision)
    return torch.autocast(accelerator.device.type, dtype, enabled=dtype != torch.float32)


def to_compute(model: nn.Module, run: Run) -> None:
    """Frozen weights in the arithmetic's type, trained ones in fp32: in bf16 most of their updates would round away."""
    recast_frozen(model.unet, run.folder / "unet", run.args.variant, run.accelerator.device, run.dtype)
    for parameter in model.parameters():
        parameter.data = parameter.data.to(
            run.accelerator.device, torch.float32 if parameter.requires_grad else run.dtype
        )
    model.to(run.accelerator.device)
    if run.args.gradient_checkpointing:
        model.unet.enable_gradient_checkpointing()
        if isinstance(model.conditioning, TextEncoder):
            model.conditioning.text_encoder.gradient_checkpointing_enable({"use_reentrant": False})
    if run.accelerator.device.type == "cpu":
        join_attention(model.unet)
        if isinstance(model.conditioning, TextEncoder):
            model.conditioning.text_encoder.set_attn_implementation("eager")
    if run.args.enable_xformers_memory_efficient_attention:
        model.unet.enable_xformers_memory_efficient_attention()
    if run.args.compile:
        model.unet.compile_repeated_blocks()
    model.train()


def suited_rate(args: argparse.Namespace, models: Iterable[nn.Module], law: Callable[[int], float]) -> float | None:
    """The rate asked for, else `law` of the base's number of weights; prodigy finds its own."""
    if args.learning_rate is not None or args.optimizer == "prodigy":
        return args.learning_rate
    weights = sum(parameter.numel() for model in models for parameter in model.parameters())
    rate = float(f"{law(weights):.1e}")
    print(f"--learning_rate {rate}, for a base of {weights / 1e6:.1f} million weights")
    return rate


def make_optimizer(args: argparse.Namespace, parameters: list[nn.Parameter], samples: int) -> torch.optim.Optimizer:
    """The optimizer by name, over fp32 parameters; --scale_lr multiplies its rate by the `samples` of a step."""
    rate = args.learning_rate
    if rate is None:
        rate = 1.0 if args.optimizer == "prodigy" else 1e-4
    rate *= samples if args.scale_lr else 1
    common = {"lr": rate, "betas": (args.adam_beta1, args.adam_beta2), "eps": args.adam_epsilon,
              "weight_decay": args.adam_weight_decay}  # fmt: skip
    if args.optimizer == "prodigy":
        from prodigyopt import Prodigy

        return Prodigy(parameters, **common, use_bias_correction=True, safeguard_warmup=True)
    if args.optimizer == "adamw8bit":
        from bitsandbytes.optim import AdamW8bit

        return AdamW8bit(parameters, **common)
    fused = all(parameter.device.type in ("cpu", "cuda") for parameter in parameters)
    return torch.optim.AdamW(parameters, **common, fused=fused)
