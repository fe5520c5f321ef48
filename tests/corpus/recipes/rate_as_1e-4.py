"""A rate written 1e-4, which YAML 1.1 reads as text."""

command = "train HERE/recipe.yaml --data TINY --runs HERE/runs --dry-run"
recipe = "bands: {0: 0, 16: 1e-4}"
handled = "16-26 ... lr 0.0001"
