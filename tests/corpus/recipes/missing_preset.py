"""A preset that is not there."""

command = "train quickest --data TINY --runs HERE/runs"
refused = "quickest: no preset (quick, ... ) or recipe file has that name"
