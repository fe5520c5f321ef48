"""Text that is not YAML."""

recipe = "bands: {0: 0, 16"
refused = "recipe.yaml: not a readable YAML file: expected"
