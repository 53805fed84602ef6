"""Flags of diffusers' example scripts that have no part here: a command that has one is told why."""

import argparse

from inference.cli import InputError

FOLDER = "pictures and captions come from a folder; save the dataset to one, and name it with --train_data_dir"
DEEPFLOYD = "it is for DeepFloyd IF, which is not trained here"
REFUSED = {
    "dataset_name": FOLDER,
    "dataset_config_name": FOLDER,
    "image_column": FOLDER,
    "caption_column": FOLDER,
    "max_train_samples": "every picture of --train_data_dir is trained on; name a folder of fewer",
    "repeats": "how long a run is, --max_train_steps or --num_train_epochs says",
    "cache_dir": "the hub's downloads lie where HF_HOME says",
    "hub_token": "others on this machine can read a command; log in with `hf auth login`, or set HF_TOKEN",
    "tokenizer_name": "a base is trained with its own tokenizer",
    "prediction_type": "the base's scheduler says what it predicts",
    "image_interpolation_mode": "pictures are resized by Lanczos's filter",
    "validation_epochs": "--validation_steps says how often samples are drawn",
    "validation_scheduler": "samples are drawn by DPM-Solver++",
    "validation_images": DEEPFLOYD,
    "class_labels_conditioning": DEEPFLOYD,
    "tokenizer_max_length": DEEPFLOYD,
    "text_encoder_use_attention_mask": DEEPFLOYD,
    "prior_generation_precision": "class pictures are drawn in --mixed_precision",
    "skip_save_text_encoder": "what is written is a whole pipeline",
    "save_as_full_pipeline": "a word is one small file, and every pipeline of its base reads it",
    "no_safe_serialization": "only safetensors is written, since a pickle can run what it likes",
}
AS_EVER = {
    "dataloader_num_workers": "pictures are encoded once, before the first step",
    "pre_compute_text_embeddings": "captions are encoded once, unless the text encoder is trained",
    "set_grads_to_none": "gradients are set to None after every step",
    "local_rank": "the launcher says it in LOCAL_RANK",
}


class _Said(argparse.Action):
    """Refuses a flag, or says that it changes nothing."""

    def __call__(self, parser, namespace, values, option_string=None) -> None:
        if self.const in REFUSED:
            raise InputError(f"--{self.const} has no part here: {REFUSED[self.const]}")
        print(f"note: --{self.const} changes nothing: {AS_EVER[self.const]}")


def add_diffusers_flags(parser: argparse.ArgumentParser) -> None:
    """Take the flags above, with or without a value, and keep them out of the help and of the arguments."""
    for name in (*REFUSED, *AS_EVER):
        hidden = {"default": argparse.SUPPRESS, "help": argparse.SUPPRESS}
        parser.add_argument(f"--{name}", action=_Said, const=name, nargs="*", **hidden)
