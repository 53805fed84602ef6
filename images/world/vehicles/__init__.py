"""Cars, lorries, and the hulls of ships that fly."""
