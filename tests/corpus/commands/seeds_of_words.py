"""Seeds that are words."""

command = "train quick --seeds 1,two --data TINY --runs HERE/runs"
refused = "--seeds 1,two: must be whole numbers with commas, as 0,1,2"
