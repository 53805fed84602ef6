"""Draw prompts with the base, and with the model it became: a row per prompt, the same seed along a row.

python inference_dreambooth.py                 the model that finetune/dreambooth.sh made
python inference_dreambooth.py --adapter my-dog --prompt_template "a photo of sks dog, {prompt}"
"""

from inference.cli import run
from inference.options import add_model_options, sampling_parser


def main() -> None:
    parser = sampling_parser(__doc__, output_dir="inference_dreambooth")
    add_model_options(parser)
    args = parser.parse_args()
    from inference.adapters import find_model
    from inference.comparison import Job
    from inference.strategies import BASE, dreambooth

    folder = find_model(args.adapter)  # before the job, which may have to fetch a base
    with Job(args) as job:
        job.compare([BASE, dreambooth(folder, job.folder, args.prompt_template)])


if __name__ == "__main__":
    run(main)
