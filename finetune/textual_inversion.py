"""Textual inversion: a new word whose embedding, and nothing else, is learned (Gal et al. 2022).

    ./textual_inversion.sh                                     the cinematic pictures, with the recipe's settings
    ./textual_inversion.sh --placeholder_token "<my-style>" --train_data_dir ~/pictures --output_dir ~/my-style
    python textual_inversion.py --help

Writes one safetensors file named after the word (diffusers, A1111, ComfyUI) and recipe.json.
"""

import argparse
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from finetune import data
from finetune.training_flags import comparison, parse, training_parser
from inference.cli import InputError
from inference.cli import run as run_script
from inference.files import atomic_entries
from inference.options import at_least
from inference.recipes import RECIPE, write_recipe
from inference.words import Word

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase

    from finetune.model import PlaceholderEmbedding
    from finetune.state import Run

# how a caption carries the word; a style's comes last, because each word of a caption sees only those before it
CAPTIONED = {"style": "{caption}, in the style of {token}", "object": "a photo of {token}, {caption}"}
BARE = {
    "style": [
        "a film still in the style of {token}",
        "a frame from a film in the style of {token}",
        "a wide shot in the style of {token}",
        "a close-up in the style of {token}",
        "an establishing shot in the style of {token}",
        "a scene in the style of {token}",
        "a landscape shot in the style of {token}",
        "a photograph in the style of {token}",
        "a screenshot of a film in the style of {token}",
        "a cropped film still in the style of {token}",
    ],
    "object": [
        "a film still of {token}",
        "a photo of {token}",
        "a wide shot of {token}",
        "a close-up of {token}",
        "a frame from a film that shows {token}",
        "a cropped photo of {token}",
        "a scene with {token}",
        "a bright photo of {token}",
        "a dark photo of {token}",
        "a rendering of {token}",
    ],
}


def parse_args() -> argparse.Namespace:
    parser = training_parser(__doc__, "textual_inversion")
    parser.set_defaults(adam_weight_decay=0.0)  # it would pull the vectors towards no word at all
    add = parser.add_argument_group("textual inversion").add_argument
    add("--placeholder_token", default="<cinematic-style>", help="the new word, as prompts will name it")
    add("--initializer_token", required=True, help="a word of the base, a single token, that it starts from")
    add("--learnable_property", choices=["style", "object"], default="style", help="what the word stands for")
    add("--num_vectors", type=at_least(1), default=1, help="embeddings for the word; each takes a token of the prompt")
    add("--save_steps", type=at_least(1), default=500, help="steps between two embeddings kept in steps/")
    args = parse(parser)
    if not args.placeholder_token.strip() or re.search(r"\s", args.placeholder_token):
        raise InputError(f"--placeholder_token {args.placeholder_token!r} is not one word; take one such as <my-style>")
    if args.placeholder_token != args.placeholder_token.lower():
        raise InputError(
            f"--placeholder_token {args.placeholder_token} has capital letters, and CLIP reads prompts in lower case; "
            f"take {args.placeholder_token.lower()}"
        )
    return args


def add_word(word: Word, initializer: str, tokenizer: "PreTrainedTokenizerBase") -> int:
    """Add the word's tokens to the tokenizer; returns the initialiser's id. Refuses words that cannot be had."""
    vocabulary = tokenizer.get_vocab()
    for token in word.tokens:
        if {token, token.lower(), f"{token.lower()}</w>"} & vocabulary.keys():
            raise InputError(
                f"--placeholder_token {token} is a word of the base already; take another, such as <my-style>"
            )
    ids = tokenizer.encode(initializer, add_special_tokens=False)
    if not ids or tokenizer.unk_token_id in ids:
        raise InputError(f"--initializer_token {initializer!r} is unknown to the base; take a common word")
    if len(ids) > 1:
        pieces = " ".join(tokenizer.convert_ids_to_tokens(ids))
        raise InputError(
            f"--initializer_token {initializer!r} is {len(ids)} tokens ({pieces}); take a word that is one"
        )
    word.add_to(tokenizer)
    if tokenizer.tokenize(word.text) != word.tokens:
        raise InputError(
            f"--placeholder_token {word.name} is not kept whole by the tokenizer; take one like <my-style>"
        )
    return ids[0]


