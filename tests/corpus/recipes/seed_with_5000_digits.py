"""A seed of 5000 digits."""

recipe = "seed: " + 5000 * "9"
refused = "recipe.yaml: not a readable YAML file"
