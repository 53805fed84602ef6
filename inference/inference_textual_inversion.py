"""Draw prompts with the base, and with a word it was taught: a row per prompt, the same seed along a row.

python inference_textual_inversion.py          the word that finetune/textual_inversion.sh made
python inference_textual_inversion.py --adapter my-look.safetensors --prompt_template "a street, <my-look>, {prompt}"
"""

from inference.cli import run
from inference.options import add_word_options, sampling_parser


def main() -> None:
    parser = sampling_parser(__doc__, output_dir="inference_textual_inversion")
    add_word_options(parser)
    args = parser.parse_args()
    from inference.adapters import find_embedding
    from inference.comparison import Job
    from inference.strategies import BASE, textual_inversion

    file = find_embedding(args.adapter)  # before the job, which may have to fetch a base
    with Job(args) as job:
        job.compare([BASE, textual_inversion(file, job.folder, args.prompt_template)])


if __name__ == "__main__":
    run(main)
