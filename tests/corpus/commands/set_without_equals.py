"""`--set` without a value."""

command = "train quick --set seed --data TINY --runs HERE/runs"
refused = "--set seed: must be key=value"
