"""`--set` inside a number."""

command = "train quick --set seed.x=1 --data TINY --runs HERE/runs"
refused = "seed.x: seed is a single value"
