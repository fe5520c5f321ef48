"""A disk that is full before the run begins."""

from tests.corpus.making import largest_file

command = "train FAST --data TINY --runs HERE/runs"
refused = "runs: cannot write a run there (File too large); give another folder for runs"


def meanwhile():
    return largest_file(100)
