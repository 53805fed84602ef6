#!/usr/bin/env bash
# Rebuild the embedded miniature Stable Diffusion from nothing: scenes, CLIP, VAE, judge, UNet.
# Killed, it goes on where it was when started again. WORK_DIR keeps states and samples.
set -euo pipefail
cd "$(dirname "$0")/.."
work_dir=${WORK_DIR:-outputs/miniature}

python -m finetune.miniature.clip --work_dir "$work_dir"
python -m finetune.miniature.vae --work_dir "$work_dir"
python -m finetune.miniature.judge --work_dir "$work_dir"
python -m finetune.miniature.unet --work_dir "$work_dir" "$@"
python -m finetune.miniature.export --work_dir "$work_dir"
python -m finetune.miniature.measure
