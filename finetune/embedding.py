"""The embedding table of a text encoder with a few rows more, which are all that is trained."""

import torch
from torch import Tensor, nn
from torch.nn.functional import embedding, normalize


class PlaceholderEmbedding(nn.Module):
    """Looks tokens up in the frozen table, and new tokens in rows of its own.

    What is looked up are the rows' directions at the length of the initialiser's embedding: a longer vector drowns the
    rest of the prompt, and with Adam's steps of even size lengths only grow. NeTI holds its vectors at the length of
    their category's embedding in the same way (Alaluf et al. 2023, "A neural space-time representation for
    text-to-image personalization", section 4); taking the length out of what is learned is weight normalisation
    (Salimans and Kingma 2016), whose growing rows make the steps smaller as training goes on.
    """

    def __init__(self, table: nn.Embedding, first: int, initializer: int, count: int):
        """`first` is the id of the first of `count` new tokens, `initializer` the id of the token they start from."""
        super().__init__()
        self.table, self.first = table.requires_grad_(False), first
        start = table.weight[initializer].detach().float()  # (width,)
        self.rows = nn.Parameter(start.repeat(count, 1))
        self.register_buffer("length", start.norm(), persistent=False)

    def vectors(self) -> Tensor:
        """The new tokens' embeddings (count, width), in fp32."""
        return normalize(self.rows.float(), dim=-1) * self.length

    def forward(self, tokens: Tensor) -> Tensor:
        """tokens (n, length) -> (n, length, width)"""
        known = self.table(tokens.clamp(max=self.first - 1))
        new = embedding((tokens - self.first).clamp(min=0), self.vectors().to(known.dtype))
        return torch.where((tokens >= self.first)[..., None], new, known)
