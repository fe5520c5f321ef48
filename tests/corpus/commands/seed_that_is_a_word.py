"""A seed that is a word."""

command = "train quick --seed one --data TINY --runs HERE/runs"
refused = "Invalid value for '--seed': Input should be a valid integer"
