"""A result to the Hugging Face hub, if --push_to_hub asks for it."""

import argparse

from inference.cli import InputError

NOT_PUBLISHED = ["checkpoint-*", "earlier*", "cache/*", "class/*", ".*"]


def check_login() -> None:
    """Refuse to train for a hub that will not take the result."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HTTPError

    try:
        HfApi().whoami()
    except (OSError, ValueError, HTTPError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError(f"--push_to_hub needs a login ({reason}); hf auth login, or leave it out") from error


def publish(args: argparse.Namespace) -> None:
    """Upload the output folder to the hub, without checkpoints and caches."""
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HTTPError

    name = args.hub_model_id or args.output_dir.name
    try:
        repository = HfApi().create_repo(name, exist_ok=True)
        HfApi().upload_folder(repo_id=repository.repo_id, folder_path=args.output_dir, ignore_patterns=NOT_PUBLISHED)
    except (OSError, ValueError, HTTPError) as error:
        raise InputError(f"the hub did not take {name} ({error}); it is complete in {args.output_dir}") from error
    print(f"published as {repository}")
