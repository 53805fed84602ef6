"""Plants from code: trees, conifers and what grows and lies on the ground. Builders give children for `stage.scatter`."""
