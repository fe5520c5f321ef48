"""A disk that is full before the run begins."""

from tests.corpus.builders import limit_file_size

command = "train FAST --data TINY --runs HERE/runs"
refused = "runs: cannot write a run there (File too large); give another folder for runs"


def meanwhile():
    return limit_file_size(100)
