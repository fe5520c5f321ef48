"""A run that is to go on and is not there."""

command = "resume the-run --runs HERE/runs"
refused = "the-run: no such run in ... runs"
