"""A billion laughs: anchors that would grow to gigabytes."""

recipe = """\
name: &a [ha, ha, ha, ha, ha, ha, ha, ha, ha]
bands: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a]
stages: &c [*b, *b, *b, *b, *b, *b, *b, *b, *b]
seed: [*c, *c, *c, *c, *c, *c, *c, *c, *c]
"""
refused = "recipe.yaml: not a readable YAML file: aliases (*name) are not allowed (line 2)"
