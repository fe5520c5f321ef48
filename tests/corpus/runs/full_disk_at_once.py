"""A disk that is full before the run begins."""

from tests.corpus.builders import limit_file_size

command = "train FAST --data TINY --runs HERE/runs"
refused = "runs: cannot write a run (File too large); use another runs folder"


def meanwhile():
    return limit_file_size(100)
