"""The packages as they should be, computed from the sources: no circles, arrows one way, no module name twice."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from helpers import ROOT

PACKAGES = ("finetune", "inference", "video", "images")
# what each may import, besides itself
ARROWS = {"inference": set(), "images": {"inference"}, "video": {"inference"}, "finetune": {"inference"}}
# What is left to do: the drawn scenes go with the miniature's first edition, and what scripts share moves out of them.
LEFT = {"video.evaluation_clips -> images.scenes"}
TWICE = {"controlavideo", "clip", "strategies", "judge"}
# the miniature is trained on rendered scenes, and trains a video model as well
MINIATURE = {"inference", "images", "video"}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {name_of(path): path for package in PACKAGES for path in (ROOT / package).rglob("*.py")}


def imports(path: Path) -> set[str]:
    """Modules of ours that a file imports anywhere in it, TYPE_CHECKING included."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            # `from package import module` means the module
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {node.module}
    # a package is imported with each of its modules, and is not what is meant then
    found = {name for name in found if name in MODULES}
    return {name for name in found if not any(other.startswith(f"{name}.") for other in found)} - {name_of(path)}


GRAPH = {name: imports(path) for name, path in MODULES.items()}


def circles() -> list[list[str]]:
    """Each way round that comes back to where it began, by depth-first search."""
    found, done = [], set()

    def visit(name: str, way: list[str]) -> None:
        if name in way:
            found.append([*way[way.index(name) :], name])
        elif name not in done:
            for other in sorted(GRAPH[name]):
                visit(other, [*way, name])
            done.add(name)

    for name in sorted(GRAPH):
        visit(name, [])
    return found


def test_no_module_imports_itself_by_way_of_others() -> None:
    assert [" -> ".join(circle) for circle in circles()] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_arrows_go_one_way(package: str) -> None:
    wrong = []
    for name, others in GRAPH.items():
        if name.split(".")[0] == package:
            allowed = {package} | (MINIATURE if name.startswith("finetune.miniature") else ARROWS[package])
            wrong += [f"{name} -> {other}" for other in sorted(others) if other.split(".")[0] not in allowed]
    assert set(wrong) <= LEFT


def test_nothing_imports_a_script() -> None:
    scripts = {name for name, path in MODULES.items() if "\nif __name__ == " in path.read_text()}
    # each step of the miniature's recipe is a script, and the next begins with what it made
    wrong = [f"{name} -> {other}" for name, others in sorted(GRAPH.items()) for other in sorted(others & scripts)]
    assert {arrow for arrow in wrong if not arrow.startswith("finetune.miniature")} <= LEFT


def test_no_two_modules_have_one_name() -> None:
    names = Counter(name.rpartition(".")[2] for name in MODULES if not name.startswith("images.world"))
    assert {name for name, count in names.items() if count > 1} - set(PACKAGES) <= TWICE


# What only a family knows (inference/families/README.md), and who may say it besides: families, the formats of files,
# the miniature's recipe, Control-A-Video, and CLIP where it is the judge of pictures.
OF_A_FAMILY = re.compile(
    r"StableDiffusion\w*Pipeline|UNet2D\w*|\bunet\b|AutoencoderKL|CLIP(?:Tokenizer|Text|Model|Processor)\w*|\battn[12]\b"
    r"|\b77\b|\b(?:scaling|shift)_factor\b|\balphas_cumprod\b|\bin_channels\b"
)
MAY_SAY = ("inference/families/", "inference/formats/", "finetune/miniature/", "video/controlavideo/")
ELSEWHERE = {
    "inference/clip_scorer.py": {"CLIPModel", "CLIPProcessor"}, "video/clip_scores.py": {"CLIPModel", "CLIPProcessor"},
    "inference/schedules.py": {"alphas_cumprod"},
}  # fmt: skip


def test_what_only_a_family_knows_is_said_there() -> None:
    said = {}
    for path in MODULES.values():
        place = str(path.relative_to(ROOT))
        if not place.startswith((*MAY_SAY, "images/")):
            words = set(OF_A_FAMILY.findall(path.read_text())) - ELSEWHERE.get(place, set())
            said |= {place: words} if words else {}
    assert said == {}
