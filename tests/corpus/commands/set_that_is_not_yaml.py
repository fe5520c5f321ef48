"""`--set` with a value that is not YAML."""

command = "train quick --set seed=[ --data TINY --runs HERE/runs"
refused = "--set seed: not a readable YAML file"
