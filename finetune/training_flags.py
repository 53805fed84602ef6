"""What every trainer asks for on the command line, with diffusers' names, and the checks that need no model."""

import argparse
import os
import shlex
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from finetune.diffusers_flags import add_diffusers_flags
from inference.cli import InputError
from inference.options import ROOT, Help, add_base_options, any_seed, at_least
from inference.pipelines import pictures_for

SCHEDULES = ["constant", "constant_with_warmup", "linear", "cosine", "cosine_with_restarts", "polynomial"]
TRACKERS = ["tensorboard", "wandb", "comet_ml", "all", "none"]


def training_parser(description: str, output_dir: str) -> argparse.ArgumentParser:
    """The flags of the common loop; each method adds its own."""
    parser = argparse.ArgumentParser(description=description, formatter_class=Help)
    _add_model_and_data(parser.add_argument_group("base and pictures").add_argument, output_dir)
    _add_optimization(parser.add_argument_group("optimization").add_argument)
    _add_hardware(parser.add_argument_group("hardware").add_argument)
    _add_keeping(parser.add_argument_group("checkpoints, samples and logs").add_argument)
    add_diffusers_flags(parser)
    return parser


def parse(parser: argparse.ArgumentParser) -> argparse.Namespace:
    """The arguments, with the pictures that suit the base where none are named."""
    args = parser.parse_args()
    args.train_data_dir = args.train_data_dir or pictures_for(args.pretrained_model_name_or_path)
    return args


class Length(argparse.Action):
    """A run has one length, the last that is given: so a person's epochs go before the steps of a recipe's script."""

    def __call__(self, parser, namespace, value, option_string=None) -> None:
        namespace.max_train_steps = namespace.num_train_epochs = None
        setattr(namespace, self.dest, value)


def _add_model_and_data(add: Callable, output_dir: str) -> None:
    add_base_options(add)
    add(
        "--train_data_dir",
        type=Path,
        help="folder of captioned pictures; if not given, images/cinematic, or images/drawn for the miniature",
    )
    add("--output_dir", type=Path, default=ROOT / "outputs" / output_dir, help="where everything is written")
    add("--resolution", type=at_least(8), help="side in pixels; other shapes have its area; if not given, the base's")
    add("--center_crop", action="store_true", help="crop the centre and not a place drawn from the seed")
    add("--random_flip", action="store_true", help="mirror half of all samples; not where captions say left")
    add("--caption_dropout", type=at_least(0, float), default=0.0, help="share of samples trained without a caption")


def _add_optimization(add: Callable) -> None:
    add("--train_batch_size", type=at_least(1), default=8, help="samples per process and forward pass")
    add("--gradient_accumulation_steps", type=at_least(1), default=1, help="forward passes per step")
    add("--max_train_steps", type=at_least(1), action=Length, help="400 if not given")
    add("--num_train_epochs", type=at_least(1), action=Length, help="times each picture is seen; the later flag counts")
    add("--learning_rate", type=at_least(0, float), help="suited to the base if not given; 1 with prodigy")
    add("--scale_lr", action="store_true", help="multiply the rate by the samples per step")
    add("--lr_scheduler", choices=SCHEDULES, default="constant", help="learning rate schedule")
    add("--lr_warmup_steps", type=at_least(0), default=0, help="steps of the warm-up, from 0")
    add("--lr_num_cycles", type=at_least(1), help="restarts of cosine_with_restarts, 1 if not given")
    add("--lr_power", type=at_least(0, float), help="of polynomial, 1 if not given")
    add("--optimizer", choices=["adamw", "adamw8bit", "prodigy"], default="adamw", help="optimizer")
    add("--use_8bit_adam", action="store_true", help="the same as --optimizer adamw8bit")
    add("--adam_beta1", type=at_least(0, float), default=0.9, help="exponential decay of the first moment")
    add("--adam_beta2", type=at_least(0, float), default=0.999, help="exponential decay of the second moment")
    add("--adam_epsilon", type=at_least(0, float), default=1e-8, help="term added to the denominator for stability")
    add("--adam_weight_decay", type=at_least(0, float), default=1e-2, help="weight decay of what is trained")
    add("--max_grad_norm", type=at_least(0, float), default=1.0, help="gradients are clipped to this norm; 0: never")
    add("--snr_gamma", type=at_least(0, float), help="min-SNR loss weighting; 5 is usual")
    add("--noise_offset", type=at_least(0, float), default=0.0, help="of noise constant over a channel; 0.1 is usual")
    add("--seed", type=any_seed, default=0, help="of order, crops, noise, timesteps and first weights")


def _add_hardware(add: Callable) -> None:
    add(
        "--mixed_precision",
        choices=["auto", "no", "bf16", "fp16"],
        default="auto",
        help="arithmetic; auto: as `accelerate launch` was told, else bf16 where it is fast; what is trained is fp32",
    )
    add("--gradient_checkpointing", action="store_true", help="less memory, a quarter more time")
    add("--allow_tf32", action="store_true", help="faster fp32 on Ampere and newer GPUs")
    add("--compile", action="store_true", help="compile the transformer blocks: slow to start, faster steps")
    add("--enable_xformers_memory_efficient_attention", action="store_true", help="instead of PyTorch's attention")


