"""recipe.json, which a training writes beside its result: how it was made, and the hash of every file of it.

Whoever reads a result checks it by them, so that a flipped bit, or a file of another run, draws nothing.
"""

import contextlib
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

from inference.cli import InputError
from inference.files import file_sha256

RECIPE = "recipe.json"
HASHES = "sha256"  # file -> hash in hexadecimal; recipe.json's own is of all else that it says


def write_recipe(folder: Path, recipe: dict) -> None:
    """Write recipe.json for all files in `folder`."""
    recipe = json.loads(json.dumps(recipe))  # as it is read back
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path != folder / RECIPE)
    hashes = {path.relative_to(folder).as_posix(): file_sha256(path) for path in files}
    whole = recipe | {HASHES: {RECIPE: _own_hash(recipe, hashes)} | hashes}
    (folder / RECIPE).write_text(json.dumps(whole, indent=2) + "\n")


def read_recipe(folder: Path, *needed: str, hash_of: Callable[[Path], str] = file_sha256) -> dict:
    """What recipe.json in `folder` says; {} where there is none, or where it is no recipe of ours.

    needed: files that are read; a name that ends in / stands for all in that folder. Raises InputError, naming the
    file, where one of them or the recipe is not what was written.
    """
    path = folder / RECIPE
    try:
        recipe = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError) as error:
        raise InputError(f"{path} cannot be read ({error}); {_way_on(path)}") from error
    if not isinstance(recipe, dict):
        return {}
    hashes = recipe.pop(HASHES, None)
    if not isinstance(hashes, dict):  # older than the hashes, or somebody else's
        return recipe
    if hashes.pop(RECIPE, None) != _own_hash(recipe, hashes):
        raise InputError(f"{path} is not what was written; {_way_on(path)}")
    for name, sha256 in hashes.items():
        if name in needed or name.startswith(tuple(n for n in needed if n.endswith("/"))):
            with contextlib.suppress(OSError):
                if hash_of(folder / name) == sha256:
                    continue
            raise InputError(f"{folder / name} is damaged, missing or of another run than {path}; {_way_on(path)}")
    return recipe


def is_whole(folder: Path) -> bool:
    """Whether `folder` has a recipe, and every file that it names is there as it was written."""
    try:
        recipe = json.loads((folder / RECIPE).read_text(encoding="utf-8"))
        return bool(read_recipe(folder, *recipe[HASHES]))
    except (OSError, ValueError, TypeError, LookupError, InputError):
        return False


def _way_on(path: Path) -> str:
    return f"copy the folder or train it again, or remove {path.name} if the change is yours"


def _own_hash(recipe: dict, hashes: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps([recipe, hashes], sort_keys=True).encode()).hexdigest()
