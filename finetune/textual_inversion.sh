#!/usr/bin/env bash
# A word for the look of images/cinematic. Any flag of textual_inversion.py can follow: --num_vectors 8
#   MODEL_NAME  the base: hub name or folder; by default SD v1.5 where CUDA is present, else the miniature
#   LAUNCH      LAUNCH="accelerate launch --config_file accelerate/several_gpus.yaml" trains on several GPUs. One
#               process needs no launcher, and accelerate's would swallow exit codes and not pass SIGTERM on.
# Light and colour are decided where there is most noise. A word that learns from the other steps too, as with
# --snr_gamma 1, was seen to learn what its pictures show as well, and then to draw that.
set -euo pipefail
cd "$(dirname "$0")"

# unquoted, because LAUNCH is a command with its arguments
exec ${LAUNCH:-python} textual_inversion.py \
  --pretrained_model_name_or_path "${MODEL_NAME:-auto}" \
  --placeholder_token "<cinematic-style>" --initializer_token sunset --learnable_property style \
  --num_vectors 4 --save_steps 100 \
  --lr_scheduler cosine --lr_warmup_steps 20 \
  --train_batch_size 8 --max_train_steps 400 \
  --checkpointing_steps 100 --checkpoints_total_limit 2 \
  --snr_gamma 0.05 \
  "$@"
