"""`--set` with a raised 2 for a number."""

command = "train quick --set stages.².epochs=1 --data TINY --runs HERE/runs"
refused = "stages.²: must be a whole number from 0 to 1"
