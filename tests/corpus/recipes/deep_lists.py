"""Lists in lists, a hundred thousand deep."""

recipe = "bands: " + 100_000 * "["
refused = "recipe.yaml: not a readable YAML file"
