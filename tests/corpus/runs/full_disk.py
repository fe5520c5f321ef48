"""A disk that is full when the first checkpoint is written."""

from pathlib import Path

from core.__main__ import main
from core.store.run import find_runs
from tests.corpus.builders import limit_file_size

command = "train FAST --data TINY --runs HERE/runs"
refused = "weights.safetensors: File too large; free some space, then try again"
leaves = "failed"


def meanwhile():
    return limit_file_size(1_000_000)


def check(here: Path) -> None:
    (run,) = find_runs(here / "runs")
    assert "free some space" in str(run.status().error)
    assert main(["resume", run.id, "--runs", str(here / "runs")]) == 0
