"""An option that is not there."""

command = "train quick --sede 1 --data TINY --runs HERE/runs"
refused = "No such option"
