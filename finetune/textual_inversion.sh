#!/usr/bin/env bash
# A word for the look of images/cinematic. Any flag of textual_inversion.py can follow: --num_vectors 8
#   MODEL_NAME  the base: hub name or folder; by default SD v1.5 where CUDA is present, else the miniature
#   LAUNCH      by default `accelerate launch`, by way of launch.py: what `accelerate config` was told is what happens.
#               LAUNCH="accelerate launch --config_file my.yaml" takes another file, LAUNCH=python goes without.
# Light and colour are decided where there is most noise. A word that learns from the other steps too, as with
# --snr_gamma 1, was seen to learn what its pictures show as well, and then to draw that.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
read -r -a launch <<< "${LAUNCH:-}"  # a command with its arguments
[ ${#launch[@]} -gt 0 ] || launch=(python "$here/launch.py")

exec "${launch[@]}" "$here/textual_inversion.py" \
  --pretrained_model_name_or_path "${MODEL_NAME:-auto}" \
  --placeholder_token "<cinematic-style>" --initializer_token sunset --learnable_property style \
  --num_vectors 4 --save_steps 100 \
  --lr_scheduler cosine --lr_warmup_steps 20 \
  --train_batch_size 8 --max_train_steps 400 \
  --checkpointing_steps 100 --checkpoints_total_limit 2 \
  --snr_gamma 0.05 \
  "$@"
