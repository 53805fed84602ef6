#!/usr/bin/env bash
# Rebuild the embedded miniature Stable Diffusion from nothing: scenes, CLIP, VAE, judge, UNet, ControlNet,
# temporal layers. Killed, it goes on where it was when started again.
#   WORK_DIR    states, samples and parts; OUTPUT_DIR  the pipeline folder that is written
#   EXAMPLES    square scenes to learn from; COUNT  scenes to measure with
#   CLIP_STEPS VISION_STEPS TWIN_STEPS VAE_STEPS JUDGE_STEPS UNET_STEPS CONTROLNET_STEPS CONTROLAVIDEO_STEPS  how long
#   CLIPS  of eight frames, for the temporal layers to learn from
set -euo pipefail
cd "$(dirname "$0")/.."
work=(--work_dir "${WORK_DIR:-outputs/miniature}")
part=("${work[@]}" --examples "${EXAMPLES:-24000}")
output_dir=${OUTPUT_DIR:-inference/miniature}

python -m finetune.miniature.clip "${part[@]}" --steps "${CLIP_STEPS:-1000}" --vision_steps "${VISION_STEPS:-4400}"
python -m finetune.miniature.twins "${part[@]}" --steps "${TWIN_STEPS:-800}"
python -m finetune.miniature.vae "${part[@]}" --steps "${VAE_STEPS:-1700}"
python -m finetune.miniature.judge "${part[@]}" --steps "${JUDGE_STEPS:-1000}"
python -m finetune.miniature.unet "${part[@]}" --steps "${UNET_STEPS:-20000}"
python -m finetune.miniature.controlnet "${part[@]}" --steps "${CONTROLNET_STEPS:-3000}"
python -m finetune.miniature.controlavideo "${work[@]}" --steps "${CONTROLAVIDEO_STEPS:-1300}" --clips "${CLIPS:-1200}"
python -m finetune.miniature.export "${work[@]}" --output_dir "$output_dir"
python -m finetune.miniature.measure --model_dir "$output_dir" --count "${COUNT:-500}"
