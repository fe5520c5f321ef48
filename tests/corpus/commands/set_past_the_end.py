"""`--set` of a stage that is not there."""

command = "train quick --set stages.7.epochs=1 --data TINY --runs HERE/runs"
refused = "stages.7: must be a whole number from 0 to 1"
