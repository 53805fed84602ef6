"""`accelerate launch` for a trainer, with the trainer's own exit code and signals; the shell scripts call it.

accelerate config                             once, to say which GPUs, machines and precision
python finetune/launch.py finetune/lora.py --rank 16

What `accelerate config` was told is what happens; where it was never run there is one process. Flags before the script
are accelerate's. Launched by accelerate itself, a refusal would end in exit code 1 below a traceback, and SIGTERM would
leave the trainer running.
"""

import logging
import os
import sys
from pathlib import Path

from inference.cli import InputError, run


def configuration() -> Path | None:
    """What `accelerate config` wrote, where accelerate looks for it; found without its imports, which take seconds."""
    cache = os.environ.get("HF_HOME") or os.path.join(os.environ.get("XDG_CACHE_HOME", "~/.cache"), "huggingface")
    path = Path(cache).expanduser() / "accelerate" / "default_config.yaml"
    return path if path.is_file() else None


def launch(command: list[str]) -> None:
    """Become the trainer, or start one for each process that the configuration names."""
    from accelerate.commands import launch as accelerate

    threads = os.environ.get("OMP_NUM_THREADS")
    logging.getLogger("accelerate.commands.launch").setLevel(logging.ERROR)  # it lists every default it takes
    parser = accelerate.launch_command_parser()
    try:
        args, *_ = accelerate._validate_launch_command(parser.parse_args(command))
    except ValueError as error:
        raise InputError(
            f"{configuration()} cannot be launched with ({error}); run `accelerate config` again"
        ) from error
    if args.use_deepspeed or args.use_fsdp or args.use_megatron_lm or args.multi_gpu or args.tpu:
        several(accelerate, command)
    words, environment = accelerate.prepare_simple_launcher_cmd_env(args)
    if threads is None:  # accelerate takes one thread a process, which is for many processes
        environment.pop("OMP_NUM_THREADS")
    os.execvpe(words[0], words, environment)


def several(accelerate, command: list[str]) -> None:
    """Run torch's launcher here: it passes SIGTERM on by itself, and its reports of failures repeat the trainers'."""
    from torch.distributed.elastic.multiprocessing.api import SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError

    logging.getLogger("torch.distributed.elastic").setLevel(logging.CRITICAL)
    try:
        accelerate.launch_command(accelerate.launch_command_parser().parse_args(command))
    except ImportError as error:
        raise InputError(f"{error}; install it, or run `accelerate config` again") from error
    except ChildFailedError as error:
        codes = [failure.exitcode for failure in error.failures.values()]
        sys.exit(2 if 2 in codes else next((code for code in codes if code > 0), 1))
    except SignalException as stopped:
        sys.exit(128 + stopped.sigval)
    sys.exit(0)


def main() -> None:
    if len(sys.argv) == 1:
        raise InputError("no trainer to launch; name one: python finetune/launch.py finetune/lora.py")
    if configuration() is None and sys.argv[1].endswith(".py"):
        os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
    launch(sys.argv[1:])


if __name__ == "__main__":
    run(main)
