"""Paint the base's pictures again: a ControlNet keeps their outlines or depth, a cinematic prompt sets the light.

python inference_controlnet.py
python inference_controlnet.py --control depth --controlnet_conditioning_scale 0.8
python inference_controlnet.py --image my.jpg --prompts "a street" --cinematic_prompt "{prompt} after rain, film still"
"""

from pathlib import Path

from inference.cli import run
from inference.options import add_controlnet_options, sampling_parser


def main() -> None:
    parser = sampling_parser(__doc__, output_dir="inference_controlnet")
    add_controlnet_options(parser)
    parser.add_argument("--image", type=Path, help="start from this picture instead of the base's")
    args = parser.parse_args()
    from inference.comparison import Job
    from inference.detectors import check_kind
    from inference.strategies import BASE, controlnet_asked

    check_kind(args.control)  # before the job, which may have to fetch a base
    with Job(args, args.image) as job:
        strategy = controlnet_asked(args, job.folder)
        job.compare([strategy] if args.image else [BASE, strategy], show_maps=True)


if __name__ == "__main__":
    run(main)
