"""Comments alone."""

command = "train HERE/recipe.yaml --data TINY --runs HERE/runs --dry-run"
recipe = """\
# a recipe that I shall write tomorrow
"""
handled = "planned epochs: 32"
