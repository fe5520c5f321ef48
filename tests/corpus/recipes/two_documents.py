"""Two recipes in one file."""

recipe = """\
seed: 1
---
seed: 2
"""
refused = "recipe.yaml: not a readable YAML file: but found another document"
