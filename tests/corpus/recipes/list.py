"""A list instead of a mapping."""

recipe = """\
- bands
- stages
"""
refused = "recipe.yaml: must be a list of `key: value` lines"
