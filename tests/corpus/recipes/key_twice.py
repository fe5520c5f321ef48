"""A key given twice."""

recipe = """\
seed: 1
seed: 2
"""
refused = "recipe.yaml: not a YAML file we can read: key 'seed' is given twice (line 2)"
