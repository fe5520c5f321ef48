"""A single word."""

recipe = "quick"
refused = "recipe.yaml: must be a list of `key: value` lines"
