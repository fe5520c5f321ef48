"""Seeds with a raised 2."""

command = "train quick --seeds 1,² --data TINY --runs HERE/runs"
refused = "--seeds 1,²: must be whole numbers with commas, as 0,1,2"
