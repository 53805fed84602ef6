"""Draw prompts with the base model as it is, on one sheet.

python inference_base.py
python inference_base.py --prompts "a red car in the city" "a tent in the snow" --seed 7
python inference_base.py --pretrained_model_name_or_path stable-diffusion-v1-5/stable-diffusion-v1-5
"""

from inference.cli import run
from inference.options import sampling_parser


def main() -> None:
    args = sampling_parser(__doc__, output_dir="inference_base").parse_args()
    from PIL import Image

    from inference.comparison import Job
    from inference.grid import contact_sheet
    from inference.strategies import BASE

    with Job(args) as job:
        files = job.draw([BASE])
        job.finish(files, contact_sheet(job.prompts, [Image.open(path) for path in files.values()], job.footer))


if __name__ == "__main__":
    run(main)
