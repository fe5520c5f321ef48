"""`--set` of an unknown key."""

command = "train quick --set colour=red --data TINY --runs HERE/runs"
refused = "colour: unknown key"
