"""0 folds."""

command = "train quick --folds 0 --data TINY --runs HERE/runs"
refused = "split.folds: must be from 2 to 20, not 0"