def _add_keeping(add: Callable) -> None:
    add("--checkpointing_steps", type=at_least(1), default=500, help="steps between two checkpoints")
    add("--checkpoints_total_limit", type=at_least(1), help="how many checkpoints are kept; all if not given")
    add("--resume_from_checkpoint", metavar="NAME", help='a checkpoint or run folder, or "latest"')
    add("--validation_prompt", help="draw this with base and adapter while training; nothing is drawn if not given")
    add("--num_validation_images", type=at_least(0), help="pictures of it; 4 if not given")
    add("--validation_steps", type=at_least(1), help="steps between two drawings; 100 if not given")
    add("--report_to", choices=TRACKERS, default="tensorboard", help="where losses and pictures are logged")
    add("--logging_dir", default="logs", help="for the logs, inside --output_dir")
    add("--push_to_hub", action="store_true", help="upload the result when it is done")
    add("--hub_model_id", help="repository to upload to; named like the output folder if not given")


def comparison(script: str, args: argparse.Namespace, adapter: Path | None = None) -> str:
    """The command that shows what was made, `adapter` or the output folder, beside the base it was made from."""
    path = os.path.relpath(ROOT / "inference" / f"{script}.py")  # from where the person is
    command = ["python", path, "--adapter", str((adapter or args.output_dir).resolve())]
    if args.pretrained_model_name_or_path != "auto":
        command += ["--pretrained_model_name_or_path", args.pretrained_model_name_or_path]
    return f"compare it with the base: {shlex.join(command)}"


def check(args: argparse.Namespace, pictures: int, processes: int, cuda: bool) -> None:
    """Refuse what cannot be meant, and fill in what follows from other flags and from the number of pictures."""
    if args.use_8bit_adam and args.optimizer == "prodigy":
        raise InputError("--use_8bit_adam and --optimizer prodigy are two optimizers; choose one")
    if args.use_8bit_adam:
        args.optimizer = "adamw8bit"
    if args.optimizer == "prodigy":
        if args.lr_warmup_steps or args.scale_lr:
            print("note: prodigy finds its own rate, so nothing warms it up and no batch scales it")
        args.lr_warmup_steps, args.scale_lr = 0, False
        if args.learning_rate not in (None, 1):
            print(f"note: prodigy's own rate is multiplied by --learning_rate {args.learning_rate}; 1 is usual")
        if not find_spec("prodigyopt"):
            raise InputError("--optimizer prodigy is not installed: pip install prodigyopt, or take adamw")
    if args.optimizer == "adamw8bit" and not (find_spec("bitsandbytes") and cuda):
        raise InputError("--optimizer adamw8bit needs a CUDA GPU and `pip install bitsandbytes`; or take adamw")
    if args.learning_rate == 0:
        raise InputError("--learning_rate 0 learns nothing; take more")
    for name in ("adam_beta1", "adam_beta2"):
        if getattr(args, name) >= 1:
            raise InputError(f"--{name} {getattr(args, name)} keeps everything for ever; take less than 1")
    for name, schedule in (("lr_num_cycles", "cosine_with_restarts"), ("lr_power", "polynomial")):
        if getattr(args, name) is not None and args.lr_scheduler != schedule:
            raise InputError(f"--{name} {getattr(args, name)} does nothing without --lr_scheduler {schedule}; add it")
    if args.caption_dropout > 1:
        raise InputError(f"--caption_dropout {args.caption_dropout} is a share of the samples, from 0 to 1")
    if args.snr_gamma == 0:
        raise InputError("--snr_gamma 0 gives every timestep the weight 0; 5 is usual, or leave it out")
    if args.num_validation_images == 0:
        args.validation_prompt = args.num_validation_images = args.validation_steps = None
    for name, default in (("num_validation_images", 4), ("validation_steps", 100)):
        if getattr(args, name) is None:
            setattr(args, name, default)
        elif not args.validation_prompt:
            raise InputError(f"--{name} {getattr(args, name)} does nothing without --validation_prompt; add it")
    if args.hub_model_id and not args.push_to_hub:
        raise InputError(f"--hub_model_id {args.hub_model_id} does nothing without --push_to_hub; add it")
    if args.report_to in ("tensorboard", "wandb", "comet_ml") and not find_spec(args.report_to):
        raise InputError(f"--report_to {args.report_to} is not installed: pip install {args.report_to}, or take none")
    if args.max_train_steps is None:
        per_step = args.train_batch_size * args.gradient_accumulation_steps * processes
        epochs = args.num_train_epochs
        args.max_train_steps = -(-pictures * epochs // per_step) if epochs else 400
    if args.lr_warmup_steps > args.max_train_steps:
        shorter = args.max_train_steps // 10
        print(
            f"note: a run of {args.max_train_steps} steps warms up for {shorter}, not --lr_warmup_steps "
            f"{args.lr_warmup_steps}"
        )
        args.lr_warmup_steps = shorter
