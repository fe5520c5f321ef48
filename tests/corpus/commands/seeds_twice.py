"""A seed twice, written in two ways."""

command = "train quick --seeds 1,01 --data TINY --runs HERE/runs"
refused = "--seeds 1,01: each seed once"
