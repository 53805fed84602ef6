#!/usr/bin/env bash
# A LoRA of images/cinematic. Any flag of lora.py can follow: finetune/lora.sh --max_train_steps 1000
#   MODEL_NAME  the base: hub name or folder; by default SD v1.5 where CUDA is present, else the miniature
#   LAUNCH      by default `accelerate launch`, by way of launch.py: what `accelerate config` was told is what happens.
#               LAUNCH="accelerate launch --config_file my.yaml" takes another file, LAUNCH=python goes without.
# The learning rate depends on the base's size: 2.5e-4 for SD v1.5. Noise with an offset reaches
# what plain noise hardly does: how light or dark, how warm or cold a picture is as a whole.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
read -r -a launch <<< "${LAUNCH:-}"  # a command with its arguments
[ ${#launch[@]} -gt 0 ] || launch=(python "$here/launch.py")

exec "${launch[@]}" "$here/lora.py" \
  --pretrained_model_name_or_path "${MODEL_NAME:-auto}" \
  --rank 16 --train_feed_forward \
  --lr_scheduler cosine --lr_warmup_steps 20 \
  --train_batch_size 8 --max_train_steps 700 \
  --caption_dropout 0.25 --snr_gamma 5 --noise_offset 0.05 \
  "$@"
