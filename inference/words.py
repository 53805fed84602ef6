"""A word of textual inversion: how prompts spell it, and how a tokenizer keeps it whole."""

import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerBase


@dataclass(frozen=True)
class Word:
    """Named as diffusers names the tokens of an embedding with several vectors, w, w_1, w_2, ..."""

    name: str
    vectors: int

    @property
    def tokens(self) -> list[str]:
        return [self.name, *(f"{self.name}_{i}" for i in range(1, self.vectors))]

    @property
    def text(self) -> str:
        """How a text encoder's captions and prompts spell it."""
        return " ".join(self.tokens)

    @property
    def file(self) -> str:
        """A1111 and ComfyUI know an embedding by its file's name, and not every system takes < and >."""
        return (re.sub(r"[^\w.-]+", "", self.name).strip(".") or "learned_embeds") + ".safetensors"

    @property
    def has_letters_at_its_ends(self) -> bool:
        """Then `cine` is no part of "cinema" or "medicine"; "<my-look>" ends by itself."""
        return bool(re.search(r"^\w|\w$", self.name))

    @cached_property
    def _pattern(self) -> re.Pattern:
        """The word or, where a prompt has it written out, its tokens; CLIP reads capitals as small letters."""
        name, more = re.escape(self.name), "".join(rf"\s+{re.escape(token)}" for token in self.tokens[1:])
        before, after = (r"(?<!\w)", r"(?!\w)") if self.has_letters_at_its_ends else ("", r"(?!_\d)")
        return re.compile(f"{before}(?:{name}{more}|{name}){after}", re.IGNORECASE)

    def is_in(self, prompt: str) -> bool:
        return bool(self._pattern.search(prompt))

    def spelled_out(self, prompt: str) -> str:
        """`prompt` with the word's tokens wherever the word stands on its own."""
        return self._pattern.sub(lambda _: self.text, prompt)

    def add_to(self, tokenizer: "PreTrainedTokenizerBase") -> None:
        from transformers import AddedToken

        whole = self.has_letters_at_its_ends
        tokenizer.add_tokens([AddedToken(token, single_word=whole, normalized=True) for token in self.tokens])
