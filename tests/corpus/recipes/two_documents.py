"""Two recipes in one file."""

recipe = """\
seed: 1
---
seed: 2
"""
refused = "recipe.yaml: not a YAML file we can read: but found another document"
