"""Ground, from fields to craters, and what hangs over it."""
