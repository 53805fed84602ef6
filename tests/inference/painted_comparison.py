"""A comparison's folder as compare.py leaves it, painted and not drawn by a model, and the page made of it."""

import base64
import itertools
import json
import re

import numpy as np
from helpers import ROOT, run_script
from PIL import Image

from images.scenes import caption, draw, sample_scene
from inference.image_io import save_picture
from inference.scores import film_look

SCRIPT = ROOT / "inference" / "report.py"
LOOKS = {"base": "plain", "textual_inversion": ("dramatic",), "lora": "cinematic"}  # the best one last
TITLES = {"base": "Base", "textual_inversion": "Textual inversion", "lora": "LoRA"}
ROWS = 11  # 3 pairs of strategies: 33 votes
ODD_PROMPT = '</script><img src="https://example.org/x.png" onerror="alert(1)"> ünïcode 光'


def make_comparison(folder, rows=ROWS, size=(64, 64), looks=LOOKS):
    """What a comparison leaves in its folder: scenes in their looks, each picture with its recipe, and scores."""
    entries = []
    for row, (name, look) in itertools.product(range(rows), looks.items()):
        scene = sample_scene(row)
        prompt = ODD_PROMPT if row == rows - 1 else caption(scene)
        picture = Image.fromarray(draw(scene, look, *size).picture)
        recipe = {"prompt": f"{prompt}, as {name}", "seed": 100 + row, "strategy": name, "versions": {"torch": "2"}}
        save_picture(picture, folder / "pictures" / f"{row}-{name}.png", recipe)
        entries.append({"row": row, "strategy": name, "prompt": prompt, "seed": 100 + row} | film_look(picture))
    values = {name: [entry["vignette"] for entry in entries if entry["strategy"] == name] for name in looks}
    means = {name: {"vignette": float(np.mean(own))} for name, own in values.items()}
    strategies = {
        name: {"vignette": {"mean": float(np.mean(own)), "low": float(min(own)), "high": float(max(own))}}
        for name, own in values.items()
    }
    notices = {"DreamBooth": "no DreamBooth pipeline in outputs/dreambooth; make one with finetune/dreambooth.sh"}
    scores = {"means": means, "strategies": strategies, "notices": notices, "pictures": entries}
    (folder / "scores.json").write_text(json.dumps(scores))
    return folder


def read_page(path) -> tuple[list[bytes], dict]:
    """The pictures in a page, and what it says of them."""
    text = path.read_text(encoding="utf-8")
    found = [re.search(rf'id="{name}">(.*?)</script>', text, re.DOTALL)[1] for name in ("pictures", "content")]
    return [base64.b64decode(one) for one in json.loads(found[0])], json.loads(base64.b64decode(found[1]))


def comparison_with_page(folder):
    folder = make_comparison(folder)
    done = run_script(SCRIPT, "--output_dir", folder)
    assert done.rc == 0 and f"page: {folder / 'report.html'}" in done.out and not done.err, done
    return folder
