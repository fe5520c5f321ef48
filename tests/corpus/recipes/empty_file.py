"""An empty file: every key has its default."""

command = "train HERE/recipe.yaml --data TINY --runs HERE/runs --dry-run"
recipe = ""
handled = "recipe: quick ... planned epochs: 32"