def reword(
    args: argparse.Namespace,
    word: Word,
    captioned: bool,
    pictures: Sequence[data.Picture],
    tokenizer: "PreTrainedTokenizerBase",
) -> list[data.Picture]:
    """Captions that carry the word, and so does the validation prompt."""
    template = CAPTIONED[args.learnable_property].replace("{token}", word.text)
    if args.validation_prompt and word.is_in(args.validation_prompt):
        args.validation_prompt = word.spelled_out(args.validation_prompt)
    elif args.validation_prompt:
        args.validation_prompt = template.replace("{caption}", args.validation_prompt)
    if not captioned:
        return list(pictures)
    spelled = [replace(picture, captions=(word.spelled_out(picture.captions[0]),)) for picture in pictures]
    return data.recaption(spelled, template, tokenizer, unless=word.is_in)


def save(run: "Run", word: Word, embedding: "PlaceholderEmbedding", folder: Path, recipe: dict) -> None:
    """One file with one key, the word: (vectors, width); and recipe.json."""
    from finetune import metadata
    from inference.formats.embedding_names import tensors_of

    file = folder / word.file
    example = recipe["prompt"].replace("{caption}", "a red lighthouse by the sea")
    usage = f"prompts such as {example!r}; A1111 and ComfyUI know the word by the file's name, {file.stem}"
    texts = metadata.describe(run, recipe, "textual-inversion", name=file.stem, usage=usage, trigger=word.name)
    with atomic_entries(folder, last=RECIPE) as aside:
        metadata.write(tensors_of(word.name, embedding.vectors()), aside / file.name, texts)
        write_recipe(aside, recipe)


def main() -> None:
    args = parse_args()
    word = Word(args.placeholder_token, args.num_vectors)
    templates = [template.replace("{token}", word.text) for template in BARE[args.learnable_property]]
    pictures = data.read_folder(args.train_data_dir, templates)
    captioned = list(pictures[0].captions) != templates
    from finetune.model import Denoiser, PlaceholderEmbedding, conditioning
    from finetune.optimizer import suited_rate
    from finetune.run import encoded, into_buckets, load, opened
    from finetune.training import train
    from inference.families import family_of
    from inference.families.base import WORDS
    from inference.pipelines import load_tokenizer

    with opened(args, len(pictures)) as output:
        family = family_of(output.folder)
        family.check(WORDS)
        tokenizer, plain_prompt = load_tokenizer(output.folder), args.validation_prompt
        initializer = add_word(word, args.initializer_token, tokenizer)
        pictures = reword(args, word, captioned, pictures, tokenizer)
        buckets = into_buckets(args, pictures, output.folder)
        pipe = load(output)
        pipe.tokenizer = tokenizer
        run = encoded(output, pipe, buckets, plain_prompt)
        args.learning_rate = suited_rate(args, [family.network(pipe)], family.word_rate)
        run.identity["prompt"] = CAPTIONED[args.learnable_property].replace("{token}", word.name)
        for model in family.models(pipe).values():
            model.requires_grad_(False)
        first = pipe.tokenizer.convert_tokens_to_ids(word.name)
        table = pipe.text_encoder.get_input_embeddings()
        embedding = PlaceholderEmbedding(table, first, initializer, word.vectors)
        pipe.text_encoder.set_input_embeddings(embedding)
        model = Denoiser(family, family.network(pipe), conditioning(run, trained=True))
        keep = partial(save, run, word, embedding)
        train(run, model, keep, copies=1, save_steps=args.save_steps)
    said = run.identity["prompt"].replace("{caption}", "a red lighthouse by the sea")
    print(
        f"wrote {args.output_dir / word.file}, for prompts such as {said!r}; "
        + comparison("inference_textual_inversion", args, args.output_dir / word.file)
    )


if __name__ == "__main__":
    run_script(main)
