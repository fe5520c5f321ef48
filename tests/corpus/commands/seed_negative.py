"""A negative seed."""

command = "train quick --seed -1 --data TINY --runs HERE/runs"
refused = "seed: must be from 0 to"
