"""A validation share with fewer photos than classes: each class gets one all the same."""

command = "train HERE/recipe.yaml --data TINY --runs HERE/runs --dry-run"
recipe = "split: {method: holdout, validation: 0.1}"
handled = "train in ... validate"
