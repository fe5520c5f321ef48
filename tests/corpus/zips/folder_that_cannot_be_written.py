"""A folder of runs where nobody may write."""

from pathlib import Path

from tests.corpus.making import run_zip

command = "runs import HERE/ada.zip --runs /proc/runs --datasets HERE"
refused = "/proc/runs: No such file or directory"


def make(here: Path) -> None:
    run_zip(here)
