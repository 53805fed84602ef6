"""People: a skeleton, the body over it, what it wears and carries."""
