"""A disk that is full when the first checkpoint is written."""

from tests.corpus.making import largest_file

command = "train FAST --data TINY --runs HERE/runs"
refused = "weights.safetensors: File too large; free some space, then try again"
leaves = "failed"


def meanwhile():
    return largest_file(1_000_000)
