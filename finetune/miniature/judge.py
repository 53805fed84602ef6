"""Train the judge of subject, setting and light on drawn scenes.

python -m finetune.miniature.judge --work_dir outputs/miniature
"""

import json

import torch
import torch.nn.functional as F
from safetensors.torch import save_file

from finetune.miniature.clip import training_set
from finetune.miniature.learn import learn, recipe_parser
from finetune.miniature.world import labels
from images.settings import SETTINGS
from images.subjects import SUBJECTS
from inference.files import atomic_write
from inference.judge import Judge, judge_input


def roughened(x: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """What generated pictures may have and drawn ones never do: blur, noise, a cast; (n, 3, 64, 64) in [0, 1]."""
    n = len(x)
    draw = lambda *shape: torch.rand(shape, generator=generator)  # noqa: E731
    soft = F.interpolate(F.interpolate(x, scale_factor=0.5, mode="area"), x.shape[-2:], mode="bilinear")
    x = x + draw(n, 1, 1, 1) ** 2 * (soft - x)
    x = x * (0.9 + 0.2 * draw(n, 1, 1, 1)) + 0.04 * (draw(n, 3, 1, 1) - 0.5)
    x = x + 0.05 * draw(n, 1, 1, 1) * torch.randn(x.shape, generator=generator)
    dx, dy = torch.randint(-5, 6, (2,), generator=generator).tolist()
    return torch.roll(F.pad(x, (5, 5, 5, 5), mode="replicate"), (dy, dx), (2, 3))[:, :, 5:-5, 5:-5].clamp(0, 1)


def main() -> None:
    parser = recipe_parser(__doc__, steps=1000, batch=128)
    args = parser.parse_args()

    torch.manual_seed(0)
    examples, drawn = training_set(args.work_dir, args.examples)
    truth = {name: torch.from_numpy(value) for name, value in labels(examples).items()}
    small = torch.cat([(judge_input(drawn[i : i + 500]) * 255).round().byte() for i in range(0, len(drawn), 500)])
    judge = Judge(list(SUBJECTS), list(SETTINGS))

    def batch_loss(step: int) -> torch.Tensor:
        generator = torch.Generator().manual_seed(step)
        at = torch.randint(0, len(small), (128,), generator=generator)
        x = small[at].float() / 255
        x = torch.where(torch.rand(128, 1, 1, 1, generator=generator) < 0.5, x, x.flip(-1))
        logits = judge(roughened(x, generator))
        pairs = zip(logits, ("subject", "setting", "light"), strict=True)
        return sum(F.cross_entropy(out, truth[name][at], ignore_index=-1, label_smoothing=0.02) for out, name in pairs)

    learn(args.work_dir / "judge", judge, batch_loss, args.steps, peak_lr=2e-3, average=0.998)
    folder = args.work_dir / "pipeline" / "judge"
    with atomic_write(folder / "config.json") as aside:
        aside.write_text(json.dumps({"subjects": judge.subjects, "settings": judge.settings}, indent=2) + "\n")
    with atomic_write(folder / "model.safetensors") as aside:
        save_file({k: v.half() for k, v in judge.state_dict().items()}, aside)


if __name__ == "__main__":
    main()
