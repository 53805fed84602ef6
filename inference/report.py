"""Write a comparison's page again: one file that needs no network, with sheet, slider, scores and a blind vote.

python report.py                                   outputs/compare/report.html, from what compare.py left there
python report.py --output_dir outputs/inference_lora

`report.html#vote` opens at the vote.
"""

import argparse
from pathlib import Path

from inference.cli import run
from inference.options import ROOT, Help
from inference.report_page import write_report


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=Help)
    default = ROOT / "outputs" / "compare"
    parser.add_argument("--output_dir", type=Path, default=default, help="folder of the comparison, and of its page")
    write_report(parser.parse_args().output_dir)


if __name__ == "__main__":
    run(main)
