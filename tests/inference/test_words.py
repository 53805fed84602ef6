"""A word in prompts: where it stands, and how it is written out."""

import pytest
from tiny_models import make_tokenizer

from inference.words import Word


@pytest.mark.parametrize(
    ("name", "prompt", "expected"),
    [
        ("cine", "cine, a cinema", "cine cine_1, a cinema"),
        ("cine", "medicine of a Cine-look. cine", "medicine of a cine cine_1-look. cine cine_1"),
        ("cine", "a cine cine_1, cine", "a cine cine_1, cine cine_1"),
        ("cine", "the cine's look in cine_5", "the cine cine_1's look in cine_5"),
        ("EasyNegative", "easynegative, EASYNEGATIVE", "EasyNegative EasyNegative_1, EasyNegative EasyNegative_1"),
        ("<MyLook>", "a<mylook>b, <MyLook> <MyLook>_1", "a<MyLook> <MyLook>_1b, <MyLook> <MyLook>_1"),
        ("c++", "a (c++) c++", "a (c++ c++_1) c++ c++_1"),
        ("cine", "nothing of it", "nothing of it"),
    ],
)
def test_a_word_is_written_out_where_it_stands_on_its_own(name: str, prompt: str, expected: str) -> None:
    word = Word(name, 2)
    assert word.spelled_out(prompt) == expected
    assert word.spelled_out(expected) == expected
    assert word.is_in(prompt) == (prompt != expected or f"{name}_1" in prompt)


@pytest.mark.parametrize("name", ["cine", "EasyNegative", "<MyLook>", "<my-look>"])
def test_a_tokenizer_reads_what_is_written_out_and_leaves_other_words_whole(name: str) -> None:
    word, tokenizer, plain = Word(name, 3), make_tokenizer(), make_tokenizer()
    word.add_to(tokenizer)
    ids = tokenizer.convert_tokens_to_ids(word.tokens)
    assert ids == [*range(len(plain), len(plain) + 3)]
    for prompt in (f"a {name}, b", f"a {name.lower()}, b", f"a {word.text}, b"):
        read = tokenizer.encode(word.spelled_out(prompt), add_special_tokens=False)
        assert [token for token in read if token in ids] == ids
    others = "a cinema of medicine, easynegatives, my look"
    assert tokenizer.encode(others) == plain.encode(others)
