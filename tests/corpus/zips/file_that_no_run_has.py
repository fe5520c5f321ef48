"""A program among the files of the run."""

from pathlib import Path

from tests.corpus.builders import replace_file, write_run_zip

command = "runs import HERE/ada.zip --runs HERE/runs --datasets HERE"
refused = "run.py: not a run file"


def make(here: Path) -> None:
    write_run_zip(here, replace_file("run.py", b"print()"))
