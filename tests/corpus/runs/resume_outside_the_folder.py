"""A run's id that leads out of the folder of runs."""

command = "resume ../x --runs HERE/runs"
refused = "../x: not a run id"
