#!/usr/bin/env bash
# A LoRA of images/cinematic. Any flag of lora.py can follow: ./lora.sh --max_train_steps 1000
#   MODEL_NAME  the base: hub name or folder; by default SD v1.5 where CUDA is present, else the miniature
#   LAUNCH      LAUNCH="accelerate launch --config_file accelerate/several_gpus.yaml" trains on several GPUs. One
#               process needs no launcher, and accelerate's would swallow exit codes and not pass SIGTERM on.
# The learning rate depends on the base's size: 2.5e-4 for SD v1.5. Noise with an offset reaches
# what plain noise hardly does: how light or dark, how warm or cold a picture is as a whole.
set -euo pipefail
cd "$(dirname "$0")"

# unquoted, because LAUNCH is a command with its arguments
exec ${LAUNCH:-python} lora.py \
  --pretrained_model_name_or_path "${MODEL_NAME:-auto}" \
  --rank 16 --train_feed_forward \
  --lr_scheduler cosine --lr_warmup_steps 20 \
  --train_batch_size 8 --max_train_steps 700 \
  --caption_dropout 0.25 --snr_gamma 5 --noise_offset 0.05 \
  "$@"
