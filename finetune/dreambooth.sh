#!/usr/bin/env bash
# DreamBooth on images/cinematic. Any flag of dreambooth.py can follow: finetune/dreambooth.sh --train_text_encoder
#   MODEL_NAME  the base: hub name or folder; by default SD v1.5 where CUDA is present, else the miniature
#   LAUNCH      by default `accelerate launch`, by way of launch.py: what `accelerate config` was told is what happens.
#               LAUNCH="accelerate launch --config_file my.yaml" takes another file, LAUNCH=python goes without.
# The learning rate depends on the base's size: 5e-6 for SD v1.5. Two checkpoints are kept, so that there is one before
# a damaged one; of SD v1.5 each takes 12 GB, and a third while it is written: on a small disk add
# --checkpoints_total_limit 1, or a larger --checkpointing_steps.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
read -r -a launch <<< "${LAUNCH:-}"  # a command with its arguments
[ ${#launch[@]} -gt 0 ] || launch=(python "$here/launch.py")

exec "${launch[@]}" "$here/dreambooth.py" \
  --pretrained_model_name_or_path "${MODEL_NAME:-auto}" \
  --instance_prompt "{caption}, in cinematic style" --train_text_encoder \
  --with_prior_preservation --class_prompt "{caption}" --num_class_images 100 --prior_loss_weight 1 \
  --lr_warmup_steps 20 \
  --train_batch_size 4 --max_train_steps 300 \
  --checkpointing_steps 100 --checkpoints_total_limit 2 \
  --snr_gamma 5 \
  "$@"
