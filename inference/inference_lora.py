"""Draw prompts with the base and with a LoRA on it: a row per prompt, the same seed along a row.

python inference_lora.py                       the LoRA that finetune/lora.sh made
python inference_lora.py --adapter my.safetensors --lora_scale 0.8 --prompts prompts.txt
"""

from inference.cli import run
from inference.options import add_lora_options, sampling_parser


def main() -> None:
    parser = sampling_parser(__doc__, output_dir="inference_lora")
    add_lora_options(parser)
    args = parser.parse_args()
    from inference.adapters import find_lora
    from inference.comparison import Job
    from inference.strategies import BASE, lora

    file = find_lora(args.adapter)  # before the job, which may have to fetch a base
    with Job(args) as job:
        job.compare([BASE, lora(file, job.folder, args.lora_scale)])


if __name__ == "__main__":
    run(main)
