"""A run's id that leads out of the folder of runs."""

command = "evaluate ../x --runs HERE/runs"
refused = "../x: not a run id"
