"""A preset that is not there."""

command = "train quickest --data TINY --runs HERE/runs"
refused = "quickest: no such preset (quick, ... ) and no recipe file of that name"
