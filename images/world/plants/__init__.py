"""Plants from code: trees, conifers, and what grows and lies on the ground, as children for `stage.scatter`."""
