"""A folder of runs where nobody may write."""

from pathlib import Path

from tests.corpus.builders import write_run_zip

command = "runs import HERE/ada.zip --runs /proc/runs --datasets HERE"
refused = "/proc/runs: No such file or directory"


def make(here: Path) -> None:
    write_run_zip(here)
