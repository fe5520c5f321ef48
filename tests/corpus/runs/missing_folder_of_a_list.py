"""A folder of runs that is not there."""

command = "runs list --runs HERE/runs"
handled = "no runs in ... begin with: python -m core train quick"
