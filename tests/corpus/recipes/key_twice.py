"""A key given twice."""

recipe = """\
seed: 1
seed: 2
"""
refused = "recipe.yaml: not a readable YAML file: key 'seed' appears twice (line 2)"
